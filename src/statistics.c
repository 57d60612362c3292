/* statistics: means, shares and differences with their intervals (SPEC.md sections 6 and 8.4).
 *
 * All that is known of n values is n, their sum and the sum of their squares, as integers. What is taken from one
 * another is taken as integers, so nothing cancels and equal means are equal; then comes one conversion to double, and
 * divisions. There is no function but sqrt(), which IEEE 754 rounds alike everywhere, so an interval is the same on
 * every machine to the last bit. */
#include "statistics.h"

#include <math.h>

/* z of a 95 % interval. */
static const double z = 1.959963984540054;

/* ---- Student's distribution ------------------------------------------------------------------------------------- */

/* The quantile as a function of 1 / degrees of freedom, from 0 to 1/4 and from 1/4 to 1: series of Chebyshev's
 * polynomials, which tests/student.py works out from the definition of the distribution (Abramowitz and Stegun,
 * "Handbook of mathematical functions", 1964, 26.7.1). A search for the root would take a hundred times as long, and
 * whoever reads a large view asks for millions of intervals. */
enum { TERMS = 20 };
static const double coefficients[2][TERMS] = {
    {2.3370372244221076,      0.40652373250324,        0.03110014096627125,    0.0017146129264601034,
     6.71153463134692e-05,    2.2145630849199437e-06,  6.387002045508384e-08,  3.40406673738008e-10,
     2.6817663085277247e-10,  -5.100837176317713e-12,  -3.916709039256542e-12, 7.902417704538251e-13,
     -5.2416080857466413e-14, -1.0523360292035446e-14, 3.817955193074919e-15,  -5.387650944755743e-16,
     -1.9587527067994156e-18, 2.05953842747628e-17,    -5.43075521426706e-18,  6.850338698281957e-19},
    {6.60715172237567,      4.78372909147913,        1.111842240341864,      0.17885764079602534,
     0.02213248377430174,   0.0022786590975556555,   0.0001974991133615919,  1.4359479277589878e-05,
     9.73546926062746e-07,  6.438582282124886e-08,   1.5073346874756778e-09, 2.57527407087523e-10,
     2.558982215473306e-11, -6.738811124081764e-12,  1.1812116119415302e-12, -1.4048789728893295e-13,
     1.924230535508809e-14, -4.0809488424239025e-15, 8.244413858971506e-16,  -9.269787498993032e-17}};

double cxj__statistics_quantile(double reciprocal) {
    static const double edge = 0.25;
    bool is_above = reciprocal > edge;
    const double *series = coefficients[is_above];
    double low = is_above ? edge : 0, high = is_above ? 1 : edge;
    double u = (2 * reciprocal - low - high) / (high - low);
    double next = 0, after = 0; /* Clenshaw, "A note on the summation of Chebyshev series", 1955 */
    for (int i = TERMS; i-- > 1;) {
        double sum = series[i] + 2 * u * next - after;
        after = next;
        next = sum;
    }
    return series[0] + u * next - after;
}

/* ---- exact sums ------------------------------------------------------------------------------------------------- */

void cxj__statistics_add(struct cxj__measure *measure, const struct cxj__measure *other) {
    measure->n += other->n;
    cxj__base_add(&measure->sum, other->sum);
    cxj__base_add(&measure->squares, other->squares);
}

double cxj__statistics_scatter(const struct cxj__measure *measure) {
    int64_t sum = cxj__base_clamp(measure->sum); /* its square fits 127 bits, too */
    struct cxj__int128 squares = cxj__base_times(measure->squares, cxj__base_wide((int64_t)measure->n));
    return cxj__base_double(cxj__base_less(squares, cxj__base_product(sum, sum)));
}

/* n of a times n of b times as much as the mean of a is above that of b. */
static struct cxj__int128 lead(const struct cxj__measure *a, const struct cxj__measure *b) {
    return cxj__base_less(cxj__base_times(a->sum, cxj__base_wide((int64_t)b->n)),
                          cxj__base_times(b->sum, cxj__base_wide((int64_t)a->n)));
}

int cxj__statistics_compare(const struct cxj__measure *a, const struct cxj__measure *b) {
    return cxj__base_sign(lead(a, b));
}

double cxj__statistics_excess(const struct cxj__measure *a, const struct cxj__measure *b) {
    return cxj__base_double(lead(a, b)) / ((double)a->n * (double)b->n);
}

/* The unbiased variance of x, and that of the mean of x; n is 2 or more. */
static double variance_of(const struct cxj__measure *measure) {
    return cxj__statistics_scatter(measure) / ((double)measure->n * (double)(measure->n - 1));
}

static double variance_of_mean(const struct cxj__measure *measure) {
    return variance_of(measure) / (double)measure->n;
}

double cxj__statistics_deviation(const struct cxj__measure *measure) {
    return sqrt(variance_of(measure)) / measure->divisor;
}

/* ---- one mean --------------------------------------------------------------------------------------------------- */

/* Sets an interval, held within what the value can be. */
static void hold(cxj_value *result, double low, double high, double least, double most) {
    result->low = low < least ? least : low;
    result->high = high > most ? most : high;
}

/* Wilson, "Probable inference, the law of succession, and statistical inference", 1927. */
void cxj__statistics_share(uint64_t k, uint64_t n, cxj_value *result) {
    *result = (cxj_value){NAN, NAN, NAN, n};
    if (n == 0) return;
    double all = (double)n, part = (double)k;
    double centre = (part + z * z / 2) / (all + z * z);
    double half = z * sqrt(part * (all - part) / all + z * z / 4) / (all + z * z);
    result->value = part / all;
    hold(result, k == 0 ? 0 : centre - half, k == n ? 1 : centre + half, 0, 1);
}

/* The adjusted Wald interval, before it is held: 3/4 of a promoter and of a detractor are added, and one and a half
 * that are neither. (Rocks, "Interval estimation for the net promoter score", 2016.) */
static double half_of_nps(const struct cxj__measure *measure, double *centre) {
    double n = (double)(measure->n + 3);
    int64_t sum = cxj__base_clamp(measure->sum);
    struct cxj__int128 variance = cxj__base_wide(3); /* 2n² times it: (2Σx² + 3)n - 2(Σx)² */
    cxj__base_add(&variance, cxj__base_times(measure->squares, cxj__base_wide(2)));
    variance = cxj__base_less(cxj__base_times(variance, cxj__base_wide((int64_t)measure->n + 3)),
                              cxj__base_product(2 * sum, sum));
    *centre = (double)sum * measure->factor / n;
    return z * sqrt(cxj__base_double(variance) / (2 * n * n * n));
}

void cxj__statistics_mean(const struct cxj__measure *measure, cxj_value *result) {
    if (measure->measured == CXJ__MEASURES_SHARE) {
        cxj__statistics_share(measure->sum.low, measure->n, result);
        return;
    }
    *result = (cxj_value){NAN, NAN, NAN, measure->n};
    if (measure->n == 0) return;
    double n = (double)measure->n, centre, half;
    struct cxj__int128 sum = cxj__base_times(measure->sum, cxj__base_wide((int64_t)measure->factor));
    cxj__base_add(&sum, cxj__base_product((int64_t)measure->n, (int64_t)measure->offset * measure->divisor));
    result->value = centre = cxj__base_double(sum) / (n * measure->divisor);
    if (measure->n < 2) return;
    if (measure->measured == CXJ__MEASURES_NPS) {
        half = half_of_nps(measure, &centre);
    } else {
        half = cxj__statistics_quantile(1 / (n - 1)) * sqrt(variance_of_mean(measure));
        if (half == 0) return; /* all values are equal */
    }
    half = half * measure->factor / measure->divisor;
    hold(result, centre - half, centre + half, measure->least, measure->most);
}

/* ---- two means -------------------------------------------------------------------------------------------------- */

/* How far their difference may lie below and above what it is: from the share of one to the end of its interval, and
 * from that of the other to the other end. (Newcombe, "Interval estimation for the difference between independent
 * proportions: comparison of eleven methods", 1998, method 10.) */
static double arm(double a, double b) {
    return sqrt(a * a + b * b);
}

static void compare_shares(const struct cxj__measure *a, const struct cxj__measure *b, cxj_value *result) {
    cxj_value p, q;
    cxj__statistics_mean(a, &p);
    cxj__statistics_mean(b, &q);
    hold(result, result->value - arm(p.value - p.low, q.high - q.value),
         result->value + arm(p.high - p.value, q.value - q.low), -1, 1);
}

/* Welch, "The generalization of 'Student's' problem when several different population variances are involved", 1947;
 * the degrees of freedom: Satterthwaite, "An approximate distribution of estimates of variance components", 1946. */
static void compare_means(const struct cxj__measure *a, const struct cxj__measure *b, cxj_value *result) {
    if (a->n < 2 || b->n < 2) return;
    double first = variance_of_mean(a), second = variance_of_mean(b), both = first + second;
    if (both == 0) return;
    first /= both;
    second /= both;
    double reciprocal = first * first / (double)(a->n - 1) + second * second / (double)(b->n - 1);
    double half = cxj__statistics_quantile(reciprocal) * sqrt(both) * a->factor / a->divisor;
    hold(result, result->value - half, result->value + half, a->least - a->most, a->most - a->least);
}

void cxj__statistics_difference(const struct cxj__measure *a, const struct cxj__measure *b, cxj_value *result) {
    *result = (cxj_value){NAN, NAN, NAN, a->n + b->n};
    if (a->n == 0 || b->n == 0) return;
    result->value = cxj__statistics_excess(a, b) * a->factor / a->divisor;
    if (a->measured == CXJ__MEASURES_SHARE) {
        compare_shares(a, b, result);
    } else {
        compare_means(a, b, result);
    }
}
