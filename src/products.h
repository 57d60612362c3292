/* products: sums of products of what journeys are, from which drivers come. Pure. */
#ifndef CXJ__PRODUCTS_H
#define CXJ__PRODUCTS_H

#include "base.h"

#ifdef CXJ__WITH_DUMMIES /* as a test builds the library, to see what becomes of old bytes when something is new */
#define CXJ__DUMMY(X, number) X(DUMMY, number)
#else
#define CXJ__DUMMY(X, number)
#endif

/* What may explain how a journey went, in the order of SPEC.md. All but the last are counts of a journey, which a cell
 * sums under the same names. Each is a column of cells in views with drivers, and has a number there, as their counts
 * have (cell.h says what that means). */
/* clang-format off */
#define CXJ__COUNTED_PREDICTORS(X)                                                                                    \
    X(FAULTS, 1) X(LATE, 2) X(LATE_UNEXPLAINED, 3) X(BROKEN, 4) X(SHIFTS, 5) X(HANDOFFS, 6) X(LOST_CONTEXT, 7)        \
    X(CHANNEL_SWITCHES, 8) X(REPEATS, 9) X(CONTRADICTIONS, 10) X(CHASES, 11) CXJ__DUMMY(X, 20)
#define CXJ__PREDICTOR_LIST(X) CXJ__COUNTED_PREDICTORS(X) X(SILENT_DAYS, 12)
/* clang-format on */
#define CXJ__PREDICTOR(name, number) CXJ__P_##name,
enum { CXJ__PREDICTOR_LIST(CXJ__PREDICTOR) CXJ__PREDICTORS };

/* What is explained, y: by model, less one. */
enum { CXJ__OF_SATISFACTION = CXJ_MODEL_SATISFACTION - 1, CXJ__OF_CHURN = CXJ_MODEL_CHURN - 1, CXJ__MODELS };

/* One journey. Those that are rated are in both models, the others in that of churn alone. */
struct cxj__observation {
    uint32_t predictors[CXJ__PREDICTORS];
    uint32_t is_rated, rating; /* of kind satisfaction: s */
    uint32_t has_churned;
};

/* The sums of both models, predictor by predictor: of p that of x, of x·y, and of its products with each predictor up
 * to itself. How many journeys there are, Σy and Σy² is known to whoever has them. A product is below 2^44, so 64 bits
 * would hold those of a million journeys that each were silent for ages; 128 hold those of all there can be. */
#define CXJ__PRODUCTS_ROW(p) ((size_t)(p) * ((size_t)(p) + 5) / 2)
enum { CXJ__PRODUCTS_X, CXJ__PRODUCTS_XY, CXJ__PRODUCTS_XX };
struct cxj__products {
    struct cxj__int128 sums[CXJ__MODELS][CXJ__PRODUCTS_ROW(CXJ__PREDICTORS)];
};

/* Where the sum of products of two predictors stands. */
static inline size_t cxj__products_pair(size_t p, size_t q) {
    return p < q ? CXJ__PRODUCTS_ROW(q) + CXJ__PRODUCTS_XX + p : CXJ__PRODUCTS_ROW(p) + CXJ__PRODUCTS_XX + q;
}

/* A journey that was one observation is another from now on; NULL: it was, or is, not there. */
void cxj__products_change(struct cxj__products *products, const struct cxj__observation *before,
                          const struct cxj__observation *after);

/* Adds (sign 1) or takes away (sign -1) what others sum. */
void cxj__products_add_all(struct cxj__products *products, const struct cxj__products *others, int sign);

/* True if both sum the same of the predictors known, a bit for each. */
bool cxj__products_is_same(const struct cxj__products *a, const struct cxj__products *b, uint32_t known);

/* What is known of a model besides: n, Σy², and what y is at most. */
struct cxj__explained {
    int64_t n, most;
    struct cxj__int128 squares;
};

/* True if products can be of journeys, as far as their numbers show. counted: what the cell counts of all predictors
 * but the last. */
bool cxj__products_can_be(const struct cxj__products *products, const struct cxj__explained explained[CXJ__MODELS],
                          const int64_t counted[CXJ__PREDICTORS - 1], uint32_t known);

#endif
