/* border: what the head of include/cxj.h says once for all functions, held against each of them: sizes of structs, room
 * for results, sentences of readers, constants and tables. The header itself is read, so that no function is forgotten.
 *
 * SPDX-License-Identifier: MIT
 */
#include "engine.h"
#include "metric.h"
#include "saved.h"
#include "suite.h"
#include "touchpoint.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef HEADER
#define HEADER "include/cxj.h"
#endif

static const cxj_options plain = {.size = sizeof plain, .seed = {3, 4}};

/* ---------------------------------------------------------------------------------------------------------------------
 * What the calls below are made with
 * ------------------------------------------------------------------------------------------------------------------ */

enum { HELD = 5, CELLS = 5, OWNERS = 3 };

typedef struct world {
    cxj_engine *engine; /* with journey 1 of HELD touchpoints, 2 that is sealed, 3 that is withdrawn */
    cxj_view *view;     /* touchpoints by owner: CELLS cells */
    cxj_view *by_week;
    cxj_view *by_hour;                 /* touchpoints per hour: one that is over */
    cxj_view *both;                    /* touchpoints by owner per hour */
    cxj_view *driven, *driven_by_type; /* journeys with drivers */
    cxj_view *few;                     /* of an engine with a limit of one cell, which it has passed */
    cxj_engine *limited;
    cxj_cursor *cursor; /* at the first cell */
    cxj_cursor *before; /* before it */
    bytes saved;
    heap memory;
} world;

static world w;
static uint32_t touchpoints_metric, journeys_metric;

static void set_up(void) {
    memset(&w, 0, sizeof w);
    w.engine = make_with((cxj_options){
        .seal_ended_after = HOUR, .allocate = heap_allocate, .allocate_context = &w.memory, .seed = {3, 4}});
    w.view = add(w.engine, "touchpoints by owner");
    w.by_week = add(w.engine, "touchpoints per week");
    w.by_hour = add(w.engine, "touchpoints per hour");
    w.both = add(w.engine, "touchpoints by owner per hour");
    w.driven = add(w.engine, "journeys with drivers");
    w.driven_by_type = add(w.engine, "journeys by type with drivers");
    record(w.engine,
           (cxj_touchpoint){.journey = 2, .id = 1, .at = START, .outcome = 1, .owner = code(w.engine, 1, "Ann")});
    record(w.engine, (cxj_touchpoint){.journey = 3, .id = 1, .at = START, .facets = CXJ_FACET_WITHDRAWN});
    for (uint64_t id = 1; id <= HELD; id++) {
        uint32_t owner = code(w.engine, CXJ_DIMENSION_OWNER, NAMES[id % OWNERS]);
        record(w.engine,
               (cxj_touchpoint){.journey = 1, .id = id, .at = START + (int64_t)id, .owner = id % 2 ? owner : 0});
    }
    advance(w.engine, START + 2 * HOUR);
    ck_assert_uint_eq(stats_of(w.engine).sealed, 1);
    w.limited = make_with((cxj_options){.cells_limit = 1});
    w.few = add(w.limited, "touchpoints by owner");
    for (uint64_t id = 1; id <= 3; id++) {
        record(w.limited,
               (cxj_touchpoint){.journey = 1, .id = id, .at = START, .owner = code(w.limited, 1, NAMES[id])});
    }
    uint32_t rule = 0;
    ck_assert_int_eq(cxj_rule_add(w.engine, "faults over 0", CXJ_ZERO_TERMINATED, &rule), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_open(w.view, NULL, 0, &w.cursor), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_open(w.view, NULL, 0, &w.before), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_next(w.cursor), CXJ_OK);
    ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_TOUCHPOINTS, "touchpoints", CXJ_ZERO_TERMINATED, &touchpoints_metric),
                     CXJ_OK);
    ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_JOURNEYS, "journeys", CXJ_ZERO_TERMINATED, &journeys_metric), CXJ_OK);
    w.saved = save_of(w.engine);
}

static void tear_down(void) {
    cxj_cursor_close(w.cursor);
    cxj_cursor_close(w.before);
    cxj_engine_destroy(w.engine);
    cxj_engine_destroy(w.limited);
    free_bytes(&w.saved);
}

static const cxj_text nobody = {"", 0}, stranger = {"nobody's", 8};
static cxj_drivers drivers;
static cxj_occasion occasion[1];

static int64_t read_saved(void *context, void *data, size_t capacity) {
    size_t *at = context;
    size_t length = w.saved.length - *at < capacity ? w.saved.length - *at : capacity;
    memcpy(data, w.saved.data + *at, length);
    *at += length;
    return (int64_t)length;
}

static int64_t read_nothing(void *context, void *data, size_t capacity) {
    (void)context, (void)data, (void)capacity;
    return 0;
}

static int64_t fail_to_read(void *context, void *data, size_t capacity) {
    (void)context, (void)data, (void)capacity;
    return -1;
}

static int64_t fail_to_write(void *context, const void *data, size_t length) {
    (void)context, (void)data, (void)length;
    return 0;
}

static int64_t write_anything(void *context, const void *data, size_t length) {
    (void)context, (void)data;
    return (int64_t)length;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * The header
 * ------------------------------------------------------------------------------------------------------------------ */

static char *header(void) {
    FILE *file = fopen(HEADER, "rb");
    ck_assert_msg(file != NULL, HEADER " cannot be opened");
    enum { MOST = 1 << 20 };
    char *text = malloc(MOST);
    ck_assert_ptr_nonnull(text);
    size_t length = fread(text, 1, MOST - 1, file);
    ck_assert_uint_lt(length, MOST - 1);
    text[length] = '\0';
    fclose(file);
    return text;
}

/* The next function that the header declares from *at on, and its parameters; false if there is none. */
static bool next_function(const char **at, char name[64], char parameters[600]) {
    const char *found = strstr(*at, "\nCXJ_API ");
    if (found == NULL) return false;
    const char *open = strchr(found, '('), *close = strchr(open, ';');
    const char *begin = open;
    while (isalnum((unsigned char)begin[-1]) || begin[-1] == '_') begin--;
    ck_assert(open - begin < 64 && close - open < 600);
    memcpy(name, begin, (size_t)(open - begin));
    name[open - begin] = '\0';
    memcpy(parameters, open, (size_t)(close - open));
    parameters[close - open] = '\0';
    *at = close;
    return true;
}

/* True if a word stands in a text by itself. */
static bool has_word(const char *text, const char *word) {
    size_t length = strlen(word);
    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
        bool begins = at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '_');
        if (begins && !(isalnum((unsigned char)at[length]) || at[length] == '_')) return true;
    }
    return false;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Sizes
 * ------------------------------------------------------------------------------------------------------------------ */

enum { TAIL = 24, MOST_SIZE = 1024 };

/* A call that takes a struct with its size: one to be filled, or one that is read. */
typedef struct sized {
    const char *name, *parameter;
    size_t least, known;
    cxj_status (*call)(void *passed, size_t size);
    bool is_read;
    cxj_status with_tail; /* of one that is read: if its unknown tail is not zero */
} sized;

#define SIZED(function, expression)                                                                                    \
    static cxj_status function(void *passed, size_t size) {                                                            \
        return expression;                                                                                             \
    }

static cxj_value value;
static cxj_parity parity;
static cxj_control control;
static cxj_control_point points[HELD];
static uint64_t numbers_of[HELD];
static size_t count_of;

SIZED(size_stats, cxj_engine_stats(w.engine, passed, size))
SIZED(size_dimension, cxj_dimension_describe(w.engine, 3, passed, size))
SIZED(size_facet, cxj_facet_describe(2, passed, size))
SIZED(size_view_info, cxj_view_describe(w.view, passed, size))
SIZED(size_metric_info, cxj_metric_describe(1, passed, size))
SIZED(size_get, cxj_view_get(w.view, &nobody, sizeof nobody, 1, &touchpoints_metric, 1, NULL, 0, passed, size))
SIZED(size_cursor, cxj_cursor_metrics(w.cursor, &touchpoints_metric, 1, NULL, 0, passed, size))
SIZED(size_predictor, cxj_predictor_describe(1, passed, size))
SIZED(size_rule, cxj_rule_at(w.engine, 0, passed, size))
SIZED(size_occasion, cxj_worklist(w.engine, "open for 1m", 11, 1, NULL, 0, passed, size, &count_of))
SIZED(size_drivers, cxj_view_drivers(w.driven, NULL, sizeof nobody, 0, CXJ_MODEL_CHURN, NULL, 0, passed, size))
SIZED(size_drivers_part,
      cxj_view_drivers(w.driven_by_type, passed, size, 1, CXJ_MODEL_CHURN, NULL, 0, &drivers, sizeof drivers))
SIZED(size_state, cxj_journey_state(w.engine, 1, NULL, 0, passed, size))
SIZED(size_validation, cxj_validate_bytes(NULL, w.saved.data, w.saved.length, NULL, 0, passed, size))
SIZED(size_receipt, cxj_record(w.engine, NULL, sizeof(cxj_touchpoint), 0, 0, passed, size))
SIZED(size_named_receipt, cxj_record_named(w.engine, NULL, sizeof(cxj_named_touchpoint), 0, 0, passed, size))
SIZED(size_touchpoint, cxj_record(w.engine, passed, size, 1, 0, NULL, 0))
SIZED(size_named, cxj_record_named(w.engine, passed, size, 1, 0, NULL, 0))
SIZED(size_part, cxj_view_get(w.view, passed, size, 1, &touchpoints_metric, 0, NULL, 0, NULL, 0))
#define SHARE CXJ_METRIC_TOUCHPOINTS_CLEAN_SHARE
SIZED(size_spread, cxj_view_spread(w.view, SHARE, NULL, 0, passed, size))
SIZED(size_parity, cxj_view_parity(w.view, &nobody, &nobody, sizeof nobody, 1, SHARE, NULL, 0, passed, size))
SIZED(size_relation, cxj_view_relation(w.view, SHARE, SHARE, NULL, 0, passed, size))
SIZED(size_within,
      cxj_view_within(w.view, &nobody, sizeof nobody, 1, CXJ_METRIC_TOUCHPOINTS_WAIT_P50, 1, NULL, 0, passed, size))
SIZED(size_control, cxj_view_control(w.by_hour, NULL, 0, 0, SHARE, HELD, NULL, 0, points, sizeof *points, passed, size))
SIZED(size_points, cxj_view_control(w.by_hour, NULL, 0, 0, SHARE, 1, NULL, 0, passed, size, &control, sizeof control))
SIZED(size_parity_part, cxj_view_parity(w.view, passed, passed, size, 1, SHARE, NULL, 0, &parity, sizeof parity))
SIZED(size_within_part,
      cxj_view_within(w.view, passed, size, 1, CXJ_METRIC_TOUCHPOINTS_WAIT_P50, 1, NULL, 0, &value, sizeof value))
SIZED(size_journeys_part, cxj_view_journeys(w.view, passed, size, 1, HELD, NULL, 0, numbers_of, &count_of, NULL))
SIZED(size_control_part,
      cxj_view_control(w.both, passed, size, 1, SHARE, HELD, NULL, 0, points, sizeof *points, &control, sizeof control))

static cxj_status size_validation_read(void *passed, size_t size) {
    size_t at = 0;
    return cxj_validate(NULL, read_saved, &at, NULL, 0, passed, size);
}

static cxj_status size_columns_receipt(void *passed, size_t size) {
    const uint64_t journey = 0;
    const int64_t at = 0;
    const cxj_columns columns = {.size = sizeof columns, .journey = &journey, .at = &at};
    return cxj_record_columns(w.engine, &columns, 0, 0, passed, size);
}

/* The same struct in an array of one, for journey 3 holds one. */
static cxj_status size_touchpoints(void *passed, size_t size) {
    size_t count = 0;
    return cxj_journey_touchpoints(w.engine, 3, 1, NULL, 0, passed, size, &count);
}

/* Structs that tell their size themselves. */
static cxj_status size_options(void *passed, size_t size) {
    cxj_engine *engine = NULL;
    memcpy(passed, &size, sizeof size);
    cxj_status status = cxj_engine_create(passed, NULL, 0, &engine);
    ck_assert((engine != NULL) == (status == CXJ_OK));
    cxj_engine_destroy(engine);
    return status;
}

static cxj_status size_load_options(void *passed, size_t size) {
    cxj_engine *engine = NULL;
    size_t at = 0;
    memcpy(passed, &size, sizeof size);
    cxj_status status = cxj_load(passed, read_saved, &at, NULL, 0, &engine);
    ck_assert((engine != NULL) == (status == CXJ_OK));
    cxj_engine_destroy(engine);
    return status;
}

static cxj_status size_load_bytes_options(void *passed, size_t size) {
    cxj_engine *engine = NULL;
    memcpy(passed, &size, sizeof size);
    cxj_status status = cxj_load_bytes(passed, w.saved.data, w.saved.length, NULL, 0, &engine);
    ck_assert((engine != NULL) == (status == CXJ_OK));
    cxj_engine_destroy(engine);
    return status;
}

static cxj_status size_check_options(void *passed, size_t size) {
    cxj_validation found;
    size_t at = 0;
    memcpy(passed, &size, sizeof size);
    return cxj_validate(passed, read_saved, &at, NULL, 0, &found, sizeof found);
}

static cxj_status size_check_bytes_options(void *passed, size_t size) {
    cxj_validation found;
    memcpy(passed, &size, sizeof size);
    return cxj_validate_bytes(passed, w.saved.data, w.saved.length, NULL, 0, &found, sizeof found);
}

static cxj_status size_columns(void *passed, size_t size) {
    static const uint64_t journey = 70;
    static const int64_t at = START;
    cxj_columns columns = {.size = size, .journey = &journey, .at = &at};
    memcpy(passed, &columns, size < sizeof columns ? size : sizeof columns);
    return cxj_record_columns(w.engine, size < sizeof columns ? &columns : passed, 1, 0, NULL, 0);
}

/* Each time one alert waits, and always the same. */
static cxj_status size_alert(void *passed, size_t size) {
    size_t count = 0;
    record(w.engine, (cxj_touchpoint){.journey = 77, .at = START, .facets = CXJ_FACET_FAULT});
    cxj_status status = cxj_alerts(w.engine, passed, size, 1, &count);
    ck_assert_int_eq(cxj_erase_journey(w.engine, 77), CXJ_OK);
    return status;
}

#define FILLED(type, LEAST) CXJ__LEAST_##LEAST, sizeof(type)
static const sized sizes[] = {
    {"cxj_engine_stats", "stats_size", FILLED(cxj_stats, STATS), size_stats, false, 0},
    {"cxj_dimension_describe", "info_size", FILLED(cxj_dimension_info, DIMENSION_INFO), size_dimension, false, 0},
    {"cxj_facet_describe", "info_size", FILLED(cxj_facet_info, FACET_INFO), size_facet, false, 0},
    {"cxj_view_describe", "info_size", FILLED(cxj_view_info, VIEW_INFO), size_view_info, false, 0},
    {"cxj_metric_describe", "info_size", FILLED(cxj_metric_info, METRIC_INFO), size_metric_info, false, 0},
    {"cxj_view_get", "result_size", FILLED(cxj_value, VALUE), size_get, false, 0},
    {"cxj_cursor_metrics", "result_size", FILLED(cxj_value, VALUE), size_cursor, false, 0},
    {"cxj_predictor_describe", "info_size", FILLED(cxj_predictor_info, PREDICTOR_INFO), size_predictor, false, 0},
    {"cxj_rule_at", "info_size", FILLED(cxj_rule_info, RULE_INFO), size_rule, false, 0},
    {"cxj_alerts", "alert_size", FILLED(cxj_alert, ALERT), size_alert, false, 0},
    {"cxj_worklist", "occasion_size", FILLED(cxj_occasion, OCCASION), size_occasion, false, 0},
    {"cxj_view_drivers", "drivers_size", FILLED(cxj_drivers, DRIVERS), size_drivers, false, 0},
    {"cxj_journey_state", "state_size", FILLED(cxj_journey, JOURNEY), size_state, false, 0},
    {"cxj_journey_touchpoints", "touchpoint_size", FILLED(cxj_touchpoint, TOUCHPOINT), size_touchpoints, false, 0},
    {"cxj_validate", "validation_size", FILLED(cxj_validation, VALIDATION), size_validation_read, false, 0},
    {"cxj_validate_bytes", "validation_size", FILLED(cxj_validation, VALIDATION), size_validation, false, 0},
    {"cxj_record", "receipt_size", FILLED(cxj_receipt, RECEIPT), size_receipt, false, 0},
    {"cxj_record_columns", "receipt_size", FILLED(cxj_receipt, RECEIPT), size_columns_receipt, false, 0},
    {"cxj_record_named", "receipt_size", FILLED(cxj_receipt, RECEIPT), size_named_receipt, false, 0},
    {"cxj_record", "touchpoint_size", FILLED(cxj_touchpoint, TOUCHPOINT), size_touchpoint, true, CXJ_REFUSED},
    {"cxj_record_named", "touchpoint_size", FILLED(cxj_named_touchpoint, NAMED_TOUCHPOINT), size_named, true,
     CXJ_REFUSED},
    {"cxj_view_spread", "spread_size", FILLED(cxj_spread, SPREAD), size_spread, false, 0},
    {"cxj_view_parity", "parity_size", FILLED(cxj_parity, PARITY), size_parity, false, 0},
    {"cxj_view_relation", "relation_size", FILLED(cxj_relation, RELATION), size_relation, false, 0},
    {"cxj_view_within", "result_size", FILLED(cxj_value, VALUE), size_within, false, 0},
    {"cxj_view_control", "control_size", FILLED(cxj_control, CONTROL), size_control, false, 0},
    {"cxj_view_control", "point_size", FILLED(cxj_control_point, CONTROL_POINT), size_points, false, 0},
    {"cxj_view_control", "part_size", FILLED(cxj_text, TEXT), size_control_part, true, CXJ_BAD_ARGUMENT},
    {"cxj_view_parity", "part_size", FILLED(cxj_text, TEXT), size_parity_part, true, CXJ_BAD_ARGUMENT},
    {"cxj_view_within", "part_size", FILLED(cxj_text, TEXT), size_within_part, true, CXJ_BAD_ARGUMENT},
    {"cxj_view_journeys", "part_size", FILLED(cxj_text, TEXT), size_journeys_part, true, CXJ_BAD_ARGUMENT},
    {"cxj_view_get", "part_size", FILLED(cxj_text, TEXT), size_part, true, CXJ_BAD_ARGUMENT},
    {"cxj_view_drivers", "part_size", FILLED(cxj_text, TEXT), size_drivers_part, true, CXJ_BAD_ARGUMENT},
    {"cxj_engine_create", "options", FILLED(cxj_options, OPTIONS), size_options, true, CXJ_BAD_ARGUMENT},
    {"cxj_load", "options", FILLED(cxj_options, OPTIONS), size_load_options, true, CXJ_BAD_ARGUMENT},
    {"cxj_load_bytes", "options", FILLED(cxj_options, OPTIONS), size_load_bytes_options, true, CXJ_BAD_ARGUMENT},
    {"cxj_validate", "options", FILLED(cxj_options, OPTIONS), size_check_options, true, CXJ_BAD_ARGUMENT},
    {"cxj_validate_bytes", "options", FILLED(cxj_options, OPTIONS), size_check_bytes_options, true, CXJ_BAD_ARGUMENT},
    {"cxj_record_columns", "columns", FILLED(cxj_columns, COLUMNS), size_columns, true, CXJ_BAD_ARGUMENT},
};
enum { SIZES = sizeof sizes / sizeof *sizes };

/* "A size below that of version 0.2 … is refused (so `sizeof pointer` never passes)", and nothing is written. */
START_TEST(sizes_below_the_least_are_refused) {
    const size_t wrong[] = {0, 1, sizeof(void *) < sizes[_i].least ? sizeof(void *) : 0, sizes[_i].least - 1};
    for (size_t i = 0; i < 4; i++) {
        unsigned char passed[MOST_SIZE], before[MOST_SIZE];
        memset(passed, sizes[_i].is_read ? 0 : 0xa5, sizeof passed);
        memcpy(before, passed, sizeof passed);
        uint64_t held = stats_of(w.engine).held;
        ck_assert_msg(sizes[_i].call(passed, wrong[i]) == CXJ_BAD_ARGUMENT, "%s takes a %s of %zu", sizes[_i].name,
                      sizes[_i].parameter, wrong[i]);
        if (!sizes[_i].is_read) ck_assert_mem_eq(passed, before, sizeof passed);
        ck_assert_uint_eq(stats_of(w.engine).held, held);
    }
}
END_TEST

/* "a struct to be filled is passed with its size and is written up to it"; what is unknown behind it becomes zero. */
START_TEST(results_are_written_up_to_their_size) {
    const sized *one = &sizes[_i];
    if (one->is_read) return;
    unsigned char exact[MOST_SIZE], longer[MOST_SIZE];
    memset(exact, 0xa5, sizeof exact);
    memset(longer, 0x5a, sizeof longer);
    ck_assert_int_eq(one->call(exact, one->known), CXJ_OK);
    for (size_t i = one->known; i < MOST_SIZE; i++) ck_assert_uint_eq(exact[i], 0xa5);
    ck_assert_int_eq(one->call(longer, one->known + TAIL), CXJ_OK);
    ck_assert_msg(memcmp(exact, longer, one->least) == 0, "%s", one->name);
    for (size_t i = one->known; i < one->known + TAIL; i++) ck_assert_uint_eq(longer[i], 0);
    for (size_t i = one->known + TAIL; i < MOST_SIZE; i++) ck_assert_uint_eq(longer[i], 0x5a);
    memset(longer, 0x5a, sizeof longer);
    ck_assert_int_eq(one->call(longer, one->least), CXJ_OK);
    ck_assert_mem_eq(exact, longer, one->least);
    for (size_t i = one->least; i < MOST_SIZE; i++) ck_assert_uint_eq(longer[i], 0x5a);
}
END_TEST

/* "a size larger than the library knows is accepted if the unknown tail is zero" */
START_TEST(structs_are_taken_if_their_tail_is_zero) {
    const sized *one = &sizes[_i];
    if (!one->is_read) return;
    const cxj_touchpoint touchpoint = {.journey = 60, .at = START};
    const cxj_named_touchpoint named = {.journey_number = 61, .at = START};
    union {
        uint64_t aligned;
        unsigned char at[MOST_SIZE];
    } passed;
    memset(&passed, 0, sizeof passed);
    if (one->call == size_touchpoint) memcpy(&passed, &touchpoint, sizeof touchpoint);
    if (one->call == size_named) memcpy(&passed, &named, sizeof named);
    ck_assert_msg(one->call(&passed, one->known) == CXJ_OK, "%s", one->name);
    ck_assert_msg(one->call(&passed, one->least) == CXJ_OK, "%s", one->name);
    ck_assert_msg(one->call(&passed, one->known + TAIL) == CXJ_OK, "%s", one->name);
    passed.at[one->known + TAIL] = 1; /* behind it */
    ck_assert_msg(one->call(&passed, one->known + TAIL) == CXJ_OK, "%s", one->name);
    for (size_t i = 0; i < TAIL; i += i == 0 ? 11 : 12) {
        passed.at[one->known + i] = 1;
        cxj_status status = one->call(&passed, one->known + TAIL);
        ck_assert_msg(status == one->with_tail, "%s %s: %s", one->name, one->parameter, cxj_status_text(status));
        passed.at[one->known + i] = 0;
    }
}
END_TEST

/* Every parameter of the header that is a size, and every struct that tells its own, is tried above. */
START_TEST(no_size_is_forgotten) {
    char *text = header(), name[64], parameters[600], parameter[64];
    size_t found = 0;
    for (const char *at = text; next_function(&at, name, parameters);) {
        for (const char *p = strpbrk(parameters, "(,"); p != NULL; p = strpbrk(p + 1, ",")) {
            size_t end = strcspn(p + 1, ",)") + 1, begin = end;
            while (isalnum((unsigned char)p[begin - 1]) || p[begin - 1] == '_') begin--;
            snprintf(parameter, sizeof parameter, "%.*s", (int)(end - begin), p + begin);
            size_t length = strlen(parameter);
            bool is_size = length > 5 && strcmp(parameter + length - 5, "_size") == 0;
            is_size |= strcmp(parameter, "options") == 0 || strcmp(parameter, "columns") == 0;
            if (!is_size) continue;
            size_t i = 0;
            while (i < SIZES && (strcmp(sizes[i].name, name) != 0 || strcmp(sizes[i].parameter, parameter) != 0)) i++;
            ck_assert_msg(i < SIZES, "%s of %s is not tried", parameter, name);
            found++;
        }
    }
    ck_assert_uint_eq(found, SIZES);
    free(text);
}
END_TEST

/* cxj_size_of() knows every struct of the header that is no handle. */
START_TEST(every_struct_has_its_size) {
    char *text = header(), name[64];
    size_t found = 0;
    for (const char *at = strstr(text, "typedef struct "); at != NULL; at = strstr(at + 1, "typedef struct ")) {
        at += strlen("typedef struct ");
        size_t length = strcspn(at, " ");
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        bool is_handle = at[length + 1] != '{';
        ck_assert_msg((cxj_size_of(name) == 0) == is_handle, "%s", name);
        found += !is_handle;
    }
    ck_assert_uint_eq(found, 26);
    free(text);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Room
 * ------------------------------------------------------------------------------------------------------------------ */

enum { MOST_ROOM = 12, GUARD = 64 };

/* Arrays of a call, each between guards. */
typedef struct arrays {
    unsigned char bytes[4][GUARD + 4096 + GUARD];
} arrays;

/* A call that is given room for capacity items, and tells how many there are. */
typedef struct roomy {
    const char *name;
    size_t count; /* 0: as many as saved bytes */
    size_t item;  /* bytes of one */
    int arrays;
    cxj_status (*call)(arrays *a, size_t capacity, size_t *count, char *message, size_t message_capacity);
    bool may_clear; /* "bytes already written were set to 0 again" */
} roomy;

#define AT(i) ((void *)(a->bytes[i] + GUARD))
#define ROOMY(function, expression)                                                                                    \
    static cxj_status function(arrays *a, size_t capacity, size_t *count, char *m, size_t c) {                         \
        return expression;                                                                                             \
    }
ROOMY(room_codes, ((void)m, (void)c, cxj_codes(w.engine, CXJ_DIMENSION_OWNER, capacity, AT(0), AT(1), count)))
ROOMY(room_read, cxj_view_read(w.view, &touchpoints_metric, 1, capacity, m, c, AT(0), AT(1), AT(2), AT(3), count))
ROOMY(room_part, cxj_view_read_part(w.view, 0, capacity, m, c, AT(0), count))
ROOMY(room_touchpoints, cxj_journey_touchpoints(w.engine, 1, capacity, m, c, AT(0), sizeof(cxj_touchpoint), count))
ROOMY(room_worklist, cxj_worklist(w.engine, "open for 1m", 11, capacity, m, c, AT(0), sizeof(cxj_occasion), count))
ROOMY(room_bytes, cxj_save_bytes(w.engine, capacity, m, c, AT(0), count))
ROOMY(room_journeys, cxj_view_journeys(w.view, &nobody, sizeof nobody, 1, capacity, m, c, AT(0), count, NULL))
static cxj_status room_points(arrays *a, size_t capacity, size_t *count, char *m, size_t c) {
    cxj_status status =
        cxj_view_control(w.by_hour, NULL, 0, 0, SHARE, capacity, m, c, AT(0), sizeof *points, &control, sizeof control);
    *count = (size_t)control.points;
    return status;
}

static const roomy rooms[] = {
    {"cxj_codes", OWNERS + 1, 0, 2, room_codes, false}, /* items of 4 and of 8 bytes */
    {"cxj_view_read", CELLS, 8, 4, room_read, false},
    {"cxj_view_read_part", CELLS, 8, 1, room_part, false},
    {"cxj_worklist", 1, sizeof(cxj_occasion), 1, room_worklist, false},
    {"cxj_journey_touchpoints", HELD, sizeof(cxj_touchpoint), 1, room_touchpoints, false},
    {"cxj_save_bytes", 0, 1, 1, room_bytes, true},
    {"cxj_view_journeys", 1, 8, 1, room_journeys, false},
    {"cxj_view_control", 1, sizeof(cxj_control_point), 1, room_points, false},
};
enum { ROOMS = sizeof rooms / sizeof *rooms };

static size_t item_of(const roomy *one, int array) {
    return one->item != 0 ? one->item : array == 0 ? 4 : 8;
}

/* "Where … room … is too small, the status is CXJ_TOO_SMALL, the size that is needed is told, and nothing else is
 * written. So capacity 0 asks for the size." */
START_TEST(too_little_room_gets_nothing) {
    const roomy *one = &rooms[_i];
    static arrays a, whole;
    size_t needed = one->count != 0 ? one->count : w.saved.length, count = 0;
    memset(&whole, 0x5a, sizeof whole);
    ck_assert_int_eq(one->call(&whole, needed, &count, NULL, 0), CXJ_OK);
    ck_assert_uint_eq(count, needed);
    ck_assert_uint_le(needed * (one->item ? one->item : 8), sizeof a.bytes[0] - 2 * GUARD);
    for (size_t capacity = 0; capacity <= needed + 2; capacity++) {
        char message[320] = "?", begin[80];
        memset(&a, 0x5a, sizeof a);
        count = 77;
        cxj_status status = one->call(&a, capacity, &count, message, sizeof message);
        ck_assert_msg(status == (capacity < needed ? CXJ_TOO_SMALL : CXJ_OK), "%s, room for %zu: %s", one->name,
                      capacity, cxj_status_text(status));
        ck_assert_uint_eq(count, needed);
        if (status == CXJ_TOO_SMALL && one->call != room_codes) {
            snprintf(begin, sizeof begin, "there are %zu", needed);
            ck_assert_msg(strncmp(message, begin, strlen(begin)) == 0, "%s", message);
        }
        for (int k = 0; k < 4; k++) {
            size_t written = k < one->arrays && status == CXJ_OK ? needed * item_of(one, k) : 0;
            size_t cleared = one->may_clear && status != CXJ_OK ? capacity : 0;
            if (written > 0) ck_assert_mem_eq(a.bytes[k] + GUARD, whole.bytes[k] + GUARD, written);
            for (size_t i = 0; i < sizeof a.bytes[k]; i++) {
                if (i >= GUARD && i < GUARD + written) continue;
                bool may_be_0 = i >= GUARD && i < GUARD + cleared;
                ck_assert_msg(a.bytes[k][i] == 0x5a || (may_be_0 && a.bytes[k][i] == 0),
                              "%s, room for %zu: byte %zu of array %d", one->name, capacity, i, k);
            }
        }
    }
}
END_TEST

START_TEST(no_room_is_forgotten) {
    char *text = header(), name[64], parameters[600];
    size_t found = 0;
    for (const char *at = text; next_function(&at, name, parameters);) {
        /* cxj_alerts() takes as many as there is room for */
        if (!has_word(parameters, "capacity") || strcmp(name, "cxj_alerts") == 0) continue;
        size_t i = 0;
        while (i < ROOMS && strcmp(rooms[i].name, name) != 0) i++;
        ck_assert_msg(i < ROOMS, "%s is not tried", name);
        found++;
    }
    ck_assert_uint_eq(found, ROOMS);
    free(text);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Sentences
 * ------------------------------------------------------------------------------------------------------------------ */

/* A call that fails, or, where its status says so, does not. */
typedef struct telling {
    const char *name;
    cxj_status status;
    const char *words; /* that the sentence has */
    cxj_status (*call)(char *m, size_t c);
} telling;

static cxj_engine *made;
static cxj_cursor *opened;
static cxj_journey state;
static cxj_touchpoint room_for_one[HELD];
static double numbers[CELLS];
static int64_t codes[CELLS];
static cxj_spread spread;
static cxj_relation relation;
static cxj_validation found_in_bytes;
static const uint32_t no_metric = 999999;
static unsigned char room_for_bytes[8];
static const cxj_options short_options = {.size = 8}, two_cells = {.size = sizeof two_cells, .codes_limit = 1};

static cxj_status lacking(cxj_status (*call)(char *m, size_t c), char *m, size_t c) {
    heap_fail(&w.memory, 1, true);
    cxj_status status = call(m, c);
    heap_fail(&w.memory, 0, false);
    return status;
}

static cxj_status load_from(cxj_read read, const cxj_options *options, char *m, size_t c) {
    size_t at = 0;
    made = NULL;
    cxj_status status = cxj_load(options, read, &at, m, c, &made);
    cxj_engine_destroy(made);
    return status;
}

static cxj_status load_from_bytes(const void *data, size_t length, const cxj_options *options, char *m, size_t c) {
    made = NULL;
    cxj_status status = cxj_load_bytes(options, data, length, m, c, &made);
    cxj_engine_destroy(made);
    return status;
}

static cxj_status create(const cxj_options *options, char *m, size_t c) {
    made = NULL;
    cxj_status status = cxj_engine_create(options, m, c, &made);
    cxj_engine_destroy(made);
    return status;
}

static cxj_status open_cursor(const cxj_view *view, char *m, size_t c) {
    opened = NULL;
    cxj_status status = cxj_cursor_open(view, m, c, &opened);
    cxj_cursor_close(opened);
    return status;
}

#define TELLS(function, expression)                                                                                    \
    static cxj_status function(char *m, size_t c) {                                                                    \
        return expression;                                                                                             \
    }
#define GET(view, parts, part_count, metrics, metric_count, results, size)                                             \
    cxj_view_get(view, parts, sizeof(cxj_text), part_count, metrics, metric_count, m, c, results, size)

TELLS(create_well, create(&plain, m, c))
TELLS(create_short, create(&short_options, m, c))
TELLS(create_nowhere, cxj_engine_create(NULL, m, c, NULL))
TELLS(get_well, GET(w.view, &nobody, 1, &touchpoints_metric, 1, &value, sizeof value))
TELLS(get_of_none, GET(NULL, &nobody, 1, &touchpoints_metric, 1, &value, sizeof value))
TELLS(get_no_parts, GET(w.view, NULL, 0, &touchpoints_metric, 1, &value, sizeof value))
TELLS(get_null_parts, GET(w.view, NULL, 1, &touchpoints_metric, 1, &value, sizeof value))
TELLS(get_null_text, GET(w.view, (&(cxj_text){NULL, 3}), 1, &touchpoints_metric, 1, &value, sizeof value))
TELLS(get_null_metrics, GET(w.view, &nobody, 1, NULL, 1, &value, sizeof value))
TELLS(get_no_metric, GET(w.view, &nobody, 1, &no_metric, 1, &value, sizeof value))
TELLS(get_other_grain, GET(w.view, &nobody, 1, &journeys_metric, 1, &value, sizeof value))
TELLS(get_null_results, GET(w.view, &nobody, 1, &touchpoints_metric, 1, NULL, sizeof value))
TELLS(get_small_results, GET(w.view, &nobody, 1, &touchpoints_metric, 1, &value, sizeof &value))
TELLS(get_no_cell, GET(w.view, (&(cxj_text){"nobody", 6}), 1, &touchpoints_metric, 1, &value, sizeof value))
TELLS(get_no_period, GET(w.by_week, (&(cxj_text){"soon", 4}), 1, &touchpoints_metric, 1, &value, sizeof value))
TELLS(get_unknown, GET(w.few, (&(cxj_text){"nobody", 6}), 1, &touchpoints_metric, 1, &value, sizeof value))
TELLS(open_well, open_cursor(w.view, m, c))
TELLS(open_incomplete, open_cursor(w.few, m, c))
TELLS(open_of_none, open_cursor(NULL, m, c))
TELLS(open_nowhere, cxj_cursor_open(w.view, m, c, NULL))
TELLS(open_lacking, lacking(open_well, m, c))
TELLS(metrics_well, cxj_cursor_metrics(w.cursor, &touchpoints_metric, 1, m, c, &value, sizeof value))
TELLS(metrics_of_none, cxj_cursor_metrics(NULL, &touchpoints_metric, 1, m, c, &value, sizeof value))
TELLS(metrics_no_cell, cxj_cursor_metrics(w.before, &touchpoints_metric, 1, m, c, &value, sizeof value))
TELLS(metrics_no_metric, cxj_cursor_metrics(w.cursor, &no_metric, 1, m, c, &value, sizeof value))
TELLS(metrics_small, cxj_cursor_metrics(w.cursor, &touchpoints_metric, 1, m, c, &value, 8))
TELLS(read_well, cxj_view_read(w.view, &touchpoints_metric, 1, CELLS, m, c, numbers, NULL, NULL, NULL, &count_of))
TELLS(read_incomplete, cxj_view_read(w.few, &touchpoints_metric, 1, CELLS, m, c, numbers, NULL, NULL, NULL, &count_of))
TELLS(read_of_none, cxj_view_read(NULL, &touchpoints_metric, 1, CELLS, m, c, numbers, NULL, NULL, NULL, &count_of))
TELLS(read_nowhere, cxj_view_read(w.view, &touchpoints_metric, 1, CELLS, m, c, numbers, NULL, NULL, NULL, NULL))
TELLS(read_no_metric, cxj_view_read(w.view, &no_metric, 1, CELLS, m, c, numbers, NULL, NULL, NULL, &count_of))
TELLS(read_small, cxj_view_read(w.view, &touchpoints_metric, 1, 1, m, c, numbers, NULL, NULL, NULL, &count_of))
TELLS(read_lacking, lacking(read_well, m, c))
TELLS(part_well, cxj_view_read_part(w.view, 0, CELLS, m, c, codes, &count_of))
TELLS(part_of_none, cxj_view_read_part(NULL, 0, CELLS, m, c, codes, &count_of))
TELLS(part_no_such, cxj_view_read_part(w.view, 1, CELLS, m, c, codes, &count_of))
TELLS(part_nowhere, cxj_view_read_part(w.view, 0, CELLS, m, c, NULL, &count_of))
TELLS(part_small, cxj_view_read_part(w.view, 0, 1, m, c, codes, &count_of))
TELLS(part_lacking, lacking(part_well, m, c))
#define SPREAD(view, metric, to, size) cxj_view_spread(view, metric, m, c, to, size)
TELLS(spread_well, SPREAD(w.view, SHARE, &spread, sizeof spread))
TELLS(spread_incomplete, SPREAD(w.few, SHARE, &spread, sizeof spread))
TELLS(spread_of_none, SPREAD(NULL, SHARE, &spread, sizeof spread))
TELLS(spread_no_metric, SPREAD(w.view, no_metric, &spread, sizeof spread))
TELLS(spread_other_grain, SPREAD(w.view, CXJ_METRIC_JOURNEYS_WOW_SHARE, &spread, sizeof spread))
TELLS(spread_other_kind, SPREAD(w.view, touchpoints_metric, &spread, sizeof spread))
TELLS(spread_nowhere, SPREAD(w.view, SHARE, NULL, sizeof spread))
TELLS(spread_small, SPREAD(w.view, SHARE, &spread, 8))
TELLS(spread_lacking, lacking(spread_well, m, c))
#define CONTROL(view, parts, part_count, metric, capacity, to, of)                                                     \
    cxj_view_control(view, parts, sizeof(cxj_text), part_count, metric, capacity, m, c, to, sizeof *points, of,        \
                     sizeof control)
TELLS(control_well, CONTROL(w.both, &nobody, 1, SHARE, HELD, points, &control))
TELLS(control_of_none, CONTROL(NULL, &nobody, 1, SHARE, HELD, points, &control))
TELLS(control_other_kind, CONTROL(w.both, &nobody, 1, CXJ_METRIC_TOUCHPOINTS_WAIT_P50, HELD, points, &control))
TELLS(control_no_parts, CONTROL(w.both, NULL, 0, SHARE, HELD, points, &control))
TELLS(control_null_parts, CONTROL(w.both, NULL, 1, SHARE, HELD, points, &control))
TELLS(control_no_period, CONTROL(w.view, &nobody, 1, SHARE, HELD, points, &control))
TELLS(control_no_key, CONTROL(w.both, (&(cxj_text){"nobody", 6}), 1, SHARE, HELD, points, &control))
TELLS(control_nowhere, CONTROL(w.both, &nobody, 1, SHARE, HELD, NULL, &control))
TELLS(control_untold, CONTROL(w.both, &nobody, 1, SHARE, HELD, points, NULL))
TELLS(control_small, CONTROL(w.both, &nobody, 1, SHARE, 0, NULL, &control))
TELLS(control_lacking, lacking(control_well, m, c))
#define PARITY(view, a, b, count, metric, to, size)                                                                    \
    cxj_view_parity(view, a, b, sizeof(cxj_text), count, metric, m, c, to, size)
TELLS(parity_well, PARITY(w.view, &nobody, &nobody, 1, SHARE, &parity, sizeof parity))
TELLS(parity_of_none, PARITY(NULL, &nobody, &nobody, 1, SHARE, &parity, sizeof parity))
TELLS(parity_null_a, PARITY(w.view, NULL, &nobody, 1, SHARE, &parity, sizeof parity))
TELLS(parity_null_b, PARITY(w.view, &nobody, NULL, 1, SHARE, &parity, sizeof parity))
TELLS(parity_null_text, PARITY(w.view, &nobody, (&(cxj_text){NULL, 3}), 1, SHARE, &parity, sizeof parity))
TELLS(parity_other_kind, PARITY(w.view, &nobody, &nobody, 1, touchpoints_metric, &parity, sizeof parity))
TELLS(parity_no_cell, PARITY(w.view, &nobody, (&(cxj_text){"nobody", 6}), 1, SHARE, &parity, sizeof parity))
TELLS(parity_no_period, PARITY(w.by_week, (&(cxj_text){"soon", 4}), &nobody, 1, SHARE, &parity, sizeof parity))
TELLS(parity_unknown, PARITY(w.few, (&(cxj_text){"nobody", 6}), &nobody, 1, SHARE, &parity, sizeof parity))
TELLS(parity_nowhere, PARITY(w.view, &nobody, &nobody, 1, SHARE, NULL, sizeof parity))
TELLS(parity_small, PARITY(w.view, &nobody, &nobody, 1, SHARE, &parity, 8))
#define RELATION(view, first, second, to, size) cxj_view_relation(view, first, second, m, c, to, size)
TELLS(relation_well, RELATION(w.view, touchpoints_metric, SHARE, &relation, sizeof relation))
TELLS(relation_incomplete, RELATION(w.few, touchpoints_metric, SHARE, &relation, sizeof relation))
TELLS(relation_of_none, RELATION(NULL, touchpoints_metric, SHARE, &relation, sizeof relation))
TELLS(relation_no_metric, RELATION(w.view, touchpoints_metric, no_metric, &relation, sizeof relation))
TELLS(relation_other_grain, RELATION(w.view, journeys_metric, SHARE, &relation, sizeof relation))
TELLS(relation_nowhere, RELATION(w.view, touchpoints_metric, SHARE, NULL, sizeof relation))
TELLS(relation_small, RELATION(w.view, touchpoints_metric, SHARE, &relation, 8))
TELLS(relation_lacking, lacking(relation_well, m, c))
#define WITHIN(view, parts, metric, span, to, size)                                                                    \
    cxj_view_within(view, parts, sizeof(cxj_text), 1, metric, span, m, c, to, size)
#define WAIT CXJ_METRIC_TOUCHPOINTS_WAIT_P50
TELLS(within_well, WITHIN(w.view, &nobody, WAIT, 1, &value, sizeof value))
TELLS(within_of_none, WITHIN(NULL, &nobody, WAIT, 1, &value, sizeof value))
TELLS(within_null_parts, WITHIN(w.view, NULL, WAIT, 1, &value, sizeof value))
TELLS(within_other_kind, WITHIN(w.view, &nobody, SHARE, 1, &value, sizeof value))
TELLS(within_less, WITHIN(w.view, &nobody, WAIT, -1, &value, sizeof value))
TELLS(within_no_cell, WITHIN(w.view, (&(cxj_text){"nobody", 6}), WAIT, 1, &value, sizeof value))
TELLS(within_no_period, WITHIN(w.by_week, (&(cxj_text){"soon", 4}), WAIT, 1, &value, sizeof value))
TELLS(within_unknown, WITHIN(w.few, (&(cxj_text){"nobody", 6}), WAIT, 1, &value, sizeof value))
TELLS(within_nowhere, WITHIN(w.view, &nobody, WAIT, 1, NULL, sizeof value))
TELLS(within_small, WITHIN(w.view, &nobody, WAIT, 1, &value, 8))
#define DRILL(view, parts, capacity, to, count)                                                                        \
    cxj_view_journeys(view, parts, sizeof(cxj_text), 1, capacity, m, c, to, count, NULL)
TELLS(drill_well, DRILL(w.view, &nobody, HELD, numbers_of, &count_of))
TELLS(drill_of_none, DRILL(NULL, &nobody, HELD, numbers_of, &count_of))
TELLS(drill_null_parts, DRILL(w.view, NULL, HELD, numbers_of, &count_of))
TELLS(drill_no_cell, DRILL(w.view, (&(cxj_text){"nobody", 6}), HELD, numbers_of, &count_of))
TELLS(drill_no_period, DRILL(w.by_week, (&(cxj_text){"soon", 4}), HELD, numbers_of, &count_of))
TELLS(drill_unknown, DRILL(w.few, (&(cxj_text){"nobody", 6}), HELD, numbers_of, &count_of))
TELLS(drill_nowhere, DRILL(w.view, &nobody, HELD, NULL, &count_of))
TELLS(drill_uncounted, DRILL(w.view, &nobody, HELD, numbers_of, NULL))
TELLS(drill_small, DRILL(w.view, &nobody, 0, NULL, &count_of))
TELLS(drill_lacking, lacking(drill_well, m, c))
TELLS(state_well, cxj_journey_state(w.engine, 1, m, c, &state, sizeof state))
TELLS(state_of_none, cxj_journey_state(NULL, 1, m, c, &state, sizeof state))
TELLS(state_nowhere, cxj_journey_state(w.engine, 1, m, c, NULL, sizeof state))
TELLS(state_small, cxj_journey_state(w.engine, 1, m, c, &state, 8))
TELLS(state_unknown, cxj_journey_state(w.engine, 4711, m, c, &state, sizeof state))
TELLS(state_sealed, cxj_journey_state(w.engine, 2, m, c, &state, sizeof state))
TELLS(state_withdrawn, cxj_journey_state(w.engine, 3, m, c, &state, sizeof state))
#define WORK(engine, rule, capacity, to, size, count)                                                                  \
    cxj_worklist(engine, rule, CXJ_ZERO_TERMINATED, capacity, m, c, to, size, count)
TELLS(work_well, WORK(w.engine, "open for 1m", 1, occasion, sizeof *occasion, &count_of))
TELLS(work_of_none, WORK(NULL, "open for 1m", 1, occasion, sizeof *occasion, &count_of))
TELLS(work_of_no_rule, WORK(w.engine, NULL, 1, occasion, sizeof *occasion, &count_of))
TELLS(work_nowhere, WORK(w.engine, "open for 1m", 1, NULL, sizeof *occasion, &count_of))
TELLS(work_uncounted, WORK(w.engine, "open for 1m", 1, occasion, sizeof *occasion, NULL))
TELLS(work_small_items, WORK(w.engine, "open for 1m", 1, occasion, 8, &count_of))
TELLS(work_small, WORK(w.engine, "open for 1m", 0, NULL, sizeof *occasion, &count_of))
TELLS(work_malformed, WORK(w.engine, "open for 1y", 1, occasion, sizeof *occasion, &count_of))
TELLS(work_no_calendar, WORK(w.engine, "open for 1h in working hours", 1, occasion, sizeof *occasion, &count_of))
TELLS(work_too_long, cxj_worklist(w.engine, "open", (size_t)INT32_MAX + 1, 0, m, c, NULL, sizeof *occasion, &count_of))
TELLS(work_lacking, lacking(work_well, m, c))
#define LIST(engine, journey, capacity, to, size, count)                                                               \
    cxj_journey_touchpoints(engine, journey, capacity, m, c, to, size, count)
TELLS(list_well, LIST(w.engine, 1, HELD, room_for_one, sizeof *room_for_one, &count_of))
TELLS(list_of_none, LIST(NULL, 1, HELD, room_for_one, sizeof *room_for_one, &count_of))
TELLS(list_nowhere, LIST(w.engine, 1, HELD, NULL, sizeof *room_for_one, &count_of))
TELLS(list_uncounted, LIST(w.engine, 1, HELD, room_for_one, sizeof *room_for_one, NULL))
TELLS(list_small_items, LIST(w.engine, 1, HELD, room_for_one, 8, &count_of))
TELLS(list_small, LIST(w.engine, 1, 1, room_for_one, sizeof *room_for_one, &count_of))
TELLS(list_unknown, LIST(w.engine, 4711, HELD, room_for_one, sizeof *room_for_one, &count_of))
TELLS(list_sealed, LIST(w.engine, 2, HELD, room_for_one, sizeof *room_for_one, &count_of))
TELLS(save_well, cxj_save(w.engine, write_anything, NULL, m, c))
TELLS(save_of_none, cxj_save(NULL, write_anything, NULL, m, c))
TELLS(save_nowhere, cxj_save(w.engine, NULL, NULL, m, c))
TELLS(save_in_vain, cxj_save(w.engine, fail_to_write, NULL, m, c))
TELLS(save_lacking, lacking(save_well, m, c))
TELLS(bytes_of_none, cxj_save_bytes(NULL, 8, m, c, room_for_bytes, &count_of))
TELLS(bytes_nowhere, cxj_save_bytes(w.engine, 8, m, c, NULL, &count_of))
TELLS(bytes_uncounted, cxj_save_bytes(w.engine, 8, m, c, room_for_bytes, NULL))
TELLS(bytes_small, cxj_save_bytes(w.engine, 8, m, c, room_for_bytes, &count_of))
TELLS(load_well, load_from(read_saved, &plain, m, c))
TELLS(load_of_none, load_from(NULL, &plain, m, c))
TELLS(load_nowhere, cxj_load(&plain, read_nothing, NULL, m, c, NULL))
TELLS(load_short, load_from(read_saved, &short_options, m, c))
TELLS(load_nothing, load_from(read_nothing, &plain, m, c))
TELLS(load_in_vain, load_from(fail_to_read, &plain, m, c))
TELLS(load_limited, load_from(read_saved, &two_cells, m, c))
TELLS(load_bytes_well, load_from_bytes(w.saved.data, w.saved.length, &plain, m, c))
TELLS(load_bytes_of_none, load_from_bytes(NULL, 3, &plain, m, c))
TELLS(load_bytes_short, load_from_bytes(w.saved.data, w.saved.length - 1, &plain, m, c))
static cxj_status newer(cxj_status (*call)(char *m, size_t c), char *m, size_t c) {
    w.saved.data[8] = 99;
    cxj_status status = call(m, c);
    w.saved.data[8] = 2;
    return status;
}
TELLS(load_bytes_newer, newer(load_bytes_well, m, c))
TELLS(check_bytes_well,
      cxj_validate_bytes(NULL, w.saved.data, w.saved.length, m, c, &found_in_bytes, sizeof found_in_bytes))
TELLS(check_bytes_of_none, cxj_validate_bytes(NULL, NULL, 3, m, c, &found_in_bytes, sizeof found_in_bytes))
TELLS(check_bytes_nowhere, cxj_validate_bytes(NULL, w.saved.data, w.saved.length, m, c, NULL, sizeof found_in_bytes))
TELLS(check_bytes_small, cxj_validate_bytes(NULL, w.saved.data, w.saved.length, m, c, &found_in_bytes, 8))
TELLS(check_bytes_short, cxj_validate_bytes(NULL, w.saved.data, 30, m, c, &found_in_bytes, sizeof found_in_bytes))
TELLS(check_bytes_newer, newer(check_bytes_well, m, c))
TELLS(check_of_none, cxj_validate(NULL, NULL, NULL, m, c, &found_in_bytes, sizeof found_in_bytes))
TELLS(check_in_vain, cxj_validate(NULL, fail_to_read, NULL, m, c, &found_in_bytes, sizeof found_in_bytes))
TELLS(check_nothing, cxj_validate(NULL, read_nothing, NULL, m, c, &found_in_bytes, sizeof found_in_bytes))
TELLS(check_short, cxj_validate(&short_options, read_nothing, NULL, m, c, &found_in_bytes, sizeof found_in_bytes))
TELLS(check_short_bytes, cxj_validate_bytes(&short_options, NULL, 0, m, c, &found_in_bytes, sizeof found_in_bytes))
static cxj_status check_well(char *m, size_t c) {
    size_t at = 0;
    return cxj_validate(NULL, read_saved, &at, m, c, &found_in_bytes, sizeof found_in_bytes);
}

TELLS(drivers_well, cxj_view_drivers(w.driven, NULL, sizeof nobody, 0, CXJ_MODEL_CHURN, m, c, &drivers, sizeof drivers))
TELLS(drivers_of_none, cxj_view_drivers(NULL, NULL, sizeof nobody, 0, CXJ_MODEL_CHURN, m, c, &drivers, sizeof drivers))
TELLS(drivers_nowhere, cxj_view_drivers(w.driven, NULL, sizeof nobody, 0, CXJ_MODEL_CHURN, m, c, NULL, sizeof drivers))
TELLS(drivers_small, cxj_view_drivers(w.driven, NULL, sizeof nobody, 0, CXJ_MODEL_CHURN, m, c, &drivers, 8))
TELLS(drivers_of_nothing, cxj_view_drivers(w.driven, NULL, sizeof nobody, 0, 3, m, c, &drivers, sizeof drivers))
TELLS(drivers_of_other,
      cxj_view_drivers(w.view, &nobody, sizeof nobody, 1, CXJ_MODEL_CHURN, m, c, &drivers, sizeof drivers))
TELLS(drivers_no_parts,
      cxj_view_drivers(w.driven_by_type, NULL, sizeof nobody, 0, CXJ_MODEL_CHURN, m, c, &drivers, sizeof drivers))
TELLS(drivers_no_cell,
      cxj_view_drivers(w.driven_by_type, &stranger, sizeof nobody, 1, CXJ_MODEL_CHURN, m, c, &drivers, sizeof drivers))

static const telling tellings[] = {
    {"cxj_engine_create", CXJ_OK, "", create_well},
    {"cxj_engine_create", CXJ_BAD_ARGUMENT, "size", create_short},
    {"cxj_engine_create", CXJ_BAD_ARGUMENT, "engine is NULL", create_nowhere},
    {"cxj_view_get", CXJ_OK, "", get_well},
    {"cxj_view_get", CXJ_BAD_ARGUMENT, "view is NULL", get_of_none},
    {"cxj_view_get", CXJ_BAD_ARGUMENT, "1 part", get_no_parts},
    {"cxj_view_get", CXJ_BAD_ARGUMENT, "parts is NULL", get_null_parts},
    {"cxj_view_get", CXJ_BAD_ARGUMENT, "parts[0]", get_null_text},
    {"cxj_view_get", CXJ_BAD_ARGUMENT, "metrics is NULL", get_null_metrics},
    {"cxj_view_get", CXJ_BAD_ARGUMENT, "999999", get_no_metric},
    {"cxj_view_get", CXJ_BAD_ARGUMENT, "metrics[0]", get_other_grain},
    {"cxj_view_get", CXJ_BAD_ARGUMENT, "results is NULL", get_null_results},
    {"cxj_view_get", CXJ_BAD_ARGUMENT, "result_size", get_small_results},
    {"cxj_view_get", CXJ_NOT_FOUND, "cell", get_no_cell},
    {"cxj_view_get", CXJ_BAD_TEXT, "parts[0]", get_no_period},
    {"cxj_view_get", CXJ_LIMIT, "lacks", get_unknown},
    {"cxj_cursor_open", CXJ_OK, "", open_well},
    {"cxj_cursor_open", CXJ_INCOMPLETE, "", open_incomplete},
    {"cxj_cursor_open", CXJ_BAD_ARGUMENT, "view is NULL", open_of_none},
    {"cxj_cursor_open", CXJ_BAD_ARGUMENT, "cursor is NULL", open_nowhere},
    {"cxj_cursor_open", CXJ_NO_MEMORY, "no memory", open_lacking},
    {"cxj_cursor_metrics", CXJ_OK, "", metrics_well},
    {"cxj_cursor_metrics", CXJ_BAD_ARGUMENT, "cursor is NULL", metrics_of_none},
    {"cxj_cursor_metrics", CXJ_NOT_FOUND, "no cell", metrics_no_cell},
    {"cxj_cursor_metrics", CXJ_BAD_ARGUMENT, "999999", metrics_no_metric},
    {"cxj_cursor_metrics", CXJ_BAD_ARGUMENT, "result_size", metrics_small},
    {"cxj_view_read", CXJ_OK, "", read_well},
    {"cxj_view_read", CXJ_INCOMPLETE, "", read_incomplete},
    {"cxj_view_read", CXJ_BAD_ARGUMENT, "view is NULL", read_of_none},
    {"cxj_view_read", CXJ_BAD_ARGUMENT, "cells is NULL", read_nowhere},
    {"cxj_view_read", CXJ_BAD_ARGUMENT, "999999", read_no_metric},
    {"cxj_view_read", CXJ_TOO_SMALL, "there are 5", read_small},
    {"cxj_view_read", CXJ_NO_MEMORY, "no memory", read_lacking},
    {"cxj_view_read_part", CXJ_OK, "", part_well},
    {"cxj_view_read_part", CXJ_BAD_ARGUMENT, "view is NULL", part_of_none},
    {"cxj_view_read_part", CXJ_NOT_FOUND, "part", part_no_such},
    {"cxj_view_read_part", CXJ_BAD_ARGUMENT, "codes is NULL", part_nowhere},
    {"cxj_view_read_part", CXJ_TOO_SMALL, "there are 5", part_small},
    {"cxj_view_read_part", CXJ_NO_MEMORY, "no memory", part_lacking},
    {"cxj_view_spread", CXJ_OK, "", spread_well},
    {"cxj_view_spread", CXJ_INCOMPLETE, "", spread_incomplete},
    {"cxj_view_spread", CXJ_BAD_ARGUMENT, "view is NULL", spread_of_none},
    {"cxj_view_spread", CXJ_BAD_ARGUMENT, "999999", spread_no_metric},
    {"cxj_view_spread", CXJ_BAD_ARGUMENT, "another grain", spread_other_grain},
    {"cxj_view_spread", CXJ_BAD_ARGUMENT, "touchpoints does not go here", spread_other_kind},
    {"cxj_view_spread", CXJ_BAD_ARGUMENT, "spread is NULL", spread_nowhere},
    {"cxj_view_spread", CXJ_BAD_ARGUMENT, "spread_size", spread_small},
    {"cxj_view_spread", CXJ_NO_MEMORY, "no memory", spread_lacking},
    {"cxj_view_control", CXJ_OK, "", control_well},
    {"cxj_view_control", CXJ_BAD_ARGUMENT, "view is NULL", control_of_none},
    {"cxj_view_control", CXJ_BAD_ARGUMENT, "all do but quantiles", control_other_kind},
    {"cxj_view_control", CXJ_BAD_ARGUMENT, "1 part", control_no_parts},
    {"cxj_view_control", CXJ_BAD_ARGUMENT, "parts is NULL", control_null_parts},
    {"cxj_view_control", CXJ_BAD_ARGUMENT, "no period", control_no_period},
    {"cxj_view_control", CXJ_NOT_FOUND, "nothing contributes", control_no_key},
    {"cxj_view_control", CXJ_BAD_ARGUMENT, "points is NULL", control_nowhere},
    {"cxj_view_control", CXJ_BAD_ARGUMENT, "control is NULL", control_untold},
    {"cxj_view_control", CXJ_TOO_SMALL, "there are 1 points", control_small},
    {"cxj_view_control", CXJ_NO_MEMORY, "no memory", control_lacking},
    {"cxj_view_parity", CXJ_OK, "", parity_well},
    {"cxj_view_parity", CXJ_BAD_ARGUMENT, "view is NULL", parity_of_none},
    {"cxj_view_parity", CXJ_BAD_ARGUMENT, "a_parts is NULL", parity_null_a},
    {"cxj_view_parity", CXJ_BAD_ARGUMENT, "b_parts is NULL", parity_null_b},
    {"cxj_view_parity", CXJ_BAD_ARGUMENT, "b_parts[0]", parity_null_text},
    {"cxj_view_parity", CXJ_BAD_ARGUMENT, "does not go", parity_other_kind},
    {"cxj_view_parity", CXJ_NOT_FOUND, "b_parts: nothing", parity_no_cell},
    {"cxj_view_parity", CXJ_BAD_TEXT, "a_parts[0]", parity_no_period},
    {"cxj_view_parity", CXJ_LIMIT, "lacks", parity_unknown},
    {"cxj_view_parity", CXJ_BAD_ARGUMENT, "parity is NULL", parity_nowhere},
    {"cxj_view_parity", CXJ_BAD_ARGUMENT, "parity_size", parity_small},
    {"cxj_view_relation", CXJ_OK, "", relation_well},
    {"cxj_view_relation", CXJ_INCOMPLETE, "", relation_incomplete},
    {"cxj_view_relation", CXJ_BAD_ARGUMENT, "view is NULL", relation_of_none},
    {"cxj_view_relation", CXJ_BAD_ARGUMENT, "999999", relation_no_metric},
    {"cxj_view_relation", CXJ_BAD_ARGUMENT, "another grain", relation_other_grain},
    {"cxj_view_relation", CXJ_BAD_ARGUMENT, "relation is NULL", relation_nowhere},
    {"cxj_view_relation", CXJ_BAD_ARGUMENT, "relation_size", relation_small},
    {"cxj_view_relation", CXJ_NO_MEMORY, "no memory", relation_lacking},
    {"cxj_view_within", CXJ_OK, "", within_well},
    {"cxj_view_within", CXJ_BAD_ARGUMENT, "view is NULL", within_of_none},
    {"cxj_view_within", CXJ_BAD_ARGUMENT, "parts is NULL", within_null_parts},
    {"cxj_view_within", CXJ_BAD_ARGUMENT, "quantiles of durations do", within_other_kind},
    {"cxj_view_within", CXJ_BAD_ARGUMENT, "span_ms", within_less},
    {"cxj_view_within", CXJ_NOT_FOUND, "nothing contributes", within_no_cell},
    {"cxj_view_within", CXJ_BAD_TEXT, "parts[0]", within_no_period},
    {"cxj_view_within", CXJ_LIMIT, "lacks", within_unknown},
    {"cxj_view_within", CXJ_BAD_ARGUMENT, "result is NULL", within_nowhere},
    {"cxj_view_within", CXJ_BAD_ARGUMENT, "result_size", within_small},
    {"cxj_view_journeys", CXJ_OK, "", drill_well},
    {"cxj_view_journeys", CXJ_BAD_ARGUMENT, "view is NULL", drill_of_none},
    {"cxj_view_journeys", CXJ_BAD_ARGUMENT, "parts is NULL", drill_null_parts},
    {"cxj_view_journeys", CXJ_NOT_FOUND, "nothing contributes", drill_no_cell},
    {"cxj_view_journeys", CXJ_BAD_TEXT, "parts[0]", drill_no_period},
    {"cxj_view_journeys", CXJ_LIMIT, "lacks", drill_unknown},
    {"cxj_view_journeys", CXJ_BAD_ARGUMENT, "journeys is NULL", drill_nowhere},
    {"cxj_view_journeys", CXJ_BAD_ARGUMENT, "count is NULL", drill_uncounted},
    {"cxj_view_journeys", CXJ_TOO_SMALL, "there are 1 journeys", drill_small},
    {"cxj_view_journeys", CXJ_NO_MEMORY, "no memory", drill_lacking},
    {"cxj_view_drivers", CXJ_OK, "", drivers_well},
    {"cxj_view_drivers", CXJ_BAD_ARGUMENT, "view is NULL", drivers_of_none},
    {"cxj_view_drivers", CXJ_BAD_ARGUMENT, "drivers is NULL", drivers_nowhere},
    {"cxj_view_drivers", CXJ_BAD_ARGUMENT, "drivers_size", drivers_small},
    {"cxj_view_drivers", CXJ_BAD_ARGUMENT, "no model 3", drivers_of_nothing},
    {"cxj_view_drivers", CXJ_BAD_ARGUMENT,
     "\"touchpoints by owner\" has no drivers; add a journeys view that ends in \"with drivers\"", drivers_of_other},
    {"cxj_view_drivers", CXJ_BAD_ARGUMENT, "1 part", drivers_no_parts},
    {"cxj_view_drivers", CXJ_NOT_FOUND, "cell", drivers_no_cell},
    {"cxj_journey_state", CXJ_OK, "", state_well},
    {"cxj_journey_state", CXJ_BAD_ARGUMENT, "engine is NULL", state_of_none},
    {"cxj_journey_state", CXJ_BAD_ARGUMENT, "state is NULL", state_nowhere},
    {"cxj_journey_state", CXJ_BAD_ARGUMENT, "state_size", state_small},
    {"cxj_journey_state", CXJ_NOT_FOUND, "4711", state_unknown},
    {"cxj_journey_state", CXJ_SEALED, "journey 2 is sealed", state_sealed},
    {"cxj_journey_state", CXJ_NOT_FOUND, "withdrawn", state_withdrawn},
    {"cxj_worklist", CXJ_OK, "", work_well},
    {"cxj_worklist", CXJ_BAD_ARGUMENT, "engine is NULL", work_of_none},
    {"cxj_worklist", CXJ_BAD_ARGUMENT, "rule is NULL", work_of_no_rule},
    {"cxj_worklist", CXJ_BAD_ARGUMENT, "occasions is NULL", work_nowhere},
    {"cxj_worklist", CXJ_BAD_ARGUMENT, "count is NULL", work_uncounted},
    {"cxj_worklist", CXJ_BAD_ARGUMENT, "occasion_size", work_small_items},
    {"cxj_worklist", CXJ_TOO_SMALL, "there are 1", work_small},
    {"cxj_worklist", CXJ_BAD_TEXT, "column 10", work_malformed},
    {"cxj_worklist", CXJ_NO_CALENDAR, "calendar", work_no_calendar},
    {"cxj_worklist", CXJ_BAD_TEXT, "2^31", work_too_long},
    {"cxj_worklist", CXJ_NO_MEMORY, "memory", work_lacking},
    {"cxj_journey_touchpoints", CXJ_OK, "", list_well},
    {"cxj_journey_touchpoints", CXJ_BAD_ARGUMENT, "engine is NULL", list_of_none},
    {"cxj_journey_touchpoints", CXJ_BAD_ARGUMENT, "touchpoints is NULL", list_nowhere},
    {"cxj_journey_touchpoints", CXJ_BAD_ARGUMENT, "count is NULL", list_uncounted},
    {"cxj_journey_touchpoints", CXJ_BAD_ARGUMENT, "touchpoint_size", list_small_items},
    {"cxj_journey_touchpoints", CXJ_TOO_SMALL, "there are 5", list_small},
    {"cxj_journey_touchpoints", CXJ_NOT_FOUND, "4711", list_unknown},
    {"cxj_journey_touchpoints", CXJ_SEALED, "journey 2 is sealed", list_sealed},
    {"cxj_save", CXJ_OK, "", save_well},
    {"cxj_save", CXJ_BAD_ARGUMENT, "engine is NULL", save_of_none},
    {"cxj_save", CXJ_BAD_ARGUMENT, "write is NULL", save_nowhere},
    {"cxj_save", CXJ_IO, "writ", save_in_vain},
    {"cxj_save", CXJ_NO_MEMORY, "no memory", save_lacking},
    {"cxj_save_bytes", CXJ_BAD_ARGUMENT, "engine is NULL", bytes_of_none},
    {"cxj_save_bytes", CXJ_BAD_ARGUMENT, "bytes is NULL", bytes_nowhere},
    {"cxj_save_bytes", CXJ_BAD_ARGUMENT, "length is NULL", bytes_uncounted},
    {"cxj_save_bytes", CXJ_TOO_SMALL, "bytes", bytes_small},
    {"cxj_load", CXJ_OK, "", load_well},
    {"cxj_load", CXJ_BAD_ARGUMENT, "read is NULL", load_of_none},
    {"cxj_load", CXJ_BAD_ARGUMENT, "engine is NULL", load_nowhere},
    {"cxj_load", CXJ_BAD_ARGUMENT, "size", load_short},
    {"cxj_load", CXJ_BAD_BYTES, "byte 0", load_nothing},
    {"cxj_load", CXJ_IO, "read", load_in_vain},
    {"cxj_load", CXJ_LIMIT, "codes", load_limited},
    {"cxj_load_bytes", CXJ_OK, "", load_bytes_well},
    {"cxj_load_bytes", CXJ_BAD_ARGUMENT, "bytes is NULL", load_bytes_of_none},
    {"cxj_load_bytes", CXJ_BAD_BYTES, "byte ", load_bytes_short},
    {"cxj_load_bytes", CXJ_NEWER_FORMAT, "newer", load_bytes_newer},
    {"cxj_validate", CXJ_OK, "", check_well},
    {"cxj_validate", CXJ_BAD_ARGUMENT, "read is NULL", check_of_none},
    {"cxj_validate", CXJ_BAD_ARGUMENT, "size", check_short},
    {"cxj_validate", CXJ_IO, "read", check_in_vain},
    {"cxj_validate", CXJ_BAD_BYTES, "byte 0", check_nothing},
    {"cxj_validate_bytes", CXJ_OK, "", check_bytes_well},
    {"cxj_validate_bytes", CXJ_BAD_ARGUMENT, "bytes is NULL", check_bytes_of_none},
    {"cxj_validate_bytes", CXJ_BAD_ARGUMENT, "validation is NULL", check_bytes_nowhere},
    {"cxj_validate_bytes", CXJ_BAD_ARGUMENT, "validation_size", check_bytes_small},
    {"cxj_validate_bytes", CXJ_BAD_ARGUMENT, "size", check_short_bytes},
    {"cxj_validate_bytes", CXJ_BAD_BYTES, "byte ", check_bytes_short},
    {"cxj_validate_bytes", CXJ_NEWER_FORMAT, "newer", check_bytes_newer},
};
enum { TELLINGS = sizeof tellings / sizeof *tellings };

/* "Such a buffer is NUL-terminated, cut at a character to fit, and "" if the call did not fail; with message NULL or
 * message_capacity 0 no sentence is written. 320 bytes hold every sentence." */
START_TEST(readers_that_fail_have_a_sentence) {
    const telling *one = &tellings[_i];
    char whole[400], cut[400];
    memset(whole, 0x5a, sizeof whole);
    ck_assert_msg(one->call(whole, sizeof whole) == one->status, "%s: not: %s", one->name,
                  cxj_status_text(one->status));
    ck_assert_msg(strstr(whole, one->words) != NULL, "%s: no \"%s\" in: %s", one->name, one->words, whole);
    ck_assert((whole[0] == '\0') == (one->status >= 0));
    ck_assert_uint_lt(strlen(whole), 320);
    ck_assert_int_eq(one->call(NULL, 0), one->status);
    ck_assert_int_eq(one->call(NULL, 320), one->status);
    for (size_t capacity = 0; capacity <= strlen(whole) + 1; capacity++) {
        memset(cut, 0x5a, sizeof cut);
        ck_assert_int_eq(one->call(cut, capacity), one->status);
        for (size_t i = capacity; i < sizeof cut; i++) ck_assert_int_eq(cut[i], 0x5a);
        if (capacity == 0) continue;
        size_t length = strlen(cut);
        ck_assert_uint_lt(length, capacity);
        ck_assert(length + 4 >= capacity || length == strlen(whole)); /* no more is cut than a character */
        ck_assert_mem_eq(cut, whole, length);
    }
}
END_TEST

/* Both are no engine's, and so no reader can be made to say it. */
START_TEST(sentences_are_cut_at_a_character) {
    static const char sentence[] = "a\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 z";
    for (size_t capacity = 1; capacity <= sizeof sentence; capacity++) {
        char cut[32];
        size_t offset = 0;
        memset(cut, 0x5a, sizeof cut);
        cxj__base_tell(cut, capacity, sentence);
        size_t length = strlen(cut);
        ck_assert_uint_lt(length, capacity);
        ck_assert_uint_ge(length + 4, capacity < sizeof sentence ? capacity : sizeof sentence);
        ck_assert(cxj__base_is_utf8(cut, length, &offset));
        ck_assert_mem_eq(cut, sentence, length);
        for (size_t i = capacity; i < sizeof cut; i++) ck_assert_int_eq(cut[i], 0x5a);
    }
}
END_TEST

START_TEST(no_reader_is_forgotten) {
    char *text = header(), name[64], parameters[600];
    for (const char *at = text; next_function(&at, name, parameters);) {
        bool has_message = has_word(parameters, "message_capacity");
        size_t i = 0;
        while (i < TELLINGS && strcmp(tellings[i].name, name) != 0) i++;
        ck_assert_msg((i < TELLINGS) == has_message, "%s", name);
        ck_assert_msg(!has_message || has_word(parameters, "message"), "%s", name);
    }
    free(text);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Constants and tables
 * ------------------------------------------------------------------------------------------------------------------ */

/* "Errors are negative; 0 is CXJ_OK; positive numbers are outcomes other than errors": as the header lists them, each
 * with a text. */
START_TEST(errors_are_negative_and_outcomes_are_not) {
    char *text = header();
    const char *at = strstr(text, "    CXJ_OK = 0,"), *end = strstr(at, "};"), *errors = strstr(at, "/* errors */");
    int last = -1, found = 0;
    ck_assert(errors != NULL && errors < end);
    for (at = strstr(at, "    CXJ_"); at != NULL && at < end; at = strstr(at + 1, "\n    CXJ_")) {
        const char *equals = strchr(at, '=');
        int number = atoi(equals + 1);
        ck_assert_msg((number < 0) == (at > errors), "%.30s", at);
        if (at < errors) ck_assert_int_eq(number, ++last);
        if (number < 0) ck_assert_int_eq(number, last >= 0 ? (last = -1) : --last);
        ck_assert_str_ne(cxj_status_text(number), "unknown status");
        found++;
    }
    ck_assert_int_eq(found, CXJ_INCOMPLETE + 1 - CXJ_SAME_ID);
    ck_assert_int_eq(last, CXJ_SAME_ID);
    free(text);
}
END_TEST

/* The constants of metrics are those of the catalogue, none more and none less: CXJ_METRIC_, the grain, the name. */
START_TEST(metrics_have_constants) {
    static const char *const grains[] = {"", "TOUCHPOINTS", "TRANSITIONS", "JOURNEYS"};
    char *text = header(), line[120];
    size_t described = 0, declared = 0;
    cxj_metric_info info;
    for (; cxj_metric_describe(described, &info, sizeof info) == CXJ_OK; described++) {
        int length = snprintf(line, sizeof line, "CXJ_METRIC_%s_%s", grains[info.grain], info.name);
        for (int i = 0; i < length; i++) line[i] = (char)toupper((unsigned char)line[i]);
        snprintf(line + length, sizeof line - (size_t)length, " = %u", (unsigned)info.metric);
        ck_assert_msg(has_word(text, line), "%s is not declared", line);
        uint32_t number = 0;
        ck_assert_int_eq(cxj_metric_find(info.grain, info.name, CXJ_ZERO_TERMINATED, &number), CXJ_OK);
        ck_assert_uint_eq(number, info.metric);
    }
    for (const char *at = strstr(text, "    CXJ_METRIC_"); at != NULL; at = strstr(at + 1, "    CXJ_METRIC_"))
        declared++;
    ck_assert_uint_eq(declared, described);
    free(text);
}
END_TEST

/* The table of facets says what the header says: names, bits, what they are, and what they imply. */
START_TEST(facets_are_those_of_the_header) {
    char *text = header(), word[80];
    cxj_facet_info info;
    uint32_t all = 0;
    size_t index = 0, declared = 0;
    for (; cxj_facet_describe(index, &info, sizeof info) == CXJ_OK; index++) {
        int length = snprintf(word, sizeof word, "    CXJ_FACET_%s = %" PRIu32 ",", info.name, info.facet);
        for (int i = 0; i < length; i++) word[i] = (char)toupper((unsigned char)word[i]);
        const char *line = strstr(text, word);
        ck_assert_msg(line != NULL, "%s", word);
        const char *comment = strstr(line, "/**< ") + 5, *end = strstr(comment, " */"),
                   *implies = strstr(comment, "; implies ");
        bool implies_some = implies != NULL && implies < end;
        ck_assert_msg(strlen(info.summary) == (size_t)((implies_some ? implies : end) - comment) &&
                          strncmp(info.summary, comment, strlen(info.summary)) == 0,
                      "%s is \"%s\"", info.name, info.summary);
        uint32_t said = info.facet;
        cxj_facet_info other;
        for (size_t k = 0; implies_some && cxj_facet_describe(k, &other, sizeof other) == CXJ_OK; k++) {
            snprintf(word, sizeof word, "%.*s", (int)(end - implies), implies);
            if (has_word(word, other.name)) said |= other.facet;
        }
        ck_assert_uint_eq(info.implies, said);
        ck_assert_uint_eq(cxj__touchpoint_imply(info.facet), said);
        ck_assert_uint_eq(info.facet, UINT32_C(1) << index);
        all |= info.facet;
    }
    ck_assert_uint_eq(all, CXJ_FACETS_ALL);
    for (const char *at = strstr(text, "    CXJ_FACET_"); at != NULL; at = strstr(at + 1, "    CXJ_FACET_")) declared++;
    ck_assert_uint_eq(declared, index);
    ck_assert_int_eq(cxj_facet_describe(SIZE_MAX, &info, sizeof info), CXJ_NOT_FOUND);
    /* of any set of facets, each implies for itself */
    for (uint32_t set = 0; set <= CXJ_FACETS_ALL; set++) {
        uint32_t each = 0;
        for (size_t i = 0; i < index; i++) {
            if (set >> i & 1) each |= cxj__touchpoint_imply(UINT32_C(1) << i);
        }
        ck_assert_uint_eq(cxj__touchpoint_imply(set), each);
    }
    free(text);
}
END_TEST

/* Marks the bytes of a member, which nothing else may have. */
static void mark(unsigned char *owned, size_t offset, size_t size, const char *member) {
    for (size_t i = offset; i < offset + size; i++) {
        ck_assert_msg(owned[i] == 0, "%s stands where something else does", member);
        owned[i] = 1;
    }
}

#define MARK(type, member) mark(owned, offsetof(type, member), sizeof(((type *)0)->member), #member)
static void check_marked(const unsigned char *owned, size_t size, const char *type) {
    for (size_t i = 0; i < size; i++) ck_assert_msg(owned[i] == 1, "byte %zu of %s is no field's", i, type);
}

/* The list of fields is that of the struct, of its columns and of its names: each member of the three is journey, id,
 * revision, reserved or in the list, with the same type. */
START_TEST(fields_are_those_of_the_structs) {
    unsigned char owned[512] = {0};
    static const cxj_columns *columns;
    static const cxj_touchpoint *t;
    static const cxj_named_touchpoint *named;
#define CODE_IN_STRUCT(field, dimension) MARK(cxj_touchpoint, field);
#define NUMBER_IN_STRUCT(field) MARK(cxj_touchpoint, field);
    CXJ__FIELDS(NUMBER_IN_STRUCT, CODE_IN_STRUCT)
    MARK(cxj_touchpoint, journey);
    MARK(cxj_touchpoint, id);
    MARK(cxj_touchpoint, revision);
    MARK(cxj_touchpoint, reserved);
    check_marked(owned, sizeof(cxj_touchpoint), "cxj_touchpoint");
    memset(owned, 0, sizeof owned);
#define NUMBER_IN_COLUMNS(field)                                                                                       \
    MARK(cxj_columns, field);                                                                                          \
    ck_assert_uint_eq(sizeof *columns->field, sizeof t->field);
#define CODE_IN_COLUMNS(field, dimension) NUMBER_IN_COLUMNS(field)
    CXJ__FIELDS(NUMBER_IN_COLUMNS, CODE_IN_COLUMNS)
    NUMBER_IN_COLUMNS(journey);
    NUMBER_IN_COLUMNS(id);
    NUMBER_IN_COLUMNS(revision);
    MARK(cxj_columns, size);
    check_marked(owned, sizeof(cxj_columns), "cxj_columns");
    memset(owned, 0, sizeof owned);
    /* of the numbers, customer is a text or a number there */
    MARK(cxj_named_touchpoint, journey);
    MARK(cxj_named_touchpoint, id);
    MARK(cxj_named_touchpoint, customer);
    MARK(cxj_named_touchpoint, journey_number);
    MARK(cxj_named_touchpoint, id_number);
    MARK(cxj_named_touchpoint, customer_number);
    MARK(cxj_named_touchpoint, revision);
    MARK(cxj_named_touchpoint, reserved);
#define IS_CUSTOMER(field) (offsetof(cxj_touchpoint, field) == offsetof(cxj_touchpoint, customer))
#define NAMED_NUMBER(field)                                                                                            \
    if (!IS_CUSTOMER(field)) {                                                                                         \
        MARK(cxj_named_touchpoint, field);                                                                             \
        ck_assert_uint_eq(sizeof named->field, sizeof t->field);                                                       \
    }
#define NAMED_CODE(field, dimension)                                                                                   \
    MARK(cxj_named_touchpoint, field);                                                                                 \
    ck_assert_uint_eq(sizeof named->field, sizeof(cxj_text));
    CXJ__FIELDS(NAMED_NUMBER, NAMED_CODE)
    check_marked(owned, sizeof(cxj_named_touchpoint), "cxj_named_touchpoint");
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

static void add_repeated_case(Suite *suite, const char *name, const TTest *const *tests, size_t count, int turns) {
    TCase *cases = tcase_create(name);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_set_timeout(cases, 280);
    for (size_t i = 0; i < count; i++) tcase_add_loop_test(cases, tests[i], 0, turns);
    suite_add_tcase(suite, cases);
}

#define ADD_REPEATED_CASE(suite, name, turns, tests) add_repeated_case(suite, name, tests, sizeof(tests) / sizeof *(tests), turns)

int main(void) {
    const TTest *each_size[] = {sizes_below_the_least_are_refused, results_are_written_up_to_their_size,
                                structs_are_taken_if_their_tail_is_zero};
    const TTest *each_room[] = {too_little_room_gets_nothing};
    const TTest *each_sentence[] = {readers_that_fail_have_a_sentence};
    const TTest *wholes[] = {no_size_is_forgotten, every_struct_has_its_size, no_room_is_forgotten,
                             sentences_are_cut_at_a_character, no_reader_is_forgotten};
    const TTest *tables[] = {errors_are_negative_and_outcomes_are_not, metrics_have_constants,
                             facets_are_those_of_the_header, fields_are_those_of_the_structs};
    Suite *suite = suite_create("border");
    ADD_REPEATED_CASE(suite, "sizes", SIZES, each_size);
    ADD_REPEATED_CASE(suite, "room", ROOMS, each_room);
    ADD_REPEATED_CASE(suite, "sentences", TELLINGS, each_sentence);
    ADD_REPEATED_CASE(suite, "all of them", 1, wholes);
    ADD_REPEATED_CASE(suite, "tables", 1, tables);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
