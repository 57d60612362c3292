/* test_bounds: what a cell can sum, if touchpoints have contributed it: whatever they contribute is no contradiction, and
 * what none can is one.
 *
 * CXJ_SEED takes the seed of the random parts; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "bounds.h"
#include "contribution.h"
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
    const char *contradiction = cxj__bounds_contradiction(cell, false);
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
    cxj__contribution_make(&fold, NULL, &fold.lasted, at - (int64_t)chance(60), &contribution);
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
    ck_assert(cxj__histogram_reserve(its, &memory, cxj__histogram_bucket(duration), times > 0 ? (uint64_t)times : 1));
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
        ck_assert_msg(cxj__bounds_contradiction(cell, false) != NULL, "%zu", i);
        destroy(cell);
    }
    /* both journeys have ended, and one customer waits */
    struct cxj__cell *cell = answered();
    int64_t *counts = cxj__cell_counts(cell);
    counts[CXJ__J_COMPLETED] = counts[CXJ__J_ENDED_TOUCHPOINTS] = 2;
    for (size_t i = 0; i < 2; i++) count_duration(cell, i, 0, 2);
    ck_assert_str_eq(cxj__bounds_contradiction(cell, false), "a part of what a cell counts is more than its whole");
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
        ck_assert_str_eq(cxj__bounds_contradiction(cell, false), "a sum is not one of as many as were counted");
        destroy(cell);
    }
    struct cxj__cell *cell = answered();
    cxj__cell_sums(cell)[CXJ__J_SUM_RESPONSE] = cxj__base_wide(3 * (CXJ__LATEST - CXJ__EARLIEST));
    is_sound(cell, "the longest");
    count_duration(cell, CXJ__J_HISTOGRAM_FIRST_RESPONSE, 10, 1);
    ck_assert_str_eq(cxj__bounds_contradiction(cell, false), "the counts of a cell contradict each other");
    destroy(cell);
}
END_TEST

/* What is late is so by 1 ms at least; but in working hours it may be by none, if it was due and came while they were
 * closed. */
START_TEST(lateness_in_hours_may_be_none) {
    for (int64_t late = 0; late < 4; late++) {
        struct cxj__cell *cell = create(CXJ_GRAIN_TOUCHPOINTS);
        int64_t *counts = cxj__cell_counts(cell);
        counts[CXJ__T_TOUCHPOINTS] = counts[CXJ__T_DELIVERIES] = counts[CXJ__T_LATE] = counts[CXJ__T_LATE_SILENT] = 2;
        count_duration(cell, CXJ__T_HISTOGRAM_LATENESS, late / 2, 1);
        count_duration(cell, CXJ__T_HISTOGRAM_LATENESS, late - late / 2, 1);
        cxj__cell_sums(cell)[CXJ__T_SUM_LATENESS] = cxj__base_wide(late);
        ck_assert_ptr_null(cxj__bounds_contradiction(cell, true));
        ck_assert_int_eq(cxj__bounds_contradiction(cell, false) == NULL, late >= 2);
        destroy(cell);
    }
}
END_TEST

/* The same of a touchpoints cell: as many responses as there are times of them. */
START_TEST(responses_of_touchpoints_have_their_time) {
    struct cxj__cell *cell = create(CXJ_GRAIN_TOUCHPOINTS);
    cxj__cell_counts(cell)[CXJ__T_TOUCHPOINTS] = 5;
    cxj__cell_counts(cell)[CXJ__T_RESPONSES] = 2;
    ck_assert_ptr_nonnull(cxj__bounds_contradiction(cell, false));
    count_duration(cell, CXJ__T_HISTOGRAM_RESPONSE, 7, 2);
    ck_assert_ptr_nonnull(cxj__bounds_contradiction(cell, false)); /* which are not 0 together */
    cxj__cell_sums(cell)[CXJ__T_SUM_RESPONSE] = cxj__base_wide(14);
    is_sound(cell, "responses");
    cxj__cell_counts(cell)[CXJ__T_TOUCHPOINTS] = 1;
    ck_assert_ptr_nonnull(cxj__bounds_contradiction(cell, false));
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
        ck_assert_ptr_null(cxj__bounds_contradiction(cell, false));
        cxj__base_add(&sums[CXJ__T_SUM_RATING_SQUARES], cxj__base_wide(-1));
        ck_assert_ptr_nonnull(cxj__bounds_contradiction(cell, false));
        cxj__base_add(&sums[CXJ__T_SUM_RATING_SQUARES], cxj__base_wide(2));
        ck_assert_ptr_null(cxj__bounds_contradiction(cell, false));
        sums[CXJ__T_SUM_RATING_SQUARES] = cxj__base_negate(sums[CXJ__T_SUM_RATING_SQUARES]);
        ck_assert_ptr_nonnull(cxj__bounds_contradiction(cell, false)); /* squares below 0 */
        sums[CXJ__T_SUM_RATING] = cxj__base_product(count, 12600);
        sums[CXJ__T_SUM_RATING_SQUARES] = cxj__base_product(count, 12600 * 12600);
        ck_assert_ptr_null(cxj__bounds_contradiction(cell, false));
        cxj__base_add(&sums[CXJ__T_SUM_RATING], cxj__base_wide(1));
        ck_assert_ptr_nonnull(cxj__bounds_contradiction(cell, false));
        destroy(cell);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Each count between its parts and its wholes
 * ------------------------------------------------------------------------------------------------------------------ */

/* What a cell counts, and between what each count may lie while the others are what they are: no less than its parts,
 * no more than its wholes. Where both are the same, something else counts it as well. */
struct edge {
    int count;
    int64_t is, least, most;
};

/* Sections 2 and 4: of 1,000 touchpoints. Ratings are of one kind, commitments made, moved or put off one at a time;
 * what is delivered was on time or late; what is late was told before, after or never. */
static const struct edge of_touchpoints[] = {
    {CXJ__T_TOUCHPOINTS, 1000, 540, INT64_MAX},
    {CXJ__T_CONTACTS, 300, 200, 1000},
    {CXJ__T_INBOUND, 200, 50, 300},
    {CXJ__T_CHASES, 50, 0, 200},
    {CXJ__T_UPDATES, 100, 60, 1000},
    {CXJ__T_PROACTIVE_UPDATES, 40, 0, 100},
    {CXJ__T_NEXT_STEPS, 60, 0, 100},
    {CXJ__T_EXPLANATIONS, 50, 0, 100},
    {CXJ__T_REPEATS, 10, 0, 1000},
    {CXJ__T_CONTRADICTIONS, 10, 0, 1000},
    {CXJ__T_FAULTS, 10, 0, 1000},
    {CXJ__T_RESOLUTIONS, 10, 0, 1000},
    {CXJ__T_ASKS, 10, 0, 1000},
    {CXJ__T_CLEAN, 10, 0, 1000},
    {CXJ__T_WAITS, 9, 9, 9},
    {CXJ__T_RATINGS, 190, 70, 650},
    {CXJ__T_SATISFIED, 40, 0, 160},
    {CXJ__T_DISSATISFIED, 30, 0, 150},
    {CXJ__T_NPS_RATINGS, 180, 50, 640},
    {CXJ__T_NPS_SATISFIED, 20, 0, 150},
    {CXJ__T_NPS_DISSATISFIED, 30, 0, 160},
    {CXJ__T_CES_RATINGS, 90, 0, 550},
    {CXJ__T_EMPLOYEE_RATINGS, 80, 0, 540},
    {CXJ__T_PROMISES, 20, 0, 970},
    {CXJ__T_SHIFTS, 10, 0, 960},
    {CXJ__T_RESCHEDULES, 20, 0, 970},
    {CXJ__T_DELIVERIES, 7, 7, 7},
    {CXJ__T_ON_TIME, 4, 4, 4},
    {CXJ__T_KEPT, 5, 0, 7},
    {CXJ__T_LATE, 3, 3, 3},
    {CXJ__T_LATE_PROACTIVE, 1, 1, 1},
    {CXJ__T_LATE_REACTIVE, 1, 1, 1},
    {CXJ__T_LATE_SILENT, 1, 1, 1},
    {CXJ__T_LATE_UNEXPLAINED, 1, 0, 3},
    {CXJ__T_RESPONSES, 8, 8, 8},
};

/* Sections 4.4, 4.6 and 4.10: of 50 transitions. */
static const struct edge of_transitions[] = {
    {CXJ__X_TRANSITIONS, 50, 50, 50}, {CXJ__X_CHANGES, 30, 20, 50},     {CXJ__X_BOUNCES, 5, 0, 12},
    {CXJ__X_RETURNS, 12, 5, 30},      {CXJ__X_LOST_CONTEXT, 11, 0, 30}, {CXJ__X_STEPS, 20, 14, 30},
    {CXJ__X_IMPROVED, 8, 0, 14},      {CXJ__X_DEGRADED, 6, 0, 12},
};

/* Section 4: of 20 journeys with 1,000 touchpoints, of which 8 have ended. No handoff comes before the second
 * touchpoint of a journey, and a journey without any is free of them. */
static const struct edge of_journeys[] = {
    {CXJ__J_JOURNEYS, 20, 15, 27},
    {CXJ__J_TOUCHPOINTS, 1000, 300, INT64_MAX},
    {CXJ__J_CONTACTS, 300, 200, 1000},
    {CXJ__J_INBOUND, 200, 53, 300},
    {CXJ__J_CHASES, 50, 0, 200},
    {CXJ__J_UPDATES, 100, 40, 1000},
    {CXJ__J_PROACTIVE_UPDATES, 40, 0, 100},
    {CXJ__J_REPEATS, 10, 0, 1000},
    {CXJ__J_CONTRADICTIONS, 10, 0, 1000},
    {CXJ__J_FAULTS, 10, 0, 1000},
    {CXJ__J_ASKS, 70, 10, 1000},
    {CXJ__J_CLEAN, 60, 7, 1000},
    {CXJ__J_HANDOFFS, 12, 8, 980},
    {CXJ__J_TEAM_CHANGES, 12, 0, 980},
    {CXJ__J_CHANNEL_SWITCHES, 12, 0, 980},
    {CXJ__J_BOUNCES, 8, 0, 12},
    {CXJ__J_LOST_CONTEXT, 7, 0, 12},
    {CXJ__J_TOUCH_RATINGS, 13, 8, 1000},
    {CXJ__J_PROMISES, 40, 10, 989},
    {CXJ__J_SHIFTS, 5, 0, 954},
    {CXJ__J_RESCHEDULES, 6, 0, 955},
    {CXJ__J_DELIVERIES, 7, 7, 7},
    {CXJ__J_ON_TIME, 4, 4, 4},
    {CXJ__J_KEPT, 5, 0, 7},
    {CXJ__J_LATE, 3, 3, 3},
    {CXJ__J_LATE_PROACTIVE, 1, 1, 1},
    {CXJ__J_LATE_REACTIVE, 1, 1, 1},
    {CXJ__J_LATE_SILENT, 1, 1, 1},
    {CXJ__J_LATE_UNEXPLAINED, 1, 0, 3},
    {CXJ__J_LOOPS, 6, 2, 1000},
    {CXJ__J_LOOPS_CLOSED, 2, 2, 2},
    {CXJ__J_RESPONSES, 50, 2, 197},
    {CXJ__J_FIRST_RESPONSES, 2, 2, 2},
    {CXJ__J_WAITING, 3, 0, 12},
    {CXJ__J_COMPLETED, 6, 6, 6},
    {CXJ__J_ABANDONED, 2, 2, 2},
    {CXJ__J_CHURNED, 2, 0, 20},
    {CXJ__J_REOPENED, 2, 0, 20},
    {CXJ__J_HANDOFF_FREE, 15, 8, 20},
    {CXJ__J_FIRST_CONTACT_CANDIDATES, 9, 4, 20},
    {CXJ__J_FIRST_CONTACT_RESOLVED, 4, 0, 9},
    {CXJ__J_TOUCH_DROPS, 4, 0, 6},
    {CXJ__J_JOURNEY_RATINGS, 12, 8, 20},
    {CXJ__J_JOURNEY_DROPS, 5, 0, 12},
    {CXJ__J_NPS_RATINGS, 10, 7, 20},
    {CXJ__J_NPS_SATISFIED, 4, 0, 7},
    {CXJ__J_NPS_DISSATISFIED, 3, 0, 6},
    {CXJ__J_CES_RATINGS, 3, 0, 20},
    {CXJ__J_GAPS, 8, 0, 12},
    {CXJ__J_ASKED, 10, 5, 20},
    {CXJ__J_ANSWERED, 5, 0, 10},
    {CXJ__J_PROMISED, 10, 0, 20},
    {CXJ__J_BROKEN, 1, 0, 32},
    {CXJ__J_OVERDUE, 1, 0, 32},
    {CXJ__J_FLAWLESS, 3, 2, 5},
    {CXJ__J_WOW, 2, 0, 3},
    {CXJ__J_CLEAN_JOURNEYS, 5, 3, 8},
    {CXJ__J_ENDED_TOUCHPOINTS, 30, 8, 1000},
    {CXJ__J_ENDED_CLEAN, 7, 0, 30},
};

#define LENGTH(table) (sizeof(table) / sizeof *(table))

/* Durations of 0, but what is late is so for 1 ms. */
static const struct {
    uint32_t grain;
    int histogram;
    int64_t duration, times;
} durations[] = {
    {CXJ_GRAIN_TOUCHPOINTS, CXJ__T_HISTOGRAM_WAIT, 0, 9},
    {CXJ_GRAIN_TOUCHPOINTS, CXJ__T_HISTOGRAM_LATENESS, 1, 3},
    {CXJ_GRAIN_TOUCHPOINTS, CXJ__T_HISTOGRAM_RESPONSE, 0, 8},
    {CXJ_GRAIN_TRANSITIONS, CXJ__X_HISTOGRAM_WAIT, 0, 50},
    {CXJ_GRAIN_JOURNEYS, CXJ__J_HISTOGRAM_DURATION, 0, 8},
    {CXJ_GRAIN_JOURNEYS, CXJ__J_HISTOGRAM_SILENCE, 0, 8},
    {CXJ_GRAIN_JOURNEYS, CXJ__J_HISTOGRAM_FIRST_RESPONSE, 0, 2},
    {CXJ_GRAIN_JOURNEYS, CXJ__J_HISTOGRAM_LATENESS, 1, 3},
    {CXJ_GRAIN_JOURNEYS, CXJ__J_HISTOGRAM_WARNING, 0, 1},
    {CXJ_GRAIN_JOURNEYS, CXJ__J_HISTOGRAM_LOOP, 0, 2},
};

static const struct edge *edges_of(uint32_t grain, size_t *length) {
    *length = grain == CXJ_GRAIN_TOUCHPOINTS   ? LENGTH(of_touchpoints)
              : grain == CXJ_GRAIN_TRANSITIONS ? LENGTH(of_transitions)
                                               : LENGTH(of_journeys);
    return grain == CXJ_GRAIN_TOUCHPOINTS   ? of_touchpoints
           : grain == CXJ_GRAIN_TRANSITIONS ? of_transitions
                                            : of_journeys;
}

/* A cell that counts what these tables say. */
static struct cxj__cell *counted(uint32_t grain) {
    struct cxj__cell *cell = create(grain);
    size_t length;
    const struct edge *edges = edges_of(grain, &length);
    for (size_t i = 0; i < length; i++) cxj__cell_counts(cell)[edges[i].count] = edges[i].is;
    for (size_t i = 0; i < LENGTH(durations); i++) {
        if (durations[i].grain != grain) continue;
        count_duration(cell, (size_t)durations[i].histogram, durations[i].duration, durations[i].times);
    }
    if (grain == CXJ_GRAIN_TOUCHPOINTS) cxj__cell_sums(cell)[CXJ__T_SUM_LATENESS] = cxj__base_wide(3);
    if (grain == CXJ_GRAIN_JOURNEYS) cxj__cell_sums(cell)[CXJ__J_SUM_LATENESS] = cxj__base_wide(3);
    is_sound(cell, "counted");
    return cell;
}

/* Whether a cell may count so much of something. */
static bool may_count(struct cxj__cell *cell, int count, int64_t amount) {
    int64_t *counts = cxj__cell_counts(cell), before = counts[count];
    counts[count] = amount;
    bool may = cxj__bounds_contradiction(cell, false) == NULL;
    counts[count] = before;
    return may;
}

static void lies_between(struct cxj__cell *cell, const struct edge *edge) {
    ck_assert_msg(may_count(cell, edge->count, edge->least), "count %d: %" PRId64, edge->count, edge->least);
    if (edge->least > 0) {
        ck_assert_msg(!may_count(cell, edge->count, edge->least - 1), "count %d: %" PRId64, edge->count,
                      edge->least - 1);
    }
    if (edge->most == INT64_MAX) return;
    ck_assert_msg(may_count(cell, edge->count, edge->most), "count %d: %" PRId64, edge->count, edge->most);
    ck_assert_msg(!may_count(cell, edge->count, edge->most + 1), "count %d: %" PRId64, edge->count, edge->most + 1);
}

/* No count of a grain is left out, but how many journeys a cell of touchpoints is of. */
START_TEST(each_count_lies_between_its_parts_and_its_wholes) {
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        struct cxj__cell *cell = counted(grain);
        size_t length;
        const struct edge *edges = edges_of(grain, &length);
        ck_assert_uint_eq(length, cxj__cell_shape(grain)->counts - (grain == CXJ_GRAIN_TOUCHPOINTS));
        for (size_t i = 0; i < length; i++) lies_between(cell, &edges[i]);
        destroy(cell);
    }
}
END_TEST

/* Where a count has two wholes, the one that is the greater above is the less here; who waits is not asked where that
 * is not known. */
START_TEST(of_two_wholes_each_binds) {
    static const struct {
        int whole;
        int64_t is;
        struct edge edge;
    } others[] = {
        {CXJ__J_TOUCH_RATINGS, 900, {CXJ__J_TOUCH_DROPS, 4, 0, 20}}, /* "a drop" is one a journey */
        {CXJ__J_TOUCH_RATINGS, 9, {CXJ__J_GAPS, 8, 0, 9}},
        {CXJ__J_CLEAN_JOURNEYS, 8, {CXJ__J_FLAWLESS, 3, 2, 6}},
        {CXJ__J_CLEAN, 20, {CXJ__J_ENDED_CLEAN, 7, 0, 20}},
        {CXJ__J_ASKS, 12, {CXJ__J_ASKED, 10, 5, 12}},
        {CXJ__J_PROMISES, 15, {CXJ__J_PROMISED, 10, 0, 15}},
        {CXJ__J_GAPS, 2, {CXJ__J_JOURNEY_RATINGS, 12, 5, 20}},
        {CXJ__J_GAPS, 2, {CXJ__J_TOUCH_RATINGS, 13, 8, 1000}},
        {CXJ__J_PROMISED, 2, {CXJ__J_PROMISES, 40, 9, 989}},
        {CXJ__J_LOST_CONTEXT, 10, {CXJ__J_HANDOFFS, 12, 10, 980}},
    };
    struct cxj__cell *cell = counted(CXJ_GRAIN_JOURNEYS);
    int64_t *counts = cxj__cell_counts(cell);
    for (size_t i = 0; i < LENGTH(others); i++) {
        int64_t before = counts[others[i].whole];
        counts[others[i].whole] = others[i].is;
        lies_between(cell, &others[i].edge);
        counts[others[i].whole] = before;
    }
    destroy(cell);
}
END_TEST

/* As many first responses as journeys, no more; and as many ends, where who waits is not known, either. */
START_TEST(no_more_have_an_answer_or_an_end_than_there_are) {
    struct cxj__cell *cell = counted(CXJ_GRAIN_JOURNEYS);
    int64_t *counts = cxj__cell_counts(cell);
    count_duration(cell, CXJ__J_HISTOGRAM_FIRST_RESPONSE, 0, 18);
    ck_assert(may_count(cell, CXJ__J_FIRST_RESPONSES, 20));
    count_duration(cell, CXJ__J_HISTOGRAM_FIRST_RESPONSE, 0, 1);
    ck_assert(!may_count(cell, CXJ__J_FIRST_RESPONSES, 21));
    destroy(cell);

    cell = counted(CXJ_GRAIN_JOURNEYS);
    counts = cxj__cell_counts(cell);
    ck_assert(cxj__cell_reserve_unknown(cell, &memory));
    cxj__cell_add_column(cell->unknown, cxj__cell_first_column(CXJ_GRAIN_JOURNEYS, CXJ__COUNTS) + CXJ__J_WAITING);
    counts[CXJ__J_COMPLETED] = 18;
    count_duration(cell, CXJ__J_HISTOGRAM_DURATION, 0, 12);
    count_duration(cell, CXJ__J_HISTOGRAM_SILENCE, 0, 12);
    is_sound(cell, "20 that ended");
    counts[CXJ__J_COMPLETED] = 19;
    count_duration(cell, CXJ__J_HISTOGRAM_DURATION, 0, 1);
    count_duration(cell, CXJ__J_HISTOGRAM_SILENCE, 0, 1);
    ck_assert_str_eq(cxj__bounds_contradiction(cell, false), "a part of what a cell counts is more than its whole");
    destroy(cell);
}
END_TEST

/* Each histogram has as many durations as were counted, whatever else goes together. */
START_TEST(histograms_have_as_many_as_were_counted) {
    for (size_t i = 0; i < LENGTH(durations); i++) {
        struct cxj__cell *cell = counted(durations[i].grain);
        count_duration(cell, (size_t)durations[i].histogram, durations[i].duration, 1);
        ck_assert_str_eq(cxj__bounds_contradiction(cell, false), "the counts of a cell contradict each other");
        count_duration(cell, (size_t)durations[i].histogram, durations[i].duration, -2);
        ck_assert_str_eq(cxj__bounds_contradiction(cell, false), "the counts of a cell contradict each other");
        destroy(cell);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Each sum between what its counts allow
 * ------------------------------------------------------------------------------------------------------------------ */

/* A sum, and that of its squares, or -1. */
struct summed {
    uint32_t grain;
    int sum, squares;
};

static bool may_sum(struct cxj__cell *cell, struct summed of, struct cxj__int128 sum, struct cxj__int128 squares) {
    struct cxj__int128 *sums = cxj__cell_sums(cell), before = sums[of.sum], before_squares = {0};
    if (of.squares >= 0) before_squares = sums[of.squares];
    sums[of.sum] = sum;
    if (of.squares >= 0) sums[of.squares] = squares;
    bool may = cxj__bounds_contradiction(cell, false) == NULL;
    sums[of.sum] = before;
    if (of.squares >= 0) sums[of.squares] = before_squares;
    return may;
}

/* Section 6: a rating is from 0 to 1, kept as 12,600ths, so their squares are up to 12,600²; a difference of two from
 * -1 to 1, a gap that of a mean of up to 65,536; n · Σx² is no less than (Σx)², and no |x| more than x². */
START_TEST(each_sum_has_its_squares) {
    static const struct {
        struct summed of;
        int64_t n, least, most;
    } kinds[] = {
        {{CXJ_GRAIN_TOUCHPOINTS, CXJ__T_SUM_RATING, CXJ__T_SUM_RATING_SQUARES}, 190, 0, 12600},
        {{CXJ_GRAIN_TOUCHPOINTS, CXJ__T_SUM_CES, CXJ__T_SUM_CES_SQUARES}, 90, 0, 12600},
        {{CXJ_GRAIN_TOUCHPOINTS, CXJ__T_SUM_EMPLOYEE, CXJ__T_SUM_EMPLOYEE_SQUARES}, 80, 0, 12600},
        {{CXJ_GRAIN_TRANSITIONS, CXJ__X_SUM_STEP, CXJ__X_SUM_STEP_SQUARES}, 20, -12600, 12600},
        {{CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_TOUCH, CXJ__J_SUM_TOUCH_SQUARES}, 13, 0, 12600},
        {{CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_TOUCH_DROP, CXJ__J_SUM_TOUCH_DROP_SQUARES}, 4, -12600, 12600},
        {{CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_JOURNEY, CXJ__J_SUM_JOURNEY_SQUARES}, 12, 0, 12600},
        {{CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_JOURNEY_DROP, CXJ__J_SUM_JOURNEY_DROP_SQUARES}, 5, -12600, 12600},
        {{CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_CES, CXJ__J_SUM_CES_SQUARES}, 3, 0, 12600},
        {{CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_GAP, CXJ__J_SUM_GAP_SQUARES}, 8, -825753600, 825753600},
    };
    for (size_t i = 0; i < LENGTH(kinds); i++) {
        struct cxj__cell *cell = counted(kinds[i].of.grain);
        int64_t n = kinds[i].n, most = kinds[i].most;
        struct cxj__int128 squares = cxj__base_product(n, most * most), more = squares;
        cxj__base_add(&more, cxj__base_wide(1));
        ck_assert(may_sum(cell, kinds[i].of, cxj__base_product(n, most), squares));
        ck_assert(!may_sum(cell, kinds[i].of, cxj__base_product(n, most), more));
        ck_assert(!may_sum(cell, kinds[i].of, cxj__base_wide(n * most + 1), squares));
        ck_assert(may_sum(cell, kinds[i].of, cxj__base_product(n, kinds[i].least), squares));
        ck_assert_msg(may_sum(cell, kinds[i].of, cxj__base_wide(-1), cxj__base_wide(1)) == (kinds[i].least < 0), "%zu",
                      i);
        ck_assert(may_sum(cell, kinds[i].of, cxj__base_wide(2), cxj__base_wide(2)));
        ck_assert(!may_sum(cell, kinds[i].of, cxj__base_wide(2), cxj__base_wide(1))); /* n is 3 or more */
        ck_assert(!may_sum(cell, kinds[i].of, cxj__base_wide(-2), cxj__base_wide(1)));
        ck_assert(may_sum(cell, kinds[i].of, cxj__base_wide(n), cxj__base_wide(n)));
        ck_assert(!may_sum(cell, kinds[i].of, cxj__base_wide(2 * n), cxj__base_wide(4 * n - 1)));
        destroy(cell);
    }
}
END_TEST

/* The others lie within what as many can be: money within 10^15 either way, spans of time within the years 0001 to
 * 9999, and those that are parts of others within them. */
START_TEST(each_sum_is_of_as_many_as_were_counted) {
    static const int64_t money = INT64_C(1000000000000000), longest = CXJ__LATEST - CXJ__EARLIEST;
    const struct {
        struct summed of;
        int64_t n, least, most;
    } kinds[] = {
        {{CXJ_GRAIN_TOUCHPOINTS, CXJ__T_SUM_VALUE, -1}, 1000, -money, money},
        {{CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_VALUE, -1}, 1000, -money, money},
        {{CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_VALUE_LOST, -1}, 1000, -money, money},
        {{CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_SLIP, -1}, 5, -longest, longest},
        {{CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_RESPONSE, -1}, 50, 0, longest},
        {{CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_JOURNEY_FIRST, -1}, 5, 0, 12600},
        {{CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_PENDING, -1}, 1, 0, 0}, /* no journey lasted */
        {{CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_DARK, -1}, 3, 0, 1},
        {{CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_SILENCE, -1}, 1, 0, 0},
        {{CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_DURATION, -1}, 1, 0, 0}, /* they are in histograms, exactly */
        {{CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_FIRST_RESPONSE, -1}, 1, 0, 0},
        {{CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_LATENESS, -1}, 3, 1, 1},
        {{CXJ_GRAIN_TOUCHPOINTS, CXJ__T_SUM_WAIT, -1}, 1, 0, 0},
        {{CXJ_GRAIN_TOUCHPOINTS, CXJ__T_SUM_RESPONSE, -1}, 1, 0, 0},
        {{CXJ_GRAIN_TOUCHPOINTS, CXJ__T_SUM_LATENESS, -1}, 3, 1, 1},
        {{CXJ_GRAIN_TRANSITIONS, CXJ__X_SUM_WAIT, -1}, 1, 0, 0},
    };
    for (size_t i = 0; i < LENGTH(kinds); i++) {
        struct cxj__cell *cell = counted(kinds[i].of.grain);
        struct cxj__int128 none = cxj__base_wide(0), least = cxj__base_product(kinds[i].n, kinds[i].least),
                           most = least;
        most = cxj__base_product(kinds[i].n, kinds[i].most);
        ck_assert_msg(may_sum(cell, kinds[i].of, least, none), "%zu", i);
        ck_assert_msg(may_sum(cell, kinds[i].of, most, none), "%zu", i);
        ck_assert_msg(!may_sum(cell, kinds[i].of, cxj__base_less(least, cxj__base_wide(1)), none), "%zu", i);
        cxj__base_add(&most, cxj__base_wide(1));
        ck_assert_msg(!may_sum(cell, kinds[i].of, most, none), "%zu", i);
        destroy(cell);
    }
}
END_TEST

/* Section 4.5: late is "else", where the first promise was not kept, so it is late by 1 ms at least. */
START_TEST(nothing_is_late_by_nothing) {
    for (int i = 0; i < 2; i++) {
        const uint32_t grain = i == 0 ? CXJ_GRAIN_TOUCHPOINTS : CXJ_GRAIN_JOURNEYS;
        const size_t sum = i == 0 ? CXJ__T_SUM_LATENESS : CXJ__J_SUM_LATENESS;
        const size_t histogram = i == 0 ? CXJ__T_HISTOGRAM_LATENESS : CXJ__J_HISTOGRAM_LATENESS;
        struct cxj__cell *cell = counted(grain);
        count_duration(cell, histogram, 1, -1);
        count_duration(cell, histogram, 0, 1);
        cxj__cell_sums(cell)[sum] = cxj__base_wide(2);
        ck_assert_str_eq(cxj__bounds_contradiction(cell, false), "a sum is not one of as many as were counted");
        destroy(cell);
    }
}
END_TEST

/* Section 6: value_lost is the sum of value "over churned" journeys, so without any it is 0. */
START_TEST(value_is_lost_by_who_has_churned) {
    struct cxj__cell *cell = counted(CXJ_GRAIN_JOURNEYS);
    cxj__cell_sums(cell)[CXJ__J_SUM_VALUE_LOST] = cxj__base_wide(5);
    ck_assert(may_count(cell, CXJ__J_CHURNED, 1));
    ck_assert(!may_count(cell, CXJ__J_CHURNED, 0));
    cxj__cell_sums(cell)[CXJ__J_SUM_VALUE_LOST] = cxj__base_wide(-5);
    ck_assert(!may_count(cell, CXJ__J_CHURNED, 0));
    destroy(cell);
}
END_TEST

static void forget_sum(struct cxj__cell *cell, size_t sum) {
    ck_assert(cxj__cell_reserve_unknown(cell, &memory));
    cxj__cell_add_column(cell->unknown, cxj__cell_first_column(cell->grain, CXJ__SUMS) + sum);
}

/* A sum is held against another only where both are known; the other sums are, all the same. */
START_TEST(a_sum_is_not_held_against_one_that_is_not_known) {
    struct cxj__cell *cell = counted(CXJ_GRAIN_JOURNEYS);
    struct cxj__int128 *sums = cxj__cell_sums(cell);
    sums[CXJ__J_SUM_PENDING] = cxj__base_wide(7);
    ck_assert_ptr_nonnull(cxj__bounds_contradiction(cell, false));
    forget_sum(cell, CXJ__J_SUM_DURATION);
    is_sound(cell, "the whole is not known");
    sums[CXJ__J_SUM_DARK] = cxj__base_wide(4);
    ck_assert_ptr_nonnull(cxj__bounds_contradiction(cell, false));
    destroy(cell);
    cell = counted(CXJ_GRAIN_JOURNEYS);
    sums = cxj__cell_sums(cell);
    sums[CXJ__J_SUM_PENDING] = cxj__base_wide(7);
    forget_sum(cell, CXJ__J_SUM_PENDING);
    is_sound(cell, "the part is not known");
    sums[CXJ__J_SUM_DARK] = cxj__base_wide(4);
    ck_assert_ptr_nonnull(cxj__bounds_contradiction(cell, false));
    destroy(cell);
}
END_TEST

/* A cell is there because something is counted in it. */
START_TEST(a_cell_counts_something) {
    for (uint32_t grain = CXJ_GRAIN_TOUCHPOINTS; grain <= CXJ_GRAIN_JOURNEYS; grain++) {
        struct cxj__cell *cell = create(grain);
        ck_assert_str_eq(cxj__bounds_contradiction(cell, false), "the counts of a cell contradict each other");
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
    const TTest *counts[] = {each_count_lies_between_its_parts_and_its_wholes, of_two_wholes_each_binds,
                             no_more_have_an_answer_or_an_end_than_there_are, histograms_have_as_many_as_were_counted,
                             a_cell_counts_something};
    const TTest *sums[] = {lateness_in_hours_may_be_none,          each_sum_has_its_squares,
                           each_sum_is_of_as_many_as_were_counted, nothing_is_late_by_nothing,
                           value_is_lost_by_who_has_churned,       a_sum_is_not_held_against_one_that_is_not_known};
    ADD_CASE(suite, "can", can);
    ADD_CASE(suite, "cannot", cannot);
    ADD_CASE(suite, "counts", counts);
    ADD_CASE(suite, "sums", sums);
    return run_suite(suite);
}
