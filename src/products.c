/* products: sums of products of what journeys are (SPEC.md section 8.1).
 *
 * What least squares need of many journeys are sums over them: of each predictor, of each pair, and of each with what
 * is explained. They are integers, so a journey can be added, taken away, and turned into what it is now, in any order.
 * Most predictors of most journeys are 0, and 0 adds nothing. */
#include "products.h"

#include <string.h>

/* What a predictor is at most: each touchpoint counts once, and days lie within years 0001 to 9999. */
#define MOST_COUNTED INT64_C(29000)
#define MOST_DAYS ((CXJ__LATEST - CXJ__EARLIEST) / INT64_C(86400000))

_Static_assert(CXJ__P_SILENT_DAYS == CXJ__PREDICTORS - 1, "what is no count comes last");
_Static_assert(MOST_DAYS < INT64_C(1) << 22, "a product of two predictors is below 2^44");
_Static_assert(sizeof(struct cxj__observation) == (CXJ__PREDICTORS + 3) * sizeof(uint32_t), "it compares byte by byte");

static inline void add_product(struct cxj__int128 *sum, uint64_t product, int sign) {
    uint64_t before = sum->low;
    if (sign > 0) {
        sum->low += product;
        sum->high += sum->low < before;
    } else {
        sum->low -= product;
        sum->high -= sum->low > before;
    }
}

/* Adds a journey to the sums of one model, or takes it away. */
static void add_to_model(struct cxj__int128 *sums, const uint32_t *x, uint32_t y, int sign) {
    for (size_t p = 0; p < CXJ__PREDICTORS; p++) {
        struct cxj__int128 *row = sums + CXJ__PRODUCTS_ROW(p);
        if (x[p] == 0) continue;
        add_product(&row[CXJ__PRODUCTS_X], x[p], sign);
        add_product(&row[CXJ__PRODUCTS_XY], (uint64_t)x[p] * y, sign);
        for (size_t q = 0; q <= p; q++) {
            if (x[q] != 0) add_product(&row[CXJ__PRODUCTS_XX + q], (uint64_t)x[p] * x[q], sign);
        }
    }
}

static void add_journey(struct cxj__products *products, const struct cxj__observation *journey, int sign) {
    add_to_model(products->sums[CXJ__OF_CHURN], journey->predictors, journey->has_churned, sign);
    if (!journey->is_rated) return;
    add_to_model(products->sums[CXJ__OF_SATISFACTION], journey->predictors, journey->rating, sign);
}

void cxj__products_change(struct cxj__products *products, const struct cxj__observation *before,
                          const struct cxj__observation *after) {
    if (before != NULL && after != NULL && memcmp(before, after, sizeof *before) == 0) return;
    if (before != NULL) add_journey(products, before, -1);
    if (after != NULL) add_journey(products, after, 1);
}

void cxj__products_add_all(struct cxj__products *products, const struct cxj__products *others, int sign) {
    for (size_t model = 0; model < CXJ__MODELS; model++) {
        for (size_t i = 0; i < CXJ__PRODUCTS_ROW(CXJ__PREDICTORS); i++) {
            struct cxj__int128 sum = others->sums[model][i];
            cxj__base_add(&products->sums[model][i], sign < 0 ? cxj__base_negate(sum) : sum);
        }
    }
}

bool cxj__products_is_same(const struct cxj__products *a, const struct cxj__products *b, uint32_t known) {
    for (size_t model = 0; model < CXJ__MODELS; model++) {
        for (size_t p = 0; p < CXJ__PREDICTORS; p++) {
            size_t row = CXJ__PRODUCTS_ROW(p);
            for (size_t i = 0; (known >> p & 1) != 0 && i < CXJ__PRODUCTS_XX + p + 1; i++) {
                if (i >= CXJ__PRODUCTS_XX && (known >> (i - CXJ__PRODUCTS_XX) & 1) == 0) continue;
                const struct cxj__int128 *x = &a->sums[model][row + i], *y = &b->sums[model][row + i];
                if (x->low != y->low || x->high != y->high) return false;
            }
        }
    }
    return true;
}

/* ---- what holds of all ------------------------------------------------------------------------------------------ */

static int64_t most_of(size_t p) {
    return p == CXJ__P_SILENT_DAYS ? MOST_DAYS : MOST_COUNTED;
}

/* Whether the sums of one predictor can be those of a model. Each is one of products of x and another thing, be it 1, y
 * or a predictor, none of which is negative: so it is bounded by the sum of either and the most that the other is, and
 * by the sums of both their squares (Cauchy). */
static bool can_be_row(const struct cxj__int128 *sums, size_t p, const struct cxj__explained *explained,
                       uint32_t known) {
    const struct cxj__int128 *row = sums + CXJ__PRODUCTS_ROW(p), squares = row[CXJ__PRODUCTS_XX + p];
    const struct cxj__int128 n = cxj__base_wide(explained->n), most = cxj__base_wide(most_of(p));
    if (cxj__base_order(row[CXJ__PRODUCTS_X], squares) > 0) return false; /* of whole numbers */
    for (size_t i = 0; i < CXJ__PRODUCTS_XX + p + 1; i++) {
        const size_t q = i - CXJ__PRODUCTS_XX;
        struct cxj__int128 sum = n, other_squares = n, other_most = cxj__base_wide(1);
        if (i == CXJ__PRODUCTS_XY) {
            other_squares = explained->squares;
            other_most = cxj__base_wide(explained->most);
            sum = cxj__base_times(n, other_most);
        } else if (i >= CXJ__PRODUCTS_XX) {
            if ((known >> q & 1) == 0) continue;
            sum = sums[CXJ__PRODUCTS_ROW(q) + CXJ__PRODUCTS_X];
            other_squares = sums[cxj__products_pair(q, q)];
            other_most = cxj__base_wide(most_of(q));
        }
        if (row[i].high >> 63 != 0 || cxj__base_order(row[i], cxj__base_times(sum, most)) > 0 ||
            cxj__base_order(row[i], cxj__base_times(row[CXJ__PRODUCTS_X], other_most)) > 0 ||
            !cxj__base_is_square_within(row[i], squares, other_squares)) {
            return false;
        }
    }
    return true;
}

/* Whether what rated journeys add is a part of what all do. */
static bool is_part(const struct cxj__products *products) {
    for (size_t p = 0; p < CXJ__PREDICTORS; p++) {
        for (size_t i = 0; i < CXJ__PRODUCTS_XX + p + 1; i++) {
            size_t at = CXJ__PRODUCTS_ROW(p) + i;
            const struct cxj__int128 part = products->sums[CXJ__OF_SATISFACTION][at];
            if (i != CXJ__PRODUCTS_XY && cxj__base_order(part, products->sums[CXJ__OF_CHURN][at]) > 0) return false;
        }
    }
    return true;
}

CXJ__COLD bool cxj__products_can_be(const struct cxj__products *products,
                                    const struct cxj__explained explained[CXJ__MODELS],
                                    const int64_t counted[CXJ__PREDICTORS - 1], uint32_t known) {
    for (size_t p = 0; p < CXJ__PREDICTORS; p++) {
        struct cxj__int128 all = products->sums[CXJ__OF_CHURN][CXJ__PRODUCTS_ROW(p)];
        if ((known >> p & 1) == 0) continue;
        if (p != CXJ__P_SILENT_DAYS && cxj__base_order(all, cxj__base_wide(counted[p])) != 0) return false;
        for (size_t model = 0; model < CXJ__MODELS; model++) {
            if (!can_be_row(products->sums[model], p, &explained[model], known)) return false;
        }
    }
    return is_part(products);
}
