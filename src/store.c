/* store: journeys by number.
 *
 * Journeys stand in blocks that never move, each at a place; a table leads from a number to its place. A place that has
 * become free is the first of those that are given out again. Of journeys that are sealed only the numbers are kept.
 * Invariant: every journey that is not detached is in the table once, and its number is no sealed one. */
#include "store.h"

#include <string.h>

#include "transfer.h"

/* Journeys of a block; bytes of a journey; promises that stand aside, and their bytes. */
enum { BLOCK = 128 };

/* ---- journeys --------------------------------------------------------------------------------------------------- */

struct cxj__journey *cxj__store_at(const struct cxj__store *store, size_t place) {
    return (struct cxj__journey *)(void *)(store->blocks[place / BLOCK] + place % BLOCK * CXJ__JOURNEY_BYTES);
}

_Static_assert(CXJ__TOUCHPOINTS_LIMIT <= UINT16_MAX, "a journey counts its records in 16 bits");

static void free_copy(struct cxj__journey *copy, struct cxj__memory *memory) {
    cxj__journey_free(copy, memory);
    cxj__base_resize(memory, copy, CXJ__JOURNEY_BYTES, 0);
}

CXJ__COLD void cxj__store_finish(struct cxj__store *store, struct cxj__memory *memory) {
    for (size_t place = 0; place < store->places; place++) cxj__journey_free(cxj__store_at(store, place), memory);
    for (size_t block = 0; block * BLOCK < store->places; block++) {
        cxj__base_resize(memory, store->blocks[block], BLOCK * CXJ__JOURNEY_BYTES, 0);
    }
    cxj__base_release(memory, &store->blocks, &store->block_capacity, sizeof *store->blocks);
    cxj__base_release(memory, &store->latest, &store->latest_capacity, sizeof *store->latest);
    cxj__table_finish(&store->table, memory);
    cxj__table_finish(&store->sealed, memory);
}

struct cxj__journey *cxj__store_find(const struct cxj__store *store, const struct cxj__seed *seed, uint64_t number,
                                     uint64_t *probes) {
    uint32_t tag = cxj__table_tag(seed, number);
    struct cxj__search search;
    if (!cxj__table_search(&store->table, tag, &search)) return NULL;
    for (uint64_t slot; (slot = cxj__table_next(&search)) != 0;) {
        ++*probes;
        if (slot >> 32 != tag) continue;
        struct cxj__journey *journey = cxj__store_at(store, (uint32_t)slot - 1);
        if (journey->number == number) return journey;
    }
    return NULL;
}

const void *cxj__store_slot(const struct cxj__store *store, const struct cxj__seed *seed, uint64_t number) {
    struct cxj__search search;
    return cxj__table_search(&store->table, cxj__table_tag(seed, number), &search) ? &search.slots[search.at] : NULL;
}

/* The first that has the tag is nearly always the one that is meant; whether it is, whoever takes it sees. A guess is no
 * work that counts: it is made again. */
struct cxj__journey *cxj__store_guess(const struct cxj__store *store, const struct cxj__seed *seed, uint64_t number) {
    uint32_t tag = cxj__table_tag(seed, number);
    struct cxj__search search;
    if (!cxj__table_search(&store->table, tag, &search)) return NULL;
    const uint64_t slot = cxj__table_find_tag(&search, tag);
    if (slot == 0) return NULL;
    CXJ__PREFETCH(&store->latest[((uint32_t)slot - 1) / BLOCK]);
    return cxj__store_at(store, (uint32_t)slot - 1);
}

void cxj__store_approach_new(const struct cxj__store *store, const struct cxj__seed *seed, uint64_t number) {
    cxj__table_approach(&store->table, cxj__table_tag(seed, number));
}

/* Prefetching goes line by line; where the first begins before from, the last byte is on one more. */
static void come_near(const void *from, size_t bytes) {
    enum { LINE = 64 };
    CXJ__UNROLL
    for (size_t i = 0; i < bytes; i += LINE) CXJ__PREFETCH((const char *)from + i);
    CXJ__PREFETCH((const char *)from + bytes - 1);
}

void cxj__store_prefetch_journey(const struct cxj__journey *journey) {
    if (journey == NULL) return;
    come_near(journey, offsetof(struct cxj__journey, first_records));
    come_near(&journey->fold, CXJ__JOURNEY_BYTES - offsetof(struct cxj__journey, fold));
}

void cxj__store_approach_end(const struct cxj__journey *journey, const cxj_touchpoint *next) {
    if (journey->count > 0) {
        const struct cxj__record *last = cxj__journey_record(journey, journey->count - 1U);
        CXJ__PREFETCH(last);
        CXJ__PREFETCH((const char *)(last + 2) - 1);
    }
    if (next != NULL && cxj__journey_is_rare(next)) {
        const struct cxj__rare *rares = journey->rares == NULL ? journey->first_rares : journey->rares;
        CXJ__PREFETCH(rares + journey->rare_count);
    }
    if (journey->in_hours == NULL) return;
    CXJ__PREFETCH(journey->in_hours);
    CXJ__PREFETCH((const char *)(journey->in_hours + 1) - 1);
}

/* Makes room for one more place. */
static bool reserve_place(struct cxj__store *store, struct cxj__memory *memory) {
    if (store->free != 0 || store->places % BLOCK != 0) return true;
    if (store->places > UINT32_MAX - 2 * BLOCK) return false;
    size_t block = store->places / BLOCK;
    if (!cxj__base_grow(memory, &store->blocks, &store->block_capacity, block + 1, sizeof *store->blocks) ||
        !cxj__base_grow(memory, &store->latest, &store->latest_capacity, block + 1, sizeof *store->latest)) {
        return false;
    }
    store->latest[block] = INT64_MIN;
    store->blocks[block] = cxj__base_resize(memory, NULL, 0, BLOCK * CXJ__JOURNEY_BYTES);
    return store->blocks[block] != NULL;
}

static uint32_t take_place(struct cxj__store *store) {
    if (store->free == 0) return (uint32_t)store->places++;
    uint32_t place = store->free - 1;
    store->free = cxj__store_at(store, place)->change;
    return place;
}

/* The slot of the table in which a journey stands. */
static uint64_t index_slot_of(uint32_t tag, const struct cxj__journey *journey) {
    return (uint64_t)tag << 32 | (journey->place + 1);
}

CXJ__COLD static struct cxj__journey *make_detached(struct cxj__store *store, struct cxj__memory *memory,
                                                    uint64_t number) {
    if (!reserve_place(store, memory)) return NULL;
    uint32_t place = take_place(store);
    struct cxj__journey *journey = cxj__store_at(store, place);
    memset(journey, 0, CXJ__JOURNEY_BYTES);
    journey->number = number;
    journey->place = place;
    return journey;
}

CXJ__COLD struct cxj__journey *cxj__store_make(struct cxj__store *store, struct cxj__memory *memory,
                                               const struct cxj__seed *seed, uint64_t number) {
    uint32_t tag = cxj__table_tag(seed, number);
    if (!cxj__table_reserve(&store->table, memory, seed, tag, &store->probes)) return NULL;
    struct cxj__journey *journey = make_detached(store, memory, number);
    if (journey != NULL) cxj__table_insert(&store->table, tag, index_slot_of(tag, journey));
    return journey;
}

void cxj__store_detach(struct cxj__store *store, const struct cxj__seed *seed, const struct cxj__journey *journey) {
    uint32_t tag = cxj__table_tag(seed, journey->number);
    cxj__table_remove(&store->table, seed, tag, index_slot_of(tag, journey));
}

CXJ__COLD void cxj__store_attach(struct cxj__store *store, const struct cxj__seed *seed,
                                 const struct cxj__journey *journey) {
    uint32_t tag = cxj__table_tag(seed, journey->number);
    cxj__table_insert(&store->table, tag, index_slot_of(tag, journey));
}

CXJ__COLD bool cxj__store_rename(struct cxj__store *store, struct cxj__memory *memory, const struct cxj__seed *seed,
                                 struct cxj__journey *journey, uint64_t number) {
    if (!cxj__table_reserve(&store->table, memory, seed, cxj__table_tag(seed, number), &store->probes)) return false;
    cxj__store_detach(store, seed, journey);
    journey->number = number;
    cxj__store_attach(store, seed, journey);
    return true;
}

void cxj__store_release(struct cxj__store *store, struct cxj__memory *memory, struct cxj__journey *journey) {
    uint32_t place = journey->place;
    cxj__journey_free(journey, memory);
    journey->change = store->free;
    store->free = place + 1;
}

void cxj__store_remove(struct cxj__store *store, struct cxj__memory *memory, const struct cxj__seed *seed,
                       struct cxj__journey *journey) {
    cxj__store_detach(store, seed, journey);
    cxj__store_release(store, memory, journey);
}

CXJ__COLD bool cxj__store_is_sealed(const struct cxj__store *store, const struct cxj__seed *seed, uint64_t number,
                                    uint64_t *probes) {
    struct cxj__search search;
    if (!cxj__table_search(&store->sealed, cxj__table_tag(seed, number), &search)) return false;
    for (uint64_t slot; (slot = cxj__table_next(&search)) != 0;) {
        ++*probes;
        if (slot == number) return true;
    }
    return false;
}

CXJ__COLD bool cxj__store_seal(struct cxj__store *store, struct cxj__memory *memory, const struct cxj__seed *seed,
                               uint64_t number) {
    uint32_t tag = cxj__table_tag(seed, number);
    store->sealed.of_numbers = true;
    if (!cxj__table_reserve(&store->sealed, memory, seed, tag, &store->probes)) return false;
    cxj__table_insert(&store->sealed, tag, number);
    return true;
}

CXJ__COLD void cxj__store_unseal(struct cxj__store *store, const struct cxj__seed *seed, uint64_t number) {
    cxj__table_remove(&store->sealed, seed, cxj__table_tag(seed, number), number);
}

/* ---- the latest touchpoint -------------------------------------------------------------------------------------- */

void cxj__store_note_latest(struct cxj__store *store, size_t place, int64_t at) {
    if (at > store->latest[place / BLOCK]) store->latest[place / BLOCK] = at;
}

/* The at of the latest touchpoint of a block. */
static int64_t latest_of(const struct cxj__store *store, size_t block) {
    int64_t latest = INT64_MIN;
    for (size_t place = block * BLOCK; place < (block + 1) * BLOCK && place < store->places; place++) {
        const struct cxj__fold *fold = &cxj__store_at(store, place)->fold;
        if (fold->counts[CXJ__F_TOUCHPOINTS] > 0 && fold->last_at > latest) latest = fold->last_at;
    }
    return latest;
}

CXJ__COLD int64_t cxj__store_find_latest(struct cxj__store *store) {
    for (;;) {
        size_t first = 0;
        for (size_t block = 0; block * BLOCK < store->places; block++) {
            if (store->latest[block] > store->latest[first]) first = block;
        }
        if (store->places == 0 || store->latest[first] == INT64_MIN) return INT64_MIN;
        int64_t latest = latest_of(store, first);
        if (latest == store->latest[first]) return latest;
        store->latest[first] = latest; /* what was the latest there has gone */
    }
}

/* ---- snapshots -------------------------------------------------------------------------------------------------- */

CXJ__COLD void cxj__store_open_snapshot(struct cxj__store *store) {
    store->snapshot = (struct cxj__snapshot){.places = store->places, .free = store->free, .is_open = true};
    store->free = 0;
}

/* A copy of a journey that stands in no store. NULL if there is no memory. */
static struct cxj__journey *keep_copy(const struct cxj__journey *journey, struct cxj__memory *memory) {
    struct cxj__journey *copy = cxj__base_resize(memory, NULL, 0, CXJ__JOURNEY_BYTES);
    if (copy == NULL) return NULL;
    memset(copy, 0, CXJ__JOURNEY_BYTES);
    copy->number = journey->number;
    copy->place = journey->place;
    if (cxj__transfer_records(copy, journey, memory)) return copy;
    free_copy(copy, memory);
    return NULL;
}

/* A lack of memory loses the snapshot, not the change. */
CXJ__COLD void cxj__store_keep(struct cxj__store *store, struct cxj__memory *memory, struct cxj__journey *journey) {
    struct cxj__snapshot *snapshot = &store->snapshot;
    if (!snapshot->is_open || journey->kept != 0 || journey->place >= snapshot->places) return;
    if (snapshot->is_lost || journey->number <= snapshot->done) return;
    struct cxj__journey *copy = keep_copy(journey, memory);
    if (copy == NULL ||
        !cxj__base_grow(memory, &snapshot->kept, &snapshot->capacity, snapshot->count + 1, sizeof *snapshot->kept)) {
        if (copy != NULL) free_copy(copy, memory);
        snapshot->is_lost = true;
        return;
    }
    snapshot->kept[snapshot->count++] = copy;
    journey->kept = snapshot->count & 0x3fffffff;
}

const struct cxj__journey *cxj__store_in_snapshot(const struct cxj__store *store, size_t place) {
    const struct cxj__journey *journey = cxj__store_at(store, place);
    return journey->kept != 0 ? store->snapshot.kept[journey->kept - 1] : journey;
}

CXJ__COLD void cxj__store_close_snapshot(struct cxj__store *store, struct cxj__memory *memory) {
    struct cxj__snapshot *snapshot = &store->snapshot;
    for (size_t i = 0; i < snapshot->count; i++) {
        cxj__store_at(store, snapshot->kept[i]->place)->kept = 0;
        free_copy(snapshot->kept[i], memory);
    }
    cxj__base_release(memory, &snapshot->kept, &snapshot->capacity, sizeof *snapshot->kept);
    /* Places that were free are free again, behind those that came free meanwhile. */
    uint32_t *last = &store->free;
    while (*last != 0) last = &cxj__store_at(store, *last - 1)->change;
    *last = snapshot->free;
    *snapshot = (struct cxj__snapshot){.is_open = false};
}

CXJ__COLD struct cxj__journey *cxj__store_copy(struct cxj__store *store, struct cxj__memory *memory,
                                               const struct cxj__seed *seed, const struct cxj__journey *journey,
                                               uint32_t *const *codes, const struct cxj__calendar *calendar,
                                               bool attached) {
    struct cxj__journey *copy = attached ? cxj__store_make(store, memory, seed, journey->number)
                                         : make_detached(store, memory, journey->number);
    if (copy == NULL || cxj__transfer_copy(copy, memory, seed, journey, codes, calendar)) return copy;
    if (attached) cxj__store_detach(store, seed, copy);
    cxj__store_release(store, memory, copy);
    return NULL;
}
