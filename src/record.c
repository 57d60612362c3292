/* record: the way in: touchpoints recorded, withdrawn, erased.
 *
 * Touchpoints are validated one by one. Those that come last in their journeys are appended, in groups; the first that
 * does not ends its group, and is settled: it meets what is held, and makes a change. Where a change had much to unpack
 * and fold again, the next takes all that is left of the call, up to a bound, so that many late touchpoints of one
 * journey are folded together: the work stays in proportion to the touchpoints passed and those after them. A group and
 * a change are taken whole or up to the touchpoint for which there is no memory, so what has been taken is always the
 * first part of what was passed. */
#include "record.h"

#include <string.h>

#include "erase.h"
#include "touchpoint.h"

/* COSTLY: entries unpacked and folded for a touchpoint, beyond which it pays to change more at once. LARGEST is above
 * what a journey may have. */
enum { LARGEST = 65536, COSTLY = 40 };

/* Touchpoints for which it is looked ahead together, and room for the journeys of the lots at hand, a power of two. */
enum { LOT = 16, COMING = 4 * LOT };

/* Bytes of slots behind the first one that a search seldom leaves. */
enum { BEHIND = 5 * sizeof(uint64_t) };

/* ---- validation ------------------------------------------------------------------------------------------------- */

/* True if the dictionaries have all codes of a touchpoint. Written out, which is half the work of a loop. */
static bool has_codes(const struct cxj__names *dictionaries, const cxj_touchpoint *t) {
#define HAS_CODE(field, dimension) &&cxj__names_has(&dictionaries[CXJ_DIMENSION_##dimension], t->field)
    return true CXJ__FREQUENT_CODES(HAS_CODE) &&
           (cxj__touchpoint_rare_codes(t) == 0 || (true CXJ__RARE_CODES(HAS_CODE)));
#undef HAS_CODE
}

/* The first code of a touchpoint that its dictionary does not have. */
static bool check_codes(const struct cxj__core *core, const cxj_touchpoint *t, struct cxj__refusal *refusal) {
    uint32_t codes[CXJ__DICTIONARIES + 1];
    if (has_codes(core->dictionaries, t)) return true;
    cxj__touchpoint_codes(t, codes);
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) {
        if (cxj__names_has(&core->dictionaries[d], codes[d])) continue;
        *refusal = (struct cxj__refusal){cxj__query_dimension_name(d), codes[d],
                                         "is no code of this dimension, or was retired"};
        return false;
    }
    return true;
}

/* ---- where touchpoints come from -------------------------------------------------------------------------------- */

/* An array of structs, or columns. */
struct source {
    const void *structs;
    size_t struct_size;
    const cxj_columns *columns;
    const cxj_touchpoint *in_place; /* the structs, if they can be read where they stand */
};

static struct source source_of_structs(const void *structs, size_t struct_size) {
    bool is_in_place = struct_size == sizeof(cxj_touchpoint) && (uintptr_t)structs % _Alignof(cxj_touchpoint) == 0;
    return (struct source){.structs = structs, .struct_size = struct_size, .in_place = is_in_place ? structs : NULL};
}

/* Touchpoint i, if it stands where it can be read in place; else NULL. */
static const cxj_touchpoint *in_place(const struct source *source, size_t i) {
    return source->in_place != NULL ? source->in_place + i : NULL;
}

static void read_row(const struct source *source, size_t i, cxj_touchpoint *t) {
    const cxj_columns *columns = source->columns;
    memset(t, 0, sizeof *t);
    t->journey = columns->journey[i];
    if (columns->id != NULL) t->id = columns->id[i];
    if (columns->revision != NULL) t->revision = columns->revision[i];
#define READ_NUMBER(field)                                                                                             \
    if (columns->field != NULL) t->field = columns->field[i];
#define READ_CODE(field, dimension) READ_NUMBER(field)
    CXJ__FIELDS(READ_NUMBER, READ_CODE)
#undef READ_NUMBER
#undef READ_CODE
}

/* ---- recording -------------------------------------------------------------------------------------------------- */

/* One call under way. */
struct call {
    cxj_engine *engine;
    struct source source;
    size_t base; /* which touchpoint of the host's call the first of this one is */
    size_t count;
    uint32_t flags;
    cxj_receipt receipt;
    bool stop;
    size_t change;                /* touchpoints that the next change may take, at least 1 */
    struct cxj__journey **coming; /* [i % COMING]: the journey of touchpoint i, as far as that can be guessed */
    size_t looked;                /* touchpoints whose lots were looked at ahead */
};

/* Notes that a touchpoint is refused or late; true if it is the first in the call, and its sentence is to be said. */
static bool note_first(struct call *call, size_t index, cxj_status status) {
    if (call->base + index >= call->receipt.first_refusal) return false;
    call->receipt.first_refusal = call->base + index;
    call->receipt.first_status = status;
    return true;
}

CXJ__COLD static void note_late(struct call *call, size_t index, uint64_t journey) {
    call->receipt.late++;
    if (!note_first(call, index, CXJ_LATE)) return;
    cxj__base_say(&call->engine->message, "touchpoint %zu: too late, for journey %llu is sealed", call->base + index,
                  (unsigned long long)journey);
}

CXJ__COLD static void note_refusal(struct call *call, size_t index, cxj_status status,
                                   const struct cxj__refusal *refusal) {
    call->receipt.refused++;
    if (!note_first(call, index, status)) return;
    cxj__base_say(&call->engine->message, "touchpoint %zu: %s: %lld %s", call->base + index, refusal->field,
                  (long long)refusal->value, refusal->rule);
}

/* Copies touchpoint i, which cannot be read in place. */
static bool take_copy(const struct source *source, size_t i, cxj_touchpoint *copy, struct cxj__refusal *refusal) {
    if (source->columns != NULL) {
        read_row(source, i, copy);
        return true;
    }
    const char *passed = (const char *)source->structs + i * source->struct_size;
    if (cxj__engine_take(copy, sizeof *copy, passed, source->struct_size)) return true;
    *refusal = (struct cxj__refusal){"struct", (int64_t)source->struct_size,
                                     "bytes long, has members that this version does not know and that are not zero"};
    return false;
}

/* What is wrong with touchpoint index, if anything; else *touchpoint is where it stands, or copy. */
static bool read_touchpoint(const struct call *call, size_t index, cxj_touchpoint *copy,
                            const cxj_touchpoint **touchpoint, struct cxj__refusal *refusal) {
    *touchpoint = in_place(&call->source, index);
    if (*touchpoint == NULL) {
        if (!take_copy(&call->source, index, copy, refusal)) return false;
        *touchpoint = copy;
    }
    return cxj__touchpoint_check(*touchpoint, refusal) && check_codes(&call->engine->core, *touchpoint, refusal);
}

CXJ__COLD static void note_feed(struct call *call, const struct cxj__feed *feed) {
    call->receipt.accepted += feed->accepted;
    call->receipt.duplicates += feed->duplicates;
    call->receipt.conflicts += feed->conflicts;
    call->receipt.superseded += feed->superseded;
    call->engine->feed.duplicates += feed->duplicates;
    call->engine->feed.conflicts += feed->conflicts;
    call->engine->feed.superseded += feed->superseded;
}

/* The journey of a touchpoint that is not read yet. */
static uint64_t journey_of(const struct source *source, size_t i) {
    uint64_t number;
    if (source->in_place != NULL) return source->in_place[i].journey;
    if (source->columns != NULL) return source->columns->journey[i];
    memcpy(&number, (const char *)source->structs + i * source->struct_size, sizeof number); /* the first member */
    return number;
}

/* Brings nearer the slots of the journeys of a lot, whose first touchpoint is i, and some behind them, to which a search
 * may go on. First all addresses are found, here and below: what is asked for in one go comes together. */
static void approach_slots(const struct call *call, size_t i) {
    const struct cxj__core *core = &call->engine->core;
    const void *slots[LOT];
    size_t count = 0;
    for (size_t k = i; k < i + LOT && k < call->count; k++) {
        const void *slot = cxj__store_slot(&core->store, &core->seed, journey_of(&call->source, k));
        if (slot != NULL) slots[count++] = slot;
    }
    for (size_t k = 0; k < count; k++) {
        cxj__base_touch(slots[k]);
        CXJ__PREFETCH((const char *)slots[k] + BEHIND);
    }
}

/* Finds the journeys of a lot, and brings nearer where they begin and end, and so their pages. */
static void guess_journeys(struct call *call, size_t i) {
    const struct cxj__core *core = &call->engine->core;
    const struct cxj__journey *found[LOT];
    size_t count = 0;
    for (size_t k = i; k < i + LOT && k < call->count; k++) {
        const uint64_t number = journey_of(&call->source, k);
        struct cxj__journey *guess = cxj__store_guess(&core->store, &core->seed, number);
        call->coming[k % COMING] = guess;
        if (guess == NULL) {
            cxj__store_approach_new(&core->store, &core->seed, number);
        } else {
            found[count++] = guess;
        }
    }
    for (size_t k = 0; k < count; k++) {
        CXJ__PREFETCH(found[k]);
        CXJ__PREFETCH((const char *)found[k] + CXJ__JOURNEY_BYTES - 1);
    }
}

/* Brings nearer where the touchpoints of a lot will stand in their journeys. */
static void approach_ends(const struct call *call, size_t i) {
    for (size_t k = i; k < i + LOT && k < call->count; k++) {
        const struct cxj__journey *journey = call->coming[k % COMING];
        if (journey != NULL) cxj__store_approach_end(journey, in_place(&call->source, k));
    }
}

/* Brings nearer what rules know of the journeys of a lot. */
static void approach_alerts(const struct call *call, size_t i) {
    for (size_t k = i; k < i + LOT && k < call->count; k++) {
        const struct cxj__journey *journey = call->coming[k % COMING];
        if (journey != NULL) cxj__alerts_approach(&call->engine->core, journey);
    }
}

/* Looks ahead when a lot begins with touchpoint i: slots come near three lots ahead, journeys two, where their next
 * touchpoints will stand one. */
static void begin_lot(struct call *call, size_t i) {
    if (i != call->looked) { /* the first, or some were taken otherwise */
        for (size_t ahead = 0; ahead < 3; ahead++) approach_slots(call, i + ahead * LOT);
        for (size_t ahead = 0; ahead < 2; ahead++) guess_journeys(call, i + ahead * LOT);
        for (size_t k = i; k < i + 2 * LOT && k < call->count; k++) {
            cxj__store_prefetch_journey(call->coming[k % COMING]);
        }
        approach_ends(call, i);
    }
    if (call->engine->core.alerts != NULL) approach_alerts(call, i);
    approach_ends(call, i + LOT);
    guess_journeys(call, i + 2 * LOT);
    approach_slots(call, i + 3 * LOT);
    call->looked = i + LOT;
}

/* Brings nearer what the only touchpoint of a call needs, for which there is nothing to do meanwhile. */
static void approach_alone(struct call *call) {
    const struct cxj__core *core = &call->engine->core;
    struct cxj__journey *guess = cxj__store_guess(&core->store, &core->seed, journey_of(&call->source, 0));
    call->coming[0] = guess;
    if (guess == NULL) return;
    cxj__store_prefetch_journey(guess);
    cxj__store_approach_end(guess, in_place(&call->source, 0));
    if (core->alerts != NULL) cxj__alerts_approach(core, guess);
}

/* Looks ahead from touchpoint i: what is left of the journey that comes two lots later comes near, one with each, for
 * what is asked for all at once may not be brought at all. */
static void look_ahead(struct call *call, size_t i) {
    if (call->count == 1) {
        approach_alone(call);
        return;
    }
    if (i >= call->looked || i + LOT < call->looked) begin_lot(call, i);
    if (i + 2 * LOT < call->count) cxj__store_prefetch_journey(call->coming[(i + 2 * LOT) % COMING]);
}

/* Finishes the group under way, whose first touchpoint is at index; *taken says how many of it are in. */
static cxj_status finish_group(struct call *call, size_t *taken) {
    cxj_engine *engine = call->engine;
    size_t count = engine->append.count;
    *taken = count == 0 ? 0 : cxj__append_finish_group(&engine->append, &engine->core);
    call->receipt.accepted += *taken;
    return *taken == count ? CXJ_OK : CXJ_NO_MEMORY;
}

/* The journey of a touchpoint, made if it is not there; guess may be it. CXJ_OK, CXJ_LATE or CXJ_NO_MEMORY. */
static cxj_status reach_journey(struct cxj__core *core, uint64_t number, struct cxj__journey *guess,
                                struct cxj__journey **journey) {
    struct cxj__store *store = &core->store;
    *journey = guess;
    if (guess != NULL && guess->number == number) return CXJ_OK;
    *journey = cxj__store_find(store, &core->seed, number, &store->probes);
    if (*journey != NULL) return CXJ_OK;
    if (store->sealed.count > 0 && cxj__store_is_sealed(store, &core->seed, number, &store->probes)) return CXJ_LATE;
    *journey = cxj__store_make(store, &core->memory, &core->seed, number);
    return *journey != NULL ? CXJ_OK : CXJ_NO_MEMORY;
}

/* Tries to append a touchpoint to the group. What is neither appended nor full is for a change to deal with, which says
 * why it cannot be taken either. */
static enum cxj__append_result append_one(struct call *call, size_t index) {
    struct cxj__core *core = &call->engine->core;
    struct cxj__append *append = &call->engine->append;
    struct cxj__refusal refusal = {0};
    struct cxj__journey *journey;
    cxj_touchpoint copy;
    const cxj_touchpoint *touchpoint;
    if (append->count == CXJ__APPEND_GROUP) return CXJ__APPEND_FULL;
    look_ahead(call, index);
    if (!read_touchpoint(call, index, &copy, &touchpoint, &refusal)) return CXJ__APPEND_NOT_NEXT;
    if (cxj__core_is_withdrawn(touchpoint)) return CXJ__APPEND_NOT_NEXT;
    if (reach_journey(core, touchpoint->journey, call->coming[index % COMING], &journey) != CXJ_OK)
        return CXJ__APPEND_NOT_NEXT;
    enum cxj__append_result result = cxj__append_next(append, core, journey, touchpoint);
    if (result != CXJ__APPENDED && cxj__journey_kept(journey) == 0) {
        cxj__store_remove(&core->store, &core->memory, &core->seed, journey);
    }
    return result;
}

/* Appends the touchpoints from index on as long as they come last in their journeys; *taken says how many are in, and
 * *is_next whether the one behind them may be appended, too, to another group. */
static cxj_status append_group(struct call *call, size_t index, size_t *taken, bool *is_next) {
    enum cxj__append_result result = CXJ__APPENDED;
    size_t count = 0;
    while (index + count < call->count) {
        result = append_one(call, index + count);
        if (result != CXJ__APPENDED) break;
        count++;
    }
    *is_next = result == CXJ__APPENDED || result == CXJ__APPEND_FULL;
    return finish_group(call, taken);
}

/* Lets touchpoint index arrive, or notes why not. */
CXJ__COLD static cxj_status settle_one(struct call *call, size_t index) {
    struct cxj__core *core = &call->engine->core;
    struct cxj__refusal refusal = {0};
    cxj_touchpoint copy;
    const cxj_touchpoint *touchpoint;
    if (!read_touchpoint(call, index, &copy, &touchpoint, &refusal)) {
        if (touchpoint != NULL) cxj__core_note_names(core, touchpoint);
        note_refusal(call, index, CXJ_BAD_FIELD, &refusal);
        return CXJ_BAD_FIELD;
    }
    cxj_status status = cxj__settle_arrival(&call->engine->settling, core, touchpoint, index);
    if (status == CXJ_LATE) {
        note_late(call, index, touchpoint->journey);
        cxj__core_note_names(core, touchpoint);
    }
    return status;
}

/* Lets the touchpoints from index on arrive, count of them, and makes the changes; *arrived says how many did, fewer
 * than count where one is refused and the call stops there. */
CXJ__COLD static cxj_status settle_range(struct call *call, size_t index, size_t count, size_t *arrived) {
    struct cxj__settling *settling = &call->engine->settling;
    struct cxj__core *core = &call->engine->core;
    cxj__settle_begin(settling);
    for (*arrived = 0; *arrived < count; ++*arrived) {
        cxj_status status = settle_one(call, index + *arrived);
        if (status == CXJ_NO_MEMORY) {
            cxj__settle_undo(settling, core);
            return status;
        }
        if (status != CXJ_OK && (call->flags & CXJ_STOP_AT_REFUSAL)) break;
    }
    return cxj__settle_change(settling, core) ? CXJ_OK : CXJ_NO_MEMORY;
}

/* Notes that a touchpoint is refused because its journey is full. */
static void note_full(struct call *call, size_t index) {
    struct cxj__refusal full = {"journey", call->engine->core.touchpoints_limit,
                                "touchpoints are as many as it may have"};
    note_refusal(call, index, CXJ_LIMIT, &full);
}

/* The first touchpoint that was refused for want of room in its journey, or SIZE_MAX. */
static size_t first_full(const struct cxj__settling *settling) {
    size_t first = SIZE_MAX;
    for (size_t i = 0; i < settling->refused.count; i++) {
        if (settling->refused.items[i] < first) first = settling->refused.items[i];
    }
    return first;
}

/* Takes the touchpoints from index on, count of them, as one change; *taken says how many were dealt with. On
 * CXJ_NO_MEMORY none was, and what had been noted of them is forgotten. */
CXJ__COLD static cxj_status change_range(struct call *call, size_t index, size_t count, size_t *taken) {
    struct cxj__settling *settling = &call->engine->settling;
    struct cxj__core *core = &call->engine->core;
    cxj_receipt receipt = call->receipt;
    cxj_status status = settle_range(call, index, count, taken);
    size_t full = first_full(settling);
    if (status == CXJ_OK && full != SIZE_MAX && (call->flags & CXJ_STOP_AT_REFUSAL)) {
        /* What stands before the first that is refused is settled again, without the rest. */
        cxj__settle_undo(settling, core);
        call->receipt = receipt;
        status = settle_range(call, index, full - index, taken);
        note_full(call, full);
    } else if (status == CXJ_OK) {
        for (size_t i = 0; i < settling->refused.count; i++) note_full(call, settling->refused.items[i]);
    }
    if (status != CXJ_OK) {
        call->receipt = receipt;
        return status;
    }
    cxj__settle_end(settling, core);
    note_feed(call, &settling->feed);
    call->stop = *taken < count;
    return CXJ_OK;
}

/* Takes one change from index on, as large as the one before has shown to be right, or as there is memory for. */
CXJ__COLD static cxj_status take_change(struct call *call, size_t index, size_t *taken) {
    const struct cxj__core *core = &call->engine->core;
    size_t size = call->count - index < call->change ? call->count - index : call->change;
    for (;;) {
        uint64_t folded = core->folded;
        cxj_status status = change_range(call, index, size, taken);
        if (status == CXJ_OK) {
            uint64_t work = core->folded - folded + cxj__settle_work(&call->engine->settling);
            call->change = work > COSTLY * (uint64_t)size ? LARGEST : 1;
            return CXJ_OK;
        }
        if (size == 1) return status;
        size = size / 2; /* what does not fit whole may fit in part */
    }
}

static cxj_status take_all(struct call *call) {
    for (size_t done = 0; done < call->count && !call->stop;) {
        size_t taken = 0;
        bool is_next = false;
        cxj_status status = append_group(call, done, &taken, &is_next);
        done += taken;
        if (status == CXJ_OK && !is_next) {
            status = take_change(call, done, &taken);
            if (status == CXJ_OK) done += taken;
        }
        call->receipt.processed = call->base + done;
        if (status != CXJ_OK) return status;
    }
    return CXJ_OK;
}

/* Ends a call that records. What was taken back shall not lie about. */
static void finish_call(cxj_engine *engine) {
    if (engine->settling.took_back) cxj__engine_free_room(engine);
    cxj__engine_trim(engine);
}

/* Records what a call brings; its receipt says what became of it. */
static cxj_status record(struct call *call, size_t count) {
    cxj_engine *engine = call->engine;
    const uint64_t refused = call->receipt.refused, late = call->receipt.late;
    struct cxj__journey *coming[COMING]; /* looking ahead sets what is read; a call may be of one touchpoint */
    call->coming = coming;
    call->count = count;
    call->looked = SIZE_MAX;
    bool room = engine->core.alerts == NULL || cxj__alerts_begin_call(&engine->core);
    cxj_status status = room ? take_all(call) : CXJ_NO_MEMORY;
    engine->refused += call->receipt.refused - refused;
    engine->late += call->receipt.late - late;
    finish_call(engine);
    if (status == CXJ_NO_MEMORY) {
        cxj__base_say(&engine->message, "touchpoint %llu: no memory; those before it were taken",
                      (unsigned long long)call->receipt.processed);
        return status;
    }
    return call->receipt.refused + call->receipt.late > 0 ? CXJ_REFUSED : CXJ_OK;
}

CXJ__COLD cxj_status cxj__record_part(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t count,
                                      uint32_t flags, size_t *change, cxj_receipt *receipt) {
    struct call call = {.engine = engine,
                        .source = source_of_structs(touchpoints, sizeof *touchpoints),
                        .base = (size_t)receipt->processed,
                        .flags = flags,
                        .receipt = *receipt,
                        .change = *change};
    cxj_status status = record(&call, count);
    *change = call.change;
    *receipt = call.receipt;
    return status;
}

CXJ__COLD cxj_status cxj__record_refuse(cxj_engine *engine, const char *wrong, cxj_receipt *receipt,
                                        size_t receipt_size) {
    cxj_receipt nothing = {.first_refusal = CXJ_NO_INDEX};
    if (receipt != NULL && receipt_size >= CXJ__LEAST_RECEIPT) {
        cxj__engine_give(receipt, receipt_size, &nothing, sizeof nothing);
    }
    return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, wrong);
}

const char *cxj__record_check(uint32_t flags, const cxj_receipt *receipt, size_t receipt_size) {
    if ((flags & ~(uint32_t)CXJ_STOP_AT_REFUSAL) != 0) return "flags has an unknown bit";
    if (receipt != NULL && receipt_size < CXJ__LEAST_RECEIPT) return "receipt_size is below sizeof(cxj_receipt)";
    return NULL;
}

cxj_status cxj_record(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t touchpoint_size, size_t count,
                      uint32_t flags, cxj_receipt *receipt, size_t receipt_size) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    const char *wrong = cxj__record_check(flags, receipt, receipt_size);
    if (wrong == NULL && touchpoints == NULL && count > 0) wrong = "touchpoints is NULL";
    if (wrong == NULL && touchpoint_size < CXJ__LEAST_TOUCHPOINT) {
        wrong = "touchpoint_size is below sizeof(cxj_touchpoint)";
    }
    if (wrong != NULL) return cxj__record_refuse(engine, wrong, receipt, receipt_size);
    struct call call = {.engine = engine,
                        .source = source_of_structs(touchpoints, touchpoint_size),
                        .flags = flags,
                        .receipt = {.first_refusal = CXJ_NO_INDEX},
                        .change = 1};
    cxj_status status = record(&call, count);
    if (engine->core.alerts != NULL) cxj__alerts_end_call(&engine->core);
    if (receipt != NULL) cxj__engine_give(receipt, receipt_size, &call.receipt, sizeof call.receipt);
    return status;
}

CXJ__COLD cxj_status cxj_record_columns(cxj_engine *engine, const cxj_columns *columns, size_t count, uint32_t flags,
                                        cxj_receipt *receipt, size_t receipt_size) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    cxj_columns known = {0};
    const char *wrong = cxj__record_check(flags, receipt, receipt_size);
    if (wrong == NULL && columns == NULL) wrong = "columns is NULL";
    if (wrong == NULL && columns->size < CXJ__LEAST_COLUMNS) wrong = "columns: size is not set to sizeof(cxj_columns)";
    if (wrong == NULL && !cxj__engine_take(&known, sizeof known, columns, columns->size)) {
        wrong = "columns: members that this version does not know are not NULL";
    }
    if (wrong == NULL && known.journey == NULL) wrong = "columns: journey is NULL";
    if (wrong == NULL && known.at == NULL) wrong = "columns: at is NULL";
    if (wrong != NULL) return cxj__record_refuse(engine, wrong, receipt, receipt_size);
    struct call call = {.engine = engine,
                        .source = {.columns = &known},
                        .flags = flags,
                        .receipt = {.first_refusal = CXJ_NO_INDEX},
                        .change = 1};
    cxj_status status = record(&call, count);
    if (engine->core.alerts != NULL) cxj__alerts_end_call(&engine->core);
    if (receipt != NULL) cxj__engine_give(receipt, receipt_size, &call.receipt, sizeof call.receipt);
    return status;
}

/* ---- withdrawal ------------------------------------------------------------------------------------------------- */

/* Takes a touchpoint back that is held, where there is no memory for a change: what takes away always succeeds. False
 * if it is not held: to keep away what may come needs room. */
static bool withdraw_without_memory(cxj_engine *engine, const cxj_touchpoint *touchpoint) {
    struct cxj__core *core = &engine->core;
    uint64_t *probes = &core->store.probes;
    struct cxj__journey *journey = cxj__store_find(&core->store, &core->seed, touchpoint->journey, probes);
    if (journey == NULL) return false;
    size_t position = cxj__journey_find_id(journey, touchpoint->id, &core->seed, probes);
    uint64_t revision = 0;
    const struct cxj__retraction again = {touchpoint->id, touchpoint->revision, true, true};
    cxj__engine_free_room(engine); /* which may be enough for all cells */
    if (position != SIZE_MAX) {
        cxj__erase_touchpoint(core, journey, position, touchpoint->revision);
    } else if (cxj__journey_find_withdrawn(journey, touchpoint->id, &revision)) {
        cxj__store_keep(&core->store, &core->memory, journey);
        cxj__journey_retract(journey, &core->seed, &again, 1);
        core->version++;
    } else {
        return false;
    }
    engine->feed.superseded++;
    return true;
}

/* Takes a touchpoint back. Nothing else is recorded, so the receipt of a call is not needed. */
static cxj_status withdraw(cxj_engine *engine, const cxj_touchpoint *touchpoint) {
    struct cxj__settling *settling = &engine->settling;
    struct cxj__core *core = &engine->core;
    struct call call = {.engine = engine, .receipt.first_refusal = CXJ_NO_INDEX};
    if (core->alerts != NULL) (void)cxj__alerts_begin_call(core); /* what takes away does not wait for memory */
    cxj__settle_begin(settling);
    cxj_status status = cxj__settle_arrival(settling, core, touchpoint, 0);
    if (status == CXJ_NO_MEMORY) cxj__settle_undo(settling, core);
    if (status == CXJ_OK && !cxj__settle_change(settling, core)) status = CXJ_NO_MEMORY;
    if (status == CXJ_OK) {
        cxj__settle_end(settling, core);
        note_feed(&call, &settling->feed);
    }
    if (status == CXJ_OK && settling->refused.count > 0) {
        note_full(&call, 0);
        status = CXJ_LIMIT;
        engine->refused++;
    }
    if (status == CXJ_NO_MEMORY && withdraw_without_memory(engine, touchpoint)) status = CXJ_OK;
    if (core->alerts != NULL) cxj__alerts_end_call(core);
    finish_call(engine);
    if (status == CXJ_LATE) {
        engine->late++;
        note_late(&call, 0, touchpoint->journey);
    } else if (status == CXJ_NO_MEMORY) {
        cxj__engine_fail(engine, status, "no memory to take a touchpoint back");
    }
    return status;
}

/* The revision of the touchpoint with an id, withdrawn or not. False if there is none. */
static bool find_revision(struct cxj__core *core, uint64_t number, uint64_t id, uint64_t *revision) {
    const struct cxj__journey *journey = cxj__store_find(&core->store, &core->seed, number, &core->store.probes);
    if (journey == NULL) return false;
    size_t position = cxj__journey_find_id(journey, id, &core->seed, &core->store.probes);
    if (position == SIZE_MAX) return cxj__journey_find_withdrawn(journey, id, revision);
    struct cxj__entry entry;
    cxj__journey_unpack(journey, position, &entry);
    *revision = entry.touchpoint.revision;
    return true;
}

CXJ__COLD cxj_status cxj_withdraw(cxj_engine *engine, uint64_t journey, uint64_t id, uint64_t revision) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if (journey == 0 || id == 0) {
        return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, journey == 0 ? "journey is 0" : "id is 0");
    }
    struct cxj__core *core = &engine->core;
    uint64_t held = 0;
    if (find_revision(core, journey, id, &held)) {
        if (revision == 0 && held < UINT64_MAX) revision = held + 1;
        if (revision <= held) {
            return cxj__engine_fail(engine, CXJ_REFUSED, "revision: it is not higher than that of the touchpoint held");
        }
    } else if (revision == 0 && !cxj__store_is_sealed(&core->store, &core->seed, journey, &core->store.probes)) {
        return cxj__engine_fail(engine, CXJ_NOT_FOUND, "there is no such touchpoint");
    }
    cxj_touchpoint taken = {.journey = journey, .id = id, .revision = revision, .facets = CXJ_FACET_WITHDRAWN};
    uint64_t limit = core->memory.limit;
    if (limit != 0) core->memory.limit += core->reserve;
    cxj_status status = withdraw(engine, &taken);
    core->memory.limit = limit;
    return status;
}

/* ---- erasure ---------------------------------------------------------------------------------------------------- */

/* Forgets the names that nobody uses any more, a customer (0: none), and what the room for changes still has of what was
 * erased. Where nothing was, only what it has of touchpoints that were never held. */
CXJ__COLD static void forget(cxj_engine *engine, bool is_erased, uint64_t customer) {
    struct cxj__core *core = &engine->core;
    cxj__engine_free_room(engine);
    if (!is_erased) {
        /* An alert that waits may name a customer whom no touchpoint states any more. */
        if (core->alerts != NULL && customer != 0) cxj__alerts_erase(core, customer);
        return;
    }
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) cxj__names_retire(&core->dictionaries[d], &core->memory);
    cxj__due_compact(core);
    cxj__seal_compact(core);
    if (core->alerts != NULL) cxj__alerts_erase(core, customer);
    cxj__core_find_latest(core);
    core->version++;
}

CXJ__COLD cxj_status cxj_erase_journey(cxj_engine *engine, uint64_t journey) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if (journey == 0) return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, "journey is 0");
    if (cxj__engine_is_saving(engine)) return CXJ_SAVING;
    struct cxj__core *core = &engine->core;
    struct cxj__journey *found = cxj__store_find(&core->store, &core->seed, journey, &core->store.probes);
    bool is_sealed = found == NULL && cxj__store_is_sealed(&core->store, &core->seed, journey, &core->store.probes);
    if (is_sealed) cxj__store_unseal(&core->store, &core->seed, journey);
    if (found != NULL) cxj__erase_journey(core, found);
    forget(engine, found != NULL || is_sealed, 0);
    if (is_sealed) {
        return cxj__engine_fail(engine, CXJ_PARTIALLY_ERASED,
                                "the journey was sealed: its number is erased, its sums stay");
    }
    return found != NULL ? CXJ_OK : cxj__engine_fail(engine, CXJ_NOT_FOUND, "there is no such journey");
}

static bool states_customer(const struct cxj__journey *journey, uint64_t customer) {
    for (size_t i = 0; i < journey->rare_count; i++) {
        if (journey->rares[i].customer == customer) return true;
    }
    return false;
}

CXJ__COLD cxj_status cxj_erase_customer(cxj_engine *engine, uint64_t customer, uint64_t *erased) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if (erased != NULL) *erased = 0;
    if (customer == 0) return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, "customer is 0");
    if (cxj__engine_is_saving(engine)) return CXJ_SAVING;
    struct cxj__core *core = &engine->core;
    uint64_t gone = 0;
    for (size_t place = 0; place < core->store.places; place++) {
        struct cxj__journey *journey = cxj__store_at(&core->store, place);
        if (journey->number == 0 || !states_customer(journey, customer)) continue;
        cxj__erase_journey(core, journey);
        gone++;
    }
    forget(engine, gone > 0, customer);
    if (erased != NULL) *erased = gone;
    return gone > 0 ? CXJ_OK : cxj__engine_fail(engine, CXJ_NOT_FOUND, "no journey states this customer");
}
