/* core: what an engine's state is, and what is counted of all of it. What src/core.h promises.
 *
 * SPDX-License-Identifier: MIT
 */
#include "world.h"

#include <string.h>

/* ---------------------------------------------------------------------------------------------------------------------
 * Views that have no room
 * ------------------------------------------------------------------------------------------------------------------ */

static void leave_out(struct cxj__core *core, size_t view) {
    core->views[view]->has_left_out = core->has_left_out = true;
}

/* "A change was made, and views that had no room for a cell of it are incomplete from now on; or it was not made, and
 * it is as if they had not been asked." */
START_TEST(only_a_change_that_is_made_leaves_views_incomplete) {
    cxj_engine *engine = make_engine(NULL, 0);
    struct cxj__core *core = &engine->core;
    add_views(engine);
    leave_out(core, 1);
    cxj__core_note_left_out(core, false);
    for (size_t v = 0; v < VIEWS; v++) ck_assert(!core->views[v]->incomplete && !core->views[v]->has_left_out);
    ck_assert(!core->has_left_out);
    cxj__core_note_left_out(core, true); /* of what was not made nothing is left */
    for (size_t v = 0; v < VIEWS; v++) ck_assert(!core->views[v]->incomplete);
    leave_out(core, 2);
    leave_out(core, VIEWS - 1);
    cxj__core_note_left_out(core, true);
    for (size_t v = 0; v < VIEWS; v++) {
        ck_assert_int_eq(core->views[v]->incomplete, v == 2 || v == VIEWS - 1);
        ck_assert(!core->views[v]->has_left_out);
    }
    ck_assert(!core->has_left_out);
    leave_out(core, 2);
    cxj__core_note_left_out(core, false);
    ck_assert(core->views[2]->incomplete); /* it was so before */
    cxj_engine_destroy(engine);
}
END_TEST

/* "a merge is under way: what it left out and emptied is looked at when it ends" */
START_TEST(what_a_merge_leaves_out_is_looked_at_when_it_ends) {
    cxj_engine *engine = make_engine(NULL, 0);
    struct cxj__core *core = &engine->core;
    struct cxj_view *view = add(engine, "touchpoints");
    const struct cxj__key key = {0};
    struct cxj__cell *cell = cxj__view_make(view, &core->memory, &core->seed, &key);
    ck_assert_ptr_nonnull(cell);
    leave_out(core, 0);
    cxj__view_mark_empty(view, cell);
    core->has_emptied = core->is_tentative = true;
    for (int made = 0; made < 2; made++) {
        cxj__core_note_left_out(core, made);
        cxj__core_sweep(core);
        ck_assert(core->has_left_out && view->has_left_out && !view->incomplete);
        ck_assert(core->has_emptied);
        ck_assert_uint_eq(cells_of(view), 1);
    }
    core->is_tentative = false;
    cxj__core_note_left_out(core, true);
    cxj__core_sweep(core);
    ck_assert(view->incomplete);
    ck_assert(!core->has_emptied);
    ck_assert_uint_eq(cells_of(view), 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Cells that are empty
 * ------------------------------------------------------------------------------------------------------------------ */

static struct cxj__cell *make_cell(struct cxj__core *core, struct cxj_view *view, uint32_t code) {
    const struct cxj__key key = {.parts = {code}};
    struct cxj__cell *cell = cxj__view_make(view, &core->memory, &core->seed, &key);
    ck_assert_ptr_nonnull(cell);
    cxj__view_mark_empty(view, cell);
    core->has_emptied = true;
    return cell;
}

/* "A cell to which nothing contributes any more does not exist" (section 5): those that are empty go, those that were
 * so for a while stay. */
START_TEST(cells_that_are_empty_go) {
    cxj_engine *engine = make_engine(NULL, 0);
    struct cxj__core *core = &engine->core;
    struct cxj_view *views[2] = {add(engine, "touchpoints by channel"), add(engine, "journeys by type")};
    struct cxj__cell *cells[2][3];
    for (int v = 0; v < 2; v++) {
        for (uint32_t i = 0; i < 3; i++) cells[v][i] = make_cell(core, views[v], 1 + i);
    }
    cxj__cell_counts(cells[0][1])[0] = 1; /* it was empty when it was made */
    cxj__core_sweep(core);
    ck_assert(!core->has_emptied);
    ck_assert_uint_eq(cells_of(views[0]), 1);
    ck_assert_uint_eq(cells_of(views[1]), 0);
    ck_assert_ptr_eq(views[0]->cells[0], cells[0][1]);
    cxj__core_sweep(core); /* what is not marked is not looked at */
    ck_assert_uint_eq(cells_of(views[0]), 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* "a view has cells that may be empty": one that is needed stays, and is looked at again. */
START_TEST(cells_that_are_needed_stay_until_they_are_not) {
    cxj_engine *engine = make_engine(NULL, 0);
    struct cxj__core *core = &engine->core;
    struct cxj_view *view = add(engine, "touchpoints by channel");
    struct cxj__cell *needed = make_cell(core, view, 1);
    make_cell(core, view, 2);
    needed->is_needed = true;
    cxj__core_sweep(core);
    ck_assert_uint_eq(cells_of(view), 1);
    ck_assert_ptr_eq(view->cells[0], needed);
    ck_assert(core->has_emptied);
    needed->is_needed = false;
    cxj__core_sweep(core);
    ck_assert_uint_eq(cells_of(view), 0);
    ck_assert(!core->has_emptied);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * The latest touchpoint
 * ------------------------------------------------------------------------------------------------------------------ */

/* The latest at of all that contributes, by looking at everything. */
static int64_t look_for_latest(const struct cxj__core *core) {
    int64_t latest = core->sealed_latest;
    for (size_t place = 0; place < core->store.places; place++) {
        const struct cxj__journey *journey = cxj__store_at(&core->store, place);
        if (journey->number == 0 || journey->count == 0) continue;
        int64_t last = cxj__journey_last_at(journey);
        latest = last > latest ? last : latest;
    }
    return latest;
}

/* "The latest at of all touchpoints that contribute, those of sealed journeys among them; INT64_MIN if there is none":
 * whatever comes, is corrected to earlier, is taken back, erased or sealed. */
START_TEST(latest_is_found_again) {
    enum { STEPS = 4000, JOURNEYS = 600 };
    begin_chance(seed + (uint64_t)_i);
    cxj_engine *engine = make_named((cxj_options){.seal_idle_after = _i % 2 ? 300 * HOUR : 0}, NULL);
    struct cxj__core *core = &engine->core;
    ck_assert_int_eq(cxj__core_latest(core), INT64_MIN);
    for (size_t i = 0; i < STEPS; i++) {
        cxj_touchpoint t = {.journey = 1 + chance(JOURNEYS), .id = 1 + chance(3), .revision = i};
        t.at = START + HOUR * ((int64_t)i / 8 + chance(100));
        if (i % 5 == 4) t.facets = CXJ_FACET_WITHDRAWN;
        if (i % 7 == 6) {
            (void)cxj_erase_journey(engine, t.journey);
        } else {
            (void)cxj_record(engine, &t, sizeof t, 1, 0, NULL, 0);
        }
        if (i % 100 == 99) advance(engine, START + HOUR * ((int64_t)i / 8));
        ck_assert_int_eq(cxj__core_latest(core), look_for_latest(core));
        ck_assert(!core->latest_is_gone);
    }
    ck_assert_int_eq(core->sealed_latest != INT64_MIN, _i % 2);
    for (uint64_t number = 1; number <= JOURNEYS; number++) (void)cxj_erase_journey(engine, number);
    ck_assert_int_eq(cxj__core_latest(core), core->sealed_latest);
    ck_assert_int_eq(core->latest, INT64_MIN);
    cxj_engine_destroy(engine);
}
END_TEST

/* "while a call lasts: it was taken away, and the one before it is not found yet": only if it was the latest, and none
 * that is as late has come. */
START_TEST(latest_is_looked_for_only_if_it_went) {
    cxj_engine *engine = make_engine(NULL, 0);
    struct cxj__core *core = &engine->core;
    for (uint64_t i = 1; i <= 3; i++) record(engine, (cxj_touchpoint){.journey = i, .id = 1, .at = (int64_t)(10 * i)});
    struct cxj__journey *second = find_journey(engine, 2), *third = find_journey(engine, 3);
    const struct cxj__counted nothing = {0, 0, INT64_MIN};
    cxj__core_count_gone(core, second);
    ck_assert(!core->latest_is_gone);
    ck_assert_uint_eq(core->held, 2);
    cxj__core_count_journey(core, second, nothing);
    cxj__core_count_gone(core, third);
    ck_assert(core->latest_is_gone);
    cxj__core_count_journey(core, third, nothing); /* it is back */
    ck_assert(!core->latest_is_gone);
    ck_assert_int_eq(core->latest, 30);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Counts
 * ------------------------------------------------------------------------------------------------------------------ */

/* "names and facets are counted once for each touchpoint held, journeys and touchpoints once for each that
 * contributes": what is counted is what can be counted. */
START_TEST(counts_are_those_of_what_is_held) {
    static cxj_touchpoint t[FIRST];
    begin_chance(seed + (uint64_t)_i);
    draw(t, FIRST);
    cxj_engine *engine = make_engine(NULL, 0);
    struct cxj__core *core = &engine->core;
    record_all(engine, t, FIRST);
    ck_assert_int_eq(cxj_erase_journey(engine, 2), CXJ_OK);
    uint64_t touchpoints = 0, journeys = 0, held = 0, facets[CXJ__FACETS] = {0};
    uint64_t uses[CXJ__DICTIONARIES + 1][CODES + 1] = {{0}};
    for (size_t place = 0; place < core->store.places; place++) {
        const struct cxj__journey *journey = cxj__store_at(&core->store, place);
        if (journey->number == 0) continue;
        touchpoints += journey->count;
        journeys += journey->count > 0;
        held += cxj__journey_kept(journey);
        for (size_t i = 0; i < journey->count; i++) {
            struct cxj__entry entry;
            uint32_t codes[CXJ__DICTIONARIES + 1];
            cxj__journey_unpack(journey, i, &entry);
            cxj__touchpoint_codes(&entry.touchpoint, codes);
            for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) uses[d][codes[d]]++;
            for (uint32_t bit = 0; bit < CXJ__FACETS; bit++) facets[bit] += entry.touchpoint.facets >> bit & 1;
        }
    }
    ck_assert_uint_eq(core->touchpoints, touchpoints);
    ck_assert_uint_eq(core->journeys, journeys);
    ck_assert_uint_eq(core->held, held);
    ck_assert_mem_eq(core->facet_counts, facets, sizeof facets);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        for (uint32_t code = 1; code <= CODES; code++) {
            ck_assert_uint_eq(cxj__names_uses(&core->dictionaries[d], code), uses[d][code]);
        }
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* "Counts the names and facets of a touchpoint that is let go because its journey is sealed": its names are used no
 * more, and are remembered; its facets stay. */
START_TEST(what_is_let_go_is_counted_apart) {
    cxj_engine *engine = make_engine(NULL, 0);
    struct cxj__core *core = &engine->core;
    const cxj_touchpoint t = {.journey = 1, .at = 1, .owner = 3, .facets = CXJ_FACET_FAULT | CXJ_FACET_CONTACT};
    cxj__core_count(core, &t, 1);
    ck_assert_uint_eq(cxj__names_uses(&core->dictionaries[CXJ_DIMENSION_OWNER], 3), 1);
    ck_assert(!cxj__names_is_of_sealed(&core->dictionaries[CXJ_DIMENSION_OWNER], 3));
    cxj__core_count_sealed(core, &t);
    ck_assert_uint_eq(cxj__names_uses(&core->dictionaries[CXJ_DIMENSION_OWNER], 3), 0);
    ck_assert(cxj__names_is_of_sealed(&core->dictionaries[CXJ_DIMENSION_OWNER], 3));
    for (uint32_t bit = 0; bit < CXJ__FACETS; bit++) {
        ck_assert_uint_eq(core->facet_counts[bit], t.facets >> bit & 1);
        ck_assert_uint_eq(core->sealed_facets[bit], t.facets >> bit & 1);
    }
    cxj__core_count(core, &t, 1);
    cxj__core_count(core, &t, -1);
    ck_assert_uint_eq(core->facet_counts[0], 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * What views look at, and codes
 * ------------------------------------------------------------------------------------------------------------------ */

/* "a bit for each dimension, less one, through which a view sees transitions; a bit for each dimension of the journey
 * by which touchpoints or transitions are kept; conditions with had": of the views that are there. */
START_TEST(what_views_look_at_is_that_of_those_there) {
    static const struct {
        const char *text;
        uint32_t wanted, depends;
        size_t had_conditions;
    } cases[] = {
        {"touchpoints by channel", 0, 0, 0},
        {"touchpoints by type", 0, 1U << CXJ_DIMENSION_TYPE, 0},
        {"touchpoints where outcome = completed", 0, 1U << CXJ_DIMENSION_OUTCOME, 0},
        {"transitions by owner", 1U << (CXJ_DIMENSION_OWNER - 1), 0, 0},
        {"transitions by team, segment where churned = yes", 1U << (CXJ_DIMENSION_TEAM - 1),
         1U << CXJ_DIMENSION_SEGMENT | 1U << CXJ_DIMENSION_CHURNED, 0},
        {"journeys by type, exit where had owner = a and had cause in (b, c) and reason = d", 0, 0, 2},
    };
    enum { CASES = sizeof cases / sizeof *cases };
    const uint32_t whole = (2U << CXJ_DIMENSION_EXIT) - (1U << CXJ_DIMENSION_TYPE); /* those of a whole journey */
    cxj_engine *engine = make_engine(NULL, 0);
    const struct cxj__core *core = &engine->core;
    cxj_view *views[CASES];
    for (int way = 0; way < 2; way++) {
        uint32_t wanted = 0, depends = 0;
        size_t had_conditions = 0;
        for (size_t i = 0; i < CASES; i++) {
            if (way == 0) views[i] = add(engine, cases[i].text);
            wanted |= cases[i].wanted;
            depends |= cases[i].depends;
            had_conditions += cases[i].had_conditions;
            if (way == 0) ck_assert_uint_eq(core->wanted, wanted);
        }
        ck_assert_uint_eq(core->wanted, wanted);
        ck_assert_uint_eq(core->depends & whole, depends);
        ck_assert_uint_eq(core->had_conditions, had_conditions);
    }
    for (size_t i = 0; i < CASES; i++) {
        ck_assert_int_eq(cxj_view_drop(engine, views[i]), CXJ_OK);
        uint32_t depends = 0;
        for (size_t k = i + 1; k < CASES; k++) depends |= cases[k].depends;
        ck_assert_uint_eq(core->depends & whole, depends);
    }
    ck_assert_uint_eq(core->wanted, 0);
    ck_assert_uint_eq(core->had_conditions, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* "The dimensions of the whole journey, type to exit, in which two folds differ, a bit for each": and no others. */
START_TEST(differences_are_those_of_the_whole_journey) {
    struct cxj__fold a, b;
    struct cxj__codes codes = {{0}}, others = {{0}};
    for (uint32_t d = 0; d <= CXJ_DIMENSION_EXIT; d++) {
        memset(&a, 0, sizeof a);
        memset(&b, 0, sizeof b);
        if (d > 0 && d <= CXJ__TRACKS) b.tracks[d - 1].value = 5;
        if (d == CXJ_DIMENSION_TYPE) b.type = 5;
        if (d == CXJ_DIMENSION_SEGMENT) b.segment = 5;
        if (d == CXJ_DIMENSION_REASON) b.reason = 5;
        if (d == CXJ_DIMENSION_OUTCOME) b.outcome = 2;
        if (d == CXJ_DIMENSION_CHURNED) b.churned = 1;
        if (d == CXJ_DIMENSION_ENTRY) b.entry = 5;
        if (d == CXJ_DIMENSION_EXIT) b.tracks[CXJ_DIMENSION_CHANNEL - 1].value = 5;
        cxj__core_set_journey_codes(&a, &codes);
        cxj__core_set_journey_codes(&b, &others);
        uint32_t expected = 0;
        for (uint32_t k = CXJ_DIMENSION_TYPE; k <= CXJ_DIMENSION_EXIT; k++) {
            expected |= (uint32_t)(codes.codes[k] != others.codes[k]) << k;
        }
        bool is_whole = d >= CXJ_DIMENSION_TYPE || d == CXJ_DIMENSION_CHANNEL;
        ck_assert_int_eq(expected != 0, is_whole);
        ck_assert_uint_eq(cxj__core_differences(&a, &b), expected);
        ck_assert_uint_eq(cxj__core_differences(&b, &a), expected);
    }
}
END_TEST

/* "Sets the codes of what holds for a whole journey, type to exit; and those of what a touchpoint states itself": each
 * in its own dimension, and the others stay. */
START_TEST(codes_are_set_by_dimension) {
    struct cxj__codes codes;
    struct cxj__fold fold;
    memset(&fold, 0, sizeof fold);
    memset(&codes, 0xff, sizeof codes);
    fold.type = 11, fold.segment = 12, fold.reason = 13, fold.outcome = 2, fold.churned = 1, fold.entry = 14;
    fold.tracks[CXJ_DIMENSION_CHANNEL - 1].value = 15;
    cxj__core_set_journey_codes(&fold, &codes);
    ck_assert_uint_eq(codes.codes[CXJ_DIMENSION_TYPE], 11);
    ck_assert_uint_eq(codes.codes[CXJ_DIMENSION_SEGMENT], 12);
    ck_assert_uint_eq(codes.codes[CXJ_DIMENSION_REASON], 13);
    ck_assert_uint_eq(codes.codes[CXJ_DIMENSION_OUTCOME], 2);
    ck_assert_uint_eq(codes.codes[CXJ_DIMENSION_CHURNED], 1);
    ck_assert_uint_eq(codes.codes[CXJ_DIMENSION_ENTRY], 14);
    ck_assert_uint_eq(codes.codes[CXJ_DIMENSION_EXIT], 15);
    ck_assert_uint_eq(codes.codes[CXJ_DIMENSION_OWNER], UINT32_MAX);
    const cxj_touchpoint t = {.owner = 1, .team = 2, .channel = 3, .stage = 4, .activity = 5, .cause = 6, .type = 7};
    cxj__core_set_own_codes(&t, &codes);
    ck_assert_uint_eq(codes.codes[CXJ_DIMENSION_OWNER], 1);
    ck_assert_uint_eq(codes.codes[CXJ_DIMENSION_TEAM], 2);
    ck_assert_uint_eq(codes.codes[CXJ_DIMENSION_CHANNEL], 3);
    ck_assert_uint_eq(codes.codes[CXJ_DIMENSION_STAGE], 4);
    ck_assert_uint_eq(codes.codes[CXJ_DIMENSION_ACTIVITY], 5);
    ck_assert_uint_eq(codes.codes[CXJ_DIMENSION_CAUSE], 6);
    ck_assert_uint_eq(codes.codes[CXJ_DIMENSION_TYPE], 11);
}
END_TEST

/* The version "grows with each call that changes something, and only then". */
START_TEST(version_grows_with_what_changes_something) {
    cxj_engine *engine = make_engine(NULL, 0);
    const struct cxj__core *core = &engine->core;
    const cxj_touchpoint t = {.journey = 1, .id = 1, .revision = 1, .at = 1, .due = 100};
    const cxj_touchpoint older = {.journey = 1, .id = 1, .at = 2}, late = {.journey = 1, .id = 2, .at = -5};
    uint64_t version = core->version;
    record(engine, t);
    ck_assert_uint_gt(core->version, version);
    version = core->version;
    record(engine, t); /* a duplicate */
    record(engine, older);
    ck_assert_int_eq(cxj_withdraw(engine, 1, 77, 0), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_erase_journey(engine, 2), CXJ_NOT_FOUND);
    ck_assert_uint_eq(core->version, version);
    record(engine, late);
    ck_assert_uint_gt(core->version, version);
    version = core->version;
    ck_assert_int_eq(cxj_withdraw(engine, 1, 2, 0), CXJ_OK);
    ck_assert_uint_gt(core->version, version);
    version = core->version;
    advance(engine, 50); /* the first time: metrics that depend on the clock have values now */
    ck_assert_uint_gt(core->version, version);
    version = core->version;
    advance(engine, 60);
    ck_assert_uint_eq(core->version, version);
    advance(engine, 101); /* the promise is overdue */
    ck_assert_uint_gt(core->version, version);
    version = core->version;
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_OK);
    ck_assert_uint_gt(core->version, version);
    cxj_engine_destroy(engine);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    read_surroundings("core");
    Suite *suite = suite_create("core");
    TCase *views = tcase_create("views");
    tcase_add_test(views, only_a_change_that_is_made_leaves_views_incomplete);
    tcase_add_test(views, what_a_merge_leaves_out_is_looked_at_when_it_ends);
    tcase_add_test(views, cells_that_are_empty_go);
    tcase_add_test(views, cells_that_are_needed_stay_until_they_are_not);
    tcase_add_test(views, what_views_look_at_is_that_of_those_there);
    suite_add_tcase(suite, views);
    TCase *counts = tcase_create("counts");
    tcase_set_timeout(counts, 120);
    tcase_add_loop_test(counts, latest_is_found_again, 0, 4);
    tcase_add_test(counts, latest_is_looked_for_only_if_it_went);
    tcase_add_loop_test(counts, counts_are_those_of_what_is_held, 0, 4);
    tcase_add_test(counts, what_is_let_go_is_counted_apart);
    tcase_add_test(counts, version_grows_with_what_changes_something);
    suite_add_tcase(suite, counts);
    TCase *codes = tcase_create("codes");
    tcase_add_test(codes, differences_are_those_of_the_whole_journey);
    tcase_add_test(codes, codes_are_set_by_dimension);
    suite_add_tcase(suite, codes);
    return run_suite(suite);
}
