/* test_fold: the rules of a journey, section 4 of the specification, one after the other.
 *
 * CXJ_SEED takes the seed of the random parts; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "steps.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------------------------------------
 * Section 2: facets and scales
 * ------------------------------------------------------------------------------------------------------------------ */

/* Section 2, table of facets: "what each implies". */
START_TEST(facets_imply_others) {
    for (uint32_t bit = 0; bit <= 17; bit++) {
        uint32_t facet = UINT32_C(1) << bit, expected = facet;
        if (facet == INBOUND) expected |= CONTACT;
        if (facet == CHASE) expected |= INBOUND | CONTACT;
        if (facet == NEXT_STEP || facet == EXPLAINS) expected |= UPDATE;
        ck_assert_uint_eq(cxj__touchpoint_imply(facet), expected);
        ck_assert_uint_eq(cxj__touchpoint_imply(expected), expected);
    }
    ck_assert_uint_eq(cxj__touchpoint_imply(0), 0);
    ck_assert_uint_eq(cxj__touchpoint_imply(CHASE | EXPLAINS), CHASE | INBOUND | CONTACT | EXPLAINS | UPDATE);
}
END_TEST

START_TEST(scales_are_as_the_table_has_them) {
    ck_assert_ptr_null(cxj__touchpoint_scale(0));
    ck_assert_ptr_null(cxj__touchpoint_scale(SCALES));
    ck_assert_ptr_null(cxj__touchpoint_scale(255));
    for (uint8_t i = 1; i < SCALES; i++) {
        const struct cxj__scale *scale = cxj__touchpoint_scale(i);
        ck_assert_uint_eq(scale->lowest, scales[i].lowest);
        ck_assert_uint_eq(scale->highest, scales[i].highest);
        ck_assert_uint_eq(scale->satisfied, scales[i].satisfied);
        ck_assert_uint_eq(scale->delighted, scales[i].delighted);
        ck_assert_uint_eq(scale->dissatisfied, scales[i].dissatisfied);
        ck_assert_int_eq(scale->kind == CXJ__SATISFACTION, scales[i].kind == 'S');
        ck_assert_int_eq(scale->kind == CXJ__LOYALTY, scales[i].kind == 'L');
        ck_assert_int_eq(scale->kind == CXJ__EFFORT, scales[i].kind == 'E');
    }
}
END_TEST

/* Section 2: "s = (score − lowest) × 12600 / (highest − lowest), exact for every scale". */
START_TEST(scores_become_integers_exactly) {
    int span = scales[_i].highest - scales[_i].lowest;
    ck_assert_int_eq(12600 % span, 0);
    for (int score = scales[_i].lowest; score <= scales[_i].highest; score++) {
        struct journey j = {0};
        add(&j, 5, rating(_i, score, CXJ_SCOPE_TOUCHPOINT));
        ck_assert_int_eq(j.facts[0].rating, (score - scales[_i].lowest) * (12600 / span));
    }
}
END_TEST

/* And back: the score is what was given, exactly. */
START_TEST(scores_come_back_exactly) {
    for (int score = scales[_i].lowest; score <= scales[_i].highest; score++) {
        struct journey j = {0};
        add(&j, 5, rating(_i, score, CXJ_SCOPE_TOUCHPOINT));
        ck_assert_double_eq(cxj__touchpoint_score((uint8_t)_i, (uint32_t)j.facts[0].rating), score);
    }
}
END_TEST

/* Section 2, columns satisfied and dissatisfied; section 4.10: "What different kinds measure is never mixed." */
START_TEST(a_touchpoint_counts_its_rating_by_kind_and_box) {
    for (int score = scales[_i].lowest; score <= scales[_i].highest; score++) {
        struct journey j = {0};
        add(&j, 5, rating(_i, score, CXJ_SCOPE_TOUCHPOINT));
        bool satisfied = score >= scales[_i].satisfied, dissatisfied = score <= scales[_i].dissatisfied;
        char kind = scales[_i].kind;
        ck_assert_int_eq(has(&j, CXJ__T_RATINGS), kind == 'S');
        ck_assert_int_eq(has(&j, CXJ__T_SATISFIED), kind == 'S' && satisfied);
        ck_assert_int_eq(has(&j, CXJ__T_DISSATISFIED), kind == 'S' && dissatisfied);
        ck_assert_int_eq(has(&j, CXJ__T_NPS_RATINGS), kind == 'L');
        ck_assert_int_eq(has(&j, CXJ__T_NPS_SATISFIED), kind == 'L' && satisfied);
        ck_assert_int_eq(has(&j, CXJ__T_NPS_DISSATISFIED), kind == 'L' && dissatisfied);
        ck_assert_int_eq(has(&j, CXJ__T_CES_RATINGS), kind == 'E');
        ck_assert(!has(&j, CXJ__T_EMPLOYEE_RATINGS));
        ck_assert_int_eq(counted(&j, CXJ__J_TOUCH_RATINGS), kind == 'S');
        ck_assert_int_eq(counted(&j, CXJ__J_JOURNEY_RATINGS), 0);
        ck_assert_int_eq(counted(&j, CXJ__J_NPS_RATINGS), 0);
        ck_assert_int_eq(counted(&j, CXJ__J_CES_RATINGS), 0);
    }
}
END_TEST

/* Section 6: nps "over ratings on scale nps, of scope touchpoint or journey", ces likewise; satisfaction over touch
 * ratings alone. */
START_TEST(a_rating_of_the_journey_is_no_touch_rating) {
    for (int score = scales[_i].lowest; score <= scales[_i].highest; score++) {
        struct journey j = {0};
        add(&j, 5, rating(_i, score, CXJ_SCOPE_JOURNEY));
        char kind = scales[_i].kind;
        ck_assert(!has(&j, CXJ__T_RATINGS) && !has(&j, CXJ__T_SATISFIED) && !has(&j, CXJ__T_DISSATISFIED));
        ck_assert(!has(&j, CXJ__T_EMPLOYEE_RATINGS));
        ck_assert_int_eq(has(&j, CXJ__T_NPS_RATINGS), kind == 'L');
        ck_assert_int_eq(has(&j, CXJ__T_NPS_SATISFIED), kind == 'L' && score >= 9);
        ck_assert_int_eq(has(&j, CXJ__T_NPS_DISSATISFIED), kind == 'L' && score <= 6);
        ck_assert_int_eq(has(&j, CXJ__T_CES_RATINGS), kind == 'E');
        ck_assert_int_eq(counted(&j, CXJ__J_TOUCH_RATINGS), 0);
        ck_assert_int_eq(counted(&j, CXJ__J_JOURNEY_RATINGS), kind == 'S');
        ck_assert_int_eq(counted(&j, CXJ__J_NPS_RATINGS), kind == 'L');
        ck_assert_int_eq(counted(&j, CXJ__J_CES_RATINGS), kind == 'E');
        ck_assert_int_eq(counted(&j, CXJ__J_NPS_SATISFIED), kind == 'L' && score >= 9);
        ck_assert_int_eq(counted(&j, CXJ__J_NPS_DISSATISFIED), kind == 'L' && score <= 6);
    }
}
END_TEST

/* Section 4.10: "Scope employee: counted apart, never mixed with the customers'." */
START_TEST(a_rating_of_an_employee_is_counted_apart) {
    for (int score = scales[_i].lowest; score <= scales[_i].highest; score++) {
        struct journey j = {0};
        add(&j, 5, T(.facets = ASKED));
        cxj_touchpoint m = rating(_i, score, CXJ_SCOPE_EMPLOYEE);
        add(&j, 6, m);
        uint64_t expected = CXJ__BIT(CXJ__T_TOUCHPOINTS) | CXJ__BIT(CXJ__T_WAITS) | CXJ__BIT(CXJ__T_CLEAN);
        if (scales[_i].kind == 'S') expected |= CXJ__BIT(CXJ__T_EMPLOYEE_RATINGS);
        ck_assert_uint_eq(j.facts[0].mask, expected);
        ck_assert_int_eq(counted(&j, CXJ__J_TOUCH_RATINGS), 0);
        ck_assert_int_eq(counted(&j, CXJ__J_JOURNEY_RATINGS), 0);
        ck_assert_int_eq(counted(&j, CXJ__J_LOOPS), 0);
        ck_assert_int_eq(counted(&j, CXJ__J_ANSWERED), 0);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * What a touchpoint counts by itself
 * ------------------------------------------------------------------------------------------------------------------ */

#define B(name) CXJ__BIT(CXJ__T_##name)

/* Section 6, grain touchpoints: "how many"; and 4, "A touchpoint is clean if it has none of fault, repeated,
 * contradicted, chase". */
START_TEST(each_facet_counts_as_what_it_is) {
    static const struct {
        uint32_t facet;
        uint64_t mask;
    } cases[] = {
        {0, B(CLEAN)},
        {CONTACT, B(CONTACTS) | B(CLEAN)},
        {INBOUND, B(INBOUND) | B(CONTACTS) | B(CLEAN)},
        {CHASE, B(CHASES) | B(INBOUND) | B(CONTACTS)},
        {UPDATE, B(UPDATES) | B(PROACTIVE_UPDATES) | B(CLEAN)},
        {NEXT_STEP, B(NEXT_STEPS) | B(UPDATES) | B(PROACTIVE_UPDATES) | B(CLEAN)},
        {EXPLAINS, B(EXPLANATIONS) | B(UPDATES) | B(PROACTIVE_UPDATES) | B(CLEAN)},
        {DELIVERED, B(CLEAN)},
        {REQUESTED, B(CLEAN)},
        {REPEATED, B(REPEATS)},
        {CONTRADICTED, B(CONTRADICTIONS)},
        {FAULT, B(FAULTS)},
        {RESOLVED, B(RESOLUTIONS) | B(CLEAN)},
        {REOPENS, B(CLEAN)},
        {PENDING, B(CLEAN)},
        {ASKED, B(ASKS) | B(CLEAN)},
        {CHURNED, B(CLEAN)},
        {RESUMES, B(CLEAN)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct journey j = {0};
        add(&j, 5, T(.facets = cases[i].facet));
        ck_assert_uint_eq(j.facts[0].mask, cases[i].mask | B(TOUCHPOINTS));
        ck_assert_uint_eq(j.count, 1);
        ck_assert_int_eq(counted(&j, CXJ__J_CHURNED), cases[i].facet == CHURNED);
        ck_assert_int_eq(counted(&j, CXJ__J_ASKED), cases[i].facet == ASKED);
    }
}
END_TEST

/* Counts that a touchpoint and its journey have in common. */
static const struct {
    int touchpoint, journey;
} shared[] = {
    {CXJ__T_TOUCHPOINTS, CXJ__J_TOUCHPOINTS},
    {CXJ__T_CONTACTS, CXJ__J_CONTACTS},
    {CXJ__T_INBOUND, CXJ__J_INBOUND},
    {CXJ__T_CHASES, CXJ__J_CHASES},
    {CXJ__T_UPDATES, CXJ__J_UPDATES},
    {CXJ__T_PROACTIVE_UPDATES, CXJ__J_PROACTIVE_UPDATES},
    {CXJ__T_REPEATS, CXJ__J_REPEATS},
    {CXJ__T_CONTRADICTIONS, CXJ__J_CONTRADICTIONS},
    {CXJ__T_FAULTS, CXJ__J_FAULTS},
    {CXJ__T_ASKS, CXJ__J_ASKS},
    {CXJ__T_CLEAN, CXJ__J_CLEAN},
    {CXJ__T_RATINGS, CXJ__J_TOUCH_RATINGS},
    {CXJ__T_PROMISES, CXJ__J_PROMISES},
    {CXJ__T_SHIFTS, CXJ__J_SHIFTS},
    {CXJ__T_RESCHEDULES, CXJ__J_RESCHEDULES},
    {CXJ__T_DELIVERIES, CXJ__J_DELIVERIES},
    {CXJ__T_ON_TIME, CXJ__J_ON_TIME},
    {CXJ__T_KEPT, CXJ__J_KEPT},
    {CXJ__T_LATE, CXJ__J_LATE},
    {CXJ__T_LATE_PROACTIVE, CXJ__J_LATE_PROACTIVE},
    {CXJ__T_LATE_REACTIVE, CXJ__J_LATE_REACTIVE},
    {CXJ__T_LATE_SILENT, CXJ__J_LATE_SILENT},
    {CXJ__T_LATE_UNEXPLAINED, CXJ__J_LATE_UNEXPLAINED},
};
enum { SHARED = sizeof shared / sizeof *shared };

/* What a journey counts is the sum of what its touchpoints and transitions count, whatever it goes through. */
START_TEST(journeys_count_what_their_facts_count) {
    for (int round = 0; round < 100; round++) {
        struct journey j = {0};
        int64_t sums[SHARED] = {0}, changes[CXJ__TRACKS] = {0}, bounces = 0, lost_context = 0, samples = 0;
        int64_t at = 0;
        for (int i = 0; i < 30; i++) {
            at += (int64_t)chance(20);
            add(&j, at, anything(at));
            for (size_t k = 0; k < SHARED; k++) sums[k] += has(&j, shared[k].touchpoint);
            for (size_t k = 1; k < j.count; k++) {
                const struct cxj__fact *fact = &j.facts[k];
                samples += fact->grain == CXJ_GRAIN_JOURNEYS;
                if (fact->grain != CXJ_GRAIN_TRANSITIONS) continue;
                changes[fact->dimension] += (fact->mask & CXJ__BIT(CXJ__X_CHANGES)) != 0;
                bounces += fact->dimension == OWNER && (fact->mask & CXJ__BIT(CXJ__X_BOUNCES));
                lost_context += fact->dimension == OWNER && (fact->mask & CXJ__BIT(CXJ__X_LOST_CONTEXT));
            }
        }
        for (size_t k = 0; k < SHARED; k++) ck_assert_int_eq(counted(&j, shared[k].journey), sums[k]);
        ck_assert_int_eq(counted(&j, CXJ__J_HANDOFFS), changes[OWNER]);
        ck_assert_int_eq(counted(&j, CXJ__J_TEAM_CHANGES), changes[TEAM]);
        ck_assert_int_eq(counted(&j, CXJ__J_CHANNEL_SWITCHES), changes[CHANNEL]);
        ck_assert_int_eq(counted(&j, CXJ__J_BOUNCES), bounces);
        ck_assert_int_eq(counted(&j, CXJ__J_LOST_CONTEXT), lost_context);
        ck_assert_int_eq(
            counted(&j, CXJ__J_LATE) + counted(&j, CXJ__J_LATE_PROACTIVE) + counted(&j, CXJ__J_LOOPS_CLOSED), samples);
        ck_assert_uint_eq(j.fold.samples, (uint64_t)samples);
    }
}
END_TEST

/* Section 2: "Of several statements of a journey's type, segment, reason or customer, the last one in order holds". */
START_TEST(the_last_statement_holds) {
    struct journey j = {0};
    add(&j, 1, T(.type = 1, .segment = 2, .reason = 3));
    add(&j, 2, T(0)); /* states nothing */
    ck_assert_uint_eq(j.fold.type, 1);
    ck_assert_uint_eq(j.fold.segment, 2);
    ck_assert_uint_eq(j.fold.reason, 3);
    add(&j, 3, T(.type = 4));
    add(&j, 4, T(.segment = 5, .reason = 6));
    ck_assert_uint_eq(j.fold.type, 4);
    ck_assert_uint_eq(j.fold.segment, 5);
    ck_assert_uint_eq(j.fold.reason, 6);
}
END_TEST

/* Section 5: "entry: the channel of the journey's first touchpoint with a channel; exit: of its last." */
START_TEST(entry_is_the_first_channel) {
    struct journey j = {0};
    add(&j, 1, T(0));
    ck_assert_uint_eq(j.fold.entry, 0);
    add(&j, 2, T(.channel = 3));
    add(&j, 3, T(.channel = 4));
    add(&j, 4, T(0));
    ck_assert_uint_eq(j.fold.entry, 3);
    ck_assert_uint_eq(j.fold.tracks[CHANNEL].value, 4);
}
END_TEST

/* Section 6: "value, value_lost: sums of value: over all journeys; over churned ones". */
START_TEST(value_is_lost_where_the_customer_left) {
    struct journey j = {0};
    add(&j, 1, T(.value = 500));
    ck_assert_int_eq(j.facts[0].value, 500);
    add(&j, 2, T(.value = -120));
    ck_assert_int_eq(j.facts[0].value, -120);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_VALUE), 380);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_VALUE_LOST), 0);
    add(&j, 3, T(.facets = CHURNED));
    ck_assert_int_eq(j.facts[0].value, 0);
    add(&j, 4, T(.value = 1));
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_VALUE), 381);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_VALUE_LOST), 381);
    ck_assert_int_eq(counted(&j, CXJ__J_CHURNED), 1);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Steps 1 and 2: waits, ends
 * ------------------------------------------------------------------------------------------------------------------ */

/* Section 4.1: "If p exists, wait(m) = m.at − p.at." */
START_TEST(wait_is_since_the_predecessor) {
    struct journey j = {0};
    add(&j, -50, T(0));
    ck_assert(!has(&j, CXJ__T_WAITS));
    add(&j, 20, T(0));
    ck_assert(has(&j, CXJ__T_WAITS));
    ck_assert_int_eq(cxj__cell_wait(&j.facts[0]), 70);
    add(&j, 20, T(0));
    ck_assert(has(&j, CXJ__T_WAITS));
    ck_assert_int_eq(cxj__cell_wait(&j.facts[0]), 0);
    add(&j, 21, T(.outcome = COMPLETED));
    add(&j, 31, T(0)); /* after the end too */
    ck_assert_int_eq(cxj__cell_wait(&j.facts[0]), 10);
}
END_TEST

/* Section 4.2: "A journey runs from its first touchpoint; a touchpoint with an outcome ends it, with that outcome,
 * at its at." */
START_TEST(an_outcome_ends_the_journey) {
    struct journey j = {0};
    add(&j, 10, T(0));
    ck_assert(!stand(&j).ended);
    ck_assert_int_eq(counted(&j, CXJ__J_COMPLETED) + counted(&j, CXJ__J_ABANDONED), 0);
    add(&j, 25, T(.outcome = COMPLETED));
    struct cxj__contribution contribution = stand(&j);
    ck_assert(contribution.ended);
    ck_assert_int_eq(contribution.counts[CXJ__J_COMPLETED], 1);
    ck_assert_int_eq(contribution.counts[CXJ__J_ABANDONED], 0);
    ck_assert_int_eq(contribution.durations[CXJ__J_HISTOGRAM_DURATION], 15);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_DURATION), 15);
}
END_TEST

START_TEST(a_journey_of_one_touchpoint_lasts_no_time) {
    struct journey j = {0};
    add(&j, 10, T(.outcome = ABANDONED));
    ck_assert(stand(&j).ended);
    ck_assert_int_eq(counted(&j, CXJ__J_ABANDONED), 1);
    ck_assert_int_eq(counted(&j, CXJ__J_COMPLETED), 0);
    ck_assert_int_eq(counted(&j, CXJ__J_REOPENED), 0);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_DURATION), 0);
}
END_TEST

/* Section 4.2: "a touchpoint with an outcome replaces outcome and end, whatever else it carries". */
START_TEST(another_outcome_replaces_the_end) {
    struct journey j = {0};
    add(&j, 0, T(.outcome = COMPLETED));
    add(&j, 7, T(.outcome = ABANDONED, .facets = INBOUND | FAULT | REOPENS, .due = 99));
    ck_assert_int_eq(counted(&j, CXJ__J_ABANDONED), 1);
    ck_assert_int_eq(counted(&j, CXJ__J_COMPLETED), 0);
    ck_assert_int_eq(counted(&j, CXJ__J_REOPENED), 0);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_DURATION), 7);
}
END_TEST

/* Section 4.2: "one with any of inbound, repeated, contradicted, fault, reopens, or with a due, reopens the journey …;
 * any other … changes neither." */
START_TEST(what_reopens_after_the_end) {
    static const uint32_t reopening = INBOUND | CHASE | REPEATED | CONTRADICTED | FAULT | REOPENS;
    for (uint32_t bit = 0; bit <= 17; bit++) {
        struct journey j = {0};
        uint32_t facet = UINT32_C(1) << bit;
        add(&j, 0, T(0));
        add(&j, 10, T(.outcome = ABANDONED));
        add(&j, 20, T(.facets = facet, .value = 3, .owner = 1, RATED(TOUCHPOINT, CSAT5, 1)));
        bool reopens = (facet & reopening) != 0;
        ck_assert_int_eq(stand(&j).ended, !reopens);
        ck_assert_int_eq(counted(&j, CXJ__J_REOPENED), reopens);
        ck_assert_int_eq(counted(&j, CXJ__J_ABANDONED), !reopens);
        ck_assert_int_eq(summed(&j, CXJ__J_SUM_DURATION), reopens ? 0 : 10);
    }
}
END_TEST

START_TEST(a_due_reopens_even_before_the_epoch) {
    for (int64_t due = -5; due <= 5; due += 10) {
        struct journey j = {0};
        add(&j, -20, T(.outcome = COMPLETED));
        add(&j, -10, T(.due = due));
        ck_assert(!stand(&j).ended);
        ck_assert_int_eq(counted(&j, CXJ__J_REOPENED), 1);
    }
}
END_TEST

/* Section 6: "journeys that reopened at least once"; and none reopens that has not ended. */
START_TEST(reopened_is_counted_once_and_stays) {
    struct journey j = {0};
    add(&j, 0, T(.facets = FAULT | REOPENS));
    add(&j, 1, T(.facets = REOPENS));
    ck_assert_int_eq(counted(&j, CXJ__J_REOPENED), 0);
    for (int64_t at = 2; at < 6; at += 2) {
        add(&j, at, T(.outcome = COMPLETED));
        add(&j, at + 1, T(.facets = FAULT));
    }
    ck_assert_int_eq(counted(&j, CXJ__J_REOPENED), 1);
    add(&j, 9, T(.outcome = COMPLETED));
    ck_assert_int_eq(counted(&j, CXJ__J_REOPENED), 1);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_DURATION), 9); /* from the first touchpoint to the present end */
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Step 3: silence
 * ------------------------------------------------------------------------------------------------------------------ */

struct moment {
    int64_t at;
    uint32_t facets;
    uint8_t outcome;
};

enum { MOMENTS = 9 };

/* Section 4.3; each case ends with an outcome, so that silence and pending time count. */
static const struct {
    const char *why;
    int64_t silence, pending;
    struct moment moments[MOMENTS]; /* up to the first that repeats the moment 0 with nothing */
} silences[] = {
    {"from the first touchpoint to the first visible one", 7, 0, {{1, 0, 0}, {8, UPDATE, 0}, {8, 0, COMPLETED}}},
    {"a contact is visible", 7, 0, {{1, 0, 0}, {8, CONTACT, 0}, {8, 0, COMPLETED}}},
    {"an internal step is not", 9, 0, {{1, 0, 0}, {8, FAULT | DELIVERED, 0}, {10, CONTACT, 0}, {10, 0, COMPLETED}}},
    {"up to the end", 9, 0, {{1, CONTACT, 0}, {10, 0, COMPLETED}}},
    {"the longest gap, be it the first", 5, 0, {{1, 0, 0}, {6, UPDATE, 0}, {10, UPDATE, 0}, {10, 0, COMPLETED}}},
    {"be it the last", 6, 0, {{1, 0, 0}, {6, UPDATE, 0}, {12, UPDATE, 0}, {12, 0, COMPLETED}}},
    {"a gap begins anew at what is visible", 4, 0, {{1, 0, 0}, {5, UPDATE, 0}, {8, 0, 0}, {9, 0, COMPLETED}}},
    {"while paused it is not our silence", 0, 9, {{1, PENDING, 0}, {10, 0, COMPLETED}}},
    {"a note leaves the pause as it was", 4, 7, {{1, 0, 0}, {5, PENDING, 0}, {9, FAULT, 0}, {12, 0, COMPLETED}}},
    {"so does an update that reminds", 1, 7, {{1, 0, 0}, {2, PENDING, 0}, {5, UPDATE, 0}, {9, 0, COMPLETED}}},
    {"a gap may end while paused", 1, 7, {{1, 0, 0}, {2, PENDING, 0}, {5, EXPLAINS, 0}, {9, UPDATE, COMPLETED}}},
    {"a contact of ours ends it", 4, 3, {{1, 0, 0}, {2, PENDING, 0}, {5, CONTACT, 0}, {9, 0, COMPLETED}}},
    {"so does one of the customer", 4, 3, {{1, 0, 0}, {2, PENDING, 0}, {5, CHASE, 0}, {9, 0, COMPLETED}}},
    {"resumes ends it, and no gap", 5, 3, {{1, 0, 0}, {2, PENDING, 0}, {5, RESUMES, 0}, {9, 0, COMPLETED}}},
    {"resumes where nothing is paused", 8, 0, {{1, 0, 0}, {5, RESUMES, 0}, {9, 0, COMPLETED}}},
    {"pending beside what would end it",
     0,
     7,
     {{1, PENDING, 0}, {2, PENDING | INBOUND, 0}, {3, PENDING | RESUMES, 0}, {8, 0, COMPLETED}}},
    {"an outcome ends it", 3, 3, {{1, 0, 0}, {2, PENDING, 0}, {5, 0, COMPLETED}, {6, REOPENS, 0}, {9, 0, COMPLETED}}},
    {"after the end nothing is paused",
     3,
     0,
     {{1, 0, 0}, {2, 0, COMPLETED}, {4, PENDING, 0}, {6, FAULT, 0}, {9, 0, COMPLETED}}},
    {"pending begins after its touchpoint", 4, 5, {{1, 0, 0}, {5, PENDING, 0}, {10, 0, COMPLETED}}},
    {"pending lasts on if said again", 0, 9, {{1, PENDING, 0}, {5, PENDING | UPDATE, 0}, {10, 0, COMPLETED}}},
    {"pending of what is visible", 2, 5, {{1, 0, 0}, {3, CONTACT | PENDING, 0}, {8, 0, COMPLETED}}},
    {"after the end there is neither",
     9,
     0,
     {{1, CONTACT, 0}, {10, PENDING, COMPLETED}, {50, CONTACT | PENDING, 0}, {80, 0, ABANDONED}}},
    {"an outcome replaced makes no gap", 2, 0, {{1, 0, 0}, {3, 0, COMPLETED}, {30, UPDATE, COMPLETED}}},
    {"quiet time starts again at what reopens",
     6,
     0,
     {{1, 0, 0}, {2, 0, COMPLETED}, {10, CONTACT, 0}, {40, FAULT, 0}, {46, UPDATE, 0}, {46, 0, COMPLETED}}},
    {"what reopens may be pending",
     1,
     6,
     {{1, 0, 0}, {2, 0, COMPLETED}, {40, REOPENS | PENDING, 0}, {46, 0, COMPLETED}}},
    {"a gap before the end stays", 20, 0, {{0, 0, 0}, {20, 0, COMPLETED}, {30, FAULT, 0}, {33, 0, COMPLETED}}},
    {"pending at the end does not reach past it",
     1,
     0,
     {{1, 0, 0}, {2, PENDING, COMPLETED}, {9, INBOUND, 0}, {9, 0, COMPLETED}}},
    {"one moment", 0, 0, {{5, PENDING, COMPLETED}}},
    {"equal moments", 0, 0, {{5, 0, 0}, {5, UPDATE, 0}, {5, 0, COMPLETED}}},
};
enum { SILENCES = sizeof silences / sizeof *silences };

/* Section 4.3: "The journey's silence is its longest gap (0 if none)." */
START_TEST(silence_is_the_longest_gap) {
    struct journey j = {0};
    for (size_t i = 0; i < MOMENTS; i++) {
        const struct moment *moment = &silences[_i].moments[i];
        if (i > 0 && moment->at == 0) break;
        add(&j, moment->at, T(.facets = moment->facets, .outcome = moment->outcome));
    }
    struct cxj__contribution contribution = stand(&j);
    ck_assert(contribution.ended);
    int64_t silence = contribution.durations[CXJ__J_HISTOGRAM_SILENCE];
    ck_assert_msg(silence == silences[_i].silence, "%s: %" PRId64, silences[_i].why, silence);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_SILENCE), silences[_i].silence);
    ck_assert_msg(summed(&j, CXJ__J_SUM_PENDING) == silences[_i].pending, "%s: pending %" PRId64, silences[_i].why,
                  summed(&j, CXJ__J_SUM_PENDING));
}
END_TEST

/* Section 4.3: "if the journey runs after m: if m is pending, it is paused from here on; else if m has contact or
 * resumes, it is not … A journey that is not running is not paused." */
START_TEST(each_facet_pauses_ends_the_pause_or_leaves_it) {
    for (uint32_t bit = 0; bit <= 17; bit++) {
        uint32_t facet = UINT32_C(1) << bit;
        for (int paused = 0; paused <= 1; paused++) {
            for (uint8_t outcome = 0; outcome <= ABANDONED; outcome++) {
                struct journey j = {0};
                add(&j, 1, T(.facets = paused ? PENDING : 0));
                ck_assert_int_eq(j.fold.paused, paused);
                add(&j, 2, T(.facets = facet, .outcome = outcome));
                bool ends = (facet & (CONTACT | INBOUND | CHASE | RESUMES)) != 0;
                ck_assert_int_eq(j.fold.paused, outcome == 0 && (facet == PENDING || (paused && !ends)));
            }
        }
    }
}
END_TEST

/* Section 6: pending_share and silence_mean are "over ended journeys". */
START_TEST(an_open_journey_adds_no_duration) {
    struct journey j = {0};
    add(&j, 1, T(.facets = PENDING));
    add(&j, 5, T(0));
    add(&j, 9, T(.facets = UPDATE));
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_PENDING), 0);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_SILENCE), 0);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_DURATION), 0);
    ck_assert_int_eq(counted(&j, CXJ__J_ENDED_TOUCHPOINTS), 0);
    ck_assert_int_eq(counted(&j, CXJ__J_ENDED_CLEAN), 0);
    ck_assert_int_eq(counted(&j, CXJ__J_CLEAN_JOURNEYS), 0);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Step 4: transitions
 * ------------------------------------------------------------------------------------------------------------------ */

/* Section 4.4: "that is a transition q.D → m.D with wait m.at − q.at", q being "the last touchpoint before m with q.D ≠
 * none". */
START_TEST(a_transition_spans_touchpoints_without_a_value) {
    struct journey j = {0};
    add(&j, 1, with_value(T(0), _i, 5));
    ck_assert_uint_eq(j.count, 1);
    add(&j, 4, T(0));
    ck_assert_uint_eq(j.count, 1);
    add(&j, 9, with_value(T(0), _i, 6));
    ck_assert_uint_eq(j.count, 2);
    const struct cxj__fact *fact = transition(&j, _i);
    ck_assert_ptr_nonnull(fact);
    ck_assert_uint_eq(fact->from, 5);
    ck_assert_uint_eq(fact->to, 6);
    ck_assert_int_eq(cxj__cell_wait(fact), 8);
    ck_assert_int_eq(fact->at, 9);
    ck_assert_uint_eq(fact->mask, CXJ__BIT(CXJ__X_TRANSITIONS) | CXJ__BIT(CXJ__X_CHANGES));
    add(&j, 11, with_value(T(0), _i, 6));
    fact = transition(&j, _i);
    ck_assert_int_eq(cxj__cell_wait(fact), 2);
    ck_assert_uint_eq(fact->from, 6);
    ck_assert_uint_eq(fact->mask, CXJ__BIT(CXJ__X_TRANSITIONS)); /* no change */
}
END_TEST

/* Section 4.4: "a bounce if m.D is the value held immediately before q.D (A→B→A, runs of one value counting once),
 * and a return if m.D was held at any earlier moment of the journey (so every bounce is a return)". The letters are
 * values in order, a dot none; below each what the step is: - nothing or the same again, c a change, r a return, b a
 * bounce. */
START_TEST(bounces_and_returns) {
    static const char *const cases[][2] = {
        {"AB", "-c"},       {"ABA", "-cb"},     {"AABBA", "--c-b"},   {"ABCA", "-ccr"},     {"ABCB", "-ccb"},
        {"ABAB", "-cbb"},   {"A.B.A", "--c-b"}, {"ABCAB", "-ccrr"},   {"ABBCCA", "-c-c-r"}, {"ABACA", "-cbcb"},
        {"ABCBA", "-ccbr"}, {"AAAA", "----"},   {"ABCDAD", "-cccrb"}, {"A.A", "---"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct journey j = {0};
        for (size_t k = 0; cases[i][0][k] != '\0'; k++) {
            char value = cases[i][0][k], expected = cases[i][1][k];
            add(&j, (int64_t)k, with_value(T(0), _i, value == '.' ? 0 : (uint16_t)(value - 'A' + 1)));
            const struct cxj__fact *fact = transition(&j, _i);
            uint64_t mask = fact == NULL ? 0 : fact->mask;
            char found = mask & CXJ__BIT(CXJ__X_BOUNCES) ? 'b' : mask & CXJ__BIT(CXJ__X_RETURNS) ? 'r' : '-';
            if (found == '-' && mask & CXJ__BIT(CXJ__X_CHANGES)) found = 'c';
            ck_assert_msg(found == expected, "%s, step %zu: %c", cases[i][0], k, found);
            if (found == 'b') ck_assert_uint_ne(mask & CXJ__BIT(CXJ__X_RETURNS), 0);
        }
    }
}
END_TEST

/* Section 4.4: "Owner changes are handoffs, channel changes channel switches"; section 6, "(bounces: of owner)". */
START_TEST(journeys_count_changes_by_dimension) {
    struct journey j = {0};
    ck_assert_int_eq(counted(&j, CXJ__J_HANDOFF_FREE), 1);
    for (int i = 0; i < 3; i++) add(&j, i, with_value(T(0), _i, (uint16_t)(1 + i % 2)));
    ck_assert_int_eq(counted(&j, CXJ__J_HANDOFFS), _i == OWNER ? 2 : 0);
    ck_assert_int_eq(counted(&j, CXJ__J_BOUNCES), _i == OWNER ? 1 : 0);
    ck_assert_int_eq(counted(&j, CXJ__J_TEAM_CHANGES), _i == TEAM ? 2 : 0);
    ck_assert_int_eq(counted(&j, CXJ__J_CHANNEL_SWITCHES), _i == CHANNEL ? 2 : 0);
    ck_assert_int_eq(counted(&j, CXJ__J_HANDOFF_FREE), _i != OWNER);
}
END_TEST

START_TEST(dimensions_do_not_mix) {
    struct journey j = {0};
    add(&j, 1, T(.owner = 1, .team = 2, .channel = 3, .stage = 4, .activity = 5));
    add(&j, 3, T(.owner = 2, .team = 3, .channel = 4, .stage = 5, .activity = 1));
    ck_assert_uint_eq(j.count, 1 + CXJ__TRACKS);
    for (uint32_t d = 0; d < CXJ__TRACKS; d++) {
        const struct cxj__fact *fact = transition(&j, (int)d);
        ck_assert_uint_eq(fact->from, d + 1);
        ck_assert_uint_eq(fact->to, (d + 1) % 5 + 1);
        ck_assert_uint_eq(fact->mask, CXJ__BIT(CXJ__X_TRANSITIONS) | CXJ__BIT(CXJ__X_CHANGES));
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Step 5: commitments
 * ------------------------------------------------------------------------------------------------------------------ */

/* Section 4.5: "If m has a due: if m.commitment is not open it opens"; 6, promised_share. */
START_TEST(a_due_opens_a_commitment) {
    struct journey j = {0};
    add(&j, 1, T(0));
    ck_assert_int_eq(counted(&j, CXJ__J_PROMISED), 0);
    add(&j, 2, T(.due = 10));
    ck_assert(has(&j, CXJ__T_PROMISES));
    ck_assert_int_eq(counted(&j, CXJ__J_PROMISED), 1);
    add(&j, 3, T(.due = 10, .commitment = 7));
    ck_assert_int_eq(counted(&j, CXJ__J_PROMISES), 2);
    ck_assert_int_eq(counted(&j, CXJ__J_PROMISED), 1);
}
END_TEST

/* Section 4.5: "if commitment m.commitment is open it closes, else that is an unpromised delivery". */
START_TEST(a_delivery_closes_its_own_commitment_alone) {
    for (uint8_t c = 0; c < CXJ__COMMITMENTS; c++) {
        struct journey j = {0};
        add(&j, 1, T(.facets = DELIVERED, .commitment = c)); /* unpromised */
        ck_assert(!has(&j, CXJ__T_DELIVERIES));
        for (uint8_t i = 0; i < CXJ__COMMITMENTS; i++) add(&j, 2, T(.due = 10 + i, .commitment = i));
        add(&j, 12, T(.facets = DELIVERED, .commitment = c));
        ck_assert(has(&j, CXJ__T_DELIVERIES));
        ck_assert_int_eq(has(&j, CXJ__T_LATE), c < 2);
        ck_assert_int_eq(has(&j, CXJ__T_ON_TIME), c >= 2);
        ck_assert_int_eq(has(&j, CXJ__T_KEPT), c >= 2);
        add(&j, 13, T(.facets = DELIVERED, .commitment = c)); /* closed already */
        ck_assert(!has(&j, CXJ__T_DELIVERIES));
        ck_assert_int_eq(stand_at(&j, 100).counts[CXJ__J_OVERDUE], CXJ__COMMITMENTS - 1);
    }
}
END_TEST

/* Section 4.5, on one commitment first due at 10: "(a) If m explains …, announced at m.at unless it already was
 * announced … not requested that is a shift". Every order and moment of an explanation, a shift and the delivery,
 * each perhaps left out but the last, is compared with the paragraph "Closing at d" worked out here. */
struct history {
    int64_t explained_at; /* 0: never */
    int64_t shifted_at;   /* 0: never */
    int64_t shifted_to;
    bool visible;
    int64_t delivered_at;
};

struct verdict {
    bool kept, on_time, proactive, reactive, silent, unexplained;
    int64_t lateness, warning, dark, slip;
};

static struct verdict judge(const struct history *h) {
    bool explained = h->explained_at != 0 && h->explained_at <= h->delivered_at;
    bool shifted = h->shifted_at != 0 && h->shifted_at <= h->delivered_at && h->shifted_to != 10;
    int64_t announced_at = INT64_MAX;
    if (explained) announced_at = h->explained_at;
    if (shifted && h->visible && h->shifted_at < announced_at) announced_at = h->shifted_at;
    int64_t d = h->delivered_at, due = shifted ? h->shifted_to : 10;
    struct verdict verdict = {.kept = d <= due, .on_time = d <= 10, .slip = shifted ? h->shifted_to - 10 : 0};
    if (verdict.on_time) return verdict;
    verdict.lateness = d - 10;
    verdict.silent = announced_at == INT64_MAX;
    verdict.proactive = announced_at <= 10;
    verdict.reactive = !verdict.silent && !verdict.proactive;
    verdict.unexplained = !explained;
    verdict.warning = verdict.proactive ? 10 - announced_at : 0;
    verdict.dark = verdict.silent ? d - 10 : verdict.reactive ? announced_at - 10 : 0;
    return verdict;
}

static void live(struct journey *j, const struct history *h) {
    add(j, 1, T(.due = 10));
    for (int64_t at = 2; at <= h->delivered_at; at++) {
        if (h->explained_at == at) add(j, at, T(.facets = EXPLAINS));
        if (h->shifted_at == at) add(j, at, T(.facets = h->visible ? CONTACT : 0, .due = h->shifted_to));
    }
    add(j, h->delivered_at, T(.facets = DELIVERED));
}

/* What came of it in fact, as the facts and the contribution say. */
static struct verdict found_verdict(const struct journey *j) {
    const struct cxj__fact *late = sample(j, CXJ__J_HISTOGRAM_LATENESS);
    const struct cxj__fact *warning = sample(j, CXJ__J_HISTOGRAM_WARNING);
    struct cxj__contribution contribution = stand(j);
    return (struct verdict){
        .kept = has(j, CXJ__T_KEPT),
        .on_time = has(j, CXJ__T_ON_TIME),
        .proactive = has(j, CXJ__T_LATE_PROACTIVE) && warning != NULL,
        .reactive = has(j, CXJ__T_LATE_REACTIVE) && warning == NULL,
        .silent = has(j, CXJ__T_LATE_SILENT) && warning == NULL,
        .unexplained = has(j, CXJ__T_LATE_UNEXPLAINED),
        .lateness = late == NULL ? 0 : cxj__cell_wait(late),
        .warning = warning == NULL ? 0 : cxj__cell_wait(warning),
        .dark = contribution.sums[CXJ__J_SUM_DARK],
        .slip = contribution.sums[CXJ__J_SUM_SLIP],
    };
}

static bool is_same(const struct verdict *a, const struct verdict *b) {
    return a->kept == b->kept && a->on_time == b->on_time && a->proactive == b->proactive &&
           a->reactive == b->reactive && a->silent == b->silent && a->unexplained == b->unexplained &&
           a->lateness == b->lateness && a->warning == b->warning && a->dark == b->dark && a->slip == b->slip;
}

static void check_history(const struct history *h) {
    struct journey j = {0};
    live(&j, h);
    struct verdict expected = judge(h), found = found_verdict(&j);
    bool late = !expected.on_time;
    bool consistent = has(&j, CXJ__T_DELIVERIES) && has(&j, CXJ__T_LATE) == late && has(&j, CXJ__T_CLEAN) == !late;
    consistent = consistent && j.count == 1U + late + expected.proactive;
    consistent = consistent && (!late || cxj__cell_lateness(&j.facts[0]) == expected.lateness);
    consistent = consistent && summed(&j, CXJ__J_SUM_LATENESS) == expected.lateness;
    ck_assert_msg(consistent && is_same(&expected, &found),
                  "explained at %" PRId64 ", shifted at %" PRId64 " to %" PRId64 "%s, delivered at %" PRId64,
                  h->explained_at, h->shifted_at, h->shifted_to, h->visible ? " visibly" : "", h->delivered_at);
}

START_TEST(a_commitment_in_every_order) {
    static const int64_t moments[] = {0, 3, 6, 9, 10, 11, 13, 16}, dues[] = {6, 9, 10, 11, 14, 20};
    struct history h;
    h.explained_at = moments[_i];
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        h.shifted_at = moments[i];
        for (size_t k = 0; k < sizeof dues / sizeof *dues; k++) {
            h.shifted_to = dues[k];
            for (h.delivered_at = 5; h.delivered_at <= 16; h.delivered_at++) {
                h.visible = true;
                check_history(&h);
                h.visible = false;
                check_history(&h);
            }
        }
    }
}
END_TEST

/* Section 4.5: "kept if d ≤ due (the last promise); on time if d ≤ first_due (the first)". */
START_TEST(kept_and_on_time_look_at_different_promises) {
    struct journey j = {0};
    add(&j, 1, T(.due = 10));
    add(&j, 2, T(.due = 6));
    add(&j, 8, T(.facets = DELIVERED));
    ck_assert(has(&j, CXJ__T_ON_TIME));
    ck_assert(!has(&j, CXJ__T_KEPT));
    ck_assert(!has(&j, CXJ__T_LATE));
    add(&j, 9, T(.due = 20));
    add(&j, 10, T(.due = 30));
    add(&j, 25, T(.facets = DELIVERED));
    ck_assert(!has(&j, CXJ__T_ON_TIME));
    ck_assert(has(&j, CXJ__T_KEPT));
}
END_TEST

/* Section 4.5: "slip += m.due − due (negative if earlier), due = m.due". */
START_TEST(slips_add_up_with_their_signs) {
    struct journey j = {0};
    add(&j, 1, T(.due = 100));
    add(&j, 2, T(.due = 130));
    ck_assert(has(&j, CXJ__T_SHIFTS));
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_SLIP), 30);
    add(&j, 3, T(.due = 90));
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_SLIP), -10);
    add(&j, 4, T(.due = -5));
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_SLIP), -105);
    ck_assert_int_eq(counted(&j, CXJ__J_SHIFTS), 3);
    ck_assert_int_eq(counted(&j, CXJ__J_PROMISES), 1);
    ck_assert_int_eq(counted(&j, CXJ__J_RESCHEDULES), 0);
}
END_TEST

/* Section 4.5: "The same due said again is nothing new." */
START_TEST(the_same_due_again_is_nothing_new) {
    static const uint32_t facets[] = {0, CONTACT, REQUESTED, REQUESTED | UPDATE};
    for (size_t i = 0; i < sizeof facets / sizeof *facets; i++) {
        struct journey j = {0};
        add(&j, 1, T(.due = 10));
        add(&j, 2, T(.due = 10, .facets = facets[i]));
        ck_assert(!has(&j, CXJ__T_PROMISES) && !has(&j, CXJ__T_SHIFTS) && !has(&j, CXJ__T_RESCHEDULES));
        add(&j, 12, T(.facets = DELIVERED));
        ck_assert(has(&j, CXJ__T_LATE_SILENT)); /* It announced nothing. */
    }
}
END_TEST

/* Section 4.5: "if m is requested that is a reschedule: first_due = due = m.due, and it is neither announced nor
 * explained any more". */
START_TEST(a_reschedule_begins_anew) {
    struct journey j = {0};
    add(&j, 1, T(.due = 10));
    add(&j, 2, T(.facets = EXPLAINS));
    add(&j, 3, T(.due = 12));
    add(&j, 4, T(.due = 20, .facets = REQUESTED | CONTACT));
    ck_assert(has(&j, CXJ__T_RESCHEDULES));
    ck_assert(!has(&j, CXJ__T_SHIFTS) && !has(&j, CXJ__T_PROMISES));
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_SLIP), 2); /* It is no slip of ours. */
    struct journey late = j;
    add(&j, 20, T(.facets = DELIVERED));
    ck_assert(has(&j, CXJ__T_ON_TIME) && has(&j, CXJ__T_KEPT));
    add(&late, 23, T(.facets = DELIVERED));
    ck_assert(has(&late, CXJ__T_LATE_SILENT) && has(&late, CXJ__T_LATE_UNEXPLAINED));
    ck_assert(!has(&late, CXJ__T_KEPT));
    is_sample(&late, CXJ__J_HISTOGRAM_LATENESS, 3);
}
END_TEST

START_TEST(a_reschedule_leaves_other_commitments) {
    struct journey j = {0};
    add(&j, 1, T(.due = 10));
    add(&j, 1, T(.due = 10, .commitment = 1));
    add(&j, 2, T(.facets = EXPLAINS));
    add(&j, 4, T(.due = 20, .facets = REQUESTED));
    add(&j, 12, T(.facets = DELIVERED, .commitment = 1));
    ck_assert(has(&j, CXJ__T_LATE_PROACTIVE));
    ck_assert(!has(&j, CXJ__T_LATE_UNEXPLAINED));
    is_sample(&j, CXJ__J_HISTOGRAM_WARNING, 8);
}
END_TEST

/* The customer's wish at the first promise is a promise like any other. */
START_TEST(a_requested_first_promise_is_no_reschedule) {
    struct journey j = {0};
    add(&j, 1, T(.due = 10, .facets = REQUESTED));
    ck_assert(has(&j, CXJ__T_PROMISES));
    ck_assert(!has(&j, CXJ__T_RESCHEDULES));
}
END_TEST

/* Section 4.5: steps (a), (b), (c) in this order, on one touchpoint. What opens here is neither explained nor
 * announced by the explanation that comes with it, which holds for what was open. */
START_TEST(explaining_delivering_and_promising_at_once) {
    struct journey j = {0};
    add(&j, 1, T(.due = 10));
    add(&j, 15, T(.facets = EXPLAINS | DELIVERED, .due = 20));
    ck_assert(has(&j, CXJ__T_DELIVERIES) && has(&j, CXJ__T_PROMISES));
    ck_assert(!has(&j, CXJ__T_SHIFTS));
    ck_assert(has(&j, CXJ__T_LATE_REACTIVE));
    ck_assert(!has(&j, CXJ__T_LATE_UNEXPLAINED));
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_DARK), 5);
    add(&j, 22, T(.facets = DELIVERED));
    ck_assert(has(&j, CXJ__T_LATE_SILENT) && has(&j, CXJ__T_LATE_UNEXPLAINED));
}
END_TEST

/* "each open commitment is explained": those that open later, or have closed, are not. */
START_TEST(an_explanation_is_for_all_that_are_open) {
    struct journey j = {0};
    for (uint8_t c = 0; c < CXJ__COMMITMENTS; c++) {
        if (c != 3) add(&j, 1, T(.due = 10, .commitment = c));
    }
    add(&j, 4, T(.facets = EXPLAINS));
    add(&j, 6, T(.facets = EXPLAINS)); /* announced already */
    add(&j, 7, T(.due = 10, .commitment = 3));
    for (uint8_t c = 0; c < CXJ__COMMITMENTS; c++) {
        add(&j, 12, T(.facets = DELIVERED, .commitment = c));
        ck_assert_int_eq(has(&j, CXJ__T_LATE_PROACTIVE), c != 3);
        ck_assert_int_eq(has(&j, CXJ__T_LATE_UNEXPLAINED), c == 3);
        if (c != 3) is_sample(&j, CXJ__J_HISTOGRAM_WARNING, 6);
    }
}
END_TEST

START_TEST(a_commitment_opened_again_has_forgotten) {
    struct journey j = {0};
    add(&j, 1, T(.due = 10));
    add(&j, 2, T(.facets = EXPLAINS));
    add(&j, 3, T(.facets = DELIVERED));
    add(&j, 4, T(.due = 10));
    ck_assert(has(&j, CXJ__T_PROMISES));
    add(&j, 12, T(.facets = DELIVERED));
    ck_assert(has(&j, CXJ__T_LATE_SILENT) && has(&j, CXJ__T_LATE_UNEXPLAINED));
}
END_TEST

/* An explanation while nothing is open announces nothing that comes. */
START_TEST(an_explanation_in_advance_of_any_promise_is_none) {
    struct journey j = {0};
    add(&j, 1, T(.facets = EXPLAINS));
    add(&j, 2, T(.due = 10));
    add(&j, 12, T(.facets = DELIVERED));
    ck_assert(has(&j, CXJ__T_LATE_SILENT) && has(&j, CXJ__T_LATE_UNEXPLAINED));
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_DARK), 2);
}
END_TEST

/* Section 4.2 and 4.5: a delivery after the end closes its commitment and does not reopen. */
START_TEST(a_delivery_after_the_end_counts) {
    struct journey j = {0};
    add(&j, 1, T(.due = 10));
    add(&j, 20, T(.outcome = COMPLETED));
    ck_assert_int_eq(counted(&j, CXJ__J_BROKEN), 1);
    add(&j, 25, T(.facets = DELIVERED));
    ck_assert(stand(&j).ended);
    ck_assert_int_eq(counted(&j, CXJ__J_BROKEN), 0);
    ck_assert_int_eq(counted(&j, CXJ__J_LATE), 1);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_LATENESS), 15);
}
END_TEST

/* Section 4, at the end of the list: "of the commitments still open … those with due < end are broken, the others
 * moot". */
START_TEST(broken_is_what_was_due_before_the_end) {
    static const int64_t dues[] = {1, 19, 20, 21, 19, 20, 5, 99};
    struct journey j = {0};
    for (uint8_t c = 0; c < CXJ__COMMITMENTS; c++) add(&j, 0, T(.due = dues[c], .commitment = c));
    ck_assert_int_eq(counted(&j, CXJ__J_BROKEN), 0); /* while the journey runs nothing is */
    add(&j, 20, T(.outcome = ABANDONED));
    ck_assert_int_eq(counted(&j, CXJ__J_BROKEN), 4);
    ck_assert_int_eq(stand_at(&j, 1000).counts[CXJ__J_OVERDUE], 0);
}
END_TEST

/* The last due decides, not the first. */
START_TEST(a_shift_past_the_end_makes_moot) {
    struct journey j = {0};
    add(&j, 0, T(.due = 5));
    add(&j, 0, T(.due = 30, .commitment = 1));
    add(&j, 1, T(.due = 30));
    add(&j, 1, T(.due = 5, .commitment = 1));
    add(&j, 20, T(.outcome = COMPLETED));
    ck_assert_int_eq(counted(&j, CXJ__J_BROKEN), 1);
}
END_TEST

/* Section 4: "Those of an open journey with due < now are overdue"; 3.7: without a clock there is none. */
START_TEST(overdue_is_what_was_due_before_now) {
    struct journey j = {0};
    add(&j, 0, T(.due = 10));
    add(&j, 0, T(.due = 12, .commitment = 5));
    ck_assert_int_eq(counted(&j, CXJ__J_OVERDUE), 0);
    ck_assert_int_eq(stand_at(&j, 10).counts[CXJ__J_OVERDUE], 0);
    ck_assert_int_eq(stand_at(&j, 11).counts[CXJ__J_OVERDUE], 1);
    ck_assert_int_eq(stand_at(&j, 12).counts[CXJ__J_OVERDUE], 1);
    ck_assert_int_eq(stand_at(&j, 13).counts[CXJ__J_OVERDUE], 2);
    add(&j, 1, T(.due = 50));
    ck_assert_int_eq(stand_at(&j, 13).counts[CXJ__J_OVERDUE], 1);
    add(&j, 2, T(.facets = DELIVERED, .commitment = 5));
    ck_assert_int_eq(stand_at(&j, 13).counts[CXJ__J_OVERDUE], 0);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Step 6: lost context
 * ------------------------------------------------------------------------------------------------------------------ */

/* Section 4.6: "a change of D lost context if a repeated or contradicted touchpoint stands at its later touchpoint or
 * after it, before the next change of D." */
START_TEST(context_is_lost_once_for_each_change) {
    for (int d = OWNER; d <= TEAM; d++) {
        struct journey j = {0};
        add(&j, 1, with_value(T(.facets = REPEATED), d, 1));
        ck_assert_ptr_null(lost(&j, d)); /* before any change */
        add(&j, 5, with_value(T(0), d, 2));
        ck_assert_ptr_null(lost(&j, d));
        add(&j, 7, T(.facets = CONTRADICTED));
        const struct cxj__fact *fact = lost(&j, d);
        ck_assert_uint_eq(fact->from, 1);
        ck_assert_uint_eq(fact->to, 2);
        ck_assert_int_eq(fact->at, 5); /* the change's, so its period's */
        ck_assert_uint_eq(fact->mask, CXJ__BIT(CXJ__X_LOST_CONTEXT));
        add(&j, 8, with_value(T(.facets = REPEATED), d, 2)); /* the same value: the same change */
        ck_assert_ptr_null(lost(&j, d));
        add(&j, 9, with_value(T(.facets = REPEATED), d, 1)); /* at the later touchpoint of the next */
        fact = lost(&j, d);
        ck_assert_uint_eq(fact->from, 2);
        ck_assert_uint_eq(fact->to, 1);
        ck_assert_int_eq(fact->at, 9);
        ck_assert_int_eq(counted(&j, CXJ__J_LOST_CONTEXT), d == OWNER ? 2 : 0); /* "(of handoffs)" */
    }
}
END_TEST

START_TEST(context_is_lost_by_repeating_or_contradicting_alone) {
    for (uint32_t bit = 0; bit <= 17; bit++) {
        struct journey j = {0};
        add(&j, 1, T(.owner = 1, .team = 1));
        add(&j, 2, T(.owner = 2, .team = 2));
        add(&j, 3, T(.facets = UINT32_C(1) << bit));
        bool loses = (UINT32_C(1) << bit & (REPEATED | CONTRADICTED)) != 0;
        ck_assert_int_eq(lost(&j, OWNER) != NULL, loses);
        ck_assert_int_eq(lost(&j, TEAM) != NULL, loses);
        ck_assert_uint_eq(j.count, loses ? 3 : 1);
    }
}
END_TEST

/* A change of owner within a team leaves the team's context alone, and the other way round. */
START_TEST(owner_and_team_lose_context_apart) {
    struct journey j = {0};
    add(&j, 1, T(.owner = 1, .team = 1));
    add(&j, 2, T(.owner = 2, .team = 1, .facets = REPEATED));
    ck_assert_ptr_nonnull(lost(&j, OWNER));
    ck_assert_ptr_null(lost(&j, TEAM));
    add(&j, 3, T(.owner = 2, .team = 2, .facets = REPEATED));
    ck_assert_ptr_null(lost(&j, OWNER));
    ck_assert_ptr_nonnull(lost(&j, TEAM));
    ck_assert_int_eq(counted(&j, CXJ__J_LOST_CONTEXT), 1);
}
END_TEST

START_TEST(other_dimensions_lose_no_context) {
    for (int d = CHANNEL; d <= ACTIVITY; d++) {
        struct journey j = {0};
        add(&j, 1, with_value(T(0), d, 1));
        add(&j, 2, with_value(T(.facets = REPEATED | CONTRADICTED), d, 2));
        ck_assert_uint_eq(j.count, 2);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Steps 7 and 8: asking, loops
 * ------------------------------------------------------------------------------------------------------------------ */

/* Section 4.7, on a customer who has chased: what comes next, and whether an update after it is proactive. */
START_TEST(asking_ends_with_what_is_visible_and_ours) {
    static const struct {
        uint32_t facets;
        bool proactive, ends;
    } cases[] = {
        {UPDATE, false, true},     {NEXT_STEP, false, true},          {CONTACT, false, true},
        {INBOUND, false, false},   {UPDATE | INBOUND, false, false},  {0, false, false},
        {FAULT, false, false},     {UPDATE | CHASE, false, false},    {UPDATE | CONTACT, false, true},
        {DELIVERED, false, false}, {RESOLVED | CONTACT, false, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct journey j = {0};
        add(&j, 1, T(.facets = CHASE));
        add(&j, 2, T(.facets = cases[i].facets));
        ck_assert_int_eq(has(&j, CXJ__T_PROACTIVE_UPDATES), cases[i].proactive);
        add(&j, 3, T(.facets = UPDATE));
        ck_assert_int_eq(has(&j, CXJ__T_PROACTIVE_UPDATES), cases[i].ends);
        add(&j, 4, T(.facets = UPDATE));
        ck_assert(has(&j, CXJ__T_PROACTIVE_UPDATES));
    }
}
END_TEST

/* Section 4.7: "the update is proactive unless m is a chase or the customer is asking". */
START_TEST(an_update_in_a_chase_is_not_proactive) {
    struct journey j = {0};
    add(&j, 1, T(.facets = UPDATE | CHASE));
    ck_assert(has(&j, CXJ__T_UPDATES));
    ck_assert(!has(&j, CXJ__T_PROACTIVE_UPDATES));
    struct journey other = {0};
    add(&other, 1, T(.facets = UPDATE | INBOUND)); /* no chase */
    ck_assert(has(&other, CXJ__T_PROACTIVE_UPDATES));
    add(&other, 2, T(.facets = CONTACT)); /* no update */
    ck_assert(!has(&other, CXJ__T_PROACTIVE_UPDATES));
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Step 8: responses
 * ------------------------------------------------------------------------------------------------------------------ */

/* The response that the last touchpoint is, as its fact has it; -1: it is none. */
static int64_t response(const struct journey *j) {
    return has(j, CXJ__T_RESPONSES) ? cxj__cell_response(&j->facts[0]) : -1;
}

static void waits_since(const struct journey *j, int64_t since) {
    ck_assert_int_eq(counted(j, CXJ__J_WAITING), 1);
    ck_assert_int_eq(j->fold.waits_since, since);
}

static void nobody_waits(const struct journey *j) {
    ck_assert_int_eq(counted(j, CXJ__J_WAITING), 0);
}

/* Section 4.8: "if m answers (it has update or resolved, or it has contact and is not inbound) and the customer waits:
 * that is a response, with response time m.at − the at since which the customer waits …, and the customer waits no
 * more". */
START_TEST(each_facet_answers_or_does_not) {
    for (uint32_t bit = 0; bit <= 17; bit++) {
        struct journey j = {0};
        uint32_t facet = UINT32_C(1) << bit;
        bool answers = (facet & (CONTACT | UPDATE | NEXT_STEP | EXPLAINS | RESOLVED)) != 0;
        add(&j, 5, T(.facets = INBOUND));
        ck_assert_int_eq(response(&j), -1);
        waits_since(&j, 5);
        add(&j, 12, T(.facets = facet));
        ck_assert_int_eq(response(&j), answers ? 7 : -1);
        ck_assert_int_eq(counted(&j, CXJ__J_RESPONSES), answers);
        ck_assert_int_eq(summed(&j, CXJ__J_SUM_RESPONSE), answers ? 7 : 0);
        if (answers) {
            nobody_waits(&j);
        } else {
            waits_since(&j, 5);
        }
        add(&j, 20, T(.facets = facet)); /* nobody waits any more */
        ck_assert_int_eq(response(&j), -1);
    }
}
END_TEST

/* Section 4.8: "If m is inbound and the customer does not wait for an answer yet, the customer waits since m.at." Who
 * did not come does not wait, and no outcome makes them. */
START_TEST(only_who_comes_waits) {
    for (uint32_t bit = 0; bit <= 17; bit++) {
        for (uint8_t outcome = 0; outcome <= ABANDONED; outcome++) {
            struct journey j = {0};
            uint32_t facet = UINT32_C(1) << bit;
            bool waits = outcome == 0 && (facet & (INBOUND | CHASE)) != 0;
            add(&j, 5, T(.facets = facet, .outcome = outcome));
            ck_assert_int_eq(response(&j), -1);
            if (waits) {
                waits_since(&j, 5);
            } else {
                nobody_waits(&j);
            }
            if (outcome == 0) continue;
            ck_assert_int_eq(summed(&j, CXJ__J_SUM_DURATION), 0); /* who waits and when it ended are told apart */
        }
    }
}
END_TEST

/* Two questions before one answer are one wait; "0 for a call that was answered in the call"; what answers them in
 * their own call is a response of their wait. */
START_TEST(a_wait_begins_once_and_ends_with_the_answer) {
    struct journey j = {0};
    add(&j, 5, T(.facets = INBOUND));
    add(&j, 7, T(.facets = CHASE));
    waits_since(&j, 5);
    add(&j, 11, T(.facets = INBOUND | EXPLAINS));
    ck_assert_int_eq(response(&j), 6);
    nobody_waits(&j);
    add(&j, 12, T(.facets = UPDATE)); /* unasked */
    ck_assert_int_eq(response(&j), -1);
    add(&j, 20, T(.facets = CHASE | RESOLVED));
    ck_assert_int_eq(response(&j), 0);
    nobody_waits(&j);
    add(&j, 30, T(.facets = INBOUND));
    waits_since(&j, 30);
    add(&j, 34, T(.facets = CONTACT));
    ck_assert_int_eq(response(&j), 4);
    ck_assert_int_eq(counted(&j, CXJ__J_RESPONSES), 3);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_RESPONSE), 10);
}
END_TEST

/* Section 4.8: "it is the journey's first response if it is the first". */
START_TEST(the_first_response_stays_the_first) {
    struct journey j = {0};
    add(&j, 1, T(.facets = CONTACT)); /* answers nobody */
    struct cxj__contribution none = stand(&j);
    ck_assert_int_eq(none.counts[CXJ__J_FIRST_RESPONSES] + none.sums[CXJ__J_SUM_FIRST_RESPONSE], 0);
    for (int64_t at = 10; at < 40; at += 10) {
        add(&j, at, T(.facets = INBOUND));
        add(&j, at + at / 5, T(.facets = UPDATE));
        struct cxj__contribution contribution = stand(&j);
        ck_assert_int_eq(contribution.counts[CXJ__J_FIRST_RESPONSES], 1);
        ck_assert_int_eq(contribution.sums[CXJ__J_SUM_FIRST_RESPONSE], 2);
        ck_assert_int_eq(contribution.durations[CXJ__J_HISTOGRAM_FIRST_RESPONSE], 2);
        ck_assert_int_eq(contribution.counts[CXJ__J_RESPONSES], at / 10);
    }
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_RESPONSE), 2 + 4 + 6);
}
END_TEST

/* Section 4.8: "Else, if m has an outcome, the customer waits no more either." So a word after the end is no response,
 * and who waited before it does not wait when the journey is taken up again; an end that answers is a response. */
START_TEST(an_outcome_ends_the_wait) {
    for (uint8_t outcome = COMPLETED; outcome <= ABANDONED; outcome++) {
        struct journey j = {0};
        add(&j, 5, T(.facets = INBOUND));
        add(&j, 8, T(.facets = FAULT, .outcome = outcome));
        ck_assert_int_eq(response(&j), -1);
        nobody_waits(&j);
        ck_assert_int_eq(summed(&j, CXJ__J_SUM_DURATION), 3);
        add(&j, 9, T(.facets = UPDATE));
        ck_assert_int_eq(response(&j), -1);
        add(&j, 10, T(.facets = REOPENS));
        nobody_waits(&j);
        add(&j, 12, T(.facets = INBOUND)); /* who comes again waits anew */
        waits_since(&j, 12);
        add(&j, 16, T(.facets = RESOLVED, .outcome = outcome));
        ck_assert_int_eq(response(&j), 4);
        nobody_waits(&j);
        ck_assert_int_eq(summed(&j, CXJ__J_SUM_DURATION), 11);
        add(&j, 20, T(.facets = INBOUND, .outcome = outcome)); /* they come with the end, which is replaced */
        ck_assert_int_eq(response(&j), -1);
        nobody_waits(&j);
        ck_assert_int_eq(summed(&j, CXJ__J_SUM_DURATION), 15);
        add(&j, 23, T(.facets = CHASE)); /* they come back, and the journey with them */
        waits_since(&j, 23);
        add(&j, 24, T(.facets = INBOUND | UPDATE, .outcome = outcome));
        ck_assert_int_eq(response(&j), 1);
        ck_assert_int_eq(counted(&j, CXJ__J_RESPONSES), 2);
        ck_assert_int_eq(counted(&j, CXJ__J_FIRST_RESPONSES), 1);
    }
}
END_TEST

/* Waiting is no state of a pause, nor of who asks: each has its own rule. */
START_TEST(a_note_or_a_pause_leaves_the_wait_as_it_was) {
    struct journey j = {0};
    add(&j, 5, T(.facets = CHASE));
    add(&j, 6, T(.facets = PENDING, .owner = 2));
    add(&j, 7, T(.facets = RESUMES | DELIVERED | ASKED));
    add(&j, 8, T(.due = 99, RATED(TOUCHPOINT, CSAT5, 1)));
    waits_since(&j, 5);
    add(&j, 9, T(.facets = CONTACT));
    ck_assert_int_eq(response(&j), 4);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Step 9: loops
 * ------------------------------------------------------------------------------------------------------------------ */

/* Section 4.9: "if m has a dissatisfied rating of scope touchpoint or journey and no loop is open, one opens". */
START_TEST(a_dissatisfied_rating_opens_a_loop) {
    for (int scope = CXJ_SCOPE_TOUCHPOINT; scope <= CXJ_SCOPE_JOURNEY; scope++) {
        for (int score = scales[_i].lowest; score <= scales[_i].highest; score++) {
            struct journey j = {0};
            add(&j, 5, rating(_i, score, scope));
            ck_assert_int_eq(counted(&j, CXJ__J_LOOPS), score <= scales[_i].dissatisfied);
            ck_assert_int_eq(counted(&j, CXJ__J_LOOPS_CLOSED), 0);
        }
    }
}
END_TEST

/* Section 4.9: "If a loop is open and m answers (step 8), the loop closes, with loop time". */
START_TEST(what_answers_closes_the_loop) {
    for (uint32_t bit = 0; bit <= 17; bit++) {
        struct journey j = {0};
        add(&j, 1, T(.facets = CONTACT)); /* no loop yet */
        ck_assert_int_eq(counted(&j, CXJ__J_LOOPS_CLOSED), 0);
        add(&j, 5, T(RATED(JOURNEY, NPS, 6)));
        add(&j, 9, T(RATED(TOUCHPOINT, CSAT5, 1))); /* one is open: it counts from the first */
        add(&j, 12, T(.facets = UINT32_C(1) << bit));
        bool closes = (UINT32_C(1) << bit & (CONTACT | UPDATE | NEXT_STEP | EXPLAINS | RESOLVED)) != 0;
        ck_assert_int_eq(counted(&j, CXJ__J_LOOPS), 1);
        ck_assert_int_eq(counted(&j, CXJ__J_LOOPS_CLOSED), closes);
        if (closes) is_sample(&j, CXJ__J_HISTOGRAM_LOOP, 7);
        add(&j, 13, T(.facets = CONTACT));
        ck_assert_int_eq(counted(&j, CXJ__J_LOOPS_CLOSED), 1); /* and closes once */
        ck_assert_int_eq(sample(&j, CXJ__J_HISTOGRAM_LOOP) != NULL, !closes);
    }
}
END_TEST

/* What was told or resolved when they came answers, too; that they came does not, nor does an end. */
START_TEST(what_answers_in_their_own_call_closes_the_loop) {
    static const struct {
        uint32_t facets;
        uint8_t outcome;
        bool closes;
    } cases[] = {{INBOUND, 0, false},
                 {CHASE, 0, false},
                 {0, COMPLETED, false},
                 {INBOUND, ABANDONED, false},
                 {INBOUND | UPDATE, 0, true},
                 {CHASE | RESOLVED, 0, true},
                 {INBOUND | NEXT_STEP, 0, true},
                 {RESOLVED, COMPLETED, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct journey j = {0};
        add(&j, 5, T(RATED(TOUCHPOINT, CSAT5, 1)));
        add(&j, 9, T(.facets = cases[i].facets, .outcome = cases[i].outcome));
        ck_assert_int_eq(counted(&j, CXJ__J_LOOPS_CLOSED), cases[i].closes);
        if (cases[i].closes) is_sample(&j, CXJ__J_HISTOGRAM_LOOP, 4);
        add(&j, 12, T(.facets = UPDATE)); /* also behind an end, and without anybody waiting for it */
        ck_assert_int_eq(counted(&j, CXJ__J_LOOPS_CLOSED), 1);
        if (!cases[i].closes) is_sample(&j, CXJ__J_HISTOGRAM_LOOP, 7);
    }
}
END_TEST

/* First the loop closes, then one may open: a bad rating given in a contact of ours does not answer itself. */
START_TEST(a_rating_in_a_contact_closes_and_opens) {
    struct journey j = {0};
    add(&j, 1, T(.facets = CONTACT, RATED(TOUCHPOINT, CSAT5, 2)));
    ck_assert_int_eq(counted(&j, CXJ__J_LOOPS), 1);
    ck_assert_int_eq(counted(&j, CXJ__J_LOOPS_CLOSED), 0);
    add(&j, 4, T(.facets = CONTACT, RATED(TOUCHPOINT, CSAT5, 2)));
    ck_assert_int_eq(counted(&j, CXJ__J_LOOPS), 2);
    is_sample(&j, CXJ__J_HISTOGRAM_LOOP, 3);
    add(&j, 9, T(.facets = CONTACT, RATED(TOUCHPOINT, CSAT5, 3)));
    ck_assert_int_eq(counted(&j, CXJ__J_LOOPS), 2);
    is_sample(&j, CXJ__J_HISTOGRAM_LOOP, 5); /* from the second rating */
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Step 10: ratings
 * ------------------------------------------------------------------------------------------------------------------ */

static cxj_touchpoint rated_at(int d, uint16_t value, uint8_t score) {
    return with_value(T(RATED(TOUCHPOINT, CSAT5, score)), d, value);
}

/* Section 4.10: "step = s(m) − s(r) belongs to that change: improved if > 0, degraded if < 0". */
START_TEST(a_step_belongs_to_the_change_between_two_ratings) {
    for (uint8_t score = 1; score <= 5; score++) {
        struct journey j = {0};
        add(&j, 1, rated_at(_i, 1, 3));
        add(&j, 4, with_value(T(0), _i, 2));
        add(&j, 8, T(RATED(TOUCHPOINT, CSAT5, score)));
        const struct cxj__fact *fact = step_of(&j, _i);
        uint64_t mask = CXJ__BIT(CXJ__X_STEPS);
        if (score > 3) mask |= CXJ__BIT(CXJ__X_IMPROVED);
        if (score < 3) mask |= CXJ__BIT(CXJ__X_DEGRADED);
        ck_assert_uint_eq(j.count, 2);
        ck_assert_uint_eq(fact->mask, mask);
        ck_assert_int_eq(fact->rating, (score - 3) * 3150);
        ck_assert_uint_eq(fact->from, 1);
        ck_assert_uint_eq(fact->to, 2);
        ck_assert_int_eq(fact->at, 4); /* the later touchpoint of the change */
        add(&j, 9, T(RATED(TOUCHPOINT, CSAT5, 5)));
        ck_assert_uint_eq(j.count, 1); /* only the first rating after a change makes a step */
    }
}
END_TEST

/* "a change stands at or before m": the rating may come with the change. */
START_TEST(a_rating_at_the_change_is_after_it) {
    struct journey j = {0};
    add(&j, 1, rated_at(_i, 1, 2));
    add(&j, 4, rated_at(_i, 2, 5));
    ck_assert_uint_eq(j.count, 3);
    ck_assert_int_eq(step_of(&j, _i)->rating, 3 * 3150);
    ck_assert_int_eq(step_of(&j, _i)->at, 4);
    add(&j, 6, rated_at(_i, 1, 3));
    ck_assert_int_eq(step_of(&j, _i)->rating, -2 * 3150); /* from the rating at the change before */
    ck_assert_uint_eq(step_of(&j, _i)->from, 2);
}
END_TEST

/* "the last such change": of two changes between the ratings the second gets the step. */
START_TEST(the_last_of_several_changes_gets_the_step) {
    struct journey j = {0};
    add(&j, 1, rated_at(_i, 1, 2));
    add(&j, 4, with_value(T(0), _i, 2));
    add(&j, 5, with_value(T(0), _i, 3));
    add(&j, 6, with_value(T(0), _i, 3));
    add(&j, 8, T(RATED(TOUCHPOINT, CSAT5, 4)));
    ck_assert_uint_eq(j.count, 2);
    ck_assert_uint_eq(step_of(&j, _i)->from, 2);
    ck_assert_uint_eq(step_of(&j, _i)->to, 3);
    ck_assert_int_eq(step_of(&j, _i)->at, 5);
}
END_TEST

/* "and a touch rating r stands before that later touchpoint": without one there is no step, now or later. */
START_TEST(no_step_without_a_rating_before) {
    struct journey j = {0};
    add(&j, 1, with_value(T(0), _i, 1));
    add(&j, 2, with_value(T(0), _i, 2));
    add(&j, 3, T(RATED(TOUCHPOINT, CSAT5, 4)));
    ck_assert_uint_eq(j.count, 1);
    add(&j, 4, T(RATED(TOUCHPOINT, CSAT5, 5)));
    ck_assert_uint_eq(j.count, 1);
}
END_TEST

START_TEST(no_step_without_a_change) {
    struct journey j = {0};
    add(&j, 1, rated_at(_i, 1, 2));
    add(&j, 2, rated_at(_i, 1, 5));
    ck_assert_uint_eq(j.count, 2);
    ck_assert_ptr_null(step_of(&j, _i));
}
END_TEST

/* Only touch ratings make steps: satisfaction, of scope touchpoint. */
START_TEST(other_ratings_make_no_step) {
    struct journey j = {0};
    add(&j, 1, T(.owner = 1, RATED(TOUCHPOINT, CSAT5, 2)));
    add(&j, 2, T(.owner = 2));
    add(&j, 3, T(RATED(JOURNEY, CSAT5, 5)));
    ck_assert_ptr_null(step_of(&j, OWNER));
    add(&j, 4, T(RATED(EMPLOYEE, CSAT5, 5)));
    ck_assert_ptr_null(step_of(&j, OWNER));
    add(&j, 5, T(RATED(TOUCHPOINT, NPS, 10)));
    ck_assert_ptr_null(step_of(&j, OWNER));
    add(&j, 6, T(RATED(TOUCHPOINT, CES7, 7)));
    ck_assert_ptr_null(step_of(&j, OWNER));
    add(&j, 7, T(RATED(TOUCHPOINT, PERCENT, 50)));
    ck_assert_int_eq(step_of(&j, OWNER)->rating, 6300 - 3150); /* scales of one kind compare */
}
END_TEST

START_TEST(one_rating_steps_in_every_dimension) {
    struct journey j = {0};
    add(&j, 1, T(.owner = 1, .team = 1, .channel = 1, .stage = 1, .activity = 1, RATED(TOUCHPOINT, BINARY, 0)));
    add(&j, 2, T(.owner = 2, .team = 2));
    add(&j, 3, T(.channel = 2, .activity = 2));
    add(&j, 4, T(RATED(TOUCHPOINT, BINARY, 1)));
    ck_assert_uint_eq(j.count, 5);
    ck_assert_ptr_null(step_of(&j, STAGE));
    for (int d = 0; d < CXJ__TRACKS; d++) {
        if (d != STAGE) ck_assert_int_eq(step_of(&j, d)->at, d <= TEAM ? 2 : 3);
    }
}
END_TEST

/* fold.h: "At most: the touchpoint itself, a transition and a step for each dimension, lost context for two, and three
 * samples." All of it at once. */
START_TEST(the_fullest_touchpoint_fits) {
    struct journey j = {0};
    add(&j, 1,
        T(.owner = 1, .team = 1, .channel = 1, .stage = 1, .activity = 1, .due = 3, RATED(TOUCHPOINT, CSAT5, 1)));
    add(&j, 2, T(.facets = EXPLAINS, RATED(JOURNEY, NPS, 0)));
    add(&j, 9,
        T(.owner = 2, .team = 2, .channel = 2, .stage = 2, .activity = 2, .due = 30,
          .facets = CONTACT | REPEATED | DELIVERED, RATED(TOUCHPOINT, CSAT5, 2)));
    ck_assert_uint_eq(j.count, CXJ__FACTS_OF_A_STEP);
    is_sample(&j, CXJ__J_HISTOGRAM_LATENESS, 6);
    is_sample(&j, CXJ__J_HISTOGRAM_WARNING, 1);
    is_sample(&j, CXJ__J_HISTOGRAM_LOOP, 7);
}
END_TEST

/* Section 6: touch_satisfaction and consistency "over all touch ratings"; touch_drop "over journeys with at least two …
 * (first − last)". */
START_TEST(touch_ratings_are_summed_with_their_squares) {
    struct journey j = {0};
    ck_assert_int_eq(counted(&j, CXJ__J_TOUCH_DROPS), 0);
    add(&j, 1, T(RATED(TOUCHPOINT, CSAT5, 5)));
    ck_assert_int_eq(counted(&j, CXJ__J_TOUCH_DROPS), 0);
    add(&j, 2, T(RATED(TOUCHPOINT, CSAT7, 4)));
    add(&j, 3, T(RATED(TOUCHPOINT, CSAT10, 2)));
    ck_assert_int_eq(counted(&j, CXJ__J_TOUCH_RATINGS), 3);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_TOUCH), 12600 + 6300 + 1400);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_TOUCH_SQUARES), 12600 * 12600 + 6300 * 6300 + 1400 * 1400);
    ck_assert_int_eq(counted(&j, CXJ__J_TOUCH_DROPS), 1);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_TOUCH_DROP), 12600 - 1400);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_TOUCH_DROP_SQUARES), 11200 * 11200);
}
END_TEST

/* What an ended journey adds stands beside its ratings and touches none of them. */
START_TEST(an_ended_journey_keeps_its_ratings) {
    struct journey j = {0};
    add(&j, 1, T(RATED(TOUCHPOINT, CSAT5, 5)));
    add(&j, 9, T(.facets = PENDING, RATED(TOUCHPOINT, CSAT5, 3)));
    add(&j, 20, T(.outcome = COMPLETED));
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_DURATION), 19);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_PENDING), 11);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_SILENCE), 8);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_TOUCH), 12600 + 6300);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_TOUCH_SQUARES), 12600 * 12600 + 6300 * 6300);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_TOUCH_DROP), 6300);
}
END_TEST

START_TEST(a_rise_is_a_negative_drop) {
    struct journey j = {0};
    add(&j, 1, T(RATED(TOUCHPOINT, CSAT5, 2)));
    add(&j, 2, T(RATED(TOUCHPOINT, CSAT5, 4)));
    add(&j, 3, T(RATED(JOURNEY, CSAT5, 1)));
    add(&j, 4, T(RATED(JOURNEY, CSAT5, 5)));
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_TOUCH_DROP), -6300);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_TOUCH_DROP_SQUARES), 6300 * 6300);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_JOURNEY_DROP), -12600);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_JOURNEY_DROP_SQUARES), 12600 * 12600);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_JOURNEY_FIRST), 0);
}
END_TEST

/* Section 4.10: "Scope journey: of each kind the last one in order is the journey's rating of that kind." */
START_TEST(the_last_rating_of_the_journey_holds) {
    struct journey j = {0};
    add(&j, 1, T(RATED(JOURNEY, CSAT5, 5)));
    ck_assert_int_eq(counted(&j, CXJ__J_JOURNEY_RATINGS), 1);
    ck_assert_int_eq(counted(&j, CXJ__J_JOURNEY_DROPS), 0);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_JOURNEY_FIRST), 0);
    add(&j, 2, T(RATED(JOURNEY, PERCENT, 90)));
    add(&j, 3, T(RATED(JOURNEY, CSAT5, 4)));
    add(&j, 4, T(RATED(TOUCHPOINT, CSAT5, 1)));
    ck_assert_int_eq(counted(&j, CXJ__J_JOURNEY_RATINGS), 1);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_JOURNEY), 9450);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_JOURNEY_SQUARES), 9450 * 9450);
    ck_assert_int_eq(counted(&j, CXJ__J_JOURNEY_DROPS), 1);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_JOURNEY_FIRST), 12600);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_CES) + summed(&j, CXJ__J_SUM_CES_SQUARES), 0);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_JOURNEY_DROP), 3150);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_JOURNEY_DROP_SQUARES), 3150 * 3150);
}
END_TEST

START_TEST(kinds_of_journey_ratings_do_not_mix) {
    struct journey j = {0};
    add(&j, 1, T(RATED(JOURNEY, CES7, 7)));
    add(&j, 2, T(RATED(JOURNEY, CES7, 3)));
    add(&j, 3, T(RATED(JOURNEY, NPS, 2)));
    add(&j, 4, T(RATED(JOURNEY, NPS, 9)));
    ck_assert_int_eq(counted(&j, CXJ__J_CES_RATINGS), 1);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_CES), 2 * 2100);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_CES_SQUARES), 4200 * 4200);
    ck_assert_int_eq(counted(&j, CXJ__J_NPS_RATINGS), 1);
    ck_assert_int_eq(counted(&j, CXJ__J_NPS_SATISFIED), 1);
    ck_assert_int_eq(counted(&j, CXJ__J_NPS_DISSATISFIED), 0);
    ck_assert_int_eq(counted(&j, CXJ__J_JOURNEY_RATINGS), 0);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_JOURNEY), 0);
    ck_assert_int_eq(counted(&j, CXJ__J_JOURNEY_DROPS), 0);
}
END_TEST

/* Section 6: gap "over journeys that have both, of (⌊65536·Σs/n⌋ − 65536·s_journey)". */
START_TEST(a_gap_is_rounded_down) {
    struct journey j = {0};
    add(&j, 1, T(RATED(TOUCHPOINT, CSAT10, 2)));
    add(&j, 2, T(RATED(TOUCHPOINT, CSAT10, 1)));
    add(&j, 3, T(RATED(TOUCHPOINT, CSAT10, 1)));
    ck_assert_int_eq(counted(&j, CXJ__J_GAPS), 0);
    add(&j, 4, T(RATED(JOURNEY, NPS, 1)));
    ck_assert_int_eq(counted(&j, CXJ__J_GAPS), 0); /* another kind */
    add(&j, 5, T(RATED(JOURNEY, CSAT5, 2)));
    ck_assert_int_eq(counted(&j, CXJ__J_GAPS), 1);
    int64_t gap = INT64_C(30583466) - INT64_C(65536) * 3150; /* 65536 · 1400 / 3 = 30583466.67 */
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_GAP), gap);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_GAP_SQUARES), gap * gap);
}
END_TEST

START_TEST(a_gap_needs_a_touch_rating) {
    struct journey j = {0};
    add(&j, 1, T(RATED(JOURNEY, CSAT5, 5)));
    ck_assert_int_eq(counted(&j, CXJ__J_GAPS), 0);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_GAP), 0);
    add(&j, 2, T(RATED(TOUCHPOINT, CSAT5, 3)));
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_GAP), INT64_C(65536) * -6300);
}
END_TEST

/* Section 6: response_rate "of journeys with one [asked touchpoint], the share with a rating of scope touchpoint or
 * journey at or after their first one in order". */
START_TEST(an_answer_comes_at_or_after_the_asking) {
    static const struct {
        cxj_touchpoint before, asking, after;
        int answered;
    } cases[] = {
        {{0}, {.facets = ASKED}, {0}, 0},
        {{0}, {.facets = ASKED}, {RATED(TOUCHPOINT, CSAT5, 3)}, 1},
        {{0}, {.facets = ASKED}, {RATED(JOURNEY, NPS, 3)}, 1},
        {{0}, {.facets = ASKED}, {RATED(EMPLOYEE, CSAT5, 3)}, 0},
        {{0}, {.facets = ASKED, RATED(TOUCHPOINT, CES7, 7)}, {0}, 1},
        {{RATED(TOUCHPOINT, CSAT5, 3)}, {.facets = ASKED}, {0}, 0},
        {{RATED(TOUCHPOINT, CSAT5, 3)}, {.facets = ASKED}, {.facets = ASKED}, 0},
        {{.facets = ASKED}, {RATED(TOUCHPOINT, CSAT5, 3)}, {.facets = ASKED}, 1},
        {{RATED(JOURNEY, CSAT5, 3)}, {0}, {RATED(JOURNEY, CSAT5, 3)}, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct journey j = {0};
        add(&j, 1, cases[i].before);
        add(&j, 2, cases[i].asking);
        add(&j, 3, cases[i].after);
        bool asked = ((cases[i].before.facets | cases[i].asking.facets | cases[i].after.facets) & ASKED) != 0;
        ck_assert_int_eq(counted(&j, CXJ__J_ASKED), asked);
        ck_assert_int_eq(counted(&j, CXJ__J_ANSWERED), cases[i].answered);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * What append asks of two folds
 * ------------------------------------------------------------------------------------------------------------------ */

/* "The part of a step that says what holds for the whole journey from a touchpoint on (type, segment, reason, outcome,
 * churned, entry), and which values it has seen": the same as the step says, over random journeys. */
START_TEST(restating_says_what_a_step_does) {
    for (size_t run = 0; run < 200; run++) {
        struct cxj__fold stepped, restated;
        struct cxj__fact facts[CXJ__FACTS_OF_A_STEP];
        memset(&stepped, 0, sizeof stepped);
        memset(&restated, 0, sizeof restated);
        for (int64_t at = 1; at < 30; at++) {
            cxj_touchpoint m = anything(at);
            if (chance(6) == 0) m.type = (uint16_t)chance(4);
            if (chance(6) == 0) m.segment = (uint16_t)chance(4);
            if (chance(6) == 0) m.reason = (uint16_t)chance(4);
            if (chance(9) == 0) m.owner = 60 + (uint32_t)chance(10);
            m.facets = cxj__touchpoint_imply(m.facets);
            (void)cxj__fold_step(&stepped, cxj__fold_no_hours(), &m, 0, 0, facts);
            cxj__fold_restate(&restated, &m);
            ck_assert_uint_eq(restated.type, stepped.type);
            ck_assert_uint_eq(restated.segment, stepped.segment);
            ck_assert_uint_eq(restated.reason, stepped.reason);
            ck_assert_uint_eq(restated.entry, stepped.entry);
            ck_assert_uint_eq(restated.outcome, stepped.outcome);
            ck_assert_uint_eq(restated.churned, stepped.churned);
            ck_assert_uint_eq(restated.wide, stepped.wide);
            ck_assert_mem_eq(restated.seen, stepped.seen, sizeof stepped.seen);
        }
    }
}
END_TEST

/* fold.h: "Copies a fold, less what it holds of commitments that are not open." So a copy over junk goes on as the fold
 * itself does. */
START_TEST(a_copy_goes_on_as_the_fold_does) {
    for (int round = 0; round < 100; round++) {
        struct journey j = {0};
        for (int64_t at = 0; at < 12; at++) add(&j, at, anything(at));
        struct journey copy = j;
        memset(&copy.fold, 0xa5, sizeof copy.fold);
        cxj__fold_copy(&copy.fold, &j.fold);
        for (int64_t at = 12; at < 24; at++) {
            cxj_touchpoint m = anything(at);
            add(&j, at, m);
            add(&copy, at, m);
            ck_assert_uint_eq(copy.count, j.count);
            ck_assert_mem_eq(copy.facts, j.facts, j.count * sizeof *j.facts);
            struct cxj__contribution a = stand_at(&j, at), b = stand_at(&copy, at);
            ck_assert_mem_eq(a.counts, b.counts, sizeof a.counts);
            ck_assert_mem_eq(a.sums, b.sums, sizeof a.sums);
            ck_assert_mem_eq(&a.value, &b.value, sizeof a.value);
        }
    }
}
END_TEST

START_TEST(every_open_commitment_is_copied) {
    for (uint8_t c = 0; c < CXJ__COMMITMENTS; c++) {
        struct journey j = {0}, copy = {0};
        add(&j, 1, T(.due = 10, .commitment = c));
        add(&j, 2, T(.facets = EXPLAINS));
        cxj__fold_copy(&copy.fold, &j.fold);
        add(&copy, 15, T(.facets = DELIVERED, .commitment = c));
        is_sample(&copy, CXJ__J_HISTOGRAM_LATENESS, 5);
        is_sample(&copy, CXJ__J_HISTOGRAM_WARNING, 8);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * What append asks of one fold
 * ------------------------------------------------------------------------------------------------------------------ */

/* Leaves out the facts of transitions of the dimensions that are not wanted; returns how many are left. */
static size_t leave_out(struct cxj__fact *facts, size_t count, uint32_t wanted) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (facts[i].grain == CXJ_GRAIN_TRANSITIONS && !(wanted >> facts[i].dimension & 1)) continue;
        facts[kept++] = facts[i];
    }
    return kept;
}

/* fold.h: "wanted: a bit for each dimension whose transitions are of interest; the others' leave no facts." So
 * transitions, lost context and steps of the others are missing, and all else is the same. */
START_TEST(what_is_not_wanted_leaves_no_facts_and_nothing_else) {
    static struct journey all, some;
    size_t left_out = 0, kept = 0;
    for (uint32_t wanted = 0; wanted <= CXJ__ALL_TRACKS; wanted++) {
        for (int round = 0; round < 20; round++) {
            memset(&all, 0, sizeof all);
            memset(&some, 0, sizeof some);
            for (int64_t at = 0; at < 30; at++) {
                cxj_touchpoint m = anything(at);
                add(&all, at, m);
                add_wanting(&some, at, m, wanted);
                size_t before = all.count;
                all.count = leave_out(all.facts, all.count, wanted);
                left_out += before - all.count;
                kept += all.count;
                ck_assert_uint_eq(some.count, all.count);
                ck_assert_mem_eq(some.facts, all.facts, all.count * sizeof *all.facts);
                ck_assert_mem_eq(&some.fold, &all.fold, sizeof all.fold);
            }
        }
    }
    ck_assert(left_out > 1000 && kept > 1000);
}
END_TEST

/* The three kinds of facts that a dimension has, wanted and not. */
START_TEST(each_dimension_is_wanted_by_its_own_bit) {
    for (int d = 0; d < CXJ__TRACKS; d++) {
        for (int wanted = 0; wanted < CXJ__TRACKS; wanted++) {
            static struct journey j;
            memset(&j, 0, sizeof j);
            add_wanting(&j, 1, with_value(T(RATED(TOUCHPOINT, CSAT5, 3)), d, 1), 1U << wanted);
            add_wanting(&j, 2, with_value(T(.facets = REPEATED, RATED(TOUCHPOINT, CSAT5, 5)), d, 2), 1U << wanted);
            ck_assert_int_eq(transition(&j, d) != NULL, d == wanted);
            ck_assert_int_eq(step_of(&j, d) != NULL, d == wanted);
            ck_assert_int_eq(lost(&j, d) != NULL, d == wanted && d <= TEAM);
            ck_assert_int_eq(j.fold.lost >> d & 1, d <= TEAM);
            ck_assert_int_eq(j.fold.step_waits, 0);
        }
    }
}
END_TEST

/* Values that are often like others in their lower bits: small ones, some above 63, and the greatest. */
static uint32_t any_value(int d) {
    uint32_t greatest = d == OWNER ? UINT32_MAX : UINT16_MAX;
    switch (chance(4)) {
    case 0:
        return 1 + (uint32_t)chance(63);
    case 1:
        return 1 + (uint32_t)chance(300);
    case 2:
        return greatest - (uint32_t)chance(100);
    default:
        return (uint32_t)(chance(UINT64_C(1) << 31) % greatest) + 1;
    }
}

/* A plain set of the values of one dimension. */
struct values {
    uint32_t value[64];
    size_t count;
};

static bool has_value(const struct values *values, uint32_t value) {
    for (size_t i = 0; i < values->count; i++) {
        if (values->value[i] == value) return true;
    }
    return false;
}

/* True if the fold may not know: one like it was seen, and values of 64 and more play a part. */
static bool may_be_unknown(const struct values *values, uint32_t value) {
    bool like = false, wide = value > 63;
    for (size_t i = 0; i < values->count; i++) {
        if (values->value[i] % 64 == value % 64) like = true;
        if (values->value[i] > 63) wide = true;
    }
    return like && wide;
}

static void check_saw(const struct cxj__fold *fold, const struct values *values, uint32_t d, uint32_t value) {
    struct cxj__saw saw = {0, 0}, none = {0, 0};
    cxj__fold_saw(fold, d, value, &saw);
    cxj__fold_saw(fold, d, 0, &none);
    ck_assert_uint_eq(none.seen | none.perhaps | (saw.seen & saw.perhaps), 0);
    ck_assert_uint_eq((saw.seen | saw.perhaps) & ~(1U << d), 0);
    if (saw.perhaps != 0) {
        ck_assert_msg(may_be_unknown(values, value), "value %u of dimension %u should be known", value, d);
    } else {
        ck_assert_int_eq(saw.seen != 0, has_value(values, value));
    }
}

/* fold.h: "Whether an earlier touchpoint of the journey has held a value (not none) of a dimension. The fold knows it
 * while all values of the dimension are below 64, and as long as none that is alike modulo 64 has been seen". */
START_TEST(what_was_seen_is_known_or_perhaps) {
    for (int round = 0; round < 300; round++) {
        static struct values values[CXJ__TRACKS];
        static struct cxj__fold fold;
        struct cxj__fact facts[CXJ__FACTS_OF_A_STEP];
        memset(values, 0, sizeof values);
        memset(&fold, 0, sizeof fold);
        for (int64_t at = 0; at < 40; at++) {
            uint32_t value[CXJ__TRACKS];
            for (int d = 0; d < CXJ__TRACKS; d++) value[d] = chance(3) == 0 ? any_value(d) : 0;
            if (round % 3 == 0) { /* no value above 63 */
                for (int d = 0; d < CXJ__TRACKS; d++) value[d] %= 64;
            }
            cxj_touchpoint m = {.journey = 1,
                                .at = at,
                                .owner = value[OWNER],
                                .team = (uint16_t)value[TEAM],
                                .channel = (uint16_t)value[CHANNEL],
                                .stage = (uint16_t)value[STAGE],
                                .activity = (uint16_t)value[ACTIVITY]};
            for (uint32_t d = 0; d < CXJ__TRACKS; d++) {
                if (value[d] != 0) check_saw(&fold, &values[d], d, value[d]);
            }
            cxj__fold_step(&fold, cxj__fold_no_hours(), &m, 0, 0, facts);
            for (uint32_t d = 0; d < CXJ__TRACKS; d++) {
                if (value[d] != 0) values[d].value[values[d].count++] = value[d];
            }
        }
        for (uint32_t d = 0; d < CXJ__TRACKS; d++) {
            for (uint32_t v = 1; v < 400; v++) check_saw(&fold, &values[d], d, v);
            for (size_t i = 0; i < values[d].count; i++) check_saw(&fold, &values[d], d, values[d].value[i]);
        }
    }
}
END_TEST

#define FIRST_MOMENT INT64_C(-62135596800000) /* 0001-01-01T00:00:00Z */
#define LAST_MOMENT INT64_C(253402300799999)  /* 9999-12-31T23:59:59.999Z */

static void is_multiple(int64_t sum, int64_t amount, int64_t times) {
    struct cxj__int128 expected = cxj__base_product(amount, times), found = cxj__base_wide(sum);
    ck_assert_mem_eq(&found, &expected, sizeof expected);
}

/* fold.h: "The sum of a journey's values, which takes some 66 bits". All along the way, either sign. */
START_TEST(the_greatest_values_fit) {
    const int64_t most = INT64_C(1000000000000000);
    for (int sign = -1; sign <= 1; sign += 2) {
        static struct journey j;
        memset(&j, 0, sizeof j);
        for (int i = 1; i <= CXJ__TOUCHPOINTS_LIMIT; i++) {
            add(&j, i, T(.value = sign * most));
            struct cxj__int128 value = cxj__base_product(i, sign * most);
            struct cxj__contribution contribution = stand(&j);
            ck_assert_mem_eq(&contribution.value, &value, sizeof value);
        }
        for (int i = 1; i <= CXJ__TOUCHPOINTS_LIMIT; i++) add(&j, CXJ__TOUCHPOINTS_LIMIT + i, T(.value = -sign * most));
        ck_assert_int_eq(summed(&j, CXJ__J_SUM_VALUE), 0);
    }
}
END_TEST

/* fold.h: "They fit 64 bits, since a journey has at most CXJ__TOUCHPOINTS_LIMIT touchpoints within 10,000 years." Each touchpoint delivers as late as can be, and promises again. */
START_TEST(the_greatest_lateness_and_dark_time_fit) {
    static struct journey j;
    for (int i = 0; i < CXJ__TOUCHPOINTS_LIMIT; i++) {
        add(&j, LAST_MOMENT, T(.facets = DELIVERED, .due = FIRST_MOMENT));
    }
    is_multiple(summed(&j, CXJ__J_SUM_LATENESS), LAST_MOMENT - FIRST_MOMENT, CXJ__TOUCHPOINTS_LIMIT - 1);
    is_multiple(summed(&j, CXJ__J_SUM_DARK), LAST_MOMENT - FIRST_MOMENT, CXJ__TOUCHPOINTS_LIMIT - 1);
    ck_assert_int_eq(counted(&j, CXJ__J_TOUCHPOINTS), CXJ__TOUCHPOINTS_LIMIT);
    ck_assert_int_eq(counted(&j, CXJ__J_LATE_SILENT), CXJ__TOUCHPOINTS_LIMIT - 1);
}
END_TEST

/* Every second touchpoint slips as far as can be, the others promise anew at the other end: forth, and back. */
START_TEST(the_greatest_slips_fit) {
    for (int sign = -1; sign <= 1; sign += 2) {
        static struct journey j;
        memset(&j, 0, sizeof j);
        for (int i = 0; i < CXJ__TOUCHPOINTS_LIMIT; i++) {
            bool first = (i % 2 == 0) == (sign > 0);
            add(&j, LAST_MOMENT, T(.facets = i % 2 == 0 ? DELIVERED : 0, .due = first ? FIRST_MOMENT : LAST_MOMENT));
        }
        is_multiple(summed(&j, CXJ__J_SUM_SLIP), sign * (LAST_MOMENT - FIRST_MOMENT), CXJ__TOUCHPOINTS_LIMIT / 2);
        ck_assert_int_eq(counted(&j, CXJ__J_SHIFTS), CXJ__TOUCHPOINTS_LIMIT / 2);
    }
}
END_TEST

/* Slips to and fro cancel each other, all along the way. */
START_TEST(the_greatest_slips_to_and_fro_cancel) {
    static struct journey j;
    for (int i = 0; i < CXJ__TOUCHPOINTS_LIMIT; i++) add(&j, 5, T(.due = i % 2 ? LAST_MOMENT : FIRST_MOMENT));
    is_multiple(summed(&j, CXJ__J_SUM_SLIP), LAST_MOMENT - FIRST_MOMENT, (CXJ__TOUCHPOINTS_LIMIT - 1) % 2);
    ck_assert_int_eq(counted(&j, CXJ__J_SHIFTS), CXJ__TOUCHPOINTS_LIMIT - 1);
}
END_TEST

/* fold.h: "its counts fit 16 bits"; the sums of ratings fit as well. */
START_TEST(the_greatest_ratings_fit) {
    static struct journey j;
    for (int i = 0; i < CXJ__TOUCHPOINTS_LIMIT; i++) {
        add(&j, i, T(.facets = 0xffff & ~REQUESTED, RATED(TOUCHPOINT, CSAT5, 5)));
    }
    add(&j, CXJ__TOUCHPOINTS_LIMIT, T(RATED(JOURNEY, CSAT5, 1)));
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_TOUCH), INT64_C(12600) * CXJ__TOUCHPOINTS_LIMIT);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_TOUCH_SQUARES), INT64_C(12600) * 12600 * CXJ__TOUCHPOINTS_LIMIT);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_GAP), INT64_C(12600) * 65536);
    ck_assert_int_eq(summed(&j, CXJ__J_SUM_GAP_SQUARES), INT64_C(12600) * 65536 * 12600 * 65536);
    ck_assert_int_eq(counted(&j, CXJ__J_CHASES), CXJ__TOUCHPOINTS_LIMIT);
}
END_TEST

/* The greatest waits: pending and silent from the first moment to the last. */
START_TEST(the_longest_journey_fits) {
    for (int pending = 0; pending <= 1; pending++) {
        struct journey j = {0};
        add(&j, FIRST_MOMENT, T(.facets = pending ? PENDING : 0));
        add(&j, LAST_MOMENT, T(.outcome = COMPLETED));
        ck_assert_int_eq(summed(&j, CXJ__J_SUM_DURATION), LAST_MOMENT - FIRST_MOMENT);
        ck_assert_int_eq(summed(&j, CXJ__J_SUM_PENDING), pending ? LAST_MOMENT - FIRST_MOMENT : 0);
        ck_assert_int_eq(summed(&j, CXJ__J_SUM_SILENCE), pending ? 0 : LAST_MOMENT - FIRST_MOMENT);
    }
}
END_TEST

/* Values of one journey pass 64 bits, and a churned one has lost as much. */
START_TEST(value_is_lost_beyond_64_bits) {
    static struct journey j;
    for (int i = 0; i < 20000; i++) add(&j, i, T(.value = INT64_C(-1000000000000000)));
    struct cxj__int128 expected = cxj__base_product(20000, INT64_C(-1000000000000000));
    struct cxj__contribution contribution = stand(&j);
    ck_assert_mem_eq(&contribution.value, &expected, sizeof expected);
    ck_assert_int_eq(contribution.counts[CXJ__J_CHURNED], 0);
    add(&j, 20000, T(.facets = CHURNED));
    contribution = stand(&j);
    ck_assert_mem_eq(&contribution.value, &expected, sizeof expected);
    ck_assert_int_eq(contribution.counts[CXJ__J_CHURNED], 1);
}
END_TEST

static TCase *group(Suite *suite, const char *name) {
    TCase *cases = tcase_create(name);
    tcase_set_timeout(cases, 300);
    suite_add_tcase(suite, cases);
    return cases;
}

static void add_touchpoints(Suite *suite) {
    TCase *cases = group(suite, "scales");
    tcase_add_test(cases, facets_imply_others);
    tcase_add_test(cases, scales_are_as_the_table_has_them);
    tcase_add_loop_test(cases, scores_become_integers_exactly, 1, SCALES);
    tcase_add_loop_test(cases, scores_come_back_exactly, 1, SCALES);
    tcase_add_loop_test(cases, a_touchpoint_counts_its_rating_by_kind_and_box, 1, SCALES);
    tcase_add_loop_test(cases, a_rating_of_the_journey_is_no_touch_rating, 1, SCALES);
    tcase_add_loop_test(cases, a_rating_of_an_employee_is_counted_apart, 1, SCALES);
    cases = group(suite, "touchpoints");
    tcase_add_test(cases, each_facet_counts_as_what_it_is);
    tcase_add_test(cases, journeys_count_what_their_facts_count);
    tcase_add_test(cases, the_last_statement_holds);
    tcase_add_test(cases, entry_is_the_first_channel);
    tcase_add_test(cases, value_is_lost_where_the_customer_left);
}

static void add_running(Suite *suite) {
    TCase *cases = group(suite, "running");
    tcase_add_test(cases, wait_is_since_the_predecessor);
    tcase_add_test(cases, an_outcome_ends_the_journey);
    tcase_add_test(cases, a_journey_of_one_touchpoint_lasts_no_time);
    tcase_add_test(cases, another_outcome_replaces_the_end);
    tcase_add_test(cases, what_reopens_after_the_end);
    tcase_add_test(cases, a_due_reopens_even_before_the_epoch);
    tcase_add_test(cases, reopened_is_counted_once_and_stays);
    cases = group(suite, "silence");
    tcase_add_loop_test(cases, silence_is_the_longest_gap, 0, SILENCES);
    tcase_add_test(cases, each_facet_pauses_ends_the_pause_or_leaves_it);
    tcase_add_test(cases, an_open_journey_adds_no_duration);
}

static void add_transitions(Suite *suite) {
    TCase *cases = group(suite, "transitions");
    tcase_add_loop_test(cases, a_transition_spans_touchpoints_without_a_value, 0, CXJ__TRACKS);
    tcase_add_loop_test(cases, bounces_and_returns, 0, CXJ__TRACKS);
    tcase_add_loop_test(cases, journeys_count_changes_by_dimension, 0, CXJ__TRACKS);
    tcase_add_test(cases, dimensions_do_not_mix);
    cases = group(suite, "context");
    tcase_add_test(cases, context_is_lost_once_for_each_change);
    tcase_add_test(cases, context_is_lost_by_repeating_or_contradicting_alone);
    tcase_add_test(cases, owner_and_team_lose_context_apart);
    tcase_add_test(cases, other_dimensions_lose_no_context);
}

static void add_commitments(Suite *suite) {
    TCase *cases = group(suite, "commitments");
    tcase_add_test(cases, a_due_opens_a_commitment);
    tcase_add_test(cases, a_delivery_closes_its_own_commitment_alone);
    tcase_add_loop_test(cases, a_commitment_in_every_order, 0, 8); /* its moments */
    tcase_add_test(cases, kept_and_on_time_look_at_different_promises);
    tcase_add_test(cases, slips_add_up_with_their_signs);
    tcase_add_test(cases, the_same_due_again_is_nothing_new);
    tcase_add_test(cases, a_reschedule_begins_anew);
    tcase_add_test(cases, a_reschedule_leaves_other_commitments);
    tcase_add_test(cases, a_requested_first_promise_is_no_reschedule);
    tcase_add_test(cases, explaining_delivering_and_promising_at_once);
    tcase_add_test(cases, an_explanation_is_for_all_that_are_open);
    tcase_add_test(cases, a_commitment_opened_again_has_forgotten);
    tcase_add_test(cases, an_explanation_in_advance_of_any_promise_is_none);
    tcase_add_test(cases, a_delivery_after_the_end_counts);
    tcase_add_test(cases, broken_is_what_was_due_before_the_end);
    tcase_add_test(cases, a_shift_past_the_end_makes_moot);
    tcase_add_test(cases, overdue_is_what_was_due_before_now);
}

static void add_ratings(Suite *suite) {
    TCase *cases = group(suite, "asking");
    tcase_add_test(cases, asking_ends_with_what_is_visible_and_ours);
    tcase_add_test(cases, an_update_in_a_chase_is_not_proactive);
    cases = group(suite, "responses");
    tcase_add_test(cases, each_facet_answers_or_does_not);
    tcase_add_test(cases, only_who_comes_waits);
    tcase_add_test(cases, a_wait_begins_once_and_ends_with_the_answer);
    tcase_add_test(cases, the_first_response_stays_the_first);
    tcase_add_test(cases, an_outcome_ends_the_wait);
    tcase_add_test(cases, a_note_or_a_pause_leaves_the_wait_as_it_was);
    cases = group(suite, "loops");
    tcase_add_loop_test(cases, a_dissatisfied_rating_opens_a_loop, 1, SCALES);
    tcase_add_test(cases, what_answers_closes_the_loop);
    tcase_add_test(cases, what_answers_in_their_own_call_closes_the_loop);
    tcase_add_test(cases, a_rating_in_a_contact_closes_and_opens);
    cases = group(suite, "ratings");
    tcase_add_loop_test(cases, a_step_belongs_to_the_change_between_two_ratings, 0, CXJ__TRACKS);
    tcase_add_loop_test(cases, a_rating_at_the_change_is_after_it, 0, CXJ__TRACKS);
    tcase_add_loop_test(cases, the_last_of_several_changes_gets_the_step, 0, CXJ__TRACKS);
    tcase_add_loop_test(cases, no_step_without_a_rating_before, 0, CXJ__TRACKS);
    tcase_add_loop_test(cases, no_step_without_a_change, 0, CXJ__TRACKS);
    tcase_add_test(cases, other_ratings_make_no_step);
    tcase_add_test(cases, one_rating_steps_in_every_dimension);
    tcase_add_test(cases, the_fullest_touchpoint_fits);
    tcase_add_test(cases, touch_ratings_are_summed_with_their_squares);
    tcase_add_test(cases, an_ended_journey_keeps_its_ratings);
    tcase_add_test(cases, a_rise_is_a_negative_drop);
    tcase_add_test(cases, the_last_rating_of_the_journey_holds);
    tcase_add_test(cases, kinds_of_journey_ratings_do_not_mix);
    tcase_add_test(cases, a_gap_is_rounded_down);
    tcase_add_test(cases, a_gap_needs_a_touch_rating);
    tcase_add_test(cases, an_answer_comes_at_or_after_the_asking);
}

int main(void) {
    read_surroundings("test_fold");

    Suite *suite = suite_create("fold");
    add_touchpoints(suite);
    add_running(suite);
    add_transitions(suite);
    add_commitments(suite);
    add_ratings(suite);
    TCase *wanted = group(suite, "wanted");
    tcase_add_test(wanted, what_is_not_wanted_leaves_no_facts_and_nothing_else);
    tcase_add_test(wanted, each_dimension_is_wanted_by_its_own_bit);
    tcase_add_test(wanted, what_was_seen_is_known_or_perhaps);
    TCase *extremes = group(suite, "extremes");
    tcase_add_test(extremes, the_greatest_values_fit);
    tcase_add_test(extremes, the_greatest_lateness_and_dark_time_fit);
    tcase_add_test(extremes, the_greatest_slips_fit);
    tcase_add_test(extremes, the_greatest_slips_to_and_fro_cancel);
    tcase_add_test(extremes, the_greatest_ratings_fit);
    tcase_add_test(extremes, the_longest_journey_fits);
    tcase_add_test(extremes, value_is_lost_beyond_64_bits);
    TCase *pairs = group(suite, "pairs");
    tcase_add_test(pairs, restating_says_what_a_step_does);
    tcase_add_test(pairs, a_copy_goes_on_as_the_fold_does);
    tcase_add_test(pairs, every_open_commitment_is_copied);

    return run_suite(suite);
}
