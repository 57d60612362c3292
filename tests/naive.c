/* The naive second implementation (see naive.h): sections 2, 3 and 9 of the specification, what a touchpoint is, what
 * holds and in which order, and one journey as it stands. Comments in quotes are its sentences.
 *
 * SPDX-License-Identifier: MIT
 */
#include "naive_inside.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t first_moment = INT64_C(-62135596800000); /* 0001-01-01T00:00:00Z */
static const int64_t last_moment = INT64_C(253402300799999);  /* 9999-12-31T23:59:59.999Z */
static const int64_t greatest_value = INT64_C(1000000000000000);
static const uint32_t all_facets = (UINT32_C(1) << NAIVE_FACETS) - 1;

const char *const naive_facet_names[NAIVE_FACETS] = {
    "contact",      "inbound", "chase",    "update",  "next_step", "explains", "delivered", "requested", "repeated",
    "contradicted", "fault",   "resolved", "reopens", "pending",   "asked",    "churned",   "withdrawn", "resumes"};

const char *const naive_scale_names[8] = {"", "csat5", "csat7", "csat10", "percent", "binary", "nps", "ces7"};

void naive_give_up(const char *what, const char *text) {
    fprintf(stderr, "naive: %s: %s\n", what, text);
    exit(2);
}

void *naive_allocate(size_t size) {
    void *block = calloc(1, size ? size : 1);
    if (!block) naive_give_up("there is not enough memory", "");
    return block;
}

void *naive_grow(void *items, size_t count, size_t *capacity, size_t item_size) {
    if (count < *capacity) return items;
    *capacity = *capacity ? 2 * *capacity : 16;
    void *block = realloc(items, *capacity * item_size);
    if (!block) naive_give_up("there is not enough memory", "");
    return block;
}

/* ---- Section 2: a touchpoint ---- */

static const struct scale {
    enum naive_kind kind;
    int lowest, highest;
    int satisfied_from;
    int delighted_from;
    int dissatisfied_to;
} scales[] = {
    {NO_KIND, 0, 0, 0, 0, 0},           /* none */
    {SATISFACTION, 1, 5, 4, 5, 2},      /* csat5 */
    {SATISFACTION, 1, 7, 6, 7, 3},      /* csat7 */
    {SATISFACTION, 1, 10, 8, 10, 4},    /* csat10 */
    {SATISFACTION, 0, 100, 80, 95, 49}, /* percent */
    {SATISFACTION, 0, 1, 1, 1, 0},      /* binary */
    {LOYALTY, 0, 10, 9, 9, 6},          /* nps */
    {EFFORT, 1, 7, 5, 7, 3},            /* ces7 */
};

static bool within_years(int64_t moment) {
    return moment >= first_moment && moment <= last_moment;
}

/* "Refused: a score off its scale, a scale without a scope, a scope or a score other than 0 without a scale, an unknown
 * bit or number", and what the table of fields refuses. */
bool naive_is_valid(const cxj_touchpoint *fields) {
    if (fields->at == 0 && !(fields->facets & CXJ_FACET_WITHDRAWN)) return false; /* "0 = none, refused too" */
    if (fields->journey == 0 || !within_years(fields->at) || (fields->due != 0 && !within_years(fields->due)))
        return false;
    if (fields->value > greatest_value || fields->value < -greatest_value) return false;
    if (fields->facets & ~all_facets || fields->commitment > 7 || fields->outcome > CXJ_OUTCOME_ABANDONED) return false;
    if (fields->scale == 0) return fields->score == 0 && fields->scope == 0;
    if (fields->scale > CXJ_SCALE_CES7 || fields->scope < CXJ_SCOPE_TOUCHPOINT || fields->scope > CXJ_SCOPE_EMPLOYEE)
        return false;
    return fields->score >= scales[fields->scale].lowest && fields->score <= scales[fields->scale].highest;
}

/* The column "implies" of the table of facets. */
uint32_t naive_with_implied(uint32_t facets) {
    if (facets & CXJ_FACET_CHASE) facets |= CXJ_FACET_INBOUND | CXJ_FACET_CONTACT;
    if (facets & CXJ_FACET_INBOUND) facets |= CXJ_FACET_CONTACT;
    if (facets & (CXJ_FACET_NEXT_STEP | CXJ_FACET_EXPLAINS)) facets |= CXJ_FACET_UPDATE;
    return facets;
}

bool naive_has(const naive_touchpoint *m, uint32_t any_of) {
    return (m->fields.facets & any_of) != 0;
}

/* "A touchpoint is visible (to the customer) if it has contact or update." */
bool naive_is_visible(const naive_touchpoint *m) {
    return naive_has(m, CXJ_FACET_CONTACT | CXJ_FACET_UPDATE);
}

enum naive_kind naive_rating_kind(const naive_touchpoint *m) {
    return scales[m->fields.scale].kind;
}

/* "s = (score - lowest) x 12600 / (highest - lowest)" */
int64_t naive_rating_s(const naive_touchpoint *m) {
    const struct scale *scale = &scales[m->fields.scale];
    return (int64_t)(m->fields.score - scale->lowest) * FULL / (scale->highest - scale->lowest);
}

bool naive_is_satisfied(const naive_touchpoint *m) {
    return m->fields.scale && m->fields.score >= scales[m->fields.scale].satisfied_from;
}

bool naive_is_delighted(const naive_touchpoint *m) {
    return m->fields.scale && m->fields.score >= scales[m->fields.scale].delighted_from;
}

bool naive_is_dissatisfied(const naive_touchpoint *m) {
    return m->fields.scale && m->fields.score <= scales[m->fields.scale].dissatisfied_to;
}

/* 4.10: "Kind satisfaction, scope touchpoint (a touch rating)" */
bool naive_is_touch_rating(const naive_touchpoint *m) {
    return naive_rating_kind(m) == SATISFACTION && m->fields.scope == CXJ_SCOPE_TOUCHPOINT;
}

bool naive_is_journey_rating(const naive_touchpoint *m, enum naive_kind kind) {
    return naive_rating_kind(m) == kind && m->fields.scope == CXJ_SCOPE_JOURNEY;
}

bool naive_is_customers_rating(const naive_touchpoint *m) {
    return m->fields.scope == CXJ_SCOPE_TOUCHPOINT || m->fields.scope == CXJ_SCOPE_JOURNEY;
}

/* ---- Section 3: order, duplicates, corrections ---- */

static int order_u64(uint64_t a, uint64_t b) {
    return (a > b) - (a < b);
}

static int order_i64(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

static int order_names(const naive_touchpoint *a, const naive_touchpoint *b, const int *dimensions, size_t count) {
    int order = 0;
    for (size_t i = 0; i < count && !order; i++) order = strcmp(a->names[dimensions[i]], b->names[dimensions[i]]);
    return order;
}

/* 3.2: "fields, after the implied facets are added, compared in the order at, sequence, due, value, customer, owner,
 * team, activity, channel, stage, cause, type, segment, reason, facets, scale, score, scope, commitment, outcome; codes
 * by their names, byte by byte; numbers as numbers" */
static int order_contents(const naive_touchpoint *a, const naive_touchpoint *b) {
    static const int names[] = {CXJ_DIMENSION_OWNER,   CXJ_DIMENSION_TEAM,    CXJ_DIMENSION_ACTIVITY,
                                CXJ_DIMENSION_CHANNEL, CXJ_DIMENSION_STAGE,   CXJ_DIMENSION_CAUSE,
                                CXJ_DIMENSION_TYPE,    CXJ_DIMENSION_SEGMENT, CXJ_DIMENSION_REASON};
    const cxj_touchpoint *x = &a->fields, *y = &b->fields;
    const int orders[] = {
        order_i64(x->at, y->at),
        order_u64(x->sequence, y->sequence),
        order_i64(x->due, y->due),
        order_i64(x->value, y->value),
        order_u64(x->customer, y->customer),
        order_names(a, b, names, sizeof names / sizeof names[0]),
        order_u64(x->facets, y->facets),
        order_u64(x->scale, y->scale),
        order_u64(x->score, y->score),
        order_u64(x->scope, y->scope),
        order_u64(x->commitment, y->commitment),
        order_u64(x->outcome, y->outcome),
    };
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++)
        if (orders[i]) return orders[i];
    return 0;
}

static bool is_withdrawn(const naive_touchpoint *m) {
    return naive_has(m, CXJ_FACET_WITHDRAWN);
}

/* 3.2: "Of touchpoints with the same journey and the same non-zero id, the one with the highest revision holds; of
 * equal revisions the greater one". 3.3: one that is withdrawn keeps no content to be compared; it holds over one that
 * is not. */
static int order_contribution(const naive_touchpoint *a, const naive_touchpoint *b) {
    int order = order_u64(a->fields.revision, b->fields.revision);
    if (!order) order = order_u64(is_withdrawn(a), is_withdrawn(b));
    return order || is_withdrawn(a) ? order : order_contents(a, b);
}

static bool same_touchpoint(const naive_touchpoint *a, const naive_touchpoint *b) {
    return a->fields.id != 0 && a->fields.journey == b->fields.journey && a->fields.id == b->fields.id;
}

/* Whether item i holds among the first count arrivals: "The others are as if never sent." */
static bool holds_among(const naive_touchpoint *const *items, size_t i, size_t count) {
    /* Withdrawn without an id, it takes nothing back, and there is nothing to keep. */
    if (is_withdrawn(items[i]) && items[i]->fields.id == 0) return false;
    for (size_t j = 0; j < count; j++) {
        if (j == i || !same_touchpoint(items[i], items[j])) continue;
        int order = order_contribution(items[j], items[i]);
        if (order > 0 || (order == 0 && j < i)) return false;
    }
    return true;
}

/* Where the last item of a journey is noted, or would be. */
static size_t *find_last(const naive_log *log, uint64_t journey) {
    size_t place = (size_t)(journey * UINT64_C(0x9e3779b97f4a7c15) >> 32) % log->last_size;
    while (log->last[place] && log->items[log->last[place] - 1].fields.journey != journey)
        place = (place + 1) % log->last_size;
    return &log->last[place];
}

/* Notes the item at a place; all before it are noted. */
static void note_item(naive_log *log, size_t place) {
    log->earlier = naive_grow(log->earlier, place, &log->earlier_capacity, sizeof *log->earlier);
    if (2 * place >= log->last_size) { /* too full, or there is none yet: all are noted anew */
        free(log->last);
        log->last_size = 4 * place + 16;
        log->last = naive_allocate(log->last_size * sizeof *log->last);
        for (size_t i = 0; i < place; i++) *find_last(log, log->items[i].fields.journey) = i + 1;
    }
    size_t *last = find_last(log, log->items[place].fields.journey);
    log->earlier[place] = *last;
    *last = place + 1;
}

static void note_all(naive_log *log) {
    log->last_size = 0;
    for (size_t i = 0; i < log->count; i++) note_item(log, i);
}

/* What arrived of one journey among the first count arrivals, in order of arrival; to be freed. */
static const naive_touchpoint **arrived(const naive_log *log, uint64_t journey, size_t count, size_t *found) {
    size_t first = log->last_size ? *find_last(log, journey) : 0, place = 0;
    *found = 0;
    for (size_t i = first; i > 0; i = log->earlier[i - 1]) *found += i <= count;
    const naive_touchpoint **items = naive_allocate(*found * sizeof(naive_touchpoint *));
    for (size_t i = first; i > 0; i = log->earlier[i - 1])
        if (i <= count) items[*found - ++place] = &log->items[i - 1];
    return items;
}

/* The item that holds for a journey and id among the first count arrivals, or NULL. */
static const naive_touchpoint *find_held(const naive_log *log, uint64_t journey, uint64_t id, size_t count) {
    size_t found;
    const naive_touchpoint **items = arrived(log, journey, count, &found), *held = NULL;
    for (size_t i = 0; i < found; i++)
        if (items[i]->fields.id == id && holds_among(items, i, found)) held = items[i];
    free(items);
    return held;
}

/* 3.1: "ordered by (at, sequence, id), and where all three are equal by arrival"; the caller keeps the order of
 * arrival. Those withdrawn, which have only an id, stand behind. */
static int order_places(const naive_touchpoint *a, const naive_touchpoint *b) {
    int order = order_u64(is_withdrawn(a), is_withdrawn(b));
    if (!order) order = order_i64(a->fields.at, b->fields.at);
    if (!order) order = order_u64(a->fields.sequence, b->fields.sequence);
    return order ? order : order_u64(a->fields.id, b->fields.id);
}

size_t naive_held(const naive_log *log, uint64_t journey, const naive_touchpoint **held) {
    size_t count = 0, found;
    const naive_touchpoint **items = arrived(log, journey, log->count, &found);
    for (size_t i = 0; i < found; i++) {
        if (!holds_among(items, i, found)) continue;
        size_t place = count++;
        while (place > 0 && order_places(held[place - 1], items[i]) > 0) {
            held[place] = held[place - 1];
            place--;
        }
        held[place] = items[i];
    }
    free(items);
    return count;
}

/* 3.3: "A touchpoint that is withdrawn keeps its id and revision and contributes nothing." */
const naive_touchpoint **naive_contributing(const naive_log *log, uint64_t journey, size_t *count) {
    size_t found;
    const naive_touchpoint **list = arrived(log, journey, log->count, &found);
    size_t held = naive_held(log, journey, list);
    *count = 0;
    for (size_t i = 0; i < held; i++)
        if (!is_withdrawn(list[i])) list[(*count)++] = list[i];
    return list;
}

bool naive_is_same_journey(const naive_log *a, const naive_log *b, uint64_t journey) {
    size_t count, other;
    const naive_touchpoint **x = arrived(a, journey, a->count, &count), **y = arrived(b, journey, b->count, &other);
    count = naive_held(a, journey, x);
    other = naive_held(b, journey, y);
    bool same = count == other;
    for (size_t i = 0; i < count && same; i++)
        same = x[i]->fields.id == y[i]->fields.id && order_contribution(x[i], y[i]) == 0;
    free(x);
    free(y);
    return same;
}

void naive_set_unrecorded(naive_log *log, uint32_t unrecorded) {
    log->unrecorded = unrecorded & ~naive_with_implied(all_facets & ~unrecorded);
}

void naive_arrive(naive_log *log, const naive_touchpoint *touchpoint) {
    log->items = naive_grow(log->items, log->count, &log->capacity, sizeof *log->items);
    log->items[log->count] = *touchpoint;
    log->items[log->count].fields.facets = naive_with_implied(touchpoint->fields.facets);
    /* 3.3: "A touchpoint that is withdrawn keeps its id and revision" and nothing else */
    if (is_withdrawn(touchpoint))
        log->items[log->count] = (naive_touchpoint){.fields = {.journey = touchpoint->fields.journey,
                                                               .id = touchpoint->fields.id,
                                                               .revision = touchpoint->fields.revision,
                                                               .facets = CXJ_FACET_WITHDRAWN},
                                                    .names = {"", "", "", "", "", "", "", "", "", ""},
                                                    .by_withdraw = touchpoint->by_withdraw};
    note_item(log, log->count++);
}

/* "as if it had been recorded again with CXJ_FACET_WITHDRAWN and a higher revision", says the header. */
cxj_status naive_withdraw(naive_log *log, uint64_t journey, uint64_t id, uint64_t revision) {
    const naive_touchpoint *held = find_held(log, journey, id, log->count);
    if (!held && revision == 0) return CXJ_NOT_FOUND;
    if (held && revision != 0 && revision <= held->fields.revision) return CXJ_REFUSED;
    naive_touchpoint item = {.names = {"", "", "", "", "", "", "", "", "", ""}};
    item.fields.journey = journey;
    item.fields.id = id;
    item.fields.revision = revision ? revision : held->fields.revision + 1;
    item.fields.facets |= CXJ_FACET_WITHDRAWN;
    item.by_withdraw = true;
    naive_arrive(log, &item);
    return CXJ_OK;
}

/* 3.4: "nothing of them is left in the engine, in the cells or in its files" */
uint64_t naive_erase_journey(naive_log *log, uint64_t journey) {
    size_t kept = 0, found;
    const naive_touchpoint **items = arrived(log, journey, log->count, &found);
    bool held = false;
    for (size_t i = 0; i < found; i++) held = held || holds_among(items, i, found);
    free(items);
    for (size_t i = 0; i < log->count; i++)
        if (log->items[i].fields.journey != journey) log->items[kept++] = log->items[i];
    log->count = kept;
    note_all(log);
    return held;
}

/* "every journey in which any retained touchpoint states a customer, even if a later touchpoint states another" */
uint64_t naive_erase_customer(naive_log *log, uint64_t customer) {
    uint64_t erased = 0;
    for (size_t i = 0; i < log->count;) {
        size_t found;
        const naive_touchpoint **items = arrived(log, log->items[i].fields.journey, log->count, &found);
        bool states = false;
        for (size_t k = 0; k < found; k++)
            states = states || (items[k]->fields.customer == customer && holds_among(items, k, found));
        free(items);
        if (states) {
            erased += naive_erase_journey(log, log->items[i].fields.journey);
            i = 0; /* all that follows has moved */
        } else {
            i++;
        }
    }
    return erased;
}

/* "as if they, including withdrawn ones, had always belonged to the other", says the header, and had arrived behind
 * to's. */
cxj_status naive_move_journey(naive_log *log, uint64_t from, uint64_t to) {
    const naive_touchpoint **held = naive_allocate((log->count + 1) * sizeof *held);
    size_t count = naive_held(log, from, held), moved = 0;
    cxj_status status = count > 0 ? CXJ_OK : CXJ_NOT_FOUND;
    for (size_t i = 0; i < count; i++) {
        uint64_t id = held[i]->fields.id;
        if (id != 0 && find_held(log, to, id, log->count)) status = CXJ_SAME_ID;
    }
    free(held);
    if (status != CXJ_OK) return status;
    naive_touchpoint *behind = naive_allocate((log->count + 1) * sizeof *behind);
    for (size_t i = 0, kept = 0; i < log->count; i++) {
        if (log->items[i].fields.journey == from) {
            behind[moved] = log->items[i];
            behind[moved++].fields.journey = to;
        } else {
            log->items[kept++] = log->items[i];
        }
    }
    memcpy(log->items + log->count - moved, behind, moved * sizeof *behind);
    free(behind);
    note_all(log);
    return CXJ_OK;
}

void naive_merge(naive_log *log, const naive_log *source) {
    for (size_t i = 0; i < source->count; i++) naive_arrive(log, &source->items[i]);
    if (source->has_now && (!log->has_now || source->now > log->now)) log->now = source->now;
    log->has_now = log->has_now || source->has_now;
    log->unrecorded |= source->unrecorded;
}

void naive_log_clear(naive_log *log) {
    free(log->items);
    free(log->earlier);
    free(log->last);
    *log = (naive_log){0};
}

/* 3.2: "On arrival, one that equals what holds in revision is a duplicate, and a conflict too if it differs in content;
 * one with a lower revision, or replaced by a higher, counts as superseded." */
naive_feed naive_feed_counts(const naive_log *log) {
    naive_feed feed = {0};
    for (size_t i = 0; i < log->count; i++) {
        const naive_touchpoint *item = &log->items[i];
        const naive_touchpoint *held = NULL;
        if (item->fields.id != 0) held = find_held(log, item->fields.journey, item->fields.id, i);
        if (item->by_withdraw) {
            feed.superseded_by_withdraw += held != NULL;
        } else if (!held) {
            feed.accepted++;
        } else if (held->fields.revision == item->fields.revision) {
            feed.duplicates++;
            feed.conflicts += order_contribution(held, item) != 0;
        } else {
            feed.superseded++;
            feed.accepted += item->fields.revision > held->fields.revision;
        }
    }
    return feed;
}

/* The numbers of all journeys of which something is held; numbers must have room for log->count. */
size_t naive_all_journeys(const naive_log *log, uint64_t *numbers) {
    size_t count = 0;
    for (size_t i = 0; i < log->count; i++) {
        if (log->earlier[i] == 0) numbers[count++] = log->items[i].fields.journey; /* the first of its journey */
    }
    return count;
}

naive_stats naive_statistics(const naive_log *log) {
    naive_stats stats = {0};
    uint64_t *numbers = naive_allocate(log->count * sizeof *numbers);
    size_t journeys = naive_all_journeys(log, numbers);
    for (size_t j = 0; j < journeys; j++) {
        size_t count, found;
        const naive_touchpoint **list = arrived(log, numbers[j], log->count, &found);
        stats.held += naive_held(log, numbers[j], list);
        free(list);
        list = naive_contributing(log, numbers[j], &count);
        for (size_t i = 0; i < count; i++) {
            if (stats.touchpoints++ == 0 || list[i]->fields.at > stats.latest_at) stats.latest_at = list[i]->fields.at;
            for (int bit = 0; bit < 32; bit++) stats.facets[bit] += list[i]->fields.facets >> bit & 1;
        }
        /* 3.3: "Journeys without a touchpoint that contributes count nowhere." */
        stats.journeys += count > 0;
        free(list);
    }
    free(numbers);
    return stats;
}

/* ---- Section 9: one journey ---- */

static void state_ratings(const struct story *s, cxj_journey *state) {
    int64_t sum = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (naive_is_touch_rating(s->list[i])) {
            state->touch_ratings++;
            sum += naive_rating_s(s->list[i]);
        }
    }
    const naive_touchpoint *own = naive_journey_rating(s, SATISFACTION);
    const naive_touchpoint *nps = naive_journey_rating(s, LOYALTY), *ces = naive_journey_rating(s, EFFORT);
    state->touch_satisfaction = state->touch_ratings ? (double)sum / ((double)state->touch_ratings * FULL) : NAN;
    state->journey_satisfaction = own ? (double)naive_rating_s(own) / FULL : NAN;
    state->journey_nps = nps ? nps->fields.score : NAN;
    state->journey_ces = ces ? ces->fields.score : NAN;
}

static void state_counts(const struct story *s, cxj_journey *state) {
    state->touchpoints = (uint32_t)s->count;
    state->contacts = (uint32_t)naive_count_facet(s, CXJ_FACET_CONTACT);
    state->handoffs = (uint32_t)naive_count_transitions(s, CXJ_DIMENSION_OWNER, 'c');
    state->bounces = (uint32_t)naive_count_transitions(s, CXJ_DIMENSION_OWNER, 'b');
    state->repeats = (uint32_t)naive_count_facet(s, CXJ_FACET_REPEATED);
    state->faults = (uint32_t)naive_count_facet(s, CXJ_FACET_FAULT);
    state->chases = (uint32_t)naive_count_facet(s, CXJ_FACET_CHASE);
    for (size_t i = 0; i < s->count; i++) state->value += s->list[i]->fields.value;
}

bool naive_journey_state(const naive_log *log, uint64_t journey, naive_journey *result) {
    struct story *s = naive_story(log, journey, false);
    if (!s) return false;
    *result = (naive_journey){
        .type = s->attributes[CXJ_DIMENSION_TYPE],
        .segment = s->attributes[CXJ_DIMENSION_SEGMENT],
        .reason = s->attributes[CXJ_DIMENSION_REASON],
        .owner = naive_held_last(s, CXJ_DIMENSION_OWNER),
        .team = naive_held_last(s, CXJ_DIMENSION_TEAM),
        .stage = naive_held_last(s, CXJ_DIMENSION_STAGE),
        .channel = naive_held_last(s, CXJ_DIMENSION_CHANNEL),
        .activity = naive_held_last(s, CXJ_DIMENSION_ACTIVITY),
    };
    cxj_journey *state = &result->state;
    state->journey = journey;
    state->customer = s->customer;
    state->first_at = s->list[0]->fields.at;
    state->last_at = s->list[s->count - 1]->fields.at;
    state->end_at = s->runs ? 0 : s->end;
    state->quiet = s->runs ? s->quiet : 0;
    state->silence = s->silence;
    state->pending = s->pending;
    state_counts(s, state);
    state_ratings(s, state);
    memcpy(state->commitments, s->commitments, sizeof state->commitments);
    state->outcome = (uint8_t)(s->runs ? 0 : s->outcome);
    state->churned = s->churned;
    state->reopened = s->reopened;
    state->asking = s->asking;
    state->pending_now = s->paused;
    state->waiting_since = s->waits ? s->waits_since : 0;
    state->loop_open = s->loop_open;
    naive_story_free(s);
    return true;
}
