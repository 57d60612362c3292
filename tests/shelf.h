/* shelf: serves the tests of store, journey and index: a store of its own with one journey, and a seed to draw from.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef SHELF_H
#define SHELF_H

#include <check.h>

#include "engine.h"

extern uint64_t seed;

/* Reads the seed from CXJ_SEED, and prints it for a suite. */
void read_seed(const char *suite);

/* Begins to draw anew; a number below. */
void begin_chance(uint64_t from);
uint32_t chance(uint32_t below);

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

void add_case(Suite *suite, const char *name, const TTest *const *tests, size_t count);
#define ADD_CASE(suite, name, tests) add_case(suite, name, tests, sizeof(tests) / sizeof *(tests))

/* Runs a suite; the exit status. */
int run_suite(Suite *suite);

#endif
