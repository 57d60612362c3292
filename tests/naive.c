/* The naive second implementation: see naive.h. The order of this file is that of the specification, from what holds
 * (section 3) over the fold (4) and the views (5) to the metrics (6). Comments in quotes are its sentences.
 *
 * SPDX-License-Identifier: MIT
 */
#include "naive.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sums of products of 64-bit numbers; what the library does with two words is here left to the compiler. Where that has
 * no 128 bits, 64 hold the sums of some 9,000 touchpoints. */
#ifdef __SIZEOF_INT128__
__extension__ typedef __int128 naive_wide;
#else
typedef int64_t naive_wide;
#endif

enum { FULL = 12600, MILLISECONDS_A_DAY = 86400000, GAP_SCALE = 65536 };

static const int64_t first_moment = INT64_C(-62135596800000); /* 0001-01-01T00:00:00Z */
static const int64_t last_moment = INT64_C(253402300799999);  /* 9999-12-31T23:59:59.999Z */
static const int64_t greatest_value = INT64_C(1000000000000000);

static void *allocate(size_t size) {
    void *block = calloc(1, size ? size : 1);
    if (!block) {
        fprintf(stderr, "naive: out of memory\n");
        exit(2);
    }
    return block;
}

/* Makes room for one more item in an array that grows. */
static void *grow(void *items, size_t count, size_t *capacity, size_t item_size) {
    if (count < *capacity) return items;
    *capacity = *capacity ? 2 * *capacity : 16;
    void *block = realloc(items, *capacity * item_size);
    if (!block) {
        fprintf(stderr, "naive: out of memory\n");
        exit(2);
    }
    return block;
}

/* ---- Section 2: a touchpoint ---- */

enum kind { NO_KIND, SATISFACTION, LOYALTY, EFFORT };

static const struct scale {
    enum kind kind;
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
    if (fields->facets & ~(uint32_t)CXJ_FACETS_ALL || fields->commitment > 7 || fields->outcome > CXJ_OUTCOME_ABANDONED)
        return false;
    if (fields->scale == 0) return fields->score == 0 && fields->scope == 0;
    if (fields->scale > CXJ_SCALE_CES7 || fields->scope < CXJ_SCOPE_TOUCHPOINT || fields->scope > CXJ_SCOPE_EMPLOYEE)
        return false;
    return fields->score >= scales[fields->scale].lowest && fields->score <= scales[fields->scale].highest;
}

/* The column "implies" of the table of facets. */
static uint32_t with_implied(uint32_t facets) {
    if (facets & CXJ_FACET_CHASE) facets |= CXJ_FACET_INBOUND | CXJ_FACET_CONTACT;
    if (facets & CXJ_FACET_INBOUND) facets |= CXJ_FACET_CONTACT;
    if (facets & (CXJ_FACET_NEXT_STEP | CXJ_FACET_EXPLAINS)) facets |= CXJ_FACET_UPDATE;
    return facets;
}

static bool has(const naive_touchpoint *m, uint32_t any_of) {
    return (m->fields.facets & any_of) != 0;
}

/* "A touchpoint is visible (to the customer) if it has contact or update." */
static bool is_visible(const naive_touchpoint *m) {
    return has(m, CXJ_FACET_CONTACT | CXJ_FACET_UPDATE);
}

static enum kind rating_kind(const naive_touchpoint *m) {
    return scales[m->fields.scale].kind;
}

/* "s = (score - lowest) x 12600 / (highest - lowest)" */
static int64_t rating_s(const naive_touchpoint *m) {
    const struct scale *scale = &scales[m->fields.scale];
    return (int64_t)(m->fields.score - scale->lowest) * FULL / (scale->highest - scale->lowest);
}

static bool is_satisfied(const naive_touchpoint *m) {
    return m->fields.scale && m->fields.score >= scales[m->fields.scale].satisfied_from;
}

static bool is_delighted(const naive_touchpoint *m) {
    return m->fields.scale && m->fields.score >= scales[m->fields.scale].delighted_from;
}

static bool is_dissatisfied(const naive_touchpoint *m) {
    return m->fields.scale && m->fields.score <= scales[m->fields.scale].dissatisfied_to;
}

/* 4.9: "Kind satisfaction, scope touchpoint (a touch rating)" */
static bool is_touch_rating(const naive_touchpoint *m) {
    return rating_kind(m) == SATISFACTION && m->fields.scope == CXJ_SCOPE_TOUCHPOINT;
}

static bool is_journey_rating(const naive_touchpoint *m, enum kind kind) {
    return rating_kind(m) == kind && m->fields.scope == CXJ_SCOPE_JOURNEY;
}

static bool is_customers_rating(const naive_touchpoint *m) {
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
    return has(m, CXJ_FACET_WITHDRAWN);
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
static bool holds_among(const naive_log *log, size_t i, size_t count) {
    /* Withdrawn without an id, it takes nothing back, and there is nothing to keep. */
    if (is_withdrawn(&log->items[i]) && log->items[i].fields.id == 0) return false;
    for (size_t j = 0; j < count; j++) {
        if (j == i || !same_touchpoint(&log->items[i], &log->items[j])) continue;
        int order = order_contribution(&log->items[j], &log->items[i]);
        if (order > 0 || (order == 0 && j < i)) return false;
    }
    return true;
}

/* The item that holds for a journey and id among the first count arrivals, or NULL. */
static const naive_touchpoint *find_held(const naive_log *log, uint64_t journey, uint64_t id, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (log->items[i].fields.journey == journey && log->items[i].fields.id == id && holds_among(log, i, count))
            return &log->items[i];
    return NULL;
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
    size_t count = 0;
    for (size_t i = 0; i < log->count; i++) {
        const naive_touchpoint *item = &log->items[i];
        if (item->fields.journey != journey || !holds_among(log, i, log->count)) continue;
        size_t place = count++;
        while (place > 0 && order_places(held[place - 1], item) > 0) {
            held[place] = held[place - 1];
            place--;
        }
        held[place] = item;
    }
    return count;
}

/* 3.3: "A touchpoint that is withdrawn keeps its id and revision and contributes nothing." */
static size_t contributing(const naive_log *log, uint64_t journey, const naive_touchpoint **list) {
    size_t held = naive_held(log, journey, list), count = 0;
    for (size_t i = 0; i < held; i++)
        if (!is_withdrawn(list[i])) list[count++] = list[i];
    return count;
}

void naive_arrive(naive_log *log, const naive_touchpoint *touchpoint) {
    log->items = grow(log->items, log->count, &log->capacity, sizeof *log->items);
    log->items[log->count] = *touchpoint;
    log->items[log->count].fields.facets = with_implied(touchpoint->fields.facets);
    /* 3.3: "A touchpoint that is withdrawn keeps its id and revision" and nothing else */
    if (is_withdrawn(touchpoint))
        log->items[log->count] = (naive_touchpoint){.fields = {.journey = touchpoint->fields.journey,
                                                               .id = touchpoint->fields.id,
                                                               .revision = touchpoint->fields.revision,
                                                               .facets = CXJ_FACET_WITHDRAWN},
                                                    .names = {"", "", "", "", "", "", "", "", "", ""},
                                                    .by_withdraw = touchpoint->by_withdraw};
    log->count++;
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
    size_t kept = 0;
    bool found = false;
    for (size_t i = 0; i < log->count; i++)
        found |= log->items[i].fields.journey == journey && holds_among(log, i, log->count);
    for (size_t i = 0; i < log->count; i++)
        if (log->items[i].fields.journey != journey) log->items[kept++] = log->items[i];
    log->count = kept;
    return found;
}

/* "all journeys of which any touchpoint held states a customer, also where a later touchpoint states another" */
uint64_t naive_erase_customer(naive_log *log, uint64_t customer) {
    uint64_t erased = 0;
    for (size_t i = 0; i < log->count;) {
        if (log->items[i].fields.customer == customer && holds_among(log, i, log->count)) {
            erased += naive_erase_journey(log, log->items[i].fields.journey);
            i = 0; /* all that follows has moved */
        } else {
            i++;
        }
    }
    return erased;
}

void naive_merge(naive_log *log, const naive_log *source) {
    for (size_t i = 0; i < source->count; i++) naive_arrive(log, &source->items[i]);
    if (source->has_now && (!log->has_now || source->now > log->now)) log->now = source->now;
    log->has_now = log->has_now || source->has_now;
}

void naive_log_clear(naive_log *log) {
    free(log->items);
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
static size_t all_journeys(const naive_log *log, uint64_t *numbers) {
    size_t count = 0;
    for (size_t i = 0; i < log->count; i++) {
        size_t j = 0;
        while (j < count && numbers[j] != log->items[i].fields.journey) j++;
        if (j == count) numbers[count++] = log->items[i].fields.journey;
    }
    return count;
}

naive_stats naive_statistics(const naive_log *log) {
    naive_stats stats = {0};
    uint64_t *numbers = allocate(log->count * sizeof *numbers);
    const naive_touchpoint **list = allocate(log->count * sizeof *list);
    size_t journeys = all_journeys(log, numbers);
    for (size_t j = 0; j < journeys; j++) {
        stats.held += naive_held(log, numbers[j], list);
        size_t count = contributing(log, numbers[j], list);
        for (size_t i = 0; i < count; i++) {
            if (stats.touchpoints++ == 0 || list[i]->fields.at > stats.latest_at) stats.latest_at = list[i]->fields.at;
            for (int bit = 0; bit < 32; bit++) stats.facets[bit] += list[i]->fields.facets >> bit & 1;
        }
        /* 3.3: "Journeys without a touchpoint that contributes count nowhere." */
        stats.journeys += count > 0;
    }
    free(list);
    free(numbers);
    return stats;
}

/* ---- Section 4: the fold ---- */

/* 4.4: "owner, team, channel, stage, activity", numbered from 0 here */
enum { LINES = 5 };
static const int line_dimensions[LINES] = {CXJ_DIMENSION_OWNER, CXJ_DIMENSION_TEAM, CXJ_DIMENSION_CHANNEL,
                                           CXJ_DIMENSION_STAGE, CXJ_DIMENSION_ACTIVITY};

struct transition {
    const char *from;
    const char *to;
    size_t later; /* index of the later touchpoint */
    int64_t wait;
    bool change, bounce, returns, lost_context, has_step;
    int64_t step;
};

/* What the fold finds at one touchpoint. */
struct moment {
    bool has_wait;
    int64_t wait;
    bool opens, reschedules, shifts;
    int64_t slip;
    bool closes, kept, on_time;
    bool late_proactive, late_reactive, late_silent, unexplained;
    int64_t lateness, warning, dark;
    bool proactive_update;
    bool responds, first_response;
    int64_t response_time;
    bool loop_opens, loop_closes;
    int64_t loop_time;
    bool clean;
};

/* One journey: its touchpoints in order, and all that the fold finds. */
struct story {
    uint64_t journey;
    size_t count;
    const naive_touchpoint **list;
    struct moment *moments;
    struct transition *transitions[LINES];
    size_t transition_counts[LINES];
    const char *attributes[NAIVE_DIMENSIONS]; /* type, segment, reason as last stated */
    uint64_t customer;
    bool runs;
    int outcome;
    int64_t end;
    bool reopened;
    int64_t quiet, silence, pending;
    cxj_commitment commitments[8];
    bool paused, asking;
    bool waits, responded;
    int64_t waits_since;
    bool loop_open;
    int64_t loop_since;
    bool churned, clean, flawless, wow;
    int64_t broken;
};

/* 4.2; says whether m reopens the journey. */
static bool step_running(struct story *s, size_t i) {
    const naive_touchpoint *m = s->list[i];
    bool reopens = false;
    if (i == 0) {
        s->runs = true; /* "A journey runs from its first touchpoint" */
    } else if (!s->runs && !m->fields.outcome) {
        /* "else one with any of inbound, repeated, contradicted, fault, reopens, or with a due, reopens the journey" */
        reopens = m->fields.due != 0 || has(m, CXJ_FACET_INBOUND | CXJ_FACET_REPEATED | CXJ_FACET_CONTRADICTED |
                                                   CXJ_FACET_FAULT | CXJ_FACET_REOPENS);
    }
    if (reopens) {
        s->runs = true; /* "which then runs again and has no outcome" */
        s->outcome = 0;
        s->end = 0;
        s->reopened = true;
    }
    if (m->fields.outcome) { /* "ends it, with that outcome, at its at"; "replaces outcome and end" */
        s->runs = false;
        s->outcome = m->fields.outcome;
        s->end = m->fields.at;
    }
    return reopens;
}

/* 4.3 */
static void step_silence(struct story *s, size_t i, bool ran_before, bool reopens) {
    const naive_touchpoint *m = s->list[i];
    if (i == 0 || reopens) s->quiet = 0; /* "Quiet time is 0 at the first touchpoint, and again at one that reopens." */
    if (ran_before) {
        int64_t span = m->fields.at - s->list[i - 1]->fields.at;
        if (s->paused)
            s->pending += span; /* "the span from p to m is pending time if the journey is paused" */
        else
            s->quiet += span; /* "else it is added to the quiet time" */
        if (is_visible(m) || m->fields.outcome) {
            if (s->quiet > s->silence) s->silence = s->quiet; /* "the quiet time is a gap and starts again from 0" */
            s->quiet = 0;
        }
    }
    /* "if m is pending, it is paused from here on; else if m has contact or resumes, it is not" */
    s->paused = s->runs && (has(m, CXJ_FACET_PENDING) || (s->paused && !has(m, CXJ_FACET_CONTACT | CXJ_FACET_RESUMES)));
}

/* 4.5: "Closing at d = m.at" */
static void close_commitment(struct moment *found, cxj_commitment *c, int64_t d) {
    found->closes = true;
    found->kept = d <= c->due;
    found->on_time = d <= c->first_due;
    if (!found->on_time) {
        found->lateness = d - c->first_due;
        found->late_proactive = c->announced && c->announced_at <= c->first_due;
        found->late_reactive = c->announced && c->announced_at > c->first_due;
        found->late_silent = !c->announced;
        found->unexplained = !c->explained;
        if (found->late_proactive) found->warning = c->first_due - c->announced_at;
        int64_t told = c->announced ? c->announced_at : d;
        found->dark = told > c->first_due ? told - c->first_due : 0;
    }
    *c = (cxj_commitment){0};
}

static void announce(cxj_commitment *c, int64_t at) {
    if (!c->announced) {
        c->announced = 1;
        c->announced_at = at;
    }
}

/* 4.5 (c) */
static void promise(struct moment *found, cxj_commitment *c, const naive_touchpoint *m) {
    int64_t due = m->fields.due;
    if (!c->open) {
        *c = (cxj_commitment){.open = 1, .first_due = due, .due = due};
        found->opens = true;
    } else if (due == c->due) {
        return; /* "The same due said again is nothing new." */
    } else if (has(m, CXJ_FACET_REQUESTED)) {
        *c = (cxj_commitment){.open = 1, .first_due = due, .due = due};
        found->reschedules = true;
    } else {
        found->shifts = true;
        found->slip = due - c->due;
        c->due = due;
        if (is_visible(m)) announce(c, m->fields.at);
    }
}

/* 4.5 */
static void step_commitments(struct story *s, size_t i) {
    const naive_touchpoint *m = s->list[i];
    if (has(m, CXJ_FACET_EXPLAINS)) { /* (a) */
        for (size_t k = 0; k < 8; k++) {
            if (s->commitments[k].open) {
                s->commitments[k].explained = 1;
                announce(&s->commitments[k], m->fields.at);
            }
        }
    }
    cxj_commitment *c = &s->commitments[m->fields.commitment];
    if (has(m, CXJ_FACET_DELIVERED) && c->open) /* (b) */
        close_commitment(&s->moments[i], c, m->fields.at);
    if (m->fields.due != 0) /* (c) */
        promise(&s->moments[i], c, m);
}

/* 4.7 */
static void step_asking(struct story *s, size_t i) {
    const naive_touchpoint *m = s->list[i];
    bool chase = has(m, CXJ_FACET_CHASE);
    if (has(m, CXJ_FACET_UPDATE)) s->moments[i].proactive_update = !chase && !s->asking;
    if (is_visible(m) && !has(m, CXJ_FACET_INBOUND)) s->asking = false;
    if (chase) s->asking = true;
}

/* 4.8: "m answers (it has update or resolved, or it has contact and is not inbound)" */
static bool answers(const naive_touchpoint *m) {
    return has(m, CXJ_FACET_UPDATE | CXJ_FACET_RESOLVED) || (has(m, CXJ_FACET_CONTACT) && !has(m, CXJ_FACET_INBOUND));
}

/* 4.8 */
static void step_responses(struct story *s, size_t i) {
    const naive_touchpoint *m = s->list[i];
    if (has(m, CXJ_FACET_INBOUND) && !s->waits) {
        s->waits = true;
        s->waits_since = m->fields.at;
    }
    if (answers(m) && s->waits) {
        s->moments[i].responds = true;
        s->moments[i].response_time = m->fields.at - s->waits_since;
        s->moments[i].first_response = !s->responded;
        s->responded = true;
        s->waits = false;
    } else if (m->fields.outcome) {
        s->waits = false;
    }
}

/* 4.9 */
static void step_loops(struct story *s, size_t i) {
    const naive_touchpoint *m = s->list[i];
    if (s->loop_open && answers(m)) {
        s->loop_open = false;
        s->moments[i].loop_closes = true;
        s->moments[i].loop_time = m->fields.at - s->loop_since;
    }
    if (is_dissatisfied(m) && is_customers_rating(m) && !s->loop_open) {
        s->loop_open = true;
        s->loop_since = m->fields.at;
        s->moments[i].loop_opens = true;
    }
}

/* 4.4: "m.D is the value held immediately before q.D (A->B->A, runs of one value counting once)": that value, or NULL.
 */
static const char *value_before(const struct story *s, size_t q, int dimension) {
    const char *value = s->list[q]->names[dimension];
    for (size_t i = q; i-- > 0;) {
        const char *name = s->list[i]->names[dimension];
        if (*name && strcmp(name, value) != 0) return name;
    }
    return NULL;
}

/* 4.4: "m.D was held at any earlier moment of the journey" */
static bool held_earlier(const struct story *s, size_t m, int dimension) {
    for (size_t i = 0; i < m; i++)
        if (strcmp(s->list[i]->names[dimension], s->list[m]->names[dimension]) == 0) return true;
    return false;
}

/* 4.4, for one dimension */
static void find_transitions(struct story *s, int line) {
    int dimension = line_dimensions[line];
    bool has_q = false;
    size_t q = 0;
    for (size_t i = 0; i < s->count; i++) {
        const naive_touchpoint *m = s->list[i];
        const char *to = m->names[dimension];
        if (!*to) continue;
        if (has_q) {
            struct transition *t = &s->transitions[line][s->transition_counts[line]++];
            t->from = s->list[q]->names[dimension];
            t->to = to;
            t->later = i;
            t->wait = m->fields.at - s->list[q]->fields.at;
            t->change = strcmp(t->from, to) != 0;
            const char *before = value_before(s, q, dimension);
            t->bounce = t->change && before && strcmp(before, to) == 0;
            t->returns = t->change && held_earlier(s, i, dimension);
        }
        has_q = true;
        q = i;
    }
}

/* The last change of a dimension whose later touchpoint lies before the place given, or NULL. */
static struct transition *last_change_before(struct story *s, int line, size_t place) {
    for (size_t t = s->transition_counts[line]; t-- > 0;)
        if (s->transitions[line][t].change && s->transitions[line][t].later < place) return &s->transitions[line][t];
    return NULL;
}

/* 4.6: "a change of D lost context if a repeated or contradicted touchpoint stands at its later touchpoint or after it,
 * before the next change of D": each such touchpoint is charged to the last change at or before it. */
static void find_lost_context(struct story *s, int line) {
    int dimension = line_dimensions[line];
    if (dimension != CXJ_DIMENSION_OWNER && dimension != CXJ_DIMENSION_TEAM) return;
    for (size_t i = 0; i < s->count; i++) {
        struct transition *change = last_change_before(s, line, i + 1);
        if (change && has(s->list[i], CXJ_FACET_REPEATED | CXJ_FACET_CONTRADICTED)) change->lost_context = true;
    }
}

/* The last touch rating before a place, as an index; s->count if there is none. */
static size_t last_touch_rating_before(const struct story *s, size_t place) {
    while (place-- > 0)
        if (is_touch_rating(s->list[place])) return place;
    return s->count;
}

/* 4.9: "if a change stands at or before m, no touch rating stands from the later touchpoint of the last such change up
 * to before m, and a touch rating r stands before that later touchpoint (the last such), then step = s(m) - s(r)" */
static void find_steps(struct story *s, int line) {
    for (size_t i = 0; i < s->count; i++) {
        if (!is_touch_rating(s->list[i])) continue;
        struct transition *change = last_change_before(s, line, i + 1);
        size_t r = last_touch_rating_before(s, i);
        if (!change || r == s->count || r >= change->later) continue;
        change->has_step = true;
        change->step = rating_s(s->list[i]) - rating_s(s->list[r]);
    }
}

/* 2: "Of several statements of a journey's type, segment, reason or customer, the last one in order holds" */
static void find_attributes(struct story *s) {
    for (int d = 0; d < NAIVE_DIMENSIONS; d++) s->attributes[d] = "";
    for (size_t i = 0; i < s->count; i++) {
        for (int d = CXJ_DIMENSION_TYPE; d <= CXJ_DIMENSION_REASON; d++)
            if (*s->list[i]->names[d]) s->attributes[d] = s->list[i]->names[d];
        if (s->list[i]->fields.customer) s->customer = s->list[i]->fields.customer;
    }
}

/* "At the end of the list", and what follows there */
static void conclude(struct story *s) {
    const naive_touchpoint *last_rating = NULL;
    s->clean = true;
    for (size_t i = 0; i < s->count; i++) {
        const naive_touchpoint *m = s->list[i];
        bool late = s->moments[i].closes && !s->moments[i].on_time;
        /* "A touchpoint is clean if it has none of fault, repeated, contradicted, chase and closes no commitment late."
         */
        s->moments[i].clean =
            !late && !has(m, CXJ_FACET_FAULT | CXJ_FACET_REPEATED | CXJ_FACET_CONTRADICTED | CXJ_FACET_CHASE);
        s->clean = s->clean && s->moments[i].clean;
        s->churned = s->churned || has(m, CXJ_FACET_CHURNED);
        if (m->fields.scope == CXJ_SCOPE_JOURNEY) last_rating = m;
    }
    /* "If it is ended, of the commitments still open at the end of the list those with due < end are broken" */
    for (size_t k = 0; k < 8; k++) s->broken += !s->runs && s->commitments[k].open && s->commitments[k].due < s->end;
    bool bounced = false;
    for (size_t t = 0; t < s->transition_counts[0]; t++) bounced = bounced || s->transitions[0][t].bounce;
    /* "flawless if it ended completed, is clean, has no broken commitment, no bounce of owner, and is not churned" */
    s->flawless =
        !s->runs && s->outcome == CXJ_OUTCOME_COMPLETED && s->clean && s->broken == 0 && !bounced && !s->churned;
    /* "wow if it is flawless and its last rating of scope journey, of whatever kind, is delighted" */
    s->wow = s->flawless && last_rating && is_delighted(last_rating);
}

static void story_free(struct story *s) {
    for (int line = 0; line < LINES; line++) free(s->transitions[line]);
    free(s->moments);
    free(s->list);
    free(s);
}

/* The fold of one journey; NULL if none of its touchpoints contributes. */
static struct story *story_of(const naive_log *log, uint64_t journey) {
    struct story *s = allocate(sizeof *s);
    s->journey = journey;
    s->list = allocate(log->count * sizeof *s->list);
    s->count = contributing(log, journey, s->list);
    if (s->count == 0) {
        story_free(s);
        return NULL;
    }
    s->moments = allocate(s->count * sizeof *s->moments);
    for (size_t i = 0; i < s->count; i++) {
        if (i > 0) { /* 4.1: "If p exists, wait(m) = m.at - p.at." */
            s->moments[i].has_wait = true;
            s->moments[i].wait = s->list[i]->fields.at - s->list[i - 1]->fields.at;
        }
        bool ran_before = s->runs;
        bool reopens = step_running(s, i);
        step_silence(s, i, ran_before, reopens);
        step_commitments(s, i);
        step_asking(s, i);
        step_responses(s, i);
        step_loops(s, i);
    }
    for (int line = 0; line < LINES; line++) {
        s->transitions[line] = allocate(s->count * sizeof *s->transitions[line]);
        find_transitions(s, line);
        find_lost_context(s, line);
        find_steps(s, line);
    }
    find_attributes(s);
    conclude(s);
    return s;
}

/* ---- Section 5: grains, dimensions, periods ---- */

enum { NAMES_OF_A_CONDITION = 16, LONGEST_NAME = 128, MOST_CONDITIONS = 4, MOST_DIMENSIONS = 4 };

struct condition {
    bool had;
    int dimension;
    size_t name_count;
    char names[NAMES_OF_A_CONDITION][LONGEST_NAME];
};

struct view {
    uint32_t grain;
    size_t dimension_count;
    int dimensions[MOST_DIMENSIONS];
    char period; /* h, d, w, m, q, y; 0: none */
    bool ended;
    size_t condition_count;
    struct condition conditions[MOST_CONDITIONS];
};

static const char *const dimension_names[] = {"",     "owner",   "team",   "channel", "stage",   "activity", "cause",
                                              "type", "segment", "reason", "outcome", "churned", "entry",    "exit"};

/* Copies the next word, name or mark of a view's text into token and returns where it ended. A quoted name may be
 * empty, so the end of the text is told from it by the character before which the reading stopped. */
static const char *next_token(const char *text, char token[LONGEST_NAME]) {
    size_t length = 0;
    text += strspn(text, " \t\r\n");
    if (*text == '"') {
        for (text++; *text != '"' || text[1] == '"'; text++) {
            assert(*text && length + 1 < LONGEST_NAME);
            token[length++] = *text;
            if (*text == '"') text++; /* "" inside stands for one " */
        }
        text++;
    } else if (*text && strchr(",=()", *text)) {
        token[length++] = *text++;
    } else {
        while (*text && !strchr(" \t\r\n,=()\"", *text)) {
            assert(length + 1 < LONGEST_NAME);
            token[length++] = *text++;
        }
    }
    token[length] = 0;
    return text;
}

/* Takes a word if it comes next. A word must not be confused with the same text in quotes. */
static bool take(const char **text, const char *word) {
    char token[LONGEST_NAME];
    const char *start = *text + strspn(*text, " \t\r\n");
    const char *after = next_token(*text, token);
    if (*start == '"' || strcmp(token, word) != 0) return false;
    *text = after;
    return true;
}

static int take_dimension(const char **text) {
    char token[LONGEST_NAME];
    *text = next_token(*text, token);
    for (int d = 1; d <= CXJ_DIMENSION_EXIT; d++)
        if (strcmp(token, dimension_names[d]) == 0) return d;
    fprintf(stderr, "naive: no dimension: %s\n", token); /* it takes valid views only */
    exit(2);
}

/* cond = [ "had" ] dim ( "=" name | "in" "(" name { "," name } ")" ) */
static void parse_condition(const char **text, struct condition *condition) {
    condition->had = take(text, "had");
    condition->dimension = take_dimension(text);
    if (take(text, "=")) {
        *text = next_token(*text, condition->names[condition->name_count++]);
        return;
    }
    bool in = take(text, "in") && take(text, "(");
    assert(in);
    (void)in;
    do {
        assert(condition->name_count < NAMES_OF_A_CONDITION);
        *text = next_token(*text, condition->names[condition->name_count++]);
    } while (take(text, ","));
    in = take(text, ")");
    assert(in);
}

/* view = grain [ "by" dim { "," dim } ] [ "per" period ] [ "where" cond { "and" cond } ] */
static struct view parse_view(const char *text) {
    struct view view = {0};
    char token[LONGEST_NAME];
    text = next_token(text, token);
    view.grain = strcmp(token, "touchpoints") == 0   ? CXJ_GRAIN_TOUCHPOINTS
                 : strcmp(token, "transitions") == 0 ? CXJ_GRAIN_TRANSITIONS
                                                     : CXJ_GRAIN_JOURNEYS;
    if (take(&text, "by")) {
        do {
            assert(view.dimension_count < MOST_DIMENSIONS);
            view.dimensions[view.dimension_count++] = take_dimension(&text);
        } while (take(&text, ","));
    }
    if (take(&text, "per")) {
        text = next_token(text, token);
        view.period = token[0]; /* the six words begin with six letters */
        view.ended = take(&text, "ended");
    }
    if (take(&text, "where")) {
        do {
            assert(view.condition_count < MOST_CONDITIONS);
            parse_condition(&text, &view.conditions[view.condition_count++]);
        } while (take(&text, "and"));
    }
    assert(text[strspn(text, " \t\r\n")] == 0);
    return view;
}

static int compare_name_texts(const void *a, const void *b) {
    return strcmp(a, b); /* by bytes, as unsigned */
}

static void sort_names(struct condition *condition) {
    size_t kept = 0;
    qsort(condition->names, condition->name_count, sizeof *condition->names, compare_name_texts);
    for (size_t i = 0; i < condition->name_count; i++) {
        if (kept > 0 && strcmp(condition->names[kept - 1], condition->names[i]) == 0) continue;
        memmove(condition->names[kept++], condition->names[i], sizeof *condition->names);
    }
    condition->name_count = kept;
}

static int compare_sorted_conditions(const void *a, const void *b) {
    const struct condition *x = a, *y = b;
    if (x->had != y->had) return x->had - y->had;
    if (x->dimension != y->dimension) return x->dimension - y->dimension;
    for (size_t i = 0; i < x->name_count && i < y->name_count; i++) {
        int order = strcmp(x->names[i], y->names[i]);
        if (order != 0) return order;
    }
    return (x->name_count > y->name_count) - (x->name_count < y->name_count);
}

__attribute__((format(printf, 3, 4))) static void append(char *to, size_t capacity, const char *format, ...) {
    va_list arguments;
    size_t used = strlen(to);
    va_start(arguments, format);
    int written = vsnprintf(to + used, capacity - used, format, arguments);
    va_end(arguments);
    assert(written >= 0 && used + (size_t)written < capacity);
    (void)written;
}

static void append_name(char *to, size_t capacity, const char *name) {
    static const char bare[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    if (*name && name[strspn(name, bare)] == 0) {
        append(to, capacity, "%s", name);
        return;
    }
    append(to, capacity, "\"");
    for (; *name; name++) append(to, capacity, "%s%c", *name == '"' ? "\"" : "", *name);
    append(to, capacity, "\"");
}

static void append_condition(char *to, size_t capacity, const struct condition *condition) {
    append(to, capacity, "%s%s", condition->had ? "had " : "", dimension_names[condition->dimension]);
    append(to, capacity, condition->name_count == 1 ? " = " : " in (");
    for (size_t i = 0; i < condition->name_count; i++) {
        if (i > 0) append(to, capacity, ", ");
        append_name(to, capacity, condition->names[i]);
    }
    if (condition->name_count > 1) append(to, capacity, ")");
}

void naive_normalise(const char *text, char *normalised, size_t capacity) {
    static const char *const grains[] = {"", "touchpoints", "transitions", "journeys"};
    static const char *const periods[] = {"hour", "day", "week", "month", "quarter", "year"};
    struct view view = parse_view(text);
    *normalised = 0;
    append(normalised, capacity, "%s", grains[view.grain]);
    for (size_t i = 0; i < view.dimension_count; i++)
        append(normalised, capacity, "%s%s", i == 0 ? " by " : ", ", dimension_names[view.dimensions[i]]);
    for (size_t i = 0; i < 6; i++)
        if (view.period == periods[i][0])
            append(normalised, capacity, " per %s%s", periods[i], view.ended ? " ended" : "");
    for (size_t i = 0; i < view.condition_count; i++) sort_names(&view.conditions[i]);
    qsort(view.conditions, view.condition_count, sizeof *view.conditions, compare_sorted_conditions);
    for (size_t i = 0; i < view.condition_count; i++) {
        const struct condition *condition = &view.conditions[i];
        if (i > 0 && compare_sorted_conditions(condition - 1, condition) == 0) continue;
        append(normalised, capacity, i == 0 ? " where " : " and ");
        append_condition(normalised, capacity, condition);
    }
}

static int64_t floor_divide(int64_t a, int64_t b) {
    int64_t quotient = a / b;
    return a % b < 0 ? quotient - 1 : quotient;
}

static bool is_leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_of_month(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 1 && is_leap(year) ? 29 : days[month];
}

/* A day as year, month from 0 and day from 0, counted up year by year; day_number counts from 1970-01-01. */
static void calendar(int64_t day_number, int *year, int *month, int *day) {
    const int64_t days_in_400_years = 146097, days_to_1970 = 719162;
    int64_t rest = day_number + days_to_1970; /* since 0001-01-01 */
    *year = 1 + 400 * (int)(rest / days_in_400_years);
    rest %= days_in_400_years;
    for (; rest >= 365 + is_leap(*year); (*year)++) rest -= 365 + is_leap(*year);
    for (*month = 0; rest >= days_of_month(*year, *month); (*month)++) rest -= days_of_month(*year, *month);
    *day = (int)rest;
}

/* 7: "hour 2026-11-21T22, day 2026-11-21, week = its Monday as a day, month 2026-11, quarter 2026-Q4, year 2026" */
static int64_t period_of(int64_t at, char period, char text[NAIVE_PERIOD]) {
    int64_t number = floor_divide(at, MILLISECONDS_A_DAY);
    int hour = (int)((at - number * MILLISECONDS_A_DAY) / 3600000);
    if (period == 'w')
        number -=
            (number + 3) - 7 * floor_divide(number + 3, 7); /* 1970-01-01 was a Thursday: three days after Monday */
    int year, month, day;
    calendar(number, &year, &month, &day);
    int first_month = period == 'q' ? month / 3 * 3 : period == 'y' ? 0 : month;
    int64_t first_day = number;
    if (period == 'm' || period == 'q' || period == 'y') {
        first_day -= day;
        for (int m = first_month; m < month; m++) first_day -= days_of_month(year, m);
    }
    char date[40];
    snprintf(date, sizeof date, "%04d-%02d-%02d", year, month + 1, day + 1);
    switch (period) {
    case 'h':
        snprintf(text, NAIVE_PERIOD, "%.10sT%02d", date, hour);
        break;
    case 'd':
    case 'w':
        snprintf(text, NAIVE_PERIOD, "%.10s", date);
        break;
    case 'm':
        snprintf(text, NAIVE_PERIOD, "%.7s", date);
        break;
    case 'q':
        snprintf(text, NAIVE_PERIOD, "%.4s-Q%d", date, month / 3 + 1);
        break;
    default:
        snprintf(text, NAIVE_PERIOD, "%.4s", date);
        break;
    }
    return first_day * MILLISECONDS_A_DAY + (period == 'h' ? (int64_t)hour * 3600000 : 0);
}

/* "entry: the channel of the journey's first touchpoint with a channel; exit: of its last." */
static const char *first_or_last_channel(const struct story *s, bool last) {
    const char *channel = "";
    for (size_t i = 0; i < s->count; i++) {
        const char *name = s->list[i]->names[CXJ_DIMENSION_CHANNEL];
        if (*name && (last || !*channel)) channel = name;
    }
    return channel;
}

/* The value of a dimension for a touchpoint (NULL in views of journeys and transitions) and its journey. */
static const char *dimension_value(const struct story *s, const naive_touchpoint *m, int dimension) {
    switch (dimension) {
    case CXJ_DIMENSION_TYPE:
    case CXJ_DIMENSION_SEGMENT:
    case CXJ_DIMENSION_REASON:
        return s->attributes[dimension];
    case CXJ_DIMENSION_OUTCOME: /* "of the journey as it stands, none while open" */
        return s->runs ? "" : s->outcome == CXJ_OUTCOME_COMPLETED ? "completed" : "abandoned";
    case CXJ_DIMENSION_CHURNED:
        return s->churned ? "yes" : "";
    case CXJ_DIMENSION_ENTRY:
        return first_or_last_channel(s, false);
    case CXJ_DIMENSION_EXIT:
        return first_or_last_channel(s, true);
    default:
        return m->names[dimension];
    }
}

static bool is_named(const struct condition *condition, const char *value) {
    for (size_t i = 0; i < condition->name_count; i++)
        if (strcmp(condition->names[i], value) == 0) return true;
    return false;
}

static bool meets(const struct condition *condition, const struct story *s, const naive_touchpoint *m) {
    if (!condition->had) return is_named(condition, dimension_value(s, m, condition->dimension));
    for (size_t i = 0; i < s->count; i++) /* "journeys with at least one touchpoint of that" */
        if (is_named(condition, s->list[i]->names[condition->dimension])) return true;
    return false;
}

/* ---- Section 6: metrics. What is observed goes into series, and each metric is a formula over one or two of them ----
 */

struct naive_series {
    int64_t *values;
    size_t count;
    size_t capacity;
};

/* Series of the grain touchpoints. Those of facts hold 0 or 1 for each touchpoint (of update: for each update; of
 * ratings: for each rating; of deliveries: for each delivery), so that sum over count is the share. */
enum {
    T_ONE,
    T_CONTACT,
    T_INBOUND,
    T_CHASE,
    T_UPDATE,
    T_PROACTIVE,
    T_NEXT_STEP,
    T_EXPLAINS,
    T_REPEATED,
    T_CONTRADICTED,
    T_FAULT,
    T_RESOLVED,
    T_ASKED,
    T_JOURNEY,
    T_CLEAN,
    T_RATING,
    T_SATISFIED,
    T_DISSATISFIED,
    T_NPS,
    T_CES,
    T_EMPLOYEE,
    T_WAIT,
    T_PROMISE,
    T_SHIFT,
    T_RESCHEDULE,
    T_ON_TIME,
    T_KEPT,
    T_LATENESS,
    T_LATE_PROACTIVE,
    T_LATE_REACTIVE,
    T_LATE_SILENT,
    T_LATE_UNEXPLAINED,
    T_RESPONSE,
    T_VALUE
};

enum { X_ONE, X_CHANGE, X_BOUNCE, X_RETURN, X_WAIT, X_LOST_CONTEXT, X_STEP, X_IMPROVED, X_DEGRADED };

/* Series of the grain journeys: one observation for each journey, or for each of its events. */
enum {
    J_ONE,
    J_OPEN,
    J_COMPLETED,
    J_ABANDONED,
    J_COMPLETED_OF_ENDED,
    J_CHURNED,
    J_REOPENED,
    J_DURATION,
    J_PENDING,
    J_TOUCHPOINTS,
    J_CONTACTS,
    J_HANDOFFS,
    J_TEAM_CHANGES,
    J_BOUNCES,
    J_CHANNEL_SWITCHES,
    J_REPEATS,
    J_FAULTS,
    J_LOST_CONTEXT,
    J_CONTRADICTIONS,
    J_CHASES,
    J_UPDATES,
    J_HANDOFF_FREE,
    J_FIRST_CONTACT,
    J_TOUCH_RATING,
    J_TOUCH_DROP,
    J_RATING,
    J_DROP,
    J_FIRST_RATING,
    J_NPS,
    J_CES,
    J_GAP,
    J_ASKS,
    J_RESPONSE,
    J_PROMISED,
    J_PROMISES,
    J_SHIFTS,
    J_RESCHEDULES,
    J_BROKEN,
    J_DELIVERIES,
    J_ON_TIME,
    J_KEPT,
    J_LATENESS,
    J_LATE_PROACTIVE,
    J_LATE_REACTIVE,
    J_LATE_SILENT,
    J_LATE_UNEXPLAINED,
    J_SLIP,
    J_WARNING,
    J_DARK,
    J_OVERDUE,
    J_SILENCE,
    J_PROACTIVE,
    J_FLAWLESS,
    J_WOW,
    J_CLEAN,
    J_CLEAN_TOUCHPOINT,
    J_LOOP,
    J_LOOP_TIME,
    J_FIRST_RESPONSE,
    J_RESPONSES,
    J_WAITING,
    J_VALUE,
    J_VALUE_LOST,
    SERIES_COUNT
};

enum formula {
    SUM,         /* of the observations */
    COUNT,       /* number of the observations */
    SHARE,       /* of ones among them, with Wilson's interval */
    MEAN,        /* without an interval */
    ESTIMATE,    /* mean with an interval */
    DEVIATION,   /* unbiased standard deviation */
    CONSISTENCY, /* 1 - 2 x that */
    QUANTILE,    /* of argument per cent */
    RATIO,       /* of its sum to that of series argument */
    EXPECTED     /* expected_clean_share */
};

struct definition {
    const char *name;
    enum formula formula;
    int series;
    int argument;
    int64_t scale; /* one stands for this much */
};

static const struct definition touchpoint_metrics[] = {
    {"touchpoints", SUM, T_ONE, 0, 1},
    {"contacts", SUM, T_CONTACT, 0, 1},
    {"inbound", SUM, T_INBOUND, 0, 1},
    {"chases", SUM, T_CHASE, 0, 1},
    {"updates", SUM, T_UPDATE, 0, 1},
    {"proactive_updates", SUM, T_PROACTIVE, 0, 1},
    {"next_steps", SUM, T_NEXT_STEP, 0, 1},
    {"explanations", SUM, T_EXPLAINS, 0, 1},
    {"repeats", SUM, T_REPEATED, 0, 1},
    {"contradictions", SUM, T_CONTRADICTED, 0, 1},
    {"faults", SUM, T_FAULT, 0, 1},
    {"resolutions", SUM, T_RESOLVED, 0, 1},
    {"asks", SUM, T_ASKED, 0, 1},
    {"journeys", COUNT, T_JOURNEY, 0, 1},
    {"clean_share", SHARE, T_CLEAN, 0, 1},
    {"fault_rate", SHARE, T_FAULT, 0, 1},
    {"repeat_rate", SHARE, T_REPEATED, 0, 1},
    {"contradiction_rate", SHARE, T_CONTRADICTED, 0, 1},
    {"proactive_share", SHARE, T_PROACTIVE, 0, 1},
    {"next_step_share", SHARE, T_NEXT_STEP, 0, 1},
    {"ratings", COUNT, T_RATING, 0, 1},
    {"satisfaction", ESTIMATE, T_RATING, 0, FULL},
    {"satisfaction_sd", DEVIATION, T_RATING, 0, FULL},
    {"csat", SHARE, T_SATISFIED, 0, 1},
    {"dissatisfaction", SHARE, T_DISSATISFIED, 0, 1},
    {"nps_ratings", COUNT, T_NPS, 0, 1},
    {"nps", ESTIMATE, T_NPS, 0, 1},
    {"ces_ratings", COUNT, T_CES, 0, 1},
    {"ces", ESTIMATE, T_CES, 0, 1},
    {"employee_ratings", COUNT, T_EMPLOYEE, 0, 1},
    {"employee_satisfaction", ESTIMATE, T_EMPLOYEE, 0, FULL},
    {"wait_mean", MEAN, T_WAIT, 0, 1},
    {"wait_p50", QUANTILE, T_WAIT, 50, 1},
    {"wait_p90", QUANTILE, T_WAIT, 90, 1},
    {"wait_p99", QUANTILE, T_WAIT, 99, 1},
    {"promises", SUM, T_PROMISE, 0, 1},
    {"shifts", SUM, T_SHIFT, 0, 1},
    {"reschedules", SUM, T_RESCHEDULE, 0, 1},
    {"responses", COUNT, T_RESPONSE, 0, 1},
    {"response_mean", MEAN, T_RESPONSE, 0, 1},
    {"response_p50", QUANTILE, T_RESPONSE, 50, 1},
    {"response_p90", QUANTILE, T_RESPONSE, 90, 1},
    {"response_p99", QUANTILE, T_RESPONSE, 99, 1},
    {"deliveries", COUNT, T_ON_TIME, 0, 1},
    {"on_time_rate", SHARE, T_ON_TIME, 0, 1},
    {"kept_rate", SHARE, T_KEPT, 0, 1},
    {"late", COUNT, T_LATENESS, 0, 1},
    {"late_proactive", SUM, T_LATE_PROACTIVE, 0, 1},
    {"late_reactive", SUM, T_LATE_REACTIVE, 0, 1},
    {"late_silent", SUM, T_LATE_SILENT, 0, 1},
    {"late_unexplained", SUM, T_LATE_UNEXPLAINED, 0, 1},
    {"lateness_mean", MEAN, T_LATENESS, 0, 1},
    {"lateness_p50", QUANTILE, T_LATENESS, 50, 1},
    {"lateness_p90", QUANTILE, T_LATENESS, 90, 1},
    {"lateness_p99", QUANTILE, T_LATENESS, 99, 1},
    {"value", SUM, T_VALUE, 0, 1},
};

static const struct definition transition_metrics[] = {
    {"transitions", SUM, X_ONE, 0, 1},
    {"changes", SUM, X_CHANGE, 0, 1},
    {"bounces", SUM, X_BOUNCE, 0, 1},
    {"returns", SUM, X_RETURN, 0, 1},
    {"wait_mean", MEAN, X_WAIT, 0, 1},
    {"wait_p50", QUANTILE, X_WAIT, 50, 1},
    {"wait_p90", QUANTILE, X_WAIT, 90, 1},
    {"wait_p99", QUANTILE, X_WAIT, 99, 1},
    {"lost_context", SUM, X_LOST_CONTEXT, 0, 1},
    {"lost_context_rate", SHARE, X_LOST_CONTEXT, 0, 1},
    {"steps", COUNT, X_STEP, 0, 1},
    {"satisfaction_step", ESTIMATE, X_STEP, 0, FULL},
    {"improved", SUM, X_IMPROVED, 0, 1},
    {"degraded", SUM, X_DEGRADED, 0, 1},
};

static const struct definition journey_metrics[] = {
    {"journeys", SUM, J_ONE, 0, 1},
    {"open", SUM, J_OPEN, 0, 1},
    {"completed", SUM, J_COMPLETED, 0, 1},
    {"abandoned", SUM, J_ABANDONED, 0, 1},
    {"churned", SUM, J_CHURNED, 0, 1},
    {"churn_rate", SHARE, J_CHURNED, 0, 1},
    {"reopened", SUM, J_REOPENED, 0, 1},
    {"completion_rate", SHARE, J_COMPLETED_OF_ENDED, 0, 1},
    {"duration_mean", MEAN, J_DURATION, 0, 1},
    {"duration_p50", QUANTILE, J_DURATION, 50, 1},
    {"duration_p90", QUANTILE, J_DURATION, 90, 1},
    {"duration_p99", QUANTILE, J_DURATION, 99, 1},
    {"pending_share", RATIO, J_PENDING, J_DURATION, 1},
    {"touchpoints_per_journey", MEAN, J_TOUCHPOINTS, 0, 1},
    {"contacts_per_journey", MEAN, J_CONTACTS, 0, 1},
    {"handoffs_per_journey", MEAN, J_HANDOFFS, 0, 1},
    {"team_changes_per_journey", MEAN, J_TEAM_CHANGES, 0, 1},
    {"bounces_per_journey", MEAN, J_BOUNCES, 0, 1},
    {"channel_switches_per_journey", MEAN, J_CHANNEL_SWITCHES, 0, 1},
    {"repeats_per_journey", MEAN, J_REPEATS, 0, 1},
    {"faults_per_journey", MEAN, J_FAULTS, 0, 1},
    {"handoffs", SUM, J_HANDOFFS, 0, 1},
    {"team_changes", SUM, J_TEAM_CHANGES, 0, 1},
    {"bounces", SUM, J_BOUNCES, 0, 1},
    {"lost_context", SUM, J_LOST_CONTEXT, 0, 1},
    {"channel_switches", SUM, J_CHANNEL_SWITCHES, 0, 1},
    {"repeats", SUM, J_REPEATS, 0, 1},
    {"contradictions", SUM, J_CONTRADICTIONS, 0, 1},
    {"faults", SUM, J_FAULTS, 0, 1},
    {"chases", SUM, J_CHASES, 0, 1},
    {"updates", SUM, J_UPDATES, 0, 1},
    {"handoff_free_share", SHARE, J_HANDOFF_FREE, 0, 1},
    {"first_contact_resolution", SHARE, J_FIRST_CONTACT, 0, 1},
    {"touch_satisfaction", ESTIMATE, J_TOUCH_RATING, 0, FULL},
    {"consistency", CONSISTENCY, J_TOUCH_RATING, 0, FULL},
    {"touch_drop", ESTIMATE, J_TOUCH_DROP, 0, FULL},
    {"journey_ratings", COUNT, J_RATING, 0, 1},
    {"journey_satisfaction", ESTIMATE, J_RATING, 0, FULL},
    {"journey_drop", ESTIMATE, J_DROP, 0, FULL},
    {"journey_fall", RATIO, J_DROP, J_FIRST_RATING, 1},
    {"journey_nps", ESTIMATE, J_NPS, 0, 1},
    {"journey_ces", ESTIMATE, J_CES, 0, 1},
    {"gap", ESTIMATE, J_GAP, 0, (int64_t)GAP_SCALE * FULL},
    {"asks", SUM, J_ASKS, 0, 1},
    {"response_rate", SHARE, J_RESPONSE, 0, 1},
    {"promised_share", SHARE, J_PROMISED, 0, 1},
    {"promises", SUM, J_PROMISES, 0, 1},
    {"shifts", SUM, J_SHIFTS, 0, 1},
    {"reschedules", SUM, J_RESCHEDULES, 0, 1},
    {"deliveries", SUM, J_DELIVERIES, 0, 1},
    {"broken", SUM, J_BROKEN, 0, 1},
    {"on_time_rate", SHARE, J_ON_TIME, 0, 1},
    {"kept_rate", SHARE, J_KEPT, 0, 1},
    {"late", COUNT, J_LATENESS, 0, 1},
    {"late_proactive", SUM, J_LATE_PROACTIVE, 0, 1},
    {"late_reactive", SUM, J_LATE_REACTIVE, 0, 1},
    {"late_silent", SUM, J_LATE_SILENT, 0, 1},
    {"late_unexplained", SUM, J_LATE_UNEXPLAINED, 0, 1},
    {"slip_mean", MEAN, J_SLIP, 0, 1},
    {"lateness_mean", MEAN, J_LATENESS, 0, 1},
    {"lateness_p50", QUANTILE, J_LATENESS, 50, 1},
    {"lateness_p90", QUANTILE, J_LATENESS, 90, 1},
    {"warning_p50", QUANTILE, J_WARNING, 50, 1},
    {"dark_mean", MEAN, J_DARK, 0, 1},
    {"overdue", SUM, J_OVERDUE, 0, 1},
    {"silence_mean", MEAN, J_SILENCE, 0, 1},
    {"silence_p50", QUANTILE, J_SILENCE, 50, 1},
    {"silence_p90", QUANTILE, J_SILENCE, 90, 1},
    {"first_responses", COUNT, J_FIRST_RESPONSE, 0, 1},
    {"first_response_mean", MEAN, J_FIRST_RESPONSE, 0, 1},
    {"first_response_p50", QUANTILE, J_FIRST_RESPONSE, 50, 1},
    {"first_response_p90", QUANTILE, J_FIRST_RESPONSE, 90, 1},
    {"responses", COUNT, J_RESPONSES, 0, 1},
    {"response_mean", MEAN, J_RESPONSES, 0, 1},
    {"waiting", SUM, J_WAITING, 0, 1},
    {"proactive_share", SHARE, J_PROACTIVE, 0, 1},
    {"flawless_share", SHARE, J_FLAWLESS, 0, 1},
    {"wow_share", SHARE, J_WOW, 0, 1},
    {"clean_journey_share", SHARE, J_CLEAN, 0, 1},
    {"expected_clean_share", EXPECTED, J_CLEAN_TOUCHPOINT, J_DURATION, 1},
    {"loops", COUNT, J_LOOP, 0, 1},
    {"closed_loop_rate", SHARE, J_LOOP, 0, 1},
    {"closed_loop_p50", QUANTILE, J_LOOP_TIME, 50, 1},
    {"value", SUM, J_VALUE, 0, 1},
    {"value_lost", SUM, J_VALUE_LOST, 0, 1},
};

static const struct definition *definitions_of(uint32_t grain, size_t *count) {
    switch (grain) {
    case CXJ_GRAIN_TOUCHPOINTS:
        *count = sizeof touchpoint_metrics / sizeof touchpoint_metrics[0];
        return touchpoint_metrics;
    case CXJ_GRAIN_TRANSITIONS:
        *count = sizeof transition_metrics / sizeof transition_metrics[0];
        return transition_metrics;
    default:
        *count = sizeof journey_metrics / sizeof journey_metrics[0];
        return journey_metrics;
    }
}

size_t naive_metric_count(uint32_t grain) {
    size_t count;
    definitions_of(grain, &count);
    return count;
}

const char *naive_metric_name(uint32_t grain, size_t index) {
    size_t count;
    return definitions_of(grain, &count)[index].name;
}

bool naive_metric_has_interval(uint32_t grain, size_t index) {
    size_t count;
    enum formula formula = definitions_of(grain, &count)[index].formula;
    return formula == SHARE || formula == ESTIMATE;
}

static void observe(naive_cell *cell, int number, int64_t value) {
    struct naive_series *series = &cell->series[number];
    series->values = grow(series->values, series->count, &series->capacity, sizeof *series->values);
    series->values[series->count++] = value;
}

static int64_t nps_points(const naive_touchpoint *m) {
    return is_satisfied(m) ? 100 : is_dissatisfied(m) ? -100 : 0;
}

/* ---- What a touchpoint, a transition and a journey add to their cell ---- */

static void observe_facets(naive_cell *cell, const naive_touchpoint *m) {
    static const struct {
        int series;
        uint32_t facet;
    } facts[] = {{T_CONTACT, CXJ_FACET_CONTACT},   {T_INBOUND, CXJ_FACET_INBOUND},
                 {T_CHASE, CXJ_FACET_CHASE},       {T_UPDATE, CXJ_FACET_UPDATE},
                 {T_EXPLAINS, CXJ_FACET_EXPLAINS}, {T_REPEATED, CXJ_FACET_REPEATED},
                 {T_FAULT, CXJ_FACET_FAULT},       {T_CONTRADICTED, CXJ_FACET_CONTRADICTED},
                 {T_ASKED, CXJ_FACET_ASKED},       {T_RESOLVED, CXJ_FACET_RESOLVED}};
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) observe(cell, facts[i].series, has(m, facts[i].facet));
    if (has(m, CXJ_FACET_UPDATE)) observe(cell, T_NEXT_STEP, has(m, CXJ_FACET_NEXT_STEP));
}

static void observe_rating(naive_cell *cell, const naive_touchpoint *m) {
    if (is_touch_rating(m)) {
        observe(cell, T_RATING, rating_s(m));
        observe(cell, T_SATISFIED, is_satisfied(m));
        observe(cell, T_DISSATISFIED, is_dissatisfied(m));
    }
    if (is_customers_rating(m) && m->fields.scale == CXJ_SCALE_NPS) observe(cell, T_NPS, nps_points(m));
    if (is_customers_rating(m) && m->fields.scale == CXJ_SCALE_CES7) observe(cell, T_CES, m->fields.score);
    if (m->fields.scope == CXJ_SCOPE_EMPLOYEE && rating_kind(m) == SATISFACTION) observe(cell, T_EMPLOYEE, rating_s(m));
}

static void observe_touchpoint(naive_cell *cell, const struct story *s, size_t i) {
    const naive_touchpoint *m = s->list[i];
    const struct moment *found = &s->moments[i];
    observe(cell, T_ONE, 1);
    observe_facets(cell, m);
    observe_rating(cell, m);
    if (cell->last_journey != s->journey)
        observe(cell, T_JOURNEY,
                1); /* "distinct journeys with a touchpoint in the cell"; they come one after the other */
    cell->last_journey = s->journey;
    observe(cell, T_CLEAN, found->clean);
    if (has(m, CXJ_FACET_UPDATE)) observe(cell, T_PROACTIVE, found->proactive_update);
    if (found->has_wait) observe(cell, T_WAIT, found->wait);
    observe(cell, T_PROMISE, found->opens);
    observe(cell, T_SHIFT, found->shifts);
    observe(cell, T_RESCHEDULE, found->reschedules);
    if (found->closes) {
        observe(cell, T_ON_TIME, found->on_time);
        observe(cell, T_KEPT, found->kept);
    }
    if (found->closes && !found->on_time) {
        observe(cell, T_LATENESS, found->lateness);
        observe(cell, T_LATE_PROACTIVE, found->late_proactive);
        observe(cell, T_LATE_REACTIVE, found->late_reactive);
        observe(cell, T_LATE_SILENT, found->late_silent);
        observe(cell, T_LATE_UNEXPLAINED, found->unexplained);
    }
    if (found->responds) observe(cell, T_RESPONSE, found->response_time);
    observe(cell, T_VALUE, m->fields.value);
}

static void observe_transition(naive_cell *cell, const struct transition *t) {
    observe(cell, X_ONE, 1);
    observe(cell, X_CHANGE, t->change);
    observe(cell, X_BOUNCE, t->bounce);
    observe(cell, X_RETURN, t->returns);
    observe(cell, X_WAIT, t->wait);
    if (t->change) observe(cell, X_LOST_CONTEXT, t->lost_context);
    if (t->has_step) {
        observe(cell, X_STEP, t->step);
        observe(cell, X_IMPROVED, t->step > 0);
        observe(cell, X_DEGRADED, t->step < 0);
    }
}

static int64_t count_facet(const struct story *s, uint32_t facet) {
    int64_t count = 0;
    for (size_t i = 0; i < s->count; i++) count += has(s->list[i], facet);
    return count;
}

/* How many transitions of a dimension are changes, bounces, or changes that lost context. */
static int64_t count_transitions(const struct story *s, int dimension, char what) {
    int64_t count = 0;
    for (int line = 0; line < LINES; line++) {
        if (line_dimensions[line] != dimension) continue;
        for (size_t i = 0; i < s->transition_counts[line]; i++) {
            const struct transition *t = &s->transitions[line][i];
            count += what == 'c' ? t->change : what == 'b' ? t->bounce : t->lost_context;
        }
    }
    return count;
}

/* "of journeys with a resolved touchpoint and at least one inbound one: share in which exactly one contact stands at or
 * before the first resolved touchpoint and no inbound one after it" */
static void observe_first_contact(naive_cell *cell, const struct story *s) {
    size_t first = 0;
    while (first < s->count && !has(s->list[first], CXJ_FACET_RESOLVED)) first++;
    if (first == s->count || count_facet(s, CXJ_FACET_INBOUND) == 0) return;
    int contacts = 0, inbound_after = 0;
    for (size_t i = 0; i < s->count; i++) {
        contacts += i <= first && has(s->list[i], CXJ_FACET_CONTACT);
        inbound_after += i > first && has(s->list[i], CXJ_FACET_INBOUND);
    }
    observe(cell, J_FIRST_CONTACT, contacts == 1 && inbound_after == 0);
}

/* "asked touchpoints; of journeys with one, the share with a rating of scope touchpoint or journey at or after their
 * first one in order" */
static void observe_asks(naive_cell *cell, const struct story *s) {
    bool asked = false, answered = false;
    for (size_t i = 0; i < s->count; i++) {
        asked = asked || has(s->list[i], CXJ_FACET_ASKED);
        answered = answered || (asked && is_customers_rating(s->list[i]));
    }
    observe(cell, J_ASKS, count_facet(s, CXJ_FACET_ASKED));
    if (asked) observe(cell, J_RESPONSE, answered);
}

/* Touch ratings, the journey's own of kind satisfaction, and the gap between them. */
static void observe_satisfaction(naive_cell *cell, const struct story *s) {
    int64_t touch_count = 0, touch_sum = 0, touch_first = 0, touch_last = 0;
    int64_t own_count = 0, own_first = 0, own_last = 0;
    for (size_t i = 0; i < s->count; i++) {
        const naive_touchpoint *m = s->list[i];
        if (is_touch_rating(m)) {
            touch_last = rating_s(m);
            touch_first = touch_count == 0 ? touch_last : touch_first;
            touch_sum += touch_last;
            touch_count++;
            observe(cell, J_TOUCH_RATING, touch_last);
        }
        if (is_journey_rating(m, SATISFACTION)) {
            own_last = rating_s(m);
            own_first = own_count == 0 ? own_last : own_first;
            own_count++;
        }
    }
    if (touch_count >= 2) /* "over journeys with at least two touch ratings, of (first - last)/12600" */
        observe(cell, J_TOUCH_DROP, touch_first - touch_last);
    if (own_count >= 1) /* "Scope journey: of each kind the last one in order is the journey's rating of that kind." */
        observe(cell, J_RATING, own_last);
    if (own_count >= 2) { /* "at least two ratings of kind satisfaction and scope journey" */
        observe(cell, J_DROP, own_first - own_last);
        observe(cell, J_FIRST_RATING, own_first);
    }
    if (touch_count &&
        own_count) /* the floor of 65536 x sum / n, less 65536 x s of the journey; the sum is never negative */
        observe(cell, J_GAP, GAP_SCALE * touch_sum / touch_count - GAP_SCALE * own_last);
}

/* The journey's rating of a kind, or NULL. */
static const naive_touchpoint *journey_rating(const struct story *s, enum kind kind) {
    for (size_t i = s->count; i-- > 0;)
        if (is_journey_rating(s->list[i], kind)) return s->list[i];
    return NULL;
}

static void observe_other_ratings(naive_cell *cell, const struct story *s) {
    const naive_touchpoint *nps = journey_rating(s, LOYALTY), *ces = journey_rating(s, EFFORT);
    if (nps) observe(cell, J_NPS, nps_points(nps));
    if (ces) observe(cell, J_CES, ces->fields.score);
}

static void observe_delivery(naive_cell *cell, const struct moment *found) {
    observe(cell, J_ON_TIME, found->on_time);
    observe(cell, J_KEPT, found->kept);
    if (found->on_time) return;
    observe(cell, J_LATENESS, found->lateness);
    observe(cell, J_LATE_PROACTIVE, found->late_proactive);
    observe(cell, J_LATE_REACTIVE, found->late_reactive);
    observe(cell, J_LATE_SILENT, found->late_silent);
    observe(cell, J_LATE_UNEXPLAINED, found->unexplained);
    observe(cell, J_DARK, found->dark);
    if (found->late_proactive) observe(cell, J_WARNING, found->warning);
}

static void observe_commitments(naive_cell *cell, const struct story *s, const naive_log *log) {
    int64_t promises = 0, shifts = 0, reschedules = 0, deliveries = 0, overdue = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct moment *found = &s->moments[i];
        promises += found->opens;
        shifts += found->shifts;
        reschedules += found->reschedules;
        deliveries += found->closes;
        if (found->shifts) observe(cell, J_SLIP, found->slip);
        if (found->closes) observe_delivery(cell, found);
    }
    for (int64_t i = 0; i < s->broken; i++) { /* "on time, kept / (deliveries + broken)" */
        observe(cell, J_ON_TIME, 0);
        observe(cell, J_KEPT, 0);
    }
    for (size_t k = 0; k < 8; k++) /* "Those of an open journey with due < now are overdue." */
        overdue += s->runs && log->has_now && s->commitments[k].open && s->commitments[k].due < log->now;
    observe(cell, J_PROMISES, promises);
    observe(cell, J_PROMISED, promises > 0);
    observe(cell, J_SHIFTS, shifts);
    observe(cell, J_RESCHEDULES, reschedules);
    observe(cell, J_DELIVERIES, deliveries);
    observe(cell, J_BROKEN, s->broken);
    observe(cell, J_OVERDUE, overdue);
}

/* What is counted along the journey: facets, changes, loops, updates, value. */
static void observe_course(naive_cell *cell, const struct story *s) {
    int64_t value = 0;
    bool loop_open = false;
    for (size_t i = 0; i < s->count; i++) {
        const struct moment *found = &s->moments[i];
        value += s->list[i]->fields.value;
        if (has(s->list[i], CXJ_FACET_UPDATE)) observe(cell, J_PROACTIVE, found->proactive_update);
        if (found->loop_closes) {
            observe(cell, J_LOOP, 1);
            observe(cell, J_LOOP_TIME, found->loop_time);
        }
        if (found->responds) observe(cell, J_RESPONSES, found->response_time);
        if (found->first_response) observe(cell, J_FIRST_RESPONSE, found->response_time);
        loop_open = found->loop_opens || (loop_open && !found->loop_closes);
    }
    if (loop_open) observe(cell, J_LOOP, 0);
    observe(cell, J_WAITING, s->runs && s->waits);
    int64_t handoffs = count_transitions(s, CXJ_DIMENSION_OWNER, 'c');
    observe(cell, J_TOUCHPOINTS, (int64_t)s->count);
    observe(cell, J_CONTACTS, count_facet(s, CXJ_FACET_CONTACT));
    observe(cell, J_HANDOFFS, handoffs);
    observe(cell, J_HANDOFF_FREE, handoffs == 0);
    observe(cell, J_TEAM_CHANGES, count_transitions(s, CXJ_DIMENSION_TEAM, 'c'));
    observe(cell, J_BOUNCES, count_transitions(s, CXJ_DIMENSION_OWNER, 'b'));
    observe(cell, J_LOST_CONTEXT, count_transitions(s, CXJ_DIMENSION_OWNER, 'l'));
    observe(cell, J_CHANNEL_SWITCHES, count_transitions(s, CXJ_DIMENSION_CHANNEL, 'c'));
    observe(cell, J_REPEATS, count_facet(s, CXJ_FACET_REPEATED));
    observe(cell, J_FAULTS, count_facet(s, CXJ_FACET_FAULT));
    observe(cell, J_CONTRADICTIONS, count_facet(s, CXJ_FACET_CONTRADICTED));
    observe(cell, J_CHASES, count_facet(s, CXJ_FACET_CHASE));
    observe(cell, J_UPDATES, count_facet(s, CXJ_FACET_UPDATE));
    observe(cell, J_VALUE, value);
    if (s->churned) observe(cell, J_VALUE_LOST, value);
}

/* What counts ended journeys only. */
static void observe_end(naive_cell *cell, const struct story *s) {
    if (s->runs) return;
    observe(cell, J_COMPLETED_OF_ENDED, s->outcome == CXJ_OUTCOME_COMPLETED);
    observe(cell, J_DURATION, s->end - s->list[0]->fields.at);
    observe(cell, J_PENDING, s->pending);
    observe(cell, J_SILENCE, s->silence);
    observe(cell, J_FLAWLESS, s->flawless);
    observe(cell, J_WOW, s->wow);
    observe(cell, J_CLEAN, s->clean);
    for (size_t i = 0; i < s->count; i++) observe(cell, J_CLEAN_TOUCHPOINT, s->moments[i].clean);
}

static void observe_journey(naive_cell *cell, const struct story *s, const naive_log *log) {
    observe(cell, J_ONE, 1);
    observe(cell, J_OPEN, s->runs);
    observe(cell, J_COMPLETED, !s->runs && s->outcome == CXJ_OUTCOME_COMPLETED);
    observe(cell, J_ABANDONED, !s->runs && s->outcome == CXJ_OUTCOME_ABANDONED);
    observe(cell, J_CHURNED, s->churned);
    observe(cell, J_REOPENED, s->reopened);
    observe_course(cell, s);
    observe_end(cell, s);
    observe_first_contact(cell, s);
    observe_asks(cell, s);
    observe_satisfaction(cell, s);
    observe_other_ratings(cell, s);
    observe_commitments(cell, s, log);
}

/* ---- Cells ---- */

static int order_keys(const naive_cell *a, const naive_cell *b, size_t parts) {
    int order = 0;
    for (size_t i = 0; i < parts && !order; i++) order = strcmp(a->parts[i], b->parts[i]);
    return order;
}

/* The cell with the key of wanted, made if it is new; 7: "Cells are ordered by key, part by part, each as text, byte by
 * byte." */
static naive_cell *find_cell(naive_table *table, const naive_cell *wanted) {
    size_t place = 0;
    while (place < table->count && order_keys(table->cells[place], wanted, table->parts) < 0) place++;
    if (place < table->count && order_keys(table->cells[place], wanted, table->parts) == 0) return table->cells[place];
    naive_cell **cells = realloc(table->cells, (table->count + 1) * sizeof(naive_cell *));
    if (!cells) {
        fprintf(stderr, "naive: out of memory\n");
        exit(2);
    }
    table->cells = cells;
    memmove(cells + place + 1, cells + place, (table->count - place) * sizeof(naive_cell *));
    table->count++;
    naive_cell *cell = cells[place] = allocate(sizeof *cell);
    *cell = *wanted;
    if (table->has_period) cell->parts[0] = cell->period;
    cell->series = allocate(SERIES_COUNT * sizeof *cell->series);
    return cell;
}

/* The cell for one contribution; NULL if the conditions leave it out. */
static naive_cell *cell_for(naive_table *table, const struct view *view, const struct story *s,
                            const naive_touchpoint *m, const struct transition *t, int64_t period_at) {
    for (size_t i = 0; i < view->condition_count; i++)
        if (!meets(&view->conditions[i], s, m)) return NULL;
    naive_cell key = {0};
    size_t parts = 0;
    if (view->period) {
        key.period_start = period_of(period_at, view->period, key.period);
        key.parts[parts++] = key.period;
    }
    if (t) {
        key.parts[parts++] = t->from;
        key.parts[parts++] = t->to;
    }
    for (size_t i = t ? 1 : 0; i < view->dimension_count; i++)
        key.parts[parts++] = dimension_value(s, m, view->dimensions[i]);
    return find_cell(table, &key);
}

static void add_story(naive_table *table, const struct view *view, const struct story *s, const naive_log *log) {
    if (view->grain == CXJ_GRAIN_TOUCHPOINTS) {
        for (size_t i = 0; i < s->count; i++) {
            naive_cell *cell = cell_for(table, view, s, s->list[i], NULL, s->list[i]->fields.at);
            if (cell) observe_touchpoint(cell, s, i);
        }
    } else if (view->grain == CXJ_GRAIN_TRANSITIONS) {
        int line = 0;
        while (line_dimensions[line] != view->dimensions[0]) line++;
        for (size_t i = 0; i < s->transition_counts[line]; i++) {
            const struct transition *t = &s->transitions[line][i];
            naive_cell *cell = cell_for(table, view, s, NULL, t, s->list[t->later]->fields.at);
            if (cell) observe_transition(cell, t);
        }
    } else if (!view->ended || !s->runs) {
        /* "its first touchpoint's at (its cohort); `ended`: its end, open ones left out" */
        naive_cell *cell = cell_for(table, view, s, NULL, NULL, view->ended ? s->end : s->list[0]->fields.at);
        if (cell) observe_journey(cell, s, log);
    }
}

/* ---- Formulas ---- */

static naive_wide sum_of(const struct naive_series *series) {
    naive_wide sum = 0;
    for (size_t i = 0; i < series->count; i++) sum += series->values[i];
    return sum;
}

/* The unbiased variance, (n x sum of squares - square of the sum) / (n (n - 1)), in units of the series. */
#ifdef __SIZEOF_INT128__
static double variance_of(const struct naive_series *series) {
    naive_wide n = (naive_wide)series->count, sum = sum_of(series), squares = 0;
    for (size_t i = 0; i < series->count; i++) squares += (naive_wide)series->values[i] * series->values[i];
    return n < 2 ? NAN : (double)(n * squares - sum * sum) / ((double)n * (double)(n - 1));
}
#else
/* The same in doubles, of differences from the mean: so no digits are lost. Differences from the first value are whole,
 * so that equal values differ by nothing. */
static double variance_of(const struct naive_series *series) {
    double n = (double)series->count, mean = 0, squares = 0;
    for (size_t i = 0; i < series->count; i++) mean += (double)(series->values[i] - series->values[0]) / n;
    for (size_t i = 0; i < series->count; i++) {
        double difference = (double)(series->values[i] - series->values[0]) - mean;
        squares += difference * difference;
    }
    return series->count < 2 ? NAN : squares / (n - 1);
}
#endif

static int order_values(const void *a, const void *b) {
    return order_i64(*(const int64_t *)a, *(const int64_t *)b);
}

/* "nearest-rank: the value at rank ceil(q n)" */
static double quantile_of(const struct naive_series *series, size_t per_cent) {
    if (series->count == 0) return NAN;
    int64_t *sorted = allocate(series->count * sizeof *sorted);
    memcpy(sorted, series->values, series->count * sizeof *sorted);
    qsort(sorted, series->count, sizeof *sorted, order_values);
    size_t rank = (per_cent * series->count + 99) / 100;
    double value = (double)sorted[rank - 1];
    free(sorted);
    return value;
}

static const double z = 1.959963984540054;

/* "for a share k/n, Wilson's score interval" */
static void share(naive_metric *metric, double k, double n) {
    double p = k / n;
    double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    *metric = (naive_metric){.value = p, .low = centre - half, .high = centre + half};
}

static void evaluate(const naive_cell *cell, const struct definition *d, naive_metric *metric) {
    const struct naive_series *series = &cell->series[d->series], *other = &cell->series[d->argument];
    double sum = (double)sum_of(series), n = (double)series->count, scale = (double)d->scale;
    *metric = (naive_metric){.value = NAN, .low = NAN, .high = NAN};
    switch (d->formula) {
    case SUM:
        metric->value = sum;
        break;
    case COUNT:
        metric->value = n;
        break;
    case SHARE:
        if (series->count) share(metric, sum, n);
        break;
    case MEAN:
        metric->value = series->count ? sum / (n * scale) : NAN;
        break;
    case ESTIMATE: /* "for a mean of n >= 2 values, mean +- z sqrt(s^2/n)" */
        metric->value = series->count ? sum / (n * scale) : NAN;
        metric->low = metric->value - z * sqrt(variance_of(series) / n) / scale;
        metric->high = metric->value + z * sqrt(variance_of(series) / n) / scale;
        break;
    case DEVIATION:
        metric->value = sqrt(variance_of(series)) / scale;
        break;
    case CONSISTENCY:
        metric->value = 1 - 2 * sqrt(variance_of(series)) / scale;
        break;
    case QUANTILE:
        metric->value = quantile_of(series, (size_t)d->argument);
        break;
    case RATIO:
        metric->value = sum_of(other) ? sum / (double)sum_of(other) : NAN;
        break;
    case EXPECTED: /* "(clean touchpoints / touchpoints)^(touchpoints / journeys), over ended journeys" */
        metric->value = other->count ? pow(sum / n, n / (double)other->count) : NAN;
        break;
    }
    metric->n = series->count;
    metric->n_is_known = d->formula == SHARE || d->formula == MEAN || d->formula == ESTIMATE || d->formula == QUANTILE;
}

static void evaluate_all(naive_table *table, const struct view *view, const naive_log *log) {
    size_t count;
    const struct definition *definitions = definitions_of(table->grain, &count);
    /* "first dimension owner or team, else no value" */
    bool no_context = view->grain == CXJ_GRAIN_TRANSITIONS && view->dimensions[0] != CXJ_DIMENSION_OWNER &&
                      view->dimensions[0] != CXJ_DIMENSION_TEAM;
    for (size_t c = 0; c < table->count; c++) {
        for (size_t i = 0; i < count; i++) {
            naive_metric *metric = &table->cells[c]->metrics[i];
            evaluate(table->cells[c], &definitions[i], metric);
            /* 3.7: "before the first advance they have no value" */
            if ((strncmp(definitions[i].name, "lost_context", 12) == 0 && no_context) ||
                (strcmp(definitions[i].name, "overdue") == 0 && !log->has_now))
                *metric = (naive_metric){.value = NAN, .low = NAN, .high = NAN};
        }
    }
}

naive_table *naive_read(const naive_log *log, const char *text) {
    struct view view = parse_view(text);
    naive_table *table = allocate(sizeof *table);
    table->grain = view.grain;
    table->has_period = view.period != 0;
    table->parts = view.dimension_count + (view.grain == CXJ_GRAIN_TRANSITIONS) + table->has_period;
    uint64_t *numbers = allocate(log->count * sizeof *numbers);
    size_t journeys = all_journeys(log, numbers);
    for (size_t j = 0; j < journeys; j++) {
        struct story *s = story_of(log, numbers[j]);
        if (s) {
            add_story(table, &view, s, log);
            story_free(s);
        }
    }
    free(numbers);
    evaluate_all(table, &view, log);
    return table;
}

void naive_table_free(naive_table *table) {
    for (size_t c = 0; c < table->count; c++) {
        for (int i = 0; i < SERIES_COUNT; i++) free(table->cells[c]->series[i].values);
        free(table->cells[c]->series);
        free(table->cells[c]);
    }
    free(table->cells);
    free(table);
}

/* ---- Section 9: one journey ---- */

/* The last name stated of a dimension, "" if there is none: the "current owner, team, stage and channel". */
static const char *current(const struct story *s, int dimension) {
    const char *name = "";
    for (size_t i = 0; i < s->count; i++)
        if (*s->list[i]->names[dimension]) name = s->list[i]->names[dimension];
    return name;
}

static void state_ratings(const struct story *s, cxj_journey *state) {
    int64_t sum = 0;
    for (size_t i = 0; i < s->count; i++) {
        if (is_touch_rating(s->list[i])) {
            state->touch_ratings++;
            sum += rating_s(s->list[i]);
        }
    }
    const naive_touchpoint *own = journey_rating(s, SATISFACTION);
    const naive_touchpoint *nps = journey_rating(s, LOYALTY), *ces = journey_rating(s, EFFORT);
    state->touch_satisfaction = state->touch_ratings ? (double)sum / ((double)state->touch_ratings * FULL) : NAN;
    state->journey_satisfaction = own ? (double)rating_s(own) / FULL : NAN;
    state->journey_nps = nps ? nps->fields.score : NAN;
    state->journey_ces = ces ? ces->fields.score : NAN;
}

static void state_counts(const struct story *s, cxj_journey *state) {
    state->touchpoints = (uint32_t)s->count;
    state->contacts = (uint32_t)count_facet(s, CXJ_FACET_CONTACT);
    state->handoffs = (uint32_t)count_transitions(s, CXJ_DIMENSION_OWNER, 'c');
    state->bounces = (uint32_t)count_transitions(s, CXJ_DIMENSION_OWNER, 'b');
    state->repeats = (uint32_t)count_facet(s, CXJ_FACET_REPEATED);
    state->faults = (uint32_t)count_facet(s, CXJ_FACET_FAULT);
    state->chases = (uint32_t)count_facet(s, CXJ_FACET_CHASE);
    for (size_t i = 0; i < s->count; i++) state->value += s->list[i]->fields.value;
}

bool naive_journey_state(const naive_log *log, uint64_t journey, naive_journey *result) {
    struct story *s = story_of(log, journey);
    if (!s) return false;
    *result = (naive_journey){
        .type = s->attributes[CXJ_DIMENSION_TYPE],
        .segment = s->attributes[CXJ_DIMENSION_SEGMENT],
        .reason = s->attributes[CXJ_DIMENSION_REASON],
        .owner = current(s, CXJ_DIMENSION_OWNER),
        .team = current(s, CXJ_DIMENSION_TEAM),
        .stage = current(s, CXJ_DIMENSION_STAGE),
        .channel = current(s, CXJ_DIMENSION_CHANNEL),
        .activity = current(s, CXJ_DIMENSION_ACTIVITY),
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
    story_free(s);
    return true;
}
