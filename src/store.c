/* store: journeys by number, their touchpoints in order.
 *
 * A journey's touchpoints stand in the order of the specification, packed: the first few in the journey itself, the
 * others in an array; fields that few touchpoints have stand aside, in the same order. Each record knows which of its
 * values an earlier one has held, so the fold need not look back. A long journey keeps an index besides, and the fold's
 * state after every 64th record, so that no arrival has to look at all of it.
 * Touchpoints that are withdrawn are no records. Their ids and revisions stand in the same room, from its end towards
 * its beginning: so to take one back needs no memory, and those that contribute come and go without moving them.
 * Invariants: records are sorted by (at, sequence, id); the rare fields of records stand in the records' order; bit h
 * of held is set exactly if an earlier record has the same code for holder h. In a long journey none is a code here; in
 * a short one nobody asks, and bits of none and of causes mean nothing. No id is that of a record and withdrawn. */
#include "store.h"

#include <string.h>

/* Journeys of a block; bytes of a journey; promises that stand aside, and their bytes. */
enum { BLOCK = 128, FURTHER_PROMISES = CXJ__COMMITMENTS - 1 };
#define JOURNEY_BYTES offsetof(struct cxj__journey, fold.promises[1])
#define FURTHER_BYTES (FURTHER_PROMISES * sizeof(struct cxj__promise))

/* ---- journeys --------------------------------------------------------------------------------------------------- */

struct cxj__journey *cxj__store_at(const struct cxj__store *store, size_t place) {
    return (struct cxj__journey *)(void *)(store->blocks[place / BLOCK] + place % BLOCK * JOURNEY_BYTES);
}

_Static_assert(CXJ__TOUCHPOINTS_LIMIT <= UINT16_MAX, "a journey counts its records in 16 bits");

/* The record at a position for which there is room. */
static struct cxj__record *record_at(const struct cxj__journey *journey, size_t position) {
    const struct cxj__record *record = position < CXJ__FIRST_RECORDS
                                           ? &journey->first_records[position]
                                           : &journey->further_records[position - CXJ__FIRST_RECORDS];
    return (struct cxj__record *)(uintptr_t)record; /* as const as the journey is for who asks */
}

/* The k-th of those withdrawn, in the order of their ids. */
static struct cxj__record *withdrawn_at(const struct cxj__journey *journey, size_t k) {
    return record_at(journey, CXJ__FIRST_RECORDS + journey->capacity - 1 - k);
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
    size_t further = journey->capacity * sizeof *journey->further_records;
    if (further > 0) memset(journey->further_records, 0, further);
    if (journey->rares != NULL) memset(journey->rares, 0, journey->rare_capacity * sizeof *journey->rares);
    cxj__base_resize(memory, journey->further_records, further, 0);
    cxj__base_resize(memory, journey->rares, journey->rare_capacity * sizeof *journey->rares, 0);
    cxj__base_resize(memory, journey->samples, journey->sample_capacity * sizeof *journey->samples, 0);
    if (journey->further != NULL) memset(journey->further, 0, FURTHER_BYTES);
    cxj__base_resize(memory, journey->further, journey->further == NULL ? 0 : FURTHER_BYTES, 0);
    free_index(journey->index, memory);
    memset(journey, 0, JOURNEY_BYTES);
}

static void free_copy(struct cxj__journey *copy, struct cxj__memory *memory) {
    free_journey(copy, memory);
    cxj__base_resize(memory, copy, JOURNEY_BYTES, 0);
}

void cxj__store_finish(struct cxj__store *store, struct cxj__memory *memory) {
    for (size_t place = 0; place < store->places; place++) free_journey(cxj__store_at(store, place), memory);
    for (size_t block = 0; block * BLOCK < store->places; block++) {
        cxj__base_resize(memory, store->blocks[block], BLOCK * JOURNEY_BYTES, 0);
    }
    cxj__base_release(memory, &store->blocks, &store->block_capacity, sizeof *store->blocks);
    cxj__base_release(memory, &store->latest, &store->latest_capacity, sizeof *store->latest);
    cxj__table_finish(&store->table, memory);
    cxj__table_finish(&store->sealed, memory);
}

/* The next journey whose number has a tag, or NULL. probes counts the slots looked at. */
static struct cxj__journey *next_with_tag(const struct cxj__store *store, uint32_t tag, struct cxj__search *search,
                                          uint64_t *probes) {
    for (uint64_t slot; (slot = cxj__table_next(search)) != 0;) {
        ++*probes;
        if (slot >> 32 == tag) return cxj__store_at(store, (uint32_t)slot - 1);
    }
    return NULL;
}

struct cxj__journey *cxj__store_find(const struct cxj__store *store, const struct cxj__seed *seed, uint64_t number,
                                     uint64_t *probes) {
    uint32_t tag = cxj__table_tag(seed, number);
    struct cxj__search search;
    if (!cxj__table_search(&store->table, tag, &search)) return NULL;
    struct cxj__journey *journey;
    do journey = next_with_tag(store, tag, &search, probes);
    while (journey != NULL && journey->number != number);
    return journey;
}

/* Prefetching goes line by line; where the first begins before from, the last byte is on one more. */
static void come_near(const void *from, size_t bytes) {
    enum { LINE = 64 };
    for (size_t i = 0; i < bytes; i += LINE) CXJ__PREFETCH((const char *)from + i);
    CXJ__PREFETCH((const char *)from + bytes - 1);
}

void cxj__store_prefetch_slot(const struct cxj__store *store, const struct cxj__seed *seed, uint64_t number) {
    struct cxj__search search;
    if (cxj__table_search(&store->table, cxj__table_tag(seed, number), &search)) {
        CXJ__PREFETCH(&search.slots[search.at]);
    }
}

/* The first that has the tag is nearly always the one that is meant; whether it is, whoever takes it sees. */
struct cxj__journey *cxj__store_guess(const struct cxj__store *store, const struct cxj__seed *seed, uint64_t number) {
    uint32_t tag = cxj__table_tag(seed, number);
    struct cxj__search search;
    if (!cxj__table_search(&store->table, tag, &search)) return NULL;
    uint64_t probes = 0; /* a guess is no work that counts: it is made again */
    struct cxj__journey *journey = next_with_tag(store, tag, &search, &probes);
    CXJ__PREFETCH(journey);
    return journey;
}

void cxj__store_prefetch_journey(const struct cxj__journey *journey) {
    if (journey == NULL) return;
    come_near(journey, offsetof(struct cxj__journey, first_records));
    come_near(&journey->fold, JOURNEY_BYTES - offsetof(struct cxj__journey, fold));
}

void cxj__store_prefetch_records(const struct cxj__journey *journey) {
    if (journey == NULL || journey->count == 0) return;
    const struct cxj__record *last = record_at(journey, journey->count - 1U);
    CXJ__PREFETCH(last);
    CXJ__PREFETCH(last + 1);
    CXJ__PREFETCH((const char *)(last + 2) - 1);
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
    store->blocks[block] = cxj__base_resize(memory, NULL, 0, BLOCK * JOURNEY_BYTES);
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

static struct cxj__journey *make_detached(struct cxj__store *store, struct cxj__memory *memory, uint64_t number) {
    if (!reserve_place(store, memory)) return NULL;
    uint32_t place = take_place(store);
    struct cxj__journey *journey = cxj__store_at(store, place);
    memset(journey, 0, JOURNEY_BYTES);
    journey->number = number;
    journey->place = place;
    return journey;
}

struct cxj__journey *cxj__store_make(struct cxj__store *store, struct cxj__memory *memory, const struct cxj__seed *seed,
                                     uint64_t number) {
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

void cxj__store_attach(struct cxj__store *store, const struct cxj__seed *seed, const struct cxj__journey *journey) {
    uint32_t tag = cxj__table_tag(seed, journey->number);
    cxj__table_insert(&store->table, tag, index_slot_of(tag, journey));
}

void cxj__store_release(struct cxj__store *store, struct cxj__memory *memory, struct cxj__journey *journey) {
    uint32_t place = journey->place;
    free_journey(journey, memory);
    journey->change = store->free;
    store->free = place + 1;
}

void cxj__store_remove(struct cxj__store *store, struct cxj__memory *memory, const struct cxj__seed *seed,
                       struct cxj__journey *journey) {
    cxj__store_detach(store, seed, journey);
    cxj__store_release(store, memory, journey);
}

bool cxj__store_is_sealed(const struct cxj__store *store, const struct cxj__seed *seed, uint64_t number,
                          uint64_t *probes) {
    struct cxj__search search;
    if (!cxj__table_search(&store->sealed, cxj__table_tag(seed, number), &search)) return false;
    for (uint64_t slot; (slot = cxj__table_next(&search)) != 0;) {
        ++*probes;
        if (slot == number) return true;
    }
    return false;
}

bool cxj__store_seal(struct cxj__store *store, struct cxj__memory *memory, const struct cxj__seed *seed,
                     uint64_t number) {
    uint32_t tag = cxj__table_tag(seed, number);
    store->sealed.of_numbers = true;
    if (!cxj__table_reserve(&store->sealed, memory, seed, tag, &store->probes)) return false;
    cxj__table_insert(&store->sealed, tag, number);
    return true;
}

void cxj__store_unseal(struct cxj__store *store, const struct cxj__seed *seed, uint64_t number) {
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

int64_t cxj__store_find_latest(struct cxj__store *store) {
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

void cxj__store_open_snapshot(struct cxj__store *store) {
    store->snapshot = (struct cxj__snapshot){.places = store->places, .free = store->free, .is_open = true};
    store->free = 0;
}

/* Copies the records of a journey, and all that it takes to unpack them, to an empty one. False, and then it may have
 * some room, if there is no memory. */
static bool copy_records(struct cxj__journey *copy, const struct cxj__journey *journey, struct cxj__memory *memory) {
    size_t kept = cxj__store_kept(journey);
    size_t further = kept > CXJ__FIRST_RECORDS ? kept - CXJ__FIRST_RECORDS : 0;
    size_t capacity = 0, rare_capacity = 0;
    bool room = cxj__base_grow(memory, &copy->further_records, &capacity, further, sizeof *copy->further_records) &&
                cxj__base_grow(memory, &copy->rares, &rare_capacity, journey->rare_count, sizeof *copy->rares);
    copy->capacity = (uint32_t)capacity;
    copy->rare_capacity = (uint32_t)rare_capacity;
    if (!room) return false;
    copy->count = journey->count;
    copy->withdrawn = journey->withdrawn;
    copy->rare_count = journey->rare_count;
    memcpy(copy->first_records, journey->first_records, sizeof copy->first_records);
    for (size_t i = 0; i < journey->count; i++) *record_at(copy, i) = *record_at(journey, i);
    for (size_t i = 0; i < journey->withdrawn; i++) *withdrawn_at(copy, i) = *withdrawn_at(journey, i);
    if (copy->rare_count > 0) memcpy(copy->rares, journey->rares, copy->rare_count * sizeof *copy->rares);
    return true;
}

/* A copy of a journey that stands in no store. NULL if there is no memory. */
static struct cxj__journey *keep_copy(const struct cxj__journey *journey, struct cxj__memory *memory) {
    struct cxj__journey *copy = cxj__base_resize(memory, NULL, 0, JOURNEY_BYTES);
    if (copy == NULL) return NULL;
    memset(copy, 0, JOURNEY_BYTES);
    copy->number = journey->number;
    copy->place = journey->place;
    if (copy_records(copy, journey, memory)) return copy;
    free_copy(copy, memory);
    return NULL;
}

/* A lack of memory loses the snapshot, not the change. */
void cxj__store_keep(struct cxj__store *store, struct cxj__memory *memory, struct cxj__journey *journey) {
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

void cxj__store_close_snapshot(struct cxj__store *store, struct cxj__memory *memory) {
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

static bool has_further(const struct cxj__fold *fold) {
    return fold->promises_open >> 1 != 0;
}

/* Folds the records from one on; folded counts them. */
static void fold_on(const struct cxj__journey *journey, size_t from, size_t to, struct cxj__fold *fold,
                    uint64_t *folded) {
    struct cxj__fact facts[CXJ__FACTS_OF_A_STEP];
    for (size_t i = from; i < to; i++) {
        struct cxj__entry entry;
        cxj__store_unpack(journey, i, &entry);
        cxj__fold_step(fold, &entry.touchpoint, entry.held, 0, facts);
        ++*folded;
    }
}

static void fold_again(const struct cxj__journey *journey, struct cxj__fold *fold) {
    uint64_t folded = 0;
    memset(fold, 0, sizeof *fold);
    fold_on(journey, 0, journey->count, fold, &folded);
}

const struct cxj__fold *cxj__store_fold(const struct cxj__journey *journey, struct cxj__fold *room) {
    if (!has_further(&journey->fold)) return &journey->fold;
    if (journey->further == NULL) {
        fold_again(journey, room);
        return room;
    }
    memcpy(room, &journey->fold, offsetof(struct cxj__fold, promises[1]));
    memcpy(&room->promises[1], journey->further, FURTHER_BYTES);
    return room;
}

void cxj__store_copy_fold(const struct cxj__journey *journey, struct cxj__fold *fold) {
    memcpy(fold, &journey->fold, offsetof(struct cxj__fold, promises[1]));
}

bool cxj__store_reserve_fold(struct cxj__journey *journey, struct cxj__memory *memory, const struct cxj__fold *fold) {
    if (!has_further(fold) || journey->further != NULL) return true;
    struct cxj__fold room;
    struct cxj__promise *further = cxj__base_resize(memory, NULL, 0, FURTHER_BYTES);
    if (further == NULL) return false;
    memset(further, 0, FURTHER_BYTES);
    if (has_further(&journey->fold)) memcpy(further, &cxj__store_fold(journey, &room)->promises[1], FURTHER_BYTES);
    journey->further = further;
    return true;
}

void cxj__store_set_fold(struct cxj__journey *journey, const struct cxj__fold *fold) {
    memcpy(&journey->fold, fold, offsetof(struct cxj__fold, promises[1]));
    if (has_further(fold) && journey->further != NULL) memcpy(journey->further, &fold->promises[1], FURTHER_BYTES);
}

/* ---- touchpoints ------------------------------------------------------------------------------------------------ */

#define STORE_ORDER(a, b) ((a) < (b) ? -1 : (a) > (b))

int cxj__store_compare(const cxj_touchpoint *a, const cxj_touchpoint *b) {
    if (a->at != b->at) return STORE_ORDER(a->at, b->at);
    if (a->sequence != b->sequence) return STORE_ORDER(a->sequence, b->sequence);
    return STORE_ORDER(a->id, b->id);
}

static int compare_record(const struct cxj__record *a, int64_t at, uint32_t sequence, uint64_t id) {
    if (a->at != at) return STORE_ORDER(a->at, at);
    if (a->sequence != sequence) return STORE_ORDER(a->sequence, sequence);
    return STORE_ORDER(a->id, id);
}

/* What is packed into a record's bits, from the lowest on. */
enum {
    SCALE_SHIFT = 17,
    SCORE_SHIFT = 20,
    SCOPE_SHIFT = 27,
    OUTCOME_SHIFT = 29,
    RARE_SHIFT = 31,
    HELD_SHIFT = 3,
    PLACE_SHIFT = 9
};

_Static_assert((CXJ_FACETS_ALL >> SCALE_SHIFT) == 0, "facets fit below the scale");
_Static_assert(CXJ_SCALE_CES7 < 1 << (SCORE_SHIFT - SCALE_SHIFT), "scales fit below the score");
_Static_assert(100 < 1 << (SCOPE_SHIFT - SCORE_SHIFT), "scores of all scales fit below the scope");
_Static_assert(CXJ_SCOPE_EMPLOYEE < 1 << (OUTCOME_SHIFT - SCOPE_SHIFT), "scopes fit below the outcome");
_Static_assert(CXJ_OUTCOME_ABANDONED < 1 << (RARE_SHIFT - OUTCOME_SHIFT), "outcomes fit below the last bit");
_Static_assert(RARE_SHIFT == 31, "the last bit is the last bit");
_Static_assert(CXJ__COMMITMENTS <= 1 << HELD_SHIFT, "commitments fit below what was held");
_Static_assert(CXJ__HOLDERS <= PLACE_SHIFT - HELD_SHIFT, "a bit for each holder");
_Static_assert(CXJ__TOUCHPOINTS_LIMIT <= 1 << (32 - PLACE_SHIFT), "places of rare fields fit");

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

int64_t cxj__store_last_at(const struct cxj__journey *journey) {
    return record_at(journey, journey->count - 1)->at;
}

int64_t cxj__store_moment(const struct cxj__journey *journey, size_t position) {
    return record_at(journey, position)->at;
}

bool cxj__store_comes_last(const struct cxj__journey *journey, const cxj_touchpoint *t) {
    return journey->count == 0 ||
           compare_record(record_at(journey, journey->count - 1), t->at, t->sequence, t->id) <= 0;
}

void cxj__store_unpack(const struct cxj__journey *journey, size_t position, struct cxj__entry *entry) {
    cxj_touchpoint *t = &entry->touchpoint;
    memset(entry, 0, sizeof *entry);
    t->journey = journey->number;
    if (position >= journey->count) {
        const struct cxj__record *withdrawn = withdrawn_at(journey, position - journey->count);
        t->id = withdrawn->id;
        t->revision = (uint64_t)withdrawn->at;
        t->facets = withdrawn->bits;
        return;
    }
    const struct cxj__record *record = record_at(journey, position);
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

static void pack(struct cxj__journey *journey, size_t position, const cxj_touchpoint *t, uint32_t held) {
    bool rare = cxj__store_is_rare(t);
    *record_at(journey, position) = (struct cxj__record){
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
        .more = t->commitment | held << HELD_SHIFT | (uint32_t)journey->rare_count << PLACE_SHIFT,
    };
    if (!rare) return;
    journey->rares[journey->rare_count++] =
        (struct cxj__rare){t->revision, t->due, t->value, t->customer, t->cause, t->type, t->segment, t->reason};
}

/* The first position whose record does not stand before (at, sequence, id); or, with behind, not even with it. */
static size_t search(const struct cxj__journey *journey, int64_t at, uint32_t sequence, uint64_t id, bool behind) {
    size_t low = 0, high = journey->count;
    if (high > 0 && compare_record(record_at(journey, high - 1), at, sequence, id) < (behind ? 1 : 0)) return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_record(record_at(journey, middle), at, sequence, id) < (behind ? 1 : 0)) {
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

/* The code that a record has for a holder. */
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
    return record_code(journey, record_at(journey, position), holder);
}

uint32_t cxj__store_held(const struct cxj__journey *journey, size_t position) {
    return held_of(record_at(journey, position));
}

void cxj__store_set_held(struct cxj__journey *journey, size_t position, uint32_t held) {
    struct cxj__record *record = record_at(journey, position);
    record->more = (record->more & ~(UINT32_C(0x3f) << HELD_SHIFT)) | held << HELD_SHIFT;
}

bool cxj__store_holds(const struct cxj__journey *journey, size_t position, uint32_t holder, uint32_t code) {
    for (size_t i = position; i-- > 0;) {
        const struct cxj__record *record = record_at(journey, i);
        if (record_code(journey, record, holder) == code) return true;
    }
    return false;
}

/* Two of 64 bits, by which most ids can be told apart. */
static uint64_t id_bits(uint64_t id) {
    uint64_t hash = id * UINT64_C(0x9e3779b97f4a7c15);
    return UINT64_C(1) << (hash >> 58) | UINT64_C(1) << (hash >> 52 & 63);
}

/* Notes a new id, and in a long journey where it stands. There is room. */
static void note_id(struct cxj__journey *journey, const struct cxj__seed *seed, const cxj_touchpoint *t) {
    if (t->id == 0) return;
    journey->ids |= id_bits(t->id);
    if (journey->index == NULL) return;
    struct cxj__index_entry *entry = cxj__store_index(journey->index, seed, CXJ__INDEX_ID, t->id);
    entry->value = t->at;
    entry->sequence = t->sequence;
}

/* Clears what was taken back: records from the last on, up to before; rare fields up to rares. */
static void clear_behind(struct cxj__journey *journey, size_t before, size_t rares) {
    for (size_t i = journey->count; i < before; i++) memset(record_at(journey, i), 0, sizeof(struct cxj__record));
    if (rares > journey->rare_count) {
        memset(journey->rares + journey->rare_count, 0, (rares - journey->rare_count) * sizeof *journey->rares);
    }
}

void cxj__store_append(struct cxj__journey *journey, const struct cxj__seed *seed, const cxj_touchpoint *t,
                       uint32_t held) {
    pack(journey, journey->count, t, held);
    journey->count++;
    note_id(journey, seed, t);
}

void cxj__store_drop_last(struct cxj__journey *journey, const struct cxj__seed *seed) {
    const struct cxj__record *record = record_at(journey, --journey->count);
    size_t rares = journey->rare_count;
    cxj__store_release_id(journey, seed, record->id);
    journey->rare_count -= is_rare(record);
    clear_behind(journey, journey->count + 1U, rares);
}

void cxj__store_replace(struct cxj__journey *journey, const struct cxj__seed *seed, size_t position,
                        const struct cxj__entry *entries, size_t count) {
    size_t rares = journey->rare_count, before = journey->count;
    for (size_t i = position; i < before; i++) {
        if (!is_rare(record_at(journey, i))) continue;
        journey->rare_count = record_at(journey, i)->more >> PLACE_SHIFT;
        break;
    }
    for (size_t i = 0; i < count; i++) {
        pack(journey, position + i, &entries[i].touchpoint, entries[i].held);
        if (entries[i].moves) note_id(journey, seed, &entries[i].touchpoint);
    }
    journey->count = (uint16_t)(position + count);
    clear_behind(journey, before, rares);
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
    for (size_t slot = (size_t)index_hash(seed, kind, key) & mask;; slot = (slot + 1) & mask) {
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
        size_t home = (size_t)index_hash(seed, index->entries[next].kind, index->entries[next].key) & mask;
        if (((next - home) & mask) < ((next - hole) & mask)) continue;
        index->entries[hole] = index->entries[next];
        hole = next;
    }
    index->entries[hole] = (struct cxj__index_entry){.kind = CXJ__INDEX_NONE};
    index->used--;
}

void cxj__store_release_id(struct cxj__journey *journey, const struct cxj__seed *seed, uint64_t id) {
    uint64_t probes = 0;
    if (journey->index == NULL || id == 0) return;
    struct cxj__index_entry *entry = index_slot(journey->index, seed, CXJ__INDEX_ID, id, &probes);
    if (entry->kind != CXJ__INDEX_NONE) cxj__store_unindex(journey->index, seed, entry);
}

size_t cxj__store_find_id(const struct cxj__journey *journey, uint64_t id, const struct cxj__seed *seed,
                          uint64_t *probes) {
    if (journey->index == NULL) {
        if ((id_bits(id) & ~journey->ids) != 0) return SIZE_MAX;
        for (size_t i = journey->count; i-- > 0;) {
            if (record_at(journey, i)->id == id) return i;
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

/* Enters what the records there are say, and lets them know which of their values were held; cells are entered by who
 * knows the views. */
static void fill_index(struct cxj__journey *journey, const struct cxj__seed *seed) {
    for (size_t i = 0; i < journey->count; i++) {
        struct cxj__record *record = record_at(journey, i);
        uint32_t held = 0;
        if (record->id != 0) {
            struct cxj__index_entry *entry = cxj__store_index(journey->index, seed, CXJ__INDEX_ID, record->id);
            entry->value = record->at;
            entry->sequence = record->sequence;
        }
        for (uint32_t h = 0; h < CXJ__HOLDERS; h++) {
            uint64_t key = cxj__store_held_key(h, record_code(journey, record, h));
            struct cxj__index_entry *entry = cxj__store_index(journey->index, seed, CXJ__INDEX_HELD, key);
            if (entry->value != 0) held |= 1U << h;
            entry->value = 1;
        }
        cxj__store_set_held(journey, i, held);
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
    if (journey->count == CXJ__CHECKPOINT_EVERY) {
        struct cxj__fold *checkpoint = &index->checkpoints[index->checkpoint_count++];
        cxj__fold_copy(checkpoint, cxj__store_fold(journey, checkpoint));
    }
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

/* ---- what is withdrawn ------------------------------------------------------------------------------------------ */

/* How many of those withdrawn have an id below this one. */
static size_t withdrawn_below(const struct cxj__journey *journey, uint64_t id) {
    size_t low = 0, high = journey->withdrawn;
    if (high > 0 && withdrawn_at(journey, high - 1)->id < id) return high; /* most ids ascend */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (withdrawn_at(journey, middle)->id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool cxj__store_find_withdrawn(const struct cxj__journey *journey, uint64_t id, uint64_t *revision) {
    size_t k = withdrawn_below(journey, id);
    if (k == journey->withdrawn || withdrawn_at(journey, k)->id != id) return false;
    *revision = (uint64_t)withdrawn_at(journey, k)->at;
    return true;
}

/* Lets go of those that contribute again, and gives those that are withdrawn anew their revision. Returns how many come
 * in. */
static size_t revise_withdrawn(struct cxj__journey *journey, const struct cxj__retraction *retractions, size_t count) {
    size_t new = 0, known = 0;
    for (size_t i = 0; i < count; i++) {
        new += !retractions[i].known;
        known += retractions[i].known;
    }
    if (known == 0) return new;
    size_t kept = 0;
    for (size_t k = 0, i = 0; k < journey->withdrawn; k++) {
        struct cxj__record *record = withdrawn_at(journey, k);
        while (i < count && retractions[i].id < record->id) i++;
        bool is_met = i < count && retractions[i].id == record->id;
        if (is_met && !retractions[i].stands) continue;
        if (is_met) record->at = (int64_t)retractions[i].revision;
        *withdrawn_at(journey, kept++) = *record;
    }
    for (size_t k = kept; k < journey->withdrawn; k++) memset(withdrawn_at(journey, k), 0, sizeof(struct cxj__record));
    journey->withdrawn = (uint16_t)kept;
    return new;
}

void cxj__store_take_back(struct cxj__journey *journey, const struct cxj__seed *seed, size_t position,
                          uint64_t revision) {
    struct cxj__entry entry;
    cxj__store_unpack(journey, position, &entry);
    const struct cxj__retraction retraction = {entry.touchpoint.id, revision, false, true};
    size_t rares = journey->rare_count;
    for (size_t i = position; i < journey->count; i++) {
        if (!is_rare(record_at(journey, i))) continue;
        journey->rare_count = record_at(journey, i)->more >> PLACE_SHIFT;
        break;
    }
    /* Each moves up, and its rare fields too: never beyond where they stood. */
    for (size_t i = position + 1; i < journey->count; i++) {
        cxj__store_unpack(journey, i, &entry);
        pack(journey, i - 1, &entry.touchpoint, entry.held);
    }
    memset(record_at(journey, --journey->count), 0, sizeof(struct cxj__record));
    if (rares > journey->rare_count) {
        memset(journey->rares + journey->rare_count, 0, (rares - journey->rare_count) * sizeof *journey->rares);
    }
    cxj__store_retract(journey, seed, &retraction, 1);
}

void cxj__store_retract(struct cxj__journey *journey, const struct cxj__seed *seed,
                        const struct cxj__retraction *retractions, size_t count) {
    if (count == 0) return;
    size_t to = revise_withdrawn(journey, retractions, count) + journey->withdrawn, from = journey->withdrawn;
    journey->withdrawn = (uint16_t)to;
    /* Two lists in order become one, from the last on; what stays where it is is not touched. */
    for (size_t i = count; i-- > 0;) {
        const struct cxj__retraction *retraction = &retractions[i];
        if (retraction->known) continue;
        for (; from > 0 && withdrawn_at(journey, from - 1)->id > retraction->id; from--) {
            *withdrawn_at(journey, --to) = *withdrawn_at(journey, from - 1);
        }
        *withdrawn_at(journey, --to) = (struct cxj__record){
            .at = (int64_t)retraction->revision, .id = retraction->id, .bits = CXJ_FACET_WITHDRAWN};
        cxj__store_release_id(journey, seed, retraction->id);
    }
}

/* ---- room for touchpoints --------------------------------------------------------------------------------------- */

/* Makes room for needed items, at first for a few. */
static bool reserve_items(struct cxj__memory *memory, void *array_of_items, uint32_t *capacity, size_t needed,
                          size_t first, size_t item_size) {
    if (needed <= *capacity) return true;
    size_t room = *capacity, wanted = *capacity == 0 && needed < first ? first : needed;
    if (room > 0 && room < 2 * first && wanted < 2 * first) wanted = 2 * first;
    if (!cxj__base_grow(memory, array_of_items, &room, wanted, item_size)) return false;
    *capacity = (uint32_t)room;
    return true;
}

/* Makes room for so many records and touchpoints withdrawn together. Those withdrawn move to the new end. */
static bool reserve_further(struct cxj__journey *journey, struct cxj__memory *memory, size_t count) {
    size_t before = journey->capacity, further = count > CXJ__FIRST_RECORDS ? count - CXJ__FIRST_RECORDS : 0;
    if (!reserve_items(memory, &journey->further_records, &journey->capacity, further, 5,
                       sizeof *journey->further_records)) {
        return false;
    }
    for (size_t k = 0; journey->capacity > before && k < journey->withdrawn; k++) {
        *withdrawn_at(journey, k) = *record_at(journey, CXJ__FIRST_RECORDS + before - 1 - k);
    }
    return true;
}

bool cxj__store_reserve(struct cxj__journey *journey, struct cxj__memory *memory, const struct cxj__seed *seed,
                        size_t count, size_t further, size_t rares) {
    if (!reserve_further(journey, memory, count + journey->withdrawn + further) ||
        !reserve_items(memory, &journey->rares, &journey->rare_capacity, rares, 2, sizeof *journey->rares)) {
        return false;
    }
    if (count <= CXJ__INDEX_BEYOND && journey->index == NULL) return true;
    if (journey->index == NULL && !make_index(journey, memory, seed)) return false;
    struct cxj__index *index = journey->index;
    return cxj__base_grow(memory, &index->checkpoints, &index->checkpoint_capacity, count / CXJ__CHECKPOINT_EVERY,
                          sizeof *index->checkpoints);
}

bool cxj__store_reserve_samples(struct cxj__journey *journey, struct cxj__memory *memory, size_t count) {
    return reserve_items(memory, &journey->samples, &journey->sample_capacity, count, 2, sizeof *journey->samples);
}

void cxj__store_drop_samples(struct cxj__journey *journey, struct cxj__memory *memory) {
    cxj__base_resize(memory, journey->samples, journey->sample_capacity * sizeof *journey->samples, 0);
    journey->samples = NULL;
    journey->sample_capacity = 0;
}

/* ---- a journey of another store --------------------------------------------------------------------------------- */

static void translate_records(struct cxj__journey *journey, uint32_t *const *codes) {
    for (size_t i = 0; i < journey->count; i++) {
        struct cxj__record *record = record_at(journey, i);
        record->owner = codes[CXJ_DIMENSION_OWNER][record->owner];
        record->team = (uint16_t)codes[CXJ_DIMENSION_TEAM][record->team];
        record->channel = (uint16_t)codes[CXJ_DIMENSION_CHANNEL][record->channel];
        record->stage = (uint16_t)codes[CXJ_DIMENSION_STAGE][record->stage];
        record->activity = (uint16_t)codes[CXJ_DIMENSION_ACTIVITY][record->activity];
    }
    for (size_t i = 0; i < journey->rare_count; i++) {
        struct cxj__rare *rare = &journey->rares[i];
        rare->cause = (uint16_t)codes[CXJ_DIMENSION_CAUSE][rare->cause];
        rare->type = (uint16_t)codes[CXJ_DIMENSION_TYPE][rare->type];
        rare->segment = (uint16_t)codes[CXJ_DIMENSION_SEGMENT][rare->segment];
        rare->reason = (uint16_t)codes[CXJ_DIMENSION_REASON][rare->reason];
    }
}

/* Which values the fold has seen is known by code: it is found out again. */
static void translate_fold(struct cxj__journey *journey, uint32_t *const *codes) {
    struct cxj__fold *fold = &journey->fold;
    fold->type = (uint16_t)codes[CXJ_DIMENSION_TYPE][fold->type];
    fold->segment = (uint16_t)codes[CXJ_DIMENSION_SEGMENT][fold->segment];
    fold->reason = (uint16_t)codes[CXJ_DIMENSION_REASON][fold->reason];
    fold->entry = (uint16_t)codes[CXJ_DIMENSION_CHANNEL][fold->entry];
    for (uint32_t d = 0; d < CXJ__TRACKS; d++) {
        struct cxj__track *track = &fold->tracks[d];
        track->value = codes[d + 1][track->value];
        track->before = codes[d + 1][track->before];
        fold->seen[d] = 0;
    }
    fold->wide = 0;
    for (size_t i = 0; i < journey->count; i++) {
        for (uint32_t d = 0; d < CXJ__TRACKS; d++) cxj__fold_note_seen(fold, d, cxj__store_code_at(journey, i, d));
    }
}

/* The index of a copy, and the folds that it keeps. */
static bool index_copy(struct cxj__journey *copy, struct cxj__memory *memory, const struct cxj__seed *seed) {
    struct cxj__fact facts[CXJ__FACTS_OF_A_STEP];
    struct cxj__fold fold;
    if (!make_index(copy, memory, seed)) return false;
    struct cxj__index *index = copy->index;
    if (!cxj__base_grow(memory, &index->checkpoints, &index->checkpoint_capacity, copy->count / CXJ__CHECKPOINT_EVERY,
                        sizeof *index->checkpoints)) {
        return false;
    }
    memset(&fold, 0, sizeof fold);
    for (size_t i = 0; i < copy->count; i++) {
        struct cxj__entry entry;
        cxj__store_unpack(copy, i, &entry);
        (void)cxj__fold_step(&fold, &entry.touchpoint, entry.held, 0, facts);
        cxj__store_checkpoint(copy, i + 1, &fold);
    }
    return true;
}

static bool fill_copy(struct cxj__journey *copy, struct cxj__memory *memory, const struct cxj__seed *seed,
                      const struct cxj__journey *journey, uint32_t *const *codes) {
    struct cxj__fold room;
    if (!copy_records(copy, journey, memory)) return false;
    const struct cxj__fold *fold = cxj__store_fold(journey, &room);
    if (!cxj__store_reserve_fold(copy, memory, fold) ||
        !cxj__store_reserve_samples(copy, memory, journey->sample_capacity < fold->samples ? 0 : fold->samples)) {
        return false;
    }
    cxj__store_set_fold(copy, fold);
    if (copy->sample_capacity >= fold->samples && fold->samples > 0) {
        memcpy(copy->samples, journey->samples, fold->samples * sizeof *copy->samples);
    }
    copy->ids = journey->ids;
    translate_records(copy, codes);
    translate_fold(copy, codes);
    return journey->index == NULL || index_copy(copy, memory, seed);
}

struct cxj__journey *cxj__store_copy(struct cxj__store *store, struct cxj__memory *memory, const struct cxj__seed *seed,
                                     const struct cxj__journey *journey, uint32_t *const *codes, bool attached) {
    struct cxj__journey *copy = attached ? cxj__store_make(store, memory, seed, journey->number)
                                         : make_detached(store, memory, journey->number);
    if (copy == NULL || fill_copy(copy, memory, seed, journey, codes)) return copy;
    if (attached) cxj__store_detach(store, seed, copy);
    cxj__store_release(store, memory, copy);
    return NULL;
}

void cxj__store_fold_at(const struct cxj__journey *journey, size_t position, struct cxj__fold *fold, uint64_t *folded) {
    size_t done = 0;
    if (position == journey->count) {
        cxj__fold_copy(fold, cxj__store_fold(journey, fold));
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
    fold_on(journey, done, position, fold, folded);
}

void cxj__store_checkpoint(struct cxj__journey *journey, size_t behind, const struct cxj__fold *fold) {
    struct cxj__index *index = journey->index;
    if (index == NULL || behind % CXJ__CHECKPOINT_EVERY != 0) return;
    index->checkpoint_count = behind / CXJ__CHECKPOINT_EVERY;
    cxj__fold_copy(&index->checkpoints[index->checkpoint_count - 1], fold);
}

void cxj__store_drop_checkpoints(struct cxj__journey *journey, size_t position) {
    struct cxj__index *index = journey->index;
    if (index == NULL) return;
    size_t kept = position / CXJ__CHECKPOINT_EVERY;
    /* What was taken back shall not lie about behind the last. */
    for (size_t i = kept; i < index->checkpoint_count; i++)
        memset(&index->checkpoints[i], 0, sizeof *index->checkpoints);
    if (index->checkpoint_count > kept) index->checkpoint_count = kept;
}
