/* analysis: what is asked of several cells at once: spread, control, parity, relation (section 8 of the specification). */
#ifndef CXJ__ANALYSIS_H
#define CXJ__ANALYSIS_H

#include "metric.h"
#include "view.h"

/* How much of what varies in a metric lies between cells, which stand in the order of their keys; and the lowest and
 * the highest of those that are large enough. */
void cxj__analysis_spread(size_t place, struct cxj__cell *const *cells, size_t count,
                          const struct cxj__circumstances *circumstances, cxj_spread *spread);

/* True if the clock stands in the period of a cell, or before it: then what is compared over time leaves it out. now is
 * INT64_MIN before the clock is set. */
bool cxj__analysis_is_left_out(const struct cxj_view *view, const struct cxj__cell *cell, int64_t now);

/* The limits of a series of values, and where each stands: points have their values, in order of time. */
void cxj__analysis_control(cxj_control_point *points, size_t count, cxj_control *control);

/* What a metric is in two cells, and the difference. */
void cxj__analysis_parity(size_t place, const struct cxj__cell *a, const struct cxj__cell *b,
                          const struct cxj__circumstances *circumstances, cxj_parity *parity);

/* The second of two values that each of several cells has, as a line over the first. */
void cxj__analysis_relation(const double *first, const double *second, size_t count, cxj_relation *relation);

#endif
