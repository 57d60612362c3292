/* index: what a long journey keeps, so that no arrival has to look at all of it. What src/index.h and the head of src/index.c promise.
 *
 * CXJ_SEED takes the seed of the random part; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "shelf.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

START_TEST(index_says_zero_of_what_it_does_not_know) {
    world here;
    open_world(&here);
    cxj_touchpoint t[65] = {{0}};
    for (size_t i = 0; i < 65; i++) t[i] = (cxj_touchpoint){.journey = 7, .at = (int64_t)i};
    replace(&here, 0, t, 65);
    struct cxj__index *index = here.journey->index;
    ck_assert_int_eq(cxj__index_value(index, &here.key, CXJ__INDEX_CELL, 12, &here.probes), 0);
    cxj__index_reach(index, &here.key, CXJ__INDEX_CELL, 12)->value = 3;
    ck_assert_int_eq(cxj__index_value(index, &here.key, CXJ__INDEX_CELL, 12, &here.probes), 3);
    ck_assert_int_eq(cxj__index_value(index, &here.key, CXJ__INDEX_ID, 12, &here.probes), 0);
    ck_assert_int_eq(cxj__index_value(index, &here.key, CXJ__INDEX_HELD, 12, &here.probes), 0);
    close_world(&here);
}
END_TEST

/* What the index knew is still there after it has grown, and what it has forgotten (value 0) is not. */
START_TEST(index_grows_without_losing_anything) {
    world here;
    open_world(&here);
    cxj_touchpoint t[65] = {{0}};
    for (size_t i = 0; i < 65; i++) t[i] = (cxj_touchpoint){.journey = 7, .at = (int64_t)i, .id = i + 1};
    replace(&here, 0, t, 65);
    for (uint64_t key = 1; key <= 5000; key++) {
        ck_assert(cxj__journey_reserve_index(here.journey, &here.memory, &here.key, 1));
        cxj__index_reach(here.journey->index, &here.key, CXJ__INDEX_CELL, key)->value = key % 3 ? 0 : (int64_t)key;
    }
    for (uint64_t key = 1; key <= 5000; key++) {
        int64_t value = cxj__index_value(here.journey->index, &here.key, CXJ__INDEX_CELL, key, &here.probes);
        ck_assert_int_eq(value, key % 3 ? 0 : (int64_t)key);
    }
    for (size_t i = 0; i < 65; i++) {
        ck_assert_uint_eq(cxj__journey_find_id(here.journey, i + 1, &here.key, &here.probes), i);
    }
    close_world(&here);
}
END_TEST

/* "Takes an entry out. Others may move, this one's neighbours into its place": of many that come and go, each is found
 * as long as it is there, and no other. */
START_TEST(entries_come_and_go) {
    enum { KEYS = 300 };
    world here;
    open_world(&here);
    begin_chance(seed + (uint64_t)_i);
    struct cxj__index index = {0};
    int64_t values[KEYS] = {0};
    for (size_t step = 0; step < 4000; step++) {
        const uint64_t key = chance(KEYS);
        ck_assert(cxj__index_reserve(&index, &here.memory, &here.key, 1));
        struct cxj__index_entry *entry = cxj__index_reach(&index, &here.key, CXJ__INDEX_HAD, key);
        ck_assert_int_eq(entry->value, values[key]);
        values[key] = chance(3) == 0 ? 0 : 1 + (int64_t)step;
        entry->value = values[key];
        if (values[key] == 0) cxj__index_drop(&index, &here.key, entry);
    }
    size_t used = 0;
    for (uint64_t key = 0; key < KEYS; key++) {
        ck_assert_int_eq(cxj__index_value(&index, &here.key, CXJ__INDEX_HAD, key, &here.probes), values[key]);
        used += values[key] != 0;
    }
    ck_assert_uint_eq(index.used, used);
    cxj__base_release(&here.memory, &index.entries, &index.capacity, sizeof *index.entries);
    close_world(&here);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    read_surroundings("index");
    Suite *suite = suite_create("index");
    const TTest *entries[] = {index_says_zero_of_what_it_does_not_know, index_grows_without_losing_anything};
    ADD_CASE(suite, "entries", entries);
    TCase *random = tcase_create("random");
    tcase_add_loop_test(random, entries_come_and_go, 0, 10);
    suite_add_tcase(suite, random);
    return run_suite(suite);
}
