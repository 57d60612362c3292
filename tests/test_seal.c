/* seal: what is let go. What src/seal.h and section 3.6 of src/SPEC.md say: when a journey is sealed, that it is sealed
 * whole or not at all, and what stays.
 *
 * SPDX-License-Identifier: MIT
 */
#include "erase.h"
#include "world.h"

#include <string.h>

static cxj_engine *make_sealing(heap *memory, int64_t ended_after, int64_t idle_after) {
    return make_named((cxj_options){.seal_ended_after = ended_after, .seal_idle_after = idle_after}, memory);
}

/* Moves the clock, and seals nothing. */
static void set_clock(cxj_engine *engine, int64_t now) {
    cxj__due_advance(&engine->core, now);
}

static bool is_sealed(cxj_engine *engine, uint64_t number) {
    struct cxj__core *core = &engine->core;
    bool sealed = cxj__store_is_sealed(&core->store, &core->seed, number, &core->store.probes);
    ck_assert(!sealed || find_journey(engine, number) == NULL);
    return sealed;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * When
 * ------------------------------------------------------------------------------------------------------------------ */

/* "a while after its end, or after its last touchpoint": at that moment, and not one before. */
START_TEST(journey_is_sealed_at_its_moment) {
    static const struct {
        const char *what;
        int64_t ended_after, idle_after;
        cxj_touchpoint t[3];
        int64_t moment; /* 0: never */
    } cases[] = {
        {"ended", 10, 0, {{.journey = 1, .at = 5}, {.journey = 1, .at = 7, .outcome = 1}}, 17},
        {"open", 10, 0, {{.journey = 1, .at = 5}, {.journey = 1, .at = 7}}, 0},
        {"idle", 0, 10, {{.journey = 1, .at = 5}, {.journey = 1, .at = 7}}, 17},
        {"ended, then a note", 10, 0, {{.journey = 1, .at = 5, .outcome = 1}, {.journey = 1, .at = 9}}, 15},
        {"ended, then a note, and idle", 10, 4, {{.journey = 1, .at = 5, .outcome = 1}, {.journey = 1, .at = 9}}, 13},
        {"ended before it is idle", 10, 40, {{.journey = 1, .at = 5, .outcome = 1}, {.journey = 1, .at = 9}}, 15},
        {"idle before it ended", 40, 10, {{.journey = 1, .at = 5, .outcome = 1}, {.journey = 1, .at = 9}}, 19},
        {"reopened",
         10,
         0,
         {{.journey = 1, .at = 5, .outcome = 1}, {.journey = 1, .at = 9, .facets = CXJ_FACET_REOPENS}},
         0},
        {"ended again", 10, 0, {{.journey = 1, .at = 5, .outcome = 1}, {.journey = 1, .at = 9, .outcome = 2}}, 19},
        {"never", 0, 0, {{.journey = 1, .at = 5, .outcome = 1}, {.journey = 1, .at = 9, .outcome = 2}}, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int one_by_one = 0; one_by_one < 2; one_by_one++) {
            cxj_engine *engine = make_sealing(NULL, cases[i].ended_after, cases[i].idle_after);
            struct cxj__core *core = &engine->core;
            for (size_t k = 0; k < 2; k++) record(engine, cases[i].t[k]);
            for (int64_t now = 0; now < 60; now += one_by_one ? 1 : 59) {
                set_clock(engine, now);
                ck_assert_int_eq(cxj__seal_due(core), CXJ_OK);
                bool expected = cases[i].moment != 0 && now >= cases[i].moment;
                ck_assert_msg(is_sealed(engine, 1) == expected, "%s: at %d", cases[i].what, (int)now);
            }
            cxj_engine_destroy(engine);
        }
    }
}
END_TEST

/* "one that has moved on meanwhile is watched further": when its deadline comes it is looked at, and sealed at its new
 * moment; one that was led back to an earlier end is not late either. */
START_TEST(journey_that_moved_on_is_watched_further) {
    cxj_engine *engine = make_sealing(NULL, 10, 0);
    struct cxj__core *core = &engine->core;
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = 5, .outcome = 1});
    struct cxj__journey *journey = find_journey(engine, 1);
    ck_assert(journey->watched && journey->seal_at == 15);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 2, .at = 12, .outcome = 1});
    ck_assert_int_eq(journey->seal_at, 15); /* "never later than it is" */
    ck_assert_uint_eq(cxj__agenda_count(&core->sealings), 1);
    set_clock(engine, 15);
    ck_assert_int_eq(cxj__seal_due(core), CXJ_OK);
    ck_assert(!is_sealed(engine, 1));
    ck_assert_int_eq(journey->seal_at, 22);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 2, .revision = 1, .at = 8, .outcome = 1});
    ck_assert_int_eq(journey->seal_at, 18); /* earlier than it was: another deadline */
    set_clock(engine, 18);
    ck_assert_int_eq(cxj__seal_due(core), CXJ_OK);
    ck_assert(is_sealed(engine, 1));
    set_clock(engine, 40); /* and the one that is left finds nothing */
    ck_assert_int_eq(cxj__seal_due(core), CXJ_OK);
    ck_assert_uint_eq(cxj__agenda_count(&core->sealings), 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* A place that a journey has left is another's: its deadline does not seal that. */
START_TEST(deadline_does_not_pass_to_the_next_journey_in_its_place) {
    cxj_engine *engine = make_sealing(NULL, 10, 0);
    struct cxj__core *core = &engine->core;
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = 5, .outcome = 1});
    size_t place = find_journey(engine, 1)->place;
    cxj__erase_journey(core, find_journey(engine, 1)); /* and the deadline stays */
    cxj__core_find_latest(core);
    record(engine, (cxj_touchpoint){.journey = 2, .id = 1, .at = 6});
    ck_assert_uint_eq(find_journey(engine, 2)->place, place);
    set_clock(engine, 100);
    ck_assert_int_eq(cxj__seal_due(core), CXJ_OK);
    ck_assert(!is_sealed(engine, 1) && !is_sealed(engine, 2));
    cxj_engine_destroy(engine);
}
END_TEST

/* A journey in which nothing contributes "has no last touchpoint, and no end". */
START_TEST(journey_without_touchpoints_is_not_sealed) {
    cxj_engine *engine = make_sealing(NULL, 10, 10);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = 5, .outcome = 1});
    ck_assert_int_eq(cxj_withdraw(engine, 1, 1, 0), CXJ_OK);
    record(engine, (cxj_touchpoint){.journey = 2, .id = 1, .at = 5, .facets = CXJ_FACET_WITHDRAWN});
    advance(engine, 1000);
    ck_assert(!is_sealed(engine, 1) && !is_sealed(engine, 2));
    ck_assert_uint_eq(engine->core.held, 2);
    record(engine, (cxj_touchpoint){.journey = 1, .id = 2, .at = 900});
    advance(engine, 1000);
    ck_assert(is_sealed(engine, 1));
    cxj_engine_destroy(engine);
}
END_TEST

/* "What an incremental save has begun to write must not go; it can go afterwards." */
START_TEST(nothing_is_sealed_while_a_snapshot_is_open) {
    cxj_engine *engine = make_sealing(NULL, 10, 0);
    struct cxj__core *core = &engine->core;
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = 5, .outcome = 1});
    set_clock(engine, 100);
    cxj__store_open_snapshot(&core->store);
    ck_assert_int_eq(cxj__seal_due(core), CXJ_OK);
    ck_assert(!is_sealed(engine, 1));
    cxj__store_close_snapshot(&core->store, &core->memory);
    ck_assert_int_eq(cxj__seal_due(core), CXJ_OK);
    ck_assert(is_sealed(engine, 1));
    cxj_engine_destroy(engine);
}
END_TEST

/* "Drops the deadlines that hold no more, and leaves no trace of them." */
START_TEST(compacting_keeps_what_is_watched) {
    cxj_engine *engine = make_sealing(NULL, 0, 10);
    struct cxj__core *core = &engine->core;
    for (uint64_t i = 1; i <= 50; i++) {
        record(engine, (cxj_touchpoint){.journey = i, .id = 1, .at = (int64_t)(1000 + i)});
        record(engine, (cxj_touchpoint){.journey = i, .id = 1, .revision = 1, .at = (int64_t)i}); /* earlier */
    }
    for (uint64_t i = 1; i <= 20; i++) cxj__erase_journey(core, find_journey(engine, i));
    cxj__seal_compact(core);
    ck_assert_uint_eq(cxj__agenda_count(&core->sealings), 30);
    set_clock(engine, 100);
    ck_assert_int_eq(cxj__seal_due(core), CXJ_OK);
    ck_assert_uint_eq(core->store.sealed.count, 30);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * What stays
 * ------------------------------------------------------------------------------------------------------------------ */

static void show_views(shown *to, cxj_engine *engine) {
    to->length = 0;
    for (size_t v = 0; v < engine->core.view_count; v++) show_view(to, engine->core.views[v]);
}

/* Journeys of all lengths, the first of which is long; so many have ended at the end, or not. */
static cxj_engine *make_full(heap *memory, uint64_t which) {
    static cxj_touchpoint t[FIRST];
    cxj_engine *engine = make_sealing(memory, 0, 100 * HOUR);
    begin_chance(seed + which);
    draw(t, FIRST);
    for (size_t i = 0; i < FIRST; i++) t[i].due = 0; /* so that nothing comes due when the clock moves */
    add_views(engine);
    record_all(engine, t, FIRST);
    return engine;
}

/* "its touchpoints are let go, what it contributed stays, its number is kept": cells show the same; touchpoints,
 * journeys and facets are counted as before; and what is apart in the cells is all there was. */
START_TEST(what_a_sealed_journey_contributed_stays) {
    static shown before, now;
    cxj_engine *engine = make_full(NULL, (uint64_t)_i);
    struct cxj__core *core = &engine->core;
    uint64_t facets[CXJ__FACETS], touchpoints = core->touchpoints, journeys = core->journeys;
    int64_t latest = cxj__core_latest(core);
    size_t contributing = core->journeys;
    uint32_t used = 0;
    set_clock(engine, START + HOUR * 2000);
    show_views(&before, engine);
    memcpy(facets, core->facet_counts, sizeof facets);
    for (uint32_t code = 1; code <= CODES; code++) {
        used |= (uint32_t)(cxj__names_uses(&core->dictionaries[CXJ_DIMENSION_OWNER], code) > 0) << code;
    }
    ck_assert_int_eq(cxj__seal_due(core), CXJ_OK);
    show_views(&now, engine);
    check_texts(&now, &before);
    ck_assert_uint_eq(core->store.sealed.count, contributing);
    ck_assert_uint_eq(core->touchpoints, touchpoints);
    ck_assert_uint_eq(core->journeys, journeys);
    ck_assert_uint_eq(core->sealed_touchpoints, touchpoints);
    ck_assert_uint_eq(core->sealed_journeys, journeys);
    ck_assert_mem_eq(core->facet_counts, facets, sizeof facets);
    ck_assert_mem_eq(core->sealed_facets, facets, sizeof facets);
    ck_assert_int_eq(cxj__core_latest(core), latest);
    ck_assert_int_eq(core->latest, INT64_MIN);
    for (uint32_t code = 1; code <= CODES; code++) {
        const struct cxj__names *owners = &core->dictionaries[CXJ_DIMENSION_OWNER];
        ck_assert_uint_eq(cxj__names_uses(owners, code), 0);
        ck_assert_int_eq(cxj__names_is_of_sealed(owners, code), used >> code & 1);
    }
    for (size_t v = 0; v < VIEWS; v++) {
        ck_assert(!core->views[v]->sealed_lost);
        for (size_t i = 0; i < core->views[v]->cell_count; i++) {
            const struct cxj__cell *cell = core->views[v]->cells[i];
            ck_assert(cxj__cell_has_sealed(cell));
            ck_assert(cxj__cell_is_same(cell, cell->sealed));
        }
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Without memory
 * ------------------------------------------------------------------------------------------------------------------ */

/* "first room is made for all of it, then it is added, which cannot fail"; "CXJ_NO_MEMORY: some are left for the next
 * time": wherever memory ends, each journey is sealed whole or not at all, cells show the same, and the next time finds
 * the rest. */
START_TEST(journey_is_sealed_whole_or_not_at_all) {
    static shown before, now;
    cxj_status status = CXJ_NO_MEMORY;
    size_t partly = 0;
    cxj_engine *all = make_full(NULL, (uint64_t)_i);
    set_clock(all, START + HOUR * 2000);
    show_views(&before, all);
    ck_assert_int_eq(cxj__seal_due(&all->core), CXJ_OK);
    for (uint64_t n = 1; status == CXJ_NO_MEMORY; n = next_to_fail(n)) {
        heap memory = {0};
        cxj_engine *engine = make_full(&memory, (uint64_t)_i);
        struct cxj__core *core = &engine->core;
        const uint64_t held = core->held;
        set_clock(engine, START + HOUR * 2000);
        let_fail(&memory, n);
        status = cxj__seal_due(core);
        let_fail(&memory, 0);
        show_views(&now, engine);
        check_texts(&now, &before);
        uint64_t kept = 0, sealed = 0;
        for (uint64_t number = 1; number <= 12; number++) {
            const struct cxj__journey *journey = find_journey(engine, number);
            if (journey != NULL) kept += cxj__journey_kept(journey);
            sealed += is_sealed(engine, number);
            ck_assert(journey == NULL || journey->count == 0 || journey->watched || core->sealings_lost);
        }
        ck_assert_uint_eq(core->held, kept);
        ck_assert_uint_eq(core->store.sealed.count, sealed);
        ck_assert_uint_eq(core->sealed_journeys, sealed);
        ck_assert_uint_le(core->sealed_touchpoints + kept, held);
        ck_assert_uint_eq(core->touchpoints, all->core.touchpoints);
        partly += status == CXJ_NO_MEMORY && sealed > 0;
        ck_assert_int_eq(cxj__seal_due(core), CXJ_OK); /* the next time */
        check_equal(engine, all);
        cxj_engine_destroy(engine);
    }
    if (stride == 1) ck_assert_uint_gt(partly, 0);
    cxj_engine_destroy(all);
}
END_TEST

/* "if not, all journeys will be looked at": deadlines for which there was no memory are found again, as soon as there
 * is some. */
START_TEST(lost_sealings_are_found_again) {
    enum { MANY = 150 };
    heap memory = {0};
    cxj_engine *engine = make_sealing(&memory, 10, 0);
    struct cxj__core *core = &engine->core;
    struct cxj__deadline deadline;
    for (uint64_t i = 1; i <= MANY; i++) {
        record(engine, (cxj_touchpoint){.journey = i, .id = 1, .at = (int64_t)i, .outcome = 1});
    }
    while (cxj__agenda_pop(&core->sealings, INT64_MAX, &deadline)) {
        cxj__store_at(&core->store, deadline.place)->watched = 0;
    }
    cxj__agenda_finish(&core->sealings, &core->memory);
    memory.refuses = true;
    for (uint64_t i = 1; i <= MANY; i++) cxj__seal_try_to_watch(core, find_journey(engine, i));
    ck_assert(core->sealings_lost);
    ck_assert_uint_eq(cxj__agenda_count(&core->sealings), 0);
    set_clock(engine, 60);
    ck_assert_int_eq(cxj__seal_due(core), CXJ_NO_MEMORY);
    ck_assert(core->sealings_lost);
    ck_assert_uint_eq(core->store.sealed.count, 0);
    memory.refuses = false;
    ck_assert_int_eq(cxj__seal_due(core), CXJ_OK);
    ck_assert(!core->sealings_lost);
    ck_assert_uint_eq(core->store.sealed.count, 50);
    set_clock(engine, 10 + MANY);
    ck_assert_int_eq(cxj__seal_due(core), CXJ_OK);
    ck_assert_uint_eq(core->store.sealed.count, MANY);
    cxj_engine_destroy(engine);
}
END_TEST

/* An engine that does not seal watches nothing, and needs no memory for it. */
START_TEST(engine_that_does_not_seal_watches_nothing) {
    heap memory = {0};
    cxj_engine *engine = make_engine(&memory, 0);
    struct cxj__core *core = &engine->core;
    record(engine, (cxj_touchpoint){.journey = 1, .id = 1, .at = 1, .outcome = 1});
    memory.refuses = true;
    ck_assert(cxj__seal_reserve(core, 1000));
    cxj__seal_watch(core, find_journey(engine, 1));
    cxj__seal_try_to_watch(core, find_journey(engine, 1));
    ck_assert(!core->sealings_lost);
    ck_assert_uint_eq(cxj__agenda_count(&core->sealings), 0);
    ck_assert(!find_journey(engine, 1)->watched);
    set_clock(engine, INT64_C(1000000));
    ck_assert_int_eq(cxj__seal_due(core), CXJ_OK);
    ck_assert_uint_eq(core->store.sealed.count, 0);
    memory.refuses = false;
    cxj_engine_destroy(engine);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    read_surroundings("seal");
    Suite *suite = suite_create("seal");
    TCase *when = tcase_create("when");
    tcase_add_test(when, journey_is_sealed_at_its_moment);
    tcase_add_test(when, journey_that_moved_on_is_watched_further);
    tcase_add_test(when, deadline_does_not_pass_to_the_next_journey_in_its_place);
    tcase_add_test(when, journey_without_touchpoints_is_not_sealed);
    tcase_add_test(when, nothing_is_sealed_while_a_snapshot_is_open);
    tcase_add_test(when, compacting_keeps_what_is_watched);
    suite_add_tcase(suite, when);
    TCase *what = tcase_create("what");
    tcase_set_timeout(what, 120);
    tcase_add_loop_test(what, what_a_sealed_journey_contributed_stays, 0, 4);
    suite_add_tcase(suite, what);
    TCase *memory = tcase_create("memory");
    tcase_set_timeout(memory, 120);
    tcase_add_loop_test(memory, journey_is_sealed_whole_or_not_at_all, 0, 2);
    tcase_add_test(memory, lost_sealings_are_found_again);
    tcase_add_test(memory, engine_that_does_not_seal_watches_nothing);
    suite_add_tcase(suite, memory);
    return run_suite(suite);
}
