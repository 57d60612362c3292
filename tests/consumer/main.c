/* A tiny host, as somebody else would build it against an installed cxj: two touchpoints, one view, one number.
 *
 * SPDX-License-Identifier: MIT
 */
#include <cxj.h>

#include <stdio.h>

#define TRY(call)                                                                                                      \
    do {                                                                                                               \
        cxj_status tried = (call);                                                                                     \
        if (tried != CXJ_OK) {                                                                                         \
            fprintf(stderr, "%s: %s\n", #call, cxj_status_text(tried));                                                \
            return 1;                                                                                                  \
        }                                                                                                              \
    } while (0)

static int check(cxj_engine *engine) {
    cxj_view *view;
    TRY(cxj_view_add(engine, "journeys by type", CXJ_ZERO_TERMINATED, &view));

    uint32_t onboarding, anna, ben;
    TRY(cxj_code(engine, CXJ_DIMENSION_TYPE, "onboarding", CXJ_ZERO_TERMINATED, &onboarding));
    TRY(cxj_code(engine, CXJ_DIMENSION_OWNER, "Anna", CXJ_ZERO_TERMINATED, &anna));
    TRY(cxj_code(engine, CXJ_DIMENSION_OWNER, "Ben", CXJ_ZERO_TERMINATED, &ben));

    cxj_touchpoint touchpoints[2] = {{0}, {0}};
    touchpoints[0].journey = touchpoints[1].journey = 7;
    touchpoints[0].at = 1000;
    touchpoints[0].type = (uint16_t)onboarding;
    touchpoints[0].owner = anna;
    touchpoints[1].at = 4000;
    touchpoints[1].owner = ben;
    touchpoints[1].outcome = CXJ_OUTCOME_COMPLETED;
    cxj_receipt receipt;
    TRY(cxj_record(engine, touchpoints, sizeof touchpoints[0], 2, 0, &receipt, sizeof receipt));

    uint32_t metrics[2];
    TRY(cxj_metric_find(CXJ_GRAIN_JOURNEYS, "handoffs", CXJ_ZERO_TERMINATED, &metrics[0]));
    TRY(cxj_metric_find(CXJ_GRAIN_JOURNEYS, "duration_mean", CXJ_ZERO_TERMINATED, &metrics[1]));
    cxj_text key = {"onboarding", CXJ_ZERO_TERMINATED};
    cxj_value results[2];
    TRY(cxj_view_get(view, &key, sizeof key, 1, metrics, 2, NULL, 0, results, sizeof results[0]));

    printf("cxj %s: %g handoff, %g ms\n", cxj_version_text(), results[0].value, results[1].value);
    return receipt.accepted == 2 && results[0].value == 1 && results[1].value == 3000 ? 0 : 1;
}

int main(void) {
    /* The header at hand and the library that was loaded must be of one version. */
    if (cxj_version() != CXJ_VERSION_MAJOR * 1000000 + CXJ_VERSION_MINOR * 1000 + CXJ_VERSION_PATCH) {
        fprintf(stderr, "the library is %s\n", cxj_version_text());
        return 1;
    }
    char message[200];
    cxj_engine *engine;
    if (cxj_engine_create(NULL, message, sizeof message, &engine) != CXJ_OK) {
        fprintf(stderr, "%s\n", message);
        return 1;
    }
    int status = check(engine);
    cxj_engine_destroy(engine);
    return status;
}
