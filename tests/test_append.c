/* plan: what a change adds to cells and takes from them. What src/plan.h promises: an abandoned plan leaves no trace,
 * and whatever way led to a state, its cells are the same.
 *
 * CXJ_SEED takes the seed of the random part; it is printed. CXJ_STRIDE=23 is for tools under which all is slow: memory
 * then ends at every 23rd allocation only, and less is taken back without memory.
 *
 * SPDX-License-Identifier: MIT
 */
#include "engine.h"

#include <check.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed = 1, stride = 1;
static uint64_t chance_state;

static uint32_t chance(uint32_t below) {
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((chance_state >> 33) % below);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Engines whose memory can be refused
 * ------------------------------------------------------------------------------------------------------------------ */

typedef struct heap {
    uint64_t asked;   /* allocations asked for */
    uint64_t fail_at; /* the one that fails; 0: none */
    bool refuses;     /* all fail */
    uint64_t bytes, peak;
} heap;

static void *allocate(void *context, void *block, size_t old_size, size_t new_size) {
    heap *memory = context;
    if (new_size != 0 && (++memory->asked == memory->fail_at || memory->refuses)) return NULL;
    memory->bytes += new_size - old_size;
    if (memory->bytes > memory->peak) memory->peak = memory->bytes;
    if (new_size == 0) {
        free(block);
        return NULL;
    }
    return realloc(block, new_size);
}

enum { CODES = 12 };

static cxj_engine *make(heap *memory, uint32_t touchpoints_limit) {
    cxj_options options = {
        .size = sizeof options, .allocate_context = memory, .seed = {1, 2}, .touchpoints_limit = touchpoints_limit};
    if (memory != NULL) options.allocate = allocate;
    cxj_engine *engine = NULL;
    ck_assert_int_eq(cxj_engine_create(&options, NULL, 0, &engine), CXJ_OK);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        for (uint32_t i = 1; i <= CODES; i++) {
            char name[2] = {(char)('a' + i - 1), 0};
            uint32_t code = 0;
            ck_assert_int_eq(cxj_code(engine, d, name, 1, &code), CXJ_OK);
            ck_assert_uint_eq(code, i);
        }
    }
    return engine;
}

static const char *const view_texts[] = {
    "touchpoints",
    "touchpoints by channel, type per day",
    "touchpoints by cause where outcome = completed",
    "transitions by owner, outcome",
    "transitions by team per month where churned = yes",
    "journeys by type, exit",
    "journeys by outcome per day ended where had cause in (a, b)",
    "journeys where had owner = c",
};
enum { VIEWS = sizeof view_texts / sizeof *view_texts };

static cxj_view *add(cxj_engine *engine, const char *text) {
    cxj_view *view = NULL;
    ck_assert_int_eq(cxj_view_add(engine, text, CXJ_ZERO_TERMINATED, &view), CXJ_OK);
    return view;
}

static void add_views(cxj_engine *engine) {
    for (size_t i = 0; i < VIEWS; i++) add(engine, view_texts[i]);
}

static void record(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t count) {
    ck_assert_int_eq(cxj_record(engine, touchpoints, sizeof *touchpoints, count, 0, NULL, 0), CXJ_OK);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * All that shows, as text
 * ------------------------------------------------------------------------------------------------------------------ */

typedef struct shown {
    char text[1 << 21];
    size_t length;
} shown;

__attribute__((format(printf, 2, 3))) static void show(shown *to, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(to->text + to->length, sizeof to->text - to->length, format, arguments);
    va_end(arguments);
    to->length += (size_t)written;
    ck_assert_uint_lt(to->length, sizeof to->text);
}

static size_t metrics_of(uint32_t grain, uint32_t metrics[128]) {
    size_t count = 0;
    cxj_metric_info info;
    for (size_t i = 0; cxj_metric_describe(i, &info, sizeof info) == CXJ_OK; i++) {
        if (info.grain == grain) metrics[count++] = info.metric;
    }
    return count;
}

static void show_view(shown *to, const cxj_view *view) {
    uint32_t metrics[128];
    cxj_value results[128];
    cxj_view_info info;
    ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
    size_t count = metrics_of(info.grain, metrics);
    show(to, "%s: %" PRIu64 " cells, incomplete %d\n", info.text, info.cells, info.incomplete);
    cxj_cursor *cursor = NULL;
    ck_assert_int_ge(cxj_cursor_open(view, NULL, 0, &cursor), CXJ_OK);
    while (cxj_cursor_next(cursor) == CXJ_OK) {
        for (uint32_t part = 0; part < info.parts; part++) {
            const char *text = NULL;
            ck_assert_int_eq(cxj_cursor_part(cursor, part, &text, NULL), CXJ_OK);
            show(to, "%s | ", text);
        }
        ck_assert_int_eq(cxj_cursor_metrics(cursor, metrics, count, NULL, 0, results, sizeof *results), CXJ_OK);
        for (size_t i = 0; i < count; i++) {
            show(to, "%" PRIu64 " ", results[i].n);
            if (!isnan(results[i].value)) show(to, "%a ", results[i].value);
            if (!isnan(results[i].low)) show(to, "(%a %a) ", results[i].low, results[i].high);
        }
        show(to, "\n");
    }
    cxj_cursor_close(cursor);
}

static void show_journey(shown *to, const cxj_engine *engine, uint64_t number) {
    static const uint64_t key[2] = {1, 2};
    static cxj_touchpoint t[3000];
    size_t count = 0;
    cxj_journey state;
    if (cxj_journey_touchpoints(engine, number, 3000, NULL, 0, t, sizeof *t, &count) != CXJ_OK) return;
    ck_assert_uint_le(count, 3000);
    show(to, "journey %" PRIu64 "\n", number);
    for (size_t i = 0; i < count; i++) {
        show(to, "%" PRId64 " %" PRIu64 " %" PRIx64 "\n", t[i].at, t[i].id, cxj__base_siphash(key, &t[i], sizeof *t));
    }
    if (cxj_journey_state(engine, number, NULL, 0, &state, sizeof state) != CXJ_OK) return;
    show(to, "%u %u %u %u %" PRId64 " %d\n", state.owner, state.handoffs, state.bounces, state.type, state.silence,
         state.outcome);
}

static void show_engine(shown *to, const cxj_engine *engine) {
    cxj_stats stats;
    cxj_view *view = NULL;
    to->length = 0;
    ck_assert_int_eq(cxj_engine_stats(engine, &stats, sizeof stats), CXJ_OK);
    show(to, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRId64 "\n", stats.touchpoints, stats.journeys, stats.held,
         stats.latest_at);
    for (size_t i = 0; cxj_view_at(engine, i, &view) == CXJ_OK; i++) show_view(to, view);
    for (uint64_t number = 1; number <= 12; number++) show_journey(to, engine, number);
}

static void check_same(const cxj_engine *a, const cxj_engine *b) {
    static shown x, y;
    show_engine(&x, a);
    show_engine(&y, b);
    ck_assert_str_eq(x.text, y.text);
}

static double metric_of(const cxj_view *view, uint32_t grain, const char *name) {
    uint32_t metric = 0;
    cxj_value result;
    ck_assert_int_eq(cxj_metric_find(grain, name, CXJ_ZERO_TERMINATED, &metric), CXJ_OK);
    ck_assert_int_eq(cxj_view_get(view, NULL, sizeof(cxj_text), 0, &metric, 1, NULL, 0, &result, sizeof result),
                     CXJ_OK);
    return result.value;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Touchpoints
 * ------------------------------------------------------------------------------------------------------------------ */

/* One long journey and some short ones; ids come again; attributes of the journey change now and then. */
static cxj_touchpoint random_touchpoint(void) {
    cxj_touchpoint t = {.journey = chance(2) ? 1 : 1 + chance(10), .sequence = chance(2), .revision = chance(3)};
    t.at = INT64_C(1767225600000) + INT64_C(3600000) * chance(1500);
    t.id = chance(6) ? 1 + chance(300) : 0;
    t.owner = chance(CODES + 1);
    t.team = (uint16_t)chance(4);
    t.channel = (uint16_t)chance(4);
    t.stage = (uint16_t)chance(CODES + 1);
    t.activity = (uint16_t)chance(CODES + 1);
    t.cause = chance(4) ? 0 : (uint16_t)chance(4);
    t.type = chance(12) ? 0 : (uint16_t)chance(4);
    t.due = chance(3) ? 0 : t.at + INT64_C(3600000) * ((int64_t)chance(200) - 40);
    t.commitment = (uint8_t)chance(3);
    t.facets = chance(3) ? 0 : UINT32_C(1) << chance(17);
    if (chance(3) == 0) t.facets |= CXJ_FACET_DELIVERED;
    t.outcome = chance(12) ? 0 : (uint8_t)(1 + chance(2));
    if (chance(3) == 0) {
        t.scale = CXJ_SCALE_CSAT5;
        t.score = (uint8_t)(1 + chance(5));
        t.scope = (uint8_t)(1 + chance(3));
    }
    return t;
}

static void draw(cxj_touchpoint *touchpoints, size_t count) {
    for (size_t i = 0; i < count; i++) touchpoints[i] = random_touchpoint();
}

/* Makes the change that touchpoints bring, not ended yet. */
static cxj_status change(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t count) {
    cxj__settle_begin(&engine->settling);
    for (size_t i = 0; i < count; i++) {
        cxj_status status = cxj__settle_arrival(&engine->settling, &engine->core, &touchpoints[i], i);
        if (status == CXJ_OK) continue;
        cxj__settle_undo(&engine->settling, &engine->core);
        return status;
    }
    return cxj__settle_change(&engine->settling, &engine->core) ? CXJ_OK : CXJ_NO_MEMORY;
}

static void undo(cxj_engine *engine) {
    cxj__settle_undo(&engine->settling, &engine->core);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Abandoning
 * ------------------------------------------------------------------------------------------------------------------ */

enum { FIRST = 200, THEN = 90 };

START_TEST(abandoned_plan_leaves_no_trace) {
    static cxj_touchpoint first[FIRST], then[THEN];
    chance_state = seed + (uint64_t)_i;
    draw(first, FIRST);
    draw(then, THEN);
    cxj_engine *engine = make(NULL, 0), *other = make(NULL, 0);
    add_views(engine);
    add_views(other);
    record(engine, first, FIRST);
    record(other, first, FIRST);
    ck_assert_int_eq(change(engine, then, THEN), CXJ_OK);
    undo(engine);
    check_same(engine, other);
    record(engine, then, THEN);
    record(other, then, THEN);
    check_same(engine, other);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(other);
}
END_TEST

/* The same when memory ends in the midst of planning, at each place in turn. */
START_TEST(plan_without_memory_leaves_no_trace) {
    static cxj_touchpoint first[FIRST], then[THEN];
    chance_state = seed + (uint64_t)_i;
    draw(first, FIRST);
    draw(then, THEN);
    cxj_engine *other = make(NULL, 0), *both = make(NULL, 0);
    add_views(other);
    add_views(both);
    record(other, first, FIRST);
    record(both, first, FIRST);
    record(both, then, THEN);
    bool failed = true;
    for (uint64_t fail_at = 1; failed; fail_at += stride + fail_at / 4) {
        heap memory = {0};
        cxj_engine *engine = make(&memory, 0);
        add_views(engine);
        record(engine, first, FIRST);
        memory = (heap){.bytes = memory.bytes, .fail_at = fail_at};
        failed = change(engine, then, THEN) == CXJ_NO_MEMORY;
        undo(engine);
        memory.fail_at = 0;
        check_same(engine, other);
        record(engine, then, THEN);
        check_same(engine, both);
        cxj_engine_destroy(engine);
    }
    cxj_engine_destroy(other);
    cxj_engine_destroy(both);
}
END_TEST

/* "A cell to which nothing contributes any more does not exist" (section 5), nor one to which nothing ever did. */
START_TEST(cell_of_a_plan_without_memory_does_not_exist) {
    static const char *const texts[] = {"touchpoints", "transitions by owner", "journeys"};
    const cxj_touchpoint t[2] = {{.journey = 1, .at = 1, .owner = 1}, {.journey = 1, .at = 2, .owner = 2}};
    for (size_t i = 0; i < 3; i++) {
        cxj_status status = CXJ_NO_MEMORY;
        for (uint64_t fail_at = 1; status == CXJ_NO_MEMORY; fail_at++) {
            heap memory = {0};
            cxj_engine *engine = make(&memory, 0);
            cxj_view *view = add(engine, texts[i]);
            memory = (heap){.bytes = memory.bytes, .fail_at = fail_at};
            status = change(engine, t, 2);
            undo(engine);
            cxj_view_info info;
            ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
            ck_assert_msg(info.cells == 0, "%s, allocation %d: %d cells", texts[i], (int)fail_at, (int)info.cells);
            cxj_engine_destroy(engine);
        }
    }
}
END_TEST

/* A journey that gets its index in a plan that then fails knows its cells all the same. */
START_TEST(index_made_in_vain_counts_the_cells) {
    enum { LONG = 128, SHORT = 64, LETTERS = 128 };
    static cxj_touchpoint t[LONG];
    bool failed = true;
    for (uint64_t fail_at = 1; failed; fail_at++) {
        heap memory = {0};
        cxj_engine *engine = make(&memory, 0);
        const cxj_view *view = add(engine, "touchpoints");
        for (uint32_t i = 0; i < LETTERS; i++) {
            char name[16];
            uint32_t code[6] = {0};
            snprintf(name, sizeof name, "n%" PRIu32, i);
            for (uint32_t d = 1; d <= 5; d++)
                ck_assert_int_eq(cxj_code(engine, d, name, CXJ_ZERO_TERMINATED, &code[d]), CXJ_OK);
            t[i] = (cxj_touchpoint){.journey = 1,
                                    .id = i + 1,
                                    .at = 1 + i,
                                    .owner = code[1],
                                    .team = (uint16_t)code[2],
                                    .channel = (uint16_t)code[3],
                                    .stage = (uint16_t)code[4],
                                    .activity = (uint16_t)code[5]};
        }
        record(engine, t, SHORT);
        memory = (heap){.bytes = memory.bytes, .fail_at = fail_at};
        failed = change(engine, t + SHORT, LONG - SHORT) == CXJ_NO_MEMORY;
        undo(engine);
        memory.fail_at = 0;
        record(engine, t + SHORT, LONG - SHORT);
        double journeys = metric_of(view, CXJ_GRAIN_TOUCHPOINTS, "journeys");
        ck_assert_msg(journeys >= 1 && journeys <= 1, "allocation %d: %g journeys", (int)fail_at, journeys);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* Touchpoints "for which their journey has no room are listed in refused"; exactly at the limit there is room. */
START_TEST(limit_is_passed_by_one_more) {
    cxj_touchpoint t[4] = {{0}};
    for (uint64_t i = 0; i < 4; i++) t[i] = (cxj_touchpoint){.journey = 1, .id = i + 1, .at = 9 - (int64_t)i};
    cxj_engine *engine = make(NULL, 3);
    add_views(engine);
    ck_assert_int_eq(change(engine, t, 4), CXJ_OK);
    ck_assert_uint_eq(engine->settling.refused.count, 1);
    ck_assert_uint_eq(engine->settling.refused.items[0], 3);
    undo(engine);
    ck_assert_uint_eq(engine->core.store.table.count, 0);
    ck_assert_int_eq(change(engine, t, 3), CXJ_OK);
    ck_assert_uint_eq(engine->settling.refused.count, 0);
    cxj__settle_end(&engine->settling, &engine->core);
    /* A correction takes the place of another, and needs none of its own. */
    t[2].revision = 1;
    ck_assert_int_eq(change(engine, t + 2, 2), CXJ_OK);
    ck_assert_uint_eq(engine->settling.refused.count, 1);
    ck_assert_uint_eq(engine->settling.refused.items[0], 1);
    cxj__settle_end(&engine->settling, &engine->core);
    ck_assert_uint_eq(engine->core.held, 3);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Memory that ends at each place in turn, where a plan begins with no room at all
 * ------------------------------------------------------------------------------------------------------------------ */

/* An erasure gives back the room that plans have kept; the journey that is erased for it shows nowhere else. */
static void give_back_room(cxj_engine *engine) {
    const cxj_touchpoint t = {.journey = 99, .at = 1};
    record(engine, &t, 1);
    ck_assert_int_eq(cxj_erase_journey(engine, 99), CXJ_OK);
    ck_assert_ptr_null(engine->settling.entries.items);
}

/* Number i of a journey in which every other touchpoint delivers an hour too late what the one before it promised. */
static cxj_touchpoint tardy(size_t i) {
    const int64_t hour = 3600000, at = 1 + 2 * hour * (int64_t)i;
    cxj_touchpoint t = {.journey = 1, .id = i + 1, .at = at};
    t.owner = (uint32_t)(1 + i % CODES);
    t.team = (uint16_t)(1 + i % 2);
    t.channel = (uint16_t)(1 + i % 3);
    t.cause = (uint16_t)(i % 4);
    if (i % 2 == 0) {
        t.due = at + hour;
    } else {
        t.facets = CXJ_FACET_DELIVERED;
    }
    return t;
}

enum { TARDY = 130 };

/* What is there, and what comes then. */
typedef struct arrivals {
    const char *what;
    uint32_t limit; /* of touchpoints */
    uint32_t views; /* so many that see every touchpoint, in place of the usual ones; 0: the usual ones */
    cxj_touchpoint there[TARDY], then[TARDY];
    size_t there_count, then_count;
} arrivals;

static void let_type_change(arrivals *a) {
    a->what = "type changes";
    for (size_t i = 0; i < 20; i++) a->there[a->there_count++] = tardy(i);
    for (size_t i = 20; i < 50; i++) a->then[a->then_count++] = tardy(i);
    a->then[29].type = 2;
}

static void let_become_long(arrivals *a) {
    a->what = "becomes long";
    a->views = 16;
    for (size_t i = 0; i < 64; i++) a->there[a->there_count++] = tardy(i);
    for (size_t i = 64; i < 64 + TARDY; i++) a->then[a->then_count++] = tardy(i);
}

static void let_come_in_between(arrivals *a) {
    a->what = "comes in between";
    for (size_t i = 0; i < 40; i++) {
        if (i % 4 < 2) a->there[a->there_count++] = tardy(i);
        if (i % 4 > 0) a->then[a->then_count++] = tardy(i); /* some are there already, and now corrected */
    }
    for (size_t i = 0; i < a->then_count; i++) a->then[i].revision = 1;
}

static void let_pass_the_limit(arrivals *a) {
    a->what = "passes the limit";
    a->limit = 30;
    for (size_t i = 0; i < 25; i++) a->there[a->there_count++] = tardy(i);
    for (size_t i = 50; i > 20; i--) a->then[a->then_count++] = tardy(i);
}

enum { WAYS = 4 };

static cxj_engine *make_where(heap *memory, const arrivals *a) {
    cxj_engine *engine = make(memory, a->limit);
    if (a->views == 0) add_views(engine);
    for (uint32_t v = 0; v < a->views; v++) {
        char text[60];
        snprintf(text, sizeof text, "touchpoints where stage in (\"\", s%" PRIu32 ")", v);
        add(engine, text);
    }
    record(engine, a->there, a->there_count);
    return engine;
}

/* Records what comes then, of which some may be refused; then takes some of all back, so that what a long journey
 * counts for each cell shows, too. */
static void go_on(cxj_engine *engine, const arrivals *a) {
    cxj_status status = cxj_record(engine, a->then, sizeof *a->then, a->then_count, 0, NULL, 0);
    ck_assert_int_eq(status, a->limit > 0 ? CXJ_REFUSED : CXJ_OK);
    for (uint64_t id = 1; id <= 64 + TARDY; id += 3) {
        status = cxj_withdraw(engine, 1, id, 0);
        ck_assert(status == CXJ_OK || status == CXJ_NOT_FOUND);
    }
}

/* Whichever allocation fails, the abandoned plan leaves no trace, and the same arrivals are taken when there is memory
 * again. */
START_TEST(plan_that_begins_without_room_leaves_no_trace) {
    static void (*const ways[WAYS])(arrivals *) = {let_type_change, let_become_long, let_come_in_between,
                                                   let_pass_the_limit};
    static arrivals a;
    memset(&a, 0, sizeof a);
    ways[_i](&a);
    cxj_engine *other = make_where(NULL, &a), *both = make_where(NULL, &a);
    go_on(both, &a);
    cxj_status status = CXJ_NO_MEMORY;
    uint64_t fail_at = 1;
    for (; status == CXJ_NO_MEMORY; fail_at += stride) {
        heap memory = {0};
        cxj_engine *engine = make_where(&memory, &a);
        give_back_room(engine);
        memory = (heap){.bytes = memory.bytes, .fail_at = fail_at};
        status = change(engine, a.then, a.then_count);
        undo(engine);
        ck_assert_msg(status == (memory.asked < fail_at ? CXJ_OK : CXJ_NO_MEMORY), "%s: allocation %d", a.what,
                      (int)fail_at);
        memory.fail_at = 0;
        check_same(engine, other);
        go_on(engine, &a);
        check_same(engine, both);
        cxj_engine_destroy(engine);
    }
    ck_assert_uint_gt(fail_at, 10);
    cxj_engine_destroy(other);
    cxj_engine_destroy(both);
}
END_TEST

/* "A call that fails has changed nothing": a view for which memory ends while it is filled is not there, and the same
 * text gives it when there is memory again. */
START_TEST(entrance_without_memory_leaves_no_trace) {
    static cxj_touchpoint t[FIRST];
    chance_state = seed;
    draw(t, FIRST);
    const char *text = view_texts[_i];
    cxj_engine *without = make(NULL, 0), *with = make(NULL, 0);
    record(without, t, FIRST);
    record(with, t, FIRST);
    add(with, text);
    heap memory = {0};
    cxj_engine *engine = make(&memory, 0);
    record(engine, t, FIRST);
    cxj_status status = CXJ_NO_MEMORY;
    for (uint64_t fail_at = 1; status != CXJ_OK; fail_at++) {
        cxj_view *view = NULL;
        give_back_room(engine);
        memory = (heap){.bytes = memory.bytes, .fail_at = fail_at};
        status = cxj_view_add(engine, text, CXJ_ZERO_TERMINATED, &view);
        memory.fail_at = 0;
        if (status == CXJ_OK) continue;
        ck_assert_int_eq(status, CXJ_NO_MEMORY);
        ck_assert_ptr_null(view);
        check_same(engine, without);
    }
    check_same(engine, with);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(without);
    cxj_engine_destroy(with);
}
END_TEST

/* Refuses blocks beyond 512 KB: of all that a plan of some touchpoints needs, only the index of a long journey is
 * one. */
static void *allocate_small(void *context, void *block, size_t old_size, size_t new_size) {
    return new_size > 524288 ? NULL : allocate(context, block, old_size, new_size);
}

static const struct cxj__journey *find_journey(const cxj_engine *engine, uint64_t number) {
    uint64_t probes = 0;
    return cxj__store_find(&engine->core.store, &engine->core.seed, number, &probes);
}

/* The same where a long journey enters more cells than its index has room for: all at once, and then with what
 * comes. */
START_TEST(long_journey_without_memory_for_its_index_leaves_no_trace) {
    enum { LONG = 520, THEN_LONG = 30, MANY = 22, WITHOUT = 2 };
    static cxj_touchpoint t[LONG + THEN_LONG];
    for (size_t i = 0; i < LONG + THEN_LONG; i++) t[i] = tardy(i);
    heap memory = {0};
    cxj_engine *engine = make(&memory, 0);
    cxj_view *views[MANY] = {NULL};
    record(engine, t, LONG);
    for (uint32_t v = 0; v < MANY; v++) {
        char text[80];
        snprintf(text, sizeof text, "touchpoints per hour where stage in (\"\", s%" PRIu32 ")", v);
        for (uint64_t fail_at = 1; views[v] == NULL; fail_at++) {
            give_back_room(engine);
            memory = (heap){.bytes = memory.bytes, .fail_at = v < WITHOUT ? fail_at : 0};
            cxj_status status = cxj_view_add(engine, text, CXJ_ZERO_TERMINATED, &views[v]);
            memory.fail_at = 0;
            ck_assert_int_eq(status, views[v] == NULL ? CXJ_NO_MEMORY : CXJ_OK);
            ck_assert_uint_eq(engine->core.view_count, v + (views[v] != NULL));
        }
    }
    const struct cxj__index *index = find_journey(engine, 1)->index;
    const size_t capacity = index->capacity;
    engine->core.memory.allocate = allocate_small;
    ck_assert_int_eq(change(engine, t + LONG, THEN_LONG), CXJ_NO_MEMORY);
    undo(engine);
    engine->core.memory.allocate = allocate;
    ck_assert_uint_eq(index->capacity, capacity);
    for (uint32_t v = 0; v < MANY; v++) ck_assert_uint_eq(views[v]->cell_count, LONG);
    /* The index knows of each cell, so each goes with its touchpoint. */
    record(engine, t + LONG, THEN_LONG);
    ck_assert_uint_gt(index->capacity, capacity);
    for (uint64_t id = LONG + THEN_LONG; id > 0; id--) {
        for (uint32_t v = 0; v < MANY; v++) ck_assert_uint_eq(views[v]->cell_count, id);
        ck_assert_int_eq(cxj_withdraw(engine, 1, id, 0), CXJ_OK);
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * A long journey in many views
 * ------------------------------------------------------------------------------------------------------------------ */

enum { MANY_VIEWS = 40, LONG_ONE = 2000 };

static void add_many_views(cxj_engine *engine) {
    static const char *const kinds[] = {"touchpoints by type, owner", "transitions by owner, type",
                                        "touchpoints by channel, outcome", "journeys by type"};
    for (int v = 0; v < MANY_VIEWS; v++) {
        char text[80];
        snprintf(text, sizeof text, "%s where segment in (\"\", x%d)", kinds[v % 4], v);
        add(engine, text);
    }
}

static cxj_touchpoint of_long_one(size_t i) {
    cxj_touchpoint t = {.journey = 1, .id = i + 1, .at = 1000 + (int64_t)i * 60000, .owner = 1 + (uint32_t)i % 5};
    t.channel = (uint16_t)(1 + i % 3);
    t.type = i == 0;
    return t;
}

/* What a change moves is not listed for every view at once: a change of type, a touchpoint that comes late, and taking
 * both back, take memory in proportion to the journey, whatever the number of views; and where an allocation fails, the
 * change leaves nothing behind. */
START_TEST(moving_in_many_views_takes_little_memory) {
    heap memory = {0};
    cxj_engine *engine = make(&memory, 0), *before = make(NULL, 0), *after = make(NULL, 0);
    static cxj_touchpoint t[LONG_ONE];
    for (size_t i = 0; i < LONG_ONE; i++) t[i] = of_long_one(i);
    cxj_touchpoint change = {.journey = 1, .id = LONG_ONE + 1, .at = t[LONG_ONE - 1].at + 1};
    change.type = _i == 0 ? 2 : 0;
    if (_i == 1) change.at = 1;
    if (_i == 2) change.outcome = CXJ_OUTCOME_COMPLETED;
    add_many_views(engine);
    add_many_views(before);
    record(engine, t, LONG_ONE);
    record(before, t, LONG_ONE);
    record(after, &change, 1);
    record(after, t, LONG_ONE);
    add_many_views(after);
    give_back_room(engine);
    for (int taken = 0; taken < 2; taken++) {
        cxj_status status = CXJ_NO_MEMORY;
        for (uint64_t fail_at = 1; status == CXJ_NO_MEMORY; fail_at += fail_at < 30 ? 1 : 7) {
            give_back_room(engine);
            uint64_t held = memory.bytes;
            memory = (heap){.bytes = held, .peak = held, .fail_at = fail_at};
            if (taken) {
                status = cxj_withdraw(engine, 1, change.id, 0);
            } else {
                status = cxj_record(engine, &change, sizeof change, 1, 0, NULL, 0);
            }
            memory.fail_at = 0;
            ck_assert_msg(memory.peak - held < 1500 * LONG_ONE, "%" PRIu64 " bytes more", memory.peak - held);
            ck_assert(status == CXJ_OK || (status == CXJ_NO_MEMORY && !taken));
            if (status == CXJ_NO_MEMORY && fail_at % 5 == 1) check_same(engine, before);
        }
        if (!taken) check_same(engine, after);
        if (taken) ck_assert_int_eq(cxj_withdraw(after, 1, change.id, 0), CXJ_OK);
    }
    check_same(engine, after);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(before);
    cxj_engine_destroy(after);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * No memory at all
 * ------------------------------------------------------------------------------------------------------------------ */

/* Whether an allocator refuses everything from now on, or the limit of memory is reached. */
static void end_memory(cxj_engine *engine, heap *memory, bool by_limit) {
    memory->refuses = !by_limit;
    engine->core.memory.limit = by_limit ? engine->core.memory.used : 0;
}

static void return_memory(cxj_engine *engine, heap *memory) {
    memory->refuses = false;
    engine->core.memory.limit = 0;
}

/* "What takes away always succeeds": whichever journey, and whatever memory there is. "the cells are what they would be
 * had they never come" (section 3.4). */
START_TEST(erasing_needs_no_memory) {
    static cxj_touchpoint t[FIRST];
    chance_state = seed + (uint64_t)_i;
    draw(t, FIRST);
    heap memory = {0};
    cxj_engine *engine = make(&memory, 0), *other = make(NULL, 0);
    add_views(engine);
    record(engine, t, FIRST);
    for (uint64_t number = 1; number <= 10; number++) {
        bool held = false;
        for (size_t i = 0; i < FIRST; i++) held |= t[i].journey == number && !(t[i].facets & CXJ_FACET_WITHDRAWN);
        end_memory(engine, &memory, _i % 2);
        cxj_status status = cxj_erase_journey(engine, number);
        return_memory(engine, &memory);
        ck_assert(status == CXJ_OK || (!held && status == CXJ_NOT_FOUND));
        cxj_engine_destroy(other);
        other = make(NULL, 0);
        add_views(other);
        for (size_t i = 0; i < FIRST; i++) {
            if (t[i].journey > number) record(other, &t[i], 1);
        }
        check_same(engine, other);
    }
    for (size_t v = 0; v < VIEWS; v++) {
        cxj_view *view = NULL;
        ck_assert_int_eq(cxj_view_at(engine, 0, &view), CXJ_OK);
        end_memory(engine, &memory, _i % 2);
        ck_assert_int_eq(cxj_view_drop(engine, view), CXJ_OK);
    }
    cxj_engine_destroy(engine);
    cxj_engine_destroy(other);
}
END_TEST

/* The same of all journeys that state a customer. */
START_TEST(customer_is_erased_without_memory) {
    enum { JOURNEYS = 6 };
    for (int by_limit = 0; by_limit < 2; by_limit++) {
        heap memory = {0};
        cxj_engine *engine = make(&memory, 0);
        const cxj_view *view = add(engine, "touchpoints");
        for (uint64_t i = 0; i < 20 * JOURNEYS; i++) {
            cxj_touchpoint t = tardy(i / JOURNEYS);
            t.journey = 1 + i % JOURNEYS;
            t.customer = t.journey < JOURNEYS ? 5 : 6;
            if (i / JOURNEYS < 3 * t.journey) record(engine, &t, 1);
        }
        uint64_t erased = 99;
        give_back_room(engine);
        end_memory(engine, &memory, by_limit);
        ck_assert_int_eq(cxj_erase_customer(engine, 5, &erased), CXJ_OK);
        ck_assert_uint_eq(erased, JOURNEYS - 1);
        return_memory(engine, &memory);
        ck_assert_double_eq(metric_of(view, CXJ_GRAIN_TOUCHPOINTS, "touchpoints"), 3 * JOURNEYS);
        ck_assert_double_eq(metric_of(view, CXJ_GRAIN_TOUCHPOINTS, "journeys"), 1);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* Each cell of an engine is one of the other's, and shows the same; where no view is incomplete, they are all. Journeys
 * are the same in any case. Returns how many views are incomplete. */
static size_t check_exact(const cxj_engine *engine, const cxj_engine *other) {
    static shown x, y;
    size_t incomplete = 0;
    cxj_view *view = NULL, *its = NULL;
    for (size_t i = 0; cxj_view_at(engine, i, &view) == CXJ_OK; i++) {
        ck_assert_int_eq(cxj_view_at(other, i, &its), CXJ_OK);
        x.length = y.length = 0;
        show_view(&x, view);
        show_view(&y, its);
        if (!view->incomplete) {
            ck_assert_msg(strcmp(x.text, y.text) == 0, "view %zu is not the same", i);
            continue;
        }
        incomplete++;
        ck_assert(!its->incomplete);
        for (char *line = strtok(strchr(x.text, '\n'), "\n"); line != NULL; line = strtok(NULL, "\n")) {
            ck_assert_msg(strstr(y.text, line) != NULL, "view %zu has a cell that is not exact", i);
        }
    }
    x.length = y.length = 0;
    for (uint64_t number = 1; number <= 12; number++) {
        show_journey(&x, engine, number);
        show_journey(&y, other, number);
    }
    ck_assert(x.length == 0 || strcmp(x.text, y.text) == 0);
    ck_assert_uint_eq(engine->core.touchpoints, other->core.touchpoints);
    ck_assert_uint_eq(engine->core.journeys, other->core.journeys);
    ck_assert_uint_eq(engine->core.held, other->core.held);
    ck_assert_int_eq(cxj__core_latest(&engine->core), cxj__core_latest(&other->core));
    ck_assert_mem_eq(engine->core.facet_counts, other->core.facet_counts, sizeof engine->core.facet_counts);
    return incomplete;
}

static void advance_both(cxj_engine *engine, cxj_engine *other, int64_t hours) {
    int64_t now = INT64_C(1767225600000) + INT64_C(3600000) * hours;
    ck_assert_int_eq(cxj_advance(engine, now), CXJ_OK);
    ck_assert_int_eq(cxj_advance(other, now), CXJ_OK);
}

/* So does taking back what is held. Where there is no memory for what the journey amounts to then, cells are lost and
 * their views say so; all others stay exact, now and ever after: what comes later, corrected, overdue, sealed. */
START_TEST(withdrawing_needs_no_memory) {
    static cxj_touchpoint first[FIRST], then[THEN];
    chance_state = seed + 100 + (uint64_t)_i;
    draw(first, FIRST);
    draw(then, THEN);
    heap memory = {0};
    cxj_engine *engine = make(&memory, 0), *other = make(NULL, 0);
    engine->core.seal_idle_after = other->core.seal_idle_after = _i % 4 == 3 ? INT64_C(3600000) * 900 : 0;
    add_views(engine);
    add_views(other);
    record(engine, first, FIRST);
    record(other, first, FIRST);
    size_t withdrawn = 0, incomplete = 0;
    for (size_t i = 0; i < FIRST; i++) {
        const cxj_touchpoint *t = &first[chance(FIRST)];
        uint64_t probes = 0;
        const struct cxj__journey *journey =
            cxj__store_find(&engine->core.store, &engine->core.seed, t->journey, &probes);
        if (t->id == 0 || journey == NULL ||
            cxj__store_find_id(journey, t->id, &engine->core.seed, &probes) == SIZE_MAX) {
            continue;
        }
        end_memory(engine, &memory, _i % 2);
        cxj_status status = cxj_withdraw(engine, t->journey, t->id, 0);
        ck_assert_msg(status == CXJ_OK, "%s", cxj_message(engine));
        ck_assert(engine->core.memory.limit == 0 || engine->core.memory.used <= engine->core.memory.limit);
        return_memory(engine, &memory);
        ck_assert_int_eq(cxj_withdraw(other, t->journey, t->id, 0), CXJ_OK);
        withdrawn++;
        if (withdrawn % 4 == 1) incomplete = check_exact(engine, other);
        if (withdrawn % 16 == 5) advance_both(engine, other, 40 * (int64_t)i / 10);
    }
    ck_assert_uint_gt(withdrawn, 20);
    for (size_t i = 0; i < THEN; i++) {
        cxj_status status = cxj_record(engine, &then[i], sizeof *then, 1, 0, NULL, 0);
        ck_assert_int_eq(status, cxj_record(other, &then[i], sizeof *then, 1, 0, NULL, 0));
        if (i % 8 == 0) check_exact(engine, other);
    }
    advance_both(engine, other, 1000);
    check_exact(engine, other);
    advance_both(engine, other, 9000);
    incomplete = check_exact(engine, other);
    ck_assert_uint_eq(engine->core.store.sealed.count, other->core.store.sealed.count);
    printf("plan: %zu taken back without memory, %zu of %d views are incomplete\n", withdrawn, incomplete, VIEWS);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(other);
}
END_TEST

/* An engine that is full, and that a host frees again: every touchpoint can be taken back, every journey erased. */
START_TEST(a_full_engine_can_be_emptied) {
    for (int way = 0; way < 3; way++) {
        heap memory = {0};
        cxj_engine *engine = make(&memory, 0);
        chance_state = seed + 7;
        add_views(engine);
        engine->core.memory.limit = 400000;
        static cxj_touchpoint taken[20000];
        size_t count = 0;
        for (cxj_status status = CXJ_OK; status == CXJ_OK && count < 20000; count++) {
            taken[count] = random_touchpoint();
            taken[count].journey = 1 + chance(300);
            taken[count].id = count + 1;
            taken[count].facets &= ~(uint32_t)CXJ_FACET_WITHDRAWN;
            status = cxj_record(engine, &taken[count], sizeof *taken, 1, 0, NULL, 0);
        }
        count--;
        ck_assert_uint_gt(count, 100);
        for (size_t i = 0; i < count; i++) {
            const cxj_touchpoint *t = &taken[way == 1 ? count - 1 - i : i];
            cxj_status status =
                way < 2 ? cxj_withdraw(engine, t->journey, t->id, 0) : cxj_erase_journey(engine, t->journey);
            ck_assert(status == CXJ_OK || (way == 2 && status == CXJ_NOT_FOUND));
            ck_assert_uint_le(engine->core.memory.used, engine->core.memory.limit);
        }
        ck_assert_uint_eq(engine->core.touchpoints, 0);
        for (size_t v = 0; v < VIEWS; v++) {
            cxj_view_info info;
            cxj_view *view = NULL;
            ck_assert_int_eq(cxj_view_at(engine, v, &view), CXJ_OK);
            ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
            ck_assert_uint_eq(info.cells, 0);
        }
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * The same state by other ways
 * ------------------------------------------------------------------------------------------------------------------ */

/* "any arrival order gives the same cells, bit for bit" (section 3.1), in calls of any size. */
START_TEST(one_by_one_is_all_at_once) {
    static cxj_touchpoint t[FIRST];
    chance_state = seed + (uint64_t)_i;
    draw(t, FIRST);
    cxj_engine *engine = make(NULL, 0), *other = make(NULL, 0);
    add_views(engine);
    add_views(other);
    ck_assert_int_eq(change(engine, t, FIRST), CXJ_OK);
    cxj__settle_end(&engine->settling, &engine->core);
    for (size_t i = 0; i < FIRST; i++) record(other, &t[i], 1);
    check_same(engine, other);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(other);
}
END_TEST

/* "A view may be added at any time: … it is filled as if it had been there from the start" (section 5). */
START_TEST(entrance_equals_being_there_from_the_start) {
    static cxj_touchpoint first[FIRST], then[THEN];
    chance_state = seed + (uint64_t)_i;
    draw(first, FIRST);
    draw(then, THEN);
    cxj_engine *engine = make(NULL, 0), *other = make(NULL, 0);
    add_views(engine);
    record(engine, first, FIRST);
    record(other, first, FIRST);
    add_views(other);
    check_same(engine, other);
    /* What comes then finds all that it needs, also in the index of the long journey. */
    record(engine, then, THEN);
    record(other, then, THEN);
    check_same(engine, other);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(other);
}
END_TEST

/* "the cells are what they would be had they never come" (section 3.4). */
START_TEST(erasure_equals_never_having_come) {
    static cxj_touchpoint t[FIRST];
    chance_state = seed + (uint64_t)_i;
    draw(t, FIRST);
    for (uint64_t number = 1; number <= 3; number++) {
        cxj_engine *engine = make(NULL, 0), *other = make(NULL, 0);
        add_views(engine);
        add_views(other);
        record(engine, t, FIRST);
        for (size_t i = 0; i < FIRST; i++) {
            if (t[i].journey != number) record(other, &t[i], 1);
        }
        struct cxj__core *core = &engine->core;
        struct cxj__journey *journey = cxj__store_find(&core->store, &core->seed, number, &core->store.probes);
        ck_assert_ptr_nonnull(journey);
        cxj__append_erase(core, journey);
        cxj__core_find_latest(core);
        check_same(engine, other);
        cxj_engine_destroy(engine);
        cxj_engine_destroy(other);
    }
}
END_TEST

/* What holds for the whole journey moves all of its touchpoints: here the outcome does, twice. */
START_TEST(outcome_moves_what_stands_before) {
    cxj_engine *engine = make(NULL, 0);
    const cxj_view *ended = add(engine, "touchpoints where outcome = completed");
    const cxj_view *open = add(engine, "touchpoints where outcome = \"\"");
    cxj_touchpoint t[3] = {{.journey = 1, .at = 1},
                           {.journey = 1, .at = 2, .outcome = CXJ_OUTCOME_COMPLETED},
                           {.journey = 1, .at = 3, .facets = CXJ_FACET_REOPENS}};
    cxj_view_info info;
    record(engine, t, 1);
    ck_assert_double_eq(metric_of(open, CXJ_GRAIN_TOUCHPOINTS, "touchpoints"), 1);
    record(engine, t + 1, 1);
    ck_assert_double_eq(metric_of(ended, CXJ_GRAIN_TOUCHPOINTS, "touchpoints"), 2);
    ck_assert_int_eq(cxj_view_describe(open, &info, sizeof info), CXJ_OK);
    ck_assert_uint_eq(info.cells, 0);
    record(engine, t + 2, 1);
    ck_assert_double_eq(metric_of(open, CXJ_GRAIN_TOUCHPOINTS, "touchpoints"), 3);
    ck_assert_double_eq(metric_of(open, CXJ_GRAIN_TOUCHPOINTS, "journeys"), 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* "distinct journeys with a touchpoint in the cell" (section 6), for journeys with and without an index. */
START_TEST(journeys_of_a_cell_are_distinct) {
    static const size_t lengths[] = {1, 64, 65, 130};
    for (size_t l = 0; l < 4; l++) {
        cxj_engine *engine = make(NULL, 0);
        const cxj_view *view = add(engine, "touchpoints where channel = a");
        for (uint64_t id = 1; id <= lengths[l]; id++) {
            cxj_touchpoint t = {.journey = 1, .id = id, .at = (int64_t)id, .channel = 1 + id % 2};
            record(engine, &t, 1);
            t.journey = 2;
            t.channel = 1;
            record(engine, &t, 1);
        }
        ck_assert_double_eq(metric_of(view, CXJ_GRAIN_TOUCHPOINTS, "journeys"), lengths[l] > 1 ? 2 : 1);
        /* The first journey leaves the cell when its last touchpoint there does. */
        for (uint64_t id = 2; id <= lengths[l]; id += 2) {
            ck_assert_double_eq(metric_of(view, CXJ_GRAIN_TOUCHPOINTS, "journeys"), 2);
            ck_assert_int_eq(cxj_withdraw(engine, 1, id, 0), CXJ_OK);
        }
        ck_assert_double_eq(metric_of(view, CXJ_GRAIN_TOUCHPOINTS, "journeys"), 1);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* "journeys with at least one touchpoint of that" (section 5), for journeys with and without an index. */
START_TEST(journey_is_counted_while_it_had_what_is_asked) {
    static const size_t lengths[] = {1, 64, 65, 130};
    for (size_t l = 0; l < 4; l++) {
        cxj_engine *engine = make(NULL, 0);
        const cxj_view *view = add(engine, "journeys where had owner in (c, d)");
        cxj_view_info info;
        for (uint64_t id = 1; id <= lengths[l]; id++) {
            const cxj_touchpoint t = {.journey = 1, .id = id, .at = (int64_t)id, .owner = 1 + id % 2};
            record(engine, &t, 1);
        }
        ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
        ck_assert_uint_eq(info.cells, 0);
        const cxj_touchpoint t = {.journey = 1, .id = 1000, .at = 1, .owner = 4};
        record(engine, &t, 1);
        ck_assert_double_eq(metric_of(view, CXJ_GRAIN_JOURNEYS, "journeys"), 1);
        ck_assert_int_eq(cxj_withdraw(engine, 1, 1000, 0), CXJ_OK);
        ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
        ck_assert_uint_eq(info.cells, 0);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* "the cells that are there are exact, others are missing" (cxj_view_info), also when a journey that has touchpoints in
 * both becomes long. */
START_TEST(long_journey_in_an_incomplete_view_counts_what_is_there) {
    enum { LONG = 66 };
    const cxj_options options = {.size = sizeof options, .cells_limit = 1};
    cxj_engine *engine = NULL;
    uint32_t there = 0, missing = 0, metric = 0;
    cxj_view_info info;
    cxj_value result;
    const cxj_text key = {"there", CXJ_ZERO_TERMINATED};
    ck_assert_int_eq(cxj_engine_create(&options, NULL, 0, &engine), CXJ_OK);
    ck_assert_int_eq(cxj_code(engine, CXJ_DIMENSION_CHANNEL, "there", CXJ_ZERO_TERMINATED, &there), CXJ_OK);
    ck_assert_int_eq(cxj_code(engine, CXJ_DIMENSION_CHANNEL, "missing", CXJ_ZERO_TERMINATED, &missing), CXJ_OK);
    ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_TOUCHPOINTS, "journeys", CXJ_ZERO_TERMINATED, &metric), CXJ_OK);
    const cxj_view *view = add(engine, "touchpoints by channel");
    for (uint64_t id = 1; id <= LONG; id++) {
        cxj_touchpoint t = {.journey = 1, .id = id, .at = (int64_t)id};
        t.channel = (uint16_t)(id % 2 ? there : missing);
        record(engine, &t, 1);
    }
    for (uint64_t id = 1; id <= LONG; id += 2) {
        ck_assert_int_eq(cxj_view_get(view, &key, sizeof key, 1, &metric, 1, NULL, 0, &result, sizeof result), CXJ_OK);
        ck_assert_double_eq(result.value, 1);
        ck_assert_int_eq(cxj_withdraw(engine, 1, id, 0), CXJ_OK);
    }
    ck_assert_int_eq(cxj_view_get(view, &key, sizeof key, 1, &metric, 1, NULL, 0, &result, sizeof result), CXJ_LIMIT);
    ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
    ck_assert_uint_eq(info.incomplete, 1);
    ck_assert_uint_eq(info.cells, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * What the feed met, and deadlines
 * ------------------------------------------------------------------------------------------------------------------ */

/* Section 3.2, within one plan and against what is held. */
START_TEST(feed_counts_within_a_plan_as_across_plans) {
    const cxj_touchpoint t[5] = {{.journey = 1, .id = 1, .revision = 5, .at = 1},
                                 {.journey = 1, .id = 1, .revision = 5, .at = 1},
                                 {.journey = 1, .id = 1, .revision = 5, .at = 2},
                                 {.journey = 1, .id = 1, .revision = 4, .at = 1},
                                 {.journey = 1, .id = 1, .revision = 6, .at = 1}};
    cxj_engine *engine = make(NULL, 0), *other = make(NULL, 0);
    ck_assert_int_eq(change(engine, t, 5), CXJ_OK);
    struct cxj__feed whole = engine->settling.feed, sum = {0, 0, 0, 0};
    cxj__settle_end(&engine->settling, &engine->core);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_int_eq(change(other, &t[i], 1), CXJ_OK);
        cxj__settle_end(&other->settling, &other->core);
        sum.accepted += other->settling.feed.accepted;
        sum.duplicates += other->settling.feed.duplicates;
        sum.conflicts += other->settling.feed.conflicts;
        sum.superseded += other->settling.feed.superseded;
    }
    ck_assert_uint_eq(whole.accepted, 2);
    ck_assert_uint_eq(whole.duplicates, 2);
    ck_assert_uint_eq(whole.conflicts, 1);
    ck_assert_uint_eq(whole.superseded, 2);
    ck_assert_mem_eq(&whole, &sum, sizeof whole);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(other);
}
END_TEST

/* "Those of an open journey with due < now are overdue" (section 4): not at due itself. */
START_TEST(overdue_begins_after_due) {
    cxj_engine *engine = make(NULL, 0);
    const cxj_view *view = add(engine, "journeys");
    const cxj_touchpoint t = {.journey = 1, .at = 1, .due = 100};
    record(engine, &t, 1);
    ck_assert_int_eq(cxj_advance(engine, 100), CXJ_OK);
    ck_assert_double_eq(metric_of(view, CXJ_GRAIN_JOURNEYS, "overdue"), 0);
    ck_assert_int_eq(cxj_advance(engine, 101), CXJ_OK);
    ck_assert_double_eq(metric_of(view, CXJ_GRAIN_JOURNEYS, "overdue"), 1);
    ck_assert_int_eq(cxj_advance(engine, 102), CXJ_OK);
    ck_assert_double_eq(metric_of(view, CXJ_GRAIN_JOURNEYS, "overdue"), 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* A deadline that was met, moved or ended is none when its time comes; one that came back counts once. */
START_TEST(stale_deadlines_count_nothing) {
    static const struct {
        const char *what;
        cxj_touchpoint then[2];
        double overdue;
    } cases[] = {
        {"delivered", {{.journey = 1, .at = 2, .facets = CXJ_FACET_DELIVERED}, {.journey = 2, .at = 1}}, 0},
        {"shifted", {{.journey = 1, .at = 2, .due = 900}, {.journey = 2, .at = 1}}, 0},
        {"shifted back", {{.journey = 1, .at = 2, .due = 900}, {.journey = 1, .at = 3, .due = 100}}, 1},
        {"ended", {{.journey = 1, .at = 2, .outcome = CXJ_OUTCOME_COMPLETED}, {.journey = 2, .at = 1}}, 0},
        {"reopened",
         {{.journey = 1, .at = 2, .outcome = CXJ_OUTCOME_COMPLETED},
          {.journey = 1, .at = 3, .facets = CXJ_FACET_REOPENS}},
         1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cxj_engine *engine = make(NULL, 0);
        const cxj_view *view = add(engine, "journeys");
        const cxj_touchpoint t = {.journey = 1, .at = 1, .due = 100};
        record(engine, &t, 1);
        record(engine, &cases[i].then[0], 1);
        record(engine, &cases[i].then[1], 1);
        ck_assert_int_eq(cxj_advance(engine, 500), CXJ_OK);
        double overdue = metric_of(view, CXJ_GRAIN_JOURNEYS, "overdue");
        ck_assert_msg(!(overdue < cases[i].overdue) && !(overdue > cases[i].overdue), "%s: %g", cases[i].what, overdue);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* A place that an erased journey has left is another's: the deadline of the first says nothing of the second. */
START_TEST(deadline_does_not_pass_to_the_next_journey_in_its_place) {
    cxj_engine *engine = make(NULL, 0);
    const cxj_view *view = add(engine, "journeys");
    cxj_touchpoint t = {.journey = 1, .at = 1, .due = 100};
    record(engine, &t, 1);
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_OK);
    t = (cxj_touchpoint){.journey = 2, .at = 1, .due = 1000};
    record(engine, &t, 1);
    ck_assert_int_eq(cxj_advance(engine, 500), CXJ_OK);
    ck_assert_double_eq(metric_of(view, CXJ_GRAIN_JOURNEYS, "overdue"), 0);
    ck_assert_int_eq(cxj_advance(engine, 1001), CXJ_OK);
    ck_assert_double_eq(metric_of(view, CXJ_GRAIN_JOURNEYS, "overdue"), 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    const char *given = getenv("CXJ_SEED");
    seed = given ? strtoull(given, NULL, 10) : 1;
    const char *slow = getenv("CXJ_STRIDE");
    stride = slow && *slow ? strtoull(slow, NULL, 10) : 1;
    stride += stride == 0;
    printf("plan: CXJ_SEED=%" PRIu64 " CXJ_STRIDE=%" PRIu64 "\n", seed, stride);

    Suite *suite = suite_create("plan");
    TCase *abandon = tcase_create("abandon");
    tcase_set_timeout(abandon, 120);
    tcase_add_loop_test(abandon, abandoned_plan_leaves_no_trace, 0, 8);
    tcase_add_loop_test(abandon, plan_without_memory_leaves_no_trace, 0, 2);
    tcase_add_test(abandon, cell_of_a_plan_without_memory_does_not_exist);
    tcase_add_test(abandon, index_made_in_vain_counts_the_cells);
    tcase_add_test(abandon, limit_is_passed_by_one_more);
    suite_add_tcase(suite, abandon);
    TCase *room = tcase_create("room");
    tcase_set_timeout(room, 120);
    tcase_add_loop_test(room, plan_that_begins_without_room_leaves_no_trace, 0, WAYS);
    tcase_add_loop_test(room, entrance_without_memory_leaves_no_trace, 0, VIEWS);
    tcase_add_test(room, long_journey_without_memory_for_its_index_leaves_no_trace);
    suite_add_tcase(suite, room);
    TCase *many = tcase_create("many views");
    tcase_set_timeout(many, 120);
    tcase_add_loop_test(many, moving_in_many_views_takes_little_memory, 0, 3);
    suite_add_tcase(suite, many);
    TCase *none = tcase_create("none");
    tcase_set_timeout(none, 120);
    tcase_add_loop_test(none, erasing_needs_no_memory, 0, 6);
    tcase_add_test(none, customer_is_erased_without_memory);
    tcase_add_loop_test(none, withdrawing_needs_no_memory, 0, stride > 5 ? 4 : 24);
    tcase_add_test(none, a_full_engine_can_be_emptied);
    suite_add_tcase(suite, none);
    TCase *same = tcase_create("same");
    tcase_set_timeout(same, 120);
    tcase_add_loop_test(same, one_by_one_is_all_at_once, 0, 8);
    tcase_add_loop_test(same, entrance_equals_being_there_from_the_start, 0, 8);
    tcase_add_loop_test(same, erasure_equals_never_having_come, 0, 4);
    tcase_add_test(same, outcome_moves_what_stands_before);
    tcase_add_test(same, journeys_of_a_cell_are_distinct);
    tcase_add_test(same, journey_is_counted_while_it_had_what_is_asked);
    tcase_add_test(same, long_journey_in_an_incomplete_view_counts_what_is_there);
    suite_add_tcase(suite, same);
    TCase *feed = tcase_create("feed");
    tcase_add_test(feed, feed_counts_within_a_plan_as_across_plans);
    suite_add_tcase(suite, feed);
    TCase *deadlines = tcase_create("deadlines");
    tcase_add_test(deadlines, overdue_begins_after_due);
    tcase_add_test(deadlines, stale_deadlines_count_nothing);
    tcase_add_test(deadlines, deadline_does_not_pass_to_the_next_journey_in_its_place);
    suite_add_tcase(suite, deadlines);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
