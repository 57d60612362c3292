/* index: what a long journey keeps, so that no arrival has to look at all of it. */
#ifndef CXJ__INDEX_H
#define CXJ__INDEX_H

#include "base.h"
#include "fold.h"

enum { CXJ__CHECKPOINT_EVERY = 64 };

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
    bool is_overfull;              /* more than half of it may be in use: there was no memory, and it had to be taken */
    struct cxj__fold *checkpoints; /* [i]: the fold after (i + 1) * CXJ__CHECKPOINT_EVERY records */
    size_t checkpoint_capacity;
    size_t checkpoint_count;
};

uint64_t cxj__index_held_key(uint32_t holder, uint32_t code);

/* The entry, made with value 0 if it is not there (room was reserved). */
struct cxj__index_entry *cxj__index_reach(struct cxj__index *index, const struct cxj__seed *seed,
                                          enum cxj__index_kind kind, uint64_t key);

/* Takes an entry out. Others may move, this one's neighbours into its place. */
void cxj__index_drop(struct cxj__index *index, const struct cxj__seed *seed, struct cxj__index_entry *entry);

/* The value of an entry, 0 if it is not there. */
int64_t cxj__index_value(const struct cxj__index *index, const struct cxj__seed *seed, enum cxj__index_kind kind,
                         uint64_t key, uint64_t *probes);

/* The entry of a key, or the empty one where it would stand; the table is there. probes counts the slots looked at. */
struct cxj__index_entry *cxj__index_find(const struct cxj__index *index, const struct cxj__seed *seed,
                                         enum cxj__index_kind kind, uint64_t key, uint64_t *probes);

/* Makes room for further entries; false if there is no memory. */
bool cxj__index_reserve(struct cxj__index *index, struct cxj__memory *memory, const struct cxj__seed *seed,
                        size_t further);

/* Frees an index, if it is one, and leaves no trace of what was in it. */
void cxj__index_free(struct cxj__index *index, struct cxj__memory *memory);

#endif
