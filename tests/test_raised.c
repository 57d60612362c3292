/* test_raised: what rules have raised last of one journey: "once for each occasion" (SPEC 9), by rule and commitment.
 *
 * SPDX-License-Identifier: MIT
 */
#include "raised.h"
#include "suite.h"

#include <string.h>

static bool is_scarce; /* no block is given, only taken back */
static bool is_all_zero_asked = true;

static void *ration(void *context, void *block, size_t old_size, size_t new_size) {
    if (new_size == 0 && is_all_zero_asked) { /* "Neither leaves a trace of it." */
        for (size_t i = 0; i < old_size; i++) ck_assert_int_eq(((const char *)block)[i], 0);
    }
    return new_size != 0 && is_scarce ? NULL : cxj__base_allocate(context, block, old_size, new_size);
}

static void note_raised(struct cxj__watch *watch, size_t rule, uint32_t commitment, int64_t since) {
    uint16_t key = cxj__raised_key(rule, commitment);
    uint32_t place = cxj__raised_find(watch, 0, key);
    if (cxj__raised_is_at(watch, place, key)) {
        *cxj__raised_since(watch, place) = since;
    } else {
        cxj__raised_insert(watch, place, key, since);
    }
}

static void check_empty(const struct cxj__watch *watch) {
    static const struct cxj__watch none = {.at = INT64_MAX};
    ck_assert_int_eq(memcmp(watch, &none, sizeof none), 0);
}

START_TEST(they_stand_by_rule_and_commitment) {
    static const size_t rules[] = {7, 2, 7, 9, 2, 7, 4095, 0}, sorted_rules[] = {0, 2, 2, 7, 7, 9, 4095};
    static const uint32_t commitments[] = {1, 0, 0, 3, 5, 1, 7, 0}, sorted[] = {0, 0, 5, 0, 1, 3, 7};
    struct cxj__memory memory = {ration, NULL, 0, 0};
    struct cxj__watch watch = {.at = INT64_MAX};
    ck_assert(!cxj__raised_is_at(&watch, cxj__raised_find(&watch, 0, cxj__raised_key(7, 1)), cxj__raised_key(7, 1)));
    for (size_t i = 0; i < 8; i++) {
        ck_assert(cxj__raised_reserve(&watch, &memory, 1));
        note_raised(&watch, rules[i], commitments[i], (int64_t)i);
    }
    ck_assert_uint_eq(watch.count, 7);
    for (uint32_t i = 0; i < 7; i++) {
        uint16_t key = cxj__raised_key(sorted_rules[i], sorted[i]);
        ck_assert_uint_eq(cxj__raised_key_at(&watch, i), key);
        ck_assert_uint_eq(cxj__raised_find(&watch, i, key), i); /* from any place before it */
        ck_assert_uint_eq(cxj__raised_find(&watch, 0, key), i);
    }
    ck_assert_int_eq(*cxj__raised_since(&watch, 4), 5); /* the last one that was raised */
    cxj__raised_clear(&watch, &memory);
    check_empty(&watch);
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

/* "Dropping a rule … forgets what was raised." Of those added after it nothing is. */
START_TEST(a_rule_is_forgotten_without_a_trace) {
    struct cxj__memory memory = {ration, NULL, 0, 0};
    struct cxj__watch watch = {.at = INT64_MAX};
    cxj__raised_drop_rule(&watch, 1);
    check_empty(&watch);
    ck_assert(cxj__raised_reserve(&watch, &memory, 9));
    for (uint32_t i = 0; i < 9; i++) note_raised(&watch, i % 3, i / 3, INT64_C(0x5a5a5a5a5a5a) + i);
    for (int times = 0; times < 2; times++) {
        cxj__raised_drop_rule(&watch, 1);
        ck_assert_uint_eq(watch.count, times == 0 ? 6 : 3);
        for (uint32_t i = 0; i < watch.count; i++) { /* rule 2 is rule 1 then */
            ck_assert_uint_eq(cxj__raised_key_at(&watch, i), cxj__raised_key(i / 3, i % 3));
            ck_assert_int_eq(*cxj__raised_since(&watch, i), INT64_C(0x5a5a5a5a5a5a) + i / 3 * 2 + i % 3 * 3);
        }
        for (uint32_t i = watch.count; i < 9; i++) ck_assert_int_eq(*cxj__raised_since(&watch, i), 0);
    }
    cxj__raised_clear(&watch, &memory);
    cxj__raised_clear(&watch, &memory);
    check_empty(&watch);
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

START_TEST(without_memory_all_is_as_it_was) {
    struct cxj__memory memory = {ration, NULL, 0, 0};
    struct cxj__watch watch = {.at = INT64_MAX};
    is_scarce = true;
    ck_assert(cxj__raised_reserve(&watch, &memory, CXJ__RAISED_NEAR)); /* which stand in the line */
    ck_assert(!cxj__raised_reserve(&watch, &memory, CXJ__RAISED_NEAR + 1));
    check_empty(&watch);
    is_scarce = false;
    ck_assert(cxj__raised_reserve(&watch, &memory, CXJ__RAISED_NEAR + 1));
    is_scarce = true;
    while (watch.count < CXJ__RAISED_NEAR + watch.capacity) note_raised(&watch, 1 + watch.count, 0, 13);
    const struct cxj__watch before = watch;
    ck_assert(!cxj__raised_reserve(&watch, &memory, 1));
    ck_assert(cxj__raised_reserve(&watch, &memory, 0));
    ck_assert_int_eq(memcmp(&watch, &before, sizeof watch), 0);
    is_scarce = false;
    cxj__raised_clear(&watch, &memory);
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

/* There are no more keys than rules and commitments, however much is asked for. */
START_TEST(there_is_room_for_every_rule_and_commitment) {
    struct cxj__memory memory = {ration, NULL, 0, 0};
    struct cxj__watch watch = {.at = INT64_MAX};
    ck_assert(cxj__raised_reserve(&watch, &memory, CXJ__RAISED_MOST));
    for (uint32_t key = 0; key < CXJ__RAISED_MOST; key++) cxj__raised_insert(&watch, key, (uint16_t)key, key);
    ck_assert(cxj__raised_reserve(&watch, &memory, CXJ__RAISED_MOST));
    ck_assert_uint_eq(watch.count, CXJ__RAISED_MOST);
    ck_assert_int_eq(*cxj__raised_since(&watch, CXJ__RAISED_MOST - 1), CXJ__RAISED_MOST - 1);
    cxj__raised_clear(&watch, &memory);
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

/* Each place has its own line, which nothing is known in at first, and keeps it while others come. */
START_TEST(pages_never_move) {
    enum { PAGES = 3 };
    struct cxj__memory memory = {ration, NULL, 0, 0};
    struct cxj__watches watches = {NULL, 0, 0};
    ck_assert_ptr_null(cxj__raised_watch(&watches, 0));
    ck_assert(cxj__raised_reserve_watches(&watches, &memory, 0));
    struct cxj__watch *first = cxj__raised_watch(&watches, 0);
    ck_assert_ptr_null(cxj__raised_watch(&watches, CXJ__WATCHES));
    ck_assert(cxj__raised_reserve_watches(&watches, &memory, PAGES * CXJ__WATCHES - 1));
    ck_assert_ptr_eq(cxj__raised_watch(&watches, 0), first);
    for (size_t place = 0; place < PAGES * CXJ__WATCHES; place++) {
        struct cxj__watch *watch = cxj__raised_watch(&watches, place);
        check_empty(watch);
        ck_assert_uint_eq((uintptr_t)watch % CXJ__WATCH_LINE, 0);
        watch->at = (int64_t)place;
    }
    for (size_t place = 0; place < PAGES * CXJ__WATCHES; place++) {
        ck_assert_int_eq(cxj__raised_watch(&watches, place)->at, (int64_t)place);
    }
    is_scarce = true;
    ck_assert(!cxj__raised_reserve_watches(&watches, &memory, PAGES * CXJ__WATCHES));
    ck_assert(cxj__raised_reserve_watches(&watches, &memory, PAGES * CXJ__WATCHES - 1));
    is_scarce = false;
    is_all_zero_asked = false; /* deadlines are no secret */
    cxj__raised_finish(&watches, &memory);
    is_all_zero_asked = true;
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

int main(void) {
    const TTest *all[] = {they_stand_by_rule_and_commitment, a_rule_is_forgotten_without_a_trace,
                          without_memory_all_is_as_it_was, there_is_room_for_every_rule_and_commitment,
                          pages_never_move};
    Suite *suite = suite_create("raised");
    ADD_CASE(suite, "raised", all);
    return run_suite(suite);
}
