/* due: what the clock brings: commitments that come due. */
#ifndef CXJ__DUE_H
#define CXJ__DUE_H

#include "post.h"

/* The commitments of a journey that come due at some time, as they were at some moment: a bit for each, and when. */
struct cxj__dues {
    int64_t at[CXJ__COMMITMENTS];
    uint32_t open;
};

/* Those of a fold, in which all promises are. */
void cxj__due_of(const struct cxj__core *core, const struct cxj__fold *fold, struct cxj__dues *dues);

/* Makes room for so many deadlines. It drops some that hold no more, so it is called before a change, and not again
 * before that change can fail no more: what was dropped might hold again if the change is taken back. */
bool cxj__due_reserve(struct cxj__core *core, size_t count);

/* Notes the deadlines of a journey that it did not have before. There is room. */
void cxj__due_push(struct cxj__core *core, const struct cxj__journey *journey, const struct cxj__dues *before);

/* Notes all deadlines of a journey if there is room; if not, all journeys will be looked at when the clock moves. */
void cxj__due_try_to_push(struct cxj__core *core, const struct cxj__journey *journey);

/* A journey goes, or its deadlines are about to be noted anew: those that it has hold no more. */
void cxj__due_leave(struct cxj__core *core, const struct cxj__journey *journey);

/* Drops the deadlines that hold no more, and leaves no trace of them. */
void cxj__due_compact(struct cxj__core *core);

/* Counts the commitments of a journey that come due from one moment up to another as overdue. */
void cxj__due_pass(struct cxj__core *core, struct cxj__journey *journey, int64_t from, int64_t to);

/* Moves the clock, which must not go back, and counts the commitments whose deadlines pass as overdue; not those of
 * journeys that are coming, which stand by the later clock already. */
void cxj__due_advance(struct cxj__core *core, int64_t now);

/* True if the journey at the deadline's place still has to keep it. */
bool cxj__due_holds(const void *core, const struct cxj__deadline *deadline);

#endif
