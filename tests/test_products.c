/* test_products: sums of products of what journeys are: whatever comes, changes and goes, they are those of what is
 * there.
 *
 * CXJ_SEED takes the seed of the random parts; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "products.h"
#include "suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed = 1;
static uint64_t chance_state;

static uint32_t chance(uint32_t below) {
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((chance_state >> 33) % below);
}

enum { JOURNEYS = 60, ALL = (1 << CXJ__PREDICTORS) - 1, RATING_MOST = 12600 };

/* A journey of whose predictors most are 0, as they are. */
static struct cxj__observation random_journey(void) {
    struct cxj__observation journey;
    memset(&journey, 0, sizeof journey);
    for (size_t p = 0; p < CXJ__PREDICTORS; p++) {
        journey.predictors[p] = chance(3) ? 0 : 1 + chance(chance(5) ? 6 : 29000);
    }
    if (!chance(4)) journey.predictors[CXJ__P_SILENT_DAYS] = chance(3652059);
    journey.is_rated = chance(3) > 0;
    journey.rating = journey.is_rated ? chance(RATING_MOST + 1) : 0;
    journey.has_churned = chance(3) == 0;
    return journey;
}

/* The sums, worked out one by one: those of few journeys fit 64 bits. */
static void check_sums(const struct cxj__products *products, const struct cxj__observation *journeys,
                       const bool *is_there) {
    for (size_t model = 0; model < CXJ__MODELS; model++) {
        for (size_t p = 0; p < CXJ__PREDICTORS; p++) {
            for (size_t i = 0; i < CXJ__PRODUCTS_XX + p + 1; i++) {
                uint64_t expected = 0;
                for (size_t k = 0; k < JOURNEYS; k++) {
                    const struct cxj__observation *j = &journeys[k];
                    if (!is_there[k] || (model == CXJ__OF_SATISFACTION && !j->is_rated)) continue;
                    uint64_t y = model == CXJ__OF_SATISFACTION ? j->rating : j->has_churned;
                    uint64_t with = i == CXJ__PRODUCTS_X    ? 1
                                    : i == CXJ__PRODUCTS_XY ? y
                                                            : j->predictors[i - CXJ__PRODUCTS_XX];
                    expected += j->predictors[p] * with;
                }
                struct cxj__int128 sum = products->sums[model][CXJ__PRODUCTS_ROW(p) + i];
                ck_assert_msg(sum.high == 0 && sum.low == expected, "model %zu, predictor %zu, sum %zu", model, p, i);
            }
        }
    }
}

/* Section 8.1: "The cell keeps n, Σx, Σy, Σxxᵀ, Σxy, Σy² as integers …, so drivers are exact under any order,
 * correction, erasure and merge." */
START_TEST(sums_are_those_of_the_journeys_there_are) {
    for (int round = 0; round < 50; round++) {
        static struct cxj__observation journeys[JOURNEYS];
        bool is_there[JOURNEYS] = {false};
        struct cxj__products products;
        memset(&products, 0, sizeof products);
        for (int turn = 0; turn < 300; turn++) {
            size_t k = chance(JOURNEYS);
            struct cxj__observation next = chance(4) ? random_journey() : journeys[k];
            bool stays = chance(5) > 0;
            cxj__products_change(&products, is_there[k] ? &journeys[k] : NULL, stays ? &next : NULL);
            journeys[k] = next;
            is_there[k] = stays;
        }
        check_sums(&products, journeys, is_there);
        for (size_t k = 0; k < JOURNEYS; k++) {
            if (is_there[k]) cxj__products_change(&products, &journeys[k], NULL);
        }
        static const struct cxj__products nothing;
        ck_assert_mem_eq(&products, &nothing, sizeof products);
    }
}
END_TEST

START_TEST(products_of_a_pair_stand_once) {
    bool is_taken[CXJ__PRODUCTS_ROW(CXJ__PREDICTORS)] = {false};
    for (size_t p = 0; p < CXJ__PREDICTORS; p++) {
        is_taken[CXJ__PRODUCTS_ROW(p) + CXJ__PRODUCTS_X] = is_taken[CXJ__PRODUCTS_ROW(p) + CXJ__PRODUCTS_XY] = true;
    }
    for (size_t p = 0; p < CXJ__PREDICTORS; p++) {
        for (size_t q = 0; q < CXJ__PREDICTORS; q++) {
            size_t place = cxj__products_pair(p, q);
            ck_assert_uint_lt(place, CXJ__PRODUCTS_ROW(CXJ__PREDICTORS));
            ck_assert_uint_eq(place, cxj__products_pair(q, p));
            ck_assert(!is_taken[place] || q < p);
            is_taken[place] = true;
        }
    }
    for (size_t i = 0; i < CXJ__PRODUCTS_ROW(CXJ__PREDICTORS); i++) ck_assert(is_taken[i]);
}
END_TEST

/* Ten thousand years of silence, of 2^41 journeys: squares add up to 2^84 and more. */
START_TEST(sums_go_beyond_64_bits) {
    struct cxj__observation journey;
    struct cxj__products products;
    memset(&products, 0, sizeof products);
    memset(&journey, 0, sizeof journey);
    journey.predictors[CXJ__P_SILENT_DAYS] = 3652058;
    journey.is_rated = 1, journey.rating = RATING_MOST, journey.has_churned = 1;
    cxj__products_change(&products, NULL, &journey);
    for (int i = 0; i < 41; i++) {
        const struct cxj__products same = products;
        cxj__products_add_all(&products, &same, 1);
    }
    struct cxj__int128 squares =
        products.sums[CXJ__OF_CHURN][cxj__products_pair(CXJ__PREDICTORS - 1, CXJ__PREDICTORS - 1)];
    struct cxj__int128 expected = cxj__base_product(INT64_C(3652058) * 3652058, INT64_C(1) << 41);
    ck_assert_uint_eq(squares.high, expected.high);
    ck_assert_uint_eq(squares.low, expected.low);
    ck_assert_uint_gt(squares.high, 0);
    /* and one after the other come down again, borrowing from the upper word */
    struct cxj__products few;
    memset(&few, 0, sizeof few);
    for (int i = 0; i < 3; i++) cxj__products_change(&few, &journey, NULL);
    for (int i = 0; i < 3; i++) cxj__products_change(&few, NULL, &journey);
    static const struct cxj__products nothing;
    ck_assert_mem_eq(&few, &nothing, sizeof few);
}
END_TEST

static struct cxj__products random_products(int count, int64_t counted[CXJ__PREDICTORS - 1],
                                            struct cxj__explained explained[CXJ__MODELS]) {
    struct cxj__products products;
    memset(&products, 0, sizeof products);
    memset(counted, 0, (CXJ__PREDICTORS - 1) * sizeof *counted);
    memset(explained, 0, CXJ__MODELS * sizeof *explained);
    explained[CXJ__OF_SATISFACTION].most = RATING_MOST;
    explained[CXJ__OF_CHURN].most = 1;
    for (int i = 0; i < count; i++) {
        struct cxj__observation journey = random_journey();
        cxj__products_change(&products, NULL, &journey);
        for (size_t p = 0; p < CXJ__PREDICTORS - 1; p++) counted[p] += journey.predictors[p];
        explained[CXJ__OF_CHURN].n++;
        cxj__base_add(&explained[CXJ__OF_CHURN].squares, cxj__base_wide(journey.has_churned));
        explained[CXJ__OF_SATISFACTION].n += journey.is_rated;
        int64_t rating = journey.rating;
        cxj__base_add(&explained[CXJ__OF_SATISFACTION].squares, cxj__base_wide(rating * rating));
    }
    return products;
}

START_TEST(sums_add_up_and_go_apart) {
    int64_t counted[CXJ__PREDICTORS - 1];
    struct cxj__explained explained[CXJ__MODELS];
    for (int round = 0; round < 20; round++) {
        struct cxj__products a = random_products(20, counted, explained), b = random_products(20, counted, explained);
        struct cxj__products both = a;
        cxj__products_add_all(&both, &b, 1);
        ck_assert(!cxj__products_is_same(&both, &a, ALL));
        cxj__products_add_all(&both, &a, -1);
        ck_assert_mem_eq(&both, &b, sizeof b);
    }
}
END_TEST

/* Whatever sum differs is seen, if it is of predictors that are known. */
START_TEST(products_are_compared_as_far_as_they_are_known) {
    int64_t counted[CXJ__PREDICTORS - 1];
    struct cxj__explained explained[CXJ__MODELS];
    const struct cxj__products a = random_products(20, counted, explained);
    for (int round = 0; round < 2000; round++) {
        struct cxj__products b = a;
        uint32_t known = chance(ALL + 1), p = chance(CXJ__PREDICTORS), i = chance(CXJ__PRODUCTS_XX + p + 1);
        struct cxj__int128 *sum = &b.sums[chance(CXJ__MODELS)][CXJ__PRODUCTS_ROW(p) + i];
        if (chance(2))
            sum->low++;
        else
            sum->high++;
        bool sees = (known >> p & 1) != 0 && (i < CXJ__PRODUCTS_XX || (known >> (i - CXJ__PRODUCTS_XX) & 1) != 0);
        ck_assert(cxj__products_is_same(&a, &b, known) == !sees);
        ck_assert(cxj__products_is_same(&a, &a, known));
    }
}
END_TEST

/* What journeys add can be, and so can what is known of it. */
START_TEST(what_journeys_add_can_be) {
    int64_t counted[CXJ__PREDICTORS - 1];
    struct cxj__explained explained[CXJ__MODELS];
    for (int round = 0; round < 300; round++) {
        struct cxj__products products = random_products(round % 40, counted, explained);
        ck_assert(cxj__products_can_be(&products, explained, counted, ALL));
        uint32_t known = chance(ALL + 1);
        for (size_t p = 0; p < CXJ__PREDICTORS; p++) {
            for (size_t q = 0; q < CXJ__PREDICTORS; q++) {
                if ((known >> p & known >> q & 1) != 0) continue;
                for (size_t m = 0; m < CXJ__MODELS; m++) {
                    products.sums[m][cxj__products_pair(p, q)] = cxj__base_wide(0);
                    if ((known >> p & 1) != 0) continue;
                    memset(&products.sums[m][CXJ__PRODUCTS_ROW(p)], 0, 2 * sizeof **products.sums);
                }
            }
        }
        ck_assert(cxj__products_can_be(&products, explained, counted, known));
    }
}
END_TEST

/* Eight journeys, two of them rated: faults 1, 2, 3, 4, 0 … and two silent days each, or the other way round. */
struct few {
    struct cxj__products products;
    struct cxj__explained explained[CXJ__MODELS];
    int64_t counted[CXJ__PREDICTORS - 1];
};
static struct few few_journeys(void) {
    struct few few;
    memset(&few, 0, sizeof few);
    few.explained[CXJ__OF_SATISFACTION].most = RATING_MOST;
    few.explained[CXJ__OF_CHURN].most = 1;
    for (uint32_t i = 0; i < 8; i++) {
        struct cxj__observation journey;
        memset(&journey, 0, sizeof journey);
        journey.predictors[CXJ__P_FAULTS] = i < 5 ? i : 0;
        journey.predictors[CXJ__P_SILENT_DAYS] = 2 + i % 2;
        journey.is_rated = i > 5, journey.rating = i > 5 ? 6300 : 0;
        if (i > 5) journey.predictors[CXJ__P_FAULTS] = 2;
        journey.has_churned = i < 3;
        cxj__products_change(&few.products, NULL, &journey);
        few.counted[CXJ__P_FAULTS] += journey.predictors[CXJ__P_FAULTS];
        few.explained[CXJ__OF_CHURN].n++;
        few.explained[CXJ__OF_SATISFACTION].n += journey.is_rated;
        cxj__base_add(&few.explained[CXJ__OF_CHURN].squares, cxj__base_wide(journey.has_churned));
        cxj__base_add(&few.explained[CXJ__OF_SATISFACTION].squares,
                      cxj__base_wide((int64_t)journey.rating * journey.rating));
    }
    return few;
}

enum { SILENT = CXJ__P_SILENT_DAYS, FAULTS = CXJ__P_FAULTS };
#define X_OF(p) (CXJ__PRODUCTS_ROW(p) + CXJ__PRODUCTS_X)
#define XY_OF(p) (CXJ__PRODUCTS_ROW(p) + CXJ__PRODUCTS_XY)
#define XX_OF(p, q) (CXJ__PRODUCTS_ROW(p) + CXJ__PRODUCTS_XX + (q)) /* p is not before q */

/* Sums of which each is set to what no eight such journeys can have; with what was wrong. */
static const struct {
    size_t model, at;
    int64_t to;
    const char *why;
} wrong[] = {
    {CXJ__OF_CHURN, X_OF(FAULTS), 15, "the cell counts 14 faults"},
    {CXJ__OF_CHURN, X_OF(FAULTS), 13, "the same"},
    {CXJ__OF_CHURN, X_OF(SILENT), -1, "days are not negative"},
    {CXJ__OF_CHURN, X_OF(SILENT), 53, "no sum of whole numbers is above that of their squares"},
    {CXJ__OF_CHURN, X_OF(SILENT), 21, "squares are 52: of eight days of 21 together they are 56 at least"},
    {CXJ__OF_CHURN, XX_OF(SILENT, SILENT), 49, "of eight days of 20 together squares are 50 at least"},
    {CXJ__OF_CHURN, XX_OF(SILENT, SILENT), 20 * INT64_C(3652058) + 1, "none is beyond ten thousand years"},
    {CXJ__OF_CHURN, XX_OF(FAULTS, FAULTS), 14 * INT64_C(29000) + 1, "none is beyond 29,000"},
    {CXJ__OF_CHURN, XX_OF(FAULTS, FAULTS), -38, "squares are not negative"},
    {CXJ__OF_CHURN, XY_OF(SILENT), -1, "those of journeys that churned are not negative"},
    {CXJ__OF_CHURN, XY_OF(SILENT), 21, "nor more than all"},
    {CXJ__OF_CHURN, XY_OF(SILENT), 13, "three churned: 13² is more than 3 · 52"},
    {CXJ__OF_CHURN, XX_OF(SILENT, FAULTS), 45, "45² is more than 38 · 52"},
    {CXJ__OF_CHURN, XX_OF(SILENT, FAULTS), -1, "products are not negative"},
    {CXJ__OF_SATISFACTION, X_OF(FAULTS), 15, "rated journeys are some of all"},
    {CXJ__OF_SATISFACTION, X_OF(SILENT), 6, "squares are 13: of two journeys 6² is more than 2 · 13"},
    {CXJ__OF_SATISFACTION, XY_OF(FAULTS), 4 * RATING_MOST + 1, "no rating is above 12,600"},
    {CXJ__OF_SATISFACTION, XY_OF(FAULTS), 4 * 6300 + 1, "the squares of ratings are 2 · 6300²"},
    {CXJ__OF_SATISFACTION, XX_OF(FAULTS, FAULTS), 39, "squares of some are no more than those of all"},
};

/* sums.c: what is read of sealed journeys "must be such as touchpoints can have". */
START_TEST(what_no_journeys_add_cannot_be) {
    const struct few right = few_journeys();
    ck_assert(cxj__products_can_be(&right.products, right.explained, right.counted, ALL));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct few few = right;
        few.products.sums[wrong[i].model][wrong[i].at] = cxj__base_wide(wrong[i].to);
        ck_assert_msg(!cxj__products_can_be(&few.products, few.explained, few.counted, ALL), "%zu: %s", i,
                      wrong[i].why);
    }
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    const char *given = getenv("CXJ_SEED");
    if (given != NULL) seed = strtoull(given, NULL, 0);
    printf("test_products: CXJ_SEED=%" PRIu64 "\n", seed);
    fflush(stdout);
    chance_state = seed;
    const TTest *sums[] = {sums_are_those_of_the_journeys_there_are, products_of_a_pair_stand_once,
                           sums_go_beyond_64_bits, sums_add_up_and_go_apart};
    const TTest *checks[] = {products_are_compared_as_far_as_they_are_known, what_journeys_add_can_be,
                             what_no_journeys_add_cannot_be};
    Suite *suite = suite_create("products");
    ADD_CASE(suite, "sums", sums);
    ADD_CASE(suite, "checks", checks);
    return run_suite(suite);
}
