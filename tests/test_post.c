/* post: facts to cells. What src/post.h promises: a posting is made whole or not at all, and what was posted can be taken
 * back by going through the same once more.
 *
 * SPDX-License-Identifier: MIT
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    enum { LONG = 520, THEN_LONG = 30, MANY = 22, WITHOUT = 2 };
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

/* "the cells that are there are exact, others are missing" (cxj_view_info), also when a journey that has touchpoints in
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
    TCase *views = tcase_create("views");
    tcase_set_timeout(views, 120);
    tcase_add_loop_test(views, entrance_without_memory_leaves_no_trace, 0, VIEWS);
    tcase_add_test(views, long_journey_without_memory_for_its_index_leaves_no_trace);
    tcase_add_loop_test(views, entrance_equals_being_there_from_the_start, 0, 8);
    suite_add_tcase(suite, views);
    TCase *distinct = tcase_create("distinct");
    tcase_set_timeout(distinct, 120);
    tcase_add_test(distinct, journeys_of_a_cell_are_distinct);
    tcase_add_test(distinct, journey_is_counted_while_it_had_what_is_asked);
    tcase_add_test(distinct, long_journey_in_an_incomplete_view_counts_what_is_there);
    suite_add_tcase(suite, distinct);
    return run_suite(suite);
}
