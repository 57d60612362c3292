/* settle: which revision of a touchpoint holds: arrivals of a call meet each other and what is held. */
#ifndef CXJ__SETTLE_H
#define CXJ__SETTLE_H

#include "append.h"

struct cxj__range {
    size_t from, to;
};

/* What arrives for one journey, and the change that comes of it. */
struct cxj__arrivals {
    struct cxj__journey *journey;
    size_t first, last;            /* in entries, plus one */
    struct cxj__range range;       /* of entries: these, those of one id side by side; then what is to stand */
    struct cxj__range leaving;     /* of entries: records that make way */
    struct cxj__range retractions; /* what becomes of withdrawn touchpoints */
    struct cxj__edit edit;
};

/* How the feed met what was there. */
struct cxj__feed {
    uint64_t accepted, duplicates, conflicts, superseded;
};

/* Arrivals under way, and what lasts from one call to the next. */
struct cxj__settling {
    CXJ__LIST(struct cxj__arrivals) journeys;
    CXJ__LIST(struct cxj__entry) entries; /* first all arrivals, those of one journey chained, then what changes need */
    CXJ__LIST(struct cxj__entry) scratch;
    CXJ__LIST(size_t) refused; /* places of arrivals for which their journey has no room, in no order */
    CXJ__LIST(size_t) leavers; /* positions of records that make way for another revision */
    CXJ__LIST(struct cxj__retraction) retractions;
    size_t passed; /* withdrawn ids of their journeys, which changes of such ids go through */
    struct cxj__feed feed;
    bool took_back; /* since all was given back last, a touchpoint that is withdrawn met its fields */
};

/* Begins with no arrivals. */
void cxj__settle_begin(struct cxj__settling *settling);

/* Notes the arrival of a touchpoint that is valid; place is its place in the call. Of one that is withdrawn nothing
 * counts but journey, id and revision. CXJ_OK, CXJ_NO_MEMORY, or CXJ_LATE if its journey is sealed, and then it is not
 * among the arrivals. */
cxj_status cxj__settle_arrival(struct cxj__settling *settling, struct cxj__core *core, const cxj_touchpoint *touchpoint,
                               size_t place);

/* Finds out what the arrivals change, and makes all changes. Those arrivals for which their journey has no room are
 * listed in refused. False where there is no memory, and then nothing has changed. The changes are to be ended or
 * undone. */
bool cxj__settle_change(struct cxj__settling *settling, struct cxj__core *core);

/* Undoes all changes, or those that were found out; nothing shows of them, and journeys that were made for them go. */
void cxj__settle_undo(struct cxj__settling *settling, struct cxj__core *core);

/* Ends all changes: from here on they stand. Cells that are empty now go. */
void cxj__settle_end(struct cxj__settling *settling, struct cxj__core *core);

/* Work that the arrivals have made: entries unpacked and merged, withdrawn ids gone through. */
static inline size_t cxj__settle_work(const struct cxj__settling *settling) {
    return settling->entries.count + settling->passed;
}

/* Gives all room back, and leaves no trace of what was in it. */
void cxj__settle_free(struct cxj__settling *settling, struct cxj__memory *memory);

#endif
