/* erase: what takes away. What src/erase.h promises: it needs no memory, and cannot fail.
 *
 * SPDX-License-Identifier: MIT
 */
#include "erase.h"
#include "world.h"

#include <stdio.h>
#include <string.h>

/* "What takes away always succeeds": whichever journey, and whatever memory there is. "the cells are what they would be
 * had they never come" (section 3.4). */
START_TEST(erasing_needs_no_memory) {
    static cxj_touchpoint t[FIRST];
    begin_chance(seed + (uint64_t)_i);
    draw(t, FIRST);
    heap memory = {0};
    cxj_engine *engine = make_engine(&memory, 0), *other = make_engine(NULL, 0);
    add_views(engine);
    record_all(engine, t, FIRST);
    for (uint64_t number = 1; number <= 10; number++) {
        bool held = false;
        for (size_t i = 0; i < FIRST; i++) held |= t[i].journey == number && !(t[i].facets & CXJ_FACET_WITHDRAWN);
        end_memory(engine, &memory, _i % 2);
        cxj_status status = cxj_erase_journey(engine, number);
        return_memory(engine, &memory);
        ck_assert(status == CXJ_OK || (!held && status == CXJ_NOT_FOUND));
        cxj_engine_destroy(other);
        other = make_engine(NULL, 0);
        add_views(other);
        for (size_t i = 0; i < FIRST; i++) {
            if (t[i].journey > number) record(other, t[i]);
        }
        check_same(engine, other);
    }
    for (size_t v = 0; v < VIEWS; v++) {
        cxj_view *view = NULL;
        ck_assert_int_eq(cxj_view_at(engine, 0, &view), CXJ_OK);
        end_memory(engine, &memory, _i % 2);
        ck_assert_int_eq(cxj_view_drop(engine, view), CXJ_OK);
    }
    cxj_engine_destroy(engine);
    cxj_engine_destroy(other);
}
END_TEST

/* The same of all journeys that state a customer. */
START_TEST(customer_is_erased_without_memory) {
    enum { JOURNEYS = 6 };
    for (int by_limit = 0; by_limit < 2; by_limit++) {
        heap memory = {0};
        cxj_engine *engine = make_engine(&memory, 0);
        const cxj_view *view = add(engine, "touchpoints");
        for (uint64_t i = 0; i < 20 * JOURNEYS; i++) {
            cxj_touchpoint t = tardy(i / JOURNEYS);
            t.journey = 1 + i % JOURNEYS;
            t.customer = t.journey < JOURNEYS ? 5 : 6;
            if (i / JOURNEYS < 3 * t.journey) record(engine, t);
        }
        uint64_t erased = 99;
        give_back_room(engine);
        end_memory(engine, &memory, by_limit);
        ck_assert_int_eq(cxj_erase_customer(engine, 5, &erased), CXJ_OK);
        ck_assert_uint_eq(erased, JOURNEYS - 1);
        return_memory(engine, &memory);
        ck_assert_double_eq(metric_of(view, CXJ_GRAIN_TOUCHPOINTS, "touchpoints"), 3 * JOURNEYS);
        ck_assert_double_eq(metric_of(view, CXJ_GRAIN_TOUCHPOINTS, "journeys"), 1);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* Each cell of an engine is one of the other's, and shows the same; where no view is incomplete, they are all. Journeys
 * are the same in any case. Returns how many views are incomplete. */
static size_t check_exact(const cxj_engine *engine, const cxj_engine *other) {
    static shown x, y;
    size_t incomplete = 0;
    cxj_view *view = NULL, *its = NULL;
    for (size_t i = 0; cxj_view_at(engine, i, &view) == CXJ_OK; i++) {
        ck_assert_int_eq(cxj_view_at(other, i, &its), CXJ_OK);
        x.length = y.length = 0;
        show_view(&x, view);
        show_view(&y, its);
        if (!view->incomplete) {
            ck_assert_msg(strcmp(x.text, y.text) == 0, "view %zu is not the same", i);
            continue;
        }
        incomplete++;
        ck_assert(!its->incomplete);
        for (char *line = strtok(strchr(x.text, '\n'), "\n"); line != NULL; line = strtok(NULL, "\n")) {
            ck_assert_msg(strstr(y.text, line) != NULL, "view %zu has a cell that is not exact", i);
        }
    }
    x.length = y.length = 0;
    for (uint64_t number = 1; number <= 12; number++) {
        show_journey(&x, engine, number);
        show_journey(&y, other, number);
    }
    ck_assert(x.length == 0 || strcmp(x.text, y.text) == 0);
    ck_assert_uint_eq(engine->core.touchpoints, other->core.touchpoints);
    ck_assert_uint_eq(engine->core.journeys, other->core.journeys);
    ck_assert_uint_eq(engine->core.held, other->core.held);
    ck_assert_int_eq(cxj__core_latest(&engine->core), cxj__core_latest(&other->core));
    ck_assert_mem_eq(engine->core.facet_counts, other->core.facet_counts, sizeof engine->core.facet_counts);
    return incomplete;
}

static void advance_both(cxj_engine *engine, cxj_engine *other, int64_t hours) {
    advance(engine, START + HOUR * hours);
    advance(other, START + HOUR * hours);
}

/* So does taking back what is held. Where there is no memory for what the journey amounts to then, cells are lost and
 * their views say so; all others stay exact, now and ever after: what comes later, corrected, overdue, sealed. */
START_TEST(withdrawing_needs_no_memory) {
    static cxj_touchpoint first[FIRST], then[THEN];
    begin_chance(seed + 100 + (uint64_t)_i);
    draw(first, FIRST);
    draw(then, THEN);
    heap memory = {0};
    cxj_engine *engine = make_engine(&memory, 0), *other = make_engine(NULL, 0);
    engine->core.seal_idle_after = other->core.seal_idle_after = _i % 4 == 3 ? HOUR * 900 : 0;
    add_views(engine);
    add_views(other);
    record_all(engine, first, FIRST);
    record_all(other, first, FIRST);
    size_t withdrawn = 0, incomplete = 0;
    for (size_t i = 0; i < FIRST; i++) {
        const cxj_touchpoint *t = &first[chance(FIRST)];
        uint64_t probes = 0;
        const struct cxj__journey *journey =
            cxj__store_find(&engine->core.store, &engine->core.seed, t->journey, &probes);
        if (t->id == 0 || journey == NULL ||
            cxj__journey_find_id(journey, t->id, &engine->core.seed, &probes) == SIZE_MAX) {
            continue;
        }
        end_memory(engine, &memory, _i % 2);
        cxj_status status = cxj_withdraw(engine, t->journey, t->id, 0);
        ck_assert_msg(status == CXJ_OK, "%s", cxj_message(engine));
        ck_assert(engine->core.memory.limit == 0 || engine->core.memory.used <= engine->core.memory.limit);
        return_memory(engine, &memory);
        ck_assert_int_eq(cxj_withdraw(other, t->journey, t->id, 0), CXJ_OK);
        withdrawn++;
        if (withdrawn % 4 == 1) incomplete = check_exact(engine, other);
        if (withdrawn % 16 == 5) advance_both(engine, other, 40 * (int64_t)i / 10);
    }
    ck_assert_uint_gt(withdrawn, 20);
    for (size_t i = 0; i < THEN; i++) {
        cxj_status status = cxj_record(engine, &then[i], sizeof *then, 1, 0, NULL, 0);
        ck_assert_int_eq(status, cxj_record(other, &then[i], sizeof *then, 1, 0, NULL, 0));
        if (i % 8 == 0) check_exact(engine, other);
    }
    advance_both(engine, other, 1000);
    check_exact(engine, other);
    advance_both(engine, other, 9000);
    incomplete = check_exact(engine, other);
    ck_assert_uint_eq(engine->core.store.sealed.count, other->core.store.sealed.count);
    printf("erase: %zu taken back without memory, %zu of %d views are incomplete\n", withdrawn, incomplete, VIEWS);
    cxj_engine_destroy(engine);
    cxj_engine_destroy(other);
}
END_TEST

/* An engine that is full, and that a host frees again: every touchpoint can be taken back, every journey erased. */
START_TEST(a_full_engine_can_be_emptied) {
    for (int way = 0; way < 3; way++) {
        heap memory = {0};
        cxj_engine *engine = make_engine(&memory, 0);
        begin_chance(seed + 7);
        add_views(engine);
        engine->core.memory.limit = 400000;
        static cxj_touchpoint taken[20000];
        size_t count = 0;
        for (cxj_status status = CXJ_OK; status == CXJ_OK && count < 20000; count++) {
            taken[count] = random_touchpoint();
            taken[count].journey = 1 + chance(300);
            taken[count].id = count + 1;
            taken[count].facets &= ~(uint32_t)CXJ_FACET_WITHDRAWN;
            status = cxj_record(engine, &taken[count], sizeof *taken, 1, 0, NULL, 0);
        }
        count--;
        ck_assert_uint_gt(count, 100);
        for (size_t i = 0; i < count; i++) {
            const cxj_touchpoint *t = &taken[way == 1 ? count - 1 - i : i];
            cxj_status status =
                way < 2 ? cxj_withdraw(engine, t->journey, t->id, 0) : cxj_erase_journey(engine, t->journey);
            ck_assert(status == CXJ_OK || (way == 2 && status == CXJ_NOT_FOUND));
            ck_assert_uint_le(engine->core.memory.used, engine->core.memory.limit);
        }
        ck_assert_uint_eq(engine->core.touchpoints, 0);
        for (size_t v = 0; v < VIEWS; v++) {
            cxj_view_info info;
            cxj_view *view = NULL;
            ck_assert_int_eq(cxj_view_at(engine, v, &view), CXJ_OK);
            ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
            ck_assert_uint_eq(info.cells, 0);
        }
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* "the cells are what they would be had they never come" (section 3.4). */
START_TEST(erasure_equals_never_having_come) {
    static cxj_touchpoint t[FIRST];
    begin_chance(seed + (uint64_t)_i);
    draw(t, FIRST);
    for (uint64_t number = 1; number <= 3; number++) {
        cxj_engine *engine = make_engine(NULL, 0), *other = make_engine(NULL, 0);
        add_views(engine);
        add_views(other);
        record_all(engine, t, FIRST);
        for (size_t i = 0; i < FIRST; i++) {
            if (t[i].journey != number) record(other, t[i]);
        }
        struct cxj__core *core = &engine->core;
        struct cxj__journey *journey = cxj__store_find(&core->store, &core->seed, number, &core->store.probes);
        ck_assert_ptr_nonnull(journey);
        cxj__erase_journey(core, journey);
        cxj__core_find_latest(core);
        check_same(engine, other);
        cxj_engine_destroy(engine);
        cxj_engine_destroy(other);
    }
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    read_surroundings("erase");
    Suite *suite = suite_create("erase");
    TCase *away = tcase_create("away");
    tcase_set_timeout(away, 120);
    tcase_add_loop_test(away, erasing_needs_no_memory, 0, 6);
    tcase_add_test(away, customer_is_erased_without_memory);
    tcase_add_loop_test(away, withdrawing_needs_no_memory, 0, stride > 5 ? 4 : 24);
    tcase_add_test(away, a_full_engine_can_be_emptied);
    tcase_add_loop_test(away, erasure_equals_never_having_come, 0, 4);
    suite_add_tcase(suite, away);
    return run_suite(suite);
}
