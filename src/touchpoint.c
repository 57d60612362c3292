/* touchpoint: what a touchpoint is made of, and what a single one may say (SPEC.md section 2). */
#include "touchpoint.h"

#include <string.h>

#define MOST_MONEY INT64_C(1000000000000000)

/* ---- fields ----------------------------------------------------------------------------------------------------- */

void cxj__touchpoint_set_codes(cxj_touchpoint *t, const uint32_t codes[CXJ__DICTIONARIES + 1]) {
    t->owner = codes[CXJ_DIMENSION_OWNER];
    t->team = (uint16_t)codes[CXJ_DIMENSION_TEAM];
    t->activity = (uint16_t)codes[CXJ_DIMENSION_ACTIVITY];
    t->channel = (uint16_t)codes[CXJ_DIMENSION_CHANNEL];
    t->stage = (uint16_t)codes[CXJ_DIMENSION_STAGE];
    t->cause = (uint16_t)codes[CXJ_DIMENSION_CAUSE];
    t->type = (uint16_t)codes[CXJ_DIMENSION_TYPE];
    t->segment = (uint16_t)codes[CXJ_DIMENSION_SEGMENT];
    t->reason = (uint16_t)codes[CXJ_DIMENSION_REASON];
}

CXJ__COLD void cxj__touchpoint_translate(cxj_touchpoint *t, uint32_t *const *to) {
    uint32_t codes[CXJ__DICTIONARIES + 1];
    cxj__touchpoint_codes(t, codes);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) codes[d] = to[d][codes[d]];
    cxj__touchpoint_set_codes(t, codes);
}

int cxj__touchpoint_compare(const cxj_touchpoint *a, const cxj_touchpoint *b, const struct cxj__names *dictionaries) {
    int order = 0;
#define COMPARE_NUMBER(field)                                                                                          \
    if (a->field != b->field) return a->field < b->field ? -1 : 1;
#define COMPARE_CODE(field, dimension)                                                                                 \
    order = cxj__names_compare(&dictionaries[CXJ_DIMENSION_##dimension], a->field, b->field);                          \
    if (order != 0) return order;
    CXJ__FIELDS(COMPARE_NUMBER, COMPARE_CODE)
#undef COMPARE_NUMBER
#undef COMPARE_CODE
    return 0;
}

/* ---- facets ----------------------------------------------------------------------------------------------------- */

static const struct cxj__facet facets_by_bit[] = {
    {"contact", "the customer took part", CXJ_FACET_CONTACT, 0},
    {"inbound", "the customer came to us", CXJ_FACET_INBOUND, CXJ_FACET_CONTACT},
    {"chase", "the customer asked where things stand", CXJ_FACET_CHASE, CXJ_FACET_INBOUND},
    {"update", "we told the customer where things stand", CXJ_FACET_UPDATE, 0},
    {"next_step", "we told the customer what comes next, and from whom", CXJ_FACET_NEXT_STEP, CXJ_FACET_UPDATE},
    {"explains", "we gave the reason for a delay, past or coming", CXJ_FACET_EXPLAINS, CXJ_FACET_UPDATE},
    {"delivered", "the commitment was met at this moment", CXJ_FACET_DELIVERED, 0},
    {"requested", "the time promised is the one the customer asked for", CXJ_FACET_REQUESTED, 0},
    {"repeated", "the customer had to say again what had been said", CXJ_FACET_REPEATED, 0},
    {"contradicted", "what the customer was told did not agree with what had been said before", CXJ_FACET_CONTRADICTED,
     0},
    {"fault", "something went wrong", CXJ_FACET_FAULT, 0},
    {"resolved", "the need was met at this moment", CXJ_FACET_RESOLVED, 0},
    {"reopens", "the journey is taken up again", CXJ_FACET_REOPENS, 0},
    {"pending", "from here on we wait for the customer: the journey is paused", CXJ_FACET_PENDING, 0},
    {"asked", "we asked the customer for a rating", CXJ_FACET_ASKED, 0},
    {"churned", "the customer left", CXJ_FACET_CHURNED, 0},
    {"withdrawn", "this touchpoint is taken back", CXJ_FACET_WITHDRAWN, 0},
    {"resumes", "we go on, though the customer has not come (a state of waiting was left)", CXJ_FACET_RESUMES, 0},
};

const struct cxj__facet *cxj__touchpoint_facet(size_t place) {
    return place < sizeof facets_by_bit / sizeof *facets_by_bit ? &facets_by_bit[place] : NULL;
}

/* The facets that imply others, as constants; from what implies to what is implied, so that once through is enough. The
 * unit test holds this against the table. */
uint32_t cxj__touchpoint_imply(uint32_t facets) {
    if (facets & CXJ_FACET_CHASE) facets |= CXJ_FACET_INBOUND;
    if (facets & CXJ_FACET_INBOUND) facets |= CXJ_FACET_CONTACT;
    if (facets & (CXJ_FACET_NEXT_STEP | CXJ_FACET_EXPLAINS)) facets |= CXJ_FACET_UPDATE;
    return facets;
}

/* ---- ratings ---------------------------------------------------------------------------------------------------- */

const struct cxj__scale *cxj__touchpoint_scale(uint8_t scale) {
    static const struct cxj__scale scales[] = {
        [CXJ_SCALE_CSAT5] = {1, 5, 4, 5, 2, CXJ__SATISFACTION},
        [CXJ_SCALE_CSAT7] = {1, 7, 6, 7, 3, CXJ__SATISFACTION},
        [CXJ_SCALE_CSAT10] = {1, 10, 8, 10, 4, CXJ__SATISFACTION},
        [CXJ_SCALE_PERCENT] = {0, 100, 80, 95, 49, CXJ__SATISFACTION},
        [CXJ_SCALE_BINARY] = {0, 1, 1, 1, 0, CXJ__SATISFACTION},
        [CXJ_SCALE_NPS] = {0, 10, 9, 9, 6, CXJ__LOYALTY},
        [CXJ_SCALE_CES7] = {1, 7, 5, 7, 3, CXJ__EFFORT},
    };
    return scale >= 1 && scale < sizeof scales / sizeof *scales ? &scales[scale] : NULL;
}

double cxj__touchpoint_score(uint8_t number, uint32_t s) {
    const struct cxj__scale *scale = cxj__touchpoint_scale(number);
    return scale->lowest + (double)(s * (uint32_t)(scale->highest - scale->lowest)) / CXJ__RATING_UNIT;
}

/* ---- bounds ----------------------------------------------------------------------------------------------------- */

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
    if (t->at == 0 && !(t->facets & CXJ_FACET_WITHDRAWN)) {
        return is_wrong(refusal, "at", 0, "is none; a touchpoint has a moment");
    }
    if (!cxj__touchpoint_is_moment(t->at))
        return is_wrong(refusal, "at", t->at, "is not within the years 0001 to 9999");
    if (!cxj__touchpoint_is_moment(t->due))
        return is_wrong(refusal, "due", t->due, "is not within the years 0001 to 9999");
    if (t->value < -MOST_MONEY || t->value > MOST_MONEY) {
        return is_wrong(refusal, "value", t->value, "is beyond 10^15");
    }
    if ((t->facets & ~(uint32_t)CXJ_FACETS_ALL) != 0)
        return is_wrong(refusal, "facets", t->facets, "has an unknown bit");
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
    const struct cxj__scale *scale = cxj__touchpoint_scale(t->scale);
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
