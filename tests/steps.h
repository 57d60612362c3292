/* steps: serves the tests of fold and contribution: a journey that is built touchpoint by touchpoint through
 * cxj__fold_step(). After each step its facts can be looked at, and at any time what the journey adds to a cell of
 * journeys.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef STEPS_H
#define STEPS_H

#include "contribution.h"
#include "fold.h"
#include "suite.h"

#include "chance.h"

#define CONTACT CXJ_FACET_CONTACT
#define INBOUND CXJ_FACET_INBOUND
#define CHASE CXJ_FACET_CHASE
#define UPDATE CXJ_FACET_UPDATE
#define NEXT_STEP CXJ_FACET_NEXT_STEP
#define EXPLAINS CXJ_FACET_EXPLAINS
#define DELIVERED CXJ_FACET_DELIVERED
#define REQUESTED CXJ_FACET_REQUESTED
#define REPEATED CXJ_FACET_REPEATED
#define CONTRADICTED CXJ_FACET_CONTRADICTED
#define FAULT CXJ_FACET_FAULT
#define RESOLVED CXJ_FACET_RESOLVED
#define REOPENS CXJ_FACET_REOPENS
#define PENDING CXJ_FACET_PENDING
#define ASKED CXJ_FACET_ASKED
#define CHURNED CXJ_FACET_CHURNED
#define RESUMES CXJ_FACET_RESUMES
enum { COMPLETED = CXJ_OUTCOME_COMPLETED, ABANDONED = CXJ_OUTCOME_ABANDONED };
enum { OWNER, TEAM, CHANNEL, STAGE, ACTIVITY };

struct journey {
    struct cxj__fold fold;
    struct cxj__fact facts[CXJ__FACTS_OF_A_STEP]; /* of the last step */
    size_t count;
    uint64_t held[CXJ__TRACKS]; /* a bit for each value below 64 that occurred */
};

/* What a touchpoint says besides its moment; T(0) says nothing. */
#define T(...) ((cxj_touchpoint){__VA_ARGS__})
#define RATED(what, by, points) .scale = CXJ_SCALE_##by, .score = (points), .scope = CXJ_SCOPE_##what

/* Section 2, table of scales, in its order. */
enum { SCALES = 8 };
extern const struct scale {
    uint8_t lowest, highest, satisfied, delighted, dissatisfied;
    char kind; /* Satisfaction, Loyalty, Effort */
} scales[SCALES];

cxj_touchpoint with_value(cxj_touchpoint m, int d, uint16_t value);
cxj_touchpoint rating(int scale, int score, int scope);

/* Any touchpoint, of few values, so that they come again. */
cxj_touchpoint anything(int64_t at);

/* Takes a step; facts of transitions come of the dimensions that are wanted alone, or of all. */
void add_wanting(struct journey *j, int64_t at, cxj_touchpoint m, uint32_t wanted);
void add(struct journey *j, int64_t at, cxj_touchpoint m);

/* True if the last touchpoint counts there. */
bool has(const struct journey *j, int count);

/* What the journey adds to a cell, at a moment or before the clock is set; one of its counts, one of its sums. */
struct cxj__contribution stand_at(const struct journey *j, int64_t now);
struct cxj__contribution stand(const struct journey *j);
int64_t counted(const struct journey *j, int count);
int64_t summed(const struct journey *j, int sum);

/* The last touchpoint's fact of a kind; NULL if there is none. */
const struct cxj__fact *transition(const struct journey *j, int d);
const struct cxj__fact *lost(const struct journey *j, int d);
const struct cxj__fact *step_of(const struct journey *j, int d);
const struct cxj__fact *sample(const struct journey *j, int histogram);
void is_sample(const struct journey *j, int histogram, int64_t duration);

#endif
