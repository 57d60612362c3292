/* drivers: what weighs on how journeys went (SPEC.md section 8.1).
 *
 * Sums are centred as integers, which is exact: n · Σab - Σa · Σb is n² times a covariance, below 2^126 for 2^42
 * journeys, and what passes 128 bits on the way there comes round again. From there on numbers are pairs of doubles, of
 * some 106 bits, since predictors that nearly depend on each other lose up to six digits each: in plain doubles an
 * exact fit would not be seen as one. Predictors are taken by elimination, one after the other; what a set of them
 * explains is the same elimination once more, along a tree in which each set is one step from its parent. So all 4,096
 * sets of 12 predictors are some 16,000 steps, and no more is kept than one way down the tree. Nothing here takes
 * memory. */
#include "drivers.h"

#include <math.h>
#include <string.h>

#include "metric.h"

/* ---- the catalogue ---------------------------------------------------------------------------------------------- */

enum group { ERRORS, DELAYS, HANDOFFS, VISIBILITY };
static const char *const group_names[] = {"errors", "delays", "handoffs", "visibility"};

/* A predictor has the name of a metric, and needs what that needs; the last one has a name of its own. */
static const struct predictor {
    uint16_t metric;
    uint8_t group;
} catalogue[] = {
    [CXJ__P_FAULTS] = {CXJ_METRIC_JOURNEYS_FAULTS, ERRORS},
    [CXJ__P_LATE] = {CXJ_METRIC_JOURNEYS_LATE, DELAYS},
    [CXJ__P_LATE_UNEXPLAINED] = {CXJ_METRIC_JOURNEYS_LATE_UNEXPLAINED, DELAYS},
    [CXJ__P_BROKEN] = {CXJ_METRIC_JOURNEYS_BROKEN, DELAYS},
    [CXJ__P_SHIFTS] = {CXJ_METRIC_JOURNEYS_SHIFTS, DELAYS},
    [CXJ__P_HANDOFFS] = {CXJ_METRIC_JOURNEYS_HANDOFFS, HANDOFFS},
    [CXJ__P_LOST_CONTEXT] = {CXJ_METRIC_JOURNEYS_LOST_CONTEXT, HANDOFFS},
    [CXJ__P_CHANNEL_SWITCHES] = {CXJ_METRIC_JOURNEYS_CHANNEL_SWITCHES, HANDOFFS},
    [CXJ__P_REPEATS] = {CXJ_METRIC_JOURNEYS_REPEATS, HANDOFFS},
    [CXJ__P_CONTRADICTIONS] = {CXJ_METRIC_JOURNEYS_CONTRADICTIONS, HANDOFFS},
    [CXJ__P_CHASES] = {CXJ_METRIC_JOURNEYS_CHASES, VISIBILITY},
#ifdef CXJ__WITH_DUMMIES
    [CXJ__P_DUMMY] = {CXJ_METRIC_JOURNEYS_JOURNEYS, ERRORS},
#endif
    [CXJ__P_SILENT_DAYS] = {CXJ_METRIC_JOURNEYS_SILENCE_MEAN, VISIBILITY},
};
_Static_assert(sizeof catalogue / sizeof *catalogue == CXJ__PREDICTORS, "each predictor is described");
_Static_assert(CXJ__PREDICTORS <= sizeof(((cxj_drivers *)0)->predictors) / sizeof(cxj_predictor), "there is room");

bool cxj__drivers_describe(size_t place, cxj_predictor_info *info) {
    cxj_metric_info metric;
    if (place >= CXJ__PREDICTORS) return false;
    cxj__metric_describe(cxj__metric_place(catalogue[place].metric), &metric);
    *info = (cxj_predictor_info){
        .name = metric.name,
        .summary = metric.summary,
        .group = group_names[catalogue[place].group],
        .predictor = (uint32_t)place,
        .group_place = catalogue[place].group,
        .needs_all = metric.needs_all,
        .needs_any = metric.needs_any,
    };
    if (place != CXJ__P_SILENT_DAYS) return true;
    info->name = "silent_days";
    info->summary = "whole days of the longest gap in which the customer heard nothing, by the clock";
    return true;
}

uint32_t cxj__drivers_recorded(uint32_t model, uint32_t unrecorded) {
    uint32_t recorded = 0;
    if (model == CXJ_MODEL_CHURN && (unrecorded & CXJ_FACET_CHURNED) != 0) return 0;
    for (size_t p = 0; p < CXJ__PREDICTORS; p++) {
        size_t place = cxj__metric_place(catalogue[p].metric);
        recorded |= (uint32_t)cxj__metric_is_recorded(place, unrecorded) << p;
    }
    return recorded;
}

/* ---- numbers of twice the width --------------------------------------------------------------------------------- */

/* high is the nearest double of both. (Dekker, "A floating-point technique for extending the available precision",
 * 1971.) */
struct doubled {
    double high, low;
};

/* The sum of two doubles, the first of which is not the smaller one. */
static struct doubled join_doubled(double high, double low) {
    double sum = high + low;
    return (struct doubled){sum, low - (sum - high)};
}

/* The product of two doubles, exactly: each is cut in halves of 26 bits. */
static struct doubled multiply_exactly(double a, double b) {
    static const double splitter = 134217729; /* 2^27 + 1 */
    double wide_a = a * splitter, wide_b = b * splitter;
    double a1 = wide_a - (wide_a - a), b1 = wide_b - (wide_b - b), a0 = a - a1, b0 = b - b1, product = a * b;
    return (struct doubled){product, ((a1 * b1 - product) + a1 * b0 + a0 * b1) + a0 * b0};
}

static struct doubled times(struct doubled a, struct doubled b) {
    struct doubled product = multiply_exactly(a.high, b.high);
    return join_doubled(product.high, product.low + (a.high * b.low + a.low * b.high));
}

static struct doubled minus(struct doubled a, struct doubled b) {
    double difference = a.high - b.high, part = difference - a.high;
    double lost = (a.high - (difference - part)) - (b.high + part);
    return join_doubled(difference, lost + (a.low - b.low));
}

static struct doubled over(struct doubled a, struct doubled b) {
    double first = a.high / b.high;
    struct doubled rest = minus(a, times((struct doubled){first, 0}, b));
    return join_doubled(first, rest.high / b.high);
}

/* Exact up to 106 bits. */
static struct doubled doubled_of(struct cxj__int128 a) {
    bool is_below = a.high >> 63 != 0;
    if (is_below) a = cxj__base_negate(a);
    const uint64_t digits[] = {a.high >> 32, a.high & UINT32_MAX, a.low >> 32, a.low & UINT32_MAX};
    struct doubled sum = {0, 0};
    for (size_t i = 0; i < 4; i++) { /* from the other side of 0, since there is no plus */
        static const double unit = 4294967296.0;
        sum = minus((struct doubled){sum.high * unit, sum.low * unit}, (struct doubled){(double)digits[i], 0});
    }
    return is_below ? sum : (struct doubled){-sum.high, -sum.low};
}

/* ---- elimination ------------------------------------------------------------------------------------------------ */

/* Symmetric matrices are kept as their lower half, row by row; y is the last row. */
enum { MOST_ROWS = CXJ__PREDICTORS + 1, MOST_ENTRIES = MOST_ROWS * (MOST_ROWS + 1) / 2 };
static size_t entry(size_t row, size_t column) {
    return row * (row + 1) / 2 + column;
}

/* Predictors that are looked at, in order. */
struct chosen {
    size_t count;
    uint8_t places[CXJ__PREDICTORS];
};

/* What stands for y among the places of predictors. */
enum { PLACE_OF_Y = CXJ__PREDICTORS };

static struct cxj__int128 sum_at(const struct cxj__drivers_model *model, size_t place) {
    return place == PLACE_OF_Y ? model->y : model->sums[CXJ__PRODUCTS_ROW(place) + CXJ__PRODUCTS_X];
}

/* n · Σab - Σa · Σb; of a predictor and y, y is a. */
static struct doubled covary(const struct cxj__drivers_model *model, size_t a, size_t b) {
    struct cxj__int128 products = a != PLACE_OF_Y   ? model->sums[cxj__products_pair(a, b)]
                                  : b != PLACE_OF_Y ? model->sums[CXJ__PRODUCTS_ROW(b) + CXJ__PRODUCTS_XY]
                                                    : model->squares;
    struct cxj__int128 all = cxj__base_times(cxj__base_wide(model->n), products);
    cxj__base_add(&all, cxj__base_negate(cxj__base_times(sum_at(model, a), sum_at(model, b))));
    return doubled_of(all);
}

/* The covariances of chosen predictors and y. */
static void centre(const struct cxj__drivers_model *model, const struct chosen *chosen, struct doubled *matrix) {
    for (size_t i = 0; i <= chosen->count; i++) {
        size_t a = i < chosen->count ? chosen->places[i] : PLACE_OF_Y;
        for (size_t k = 0; k <= i; k++) *matrix++ = covary(model, a, k < i ? chosen->places[k] : a);
    }
}

/* What is left of the covariances of those behind a pivot once they are regressed on it. Both matrices may be one; the
 * second may have fewer rows at its beginning. */
static void regress(const struct doubled *matrix, size_t rows, size_t pivot, struct doubled *left, size_t fewer) {
    const struct doubled inverse = over((struct doubled){1, 0}, matrix[entry(pivot, pivot)]);
    for (size_t i = pivot + 1; i < rows; i++) {
        struct doubled slope = times(matrix[entry(i, pivot)], inverse);
        for (size_t k = pivot + 1; k <= i; k++) {
            left[entry(i - fewer, k - fewer)] = minus(matrix[entry(i, k)], times(slope, matrix[entry(k, pivot)]));
        }
    }
}

/* Chooses the predictors that are taken: those with variance of which enough is left after those before them. */
static void choose(const struct cxj__drivers_model *model, struct doubled *matrix, struct chosen *taken) {
    static const double least = 1e-6;
    struct chosen usable = {0, {0}};
    double variances[CXJ__PREDICTORS];
    for (uint8_t p = 0; p < CXJ__PREDICTORS; p++) {
        if ((model->usable >> p & 1) != 0) usable.places[usable.count++] = p;
    }
    centre(model, &usable, matrix);
    for (size_t i = 0; i < usable.count; i++) variances[i] = matrix[entry(i, i)].high;
    taken->count = 0;
    for (size_t i = 0; i < usable.count; i++) {
        if (!(variances[i] > 0) || matrix[entry(i, i)].high < least * variances[i]) continue;
        regress(matrix, usable.count + 1, i, matrix, 0);
        taken->places[taken->count++] = usable.places[i];
    }
}

/* The part of Σ(y - ȳ)² that is not explained. */
static double unexplained(double residual, double whole) {
    static const double least = 1e-12;
    double part = residual / whole;
    return part < least ? 0 : part;
}

/* ---- shares of R² ----------------------------------------------------------------------------------------------- */

/* What all sets of predictors explain, summed by how many are in them: of all sets, and of those with a predictor. Room
 * for matrices: those of fewer and fewer rows, down one way of the tree. */
struct sets {
    size_t count; /* of predictors */
    double whole; /* Σ(y - ȳ)², n times */
    double of_all[CXJ__PREDICTORS + 1], with[CXJ__PREDICTORS][CXJ__PREDICTORS + 1];
    struct doubled room[MOST_ROWS * (MOST_ROWS + 1) * (MOST_ROWS + 2) / 6];
};

/* Looks at all sets that differ from a set in predictors from next on; the matrix is what is left after those in the
 * set, size of them, less as many rows. */
static void visit_sets(struct sets *sets, size_t next, uint32_t set, size_t size, struct doubled *matrix) {
    size_t rows = sets->count + 1 - size, entries = rows * (rows + 1) / 2;
    for (; next < sets->count; next++) {
        regress(matrix, rows, next - size, matrix + entries, 1);
        visit_sets(sets, next + 1, set | UINT32_C(1) << next, size + 1, matrix + entries);
    }
    double explained = 1 - unexplained(matrix[entries - 1].high, sets->whole);
    sets->of_all[size] += explained;
    for (; set != 0; set &= set - 1) sets->with[cxj__base_lowest_bit(set)][size] += explained;
}

/* Shapley's value of a predictor: the sets of s others that it may join count as 1 / (count · (count - 1 over s)). */
static double share_of(const struct sets *sets, size_t predictor) {
    double share = 0, ways = (double)sets->count;
    for (size_t s = 0; s < sets->count; s++) {
        double joined = sets->with[predictor][s + 1], alone = sets->of_all[s] - sets->with[predictor][s];
        share += (joined - alone) / ways;
        ways = ways * (double)(sets->count - 1 - s) / (double)(s + 1);
    }
    return share;
}

/* ---- all of it -------------------------------------------------------------------------------------------------- */

static void clear_drivers(cxj_drivers *drivers) {
    *drivers = (cxj_drivers){.r2 = NAN, .r2_adjusted = NAN};
    for (size_t i = 0; i < sizeof drivers->groups / sizeof *drivers->groups; i++) drivers->groups[i] = NAN;
    for (size_t i = 0; i < sizeof drivers->predictors / sizeof *drivers->predictors; i++) {
        drivers->predictors[i] = (cxj_predictor){NAN, NAN, NAN, NAN, NAN};
    }
}

/* What is left of y and of a predictor once all others taken are regressed away says the predictor's coefficient, and
 * how sure it is. At last what is left of y beside all of them is the last entry. */
static void give_coefficient(const struct cxj__drivers_model *model, const struct chosen *taken, size_t which,
                             struct doubled *matrix, cxj_drivers *drivers) {
    const size_t last = taken->count - 1, p = taken->places[which];
    struct chosen order = *taken;
    memmove(order.places + which, order.places + which + 1, last - which);
    order.places[last] = (uint8_t)p;
    centre(model, &order, matrix);
    double whole = matrix[entry(last + 1, last + 1)].high, freedom = (double)(model->n - (int64_t)taken->count - 1);
    for (size_t i = 0; i < last; i++) regress(matrix, taken->count + 1, i, matrix, 0);
    const struct doubled own = matrix[entry(last, last)], with_y = matrix[entry(last + 1, last)];
    regress(matrix, taken->count + 1, last, matrix, 0);
    double part = unexplained(matrix[entry(last + 1, last + 1)].high, whole);
    cxj_predictor *predictor = &drivers->predictors[p];
    drivers->r2 = 1 - part;
    drivers->r2_adjusted = 1 - part * (double)(model->n - 1) / freedom;
    predictor->mean = cxj__base_double(sum_at(model, p)) / (double)model->n;
    predictor->coefficient = over(with_y, own).high / model->unit;
    predictor->error = sqrt(part * whole / freedom / own.high) / model->unit;
    if (predictor->error > 0) predictor->t = predictor->coefficient / predictor->error;
}

static void give_shares(const struct cxj__drivers_model *model, const struct chosen *taken, struct sets *sets,
                        cxj_drivers *drivers) {
    centre(model, taken, sets->room);
    sets->count = taken->count;
    sets->whole = sets->room[entry(taken->count, taken->count)].high;
    memset(sets->of_all, 0, sizeof sets->of_all);
    memset(sets->with, 0, sizeof sets->with);
    visit_sets(sets, 0, 0, 0, sets->room);
    memset(drivers->groups, 0, sizeof drivers->groups);
    for (size_t i = 0; i < taken->count; i++) {
        const size_t p = taken->places[i];
        drivers->predictors[p].share = share_of(sets, i);
        drivers->groups[catalogue[p].group] += drivers->predictors[p].share;
    }
}

void cxj__drivers_solve(const struct cxj__drivers_model *model, cxj_drivers *drivers) {
    struct sets sets;
    struct chosen taken;
    clear_drivers(drivers);
    drivers->n = (uint64_t)model->n;
    choose(model, sets.room, &taken);
    for (size_t i = 0; i < taken.count; i++) drivers->taken |= UINT32_C(1) << taken.places[i];
    drivers->left_out = ~drivers->taken & ((UINT32_C(1) << CXJ__PREDICTORS) - 1);
    bool varies = covary(model, PLACE_OF_Y, PLACE_OF_Y).high > 0;
    if (taken.count == 0 || model->n < 2 * ((int64_t)taken.count + 1) || !varies) return;
    for (size_t i = 0; i < taken.count; i++) give_coefficient(model, &taken, i, sets.room, drivers);
    give_shares(model, &taken, &sets, drivers);
}
