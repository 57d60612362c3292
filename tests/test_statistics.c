/* test_statistics: intervals of means and shares, and of their differences, from exact sums.
 *
 * SPDX-License-Identifier: MIT
 */
#include "statistics.h"
#include "suite.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>

static const double z = 1.959963984540054;
static const double pi = 3.141592653589793;

static bool is_near(double found, double expected, double tolerance) {
    return fabs(found - expected) <= tolerance * fmax(1, fabs(expected));
}

static void is_value(cxj_value found, double value, double low, double high) {
    ck_assert_msg(is_near(found.value, value, 1e-12), "%.17g in place of %.17g", found.value, value);
    ck_assert_msg(is_near(found.low, low, 1e-12), "low %.17g in place of %.17g", found.low, low);
    ck_assert_msg(is_near(found.high, high, 1e-12), "high %.17g in place of %.17g", found.high, high);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Student's distribution
 * ------------------------------------------------------------------------------------------------------------------ */

static double quantile(double degrees) {
    return cxj__statistics_quantile(1 / degrees);
}

/* Section 6: "t the 0.975 quantile of Student's distribution"; section 8.4: "not rounded". With one and two degrees of
 * freedom the quantile has a closed form; the others were worked out with 40 digits. */
START_TEST(quantiles_are_the_known_ones) {
    static const struct {
        double degrees, t;
    } known[] = {
        {1, 12.706204736174704646},   {1.5, 6.0166631044279319219},  {2, 4.3026527297494638523},
        {2.5, 3.5746548420036832185}, {3, 3.1824463052837095927},    {4, 2.7764451051977943578},
        {5, 2.5705818356363155147},   {7.25, 2.3481948491053721998}, {9, 2.2621571627982055426},
        {10, 2.2281388519862747484},  {19, 2.0930240544083097692},   {20, 2.0859634472658648427},
        {30, 2.04227245630123831},    {59, 2.000995378088267706},    {100, 1.9839715185235522866},
        {1000, 1.962339080826408485}, {1e6, 1.9599663568141070353},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        double found = quantile(known[i].degrees);
        ck_assert_msg(is_near(found, known[i].t, 1e-15), "%g degrees: %.17g", known[i].degrees, found);
    }
    ck_assert(is_near(quantile(1), tan(pi * 0.475), 1e-14));
    ck_assert(is_near(quantile(2), 0.95 * sqrt(2 / (1 - 0.95 * 0.95)), 1e-14));
    ck_assert_double_eq(cxj__statistics_quantile(0), z);
}
END_TEST

/* The share of the distribution between -t and t, for whole degrees of freedom (Abramowitz and Stegun, 26.7.3 and
 * 26.7.4). */
static double share_within(double t, int degrees) {
    double angle = atan(t / sqrt(degrees)), cosine = cos(angle), term = degrees % 2 == 1 ? cosine : 1, sum = 0;
    for (int k = degrees % 2 == 1 ? 2 : 1; k < degrees; k += 2) {
        sum += term;
        term *= (double)k / (k + 1) * cosine * cosine;
    }
    return degrees % 2 == 1 ? 2 / pi * (angle + sin(angle) * sum) : sin(angle) * sum;
}

START_TEST(quantiles_of_whole_degrees_hold_95_per_cent) {
    for (int degrees = 1; degrees <= 2000; degrees++) {
        double share = share_within(quantile(degrees), degrees);
        ck_assert_msg(is_near(share, 0.95, 1e-13), "%d degrees: %.17g", degrees, share);
    }
}
END_TEST

/* The same for any degrees of freedom: the series of the incomplete beta function (26.5.4 and 26.7.1). */
static double share_by_series(double t, double degrees) {
    double part = t * t / (degrees + t * t), term = 1, sum = 0;
    double scale = exp(lgamma((degrees + 1) / 2) - lgamma(degrees / 2)) / sqrt(degrees * pi);
    for (int k = 0; term > 1e-18 * sum; k++) {
        sum += term;
        term *= ((degrees + 1) / 2 + k) / (1.5 + k) * part;
    }
    return 2 * scale * t * pow(1 + t * t / degrees, -(degrees + 1) / 2) * sum;
}

START_TEST(quantiles_between_whole_degrees_hold_95_per_cent) {
    for (double degrees = 1; degrees < 400; degrees *= 1.0123) {
        double share = share_by_series(quantile(degrees), degrees);
        ck_assert_msg(is_near(share, 0.95, 1e-12), "%g degrees: %.17g", degrees, share);
    }
}
END_TEST

/* With more degrees of freedom the quantile falls, also where the two series meet. */
START_TEST(quantiles_fall) {
    double before = INFINITY;
    for (double degrees = 1; degrees < 1e6; degrees *= degrees > 3.99 && degrees < 4.01 ? 1.000001 : 1.001) {
        double found = quantile(degrees);
        ck_assert_msg(found < before && found > z, "%.17g degrees", degrees);
        before = found;
    }
    ck_assert(is_near(cxj__statistics_quantile(0.25), cxj__statistics_quantile(nextafter(0.25, 1)), 1e-15));
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * One mean
 * ------------------------------------------------------------------------------------------------------------------ */

static struct cxj__measure measure_of(const int64_t *values, uint64_t n, uint32_t divisor) {
    struct cxj__measure made = {.n = n, .factor = 1, .divisor = divisor, .most = 1, .measured = CXJ__MEASURES_MEAN};
    for (uint64_t i = 0; i < n; i++) {
        cxj__base_add(&made.sum, cxj__base_wide(values[i]));
        cxj__base_add(&made.squares, cxj__base_product(values[i], values[i]));
    }
    return made;
}

static struct cxj__measure share_of(int64_t k, uint64_t n) {
    struct cxj__measure made = {.n = n, .factor = 1, .divisor = 1, .most = 1, .measured = CXJ__MEASURES_SHARE};
    made.sum = made.squares = cxj__base_wide(k);
    return made;
}

static struct cxj__measure nps_of(int64_t promoters, int64_t detractors, uint64_t n) {
    return (struct cxj__measure){.n = n,
                                 .sum = cxj__base_wide(promoters - detractors),
                                 .squares = cxj__base_wide(promoters + detractors),
                                 .factor = 100,
                                 .divisor = 1,
                                 .least = -100,
                                 .most = 100,
                                 .measured = CXJ__MEASURES_NPS};
}

static cxj_value mean_of(struct cxj__measure measure) {
    cxj_value result;
    cxj__statistics_mean(&measure, &result);
    ck_assert_uint_eq(result.n, measure.n);
    return result;
}

static void has_no_interval(cxj_value found) {
    ck_assert(isnan(found.low) && isnan(found.high));
}

/* Section 6: "mean ± t·sqrt(s²/n), with s² the unbiased variance and t the 0.975 quantile of Student's distribution
 * with n − 1 degrees of freedom". 20 values, half of them 0 and half 1: s² = 5/19, t of 19. */
START_TEST(a_mean_has_students_interval) {
    int64_t values[20] = {0};
    for (size_t i = 0; i < 10; i++) values[i] = 12600;
    double half = 2.0930240544083097692 * sqrt(1 / (4 * 19.0));
    is_value(mean_of(measure_of(values, 20, 12600)), 0.5, 0.5 - half, 0.5 + half);
    /* Four of them: s² = 1/3, t of 3, which goes beyond 0 and 1 */
    is_value(mean_of(measure_of(values + 8, 4, 12600)), 0.5, 0, 1);
}
END_TEST

/* Section 6: "its ends are held within what the mean can be", either by itself. */
START_TEST(each_end_is_held_by_itself) {
    static const int64_t values[] = {0, 0, 0, 12600};
    struct cxj__measure low = measure_of(values, 4, 12600), high = measure_of(values, 4, 12600);
    double half = 3.1824463052837095927 * sqrt(0.25 / 4);
    is_value(mean_of(low), 0.25, 0, 1);
    low.most = 7;
    is_value(mean_of(low), 0.25, 0, 0.25 + half);
    high.least = -9;
    high.most = 1;
    is_value(mean_of(high), 0.25, 0.25 - half, 1);
    /* A score: 1 + x / 2100, so the mean is 1 + 3150 / 2100 */
    struct cxj__measure score = measure_of(values, 4, 2100);
    score.offset = 1;
    score.least = 1;
    score.most = 7;
    is_value(mean_of(score), 2.5, 1, 7);
    score.least = -20;
    score.most = 20;
    is_value(mean_of(score), 2.5, 2.5 - 6 * half, 2.5 + 6 * half);
}
END_TEST

/* Section 6: "For a mean of n ≥ 2 values that are not all equal". In integers equal values are found equal, however
 * many and odd they are, and two that differ in one in a billion are not. */
START_TEST(equal_values_have_no_interval) {
    for (uint64_t n = 1; n < 3000; n += 1 + n / 10) {
        struct cxj__measure equal = {.n = n, .factor = 1, .divisor = 12600, .most = 1, .measured = CXJ__MEASURES_MEAN};
        equal.sum = cxj__base_wide((int64_t)n * 11199);
        equal.squares = cxj__base_wide((int64_t)n * 11199 * 11199);
        has_no_interval(mean_of(equal));
        ck_assert_double_eq(cxj__statistics_scatter(&equal), 0);
    }
    struct cxj__measure nearly = {
        .n = UINT64_C(1) << 40, .factor = 1, .divisor = 12600, .most = 1, .measured = CXJ__MEASURES_MEAN};
    nearly.sum = cxj__base_wide((INT64_C(1) << 40) * 6300 + 1); /* one is 6301 */
    nearly.squares = cxj__base_product(INT64_C(1) << 40, 6300 * 6300);
    cxj__base_add(&nearly.squares, cxj__base_wide(2 * 6300 + 1));
    cxj_value found = mean_of(nearly);
    ck_assert(found.low < found.value && found.value < found.high);
    static const int64_t one[] = {5};
    has_no_interval(mean_of(measure_of(one, 1, 12600)));
    ck_assert(isnan(mean_of(measure_of(one, 0, 12600)).value));
}
END_TEST

/* 0, 1/4 and 1: mean 5/12, squares of the differences 25/144 + 4/144 + 49/144 = 13/24, so s² = 13/48. */
START_TEST(the_deviation_is_unbiased) {
    static const int64_t values[] = {0, 3150, 12600};
    struct cxj__measure measure = measure_of(values, 3, 12600);
    ck_assert(is_near(cxj__statistics_deviation(&measure), sqrt(13.0 / 48), 1e-15));
    ck_assert_double_eq(cxj__statistics_scatter(&measure), 13.0 / 48 * 6 * 12600 * 12600);
}
END_TEST

/* Section 6: "N = n + 3, p = (P + 3/4)/N, d = (D + 3/4)/N, and 100 × (p − d ± z·sqrt((p + d − (p − d)²)/N)), held
 * within −100 to 100", "with n ≥ 2 answers", be they equal or not. */
START_TEST(nps_has_the_adjusted_wald_interval) {
    static const struct {
        int64_t promoters, detractors;
        uint64_t n;
    } answers[] = {{5, 2, 10}, {0, 0, 2}, {2, 0, 2}, {0, 2, 2}, {1, 1, 2}, {700, 100, 1000}, {3, 90, 100}};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        double promoters = (double)answers[i].promoters, detractors = (double)answers[i].detractors;
        double n = (double)answers[i].n, all = n + 3, p = (promoters + 0.75) / all, d = (detractors + 0.75) / all;
        double half = z * sqrt((p + d - (p - d) * (p - d)) / all);
        is_value(mean_of(nps_of(answers[i].promoters, answers[i].detractors, answers[i].n)),
                 100 * (promoters - detractors) / n, fmax(-100, 100 * (p - d - half)), fmin(100, 100 * (p - d + half)));
    }
    is_value(mean_of(nps_of(5, 2, 10)), 30, -19.05061537636367, 65.20446153020983);
    ck_assert_double_eq(mean_of(nps_of(2, 0, 2)).high, 100);
    ck_assert_double_eq(mean_of(nps_of(0, 2, 2)).low, -100);
    has_no_interval(mean_of(nps_of(1, 0, 1)));
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Two means
 * ------------------------------------------------------------------------------------------------------------------ */

static cxj_value difference_of(struct cxj__measure a, struct cxj__measure b) {
    cxj_value result, turned;
    cxj__statistics_difference(&a, &b, &result);
    cxj__statistics_difference(&b, &a, &turned);
    ck_assert_uint_eq(result.n, a.n + b.n);
    /* The other way round it is the same, with the other sign. */
    ck_assert(isnan(result.value) ? isnan(turned.value) : result.value == -turned.value);
    ck_assert(isnan(result.low) ? isnan(turned.high) : is_near(result.low, -turned.high, 1e-15));
    return result;
}

/* Section 8.4: "for shares Newcombe's (1998, method 10 …)"; these are the examples of his paper, in its four places. */
START_TEST(shares_differ_as_newcombe_says) {
    static const struct {
        int64_t k;
        uint64_t n;
        int64_t l;
        uint64_t m;
        double low, high;
    } known[] = {
        {56, 70, 48, 80, 0.0524, 0.3339}, {9, 10, 3, 10, 0.1705, 0.8090},  {6, 7, 2, 7, 0.0582, 0.8062},
        {5, 56, 0, 29, -0.0381, 0.1926},  {0, 10, 0, 20, -0.1611, 0.2775}, {0, 10, 0, 10, -0.2775, 0.2775},
        {10, 10, 0, 20, 0.6791, 1},       {10, 10, 0, 10, 0.6075, 1},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        cxj_value found = difference_of(share_of(known[i].k, known[i].n), share_of(known[i].l, known[i].m));
        double value = (double)known[i].k / (double)known[i].n - (double)known[i].l / (double)known[i].m;
        ck_assert(is_near(found.value, value, 1e-15));
        ck_assert_double_eq_tol(found.low, known[i].low, 5e-5);
        ck_assert_double_eq_tol(found.high, known[i].high, 5e-5);
    }
    ck_assert(isnan(difference_of(share_of(0, 0), share_of(1, 2)).value));
}
END_TEST

/* Section 8.4: "for means and NPS Welch's, t·sqrt(v_a/n_a + v_b/n_b) with unbiased variances and Satterthwaite's
 * degrees of freedom (not rounded)". 0, 1/4, 1/2, 1, 1 against 1/4, 3/4, 1: 4.9648 degrees of freedom. */
START_TEST(means_differ_as_welch_says) {
    static const int64_t first[] = {0, 3150, 12600, 12600, 6300}, second[] = {3150, 9450, 12600};
    is_value(difference_of(measure_of(first, 5, 12600), measure_of(second, 3, 12600)), -7.0 / 60, -0.883502375830923,
             0.6501690424975898);
    /* 5 promoters, 3 others, 2 detractors against 2, 9 and 4 */
    is_value(difference_of(nps_of(5, 2, 10), nps_of(2, 4, 15)), 130.0 / 3, -22.02123649576857, 108.68790316243525);
}
END_TEST

/* "held within what the difference can be (−1 to 1 for ratings, −2 to 2 for differences of ratings, −6 to 6 for ces,
 * −200 to 200 for NPS)" */
START_TEST(differences_are_held) {
    static const int64_t values[] = {0, 12600};
    struct cxj__measure ratings = measure_of(values, 2, 12600), steps = ratings, score = measure_of(values, 2, 2100);
    steps.least = -1;
    score.offset = 1;
    score.least = 1;
    score.most = 7;
    is_value(difference_of(ratings, ratings), 0, -1, 1);
    is_value(difference_of(steps, steps), 0, -2, 2);
    is_value(difference_of(score, score), 0, -6, 6);
    is_value(difference_of(nps_of(1, 1, 2), nps_of(1, 1, 2)), 0, -200, 200);
}
END_TEST

/* "for these both n ≥ 2 and not both variances 0, else no interval" */
START_TEST(a_difference_of_means_may_have_no_interval) {
    static const int64_t equal[] = {6300, 6300, 6300}, other[] = {3150, 6300, 9450, 12600};
    struct cxj__measure constant = measure_of(equal, 3, 12600);
    cxj_value found = difference_of(constant, measure_of(equal, 2, 12600));
    ck_assert_double_eq(found.value, 0);
    has_no_interval(found);
    found = difference_of(measure_of(other, 4, 12600), measure_of(equal, 1, 12600));
    ck_assert(is_near(found.value, 0.125, 1e-15));
    has_no_interval(found);
    ck_assert(isnan(difference_of(constant, measure_of(equal, 0, 12600)).value));
    /* One side without variance: the degrees of freedom are the other's, 3; s² = 5/48. */
    double half = 3.1824463052837095927 * sqrt(5.0 / 48 / 4);
    is_value(difference_of(measure_of(other, 4, 12600), constant), 0.125, 0.125 - half, 0.125 + half);
}
END_TEST

/* Section 8.2: "equal means are compared exactly": k of n and as many times both; one more than that is more. */
START_TEST(means_are_compared_exactly) {
    for (int64_t k = 0; k <= 7; k++) {
        for (int64_t times = 1; times < INT64_C(1) << 37; times *= 5) {
            struct cxj__measure a = share_of(k, 7), b = share_of(k * times, (uint64_t)(7 * times));
            struct cxj__measure more = share_of(k * times + 1, (uint64_t)(7 * times));
            ck_assert_int_eq(cxj__statistics_compare(&a, &b), 0);
            ck_assert_double_eq(cxj__statistics_excess(&a, &b), 0);
            ck_assert_int_lt(cxj__statistics_compare(&a, &more), 0);
            ck_assert_int_gt(cxj__statistics_compare(&more, &b), 0);
            ck_assert(is_near(cxj__statistics_excess(&more, &a) * 7 * (double)times, 1, 1e-15));
        }
    }
    struct cxj__measure below = nps_of(1, 3, 6), above = nps_of(2, 6, 12);
    ck_assert_int_eq(cxj__statistics_compare(&below, &above), 0);
    above = nps_of(2, 6, 11);
    ck_assert_int_gt(cxj__statistics_compare(&below, &above), 0);
}
END_TEST

/* Sums beyond 64 bits are kept exact while they are compared and multiplied. */
START_TEST(large_sums_stay_exact) {
    static const int64_t g = INT64_C(65536) * 12600;
    struct cxj__measure half = {.n = UINT64_C(1) << 33,
                                .factor = 1,
                                .divisor = 65536 * 12600,
                                .least = -1,
                                .most = 1,
                                .measured = CXJ__MEASURES_MEAN};
    half.squares = cxj__base_product(g, g); /* half of them g, half -g */
    for (uint64_t i = 0; i < 33; i++) cxj__base_add(&half.squares, half.squares);
    cxj_value found = mean_of(half);
    double expected = quantile((double)half.n - 1) * sqrt(1 / ((double)half.n - 1));
    ck_assert_msg(is_near(found.high / expected, 1, 1e-14), "%.17g", found.high);
    struct cxj__measure sum = half;
    cxj__statistics_add(&sum, &half);
    ck_assert_uint_eq(sum.n, 2 * half.n);
    ck_assert_double_eq(cxj__base_double(sum.squares), 2 * cxj__base_double(half.squares));
}
END_TEST

int main(void) {
    const TTest *const student[] = {quantiles_are_the_known_ones, quantiles_of_whole_degrees_hold_95_per_cent,
                                    quantiles_between_whole_degrees_hold_95_per_cent, quantiles_fall};
    const TTest *const one[] = {a_mean_has_students_interval, each_end_is_held_by_itself, equal_values_have_no_interval,
                                the_deviation_is_unbiased, nps_has_the_adjusted_wald_interval};
    const TTest *const two[] = {shares_differ_as_newcombe_says, means_differ_as_welch_says,
                                differences_are_held,           a_difference_of_means_may_have_no_interval,
                                means_are_compared_exactly,     large_sums_stay_exact};
    Suite *suite = suite_create("statistics");
    ADD_CASE(suite, "student", student);
    ADD_CASE(suite, "one mean", one);
    ADD_CASE(suite, "two means", two);
    return run_suite(suite);
}
