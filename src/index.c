/* index: what a long journey keeps, so that no arrival has to look at all of it.
 *
 * An open-addressing table of entries of several kinds, at most half full where there is memory, since what is late asks it
 * for every value that moves; and the states of the fold that are kept. What it would say 0 of is not there. */
#include "index.h"

#include <string.h>

uint64_t cxj__index_held_key(uint32_t holder, uint32_t code) {
    return (uint64_t)holder << 32 | code;
}

static uint64_t index_hash(const struct cxj__seed *seed, uint32_t kind, uint64_t key) {
    return cxj__base_hash(seed, key ^ (uint64_t)kind << 56);
}

/* The entry's slot, or the empty one where it would stand. The table has an empty slot. */
struct cxj__index_entry *cxj__index_find(const struct cxj__index *index, const struct cxj__seed *seed,
                                         enum cxj__index_kind kind, uint64_t key, uint64_t *probes) {
    size_t mask = index->capacity - 1;
    for (size_t slot = (size_t)index_hash(seed, kind, key) & mask;; slot = (slot + 1) & mask) {
        struct cxj__index_entry *entry = &index->entries[slot];
        ++*probes;
        if (entry->kind == CXJ__INDEX_NONE || (entry->kind == (uint32_t)kind && entry->key == key)) return entry;
    }
}

struct cxj__index_entry *cxj__index_reach(struct cxj__index *index, const struct cxj__seed *seed,
                                          enum cxj__index_kind kind, uint64_t key) {
    uint64_t probes = 0;
    struct cxj__index_entry *entry = cxj__index_find(index, seed, kind, key, &probes);
    if (entry->kind == CXJ__INDEX_NONE) {
        *entry = (struct cxj__index_entry){.key = key, .kind = kind};
        index->used++;
    }
    return entry;
}

CXJ__COLD void cxj__index_drop(struct cxj__index *index, const struct cxj__seed *seed, struct cxj__index_entry *entry) {
    size_t mask = index->capacity - 1;
    size_t hole = (size_t)(entry - index->entries);
    for (size_t next = (hole + 1) & mask; index->entries[next].kind != CXJ__INDEX_NONE; next = (next + 1) & mask) {
        size_t home = (size_t)index_hash(seed, index->entries[next].kind, index->entries[next].key) & mask;
        if (((next - home) & mask) < ((next - hole) & mask)) continue;
        index->entries[hole] = index->entries[next];
        hole = next;
    }
    index->entries[hole] = (struct cxj__index_entry){.kind = CXJ__INDEX_NONE};
    index->used--;
}

int64_t cxj__index_value(const struct cxj__index *index, const struct cxj__seed *seed, enum cxj__index_kind kind,
                         uint64_t key, uint64_t *probes) {
    const struct cxj__index_entry *entry = cxj__index_find(index, seed, kind, key, probes);
    return entry->kind == CXJ__INDEX_NONE ? 0 : entry->value;
}

CXJ__COLD bool cxj__index_reserve(struct cxj__index *index, struct cxj__memory *memory, const struct cxj__seed *seed,
                                  size_t further) {
    struct cxj__index larger = {.capacity = index->capacity == 0 ? 256 : index->capacity};
    while (index->used + further > larger.capacity / 2) larger.capacity *= 2;
    if (larger.capacity == index->capacity) return true;
    larger.entries = cxj__base_resize(memory, NULL, 0, larger.capacity * sizeof *larger.entries);
    if (larger.entries == NULL) return false;
    memset(larger.entries, 0, larger.capacity * sizeof *larger.entries);
    uint64_t probes = 0;
    for (size_t i = 0; i < index->capacity; i++) {
        const struct cxj__index_entry *entry = &index->entries[i];
        if (entry->kind == CXJ__INDEX_NONE) continue;
        *cxj__index_find(&larger, seed, (enum cxj__index_kind)entry->kind, entry->key, &probes) = *entry;
    }
    cxj__base_resize(memory, index->entries, index->capacity * sizeof *index->entries, 0);
    index->entries = larger.entries;
    index->capacity = larger.capacity;
    index->is_overfull = false;
    return true;
}

CXJ__COLD void cxj__index_free(struct cxj__index *index, struct cxj__memory *memory) {
    if (index == NULL) return;
    if (index->entries != NULL) memset(index->entries, 0, index->capacity * sizeof *index->entries);
    if (index->checkpoints != NULL) {
        memset(index->checkpoints, 0, index->checkpoint_capacity * sizeof *index->checkpoints);
    }
    cxj__base_release(memory, &index->entries, &index->capacity, sizeof *index->entries);
    cxj__base_release(memory, &index->checkpoints, &index->checkpoint_capacity, sizeof *index->checkpoints);
    cxj__base_resize(memory, index, sizeof *index, 0);
}
