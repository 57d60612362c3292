/* steps: see steps.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "steps.h"

#include <string.h>

const struct scale scales[SCALES] = {
    {0, 0, 0, 0, 0, 0},        {1, 5, 4, 5, 2, 'S'}, {1, 7, 6, 7, 3, 'S'},  {1, 10, 8, 10, 4, 'S'},
    {0, 100, 80, 95, 49, 'S'}, {0, 1, 1, 1, 0, 'S'}, {0, 10, 9, 9, 6, 'L'}, {1, 7, 5, 7, 3, 'E'},
};

static uint32_t value_of(const cxj_touchpoint *m, int d) {
    const uint32_t values[] = {m->owner, m->team, m->channel, m->stage, m->activity};
    return values[d];
}

cxj_touchpoint with_value(cxj_touchpoint m, int d, uint16_t value) {
    if (d == OWNER) m.owner = value;
    if (d == TEAM) m.team = value;
    if (d == CHANNEL) m.channel = value;
    if (d == STAGE) m.stage = value;
    if (d == ACTIVITY) m.activity = value;
    return m;
}

void add_wanting(struct journey *j, int64_t at, cxj_touchpoint m, uint32_t wanted) {
    uint32_t held = 0;
    m.journey = 1;
    m.at = at;
    m.facets = cxj__touchpoint_imply(m.facets);
    for (int d = 0; d < CXJ__TRACKS; d++) {
        uint32_t value = value_of(&m, d); /* below 64 */
        if (value != 0 && j->held[d] >> value & 1) held |= 1U << d;
        if (value != 0) j->held[d] |= UINT64_C(1) << value;
    }
    memset(j->facts, 0x5a, sizeof j->facts); /* Nothing may depend on what stood there. */
    j->count = cxj__fold_step(&j->fold, cxj__fold_no_hours(), &m, held, wanted, j->facts);
    ck_assert(j->count >= 1 && j->count <= CXJ__FACTS_OF_A_STEP);
    ck_assert(j->facts[0].grain == CXJ_GRAIN_TOUCHPOINTS && j->facts[0].at == at);
}

void add(struct journey *j, int64_t at, cxj_touchpoint m) {
    add_wanting(j, at, m, CXJ__ALL_TRACKS);
}

/* True if the last touchpoint counts there. */
bool has(const struct journey *j, int count) {
    return (j->facts[0].mask & CXJ__BIT(count)) != 0;
}

struct cxj__contribution stand_at(const struct journey *j, int64_t now) {
    struct cxj__contribution contribution;
    memset(&contribution, 0x5a, sizeof contribution);
    cxj__contribution_make(&j->fold, NULL, &j->fold.lasted, now, &contribution);
    return contribution;
}

struct cxj__contribution stand(const struct journey *j) {
    return stand_at(j, INT64_MIN);
}

int64_t counted(const struct journey *j, int count) {
    return stand(j).counts[count];
}

int64_t summed(const struct journey *j, int sum) {
    struct cxj__contribution contribution = stand(j);
    if (sum < CXJ__J_NARROW_SUMS) return contribution.sums[sum];
    ck_assert(sum == CXJ__J_SUM_VALUE || sum == CXJ__J_SUM_VALUE_LOST);
    bool counts = sum == CXJ__J_SUM_VALUE || contribution.counts[CXJ__J_CHURNED] != 0;
    return counts ? cxj__base_clamp(contribution.value) : 0;
}

/* The last touchpoint's fact of a grain and dimension (or histogram) with a bit of the mask; NULL if there is none. */
static const struct cxj__fact *fact_of(const struct journey *j, int grain, int dimension, uint64_t bits) {
    const struct cxj__fact *found = NULL;
    for (size_t i = 1; i < j->count; i++) {
        const struct cxj__fact *fact = &j->facts[i];
        if (fact->grain != grain || fact->dimension != dimension || (fact->mask & bits) != bits) continue;
        ck_assert_ptr_null(found); /* never two of one kind */
        found = fact;
    }
    return found;
}

const struct cxj__fact *transition(const struct journey *j, int d) {
    return fact_of(j, CXJ_GRAIN_TRANSITIONS, d, CXJ__BIT(CXJ__X_TRANSITIONS));
}

const struct cxj__fact *lost(const struct journey *j, int d) {
    return fact_of(j, CXJ_GRAIN_TRANSITIONS, d, CXJ__BIT(CXJ__X_LOST_CONTEXT));
}

const struct cxj__fact *step_of(const struct journey *j, int d) {
    return fact_of(j, CXJ_GRAIN_TRANSITIONS, d, CXJ__BIT(CXJ__X_STEPS));
}

const struct cxj__fact *sample(const struct journey *j, int histogram) {
    return fact_of(j, CXJ_GRAIN_JOURNEYS, histogram, 0);
}

void is_sample(const struct journey *j, int histogram, int64_t duration) {
    const struct cxj__fact *fact = sample(j, histogram);
    ck_assert_ptr_nonnull(fact);
    ck_assert_int_eq(cxj__cell_wait(fact), duration);
}

cxj_touchpoint anything(int64_t at) {
    cxj_touchpoint m = {.facets = (uint32_t)(chance(1 << 18) & chance(1 << 18) & ~(uint64_t)chance(1 << 18))};
    m.facets &= ~(uint32_t)CXJ_FACET_WITHDRAWN;
    for (int d = 0; d < CXJ__TRACKS; d++) m = with_value(m, d, (uint16_t)chance(4));
    if (chance(3) == 0) m.due = at + (int64_t)chance(60) - 10;
    if (chance(8) == 0) m.outcome = (uint8_t)chance(3);
    if (chance(5) == 0) m.value = (int64_t)chance(3) - 1;
    m.commitment = (uint8_t)chance(3);
    if (chance(2) == 0) {
        m.scale = (uint8_t)(1 + chance(SCALES - 1));
        m.score = (uint8_t)(scales[m.scale].lowest + chance(scales[m.scale].highest - scales[m.scale].lowest + 1U));
        m.scope = (uint8_t)(1 + chance(3));
    }
    return m;
}

cxj_touchpoint rating(int scale, int score, int scope) {
    return T(.scale = (uint8_t)scale, .score = (uint8_t)score, .scope = (uint8_t)scope);
}
