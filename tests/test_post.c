/* post: facts to cells. What src/post.h promises: a posting is made whole or not at all, and what was posted can be
 * taken back by going through the same once more.
 *
 * SPDX-License-Identifier: MIT
 */
#include "world.h"

#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------------------------------------
 * Postings of one journey
 * ------------------------------------------------------------------------------------------------------------------ */

/* What the cells of all views show, those that are empty swept away. */
static void show_cells(shown *to, cxj_engine *engine) {
    cxj__core_sweep(&engine->core);
    to->length = 0;
    for (size_t i = 0; i < engine->core.view_count; i++) show_view(to, engine->core.views[i]);
}

/* The same of what is inside of journey 1. */
static void show_all(shown *to, cxj_engine *engine) {
    show_cells(to, engine);
    show_inside(to, engine, 1);
}

/* Goes through the whole of journey 1; *done says whether it came to the end. Returns how many postings were made. */
static size_t post(cxj_engine *engine, enum cxj__posting posting, size_t budget, bool *done) {
    struct cxj__journey *journey = find_journey(engine, 1);
    struct cxj__post post = cxj__post_of(&engine->core, journey, &journey->fold, posting);
    post.budget = budget;
    *done = cxj__post_whole(&post);
    return post.made;
}

static size_t post_all(cxj_engine *engine, enum cxj__posting posting) {
    bool done = false;
    size_t made = post(engine, posting, SIZE_MAX, &done);
    ck_assert(done);
    return made;
}

static void post_some(cxj_engine *engine, enum cxj__posting posting, size_t budget) {
    bool done = false;
    ck_assert_uint_eq(post(engine, posting, budget, &done), budget);
}

static const size_t journey_lengths[] = {1, 7, 64, 65, 140};
enum { LENGTHS = sizeof journey_lengths / sizeof *journey_lengths };

/* An engine in which journey 1 has so many touchpoints, and others stand in the same cells. */
static cxj_engine *make_with_journey(heap *memory, size_t length) {
    cxj_engine *engine = make_engine(memory, 0);
    begin_chance(seed + length);
    add_views(engine);
    for (size_t i = 0; i < length; i++) {
        cxj_touchpoint t = random_touchpoint();
        t.journey = 1;
        t.id = i + 1;
        t.facets &= ~(uint32_t)CXJ_FACET_WITHDRAWN;
        record(engine, t);
    }
    for (size_t i = 0; i < 40; i++) {
        cxj_touchpoint t = random_touchpoint();
        t.journey += 1;
        record(engine, t);
    }
    return engine;
}

/* "any part of it that was posted can be taken back by going through its first postings again": for each number of
 * postings, adding so many and taking so many back leaves nothing. */
START_TEST(postings_taken_back_with_a_budget_leave_nothing) {
    static shown with, without, now;
    cxj_engine *engine = make_with_journey(NULL, journey_lengths[_i]);
    show_all(&with, engine);
    const size_t all = post_all(engine, CXJ__POST_TAKE);
    ck_assert_uint_ge(all, journey_lengths[_i]);
    show_all(&without, engine);
    ck_assert_str_ne(with.text, without.text);
    for (size_t budget = 0; budget <= all; budget += stride) {
        bool done = false;
        ck_assert_uint_eq(post(engine, CXJ__POST_ADD, budget, &done), budget);
        ck_assert_int_eq(done, budget == all);
        post_some(engine, CXJ__POST_TAKE, budget);
        show_all(&now, engine);
        ck_assert_msg(strcmp(now.text, without.text) == 0, "%zu of %zu postings leave something", budget, all);
    }
    ck_assert_uint_eq(post_all(engine, CXJ__POST_ADD), all);
    show_all(&now, engine);
    check_texts(&now, &with);
    cxj_engine_destroy(engine);
}
END_TEST

/* "Adding makes cells and room in them as it goes, and each posting is made whole or not at all": wherever memory ends,
 * what was added is what so many postings add, and is taken back without memory. */
START_TEST(posting_is_made_whole_or_not_at_all) {
    static shown without, now, then;
    heap memory = {0};
    cxj_engine *engine = make_with_journey(&memory, journey_lengths[_i]);
    const size_t all = post_all(engine, CXJ__POST_TAKE);
    show_all(&without, engine);
    size_t made = 0;
    uint64_t n = 1;
    for (bool done = false; !done; n = next_to_fail(n)) {
        let_fail(&memory, n);
        made = post(engine, CXJ__POST_ADD, SIZE_MAX, &done);
        let_fail(&memory, 0);
        if (done) break;
        ck_assert_uint_lt(made, all);
        show_all(&now, engine);
        memory.refuses = true;
        post_some(engine, CXJ__POST_TAKE, made);
        memory.refuses = false;
        show_all(&then, engine);
        check_texts(&then, &without);
        post_some(engine, CXJ__POST_ADD, made);
        show_all(&then, engine);
        check_texts(&now, &then);
        post_some(engine, CXJ__POST_TAKE, made);
        cxj__core_sweep(&engine->core);
    }
    ck_assert_uint_eq(made, all);
    ck_assert_uint_ge(n, journey_lengths[_i] > 1 ? 5 : 1); /* a single touchpoint may find all cells there */
    cxj_engine_destroy(engine);
}
END_TEST

/* "the one view that is posted to": with only, the others stay as they are. */
START_TEST(only_one_view_is_posted_to) {
    static shown before, now;
    cxj_engine *engine = make_with_journey(NULL, journey_lengths[_i]);
    struct cxj__core *core = &engine->core;
    struct cxj__journey *journey = find_journey(engine, 1);
    size_t sum = 0;
    const size_t all = post_all(engine, CXJ__POST_SEEK);
    for (size_t v = 0; v < VIEWS; v++) {
        struct cxj__post back = cxj__post_of(core, journey, &journey->fold, CXJ__POST_TAKE);
        before.length = 0;
        for (size_t k = 0; k < VIEWS; k++) {
            if (k != v) show_view(&before, core->views[k]);
        }
        back.only = core->views[v];
        ck_assert(cxj__post_whole(&back));
        cxj__core_sweep(core);
        sum += back.made;
        now.length = 0;
        for (size_t k = 0; k < VIEWS; k++) {
            if (k != v) show_view(&now, core->views[k]);
        }
        check_texts(&now, &before);
    }
    ck_assert_uint_eq(sum, all);
    cxj_engine_destroy(engine);
}
END_TEST

/* "notes that its cell is needed, so that it is not dropped though it is empty now"; and what is forced needs no memory
 * for cells that are there, and needs them no longer. */
START_TEST(needed_cells_stay_until_they_are_forced) {
    static shown with, now;
    heap memory = {0};
    cxj_engine *engine = make_with_journey(&memory, journey_lengths[_i]);
    struct cxj__core *core = &engine->core;
    size_t cells[VIEWS];
    show_all(&with, engine);
    for (size_t v = 0; v < VIEWS; v++) cells[v] = cells_of(core->views[v]);
    const size_t all = post_all(engine, CXJ__POST_NEED);
    memory.refuses = true;
    ck_assert_uint_eq(post_all(engine, CXJ__POST_TAKE), all);
    cxj__core_sweep(core);
    for (size_t v = 0; v < VIEWS; v++) ck_assert_uint_eq(cells_of(core->views[v]), cells[v]);
    ck_assert(core->has_emptied || journey_lengths[_i] == 1);
    ck_assert_uint_eq(post_all(engine, CXJ__POST_FORCE), all);
    memory.refuses = false;
    cxj__core_sweep(core);
    ck_assert(!core->has_emptied);
    for (size_t v = 0; v < VIEWS; v++) {
        for (size_t i = 0; i < core->views[v]->cell_count; i++) ck_assert(!core->views[v]->cells[i]->is_needed);
    }
    show_all(&now, engine);
    check_texts(&now, &with);
    cxj_engine_destroy(engine);
}
END_TEST

/* Each line of one view's text that is not its first stands in another's. */
static void check_lines(char *text, const char *in) {
    for (char *line = strtok(strchr(text, '\n'), "\n"); line != NULL; line = strtok(NULL, "\n")) {
        ck_assert_msg(strstr(in, line) != NULL, "a cell is not exact: %.100s", line);
    }
}

/* "adds it; if there is no room, its cell is lost": wherever memory ends, once or for good, each cell that is there is
 * exact, and a view that lacks one says so. */
START_TEST(what_is_forced_is_exact_or_lost) {
    static shown with[VIEWS], now;
    size_t lost = 0, whole = 0;
    cxj_engine *complete = make_with_journey(NULL, journey_lengths[_i]);
    for (size_t v = 0; v < VIEWS; v++) {
        with[v].length = 0;
        show_view(&with[v], complete->core.views[v]);
    }
    bool failed = true;
    for (uint64_t n = 1; failed; n = next_to_fail(n)) {
        for (int for_good = 0; for_good < (n == 1 ? 2 : 1); for_good++) {
            heap memory = {0};
            cxj_engine *engine = make_with_journey(&memory, journey_lengths[_i]);
            struct cxj__core *core = &engine->core;
            post_all(engine, CXJ__POST_TAKE);
            cxj__core_sweep(core);
            let_fail(&memory, n);
            memory.refuses = for_good;
            post_all(engine, CXJ__POST_FORCE);
            failed = memory.asked >= n;
            memory.refuses = false;
            let_fail(&memory, 0);
            cxj__core_note_left_out(core, true);
            cxj__core_sweep(core);
            for (size_t v = 0; v < VIEWS; v++) {
                now.length = 0;
                show_view(&now, core->views[v]);
                lost += core->views[v]->incomplete;
                whole += !core->views[v]->incomplete;
                if (!core->views[v]->incomplete) check_texts(&now, &with[v]);
                check_lines(now.text, with[v].text);
            }
            cxj_engine_destroy(engine);
        }
    }
    ck_assert(lost > 0 || journey_lengths[_i] == 1);
    ck_assert_uint_ge(whole, VIEWS);
    cxj_engine_destroy(complete);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Apart
 * ------------------------------------------------------------------------------------------------------------------ */

static cxj_engine *make_alone(size_t length) {
    cxj_engine *engine = make_with_journey(NULL, length);
    for (uint64_t number = 2; number <= 11; number++) (void)cxj_erase_journey(engine, number);
    return engine;
}

/* Makes sure that what is kept apart in an engine's cells is what another one's cells have; returns how many do. */
static size_t check_apart(cxj_engine *engine, cxj_engine *alone) {
    size_t parts = 0;
    uint64_t probes = 0;
    for (size_t v = 0; v < VIEWS; v++) {
        const struct cxj_view *view = engine->core.views[v], *its = alone->core.views[v];
        for (size_t i = 0; i < view->cell_count; i++) {
            const struct cxj__cell *cell = view->cells[i];
            const struct cxj__cell *other = cxj__view_find(its, &alone->core.seed, &cell->key, &probes);
            ck_assert_int_eq(cxj__cell_has_sealed(cell), other != NULL);
            if (other == NULL) continue;
            ck_assert(cxj__cell_is_same(cell->sealed, other));
            parts++;
        }
    }
    return parts;
}

/* "makes room for it in what the cell keeps apart of sealed journeys; adds it there": where memory ends nothing shows,
 * and then what is apart is what the journey alone contributes. */
START_TEST(what_is_added_apart_is_what_the_journey_contributes) {
    heap memory = {0};
    static shown before, now;
    cxj_engine *engine = make_with_journey(&memory, journey_lengths[_i]), *alone = make_alone(journey_lengths[_i]);
    struct cxj__core *core = &engine->core;
    size_t expected = 0;
    for (size_t v = 0; v < VIEWS; v++) expected += alone->core.views[v]->cell_count;
    show_cells(&before, engine);
    bool done = false;
    uint64_t n = 1;
    for (; !done; n = next_to_fail(n)) {
        let_fail(&memory, n);
        post(engine, CXJ__POST_RESERVE_APART, SIZE_MAX, &done);
        let_fail(&memory, 0);
        for (size_t v = 0; v < VIEWS; v++) {
            for (size_t i = 0; i < core->views[v]->cell_count; i++) {
                ck_assert(!cxj__cell_has_sealed(core->views[v]->cells[i]));
            }
        }
        show_cells(&now, engine);
        check_texts(&now, &before);
    }
    ck_assert_uint_gt(n, 2);
    memory.refuses = true;
    post_all(engine, CXJ__POST_ADD_APART);
    memory.refuses = false;
    show_cells(&now, engine);
    check_texts(&now, &before);
    ck_assert_uint_eq(check_apart(engine, alone), expected);
    for (size_t v = 0; v < VIEWS; v++) ck_assert(!core->views[v]->sealed_lost);
    /* An index is counted down, "for the journey is about to go". */
    const struct cxj__index *index = find_journey(engine, 1)->index;
    for (size_t i = 0; index != NULL && i < index->capacity; i++) {
        ck_assert_uint_ne(index->entries[i].kind, CXJ__INDEX_CELL);
    }
    cxj_engine_destroy(engine);
    cxj_engine_destroy(alone);
}
END_TEST

/* "of what journeys contributed that are sealed now, some is not in it": of a cell that is not there, nothing is kept
 * apart, and the view says so; it needs no memory. */
START_TEST(what_is_apart_of_a_missing_cell_is_lost) {
    heap memory = {0};
    cxj_engine *engine = make_named((cxj_options){.cells_limit = 1}, &memory);
    struct cxj__core *core = &engine->core;
    add(engine, "touchpoints by channel");
    add(engine, "journeys by exit");
    add(engine, "touchpoints");
    record(engine, (cxj_touchpoint){.journey = 2, .at = 1, .channel = 1});
    record(engine, (cxj_touchpoint){.journey = 1, .at = 2, .channel = 2});
    post_all(engine, CXJ__POST_RESERVE_APART);
    for (size_t v = 0; v < 3; v++) ck_assert(!core->views[v]->sealed_lost);
    post_all(engine, CXJ__POST_ADD_APART);
    for (size_t v = 0; v < 3; v++) ck_assert_int_eq(core->views[v]->sealed_lost, v < 2);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * A journey that moves
 * ------------------------------------------------------------------------------------------------------------------ */

static const char *const standing_texts[] = {
    "journeys by outcome",          "journeys by exit per day ended", "journeys by type, exit with drivers",
    "journeys where had owner = c", "journeys with drivers",
};
enum { STANDING = sizeof standing_texts / sizeof *standing_texts };

/* Appends a touchpoint to journey 1 alone, so that cells do not have it yet; and lets it stand as it does then. */
static bool move(cxj_engine *engine, const cxj_touchpoint *t) {
    struct cxj__journey *journey = find_journey(engine, 1);
    const struct cxj__appended *item = engine->append.items;
    struct cxj__codes was = {{0}}, is = {{0}};
    if (engine->append.count == 0) {
        ck_assert_int_eq(cxj__append_next(&engine->append, &engine->core, journey, t), CXJ__APPENDED);
        return true;
    }
    cxj__core_set_journey_codes(&item->before, &was);
    cxj__core_set_journey_codes(&journey->fold, &is);
    struct cxj__standing before = {&item->before,    &item->before.in_hours, &was,      journey->count - 1U,
                                   journey->samples, &item->touchpoint,      item->held};
    struct cxj__standing after = {&journey->fold, journey->in_hours, &is, journey->count, journey->samples, NULL, 0};
    return cxj__post_move(&engine->core, journey, &before, &after, &item->facts[0], false);
}

/* "False where there is no memory, and nothing has moved then": of several views, in each of which the journey comes to
 * another cell, whichever lacks memory; for journeys short and long. */
START_TEST(journey_moves_in_all_views_or_in_none) {
    static shown before, now, after;
    const size_t length = journey_lengths[_i] == 64 ? 63 : journey_lengths[_i]; /* one does not become long so */
    heap memory = {0};
    cxj_engine *engine = make_engine(&memory, 0), *other = make_engine(NULL, 0);
    for (size_t v = 0; v < STANDING; v++) {
        add(engine, standing_texts[v]);
        add(other, standing_texts[v]);
    }
    for (size_t i = 0; i < length; i++) {
        cxj_touchpoint t = tardy(i);
        t.owner = 1 + (uint32_t)i % 2;
        record(engine, t);
        record(other, t);
    }
    cxj_touchpoint last = tardy(length + length % 2 + 1); /* which delivers late */
    last.owner = 3;
    last.type = 2;
    last.channel = 7;
    last.outcome = CXJ_OUTCOME_COMPLETED;
    record(other, last);
    show_cells(&after, other);
    show_cells(&before, engine);
    move(engine, &last);
    bool moved = false;
    uint64_t n = 1;
    for (; !moved; n++) {
        let_fail(&memory, n);
        moved = move(engine, &last);
        let_fail(&memory, 0);
        show_cells(&now, engine);
        check_texts(&now, moved ? &after : &before);
    }
    ck_assert_uint_gt(n, 2 * STANDING - 2); /* a cell, and at least a histogram, in most of them */
    cxj_engine_destroy(engine);
    cxj_engine_destroy(other);
}
END_TEST

/* The same where the first view finds all that it needs, and only the second has to make its cell: the first is led
 * back. */
START_TEST(first_of_two_views_is_led_back_where_the_second_lacks_memory) {
    static shown before, now;
    heap memory = {0};
    cxj_engine *engine = make_engine(&memory, 0);
    add(engine, "journeys by outcome");
    add(engine, "journeys by exit");
    for (uint64_t journey = 2; journey < 4; journey++) { /* the cell to which the first will go is there */
        record(engine, (cxj_touchpoint){.journey = journey, .at = 1, .channel = 1});
        record(engine, (cxj_touchpoint){.journey = journey, .at = 2, .channel = 1, .outcome = 1});
    }
    record(engine, (cxj_touchpoint){.journey = 1, .at = 1, .channel = 1});
    const cxj_touchpoint last = {.journey = 1, .at = 2, .channel = 2, .outcome = 1};
    show_cells(&before, engine);
    move(engine, &last);
    memory.refuses = true;
    ck_assert(!move(engine, &last));
    memory.refuses = false;
    ck_assert(engine->core.has_emptied);
    show_cells(&now, engine);
    check_texts(&now, &before);
    ck_assert(move(engine, &last));
    ck_assert(value_of(engine->core.views[1], "b", CXJ_GRAIN_JOURNEYS, "journeys") >= 1);
    cxj_engine_destroy(engine);
}
END_TEST

static const struct cxj__cell *standing_cell(const struct cxj__core *core, const struct cxj__journey *journey,
                                             const cxj_view *view) {
    struct cxj__key key;
    uint64_t probes = 0;
    return cxj__post_stands(core, journey, view, &key) ? cxj__view_find(view, &core->seed, &key, &probes) : NULL;
}

/* "The key under which a journey stands in a view of journeys, by its own fold; false: it does not." */
START_TEST(a_journey_stands_under_the_key_of_the_cell_that_counts_it) {
    cxj_engine *engine = make_engine(NULL, 0);
    struct cxj__core *core = &engine->core;
    const cxj_view *by_exit = add(engine, "journeys by exit"), *ended = add(engine, "journeys per day ended"),
                   *had = add(engine, "journeys where had owner = c");
    record(engine, (cxj_touchpoint){.journey = 1, .at = 1, .channel = 2});
    record(engine, (cxj_touchpoint){.journey = 2, .at = 1, .channel = 3, .owner = 3});
    struct cxj__journey *first = find_journey(engine, 1), *second = find_journey(engine, 2);
    ck_assert_uint_eq(standing_cell(core, first, by_exit)->key.parts[0], 2);
    ck_assert_uint_eq(standing_cell(core, second, by_exit)->key.parts[0], 3);
    ck_assert_ptr_null(standing_cell(core, first, ended));
    ck_assert_ptr_null(standing_cell(core, first, had));
    ck_assert_ptr_eq(standing_cell(core, second, had), had->cells[0]);
    record(engine, (cxj_touchpoint){.journey = 1, .at = 2, .outcome = 1});
    ck_assert_ptr_eq(standing_cell(core, first, ended), ended->cells[0]);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Samples
 * ------------------------------------------------------------------------------------------------------------------ */

/* "Where there was no memory to keep them, they are found out again": what such a journey adds and takes is the same,
 * and they can be kept again. */
START_TEST(samples_are_found_out_again) {
    static shown with, without, now;
    heap memory = {0};
    cxj_engine *engine = make_with_journey(&memory, journey_lengths[_i]);
    struct cxj__core *core = &engine->core;
    struct cxj__journey *journey = find_journey(engine, 1);
    show_all(&with, engine);
    cxj__journey_drop_samples(journey, &core->memory);
    ck_assert_uint_eq(journey->sample_capacity, 0);
    memory.refuses = true;
    bool regained = cxj__post_regain_samples(core, journey);
    ck_assert_int_eq(regained, journey->fold.samples == 0);
    cxj__post_renew_samples(core, journey);
    ck_assert_uint_eq(journey->sample_capacity, 0);
    post_all(engine, CXJ__POST_TAKE);
    memory.refuses = false;
    show_cells(&without, engine);
    post_all(engine, CXJ__POST_ADD);
    ck_assert_uint_eq(journey->sample_capacity, 0);
    ck_assert(cxj__post_regain_samples(core, journey));
    show_all(&now, engine);
    check_texts(&now, &with);
    cxj__journey_drop_samples(journey, &core->memory);
    cxj__post_renew_samples(core, journey);
    show_all(&now, engine);
    check_texts(&now, &with);
    post_all(engine, CXJ__POST_TAKE);
    show_cells(&now, engine);
    check_texts(&now, &without);
    cxj_engine_destroy(engine);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Views that come later
 * ------------------------------------------------------------------------------------------------------------------ */

/* "A call that fails has changed nothing": a view for which memory ends while it is filled is not there, and the same
 * text gives it when there is memory again. */
START_TEST(entrance_without_memory_leaves_no_trace) {
    static cxj_touchpoint t[FIRST];
    begin_chance(seed);
    draw(t, FIRST);
    const char *text = view_texts[_i];
    cxj_engine *without = make_engine(NULL, 0), *with = make_engine(NULL, 0);
    record_all(without, t, FIRST);
    record_all(with, t, FIRST);
    add(with, text);
    heap memory = {0};
    cxj_engine *engine = make_engine(&memory, 0);
    record_all(engine, t, FIRST);
    cxj_status status = CXJ_NO_MEMORY;
    for (uint64_t fail_at = 1; status != CXJ_OK; fail_at++) {
        cxj_view *view = NULL;
        give_back_room(engine);
        let_fail(&memory, fail_at);
        status = cxj_view_add(engine, text, CXJ_ZERO_TERMINATED, &view);
        memory.fail_at = 0;
        if (status == CXJ_OK) continue;
        ck_assert_int_eq(status, CXJ_NO_MEMORY);
        ck_assert_ptr_null(view);
        check_same(engine, without);
    }
    check_same(engine, with);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(without);
    cxj_engine_destroy(with);
}
END_TEST

/* Refuses blocks beyond 512 KB: of all that a change of some touchpoints needs, only the index of a long journey is
 * one. */
static void *allocate_small(void *context, void *block, size_t old_size, size_t new_size) {
    return new_size > 524288 ? NULL : allocate(context, block, old_size, new_size);
}

/* The same where a long journey enters more cells than its index has room for: all at once, and then with what
 * comes. */
START_TEST(long_journey_without_memory_for_its_index_leaves_no_trace) {
    enum { LONG = 700, THEN_LONG = 30, MANY = 22, WITHOUT = 2 }; /* half of a power of two is passed by the last */
    static cxj_touchpoint t[LONG + THEN_LONG];
    for (size_t i = 0; i < LONG + THEN_LONG; i++) t[i] = tardy(i);
    heap memory = {0};
    cxj_engine *engine = make_engine(&memory, 0);
    cxj_view *views[MANY] = {NULL};
    record_all(engine, t, LONG);
    for (uint32_t v = 0; v < MANY; v++) {
        char text[80];
        snprintf(text, sizeof text, "touchpoints per hour where stage in (\"\", s%" PRIu32 ")", v);
        for (uint64_t fail_at = 1; views[v] == NULL; fail_at++) {
            give_back_room(engine);
            let_fail(&memory, v < WITHOUT ? fail_at : 0);
            cxj_status status = cxj_view_add(engine, text, CXJ_ZERO_TERMINATED, &views[v]);
            memory.fail_at = 0;
            ck_assert_int_eq(status, views[v] == NULL ? CXJ_NO_MEMORY : CXJ_OK);
            ck_assert_uint_eq(engine->core.view_count, v + (views[v] != NULL));
        }
    }
    const struct cxj__index *index = find_journey(engine, 1)->index;
    const size_t capacity = index->capacity;
    engine->core.memory.allocate = allocate_small;
    ck_assert_int_eq(change(engine, t + LONG, THEN_LONG), CXJ_NO_MEMORY);
    undo(engine);
    engine->core.memory.allocate = allocate;
    ck_assert_uint_eq(index->capacity, capacity);
    for (uint32_t v = 0; v < MANY; v++) ck_assert_uint_eq(views[v]->cell_count, LONG);
    /* The index knows of each cell, so each goes with its touchpoint. */
    record_all(engine, t + LONG, THEN_LONG);
    ck_assert_uint_gt(index->capacity, capacity);
    for (uint64_t id = LONG + THEN_LONG; id > 0; id--) {
        for (uint32_t v = 0; v < MANY; v++) ck_assert_uint_eq(views[v]->cell_count, id);
        ck_assert_int_eq(cxj_withdraw(engine, 1, id, 0), CXJ_OK);
    }
    cxj_engine_destroy(engine);
}
END_TEST

/* "A view may be added at any time: … it is filled as if it had been there from the start" (section 5). */
START_TEST(entrance_equals_being_there_from_the_start) {
    static cxj_touchpoint first[FIRST], then[THEN];
    begin_chance(seed + (uint64_t)_i);
    draw(first, FIRST);
    draw(then, THEN);
    cxj_engine *engine = make_engine(NULL, 0), *other = make_engine(NULL, 0);
    add_views(engine);
    record_all(engine, first, FIRST);
    record_all(other, first, FIRST);
    add_views(other);
    check_same(engine, other);
    /* What comes then finds all that it needs, also in the index of the long journey. */
    record_all(engine, then, THEN);
    record_all(other, then, THEN);
    check_same(engine, other);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(other);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * What is distinct, and what a journey had
 * ------------------------------------------------------------------------------------------------------------------ */

/* Counts the journeys in which a touchpoint that contributes says yes. */
static double count_journeys(const cxj_engine *engine, bool (*says_yes)(const cxj_touchpoint *t)) {
    double journeys = 0;
    for (size_t place = 0; place < engine->core.store.places; place++) {
        const struct cxj__journey *journey = cxj__store_at(&engine->core.store, place);
        bool is_one = false;
        for (size_t i = 0; journey->number != 0 && i < journey->count; i++) {
            struct cxj__entry entry;
            cxj__journey_unpack(journey, i, &entry);
            is_one |= says_yes(&entry.touchpoint);
        }
        journeys += is_one;
    }
    return journeys;
}

static bool is_by_b(const cxj_touchpoint *t) {
    return t->channel == 2;
}

static bool is_of_policy(const cxj_touchpoint *t) {
    return t->cause == 1 && t->team != 2;
}

static bool has_c_or_d(const cxj_touchpoint *t) {
    return t->owner == 3 || t->owner == 4;
}

static bool has_no_stage(const cxj_touchpoint *t) {
    return t->stage == 0;
}

/* "distinct journeys with a touchpoint in the cell" and "journeys with at least one touchpoint of that" (sections 6 and
 * 5), counted by looking at all of them: while journeys grow beyond what is short, are corrected and taken back. */
START_TEST(distinct_and_had_are_what_can_be_counted) {
    static const struct {
        const char *text;
        const char *key;
        uint32_t grain;
        bool (*says_yes)(const cxj_touchpoint *t);
    } cases[] = {
        {"touchpoints by channel", "b", CXJ_GRAIN_TOUCHPOINTS, is_by_b},
        {"touchpoints where cause = a and team in (\"\", a, c)", NULL, CXJ_GRAIN_TOUCHPOINTS, is_of_policy},
        {"journeys where had owner in (c, d)", NULL, CXJ_GRAIN_JOURNEYS, has_c_or_d},
        {"journeys where had stage = \"\"", NULL, CXJ_GRAIN_JOURNEYS, has_no_stage},
    };
    enum { CASES = sizeof cases / sizeof *cases, STEPS = 900 };
    cxj_engine *engine = make_engine(NULL, 0);
    const cxj_view *views[CASES];
    begin_chance(seed + (uint64_t)_i);
    for (size_t i = 0; i < CASES; i++) views[i] = add(engine, cases[i].text);
    for (size_t step = 0; step < STEPS; step++) {
        cxj_touchpoint t = random_touchpoint();
        t.revision = step;
        t.id = 1 + chance(180);
        t.owner = chance(40) ? 1 + chance(2) : t.owner;
        t.stage = (uint16_t)(chance(30) ? 5 : 0);
        t.channel = (uint16_t)(chance(20) ? 1 : 2);
        if (chance(3) == 0) t.facets = CXJ_FACET_WITHDRAWN;
        record(engine, t);
        for (size_t i = 0; i < CASES; i++) {
            double value = value_of(views[i], cases[i].key, cases[i].grain, "journeys");
            double expected = count_journeys(engine, cases[i].says_yes);
            if (expected < 1) expected = -1; /* then there is no cell */
            ck_assert_msg(!(value < expected) && !(value > expected), "%s, step %zu: %g, not %g", cases[i].text, step,
                          value, expected);
        }
    }
    ck_assert_ptr_nonnull(find_journey(engine, 1)->index);
    cxj_engine_destroy(engine);
}
END_TEST

/* "distinct journeys with a touchpoint in the cell" (section 6), for journeys with and without an index. */
START_TEST(journeys_of_a_cell_are_distinct) {
    static const size_t lengths[] = {1, 64, 65, 130};
    for (size_t l = 0; l < 4; l++) {
        cxj_engine *engine = make_engine(NULL, 0);
        const cxj_view *view = add(engine, "touchpoints where channel = a");
        for (uint64_t id = 1; id <= lengths[l]; id++) {
            cxj_touchpoint t = {.journey = 1, .id = id, .at = (int64_t)id, .channel = 1 + id % 2};
            record(engine, t);
            t.journey = 2;
            t.channel = 1;
            record(engine, t);
        }
        ck_assert_double_eq(metric_of(view, CXJ_GRAIN_TOUCHPOINTS, "journeys"), lengths[l] > 1 ? 2 : 1);
        /* The first journey leaves the cell when its last touchpoint there does. */
        for (uint64_t id = 2; id <= lengths[l]; id += 2) {
            ck_assert_double_eq(metric_of(view, CXJ_GRAIN_TOUCHPOINTS, "journeys"), 2);
            ck_assert_int_eq(cxj_withdraw(engine, 1, id, 0), CXJ_OK);
        }
        ck_assert_double_eq(metric_of(view, CXJ_GRAIN_TOUCHPOINTS, "journeys"), 1);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* "journeys with at least one touchpoint of that" (section 5), for journeys with and without an index. */
START_TEST(journey_is_counted_while_it_had_what_is_asked) {
    static const size_t lengths[] = {1, 64, 65, 130};
    for (size_t l = 0; l < 4; l++) {
        cxj_engine *engine = make_engine(NULL, 0);
        const cxj_view *view = add(engine, "journeys where had owner in (c, d)");
        cxj_view_info info;
        for (uint64_t id = 1; id <= lengths[l]; id++) {
            const cxj_touchpoint t = {.journey = 1, .id = id, .at = (int64_t)id, .owner = 1 + id % 2};
            record(engine, t);
        }
        ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
        ck_assert_uint_eq(info.cells, 0);
        const cxj_touchpoint t = {.journey = 1, .id = 1000, .at = 1, .owner = 4};
        record(engine, t);
        ck_assert_double_eq(metric_of(view, CXJ_GRAIN_JOURNEYS, "journeys"), 1);
        ck_assert_int_eq(cxj_withdraw(engine, 1, 1000, 0), CXJ_OK);
        ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
        ck_assert_uint_eq(info.cells, 0);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* "the existing cells are exact, others are missing" (cxj_view_info), also when a journey that has touchpoints in
 * both becomes long. */
START_TEST(long_journey_in_an_incomplete_view_counts_what_is_there) {
    enum { LONG = 66 };
    const cxj_options options = {.size = sizeof options, .cells_limit = 1};
    cxj_engine *engine = NULL;
    uint32_t there = 0, missing = 0, metric = 0;
    cxj_view_info info;
    cxj_value result;
    const cxj_text key = {"there", CXJ_ZERO_TERMINATED};
    ck_assert_int_eq(cxj_engine_create(&options, NULL, 0, &engine), CXJ_OK);
    ck_assert_int_eq(cxj_code(engine, CXJ_DIMENSION_CHANNEL, "there", CXJ_ZERO_TERMINATED, &there), CXJ_OK);
    ck_assert_int_eq(cxj_code(engine, CXJ_DIMENSION_CHANNEL, "missing", CXJ_ZERO_TERMINATED, &missing), CXJ_OK);
    ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_TOUCHPOINTS, "journeys", CXJ_ZERO_TERMINATED, &metric), CXJ_OK);
    const cxj_view *view = add(engine, "touchpoints by channel");
    for (uint64_t id = 1; id <= LONG; id++) {
        cxj_touchpoint t = {.journey = 1, .id = id, .at = (int64_t)id};
        t.channel = (uint16_t)(id % 2 ? there : missing);
        record(engine, t);
    }
    for (uint64_t id = 1; id <= LONG; id += 2) {
        ck_assert_int_eq(cxj_view_get(view, &key, sizeof key, 1, &metric, 1, NULL, 0, &result, sizeof result), CXJ_OK);
        ck_assert_double_eq(result.value, 1);
        ck_assert_int_eq(cxj_withdraw(engine, 1, id, 0), CXJ_OK);
    }
    ck_assert_int_eq(cxj_view_get(view, &key, sizeof key, 1, &metric, 1, NULL, 0, &result, sizeof result), CXJ_LIMIT);
    ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
    ck_assert_uint_eq(info.incomplete, 1);
    ck_assert_uint_eq(info.cells, 0);
    cxj_engine_destroy(engine);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    read_surroundings("post");
    Suite *suite = suite_create("post");
    TCase *postings = tcase_create("postings");
    tcase_set_timeout(postings, 240);
    tcase_add_loop_test(postings, postings_taken_back_with_a_budget_leave_nothing, 0, LENGTHS);
    tcase_add_loop_test(postings, posting_is_made_whole_or_not_at_all, 0, LENGTHS);
    tcase_add_loop_test(postings, only_one_view_is_posted_to, 0, LENGTHS);
    tcase_add_loop_test(postings, needed_cells_stay_until_they_are_forced, 0, LENGTHS);
    tcase_add_loop_test(postings, what_is_forced_is_exact_or_lost, 0, LENGTHS);
    tcase_add_loop_test(postings, samples_are_found_out_again, 0, LENGTHS);
    suite_add_tcase(suite, postings);
    TCase *apart = tcase_create("apart");
    tcase_set_timeout(apart, 120);
    tcase_add_loop_test(apart, what_is_added_apart_is_what_the_journey_contributes, 0, LENGTHS);
    tcase_add_test(apart, what_is_apart_of_a_missing_cell_is_lost);
    suite_add_tcase(suite, apart);
    TCase *moves = tcase_create("moves");
    tcase_set_timeout(moves, 120);
    tcase_add_loop_test(moves, journey_moves_in_all_views_or_in_none, 0, LENGTHS);
    tcase_add_test(moves, first_of_two_views_is_led_back_where_the_second_lacks_memory);
    tcase_add_test(moves, a_journey_stands_under_the_key_of_the_cell_that_counts_it);
    suite_add_tcase(suite, moves);
    TCase *views = tcase_create("views");
    tcase_set_timeout(views, 120);
    tcase_add_loop_test(views, entrance_without_memory_leaves_no_trace, 0, VIEWS);
    tcase_add_test(views, long_journey_without_memory_for_its_index_leaves_no_trace);
    tcase_add_loop_test(views, entrance_equals_being_there_from_the_start, 0, 8);
    suite_add_tcase(suite, views);
    TCase *distinct = tcase_create("distinct");
    tcase_set_timeout(distinct, 120);
    tcase_add_loop_test(distinct, distinct_and_had_are_what_can_be_counted, 0, 4);
    tcase_add_test(distinct, journeys_of_a_cell_are_distinct);
    tcase_add_test(distinct, journey_is_counted_while_it_had_what_is_asked);
    tcase_add_test(distinct, long_journey_in_an_incomplete_view_counts_what_is_there);
    suite_add_tcase(suite, distinct);
    return run_suite(suite);
}
