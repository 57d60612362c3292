/* workload: the touchpoints that are recorded.
 *
 * SPDX-License-Identifier: MIT
 *
 * Journeys of ten touchpoints each, all open at once, over 90 days, in time order across all journeys: each journey's
 * first touchpoint, then each one's second, and so on, in each round in another order that looks random. So neither
 * the order in which journeys were made nor the hardware's look-ahead helps. 40 owners in 8 teams hold the work, and
 * any of them may be the next; 6 channels; a fifth of the touchpoints is rated; each journey has a promise, made at
 * its second touchpoint and delivered at its fourth. Numbers and ids are in no order.
 *
 * Touchpoint i of the stream is a function of i alone, so that any part of it can be made again, to be corrected, say,
 * and nothing has to be kept. */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "cxj.h"

enum {
    WORKLOAD_ROUNDS = 10, /* touchpoints of a journey */
    WORKLOAD_OWNERS = 40,
    WORKLOAD_TEAMS = 8,
    WORKLOAD_CHANNELS = 6,
    WORKLOAD_ACTIVITIES = 12,
    WORKLOAD_TYPES = 5,
    WORKLOAD_SEGMENTS = 4
};

typedef struct workload {
    uint64_t journeys;
    uint64_t mask; /* the least 2^k - 1 that holds every place of a journey */
    unsigned half; /* about half of k */
    int64_t step;  /* ms from one touchpoint of the stream to the next */
} workload;

/* A stream of so many journeys, at least 1. */
workload workload_of(uint64_t journeys);

/* Touchpoints in the stream. */
uint64_t workload_count(const workload *stream);

/* Gives an engine the names that the stream uses. Their codes must come out as 1, 2, 3, …
 * returns  false if they do not */
int workload_name(cxj_engine *engine);

/* The name that a code of the stream stands for; NULL if there is none. Lives until the next call. */
const char *workload_name_of(uint32_t dimension, uint32_t code);

/* Makes touchpoints of the stream.
 * first  the place of the first in the stream; first + count is at most workload_count()
 * late   of 10,000 that arrive, about so many come after a later one of their journey */
void workload_fill(const workload *stream, uint64_t first, size_t count, uint32_t late, cxj_touchpoint *touchpoints);

/* Makes touchpoints of the stream sorted by journey: the ten of one, in time order, then the ten of the next. They are
 * those of the stream, with other ids, and within each round with other moments. */
void workload_fill_sorted(const workload *stream, uint64_t first, size_t count, cxj_touchpoint *touchpoints);

/* A number that looks random, for each number another. */
uint64_t workload_mix(uint64_t number);

#endif
