/* test_drivers: least squares from sums, against what was worked out by hand and against a plain implementation, which
 * goes through the data and through all orders of entry.
 *
 * CXJ_SEED takes the seed of the random parts; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "drivers.h"
#include "metric.h"
#include "suite.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed = 1;
static uint64_t chance_state;

static uint32_t chance(uint32_t below) {
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((chance_state >> 33) % below);
}

enum { MOST = 500, ALL = (1 << CXJ__PREDICTORS) - 1, UNIT = 12600 };

/* ---------------------------------------------------------------------------------------------------------------------
 * Journeys, and their model
 * ------------------------------------------------------------------------------------------------------------------ */

static struct cxj__observation journeys[MOST];
static size_t count;

static void clear(void) {
    memset(journeys, 0, sizeof journeys);
    count = 0;
}

/* A rated journey with some predictors, the first ones in the order given; the others are 0. */
static void rated(const uint32_t *predictors, size_t given, uint32_t rating) {
    struct cxj__observation *journey = &journeys[count++];
    ck_assert_uint_le(count, MOST);
    memcpy(journey->predictors, predictors, given * sizeof *predictors);
    journey->is_rated = 1;
    journey->rating = rating;
}
#define RATED(rating, ...)                                                                                             \
    rated((const uint32_t[]){__VA_ARGS__}, sizeof (uint32_t[]){__VA_ARGS__} / sizeof(uint32_t), rating)

static cxj_drivers solve_as(uint32_t usable, double unit, int doublings) {
    static struct cxj__products products;
    struct cxj__drivers_model model = {.n = (int64_t)count, .unit = unit, .usable = usable};
    cxj_drivers drivers;
    memset(&products, 0, sizeof products);
    for (size_t i = 0; i < count; i++) {
        cxj__products_change(&products, NULL, &journeys[i]);
        cxj__base_add(&model.y, cxj__base_wide(journeys[i].rating));
        cxj__base_add(&model.squares, cxj__base_product(journeys[i].rating, journeys[i].rating));
    }
    for (int i = 0; i < doublings; i++) { /* each journey as often as that */
        const struct cxj__products same = products;
        cxj__products_add_all(&products, &same, 1);
        cxj__base_add(&model.y, model.y);
        cxj__base_add(&model.squares, model.squares);
        model.n *= 2;
    }
    model.sums = products.sums[CXJ__OF_SATISFACTION];
    memset(&drivers, 0x5a, sizeof drivers);
    cxj__drivers_solve(&model, &drivers);
    return drivers;
}

static cxj_drivers solve(void) {
    return solve_as(ALL, UNIT, 0);
}

#define NEAR(a, b) ck_assert_msg(fabs((a) - (b)) <= 1e-12 + 1e-12 * fabs(b), "%.17g, not %.17g", a, b)

static void has_no_value(const cxj_drivers *drivers) {
    ck_assert(isnan(drivers->r2) && isnan(drivers->r2_adjusted));
    for (size_t g = 0; g < 8; g++) ck_assert(isnan(drivers->groups[g]));
    for (size_t p = 0; p < 16; p++) {
        const cxj_predictor *of = &drivers->predictors[p];
        ck_assert(isnan(of->mean) && isnan(of->coefficient) && isnan(of->error) && isnan(of->t) && isnan(of->share));
    }
}

/* ---------------------------------------------------------------------------------------------------------------------
 * By hand
 * ------------------------------------------------------------------------------------------------------------------ */

/* x 0 to 3, y 0.9, 0.8, 0.5, 0.4 of 1: x̄ 1.5, ȳ 0.65, Sxx 5, Sxy -0.9, Syy 0.17. So the slope is -0.18, of 0.17 0.162
 * is explained, and the error is sqrt(0.008 / 2 / 5). */
START_TEST(one_predictor_by_hand) {
    static const uint32_t ratings[] = {11340, 10080, 6300, 5040};
    clear();
    for (uint32_t x = 0; x < 4; x++) RATED(ratings[x], x);
    cxj_drivers d = solve();
    const cxj_predictor *faults = &d.predictors[CXJ__P_FAULTS];
    ck_assert_uint_eq(d.n, 4);
    NEAR(d.r2, 0.162 / 0.17);
    NEAR(d.r2_adjusted, 1 - 0.008 / 0.17 * 3 / 2);
    NEAR(faults->mean, 1.5);
    NEAR(faults->coefficient, -0.18);
    NEAR(faults->error, sqrt(0.0008));
    NEAR(faults->t, -0.18 / sqrt(0.0008));
    NEAR(faults->share, 0.162 / 0.17);
    ck_assert_uint_eq(d.taken, 1 << CXJ__P_FAULTS);
    ck_assert_uint_eq(d.left_out, ALL & ~1U);
    NEAR(d.groups[0], faults->share);
    for (size_t g = 1; g < 8; g++) ck_assert(d.groups[g] >= 0 && d.groups[g] <= 0); /* "a group without … has 0" */
    for (size_t p = 1; p < 16; p++) ck_assert(isnan(d.predictors[p].share) && isnan(d.predictors[p].mean));
}
END_TEST

/* Predictors that have nothing in common: x1 and x2 each 0 or 1, all four pairs. y = 0.5 - 0.2·x1 - 0.1·x2 but for 0.01
 * up or down: of Σ(y - ȳ)² 0.04 is x1's, 0.01 x2's, and 0.0004 nobody's. */
START_TEST(what_has_nothing_in_common_explains_its_own) {
    clear();
    for (int twice = 0; twice < 2; twice++) {
        RATED(6300 + 126, 0, 0);
        RATED(5040 - 126, 0, 1);
        RATED(3780 - 126, 1, 0);
        RATED(2520 + 126, 1, 1);
    }
    cxj_drivers d = solve();
    ck_assert_uint_eq(d.taken, 3);
    NEAR(d.r2, 0.05 / 0.0504);
    NEAR(d.predictors[0].coefficient, -0.2);
    NEAR(d.predictors[1].coefficient, -0.1);
    NEAR(d.predictors[0].error,
         sqrt(0.0008 / 5 / 2)); /* RSS of eight 0.0008; each x has a centred sum of squares of 2 */
    NEAR(d.predictors[0].share, 0.04 / 0.0504);
    NEAR(d.predictors[1].share, 0.01 / 0.0504);
    NEAR(d.groups[0], d.predictors[0].share);
    NEAR(d.groups[1], d.predictors[1].share);
}
END_TEST

/* Two that go together share: x2 is x1 but for two of eight journeys, and y is x1. Alone x2 explains r²; so x1, which
 * explains all, has (1 + 1 - r²) / 2, and x2 the rest. */
START_TEST(what_goes_together_shares) {
    static const uint32_t x[][2] = {{0, 0}, {0, 0}, {0, 0}, {0, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 0}};
    clear();
    for (size_t i = 0; i < 8; i++) rated(x[i], 2, 1000 + 500 * x[i][0]);
    cxj_drivers d = solve();
    NEAR(d.r2, 1.0);
    NEAR(d.predictors[0].share, (1 + 1 - 0.25) / 2); /* of four each, three agree: r = 0.5 */
    NEAR(d.predictors[1].share, 0.25 / 2);
    NEAR(d.predictors[0].coefficient, 500.0 / UNIT);
    NEAR(d.predictors[1].coefficient, 0.0);
}
END_TEST

/* "(an RSS below 1e-12 of TSS counts as 0)"; "t = coefficient / standard error (no value if that is 0)". */
START_TEST(an_exact_fit_has_no_error_and_no_t) {
    clear();
    for (uint32_t i = 0; i < 12; i++) RATED(12000 - 700 * (i % 4) - 333 * (i * i % 7), i % 4, i * i % 7);
    cxj_drivers d = solve();
    ck_assert(d.r2 >= 1 && d.r2 <= 1 && d.r2_adjusted >= 1 && d.r2_adjusted <= 1);
    for (size_t p = 0; p < 2; p++) {
        ck_assert(d.predictors[p].error >= 0 && d.predictors[p].error <= 0);
        ck_assert(isnan(d.predictors[p].t));
    }
    NEAR(d.predictors[0].coefficient, -700.0 / UNIT);
    NEAR(d.predictors[1].coefficient, -333.0 / UNIT);
    NEAR(d.predictors[0].share + d.predictors[1].share, 1.0);
}
END_TEST

/* Also where predictors are so near to each other that plain doubles would not see it: x2 is twenty times x1 and a
 * little more, x3 the same of x2, and y is made of what is more. Of x3 some 5e-6 is left. */
START_TEST(an_exact_fit_is_seen_through_predictors_that_are_near) {
    for (int round = 0; round < 300; round++) {
        uint32_t far = 20 + chance(10), further = 20 + chance(10);
        clear();
        for (uint32_t i = 0; i < 41; i++) {
            uint32_t x1 = chance(3), b = chance(3), c = chance(3), x2 = far * x1 + b;
            RATED(3000 + 1000 * c + 137 * b, x1, x2, further * x2 + c);
        }
        cxj_drivers d = solve();
        if (d.taken != 7) continue; /* below a millionth, by chance */
        ck_assert(d.r2 >= 1 && d.r2 <= 1 && isnan(d.predictors[0].t) && isnan(d.predictors[2].t));
        NEAR(d.predictors[2].coefficient, 1000.0 / UNIT);
        NEAR(d.predictors[1].coefficient, (137 - 1000.0 * further) / UNIT);
        NEAR(d.predictors[0].coefficient, -137.0 * far / UNIT);
        NEAR(d.predictors[0].share + d.predictors[1].share + d.predictors[2].share, 1.0);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Which are taken, and when there is a value
 * ------------------------------------------------------------------------------------------------------------------ */

/* "one without variance is left out, then one that is linearly dependent on those taken before it": the third is twice
 * the first and the second together, the fourth the same for all, the fifth the first less what all have. What comes
 * behind them is taken. */
START_TEST(constant_and_dependent_predictors_are_left_out) {
    clear();
    for (uint32_t i = 0; i < 30; i++) {
        uint32_t a = i % 5, b = i * i % 11;
        RATED(3000 + 500 * a + 71 * (i * 17 % 19), a, b, 2 * a + b, 3, a + 4, i * 7 % 13);
    }
    cxj_drivers d = solve();
    ck_assert_uint_eq(d.taken, 1 | 2 | 32);
    ck_assert_uint_eq(d.left_out, ALL & ~35U);
    ck_assert(isnan(d.predictors[2].coefficient) && !isnan(d.predictors[5].coefficient));
}
END_TEST

/* "(what is left of its centred sum of squares, after regressing it on them, is below 1e-6 of it)": x2 = far · x1 ± 1,
 * and x1 is ±1, so it is 1 / (far² + 1). */
START_TEST(a_millionth_is_enough) {
    for (uint32_t far = 990; far <= 1010; far++) {
        clear();
        for (uint32_t i = 0; i < 8; i++) RATED(1000 + i * i, i % 2, far * (i % 2) + i / 2 % 2);
        cxj_drivers d = solve();
        ck_assert_msg(d.taken == (far < 1000 ? 3 : 1), "%u: %u", far, d.taken); /* at 1000 it is 1 / 1,000,001 */
    }
}
END_TEST

/* "With k taken, a value needs n ≥ 2(k + 1)". */
START_TEST(too_few_journeys_have_no_value) {
    for (uint32_t k = 1; k <= CXJ__PREDICTORS; k++) {
        for (uint32_t n = 2 * k + 1; n <= 2 * k + 3; n++) {
            clear();
            for (uint32_t i = 0; i < n; i++) {
                uint32_t predictors[CXJ__PREDICTORS] = {0};
                if (i < k) predictors[i] = 1; /* one journey for each, and some with none */
                rated(predictors, CXJ__PREDICTORS, 100 * i * i);
            }
            cxj_drivers d = solve();
            ck_assert_uint_eq(d.n, n);
            ck_assert_uint_eq(d.taken, (1U << k) - 1);
            ck_assert_int_eq(!isnan(d.r2), n >= 2 * (k + 1));
            if (n < 2 * (k + 1)) has_no_value(&d);
        }
    }
}
END_TEST

/* "… k ≥ 1 and variance in y". */
START_TEST(nothing_to_explain_or_to_explain_by_has_no_value) {
    clear();
    cxj_drivers d = solve();
    has_no_value(&d);
    ck_assert_uint_eq(d.n, 0);
    ck_assert_uint_eq(d.taken, 0);
    for (uint32_t i = 0; i < 20; i++) RATED(5000, i % 4, i % 3);
    d = solve();
    has_no_value(&d);
    ck_assert_uint_eq(d.taken, 3);
    clear();
    for (uint32_t i = 0; i < 20; i++) RATED(5000 + i, 2, 3);
    d = solve();
    has_no_value(&d);
    ck_assert_uint_eq(d.taken, 0);
    ck_assert_uint_eq(d.left_out, ALL);
}
END_TEST

/* "one whose facets are not recorded (Feeds) is left out before": so what depends on it alone is taken. */
START_TEST(what_is_not_recorded_is_left_out_before) {
    clear();
    for (uint32_t i = 0; i < 20; i++) RATED(500 * (i % 5) + i, i % 5, 2 * (i % 5), i % 3);
    ck_assert_uint_eq(solve().taken, 1 | 4);
    ck_assert_uint_eq(solve_as(ALL & ~1U, UNIT, 0).taken, 2 | 4);
    ck_assert_uint_eq(solve_as(ALL & ~1U, UNIT, 0).left_out, ALL & ~6U);
    cxj_drivers none = solve_as(0, UNIT, 0);
    has_no_value(&none);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Against a plain implementation
 * ------------------------------------------------------------------------------------------------------------------ */

/* Solves a · x = b for count unknowns by elimination, with the largest pivot first; a and b are used up. */
static void eliminate(long double a[][CXJ__PREDICTORS], long double *b, size_t unknowns, long double *x) {
    for (size_t i = 0; i < unknowns; i++) {
        size_t best = i;
        for (size_t r = i + 1; r < unknowns; r++) best = fabsl(a[r][i]) > fabsl(a[best][i]) ? r : best;
        for (size_t c = 0; c < unknowns; c++) {
            long double swap = a[i][c];
            a[i][c] = a[best][c];
            a[best][c] = swap;
        }
        long double swap = b[i];
        b[i] = b[best];
        b[best] = swap;
        for (size_t r = i + 1; r < unknowns; r++) {
            long double factor = a[r][i] / a[i][i];
            for (size_t c = i; c < unknowns; c++) a[r][c] -= factor * a[i][c];
            b[r] -= factor * b[i];
        }
    }
    for (size_t i = unknowns; i-- > 0;) {
        x[i] = b[i];
        for (size_t c = i + 1; c < unknowns; c++) x[i] -= a[i][c] * x[c];
        x[i] /= a[i][i];
    }
}

/* Means, and centred sums of products, from the data. */
static long double means[CXJ__PREDICTORS + 1], crossed[CXJ__PREDICTORS + 1][CXJ__PREDICTORS + 1];
static long double value_of(const struct cxj__observation *j, size_t which) {
    return which < CXJ__PREDICTORS ? j->predictors[which] : (long double)j->rating / UNIT;
}
static void cross(void) {
    for (size_t a = 0; a <= CXJ__PREDICTORS; a++) {
        means[a] = 0;
        for (size_t i = 0; i < count; i++) means[a] += value_of(&journeys[i], a) / (long double)count;
    }
    for (size_t a = 0; a <= CXJ__PREDICTORS; a++) {
        for (size_t b = 0; b <= CXJ__PREDICTORS; b++) {
            crossed[a][b] = 0;
            for (size_t i = 0; i < count; i++) {
                crossed[a][b] += (value_of(&journeys[i], a) - means[a]) * (value_of(&journeys[i], b) - means[b]);
            }
        }
    }
}

/* Least squares on a set of predictors: R², and the coefficients of those. */
static long double fit(const size_t *set, size_t size, long double *coefficients) {
    long double a[CXJ__PREDICTORS][CXJ__PREDICTORS], b[CXJ__PREDICTORS], explained = 0;
    for (size_t i = 0; i < size; i++) {
        for (size_t k = 0; k < size; k++) a[i][k] = crossed[set[i]][set[k]];
        b[i] = crossed[set[i]][CXJ__PREDICTORS];
    }
    eliminate(a, b, size, coefficients);
    for (size_t i = 0; i < size; i++) explained += coefficients[i] * crossed[set[i]][CXJ__PREDICTORS];
    return explained / crossed[CXJ__PREDICTORS][CXJ__PREDICTORS];
}

/* Goes through all orders in which predictors may enter, and sums what each adds; what stands at the beginning of
 * several orders is worked out once. */
static void enter(size_t *order, size_t entered, size_t size, long double before, long double *added) {
    long double coefficients[CXJ__PREDICTORS];
    long double ways = 1; /* to go on */
    for (size_t left = size - entered - 1; entered < size && left > 1; left--) ways *= (long double)left;
    for (size_t i = entered; i < size; i++) {
        size_t next = order[i];
        order[i] = order[entered];
        order[entered] = next;
        long double after = fit(order, entered + 1, coefficients);
        added[next] += ways * (after - before);
        enter(order, entered + 1, size, after, added);
        order[entered] = order[i];
        order[i] = next;
    }
}

static void is_near(double found, long double expected, const char *what, size_t p) {
    ck_assert_msg(fabsl(found - expected) <= 1e-9L + 1e-9L * fabsl(expected), "%s of %zu: %.17g, not %.17g", what, p,
                  found, (double)expected);
}

/* Everything that drivers say, by the data; shares by all orders of entry if there are few predictors. */
static void check_against_data(const cxj_drivers *d) {
    size_t set[CXJ__PREDICTORS], size = 0;
    long double coefficients[CXJ__PREDICTORS], added[CXJ__PREDICTORS] = {0}, orders = 1, groups[4] = {0}, sum = 0;
    for (size_t p = 0; p < CXJ__PREDICTORS; p++) {
        if (d->taken >> p & 1) set[size++] = p;
    }
    cross();
    long double r2 = fit(set, size, coefficients), rss = (1 - r2) * crossed[CXJ__PREDICTORS][CXJ__PREDICTORS];
    long double freedom = (long double)(count - size - 1);
    is_near(d->r2, r2, "R²", 0);
    is_near(d->r2_adjusted, 1 - (1 - r2) * (long double)(count - 1) / freedom, "adjusted R²", 0);
    for (size_t i = 0; i < size; i++) {
        const cxj_predictor *found = &d->predictors[set[i]];
        long double a[CXJ__PREDICTORS][CXJ__PREDICTORS], unit[CXJ__PREDICTORS] = {0}, column[CXJ__PREDICTORS];
        for (size_t r = 0; r < size; r++) {
            for (size_t c = 0; c < size; c++) a[r][c] = crossed[set[r]][set[c]];
        }
        unit[i] = 1;
        eliminate(a, unit, size, column);
        is_near(found->mean, means[set[i]], "mean", set[i]);
        is_near(found->coefficient, coefficients[i], "coefficient", set[i]);
        is_near(found->error, sqrtl(rss / freedom * column[i]), "error", set[i]);
        is_near(found->t, coefficients[i] / sqrtl(rss / freedom * column[i]), "t", set[i]);
        cxj_predictor_info info;
        ck_assert(cxj__drivers_describe(set[i], &info));
        groups[info.group_place] += found->share;
        sum += found->share;
    }
    is_near((double)sum, r2, "the sum of all shares", 0); /* "so shares sum to R²" */
    for (size_t g = 0; g < 4; g++) is_near(d->groups[g], groups[g], "share of group", g);
    if (size > 6) return;
    enter(set, 0, size, 0, added);
    for (size_t i = 2; i <= size; i++) orders *= (long double)i;
    for (size_t i = 0; i < size; i++) is_near(d->predictors[set[i]].share, added[set[i]] / orders, "share", set[i]);
}

/* Random journeys, of which some predictors say the same in part. */
static void draw(size_t n, uint32_t varying) {
    clear();
    for (size_t i = 0; i < n; i++) {
        uint32_t x[CXJ__PREDICTORS] = {0}, common = chance(5), rating = 2000 + chance(6000);
        for (size_t p = 0; p < CXJ__PREDICTORS; p++) {
            if ((varying >> p & 1) == 0) continue;
            x[p] = chance(3) ? chance(4) : common + chance(3);
            if (p == CXJ__P_SILENT_DAYS) x[p] *= 1 + chance(30);
            rating += x[p] * (40 + 10 * (uint32_t)p);
        }
        rated(x, CXJ__PREDICTORS, rating > UNIT ? UNIT : rating);
    }
}

/* "its share of R² by Shapley's value (LMG: the average over all k! orders of entry of what it adds to R²; so shares
 * sum to R²); for each group the sum of its predictors' shares" */
START_TEST(random_journeys_agree_with_all_orders_of_entry) {
    for (int round = 0; round < 120; round++) {
        uint32_t varying = 0;
        for (uint32_t k = 1 + chance(6); k > 0; k--) varying |= 1U << chance(CXJ__PREDICTORS);
        draw(30 + chance(100), varying);
        cxj_drivers d = solve();
        ck_assert_uint_eq(d.taken, varying);
        check_against_data(&d);
    }
}
END_TEST

START_TEST(random_journeys_with_all_predictors_agree) {
    for (int round = 0; round < 20; round++) {
        draw(60 + chance(MOST - 60), ALL);
        cxj_drivers d = solve();
        ck_assert_uint_eq(d.taken, ALL);
        check_against_data(&d);
        for (size_t p = 0; p < CXJ__PREDICTORS; p++) ck_assert(d.predictors[p].share > -1e-12);
    }
}
END_TEST

/* Sums of 2^41 journeys, each as often as the others, say what a few say: but for the errors, which are those of so
 * many. On the way to them n · Σx² has 128 bits and more. */
START_TEST(sums_of_many_journeys_overflow_nothing) {
    enum { DOUBLINGS = 37 };
    clear();
    for (uint32_t i = 0; i < 16; i++) {
        uint32_t x[CXJ__PREDICTORS] = {i % 3 * 14500, 0};
        x[CXJ__P_SILENT_DAYS] = i % 2 * 3652058;
        rated(x, CXJ__PREDICTORS, i % 5 * 3150);
    }
    cxj_drivers few = solve(), many = solve_as(ALL, UNIT, DOUBLINGS);
    ck_assert_uint_eq(many.n, UINT64_C(16) << DOUBLINGS);
    ck_assert_uint_eq(many.taken, 1 | 1U << CXJ__P_SILENT_DAYS);
    NEAR(many.r2, few.r2);
    for (size_t p = 0; p < CXJ__PREDICTORS; p += CXJ__P_SILENT_DAYS) {
        NEAR(many.predictors[p].mean, few.predictors[p].mean);
        NEAR(many.predictors[p].coefficient, few.predictors[p].coefficient);
        NEAR(many.predictors[p].share, few.predictors[p].share);
        double freedom = (16 * ldexp(1, DOUBLINGS) - 3) / 13;
        NEAR(many.predictors[p].error, few.predictors[p].error / sqrt(freedom));
    }
}
END_TEST

/* Sums that no journeys have, of which a file that was made up might tell: whatever comes of it is a number or none,
 * and shares stand for those taken alone. */
START_TEST(sums_of_no_journeys_do_no_harm) {
    for (int round = 0; round < 300; round++) {
        struct cxj__int128 sums[CXJ__PRODUCTS_ROW(CXJ__PREDICTORS)];
        for (size_t i = 0; i < CXJ__PRODUCTS_ROW(CXJ__PREDICTORS); i++) {
            sums[i] = cxj__base_wide((int64_t)chance(1U << chance(31)) - (round % 2 ? 0 : 1000));
        }
        struct cxj__drivers_model model = {
            100, cxj__base_wide(chance(100000)), cxj__base_wide(chance(1 << 30)), sums, UNIT, ALL};
        cxj_drivers d;
        cxj__drivers_solve(&model, &d);
        ck_assert_uint_eq(d.taken | d.left_out, ALL);
        ck_assert(!isinf(d.r2));
        for (size_t p = 0; p < 16; p++) {
            bool has = !isnan(d.r2) && (d.taken >> p & 1) != 0;
            ck_assert(isnan(d.predictors[p].share) == !has);
        }
    }
}
END_TEST

/* drivers.h: "The same bytes everywhere". These are those of the machine on which it was written, less what is NaN,
 * which each machine may write as it likes. */
START_TEST(drivers_are_the_same_bytes_everywhere) {
    static const uint64_t key[2] = {1, 2};
    uint64_t digits[2 + 8 + 16 * 5], before = chance_state;
    size_t used = 0;
    chance_state = 4711;
    draw(200, ALL);
    chance_state = before;
    cxj_drivers d = solve(), again = solve();
    ck_assert_mem_eq(&d, &again, sizeof d);
    double doubles[2 + 8 + 16 * 5] = {d.r2, d.r2_adjusted};
    memcpy(doubles + 2, d.groups, sizeof d.groups);
    memcpy(doubles + 10, d.predictors, sizeof d.predictors);
    unsigned char bytes[sizeof digits];
    for (size_t i = 0; i < sizeof digits / sizeof *digits; i++) {
        if (isnan(doubles[i])) continue;
        memcpy(&digits[used], &doubles[i], sizeof *digits);
        for (size_t k = 0; k < 8; k++) bytes[8 * used + k] = (unsigned char)(digits[used] >> (8 * k));
        used++;
    }
    ck_assert_uint_eq(used, 2 + 8 + CXJ__PREDICTORS * 5);
    uint64_t print = cxj__base_siphash(key, bytes, 8 * used);
    ck_assert_msg(print == UINT64_C(0x83ba4930516cf3f7), "R² is %a, the print 0x%" PRIx64, d.r2, print);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * The catalogue
 * ------------------------------------------------------------------------------------------------------------------ */

/* Section 8.1, the table, in its order. */
static const struct {
    const char *name, *group, *metric;
} expected[] = {
    {"faults", "errors", "faults"},
    {"late", "delays", "late"},
    {"late_unexplained", "delays", "late_unexplained"},
    {"broken", "delays", "broken"},
    {"shifts", "delays", "shifts"},
    {"handoffs", "handoffs", "handoffs"},
    {"lost_context", "handoffs", "lost_context"},
    {"channel_switches", "handoffs", "channel_switches"},
    {"repeats", "handoffs", "repeats"},
    {"contradictions", "handoffs", "contradictions"},
    {"chases", "visibility", "chases"},
    {"silent_days", "visibility", "silence_p50"},
};

static cxj_metric_info metric_named(const char *name) {
    cxj_metric_info info;
    cxj__metric_describe(cxj__metric_find(CXJ_GRAIN_JOURNEYS, name, strlen(name)), &info);
    return info;
}

/* "Predictors of 8.1 need what the metrics of their names need (silent_days: silence_*), the churn model churned." */
START_TEST(predictors_are_those_of_the_specification) {
    static const char *const groups[] = {"errors", "delays", "handoffs", "visibility"};
    cxj_predictor_info info;
    for (size_t p = 0; p < CXJ__PREDICTORS; p++) {
        cxj_metric_info metric = metric_named(expected[p].metric);
        ck_assert(cxj__drivers_describe(p, &info));
        ck_assert_str_eq(info.name, expected[p].name);
        ck_assert_str_eq(info.group, expected[p].group);
        ck_assert_str_eq(groups[info.group_place], info.group);
        ck_assert_uint_eq(info.predictor, p);
        ck_assert_uint_eq(info.needs_all, metric.needs_all);
        ck_assert_uint_eq(info.needs_any, metric.needs_any);
        ck_assert_uint_gt(strlen(info.summary), 0);
    }
    ck_assert(!cxj__drivers_describe(CXJ__PREDICTORS, &info));
    ck_assert(!cxj__drivers_describe(SIZE_MAX, &info));
}
END_TEST

START_TEST(predictors_need_what_metrics_of_their_names_need) {
    ck_assert_uint_eq(cxj__drivers_recorded(CXJ_MODEL_CHURN, 0), ALL);
    for (int round = 0; round < 500; round++) {
        uint32_t unrecorded = chance(CXJ_FACETS_ALL + 1), recorded = 0;
        for (size_t p = 0; p < CXJ__PREDICTORS; p++) {
            cxj_metric_info metric = metric_named(expected[p].metric);
            bool is_there = (metric.needs_all & unrecorded) == 0;
            is_there = is_there && (metric.needs_any == 0 || (metric.needs_any & ~unrecorded) != 0);
            recorded |= (uint32_t)is_there << p;
        }
        ck_assert_uint_eq(cxj__drivers_recorded(CXJ_MODEL_SATISFACTION, unrecorded), recorded);
        bool has_churn = (unrecorded & CXJ_FACET_CHURNED) == 0;
        ck_assert_uint_eq(cxj__drivers_recorded(CXJ_MODEL_CHURN, unrecorded), has_churn ? recorded : 0);
    }
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    const char *given = getenv("CXJ_SEED");
    if (given != NULL) seed = strtoull(given, NULL, 0);
    printf("test_drivers: CXJ_SEED=%" PRIu64 "\n", seed);
    fflush(stdout);
    chance_state = seed;
    const TTest *by_hand[] = {one_predictor_by_hand, what_has_nothing_in_common_explains_its_own,
                              what_goes_together_shares, an_exact_fit_has_no_error_and_no_t,
                              an_exact_fit_is_seen_through_predictors_that_are_near};
    const TTest *taken[] = {constant_and_dependent_predictors_are_left_out, a_millionth_is_enough,
                            too_few_journeys_have_no_value, nothing_to_explain_or_to_explain_by_has_no_value,
                            what_is_not_recorded_is_left_out_before};
    const TTest *plain[] = {random_journeys_agree_with_all_orders_of_entry, random_journeys_with_all_predictors_agree,
                            sums_of_many_journeys_overflow_nothing, sums_of_no_journeys_do_no_harm,
                            drivers_are_the_same_bytes_everywhere};
    const TTest *table[] = {predictors_are_those_of_the_specification,
                            predictors_need_what_metrics_of_their_names_need};
    Suite *suite = suite_create("drivers");
    ADD_CASE(suite, "by hand", by_hand);
    ADD_CASE(suite, "which are taken", taken);
    ADD_CASE(suite, "plain implementation", plain);
    ADD_CASE(suite, "catalogue", table);
    return run_suite(suite);
}
