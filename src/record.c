/* record: the way in: touchpoints recorded, withdrawn, erased, merged.
 *
 * Touchpoints are validated one by one, then taken in chunks. A chunk is planned whole and then committed whole, so
 * what has been taken is always the first part of what was passed. Chunks are small while touchpoints come last in
 * their journeys. Where a chunk had much to unpack and fold again, the next is twice as large, so that many late
 * touchpoints of one journey are folded together: the work stays in proportion to the touchpoints passed and those
 * after them. */
#include <assert.h>
#include <string.h>

#include "engine.h"

enum { CHUNK = 64, COSTLY = 4 };

#define MOST_MONEY INT64_C(1000000000000000)

/* ---- validation ------------------------------------------------------------------------------------------------- */

/* What is wrong with a touchpoint: the field, its value, and what it should be. field is NULL if nothing is. */
struct refusal {
    const char *field;
    int64_t value;
    const char *rule;
};

static struct refusal check_numbers(const cxj_touchpoint *t) {
    if (t->journey == 0) return (struct refusal){"journey", 0, "must not be 0"};
    if (!cxj__engine_is_moment(t->at)) return (struct refusal){"at", t->at, "is not within the years 0001 to 9999"};
    if (!cxj__engine_is_moment(t->due)) {
        return (struct refusal){"due", t->due, "is not within the years 0001 to 9999"};
    }
    if (t->value < -MOST_MONEY || t->value > MOST_MONEY) {
        return (struct refusal){"value", t->value, "is beyond 10^15"};
    }
    if ((t->facets & ~CXJ_FACETS_ALL) != 0) return (struct refusal){"facets", t->facets, "has an unknown bit"};
    if (t->commitment >= CXJ__COMMITMENTS) return (struct refusal){"commitment", t->commitment, "is above 7"};
    if (t->outcome > CXJ_OUTCOME_ABANDONED) return (struct refusal){"outcome", t->outcome, "is not known"};
    for (size_t i = 0; i < sizeof t->reserved; i++) {
        if (t->reserved[i] != 0) return (struct refusal){"reserved", t->reserved[i], "must be 0"};
    }
    return (struct refusal){0};
}

static struct refusal check_rating(const cxj_touchpoint *t) {
    if (t->scale == 0) {
        if (t->score != 0) return (struct refusal){"score", t->score, "stands without a scale"};
        if (t->scope != 0) return (struct refusal){"scope", t->scope, "stands without a scale"};
        return (struct refusal){0};
    }
    const struct cxj__scale *scale = cxj__fold_scale(t->scale);
    if (scale == NULL) return (struct refusal){"scale", t->scale, "is not known"};
    if (t->score < scale->lowest || t->score > scale->highest) {
        return (struct refusal){"score", t->score, "is off its scale"};
    }
    if (t->scope == 0) return (struct refusal){"scope", 0, "must be given with a scale"};
    if (t->scope > CXJ_SCOPE_EMPLOYEE) return (struct refusal){"scope", t->scope, "is not known"};
    return (struct refusal){0};
}

static struct refusal check_codes(const struct cxj__core *core, const cxj_touchpoint *t) {
    const uint32_t codes[CXJ__DICTIONARIES + 1] = {
        [CXJ_DIMENSION_OWNER] = t->owner, [CXJ_DIMENSION_TEAM] = t->team,         [CXJ_DIMENSION_CHANNEL] = t->channel,
        [CXJ_DIMENSION_STAGE] = t->stage, [CXJ_DIMENSION_ACTIVITY] = t->activity, [CXJ_DIMENSION_CAUSE] = t->cause,
        [CXJ_DIMENSION_TYPE] = t->type,   [CXJ_DIMENSION_SEGMENT] = t->segment,   [CXJ_DIMENSION_REASON] = t->reason,
    };
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        size_t length = 0;
        if (cxj__names_text(&core->dictionaries[d], codes[d], &length) == NULL) {
            return (struct refusal){cxj__view_dimension_name(d), codes[d],
                                    "is no code of this dimension, or was retired"};
        }
    }
    return (struct refusal){0};
}

static struct refusal check(const struct cxj__core *core, const cxj_touchpoint *t) {
    struct refusal refusal = check_numbers(t);
    if (refusal.field == NULL) refusal = check_rating(t);
    if (refusal.field == NULL) refusal = check_codes(core, t);
    return refusal;
}

/* ---- where touchpoints come from -------------------------------------------------------------------------------- */

/* An array of structs, or columns. */
struct source {
    const void *structs;
    size_t struct_size;
    const cxj_columns *columns;
};

/* Reads touchpoint i; false if it is a struct that says more than the library knows. */
static bool read_struct(const struct source *source, size_t i, cxj_touchpoint *t) {
    if (source->struct_size == sizeof *t) {
        memcpy(t, (const char *)source->structs + i * sizeof *t, sizeof *t);
        return true;
    }
    return cxj__engine_take(t, sizeof *t, (const char *)source->structs + i * source->struct_size, source->struct_size);
}

static void read_columns(const struct source *source, size_t i, cxj_touchpoint *t) {
    const cxj_columns *columns = source->columns;
#define READ(field)                                                                                                    \
    if (columns->field != NULL) t->field = columns->field[i]
    memset(t, 0, sizeof *t);
    READ(journey);
    READ(id);
    READ(revision);
    READ(at);
    READ(due);
    READ(value);
    READ(customer);
    READ(sequence);
    READ(owner);
    READ(facets);
    READ(team);
    READ(activity);
    READ(channel);
    READ(stage);
    READ(cause);
    READ(type);
    READ(segment);
    READ(reason);
    READ(scale);
    READ(score);
    READ(scope);
    READ(commitment);
    READ(outcome);
#undef READ
}

/* ---- recording -------------------------------------------------------------------------------------------------- */

/* One call under way. */
struct call {
    cxj_engine *engine;
    struct source source;
    uint32_t flags;
    cxj_receipt receipt;
    bool stop;
};

/* Notes a refusal; its sentence is said if it is the first in the call. */
static void note_refusal(struct call *call, size_t index, cxj_status status, const struct refusal *refusal) {
    call->receipt.refused++;
    if (index >= call->receipt.first_refusal) return;
    call->receipt.first_refusal = index;
    call->receipt.first_status = status;
    cxj__base_say(&call->engine->message, "touchpoint %zu: %s: %lld %s", index, refusal->field,
                  (long long)refusal->value, refusal->rule);
}

/* Puts a touchpoint into the plan, or notes why not. */
static cxj_status plan_one(struct call *call, size_t index) {
    struct cxj__core *core = &call->engine->core;
    cxj_touchpoint touchpoint;
    struct refusal refusal = {0};
    if (call->source.columns != NULL) {
        read_columns(&call->source, index, &touchpoint);
    } else if (!read_struct(&call->source, index, &touchpoint)) {
        refusal = (struct refusal){"struct", (int64_t)call->source.struct_size,
                                   "bytes long, has members that this version does not know and that are not zero"};
    }
    if (refusal.field == NULL) refusal = check(core, &touchpoint);
    if (refusal.field != NULL) {
        note_refusal(call, index, CXJ_BAD_FIELD, &refusal);
        return CXJ_BAD_FIELD;
    }
    touchpoint.facets = cxj__fold_imply(touchpoint.facets);
    return cxj__plan_arrival(&call->engine->plan, core, &touchpoint, index);
}

static void note_feed(struct call *call, const struct cxj__feed *feed) {
    call->receipt.accepted += feed->accepted;
    call->receipt.duplicates += feed->duplicates;
    call->receipt.conflicts += feed->conflicts;
    call->receipt.superseded += feed->superseded;
    call->engine->feed.duplicates += feed->duplicates;
    call->engine->feed.conflicts += feed->conflicts;
    call->engine->feed.superseded += feed->superseded;
}

/* Looks ahead to the journeys of the next touchpoints. */
static void approach(const struct call *call, size_t index, size_t count) {
    uint64_t numbers[CHUNK];
    for (size_t i = 0; i < count; i++) {
        if (call->source.columns != NULL) {
            numbers[i] = call->source.columns->journey[index + i];
        } else {
            memcpy(&numbers[i], (const char *)call->source.structs + (index + i) * call->source.struct_size,
                   sizeof *numbers); /* journey is the first member */
        }
    }
    cxj__store_approach(&call->engine->core.store, &call->engine->core.seed, numbers, count);
}

/* Plans the touchpoints from index on, count of them; *planned says how many, fewer than count where one is refused and
 * the call stops there. */
static cxj_status plan_chunk(struct call *call, size_t index, size_t count, size_t *planned) {
    cxj__plan_begin(&call->engine->plan);
    for (*planned = 0; *planned < count; ++*planned) {
        size_t left = count - *planned;
        if (*planned % CHUNK == 0 && count > 1) approach(call, index + *planned, left < CHUNK ? left : CHUNK);
        cxj_status status = plan_one(call, index + *planned);
        if (status == CXJ_NO_MEMORY) return status;
        if (status == CXJ_BAD_FIELD && (call->flags & CXJ_STOP_AT_REFUSAL)) break;
    }
    return cxj__plan_prepare(&call->engine->plan, &call->engine->core);
}

/* Notes that a touchpoint is refused because its journey is full. */
static void note_full(struct call *call, size_t index) {
    struct refusal full = {"journey", call->engine->core.touchpoints_limit, "touchpoints are as many as it may have"};
    note_refusal(call, index, CXJ_LIMIT, &full);
}

/* The first touchpoint that the plan has refused, or SIZE_MAX. */
static size_t first_full(const struct cxj__plan *plan) {
    size_t first = SIZE_MAX;
    for (size_t i = 0; i < plan->refused.count; i++) {
        if (plan->refused.items[i] < first) first = plan->refused.items[i];
    }
    return first;
}

/* Takes the touchpoints from index on, count of them; *taken says how many were dealt with. On CXJ_NO_MEMORY none was,
 * and what had been noted of them is forgotten. */
static cxj_status take_chunk(struct call *call, size_t index, size_t count, size_t *taken) {
    struct cxj__plan *plan = &call->engine->plan;
    struct cxj__core *core = &call->engine->core;
    cxj_receipt receipt = call->receipt;
    cxj_status status = plan_chunk(call, index, count, taken);
    size_t full = first_full(plan);
    if (status == CXJ_OK && full != SIZE_MAX && (call->flags & CXJ_STOP_AT_REFUSAL)) {
        /* What stands before the first that is refused is planned again, without the rest. */
        cxj__plan_abandon(plan, core, false);
        call->receipt = receipt;
        status = plan_chunk(call, index, full - index, taken);
        note_full(call, full);
    } else if (status == CXJ_OK) {
        for (size_t i = 0; i < plan->refused.count; i++) note_full(call, plan->refused.items[i]);
    }
    if (status != CXJ_OK) {
        cxj__plan_abandon(plan, core, false);
        call->receipt = receipt;
        return status;
    }
    cxj__plan_commit(plan, core, false);
    note_feed(call, &plan->feed);
    call->stop = *taken < count;
    return CXJ_OK;
}

static cxj_status take_all(struct call *call, size_t count) {
    const struct cxj__plan *plan = &call->engine->plan;
    size_t chunk = CHUNK;
    for (size_t done = 0; done < count && !call->stop;) {
        size_t size = count - done < chunk ? count - done : chunk, taken = 0;
        cxj_status status = take_chunk(call, done, size, &taken);
        if (status == CXJ_NO_MEMORY && size == 1) return status;
        if (status == CXJ_NO_MEMORY) {
            chunk = size / 2; /* What does not fit whole may fit in part. */
            continue;
        }
        done += taken;
        call->receipt.processed = done;
        /* One that comes last costs two: it is unpacked, and folded. */
        if (plan->folded + plan->entries.count > 2 * COSTLY * (uint64_t)size) {
            chunk = 2 * size;
        } else if (chunk < CHUNK) {
            chunk *= 2;
        }
    }
    return CXJ_OK;
}

/* Gives back the room that a large call has taken. */
static void trim(cxj_engine *engine) {
    enum { KEEP = 4096 };
    if (engine->plan.entries.capacity > KEEP || engine->plan.arrivals.capacity > KEEP) {
        cxj__plan_finish(&engine->plan, &engine->core.memory);
    }
}

static cxj_status record(struct call *call, size_t count, cxj_receipt *receipt, size_t receipt_size) {
    cxj_engine *engine = call->engine;
    call->receipt.first_refusal = CXJ_NO_INDEX;
    cxj_status status = take_all(call, count);
    engine->refused += call->receipt.refused;
    engine->version++;
    trim(engine);
    if (receipt != NULL) cxj__engine_give(receipt, receipt_size, &call->receipt, sizeof call->receipt);
    if (status == CXJ_NO_MEMORY) {
        cxj__base_say(&engine->message, "touchpoint %llu: no memory; those before it were taken",
                      (unsigned long long)call->receipt.processed);
        return status;
    }
    return call->receipt.refused > 0 ? CXJ_REFUSED : CXJ_OK;
}

/* Nothing was done: a receipt that says so. */
static cxj_status refuse_call(cxj_engine *engine, const char *wrong, cxj_receipt *receipt, size_t receipt_size) {
    cxj_receipt nothing = {.first_refusal = CXJ_NO_INDEX};
    if (receipt != NULL) cxj__engine_give(receipt, receipt_size, &nothing, sizeof nothing);
    return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, wrong);
}

/* What is wrong with the arguments that both ways of recording share, or NULL. */
static const char *check_call(uint32_t flags, const cxj_receipt *receipt, size_t receipt_size) {
    if ((flags & ~CXJ_STOP_AT_REFUSAL) != 0) return "flags has an unknown bit";
    if (receipt != NULL && receipt_size == 0) return "receipt_size is 0";
    return NULL;
}

cxj_status cxj_record(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t touchpoint_size, size_t count,
                      uint32_t flags, cxj_receipt *receipt, size_t receipt_size) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    const char *wrong = check_call(flags, receipt, receipt_size);
    if (wrong == NULL && touchpoints == NULL && count > 0) wrong = "touchpoints is NULL";
    if (wrong == NULL && touchpoint_size < sizeof touchpoints->journey) wrong = "touchpoint_size is too small";
    if (wrong != NULL) return refuse_call(engine, wrong, receipt, receipt_size);
    struct call call = {.engine = engine, .source = {touchpoints, touchpoint_size, NULL}, .flags = flags};
    return record(&call, count, receipt, receipt_size);
}

cxj_status cxj_record_columns(cxj_engine *engine, const cxj_columns *columns, size_t count, uint32_t flags,
                              cxj_receipt *receipt, size_t receipt_size) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    cxj_columns known = {0};
    const char *wrong = check_call(flags, receipt, receipt_size);
    if (wrong == NULL && columns == NULL) wrong = "columns is NULL";
    if (wrong == NULL && columns->size < sizeof columns->size) wrong = "columns: size is not set";
    if (wrong == NULL && !cxj__engine_take(&known, sizeof known, columns, columns->size)) {
        wrong = "columns: members that this version does not know are not NULL";
    }
    if (wrong == NULL && known.journey == NULL) wrong = "columns: journey is NULL";
    if (wrong == NULL && known.at == NULL) wrong = "columns: at is NULL";
    if (wrong != NULL) return refuse_call(engine, wrong, receipt, receipt_size);
    struct call call = {.engine = engine, .source = {NULL, 0, &known}, .flags = flags};
    return record(&call, count, receipt, receipt_size);
}

/* ---- withdrawal ------------------------------------------------------------------------------------------------- */

cxj_status cxj_withdraw(cxj_engine *engine, uint64_t journey, uint64_t id, uint64_t revision) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if (journey == 0 || id == 0) {
        return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, journey == 0 ? "journey is 0" : "id is 0");
    }
    struct cxj__core *core = &engine->core;
    struct cxj__entry entry = {.touchpoint = {.journey = journey, .id = id}};
    const struct cxj__journey *found = cxj__store_find(&core->store, &core->seed, journey, &core->store.probes);
    size_t position = found == NULL ? SIZE_MAX : cxj__store_find_id(found, id, &core->seed, &core->store.probes);
    if (position != SIZE_MAX) {
        cxj__store_unpack(found, position, &entry);
        if (revision == 0 && entry.touchpoint.revision < UINT64_MAX) revision = entry.touchpoint.revision + 1;
        if (revision <= entry.touchpoint.revision) {
            return cxj__engine_fail(engine, CXJ_REFUSED, "revision: it is not higher than that of the touchpoint held");
        }
    } else if (revision == 0) {
        return cxj__engine_fail(engine, CXJ_NOT_FOUND, "there is no such touchpoint");
    }
    entry.touchpoint.revision = revision;
    entry.touchpoint.facets |= CXJ_FACET_WITHDRAWN;
    cxj_receipt receipt;
    cxj_status status = cxj_record(engine, &entry.touchpoint, sizeof entry.touchpoint, 1, 0, &receipt, sizeof receipt);
    return status == CXJ_REFUSED ? receipt.first_status : status;
}

/* ---- erasure ---------------------------------------------------------------------------------------------------- */

static bool erase(cxj_engine *engine, struct cxj__journey *journey) {
    struct cxj__core *core = &engine->core;
    cxj__plan_begin(&engine->plan);
    if (cxj__plan_erasure(&engine->plan, core, journey) != CXJ_OK) {
        cxj__plan_abandon(&engine->plan, core, false);
        return false;
    }
    cxj__plan_commit(&engine->plan, core, false);
    return true;
}

/* Forgets the names that nobody uses any more, and what the plan still has of what was erased. */
static void forget(cxj_engine *engine) {
    struct cxj__core *core = &engine->core;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) cxj__names_retire(&core->dictionaries[d], &core->memory);
    cxj__alert_compact(&core->agenda, cxj__plan_holds, core);
    cxj__plan_finish(&engine->plan, &core->memory);
    engine->version++;
}

cxj_status cxj_erase_journey(cxj_engine *engine, uint64_t journey) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if (journey == 0) return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, "journey is 0");
    struct cxj__core *core = &engine->core;
    struct cxj__journey *found = cxj__store_find(&core->store, &core->seed, journey, &core->store.probes);
    if (found == NULL) return cxj__engine_fail(engine, CXJ_NOT_FOUND, "there is no such journey");
    if (!erase(engine, found)) return cxj__engine_fail(engine, CXJ_NO_MEMORY, "no memory to erase a journey");
    forget(engine);
    return CXJ_OK;
}

static bool states_customer(const struct cxj__journey *journey, uint64_t customer) {
    for (size_t i = 0; i < journey->rare_count; i++) {
        if (journey->rares[i].customer == customer) return true;
    }
    return false;
}

cxj_status cxj_erase_customer(cxj_engine *engine, uint64_t customer, uint64_t *erased) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if (erased != NULL) *erased = 0;
    if (customer == 0) return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, "customer is 0");
    struct cxj__core *core = &engine->core;
    uint64_t gone = 0;
    bool room = true;
    for (size_t place = 0; place < core->store.places && room; place++) {
        struct cxj__journey *journey = cxj__store_at(&core->store, place);
        if (journey->number == 0 || !states_customer(journey, customer)) continue;
        room = erase(engine, journey);
        gone += room;
    }
    if (gone > 0) forget(engine);
    if (erased != NULL) *erased = gone;
    if (!room) return cxj__engine_fail(engine, CXJ_NO_MEMORY, "no memory to erase a journey; those before it are gone");
    return gone > 0 ? CXJ_OK : cxj__engine_fail(engine, CXJ_NOT_FOUND, "no journey states this customer");
}

/* ---- merge ------------------------------------------------------------------------------------------------------ */

/* The codes of the source's names in the engine: codes[dimension][code]; one block for all. */
struct translation {
    uint32_t *block;
    size_t length;
    uint32_t *codes[CXJ__DICTIONARIES + 1];
};

/* Gives every name that the source's touchpoints use a code here. */
static cxj_status translate_names(cxj_engine *engine, const struct cxj__core *source, struct translation *translation) {
    struct cxj__core *core = &engine->core;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        const struct cxj__names *theirs = &source->dictionaries[d];
        for (size_t i = 0; i < theirs->count; i++) {
            const struct cxj__name *name = &theirs->names[i];
            uint32_t *code = &translation->codes[d][i + 1];
            if (name->text == NULL || name->uses == 0) continue;
            *code = cxj__names_find(&core->dictionaries[d], &core->seed, name->text, name->length);
            if (*code != 0) continue;
            cxj_status status =
                cxj__names_add(&core->dictionaries[d], &core->memory, &core->seed, name->text, name->length, code);
            if (status == CXJ_LIMIT) {
                cxj__base_say(&engine->message, "merge: the dictionary of %s would have more than %u codes",
                              cxj__view_dimension_name(d), (unsigned)core->dictionaries[d].limit);
            }
            if (status != CXJ_OK) return status;
        }
    }
    return CXJ_OK;
}

static bool make_translation(struct cxj__memory *memory, const struct cxj__core *source,
                             struct translation *translation) {
    translation->length = 0;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) translation->length += source->dictionaries[d].count + 1;
    size_t bytes = translation->length * sizeof *translation->block;
    translation->block = cxj__base_resize(memory, NULL, 0, bytes);
    if (translation->block == NULL) return false;
    memset(translation->block, 0, bytes);
    uint32_t *next = translation->block;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        translation->codes[d] = next;
        next += source->dictionaries[d].count + 1;
    }
    return true;
}

static void translate(const struct translation *translation, cxj_touchpoint *t) {
    t->owner = translation->codes[CXJ_DIMENSION_OWNER][t->owner];
    t->team = (uint16_t)translation->codes[CXJ_DIMENSION_TEAM][t->team];
    t->channel = (uint16_t)translation->codes[CXJ_DIMENSION_CHANNEL][t->channel];
    t->stage = (uint16_t)translation->codes[CXJ_DIMENSION_STAGE][t->stage];
    t->activity = (uint16_t)translation->codes[CXJ_DIMENSION_ACTIVITY][t->activity];
    t->cause = (uint16_t)translation->codes[CXJ_DIMENSION_CAUSE][t->cause];
    t->type = (uint16_t)translation->codes[CXJ_DIMENSION_TYPE][t->type];
    t->segment = (uint16_t)translation->codes[CXJ_DIMENSION_SEGMENT][t->segment];
    t->reason = (uint16_t)translation->codes[CXJ_DIMENSION_REASON][t->reason];
}

/* Plans one journey of the source, and reserves what that needs. */
static cxj_status plan_journey(cxj_engine *engine, const struct cxj__journey *journey,
                               const struct translation *translation) {
    cxj__plan_begin(&engine->plan);
    for (size_t i = 0; i < journey->count; i++) {
        struct cxj__entry entry;
        cxj__store_unpack(journey, i, &entry);
        translate(translation, &entry.touchpoint);
        cxj_status status = cxj__plan_arrival(&engine->plan, &engine->core, &entry.touchpoint, i);
        if (status != CXJ_OK) return status;
    }
    cxj_status status = cxj__plan_prepare(&engine->plan, &engine->core);
    if (status == CXJ_OK && engine->plan.refused.count > 0) {
        status = CXJ_LIMIT;
        cxj__base_say(&engine->message, "merge: journey %llu would have more than %u touchpoints",
                      (unsigned long long)journey->number, (unsigned)engine->core.touchpoints_limit);
    }
    return status;
}

/* Plans all journeys of the source and keeps what is reserved; nothing changes. */
static cxj_status reserve_all(cxj_engine *engine, const struct cxj__core *source,
                              const struct translation *translation) {
    for (size_t place = 0; place < source->store.places; place++) {
        const struct cxj__journey *journey = cxj__store_at(&source->store, place);
        if (journey->number == 0) continue;
        cxj_status status = plan_journey(engine, journey, translation);
        cxj__plan_abandon(&engine->plan, &engine->core, true);
        if (status != CXJ_OK) return status;
    }
    return CXJ_OK;
}

/* Plans them again, which cannot fail now, and commits each. */
static void commit_all(cxj_engine *engine, const struct cxj__core *source, const struct translation *translation) {
    for (size_t place = 0; place < source->store.places; place++) {
        const struct cxj__journey *journey = cxj__store_at(&source->store, place);
        if (journey->number == 0) continue;
        engine->plan.deadlines = 0;
        cxj_status status = plan_journey(engine, journey, translation);
        assert(status == CXJ_OK);
        (void)status;
        cxj__plan_commit(&engine->plan, &engine->core, true);
    }
    /* What one journey left empty may have been needed by another; now nobody needs it any more. */
    for (size_t v = 0; v < engine->core.view_count; v++) {
        cxj__view_sweep(engine->core.views[v], &engine->core.memory);
    }
    engine->plan.deadlines = 0;
}

/* After a merge that failed: drops the cells and journeys that were reserved. */
static void drop_reserved(cxj_engine *engine) {
    struct cxj__core *core = &engine->core;
    for (size_t v = 0; v < core->view_count; v++) {
        struct cxj_view *view = core->views[v];
        for (size_t i = 0; i < view->cell_count; i++) cxj__view_doom(view, view->cells[i]);
        cxj__view_sweep(view, &core->memory);
    }
    for (size_t place = 0; place < core->store.places; place++) {
        struct cxj__journey *journey = cxj__store_at(&core->store, place);
        if (journey->number != 0 && journey->count == 0) {
            cxj__store_remove(&core->store, &core->memory, &core->seed, journey);
        }
    }
    engine->plan.deadlines = 0;
}

cxj_status cxj_merge(cxj_engine *engine, const cxj_engine *source) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if (source == NULL || source == engine) {
        return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT,
                                source == NULL ? "source is NULL" : "source is the engine itself");
    }
    struct cxj__core *core = &engine->core;
    struct translation translation = {0};
    size_t names[CXJ__DICTIONARIES + 1];
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) names[d] = core->dictionaries[d].count;
    cxj_status status = make_translation(&core->memory, &source->core, &translation) ? CXJ_OK : CXJ_NO_MEMORY;
    if (status == CXJ_OK) status = translate_names(engine, &source->core, &translation);
    if (status == CXJ_OK) status = reserve_all(engine, &source->core, &translation);
    if (status == CXJ_OK) {
        commit_all(engine, &source->core, &translation);
    } else {
        drop_reserved(engine);
    }
    trim(engine);
    if (translation.block != NULL) {
        cxj__base_resize(&core->memory, translation.block, translation.length * sizeof *translation.block, 0);
    }
    if (status != CXJ_OK) {
        for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
            cxj__names_truncate(&core->dictionaries[d], &core->memory, names[d]);
        }
        if (status == CXJ_NO_MEMORY) cxj__engine_fail(engine, status, "no memory to merge");
        return status;
    }
    engine->version++;
    return source->core.now > core->now ? cxj_advance(engine, source->core.now) : CXJ_OK;
}
