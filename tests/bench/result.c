/* result: what was measured, a line each. See result.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "result.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static struct {
    bool json;
    unsigned bounded, held, aimed, reached;
} shown;

void result_begin(bool json) {
    shown.json = json;
    if (json) return;
    printf("%-50s %9s %11s %-5s %9s %7s %6s %6s %-5s\n", "what", "journeys", "value", "", "wall ns", "ratio", "must",
           "aim", "holds");
}

static void print_member(const char *name, double value) {
    if (!isnan(value)) printf(", \"%s\": %.6g", name, value);
}

static void print_json(const result *line, const char *holds) {
    printf("{\"name\": \"%s\", \"journeys\": %" PRIu64, line->name, line->journeys);
    if (line->unit[0] != '\0') print_member(line->unit, line->value);
    print_member("wall_ns", line->wall);
    print_member("ratio", line->ratio);
    print_member("must", line->must);
    print_member("aim", line->aim);
    printf(", \"holds\": %s}\n", holds);
}

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

static void print_row(const result *line, const char *holds) {
    printf("%-50s", line->name);
    print_journeys(line->journeys);
    print_column(11, line->value < 10000 ? 1 : 0, line->value);
    printf(" %-5s", line->unit);
    print_column(9, line->wall < 10000 ? 1 : 0, line->wall);
    print_column(7, 2, line->ratio);
    print_column(6, 1, line->must);
    print_column(6, 2, line->aim);
    printf(" %s\n", holds);
}

void result_print(const result *line) {
    const bool is_bounded = !isnan(line->must), holds = is_bounded && line->ratio <= line->must;
    const bool is_aimed = !isnan(line->aim), reached = is_aimed && line->ratio <= line->aim;
    shown.bounded += is_bounded;
    shown.held += holds;
    shown.aimed += is_aimed;
    shown.reached += reached;
    if (shown.json) {
        print_json(line, !is_bounded ? "null" : holds ? "true" : "false");
    } else {
        print_row(line, !is_bounded ? "" : reached ? "yes, aim" : holds ? "yes" : "no");
    }
    fflush(stdout);
}

void result_skip(const char *name, uint64_t journeys, const char *why) {
    if (shown.json) {
        printf("{\"name\": \"%s\", \"journeys\": %" PRIu64 ", \"holds\": null, \"skipped\": \"%s\"}\n", name, journeys,
               why);
    } else {
        printf("%-50s", name);
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
