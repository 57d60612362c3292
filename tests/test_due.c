/* due: what the clock brings. What src/due.h and section 4 of src/SPEC.md say of commitments that come due.
 *
 * SPDX-License-Identifier: MIT
 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------------------------------------
 * What is overdue
 * ------------------------------------------------------------------------------------------------------------------ */

/* Counts what is overdue by looking at each journey's commitments: "Those of an open journey with due < now" (section
 * 4). */
static uint64_t count_overdue(const struct cxj__core *core) {
    uint64_t overdue = 0;
    for (size_t place = 0; core->now != INT64_MIN && place < core->store.places; place++) {
        const struct cxj__journey *journey = cxj__store_at(&core->store, place);
        struct cxj__fold room;
        if (journey->number == 0) continue;
        const struct cxj__fold *fold = cxj__journey_fold(journey, &room);
        for (uint32_t c = 0; c < CXJ__COMMITMENTS && fold->outcome == 0; c++) {
            overdue += (fold->promises_open >> c & 1) != 0 && fold->promises[c].due < core->now;
        }
    }
    return overdue;
}

/* The sum of what a view's cells count as overdue. */
static uint64_t overdue_in(const cxj_view *view) {
    int64_t sum = 0;
    for (size_t i = 0; i < view->cell_count; i++) sum += cxj__cell_counts(view->cells[i])[CXJ__J_OVERDUE];
    return (uint64_t)sum;
}

/* A touchpoint of a journey that promises, moves or keeps commitments, ends or is reopened. */
static cxj_touchpoint promise(int64_t hours) {
    cxj_touchpoint t = {.journey = 1 + chance(30), .id = 1 + chance(200), .at = START + HOUR * (hours - chance(50))};
    t.commitment = (uint8_t)(chance(2) ? 0 : chance(CXJ__COMMITMENTS));
    t.due = chance(3) ? START + HOUR * (hours + (int64_t)chance(60) - 10) : 0;
    t.facets = chance(4) ? 0 : CXJ_FACET_DELIVERED;
    if (chance(8) == 0) t.facets |= CXJ_FACET_REQUESTED;
    if (chance(12) == 0) t.facets |= CXJ_FACET_WITHDRAWN;
    if (chance(9) == 0) t.facets |= CXJ_FACET_REOPENS;
    t.outcome = (uint8_t)(chance(10) ? 0 : 1);
    t.channel = (uint16_t)chance(CODES);
    return t;
}

/* True if the invariant holds: each commitment that is open in a running journey and comes due at or after the clock is
 * on the agenda, unless deadlines were lost. Deadlines are looked at on a copy, by taking all. */
static void check_agenda(struct cxj__core *core) {
    static struct cxj__deadline taken[20000];
    size_t count = 0;
    const size_t before = cxj__agenda_count(&core->agenda);
    if (core->deadlines_lost) return;
    while (count < 20000 && cxj__agenda_pop(&core->agenda, INT64_MAX, &taken[count])) count++;
    for (size_t place = 0; place < core->store.places; place++) {
        const struct cxj__journey *journey = cxj__store_at(&core->store, place);
        struct cxj__dues dues;
        struct cxj__fold room;
        if (journey->number == 0) continue;
        cxj__due_of(core, cxj__journey_fold(journey, &room), &dues);
        for (uint32_t c = 0; c < CXJ__COMMITMENTS; c++) {
            bool found = (dues.open >> c & 1) == 0;
            for (size_t i = 0; i < count && !found; i++) {
                found = taken[i].place == place && taken[i].commitment == c && taken[i].due == dues.at[c];
            }
            ck_assert_msg(found, "commitment %d of journey %d is not on the agenda", (int)c, (int)journey->number);
        }
    }
    ck_assert_uint_le(count, before);
    ck_assert(cxj__due_reserve(core, count));
    for (size_t i = 0; i < count; i++) cxj__agenda_push(&core->agenda, taken[i]);
}

/* Whatever comes, late or corrected or taken back, and however the clock goes: what is overdue is what can be counted,
 * in each view; and where memory lacks now and then, so that deadlines are lost, too. As long as none was, the agenda knows
 * how many there are, by which it knows when to look for those that are none any more. */
START_TEST(overdue_is_what_can_be_counted) {
    enum { STEPS = 2500 };
    const bool lacks = _i % 2;
    heap memory = {0};
    cxj_engine *engine = make_engine(&memory, 0);
    struct cxj__core *core = &engine->core;
    const cxj_view *views[2] = {add(engine, "journeys"), add(engine, "journeys by exit, outcome")};
    size_t lost = 0;
    begin_chance(seed + (uint64_t)_i);
    for (uint16_t c = 1; c <= CODES; c++) { /* so that no name goes with an erasure */
        record(engine, (cxj_touchpoint){.journey = 999, .at = 1, .channel = c});
    }
    for (int64_t step = 0; step < STEPS; step++) {
        cxj_touchpoint t = promise(step / 8);
        t.revision = (uint64_t)step;
        if (chance(40) == 0) {
            (void)cxj_erase_journey(engine, t.journey);
        } else if (chance(20) == 0) {
            memory.refuses = lacks;
            (void)cxj_withdraw(engine, t.journey, t.id, 0);
            memory.refuses = false;
        } else {
            record(engine, t);
        }
        lost += core->deadlines_lost;
        if (step % 3 == 2) {
            memory.refuses = lacks && chance(2);
            advance(engine, START + HOUR * (step / 8) + step % 8);
            memory.refuses = false;
        }
        for (size_t v = 0; v < 2; v++) {
            if (!views[v]->incomplete) ck_assert_uint_eq(overdue_in(views[v]), count_overdue(core));
        }
        if (lost == 0) ck_assert_uint_eq(core->agenda.known, count_dues(core));
        if (step % 50 == 49) check_agenda(core);
    }
    ck_assert(lacks || lost == 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Deadlines
 * ------------------------------------------------------------------------------------------------------------------ */

static bool pop(struct cxj__core *core, struct cxj__deadline *deadline) {
    return cxj__agenda_pop(&core->agenda, INT64_MAX, deadline);
}

/* "The commitments of a journey that come due at some time": those that are open in one that runs, and still ahead. */
START_TEST(dues_are_those_that_are_still_ahead) {
    cxj_engine *engine = make_engine(NULL, 0);
    struct cxj__core *core = &engine->core;
    struct cxj__dues dues;
    struct cxj__fold room;
    for (uint8_t c = 0; c < CXJ__COMMITMENTS; c++) {
        record(engine, (cxj_touchpoint){.journey = 1, .id = 1 + c, .at = 1 + c, .due = 100 + 10 * c, .commitment = c});
    }
    record(engine, (cxj_touchpoint){.journey = 1, .id = 50, .at = 50, .facets = CXJ_FACET_DELIVERED, .commitment = 3});
    struct cxj__journey *journey = find_journey(engine, 1);
    cxj__due_of(core, cxj__journey_fold(journey, &room), &dues);
    ck_assert_uint_eq(dues.open, 0xf7);
    for (uint32_t c = 0; c < CXJ__COMMITMENTS; c++) {
        if (c != 3) ck_assert_int_eq(dues.at[c], 100 + 10 * c);
    }
    advance(engine, 120); /* one that is due now is ahead */
    cxj__due_of(core, cxj__journey_fold(journey, &room), &dues);
    ck_assert_uint_eq(dues.open, 0xf4);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 60, .at = 60, .outcome = 1});
    cxj__due_of(core, cxj__journey_fold(journey, &room), &dues);
    ck_assert_uint_eq(dues.open, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* "Notes the deadlines of a journey that it did not have before": one that was there at the same time is not noted
 * again, one that moved is. */
START_TEST(only_new_deadlines_are_noted) {
    cxj_engine *engine = make_engine(NULL, 0);
    struct cxj__core *core = &engine->core;
    struct cxj__deadline deadline;
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = 1, .due = 100});
    record(engine, (cxj_touchpoint){.journey = 1, .id = 2, .at = 2, .due = 200, .commitment = 2});
    const struct cxj__journey *journey = find_journey(engine, 1);
    ck_assert_uint_eq(cxj__agenda_count(&core->agenda), 2);
    const struct cxj__dues same = {.at = {[0] = 100, [2] = 200}, .open = 5}, none = {.open = 0},
                           moved = {.at = {[0] = 100, [2] = 201}, .open = 5}, closed = {.at = {[0] = 100}, .open = 4};
    const struct {
        const struct cxj__dues *before;
        size_t count;
    } cases[] = {{&same, 0}, {&none, 2}, {&moved, 1}, {&closed, 2}};
    while (pop(core, &deadline)) continue;
    for (size_t i = 0; i < 4; i++) {
        ck_assert(cxj__due_reserve(core, 8));
        cxj__due_push(core, journey, cases[i].before);
        ck_assert_uint_eq(cxj__agenda_count(&core->agenda), cases[i].count);
        while (pop(core, &deadline)) {
            ck_assert_int_eq(deadline.due, deadline.commitment == 0 ? 100 : 200);
            ck_assert_uint_eq(deadline.place, journey->place);
        }
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* "True if the journey at the deadline's place still has to keep it": this commitment, at this time. */
START_TEST(deadline_holds_while_its_commitment_is_open) {
    cxj_engine *engine = make_engine(NULL, 0);
    const struct cxj__core *core = &engine->core;
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = 1, .due = 100, .commitment = 3});
    struct cxj__deadline deadline = {100, find_journey(engine, 1)->place, 3};
    ck_assert(cxj__due_holds(core, &deadline));
    deadline.due = 99;
    ck_assert(!cxj__due_holds(core, &deadline));
    deadline.due = 100;
    deadline.commitment = 2;
    ck_assert(!cxj__due_holds(core, &deadline));
    deadline.commitment = 3;
    record(engine, (cxj_touchpoint){.journey = 1, .id = 2, .at = 2, .outcome = 1});
    ck_assert(!cxj__due_holds(core, &deadline));
    ck_assert_int_eq(cxj_withdraw(engine, 1, 2, 0), CXJ_OK);
    ck_assert(cxj__due_holds(core, &deadline));
    record(engine, (cxj_touchpoint){.journey = 1, .id = 3, .at = 3, .facets = CXJ_FACET_DELIVERED, .commitment = 3});
    ck_assert(!cxj__due_holds(core, &deadline));
    cxj_engine_destroy(engine);
}
END_TEST

/* "Drops the deadlines that hold no more, and leaves no trace of them." */
START_TEST(compacting_keeps_what_holds) {
    cxj_engine *engine = make_engine(NULL, 0);
    struct cxj__core *core = &engine->core;
    for (uint64_t i = 1; i <= 100; i++) {
        record(engine, (cxj_touchpoint){.journey = i, .id = 1, .at = 1, .due = (int64_t)(100 + i)});
        if (i % 3 == 0) {
            record(engine, (cxj_touchpoint){.journey = i, .id = 2, .at = 2, .facets = CXJ_FACET_DELIVERED});
        }
    }
    ck_assert_uint_ge(cxj__agenda_count(&core->agenda), 67);
    cxj__due_compact(core);
    ck_assert_uint_eq(cxj__agenda_count(&core->agenda), 67);
    struct cxj__deadline deadline;
    while (pop(core, &deadline)) ck_assert(cxj__due_holds(core, &deadline));
    cxj_engine_destroy(engine);
}
END_TEST

/* "Counts the commitments of a journey that come due from one moment up to another as overdue": from it on, and not the
 * other. */
START_TEST(passing_counts_from_one_moment_up_to_another) {
    static const struct {
        int64_t from, to;
        uint64_t overdue;
    } cases[] = {{0, 100, 0}, {0, 101, 1}, {100, 101, 1}, {101, 200, 0}, {100, 201, 2}, {201, 900, 0}, {0, 900, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cxj_engine *engine = make_engine(NULL, 0);
        const cxj_view *views[2] = {add(engine, "journeys by exit"), add(engine, "journeys per day ended")};
        add(engine, "touchpoints");
        record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = 1, .due = 100});
        record(engine, (cxj_touchpoint){.journey = 1, .id = 2, .at = 2, .due = 200, .commitment = 7});
        uint64_t version = engine->core.version;
        cxj__due_pass(&engine->core, find_journey(engine, 1), cases[i].from, cases[i].to);
        ck_assert_uint_eq(overdue_in(views[0]), cases[i].overdue);
        ck_assert_uint_eq(overdue_in(views[1]), 0); /* it does not stand there */
        ck_assert_int_eq(engine->core.version > version, cases[i].overdue > 0);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* "if not, all journeys will be looked at when the clock moves": without memory for deadlines each is counted once all
 * the same, and they are on the agenda again when there is memory. */
START_TEST(lost_deadlines_are_found_again) {
    enum { MANY = 200 };
    heap memory = {0};
    cxj_engine *engine = make_engine(&memory, 0);
    struct cxj__core *core = &engine->core;
    const cxj_view *view = add(engine, "journeys");
    struct cxj__deadline deadline;
    for (uint64_t i = 1; i <= MANY; i++) {
        record(engine, (cxj_touchpoint){.journey = i, .id = 1, .at = 1, .due = (int64_t)(100 + i)});
    }
    while (pop(core, &deadline)) continue;
    cxj__agenda_finish(&core->agenda, &core->memory);
    memory.refuses = true;
    for (uint64_t i = 1; i <= MANY; i++) cxj__due_try_to_push(core, find_journey(engine, i));
    ck_assert(core->deadlines_lost);
    cxj__due_advance(core, 151); /* still without memory: 101 to 150 are past */
    ck_assert(core->deadlines_lost);
    ck_assert_uint_eq(overdue_in(view), 50);
    cxj__due_advance(core, 152);
    ck_assert_uint_eq(overdue_in(view), 51);
    memory.refuses = false;
    cxj__due_advance(core, 153);
    ck_assert(!core->deadlines_lost);
    ck_assert_uint_eq(overdue_in(view), 52);
    ck_assert_uint_eq(cxj__agenda_count(&core->agenda), MANY - 52);
    cxj__due_advance(core, 1000);
    ck_assert_uint_eq(overdue_in(view), MANY);
    ck_assert_uint_eq(cxj__agenda_count(&core->agenda), 0);
    cxj__due_advance(core, 2000);
    ck_assert_uint_eq(overdue_in(view), MANY);
    cxj_engine_destroy(engine);
}
END_TEST

/* "before the first advance those metrics have no value": the first time counts what is past already, and changes the
 * engine though nothing is; a clock that stays counts nothing twice. */
START_TEST(first_advance_counts_what_is_past) {
    cxj_engine *engine = make_engine(NULL, 0);
    struct cxj__core *core = &engine->core;
    const cxj_view *view = add(engine, "journeys");
    uint64_t version = core->version;
    cxj__due_advance(core, INT64_C(-1000000));
    ck_assert_uint_eq(core->version, version + 1);
    cxj__due_advance(core, INT64_C(-1000000));
    ck_assert_uint_eq(core->version, version + 1);
    cxj_engine_destroy(engine);
    engine = make_engine(NULL, 0);
    core = &engine->core;
    view = add(engine, "journeys");
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = 1, .due = 5});
    ck_assert_uint_eq(overdue_in(view), 0);
    cxj__due_advance(core, 50);
    ck_assert_uint_eq(overdue_in(view), 1);
    cxj__due_advance(core, 50);
    ck_assert_uint_eq(overdue_in(view), 1);
    record(engine, (cxj_touchpoint){.journey = 2, .id = 1, .at = 1, .due = 6}); /* past when it comes */
    ck_assert_uint_eq(overdue_in(view), 2);
    cxj__due_advance(core, 60);
    ck_assert_uint_eq(overdue_in(view), 2);
    cxj_engine_destroy(engine);
}
END_TEST

/* "Those of an open journey with due < now are overdue" (section 4): not at due itself. */
START_TEST(overdue_begins_after_due) {
    cxj_engine *engine = make_engine(NULL, 0);
    const cxj_view *view = add(engine, "journeys");
    const cxj_touchpoint t = {.journey = 1, .at = 1, .due = 100};
    record(engine, t);
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
        cxj_engine *engine = make_engine(NULL, 0);
        const cxj_view *view = add(engine, "journeys");
        const cxj_touchpoint t = {.journey = 1, .at = 1, .due = 100};
        record(engine, t);
        record(engine, cases[i].then[0]);
        record(engine, cases[i].then[1]);
        ck_assert_int_eq(cxj_advance(engine, 500), CXJ_OK);
        double overdue = metric_of(view, CXJ_GRAIN_JOURNEYS, "overdue");
        ck_assert_msg(!(overdue < cases[i].overdue) && !(overdue > cases[i].overdue), "%s: %g", cases[i].what, overdue);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* A place that an erased journey has left is another's: the deadline of the first says nothing of the second. */
START_TEST(deadline_does_not_pass_to_the_next_journey_in_its_place) {
    cxj_engine *engine = make_engine(NULL, 0);
    const cxj_view *view = add(engine, "journeys");
    cxj_touchpoint t = {.journey = 1, .at = 1, .due = 100};
    record(engine, t);
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_OK);
    t = (cxj_touchpoint){.journey = 2, .at = 1, .due = 1000};
    record(engine, t);
    ck_assert_int_eq(cxj_advance(engine, 500), CXJ_OK);
    ck_assert_double_eq(metric_of(view, CXJ_GRAIN_JOURNEYS, "overdue"), 0);
    ck_assert_int_eq(cxj_advance(engine, 1001), CXJ_OK);
    ck_assert_double_eq(metric_of(view, CXJ_GRAIN_JOURNEYS, "overdue"), 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    read_surroundings("due");
    Suite *suite = suite_create("due");
    TCase *clock = tcase_create("clock");
    tcase_set_timeout(clock, 120);
    tcase_add_test(clock, overdue_begins_after_due);
    tcase_add_test(clock, stale_deadlines_count_nothing);
    tcase_add_test(clock, deadline_does_not_pass_to_the_next_journey_in_its_place);
    tcase_add_test(clock, first_advance_counts_what_is_past);
    tcase_add_test(clock, passing_counts_from_one_moment_up_to_another);
    tcase_add_loop_test(clock, overdue_is_what_can_be_counted, 0, 6);
    suite_add_tcase(suite, clock);
    TCase *deadlines = tcase_create("deadlines");
    tcase_add_test(deadlines, dues_are_those_that_are_still_ahead);
    tcase_add_test(deadlines, only_new_deadlines_are_noted);
    tcase_add_test(deadlines, deadline_holds_while_its_commitment_is_open);
    tcase_add_test(deadlines, compacting_keeps_what_holds);
    tcase_add_test(deadlines, lost_deadlines_are_found_again);
    suite_add_tcase(suite, deadlines);
    return run_suite(suite);
}
