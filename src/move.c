/* move: tickets that turn out to be one journey.
 *
 * All touchpoints of a journey arrive in another as if they had been recorded for it: what they change there is found
 * out and made by settle, as with any that come. Before that the journey is taken out of the cells, which keep their
 * room until the call ends: so where memory ends it is posted again, which needs none, and nothing shows. Where nobody
 * knows the other number, only that changes: no cell knows it. */
#include "engine.h"
#include "erase.h"

/* The two, and the numbers by which the host calls them; to is NULL where nothing is held under its number. */
struct moving {
    cxj_engine *engine;
    struct cxj__journey *from, *to;
    uint64_t from_number, to_number;
};

/* ---- what is refused -------------------------------------------------------------------------------------------- */

static cxj_status refuse_sealed(cxj_engine *engine, uint64_t number) {
    cxj__base_say(&engine->message, "move: journey %llu is sealed: its touchpoints were released",
                  (unsigned long long)number);
    return CXJ_SEALED;
}

/* Finds both. */
static cxj_status find_both(struct moving *moving) {
    struct cxj__core *core = &moving->engine->core;
    struct cxj__store *store = &core->store;
    uint64_t *probes = &store->probes;
    moving->from = cxj__store_find(store, &core->seed, moving->from_number, probes);
    moving->to = cxj__store_find(store, &core->seed, moving->to_number, probes);
    if (moving->from == NULL) {
        if (cxj__store_is_sealed(store, &core->seed, moving->from_number, probes)) {
            return refuse_sealed(moving->engine, moving->from_number);
        }
        cxj__base_say(&moving->engine->message, "move: there is no journey %llu",
                      (unsigned long long)moving->from_number);
        return CXJ_NOT_FOUND;
    }
    if (moving->to == NULL && cxj__store_is_sealed(store, &core->seed, moving->to_number, probes)) {
        return refuse_sealed(moving->engine, moving->to_number);
    }
    return CXJ_OK;
}

/* An id that both journeys have, withdrawn or not; 0: there is none. */
static uint64_t find_same_id(const struct moving *moving) {
    struct cxj__core *core = &moving->engine->core;
    for (size_t i = 0; i < cxj__journey_kept(moving->from); i++) {
        struct cxj__entry entry;
        cxj__journey_unpack(moving->from, i, &entry);
        uint64_t id = entry.touchpoint.id;
        if (id == 0) continue;
        if (cxj__journey_find_id(moving->to, id, &core->seed, &core->store.probes) != SIZE_MAX ||
            cxj__journey_has_withdrawn(moving->to, id)) {
            return id;
        }
    }
    return 0;
}

/* Whether the two may be one journey. */
static cxj_status check_both(const struct moving *moving) {
    const struct cxj__core *core = &moving->engine->core;
    struct cxj__message *message = &moving->engine->message;
    uint64_t id = find_same_id(moving);
    if (id != 0) {
        cxj__base_say(
            message, "move: journeys %llu and %llu both have a touchpoint with id %llu, and one journey has an id once",
            (unsigned long long)moving->from_number, (unsigned long long)moving->to_number, (unsigned long long)id);
        return CXJ_SAME_ID;
    }
    if (cxj__journey_kept(moving->from) + cxj__journey_kept(moving->to) > core->touchpoints_limit) {
        cxj__base_say(message, "move: journey %llu would have more than %u touchpoints",
                      (unsigned long long)moving->to_number, (unsigned)core->touchpoints_limit);
        return CXJ_LIMIT;
    }
    return CXJ_OK;
}

/* ---- one journey of two ----------------------------------------------------------------------------------------- */

/* Lets all touchpoints of the one arrive in the other. */
static bool let_them_arrive(const struct moving *moving) {
    for (size_t i = 0; i < cxj__journey_kept(moving->from); i++) {
        struct cxj__entry entry;
        cxj__journey_unpack(moving->from, i, &entry);
        entry.touchpoint.journey = moving->to_number;
        if (cxj__settle_arrival(&moving->engine->settling, &moving->engine->core, &entry.touchpoint, i) != CXJ_OK) {
            cxj__settle_undo(&moving->engine->settling, &moving->engine->core);
            return false;
        }
    }
    return true;
}

/* The one goes, which cells do not have any more. */
static void drop_from(const struct moving *moving) {
    struct cxj__core *core = &moving->engine->core;
    cxj__erase_count_out(core, moving->from);
    if (core->alerts != NULL) cxj__alerts_forget(core, moving->from);
    cxj__store_remove(&core->store, &core->memory, &core->seed, moving->from);
}

/* Makes one journey of the two, or nothing. While it does, cells that are empty stay. */
static bool join_both(const struct moving *moving) {
    struct cxj__settling *settling = &moving->engine->settling;
    struct cxj__core *core = &moving->engine->core;
    if (!cxj__post_regain_samples(core, moving->from)) return false;
    core->is_tentative = true;
    (void)cxj__post_journey(core, moving->from, CXJ__POST_TAKE);
    cxj__settle_begin(settling);
    bool room = let_them_arrive(moving) && cxj__settle_change(settling, core);
    if (room) {
        cxj__settle_end(settling, core);
        drop_from(moving);
    } else {
        (void)cxj__post_journey(core, moving->from, CXJ__POST_ADD);
    }
    if (core->alerts != NULL) cxj__alerts_end_call(core);
    core->is_tentative = false;
    cxj__core_note_left_out(core, room);
    cxj__core_sweep(core);
    cxj__core_find_latest(core);
    return room;
}

/* Gives the journey another number, which nobody has. */
static bool rename_from(const struct moving *moving) {
    struct cxj__core *core = &moving->engine->core;
    if (!cxj__store_rename(&core->store, &core->memory, &core->seed, moving->from, moving->to_number)) return false;
    core->version++;
    return true;
}

cxj_status cxj_journey_move(cxj_engine *engine, uint64_t from, uint64_t to) {
    if (engine == NULL) return CXJ_BAD_ARGUMENT;
    cxj__engine_begin(engine);
    if (from == 0 || to == 0) return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, from == 0 ? "from is 0" : "to is 0");
    if (from == to) return cxj__engine_fail(engine, CXJ_BAD_ARGUMENT, "from and to are the same journey");
    if (cxj__engine_is_saving(engine)) return CXJ_SAVING;
    struct moving moving = {.engine = engine, .from_number = from, .to_number = to};
    cxj_status status = find_both(&moving);
    if (status == CXJ_OK && moving.to != NULL) status = check_both(&moving);
    if (status != CXJ_OK) return status;
    struct cxj__core *core = &engine->core;
    bool room = core->alerts == NULL || cxj__alerts_begin_call(core);
    if (room) room = moving.to == NULL ? rename_from(&moving) : join_both(&moving);
    if (room) cxj__alerts_renumber(core, from, to);
    cxj__engine_trim(engine);
    return room ? CXJ_OK : cxj__engine_fail(engine, CXJ_NO_MEMORY, "no memory to move a journey");
}
