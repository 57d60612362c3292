/* queue: alerts that wait to be taken. */
#ifndef CXJ__QUEUE_H
#define CXJ__QUEUE_H

#include "base.h"

/* A ring that grows up to a limit. What was taken out leaves no trace. */
struct cxj__queue {
    cxj_alert *items;
    size_t first, count, capacity;
};

/* The alert at a place below count, the first of which has waited longest. */
cxj_alert *cxj__queue_at(const struct cxj__queue *queue, size_t place);

/* Makes room for so many alerts together, or for the limit if that is less. False, and nothing has changed, if there is no
 * memory. */
bool cxj__queue_reserve(struct cxj__queue *queue, struct cxj__memory *memory, size_t count, size_t limit);

/* Room for one more behind the others, which was reserved and is for the caller to fill; and without the first. */
cxj_alert *cxj__queue_add(struct cxj__queue *queue);
void cxj__queue_drop_first(struct cxj__queue *queue);

/* Takes out all that a test does not let stay; the test may change those that do. */
typedef bool (*cxj__queue_test)(void *context, cxj_alert *alert, uint64_t of);
void cxj__queue_filter(struct cxj__queue *queue, cxj__queue_test may_stay, void *context, uint64_t of);

void cxj__queue_finish(struct cxj__queue *queue, struct cxj__memory *memory);

#endif
