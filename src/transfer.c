/* transfer: a journey taken over from another engine, whose names have other codes.
 *
 * What a journey holds by code is translated: records, rare fields and the fold. What the codes decide, or a seed, is
 * found out again: which values the fold has seen, and the index of a long one with the folds that it keeps. */
#include "transfer.h"

#include <string.h>

static void translate_rares(struct cxj__journey *journey, uint32_t *const *codes) {
    for (size_t i = 0; i < journey->rare_count; i++) {
        struct cxj__rare *rare = &journey->rares[i];
        rare->cause = (uint16_t)codes[CXJ_DIMENSION_CAUSE][rare->cause];
        rare->type = (uint16_t)codes[CXJ_DIMENSION_TYPE][rare->type];
        rare->segment = (uint16_t)codes[CXJ_DIMENSION_SEGMENT][rare->segment];
        rare->reason = (uint16_t)codes[CXJ_DIMENSION_REASON][rare->reason];
    }
}

/* The fold's, but for the values that it has seen, of which it knows none then. */
static void translate_fold(struct cxj__fold *fold, uint32_t *const *codes) {
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
}

/* Which values the fold has seen is known by code: it is found out again. */
static void translate(struct cxj__journey *journey, uint32_t *const *codes) {
    struct cxj__fold *fold = &journey->fold;
    translate_fold(fold, codes);
    for (size_t i = 0; i < journey->count; i++) {
        struct cxj__record *record = cxj__journey_record(journey, i);
        record->owner = codes[CXJ_DIMENSION_OWNER][record->owner];
        record->team = (uint16_t)codes[CXJ_DIMENSION_TEAM][record->team];
        record->channel = (uint16_t)codes[CXJ_DIMENSION_CHANNEL][record->channel];
        record->stage = (uint16_t)codes[CXJ_DIMENSION_STAGE][record->stage];
        record->activity = (uint16_t)codes[CXJ_DIMENSION_ACTIVITY][record->activity];
        cxj__fold_note_values(fold, record->owner, record->team, record->channel, record->stage, record->activity);
    }
    translate_rares(journey, codes);
}

/* The index of a copy, and the folds that it keeps. */
static bool index_copy(struct cxj__journey *copy, struct cxj__memory *memory, const struct cxj__seed *seed,
                       const struct cxj__calendar *calendar) {
    struct cxj__fact facts[CXJ__FACTS_OF_A_STEP];
    struct cxj__fold fold;
    struct cxj__hours hours = {calendar, &fold.in_hours};
    if (!cxj__journey_make_index(copy, memory, seed)) return false;
    struct cxj__index *index = copy->index;
    if (!cxj__base_grow(memory, &index->checkpoints, &index->checkpoint_capacity, copy->count / CXJ__CHECKPOINT_EVERY,
                        sizeof *index->checkpoints)) {
        return false;
    }
    memset(&fold, 0, sizeof fold);
    for (size_t i = 0; i < copy->count; i++) {
        struct cxj__entry entry;
        cxj__journey_unpack(copy, i, &entry);
        (void)cxj__fold_step(&fold, hours, &entry.touchpoint, entry.held, 0, facts);
        cxj__journey_checkpoint(copy, i + 1, &fold, &fold.in_hours);
    }
    return true;
}

CXJ__COLD bool cxj__transfer_records(struct cxj__journey *copy, const struct cxj__journey *journey,
                                     struct cxj__memory *memory) {
    size_t kept = cxj__journey_kept(journey);
    size_t further = kept > CXJ__FIRST_RECORDS ? kept - CXJ__FIRST_RECORDS : 0;
    size_t capacity = 0;
    bool room = cxj__base_grow(memory, &copy->further_records, &capacity, further, sizeof *copy->further_records);
    copy->capacity = (uint32_t)capacity;
    if (!room || !cxj__journey_reserve_rares(copy, memory, journey->rare_count)) return false;
    copy->count = journey->count;
    copy->withdrawn = journey->withdrawn;
    copy->rare_count = journey->rare_count;
    memcpy(copy->first_records, journey->first_records, sizeof copy->first_records);
    if (journey->count > CXJ__FIRST_RECORDS) {
        size_t count = journey->count - (size_t)CXJ__FIRST_RECORDS;
        memcpy(copy->further_records, journey->further_records, count * sizeof *copy->further_records);
    }
    for (size_t i = 0; i < journey->withdrawn; i++)
        *cxj__journey_withdrawn_record(copy, i) = *cxj__journey_withdrawn_record(journey, i);
    if (copy->rare_count > 0) memcpy(copy->rares, journey->rares, copy->rare_count * sizeof *copy->rares);
    return true;
}

bool cxj__transfer_copy(struct cxj__journey *copy, struct cxj__memory *memory, const struct cxj__seed *seed,
                        const struct cxj__journey *journey, uint32_t *const *codes,
                        const struct cxj__calendar *calendar) {
    struct cxj__fold room;
    if (!cxj__transfer_records(copy, journey, memory)) return false;
    const struct cxj__fold *fold = cxj__journey_fold(journey, &room);
    if (!cxj__journey_reserve_fold(copy, memory, fold) ||
        !cxj__journey_reserve_samples(copy, memory, journey->sample_capacity < fold->samples ? 0 : fold->samples)) {
        return false;
    }
    cxj__journey_set_fold(copy, fold);
    if (calendar != NULL && !cxj__journey_reserve_hours(copy, memory)) return false;
    if (calendar != NULL && journey->in_hours != NULL) *copy->in_hours = *journey->in_hours;
    if (copy->sample_capacity >= fold->samples && fold->samples > 0) {
        memcpy(copy->samples, journey->samples, fold->samples * sizeof *copy->samples);
    }
    copy->ids = journey->ids;
    if (codes != NULL) translate(copy, codes);
    return journey->index == NULL || index_copy(copy, memory, seed, calendar);
}
