/* contribution: what a journey adds to a cell of journeys as it stands (SPEC.md section 6).
 *
 * It is derived from the fold and from nothing else: whoever moves a journey from one cell to another makes it of the
 * fold before and of the fold after, and keeps none of it. Most touchpoints change so little of it that this is seen in
 * the two folds, and then it is not made at all. */
#include "contribution.h"

#include <string.h>

/* Sets a sum and, if asked for, that of squares. */
static void contribute(struct cxj__contribution *contribution, int sum, int64_t amount, bool with_square) {
    contribution->sums[sum] = amount;
    if (with_square) contribution->sums[sum + 1] = amount * amount; /* at most (65536 · 12600)², which fits */
}

static uint16_t count_promises_before(const struct cxj__fold *fold, int64_t moment) {
    uint16_t passed = 0;
    for (unsigned c = 0; fold->promises_open >> c != 0; c++) {
        if (fold->promises_open >> c & 1 && fold->promises[c].due < moment) passed++;
    }
    return passed;
}

CXJ__COLD static void stand_ended(const struct cxj__fold *fold, const struct cxj__calendar *calendar,
                                  const struct cxj__durations *lasted, struct cxj__contribution *contribution) {
    uint16_t *counts = contribution->counts;
    bool clean = fold->counts[CXJ__F_CLEAN] == fold->counts[CXJ__F_TOUCHPOINTS];
    bool completed = fold->outcome == CXJ_OUTCOME_COMPLETED;
    contribution->ended = true;
    int64_t duration = cxj__calendar_between(calendar, fold->first_at, fold->end_at);
    contribution->durations[CXJ__J_HISTOGRAM_DURATION] = duration;
    contribution->durations[CXJ__J_HISTOGRAM_SILENCE] = lasted->of[CXJ__SILENCE];
    contribute(contribution, CXJ__J_SUM_DURATION, duration, false);
    contribute(contribution, CXJ__J_SUM_PENDING, lasted->of[CXJ__PENDING], false);
    contribute(contribution, CXJ__J_SUM_SILENCE, lasted->of[CXJ__SILENCE], false);
    counts[completed ? CXJ__J_COMPLETED : CXJ__J_ABANDONED] = 1;
    counts[CXJ__J_BROKEN] = count_promises_before(fold, fold->end_at);
    counts[CXJ__J_ENDED_TOUCHPOINTS] = fold->counts[CXJ__F_TOUCHPOINTS];
    counts[CXJ__J_ENDED_CLEAN] = fold->counts[CXJ__F_CLEAN];
    counts[CXJ__J_CLEAN_JOURNEYS] = clean;
    counts[CXJ__J_FLAWLESS] =
        completed && clean && counts[CXJ__J_BROKEN] == 0 && fold->counts[CXJ__F_BOUNCES] == 0 && !fold->churned;
    counts[CXJ__J_WOW] = counts[CXJ__J_FLAWLESS] && fold->delighted;
}

/* What ratings of touchpoints are part of, beside the gap: sums in the order of their columns, and if there is a drop. */
enum { TOUCH_SUMS = 4 };
static bool sum_touch(const struct cxj__fold *fold, int64_t sums[TOUCH_SUMS]) {
    bool has_drop = fold->counts[CXJ__F_TOUCH_RATINGS] >= 2;
    int64_t drop = has_drop ? (int64_t)fold->touch_first - fold->touch_last : 0;
    sums[0] = fold->touch_sum;
    sums[1] = (int64_t)fold->touch_squares;
    sums[2] = drop;
    sums[3] = drop * drop;
    return has_drop;
}
_Static_assert(CXJ__J_SUM_TOUCH_SQUARES == CXJ__J_SUM_TOUCH + 1 && CXJ__J_SUM_TOUCH_DROP == CXJ__J_SUM_TOUCH + 2 &&
                   CXJ__J_SUM_TOUCH_DROP_SQUARES == CXJ__J_SUM_TOUCH + 3,
               "sums of ratings of touchpoints stand side by side");

CXJ__COLD static void stand_rated(const struct cxj__fold *fold, struct cxj__contribution *contribution) {
    uint16_t *counts = contribution->counts;
    int64_t touch_ratings = fold->counts[CXJ__F_TOUCH_RATINGS];
    counts[CXJ__J_TOUCH_DROPS] = sum_touch(fold, &contribution->sums[CXJ__J_SUM_TOUCH]);
    if (fold->rated) {
        counts[CXJ__J_JOURNEY_RATINGS] = 1;
        contribute(contribution, CXJ__J_SUM_JOURNEY, fold->journey_last, true);
    }
    if (fold->rated_again) {
        counts[CXJ__J_JOURNEY_DROPS] = 1;
        contribute(contribution, CXJ__J_SUM_JOURNEY_DROP, (int64_t)fold->journey_first - fold->journey_last, true);
        contribute(contribution, CXJ__J_SUM_JOURNEY_FIRST, fold->journey_first, false);
    }
    if (touch_ratings > 0 && fold->rated) {
        int64_t mean = (int64_t)(UINT64_C(65536) * fold->touch_sum / (uint64_t)touch_ratings);
        counts[CXJ__J_GAPS] = 1;
        contribute(contribution, CXJ__J_SUM_GAP, mean - INT64_C(65536) * fold->journey_last, true);
    }
    if (fold->has_loyalty) {
        const struct cxj__scale *nps = cxj__touchpoint_scale(CXJ_SCALE_NPS);
        int64_t score = (int64_t)fold->loyalty_last * nps->highest / CXJ__RATING_UNIT;
        counts[CXJ__J_NPS_RATINGS] = 1;
        counts[CXJ__J_NPS_SATISFIED] = score >= nps->satisfied;
        counts[CXJ__J_NPS_DISSATISFIED] = score <= nps->dissatisfied;
    }
    if (fold->has_effort) {
        counts[CXJ__J_CES_RATINGS] = 1;
        contribute(contribution, CXJ__J_SUM_CES, fold->effort_last, true);
    }
    counts[CXJ__J_ASKED] = fold->asked;
    counts[CXJ__J_ANSWERED] = fold->answered;
}

/* Days of silence are days by the clock (SPEC.md section 8.1), also where no touchpoint has ended the gap yet. */
CXJ__COLD static void see(const struct cxj__fold *fold, struct cxj__observation *observation) {
#define SEEN(name) observation->predictors[CXJ__P_##name] = fold->counts[CXJ__F_##name]
    static const int64_t day = 86400000;
    const int64_t *lasted = fold->lasted.of;
    int64_t gap = lasted[CXJ__QUIET] > lasted[CXJ__SILENCE] ? lasted[CXJ__QUIET] : lasted[CXJ__SILENCE];
    memset(observation, 0, sizeof *observation);
    SEEN(FAULTS);
    SEEN(LATE);
    SEEN(LATE_UNEXPLAINED);
    SEEN(SHIFTS);
    SEEN(HANDOFFS);
    SEEN(LOST_CONTEXT);
    SEEN(CHANNEL_SWITCHES);
    SEEN(REPEATS);
    SEEN(CONTRADICTIONS);
    SEEN(CHASES);
    if (fold->outcome != 0) observation->predictors[CXJ__P_BROKEN] = count_promises_before(fold, fold->end_at);
    observation->predictors[CXJ__P_SILENT_DAYS] = (uint32_t)(gap / day);
    observation->is_rated = fold->rated;
    observation->rating = fold->journey_last;
    observation->has_churned = fold->churned;
#undef SEEN
}

CXJ__COLD void cxj__contribution_move_products(const struct cxj__cell *cell, const struct cxj__fold *before,
                                               const struct cxj__fold *after) {
    struct cxj__observation was, is;
    if (before != NULL) see(before, &was);
    if (after != NULL) see(after, &is);
    cxj__products_change(cxj__cell_products(cell), before == NULL ? NULL : &was, after == NULL ? NULL : &is);
}

static void change_touch(struct cxj__cell *cell, const struct cxj__fold *before, const struct cxj__fold *after) {
    int64_t was[TOUCH_SUMS], is[TOUCH_SUMS];
    bool had_drop = sum_touch(before, was), has_drop = sum_touch(after, is);
    cxj__cell_counts(cell)[CXJ__J_TOUCH_DROPS] += (int64_t)has_drop - had_drop;
    for (int i = 0; i < TOUCH_SUMS; i++) {
        cxj__base_add(&cxj__cell_sums(cell)[CXJ__J_SUM_TOUCH + i], cxj__base_wide(is[i] - was[i]));
    }
}

/* Durations that a journey contributes while it runs, in the order of their sums. */
static void change_lasted(struct cxj__cell *cell, const struct cxj__durations *lasted,
                          const struct cxj__durations *lasts) {
    struct cxj__int128 *sums = &cxj__cell_sums(cell)[CXJ__J_SUM_SLIP];
    for (int i = CXJ__SLIP; i < CXJ__DURATIONS; i++) {
        if (lasted->of[i] == lasts->of[i]) continue;
        cxj__base_add(&sums[i - CXJ__SLIP], cxj__base_wide(lasts->of[i] - lasted->of[i]));
    }
}
#define IN_ORDER(name) ((int)CXJ__J_SUM_##name - (int)CXJ__J_SUM_SLIP == (int)CXJ__##name - (int)CXJ__SLIP)
_Static_assert(IN_ORDER(LATENESS) && IN_ORDER(DARK) && IN_ORDER(RESPONSE) && IN_ORDER(FIRST_RESPONSE),
               "durations of a journey that runs stand in the order of their sums");

/* Those that some promise, delivery or response changes. */
#define TIMED                                                                                                          \
    (CXJ__BIT(CXJ__F_PROMISES) | CXJ__BIT(CXJ__F_SHIFTS) | CXJ__BIT(CXJ__F_RESCHEDULES) |                              \
     CXJ__BIT(CXJ__F_DELIVERIES) | CXJ__BIT(CXJ__F_RESPONSES) | CXJ__BIT(CXJ__F_FIRST_RESPONSES))

static void change_timed(struct cxj__cell *cell, const struct cxj__turn *turn, const struct cxj__durations *lasted,
                         const struct cxj__durations *lasts) {
    const struct cxj__fold *before = turn->before, *after = turn->after;
    int64_t *counts = cxj__cell_counts(cell);
    int first = after->counts[CXJ__F_FIRST_RESPONSES] - before->counts[CXJ__F_FIRST_RESPONSES];
    change_lasted(cell, lasted, lasts);
    counts[CXJ__J_PROMISED] += (after->counts[CXJ__F_PROMISES] > 0) - (before->counts[CXJ__F_PROMISES] > 0);
    counts[CXJ__J_OVERDUE] += count_promises_before(after, turn->now) - count_promises_before(before, turn->now);
    if (first != 0) {
        const struct cxj__durations *of = first > 0 ? lasts : lasted;
        cxj__cell_add_sample(cell, cxj__cell_first_response(of->of[CXJ__FIRST_RESPONSE]), first);
    }
}

void cxj__contribution_change(struct cxj__cell *cell, const struct cxj__turn *turn, const struct cxj__durations *lasted,
                              const struct cxj__durations *lasts) {
    const uint16_t *a = turn->before->counts, *b = turn->after->counts;
    cxj__cell_change_counts(cell, turn->counted, a, b);
    if (turn->counted & CXJ__BIT(CXJ__F_HANDOFFS)) {
        cxj__cell_counts(cell)[CXJ__J_HANDOFF_FREE] += (b[CXJ__F_HANDOFFS] == 0) - (a[CXJ__F_HANDOFFS] == 0);
    }
    if (turn->counted & TIMED) change_timed(cell, turn, lasted, lasts);
    if (turn->counted & CXJ__BIT(CXJ__F_TOUCH_RATINGS)) change_touch(cell, turn->before, turn->after);
}

bool cxj__contribution_is_alike(const struct cxj__fold *before, const struct cxj__fold *after) {
    static const size_t from = offsetof(struct cxj__fold, journey_first), to = offsetof(struct cxj__fold, promises);
    const uint16_t *a = before->counts, *b = after->counts;
    if (before->outcome != 0 || before->value != after->value ||
        memcmp((const char *)before + from, (const char *)after + from, to - from) != 0) {
        return false;
    }
    /* The gap is between ratings of touchpoints and of the journey. */
    if (before->rated &&
        (before->touch_sum != after->touch_sum || a[CXJ__F_TOUCH_RATINGS] != b[CXJ__F_TOUCH_RATINGS])) {
        return false;
    }
    return a[CXJ__F_TOUCHPOINTS] > 0 && (!before->resolved || (a[CXJ__F_INBOUND] == 0) == (b[CXJ__F_INBOUND] == 0));
}

void cxj__contribution_make(const struct cxj__fold *fold, const struct cxj__calendar *calendar,
                            const struct cxj__durations *lasted, int64_t now, struct cxj__contribution *contribution) {
    memset(contribution, 0, sizeof *contribution);
    uint16_t *counts = contribution->counts;
    counts[CXJ__J_JOURNEYS] = 1;
    memcpy(&counts[CXJ__J_JOURNEYS + 1], fold->counts, sizeof fold->counts);
    counts[CXJ__J_CHURNED] = fold->churned;
    counts[CXJ__J_REOPENED] = fold->reopened;
    counts[CXJ__J_HANDOFF_FREE] = fold->counts[CXJ__F_HANDOFFS] == 0;
    counts[CXJ__J_PROMISED] = fold->counts[CXJ__F_PROMISES] > 0;
    if (fold->resolved && fold->counts[CXJ__F_INBOUND] > 0) {
        counts[CXJ__J_FIRST_CONTACT_CANDIDATES] = 1;
        counts[CXJ__J_FIRST_CONTACT_RESOLVED] = fold->resolved_at_once && !fold->inbound_after_resolution;
    }
    contribution->value = cxj__fold_value(fold);
    for (int i = CXJ__SLIP; i < CXJ__DURATIONS; i++) {
        contribution->sums[CXJ__J_SUM_SLIP + i - CXJ__SLIP] = lasted->of[i];
    }
    contribution->durations[CXJ__J_HISTOGRAM_FIRST_RESPONSE] = lasted->of[CXJ__FIRST_RESPONSE];
    stand_rated(fold, contribution);
    if (fold->outcome != 0) {
        stand_ended(fold, calendar, lasted, contribution);
    } else {
        counts[CXJ__J_OVERDUE] = count_promises_before(fold, now);
    }
}
