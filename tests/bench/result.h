/* result: what was measured, a line each, as a table or as JSON.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef RESULT_H
#define RESULT_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* A figure and what it must hold. NaN stands for "none". */
typedef struct result {
    const char *name;
    uint64_t journeys; /* 0: it does not depend on them */
    const char *unit;  /* "ns" of processor time, "bytes", "work" (counted), "" if there is only a ratio */
    double value;
    double wall;  /* ns on the wall */
    double ratio; /* to what the name says, or to the limit itself where the limit is a figure */
    double must, aim;
} result;

/* Says whether lines of JSON are wanted in place of a table. To be called before the others. */
void result_begin(bool json);

/* Prints a line. */
void result_print(const result *line);

/* Prints that something was not measured, and why. */
void result_skip(const char *name, uint64_t journeys, const char *why);

/* Prints how many of the lines hold. */
void result_end(void);

/* The value in the middle of count, which is put in order. */
double result_median(double *values, uint64_t count);

#endif
