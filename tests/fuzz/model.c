/* model: see model.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "model.h"

#include "fuzz.h"

#include <string.h>

#define MOST_MONEY INT64_C(1000000000000000)

enum { FIRST_OF_CROWD = 1000 };

static const uint64_t few[MODEL_FEW] = {1, 2, 3, 4, UINT64_C(1) << 63, UINT64_MAX};

uint64_t model_number(size_t place) {
    return place < MODEL_FEW ? few[place] : FIRST_OF_CROWD + (place - MODEL_FEW);
}

void model_clear(model *known, uint32_t limit) {
    for (size_t j = 0; j < MODEL_JOURNEYS; j++) {
        known->journeys[j].count = 0;
        known->journeys[j].sealed = false;
    }
    known->total = 0;
    known->limit = limit;
    known->fed = (cxj_receipt){0};
}

model_journey *model_find(model *known, uint64_t number) {
    for (size_t j = 0; j < MODEL_FEW; j++) {
        if (few[j] == number) {
            return &known->journeys[j];
        }
    }
    bool is_one = number >= FIRST_OF_CROWD && number - FIRST_OF_CROWD < MODEL_CROWD;
    return is_one ? &known->journeys[MODEL_FEW + number - FIRST_OF_CROWD] : NULL;
}

size_t model_place(const model_journey *journey, uint64_t id) {
    for (size_t i = 0; i < journey->count && id != 0; i++) {
        if (journey->held[i].id == id) {
            return i;
        }
    }
    return SIZE_MAX;
}

void model_erase(model *known, model_journey *journey) {
    known->total -= journey->count;
    journey->count = 0;
    journey->sealed = false;
}

/* ---- one touchpoint --------------------------------------------------------------------------------------------- */

static const struct code_field {
    uint32_t dimension;
    size_t offset;
    size_t size;
} code_fields[] = {
#define FIELD(dimension, field) {dimension, offsetof(cxj_touchpoint, field), sizeof((cxj_touchpoint *)NULL)->field}
    FIELD(CXJ_DIMENSION_OWNER, owner),       FIELD(CXJ_DIMENSION_TEAM, team),
    FIELD(CXJ_DIMENSION_ACTIVITY, activity), FIELD(CXJ_DIMENSION_CHANNEL, channel),
    FIELD(CXJ_DIMENSION_STAGE, stage),       FIELD(CXJ_DIMENSION_CAUSE, cause),
    FIELD(CXJ_DIMENSION_TYPE, type),         FIELD(CXJ_DIMENSION_SEGMENT, segment),
    FIELD(CXJ_DIMENSION_REASON, reason),
#undef FIELD
};

enum { CODE_FIELDS = sizeof code_fields / sizeof *code_fields };

static uint32_t code_in(const cxj_touchpoint *t, const struct code_field *field) {
    uint16_t narrow;
    uint32_t wide;
    if (field->size == sizeof wide) {
        memcpy(&wide, (const char *)t + field->offset, sizeof wide);
        return wide;
    }
    memcpy(&narrow, (const char *)t + field->offset, sizeof narrow);
    return narrow;
}

static bool is_moment(int64_t moment) {
    return moment >= INT64_C(-62135596800000) && moment <= INT64_C(253402300799999);
}

/* Whether a touchpoint is within its bounds (section 2). */
static bool is_right(const cxj_engine *engine, const cxj_touchpoint *t) {
    static const uint8_t lowest[] = {0, 1, 1, 1, 0, 0, 0, 1};
    static const uint8_t highest[] = {0, 5, 7, 10, 100, 1, 10, 7};
    static const uint8_t nothing[sizeof t->reserved];
    for (size_t i = 0; i < CODE_FIELDS; i++) {
        const char *name;
        if (cxj_name(engine, code_fields[i].dimension, code_in(t, &code_fields[i]), &name, NULL) != CXJ_OK) {
            return false;
        }
    }
    bool has_moment = t->at != 0 || t->facets & CXJ_FACET_WITHDRAWN;
    return t->journey != 0 && has_moment && is_moment(t->at) && is_moment(t->due) && t->value >= -MOST_MONEY &&
           t->value <= MOST_MONEY && (t->facets & ~(uint32_t)CXJ_FACETS_ALL) == 0 && t->commitment <= 7 &&
           t->outcome <= 2 && t->scale <= 7 && t->scope <= 3 && (t->scope == 0) == (t->scale == 0) &&
           t->score >= lowest[t->scale] && t->score <= highest[t->scale] &&
           memcmp(t->reserved, nothing, sizeof nothing) == 0;
}

static uint32_t implied(uint32_t facets) {
    facets |= facets & CXJ_FACET_CHASE ? CXJ_FACET_INBOUND : 0;
    facets |= facets & CXJ_FACET_INBOUND ? CXJ_FACET_CONTACT : 0;
    facets |= facets & (CXJ_FACET_NEXT_STEP | CXJ_FACET_EXPLAINS) ? CXJ_FACET_UPDATE : 0;
    return facets;
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static bool is_withdrawn(const cxj_touchpoint *t) {
    return (t->facets & CXJ_FACET_WITHDRAWN) != 0;
}

/* Those withdrawn stand behind the others, by their ids. */
static int order_of(const cxj_touchpoint *a, const cxj_touchpoint *b) {
    if (is_withdrawn(a) != is_withdrawn(b)) {
        return is_withdrawn(b) ? -1 : 1;
    }
    int by_at = ORDER(a->at, b->at);
    int by_sequence = ORDER(a->sequence, b->sequence);
    return by_at ? by_at : by_sequence ? by_sequence : ORDER(a->id, b->id);
}

static int compare_names(const cxj_engine *engine, uint32_t dimension, uint32_t a, uint32_t b) {
    const char *texts[2];
    size_t lengths[2];
    MUST(cxj_name(engine, dimension, a, &texts[0], &lengths[0]) == CXJ_OK, "code %u was retired", (unsigned)a);
    MUST(cxj_name(engine, dimension, b, &texts[1], &lengths[1]) == CXJ_OK, "code %u was retired", (unsigned)b);
    int order = memcmp(texts[0], texts[1], lengths[0] < lengths[1] ? lengths[0] : lengths[1]);
    return order ? order : ORDER(lengths[0], lengths[1]);
}

/* Which of two touchpoints of one journey, id and revision is the greater (section 3.2). */
static int compare_content(const cxj_engine *engine, const cxj_touchpoint *a, const cxj_touchpoint *b) {
    const int first[] = {ORDER(a->at, b->at), ORDER(a->sequence, b->sequence), ORDER(a->due, b->due),
                         ORDER(a->value, b->value), ORDER(a->customer, b->customer)};
    const int last[] = {ORDER(a->facets, b->facets),         ORDER(a->scale, b->scale),
                        ORDER(a->score, b->score),           ORDER(a->scope, b->scope),
                        ORDER(a->commitment, b->commitment), ORDER(a->outcome, b->outcome)};
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        if (first[i]) {
            return first[i];
        }
    }
    for (size_t i = 0; i < CODE_FIELDS; i++) {
        const struct code_field *field = &code_fields[i];
        int order = compare_names(engine, field->dimension, code_in(a, field), code_in(b, field));
        if (order) {
            return order;
        }
    }
    for (size_t i = 0; i < sizeof last / sizeof *last; i++) {
        if (last[i]) {
            return last[i];
        }
    }
    return 0;
}

/* ---- arrivals --------------------------------------------------------------------------------------------------- */

static void insert(model *known, model_journey *journey, const cxj_touchpoint *t) {
    MUST(journey->count < MODEL_MOST, "the model is full");
    size_t place = journey->count++;
    for (; place > 0 && order_of(&journey->held[place - 1], t) > 0; place--) {
        journey->held[place] = journey->held[place - 1];
    }
    journey->held[place] = *t;
    known->total++;
}

static void take_out(model *known, model_journey *journey, size_t place) {
    memmove(&journey->held[place], &journey->held[place + 1], (--journey->count - place) * sizeof *journey->held);
    known->total--;
}

cxj_status model_may_move(const model *known, const model_journey *from, const model_journey *to) {
    if (from->sealed || (from->count > 0 && to->sealed)) {
        return CXJ_SEALED;
    }
    if (from->count == 0) {
        return CXJ_NOT_FOUND;
    }
    for (size_t i = 0; i < from->count; i++) {
        if (model_place(to, from->held[i].id) != SIZE_MAX) {
            return CXJ_SAME_ID;
        }
    }
    if (to->count > 0 && from->count + to->count > known->limit) {
        return CXJ_LIMIT;
    }
    return CXJ_OK;
}

void model_move(model *known, model_journey *from, model_journey *to) {
    for (size_t i = 0; i < from->count; i++) {
        cxj_touchpoint t = from->held[i];
        t.journey = model_number((size_t)(to - known->journeys));
        insert(known, to, &t);
    }
    model_erase(known, from);
}

/* Takes one touchpoint, or says why not. */
static cxj_status take_one(model *known, const cxj_engine *engine, const cxj_touchpoint *t, cxj_receipt *receipt) {
    if (!is_right(engine, t)) {
        return CXJ_BAD_FIELD;
    }
    model_journey *journey = model_find(known, t->journey);
    MUST(journey, "journey %llu is not in the list", (unsigned long long)t->journey);
    if (journey->sealed) {
        return CXJ_LATE;
    }
    cxj_touchpoint arrived = *t;
    arrived.facets = implied(t->facets);
    if (is_withdrawn(t)) { /* of which only this is kept (section 3.3) */
        arrived = (cxj_touchpoint){.journey = t->journey, .id = t->id, .revision = t->revision};
        arrived.facets = CXJ_FACET_WITHDRAWN;
    }
    if (is_withdrawn(t) && t->id == 0) { /* it takes nothing back */
        receipt->accepted++;
        return CXJ_OK;
    }
    size_t place = model_place(journey, t->id);
    if (place == SIZE_MAX) {
        if (journey->count >= known->limit) {
            return CXJ_LIMIT;
        }
        receipt->accepted++;
        insert(known, journey, &arrived);
        return CXJ_OK;
    }
    const cxj_touchpoint *held = &journey->held[place];
    bool holds = t->revision > held->revision;
    if (t->revision != held->revision) {
        receipt->superseded++;
        receipt->accepted += holds;
    } else {
        bool any = is_withdrawn(&arrived) || is_withdrawn(held);
        int order = any ? is_withdrawn(&arrived) - is_withdrawn(held) : compare_content(engine, &arrived, held);
        receipt->duplicates++;
        receipt->conflicts += order != 0;
        holds = order > 0;
    }
    if (holds) {
        take_out(known, journey, place);
        insert(known, journey, &arrived);
    }
    return CXJ_OK;
}

void model_take(model *known, const cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t count, uint32_t flags,
                cxj_receipt *receipt) {
    *receipt = (cxj_receipt){.first_refusal = CXJ_NO_INDEX};
    for (; receipt->processed < count; receipt->processed++) {
        cxj_status status = take_one(known, engine, &touchpoints[receipt->processed], receipt);
        if (status == CXJ_OK) {
            continue;
        }
        receipt->late += status == CXJ_LATE;
        receipt->refused += status != CXJ_LATE;
        if (receipt->first_refusal == CXJ_NO_INDEX) {
            receipt->first_refusal = receipt->processed;
            receipt->first_status = status;
        }
        if (flags & CXJ_STOP_AT_REFUSAL) {
            break;
        }
    }
    known->fed.duplicates += receipt->duplicates;
    known->fed.conflicts += receipt->conflicts;
    known->fed.superseded += receipt->superseded;
    known->fed.late += receipt->late;
    known->fed.refused += receipt->refused;
}

/* ---- comparison ------------------------------------------------------------------------------------------------- */

static void check_journey(const model_journey *journey, uint64_t number, const cxj_engine *engine) {
    static cxj_touchpoint held[MODEL_MOST];
    size_t count = 0;
    cxj_status expected = journey->sealed ? CXJ_SEALED : journey->count > 0 ? CXJ_OK : CXJ_NOT_FOUND;
    cxj_status status = cxj_journey_touchpoints(engine, number, MODEL_MOST, NULL, 0, held, sizeof *held, &count);
    MUST(status == expected, "journey %llu: %s in place of %s", (unsigned long long)number, cxj_status_text(status),
         cxj_status_text(expected));
    if (status != CXJ_OK) {
        return;
    }
    MUST(count == journey->count, "journey %llu: %zu touchpoints in place of %zu", (unsigned long long)number, count,
         journey->count);
    for (size_t i = 0; i < count; i++) {
        MUST(memcmp(&held[i], &journey->held[i], sizeof *held) == 0,
             "journey %llu: touchpoint %zu, id %llu, is another", (unsigned long long)number, i,
             (unsigned long long)held[i].id);
    }
}

void model_check(const model *known, const cxj_engine *engine) {
    for (size_t j = 0; j < MODEL_JOURNEYS; j++) {
        check_journey(&known->journeys[j], model_number(j), engine);
    }
}
