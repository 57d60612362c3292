/* cell: integer sums under one key, and what is added to them.
 *
 * A cell is a vector of integers: counts (64 bits), sums (128 bits) and histograms. What its grain sums is listed here
 * once; metric reads by these names, fold writes by them. Facts are what the fold finds out about one touchpoint: each
 * is an addition to one cell of each view of its grain, and can be taken away again. */
#ifndef CXJ__CELL_H
#define CXJ__CELL_H

#include "base.h"
#include "histogram.h"

/* ---- what is summed, by grain ----------------------------------------------------------------------------------- */

/* The first count of each grain is that of its contributions: a cell where it is 0 does not exist. The counts of
 * touchpoints, but for the last, grow by 0 or 1 with each touchpoint: a fact says which in one mask. */
/* clang-format off */
#define CXJ__TOUCHPOINT_COUNTS(X)                                                                                     \
    X(TOUCHPOINTS) X(CONTACTS) X(INBOUND) X(CHASES) X(UPDATES) X(PROACTIVE_UPDATES) X(NEXT_STEPS) X(EXPLANATIONS)     \
    X(REPEATS) X(CONTRADICTIONS) X(FAULTS) X(RESOLUTIONS) X(ASKS) X(CLEAN) X(WAITS)                                   \
    X(RATINGS) X(SATISFIED) X(DISSATISFIED) X(NPS_RATINGS) X(NPS_SATISFIED) X(NPS_DISSATISFIED) X(CES_RATINGS)        \
    X(EMPLOYEE_RATINGS) X(PROMISES) X(SHIFTS) X(RESCHEDULES) X(DELIVERIES) X(ON_TIME) X(KEPT)                         \
    X(LATE) X(LATE_PROACTIVE) X(LATE_REACTIVE) X(LATE_SILENT) X(LATE_UNEXPLAINED) X(JOURNEYS)
#define CXJ__TOUCHPOINT_SUMS(X)                                                                                       \
    X(WAIT) X(LATENESS) X(VALUE) X(RATING) X(RATING_SQUARES) X(CES) X(CES_SQUARES) X(EMPLOYEE) X(EMPLOYEE_SQUARES)
#define CXJ__TOUCHPOINT_HISTOGRAMS(X) X(WAIT) X(LATENESS)

#define CXJ__TRANSITION_COUNTS(X)                                                                                     \
    X(TRANSITIONS) X(CHANGES) X(BOUNCES) X(RETURNS) X(LOST_CONTEXT) X(STEPS) X(IMPROVED) X(DEGRADED)
#define CXJ__TRANSITION_SUMS(X) X(WAIT) X(STEP) X(STEP_SQUARES)
#define CXJ__TRANSITION_HISTOGRAMS(X) X(WAIT)

/* Counts that the fold keeps for each journey, and that a journeys cell sums as they are. */
#define CXJ__FOLD_COUNTS(X)                                                                                           \
    X(TOUCHPOINTS) X(CONTACTS) X(INBOUND) X(CHASES) X(UPDATES) X(PROACTIVE_UPDATES) X(REPEATS) X(CONTRADICTIONS)      \
    X(FAULTS) X(ASKS) X(CLEAN) X(HANDOFFS) X(TEAM_CHANGES) X(CHANNEL_SWITCHES) X(BOUNCES) X(LOST_CONTEXT)             \
    X(TOUCH_RATINGS) X(PROMISES) X(SHIFTS) X(RESCHEDULES) X(DELIVERIES) X(ON_TIME) X(KEPT) X(LATE) X(LATE_PROACTIVE)  \
    X(LATE_REACTIVE) X(LATE_SILENT) X(LATE_UNEXPLAINED) X(LOOPS) X(LOOPS_CLOSED)
/* Counts of journeys, and what is known only from where a journey stands. */
#define CXJ__CONTRIBUTION_COUNTS(X)                                                                                       \
    X(COMPLETED) X(ABANDONED) X(CHURNED) X(REOPENED) X(HANDOFF_FREE) X(FIRST_CONTACT_CANDIDATES)                      \
    X(FIRST_CONTACT_RESOLVED) X(TOUCH_DROPS) X(JOURNEY_RATINGS) X(JOURNEY_DROPS) X(NPS_RATINGS) X(NPS_SATISFIED)      \
    X(NPS_DISSATISFIED) X(CES_RATINGS) X(GAPS) X(ASKED) X(ANSWERED) X(PROMISED) X(BROKEN) X(OVERDUE) X(FLAWLESS)      \
    X(WOW) X(CLEAN_JOURNEYS) X(ENDED_TOUCHPOINTS) X(ENDED_CLEAN)
#define CXJ__JOURNEY_COUNTS(X) X(JOURNEYS) CXJ__FOLD_COUNTS(X) CXJ__CONTRIBUTION_COUNTS(X)
#define CXJ__JOURNEY_SUMS(X)                                                                                          \
    X(DURATION) X(PENDING) X(SILENCE) X(TOUCH) X(TOUCH_SQUARES) X(TOUCH_DROP) X(TOUCH_DROP_SQUARES) X(JOURNEY)        \
    X(JOURNEY_SQUARES) X(JOURNEY_DROP) X(JOURNEY_DROP_SQUARES) X(JOURNEY_FIRST) X(CES) X(CES_SQUARES) X(GAP)          \
    X(GAP_SQUARES) X(SLIP) X(LATENESS) X(DARK) X(VALUE) X(VALUE_LOST)
/* Of the histograms the first two hold one duration for each ended journey, the others one for each sample. */
#define CXJ__JOURNEY_HISTOGRAMS(X) X(DURATION) X(SILENCE) X(LATENESS) X(WARNING) X(LOOP)
/* clang-format on */

#define CXJ__TOUCHPOINT_COUNT(name) CXJ__T_##name,
#define CXJ__TOUCHPOINT_SUM(name) CXJ__T_SUM_##name,
#define CXJ__TOUCHPOINT_HISTOGRAM(name) CXJ__T_HISTOGRAM_##name,
#define CXJ__TRANSITION_COUNT(name) CXJ__X_##name,
#define CXJ__TRANSITION_SUM(name) CXJ__X_SUM_##name,
#define CXJ__TRANSITION_HISTOGRAM(name) CXJ__X_HISTOGRAM_##name,
#define CXJ__FOLD_COUNT(name) CXJ__F_##name,
#define CXJ__JOURNEY_COUNT(name) CXJ__J_##name,
#define CXJ__JOURNEY_SUM(name) CXJ__J_SUM_##name,
#define CXJ__JOURNEY_HISTOGRAM(name) CXJ__J_HISTOGRAM_##name,
enum { CXJ__TOUCHPOINT_COUNTS(CXJ__TOUCHPOINT_COUNT) CXJ__T_COUNTS };
enum { CXJ__TOUCHPOINT_SUMS(CXJ__TOUCHPOINT_SUM) CXJ__T_SUMS };
enum { CXJ__TOUCHPOINT_HISTOGRAMS(CXJ__TOUCHPOINT_HISTOGRAM) CXJ__T_HISTOGRAMS };
enum { CXJ__TRANSITION_COUNTS(CXJ__TRANSITION_COUNT) CXJ__X_COUNTS };
enum { CXJ__TRANSITION_SUMS(CXJ__TRANSITION_SUM) CXJ__X_SUMS };
enum { CXJ__TRANSITION_HISTOGRAMS(CXJ__TRANSITION_HISTOGRAM) CXJ__X_HISTOGRAMS };
enum { CXJ__FOLD_COUNTS(CXJ__FOLD_COUNT) CXJ__F_COUNTS };
enum { CXJ__JOURNEY_COUNTS(CXJ__JOURNEY_COUNT) CXJ__J_COUNTS };
enum { CXJ__JOURNEY_SUMS(CXJ__JOURNEY_SUM) CXJ__J_SUMS };
enum { CXJ__JOURNEY_HISTOGRAMS(CXJ__JOURNEY_HISTOGRAM) CXJ__J_HISTOGRAMS };

#define CXJ__BIT(count) (UINT64_C(1) << (count))

/* ---- facts ------------------------------------------------------------------------------------------------------ */

/* What one touchpoint adds: to the touchpoints cell it falls under, or to the transitions cell from -> to (perhaps of
 * an earlier change, to which something is charged), or one duration to a histogram of its journey's cell. */
struct cxj__fact {
    uint8_t grain;     /* CXJ_GRAIN_… of the cells that it goes to */
    uint8_t dimension; /* transitions: which one, 0..4; journeys: which histogram */
    uint32_t from, to; /* transitions: codes */
    int32_t rating;    /* touchpoints: s, 0..12600; transitions: a step, -12600..12600 */
    int64_t at;        /* the moment by which the cell's period is found */
    uint64_t mask;     /* bit c: count c grows by one */
    int64_t wait;      /* if the mask has WAITS or TRANSITIONS */
    int64_t lateness;  /* touchpoints: if the mask has LATE; journeys: the duration */
    int64_t value;     /* touchpoints */
    size_t entry;      /* whose fact it is; the plan's business */
};

/* All that a journey adds to a journeys cell, but for its samples. */
enum { CXJ__J_NARROW_SUMS = CXJ__J_SUM_VALUE }; /* those behind need 128 bits for one journey, too */
struct cxj__contribution {
    uint16_t counts[CXJ__J_COUNTS];
    int64_t sums[CXJ__J_NARROW_SUMS];
    struct cxj__int128 value; /* for VALUE and, if it is churned, VALUE_LOST */
    int64_t durations[2];     /* for the histograms DURATION and SILENCE; only if it has ended */
    bool ended;
};

/* A duration in one of a journey's histograms of samples, packed: histogram and bucket. */
static inline uint32_t cxj__cell_sample(uint32_t histogram, uint32_t bucket) {
    return histogram << 16 | bucket;
}

/* ---- cells ------------------------------------------------------------------------------------------------------ */

enum { CXJ__KEY_PARTS = 5 };

/* Where a cell stands in its view. Parts that the view does not use are zero, so keys compare byte by byte. */
struct cxj__key {
    int64_t period;
    uint32_t parts[CXJ__KEY_PARTS];
    uint32_t padding;
};

/* The counts, sums and histograms of the grain follow in memory. What sealed journeys have contributed is in them, and
 * by itself in a cell of the same grain that has no key, so that it can be saved and merged without them. */
struct cxj__cell {
    struct cxj__key key;
    struct cxj__cell *next_empty;
    struct cxj__cell *sealed; /* NULL: nothing */
    uint64_t number;          /* never given again within an engine */
    uint64_t walk;            /* the last walk through a journey's facts that came by */
    uint32_t hash;
    uint32_t place; /* in its view's list */
    uint32_t grain;
    uint32_t marked_empty;
};

/* How many counts, sums and histograms the cells of a grain have. */
struct cxj__cell_shape {
    size_t counts, sums, histograms;
};
const struct cxj__cell_shape *cxj__cell_shape(uint32_t grain);

struct cxj__cell *cxj__cell_create(struct cxj__memory *memory, uint32_t grain);
void cxj__cell_destroy(struct cxj__cell *cell, struct cxj__memory *memory);

static inline int64_t *cxj__cell_counts(const struct cxj__cell *cell) {
    return (int64_t *)(uintptr_t)(cell + 1);
}
struct cxj__int128 *cxj__cell_sums(const struct cxj__cell *cell);
struct cxj__histogram *cxj__cell_histograms(const struct cxj__cell *cell);

/* True if the cell stands under a key. */
static inline bool cxj__cell_has_key(const struct cxj__cell *cell, const struct cxj__key *key) {
    uint32_t different = 0;
    for (int i = 0; i < CXJ__KEY_PARTS; i++) different |= cell->key.parts[i] ^ key->parts[i];
    return different == 0 && cell->key.period == key->period;
}

/* Brings nearer what adding a fact will touch. */
void cxj__cell_prefetch_fact(const struct cxj__cell *cell, const struct cxj__fact *fact);

/* Makes room for a fact, a contribution or a sample, so that adding it cannot fail. */
bool cxj__cell_reserve_fact(struct cxj__cell *cell, struct cxj__memory *memory, const struct cxj__fact *fact);
bool cxj__cell_reserve_contribution(struct cxj__cell *cell, struct cxj__memory *memory,
                                const struct cxj__contribution *contribution);
bool cxj__cell_reserve_sample(struct cxj__cell *cell, struct cxj__memory *memory, uint32_t sample);

/* Adds (sign 1) or takes away (sign -1) what was reserved. */
void cxj__cell_add_fact(struct cxj__cell *cell, const struct cxj__fact *fact, int sign);
void cxj__cell_add_contribution(struct cxj__cell *cell, const struct cxj__contribution *contribution, int sign);

/* Turns one contribution into another in the same cell: what is the same in both, nearly all, is left alone. */
void cxj__cell_change_contribution(struct cxj__cell *cell, const struct cxj__contribution *before,
                               const struct cxj__contribution *after);

/* The same where only the fold's counts differ. */
void cxj__cell_change_counts(struct cxj__cell *cell, const uint16_t before[CXJ__F_COUNTS],
                             const uint16_t after[CXJ__F_COUNTS]);
void cxj__cell_add_sample(struct cxj__cell *cell, uint32_t sample, int sign);

/* Makes room for all that another cell of the same grain sums, so that adding or taking it away cannot fail; and does
 * so. */
bool cxj__cell_reserve_cell(struct cxj__cell *cell, struct cxj__memory *memory, const struct cxj__cell *other);
void cxj__cell_add_cell(struct cxj__cell *cell, const struct cxj__cell *other, int sign);

/* True if what a cell sums can be of touchpoints, as far as counts and histograms show: something contributes, nothing was
 * counted more often than touchpoints, and each histogram has as many durations as were counted. */
bool cxj__cell_is_sound(const struct cxj__cell *cell);

/* True if sealed journeys have contributed to a cell. */
static inline bool cxj__cell_has_sealed(const struct cxj__cell *cell) {
    return cell->sealed != NULL && cxj__cell_counts(cell->sealed)[0] > 0;
}

/* Sees to it that a cell can keep apart what sealed journeys contribute. */
bool cxj__cell_reserve_sealed(struct cxj__cell *cell, struct cxj__memory *memory);

#endif
