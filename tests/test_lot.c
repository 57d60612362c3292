/* lot: postings, and lots of them. What src/lot.h promises: cells are found for all that is listed before any posting is
 * made, and postings are made one by one, whole or not at all.
 *
 * SPDX-License-Identifier: MIT
 */
#include "world.h"

#include <string.h>

static const size_t lengths[] = {1, 7, 64, 65, 140};
enum { LENGTHS = sizeof lengths / sizeof *lengths, LONGEST = 140, TARGETS = 40 };
static const struct cxj__views all_views = {0, false};

/* What the cells of all views show, those that are empty swept away. */
static void show_cells(shown *to, cxj_engine *engine) {
    cxj__core_sweep(&engine->core);
    to->length = 0;
    for (size_t i = 0; i < engine->core.view_count; i++) show_view(to, engine->core.views[i]);
}

/* An engine in which journey 1 has so many touchpoints, and others stand in the same cells. */
static cxj_engine *make_with_journey(size_t length) {
    cxj_engine *engine = make_engine(NULL, 0);
    begin_chance(seed + length);
    add_views(engine);
    for (size_t i = 0; i < length + 40; i++) {
        cxj_touchpoint t = random_touchpoint();
        t.journey = i < length ? 1 : t.journey + 1;
        if (i < length) t.id = i + 1;
        t.facets &= ~(uint32_t)CXJ_FACET_WITHDRAWN;
        record(engine, t);
    }
    return engine;
}

static struct cxj__post begin(cxj_engine *engine, enum cxj__posting posting) {
    struct cxj__journey *journey = find_journey(engine, 1);
    return cxj__post_of(&engine->core, journey, &journey->fold, posting);
}

/* Lists the postings of a journey's facts in a lot. Returns whether that could be done with all. */
static bool list_all(struct cxj__post *post, struct cxj__lot *lot) {
    static struct cxj__fact facts[LONGEST * CXJ__FACTS_OF_A_STEP];
    struct cxj__fold fold;
    size_t used = 0;
    memset(&fold, 0, sizeof fold);
    post->lot = lot;
    for (size_t i = 0; i < post->journey->count; i++) {
        struct cxj__entry entry;
        cxj__journey_unpack(post->journey, i, &entry);
        cxj__post_step(post, &fold, &entry, i, &facts[used]);
        used += post->said.count;
        if (!cxj__post_facts(post, all_views, NULL)) return false;
    }
    return true;
}

/* Posts the first postings of all records. */
static void post_first(cxj_engine *engine, enum cxj__posting posting, size_t budget) {
    struct cxj__post post = begin(engine, posting);
    struct cxj__fold fold;
    memset(&fold, 0, sizeof fold);
    post.budget = budget;
    (void)cxj__post_records(&post, all_views, 0, &fold);
    ck_assert_uint_eq(post.made, budget);
}

static int64_t sum_of_counts(const struct cxj__cell *cell) {
    int64_t sum = 0;
    for (size_t c = 0; c < cxj__cell_shape(cell->grain)->counts; c++) sum += cxj__cell_counts(cell)[c];
    return sum;
}

/* "Postings that are listed together, so that their cells come nearer at the same time, and then made one by one": a lot
 * that stays holds the first postings, none of which is made yet, and each goes to the cell that is found for it. */
START_TEST(what_is_listed_is_the_first_postings) {
    static shown with, now;
    struct cxj__target targets[TARGETS + 1];
    struct cxj__lot lot = {targets, 0, TARGETS, true};
    cxj_engine *engine = make_with_journey(lengths[_i]);
    show_cells(&with, engine);
    targets[TARGETS].view = NULL;
    struct cxj__post sought = begin(engine, CXJ__POST_SEEK);
    const bool is_all = list_all(&sought, &lot);
    ck_assert_ptr_null(targets[TARGETS].view);
    ck_assert(is_all || lot.count == TARGETS);
    /* Whatever was guessed, the cell is found; what is not there yet is left as it is, and ends nothing. */
    for (size_t i = 0; i < lot.count; i++) {
        const struct cxj_view *view = targets[i].view;
        targets[i].cell = i == 0 ? NULL : view->cells[i % view->cell_count];
        targets[i].is_found = false;
    }
    cxj__lot_approach(&engine->core, &lot);
    ck_assert_ptr_null(targets[0].cell);
    for (size_t i = 1; i < lot.count; i++) ck_assert(cxj__cell_has_key(targets[i].cell, &targets[i].key));
    targets[0].cell = targets[0].view->cells[targets[0].view->cell_count - 1];
    cxj__lot_approach(&engine->core, &lot);
    ck_assert(cxj__lot_make(&lot, 0, lot.count));
    ck_assert_uint_eq(sought.made, lot.count);
    show_cells(&now, engine);
    check_texts(&now, &with);
    for (size_t i = 0; i < lot.count; i++) {
        struct cxj__cell *cell = targets[i].cell;
        ck_assert_ptr_nonnull(cell);
        ck_assert(cxj__cell_has_key(cell, &targets[i].key));
        int64_t counts[2];
        for (size_t k = 0; k < 2; k++) { /* so many postings are taken back, and one more */
            post_first(engine, CXJ__POST_TAKE, i + k);
            counts[k] = sum_of_counts(cell);
            post_first(engine, CXJ__POST_ADD, i + k);
        }
        ck_assert_int_gt(counts[0], counts[1]);
    }
    show_cells(&now, engine);
    check_texts(&now, &with);
    cxj_engine_destroy(engine);
}
END_TEST

/* "One that is full is posted, unless it stays": whatever its capacity, all is posted in the end, as with one that is
 * large; and where the budget ends within a lot, so does posting. */
START_TEST(lots_of_all_sizes_post_the_same) {
    static shown with, without, now;
    struct cxj__target targets[TARGETS];
    cxj_engine *engine = make_with_journey(lengths[_i]);
    show_cells(&with, engine);
    struct cxj__post all = begin(engine, CXJ__POST_TAKE);
    struct cxj__fold fold;
    memset(&fold, 0, sizeof fold);
    ck_assert(cxj__post_records(&all, all_views, 0, &fold));
    show_cells(&without, engine);
    for (size_t capacity = 1; capacity < TARGETS; capacity += stride > 7 ? 7 : stride) {
        struct cxj__lot lot = {targets, 0, capacity, false};
        struct cxj__post some = begin(engine, CXJ__POST_ADD), back = begin(engine, CXJ__POST_TAKE);
        some.budget = back.budget = all.made * capacity / TARGETS;
        ck_assert(!list_all(&some, &lot) || !cxj__lot_finish(&engine->core, &lot) || some.budget == all.made);
        ck_assert_uint_eq(some.made, some.budget);
        lot.count = 0;
        (void)(list_all(&back, &lot) && cxj__lot_finish(&engine->core, &lot));
        ck_assert_uint_eq(back.made, some.made);
        lot.count = 0;
        show_cells(&now, engine);
        check_texts(&now, &without);
        struct cxj__post whole = begin(engine, CXJ__POST_ADD), again = begin(engine, CXJ__POST_TAKE);
        ck_assert(list_all(&whole, &lot) && cxj__lot_finish(&engine->core, &lot));
        ck_assert_uint_eq(whole.made, all.made);
        ck_assert_uint_eq(lot.count, 0);
        show_cells(&now, engine);
        check_texts(&now, &with);
        ck_assert(list_all(&again, &lot) && cxj__lot_finish(&engine->core, &lot));
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* Cells that are not there are not found, and none is made; adding makes them, once for all that go there, and what was
 * added is taken back by the same list. */
START_TEST(what_is_listed_makes_its_cells) {
    static shown with, without, now;
    struct cxj__target targets[TARGETS];
    struct cxj__lot lot = {targets, 0, TARGETS, true};
    cxj_engine *engine = make_engine(NULL, 0);
    record(engine, tardy(0));
    record(engine, tardy(1));
    for (size_t i = 0; i < VIEWS; i++) add(engine, view_texts[i]);
    show_cells(&with, engine);
    (void)cxj__post_journey(&engine->core, find_journey(engine, 1), CXJ__POST_TAKE);
    show_cells(&without, engine);
    struct cxj__post post = begin(engine, CXJ__POST_ADD);
    ck_assert(list_all(&post, &lot));
    ck_assert_uint_gt(lot.count, 2);
    cxj__lot_approach(&engine->core, &lot);
    for (size_t i = 0; i < lot.count; i++) ck_assert_ptr_null(targets[i].cell);
    for (size_t v = 0; v < VIEWS; v++) ck_assert_uint_eq(cells_of(engine->core.views[v]), 0);
    ck_assert(cxj__lot_make(&lot, 0, lot.count));
    for (size_t i = 0; i < lot.count; i++) ck_assert(cxj__cell_has_key(targets[i].cell, &targets[i].key));
    post.posting = CXJ__POST_TAKE;
    post.made = 0;
    ck_assert(cxj__lot_make(&lot, 0, lot.count));
    show_cells(&now, engine);
    check_texts(&now, &without);
    (void)cxj__post_journey(&engine->core, find_journey(engine, 1), CXJ__POST_ADD);
    show_cells(&now, engine);
    check_texts(&now, &with);
    cxj_engine_destroy(engine);
}
END_TEST

/* "Finds the cell under a key, or makes it; … NULL where the view has no room for it. False: there is no memory." */
START_TEST(cell_is_made_where_there_is_room_and_memory) {
    heap memory = {0};
    cxj_engine *engine = make_named((cxj_options){.cells_limit = 2}, &memory);
    struct cxj__core *core = &engine->core;
    cxj_view *view = add(engine, "touchpoints by channel");
    struct cxj__key keys[3] = {{.parts = {1}}, {.parts = {2}}, {.parts = {3}}};
    struct cxj__cell *cell = NULL;
    memory.refuses = true;
    ck_assert(!cxj__lot_reach(core, view, &keys[0], &cell));
    memory.refuses = false;
    ck_assert(cxj__lot_reach(core, view, &keys[0], &cell));
    ck_assert_ptr_eq(cxj__lot_find_cell(core, view, &keys[0]), cell);
    ck_assert(cxj__lot_reach(core, view, &keys[1], &cell));
    ck_assert_ptr_nonnull(cell);
    ck_assert(!view->has_left_out);
    ck_assert(cxj__lot_reach(core, view, &keys[2], &cell));
    ck_assert_ptr_null(cell);
    ck_assert(view->has_left_out && core->has_left_out);
    ck_assert(cxj__lot_reach(core, view, &keys[1], &cell)); /* one that is there is found nevertheless */
    ck_assert_ptr_nonnull(cell);
    ck_assert(core->has_emptied); /* "should nothing come of it" */
    cxj__core_sweep(core);
    ck_assert_uint_eq(cells_of(view), 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* "whether no record before a position falls under the key": as records before it, one by one, say; and the same where
 * the records from some position on are entries beside the journey. */
START_TEST(first_under_a_key_is_whom_none_precedes) {
    static struct cxj__entry entries[64];
    static const char *const texts[] = {"touchpoints by channel", "touchpoints by cause, owner",
                                        "touchpoints by stage per day", "touchpoints by team where channel in (a, b)"};
    const size_t length = 60;
    cxj_engine *engine = make_with_journey(length);
    const struct cxj__journey *journey = find_journey(engine, 1);
    ck_assert_ptr_null(journey->index);
    size_t firsts = 0, others = 0;
    for (size_t i = 0; i < length; i++) cxj__journey_unpack(journey, i, &entries[i]);
    for (size_t v = 0; v < sizeof texts / sizeof *texts; v++) {
        const cxj_view *view = add(engine, texts[v]);
        struct cxj__key keys[64];
        bool passes[64];
        for (size_t i = 0; i < length; i++) {
            struct cxj__codes codes = {{0}};
            cxj__core_set_own_codes(&entries[i].touchpoint, &codes);
            cxj__view_key(view, &codes, entries[i].touchpoint.at, &keys[i]);
            passes[i] = cxj__query_passes(&view->query, &codes);
        }
        for (size_t i = 0; i < length; i++) {
            bool is_first = passes[i];
            for (size_t k = 0; k < i; k++) is_first &= !passes[k] || memcmp(&keys[k], &keys[i], sizeof keys[i]) != 0;
            if (!passes[i]) continue;
            for (size_t base = 0; base <= length + 1; base++) {
                struct cxj__post post = begin(engine, CXJ__POST_ADD);
                if (base <= length) post.base = base;
                if (base <= length) post.entries = entries + base;
                const uint32_t held = cxj__journey_held(journey, i);
                ck_assert_int_eq(cxj__lot_is_first(&post, view, &keys[i], held, i), is_first);
            }
            firsts += is_first;
            others += !is_first;
        }
    }
    ck_assert_uint_gt(firsts, 4);
    ck_assert_uint_gt(others, 4);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Other ways to post
 * ------------------------------------------------------------------------------------------------------------------ */

/* Posts what all records of journey 1 say. */
static bool post_all_of(cxj_engine *engine, enum cxj__posting posting) {
    struct cxj__post post = begin(engine, posting);
    struct cxj__fold fold;
    memset(&fold, 0, sizeof fold);
    return cxj__post_records(&post, all_views, 0, &fold);
}

enum { MOST_NUMBERS = 200000 };
static int64_t numbers[2][MOST_NUMBERS];

/* The counts of the cells to which records contribute, each in its place; with some of them, those of what the cells
 * keep apart, or 0. */
static size_t list_counts(const cxj_engine *engine, bool apart, int64_t *to) {
    size_t used = 0;
    for (size_t v = 0; v < engine->core.view_count; v++) {
        const cxj_view *view = engine->core.views[v];
        if (view->grain == CXJ_GRAIN_JOURNEYS) continue;
        for (size_t i = 0; i < view->cell_count; i++) {
            const struct cxj__cell *cell = apart ? view->cells[i]->sealed : view->cells[i];
            for (size_t c = 0; c < cxj__cell_shape(view->grain)->counts; c++) {
                ck_assert_uint_lt(used, MOST_NUMBERS);
                to[used++] = cell == NULL ? 0 : cxj__cell_counts(cell)[c];
            }
        }
    }
    return used;
}

/* "Adds it there": what a cell keeps apart is what it would lack without the journey, which comes into it once. */
START_TEST(what_is_kept_apart_is_what_was_added) {
    cxj_engine *engine = make_with_journey(lengths[_i]);
    const size_t count = list_counts(engine, false, numbers[0]);
    ck_assert(post_all_of(engine, CXJ__POST_TAKE));
    ck_assert_uint_eq(list_counts(engine, false, numbers[1]), count); /* none is swept away yet */
    for (size_t i = 0; i < count; i++) numbers[0][i] -= numbers[1][i];
    ck_assert(post_all_of(engine, CXJ__POST_ADD));
    ck_assert(post_all_of(engine, CXJ__POST_RESERVE_APART));
    ck_assert_uint_eq(list_counts(engine, true, numbers[1]), count);
    for (size_t i = 0; i < count; i++) ck_assert_int_eq(numbers[1][i], 0); /* there is room, no more */
    ck_assert(post_all_of(engine, CXJ__POST_ADD_APART));
    ck_assert_uint_eq(list_counts(engine, true, numbers[1]), count);
    size_t some = 0;
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(numbers[1][i], numbers[0][i]);
        some += numbers[1][i] != 0;
    }
    ck_assert_uint_gt(some, 0);
    for (size_t v = 0; v < engine->core.view_count; v++) ck_assert(!engine->core.views[v]->sealed_lost);
    cxj_engine_destroy(engine);
}
END_TEST

/* A cell that is not there has nothing to keep it: then its view lacks what was sealed. */
START_TEST(what_has_no_cell_cannot_be_kept_apart) {
    cxj_engine *engine = make_with_journey(lengths[_i]);
    ck_assert(post_all_of(engine, CXJ__POST_TAKE));
    cxj__core_sweep(&engine->core);
    cxj_view *view = add(engine, "touchpoints by stage, owner, cause per hour");
    for (size_t i = view->cell_count; i-- > 0;) cxj__view_lose(view, view->cells[i], &engine->core.memory);
    struct cxj__post post = begin(engine, CXJ__POST_ADD_APART);
    struct cxj__fold fold;
    memset(&fold, 0, sizeof fold);
    post.only = view;
    ck_assert(cxj__post_records(&post, all_views, 0, &fold));
    ck_assert(view->sealed_lost);
    cxj_engine_destroy(engine);
}
END_TEST

/* "Adds it; if there is no room, its cell is lost": where there is room it is as if it had been added, no cell is
 * needed any longer, and no view lacks anything. */
START_TEST(what_is_forced_is_added) {
    static shown with, now;
    cxj_engine *engine = make_with_journey(lengths[_i]);
    show_cells(&with, engine);
    ck_assert(post_all_of(engine, CXJ__POST_NEED));
    ck_assert(post_all_of(engine, CXJ__POST_TAKE));
    ck_assert(post_all_of(engine, CXJ__POST_FORCE));
    size_t cells = 0;
    for (size_t v = 0; v < engine->core.view_count; v++) {
        const cxj_view *view = engine->core.views[v];
        ck_assert(!view->incomplete && !view->has_left_out);
        if (view->grain == CXJ_GRAIN_JOURNEYS) continue;
        for (size_t i = 0; i < view->cell_count; i++, cells++) ck_assert(!view->cells[i]->is_needed);
    }
    ck_assert_uint_gt(cells, 0);
    show_cells(&now, engine);
    check_texts(&now, &with);
    ck_assert(post_all_of(engine, CXJ__POST_TAKE)); /* and can be taken away like what was added */
    ck_assert(post_all_of(engine, CXJ__POST_ADD));
    show_cells(&now, engine);
    check_texts(&now, &with);
    cxj_engine_destroy(engine);
}
END_TEST

/* Where a view may have no more cells it leaves the posting out, where there is no memory it is incomplete; all
 * postings are made either way. */
START_TEST(what_is_forced_without_room_is_left_out) {
    for (int has_memory = 0; has_memory < 2; has_memory++) {
        heap memory = {0};
        cxj_engine *engine = make_named((cxj_options){.size = 0}, &memory);
        struct cxj__core *core = &engine->core;
        cxj_view *view = add(engine, "touchpoints by channel");
        record(engine, tardy(0));
        ck_assert(post_all_of(engine, CXJ__POST_TAKE));
        cxj__core_sweep(core);
        ck_assert_uint_eq(view->cell_count, 0);
        if (has_memory) {
            core->cells_limit = 0;
        } else {
            memory.refuses = true;
        }
        ck_assert(post_all_of(engine, CXJ__POST_FORCE));
        memory.refuses = false;
        ck_assert_uint_eq(view->cell_count, 0);
        ck_assert_int_eq(view->has_left_out, has_memory);
        ck_assert_int_eq(view->incomplete, !has_memory);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* The index of a long journey counts in how many cells it stands: what is taken away it forgets. */
START_TEST(an_index_forgets_cells_that_the_journey_left) {
    cxj_engine *engine = make_with_journey(LONGEST);
    const struct cxj__journey *journey = find_journey(engine, 1);
    ck_assert_ptr_nonnull(journey->index);
    const size_t before = journey->index->used;
    for (int turn = 0; turn < 3; turn++) {
        ck_assert(post_all_of(engine, CXJ__POST_TAKE));
        ck_assert_uint_lt(journey->index->used, before);
        ck_assert(post_all_of(engine, CXJ__POST_ADD));
        ck_assert_uint_eq(journey->index->used, before);
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    read_surroundings("lot");
    Suite *suite = suite_create("lot");
    TCase *lots = tcase_create("lots");
    tcase_set_timeout(lots, 240);
    tcase_add_loop_test(lots, what_is_listed_is_the_first_postings, 0, LENGTHS);
    tcase_add_loop_test(lots, lots_of_all_sizes_post_the_same, 0, LENGTHS);
    tcase_add_test(lots, what_is_listed_makes_its_cells);
    tcase_add_loop_test(lots, what_is_kept_apart_is_what_was_added, 0, LENGTHS);
    tcase_add_loop_test(lots, what_has_no_cell_cannot_be_kept_apart, 0, LENGTHS);
    tcase_add_loop_test(lots, what_is_forced_is_added, 0, LENGTHS);
    tcase_add_test(lots, what_is_forced_without_room_is_left_out);
    tcase_add_test(lots, an_index_forgets_cells_that_the_journey_left);
    suite_add_tcase(suite, lots);
    const TTest *const cells[] = {cell_is_made_where_there_is_room_and_memory, first_under_a_key_is_whom_none_precedes};
    ADD_CASE(suite, "cells", cells);
    return run_suite(suite);
}
