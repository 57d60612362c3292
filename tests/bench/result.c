/* result: what was measured, a line each. See result.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "result.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAME = 62 };

static struct {
    bool json;
    uint64_t usual, least;
    unsigned bounded, held, aimed, reached;
} shown;

/* A line under way. */
typedef struct line {
    const char *name;
    uint64_t journeys;
    const char *unit;
    double value, wall, ratio;
    result_bounds bounds;
} line;

static const result_bounds unbound = {NAN, NAN, false, true};

void result_begin(bool json, uint64_t usual, uint64_t least) {
    shown.json = json;
    shown.usual = usual;
    shown.least = least;
    if (json) return;
    printf("%-*s %9s %11s %-5s %9s %7s %6s %6s %-5s\n", NAME, "what", "journeys", "measured", "", "wall ns", "ratio",
           "must", "aim", "holds");
}

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

static void print_member(const char *name, double value) {
    if (!isnan(value)) printf(", \"%s\": %.6g", name, value);
}

static void print_json(const line *one, const char *name, const char *holds) {
    printf("{\"name\": \"%s\", \"journeys\": %" PRIu64, name, one->journeys);
    if (one->unit[0] != '\0') print_member(one->unit, one->value);
    print_member("wall_ns", one->wall);
    print_member("ratio", one->ratio);
    print_member("must", one->bounds.must);
    print_member("aim", one->bounds.aim);
    if (one->bounds.at_least) printf(", \"at_least\": true");
    printf(", \"holds\": %s}\n", holds);
}

/* ---- a table ---------------------------------------------------------------------------------------------------- */

static void print_column(int width, int digits, double value) {
    if (isnan(value)) {
        printf(" %*s", width, "");
    } else {
        printf(" %*.*f", width, digits, value);
    }
}

static void print_journeys(uint64_t journeys) {
    if (journeys == 0) {
        printf(" %9s", "");
    } else {
        printf(" %9" PRIu64, journeys);
    }
}

/* A bound from below has a sign before it. */
static void print_bound(double bound, bool at_least) {
    char text[16] = "";
    if (!isnan(bound)) snprintf(text, sizeof text, "%s%.2f", at_least ? ">=" : "", bound);
    printf(" %6s", text);
}

static void print_row(const line *one, const char *name, const char *holds) {
    printf("%-*s", NAME, name);
    print_journeys(one->journeys);
    print_column(11, one->value < 10000 ? 1 : 0, one->value);
    printf(" %-5s", one->unit);
    print_column(9, one->wall < 10000 ? 1 : 0, one->wall);
    print_column(7, 2, one->ratio);
    print_bound(one->bounds.must, one->bounds.at_least);
    print_bound(one->bounds.aim, one->bounds.at_least);
    printf(" %s\n", holds);
}

/* ---- lines ------------------------------------------------------------------------------------------------------ */

/* False where there is no bound, or no ratio. */
static bool is_within(const line *one, double bound) {
    return one->bounds.at_least ? one->ratio >= bound : one->ratio <= bound;
}

static void print(line one) {
    char name[2 * NAME];
    if (!one.bounds.any_size && one.journeys < shown.least) one.bounds = unbound;
    const bool is_fewer = !one.bounds.any_size && one.journeys < shown.usual;
    const bool is_bounded = !isnan(one.bounds.must), holds = is_within(&one, one.bounds.must);
    const bool is_aimed = !isnan(one.bounds.aim), reached = is_within(&one, one.bounds.aim);
    snprintf(name, sizeof name, "%s%s", one.name, is_fewer ? ", fewer journeys" : "");
    shown.bounded += is_bounded;
    shown.held += holds;
    shown.aimed += is_aimed;
    shown.reached += reached;
    if (shown.json) {
        print_json(&one, name, !is_bounded ? "null" : holds ? "true" : "false");
    } else {
        print_row(&one, name, !is_bounded ? "" : reached ? "yes, aim" : holds ? "yes" : "no");
    }
    fflush(stdout);
}

void result_figure(const char *name, uint64_t journeys, const char *unit, double value, double wall) {
    print((line){name, journeys, unit, value, wall, NAN, unbound});
}

void result_ratio(const char *name, uint64_t journeys, const char *unit, double value, double wall, double ratio,
                  const result_bounds *bounds) {
    print((line){name, journeys, unit, value, wall, ratio, bounds == NULL ? unbound : *bounds});
}

void result_limit(const char *name, uint64_t journeys, const char *unit, double value, const result_bounds *bounds) {
    const result_bounds shares = {1, bounds->aim / bounds->must, bounds->at_least, bounds->any_size};
    print((line){name, journeys, unit, value, NAN, value / bounds->must, shares});
}

void result_skip(const char *name, uint64_t journeys, const char *why) {
    if (shown.json) {
        printf("{\"name\": \"%s\", \"journeys\": %" PRIu64 ", \"holds\": null, \"skipped\": \"%s\"}\n", name, journeys,
               why);
    } else {
        printf("%-*s", NAME, name);
        print_journeys(journeys);
        printf(" skipped: %s\n", why);
    }
    fflush(stdout);
}

void result_end(void) {
    if (shown.json) return;
    if (shown.bounded > 0) printf("%u of %u bounds hold\n", shown.held, shown.bounded);
    if (shown.aimed > 0) printf("%u of %u aims are reached\n", shown.reached, shown.aimed);
}

static int compare(const void *a, const void *b) {
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

double result_median(double *values, uint64_t count) {
    if (count == 0) return NAN;
    qsort(values, (size_t)count, sizeof *values, compare);
    return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}
