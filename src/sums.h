/* sums: what sealed journeys have contributed, as it is read: into the cells of views, and checked. */
#ifndef CXJ__SUMS_H
#define CXJ__SUMS_H

#include "fold.h"
#include "format.h"
#include "view.h"

/* A view as it stands in the bytes. Format 1 kept texts as they had been given, so several may be one view now: then
 * the first of them is it, and of the others, who say the same, the cells are only checked. */
struct cxj__sums_view {
    struct cxj_view *view;
    uint64_t print;   /* of the text as it stands there */
    bool is_left_out; /* it is not the first */
};

/* Views that must agree: of touchpoints, of transitions by each dimension, of journeys, of ended ones. */
enum { CXJ__SUMS_GROUPS = 2 * (CXJ__TRACKS + 3) }; /* by the clock, and in working hours */

/* What is known where the sums begin. */
struct cxj__sums {
    struct cxj__wire_in *in;
    const struct cxj__seed *seed;    /* of the views */
    struct cxj__names *dictionaries; /* by dimension; names in keys are used */
    const size_t *names;             /* by dimension: how many there are */
    uint64_t touchpoints, journeys;  /* sealed ones that contribute, all in all */
    uint64_t cells_limit;            /* cells of a view */
    bool is_built;                   /* cells are made in the views; else they are only checked */
    uint64_t memory;                 /* receives the bytes that cells which are not made would take at least */
    /* Under way; zero before. */
    struct cxj__format_columns columns[CXJ_GRAIN_JOURNEYS + 1];
    struct cxj__cell *wholes[CXJ__SUMS_GROUPS]; /* NULL: no view of the group was there yet */
    bool lacks;                                 /* format 1: a view was added after journeys were sealed */
};

/* Reads the sums of views, of which there is one at least, and notes those that lack some of them (sealed_lost). False
 * if something is wrong. */
bool cxj__sums_read(struct cxj__sums *sums, const struct cxj__sums_view *views, size_t count);

#endif
