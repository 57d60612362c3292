/* record: the way in: touchpoints recorded, withdrawn, erased, merged. What section 3 of the specification and
 * include/cxj.h say of them.
 *
 * CXJ_SEED takes the seed of the random part; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "cxj.h"
#include "suite.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed = 1;
static uint64_t chance_state;

static uint32_t chance(uint32_t below) {
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((chance_state >> 33) % below);
}

static cxj_engine *make_with(const cxj_options *options) {
    cxj_engine *engine = NULL;
    ck_assert_int_eq(cxj_engine_create(options, NULL, 0, &engine), CXJ_OK);
    return engine;
}

static cxj_engine *make(void) {
    return make_with(NULL);
}

static cxj_engine *make_limited(uint32_t touchpoints, uint32_t codes) {
    const cxj_options options = {.size = sizeof options, .touchpoints_limit = touchpoints, .codes_limit = codes};
    return make_with(&options);
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

/* Records, with the status expected. */
static cxj_receipt take(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t count, uint32_t flags,
                        cxj_status expected) {
    cxj_receipt receipt;
    memset(&receipt, 0xa5, sizeof receipt);
    cxj_status status = cxj_record(engine, touchpoints, sizeof *touchpoints, count, flags, &receipt, sizeof receipt);
    ck_assert_msg(status == expected, "%s: %s", cxj_status_text(status), cxj_message(engine));
    return receipt;
}

static cxj_receipt record(cxj_engine *engine, cxj_touchpoint touchpoint) {
    return take(engine, &touchpoint, 1, 0, CXJ_OK);
}

static cxj_stats stats_of(const cxj_engine *engine) {
    cxj_stats stats;
    ck_assert_int_eq(cxj_engine_stats(engine, &stats, sizeof stats), CXJ_OK);
    return stats;
}

/* The one touchpoint that a journey holds. */
static cxj_touchpoint held(const cxj_engine *engine, uint64_t journey) {
    cxj_touchpoint touchpoint;
    size_t count = 0;
    ck_assert_int_eq(cxj_journey_touchpoints(engine, journey, 1, NULL, 0, &touchpoint, sizeof touchpoint, &count),
                     CXJ_OK);
    ck_assert_uint_eq(count, 1);
    return touchpoint;
}

static bool is_there(const cxj_engine *engine, uint64_t journey) {
    size_t count = 0;
    return cxj_journey_touchpoints(engine, journey, 0, NULL, 0, NULL, sizeof(cxj_touchpoint), &count) == CXJ_TOO_SMALL;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * All that two engines show, by names, as text
 * ------------------------------------------------------------------------------------------------------------------ */

typedef struct shown {
    char text[1 << 20];
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

static void show_cells(shown *to, const cxj_view *view, const cxj_view_info *info) {
    uint32_t metrics[128];
    cxj_value results[128];
    size_t count = 0;
    cxj_metric_info metric;
    for (size_t i = 0; cxj_metric_describe(i, &metric, sizeof metric) == CXJ_OK; i++) {
        if (metric.grain == info->grain) metrics[count++] = metric.metric;
    }
    cxj_cursor *cursor = NULL;
    ck_assert_int_eq(cxj_cursor_open(view, NULL, 0, &cursor), CXJ_OK);
    while (cxj_cursor_next(cursor) == CXJ_OK) {
        for (uint32_t part = 0; part < info->parts; part++) {
            const char *text = NULL;
            ck_assert_int_eq(cxj_cursor_part(cursor, part, &text, NULL), CXJ_OK);
            show(to, "%s | ", text);
        }
        ck_assert_int_eq(cxj_cursor_metrics(cursor, metrics, count, NULL, 0, results, sizeof *results), CXJ_OK);
        for (size_t i = 0; i < count; i++) show(to, "%a %a %a ", results[i].value, results[i].low, results[i].high);
        show(to, "\n");
    }
    cxj_cursor_close(cursor);
}

static void show_engine(shown *to, const cxj_engine *engine) {
    cxj_stats stats = stats_of(engine);
    cxj_view *view = NULL;
    cxj_view_info info;
    to->length = 0;
    show(to, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRId64 " %" PRId64 "\n", stats.touchpoints, stats.journeys,
         stats.held, stats.latest_at, stats.now);
    for (size_t i = 0; cxj_view_at(engine, i, &view) == CXJ_OK; i++) {
        ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
        show(to, "%s\n", info.text);
        show_cells(to, view, &info);
    }
}

static void check_same(const cxj_engine *a, const cxj_engine *b) {
    static shown x, y;
    show_engine(&x, a);
    show_engine(&y, b);
    ck_assert_str_eq(x.text, y.text);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Receipts (section 3.2)
 * ------------------------------------------------------------------------------------------------------------------ */

static void check_receipt(const cxj_receipt *receipt, uint64_t accepted, uint64_t duplicates, uint64_t conflicts,
                          uint64_t superseded) {
    ck_assert_uint_eq(receipt->accepted, accepted);
    ck_assert_uint_eq(receipt->duplicates, duplicates);
    ck_assert_uint_eq(receipt->conflicts, conflicts);
    ck_assert_uint_eq(receipt->superseded, superseded);
}

START_TEST(same_again_is_a_duplicate) {
    cxj_engine *engine = make();
    cxj_touchpoint t = {.journey = 1, .id = 1, .revision = 3, .at = 5};
    cxj_receipt receipt = record(engine, t);
    check_receipt(&receipt, 1, 0, 0, 0);
    receipt = record(engine, t);
    check_receipt(&receipt, 0, 1, 0, 0);
    ck_assert_uint_eq(receipt.processed, 1);
    ck_assert_uint_eq(receipt.refused + receipt.late + receipt.reserved, 0);
    ck_assert_uint_eq(receipt.first_refusal, CXJ_NO_INDEX);
    ck_assert_int_eq(receipt.first_status, CXJ_OK);
    cxj_engine_destroy(engine);
}
END_TEST

/* "fields, after the implied facets are added": what says the same says nothing else. */
START_TEST(implied_facets_make_no_conflict) {
    cxj_engine *engine = make();
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = 5, .facets = CXJ_FACET_CHASE});
    cxj_receipt receipt =
        record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = 5, .facets = CXJ_FACET_CHASE | CXJ_FACET_CONTACT});
    check_receipt(&receipt, 0, 1, 0, 0);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(higher_revision_holds_in_either_order) {
    for (int turned = 0; turned < 2; turned++) {
        cxj_engine *engine = make();
        const cxj_touchpoint t[2] = {{.journey = 1, .id = 1, .revision = 3, .at = 9, .value = 9},
                                     {.journey = 1, .id = 1, .revision = 4, .at = 5, .value = 5}};
        record(engine, t[turned]);
        cxj_receipt receipt = record(engine, t[!turned]);
        check_receipt(&receipt, turned ? 0 : 1, 0, 0, 1);
        ck_assert_int_eq(held(engine, 1).value, 5);
        ck_assert_uint_eq(held(engine, 1).revision, 4);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* "id 0: none, and then the same touchpoint sent twice counts twice" */
START_TEST(without_id_nothing_is_a_duplicate) {
    cxj_engine *engine = make();
    const cxj_touchpoint t[2] = {{.journey = 1, .at = 5, .revision = 1}, {.journey = 1, .at = 5, .revision = 1}};
    cxj_receipt receipt = take(engine, t, 2, 0, CXJ_OK);
    check_receipt(&receipt, 2, 0, 0, 0);
    ck_assert_uint_eq(stats_of(engine).touchpoints, 2);
    cxj_engine_destroy(engine);
}
END_TEST

/* An id is "unique within its journey". */
START_TEST(same_id_in_another_journey_is_another) {
    cxj_engine *engine = make();
    const cxj_touchpoint t[2] = {{.journey = 1, .id = 1, .at = 5}, {.journey = 2, .id = 1, .at = 5}};
    cxj_receipt receipt = take(engine, t, 2, 0, CXJ_OK);
    check_receipt(&receipt, 2, 0, 0, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* Fields in the order in which section 3.2 compares them; low and high differ in all. */
enum { FIELDS = 20 };

static const char *const field_names[FIELDS] = {
    "at",    "sequence", "due",     "value",  "customer", "owner", "team",  "activity", "channel",    "stage",
    "cause", "type",     "segment", "reason", "facets",   "scale", "score", "scope",    "commitment", "outcome"};

/* Takes one field from another touchpoint. */
static void take_field(cxj_touchpoint *to, const cxj_touchpoint *from, size_t field) {
    switch (field) {
    case 0:
        to->at = from->at;
        break;
    case 1:
        to->sequence = from->sequence;
        break;
    case 2:
        to->due = from->due;
        break;
    case 3:
        to->value = from->value;
        break;
    case 4:
        to->customer = from->customer;
        break;
    case 5:
        to->owner = from->owner;
        break;
    case 6:
        to->team = from->team;
        break;
    case 7:
        to->activity = from->activity;
        break;
    case 8:
        to->channel = from->channel;
        break;
    case 9:
        to->stage = from->stage;
        break;
    case 10:
        to->cause = from->cause;
        break;
    case 11:
        to->type = from->type;
        break;
    case 12:
        to->segment = from->segment;
        break;
    case 13:
        to->reason = from->reason;
        break;
    case 14:
        to->facets = from->facets;
        break;
    case 15:
        to->scale = from->scale;
        break;
    case 16:
        to->score = from->score;
        break;
    case 17:
        to->scope = from->scope;
        break;
    case 18:
        to->commitment = from->commitment;
        break;
    default:
        to->outcome = from->outcome;
        break;
    }
}

/* The code of the lesser name is the greater number, so that comparing codes would go wrong. */
static void make_low_and_high(cxj_engine *engine, cxj_touchpoint *low, cxj_touchpoint *high) {
    for (uint32_t d = CXJ_DIMENSION_OWNER; d <= CXJ_DIMENSION_REASON; d++) {
        ck_assert_uint_eq(code(engine, d, "ab"), 1);
        ck_assert_uint_eq(code(engine, d, "a"), 2);
    }
    *low = (cxj_touchpoint){.journey = 1, .id = 1, .at = -5, .due = -5, .value = -5, .customer = 1, .sequence = 1};
    *high = (cxj_touchpoint){.journey = 1, .id = 1, .at = 5, .due = 5, .value = 5, .sequence = UINT32_MAX};
    high->customer = UINT64_MAX;
    low->owner = 2;
    low->team = low->activity = low->channel = low->stage = low->cause = low->type = low->segment = low->reason = 2;
    high->owner = 1;
    high->team = high->activity = high->channel = high->stage = high->cause = high->type = high->segment = 1;
    high->reason = 1;
    low->facets = CXJ_FACET_FAULT;
    high->facets = CXJ_FACET_RESOLVED;
    low->scale = CXJ_SCALE_CSAT5;
    high->scale = CXJ_SCALE_CSAT7;
    low->score = 2;
    high->score = 3;
    low->scope = CXJ_SCOPE_TOUCHPOINT;
    high->scope = CXJ_SCOPE_JOURNEY;
    low->commitment = 1;
    high->commitment = 2;
    low->outcome = CXJ_OUTCOME_COMPLETED;
    high->outcome = CXJ_OUTCOME_ABANDONED;
}

/* "of equal revisions the greater one (fields … compared in the order …; codes by their names, byte by byte)": greater
 * in one field and less in all behind it is greater, whichever comes first. */
START_TEST(first_field_that_differs_decides) {
    for (size_t field = 0; field < FIELDS; field++) {
        for (int turned = 0; turned < 2; turned++) {
            cxj_engine *engine = make();
            cxj_touchpoint low, high, greater, lesser;
            make_low_and_high(engine, &low, &high);
            greater = lesser = low;
            for (size_t i = field; i < FIELDS; i++) take_field(i == field ? &greater : &lesser, &high, i);
            record(engine, turned ? lesser : greater);
            cxj_receipt receipt = record(engine, turned ? greater : lesser);
            check_receipt(&receipt, 0, 1, 1, 0);
            cxj_touchpoint holds = held(engine, 1);
            ck_assert_msg(memcmp(&holds, &greater, sizeof holds) == 0, "%s, %s first", field_names[field],
                          turned ? "lesser" : "greater");
            cxj_engine_destroy(engine);
        }
    }
}
END_TEST

/* "A touchpoint that is withdrawn keeps its id and revision"; "may arrive before what they correct" (section 3.3). */
START_TEST(withdrawal_holds_against_a_lower_revision) {
    cxj_engine *engine = make();
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .revision = 2, .facets = CXJ_FACET_WITHDRAWN});
    cxj_receipt receipt = record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .revision = 1, .at = 5});
    check_receipt(&receipt, 0, 0, 0, 1);
    ck_assert_uint_eq(stats_of(engine).touchpoints, 0);
    receipt = record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .revision = 3, .at = 5});
    check_receipt(&receipt, 1, 0, 0, 1);
    ck_assert_uint_eq(stats_of(engine).touchpoints, 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Refusals
 * ------------------------------------------------------------------------------------------------------------------ */

/* cxj_message(): "a sentence naming the field, value, column or limit". */
START_TEST(refusal_names_the_field_and_its_value) {
    static const struct {
        const char *field, *value;
        cxj_touchpoint t;
    } cases[] = {
        {"journey", "0", {.journey = 0, .at = 1}},
        {"at", "253402300800000", {.journey = 1, .at = INT64_C(253402300800000)}},
        {"at", "-62135596800001", {.journey = 1, .at = INT64_C(-62135596800001)}},
        {"at", "0", {.journey = 1}},
        {"due", "253402300800000", {.journey = 1, .at = 1, .due = INT64_C(253402300800000)}},
        {"due", "-62135596800001", {.journey = 1, .at = 1, .due = INT64_C(-62135596800001)}},
        {"value", "1000000000000001", {.journey = 1, .at = 1, .value = INT64_C(1000000000000001)}},
        {"value", "-1000000000000001", {.journey = 1, .at = 1, .value = INT64_C(-1000000000000001)}},
        {"facets", "262144", {.journey = 1, .at = 1, .facets = CXJ_FACETS_ALL + 1}},
        {"commitment", "8", {.journey = 1, .at = 1, .commitment = 8}},
        {"outcome", "3", {.journey = 1, .at = 1, .outcome = 3}},
        {"scale", "8", {.journey = 1, .at = 1, .scale = 8, .score = 1, .scope = 1}},
        {"score", "6", {.journey = 1, .at = 1, .scale = CXJ_SCALE_CSAT5, .score = 6, .scope = 1}},
        {"score", "1", {.journey = 1, .at = 1, .score = 1}},
        {"scope", "0", {.journey = 1, .at = 1, .scale = CXJ_SCALE_CSAT5, .score = 5}},
        {"scope", "4", {.journey = 1, .at = 1, .scale = CXJ_SCALE_CSAT5, .score = 5, .scope = 4}},
        {"scope", "1", {.journey = 1, .at = 1, .scope = 1}},
        {"owner", "1", {.journey = 1, .at = 1, .owner = 1}},
        {"team", "2", {.journey = 1, .at = 1, .team = 2}},
        {"channel", "3", {.journey = 1, .at = 1, .channel = 3}},
        {"stage", "4", {.journey = 1, .at = 1, .stage = 4}},
        {"activity", "5", {.journey = 1, .at = 1, .activity = 5}},
        {"cause", "6", {.journey = 1, .at = 1, .cause = 6}},
        {"type", "7", {.journey = 1, .at = 1, .type = 7}},
        {"segment", "8", {.journey = 1, .at = 1, .segment = 8}},
        {"reason", "9", {.journey = 1, .at = 1, .reason = 9}},
        {"reserved", "1", {.journey = 1, .at = 1, .reserved = {0, 0, 0, 0, 0, 0, 1}}},
    };
    cxj_engine *engine = make();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cxj_receipt receipt = take(engine, &cases[i].t, 1, 0, CXJ_REFUSED);
        const char *message = cxj_message(engine);
        ck_assert_int_eq(receipt.first_status, CXJ_BAD_FIELD);
        ck_assert_msg(strstr(message, cases[i].field) && strstr(message, cases[i].value), "case %zu: %s", i, message);
    }
    ck_assert_uint_eq(stats_of(engine).held, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* Touchpoints of which those at two places are refused. */
enum { MANY = 200, BAD = 70, BAD_TOO = 150 };

static void fill(cxj_touchpoint *touchpoints) {
    memset(touchpoints, 0, MANY * sizeof *touchpoints);
    for (size_t i = 0; i < MANY; i++) {
        touchpoints[i] = (cxj_touchpoint){.journey = 1 + i % 5, .id = i + 1, .at = 1 + (int64_t)(i * 7919 % 1000)};
    }
    touchpoints[BAD].commitment = 8;
    touchpoints[BAD_TOO].journey = 0;
}

START_TEST(refused_ones_do_not_stop_the_others) {
    static cxj_touchpoint t[MANY];
    cxj_engine *engine = make();
    fill(t);
    cxj_receipt receipt = take(engine, t, MANY, 0, CXJ_REFUSED);
    ck_assert_uint_eq(receipt.processed, MANY);
    ck_assert_uint_eq(receipt.accepted, MANY - 2);
    ck_assert_uint_eq(receipt.refused, 2);
    ck_assert_uint_eq(receipt.first_refusal, BAD);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "touchpoint 70"));
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "commitment"));
    cxj_engine_destroy(engine);
}
END_TEST

/* CXJ_STOP_AT_REFUSAL: "stop before the first touchpoint that is refused or late". */
START_TEST(stop_leaves_exactly_what_stands_before) {
    static cxj_touchpoint t[MANY];
    cxj_engine *engine = make(), *other = make();
    add(engine, "touchpoints");
    add(other, "touchpoints");
    fill(t);
    cxj_receipt receipt = take(engine, t, MANY, CXJ_STOP_AT_REFUSAL, CXJ_REFUSED);
    ck_assert_uint_eq(receipt.processed, BAD);
    ck_assert_uint_eq(receipt.accepted, BAD);
    ck_assert_uint_eq(receipt.first_refusal, BAD);
    ck_assert_int_eq(receipt.first_status, CXJ_BAD_FIELD);
    take(other, t, BAD, CXJ_STOP_AT_REFUSAL, CXJ_OK);
    check_same(engine, other);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(other);
}
END_TEST

START_TEST(stop_at_the_limit_of_a_journey) {
    cxj_touchpoint t[6] = {{0}};
    cxj_engine *engine = make_limited(3, 0);
    for (uint64_t i = 0; i < 6; i++) t[i] = (cxj_touchpoint){.journey = 1, .id = i + 1, .at = 1 + (int64_t)i};
    t[5].journey = 2;
    cxj_receipt receipt = take(engine, t, 6, CXJ_STOP_AT_REFUSAL, CXJ_REFUSED);
    ck_assert_uint_eq(receipt.processed, 3);
    ck_assert_uint_eq(receipt.first_refusal, 3);
    ck_assert_int_eq(receipt.first_status, CXJ_LIMIT);
    ck_assert(!is_there(engine, 2));
    receipt = take(engine, t, 6, 0, CXJ_REFUSED);
    ck_assert_uint_eq(receipt.processed, 6);
    ck_assert_uint_eq(receipt.duplicates, 3);
    ck_assert_uint_eq(receipt.refused, 2);
    ck_assert_uint_eq(receipt.accepted, 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* What is refused at the limit of a journey does not depend on how the calls are cut. */
START_TEST(limit_is_the_same_in_one_call_as_one_by_one) {
    static cxj_touchpoint t[MANY];
    chance_state = seed + (uint64_t)_i;
    for (size_t i = 0; i < MANY; i++) {
        t[i] = (cxj_touchpoint){.journey = 1 + chance(4), .revision = chance(3), .at = 1 + chance(50)};
        t[i].id = chance(4) ? 1 + chance(40) : 0;
    }
    for (uint32_t limit = 1; limit < 40; limit += 7) {
        for (uint32_t flags = 0; flags <= CXJ_STOP_AT_REFUSAL; flags++) {
            cxj_engine *engine = make_limited(limit, 0), *other = make_limited(limit, 0);
            add(engine, "touchpoints per hour");
            add(other, "touchpoints per hour");
            cxj_receipt whole = take(engine, t, MANY, flags, CXJ_REFUSED), sum = {.first_refusal = CXJ_NO_INDEX};
            for (size_t i = 0; i < MANY && !(flags && sum.refused); i++) {
                cxj_receipt one;
                ck_assert_int_le(cxj_record(other, &t[i], sizeof *t, 1, flags, &one, sizeof one), CXJ_REFUSED);
                sum.processed += one.processed;
                sum.accepted += one.accepted;
                sum.duplicates += one.duplicates;
                sum.conflicts += one.conflicts;
                sum.superseded += one.superseded;
                if (one.refused && !sum.refused) sum.first_refusal = i;
                sum.refused += one.refused;
            }
            sum.first_status = CXJ_LIMIT;
            ck_assert_uint_eq(whole.refused, sum.refused);
            ck_assert_uint_eq(whole.first_refusal, sum.first_refusal);
            ck_assert_mem_eq(&whole, &sum, sizeof whole);
            ck_assert_uint_eq(stats_of(engine).refused, stats_of(other).refused);
            check_same(engine, other);
            cxj_engine_destroy(engine);
            cxj_engine_destroy(other);
        }
    }
}
END_TEST

/* "all of one journey in one call are folded together", also when touchpoints between them are refused at a limit. */
START_TEST(refusals_at_the_limit_do_not_multiply_the_work) {
    enum { LATE = 2000, LIMIT = 2500 };
    static cxj_touchpoint t[LIMIT], both[2 * LATE];
    cxj_engine *engine = make_limited(LIMIT, 0);
    for (size_t i = 0; i < LIMIT; i++) t[i] = (cxj_touchpoint){.journey = 2, .at = 1 + (int64_t)i};
    take(engine, t, LIMIT, 0, CXJ_OK);
    uint64_t before = stats_of(engine).work_folded;
    for (size_t i = 0; i < LATE; i++) {
        both[2 * i] = (cxj_touchpoint){.journey = 1, .at = (int64_t)(LATE - i)};
        both[2 * i + 1] = (cxj_touchpoint){.journey = 2, .at = 5};
    }
    cxj_receipt receipt = take(engine, both, sizeof both / sizeof *both, 0, CXJ_REFUSED);
    ck_assert_uint_eq(receipt.refused, LATE);
    ck_assert_uint_le(stats_of(engine).work_folded - before, 20 * LATE);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(nothing_recorded_is_well) {
    cxj_engine *engine = make();
    cxj_receipt receipt = take(engine, NULL, 0, 0, CXJ_OK);
    ck_assert_uint_eq(receipt.processed, 0);
    ck_assert_uint_eq(receipt.first_refusal, CXJ_NO_INDEX);
    ck_assert_str_eq(cxj_message(engine), "");
    cxj_engine_destroy(engine);
}
END_TEST

/* The receipt "receives what became of them, whatever the status": nothing, where an argument is not as it must be. */
START_TEST(receipt_of_bad_arguments_says_nothing_was_done) {
    cxj_engine *engine = make();
    const cxj_touchpoint t = {.journey = 1, .at = 1};
    cxj_receipt receipt = take(engine, NULL, 1, 0, CXJ_BAD_ARGUMENT);
    ck_assert_uint_eq(receipt.processed, 0);
    ck_assert_uint_eq(receipt.first_refusal, CXJ_NO_INDEX);
    receipt = take(engine, &t, 1, 2, CXJ_BAD_ARGUMENT);
    ck_assert_uint_eq(receipt.processed + receipt.accepted, 0);
    ck_assert_uint_eq(stats_of(engine).held, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* A receipt of no size has no room for anything: the call is refused, rather than made in silence. */
START_TEST(receipt_without_a_size_is_refused) {
    static const uint64_t journey[1] = {1};
    static const int64_t at[1] = {5};
    cxj_engine *engine = make();
    const cxj_touchpoint t = {.journey = 1, .at = 1};
    const cxj_columns columns = {.size = sizeof columns, .journey = journey, .at = at};
    cxj_receipt receipt = {.processed = 77};
    ck_assert_int_eq(cxj_record(engine, &t, sizeof t, 1, 0, &receipt, 0), CXJ_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "receipt_size"));
    ck_assert_int_eq(cxj_record_columns(engine, &columns, 1, 0, &receipt, 0), CXJ_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "receipt_size"));
    ck_assert_uint_eq(receipt.processed, 77);
    ck_assert_uint_eq(stats_of(engine).held, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* An array need not stand where a struct would: it may be part of a message that has just come in. */
START_TEST(touchpoints_are_taken_from_any_address) {
    enum { COUNT = 40 };
    static char message[1 + COUNT * sizeof(cxj_touchpoint)];
    cxj_engine *engine = make();
    for (uint64_t i = 0; i < COUNT; i++) {
        const cxj_touchpoint t = {.journey = 1 + i, .id = 7, .at = 1 + (int64_t)i, .value = 100 + (int64_t)i};
        memcpy(message + 1 + i * sizeof t, &t, sizeof t);
    }
    const void *first = message + 1;
    ck_assert_int_eq(cxj_record(engine, first, sizeof(cxj_touchpoint), COUNT, 0, NULL, 0), CXJ_OK);
    for (uint64_t i = 0; i < COUNT; i++) {
        const cxj_touchpoint expected = {.journey = 1 + i, .id = 7, .at = 1 + (int64_t)i, .value = 100 + (int64_t)i};
        cxj_touchpoint t = held(engine, 1 + i);
        ck_assert_mem_eq(&t, &expected, sizeof t);
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Columns
 * ------------------------------------------------------------------------------------------------------------------ */

enum { ROWS = 150 };

static struct {
    uint64_t journey[ROWS], id[ROWS], revision[ROWS], customer[ROWS];
    int64_t at[ROWS], due[ROWS], value[ROWS];
    uint32_t sequence[ROWS], owner[ROWS], facets[ROWS];
    uint16_t codes[8][ROWS];
    uint8_t scale[ROWS], score[ROWS], scope[ROWS], commitment[ROWS], outcome[ROWS];
} rows;

/* One row as a touchpoint. */
static cxj_touchpoint row(size_t i) {
    return (cxj_touchpoint){.journey = rows.journey[i],
                            .id = rows.id[i],
                            .revision = rows.revision[i],
                            .at = rows.at[i],
                            .due = rows.due[i],
                            .value = rows.value[i],
                            .customer = rows.customer[i],
                            .sequence = rows.sequence[i],
                            .owner = rows.owner[i],
                            .facets = rows.facets[i],
                            .team = rows.codes[0][i],
                            .activity = rows.codes[1][i],
                            .channel = rows.codes[2][i],
                            .stage = rows.codes[3][i],
                            .cause = rows.codes[4][i],
                            .type = rows.codes[5][i],
                            .segment = rows.codes[6][i],
                            .reason = rows.codes[7][i],
                            .scale = rows.scale[i],
                            .score = rows.score[i],
                            .scope = rows.scope[i],
                            .commitment = rows.commitment[i],
                            .outcome = rows.outcome[i]};
}

static cxj_columns columns_of_rows(void) {
    return (cxj_columns){.size = sizeof(cxj_columns),
                         .journey = rows.journey,
                         .id = rows.id,
                         .revision = rows.revision,
                         .at = rows.at,
                         .due = rows.due,
                         .value = rows.value,
                         .customer = rows.customer,
                         .sequence = rows.sequence,
                         .owner = rows.owner,
                         .facets = rows.facets,
                         .team = rows.codes[0],
                         .activity = rows.codes[1],
                         .channel = rows.codes[2],
                         .stage = rows.codes[3],
                         .cause = rows.codes[4],
                         .type = rows.codes[5],
                         .segment = rows.codes[6],
                         .reason = rows.codes[7],
                         .scale = rows.scale,
                         .score = rows.score,
                         .scope = rows.scope,
                         .commitment = rows.commitment,
                         .outcome = rows.outcome};
}

static void fill_rows(void) {
    for (size_t i = 0; i < ROWS; i++) {
        rows.journey[i] = 1 + chance(6);
        rows.id[i] = chance(100);
        rows.revision[i] = chance(4);
        rows.customer[i] = chance(3);
        rows.at[i] = (int64_t)chance(5000) - 1000;
        rows.due[i] = (int64_t)chance(5000) - 1000;
        rows.value[i] = (int64_t)chance(5000) - 1000;
        rows.sequence[i] = chance(3);
        rows.owner[i] = chance(3);
        rows.facets[i] = chance(CXJ_FACETS_ALL + 2); /* at times one too many */
        for (size_t c = 0; c < 8; c++) rows.codes[c][i] = (uint16_t)chance(3);
        rows.scale[i] = (uint8_t)chance(8);
        rows.score[i] = rows.scale[i] ? 1 : 0;
        rows.scope[i] = rows.scale[i] ? (uint8_t)(1 + chance(3)) : 0;
        rows.commitment[i] = (uint8_t)chance(9);
        rows.outcome[i] = (uint8_t)chance(3);
    }
}

static void give_two_names_each(cxj_engine *engine) {
    for (uint32_t d = CXJ_DIMENSION_OWNER; d <= CXJ_DIMENSION_REASON; d++) {
        code(engine, d, "one");
        code(engine, d, "two");
    }
}

static void check_same_journeys(const cxj_engine *a, const cxj_engine *b) {
    static cxj_touchpoint x[ROWS], y[ROWS];
    for (uint64_t journey = 1; journey <= 6; journey++) {
        size_t in_x = 0, in_y = 0;
        ck_assert_int_eq(cxj_journey_touchpoints(a, journey, ROWS, NULL, 0, x, sizeof *x, &in_x), CXJ_OK);
        ck_assert_int_eq(cxj_journey_touchpoints(b, journey, ROWS, NULL, 0, y, sizeof *y, &in_y), CXJ_OK);
        ck_assert_uint_eq(in_x, in_y);
        ck_assert_mem_eq(x, y, in_x * sizeof *x);
    }
}

START_TEST(columns_are_the_same_as_structs) {
    static cxj_touchpoint t[ROWS];
    chance_state = seed;
    cxj_engine *engine = make(), *other = make();
    give_two_names_each(engine);
    give_two_names_each(other);
    fill_rows();
    for (size_t i = 0; i < ROWS; i++) t[i] = row(i);
    cxj_columns columns = columns_of_rows();
    cxj_receipt receipt, as_structs = take(other, t, ROWS, 0, CXJ_REFUSED);
    ck_assert_int_eq(cxj_record_columns(engine, &columns, ROWS, 0, &receipt, sizeof receipt), CXJ_REFUSED);
    ck_assert_mem_eq(&receipt, &as_structs, sizeof receipt);
    ck_assert_str_eq(cxj_message(engine), cxj_message(other));
    check_same_journeys(engine, other);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(other);
}
END_TEST

/* Columns that are NULL are "none in every row"; "a size below that of version 0.2 is refused". */
START_TEST(absent_columns_state_nothing) {
    static const uint64_t journey[1] = {1};
    static const int64_t at[1] = {5};
    cxj_engine *engine = make();
    cxj_columns columns = {.size = offsetof(cxj_columns, outcome), .journey = journey, .at = at};
    ck_assert_int_eq(cxj_record_columns(engine, &columns, 1, 0, NULL, 0), CXJ_BAD_ARGUMENT);
    columns.size = sizeof columns;
    ck_assert_int_eq(cxj_record_columns(engine, &columns, 1, 0, NULL, 0), CXJ_OK);
    const cxj_touchpoint expected = {.journey = 1, .at = 5};
    cxj_touchpoint t = held(engine, 1);
    ck_assert_mem_eq(&t, &expected, sizeof t);
    columns.at = NULL;
    ck_assert_int_eq(cxj_record_columns(engine, &columns, 1, 0, NULL, 0), CXJ_BAD_ARGUMENT);
    cxj_engine_destroy(engine);
}
END_TEST

/* "A larger size than the library knows is accepted if the unknown tail is zero"; a column that it does not know would
 * be lost. The size "must be set". */
START_TEST(columns_of_other_sizes) {
    static const uint64_t journey[1] = {1};
    static const int64_t at[1] = {5};
    struct {
        cxj_columns columns;
        const uint64_t *mood[2];
    } later = {.columns = {.size = sizeof later, .journey = journey, .at = at}, .mood = {NULL, NULL}};
    cxj_engine *engine = make();
    ck_assert_int_eq(cxj_record_columns(engine, &later.columns, 1, 0, NULL, 0), CXJ_OK);
    later.mood[1] = journey;
    ck_assert_int_eq(cxj_record_columns(engine, &later.columns, 1, 0, NULL, 0), CXJ_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "does not know"));
    for (size_t size = 0; size < sizeof later.columns.size; size++) {
        later.columns.size = size;
        ck_assert_int_eq(cxj_record_columns(engine, &later.columns, 1, 0, NULL, 0), CXJ_BAD_ARGUMENT);
        ck_assert_ptr_nonnull(strstr(cxj_message(engine), "size is not set"));
    }
    ck_assert_uint_eq(stats_of(engine).held, 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Withdrawal
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST(withdrawal_without_revision_is_one_more) {
    cxj_engine *engine = make();
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .revision = 7, .at = 5, .value = 3});
    ck_assert_int_eq(cxj_withdraw(engine, 1, 1, 0), CXJ_OK);
    cxj_touchpoint t = held(engine, 1);
    ck_assert_uint_eq(t.revision, 8);
    ck_assert_uint_eq(t.facets, CXJ_FACET_WITHDRAWN);
    ck_assert_uint_eq(stats_of(engine).touchpoints + stats_of(engine).journeys, 0);
    ck_assert_int_eq(cxj_withdraw(engine, 1, 1, 0), CXJ_OK);
    ck_assert_uint_eq(held(engine, 1).revision, 9);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(withdrawal_must_be_higher_than_what_is_held) {
    cxj_engine *engine = make();
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .revision = 7, .at = 5});
    ck_assert_int_eq(cxj_withdraw(engine, 1, 1, 7), CXJ_REFUSED);
    ck_assert_uint_gt(strlen(cxj_message(engine)), 0);
    ck_assert_uint_eq(held(engine, 1).facets, 0);
    ck_assert_int_eq(cxj_withdraw(engine, 1, 1, 8), CXJ_OK);
    record(engine, (cxj_touchpoint){.journey = 2, .id = 1, .revision = UINT64_MAX, .at = 5});
    ck_assert_int_eq(cxj_withdraw(engine, 2, 1, 0), CXJ_REFUSED);
    ck_assert_uint_eq(held(engine, 2).facets, 0);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(withdrawal_may_come_first) {
    cxj_engine *engine = make();
    ck_assert_int_eq(cxj_withdraw(engine, 1, 1, 0), CXJ_NOT_FOUND);
    ck_assert(!is_there(engine, 1));
    ck_assert_int_eq(cxj_withdraw(engine, 1, 1, 2), CXJ_OK);
    cxj_receipt receipt = record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .revision = 1, .at = 5});
    check_receipt(&receipt, 0, 0, 0, 1);
    ck_assert_int_eq(cxj_withdraw(engine, 1, 2, 0), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_withdraw(engine, 0, 1, 1), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_withdraw(engine, 1, 0, 1), CXJ_BAD_ARGUMENT);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---- what is kept of what is withdrawn -------------------------------------------------------------------------- */

static void check_same_bytes(const cxj_engine *a, const cxj_engine *b) {
    static unsigned char x[1 << 18], y[1 << 18];
    size_t x_length = 0, y_length = 0;
    ck_assert_int_eq(cxj_save_bytes(a, sizeof x, NULL, 0, x, &x_length), CXJ_OK);
    ck_assert_int_eq(cxj_save_bytes(b, sizeof y, NULL, 0, y, &y_length), CXJ_OK);
    ck_assert_uint_eq(x_length, y_length);
    ck_assert_mem_eq(x, y, x_length);
}

static cxj_touchpoint withdrawn(cxj_touchpoint t, uint64_t revision) {
    t.facets |= CXJ_FACET_WITHDRAWN;
    t.revision = revision;
    return t;
}

/* "A touchpoint that is withdrawn keeps its id and revision and contributes nothing. … So taking back and correcting
 * are touchpoints like any other, and may arrive before what they correct" (section 3.3): whichever comes first,
 * however they come, and whatever fields the withdrawal carries, it is the same state, and so the same bytes. */
START_TEST(withdrawals_leave_the_same_in_any_order_and_way) {
    enum { ARRIVE = 90, ENGINES_HERE = 4 };
    chance_state = seed + (uint64_t)_i;
    cxj_engine *engines[ENGINES_HERE];
    static cxj_touchpoint log[ARRIVE];
    bool taken[ARRIVE];
    uint32_t names[] = {1, 2, 3};
    for (size_t i = 0; i < ARRIVE; i++) {
        log[i] = (cxj_touchpoint){
            .journey = 1 + chance(_i % 2 ? 1 : 9), .id = 1 + i, .revision = chance(3), .at = 1 + chance(50)};
        log[i].due = chance(3) ? 0 : chance(90);
        log[i].customer = chance(3);
        log[i].owner = names[chance(3)];
        log[i].cause = (uint16_t)chance(3);
        log[i].type = chance(9) ? 0 : (uint16_t)(1 + chance(2));
        log[i].facets = chance(2) ? 0 : UINT32_C(1) << chance(16);
        taken[i] = chance(3) == 0;
    }
    for (size_t e = 0; e < ENGINES_HERE; e++) {
        engines[e] = make();
        add(engines[e], "touchpoints by owner, type");
        add(engines[e], "journeys by type where had cause in (a, b)");
        for (uint32_t d = CXJ_DIMENSION_OWNER; d <= CXJ_DIMENSION_REASON; d++) {
            code(engines[e], d, "a");
            code(engines[e], d, "b");
            code(engines[e], d, "c");
        }
        for (size_t k = 0; k < ARRIVE; k++) {
            size_t i = e % 2 ? ARRIVE - 1 - k : k;
            bool first = e == 0 || (e == 2 && chance(2)), by_record = chance(2) || !first;
            cxj_touchpoint both[2] = {withdrawn(log[i], log[i].revision + i % 2), log[i]};
            if (!taken[i]) {
                record(engines[e], log[i]);
            } else if (e == 3) { /* in one call */
                cxj_touchpoint turned[2] = {both[1], both[0]};
                take(engines[e], i % 3 ? both : turned, 2, 0, CXJ_OK);
            } else {
                if (!first) record(engines[e], log[i]);
                if (by_record || both[0].revision == 0) {
                    both[0].at = chance(99);
                    both[0].value = chance(9);
                    record(engines[e], both[0]);
                } else {
                    ck_assert_int_eq(cxj_withdraw(engines[e], log[i].journey, log[i].id, both[0].revision), CXJ_OK);
                }
                if (first) record(engines[e], log[i]);
            }
        }
    }
    for (size_t e = 1; e < ENGINES_HERE; e++) {
        check_same_bytes(engines[0], engines[e]);
        check_same(engines[0], engines[e]);
    }
    for (size_t e = 0; e < ENGINES_HERE; e++) cxj_engine_destroy(engines[e]);
}
END_TEST

/* Of equal revisions one that is withdrawn holds, in either order: a duplicate and a conflict. Two of them are a
 * duplicate alone, for what else they said is not kept (sections 3.2 and 3.3). */
START_TEST(withdrawn_holds_over_its_own_revision) {
    const cxj_touchpoint greater = {.journey = 1, .id = 1, .revision = 4, .at = 99, .value = 9, .outcome = 2};
    const cxj_touchpoint taken = {.journey = 1, .id = 1, .revision = 4, .at = 5, .facets = CXJ_FACET_WITHDRAWN};
    for (int turned = 0; turned < 2; turned++) {
        cxj_engine *engine = make();
        record(engine, turned ? taken : greater);
        cxj_receipt receipt = record(engine, turned ? greater : taken);
        check_receipt(&receipt, 0, 1, 1, 0);
        ck_assert_uint_eq(stats_of(engine).touchpoints, 0);
        ck_assert_uint_eq(stats_of(engine).held, 1);
        cxj_touchpoint other = taken;
        other.at = 77;
        other.value = 12;
        receipt = record(engine, other);
        check_receipt(&receipt, 0, 1, 0, 0);
        const cxj_touchpoint expected = {.journey = 1, .id = 1, .revision = 4, .facets = CXJ_FACET_WITHDRAWN};
        cxj_touchpoint t = held(engine, 1);
        ck_assert_mem_eq(&t, &expected, sizeof t);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* Without an id it takes nothing back: it is taken, and there is nothing to keep of it, not even a journey. */
START_TEST(withdrawn_without_an_id_is_not_kept) {
    cxj_engine *engine = make_limited(1, 0);
    const char *name = NULL;
    uint32_t anna = code(engine, CXJ_DIMENSION_OWNER, "Anna");
    cxj_receipt receipt =
        record(engine, (cxj_touchpoint){.journey = 1, .at = 5, .owner = anna, .facets = CXJ_FACET_WITHDRAWN});
    check_receipt(&receipt, 1, 0, 0, 0);
    ck_assert(!is_there(engine, 1));
    record(engine, (cxj_touchpoint){.journey = 1, .at = 5});
    receipt =
        record(engine, (cxj_touchpoint){.journey = 1, .at = 6, .facets = CXJ_FACET_WITHDRAWN}); /* it needs no room */
    check_receipt(&receipt, 1, 0, 0, 0);
    ck_assert_uint_eq(stats_of(engine).held, 1);
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_OK);
    ck_assert_int_eq(cxj_name(engine, CXJ_DIMENSION_OWNER, anna, &name, NULL), CXJ_NOT_FOUND);
    cxj_engine_destroy(engine);
}
END_TEST

/* Those withdrawn stand behind the others, by their ids, whatever the order in which they were. */
START_TEST(withdrawn_are_shown_by_id) {
    cxj_engine *engine = make();
    static const uint64_t ids[] = {7, 2, UINT64_MAX, 1, 9, 5};
    for (size_t i = 0; i < 6; i++) record(engine, (cxj_touchpoint){.journey = 1, .id = ids[i], .at = 10 - (int64_t)i});
    for (size_t i = 0; i < 4; i++) ck_assert_int_eq(cxj_withdraw(engine, 1, ids[i], 3), CXJ_OK);
    static const uint64_t expected[] = {5, 9, 1, 2, 7, UINT64_MAX};
    cxj_touchpoint t[6];
    size_t count = 0;
    ck_assert_int_eq(cxj_journey_touchpoints(engine, 1, 6, NULL, 0, t, sizeof *t, &count), CXJ_OK);
    ck_assert_uint_eq(count, 6);
    for (size_t i = 0; i < 6; i++) {
        ck_assert_uint_eq(t[i].id, expected[i]);
        ck_assert_uint_eq(t[i].facets, i < 2 ? 0 : CXJ_FACET_WITHDRAWN);
        ck_assert_uint_eq(t[i].revision, i < 2 ? 0 : 3);
        ck_assert(i < 2 || t[i].at == 0);
    }
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(withdrawal_meets_the_limit_of_a_journey) {
    cxj_engine *engine = make_limited(1, 0);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = 5});
    ck_assert_int_eq(cxj_withdraw(engine, 1, 2, 1), CXJ_LIMIT);
    ck_assert_int_eq(cxj_withdraw(engine, 1, 1, 0), CXJ_OK);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Erasure (section 3.4)
 * ------------------------------------------------------------------------------------------------------------------ */

/* "the name goes too, its code is refused from then on, and this function gives the name another if asked again" */
START_TEST(names_go_with_their_last_touchpoint) {
    cxj_engine *engine = make();
    const char *name = NULL;
    uint32_t erika = code(engine, CXJ_DIMENSION_OWNER, "Erika"), ben = code(engine, CXJ_DIMENSION_OWNER, "Ben");
    uint32_t found = 0, unused = code(engine, CXJ_DIMENSION_OWNER, "Carl");
    record(engine, (cxj_touchpoint){.journey = 1, .at = 1, .owner = erika});
    record(engine, (cxj_touchpoint){.journey = 1, .at = 2, .owner = ben});
    record(engine, (cxj_touchpoint){.journey = 2, .at = 1, .owner = ben});
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_OK);
    ck_assert_int_eq(cxj_name(engine, CXJ_DIMENSION_OWNER, erika, &name, NULL), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_find_code(engine, CXJ_DIMENSION_OWNER, "Erika", CXJ_ZERO_TERMINATED, &found), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_name(engine, CXJ_DIMENSION_OWNER, ben, &name, NULL), CXJ_OK);
    ck_assert_int_eq(cxj_name(engine, CXJ_DIMENSION_OWNER, unused, &name, NULL), CXJ_OK);
    const cxj_touchpoint late = {.journey = 3, .at = 1, .owner = erika};
    take(engine, &late, 1, 0, CXJ_REFUSED);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "owner"));
    ck_assert_uint_eq(code(engine, CXJ_DIMENSION_OWNER, "Zoe"), erika); /* "its code may be given to another name" */
    ck_assert_uint_gt(code(engine, CXJ_DIMENSION_OWNER, "Erika"), unused);
    cxj_engine_destroy(engine);
}
END_TEST

/* A journey that holds nothing but withdrawn touchpoints is erased like any other, and its names with it. */
START_TEST(withdrawn_journey_can_be_erased) {
    cxj_engine *engine = make();
    const char *name = NULL;
    uint32_t erika = code(engine, CXJ_DIMENSION_OWNER, "Erika");
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = 1, .owner = erika});
    ck_assert_int_eq(cxj_withdraw(engine, 1, 1, 0), CXJ_OK);
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_OK);
    ck_assert(!is_there(engine, 1));
    ck_assert_int_eq(cxj_name(engine, CXJ_DIMENSION_OWNER, erika, &name, NULL), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_erase_journey(engine, 0), CXJ_BAD_ARGUMENT);
    cxj_engine_destroy(engine);
}
END_TEST

/* What was erased may come again: nothing is remembered of it. */
START_TEST(erased_journey_may_come_again) {
    cxj_engine *engine = make();
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .revision = 9, .at = 1});
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_OK);
    cxj_receipt receipt = record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .revision = 1, .at = 1});
    check_receipt(&receipt, 1, 0, 0, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* "every journey in which any retained touchpoint states a customer, even if a later touchpoint states another". What
 * is withdrawn keeps its id and revision, and states nothing (section 3.3). */
START_TEST(customer_is_erased_wherever_stated) {
    cxj_engine *engine = make();
    uint64_t erased = 99;
    record(engine, (cxj_touchpoint){.journey = 1, .at = 1, .customer = 5});
    record(engine, (cxj_touchpoint){.journey = 2, .at = 1, .customer = 5});
    record(engine, (cxj_touchpoint){.journey = 2, .at = 2, .customer = 6});
    record(engine, (cxj_touchpoint){.journey = 3, .at = 1, .customer = 6});
    record(engine, (cxj_touchpoint){.journey = 4, .id = 1, .at = 1, .customer = 5, .facets = CXJ_FACET_WITHDRAWN});
    record(engine, (cxj_touchpoint){.journey = 5, .at = 1});
    ck_assert_int_eq(cxj_erase_customer(engine, 5, &erased), CXJ_OK);
    ck_assert_uint_eq(erased, 2);
    ck_assert(!is_there(engine, 1) && !is_there(engine, 2));
    ck_assert(is_there(engine, 3) && is_there(engine, 4) && is_there(engine, 5));
    ck_assert_int_eq(cxj_erase_customer(engine, 5, &erased), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_erase_customer(engine, 0, NULL), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_erase_customer(engine, 6, NULL), CXJ_OK);
    ck_assert_uint_eq(stats_of(engine).held, 2);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Merge (section 3.5)
 * ------------------------------------------------------------------------------------------------------------------ */

static const char *const names[] = {"a", "b", "c", "d", "e"};
enum { NAMES = 5, LOG = 120, ENGINES = 3 };

/* A touchpoint of a log, its codes being places in names, plus one. All carry ids. */
static cxj_touchpoint random_touchpoint(uint64_t id) {
    cxj_touchpoint t = {.journey = 1 + chance(4), .id = id, .revision = chance(3), .at = 1 + chance(500)};
    t.owner = chance(NAMES + 1);
    t.channel = (uint16_t)chance(NAMES + 1);
    t.type = chance(9) ? 0 : (uint16_t)chance(NAMES + 1);
    t.cause = (uint16_t)chance(NAMES + 1);
    t.facets = chance(3) ? 0 : UINT32_C(1) << chance(17);
    t.due = chance(3) ? 0 : chance(700);
    t.outcome = chance(15) ? 0 : (uint8_t)(1 + chance(2));
    return t;
}

/* Records a log in an engine that gives its codes in an order of its own. */
static void tell(cxj_engine *engine, const cxj_touchpoint *log, size_t count, uint32_t turn) {
    uint32_t codes[CXJ_DIMENSION_REASON + 1][NAMES + 1] = {{0}};
    for (uint32_t d = CXJ_DIMENSION_OWNER; d <= CXJ_DIMENSION_REASON; d++) {
        for (uint32_t i = 0; i < NAMES; i++) {
            uint32_t name = (i + turn) % NAMES;
            codes[d][name + 1] = code(engine, d, names[name]);
        }
    }
    for (size_t i = 0; i < count; i++) {
        cxj_touchpoint t = log[i];
        t.owner = codes[CXJ_DIMENSION_OWNER][t.owner];
        t.channel = (uint16_t)codes[CXJ_DIMENSION_CHANNEL][t.channel];
        t.type = (uint16_t)codes[CXJ_DIMENSION_TYPE][t.type];
        t.cause = (uint16_t)codes[CXJ_DIMENSION_CAUSE][t.cause];
        record(engine, t);
    }
}

static cxj_engine *make_with_views(void) {
    cxj_engine *engine = make();
    add(engine, "touchpoints by channel, cause");
    add(engine, "transitions by owner, type");
    add(engine, "journeys by outcome, exit where had cause in (a, b)");
    return engine;
}

/* Engines that were told parts of one log, with ids in common; the parts overlap. */
static void split(cxj_engine *parts[ENGINES], cxj_engine **whole) {
    static cxj_touchpoint log[LOG * ENGINES];
    for (size_t i = 0; i < LOG * ENGINES; i++) log[i] = random_touchpoint(1 + chance(LOG * 2));
    *whole = make_with_views();
    tell(*whole, log, LOG * ENGINES, 0);
    for (size_t i = 0; i < ENGINES; i++) {
        parts[i] = make_with_views();
        tell(parts[i], log + i * LOG, LOG, (uint32_t)i + 1);
    }
}

static void merge(cxj_engine *engine, const cxj_engine *source) {
    cxj_status status = cxj_merge(engine, source);
    ck_assert_msg(status == CXJ_OK, "%s", cxj_message(engine));
}

static void destroy_all(cxj_engine *parts[ENGINES], cxj_engine *whole) {
    for (size_t i = 0; i < ENGINES; i++) cxj_engine_destroy(parts[i]);
    cxj_engine_destroy(whole);
}

/* "the result is what one engine would hold that had seen all touchpoints of both, also where a journey's touchpoints
 * are split between them", and in either grouping: (a + b) + c and a + (b + c) … */
START_TEST(merge_is_as_if_one_had_seen_all) {
    chance_state = seed + (uint64_t)_i;
    cxj_engine *parts[ENGINES], *whole = NULL;
    split(parts, &whole);
    if (_i % 2) {
        merge(parts[0], parts[1]);
        merge(parts[0], parts[2]);
    } else {
        merge(parts[1], parts[2]);
        merge(parts[0], parts[1]);
    }
    check_same(parts[0], whole);
    destroy_all(parts, whole);
}
END_TEST

/* … and in either direction. */
START_TEST(merge_is_commutative) {
    chance_state = seed + (uint64_t)_i;
    cxj_engine *parts[ENGINES], *whole = NULL, *first = make_with_views(), *second = make_with_views();
    split(parts, &whole);
    merge(first, parts[0]);
    merge(first, parts[1]);
    merge(second, parts[1]);
    merge(second, parts[0]);
    check_same(first, second);
    cxj_engine_destroy(first);
    cxj_engine_destroy(second);
    destroy_all(parts, whole);
}
END_TEST

/* "idempotent where all carry ids" */
START_TEST(merge_again_changes_nothing) {
    static shown before, after;
    chance_state = seed + (uint64_t)_i;
    cxj_engine *parts[ENGINES], *whole = NULL;
    split(parts, &whole);
    merge(parts[0], parts[1]);
    show_engine(&before, parts[0]);
    merge(parts[0], parts[1]);
    show_engine(&after, parts[0]);
    ck_assert_str_eq(before.text, after.text);
    destroy_all(parts, whole);
}
END_TEST

/* "source: the other, which stays as it is"; "The counts of the feed (duplicates, …) are not merged." */
START_TEST(merge_leaves_the_source_and_the_feed) {
    static shown before, after;
    chance_state = seed;
    cxj_engine *parts[ENGINES], *whole = NULL;
    split(parts, &whole);
    cxj_stats stats = stats_of(parts[0]);
    show_engine(&before, parts[1]);
    merge(parts[0], parts[1]);
    show_engine(&after, parts[1]);
    ck_assert_str_eq(before.text, after.text);
    ck_assert_uint_eq(stats_of(parts[0]).duplicates, stats.duplicates);
    ck_assert_uint_eq(stats_of(parts[0]).superseded, stats.superseded);
    ck_assert_int_eq(cxj_merge(parts[0], parts[0]), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_merge(parts[0], NULL), CXJ_BAD_ARGUMENT);
    destroy_all(parts, whole);
}
END_TEST

/* "the clock is the later of the two" */
START_TEST(merge_takes_the_later_clock) {
    cxj_engine *engine = make(), *source = make();
    merge(engine, source);
    ck_assert_int_eq(stats_of(engine).has_now, 0);
    ck_assert_int_eq(cxj_advance(source, 500), CXJ_OK);
    merge(engine, source);
    ck_assert_int_eq(stats_of(engine).now, 500);
    ck_assert_int_eq(cxj_advance(engine, 900), CXJ_OK);
    merge(engine, source);
    ck_assert_int_eq(stats_of(engine).now, 900);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

/* "All or nothing: if it fails, the engine is as before": the journey that is too long comes last. */
START_TEST(merge_beyond_the_touchpoints_of_a_journey) {
    static shown before, after;
    cxj_engine *engine = make_limited(3, 0), *source = make();
    add(engine, "touchpoints by team");
    record(engine, (cxj_touchpoint){.journey = 2, .id = 1, .at = 1});
    for (uint64_t id = 1; id <= 3; id++) {
        uint16_t team = (uint16_t)code(source, CXJ_DIMENSION_TEAM, "new");
        record(source, (cxj_touchpoint){.journey = 1, .id = id, .at = 1, .team = team});
        record(source, (cxj_touchpoint){.journey = 2, .id = id + 1, .at = 1});
    }
    show_engine(&before, engine);
    ck_assert_int_eq(cxj_merge(engine, source), CXJ_LIMIT);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "journey 2"));
    show_engine(&after, engine);
    ck_assert_str_eq(before.text, after.text);
    uint32_t found = 0;
    ck_assert_int_eq(cxj_find_code(engine, CXJ_DIMENSION_TEAM, "new", 3, &found), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_withdraw(engine, 2, 1, 9), CXJ_OK);
    ck_assert_int_eq(cxj_erase_journey(engine, 2), CXJ_OK);
    merge(engine, source);
    ck_assert_uint_eq(stats_of(engine).touchpoints, 6);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

/* Names that nobody uses do not come along, so they cannot fill a dictionary either. */
START_TEST(merge_beyond_the_codes_of_a_dictionary) {
    cxj_engine *engine = make_limited(0, 1), *source = make();
    uint32_t found = 0;
    code(engine, CXJ_DIMENSION_TEAM, "mine");
    uint16_t team = (uint16_t)code(source, CXJ_DIMENSION_TEAM, "yours");
    merge(engine, source);
    ck_assert_int_eq(cxj_find_code(engine, CXJ_DIMENSION_TEAM, "yours", CXJ_ZERO_TERMINATED, &found), CXJ_NOT_FOUND);
    record(source, (cxj_touchpoint){.journey = 1, .at = 1, .team = team});
    ck_assert_int_eq(cxj_merge(engine, source), CXJ_LIMIT);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "team"));
    ck_assert_uint_eq(stats_of(engine).held, 0);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

static void add_loops(Suite *suite, const char *name, const TTest *const *tests, size_t count, int runs) {
    TCase *cases = tcase_create(name);
    tcase_set_timeout(cases, 120);
    for (size_t i = 0; i < count; i++) tcase_add_loop_test(cases, tests[i], 0, runs);
    suite_add_tcase(suite, cases);
}

#define ADD_LOOPS(suite, name, tests, runs) add_loops(suite, name, tests, sizeof(tests) / sizeof *(tests), runs)

static void add_cases_of_recording(Suite *suite) {
    const TTest *receipts[] = {same_again_is_a_duplicate,
                               implied_facets_make_no_conflict,
                               higher_revision_holds_in_either_order,
                               without_id_nothing_is_a_duplicate,
                               same_id_in_another_journey_is_another,
                               first_field_that_differs_decides,
                               withdrawal_holds_against_a_lower_revision};
    const TTest *refusals[] = {refusal_names_the_field_and_its_value,          refused_ones_do_not_stop_the_others,
                               stop_leaves_exactly_what_stands_before,         stop_at_the_limit_of_a_journey,
                               refusals_at_the_limit_do_not_multiply_the_work, nothing_recorded_is_well,
                               receipt_of_bad_arguments_says_nothing_was_done, receipt_without_a_size_is_refused,
                               touchpoints_are_taken_from_any_address};
    const TTest *columns[] = {columns_are_the_same_as_structs, absent_columns_state_nothing, columns_of_other_sizes};
    ADD_LOOPS(suite, "receipts", receipts, 1);
    const TTest *limits[] = {limit_is_the_same_in_one_call_as_one_by_one};
    ADD_LOOPS(suite, "refusals", refusals, 1);
    ADD_LOOPS(suite, "limits", limits, 12);
    ADD_LOOPS(suite, "columns", columns, 1);
}

static void add_cases_of_taking_back(Suite *suite) {
    const TTest *withdrawal[] = {withdrawal_without_revision_is_one_more,
                                 withdrawal_must_be_higher_than_what_is_held,
                                 withdrawal_may_come_first,
                                 withdrawal_meets_the_limit_of_a_journey,
                                 withdrawn_holds_over_its_own_revision,
                                 withdrawn_without_an_id_is_not_kept,
                                 withdrawn_are_shown_by_id};
    const TTest *orders[] = {withdrawals_leave_the_same_in_any_order_and_way};
    const TTest *erasure[] = {names_go_with_their_last_touchpoint, withdrawn_journey_can_be_erased,
                              erased_journey_may_come_again, customer_is_erased_wherever_stated};
    const TTest *merges[] = {merge_is_as_if_one_had_seen_all, merge_is_commutative, merge_again_changes_nothing};
    const TTest *bounds[] = {merge_leaves_the_source_and_the_feed, merge_takes_the_later_clock,
                             merge_beyond_the_touchpoints_of_a_journey, merge_beyond_the_codes_of_a_dictionary};
    ADD_LOOPS(suite, "withdrawal", withdrawal, 1);
    ADD_LOOPS(suite, "withdrawal in any order", orders, 20);
    ADD_LOOPS(suite, "erasure", erasure, 1);
    ADD_LOOPS(suite, "merge", merges, 8);
    ADD_LOOPS(suite, "merge at its bounds", bounds, 1);
}

int main(void) {
    const char *given = getenv("CXJ_SEED");
    seed = given ? strtoull(given, NULL, 10) : 1;
    printf("record: CXJ_SEED=%" PRIu64 "\n", seed);

    Suite *suite = suite_create("record");
    add_cases_of_recording(suite);
    add_cases_of_taking_back(suite);
    return run_suite(suite);
}
