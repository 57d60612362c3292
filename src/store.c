/* store: journeys by number, their touchpoints in order.
 *
 * A journey's touchpoints stand in one array in the order of the specification, packed; fields that few touchpoints
 * have stand aside, in the same order. Each record knows which of its values an earlier one has held, so the fold need
 * not look back. A long journey keeps an index besides, and the fold's state after every 64th record, so that no
 * arrival has to look at all of it.
 * Invariants: records are sorted by (at, sequence, id); the rare fields of records stand in the records' order; bit h
 * of held is set exactly if an earlier record, neither being withdrawn, has the same code for holder h (none is a code
 * here). */
#include "store.h"

#include <string.h>

enum { BLOCK = 256 };

/* ---- journeys --------------------------------------------------------------------------------------------------- */

struct cxj__journey *cxj__store_at(const struct cxj__store *store, size_t place) {
    return &store->blocks[place / BLOCK][place % BLOCK];
}

static void free_index(struct cxj__index *index, struct cxj__memory *memory) {
    if (index == NULL) return;
    if (index->entries != NULL) memset(index->entries, 0, index->capacity * sizeof *index->entries);
    if (index->checkpoints != NULL) {
        memset(index->checkpoints, 0, index->checkpoint_capacity * sizeof *index->checkpoints);
    }
    cxj__base_release(memory, &index->entries, &index->capacity, sizeof *index->entries);
    cxj__base_release(memory, &index->checkpoints, &index->checkpoint_capacity, sizeof *index->checkpoints);
    cxj__base_resize(memory, index, sizeof *index, 0);
}

/* What is forgotten shall not lie about in freed memory, nor in a place that waits for another journey. */
static void free_journey(struct cxj__journey *journey, struct cxj__memory *memory) {
    if (journey->records != NULL) memset(journey->records, 0, journey->capacity * sizeof *journey->records);
    if (journey->rares != NULL) memset(journey->rares, 0, journey->rare_capacity * sizeof *journey->rares);
    cxj__base_release(memory, &journey->records, &journey->capacity, sizeof *journey->records);
    cxj__base_release(memory, &journey->rares, &journey->rare_capacity, sizeof *journey->rares);
    cxj__base_release(memory, &journey->occasions, &journey->occasion_capacity, sizeof *journey->occasions);
    free_index(journey->index, memory);
    memset(journey, 0, sizeof *journey);
}

void cxj__store_finish(struct cxj__store *store, struct cxj__memory *memory) {
    for (size_t place = 0; place < store->places; place++) free_journey(cxj__store_at(store, place), memory);
    for (size_t block = 0; block * BLOCK < store->places; block++) {
        cxj__base_resize(memory, store->blocks[block], BLOCK * sizeof **store->blocks, 0);
    }
    cxj__base_release(memory, &store->blocks, &store->block_capacity, sizeof *store->blocks);
    cxj__base_release(memory, &store->free_places, &store->free_capacity, sizeof *store->free_places);
    cxj__base_release(memory, &store->slots, &store->slot_capacity, sizeof *store->slots);
}

struct cxj__journey *cxj__store_find(const struct cxj__store *store, const struct cxj__seed *seed, uint64_t number,
                                     uint64_t *probes) {
    if (store->slot_capacity == 0) return NULL;
    size_t mask = store->slot_capacity - 1;
    for (size_t slot = cxj__base_hash(seed, number) & mask;; slot = (slot + 1) & mask) {
        ++*probes;
        if (store->slots[slot] == 0) return NULL;
        struct cxj__journey *journey = cxj__store_at(store, store->slots[slot] - 1);
        if (journey->number == number) return journey;
    }
}

void cxj__store_approach(const struct cxj__store *store, const struct cxj__seed *seed, const uint64_t *numbers,
                         size_t count) {
    enum { LINE = 64 };
    if (store->slot_capacity == 0) return;
    size_t mask = store->slot_capacity - 1;
    for (size_t i = 0; i < count; i++) CXJ__PREFETCH(&store->slots[cxj__base_hash(seed, numbers[i]) & mask]);
    /* From here on a guess: the first slot is the journey's own more often than not. */
    for (size_t i = 0; i < count; i++) {
        uint32_t slot = store->slots[cxj__base_hash(seed, numbers[i]) & mask];
        if (slot == 0) continue;
        const char *journey = (const char *)cxj__store_at(store, slot - 1);
        for (size_t line = 0; line < sizeof(struct cxj__journey); line += LINE) CXJ__PREFETCH(journey + line);
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t slot = store->slots[cxj__base_hash(seed, numbers[i]) & mask];
        if (slot == 0) continue;
        const struct cxj__journey *journey = cxj__store_at(store, slot - 1);
        if (journey->count == 0) continue;
        for (size_t back = 0; back < journey->count && back < 12; back += 3) {
            CXJ__PREFETCH(&journey->records[journey->count - back]);
        }
    }
}

static void insert_slot(struct cxj__store *store, const struct cxj__seed *seed, const struct cxj__journey *journey) {
    size_t mask = store->slot_capacity - 1;
    size_t slot = cxj__base_hash(seed, journey->number) & mask;
    while (store->slots[slot] != 0) slot = (slot + 1) & mask;
    store->slots[slot] = journey->place + 1;
}

static bool reserve_slots(struct cxj__store *store, struct cxj__memory *memory, const struct cxj__seed *seed) {
    size_t wanted = store->slot_capacity == 0 ? 64 : store->slot_capacity;
    while (store->count + 1 > wanted / 4 * 3) wanted *= 2;
    if (wanted == store->slot_capacity) return true;
    uint32_t *slots = cxj__base_resize(memory, NULL, 0, wanted * sizeof *slots);
    if (slots == NULL) return false;
    memset(slots, 0, wanted * sizeof *slots);
    cxj__base_resize(memory, store->slots, store->slot_capacity * sizeof *slots, 0);
    store->slots = slots;
    store->slot_capacity = wanted;
    for (size_t place = 0; place < store->places; place++) {
        const struct cxj__journey *journey = cxj__store_at(store, place);
        if (journey->number != 0) insert_slot(store, seed, journey);
    }
    return true;
}

/* Makes room for one more place; the list of free ones gets room too, so that removing cannot fail. */
static bool reserve_place(struct cxj__store *store, struct cxj__memory *memory) {
    if (store->free_count > 0 || store->places % BLOCK != 0) return true;
    if (store->places > UINT32_MAX - 2 * BLOCK) return false;
    size_t block = store->places / BLOCK;
    if (!cxj__base_grow(memory, &store->free_places, &store->free_capacity, store->places + BLOCK,
                        sizeof *store->free_places) ||
        !cxj__base_grow(memory, &store->blocks, &store->block_capacity, block + 1, sizeof *store->blocks)) {
        return false;
    }
    store->blocks[block] = cxj__base_resize(memory, NULL, 0, BLOCK * sizeof **store->blocks);
    return store->blocks[block] != NULL;
}

struct cxj__journey *cxj__store_make(struct cxj__store *store, struct cxj__memory *memory, const struct cxj__seed *seed,
                                     uint64_t number) {
    if (!reserve_slots(store, memory, seed) || !reserve_place(store, memory)) return NULL;
    uint32_t place = store->free_count > 0 ? store->free_places[--store->free_count] : (uint32_t)store->places++;
    struct cxj__journey *journey = cxj__store_at(store, place);
    memset(journey, 0, sizeof *journey);
    journey->number = number;
    journey->place = place;
    store->count++;
    insert_slot(store, seed, journey);
    return journey;
}

/* Takes the journey's slot out and moves those behind it up, so that no search ends too early. */
static void remove_slot(struct cxj__store *store, const struct cxj__seed *seed, const struct cxj__journey *journey) {
    size_t mask = store->slot_capacity - 1;
    size_t hole = cxj__base_hash(seed, journey->number) & mask;
    while (store->slots[hole] != journey->place + 1) hole = (hole + 1) & mask;
    for (size_t next = (hole + 1) & mask; store->slots[next] != 0; next = (next + 1) & mask) {
        size_t home = cxj__base_hash(seed, cxj__store_at(store, store->slots[next] - 1)->number) & mask;
        if (((next - home) & mask) < ((next - hole) & mask)) continue;
        store->slots[hole] = store->slots[next];
        hole = next;
    }
    store->slots[hole] = 0;
}

void cxj__store_remove(struct cxj__store *store, struct cxj__memory *memory, const struct cxj__seed *seed,
                       struct cxj__journey *journey) {
    remove_slot(store, seed, journey);
    store->free_places[store->free_count++] = journey->place;
    store->count--;
    free_journey(journey, memory);
}

/* ---- touchpoints ------------------------------------------------------------------------------------------------ */

#define ORDER(a, b) ((a) < (b) ? -1 : (a) > (b))

int cxj__store_compare(const cxj_touchpoint *a, const cxj_touchpoint *b) {
    if (a->at != b->at) return ORDER(a->at, b->at);
    if (a->sequence != b->sequence) return ORDER(a->sequence, b->sequence);
    return ORDER(a->id, b->id);
}

static int compare_record(const struct cxj__record *a, int64_t at, uint32_t sequence, uint64_t id) {
    if (a->at != at) return ORDER(a->at, at);
    if (a->sequence != sequence) return ORDER(a->sequence, sequence);
    return ORDER(a->id, id);
}

enum {
    SCALE_SHIFT = 17,
    SCORE_SHIFT = 20,
    SCOPE_SHIFT = 27,
    OUTCOME_SHIFT = 29,
    RARE_SHIFT = 31,
    HELD_SHIFT = 3,
    PLACE_SHIFT = 9
};

static bool is_withdrawn(const struct cxj__record *record) {
    return (record->bits & CXJ_FACET_WITHDRAWN) != 0;
}

static bool is_rare(const struct cxj__record *record) {
    return record->bits >> RARE_SHIFT != 0;
}

static uint32_t held_of(const struct cxj__record *record) {
    return record->more >> HELD_SHIFT & 0x3f;
}

bool cxj__store_is_rare(const cxj_touchpoint *t) {
    return t->revision != 0 || t->due != 0 || t->value != 0 || t->customer != 0 ||
           (t->cause | t->type | t->segment | t->reason) != 0;
}

void cxj__store_unpack(const struct cxj__journey *journey, size_t position, struct cxj__entry *entry) {
    const struct cxj__record *record = &journey->records[position];
    cxj_touchpoint *t = &entry->touchpoint;
    memset(entry, 0, sizeof *entry);
    t->journey = journey->number;
    t->id = record->id;
    t->at = record->at;
    t->sequence = record->sequence;
    t->owner = record->owner;
    t->team = record->team;
    t->activity = record->activity;
    t->channel = record->channel;
    t->stage = record->stage;
    t->facets = record->bits & CXJ_FACETS_ALL;
    t->scale = record->bits >> SCALE_SHIFT & 0x7;
    t->score = record->bits >> SCORE_SHIFT & 0x7f;
    t->scope = record->bits >> SCOPE_SHIFT & 0x3;
    t->outcome = record->bits >> OUTCOME_SHIFT & 0x3;
    t->commitment = record->more & 0x7;
    entry->held = held_of(record);
    if (!is_rare(record)) return;
    const struct cxj__rare *rare = &journey->rares[record->more >> PLACE_SHIFT];
    t->revision = rare->revision;
    t->due = rare->due;
    t->value = rare->value;
    t->customer = rare->customer;
    t->cause = rare->cause;
    t->type = rare->type;
    t->segment = rare->segment;
    t->reason = rare->reason;
}

static void pack(struct cxj__journey *journey, size_t position, const struct cxj__entry *entry) {
    const cxj_touchpoint *t = &entry->touchpoint;
    bool rare = cxj__store_is_rare(t);
    journey->records[position] = (struct cxj__record){
        .at = t->at,
        .id = t->id,
        .sequence = t->sequence,
        .owner = t->owner,
        .team = t->team,
        .activity = t->activity,
        .channel = t->channel,
        .stage = t->stage,
        .bits = t->facets | (uint32_t)t->scale << SCALE_SHIFT | (uint32_t)t->score << SCORE_SHIFT |
                (uint32_t)t->scope << SCOPE_SHIFT | (uint32_t)t->outcome << OUTCOME_SHIFT |
                (uint32_t)rare << RARE_SHIFT,
        .more = t->commitment | entry->held << HELD_SHIFT | (uint32_t)journey->rare_count << PLACE_SHIFT,
    };
    if (!rare) return;
    journey->rares[journey->rare_count++] =
        (struct cxj__rare){t->revision, t->due, t->value, t->customer, t->cause, t->type, t->segment, t->reason};
}

/* The first position whose record does not stand before (at, sequence, id); or, with behind, not even with it. */
static size_t search(const struct cxj__journey *journey, int64_t at, uint32_t sequence, uint64_t id, bool behind) {
    size_t low = 0, high = journey->count;
    if (high > 0 && compare_record(&journey->records[high - 1], at, sequence, id) < (behind ? 1 : 0)) return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_record(&journey->records[middle], at, sequence, id) < (behind ? 1 : 0)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

size_t cxj__store_position(const struct cxj__journey *journey, const cxj_touchpoint *t) {
    return search(journey, t->at, t->sequence, t->id, true);
}

uint32_t cxj__store_code(const cxj_touchpoint *t, uint32_t holder) {
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

/* The same, from the packed form. */
static uint32_t record_code(const struct cxj__journey *journey, const struct cxj__record *record, uint32_t holder) {
    switch (holder + 1) {
    case CXJ_DIMENSION_OWNER:
        return record->owner;
    case CXJ_DIMENSION_TEAM:
        return record->team;
    case CXJ_DIMENSION_CHANNEL:
        return record->channel;
    case CXJ_DIMENSION_STAGE:
        return record->stage;
    case CXJ_DIMENSION_ACTIVITY:
        return record->activity;
    default:
        return is_rare(record) ? journey->rares[record->more >> PLACE_SHIFT].cause : 0;
    }
}

uint32_t cxj__store_code_at(const struct cxj__journey *journey, size_t position, uint32_t holder) {
    return record_code(journey, &journey->records[position], holder);
}

/* Whether one of count records has a code at an offset of its own, 4 bytes wide or 2, and is not withdrawn. */
static bool has_wide(const struct cxj__record *records, size_t count, uint32_t code) {
    for (size_t i = count; i-- > 0;) {
        if (records[i].owner == code && !is_withdrawn(&records[i])) return true;
    }
    return false;
}

static bool has_narrow(const struct cxj__record *records, size_t count, size_t offset, uint16_t code) {
    for (size_t i = count; i-- > 0;) {
        uint16_t at_offset;
        memcpy(&at_offset, (const char *)&records[i] + offset, sizeof at_offset);
        if (at_offset == code && !is_withdrawn(&records[i])) return true;
    }
    return false;
}

bool cxj__store_holds(const struct cxj__journey *journey, size_t position, uint32_t holder, uint32_t code,
                      const struct cxj__seed *seed, uint64_t *probes) {
    static const size_t offsets[] = {
        [CXJ_DIMENSION_TEAM - 1] = offsetof(struct cxj__record, team),
        [CXJ_DIMENSION_CHANNEL - 1] = offsetof(struct cxj__record, channel),
        [CXJ_DIMENSION_STAGE - 1] = offsetof(struct cxj__record, stage),
        [CXJ_DIMENSION_ACTIVITY - 1] = offsetof(struct cxj__record, activity),
    };
    if (journey->index != NULL) {
        return cxj__store_indexed(journey->index, seed, CXJ__INDEX_HELD, cxj__store_held_key(holder, code), probes) !=
               0;
    }
    if (holder == CXJ_DIMENSION_OWNER - 1) return has_wide(journey->records, position, code);
    if (holder < CXJ__CAUSE_HOLDER) return has_narrow(journey->records, position, offsets[holder], (uint16_t)code);
    for (size_t i = position; i-- > 0;) {
        if (record_code(journey, &journey->records[i], holder) == code && !is_withdrawn(&journey->records[i]))
            return true;
    }
    return false;
}

void cxj__store_replace(struct cxj__journey *journey, const struct cxj__seed *seed, size_t position,
                        const struct cxj__entry *entries, size_t count) {
    size_t rares = journey->rare_count;
    for (size_t i = position; i < journey->count; i++) {
        if (is_rare(&journey->records[i])) {
            journey->rare_count = journey->records[i].more >> PLACE_SHIFT;
            break;
        }
    }
    for (size_t i = 0; i < count; i++) {
        pack(journey, position + i, &entries[i]);
        const cxj_touchpoint *t = &entries[i].touchpoint;
        if (journey->index == NULL || t->id == 0) continue;
        struct cxj__index_entry *entry = cxj__store_index(journey->index, seed, CXJ__INDEX_ID, t->id);
        entry->value = t->at;
        entry->sequence = t->sequence;
    }
    journey->count = position + count;
    /* What a correction took back shall not lie about behind the last. */
    if (rares > journey->rare_count) {
        memset(journey->rares + journey->rare_count, 0, (rares - journey->rare_count) * sizeof *journey->rares);
    }
}

/* ---- the index of a long journey -------------------------------------------------------------------------------- */

uint64_t cxj__store_held_key(uint32_t holder, uint32_t code) {
    return (uint64_t)holder << 32 | code;
}

static uint64_t index_hash(const struct cxj__seed *seed, uint32_t kind, uint64_t key) {
    return cxj__base_hash(seed, key ^ (uint64_t)kind << 56);
}

/* The entry's slot, or the empty one where it would stand. The table has an empty slot. */
static struct cxj__index_entry *index_slot(const struct cxj__index *index, const struct cxj__seed *seed,
                                           enum cxj__index_kind kind, uint64_t key, uint64_t *probes) {
    size_t mask = index->capacity - 1;
    for (size_t slot = index_hash(seed, kind, key) & mask;; slot = (slot + 1) & mask) {
        struct cxj__index_entry *entry = &index->entries[slot];
        ++*probes;
        if (entry->kind == CXJ__INDEX_NONE || (entry->kind == (uint32_t)kind && entry->key == key)) return entry;
    }
}

struct cxj__index_entry *cxj__store_index(struct cxj__index *index, const struct cxj__seed *seed,
                                          enum cxj__index_kind kind, uint64_t key) {
    uint64_t probes = 0;
    struct cxj__index_entry *entry = index_slot(index, seed, kind, key, &probes);
    if (entry->kind == CXJ__INDEX_NONE) {
        *entry = (struct cxj__index_entry){.key = key, .kind = kind};
        index->used++;
    }
    return entry;
}

void cxj__store_unindex(struct cxj__index *index, const struct cxj__seed *seed, struct cxj__index_entry *entry) {
    size_t mask = index->capacity - 1;
    size_t hole = (size_t)(entry - index->entries);
    for (size_t next = (hole + 1) & mask; index->entries[next].kind != CXJ__INDEX_NONE; next = (next + 1) & mask) {
        size_t home = index_hash(seed, index->entries[next].kind, index->entries[next].key) & mask;
        if (((next - home) & mask) < ((next - hole) & mask)) continue;
        index->entries[hole] = index->entries[next];
        hole = next;
    }
    index->entries[hole] = (struct cxj__index_entry){.kind = CXJ__INDEX_NONE};
    index->used--;
}

size_t cxj__store_find_id(const struct cxj__journey *journey, uint64_t id, const struct cxj__seed *seed,
                          uint64_t *probes) {
    if (journey->index == NULL) {
        for (size_t i = journey->count; i-- > 0;) {
            if (journey->records[i].id == id) return i;
        }
        return SIZE_MAX;
    }
    const struct cxj__index_entry *entry = index_slot(journey->index, seed, CXJ__INDEX_ID, id, probes);
    return entry->kind == CXJ__INDEX_NONE ? SIZE_MAX : search(journey, entry->value, entry->sequence, id, false);
}

int64_t cxj__store_indexed(const struct cxj__index *index, const struct cxj__seed *seed, enum cxj__index_kind kind,
                           uint64_t key, uint64_t *probes) {
    const struct cxj__index_entry *entry = index_slot(index, seed, kind, key, probes);
    return entry->kind == CXJ__INDEX_NONE ? 0 : entry->value;
}

static bool reserve_index(struct cxj__index *index, struct cxj__memory *memory, const struct cxj__seed *seed,
                          size_t further) {
    struct cxj__index larger = {.capacity = index->capacity == 0 ? 256 : index->capacity};
    while (index->used + further > larger.capacity / 4 * 3) larger.capacity *= 2;
    if (larger.capacity == index->capacity) return true;
    larger.entries = cxj__base_resize(memory, NULL, 0, larger.capacity * sizeof *larger.entries);
    if (larger.entries == NULL) return false;
    memset(larger.entries, 0, larger.capacity * sizeof *larger.entries);
    uint64_t probes = 0;
    for (size_t i = 0; i < index->capacity; i++) {
        const struct cxj__index_entry *entry = &index->entries[i];
        if (entry->kind == CXJ__INDEX_NONE) continue;
        *index_slot(&larger, seed, (enum cxj__index_kind)entry->kind, entry->key, &probes) = *entry;
    }
    cxj__base_resize(memory, index->entries, index->capacity * sizeof *index->entries, 0);
    index->entries = larger.entries;
    index->capacity = larger.capacity;
    return true;
}

/* Enters what the records there are say; cells are entered by who knows the views. */
static void fill_index(struct cxj__journey *journey, const struct cxj__seed *seed) {
    for (size_t i = 0; i < journey->count; i++) {
        const struct cxj__record *record = &journey->records[i];
        if (record->id != 0) {
            struct cxj__index_entry *entry = cxj__store_index(journey->index, seed, CXJ__INDEX_ID, record->id);
            entry->value = record->at;
            entry->sequence = record->sequence;
        }
        for (uint32_t h = 0; h < CXJ__HOLDERS; h++) {
            if (is_withdrawn(record) || held_of(record) >> h & 1) continue;
            uint64_t key = cxj__store_held_key(h, record_code(journey, record, h));
            cxj__store_index(journey->index, seed, CXJ__INDEX_HELD, key)->value = 1;
        }
    }
}

static bool make_index(struct cxj__journey *journey, struct cxj__memory *memory, const struct cxj__seed *seed) {
    struct cxj__index *index = cxj__base_resize(memory, NULL, 0, sizeof *index);
    if (index == NULL) return false;
    memset(index, 0, sizeof *index);
    if (!reserve_index(index, memory, seed, journey->count * (1 + CXJ__HOLDERS)) ||
        !cxj__base_grow(memory, &index->checkpoints, &index->checkpoint_capacity, 1, sizeof *index->checkpoints)) {
        free_index(index, memory);
        return false;
    }
    journey->index = index;
    /* A journey without an index has no more records than lie before the first checkpoint. */
    if (journey->count == CXJ__CHECKPOINT_EVERY) index->checkpoints[index->checkpoint_count++] = journey->fold;
    fill_index(journey, seed);
    return true;
}

void cxj__store_drop_index(struct cxj__journey *journey, struct cxj__memory *memory) {
    free_index(journey->index, memory);
    journey->index = NULL;
}

bool cxj__store_reserve_index(struct cxj__journey *journey, struct cxj__memory *memory, const struct cxj__seed *seed,
                              size_t further) {
    return journey->index == NULL || reserve_index(journey->index, memory, seed, further);
}

bool cxj__store_reserve(struct cxj__journey *journey, struct cxj__memory *memory, const struct cxj__seed *seed,
                        size_t count, size_t rares) {
    /* Most journeys are short: room for a few at first. */
    enum { FEW = 5 };
    size_t room = journey->capacity == 0 && count < FEW ? FEW : count;
    if (!cxj__base_grow(memory, &journey->records, &journey->capacity, room, sizeof *journey->records) ||
        !cxj__base_grow(memory, &journey->rares, &journey->rare_capacity, rares, sizeof *journey->rares)) {
        return false;
    }
    if (count <= CXJ__INDEX_BEYOND && journey->index == NULL) return true;
    if (journey->index == NULL && !make_index(journey, memory, seed)) return false;
    struct cxj__index *index = journey->index;
    return cxj__base_grow(memory, &index->checkpoints, &index->checkpoint_capacity, count / CXJ__CHECKPOINT_EVERY,
                          sizeof *index->checkpoints);
}

bool cxj__store_reserve_occasions(struct cxj__journey *journey, struct cxj__memory *memory, size_t count) {
    return cxj__base_grow(memory, &journey->occasions, &journey->occasion_capacity, count, sizeof *journey->occasions);
}

void cxj__store_fold_at(const struct cxj__journey *journey, size_t position, struct cxj__fold *fold, uint64_t *folded) {
    size_t done = 0;
    if (position == journey->count) {
        cxj__fold_copy(fold, &journey->fold);
        return;
    }
    size_t checkpoint = position / CXJ__CHECKPOINT_EVERY;
    if (journey->index != NULL && checkpoint > journey->index->checkpoint_count) {
        checkpoint = journey->index->checkpoint_count;
    }
    if (journey->index == NULL || checkpoint == 0) {
        memset(fold, 0, sizeof *fold);
    } else {
        *fold = journey->index->checkpoints[checkpoint - 1];
        done = checkpoint * CXJ__CHECKPOINT_EVERY;
    }
    struct cxj__fact facts[CXJ__FACTS_OF_A_STEP];
    for (; done < position; done++) {
        struct cxj__entry entry;
        cxj__store_unpack(journey, done, &entry);
        if (entry.touchpoint.facets & CXJ_FACET_WITHDRAWN) continue;
        cxj__fold_step(fold, &entry.touchpoint, entry.held, facts);
        ++*folded;
    }
}

void cxj__store_checkpoint(struct cxj__journey *journey, size_t position, const struct cxj__fold *folds, size_t count) {
    struct cxj__index *index = journey->index;
    if (index == NULL) return;
    size_t kept = position / CXJ__CHECKPOINT_EVERY;
    if (count > 0) memcpy(index->checkpoints + kept, folds, count * sizeof *folds);
    index->checkpoint_count = kept + count;
}
