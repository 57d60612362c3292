/* test_alert: deadlines on a heap.
 *
 * CXJ_SEED takes the seed of the random parts; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "alert.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed = 1;
static uint64_t chance_state;

static uint64_t chance(void) {
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (chance_state >> 32 | chance_state << 32) * UINT64_C(0x9e3779b97f4a7c15);
}

static void *refuse(void *context, void *block, size_t old_size, size_t new_size) {
    (void)context;
    (void)block;
    (void)old_size;
    (void)new_size;
    return NULL;
}

static struct cxj__memory plenty(void) {
    return (struct cxj__memory){cxj__base_allocate, NULL, 0, 0};
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Which deadlines hold
 * ------------------------------------------------------------------------------------------------------------------ */

static bool all_hold(const void *context, const struct cxj__deadline *deadline) {
    (void)context;
    (void)deadline;
    return true;
}

static bool none_holds(const void *context, const struct cxj__deadline *deadline) {
    (void)context;
    (void)deadline;
    return false;
}

/* Those of places below the number that context points to. */
static bool first_places_hold(const void *context, const struct cxj__deadline *deadline) {
    return deadline->place < *(const uint32_t *)context;
}

/* Reserves for one and pushes it. */
static void push(struct cxj__agenda *agenda, struct cxj__memory *memory, int64_t due, uint32_t place,
                 uint32_t commitment) {
    ck_assert(cxj__alert_reserve(agenda, memory, 1, all_hold, NULL));
    cxj__alert_push(agenda, (struct cxj__deadline){due, place, commitment});
}

static void pops(struct cxj__agenda *agenda, int64_t before, int64_t due, uint32_t place, uint32_t commitment) {
    struct cxj__deadline deadline;
    ck_assert(cxj__alert_pop(agenda, before, &deadline));
    ck_assert_int_eq(deadline.due, due);
    ck_assert_uint_eq(deadline.place, place);
    ck_assert_uint_eq(deadline.commitment, commitment);
}

static void pops_nothing(struct cxj__agenda *agenda, int64_t before) {
    struct cxj__deadline deadline = {-7, 7, 7};
    ck_assert(!cxj__alert_pop(agenda, before, &deadline));
    ck_assert_int_eq(deadline.due, -7);
}

static void finish(struct cxj__agenda *agenda, struct cxj__memory *memory) {
    cxj__alert_finish(agenda, memory);
    ck_assert_uint_eq(agenda->count, 0);
    ck_assert_uint_eq(memory->used, 0);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Order
 * ------------------------------------------------------------------------------------------------------------------ */

/* Section 4: of an open journey "those … with due < now are overdue"; at the due itself it has not passed. */
START_TEST(a_deadline_passes_after_its_due) {
    struct cxj__memory memory = plenty();
    struct cxj__agenda agenda = {0};
    pops_nothing(&agenda, INT64_MAX);
    push(&agenda, &memory, 100, 1, 2);
    pops_nothing(&agenda, 99);
    pops_nothing(&agenda, 100);
    pops(&agenda, 101, 100, 1, 2);
    pops_nothing(&agenda, INT64_MAX);
    finish(&agenda, &memory);
}
END_TEST

START_TEST(order_is_by_due_then_place_then_commitment) {
    struct cxj__memory memory = plenty();
    struct cxj__agenda agenda = {0};
    push(&agenda, &memory, 5, 2, 1);
    push(&agenda, &memory, 5, 2, 0);
    push(&agenda, &memory, -5, 9, 7);
    push(&agenda, &memory, 5, 1, 7);
    push(&agenda, &memory, INT64_MIN, 0, 0);
    push(&agenda, &memory, 4, 9, 9);
    pops(&agenda, 6, INT64_MIN, 0, 0);
    pops(&agenda, 6, -5, 9, 7);
    pops(&agenda, 6, 4, 9, 9);
    pops(&agenda, 6, 5, 1, 7);
    pops(&agenda, 6, 5, 2, 0);
    pops(&agenda, 6, 5, 2, 1);
    pops_nothing(&agenda, 6);
    finish(&agenda, &memory);
}
END_TEST

/* Section 9: an occasion "fires once". */
START_TEST(equal_deadlines_are_popped_once) {
    struct cxj__memory memory = plenty();
    struct cxj__agenda agenda = {0};
    for (int i = 0; i < 5; i++) {
        push(&agenda, &memory, 7, 1, 1);
        push(&agenda, &memory, 7, 1, 2);
        push(&agenda, &memory, 7, 2, 1);
        push(&agenda, &memory, 8, 1, 1);
    }
    pops(&agenda, 9, 7, 1, 1);
    pops(&agenda, 9, 7, 1, 2);
    pops(&agenda, 9, 7, 2, 1);
    pops(&agenda, 9, 8, 1, 1);
    pops_nothing(&agenda, 9);
    ck_assert_uint_eq(agenda.count, 0);
    finish(&agenda, &memory);
}
END_TEST

static int compare_deadlines(const void *a, const void *b) {
    const struct cxj__deadline *x = a, *y = b;
    if (x->due != y->due) return x->due < y->due ? -1 : 1;
    if (x->place != y->place) return x->place < y->place ? -1 : 1;
    return (x->commitment > y->commitment) - (x->commitment < y->commitment);
}

/* Pops all that is left and compares with the sorted deadlines, each once. */
static void pops_sorted(struct cxj__agenda *agenda, struct cxj__deadline *deadlines, size_t count) {
    qsort(deadlines, count, sizeof *deadlines, compare_deadlines);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && compare_deadlines(&deadlines[i - 1], &deadlines[i]) == 0) continue;
        pops(agenda, INT64_MAX, deadlines[i].due, deadlines[i].place, deadlines[i].commitment);
    }
    pops_nothing(agenda, INT64_MAX);
}

START_TEST(any_order_of_pushes_pops_in_order) {
    static struct cxj__deadline deadlines[300];
    for (size_t count = 1; count <= 300; count += 1 + count / 9) {
        struct cxj__memory memory = plenty();
        struct cxj__agenda agenda = {0};
        for (size_t i = 0; i < count; i++) {
            deadlines[i] = (struct cxj__deadline){(int64_t)(chance() % 50) - 25, (uint32_t)(chance() % 3),
                                                  (uint32_t)(chance() % 3)};
            push(&agenda, &memory, deadlines[i].due, deadlines[i].place, deadlines[i].commitment);
        }
        pops_sorted(&agenda, deadlines, count);
        finish(&agenda, &memory);
    }
}
END_TEST

START_TEST(pushes_and_pops_may_alternate) {
    struct cxj__memory memory = plenty();
    struct cxj__agenda agenda = {0};
    int64_t last = -1;
    for (uint32_t i = 0; i < 500; i++) {
        push(&agenda, &memory, last + 1 + (int64_t)(chance() % 100), i, 0);
        push(&agenda, &memory, last + 1 + (int64_t)(chance() % 100), i, 1);
        struct cxj__deadline deadline;
        ck_assert(cxj__alert_pop(&agenda, INT64_MAX, &deadline));
        ck_assert_int_ge(deadline.due, last);
        last = deadline.due;
    }
    ck_assert_uint_eq(agenda.count, 500);
    finish(&agenda, &memory);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Compaction
 * ------------------------------------------------------------------------------------------------------------------ */

/* When the heap is full, deadlines that hold no more make way; those that hold stay, each once, in order. */
START_TEST(compaction_keeps_what_holds_once) {
    static struct cxj__deadline kept[64];
    struct cxj__memory memory = plenty();
    struct cxj__agenda agenda = {0};
    uint32_t places = 20;
    size_t count = 0;
    ck_assert(cxj__alert_reserve(&agenda, &memory, 128, all_hold, NULL));
    size_t capacity = agenda.capacity;
    while (agenda.count < capacity) {
        struct cxj__deadline deadline = {(int64_t)(chance() % 40), (uint32_t)agenda.count % 128, 3};
        if (deadline.place < places && count < 64) kept[count++] = deadline;
        cxj__alert_push(&agenda, deadline);
        if (agenda.count < capacity) cxj__alert_push(&agenda, deadline);
    }
    ck_assert(cxj__alert_reserve(&agenda, &memory, 1, first_places_hold, &places));
    ck_assert_uint_eq(agenda.capacity, capacity);
    ck_assert_uint_eq(agenda.count, count);
    pops_sorted(&agenda, kept, count);
    finish(&agenda, &memory);
}
END_TEST

/* After a compaction, as after pushes, what comes out is in order, whatever size is left. */
START_TEST(compaction_leaves_a_heap_of_any_size) {
    static struct cxj__deadline kept[200];
    for (uint32_t places = 0; places <= 70; places++) {
        struct cxj__memory memory = plenty();
        struct cxj__agenda agenda = {0};
        ck_assert(cxj__alert_reserve(&agenda, &memory, 200, all_hold, NULL));
        size_t capacity = agenda.capacity, count = 0;
        for (uint32_t i = 0; i < capacity; i++) {
            struct cxj__deadline deadline = {(int64_t)(chance() % 30), i % 200, 0};
            cxj__alert_push(&agenda, deadline);
            if (deadline.place < places) kept[count++] = deadline;
        }
        ck_assert(cxj__alert_reserve(&agenda, &memory, 1, first_places_hold, &places));
        pops_sorted(&agenda, kept, count);
        finish(&agenda, &memory);
    }
}
END_TEST

/* A journey whose promise moves a million times does not fill the memory. */
START_TEST(growth_is_bounded_by_what_holds) {
    struct cxj__memory memory = plenty();
    struct cxj__agenda agenda = {0};
    uint32_t places = 100;
    for (uint32_t i = 0; i < places; i++) push(&agenda, &memory, i, i, 0);
    for (uint32_t i = 0; i < 50000; i++) {
        ck_assert(cxj__alert_reserve(&agenda, &memory, 1, first_places_hold, &places));
        cxj__alert_push(&agenda, (struct cxj__deadline){1000 + i, places + i, 0});
        ck_assert_uint_le(agenda.capacity, 4 * (places + 1) + 64);
    }
    for (uint32_t i = 0; i < places; i++) pops(&agenda, 1000, i, i, 0);
    pops_nothing(&agenda, 1000);
    finish(&agenda, &memory);
}
END_TEST

/* On request a few are compacted as well as many. */
START_TEST(compaction_may_be_asked_for) {
    struct cxj__memory memory = plenty();
    struct cxj__agenda agenda = {0};
    uint32_t places = 2;
    cxj__alert_compact(&agenda, all_hold, NULL);
    for (uint32_t i = 0; i < 6; i++) push(&agenda, &memory, 10 - (int64_t)(i % 3), i % 3, 0);
    cxj__alert_compact(&agenda, first_places_hold, &places);
    ck_assert_uint_eq(agenda.count, 2);
    pops(&agenda, 100, 9, 1, 0);
    pops(&agenda, 100, 10, 0, 0);
    pops_nothing(&agenda, 100);
    finish(&agenda, &memory);
}
END_TEST

START_TEST(nothing_that_holds_leaves_nothing) {
    struct cxj__memory memory = plenty();
    struct cxj__agenda agenda = {0};
    for (uint32_t i = 0; i < 64; i++) push(&agenda, &memory, i, i, 0);
    while (agenda.count < agenda.capacity) cxj__alert_push(&agenda, (struct cxj__deadline){1, 1, 1});
    ck_assert(cxj__alert_reserve(&agenda, &memory, 1, none_holds, NULL));
    ck_assert_uint_eq(agenda.count, 0);
    pops_nothing(&agenda, INT64_MAX);
    finish(&agenda, &memory);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Room
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST(room_is_made_for_all_that_was_asked) {
    struct cxj__memory memory = plenty();
    struct cxj__agenda agenda = {0};
    for (size_t further = 1; further < 300; further += 17) {
        ck_assert(cxj__alert_reserve(&agenda, &memory, further, all_hold, NULL));
        ck_assert_uint_ge(agenda.capacity, agenda.count + further);
        for (size_t i = 0; i < further; i++) {
            int64_t due = (int64_t)(chance() % 9999);
            cxj__alert_push(&agenda, (struct cxj__deadline){due, (uint32_t)(further * 1000 + i), 0});
        }
    }
    finish(&agenda, &memory);
}
END_TEST

/* What was reserved needs no memory, and asking again for no more than that neither. */
START_TEST(room_reserved_is_not_asked_for_again) {
    struct cxj__memory memory = plenty();
    struct cxj__agenda agenda = {0};
    ck_assert(cxj__alert_reserve(&agenda, &memory, 10, all_hold, NULL));
    memory.allocate = refuse;
    ck_assert(cxj__alert_reserve(&agenda, &memory, agenda.capacity, none_holds, NULL));
    ck_assert(!cxj__alert_reserve(&agenda, &memory, agenda.capacity + 1, none_holds, NULL));
    memory.allocate = cxj__base_allocate;
    finish(&agenda, &memory);
}
END_TEST

START_TEST(lack_of_memory_loses_no_deadline) {
    struct cxj__memory memory = plenty();
    struct cxj__agenda agenda = {0};
    for (uint32_t i = 0; i < 64; i++) push(&agenda, &memory, 64 - (int64_t)i, i, 0);
    while (agenda.count < agenda.capacity) push(&agenda, &memory, 100, (uint32_t)agenda.count, 0);
    memory.allocate = refuse;
    ck_assert(!cxj__alert_reserve(&agenda, &memory, 1, all_hold, NULL));
    for (uint32_t i = 64; i-- > 0;) pops(&agenda, 100, 64 - (int64_t)i, i, 0);
    memory.allocate = cxj__base_allocate;
    finish(&agenda, &memory);
}
END_TEST

static TCase *group(Suite *suite, const char *name) {
    TCase *cases = tcase_create(name);
    tcase_set_timeout(cases, 300);
    suite_add_tcase(suite, cases);
    return cases;
}

int main(void) {
    const char *given = getenv("CXJ_SEED");
    seed = given ? strtoull(given, NULL, 10) : 1;
    chance_state = seed;
    printf("test_alert: CXJ_SEED=%" PRIu64 "\n", seed);

    Suite *suite = suite_create("alert");
    TCase *order = group(suite, "order");
    tcase_add_test(order, a_deadline_passes_after_its_due);
    tcase_add_test(order, order_is_by_due_then_place_then_commitment);
    tcase_add_test(order, equal_deadlines_are_popped_once);
    tcase_add_test(order, any_order_of_pushes_pops_in_order);
    tcase_add_test(order, pushes_and_pops_may_alternate);
    TCase *compaction = group(suite, "compaction");
    tcase_add_test(compaction, compaction_keeps_what_holds_once);
    tcase_add_test(compaction, compaction_leaves_a_heap_of_any_size);
    tcase_add_test(compaction, growth_is_bounded_by_what_holds);
    tcase_add_test(compaction, compaction_may_be_asked_for);
    tcase_add_test(compaction, nothing_that_holds_leaves_nothing);
    TCase *room = group(suite, "room");
    tcase_add_test(room, room_is_made_for_all_that_was_asked);
    tcase_add_test(room, room_reserved_is_not_asked_for_again);
    tcase_add_test(room, lack_of_memory_loses_no_deadline);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
