/* journey: a journey's touchpoints, in order.
 *
 * They stand in the order of the specification, packed: the first few in the journey itself, the others in an array;
 * fields that few touchpoints have stand aside, in the same order. Each record knows which of its values an earlier one
 * has held, so the fold need not look back. A long journey keeps an index besides, and the fold's state after every 64th
 * record, so that no arrival has to look at all of it.
 * Touchpoints that are withdrawn are no records. Their ids and revisions stand in the same room, from its end towards
 * its beginning: so to take one back needs no memory, and those that contribute come and go without moving them.
 * Invariants: records are sorted by (at, sequence, id); the rare fields of records stand in the records' order; bit h
 * of held is set exactly if an earlier record has the same code for holder h. In a long journey none is a code here; in
 * a short one nobody asks, and bits of none and of causes mean nothing. No id is that of a record and withdrawn. */
#include "journey.h"

#include <string.h>

/* Promises that stand aside, and their bytes. */
enum { FURTHER_PROMISES = CXJ__COMMITMENTS - 1 };
#define FURTHER_BYTES (FURTHER_PROMISES * sizeof(struct cxj__promise))

_Static_assert(CXJ__TOUCHPOINTS_LIMIT <= UINT16_MAX, "a journey counts its records in 16 bits");

/* What is forgotten shall not lie about in freed memory, nor in a place that waits for another journey. */
static bool has_rares_apart(const struct cxj__journey *journey) {
    return journey->rares != NULL && journey->rares != journey->first_rares;
}

CXJ__COLD void cxj__journey_free(struct cxj__journey *journey, struct cxj__memory *memory) {
    size_t further = journey->capacity * sizeof *journey->further_records;
    if (further > 0) memset(journey->further_records, 0, further);
    if (has_rares_apart(journey)) {
        memset(journey->rares, 0, journey->rare_capacity * sizeof *journey->rares);
        cxj__base_resize(memory, journey->rares, journey->rare_capacity * sizeof *journey->rares, 0);
    }
    cxj__base_resize(memory, journey->further_records, further, 0);
    cxj__base_resize(memory, journey->samples, journey->sample_capacity * sizeof *journey->samples, 0);
    if (journey->further != NULL) memset(journey->further, 0, FURTHER_BYTES);
    cxj__base_resize(memory, journey->further, journey->further == NULL ? 0 : FURTHER_BYTES, 0);
    cxj__journey_drop_hours(journey, memory);
    cxj__index_free(journey->index, memory);
    memset(journey, 0, CXJ__JOURNEY_BYTES);
}

uint64_t cxj__journey_customer(const struct cxj__journey *journey) {
    size_t i = journey->rare_count;
    while (i > 0 && journey->rares[i - 1].customer == 0) i--;
    return i > 0 ? journey->rares[i - 1].customer : 0;
}

/* ---- the fold of a journey -------------------------------------------------------------------------------------- */

static bool has_further(const struct cxj__fold *fold) {
    return fold->promises_open >> 1 != 0;
}

/* Folds the records from one on; folded counts them. */
static void fold_on(const struct cxj__journey *journey, size_t from, size_t to, const struct cxj__calendar *calendar,
                    struct cxj__fold *fold, uint64_t *folded) {
    struct cxj__hours hours = {calendar, &fold->in_hours};
    struct cxj__fact facts[CXJ__FACTS_OF_A_STEP];
    for (size_t i = from; i < to; i++) {
        struct cxj__entry entry;
        cxj__journey_unpack(journey, i, &entry);
        cxj__fold_step(fold, hours, &entry.touchpoint, entry.held, 0, facts);
        ++*folded;
    }
}

static void fold_again(const struct cxj__journey *journey, struct cxj__fold *fold) {
    uint64_t folded = 0;
    memset(fold, 0, sizeof *fold);
    fold_on(journey, 0, journey->count, NULL, fold, &folded);
}

CXJ__COLD const struct cxj__fold *cxj__journey_fold(const struct cxj__journey *journey, struct cxj__fold *room) {
    if (!has_further(&journey->fold)) return &journey->fold;
    if (journey->further == NULL) {
        fold_again(journey, room);
        return room;
    }
    memcpy(room, &journey->fold, offsetof(struct cxj__fold, promises[1]));
    memcpy(&room->promises[1], journey->further, FURTHER_BYTES);
    return room;
}

void cxj__journey_copy_fold(const struct cxj__journey *journey, struct cxj__fold *fold) {
    /* In two parts, for compilers copy what is larger with an instruction that takes long to begin. */
    memcpy(fold, &journey->fold, offsetof(struct cxj__fold, seen));
    memcpy(fold->seen, journey->fold.seen, offsetof(struct cxj__fold, promises[1]) - offsetof(struct cxj__fold, seen));
    if (journey->in_hours != NULL) fold->in_hours = *journey->in_hours;
}

CXJ__COLD bool cxj__journey_reserve_hours(struct cxj__journey *journey, struct cxj__memory *memory) {
    if (journey->in_hours != NULL) return true;
    journey->in_hours = cxj__base_resize(memory, NULL, 0, sizeof *journey->in_hours);
    if (journey->in_hours != NULL) memset(journey->in_hours, 0, sizeof *journey->in_hours);
    return journey->in_hours != NULL;
}

void cxj__journey_drop_hours(struct cxj__journey *journey, struct cxj__memory *memory) {
    if (journey->in_hours == NULL) return;
    memset(journey->in_hours, 0, sizeof *journey->in_hours);
    cxj__base_resize(memory, journey->in_hours, sizeof *journey->in_hours, 0);
    journey->in_hours = NULL;
}

CXJ__COLD bool cxj__journey_reserve_fold(struct cxj__journey *journey, struct cxj__memory *memory,
                                         const struct cxj__fold *fold) {
    if (!has_further(fold) || journey->further != NULL) return true;
    struct cxj__fold room;
    struct cxj__promise *further = cxj__base_resize(memory, NULL, 0, FURTHER_BYTES);
    if (further == NULL) return false;
    memset(further, 0, FURTHER_BYTES);
    if (has_further(&journey->fold)) memcpy(further, &cxj__journey_fold(journey, &room)->promises[1], FURTHER_BYTES);
    journey->further = further;
    return true;
}

CXJ__COLD void cxj__journey_set_fold(struct cxj__journey *journey, const struct cxj__fold *fold) {
    memcpy(&journey->fold, fold, offsetof(struct cxj__fold, promises[1]));
    if (has_further(fold) && journey->further != NULL) memcpy(journey->further, &fold->promises[1], FURTHER_BYTES);
    if (journey->in_hours != NULL) *journey->in_hours = fold->in_hours;
}

/* ---- touchpoints ------------------------------------------------------------------------------------------------ */

#define STORE_ORDER(a, b) ((a) < (b) ? -1 : (a) > (b))

int cxj__journey_compare(const cxj_touchpoint *a, const cxj_touchpoint *b) {
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

/* A record that contributes is not withdrawn: the facets behind that one stand one bit lower. */
#define BEHIND_WITHDRAWN ((uint32_t)CXJ_FACETS_ALL & ~(2U * CXJ_FACET_WITHDRAWN - 1))
#define BEFORE_WITHDRAWN (CXJ_FACET_WITHDRAWN - 1U)

_Static_assert((CXJ_FACETS_ALL >> 1 >> SCALE_SHIFT) == 0, "all facets but one fit below the scale");
_Static_assert(CXJ_SCALE_CES7 < 1 << (SCORE_SHIFT - SCALE_SHIFT), "scales fit below the score");
_Static_assert(100 < 1 << (SCOPE_SHIFT - SCORE_SHIFT), "scores of all scales fit below the scope");
_Static_assert(CXJ_SCOPE_EMPLOYEE < 1 << (OUTCOME_SHIFT - SCOPE_SHIFT), "scopes fit below the outcome");
_Static_assert(CXJ_OUTCOME_ABANDONED < 1 << (RARE_SHIFT - OUTCOME_SHIFT), "outcomes fit below the last bit");
_Static_assert(RARE_SHIFT == 31, "the last bit is the last bit");
_Static_assert(CXJ__COMMITMENTS <= 1 << HELD_SHIFT, "commitments fit below what was held");
_Static_assert(CXJ__HOLDERS <= PLACE_SHIFT - HELD_SHIFT, "a bit for each holder");
_Static_assert(CXJ__TOUCHPOINTS_LIMIT <= 1 << (32 - PLACE_SHIFT), "places of rare fields fit");

static uint32_t pack_facets(uint32_t facets) {
    return (facets & BEFORE_WITHDRAWN) | (facets & BEHIND_WITHDRAWN) >> 1;
}

static uint32_t facets_of(const struct cxj__record *record) {
    return (record->bits & BEFORE_WITHDRAWN) | (record->bits << 1 & BEHIND_WITHDRAWN);
}

static bool is_rare(const struct cxj__record *record) {
    return record->bits >> RARE_SHIFT != 0;
}

static uint32_t held_of(const struct cxj__record *record) {
    return record->more >> HELD_SHIFT & 0x3f;
}

int64_t cxj__journey_last_at(const struct cxj__journey *journey) {
    return cxj__journey_record(journey, journey->count - 1)->at;
}

int64_t cxj__journey_moment(const struct cxj__journey *journey, size_t position) {
    return cxj__journey_record(journey, position)->at;
}

bool cxj__journey_comes_last(const struct cxj__journey *journey, const cxj_touchpoint *t) {
    return journey->count == 0 || t->at > journey->fold.last_at ||
           compare_record(cxj__journey_record(journey, journey->count - 1), t->at, t->sequence, t->id) <= 0;
}

static void unpack_rating(const struct cxj__record *record, cxj_touchpoint *t) {
    t->scale = record->bits >> SCALE_SHIFT & 0x7;
    t->score = record->bits >> SCORE_SHIFT & 0x7f;
    t->scope = record->bits >> SCOPE_SHIFT & 0x3;
}

void cxj__journey_unpack(const struct cxj__journey *journey, size_t position, struct cxj__entry *entry) {
    cxj_touchpoint *t = &entry->touchpoint;
    memset(entry, 0, sizeof *entry);
    t->journey = journey->number;
    if (position >= journey->count) {
        const struct cxj__record *withdrawn = cxj__journey_withdrawn_record(journey, position - journey->count);
        t->id = withdrawn->id;
        t->revision = (uint64_t)withdrawn->at;
        t->facets = CXJ_FACET_WITHDRAWN;
        return;
    }
    const struct cxj__record *record = cxj__journey_record(journey, position);
    t->id = record->id;
    t->at = record->at;
    t->sequence = record->sequence;
    t->owner = record->owner;
    t->team = record->team;
    t->activity = record->activity;
    t->channel = record->channel;
    t->stage = record->stage;
    t->facets = facets_of(record);
    unpack_rating(record, t);
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
    bool rare = cxj__journey_is_rare(t);
    *cxj__journey_record(journey, position) = (struct cxj__record){
        .at = t->at,
        .id = t->id,
        .sequence = t->sequence,
        .owner = t->owner,
        .team = t->team,
        .activity = t->activity,
        .channel = t->channel,
        .stage = t->stage,
        .bits = pack_facets(t->facets) | (uint32_t)t->scale << SCALE_SHIFT | (uint32_t)t->score << SCORE_SHIFT |
                (uint32_t)t->scope << SCOPE_SHIFT | (uint32_t)t->outcome << OUTCOME_SHIFT |
                (uint32_t)rare << RARE_SHIFT,
        .more = t->commitment | held << HELD_SHIFT | (uint32_t)journey->rare_count << PLACE_SHIFT,
    };
    if (!rare) return;
    journey->rares[journey->rare_count++] =
        (struct cxj__rare){t->revision, t->due, t->value, t->customer, t->cause, t->type, t->segment, t->reason};
}

/* The first position whose record does not stand before (at, sequence, id); or, with behind, not even with it. */
CXJ__COLD static size_t search(const struct cxj__journey *journey, int64_t at, uint32_t sequence, uint64_t id,
                               bool behind) {
    size_t low = 0, high = journey->count;
    if (high > 0 && compare_record(cxj__journey_record(journey, high - 1), at, sequence, id) < (behind ? 1 : 0))
        return high;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_record(cxj__journey_record(journey, middle), at, sequence, id) < (behind ? 1 : 0)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

size_t cxj__journey_position(const struct cxj__journey *journey, const cxj_touchpoint *t) {
    return search(journey, t->at, t->sequence, t->id, true);
}

/* The code that a record has for a holder. */
static uint32_t record_code(const struct cxj__journey *journey, const struct cxj__record *record, uint32_t holder) {
    static const uint8_t places[CXJ__HOLDERS] = {[CXJ_DIMENSION_TEAM - 1] = offsetof(struct cxj__record, team),
                                                 [CXJ_DIMENSION_CHANNEL - 1] = offsetof(struct cxj__record, channel),
                                                 [CXJ_DIMENSION_STAGE - 1] = offsetof(struct cxj__record, stage),
                                                 [CXJ_DIMENSION_ACTIVITY - 1] = offsetof(struct cxj__record, activity)};
    uint16_t code;
    if (holder == CXJ_DIMENSION_OWNER - 1) return record->owner;
    if (holder == CXJ__CAUSE_HOLDER) return is_rare(record) ? journey->rares[record->more >> PLACE_SHIFT].cause : 0;
    memcpy(&code, (const char *)record + places[holder], sizeof code);
    return code;
}

uint32_t cxj__journey_code_at(const struct cxj__journey *journey, size_t position, uint32_t holder) {
    return record_code(journey, cxj__journey_record(journey, position), holder);
}

uint32_t cxj__journey_held(const struct cxj__journey *journey, size_t position) {
    return held_of(cxj__journey_record(journey, position));
}

void cxj__journey_set_held(struct cxj__journey *journey, size_t position, uint32_t held) {
    struct cxj__record *record = cxj__journey_record(journey, position);
    record->more = (record->more & ~(UINT32_C(0x3f) << HELD_SHIFT)) | held << HELD_SHIFT;
}

bool cxj__journey_holds(const struct cxj__journey *journey, size_t position, uint32_t holder, uint32_t code) {
    for (size_t i = position; i-- > 0;) {
        const struct cxj__record *record = cxj__journey_record(journey, i);
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
    struct cxj__index_entry *entry = cxj__index_reach(journey->index, seed, CXJ__INDEX_ID, t->id);
    entry->value = t->at;
    entry->sequence = t->sequence;
}

/* Clears what was taken back: records from the last on, up to before; rare fields up to rares. */
CXJ__COLD static void clear_behind(struct cxj__journey *journey, size_t before, size_t rares) {
    for (size_t i = journey->count; i < before; i++)
        memset(cxj__journey_record(journey, i), 0, sizeof(struct cxj__record));
    if (rares > journey->rare_count) {
        memset(journey->rares + journey->rare_count, 0, (rares - journey->rare_count) * sizeof *journey->rares);
    }
}

void cxj__journey_append(struct cxj__journey *journey, const struct cxj__seed *seed, const cxj_touchpoint *t,
                         uint32_t held) {
    pack(journey, journey->count, t, held);
    journey->count++;
    note_id(journey, seed, t);
}

void cxj__journey_drop_last(struct cxj__journey *journey, const struct cxj__seed *seed) {
    const struct cxj__record *record = cxj__journey_record(journey, --journey->count);
    size_t rares = journey->rare_count;
    cxj__journey_release_id(journey, seed, record->id);
    journey->rare_count -= is_rare(record);
    clear_behind(journey, journey->count + 1U, rares);
}

void cxj__journey_replace(struct cxj__journey *journey, const struct cxj__seed *seed, size_t position,
                          const struct cxj__entry *entries, size_t count) {
    size_t rares = journey->rare_count, before = journey->count;
    for (size_t i = position; i < before; i++) {
        if (!is_rare(cxj__journey_record(journey, i))) continue;
        journey->rare_count = cxj__journey_record(journey, i)->more >> PLACE_SHIFT;
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

void cxj__journey_release_id(struct cxj__journey *journey, const struct cxj__seed *seed, uint64_t id) {
    uint64_t probes = 0;
    if (journey->index == NULL || id == 0) return;
    struct cxj__index_entry *entry = cxj__index_find(journey->index, seed, CXJ__INDEX_ID, id, &probes);
    if (entry->kind != CXJ__INDEX_NONE) cxj__index_drop(journey->index, seed, entry);
}

size_t cxj__journey_find_id(const struct cxj__journey *journey, uint64_t id, const struct cxj__seed *seed,
                            uint64_t *probes) {
    if (journey->index == NULL) {
        if ((id_bits(id) & ~journey->ids) != 0) return SIZE_MAX;
        for (size_t i = journey->count; i-- > 0;) {
            if (cxj__journey_record(journey, i)->id == id) return i;
        }
        return SIZE_MAX;
    }
    const struct cxj__index_entry *entry = cxj__index_find(journey->index, seed, CXJ__INDEX_ID, id, probes);
    return entry->kind == CXJ__INDEX_NONE ? SIZE_MAX : search(journey, entry->value, entry->sequence, id, false);
}

/* Enters what the records there are say, and lets them know which of their values were held; cells are entered by who
 * knows the views. */
static void fill_index(struct cxj__journey *journey, const struct cxj__seed *seed) {
    for (size_t i = 0; i < journey->count; i++) {
        struct cxj__record *record = cxj__journey_record(journey, i);
        uint32_t held = 0;
        if (record->id != 0) {
            struct cxj__index_entry *entry = cxj__index_reach(journey->index, seed, CXJ__INDEX_ID, record->id);
            entry->value = record->at;
            entry->sequence = record->sequence;
        }
        for (uint32_t h = 0; h < CXJ__HOLDERS; h++) {
            uint64_t key = cxj__index_held_key(h, record_code(journey, record, h));
            struct cxj__index_entry *entry = cxj__index_reach(journey->index, seed, CXJ__INDEX_HELD, key);
            if (entry->value != 0) held |= 1U << h;
            entry->value = 1;
        }
        cxj__journey_set_held(journey, i, held);
    }
}

CXJ__COLD bool cxj__journey_make_index(struct cxj__journey *journey, struct cxj__memory *memory,
                                       const struct cxj__seed *seed) {
    struct cxj__index *index = cxj__base_resize(memory, NULL, 0, sizeof *index);
    if (index == NULL) return false;
    memset(index, 0, sizeof *index);
    if (!cxj__index_reserve(index, memory, seed, journey->count * (1 + CXJ__HOLDERS)) ||
        !cxj__base_grow(memory, &index->checkpoints, &index->checkpoint_capacity, 1, sizeof *index->checkpoints)) {
        cxj__index_free(index, memory);
        return false;
    }
    journey->index = index;
    /* A journey without an index has no more records than lie before the first checkpoint. */
    if (journey->count == CXJ__CHECKPOINT_EVERY) {
        struct cxj__fold room;
        cxj__journey_checkpoint(journey, journey->count, cxj__journey_fold(journey, &room), journey->in_hours);
    }
    fill_index(journey, seed);
    return true;
}

void cxj__journey_drop_index(struct cxj__journey *journey, struct cxj__memory *memory) {
    cxj__index_free(journey->index, memory);
    journey->index = NULL;
}

bool cxj__journey_reserve_index(struct cxj__journey *journey, struct cxj__memory *memory, const struct cxj__seed *seed,
                                size_t further) {
    return journey->index == NULL || cxj__index_reserve(journey->index, memory, seed, further);
}
/* ---- what is withdrawn ------------------------------------------------------------------------------------------ */

/* How many of those withdrawn have an id below this one. */
static size_t withdrawn_below(const struct cxj__journey *journey, uint64_t id) {
    size_t low = 0, high = journey->withdrawn;
    if (high > 0 && cxj__journey_withdrawn_record(journey, high - 1)->id < id) return high; /* most ids ascend */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (cxj__journey_withdrawn_record(journey, middle)->id < id) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

CXJ__COLD bool cxj__journey_find_withdrawn(const struct cxj__journey *journey, uint64_t id, uint64_t *revision) {
    size_t k = withdrawn_below(journey, id);
    if (k == journey->withdrawn || cxj__journey_withdrawn_record(journey, k)->id != id) return false;
    *revision = (uint64_t)cxj__journey_withdrawn_record(journey, k)->at;
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
        struct cxj__record *record = cxj__journey_withdrawn_record(journey, k);
        while (i < count && retractions[i].id < record->id) i++;
        bool is_met = i < count && retractions[i].id == record->id;
        if (is_met && !retractions[i].stands) continue;
        if (is_met) record->at = (int64_t)retractions[i].revision;
        *cxj__journey_withdrawn_record(journey, kept++) = *record;
    }
    for (size_t k = kept; k < journey->withdrawn; k++)
        memset(cxj__journey_withdrawn_record(journey, k), 0, sizeof(struct cxj__record));
    journey->withdrawn = (uint16_t)kept;
    return new;
}

CXJ__COLD void cxj__journey_take_back(struct cxj__journey *journey, const struct cxj__seed *seed, size_t position,
                                      uint64_t revision) {
    struct cxj__entry entry;
    cxj__journey_unpack(journey, position, &entry);
    const struct cxj__retraction retraction = {entry.touchpoint.id, revision, false, true};
    size_t rares = journey->rare_count;
    for (size_t i = position; i < journey->count; i++) {
        if (!is_rare(cxj__journey_record(journey, i))) continue;
        journey->rare_count = cxj__journey_record(journey, i)->more >> PLACE_SHIFT;
        break;
    }
    /* Each moves up, and its rare fields too: never beyond where they stood. */
    for (size_t i = position + 1; i < journey->count; i++) {
        cxj__journey_unpack(journey, i, &entry);
        pack(journey, i - 1, &entry.touchpoint, entry.held);
    }
    memset(cxj__journey_record(journey, --journey->count), 0, sizeof(struct cxj__record));
    if (rares > journey->rare_count) {
        memset(journey->rares + journey->rare_count, 0, (rares - journey->rare_count) * sizeof *journey->rares);
    }
    cxj__journey_retract(journey, seed, &retraction, 1);
}

CXJ__COLD void cxj__journey_retract(struct cxj__journey *journey, const struct cxj__seed *seed,
                                    const struct cxj__retraction *retractions, size_t count) {
    if (count == 0) return;
    size_t to = revise_withdrawn(journey, retractions, count) + journey->withdrawn, from = journey->withdrawn;
    journey->withdrawn = (uint16_t)to;
    /* Two lists in order become one, from the last on; what stays where it is is not touched. */
    for (size_t i = count; i-- > 0;) {
        const struct cxj__retraction *retraction = &retractions[i];
        if (retraction->known) continue;
        for (; from > 0 && cxj__journey_withdrawn_record(journey, from - 1)->id > retraction->id; from--) {
            *cxj__journey_withdrawn_record(journey, --to) = *cxj__journey_withdrawn_record(journey, from - 1);
        }
        *cxj__journey_withdrawn_record(journey, --to) =
            (struct cxj__record){.at = (int64_t)retraction->revision, .id = retraction->id};
        cxj__journey_release_id(journey, seed, retraction->id);
    }
}

/* ---- room for touchpoints --------------------------------------------------------------------------------------- */

/* Makes room for needed items, at first for a few. */
CXJ__COLD static bool reserve_items(struct cxj__memory *memory, void *array_of_items, uint32_t *capacity, size_t needed,
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
        *cxj__journey_withdrawn_record(journey, k) = *cxj__journey_record(journey, CXJ__FIRST_RECORDS + before - 1 - k);
    }
    return true;
}

CXJ__COLD bool cxj__journey_reserve_rares(struct cxj__journey *journey, struct cxj__memory *memory, size_t count) {
    if (count <= journey->rare_capacity) return true;
    bool are_apart = has_rares_apart(journey);
    struct cxj__rare *apart = are_apart ? journey->rares : NULL;
    uint32_t capacity = are_apart ? journey->rare_capacity : 0;
    if (count <= CXJ__FIRST_RARES) {
        journey->rares = journey->first_rares;
        journey->rare_capacity = CXJ__FIRST_RARES;
        return true;
    }
    if (!reserve_items(memory, &apart, &capacity, count, CXJ__FIRST_RARES, sizeof *apart)) return false;
    if (!are_apart) memcpy(apart, journey->first_rares, sizeof journey->first_rares);
    if (!are_apart) memset(journey->first_rares, 0, sizeof journey->first_rares);
    journey->rares = apart;
    journey->rare_capacity = capacity;
    return true;
}

CXJ__COLD bool cxj__journey_reserve(struct cxj__journey *journey, struct cxj__memory *memory,
                                    const struct cxj__seed *seed, size_t count, size_t further, size_t rares) {
    if (!reserve_further(journey, memory, count + journey->withdrawn + further) ||
        !cxj__journey_reserve_rares(journey, memory, rares)) {
        return false;
    }
    if (count <= CXJ__INDEX_BEYOND && journey->index == NULL) return true;
    if (journey->index == NULL && !cxj__journey_make_index(journey, memory, seed)) return false;
    struct cxj__index *index = journey->index;
    return cxj__base_grow(memory, &index->checkpoints, &index->checkpoint_capacity, count / CXJ__CHECKPOINT_EVERY,
                          sizeof *index->checkpoints);
}

bool cxj__journey_reserve_samples(struct cxj__journey *journey, struct cxj__memory *memory, size_t count) {
    return reserve_items(memory, &journey->samples, &journey->sample_capacity, count, 2, sizeof *journey->samples);
}

void cxj__journey_drop_samples(struct cxj__journey *journey, struct cxj__memory *memory) {
    cxj__base_resize(memory, journey->samples, journey->sample_capacity * sizeof *journey->samples, 0);
    journey->samples = NULL;
    journey->sample_capacity = 0;
}

void cxj__journey_fold_at(const struct cxj__journey *journey, size_t position, const struct cxj__calendar *calendar,
                          struct cxj__fold *fold, uint64_t *folded) {
    size_t done = 0;
    if (position == journey->count) {
        cxj__fold_copy(fold, cxj__journey_fold(journey, fold));
        /* One that is new has none yet. */
        if (journey->in_hours == NULL) memset(&fold->in_hours, 0, sizeof fold->in_hours);
        if (journey->in_hours != NULL) fold->in_hours = *journey->in_hours;
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
    fold_on(journey, done, position, calendar, fold, folded);
}

/* Moves the moments of a journey on through its records from one position to another; before: the fold before them, NULL
 * if there is none. */
CXJ__COLD static void move_moments(const struct cxj__journey *journey, const struct cxj__fold *before, size_t from,
                                   size_t to, struct cxj__moments *moments) {
    struct cxj__fold fold;
    memset(&fold, 0, sizeof fold);
    if (before != NULL) cxj__fold_copy(&fold, before);
    for (size_t i = from; i < to; i++) {
        struct cxj__entry entry;
        cxj__journey_unpack(journey, i, &entry);
        (void)cxj__fold_note_moments(&fold, &entry.touchpoint, moments);
    }
}

CXJ__COLD void cxj__journey_moments(const struct cxj__journey *journey, struct cxj__moments *moments) {
    const struct cxj__index *index = journey->index;
    size_t count = index == NULL ? 0 : index->checkpoint_count;
    const struct cxj__fold *last = count > 0 ? &index->checkpoints[count - 1] : NULL;
    *moments = last != NULL ? last->moments : (struct cxj__moments){0, 0, 0};
    move_moments(journey, last, count * CXJ__CHECKPOINT_EVERY, journey->count, moments);
}

CXJ__COLD int64_t cxj__journey_dissatisfied_at(const struct cxj__journey *journey) {
    struct cxj__moments moments;
    for (size_t i = journey->index == NULL ? journey->count : 0; i > 0; i--) {
        const struct cxj__record *record = cxj__journey_record(journey, i - 1);
        cxj_touchpoint t;
        unpack_rating(record, &t);
        if (t.scale != 0 && cxj__fold_is_rated_low(&t)) return record->at;
    }
    cxj__journey_moments(journey, &moments);
    return moments.dissatisfied_at;
}

CXJ__COLD void cxj__journey_checkpoint(struct cxj__journey *journey, size_t behind, const struct cxj__fold *fold,
                                       const struct cxj__durations *in_hours) {
    struct cxj__index *index = journey->index;
    if (index == NULL || behind % CXJ__CHECKPOINT_EVERY != 0) return;
    index->checkpoint_count = behind / CXJ__CHECKPOINT_EVERY;
    struct cxj__fold *checkpoint = &index->checkpoints[index->checkpoint_count - 1];
    cxj__fold_copy(checkpoint, fold);
    if (in_hours != NULL) checkpoint->in_hours = *in_hours;
    memset(&checkpoint->moments, 0, sizeof checkpoint->moments);
    const struct cxj__fold *before = index->checkpoint_count > 1 ? checkpoint - 1 : NULL;
    if (before != NULL) checkpoint->moments = before->moments;
    move_moments(journey, before, behind - CXJ__CHECKPOINT_EVERY, behind, &checkpoint->moments);
}

CXJ__COLD void cxj__journey_drop_checkpoints(struct cxj__journey *journey, size_t position) {
    struct cxj__index *index = journey->index;
    if (index == NULL) return;
    size_t kept = position / CXJ__CHECKPOINT_EVERY;
    /* What was taken back shall not lie about behind the last. */
    for (size_t i = kept; i < index->checkpoint_count; i++)
        memset(&index->checkpoints[i], 0, sizeof *index->checkpoints);
    if (index->checkpoint_count > kept) index->checkpoint_count = kept;
}
