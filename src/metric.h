/* metric: the catalogue: what each metric is called, what it means, and how it comes out of a cell. */
#ifndef CXJ__METRIC_H
#define CXJ__METRIC_H

#include "base.h"
#include "cell.h"
#include "statistics.h"

/* What a metric's value depends on besides its cell. */
struct cxj__circumstances {
    uint32_t unrecorded; /* facets that the feed cannot carry */
    bool has_now;        /* the clock was ever advanced */
    bool has_context;    /* the view's first dimension is owner or team, of which lost context is known */
};

/* Metrics there are. */
size_t cxj__metric_count(void);

/* The description of the metric at a place of the catalogue. */
void cxj__metric_describe(size_t place, cxj_metric_info *info);

/* The place of a metric's number, or SIZE_MAX. */
size_t cxj__metric_place(uint32_t metric);

/* The place of a name within a grain, or SIZE_MAX. */
size_t cxj__metric_find(uint32_t grain, const char *name, size_t length);

/* The grain of the metric at a place. */
uint32_t cxj__metric_grain(size_t place);

/* The metric's value in a cell of its grain. */
void cxj__metric_read(size_t place, const struct cxj__cell *cell, const struct cxj__circumstances *circumstances,
                      cxj_value *result);

/* What a metric that compares between cells is of in a cell; false if it has no value there. */
bool cxj__metric_measure(size_t place, const struct cxj__cell *cell, const struct cxj__circumstances *circumstances,
                         struct cxj__measure *result);

/* Of the durations of which a metric is a quantile: the share of those that are at most so long, with its interval;
 * without value where there are none, or nothing is known of them. Off by what stands in one bucket at most. */
void cxj__metric_within(size_t place, const struct cxj__cell *cell, const struct cxj__circumstances *circumstances,
                        int64_t most, cxj_value *result);

#endif
