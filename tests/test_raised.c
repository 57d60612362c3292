/* test_raised: what rules have raised last of one journey: "once for each occasion" (SPEC 9), by rule and commitment.
 *
 * SPDX-License-Identifier: MIT
 */
#include "raised.h"
#include "suite.h"

#include <string.h>

static bool is_scarce; /* no block is given, only taken back */

static void *ration(void *context, void *block, size_t old_size, size_t new_size) {
    if (new_size == 0) { /* "Neither leaves a trace of it." */
        for (size_t i = 0; i < old_size; i++) ck_assert_int_eq(((const char *)block)[i], 0);
    }
    return new_size != 0 && is_scarce ? NULL : cxj__base_allocate(context, block, old_size, new_size);
}

static void note_raised(struct cxj__raised_list *list, uint32_t rule, uint32_t commitment, int64_t since) {
    uint32_t place = cxj__raised_find(list, 0, rule, commitment);
    struct cxj__raised *raised = cxj__raised_at(list, place, rule, commitment);
    if (raised == NULL) raised = cxj__raised_insert(list, place, rule, commitment);
    raised->since = since;
}

START_TEST(they_stand_by_rule_and_commitment) {
    static const uint32_t rules[] = {7, 2, 7, 9, 2, 7}, commitments[] = {1, 0, 0, 3, 5, 1};
    static const uint32_t sorted[][2] = {{2, 0}, {2, 5}, {7, 0}, {7, 1}, {9, 3}};
    struct cxj__memory memory = {ration, NULL, 0, 0};
    struct cxj__raised_list *list = NULL;
    ck_assert_ptr_null(cxj__raised_at(list, cxj__raised_find(list, 0, 7, 1), 7, 1));
    for (size_t i = 0; i < 6; i++) {
        ck_assert(cxj__raised_reserve(&list, &memory, 1));
        note_raised(list, rules[i], commitments[i], (int64_t)i);
    }
    ck_assert_uint_eq(list->count, 5);
    for (uint32_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(list->items[i].rule, sorted[i][0]);
        ck_assert_uint_eq(list->items[i].commitment, sorted[i][1]);
        ck_assert_uint_eq(cxj__raised_find(list, i, sorted[i][0], sorted[i][1]), i); /* from any place before it */
    }
    ck_assert_int_eq(list->items[3].since, 5); /* the last one that was raised */
    cxj__raised_free(&list, &memory);
    ck_assert_ptr_null(list);
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

/* "Dropping a rule … forgets what was raised." */
START_TEST(a_rule_is_forgotten_without_a_trace) {
    struct cxj__memory memory = {ration, NULL, 0, 0};
    struct cxj__raised_list *list = NULL;
    cxj__raised_forget_rule(list, 1);
    ck_assert(cxj__raised_reserve(&list, &memory, 9));
    for (uint32_t i = 0; i < 9; i++) note_raised(list, i % 3, i, INT64_C(0x5a5a5a5a5a5a));
    cxj__raised_forget_rule(list, 1);
    ck_assert_uint_eq(list->count, 6);
    for (uint32_t i = 0; i < 6; i++) ck_assert_uint_ne(list->items[i].rule, 1);
    for (size_t i = 6; i < 9; i++) ck_assert_int_eq(list->items[i].since, 0);
    cxj__raised_forget_rule(list, 1);
    ck_assert_uint_eq(list->count, 6);
    cxj__raised_free(&list, &memory);
    cxj__raised_free(&list, &memory);
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

START_TEST(without_memory_all_is_as_it_was) {
    struct cxj__memory memory = {ration, NULL, 0, 0};
    struct cxj__raised_list *list = NULL;
    is_scarce = true;
    ck_assert(!cxj__raised_reserve(&list, &memory, 1));
    ck_assert_ptr_null(list);
    is_scarce = false;
    ck_assert(cxj__raised_reserve(&list, &memory, 2));
    note_raised(list, 1, 0, 11);
    note_raised(list, 1, 1, 12);
    is_scarce = true;
    while (list->count < list->capacity) note_raised(list, 1, list->count, 13);
    struct cxj__raised_list *before = list;
    uint32_t count = list->count;
    ck_assert(!cxj__raised_reserve(&list, &memory, 1));
    ck_assert(cxj__raised_reserve(&list, &memory, 0));
    ck_assert_ptr_eq(list, before);
    ck_assert_uint_eq(list->count, count);
    ck_assert_int_eq(list->items[1].since, 12);
    is_scarce = false;
    cxj__raised_free(&list, &memory);
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

int main(void) {
    const TTest *all[] = {they_stand_by_rule_and_commitment, a_rule_is_forgotten_without_a_trace,
                          without_memory_all_is_as_it_was};
    Suite *suite = suite_create("raised");
    ADD_CASE(suite, "raised", all);
    return run_suite(suite);
}
