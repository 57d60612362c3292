/* store: journeys by number, their touchpoints in order. */
#ifndef CXJ__STORE_H
#define CXJ__STORE_H

#include "base.h"
#include "journey.h"
#include "table.h"

/* All journeys as they were at some moment, though they change meanwhile: those that do are copied before. While it is
 * open none may be removed, but such as came later; and places that were free are not given out. */
struct cxj__snapshot {
    struct cxj__journey **kept; /* copies */
    size_t count, capacity;
    size_t places; /* of the store at that moment */
    uint32_t free; /* the first free one at that moment, plus one */
    uint64_t done; /* journeys up to this number are not needed any more */
    bool is_open;
    bool is_lost; /* there was no memory for a copy */
};

/* Journeys stand in blocks that never move. */
struct cxj__store {
    char **blocks;
    size_t block_capacity;
    size_t places;   /* places given out so far */
    uint32_t free;   /* the first place that is free again, plus one; 0: none */
    int64_t *latest; /* [block]: no touchpoint of its journeys is later; INT64_MIN: there was none */
    size_t latest_capacity;
    struct cxj__table table;  /* of places */
    struct cxj__table sealed; /* of numbers: journeys whose touchpoints were let go */
    struct cxj__snapshot snapshot;
    uint64_t probes; /* slots looked at and moved by calls that change the engine */
};

/* ---- journeys --------------------------------------------------------------------------------------------------- */

void cxj__store_finish(struct cxj__store *store, struct cxj__memory *memory);

/* The journey with a number, or NULL. */
struct cxj__journey *cxj__store_find(const struct cxj__store *store, const struct cxj__seed *seed, uint64_t number,
                                     uint64_t *probes);

/* Looking ahead to the touchpoints that are about to come, in stages, each of which needs time before the next: the slot
 * in which a number will be looked for, NULL if there is none; a guess of the journey from what stands there, NULL if
 * there is none; what every touchpoint needs of a journey comes nearer. */
const void *cxj__store_slot(const struct cxj__store *store, const struct cxj__seed *seed, uint64_t number);
struct cxj__journey *cxj__store_guess(const struct cxj__store *store, const struct cxj__seed *seed, uint64_t number);
void cxj__store_prefetch_journey(const struct cxj__journey *journey);

/* And where its next touchpoint will stand, whose fields may not be known yet (NULL). */
void cxj__store_approach_end(const struct cxj__journey *journey, const cxj_touchpoint *next);

/* The same for a number that has no journey, and for which one will be made. */
void cxj__store_approach_new(const struct cxj__store *store, const struct cxj__seed *seed, uint64_t number);

/* The journey at a place below store->places; one whose number is 0 is not there. */
struct cxj__journey *cxj__store_at(const struct cxj__store *store, size_t place);

/* Makes an empty journey, which is not there yet; NULL if there is no memory. */
struct cxj__journey *cxj__store_make(struct cxj__store *store, struct cxj__memory *memory, const struct cxj__seed *seed,
                                     uint64_t number);

/* Takes a journey out of the table, so that its number leads to it no more, or puts it back, for which there is room as
 * long as no other came. */
void cxj__store_detach(struct cxj__store *store, const struct cxj__seed *seed, const struct cxj__journey *journey);
void cxj__store_attach(struct cxj__store *store, const struct cxj__seed *seed, const struct cxj__journey *journey);

/* Gives a journey a number that no other has. False, and then it keeps its own, if there is no memory. */
bool cxj__store_rename(struct cxj__store *store, struct cxj__memory *memory, const struct cxj__seed *seed,
                       struct cxj__journey *journey, uint64_t number);

/* Frees a journey that is out of the table, and all that it holds. */
void cxj__store_release(struct cxj__store *store, struct cxj__memory *memory, struct cxj__journey *journey);

/* Copies a journey of another store, whose codes become codes[dimension][code] here (NULL: they stay); to the table, or
 * out of it. The index of a long one knows nothing of views. With a calendar it has durations in working hours, zero if the other has
 * none. NULL if there is no memory. */
struct cxj__journey *cxj__store_copy(struct cxj__store *store, struct cxj__memory *memory, const struct cxj__seed *seed,
                                     const struct cxj__journey *journey, uint32_t *const *codes,
                                     const struct cxj__calendar *calendar, bool attached);

/* True if a journey was sealed. */
bool cxj__store_is_sealed(const struct cxj__store *store, const struct cxj__seed *seed, uint64_t number,
                          uint64_t *probes);

/* Remembers a number as sealed; false if there is no memory. */
bool cxj__store_seal(struct cxj__store *store, struct cxj__memory *memory, const struct cxj__seed *seed,
                     uint64_t number);

/* Forgets a number that is sealed. */
void cxj__store_unseal(struct cxj__store *store, const struct cxj__seed *seed, uint64_t number);

/* Removes a journey and all that it holds. */
void cxj__store_remove(struct cxj__store *store, struct cxj__memory *memory, const struct cxj__seed *seed,
                       struct cxj__journey *journey);

/* Notes the at of the last touchpoint of a journey. */
void cxj__store_note_latest(struct cxj__store *store, size_t place, int64_t at);

/* The at of the latest touchpoint of all journeys that contributes, INT64_MIN if there is none. It looks at one number
 * for each block of journeys; once for each block of which the latest went, it looks at its journeys, and at all blocks
 * again. */
int64_t cxj__store_find_latest(struct cxj__store *store);

/* Opens a snapshot of all journeys; keeps a journey that is about to change, if it needs to be kept; the journey at a
 * place that had one, as it was then; closes the snapshot. */
void cxj__store_open_snapshot(struct cxj__store *store);
void cxj__store_keep(struct cxj__store *store, struct cxj__memory *memory, struct cxj__journey *journey);
const struct cxj__journey *cxj__store_in_snapshot(const struct cxj__store *store, size_t place);
void cxj__store_close_snapshot(struct cxj__store *store, struct cxj__memory *memory);

#endif
