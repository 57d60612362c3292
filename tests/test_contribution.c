/* contribution: what a journey adds to a cell of journeys as it stands; when that is seen to be the same but for counts;
 * what drivers see of it. What ratings, promises and silence add, the tests of fold say beside their rules.
 *
 * CXJ_SEED takes the seed of the random parts; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "steps.h"

#include <string.h>

/* ---------------------------------------------------------------------------------------------------------------------
 * What the journey was: first contact, clean, flawless, wow
 * ------------------------------------------------------------------------------------------------------------------ */

/* Section 6: first_contact_resolution "of journeys with a resolved touchpoint and at least one inbound one: share in
 * which exactly one contact stands at or before the first resolved touchpoint and no inbound one after it". */
START_TEST(first_contact_resolution) {
    static const struct {
        const char *why;
        uint32_t facets[4];
        int candidate, resolved;
    } cases[] = {
        {"resolved in the first contact", {INBOUND | RESOLVED, 0, 0, 0}, 1, 1},
        {"resolved after the first contact", {INBOUND, RESOLVED, 0, 0}, 1, 1},
        {"a second contact before", {INBOUND, CONTACT, RESOLVED, 0}, 1, 0},
        {"a second contact at it", {INBOUND, CONTACT | RESOLVED, 0, 0}, 1, 0},
        {"no contact at or before", {RESOLVED, INBOUND, 0, 0}, 1, 0},
        {"the customer back after it", {INBOUND | RESOLVED, INBOUND, 0, 0}, 1, 0},
        {"a chase after it", {INBOUND | RESOLVED, 0, CHASE, 0}, 1, 0},
        {"a contact of ours after it", {INBOUND | RESOLVED, CONTACT, UPDATE, 0}, 1, 1},
        {"resolved twice, the first counts", {INBOUND | RESOLVED, CONTACT, RESOLVED, 0}, 1, 1},
        {"the customer back, resolved again", {INBOUND | RESOLVED, INBOUND | RESOLVED, 0, 0}, 1, 0},
        {"nothing inbound", {CONTACT | RESOLVED, 0, 0, 0}, 0, 0},
        {"nothing resolved", {INBOUND, CONTACT, 0, 0}, 0, 0},
        {"our contact, the customer's later", {CONTACT | RESOLVED, INBOUND, 0, 0}, 1, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct journey j = {0};
        for (int k = 0; k < 4; k++) add(&j, k, T(.facets = cases[i].facets[k]));
        ck_assert_msg(counted(&j, CXJ__J_FIRST_CONTACT_CANDIDATES) == cases[i].candidate, "%s", cases[i].why);
        ck_assert_msg(counted(&j, CXJ__J_FIRST_CONTACT_RESOLVED) == cases[i].resolved, "%s", cases[i].why);
    }
}
END_TEST

/* Section 4: "A journey is clean if all its touchpoints are." 6: clean touchpoints "over ended journeys". */
START_TEST(a_journey_is_clean_if_all_touchpoints_are) {
    struct journey j = {0};
    add(&j, 1, T(.facets = CONTACT));
    add(&j, 2, T(.outcome = ABANDONED));
    ck_assert_int_eq(counted(&j, CXJ__J_CLEAN_JOURNEYS), 1); /* however it ended */
    ck_assert_int_eq(counted(&j, CXJ__J_ENDED_TOUCHPOINTS), 2);
    ck_assert_int_eq(counted(&j, CXJ__J_ENDED_CLEAN), 2);
    add(&j, 3, T(.outcome = COMPLETED, .facets = FAULT));
    ck_assert_int_eq(counted(&j, CXJ__J_CLEAN_JOURNEYS), 0);
    ck_assert_int_eq(counted(&j, CXJ__J_ENDED_TOUCHPOINTS), 3);
    ck_assert_int_eq(counted(&j, CXJ__J_ENDED_CLEAN), 2);
}
END_TEST

/* Section 4: "It is flawless if it ended completed, is clean, has no broken commitment, no bounce of owner, and is not
 * churned." Each condition is broken alone. */
START_TEST(flawless_needs_every_condition) {
    static const struct {
        const char *why;
        cxj_touchpoint moments[4];
        int flawless, clean;
    } cases[] = {
        {"all well", {{.owner = 1}, {.owner = 2}, {.due = 9}, {.outcome = COMPLETED, .facets = DELIVERED}}, 1, 1},
        {"abandoned", {{0}, {0}, {0}, {.outcome = ABANDONED}}, 0, 1},
        {"open", {{0}, {0}, {0}, {0}}, 0, 0},
        {"a fault", {{.facets = FAULT}, {0}, {0}, {.outcome = COMPLETED}}, 0, 0},
        {"late", {{.due = 1}, {0}, {0}, {.outcome = COMPLETED, .facets = DELIVERED}}, 0, 0},
        {"broken", {{.due = 2}, {0}, {0}, {.outcome = COMPLETED}}, 0, 1},
        {"moot", {{.due = 3}, {0}, {0}, {.outcome = COMPLETED}}, 1, 1},
        {"a bounce", {{.owner = 1}, {.owner = 2}, {.owner = 1}, {.outcome = COMPLETED}}, 0, 1},
        {"a bounce of team", {{.team = 1}, {.team = 2}, {.team = 1}, {.outcome = COMPLETED}}, 1, 1},
        {"churned", {{0}, {.facets = CHURNED}, {0}, {.outcome = COMPLETED}}, 0, 1},
        {"reopened and completed again", {{.outcome = COMPLETED}, {.due = 9}, {0}, {.outcome = COMPLETED}}, 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct journey j = {0};
        for (int k = 0; k < 4; k++) add(&j, k, cases[i].moments[k]);
        ck_assert_msg(counted(&j, CXJ__J_FLAWLESS) == cases[i].flawless, "%s", cases[i].why);
        ck_assert_msg(counted(&j, CXJ__J_CLEAN_JOURNEYS) == cases[i].clean, "%s", cases[i].why);
        ck_assert_int_eq(counted(&j, CXJ__J_WOW), 0);
    }
}
END_TEST

/* Section 2, column delighted; section 4: "It is wow if it is flawless and its last rating of scope journey, of
 * whatever kind, is delighted." */
START_TEST(wow_is_a_delighted_last_rating) {
    for (int score = scales[_i].lowest; score <= scales[_i].highest; score++) {
        struct journey j = {0};
        add(&j, 1, T(.outcome = COMPLETED));
        add(&j, 2, rating(_i, score, CXJ_SCOPE_JOURNEY));
        ck_assert_int_eq(counted(&j, CXJ__J_WOW), score >= scales[_i].delighted);
        ck_assert_int_eq(counted(&j, CXJ__J_FLAWLESS), 1);
    }
}
END_TEST

START_TEST(wow_looks_at_the_last_rating_of_whatever_kind) {
    struct journey j = {0};
    add(&j, 1, T(RATED(JOURNEY, CSAT5, 5)));
    add(&j, 2, T(.outcome = COMPLETED));
    ck_assert_int_eq(counted(&j, CXJ__J_WOW), 1);
    add(&j, 3, T(RATED(TOUCHPOINT, CSAT5, 1)));
    add(&j, 3, T(RATED(EMPLOYEE, CSAT5, 1)));
    ck_assert_int_eq(counted(&j, CXJ__J_WOW), 1); /* other scopes do not matter */
    add(&j, 4, T(RATED(JOURNEY, NPS, 8)));
    ck_assert_int_eq(counted(&j, CXJ__J_WOW), 0);
    add(&j, 5, T(RATED(JOURNEY, CES7, 7)));
    ck_assert_int_eq(counted(&j, CXJ__J_WOW), 1);
    add(&j, 6, T(.facets = CHURNED));
    ck_assert_int_eq(counted(&j, CXJ__J_WOW), 0); /* not flawless any more */
}
END_TEST

/* A journey counts itself once, and its size. */
START_TEST(a_journey_counts_once) {
    struct journey j = {0};
    for (int i = 0; i < 5; i++) add(&j, i, T(0));
    ck_assert_int_eq(counted(&j, CXJ__J_JOURNEYS), 1);
    ck_assert_int_eq(counted(&j, CXJ__J_TOUCHPOINTS), 5);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Contributions that are alike
 * ------------------------------------------------------------------------------------------------------------------ */

static struct cxj__cell *make_cell(struct cxj__memory *memory, const struct cxj__contribution *holds) {
    struct cxj__cell *cell = cxj__cell_create(memory, CXJ_GRAIN_JOURNEYS);
    ck_assert_ptr_nonnull(cell);
    ck_assert(cxj__cell_reserve_contribution(cell, memory, holds));
    cxj__cell_add_contribution(cell, holds, 1);
    return cell;
}

/* The counts in which two journeys may differ: where one has come by a touchpoint more, those of which its fact says so;
 * else all. */
static uint64_t counted_apart(const struct journey *a, const struct journey *b) {
    const struct journey *longer = a->fold.counts[CXJ__F_TOUCHPOINTS] > b->fold.counts[CXJ__F_TOUCHPOINTS] ? a : b;
    const struct journey *other = longer == a ? b : a;
    bool is_step = longer->fold.counts[CXJ__F_TOUCHPOINTS] == other->fold.counts[CXJ__F_TOUCHPOINTS] + 1;
    return is_step ? longer->facts[0].counted : CXJ__BIT(CXJ__F_COUNTS) - 1;
}

/* True if what turns the one contribution into the other in a cell leaves the other there, and nothing else. */
static bool is_turned(const struct journey *a, const struct journey *b, int64_t now) {
    struct cxj__memory memory = {cxj__base_allocate, NULL, 0, 0};
    struct cxj__contribution x = stand_at(a, now), y = stand_at(b, now);
    struct cxj__cell *turned = make_cell(&memory, &x), *other = make_cell(&memory, &y);
    ck_assert(cxj__cell_reserve_contribution(turned, &memory, &y));
    struct cxj__turn turn = {&a->fold, &b->fold, counted_apart(a, b), now};
    cxj__contribution_change(turned, &turn, &a->fold.lasted, &b->fold.lasted);
    bool is_same = !x.ended && !y.ended && cxj__cell_is_same(turned, other);
    cxj__cell_destroy(turned, &memory);
    cxj__cell_destroy(other, &memory);
    return is_same;
}

static void check_alike(const struct journey *before, const struct journey *after) {
    if (after->fold.counts[CXJ__F_TOUCHPOINTS] == 0 || !cxj__contribution_is_alike(&before->fold, &after->fold)) return;
    ck_assert(before->fold.counts[CXJ__F_TOUCHPOINTS] > 0);
    for (int64_t now = -10; now < 100; now += 5) ck_assert(is_turned(before, after, now));
}

/* contribution.h: "True if the two contributions of a journey that runs differ in the counts of the fold, in whether any
 * of them are handoffs or promises, in promises, ratings of touchpoints and durations alone". Here a touchpoint comes
 * last. */
START_TEST(contributions_that_are_alike_are_turned_into_each_other) {
    static struct journey before, after;
    for (int round = 0; round < 100; round++) {
        memset(&after, 0, sizeof after);
        for (int64_t at = 0; at < 20; at++) {
            cxj_touchpoint m = anything(at);
            if (chance(3)) m.outcome = 0;
            memcpy(&before, &after, sizeof before);
            add(&after, at, m);
            check_alike(&before, &after);
            check_alike(&after, &before);
        }
    }
}
END_TEST

/* And here one is moved, as a correction does: what stands before and after it is the same. */
START_TEST(contributions_that_are_alike_after_a_correction_too) {
    static struct journey before, after;
    for (int round = 0; round < 3000; round++) {
        cxj_touchpoint moments[4];
        memset(&before, 0, sizeof before);
        memset(&after, 0, sizeof after);
        for (int i = 0; i < 4; i++) {
            moments[i] = T(RATED(TOUCHPOINT, BINARY, (uint8_t)chance(2)));
            if (chance(3) == 0) moments[i] = T(RATED(JOURNEY, BINARY, (uint8_t)chance(2)));
            if (chance(3) == 0) moments[i] = T(.owner = 1 + (uint32_t)chance(2));
            if (chance(4) == 0) moments[i] = T(.due = 5 + (int64_t)chance(2));
            if (chance(4) == 0) moments[i].facets = (uint32_t)chance(1 << 16);
        }
        for (int i = 0; i < 4; i++) add(&before, 0, moments[i]);
        cxj_touchpoint moved = moments[3];
        moments[3] = moments[round % 3];
        moments[round % 3] = moved;
        for (int i = 0; i < 4; i++) add(&after, 0, moments[i]);
        check_alike(&before, &after);
    }
}
END_TEST

/* Three ratings of which the last two change places: the sums are the same, and yet the last one is another. Beside a
 * rating of the journey another sum of touchpoints means another gap. */
START_TEST(contributions_tell_the_last_rating_and_the_gap) {
    static struct journey before, after;
    add(&before, 1, T(RATED(TOUCHPOINT, CSAT5, 3)));
    add(&after, 1, T(RATED(TOUCHPOINT, CSAT5, 3)));
    add(&before, 2, T(RATED(TOUCHPOINT, CSAT5, 5)));
    add(&after, 2, T(RATED(TOUCHPOINT, CSAT5, 1)));
    add(&before, 3, T(RATED(TOUCHPOINT, CSAT5, 1)));
    add(&after, 3, T(RATED(TOUCHPOINT, CSAT5, 5)));
    ck_assert_int_eq(summed(&before, CXJ__J_SUM_TOUCH_DROP), 6300);
    ck_assert_int_eq(summed(&after, CXJ__J_SUM_TOUCH_DROP), -6300);
    ck_assert(cxj__contribution_is_alike(&before.fold, &after.fold));
    check_alike(&before, &after);
    memcpy(&before, &after, sizeof before);
    add(&after, 4, T(RATED(TOUCHPOINT, CSAT5, 2)));
    ck_assert(cxj__contribution_is_alike(&before.fold, &after.fold));
    check_alike(&before, &after);
    add(&after, 5, T(RATED(JOURNEY, CSAT5, 2)));
    memcpy(&before, &after, sizeof before);
    add(&after, 6, T(.owner = 3));
    ck_assert(cxj__contribution_is_alike(&before.fold, &after.fold));
    add(&after, 7, T(RATED(TOUCHPOINT, CSAT5, 1)));
    ck_assert(!cxj__contribution_is_alike(&before.fold, &after.fold));
}
END_TEST

/* One slip or the other: their sum is the same, and yet other promises are overdue. */
START_TEST(contributions_that_are_alike_tell_which_promises_moved) {
    static struct journey before, after;
    for (uint8_t c = 0; c < 2; c++) {
        add(&before, 1, T(.due = 5 + 5 * c, .commitment = c));
        add(&after, 1, T(.due = 5 + 5 * c, .commitment = c));
    }
    add(&before, 2, T(.due = 7));
    add(&after, 2, T(.due = 12, .commitment = 1));
    ck_assert_int_eq(stand_at(&before, 6).counts[CXJ__J_OVERDUE], 0);
    ck_assert_int_eq(stand_at(&after, 6).counts[CXJ__J_OVERDUE], 1);
    ck_assert(cxj__contribution_is_alike(&before.fold, &after.fold));
    check_alike(&before, &after);
    check_alike(&after, &before);
}
END_TEST

/* A promise, its delivery and a first response: each is a difference, on and back, whether the response took time or
 * not. */
START_TEST(contributions_that_are_alike_tell_promises_and_responses) {
    static struct journey before, after;
    for (int64_t at = 1; at < 3; at++) {
        memset(&after, 0, sizeof after);
        add(&after, 1, T(.facets = INBOUND, .due = 40));
        memcpy(&before, &after, sizeof before);
        add(&after, at, T(.facets = UPDATE));
        ck_assert_int_eq(counted(&after, CXJ__J_FIRST_RESPONSES), 1);
        ck_assert_int_eq(summed(&after, CXJ__J_SUM_FIRST_RESPONSE), at - 1);
        ck_assert(cxj__contribution_is_alike(&before.fold, &after.fold));
        check_alike(&before, &after);
        check_alike(&after, &before);
        memcpy(&before, &after, sizeof before);
        add(&after, 50, T(.facets = CXJ_FACET_DELIVERED));
        ck_assert_int_eq(summed(&after, CXJ__J_SUM_LATENESS), 10);
        ck_assert(cxj__contribution_is_alike(&before.fold, &after.fold));
        check_alike(&before, &after);
        check_alike(&after, &before);
    }
}
END_TEST

/* A contact that turns out to have been inbound makes the journey one of first contact resolution. */
START_TEST(contributions_are_not_alike_if_the_first_came_inbound) {
    static struct journey before, after;
    add(&before, 1, T(.facets = CONTACT));
    add(&after, 1, T(.facets = INBOUND));
    add(&before, 2, T(.facets = RESOLVED));
    add(&after, 2, T(.facets = RESOLVED));
    ck_assert_int_eq(counted(&before, CXJ__J_FIRST_CONTACT_CANDIDATES), 0);
    ck_assert_int_eq(counted(&after, CXJ__J_FIRST_CONTACT_CANDIDATES), 1);
    ck_assert(!cxj__contribution_is_alike(&before.fold, &after.fold));
    ck_assert(!cxj__contribution_is_alike(&after.fold, &before.fold));
}
END_TEST

/* Section 4: "Those of an open journey with due < now are overdue." Two journeys slipped alike and promised the same
 * first, one of them because the customer asked for it; only what was promised last is another. */
START_TEST(contributions_that_are_alike_tell_the_last_promise) {
    static struct journey asked, moved;
    add(&asked, 1, T(.due = 90));
    add(&moved, 1, T(.due = 100));
    add(&asked, 2, T(.due = 140));
    add(&moved, 2, T(.due = 150));
    add(&asked, 3, T(.due = 100, .facets = REQUESTED));
    add(&moved, 3, T(0));
    ck_assert_int_eq(summed(&asked, CXJ__J_SUM_SLIP), 50);
    ck_assert_int_eq(summed(&moved, CXJ__J_SUM_SLIP), 50);
    ck_assert_int_eq(stand_at(&asked, 120).counts[CXJ__J_OVERDUE], 1);
    ck_assert_int_eq(stand_at(&moved, 120).counts[CXJ__J_OVERDUE], 0);
    ck_assert(cxj__contribution_is_alike(&asked.fold, &moved.fold));
    ck_assert(is_turned(&asked, &moved, 120) && is_turned(&moved, &asked, 120));
}
END_TEST

/* Section 6: promised_share is "journeys with a promise / journeys". A promise that was kept leaves no more than that
 * there was one. */
START_TEST(contributions_that_are_alike_tell_a_promise_that_was_kept) {
    static struct journey without, with;
    add(&without, 1, T(0));
    add(&with, 1, T(.due = 9));
    add(&without, 2, T(0));
    add(&with, 2, T(.facets = DELIVERED));
    ck_assert_int_eq(counted(&without, CXJ__J_PROMISED), 0);
    ck_assert_int_eq(counted(&with, CXJ__J_PROMISED), 1);
    ck_assert(cxj__contribution_is_alike(&without.fold, &with.fold));
    ck_assert(is_turned(&without, &with, 120) && is_turned(&with, &without, 120));
}
END_TEST

/* It is what makes a touchpoint that comes last cheap, so it should be true where nothing but counts changes. */
START_TEST(contributions_are_alike_where_nothing_happens) {
    static struct journey first, second, before, after;
    add(&first, 1, T(0));
    add(&second, 1, T(0));
    ck_assert(!cxj__contribution_is_alike(&before.fold, &first.fold));
    add(&second, 2, T(0));
    ck_assert(cxj__contribution_is_alike(&first.fold, &second.fold));
    add(&before, 1, T(.facets = INBOUND, .due = 90, .commitment = 4, RATED(TOUCHPOINT, CSAT5, 3)));
    add(&before, 2, T(.owner = 1));
    add(&before, 2, T(.owner = 2));
    memcpy(&after, &before, sizeof after);
    add(&after, 3, T(.facets = FAULT | REPEATED | CHASE, .owner = 1));
    memcpy(&before, &after, sizeof before);
    before.fold.promises[0].due = 7; /* What is left of a commitment that is not open does not matter. */
    add(&after, 3, T(.facets = FAULT | REPEATED | CHASE, .owner = 2));
    ck_assert(cxj__contribution_is_alike(&before.fold, &after.fold));
    memcpy(&before, &after, sizeof before);
    add(&after, 4, T(.outcome = ABANDONED));
    ck_assert(!cxj__contribution_is_alike(&before.fold, &after.fold));
    ck_assert(!cxj__contribution_is_alike(&after.fold, &after.fold));
    add(&after, 5, T(.facets = REOPENS));
    ck_assert(!cxj__contribution_is_alike(&before.fold, &after.fold));
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Drivers
 * ------------------------------------------------------------------------------------------------------------------ */

/* What drivers see of a journey as it stands: each predictor, in the order of the list, then s and whether it churned.
 * */
enum { RATING = CXJ__PREDICTORS, LEFT, SEEN };
static void look(const struct journey *j, int64_t seen[SEEN]) {
    struct cxj__memory memory = {cxj__base_allocate, NULL, 0, 0};
    struct cxj__cell *cell = cxj__cell_make(&memory, CXJ_GRAIN_JOURNEYS, true);
    struct journey churned = *j, plain = *j;
    churned.fold.churned = 1;
    plain.fold.churned = 0;
    ck_assert_ptr_nonnull(cell);
    cxj__contribution_observe(cell, NULL, &churned.fold); /* then Σx·y is Σx */
    cxj__contribution_observe(cell, &churned.fold, &plain.fold);
    cxj__contribution_observe(cell, &plain.fold, &j->fold);
    const struct cxj__products *products = cxj__cell_products(cell);
    memset(seen, 0, SEEN * sizeof *seen);
    seen[RATING] = -1;
    for (size_t p = 0; p < CXJ__PREDICTORS; p++) {
        const struct cxj__int128 *all = &products->sums[CXJ__OF_CHURN][CXJ__PRODUCTS_ROW(p)];
        const struct cxj__int128 *rated = &products->sums[CXJ__OF_SATISFACTION][CXJ__PRODUCTS_ROW(p)];
        seen[p] = cxj__base_clamp(all[CXJ__PRODUCTS_X]);
        if (seen[p] == 0) continue;
        ck_assert_int_eq(cxj__base_clamp(all[CXJ__PRODUCTS_XX + p]), seen[p] * seen[p]);
        seen[LEFT] = cxj__base_clamp(all[CXJ__PRODUCTS_XY]) / seen[p];
        ck_assert(rated[CXJ__PRODUCTS_X].low == 0 || cxj__base_clamp(rated[CXJ__PRODUCTS_X]) == seen[p]);
        if (rated[CXJ__PRODUCTS_X].low != 0) seen[RATING] = cxj__base_clamp(rated[CXJ__PRODUCTS_XY]) / seen[p];
    }
    cxj__contribution_observe(cell, &j->fold, NULL);
    static const struct cxj__products nothing;
    ck_assert_mem_eq(products, &nothing, sizeof nothing);
    cxj__cell_destroy(cell, &memory);
    ck_assert_uint_eq(memory.used, 0);
}

static int64_t seen(const struct journey *j, int which) {
    int64_t all[SEEN];
    look(j, all);
    return all[which];
}

/* Section 8.1: "faults; late, late_unexplained, broken, shifts; handoffs, lost_context (of handoffs), channel_switches,
 * repeats, contradictions; chases, silent_days": each by itself, and nothing else. */
START_TEST(predictors_are_counts_of_the_journey) {
    const struct {
        cxj_touchpoint first, second;
        int64_t expected[CXJ__PREDICTORS];
    } cases[] = {
        {T(0), T(.facets = FAULT), {[CXJ__P_FAULTS] = 1}},
        {T(.facets = FAULT), T(.facets = FAULT), {[CXJ__P_FAULTS] = 2}},
        {T(.due = 5), T(.facets = DELIVERED), {[CXJ__P_LATE] = 1, [CXJ__P_LATE_UNEXPLAINED] = 1}},
        {T(.due = 5, .facets = UPDATE), T(.due = 20), {[CXJ__P_SHIFTS] = 1}},
        {T(.due = 5), T(.outcome = ABANDONED), {[CXJ__P_BROKEN] = 1}},
        {T(.due = 5), T(0), {0}}, /* it may be overdue, but is not broken while the journey runs */
        {T(.owner = 1), T(.owner = 2), {[CXJ__P_HANDOFFS] = 1}},
        {T(.owner = 1),
         T(.owner = 2, .facets = REPEATED),
         {[CXJ__P_HANDOFFS] = 1, [CXJ__P_LOST_CONTEXT] = 1, [CXJ__P_REPEATS] = 1}},
        {T(.team = 1), T(.team = 2, .facets = REPEATED), {[CXJ__P_REPEATS] = 1}},
        {T(.channel = 1), T(.channel = 2), {[CXJ__P_CHANNEL_SWITCHES] = 1}},
        {T(0), T(.facets = CONTRADICTED), {[CXJ__P_CONTRADICTIONS] = 1}},
        {T(.facets = CHASE), T(0), {[CXJ__P_CHASES] = 1}},
        {T(0), T(.facets = CONTACT | INBOUND | UPDATE | NEXT_STEP | RESOLVED | ASKED), {0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct journey j = {0};
        int64_t all[SEEN];
        add(&j, 1, cases[i].first);
        add(&j, 10, cases[i].second);
        look(&j, all);
        for (size_t p = 0; p < CXJ__PREDICTORS; p++) {
            ck_assert_msg(all[p] == cases[i].expected[p], "case %zu, predictor %zu: %d", i, p, (int)all[p]);
        }
    }
}
END_TEST

/* "silent_days = ⌊g / 86400000⌋ by the clock, g the greater of the journey's silence and its quiet time up to the last
 * touchpoint": whole days of the longest gap, or of one that nothing has ended yet. */
START_TEST(silent_days_are_whole_days_of_the_longest_gap) {
    const int64_t day = 86400000, start = 1000;
    struct journey j = {0};
    add(&j, start, T(.facets = UPDATE));
    ck_assert_int_eq(seen(&j, CXJ__P_SILENT_DAYS), 0);
    add(&j, start + day - 1, T(0)); /* a note: the customer has heard nothing yet */
    ck_assert_int_eq(seen(&j, CXJ__P_SILENT_DAYS), 0);
    add(&j, start + day, T(0));
    ck_assert_int_eq(seen(&j, CXJ__P_SILENT_DAYS), 1);
    add(&j, start + 3 * day - 1, T(.facets = CONTACT));
    ck_assert_int_eq(seen(&j, CXJ__P_SILENT_DAYS), 2);
    add(&j, start + 4 * day, T(0)); /* a shorter one so far */
    ck_assert_int_eq(seen(&j, CXJ__P_SILENT_DAYS), 2);
    add(&j, start + 8 * day, T(0));
    ck_assert_int_eq(seen(&j, CXJ__P_SILENT_DAYS), 5);
    add(&j, start + 8 * day, T(.outcome = COMPLETED));
    ck_assert_int_eq(seen(&j, CXJ__P_SILENT_DAYS), 5);
    add(&j, start + 100 * day, T(.facets = UPDATE)); /* after the end nobody waits */
    ck_assert_int_eq(seen(&j, CXJ__P_SILENT_DAYS), 5);
    add(&j, start + 101 * day, T(.facets = REOPENS));
    add(&j, start + 107 * day, T(0));
    ck_assert_int_eq(seen(&j, CXJ__P_SILENT_DAYS), 6);
    memset(&j, 0, sizeof j);
    add(&j, CXJ__EARLIEST, T(0));
    add(&j, CXJ__LATEST, T(0));
    ck_assert_int_eq(seen(&j, CXJ__P_SILENT_DAYS), 3652058);
}
END_TEST

/* "y = s/12600 of the journey's rating of kind satisfaction, over the cell's journeys that have one; churn: y = 1 if
 * churned else 0, over all journeys of the cell" */
START_TEST(what_is_explained_is_the_last_rating_and_whether_it_churned) {
    struct journey j = {0};
    add(&j, 1, T(.facets = FAULT, RATED(TOUCHPOINT, CSAT5, 2)));
    ck_assert_int_eq(seen(&j, RATING), -1);
    add(&j, 2, T(RATED(JOURNEY, NPS, 9)));
    ck_assert_int_eq(seen(&j, RATING), -1);
    ck_assert_int_eq(seen(&j, LEFT), 0);
    add(&j, 3, T(RATED(JOURNEY, CSAT5, 2)));
    ck_assert_int_eq(seen(&j, RATING), 3150);
    add(&j, 4, T(.facets = CHURNED, RATED(JOURNEY, CSAT5, 4)));
    ck_assert_int_eq(seen(&j, RATING), 9450);
    ck_assert_int_eq(seen(&j, LEFT), 1);
}
END_TEST

/* A cell of a view without drivers is left alone. */
START_TEST(a_cell_without_products_is_left_alone) {
    struct cxj__memory memory = {cxj__base_allocate, NULL, 0, 0};
    struct cxj__cell *cell = cxj__cell_create(&memory, CXJ_GRAIN_JOURNEYS);
    struct journey j = {0};
    add(&j, 1, T(.facets = FAULT));
    ck_assert_ptr_nonnull(cell);
    ck_assert_ptr_null(cxj__cell_products(cell));
    cxj__contribution_observe(cell, NULL, &j.fold);
    cxj__cell_destroy(cell, &memory);
}
END_TEST

static TCase *group(Suite *suite, const char *name) {
    TCase *cases = tcase_create(name);
    tcase_set_timeout(cases, 300);
    suite_add_tcase(suite, cases);
    return cases;
}

int main(void) {
    read_surroundings("test_contribution");
    Suite *suite = suite_create("contribution");
    TCase *journeys = group(suite, "journeys");
    tcase_add_test(journeys, first_contact_resolution);
    tcase_add_test(journeys, a_journey_is_clean_if_all_touchpoints_are);
    tcase_add_test(journeys, flawless_needs_every_condition);
    tcase_add_loop_test(journeys, wow_is_a_delighted_last_rating, 1, SCALES);
    tcase_add_test(journeys, wow_looks_at_the_last_rating_of_whatever_kind);
    tcase_add_test(journeys, a_journey_counts_once);

    TCase *drivers = group(suite, "drivers");
    tcase_add_test(drivers, predictors_are_counts_of_the_journey);
    tcase_add_test(drivers, silent_days_are_whole_days_of_the_longest_gap);
    tcase_add_test(drivers, what_is_explained_is_the_last_rating_and_whether_it_churned);
    tcase_add_test(drivers, a_cell_without_products_is_left_alone);

    TCase *pairs = group(suite, "pairs");
    tcase_add_test(pairs, contributions_that_are_alike_are_turned_into_each_other);
    tcase_add_test(pairs, contributions_that_are_alike_after_a_correction_too);
    tcase_add_test(pairs, contributions_tell_the_last_rating_and_the_gap);
    tcase_add_test(pairs, contributions_that_are_alike_tell_which_promises_moved);
    tcase_add_test(pairs, contributions_that_are_alike_tell_promises_and_responses);
    tcase_add_test(pairs, contributions_are_not_alike_if_the_first_came_inbound);
    tcase_add_test(pairs, contributions_that_are_alike_tell_the_last_promise);
    tcase_add_test(pairs, contributions_that_are_alike_tell_a_promise_that_was_kept);
    tcase_add_test(pairs, contributions_are_alike_where_nothing_happens);
    return run_suite(suite);
}
