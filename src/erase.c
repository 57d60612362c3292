/* erase: what takes away without memory.
 *
 * A journey that goes, and a touchpoint that is taken back where there was no memory to do it as a change: neither may
 * fail, for a customer has asked for it. */
#include "erase.h"

#include <string.h>

CXJ__COLD void cxj__erase_count_out(struct cxj__core *core, const struct cxj__journey *journey) {
    for (size_t i = 0; i < journey->count; i++) {
        struct cxj__entry entry;
        cxj__journey_unpack(journey, i, &entry);
        cxj__core_count(core, &entry.touchpoint, -1);
    }
    core->touchpoints -= journey->count;
    core->journeys -= journey->count > 0;
    cxj__due_leave(core, journey);
    cxj__core_count_gone(core, journey);
}

CXJ__COLD void cxj__erase_journey(struct cxj__core *core, struct cxj__journey *journey) {
    (void)cxj__post_journey(core, journey, CXJ__POST_TAKE);
    cxj__erase_count_out(core, journey);
    core->version++;
    if (core->alerts != NULL) cxj__alerts_forget(core, journey);
    cxj__store_remove(&core->store, &core->memory, &core->seed, journey);
    cxj__core_sweep(core);
}

/* Values that no earlier record holds than the one to be taken back: the next that holds one is the first then. */
CXJ__COLD static void pass_on_held(struct cxj__core *core, struct cxj__journey *journey, size_t position) {
    struct cxj__index *index = journey->index;
    for (uint32_t h = 0; h < CXJ__HOLDERS; h++) {
        if (cxj__journey_held(journey, position) >> h & 1) continue;
        uint32_t code = cxj__journey_code_at(journey, position, h);
        size_t next = position + 1;
        while (next < journey->count && cxj__journey_code_at(journey, next, h) != code) next++;
        if (next < journey->count) {
            cxj__journey_set_held(journey, next, cxj__journey_held(journey, next) & ~(1U << h));
        } else if (index != NULL) {
            uint64_t key = cxj__index_held_key(h, code);
            cxj__index_drop(index, &core->seed, cxj__index_reach(index, &core->seed, CXJ__INDEX_HELD, key));
            cxj__post_count_had(core, index, h, code, -1);
        }
    }
}

/* Cells that the journey left empty give their memory, but for those that it needs again. */
CXJ__COLD void cxj__erase_touchpoint(struct cxj__core *core, struct cxj__journey *journey, size_t position,
                                     uint64_t revision) {
    struct cxj__entry entry;
    struct cxj__counted before = cxj__core_counted(journey);
    cxj__store_keep(&core->store, &core->memory, journey);
    (void)cxj__post_journey(core, journey, CXJ__POST_TAKE);
    cxj__journey_unpack(journey, position, &entry);
    cxj__core_count(core, &entry.touchpoint, -1);
    cxj__due_leave(core, journey);
    pass_on_held(core, journey, position);
    cxj__journey_take_back(journey, &core->seed, position, revision);
    cxj__post_fold_anew(core, journey);
    cxj__core_count_journey(core, journey, before);
    core->version++;
    (void)cxj__post_journey(core, journey, CXJ__POST_NEED);
    cxj__core_sweep(core);
    (void)cxj__post_journey(core, journey, CXJ__POST_FORCE);
    cxj__core_note_left_out(core, true);
    cxj__core_sweep(core);
    cxj__due_try_to_push(core, journey);
    cxj__seal_try_to_watch(core, journey);
    if (core->alerts != NULL) cxj__alerts_expect_anyway(core, journey);
    cxj__core_find_latest(core);
}
