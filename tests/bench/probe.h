/* probe: the least that any engine of this kind has to do for a touchpoint, to which the engine is compared.
 *
 * SPDX-License-Identifier: MIT
 *
 * For each touchpoint: read 64 bytes in sequence; find a record of 64 bytes in an open-addressing table, 0.7 full, by
 * a random key; change it; write 32 bytes to the log, in sequence; change three cells of 64 bytes among 256. It runs in
 * the same minute on the same memory, so a ratio to it says what the library does and not what the machine is. */
#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxj.h"

/* What the probe reads of a touchpoint. */
typedef struct probe_item {
    uint64_t journey, id;
    int64_t at, due;
    uint32_t facets;
    uint16_t cells[3];
    uint16_t rest[11];
} probe_item;

typedef struct probe probe;

/* Bytes that a probe of so many journeys takes. */
uint64_t probe_size(uint64_t journeys);

/* Makes a probe that has no record yet; NULL: no memory. */
probe *probe_create(uint64_t journeys);
void probe_destroy(probe *self);

/* Makes the items that stand for touchpoints. */
void probe_translate(const cxj_touchpoint *touchpoints, size_t count, probe_item *items);

/* Makes sure that there is a record for each item. Not to be timed. */
void probe_prepare(probe *self, const probe_item *items, size_t count);

/* Takes items in batches of 32, looking ahead, or one at a time. */
void probe_batches(probe *self, const probe_item *items, size_t count);
void probe_singly(probe *self, const probe_item *items, size_t count);

/* Items taken, as its cells and its records say: false if they disagree. */
bool probe_count(const probe *self, uint64_t *count);

#endif
