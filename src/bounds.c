/* bounds: what a cell can sum (SPEC.md sections 4 and 6).
 *
 * Of sealed journeys nothing is left but sums, and nothing from which these could be found again. So whoever reads them
 * asks whether touchpoints can have contributed them: no part may be more than its whole, no sum more or less than as
 * many as were counted can add up to, and no sum of squares less than its sum allows. What a cell does not know is not
 * asked. Each rule is a row of a table. */
#include "bounds.h"

#include <string.h>

/* What stands in place of a count, sum or histogram that is not there. */
#define NOWHERE 255
_Static_assert(CXJ__J_COUNTS < NOWHERE && CXJ__T_COUNTS < NOWHERE && CXJ__X_COUNTS < NOWHERE, "a count has a byte");

/* The parts, together, are no more than the wholes, together. What is the same as a whole stands twice, either way. */
#define PARTS(...) {__VA_ARGS__, NOWHERE}
#define T_AT_MOST(parts, wholes) {CXJ_GRAIN_TOUCHPOINTS, parts, wholes}
#define X_AT_MOST(parts, wholes) {CXJ_GRAIN_TRANSITIONS, parts, wholes}
#define J_AT_MOST(parts, wholes) {CXJ_GRAIN_JOURNEYS, parts, wholes}
#define T(name) CXJ__T_##name
#define X(name) CXJ__X_##name
#define J(name) CXJ__J_##name
static const struct {
    uint8_t grain, parts[5], wholes[5];
} shares[] = {
    T_AT_MOST(PARTS(T(INBOUND)), PARTS(T(CONTACTS))),
    T_AT_MOST(PARTS(T(CHASES)), PARTS(T(INBOUND))),
    T_AT_MOST(PARTS(T(PROACTIVE_UPDATES)), PARTS(T(UPDATES))),
    T_AT_MOST(PARTS(T(NEXT_STEPS)), PARTS(T(UPDATES))),
    T_AT_MOST(PARTS(T(EXPLANATIONS)), PARTS(T(UPDATES))),
    T_AT_MOST(PARTS(T(SATISFIED), T(DISSATISFIED)), PARTS(T(RATINGS))),
    T_AT_MOST(PARTS(T(NPS_SATISFIED), T(NPS_DISSATISFIED)), PARTS(T(NPS_RATINGS))),
    T_AT_MOST(PARTS(T(RATINGS), T(NPS_RATINGS), T(CES_RATINGS), T(EMPLOYEE_RATINGS)), PARTS(T(TOUCHPOINTS))),
    T_AT_MOST(PARTS(T(PROMISES), T(SHIFTS), T(RESCHEDULES)), PARTS(T(TOUCHPOINTS))),
    T_AT_MOST(PARTS(T(ON_TIME), T(LATE)), PARTS(T(DELIVERIES))),
    T_AT_MOST(PARTS(T(DELIVERIES)), PARTS(T(ON_TIME), T(LATE))),
    T_AT_MOST(PARTS(T(KEPT)), PARTS(T(DELIVERIES))),
    T_AT_MOST(PARTS(T(LATE_PROACTIVE), T(LATE_REACTIVE), T(LATE_SILENT)), PARTS(T(LATE))),
    T_AT_MOST(PARTS(T(LATE)), PARTS(T(LATE_PROACTIVE), T(LATE_REACTIVE), T(LATE_SILENT))),
    T_AT_MOST(PARTS(T(LATE_UNEXPLAINED)), PARTS(T(LATE))),
    X_AT_MOST(PARTS(X(RETURNS)), PARTS(X(CHANGES))),
    X_AT_MOST(PARTS(X(BOUNCES)), PARTS(X(RETURNS))),
    X_AT_MOST(PARTS(X(LOST_CONTEXT)), PARTS(X(CHANGES))),
    X_AT_MOST(PARTS(X(STEPS)), PARTS(X(CHANGES))),
    X_AT_MOST(PARTS(X(IMPROVED), X(DEGRADED)), PARTS(X(STEPS))),
    J_AT_MOST(PARTS(J(INBOUND)), PARTS(J(CONTACTS))),
    J_AT_MOST(PARTS(J(CHASES)), PARTS(J(INBOUND))),
    J_AT_MOST(PARTS(J(PROACTIVE_UPDATES)), PARTS(J(UPDATES))),
    J_AT_MOST(PARTS(J(HANDOFFS), J(JOURNEYS)), PARTS(J(TOUCHPOINTS))), /* none before the second touchpoint */
    J_AT_MOST(PARTS(J(TEAM_CHANGES), J(JOURNEYS)), PARTS(J(TOUCHPOINTS))),
    J_AT_MOST(PARTS(J(CHANNEL_SWITCHES), J(JOURNEYS)), PARTS(J(TOUCHPOINTS))),
    J_AT_MOST(PARTS(J(BOUNCES)), PARTS(J(HANDOFFS))),
    J_AT_MOST(PARTS(J(LOST_CONTEXT)), PARTS(J(HANDOFFS))),
    J_AT_MOST(PARTS(J(HANDOFF_FREE)), PARTS(J(JOURNEYS))),
    J_AT_MOST(PARTS(J(JOURNEYS)), PARTS(J(HANDOFF_FREE), J(HANDOFFS))),
    J_AT_MOST(PARTS(J(PROMISES), J(SHIFTS), J(RESCHEDULES)), PARTS(J(TOUCHPOINTS))),
    J_AT_MOST(PARTS(J(DELIVERIES), J(BROKEN), J(OVERDUE)), PARTS(J(PROMISES))),
    J_AT_MOST(PARTS(J(ON_TIME), J(LATE)), PARTS(J(DELIVERIES))),
    J_AT_MOST(PARTS(J(DELIVERIES)), PARTS(J(ON_TIME), J(LATE))),
    J_AT_MOST(PARTS(J(KEPT)), PARTS(J(DELIVERIES))),
    J_AT_MOST(PARTS(J(LATE_PROACTIVE), J(LATE_REACTIVE), J(LATE_SILENT)), PARTS(J(LATE))),
    J_AT_MOST(PARTS(J(LATE)), PARTS(J(LATE_PROACTIVE), J(LATE_REACTIVE), J(LATE_SILENT))),
    J_AT_MOST(PARTS(J(LATE_UNEXPLAINED)), PARTS(J(LATE))),
    J_AT_MOST(PARTS(J(LOOPS_CLOSED)), PARTS(J(LOOPS))),
    J_AT_MOST(PARTS(J(RESPONSES), J(WAITING)), PARTS(J(INBOUND))), /* each wait begins where the customer came */
    J_AT_MOST(PARTS(J(FIRST_RESPONSES)), PARTS(J(RESPONSES))),
    J_AT_MOST(PARTS(J(FIRST_RESPONSES)), PARTS(J(JOURNEYS))),
    J_AT_MOST(PARTS(J(WAITING), J(COMPLETED), J(ABANDONED)), PARTS(J(JOURNEYS))),
    J_AT_MOST(PARTS(J(COMPLETED), J(ABANDONED)), PARTS(J(JOURNEYS))),
    J_AT_MOST(PARTS(J(CHURNED)), PARTS(J(JOURNEYS))),
    J_AT_MOST(PARTS(J(REOPENED)), PARTS(J(JOURNEYS))),
    J_AT_MOST(PARTS(J(FIRST_CONTACT_CANDIDATES)), PARTS(J(JOURNEYS))),
    J_AT_MOST(PARTS(J(FIRST_CONTACT_RESOLVED)), PARTS(J(FIRST_CONTACT_CANDIDATES))),
    J_AT_MOST(PARTS(J(TOUCH_DROPS)), PARTS(J(JOURNEYS))),
    J_AT_MOST(PARTS(J(TOUCH_DROPS), J(TOUCH_DROPS)),
              PARTS(J(TOUCH_RATINGS))), /* a drop is one of two ratings at least */
    J_AT_MOST(PARTS(J(JOURNEY_RATINGS)), PARTS(J(JOURNEYS))),
    J_AT_MOST(PARTS(J(JOURNEY_DROPS)), PARTS(J(JOURNEY_RATINGS))),
    J_AT_MOST(PARTS(J(GAPS)), PARTS(J(JOURNEY_RATINGS))),
    J_AT_MOST(PARTS(J(GAPS)), PARTS(J(TOUCH_RATINGS))),
    J_AT_MOST(PARTS(J(NPS_RATINGS)), PARTS(J(JOURNEYS))),
    J_AT_MOST(PARTS(J(NPS_SATISFIED), J(NPS_DISSATISFIED)), PARTS(J(NPS_RATINGS))),
    J_AT_MOST(PARTS(J(CES_RATINGS)), PARTS(J(JOURNEYS))),
    J_AT_MOST(PARTS(J(ASKED)), PARTS(J(JOURNEYS))),
    J_AT_MOST(PARTS(J(ASKED)), PARTS(J(ASKS))),
    J_AT_MOST(PARTS(J(ANSWERED)), PARTS(J(ASKED))),
    J_AT_MOST(PARTS(J(PROMISED)), PARTS(J(JOURNEYS))),
    J_AT_MOST(PARTS(J(PROMISED)), PARTS(J(PROMISES))),
    J_AT_MOST(PARTS(J(CLEAN_JOURNEYS)), PARTS(J(COMPLETED), J(ABANDONED))),
    J_AT_MOST(PARTS(J(FLAWLESS)), PARTS(J(COMPLETED))),
    J_AT_MOST(PARTS(J(FLAWLESS)), PARTS(J(CLEAN_JOURNEYS))),
    J_AT_MOST(PARTS(J(WOW)), PARTS(J(FLAWLESS))),
    J_AT_MOST(PARTS(J(COMPLETED), J(ABANDONED)), PARTS(J(ENDED_TOUCHPOINTS))),
    J_AT_MOST(PARTS(J(ENDED_CLEAN)), PARTS(J(ENDED_TOUCHPOINTS))),
    J_AT_MOST(PARTS(J(ENDED_CLEAN)), PARTS(J(CLEAN))),
};

/* Between what least and what most each of those counted adds to a sum lies, which together are no more than two counts
 * say; the sum of their squares; the histogram in which each of them stands. No sum is without a row. What lasts 1 ms
 * at least may last none in working hours. */
#define RATING_MOST INT64_C(12600)
#define GAP_MOST (INT64_C(65536) * 12600)
#define MONEY_MOST INT64_C(1000000000000000)
#define LONGEST (CXJ__LATEST - CXJ__EARLIEST)
#define ONE(a) a, NOWHERE
#define BOUND(grain, sum, counts, least, most) {CXJ_GRAIN_##grain, sum, counts, NOWHERE, NOWHERE, least, most}
#define SQUARED(grain, sum, counts, least, most)                                                                       \
    {CXJ_GRAIN_##grain, sum, counts, (sum) + 1, NOWHERE, least, most}, {                                               \
        CXJ_GRAIN_##grain, (sum) + 1, counts, NOWHERE, NOWHERE, 0, (most) * (most)                                     \
    }
#define LASTING(grain, sum, counts, histogram, least)                                                                  \
    {CXJ_GRAIN_##grain, sum, counts, NOWHERE, histogram, least, LONGEST}
static const struct bound {
    uint8_t grain, sum, counts[2], squares, histogram;
    int64_t least, most;
} bounds[] = {
#define COUNTS(...) {__VA_ARGS__}
    LASTING(TOUCHPOINTS, CXJ__T_SUM_WAIT, COUNTS(ONE(T(WAITS))), CXJ__T_HISTOGRAM_WAIT, 0),
    LASTING(TOUCHPOINTS, CXJ__T_SUM_LATENESS, COUNTS(ONE(T(LATE))), CXJ__T_HISTOGRAM_LATENESS, 1),
    LASTING(TOUCHPOINTS, CXJ__T_SUM_RESPONSE, COUNTS(ONE(T(RESPONSES))), CXJ__T_HISTOGRAM_RESPONSE, 0),
    BOUND(TOUCHPOINTS, CXJ__T_SUM_VALUE, COUNTS(ONE(T(TOUCHPOINTS))), -MONEY_MOST, MONEY_MOST),
    SQUARED(TOUCHPOINTS, CXJ__T_SUM_RATING, COUNTS(ONE(T(RATINGS))), 0, RATING_MOST),
    SQUARED(TOUCHPOINTS, CXJ__T_SUM_CES, COUNTS(ONE(T(CES_RATINGS))), 0, RATING_MOST),
    SQUARED(TOUCHPOINTS, CXJ__T_SUM_EMPLOYEE, COUNTS(ONE(T(EMPLOYEE_RATINGS))), 0, RATING_MOST),
    LASTING(TRANSITIONS, CXJ__X_SUM_WAIT, COUNTS(ONE(X(TRANSITIONS))), CXJ__X_HISTOGRAM_WAIT, 0),
    SQUARED(TRANSITIONS, CXJ__X_SUM_STEP, COUNTS(ONE(X(STEPS))), -RATING_MOST, RATING_MOST),
    LASTING(JOURNEYS, CXJ__J_SUM_DURATION, COUNTS(J(COMPLETED), J(ABANDONED)), CXJ__J_HISTOGRAM_DURATION, 0),
    BOUND(JOURNEYS, CXJ__J_SUM_PENDING, COUNTS(J(COMPLETED), J(ABANDONED)), 0, LONGEST),
    LASTING(JOURNEYS, CXJ__J_SUM_SILENCE, COUNTS(J(COMPLETED), J(ABANDONED)), CXJ__J_HISTOGRAM_SILENCE, 0),
    SQUARED(JOURNEYS, CXJ__J_SUM_TOUCH, COUNTS(ONE(J(TOUCH_RATINGS))), 0, RATING_MOST),
    SQUARED(JOURNEYS, CXJ__J_SUM_TOUCH_DROP, COUNTS(ONE(J(TOUCH_DROPS))), -RATING_MOST, RATING_MOST),
    SQUARED(JOURNEYS, CXJ__J_SUM_JOURNEY, COUNTS(ONE(J(JOURNEY_RATINGS))), 0, RATING_MOST),
    SQUARED(JOURNEYS, CXJ__J_SUM_JOURNEY_DROP, COUNTS(ONE(J(JOURNEY_DROPS))), -RATING_MOST, RATING_MOST),
    BOUND(JOURNEYS, CXJ__J_SUM_JOURNEY_FIRST, COUNTS(ONE(J(JOURNEY_DROPS))), 0, RATING_MOST),
    SQUARED(JOURNEYS, CXJ__J_SUM_CES, COUNTS(ONE(J(CES_RATINGS))), 0, RATING_MOST),
    SQUARED(JOURNEYS, CXJ__J_SUM_GAP, COUNTS(ONE(J(GAPS))), -GAP_MOST, GAP_MOST),
    BOUND(JOURNEYS, CXJ__J_SUM_SLIP, COUNTS(ONE(J(SHIFTS))), -LONGEST, LONGEST),
    LASTING(JOURNEYS, CXJ__J_SUM_LATENESS, COUNTS(ONE(J(LATE))), CXJ__J_HISTOGRAM_LATENESS, 1),
    BOUND(JOURNEYS, CXJ__J_SUM_DARK, COUNTS(ONE(J(LATE))), 0, LONGEST),
    BOUND(JOURNEYS, CXJ__J_SUM_RESPONSE, COUNTS(ONE(J(RESPONSES))), 0, LONGEST),
    LASTING(JOURNEYS, CXJ__J_SUM_FIRST_RESPONSE, COUNTS(ONE(J(FIRST_RESPONSES))), CXJ__J_HISTOGRAM_FIRST_RESPONSE, 0),
    BOUND(JOURNEYS, CXJ__J_SUM_VALUE, COUNTS(ONE(J(TOUCHPOINTS))), -MONEY_MOST, MONEY_MOST),
    BOUND(JOURNEYS, CXJ__J_SUM_VALUE_LOST, COUNTS(ONE(J(TOUCHPOINTS))), -MONEY_MOST, MONEY_MOST),
};
_Static_assert(GAP_MOST <= INT64_C(3037000499), "the square of a gap has 63 bits");

/* A sum that is no more than another. */
static const struct {
    uint8_t grain, part, whole;
} sums_within[] = {
    {CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_PENDING, CXJ__J_SUM_DURATION},
    {CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_SILENCE, CXJ__J_SUM_DURATION},
    {CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_DARK, CXJ__J_SUM_LATENESS},
    {CXJ_GRAIN_JOURNEYS, CXJ__J_SUM_FIRST_RESPONSE, CXJ__J_SUM_RESPONSE},
};

/* Each histogram counts as many durations as a count, or two together, say. */
static const struct {
    uint8_t grain, histogram, counts[2];
} histogram_totals[] = {
    {CXJ_GRAIN_TOUCHPOINTS, CXJ__T_HISTOGRAM_WAIT, {ONE(T(WAITS))}},
    {CXJ_GRAIN_TOUCHPOINTS, CXJ__T_HISTOGRAM_LATENESS, {ONE(T(LATE))}},
    {CXJ_GRAIN_TOUCHPOINTS, CXJ__T_HISTOGRAM_RESPONSE, {ONE(T(RESPONSES))}},
    {CXJ_GRAIN_TRANSITIONS, CXJ__X_HISTOGRAM_WAIT, {ONE(X(TRANSITIONS))}},
    {CXJ_GRAIN_JOURNEYS, CXJ__J_HISTOGRAM_DURATION, {J(COMPLETED), J(ABANDONED)}},
    {CXJ_GRAIN_JOURNEYS, CXJ__J_HISTOGRAM_SILENCE, {J(COMPLETED), J(ABANDONED)}},
    {CXJ_GRAIN_JOURNEYS, CXJ__J_HISTOGRAM_FIRST_RESPONSE, {ONE(J(FIRST_RESPONSES))}},
    {CXJ_GRAIN_JOURNEYS, CXJ__J_HISTOGRAM_LATENESS, {ONE(J(LATE))}},
    {CXJ_GRAIN_JOURNEYS, CXJ__J_HISTOGRAM_WARNING, {ONE(J(LATE_PROACTIVE))}},
    {CXJ_GRAIN_JOURNEYS, CXJ__J_HISTOGRAM_LOOP, {ONE(J(LOOPS_CLOSED))}},
};
#undef T
#undef X
#undef J

#define LENGTH_OF(table) (sizeof(table) / sizeof *(table))

/* What counts add up to, the first of those that are there. */
static int64_t add_up(const int64_t *counts, const uint8_t *which, size_t most) {
    int64_t total = 0;
    for (size_t i = 0; i < most && which[i] != NOWHERE; i++) total += counts[which[i]];
    return total;
}

/* True if a cell knows the column at a place of a list, or there is none; the same of counts, the first that are
 * there. */
static bool knows_at(const struct cxj__cell *cell, enum cxj__list list, uint8_t place) {
    return place == NOWHERE || cxj__cell_knows(cell, cxj__cell_first_column(cell->grain, list) + place);
}

static bool knows_counts(const struct cxj__cell *cell, const uint8_t *counts, size_t most) {
    for (size_t i = 0; i < most && counts[i] != NOWHERE; i++) {
        if (!knows_at(cell, CXJ__COUNTS, counts[i])) return false;
    }
    return true;
}

static bool has_shares_within(const struct cxj__cell *cell) {
    const int64_t *counts = cxj__cell_counts(cell);
    for (size_t i = 0; i < LENGTH_OF(shares); i++) {
        if (shares[i].grain != cell->grain) continue;
        if (!knows_counts(cell, shares[i].parts, 5) || !knows_counts(cell, shares[i].wholes, 5)) continue;
        if (add_up(counts, shares[i].parts, 5) > add_up(counts, shares[i].wholes, 5)) return false;
    }
    return true;
}

static bool has_durations(const struct cxj__cell *cell) {
    for (size_t i = 0; i < LENGTH_OF(histogram_totals); i++) {
        if (histogram_totals[i].grain != cell->grain) continue;
        if (!knows_at(cell, CXJ__HISTOGRAMS, histogram_totals[i].histogram) ||
            !knows_counts(cell, histogram_totals[i].counts, 2)) {
            continue;
        }
        uint64_t counted = (uint64_t)add_up(cxj__cell_counts(cell), histogram_totals[i].counts, 2);
        if (cxj__histogram_total(&cxj__cell_histograms(cell)[histogram_totals[i].histogram]) != counted) return false;
    }
    return true;
}

static bool is_more(struct cxj__int128 a, struct cxj__int128 b) {
    return cxj__base_order(a, b) > 0;
}

/* n · Σx² is never less than (Σx)² (Cauchy), and Σx², of integers, never less than Σx. */
static bool can_be_squares(struct cxj__int128 sum, struct cxj__int128 squares, int64_t n) {
    struct cxj__int128 size = sum.high >> 63 != 0 ? cxj__base_negate(sum) : sum;
    return !is_more(size, squares) && cxj__base_is_square_within(sum, cxj__base_wide(n), squares);
}

static bool is_within(const struct cxj__cell *cell, bool in_hours, const struct bound *bound) {
    const struct cxj__int128 *sums = cxj__cell_sums(cell);
    if (!knows_counts(cell, bound->counts, 2) || !knows_at(cell, CXJ__SUMS, bound->sum)) return true;
    int64_t n = add_up(cxj__cell_counts(cell), bound->counts, 2);
    struct cxj__int128 sum = sums[bound->sum];
    const int64_t least_of_one = in_hours && bound->least > 0 ? 0 : bound->least;
    struct cxj__int128 least = cxj__base_product(n, least_of_one), most = cxj__base_product(n, bound->most);
    if (is_more(least, sum) || is_more(sum, most)) return false;
    if (bound->histogram != NOWHERE && knows_at(cell, CXJ__HISTOGRAMS, bound->histogram)) {
        cxj__histogram_bounds(&cxj__cell_histograms(cell)[bound->histogram], &least, &most);
        if (is_more(least, sum) || is_more(sum, most)) return false;
    }
    return bound->squares == NOWHERE || !knows_at(cell, CXJ__SUMS, bound->squares) ||
           can_be_squares(sum, sums[bound->squares], n);
}

static bool has_sums_within(const struct cxj__cell *cell, bool in_hours) {
    const struct cxj__int128 *sums = cxj__cell_sums(cell);
    for (size_t i = 0; i < LENGTH_OF(bounds); i++) {
        if (bounds[i].grain == cell->grain && !is_within(cell, in_hours, &bounds[i])) return false;
    }
    for (size_t i = 0; i < LENGTH_OF(sums_within); i++) {
        if (sums_within[i].grain != cell->grain) continue;
        if (!knows_at(cell, CXJ__SUMS, sums_within[i].part) || !knows_at(cell, CXJ__SUMS, sums_within[i].whole)) {
            continue;
        }
        if (is_more(sums[sums_within[i].part], sums[sums_within[i].whole])) return false;
    }
    struct cxj__int128 lost = cell->grain == CXJ_GRAIN_JOURNEYS ? sums[CXJ__J_SUM_VALUE_LOST] : cxj__base_wide(0);
    return (lost.low | lost.high) == 0 || cxj__cell_counts(cell)[CXJ__J_CHURNED] > 0;
}

/* Whatever is counted, a touchpoint adds one at most, and no journey is without any. */
static bool has_counts_within(const struct cxj__cell *cell) {
    const int64_t *counts = cxj__cell_counts(cell);
    int64_t touchpoints = counts[cell->grain == CXJ_GRAIN_JOURNEYS ? CXJ__J_TOUCHPOINTS : 0];
    for (size_t i = 0; i < cxj__cell_shape(cell->grain)->counts; i++) {
        if (counts[i] > touchpoints) return false;
    }
    return counts[0] > 0;
}

/* Of columns that are not known nothing is asked. */
const char *cxj__bounds_contradiction(const struct cxj__cell *cell, bool in_hours) {
    if (!has_counts_within(cell) || !has_durations(cell)) return "the counts of a cell contradict each other";
    if (!has_shares_within(cell)) return "a part of what a cell counts is more than its whole";
    if (!has_sums_within(cell, in_hours)) return "a sum is not one of as many as were counted";
    return NULL;
}
