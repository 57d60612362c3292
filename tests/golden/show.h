/* show: an engine as text, for the golden files.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CXJ_TESTS_GOLDEN_SHOW_H
#define CXJ_TESTS_GOLDEN_SHOW_H

#include "cxj.h"

#include <stdio.h>

/* Writes what an engine shows: its stats but those of the feed, the views in their order with all cells and all metrics
 * that have a value, and the touchpoints of the journeys up to last, codes as names. A metric is
 * name=value[low,high]/n, 0 being left out; doubles are hexadecimal, so that they are exact. The one metric that takes
 * more than adding, dividing and square roots is left out, for it may differ in its last bit. 0, or 1 if anything could
 * not be read. */
int show(const cxj_engine *engine, uint64_t last, FILE *to);

#endif
