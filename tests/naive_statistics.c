/* The statistics of the naive implementation: intervals (SPEC 6), worked out from lists of observations, and Student's
 * quantile by adding up the area under its curve.
 *
 * SPDX-License-Identifier: MIT
 */
#include "naive_inside.h"

#include <math.h>

static const double z = 1.959963984540054;

/* "its ends are held within what the mean can be": ratings, differences of ratings, ces, NPS */
const double naive_lowest[] = {0, -1, 1, -100};
const double naive_highest[] = {1, 1, 7, 100};

/* 64 bits hold the sums of some 9,000 touchpoints, whatever their value. */
long double naive_sum(const struct naive_series *series) {
    int64_t sum = 0;
    for (size_t i = 0; i < series->count; i++) sum += series->values[i];
    return (long double)sum;
}

bool naive_all_equal(const struct naive_series *series) {
    for (size_t i = 1; i < series->count; i++)
        if (series->values[i] != series->values[0]) return false;
    return true;
}

/* Of differences from the first value, which are whole, so that equal values differ by nothing. */
long double naive_variance(const struct naive_series *series) {
    long double n = (long double)series->count, mean = 0, squares = 0;
    if (series->count < 2) return NAN;
    for (size_t i = 0; i < series->count; i++) mean += (long double)(series->values[i] - series->values[0]) / n;
    for (size_t i = 0; i < series->count; i++) {
        long double difference = (long double)(series->values[i] - series->values[0]) - mean;
        squares += difference * difference;
    }
    return squares / (n - 1);
}

double naive_hold(double value, double low, double high) {
    return value < low ? low : value > high ? high : value;
}

/* "for a share k/n, Wilson's score interval" */
void naive_wilson(double k, double n, double *low, double *high) {
    double p = k / n;
    double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    *low = centre - half;
    *high = centre + half;
}

/* ---- Student's t ---- */

/* The height of Student's curve at t, but for a constant. */
static long double height(long double t, long double freedom) {
    return expl(-(freedom + 1) / 2 * log1pl(t * t / freedom));
}

/* The area under it from a to b, by Gauss's rule of three points. */
static long double area(long double a, long double b, long double freedom) {
    long double middle = (a + b) / 2, half = (b - a) / 2, off = half * sqrtl(0.6L);
    return half / 9 *
           (5 * height(middle - off, freedom) + 8 * height(middle, freedom) + 5 * height(middle + off, freedom));
}

double naive_student(double degrees_of_freedom) {
    static double known[4096]; /* for whole numbers, which come again and again */
    size_t whole = degrees_of_freedom < 4096 ? (size_t)degrees_of_freedom : 0;
    bool is_whole = whole > 0 && (double)whole == degrees_of_freedom;
    if (is_whole && known[whole] > 0) return known[whole];
    const long double freedom = degrees_of_freedom, width = 1.0L / 64;
    /* Half of the whole area is sqrt(pi f) / 2 x gamma(f / 2) / gamma((f + 1) / 2); 0.95 of it lies between 0 and t. */
    long double half = sqrtl(acosl(-1.0L) * freedom) / 2 * expl(lgammal(freedom / 2) - lgammal((freedom + 1) / 2));
    long double wanted = 0.95L * half, done = 0, t = 0;
    for (long double strip; done + (strip = area(t, t + width, freedom)) < wanted; t += width) done += strip;
    long double low = t, high = t + width;
    for (int i = 0; i < 70; i++) {
        long double middle = (low + high) / 2;
        if (done + area(t, middle, freedom) < wanted)
            low = middle;
        else
            high = middle;
    }
    if (is_whole) known[whole] = (double)low;
    return (double)low;
}

/* ---- Means ---- */

/* "For a mean of n >= 2 values that are not all equal, mean +- t sqrt(s^2/n)" */
void naive_mean_interval(const struct naive_series *series, double scale, enum range range, double *low, double *high) {
    if (series->count < 2 || naive_all_equal(series)) return;
    double n = (double)series->count, mean = (double)(naive_sum(series) / n / scale);
    double half = naive_student(n - 1) * (double)sqrtl(naive_variance(series) / n) / scale;
    *low = naive_hold(mean - half, naive_lowest[range], naive_highest[range]);
    *high = naive_hold(mean + half, naive_lowest[range], naive_highest[range]);
}

/* "For NPS with n >= 2 answers, P satisfied and D dissatisfied: N = n + 3, p = (P + 3/4)/N, d = (D + 3/4)/N, and
 * 100 x (p - d +- z sqrt((p + d - (p - d)^2)/N)), held within -100 to 100" */
void naive_nps_interval(const struct naive_series *series, double *low, double *high) {
    if (series->count < 2) return;
    double satisfied = 0, dissatisfied = 0, all = (double)series->count + 3;
    for (size_t i = 0; i < series->count; i++) {
        satisfied += series->values[i] > 0;
        dissatisfied += series->values[i] < 0;
    }
    double p = (satisfied + 0.75) / all, d = (dissatisfied + 0.75) / all;
    double half = z * sqrt((p + d - (p - d) * (p - d)) / all);
    *low = naive_hold(100 * (p - d - half), -100, 100);
    *high = naive_hold(100 * (p - d + half), -100, 100);
}
