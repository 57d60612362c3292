/* bounds: what a cell can sum, if touchpoints have contributed it. */
#ifndef CXJ__BOUNDS_H
#define CXJ__BOUNDS_H

#include "cell.h"

/* Why what a cell sums cannot be of touchpoints, as far as its numbers show; NULL if it can. in_hours: its durations are
 * measured in working hours. */
const char *cxj__bounds_contradiction(const struct cxj__cell *cell, bool in_hours);

#endif
