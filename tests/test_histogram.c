/* test_histogram: counts of durations in log-linear buckets.
 *
 * CXJ_SEED takes the seed of the random parts; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "histogram.h"
#include "suite.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BUCKETS = 45 * 64 }; /* 64 for each power of two up to 2^50, and the first 64 values */
#define LONGEST ((INT64_C(1) << 50) - 1)

static uint64_t seed = 1;
static uint64_t chance_state;

static uint64_t chance(void) {
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (chance_state >> 32 | chance_state << 32) * UINT64_C(0x9e3779b97f4a7c15);
}

/* A duration of any order of magnitude. */
static int64_t any_duration(void) {
    return (int64_t)(chance() >> (14 + chance() % 50));
}

static long left; /* allocations that succeed from here on; below 0: all */

static void *ration(void *context, void *block, size_t old_size, size_t new_size) {
    if (new_size != 0 && left == 0) return NULL;
    if (new_size != 0 && left > 0) left--;
    return cxj__base_allocate(context, block, old_size, new_size);
}

static struct cxj__memory plenty(void) {
    left = -1;
    return (struct cxj__memory){ration, NULL, 0, 0};
}

static void add(struct cxj__histogram *histogram, struct cxj__memory *memory, int64_t duration, int64_t count) {
    uint32_t bucket = cxj__histogram_bucket(duration);
    ck_assert(cxj__histogram_reserve(histogram, memory, bucket, count > 0 ? (uint64_t)count : 1));
    cxj__histogram_add(histogram, bucket, count);
}

static void finish(struct cxj__histogram *histogram, struct cxj__memory *memory) {
    cxj__histogram_finish(histogram, memory);
    ck_assert_ptr_null(histogram->slots);
    ck_assert_uint_eq(histogram->capacity + histogram->used, 0);
    ck_assert_uint_eq(memory->used, 0);
}

static bool is_within(double found, int64_t exact) {
    return fabs(found - (double)exact) <= (double)exact / 128;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Buckets
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST(durations_below_128_are_exact) {
    for (int64_t duration = 0; duration < 128; duration++) {
        ck_assert_uint_eq(cxj__histogram_bucket(duration), (uint64_t)duration);
        ck_assert_double_eq(cxj__histogram_middle((uint32_t)duration), (double)duration);
    }
}
END_TEST

/* The lowest duration of a bucket, found by halves from what cxj__histogram_bucket() says alone. */
static int64_t lowest_of(uint32_t bucket) {
    int64_t low = 0, high = LONGEST + 1;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (middle <= LONGEST && cxj__histogram_bucket(middle) < bucket) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Each bucket follows the one before without a gap, in it is its middle, and no bucket is left out. */
START_TEST(buckets_follow_each_other) {
    int64_t lowest = 0;
    for (uint32_t bucket = 0; bucket < BUCKETS; bucket++) {
        ck_assert_uint_eq(cxj__histogram_bucket(lowest), bucket);
        int64_t next = lowest_of(bucket + 1);
        ck_assert_int_gt(next, lowest);
        ck_assert_uint_eq(cxj__histogram_bucket(next - 1), bucket);
        double middle = cxj__histogram_middle(bucket);
        ck_assert_double_eq(middle, ((double)lowest + (double)(next - 1)) / 2);
        lowest = next;
    }
    ck_assert_int_eq(lowest, LONGEST + 1);
}
END_TEST

/* Section 6: "it may be off by a relative error of at most 1/128". */
START_TEST(middles_are_within_one_in_128) {
    for (uint32_t bucket = 0; bucket < BUCKETS; bucket++) {
        int64_t lowest = lowest_of(bucket), highest = lowest_of(bucket + 1) - 1;
        ck_assert(is_within(cxj__histogram_middle(bucket), lowest));
        ck_assert(is_within(cxj__histogram_middle(bucket), highest));
    }
}
END_TEST

START_TEST(powers_of_two_begin_a_bucket) {
    for (uint32_t power = 7; power < 50; power++) {
        int64_t duration = INT64_C(1) << power;
        ck_assert_uint_eq(cxj__histogram_bucket(duration), (power - 5) * 64);
        ck_assert_uint_eq(cxj__histogram_bucket(duration - 1), (power - 5) * 64 - 1);
    }
    ck_assert_uint_eq(cxj__histogram_bucket(LONGEST), BUCKETS - 1);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Counting
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST(one_duration_is_every_quantile) {
    struct cxj__memory memory = plenty();
    struct cxj__histogram histogram = {0};
    add(&histogram, &memory, 77, 1);
    for (uint32_t percent = 1; percent <= 99; percent++) {
        ck_assert_double_eq(cxj__histogram_quantile(&histogram, 1, percent), 77);
    }
    finish(&histogram, &memory);
}
END_TEST

/* Section 6: "the value at rank ⌈q·n⌉"; at whole multiples that is q·n itself, just above it the next. */
START_TEST(ranks_round_up) {
    static const struct {
        uint32_t n, percent, rank;
    } ranks[] = {
        {2, 50, 1},    {3, 50, 2},    {4, 50, 2},    {10, 90, 9},   {11, 90, 10},   {20, 90, 18},   {9, 90, 9},
        {100, 50, 50}, {101, 50, 51}, {100, 90, 90}, {100, 99, 99}, {101, 99, 100}, {99, 99, 99},   {102, 99, 101},
        {2, 99, 2},    {2, 90, 2},    {1, 50, 1},    {110, 90, 99}, {111, 90, 100}, {120, 99, 119},
    };
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++) {
        struct cxj__memory memory = plenty();
        struct cxj__histogram histogram = {0};
        for (uint32_t value = 1; value <= ranks[i].n; value++) add(&histogram, &memory, value, 1);
        ck_assert_double_eq(cxj__histogram_quantile(&histogram, ranks[i].n, ranks[i].percent), ranks[i].rank);
        finish(&histogram, &memory);
    }
}
END_TEST

START_TEST(ranks_count_what_one_bucket_holds) {
    struct cxj__memory memory = plenty();
    struct cxj__histogram histogram = {0};
    add(&histogram, &memory, 5, 89);
    add(&histogram, &memory, 7, 1);
    add(&histogram, &memory, 9, 10);
    ck_assert_double_eq(cxj__histogram_quantile(&histogram, 100, 89), 5);
    ck_assert_double_eq(cxj__histogram_quantile(&histogram, 100, 90), 7);
    ck_assert_double_eq(cxj__histogram_quantile(&histogram, 100, 91), 9);
    finish(&histogram, &memory);
}
END_TEST

/* Counts of 48 bits, and a rank that n · percent would not fit 64 bits for. */
START_TEST(ranks_of_very_many_do_not_overflow) {
    static const int64_t many = INT64_C(100000000000000);
    struct cxj__memory memory = plenty();
    struct cxj__histogram histogram = {0};
    add(&histogram, &memory, 1, many);
    add(&histogram, &memory, 2, many);
    ck_assert_double_eq(cxj__histogram_quantile(&histogram, 2 * (uint64_t)many, 50), 1);
    ck_assert_double_eq(cxj__histogram_quantile(&histogram, 2 * (uint64_t)many, 51), 2);
    cxj__histogram_add(&histogram, 2, 1);
    ck_assert_double_eq(cxj__histogram_quantile(&histogram, 2 * (uint64_t)many + 1, 50), 2);
    finish(&histogram, &memory);
}
END_TEST

static int compare_durations(const void *a, const void *b) {
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Section 6: "Quantile (p50, p90, p99) is nearest-rank: the value at rank ⌈q·n⌉; it may be off by … at most 1/128". */
START_TEST(quantiles_are_those_of_the_sorted_durations) {
    static int64_t durations[2000];
    static const uint32_t percents[] = {50, 90, 99};
    for (int round = 0; round < 60; round++) {
        struct cxj__memory memory = plenty();
        struct cxj__histogram histogram = {0};
        size_t n = 1 + chance() % (round < 50 ? 120 : 2000);
        for (size_t i = 0; i < n; i++) {
            durations[i] = any_duration();
            add(&histogram, &memory, durations[i], 1);
        }
        qsort(durations, n, sizeof *durations, compare_durations);
        for (size_t i = 0; i < 3; i++) {
            size_t rank = (n * percents[i] + 99) / 100;
            double found = cxj__histogram_quantile(&histogram, n, percents[i]);
            ck_assert_msg(is_within(found, durations[rank - 1]), "seed %" PRIu64 ", round %d: %f at rank %zu of %zu",
                          seed, round, found, rank, n);
        }
        finish(&histogram, &memory);
    }
}
END_TEST

/* Section 3: "All state behind metrics is integer, so adding and taking away are exact." */
START_TEST(what_is_taken_away_leaves_no_trace) {
    static int64_t durations[500];
    struct cxj__memory memory = plenty();
    struct cxj__histogram histogram = {0};
    add(&histogram, &memory, 42, 1);
    for (size_t i = 0; i < 500; i++) {
        durations[i] = any_duration();
        add(&histogram, &memory, durations[i], 1);
    }
    for (size_t i = 0; i < 500; i++) cxj__histogram_add(&histogram, cxj__histogram_bucket(durations[i]), -1);
    for (uint32_t percent = 1; percent <= 99; percent++) {
        ck_assert_double_eq(cxj__histogram_quantile(&histogram, 1, percent), 42);
    }
    finish(&histogram, &memory);
}
END_TEST

START_TEST(taking_away_touches_no_other_bucket) {
    struct cxj__memory memory = plenty();
    struct cxj__histogram histogram = {0};
    for (int64_t duration = 0; duration < 128; duration++) add(&histogram, &memory, duration, 2);
    for (int64_t duration = 0; duration < 128; duration += 2) add(&histogram, &memory, duration, -2);
    ck_assert_double_eq(cxj__histogram_quantile(&histogram, 128, 50), 63);
    ck_assert_double_eq(cxj__histogram_quantile(&histogram, 128, 1), 1);
    ck_assert_double_eq(cxj__histogram_quantile(&histogram, 128, 99), 127);
    finish(&histogram, &memory);
}
END_TEST

START_TEST(every_bucket_has_room_at_once) {
    struct cxj__memory memory = plenty();
    struct cxj__histogram histogram = {0};
    for (uint32_t bucket = BUCKETS; bucket-- > 0;) {
        ck_assert(cxj__histogram_reserve(&histogram, &memory, bucket, 1));
        ck_assert(histogram.used * 4 <= histogram.capacity * 3 && histogram.capacity <= 4 * histogram.used);
        cxj__histogram_add(&histogram, bucket, 1);
    }
    for (uint32_t percent = 1; percent <= 99; percent++) {
        uint32_t rank = (BUCKETS * percent + 99) / 100;
        double found = cxj__histogram_quantile(&histogram, BUCKETS, percent);
        ck_assert_double_eq(found, cxj__histogram_middle(rank - 1));
    }
    finish(&histogram, &memory);
}
END_TEST

START_TEST(a_bucket_reserved_stays_reserved) {
    struct cxj__memory memory = plenty();
    struct cxj__histogram histogram = {0};
    for (uint32_t bucket = 0; bucket < 200; bucket++) ck_assert(cxj__histogram_reserve(&histogram, &memory, bucket, 1));
    left = 0;
    for (uint32_t bucket = 0; bucket < 200; bucket++) {
        ck_assert(cxj__histogram_reserve(&histogram, &memory, bucket, 1)); /* there is room: no memory needed */
        cxj__histogram_add(&histogram, bucket, 1);
        cxj__histogram_add(&histogram, bucket, -1);
        ck_assert(cxj__histogram_reserve(&histogram, &memory, bucket, 1));
    }
    left = -1;
    finish(&histogram, &memory);
}
END_TEST

START_TEST(lack_of_memory_changes_nothing) {
    struct cxj__memory memory = plenty();
    struct cxj__histogram histogram = {0};
    uint32_t failures = 0;
    for (uint32_t bucket = 0; bucket < 200; bucket++) {
        left = 0;
        uint64_t used = memory.used;
        bool reserved = cxj__histogram_reserve(&histogram, &memory, bucket, 1);
        ck_assert_uint_eq(memory.used, used);
        left = -1;
        failures += !reserved;
        if (!reserved) ck_assert(cxj__histogram_reserve(&histogram, &memory, bucket, 1));
        cxj__histogram_add(&histogram, bucket, 1);
    }
    ck_assert_uint_ge(failures, 4); /* It grows by leaps, not each time. */
    ck_assert_uint_le(failures, 10);
    ck_assert_double_eq(cxj__histogram_quantile(&histogram, 200, 50), cxj__histogram_middle(99));
    finish(&histogram, &memory);
}
END_TEST

/* histogram.h: "Where a bucket's slot is looked for first". */
START_TEST(homes_lie_within_and_spread) {
    struct cxj__memory memory = plenty();
    struct cxj__histogram histogram = {0};
    for (uint32_t bucket = 0; bucket < BUCKETS; bucket++) {
        ck_assert(cxj__histogram_reserve(&histogram, &memory, bucket, 1));
        ck_assert_uint_lt(cxj__histogram_home(&histogram, bucket), histogram.capacity);
    }
    uint8_t filled[2 * BUCKETS] = {0};
    ck_assert_uint_le(histogram.capacity, 2 * BUCKETS);
    for (uint32_t bucket = 0; bucket < BUCKETS; bucket++) {
        ck_assert_uint_le(++filled[cxj__histogram_home(&histogram, bucket)], 8);
    }
    finish(&histogram, &memory);
}
END_TEST

/* "Once a count comes near its bound the table is made wide": no count runs into that of a neighbour, whether it grows
 * by one each time or at once, and what has become wide counts the same as what has not. */
START_TEST(counts_beyond_16_bits_stay_apart) {
    static const uint32_t times[] = {70000, 1, 0, 200000, 8191, 8192, 8193, 65535, 65536, 5};
    enum { COUNT = sizeof times / sizeof *times, FIRST = 100 };
    struct cxj__memory memory = plenty();
    struct cxj__histogram one_by_one = {0}, at_once = {0}, small = {0};
    uint64_t total = 0;
    for (uint32_t i = 0; i < COUNT; i++) {
        for (uint32_t n = 0; n < times[i]; n++) {
            struct cxj__counter counter = cxj__histogram_reach(&one_by_one, &memory, FIRST + i);
            ck_assert_ptr_nonnull(counter.slot);
            *counter.slot += counter.one;
        }
        if (times[i] > 0) add(&at_once, &memory, FIRST + i, times[i]);
        total += times[i];
    }
    ck_assert(one_by_one.is_wide && at_once.is_wide && !small.is_wide);
    ck_assert(cxj__histogram_is_same(&one_by_one, &at_once) && cxj__histogram_is_same(&at_once, &one_by_one));
    ck_assert_uint_eq(cxj__histogram_total(&one_by_one), total);
    struct cxj__histogram_count counts[2 * COUNT];
    ck_assert_uint_eq(cxj__histogram_list(&one_by_one, counts), COUNT - 1);
    for (uint32_t i = 0, k = 0; i < COUNT; i++) {
        if (times[i] == 0) continue;
        ck_assert_uint_eq(counts[k].bucket, FIRST + i);
        ck_assert_uint_eq(counts[k++].count, times[i]);
    }
    /* Taken away all but one each, they are what few durations make. */
    for (uint32_t i = 0; i < COUNT; i++) {
        if (times[i] == 0) continue;
        cxj__histogram_add(&one_by_one, FIRST + i, 1 - (int64_t)times[i]);
        add(&small, &memory, FIRST + i, 1);
    }
    ck_assert(!small.is_wide && cxj__histogram_is_same(&one_by_one, &small));
    ck_assert(cxj__histogram_is_same(&small, &one_by_one));
    ck_assert(cxj__histogram_reserve_all(&small, &memory, &at_once) && small.is_wide);
    cxj__histogram_add_all(&small, &at_once, 1);
    ck_assert_uint_eq(cxj__histogram_total(&small), total + COUNT - 1);
    cxj__histogram_finish(&one_by_one, &memory);
    cxj__histogram_finish(&at_once, &memory);
    finish(&small, &memory);
}
END_TEST

/* "So that adding them cannot fail": where memory ends as a count would need a wide table, nothing has changed. */
START_TEST(becoming_wide_may_fail_and_changes_nothing_then) {
    struct cxj__memory memory = plenty();
    struct cxj__histogram histogram = {0};
    add(&histogram, &memory, 7, 8192);
    const uint64_t used = memory.used;
    left = 0;
    ck_assert(!cxj__histogram_reserve(&histogram, &memory, 7, 1));
    ck_assert_ptr_null(cxj__histogram_reach(&histogram, &memory, 7).slot);
    ck_assert(cxj__histogram_reserve(&histogram, &memory, 8, 8192)); /* which shares its slot */
    ck_assert(!histogram.is_wide);
    ck_assert_uint_eq(memory.used, used);
    ck_assert_uint_eq(cxj__histogram_total(&histogram), 8192);
    left = -1;
    ck_assert(cxj__histogram_reserve(&histogram, &memory, 7, 1));
    ck_assert(histogram.is_wide);
    ck_assert_uint_eq(cxj__histogram_total(&histogram), 8192);
    left = 0;
    cxj__histogram_add(&histogram, 8, INT64_C(1) << 40); /* it kept its room */
    ck_assert_uint_eq(cxj__histogram_total(&histogram), 8192 + (UINT64_C(1) << 40));
    finish(&histogram, &memory);
}
END_TEST

START_TEST(an_empty_histogram_ends) {
    struct cxj__memory memory = plenty();
    struct cxj__histogram histogram = {0};
    finish(&histogram, &memory);
}
END_TEST

/* SPEC 8.7: "the share of its n durations that are at most T … Off by what stands in the one bucket around T at most". */
START_TEST(what_is_within_is_off_by_one_bucket_at_most) {
    static const int64_t durations[] = {0, 1, 127, 128, 129, 1000, 1001, 5000, 14400000, 86400000, INT64_C(1) << 49};
    enum { COUNT = sizeof durations / sizeof *durations };
    struct cxj__memory memory = {cxj__base_allocate, NULL, 0, 0};
    struct cxj__histogram histogram = {0};
    for (size_t i = 0; i < COUNT; i++) {
        uint32_t bucket = cxj__histogram_bucket(durations[i]);
        ck_assert(cxj__histogram_reserve(&histogram, &memory, bucket, 1));
        cxj__histogram_add(&histogram, bucket, (int64_t)i + 1);
    }
    for (size_t i = 0; i < COUNT; i++) {
        for (int64_t most = durations[i] - 3; most <= durations[i] + 3; most++) {
            uint64_t least = 0, greatest = 0;
            for (size_t k = 0; k < COUNT; k++) {
                bool is_around = most >= 0 && cxj__histogram_bucket(durations[k]) == cxj__histogram_bucket(most);
                if (durations[k] <= most && !is_around) least += k + 1;
                if (durations[k] <= most || is_around) greatest += k + 1;
            }
            uint64_t found = cxj__histogram_within(&histogram, most);
            ck_assert_msg(least <= found && found <= greatest, "%" PRId64 ": %" PRIu64, most, found);
            if (most < 128) ck_assert_uint_eq(found, most < 0 ? 0 : most < 1 ? 1 : most < 127 ? 3 : 6);
        }
    }
    ck_assert_uint_eq(cxj__histogram_within(&histogram, INT64_MAX), cxj__histogram_total(&histogram));
    /* What is taken away leaves a slot that counts nothing. */
    cxj__histogram_add(&histogram, cxj__histogram_bucket(1), -2);
    ck_assert_uint_eq(cxj__histogram_within(&histogram, 1), 1);
    finish(&histogram, &memory);
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
    printf("test_histogram: CXJ_SEED=%" PRIu64 "\n", seed);

    Suite *suite = suite_create("histogram");
    TCase *buckets = group(suite, "buckets");
    tcase_add_test(buckets, durations_below_128_are_exact);
    tcase_add_test(buckets, buckets_follow_each_other);
    tcase_add_test(buckets, middles_are_within_one_in_128);
    tcase_add_test(buckets, powers_of_two_begin_a_bucket);
    TCase *counting = group(suite, "counting");
    tcase_add_test(counting, one_duration_is_every_quantile);
    tcase_add_test(counting, ranks_round_up);
    tcase_add_test(counting, ranks_count_what_one_bucket_holds);
    tcase_add_test(counting, ranks_of_very_many_do_not_overflow);
    tcase_add_test(counting, quantiles_are_those_of_the_sorted_durations);
    tcase_add_test(counting, what_is_within_is_off_by_one_bucket_at_most);
    tcase_add_test(counting, what_is_taken_away_leaves_no_trace);
    tcase_add_test(counting, taking_away_touches_no_other_bucket);
    tcase_add_test(counting, every_bucket_has_room_at_once);
    tcase_add_test(counting, a_bucket_reserved_stays_reserved);
    tcase_add_test(counting, lack_of_memory_changes_nothing);
    tcase_add_test(counting, homes_lie_within_and_spread);
    tcase_add_test(counting, counts_beyond_16_bits_stay_apart);
    tcase_add_test(counting, becoming_wide_may_fail_and_changes_nothing_then);
    tcase_add_test(counting, an_empty_histogram_ends);

    return run_suite(suite);
}
