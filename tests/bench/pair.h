/* pair: times of two things that take turns, and the ratio of them.
 *
 * SPDX-License-Identifier: MIT
 *
 * On a shared machine each time alone may be off by half. So what is compared takes turns, block by block, and each
 * pair of neighbours gives a ratio. An engine costs more while its journeys are new than later, so the stream is cut
 * into phases, one for each round of the workload; of a phase the pair in the middle counts, and each phase counts with
 * the time that it takes. */
#ifndef PAIR_H
#define PAIR_H

#include "rig.h"

enum { PAIR_PHASES = WORKLOAD_ROUNDS };

/* A list of neighbours; all zero is an empty one. */
typedef struct pair {
    struct pair_sample *samples;
    size_t count, capacity;
} pair;

/* What a list comes to: ns for each of what was done, by the processor's clock and on the wall; NaN of an empty list.
 * */
typedef struct pair_figures {
    double each, wall, base, base_wall;
    double ratio, wall_ratio; /* of the first to the base */
} pair_figures;

/* Adds two times, of which neither is empty. phase is below PAIR_PHASES. */
void pair_add(pair *self, size_t phase, const rig_time *time, const rig_time *base);

pair_figures pair_read(const pair *self);

/* Leaves an empty list. */
void pair_end(pair *self);

/* The phase of the stream's touchpoint at some place. */
size_t pair_phase(const workload *stream, uint64_t place);

#endif
