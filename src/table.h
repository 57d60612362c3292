/* table: finds by a hash, and grows in steps.
 *
 * The tables of the largest engines would take a tenth of a second to grow at once. This one is cut into segments by
 * the upper bits of the hash; a segment grows by a quarter or less, and beyond a size splits in two. So no insertion
 * moves more than a few thousand slots. (The idea is extendible hashing, by Fagin, Nievergelt, Pippenger and Strong,
 * 1979.) */
#ifndef CXJ__TABLE_H
#define CXJ__TABLE_H

#include "base.h"

/* A slot is not 0. In a table of places it is a tag, 32 bits of the hash of what stands at the place, above the place
 * plus one. In a table of numbers it is the number itself, whose hash has the tag. */
struct cxj__segment {
    uint32_t capacity;
    uint32_t used;
    uint32_t depth; /* bits of the tag that all of its slots share */
    uint32_t padding;
    uint64_t slots[]; /* open addressing, at most four fifths full */
};

/* The capacity stands here, too, so that a search waits for the slot alone. */
struct cxj__entrance {
    struct cxj__segment *segment;
    uint32_t capacity;
};

struct cxj__table {
    struct cxj__entrance *directory; /* by the upper bits of the tag; those of one segment are neighbours */
    uint32_t depth;                  /* bits by which the directory is entered */
    bool of_numbers;
    size_t count;
};

/* Where a search is. */
struct cxj__search {
    const uint64_t *slots;
    uint32_t capacity;
    uint32_t at;
};

/* The tag of a number. */
static inline uint32_t cxj__table_tag(const struct cxj__seed *seed, uint64_t number) {
    return (uint32_t)(cxj__base_hash(seed, number) >> 32);
}

/* Upper bits of a tag choose the segment, the lower ones the place in it, whatever its capacity. */
enum { CXJ__TABLE_HOME_BITS = 12 };
static inline uint32_t cxj__table_home(uint32_t tag, uint32_t capacity) {
    return ((tag & ((1U << CXJ__TABLE_HOME_BITS) - 1)) * capacity) >> CXJ__TABLE_HOME_BITS;
}

/* Begins to search for a tag. False if the table is empty. */
static inline bool cxj__table_search(const struct cxj__table *table, uint32_t tag, struct cxj__search *search) {
    if (table->directory == NULL) return false;
    const struct cxj__entrance *at = &table->directory[(uint64_t)tag >> (32 - table->depth)];
    *search = (struct cxj__search){at->segment->slots, at->capacity, cxj__table_home(tag, at->capacity)};
    return true;
}

/* Brings nearer what putting in a slot with a tag will touch. */
static inline void cxj__table_approach(const struct cxj__table *table, uint32_t tag) {
    struct cxj__search search;
    if (!cxj__table_search(table, tag, &search)) return;
    CXJ__PREFETCH((const char *)search.slots - offsetof(struct cxj__segment, slots));
    CXJ__PREFETCH(&search.slots[search.at]);
}

/* The slot that a search is at, 0 if it is over, and on to the next. */
static inline uint64_t cxj__table_next(struct cxj__search *search) {
    uint64_t slot = search->slots[search->at];
    if (++search->at == search->capacity) search->at = 0;
    return slot;
}

/* A slot with a tag in its upper half, nearly always the one that the search would come to first; 0: there is none. The
 * first ones are looked at together, for how far a search goes no processor foresees. */
static inline uint64_t cxj__table_find_tag(struct cxj__search *search, uint32_t tag) {
    enum { TOGETHER = 4 };
    uint64_t slot = 0;
    if (search->at + TOGETHER <= search->capacity) {
        const uint64_t *slots = &search->slots[search->at];
        for (size_t i = TOGETHER; i-- > 0;) slot = slots[i] >> 32 == tag ? slots[i] : slot;
        if (slot != 0) return slot;
    }
    while ((slot = cxj__table_next(search)) != 0 && slot >> 32 != tag) continue;
    return slot;
}

/* Makes room for one more slot with a tag. moved counts the slots that were moved for it. */
bool cxj__table_reserve(struct cxj__table *table, struct cxj__memory *memory, const struct cxj__seed *seed,
                        uint32_t tag, uint64_t *moved);

/* Puts in a slot that is not there, for which room was reserved. */
void cxj__table_insert(struct cxj__table *table, uint32_t tag, uint64_t slot);

/* Takes out a slot that is there. */
void cxj__table_remove(struct cxj__table *table, const struct cxj__seed *seed, uint32_t tag, uint64_t slot);

/* Calls visit with each slot, in no order that means anything, as long as it says true. True if it always did. */
typedef bool (*cxj__table_visit)(void *context, uint64_t slot);
/* The same for the slots of one segment, which is at place; then place is that of the next, and in the end at
 * cxj__table_places(). */
size_t cxj__table_places(const struct cxj__table *table);
bool cxj__table_some(const struct cxj__table *table, size_t *place, cxj__table_visit visit, void *context);
bool cxj__table_each(const struct cxj__table *table, cxj__table_visit visit, void *context);

void cxj__table_finish(struct cxj__table *table, struct cxj__memory *memory);

#endif
