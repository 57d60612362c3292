/* cell: integer sums under one key.
 *
 * One block of memory holds a cell's head, counts, sums and histograms; how many there are of each depends on the
 * grain. Adding needs no memory once reserved, so a change that has been reserved cannot fail half-way. All additions
 * are of integers: what is added and taken away leaves no trace but an empty slot in a histogram. */
#include "cell.h"

#include <string.h>

_Static_assert(CXJ__T_COUNTS <= 64 && CXJ__X_COUNTS <= 64, "the counts of a fact fit its mask");
_Static_assert(sizeof(struct cxj__key) == 32, "a key has no padding that nobody clears");

static const struct cxj__cell_shape shapes[] = {
    [CXJ_GRAIN_TOUCHPOINTS] = {CXJ__T_COUNTS, CXJ__T_SUMS, CXJ__T_HISTOGRAMS},
    [CXJ_GRAIN_TRANSITIONS] = {CXJ__X_COUNTS, CXJ__X_SUMS, CXJ__X_HISTOGRAMS},
    [CXJ_GRAIN_JOURNEYS] = {CXJ__J_COUNTS, CXJ__J_SUMS, CXJ__J_HISTOGRAMS},
};

const struct cxj__cell_shape *cxj__cell_shape(uint32_t grain) {
    return &shapes[grain];
}

static size_t bytes_of(uint32_t grain) {
    const struct cxj__cell_shape *shape = &shapes[grain];
    return sizeof(struct cxj__cell) + shape->counts * sizeof(int64_t) + shape->sums * sizeof(struct cxj__int128) +
           shape->histograms * sizeof(struct cxj__histogram);
}

/* Where they stand in a cell of a grain, which is known to most who ask. */
static inline struct cxj__int128 *sums_of(const struct cxj__cell *cell, uint32_t grain) {
    return (struct cxj__int128 *)(uintptr_t)(cxj__cell_counts(cell) + shapes[grain].counts);
}

static inline struct cxj__histogram *histograms_of(const struct cxj__cell *cell, uint32_t grain) {
    return (struct cxj__histogram *)(uintptr_t)(sums_of(cell, grain) + shapes[grain].sums);
}

struct cxj__int128 *cxj__cell_sums(const struct cxj__cell *cell) {
    return sums_of(cell, cell->grain);
}

struct cxj__histogram *cxj__cell_histograms(const struct cxj__cell *cell) {
    return histograms_of(cell, cell->grain);
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

static void add_touchpoint(struct cxj__cell *cell, const struct cxj__fact *fact, int sign) {
    struct cxj__int128 *sums = sums_of(cell, CXJ_GRAIN_TOUCHPOINTS);
    struct cxj__histogram *histograms = histograms_of(cell, CXJ_GRAIN_TOUCHPOINTS);
    if (fact->mask & CXJ__BIT(CXJ__T_WAITS)) {
        add_amount(&sums[CXJ__T_SUM_WAIT], fact->wait, sign);
        cxj__histogram_add(&histograms[CXJ__T_HISTOGRAM_WAIT], cxj__histogram_bucket(fact->wait), sign);
    }
    if (fact->mask & CXJ__BIT(CXJ__T_LATE)) {
        add_amount(&sums[CXJ__T_SUM_LATENESS], fact->lateness, sign);
        cxj__histogram_add(&histograms[CXJ__T_HISTOGRAM_LATENESS], cxj__histogram_bucket(fact->lateness), sign);
    }
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

static void add_transition(struct cxj__cell *cell, const struct cxj__fact *fact, int sign) {
    struct cxj__int128 *sums = sums_of(cell, CXJ_GRAIN_TRANSITIONS);
    if (fact->mask & CXJ__BIT(CXJ__X_TRANSITIONS)) {
        add_amount(&sums[CXJ__X_SUM_WAIT], fact->wait, sign);
        cxj__histogram_add(&histograms_of(cell, CXJ_GRAIN_TRANSITIONS)[CXJ__X_HISTOGRAM_WAIT],
                           cxj__histogram_bucket(fact->wait), sign);
    }
    if (fact->mask & CXJ__BIT(CXJ__X_STEPS)) {
        add_with_square(&sums[CXJ__X_SUM_STEP], &sums[CXJ__X_SUM_STEP_SQUARES], fact->rating, sign);
    }
}

void cxj__cell_add_fact(struct cxj__cell *cell, const struct cxj__fact *fact, int sign) {
    add_mask(cxj__cell_counts(cell), fact->mask, sign);
    if (fact->grain == CXJ_GRAIN_TOUCHPOINTS) {
        add_touchpoint(cell, fact, sign);
    } else {
        add_transition(cell, fact, sign);
    }
}

static void add_durations(struct cxj__cell *cell, const struct cxj__contribution *contribution, int sign) {
    for (size_t i = 0; contribution->ended && i < 2; i++) {
        cxj__histogram_add(&histograms_of(cell, CXJ_GRAIN_JOURNEYS)[i], cxj__histogram_bucket(contribution->durations[i]),
                           sign);
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
    add_differences(cxj__cell_counts(cell), before->counts, after->counts, CXJ__J_COUNTS);
    for (size_t i = 0; i < CXJ__J_NARROW_SUMS; i++) {
        if (before->sums[i] != after->sums[i]) add_amount(&sums[i], after->sums[i] - before->sums[i], 1);
    }
    add_value(sums, before, -1);
    add_value(sums, after, 1);
    add_durations(cell, before, -1);
    add_durations(cell, after, 1);
}

void cxj__cell_add_contribution(struct cxj__cell *cell, const struct cxj__contribution *contribution, int sign) {
    static const struct cxj__contribution nothing;
    cxj__cell_change_contribution(cell, sign < 0 ? contribution : &nothing, sign < 0 ? &nothing : contribution);
}

void cxj__cell_change_counts(struct cxj__cell *cell, const uint16_t before[CXJ__F_COUNTS],
                             const uint16_t after[CXJ__F_COUNTS]) {
    add_differences(cxj__cell_counts(cell) + CXJ__J_JOURNEYS + 1, before, after, CXJ__F_COUNTS);
}

void cxj__cell_add_sample(struct cxj__cell *cell, uint32_t sample, int sign) {
    cxj__histogram_add(&histograms_of(cell, CXJ_GRAIN_JOURNEYS)[sample >> 16], sample & 0xffff, sign);
}

/* ---- looking ahead ---------------------------------------------------------------------------------------------- */

void cxj__cell_prefetch_fact(const struct cxj__cell *cell, const struct cxj__fact *fact) {
    enum { LINE = 64 };
    const char *end = (const char *)cell + bytes_of(fact->grain);
    for (const char *line = (const char *)cell + LINE; line < end; line += LINE) CXJ__PREFETCH(line);
    bool transition = fact->grain == CXJ_GRAIN_TRANSITIONS;
    if (fact->mask & (transition ? CXJ__BIT(CXJ__X_TRANSITIONS) : CXJ__BIT(CXJ__T_WAITS))) {
        size_t which = transition ? CXJ__X_HISTOGRAM_WAIT : CXJ__T_HISTOGRAM_WAIT;
        cxj__histogram_prefetch(&histograms_of(cell, fact->grain)[which], cxj__histogram_bucket(fact->wait));
    }
}

/* ---- reserving -------------------------------------------------------------------------------------------------- */

bool cxj__cell_reserve_fact(struct cxj__cell *cell, struct cxj__memory *memory, const struct cxj__fact *fact) {
    struct cxj__histogram *histograms = cxj__cell_histograms(cell);
    if (fact->grain == CXJ_GRAIN_TRANSITIONS) {
        return !(fact->mask & CXJ__BIT(CXJ__X_TRANSITIONS)) ||
               cxj__histogram_reserve(&histograms[CXJ__X_HISTOGRAM_WAIT], memory, cxj__histogram_bucket(fact->wait));
    }
    if ((fact->mask & CXJ__BIT(CXJ__T_WAITS)) &&
        !cxj__histogram_reserve(&histograms[CXJ__T_HISTOGRAM_WAIT], memory, cxj__histogram_bucket(fact->wait))) {
        return false;
    }
    return !(fact->mask & CXJ__BIT(CXJ__T_LATE)) ||
           cxj__histogram_reserve(&histograms[CXJ__T_HISTOGRAM_LATENESS], memory,
                                  cxj__histogram_bucket(fact->lateness));
}

bool cxj__cell_reserve_contribution(struct cxj__cell *cell, struct cxj__memory *memory,
                                const struct cxj__contribution *contribution) {
    if (!contribution->ended) return true;
    for (size_t i = 0; i < 2; i++) {
        uint32_t bucket = cxj__histogram_bucket(contribution->durations[i]);
        if (!cxj__histogram_reserve(&histograms_of(cell, CXJ_GRAIN_JOURNEYS)[i], memory, bucket)) return false;
    }
    return true;
}

bool cxj__cell_reserve_sample(struct cxj__cell *cell, struct cxj__memory *memory, uint32_t sample) {
    return cxj__histogram_reserve(&histograms_of(cell, CXJ_GRAIN_JOURNEYS)[sample >> 16], memory, sample & 0xffff);
}

/* ---- cell by cell ----------------------------------------------------------------------------------------------- */

bool cxj__cell_reserve_cell(struct cxj__cell *cell, struct cxj__memory *memory, const struct cxj__cell *other) {
    struct cxj__histogram *to = cxj__cell_histograms(cell), *from = cxj__cell_histograms(other);
    for (size_t i = 0; i < shapes[cell->grain].histograms; i++) {
        if (!cxj__histogram_reserve_all(&to[i], memory, &from[i])) return false;
    }
    return true;
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
}

bool cxj__cell_reserve_sealed(struct cxj__cell *cell, struct cxj__memory *memory) {
    if (cell->sealed == NULL) cell->sealed = cxj__cell_create(memory, cell->grain);
    return cell->sealed != NULL;
}

/* ---- what holds of every cell ----------------------------------------------------------------------------------- */

/* Each histogram counts as many durations as a count, or two together, say. */
static const struct {
    uint32_t grain, histogram, count, other; /* other is count where there is no other */
} agreeing[] = {
    {CXJ_GRAIN_TOUCHPOINTS, CXJ__T_HISTOGRAM_WAIT, CXJ__T_WAITS, CXJ__T_WAITS},
    {CXJ_GRAIN_TOUCHPOINTS, CXJ__T_HISTOGRAM_LATENESS, CXJ__T_LATE, CXJ__T_LATE},
    {CXJ_GRAIN_TRANSITIONS, CXJ__X_HISTOGRAM_WAIT, CXJ__X_TRANSITIONS, CXJ__X_TRANSITIONS},
    {CXJ_GRAIN_JOURNEYS, CXJ__J_HISTOGRAM_DURATION, CXJ__J_COMPLETED, CXJ__J_ABANDONED},
    {CXJ_GRAIN_JOURNEYS, CXJ__J_HISTOGRAM_SILENCE, CXJ__J_COMPLETED, CXJ__J_ABANDONED},
    {CXJ_GRAIN_JOURNEYS, CXJ__J_HISTOGRAM_LATENESS, CXJ__J_LATE, CXJ__J_LATE},
    {CXJ_GRAIN_JOURNEYS, CXJ__J_HISTOGRAM_WARNING, CXJ__J_LATE_PROACTIVE, CXJ__J_LATE_PROACTIVE},
    {CXJ_GRAIN_JOURNEYS, CXJ__J_HISTOGRAM_LOOP, CXJ__J_LOOPS_CLOSED, CXJ__J_LOOPS_CLOSED},
};

bool cxj__cell_is_sound(const struct cxj__cell *cell) {
    const int64_t *counts = cxj__cell_counts(cell);
    /* Whatever is counted, a touchpoint adds one at most, and no journey is without any. */
    int64_t touchpoints = counts[cell->grain == CXJ_GRAIN_JOURNEYS ? CXJ__J_TOUCHPOINTS : 0];
    if (counts[0] == 0) return false;
    for (size_t i = 0; i < shapes[cell->grain].counts; i++) {
        if (counts[i] > touchpoints) return false;
    }
    for (size_t i = 0; i < sizeof agreeing / sizeof *agreeing; i++) {
        if (agreeing[i].grain != cell->grain) continue;
        int64_t total = counts[agreeing[i].count];
        if (agreeing[i].other != agreeing[i].count) total += counts[agreeing[i].other];
        if (cxj__histogram_total(&cxj__cell_histograms(cell)[agreeing[i].histogram]) != (uint64_t)total) return false;
    }
    return true;
}
