/* plan: what a change adds to cells and takes from them: first found out and reserved, then done without fail. */
#ifndef CXJ__PLAN_H
#define CXJ__PLAN_H

#include "alert.h"
#include "base.h"
#include "names.h"
#include "store.h"
#include "view.h"

/* The state that changes work on. */
struct cxj__core {
    struct cxj__memory memory;
    struct cxj__seed seed;
    struct cxj__names dictionaries[CXJ__DICTIONARIES + 1]; /* [CXJ_DIMENSION_…] */
    struct cxj__store store;
    struct cxj__agenda agenda;
    struct cxj_view **views; /* in the order in which they were added */
    size_t view_count, view_capacity;
    uint64_t cells_limit;
    uint32_t touchpoints_limit;
    int64_t now;          /* INT64_MIN before the clock is set */
    uint64_t touchpoints; /* that contribute */
    uint64_t journeys;    /* with one that contributes */
    uint64_t held;        /* touchpoints kept */
    uint64_t folded;      /* touchpoints folded, ever */
};

/* Growing arrays that last from one call to the next. */
#define CXJ__LIST(type)                                                                                                \
    struct {                                                                                                           \
        type *items;                                                                                                   \
        size_t count, capacity;                                                                                        \
    }

/* A touchpoint that has arrived, its facets implied; the arrivals of one journey are chained. */
struct cxj__arrival {
    cxj_touchpoint touchpoint;
    size_t place; /* in the call */
    size_t next;  /* the journey's next arrival in this plan, plus one; 0: none */
};

/* A fact addressed: it goes to this cell, or is taken from it. cell is NULL where the view has no room for it. */
struct cxj__posting {
    struct cxj_view *view;
    struct cxj__cell *cell;
    size_t fact;
    int sign;
};

/* By how much a cell's touchpoints of this journey change. */
struct cxj__tally {
    struct cxj_view *view;
    struct cxj__cell *cell;
    int64_t change;
    int64_t journeys; /* -1, 0 or 1: by how much its distinct journeys change */
};

/* Where a journey's standing moves from and to; NULL: nowhere. */
struct cxj__placing {
    struct cxj_view *view;
    struct cxj__cell *from, *to;
    bool stands; /* after the change; to is NULL nevertheless where the view has no room */
};

struct cxj__range {
    size_t from, to;
};

/* What happens to one journey: its records from position on make way for the entries of arriving. */
struct cxj__change {
    struct cxj__journey *journey;
    size_t first_arrival, last_arrival; /* plus one */
    bool is_void;                       /* nothing changes after all */
    bool marked;                        /* the index knows which values arriving holds */
    size_t position;
    size_t kept_occasions;
    struct cxj__range leaving, arriving, prefix;                   /* of entries */
    struct cxj__range leaving_facts, arriving_facts, prefix_facts; /* of facts */
    struct cxj__range postings, tallies, placings, occasions, checkpoints;
    struct cxj__codes before, after; /* what holds for the whole journey */
    struct cxj__fold fold;           /* after the change */
};

/* How the feed met what was there. */
struct cxj__feed {
    uint64_t accepted, duplicates, conflicts, superseded;
};

struct cxj__plan {
    CXJ__LIST(struct cxj__arrival) arrivals;
    CXJ__LIST(struct cxj__change) changes;
    CXJ__LIST(struct cxj__entry) entries;
    CXJ__LIST(struct cxj__entry) scratch;
    CXJ__LIST(size_t) refused; /* places of arrivals for which their journey has no room, in no order */
    CXJ__LIST(size_t) leavers; /* positions of records that make way for another revision */
    CXJ__LIST(struct cxj__fact) facts;
    CXJ__LIST(struct cxj__posting) postings;
    CXJ__LIST(struct cxj__tally) tallies;
    CXJ__LIST(struct cxj__tally) tally_scratch;
    CXJ__LIST(struct cxj__placing) placings;
    CXJ__LIST(uint32_t) occasions;
    CXJ__LIST(struct cxj__fold) checkpoints;
    size_t deadlines; /* that may be pushed by all plans since the last that was committed or abandoned for good */
    uint64_t folded;  /* touchpoints folded for this plan */
    struct cxj__feed feed;
};

void cxj__plan_finish(struct cxj__plan *plan, struct cxj__memory *memory);

/* Begins an empty plan. */
void cxj__plan_begin(struct cxj__plan *plan);

/* Plans the arrival of a touchpoint that is valid and has all that its facets imply; place is its place in the call.
 * CXJ_OK or CXJ_NO_MEMORY. */
cxj_status cxj__plan_arrival(struct cxj__plan *plan, struct cxj__core *core, const cxj_touchpoint *touchpoint,
                             size_t place);

/* Works out what the arrivals change and reserves what that needs. Those for which their journey has no room are listed
 * in refused. CXJ_OK: commit cannot fail. CXJ_NO_MEMORY: the plan must be abandoned. */
cxj_status cxj__plan_prepare(struct cxj__plan *plan, struct cxj__core *core);

/* Plans that a journey loses all its touchpoints. CXJ_OK or CXJ_NO_MEMORY, and then it must be abandoned. */
cxj_status cxj__plan_erasure(struct cxj__plan *plan, struct cxj__core *core, struct cxj__journey *journey);

/* Plans that a journey enters a new view, as it stands. CXJ_OK or CXJ_NO_MEMORY, and then it must be abandoned. */
cxj_status cxj__plan_entrance(struct cxj__plan *plan, struct cxj__core *core, struct cxj_view *view,
                              struct cxj__journey *journey);

/* Does what was planned, and drops the cells that are empty after it; with keep, empty cells stay for plans to come. */
void cxj__plan_commit(struct cxj__plan *plan, struct cxj__core *core, bool keep);

/* Leaves everything as it was. With keep, what was reserved stays, so that the same plan made again cannot fail. */
void cxj__plan_abandon(struct cxj__plan *plan, struct cxj__core *core, bool keep);

/* Counts a journey's open commitments whose deadline has just passed as overdue. */
void cxj__plan_pass(struct cxj__core *core, const struct cxj__deadline *deadline);

/* True if the journey at the deadline's place still has to keep it. */
bool cxj__plan_holds(const void *core, const struct cxj__deadline *deadline);

#endif
