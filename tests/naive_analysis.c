/* What the naive implementation answers beyond one cell (SPEC 8.2 to 8.5, 8.7), from the observations in the cells.
 *
 * SPDX-License-Identifier: MIT
 */
#include "naive_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST_CELL = 30, FEWEST_POINTS = 8, LONGEST_QUIET_RUN = 7 };

static const struct naive_series *series_of(const naive_table *table, size_t cell, const struct measure *measure) {
    return &table->cells[cell]->series[measure->series];
}

static bool has_value(const naive_table *table, size_t cell, size_t index) {
    return !isnan(table->cells[cell]->metrics[index].value);
}

static long double mean_of(const struct naive_series *series) {
    return naive_sum(series) / (long double)series->count;
}

/* ---- 8.4 Parity ---- */

/* "Newcombe's (1998, method 10: with Wilson's l and u of both, d - sqrt((p_a - l_a)^2 + (u_b - p_b)^2) to
 * d + sqrt((u_a - p_a)^2 + (p_b - l_b)^2))" */
static void newcombe(const naive_metric *a, const naive_metric *b, naive_parity *parity) {
    double d = a->value - b->value;
    parity->low = d - hypot(a->value - a->low, b->high - b->value);
    parity->high = d + hypot(a->high - a->value, b->value - b->low);
}

/* "Welch's, t sqrt(v_a/n_a + v_b/n_b) with unbiased variances and Satterthwaite's degrees of freedom (not rounded),
 * held within what the difference can be" */
static void welch(const struct naive_series *a, const struct naive_series *b, const struct measure *measure,
                  naive_parity *parity) {
    if (a->count < 2 || b->count < 2 || (naive_all_equal(a) && naive_all_equal(b))) return;
    long double n_a = (long double)a->count, n_b = (long double)b->count;
    long double part_a = naive_variance(a) / n_a, part_b = naive_variance(b) / n_b, both = part_a + part_b;
    long double freedom = both * both / (part_a * part_a / (n_a - 1) + part_b * part_b / (n_b - 1));
    double half = naive_student((double)freedom) * (double)sqrtl(both) / measure->scale;
    double most = naive_highest[measure->range] - naive_lowest[measure->range];
    parity->low = naive_hold(parity->difference - half, -most, most);
    parity->high = naive_hold(parity->difference + half, -most, most);
}

naive_parity naive_parity_of(const naive_table *table, size_t a, size_t b, size_t index) {
    struct measure measure = naive_measure(table->grain, index);
    naive_parity parity = {.difference = NAN, .low = NAN, .high = NAN};
    const naive_metric *of_a = &table->cells[a]->metrics[index], *of_b = &table->cells[b]->metrics[index];
    const struct naive_series *in_a = series_of(table, a, &measure), *in_b = series_of(table, b, &measure);
    parity.a_n = isnan(of_a->value) ? 0 : in_a->count;
    parity.b_n = isnan(of_b->value) ? 0 : in_b->count;
    if (isnan(of_a->value) || isnan(of_b->value)) return parity;
    parity.difference = (double)((mean_of(in_a) - mean_of(in_b)) / measure.scale);
    if (measure.is_share)
        newcombe(of_a, of_b, &parity);
    else
        welch(in_a, in_b, &measure, &parity);
    return parity;
}

/* ---- 8.2 Spread ---- */

/* -1, 0 or 1 as the mean of a is below, equal to or above that of b: "equal means are compared exactly" */
static int order_means(const struct naive_series *a, const struct naive_series *b) {
    long double left = naive_sum(a) * (long double)b->count, right = naive_sum(b) * (long double)a->count;
    return (left > right) - (left < right);
}

/* The least and the greatest of the cells that are large enough, the first of several. */
static void find_extremes(const naive_table *table, size_t index, const struct measure *measure, naive_spread *spread) {
    bool found = false;
    for (size_t c = 0; c < table->count; c++) {
        const struct naive_series *series = series_of(table, c, measure);
        if (!has_value(table, c, index) || series->count < SMALLEST_CELL) continue;
        if (!found || order_means(series, series_of(table, spread->lowest, measure)) < 0) spread->lowest = c;
        if (!found || order_means(series, series_of(table, spread->highest, measure)) > 0) spread->highest = c;
        found = true;
    }
    spread->has_extremes = found && order_means(series_of(table, spread->lowest, measure),
                                                series_of(table, spread->highest, measure)) != 0;
    if (!spread->has_extremes) return;
    naive_parity parity = naive_parity_of(table, spread->highest, spread->lowest, index);
    spread->difference = parity.difference;
    spread->low = parity.low;
    spread->high = parity.high;
}

naive_spread naive_spread_of(const naive_table *table, size_t index) {
    struct measure measure = naive_measure(table->grain, index);
    naive_spread spread = {.eta2 = NAN, .epsilon2 = NAN, .difference = NAN, .low = NAN, .high = NAN};
    long double sum = 0, ssb = 0, sst = 0;
    for (size_t c = 0; c < table->count; c++) {
        if (!has_value(table, c, index)) continue;
        spread.cells++;
        spread.n += series_of(table, c, &measure)->count;
        sum += naive_sum(series_of(table, c, &measure));
    }
    const long double n = (long double)spread.n, k = (long double)spread.cells, mean = sum / n;
    const struct naive_series *first = NULL;
    bool all_equal = true;
    for (size_t c = 0; c < table->count; c++) {
        if (!has_value(table, c, index)) continue;
        const struct naive_series *series = series_of(table, c, &measure);
        long double apart = mean_of(series) - mean;
        if (!first) first = series;
        all_equal = all_equal && naive_all_equal(series) && series->values[0] == first->values[0];
        ssb += (long double)series->count * apart * apart;
        for (size_t i = 0; i < series->count; i++) {
            long double from_mean = (long double)series->values[i] - mean;
            sst += from_mean * from_mean;
        }
    }
    if (spread.cells >= 2 && !all_equal) { /* "No value where SST = 0." */
        spread.eta2 = (double)(ssb / sst);
        if (n > k) spread.epsilon2 = (double)((ssb - (k - 1) * (sst - ssb) / (n - k)) / sst);
    }
    find_extremes(table, index, &measure, &spread);
    return spread;
}

/* ---- 8.3 Control ---- */

bool naive_is_left_out(const naive_table *table, size_t cell) {
    return table->has_period && table->has_now && table->cells[cell]->period_local >= table->under_way;
}

static bool has_same_rest(const naive_table *table, size_t a, size_t b) {
    for (size_t i = 1; i < table->parts; i++)
        if (strcmp(table->cells[a]->parts[i], table->cells[b]->parts[i]) != 0) return false;
    return true;
}

static int order_periods(const void *a, const void *b) {
    const naive_point *x = a, *y = b;
    return (x->period > y->period) - (x->period < y->period);
}

/* Above (1), below (-1) or on (0) a line: "a value that differs from a limit or the centre by no more than 1e-9 of the
 * largest |value| lies on it" */
static int side_of(double value, double line, double largest) {
    return fabs(value - line) <= 1e-9 * largest ? 0 : value > line ? 1 : -1;
}

/* "in a run if it belongs to eight or more neighbours all on one side of the centre" */
static void find_runs(naive_control *control, double largest) {
    for (size_t i = 0; i < control->count; i++) {
        int side = side_of(control->points[i].value, control->centre, largest);
        size_t first = i, last = i;
        while (first > 0 && side_of(control->points[first - 1].value, control->centre, largest) == side) first--;
        while (last + 1 < control->count && side_of(control->points[last + 1].value, control->centre, largest) == side)
            last++;
        control->points[i].run = side != 0 && last - first >= LONGEST_QUIET_RUN;
    }
}

naive_control naive_control_of(const naive_table *table, size_t cell, size_t index) {
    naive_control control = {
        .points = naive_allocate(table->count * sizeof *control.points), .centre = NAN, .low = NAN, .high = NAN};
    double largest = 0, sum = 0, moved = 0;
    for (size_t c = 0; c < table->count; c++) {
        if (!has_same_rest(table, c, cell) || !has_value(table, c, index) || naive_is_left_out(table, c)) continue;
        const naive_cell *found = table->cells[c];
        control.points[control.count++] =
            (naive_point){.cell = c, .period = found->period_local, .value = found->metrics[index].value};
    }
    qsort(control.points, control.count, sizeof *control.points, order_periods);
    if (control.count < FEWEST_POINTS) return control;
    for (size_t i = 0; i < control.count; i++) {
        double value = control.points[i].value;
        sum += value;
        largest = fmax(largest, fabs(value));
        if (i > 0) moved += fabs(value - control.points[i - 1].value);
    }
    control.centre = sum / (double)control.count;
    control.low = control.centre - 2.66 * moved / (double)(control.count - 1);
    control.high = control.centre + 2.66 * moved / (double)(control.count - 1);
    for (size_t i = 0; i < control.count; i++)
        control.points[i].outside = side_of(control.points[i].value, control.low, largest) < 0 ||
                                    side_of(control.points[i].value, control.high, largest) > 0;
    find_runs(&control, largest);
    return control;
}

/* ---- 8.5 Relation ---- */

naive_relation naive_relation_of(const naive_table *table, size_t first, size_t second) {
    naive_relation relation = {.r = NAN, .slope = NAN, .intercept = NAN, .low = NAN, .high = NAN};
    long double x_sum = 0, y_sum = 0, xx = 0, xy = 0, yy = 0, rss = 0;
    long double *x = naive_allocate(table->count * sizeof *x), *y = naive_allocate(table->count * sizeof *y);
    size_t count = 0;
    for (size_t c = 0; c < table->count; c++) {
        if (!has_value(table, c, first) || !has_value(table, c, second) || naive_is_left_out(table, c)) continue;
        x[count] = table->cells[c]->metrics[first].value;
        y[count] = table->cells[c]->metrics[second].value;
        x_sum += x[count];
        y_sum += y[count++];
    }
    relation.n = count;
    const long double n = (long double)count, x_mean = x_sum / n, y_mean = y_sum / n;
    bool x_varies = false, y_varies = false;
    for (size_t i = 0; i < count; i++) {
        x_varies = x_varies || x[i] != x[0];
        y_varies = y_varies || y[i] != y[0];
        xx += (x[i] - x_mean) * (x[i] - x_mean);
        xy += (x[i] - x_mean) * (y[i] - y_mean);
        yy += (y[i] - y_mean) * (y[i] - y_mean);
    }
    if (count >= 3 && x_varies) { /* "c >= 3, variance in the first" */
        long double slope = xy / xx;
        for (size_t i = 0; i < count; i++) {
            long double missed = y[i] - y_mean - slope * (x[i] - x_mean);
            rss += missed * missed;
        }
        relation.has_value = true;
        relation.slope = (double)slope;
        relation.intercept = (double)(y_mean - slope * x_mean);
        if (y_varies) relation.r = (double)(xy / sqrtl(xx * yy));
        if (y_varies && rss >= 1e-12L * yy) { /* "none where RSS counts as 0, as in 8.1" */
            double half = naive_student((double)(n - 2)) * (double)sqrtl(rss / (n - 2) / xx);
            relation.low = relation.slope - half;
            relation.high = relation.slope + half;
        }
    }
    free(x);
    free(y);
    return relation;
}

/* ---- 8.7 Within ---- */

naive_metric naive_within(const naive_table *table, size_t cell, size_t index, int64_t span, uint64_t between[2]) {
    struct measure measure = naive_measure(table->grain, index);
    naive_metric metric = {.value = NAN, .low = NAN, .high = NAN};
    const struct naive_series *series = series_of(table, cell, &measure);
    uint64_t at_most = 0;
    between[0] = between[1] = 0;
    if (!naive_is_fed(measure.name, table->unrecorded)) return metric;
    for (size_t i = 0; i < series->count; i++) {
        int64_t value = series->values[i];
        at_most += value <= span;
        between[0] += value <= span - span / 128 - 1;
        between[1] += value <= span + span / 128 + 1;
    }
    if (series->count == 0) return metric;
    metric.n = series->count;
    metric.value = (double)at_most / (double)metric.n;
    naive_wilson((double)at_most, (double)metric.n, &metric.low, &metric.high);
    return metric;
}
