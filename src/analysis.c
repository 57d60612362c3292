/* analysis: several cells at once (SPEC.md sections 8.2 to 8.5).
 *
 * Means are compared, and taken from one another, as the sums of integers that they are made of (statistics.h): cells
 * with the same mean have no spread, and none of two equal ones is the lower. Only what compares values themselves,
 * control and relation, has to allow for how doubles are rounded, and says by how much. */
#include "analysis.h"

#include <float.h>
#include <math.h>

/* ---- spread ----------------------------------------------------------------------------------------------------- */

/* Observations that a cell must have to be the lowest or the highest; of fewer there is always one that stands out. */
enum { LARGE_ENOUGH = 30 };

/* What is found out of the cells that have a value. */
struct between {
    struct cxj__measure all, lowest, highest;
    uint64_t cells, lowest_cell, highest_cell; /* places, CXJ_NO_INDEX: none yet */
};

static void take_extremes(struct between *between, const struct cxj__measure *measure, size_t place) {
    if (measure->n < LARGE_ENOUGH) return;
    if (between->lowest_cell == CXJ_NO_INDEX || cxj__statistics_compare(measure, &between->lowest) < 0) {
        between->lowest = *measure;
        between->lowest_cell = place;
    }
    if (between->highest_cell == CXJ_NO_INDEX || cxj__statistics_compare(measure, &between->highest) > 0) {
        between->highest = *measure;
        between->highest_cell = place;
    }
}

static void tell_extremes(const struct between *between, cxj_spread *spread) {
    if (between->lowest_cell == CXJ_NO_INDEX || between->lowest_cell == between->highest_cell) return;
    spread->lowest_cell = between->lowest_cell;
    spread->highest_cell = between->highest_cell;
    cxj__statistics_mean(&between->lowest, &spread->lowest);
    cxj__statistics_mean(&between->highest, &spread->highest);
    cxj__statistics_difference(&between->highest, &between->lowest, &spread->difference);
}

void cxj__analysis_spread(size_t place, struct cxj__cell *const *cells, size_t count,
                          const struct cxj__circumstances *circumstances, cxj_spread *spread) {
    static const cxj_value none = {NAN, NAN, NAN, 0};
    struct between between = {.lowest_cell = CXJ_NO_INDEX, .highest_cell = CXJ_NO_INDEX};
    struct cxj__measure measure;
    double squares = 0; /* Σ n (m - mean of all)² */
    for (size_t i = 0; i < count; i++) {
        if (!cxj__metric_measure(place, cells[i], circumstances, &measure)) continue;
        cxj__statistics_add(&between.all, &measure);
        take_extremes(&between, &measure, i);
        between.cells++;
    }
    *spread = (cxj_spread){between.all.n, between.cells, NAN, NAN, CXJ_NO_INDEX, CXJ_NO_INDEX, none, none, none};
    tell_extremes(&between, spread);
    double n = (double)between.all.n, k = (double)between.cells, all = cxj__statistics_scatter(&between.all);
    if (between.cells < 2 || all == 0) return;
    for (size_t i = 0; i < count; i++) {
        if (!cxj__metric_measure(place, cells[i], circumstances, &measure)) continue;
        double excess = cxj__statistics_excess(&measure, &between.all);
        squares += (double)measure.n * excess * excess;
    }
    spread->eta_squared = squares / (all / n);
    if (between.all.n <= between.cells) return;
    spread->epsilon_squared = spread->eta_squared - (k - 1) * (1 - spread->eta_squared) / (n - k);
}

/* ---- control ---------------------------------------------------------------------------------------------------- */

bool cxj__analysis_is_left_out(const struct cxj_view *view, const struct cxj__cell *cell, int64_t now) {
    const struct cxj__codes none = {{0}};
    struct cxj__key present;
    if (now == INT64_MIN || view->period == CXJ__NO_PERIOD) return false;
    cxj__view_key(view, &none, now, &present);
    return cell->key.period >= present.period;
}

/* Periods from which on there are limits; neighbours on one side that make a run; and of an XmR chart, what the mean
 * range is multiplied with (Shewhart, "Economic control of quality of manufactured product", 1931; Wheeler,
 * "Understanding variation", 1993). */
enum { PERIODS = 8, RUN = 8 };
static const double limit_width = 2.66;

/* 1, 0 or -1 as a value stands above, on or below a line. */
static int side_of(double value, double line, double tolerance) {
    return value > line + tolerance ? 1 : value < line - tolerance ? -1 : 0;
}

static void mark_runs(cxj_control_point *points, size_t count, double centre, double tolerance) {
    for (size_t begin = 0, end = 0; begin < count; begin = end) {
        int side = side_of(points[begin].value.value, centre, tolerance);
        while (end < count && side_of(points[end].value.value, centre, tolerance) == side) end++;
        if (side == 0 || end - begin < RUN) continue;
        for (size_t i = begin; i < end; i++) points[i].in_run = 1;
    }
}

void cxj__analysis_control(cxj_control_point *points, size_t count, cxj_control *control) {
    static const double nearness = 1e-9; /* of the greatest value: so near to a line it is on it */
    double sum = 0, ranges = 0, greatest = 0;
    *control = (cxj_control){count, NAN, NAN, NAN};
    if (count < PERIODS) return;
    for (size_t i = 0; i < count; i++) {
        double value = points[i].value.value;
        sum += value;
        if (i > 0) ranges += fabs(value - points[i - 1].value.value);
        if (fabs(value) > greatest) greatest = fabs(value);
    }
    control->centre = sum / (double)count;
    control->low = control->centre - limit_width * ranges / (double)(count - 1);
    control->high = control->centre + limit_width * ranges / (double)(count - 1);
    double tolerance = nearness * greatest;
    for (size_t i = 0; i < count; i++) {
        double value = points[i].value.value;
        points[i].outside = side_of(value, control->high, tolerance) > 0 || side_of(value, control->low, tolerance) < 0;
    }
    mark_runs(points, count, control->centre, tolerance);
}

/* ---- parity ----------------------------------------------------------------------------------------------------- */

void cxj__analysis_parity(size_t place, const struct cxj__cell *a, const struct cxj__cell *b,
                          const struct cxj__circumstances *circumstances, cxj_parity *parity) {
    static const cxj_value none = {NAN, NAN, NAN, 0};
    struct cxj__measure first, second;
    bool has_first = cxj__metric_measure(place, a, circumstances, &first);
    bool has_second = cxj__metric_measure(place, b, circumstances, &second);
    *parity = (cxj_parity){none, none, none};
    if (has_first) cxj__statistics_mean(&first, &parity->a);
    if (has_second) cxj__statistics_mean(&second, &parity->b);
    if (has_first && has_second) cxj__statistics_difference(&first, &second, &parity->difference);
}

/* ---- relation --------------------------------------------------------------------------------------------------- */

/* True if values differ by more than their last digits, which may differ where one was rounded another way. */
static bool do_vary(const double *values, size_t count) {
    double least = values[0], most = values[0];
    for (size_t i = 1; i < count; i++) {
        if (values[i] < least) least = values[i];
        if (values[i] > most) most = values[i];
    }
    return most - least > 4 * DBL_EPSILON * (fabs(least) > fabs(most) ? fabs(least) : fabs(most));
}

/* The mean of values, found as the first one and the mean of how much the others differ from it: sums of large values
 * that hardly differ would lose what matters. */
static double mean_of(const double *values, size_t count) {
    double sum = 0;
    for (size_t i = 1; i < count; i++) sum += values[i] - values[0];
    return values[0] + sum / (double)count;
}

void cxj__analysis_relation(const double *first, const double *second, size_t count, cxj_relation *relation) {
    static const double nothing = 1e-12; /* what is left of the second's squares, and counts as 0 */
    *relation = (cxj_relation){count, NAN, NAN, NAN, NAN, NAN};
    if (count < 3 || !do_vary(first, count)) return;
    double x = mean_of(first, count), y = mean_of(second, count), xx = 0, xy = 0, yy = 0, left = 0;
    for (size_t i = 0; i < count; i++) {
        xx += (first[i] - x) * (first[i] - x);
        xy += (first[i] - x) * (second[i] - y);
        yy += (second[i] - y) * (second[i] - y);
    }
    bool varies = do_vary(second, count);
    relation->slope = varies ? xy / xx : 0;
    relation->intercept = y - relation->slope * x;
    if (!varies) return;
    relation->r = fmax(-1, fmin(1, xy / sqrt(xx) / sqrt(yy)));
    for (size_t i = 0; i < count; i++) {
        double rest = second[i] - y - relation->slope * (first[i] - x);
        left += rest * rest;
    }
    if (left < nothing * yy) return;
    double free = (double)(count - 2), half = cxj__statistics_quantile(1 / free) * sqrt(left / free / xx);
    relation->low = relation->slope - half;
    relation->high = relation->slope + half;
}
