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
_Static_assert(CXJ__T_JOURNEYS == CXJ__T_COUNTS - 1, "no touchpoint knows whether its journey is a new one");
_Static_assert(CXJ__J_TOUCHPOINTS == CXJ__J_JOURNEYS + 1 + CXJ__F_TOUCHPOINTS &&
                   CXJ__J_WAITING == CXJ__J_JOURNEYS + 1 + CXJ__F_WAITING && CXJ__F_WAITING == CXJ__F_COUNTS - 1,
               "the fold's counts stand in a contribution as they stand in the fold");
_Static_assert(CXJ__J_SUM_VALUE == CXJ__J_SUMS - 2 && CXJ__J_SUM_VALUE_LOST == CXJ__J_SUMS - 1, "wide sums come last");
_Static_assert(CXJ__J_HISTOGRAM_DURATION == 0 && CXJ__J_HISTOGRAM_SILENCE == 1 &&
                   CXJ__J_HISTOGRAM_FIRST_RESPONSE == 2 && CXJ__J_STANDING == 3,
               "durations of a journey's standing come first");
_Static_assert(CXJ__T_COUNTS + CXJ__T_SUMS + CXJ__T_HISTOGRAMS < CXJ__COLUMNS &&
                   CXJ__X_COUNTS + CXJ__X_SUMS + CXJ__X_HISTOGRAMS < CXJ__COLUMNS &&
                   CXJ__J_COUNTS + CXJ__J_SUMS + CXJ__J_HISTOGRAMS < CXJ__COLUMNS,
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
                            {journey_histograms, CXJ__J_HISTOGRAMS, 5}},
};

size_t cxj__cell_first_column(uint32_t grain, enum cxj__list list) {
    size_t column = 0;
    for (enum cxj__list before = CXJ__COUNTS; before < list; before++) column += lists[grain][before].count;
    return column;
}

size_t cxj__cell_columns(uint32_t grain) {
    return cxj__cell_first_column(grain, CXJ__LISTS);
}

uint32_t cxj__cell_number(uint32_t grain, enum cxj__list list, size_t place) {
    (void)cell_numbers_differ; /* it has done its work */
    return lists[grain][list].numbers[place];
}

size_t cxj__cell_column(uint32_t grain, enum cxj__list list, uint32_t number) {
    for (size_t place = 0; place < lists[grain][list].count; place++) {
        if (lists[grain][list].numbers[place] == number) return cxj__cell_first_column(grain, list) + place;
    }
    return CXJ__COLUMNS;
}

uint32_t cxj__cell_greatest_number(uint32_t grain, enum cxj__list list) {
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

static size_t bytes_of(uint32_t grain) {
    const struct cxj__cell_shape *shape = &shapes[grain];
    return sizeof(struct cxj__cell) + shape->counts * sizeof(int64_t) + shape->sums * sizeof(struct cxj__int128) +
           shape->histograms * sizeof(struct cxj__histogram);
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

struct cxj__cell *cxj__cell_create(struct cxj__memory *memory, uint32_t grain) {
    struct cxj__cell *cell = cxj__base_resize(memory, NULL, 0, bytes_of(grain));
    if (cell == NULL) return NULL;
    memset(cell, 0, bytes_of(grain));
    cell->grain = grain;
    return cell;
}

void cxj__cell_destroy(struct cxj__cell *cell, struct cxj__memory *memory) {
    struct cxj__histogram *histograms = cxj__cell_histograms(cell);
    for (size_t i = 0; i < shapes[cell->grain].histograms; i++) cxj__histogram_finish(&histograms[i], memory);
    if (cell->sealed != NULL) cxj__cell_destroy(cell->sealed, memory);
    if (cell->unknown != NULL) cxj__base_resize(memory, cell->unknown, sizeof *cell->unknown, 0);
    cxj__base_resize(memory, cell, bytes_of(cell->grain), 0);
}

/* ---- adding ----------------------------------------------------------------------------------------------------- */

static void add_amount(struct cxj__int128 *sum, int64_t amount, int sign) {
    cxj__base_add(sum, cxj__base_wide(sign < 0 ? -amount : amount));
}

static void add_with_square(struct cxj__int128 *sum, struct cxj__int128 *squares, int64_t amount, int sign) {
    add_amount(sum, amount, sign);
    add_amount(squares, amount * amount, sign); /* at most 12600², far from 64 bits */
}

static void add_mask(int64_t *counts, uint64_t mask, int sign) {
    for (; mask != 0; mask &= mask - 1) counts[cxj__base_lowest_bit(mask)] += sign;
}

/* A duration of a fact, and where it goes. */
struct lasting {
    uint8_t histogram, sum;
    int64_t duration;
};
enum { MOST_LASTING = 3 };

/* Lists the durations of a fact. */
static size_t list_durations(const struct cxj__fact *fact, struct lasting lasting[MOST_LASTING]) {
    const uint64_t mask = fact->mask;
    size_t count = 0;
    if (fact->grain == CXJ_GRAIN_TRANSITIONS) {
        if ((mask & CXJ__BIT(CXJ__X_TRANSITIONS)) == 0) return 0;
        lasting[0] = (struct lasting){CXJ__X_HISTOGRAM_WAIT, CXJ__X_SUM_WAIT, cxj__cell_wait(fact)};
        return 1;
    }
    if (mask & CXJ__BIT(CXJ__T_WAITS)) {
        lasting[count++] = (struct lasting){CXJ__T_HISTOGRAM_WAIT, CXJ__T_SUM_WAIT, cxj__cell_wait(fact)};
    }
    if (mask & CXJ__BIT(CXJ__T_LATE)) {
        lasting[count++] = (struct lasting){CXJ__T_HISTOGRAM_LATENESS, CXJ__T_SUM_LATENESS, cxj__cell_lateness(fact)};
    }
    if (mask & CXJ__BIT(CXJ__T_RESPONSES)) {
        lasting[count++] = (struct lasting){CXJ__T_HISTOGRAM_RESPONSE, CXJ__T_SUM_RESPONSE, cxj__cell_response(fact)};
    }
    return count;
}

static void add_touchpoint(struct cxj__int128 *sums, const struct cxj__fact *fact, int sign) {
    if (fact->value != 0) add_amount(&sums[CXJ__T_SUM_VALUE], fact->value, sign);
    if (fact->mask & CXJ__BIT(CXJ__T_RATINGS)) {
        add_with_square(&sums[CXJ__T_SUM_RATING], &sums[CXJ__T_SUM_RATING_SQUARES], fact->rating, sign);
    }
    if (fact->mask & CXJ__BIT(CXJ__T_CES_RATINGS)) {
        add_with_square(&sums[CXJ__T_SUM_CES], &sums[CXJ__T_SUM_CES_SQUARES], fact->rating, sign);
    }
    if (fact->mask & CXJ__BIT(CXJ__T_EMPLOYEE_RATINGS)) {
        add_with_square(&sums[CXJ__T_SUM_EMPLOYEE], &sums[CXJ__T_SUM_EMPLOYEE_SQUARES], fact->rating, sign);
    }
}

/* Finds the slots in which durations are counted, or makes them if there is memory given; false if that is not
 * enough. */
static bool find_slots(struct cxj__cell *cell, struct cxj__memory *memory, const struct lasting *lasting, size_t count,
                       uint64_t *slots[MOST_LASTING]) {
    for (size_t i = 0; i < count; i++) {
        slots[i] = cxj__histogram_reach(&histograms_of(cell)[lasting[i].histogram], memory,
                                        cxj__histogram_bucket(lasting[i].duration));
        if (slots[i] == NULL) return false;
    }
    return true;
}

/* Adds a fact whose durations are counted in slots, which never go below 0, so that a negative amount does not borrow
 * from the bucket's bits. */
static void add_at(struct cxj__cell *cell, const struct cxj__fact *fact, const struct lasting *lasting, size_t count,
                   uint64_t *const slots[MOST_LASTING], int sign) {
    struct cxj__int128 *sums = sums_of(cell, fact->grain);
    add_mask(counts_of(cell, fact->grain), fact->mask, sign);
    for (size_t i = 0; i < count; i++) {
        *slots[i] += (uint64_t)(int64_t)sign;
        add_amount(&sums[lasting[i].sum], lasting[i].duration, sign);
    }
    if (fact->grain == CXJ_GRAIN_TOUCHPOINTS) {
        add_touchpoint(sums, fact, sign);
    } else if (fact->mask & CXJ__BIT(CXJ__X_STEPS)) {
        add_with_square(&sums[CXJ__X_SUM_STEP], &sums[CXJ__X_SUM_STEP_SQUARES], fact->rating, sign);
    }
}

void cxj__cell_add_fact(struct cxj__cell *cell, const struct cxj__fact *fact, int sign) {
    struct lasting lasting[MOST_LASTING];
    uint64_t *slots[MOST_LASTING];
    size_t count = list_durations(fact, lasting);
    (void)find_slots(cell, NULL, lasting, count, slots); /* they are there */
    add_at(cell, fact, lasting, count, slots, sign);
}

/* Whether a contribution has a duration for a histogram. */
static bool has_duration(const struct cxj__contribution *contribution, size_t histogram) {
    bool is_first_response = histogram == CXJ__J_HISTOGRAM_FIRST_RESPONSE;
    return is_first_response ? contribution->counts[CXJ__J_FIRST_RESPONSES] != 0 : contribution->ended;
}

static void change_durations(struct cxj__cell *cell, const struct cxj__contribution *before,
                             const struct cxj__contribution *after) {
    for (size_t i = 0; i < CXJ__J_STANDING; i++) {
        struct cxj__histogram *histogram = &histograms_of(cell)[i];
        bool had = has_duration(before, i), has = has_duration(after, i);
        if (had && has && before->durations[i] == after->durations[i]) continue;
        if (had) cxj__histogram_add(histogram, cxj__histogram_bucket(before->durations[i]), -1);
        if (has) cxj__histogram_add(histogram, cxj__histogram_bucket(after->durations[i]), 1);
    }
}

static void add_value(struct cxj__int128 *sums, const struct cxj__contribution *contribution, int sign) {
    if ((contribution->value.low | contribution->value.high) == 0) return;
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
    add_value(sums, before, -1);
    add_value(sums, after, 1);
    change_durations(cell, before, after);
}

void cxj__cell_add_contribution(struct cxj__cell *cell, const struct cxj__contribution *contribution, int sign) {
    static const struct cxj__contribution nothing;
    cxj__cell_change_contribution(cell, sign < 0 ? contribution : &nothing, sign < 0 ? &nothing : contribution);
}

void cxj__cell_change_counts(struct cxj__cell *cell, const uint16_t before[CXJ__F_COUNTS],
                             const uint16_t after[CXJ__F_COUNTS], int64_t response) {
    add_differences(counts_of(cell, CXJ_GRAIN_JOURNEYS) + CXJ__J_JOURNEYS + 1, before, after, CXJ__F_COUNTS);
    if (response != 0) add_amount(&sums_of(cell, CXJ_GRAIN_JOURNEYS)[CXJ__J_SUM_RESPONSE], response, 1);
}

void cxj__cell_add_sample(struct cxj__cell *cell, uint32_t sample, int sign) {
    cxj__histogram_add(&histograms_of(cell)[sample >> 16], sample & 0xffff, sign);
}

/* ---- looking ahead ---------------------------------------------------------------------------------------------- */

void cxj__cell_prefetch_sums(const struct cxj__cell *cell) {
    enum { LINE = 64, NEAR = 2 * LINE }; /* the lines of the key and of the histograms are there */
    const char *end = (const char *)cell + bytes_of(cell->grain);
    for (const char *line = (const char *)cell + NEAR; line < end; line += LINE) CXJ__PREFETCH(line);
}

void cxj__cell_touch_durations(const struct cxj__cell *cell, const struct cxj__fact *fact) {
    struct lasting lasting[MOST_LASTING];
    size_t count = list_durations(fact, lasting);
    for (size_t i = 0; i < count; i++) {
        cxj__histogram_touch(&histograms_of(cell)[lasting[i].histogram], cxj__histogram_bucket(lasting[i].duration));
    }
}

/* ---- reserving -------------------------------------------------------------------------------------------------- */

bool cxj__cell_reserve_fact(struct cxj__cell *cell, struct cxj__memory *memory, const struct cxj__fact *fact) {
    struct lasting lasting[MOST_LASTING];
    uint64_t *slots[MOST_LASTING];
    size_t count = list_durations(fact, lasting);
    return find_slots(cell, memory, lasting, count, slots);
}

bool cxj__cell_take_fact(struct cxj__cell *cell, struct cxj__memory *memory, const struct cxj__fact *fact) {
    struct lasting lasting[MOST_LASTING];
    uint64_t *slots[MOST_LASTING];
    size_t count = list_durations(fact, lasting);
    if (!find_slots(cell, memory, lasting, count, slots)) return false;
    add_at(cell, fact, lasting, count, slots, 1);
    return true;
}

bool cxj__cell_reserve_contribution(struct cxj__cell *cell, struct cxj__memory *memory,
                                    const struct cxj__contribution *contribution) {
    for (size_t i = 0; i < CXJ__J_STANDING; i++) {
        uint32_t bucket = cxj__histogram_bucket(contribution->durations[i]);
        if (!has_duration(contribution, i)) continue;
        if (!cxj__histogram_reserve(&histograms_of(cell)[i], memory, bucket)) return false;
    }
    return true;
}

bool cxj__cell_reserve_sample(struct cxj__cell *cell, struct cxj__memory *memory, uint32_t sample) {
    return cxj__histogram_reserve(&histograms_of(cell)[sample >> 16], memory, sample & 0xffff);
}

/* ---- cell by cell ----------------------------------------------------------------------------------------------- */

bool cxj__cell_reserve_cell(struct cxj__cell *cell, struct cxj__memory *memory, const struct cxj__cell *other) {
    struct cxj__histogram *to = cxj__cell_histograms(cell), *from = cxj__cell_histograms(other);
    for (size_t i = 0; i < shapes[cell->grain].histograms; i++) {
        if (!cxj__histogram_reserve_all(&to[i], memory, &from[i])) return false;
    }
    return other->unknown == NULL || cxj__cell_reserve_unknown(cell, memory);
}

void cxj__cell_add_cell(struct cxj__cell *cell, const struct cxj__cell *other, int sign) {
    const struct cxj__cell_shape *shape = &shapes[cell->grain];
    const struct cxj__int128 *sums = cxj__cell_sums(other);
    for (size_t i = 0; i < shape->counts; i++) cxj__cell_counts(cell)[i] += sign * cxj__cell_counts(other)[i];
    for (size_t i = 0; i < shape->sums; i++) {
        cxj__base_add(&cxj__cell_sums(cell)[i], sign < 0 ? cxj__base_negate(sums[i]) : sums[i]);
    }
    for (size_t i = 0; i < shape->histograms; i++) {
        cxj__histogram_add_all(&cxj__cell_histograms(cell)[i], &cxj__cell_histograms(other)[i], sign);
    }
    for (size_t i = 0; other->unknown != NULL && i < CXJ__COLUMN_WORDS; i++) {
        cell->unknown->words[i] |= other->unknown->words[i];
    }
}

bool cxj__cell_reserve_unknown(struct cxj__cell *cell, struct cxj__memory *memory) {
    if (cell->unknown != NULL) return true;
    cell->unknown = cxj__base_resize(memory, NULL, 0, sizeof *cell->unknown);
    if (cell->unknown == NULL) return false;
    memset(cell->unknown, 0, sizeof *cell->unknown);
    return true;
}

bool cxj__cell_reserve_sealed(struct cxj__cell *cell, struct cxj__memory *memory) {
    if (cell->sealed == NULL) cell->sealed = cxj__cell_create(memory, cell->grain);
    return cell->sealed != NULL;
}

/* ---- what holds of every cell ----------------------------------------------------------------------------------- */

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
 * say; the sum of their squares; the histogram in which each of them stands. No sum is without a row. */
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
static bool is_known(const struct cxj__cell *cell, enum cxj__list list, uint8_t place) {
    return place == NOWHERE || cxj__cell_knows(cell, cxj__cell_first_column(cell->grain, list) + place);
}

static bool are_known(const struct cxj__cell *cell, const uint8_t *counts, size_t most) {
    for (size_t i = 0; i < most && counts[i] != NOWHERE; i++) {
        if (!is_known(cell, CXJ__COUNTS, counts[i])) return false;
    }
    return true;
}

static bool has_shares_within(const struct cxj__cell *cell) {
    const int64_t *counts = cxj__cell_counts(cell);
    for (size_t i = 0; i < LENGTH_OF(shares); i++) {
        if (shares[i].grain != cell->grain) continue;
        if (!are_known(cell, shares[i].parts, 5) || !are_known(cell, shares[i].wholes, 5)) continue;
        if (add_up(counts, shares[i].parts, 5) > add_up(counts, shares[i].wholes, 5)) return false;
    }
    return true;
}

static bool has_durations(const struct cxj__cell *cell) {
    for (size_t i = 0; i < LENGTH_OF(histogram_totals); i++) {
        if (histogram_totals[i].grain != cell->grain) continue;
        if (!is_known(cell, CXJ__HISTOGRAMS, histogram_totals[i].histogram) ||
            !are_known(cell, histogram_totals[i].counts, 2)) {
            continue;
        }
        uint64_t counted = (uint64_t)add_up(cxj__cell_counts(cell), histogram_totals[i].counts, 2);
        if (cxj__histogram_total(&cxj__cell_histograms(cell)[histogram_totals[i].histogram]) != counted) return false;
    }
    return true;
}

static bool is_more(struct cxj__int128 a, struct cxj__int128 b) {
    cxj__base_add(&b, cxj__base_negate(a)); /* both are far from 127 bits */
    return b.high >> 63 != 0;
}

/* The product of two numbers of 128 bits without sign: eight digits of 32 bits, the lowest first. */
static void multiply_wide(struct cxj__int128 a, struct cxj__int128 b, uint32_t digits[8]) {
    const uint32_t x[4] = {(uint32_t)a.low, (uint32_t)(a.low >> 32), (uint32_t)a.high, (uint32_t)(a.high >> 32)};
    const uint32_t y[4] = {(uint32_t)b.low, (uint32_t)(b.low >> 32), (uint32_t)b.high, (uint32_t)(b.high >> 32)};
    memset(digits, 0, 8 * sizeof *digits);
    for (size_t i = 0; i < 4; i++) {
        uint64_t carry = 0;
        for (size_t k = 0; k < 4; k++) {
            carry += digits[i + k] + (uint64_t)x[i] * y[k];
            digits[i + k] = (uint32_t)carry;
            carry >>= 32;
        }
        digits[i + 4] = (uint32_t)carry;
    }
}

/* n · Σx² is never less than (Σx)² (Cauchy), and Σx², of integers, never less than Σx. */
static bool can_be_squares(struct cxj__int128 sum, struct cxj__int128 squares, int64_t n) {
    uint32_t low[8], high[8];
    if (sum.high >> 63 != 0) sum = cxj__base_negate(sum);
    if (is_more(sum, squares)) return false;
    multiply_wide(sum, sum, low);
    multiply_wide(cxj__base_wide(n), squares, high);
    for (size_t i = 8; i-- > 0;) {
        if (low[i] != high[i]) return low[i] < high[i];
    }
    return true;
}

static bool is_within(const struct cxj__cell *cell, const struct bound *bound) {
    const struct cxj__int128 *sums = cxj__cell_sums(cell);
    if (!are_known(cell, bound->counts, 2) || !is_known(cell, CXJ__SUMS, bound->sum)) return true;
    int64_t n = add_up(cxj__cell_counts(cell), bound->counts, 2);
    struct cxj__int128 sum = sums[bound->sum];
    struct cxj__int128 least = cxj__base_product(n, bound->least), most = cxj__base_product(n, bound->most);
    if (is_more(least, sum) || is_more(sum, most)) return false;
    if (bound->histogram != NOWHERE && is_known(cell, CXJ__HISTOGRAMS, bound->histogram)) {
        cxj__histogram_bounds(&cxj__cell_histograms(cell)[bound->histogram], &least, &most);
        if (is_more(least, sum) || is_more(sum, most)) return false;
    }
    return bound->squares == NOWHERE || !is_known(cell, CXJ__SUMS, bound->squares) ||
           can_be_squares(sum, sums[bound->squares], n);
}

static bool has_sums_within(const struct cxj__cell *cell) {
    const struct cxj__int128 *sums = cxj__cell_sums(cell);
    for (size_t i = 0; i < LENGTH_OF(bounds); i++) {
        if (bounds[i].grain == cell->grain && !is_within(cell, &bounds[i])) return false;
    }
    for (size_t i = 0; i < LENGTH_OF(sums_within); i++) {
        if (sums_within[i].grain != cell->grain) continue;
        if (!is_known(cell, CXJ__SUMS, sums_within[i].part) || !is_known(cell, CXJ__SUMS, sums_within[i].whole)) {
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
    for (size_t i = 0; i < shapes[cell->grain].counts; i++) {
        if (counts[i] > touchpoints) return false;
    }
    return counts[0] > 0;
}

/* Of columns that are not known nothing is asked. */
const char *cxj__cell_contradiction(const struct cxj__cell *cell) {
    if (!has_counts_within(cell) || !has_durations(cell)) return "the counts of a cell contradict each other";
    if (!has_shares_within(cell)) return "a part of what a cell counts is more than its whole";
    if (!has_sums_within(cell)) return "a sum is not one of as many as were counted";
    return NULL;
}

bool cxj__cell_is_same(const struct cxj__cell *a, const struct cxj__cell *b) {
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
    return true;
}
