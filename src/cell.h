/* cell: integer sums under one key, and what is added to them.
 *
 * A cell is a vector of integers: counts (64 bits), sums (128 bits) and histograms. What its grain sums is listed here
 * once; metric reads by these names, fold writes by them. Facts are what the fold finds out about one touchpoint: each
 * is an addition to one cell of each view of its grain, and can be taken away again. */
#ifndef CXJ__CELL_H
#define CXJ__CELL_H

#include "base.h"
#include "histogram.h"
#include "products.h"

/* ---- what is summed, by grain ----------------------------------------------------------------------------------- */

/* These lists are the format, too: of journeys that are sealed nothing is left but what is summed here, and in saved
 * bytes each count, sum and histogram stands under the number beside its name (format.c says how). A number is never
 * changed, and never given again. What is new may stand anywhere in its list, and gets the next number of all that its
 * list ever gave; what goes takes its number with it. Whoever changes what one of them means, so that what was summed
 * before is no part of it any more, gives it the next number. In bytes from before, what is new is not there, and then
 * it is not known of the cells that have such bytes in them, rather than 0 (cxj__cell_knows()).
 *
 * The first count of each grain is that of its contributions: a cell where it is 0 does not exist. The counts of
 * touchpoints, but for that of journeys, grow by 0 or 1 with each touchpoint: a fact says which in one mask. The last two
 * sums of journeys need 128 bits for one journey, too; sums of squares stand behind the sums of what they are of. What
 * most touchpoints add to comes first: it is near together, and added without asking whether it is 0, for what is so
 * different from one to the next no processor foresees. */
/* clang-format off */
#define CXJ__TOUCHPOINT_COUNTS(X)                                                                                     \
    X(TOUCHPOINTS, 1) X(WAITS, 15) X(CONTACTS, 2) X(INBOUND, 3) X(CHASES, 4) X(UPDATES, 5) X(NEXT_STEPS, 7)           \
    X(EXPLANATIONS, 8) X(CLEAN, 14) X(RESPONSES, 36) X(PROACTIVE_UPDATES, 6) X(RATINGS, 16) X(SATISFIED, 17)          \
    X(DISSATISFIED, 18) X(RESOLUTIONS, 12) X(JOURNEYS, 35) X(REPEATS, 9) X(CONTRADICTIONS, 10) X(FAULTS, 11)          \
    X(ASKS, 13) X(NPS_RATINGS, 19) X(NPS_SATISFIED, 20) X(NPS_DISSATISFIED, 21) X(CES_RATINGS, 22)                    \
    X(EMPLOYEE_RATINGS, 23) X(PROMISES, 24) X(SHIFTS, 25) X(RESCHEDULES, 26) X(DELIVERIES, 27) X(ON_TIME, 28)         \
    X(KEPT, 29) X(LATE, 30) X(LATE_PROACTIVE, 31) X(LATE_REACTIVE, 32) X(LATE_SILENT, 33) X(LATE_UNEXPLAINED, 34)     \
    CXJ__DUMMY(X, 60)
#define CXJ__TOUCHPOINT_SUMS(X)                                                                                       \
    X(WAIT, 1) X(RESPONSE, 10) X(LATENESS, 2) X(VALUE, 3) X(RATING, 4) X(RATING_SQUARES, 5) X(CES, 6)                 \
    X(CES_SQUARES, 7) X(EMPLOYEE, 8) X(EMPLOYEE_SQUARES, 9) CXJ__DUMMY(X, 20)
#define CXJ__TOUCHPOINT_HISTOGRAMS(X)                                                                                 \
    X(WAIT, 1) X(LATENESS, 2) X(RESPONSE, 3) CXJ__DUMMY(X, 10)

#define CXJ__TRANSITION_COUNTS(X)                                                                                     \
    X(TRANSITIONS, 1) X(CHANGES, 2) X(BOUNCES, 3) X(RETURNS, 4) X(LOST_CONTEXT, 5) X(STEPS, 6) X(IMPROVED, 7)         \
    X(DEGRADED, 8) CXJ__DUMMY(X, 20)
#define CXJ__TRANSITION_SUMS(X)                                                                                       \
    X(WAIT, 1) CXJ__DUMMY(X, 20) X(STEP, 2) X(STEP_SQUARES, 3)
#define CXJ__TRANSITION_HISTOGRAMS(X)                                                                                 \
    X(WAIT, 1) CXJ__DUMMY(X, 10)

/* Counts that the fold keeps for each journey, and that a journeys cell sums as they are. Of first responses, and of
 * customers who wait for one, a journey has 0 or 1. */
#define CXJ__FOLD_COUNTS(X)                                                                                           \
    X(TOUCHPOINTS, 2) X(CONTACTS, 3) X(INBOUND, 4) X(CHASES, 5) X(UPDATES, 6) X(PROACTIVE_UPDATES, 7) X(CLEAN, 12)    \
    X(HANDOFFS, 13) X(TEAM_CHANGES, 14) X(CHANNEL_SWITCHES, 15) X(RESPONSES, 59) X(TOUCH_RATINGS, 18) X(WAITING, 61)  \
    X(BOUNCES, 16) X(LOST_CONTEXT, 17) X(REPEATS, 8) X(CONTRADICTIONS, 9) X(FAULTS, 10) X(ASKS, 11)                   \
    X(PROMISES, 19) X(SHIFTS, 20) X(RESCHEDULES, 21) X(DELIVERIES, 22) X(ON_TIME, 23) X(KEPT, 24) X(LATE, 25)         \
    X(LATE_PROACTIVE, 26) X(LATE_REACTIVE, 27) X(LATE_SILENT, 28) X(LATE_UNEXPLAINED, 29) X(LOOPS, 57)                \
    X(LOOPS_CLOSED, 58) X(FIRST_RESPONSES, 60)
/* Counts of journeys, and what is known only from where a journey stands. */
#define CXJ__CONTRIBUTION_COUNTS(X)                                                                                   \
    CXJ__DUMMY(X, 80) X(COMPLETED, 32) X(ABANDONED, 33) X(CHURNED, 34) X(REOPENED, 35) X(HANDOFF_FREE, 36)            \
    X(FIRST_CONTACT_CANDIDATES, 37) X(FIRST_CONTACT_RESOLVED, 38) X(TOUCH_DROPS, 39) X(JOURNEY_RATINGS, 40)           \
    X(JOURNEY_DROPS, 41) X(NPS_RATINGS, 42) X(NPS_SATISFIED, 43) X(NPS_DISSATISFIED, 44) X(CES_RATINGS, 45)           \
    X(GAPS, 46) X(ASKED, 47) X(ANSWERED, 48) X(PROMISED, 49) X(BROKEN, 50) X(OVERDUE, 51) X(FLAWLESS, 52)             \
    X(WOW, 53) X(CLEAN_JOURNEYS, 54) X(ENDED_TOUCHPOINTS, 55) X(ENDED_CLEAN, 56)
#define CXJ__JOURNEY_COUNTS(X) X(JOURNEYS, 1) CXJ__FOLD_COUNTS(X) CXJ__CONTRIBUTION_COUNTS(X)
#define CXJ__JOURNEY_SUMS(X)                                                                                          \
    X(DURATION, 1) X(PENDING, 22) X(SILENCE, 23) X(TOUCH, 4) X(TOUCH_SQUARES, 5) X(TOUCH_DROP, 6)                       \
    X(TOUCH_DROP_SQUARES, 7) X(JOURNEY, 8) X(JOURNEY_SQUARES, 9) X(JOURNEY_DROP, 10) X(JOURNEY_DROP_SQUARES, 11)      \
    X(JOURNEY_FIRST, 12) X(CES, 13) X(CES_SQUARES, 14) X(GAP, 15) X(GAP_SQUARES, 16) X(SLIP, 17) X(LATENESS, 18)      \
    X(DARK, 19) X(RESPONSE, 24) X(FIRST_RESPONSE, 25) CXJ__DUMMY(X, 40) X(VALUE, 20) X(VALUE_LOST, 21)
/* Of the histograms the first two hold one duration for each ended journey, the next one for each with a first response,
 * the others one for each sample. */
#define CXJ__JOURNEY_HISTOGRAMS(X)                                                                                    \
    X(DURATION, 1) X(SILENCE, 6) X(FIRST_RESPONSE, 8) X(LATENESS, 3) X(WARNING, 4) X(LOOP, 7) CXJ__DUMMY(X, 10)
/* clang-format on */

#define CXJ__TOUCHPOINT_COUNT(name, number) CXJ__T_##name,
#define CXJ__TOUCHPOINT_SUM(name, number) CXJ__T_SUM_##name,
#define CXJ__TOUCHPOINT_HISTOGRAM(name, number) CXJ__T_HISTOGRAM_##name,
#define CXJ__TRANSITION_COUNT(name, number) CXJ__X_##name,
#define CXJ__TRANSITION_SUM(name, number) CXJ__X_SUM_##name,
#define CXJ__TRANSITION_HISTOGRAM(name, number) CXJ__X_HISTOGRAM_##name,
#define CXJ__FOLD_COUNT(name, number) CXJ__F_##name,
#define CXJ__JOURNEY_COUNT(name, number) CXJ__J_##name,
#define CXJ__JOURNEY_SUM(name, number) CXJ__J_SUM_##name,
#define CXJ__JOURNEY_HISTOGRAM(name, number) CXJ__J_HISTOGRAM_##name,
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

/* How many come first of those that most touchpoints add to: one, if anything. */
enum { CXJ__T_FREQUENT = CXJ__T_JOURNEYS, CXJ__X_FREQUENT = CXJ__X_DEGRADED + 1, CXJ__F_FREQUENT = CXJ__F_WAITING };

/* Of what is summed for a grain, the lists one after the other, and a set of such columns. The last list is that of the
 * predictors (products.h), which only cells in views with drivers have. */
enum cxj__list { CXJ__COUNTS, CXJ__SUMS, CXJ__HISTOGRAMS, CXJ__DRIVERS, CXJ__LISTS };
enum { CXJ__COLUMN_WORDS = 3, CXJ__COLUMNS = 64 * CXJ__COLUMN_WORDS }; /* more than any grain has */
struct cxj__columns {
    uint64_t words[CXJ__COLUMN_WORDS];
};

static inline bool cxj__cell_has_column(const struct cxj__columns *columns, size_t column) {
    return columns->words[column / 64] >> (column % 64) & 1;
}
static inline void cxj__cell_add_column(struct cxj__columns *columns, size_t column) {
    columns->words[column / 64] |= UINT64_C(1) << (column % 64);
}

/* ---- facts ------------------------------------------------------------------------------------------------------ */

/* The time from one moment to another, by the clock. (That in working hours: cxj__calendar_between().) */
static inline int64_t cxj__cell_span(int64_t from, int64_t to) {
    return to - from;
}

/* What one touchpoint adds: to the touchpoints cell it falls under, or to the transitions cell from -> to (perhaps of
 * an earlier change, to which something is charged), or one duration to a histogram of its journey's cell. Of its
 * durations it has the moments: they are measured where they are added. */
struct cxj__fact {
    uint8_t grain;     /* CXJ_GRAIN_… of the cells that it goes to */
    uint8_t dimension; /* transitions: which one, 0..4; journeys: which histogram */
    union {
        struct {
            uint32_t from, to; /* transitions: codes */
        };
        uint64_t counted; /* touchpoints: the counts of its journey that it has changed, a bit for each */
    };
    int32_t rating;      /* touchpoints: s, 0..12600; transitions: a step, -12600..12600 */
    int64_t at;          /* the moment by which the cell's period is found, and at which its durations end */
    uint64_t mask;       /* bit c: count c grows by one */
    int64_t since;       /* a wait began, if the mask has WAITS or TRANSITIONS; journeys: the duration did */
    int64_t first_due;   /* touchpoints: if the mask has LATE */
    int64_t waits_since; /* touchpoints: the customer who is answered, if the mask has RESPONSES */
    int64_t value;       /* touchpoints */
};

/* Its durations, for those that have them; that of a journey is its wait. */
static inline int64_t cxj__cell_wait(const struct cxj__fact *fact) {
    return cxj__cell_span(fact->since, fact->at);
}
static inline int64_t cxj__cell_lateness(const struct cxj__fact *fact) {
    return cxj__cell_span(fact->first_due, fact->at);
}
static inline int64_t cxj__cell_response(const struct cxj__fact *fact) {
    return cxj__cell_span(fact->waits_since, fact->at);
}

/* All that a journey adds to a journeys cell, but for its samples. */
enum {
    CXJ__J_NARROW_SUMS = CXJ__J_SUM_VALUE,      /* those behind need 128 bits for one journey, too */
    CXJ__J_STANDING = CXJ__J_HISTOGRAM_LATENESS /* histograms before this one hold a duration of a journey's standing */
};
struct cxj__contribution {
    uint16_t counts[CXJ__J_COUNTS];
    int64_t sums[CXJ__J_NARROW_SUMS];
    struct cxj__int128 value;           /* for VALUE and, if it is churned, VALUE_LOST */
    int64_t durations[CXJ__J_STANDING]; /* those of an end only if it has ended; of a first response, if there was */
    bool ended;
};

/* A duration in one of a journey's histograms of samples, packed: histogram and bucket. */
static inline uint32_t cxj__cell_sample(uint32_t histogram, uint32_t bucket) {
    return histogram << 16 | bucket;
}

/* The same for a journey's first response, which is part of its standing. */
static inline uint32_t cxj__cell_first_response(int64_t duration) {
    return cxj__cell_sample(CXJ__J_HISTOGRAM_FIRST_RESPONSE, cxj__histogram_bucket(duration));
}

/* ---- cells ------------------------------------------------------------------------------------------------------ */

enum { CXJ__KEY_PARTS = 5 };

/* Where a cell stands in its view. Parts that the view does not use are zero, so keys compare byte by byte. */
struct cxj__key {
    int64_t period;
    uint32_t parts[CXJ__KEY_PARTS];
    uint32_t padding;
};

/* The histograms, counts and sums of the grain follow in memory, and in views with drivers the products. What sealed
 * journeys have contributed is in them, and by itself in a cell of the same kind that has no key, so that it can be
 * saved and merged without them. Of what was sealed by an earlier version some columns may not be known: what is summed
 * in them is a part at most. */
struct cxj__cell {
    struct cxj__key key;
    struct cxj__cell *next_empty;
    struct cxj__cell *sealed;     /* NULL: nothing */
    struct cxj__columns *unknown; /* NULL: none */
    uint64_t number;              /* never given again within an engine */
    uint32_t hash;
    uint32_t place; /* in its view's list */
    uint32_t grain;
    bool marked_empty; /* noted as one that may be empty */
    bool is_needed;    /* not dropped though it is empty, while a change lasts */
    bool has_products;
};

/* How many counts, sums and histograms the cells of a grain have. */
struct cxj__cell_shape {
    size_t counts, sums, histograms;
};
const struct cxj__cell_shape *cxj__cell_shape(uint32_t grain);

/* All columns of a grain; the first one of a list; the columns that a cell has, which are the first ones. */
size_t cxj__cell_columns(uint32_t grain);
size_t cxj__cell_first_column(uint32_t grain, enum cxj__list list);
size_t cxj__cell_own_columns(const struct cxj__cell *cell);

/* The number of the column at a place of a list; the column of a number, CXJ__COLUMNS if there is none any more; the
 * greatest number of a list; and how many numbers, from 1, a list had at first: these columns are known of every
 * cell. */
uint32_t cxj__cell_number(uint32_t grain, enum cxj__list list, size_t place);
size_t cxj__cell_column(uint32_t grain, enum cxj__list list, uint32_t number);
uint32_t cxj__cell_greatest_number(uint32_t grain, enum cxj__list list);
uint32_t cxj__cell_first_numbers(uint32_t grain, enum cxj__list list);

/* True if a cell knows all that was ever contributed to a column. */
static inline bool cxj__cell_knows(const struct cxj__cell *cell, size_t column) {
    return cell->unknown == NULL || !cxj__cell_has_column(cell->unknown, column);
}

/* Of a cell with products: the predictors that it knows, a bit for each. */
uint32_t cxj__cell_known_predictors(const struct cxj__cell *cell);

/* Makes room for columns that are not known, at first none; false if there is no memory. */
bool cxj__cell_reserve_unknown(struct cxj__cell *cell, struct cxj__memory *memory);

/* Makes a cell that sums nothing, with products for a view with drivers, or without; NULL if there is no memory. */
struct cxj__cell *cxj__cell_make(struct cxj__memory *memory, uint32_t grain, bool has_products);
static inline struct cxj__cell *cxj__cell_create(struct cxj__memory *memory, uint32_t grain) {
    return cxj__cell_make(memory, grain, false);
}
void cxj__cell_destroy(struct cxj__cell *cell, struct cxj__memory *memory);

int64_t *cxj__cell_counts(const struct cxj__cell *cell);
struct cxj__int128 *cxj__cell_sums(const struct cxj__cell *cell);
struct cxj__histogram *cxj__cell_histograms(const struct cxj__cell *cell);
struct cxj__products *cxj__cell_products(const struct cxj__cell *cell); /* NULL: none */

/* True if the cell stands under a key. Written out, which is half the work of a loop. */
static inline bool cxj__cell_has_key(const struct cxj__cell *cell, const struct cxj__key *key) {
    const uint32_t *a = cell->key.parts, *b = key->parts;
    uint32_t different = (a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) | (a[4] ^ b[4]);
    return different == 0 && cell->key.period == key->period;
}
_Static_assert(CXJ__KEY_PARTS == 5, "all parts of a key are compared");

/* Brings nearer what most facts of a grain add to in a cell. */
static inline void cxj__cell_prefetch(const struct cxj__cell *cell, uint32_t grain) {
    enum { LINE = 64, NEAR = CXJ__T_HISTOGRAMS * sizeof(struct cxj__histogram) };
    enum { SUMS = NEAR + CXJ__T_COUNTS * sizeof(int64_t) };
    const char *begin = (const char *)(cell + 1);
    CXJ__PREFETCH(begin);
    CXJ__PREFETCH(begin + LINE);
    CXJ__PREFETCH(begin + NEAR + CXJ__T_FREQUENT * sizeof(int64_t));
    if (grain == CXJ_GRAIN_TOUCHPOINTS) CXJ__PREFETCH(begin + SUMS);
}

/* Writes to places, when that has come, where the durations of a fact are counted; returns how many. */
enum { CXJ__DURATIONS_OF_A_FACT = 3 };
size_t cxj__cell_places(const struct cxj__cell *cell, const struct cxj__fact *fact,
                        const void *places[CXJ__DURATIONS_OF_A_FACT]);

/* Makes room for a fact, a contribution or a sample, so that adding it cannot fail. */
bool cxj__cell_reserve_fact(struct cxj__cell *cell, struct cxj__memory *memory, const struct cxj__fact *fact);
bool cxj__cell_reserve_contribution(struct cxj__cell *cell, struct cxj__memory *memory,
                                    const struct cxj__contribution *contribution);
bool cxj__cell_reserve_sample(struct cxj__cell *cell, struct cxj__memory *memory, uint32_t sample);

/* Makes room for a fact, or a sample, and adds it; false if there is no memory. */
bool cxj__cell_take_fact(struct cxj__cell *cell, struct cxj__memory *memory, const struct cxj__fact *fact);
bool cxj__cell_take_sample(struct cxj__cell *cell, struct cxj__memory *memory, uint32_t sample);

/* Adds (sign 1) or takes away (sign -1) what was reserved. */
void cxj__cell_add_fact(struct cxj__cell *cell, const struct cxj__fact *fact, int sign);
void cxj__cell_add_contribution(struct cxj__cell *cell, const struct cxj__contribution *contribution, int sign);

/* Turns one contribution into another in the same cell: what is the same in both, nearly all, is left alone. */
void cxj__cell_change_contribution(struct cxj__cell *cell, const struct cxj__contribution *before,
                                   const struct cxj__contribution *after);

/* Turns counts of a fold into others in a journeys cell: those before a touchpoint into those after it, or back. Of those
 * that differ, a bit of which is set; of the frequent ones, of no others, and they differ by one. */
void cxj__cell_change_counts(struct cxj__cell *cell, uint64_t which, const uint16_t before[CXJ__F_COUNTS],
                             const uint16_t after[CXJ__F_COUNTS]);
void cxj__cell_add_sample(struct cxj__cell *cell, uint32_t sample, int sign);

/* Makes room for all that another cell of the same grain sums, so that adding or taking it away cannot fail; and does
 * so. */
bool cxj__cell_reserve_cell(struct cxj__cell *cell, struct cxj__memory *memory, const struct cxj__cell *other);
void cxj__cell_add_cell(struct cxj__cell *cell, const struct cxj__cell *other, int sign);

/* True if two cells of a grain sum the same, columns that either does not know left aside. */
bool cxj__cell_is_same(const struct cxj__cell *a, const struct cxj__cell *b);

/* True if sealed journeys have contributed to a cell. */
static inline bool cxj__cell_has_sealed(const struct cxj__cell *cell) {
    return cell->sealed != NULL && cxj__cell_counts(cell->sealed)[0] > 0;
}

/* Sees to it that a cell can keep apart what sealed journeys contribute. */
bool cxj__cell_reserve_sealed(struct cxj__cell *cell, struct cxj__memory *memory);

#endif
