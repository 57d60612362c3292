/* shelf: see shelf.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "shelf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void open_world(world *here) {
    static const uint64_t numbers[2] = {1, 2};
    memset(here, 0, sizeof *here);
    here->memory.allocate = cxj__base_allocate;
    here->key = cxj__base_seed(numbers, NULL);
    here->journey = cxj__store_make(&here->store, &here->memory, &here->key, 7);
    ck_assert_ptr_nonnull(here->journey);
}

void close_world(world *here) {
    cxj__store_finish(&here->store, &here->memory);
    ck_assert_uint_eq(here->memory.used, 0);
}

/* Puts touchpoints in the place of the journey's records from a position on. No value counts as held before. */
void replace(world *here, size_t position, const cxj_touchpoint *touchpoints, size_t count) {
    struct cxj__entry entries[200];
    ck_assert_uint_le(count, 200);
    memset(entries, 0, sizeof entries);
    for (size_t i = 0; i < count; i++) entries[i] = (struct cxj__entry){.touchpoint = touchpoints[i], .moves = 1};
    size_t rares = here->journey->rare_count + count;
    ck_assert(cxj__journey_reserve(here->journey, &here->memory, &here->key, position + count, 0, rares));
    ck_assert(cxj__journey_reserve_index(here->journey, &here->memory, &here->key, count * (1 + CXJ__HOLDERS)));
    cxj__journey_replace(here->journey, &here->key, position, entries, count);
}

cxj_touchpoint stored(const world *here, size_t position) {
    struct cxj__entry entry;
    cxj__journey_unpack(here->journey, position, &entry);
    return entry.touchpoint;
}

bool is_same(const cxj_touchpoint *a, const cxj_touchpoint *b) {
    return memcmp(a, b, sizeof *a) == 0; /* The struct has no padding. */
}

cxj_touchpoint greatest(void) {
    return (cxj_touchpoint){
        .journey = 7,
        .id = UINT64_MAX,
        .revision = UINT64_MAX,
        .at = INT64_C(253402300799999),
        .due = INT64_C(253402300799999),
        .value = INT64_C(1000000000000000),
        .customer = UINT64_MAX,
        .sequence = UINT32_MAX,
        .owner = UINT32_MAX,
        .facets = CXJ_FACETS_ALL & ~(uint32_t)CXJ_FACET_WITHDRAWN, /* which none has that contributes */
        .team = UINT16_MAX,
        .activity = UINT16_MAX,
        .channel = UINT16_MAX,
        .stage = UINT16_MAX,
        .cause = UINT16_MAX,
        .type = UINT16_MAX,
        .segment = UINT16_MAX,
        .reason = UINT16_MAX,
        .scale = CXJ_SCALE_CES7,
        .score = 100,
        .scope = CXJ_SCOPE_EMPLOYEE,
        .commitment = 7,
        .outcome = CXJ_OUTCOME_ABANDONED,
    };
}
