/* cell: integer sums under one key.
 *
 * One block of memory holds a cell's head, histograms, counts and sums; how many there are of each depends on the
 * grain. Where a duration is counted is looked for first, so histograms stand next to the key. Adding needs no memory
 * once reserved, so a change that has been reserved cannot fail half-way. All additions are of integers: what is added
 * and taken away leaves no trace but an empty slot in a histogram. */
#include "cell.h"

#include <string.h>

_Static_assert(CXJ__T_COUNTS <= 64 && CXJ__X_COUNTS <= 64, "the counts of a fact fit its mask");
_Static_assert(sizeof(struct cxj__key) == 32, "a key has no padding that nobody clears");
_Static_assert(sizeof(struct cxj__cell) % _Alignof(struct cxj__int128) == 0,
               "what is summed stands right behind a cell");
_Static_assert(CXJ__HISTOGRAM_BUCKETS <= 1 << 16, "a sample has 16 bits for its bucket");
_Static_assert(CXJ__J_JOURNEYS == 0 && CXJ__T_TOUCHPOINTS == 0 && CXJ__X_TRANSITIONS == 0, "contributions count first");
_Static_assert(CXJ__J_TOUCHPOINTS == CXJ__J_JOURNEYS + 1 + CXJ__F_TOUCHPOINTS &&
                   CXJ__J_FIRST_RESPONSES == CXJ__J_JOURNEYS + 1 + CXJ__F_FIRST_RESPONSES &&
                   CXJ__F_FIRST_RESPONSES == CXJ__F_COUNTS - 1,
               "the fold's counts stand in a contribution as they stand in the fold");
_Static_assert(CXJ__T_FREQUENT + CXJ__AT_ONCE <= CXJ__T_COUNTS && CXJ__X_FREQUENT % CXJ__AT_ONCE == 0 &&
                   CXJ__F_FREQUENT + CXJ__AT_ONCE <= CXJ__F_COUNTS,
               "frequent counts are added by whole fours");
_Static_assert(CXJ__J_SUM_VALUE == CXJ__J_SUMS - 2 && CXJ__J_SUM_VALUE_LOST == CXJ__J_SUMS - 1, "wide sums come last");
_Static_assert(CXJ__J_HISTOGRAM_DURATION == 0 && CXJ__J_HISTOGRAM_SILENCE == 1 &&
                   CXJ__J_HISTOGRAM_FIRST_RESPONSE == 2 && CXJ__J_STANDING == 3,
               "durations of a journey's standing come first");
_Static_assert(CXJ__T_COUNTS + CXJ__T_SUMS + CXJ__T_HISTOGRAMS < CXJ__COLUMNS &&
                   CXJ__X_COUNTS + CXJ__X_SUMS + CXJ__X_HISTOGRAMS < CXJ__COLUMNS &&
                   CXJ__J_COUNTS + CXJ__J_SUMS + CXJ__J_HISTOGRAMS + CXJ__PREDICTORS < CXJ__COLUMNS,
               "a set of columns has room for all");

static const struct cxj__cell_shape shapes[] = {
    [CXJ_GRAIN_TOUCHPOINTS] = {CXJ__T_COUNTS, CXJ__T_SUMS, CXJ__T_HISTOGRAMS},
    [CXJ_GRAIN_TRANSITIONS] = {CXJ__X_COUNTS, CXJ__X_SUMS, CXJ__X_HISTOGRAMS},
    [CXJ_GRAIN_JOURNEYS] = {CXJ__J_COUNTS, CXJ__J_SUMS, CXJ__J_HISTOGRAMS},
};

const struct cxj__cell_shape *cxj__cell_shape(uint32_t grain) {
    return &shapes[grain];
}

/* ---- the numbers of columns ------------------------------------------------------------------------------------- */

#define CELL_NUMBER(name, number) number,
static const uint16_t touchpoint_counts[] = {CXJ__TOUCHPOINT_COUNTS(CELL_NUMBER)};
static const uint16_t touchpoint_sums[] = {CXJ__TOUCHPOINT_SUMS(CELL_NUMBER)};
static const uint16_t touchpoint_histograms[] = {CXJ__TOUCHPOINT_HISTOGRAMS(CELL_NUMBER)};
static const uint16_t transition_counts[] = {CXJ__TRANSITION_COUNTS(CELL_NUMBER)};
static const uint16_t transition_sums[] = {CXJ__TRANSITION_SUMS(CELL_NUMBER)};
static const uint16_t transition_histograms[] = {CXJ__TRANSITION_HISTOGRAMS(CELL_NUMBER)};
static const uint16_t journey_counts[] = {CXJ__JOURNEY_COUNTS(CELL_NUMBER)};
static const uint16_t journey_sums[] = {CXJ__JOURNEY_SUMS(CELL_NUMBER)};
static const uint16_t journey_histograms[] = {CXJ__JOURNEY_HISTOGRAMS(CELL_NUMBER)};
static const uint16_t predictors[] = {CXJ__PREDICTOR_LIST(CELL_NUMBER)};
#undef CELL_NUMBER

/* No number stands twice in its list: no two cases of a switch may be the same. Never called. */
#define CELL_CASE(name, number) case number:
#define CELL_LIST(list)                                                                                                \
    switch (number) {                                                                                                  \
        list(CELL_CASE) return true;                                                                                   \
    default:                                                                                                           \
        break;                                                                                                         \
    }
static inline bool cell_numbers_differ(unsigned number) {
    CELL_LIST(CXJ__TOUCHPOINT_COUNTS)
    CELL_LIST(CXJ__TOUCHPOINT_SUMS)
    CELL_LIST(CXJ__TOUCHPOINT_HISTOGRAMS)
    CELL_LIST(CXJ__TRANSITION_COUNTS)
    CELL_LIST(CXJ__TRANSITION_SUMS)
    CELL_LIST(CXJ__TRANSITION_HISTOGRAMS)
    CELL_LIST(CXJ__JOURNEY_COUNTS)
    CELL_LIST(CXJ__JOURNEY_SUMS)
    CELL_LIST(CXJ__JOURNEY_HISTOGRAMS)
    CELL_LIST(CXJ__PREDICTOR_LIST)
    return false;
}
#undef CELL_CASE
#undef CELL_LIST

/* The lists of a grain: numbers by place, how many, and how many there were in format 1, which had them in this
 * order. */
static const struct {
    const uint16_t *numbers;
    uint16_t count, first;
} lists[][CXJ__LISTS] = {
    [CXJ_GRAIN_TOUCHPOINTS] = {{touchpoint_counts, CXJ__T_COUNTS, 35},
                               {touchpoint_sums, CXJ__T_SUMS, 9},
                               {touchpoint_histograms, CXJ__T_HISTOGRAMS, 2}},
    [CXJ_GRAIN_TRANSITIONS] = {{transition_counts, CXJ__X_COUNTS, 8},
                               {transition_sums, CXJ__X_SUMS, 3},
                               {transition_histograms, CXJ__X_HISTOGRAMS, 1}},
    [CXJ_GRAIN_JOURNEYS] = {{journey_counts, CXJ__J_COUNTS, 56},
                            {journey_sums, CXJ__J_SUMS, 21},
                            {journey_histograms, CXJ__J_HISTOGRAMS, 5},
                            {predictors, CXJ__PREDICTORS, 0}},
};

CXJ__COLD size_t cxj__cell_first_column(uint32_t grain, enum cxj__list list) {
    size_t column = 0;
    for (enum cxj__list before = CXJ__COUNTS; before < list; before++) column += lists[grain][before].count;
    return column;
}

CXJ__COLD size_t cxj__cell_columns(uint32_t grain) {
    return cxj__cell_first_column(grain, CXJ__LISTS);
}

CXJ__COLD size_t cxj__cell_own_columns(const struct cxj__cell *cell) {
    return cxj__cell_first_column(cell->grain, cell->has_products ? CXJ__LISTS : CXJ__DRIVERS);
}

CXJ__COLD uint32_t cxj__cell_known_predictors(const struct cxj__cell *cell) {
    size_t first = cxj__cell_first_column(CXJ_GRAIN_JOURNEYS, CXJ__DRIVERS);
    uint32_t known = 0;
    for (size_t p = 0; p < CXJ__PREDICTORS; p++) known |= (uint32_t)cxj__cell_knows(cell, first + p) << p;
    return known;
}

CXJ__COLD uint32_t cxj__cell_number(uint32_t grain, enum cxj__list list, size_t place) {
    (void)cell_numbers_differ; /* it has done its work */
    return lists[grain][list].numbers[place];
}

CXJ__COLD size_t cxj__cell_column(uint32_t grain, enum cxj__list list, uint32_t number) {
    for (size_t place = 0; place < lists[grain][list].count; place++) {
        if (lists[grain][list].numbers[place] == number) return cxj__cell_first_column(grain, list) + place;
    }
    return CXJ__COLUMNS;
}

CXJ__COLD uint32_t cxj__cell_greatest_number(uint32_t grain, enum cxj__list list) {
    uint32_t greatest = lists[grain][list].first;
    for (size_t place = 0; place < lists[grain][list].count; place++) {
        if (lists[grain][list].numbers[place] > greatest) greatest = lists[grain][list].numbers[place];
    }
    return greatest;
}

uint32_t cxj__cell_first_numbers(uint32_t grain, enum cxj__list list) {
    return lists[grain][list].first;
}

/* ---- life ------------------------------------------------------------------------------------------------------- */

static size_t bytes_of(uint32_t grain, bool has_products) {
    const struct cxj__cell_shape *shape = &shapes[grain];
    return sizeof(struct cxj__cell) + shape->counts * sizeof(int64_t) + shape->sums * sizeof(struct cxj__int128) +
           shape->histograms * sizeof(struct cxj__histogram) + (has_products ? sizeof(struct cxj__products) : 0);
}

/* Where they stand in a cell of a grain, which is known to most who ask. */
static inline struct cxj__histogram *histograms_of(const struct cxj__cell *cell) {
    return (struct cxj__histogram *)(uintptr_t)(cell + 1);
}

static inline int64_t *counts_of(const struct cxj__cell *cell, uint32_t grain) {
    return (int64_t *)(uintptr_t)(histograms_of(cell) + shapes[grain].histograms);
}

static inline struct cxj__int128 *sums_of(const struct cxj__cell *cell, uint32_t grain) {
    return (struct cxj__int128 *)(uintptr_t)(counts_of(cell, grain) + shapes[grain].counts);
}

int64_t *cxj__cell_counts(const struct cxj__cell *cell) {
    return counts_of(cell, cell->grain);
}

struct cxj__int128 *cxj__cell_sums(const struct cxj__cell *cell) {
    return sums_of(cell, cell->grain);
}

struct cxj__histogram *cxj__cell_histograms(const struct cxj__cell *cell) {
    return histograms_of(cell);
}

struct cxj__products *cxj__cell_products(const struct cxj__cell *cell) {
    if (!cell->has_products) return NULL;
    return (struct cxj__products *)(uintptr_t)(sums_of(cell, CXJ_GRAIN_JOURNEYS) + CXJ__J_SUMS);
}

CXJ__COLD struct cxj__cell *cxj__cell_make(struct cxj__memory *memory, uint32_t grain, bool has_products) {
    size_t bytes = bytes_of(grain, has_products);
    struct cxj__cell *cell = cxj__base_resize(memory, NULL, 0, bytes);
    if (cell == NULL) return NULL;
    memset(cell, 0, bytes);
    cell->grain = grain;
    cell->has_products = has_products;
    return cell;
}

CXJ__COLD void cxj__cell_destroy(struct cxj__cell *cell, struct cxj__memory *memory) {
    struct cxj__histogram *histograms = cxj__cell_histograms(cell);
    for (size_t i = 0; i < shapes[cell->grain].histograms; i++) cxj__histogram_finish(&histograms[i], memory);
    if (cell->sealed != NULL) cxj__cell_destroy(cell->sealed, memory);
    if (cell->unknown != NULL) cxj__base_resize(memory, cell->unknown, sizeof *cell->unknown, 0);
    cxj__base_resize(memory, cell, bytes_of(cell->grain, cell->has_products), 0);
}

/* ---- adding ----------------------------------------------------------------------------------------------------- */

static void add_amount(struct cxj__int128 *sum, int64_t amount, int sign) {
    cxj__base_add(sum, cxj__base_wide(sign < 0 ? -amount : amount));
}

static void add_with_square(struct cxj__int128 *sum, struct cxj__int128 *squares, int64_t amount, int sign) {
    add_amount(sum, amount, sign);
    add_amount(squares, amount * amount, sign); /* at most 12600², far from 64 bits */
}

static inline bool has_bit(const struct cxj__fact *fact, int count) {
    return (fact->mask >> count & 1) != 0;
}

/* With frequent ones, only to add. */
static CXJ__HOT void add_mask(int64_t *counts, size_t frequent, uint64_t mask, int sign) {
    cxj__base_count_bits(counts, frequent, mask & (CXJ__BIT(frequent) - 1));
    for (mask = mask >> frequent << frequent; mask != 0; mask &= mask - 1) counts[cxj__base_lowest_bit(mask)] += sign;
}

/* Where the durations of a fact are counted; without a slot: it has none. */
struct slots {
    struct cxj__counter wait, lateness, response;
};

static CXJ__HOT void add_touchpoint(struct cxj__cell *cell, const struct cxj__fact *fact, int sign) {
    struct cxj__int128 *sums = sums_of(cell, CXJ_GRAIN_TOUCHPOINTS);
    if (has_bit(fact, CXJ__T_WAITS)) add_amount(&sums[CXJ__T_SUM_WAIT], cxj__cell_wait(fact), sign);
    if (has_bit(fact, CXJ__T_LATE)) add_amount(&sums[CXJ__T_SUM_LATENESS], cxj__cell_lateness(fact), sign);
    if (has_bit(fact, CXJ__T_RESPONSES)) add_amount(&sums[CXJ__T_SUM_RESPONSE], cxj__cell_response(fact), sign);
    if (fact->value != 0) add_amount(&sums[CXJ__T_SUM_VALUE], fact->value, sign);
    if (has_bit(fact, CXJ__T_RATINGS)) {
        add_with_square(&sums[CXJ__T_SUM_RATING], &sums[CXJ__T_SUM_RATING_SQUARES], fact->rating, sign);
    }
    if (has_bit(fact, CXJ__T_CES_RATINGS)) {
        add_with_square(&sums[CXJ__T_SUM_CES], &sums[CXJ__T_SUM_CES_SQUARES], fact->rating, sign);
    }
    if (has_bit(fact, CXJ__T_EMPLOYEE_RATINGS)) {
        add_with_square(&sums[CXJ__T_SUM_EMPLOYEE], &sums[CXJ__T_SUM_EMPLOYEE_SQUARES], fact->rating, sign);
    }
}

static CXJ__HOT void add_transition(struct cxj__cell *cell, const struct cxj__fact *fact, int sign) {
    struct cxj__int128 *sums = sums_of(cell, CXJ_GRAIN_TRANSITIONS);
    if (has_bit(fact, CXJ__X_TRANSITIONS)) add_amount(&sums[CXJ__X_SUM_WAIT], cxj__cell_wait(fact), sign);
    if (has_bit(fact, CXJ__X_STEPS)) {
        add_with_square(&sums[CXJ__X_SUM_STEP], &sums[CXJ__X_SUM_STEP_SQUARES], fact->rating, sign);
    }
}

/* Adds a fact whose durations are counted in slots, which never go below 0, so that a negative amount does not borrow
 * from the bucket's bits. */
static CXJ__HOT void count_duration(struct cxj__counter counter, int sign) {
    if (counter.slot != NULL) *counter.slot += sign < 0 ? 0 - counter.one : counter.one;
}
static CXJ__HOT void add_at(struct cxj__cell *cell, uint32_t grain, size_t frequent, const struct cxj__fact *fact,
                            const struct slots *slots, int sign) {
    add_mask(counts_of(cell, grain), frequent, fact->mask, sign);
    count_duration(slots->wait, sign);
    count_duration(slots->lateness, sign);
    count_duration(slots->response, sign);
    if (grain == CXJ_GRAIN_TOUCHPOINTS) {
        add_touchpoint(cell, fact, sign);
    } else {
        add_transition(cell, fact, sign);
    }
}

/* Finds the slot of a duration, or makes it if there is memory given; false if that is not enough. */
static CXJ__HOT bool find_duration(const struct cxj__cell *cell, struct cxj__memory *memory, size_t histogram,
                                   int64_t duration, struct cxj__counter *counter) {
    *counter = cxj__histogram_reach(&histograms_of(cell)[histogram], memory, cxj__histogram_bucket(duration));
    return counter->slot != NULL;
}

/* The same of all durations that a fact has. */
static CXJ__HOT bool find_slots(const struct cxj__cell *cell, uint32_t grain, struct cxj__memory *memory,
                                const struct cxj__fact *fact, struct slots *slots) {
    slots->wait = slots->lateness = slots->response = (struct cxj__counter){NULL, 0};
    if (grain == CXJ_GRAIN_TRANSITIONS) {
        return !has_bit(fact, CXJ__X_TRANSITIONS) ||
               find_duration(cell, memory, CXJ__X_HISTOGRAM_WAIT, cxj__cell_wait(fact), &slots->wait);
    }
    return (!has_bit(fact, CXJ__T_WAITS) ||
            find_duration(cell, memory, CXJ__T_HISTOGRAM_WAIT, cxj__cell_wait(fact), &slots->wait)) &&
           (!has_bit(fact, CXJ__T_LATE) ||
            find_duration(cell, memory, CXJ__T_HISTOGRAM_LATENESS, cxj__cell_lateness(fact), &slots->lateness)) &&
           (!has_bit(fact, CXJ__T_RESPONSES) ||
            find_duration(cell, memory, CXJ__T_HISTOGRAM_RESPONSE, cxj__cell_response(fact), &slots->response));
}

static CXJ__HOT bool take_by_grain(struct cxj__cell *cell, uint32_t grain, size_t frequent, struct cxj__memory *memory,
                                   const struct cxj__fact *fact) {
    struct slots slots;
    if (!find_slots(cell, grain, memory, fact, &slots)) return false;
    add_at(cell, grain, frequent, fact, &slots, 1);
    return true;
}

/* Of one grain or the other, so that each knows where its columns stand. */
bool cxj__cell_take_fact(struct cxj__cell *cell, struct cxj__memory *memory, const struct cxj__fact *fact) {
    return fact->grain == CXJ_GRAIN_TOUCHPOINTS
               ? take_by_grain(cell, CXJ_GRAIN_TOUCHPOINTS, CXJ__T_FREQUENT, memory, fact)
               : take_by_grain(cell, CXJ_GRAIN_TRANSITIONS, CXJ__X_FREQUENT, memory, fact);
}

/* The same for what is seldom done, and for which one copy of the above is enough. */
CXJ__COLD static bool find_slots_seldom(const struct cxj__cell *cell, struct cxj__memory *memory,
                                        const struct cxj__fact *fact, struct slots *slots) {
    return find_slots(cell, fact->grain, memory, fact, slots);
}

CXJ__COLD void cxj__cell_add_fact(struct cxj__cell *cell, const struct cxj__fact *fact, int sign) {
    struct slots slots;
    (void)find_slots_seldom(cell, NULL, fact, &slots); /* they are there */
    add_at(cell, fact->grain, 0, fact, &slots, sign);
}

/* Whether a contribution has a duration for a histogram. */
static bool has_duration(const struct cxj__contribution *contribution, size_t histogram) {
    bool is_first_response = histogram == CXJ__J_HISTOGRAM_FIRST_RESPONSE;
    return is_first_response ? contribution->counts[CXJ__J_FIRST_RESPONSES] != 0 : contribution->ended;
}

static void change_durations(struct cxj__cell *cell, const struct cxj__contribution *before,
                             const struct cxj__contribution *after) {
    bool runs = !before->ended && !after->ended;
    for (size_t i = runs ? CXJ__J_HISTOGRAM_FIRST_RESPONSE : 0; i < CXJ__J_STANDING; i++) {
        struct cxj__histogram *histogram = &histograms_of(cell)[i];
        bool had = has_duration(before, i), has = has_duration(after, i);
        if (had && has && before->durations[i] == after->durations[i]) continue;
        if (had) cxj__histogram_add(histogram, cxj__histogram_bucket(before->durations[i]), -1);
        if (has) cxj__histogram_add(histogram, cxj__histogram_bucket(after->durations[i]), 1);
    }
}

CXJ__COLD static void add_value(struct cxj__int128 *sums, const struct cxj__contribution *contribution, int sign) {
    struct cxj__int128 value = sign < 0 ? cxj__base_negate(contribution->value) : contribution->value;
    cxj__base_add(&sums[CXJ__J_SUM_VALUE], value);
    if (contribution->counts[CXJ__J_CHURNED]) cxj__base_add(&sums[CXJ__J_SUM_VALUE_LOST], value);
}

/* True if four counts are the same. */
static inline bool are_alike(const uint16_t *a, const uint16_t *b) {
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x == y;
}

/* Adds what the counts of after are above those of before. Most are alike. */
static inline void add_differences(int64_t *sums, const uint16_t *before, const uint16_t *after, size_t count) {
    enum { AT_ONCE = sizeof(uint64_t) / sizeof *before };
    size_t whole = count - count % AT_ONCE;
    for (size_t i = 0; i < whole; i += AT_ONCE) {
        if (are_alike(before + i, after + i)) continue;
        for (size_t k = i; k < i + AT_ONCE; k++) sums[k] += after[k] - before[k];
    }
    for (size_t k = whole; k < count; k++) sums[k] += after[k] - before[k];
}

void cxj__cell_change_contribution(struct cxj__cell *cell, const struct cxj__contribution *before,
                                   const struct cxj__contribution *after) {
    struct cxj__int128 *sums = sums_of(cell, CXJ_GRAIN_JOURNEYS);
    add_differences(counts_of(cell, CXJ_GRAIN_JOURNEYS), before->counts, after->counts, CXJ__J_COUNTS);
    for (size_t i = 0; i < CXJ__J_NARROW_SUMS; i++) {
        if (before->sums[i] != after->sums[i]) add_amount(&sums[i], after->sums[i] - before->sums[i], 1);
    }
    if ((before->value.low | before->value.high) != 0) add_value(sums, before, -1);
    if ((after->value.low | after->value.high) != 0) add_value(sums, after, 1);
    change_durations(cell, before, after);
}

void cxj__cell_add_contribution(struct cxj__cell *cell, const struct cxj__contribution *contribution, int sign) {
    static const struct cxj__contribution nothing;
    cxj__cell_change_contribution(cell, sign < 0 ? contribution : &nothing, sign < 0 ? &nothing : contribution);
}

void cxj__cell_change_counts(struct cxj__cell *cell, uint64_t which, const uint16_t before[CXJ__F_COUNTS],
                             const uint16_t after[CXJ__F_COUNTS]) {
    int64_t *counts = counts_of(cell, CXJ_GRAIN_JOURNEYS) + CXJ__J_JOURNEYS + 1;
    if (after[CXJ__F_TOUCHPOINTS] > before[CXJ__F_TOUCHPOINTS]) {
        cxj__base_count_bits(counts, CXJ__F_FREQUENT, which & (CXJ__BIT(CXJ__F_FREQUENT) - 1));
        which = which >> CXJ__F_FREQUENT << CXJ__F_FREQUENT;
    }
    counts[CXJ__F_WAITING] += after[CXJ__F_WAITING] - before[CXJ__F_WAITING];
    which &= ~CXJ__BIT(CXJ__F_WAITING);
    for (; which != 0; which &= which - 1) {
        unsigned c = cxj__base_lowest_bit(which);
        counts[c] += after[c] - before[c];
    }
}

void cxj__cell_add_sample(struct cxj__cell *cell, uint32_t sample, int sign) {
    cxj__histogram_add(&histograms_of(cell)[sample >> 16], sample & 0xffff, sign);
}

/* ---- looking ahead ---------------------------------------------------------------------------------------------- */

/* The place of a duration behind count others; how many there are then. A histogram without slots has none. */
static CXJ__HOT size_t add_place(const struct cxj__cell *cell, size_t histogram, int64_t duration, const void **places,
                                 size_t count) {
    const struct cxj__histogram *counts = &histograms_of(cell)[histogram];
    if (counts->capacity == 0) return count;
    places[count] = &counts->slots[cxj__histogram_home(counts, cxj__histogram_bucket(duration))];
    return count + 1;
}

size_t cxj__cell_places(const struct cxj__cell *cell, const struct cxj__fact *fact,
                        const void *places[CXJ__DURATIONS_OF_A_FACT]) {
    size_t n = 0;
    if (fact->grain == CXJ_GRAIN_TRANSITIONS) {
        if (!has_bit(fact, CXJ__X_TRANSITIONS)) return 0;
        return add_place(cell, CXJ__X_HISTOGRAM_WAIT, cxj__cell_wait(fact), places, 0);
    }
    if (has_bit(fact, CXJ__T_WAITS)) n = add_place(cell, CXJ__T_HISTOGRAM_WAIT, cxj__cell_wait(fact), places, n);
    if (has_bit(fact, CXJ__T_LATE)) n = add_place(cell, CXJ__T_HISTOGRAM_LATENESS, cxj__cell_lateness(fact), places, n);
    if (has_bit(fact, CXJ__T_RESPONSES)) {
        n = add_place(cell, CXJ__T_HISTOGRAM_RESPONSE, cxj__cell_response(fact), places, n);
    }
    return n;
}

/* ---- reserving -------------------------------------------------------------------------------------------------- */

CXJ__COLD bool cxj__cell_reserve_fact(struct cxj__cell *cell, struct cxj__memory *memory,
                                      const struct cxj__fact *fact) {
    struct slots slots;
    return find_slots_seldom(cell, memory, fact, &slots);
}

bool cxj__cell_reserve_contribution(struct cxj__cell *cell, struct cxj__memory *memory,
                                    const struct cxj__contribution *contribution) {
    for (size_t i = 0; i < CXJ__J_STANDING; i++) {
        uint32_t bucket = cxj__histogram_bucket(contribution->durations[i]);
        if (!has_duration(contribution, i)) continue;
        if (!cxj__histogram_reserve(&histograms_of(cell)[i], memory, bucket, 1)) return false;
    }
    return true;
}

bool cxj__cell_reserve_sample(struct cxj__cell *cell, struct cxj__memory *memory, uint32_t sample) {
    return cxj__histogram_reserve(&histograms_of(cell)[sample >> 16], memory, sample & 0xffff, 1);
}

bool cxj__cell_take_sample(struct cxj__cell *cell, struct cxj__memory *memory, uint32_t sample) {
    if (!cxj__cell_reserve_sample(cell, memory, sample)) return false;
    cxj__cell_add_sample(cell, sample, 1);
    return true;
}

/* ---- cell by cell ----------------------------------------------------------------------------------------------- */

CXJ__COLD bool cxj__cell_reserve_cell(struct cxj__cell *cell, struct cxj__memory *memory,
                                      const struct cxj__cell *other) {
    struct cxj__histogram *to = cxj__cell_histograms(cell), *from = cxj__cell_histograms(other);
    for (size_t i = 0; i < shapes[cell->grain].histograms; i++) {
        if (!cxj__histogram_reserve_all(&to[i], memory, &from[i])) return false;
    }
    return other->unknown == NULL || cxj__cell_reserve_unknown(cell, memory);
}

CXJ__COLD void cxj__cell_add_cell(struct cxj__cell *cell, const struct cxj__cell *other, int sign) {
    const struct cxj__cell_shape *shape = &shapes[cell->grain];
    const struct cxj__int128 *sums = cxj__cell_sums(other);
    for (size_t i = 0; i < shape->counts; i++) cxj__cell_counts(cell)[i] += sign * cxj__cell_counts(other)[i];
    for (size_t i = 0; i < shape->sums; i++) {
        cxj__base_add(&cxj__cell_sums(cell)[i], sign < 0 ? cxj__base_negate(sums[i]) : sums[i]);
    }
    for (size_t i = 0; i < shape->histograms; i++) {
        cxj__histogram_add_all(&cxj__cell_histograms(cell)[i], &cxj__cell_histograms(other)[i], sign);
    }
    if (cell->has_products) cxj__products_add_all(cxj__cell_products(cell), cxj__cell_products(other), sign);
    for (size_t i = 0; other->unknown != NULL && i < CXJ__COLUMN_WORDS; i++) {
        cell->unknown->words[i] |= other->unknown->words[i];
    }
}

CXJ__COLD bool cxj__cell_reserve_unknown(struct cxj__cell *cell, struct cxj__memory *memory) {
    if (cell->unknown != NULL) return true;
    cell->unknown = cxj__base_resize(memory, NULL, 0, sizeof *cell->unknown);
    if (cell->unknown == NULL) return false;
    memset(cell->unknown, 0, sizeof *cell->unknown);
    return true;
}

CXJ__COLD bool cxj__cell_reserve_sealed(struct cxj__cell *cell, struct cxj__memory *memory) {
    if (cell->sealed == NULL) cell->sealed = cxj__cell_make(memory, cell->grain, cell->has_products);
    return cell->sealed != NULL;
}

/* ---- two cells -------------------------------------------------------------------------------------------------- */

CXJ__COLD bool cxj__cell_is_same(const struct cxj__cell *a, const struct cxj__cell *b) {
    const struct cxj__cell_shape *shape = &shapes[a->grain];
    size_t sums = shape->counts, histograms = sums + shape->sums, all = histograms + shape->histograms;
    for (size_t i = 0; i < all; i++) {
        bool is_same = true;
        if (!cxj__cell_knows(a, i) || !cxj__cell_knows(b, i)) continue;
        if (i < sums) {
            is_same = cxj__cell_counts(a)[i] == cxj__cell_counts(b)[i];
        } else if (i < histograms) {
            const struct cxj__int128 *x = &cxj__cell_sums(a)[i - sums], *y = &cxj__cell_sums(b)[i - sums];
            is_same = x->low == y->low && x->high == y->high;
        } else {
            is_same = cxj__histogram_is_same(&cxj__cell_histograms(a)[i - histograms],
                                             &cxj__cell_histograms(b)[i - histograms]);
        }
        if (!is_same) return false;
    }
    if (!a->has_products || !b->has_products) return true;
    return cxj__products_is_same(cxj__cell_products(a), cxj__cell_products(b),
                                 cxj__cell_known_predictors(a) & cxj__cell_known_predictors(b));
}
