/* touchpoint: what a single touchpoint may say. Section 2 of the specification, field by field: what is refused, with
 * the field, its value and the rule; and how codes are listed and exchanged.
 *
 * SPDX-License-Identifier: MIT
 */
#include "suite.h"
#include "touchpoint.h"

#include <string.h>

#define START INT64_C(1767225600000) /* 2026-01-01 */

/* A touchpoint with which nothing is wrong. */
static cxj_touchpoint right(void) {
    return (cxj_touchpoint){.journey = 1, .at = START};
}

static void take(cxj_touchpoint t) {
    struct cxj__refusal refusal = {0};
    bool is_right = cxj__touchpoint_check(&t, &refusal);
    ck_assert_msg(is_right, "%s %s", refusal.field, refusal.rule);
}

static void refuse(cxj_touchpoint t, const char *field, int64_t value, const char *rule) {
    struct cxj__refusal refusal = {0};
    ck_assert(!cxj__touchpoint_check(&t, &refusal));
    ck_assert_str_eq(refusal.field, field);
    ck_assert_int_eq(refusal.value, value);
    ck_assert_str_eq(refusal.rule, rule);
}

/* "A field that is all zero is none, so a struct set to zero states nothing": all but journey and at may be 0; one that
 * is taken back needs no moment. */
START_TEST(zero_states_nothing_but_journey_and_at_are_needed) {
    take((cxj_touchpoint){.journey = 1, .at = 1});
    take((cxj_touchpoint){.journey = UINT64_MAX, .at = -1});
    refuse((cxj_touchpoint){0}, "journey", 0, "must not be 0");
    refuse((cxj_touchpoint){.at = 1}, "journey", 0, "must not be 0");
    refuse((cxj_touchpoint){.journey = 1}, "at", 0, "is none; a touchpoint has a moment");
    take((cxj_touchpoint){.journey = 1, .facets = CXJ_FACET_WITHDRAWN});
}
END_TEST

/* "ms since 1970-01-01T00:00:00Z; years 0001 to 9999, else refused": at, and due within the same bounds. */
START_TEST(moments_lie_in_the_years_1_to_9999) {
    const int64_t in[] = {CXJ__EARLIEST, CXJ__EARLIEST + 1, -1, 1, CXJ__LATEST - 1, CXJ__LATEST};
    const int64_t out[] = {INT64_MIN, CXJ__EARLIEST - 1, CXJ__LATEST + 1, INT64_MAX};
    for (size_t i = 0; i < sizeof in / sizeof *in; i++) {
        ck_assert(cxj__touchpoint_is_moment(in[i]));
        take((cxj_touchpoint){.journey = 1, .at = in[i], .due = in[i]});
    }
    for (size_t i = 0; i < sizeof out / sizeof *out; i++) {
        ck_assert(!cxj__touchpoint_is_moment(out[i]));
        refuse((cxj_touchpoint){.journey = 1, .at = out[i]}, "at", out[i], "is not within the years 0001 to 9999");
        refuse((cxj_touchpoint){.journey = 1, .at = out[i], .facets = CXJ_FACET_WITHDRAWN}, "at", out[i],
               "is not within the years 0001 to 9999");
        refuse((cxj_touchpoint){.journey = 1, .at = 1, .due = out[i]}, "due", out[i],
               "is not within the years 0001 to 9999");
    }
}
END_TEST

/* "beyond ±10^15 is refused" */
START_TEST(money_is_within_10_to_the_15) {
    const int64_t most = INT64_C(1000000000000000);
    cxj_touchpoint t = right();
    for (int sign = -1; sign <= 1; sign += 2) {
        t.value = sign * most;
        take(t);
        t.value += sign;
        refuse(t, "value", sign * (most + 1), "is beyond 10^15");
    }
    t.value = INT64_MIN;
    refuse(t, "value", INT64_MIN, "is beyond 10^15");
}
END_TEST

/* "Refused: … an unknown bit or number" */
START_TEST(unknown_bits_and_numbers_are_refused) {
    cxj_touchpoint t = right();
    t.facets = CXJ_FACETS_ALL;
    take(t);
    for (uint32_t bit = 18; bit < 32; bit++) {
        t.facets = UINT32_C(1) << bit;
        refuse(t, "facets", t.facets, "has an unknown bit");
    }
    t = right();
    t.commitment = 7;
    take(t);
    t.commitment = 8;
    refuse(t, "commitment", 8, "is above 7");
    t = right();
    t.outcome = CXJ_OUTCOME_ABANDONED;
    take(t);
    t.outcome = 3;
    refuse(t, "outcome", 3, "is not known");
    t = right();
    for (size_t i = 0; i < sizeof t.reserved; i++) {
        t.reserved[i] = (uint8_t)(i + 1);
        refuse(t, "reserved", (int64_t)i + 1, "must be 0");
        t.reserved[i] = 0;
    }
}
END_TEST

/* "Refused: a score off its scale" */
START_TEST(scores_are_on_their_scale) {
    static const struct {
        uint8_t lowest, highest;
    } scales[] = {{1, 5}, {1, 7}, {1, 10}, {0, 100}, {0, 1}, {0, 10}, {1, 7}};
    for (uint8_t scale = 1; scale <= 7; scale++) {
        for (unsigned score = 0; score < 256; score++) {
            cxj_touchpoint t = right();
            t.scale = scale;
            t.scope = (uint8_t)(1 + score % 3);
            t.score = (uint8_t)score;
            if (score >= scales[scale - 1].lowest && score <= scales[scale - 1].highest) {
                take(t);
            } else {
                refuse(t, "score", score, "is off its scale");
            }
        }
    }
    cxj_touchpoint t = right();
    t.scale = 8;
    t.scope = 1;
    refuse(t, "scale", 8, "is not known");
}
END_TEST

/* "Refused: … a scale without a scope, a scope or a score other than 0 without a scale" */
START_TEST(scale_and_scope_stand_together) {
    cxj_touchpoint t = right();
    t.scale = CXJ_SCALE_CSAT5;
    t.score = 3;
    refuse(t, "scope", 0, "must be given with a scale");
    t.scope = CXJ_SCOPE_EMPLOYEE;
    take(t);
    t.scope = 4;
    refuse(t, "scope", 4, "is not known");
    t = right();
    t.score = 1;
    refuse(t, "score", 1, "stands without a scale");
    t.score = 0;
    t.scope = 1;
    refuse(t, "scope", 1, "stands without a scale");
}
END_TEST

/* "The codes of a touchpoint, by dimension; codes[0] is 0." */
START_TEST(codes_stand_under_their_dimension) {
    const cxj_touchpoint t = {.owner = 70001,
                              .team = 2,
                              .channel = 3,
                              .stage = 4,
                              .activity = 5,
                              .cause = 6,
                              .type = 7,
                              .segment = 8,
                              .reason = 9};
    uint32_t codes[CXJ__DICTIONARIES + 1];
    memset(codes, 0xff, sizeof codes);
    cxj__touchpoint_codes(&t, codes);
    ck_assert_uint_eq(codes[0], 0);
    ck_assert_uint_eq(codes[CXJ_DIMENSION_OWNER], 70001);
    for (uint32_t d = CXJ_DIMENSION_TEAM; d <= CXJ_DIMENSION_REASON; d++) ck_assert_uint_eq(codes[d], d);
}
END_TEST

/* "to[dimension][code] is the one for a code"; what is no code stays. */
START_TEST(codes_are_exchanged_dimension_by_dimension) {
    uint32_t block[CXJ__DICTIONARIES + 1][3] = {{0}};
    uint32_t *to[CXJ__DICTIONARIES + 1];
    for (uint32_t d = 0; d <= CXJ__DICTIONARIES; d++) {
        to[d] = block[d];
        block[d][1] = 100 + d;
        block[d][2] = 1;
    }
    block[CXJ_DIMENSION_OWNER][1] = 16777215;
    const cxj_touchpoint before = {.journey = 9,
                                   .id = 8,
                                   .revision = 7,
                                   .at = START,
                                   .due = 6,
                                   .value = -5,
                                   .customer = 4,
                                   .sequence = 3,
                                   .facets = 2,
                                   .scale = 1,
                                   .score = 5,
                                   .scope = 1,
                                   .commitment = 7,
                                   .outcome = 2,
                                   .owner = 1,
                                   .team = 1,
                                   .channel = 1,
                                   .stage = 1,
                                   .activity = 1,
                                   .cause = 1,
                                   .type = 1,
                                   .segment = 1,
                                   .reason = 1};
    cxj_touchpoint t = before;
    cxj__touchpoint_translate(&t, to);
    uint32_t codes[CXJ__DICTIONARIES + 1];
    cxj__touchpoint_codes(&t, codes);
    ck_assert_uint_eq(codes[CXJ_DIMENSION_OWNER], 16777215);
    for (uint32_t d = CXJ_DIMENSION_TEAM; d <= CXJ_DIMENSION_REASON; d++) ck_assert_uint_eq(codes[d], 100 + d);
    t.owner = t.team = t.channel = t.stage = t.activity = t.cause = t.type = t.segment = t.reason = 1;
    ck_assert_mem_eq(&t, &before, sizeof t);
    cxj_touchpoint none = {.journey = 1};
    cxj__touchpoint_translate(&none, to);
    ck_assert_mem_eq(&none, (&(cxj_touchpoint){.journey = 1}), sizeof none);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    const TTest *tests[] = {zero_states_nothing_but_journey_and_at_are_needed,
                            moments_lie_in_the_years_1_to_9999,
                            money_is_within_10_to_the_15,
                            unknown_bits_and_numbers_are_refused,
                            scores_are_on_their_scale,
                            scale_and_scope_stand_together,
                            codes_stand_under_their_dimension,
                            codes_are_exchanged_dimension_by_dimension};
    Suite *suite = suite_create("touchpoint");
    TCase *cases = tcase_create("touchpoint");
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) tcase_add_test(cases, tests[i]);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
