/* test_bounds: what a cell can sum, if touchpoints have contributed it: whatever they contribute is no contradiction, and
 * what none can is one.
 *
 * CXJ_SEED takes the seed of the random parts; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bounds.h"
#include "suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fold.h"
#include "touchpoint.h"

static uint64_t seed = 1;
static uint64_t chance_state;

static uint64_t chance(uint64_t below) {
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (chance_state >> 33) % below;
}

static struct cxj__memory memory = {cxj__base_allocate, NULL, 0, 0};

static struct cxj__cell *create(uint32_t grain) {
    struct cxj__cell *cell = cxj__cell_create(&memory, grain);
    ck_assert_ptr_nonnull(cell);
    return cell;
}

static void destroy(struct cxj__cell *cell) {
    cxj__cell_destroy(cell, &memory);
    ck_assert_uint_eq(memory.used, 0);
}

static void is_sound(const struct cxj__cell *cell, const char *what) {
    const char *contradiction = cxj__bounds_contradiction(cell);
    ck_assert_msg(contradiction == NULL, "%s: %s", what, contradiction);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * What touchpoints contribute
 * ------------------------------------------------------------------------------------------------------------------ */

/* Anything that one may say, at a moment not before another. */
static cxj_touchpoint anything(int64_t at) {
    cxj_touchpoint m = {.journey = 1, .at = at};
    m.facets = cxj__touchpoint_imply((uint32_t)(chance(CXJ_FACETS_ALL) & chance(CXJ_FACETS_ALL)));
    m.facets &= ~(uint32_t)CXJ_FACET_WITHDRAWN;
    m.owner = (uint32_t)chance(4);
    m.team = (uint16_t)chance(3);
    m.channel = (uint16_t)chance(3);
    if (chance(3) == 0) m.due = at + (int64_t)chance(60) - 20;
    if (chance(9) == 0) m.outcome = (uint8_t)chance(3);
    if (chance(3) == 0) m.value = (int64_t)chance(2001) - 1000;
    if (chance(2) == 0) {
        m.scale = (uint8_t)(1 + chance(CXJ_SCALE_CES7));
        const struct cxj__scale *scale = cxj__touchpoint_scale(m.scale);
        m.score = (uint8_t)(scale->lowest + chance(scale->highest - scale->lowest + 1U));
        m.scope = (uint8_t)(1 + chance(3));
    }
    return m;
}

static void add_sample(struct cxj__cell *cell, const struct cxj__fact *fact) {
    uint32_t sample = cxj__cell_sample(fact->dimension, cxj__histogram_bucket(cxj__cell_wait(fact)));
    ck_assert(cxj__cell_reserve_sample(cell, &memory, sample));
    cxj__cell_add_sample(cell, sample, 1);
}

/* Cells of each grain, of the transitions those of owners. */
struct cells {
    struct cxj__cell *of[CXJ_GRAIN_JOURNEYS + 1];
};

/* Lets a journey live through some touchpoints, and contribute. */
static void live(const struct cells *cells, size_t touchpoints) {
    struct cxj__fold fold;
    struct cxj__contribution contribution;
    int64_t at = (int64_t)chance(1000) - 500;
    uint32_t owners = 0; /* that the journey had so far */
    memset(&fold, 0, sizeof fold);
    for (size_t i = 0; i < touchpoints; i++, at += (int64_t)chance(30)) {
        struct cxj__fact facts[CXJ__FACTS_OF_A_STEP];
        cxj_touchpoint m = anything(at);
        uint32_t held = owners >> m.owner & 1; /* what is not of owners is not looked at */
        if (m.owner != 0) owners |= 1U << m.owner;
        size_t count = cxj__fold_step(&fold, cxj__fold_no_hours(), &m, held, CXJ__ALL_TRACKS, facts);
        for (size_t k = 0; k < count; k++) {
            if (facts[k].grain == CXJ_GRAIN_JOURNEYS) {
                add_sample(cells->of[CXJ_GRAIN_JOURNEYS], &facts[k]);
            } else if (facts[k].grain == CXJ_GRAIN_TOUCHPOINTS || facts[k].dimension + 1 == CXJ_DIMENSION_OWNER) {
                ck_assert(cxj__cell_take_fact(cells->of[facts[k].grain], &memory, &facts[k]));
            }
        }
    }
    cxj__fold_contribute(&fold, NULL, &fold.lasted, at - (int64_t)chance(60), &contribution);
    ck_assert(cxj__cell_reserve_contribution(cells->of[CXJ_GRAIN_JOURNEYS], &memory, &contribution));
    cxj__cell_add_contribution(cells->of[CXJ_GRAIN_JOURNEYS], &contribution, 1);
    cxj__cell_counts(cells->of[CXJ_GRAIN_TOUCHPOINTS])[CXJ__T_JOURNEYS]++;
}

static struct cells create_all(void) {
    struct cells cells = {.of = {NULL}};
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) cells.of[grain] = create(grain);
    return cells;
}

static void destroy_all(const struct cells *cells) {
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        cxj__cell_destroy(cells->of[grain], &memory);
    }
    ck_assert_uint_eq(memory.used, 0);
}

/* bounds.h: "as far as its numbers show; NULL if it can": whatever touchpoints contribute, they can. */
START_TEST(what_touchpoints_contribute_is_no_contradiction) {
    for (int round = 0; round < 400; round++) {
        struct cells cells = create_all();
        for (size_t journeys = 1 + chance(6); journeys > 0; journeys--) live(&cells, 1 + chance(30));
        is_sound(cells.of[CXJ_GRAIN_TOUCHPOINTS], "touchpoints");
        is_sound(cells.of[CXJ_GRAIN_JOURNEYS], "journeys");
        bool has_some = cxj__cell_counts(cells.of[CXJ_GRAIN_TRANSITIONS])[CXJ__X_TRANSITIONS] > 0;
        if (has_some) is_sound(cells.of[CXJ_GRAIN_TRANSITIONS], "transitions");
        destroy_all(&cells);
    }
}
END_TEST

/* "What a cell does not know is not asked": of columns that format 1 did not have, each alone and all together. */
START_TEST(what_is_not_known_is_not_asked) {
    struct cells cells = create_all();
    for (int i = 0; i < 20; i++) live(&cells, 20);
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        struct cxj__cell *cell = cells.of[grain];
        const struct cxj__cell_shape *shape = cxj__cell_shape(grain);
        size_t later = 0;
        ck_assert(cxj__cell_reserve_unknown(cell, &memory));
        for (enum cxj__list list = CXJ__COUNTS; list <= CXJ__HISTOGRAMS; list++) {
            size_t places[] = {shape->counts, shape->sums, shape->histograms};
            for (size_t place = 0; place < places[list]; place++) {
                if (cxj__cell_number(grain, list, place) <= cxj__cell_first_numbers(grain, list)) continue;
                size_t column = cxj__cell_first_column(grain, list) + place;
                struct cxj__columns others = *cell->unknown;
                /* What is not known is a part at most: here of a count, or of a sum, nothing. */
                if (list == CXJ__COUNTS) cxj__cell_counts(cell)[place] = 0;
                if (list == CXJ__SUMS) cxj__cell_sums(cell)[place] = cxj__base_wide(0);
                memset(cell->unknown, 0, sizeof *cell->unknown);
                cxj__cell_add_column(&others, column);
                *cell->unknown = others;
                is_sound(cell, "without some");
                later++;
            }
        }
        ck_assert((later > 0) == (grain != CXJ_GRAIN_TRANSITIONS));
    }
    destroy_all(&cells);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * What none can contribute
 * ------------------------------------------------------------------------------------------------------------------ */

static void count_duration(struct cxj__cell *cell, size_t histogram, int64_t duration, int64_t times) {
    struct cxj__histogram *its = &cxj__cell_histograms(cell)[histogram];
    ck_assert(cxj__histogram_reserve(its, &memory, cxj__histogram_bucket(duration)));
    cxj__histogram_add(its, cxj__histogram_bucket(duration), times);
}

/* Two journeys of six touchpoints that run: one customer came three times, had two answers, of 10 and 30 ms, and waits;
 * the other had one, of 20. */
static struct cxj__cell *answered(void) {
    struct cxj__cell *cell = create(CXJ_GRAIN_JOURNEYS);
    int64_t *counts = cxj__cell_counts(cell);
    counts[CXJ__J_JOURNEYS] = counts[CXJ__J_HANDOFF_FREE] = 2;
    counts[CXJ__J_TOUCHPOINTS] = 12;
    counts[CXJ__J_CONTACTS] = counts[CXJ__J_INBOUND] = 4;
    counts[CXJ__J_RESPONSES] = 3;
    counts[CXJ__J_FIRST_RESPONSES] = 2;
    counts[CXJ__J_WAITING] = 1;
    cxj__cell_sums(cell)[CXJ__J_SUM_RESPONSE] = cxj__base_wide(60);
    cxj__cell_sums(cell)[CXJ__J_SUM_FIRST_RESPONSE] = cxj__base_wide(30);
    count_duration(cell, CXJ__J_HISTOGRAM_FIRST_RESPONSE, 10, 1);
    count_duration(cell, CXJ__J_HISTOGRAM_FIRST_RESPONSE, 20, 1);
    is_sound(cell, "answered");
    return cell;
}

/* Section 4.8: who waits has come; the first response is one of them, and of one journey; behind an end nobody waits. */
START_TEST(answers_go_together) {
    static const struct {
        int count;
        int64_t amount;
    } wrong[] = {
        {CXJ__J_RESPONSES, 4},       {CXJ__J_WAITING, 2},   {CXJ__J_INBOUND, 3},  {CXJ__J_FIRST_RESPONSES, 1},
        {CXJ__J_FIRST_RESPONSES, 3}, {CXJ__J_RESPONSES, 1}, {CXJ__J_JOURNEYS, 1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct cxj__cell *cell = answered();
        cxj__cell_counts(cell)[wrong[i].count] = wrong[i].amount;
        ck_assert_msg(cxj__bounds_contradiction(cell) != NULL, "%zu", i);
        destroy(cell);
    }
    /* both journeys have ended, and one customer waits */
    struct cxj__cell *cell = answered();
    int64_t *counts = cxj__cell_counts(cell);
    counts[CXJ__J_COMPLETED] = counts[CXJ__J_ENDED_TOUCHPOINTS] = 2;
    for (size_t i = 0; i < 2; i++) count_duration(cell, i, 0, 2);
    ck_assert_str_eq(cxj__bounds_contradiction(cell), "a part of what a cell counts is more than its whole");
    counts[CXJ__J_WAITING] = 0;
    is_sound(cell, "ended");
    destroy(cell);
}
END_TEST

/* Their time is not below 0, not longer than there are years, and that of the first ones is a part of it, which is near
 * what their histogram says. */
START_TEST(the_time_of_answers_is_within_bounds) {
    static const struct {
        int sum;
        int64_t amount;
    } wrong[] = {
        {CXJ__J_SUM_RESPONSE, -1},       {CXJ__J_SUM_RESPONSE, 29},
        {CXJ__J_SUM_FIRST_RESPONSE, 29}, {CXJ__J_SUM_FIRST_RESPONSE, 31},
        {CXJ__J_SUM_FIRST_RESPONSE, -1}, {CXJ__J_SUM_RESPONSE, 3 * (CXJ__LATEST - CXJ__EARLIEST) + 1},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct cxj__cell *cell = answered();
        cxj__cell_sums(cell)[wrong[i].sum] = cxj__base_wide(wrong[i].amount);
        ck_assert_str_eq(cxj__bounds_contradiction(cell), "a sum is not one of as many as were counted");
        destroy(cell);
    }
    struct cxj__cell *cell = answered();
    cxj__cell_sums(cell)[CXJ__J_SUM_RESPONSE] = cxj__base_wide(3 * (CXJ__LATEST - CXJ__EARLIEST));
    is_sound(cell, "the longest");
    count_duration(cell, CXJ__J_HISTOGRAM_FIRST_RESPONSE, 10, 1);
    ck_assert_str_eq(cxj__bounds_contradiction(cell), "the counts of a cell contradict each other");
    destroy(cell);
}
END_TEST

/* The same of a touchpoints cell: as many responses as there are times of them. */
START_TEST(responses_of_touchpoints_have_their_time) {
    struct cxj__cell *cell = create(CXJ_GRAIN_TOUCHPOINTS);
    cxj__cell_counts(cell)[CXJ__T_TOUCHPOINTS] = 5;
    cxj__cell_counts(cell)[CXJ__T_RESPONSES] = 2;
    ck_assert_ptr_nonnull(cxj__bounds_contradiction(cell));
    count_duration(cell, CXJ__T_HISTOGRAM_RESPONSE, 7, 2);
    ck_assert_ptr_nonnull(cxj__bounds_contradiction(cell)); /* which are not 0 together */
    cxj__cell_sums(cell)[CXJ__T_SUM_RESPONSE] = cxj__base_wide(14);
    is_sound(cell, "responses");
    cxj__cell_counts(cell)[CXJ__T_TOUCHPOINTS] = 1;
    ck_assert_ptr_nonnull(cxj__bounds_contradiction(cell));
    destroy(cell);
}
END_TEST

/* n · Σx² ≥ (Σx)²: to the last unit, also where both sides need more than 128 bits. */
START_TEST(squares_are_those_of_their_sums) {
    static const int64_t counts[] = {1, 2, 3, 1000, INT64_C(1) << 20, INT64_C(1) << 40};
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        struct cxj__cell *cell = create(CXJ_GRAIN_TOUCHPOINTS);
        struct cxj__int128 *sums = cxj__cell_sums(cell);
        int64_t count = counts[c], each = 12599;
        cxj__cell_counts(cell)[CXJ__T_TOUCHPOINTS] = cxj__cell_counts(cell)[CXJ__T_RATINGS] = count;
        sums[CXJ__T_SUM_RATING] = cxj__base_product(count, each);
        sums[CXJ__T_SUM_RATING_SQUARES] = cxj__base_product(count, each * each);
        ck_assert_ptr_null(cxj__bounds_contradiction(cell));
        cxj__base_add(&sums[CXJ__T_SUM_RATING_SQUARES], cxj__base_wide(-1));
        ck_assert_ptr_nonnull(cxj__bounds_contradiction(cell));
        cxj__base_add(&sums[CXJ__T_SUM_RATING_SQUARES], cxj__base_wide(2));
        ck_assert_ptr_null(cxj__bounds_contradiction(cell));
        sums[CXJ__T_SUM_RATING_SQUARES] = cxj__base_negate(sums[CXJ__T_SUM_RATING_SQUARES]);
        ck_assert_ptr_nonnull(cxj__bounds_contradiction(cell)); /* squares below 0 */
        sums[CXJ__T_SUM_RATING] = cxj__base_product(count, 12600);
        sums[CXJ__T_SUM_RATING_SQUARES] = cxj__base_product(count, 12600 * 12600);
        ck_assert_ptr_null(cxj__bounds_contradiction(cell));
        cxj__base_add(&sums[CXJ__T_SUM_RATING], cxj__base_wide(1));
        ck_assert_ptr_nonnull(cxj__bounds_contradiction(cell));
        destroy(cell);
    }
}
END_TEST

int main(void) {
    const char *given = getenv("CXJ_SEED");
    seed = given ? strtoull(given, NULL, 10) : 1;
    chance_state = seed;
    printf("test_bounds: CXJ_SEED=%" PRIu64 "\n", seed);
    Suite *suite = suite_create("bounds");
    const TTest *can[] = {what_touchpoints_contribute_is_no_contradiction, what_is_not_known_is_not_asked};
    const TTest *cannot[] = {answers_go_together, the_time_of_answers_is_within_bounds,
                             responses_of_touchpoints_have_their_time, squares_are_those_of_their_sums};
    ADD_CASE(suite, "can", can);
    ADD_CASE(suite, "cannot", cannot);
    return run_suite(suite);
}
