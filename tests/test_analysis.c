/* test_analysis: what is asked of several cells at once: spread, control, parity, relation.
 *
 * SPDX-License-Identifier: MIT
 */
#include "analysis.h"
#include "suite.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_near(double found, double expected) {
    return isnan(expected) ? isnan(found) != 0 : fabs(found - expected) <= 1e-12 * fmax(1, fabs(expected));
}

#define NEAR(found, expected)                                                                                          \
    ck_assert_msg(is_near(found, expected), "%.17g in place of %.17g", (double)(found), (double)(expected))

static const struct cxj__circumstances everything = {0, true, true};

/* ---------------------------------------------------------------------------------------------------------------------
 * Cells
 * ------------------------------------------------------------------------------------------------------------------ */

enum { MOST_CELLS = 16 };
static struct cxj__memory memory;
static struct cxj__cell *cells[MOST_CELLS];
static size_t count;

static struct cxj__cell *make(uint32_t grain) {
    if (count == 0) memory = (struct cxj__memory){cxj__base_allocate, NULL, 0, 0};
    ck_assert_uint_lt(count, MOST_CELLS);
    cells[count] = cxj__cell_create(&memory, grain);
    ck_assert_ptr_nonnull(cells[count]);
    return cells[count++];
}

/* A cell of touchpoints, so many of which have a fault. */
static void make_share(int64_t faults, int64_t touchpoints) {
    int64_t *counts = cxj__cell_counts(make(CXJ_GRAIN_TOUCHPOINTS));
    counts[CXJ__T_TOUCHPOINTS] = touchpoints;
    counts[CXJ__T_FAULTS] = faults;
}

/* One with touch ratings, so many of 1 and all others of 0. */
static void make_rated(int64_t ones, int64_t ratings) {
    struct cxj__cell *cell = make(CXJ_GRAIN_TOUCHPOINTS);
    cxj__cell_counts(cell)[CXJ__T_RATINGS] = ratings;
    cxj__cell_sums(cell)[CXJ__T_SUM_RATING] = cxj__base_product(ones, 12600);
    cxj__cell_sums(cell)[CXJ__T_SUM_RATING_SQUARES] = cxj__base_product(ones, INT64_C(12600) * 12600);
}

static void make_nps(int64_t promoters, int64_t detractors, int64_t answers) {
    int64_t *counts = cxj__cell_counts(make(CXJ_GRAIN_TOUCHPOINTS));
    counts[CXJ__T_NPS_SATISFIED] = promoters;
    counts[CXJ__T_NPS_DISSATISFIED] = detractors;
    counts[CXJ__T_NPS_RATINGS] = answers;
}

static void destroy_cells(void) {
    for (size_t i = 0; i < count; i++) cxj__cell_destroy(cells[i], &memory);
    ck_assert_uint_eq(memory.used, 0);
    count = 0;
}

static size_t place_of(uint32_t metric) {
    size_t place = cxj__metric_place(metric);
    ck_assert_uint_ne(place, SIZE_MAX);
    return place;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Spread
 * ------------------------------------------------------------------------------------------------------------------ */

static cxj_spread spread_of(uint32_t metric) {
    cxj_spread found;
    memset(&found, 0x5a, sizeof found);
    cxj__analysis_spread(place_of(metric), cells, count, &everything, &found);
    return found;
}

static void has_no_extremes(const cxj_spread *found) {
    ck_assert(found->lowest_cell == CXJ_NO_INDEX && found->highest_cell == CXJ_NO_INDEX);
    ck_assert(isnan(found->lowest.value) && isnan(found->highest.value) && isnan(found->difference.value));
    ck_assert_uint_eq(found->lowest.n + found->highest.n + found->difference.n, 0);
}

/* Section 8.2: "N = Σ n, k cells (k ≥ 2), m = Σ n_c m_c / N, SSB = Σ n_c (m_c − m)², SST = Σ (x − m)² over all N
 * observations, η² = SSB/SST, … adjusted ε² = (SSB − (k − 1)·(SST − SSB)/(N − k)) / SST". 24 of 30, 15 of 30 and 1
 * of 10: m = 4/7, SSB = 30·(8/35)² + 30·(1/14)² + 10·(33/70)² = 3.9429, SST = 70·12/49. */
START_TEST(a_spread_is_worked_out) {
    make_share(24, 30);
    make_share(15, 30);
    make_share(1, 10);
    cxj_spread found = spread_of(CXJ_METRIC_TOUCHPOINTS_FAULT_RATE);
    double between = 30 * 64 / 1225.0 + 30 / 196.0 + 10 * 1089 / 4900.0, all = 70 * 12 / 49.0;
    ck_assert(found.n == 70 && found.cells == 3);
    NEAR(found.eta_squared, between / all);
    NEAR(found.epsilon_squared, (between - 2 * (all - between) / 67) / all);
    ck_assert(found.lowest_cell == 1 && found.highest_cell == 0); /* 1 of 10 is too small a cell */
    ck_assert(found.lowest.value == 0.5 && found.lowest.n == 30 && found.highest.value == 0.8);
    NEAR(found.difference.value, 0.3);
    NEAR(found.difference.low, 0.05849003927809221);
    NEAR(found.difference.high, 0.49847575627645163);
    ck_assert_uint_eq(found.difference.n, 60);
    destroy_cells();
}
END_TEST

/* "+100, 0, −100 for NPS": 3 promoters of 4 and a detractor; a promoter and a detractor of 4: m = 25; SSB = 8·25²,
 * SST = 4·75² + 2·25² + 2·125². */
START_TEST(nps_spreads_as_its_answers) {
    make_nps(3, 1, 4);
    make_nps(1, 1, 4);
    cxj_spread found = spread_of(CXJ_METRIC_TOUCHPOINTS_NPS);
    double all = 4 * 75 * 75 + 2 * 25 * 25 + 2 * 125 * 125;
    ck_assert_uint_eq(found.n, 8);
    NEAR(found.eta_squared, 8 * 25 * 25 / all);
    has_no_extremes(&found);
    destroy_cells();
}
END_TEST

/* Where all cells have one mean nothing lies between them, and ε² is below 0; "with different values (equal means are
 * compared exactly)": 10 of 30, 20 of 60 and 33 of 99 are one mean. */
START_TEST(equal_means_do_not_spread) {
    make_rated(10, 30);
    make_rated(20, 60);
    make_rated(33, 99);
    cxj_spread found = spread_of(CXJ_METRIC_TOUCHPOINTS_SATISFACTION);
    ck_assert(found.n == 189 && found.cells == 3 && found.eta_squared == 0);
    NEAR(found.epsilon_squared, -2 / 186.0);
    has_no_extremes(&found);
    destroy_cells();
}
END_TEST

/* "the lowest and highest cell of those with n ≥ 30 (ties: the first in key order)" */
START_TEST(of_equal_cells_the_first_is_named) {
    make_rated(30, 60);
    make_rated(29, 29); /* one too few */
    make_rated(15, 30);
    make_rated(60, 60);
    make_rated(30, 30);
    cxj_spread found = spread_of(CXJ_METRIC_TOUCHPOINTS_SATISFACTION);
    ck_assert(found.lowest_cell == 0 && found.highest_cell == 3);
    ck_assert(found.lowest.n == 60 && found.highest.n == 60 && found.difference.value == 0.5);
    ck_assert(found.lowest.low < 0.5 &&
              isnan(found.highest.low)); /* equal values have no interval; their difference has */
    ck_assert(found.difference.low < 0.5 && found.difference.high > 0.5);
    destroy_cells();
}
END_TEST

/* "No value where SST = 0", nor with one cell; "where N > k"; cells without a value are none of them. */
START_TEST(a_spread_may_have_no_value) {
    cxj_spread found = spread_of(CXJ_METRIC_TOUCHPOINTS_FAULT_RATE);
    ck_assert(found.n == 0 && found.cells == 0 && isnan(found.eta_squared) && isnan(found.epsilon_squared));
    has_no_extremes(&found);
    make_share(3, 7);
    make_share(0, 0);
    found = spread_of(CXJ_METRIC_TOUCHPOINTS_FAULT_RATE);
    ck_assert(found.n == 7 && found.cells == 1 && isnan(found.eta_squared) && isnan(found.epsilon_squared));
    destroy_cells();
    make_share(9, 9);
    make_share(40, 40);
    found = spread_of(CXJ_METRIC_TOUCHPOINTS_FAULT_RATE);
    ck_assert(found.n == 49 && found.cells == 2 && isnan(found.eta_squared) && isnan(found.epsilon_squared));
    destroy_cells();
    make_share(0, 1);
    make_share(1, 1);
    found = spread_of(CXJ_METRIC_TOUCHPOINTS_FAULT_RATE);
    ck_assert(found.n == 2 && found.cells == 2 && found.eta_squared == 1 && isnan(found.epsilon_squared));
    /* What is not recorded has no value anywhere. */
    struct cxj__circumstances unrecorded = {CXJ_FACET_FAULT, true, true};
    cxj__analysis_spread(place_of(CXJ_METRIC_TOUCHPOINTS_FAULT_RATE), cells, count, &unrecorded, &found);
    ck_assert(found.n == 0 && found.cells == 0 && isnan(found.eta_squared));
    destroy_cells();
}
END_TEST

/* Sums of a million million ratings: nothing is lost beside one rating that differs. */
START_TEST(spreads_of_very_many_are_exact) {
    const int64_t many = INT64_C(1) << 39;
    make_rated(many / 2, many);
    make_rated(many / 2 + 1, many);
    cxj_spread found = spread_of(CXJ_METRIC_TOUCHPOINTS_SATISFACTION);
    ck_assert(found.lowest_cell == 0 && found.highest_cell == 1);
    NEAR(found.difference.value * (double)many, 1);
    NEAR(found.eta_squared * (double)many * (double)many, 1); /* (1/2n)² · 2n over n/2 */
    destroy_cells();
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Control
 * ------------------------------------------------------------------------------------------------------------------ */

enum { MOST_POINTS = 40 };
static cxj_control_point points[MOST_POINTS];

static cxj_control control_of(const double *values, size_t length) {
    cxj_control found;
    memset(points, 0, sizeof points);
    for (size_t i = 0; i < length; i++) points[i].value = (cxj_value){values[i], NAN, NAN, 1};
    cxj__analysis_control(points, length, &found);
    ck_assert_uint_eq(found.points, length);
    return found;
}

/* The points that are outside (!) and in a run (~), both (+). */
static const char *marks(size_t length) {
    static char text[MOST_POINTS + 1];
    for (size_t i = 0; i < length; i++) {
        text[i] = " !~+"[points[i].outside + 2 * points[i].in_run];
    }
    text[length] = '\0';
    return text;
}

#define LENGTH(values) (sizeof(values) / sizeof *(values))
#define MARKED(values, expected)                                                                                       \
    do {                                                                                                               \
        (void)control_of(values, LENGTH(values));                                                                      \
        ck_assert_str_eq(marks(LENGTH(values)), expected);                                                             \
    } while (0)

/* Section 8.3: "centre = mean, limits = centre ± 2.66 × mean |difference of neighbours|. A period is outside if
 * beyond a limit". Eleven times 3 or 5, then 13: centre 56/12, ten differences of 2 and one of 10, so 30/11. */
START_TEST(limits_are_worked_out) {
    static const double values[] = {3, 5, 3, 5, 3, 5, 3, 5, 3, 5, 3, 13};
    cxj_control found = control_of(values, LENGTH(values));
    NEAR(found.centre, 56 / 12.0);
    NEAR(found.low, 56 / 12.0 - 2.66 * 30 / 11);
    NEAR(found.high, 56 / 12.0 + 2.66 * 30 / 11);
    ck_assert_str_eq(marks(LENGTH(values)), "           !");
    static const double turned[] = {-3, -5, -3, -5, -3, -5, -3, -5, -3, -5, -3, -13};
    MARKED(turned, "           !");
}
END_TEST

/* "and in a run if it belongs to eight or more neighbours all on one side of the centre" */
START_TEST(eight_on_one_side_are_a_run) {
    static const double eight[] = {0, 1, 0, 1, 0, 1, 0, 1, 5, 6, 5, 6, 5, 6, 5, 6};
    MARKED(eight, "~~~~~~~~~~~~~~~~");
    static const double seven[] = {0, 1, 0, 1, 0, 1, 0, 5, 6, 5, 6, 5, 6, 5};
    MARKED(seven, "              ");
    static const double nine[] = {9, 0, 9, 4, 4, 4, 4, 4, 4, 4, 4, 4, 9, 0, 9}; /* the centre is 72/15 */
    MARKED(nine, "   ~~~~~~~~~   ");
    /* One that lies on the centre, 3, belongs to no side. */
    static const double broken[] = {0, 1, 0, 1, 3, 0, 1, 0, 1, 5, 6, 5, 6, 3, 5, 6, 5, 6};
    MARKED(broken, "                  ");
    /* What is far outside lies on a side, too. */
    static const double both[] = {0, 0, 0, 0, 0, 0, 0, 0, 100};
    MARKED(both, "~~~~~~~~!");
}
END_TEST

/* "a value that differs from a limit or the centre by no more than 1e-9 of the largest |value| lies on it" */
START_TEST(what_lies_on_a_line_is_not_beyond_it) {
    double values[12];
    for (size_t i = 0; i < LENGTH(values); i++) values[i] = i % 3 == 0 ? 0.1 + 0.2 : 0.3; /* all but the last digit */
    MARKED(values, "            ");
    for (size_t i = 0; i < LENGTH(values); i++) values[i] = i % 2 == 0 ? 1e6 : 1e6 + 1e-4; /* 1e-10 of it */
    MARKED(values, "            ");
    for (size_t i = 0; i < LENGTH(values); i++) values[i] = i < 8 ? 1e6 : 1e6 + 1e-2; /* 1e-8 of it */
    MARKED(values, "~~~~~~~~!!!!"); /* of a limit the first eight are 1e-9 away */
    static const double nothing[] = {0, 0, 0, 0, 0, 0, 0, 0};
    MARKED(nothing, "        ");
}
END_TEST

/* "Fewer than 8 periods: the values, no limits." */
START_TEST(seven_periods_have_no_limits) {
    static const double values[] = {1, 2, 3, 4, 5, 6, 700, 8};
    for (size_t length = 0; length < 8; length++) {
        cxj_control found = control_of(values, length);
        ck_assert(isnan(found.centre) && isnan(found.low) && isnan(found.high));
        ck_assert_uint_eq(strspn(marks(length), " "), length);
    }
    ck_assert(!isnan(control_of(values, 8).centre));
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Parity
 * ------------------------------------------------------------------------------------------------------------------ */

/* Section 8.4: "difference m_a − m_b"; section 8.8: "null where either has no value (its n then 0)". Newcombe's own
 * example. */
START_TEST(parity_is_of_two_cells) {
    make_share(56, 70);
    make_share(48, 80);
    make_share(0, 0);
    const size_t place = place_of(CXJ_METRIC_TOUCHPOINTS_FAULT_RATE);
    cxj_parity found;
    cxj__analysis_parity(place, cells[0], cells[1], &everything, &found);
    ck_assert(found.a.value == 0.8 && found.a.n == 70 && found.b.value == 0.6 && found.b.n == 80);
    ck_assert(found.a.low < 0.8 && found.a.high > 0.8);
    NEAR(found.difference.value, 0.2);
    ck_assert_double_eq_tol(found.difference.low, 0.0524, 5e-5);
    ck_assert_double_eq_tol(found.difference.high, 0.3339, 5e-5);
    ck_assert_uint_eq(found.difference.n, 150);
    cxj__analysis_parity(place, cells[0], cells[2], &everything, &found);
    ck_assert(found.a.n == 70 && isnan(found.b.value) && found.b.n == 0 && isnan(found.difference.value));
    cxj__analysis_parity(place, cells[2], cells[1], &everything, &found);
    ck_assert(found.b.n == 80 && isnan(found.a.value) && found.a.n == 0 && isnan(found.difference.low));
    struct cxj__circumstances unrecorded = {CXJ_FACET_FAULT, true, true};
    cxj__analysis_parity(place, cells[0], cells[1], &unrecorded, &found);
    ck_assert(found.a.n == 0 && found.b.n == 0 && isnan(found.a.value) && isnan(found.difference.value));
    destroy_cells();
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Relation
 * ------------------------------------------------------------------------------------------------------------------ */

static cxj_relation relation_of(const double *first, const double *second, size_t length) {
    cxj_relation found;
    cxj__analysis_relation(first, second, length, &found);
    ck_assert_uint_eq(found.n, length);
    return found;
}

static void has_no_slope(cxj_relation found) {
    ck_assert(isnan(found.r) && isnan(found.slope) && isnan(found.intercept) && isnan(found.low) && isnan(found.high));
}

/* Section 8.5: "Pearson's r, slope and intercept of the second on the first by least squares, the slope's interval
 * slope ± t·se with c − 2 degrees of freedom". x: 1, 2, 3, 4; y: 2, 1, 4, 3: Σxy = 3, Σxx = 5, Σyy = 5; what is left
 * is 5 − 9/5. */
START_TEST(a_relation_is_worked_out) {
    static const double x[] = {1, 2, 3, 4}, y[] = {2, 1, 4, 3};
    cxj_relation found = relation_of(x, y, 4);
    double half = 4.3026527297494638523 * sqrt(3.2 / 2 / 5);
    NEAR(found.r, 0.6);
    NEAR(found.slope, 0.6);
    NEAR(found.intercept, 1);
    NEAR(found.low, 0.6 - half);
    NEAR(found.high, 0.6 + half);
    /* Turned round it falls. */
    static const double down[] = {-2, -1, -4, -3};
    found = relation_of(x, down, 4);
    NEAR(found.r, -0.6);
    NEAR(found.slope, -0.6);
    NEAR(found.intercept, -1);
}
END_TEST

/* "c ≥ 3, variance in the first"; "no value if the second has no variance" */
START_TEST(a_relation_may_have_no_value) {
    static const double x[] = {1, 2, 3, 4}, same[] = {7, 7, 7, 7};
    has_no_slope(relation_of(x, x, 0));
    has_no_slope(relation_of(x, x, 2));
    has_no_slope(relation_of(same, x, 4));
    has_no_slope(relation_of(same, same, 4));
    cxj_relation found = relation_of(x, same, 4);
    ck_assert(isnan(found.r) && found.slope == 0 && found.intercept == 7 && isnan(found.low) && isnan(found.high));
    /* Nor is it variance where the last digit was rounded another way. */
    static const double nearly[] = {0.1 + 0.2, 0.3, 0.1 + 0.2, 0.3};
    has_no_slope(relation_of(nearly, x, 4));
    ck_assert(isnan(relation_of(x, nearly, 4).r));
}
END_TEST

/* "none where RSS counts as 0, as in 8.1": "an RSS below 1e-12 of TSS counts as 0". y = 3x + 1 but for one that is
 * off by e: of x 0, 1, 2 the middle one leaves e²·2/3 of 18. */
START_TEST(a_perfect_fit_has_no_interval) {
    static const double x[] = {0, 1, 2};
    static const struct {
        double off;
        bool has_interval;
    } cases[] = {{0, false}, {5e-6, false}, {5.3e-6, true}, {0.1, true}};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const double y[] = {1, 4 + cases[i].off, 7};
        cxj_relation found = relation_of(x, y, 3);
        ck_assert_int_eq(!isnan(found.low), cases[i].has_interval);
        ck_assert_int_eq(!isnan(found.high), cases[i].has_interval);
        ck_assert(fabs(found.slope - 3) < 1e-12 && found.r > 0.99 && found.r <= 1);
    }
}
END_TEST

/* Large values that hardly differ lose nothing: 10^15 and up, by 1. */
START_TEST(large_values_keep_their_differences) {
    static const double x[] = {1e15, 1e15 + 1, 1e15 + 2, 1e15 + 3}, y[] = {2, 1, 4, 3};
    cxj_relation found = relation_of(x, y, 4);
    NEAR(found.r, 0.6);
    NEAR(found.slope, 0.6);
    found = relation_of(y, x, 4);
    NEAR(found.r, 0.6);
    NEAR(found.slope, 0.6);
}
END_TEST

int main(void) {
    const TTest *const spread[] = {a_spread_is_worked_out,     nps_spreads_as_its_answers,
                                   equal_means_do_not_spread,  of_equal_cells_the_first_is_named,
                                   a_spread_may_have_no_value, spreads_of_very_many_are_exact};
    const TTest *const control[] = {limits_are_worked_out, eight_on_one_side_are_a_run,
                                    what_lies_on_a_line_is_not_beyond_it, seven_periods_have_no_limits};
    const TTest *const parity[] = {parity_is_of_two_cells};
    const TTest *const relation[] = {a_relation_is_worked_out, a_relation_may_have_no_value,
                                     a_perfect_fit_has_no_interval, large_values_keep_their_differences};
    Suite *suite = suite_create("analysis");
    ADD_CASE(suite, "spread", spread);
    ADD_CASE(suite, "control", control);
    ADD_CASE(suite, "parity", parity);
    ADD_CASE(suite, "relation", relation);
    return run_suite(suite);
}
