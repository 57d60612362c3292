/* test_beyond: reading views, beyond one cell: spread, control, parity, relation, what was within a time, and the
 * journeys behind a cell. What include/cxj.h says of them; the numbers themselves are tests of statistics and analysis.
 *
 * SPDX-License-Identifier: MIT
 */
#include "saved.h"
#include "suite.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T(name) CXJ_METRIC_TOUCHPOINTS_##name

static char message[320];

/* ---------------------------------------------------------------------------------------------------------------------
 * Asking
 * ------------------------------------------------------------------------------------------------------------------ */

/* Cuts a key at each "|" into parts. */
typedef struct key {
    char text[400];
    cxj_text parts[6];
    size_t count;
} key;

static key cut(const char *text) {
    key made = {.count = 0};
    snprintf(made.text, sizeof made.text, "%s", text);
    return made;
}

static const cxj_text *parts_of(key *of) {
    of->count = 0;
    for (const char *from = of->text; from != NULL; of->count++) {
        const char *to = strchr(from, '|');
        of->parts[of->count] = (cxj_text){from, to != NULL ? (size_t)(to - from) : strlen(from)};
        from = to != NULL ? to + 1 : NULL;
    }
    return of->parts;
}

/* The key of the cell at a place in the order of a cursor. */
static const char *key_at(const cxj_view *view, uint64_t place) {
    static char text[400];
    cxj_cursor *cursor = NULL;
    cxj_view_info info;
    size_t used = 0;
    ck_assert_int_ge(cxj_cursor_open(view, NULL, 0, &cursor), CXJ_OK);
    ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
    for (uint64_t i = 0; i <= place; i++) ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_OK);
    text[0] = '\0';
    for (uint32_t part = 0; part < info.parts; part++) {
        const char *name = NULL;
        ck_assert_int_eq(cxj_cursor_part(cursor, part, &name, NULL), CXJ_OK);
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", part > 0 ? "|" : "", name);
        ck_assert_uint_lt(used, sizeof text);
    }
    cxj_cursor_close(cursor);
    return text;
}

static void refused(cxj_status status, cxj_status expected, const char *words) {
    ck_assert_msg(status == expected, "%s (%s)", cxj_status_text(status), message);
    ck_assert_msg(strstr(message, words) != NULL, "no \"%s\" in: %s", words, message);
}

static cxj_spread spread_of(const cxj_view *view, uint32_t metric) {
    cxj_spread found;
    ck_assert_int_eq(cxj_view_spread(view, metric, message, sizeof message, &found, sizeof found), CXJ_OK);
    return found;
}

enum { MOST_POINTS = 40 };
static cxj_control_point points[MOST_POINTS];

static cxj_status control_of(const cxj_view *view, const char *text, uint32_t metric, cxj_control *found) {
    key of = cut(text == NULL ? "" : text);
    const cxj_text *parts = text == NULL ? NULL : parts_of(&of);
    return cxj_view_control(view, parts, sizeof(cxj_text), of.count, metric, MOST_POINTS, message, sizeof message,
                            points, sizeof *points, found, sizeof *found);
}

static cxj_status parity_of(const cxj_view *view, const char *a, const char *b, uint32_t metric, cxj_parity *found) {
    key first = cut(a), second = cut(b);
    const cxj_text *parts = parts_of(&first);
    return cxj_view_parity(view, parts, parts_of(&second), sizeof(cxj_text), first.count, metric, message,
                           sizeof message, found, sizeof *found);
}

static cxj_relation relation_of(const cxj_view *view, uint32_t first, uint32_t second) {
    cxj_relation found;
    ck_assert_int_eq(cxj_view_relation(view, first, second, message, sizeof message, &found, sizeof found), CXJ_OK);
    return found;
}

static cxj_status within_of(const cxj_view *view, const char *text, uint32_t metric, int64_t span, cxj_value *found) {
    key of = cut(text);
    const cxj_text *parts = parts_of(&of);
    return cxj_view_within(view, parts, sizeof(cxj_text), of.count, metric, span, message, sizeof message, found,
                           sizeof *found);
}

enum { MOST_JOURNEYS = 200 };
static uint64_t journeys[MOST_JOURNEYS];

static cxj_status journeys_of(const cxj_view *view, const char *text, size_t capacity, size_t *count,
                              uint64_t *sealed) {
    key of = cut(text);
    cxj_view_info info;
    const cxj_text *parts = parts_of(&of);
    ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
    return cxj_view_journeys(view, parts, sizeof(cxj_text), info.parts, capacity, message, sizeof message, journeys,
                             count, sealed);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Which metrics go
 * ------------------------------------------------------------------------------------------------------------------ */

/* "an unsuitable metric gives CXJ_BAD_ARGUMENT, and the sentence names those that fit"; so is one of another grain, and
 * a number that is none. */
START_TEST(only_some_metrics_go) {
    cxj_engine *engine = make_with((cxj_options){.size = 0});
    cxj_view *view = add(engine, "touchpoints by owner per day"), *ended = add(engine, "journeys");
    cxj_spread spread;
    cxj_parity parity;
    cxj_control control;
    cxj_relation relation;
    cxj_value value;
    record(engine, (cxj_touchpoint){.journey = 1, .at = START});
    static const uint32_t others[] = {T(FAULTS), T(WAIT_MEAN), T(WAIT_P50), T(SATISFACTION_SD), T(VALUE), T(RATINGS)};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        refused(cxj_view_spread(view, others[i], message, sizeof message, &spread, sizeof spread), CXJ_BAD_ARGUMENT,
                "metrics with an interval do");
        refused(parity_of(view, "2026-01-01|", "2026-01-01|", others[i], &parity), CXJ_BAD_ARGUMENT,
                "does not go here");
    }
    static const uint32_t of_journeys[] = {CXJ_METRIC_JOURNEYS_GAP, CXJ_METRIC_JOURNEYS_ON_TIME_RATE,
                                           CXJ_METRIC_JOURNEYS_KEPT_RATE, CXJ_METRIC_JOURNEYS_PENDING_SHARE};
    for (size_t i = 0; i < 4; i++) {
        refused(cxj_view_spread(ended, of_journeys[i], message, sizeof message, &spread, sizeof spread),
                CXJ_BAD_ARGUMENT, "but for gap, and on_time_rate and kept_rate of journeys");
    }
    refused(control_of(view, "", T(WAIT_P90), &control), CXJ_BAD_ARGUMENT, "wait_p90 does not go here; all do but");
    refused(within_of(view, "2026-01-01|", T(WAIT_MEAN), 1, &value), CXJ_BAD_ARGUMENT, "such as wait_p50");
    refused(cxj_view_relation(view, T(WAIT_P50), 77, message, sizeof message, &relation, sizeof relation),
            CXJ_BAD_ARGUMENT, "no metric 77");
    refused(cxj_view_relation(view, CXJ_METRIC_JOURNEYS_OPEN, T(FAULTS), message, sizeof message, &relation,
                              sizeof relation),
            CXJ_BAD_ARGUMENT, "open (3001) is a metric of another grain");
    refused(within_of(view, "2026-01-01|", T(WAIT_P50), -1, &value), CXJ_BAD_ARGUMENT, "span_ms");
    refused(control_of(ended, NULL, CXJ_METRIC_JOURNEYS_OPEN, &control), CXJ_BAD_ARGUMENT, "no period");
    cxj_engine_destroy(engine);
}
END_TEST

/* The header: a function that only reads "puts its sentence into a buffer that the caller passes", and that sentence
 * names the argument as the header does. */
START_TEST(sentences_name_the_argument) {
    cxj_engine *engine = make_with((cxj_options){.size = 0});
    cxj_view *view = add(engine, "touchpoints by owner per day");
    key of = cut("2026-01-01|");
    const cxj_text *parts = parts_of(&of);
    cxj_spread spread;
    cxj_control control;
    size_t count = 0;
    record(engine, (cxj_touchpoint){.journey = 1, .at = START});
    refused(cxj_view_spread(NULL, T(FAULT_RATE), message, sizeof message, &spread, sizeof spread), CXJ_BAD_ARGUMENT,
            "view is NULL");
    refused(cxj_view_spread(view, T(FAULT_RATE), message, sizeof message, NULL, sizeof spread), CXJ_BAD_ARGUMENT,
            "spread is NULL");
    refused(cxj_view_spread(view, T(FAULT_RATE), message, sizeof message, &spread, 8), CXJ_BAD_ARGUMENT,
            "spread_size is below that of the struct");
    refused(cxj_view_control(view, parts + 1, sizeof(cxj_text), 1, T(FAULTS), 1, message, sizeof message, NULL,
                             sizeof *points, &control, sizeof control),
            CXJ_BAD_ARGUMENT, "points is NULL");
    refused(cxj_view_journeys(view, parts, sizeof(cxj_text), 2, 0, message, sizeof message, NULL, NULL, NULL),
            CXJ_BAD_ARGUMENT, "count is NULL");
    refused(cxj_view_journeys(NULL, parts, sizeof(cxj_text), 2, 1, message, sizeof message, NULL, &count, NULL),
            CXJ_BAD_ARGUMENT, "view is NULL");
    refused(cxj_view_journeys(view, parts, sizeof(cxj_text), 2, 1, message, sizeof message, NULL, &count, NULL),
            CXJ_BAD_ARGUMENT, "journeys is NULL");
    refused(cxj_view_journeys(view, parts, sizeof(cxj_text), 2, 0, message, sizeof message, NULL, &count, NULL),
            CXJ_TOO_SMALL, "journeys");
    ck_assert_uint_eq(count, 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* A name that was never given is under no key, also where there is a chart of those without a name. */
START_TEST(a_chart_of_nobody_known_is_not_found) {
    cxj_engine *engine = make_with((cxj_options){.size = 0});
    cxj_view *view = add(engine, "touchpoints by owner per day");
    cxj_control found;
    record(engine, (cxj_touchpoint){.journey = 1, .at = START});
    ck_assert_int_eq(control_of(view, "", T(FAULTS), &found), CXJ_OK);
    ck_assert_uint_eq(found.points, 1);
    ck_assert_int_eq(control_of(view, "nobody", T(FAULTS), &found), CXJ_NOT_FOUND);
    cxj_engine_destroy(engine);
}
END_TEST

/* "The metric that a name which is none may mean", in a grain or in any. */
START_TEST(the_nearest_metric_is_named) {
    uint32_t metric = 0;
    ck_assert_int_eq(cxj_metric_nearest(0, "CSAT score", CXJ_ZERO_TERMINATED, &metric), CXJ_OK);
    ck_assert_uint_eq(metric, T(CSAT));
    ck_assert_int_eq(cxj_metric_nearest(CXJ_GRAIN_JOURNEYS, "ttr?", 3, &metric), CXJ_OK);
    ck_assert_uint_eq(metric, CXJ_METRIC_JOURNEYS_DURATION_P50);
    metric = 7;
    ck_assert_int_eq(cxj_metric_nearest(0, "temperature", CXJ_ZERO_TERMINATED, &metric), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_metric_nearest(4, "csat", CXJ_ZERO_TERMINATED, &metric), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_metric_nearest(0, NULL, 0, &metric), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_metric_nearest(0, "csat", 4, NULL), CXJ_BAD_ARGUMENT);
    ck_assert_uint_eq(metric, 7);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Spread, parity, relation, within
 * ------------------------------------------------------------------------------------------------------------------ */

/* So many touchpoints of an owner, each of a journey of its own, the first of them with a fault. */
static void record_owner(cxj_engine *engine, const char *owner, uint32_t touchpoints, uint32_t faults) {
    static uint64_t journey = 0;
    for (uint32_t i = 0; i < touchpoints; i++) {
        record(engine, (cxj_touchpoint){.journey = ++journey,
                                        .at = START + i,
                                        .owner = code(engine, 1, owner),
                                        .facets = i < faults ? CXJ_FACET_FAULT : 0});
    }
}

/* "among cells with 30 observations or more, the one with the lowest value: its index in the order of a cursor" */
START_TEST(the_extremes_of_a_spread_are_places_of_cells) {
    cxj_engine *engine = make_with((cxj_options){.size = 0});
    cxj_view *view = add(engine, "touchpoints by owner");
    cxj_spread none = spread_of(view, T(FAULT_RATE));
    ck_assert(none.n == 0 && none.cells == 0 && none.lowest_cell == CXJ_NO_INDEX);
    record_owner(engine, "zoe", 40, 8);
    record_owner(engine, "bob", 30, 15);
    record_owner(engine, "ann", 29, 29);
    record_owner(engine, "carl", 31, 9);
    cxj_spread found = spread_of(view, T(FAULT_RATE));
    ck_assert(found.n == 130 && found.cells == 4);
    ck_assert_str_eq(key_at(view, found.lowest_cell), "zoe");
    ck_assert_str_eq(key_at(view, found.highest_cell), "bob");
    ck_assert(found.lowest.value == 0.2 && found.lowest.n == 40 && found.highest.value == 0.5);
    ck_assert(fabs(found.difference.value - 0.3) < 1e-15 && found.difference.low > 0.05);
    ck_assert(found.eta_squared > 0.3 && found.eta_squared < 0.4 && found.epsilon_squared < found.eta_squared);
    cxj_engine_destroy(engine);
}
END_TEST

/* "the parts of the first key, each as text as a cursor shows it" */
START_TEST(parity_is_between_two_keys) {
    cxj_engine *engine = make_with((cxj_options){.size = 0});
    cxj_view *view = add(engine, "touchpoints by owner"), *daily = add(engine, "touchpoints per day");
    cxj_parity found;
    record_owner(engine, "ann", 10, 9);
    record_owner(engine, "bob", 10, 3);
    ck_assert_int_eq(parity_of(view, "ann", "bob", T(FAULT_RATE), &found), CXJ_OK);
    ck_assert_str_eq(message, "");
    ck_assert(found.a.value == 0.9 && found.b.value == 0.3 && found.a.n == 10 && found.difference.n == 20);
    ck_assert(fabs(found.difference.value - 0.6) < 1e-15 && fabs(found.difference.low - 0.1705) < 5e-5);
    ck_assert_int_eq(parity_of(view, "bob", "bob", T(FAULT_RATE), &found), CXJ_OK);
    ck_assert(found.difference.value == 0 && found.difference.low < 0 && found.difference.high > 0);
    refused(parity_of(view, "carl", "bob", T(FAULT_RATE), &found), CXJ_NOT_FOUND, "a_parts: nothing contributes");
    refused(parity_of(view, "ann", "", T(FAULT_RATE), &found), CXJ_NOT_FOUND, "b_parts: nothing contributes");
    refused(parity_of(daily, "2026-01-01", "yesterday", T(FAULT_RATE), &found), CXJ_BAD_TEXT, "b_parts[0]");
    refused(parity_of(view, "ann|ann", "bob|bob", T(FAULT_RATE), &found), CXJ_BAD_ARGUMENT, "part_count");
    cxj_engine_destroy(engine);
}
END_TEST

/* "how one metric goes with another over the cells of a view"; "three that have both". */
START_TEST(a_relation_is_over_cells_that_have_both) {
    cxj_engine *engine = make_with((cxj_options){.size = 0});
    cxj_view *view = add(engine, "touchpoints by owner");
    ck_assert_uint_eq(relation_of(view, T(TOUCHPOINTS), T(FAULTS)).n, 0);
    record_owner(engine, "ann", 1, 1);
    record_owner(engine, "bob", 2, 1);
    ck_assert(isnan(relation_of(view, T(TOUCHPOINTS), T(FAULTS)).slope));
    record_owner(engine, "carl", 3, 3);
    record_owner(engine, "dora", 4, 3);
    cxj_relation found = relation_of(view, T(TOUCHPOINTS), T(FAULTS));
    ck_assert_uint_eq(found.n, 4);
    ck_assert(fabs(found.slope - 0.8) < 1e-12 && fabs(found.intercept) < 1e-12 && found.low < 0.8 && found.high > 0.8);
    ck_assert_uint_eq(relation_of(view, T(TOUCHPOINTS), T(CSAT)).n, 0); /* nobody was asked */
    cxj_engine_destroy(engine);
}
END_TEST

/* "The share of a cell's durations that are no longer than a span"; "NaN, with n 0: none, or unrecorded" */
START_TEST(within_is_of_one_cell) {
    cxj_engine *engine = make_with((cxj_options){.size = 0});
    cxj_view *view = add(engine, "touchpoints by owner"), *ended = add(engine, "journeys by type");
    cxj_value found;
    for (uint32_t i = 0; i < 4; i++) {
        record(engine,
               (cxj_touchpoint){.journey = 1, .at = START + 10 * i * (int64_t)i, .owner = code(engine, 1, "ann")});
    }
    ck_assert_int_eq(within_of(view, "ann", T(WAIT_P99), 30, &found), CXJ_OK); /* waits of 10, 30 and 50 */
    ck_assert(found.n == 3 && fabs(found.value - 2 / 3.0) < 1e-15 && found.low > 0.2 && found.high < 1);
    ck_assert_int_eq(within_of(view, "ann", T(WAIT_P50), 0, &found), CXJ_OK);
    ck_assert(found.n == 3 && found.value == 0 && found.low == 0);
    ck_assert_int_eq(within_of(view, "ann", T(LATENESS_P50), INT64_MAX, &found), CXJ_OK);
    ck_assert(found.n == 0 && isnan(found.value) && isnan(found.low));
    ck_assert_int_eq(within_of(ended, "", CXJ_METRIC_JOURNEYS_SILENCE_P50, 1, &found), CXJ_OK);
    ck_assert(found.n == 0 && isnan(found.value));
    refused(within_of(view, "bob", T(WAIT_P50), 30, &found), CXJ_NOT_FOUND, "nothing contributes");
    ck_assert_int_eq(cxj_set_unrecorded(engine, CXJ_FACET_DELIVERED), CXJ_OK);
    record(engine, (cxj_touchpoint){.journey = 2, .at = START, .due = START + 1, .owner = code(engine, 1, "ann")});
    record(engine, (cxj_touchpoint){
                       .journey = 2, .at = START + 9, .owner = code(engine, 1, "ann"), .facets = CXJ_FACET_DELIVERED});
    ck_assert_int_eq(within_of(view, "ann", T(LATENESS_P50), INT64_MAX, &found), CXJ_OK);
    ck_assert(found.n == 0 && isnan(found.value));
    ck_assert_int_eq(cxj_set_unrecorded(engine, 0), CXJ_OK);
    ck_assert_int_eq(within_of(view, "ann", T(LATENESS_P50), 8, &found), CXJ_OK);
    ck_assert(found.n == 1 && found.value == 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Over time
 * ------------------------------------------------------------------------------------------------------------------ */

#define DAY (24 * HOUR)

/* "Skips periods to which nothing contributes or that have no value and, once the clock has been advanced, the current
 * period and later ones"; in order of time, of one key. */
START_TEST(a_chart_is_of_periods_that_are_over) {
    cxj_engine *engine = make_with((cxj_options){.size = 0});
    cxj_view *view = add(engine, "touchpoints by owner per day"), *alone = add(engine, "touchpoints per day");
    cxj_control found;
    const uint32_t ann = code(engine, 1, "ann"), bob = code(engine, 1, "bob");
    for (int64_t day = 11; day-- > 0;) { /* the last first; nothing on the fourth day */
        if (day == 3) continue;
        for (int64_t i = 0; i <= day; i++) {
            record(engine, (cxj_touchpoint){.journey = 1, .at = START + day * DAY + i, .owner = ann});
        }
    }
    record(engine, (cxj_touchpoint){.journey = 2, .at = START + 5 * DAY, .owner = bob});
    ck_assert_int_eq(control_of(view, "ann", T(TOUCHPOINTS), &found), CXJ_OK);
    ck_assert_uint_eq(found.points, 10);
    for (size_t i = 0; i < 10; i++) {
        int64_t day = (int64_t)i + (i > 2);
        char text[24];
        snprintf(text, sizeof text, "2026-01-%02d", (int)day + 1);
        ck_assert_str_eq(points[i].period, text);
        ck_assert_int_eq(points[i].start, START + day * DAY);
        ck_assert(points[i].value.value == (double)day + 1 && points[i].value.n == (uint64_t)day + 1);
    }
    ck_assert(fabs(found.centre - 6.2) < 1e-12 && !isnan(found.low));
    ck_assert_int_eq(control_of(view, "bob", T(TOUCHPOINTS), &found), CXJ_OK);
    ck_assert(found.points == 1 && isnan(found.centre));
    ck_assert_int_eq(control_of(alone, NULL, T(TOUCHPOINTS), &found), CXJ_OK);
    ck_assert(found.points == 10 && points[4].value.value == 7); /* with bob's */
    ck_assert_int_eq(control_of(view, "ann", T(CSAT), &found), CXJ_OK);
    ck_assert_uint_eq(found.points, 0);
    advance(engine, START + 9 * DAY - 1); /* the last moment of the ninth day */
    ck_assert_int_eq(control_of(view, "ann", T(TOUCHPOINTS), &found), CXJ_OK);
    ck_assert_uint_eq(found.points, 7);
    advance(engine, START + 9 * DAY);
    ck_assert_int_eq(control_of(view, "ann", T(TOUCHPOINTS), &found), CXJ_OK);
    ck_assert(found.points == 8 && points[7].value.value == 9 && !isnan(found.centre));
    refused(control_of(view, "carl", T(TOUCHPOINTS), &found), CXJ_NOT_FOUND, "nothing contributes to such a key");
    refused(control_of(view, "", T(TOUCHPOINTS), &found), CXJ_NOT_FOUND, "nothing contributes to such a key");
    cxj_engine_destroy(engine);
}
END_TEST

/* "in order of time": where a clock goes forward and back again, two periods begin at one moment, and local time decides,
 * also where a year has five digits. */
START_TEST(periods_that_begin_at_one_moment_stand_by_local_time) {
    static const char calendar[] = "offset -12:00\n"
                                   "offset 9999-12-31T22:00:00Z +06:00\n"
                                   "offset 9999-12-31T23:00:00Z -12:00\n";
    const int64_t year_10000 = INT64_C(253402300800000);
    cxj_engine *engine = make_with((cxj_options){.size = 0});
    cxj_view *view = add(engine, "touchpoints per hour");
    cxj_control found;
    ck_assert_int_eq(cxj_set_calendar(engine, calendar, CXJ_ZERO_TERMINATED), CXJ_OK);
    record(engine, (cxj_touchpoint){.journey = 1, .at = year_10000 - HOUR - HOUR / 2});
    record(engine, (cxj_touchpoint){.journey = 1, .at = year_10000 - HOUR / 2});
    ck_assert_int_eq(control_of(view, NULL, T(TOUCHPOINTS), &found), CXJ_OK);
    ck_assert_uint_eq(found.points, 2);
    ck_assert_str_eq(points[0].period, "9999-12-31T11");
    ck_assert_str_eq(points[1].period, "10000-01-01T04");
    ck_assert_int_eq(points[0].start, year_10000 - 2 * HOUR);
    ck_assert_int_eq(points[1].start, year_10000 - 2 * HOUR);
    cxj_engine_destroy(engine);
}
END_TEST

/* The same where all years have four, whichever period came first. */
START_TEST(periods_that_begin_at_one_moment_stand_in_one_order) {
    static const char calendar[] = "offset -12:00\n"
                                   "offset 2026-12-31T22:00:00Z +06:00\n"
                                   "offset 2026-12-31T23:00:00Z -12:00\n";
    const int64_t year_2027 = INT64_C(1798761600000);
    for (int64_t first = 0; first < 2; first++) {
        cxj_engine *engine = make_with((cxj_options){.size = 0});
        cxj_view *view = add(engine, "touchpoints per hour");
        cxj_control found;
        ck_assert_int_eq(cxj_set_calendar(engine, calendar, CXJ_ZERO_TERMINATED), CXJ_OK);
        record(engine, (cxj_touchpoint){.journey = 1, .at = year_2027 - HOUR / 2 - first * HOUR});
        record(engine, (cxj_touchpoint){.journey = 2, .at = year_2027 - HOUR / 2 - (1 - first) * HOUR});
        ck_assert_int_eq(control_of(view, NULL, T(TOUCHPOINTS), &found), CXJ_OK);
        ck_assert_uint_eq(found.points, 2);
        ck_assert_str_eq(points[0].period, "2026-12-31T11");
        ck_assert_str_eq(points[1].period, "2027-01-01T04");
        ck_assert(points[0].start == year_2027 - 2 * HOUR && points[1].start == points[0].start);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* "with CXJ_TOO_SMALL how many points there are", and no point is written. */
START_TEST(a_chart_tells_how_many_points_there_are) {
    cxj_engine *engine = make_with((cxj_options){.size = 0});
    cxj_view *view = add(engine, "touchpoints per hour");
    for (int64_t i = 0; i < 9; i++) record(engine, (cxj_touchpoint){.journey = 1, .at = START + i * HOUR});
    for (size_t capacity = 0; capacity < 11; capacity++) {
        cxj_control found = {77, 1, 1, 1};
        memset(points, 0x5a, sizeof points);
        cxj_status status = cxj_view_control(view, NULL, 0, 0, T(TOUCHPOINTS), capacity, message, sizeof message,
                                             points, sizeof *points, &found, sizeof found);
        ck_assert_int_eq(status, capacity < 9 ? CXJ_TOO_SMALL : CXJ_OK);
        ck_assert_uint_eq(found.points, 9);
        ck_assert_int_eq(isnan(found.centre) != 0, capacity < 9);
        for (size_t i = capacity < 9 ? 0 : 9; i < MOST_POINTS; i++) ck_assert_int_eq(points[i].period[0], 0x5a);
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* "In a view with a period, cells of the periods that cxj_view_control() skips are left out." */
START_TEST(a_relation_leaves_out_what_is_not_over) {
    cxj_engine *engine = make_with((cxj_options){.size = 0});
    cxj_view *view = add(engine, "journeys per day ended"), *always = add(engine, "journeys by type");
    for (uint64_t i = 1; i < 7; i++) {
        record(engine, (cxj_touchpoint){.journey = i,
                                        .at = START + (int64_t)i * DAY,
                                        .outcome = 1,
                                        .value = 7,
                                        .type = (uint16_t)code(engine, CXJ_DIMENSION_TYPE, NAMES[i])});
    }
    ck_assert_uint_eq(relation_of(view, CXJ_METRIC_JOURNEYS_JOURNEYS, CXJ_METRIC_JOURNEYS_VALUE).n, 6);
    advance(engine, START + 4 * DAY);
    ck_assert_uint_eq(relation_of(view, CXJ_METRIC_JOURNEYS_JOURNEYS, CXJ_METRIC_JOURNEYS_VALUE).n, 3);
    ck_assert_uint_eq(relation_of(always, CXJ_METRIC_JOURNEYS_JOURNEYS, CXJ_METRIC_JOURNEYS_VALUE).n, 6);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * The journeys behind a cell
 * ------------------------------------------------------------------------------------------------------------------ */

enum { JOURNEYS = 14 };

/* Engines with the same names and views, each with the touchpoints of one journey alone: their cells are those to which
 * it contributes. */
static cxj_engine *alone[JOURNEYS];

static void make_alone(const feed *l) {
    for (uint32_t j = 0; j < JOURNEYS; j++) {
        alone[j] = make_with((cxj_options){.size = 0});
        add_views(alone[j]);
        for (size_t i = 0; i < l->count; i++) {
            if (l->items[i].journey == journey_number(0, j)) record_part(alone[j], l, i, i + 1);
        }
    }
}

static void destroy_alone(void) {
    for (uint32_t j = 0; j < JOURNEYS; j++) cxj_engine_destroy(alone[j]);
}

static int compare_numbers(const void *a, const void *b) {
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* The journeys that contribute to a cell, ascending. */
static size_t expected_of(size_t view, const char *text, uint64_t *expected) {
    size_t count = 0;
    for (uint32_t j = 0; j < JOURNEYS; j++) {
        key of = cut(text);
        cxj_view *its = NULL;
        cxj_view_info info;
        ck_assert_int_eq(cxj_view_at(alone[j], view, &its), CXJ_OK);
        ck_assert_int_eq(cxj_view_describe(its, &info, sizeof info), CXJ_OK);
        cxj_status status = cxj_view_get(its, parts_of(&of), sizeof(cxj_text), info.parts, NULL, 0, NULL, 0, NULL, 0);
        if (status == CXJ_OK) expected[count++] = journey_number(0, j);
    }
    qsort(expected, count, sizeof *expected, compare_numbers);
    return count;
}

/* Section 8.6: "the numbers, in ascending order, of the journeys that contribute to it (at least one touchpoint or
 * transition; the journey itself)", for every cell of views of all grains, with conditions, had and periods. The first
 * journey is longer than 64 touchpoints, and so has an index. */
START_TEST(the_journeys_behind_each_cell_are_those_that_contribute) {
    chance_state = seed_of_test() + (uint64_t)_i;
    feed l = make_feed(500, JOURNEYS, 0, false);
    cxj_engine *engine = make_with((cxj_options){.size = 0});
    add_views(engine);
    record_feed(engine, &l);
    make_alone(&l);
    size_t cells = 0, several = 0;
    for (size_t v = 0; v < VIEW_COUNT; v++) {
        cxj_view *view = NULL;
        cxj_view_info info;
        ck_assert_int_eq(cxj_view_at(engine, v, &view), CXJ_OK);
        ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
        for (uint64_t place = 0; place < info.cells; place++) {
            uint64_t expected[JOURNEYS], sealed = 77;
            char text[400];
            size_t count = 0;
            snprintf(text, sizeof text, "%s", key_at(view, place));
            ck_assert_int_eq(journeys_of(view, text, MOST_JOURNEYS, &count, &sealed), CXJ_OK);
            size_t wanted = expected_of(v, text, expected);
            ck_assert_msg(count == wanted, "%s, %s: %zu journeys in place of %zu", VIEWS[v], text, count, wanted);
            ck_assert_uint_gt(count, 0); /* a cell to which nothing contributes does not exist */
            ck_assert_mem_eq(journeys, expected, count * sizeof *journeys);
            ck_assert_uint_eq(sealed, 0);
            cells++;
            several += count > 1;
        }
    }
    ck_assert(cells > 300 && several > 50);
    destroy_alone();
    cxj_engine_destroy(engine);
    free_feed(&l);
}
END_TEST

/* "Sealed journeys contribute, but can no longer be identified; they are only counted." Of transitions it is how many
 * transitions they have there. Every cell knows as many as all have together. */
START_TEST(sealed_journeys_are_counted_apart) {
    chance_state = seed_of_test();
    feed l = make_feed(400, JOURNEYS, 0, false);
    cxj_engine *engine = make_with((cxj_options){.seal_ended_after = 100 * HOUR, .seal_idle_after = 2500 * HOUR}),
               *whole = make_with((cxj_options){.size = 0});
    add_views(engine);
    add_views(whole);
    record_feed(engine, &l);
    record_feed(whole, &l);
    advance(engine, START + 60000 * HOUR);
    ck_assert_uint_gt(stats_of(engine).sealed, 2);
    ck_assert_uint_gt(stats_of(engine).journeys, stats_of(engine).sealed);
    size_t with_sealed = 0;
    for (size_t v = 0; v < VIEW_COUNT; v++) {
        cxj_view *view = NULL, *of_all = NULL;
        cxj_view_info info;
        ck_assert_int_eq(cxj_view_at(engine, v, &view), CXJ_OK);
        ck_assert_int_eq(cxj_view_at(whole, v, &of_all), CXJ_OK);
        ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
        for (uint64_t place = 0; place < info.cells; place++) {
            char text[400];
            size_t held = 0, all = 0;
            uint64_t sealed = 0;
            snprintf(text, sizeof text, "%s", key_at(view, place));
            ck_assert_int_eq(journeys_of(of_all, text, MOST_JOURNEYS, &all, NULL), CXJ_OK);
            ck_assert_int_eq(journeys_of(view, text, MOST_JOURNEYS, &held, &sealed), CXJ_OK);
            with_sealed += sealed > 0;
            if (info.grain != CXJ_GRAIN_TRANSITIONS) {
                ck_assert_msg(held + sealed == all, "%s, %s", VIEWS[v], text);
            } else {
                ck_assert_msg((sealed > 0) == (held < all) && held + sealed >= all, "%s, %s", VIEWS[v], text);
            }
        }
    }
    ck_assert_uint_gt(with_sealed, 20);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(whole);
    free_feed(&l);
}
END_TEST

/* Of transitions of sealed journeys all are counted: A, A, A, B has two from A to A. */
START_TEST(sealed_transitions_are_counted_one_by_one) {
    cxj_engine *engine = make_with((cxj_options){.seal_idle_after = HOUR});
    cxj_view *view = add(engine, "transitions by owner");
    uint64_t sealed = 0;
    size_t count = 0;
    for (uint64_t id = 1; id <= 4; id++) {
        record(engine,
               (cxj_touchpoint){
                   .journey = 5, .id = id, .at = START + (int64_t)id, .owner = code(engine, 1, id < 4 ? "A" : "B")});
    }
    advance(engine, START + 2 * HOUR);
    ck_assert_int_eq(journeys_of(view, "A|A", 0, &count, &sealed), CXJ_OK);
    ck_assert(count == 0 && sealed == 2);
    ck_assert_int_eq(journeys_of(view, "A|B", 0, &count, &sealed), CXJ_OK);
    ck_assert(count == 0 && sealed == 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* A journey whose touchpoints are withdrawn, or that is erased, is behind no cell. */
START_TEST(what_is_taken_back_is_behind_no_cell) {
    cxj_engine *engine = make_with((cxj_options){.size = 0});
    cxj_view *view = add(engine, "touchpoints"), *each = add(engine, "journeys");
    size_t count = 0;
    for (uint64_t j = 1; j <= 4; j++) record(engine, (cxj_touchpoint){.journey = 10 - j, .id = 1, .at = START});
    ck_assert_int_eq(cxj_withdraw(engine, 8, 1, 0), CXJ_OK);
    ck_assert_int_eq(cxj_erase_journey(engine, 7), CXJ_OK);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(journeys_of(i == 0 ? view : each, "", MOST_JOURNEYS, &count, NULL), CXJ_OK);
        ck_assert(count == 2 && journeys[0] == 6 && journeys[1] == 9);
    }
    refused(journeys_of(add(engine, "journeys by type"), "nothing", 4, &count, NULL), CXJ_NOT_FOUND,
            "nothing contributes");
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * What a view lacks, and memory
 * ------------------------------------------------------------------------------------------------------------------ */

/* "Statuses are those of cxj_view_read() and, where a cell is named, of cxj_view_get()": of a view that lacks cells,
 * what is asked of all says so, and of a cell that is not there it is not known whether anything contributes. */
START_TEST(a_view_that_lacks_cells_says_so) {
    cxj_engine *engine = make_with((cxj_options){.cells_limit = 1});
    cxj_view *view = add(engine, "touchpoints by owner per day");
    cxj_spread spread;
    cxj_relation relation;
    cxj_control control;
    cxj_parity parity;
    cxj_value value;
    size_t count = 0;
    record(engine, (cxj_touchpoint){.journey = 1, .at = START, .owner = code(engine, 1, "ann")});
    record(engine, (cxj_touchpoint){.journey = 1, .at = START, .owner = code(engine, 1, "bob")});
    ck_assert_int_eq(cxj_view_spread(view, T(CSAT), NULL, 0, &spread, sizeof spread), CXJ_INCOMPLETE);
    ck_assert_int_eq(cxj_view_relation(view, T(CSAT), T(NPS), NULL, 0, &relation, sizeof relation), CXJ_INCOMPLETE);
    ck_assert_int_eq(control_of(view, "ann", T(TOUCHPOINTS), &control), CXJ_INCOMPLETE);
    ck_assert_uint_eq(control.points, 1);
    refused(control_of(view, "bob", T(TOUCHPOINTS), &control), CXJ_LIMIT, "lacks cells");
    ck_assert_int_eq(parity_of(view, "2026-01-01|ann", "2026-01-01|ann", T(FAULT_RATE), &parity), CXJ_OK);
    refused(parity_of(view, "2026-01-01|ann", "2026-01-01|bob", T(FAULT_RATE), &parity), CXJ_LIMIT, "b_parts");
    ck_assert_int_eq(within_of(view, "2026-01-01|ann", T(WAIT_P50), 0, &value), CXJ_OK);
    ck_assert_int_eq(journeys_of(view, "2026-01-01|ann", 4, &count, NULL), CXJ_OK);
    refused(journeys_of(view, "2026-01-01|bob", 4, &count, NULL), CXJ_LIMIT, "lacks cells");
    cxj_engine_destroy(engine);
}
END_TEST

/* What sealed journeys have contributed to a view that was added later is missing from each of its cells. */
START_TEST(a_view_that_lacks_sealed_journeys_says_so) {
    cxj_engine *engine = make_with((cxj_options){.seal_ended_after = 1});
    cxj_spread spread;
    cxj_value value;
    size_t count = 0;
    record(engine, (cxj_touchpoint){.journey = 1, .at = START, .outcome = 1});
    advance(engine, START + HOUR);
    cxj_view *view = add(engine, "touchpoints by owner");
    record(engine, (cxj_touchpoint){.journey = 2, .at = START + HOUR});
    ck_assert_int_eq(cxj_view_spread(view, T(CSAT), NULL, 0, &spread, sizeof spread), CXJ_INCOMPLETE);
    ck_assert_int_eq(within_of(view, "", T(WAIT_P50), 0, &value), CXJ_INCOMPLETE);
    ck_assert_int_eq(journeys_of(view, "", 4, &count, NULL), CXJ_INCOMPLETE);
    ck_assert(count == 1 && journeys[0] == 2);
    cxj_engine_destroy(engine);
}
END_TEST

typedef cxj_status (*question)(const cxj_view *view);

static cxj_status ask_spread(const cxj_view *view) {
    cxj_spread found;
    return cxj_view_spread(view, T(CLEAN_SHARE), message, sizeof message, &found, sizeof found);
}
static cxj_status ask_relation(const cxj_view *view) {
    cxj_relation found;
    return cxj_view_relation(view, T(TOUCHPOINTS), T(FAULTS), message, sizeof message, &found, sizeof found);
}
static cxj_status ask_control(const cxj_view *view) {
    cxj_control found;
    return control_of(view, "ann", T(TOUCHPOINTS), &found);
}
static cxj_status ask_journeys(const cxj_view *view) {
    size_t count = 0;
    return journeys_of(view, "2026-01-01T00|ann", MOST_JOURNEYS, &count, NULL);
}

/* Each allocation fails once: the sentence says what for, nothing is left on the heap, and the engine is as it was; its
 * account of memory is not touched, nor are its counts of work, and cursors do not become stale. */
START_TEST(questions_without_memory_leave_all_as_it_was) {
    static const question questions[] = {ask_spread, ask_relation, ask_control, ask_journeys};
    heap memory = {0};
    cxj_engine *engine = make_in(&memory);
    cxj_view *view = add(engine, "touchpoints by owner per hour");
    cxj_cursor *cursor = NULL;
    for (uint64_t j = 1; j < 100; j++) {
        record(engine, (cxj_touchpoint){.journey = j,
                                        .at = START + (int64_t)(j % 12) * HOUR,
                                        .owner = code(engine, 1, j % 3 ? "ann" : "bob")});
    }
    for (uint64_t j = 1; j < 60; j++)
        record(engine, (cxj_touchpoint){.journey = j, .at = START, .owner = code(engine, 1, "ann")});
    ck_assert_int_eq(cxj_cursor_open(view, NULL, 0, &cursor), CXJ_OK);
    const cxj_stats before = stats_of(engine);
    const uint64_t blocks = memory.blocks, held = memory.bytes;
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        uint64_t fails = 0;
        for (cxj_status status = CXJ_NO_MEMORY; status == CXJ_NO_MEMORY; fails++) {
            heap_fail(&memory, fails + 1, false);
            status = questions[i](view);
            ck_assert(status == CXJ_NO_MEMORY ? strstr(message, "no memory") != NULL : status == CXJ_OK);
            ck_assert(memory.blocks == blocks && memory.bytes == held);
            cxj_stats after = stats_of(engine);
            ck_assert_mem_eq(&after, &before, sizeof after);
        }
        ck_assert_msg(fails > 1, "question %zu takes no memory", i);
        heap_fail(&memory, 0, false);
    }
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_OK);
    cxj_cursor_close(cursor);
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory.blocks, 0);
}
END_TEST

int main(void) {
    const TTest *const kinds[] = {only_some_metrics_go, sentences_name_the_argument,
                                  a_chart_of_nobody_known_is_not_found, the_nearest_metric_is_named};
    const TTest *const cells[] = {the_extremes_of_a_spread_are_places_of_cells, parity_is_between_two_keys,
                                  a_relation_is_over_cells_that_have_both, within_is_of_one_cell};
    const TTest *const time[] = {a_chart_is_of_periods_that_are_over,
                                 periods_that_begin_at_one_moment_stand_by_local_time,
                                 periods_that_begin_at_one_moment_stand_in_one_order,
                                 a_chart_tells_how_many_points_there_are, a_relation_leaves_out_what_is_not_over};
    const TTest *const behind[] = {sealed_journeys_are_counted_apart, sealed_transitions_are_counted_one_by_one,
                                   what_is_taken_back_is_behind_no_cell};
    const TTest *const lacking[] = {a_view_that_lacks_cells_says_so, a_view_that_lacks_sealed_journeys_says_so,
                                    questions_without_memory_leave_all_as_it_was};
    Suite *suite = suite_create("beyond");
    ADD_CASE(suite, "kinds", kinds);
    ADD_CASE(suite, "cells", cells);
    ADD_CASE(suite, "time", time);
    ADD_CASE(suite, "journeys", behind);
    ADD_CASE(suite, "lacking", lacking);
    TCase *random = tcase_create("random");
    tcase_set_timeout(random, 300);
    tcase_add_loop_test(random, the_journeys_behind_each_cell_are_those_that_contribute, 0, 6);
    suite_add_tcase(suite, random);
    return run_suite(suite);
}
