/* due: what the clock brings. What src/due.h and section 4 of src/SPEC.md say of commitments that come due.
 *
 * SPDX-License-Identifier: MIT
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "Those of an open journey with due < now are overdue" (section 4): not at due itself. */
START_TEST(overdue_begins_after_due) {
    cxj_engine *engine = make_engine(NULL, 0);
    const cxj_view *view = add(engine, "journeys");
    const cxj_touchpoint t = {.journey = 1, .at = 1, .due = 100};
    record(engine, t);
    ck_assert_int_eq(cxj_advance(engine, 100), CXJ_OK);
    ck_assert_double_eq(metric_of(view, CXJ_GRAIN_JOURNEYS, "overdue"), 0);
    ck_assert_int_eq(cxj_advance(engine, 101), CXJ_OK);
    ck_assert_double_eq(metric_of(view, CXJ_GRAIN_JOURNEYS, "overdue"), 1);
    ck_assert_int_eq(cxj_advance(engine, 102), CXJ_OK);
    ck_assert_double_eq(metric_of(view, CXJ_GRAIN_JOURNEYS, "overdue"), 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* A deadline that was met, moved or ended is none when its time comes; one that came back counts once. */
START_TEST(stale_deadlines_count_nothing) {
    static const struct {
        const char *what;
        cxj_touchpoint then[2];
        double overdue;
    } cases[] = {
        {"delivered", {{.journey = 1, .at = 2, .facets = CXJ_FACET_DELIVERED}, {.journey = 2, .at = 1}}, 0},
        {"shifted", {{.journey = 1, .at = 2, .due = 900}, {.journey = 2, .at = 1}}, 0},
        {"shifted back", {{.journey = 1, .at = 2, .due = 900}, {.journey = 1, .at = 3, .due = 100}}, 1},
        {"ended", {{.journey = 1, .at = 2, .outcome = CXJ_OUTCOME_COMPLETED}, {.journey = 2, .at = 1}}, 0},
        {"reopened",
         {{.journey = 1, .at = 2, .outcome = CXJ_OUTCOME_COMPLETED},
          {.journey = 1, .at = 3, .facets = CXJ_FACET_REOPENS}},
         1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cxj_engine *engine = make_engine(NULL, 0);
        const cxj_view *view = add(engine, "journeys");
        const cxj_touchpoint t = {.journey = 1, .at = 1, .due = 100};
        record(engine, t);
        record(engine, cases[i].then[0]);
        record(engine, cases[i].then[1]);
        ck_assert_int_eq(cxj_advance(engine, 500), CXJ_OK);
        double overdue = metric_of(view, CXJ_GRAIN_JOURNEYS, "overdue");
        ck_assert_msg(!(overdue < cases[i].overdue) && !(overdue > cases[i].overdue), "%s: %g", cases[i].what, overdue);
        cxj_engine_destroy(engine);
    }
}
END_TEST

/* A place that an erased journey has left is another's: the deadline of the first says nothing of the second. */
START_TEST(deadline_does_not_pass_to_the_next_journey_in_its_place) {
    cxj_engine *engine = make_engine(NULL, 0);
    const cxj_view *view = add(engine, "journeys");
    cxj_touchpoint t = {.journey = 1, .at = 1, .due = 100};
    record(engine, t);
    ck_assert_int_eq(cxj_erase_journey(engine, 1), CXJ_OK);
    t = (cxj_touchpoint){.journey = 2, .at = 1, .due = 1000};
    record(engine, t);
    ck_assert_int_eq(cxj_advance(engine, 500), CXJ_OK);
    ck_assert_double_eq(metric_of(view, CXJ_GRAIN_JOURNEYS, "overdue"), 0);
    ck_assert_int_eq(cxj_advance(engine, 1001), CXJ_OK);
    ck_assert_double_eq(metric_of(view, CXJ_GRAIN_JOURNEYS, "overdue"), 1);
    cxj_engine_destroy(engine);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    read_surroundings("due");
    Suite *suite = suite_create("due");
    TCase *clock = tcase_create("clock");
    tcase_set_timeout(clock, 120);
    tcase_add_test(clock, overdue_begins_after_due);
    tcase_add_test(clock, stale_deadlines_count_nothing);
    tcase_add_test(clock, deadline_does_not_pass_to_the_next_journey_in_its_place);
    suite_add_tcase(suite, clock);
    return run_suite(suite);
}
