/* drivers: what weighs on how journeys went: least squares, and how much each predictor explains. Pure. */
#ifndef CXJ__DRIVERS_H
#define CXJ__DRIVERS_H

#include "base.h"
#include "products.h"

/* A model: all that is summed of its journeys. */
struct cxj__drivers_model {
    int64_t n;                      /* journeys */
    struct cxj__int128 y, squares;  /* Σy, Σy² */
    const struct cxj__int128 *sums; /* those of the model in products */
    double unit;                    /* what stands for 1 in y */
    uint32_t usable;                /* a bit for each predictor that may be taken */
};

/* Works out the drivers of a model, which may have no value. The same bytes everywhere: the steps are additions,
 * products, quotients and square roots alone, each rounded as IEEE 754 says, in an order that nothing changes. */
void cxj__drivers_solve(const struct cxj__drivers_model *model, cxj_drivers *drivers);

/* The description of the predictor at a place; false if there is none. */
bool cxj__drivers_describe(size_t place, cxj_predictor_info *info);

/* The predictors of a model that are recorded where some facets are not, a bit for each; none where what it explains is
 * not. */
uint32_t cxj__drivers_recorded(uint32_t model, uint32_t unrecorded);

#endif
