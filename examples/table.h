/* Writes what an engine answers as tables, for people to read in 80 columns.
 *
 * SPDX-License-Identifier: MIT
 *
 * Names come from strangers: they are shown cut to fit, and nothing in them reaches the terminal as a control
 * character, an escape sequence or an invisible mark: all of them go through table_text(). The functions write to a
 * stream and do not look at its state; whoever opened it asks ferror() at the end. */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cxj.h"

/* Which metrics are shown. Names that the grain of a view does not have are left out of its table. */
typedef struct table_choice {
    const cxj_text *names; /* NULL: a choice made for the grain */
    size_t count;
} table_choice;

/* Writes a text in at most width columns, with an ellipsis where it is cut. What would steer the terminal, turn the
 * direction of writing or not be seen, and what is no UTF-8, appears as an escape: \n, \x1b, \u202e, for a byte \xff; a
 * backslash stays one, so this is for people to read, JSON for programs. Returns the columns it took. */
size_t table_text(FILE *out, const char *text, size_t length, size_t width);

/* Writes a number of things with commas between the thousands. */
void table_count(FILE *out, uint64_t count);

/* Writes a duration of so many ms in its two largest units, 3d 4h, on the right of so many columns. */
void table_duration(FILE *out, int64_t ms, size_t width);

/* Writes a value and its interval in the metric's unit: 81 % (66-90); nothing where there is none. */
void table_value(FILE *out, const cxj_metric_info *info, const cxj_value *value);

/* Writes a text wrapped between words, and a line end.
 * start   the column at which the first line stands already
 * indent  blanks before the others */
void table_wrapped(FILE *out, const char *text, size_t start, size_t indent);

/* Writes a view: a list of metrics where it has one cell without a key, else a table with the biggest cells (of
 * transitions: the busiest changes; of a view with periods: the latest), and how much is not shown. Returns CXJ_OK, or
 * CXJ_NO_MEMORY (what was written is not whole) */
cxj_status table_view(FILE *out, const cxj_view *view, const table_choice *choice);

/* Whether a view says nothing by its key: it has at most one cell, and all parts of its key are none. */
bool table_is_keyless(const cxj_view *view);

/* Finds a metric by name, in any grain if grain is 0. */
bool table_metric(uint32_t grain, const char *name, size_t length, cxj_metric_info *info);

/* The metric whose name is nearest to one that does not exist; static; NULL where none is near. */
const char *table_nearest_metric(const char *name, size_t length);

/* Writes the catalogue of metrics: grain by grain, with unit and definition. */
void table_catalogue(FILE *out);

#endif
