/* single: one journey as it stands, and its touchpoints. */
#include <math.h>

#include "engine.h"
#include "touchpoint.h"

/* The journey with a number: CXJ_OK, CXJ_SEALED or CXJ_NOT_FOUND, and why. */
static cxj_status find_journey(const cxj_engine *engine, uint64_t number, char *message, size_t message_capacity,
                               const struct cxj__journey **journey) {
    const struct cxj__core *core = &engine->core;
    struct cxj__message why;
    uint64_t probes = 0; /* Reading counts no work: it writes nothing in the engine. */
    *journey = number == 0 ? NULL : cxj__store_find(&core->store, &core->seed, number, &probes);
    if (*journey != NULL) return CXJ_OK;
    bool is_sealed = cxj__store_is_sealed(&core->store, &core->seed, number, &probes);
    cxj__base_say(&why,
                  is_sealed ? "journey %llu is sealed: its touchpoints were released" : "there is no journey %llu",
                  (unsigned long long)number);
    cxj__base_tell(message, message_capacity, why.text);
    return is_sealed ? CXJ_SEALED : CXJ_NOT_FOUND;
}

static void show_commitments(const struct cxj__fold *fold, cxj_journey *state) {
    for (unsigned c = 0; c < CXJ__COMMITMENTS; c++) {
        if (!(fold->promises_open >> c & 1)) continue;
        bool announced = fold->announced >> c & 1;
        state->commitments[c] = (cxj_commitment){
            .first_due = fold->promises[c].first_due,
            .due = fold->promises[c].due,
            .announced_at = announced ? fold->promises[c].announced_at : 0,
            .open = 1,
            .announced = announced,
            .explained = fold->explained >> c & 1,
        };
    }
}

static void show_ratings(const struct cxj__fold *fold, cxj_journey *state) {
    uint32_t touch_ratings = fold->counts[CXJ__F_TOUCH_RATINGS];
    state->touch_ratings = touch_ratings;
    state->touch_satisfaction =
        touch_ratings > 0 ? (double)fold->touch_sum / ((double)touch_ratings * CXJ__RATING_UNIT) : NAN;
    state->journey_satisfaction = fold->rated ? (double)fold->journey_last / CXJ__RATING_UNIT : NAN;
    state->journey_nps = fold->has_loyalty ? cxj__touchpoint_score(CXJ_SCALE_NPS, fold->loyalty_last) : NAN;
    state->journey_ces = fold->has_effort ? cxj__touchpoint_score(CXJ_SCALE_CES7, fold->effort_last) : NAN;
}

static void show(const struct cxj__journey *journey, cxj_journey *state) {
    const struct cxj__fold *fold = &journey->fold;
    const struct cxj__track *tracks = fold->tracks;
    *state = (cxj_journey){
        .journey = journey->number,
        .customer = cxj__journey_customer(journey),
        .first_at = fold->first_at,
        .last_at = fold->last_at,
        .end_at = fold->outcome != 0 ? fold->end_at : 0,
        .quiet = fold->lasted.of[CXJ__QUIET],
        .silence = fold->lasted.of[CXJ__SILENCE],
        .pending = fold->lasted.of[CXJ__PENDING],
        .value = cxj__base_clamp(cxj__fold_value(fold)),
        .type = fold->type,
        .segment = fold->segment,
        .reason = fold->reason,
        .owner = tracks[CXJ_DIMENSION_OWNER - 1].value,
        .team = tracks[CXJ_DIMENSION_TEAM - 1].value,
        .stage = tracks[CXJ_DIMENSION_STAGE - 1].value,
        .channel = tracks[CXJ_DIMENSION_CHANNEL - 1].value,
        .activity = tracks[CXJ_DIMENSION_ACTIVITY - 1].value,
        .touchpoints = fold->counts[CXJ__F_TOUCHPOINTS],
        .contacts = fold->counts[CXJ__F_CONTACTS],
        .handoffs = fold->counts[CXJ__F_HANDOFFS],
        .bounces = fold->counts[CXJ__F_BOUNCES],
        .repeats = fold->counts[CXJ__F_REPEATS],
        .faults = fold->counts[CXJ__F_FAULTS],
        .chases = fold->counts[CXJ__F_CHASES],
        .lost_context = fold->counts[CXJ__F_LOST_CONTEXT],
        .contradictions = fold->counts[CXJ__F_CONTRADICTIONS],
        .outcome = fold->outcome,
        .churned = fold->churned,
        .reopened = fold->reopened,
        .asking = fold->asking,
        .pending_now = fold->paused,
        .loop_open = fold->loop_open,
        .waiting_since = fold->counts[CXJ__F_WAITING] > 0 ? fold->waits_since : 0,
    };
    struct cxj__fold room;
    show_ratings(fold, state);
    show_commitments(cxj__journey_fold(journey, &room), state);
}

cxj_status cxj_journey_state(const cxj_engine *engine, uint64_t journey, char *message, size_t message_capacity,
                             cxj_journey *state, size_t state_size) {
    cxj__base_tell(message, message_capacity, "");
    const char *wrong = engine == NULL                    ? "engine is NULL"
                        : state == NULL                   ? "state is NULL"
                        : state_size < CXJ__LEAST_JOURNEY ? "state_size is below sizeof(cxj_journey)"
                                                          : NULL;
    if (wrong != NULL) return cxj__engine_refuse(message, message_capacity, CXJ_BAD_ARGUMENT, wrong);
    const struct cxj__journey *found = NULL;
    cxj_status status = find_journey(engine, journey, message, message_capacity, &found);
    if (status != CXJ_OK) return status;
    if (found->fold.counts[CXJ__F_TOUCHPOINTS] == 0) {
        return cxj__engine_refuse(message, message_capacity, CXJ_NOT_FOUND,
                                  "all touchpoints of this journey are withdrawn");
    }
    cxj_journey known;
    show(found, &known);
    cxj__engine_give(state, state_size, &known, sizeof known);
    return CXJ_OK;
}

cxj_status cxj_journey_touchpoints(const cxj_engine *engine, uint64_t journey, size_t capacity, char *message,
                                   size_t message_capacity, cxj_touchpoint *touchpoints, size_t touchpoint_size,
                                   size_t *count) {
    cxj__base_tell(message, message_capacity, "");
    const char *wrong = engine == NULL                            ? "engine is NULL"
                        : count == NULL                           ? "count is NULL"
                        : touchpoints == NULL && capacity > 0     ? "touchpoints is NULL"
                        : touchpoint_size < CXJ__LEAST_TOUCHPOINT ? "touchpoint_size is below sizeof(cxj_touchpoint)"
                                                                  : NULL;
    if (wrong != NULL) return cxj__engine_refuse(message, message_capacity, CXJ_BAD_ARGUMENT, wrong);
    const struct cxj__journey *found = NULL;
    cxj_status status = find_journey(engine, journey, message, message_capacity, &found);
    if (status != CXJ_OK) return status;
    *count = cxj__journey_kept(found);
    if (*count > capacity) return cxj__engine_refuse_room(message, message_capacity, "touchpoints", *count, capacity);
    for (size_t i = 0; i < *count; i++) {
        struct cxj__entry entry;
        cxj__journey_unpack(found, i, &entry);
        cxj__engine_give((char *)touchpoints + i * touchpoint_size, touchpoint_size, &entry.touchpoint,
                         sizeof entry.touchpoint);
    }
    return CXJ_OK;
}
