/* result: what was measured, a line each, as a table or as JSON.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef RESULT_H
#define RESULT_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* What a ratio, or a figure, must hold. NaN stands for "none". */
typedef struct result_bounds {
    double must, aim;
    bool at_least; /* they are bounds from below */
    bool any_size; /* they are meant for any number of journeys, and not only for as many as result_begin() says */
} result_bounds;

/* Says how lines are to be printed. To be called before the others.
 * json   lines of JSON in place of a table
 * usual  the journeys with which bounds are meant to be measured
 * least  with fewer than these, a line has no bounds; from here to usual its name says that they are fewer */
void result_begin(bool json, uint64_t usual, uint64_t least);

/* Prints a line without a ratio.
 * journeys  0: it does not depend on them
 * unit      "ns" of processor time, "bytes", "work" (counted), "" if there is only a ratio
 * wall      ns on the wall; NaN: not known */
void result_figure(const char *name, uint64_t journeys, const char *unit, double value, double wall);

/* Prints a line whose ratio is to what its name says. NULL for bounds: there are none. */
void result_ratio(const char *name, uint64_t journeys, const char *unit, double value, double wall, double ratio,
                  const result_bounds *bounds);

/* Prints a line whose bounds are on the figure itself; the ratio is to what it must be. */
void result_limit(const char *name, uint64_t journeys, const char *unit, double value, const result_bounds *bounds);

/* Prints that something was not measured, and why. */
void result_skip(const char *name, uint64_t journeys, const char *why);

/* Prints how many of the lines hold. */
void result_end(void);

/* The value in the middle of count, which is put in order; NaN if there is none. */
double result_median(double *values, uint64_t count);

#endif
