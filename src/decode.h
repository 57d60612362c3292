/* decode: what was saved, read into an engine and checked to the last number, or only checked. */
#ifndef CXJ__DECODE_H
#define CXJ__DECODE_H

#include "engine.h"
#include "format.h"
#include "sums.h"
#include "wire.h"

/* What becomes of what is read. */
enum cxj__decode_purpose {
    CXJ__DECODE_CHECK,      /* nothing */
    CXJ__DECODE_BUILD,      /* an engine */
    CXJ__DECODE_BUILD_BARE, /* one whose views hold only what sealed journeys have contributed: enough to merge it */
};

/* What is said at the beginning, of all that follows. */
struct cxj__decode_totals {
    int64_t now; /* INT64_MIN: none */
    uint64_t sealed_touchpoints, sealed_journeys;
    int64_t sealed_latest;
    size_t names[CXJ__DICTIONARIES + 1];
    uint64_t views, journeys, touchpoints;
};

struct cxj__decode {
    /* To be given. */
    cxj_engine *engine; /* an empty one: names and views are added in any case */
    enum cxj__decode_purpose purpose;
    uint64_t length; /* of all bytes, if that is known; 0: it is not */
    /* Found so far. */
    struct cxj__wire_in in; /* and what is wrong */
    struct cxj__decode_totals totals;
    uint64_t sealed, touchpoints; /* sealed journeys; touchpoints that contribute */
    uint64_t withdrawn, unheld;   /* withdrawn ones, and, in format 1, such as are left out: those without an id */
    uint64_t empty;               /* journeys that had no others */
    uint64_t text_key_print;      /* 0: the public key */
    uint64_t work;                /* touchpoints times views */
    uint64_t memory;              /* bytes that all of it takes at least */
    struct cxj__sums_view *views; /* in their order */
    size_t view_count, view_capacity;
    /* The journey under way. */
    uint64_t number;
    size_t rares;                                  /* touchpoints with fields that few have */
    bool is_sealed;                                /* then nothing else is known of it */
    bool is_empty;                                 /* nothing of it is kept: there is no such journey */
    CXJ__LIST(struct cxj__entry) entries;          /* what contributes, in order; not kept if it is only checked */
    CXJ__LIST(struct cxj__retraction) retractions; /* what is withdrawn, by id; likewise */
    uint64_t *ids;
    size_t id_count, id_capacity;
};

/* Begins, with a host that has bytes, and reads all that stands before the journeys: totals, what the host had set,
 * names, views, what sealed journeys have contributed. False if something is wrong: decode->in says what. It must be
 * finished in any case. */
bool cxj__decode_begin(struct cxj__decode *decode, cxj_read read, void *context);

/* Reads the next journey, of which there are totals.journeys. Who builds an engine takes it in before the next, and so
 * counts the names that it uses; without one they are noted here. */
bool cxj__decode_journey(struct cxj__decode *decode);

/* Reads the end, once there are no further journeys, and sees to it that what was said at the beginning is what was
 * found. */
bool cxj__decode_end(struct cxj__decode *decode);

/* Gives back all that it holds but the engine; what was read is cleared. */
void cxj__decode_finish(struct cxj__decode *decode);

#endif
