/* table: finds by a hash, and grows in steps.
 *
 * Invariants: the directory has 2^depth entries; a segment of depth d stands in 2^(depth - d) of them, side by side,
 * and holds exactly the slots whose tags begin with the same d bits. Each segment has an empty slot, so that a search
 * ends. */
#include "table.h"

#include <string.h>

enum { FIRST_SEGMENT = 64, LARGEST_SEGMENT = 2048, MOST_DEPTH = 32 - CXJ__TABLE_HOME_BITS };

static uint32_t tag_of(const struct cxj__table *table, const struct cxj__seed *seed, uint64_t slot) {
    return table->of_numbers ? cxj__table_tag(seed, slot) : (uint32_t)(slot >> 32);
}

static size_t directory_bytes(uint32_t depth) {
    return sizeof(struct cxj__entrance) << depth;
}

static size_t segment_bytes(uint32_t capacity) {
    return sizeof(struct cxj__segment) + capacity * sizeof(uint64_t);
}

static size_t entry_of(const struct cxj__table *table, uint32_t tag) {
    return (size_t)((uint64_t)tag >> (32 - table->depth));
}

/* What is forgotten shall not lie about in freed memory. */
static void free_segment(struct cxj__segment *segment, struct cxj__memory *memory) {
    size_t bytes = segment_bytes(segment->capacity);
    memset(segment, 0, bytes);
    cxj__base_resize(memory, segment, bytes, 0);
}

static struct cxj__segment *make_segment(struct cxj__memory *memory, uint32_t capacity, uint32_t depth) {
    struct cxj__segment *segment = cxj__base_resize(memory, NULL, 0, segment_bytes(capacity));
    if (segment == NULL) return NULL;
    memset(segment, 0, segment_bytes(capacity));
    segment->capacity = capacity;
    segment->depth = depth;
    return segment;
}

static void put(struct cxj__segment *segment, uint32_t tag, uint64_t slot) {
    uint32_t at = cxj__table_home(tag, segment->capacity);
    while (segment->slots[at] != 0) at = at + 1 == segment->capacity ? 0 : at + 1;
    segment->slots[at] = slot;
    segment->used++;
}

static bool has_room(uint32_t capacity, size_t used) {
    return used + 1 <= capacity / 5 * 4;
}

/* Lets the entries of a segment, the first of which is that of tag, refer to one or two others. */
static void replace(struct cxj__table *table, uint32_t tag, const struct cxj__segment *old, struct cxj__segment *low,
                    struct cxj__segment *high) {
    size_t span = (size_t)1 << (table->depth - old->depth);
    size_t first = entry_of(table, tag) / span * span;
    for (size_t i = 0; i < span; i++) {
        struct cxj__segment *segment = i < span / 2 || span == 1 ? low : high;
        table->directory[first + i] = (struct cxj__entrance){segment, segment->capacity};
    }
}

static bool double_directory(struct cxj__table *table, struct cxj__memory *memory) {
    size_t bytes = directory_bytes(table->depth);
    struct cxj__entrance *larger = cxj__base_resize(memory, NULL, 0, 2 * bytes);
    if (larger == NULL) return false;
    for (size_t i = 0; i < (size_t)2 << table->depth; i++) larger[i] = table->directory[i / 2];
    cxj__base_resize(memory, table->directory, bytes, 0);
    table->directory = larger;
    table->depth++;
    return true;
}

/* The next capacity: four steps from each power of two to the next. */
static uint32_t next_capacity(uint32_t capacity) {
    return capacity + (1U << cxj__base_highest_bit(capacity)) / 4;
}

/* Puts all slots of a segment into a larger one. */
static bool grow(struct cxj__table *table, struct cxj__memory *memory, const struct cxj__seed *seed, uint32_t tag) {
    struct cxj__segment *old = table->directory[entry_of(table, tag)].segment;
    struct cxj__segment *larger = make_segment(memory, next_capacity(old->capacity), old->depth);
    if (larger == NULL) return false;
    for (uint32_t i = 0; i < old->capacity; i++) {
        if (old->slots[i] != 0) put(larger, tag_of(table, seed, old->slots[i]), old->slots[i]);
    }
    replace(table, tag, old, larger, larger);
    free_segment(old, memory);
    return true;
}

/* Which half of a segment that splits a tag belongs to. */
static size_t half_of(const struct cxj__segment *segment, uint32_t tag) {
    return tag >> (31 - segment->depth) & 1;
}

/* The capacity of a half: beyond five eighths only if chance has put many slots there. */
static uint32_t half_capacity(size_t used) {
    uint32_t capacity = LARGEST_SEGMENT / 2;
    do capacity = next_capacity(capacity);
    while (capacity < LARGEST_SEGMENT && !has_room(capacity, used));
    return capacity;
}

/* Divides the slots of a segment between two. */
static bool split(struct cxj__table *table, struct cxj__memory *memory, const struct cxj__seed *seed, uint32_t tag) {
    struct cxj__segment *old = table->directory[entry_of(table, tag)].segment;
    size_t used[2] = {0, 0};
    if (old->depth == table->depth && !double_directory(table, memory)) return false;
    for (uint32_t i = 0; i < old->capacity; i++) {
        if (old->slots[i] != 0) used[half_of(old, tag_of(table, seed, old->slots[i]))]++;
    }
    struct cxj__segment *halves[2] = {make_segment(memory, half_capacity(used[0]), old->depth + 1), NULL};
    if (halves[0] != NULL) halves[1] = make_segment(memory, half_capacity(used[1]), old->depth + 1);
    if (halves[1] == NULL) {
        if (halves[0] != NULL) free_segment(halves[0], memory);
        return false;
    }
    for (uint32_t i = 0; i < old->capacity; i++) {
        if (old->slots[i] == 0) continue;
        uint32_t its = tag_of(table, seed, old->slots[i]);
        put(halves[half_of(old, its)], its, old->slots[i]);
    }
    replace(table, tag, old, halves[0], halves[1]);
    free_segment(old, memory);
    return true;
}

static bool make_first(struct cxj__table *table, struct cxj__memory *memory) {
    struct cxj__segment *first = make_segment(memory, FIRST_SEGMENT, 0);
    if (first == NULL) return false;
    table->directory = cxj__base_resize(memory, NULL, 0, directory_bytes(0));
    if (table->directory == NULL) {
        free_segment(first, memory);
        return false;
    }
    table->directory[0] = (struct cxj__entrance){first, first->capacity};
    table->depth = 0;
    return true;
}

bool cxj__table_reserve(struct cxj__table *table, struct cxj__memory *memory, const struct cxj__seed *seed,
                        uint32_t tag, uint64_t *moved) {
    if (table->directory == NULL && !make_first(table, memory)) return false;
    for (;;) {
        const struct cxj__segment *segment = table->directory[entry_of(table, tag)].segment;
        if (has_room(segment->capacity, segment->used)) return true;
        *moved += segment->used;
        bool splits = segment->capacity >= LARGEST_SEGMENT && segment->depth < MOST_DEPTH;
        if (!(splits ? split(table, memory, seed, tag) : grow(table, memory, seed, tag))) return false;
    }
}

void cxj__table_insert(struct cxj__table *table, uint32_t tag, uint64_t slot) {
    put(table->directory[entry_of(table, tag)].segment, tag, slot);
    table->count++;
}

/* Slots behind the one that goes move up, so that no search ends too early. */
void cxj__table_remove(struct cxj__table *table, const struct cxj__seed *seed, uint32_t tag, uint64_t slot) {
    struct cxj__segment *segment = table->directory[entry_of(table, tag)].segment;
    uint32_t capacity = segment->capacity, hole = cxj__table_home(tag, capacity);
    while (segment->slots[hole] != slot) hole = hole + 1 == capacity ? 0 : hole + 1;
    for (uint32_t next = hole;;) {
        next = next + 1 == capacity ? 0 : next + 1;
        if (segment->slots[next] == 0) break;
        uint32_t home = cxj__table_home(tag_of(table, seed, segment->slots[next]), capacity);
        uint32_t from_home = next >= home ? next - home : next + capacity - home;
        uint32_t from_hole = next >= hole ? next - hole : next + capacity - hole;
        if (from_home < from_hole) continue;
        segment->slots[hole] = segment->slots[next];
        hole = next;
    }
    segment->slots[hole] = 0;
    segment->used--;
    table->count--;
}

/* Entries of the directory that lead to the same segment as the one at i, the first of them. */
static size_t span_of(const struct cxj__table *table, size_t i) {
    return (size_t)1 << (table->depth - table->directory[i].segment->depth);
}

size_t cxj__table_places(const struct cxj__table *table) {
    return table->directory == NULL ? 0 : (size_t)1 << table->depth;
}

bool cxj__table_some(const struct cxj__table *table, size_t *place, cxj__table_visit visit, void *context) {
    const struct cxj__segment *segment = table->directory[*place].segment;
    for (uint32_t at = 0; at < segment->capacity; at++) {
        if (segment->slots[at] != 0 && !visit(context, segment->slots[at])) return false;
    }
    *place += span_of(table, *place);
    return true;
}

CXJ__COLD bool cxj__table_each(const struct cxj__table *table, cxj__table_visit visit, void *context) {
    for (size_t place = 0; place < cxj__table_places(table);) {
        if (!cxj__table_some(table, &place, visit, context)) return false;
    }
    return true;
}

void cxj__table_finish(struct cxj__table *table, struct cxj__memory *memory) {
    if (table->directory == NULL) return;
    size_t entries = (size_t)1 << table->depth;
    for (size_t i = 0, step; i < entries; i += step) {
        step = span_of(table, i);
        free_segment(table->directory[i].segment, memory);
    }
    cxj__base_resize(memory, table->directory, directory_bytes(table->depth), 0);
    table->directory = NULL;
    table->depth = 0;
    table->count = 0;
}
