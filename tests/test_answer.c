/* answer: the way out: cursors, single cells, whole columns. What include/cxj.h says of them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "cxj.h"
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
    cxj_status status = cxj_view_add(engine, text, CXJ_ZERO_TERMINATED, &view);
    ck_assert_msg(status == CXJ_OK, "%s: %s", text, cxj_message(engine));
    return view;
}

static uint32_t code(cxj_engine *engine, uint32_t dimension, const char *name) {
    uint32_t given = 0;
    ck_assert_int_eq(cxj_code(engine, dimension, name, CXJ_ZERO_TERMINATED, &given), CXJ_OK);
    return given;
}

static void record(cxj_engine *engine, cxj_touchpoint touchpoint) {
    cxj_status status = cxj_record(engine, &touchpoint, sizeof touchpoint, 1, 0, NULL, 0);
    ck_assert_msg(status == CXJ_OK, "%s", cxj_message(engine));
}

static cxj_cursor *cursor_of(const cxj_view *view) {
    cxj_cursor *cursor = NULL;
    ck_assert_int_eq(cxj_cursor_open(view, NULL, 0, &cursor), CXJ_OK);
    return cursor;
}

static uint32_t metric(uint32_t grain, const char *name) {
    uint32_t number = 0;
    ck_assert_int_eq(cxj_metric_find(grain, name, CXJ_ZERO_TERMINATED, &number), CXJ_OK);
    return number;
}

/* All keys in the order of a cursor, the parts joined by "|", the cells by a blank. */
static void list_keys(const cxj_view *view, char *list, size_t capacity) {
    cxj_view_info info;
    cxj_cursor *cursor = cursor_of(view);
    size_t used = 0;
    ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
    list[0] = '\0';
    while (cxj_cursor_next(cursor) == CXJ_OK) {
        for (uint32_t part = 0; part < info.parts; part++) {
            const char *text = NULL, *before = part > 0 ? "|" : used > 0 ? " " : "";
            size_t length = 0;
            ck_assert_int_eq(cxj_cursor_part(cursor, part, &text, &length), CXJ_OK);
            ck_assert_uint_eq(strlen(text), length);
            used += (size_t)snprintf(list + used, capacity - used, "%s%s", before, text);
            ck_assert_uint_lt(used, capacity);
        }
    }
    cxj_cursor_close(cursor);
}

static void check_keys(const cxj_view *view, const char *expected) {
    char list[1000];
    list_keys(view, list, sizeof list);
    ck_assert_str_eq(list, expected);
}

/* Looks up a key whose parts are joined by "|", and one metric there. */
static cxj_status look_up(const cxj_view *view, const char *key, uint32_t number, cxj_value *result) {
    cxj_text parts[8];
    size_t count = 0;
    for (const char *from = key; from != NULL; count++) {
        const char *to = strchr(from, '|');
        parts[count] = (cxj_text){from, to == NULL ? CXJ_ZERO_TERMINATED : (size_t)(to - from)};
        from = to == NULL ? NULL : to + 1;
    }
    return cxj_view_get(view, parts, sizeof *parts, count, &number, number != 0, NULL, 0, result, sizeof *result);
}

static double value_at(const cxj_view *view, const char *key, uint32_t grain, const char *name) {
    cxj_value result;
    cxj_status status = look_up(view, key, metric(grain, name), &result);
    ck_assert_msg(status == CXJ_OK, "%s: %s", key == NULL ? "all" : key, cxj_status_text(status));
    return result.value;
}

/* Some touchpoints in two journeys; names come in an order that is not theirs. */
static void tell(cxj_engine *engine) {
    static const char *const channels[] = {"web", "phone", "", "mail", "Mail", "ph\xc3\xb6ne", "phones"};
    for (uint64_t i = 0; i < 7; i++) {
        cxj_touchpoint t = {.journey = 1 + i % 2, .id = i + 1, .at = 1 + (int64_t)i * 3600000};
        t.channel = (uint16_t)code(engine, CXJ_DIMENSION_CHANNEL, channels[i]);
        t.owner = code(engine, CXJ_DIMENSION_OWNER, i % 3 == 0 ? "Ben" : "Anna");
        t.value = (int64_t)i;
        record(engine, t);
    }
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Parts
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST(parts_have_names_and_dimensions) {
    static const struct {
        const char *text;
        const char *names[6];
        uint32_t dimensions[6];
    } cases[] = {
        {"touchpoints", {NULL}, {0}},
        {"touchpoints by cause, outcome per hour",
         {"period", "cause", "outcome"},
         {0, CXJ_DIMENSION_CAUSE, CXJ_DIMENSION_OUTCOME}},
        {"touchpoints by owner, team, channel, stage",
         {"owner", "team", "channel", "stage"},
         {CXJ_DIMENSION_OWNER, CXJ_DIMENSION_TEAM, CXJ_DIMENSION_CHANNEL, CXJ_DIMENSION_STAGE}},
        {"transitions by stage, type, churned, segment per week",
         {"period", "from", "to", "type", "churned", "segment"},
         {0, CXJ_DIMENSION_STAGE, CXJ_DIMENSION_STAGE, CXJ_DIMENSION_TYPE, CXJ_DIMENSION_CHURNED,
          CXJ_DIMENSION_SEGMENT}},
        {"journeys by entry, exit, reason",
         {"entry", "exit", "reason"},
         {CXJ_DIMENSION_CHANNEL, CXJ_DIMENSION_CHANNEL, CXJ_DIMENSION_REASON}},
        {"journeys per year ended", {"period"}, {0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cxj_engine *engine = make();
        const cxj_view *view = add(engine, cases[i].text);
        uint32_t part = 0;
        for (; part < 6 && cases[i].names[part] != NULL; part++) {
            const char *name = NULL;
            uint32_t dimension = 99;
            ck_assert_int_eq(cxj_view_part(view, part, &name, &dimension), CXJ_OK);
            ck_assert_str_eq(name, cases[i].names[part]);
            ck_assert_uint_eq(dimension, cases[i].dimensions[part]);
            ck_assert_int_eq(cxj_view_part(view, part, &name, NULL), CXJ_OK);
        }
        const char *none = "untouched";
        ck_assert_int_eq(cxj_view_part(view, part, &none, NULL), CXJ_NOT_FOUND);
        ck_assert_int_eq(cxj_view_part(view, UINT32_MAX, &none, NULL), CXJ_NOT_FOUND);
        ck_assert_str_eq(none, "untouched");
        cxj_engine_destroy(engine);
    }
}
END_TEST

START_TEST(description_of_a_view) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "transitions by channel, type per day");
    cxj_view_info info;
    tell(engine);
    ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
    ck_assert_str_eq(info.text, "transitions by channel, type per day");
    ck_assert_uint_eq(info.text_length, strlen(info.text));
    ck_assert_uint_eq(info.grain, CXJ_GRAIN_TRANSITIONS);
    ck_assert_uint_eq(info.parts, 4);
    ck_assert_uint_eq(info.cells, 4);
    ck_assert_int_eq(info.has_period, 1);
    ck_assert_int_eq(info.incomplete, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Cursors
 * ------------------------------------------------------------------------------------------------------------------ */

/* "in the order of their keys: part by part, each as text, byte by byte"; none is the empty text. */
START_TEST(cells_stand_in_the_order_of_their_texts) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "touchpoints by owner, channel");
    tell(engine);
    check_keys(view, "Anna| Anna|Mail Anna|phone Anna|ph\xc3\xb6ne Ben|mail Ben|phones Ben|web");
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(names_come_before_longer_ones) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "touchpoints by channel");
    tell(engine);
    char list[200];
    list_keys(view, list, sizeof list);
    ck_assert_str_eq(list + strlen("Mail mail "), "phone phones ph\xc3\xb6ne web");
    cxj_engine_destroy(engine);
}
END_TEST

/* Names of outcome and churned stand in the order of their texts too, which is not that of their numbers. */
START_TEST(outcomes_stand_in_the_order_of_their_texts) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "journeys by outcome, churned");
    record(engine, (cxj_touchpoint){.journey = 1, .at = 1, .outcome = CXJ_OUTCOME_COMPLETED});
    record(engine, (cxj_touchpoint){.journey = 2, .at = 1, .outcome = CXJ_OUTCOME_ABANDONED});
    record(engine, (cxj_touchpoint){.journey = 3, .at = 1, .facets = CXJ_FACET_CHURNED});
    check_keys(view, "|yes abandoned| completed|");
    cxj_engine_destroy(engine);
}
END_TEST

/* Periods as the report writes them (section 7), from the year 1 on, in order. */
START_TEST(periods_stand_in_the_order_of_time) {
    static const struct {
        const char *text, *keys;
    } cases[] = {
        {"touchpoints per hour", "0001-01-01T00 1969-12-31T23 1970-01-01T00 2026-11-21T22 9999-12-31T23"},
        {"touchpoints per day", "0001-01-01 1969-12-31 1970-01-01 2026-11-21 9999-12-31"},
        {"touchpoints per week", "0001-01-01 1969-12-29 2026-11-16 9999-12-27"},
        {"touchpoints per month", "0001-01 1969-12 1970-01 2026-11 9999-12"},
        {"touchpoints per quarter", "0001-Q1 1969-Q4 1970-Q1 2026-Q4 9999-Q4"},
        {"touchpoints per year", "0001 1969 1970 2026 9999"},
    };
    static const int64_t moments[] = {INT64_C(253402300799999), 1, INT64_C(-62135596800000), -1,
                                      INT64_C(1795300980000)};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cxj_engine *engine = make();
        const cxj_view *view = add(engine, cases[i].text);
        for (size_t k = 0; k < 5; k++) record(engine, (cxj_touchpoint){.journey = 1, .at = moments[k]});
        check_keys(view, cases[i].keys);
        cxj_engine_destroy(engine);
    }
}
END_TEST

START_TEST(cursor_begins_before_the_first_cell_and_stays_behind_the_last) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "journeys");
    const uint32_t journeys = metric(CXJ_GRAIN_JOURNEYS, "journeys");
    const char *text = NULL;
    cxj_value result;
    record(engine, (cxj_touchpoint){.journey = 1, .at = 1});
    cxj_cursor *cursor = cursor_of(view);
    ck_assert_int_eq(cxj_cursor_metrics(cursor, &journeys, 1, NULL, 0, &result, sizeof result), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_cursor_part(cursor, 0, &text, NULL), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_metrics(cursor, &journeys, 1, NULL, 0, &result, sizeof result), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_part(cursor, 0, &text, NULL), CXJ_NOT_FOUND); /* The key has no parts. */
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_DONE);
        ck_assert_int_eq(cxj_cursor_metrics(cursor, &journeys, 1, NULL, 0, &result, sizeof result), CXJ_NOT_FOUND);
    }
    cxj_cursor_close(cursor);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(cursor_over_nothing_is_done) {
    cxj_engine *engine = make();
    cxj_cursor *cursor = cursor_of(add(engine, "transitions by owner"));
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_DONE);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_DONE);
    cxj_cursor_close(cursor);
    cxj_engine_destroy(engine);
}
END_TEST

/* "CXJ_STALE: the engine has changed": all functions of the cursor say so from then on, and give nothing that could be
 * taken for an answer: "" and no values. */
START_TEST(change_makes_a_cursor_stale_for_good) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "touchpoints by owner");
    const uint32_t count = metric(CXJ_GRAIN_TOUCHPOINTS, "touchpoints");
    const uint32_t both[2] = {count, count};
    struct {
        cxj_value value;
        uint64_t more;
    } results[3];
    tell(engine);
    cxj_cursor *cursor = cursor_of(view);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_OK);
    record(engine, (cxj_touchpoint){.journey = 9, .at = 1});
    for (int i = 0; i < 2; i++) {
        const char *text = NULL;
        size_t length = 77;
        char message[100] = "?";
        ck_assert_int_eq(cxj_cursor_part(cursor, 0, &text, &length), CXJ_STALE);
        ck_assert_str_eq(text, "");
        ck_assert_uint_eq(length, 0);
        ck_assert_int_eq(cxj_cursor_part(cursor, 99, &text, NULL), CXJ_STALE);
        memset(results, 0x5a, sizeof results);
        ck_assert_int_eq(
            cxj_cursor_metrics(cursor, both, 2, message, sizeof message, &results[0].value, sizeof *results),
            CXJ_STALE);
        ck_assert_str_eq(message, "");
        for (int k = 0; k < 2; k++) {
            ck_assert(isnan(results[k].value.value) && isnan(results[k].value.low) && isnan(results[k].value.high));
            ck_assert_uint_eq(results[k].value.n, 0);
            ck_assert_uint_eq(results[k].more, 0);
        }
        ck_assert_uint_eq(results[2].more, UINT64_C(0x5a5a5a5a5a5a5a5a));
        ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_STALE);
    }
    cxj_cursor_close(cursor);
    cxj_engine_destroy(engine);
}
END_TEST

/* Cursors become stale only by calls that changed something: what is asked for may be there already. */
START_TEST(calls_that_change_nothing_leave_a_cursor_good) {
    cxj_options options = {.size = sizeof options, .seal_idle_after = 1000, .touchpoints_limit = 2};
    cxj_engine *engine = NULL, *same = NULL;
    ck_assert_int_eq(cxj_engine_create(&options, NULL, 0, &engine), CXJ_OK);
    ck_assert_int_eq(cxj_engine_create(NULL, NULL, 0, &same), CXJ_OK);
    cxj_view *view = add(engine, "journeys"), *known = NULL;
    cxj_touchpoint t = {.journey = 1, .id = 1, .revision = 5, .at = 10, .due = 50, .value = 7};
    cxj_touchpoint sealed = {.journey = 2, .id = 1, .at = -5000};
    const char *text = NULL;
    uint32_t code = 0;
    ck_assert_int_eq(cxj_code(engine, CXJ_DIMENSION_OWNER, "Anna", 4, &code), CXJ_OK);
    record(engine, t);
    record(engine, sealed);
    record(same, t);
    ck_assert_int_eq(cxj_withdraw(engine, 1, 2, 3), CXJ_OK);
    ck_assert_int_eq(cxj_set_unrecorded(engine, CXJ_FACET_FAULT), CXJ_OK);
    ck_assert_int_eq(cxj_advance(engine, 20), CXJ_OK);
    cxj_cursor *cursor = cursor_of(view);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_OK);
    record(engine, t); /* a duplicate */
    t.value = 6;
    record(engine, t); /* one that does not hold */
    t.revision = 4;
    record(engine, t); /* superseded */
    t = (cxj_touchpoint){.journey = 1, .id = 2, .revision = 3, .at = 10};
    record(engine, t); /* taken back already */
    t.facets = CXJ_FACET_WITHDRAWN;
    record(engine, t);
    record(engine, (cxj_touchpoint){.journey = 3, .at = 10, .facets = CXJ_FACET_WITHDRAWN}); /* nothing to take back */
    ck_assert_int_eq(cxj_record(engine, &sealed, sizeof sealed, 1, 0, NULL, 0), CXJ_REFUSED);
    t = (cxj_touchpoint){.journey = 1, .id = 3, .at = 10}; /* beyond the limit */
    ck_assert_int_eq(cxj_record(engine, &t, sizeof t, 1, 0, NULL, 0), CXJ_REFUSED);
    t = (cxj_touchpoint){.journey = 0, .at = 10};
    ck_assert_int_eq(cxj_record(engine, &t, sizeof t, 1, 0, NULL, 0), CXJ_REFUSED);
    ck_assert_int_eq(cxj_record(engine, NULL, sizeof t, 0, 0, NULL, 0), CXJ_OK);
    ck_assert_int_eq(cxj_withdraw(engine, 1, 2, 3), CXJ_REFUSED);
    ck_assert_int_eq(cxj_withdraw(engine, 2, 1, 3), CXJ_LATE);
    ck_assert_int_eq(cxj_code(engine, CXJ_DIMENSION_OWNER, "Anna", 4, &code), CXJ_OK);
    ck_assert_int_eq(cxj_code(engine, CXJ_DIMENSION_OWNER, "Ben", 3, &code), CXJ_OK);
    ck_assert_int_eq(cxj_name(engine, CXJ_DIMENSION_OWNER, code, &text, NULL), CXJ_OK);
    ck_assert_int_eq(cxj_set_unrecorded(engine, CXJ_FACET_FAULT), CXJ_OK);
    ck_assert_int_eq(cxj_advance(engine, 20), CXJ_OK);
    ck_assert_int_eq(cxj_advance(engine, 50), CXJ_OK); /* what is due at 50 is not overdue yet */
    ck_assert_int_eq(cxj_merge(engine, same), CXJ_OK);
    ck_assert_int_eq(cxj_erase_journey(engine, 99), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_erase_customer(engine, 99, NULL), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_view_add(engine, "journeys", CXJ_ZERO_TERMINATED, &known), CXJ_OK);
    ck_assert_int_eq(cxj_view_drop(engine, NULL), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_DONE);
    ck_assert_int_eq(cxj_advance(engine, 51), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_STALE);
    cxj_cursor_close(cursor);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(same);
}
END_TEST

/* The smallest changes make it stale: the clock is set, a promise passes, a journey is sealed, a number is erased. */
START_TEST(each_small_change_makes_a_cursor_stale) {
    for (int which = 0; which < 8; which++) {
        cxj_options options = {.size = sizeof options, .seal_idle_after = 1000};
        cxj_engine *engine = NULL;
        ck_assert_int_eq(cxj_engine_create(&options, NULL, 0, &engine), CXJ_OK);
        cxj_view *view = add(engine, "journeys");
        cxj_touchpoint t = {.journey = 1, .id = 1, .revision = 5, .at = 10, .due = 50};
        record(engine, t);
        record(engine, (cxj_touchpoint){.journey = 2, .id = 1, .at = -5000});
        if (which > 0) ck_assert_int_eq(cxj_advance(engine, which < 3 ? -5000 : 20), CXJ_OK);
        cxj_cursor *cursor = cursor_of(view);
        switch (which) {
        case 0:
            ck_assert_int_eq(cxj_advance(engine, -5000), CXJ_OK);
            break;
        case 1:
            ck_assert_int_eq(cxj_advance(engine, -4000), CXJ_OK);
            break;
        case 2:
            ck_assert_int_eq(cxj_erase_journey(engine, 2), CXJ_OK);
            break;
        case 3:
            ck_assert_int_eq(cxj_erase_journey(engine, 2), CXJ_PARTIALLY_ERASED);
            break;
        case 4:
            ck_assert_int_eq(cxj_advance(engine, 51), CXJ_OK);
            break;
        case 5:
            ck_assert_int_eq(cxj_set_unrecorded(engine, CXJ_FACET_FAULT), CXJ_OK);
            break;
        case 6:
            t.revision = 6; /* it says nothing else, but keeps the one before away */
            record(engine, t);
            break;
        default:
            ck_assert_int_eq(cxj_withdraw(engine, 1, 9, 1), CXJ_OK);
            break;
        }
        ck_assert_msg(cxj_cursor_next(cursor) == CXJ_STALE, "case %d", which);
        cxj_cursor_close(cursor);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* A call that fails has changed nothing, and leaves cursors as they are. */
START_TEST(failing_calls_leave_a_cursor_good) {
    cxj_engine *engine = make(), *other = make();
    cxj_view *view = add(engine, "touchpoints by owner"), *none = NULL;
    uint64_t erased = 0;
    tell(engine);
    cxj_cursor *cursor = cursor_of(view);
    ck_assert_int_eq(cxj_erase_journey(engine, 99), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_erase_customer(engine, 99, &erased), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_withdraw(engine, 1, 99, 0), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_view_add(engine, "touchpoints where owner = Carl and", CXJ_ZERO_TERMINATED, &none),
                     CXJ_BAD_TEXT);
    ck_assert_int_eq(cxj_merge(engine, engine), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_advance(engine, INT64_MAX), CXJ_BAD_ARGUMENT);
    ck_assert_ptr_eq(add(engine, "touchpoints by owner"), view);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_OK);
    cxj_cursor_close(cursor);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(other);
}
END_TEST

START_TEST(cursors_do_not_disturb_each_other) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "touchpoints per hour");
    const char *first = NULL, *second = NULL;
    tell(engine);
    cxj_cursor *a = cursor_of(view), *b = cursor_of(view);
    ck_assert_int_eq(cxj_cursor_next(a), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_part(a, 0, &first, NULL), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_next(b), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_next(b), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_part(b, 0, &second, NULL), CXJ_OK);
    ck_assert_str_eq(first, "1970-01-01T00");
    ck_assert_str_eq(second, "1970-01-01T01");
    cxj_cursor_close(a);
    ck_assert_int_eq(cxj_cursor_next(b), CXJ_OK);
    cxj_cursor_close(b);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * One cell
 * ------------------------------------------------------------------------------------------------------------------ */

/* A key has its "parts in order, each as text as a cursor shows it": names, none, outcomes, channels, periods. */
START_TEST(every_kind_of_part_is_looked_up) {
    static const struct {
        const char *text, *key;
        cxj_status status;
    } cases[] = {
        {"touchpoints by channel", "phone", CXJ_OK},
        {"touchpoints by channel", "", CXJ_OK},
        {"touchpoints by channel", "phon", CXJ_NOT_FOUND},
        {"touchpoints by channel", "PHONE", CXJ_NOT_FOUND},
        {"touchpoints by channel, owner", "web|Ben", CXJ_OK},
        {"touchpoints by channel, owner", "web|Anna", CXJ_NOT_FOUND},
        {"touchpoints by owner per day", "1970-01-01|Ben", CXJ_OK},
        {"touchpoints by owner per day", "1970-01-02|Ben", CXJ_NOT_FOUND},
        {"touchpoints by owner per day", "1970-1-1|Ben", CXJ_BAD_TEXT},
        {"touchpoints by owner per day", "|Ben", CXJ_BAD_TEXT},
        {"transitions by owner", "Ben|Anna", CXJ_OK},
        {"transitions by owner", "Anna|Carl", CXJ_NOT_FOUND},
        {"transitions by owner", "|Anna", CXJ_NOT_FOUND},
        {"journeys by entry, exit", "web|phones", CXJ_OK},
        {"journeys by entry, exit", "phones|web", CXJ_NOT_FOUND},
        {"journeys by outcome, churned", "|", CXJ_OK},
        {"journeys by outcome, churned", "completed|yes", CXJ_NOT_FOUND},
        {"journeys by outcome, churned", "ended|", CXJ_NOT_FOUND},
        {"journeys by outcome, churned", "|no", CXJ_NOT_FOUND},
    };
    cxj_engine *engine = make();
    tell(engine);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cxj_status status = look_up(add(engine, cases[i].text), cases[i].key, 0, NULL);
        ck_assert_msg(status == cases[i].status, "%s at %s: %s", cases[i].text, cases[i].key, cxj_status_text(status));
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* Whatever a cursor shows can be looked up, in every period of every length. */
START_TEST(what_a_cursor_shows_is_found) {
    static const char *const texts[] = {"touchpoints per hour",    "touchpoints per day",  "touchpoints per week",
                                        "touchpoints per quarter", "touchpoints per year", "touchpoints per month"};
    cxj_engine *engine = make();
    for (int64_t i = 0; i < 60; i++) {
        record(engine, (cxj_touchpoint){.journey = 1, .at = INT64_C(-62135596800000) + i * INT64_C(5258000000777)});
    }
    for (size_t i = 0; i < 6; i++) {
        const cxj_view *view = add(engine, texts[i]);
        cxj_cursor *cursor = cursor_of(view);
        double sum = 0;
        while (cxj_cursor_next(cursor) == CXJ_OK) {
            const char *text = NULL;
            ck_assert_int_eq(cxj_cursor_part(cursor, 0, &text, NULL), CXJ_OK);
            sum += value_at(view, text, CXJ_GRAIN_TOUCHPOINTS, "touchpoints");
        }
        ck_assert_double_eq(sum, 60);
        cxj_cursor_close(cursor);
    }
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(key_must_have_as_many_parts_as_the_view) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "transitions by owner");
    const cxj_text parts[3] = {{"Ben", 3}, {"Anna", 4}, {"", 0}};
    tell(engine);
    ck_assert_int_eq(cxj_view_get(view, parts, sizeof *parts, 2, NULL, 0, NULL, 0, NULL, 0), CXJ_OK);
    ck_assert_int_eq(cxj_view_get(view, parts, sizeof *parts, 1, NULL, 0, NULL, 0, NULL, 0), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_view_get(view, parts, sizeof *parts, 3, NULL, 0, NULL, 0, NULL, 0), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_view_get(view, NULL, sizeof *parts, 2, NULL, 0, NULL, 0, NULL, 0), CXJ_BAD_ARGUMENT);
    cxj_engine_destroy(engine);
}
END_TEST

/* "CXJ_BAD_ARGUMENT (also a metric of another grain)", by every function that takes metrics; nothing is written. */
START_TEST(metrics_of_another_grain_are_refused) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "touchpoints");
    tell(engine);
    const uint32_t count = metric(CXJ_GRAIN_TOUCHPOINTS, "touchpoints");
    const uint32_t bad[] = {metric(CXJ_GRAIN_JOURNEYS, "touchpoints_per_journey"),
                            metric(CXJ_GRAIN_TRANSITIONS, "changes"),
                            0,
                            999,
                            1999,
                            4000,
                            UINT32_MAX};
    cxj_cursor *cursor = cursor_of(view);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const uint32_t both[2] = {count, bad[i]};
        cxj_value results[2] = {{.n = 77}, {.n = 77}};
        double values[2] = {77, 77};
        size_t cells = 77;
        ck_assert_int_eq(cxj_view_get(view, NULL, sizeof(cxj_text), 0, both, 2, NULL, 0, results, sizeof *results),
                         CXJ_BAD_ARGUMENT);
        ck_assert_int_eq(cxj_cursor_metrics(cursor, both, 2, NULL, 0, results, sizeof *results), CXJ_BAD_ARGUMENT);
        ck_assert_int_eq(cxj_view_read(view, both, 2, 1, NULL, 0, values, NULL, NULL, NULL, &cells), CXJ_BAD_ARGUMENT);
        ck_assert_uint_eq(results[0].n, 77);
        ck_assert_double_eq(values[0], 77);
        ck_assert_uint_eq(cells, 77);
    }
    cxj_cursor_close(cursor);
    cxj_engine_destroy(engine);
}
END_TEST

/* "a struct to be filled is passed with its size and is written up to it"; "a size below that of version 0.2 is
 * refused" */
START_TEST(results_are_written_up_to_their_size) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "touchpoints");
    const uint32_t metrics[2] = {metric(CXJ_GRAIN_TOUCHPOINTS, "touchpoints"), metric(CXJ_GRAIN_TOUCHPOINTS, "value")};
    struct {
        cxj_value metric;
        uint64_t more;
    } longer[2];
    double shorter[3] = {77, 77, 77};
    tell(engine);
    memset(longer, 0xa5, sizeof longer);
    ck_assert_int_eq(
        cxj_view_get(view, NULL, sizeof(cxj_text), 0, metrics, 2, NULL, 0, (cxj_value *)shorter, sizeof *shorter),
        CXJ_BAD_ARGUMENT);
    for (size_t i = 0; i < 3; i++) ck_assert_double_eq(shorter[i], 77);
    ck_assert_int_eq(
        cxj_view_get(view, NULL, sizeof(cxj_text), 0, metrics, 2, NULL, 0, &longer[0].metric, sizeof *longer), CXJ_OK);
    ck_assert_double_eq(longer[0].metric.value, 7);
    ck_assert_double_eq(longer[1].metric.value, 21);
    ck_assert_uint_eq(longer[0].more + longer[1].more, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* A key must be an array of cxj_text, or of a struct that begins as one does; and each text must be there. */
START_TEST(parts_of_a_key_must_be_texts) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "touchpoints by channel, owner");
    const uint32_t count = metric(CXJ_GRAIN_TOUCHPOINTS, "touchpoints");
    struct {
        cxj_text part;
        uint64_t more;
    } longer[2] = {{{"mail", CXJ_ZERO_TERMINATED}, 77}, {{"Ben", CXJ_ZERO_TERMINATED}, 77}};
    const cxj_text none[2] = {{"mail", CXJ_ZERO_TERMINATED}, {NULL, 3}},
                   ended[2] = {{NULL, CXJ_ZERO_TERMINATED}, {"Ben", CXJ_ZERO_TERMINATED}};
    cxj_value result = {.n = 77};
    tell(engine);
    ck_assert_int_eq(cxj_view_get(view, none, sizeof *none - 1, 2, &count, 1, NULL, 0, &result, sizeof result),
                     CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_view_get(view, none, sizeof *none, 2, &count, 1, NULL, 0, &result, sizeof result),
                     CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_view_get(view, ended, sizeof *ended, 2, &count, 1, NULL, 0, &result, sizeof result),
                     CXJ_BAD_ARGUMENT);
    ck_assert_uint_eq(result.n, 77);
    ck_assert_int_eq(cxj_view_get(view, &longer[0].part, sizeof *longer, 2, &count, 1, NULL, 0, &result, sizeof result),
                     CXJ_BAD_ARGUMENT); /* "accepted if the unknown tail is zero" */
    longer[0].more = longer[1].more = 0;
    ck_assert_int_eq(cxj_view_get(view, &longer[0].part, sizeof *longer, 2, &count, 1, NULL, 0, &result, sizeof result),
                     CXJ_OK);
    ck_assert_double_eq(result.value, 1);
    /* "A pointer may be NULL where the length is 0": no channel. */
    const cxj_text empty[2] = {{NULL, 0}, {"Anna", CXJ_ZERO_TERMINATED}};
    ck_assert_int_eq(cxj_view_get(view, empty, sizeof *empty, 2, &count, 1, NULL, 0, &result, sizeof result), CXJ_OK);
    ck_assert_double_eq(result.value, 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* Where no metric is wanted no room is needed: the call asks whether the cell is there. */
START_TEST(without_metrics_a_cell_is_only_found) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "touchpoints by channel");
    const cxj_text there = {"mail", CXJ_ZERO_TERMINATED}, missing = {"fax", CXJ_ZERO_TERMINATED};
    tell(engine);
    ck_assert_int_eq(cxj_view_get(view, &there, sizeof there, 1, NULL, 0, NULL, 0, NULL, 0), CXJ_OK);
    ck_assert_int_eq(cxj_view_get(view, &missing, sizeof missing, 1, NULL, 0, NULL, 0, NULL, 0), CXJ_NOT_FOUND);
    cxj_cursor *cursor = cursor_of(view);
    ck_assert_int_eq(cxj_cursor_metrics(cursor, NULL, 0, NULL, 0, NULL, 0), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_metrics(cursor, NULL, 0, NULL, 0, NULL, 0), CXJ_OK);
    cxj_cursor_close(cursor);
    cxj_engine_destroy(engine);
}
END_TEST

/* "everything else is exact up to the last division in double" (section 6). */
START_TEST(all_promoters_give_exactly_one_hundred) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "touchpoints");
    for (uint64_t journey = 1; journey <= 200; journey++) {
        record(engine,
               (cxj_touchpoint){
                   .journey = journey, .at = 1, .scale = CXJ_SCALE_NPS, .score = 10, .scope = CXJ_SCOPE_TOUCHPOINT});
        uint32_t nps = metric(CXJ_GRAIN_TOUCHPOINTS, "nps");
        cxj_value result;
        ck_assert_int_eq(cxj_view_get(view, NULL, sizeof(cxj_text), 0, &nps, 1, NULL, 0, &result, sizeof result),
                         CXJ_OK);
        ck_assert_msg(!(result.value < 100) && !(result.value > 100), "%" PRIu64 " of %" PRIu64 ": %.17g", journey,
                      journey, result.value);
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Columns
 * ------------------------------------------------------------------------------------------------------------------ */

/* "column by column, result i of metric m at [m * capacity + i]", "in the order of a cursor" */
START_TEST(columns_say_what_a_cursor_says) {
    enum { CAPACITY = 10, METRICS = 3 };
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "touchpoints by channel, owner");
    uint32_t metrics[METRICS] = {metric(CXJ_GRAIN_TOUCHPOINTS, "value"), metric(CXJ_GRAIN_TOUCHPOINTS, "clean_share"),
                                 metric(CXJ_GRAIN_TOUCHPOINTS, "satisfaction")};
    double values[METRICS * CAPACITY], lows[METRICS * CAPACITY], highs[METRICS * CAPACITY];
    size_t cells = 0, i = 0;
    tell(engine);
    for (size_t k = 0; k < METRICS * CAPACITY; k++) values[k] = 77;
    ck_assert_int_eq(cxj_view_read(view, metrics, METRICS, CAPACITY, NULL, 0, values, lows, highs, NULL, &cells),
                     CXJ_OK);
    ck_assert_uint_eq(cells, 7);
    cxj_cursor *cursor = cursor_of(view);
    for (; cxj_cursor_next(cursor) == CXJ_OK; i++) {
        cxj_value results[METRICS];
        ck_assert_int_eq(cxj_cursor_metrics(cursor, metrics, METRICS, NULL, 0, results, sizeof *results), CXJ_OK);
        ck_assert_double_eq(values[i], results[0].value);
        ck_assert_double_eq(values[CAPACITY + i], results[1].value);
        ck_assert_double_eq(lows[CAPACITY + i], results[1].low);
        ck_assert_double_eq(highs[CAPACITY + i], results[1].high);
        ck_assert(isnan(lows[i]) && isnan(values[2 * CAPACITY + i]) && isnan(highs[2 * CAPACITY + i]));
    }
    ck_assert_uint_eq(i, cells);
    ck_assert_double_eq(values[cells], 77);
    cxj_cursor_close(cursor);
    cxj_engine_destroy(engine);
}
END_TEST

/* "values, … NULL: not wanted; likewise the next two"; "metrics: NULL if metric_count is 0" */
START_TEST(columns_may_be_unwanted) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "touchpoints");
    const uint32_t share = metric(CXJ_GRAIN_TOUCHPOINTS, "clean_share");
    double high = 77;
    size_t cells = 0;
    tell(engine);
    ck_assert_int_eq(cxj_view_read(view, &share, 1, 1, NULL, 0, NULL, NULL, &high, NULL, &cells), CXJ_OK);
    ck_assert_double_eq(high, 1);
    ck_assert_int_eq(cxj_view_read(view, NULL, 0, 1, NULL, 0, NULL, NULL, NULL, NULL, &cells), CXJ_OK);
    ck_assert_uint_eq(cells, 1);
    ck_assert_int_eq(cxj_view_read(view, NULL, 1, 1, NULL, 0, NULL, NULL, NULL, NULL, &cells), CXJ_BAD_ARGUMENT);
    cxj_engine_destroy(engine);
}
END_TEST

/* "receives the number of cells, also with CXJ_TOO_SMALL; so capacity 0 asks for the number"; "nothing else is
 * written" */
START_TEST(too_little_room_gives_the_number_and_writes_nothing) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "touchpoints by channel");
    const uint32_t value = metric(CXJ_GRAIN_TOUCHPOINTS, "value");
    size_t cells = 99;
    ck_assert_int_eq(cxj_view_read(view, &value, 1, 0, NULL, 0, NULL, NULL, NULL, NULL, &cells), CXJ_OK);
    ck_assert_uint_eq(cells, 0);
    tell(engine);
    for (size_t capacity = 0; capacity <= 8; capacity++) {
        double values[8] = {77, 77, 77, 77, 77, 77, 77, 77};
        int64_t codes[8] = {77, 77, 77, 77, 77, 77, 77, 77};
        cxj_status expected = capacity < 7 ? CXJ_TOO_SMALL : CXJ_OK;
        cells = 99;
        ck_assert_int_eq(cxj_view_read(view, &value, 1, capacity, NULL, 0, values, NULL, NULL, NULL, &cells), expected);
        ck_assert_uint_eq(cells, 7);
        ck_assert_int_eq(values[0] < 77, expected == CXJ_OK);
        cells = 99;
        ck_assert_int_eq(cxj_view_read_part(view, 0, capacity, NULL, 0, capacity ? codes : NULL, &cells), expected);
        ck_assert_uint_eq(cells, 7);
        ck_assert_int_eq(codes[0] != 77, expected == CXJ_OK);
        ck_assert_int_eq(codes[7], 77);
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* Codes of the part's dimension, in the order of a cursor: their names are the texts that it shows. */
START_TEST(codes_of_a_part_name_what_a_cursor_shows) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "transitions by channel");
    int64_t codes[8];
    size_t cells = 0, i = 0;
    tell(engine);
    for (uint32_t part = 0; part < 2; part++, i = 0) {
        ck_assert_int_eq(cxj_view_read_part(view, part, 8, NULL, 0, codes, &cells), CXJ_OK);
        cxj_cursor *cursor = cursor_of(view);
        for (; cxj_cursor_next(cursor) == CXJ_OK; i++) {
            const char *text = NULL, *name = NULL;
            ck_assert_int_eq(cxj_cursor_part(cursor, part, &text, NULL), CXJ_OK);
            ck_assert_int_eq(cxj_name(engine, CXJ_DIMENSION_CHANNEL, (uint32_t)codes[i], &name, NULL), CXJ_OK);
            ck_assert_str_eq(text, name);
        }
        ck_assert_uint_eq(i, cells);
        cxj_cursor_close(cursor);
    }
    ck_assert_int_eq(cxj_view_read_part(view, 2, 8, NULL, 0, codes, &cells), CXJ_NOT_FOUND);
    cxj_engine_destroy(engine);
}
END_TEST

/* "outcome as CXJ_OUTCOME_COMPLETED …, churned as 1, none as 0" */
START_TEST(codes_of_outcome_and_churned) {
    cxj_engine *engine = make();
    const cxj_view *view = add(engine, "journeys by outcome, churned");
    int64_t codes[3];
    size_t cells = 0;
    record(engine, (cxj_touchpoint){.journey = 1, .at = 1, .outcome = CXJ_OUTCOME_COMPLETED});
    record(engine, (cxj_touchpoint){.journey = 2, .at = 1, .outcome = CXJ_OUTCOME_ABANDONED});
    record(engine, (cxj_touchpoint){.journey = 3, .at = 1, .facets = CXJ_FACET_CHURNED});
    ck_assert_int_eq(cxj_view_read_part(view, 0, 3, NULL, 0, codes, &cells), CXJ_OK);
    ck_assert_int_eq(codes[0], 0);
    ck_assert_int_eq(codes[1], CXJ_OUTCOME_ABANDONED);
    ck_assert_int_eq(codes[2], CXJ_OUTCOME_COMPLETED);
    ck_assert_int_eq(cxj_view_read_part(view, 1, 3, NULL, 0, codes, &cells), CXJ_OK);
    ck_assert_int_eq(codes[0], 1);
    ck_assert_int_eq(codes[1] + codes[2], 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* "for a period the moment in ms at which it begins", before 1970 too. */
START_TEST(codes_of_a_period_are_its_beginning) {
    static const struct {
        const char *text;
        int64_t at, begins;
    } cases[] = {
        {"touchpoints per hour", -1, -3600000},
        {"touchpoints per day", -1, -86400000},
        {"touchpoints per week", -1, -259200000},
        {"touchpoints per week", INT64_C(345600000), INT64_C(345600000)}, /* 1970-01-05, a Monday */
        {"touchpoints per month", -1, INT64_C(-2678400000)},
        {"touchpoints per quarter", -1, INT64_C(-7948800000)},
        {"touchpoints per year", -1, INT64_C(-31536000000)},
        {"touchpoints per month", INT64_C(951782400000), INT64_C(949363200000)}, /* 2000-02-29 */
        {"touchpoints per year", INT64_C(-62135596800000), INT64_C(-62135596800000)},
        {"touchpoints per year", INT64_C(253402300799999), INT64_C(253370764800000)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cxj_engine *engine = make();
        const cxj_view *view = add(engine, cases[i].text);
        int64_t begins = 0;
        size_t cells = 0;
        record(engine, (cxj_touchpoint){.journey = 1, .at = cases[i].at});
        ck_assert_int_eq(cxj_view_read_part(view, 0, 1, NULL, 0, &begins, &cells), CXJ_OK);
        ck_assert_msg(begins == cases[i].begins, "%s: %" PRId64, cases[i].text, begins);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * The catalogue, as it is read
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST(metrics_are_found_by_the_names_that_describe_them) {
    cxj_metric_info info;
    size_t count = 0;
    for (; cxj_metric_describe(count, &info, sizeof info) == CXJ_OK; count++) {
        ck_assert_uint_eq(metric(info.grain, info.name), info.metric);
    }
    ck_assert_uint_gt(count, 100);
    ck_assert_int_eq(cxj_metric_describe(SIZE_MAX, &info, sizeof info), CXJ_NOT_FOUND);
    uint32_t number = 77;
    ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_TOUCHPOINTS, "touchpoints!", 11, &number), CXJ_OK);
    number = 77;
    ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_TOUCHPOINTS, "touchpoint", CXJ_ZERO_TERMINATED, &number), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_TRANSITIONS, "touchpoints", CXJ_ZERO_TERMINATED, &number),
                     CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_metric_find(0, "touchpoints", CXJ_ZERO_TERMINATED, &number), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_metric_find(4, "touchpoints", CXJ_ZERO_TERMINATED, &number), CXJ_BAD_ARGUMENT);
    ck_assert_uint_eq(number, 77);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

/* ---------------------------------------------------------------------------------------------------------------------
 * Drivers
 * ------------------------------------------------------------------------------------------------------------------ */

/* Journey number and faults; rated so many percent. */
static void live(cxj_engine *engine, uint64_t number, int faults, int percent, const char *type) {
    uint16_t of_type = (uint16_t)code(engine, CXJ_DIMENSION_TYPE, type);
    for (int i = 0; i <= faults; i++) {
        record(engine, (cxj_touchpoint){.journey = number,
                                        .id = 1 + (uint64_t)i,
                                        .at = 1000 + i,
                                        .type = of_type,
                                        .facets = i < faults ? CXJ_FACET_FAULT : 0});
    }
    record(engine, (cxj_touchpoint){.journey = number,
                                    .id = 100,
                                    .at = 2000,
                                    .scale = CXJ_SCALE_PERCENT,
                                    .score = (uint8_t)percent,
                                    .scope = CXJ_SCOPE_JOURNEY,
                                    .facets = percent < 50 ? CXJ_FACET_CHURNED : 0});
}

static cxj_status drivers_at(const cxj_view *view, const char *key, uint32_t model, cxj_drivers *drivers) {
    cxj_text part = {key, CXJ_ZERO_TERMINATED};
    return cxj_view_drivers(view, &part, sizeof part, 1, model, NULL, 0, drivers, sizeof *drivers);
}

/* Faults 0 to 3, rated 90, 80, 50 and 40 %: as worked out in test_drivers.c. Churn has its own y, and needs its facet.
 * */
START_TEST(drivers_are_those_of_the_cell) {
    cxj_engine *engine = make();
    cxj_view *view = add(engine, "journeys by type with drivers"), *plain = add(engine, "journeys by type");
    static const int percents[] = {90, 80, 50, 40};
    cxj_drivers d;
    cxj_view_info info;
    for (int i = 0; i < 4; i++) live(engine, 1 + (uint64_t)i, i, percents[i], "a");
    live(engine, 9, 2, 10, "b");
    ck_assert_int_eq(drivers_at(view, "a", CXJ_MODEL_SATISFACTION, &d), CXJ_OK);
    ck_assert_uint_eq(d.n, 4);
    ck_assert_double_eq_tol(d.predictors[0].coefficient, -0.18, 1e-12);
    ck_assert_double_eq_tol(d.r2, 0.162 / 0.17, 1e-12);
    ck_assert_int_eq(drivers_at(view, "a", CXJ_MODEL_CHURN, &d), CXJ_OK);
    ck_assert_double_eq_tol(d.predictors[0].coefficient, 0.3, 1e-12); /* 0, 0, 0, 1 on 0, 1, 2, 3 */
    ck_assert_int_eq(drivers_at(view, "b", CXJ_MODEL_SATISFACTION, &d), CXJ_OK);
    ck_assert(isnan(d.r2) && d.n == 1 && d.taken == 0);
    ck_assert_int_eq(drivers_at(view, "c", CXJ_MODEL_CHURN, &d), CXJ_NOT_FOUND);
    ck_assert_int_eq(drivers_at(plain, "a", CXJ_MODEL_CHURN, &d), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
    ck_assert_uint_eq(info.has_drivers, 1);
    ck_assert_int_eq(cxj_view_describe(plain, &info, sizeof info), CXJ_OK);
    ck_assert_uint_eq(info.has_drivers, 0);
    ck_assert_int_eq(cxj_set_unrecorded(engine, CXJ_FACET_CHURNED), CXJ_OK);
    ck_assert_int_eq(drivers_at(view, "a", CXJ_MODEL_CHURN, &d), CXJ_OK);
    ck_assert(isnan(d.r2) && d.n == 4 && d.taken == 0);
    ck_assert_int_eq(cxj_set_unrecorded(engine, CXJ_FACET_FAULT), CXJ_OK);
    ck_assert_int_eq(drivers_at(view, "a", CXJ_MODEL_SATISFACTION, &d), CXJ_OK);
    ck_assert(isnan(d.r2) && d.taken == 0 && (d.left_out & 1) != 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* "CXJ_INCOMPLETE, CXJ_NOT_FOUND, CXJ_LIMIT and CXJ_BAD_TEXT as cxj_view_get()" */
START_TEST(drivers_of_a_view_that_lacks_something_say_so) {
    cxj_options options = {.size = sizeof options, .cells_limit = 1, .seal_idle_after = 1};
    cxj_engine *engine = NULL;
    cxj_drivers d;
    ck_assert_int_eq(cxj_engine_create(&options, NULL, 0, &engine), CXJ_OK);
    cxj_view *view = add(engine, "journeys per month with drivers");
    record(engine, (cxj_touchpoint){.journey = 1, .at = 1});
    ck_assert_int_eq(drivers_at(view, "1970-01", CXJ_MODEL_CHURN, &d), CXJ_OK);
    ck_assert_int_eq(drivers_at(view, "1970-13", CXJ_MODEL_CHURN, &d), CXJ_BAD_TEXT);
    ck_assert_int_eq(drivers_at(view, "1970-02", CXJ_MODEL_CHURN, &d), CXJ_NOT_FOUND);
    record(engine, (cxj_touchpoint){.journey = 2, .at = INT64_C(40) * 86400000});
    ck_assert_int_eq(drivers_at(view, "1970-02", CXJ_MODEL_CHURN, &d), CXJ_LIMIT);
    ck_assert_int_eq(drivers_at(view, "1970-01", CXJ_MODEL_CHURN, &d), CXJ_OK);
    ck_assert_int_eq(cxj_advance(engine, INT64_C(50) * 86400000), CXJ_OK);
    cxj_view *late = add(engine, "journeys per year with drivers");
    record(engine, (cxj_touchpoint){.journey = 3, .at = INT64_C(50) * 86400000});
    ck_assert_int_eq(drivers_at(late, "1970", CXJ_MODEL_CHURN, &d), CXJ_INCOMPLETE);
    ck_assert_uint_eq(d.n, 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* "Describes a predictor. They are taken in this order." */
START_TEST(predictors_are_described) {
    cxj_predictor_info info;
    size_t count = 0;
    while (cxj_predictor_describe(count, &info, sizeof info) == CXJ_OK) {
        ck_assert_uint_eq(info.predictor, count++);
        ck_assert_uint_lt(info.group_place, sizeof((cxj_drivers *)0)->groups / sizeof(double));
    }
    ck_assert_uint_eq(count, 12);
    ck_assert_int_eq(cxj_predictor_describe(count, &info, sizeof info), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_predictor_describe(0, NULL, sizeof info), CXJ_BAD_ARGUMENT);
}
END_TEST

static void add_cases(Suite *suite) {
    const TTest *parts[] = {parts_have_names_and_dimensions, description_of_a_view,
                            metrics_are_found_by_the_names_that_describe_them};
    const TTest *order[] = {cells_stand_in_the_order_of_their_texts, names_come_before_longer_ones,
                            outcomes_stand_in_the_order_of_their_texts, periods_stand_in_the_order_of_time};
    const TTest *cursors[] = {cursor_begins_before_the_first_cell_and_stays_behind_the_last,
                              cursor_over_nothing_is_done,
                              change_makes_a_cursor_stale_for_good,
                              calls_that_change_nothing_leave_a_cursor_good,
                              each_small_change_makes_a_cursor_stale,
                              failing_calls_leave_a_cursor_good,
                              cursors_do_not_disturb_each_other};
    const TTest *cells[] = {every_kind_of_part_is_looked_up,
                            what_a_cursor_shows_is_found,
                            key_must_have_as_many_parts_as_the_view,
                            metrics_of_another_grain_are_refused,
                            results_are_written_up_to_their_size,
                            all_promoters_give_exactly_one_hundred,
                            parts_of_a_key_must_be_texts,
                            without_metrics_a_cell_is_only_found};
    const TTest *columns[] = {columns_say_what_a_cursor_says,
                              columns_may_be_unwanted,
                              too_little_room_gives_the_number_and_writes_nothing,
                              codes_of_a_part_name_what_a_cursor_shows,
                              codes_of_outcome_and_churned,
                              codes_of_a_period_are_its_beginning};
    ADD_CASE(suite, "parts", parts);
    ADD_CASE(suite, "order", order);
    ADD_CASE(suite, "cursors", cursors);
    ADD_CASE(suite, "cells", cells);
    const TTest *drivers[] = {drivers_are_those_of_the_cell, drivers_of_a_view_that_lacks_something_say_so,
                              predictors_are_described};
    ADD_CASE(suite, "columns", columns);
    ADD_CASE(suite, "drivers", drivers);
}

int main(void) {
    Suite *suite = suite_create("answer");
    add_cases(suite);
    return run_suite(suite);
}
