/* merge: one engine into another. What include/cxj.h says of it (section 3.5), of what is merged field by field, and
 * what src/merge.c promises: the source is not written to, a merge leaves nothing behind but what it merged, names that
 * sealed journeys used are kept. That a merge of random logs is as if one engine had seen all, test_record.c and
 * sealing.c show; that nothing shows of one that fails, wherever memory ends, is shown here.
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
    return make_with((cxj_options){0});
}

static uint32_t code(cxj_engine *engine, uint32_t dimension, const char *name) {
    uint32_t given = 0;
    ck_assert_int_eq(cxj_code(engine, dimension, name, CXJ_ZERO_TERMINATED, &given), CXJ_OK);
    return given;
}

static void merge(cxj_engine *engine, const cxj_engine *source) {
    cxj_status status = cxj_merge(engine, source);
    ck_assert_msg(status == CXJ_OK, "%s", cxj_message(engine));
}

static cxj_touchpoint only(const cxj_engine *engine, uint64_t journey) {
    cxj_touchpoint touchpoint;
    size_t count = 0;
    ck_assert_int_eq(cxj_journey_touchpoints(engine, journey, 1, NULL, 0, &touchpoint, sizeof touchpoint, &count),
                     CXJ_OK);
    ck_assert_uint_eq(count, 1);
    return touchpoint;
}

static bool is(double value, double expected) {
    return value > expected - 1e-9 && value < expected + 1e-9;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Touchpoints and names
 * ------------------------------------------------------------------------------------------------------------------ */

/* A touchpoint with everything, whose codes are those of one name in each dimension. */
static cxj_touchpoint with_everything(cxj_engine *engine, const char *name) {
    cxj_touchpoint t = {.journey = 9,
                        .id = UINT64_MAX,
                        .revision = 77,
                        .at = START,
                        .due = START + 5,
                        .value = -12,
                        .customer = UINT64_MAX - 1,
                        .sequence = 3,
                        .scale = CXJ_SCALE_NPS,
                        .score = 10,
                        .scope = 2,
                        .commitment = 7,
                        .outcome = 2};
    t.facets = CXJ_FACET_CONTACT | CXJ_FACET_FAULT;
    t.owner = code(engine, CXJ_DIMENSION_OWNER, name);
    t.team = (uint16_t)code(engine, CXJ_DIMENSION_TEAM, name);
    t.channel = (uint16_t)code(engine, CXJ_DIMENSION_CHANNEL, name);
    t.stage = (uint16_t)code(engine, CXJ_DIMENSION_STAGE, name);
    t.activity = (uint16_t)code(engine, CXJ_DIMENSION_ACTIVITY, name);
    t.cause = (uint16_t)code(engine, CXJ_DIMENSION_CAUSE, name);
    t.type = (uint16_t)code(engine, CXJ_DIMENSION_TYPE, name);
    t.segment = (uint16_t)code(engine, CXJ_DIMENSION_SEGMENT, name);
    t.reason = (uint16_t)code(engine, CXJ_DIMENSION_REASON, name);
    return t;
}

/* Gives as many names as the dimension's number, so that codes differ from dimension to dimension. */
static void crowd(cxj_engine *engine) {
    for (uint32_t d = CXJ_DIMENSION_OWNER; d <= CXJ_DIMENSION_REASON; d++) {
        for (uint32_t i = 0; i < d; i++) {
            char name[16];
            snprintf(name, sizeof name, "x%u", (unsigned)i);
            code(engine, d, name);
        }
    }
}

/* "Names are matched by their text": each field arrives, and each code in its own dimension. */
START_TEST(every_field_comes_over) {
    cxj_engine *engine = make(), *source = make();
    crowd(engine);
    record(source, with_everything(source, "name"));
    merge(engine, source);
    cxj_touchpoint expected = with_everything(engine, "name"), got = only(engine, 9);
    ck_assert_mem_eq(&got, &expected, sizeof got);
    ck_assert_uint_eq(got.reason, CXJ_DIMENSION_REASON + 1);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

/* A name that an erasure has retired in the source has no text any more, and does not come. */
START_TEST(retired_names_do_not_come) {
    cxj_engine *engine = make(), *source = make();
    record(source, with_everything(source, "gone"));
    ck_assert_int_eq(cxj_erase_journey(source, 9), CXJ_OK);
    record(source, with_everything(source, "here"));
    merge(engine, source);
    uint32_t found = 0;
    for (uint32_t d = CXJ_DIMENSION_OWNER; d <= CXJ_DIMENSION_REASON; d++) {
        ck_assert_int_eq(cxj_find_code(engine, d, "gone", CXJ_ZERO_TERMINATED, &found), CXJ_NOT_FOUND);
        ck_assert_int_eq(cxj_find_code(engine, d, "here", CXJ_ZERO_TERMINATED, &found), CXJ_OK);
        ck_assert_uint_eq(found, 1);
    }
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

/* Of one id the higher revision holds, whichever engine has it; the loser's names are not used any more. */
START_TEST(higher_revision_holds_across_engines) {
    for (int turned = 0; turned < 2; turned++) {
        cxj_engine *engine = make(), *source = make();
        cxj_touchpoint old = with_everything(turned ? engine : source, "old");
        cxj_touchpoint newer = with_everything(turned ? source : engine, "new");
        newer.revision++;
        newer.at += 10;
        record(turned ? engine : source, old);
        record(turned ? source : engine, newer);
        merge(engine, source);
        ck_assert_uint_eq(only(engine, 9).revision, newer.revision);
        ck_assert_int_eq(only(engine, 9).at, newer.at);
        const struct cxj__names *teams = &engine->core.dictionaries[CXJ_DIMENSION_TEAM];
        ck_assert_uint_eq(cxj__names_uses(teams, code(engine, CXJ_DIMENSION_TEAM, "old")), 0);
        ck_assert_uint_eq(cxj__names_uses(teams, code(engine, CXJ_DIMENSION_TEAM, "new")), 1);
        cxj_engine_destroy(engine);
        cxj_engine_destroy(source);
    }
}
END_TEST

/* A journey of withdrawn touchpoints alone comes, too: it keeps ids and revisions against what may come. */
START_TEST(withdrawn_journeys_come_over) {
    cxj_engine *engine = make(), *source = make();
    record(source, (cxj_touchpoint){.journey = 1, .id = 1, .revision = 5, .facets = CXJ_FACET_WITHDRAWN});
    merge(engine, source);
    cxj_touchpoint late = {.journey = 1, .id = 1, .revision = 4, .at = START};
    cxj_receipt receipt;
    ck_assert_int_eq(cxj_record(engine, &late, sizeof late, 1, 0, &receipt, sizeof receipt), CXJ_OK);
    ck_assert_uint_eq(receipt.superseded, 1);
    ck_assert_uint_eq(engine->core.held, 1);
    ck_assert_uint_eq(engine->core.journeys, 0);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

/* Two halves of a journey, each too short for an index, make a long one; and two long ones a longer. */
START_TEST(halves_make_a_long_journey) {
    for (uint64_t half = 40; half <= 200; half += 80) {
        cxj_engine *engine = make(), *source = make(), *whole = make();
        cxj_view *view = add(engine, "touchpoints by channel"), *all = add(whole, "touchpoints by channel");
        uint16_t channel = (uint16_t)code(engine, CXJ_DIMENSION_CHANNEL, "c");
        ck_assert_uint_eq(code(source, CXJ_DIMENSION_CHANNEL, "c"), channel);
        ck_assert_uint_eq(code(whole, CXJ_DIMENSION_CHANNEL, "c"), channel);
        for (uint64_t id = 1; id <= 2 * half; id++) {
            cxj_touchpoint t = {.journey = 1, .id = id, .at = START + (int64_t)(id * id), .channel = channel};
            record(id % 2 ? engine : source, t);
            record(whole, t);
        }
        merge(engine, source);
        ck_assert_uint_eq(engine->core.held, 2 * half);
        ck_assert(is(value_of(view, "c", CXJ_GRAIN_TOUCHPOINTS, "journeys"), 1));
        ck_assert(is(value_of(view, "c", CXJ_GRAIN_TOUCHPOINTS, "touchpoints"), (double)(2 * half)));
        ck_assert(is(value_of(view, "c", CXJ_GRAIN_TOUCHPOINTS, "wait_mean"),
                     value_of(all, "c", CXJ_GRAIN_TOUCHPOINTS, "wait_mean")));
        cxj_engine_destroy(engine);
        cxj_engine_destroy(source);
        cxj_engine_destroy(whole);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * The handle
 * ------------------------------------------------------------------------------------------------------------------ */

/* "CXJ_BAD_ARGUMENT", and why. */
START_TEST(bad_arguments_are_refused) {
    cxj_engine *engine = make();
    ck_assert_int_eq(cxj_merge(NULL, engine), CXJ_BAD_ARGUMENT);
    ck_assert_int_eq(cxj_merge(engine, NULL), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(cxj_message(engine), "source is NULL");
    ck_assert_int_eq(cxj_merge(engine, engine), CXJ_BAD_ARGUMENT);
    ck_assert_str_eq(cxj_message(engine), "source is the engine itself");
    cxj_engine_destroy(engine);
}
END_TEST

/* A cursor sees that a merge has changed the engine; one that failed has changed nothing. */
START_TEST(cursors_are_stale_after_a_merge_alone) {
    cxj_engine *engine = make_with((cxj_options){.touchpoints_limit = 1}), *source = make();
    cxj_view *view = add(engine, "touchpoints");
    cxj_cursor *cursor = NULL;
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START});
    record(source, (cxj_touchpoint){.journey = 1, .id = 2, .at = START});
    ck_assert_int_eq(cxj_cursor_open(view, NULL, 0, &cursor), CXJ_OK);
    ck_assert_int_eq(cxj_merge(engine, source), CXJ_LIMIT);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "journey 1 "));
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_OK);
    ck_assert_int_eq(cxj_erase_journey(source, 1), CXJ_OK);
    merge(engine, source);
    ck_assert_str_eq(cxj_message(engine), "");
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_DONE);
    record(source, (cxj_touchpoint){.journey = 2, .id = 1, .at = START});
    merge(engine, source);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_STALE);
    cxj_cursor_close(cursor);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

/* "It becomes stale with the first call that changes anything in its engine" (cxj_cursor_open()): a merge that brings
 * nothing new changes nothing. */
START_TEST(cursors_outlive_a_merge_that_brings_nothing_new) {
    cxj_engine *engine = make(), *source = make();
    cxj_view *view = add(engine, "touchpoints");
    cxj_cursor *cursor = NULL;
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START});
    record(source, (cxj_touchpoint){.journey = 1, .id = 1, .at = START});
    ck_assert_int_eq(cxj_cursor_open(view, NULL, 0, &cursor), CXJ_OK);
    merge(engine, source);
    ck_assert_str_eq(cxj_message(engine), "");
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_OK);
    cxj_cursor_close(cursor);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

/* A journey that the source holds moves from one cell to another: no empty cell is left. */
START_TEST(cells_that_a_merge_empties_go) {
    cxj_engine *engine = make(), *source = make();
    cxj_view *view = add(engine, "journeys by outcome");
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START});
    record(source, (cxj_touchpoint){.journey = 1, .id = 2, .at = START + 1, .outcome = 1});
    merge(engine, source);
    ck_assert(is(value_of(view, "completed", CXJ_GRAIN_JOURNEYS, "journeys"), 1));
    cxj_view_info info;
    ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
    ck_assert_uint_eq(info.cells, 1);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

/* A promise that comes with a merge comes due by the engine's clock, at once or later. */
START_TEST(promises_that_come_over_come_due) {
    cxj_engine *engine = make(), *source = make();
    cxj_view *view = add(engine, "journeys");
    record(source, (cxj_touchpoint){.journey = 1, .id = 1, .at = START, .due = START + 10});
    record(source, (cxj_touchpoint){.journey = 1, .id = 2, .at = START, .due = START + 20, .commitment = 5});
    ck_assert_int_eq(cxj_advance(engine, START + 11), CXJ_OK);
    merge(engine, source);
    ck_assert(is(value_of(view, NULL, CXJ_GRAIN_JOURNEYS, "overdue"), 1));
    ck_assert_int_eq(cxj_advance(engine, START + 20), CXJ_OK);
    ck_assert(is(value_of(view, NULL, CXJ_GRAIN_JOURNEYS, "overdue"), 1));
    ck_assert_int_eq(cxj_advance(engine, START + 21), CXJ_OK);
    ck_assert(is(value_of(view, NULL, CXJ_GRAIN_JOURNEYS, "overdue"), 2));
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * What sealed journeys left behind
 * ------------------------------------------------------------------------------------------------------------------ */

/* An engine in which journey first is sealed and the next one is held. */
static cxj_engine *make_sealing(heap *memory, uint64_t first, const char *team) {
    cxj_engine *engine = make_with(
        (cxj_options){.allocate = memory ? allocate : NULL, .allocate_context = memory, .seal_ended_after = 10});
    uint16_t its = (uint16_t)code(engine, CXJ_DIMENSION_TEAM, team);
    add(engine, "touchpoints by team");
    add(engine, "transitions by owner");
    add(engine, "journeys by outcome");
    uint32_t a = code(engine, CXJ_DIMENSION_OWNER, "a"), b = code(engine, CXJ_DIMENSION_OWNER, "b");
    for (uint64_t i = 0; i < 2; i++) {
        cxj_touchpoint t = {.journey = first + i, .id = 1, .at = START, .team = its, .owner = a, .due = START + 5};
        record(engine, t);
        t.id = 2;
        t.owner = b;
        t.at += 2;
        t.due = 0;
        t.outcome = i == 0;
        record(engine, t);
        t.id = 3;
        t.outcome = 0;
        t.facets = CXJ_FACET_WITHDRAWN;
        record(engine, t);
    }
    ck_assert_int_eq(cxj_advance(engine, START + 12), CXJ_OK);
    ck_assert_uint_eq(engine->core.store.sealed.count, 1);
    return engine;
}

/* Uses are counted for touchpoints held, those left out that are withdrawn. A name that a sealed journey used is noted,
 * and outlives all that use it; one that none did does not. */
START_TEST(names_of_sealed_journeys_are_kept) {
    cxj_engine *engine = make_sealing(NULL, 1, "mine"), *source = make_sealing(NULL, 11, "yours");
    merge(engine, source);
    const struct cxj__names *teams = &engine->core.dictionaries[CXJ_DIMENSION_TEAM];
    const struct cxj__names *owners = &engine->core.dictionaries[CXJ_DIMENSION_OWNER];
    ck_assert_uint_eq(cxj__names_uses(teams, code(engine, CXJ_DIMENSION_TEAM, "mine")), 2);
    ck_assert_uint_eq(cxj__names_uses(teams, code(engine, CXJ_DIMENSION_TEAM, "yours")), 2);
    ck_assert_uint_eq(cxj__names_uses(owners, code(engine, CXJ_DIMENSION_OWNER, "a")), 2);
    ck_assert_uint_eq(cxj__names_uses(owners, code(engine, CXJ_DIMENSION_OWNER, "b")), 2);
    ck_assert_int_eq(cxj_erase_journey(engine, 12), CXJ_OK);
    uint32_t yours = code(engine, CXJ_DIMENSION_TEAM, "yours");
    ck_assert_uint_eq(cxj__names_uses(teams, yours), 0);
    ck_assert(cxj__names_is_of_sealed(teams, yours));
    ck_assert(cxj__names_has(teams, yours));
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

/* The counts beside the cells: touchpoints, journeys, what is held, and the latest moment of all. */
START_TEST(counts_of_sealed_journeys_are_added) {
    cxj_engine *engine = make_sealing(NULL, 1, "mine"), *source = make_sealing(NULL, 11, "yours");
    merge(engine, source);
    ck_assert_uint_eq(engine->core.touchpoints, 8);
    ck_assert_uint_eq(engine->core.journeys, 4);
    ck_assert_uint_eq(engine->core.held, 6);
    ck_assert_uint_eq(engine->core.store.sealed.count, 2);
    ck_assert_int_eq(engine->core.sealed_latest, START + 2);
    cxj_view *journeys = NULL, *touchpoints = NULL;
    ck_assert_int_eq(cxj_view_at(engine, 0, &touchpoints), CXJ_OK);
    ck_assert_int_eq(cxj_view_at(engine, 2, &journeys), CXJ_OK);
    ck_assert(is(value_of(touchpoints, "yours", CXJ_GRAIN_TOUCHPOINTS, "touchpoints"), 4));
    ck_assert(is(value_of(touchpoints, "yours", CXJ_GRAIN_TOUCHPOINTS, "journeys"), 2));
    ck_assert(is(value_of(journeys, "completed", CXJ_GRAIN_JOURNEYS, "journeys"), 2));
    ck_assert(is(value_of(journeys, "completed", CXJ_GRAIN_JOURNEYS, "broken"), 0));
    ck_assert(is(value_of(journeys, "", CXJ_GRAIN_JOURNEYS, "overdue"), 2));
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

/* "the source … stays as it is", byte for byte: a merge only reads it. */
START_TEST(source_is_not_written_to) {
    cxj_engine *engine = make_sealing(NULL, 1, "mine"), *source = make_sealing(NULL, 11, "yours");
    static cxj_engine before;
    memcpy(&before, source, sizeof before);
    merge(engine, source);
    ck_assert_mem_eq(&before, source, sizeof before);
    ck_assert_int_eq(cxj_merge(engine, source), CXJ_SEALED);
    ck_assert_mem_eq(&before, source, sizeof before);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

/* What a merge takes for itself it gives back, whether it succeeds or not, and the engine knows what it holds. */
START_TEST(nothing_is_left_behind) {
    heap memory = {0};
    cxj_engine *engine = make_sealing(&memory, 1, "mine"), *source = make_sealing(NULL, 11, "yours");
    merge(engine, source);
    ck_assert_uint_eq(engine->core.memory.used, memory.bytes);
    ck_assert_int_eq(cxj_merge(engine, source), CXJ_SEALED); /* and with it what the merge before kept goes */
    uint64_t blocks = memory.blocks, bytes = memory.bytes;
    for (int i = 0; i < 3; i++) ck_assert_int_eq(cxj_merge(engine, source), CXJ_SEALED);
    ck_assert_uint_eq(memory.blocks, blocks);
    ck_assert_uint_eq(memory.bytes, bytes);
    cxj_engine *other = make_sealing(NULL, 21, "hers");
    cxj_view *view = add(engine, "journeys"); /* which the other lacks: found out when much is reserved already */
    ck_assert_int_eq(cxj_merge(engine, other), CXJ_SEALED);
    ck_assert_ptr_nonnull(strstr(cxj_message(engine), "\"journeys\""));
    ck_assert_uint_eq(engine->core.memory.used, memory.bytes);
    ck_assert_int_eq(cxj_view_drop(engine, view), CXJ_OK);
    merge(engine, other);
    ck_assert_uint_eq(engine->core.memory.used, memory.bytes);
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory.blocks, 0);
    ck_assert_uint_eq(memory.bytes, 0);
    cxj_engine_destroy(source);
    cxj_engine_destroy(other);
}
END_TEST

/* A source that merged sealed journeys passes them on, as if it had sealed them itself. */
START_TEST(sealed_journeys_are_passed_on) {
    cxj_engine *first = make_sealing(NULL, 1, "mine"), *second = make_sealing(NULL, 11, "yours"), *third = make();
    add(third, "touchpoints by team");
    merge(second, first);
    merge(third, second);
    ck_assert_uint_eq(third->core.store.sealed.count, 2);
    ck_assert_uint_eq(third->core.touchpoints, 8);
    cxj_view *view = NULL;
    ck_assert_int_eq(cxj_view_at(third, 0, &view), CXJ_OK);
    ck_assert(is(value_of(view, "mine", CXJ_GRAIN_TOUCHPOINTS, "touchpoints"), 4));
    ck_assert(is(value_of(view, "yours", CXJ_GRAIN_TOUCHPOINTS, "touchpoints"), 4));
    ck_assert_int_eq(cxj_merge(third, first), CXJ_SEALED);
    cxj_engine_destroy(first);
    cxj_engine_destroy(second);
    cxj_engine_destroy(third);
}
END_TEST

/* A journey that is sealed in one is known to the other: to the engine, which holds or has sealed it, or to the
 * source. */
START_TEST(journeys_sealed_in_one_are_not_known_to_the_other) {
    for (int which = 0; which < 3; which++) {
        cxj_engine *engine = make_sealing(NULL, 1, "mine"), *source = make();
        add(source, "touchpoints by team"), add(source, "transitions by owner"), add(source, "journeys by outcome");
        if (which == 2) {
            cxj_engine_destroy(source);
            source = make_sealing(NULL, 1, "mine");
        } else {
            record(source, (cxj_touchpoint){.journey = 1, .id = 9, .at = START});
        }
        cxj_engine *into = which == 1 ? source : engine, *from = which == 1 ? engine : source;
        ck_assert_int_eq(cxj_merge(into, from), CXJ_SEALED);
        ck_assert_str_eq(cxj_message(into), "merge: journey 1 is sealed in one engine and known to the other");
        cxj_engine_destroy(engine);
        cxj_engine_destroy(source);
    }
}
END_TEST

/* "the source has sealed journeys and a view that it lacks or has incomplete; cxj_message() names it" */
START_TEST(what_the_source_does_not_know_of_its_sealed_is_named) {
    cxj_engine *engine = make(), *source = make_with((cxj_options){.seal_ended_after = 1, .cells_limit = 1});
    add(engine, "touchpoints by team"), add(source, "touchpoints by team");
    for (uint64_t i = 1; i <= 2; i++) {
        uint16_t team = (uint16_t)code(source, CXJ_DIMENSION_TEAM, i == 1 ? "a" : "b");
        record(source, (cxj_touchpoint){.journey = i, .id = 1, .at = START, .team = team, .outcome = 1});
    }
    ck_assert_int_eq(cxj_advance(source, START + 1), CXJ_OK);
    ck_assert_int_eq(cxj_merge(engine, source), CXJ_SEALED);
    ck_assert_str_eq(cxj_message(engine),
                     "merge: the source has sealed journeys, and its view \"touchpoints by team\" is incomplete");
    cxj_view *view = add(engine, "journeys");
    ck_assert_int_eq(cxj_view_drop(source, NULL), CXJ_OK);
    cxj_view *its = NULL;
    ck_assert_int_eq(cxj_view_at(engine, 0, &its), CXJ_OK);
    ck_assert_int_eq(cxj_view_drop(engine, its), CXJ_OK);
    ck_assert_int_eq(cxj_merge(engine, source), CXJ_SEALED);
    ck_assert_str_eq(cxj_message(engine),
                     "merge: the source has sealed journeys, and no view \"journeys\" that knows of them");
    ck_assert_int_eq(cxj_view_drop(engine, view), CXJ_OK);
    merge(engine, source); /* without views nothing has to be known */
    ck_assert_uint_eq(engine->core.sealed_touchpoints, 2);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

/* The view is named as a reader can see it, whatever stands in its text. */
START_TEST(what_the_source_does_not_know_is_named_visibly) {
    cxj_engine *engine = make(), *source = make_with((cxj_options){.seal_ended_after = 1});
    add(engine, "touchpoints where team = \"\x1b]0;\xe2\x80\xae\x07\"");
    record(source, (cxj_touchpoint){.journey = 1, .id = 1, .at = START, .outcome = 1});
    ck_assert_int_eq(cxj_advance(source, START + 1), CXJ_OK);
    ck_assert_int_eq(cxj_merge(engine, source), CXJ_SEALED);
    ck_assert_str_eq(cxj_message(engine),
                     "merge: the source has sealed journeys, and no view \"touchpoints where team = "
                     "\"\\x1b]0;\\u202e\\x07\"\" that knows of them");
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

/* Where the engine has no room for a cell, what comes of sealed journeys is left out of the view, which is incomplete
 * from then on; what is there is exact. */
START_TEST(sealed_parts_without_room_make_a_view_incomplete) {
    for (int full = 0; full < 3; full++) {
        cxj_engine *engine = make_with((cxj_options){.cells_limit = 1}), *source = make_sealing(NULL, 11, "yours");
        cxj_view *view = add(engine, "touchpoints by team");
        cxj_view_info info;
        uint16_t mine = (uint16_t)code(engine, CXJ_DIMENSION_TEAM, full == 2 ? "yours" : "mine");
        if (full) record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START, .team = mine});
        if (full == 1) {
            uint16_t other = (uint16_t)code(engine, CXJ_DIMENSION_TEAM, "other");
            record(engine, (cxj_touchpoint){.journey = 2, .id = 1, .at = START, .team = other});
        }
        merge(engine, source);
        ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
        ck_assert_uint_eq(info.incomplete, full == 1);
        ck_assert_uint_eq(view->sealed_lost, full == 1);
        ck_assert_uint_eq(info.cells, 1);
        ck_assert(is(value_of(view, "yours", CXJ_GRAIN_TOUCHPOINTS, "touchpoints"), full == 0   ? 4
                                                                                    : full == 1 ? -1
                                                                                                : 5));
        /* the next one finds the view as it is */
        cxj_engine *third = make_sealing(NULL, 21, "hers");
        merge(engine, third);
        ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
        ck_assert_uint_eq(info.incomplete, 1);
        ck_assert_uint_eq(info.cells, 1);
        cxj_engine_destroy(third);
        cxj_engine_destroy(engine);
        cxj_engine_destroy(source);
    }
}
END_TEST

/* "Touchpoints of sealed journeys that an engine may count, so that no sum of them overflows." */
START_TEST(sealed_touchpoints_have_a_limit) {
    cxj_engine *engine = make_sealing(NULL, 1, "mine"), *source = make_sealing(NULL, 11, "yours");
    engine->core.sealed_touchpoints = CXJ__MOST_SEALED - 1;
    ck_assert_int_eq(cxj_merge(engine, source), CXJ_LIMIT);
    ck_assert_str_eq(cxj_message(engine), "merge: there would be more than 2^40 sealed touchpoints");
    engine->core.sealed_touchpoints = CXJ__MOST_SEALED - 2;
    merge(engine, source);
    ck_assert_uint_eq(engine->core.sealed_touchpoints, CXJ__MOST_SEALED);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

static size_t save(const cxj_engine *engine, unsigned char *bytes, size_t capacity) {
    size_t length = 0;
    ck_assert_int_eq(cxj_save_bytes(engine, capacity, NULL, 0, bytes, &length), CXJ_OK);
    return length;
}

/* "All or nothing: if it fails, the engine is as before": each allocation fails once. */
START_TEST(lack_of_memory_changes_nothing) {
    static unsigned char before[8192], after[8192];
    heap memory = {0};
    cxj_engine *engine = make_sealing(&memory, 1, "mine"), *source = make_sealing(NULL, 11, "yours");
    size_t length = save(engine, before, sizeof before);
    cxj_status status = CXJ_NO_MEMORY;
    uint64_t n = 1;
    for (; status != CXJ_OK; n++) {
        let_fail(&memory, n);
        status = cxj_merge(engine, source);
        let_fail(&memory, 0);
        ck_assert_uint_eq(engine->core.memory.used, memory.bytes);
        if (status == CXJ_OK) break;
        ck_assert_int_eq(status, CXJ_NO_MEMORY);
        ck_assert_str_eq(cxj_message(engine), "no memory to merge");
        ck_assert_uint_eq(save(engine, after, sizeof after), length);
        ck_assert_mem_eq(before, after, length);
        /* The room that is kept is given back, so that the next attempt needs it again. */
        cxj__engine_free_room(engine);
    }
    ck_assert_uint_gt(n, 6); /* names, a number, cells, a journey, a deadline */
    ck_assert_uint_gt(save(engine, after, sizeof after), length);
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory.blocks, 0);
    cxj_engine_destroy(source);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * All or nothing
 * ------------------------------------------------------------------------------------------------------------------ */

/* What is merged, and with what. */
enum {
    SHARED = 1,            /* journeys are in both, touchpoints too, in other revisions; else all are apart */
    LACKS = 2,             /* the source lacks a view, so that its cells cannot be added */
    ENGINE_CLOCK = 4,      /* the clock of the engine is set */
    SOURCE_CLOCK = 8,      /* and that of the source, earlier */
    LATER = 16,            /* no, later */
    ENGINE_SEALS = 32,     /* it has sealed journeys of its own */
    SOURCE_SEALS = 64,     /* and so has the source */
    SOURCE_FULL = 128,     /* views of the source are incomplete */
    ENGINE_FULL = 256,     /* views of the engine are, before or by the merge */
    LONG = 512,            /* one journey of each is long, whole or only together */
    DEADLINES_LOST = 1024, /* the source does not know all that comes due */
    CLOCKS = ENGINE_CLOCK | SOURCE_CLOCK,
    SEALS = ENGINE_SEALS | SOURCE_SEALS
};

static const unsigned ways[] = {
    0,
    SHARED,
    LACKS,
    SHARED | LACKS,
    ENGINE_CLOCK,
    SOURCE_CLOCK,
    CLOCKS,
    CLOCKS | LATER,
    SHARED | ENGINE_CLOCK,
    SHARED | SOURCE_CLOCK,
    SHARED | CLOCKS,
    SHARED | CLOCKS | LATER,
    SHARED | CLOCKS | LACKS,
    ENGINE_SEALS | ENGINE_CLOCK,
    SOURCE_SEALS | SOURCE_CLOCK,
    ENGINE_SEALS | SOURCE_SEALS | CLOCKS,
    ENGINE_SEALS | SOURCE_SEALS | CLOCKS | LATER | SHARED,
    SOURCE_SEALS | SOURCE_CLOCK | SHARED | LONG,
    SOURCE_FULL,
    SOURCE_FULL | SHARED,
    ENGINE_FULL,
    ENGINE_FULL | SHARED,
    ENGINE_FULL | SHARED | CLOCKS | LACKS,
    LONG,
    LONG | LACKS,
    LONG | SHARED,
    LONG | SHARED | CLOCKS | LATER | LACKS,
    DEADLINES_LOST | SOURCE_CLOCK,
};
enum { WAYS = sizeof ways / sizeof *ways, MOST = 400, SEALED_FROM = 30 };

/* The two engines, and the one that is given all. */
struct two {
    unsigned way;
    cxj_touchpoint own[MOST], others[MOST];
    size_t own_count, others_count;
};

/* Draws touchpoints of some journeys, all with ids, so that the order of arrival decides nothing. */
static size_t draw_for(unsigned way, cxj_touchpoint *t, bool is_source) {
    size_t count = 0, all = way & LONG ? 260 : 60;
    for (size_t i = 0; i < all; i++) {
        t[count] = random_touchpoint();
        t[count].id = 1 + chance(way & LONG ? 400 : 60);
        t[count].outcome = way & SEALS ? 0 : t[count].outcome;
        if (is_source && !(way & SHARED)) t[count].journey += 12;
        count++;
    }
    for (uint64_t i = 0; i < 6 && way & (is_source ? SOURCE_SEALS : ENGINE_SEALS); i++) {
        t[count] = random_touchpoint();
        t[count].journey = SEALED_FROM + i / 2 + (is_source ? 5 : 0);
        t[count].id = i + 1;
        t[count].due = 0;
        t[count].facets &= ~(uint32_t)CXJ_FACET_WITHDRAWN;
        t[count].at = START + (int64_t)i;
        t[count++].outcome = (uint8_t)(i % 2);
    }
    return count;
}

/* The same touchpoint where codes have the contrary order. */
static cxj_touchpoint turned(cxj_touchpoint t) {
#define TURN(field) t.field = t.field == 0 ? 0 : (CODES + 1 - t.field)
    TURN(owner);
    TURN(team);
    TURN(channel);
    TURN(stage);
    TURN(activity);
    TURN(cause);
    TURN(type);
    TURN(segment);
    TURN(reason);
#undef TURN
    return t;
}

static cxj_engine *make_source(const struct two *two) {
    cxj_options options = {.seal_ended_after = (two->way & SEALS) != 0, .cells_limit = two->way & SOURCE_FULL ? 4 : 0};
    cxj_engine *source = make_with(options);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        for (int i = CODES; i >= 1; i--) {
            char name[2] = {(char)('a' + i - 1), 0};
            code(source, d, name);
        }
    }
    for (size_t i = two->way & LACKS ? 1 : 0; i < VIEWS; i++) add(source, view_texts[VIEWS - 1 - i]);
    for (size_t i = 0; i < two->others_count; i++) record(source, turned(two->others[i]));
    if (two->way & SOURCE_CLOCK) advance(source, START + HOUR * (two->way & LATER ? 1100 : 600));
    source->core.deadlines_lost |= (two->way & DEADLINES_LOST) != 0;
    return source;
}

static cxj_engine *make_receiver(const struct two *two, heap *memory) {
    cxj_engine *engine = make_named(
        (cxj_options){.seal_ended_after = (two->way & SEALS) != 0, .cells_limit = two->way & ENGINE_FULL ? 9 : 0},
        memory);
    add_views(engine);
    for (size_t i = 0; i < two->own_count; i++) record(engine, two->own[i]);
    if (two->way & ENGINE_CLOCK) advance(engine, START + HOUR * 900);
    return engine;
}

/* "as if one engine had recorded all touchpoints of both"; "the clock is the later of the two". */
static cxj_engine *make_one(const struct two *two) {
    cxj_engine *one = make_named((cxj_options){.seal_ended_after = (two->way & SEALS) != 0}, NULL);
    const int64_t hours = two->way & ENGINE_CLOCK && !(two->way & LATER) ? 900 : two->way & LATER ? 1100 : 600;
    add_views(one);
    for (size_t i = 0; i < two->others_count; i++) record(one, two->others[i]);
    for (size_t i = 0; i < two->own_count; i++) record(one, two->own[i]);
    if (two->way & CLOCKS) advance(one, START + HOUR * hours);
    return one;
}

/* "All or nothing" also where cells of the source, which sealed journeys have contributed to, were added before it
 * failed: what is taken back is what was added, and no histogram counts less than nothing on the way. */
START_TEST(what_sealed_journeys_contributed_is_not_taken_from_what_was_not_added) {
    cxj_engine *engine = make_with((cxj_options){.touchpoints_limit = 1}), *source = make_sealing(NULL, 11, "yours");
    add(engine, "touchpoints by team");
    uint16_t team = (uint16_t)code(engine, CXJ_DIMENSION_TEAM, "yours");
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = START, .team = team});
    record(source, (cxj_touchpoint){.journey = 1, .id = 2, .at = START});
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(cxj_merge(engine, source), CXJ_LIMIT);
        check_cells(engine);
    }
    ck_assert_int_eq(cxj_erase_journey(source, 1), CXJ_OK);
    ck_assert_int_eq(cxj_erase_journey(source, 12), CXJ_OK);
    merge(engine, source);
    check_cells(engine);
    ck_assert(is(value_of(view_at(engine, 0), "yours", CXJ_GRAIN_TOUCHPOINTS, "wait_mean"), 2));
    ck_assert(is(value_of(view_at(engine, 0), "yours", CXJ_GRAIN_TOUCHPOINTS, "wait_p50"), 2));
    cxj_engine_destroy(engine);
    cxj_engine_destroy(source);
}
END_TEST

/* "All or nothing: if it fails, the engine is as before": whichever allocation fails, alone or with all behind it, the
 * same shows, the same is saved, and a cursor is not stale; and a merge that succeeds then makes the bytes of one
 * engine that has seen all, also of what comes then. */
START_TEST(merge_is_all_or_nothing_wherever_memory_ends) {
    static struct two two;
    static picture before;
    static shown inside, now;
    two.way = ways[_i];
    begin_chance(seed + 31 * (uint64_t)_i);
    two.own_count = draw_for(two.way, two.own, false);
    two.others_count = draw_for(two.way, two.others, true);
    heap memory = {0};
    cxj_engine *engine = make_receiver(&two, &memory), *source = make_source(&two), *one = make_one(&two);
    cxj_cursor *cursor = NULL;
    take_picture(&before, engine);
    inside.length = 0;
    for (uint64_t number = 1; number <= 11; number++) show_inside(&inside, engine, number);
    ck_assert_int_ge(cxj_cursor_open(view_at(engine, 0), NULL, 0, &cursor), CXJ_OK);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_OK);
    const uint64_t aside = memory.bytes - engine->core.memory.used; /* the cursor, which is the reader's */
    cxj_status status = CXJ_NO_MEMORY;
    uint64_t n = 1, failures = 0;
    for (; status != CXJ_OK; n = next_to_fail(n)) {
        give_back_room(engine);
        memory.for_good = failures % 2;
        let_fail(&memory, n);
        status = cxj_merge(engine, source);
        let_fail(&memory, 0);
        ck_assert_uint_eq(engine->core.memory.used + aside, memory.bytes);
        if (status == CXJ_OK) break;
        failures++;
        ck_assert_int_eq(status, CXJ_NO_MEMORY);
        check_picture(&before, engine);
        now.length = 0;
        for (uint64_t number = 1; number <= 11; number++) show_inside(&now, engine, number);
        check_texts(&now, &inside);
        const char *text = NULL;
        ck_assert_int_eq(cxj_cursor_part(cursor, 0, &text, NULL), CXJ_NOT_FOUND); /* and not stale */
    }
    ck_assert_uint_gt(failures, 5 / stride);
    ck_assert_int_eq(cxj_cursor_next(cursor), CXJ_STALE);
    cxj_cursor_close(cursor);
    if (!(two.way & ENGINE_FULL)) {
        if (two.way & CLOCKS) advance(engine, one->core.now); /* which seals what the merge brought */
        check_equal(engine, one);
        for (size_t i = 0; i < 60; i++) {
            cxj_touchpoint t = random_touchpoint();
            t.id = 1 + chance(60);
            t.revision = 10 + i;
            t.outcome = 0;
            record(engine, t);
            record(one, t);
        }
        if (two.way & CLOCKS) advance(engine, START + HOUR * 2000), advance(one, START + HOUR * 2000);
        check_equal(engine, one);
    }
    free_picture(&before);
    cxj_engine_destroy(engine);
    ck_assert_uint_eq(memory.blocks, 0);
    cxj_engine_destroy(source);
    cxj_engine_destroy(one);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    read_surroundings("merge");
    const TTest *touchpoints[] = {every_field_comes_over, retired_names_do_not_come,
                                  higher_revision_holds_across_engines, withdrawn_journeys_come_over,
                                  halves_make_a_long_journey};
    const TTest *handle[] = {bad_arguments_are_refused, cursors_are_stale_after_a_merge_alone,
                             cursors_outlive_a_merge_that_brings_nothing_new, cells_that_a_merge_empties_go,
                             promises_that_come_over_come_due};
    const TTest *sealed[] = {names_of_sealed_journeys_are_kept,
                             counts_of_sealed_journeys_are_added,
                             source_is_not_written_to,
                             nothing_is_left_behind,
                             sealed_journeys_are_passed_on,
                             journeys_sealed_in_one_are_not_known_to_the_other,
                             what_the_source_does_not_know_of_its_sealed_is_named,
                             what_the_source_does_not_know_is_named_visibly,
                             sealed_parts_without_room_make_a_view_incomplete,
                             sealed_touchpoints_have_a_limit,
                             lack_of_memory_changes_nothing};
    Suite *suite = suite_create("merge");
    ADD_CASE(suite, "touchpoints", touchpoints);
    ADD_CASE(suite, "handle", handle);
    ADD_CASE(suite, "sealed", sealed);
    TCase *all = tcase_create("all or nothing");
    tcase_set_timeout(all, 240);
    tcase_add_loop_test(all, merge_is_all_or_nothing_wherever_memory_ends, 0, WAYS);
    tcase_add_test(all, what_sealed_journeys_contributed_is_not_taken_from_what_was_not_added);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
