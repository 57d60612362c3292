/* alerts: what rules raise, and when. What src/alerts.h and the seven sentences of section 9 of src/SPEC.md say.
 *
 * The random test knows nothing of how alerts come about. It asks for the worklist of each rule after each call, works
 * out which occasions are new by a table of its own, and expects exactly those alerts, in their order.
 *
 * SPDX-License-Identifier: MIT
 */
#include "engine.h"
#include "saved.h"
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY (24 * HOUR)
#define AT(hours) (START + (int64_t)(hours) * HOUR)

static uint32_t add_rule(cxj_engine *engine, const char *text) {
    uint32_t rule = 0;
    cxj_status status = cxj_rule_add(engine, text, CXJ_ZERO_TERMINATED, &rule);
    ck_assert_msg(status == CXJ_OK, "%s: %s", text, cxj_message(engine));
    return rule;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * By hand
 * ------------------------------------------------------------------------------------------------------------------ */

/* Takes all alerts and expects so many; alerts[] are the first. */
static cxj_alert alerts[64];
static void expect_alerts(cxj_engine *engine, size_t expected) {
    size_t count = 0;
    ck_assert_int_eq(cxj_alerts(engine, alerts, sizeof *alerts, 64, &count), CXJ_OK);
    ck_assert_uint_eq(count, expected);
}

static void expect_alert(cxj_engine *engine, uint64_t journey, int64_t since, int64_t from, int64_t raised_at) {
    expect_alerts(engine, 1);
    ck_assert_uint_eq(alerts[0].journey, journey);
    ck_assert_int_eq(alerts[0].since, since);
    ck_assert_int_eq(alerts[0].from, from);
    ck_assert_int_eq(alerts[0].raised_at, raised_at);
}

/* "each journey that it changed is looked at as it then stands … Nothing in between two touchpoints of one call is seen."
 * "Those of the other rules hold as soon as they are there, whatever the clock." */
START_TEST(test_a_call_is_looked_at_when_it_ends) {
    cxj_engine *engine = make_with((cxj_options){0});
    (void)add_rule(engine, "reopened");
    (void)add_rule(engine, "faults over 1");
    const cxj_touchpoint one[] = {{.journey = 1, .id = 1, .at = AT(1), .outcome = 1},
                                  {.journey = 1, .id = 2, .at = AT(2), .facets = CXJ_FACET_FAULT},
                                  {.journey = 1, .id = 3, .at = AT(3), .outcome = 1}};
    ck_assert_int_eq(cxj_record(engine, one, sizeof *one, 3, 0, NULL, 0), CXJ_OK);
    expect_alerts(engine, 0);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 4, .at = AT(4), .facets = CXJ_FACET_FAULT});
    expect_alerts(engine, 2); /* ordered by from, then rule */
    ck_assert_uint_eq(alerts[0].rule, 1);
    ck_assert_uint_eq(alerts[1].rule, 2);
    ck_assert_int_eq(alerts[0].since, AT(4));
    ck_assert_int_eq(alerts[1].since, 0);
    ck_assert_int_eq(alerts[1].raised_at, 0); /* "0 before the first advance" */
    record(engine, (cxj_touchpoint){.journey = 1, .id = 5, .at = AT(5), .facets = CXJ_FACET_FAULT});
    expect_alerts(engine, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* The same holds for named touchpoints, however many windows they are taken in. */
START_TEST(test_named_touchpoints_are_one_call) {
    enum { MANY = 200 };
    static cxj_named_touchpoint named[MANY];
    cxj_engine *engine = make_with((cxj_options){0});
    (void)add_rule(engine, "open for 1h");
    (void)add_rule(engine, "reopened");
    advance(engine, AT(1000));
    for (int i = 0; i < MANY; i++) {
        named[i] = (cxj_named_touchpoint){.journey_number = 1, .at = AT(i + 1), .facets = CXJ_FACET_FAULT};
        named[i].outcome = i % 2 == 0 || i == MANY - 1;
    }
    ck_assert_int_eq(cxj_record_named(engine, named, sizeof *named, MANY, 0, NULL, 0), CXJ_OK);
    expect_alerts(engine, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* "occasions that hold at any moment after t₁ up to t₂ and are new are raised": also what is over at t₂. "At the first
 * advance what holds at t₂ counts as raised, and is not raised". */
START_TEST(test_the_clock_passes_all_moments) {
    cxj_engine *engine = make_with((cxj_options){0});
    (void)add_rule(engine, "due within 2h");
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(1), .due = AT(5)});
    record(engine, (cxj_touchpoint){.journey = 2, .at = AT(1), .due = AT(20)});
    advance(engine, AT(4));
    expect_alerts(engine, 0);
    advance(engine, AT(100));
    expect_alert(engine, 2, AT(20), AT(18), AT(100));
    record(engine, (cxj_touchpoint){.journey = 3, .at = AT(1), .due = AT(99)});
    expect_alerts(engine, 0); /* it was over when it was said */
    record(engine, (cxj_touchpoint){.journey = 3, .at = AT(2), .due = AT(100)});
    expect_alert(engine, 3, AT(100), AT(98), AT(100)); /* "and t ≤ until" */
    cxj_engine_destroy(engine);
}
END_TEST

/* "so a due that goes from A to B and back to A is raised three times". "New is an occasion if this rule raised none yet
 * for this journey and commitment, or the last one that it raised has another since". */
START_TEST(test_another_since_is_new) {
    cxj_engine *engine = make_with((cxj_options){0});
    (void)add_rule(engine, "overdue");
    advance(engine, AT(100));
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = AT(1), .due = AT(10)});
    expect_alert(engine, 1, AT(10), AT(10) + 1, AT(100));
    record(engine, (cxj_touchpoint){.journey = 1, .id = 2, .at = AT(2), .due = AT(20)});
    expect_alert(engine, 1, AT(20), AT(20) + 1, AT(100));
    record(engine, (cxj_touchpoint){.journey = 1, .id = 3, .at = AT(3), .due = AT(10)});
    expect_alert(engine, 1, AT(10), AT(10) + 1, AT(100));
    record(engine, (cxj_touchpoint){.journey = 1, .id = 4, .at = AT(4), .due = AT(10), .commitment = 3});
    expect_alerts(engine, 1);
    ck_assert_uint_eq(alerts[0].commitment, 3);
    /* a correction that takes it away, and brings it back with the same since, raises nothing */
    record(engine, (cxj_touchpoint){.journey = 1, .id = 5, .at = AT(5), .facets = CXJ_FACET_DELIVERED});
    ck_assert_int_eq(cxj_withdraw(engine, 1, 5, 0), CXJ_OK);
    expect_alerts(engine, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* "for dissatisfied and reopened, an earlier since (a bad rating that comes late, with an at before one that was raised,
 * is in no alert)" is not new. */
START_TEST(test_an_earlier_rating_is_not_new) {
    cxj_engine *engine = make_with((cxj_options){0});
    const cxj_touchpoint bad = {.journey = 1, .scale = CXJ_SCALE_CSAT5, .score = 1, .scope = CXJ_SCOPE_TOUCHPOINT};
    cxj_touchpoint t = bad;
    (void)add_rule(engine, "dissatisfied");
    t.at = AT(5), t.id = 1, record(engine, t);
    expect_alert(engine, 1, AT(5), AT(5), 0);
    t.at = AT(4), t.id = 2, record(engine, t);
    ck_assert_int_eq(cxj_withdraw(engine, 1, 1, 0), CXJ_OK); /* now the earlier one is the last */
    expect_alerts(engine, 0);
    t.at = AT(6), t.id = 3, record(engine, t);
    expect_alert(engine, 1, AT(6), AT(6), 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* "When a rule is added, what holds at that moment counts as raised, and is not raised". "Dropping a rule … forgets what
 * was raised; … dropping a rule also take[s its] alerts out of the queue." */
START_TEST(test_rules_come_and_go) {
    cxj_engine *engine = make_with((cxj_options){0});
    cxj_rule_info info;
    advance(engine, AT(100));
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = AT(1), .due = AT(2)});
    uint32_t overdue = add_rule(engine, "overdue"), open = add_rule(engine, "open for 1h");
    ck_assert_uint_eq(add_rule(engine, "  overdue "), overdue);
    expect_alerts(engine, 0);
    record(engine, (cxj_touchpoint){.journey = 2, .id = 1, .at = AT(1), .due = AT(2)});
    ck_assert_uint_eq(stats_of(engine).alerts, 2);
    ck_assert_int_eq(cxj_rule_drop(engine, overdue), CXJ_OK);
    ck_assert_int_eq(cxj_rule_drop(engine, overdue), CXJ_NOT_FOUND);
    expect_alerts(engine, 1);
    ck_assert_uint_eq(alerts[0].rule, open);
    ck_assert_uint_eq(add_rule(engine, "overdue"), 3); /* "never given twice" */
    record(engine, (cxj_touchpoint){.journey = 2, .id = 2, .at = AT(3)});
    expect_alerts(engine, 0); /* it held when the rule was added again */
    ck_assert_int_eq(cxj_rule_at(engine, 0, &info, sizeof info), CXJ_OK);
    ck_assert_uint_eq(info.rule, open);
    ck_assert_uint_eq(info.raised, 1);
    ck_assert_str_eq(info.text, "open for 1h");
    ck_assert_int_eq(cxj_rule_at(engine, 2, &info, sizeof info), CXJ_NOT_FOUND);
    cxj_engine_destroy(engine);
}
END_TEST

/* "erasing or sealing a journey forgets what was raised; erasing a journey … also take[s its] alerts out of the queue. A
 * sealed journey has no occasions." */
START_TEST(test_journeys_that_go) {
    cxj_engine *engine = make_with((cxj_options){.seal_idle_after = DAY});
    (void)add_rule(engine, "overdue");
    advance(engine, AT(20));
    for (uint64_t journey = 1; journey <= 3; journey++) {
        record(engine, (cxj_touchpoint){.journey = journey, .customer = 70 + journey, .at = AT(15), .due = AT(16)});
    }
    ck_assert_int_eq(cxj_erase_journey(engine, 2), CXJ_OK);
    ck_assert_int_eq(cxj_erase_customer(engine, 73, NULL), CXJ_OK);
    expect_alert(engine, 1, AT(16), AT(16) + 1, AT(20));
    ck_assert_uint_eq(alerts[0].customer, 71);
    record(engine, (cxj_touchpoint){.journey = 2, .at = AT(15), .due = AT(16)});
    expect_alert(engine, 2, AT(16), AT(16) + 1, AT(20)); /* it was forgotten */
    advance(engine, AT(15) + DAY);
    ck_assert_uint_eq(stats_of(engine).sealed, 2);
    expect_alerts(engine, 0);
    record(engine, (cxj_touchpoint){.journey = 4, .at = AT(30), .due = AT(31)});
    advance(engine, AT(15) + DAY + 1);
    expect_alerts(engine, 1);
    cxj_occasion occasion;
    size_t count = 0;
    ck_assert_int_eq(cxj_worklist(engine, "overdue", 7, 1, NULL, 0, &occasion, sizeof occasion, &count), CXJ_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(occasion.journey, 4);
    cxj_engine_destroy(engine);
}
END_TEST

/* What a sealed journey has in the queue stays; it goes when the sealed journey is erased. */
START_TEST(test_alerts_of_sealed_journeys) {
    cxj_engine *engine = make_with((cxj_options){.seal_idle_after = DAY});
    (void)add_rule(engine, "overdue");
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(15), .due = AT(16)});
    record(engine, (cxj_touchpoint){.journey = 2, .at = AT(15), .due = AT(16)});
    advance(engine, AT(15));
    advance(engine, AT(15) + DAY); /* the clock passes what begins before they are sealed */
    ck_assert_uint_eq(stats_of(engine).alerts, 2);
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_PARTIALLY_ERASED);
    expect_alert(engine, 2, AT(16), AT(16) + 1, AT(15) + DAY);
    cxj_engine_destroy(engine);
}
END_TEST

/* "The queue is bounded (an option …): the oldest are dropped and counted." */
START_TEST(test_the_queue_is_bounded) {
    cxj_engine *engine = make_with((cxj_options){.alerts_limit = 3});
    (void)add_rule(engine, "overdue");
    for (uint64_t journey = 1; journey <= 40; journey++) {
        record(engine, (cxj_touchpoint){.journey = journey, .at = AT(1), .due = AT(100 - (int)journey)});
    }
    advance(engine, AT(1));
    advance(engine, AT(200));
    ck_assert_uint_eq(stats_of(engine).alerts, 3);
    ck_assert_uint_eq(stats_of(engine).alerts_dropped, 37);
    expect_alerts(engine, 3);
    for (size_t i = 0; i < 3; i++) ck_assert_uint_eq(alerts[i].journey, 3 - i); /* the latest from */
    record(engine, (cxj_touchpoint){.journey = 41, .at = AT(1), .due = AT(3)});
    record(engine, (cxj_touchpoint){.journey = 42, .at = AT(1), .due = AT(2)});
    expect_alerts(engine, 2); /* of one call after the other */
    ck_assert_uint_eq(alerts[0].journey, 41);
    cxj_engine_destroy(engine);
}
END_TEST

/* "Rules and the queue are not saved". */
START_TEST(test_rules_are_not_saved) {
    cxj_engine *engine = make_with((cxj_options){0}), *again = NULL;
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(1), .due = AT(2)});
    advance(engine, AT(1));
    bytes without = save_of(engine);
    (void)add_rule(engine, "overdue");
    bytes with = save_of(engine);
    ck_assert_uint_eq(with.length, without.length);
    ck_assert_mem_eq(with.data, without.data, with.length);
    ck_assert_int_eq(cxj_load_bytes(NULL, with.data, with.length, NULL, 0, &again), CXJ_OK);
    ck_assert_uint_eq(stats_of(again).rules, 0);
    (void)add_rule(again, "overdue");
    advance(again, AT(3));
    expect_alert(again, 1, AT(2), AT(2) + 1, AT(3));
    free_bytes(&without);
    free_bytes(&with);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(again);
}
END_TEST

/* "Taking the calendar away is refused while a view or a rule needs it" (section 10); "so it is where a calendar is set":
 * what holds then counts as raised. */
START_TEST(test_calendars) {
    cxj_engine *engine = make_with((cxj_options){0});
    static const char rule[] = "open for 2h in working hours";
    uint32_t number = 0;
    ck_assert_int_eq(cxj_rule_add(engine, rule, CXJ_ZERO_TERMINATED, &number), CXJ_NO_CALENDAR);
    ck_assert_int_eq(cxj_set_calendar(engine, "hours mon-sun 08:00-16:00", CXJ_ZERO_TERMINATED), CXJ_OK);
    (void)add_rule(engine, rule);
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(1)});
    record(engine, (cxj_touchpoint){.journey = 2, .at = AT(11)});
    advance(engine, AT(1));
    ck_assert_int_eq(cxj_set_calendar(engine, "", 0), CXJ_NO_CALENDAR);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), rule));
    advance(engine, AT(9));
    expect_alerts(engine, 0);
    advance(engine, AT(10));
    expect_alert(engine, 1, AT(1), AT(10), AT(10));
    /* by another calendar both are late: the one has been raised, the other counts as raised */
    advance(engine, AT(12));
    ck_assert_int_eq(cxj_set_calendar(engine, "hours mon-sun 00:00-11:30", CXJ_ZERO_TERMINATED), CXJ_OK);
    record(engine, (cxj_touchpoint){.journey = 3, .at = AT(11)});
    advance(engine, AT(25));
    expect_alerts(engine, 0); /* half an hour each before midnight, one behind it */
    advance(engine, AT(26));
    expect_alerts(engine, 2);
    ck_assert_uint_eq(alerts[0].journey, 2);
    ck_assert_int_eq(alerts[0].from, AT(25) + HOUR / 2);
    ck_assert_int_eq(cxj_rule_drop(engine, 1), CXJ_OK);
    ck_assert_int_eq(cxj_set_calendar(engine, "", 0), CXJ_OK);
    cxj_engine_destroy(engine);
}
END_TEST

/* A pause in which nothing was open delays no alert in working hours, whatever other rule waits for the journey. */
START_TEST(test_a_pause_outside_of_hours) {
    for (int with_other = 0; with_other < 2; with_other++) {
        cxj_engine *engine = make_with((cxj_options){0});
        ck_assert_int_eq(cxj_set_calendar(engine, "hours mon-sun 00:00-02:00", CXJ_ZERO_TERMINATED), CXJ_OK);
        advance(engine, AT(3));
        (void)add_rule(engine, "silent for 1h in working hours");
        if (with_other) (void)add_rule(engine, "open for 4h");
        record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = AT(0), .facets = CXJ_FACET_PENDING});
        const cxj_touchpoint then[] = {{.journey = 1, .id = 1, .revision = 1, .at = AT(0)},
                                       {.journey = 1, .id = 2, .at = AT(2), .facets = CXJ_FACET_PENDING},
                                       {.journey = 1, .id = 3, .at = AT(10), .facets = CXJ_FACET_RESUMES}};
        ck_assert_int_eq(cxj_record(engine, then, sizeof *then, 3, 0, NULL, 0), CXJ_OK);
        expect_alert(engine, 1, AT(0), AT(1), AT(3));
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* An alert carries what the journey held last when it was raised; a name that is retired is none any more. */
START_TEST(test_alerts_say_what_the_journey_held) {
    cxj_engine *engine = make_with((cxj_options){0});
    (void)add_rule(engine, "handoffs over 0");
    cxj_touchpoint t = {.journey = 5, .id = 1, .customer = 9, .at = AT(1), .owner = code(engine, 1, "Ann")};
    t.team = (uint16_t)code(engine, CXJ_DIMENSION_TEAM, "billing");
    t.type = (uint16_t)code(engine, CXJ_DIMENSION_TYPE, "move");
    record(engine, t);
    uint32_t bob = code(engine, 1, "Bob");
    record(engine, (cxj_touchpoint){.journey = 5,
                                    .id = 2,
                                    .at = AT(2),
                                    .owner = bob,
                                    .channel = (uint16_t)code(engine, CXJ_DIMENSION_CHANNEL, "phone")});
    ck_assert_uint_eq(stats_of(engine).alerts, 1);
    ck_assert_int_eq(cxj_withdraw(engine, 5, 2, 0), CXJ_OK);
    record(engine, (cxj_touchpoint){.journey = 6, .id = 1, .at = AT(1), .owner = bob});
    ck_assert_int_eq(cxj_erase_journey(engine, 6), CXJ_OK); /* and with it Bob, and the phone */
    expect_alert(engine, 5, 0, AT(2), 0);
    ck_assert_uint_eq(alerts[0].customer, 9);
    ck_assert_uint_eq(alerts[0].owner, 0);
    ck_assert_uint_eq(alerts[0].channel, 0);
    ck_assert_uint_eq(alerts[0].team, t.team);
    ck_assert_uint_eq(alerts[0].type, t.type);
    cxj_engine_destroy(engine);
}
END_TEST

/* A touchpoint that only moves a deadline further leaves it where it is. */
START_TEST(test_moving_a_deadline_further_costs_nothing) {
    cxj_engine *engine = make_with((cxj_options){0});
    (void)add_rule(engine, "silent for 1d");
    advance(engine, AT(1));
    record(engine, (cxj_touchpoint){.journey = 1, .at = AT(1)});
    for (int i = 2; i < 60; i++) {
        advance(engine, AT(1 + i / 3));
        record(engine, (cxj_touchpoint){.journey = 1, .at = AT(i), .facets = CXJ_FACET_CONTACT});
    }
    expect_alerts(engine, 0);
    advance(engine, AT(59) + DAY - 1);
    expect_alerts(engine, 0);
    advance(engine, AT(59) + DAY);
    expect_alert(engine, 1, AT(59), AT(59) + DAY, AT(59) + DAY);
    cxj_engine_destroy(engine);
}
END_TEST

/* Takes all alerts, and expects one of each journey, from a moment that is the journey's. */
static void expect_one_of_each(cxj_engine *engine, uint64_t journeys, int64_t after) {
    bool seen[64] = {false};
    expect_alerts(engine, journeys);
    for (uint64_t i = 0; i < journeys; i++) {
        ck_assert_uint_le(alerts[i].journey, journeys);
        ck_assert(!seen[alerts[i].journey]);
        seen[alerts[i].journey] = true;
        ck_assert_int_eq(alerts[i].from, AT((int64_t)(alerts[i].journey * 7 % 11)) + after);
    }
}

/* "Each journey that it changed is looked at as it then stands": what it would have raised before takes no room in proportion
 * to the touchpoints of the call. */
START_TEST(test_what_is_void_takes_little_room) {
    enum { JOURNEYS = 2000, EACH = 20, MANY = JOURNEYS * EACH };
    static cxj_touchpoint t[MANY];
    uint64_t used = 0;
    for (size_t i = 0; i < MANY; i++) {
        t[i] = (cxj_touchpoint){.journey = 1 + i % JOURNEYS, .at = AT(1) + (int64_t)i, .owner = 1 + i / JOURNEYS % 2};
    }
    for (int turn = 0; turn < 2; turn++) {
        cxj_engine *engine = make_with((cxj_options){.memory_limit = turn == 0 ? 0 : used + (2 << 20)});
        cxj_stats stats;
        uint32_t code = 0;
        ck_assert_int_eq(cxj_code(engine, CXJ_DIMENSION_OWNER, "a", CXJ_ZERO_TERMINATED, &code), CXJ_OK);
        ck_assert_int_eq(cxj_code(engine, CXJ_DIMENSION_OWNER, "b", CXJ_ZERO_TERMINATED, &code), CXJ_OK);
        if (turn == 1) (void)add_rule(engine, "handoffs over 0");
        ck_assert_int_eq(cxj_record(engine, t, sizeof *t, MANY, 0, NULL, 0), CXJ_OK);
        ck_assert_int_eq(cxj_engine_stats(engine, &stats, sizeof stats), CXJ_OK);
        ck_assert_uint_eq(stats.alerts, turn == 0 ? 0 : JOURNEYS);
        used = stats.memory;
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* Memory that ends on the way loses no alert, and raises none twice: the clock brings several lots of them, each with
 * the next ones taken off the agenda already, and every allocation fails, once or from then on. What was taken off is
 * looked at again at its next moment, too. */
START_TEST(test_the_clock_brings_many_without_memory) {
    enum { MANY = 60 };
    for (int for_ever = 0; for_ever < 2; for_ever++) {
        uint64_t failed = 1;
        for (uint64_t fail = 1; failed > 0; fail++) {
            heap memory = {0};
            cxj_engine *engine = make_in(&memory);
            (void)add_rule(engine, "open for 1d");
            (void)add_rule(engine, "open for 3d");
            advance(engine, AT(11));
            for (uint64_t journey = 1; journey <= MANY; journey++) {
                record(engine, (cxj_touchpoint){.journey = journey, .at = AT((int64_t)(journey * 7 % 11))});
            }
            failed = 0;
            heap_fail(&memory, fail, for_ever);
            if (cxj_advance(engine, AT(11) + DAY) != CXJ_OK) failed++;
            heap_fail(&memory, 0, false);
            ck_assert_int_eq(cxj_advance(engine, AT(11) + DAY), CXJ_OK);
            expect_one_of_each(engine, MANY, DAY);
            advance(engine, AT(11) + 3 * DAY);
            expect_one_of_each(engine, MANY, 3 * DAY);
            cxj_engine_destroy(engine);
            ck_assert_uint_eq(memory.blocks, 0);
        }
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * By chance
 * ------------------------------------------------------------------------------------------------------------------ */

enum { JOURNEYS = 6, NAMED = 4, MOST_RULES = 64, MOST_OCCASIONS = 64, MOST_ALERTS = 1024 };

static const char *const TEXTS[] = {
    "due within 5h",
    "overdue",
    "overdue for 7h",
    "silent for 9h",
    "silent for 4h where team = n1",
    "waiting for 3h",
    "unanswered for 6h",
    "open for 20h",
    "same owner for 10h",
    "same team for 5h",
    "same stage for 8h",
    "handoffs over 1",
    "faults over 2",
    "shifts over 0",
    "dissatisfied",
    "reopened",
    "churned",
    "chases over 0 where owner in (n1, n2)",
    "repeats over 0 where exit = n1",
    "silent for 3h in working hours",
    "due within 2h in working hours where type = n1",
    "open for 8h in working hours",
    "overdue for 90m in working hours",
};
enum { TEXT_COUNT = sizeof TEXTS / sizeof *TEXTS };

/* What the test knows: which rules there are, and what each raised last. */
static struct model {
    cxj_engine *engine;
    heap memory;
    uint32_t rules[MOST_RULES]; /* [number]: place in TEXTS, plus one; 0: none */
    uint32_t last;              /* number */
    int64_t raised[MOST_RULES][JOURNEYS + 1][8];
    cxj_alert expected[MOST_ALERTS];
    size_t count;
} m;

static void learn(uint32_t rule, const cxj_occasion *occasion, bool raises) {
    int64_t *raised = &m.raised[rule][occasion->journey][occasion->commitment];
    const char *text = TEXTS[m.rules[rule] - 1];
    bool later_only = strcmp(text, "dissatisfied") == 0 || strcmp(text, "reopened") == 0;
    int64_t since = occasion->since == 0 ? 1 : occasion->since; /* 0: none was raised */
    if (*raised == since || (*raised != 0 && later_only && since < *raised)) return;
    *raised = since;
    if (!raises) return;
    ck_assert_uint_lt(m.count, MOST_ALERTS);
    m.expected[m.count++] = (cxj_alert){.journey = occasion->journey,
                                        .since = occasion->since,
                                        .from = occasion->from,
                                        .rule = rule,
                                        .commitment = occasion->commitment};
}

/* What holds now of journeys of a set, by one rule. */
static void look_at_rule(uint32_t rule, uint32_t journeys, bool raises) {
    cxj_occasion occasions[MOST_OCCASIONS];
    size_t count = 0;
    const char *text = TEXTS[m.rules[rule] - 1];
    ck_assert_int_eq(cxj_worklist(m.engine, text, CXJ_ZERO_TERMINATED, MOST_OCCASIONS, NULL, 0, occasions,
                                  sizeof *occasions, &count),
                     CXJ_OK);
    for (size_t i = 0; i < count; i++) {
        if ((journeys >> occasions[i].journey & 1) != 0) learn(rule, &occasions[i], raises);
    }
}

static void look(uint32_t journeys, bool raises) {
    for (uint32_t rule = 1; rule <= m.last; rule++) {
        if (m.rules[rule] != 0) look_at_rule(rule, journeys, raises);
    }
}
enum { ALL = (1 << (JOURNEYS + 1)) - 1 };

/* What was due within a time, and is not any more, from a moment up to another: for the others what holds in the end
 * has begun on the way. */
static void look_between(int64_t after, int64_t to) {
    for (uint32_t rule = 1; rule <= m.last; rule++) {
        const char *text = m.rules[rule] == 0 ? "" : TEXTS[m.rules[rule] - 1];
        bool in_hours = strcmp(text, "due within 2h in working hours where type = n1") == 0;
        if (!in_hours && strcmp(text, "due within 5h") != 0) continue;
        for (uint64_t journey = 1; journey <= JOURNEYS; journey++) {
            cxj_journey state;
            if (cxj_journey_state(m.engine, journey, NULL, 0, &state, sizeof state) != CXJ_OK) continue;
            for (uint32_t c = 0; c < 8 && state.outcome == 0; c++) {
                int64_t due = state.commitments[c].due;
                if (!state.commitments[c].open || due <= after || due >= to || (in_hours && state.type != 1)) continue;
                int64_t from = in_hours ? cxj__calendar_before(m.engine->core.calendar, due, 2 * HOUR) : due - 5 * HOUR;
                learn(rule, &(cxj_occasion){.journey = journey, .since = due, .from = from, .commitment = c}, true);
            }
        }
    }
}

static int compare_expected(const void *a, const void *b) {
    const cxj_alert *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    if (x->rule != y->rule) return x->rule < y->rule ? -1 : 1;
    if (x->journey != y->journey) return x->journey < y->journey ? -1 : 1;
    return (int)x->commitment - (int)y->commitment;
}

/* The alerts that wait are those expected: in their order, or, where a call had to be made again, in any. */
static void check_alerts(bool in_order, const char *call) {
    static cxj_alert found[MOST_ALERTS];
    size_t count = 0;
    ck_assert_int_eq(cxj_alerts(m.engine, found, sizeof *found, MOST_ALERTS, &count), CXJ_OK);
    qsort(m.expected, m.count, sizeof *m.expected, compare_expected);
    if (!in_order) qsort(found, count, sizeof *found, compare_expected);
    for (size_t i = 0; i < count || i < m.count; i++) {
        const cxj_alert *x = i < count ? &found[i] : NULL, *y = i < m.count ? &m.expected[i] : NULL;
        if (x != NULL && y != NULL && x->since == y->since && compare_expected(x, y) == 0) continue;
        if (x != NULL) {
            fprintf(stderr, "raised: %s, journey %u, commitment %u, since %g h, from %g h\n",
                    TEXTS[m.rules[x->rule] - 1], (unsigned)x->journey, (unsigned)x->commitment,
                    (double)(x->since - START) / HOUR, (double)(x->from - START) / HOUR);
        }
        if (y != NULL) {
            fprintf(stderr, "expected: %s, journey %u, commitment %u, since %g h, from %g h\n",
                    TEXTS[m.rules[y->rule] - 1], (unsigned)y->journey, (unsigned)y->commitment,
                    (double)(y->since - START) / HOUR, (double)(y->from - START) / HOUR);
        }
        ck_abort_msg("%s: alert %zu of %zu; %zu expected", call, i, count, m.count);
    }
    m.count = 0;
}

static cxj_touchpoint touch(int64_t hours) {
    static const uint32_t facets[] = {CXJ_FACET_INBOUND,   CXJ_FACET_CHASE,    CXJ_FACET_UPDATE,   CXJ_FACET_DELIVERED,
                                      CXJ_FACET_FAULT,     CXJ_FACET_RESOLVED, CXJ_FACET_REOPENS,  CXJ_FACET_PENDING,
                                      CXJ_FACET_CONTACT,   CXJ_FACET_RESUMES,  CXJ_FACET_REPEATED, CXJ_FACET_WITHDRAWN,
                                      CXJ_FACET_REQUESTED, CXJ_FACET_CHURNED};
    cxj_touchpoint t = {.journey = 1 + chance(JOURNEYS), .id = 1 + chance(25), .revision = chance(5)};
    t.at = AT(hours - (chance(3) ? chance(4) : chance(40))) + chance(4) * HOUR / 4;
    t.owner = chance(2) ? chance(NAMED) : 0;
    t.team = (uint16_t)(chance(3) ? 0 : chance(NAMED));
    t.stage = (uint16_t)(chance(3) ? 0 : chance(NAMED));
    t.channel = (uint16_t)(chance(3) ? 0 : chance(NAMED));
    t.type = (uint16_t)(chance(4) ? 0 : chance(NAMED));
    if (chance(2)) t.facets = facets[chance(sizeof facets / sizeof *facets - (chance(3) != 0))];
    if (chance(4) == 0) t.due = AT(hours + chance(12) - 3), t.commitment = (uint8_t)chance(3);
    if (chance(7) == 0) t.scale = CXJ_SCALE_CSAT5, t.score = (uint8_t)(1 + chance(5)), t.scope = CXJ_SCOPE_TOUCHPOINT;
    t.outcome = (uint8_t)(chance(9) == 0);
    return t;
}

/* A print of all that is kept of a journey, to see whether a call has changed it. */
static uint64_t print_of(uint64_t journey) {
    static cxj_touchpoint kept[2000];
    size_t count = 0;
    uint64_t print = 1;
    cxj_status status = cxj_journey_touchpoints(m.engine, journey, 2000, NULL, 0, kept, sizeof *kept, &count);
    if (status != CXJ_OK) return 0;
    for (size_t i = 0; i < count * sizeof *kept; i++) print = print * 31 + ((const unsigned char *)kept)[i];
    return print;
}

static uint64_t prints[JOURNEYS + 1];
static void note_prints(void) {
    for (uint64_t journey = 1; journey <= JOURNEYS; journey++) prints[journey] = print_of(journey);
}
static uint32_t changed_journeys(void) {
    uint32_t changed = 0;
    for (uint64_t journey = 1; journey <= JOURNEYS; journey++) {
        changed |= (uint32_t)(print_of(journey) != prints[journey]) << journey;
    }
    return changed;
}

/* From now on allocations fail, perhaps. */
static bool begin_to_fail(bool fails) {
    if (fails && chance(2)) heap_fail(&m.memory, 1 + chance(12), chance(2));
    return fails;
}

static void record_some(int64_t hours, bool fails) {
    enum { MOST = 40 };
    cxj_touchpoint some[MOST];
    size_t count = chance(3) ? 1 : chance(MOST), done = 0;
    for (size_t i = 0; i < count; i++) some[i] = touch(hours);
    while (done < count) {
        cxj_receipt receipt;
        note_prints();
        begin_to_fail(fails);
        cxj_status status = cxj_record(m.engine, some + done, sizeof *some, count - done, 0, &receipt, sizeof receipt);
        heap_fail(&m.memory, 0, false);
        ck_assert_msg(status == CXJ_OK || (fails && status == CXJ_NO_MEMORY), "%s", cxj_message(m.engine));
        done += (size_t)receipt.processed;
        look(changed_journeys(), true);
        check_alerts(true, "record");
        fails = fails && chance(4);
    }
}

static void withdraw_one(bool fails) {
    uint64_t journey = 1 + chance(JOURNEYS), id = 1 + chance(25);
    note_prints();
    begin_to_fail(fails);
    (void)cxj_withdraw(m.engine, journey, id, 0);
    heap_fail(&m.memory, 0, false);
    look(changed_journeys(), true);
    if (fails) record(m.engine, (cxj_touchpoint){.journey = 99, .id = 1, .at = START, .facets = CXJ_FACET_WITHDRAWN});
    check_alerts(!fails, "withdraw"); /* what had no memory was raised by the next call */
}

static void move_clock(int64_t *hours, bool fails) {
    cxj_stats before = stats_of(m.engine);
    *hours += chance(4) ? chance(3) : chance(40);
    cxj_status status = CXJ_NO_MEMORY;
    for (bool again = fails; status == CXJ_NO_MEMORY; again = again && chance(3)) {
        begin_to_fail(again);
        status = cxj_advance(m.engine, AT(*hours));
        heap_fail(&m.memory, 0, false);
        ck_assert(status == CXJ_OK || (again && status == CXJ_NO_MEMORY));
    }
    if (before.has_now && before.now == AT(*hours)) return; /* nothing lies in between */
    if (before.has_now) look_between(before.now, AT(*hours));
    look(ALL, before.has_now);
    check_alerts(!fails, "advance");
}

static void change_rules(bool fails) {
    uint32_t rule = m.last == 0 ? 0 : 1 + chance(m.last), place = chance(TEXT_COUNT), number = 0;
    if (rule != 0 && m.rules[rule] != 0 && chance(2)) {
        ck_assert_int_eq(cxj_rule_drop(m.engine, rule), CXJ_OK);
        memset(m.raised[rule], 0, sizeof m.raised[rule]);
        m.rules[rule] = 0;
        return;
    }
    for (uint32_t r = 1; r <= m.last; r++) {
        if (m.rules[r] == place + 1) return;
    }
    if (m.last + 1 == MOST_RULES) return;
    begin_to_fail(fails);
    cxj_status status = cxj_rule_add(m.engine, TEXTS[place], CXJ_ZERO_TERMINATED, &number);
    heap_fail(&m.memory, 0, false);
    if (status == CXJ_NO_MEMORY && fails) return;
    ck_assert_int_eq(status, CXJ_OK);
    ck_assert_uint_eq(number, ++m.last);
    m.rules[number] = place + 1;
    look_at_rule(number, ALL, false);
}

static void erase_one(void) {
    uint64_t journey = 1 + chance(JOURNEYS);
    if (cxj_erase_journey(m.engine, journey) != CXJ_OK) return;
    for (uint32_t rule = 1; rule <= m.last; rule++) memset(m.raised[rule][journey], 0, sizeof m.raised[rule][journey]);
}

static const char *const CALENDARS[] = {"hours mon-sun 08:00-16:00", "hours mon-fri 00:00-12:00 14:00-23:00",
                                        "offset +02:00\nhours mon-sat 06:00-09:00"};

static void set_calendar(bool fails) {
    begin_to_fail(fails);
    const char *calendar = CALENDARS[chance(3)], *before = NULL;
    char old[200] = "";
    ck_assert_int_eq(cxj_calendar(m.engine, &before, NULL), CXJ_OK);
    strcpy(old, before);
    cxj_status status = cxj_set_calendar(m.engine, calendar, CXJ_ZERO_TERMINATED);
    heap_fail(&m.memory, 0, false);
    if (status == CXJ_NO_MEMORY && fails) return;
    ck_assert_int_eq(status, CXJ_OK);
    ck_assert_int_eq(cxj_calendar(m.engine, &before, NULL), CXJ_OK);
    if (strcmp(old, before) != 0) look(ALL, false);
}

static void name_all(cxj_engine *engine) {
    for (uint32_t d = 1; d <= CXJ_DIMENSION_REASON; d++) {
        for (int i = 1; i < NAMED; i++) {
            char name[8];
            (void)snprintf(name, sizeof name, "n%d", i);
            ck_assert_uint_eq(code(engine, d, name), (uint32_t)i);
        }
    }
}

static void merge_some(int64_t *hours, bool fails) {
    cxj_engine *source = make_with((cxj_options){0});
    const char *calendar = NULL;
    name_all(source);
    ck_assert_int_eq(cxj_calendar(m.engine, &calendar, NULL), CXJ_OK);
    ck_assert_int_eq(cxj_set_calendar(source, calendar, CXJ_ZERO_TERMINATED), CXJ_OK);
    for (uint32_t i = chance(12); i > 0; i--) record(source, touch(*hours));
    if (chance(2)) {
        *hours += chance(6);
        advance(source, AT(*hours));
    }
    cxj_status status = CXJ_NO_MEMORY;
    note_prints();
    for (bool again = fails; status == CXJ_NO_MEMORY; again = again && chance(3)) {
        begin_to_fail(again);
        status = cxj_merge(m.engine, source);
        heap_fail(&m.memory, 0, false);
        ck_assert(status == CXJ_OK || (again && status == CXJ_NO_MEMORY));
    }
    look(changed_journeys(), true);
    check_alerts(true, "merge");
    cxj_engine_destroy(source);
}

static void live(bool fails) {
    int64_t hours = 40;
    memset(&m, 0, sizeof m);
    m.engine = make_in(&m.memory);
    name_all(m.engine);
    /* so that no erasure retires them */
    add(m.engine, "touchpoints where owner in (n1, n2, n3) and team in (n1, n2, n3) and stage in (n1, n2, n3)");
    add(m.engine, "touchpoints where channel in (n1, n2, n3) and type in (n1, n2, n3)");
    ck_assert_int_eq(cxj_set_calendar(m.engine, CALENDARS[0], CXJ_ZERO_TERMINATED), CXJ_OK);
    for (int step = 0; step < 120; step++) {
        switch (chance(12)) {
        case 0:
        case 1:
            change_rules(fails);
            break;
        case 2:
            withdraw_one(fails);
            break;
        case 3:
        case 4:
        case 5:
            move_clock(&hours, fails);
            break;
        case 6:
            chance(3) ? record_some(hours, fails) : erase_one();
            break;
        case 7:
            chance(3) ? record_some(hours, fails) : set_calendar(fails);
            break;
        case 8:
            chance(2) ? record_some(hours, fails) : merge_some(&hours, fails);
            break;
        default:
            record_some(hours, fails);
            break;
        }
    }
    cxj_engine_destroy(m.engine);
    ck_assert_uint_eq(m.memory.blocks, 0);
}

/* "An alert is raised by a rule that was added, once for each occasion", however it came about. */
START_TEST(test_exactly_once) {
    chance_state = seed_of_test();
    for (int life = 0; life < 200; life++) live(false);
}
END_TEST

/* Where memory ends, nothing is raised twice, and nothing is lost. */
START_TEST(test_exactly_once_without_memory) {
    chance_state = seed_of_test();
    for (int life = 0; life < 200; life++) live(true);
}
END_TEST

int main(void) {
    const TTest *const by_hand[] = {test_a_call_is_looked_at_when_it_ends,
                                    test_named_touchpoints_are_one_call,
                                    test_the_clock_passes_all_moments,
                                    test_another_since_is_new,
                                    test_an_earlier_rating_is_not_new,
                                    test_rules_come_and_go,
                                    test_journeys_that_go,
                                    test_alerts_of_sealed_journeys,
                                    test_the_queue_is_bounded,
                                    test_rules_are_not_saved,
                                    test_calendars,
                                    test_a_pause_outside_of_hours,
                                    test_alerts_say_what_the_journey_held,
                                    test_moving_a_deadline_further_costs_nothing,
                                    test_what_is_void_takes_little_room,
                                    test_the_clock_brings_many_without_memory};
    const TTest *const by_chance[] = {test_exactly_once, test_exactly_once_without_memory};
    Suite *suite = suite_create("alerts");
    ADD_CASE(suite, "by hand", by_hand);
    ADD_CASE(suite, "by chance", by_chance);
    return run_suite(suite);
}
