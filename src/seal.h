/* seal: what is let go: journeys that have ended, or rested, for long enough. */
#ifndef CXJ__SEAL_H
#define CXJ__SEAL_H

#include "alerts.h"
#include "post.h"

/* Makes room for the deadlines of so many journeys. As with those of commitments, it is called before a change. */
bool cxj__seal_reserve(struct cxj__core *core, size_t journeys);

/* Sees to it that a journey is looked at no later than at the moment at which it is to be sealed. There is room. */
void cxj__seal_watch(struct cxj__core *core, struct cxj__journey *journey);

/* The same if there is room; if not, all journeys will be looked at. */
void cxj__seal_try_to_watch(struct cxj__core *core, struct cxj__journey *journey);

/* Drops the deadlines that hold no more, and leaves no trace of them. */
void cxj__seal_compact(struct cxj__core *core);

/* Seals all journeys whose time has come by the clock. CXJ_OK, or CXJ_NO_MEMORY: some are left for the next time. */
cxj_status cxj__seal_due(struct cxj__core *core);

#endif
