/* journey: a journey's touchpoints, in order. */
#ifndef CXJ__JOURNEY_H
#define CXJ__JOURNEY_H

#include <string.h>

#include "base.h"
#include "fold.h"
#include "index.h"
#include "touchpoint.h"

enum {
    CXJ__INDEX_BEYOND = 64, /* touchpoints beyond which a journey keeps an index */
    CXJ__FIRST_RECORDS = 5, /* that stand in the journey itself */
    CXJ__FIRST_RARES = 2,   /* the same of rare fields: who the customer is, and what was promised first */
    CXJ__HOLDERS = 6        /* dimensions of which we know which values were held: the fold's tracks, and cause */
};
#define CXJ__CAUSE_HOLDER 5

/* A touchpoint as it is kept: what nearly all have, packed. bits: facets 17 (all but withdrawn), scale 3, score 7, scope
 * 2, outcome 2, rare 1. more: commitment 3, held 6, place of the rare fields 23. Of one that is withdrawn nothing is
 * kept but its id and, in at, its revision; all else is zero. */
struct cxj__record {
    int64_t at;
    uint64_t id;
    uint32_t sequence;
    uint32_t owner;
    uint16_t team, activity, channel, stage;
    uint32_t bits;
    uint32_t more;
};

/* The fields that few have, in the order of the records that have them. */
struct cxj__rare {
    uint64_t revision;
    int64_t due;
    int64_t value;
    uint64_t customer;
    uint16_t cause, type, segment, reason;
};

/* A journey. The lines that nearly every touchpoint touches come first. Few journeys ever have more than commitment 0:
 * in memory a journey ends behind that promise, and the others stand aside (see cxj__journey_fold()). */
struct cxj__journey {
    uint64_t number;
    uint64_t ids; /* two bits for each id there ever was: most ids that arrive are new, and seen to be here */
    struct cxj__record *further_records; /* those behind the first, which stand below */
    struct cxj__rare *rares;             /* the first below, or all apart; NULL: there was none yet */
    uint32_t *samples;        /* in order; as many as the fold says, or where there was no memory for that, none */
    struct cxj__index *index; /* NULL while it is short */
    uint16_t count;           /* of records: touchpoints that contribute */
    uint16_t withdrawn;       /* of touchpoints that are taken back; see cxj__journey_find_withdrawn() */
    uint32_t capacity;        /* of further_records */
    uint32_t rare_count, rare_capacity;
    uint32_t sample_capacity;
    uint32_t place; /* in the store */
    /* Its place among those for which touchpoints are settled, plus one; 0: none. Of a free place: the next one, plus
     * one. */
    uint32_t change;
    uint32_t watched : 1;            /* a deadline stands at seal_at */
    uint32_t is_coming : 1;          /* with the group of touchpoints under way, or with a merge */
    uint32_t kept : 30;              /* its place among those kept for a snapshot, plus one; 0: it is not */
    int64_t seal_at;                 /* not after the moment at which it is to be sealed */
    struct cxj__promise *further;    /* of commitments 1 and up; NULL if none was ever made */
    struct cxj__durations *in_hours; /* the fold's; NULL: nobody asks for them */
    struct cxj__record first_records[CXJ__FIRST_RECORDS];
    struct cxj__rare first_rares[CXJ__FIRST_RARES];
    struct cxj__fold fold;
};

/* Bytes of a journey in memory: it ends behind its first promise. */
#define CXJ__JOURNEY_BYTES offsetof(struct cxj__journey, fold.promises[1])

/* What happens to what a journey keeps of a touchpoint that is withdrawn. */
struct cxj__retraction {
    uint64_t id, revision;
    bool known;  /* it was withdrawn before */
    bool stands; /* it is withdrawn now, with this revision; else it contributes again */
};

/* A touchpoint with all its fields, and which of its values were held before it. */
struct cxj__entry {
    cxj_touchpoint touchpoint;
    uint32_t held;   /* a bit for each holder; those of cause and of none are known in long journeys only */
    uint32_t moves;  /* 1: it has just arrived, or leaves for good; 0: it stays */
    size_t next;     /* the journey's next arrival that is settled, plus one; 0: none */
    size_t place;    /* in the call, if it has just arrived */
    size_t position; /* of the record that holds its id, if it is the first of its id to arrive; SIZE_MAX: none;
                        CXJ__WITHDRAWN: its id is withdrawn */
};
#define CXJ__WITHDRAWN (SIZE_MAX - 1)

/* Frees what a journey holds, and clears it: what is forgotten shall not lie about in freed memory, nor in a place that
 * waits for another journey. */
void cxj__journey_free(struct cxj__journey *journey, struct cxj__memory *memory);

/* The record at a position for which there is room. */
static inline struct cxj__record *cxj__journey_record(const struct cxj__journey *journey, size_t position) {
    const struct cxj__record *record = position < CXJ__FIRST_RECORDS
                                           ? &journey->first_records[position]
                                           : &journey->further_records[position - CXJ__FIRST_RECORDS];
    return (struct cxj__record *)(uintptr_t)record; /* as const as the journey is for who asks */
}

/* The k-th of those withdrawn, in the order of their ids. */
static inline struct cxj__record *cxj__journey_withdrawn_record(const struct cxj__journey *journey, size_t k) {
    return cxj__journey_record(journey, CXJ__FIRST_RECORDS + journey->capacity - 1 - k);
}

/* The customer whose journey it is: as last stated; 0: nobody has said so. Most journeys have few rare fields. */
uint64_t cxj__journey_customer(const struct cxj__journey *journey);

/* Brings nearer where a journey, which is near, says that. */
static inline void cxj__journey_approach_customer(const struct cxj__journey *journey) {
    if (journey->rare_count > 0) cxj__base_touch(&journey->rares[journey->rare_count - 1]);
}

/* ---- the fold of a journey -------------------------------------------------------------------------------------- */

/* The fold of a journey with all promises that are open: its own, or a copy in room where some of them stand aside;
 * where there was no memory for those, they are found out again. */
const struct cxj__fold *cxj__journey_fold(const struct cxj__journey *journey, struct cxj__fold *room);

/* Copies what stands in the journey itself of its fold, and its durations in working hours. */
void cxj__journey_copy_fold(const struct cxj__journey *journey, struct cxj__fold *fold);

/* Makes room for durations in working hours, or gives it back. Makes room for the promises of a fold, and puts it in the place of the journey's. Without that room it loses those
 * that stand aside, which a look at its touchpoints finds again. */
bool cxj__journey_reserve_hours(struct cxj__journey *journey, struct cxj__memory *memory);
void cxj__journey_drop_hours(struct cxj__journey *journey, struct cxj__memory *memory);
bool cxj__journey_reserve_fold(struct cxj__journey *journey, struct cxj__memory *memory, const struct cxj__fold *fold);
void cxj__journey_set_fold(struct cxj__journey *journey, const struct cxj__fold *fold);

/* ---- touchpoints ------------------------------------------------------------------------------------------------ */

/* Negative, zero or positive as a stands before, with or after b by (at, sequence, id). */
int cxj__journey_compare(const cxj_touchpoint *a, const cxj_touchpoint *b);

/* The at of the last record of a journey that has any, and of the one at a position. */
int64_t cxj__journey_last_at(const struct cxj__journey *journey);
int64_t cxj__journey_moment(const struct cxj__journey *journey, size_t position);

/* True if a touchpoint that has just arrived goes behind all that are there. */
bool cxj__journey_comes_last(const struct cxj__journey *journey, const cxj_touchpoint *touchpoint);

/* How many touchpoints a journey keeps, with those that are withdrawn. */
static inline size_t cxj__journey_kept(const struct cxj__journey *journey) {
    return (size_t)journey->count + journey->withdrawn;
}

/* The touchpoint at a position: first those that contribute, in order, then those that are withdrawn, by id. */
void cxj__journey_unpack(const struct cxj__journey *journey, size_t position, struct cxj__entry *entry);

/* Where a touchpoint that has just arrived goes: behind all that stand before it or with it. */
size_t cxj__journey_position(const struct cxj__journey *journey, const cxj_touchpoint *touchpoint);

/* The position of the touchpoint with an id, or SIZE_MAX. */
size_t cxj__journey_find_id(const struct cxj__journey *journey, uint64_t id, const struct cxj__seed *seed,
                            uint64_t *probes);

/* True if the touchpoint with an id is withdrawn; then *revision is that of its withdrawal. */
bool cxj__journey_find_withdrawn(const struct cxj__journey *journey, uint64_t id, uint64_t *revision);

/* True if the touchpoint with an id is withdrawn. */
static inline bool cxj__journey_has_withdrawn(const struct cxj__journey *journey, uint64_t id) {
    uint64_t revision = 0;
    return journey->withdrawn > 0 && cxj__journey_find_withdrawn(journey, id, &revision);
}

/* The code that a touchpoint has for a holder: read from where it stands, for a holder is seldom a constant. */
static inline uint32_t cxj__journey_code(const cxj_touchpoint *t, uint32_t holder) {
    static const uint8_t places[CXJ__HOLDERS] = {[CXJ_DIMENSION_TEAM - 1] = offsetof(cxj_touchpoint, team),
                                                 [CXJ_DIMENSION_CHANNEL - 1] = offsetof(cxj_touchpoint, channel),
                                                 [CXJ_DIMENSION_STAGE - 1] = offsetof(cxj_touchpoint, stage),
                                                 [CXJ_DIMENSION_ACTIVITY - 1] = offsetof(cxj_touchpoint, activity),
                                                 [CXJ__CAUSE_HOLDER] = offsetof(cxj_touchpoint, cause)};
    uint16_t code;
    memcpy(&code, (const char *)t + places[holder], sizeof code);
    return holder == CXJ_DIMENSION_OWNER - 1 ? t->owner : code;
}

/* The same of the record at a position. */
uint32_t cxj__journey_code_at(const struct cxj__journey *journey, size_t position, uint32_t holder);

/* Which of its values the record at a position has from earlier ones, a bit for each holder. */
uint32_t cxj__journey_held(const struct cxj__journey *journey, size_t position);

/* True if a touchpoint before position has this code. */
bool cxj__journey_holds(const struct cxj__journey *journey, size_t position, uint32_t holder, uint32_t code);

/* Makes room for count records with rares rare fields, and for further touchpoints that are withdrawn; a journey that
 * is or becomes long gets its index, to which the caller adds the cells if it was not there before. Room in the index
 * is reserved apart. */
bool cxj__journey_reserve(struct cxj__journey *journey, struct cxj__memory *memory, const struct cxj__seed *seed,
                          size_t count, size_t further, size_t rares);
bool cxj__journey_reserve_rares(struct cxj__journey *journey, struct cxj__memory *memory, size_t count);
bool cxj__journey_reserve_samples(struct cxj__journey *journey, struct cxj__memory *memory, size_t count);
void cxj__journey_drop_samples(struct cxj__journey *journey, struct cxj__memory *memory);
bool cxj__journey_reserve_index(struct cxj__journey *journey, struct cxj__memory *memory, const struct cxj__seed *seed,
                                size_t further);
bool cxj__journey_make_index(struct cxj__journey *journey, struct cxj__memory *memory, const struct cxj__seed *seed);
void cxj__journey_drop_index(struct cxj__journey *journey, struct cxj__memory *memory);

/* The fold before the record at a position, with durations in the working hours of a calendar; NULL: without. folded
 * counts the touchpoints folded for it. */
void cxj__journey_fold_at(const struct cxj__journey *journey, size_t position, const struct cxj__calendar *calendar,
                          struct cxj__fold *fold, uint64_t *folded);

/* Keeps the fold after so many records, if it is one to be kept, with its durations in working hours, if it has them
 * (else NULL); records are folded in order. */
void cxj__journey_checkpoint(struct cxj__journey *journey, size_t behind, const struct cxj__fold *fold,
                             const struct cxj__durations *in_hours);

/* What only rules ask for. Time in proportion to the records behind the last checkpoint. */
void cxj__journey_moments(const struct cxj__journey *journey, struct cxj__moments *moments);

/* The one of those that is asked for most often: a short journey is gone through from its end for it. */
int64_t cxj__journey_dissatisfied_at(const struct cxj__journey *journey);

/* Forgets the folds that are kept behind a position. */
void cxj__journey_drop_checkpoints(struct cxj__journey *journey, size_t position);

/* True if a touchpoint has fields that are kept aside. */
static inline bool cxj__journey_is_rare(const cxj_touchpoint *t) {
    return (t->revision | (uint64_t)t->due | (uint64_t)t->value | t->customer | cxj__touchpoint_rare_codes(t)) != 0;
}

/* True if a short journey has room for one more record, with so many rare fields in all; else it has to be reserved. */
static inline bool cxj__journey_has_room(const struct cxj__journey *journey, size_t rares) {
    size_t kept = cxj__journey_kept(journey);
    return journey->index == NULL && kept < CXJ__FIRST_RECORDS + (size_t)journey->capacity &&
           kept < CXJ__INDEX_BEYOND && rares <= journey->rare_capacity;
}

/* Puts a touchpoint behind all that are there, for which there is room; takes the last one out again. */
void cxj__journey_append(struct cxj__journey *journey, const struct cxj__seed *seed, const cxj_touchpoint *touchpoint,
                         uint32_t held);
void cxj__journey_drop_last(struct cxj__journey *journey, const struct cxj__seed *seed);

/* Puts entries in the place of all records from position on. Room was reserved. The index learns the ids of those that
 * have just arrived. */
void cxj__journey_replace(struct cxj__journey *journey, const struct cxj__seed *seed, size_t position,
                          const struct cxj__entry *entries, size_t count);

/* Takes the touchpoint at a position back, which needs no memory. What was held, the fold and what comes of it is for
 * the caller to set right. */
void cxj__journey_take_back(struct cxj__journey *journey, const struct cxj__seed *seed, size_t position,
                            uint64_t revision);

/* Sets which of its values the record at a position has from earlier ones. */
void cxj__journey_set_held(struct cxj__journey *journey, size_t position, uint32_t held);

/* Changes which touchpoints are withdrawn; retractions stand in the order of their ids, each once. Room was
 * reserved. */
void cxj__journey_retract(struct cxj__journey *journey, const struct cxj__seed *seed,
                          const struct cxj__retraction *retractions, size_t count);

/* In a long journey: forgets where an id stands. */
void cxj__journey_release_id(struct cxj__journey *journey, const struct cxj__seed *seed, uint64_t id);

#endif
