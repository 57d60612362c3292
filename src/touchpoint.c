/* touchpoint: what a single touchpoint may say (SPEC.md section 2). */
#include "touchpoint.h"

#include <string.h>

#include "fold.h"

#define MOST_MONEY INT64_C(1000000000000000)

bool cxj__touchpoint_is_moment(int64_t moment) {
    return moment >= CXJ__EARLIEST && moment <= CXJ__LATEST;
}

/* Notes what is wrong, and that something is. */
static bool is_wrong(struct cxj__refusal *refusal, const char *field, int64_t value, const char *rule) {
    *refusal = (struct cxj__refusal){field, value, rule};
    return false;
}

static bool check_numbers(const cxj_touchpoint *t, struct cxj__refusal *refusal) {
    static const uint8_t nothing[sizeof t->reserved];
    if (t->journey == 0) return is_wrong(refusal, "journey", 0, "must not be 0");
    if (!cxj__touchpoint_is_moment(t->at))
        return is_wrong(refusal, "at", t->at, "is not within the years 0001 to 9999");
    if (!cxj__touchpoint_is_moment(t->due))
        return is_wrong(refusal, "due", t->due, "is not within the years 0001 to 9999");
    if (t->value < -MOST_MONEY || t->value > MOST_MONEY) {
        return is_wrong(refusal, "value", t->value, "is beyond 10^15");
    }
    if ((t->facets & ~CXJ_FACETS_ALL) != 0) return is_wrong(refusal, "facets", t->facets, "has an unknown bit");
    if (t->commitment >= CXJ__COMMITMENTS) return is_wrong(refusal, "commitment", t->commitment, "is above 7");
    if (t->outcome > CXJ_OUTCOME_ABANDONED) return is_wrong(refusal, "outcome", t->outcome, "is not known");
    if (memcmp(t->reserved, nothing, sizeof nothing) == 0) return true;
    size_t i = 0;
    while (t->reserved[i] == 0) i++;
    return is_wrong(refusal, "reserved", t->reserved[i], "must be 0");
}

static bool check_rating(const cxj_touchpoint *t, struct cxj__refusal *refusal) {
    if (t->scale == 0) {
        if (t->score != 0) return is_wrong(refusal, "score", t->score, "stands without a scale");
        if (t->scope != 0) return is_wrong(refusal, "scope", t->scope, "stands without a scale");
        return true;
    }
    const struct cxj__scale *scale = cxj__fold_scale(t->scale);
    if (scale == NULL) return is_wrong(refusal, "scale", t->scale, "is not known");
    if (t->score < scale->lowest || t->score > scale->highest) {
        return is_wrong(refusal, "score", t->score, "is off its scale");
    }
    if (t->scope == 0) return is_wrong(refusal, "scope", 0, "must be given with a scale");
    if (t->scope > CXJ_SCOPE_EMPLOYEE) return is_wrong(refusal, "scope", t->scope, "is not known");
    return true;
}

bool cxj__touchpoint_check(const cxj_touchpoint *touchpoint, struct cxj__refusal *refusal) {
    return check_numbers(touchpoint, refusal) && check_rating(touchpoint, refusal);
}

void cxj__touchpoint_translate(cxj_touchpoint *t, uint32_t *const *to) {
    t->owner = to[CXJ_DIMENSION_OWNER][t->owner];
    t->team = (uint16_t)to[CXJ_DIMENSION_TEAM][t->team];
    t->channel = (uint16_t)to[CXJ_DIMENSION_CHANNEL][t->channel];
    t->stage = (uint16_t)to[CXJ_DIMENSION_STAGE][t->stage];
    t->activity = (uint16_t)to[CXJ_DIMENSION_ACTIVITY][t->activity];
    t->cause = (uint16_t)to[CXJ_DIMENSION_CAUSE][t->cause];
    t->type = (uint16_t)to[CXJ_DIMENSION_TYPE][t->type];
    t->segment = (uint16_t)to[CXJ_DIMENSION_SEGMENT][t->segment];
    t->reason = (uint16_t)to[CXJ_DIMENSION_REASON][t->reason];
}
