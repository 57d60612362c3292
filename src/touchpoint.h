/* touchpoint: what a touchpoint is made of, as tables (SPEC 2): its fields, its facets, the scales of its rating; and
 * what a single one may say, whoever says it. */
#ifndef CXJ__TOUCHPOINT_H
#define CXJ__TOUCHPOINT_H

#include <string.h>

#include "names.h"

/* ---- fields ----------------------------------------------------------------------------------------------------- */

/* The fields of a touchpoint that are compared where two have one id and revision, in the order of that comparison
 * (SPEC 3.2): numbers as NUMBER(field), codes as CODE(field, DIMENSION). Behind journey, id and revision these are all
 * there are. Columns, comparison, codes and names are made from this list; a test holds it against the struct, and
 * cxj_columns and cxj_named_touchpoint against it. */
/* clang-format off */
#define CXJ__FREQUENT_CODES(CODE)                                                                                      \
    CODE(owner, OWNER) CODE(team, TEAM) CODE(activity, ACTIVITY) CODE(channel, CHANNEL) CODE(stage, STAGE)
#define CXJ__RARE_CODES(CODE) CODE(cause, CAUSE) CODE(type, TYPE) CODE(segment, SEGMENT) CODE(reason, REASON)
#define CXJ__FIELDS(NUMBER, CODE)                                                                                      \
    NUMBER(at) NUMBER(sequence) NUMBER(due) NUMBER(value) NUMBER(customer)                                             \
    CXJ__FREQUENT_CODES(CODE) CXJ__RARE_CODES(CODE)                                                                    \
    NUMBER(facets) NUMBER(scale) NUMBER(score) NUMBER(scope) NUMBER(commitment) NUMBER(outcome)
/* clang-format on */
#define CXJ__NO_FIELD(...)

/* The codes of a touchpoint, by dimension; codes[0] is 0. */
static inline void cxj__touchpoint_codes(const cxj_touchpoint *t, uint32_t codes[CXJ__DICTIONARIES + 1]) {
    codes[0] = 0;
#define CXJ__READ_CODE(field, dimension) codes[CXJ_DIMENSION_##dimension] = t->field;
    CXJ__FIELDS(CXJ__NO_FIELD, CXJ__READ_CODE)
#undef CXJ__READ_CODE
}

/* The codes that few touchpoints state, read as one: 0 where none is stated. */
static inline uint64_t cxj__touchpoint_rare_codes(const cxj_touchpoint *t) {
    uint64_t codes;
    memcpy(&codes, (const char *)t + offsetof(cxj_touchpoint, cause), sizeof codes);
    return codes;
}
_Static_assert(offsetof(cxj_touchpoint, type) == offsetof(cxj_touchpoint, cause) + 2 &&
                   offsetof(cxj_touchpoint, segment) == offsetof(cxj_touchpoint, cause) + 4 &&
                   offsetof(cxj_touchpoint, reason) == offsetof(cxj_touchpoint, cause) + 6,
               "the rare codes stand side by side");

/* Gives a touchpoint these codes, which fit their fields. */
void cxj__touchpoint_set_codes(cxj_touchpoint *touchpoint, const uint32_t codes[CXJ__DICTIONARIES + 1]);

/* Gives a touchpoint other codes: to[dimension][code] is the one for a code. */
void cxj__touchpoint_translate(cxj_touchpoint *touchpoint, uint32_t *const *to);

/* Negative, zero or positive as a is less than b, equal or greater where both have one id and revision (SPEC 3.2):
 * numbers as numbers, codes by their names. Facets are implied already. */
int cxj__touchpoint_compare(const cxj_touchpoint *a, const cxj_touchpoint *b, const struct cxj__names *dictionaries);

/* ---- facets ----------------------------------------------------------------------------------------------------- */

struct cxj__facet {
    const char *name, *summary;
    uint32_t facet;
    uint32_t implies; /* directly; see cxj__touchpoint_imply() */
};

/* The facet at a place of the table, in the order of bits; NULL behind the last. */
const struct cxj__facet *cxj__touchpoint_facet(size_t place);

/* How many facets, from the lowest bit on, are so frequent that they are counted also where they are not there: which of
 * them a touchpoint has, no processor foresees. */
enum { CXJ__FREQUENT_FACETS = 6 };

/* The facets with all that they imply. */
uint32_t cxj__touchpoint_imply(uint32_t facets);

/* ---- ratings ---------------------------------------------------------------------------------------------------- */

/* What a score becomes: an integer of 0..CXJ__RATING_UNIT. */
enum { CXJ__RATING_UNIT = 12600 };

struct cxj__scale {
    uint8_t lowest, highest;
    uint8_t satisfied, delighted; /* from this score up */
    uint8_t dissatisfied;         /* up to this score */
    uint8_t kind;                 /* CXJ__SATISFACTION … */
};
enum { CXJ__SATISFACTION = 1, CXJ__LOYALTY, CXJ__EFFORT };

/* The scale of a number, or NULL if it is none. */
const struct cxj__scale *cxj__touchpoint_scale(uint8_t scale);

/* The score on a scale for which s of 0..CXJ__RATING_UNIT stands; the inverse of how the fold reads a score. */
double cxj__touchpoint_score(uint8_t scale, uint32_t s);

/* ---- bounds ----------------------------------------------------------------------------------------------------- */

enum { CXJ__COMMITMENTS = 8 };

/* What is wrong with a touchpoint: the field, its value, and what it should be. */
struct cxj__refusal {
    const char *field;
    int64_t value;
    const char *rule;
};

/* True for a moment of the years 0001 to 9999. */
bool cxj__touchpoint_is_moment(int64_t moment);

/* True if all fields but the codes are within their bounds (SPEC 2); else refusal says which is not. */
bool cxj__touchpoint_check(const cxj_touchpoint *touchpoint, struct cxj__refusal *refusal);

#endif
