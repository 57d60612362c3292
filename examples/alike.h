/* What of a log is alike: touchpoints that may have come before, rows that are equal, moments that tie.
 *
 * SPDX-License-Identifier: MIT
 *
 * A program that tells such things must not keep all rows for them. So a filter of bits notes each row; where a row may
 * have been met before, which is seldom wrong, one looks closer: at the receipt of a call with this row alone, or at the
 * journey as the engine holds it in the end. */
#ifndef ALIKE_H
#define ALIKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cxj.h"

/* What was met. All zero at first; alike_free() in the end. */
typedef struct alike {
    uint64_t *bits;   /* of the filter; NULL: nothing was noted, or there was no memory */
    uint64_t *hashes; /* that were noted while the filter is small, to be noted again in the large one */
    size_t blocks;
    size_t noted;       /* of hashes */
    uint64_t *journeys; /* that hold several touchpoints of one moment, perhaps: open addressing, 0 is an empty place */
    size_t count, capacity;
} alike;

/* What is wanted of rows. */
typedef struct alike_wish {
    bool ids;  /* which of those with an id perhaps came before */
    bool ties; /* the moments of those with a text id too; of those without an id they are always noted */
} alike_wish;

/* Notes touchpoints that are about to be recorded, in their order. Many at once, for the filter is large, and reading it
 * takes the longer the less can be asked for ahead.
 * met      receives of each whether one of this journey and id came before; seldom true where none did
 * returns  false: no memory, and not all were noted */
bool alike_note(alike *at, const cxj_touchpoint *touchpoints, size_t count, alike_wish wish, bool *met);

/* What alike_count() found. */
typedef struct alike_counts {
    uint64_t equal; /* touchpoints without an id that are equal to one before them */
    uint64_t tied;  /* that stand behind one of the same moment and sequence because of the numbers of their text ids */
} alike_counts;

/* Looks at the journeys as the engine holds them.
 * numbered  sequence is the number of the row, and so no part of what is compared
 * returns   false: no memory */
bool alike_count(const alike *at, const cxj_engine *engine, bool numbered, alike_counts *counts);

void alike_free(alike *at);

#endif
