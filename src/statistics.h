/* statistics: what exact sums of n values say of their mean, and of the difference of two means, with 95 % intervals. */
#ifndef CXJ__STATISTICS_H
#define CXJ__STATISTICS_H

#include "base.h"

/* What the values are, of which there are sums. */
enum cxj__measured {
    CXJ__MEASURES_SHARE, /* each 0 or 1 */
    CXJ__MEASURES_MEAN,  /* anything */
    CXJ__MEASURES_NPS    /* each 1, 0 or -1: promoters, and detractors */
};

/* n values x: integers, their sum, and the sum of their squares, n times which fits 127 bits. What x stands for is
 * offset + x · factor / divisor, and lies from least to most. */
struct cxj__measure {
    uint64_t n;
    struct cxj__int128 sum, squares;
    uint32_t offset, factor, divisor;
    int32_t least, most;
    enum cxj__measured measured;
};

/* Adds the values of another measure of the same. */
void cxj__statistics_add(struct cxj__measure *measure, const struct cxj__measure *other);

/* n · Σx² - (Σx)²: n(n - 1) times the unbiased variance of x. It is 0 only if all values are equal. */
double cxj__statistics_scatter(const struct cxj__measure *measure);

/* The unbiased standard deviation of what the values stand for; n is 2 or more. */
double cxj__statistics_deviation(const struct cxj__measure *measure);

/* Their mean and its interval (section 6 of the specification), NaN where there is none. */
void cxj__statistics_mean(const struct cxj__measure *measure, cxj_value *result);

/* Of two measures of the same, both with values: negative, zero or positive as the mean of a is below, at or above that
 * of b, exactly; and how much the mean of x is above. */
int cxj__statistics_compare(const struct cxj__measure *a, const struct cxj__measure *b);
double cxj__statistics_excess(const struct cxj__measure *a, const struct cxj__measure *b);

/* The mean of a less that of b and its interval (section 8.4), NaN where there is none; n is that of both. */
void cxj__statistics_difference(const struct cxj__measure *a, const struct cxj__measure *b, cxj_value *result);

/* The 0.975 quantile of Student's distribution, of the reciprocal of its degrees of freedom, which are 1 or more and
 * need not be whole. */
double cxj__statistics_quantile(double reciprocal);

/* The share of k in n with Wilson's interval; NaN if n is 0. */
void cxj__statistics_share(uint64_t k, uint64_t n, cxj_value *result);

#endif
