/* test_base: memory with a limit, 128-bit integers, hashes, sorting, UTF-8, sentences.
 *
 * CXJ_SEED takes the seed of the random parts; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "base.h"
#include "suite.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef GETRANDOM_IS_WRAPPED
#include <sys/random.h>
#endif

static uint64_t seed = 1;
static uint64_t chance_state;

static uint64_t chance(void) {
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (chance_state >> 32 | chance_state << 32) * UINT64_C(0x9e3779b97f4a7c15);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Memory
 * ------------------------------------------------------------------------------------------------------------------ */

static struct cxj__memory memory_of(uint64_t limit) {
    return (struct cxj__memory){cxj__base_allocate, NULL, limit, 0};
}

/* An allocator that has none, and counts how often it was asked. */
static void *refuse(void *context, void *block, size_t old_size, size_t new_size) {
    (void)block;
    (void)old_size;
    (void)new_size;
    ++*(int *)context;
    return NULL;
}

/* What is freed is freed: a sanitizer sees if it is not. */
START_TEST(memory_of_a_host_without_allocator) {
    char *block = cxj__base_allocate(NULL, NULL, 0, 10);
    memset(block, 7, 10);
    block = cxj__base_allocate(NULL, block, 10, 1000);
    for (size_t i = 0; i < 10; i++) ck_assert_int_eq(block[i], 7);
    block = cxj__base_allocate(NULL, block, 1000, 1);
    ck_assert_int_eq(block[0], 7);
    ck_assert_ptr_null(cxj__base_allocate(NULL, block, 1, 0));
}
END_TEST

START_TEST(limit_is_exact_for_a_new_block) {
    static const size_t limit = 100;
    for (size_t size = limit - 1; size <= limit + 1; size++) {
        struct cxj__memory memory = memory_of(limit);
        void *block = cxj__base_resize(&memory, NULL, 0, size);
        ck_assert_int_eq(block != NULL, size <= limit);
        ck_assert_uint_eq(memory.used, size <= limit ? size : 0);
        cxj__base_resize(&memory, block, block == NULL ? 0 : size, 0);
        ck_assert_uint_eq(memory.used, 0);
    }
}
END_TEST

START_TEST(limit_counts_what_others_hold) {
    struct cxj__memory memory = memory_of(100);
    char *other = cxj__base_resize(&memory, NULL, 0, 60);
    char *block = cxj__base_resize(&memory, NULL, 0, 30);
    ck_assert_ptr_null(cxj__base_resize(&memory, block, 30, 41));
    ck_assert_uint_eq(memory.used, 90);
    block[29] = 'x'; /* The block is as it was. */
    block = cxj__base_resize(&memory, block, 30, 40);
    ck_assert_ptr_nonnull(block);
    ck_assert_int_eq(block[29], 'x');
    ck_assert_uint_eq(memory.used, 100);
    cxj__base_resize(&memory, block, 40, 0);
    ck_assert_uint_eq(memory.used, 60);
    cxj__base_resize(&memory, other, 60, 0);
}
END_TEST

START_TEST(limit_of_zero_is_none) {
    struct cxj__memory memory = memory_of(0);
    void *block = cxj__base_resize(&memory, NULL, 0, 100000);
    ck_assert_ptr_nonnull(block);
    ck_assert_uint_eq(memory.used, 100000);
    cxj__base_resize(&memory, block, 100000, 0);
}
END_TEST

/* The limit stands in the way of growing only, however far it was passed. */
START_TEST(shrinking_is_allowed_above_the_limit) {
    struct cxj__memory memory = memory_of(0);
    void *block = cxj__base_resize(&memory, NULL, 0, 100);
    memory.limit = 50;
    block = cxj__base_resize(&memory, block, 100, 90);
    ck_assert_ptr_nonnull(block);
    ck_assert_uint_eq(memory.used, 90);
    ck_assert_ptr_null(cxj__base_resize(&memory, block, 90, 91));
    ck_assert_uint_eq(memory.used, 90);
    cxj__base_resize(&memory, block, 90, 0);
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

START_TEST(limit_does_not_overflow) {
    struct cxj__memory memory = memory_of(UINT64_MAX);
    memory.allocate = refuse;
    int asked = 0;
    memory.context = &asked;
    memory.used = UINT64_MAX - 10;
    ck_assert_ptr_null(cxj__base_resize(&memory, NULL, 0, 11));
    ck_assert_int_eq(asked, 0); /* The limit itself refused. */
    ck_assert_ptr_null(cxj__base_resize(&memory, NULL, 0, 10));
    ck_assert_int_eq(asked, 1);
    ck_assert_uint_eq(memory.used, UINT64_MAX - 10);
}
END_TEST

START_TEST(equal_sizes_ask_nobody) {
    int asked = 0;
    struct cxj__memory memory = {refuse, &asked, 0, 7};
    char byte = 0;
    ck_assert_ptr_eq(cxj__base_resize(&memory, &byte, 7, 7), &byte);
    ck_assert_ptr_null(cxj__base_resize(&memory, NULL, 0, 0));
    ck_assert_int_eq(asked, 0);
    ck_assert_uint_eq(memory.used, 7);
}
END_TEST

START_TEST(refusal_of_the_allocator_leaves_the_count) {
    int asked = 0;
    struct cxj__memory memory = {refuse, &asked, 0, 5};
    ck_assert_ptr_null(cxj__base_resize(&memory, NULL, 0, 3));
    ck_assert_uint_eq(memory.used, 5);
    ck_assert_int_eq(asked, 1);
}
END_TEST

START_TEST(grow_keeps_items_and_makes_room_ahead) {
    struct cxj__memory memory = memory_of(0);
    uint32_t *items = NULL;
    size_t capacity = 0, grown = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        size_t before = capacity;
        ck_assert(cxj__base_grow(&memory, &items, &capacity, i + 1, sizeof *items));
        grown += capacity != before;
        ck_assert_uint_gt(capacity, i);
        ck_assert_uint_eq(memory.used, capacity * sizeof *items);
        items[i] = i;
    }
    ck_assert_uint_le(grown, 30); /* in proportion to the logarithm */
    ck_assert_uint_le(capacity, 2000);
    for (uint32_t i = 0; i < 1000; i++) ck_assert_uint_eq(items[i], i);
    cxj__base_release(&memory, &items, &capacity, sizeof *items);
    ck_assert_ptr_null(items);
    ck_assert_uint_eq(capacity, 0);
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

START_TEST(grow_does_nothing_where_there_is_room) {
    int asked = 0;
    struct cxj__memory memory = {refuse, &asked, 0, 0};
    char byte = 0, *items = &byte;
    size_t capacity = 9;
    ck_assert(cxj__base_grow(&memory, &items, &capacity, 9, 1));
    ck_assert_int_eq(asked, 0);
    ck_assert(!cxj__base_grow(&memory, &items, &capacity, 10, 1));
    ck_assert_int_eq(asked, 1);
    ck_assert_ptr_eq(items, &byte);
    ck_assert_uint_eq(capacity, 9);
}
END_TEST

START_TEST(grow_refuses_what_no_size_can_hold) {
    int asked = 0;
    struct cxj__memory memory = {refuse, &asked, 0, 0};
    void *items = NULL;
    size_t capacity = 0;
    ck_assert(!cxj__base_grow(&memory, &items, &capacity, SIZE_MAX / 8 + 1, 8));
    ck_assert(!cxj__base_grow(&memory, &items, &capacity, SIZE_MAX, 2));
    ck_assert_int_eq(asked, 0);
    ck_assert(!cxj__base_grow(&memory, &items, &capacity, SIZE_MAX / 8, 8)); /* That much can be asked for. */
    ck_assert_int_eq(asked, 1);
    ck_assert_uint_eq(capacity, 0);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Integers of 128 bits
 * ------------------------------------------------------------------------------------------------------------------ */

static struct cxj__int128 words(uint64_t high, uint64_t low) {
    return (struct cxj__int128){low, high};
}

static void is_words(struct cxj__int128 a, uint64_t high, uint64_t low) {
    ck_assert_msg(a.high == high && a.low == low,
                  "%016" PRIx64 " %016" PRIx64 " in place of %016" PRIx64 " %016" PRIx64, a.high, a.low, high, low);
}

static struct cxj__int128 sum_of(struct cxj__int128 a, struct cxj__int128 b) {
    cxj__base_add(&a, b);
    return a;
}

static const int64_t corners[] = {
    0,
    1,
    -1,
    2,
    -2,
    127,
    -128,
    12600,
    -12600,
    INT64_C(0x7fffffff),
    INT64_C(-0x80000000),
    INT64_C(0x80000000),
    INT64_C(0xffffffff),
    INT64_C(-0xffffffff),
    INT64_C(0x100000000),
    INT64_C(-0x100000001),
    INT64_C(1000000000000000),
    INT64_C(-1000000000000000),
    INT64_MAX - 1,
    INT64_MAX,
    -INT64_MAX,
    INT64_MIN,
};
enum { CORNERS = sizeof corners / sizeof *corners };

START_TEST(wide_extends_the_sign) {
    is_words(cxj__base_wide(0), 0, 0);
    is_words(cxj__base_wide(1), 0, 1);
    is_words(cxj__base_wide(-1), UINT64_MAX, UINT64_MAX);
    is_words(cxj__base_wide(INT64_MAX), 0, INT64_MAX);
    is_words(cxj__base_wide(INT64_MIN), UINT64_MAX, UINT64_C(1) << 63);
}
END_TEST

START_TEST(add_carries_between_the_words) {
    is_words(sum_of(words(0, UINT64_MAX), words(0, 1)), 1, 0);
    is_words(sum_of(words(0, UINT64_MAX), words(0, UINT64_MAX)), 1, UINT64_MAX - 1);
    is_words(sum_of(words(0, UINT64_MAX - 1), words(0, 1)), 0, UINT64_MAX);
    is_words(sum_of(words(5, 7), words(6, 0)), 11, 7);
    is_words(sum_of(words(1, 0), cxj__base_wide(-1)), 0, UINT64_MAX);
    is_words(sum_of(words(0, 0), cxj__base_wide(-1)), UINT64_MAX, UINT64_MAX);
    is_words(sum_of(cxj__base_wide(-1), cxj__base_wide(-1)), UINT64_MAX, UINT64_MAX - 1);
    is_words(sum_of(cxj__base_wide(-5), cxj__base_wide(5)), 0, 0);
}
END_TEST

START_TEST(negate_borrows_between_the_words) {
    is_words(cxj__base_negate(words(0, 0)), 0, 0);
    is_words(cxj__base_negate(words(0, 1)), UINT64_MAX, UINT64_MAX);
    is_words(cxj__base_negate(words(1, 0)), UINT64_MAX, 0);
    is_words(cxj__base_negate(words(1, 1)), UINT64_MAX - 1, UINT64_MAX);
    is_words(cxj__base_negate(words(UINT64_MAX, 0)), 1, 0);
}
END_TEST

START_TEST(product_has_all_bits_and_the_sign) {
    is_words(cxj__base_product(INT64_MAX, INT64_MAX), UINT64_C(0x3fffffffffffffff), 1);
    is_words(cxj__base_product(INT64_MIN, INT64_MIN), UINT64_C(1) << 62, 0);
    is_words(cxj__base_product(INT64_MIN, INT64_MAX), UINT64_C(0xc000000000000000), UINT64_C(1) << 63);
    is_words(cxj__base_product(INT64_MIN, 1), UINT64_MAX, UINT64_C(1) << 63);
    is_words(cxj__base_product(INT64_MIN, -1), 0, UINT64_C(1) << 63);
    is_words(cxj__base_product(-3, 7), UINT64_MAX, (uint64_t)-21);
    is_words(cxj__base_product(INT64_C(0xffffffff), INT64_C(0xffffffff)), 0, UINT64_C(0xfffffffe00000001));
    is_words(cxj__base_product(INT64_C(0x1ffffffff), INT64_C(0x1ffffffff)), 3, UINT64_C(0xfffffffc00000001));
}
END_TEST

START_TEST(times_keeps_the_sign) {
    is_words(cxj__base_times(cxj__base_wide(-3), words(0, 7)), UINT64_MAX, (uint64_t)-21);
    is_words(cxj__base_times(cxj__base_wide(-1), words(0, UINT64_C(1) << 62)), UINT64_MAX, UINT64_C(3) << 62);
    is_words(cxj__base_times(words(1, UINT64_MAX), words(0, 2)), 3, UINT64_MAX - 1);
    is_words(cxj__base_times(words(0, UINT64_MAX), words(0, UINT64_MAX)), UINT64_MAX - 1, 1);
    is_words(cxj__base_times(words(5, 6), words(0, 0)), 0, 0);
    is_words(cxj__base_less(words(1, 0), words(0, 1)), 0, UINT64_MAX);
    is_words(cxj__base_less(words(0, 0), words(0, 1)), UINT64_MAX, UINT64_MAX);
    ck_assert_int_eq(cxj__base_sign(words(0, 0)), 0);
    ck_assert_int_eq(cxj__base_sign(words(0, 1)), 1);
    ck_assert_int_eq(cxj__base_sign(words(0, UINT64_MAX)), 1);
    ck_assert_int_eq(cxj__base_sign(words(1, 0)), 1);
    ck_assert_int_eq(cxj__base_sign(words(UINT64_MAX, 0)), -1);
}
END_TEST

/* (a + b)² - (a - b)² = 4ab, in 128 bits without any help from the compiler. */
START_TEST(products_agree_with_sums) {
    for (size_t i = 0; i < CORNERS; i++) {
        for (size_t k = 0; k < CORNERS; k++) {
            int64_t a = corners[i] / 4, b = corners[k] / 4;
            struct cxj__int128 left = cxj__base_product(a + b, a + b);
            cxj__base_add(&left, cxj__base_negate(cxj__base_product(a - b, a - b)));
            struct cxj__int128 right = cxj__base_product(4 * a, b);
            is_words(left, right.high, right.low);
        }
    }
}
END_TEST

/* (p·q)² = p²·q², and neither is less than the other; one less on either side is seen, in every digit that it may
 * reach. */
START_TEST(squares_are_compared_to_the_last_bit) {
    for (int i = 0; i < 2000; i++) {
        int64_t p = 1 + (int64_t)(chance() >> (1 + chance() % 62)), q = 1 + (int64_t)(chance() >> (1 + chance() % 62));
        if (p > INT64_MAX / 2 || q > INT64_MAX / 2) continue;
        struct cxj__int128 a = cxj__base_product(p, q), b = cxj__base_product(p, p), c = cxj__base_product(q, q);
        ck_assert(cxj__base_is_square_within(a, b, c));
        ck_assert(cxj__base_is_square_within(cxj__base_negate(a), b, c));
        struct cxj__int128 more = sum_of(a, cxj__base_wide(1)), less = sum_of(b, cxj__base_wide(-1));
        ck_assert(!cxj__base_is_square_within(more, b, c));
        ck_assert(!cxj__base_is_square_within(cxj__base_negate(more), b, c));
        ck_assert(!cxj__base_is_square_within(a, less, c));
        ck_assert(cxj__base_is_square_within(sum_of(a, cxj__base_wide(-1)), b, c));
    }
    ck_assert(cxj__base_is_square_within(words(0, 0), words(0, 0), words(1, 0)));
    ck_assert(!cxj__base_is_square_within(words(0, 1), words(0, 0), words(1, 0)));
}
END_TEST

START_TEST(numbers_of_128_bits_are_ordered) {
    for (size_t i = 0; i < CORNERS; i++) {
        for (size_t k = 0; k < CORNERS; k++) {
            struct cxj__int128 a = cxj__base_product(corners[i], 4), b = cxj__base_product(corners[k], 4);
            int order = cxj__base_order(a, b), expected = (corners[i] > corners[k]) - (corners[i] < corners[k]);
            ck_assert_int_eq((order > 0) - (order < 0), expected);
        }
    }
}
END_TEST

/* (a · 2^64 + b) · c, word by word; and signs, since what is kept is right modulo 2^128. */
START_TEST(times_keeps_the_lowest_128_bits) {
    is_words(cxj__base_times(words(5, 3), words(0, 7)), 35, 21);
    is_words(cxj__base_times(words(0, UINT64_MAX), words(0, UINT64_MAX)), UINT64_MAX - 1, 1);
    is_words(cxj__base_times(words(UINT64_C(1) << 63, 0), words(0, 2)), 0, 0);
    is_words(cxj__base_times(words(1, 0), words(1, 0)), 0, 0);
    for (size_t i = 0; i < CORNERS; i++) {
        for (size_t k = 0; k < CORNERS; k++) {
            struct cxj__int128 product = cxj__base_product(corners[i], corners[k]);
            struct cxj__int128 wide = cxj__base_times(cxj__base_wide(corners[i]), cxj__base_wide(corners[k]));
            is_words(wide, product.high, product.low);
        }
    }
}
END_TEST

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 wide_unsigned;
__extension__ typedef __int128 wide_signed;

static wide_unsigned joined(struct cxj__int128 a) {
    return (wide_unsigned)a.high << 64 | a.low;
}

static void agrees(struct cxj__int128 a, wide_unsigned expected) {
    is_words(a, (uint64_t)(expected >> 64), (uint64_t)expected);
}

static void check_pair(int64_t a, int64_t b) {
    struct cxj__int128 product = cxj__base_product(a, b), sum = product;
    wide_signed expected = (wide_signed)a * b;
    agrees(product, (wide_unsigned)expected);
    agrees(cxj__base_negate(product), (wide_unsigned)-expected);
    cxj__base_add(&sum, cxj__base_wide(b));
    agrees(sum, (wide_unsigned)(expected + b));
    ck_assert_double_eq(cxj__base_double(sum), (double)(expected + b));
    agrees(cxj__base_less(product, cxj__base_wide(b)), (wide_unsigned)(expected - b));
    agrees(cxj__base_times(product, words(0, (uint64_t)b >> 1)), (wide_unsigned)expected * ((uint64_t)b >> 1));
    ck_assert_int_eq(cxj__base_sign(product), expected < 0 ? -1 : expected > 0);
}

START_TEST(arithmetic_agrees_with_the_compiler) {
    for (size_t i = 0; i < CORNERS; i++) {
        for (size_t k = 0; k < CORNERS; k++) check_pair(corners[i], corners[k]);
    }
    for (int i = 0; i < 3000; i++) {
        int64_t a = (int64_t)(chance() >> (chance() % 64)), b = (int64_t)(chance() >> (chance() % 64));
        check_pair(chance() % 2 ? a : -(a / 2), chance() % 2 ? b : -(b / 2));
    }
}
END_TEST

START_TEST(doubles_agree_with_the_compiler) {
    for (int i = 0; i < 3000; i++) {
        uint64_t keep = UINT64_MAX << (chance() % 64); /* Ties need many zeros. */
        struct cxj__int128 a = words(chance() >> (1 + chance() % 63), chance() & keep);
        ck_assert_double_eq(cxj__base_double(a), (double)joined(a));
        ck_assert_double_eq(cxj__base_double(cxj__base_negate(a)), -(double)joined(a));
    }
}
END_TEST
#endif

START_TEST(double_of_small_numbers_is_exact) {
    for (size_t i = 0; i < CORNERS; i++) {
        if (corners[i] == INT64_MAX || corners[i] == INT64_MAX - 1 || corners[i] == -INT64_MAX) continue;
        ck_assert_double_eq(cxj__base_double(cxj__base_wide(corners[i])), (double)corners[i]);
    }
    ck_assert_double_eq(cxj__base_double(words(1, 0)), 0x1p64);
    ck_assert_double_eq(cxj__base_double(cxj__base_negate(words(1, 0))), -0x1p64);
    ck_assert_double_eq(cxj__base_double(words(UINT64_C(1) << 62, 0)), 0x1p126);
    ck_assert_double_eq(cxj__base_double(words(UINT64_C(1) << 63, 0)), -0x1p127); /* the one that has no opposite */
    ck_assert_double_eq(cxj__base_double(words(UINT64_C(1) << 63, 1)), -0x1p127);
    ck_assert_double_eq(cxj__base_double(words(3, UINT64_C(1) << 63)), 0x1.cp65);
}
END_TEST

/* Section 6: "everything else is exact up to the last division in double"; so a sum is rounded once, to even. */
START_TEST(double_rounds_ties_to_even_below_64_bits) {
    ck_assert_double_eq(cxj__base_double(words(0, (UINT64_C(1) << 53) + 1)), 0x1p53);
    ck_assert_double_eq(cxj__base_double(words(0, (UINT64_C(1) << 53) + 2)), 0x1p53 + 2);
    ck_assert_double_eq(cxj__base_double(words(0, (UINT64_C(1) << 53) + 3)), 0x1p53 + 4);
    ck_assert_double_eq(cxj__base_double(cxj__base_wide(-((INT64_C(1) << 53) + 3))), -(0x1p53 + 4));
    ck_assert_double_eq(cxj__base_double(words(0, UINT64_MAX)), 0x1p64);
}
END_TEST

/* At 2^64 a double steps by 2^12, beyond by twice that: half a step is a tie, and any bit below it decides. */
START_TEST(double_rounds_ties_to_even_beyond_64_bits) {
    ck_assert_double_eq(cxj__base_double(words(1, 1)), 0x1p64);
    ck_assert_double_eq(cxj__base_double(words(1, 0x800)), 0x1p64);
    ck_assert_double_eq(cxj__base_double(words(1, 0x801)), 0x1.0000000000001p64);
    ck_assert_double_eq(cxj__base_double(words(1, 0x1800)), 0x1.0000000000002p64);
    ck_assert_double_eq(cxj__base_double(words(1, 0x17ff)), 0x1.0000000000001p64);
    ck_assert_double_eq(cxj__base_double(words(0, UINT64_MAX - 0x3ff)), 0x1p64); /* a tie */
    ck_assert_double_eq(cxj__base_double(words(0, UINT64_MAX - 0x400)), 0x1.fffffffffffffp63);
}
END_TEST

/* A lowest bit that is cut off long before the last place still tips a tie. */
START_TEST(double_keeps_a_sticky_bit) {
    uint64_t tie = (UINT64_C(1) << 62) | (UINT64_C(1) << 9); /* half of the last place of 2^62 */
    ck_assert_double_eq(cxj__base_double(words(tie, 0)), 0x1p126);
    ck_assert_double_eq(cxj__base_double(words(tie, 1)), 0x1.0000000000001p126);
    ck_assert_double_eq(cxj__base_double(words(tie, UINT64_C(1) << 63)), 0x1.0000000000001p126);
    ck_assert_double_eq(cxj__base_double(words(tie - 1, UINT64_MAX)), 0x1p126);
    ck_assert_double_eq(cxj__base_double(cxj__base_negate(words(tie, 1))), -0x1.0000000000001p126);
}
END_TEST

START_TEST(clamp_holds_the_range) {
    for (size_t i = 0; i < CORNERS; i++) {
        ck_assert_int_eq(cxj__base_clamp(cxj__base_wide(corners[i])), corners[i]);
    }
    ck_assert_int_eq(cxj__base_clamp(words(0, UINT64_C(1) << 63)), INT64_MAX);
    ck_assert_int_eq(cxj__base_clamp(words(1, 0)), INT64_MAX);
    ck_assert_int_eq(cxj__base_clamp(words(1, 5)), INT64_MAX);
    ck_assert_int_eq(cxj__base_clamp(words(UINT64_MAX, (UINT64_C(1) << 63) - 1)), INT64_MIN);
    ck_assert_int_eq(cxj__base_clamp(words(UINT64_MAX - 1, UINT64_MAX)), INT64_MIN);
    ck_assert_int_eq(cxj__base_clamp(words(UINT64_C(1) << 63, 5)), INT64_MIN);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Moments
 * ------------------------------------------------------------------------------------------------------------------ */

/* Day by day from 0000-01-01 to 10000-12-31, by the rule of leap years alone. */
START_TEST(dates_are_counted_day_by_day) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t days = -719528, wrong = 0;
    for (int64_t year = 0; year <= 10000; year++) {
        bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        for (int64_t month = 1; month <= 12; month++) {
            int64_t length = lengths[month - 1] + (month == 2 && is_leap);
            for (int64_t day = 1; day <= length; day++, days++) {
                struct cxj__date date = cxj__base_date(days);
                wrong += date.year != year || date.month != month || date.day != day;
                wrong += cxj__base_days((struct cxj__date){year, month, day}) != days;
            }
        }
    }
    ck_assert_int_eq(wrong, 0);
    ck_assert_int_eq(cxj__base_days((struct cxj__date){1, 1, 1}) * CXJ__DAY_MS, CXJ__EARLIEST);
    ck_assert_int_eq(cxj__base_days((struct cxj__date){10000, 1, 1}) * CXJ__DAY_MS, CXJ__LATEST + 1);
}
END_TEST

/* "A month or day that there is not comes back as another." */
START_TEST(no_date_comes_back_as_itself) {
    static const struct cxj__date none[] = {{2026, 2, 29}, {2024, 2, 30}, {1900, 2, 29}, {2026, 4, 31}, {2026, 1, 0}};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct cxj__date again = cxj__base_date(cxj__base_days(none[i]));
        ck_assert(again.month != none[i].month || again.day != none[i].day);
    }
}
END_TEST

START_TEST(quotients_are_cut_off_towards_the_past) {
    for (int64_t a = -20; a <= 20; a++) {
        for (int64_t b = 1; b <= 5; b++) {
            int64_t quotient = cxj__base_floor(a, b);
            ck_assert(quotient * b <= a && a < (quotient + 1) * b);
        }
    }
}
END_TEST

START_TEST(digits_are_read_all_or_none) {
    size_t at = 1;
    ck_assert_int_eq(cxj__base_digits("x0420", 5, &at, 4), 420);
    ck_assert_uint_eq(at, 5);
    at = 2;
    ck_assert_int_eq(cxj__base_digits("x042", 4, &at, 3), -1);
    at = 0;
    ck_assert_int_eq(cxj__base_digits("12/4", 4, &at, 4), -1);
    at = 0;
    ck_assert_int_eq(cxj__base_digits("12:4", 4, &at, 4), -1);
    at = 4;
    ck_assert_int_eq(cxj__base_digits("1234", 4, &at, 1), -1);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Hashes
 * ------------------------------------------------------------------------------------------------------------------ */

/* The vectors that the authors of SipHash-2-4 publish: key 00 01 … 0f, input 00 01 … of each length; read as
 * little-endian. Section 7: "h the SipHash-2-4 of its bytes with the key 00 01 02 … 0f". */
/* base.h: "The place of the lowest and of the highest bit that is set". */
START_TEST(bits_are_found_at_both_ends) {
    for (unsigned low = 0; low < 64; low++) {
        for (unsigned high = low; high < 64; high++) {
            uint64_t ends = UINT64_C(1) << low | UINT64_C(1) << high;
            uint64_t between = (UINT64_C(1) << high) - (UINT64_C(1) << low);
            for (int round = 0; round < 4; round++) {
                uint64_t word = ends | (between & (round < 2 ? 0 - (uint64_t)round : chance()));
                ck_assert_uint_eq(cxj__base_lowest_bit(word), low);
                ck_assert_uint_eq(cxj__base_highest_bit(word), high);
            }
        }
    }
}
END_TEST

/* base.h: "Adds one to each of the first many counts whose bit is set in the mask." No other count is another then. */
START_TEST(bits_are_counted_one_by_one) {
    enum { COUNTS = 16 };
    for (size_t many = 0; many <= COUNTS; many++) {
        for (int round = 0; round < 200; round++) {
            int64_t counts[COUNTS], before[COUNTS];
            const uint64_t mask = chance() & ((UINT64_C(1) << many) - 1);
            for (size_t i = 0; i < COUNTS; i++) counts[i] = before[i] = (int64_t)(chance() >> 2);
            cxj__base_count_bits(counts, many, mask);
            for (size_t i = 0; i < COUNTS; i++) ck_assert_int_eq(counts[i] - before[i], (int64_t)(mask >> i & 1));
        }
    }
}
END_TEST

START_TEST(siphash_gives_the_published_vectors) {
    static const struct {
        size_t length;
        unsigned char hash[8];
    } vectors[] = {
        {0, {0x31, 0x0e, 0x0e, 0xdd, 0x47, 0xdb, 0x6f, 0x72}},  {1, {0xfd, 0x67, 0xdc, 0x93, 0xc5, 0x39, 0xf8, 0x74}},
        {2, {0x5a, 0x4f, 0xa9, 0xd9, 0x09, 0x80, 0x6c, 0x0d}},  {3, {0x2d, 0x7e, 0xfb, 0xd7, 0x96, 0x66, 0x67, 0x85}},
        {4, {0xb7, 0x87, 0x71, 0x27, 0xe0, 0x94, 0x27, 0xcf}},  {5, {0x8d, 0xa6, 0x99, 0xcd, 0x64, 0x55, 0x76, 0x18}},
        {6, {0xce, 0xe3, 0xfe, 0x58, 0x6e, 0x46, 0xc9, 0xcb}},  {7, {0x37, 0xd1, 0x01, 0x8b, 0xf5, 0x00, 0x02, 0xab}},
        {8, {0x62, 0x24, 0x93, 0x9a, 0x79, 0xf5, 0xf5, 0x93}},  {9, {0xb0, 0xe4, 0xa9, 0x0b, 0xdf, 0x82, 0x00, 0x9e}},
        {15, {0xe5, 0x45, 0xbe, 0x49, 0x61, 0xca, 0x29, 0xa1}}, {16, {0xdb, 0x9b, 0xc2, 0x57, 0x7f, 0xcc, 0x2a, 0x3f}},
        {31, {0x42, 0xc3, 0x41, 0xd8, 0xfa, 0x92, 0xd8, 0x32}}, {32, {0xce, 0x7c, 0xf2, 0x72, 0x2f, 0x51, 0x27, 0x71}},
        {62, {0x57, 0x5f, 0xf2, 0x8e, 0x60, 0x38, 0x1b, 0xe5}}, {63, {0x72, 0x45, 0x06, 0xeb, 0x4c, 0x32, 0x8a, 0x95}},
    };
    static const uint64_t key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    unsigned char input[64];
    for (size_t i = 0; i < sizeof input; i++) input[i] = (unsigned char)i;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        uint64_t expected = 0;
        for (size_t k = 8; k-- > 0;) expected = expected << 8 | vectors[i].hash[k];
        ck_assert_uint_eq(cxj__base_siphash(key, input, vectors[i].length), expected);
    }
}
END_TEST

/* Of a length only the lowest byte is hashed, so 256 zeros differ from none by their words alone. */
START_TEST(siphash_sees_every_byte) {
    static const uint64_t key[2] = {1, 2};
    unsigned char input[300] = {0};
    uint64_t plain = cxj__base_siphash(key, input, sizeof input);
    for (size_t i = 0; i < sizeof input; i++) {
        input[i] = 0x80;
        ck_assert_uint_ne(cxj__base_siphash(key, input, sizeof input), plain);
        input[i] = 0;
    }
    ck_assert_uint_ne(cxj__base_siphash(key, input, 256), cxj__base_siphash(key, input, 0));
}
END_TEST

START_TEST(seed_that_is_given_decides_all_keys) {
    static const uint64_t given[2] = {0, 1}, other[2] = {1, 0};
    int here = 0, there = 0;
    struct cxj__seed a = cxj__base_seed(given, &here), b = cxj__base_seed(given, &there);
    struct cxj__seed c = cxj__base_seed(other, &here);
    ck_assert_mem_eq(&a, &b, sizeof a);
    for (size_t i = 0; i < CXJ__SEED_KEYS; i++) {
        ck_assert_uint_eq(a.key[i] & 1, 1); /* As multipliers they must be odd to lose nothing. */
        ck_assert_uint_ne(a.key[i], c.key[i]);
        for (size_t k = 0; k < i; k++) ck_assert_uint_ne(a.key[i], a.key[k]);
    }
}
END_TEST

/* Half a seed is a seed. */
START_TEST(seed_with_one_zero_is_not_drawn) {
    static const uint64_t halves[2][2] = {{0, 1}, {1, 0}};
    for (size_t i = 0; i < 2; i++) {
        int here = 0, there = 0;
        struct cxj__seed a = cxj__base_seed(halves[i], &here), b = cxj__base_seed(halves[i], &there);
        ck_assert_mem_eq(&a, &b, sizeof a);
    }
}
END_TEST

/* Where the system has no random numbers, as soon as the clock has moved. */
START_TEST(seed_of_zeros_is_drawn) {
    static const uint64_t none[2] = {0, 0};
    int here = 0;
    struct cxj__seed a = cxj__base_seed(none, &here), b = a;
    for (int i = 0; i < 10000000 && memcmp(&a, &b, sizeof a) == 0; i++) b = cxj__base_seed(none, &here);
    ck_assert_mem_ne(&a, &b, sizeof a);
}
END_TEST

#ifdef GETRANDOM_IS_WRAPPED
/* The linker leads the library's calls here (tests/meson.build), and from here to the system until a test decides. */
static struct {
    bool is_decided;
    ssize_t gives; /* bytes, or -1 */
    unsigned char byte;
    int calls;
} system_random;

ssize_t __real_getrandom(void *buffer, size_t length, unsigned flags);
ssize_t __wrap_getrandom(void *buffer, size_t length, unsigned flags);
ssize_t __wrap_getrandom(void *buffer, size_t length, unsigned flags) {
    ck_assert_uint_eq(flags, GRND_NONBLOCK); /* no engine waits for a machine that has just been started */
    system_random.calls++;
    if (!system_random.is_decided) return __real_getrandom(buffer, length, flags);
    if (system_random.gives > 0) {
        ck_assert_uint_le((size_t)system_random.gives, length);
        memset(buffer, system_random.byte, (size_t)system_random.gives);
    }
    return system_random.gives;
}

/* The system's random numbers decide all keys: neither clock nor address matters. */
START_TEST(seed_is_drawn_from_the_system) {
    static const uint64_t none[2] = {0, 0}, given[2] = {1, 0};
    int here = 0, there = 0;
    system_random.is_decided = true;
    system_random.gives = 16;
    system_random.byte = 1;
    struct cxj__seed a = cxj__base_seed(none, &here), b = cxj__base_seed(none, &there);
    ck_assert_mem_eq(&a, &b, sizeof a);
    system_random.byte = 2;
    b = cxj__base_seed(none, &here);
    ck_assert_mem_ne(&a, &b, sizeof a);
    int calls = system_random.calls;
    (void)cxj__base_seed(given, &here); /* one that is given asks nobody */
    ck_assert_int_eq(system_random.calls, calls);
}
END_TEST

/* No system call, no entropy yet, or less than was asked for. */
static const ssize_t refusals[] = {-1, 0, 1, 8, 15};

START_TEST(seed_is_guessed_where_the_system_has_none) {
    static const uint64_t none[2] = {0, 0};
    int here = 0;
    system_random.is_decided = true;
    system_random.gives = refusals[_i];
    system_random.byte = 1;
    struct cxj__seed a = cxj__base_seed(none, &here), b = a;
    for (int i = 0; i < 10000000 && memcmp(&a, &b, sizeof a) == 0; i++) b = cxj__base_seed(none, &here);
    ck_assert_mem_ne(&a, &b, sizeof a);
    ck_assert_int_ge(system_random.calls, 2); /* it was asked */
}
END_TEST
#endif

/* The lower bits, by which tables are addressed, spread numbers in a row and multiples of a power of two alike. */
START_TEST(hash_spreads_regular_numbers) {
    static const uint64_t given[2] = {3, 4};
    struct cxj__seed keys = cxj__base_seed(given, NULL);
    for (int shift = 0; shift <= 54; shift += 3) { /* so that the 1,024 numbers stay different */
        int filled[256] = {0};
        for (uint64_t i = 0; i < 1024; i++) filled[cxj__base_hash(&keys, i << shift) & 255]++;
        for (int i = 0; i < 256; i++) ck_assert_int_lt(filled[i], 24);
    }
}
END_TEST

START_TEST(hash_depends_on_the_seed) {
    static const uint64_t given[2] = {3, 4}, other[2] = {3, 5};
    struct cxj__seed a = cxj__base_seed(given, NULL), b = cxj__base_seed(other, NULL);
    int same = 0;
    for (uint64_t i = 0; i < 256; i++) same += (cxj__base_hash(&a, i) & 255) == (cxj__base_hash(&b, i) & 255);
    ck_assert_int_lt(same, 16);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Sorting
 * ------------------------------------------------------------------------------------------------------------------ */

/* An item has an odd size, so that whole items must be moved; compare sees the key alone. */
struct item {
    unsigned char key;
    unsigned char order;
    unsigned char rest;
};

struct comparing {
    size_t calls;
    int sign;
};

static int compare_items(const void *a, const void *b, const void *context) {
    const struct item *x = a, *y = b;
    struct comparing *comparing = (struct comparing *)(uintptr_t)context;
    comparing->calls++;
    return comparing->sign * ((x->key > y->key) - (x->key < y->key));
}

static int compare_keys(const void *a, const void *b) {
    const struct item *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

/* Sorts items of some keys and checks order, stability and that nothing was lost. */
static size_t sort_checked(struct item *items, size_t count, int sign) {
    struct item scratch[71];
    struct comparing comparing = {0, sign};
    for (size_t i = 0; i < count; i++) {
        items[i].order = (unsigned char)i;
        items[i].rest = (unsigned char)(items[i].key ^ items[i].order ^ 0x5a);
    }
    cxj__base_sort(items, scratch, count, sizeof *items, compare_items, &comparing);
    bool seen[71] = {false};
    for (size_t i = 0; i < count; i++) {
        ck_assert_uint_eq(items[i].rest, items[i].key ^ items[i].order ^ 0x5a);
        ck_assert(!seen[items[i].order]);
        seen[items[i].order] = true;
        if (i == 0) continue;
        ck_assert_int_ge(sign * ((int)items[i].key - (int)items[i - 1].key), 0);
        if (items[i].key == items[i - 1].key) ck_assert_uint_lt(items[i - 1].order, items[i].order);
    }
    return comparing.calls;
}

START_TEST(sort_is_stable_at_every_size) {
    struct item items[71];
    for (size_t count = 0; count <= 70; count++) {
        for (unsigned keys = 1; keys <= 64; keys *= 4) {
            for (size_t i = 0; i < count; i++) items[i].key = (unsigned char)(chance() % keys);
            sort_checked(items, count, 1);
            for (size_t i = 0; i < count; i++) items[i].key = (unsigned char)(chance() % keys);
            sort_checked(items, count, -1);
        }
    }
}
END_TEST

START_TEST(sort_turns_descending_items_round) {
    struct item items[71];
    for (size_t count = 0; count <= 70; count++) {
        for (size_t i = 0; i < count; i++) items[i].key = (unsigned char)(count - i);
        sort_checked(items, count, 1);
    }
}
END_TEST

START_TEST(sort_of_sorted_items_looks_once) {
    struct item items[71];
    for (size_t i = 0; i < 70; i++) items[i].key = (unsigned char)(i / 2);
    ck_assert_uint_eq(sort_checked(items, 70, 1), 69);
    ck_assert_uint_eq(sort_checked(items, 1, 1), 0);
    ck_assert_uint_eq(sort_checked(items, 0, 1), 0);
}
END_TEST

START_TEST(sort_takes_n_log_n_comparisons) {
    struct item items[71];
    for (size_t i = 0; i < 64; i++) items[i].key = (unsigned char)(63 - i);
    ck_assert_uint_le(sort_checked(items, 64, 1), 64 * 6 + 64);
}
END_TEST

/* By moment, then as they stood: places tell it. */
static int compare_moments(const void *a, const void *b, const void *context) {
    const struct cxj__moment *x = a, *y = b;
    (void)context;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return (x->place > y->place) - (x->place < y->place);
}

/* Few and many, of which few or many bytes differ, before 1970 and behind it; the place of each says where it stood. */
START_TEST(moments_are_sorted_by_bytes) {
    struct cxj__moment items[2 * 300];
    bool seen[300];
    for (int round = 0; round < 400; round++) {
        size_t count = chance() % 301;
        int64_t base = round % 3 == 0 ? INT64_MIN : round % 3 == 1 ? -500 : 1780000000000;
        uint64_t span = UINT64_C(1) << chance() % 63;
        int64_t at[300];
        for (size_t i = 0; i < count; i++) {
            at[i] = (int64_t)((uint64_t)base + chance() % span);
            items[i] = (struct cxj__moment){at[i], i};
        }
        struct cxj__moment *room = items + count;
        const struct cxj__moment *sorted = cxj__base_sort_moments(items, count, &room, compare_moments, NULL);
        ck_assert(sorted == items ? room == items + count : sorted == items + count && room == items);
        memset(seen, 0, sizeof seen);
        for (size_t i = 0; i < count; i++) {
            ck_assert(!seen[sorted[i].place]);
            seen[sorted[i].place] = true;
            ck_assert_int_eq(sorted[i].at, at[sorted[i].place]);
            if (i > 0) ck_assert_int_lt(compare_moments(&sorted[i - 1], &sorted[i], NULL), 0);
        }
    }
}
END_TEST

/* Pairs of keys that stand the wrong way round: each is a move for items that sink to their places. */
static size_t inversions(const struct item *items, size_t count) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < i; k++) found += items[k].key > items[i].key;
    }
    return found;
}

/* Items that a few moves put in order are looked at little more than once; where they need one move more than there are
 * items, all are sorted otherwise. Both give what qsort() does. */
START_TEST(sort_of_nearly_sorted_items_moves_few) {
    struct item items[71], wanted[71];
    for (size_t moves = 0; moves <= 140; moves++) {
        for (size_t i = 0; i < 70; i++) items[i].key = (unsigned char)(2 * i + 1);
        for (size_t made = 0;
             made < moves;) { /* neighbours in order change places: one pair more is the wrong way round */
            size_t i = chance() % 69;
            if (items[i].key > items[i + 1].key) continue;
            struct item item = items[i];
            items[i] = items[i + 1];
            items[i + 1] = item;
            made++;
        }
        ck_assert_uint_eq(inversions(items, 70), moves);
        for (size_t i = 0; i < 70; i++) wanted[i].key = items[i].key;
        qsort(wanted, 70, sizeof *wanted, compare_keys);
        size_t calls = sort_checked(items, 70, 1);
        if (moves <= 70) ck_assert_uint_le(calls, 69 + moves);
        if (moves > 70) ck_assert_uint_gt(calls, 69 + 70);
        for (size_t i = 0; i < 70; i++) ck_assert_uint_eq(items[i].key, wanted[i].key);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Text
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST(length_knows_ended_and_null) {
    ck_assert_uint_eq(cxj__base_length("abc", CXJ_ZERO_TERMINATED), 3);
    ck_assert_uint_eq(cxj__base_length("abc", 2), 2);
    ck_assert_uint_eq(cxj__base_length("abc", 0), 0);
    ck_assert_uint_eq(cxj__base_length("a\0c", 3), 3);
    ck_assert_uint_eq(cxj__base_length(NULL, CXJ_ZERO_TERMINATED), 0);
    ck_assert_uint_eq(cxj__base_length(NULL, 5), 0);
}
END_TEST

static const struct {
    const char *text;
    size_t length;
    long offset; /* of the first byte that is not UTF-8, or -1 */
} texts[] = {
    {"", 0, -1},
    {"plain", 5, -1},
    {"\x01\x7f", 2, -1},
    {"a\0b", 3, 1}, /* no NUL */
    {"\0", 1, 0},
    {"\xc2\x80\xdf\xbf", 4, -1},
    {"\xc1\xbf", 2, 0}, /* overlong */
    {"\xc0\x80", 2, 0},
    {"a\xe0\x9f\xbf", 4, 1},
    {"\xe0\xa0\x80\xe0\xbf\xbf", 6, -1},
    {"\xe1\x80\x80\xec\xbf\xbf", 6, -1},
    {"\xed\x9f\xbf", 3, -1},
    {"\xed\xa0\x80", 3, 0}, /* surrogates */
    {"\xed\xbf\xbf", 3, 0},
    {"\xee\x80\x80\xef\xbf\xbf", 6, -1},
    {"ab\xf0\x8f\xbf\xbf", 6, 2}, /* overlong */
    {"\xf0\x90\x80\x80\xf0\xbf\xbf\xbf", 8, -1},
    {"\xf1\x80\x80\x80\xf3\xbf\xbf\xbf", 8, -1},
    {"\xf4\x8f\xbf\xbf", 4, -1}, /* U+10FFFF */
    {"\xf4\x90\x80\x80", 4, 0},
    {"\xf5\x80\x80\x80", 4, 0},
    {"\xff", 1, 0},
    {"\x80", 1, 0}, /* nothing to continue */
    {"\xbf", 1, 0},
    {"\xc2", 1, 0}, /* truncated */
    {"a\xc2", 2, 1},
    {"\xc3\xa4\xe2\x82", 4, 2},
    {"\xe2\x82\xac\xf0\x9f\x98", 6, 3},
    {"\xf0\x9f\x98\x80", 4, -1},
    {"\xc2\x7f", 2, 0}, /* a second byte out of bounds */
    {"\xc2\xc0", 2, 0},
    {"\xe1\x7f\x80", 3, 0},
    {"\xe1\xc0\x80", 3, 0},
    {"\xf1\x80\xc0\x80", 4, 0},
    {"\xf1\x80\x7f\x80", 4, 0},
    {"\xf1\x80\x80\x7f", 4, 0},
    {"\xf1\x80\x80\xc0", 4, 0},
    {"\xe1\x80\x80\x80", 4, 3},
};
enum { TEXTS = sizeof texts / sizeof *texts };

/* RFC 3629, with the NUL left out. */
START_TEST(utf8_is_as_the_standard_has_it) {
    size_t offset = 99;
    bool good = cxj__base_is_utf8(texts[_i].text, texts[_i].length, &offset);
    ck_assert_int_eq(good, texts[_i].offset < 0);
    ck_assert_uint_eq(offset, good ? 99 : (size_t)texts[_i].offset);
}
END_TEST

/* Every code point in its shortest form is accepted, but for NUL and the surrogates. */
START_TEST(utf8_accepts_every_character) {
    for (uint32_t c = 0; c <= 0x110000; c += c < 0x900 ? 1 : 37) {
        unsigned char text[4] = {(unsigned char)c, 0, 0, 0};
        size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4, offset;
        static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
        for (size_t i = 0; length > 1 && i < length; i++) {
            text[i] = (unsigned char)((i == 0 ? marks[length] : 0x80U) |
                                      (c >> (6 * (length - 1 - i)) & (i == 0 ? 0x3fU >> (length - 2) : 0x3fU)));
        }
        bool is_character = c != 0 && (c < 0xd800 || c > 0xdfff) && c <= 0x10ffff;
        ck_assert_int_eq(cxj__base_is_utf8((const char *)text, length, &offset), is_character);
    }
}
END_TEST

START_TEST(a_sentence_is_cut_to_fit) {
    struct cxj__message message;
    cxj__base_say(&message, "%s %d", "column", 7);
    ck_assert_str_eq(message.text, "column 7");
    char longest[2 * sizeof message.text];
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    cxj__base_say(&message, "%s", longest);
    ck_assert_uint_eq(strlen(message.text), sizeof message.text - 1);
}
END_TEST

/* A text of characters of every length, so that each cut falls into each of them at some capacity. */
static const char mixed[] = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z\xf4\x8f\xbf\xbf\xe0\xa0\x80\xc2\x80";

/* The most bytes of a text that fit and are characters all. */
static size_t fitting(const char *text, size_t capacity) {
    size_t best = 0, offset;
    for (size_t length = 0; length < capacity && length <= strlen(text); length++) {
        if (cxj__base_is_utf8(text, length, &offset)) best = length;
    }
    return best;
}

/* Whoever gives a buffer finds whole characters in it, as many as fit, and nothing behind its end. */
START_TEST(a_sentence_is_told_in_whole_characters) {
    for (size_t capacity = 1; capacity <= sizeof mixed + 1; capacity++) {
        char buffer[sizeof mixed + 2];
        memset(buffer, '?', sizeof buffer);
        cxj__base_tell(buffer, capacity, mixed);
        size_t length = fitting(mixed, capacity);
        ck_assert_uint_eq(strlen(buffer), length);
        ck_assert_mem_eq(buffer, mixed, length);
        for (size_t i = capacity; i < sizeof buffer; i++) ck_assert_int_eq(buffer[i], '?');
    }
    cxj__base_tell(NULL, 10, mixed);
    char untouched = '?';
    cxj__base_tell(&untouched, 0, mixed);
    ck_assert_int_eq(untouched, '?');
}
END_TEST

/* The library's own sentences are cut in the same way, wherever in a character the end of the room falls. */
START_TEST(a_sentence_is_cut_in_whole_characters) {
    for (size_t ahead = 0; ahead < sizeof mixed; ahead++) {
        struct cxj__message message;
        char longest[2 * sizeof message.text];
        memset(longest, 'x', sizeof longest);
        size_t at = sizeof message.text - 1 - ahead;
        memcpy(longest + at, mixed, sizeof mixed);
        cxj__base_say(&message, "%s", longest);
        ck_assert_uint_eq(strlen(message.text), fitting(longest, sizeof message.text));
        ck_assert_mem_eq(message.text, longest, strlen(message.text));
    }
}
END_TEST

/* What is not UTF-8 is none of this function's business, but it must not run away over it. */
START_TEST(a_cut_among_stray_bytes_takes_three_at_most) {
    static const char *const strays[] = {"\x80\x80\x80\x80\x80\x80\x80\x80", "\xff\xff\xff\xff\xff\xff\xff\xff",
                                         "\xf0\xf0\xf0\xf0\xf0\xf0\xf0\xf0", "a\x80\x80\x80\x80\x80\x80\x80"};
    for (size_t i = 0; i < sizeof strays / sizeof *strays; i++) {
        for (size_t capacity = 1; capacity <= 8; capacity++) {
            char buffer[9];
            cxj__base_tell(buffer, capacity, strays[i]);
            ck_assert_uint_lt(strlen(buffer), capacity);
            ck_assert_uint_ge(strlen(buffer) + 4, capacity);
        }
    }
}
END_TEST

static const struct {
    const char *text;
    size_t length;
    const char *shown;
} shown_texts[] = {
    {"", 0, ""},
    {"touchpoints by channel", 22, "touchpoints by channel"},
    {"M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80", 16, "M\xc3\xbcller \xe2\x82\xac \xf0\x9f\x98\x80"},
    {"\\ \" '", 5, "\\ \" '"},          /* for reading, not for reading back */
    {"\x1b[31mred", 8, "\\x1b[31mred"}, /* a terminal would obey */
    {"\xc2\x9b"
     "31m",
     5, "\\u009b31m"}, /* so would some here */
    {"a\tb\nc\rd\x7f", 8, "a\\x09b\\x0ac\\x0dd\\x7f"},
    {"a\0b", 3, "a\\x00b"},
    {"invoice\xe2\x80\xaetxt.exe", 17, "invoice\\u202etxt.exe"}, /* a mark that turns the rest round */
    {"\xe2\x81\xa6x\xe2\x81\xa9", 7, "\\u2066x\\u2069"},
    {"\xe2\x80\x8e\xe2\x80\x8f\xd8\x9c", 8, "\\u200e\\u200f\\u061c"},
    {"pay\xe2\x80\x8bpal\xef\xbb\xbf\xc2\xad", 14, "pay\\u200bpal\\ufeff\\u00ad"}, /* without width */
    {"\xe2\x80\xa8\xe2\x80\xa9", 6, "\\u2028\\u2029"},
    {"\xf3\xa0\x80\x81\xf3\xa0\x81\xbf", 8, "\\U000e0001\\U000e007f"},
    {"\xe2\x80\x8c\xe2\x80\x8d", 6, "\xe2\x80\x8c\xe2\x80\x8d"}, /* joiners, with which words are spelt */
    {"a\xff\xc3", 3, "a\\xff\\xc3"},
    {"\xed\xa0\x80", 3, "\\xed\\xa0\\x80"}, /* half a pair of UTF-16 is no character */
};
enum { SHOWN_TEXTS = sizeof shown_texts / sizeof *shown_texts };

START_TEST(a_text_is_shown_visibly) {
    struct cxj__shown shown;
    ck_assert_str_eq(cxj__base_show(&shown, shown_texts[_i].text, shown_texts[_i].length), shown_texts[_i].shown);
}
END_TEST

/* No byte of any character is a control, and none that is shown as it is turns what stands behind it; the shape of what
 * is written in its place is that of its kind. */
START_TEST(every_character_is_shown_or_written) {
    for (uint32_t c = 1; c <= 0x10ffff; c += c < 0x3000 ? 1 : c >= 0xfe00 && c < 0x10000 ? 1 : 13) {
        if (c >= 0xd800 && c <= 0xdfff) continue;
        static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
        size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        char text[5] = {(char)c, 0, 0, 0, 0};
        for (size_t i = 0; length > 1 && i < length; i++) {
            text[i] = (char)((i == 0 ? marks[length] : 0x80U) |
                             (c >> (6 * (length - 1 - i)) & (i == 0 ? 0x7fU >> length : 0x3fU)));
        }
        struct cxj__shown shown;
        cxj__base_show(&shown, text, length);
        char written[16];
        snprintf(written, sizeof written, length == 1 ? "\\x%02x" : length < 4 ? "\\u%04x" : "\\U%08x", (unsigned)c);
        bool is_written = strcmp(shown.text, text) != 0;
        ck_assert_msg(!is_written || strcmp(shown.text, written) == 0, "U+%04x is shown as %s", (unsigned)c,
                      shown.text);
        bool is_unseen = c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e || c == 0x200b ||
                         c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
                         c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c < 0xe0080);
        ck_assert_msg(is_written == is_unseen, "U+%04x is shown as %s", (unsigned)c, shown.text);
    }
}
END_TEST

/* However long a text, and whatever it is made of: what is shown fits, is UTF-8, and ends with an ellipsis exactly
 * where something is left out. */
START_TEST(a_long_text_is_shown_shortened) {
    static const char *const pieces[] = {"x",    "\xc3\xa4",     "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                         "\x1b", "\xe2\x80\xae", "\xff",         "\xf3\xa0\x80\x81"};
    enum { PIECES = sizeof pieces / sizeof *pieces };
    struct cxj__shown shown;
    for (size_t i = 0; i < PIECES; i++) {
        for (size_t ahead = 0; ahead < 12; ahead++) {
            bool shortened_before = false;
            for (size_t count = 0; count < 300; count++) {
                char text[12 + 300 * 4];
                memset(text, '-', ahead);
                size_t length = ahead;
                for (size_t k = 0; k < count; k++, length += strlen(pieces[i])) {
                    memcpy(text + length, pieces[i], strlen(pieces[i]));
                }
                cxj__base_show(&shown, text, length);
                size_t bytes = strlen(shown.text), offset;
                ck_assert_uint_lt(bytes, sizeof shown.text);
                ck_assert(cxj__base_is_utf8(shown.text, bytes, &offset));
                bool shortened = bytes >= 3 && strcmp(shown.text + bytes - 3, "\xe2\x80\xa6") == 0;
                ck_assert(shortened || !shortened_before); /* one that is longer is shortened, too */
                if (shortened) ck_assert_uint_ge(bytes + 14, sizeof shown.text); /* by no more than it must be */
                shortened_before = shortened;
            }
            ck_assert(shortened_before);
        }
    }
}
END_TEST

/* Random bytes: nothing of what is shown is a control, and all of it is UTF-8. */
START_TEST(random_bytes_are_shown_as_text) {
    for (int round = 0; round < 20000; round++) {
        char text[64];
        size_t length = chance() % sizeof text, offset;
        for (size_t i = 0; i < length; i++) text[i] = (char)chance();
        struct cxj__shown shown;
        cxj__base_show(&shown, text, length);
        ck_assert(cxj__base_is_utf8(shown.text, strlen(shown.text), &offset));
        for (const char *at = shown.text; *at != '\0'; at++) ck_assert((unsigned char)*at >= 0x20 && *at != 0x7f);
    }
}
END_TEST

static TCase *group(Suite *suite, const char *name) {
    TCase *cases = tcase_create(name);
    tcase_set_timeout(cases, 300);
    suite_add_tcase(suite, cases);
    return cases;
}

static void add_memory(Suite *suite) {
    TCase *memory = group(suite, "memory");
    tcase_add_test(memory, memory_of_a_host_without_allocator);
    tcase_add_test(memory, limit_is_exact_for_a_new_block);
    tcase_add_test(memory, limit_counts_what_others_hold);
    tcase_add_test(memory, limit_of_zero_is_none);
    tcase_add_test(memory, shrinking_is_allowed_above_the_limit);
    tcase_add_test(memory, limit_does_not_overflow);
    tcase_add_test(memory, equal_sizes_ask_nobody);
    tcase_add_test(memory, refusal_of_the_allocator_leaves_the_count);
    tcase_add_test(memory, grow_keeps_items_and_makes_room_ahead);
    tcase_add_test(memory, grow_does_nothing_where_there_is_room);
    tcase_add_test(memory, grow_refuses_what_no_size_can_hold);
}

static void add_integers(Suite *suite) {
    TCase *integers = group(suite, "integers");
    tcase_add_test(integers, wide_extends_the_sign);
    tcase_add_test(integers, add_carries_between_the_words);
    tcase_add_test(integers, negate_borrows_between_the_words);
    tcase_add_test(integers, product_has_all_bits_and_the_sign);
    tcase_add_test(integers, times_keeps_the_sign);
    tcase_add_test(integers, products_agree_with_sums);
    tcase_add_test(integers, squares_are_compared_to_the_last_bit);
    tcase_add_test(integers, numbers_of_128_bits_are_ordered);
    tcase_add_test(integers, times_keeps_the_lowest_128_bits);
#ifdef __SIZEOF_INT128__
    tcase_add_test(integers, arithmetic_agrees_with_the_compiler);
    tcase_add_test(integers, doubles_agree_with_the_compiler);
#endif
    tcase_add_test(integers, double_of_small_numbers_is_exact);
    tcase_add_test(integers, double_rounds_ties_to_even_below_64_bits);
    tcase_add_test(integers, double_rounds_ties_to_even_beyond_64_bits);
    tcase_add_test(integers, double_keeps_a_sticky_bit);
    tcase_add_test(integers, clamp_holds_the_range);
}

static void add_hashes(Suite *suite) {
    TCase *hashes = group(suite, "hashes");
    tcase_add_test(hashes, bits_are_found_at_both_ends);
    tcase_add_test(hashes, bits_are_counted_one_by_one);
    tcase_add_test(hashes, siphash_gives_the_published_vectors);
    tcase_add_test(hashes, siphash_sees_every_byte);
    tcase_add_test(hashes, seed_that_is_given_decides_all_keys);
    tcase_add_test(hashes, seed_with_one_zero_is_not_drawn);
    tcase_add_test(hashes, seed_of_zeros_is_drawn);
#ifdef GETRANDOM_IS_WRAPPED
    tcase_add_test(hashes, seed_is_drawn_from_the_system);
    tcase_add_loop_test(hashes, seed_is_guessed_where_the_system_has_none, 0, sizeof refusals / sizeof *refusals);
#endif
    tcase_add_test(hashes, hash_spreads_regular_numbers);
    tcase_add_test(hashes, hash_depends_on_the_seed);
}

int main(void) {
    const char *given = getenv("CXJ_SEED");
    seed = given ? strtoull(given, NULL, 10) : 1;
    chance_state = seed;
    printf("test_base: CXJ_SEED=%" PRIu64 "\n", seed);

    Suite *suite = suite_create("base");
    add_memory(suite);
    add_integers(suite);
    add_hashes(suite);
    TCase *moments = group(suite, "moments");
    tcase_add_test(moments, dates_are_counted_day_by_day);
    tcase_add_test(moments, no_date_comes_back_as_itself);
    tcase_add_test(moments, quotients_are_cut_off_towards_the_past);
    tcase_add_test(moments, digits_are_read_all_or_none);
    TCase *sorting = group(suite, "sorting");
    tcase_add_test(sorting, sort_is_stable_at_every_size);
    tcase_add_test(sorting, sort_turns_descending_items_round);
    tcase_add_test(sorting, sort_of_sorted_items_looks_once);
    tcase_add_test(sorting, sort_takes_n_log_n_comparisons);
    tcase_add_test(sorting, sort_of_nearly_sorted_items_moves_few);
    tcase_add_test(sorting, moments_are_sorted_by_bytes);
    TCase *text = group(suite, "text");
    tcase_add_test(text, length_knows_ended_and_null);
    tcase_add_loop_test(text, utf8_is_as_the_standard_has_it, 0, TEXTS);
    tcase_add_test(text, utf8_accepts_every_character);
    tcase_add_test(text, a_sentence_is_cut_to_fit);
    tcase_add_test(text, a_sentence_is_told_in_whole_characters);
    tcase_add_test(text, a_sentence_is_cut_in_whole_characters);
    tcase_add_test(text, a_cut_among_stray_bytes_takes_three_at_most);
    tcase_add_loop_test(text, a_text_is_shown_visibly, 0, SHOWN_TEXTS);
    tcase_add_test(text, every_character_is_shown_or_written);
    tcase_add_test(text, a_long_text_is_shown_shortened);
    tcase_add_test(text, random_bytes_are_shown_as_text);

    return run_suite(suite);
}
