/* Writes the drivers of a view: what goes with content customers, and with those who leave.
 *
 * SPDX-License-Identifier: MIT
 *
 * The functions write to a stream and do not look at its state; whoever opened it asks ferror() at the end. */
#ifndef DRIVERS_H
#define DRIVERS_H

#include <stdint.h>
#include <stdio.h>

#include "cxj.h"

/* Writes both models of the cell on which a cursor stands as a JSON object; a model without value is null.
 * parts  of a key of the view */
cxj_status drivers_json(FILE *out, const cxj_view *view, cxj_cursor *cursor, uint32_t parts);

/* Writes for people, in 80 columns, what weighs in the cells that rest on the most journeys, with bars. Returns CXJ_OK,
 * or CXJ_NO_MEMORY (what was written is not whole). */
cxj_status drivers_view(FILE *out, const cxj_view *view);

#endif
