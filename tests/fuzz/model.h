/* model: which touchpoints an engine must hold, and what its receipts must say, by the plainest means.
 *
 * SPDX-License-Identifier: MIT
 *
 * A journey is a list; each touchpoint that arrives is compared with all that are there (section 3 of the
 * specification). Metrics are none of its business: that the cells fit the touchpoints, calls.c finds out by recording
 * them once more. Which journeys are to be sealed it does not know either, and is told.
 */
#ifndef CXJ_TESTS_FUZZ_MODEL_H
#define CXJ_TESTS_FUZZ_MODEL_H

#include "cxj.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All journeys that are ever recorded: few, so that they collide, and a crowd, so that tables of them grow. MODEL_MOST
 * is how many touchpoints an engine may have to hold. */
enum { MODEL_FEW = 6, MODEL_CROWD = 200, MODEL_JOURNEYS = MODEL_FEW + MODEL_CROWD, MODEL_MOST = 600 };

/* The number of the journey at a place, from 0 on. */
uint64_t model_number(size_t place);

typedef struct model_journey {
    cxj_touchpoint held[MODEL_MOST]; /* in order */
    size_t count;
    bool sealed; /* and then it holds none */
} model_journey;

typedef struct model {
    model_journey journeys[MODEL_JOURNEYS];
    size_t total;    /* touchpoints held */
    uint32_t limit;  /* of one journey */
    cxj_receipt fed; /* what all calls came to */
} model;

void model_clear(model *known, uint32_t limit);

/* The journey with a number, or NULL for one that is not in the list. */
model_journey *model_find(model *known, uint64_t number);

/* Place of an id in a journey; SIZE_MAX if it does not hold it. */
size_t model_place(const model_journey *journey, uint64_t id);

/* Takes touchpoints as a call of cxj_record() would, and says what its receipt must be. The engine gives the names of
 * codes, nothing else. */
void model_take(model *known, const cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t count, uint32_t flags,
                cxj_receipt *receipt);

/* Takes out a journey. */
void model_erase(model *known, model_journey *journey);

/* Whether all touchpoints of a journey may be moved into another; and moves them. */
cxj_status model_may_move(const model *known, const model_journey *from, const model_journey *to);
void model_move(model *known, model_journey *from, model_journey *to);

/* Aborts unless the engine holds exactly these touchpoints. */
void model_check(const model *known, const cxj_engine *engine);

#endif
