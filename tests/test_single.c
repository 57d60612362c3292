/* single: one journey as it stands (SPEC 9), and its touchpoints.
 *
 * SPDX-License-Identifier: MIT
 */
#include "suite.h"

#include <math.h>
#include <string.h>

#include "cxj.h"

static cxj_engine *make(void) {
    cxj_engine *engine = NULL;
    ck_assert_int_eq(cxj_engine_create(NULL, NULL, 0, &engine), CXJ_OK);
    return engine;
}

static uint32_t code(cxj_engine *engine, uint32_t dimension, const char *name) {
    uint32_t given = 0;
    ck_assert_int_eq(cxj_code(engine, dimension, name, CXJ_ZERO_TERMINATED, &given), CXJ_OK);
    return given;
}

static void record(cxj_engine *engine, cxj_touchpoint touchpoint) {
    ck_assert_int_eq(cxj_record(engine, &touchpoint, sizeof touchpoint, 1, 0, NULL, 0), CXJ_OK);
}

static const int64_t B = INT64_C(1767225600000); /* 2026-01-01 */
static const int64_t H = 3600000;

/* A journey made by hand, of which the states below are worked out from section 4. */
static void tell(cxj_engine *engine) {
    uint32_t anna = code(engine, CXJ_DIMENSION_OWNER, "Anna"), ben = code(engine, CXJ_DIMENSION_OWNER, "Ben");
    uint16_t phone = (uint16_t)code(engine, CXJ_DIMENSION_CHANNEL, "phone");
    uint16_t mail = (uint16_t)code(engine, CXJ_DIMENSION_CHANNEL, "mail");
    cxj_touchpoint first = {.journey = 9, .at = B, .owner = anna, .channel = phone, .customer = 5, .value = 100};
    first.team = (uint16_t)code(engine, CXJ_DIMENSION_TEAM, "sales");
    first.stage = (uint16_t)code(engine, CXJ_DIMENSION_STAGE, "order");
    first.activity = (uint16_t)code(engine, CXJ_DIMENSION_ACTIVITY, "call");
    first.type = (uint16_t)code(engine, CXJ_DIMENSION_TYPE, "onboarding");
    first.segment = (uint16_t)code(engine, CXJ_DIMENSION_SEGMENT, "premium");
    first.reason = (uint16_t)code(engine, CXJ_DIMENSION_REASON, "move");
    first.facets = CXJ_FACET_INBOUND;
    first.due = B + 10 * H;
    first.commitment = 2;
    record(engine, first);
    record(engine, (cxj_touchpoint){.journey = 9,
                                    .at = B + 2 * H,
                                    .owner = ben,
                                    .channel = mail,
                                    .value = -30,
                                    .facets = CXJ_FACET_UPDATE,
                                    .due = B + 12 * H,
                                    .commitment = 2});
    record(engine, (cxj_touchpoint){
                       .journey = 9, .at = B + 3 * H, .owner = anna, .facets = CXJ_FACET_CHASE | CXJ_FACET_REPEATED});
    record(engine, (cxj_touchpoint){.journey = 9,
                                    .at = B + 5 * H,
                                    .facets = CXJ_FACET_FAULT | CXJ_FACET_PENDING,
                                    .scale = CXJ_SCALE_CSAT5,
                                    .score = 5,
                                    .scope = CXJ_SCOPE_TOUCHPOINT});
    record(engine, (cxj_touchpoint){.journey = 9,
                                    .at = B + 9 * H,
                                    .facets = CXJ_FACET_EXPLAINS | CXJ_FACET_RESUMES,
                                    .customer = 6,
                                    .scale = CXJ_SCALE_NPS,
                                    .score = 9,
                                    .scope = CXJ_SCOPE_JOURNEY});
    record(engine, (cxj_touchpoint){.journey = 9,
                                    .at = B + 10 * H,
                                    .facets = CXJ_FACET_ASKED,
                                    .scale = CXJ_SCALE_CES7,
                                    .score = 6,
                                    .scope = CXJ_SCOPE_JOURNEY});
    record(engine,
           (cxj_touchpoint){
               .journey = 9, .at = B + 11 * H, .scale = CXJ_SCALE_CSAT5, .score = 1, .scope = CXJ_SCOPE_TOUCHPOINT});
}

static cxj_journey state_of(const cxj_engine *engine) {
    cxj_journey state;
    ck_assert_int_eq(cxj_journey_state(engine, 9, NULL, 0, &state, sizeof state), CXJ_OK);
    return state;
}

START_TEST(state_tells_the_attributes) {
    cxj_engine *engine = make();
    tell(engine);
    cxj_journey state = state_of(engine);
    ck_assert_uint_eq(state.journey, 9);
    ck_assert_uint_eq(state.customer, 6); /* "the last one in order holds" (section 2) */
    ck_assert_int_eq(state.first_at, B);
    ck_assert_int_eq(state.last_at, B + 11 * H);
    ck_assert_int_eq(state.value, 70);
    ck_assert_uint_eq(state.type, 1);
    ck_assert_uint_eq(state.segment, 1);
    ck_assert_uint_eq(state.reason, 1);
    ck_assert_uint_eq(state.owner, 1);
    ck_assert_uint_eq(state.team, 1);
    ck_assert_uint_eq(state.stage, 1);
    ck_assert_uint_eq(state.channel, 2);
    ck_assert_uint_eq(state.activity, 1);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(state_tells_the_counts_and_times) {
    cxj_engine *engine = make();
    tell(engine);
    cxj_journey state = state_of(engine);
    ck_assert_uint_eq(state.touchpoints, 7);
    ck_assert_uint_eq(state.contacts, 2);
    ck_assert_uint_eq(state.handoffs, 2);
    ck_assert_uint_eq(state.bounces, 1);
    ck_assert_uint_eq(state.repeats, 1);
    ck_assert_uint_eq(state.faults, 1);
    ck_assert_uint_eq(state.chases, 1);
    ck_assert_int_eq(state.quiet, 2 * H);   /* since the explanation */
    ck_assert_int_eq(state.silence, 2 * H); /* before the first update, and before the explanation */
    ck_assert_int_eq(state.pending, 4 * H);
    ck_assert_int_eq(state.waiting_since, 0); /* they were told */
    record(engine, (cxj_touchpoint){.journey = 9, .at = B + 12 * H, .facets = CXJ_FACET_INBOUND});
    record(engine, (cxj_touchpoint){.journey = 9, .at = B + 13 * H, .facets = CXJ_FACET_CHASE});
    ck_assert_int_eq(state_of(engine).waiting_since, B + 12 * H);
    record(engine, (cxj_touchpoint){.journey = 9, .at = B + 14 * H, .outcome = CXJ_OUTCOME_COMPLETED});
    ck_assert_int_eq(state_of(engine).waiting_since, 0);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(state_tells_the_ratings) {
    cxj_engine *engine = make();
    tell(engine);
    cxj_journey state = state_of(engine);
    ck_assert_uint_eq(state.touch_ratings, 2);
    ck_assert_double_eq(state.touch_satisfaction, 0.5);
    ck_assert(isnan(state.journey_satisfaction));
    ck_assert_double_eq(state.journey_nps, 9);
    ck_assert_double_eq(state.journey_ces, 6);
    record(engine,
           (cxj_touchpoint){
               .journey = 9, .at = B + 12 * H, .scale = CXJ_SCALE_PERCENT, .score = 25, .scope = CXJ_SCOPE_JOURNEY});
    ck_assert_double_eq(state_of(engine).journey_satisfaction, 0.25);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(state_tells_the_commitments) {
    static const cxj_commitment none;
    cxj_engine *engine = make();
    tell(engine);
    cxj_journey state = state_of(engine);
    for (size_t i = 0; i < 8; i++) {
        if (i != 2) ck_assert_mem_eq(&state.commitments[i], &none, sizeof none);
    }
    ck_assert_int_eq(state.commitments[2].first_due, B + 10 * H);
    ck_assert_int_eq(state.commitments[2].due, B + 12 * H);
    ck_assert_int_eq(state.commitments[2].announced_at, B + 2 * H);
    ck_assert_int_eq(state.commitments[2].open, 1);
    ck_assert_int_eq(state.commitments[2].announced, 1);
    ck_assert_int_eq(state.commitments[2].explained, 1);
    record(engine, (cxj_touchpoint){.journey = 9, .at = B + 12 * H, .facets = CXJ_FACET_DELIVERED, .commitment = 2});
    state = state_of(engine);
    ck_assert_mem_eq(&state.commitments[2], &none, sizeof none);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(state_tells_the_flags) {
    cxj_engine *engine = make();
    tell(engine);
    cxj_journey state = state_of(engine);
    ck_assert_int_eq(state.outcome + state.churned + state.reopened + state.asking + state.pending_now, 0);
    ck_assert_int_eq(state.loop_open, 1);
    ck_assert_int_eq(state.end_at, 0);
    record(engine, (cxj_touchpoint){.journey = 9,
                                    .at = B + 12 * H,
                                    .outcome = CXJ_OUTCOME_ABANDONED,
                                    .facets = CXJ_FACET_CHURNED | CXJ_FACET_CONTACT});
    state = state_of(engine);
    ck_assert_int_eq(state.outcome, CXJ_OUTCOME_ABANDONED);
    ck_assert_int_eq(state.end_at, B + 12 * H);
    ck_assert_int_eq(state.churned, 1);
    ck_assert_int_eq(state.loop_open, 0);
    ck_assert_int_eq(state.silence, 3 * H);
    ck_assert_int_eq(state.quiet, 0);
    record(engine, (cxj_touchpoint){.journey = 9, .at = B + 13 * H, .facets = CXJ_FACET_CHASE | CXJ_FACET_PENDING});
    state = state_of(engine);
    ck_assert_int_eq(state.outcome, 0);
    ck_assert_int_eq(state.end_at, 0);
    ck_assert_int_eq(state.reopened, 1);
    ck_assert_int_eq(state.asking, 1);
    ck_assert_int_eq(state.pending_now, 1);
    ck_assert_int_eq(state.waiting_since, B + 13 * H);
    ck_assert_int_eq(state.churned, 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* "CXJ_NOT_FOUND (unknown, or none of its touchpoints contributes)"; its touchpoints are there nevertheless. */
START_TEST(state_of_a_withdrawn_journey_is_not_found) {
    cxj_engine *engine = make();
    cxj_journey state = {.journey = 77};
    cxj_touchpoint t;
    size_t count = 0;
    record(engine, (cxj_touchpoint){.journey = 9, .id = 3, .at = 1, .facets = CXJ_FACET_WITHDRAWN});
    ck_assert_int_eq(cxj_journey_state(engine, 9, NULL, 0, &state, sizeof state), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_journey_state(engine, 8, NULL, 0, &state, sizeof state), CXJ_NOT_FOUND);
    ck_assert_int_eq(cxj_journey_state(engine, 0, NULL, 0, &state, sizeof state), CXJ_NOT_FOUND);
    ck_assert_uint_eq(state.journey, 77);
    ck_assert_int_eq(cxj_journey_touchpoints(engine, 9, 1, NULL, 0, &t, sizeof t, &count), CXJ_OK);
    ck_assert_uint_eq(count, 1);
    ck_assert_uint_eq(t.facets, CXJ_FACET_WITHDRAWN);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(touchpoints_come_in_order_if_there_is_room) {
    cxj_engine *engine = make();
    cxj_touchpoint t[6] = {{0}};
    size_t count = 0;
    for (int64_t at = 5; at > 0; at--) record(engine, (cxj_touchpoint){.journey = 9, .at = at, .id = 1});
    for (uint64_t id = 2; id < 6; id++) {
        record(engine, (cxj_touchpoint){.journey = 9, .at = 10 - (int64_t)id, .id = id, .facets = CXJ_FACET_CHASE});
    }
    t[0].journey = t[5].journey = 77;
    ck_assert_int_eq(cxj_journey_touchpoints(engine, 9, 4, NULL, 0, t, sizeof *t, &count), CXJ_TOO_SMALL);
    ck_assert_uint_eq(count, 5);
    ck_assert_uint_eq(t[0].journey, 77);
    count = 0;
    ck_assert_int_eq(cxj_journey_touchpoints(engine, 9, 5, NULL, 0, t, sizeof *t, &count), CXJ_OK);
    ck_assert_uint_eq(count, 5);
    ck_assert_uint_eq(t[0].id, 1); /* Of equal revisions the greater one holds: at 5. */
    ck_assert_int_eq(t[0].at, 5);
    ck_assert_uint_eq(t[0].journey, 9);
    ck_assert_uint_eq(t[1].id, 5); /* at 5 as well; then the id decides */
    ck_assert_uint_eq(t[1].facets, CXJ_FACET_CHASE | CXJ_FACET_INBOUND | CXJ_FACET_CONTACT);
    ck_assert_uint_eq(t[5].journey, 77);
    ck_assert_int_eq(cxj_journey_touchpoints(engine, 9, 0, NULL, 0, NULL, sizeof *t, &count), CXJ_TOO_SMALL);
    ck_assert_int_eq(cxj_journey_touchpoints(engine, 8, 2, NULL, 0, t, sizeof *t, &count), CXJ_NOT_FOUND);
    cxj_engine_destroy(engine);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    const TTest *journeys[] = {state_tells_the_attributes,
                               state_tells_the_counts_and_times,
                               state_tells_the_ratings,
                               state_tells_the_commitments,
                               state_tells_the_flags,
                               state_of_a_withdrawn_journey_is_not_found,
                               touchpoints_come_in_order_if_there_is_room};
    Suite *suite = suite_create("single");
    ADD_CASE(suite, "journeys", journeys);
    return run_suite(suite);
}
