/* agenda: what comes due, on a heap: commitments of journeys, and the moments at which journeys are to be sealed. */
#ifndef CXJ__AGENDA_H
#define CXJ__AGENDA_H

#include "base.h"

/* A commitment of the journey at a place comes due, or the journey is to be sealed (commitment is 0 then, and the heap
 * another). Whether it still does is for whoever takes it from the heap to see: deadlines that were met or moved stay
 * until a sweep comes to them, or their time. */
struct cxj__deadline {
    int64_t due;
    uint32_t place;
    uint32_t commitment;
};

/* A heap, the earliest first, on pages that never move. */
struct cxj__heap {
    struct cxj__deadline **pages; /* beyond those in use: empty ones */
    size_t directory;             /* room for so many of them */
    size_t owned;                 /* how many there are */
    size_t first;                 /* room on the first page: less than on the others while the heap is small */
    size_t count;
};

/* All deadlines. While a sweep is under way, old holds those that it has still to look at. */
struct cxj__agenda {
    struct cxj__heap heap, old;
    size_t reserved; /* pushes for which there is room, and whose share of sweeping is done */
    size_t held;     /* deadlines that the last sweep, or the one under way, found to hold */
    size_t known;    /* deadlines that hold, as far as somebody has said so; see cxj__agenda_note() */
};

/* True if a deadline is still one. */
typedef bool (*cxj__agenda_holds)(const void *context, const struct cxj__deadline *deadline);

/* How many deadlines there are, equal ones counted each. */
size_t cxj__agenda_count(const struct cxj__agenda *agenda);

/* Keeps the deadlines that hold, and leaves no trace of the others in memory. It looks at all at once. */
void cxj__agenda_compact(struct cxj__agenda *agenda, cxj__agenda_holds holds, const void *context);

/* Makes room for further deadlines, those for which room was reserved and that were not pushed yet among them. It looks
 * at a few that are there, and drops those that hold no more. True, or false where there is no memory; then all that
 * hold are still there, and so is the room that was reserved before. */
bool cxj__agenda_reserve(struct cxj__agenda *agenda, struct cxj__memory *memory, size_t further,
                         cxj__agenda_holds holds, const void *context);

/* Adds a deadline, for which room was reserved. */
void cxj__agenda_push(struct cxj__agenda *agenda, struct cxj__deadline deadline);

/* So many deadlines hold from now on, and so many no more: while half of what is there is known to hold, no sweep has to
 * look at it. Where nobody says so, sweeps do. */
void cxj__agenda_note(struct cxj__agenda *agenda, size_t begun, size_t ended);

/* Takes the earliest deadline before a moment, and all that are equal to it. False if there is none. */
bool cxj__agenda_pop(struct cxj__agenda *agenda, int64_t before, struct cxj__deadline *deadline);

void cxj__agenda_finish(struct cxj__agenda *agenda, struct cxj__memory *memory);

#endif
