/* Drivers (SPEC 8.1) of the naive implementation: least squares from the journeys themselves. Each predictor is a list
 * with a number for each journey; what of it the predictors before do not say is found by taking away its shadow on
 * each of them (Gram and Schmidt), and everything else follows from these parts.
 *
 * SPDX-License-Identifier: MIT
 */
#include "naive_inside.h"

#include <math.h>
#include <stdlib.h>

const char *const naive_predictor_names[NAIVE_PREDICTORS] = {
    "faults",           "late",    "late_unexplained", "broken", "shifts",     "handoffs", "lost_context",
    "channel_switches", "repeats", "contradictions",   "chases", "silent_days"};

const char *const naive_group_names[NAIVE_GROUPS] = {"errors", "delays", "handoffs", "visibility"};

static const int group_of[NAIVE_PREDICTORS] = {0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3};

/* Up to this many predictors, their shares are found by going through all orders of entry. */
enum { MOST_ORDERED = 6 };

/* ---- What is observed ---- */

void naive_observe_case(naive_cell *cell, const struct story *by_clock) {
    const struct story *s = by_clock;
    const naive_touchpoint *own = naive_journey_rating(s, SATISFACTION);
    struct naive_case found = {.rated = own != NULL, .rating = own ? naive_rating_s(own) : 0, .churned = s->churned};
    int64_t quiet = s->quiet > s->silence ? s->quiet : s->silence;
    found.x[0] = naive_count_facet(s, CXJ_FACET_FAULT);
    for (size_t i = 0; i < s->count; i++) {
        const struct moment *m = &s->moments[i];
        found.x[1] += m->closes && !m->on_time;
        found.x[2] += m->closes && !m->on_time && m->unexplained;
        found.x[4] += m->shifts;
    }
    found.x[3] = s->broken;
    found.x[5] = naive_count_transitions(s, CXJ_DIMENSION_OWNER, 'c');
    found.x[6] = naive_count_transitions(s, CXJ_DIMENSION_OWNER, 'l');
    found.x[7] = naive_count_transitions(s, CXJ_DIMENSION_CHANNEL, 'c');
    found.x[8] = naive_count_facet(s, CXJ_FACET_REPEATED);
    found.x[9] = naive_count_facet(s, CXJ_FACET_CONTRADICTED);
    found.x[10] = naive_count_facet(s, CXJ_FACET_CHASE);
    found.x[11] = quiet / MILLISECONDS_A_DAY;
    cell->cases = naive_grow(cell->cases, cell->case_count, &cell->case_capacity, sizeof *cell->cases);
    cell->cases[cell->case_count++] = found;
}

/* ---- Lists of numbers ---- */

static long double dot(const long double *a, const long double *b, size_t n) {
    long double sum = 0;
    for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}

/* Takes from a list its shadow on a direction, which has length 1, and says how long that was. */
static long double take_shadow(long double *list, const long double *direction, size_t n) {
    long double length = dot(list, direction, n);
    for (size_t i = 0; i < n; i++) list[i] -= length * direction[i];
    return length;
}

static void centre(long double *list, size_t n) {
    long double sum = 0;
    for (size_t i = 0; i < n; i++) sum += list[i];
    for (size_t i = 0; i < n; i++) list[i] -= sum / (long double)n;
}

/* ---- Shares of R squared ---- */

/* What the predictors taken look like from inside: predictor i is the list of its shadows on directions 0 to i, and y
 * that of its own. Nothing else of them bears on R squared. */
struct plane {
    size_t k;
    long double x[NAIVE_PREDICTORS][NAIVE_PREDICTORS];
    long double y[NAIVE_PREDICTORS];
    long double total; /* of the squares of y, of what lies outside, too */
    long double shares[NAIVE_PREDICTORS];
};

/* The part of a predictor that is new beside directions, as a direction of its own. */
static void new_direction(const struct plane *p, size_t predictor, long double (*directions)[NAIVE_PREDICTORS],
                          size_t count, long double *direction) {
    for (size_t i = 0; i < p->k; i++) direction[i] = p->x[predictor][i];
    for (int twice = 0; twice < 2; twice++)
        for (size_t d = 0; d < count; d++) take_shadow(direction, directions[d], p->k);
    long double length = sqrtl(dot(direction, direction, p->k));
    for (size_t i = 0; i < p->k; i++) direction[i] /= length;
}

/* "the average over all k! orders of entry of what it adds to R2": goes on with every order that begins with those
 * entered, of which each counts for weight. */
static void go_through_orders(struct plane *p, const bool *entered, size_t count,
                              long double (*directions)[NAIVE_PREDICTORS], long double weight) {
    for (size_t next = 0; next < p->k; next++) {
        if (entered[next]) continue;
        bool with_next[NAIVE_PREDICTORS];
        for (size_t i = 0; i < p->k; i++) with_next[i] = entered[i] || i == next;
        new_direction(p, next, directions, count, directions[count]);
        long double shadow = dot(p->y, directions[count], p->k), part = weight / (long double)(p->k - count);
        p->shares[next] += part * shadow * shadow / p->total;
        go_through_orders(p, with_next, count + 1, directions, part);
    }
}

/* R squared with some of the predictors, by bits. */
static long double r2_of(const struct plane *p, size_t some) {
    long double directions[NAIVE_PREDICTORS][NAIVE_PREDICTORS], sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < p->k; i++) {
        if (!(some >> i & 1)) continue;
        new_direction(p, i, directions, count, directions[count]);
        long double shadow = dot(p->y, directions[count++], p->k);
        sum += shadow * shadow / p->total;
    }
    return sum;
}

/* The same average, of what a predictor adds to each set of the others: s before it come so in s! (k - s - 1)! of the
 * k! orders. */
static void go_through_sets(struct plane *p) {
    size_t sets = (size_t)1 << p->k;
    long double *r2 = naive_allocate(sets * sizeof *r2);
    for (size_t some = 0; some < sets; some++) r2[some] = r2_of(p, some);
    for (size_t some = 0; some < sets; some++) {
        size_t before = 0;
        for (size_t i = 0; i < p->k; i++) before += some >> i & 1;
        long double weight = 1;
        for (size_t i = 1; i <= before; i++) weight *= (long double)i;
        for (size_t i = 1; i + before < p->k; i++) weight *= (long double)i;
        for (size_t i = 1; i <= p->k; i++) weight /= (long double)i;
        for (size_t i = 0; i < p->k; i++)
            if (!(some >> i & 1)) p->shares[i] += weight * (r2[some | (size_t)1 << i] - r2[some]);
    }
    free(r2);
}

/* ---- A model ---- */

struct fit {
    size_t n;
    long double *y;                 /* centred; at last what the predictors do not explain */
    size_t taken[NAIVE_PREDICTORS]; /* which predictor each of those taken is */
    long double *directions[NAIVE_PREDICTORS];
    struct plane plane;
};

static bool varies(const naive_cell *cell, int model, int predictor) {
    const struct naive_case *first = NULL;
    for (size_t i = 0; i < cell->case_count; i++) {
        const struct naive_case *c = &cell->cases[i];
        if (model == 0 && !c->rated) continue;
        if (!first) first = c;
        if (predictor < 0 ? (model == 0 ? c->rating != first->rating : c->churned != first->churned)
                          : c->x[predictor] != first->x[predictor])
            return true;
    }
    return false;
}

/* A predictor's number for each journey, or (-1) y: "y = s/12600 …; y = 1 if churned else 0" */
static long double *list_of(const naive_cell *cell, int model, int predictor, size_t *n) {
    long double *list = naive_allocate(cell->case_count * sizeof *list);
    *n = 0;
    for (size_t i = 0; i < cell->case_count; i++) {
        const struct naive_case *c = &cell->cases[i];
        if (model == 0 && !c->rated) continue;
        long double y = model == 0 ? (long double)c->rating / FULL : c->churned;
        list[(*n)++] = predictor < 0 ? y : (long double)c->x[predictor];
    }
    return list;
}

/* Takes a predictor, if it says anything that those before it do not. */
static void try_predictor(const naive_cell *cell, int model, int predictor, uint32_t unrecorded, struct fit *fit,
                          naive_drivers *result) {
    size_t n, k = fit->plane.k;
    const char *name = naive_predictor_names[predictor];
    if (!naive_is_fed(predictor == 11 ? "silence_mean" : name, unrecorded) || !varies(cell, model, predictor)) return;
    long double *list = list_of(cell, model, predictor, &n), mean = 0;
    for (size_t i = 0; i < n; i++) mean += list[i];
    centre(list, n);
    long double before = dot(list, list, n), shadows[NAIVE_PREDICTORS] = {0};
    for (int twice = 0; twice < 2; twice++)
        for (size_t d = 0; d < k; d++) shadows[d] += take_shadow(list, fit->directions[d], n);
    long double left = dot(list, list, n);
    if (left < 1e-6L * before) { /* "is below 1e-6 of it" */
        free(list);
        return;
    }
    shadows[k] = sqrtl(left);
    for (size_t i = 0; i < n; i++) list[i] /= shadows[k];
    for (size_t d = 0; d <= k; d++) fit->plane.x[k][d] = shadows[d];
    fit->directions[k] = list;
    fit->taken[k] = (size_t)predictor;
    fit->plane.k++;
    result->predictors[predictor].taken = true;
    result->predictors[predictor].mean = (double)(mean / (long double)n);
}

/* Row i of the inverse of the triangle whose columns are the predictors' shadows: what times the shadows of y is the
 * coefficient, and whose squares are (Xc' Xc)^-1 at i, i. */
static void inverse_row(const struct plane *p, size_t i, long double *row) {
    for (size_t d = 0; d < p->k; d++) {
        long double sum = d == i;
        for (size_t j = i; j < d; j++) sum -= row[j] * p->x[d][j];
        row[d] = d < i ? 0 : sum / p->x[d][d];
    }
}

static void solve(struct fit *fit, long double rss, naive_drivers *result) {
    struct plane *p = &fit->plane;
    bool nothing[NAIVE_PREDICTORS] = {false};
    long double directions[NAIVE_PREDICTORS + 1][NAIVE_PREDICTORS];
    if (p->k <= MOST_ORDERED)
        go_through_orders(p, nothing, 0, directions, 1);
    else
        go_through_sets(p);
    long double freedom = (long double)(fit->n - p->k - 1);
    result->r2 = (double)(1 - rss / p->total);
    result->r2_adjusted = (double)(1 - rss / p->total * (long double)(fit->n - 1) / freedom);
    for (size_t i = 0; i < p->k; i++) {
        naive_predictor *predictor = &result->predictors[fit->taken[i]];
        long double row[NAIVE_PREDICTORS];
        inverse_row(p, i, row);
        long double coefficient = dot(row, p->y, p->k), error = sqrtl(rss / freedom * dot(row, row, p->k));
        predictor->coefficient = (double)coefficient;
        predictor->error = (double)error;
        predictor->t = error > 0 ? (double)(coefficient / error) : NAN;
        predictor->share = (double)p->shares[i];
        result->groups[group_of[fit->taken[i]]] += predictor->share;
    }
}

static naive_drivers model_of(const naive_cell *cell, int model, uint32_t unrecorded) {
    naive_drivers result = {0};
    struct fit fit = {0};
    if (model == 1 && !naive_is_fed("churned", unrecorded)) return result; /* "the churn model churned" */
    for (int predictor = 0; predictor < NAIVE_PREDICTORS; predictor++)
        try_predictor(cell, model, predictor, unrecorded, &fit, &result);
    size_t k = fit.plane.k;
    fit.y = list_of(cell, model, -1, &fit.n);
    /* "With k taken, a value needs n >= 2(k + 1), k >= 1 and variance in y." */
    if (fit.n >= 2 * (k + 1) && k >= 1 && varies(cell, model, -1)) {
        centre(fit.y, fit.n);
        fit.plane.total = dot(fit.y, fit.y, fit.n);
        for (int twice = 0; twice < 2; twice++)
            for (size_t d = 0; d < k; d++) fit.plane.y[d] += take_shadow(fit.y, fit.directions[d], fit.n);
        long double rss = dot(fit.y, fit.y, fit.n);
        if (rss < 1e-12L * fit.plane.total) rss = 0; /* "an RSS below 1e-12 of TSS counts as 0" */
        result.has_value = true;
        result.n = fit.n;
        solve(&fit, rss, &result);
    }
    for (size_t d = 0; d < k; d++) free(fit.directions[d]);
    free(fit.y);
    return result;
}

void naive_drive(naive_cell *cell, uint32_t unrecorded) {
    for (int model = 0; model < NAIVE_MODELS; model++) cell->drivers[model] = model_of(cell, model, unrecorded);
}
