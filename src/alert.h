/* alert: what comes due. So far: the deadlines, on a heap; what passes is counted as overdue. */
#ifndef CXJ__ALERT_H
#define CXJ__ALERT_H

#include "base.h"

/* A commitment of the journey at a place comes due. Whether it still does is for whoever takes it from the heap to see:
 * deadlines that were met or moved stay until their time comes. */
struct cxj__deadline {
    int64_t due;
    uint32_t place;
    uint32_t commitment;
};

/* A binary heap, the earliest first. */
struct cxj__agenda {
    struct cxj__deadline *deadlines;
    size_t count, capacity;
};

/* True if a deadline is still one. */
typedef bool (*cxj__alert_holds)(const void *context, const struct cxj__deadline *deadline);

/* Keeps the deadlines that hold, each once. */
void cxj__alert_compact(struct cxj__agenda *agenda, cxj__alert_holds holds, const void *context);

/* Makes room for further deadlines; those that hold no more make way before more memory is asked for. */
bool cxj__alert_reserve(struct cxj__agenda *agenda, struct cxj__memory *memory, size_t further, cxj__alert_holds holds,
                        const void *context);

/* Adds a deadline, for which room was reserved. */
void cxj__alert_push(struct cxj__agenda *agenda, struct cxj__deadline deadline);

/* Takes the earliest deadline before a moment, and all that are equal to it. False if there is none. */
bool cxj__alert_pop(struct cxj__agenda *agenda, int64_t before, struct cxj__deadline *deadline);

void cxj__alert_finish(struct cxj__agenda *agenda, struct cxj__memory *memory);

#endif
