/* test_queue: alerts that wait to be taken: "the oldest are dropped", "the host takes them one by one"
 * (SPEC 9.4), in a ring that grows up to a limit.
 *
 * SPDX-License-Identifier: MIT
 */
#include "queue.h"
#include "suite.h"

#include <string.h>

static bool is_scarce; /* no block is given, only taken back */

static void *ration(void *context, void *block, size_t old_size, size_t new_size) {
    if (new_size == 0) { /* "What was taken out leaves no trace." */
        for (size_t i = 0; i < old_size; i++) ck_assert_int_eq(((const char *)block)[i], 0);
    }
    return new_size != 0 && is_scarce ? NULL : cxj__base_allocate(context, block, old_size, new_size);
}

static const cxj_alert nothing;

static void add(struct cxj__queue *queue, uint64_t journey) {
    *cxj__queue_add(queue) = (cxj_alert){.journey = journey};
}

/* The queue holds the journeys from one to another, in order. */
static void check_holds(const struct cxj__queue *queue, uint64_t from, uint64_t to) {
    ck_assert_uint_eq(queue->count, to - from + 1);
    for (size_t i = 0; i < queue->count; i++) ck_assert_uint_eq(cxj__queue_at(queue, i)->journey, from + i);
}

START_TEST(they_keep_their_order_wherever_the_ring_begins) {
    struct cxj__memory memory = {ration, NULL, 0, 0};
    struct cxj__queue queue = {0};
    uint64_t first = 1, next = 1;
    for (size_t turn = 0; turn < 200; turn++) {
        for (size_t i = 0; i < 7; i++) {
            ck_assert(cxj__queue_reserve(&queue, &memory, queue.count + 1, 100000));
            add(&queue, next++);
        }
        for (size_t i = 0; i < 5; i++) {
            ck_assert_uint_eq(cxj__queue_at(&queue, 0)->journey, first++);
            cxj__queue_drop_first(&queue);
        }
        check_holds(&queue, first, next - 1);
    }
    while (queue.count > 0) cxj__queue_drop_first(&queue);
    for (size_t i = 0; i < queue.capacity; i++) ck_assert_mem_eq(&queue.items[i], &nothing, sizeof nothing);
    cxj__queue_finish(&queue, &memory);
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

START_TEST(it_grows_to_its_limit_and_no_further) {
    struct cxj__memory memory = {ration, NULL, 0, 0};
    struct cxj__queue queue = {0};
    ck_assert(cxj__queue_reserve(&queue, &memory, 0, 300) && queue.capacity == 0);
    ck_assert(cxj__queue_reserve(&queue, &memory, 1000000, 300));
    ck_assert_uint_eq(queue.capacity, 300);
    for (uint64_t i = 1; i <= 300; i++) add(&queue, i);
    ck_assert(cxj__queue_reserve(&queue, &memory, 301, 300)); /* the caller drops the oldest */
    cxj__queue_drop_first(&queue);
    add(&queue, 301);
    check_holds(&queue, 2, 301);
    cxj__queue_finish(&queue, &memory);
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

START_TEST(without_memory_nothing_changes) {
    struct cxj__memory memory = {ration, NULL, 0, 0};
    struct cxj__queue queue = {0};
    ck_assert(cxj__queue_reserve(&queue, &memory, 3, 1000));
    for (uint64_t i = 1; i <= queue.capacity; i++) add(&queue, i);
    struct cxj__queue before = queue;
    is_scarce = true;
    ck_assert(!cxj__queue_reserve(&queue, &memory, queue.count + 1, 1000));
    ck_assert(cxj__queue_reserve(&queue, &memory, queue.count, 1000));
    is_scarce = false;
    ck_assert_mem_eq(&queue, &before, sizeof queue);
    check_holds(&queue, 1, before.count);
    cxj__queue_finish(&queue, &memory);
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

/* Those of a number stay, and are marked. */
static bool divides(void *context, cxj_alert *alert, uint64_t of) {
    ++*(size_t *)context;
    alert->since = 5;
    return alert->journey % of == 0;
}

START_TEST(what_may_not_stay_leaves_no_trace) {
    struct cxj__memory memory = {ration, NULL, 0, 0};
    struct cxj__queue queue = {0};
    size_t asked = 0;
    ck_assert(cxj__queue_reserve(&queue, &memory, 64, 64));
    for (uint64_t i = 1; i <= 64; i++) add(&queue, i);
    for (size_t i = 0; i < 40; i++) cxj__queue_drop_first(&queue);
    for (uint64_t i = 65; i <= 90; i++) add(&queue, i); /* over the end of the ring */
    cxj__queue_filter(&queue, divides, &asked, 10);
    ck_assert_uint_eq(asked, 50);
    ck_assert_uint_eq(queue.count, 5);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(cxj__queue_at(&queue, i)->journey, 50 + 10 * i);
        ck_assert_int_eq(cxj__queue_at(&queue, i)->since, 5);
    }
    for (size_t i = 5; i < 64; i++) ck_assert_mem_eq(cxj__queue_at(&queue, i), &nothing, sizeof nothing);
    cxj__queue_finish(&queue, &memory);
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

int main(void) {
    const TTest *all[] = {they_keep_their_order_wherever_the_ring_begins, it_grows_to_its_limit_and_no_further,
                          without_memory_nothing_changes, what_may_not_stay_leaves_no_trace};
    Suite *suite = suite_create("queue");
    ADD_CASE(suite, "alerts that wait", all);
    return run_suite(suite);
}
