/* test_cell: integer sums under one key: what each fact adds, and that taking it away leaves nothing.
 *
 * CXJ_SEED takes the seed of the random parts; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "cell.h"
#include "suite.h"

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

/* ---------------------------------------------------------------------------------------------------------------------
 * Memory that can be closed
 * ------------------------------------------------------------------------------------------------------------------ */

static long left; /* allocations that succeed from here on; below 0: all */

static void *ration(void *context, void *block, size_t old_size, size_t new_size) {
    if (new_size != 0 && left == 0) return NULL;
    if (new_size != 0 && left > 0) left--;
    return cxj__base_allocate(context, block, old_size, new_size);
}

static struct cxj__memory memory;

static struct cxj__cell *create(uint32_t grain) {
    left = -1;
    memory = (struct cxj__memory){ration, NULL, 0, 0};
    struct cxj__cell *cell = cxj__cell_create(&memory, grain);
    ck_assert_ptr_nonnull(cell);
    return cell;
}

static void destroy(struct cxj__cell *cell) {
    cxj__cell_destroy(cell, &memory);
    ck_assert_uint_eq(memory.used, 0);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Looking into a cell
 * ------------------------------------------------------------------------------------------------------------------ */

static const struct {
    size_t counts, sums, histograms;
} shapes[] = {
    [CXJ_GRAIN_TOUCHPOINTS] = {CXJ__T_COUNTS, CXJ__T_SUMS, CXJ__T_HISTOGRAMS},
    [CXJ_GRAIN_TRANSITIONS] = {CXJ__X_COUNTS, CXJ__X_SUMS, CXJ__X_HISTOGRAMS},
    [CXJ_GRAIN_JOURNEYS] = {CXJ__J_COUNTS, CXJ__J_SUMS, CXJ__J_HISTOGRAMS},
};

/* Counts in all buckets of a histogram. */
static uint64_t counted(const struct cxj__cell *cell, size_t histogram) {
    return cxj__histogram_total(&cxj__cell_histograms(cell)[histogram]);
}

static double median(const struct cxj__cell *cell, size_t histogram) {
    return cxj__histogram_quantile(&cxj__cell_histograms(cell)[histogram], counted(cell, histogram), 50);
}

static int64_t sum(const struct cxj__cell *cell, size_t which) {
    return cxj__base_clamp(cxj__cell_sums(cell)[which]);
}

static void is_empty(const struct cxj__cell *cell) {
    for (size_t i = 0; i < shapes[cell->grain].counts; i++) ck_assert_int_eq(cxj__cell_counts(cell)[i], 0);
    for (size_t i = 0; i < shapes[cell->grain].sums; i++) {
        ck_assert_uint_eq(cxj__cell_sums(cell)[i].low, 0);
        ck_assert_uint_eq(cxj__cell_sums(cell)[i].high, 0);
    }
    for (size_t i = 0; i < shapes[cell->grain].histograms; i++) ck_assert_uint_eq(counted(cell, i), 0);
}

/* The sums named are as given, up to the first that is below 0; all others are zero. */
static void only_sums(const struct cxj__cell *cell, const int64_t expected[][2]) {
    for (size_t i = 0; i < shapes[cell->grain].sums; i++) {
        int64_t value = 0;
        for (size_t k = 0; expected[k][0] >= 0; k++) {
            if (expected[k][0] == (int64_t)i) value = expected[k][1];
        }
        ck_assert_msg(sum(cell, i) == value, "sum %zu is %" PRId64 " in place of %" PRId64, i, sum(cell, i), value);
    }
}

/* Adds a fact to a fresh cell of its grain. */
static struct cxj__cell *with_fact(struct cxj__fact fact) {
    struct cxj__cell *cell = create(fact.grain);
    ck_assert(cxj__cell_reserve_fact(cell, &memory, &fact));
    cxj__cell_add_fact(cell, &fact, 1);
    return cell;
}

/* Durations end at the moment 0. */
static struct cxj__fact of_touchpoint(uint64_t mask) {
    return (struct cxj__fact){.grain = CXJ_GRAIN_TOUCHPOINTS,
                              .mask = mask,
                              .rating = 6300,
                              .since = -11,
                              .first_due = -13,
                              .waits_since = -15,
                              .value = 17};
}

static struct cxj__fact of_transition(uint64_t mask) {
    return (struct cxj__fact){.grain = CXJ_GRAIN_TRANSITIONS,
                              .mask = mask,
                              .rating = -4200,
                              .since = -19,
                              .first_due = -23,
                              .waits_since = -27,
                              .value = 29};
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Shape
 * ------------------------------------------------------------------------------------------------------------------ */

START_TEST(a_new_cell_is_empty) {
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        struct cxj__cell *cell = create(grain);
        ck_assert_uint_eq(cell->grain, grain);
        ck_assert_uint_eq(cell->marked_empty, 0);
        is_empty(cell);
        destroy(cell);
    }
}
END_TEST

/* Counts, sums and histograms follow each other and do not overlap: each keeps what is written to it. */
START_TEST(counts_sums_and_histograms_do_not_overlap) {
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        struct cxj__cell *cell = create(grain);
        for (size_t i = 0; i < shapes[grain].counts; i++) cxj__cell_counts(cell)[i] = (int64_t)i + 1;
        for (size_t i = 0; i < shapes[grain].sums; i++) cxj__cell_sums(cell)[i] = cxj__base_wide(-(int64_t)i - 1);
        for (size_t i = 0; i < shapes[grain].histograms; i++) {
            ck_assert(cxj__histogram_reserve(&cxj__cell_histograms(cell)[i], &memory, (uint32_t)i, 1));
        }
        for (size_t i = 0; i < shapes[grain].counts; i++) ck_assert_int_eq(cxj__cell_counts(cell)[i], (int64_t)i + 1);
        for (size_t i = 0; i < shapes[grain].sums; i++) ck_assert_int_eq(sum(cell, i), -(int64_t)i - 1);
        destroy(cell);
    }
}
END_TEST

/* cell.h: "The counts, sums and histograms of the grain follow in memory": nothing else does. */
START_TEST(a_cell_takes_no_more_memory_than_it_sums) {
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        struct cxj__cell *cell = create(grain);
        ck_assert_uint_eq(memory.used, sizeof *cell + shapes[grain].counts * sizeof(int64_t) +
                                           shapes[grain].sums * sizeof(struct cxj__int128) +
                                           shapes[grain].histograms * sizeof(struct cxj__histogram));
        destroy(cell);
    }
}
END_TEST

START_TEST(lack_of_memory_makes_no_cell) {
    destroy(create(CXJ_GRAIN_JOURNEYS));
    left = 0;
    ck_assert_ptr_null(cxj__cell_create(&memory, CXJ_GRAIN_JOURNEYS));
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * What a fact adds
 * ------------------------------------------------------------------------------------------------------------------ */

/* "bit c: count c grows by one" (cell.h), and no other does. */
START_TEST(each_bit_of_the_mask_is_one_count) {
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_TRANSITIONS; grain++) {
        for (size_t bit = 0; bit < shapes[grain].counts; bit++) {
            struct cxj__cell *cell = with_fact((struct cxj__fact){.grain = (uint8_t)grain, .mask = CXJ__BIT(bit)});
            for (size_t i = 0; i < shapes[grain].counts; i++) {
                ck_assert_int_eq(cxj__cell_counts(cell)[i], i == bit);
            }
            destroy(cell);
        }
    }
}
END_TEST

START_TEST(a_touchpoint_without_bits_adds_its_value_alone) {
    struct cxj__cell *cell = with_fact(of_touchpoint(CXJ__BIT(CXJ__T_TOUCHPOINTS)));
    only_sums(cell, (const int64_t[][2]){{CXJ__T_SUM_VALUE, 17}, {-1, 0}});
    for (size_t i = 0; i < CXJ__T_HISTOGRAMS; i++) ck_assert_uint_eq(counted(cell, i), 0);
    destroy(cell);
}
END_TEST

/* Section 6: wait_mean and wait_p50 "of wait(m), over touchpoints with a predecessor". */
START_TEST(a_wait_goes_to_its_sum_and_histogram) {
    struct cxj__cell *cell = with_fact(of_touchpoint(CXJ__BIT(CXJ__T_WAITS)));
    only_sums(cell, (const int64_t[][2]){{CXJ__T_SUM_VALUE, 17}, {CXJ__T_SUM_WAIT, 11}, {-1, 0}});
    ck_assert_uint_eq(counted(cell, CXJ__T_HISTOGRAM_WAIT), 1);
    ck_assert_double_eq(median(cell, CXJ__T_HISTOGRAM_WAIT), 11);
    ck_assert_uint_eq(counted(cell, CXJ__T_HISTOGRAM_LATENESS), 0);
    destroy(cell);
}
END_TEST

START_TEST(a_lateness_goes_to_its_sum_and_histogram) {
    struct cxj__cell *cell = with_fact(of_touchpoint(CXJ__BIT(CXJ__T_LATE)));
    only_sums(cell, (const int64_t[][2]){{CXJ__T_SUM_VALUE, 17}, {CXJ__T_SUM_LATENESS, 13}, {-1, 0}});
    ck_assert_uint_eq(counted(cell, CXJ__T_HISTOGRAM_LATENESS), 1);
    ck_assert_double_eq(median(cell, CXJ__T_HISTOGRAM_LATENESS), 13);
    ck_assert_uint_eq(counted(cell, CXJ__T_HISTOGRAM_WAIT), 0);
    destroy(cell);
}
END_TEST

/* Section 6: response_mean and response_p50 of "responses given here: how many, their time". */
START_TEST(a_response_goes_to_its_sum_and_histogram) {
    struct cxj__cell *cell = with_fact(of_touchpoint(CXJ__BIT(CXJ__T_RESPONSES)));
    only_sums(cell, (const int64_t[][2]){{CXJ__T_SUM_VALUE, 17}, {CXJ__T_SUM_RESPONSE, 15}, {-1, 0}});
    ck_assert_uint_eq(counted(cell, CXJ__T_HISTOGRAM_RESPONSE), 1);
    ck_assert_double_eq(median(cell, CXJ__T_HISTOGRAM_RESPONSE), 15);
    ck_assert_uint_eq(counted(cell, CXJ__T_HISTOGRAM_WAIT) + counted(cell, CXJ__T_HISTOGRAM_LATENESS), 0);
    destroy(cell);
}
END_TEST

/* Section 4.10: "Scope employee: counted apart, never mixed with the customers'." */
START_TEST(each_kind_of_rating_has_its_own_sums) {
    static const struct {
        int count, sum;
    } kinds[] = {
        {CXJ__T_RATINGS, CXJ__T_SUM_RATING},
        {CXJ__T_CES_RATINGS, CXJ__T_SUM_CES},
        {CXJ__T_EMPLOYEE_RATINGS, CXJ__T_SUM_EMPLOYEE},
    };
    for (size_t i = 0; i < 3; i++) {
        struct cxj__cell *cell = with_fact(of_touchpoint(CXJ__BIT(kinds[i].count)));
        int64_t squares = INT64_C(6300) * 6300;
        only_sums(cell, (const int64_t[][2]){
                            {CXJ__T_SUM_VALUE, 17}, {kinds[i].sum, 6300}, {kinds[i].sum + 1, squares}, {-1, 0}});
        destroy(cell);
    }
}
END_TEST

START_TEST(money_of_one_unit_counts) {
    for (int64_t value = -1; value <= 1; value++) {
        struct cxj__fact fact = of_touchpoint(1);
        fact.value = value;
        struct cxj__cell *cell = with_fact(fact);
        ck_assert_int_eq(sum(cell, CXJ__T_SUM_VALUE), value);
        destroy(cell);
    }
}
END_TEST

START_TEST(money_has_a_sign) {
    struct cxj__fact fact = of_touchpoint(1);
    fact.value = INT64_C(-1000000000000000);
    struct cxj__cell *cell = with_fact(fact);
    ck_assert_int_eq(sum(cell, CXJ__T_SUM_VALUE), INT64_C(-1000000000000000));
    for (int i = 1; i < 100000; i++) cxj__cell_add_fact(cell, &fact, 1);
    struct cxj__int128 expected = cxj__base_product(INT64_C(-1000000000000000), 100000); /* beyond 64 bits */
    ck_assert_mem_eq(&cxj__cell_sums(cell)[CXJ__T_SUM_VALUE], &expected, sizeof expected);
    destroy(cell);
}
END_TEST

/* Section 4.4: "a transition q.D → m.D with wait m.at − q.at". */
START_TEST(a_transition_adds_its_wait) {
    struct cxj__cell *cell = with_fact(of_transition(CXJ__BIT(CXJ__X_TRANSITIONS)));
    only_sums(cell, (const int64_t[][2]){{CXJ__X_SUM_WAIT, 19}, {-1, 0}});
    ck_assert_double_eq(median(cell, CXJ__X_HISTOGRAM_WAIT), 19);
    destroy(cell);
}
END_TEST

/* What is charged to an earlier change does not wait again. */
START_TEST(a_step_adds_no_wait) {
    struct cxj__cell *cell = with_fact(of_transition(CXJ__BIT(CXJ__X_STEPS) | CXJ__BIT(CXJ__X_DEGRADED)));
    only_sums(cell,
              (const int64_t[][2]){{CXJ__X_SUM_STEP, -4200}, {CXJ__X_SUM_STEP_SQUARES, INT64_C(4200) * 4200}, {-1, 0}});
    ck_assert_uint_eq(counted(cell, CXJ__X_HISTOGRAM_WAIT), 0);
    destroy(cell);
    cell = with_fact(of_transition(CXJ__BIT(CXJ__X_LOST_CONTEXT)));
    only_sums(cell, (const int64_t[][2]){{-1, 0}});
    destroy(cell);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * What a journey adds
 * ------------------------------------------------------------------------------------------------------------------ */

static struct cxj__contribution contribution_of(bool ended) {
    struct cxj__contribution contribution = {.durations = {31, 37, 41}, .ended = ended};
    for (size_t i = 0; i < CXJ__J_COUNTS; i++) contribution.counts[i] = (uint16_t)(i * 900 + 1); /* up to 16 bits */
    for (size_t i = 0; i < CXJ__J_NARROW_SUMS; i++) {
        contribution.sums[i] = (int64_t)(i + 1) * (i % 2 ? -1 : 1) * INT64_C(300000000000000007);
    }
    contribution.value = cxj__base_product(INT64_C(1) << 60, INT64_C(-1000000007));
    return contribution;
}

/* What a sum of a journeys cell is by a contribution. VALUE and VALUE_LOST are worked out from value. */
static struct cxj__int128 sum_of(const struct cxj__contribution *contribution, size_t which) {
    if (which < CXJ__J_NARROW_SUMS) return cxj__base_wide(contribution->sums[which]);
    ck_assert(which == CXJ__J_SUM_VALUE || which == CXJ__J_SUM_VALUE_LOST);
    bool counts = which == CXJ__J_SUM_VALUE || contribution->counts[CXJ__J_CHURNED] != 0;
    return counts ? contribution->value : cxj__base_wide(0);
}

/* The counts and sums of a cell are those of one contribution. */
static void is_contribution(const struct cxj__cell *cell, const struct cxj__contribution *contribution) {
    for (size_t i = 0; i < CXJ__J_COUNTS; i++) {
        ck_assert_msg(cxj__cell_counts(cell)[i] == contribution->counts[i], "count %zu", i);
    }
    for (size_t i = 0; i < CXJ__J_SUMS; i++) {
        struct cxj__int128 expected = sum_of(contribution, i), found = cxj__cell_sums(cell)[i];
        ck_assert_msg(found.low == expected.low && found.high == expected.high, "sum %zu", i);
    }
}

START_TEST(a_contribution_adds_every_count_and_sum) {
    struct cxj__cell *cell = create(CXJ_GRAIN_JOURNEYS);
    struct cxj__contribution contribution = contribution_of(true);
    ck_assert(cxj__cell_reserve_contribution(cell, &memory, &contribution));
    cxj__cell_add_contribution(cell, &contribution, 1);
    cxj__cell_add_contribution(cell, &contribution, 1);
    for (size_t i = 0; i < CXJ__J_COUNTS; i++) ck_assert_int_eq(cxj__cell_counts(cell)[i], 2 * contribution.counts[i]);
    for (size_t i = 0; i < CXJ__J_SUMS; i++) {
        struct cxj__int128 twice = sum_of(&contribution, i);
        cxj__base_add(&twice, sum_of(&contribution, i));
        ck_assert_mem_eq(&cxj__cell_sums(cell)[i], &twice, sizeof twice);
    }
    cxj__cell_add_contribution(cell, &contribution, -1);
    is_contribution(cell, &contribution);
    cxj__cell_add_contribution(cell, &contribution, -1);
    is_empty(cell);
    destroy(cell);
}
END_TEST

/* Section 6: duration and silence are "over ended journeys"; first responses of "journeys with a first response". */
START_TEST(only_an_ended_journey_adds_its_durations) {
    struct cxj__cell *cell = create(CXJ_GRAIN_JOURNEYS);
    struct cxj__contribution open = contribution_of(false), ended = contribution_of(true);
    open.counts[CXJ__J_FIRST_RESPONSES] = 0;
    ck_assert(cxj__cell_reserve_contribution(cell, &memory, &open));
    ck_assert(cxj__cell_reserve_contribution(cell, &memory, &ended));
    cxj__cell_add_contribution(cell, &open, 1);
    for (size_t i = 0; i < CXJ__J_HISTOGRAMS; i++) ck_assert_uint_eq(counted(cell, i), 0);
    cxj__cell_add_contribution(cell, &ended, 1);
    ck_assert_double_eq(median(cell, CXJ__J_HISTOGRAM_DURATION), 31);
    ck_assert_double_eq(median(cell, CXJ__J_HISTOGRAM_SILENCE), 37);
    ck_assert_double_eq(median(cell, CXJ__J_HISTOGRAM_FIRST_RESPONSE), 41);
    for (size_t i = 0; i < CXJ__J_HISTOGRAMS; i++) ck_assert_uint_eq(counted(cell, i), i < CXJ__J_STANDING);
    open.counts[CXJ__J_FIRST_RESPONSES] = 1;
    open.durations[CXJ__J_HISTOGRAM_FIRST_RESPONSE] = 43;
    ck_assert(cxj__cell_reserve_contribution(cell, &memory, &open));
    cxj__cell_add_contribution(cell, &open, 1);
    cxj__cell_add_contribution(cell, &ended, -1);
    ck_assert_double_eq(median(cell, CXJ__J_HISTOGRAM_FIRST_RESPONSE), 43);
    for (size_t i = 0; i < CXJ__J_HISTOGRAMS; i++) {
        ck_assert_uint_eq(counted(cell, i), i == CXJ__J_HISTOGRAM_FIRST_RESPONSE);
    }
    destroy(cell);
}
END_TEST

static struct cxj__contribution any_contribution(void) {
    struct cxj__contribution contribution = {.ended = chance() % 2};
    for (size_t i = 0; i < CXJ__J_COUNTS; i++) {
        contribution.counts[i] =
            (uint16_t)(chance() % 3 / 2); /* mostly the same in two, also in several side by side */
        if (chance() % 8 == 0) contribution.counts[i] = (uint16_t)chance();
    }
    for (size_t i = 0; i < CXJ__J_NARROW_SUMS; i++) {
        contribution.sums[i] = (int64_t)(chance() % 3) - 1; /* often the same in two */
        if (chance() % 4 == 0) contribution.sums[i] = (int64_t)(chance() >> 2) * (chance() % 2 ? 1 : -1);
    }
    contribution.value = cxj__base_wide((int64_t)(chance() % 3) - 1);
    if (chance() % 4 == 0) contribution.value = cxj__base_product((int64_t)chance(), (int64_t)(chance() % 1000));
    contribution.counts[CXJ__J_CHURNED] = chance() % 2;
    for (size_t i = 0; i < CXJ__J_STANDING; i++) contribution.durations[i] = (int64_t)(chance() % 3);
    return contribution;
}

/* Changing a contribution is taking the one away and adding the other. */
START_TEST(a_changed_contribution_is_the_other_one) {
    for (int round = 0; round < 300; round++) {
        struct cxj__cell *cell = create(CXJ_GRAIN_JOURNEYS);
        struct cxj__contribution before = any_contribution(), after = any_contribution();
        ck_assert(cxj__cell_reserve_contribution(cell, &memory, &before));
        ck_assert(cxj__cell_reserve_contribution(cell, &memory, &after));
        cxj__cell_add_contribution(cell, &before, 1);
        cxj__cell_change_contribution(cell, &before, &after);
        is_contribution(cell, &after);
        ck_assert_uint_eq(counted(cell, CXJ__J_HISTOGRAM_DURATION), after.ended);
        bool responded = after.counts[CXJ__J_FIRST_RESPONSES] != 0;
        ck_assert_uint_eq(counted(cell, CXJ__J_HISTOGRAM_FIRST_RESPONSE), responded);
        if (responded) {
            ck_assert_double_eq(median(cell, CXJ__J_HISTOGRAM_FIRST_RESPONSE),
                                (double)after.durations[CXJ__J_HISTOGRAM_FIRST_RESPONSE]);
        }
        cxj__cell_add_contribution(cell, &after, -1);
        is_empty(cell);
        destroy(cell);
    }
}
END_TEST

/* Turns one into the other and looks. */
static void changes_to(const struct cxj__contribution *before, const struct cxj__contribution *after) {
    struct cxj__cell *cell = create(CXJ_GRAIN_JOURNEYS);
    ck_assert(cxj__cell_reserve_contribution(cell, &memory, before));
    ck_assert(cxj__cell_reserve_contribution(cell, &memory, after));
    cxj__cell_add_contribution(cell, before, 1);
    cxj__cell_change_contribution(cell, before, after);
    is_contribution(cell, after);
    destroy(cell);
}

/* A value in which one word alone is another is another, and a value of which one word is 0 is not none. */
START_TEST(a_changed_value_is_seen_in_either_word) {
    struct cxj__contribution before = contribution_of(false), after = before;
    after.value.low++;
    changes_to(&before, &after);
    after = before;
    after.value.high++;
    changes_to(&before, &after);
    after.value = (struct cxj__int128){0, 3};
    changes_to(&before, &after);
    changes_to(&after, &before);
    after.value = (struct cxj__int128){3, 0};
    changes_to(&before, &after);
    changes_to(&after, &before);
    after.value = cxj__base_wide(0);
    changes_to(&before, &after);
    changes_to(&after, &before);
}
END_TEST

/* cell.h: "for VALUE and, if it is churned, VALUE_LOST". */
START_TEST(value_is_lost_as_the_journey_churns) {
    struct cxj__contribution stays = contribution_of(false), churned = stays;
    stays.counts[CXJ__J_CHURNED] = 0;
    churned.counts[CXJ__J_CHURNED] = 1;
    changes_to(&stays, &churned);
    changes_to(&churned, &stays);
}
END_TEST

/* Each count alone, from and to the greatest that 16 bits hold; whichever neighbours it has, nothing else changes. */
START_TEST(each_changed_count_is_seen) {
    for (size_t i = 0; i < CXJ__J_COUNTS; i++) {
        struct cxj__contribution before = {.ended = false}, after = before;
        after.counts[i] = UINT16_MAX;
        changes_to(&before, &after);
        changes_to(&after, &before);
        for (size_t k = 0; k < CXJ__J_COUNTS; k++) before.counts[k] = after.counts[k] = 5;
        after.counts[i] = 6;
        changes_to(&before, &after);
    }
}
END_TEST

START_TEST(each_changed_sum_is_seen) {
    for (size_t i = 0; i < CXJ__J_NARROW_SUMS; i++) {
        struct cxj__contribution before = {.ended = false}, after = before;
        after.sums[i] = INT64_MAX; /* the difference of two is no more: half of all touchpoints slip at most */
        changes_to(&before, &after);
        changes_to(&after, &before);
        before.sums[i] = -(INT64_MAX / 2);
        after.sums[i] = INT64_MAX / 2;
        changes_to(&before, &after);
        changes_to(&after, &before);
    }
}
END_TEST

/* cell.h: "what is the same in both, nearly all, is left alone": what others have added stays. */
START_TEST(a_change_leaves_what_others_added) {
    struct cxj__cell *cell = create(CXJ_GRAIN_JOURNEYS);
    struct cxj__contribution other = contribution_of(false), before = any_contribution(), after = any_contribution();
    before.ended = after.ended = false;
    ck_assert(cxj__cell_reserve_contribution(cell, &memory, &other));
    ck_assert(cxj__cell_reserve_contribution(cell, &memory, &before));
    ck_assert(cxj__cell_reserve_contribution(cell, &memory, &after));
    cxj__cell_add_contribution(cell, &other, 1);
    cxj__cell_add_contribution(cell, &before, 1);
    cxj__cell_change_contribution(cell, &before, &after);
    cxj__cell_add_contribution(cell, &after, -1);
    is_contribution(cell, &other);
    destroy(cell);
}
END_TEST

/* True if two keys are told apart, which must be the same whichever comes first. */
static bool is_key(const struct cxj__key *a, const struct cxj__key *b) {
    struct cxj__cell *cell = create(CXJ_GRAIN_TOUCHPOINTS);
    cell->key = *a;
    bool is = cxj__cell_has_key(cell, b);
    cell->key = *b;
    ck_assert_int_eq(cxj__cell_has_key(cell, a), is);
    destroy(cell);
    return is;
}

/* cell.h: "True if the cell stands under a key": every bit counts. */
START_TEST(a_key_is_another_by_any_bit) {
    struct cxj__key key = {.period = -5, .parts = {1, 0, UINT32_MAX, 4, 5}};
    ck_assert(is_key(&key, &key));
    for (int bit = 0; bit < 64; bit++) {
        struct cxj__key other = key;
        other.period = (int64_t)((uint64_t)other.period ^ UINT64_C(1) << bit);
        ck_assert(!is_key(&key, &other));
    }
    for (int part = 0; part < CXJ__KEY_PARTS; part++) {
        for (int bit = 0; bit < 32; bit++) {
            struct cxj__key other = key;
            other.parts[part] ^= UINT32_C(1) << bit;
            ck_assert(!is_key(&key, &other));
        }
    }
}
END_TEST

/* What a narrow slot of a histogram counts. */
static uint64_t counted_in(const uint64_t *slot) {
    uint64_t count = 0;
    for (unsigned k = 0; k < CXJ__HISTOGRAM_GROUP; k++) {
        count += *slot >> k * CXJ__HISTOGRAM_NARROW_BITS & CXJ__HISTOGRAM_NARROW_MASK;
    }
    return count;
}

/* cell.h: "Writes to places … where the durations of a fact are counted; returns how many." It may be asked before there
 * is room for the fact, and then there are none; what is asked for and what comes nearer changes nothing. */
START_TEST(places_are_where_durations_are_counted) {
    for (uint8_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_TRANSITIONS; grain++) {
        const void *places[CXJ__DURATIONS_OF_A_FACT + 1] = {NULL};
        struct cxj__cell *cell = create(grain);
        struct cxj__fact fact = {.grain = grain,
                                 .mask = CXJ__BIT(shapes[grain].counts) - 1,
                                 .since = INT64_C(-315537897599999),
                                 .first_due = INT64_C(-315537897599998),
                                 .waits_since = INT64_C(-315537897599997)};
        left = 0;
        cxj__cell_prefetch(cell, grain);
        ck_assert_uint_eq(cxj__cell_places(cell, &fact, places), 0);
        is_empty(cell);
        left = -1;
        ck_assert(cxj__cell_reserve_fact(cell, &memory, &fact));
        uint64_t used = memory.used;
        left = 0;
        cxj__cell_prefetch(cell, grain);
        const size_t count = cxj__cell_places(cell, &fact, places);
        ck_assert_uint_eq(count, shapes[grain].histograms);
        cxj__cell_add_fact(cell, &fact, 1);
        for (size_t i = 0; i < count; i++) ck_assert_uint_eq(counted_in(places[i]), 1);
        ck_assert_ptr_null(places[count]);
        cxj__cell_add_fact(cell, &fact, -1);
        fact.mask = 0;
        ck_assert_uint_eq(cxj__cell_places(cell, &fact, places), 0);
        ck_assert_uint_eq(memory.used, used);
        is_empty(cell);
        left = -1;
        destroy(cell);
    }
}
END_TEST

/* cell.h: "Turns counts of a fold into others in a journeys cell: those before a touchpoint into those after it, or back.
 * Of those that differ, a bit of which is set." They follow the count of journeys; others are left alone. Frequent ones
 * differ by one, and are left alone where their bit is not set, too. */
START_TEST(changed_counts_are_those_of_the_fold) {
    const uint64_t all = CXJ__BIT(CXJ__F_COUNTS) - 1;
    const uint64_t some = (UINT64_C(0x5a5a5a5a5a5a5a5a) | CXJ__BIT(CXJ__F_TOUCHPOINTS)) & all;
    struct cxj__cell *cell = create(CXJ_GRAIN_JOURNEYS);
    uint16_t before[CXJ__F_COUNTS], between[CXJ__F_COUNTS], after[CXJ__F_COUNTS];
    for (size_t i = 0; i < CXJ__F_COUNTS; i++) {
        before[i] = (uint16_t)(i * 1500);
        after[i] = (uint16_t)(i < CXJ__F_FREQUENT ? i * 1500 + 1 : 60000 - i * 1499);
        between[i] = (some >> i & 1) != 0 ? after[i] : before[i];
    }
    cxj__cell_change_counts(cell, some, before, between);
    for (size_t i = 0; i < CXJ__J_COUNTS; i++) {
        size_t place = i - CXJ__J_TOUCHPOINTS;
        bool folds = i >= CXJ__J_TOUCHPOINTS && place < CXJ__F_COUNTS;
        ck_assert_int_eq(cxj__cell_counts(cell)[i], folds ? (int64_t)between[place] - before[place] : 0);
    }
    only_sums(cell, (const int64_t[][2]){{-1, 0}});
    between[CXJ__F_TOUCHPOINTS]--; /* another touchpoint, which counts the others */
    cxj__cell_change_counts(cell, all & ~some, between, after);
    for (size_t i = 0; i < CXJ__F_COUNTS; i++) {
        ck_assert_int_eq(cxj__cell_counts(cell)[CXJ__J_TOUCHPOINTS + i], (int64_t)after[i] - before[i]);
    }
    cxj__cell_change_counts(cell, all, after, before);
    is_empty(cell);
    cxj__cell_change_counts(cell, 0, before, before);
    is_empty(cell);
    destroy(cell);
}
END_TEST

START_TEST(an_sample_goes_to_its_histogram_alone) {
    static const uint32_t histograms[] = {CXJ__J_HISTOGRAM_LATENESS, CXJ__J_HISTOGRAM_WARNING, CXJ__J_HISTOGRAM_LOOP};
    for (size_t i = 0; i < 3; i++) {
        struct cxj__cell *cell = create(CXJ_GRAIN_JOURNEYS);
        uint32_t bucket = cxj__histogram_bucket((INT64_C(1) << 50) - 1);
        uint32_t sample = cxj__cell_sample(histograms[i], bucket);
        ck_assert(cxj__cell_reserve_sample(cell, &memory, sample));
        cxj__cell_add_sample(cell, sample, 1);
        ck_assert_double_eq(median(cell, histograms[i]), cxj__histogram_middle(bucket));
        for (size_t k = 0; k < CXJ__J_HISTOGRAMS; k++) ck_assert_uint_eq(counted(cell, k), k == histograms[i]);
        cxj__cell_add_sample(cell, sample, -1);
        is_empty(cell);
        destroy(cell);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Taking away, and room
 * ------------------------------------------------------------------------------------------------------------------ */

static struct cxj__fact any_fact(uint8_t grain) {
    struct cxj__fact fact = {.grain = grain, .mask = chance() & (CXJ__BIT(shapes[grain].counts) - 1)};
    bool touchpoint = grain == CXJ_GRAIN_TOUCHPOINTS;
    fact.rating = (int32_t)(chance() % 12601) - (touchpoint || chance() % 2 ? 0 : 12600);
    fact.since = -(int64_t)(chance() >> (14 + chance() % 50));
    fact.first_due = -(int64_t)(chance() >> (14 + chance() % 50));
    fact.waits_since = -(int64_t)(chance() >> (14 + chance() % 50));
    fact.value = touchpoint ? (int64_t)(chance() % 2000000) - 1000000 : 0;
    return fact;
}

enum { FACTS = 400 };

/* cell.h: cells of views with drivers have the products, behind all else, and the columns of the predictors; a view
 * without must not pay for them. */
START_TEST(products_stand_behind_all_else) {
    left = -1;
    memory = (struct cxj__memory){ration, NULL, 0, 0};
    struct cxj__cell *plain = cxj__cell_create(&memory, CXJ_GRAIN_JOURNEYS);
    ck_assert_ptr_nonnull(plain);
    uint64_t bytes = memory.used;
    ck_assert_ptr_null(cxj__cell_products(plain));
    ck_assert_uint_eq(cxj__cell_own_columns(plain), CXJ__J_COUNTS + CXJ__J_SUMS + CXJ__J_HISTOGRAMS);
    cxj__cell_destroy(plain, &memory);
    struct cxj__cell *cell = cxj__cell_make(&memory, CXJ_GRAIN_JOURNEYS, true);
    ck_assert_ptr_nonnull(cell);
    ck_assert_uint_eq(memory.used, bytes + sizeof(struct cxj__products));
    ck_assert_uint_eq(cxj__cell_own_columns(cell), cxj__cell_columns(CXJ_GRAIN_JOURNEYS));
    ck_assert_uint_eq(cxj__cell_known_predictors(cell), (1U << CXJ__PREDICTORS) - 1);
    struct cxj__products *products = cxj__cell_products(cell);
    memset(products, 0xff, sizeof *products); /* and overlap with nothing */
    is_empty(cell);
    ck_assert(cxj__cell_reserve_sealed(cell, &memory));
    ck_assert_ptr_nonnull(cxj__cell_products(cell->sealed));
    destroy(cell);
    left = 0;
    ck_assert_ptr_null(cxj__cell_make(&memory, CXJ_GRAIN_JOURNEYS, true));
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

/* Cells add up with their products, which need no room; and cells that sum other products are not the same, unless
 * neither or one of them has any, or does not know them. */
START_TEST(cells_with_products_add_up) {
    left = -1;
    memory = (struct cxj__memory){ration, NULL, 0, 0};
    struct cxj__cell *cells[3];
    for (size_t i = 0; i < 3; i++) {
        cells[i] = cxj__cell_make(&memory, CXJ_GRAIN_JOURNEYS, i < 2);
        ck_assert_ptr_nonnull(cells[i]);
    }
    for (int i = 0; i < 20; i++) {
        struct cxj__observation journey = {.predictors = {1 + (uint32_t)(chance() % 9)}, .is_rated = 1, .rating = 100};
        journey.predictors[chance() % CXJ__PREDICTORS] = (uint32_t)(chance() % 29000);
        cxj__products_change(cxj__cell_products(cells[0]), NULL, &journey);
    }
    left = 0;
    ck_assert(cxj__cell_reserve_cell(cells[1], &memory, cells[0]));
    ck_assert(!cxj__cell_is_same(cells[0], cells[1]));
    ck_assert(cxj__cell_is_same(cells[0], cells[2]) && cxj__cell_is_same(cells[2], cells[0]));
    cxj__cell_add_cell(cells[1], cells[0], 1);
    ck_assert(cxj__cell_is_same(cells[0], cells[1]));
    ck_assert_mem_eq(cxj__cell_products(cells[0]), cxj__cell_products(cells[1]), sizeof(struct cxj__products));
    cxj__cell_add_cell(cells[1], cells[0], -1);
    static const struct cxj__products nothing;
    ck_assert_mem_eq(cxj__cell_products(cells[1]), &nothing, sizeof nothing);
    left = -1;
    ck_assert(cxj__cell_reserve_unknown(cells[1], &memory));
    for (size_t p = 0; p < CXJ__PREDICTORS; p++) {
        cxj__cell_add_column(cells[1]->unknown, cxj__cell_first_column(CXJ_GRAIN_JOURNEYS, CXJ__DRIVERS) + p);
        ck_assert_uint_eq(cxj__cell_known_predictors(cells[1]), (1U << CXJ__PREDICTORS) - (2U << p));
    }
    ck_assert(cxj__cell_is_same(cells[0], cells[1]));
    for (size_t i = 0; i < 3; i++) cxj__cell_destroy(cells[i], &memory);
    ck_assert_uint_eq(memory.used, 0);
}
END_TEST

/* Section 3: "All state behind metrics is integer, so adding and taking away are exact." */
START_TEST(facts_taken_away_in_any_order_leave_nothing) {
    static struct cxj__fact facts[FACTS];
    for (uint8_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_TRANSITIONS; grain++) {
        struct cxj__cell *cell = create(grain);
        for (size_t i = 0; i < FACTS; i++) {
            facts[i] = any_fact(grain);
            ck_assert(cxj__cell_reserve_fact(cell, &memory, &facts[i]));
            cxj__cell_add_fact(cell, &facts[i], 1);
        }
        for (size_t i = 0; i < FACTS; i++) cxj__cell_add_fact(cell, &facts[(i * 171 + 5) % FACTS], -1);
        is_empty(cell);
        destroy(cell);
    }
}
END_TEST

START_TEST(the_longest_durations_are_summed_beyond_64_bits) {
    struct cxj__fact fact = of_touchpoint(CXJ__BIT(CXJ__T_WAITS) | CXJ__BIT(CXJ__T_LATE));
    fact.since = fact.first_due = CXJ__EARLIEST;
    fact.at = CXJ__LATEST;
    struct cxj__cell *cell = with_fact(fact);
    for (int i = 1; i < 60000; i++) cxj__cell_add_fact(cell, &fact, 1);
    struct cxj__int128 expected = cxj__base_product(CXJ__LATEST - CXJ__EARLIEST, 60000);
    ck_assert_uint_ne(expected.high, 0);
    ck_assert_mem_eq(&cxj__cell_sums(cell)[CXJ__T_SUM_WAIT], &expected, sizeof expected);
    ck_assert_mem_eq(&cxj__cell_sums(cell)[CXJ__T_SUM_LATENESS], &expected, sizeof expected);
    for (int i = 0; i < 60000; i++) cxj__cell_add_fact(cell, &fact, -1);
    is_empty(cell);
    destroy(cell);
}
END_TEST

/* Room is made "so that adding it cannot fail" (cell.h): whatever is reserved is then added without memory. */
START_TEST(adding_what_was_reserved_takes_no_memory) {
    static struct cxj__fact facts[FACTS];
    for (uint8_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_TRANSITIONS; grain++) {
        struct cxj__cell *cell = create(grain);
        for (size_t i = 0; i < FACTS; i++) {
            facts[i] = any_fact(grain);
            ck_assert(cxj__cell_reserve_fact(cell, &memory, &facts[i]));
        }
        uint64_t used = memory.used;
        left = 0;
        for (size_t i = 0; i < FACTS; i++) cxj__cell_add_fact(cell, &facts[i], 1);
        for (size_t i = 0; i < FACTS; i++) cxj__cell_add_fact(cell, &facts[i], -1);
        ck_assert_uint_eq(memory.used, used);
        is_empty(cell);
        left = -1;
        destroy(cell);
    }
}
END_TEST

/* A reservation asks for what it needs, and for nothing where it needs nothing. */
START_TEST(a_fact_reserves_for_its_durations_alone) {
    static const struct {
        uint8_t grain;
        uint64_t mask;
        long allocations;
    } cases[] = {
        {CXJ_GRAIN_TOUCHPOINTS, ~(CXJ__BIT(CXJ__T_WAITS) | CXJ__BIT(CXJ__T_LATE) | CXJ__BIT(CXJ__T_RESPONSES)), 0},
        {CXJ_GRAIN_TOUCHPOINTS, CXJ__BIT(CXJ__T_WAITS), 1},
        {CXJ_GRAIN_TOUCHPOINTS, CXJ__BIT(CXJ__T_LATE), 1},
        {CXJ_GRAIN_TOUCHPOINTS, CXJ__BIT(CXJ__T_RESPONSES), 1},
        {CXJ_GRAIN_TOUCHPOINTS, CXJ__BIT(CXJ__T_WAITS) | CXJ__BIT(CXJ__T_LATE), 2},
        {CXJ_GRAIN_TOUCHPOINTS, CXJ__BIT(CXJ__T_WAITS) | CXJ__BIT(CXJ__T_LATE) | CXJ__BIT(CXJ__T_RESPONSES), 3},
        {CXJ_GRAIN_TRANSITIONS, ~CXJ__BIT(CXJ__X_TRANSITIONS), 0},
        {CXJ_GRAIN_TRANSITIONS, CXJ__BIT(CXJ__X_TRANSITIONS), 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cxj__fact fact = {
            .grain = cases[i].grain, .mask = cases[i].mask, .since = -5, .first_due = -6, .waits_since = -7};
        for (long given = 0; given <= cases[i].allocations; given++) {
            struct cxj__cell *cell = create(cases[i].grain);
            left = given;
            ck_assert_int_eq(cxj__cell_reserve_fact(cell, &memory, &fact), given == cases[i].allocations);
            ck_assert_int_eq(left, 0);
            destroy(cell);
        }
    }
}
END_TEST

START_TEST(a_contribution_reserves_its_durations) {
    struct cxj__cell *cell = create(CXJ_GRAIN_JOURNEYS);
    struct cxj__contribution open = contribution_of(false), ended = contribution_of(true);
    open.counts[CXJ__J_FIRST_RESPONSES] = 0;
    left = 0;
    ck_assert(cxj__cell_reserve_contribution(cell, &memory, &open));
    for (size_t i = 0; i < CXJ__J_STANDING; i++) {
        ck_assert(!cxj__cell_reserve_contribution(cell, &memory, &ended));
        left = 1;
        ck_assert_int_eq(cxj__cell_reserve_contribution(cell, &memory, &ended), i == CXJ__J_STANDING - 1);
        ck_assert_int_eq(left, 0); /* those before stayed */
    }
    for (size_t i = CXJ__J_STANDING; i < CXJ__J_HISTOGRAMS; i++) {
        ck_assert_uint_eq(cxj__cell_histograms(cell)[i].capacity, 0);
    }
    ck_assert(cxj__cell_reserve_contribution(cell, &memory, &ended));
    cxj__cell_add_contribution(cell, &ended, 1);
    cxj__cell_add_contribution(cell, &ended, -1);
    is_empty(cell);
    destroy(cell);
}
END_TEST

START_TEST(an_sample_reserves_its_bucket) {
    struct cxj__cell *cell = create(CXJ_GRAIN_JOURNEYS);
    uint32_t sample = cxj__cell_sample(CXJ__J_HISTOGRAM_LOOP, 1000);
    left = 0;
    ck_assert(!cxj__cell_reserve_sample(cell, &memory, sample));
    left = 1;
    ck_assert(cxj__cell_reserve_sample(cell, &memory, sample));
    ck_assert_int_eq(left, 0);
    ck_assert(cxj__cell_reserve_sample(cell, &memory, sample));
    cxj__cell_add_sample(cell, sample, 1);
    ck_assert_uint_eq(counted(cell, CXJ__J_HISTOGRAM_LOOP), 1);
    destroy(cell);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Cell by cell
 * ------------------------------------------------------------------------------------------------------------------ */

/* A second cell beside the one of create(). */
static struct cxj__cell *create_other(uint32_t grain) {
    struct cxj__cell *cell = cxj__cell_create(&memory, grain);
    ck_assert_ptr_nonnull(cell);
    return cell;
}

/* Adds (sign 1) or takes away (sign -1) some contributions of a cell's grain, the same for the same state of chance. */
static void add_some(struct cxj__cell *cell, uint64_t state, int sign) {
    uint64_t kept = chance_state;
    chance_state = state;
    for (int i = 0; i < 40; i++) {
        if (cell->grain == CXJ_GRAIN_JOURNEYS) {
            struct cxj__contribution contribution = any_contribution();
            uint32_t histogram = CXJ__J_HISTOGRAM_LATENESS + (uint32_t)(chance() % 3);
            uint32_t sample = cxj__cell_sample(histogram, (uint32_t)(chance() % 2000));
            if (sign > 0) ck_assert(cxj__cell_reserve_contribution(cell, &memory, &contribution));
            if (sign > 0) ck_assert(cxj__cell_reserve_sample(cell, &memory, sample));
            cxj__cell_add_contribution(cell, &contribution, sign);
            cxj__cell_add_sample(cell, sample, sign);
        } else {
            struct cxj__fact fact = any_fact((uint8_t)cell->grain);
            if (sign > 0) ck_assert(cxj__cell_reserve_fact(cell, &memory, &fact));
            cxj__cell_add_fact(cell, &fact, sign);
        }
    }
    chance_state = kept;
}

/* Section 3: "Two engines merge: the result is what one engine would hold that had seen all touchpoints of both", as to
 * what sealed journeys have left in cells. What the other cell holds is then taken away bit by bit, and nothing is
 * left. */
START_TEST(a_cell_added_is_all_that_it_sums) {
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        for (uint64_t round = 0; round < 20; round++) {
            struct cxj__cell *cell = create(grain), *other = create_other(grain);
            uint64_t ours = chance(), others = chance();
            if (round % 2 == 0) add_some(cell, ours, 1);
            add_some(other, others, 1);
            ck_assert(cxj__cell_reserve_cell(cell, &memory, other));
            cxj__cell_add_cell(cell, other, 1);
            add_some(cell, others, -1);
            if (round % 2 == 0) add_some(cell, ours, -1);
            is_empty(cell);
            add_some(other, others, -1); /* It is as it was. */
            is_empty(other);
            cxj__cell_destroy(other, &memory);
            destroy(cell);
        }
    }
}
END_TEST

/* Section 3: "All state behind metrics is integer, so adding and taking away are exact." */
START_TEST(a_cell_taken_away_leaves_the_rest) {
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        for (uint64_t round = 0; round < 20; round++) {
            struct cxj__cell *cell = create(grain), *other = create_other(grain);
            uint64_t ours = chance(), others = chance();
            add_some(other, others, 1);
            add_some(cell, ours, 1);
            add_some(cell, others, 1);
            cxj__cell_add_cell(cell, other, -1);
            add_some(cell, ours, -1);
            is_empty(cell);
            cxj__cell_destroy(other, &memory);
            destroy(cell);
        }
    }
}
END_TEST

/* cell.h: "Makes room for all that another cell of the same grain sums, so that adding or taking it away cannot
 * fail". */
START_TEST(a_cell_reserves_for_every_histogram_of_the_other) {
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        long histograms = (long)shapes[grain].histograms;
        for (long given = 0; given <= histograms; given++) {
            struct cxj__cell *cell = create(grain), *other = create_other(grain);
            for (uint32_t i = 0; i < (uint32_t)histograms; i++) {
                struct cxj__histogram *h = &cxj__cell_histograms(other)[i];
                ck_assert(cxj__histogram_reserve(h, &memory, 100 + i, 1));
                cxj__histogram_add(h, 100 + i, (int64_t)i + 1);
            }
            left = given;
            ck_assert_int_eq(cxj__cell_reserve_cell(cell, &memory, other), given == histograms);
            ck_assert_int_eq(left, 0);
            if (given == histograms) {
                cxj__cell_add_cell(cell, other, 1);
                for (size_t i = 0; i < shapes[grain].histograms; i++) {
                    ck_assert_uint_eq(counted(cell, i), i + 1);
                    ck_assert_double_eq(median(cell, i), cxj__histogram_middle(100 + (uint32_t)i));
                }
                cxj__cell_add_cell(cell, other, -1);
                is_empty(cell);
            }
            cxj__cell_destroy(other, &memory);
            destroy(cell);
        }
    }
}
END_TEST

static TCase *group(Suite *suite, const char *name) {
    TCase *cases = tcase_create(name);
    tcase_set_timeout(cases, 300);
    suite_add_tcase(suite, cases);
    return cases;
}

static void add_facts(Suite *suite) {
    TCase *facts = group(suite, "facts");
    tcase_add_test(facts, each_bit_of_the_mask_is_one_count);
    tcase_add_test(facts, a_touchpoint_without_bits_adds_its_value_alone);
    tcase_add_test(facts, a_wait_goes_to_its_sum_and_histogram);
    tcase_add_test(facts, a_lateness_goes_to_its_sum_and_histogram);
    tcase_add_test(facts, a_response_goes_to_its_sum_and_histogram);
    tcase_add_test(facts, each_kind_of_rating_has_its_own_sums);
    tcase_add_test(facts, money_of_one_unit_counts);
    tcase_add_test(facts, money_has_a_sign);
    tcase_add_test(facts, a_transition_adds_its_wait);
    tcase_add_test(facts, a_step_adds_no_wait);
}

int main(void) {
    const char *given = getenv("CXJ_SEED");
    seed = given ? strtoull(given, NULL, 10) : 1;
    chance_state = seed;
    printf("test_cell: CXJ_SEED=%" PRIu64 "\n", seed);

    Suite *suite = suite_create("cell");
    TCase *shape = group(suite, "shape");
    tcase_add_test(shape, a_new_cell_is_empty);
    tcase_add_test(shape, counts_sums_and_histograms_do_not_overlap);
    tcase_add_test(shape, a_cell_takes_no_more_memory_than_it_sums);
    tcase_add_test(shape, lack_of_memory_makes_no_cell);
    tcase_add_test(shape, a_key_is_another_by_any_bit);
    tcase_add_test(shape, places_are_where_durations_are_counted);
    add_facts(suite);
    TCase *journeys = group(suite, "journeys");
    tcase_add_test(journeys, a_contribution_adds_every_count_and_sum);
    tcase_add_test(journeys, only_an_ended_journey_adds_its_durations);
    tcase_add_test(journeys, a_changed_contribution_is_the_other_one);
    tcase_add_test(journeys, a_changed_value_is_seen_in_either_word);
    tcase_add_test(journeys, value_is_lost_as_the_journey_churns);
    tcase_add_test(journeys, each_changed_count_is_seen);
    tcase_add_test(journeys, each_changed_sum_is_seen);
    tcase_add_test(journeys, a_change_leaves_what_others_added);
    tcase_add_test(journeys, changed_counts_are_those_of_the_fold);
    tcase_add_test(journeys, an_sample_goes_to_its_histogram_alone);
    TCase *room = group(suite, "room");
    tcase_add_test(room, facts_taken_away_in_any_order_leave_nothing);
    tcase_add_test(room, the_longest_durations_are_summed_beyond_64_bits);
    tcase_add_test(room, adding_what_was_reserved_takes_no_memory);
    tcase_add_test(room, a_fact_reserves_for_its_durations_alone);
    tcase_add_test(room, a_contribution_reserves_its_durations);
    tcase_add_test(room, an_sample_reserves_its_bucket);
    TCase *cells = group(suite, "cells");
    tcase_add_test(cells, a_cell_added_is_all_that_it_sums);
    tcase_add_test(cells, a_cell_taken_away_leaves_the_rest);
    tcase_add_test(cells, products_stand_behind_all_else);
    tcase_add_test(cells, cells_with_products_add_up);
    tcase_add_test(cells, a_cell_reserves_for_every_histogram_of_the_other);

    return run_suite(suite);
}
