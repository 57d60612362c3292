/* same: whether two engines show the same, to the last bit, through the public header alone.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CXJ_TESTS_SAME_H
#define CXJ_TESTS_SAME_H

#include "cxj.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What was found to differ, in words; "" if nothing was. */
typedef struct difference {
    char words[512];
} difference;

/* Compares one view: its description, its keys in order, and every metric of its grain with interval and n, as doubles.
 * Where the tables of an incomplete view are compared, only_common takes just the cells that both have. */
bool same_view(const cxj_view *a, const cxj_view *b, bool only_common, difference *what);

/* Compares all views in the order in which they were added, the stats that describe the state, and the journeys from
 * first to last with their touchpoints. */
bool same_engine(const cxj_engine *a, const cxj_engine *b, uint64_t first, uint64_t last, difference *what);

/* Numbers of all metrics of a grain; returns how many. */
size_t metrics_of(uint32_t grain, uint32_t *metrics, size_t capacity);

#endif
