/* engine: the life of a handle, its names, views and clock. What include/cxj.h says of them, at the edges.
 *
 * SPDX-License-Identifier: MIT
 */
#include "engine.h"
#include "suite.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static cxj_engine *make(void) {
    cxj_engine *engine = NULL;
    ck_assert_int_eq(cxj_engine_create(NULL, NULL, 0, &engine), CXJ_OK);
    return engine;
}

static cxj_view *add(cxj_engine *engine, const char *text) {
    cxj_view *view = NULL;
    ck_assert_int_eq(cxj_view_add(engine, text, CXJ_ZERO_TERMINATED, &view), CXJ_OK);
    return view;
}

static uint32_t code(cxj_engine *engine, uint32_t dimension, const char *name) {
    uint32_t given = 0;
    ck_assert_int_eq(cxj_code(engine, dimension, name, CXJ_ZERO_TERMINATED, &given), CXJ_OK);
    return given;
}

static void record(cxj_engine *engine, cxj_touchpoint touchpoint) {
    ck_assert_int_eq(cxj_record(engine, &touchpoint, sizeof touchpoint, 1, 0, NULL, 0), CXJ_OK);
}

static cxj_stats stats_of(const cxj_engine *engine) {
    cxj_stats stats;
    ck_assert_int_eq(cxj_engine_stats(engine, &stats, sizeof stats), CXJ_OK);
    return stats;
}

/* A metric of the one cell of a view without dimensions. */
static double metric_of(const cxj_view *view, uint32_t grain, const char *name) {
    uint32_t metric = 0;
    cxj_value result;
    ck_assert_int_eq(cxj_metric_find(grain, name, CXJ_ZERO_TERMINATED, &metric), CXJ_OK);
    ck_assert_int_eq(cxj_view_get(view, NULL, sizeof(cxj_text), 0, &metric, 1, NULL, 0, &result, sizeof result),
                     CXJ_OK);
    return result.value;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Version, status, sizes
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST(version_is_that_of_the_header) {
    char text[40];
    snprintf(text, sizeof text, "%d.%d.%d", CXJ_VERSION_MAJOR, CXJ_VERSION_MINOR, CXJ_VERSION_PATCH);
    ck_assert_str_eq(cxj_version_text(), text);
    ck_assert_uint_eq(cxj_version(), CXJ_VERSION_MAJOR * 1000000 + CXJ_VERSION_MINOR * 1000 + CXJ_VERSION_PATCH);
}
END_TEST

START_TEST(each_status_has_a_text_of_its_own) {
    for (cxj_status a = CXJ_SAME_ID; a <= CXJ_INCOMPLETE; a++) {
        ck_assert_uint_gt(strlen(cxj_status_text(a)), 0);
        ck_assert_str_ne(cxj_status_text(a), "unknown status");
        for (cxj_status b = CXJ_SAME_ID; b < a; b++) ck_assert_str_ne(cxj_status_text(a), cxj_status_text(b));
    }
}
END_TEST

START_TEST(other_numbers_are_unknown_statuses) {
    static const cxj_status others[] = {CXJ_SAME_ID - 1, CXJ_INCOMPLETE + 1, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < 4; i++) ck_assert_str_eq(cxj_status_text(others[i]), "unknown status");
}
END_TEST

START_TEST(each_public_struct_has_its_size) {
#define CHECK_SIZE(type) ck_assert_uint_eq(cxj_size_of(#type), sizeof(type))
    CHECK_SIZE(cxj_options);
    CHECK_SIZE(cxj_stats);
    CHECK_SIZE(cxj_touchpoint);
    CHECK_SIZE(cxj_receipt);
    CHECK_SIZE(cxj_columns);
    CHECK_SIZE(cxj_view_info);
    CHECK_SIZE(cxj_value);
    CHECK_SIZE(cxj_metric_info);
    CHECK_SIZE(cxj_text);
    CHECK_SIZE(cxj_commitment);
    CHECK_SIZE(cxj_journey);
    CHECK_SIZE(cxj_validation);
#undef CHECK_SIZE
    ck_assert_uint_eq(sizeof(cxj_touchpoint), 96);
}
END_TEST

START_TEST(what_is_no_public_struct_has_no_size) {
    static const char *const names[] = {NULL, "", "cxj_engine", "cxj_touchpoin", "cxj_touchpoint ", "CXJ_OPTIONS"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) ck_assert_uint_eq(cxj_size_of(names[i]), 0);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Making and ending
 * ------------------------------------------------------------------------------------------------------------------ */

typedef struct trial {
    const char *what;
    cxj_options options;
    bool good;
} trial;

START_TEST(options_are_good_up_to_their_bounds) {
    const size_t size = sizeof(cxj_options);
    const trial trials[] = {
        {"size alone", {.size = size}, true},
        {"no size", {.size = 0}, false},
        {"size of its first member", {.size = sizeof(size_t)}, false},
        {"size of a pointer", {.size = sizeof(cxj_options *)}, false},
        {"one byte too small", {.size = size - 1}, false},
        {"most touchpoints", {.size = size, .touchpoints_limit = 29000}, true},
        {"too many touchpoints", {.size = size, .touchpoints_limit = 29001}, false},
        {"most codes", {.size = size, .codes_limit = 16777215}, true},
        {"too many codes", {.size = size, .codes_limit = 16777216}, false},
        {"all facets unrecorded", {.size = size, .unrecorded_facets = CXJ_FACETS_ALL}, true},
        {"an unknown facet unrecorded", {.size = size, .unrecorded_facets = CXJ_FACETS_ALL + 1}, false},
        {"longest time to sealing", {.size = size, .seal_ended_after = INT64_C(1000000000000000)}, true},
        {"too long a time after the end", {.size = size, .seal_ended_after = INT64_C(1000000000000001)}, false},
        {"too long a time after the last", {.size = size, .seal_idle_after = INT64_C(1000000000000001)}, false},
        {"a negative time after the end", {.size = size, .seal_ended_after = -1}, false},
        {"a negative time after the last", {.size = size, .seal_idle_after = -1}, false},
        {"reserved member", {.size = size, .reserved = {1}}, false},
        {"most views", {.size = size, .views_limit = 4096}, true},
        {"too many views", {.size = size, .views_limit = 4097}, false},
    };
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        char message[100] = "?";
        cxj_engine *engine = (cxj_engine *)message;
        cxj_status status = cxj_engine_create(&trials[i].options, message, sizeof message, &engine);
        ck_assert_msg(status == (trials[i].good ? CXJ_OK : CXJ_BAD_ARGUMENT), "%s", trials[i].what);
        ck_assert_msg((engine != NULL) == trials[i].good, "%s", trials[i].what);
        ck_assert_msg((message[0] == '\0') == trials[i].good, "%s: \"%s\"", trials[i].what, message);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* "where to write why it failed, NUL-terminated and cut to fit" */
START_TEST(message_of_creation_is_cut_to_fit) {
    const cxj_options options = {.size = sizeof options, .touchpoints_limit = UINT32_MAX};
    char whole[200], cut[8] = "???????";
    cxj_engine *engine = NULL;
    ck_assert_int_eq(cxj_engine_create(&options, whole, sizeof whole, &engine), CXJ_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(whole, "touchpoints_limit"));
    ck_assert_int_eq(cxj_engine_create(&options, cut, 6, &engine), CXJ_BAD_ARGUMENT);
    ck_assert_uint_eq(strlen(cut), 5);
    ck_assert_mem_eq(cut, whole, 5);
    ck_assert_int_eq(cut[6], '?');
    ck_assert_int_eq(cxj_engine_create(&options, cut, 0, &engine), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cut[0], whole[0]);
}
END_TEST

/* "Functions that destroy, close or drop something do nothing if given NULL." */
START_TEST(ending_nothing_does_nothing) {
    cxj_engine *engine = make();
    cxj_engine_destroy(NULL);
    cxj_cursor_close(NULL);
    ck_assert_int_eq(cxj_view_drop(engine, NULL), CXJ_OK);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * The message
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST(message_lives_until_the_next_change) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "journeys");
    cxj_view_info info;
    ck_assert_str_eq(cxj_message(NULL), "");
    ck_assert_str_eq(cxj_message(engine), "");
    ck_assert_int_eq(cxj_erase_journey(engine, 9), CXJ_NOT_FOUND);
    ck_assert_uint_gt(strlen(cxj_message(engine)), 0);
    char before[200];
    snprintf(before, sizeof before, "%s", cxj_message(engine));
    /* Readers leave it alone, also those that fail. */
    ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
    ck_assert_int_eq(cxj_journey_state(engine, 9, NULL, 0, NULL, 0), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(cxj_message(engine), before);
    ck_assert_int_eq(cxj_advance(engine, 1), CXJ_OK);
    ck_assert_str_eq(cxj_message(engine), "");
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Names
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST(codes_run_from_one_in_each_dimension) {
    cxj_engine *engine = make();
    for (uint32_t d = CXJ_DIMENSION_OWNER; d <= CXJ_DIMENSION_REASON; d++) {
        ck_assert_uint_eq(code(engine, d, "first"), 1);
        ck_assert_uint_eq(code(engine, d, "second"), 2);
        ck_assert_uint_eq(code(engine, d, "first"), 1);
        ck_assert_uint_eq(code(engine, d, ""), 0);
    }
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(dimensions_without_dictionary_have_no_codes) {
    static const uint32_t others[] = {0, CXJ_DIMENSION_OUTCOME, CXJ_DIMENSION_EXIT, UINT32_MAX};
    cxj_engine *engine = make();
    for (size_t i = 0; i < 4; i++) {
        uint32_t given = 77;
        const char *name = NULL;
        ck_assert_int_eq(cxj_code(engine, others[i], "a", 1, &given), CXJ_BAD_ARGUMENT);
        ck_assert_int_eq(cxj_find_code(engine, others[i], "a", 1, &given), CXJ_BAD_ARGUMENT);
        ck_assert_int_eq(cxj_name(engine, others[i], 0, &name, NULL), CXJ_BAD_ARGUMENT);
        ck_assert_uint_eq(given, 77);
    }
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(finding_a_code_makes_none) {
    cxj_engine *engine = make();
    uint32_t given = 77;
    ck_assert_int_eq(cxj_find_code(engine, CXJ_DIMENSION_TEAM, "a", 1, &given), CXJ_NOT_FOUND);
    ck_assert_uint_eq(given, 77);
    ck_assert_uint_eq(code(engine, CXJ_DIMENSION_TEAM, "b"), 1);
    ck_assert_int_eq(cxj_find_code(engine, CXJ_DIMENSION_TEAM, "b", CXJ_ZERO_TERMINATED, &given), CXJ_OK);
    ck_assert_uint_eq(given, 1);
    ck_assert_int_eq(cxj_find_code(engine, CXJ_DIMENSION_TEAM, NULL, 0, &given), CXJ_OK);
    ck_assert_uint_eq(given, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* "Texts are … given as pointer and length in bytes": what stands behind the length is not read. */
START_TEST(name_ends_at_its_length) {
    cxj_engine *engine = make();
    uint32_t ab = 0;
    const char *name = NULL;
    size_t length = 0;
    ck_assert_int_eq(cxj_code(engine, CXJ_DIMENSION_OWNER, "abc\xff", 2, &ab), CXJ_OK);
    ck_assert_int_eq(cxj_name(engine, CXJ_DIMENSION_OWNER, ab, &name, &length), CXJ_OK);
    ck_assert_str_eq(name, "ab");
    ck_assert_uint_eq(length, 2);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(name_of_a_code_that_was_never_given) {
    cxj_engine *engine = make();
    const char *name = NULL;
    size_t length = 9;
    ck_assert_int_eq(cxj_name(engine, CXJ_DIMENSION_OWNER, 0, &name, &length), CXJ_OK);
    ck_assert_str_eq(name, "");
    ck_assert_uint_eq(length, 0);
    code(engine, CXJ_DIMENSION_OWNER, "a");
    ck_assert_int_eq(cxj_name(engine, CXJ_DIMENSION_OWNER, 2, &name, NULL), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_name(engine, CXJ_DIMENSION_OWNER, UINT32_MAX, &name, NULL), CXJ_NOT_FOUND);
    ck_assert_str_eq(name, "");
    cxj_engine_destroy(engine);
}
END_TEST

/* A name lives "until an erasure retires it or the engine ends": not only until others come. */
START_TEST(name_stays_where_it_is_while_others_come) {
    cxj_engine *engine = make();
    const char *first = NULL, *again = NULL;
    uint32_t one = code(engine, CXJ_DIMENSION_OWNER, "first of many");
    ck_assert_int_eq(cxj_name(engine, CXJ_DIMENSION_OWNER, one, &first, NULL), CXJ_OK);
    for (int i = 0; i < 5000; i++) {
        char name[16];
        snprintf(name, sizeof name, "n%d", i);
        code(engine, CXJ_DIMENSION_OWNER, name);
    }
    ck_assert_int_eq(cxj_name(engine, CXJ_DIMENSION_OWNER, one, &again, NULL), CXJ_OK);
    ck_assert_ptr_eq(first, again);
    ck_assert_str_eq(first, "first of many");
    cxj_engine_destroy(engine);
}
END_TEST

/* cxj_code() "makes no cursor stale". */
START_TEST(new_name_makes_no_cursor_stale) {
    cxj_engine *engine = make();
    cxj_cursor *cursor = NULL;
    const cxj_view *view = add(engine, "journeys");
    ck_assert_int_eq(cxj_cursor_open(view, NULL, 0, &cursor), CXJ_OK);
    code(engine, CXJ_DIMENSION_OWNER, "a");
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_DONE);
    cxj_cursor_close(cursor);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Numbers of texts (section 7)
 * ------------------------------------------------------------------------------------------------------------------ */

static uint64_t number_of(const char *text, size_t length) {
    uint64_t number = 0;
    ck_assert_int_eq(cxj_id_from_text(NULL, text, length, &number), CXJ_OK);
    return number;
}

/* "a number below 2^63 written as digits without leading zeros, not 0, is taken as it is" */
START_TEST(digits_below_half_are_that_number) {
    static const struct {
        const char *text;
        uint64_t number;
    } cases[] = {
        {"1", 1}, {"7", 7}, {"10", 10}, {"4200", 4200}, {"9223372036854775807", UINT64_C(9223372036854775807)}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_uint_eq(number_of(cases[i].text, CXJ_ZERO_TERMINATED), cases[i].number);
    }
    ck_assert_uint_eq(number_of("123", 2), 12);
}
END_TEST

START_TEST(empty_text_is_zero) {
    ck_assert_uint_eq(number_of("", CXJ_ZERO_TERMINATED), 0);
    ck_assert_uint_eq(number_of("12", 0), 0);
    ck_assert_uint_eq(number_of(NULL, 0), 0);
}
END_TEST

/* "any other text t stands for the number 2^63 + (h mod 2^63)": also digits from 2^63 on, signs and blanks. */
START_TEST(any_other_text_has_a_number_above_half) {
    static const char *const texts[] = {"9223372036854775808",
                                        "9999999999999999999",
                                        "10000000000000000000",
                                        "18446744073709551615",
                                        "18446744073709551616",
                                        "99999999999999999999999",
                                        "-1",
                                        "0",
                                        "00",
                                        "007",
                                        "01",
                                        "000000000000000000000000000000000000001",
                                        "+1",
                                        " 1",
                                        "1 ",
                                        "1.0",
                                        "0x1",
                                        "CASE-7",
                                        "\xc3\xa9",
                                        "\xff"};
    enum { TEXTS = sizeof texts / sizeof *texts };
    uint64_t numbers[TEXTS];
    for (size_t i = 0; i < TEXTS; i++) {
        numbers[i] = number_of(texts[i], CXJ_ZERO_TERMINATED);
        ck_assert_msg(numbers[i] >> 63 == 1, "%s", texts[i]);
        for (size_t k = 0; k < i; k++) ck_assert_uint_ne(numbers[i], numbers[k]);
    }
}
END_TEST

/* The test vectors of Aumasson and Bernstein: the bytes 00 01 02 … under the key 00 01 02 … 0f. */
START_TEST(text_has_the_number_of_its_siphash) {
    static const struct {
        size_t length;
        uint64_t hash;
    } vectors[] = {{1, UINT64_C(0x74f839c593dc67fd)},
                   {2, UINT64_C(0x0d6c8009d9a94f5a)},
                   {7, UINT64_C(0xab0200f58b01d137)},
                   {8, UINT64_C(0x93f5f5799a932462)},
                   {15, UINT64_C(0xa129ca6149be45e5)}};
    char bytes[16];
    for (int i = 0; i < 16; i++) bytes[i] = (char)i;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        ck_assert_uint_eq(number_of(bytes, vectors[i].length), vectors[i].hash | UINT64_C(1) << 63);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Stats and what the feed carries
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST(stats_of_an_empty_engine) {
    cxj_engine *engine = make();
    cxj_stats stats = stats_of(engine);
    ck_assert_uint_eq(stats.touchpoints + stats.journeys + stats.held + stats.duplicates + stats.refused, 0);
    ck_assert_int_eq(stats.latest_at, 0);
    ck_assert_int_eq(stats.now, 0);
    ck_assert_int_eq(stats.has_now, 0);
    ck_assert_uint_gt(stats.memory, 0);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(stats_tell_what_contributes_from_what_is_held) {
    cxj_engine *engine = make();
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = -500});
    record(engine, (cxj_touchpoint){.journey = 1, .id = 2, .at = -100, .facets = CXJ_FACET_WITHDRAWN});
    record(engine, (cxj_touchpoint){.journey = 2, .id = 1, .at = 900, .facets = CXJ_FACET_WITHDRAWN});
    cxj_stats stats = stats_of(engine);
    ck_assert_uint_eq(stats.touchpoints, 1);
    ck_assert_uint_eq(stats.journeys, 1);
    ck_assert_uint_eq(stats.held, 3);
    ck_assert_int_eq(stats.latest_at, -500);
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_OK);
    stats = stats_of(engine);
    ck_assert_uint_eq(stats.touchpoints + stats.journeys, 0);
    ck_assert_uint_eq(stats.held, 1);
    ck_assert_int_eq(stats.latest_at, 0);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(stats_add_up_the_feed_over_calls) {
    cxj_engine *engine = make();
    cxj_touchpoint t = {.journey = 1, .id = 1, .revision = 2, .at = 1};
    record(engine, t);
    record(engine, t);
    t.at = 2;
    record(engine, t);
    t.revision = 1;
    record(engine, t);
    t.journey = 0;
    ck_assert_int_eq(cxj_record(engine, &t, sizeof t, 1, 0, NULL, 0), CXJ_REFUSED);
    cxj_stats stats = stats_of(engine);
    ck_assert_uint_eq(stats.duplicates, 2);
    ck_assert_uint_eq(stats.conflicts, 1);
    ck_assert_uint_eq(stats.superseded, 1);
    ck_assert_uint_eq(stats.refused, 1);
    ck_assert_uint_eq(stats.late, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* "latest_at: the greatest at of a touchpoint that contributes", exact after whatever takes it away: of many journeys,
 * so that the one to be found is anywhere. And asking changes nothing. */
START_TEST(latest_is_exact_whatever_goes) {
    enum { JOURNEYS_HERE = 1000, PER_JOURNEY = 3 };
    cxj_engine *engine = make();
    static int64_t at[JOURNEYS_HERE + 1][PER_JOURNEY]; /* INT64_MIN: it does not contribute */
    static uint64_t revisions[JOURNEYS_HERE + 1][PER_JOURNEY];
    uint64_t state = 7;
    for (size_t step = 0; step < 40000; step++) {
        state = state * UINT64_C(6364136223846793005) + 1;
        size_t j = 1 + (state >> 33) % JOURNEYS_HERE, i = (state >> 20) % PER_JOURNEY, what = (state >> 50) % 10;
        if (what == 9 || (step > 30000 && what > 3)) { /* whose the latest is goes */
            int64_t latest = stats_of(engine).latest_at;
            for (size_t k = 1; k <= JOURNEYS_HERE; k++) {
                for (size_t l = 0; l < PER_JOURNEY; l++) {
                    if (revisions[k][l] == 0 || at[k][l] != latest) continue;
                    j = k;
                    i = l;
                }
            }
            what = (state >> 40) % 3;
        }
        if (what == 0 && revisions[j][i] > 0) {
            ck_assert_int_eq(cxj_withdraw(engine, j, i + 1, 0), CXJ_OK);
            revisions[j][i]++;
            at[j][i] = INT64_MIN;
        } else if (what == 1) {
            (void)cxj_erase_journey(engine, j);
            memset(revisions[j], 0, sizeof revisions[j]);
        } else {
            at[j][i] = (int64_t)((state >> 11) % 1000000) - 500000;
            cxj_touchpoint t = {.journey = j, .id = i + 1, .revision = ++revisions[j][i], .at = at[j][i]};
            record(engine, t);
        }
        if (step % 16 != 0) continue;
        int64_t expected = INT64_MIN;
        for (size_t k = 1; k <= JOURNEYS_HERE; k++) {
            for (size_t l = 0; l < PER_JOURNEY; l++) {
                if (revisions[k][l] > 0 && at[k][l] > expected) expected = at[k][l];
            }
        }
        ck_assert_int_eq(stats_of(engine).latest_at, expected == INT64_MIN ? 0 : expected);
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* "A zero must not look like good news where nobody records the fact" (section 6). */
START_TEST(unfed_facet_takes_the_value_and_gives_it_back) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "touchpoints");
    cxj_cursor *cursor = NULL;
    record(engine, (cxj_touchpoint){.journey = 1, .at = 1, .facets = CXJ_FACET_FAULT});
    ck_assert_int_eq(cxj_cursor_open(view, NULL, 0, &cursor), CXJ_OK);
    ck_assert_int_eq(cxj_set_unrecorded(engine, CXJ_FACETS_ALL + 1), CXJ_BAD_ARGUMENT);
    ck_assert_double_eq(metric_of(view, CXJ_GRAIN_TOUCHPOINTS, "faults"), 1);
    ck_assert_int_eq(cxj_set_unrecorded(engine, CXJ_FACET_FAULT), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_STALE);
    ck_assert(isnan(metric_of(view, CXJ_GRAIN_TOUCHPOINTS, "faults")));
    ck_assert_double_eq(metric_of(view, CXJ_GRAIN_TOUCHPOINTS, "touchpoints"), 1);
    ck_assert_int_eq(cxj_set_unrecorded(engine, 0), CXJ_OK);
    ck_assert_double_eq(metric_of(view, CXJ_GRAIN_TOUCHPOINTS, "faults"), 1);
    cxj_cursor_close(cursor);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Views
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST(same_text_is_the_same_view) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "touchpoints by channel");
    ck_assert_ptr_eq(add(engine, "touchpoints by channel"), view);
    ck_assert_ptr_eq(add(engine, "touchpoints  by channel"), view); /* "Texts with the same meaning …" */
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(views_stand_in_the_order_of_their_coming) {
    cxj_engine *engine = make(), *other = make();
    cxj_view *a = add(engine, "journeys"), *b = add(engine, "touchpoints"), *c = add(engine, "journeys by type"), *at;
    ck_assert_int_eq(cxj_view_drop(other, b), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_view_drop(engine, b), CXJ_OK);
    ck_assert_int_eq(cxj_view_at(engine, 0, &at), CXJ_OK);
    ck_assert_ptr_eq(at, a);
    ck_assert_int_eq(cxj_view_at(engine, 1, &at), CXJ_OK);
    ck_assert_ptr_eq(at, c);
    ck_assert_int_eq(cxj_view_at(engine, 2, &at), CXJ_NOT_FOUND);
    ck_assert_ptr_eq(at, c);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(other);
}
END_TEST

/* "The library keeps no pointer to what a host passes in: texts and arrays are copied." */
START_TEST(text_of_a_view_is_copied) {
    char text[] = "touchpoints by channel|";
    cxj_engine *engine = make();
    cxj_view *view = NULL;
    cxj_view_info info;
    ck_assert_int_eq(cxj_view_add(engine, text, strlen(text) - 1, &view), CXJ_OK);
    memset(text, 'x', sizeof text);
    ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
    ck_assert_str_eq(info.text, "touchpoints by channel");
    ck_assert_uint_eq(info.text_length, 22);
    cxj_engine_destroy(engine);
}
END_TEST

/* "The names of the conditions enter the dictionaries", those of a view that is refused do not. */
START_TEST(refused_view_brings_no_names) {
    cxj_engine *engine = make();
    cxj_view *view = NULL;
    uint32_t given = 0;
    cxj_status status = cxj_view_add(engine, "touchpoints where team in (a, b", CXJ_ZERO_TERMINATED, &view);
    ck_assert_int_eq(status, CXJ_BAD_TEXT);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "column 32"));
    ck_assert_int_eq(cxj_find_code(engine, CXJ_DIMENSION_TEAM, "a", 1, &given), CXJ_NOT_FOUND);
    ck_assert_uint_eq(code(engine, CXJ_DIMENSION_TEAM, "c"), 1);
    add(engine, "touchpoints where team in (a, b)");
    ck_assert_int_eq(cxj_find_code(engine, CXJ_DIMENSION_TEAM, "a", 1, &given), CXJ_OK);
    ck_assert_uint_eq(given, 2);
    cxj_engine_destroy(engine);
}
END_TEST

/* "A call that fails has changed nothing": a code that the host was given is good after it as before, also when
 * another journey is erased then. */
START_TEST(refused_view_retires_no_name) {
    cxj_engine *engine = make();
    cxj_view *view = NULL;
    const char *name = NULL;
    uint32_t anna = code(engine, CXJ_DIMENSION_OWNER, "Anna");
    record(engine, (cxj_touchpoint){.journey = 1, .at = 1});
    ck_assert_int_eq(cxj_view_add(engine, "touchpoints where owner = Anna or", CXJ_ZERO_TERMINATED, &view),
                     CXJ_BAD_TEXT);
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_OK);
    ck_assert_int_eq(cxj_name(engine, CXJ_DIMENSION_OWNER, anna, &name, NULL), CXJ_OK);
    cxj_engine_destroy(engine);
}
END_TEST

/* "CXJ_LIMIT (… there are 4,096 views)"; a text that is there already still gives its view, and a view that is dropped
 * makes room. */
START_TEST(views_are_limited_in_number) {
    enum { MOST = 4096 };
    cxj_engine *engine = make();
    cxj_view *first = add(engine, "journeys"), *given = NULL;
    for (int i = 1; i < MOST; i++) {
        char text[60];
        snprintf(text, sizeof text, "touchpoints where stage = s%d", i);
        add(engine, text);
    }
    ck_assert_int_eq(cxj_view_add(engine, "touchpoints", CXJ_ZERO_TERMINATED, &given), CXJ_LIMIT);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "4096"));
    ck_assert_ptr_null(given);
    ck_assert_ptr_eq(add(engine, "journeys"), first);
    ck_assert_int_eq(cxj_view_drop(engine, first), CXJ_OK);
    add(engine, "touchpoints");
    ck_assert_int_eq(cxj_view_add(engine, "journeys", CXJ_ZERO_TERMINATED, &given), CXJ_LIMIT);
    cxj_engine_destroy(engine);
}
END_TEST

/* Cells are numbered by the view's own number, which is never given again: it must not come round. */
START_TEST(numbers_of_views_do_not_come_round) {
    cxj_engine *engine = make();
    cxj_view *given = NULL;
    record(engine, (cxj_touchpoint){.journey = 1, .at = 1});
    engine->next_view = (UINT32_C(1) << 24) - 1;
    const cxj_view *last = add(engine, "touchpoints");
    ck_assert_double_eq(metric_of(last, CXJ_GRAIN_TOUCHPOINTS, "journeys"), 1);
    ck_assert_int_eq(cxj_view_add(engine, "journeys", CXJ_ZERO_TERMINATED, &given), CXJ_LIMIT);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "16,777,216"));
    ck_assert_ptr_null(given);
    cxj_engine_destroy(engine);
}
END_TEST

/* A text that is too long is refused for its length alone, before a byte of it is read: so there need not be more of it
 * than this. */
START_TEST(view_of_two_gigabytes_is_refused_unread) {
    cxj_engine *engine = make();
    cxj_view *given = NULL;
    ck_assert_int_eq(cxj_view_add(engine, "touchpoints", (size_t)INT32_MAX + 1, &given), CXJ_BAD_TEXT);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "2^31 - 2"));
    ck_assert_ptr_null(given);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Calendar (section 10)
 * ------------------------------------------------------------------------------------------------------------------ */

static void check_calendar(const cxj_engine *engine, const char *expected) {
    const char *text = "none";
    size_t length = 77;
    ck_assert_int_eq(cxj_calendar(engine, &text, NULL), CXJ_OK);
    ck_assert_int_eq(cxj_calendar(engine, &text, &length), CXJ_OK);
    ck_assert_uint_eq(length, expected == NULL ? 0 : strlen(expected));
    if (expected == NULL) {
        ck_assert_ptr_null(text);
    } else {
        ck_assert_str_eq(text, expected);
    }
}

/* "The calendar of an engine in its canonical form"; "0, or an empty text, removes the calendar". */
START_TEST(calendar_is_set_and_taken_away) {
    cxj_engine *engine = make();
    check_calendar(engine, NULL);
    static const char given[] = "hours tue 09:00-10:00\n offset  +01:00xxx";
    ck_assert_int_eq(cxj_set_calendar(engine, given, sizeof given - sizeof "xxx"), CXJ_OK);
    check_calendar(engine, "offset +01:00\nhours tue 09:00-10:00\n");
    ck_assert_int_eq(cxj_set_calendar(engine, "offset +01:00\noffset 02:00", CXJ_ZERO_TERMINATED), CXJ_BAD_TEXT);
    ck_assert_str_eq(cxj_message(engine), "calendar, line 2, column 8: expected a moment such as 2026-03-29T01:00:00Z, "
                                          "found \"02:00\"");
    check_calendar(engine, "offset +01:00\nhours tue 09:00-10:00\n");
    ck_assert_int_eq(cxj_set_calendar(engine, "# nothing said", CXJ_ZERO_TERMINATED), CXJ_OK);
    ck_assert_str_eq(cxj_message(engine), "");
    check_calendar(engine, "#\n");
    ck_assert_int_eq(cxj_set_calendar(engine, "", CXJ_ZERO_TERMINATED), CXJ_OK);
    check_calendar(engine, NULL);
    ck_assert_int_eq(cxj_set_calendar(engine, "#", 1), CXJ_OK);
    ck_assert_int_eq(cxj_set_calendar(engine, NULL, 0), CXJ_OK);
    check_calendar(engine, NULL);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(bad_calendars_leave_the_one_there_is) {
    cxj_engine *engine = make();
    ck_assert_int_eq(cxj_set_calendar(engine, "offset +01:00", CXJ_ZERO_TERMINATED), CXJ_OK);
    ck_assert_int_eq(cxj_set_calendar(NULL, "#", 1), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_set_calendar(engine, NULL, 1), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(cxj_message(engine), "text is NULL");
    ck_assert_int_eq(cxj_set_calendar(engine, "#", (size_t)INT32_MAX + 1), CXJ_BAD_TEXT);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "2^31 - 2"));
    ck_assert_int_eq(cxj_set_calendar(engine, "#\0", 2), CXJ_BAD_TEXT);
    check_calendar(engine, "offset +01:00\n");
    const char *text = NULL;
    ck_assert_int_eq(cxj_calendar(NULL, &text, NULL), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_calendar(engine, NULL, NULL), CXJ_BAD_ARGUMENT);
    cxj_engine_destroy(engine);
}
END_TEST

/* "`in working hours` … is refused where the engine has no calendar": by a sentence that says so. */
START_TEST(working_hours_need_a_calendar) {
    cxj_engine *engine = make();
    cxj_view *view = NULL;
    static const char *const texts[] = {"journeys in working hours", "touchpoints by owner in working hours",
                                        "transitions by owner per day in working hours where type = a"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ck_assert_int_eq(cxj_view_add(engine, texts[i], CXJ_ZERO_TERMINATED, &view), CXJ_NO_CALENDAR);
        ck_assert_str_eq(cxj_message(engine), "view: there is no calendar that says what working hours are; give "
                                              "cxj_set_calendar() one");
        ck_assert_ptr_null(view);
    }
    ck_assert_int_eq(cxj_view_at(engine, 0, &view), CXJ_NOT_FOUND);
    cxj_engine_destroy(engine);
}
END_TEST

/* "Taking the calendar away is refused while a view … needs it." */
START_TEST(a_calendar_that_is_needed_stays) {
    cxj_engine *engine = make();
    ck_assert_int_eq(cxj_set_calendar(engine, "offset +01:00", CXJ_ZERO_TERMINATED), CXJ_OK);
    cxj_view *view = add(engine, "journeys in working hours");
    ck_assert_int_eq(cxj_set_calendar(engine, NULL, 0), CXJ_NO_CALENDAR);
    ck_assert_str_eq(cxj_message(engine), "calendar: the view \"journeys in working hours\" needs it");
    check_calendar(engine, "offset +01:00\n");
    ck_assert_int_eq(cxj_set_calendar(engine, "offset +02:00", CXJ_ZERO_TERMINATED), CXJ_OK);
    ck_assert_int_eq(cxj_view_drop(engine, view), CXJ_OK);
    ck_assert_int_eq(cxj_set_calendar(engine, NULL, 0), CXJ_OK);
    check_calendar(engine, NULL);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * The clock (section 3.7)
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST(clock_does_not_go_back) {
    cxj_engine *engine = make();
    ck_assert_int_eq(cxj_advance(engine, 1000), CXJ_OK);
    ck_assert_int_eq(cxj_advance(engine, 1000), CXJ_OK);
    ck_assert_int_eq(cxj_advance(engine, 999), CXJ_CLOCK);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "999"));
    ck_assert_int_eq(stats_of(engine).now, 1000);
    ck_assert_int_eq(stats_of(engine).has_now, 1);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(clock_runs_within_the_years) {
    cxj_engine *engine = make();
    ck_assert_int_eq(cxj_advance(engine, INT64_C(-62135596800001)), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(stats_of(engine).has_now, 0);
    ck_assert_int_eq(cxj_advance(engine, INT64_C(-62135596800000)), CXJ_OK);
    ck_assert_int_eq(cxj_advance(engine, INT64_C(253402300800000)), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(stats_of(engine).now, INT64_C(-62135596800000));
    cxj_engine_destroy(engine);
    engine = make();
    ck_assert_int_eq(cxj_advance(engine, INT64_C(253402300799999)), CXJ_OK); /* "The first advance may go anywhere" */
    cxj_engine_destroy(engine);
}
END_TEST

/* "it is more than ten years, 3,653 days, after both the clock and the latest touchpoint … The clock stays." Only such
 * that contribute are touchpoints here. */
START_TEST(clock_does_not_leap_more_than_ten_years) {
    const int64_t leap = 3653 * INT64_C(86400000), begin = INT64_C(1767225600000);
    cxj_engine *engine = make();
    ck_assert_int_eq(cxj_advance(engine, begin), CXJ_OK);
    ck_assert_int_eq(cxj_advance(engine, begin + leap + 1), CXJ_CLOCK);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "ten years"));
    ck_assert_int_eq(stats_of(engine).now, begin);
    ck_assert_int_eq(cxj_advance(engine, begin + leap), CXJ_OK);
    record(engine, (cxj_touchpoint){.journey = 2, .id = 1, .at = begin + 3 * leap, .facets = CXJ_FACET_WITHDRAWN});
    ck_assert_int_eq(cxj_advance(engine, begin + 2 * leap + 1), CXJ_CLOCK);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = begin + leap + 1});
    ck_assert_int_eq(cxj_advance(engine, begin + 2 * leap + 2), CXJ_CLOCK);
    ck_assert_int_eq(cxj_advance(engine, begin + 2 * leap + 1), CXJ_OK);
    ck_assert_int_eq(cxj_advance(engine, INT64_MAX), CXJ_BAD_ARGUMENT);
    cxj_engine_destroy(engine);
    /* before 1970, where 0 is later than both and yet no touchpoint */
    engine = make();
    ck_assert_int_eq(cxj_advance(engine, -2 * leap), CXJ_OK);
    ck_assert_int_eq(cxj_advance(engine, -leap + 1), CXJ_CLOCK);
    ck_assert_int_eq(cxj_advance(engine, -leap), CXJ_OK);
    cxj_engine_destroy(engine);
    engine = make();
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = INT64_C(-62135596800000)});
    ck_assert_int_eq(cxj_advance(engine, INT64_C(-62135596800000)), CXJ_OK);
    ck_assert_int_eq(cxj_advance(engine, INT64_C(-62135596800000) + leap + 1), CXJ_CLOCK);
    ck_assert_int_eq(cxj_advance(engine, INT64_C(-62135596800000) + leap), CXJ_OK);
    cxj_engine_destroy(engine);
}
END_TEST

/* "before the first advance they have no value" (section 3.7); also a clock at the epoch is one. */
START_TEST(overdue_has_no_value_before_the_clock) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "journeys");
    record(engine, (cxj_touchpoint){.journey = 1, .at = -9, .due = -5});
    ck_assert(isnan(metric_of(view, CXJ_GRAIN_JOURNEYS, "overdue")));
    ck_assert_int_eq(cxj_advance(engine, 0), CXJ_OK);
    ck_assert_double_eq(metric_of(view, CXJ_GRAIN_JOURNEYS, "overdue"), 1);
    /* What is promised too late already is overdue on arrival. */
    record(engine, (cxj_touchpoint){.journey = 2, .at = -9, .due = -1});
    ck_assert_double_eq(metric_of(view, CXJ_GRAIN_JOURNEYS, "overdue"), 2);
    record(engine, (cxj_touchpoint){.journey = 1, .at = 9, .facets = CXJ_FACET_DELIVERED});
    ck_assert_double_eq(metric_of(view, CXJ_GRAIN_JOURNEYS, "overdue"), 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

static void add_first_cases(Suite *suite) {
    const TTest *numbers[] = {version_is_that_of_the_header, each_status_has_a_text_of_its_own,
                              other_numbers_are_unknown_statuses, each_public_struct_has_its_size,
                              what_is_no_public_struct_has_no_size};
    const TTest *life[] = {options_are_good_up_to_their_bounds, message_of_creation_is_cut_to_fit,
                           ending_nothing_does_nothing, message_lives_until_the_next_change};
    const TTest *names[] = {codes_run_from_one_in_each_dimension,
                            dimensions_without_dictionary_have_no_codes,
                            finding_a_code_makes_none,
                            name_ends_at_its_length,
                            name_of_a_code_that_was_never_given,
                            name_stays_where_it_is_while_others_come,
                            new_name_makes_no_cursor_stale};
    const TTest *texts[] = {digits_below_half_are_that_number, empty_text_is_zero,
                            any_other_text_has_a_number_above_half, text_has_the_number_of_its_siphash};
    ADD_CASE(suite, "numbers", numbers);
    ADD_CASE(suite, "life", life);
    ADD_CASE(suite, "names", names);
    ADD_CASE(suite, "texts", texts);
}

static void add_other_cases(Suite *suite) {
    const TTest *stats[] = {stats_of_an_empty_engine, latest_is_exact_whatever_goes,
                            stats_tell_what_contributes_from_what_is_held, stats_add_up_the_feed_over_calls,
                            unfed_facet_takes_the_value_and_gives_it_back};
    const TTest *views[] = {same_text_is_the_same_view,         views_stand_in_the_order_of_their_coming,
                            text_of_a_view_is_copied,           refused_view_brings_no_names,
                            refused_view_retires_no_name,       views_are_limited_in_number,
                            numbers_of_views_do_not_come_round, view_of_two_gigabytes_is_refused_unread};
    const TTest *clocks[] = {clock_does_not_go_back, clock_runs_within_the_years,
                             clock_does_not_leap_more_than_ten_years, overdue_has_no_value_before_the_clock};
    ADD_CASE(suite, "stats", stats);
    ADD_CASE(suite, "views", views);
    const TTest *calendars[] = {calendar_is_set_and_taken_away, bad_calendars_leave_the_one_there_is,
                                working_hours_need_a_calendar, a_calendar_that_is_needed_stays};
    ADD_CASE(suite, "calendars", calendars);
    ADD_CASE(suite, "clock", clocks);
}

int main(void) {
    Suite *suite = suite_create("engine");
    add_first_cases(suite);
    add_other_cases(suite);
    return run_suite(suite);
}
