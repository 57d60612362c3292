/* store: journeys by number, their touchpoints in order. */
#ifndef CXJ__STORE_H
#define CXJ__STORE_H

#include "base.h"
#include "fold.h"

enum {
    CXJ__INDEX_BEYOND = 64, /* touchpoints beyond which a journey keeps an index */
    CXJ__CHECKPOINT_EVERY = 64,
    CXJ__TOUCHPOINTS_LIMIT = 60000, /* so that counts of one journey fit 16 bits */
    CXJ__HOLDERS = 6 /* dimensions of which we know which values were held: the fold's tracks, and cause */
};
#define CXJ__CAUSE_HOLDER 5

/* A touchpoint as it is kept: what nearly all have, packed. bits: facets 17, scale 3, score 7, scope 2, outcome 2,
 * rare 1. more: commitment 3, held 6, place of the rare fields 23. */
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
 * and how many touchpoints fall into a cell. What it would say 0 of is not there. */
enum cxj__index_kind { CXJ__INDEX_NONE, CXJ__INDEX_ID, CXJ__INDEX_HELD, CXJ__INDEX_CELL };

struct cxj__index_entry {
    uint64_t key;      /* the id; holder << 32 | code; the cell's number */
    int64_t value;     /* at; 1 if held; touchpoints in the cell */
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

/* A journey. Open promises are kept aside from the fold: few journeys have more than one. */
struct cxj__journey {
    uint64_t number;
    struct cxj__record *records;
    size_t count, capacity;
    struct cxj__rare *rares;
    size_t rare_count, rare_capacity;
    uint32_t *occasions; /* in order; as many as the fold says */
    size_t occasion_capacity;
    struct cxj__index *index; /* NULL while it is short */
    uint32_t place;           /* in the store */
    uint32_t change;          /* its place in the plan under way, plus one; 0: none */
    struct cxj__fold fold;
};

/* Journeys stand in blocks that never move; slots is an open-addressing table of places plus one. */
struct cxj__store {
    struct cxj__journey **blocks;
    size_t block_capacity;
    size_t places; /* places given out so far */
    size_t count;  /* journeys there are */
    uint32_t *free_places;
    size_t free_count, free_capacity;
    uint32_t *slots;
    size_t slot_capacity;
    uint64_t probes; /* slots looked at by calls that change the engine */
};

/* A touchpoint with all its fields, and which of its values were held before it. */
struct cxj__entry {
    cxj_touchpoint touchpoint;
    uint32_t held;   /* a bit for each holder */
    uint32_t moves;  /* 1: it has just arrived, or leaves for good; 0: it stays */
    size_t place;    /* in the call, if it has just arrived */
    size_t position; /* of the record that holds its id, if it is the first of its id to arrive; SIZE_MAX: none */
};

/* ---- journeys --------------------------------------------------------------------------------------------------- */

void cxj__store_finish(struct cxj__store *store, struct cxj__memory *memory);

/* The journey with a number, or NULL. */
struct cxj__journey *cxj__store_find(const struct cxj__store *store, const struct cxj__seed *seed, uint64_t number,
                                     uint64_t *probes);

/* Looks ahead for calls to come that will touch count journeys: brings slots, journeys and the ends of their records
 * nearer, one stage after the other, so that the waits for memory overlap. */
void cxj__store_approach(const struct cxj__store *store, const struct cxj__seed *seed, const uint64_t *numbers,
                         size_t count);

/* The journey at a place below store->places; one whose number is 0 is not there. */
struct cxj__journey *cxj__store_at(const struct cxj__store *store, size_t place);

/* Makes an empty journey, which is not there yet; NULL if there is no memory. */
struct cxj__journey *cxj__store_make(struct cxj__store *store, struct cxj__memory *memory, const struct cxj__seed *seed,
                                     uint64_t number);

/* Removes a journey and all that it holds. */
void cxj__store_remove(struct cxj__store *store, struct cxj__memory *memory, const struct cxj__seed *seed,
                       struct cxj__journey *journey);

/* ---- touchpoints ------------------------------------------------------------------------------------------------ */

/* Negative, zero or positive as a stands before, with or after b by (at, sequence, id). */
int cxj__store_compare(const cxj_touchpoint *a, const cxj_touchpoint *b);

/* The touchpoint at a position. */
void cxj__store_unpack(const struct cxj__journey *journey, size_t position, struct cxj__entry *entry);

/* Where a touchpoint that has just arrived goes: behind all that stand before it or with it. */
size_t cxj__store_position(const struct cxj__journey *journey, const cxj_touchpoint *touchpoint);

/* The position of the touchpoint with an id, or SIZE_MAX. */
size_t cxj__store_find_id(const struct cxj__journey *journey, uint64_t id, const struct cxj__seed *seed,
                          uint64_t *probes);

/* The code that a touchpoint has for a holder. */
uint32_t cxj__store_code(const cxj_touchpoint *touchpoint, uint32_t holder);

/* The same of the record at a position. */
uint32_t cxj__store_code_at(const struct cxj__journey *journey, size_t position, uint32_t holder);

/* True if a touchpoint before position that is not withdrawn has this code. With an index, position must be the end of
 * what the index knows. */
bool cxj__store_holds(const struct cxj__journey *journey, size_t position, uint32_t holder, uint32_t code,
                      const struct cxj__seed *seed, uint64_t *probes);

/* Makes room for count records with rares rare fields; a journey that is or becomes long gets its index, to which the
 * caller adds the cells if it was not there before. Room in the index is reserved apart. */
bool cxj__store_reserve(struct cxj__journey *journey, struct cxj__memory *memory, const struct cxj__seed *seed,
                        size_t count, size_t rares);
bool cxj__store_reserve_occasions(struct cxj__journey *journey, struct cxj__memory *memory, size_t count);
bool cxj__store_reserve_index(struct cxj__journey *journey, struct cxj__memory *memory, const struct cxj__seed *seed,
                              size_t further);
void cxj__store_drop_index(struct cxj__journey *journey, struct cxj__memory *memory);

/* The fold before the record at a position. folded counts the touchpoints folded for it. */
void cxj__store_fold_at(const struct cxj__journey *journey, size_t position, struct cxj__fold *fold, uint64_t *folded);

/* Puts count folds, taken at every CXJ__CHECKPOINT_EVERY records, in the place of those behind position. */
void cxj__store_checkpoint(struct cxj__journey *journey, size_t position, const struct cxj__fold *folds, size_t count);

/* True if a touchpoint has fields that are kept aside. */
bool cxj__store_is_rare(const cxj_touchpoint *touchpoint);

/* Puts entries in the place of all records from position on. Room was reserved. */
void cxj__store_replace(struct cxj__journey *journey, const struct cxj__seed *seed, size_t position,
                        const struct cxj__entry *entries, size_t count);

/* ---- the index of a long journey -------------------------------------------------------------------------------- */

uint64_t cxj__store_held_key(uint32_t holder, uint32_t code);

/* The entry, made with value 0 if it is not there (room was reserved). */
struct cxj__index_entry *cxj__store_index(struct cxj__index *index, const struct cxj__seed *seed,
                                          enum cxj__index_kind kind, uint64_t key);

/* Takes an entry out. Others may move, this one's neighbours into its place. */
void cxj__store_unindex(struct cxj__index *index, const struct cxj__seed *seed, struct cxj__index_entry *entry);

/* The value of an entry, 0 if it is not there. */
int64_t cxj__store_indexed(const struct cxj__index *index, const struct cxj__seed *seed, enum cxj__index_kind kind,
                           uint64_t key, uint64_t *probes);

#endif
