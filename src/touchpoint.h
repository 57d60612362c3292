/* touchpoint: what a single touchpoint may say, whoever says it. */
#ifndef CXJ__TOUCHPOINT_H
#define CXJ__TOUCHPOINT_H

#include "names.h"

/* What is wrong with a touchpoint: the field, its value, and what it should be. */
struct cxj__refusal {
    const char *field;
    int64_t value;
    const char *rule;
};

/* True for a moment of the years 0001 to 9999. */
bool cxj__touchpoint_is_moment(int64_t moment);

/* True if all fields but the codes are within their bounds (section 2 of the specification); else refusal says which is
 * not. */
bool cxj__touchpoint_check(const cxj_touchpoint *touchpoint, struct cxj__refusal *refusal);

/* The codes of a touchpoint, by dimension; codes[0] is 0. */
static inline void cxj__touchpoint_codes(const cxj_touchpoint *t, uint32_t codes[CXJ__DICTIONARIES + 1]) {
    codes[0] = 0;
    codes[CXJ_DIMENSION_OWNER] = t->owner;
    codes[CXJ_DIMENSION_TEAM] = t->team;
    codes[CXJ_DIMENSION_CHANNEL] = t->channel;
    codes[CXJ_DIMENSION_STAGE] = t->stage;
    codes[CXJ_DIMENSION_ACTIVITY] = t->activity;
    codes[CXJ_DIMENSION_CAUSE] = t->cause;
    codes[CXJ_DIMENSION_TYPE] = t->type;
    codes[CXJ_DIMENSION_SEGMENT] = t->segment;
    codes[CXJ_DIMENSION_REASON] = t->reason;
}

/* Gives a touchpoint other codes: to[dimension][code] is the one for a code. */
void cxj__touchpoint_translate(cxj_touchpoint *touchpoint, uint32_t *const *to);

#endif
