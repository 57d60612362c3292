/* single: one journey as it stands (SPEC 9), and its touchpoints.
 *
 * SPDX-License-Identifier: MIT
 */
#include "saved.h"
#include "suite.h"

#include <math.h>
#include <string.h>

/* A journey made by hand, of which the states below are worked out from section 4. */
static void tell(cxj_engine *engine) {
    uint32_t anna = code(engine, CXJ_DIMENSION_OWNER, "Anna"), ben = code(engine, CXJ_DIMENSION_OWNER, "Ben");
    uint16_t phone = (uint16_t)code(engine, CXJ_DIMENSION_CHANNEL, "phone");
    uint16_t mail = (uint16_t)code(engine, CXJ_DIMENSION_CHANNEL, "mail");
    cxj_touchpoint first = {.journey = 9, .at = START, .owner = anna, .channel = phone, .customer = 5, .value = 100};
    first.team = (uint16_t)code(engine, CXJ_DIMENSION_TEAM, "sales");
    first.stage = (uint16_t)code(engine, CXJ_DIMENSION_STAGE, "order");
    first.activity = (uint16_t)code(engine, CXJ_DIMENSION_ACTIVITY, "call");
    first.type = (uint16_t)code(engine, CXJ_DIMENSION_TYPE, "onboarding");
    first.segment = (uint16_t)code(engine, CXJ_DIMENSION_SEGMENT, "premium");
    first.reason = (uint16_t)code(engine, CXJ_DIMENSION_REASON, "move");
    first.facets = CXJ_FACET_INBOUND;
    first.due = START + 10 * HOUR;
    first.commitment = 2;
    record(engine, first);
    record(engine, (cxj_touchpoint){.journey = 9,
                                    .at = START + 2 * HOUR,
                                    .owner = ben,
                                    .channel = mail,
                                    .value = -30,
                                    .facets = CXJ_FACET_UPDATE,
                                    .due = START + 12 * HOUR,
                                    .commitment = 2});
    record(engine,
           (cxj_touchpoint){
               .journey = 9, .at = START + 3 * HOUR, .owner = anna, .facets = CXJ_FACET_CHASE | CXJ_FACET_REPEATED});
    record(engine, (cxj_touchpoint){.journey = 9,
                                    .at = START + 5 * HOUR,
                                    .facets = CXJ_FACET_FAULT | CXJ_FACET_PENDING,
                                    .scale = CXJ_SCALE_CSAT5,
                                    .score = 5,
                                    .scope = CXJ_SCOPE_TOUCHPOINT});
    record(engine, (cxj_touchpoint){.journey = 9,
                                    .at = START + 9 * HOUR,
                                    .facets = CXJ_FACET_EXPLAINS | CXJ_FACET_RESUMES,
                                    .customer = 6,
                                    .scale = CXJ_SCALE_NPS,
                                    .score = 9,
                                    .scope = CXJ_SCOPE_JOURNEY});
    record(engine, (cxj_touchpoint){.journey = 9,
                                    .at = START + 10 * HOUR,
                                    .facets = CXJ_FACET_ASKED,
                                    .scale = CXJ_SCALE_CES7,
                                    .score = 6,
                                    .scope = CXJ_SCOPE_JOURNEY});
    record(engine, (cxj_touchpoint){.journey = 9,
                                    .at = START + 11 * HOUR,
                                    .scale = CXJ_SCALE_CSAT5,
                                    .score = 1,
                                    .scope = CXJ_SCOPE_TOUCHPOINT});
}

static cxj_journey state_of(const cxj_engine *engine) {
    cxj_journey state;
    ck_assert_int_eq(cxj_journey_state(engine, 9, NULL, 0, &state, sizeof state), CXJ_OK);
    return state;
}

START_TEST(state_tells_the_attributes) {
    cxj_engine *engine = make_with((cxj_options){.size = 0});
    tell(engine);
    cxj_journey state = state_of(engine);
    ck_assert_uint_eq(state.journey, 9);
    ck_assert_uint_eq(state.customer, 6); /* "the last one in order holds" (section 2) */
    ck_assert_int_eq(state.first_at, START);
    ck_assert_int_eq(state.last_at, START + 11 * HOUR);
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
    cxj_engine *engine = make_with((cxj_options){.size = 0});
    tell(engine);
    cxj_journey state = state_of(engine);
    ck_assert_uint_eq(state.touchpoints, 7);
    ck_assert_uint_eq(state.contacts, 2);
    ck_assert_uint_eq(state.handoffs, 2);
    ck_assert_uint_eq(state.bounces, 1);
    ck_assert_uint_eq(state.repeats, 1);
    ck_assert_uint_eq(state.faults, 1);
    ck_assert_uint_eq(state.chases, 1);
    ck_assert_int_eq(state.quiet, 2 * HOUR);   /* since the explanation */
    ck_assert_int_eq(state.silence, 2 * HOUR); /* before the first update, and before the explanation */
    ck_assert_int_eq(state.pending, 4 * HOUR);
    ck_assert_int_eq(state.waiting_since, 0); /* they were told */
    record(engine, (cxj_touchpoint){.journey = 9, .at = START + 12 * HOUR, .facets = CXJ_FACET_INBOUND});
    record(engine, (cxj_touchpoint){.journey = 9, .at = START + 13 * HOUR, .facets = CXJ_FACET_CHASE});
    ck_assert_int_eq(state_of(engine).waiting_since, START + 12 * HOUR);
    record(engine, (cxj_touchpoint){.journey = 9, .at = START + 14 * HOUR, .outcome = CXJ_OUTCOME_COMPLETED});
    ck_assert_int_eq(state_of(engine).waiting_since, 0);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(state_tells_the_ratings) {
    cxj_engine *engine = make_with((cxj_options){.size = 0});
    tell(engine);
    cxj_journey state = state_of(engine);
    ck_assert_uint_eq(state.touch_ratings, 2);
    ck_assert_double_eq(state.touch_satisfaction, 0.5);
    ck_assert(isnan(state.journey_satisfaction));
    ck_assert_double_eq(state.journey_nps, 9);
    ck_assert_double_eq(state.journey_ces, 6);
    record(engine, (cxj_touchpoint){.journey = 9,
                                    .at = START + 12 * HOUR,
                                    .scale = CXJ_SCALE_PERCENT,
                                    .score = 25,
                                    .scope = CXJ_SCOPE_JOURNEY});
    ck_assert_double_eq(state_of(engine).journey_satisfaction, 0.25);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(state_tells_the_commitments) {
    static const cxj_commitment none;
    cxj_engine *engine = make_with((cxj_options){.size = 0});
    tell(engine);
    cxj_journey state = state_of(engine);
    for (size_t i = 0; i < 8; i++) {
        if (i != 2) ck_assert_mem_eq(&state.commitments[i], &none, sizeof none);
    }
    ck_assert_int_eq(state.commitments[2].first_due, START + 10 * HOUR);
    ck_assert_int_eq(state.commitments[2].due, START + 12 * HOUR);
    ck_assert_int_eq(state.commitments[2].announced_at, START + 2 * HOUR);
    ck_assert_int_eq(state.commitments[2].open, 1);
    ck_assert_int_eq(state.commitments[2].announced, 1);
    ck_assert_int_eq(state.commitments[2].explained, 1);
    record(engine,
           (cxj_touchpoint){.journey = 9, .at = START + 12 * HOUR, .facets = CXJ_FACET_DELIVERED, .commitment = 2});
    state = state_of(engine);
    ck_assert_mem_eq(&state.commitments[2], &none, sizeof none);
    cxj_engine_destroy(engine);
}
END_TEST

START_TEST(state_tells_the_flags) {
    cxj_engine *engine = make_with((cxj_options){.size = 0});
    tell(engine);
    cxj_journey state = state_of(engine);
    ck_assert_int_eq(state.outcome + state.churned + state.reopened + state.asking + state.pending_now, 0);
    ck_assert_int_eq(state.loop_open, 1);
    ck_assert_int_eq(state.end_at, 0);
    record(engine, (cxj_touchpoint){.journey = 9,
                                    .at = START + 12 * HOUR,
                                    .outcome = CXJ_OUTCOME_ABANDONED,
                                    .facets = CXJ_FACET_CHURNED | CXJ_FACET_CONTACT});
    state = state_of(engine);
    ck_assert_int_eq(state.outcome, CXJ_OUTCOME_ABANDONED);
    ck_assert_int_eq(state.end_at, START + 12 * HOUR);
    ck_assert_int_eq(state.churned, 1);
    ck_assert_int_eq(state.loop_open, 0);
    ck_assert_int_eq(state.silence, 3 * HOUR);
    ck_assert_int_eq(state.quiet, 0);
    record(engine,
           (cxj_touchpoint){.journey = 9, .at = START + 13 * HOUR, .facets = CXJ_FACET_CHASE | CXJ_FACET_PENDING});
    state = state_of(engine);
    ck_assert_int_eq(state.outcome, 0);
    ck_assert_int_eq(state.end_at, 0);
    ck_assert_int_eq(state.reopened, 1);
    ck_assert_int_eq(state.asking, 1);
    ck_assert_int_eq(state.pending_now, 1);
    ck_assert_int_eq(state.waiting_since, START + 13 * HOUR);
    ck_assert_int_eq(state.churned, 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* "CXJ_NOT_FOUND (unknown, or none of its touchpoints contributes)"; its touchpoints are there nevertheless. */
START_TEST(state_of_a_withdrawn_journey_is_not_found) {
    cxj_engine *engine = make_with((cxj_options){.size = 0});
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
    cxj_engine *engine = make_with((cxj_options){.size = 0});
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
