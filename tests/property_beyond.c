/* What is asked beyond one cell (SPEC 8), for the property test: see property.h. Which metrics and cells are asked for
 * is left to chance, since there are many of both.
 *
 * SPDX-License-Identifier: MIT
 */
#include "property.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What section 8 computes agrees to six digits: so far may two ways of solving the same equations be apart. */
static const double relative = 1e-6, absolute = 1e-9;

static bool is_near(double wanted, double got) {
    return is_close(wanted, got, relative, absolute);
}

static bool is_there(double value) {
    return !isnan(value);
}

static void expect_near(const struct place *place, const char *what, const char *part, double wanted, double got) {
    char name[160], w[40], g[40];
    if (is_near(wanted, got)) return;
    snprintf(name, sizeof name, "%s: %s", what, part);
    snprintf(w, sizeof w, "%.17g", wanted);
    snprintf(g, sizeof g, "%.17g", got);
    fail_at(place, name, w, g);
}

static void expect_count(const struct place *place, const char *what, const char *part, uint64_t wanted, uint64_t got) {
    char name[160], w[40], g[40];
    if (wanted == got) return;
    snprintf(name, sizeof name, "%s: %s", what, part);
    snprintf(w, sizeof w, "%" PRIu64, wanted);
    snprintf(g, sizeof g, "%" PRIu64, got);
    fail_at(place, name, w, g);
}

static void expect_interval(const struct place *place, const char *what, double low, double high,
                            const cxj_value *got) {
    expect_near(place, what, "low", low, got->low);
    expect_near(place, what, "high", high, got->high);
}

/* The parts of a key from first on; returns how many. */
static size_t parts_of(const struct place *place, size_t cell, size_t first, cxj_text *parts) {
    const naive_table *table = place->table;
    for (size_t i = first; i < table->parts; i++) {
        const char *text = table->cells[cell]->parts[i];
        parts[i - first] = (cxj_text){.text = text, .length = chance(50) ? strlen(text) : CXJ_ZERO_TERMINATED};
    }
    return table->parts - first;
}

static size_t random_cell(const naive_table *table) {
    return (size_t)below(table->count);
}

static size_t random_metric(uint32_t grain) {
    return (size_t)below(naive_metric_count(grain));
}

/* A metric of which spread and parity go, or the number of all if chance finds none. */
static size_t random_comparable(uint32_t grain) {
    for (int tries = 0; tries < 20; tries++) {
        size_t index = random_metric(grain);
        if (naive_metric_is_comparable(grain, index)) return index;
    }
    return naive_metric_count(grain);
}

/* ---- 8.1 ---- */

static void compare_model(const struct place *place, const cxj_view *view, int model) {
    static const char *const names[] = {"satisfaction", "churn"};
    const naive_drivers *wanted = &place->table->cells[place->cell]->drivers[model];
    const char *what = names[model];
    cxj_text parts[NAIVE_PARTS];
    cxj_drivers got;
    size_t count = parts_of(place, place->cell, 0, parts);
    expect_status("cxj_view_drivers", CXJ_OK,
                  cxj_view_drivers(view, parts, sizeof parts[0], count, (uint32_t)model + CXJ_MODEL_SATISFACTION, NULL,
                                   0, &got, sizeof got));
    expect_count(place, what, "has a value", wanted->has_value, is_there(got.r2));
    if (!wanted->has_value) return;
    expect_count(place, what, "n", wanted->n, got.n);
    expect_near(place, what, "R squared", wanted->r2, got.r2);
    expect_near(place, what, "adjusted R squared", wanted->r2_adjusted, got.r2_adjusted);
    for (size_t i = 0; i < NAIVE_GROUPS; i++)
        expect_near(place, what, naive_group_names[i], wanted->groups[i], got.groups[i]);
    for (size_t i = 0; i < NAIVE_PREDICTORS; i++) {
        const naive_predictor *w = &wanted->predictors[i];
        const cxj_predictor *g = &got.predictors[i];
        expect_count(place, naive_predictor_names[i], "taken", w->taken, got.taken >> i & 1);
        expect_count(place, naive_predictor_names[i], "left out", !w->taken, got.left_out >> i & 1);
        if (!w->taken) continue;
        expect_near(place, naive_predictor_names[i], "mean", w->mean, g->mean);
        expect_near(place, naive_predictor_names[i], "coefficient", w->coefficient, g->coefficient);
        expect_near(place, naive_predictor_names[i], "error", w->error, g->error);
        expect_near(place, naive_predictor_names[i], "t", w->t, g->t);
        expect_near(place, naive_predictor_names[i], "share", w->share, g->share);
    }
}

static void compare_drivers(const struct place *start, const cxj_view *view) {
    struct place place = *start;
    for (place.cell = 0; place.cell < place.table->count; place.cell++) {
        cxj_text parts[NAIVE_PARTS];
        cxj_drivers got;
        size_t count = parts_of(&place, place.cell, 0, parts);
        if (place.table->with_drivers) {
            for (int model = 0; model < NAIVE_MODELS; model++) compare_model(&place, view, model);
        } else {
            expect_status(
                "cxj_view_drivers of a view without", CXJ_BAD_ARGUMENT,
                cxj_view_drivers(view, parts, sizeof parts[0], count, CXJ_MODEL_CHURN, NULL, 0, &got, sizeof got));
            return;
        }
    }
}

/* ---- 8.2, 8.4 ---- */

static void compare_spread(const struct place *place, const cxj_view *view) {
    uint32_t grain = place->table->grain;
    size_t index = random_metric(grain);
    const char *name = naive_metric_name(grain, index);
    bool goes = naive_metric_is_comparable(grain, index);
    cxj_spread got;
    expect_status(name, goes ? CXJ_OK : CXJ_BAD_ARGUMENT,
                  cxj_view_spread(view, metric_number(grain, index), NULL, 0, &got, sizeof got));
    if (!goes) return;
    naive_spread wanted = naive_spread_of(place->table, index);
    trace("    spread of %s\n", name);
    expect_count(place, name, "spread: n", wanted.n, got.n);
    expect_count(place, name, "spread: cells", wanted.cells, got.cells);
    expect_near(place, name, "spread: eta squared", wanted.eta2, got.eta_squared);
    expect_near(place, name, "spread: epsilon squared", wanted.epsilon2, got.epsilon_squared);
    expect_count(place, name, "spread: lowest", wanted.has_extremes ? wanted.lowest : CXJ_NO_INDEX, got.lowest_cell);
    expect_count(place, name, "spread: highest", wanted.has_extremes ? wanted.highest : CXJ_NO_INDEX, got.highest_cell);
    expect_near(place, name, "spread: difference", wanted.difference, got.difference.value);
    expect_interval(place, name, wanted.low, wanted.high, &got.difference);
    if (!wanted.has_extremes) return;
    const naive_metric *lowest = &place->table->cells[wanted.lowest]->metrics[index];
    const naive_metric *highest = &place->table->cells[wanted.highest]->metrics[index];
    expect_near(place, name, "spread: lowest value", lowest->value, got.lowest.value);
    expect_near(place, name, "spread: highest value", highest->value, got.highest.value);
    expect_count(place, name, "spread: n of both", lowest->n + highest->n, got.lowest.n + got.highest.n);
}

static void compare_parity(const struct place *start, const cxj_view *view) {
    struct place place = *start;
    const naive_table *table = place.table;
    size_t index = random_comparable(table->grain), a = random_cell(table), b = random_cell(table);
    if (index == naive_metric_count(table->grain)) return;
    cxj_text a_parts[NAIVE_PARTS], b_parts[NAIVE_PARTS];
    cxj_parity got;
    parts_of(&place, a, 0, a_parts);
    size_t count = parts_of(&place, b, 0, b_parts);
    const char *name = naive_metric_name(table->grain, index);
    place.cell = a;
    trace("    parity of %s, cells %zu and %zu\n", name, a, b);
    expect_status("cxj_view_parity", CXJ_OK,
                  cxj_view_parity(view, a_parts, b_parts, sizeof a_parts[0], count, metric_number(table->grain, index),
                                  NULL, 0, &got, sizeof got));
    naive_parity wanted = naive_parity_of(table, a, b, index);
    expect_count(&place, name, "parity: n of a", wanted.a_n, got.a.n);
    expect_count(&place, name, "parity: n of b", wanted.b_n, got.b.n);
    expect_near(&place, name, "parity: difference", wanted.difference, got.difference.value);
    expect_interval(&place, name, wanted.low, wanted.high, &got.difference);
}

/* ---- 8.3 ---- */

static void compare_points(const struct place *start, const naive_control *wanted, const cxj_control_point *got,
                           const char *name) {
    struct place place = *start;
    for (size_t i = 0; i < wanted->count; i++) {
        const naive_point *point = &wanted->points[i];
        const naive_cell *cell = place.table->cells[point->cell];
        place.cell = point->cell;
        if (strcmp(cell->period, got[i].period) != 0) fail_at(&place, "control: period", cell->period, got[i].period);
        expect_count(&place, name, "control: start", (uint64_t)cell->period_start, (uint64_t)got[i].start);
        expect_near(&place, name, "control: value", point->value, got[i].value.value);
        expect_count(&place, name, "control: outside", point->outside, got[i].outside);
        expect_count(&place, name, "control: run", point->run, got[i].in_run);
    }
}

static void compare_control(const struct place *start, const cxj_view *view) {
    struct place place = *start;
    const naive_table *table = place.table;
    size_t index = random_metric(table->grain);
    const char *name = naive_metric_name(table->grain, index);
    bool goes = table->has_period && !naive_metric_is_quantile(table->grain, index);
    place.cell = random_cell(table);
    naive_control wanted = naive_control_of(table, place.cell, index);
    cxj_text parts[NAIVE_PARTS];
    cxj_control got;
    size_t count = parts_of(&place, place.cell, table->has_period, parts), capacity = wanted.count + below(2);
    cxj_control_point *points = allocate(capacity, sizeof *points);
    if (wanted.count > 0 && goes && chance(20)) {
        expect_status("cxj_view_control without room", CXJ_TOO_SMALL,
                      cxj_view_control(view, parts, sizeof parts[0], count, metric_number(table->grain, index),
                                       wanted.count - 1, NULL, 0, points, sizeof *points, &got, sizeof got));
        expect_count(&place, name, "control: points, asked without room", wanted.count, got.points);
    }
    trace("    control of %s, like cell %zu\n", name, place.cell);
    expect_status(name, goes ? CXJ_OK : CXJ_BAD_ARGUMENT,
                  cxj_view_control(view, parts, sizeof parts[0], count, metric_number(table->grain, index), capacity,
                                   NULL, 0, points, sizeof *points, &got, sizeof got));
    if (goes) {
        expect_count(&place, name, "control: points", wanted.count, got.points);
        compare_points(&place, &wanted, points, name);
        expect_near(&place, name, "control: centre", wanted.centre, got.centre);
        expect_near(&place, name, "control: low", wanted.low, got.low);
        expect_near(&place, name, "control: high", wanted.high, got.high);
    }
    free(points);
    free(wanted.points);
}

/* ---- 8.5 ---- */

/* Between which two a metric's values lie, in the cells that have another metric, too. */
static void find_range(const naive_table *table, size_t index, size_t other, double *low, double *high) {
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t c = 0; c < table->count; c++) {
        double value = table->cells[c]->metrics[index].value;
        if (isnan(value) || isnan(table->cells[c]->metrics[other].value) || naive_is_left_out(table, c)) continue;
        *low = fmin(*low, value);
        *high = fmax(*high, value);
    }
}

static void expect_within(const struct place *place, const char *what, double wanted, double got, double apart) {
    if (!is_close(wanted, got, relative, apart)) expect_near(place, "relation", what, wanted, got);
}

/* The values themselves have some fifteen digits, so what is left where nearly all of them cancel out is not compared:
 * values that are the same but for their last digits, and of results what is small beside what they are made of. */
static void compare_line(const struct place *place, size_t first, size_t second, const cxj_relation *got) {
    naive_relation wanted = naive_relation_of(place->table, first, second);
    double x_low, x_high, y_low, y_high;
    find_range(place->table, first, second, &x_low, &x_high);
    find_range(place->table, second, first, &y_low, &y_high);
    double x_most = fmax(fabs(x_low), fabs(x_high)), y_most = fmax(fabs(y_low), fabs(y_high));
    expect_count(place, "relation", "n", wanted.n, got->n);
    if ((x_high > x_low && x_high - x_low < 1e-7 * x_most) || (y_high > y_low && y_high - y_low < 1e-7 * y_most))
        return;
    double of_slope = x_high > x_low ? 1e-11 * y_most / (x_high - x_low) : 0;
    expect_within(place, "r", wanted.r, got->r, 1e-8);
    expect_within(place, "slope", wanted.slope, got->slope, of_slope);
    expect_within(place, "intercept", wanted.intercept, got->intercept, of_slope * x_most + 1e-12 * y_most);
    expect_within(place, "low", wanted.low, got->low, of_slope);
    expect_within(place, "high", wanted.high, got->high, of_slope);
}

static void compare_relation(const struct place *place, const cxj_view *view) {
    const naive_table *table = place->table;
    size_t first = random_metric(table->grain), second = random_metric(table->grain);
    const char *name = naive_metric_name(table->grain, first);
    cxj_relation got;
    trace("    relation of %s, %s\n", name, naive_metric_name(table->grain, second));
    expect_status("cxj_view_relation", CXJ_OK,
                  cxj_view_relation(view, metric_number(table->grain, first), metric_number(table->grain, second), NULL,
                                    0, &got, sizeof got));
    if (naive_metric_is_quantile(table->grain, first) || naive_metric_is_quantile(table->grain, second))
        expect_count(place, name, "relation: n", naive_relation_of(table, first, second).n, got.n);
    else
        compare_line(place, first, second, &got);
}

/* ---- 8.6 ---- */

static void compare_drill(const struct place *start, const cxj_view *view) {
    struct place place = *start;
    place.cell = random_cell(place.table);
    const naive_cell *cell = place.table->cells[place.cell];
    size_t capacity = cell->journey_count + below(3) - (chance(30) && cell->journey_count > 0), count = SIZE_MAX;
    uint64_t *journeys = allocate(capacity, sizeof *journeys), sealed = UINT64_MAX;
    cxj_text parts[NAIVE_PARTS];
    size_t part_count = parts_of(&place, place.cell, 0, parts);
    bool fits = capacity >= cell->journey_count;
    trace("    journeys of cell %zu\n", place.cell);
    expect_status("cxj_view_journeys", fits ? CXJ_OK : CXJ_TOO_SMALL,
                  cxj_view_journeys(view, parts, sizeof parts[0], part_count, capacity, NULL, 0, journeys, &count,
                                    chance(50) ? &sealed : NULL));
    expect_count(&place, "journeys", "how many", cell->journey_count, count);
    if (sealed != UINT64_MAX) expect_count(&place, "journeys", "sealed", 0, sealed);
    for (size_t i = 0; i < count && fits; i++)
        expect_count(&place, "journeys", "number", cell->journeys[i], journeys[i]);
    free(journeys);
}

/* ---- 8.7 ---- */

/* A span that some of the durations behind a quantile may just have. */
static int64_t draw_span(double quantile) {
    int64_t span = isnan(quantile) || quantile < 0 || quantile > 1e15 ? 0 : (int64_t)quantile;
    switch (below(5)) {
    case 0:
        return (int64_t)below(1000) * (int64_t)below(100000000);
    case 1:
        return span / 2;
    case 2:
        return 2 * span + (int64_t)below(2);
    default:
        return span + between(span > 0 ? -1 : 0, 1);
    }
}

static void compare_within(const struct place *start, const cxj_view *view) {
    struct place place = *start;
    uint32_t grain = place.table->grain;
    size_t index = random_metric(grain);
    const char *name = naive_metric_name(grain, index);
    place.cell = random_cell(place.table);
    int64_t span = draw_span(place.table->cells[place.cell]->metrics[index].value);
    bool goes = naive_metric_is_quantile(grain, index);
    cxj_text parts[NAIVE_PARTS];
    cxj_value got;
    uint64_t among[2];
    size_t count = parts_of(&place, place.cell, 0, parts);
    trace("    within %s, cell %zu, %" PRId64 " ms\n", name, place.cell, span);
    expect_status(name, goes ? CXJ_OK : CXJ_BAD_ARGUMENT,
                  cxj_view_within(view, parts, sizeof parts[0], count, metric_number(grain, index), span, NULL, 0, &got,
                                  sizeof got));
    if (!goes) return;
    naive_metric wanted = naive_within(place.table, place.cell, index, span, among);
    expect_count(&place, name, "within: n", wanted.n, got.n);
    expect_count(&place, name, "within: has a value", is_there(wanted.value), is_there(got.value));
    if (isnan(wanted.value)) return;
    /* "Off by what stands in the one bucket around T at most (a relative 1/128)." */
    double at_most = round(got.value * (double)got.n), low, high;
    if (at_most < (double)among[0] || at_most > (double)among[1])
        expect_near(&place, name, "within: count", wanted.value * (double)wanted.n, at_most);
    naive_wilson(at_most, (double)got.n, &low, &high);
    expect_near(&place, name, "within: value", at_most / (double)got.n, got.value);
    expect_interval(&place, name, low, high, &got);
}

/* ---- All of it ---- */

void compare_beyond(const struct place *start, const cxj_view *view) {
    compare_drivers(start, view);
    for (int times = 0; times < 4; times++) {
        compare_spread(start, view);
        compare_relation(start, view);
        if (start->table->count == 0) continue;
        compare_parity(start, view);
        compare_control(start, view);
        compare_within(start, view);
    }
    if (start->table->count > 0) compare_drill(start, view);
}
