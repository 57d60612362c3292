/* worklist: the functions of the header about rules, alerts and worklists: what they refuse, and that nothing has changed
 * then. What rules mean test_rule.c says, and when alerts come test_alerts.c.
 *
 * SPDX-License-Identifier: MIT
 */
#include "engine.h"
#include "saved.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t rule;
static cxj_status try_rule(cxj_engine *engine, const char *text) {
    return cxj_rule_add(engine, text, CXJ_ZERO_TERMINATED, &rule);
}

START_TEST(test_bad_arguments) {
    cxj_engine *engine = make_with((cxj_options){0});
    cxj_rule_info info;
    cxj_alert alert;
    size_t count = 7;
    ck_assert_int_eq(cxj_rule_add(NULL, "overdue", 7, &rule), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_rule_add(engine, NULL, 0, &rule), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(cxj_message(engine), "text is NULL");
    ck_assert_int_eq(cxj_rule_add(engine, "overdue", 7, NULL), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(cxj_message(engine), "rule is NULL");
    ck_assert_int_eq(cxj_rule_add(engine, "overdue", (size_t)INT32_MAX + 1, &rule), CXJ_BAD_TEXT);
    ck_assert_int_eq(cxj_rule_drop(NULL, 1), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_rule_drop(engine, 0), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_rule_drop(engine, 1), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_rule_at(NULL, 0, &info, sizeof info), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_rule_at(engine, 0, NULL, sizeof info), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_rule_at(engine, 0, &info, 8), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_rule_at(engine, 0, &info, sizeof info), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_alerts(NULL, &alert, sizeof alert, 1, &count), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_alerts(engine, NULL, sizeof alert, 1, &count), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_alerts(engine, &alert, sizeof alert, 1, NULL), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_alerts(engine, &alert, sizeof alert - 1, 1, &count), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(cxj_message(engine), "alert_size is below sizeof(cxj_alert)");
    ck_assert_uint_eq(count, 7);
    ck_assert_int_eq(cxj_alerts(engine, NULL, sizeof alert, 0, &count), CXJ_OK);
    ck_assert_uint_eq(count, 0);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(test_options) {
    cxj_engine *engine = NULL;
    char sentence[320];
    cxj_options options = {.size = sizeof options, .rules_limit = 4097};
    ck_assert_int_eq(cxj_engine_create(&options, sentence, sizeof sentence, &engine), CXJ_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(sentence, "rules_limit"));
    options = (cxj_options){.size = sizeof options, .alerts_limit = 16777217};
    ck_assert_int_eq(cxj_engine_create(&options, sentence, sizeof sentence, &engine), CXJ_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(sentence, "alerts_limit"));
    options = (cxj_options){.size = sizeof options, .reserved = {1}};
    ck_assert_int_eq(cxj_engine_create(&options, sentence, sizeof sentence, &engine), CXJ_BAD_ARGUMENT);
}
END_TEST

/* "more than 256 rules (a limit by option)". */
START_TEST(test_limit_of_rules) {
    cxj_engine *few = make_with((cxj_options){.rules_limit = 2}), *many = make_with((cxj_options){0});
    char text[40];
    ck_assert_int_eq(try_rule(few, "overdue"), CXJ_OK);
    ck_assert_int_eq(try_rule(few, "churned"), CXJ_OK);
    ck_assert_int_eq(try_rule(few, "reopened"), CXJ_LIMIT);
    ck_assert_ptr_nonnull(strstr(cxj_message(few), "2 rules"));
    ck_assert_int_eq(try_rule(few, "churned"), CXJ_OK); /* which is there */
    ck_assert_uint_eq(rule, 2);
    ck_assert_int_eq(cxj_rule_drop(few, 1), CXJ_OK);
    ck_assert_int_eq(try_rule(few, "reopened"), CXJ_OK);
    ck_assert_uint_eq(rule, 3);
    for (int i = 0; i < 256; i++) {
        (void)snprintf(text, sizeof text, "faults over %d", i);
        ck_assert_int_eq(try_rule(many, text), CXJ_OK);
    }
    ck_assert_int_eq(try_rule(many, "faults over 256"), CXJ_LIMIT);
    /* and all of them look at one journey */
    cxj_touchpoint t = {.journey = 1, .at = START, .facets = CXJ_FACET_FAULT};
    for (int i = 0; i < 300; i++) record(many, t);
    ck_assert_uint_eq(stats_of(many).alerts, 256);
    cxj_engine_destroy(few);
    cxj_engine_destroy(many);
}
END_TEST

/* "A rule that needs a facet that is not recorded (Feeds) is refused with a sentence." And a facet that a rule needs
 * cannot be declared so. */
START_TEST(test_facets_that_are_not_recorded) {
    cxj_engine *engine = make_with((cxj_options){.unrecorded_facets = CXJ_FACET_DELIVERED | CXJ_FACET_CHURNED});
    cxj_engine *source = make_with((cxj_options){.unrecorded_facets = CXJ_FACET_FAULT});
    char sentence[320];
    size_t count = 0;
    ck_assert_int_eq(try_rule(engine, "overdue"), CXJ_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "delivered"));
    ck_assert_int_eq(try_rule(engine, "open for 1d where churned = yes"), CXJ_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "churned"));
    ck_assert_int_eq(cxj_worklist(engine, "due within 1h", CXJ_ZERO_TERMINATED, 0, sentence, sizeof sentence, NULL,
                                  sizeof(cxj_occasion), &count),
                     CXJ_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(sentence, "delivered"));
    ck_assert_int_eq(try_rule(engine, "faults over 1"), CXJ_OK);
    ck_assert_int_eq(try_rule(engine, "silent for 1h"), CXJ_OK);
    ck_assert_int_eq(cxj_set_unrecorded(engine, CXJ_FACET_FAULT), CXJ_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "\"faults over 1\" needs fault"));
    ck_assert_uint_eq(stats_of(engine).unrecorded_facets, CXJ_FACET_DELIVERED | CXJ_FACET_CHURNED);
    ck_assert_int_eq(cxj_merge(engine, source), CXJ_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "\"faults over 1\" needs the facet fault"));
    ck_assert_int_eq(cxj_rule_drop(engine, 1), CXJ_OK);
    ck_assert_int_eq(cxj_merge(engine, source), CXJ_OK);
    /* of contact and update one is enough */
    const uint32_t talks = CXJ_FACET_CONTACT | CXJ_FACET_INBOUND | CXJ_FACET_CHASE;
    ck_assert_int_eq(cxj_set_unrecorded(engine, talks), CXJ_OK);
    ck_assert_int_eq(cxj_set_unrecorded(engine, talks | CXJ_FACET_UPDATE | CXJ_FACET_NEXT_STEP | CXJ_FACET_EXPLAINS),
                     CXJ_BAD_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "contact or update"));
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

/* A rule that is refused leaves nothing, no name either; one that is added pins its names; a worklist adds none. */
START_TEST(test_names) {
    cxj_engine *engine = make_with((cxj_options){0});
    uint32_t found = 0;
    size_t count = 0;
    ck_assert_int_eq(try_rule(engine, "overdue where owner = Ann and team = "), CXJ_BAD_TEXT);
    ck_assert_int_eq(try_rule(engine, "overdue for 1h in working hours where owner = Ann"), CXJ_NO_CALENDAR);
    ck_assert_int_eq(cxj_worklist(engine, "overdue where owner = Ann", CXJ_ZERO_TERMINATED, 0, NULL, 0, NULL,
                                  sizeof(cxj_occasion), &count),
                     CXJ_OK);
    ck_assert_int_eq(cxj_find_code(engine, CXJ_DIMENSION_OWNER, "Ann", 3, &found), CXJ_NOT_FOUND);
    ck_assert_int_eq(try_rule(engine, "overdue where owner = Ann"), CXJ_OK);
    ck_assert_int_eq(cxj_find_code(engine, CXJ_DIMENSION_OWNER, "Ann", 3, &found), CXJ_OK);
    record(engine, (cxj_touchpoint){.journey = 1, .at = START, .owner = found});
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_OK);
    ck_assert_int_eq(cxj_find_code(engine, CXJ_DIMENSION_OWNER, "Ann", 3, &found), CXJ_OK);
    ck_assert_int_eq(cxj_rule_drop(engine, rule), CXJ_OK);
    record(engine, (cxj_touchpoint){.journey = 1, .at = START, .owner = found});
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_OK);
    ck_assert_int_eq(cxj_find_code(engine, CXJ_DIMENSION_OWNER, "Ann", 3, &found), CXJ_NOT_FOUND);
    cxj_engine_destroy(engine);
}
END_TEST

static int64_t write_all(void *context, const void *data, size_t length) {
    (void)context, (void)data;
    return (int64_t)length;
}

/* Taking alerts makes no cursor stale, and while an incremental save is under way no rule is added. */
START_TEST(test_cursors_and_savers) {
    cxj_engine *engine = make_with((cxj_options){0});
    cxj_view *view = add(engine, "touchpoints");
    cxj_cursor *cursor = NULL;
    cxj_saver *saver = NULL;
    cxj_alert alert;
    size_t count = 0;
    ck_assert_int_eq(try_rule(engine, "churned"), CXJ_OK);
    record(engine, (cxj_touchpoint){.journey = 1, .at = START, .facets = CXJ_FACET_CHURNED});
    ck_assert_int_eq(cxj_cursor_open(view, NULL, 0, &cursor), CXJ_OK);
    ck_assert_int_eq(cxj_alerts(engine, &alert, sizeof alert, 1, &count), CXJ_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_OK);
    cxj_cursor_close(cursor);
    ck_assert_int_eq(cxj_saver_open(engine, write_all, NULL, &saver), CXJ_OK);
    ck_assert_int_eq(try_rule(engine, "overdue"), CXJ_SAVING);
    ck_assert_int_eq(try_rule(engine, "churned"), CXJ_OK);
    ck_assert_int_eq(cxj_rule_drop(engine, rule), CXJ_OK);
    cxj_saver_close(saver);
    cxj_engine_destroy(engine);
}
END_TEST

/* "all occasions that hold now, ordered by (from, journey, commitment)". */
START_TEST(test_order_and_room) {
    enum { JOURNEYS = 500 };
    static cxj_occasion found[JOURNEYS * 2];
    cxj_engine *engine = make_with((cxj_options){0});
    size_t count = 0;
    chance_state = seed_of_test();
    for (uint64_t journey = 1; journey <= JOURNEYS; journey++) {
        int64_t due = START + HOUR * chance(40);
        record(engine, (cxj_touchpoint){.journey = journey, .at = START - HOUR, .due = due, .customer = journey + 7});
        record(engine, (cxj_touchpoint){.journey = journey, .at = START, .due = due, .commitment = 4});
    }
    advance(engine, START + 1000 * HOUR);
    ck_assert_int_eq(cxj_worklist(engine, "overdue", 7, JOURNEYS, NULL, 0, found, sizeof *found, &count),
                     CXJ_TOO_SMALL);
    ck_assert_uint_eq(count, 2 * JOURNEYS);
    ck_assert_int_eq(cxj_worklist(engine, "overdue", 7, count, NULL, 0, found, sizeof *found, &count), CXJ_OK);
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(found[i].customer, found[i].journey + 7);
        if (i == 0) continue;
        const cxj_occasion *a = &found[i - 1], *b = &found[i];
        ck_assert(a->from < b->from ||
                  (a->from == b->from &&
                   (a->journey < b->journey || (a->journey == b->journey && a->commitment < b->commitment))));
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* ---- journeys among others -------------------------------------------------------------------------------------- */

/* Records a journey of some kind; of kind 0 nothing is left but a withdrawal. */
static void record_kind(cxj_engine *engine, uint64_t journey, uint32_t kind) {
    uint32_t owner[2];
    ck_assert_int_eq(cxj_code(engine, CXJ_DIMENSION_OWNER, "ann", 3, &owner[0]), CXJ_OK);
    ck_assert_int_eq(cxj_code(engine, CXJ_DIMENSION_OWNER, "bob", 3, &owner[1]), CXJ_OK);
    cxj_touchpoint t = {.journey = journey, .id = 1, .at = START, .owner = owner[kind % 2], .customer = journey + 7};
    if ((kind & 2) != 0) t.due = START + HOUR;
    if ((kind & 4) != 0) t.facets = CXJ_FACET_INBOUND;
    record(engine, t);
    if (kind == 0) {
        ck_assert_int_eq(cxj_withdraw(engine, journey, 1, 0), CXJ_OK);
        return;
    }
    t = (cxj_touchpoint){.journey = journey, .id = 2, .at = START + 2 * HOUR, .owner = owner[kind / 8 % 2]};
    if ((kind & 16) != 0) t.facets = CXJ_FACET_CONTACT;
    if ((kind & 32) != 0) {
        t.scale = CXJ_SCALE_CSAT5;
        t.score = 1;
        t.scope = CXJ_SCOPE_TOUCHPOINT;
    }
    if ((kind & 64) != 0) t.outcome = CXJ_OUTCOME_COMPLETED;
    record(engine, t);
}

/* "A worklist of a rule: all occasions that hold now": each journey has the lines that it has where it is alone, whatever
 * stands before and behind it, and though others have gone. Many of one kind come one after the other. */
START_TEST(test_journeys_among_others) {
    enum { JOURNEYS = 300, KINDS = 128 };
    static const char *const texts[] = {
        "due within 4h", "overdue",           "silent for 3h",   "waiting for 3h", "unanswered for 1h",
        "open for 3h",   "same owner for 4h", "handoffs over 0", "dissatisfied",   "silent for 1h where owner = ann",
    };
    enum { TEXTS = sizeof texts / sizeof *texts };
    static cxj_occasion found[JOURNEYS], alone[KINDS][TEXTS];
    static size_t had[KINDS][TEXTS];
    static uint32_t kinds[JOURNEYS + 1];
    cxj_engine *engine = make_with((cxj_options){0});
    chance_state = seed_of_test();
    for (uint32_t kind = 0; kind < KINDS; kind++) {
        cxj_engine *single = make_with((cxj_options){0});
        record_kind(single, 1, kind);
        advance(single, START + 5 * HOUR);
        for (size_t i = 0; i < TEXTS; i++) {
            ck_assert_int_eq(cxj_worklist(single, texts[i], CXJ_ZERO_TERMINATED, 1, NULL, 0, &alone[kind][i],
                                          sizeof **alone, &had[kind][i]),
                             CXJ_OK);
        }
        cxj_engine_destroy(single);
    }
    for (uint64_t journey = 1; journey <= JOURNEYS; journey++) {
        kinds[journey] = chance(10) == 0 || journey == 1 ? (uint32_t)chance(KINDS) : kinds[journey - 1];
        record_kind(engine, journey, kinds[journey]);
    }
    for (uint64_t journey = 1; journey <= JOURNEYS; journey++) {
        if (chance(4) > 0) continue;
        ck_assert_int_eq(cxj_erase_journey(engine, journey), CXJ_OK);
        kinds[journey] = UINT32_MAX;
    }
    advance(engine, START + 5 * HOUR);
    for (size_t i = 0; i < TEXTS; i++) {
        size_t count = 0, wanted = 0;
        ck_assert_int_eq(
            cxj_worklist(engine, texts[i], CXJ_ZERO_TERMINATED, JOURNEYS, NULL, 0, found, sizeof *found, &count),
            CXJ_OK);
        for (uint64_t journey = 1; journey <= JOURNEYS; journey++) {
            if (kinds[journey] == UINT32_MAX) continue;
            wanted += had[kinds[journey]][i];
        }
        ck_assert_uint_eq(count, wanted);
        for (size_t k = 0; k < count; k++) { /* each once, for they stand in order */
            cxj_occasion line = alone[kinds[found[k].journey]][i];
            ck_assert_uint_eq(had[kinds[found[k].journey]][i], 1);
            line.journey = found[k].journey;
            line.customer = line.journey + 7;
            ck_assert_int_eq(memcmp(&line, &found[k], sizeof line), 0);
            ck_assert(k == 0 || found[k - 1].from < line.from || found[k - 1].journey < line.journey);
        }
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* ---- the order of lines ----------------------------------------------------------------------------------------- */

enum { MOST_LINES = 700 };

struct wanted {
    int64_t from;
    uint64_t journey;
};

static int compare_wanted(const void *a, const void *b) {
    const struct wanted *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    return (x->journey > y->journey) - (x->journey < y->journey);
}

/* Lists journeys that have begun at some moments, journey 1 + i % 7 * 1000 + i at first + steps[i], and holds the order
 * against that of qsort(). */
static void check_order(int64_t first, const int64_t *steps, size_t count) {
    static cxj_occasion found[MOST_LINES];
    static struct wanted wanted[MOST_LINES];
    cxj_engine *engine = make_with((cxj_options){0});
    int64_t last = first;
    size_t lines = 0;
    for (size_t i = 0; i < count; i++) {
        wanted[i] = (struct wanted){first + steps[i] + 60000, 1 + i % 7 * 1000 + i};
        if (first + steps[i] > last) last = first + steps[i];
        record(engine, (cxj_touchpoint){.journey = wanted[i].journey, .at = first + steps[i], .customer = i + 1});
    }
    advance(engine, last + 60000);
    qsort(wanted, count, sizeof *wanted, compare_wanted);
    ck_assert_int_eq(cxj_worklist(engine, "open for 1m", 11, MOST_LINES, NULL, 0, found, sizeof *found, &lines),
                     CXJ_OK);
    ck_assert_uint_eq(lines, count);
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(found[i].from, wanted[i].from);
        ck_assert_uint_eq(found[i].journey, wanted[i].journey);
        ck_assert_uint_eq(found[i].customer, (wanted[i].journey - 1) % 1000 + 1);
    }
    cxj_engine_destroy(engine);
}

/* SPEC 9: a worklist is ordered by (from, journey, commitment). So whether lines need no sorting (in order already, or
 * all from one moment), or sorting by one byte of from, or by any number of them, even or odd; before 1970, and across. */
START_TEST(test_order_by_any_bytes) {
    static const int64_t firsts[] = {1, -999, START + 1, INT64_C(-50000000000001), INT64_C(-255)};
    static const size_t counts[] = {1, 2, 3, MOST_LINES};
    static int64_t steps[MOST_LINES];
    chance_state = seed_of_test();
    for (size_t f = 0; f < sizeof firsts / sizeof *firsts; f++) {
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            for (unsigned bits = 0; bits <= 40; bits += 4) { /* of those that differ: 0 to 5 bytes, and on */
                for (size_t i = 0; i < counts[c]; i++) {
                    uint64_t random = (uint64_t)chance(1U << 31) << 31 | chance(1U << 31);
                    steps[i] =
                        (int64_t)(2 * (random >> (62 - bits))); /* firsts are odd: no moment is 0, which is none */
                }
                check_order(firsts[f], steps, counts[c]);
            }
            for (size_t i = 0; i < counts[c]; i++) steps[i] = (int64_t)i / 2 * 1000; /* in order, each moment twice */
            check_order(firsts[f], steps, counts[c]);
            for (size_t i = 0; i < counts[c]; i++) steps[i] = (int64_t)(counts[c] - i) * INT64_C(0x100000001);
            check_order(firsts[f], steps, counts[c]);
        }
    }
}
END_TEST

/* A worklist that there is no memory for says so, writes nothing in the host's room, and is given when there is. */
START_TEST(test_a_worklist_without_memory) {
    enum { JOURNEYS = 40 };
    cxj_occasion found[JOURNEYS];
    heap memory = {0};
    cxj_engine *engine = make_in(&memory);
    for (uint64_t journey = 1; journey <= JOURNEYS; journey++) {
        record(engine, (cxj_touchpoint){.journey = journey, .at = START + HOUR * (int64_t)(journey * 7 % 11)});
    }
    advance(engine, START + 100 * HOUR);
    uint64_t fail = 1;
    for (cxj_status status = CXJ_NO_MEMORY; status != CXJ_OK; fail++) {
        char sentence[320];
        size_t count = 7;
        memset(found, 0xa5, sizeof found);
        heap_fail(&memory, fail, true);
        status =
            cxj_worklist(engine, "open for 1h", 11, JOURNEYS, sentence, sizeof sentence, found, sizeof *found, &count);
        heap_fail(&memory, 0, false);
        ck_assert_uint_eq(count, status == CXJ_OK ? JOURNEYS : 7);
        if (status == CXJ_OK) break;
        ck_assert_int_eq(status, CXJ_NO_MEMORY);
        ck_assert_str_ne(sentence, "");
        for (size_t i = 0; i < sizeof found; i++) ck_assert_uint_eq(((const unsigned char *)found)[i], 0xa5);
    }
    ck_assert_uint_gt(fail, 4); /* its text, the occasions and the lines, more than once each */
    for (size_t i = 1; i < JOURNEYS; i++) ck_assert_int_le(found[i - 1].from, found[i].from);
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory.blocks, 0);
}
END_TEST

/* What an engine with rules held is given back, and a lack of memory leaves it as it was. */
START_TEST(test_without_memory) {
    static const char *const texts[] = {"overdue where owner in (Ann, Bob)", "open for 1h", "dissatisfied"};
    for (uint64_t fail = 1, failed = 1; failed; fail++) {
        heap memory = {0};
        cxj_engine *engine = make_in(&memory);
        record(engine, (cxj_touchpoint){.journey = 1, .at = START, .due = START + 1});
        advance(engine, START + 100 * HOUR);
        failed = 0;
        for (size_t i = 0; i < 3; i++) {
            cxj_stats before = stats_of(engine);
            heap_fail(&memory, fail, true);
            cxj_status status = try_rule(engine, texts[i]);
            heap_fail(&memory, 0, false);
            if (status == CXJ_OK) continue;
            failed++;
            ck_assert_int_eq(status, CXJ_NO_MEMORY);
            ck_assert_str_ne(cxj_message(engine), "");
            ck_assert_uint_eq(stats_of(engine).rules, before.rules);
            ck_assert_int_eq(try_rule(engine, texts[i]), CXJ_OK);
            ck_assert_uint_eq(rule, i + 1);
        }
        for (uint32_t i = 1; i <= 3; i++) ck_assert_int_eq(cxj_rule_drop(engine, i), CXJ_OK);
        cxj_engine_destroy(engine);
        ck_assert_uint_eq(memory.blocks, 0);
    }
}
END_TEST

int main(void) {
    const TTest *const all[] = {test_bad_arguments,
                                test_options,
                                test_limit_of_rules,
                                test_facets_that_are_not_recorded,
                                test_names,
                                test_cursors_and_savers,
                                test_order_and_room,
                                test_order_by_any_bytes,
                                test_without_memory,
                                test_a_worklist_without_memory,
                                test_journeys_among_others};
    Suite *suite = suite_create("worklist");
    ADD_CASE(suite, "all", all);
    return run_suite(suite);
}
