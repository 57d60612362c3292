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
    cxj__lot_approach(&engine->core, &lot);
    cxj__lot_touch(&lot);
    ck_assert(cxj__lot_make(&lot));
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
    ck_assert(cxj__lot_make(&lot));
    for (size_t i = 0; i < lot.count; i++) ck_assert(cxj__cell_has_key(targets[i].cell, &targets[i].key));
    post.posting = CXJ__POST_TAKE;
    post.made = 0;
    ck_assert(cxj__lot_make(&lot));
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

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    read_surroundings("lot");
    Suite *suite = suite_create("lot");
    TCase *lots = tcase_create("lots");
    tcase_set_timeout(lots, 240);
    tcase_add_loop_test(lots, what_is_listed_is_the_first_postings, 0, LENGTHS);
    tcase_add_loop_test(lots, lots_of_all_sizes_post_the_same, 0, LENGTHS);
    tcase_add_test(lots, what_is_listed_makes_its_cells);
    suite_add_tcase(suite, lots);
    const TTest *const cells[] = {cell_is_made_where_there_is_room_and_memory, first_under_a_key_is_whom_none_precedes};
    ADD_CASE(suite, "cells", cells);
    return run_suite(suite);
}
