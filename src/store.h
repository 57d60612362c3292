/* store: journeys by number, their touchpoints in order. */
#ifndef CXJ__STORE_H
#define CXJ__STORE_H

#include "base.h"
#include "fold.h"
#include "table.h"

enum {
    CXJ__INDEX_BEYOND = 64, /* touchpoints beyond which a journey keeps an index */
    CXJ__CHECKPOINT_EVERY = 64,
    CXJ__FIRST_RECORDS = 5, /* that stand in the journey itself */
    CXJ__HOLDERS = 6        /* dimensions of which we know which values were held: the fold's tracks, and cause */
};
#define CXJ__CAUSE_HOLDER 5

/* A touchpoint as it is kept: what nearly all have, packed. bits: facets 17, scale 3, score 7, scope 2, outcome 2,
 * rare 1. more: commitment 3, held 6, place of the rare fields 23. Of one that is withdrawn nothing is kept but its id
 * and, in at, its revision; all else is zero. */
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

/* What a long journey keeps, so that no arrival has to look at all of it: where an id stands, which values were held,
 * how many touchpoints fall into a cell, and how many of the values that were held meet a condition with had. What it
 * would say 0 of is not there. */
enum cxj__index_kind { CXJ__INDEX_NONE, CXJ__INDEX_ID, CXJ__INDEX_HELD, CXJ__INDEX_CELL, CXJ__INDEX_HAD };

struct cxj__index_entry {
    uint64_t key;      /* the id; holder << 32 | code; the cell's number; view << 8 | condition */
    int64_t value;     /* at; 1 if held; touchpoints in the cell; values */
    uint32_t sequence; /* of an id */
    uint32_t kind;
};

struct cxj__index {
    struct cxj__index_entry *entries; /* an open-addressing table */
    size_t capacity;
    size_t used;
    struct cxj__fold *checkpoints; /* [i]: the fold after (i + 1) * CXJ__CHECKPOINT_EVERY records */
    size_t checkpoint_capacity;
    size_t checkpoint_count;
};

/* A journey. The lines that nearly every touchpoint touches come first. Few journeys ever have more than commitment 0:
 * in memory a journey ends behind that promise, and the others stand aside (see cxj__store_fold()). */
struct cxj__journey {
    uint64_t number;
    uint64_t ids; /* two bits for each id there ever was: most ids that arrive are new, and seen to be here */
    struct cxj__record *further_records; /* those behind the first, which stand below */
    struct cxj__rare *rares;
    uint32_t *samples;        /* in order; as many as the fold says, or where there was no memory for that, none */
    struct cxj__index *index; /* NULL while it is short */
    uint16_t count;           /* of records: touchpoints that contribute */
    uint16_t withdrawn;       /* of touchpoints that are taken back; see cxj__store_find_withdrawn() */
    uint32_t capacity;        /* of further_records */
    uint32_t rare_count, rare_capacity;
    uint32_t sample_capacity;
    uint32_t place; /* in the store */
    /* Its place among those for which touchpoints are settled, plus one; 0: none. Of a free place: the next one, plus
     * one. */
    uint32_t change;
    uint32_t watched : 1;         /* a deadline stands at seal_at */
    uint32_t is_coming : 1;       /* with the group of touchpoints under way, or with a merge */
    uint32_t kept : 30;           /* its place among those kept for a snapshot, plus one; 0: it is not */
    int64_t seal_at;              /* not after the moment at which it is to be sealed */
    struct cxj__promise *further; /* of commitments 1 and up; NULL if none was ever made */
    struct cxj__record first_records[CXJ__FIRST_RECORDS];
    struct cxj__fold fold;
};

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

/* ---- journeys --------------------------------------------------------------------------------------------------- */

void cxj__store_finish(struct cxj__store *store, struct cxj__memory *memory);

/* The journey with a number, or NULL. */
struct cxj__journey *cxj__store_find(const struct cxj__store *store, const struct cxj__seed *seed, uint64_t number,
                                     uint64_t *probes);

/* Looking ahead to the touchpoints that are about to come, in stages, each of which needs time before the next: brings
 * nearer the slot in which a number will be looked for; guesses the journey from what stands there, NULL if there is
 * none; brings that nearer; and then the end of its records. */
void cxj__store_prefetch_slot(const struct cxj__store *store, const struct cxj__seed *seed, uint64_t number);
struct cxj__journey *cxj__store_guess(const struct cxj__store *store, const struct cxj__seed *seed, uint64_t number);
void cxj__store_prefetch_journey(const struct cxj__journey *journey);
void cxj__store_prefetch_records(const struct cxj__journey *journey);

/* The journey at a place below store->places; one whose number is 0 is not there. */
struct cxj__journey *cxj__store_at(const struct cxj__store *store, size_t place);

/* Makes an empty journey, which is not there yet; NULL if there is no memory. */
struct cxj__journey *cxj__store_make(struct cxj__store *store, struct cxj__memory *memory, const struct cxj__seed *seed,
                                     uint64_t number);

/* Takes a journey out of the table, so that its number leads to it no more, or puts it back, for which there is room as
 * long as no other came. */
void cxj__store_detach(struct cxj__store *store, const struct cxj__seed *seed, const struct cxj__journey *journey);
void cxj__store_attach(struct cxj__store *store, const struct cxj__seed *seed, const struct cxj__journey *journey);

/* Frees a journey that is out of the table, and all that it holds. */
void cxj__store_release(struct cxj__store *store, struct cxj__memory *memory, struct cxj__journey *journey);

/* Copies a journey of another store, whose codes become codes[dimension][code] here; to the table, or out of it. The
 * index of a long one knows nothing of views. NULL if there is no memory. */
struct cxj__journey *cxj__store_copy(struct cxj__store *store, struct cxj__memory *memory, const struct cxj__seed *seed,
                                     const struct cxj__journey *journey, uint32_t *const *codes, bool attached);

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

/* The fold of a journey with all promises that are open: its own, or a copy in room where some of them stand aside;
 * where there was no memory for those, they are found out again. */
const struct cxj__fold *cxj__store_fold(const struct cxj__journey *journey, struct cxj__fold *room);

/* Copies what stands in the journey itself of its fold. */
void cxj__store_copy_fold(const struct cxj__journey *journey, struct cxj__fold *fold);

/* Makes room for the promises of a fold, and puts it in the place of the journey's. Without that room it loses those
 * that stand aside, which a look at its touchpoints finds again. */
bool cxj__store_reserve_fold(struct cxj__journey *journey, struct cxj__memory *memory, const struct cxj__fold *fold);
void cxj__store_set_fold(struct cxj__journey *journey, const struct cxj__fold *fold);

/* ---- touchpoints ------------------------------------------------------------------------------------------------ */

/* Negative, zero or positive as a stands before, with or after b by (at, sequence, id). */
int cxj__store_compare(const cxj_touchpoint *a, const cxj_touchpoint *b);

/* The at of the last record of a journey that has any, and of the one at a position. */
int64_t cxj__store_last_at(const struct cxj__journey *journey);
int64_t cxj__store_moment(const struct cxj__journey *journey, size_t position);

/* True if a touchpoint that has just arrived goes behind all that are there. */
bool cxj__store_comes_last(const struct cxj__journey *journey, const cxj_touchpoint *touchpoint);

/* How many touchpoints a journey keeps, with those that are withdrawn. */
static inline size_t cxj__store_kept(const struct cxj__journey *journey) {
    return (size_t)journey->count + journey->withdrawn;
}

/* The touchpoint at a position: first those that contribute, in order, then those that are withdrawn, by id. */
void cxj__store_unpack(const struct cxj__journey *journey, size_t position, struct cxj__entry *entry);

/* Where a touchpoint that has just arrived goes: behind all that stand before it or with it. */
size_t cxj__store_position(const struct cxj__journey *journey, const cxj_touchpoint *touchpoint);

/* The position of the touchpoint with an id, or SIZE_MAX. */
size_t cxj__store_find_id(const struct cxj__journey *journey, uint64_t id, const struct cxj__seed *seed,
                          uint64_t *probes);

/* True if the touchpoint with an id is withdrawn; then *revision is that of its withdrawal. */
bool cxj__store_find_withdrawn(const struct cxj__journey *journey, uint64_t id, uint64_t *revision);

/* True if the touchpoint with an id is withdrawn. */
static inline bool cxj__store_has_withdrawn(const struct cxj__journey *journey, uint64_t id) {
    uint64_t revision = 0;
    return journey->withdrawn > 0 && cxj__store_find_withdrawn(journey, id, &revision);
}

/* The code that a touchpoint has for a holder. */
static inline uint32_t cxj__store_code(const cxj_touchpoint *t, uint32_t holder) {
    switch (holder + 1) {
    case CXJ_DIMENSION_OWNER:
        return t->owner;
    case CXJ_DIMENSION_TEAM:
        return t->team;
    case CXJ_DIMENSION_CHANNEL:
        return t->channel;
    case CXJ_DIMENSION_STAGE:
        return t->stage;
    case CXJ_DIMENSION_ACTIVITY:
        return t->activity;
    default:
        return t->cause;
    }
}

/* The same of the record at a position. */
uint32_t cxj__store_code_at(const struct cxj__journey *journey, size_t position, uint32_t holder);

/* Which of its values the record at a position has from earlier ones, a bit for each holder. */
uint32_t cxj__store_held(const struct cxj__journey *journey, size_t position);

/* True if a touchpoint before position has this code. */
bool cxj__store_holds(const struct cxj__journey *journey, size_t position, uint32_t holder, uint32_t code);

/* Makes room for count records with rares rare fields, and for further touchpoints that are withdrawn; a journey that
 * is or becomes long gets its index, to which the caller adds the cells if it was not there before. Room in the index
 * is reserved apart. */
bool cxj__store_reserve(struct cxj__journey *journey, struct cxj__memory *memory, const struct cxj__seed *seed,
                        size_t count, size_t further, size_t rares);
bool cxj__store_reserve_samples(struct cxj__journey *journey, struct cxj__memory *memory, size_t count);
void cxj__store_drop_samples(struct cxj__journey *journey, struct cxj__memory *memory);
bool cxj__store_reserve_index(struct cxj__journey *journey, struct cxj__memory *memory, const struct cxj__seed *seed,
                              size_t further);
void cxj__store_drop_index(struct cxj__journey *journey, struct cxj__memory *memory);

/* The fold before the record at a position. folded counts the touchpoints folded for it. */
void cxj__store_fold_at(const struct cxj__journey *journey, size_t position, struct cxj__fold *fold, uint64_t *folded);

/* Keeps the fold after so many records, if it is one to be kept; records are folded in order. */
void cxj__store_checkpoint(struct cxj__journey *journey, size_t behind, const struct cxj__fold *fold);

/* Forgets the folds that are kept behind a position. */
void cxj__store_drop_checkpoints(struct cxj__journey *journey, size_t position);

/* True if a touchpoint has fields that are kept aside. */
bool cxj__store_is_rare(const cxj_touchpoint *touchpoint);

/* Puts a touchpoint behind all that are there, for which there is room; takes the last one out again. */
void cxj__store_append(struct cxj__journey *journey, const struct cxj__seed *seed, const cxj_touchpoint *touchpoint,
                       uint32_t held);
void cxj__store_drop_last(struct cxj__journey *journey, const struct cxj__seed *seed);

/* Puts entries in the place of all records from position on. Room was reserved. The index learns the ids of those that
 * have just arrived. */
void cxj__store_replace(struct cxj__journey *journey, const struct cxj__seed *seed, size_t position,
                        const struct cxj__entry *entries, size_t count);

/* Takes the touchpoint at a position back, which needs no memory. What was held, the fold and what comes of it is for
 * the caller to set right. */
void cxj__store_take_back(struct cxj__journey *journey, const struct cxj__seed *seed, size_t position,
                          uint64_t revision);

/* Sets which of its values the record at a position has from earlier ones. */
void cxj__store_set_held(struct cxj__journey *journey, size_t position, uint32_t held);

/* Changes which touchpoints are withdrawn; retractions stand in the order of their ids, each once. Room was
 * reserved. */
void cxj__store_retract(struct cxj__journey *journey, const struct cxj__seed *seed,
                        const struct cxj__retraction *retractions, size_t count);

/* ---- the index of a long journey -------------------------------------------------------------------------------- */

uint64_t cxj__store_held_key(uint32_t holder, uint32_t code);

/* In a long journey: forgets where an id stands. */
void cxj__store_release_id(struct cxj__journey *journey, const struct cxj__seed *seed, uint64_t id);

/* The entry, made with value 0 if it is not there (room was reserved). */
struct cxj__index_entry *cxj__store_index(struct cxj__index *index, const struct cxj__seed *seed,
                                          enum cxj__index_kind kind, uint64_t key);

/* Takes an entry out. Others may move, this one's neighbours into its place. */
void cxj__store_unindex(struct cxj__index *index, const struct cxj__seed *seed, struct cxj__index_entry *entry);

/* The value of an entry, 0 if it is not there. */
int64_t cxj__store_indexed(const struct cxj__index *index, const struct cxj__seed *seed, enum cxj__index_kind kind,
                           uint64_t key, uint64_t *probes);

#endif
