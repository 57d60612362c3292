/* move: one journey into another. "From then on everything is exactly as if they, including withdrawn ones, had always
 * belonged to the other": metrics worked out by hand before and after; an engine in which touchpoints were moved
 * against one in which they were recorded so, as text, inside and as saved bytes, in whatever state both are; and that
 * nothing shows of a move that is refused or finds no memory.
 *
 * SPDX-License-Identifier: MIT
 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------------------------------------
 * Engines
 * ------------------------------------------------------------------------------------------------------------------ */

static cxj_engine *make(void) {
    return make_named((cxj_options){0}, NULL);
}

static void move(cxj_engine *engine, uint64_t from, uint64_t to) {
    cxj_status status = cxj_journey_move(engine, from, to);
    ck_assert_msg(status == CXJ_OK, "%d: %s", (int)status, cxj_message(engine));
}

static double journeys(const cxj_view *view, const char *name) {
    return metric_of(view, CXJ_GRAIN_JOURNEYS, name);
}

/* A metric of the transitions from one owner to another; -1 where there are none. */
static double transition(const cxj_view *view, const char *from, const char *to, const char *name) {
    uint32_t metric = 0;
    cxj_value result = {0};
    cxj_text parts[2] = {{from, CXJ_ZERO_TERMINATED}, {to, CXJ_ZERO_TERMINATED}};
    ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_TRANSITIONS, name, CXJ_ZERO_TERMINATED, &metric), CXJ_OK);
    cxj_status status = cxj_view_get(view, parts, sizeof *parts, 2, &metric, 1, NULL, 0, &result, sizeof result);
    return status == CXJ_OK ? result.value : -1;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Worked out by hand
 * ------------------------------------------------------------------------------------------------------------------ */

/* SPEC 4.4, 4.6: two tickets of one customer. In the first, a hands over to b; in the second, an hour later, the
 * customer is with a again and has to say again what had been said, and c resolves it. Apart these are two journeys with
 * one handoff each. Together they are one with three, of which b to a is a bounce, and lost context. */
START_TEST(handoffs_between_tickets_become_transitions) {
    enum { A = 1, B, C };
    static const cxj_touchpoint tickets[] = {
        {.journey = 1, .id = 1, .at = START, .owner = A, .facets = CXJ_FACET_INBOUND, .customer = 7},
        {.journey = 1, .id = 2, .at = START + 2 * HOUR, .owner = B, .facets = CXJ_FACET_UPDATE},
        {.journey = 2, .id = 3, .at = START + 3 * HOUR, .owner = A, .facets = CXJ_FACET_REPEATED, .customer = 7},
        {.journey = 2, .id = 4, .at = START + 5 * HOUR, .owner = C, .facets = CXJ_FACET_RESOLVED, .outcome = 1},
    };
    cxj_engine *engine = make();
    cxj_view *all = add(engine, "journeys"), *owners = add(engine, "transitions by owner");
    cxj_view *touchpoints = add(engine, "touchpoints");
    record_all(engine, tickets, 4);
    ck_assert(journeys(all, "journeys") == 2);
    ck_assert(journeys(all, "open") == 1);
    ck_assert(journeys(all, "handoffs") == 2);
    ck_assert(journeys(all, "bounces") == 0);
    ck_assert(journeys(all, "lost_context") == 0);
    ck_assert(journeys(all, "duration_mean") == 2 * (double)HOUR);
    ck_assert(metric_of(touchpoints, CXJ_GRAIN_TOUCHPOINTS, "wait_mean") == 2 * (double)HOUR);
    ck_assert(transition(owners, "b", "a", "transitions") == -1);
    move(engine, 2, 1);
    ck_assert(journeys(all, "journeys") == 1);
    ck_assert(journeys(all, "open") == 0);
    ck_assert(journeys(all, "handoffs") == 3);
    ck_assert(journeys(all, "bounces") == 1);
    ck_assert(journeys(all, "lost_context") == 1);
    ck_assert(journeys(all, "touchpoints_per_journey") == 4);
    ck_assert(journeys(all, "duration_mean") == 5 * (double)HOUR);
    ck_assert(metric_of(touchpoints, CXJ_GRAIN_TOUCHPOINTS, "wait_mean") == 5 * (double)HOUR / 3);
    ck_assert(metric_of(touchpoints, CXJ_GRAIN_TOUCHPOINTS, "journeys") == 1);
    ck_assert(transition(owners, "b", "a", "transitions") == 1);
    ck_assert(transition(owners, "b", "a", "bounces") == 1);
    ck_assert(transition(owners, "b", "a", "lost_context") == 1);
    ck_assert(transition(owners, "b", "a", "wait_mean") == (double)HOUR);
    ck_assert(transition(owners, "a", "c", "transitions") == 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* "all or nothing … from is gone afterwards": it is not found, and a touchpoint for its number begins a new journey. */
START_TEST(the_journey_moved_is_gone) {
    for (int is_known = 0; is_known < 2; is_known++) {
        cxj_engine *engine = make();
        cxj_stats stats;
        cxj_journey state;
        record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START});
        if (is_known) record(engine, (cxj_touchpoint){.journey = 2, .id = 2, .at = START});
        move(engine, 1, 2);
        ck_assert_int_eq(cxj_journey_state(engine, 1, NULL, 0, &state, sizeof state), CXJ_NOT_FOUND);
        ck_assert_int_eq(cxj_journey_state(engine, 2, NULL, 0, &state, sizeof state), CXJ_OK);
        ck_assert_uint_eq(state.touchpoints, 1 + (unsigned)is_known);
        ck_assert_int_eq(cxj_journey_move(engine, 1, 2), CXJ_NOT_FOUND);
        ck_assert_str_eq(cxj_message(engine), "move: there is no journey 1");
        record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START + 1});
        ck_assert_int_eq(cxj_journey_state(engine, 1, NULL, 0, &state, sizeof state), CXJ_OK);
        ck_assert_uint_eq(state.touchpoints, 1);
        ck_assert_int_eq(cxj_engine_stats(engine, &stats, sizeof stats), CXJ_OK);
        ck_assert_uint_eq(stats.journeys, 2);
        ck_assert_uint_eq(stats.touchpoints, 2 + (unsigned)is_known);
        ck_assert_uint_eq(stats.duplicates + stats.conflicts + stats.superseded, 0);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* Of one journey the touchpoints of owners a, b, … without ids, all at one moment. */
static void expect_owners(const cxj_engine *engine, uint64_t journey, const char *owners) {
    cxj_touchpoint held[8];
    size_t count = 0;
    ck_assert_int_eq(cxj_journey_touchpoints(engine, journey, 8, NULL, 0, held, sizeof *held, &count), CXJ_OK);
    ck_assert_uint_eq(count, strlen(owners));
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(held[i].owner, (uint32_t)(owners[i] - 'a' + 1));
        ck_assert_uint_eq(held[i].journey, journey);
    }
}

/* SPEC 3.1: "where all three are equal by arrival": to's stand before from's, and each keep their order. */
START_TEST(touchpoints_without_ids_stand_behind_their_equals) {
    cxj_engine *engine = make();
    static const char order[] = "abcd";
    for (size_t i = 0; i < 4; i++) {
        record(engine, (cxj_touchpoint){.journey = 1 + i % 2, .at = START, .owner = (uint32_t)(order[i] - 'a' + 1)});
    }
    expect_owners(engine, 1, "ac");
    move(engine, 1, 2);
    expect_owners(engine, 2, "bdac");
    move(engine, 2, 9);
    expect_owners(engine, 9, "bdac");
    cxj_engine_destroy(engine);
}
END_TEST

/* SPEC 3.3: "A touchpoint that is withdrawn keeps its id and revision": under the other number, too, where it keeps away
 * what comes again; and a journey of which all is withdrawn counts nowhere, wherever it is. */
START_TEST(what_is_withdrawn_moves_too) {
    cxj_engine *engine = make(), *other = make();
    cxj_view *all = add(engine, "journeys");
    add(other, "journeys");
    for (uint64_t id = 1; id <= 3; id++) {
        const cxj_touchpoint t = {.journey = 1, .id = id, .at = START + (int64_t)id};
        cxj_touchpoint its = t;
        its.journey = 3;
        record(engine, t);
        record(other, its);
        ck_assert_int_eq(cxj_withdraw(engine, 1, id, 5), CXJ_OK);
        ck_assert_int_eq(cxj_withdraw(other, 3, id, 5), CXJ_OK);
    }
    move(engine, 1, 2);
    check_equal(engine, engine);
    record(engine, (cxj_touchpoint){.journey = 3, .id = 4, .at = START});
    record(other, (cxj_touchpoint){.journey = 3, .id = 4, .at = START});
    move(engine, 2, 3);
    check_alike(engine, other);
    record(engine, (cxj_touchpoint){.journey = 3, .id = 2, .revision = 4, .at = START}); /* is kept away */
    record(other, (cxj_touchpoint){.journey = 3, .id = 2, .revision = 4, .at = START});
    check_alike(engine, other);
    ck_assert(journeys(all, "touchpoints_per_journey") == 1);
    record(engine, (cxj_touchpoint){.journey = 3, .id = 2, .revision = 6, .at = START}); /* contributes again */
    ck_assert(journeys(all, "touchpoints_per_journey") == 2);
    ck_assert_int_eq(cxj_withdraw(engine, 3, 4, 0), CXJ_OK);
    ck_assert_int_eq(cxj_withdraw(engine, 3, 2, 0), CXJ_OK);
    ck_assert_uint_eq(cells_of(all), 0);
    move(engine, 3, 4);
    ck_assert_uint_eq(cells_of(all), 0);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(other);
}
END_TEST

/* "incomplete: 1 if the limit of cells was reached": also by a move, and only by one that is made. */
START_TEST(a_cell_too_many_makes_a_view_incomplete) {
    cxj_engine *engine = make_named((cxj_options){.cells_limit = 2}, NULL);
    cxj_view *owners = add(engine, "transitions by owner"), *all = add(engine, "journeys");
    cxj_view_info info;
    for (size_t i = 0; i < 4; i++) {
        record(engine, (cxj_touchpoint){
                           .journey = 1 + i / 2, .id = 1 + i, .at = START + (int64_t)i, .owner = (uint32_t)(1 + i)});
    }
    move(engine, 2, 3);
    ck_assert_int_eq(cxj_view_describe(owners, &info, sizeof info), CXJ_OK);
    ck_assert_uint_eq(info.incomplete, 0);
    move(engine, 3, 1);
    ck_assert_int_eq(cxj_view_describe(owners, &info, sizeof info), CXJ_OK);
    ck_assert_uint_eq(info.incomplete, 1);
    ck_assert_int_eq(cxj_view_describe(all, &info, sizeof info), CXJ_OK);
    ck_assert_uint_eq(info.incomplete, 0);
    ck_assert(journeys(all, "handoffs") == 3);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * What the clock brings
 * ------------------------------------------------------------------------------------------------------------------ */

/* SPEC 4.5, 6: what is overdue counts once, by the commitments of the one journey: a promise that the other ticket met
 * is none any more, and one of a place that another journey has by then comes due in that one alone. */
START_TEST(promises_come_due_where_they_are) {
    cxj_engine *engine = make();
    cxj_view *all = add(engine, "journeys");
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START, .due = START + 10 * HOUR});
    record(engine, (cxj_touchpoint){.journey = 2, .id = 2, .at = START + HOUR, .facets = CXJ_FACET_DELIVERED});
    record(engine, (cxj_touchpoint){.journey = 3, .id = 3, .at = START, .due = START + 20 * HOUR});
    record(engine, (cxj_touchpoint){.journey = 4, .id = 4, .at = START});
    advance(engine, START);
    move(engine, 3, 4);
    record(engine, (cxj_touchpoint){.journey = 5, .id = 5, .at = START, .due = START + 20 * HOUR}); /* in its place */
    move(engine, 2, 1);
    advance(engine, START + 15 * HOUR);
    ck_assert(journeys(all, "overdue") == 0);
    move(engine, 5, 6);
    advance(engine, START + 21 * HOUR);
    ck_assert(journeys(all, "overdue") == 2);
    move(engine, 6, 4); /* which promised the same: the same due said again is nothing new */
    ck_assert(journeys(all, "overdue") == 1);
    record(engine, (cxj_touchpoint){.journey = 7, .id = 7, .at = START + HOUR, .facets = CXJ_FACET_DELIVERED});
    move(engine, 7, 4);
    ck_assert(journeys(all, "overdue") == 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* SPEC 3.6: the one journey is sealed when it has rested for long enough, and has ended for long enough, whatever
 * moments there were for the two. */
START_TEST(journeys_are_sealed_by_what_they_are_now) {
    cxj_engine *engine = make_named((cxj_options){.seal_idle_after = 10 * HOUR, .seal_ended_after = HOUR}, NULL);
    cxj_stats stats;
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START});
    record(engine, (cxj_touchpoint){.journey = 2, .id = 2, .at = START + 5 * HOUR});
    record(engine, (cxj_touchpoint){.journey = 3, .id = 3, .at = START + 14 * HOUR, .outcome = 1});
    advance(engine, START + 9 * HOUR);
    move(engine, 1, 2);
    advance(engine, START + 14 * HOUR);
    ck_assert_int_eq(cxj_engine_stats(engine, &stats, sizeof stats), CXJ_OK);
    ck_assert_uint_eq(stats.sealed, 0);
    move(engine, 2, 3);
    advance(engine, START + 15 * HOUR - 1);
    ck_assert_int_eq(cxj_engine_stats(engine, &stats, sizeof stats), CXJ_OK);
    ck_assert_uint_eq(stats.sealed, 0);
    move(engine, 3, 8);
    advance(engine, START + 15 * HOUR);
    ck_assert_int_eq(cxj_engine_stats(engine, &stats, sizeof stats), CXJ_OK);
    ck_assert_uint_eq(stats.sealed, 1);
    ck_assert_int_eq(cxj_journey_move(engine, 8, 2), CXJ_SEALED);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Rules and alerts
 * ------------------------------------------------------------------------------------------------------------------ */

static uint32_t add_rule(cxj_engine *engine, const char *text) {
    uint32_t rule = 0;
    cxj_status status = cxj_rule_add(engine, text, CXJ_ZERO_TERMINATED, &rule);
    ck_assert_msg(status == CXJ_OK, "%s: %s", text, cxj_message(engine));
    return rule;
}

/* The one alert that waits. */
static void expect_alert(cxj_engine *engine, uint64_t journey, uint32_t rule, int64_t since) {
    cxj_alert alerts[4];
    size_t count = 0;
    ck_assert_int_eq(cxj_alerts(engine, alerts, sizeof *alerts, 4, &count), CXJ_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(alerts->journey, journey);
    ck_assert_uint_eq(alerts->rule, rule);
    ck_assert_int_eq(alerts->since, since);
}

static void expect_no_alert(cxj_engine *engine) {
    cxj_alert alert;
    size_t count = 9;
    ck_assert_int_eq(cxj_alerts(engine, &alert, sizeof alert, 1, &count), CXJ_OK);
    ck_assert_uint_eq(count, 0);
}

/* Two tickets with one handoff each, of owners a, b, and c, d. */
static void hand_over(cxj_engine *engine, uint64_t first, uint64_t second) {
    for (size_t i = 0; i < 4; i++) {
        cxj_touchpoint t = {.id = first * 10 + i, .at = START + HOUR * (int64_t)i, .owner = (uint32_t)(1 + i)};
        t.journey = i < 2 ? first : second;
        record(engine, t);
    }
}

/* SPEC 9: "Queued alerts of from become alerts of to"; what holds of the one journey only now is raised by the
 * move, once; what was raised of to is not raised again. */
START_TEST(moves_raise_what_begins_to_hold) {
    cxj_engine *engine = make();
    uint32_t many = add_rule(engine, "handoffs over 2"), any = add_rule(engine, "handoffs over 0");
    hand_over(engine, 1, 2);
    cxj_alert alerts[4];
    size_t count = 0;
    ck_assert_int_eq(cxj_alerts(engine, alerts, sizeof *alerts, 1, &count), CXJ_OK); /* of 1; that of 2 waits */
    ck_assert_uint_eq(alerts->journey, 1);
    move(engine, 2, 1);
    ck_assert_int_eq(cxj_alerts(engine, alerts, sizeof *alerts, 4, &count), CXJ_OK);
    ck_assert_uint_eq(count, 2);
    ck_assert_uint_eq(alerts[0].journey, 1);
    ck_assert_uint_eq(alerts[0].rule, any);
    ck_assert_uint_eq(alerts[1].journey, 1);
    ck_assert_uint_eq(alerts[1].rule, many);
    move(engine, 1, 5); /* what was raised stays raised */
    record(engine, (cxj_touchpoint){.journey = 5, .id = 99, .at = START + 9 * HOUR, .owner = 5});
    expect_no_alert(engine);
    hand_over(engine, 6, 2); /* in the place of what went nothing is known to be raised */
    ck_assert_int_eq(cxj_alerts(engine, alerts, sizeof *alerts, 4, &count), CXJ_OK);
    ck_assert_uint_eq(count, 2);
    cxj_engine_destroy(engine);
}
END_TEST

/* SPEC 9: a rule by the clock looks at the one journey when its time comes, which may be earlier than either's. */
START_TEST(moved_journeys_are_watched) {
    cxj_engine *engine = make();
    uint32_t overdue = add_rule(engine, "overdue"), gone = add_rule(engine, "waiting for 10h");
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START, .due = START + 10 * HOUR});
    record(engine,
           (cxj_touchpoint){.journey = 2, .id = 2, .at = START + HOUR, .commitment = 1, .due = START + 20 * HOUR});
    record(engine, (cxj_touchpoint){.journey = 3, .id = 3, .at = START + 2 * HOUR, .facets = CXJ_FACET_INBOUND});
    advance(engine, START + 3 * HOUR);
    move(engine, 1, 2);
    expect_no_alert(engine);
    advance(engine, START + 11 * HOUR);
    move(engine, 2, 4);
    expect_alert(engine, 4, overdue, START + 10 * HOUR);
    move(engine, 3, 4);
    expect_no_alert(engine);
    advance(engine, START + 12 * HOUR);
    expect_alert(engine, 4, gone, START + 2 * HOUR);
    advance(engine, START + 21 * HOUR);
    expect_alert(engine, 4, overdue, START + 20 * HOUR);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * What is refused
 * ------------------------------------------------------------------------------------------------------------------ */

/* A move is refused with a status and a sentence, and all is as it was; a cursor is not stale. */
static void refuse(cxj_engine *engine, uint64_t from, uint64_t to, cxj_status wanted, const char *sentence) {
    static picture before;
    cxj_cursor *cursor = NULL;
    take_picture(&before, engine);
    ck_assert_int_ge(cxj_cursor_open(view_at(engine, 0), NULL, 0, &cursor), CXJ_OK);
    ck_assert_int_eq(cxj_journey_move(engine, from, to), wanted);
    ck_assert_str_eq(cxj_message(engine), sentence);
    ck_assert_int_ne(cxj_cursor_next(cursor), CXJ_STALE);
    cxj_cursor_close(cursor);
    check_picture(&before, engine);
    free_picture(&before);
}

START_TEST(what_cannot_be_is_refused) {
    cxj_engine *engine = make_named((cxj_options){.seal_ended_after = HOUR, .touchpoints_limit = 3}, NULL);
    add_views(engine);
    ck_assert_int_eq(cxj_journey_move(NULL, 1, 2), CXJ_BAD_ARGUMENT);
    for (uint64_t id = 1; id <= 2; id++) record(engine, (cxj_touchpoint){.journey = 1, .id = id, .at = START});
    for (uint64_t id = 2; id <= 3; id++) record(engine, (cxj_touchpoint){.journey = 2, .id = id, .at = START});
    for (uint64_t id = 4; id <= 5; id++) record(engine, (cxj_touchpoint){.journey = 3, .id = id, .at = START});
    record(engine, (cxj_touchpoint){.journey = 4, .id = 1, .at = START, .outcome = 1});
    record(engine, (cxj_touchpoint){.journey = 5, .at = START});
    advance(engine, START + HOUR);
    refuse(engine, 0, 1, CXJ_BAD_ARGUMENT, "from is 0");
    refuse(engine, 1, 0, CXJ_BAD_ARGUMENT, "to is 0");
    refuse(engine, 1, 1, CXJ_BAD_ARGUMENT, "from and to are the same journey");
    refuse(engine, 77, 1, CXJ_NOT_FOUND, "move: there is no journey 77");
    refuse(engine, 77, 4, CXJ_NOT_FOUND, "move: there is no journey 77");
    refuse(engine, 4, 1, CXJ_SEALED, "move: journey 4 is sealed: its touchpoints were released");
    refuse(engine, 4, 99, CXJ_SEALED, "move: journey 4 is sealed: its touchpoints were released");
    refuse(engine, 1, 4, CXJ_SEALED, "move: journey 4 is sealed: its touchpoints were released");
    const char *same = "move: journeys 1 and 2 both have a touchpoint with id 2, and one journey has an id once";
    refuse(engine, 1, 2, CXJ_SAME_ID, same);
    ck_assert_int_eq(cxj_withdraw(engine, 2, 2, 9), CXJ_OK);
    refuse(engine, 1, 2, CXJ_SAME_ID, same);
    ck_assert_int_eq(cxj_withdraw(engine, 1, 2, 9), CXJ_OK);
    refuse(engine, 1, 2, CXJ_SAME_ID, same);
    refuse(engine, 1, 3, CXJ_LIMIT, "move: journey 3 would have more than 3 touchpoints");
    move(engine, 5, 3); /* as many as there may be */
    cxj_engine_destroy(engine);
}
END_TEST

static int64_t drop_bytes(void *context, const void *bytes, size_t length) {
    (void)context, (void)bytes;
    return (int64_t)length;
}

/* "moving … refused with CXJ_SAVING" while an incremental save is under way; after it, not. */
START_TEST(a_save_in_steps_comes_first) {
    cxj_engine *engine = make();
    cxj_saver *saver = NULL;
    add_views(engine);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START});
    record(engine, (cxj_touchpoint){.journey = 2, .id = 2, .at = START});
    ck_assert_int_eq(cxj_saver_open(engine, drop_bytes, NULL, &saver), CXJ_OK);
    ck_assert_int_eq(cxj_journey_move(engine, 1, 2), CXJ_SAVING);
    ck_assert_int_eq(cxj_journey_move(engine, 1, 9), CXJ_SAVING);
    ck_assert_str_ne(cxj_message(engine), "");
    while (cxj_saver_step(saver, 0) == CXJ_OK) continue;
    move(engine, 1, 2);
    cxj_saver_close(saver);
    cxj_engine_destroy(engine);
}
END_TEST

/* "It becomes stale with the first call that changes anything in its engine." */
START_TEST(cursors_are_stale_after_a_move) {
    for (uint64_t to = 2; to <= 3; to++) {
        cxj_engine *engine = make();
        cxj_cursor *cursor = NULL;
        add_views(engine);
        for (uint64_t i = 1; i <= 2; i++) record(engine, (cxj_touchpoint){.journey = i, .id = i, .at = START});
        ck_assert_int_eq(cxj_cursor_open(view_at(engine, 0), NULL, 0, &cursor), CXJ_OK);
        move(engine, 1, to);
        ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_STALE);
        cxj_cursor_close(cursor);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * As if they had always been the other's
 * ------------------------------------------------------------------------------------------------------------------ */

/* In what state the two engines are. */
enum {
    RENAMED = 1,     /* nobody knows the other number */
    CLOCK = 2,       /* is set */
    HOURS = 4,       /* a calendar, and views in working hours */
    SEALS = 8,       /* journeys are sealed, also later the one that was moved */
    FULL = 16,       /* views are incomplete */
    LONG = 32,       /* both are long */
    GETS_LONG = 64,  /* they are together */
    FROM_LONG = 128, /* the one that is moved is */
    IDLE_FROM = 256, /* all touchpoints of the one that is moved are withdrawn */
    RULED = 1024,    /* rules raise alerts */
    TIES = 512       /* many touchpoints without ids at few moments */
};

static const unsigned ways[] = {0,
                                RENAMED,
                                CLOCK,
                                CLOCK | RENAMED,
                                HOURS,
                                HOURS | CLOCK | GETS_LONG,
                                HOURS | RENAMED | LONG,
                                SEALS | CLOCK,
                                SEALS | CLOCK | RENAMED,
                                SEALS | CLOCK | LONG | HOURS,
                                FULL,
                                FULL | LONG | CLOCK,
                                FULL | RENAMED,
                                LONG,
                                LONG | CLOCK | TIES,
                                LONG | RENAMED,
                                GETS_LONG,
                                GETS_LONG | CLOCK | TIES,
                                FROM_LONG,
                                FROM_LONG | CLOCK,
                                IDLE_FROM,
                                IDLE_FROM | LONG,
                                TIES,
                                RULED | CLOCK,
                                RULED | CLOCK | LONG,
                                RULED | CLOCK | RENAMED,
                                RULED | CLOCK | SEALS | HOURS};
enum { WAYS = sizeof ways / sizeof *ways, MOST = 700, FROM = 3, TO = 2, ABSENT = 77 };

static const char *const calendar = "offset +01:00\noffset 2026-03-01T00:00:00Z +02:00\n"
                                    "hours mon-fri 09:00-12:30 13:30-17:00\non 2026-01-06 closed\n";

static const char *const rules[] = {"overdue",         "due within 100h", "silent for 30h",
                                    "handoffs over 2", "reopened",        "open for 40h where team in (a, b)"};
enum { RULES = sizeof rules / sizeof *rules };

/* A log, in the order in which it comes, and the numbers of the two journeys. */
struct log {
    unsigned way;
    uint64_t from, to;
    cxj_touchpoint items[MOST];
    size_t count;
};

/* A touchpoint of one of the two, or of another journey; no id is that of both. */
static cxj_touchpoint draw_one(const struct log *log, uint64_t journey) {
    cxj_touchpoint t = random_touchpoint();
    t.journey = journey;
    if (t.id != 0) t.id = 2 * t.id + (journey == log->from);
    if (log->way & TIES) {
        t.id = chance(3) == 0 ? t.id : 0;
        t.at = START + HOUR * chance(6);
    }
    if (log->way & SEALS) t.outcome = 0;
    if (log->way & IDLE_FROM && journey == log->from) {
        if (t.id == 0) t.id = 1;
        t.facets |= CXJ_FACET_WITHDRAWN;
    }
    return t;
}

/* How many touchpoints come for the journey that is moved, or the other one. */
static size_t count_for(unsigned way, bool is_from) {
    if (way & LONG || (way & FROM_LONG && is_from)) return 150;
    if (way & GETS_LONG) return 45;
    return 1 + chance(12);
}

static void draw_log(struct log *log, unsigned way) {
    size_t from = count_for(way, true), to = way & RENAMED ? 0 : count_for(way, false), others = 30;
    *log = (struct log){.way = way, .from = FROM, .to = way & RENAMED ? ABSENT : TO};
    while (from + to + others > 0) {
        uint32_t pick = chance((uint32_t)(from + to + others));
        uint64_t journey = pick < from ? log->from : pick < from + to ? log->to : 4 + chance(5);
        from -= journey == log->from;
        to -= journey == log->to;
        others -= journey > 3 && journey != ABSENT;
        log->items[log->count++] = draw_one(log, journey);
    }
}

static cxj_engine *make_for(const struct log *log, heap *memory) {
    cxj_options options = {.seal_idle_after = log->way & SEALS ? 700 * HOUR : 0,
                           .cells_limit = log->way & FULL ? 5 : 0};
    cxj_engine *engine = make_named(options, memory);
    if (log->way & HOURS) {
        ck_assert_int_eq(cxj_set_calendar(engine, calendar, CXJ_ZERO_TERMINATED), CXJ_OK);
        add(engine, "touchpoints by team in working hours");
        add(engine, "transitions by owner per week in working hours");
        add(engine, "journeys by type in working hours with drivers");
    }
    add_views(engine);
    for (size_t i = 0; i < RULES && log->way & RULED; i++) add_rule(engine, rules[i]);
    return engine;
}

/* The engine in which the two are apart. */
static cxj_engine *make_apart(const struct log *log, heap *memory) {
    cxj_engine *engine = make_for(log, memory);
    record_all(engine, log->items, log->count);
    if (log->way & CLOCK) advance(engine, START + HOUR * (log->way & SEALS ? 1000 : 900));
    return engine;
}

/* The one in which all is the other's; from's come behind, which decides of equals. */
static cxj_engine *make_together(const struct log *log) {
    cxj_engine *engine = make_for(log, NULL);
    static cxj_touchpoint items[MOST];
    size_t count = 0;
    for (int is_from = 0; is_from < 2; is_from++) {
        for (size_t i = 0; i < log->count; i++) {
            if ((log->items[i].journey == log->from) != is_from) continue;
            items[count] = log->items[i];
            if (is_from) items[count].journey = log->to;
            count++;
        }
    }
    record_all(engine, items, count);
    if (log->way & CLOCK) advance(engine, START + HOUR * (log->way & SEALS ? 1000 : 900));
    return engine;
}

static void show_both_inside(shown *to, const cxj_engine *engine) {
    to->length = 0;
    for (uint64_t number = 1; number <= 9; number++) show_inside(to, engine, number);
    show_inside(to, engine, ABSENT);
}

static bool have_same_work(const cxj_engine *engine, const cxj_engine *together, const char *rule) {
    static cxj_occasion own[400], its[400];
    size_t count = 0, others = 0;
    memset(own, 0, sizeof own);
    memset(its, 0, sizeof its);
    return cxj_worklist(engine, rule, CXJ_ZERO_TERMINATED, 400, NULL, 0, own, sizeof *own, &count) == CXJ_OK &&
           cxj_worklist(together, rule, CXJ_ZERO_TERMINATED, 400, NULL, 0, its, sizeof *its, &others) == CXJ_OK &&
           count == others && memcmp(own, its, count * sizeof *own) == 0;
}

/* Compares bytes and worklists, and with looks all that shows too, which takes longer. The agenda knows how many of its
 * deadlines hold, whatever went. */
static void compare(const cxj_engine *engine, const cxj_engine *together, bool looks) {
    static unsigned char bytes[2][1 << 18];
    size_t lengths[2] = {0, 0};
    if (looks) check_equal(engine, together);
    cxj_status status = cxj_save_bytes(engine, sizeof *bytes, NULL, 0, bytes[0], &lengths[0]);
    cxj_status its = cxj_save_bytes(together, sizeof *bytes, NULL, 0, bytes[1], &lengths[1]);
    bool are_same = status == CXJ_OK && its == CXJ_OK && lengths[0] == lengths[1];
    ck_assert_uint_eq(engine->core.agenda.known, count_dues(&engine->core));
    for (size_t i = 0; i < RULES; i++) are_same &= have_same_work(engine, together, rules[i]);
    ck_assert(are_same && memcmp(bytes[0], bytes[1], lengths[0]) == 0);
}

/* Both take the same from then on: late ones, corrections of what was moved, withdrawals, the clock. */
static void go_on(const struct log *log, cxj_engine *engine, cxj_engine *together, bool looks) {
    bool are_same = true;
    for (size_t i = 0; i < 40; i++) {
        cxj_touchpoint t = draw_one(log, chance(3) ? log->to : 4 + chance(5));
        if (t.id != 0) t.id ^= chance(2); /* also of those that came from the other */
        t.revision = 1 + i;
        cxj_status status = cxj_record(engine, &t, sizeof t, 1, 0, NULL, 0); /* it may come too late, for both */
        are_same &= cxj_record(together, &t, sizeof t, 1, 0, NULL, 0) == status;
    }
    ck_assert(are_same);
    if (log->way & CLOCK) {
        advance(engine, START + HOUR * 1200), advance(together, START + HOUR * 1200);
        compare(engine, together, looks);
        advance(engine, START + HOUR * 4000), advance(together, START + HOUR * 4000);
    }
    compare(engine, together, looks);
}

/* True if a log can be moved as it is: where journeys are sealed, a number may be gone by then. */
static bool may_move(cxj_engine *engine, const struct log *log) {
    uint64_t probes = 0;
    const struct cxj__core *core = &engine->core;
    return find_journey(engine, log->from) != NULL &&
           !cxj__store_is_sealed(&core->store, &core->seed, log->to, &probes);
}

/* "cells and saved bytes are those of an engine in which they were recorded so", in thousands of small logs. */
START_TEST(random_logs_are_as_if_recorded_so) {
    static struct log log;
    size_t moved = 0;
    for (uint64_t round = 0; round < 100 / stride + 1; round++) {
        const uint64_t its = seed + 1000 * round + 31 * (uint64_t)_i;
        begin_chance(its);
        draw_log(&log, ways[_i]);
        cxj_engine *engine = make_apart(&log, NULL), *together = make_together(&log);
        if (may_move(engine, &log)) {
            cxj_status status = cxj_journey_move(engine, log.from, log.to);
            ck_assert_msg(status == CXJ_OK, "way %d, chance %" PRIu64 ": %s", _i, its, cxj_message(engine));
            if (log.way & FULL) {
                check_cells(engine); /* which cells there are depends on which came first */
            } else {
                bool looks = round % 16 == 0;
                compare(engine, together, looks);
                go_on(&log, engine, together, looks);
            }
            moved++;
        }
        cxj_engine_destroy(engine);
        cxj_engine_destroy(together);
    }
    ck_assert_uint_gt(moved, 50 / stride);
}
END_TEST

/* Takes the alerts of both, which must be the same. */
static void check_same_alerts(cxj_engine *engine, cxj_engine *other) {
    static cxj_alert own[2000], its[2000];
    size_t count = 0, others = 0;
    ck_assert_int_eq(cxj_alerts(engine, own, sizeof *own, 2000, &count), CXJ_OK);
    ck_assert_int_eq(cxj_alerts(other, its, sizeof *its, 2000, &others), CXJ_OK);
    ck_assert_uint_eq(count, others);
    ck_assert_int_eq(memcmp(own, its, count * sizeof *own), 0);
}

/* "All or nothing": whichever allocation fails, alone or with all behind it, the same shows, outside and inside, the
 * same is saved, and a cursor is not stale; and the move that succeeds then makes the bytes of an engine in which all
 * was the other's. Memory is accounted for all the while. */
START_TEST(a_move_is_all_or_nothing_wherever_memory_ends) {
    static struct log log;
    static picture before;
    static shown inside, now;
    heap memory = {0};
    begin_chance(seed + 31 * (uint64_t)_i);
    draw_log(&log, ways[_i]);
    cxj_engine *engine = make_apart(&log, &memory), *together = make_together(&log), *other = make_apart(&log, NULL);
    if (!may_move(engine, &log)) { /* a journey that has just come can be */
        for (uint64_t id = 801; id <= 802; id++) {
            cxj_touchpoint t = {.id = id, .at = START + HOUR * 999, .owner = 2};
            t.journey = log.from = 5000;
            record(engine, t);
            record(other, t);
            t.journey = log.to = 5001;
            record(together, t);
        }
    }
    cxj_cursor *cursor = NULL;
    take_picture(&before, engine);
    show_both_inside(&inside, engine);
    ck_assert_int_ge(cxj_cursor_open(view_at(engine, 0), NULL, 0, &cursor), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_OK);
    const uint64_t aside = memory.bytes - engine->core.memory.used; /* the cursor, which is the reader's */
    const size_t waiting = cxj__alerts_waiting(&engine->core);
    cxj_status status = CXJ_NO_MEMORY;
    uint64_t n = 1, failures = 0;
    for (; status != CXJ_OK; n = next_to_fail(n)) {
        give_back_room(engine);
        if (failures % 3 == 1) { /* as a touchpoint that is taken back where there is no memory leaves it */
            cxj__journey_drop_samples(find_journey(engine, log.from), &engine->core.memory);
        }
        memory.for_good = failures % 2;
        let_fail(&memory, n);
        status = cxj_journey_move(engine, log.from, log.to);
        let_fail(&memory, 0);
        ck_assert_uint_eq(engine->core.memory.used + aside, memory.bytes);
        if (status == CXJ_OK) break;
        failures++;
        ck_assert_int_eq(status, CXJ_NO_MEMORY);
        ck_assert_str_eq(cxj_message(engine), "no memory to move a journey");
        ck_assert_uint_eq(cxj__alerts_waiting(&engine->core), waiting);
        check_picture(&before, engine);
        show_both_inside(&now, engine);
        if (!(log.way & (GETS_LONG | FROM_LONG))) check_texts(&now, &inside); /* else an index may stay, as room */
        const char *text = NULL;
        ck_assert_int_ne(cxj_cursor_part(cursor, 0, &text, NULL), CXJ_STALE);
    }
    if (!(log.way & RENAMED) && log.to != 5001) ck_assert_uint_gt(failures, 2 / stride);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_STALE);
    cxj_cursor_close(cursor);
    if (!(log.way & FULL)) check_equal(engine, together);
    check_cells(engine);
    move(other, log.from, log.to);
    check_same_alerts(engine, other);
    free_picture(&before);
    cxj_engine_destroy(other);
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory.blocks, 0);
    cxj_engine_destroy(together);
}
END_TEST

/* A number needs room of its own, where the table is as full as it may be: without it the journey keeps its own. */
START_TEST(a_number_needs_room) {
    heap memory = {0};
    cxj_engine *engine = make_named((cxj_options){0}, &memory);
    uint64_t failures = 0;
    add(engine, "touchpoints");
    for (uint64_t number = 1; number <= 600; number++) {
        record(engine, (cxj_touchpoint){.journey = number, .id = 1, .at = START});
        let_fail(&memory, 1);
        cxj_status status = cxj_journey_move(engine, number, number + 1000);
        let_fail(&memory, 0);
        ck_assert(status == CXJ_OK || status == CXJ_NO_MEMORY);
        ck_assert_int_eq(find_journey(engine, number) == NULL, status == CXJ_OK);
        ck_assert_int_eq(find_journey(engine, number + 1000) != NULL, status == CXJ_OK);
        failures += status != CXJ_OK;
    }
    ck_assert_uint_gt(failures, 0);
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory.blocks, 0);
}
END_TEST

/* Journeys that are moved to and fro leave nothing behind. */
START_TEST(moving_leaves_nothing_behind) {
    static cxj_touchpoint t[200];
    heap memory = {0};
    cxj_engine *engine = make_named((cxj_options){.seal_idle_after = 9000 * HOUR}, &memory);
    uint64_t used = 0;
    add_views(engine);
    for (int round = 0; round < 60; round++) {
        for (size_t i = 0; i < 200; i++) {
            t[i] = tardy(i);
            t[i].journey = 1 + i / 40;
            if (i % 7 == 0) t[i].facets |= CXJ_FACET_WITHDRAWN;
        }
        for (size_t i = 0; i < 200; i++) t[i].owner = t[i].team = t[i].channel = t[i].cause = 0; /* no name retires */
        record_all(engine, t, 200);
        for (uint64_t number = 2; number <= 5; number++) move(engine, number, 1);
        move(engine, 1, 100 + (uint64_t)round);
        ck_assert_int_eq(cxj_erase_journey(engine, 100 + (uint64_t)round), CXJ_OK);
        give_back_room(engine);
        if (round == 9) used = engine->core.memory.used;
        if (round > 9) ck_assert_uint_le(engine->core.memory.used, used);
        ck_assert_uint_eq(engine->core.memory.used, memory.bytes);
    }
    ck_assert_uint_eq(cells_of(view_at(engine, 0)), 0);
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory.blocks, 0);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

/* Moves a journey as often as memory ends, from each allocation on for good, until it succeeds: before that nothing has
 * changed. Says how often it failed. */
static size_t move_without_memory(cxj_engine *engine, heap *memory, uint64_t from, uint64_t to) {
    static picture before;
    size_t failures = 0;
    take_picture(&before, engine);
    for (uint64_t n = 1;; n++, failures++) {
        memory->for_good = true;
        let_fail(memory, n);
        cxj_status status = cxj_journey_move(engine, from, to);
        let_fail(memory, 0);
        if (status == CXJ_OK) break;
        ck_assert_int_eq(status, CXJ_NO_MEMORY);
        check_picture(&before, engine);
    }
    free_picture(&before);
    return failures;
}

/* What was in the index of a long journey finds its place there again, also where the index is as full as it may be
 * before it grows: 485 touchpoints and one between them, with values of its own, in seven views. */
START_TEST(a_full_index_takes_back_what_it_had) {
    static const char *const texts[] = {
        "touchpoints by owner",    "touchpoints by team",  "touchpoints by channel",    "touchpoints by stage",
        "touchpoints by activity", "touchpoints by cause", "touchpoints by owner, team"};
    heap memory = {0};
    cxj_engine *engine = make_named((cxj_options){0}, &memory);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) add(engine, texts[i]);
    cxj_touchpoint t = {.journey = 1, .owner = 1, .team = 1, .channel = 1, .stage = 1, .activity = 1, .cause = 1};
    for (uint64_t i = 0; i < 485; i++) {
        t.id = 1 + i;
        t.at = START + (int64_t)i * HOUR;
        record(engine, t);
    }
    t = (cxj_touchpoint){.journey = 1,
                         .id = 100000,
                         .at = START + 100 * HOUR,
                         .owner = 2,
                         .team = 2,
                         .channel = 2,
                         .stage = 2,
                         .activity = 2,
                         .cause = 2};
    record(engine, t);
    const struct cxj__index *index = find_journey(engine, 1)->index;
    ck_assert_uint_eq(index->used, index->capacity / 2);
    t.journey = 2, t.id = 200000, t.owner = 3;
    record(engine, t);
    ck_assert_uint_gt(move_without_memory(engine, &memory, 1, 2), 2);
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory.blocks, 0);
}
END_TEST

/* The same of a bucket in which more is counted than a narrow slot takes one by one, for a journey of 9,000 answers, each
 * a minute after a low rating, came to the view at once; another journey's only answer is one of them. */
START_TEST(a_full_bucket_takes_back_what_it_had) {
    heap memory = {0};
    cxj_engine *engine = make_named((cxj_options){0}, &memory);
    const int64_t minute = HOUR / 60;
    cxj_touchpoint low = {.id = 1, .at = START, .scale = CXJ_SCALE_CSAT5, .score = 1, .scope = CXJ_SCOPE_TOUCHPOINT};
    low.journey = 1;
    record(engine, low);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 2, .at = START + minute, .facets = CXJ_FACET_UPDATE});
    low.journey = 2;
    low.facets = CXJ_FACET_UPDATE;
    for (uint64_t i = 0; i < 9000; i++) {
        low.id = 1 + i;
        low.at = START + (int64_t)i * minute;
        record(engine, low);
    }
    record(engine, (cxj_touchpoint){.journey = 3, .id = 77, .at = START + 5});
    add(engine, "journeys");
    ck_assert_uint_gt(move_without_memory(engine, &memory, 1, 3), 2);
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory.blocks, 0);
}
END_TEST

int main(void) {
    read_surroundings("move");
    const TTest *by_hand[] = {handoffs_between_tickets_become_transitions, the_journey_moved_is_gone,
                              touchpoints_without_ids_stand_behind_their_equals, what_is_withdrawn_moves_too,
                              a_cell_too_many_makes_a_view_incomplete};
    const TTest *clock[] = {promises_come_due_where_they_are, journeys_are_sealed_by_what_they_are_now};
    const TTest *alerts[] = {moves_raise_what_begins_to_hold, moved_journeys_are_watched};
    const TTest *refused[] = {what_cannot_be_is_refused, a_save_in_steps_comes_first, cursors_are_stale_after_a_move};
    const TTest *memory[] = {a_number_needs_room, moving_leaves_nothing_behind, a_full_index_takes_back_what_it_had,
                             a_full_bucket_takes_back_what_it_had};
    Suite *suite = suite_create("move");
    ADD_CASE(suite, "by hand", by_hand);
    ADD_CASE(suite, "clock", clock);
    ADD_CASE(suite, "alerts", alerts);
    ADD_CASE(suite, "refused", refused);
    ADD_CASE(suite, "memory", memory);
    TCase *all = tcase_create("as if recorded so");
    tcase_set_timeout(all, 240);
    tcase_add_loop_test(all, random_logs_are_as_if_recorded_so, 0, WAYS);
    tcase_add_loop_test(all, a_move_is_all_or_nothing_wherever_memory_ends, 0, WAYS);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
