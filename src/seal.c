/* seal: what is let go.
 *
 * What a journey to be sealed has contributed stays where it is. Besides, it is added to what the cells keep apart of
 * sealed journeys, so that it can be saved and merged without the journey's touchpoints: first room is made for all of
 * it, then it is added, which cannot fail. When a journey is to be sealed stands on an agenda of its own, never later
 * than it is; one that has moved on meanwhile is watched further. */
#include "seal.h"

#include <assert.h>
#include <string.h>

#include "due.h"

static bool seals(const struct cxj__core *core) {
    return core->seal_ended_after > 0 || core->seal_idle_after > 0;
}

/* The moment at which a journey is to be sealed; INT64_MAX: none. */
static int64_t sealing_of(const struct cxj__core *core, const struct cxj__journey *journey) {
    const struct cxj__fold *fold = &journey->fold;
    int64_t moment = INT64_MAX;
    if (journey->count == 0) return INT64_MAX; /* nothing contributes: it has no last touchpoint, and no end */
    if (core->seal_idle_after > 0) moment = cxj__journey_last_at(journey) + core->seal_idle_after;
    if (core->seal_ended_after > 0 && fold->outcome != 0 && fold->end_at + core->seal_ended_after < moment) {
        moment = fold->end_at + core->seal_ended_after;
    }
    return moment;
}

/* True if a journey is still to be looked at when a deadline comes. */
static bool watches(const void *context, const struct cxj__deadline *deadline) {
    const struct cxj__core *core = context;
    const struct cxj__journey *journey = cxj__store_at(&core->store, deadline->place);
    return journey->watched && journey->seal_at == deadline->due;
}

bool cxj__seal_reserve(struct cxj__core *core, size_t journeys) {
    return !seals(core) || cxj__agenda_reserve(&core->sealings, &core->memory, journeys, watches, core);
}

/* A deadline that stands earlier does no harm: then the journey is looked at once more. */
void cxj__seal_watch(struct cxj__core *core, struct cxj__journey *journey) {
    if (journey->count == 0 || !seals(core)) return;
    int64_t moment = sealing_of(core, journey);
    if (moment == INT64_MAX || (journey->watched && journey->seal_at <= moment)) return;
    journey->watched = 1;
    journey->seal_at = moment;
    cxj__agenda_push(&core->sealings, (struct cxj__deadline){moment, journey->place, 0});
}

void cxj__seal_try_to_watch(struct cxj__core *core, struct cxj__journey *journey) {
    if (!seals(core)) return;
    if (cxj__seal_reserve(core, 1)) {
        cxj__seal_watch(core, journey);
    } else {
        core->sealings_lost = true;
    }
}

void cxj__seal_compact(struct cxj__core *core) {
    cxj__agenda_compact(&core->sealings, watches, core);
}

/* Lets the journey's touchpoints go, and counts what they were. */
static void release_journey(struct cxj__core *core, struct cxj__journey *journey) {
    const struct cxj__fold *fold = &journey->fold;
    for (size_t i = 0; i < journey->count; i++) {
        struct cxj__entry entry;
        cxj__journey_unpack(journey, i, &entry);
        cxj__core_count_sealed(core, &entry.touchpoint);
    }
    cxj__due_leave(core, journey);
    cxj__core_count_gone(core, journey);
    if (core->alerts != NULL) cxj__alerts_forget(core, journey);
    core->version++;
    core->sealed_touchpoints += journey->count;
    core->sealed_journeys += journey->count > 0;
    if (cxj__core_last_at(fold) > core->sealed_latest) core->sealed_latest = fold->last_at;
    cxj__store_remove(&core->store, &core->memory, &core->seed, journey);
}

static bool seal(struct cxj__core *core, struct cxj__journey *journey) {
    if (!cxj__post_journey(core, journey, CXJ__POST_RESERVE_APART) ||
        !cxj__store_seal(&core->store, &core->memory, &core->seed, journey->number)) {
        return false;
    }
    (void)cxj__post_journey(core, journey, CXJ__POST_ADD_APART);
    release_journey(core, journey);
    return true;
}

/* Watches all journeys that lack a deadline. False if some still do. */
static bool watch_all(struct cxj__core *core) {
    core->sealings_lost = false;
    for (size_t place = 0; place < core->store.places; place++) {
        struct cxj__journey *journey = cxj__store_at(&core->store, place);
        if (journey->number != 0 && sealing_of(core, journey) != INT64_MAX) cxj__seal_try_to_watch(core, journey);
    }
    return !core->sealings_lost;
}

static cxj_status seal_all_due(struct cxj__core *core) {
    struct cxj__deadline deadline;
    bool all = !core->sealings_lost || watch_all(core);
    while (seals(core) && cxj__agenda_pop(&core->sealings, core->now + 1, &deadline)) {
        struct cxj__journey *journey = cxj__store_at(&core->store, deadline.place);
        if (!watches(core, &deadline)) continue;
        journey->watched = 0;
        bool is_time = sealing_of(core, journey) <= core->now;
        if (is_time && seal(core, journey)) continue;
        /* The deadline that was taken has left its place free. */
        bool room = cxj__seal_reserve(core, 1);
        assert(room);
        (void)room;
        cxj__seal_watch(core, journey);
        if (is_time) return CXJ_NO_MEMORY;
    }
    return all ? CXJ_OK : CXJ_NO_MEMORY;
}

cxj_status cxj__seal_due(struct cxj__core *core) {
    /* What an incremental save has begun to write must not go; it can go afterwards. */
    if (core->store.snapshot.is_open) return CXJ_OK;
    cxj_status status = seal_all_due(core);
    cxj__core_find_latest(core);
    return status;
}
