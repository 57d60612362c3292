/* append: the two verbs: the next touchpoint of a journey is appended; or its last ones make way for others. */
#ifndef CXJ__APPEND_H
#define CXJ__APPEND_H

#include "alerts.h"
#include "due.h"
#include "seal.h"

/* ---- the next touchpoints --------------------------------------------------------------------------------------- */

/* Touchpoints that are appended together: first their journeys take them, then cells come nearer, then they are added
 * there. So memory is waited for in parallel. */
enum { CXJ__APPEND_GROUP = 16, CXJ__APPEND_TARGETS = CXJ__LARGEST_LOT };

/* One of them, its journey as it was before, and the facts that it made. */
struct cxj__appended {
    struct cxj__journey *journey;
    cxj_touchpoint touchpoint;
    uint32_t held;
    size_t fact_count;
    struct cxj__fold before;
    struct cxj__fact facts[CXJ__FACTS_OF_A_STEP];
    struct cxj__post post;
    size_t first, end; /* of its postings in the lot of the group */
    bool is_listed;    /* there was room for all */
    uint32_t changed;  /* dimensions of the journey that it has changed */
};

/* A group under way. A journey is in it once at most. */
struct cxj__append {
    struct cxj__appended *items; /* room for CXJ__APPEND_GROUP; NULL: none yet */
    size_t count;
    struct cxj__lot lot; /* of their postings, in room for CXJ__APPEND_TARGETS */
};

enum cxj__append_result {
    CXJ__APPENDED,         /* its journey has taken it; cells will when the group is finished */
    CXJ__APPEND_NOT_NEXT,  /* it does not come last, is not new, or moves what stands before it: nothing has changed */
    CXJ__APPEND_FULL,      /* the group is full or has its journey already: it has to be finished first */
    CXJ__APPEND_NO_MEMORY, /* nothing has changed */
};

/* Lets a journey, perhaps one just made, take a touchpoint that is valid and not withdrawn. */
enum cxj__append_result cxj__append_next(struct cxj__append *append, struct cxj__core *core,
                                         struct cxj__journey *journey, const cxj_touchpoint *touchpoint);

/* Adds to cells what the group has brought, and begins another. Returns how many of its touchpoints are in: all, or
 * where memory ends, those before the one for which there is none; the others are as if they had not come. */
size_t cxj__append_finish_group(struct cxj__append *append, struct cxj__core *core);

/* Gives all room back, and leaves no trace of what was in it. No group is under way. */
void cxj__append_free(struct cxj__append *append, struct cxj__memory *memory);

/* ---- any change ------------------------------------------------------------------------------------------------- */

/* A journey's records from position on make way for others. Of the entries that leave, which are those that stand
 * there, and of those that arrive, moves says which leave or arrive for good. They are kept until the change is
 * settled. */
struct cxj__edit {
    struct cxj__journey *journey;
    size_t position;
    struct cxj__entry *leaving, *arriving;
    size_t leaving_count, arriving_count;
    const struct cxj__retraction *retractions; /* of withdrawn touchpoints, by id */
    size_t retraction_count;
    /* Of the journey before the change; set by cxj__append_edit(). */
    struct cxj__counted counted;
    struct cxj__dues dues;
};

/* New deadlines that a change may bring, at most. */
size_t cxj__append_deadlines(const struct cxj__edit *edit);

/* Makes the change; there is room for its deadlines. False where there is no memory, and all is as it was. */
bool cxj__append_edit(struct cxj__core *core, struct cxj__edit *edit);

/* Takes back a change that was made, and not settled; the journey's later ones were taken back before. Cannot fail. */
void cxj__append_undo(struct cxj__core *core, const struct cxj__edit *edit);

/* Settles a change: what is withdrawn, what is counted, what comes due. Cannot fail. */
void cxj__append_settle(struct cxj__core *core, const struct cxj__edit *edit);

#endif
