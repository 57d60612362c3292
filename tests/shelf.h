/* shelf: serves the tests of store, journey and index: a store of its own with one journey.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SHELF_H
#define SHELF_H

#include "engine.h"
#include "suite.h"

#include "chance.h" /* behind the others, which have parameters called seed */

typedef struct world {
    struct cxj__memory memory;
    struct cxj__seed key;
    struct cxj__store store;
    struct cxj__journey *journey; /* number 7, empty at first */
    uint64_t probes;
} world;

void open_world(world *here);
void close_world(world *here);

/* Puts touchpoints in the place of the journey's records from a position on. No value counts as held before. */
void replace(world *here, size_t position, const cxj_touchpoint *touchpoints, size_t count);

cxj_touchpoint stored(const world *here, size_t position);
bool is_same(const cxj_touchpoint *a, const cxj_touchpoint *b);

/* A touchpoint in which each field has the greatest value that it may have. */
cxj_touchpoint greatest(void);

#endif
