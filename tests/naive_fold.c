/* The fold of the naive implementation (SPEC 4): the steps in their order, and what belongs to an earlier touchpoint
 * found by looking back over the whole list.
 *
 * SPDX-License-Identifier: MIT
 */
#include "naive_inside.h"

#include <stdlib.h>
#include <string.h>

const int naive_line_dimensions[LINES] = {CXJ_DIMENSION_OWNER, CXJ_DIMENSION_TEAM, CXJ_DIMENSION_CHANNEL,
                                          CXJ_DIMENSION_STAGE, CXJ_DIMENSION_ACTIVITY};

/* 10: "In working hours, each duration from t1 to t2 is B(t2) - B(t1)" */
int64_t naive_span(const struct story *s, int64_t from, int64_t to) {
    return s->hours ? naive_open_between(s->hours, from, to) : to - from;
}

/* 4.2; says whether m reopens the journey. */
static bool step_running(struct story *s, size_t i) {
    const naive_touchpoint *m = s->list[i];
    bool reopens = false;
    if (i == 0) {
        s->runs = true; /* "A journey runs from its first touchpoint" */
    } else if (!s->runs && !m->fields.outcome) {
        /* "else one with any of inbound, repeated, contradicted, fault, reopens, or with a due, reopens the journey" */
        reopens = m->fields.due != 0 || naive_has(m, CXJ_FACET_INBOUND | CXJ_FACET_REPEATED | CXJ_FACET_CONTRADICTED |
                                                         CXJ_FACET_FAULT | CXJ_FACET_REOPENS);
    }
    if (reopens) {
        s->runs = true; /* "which then runs again and has no outcome" */
        s->outcome = 0;
        s->end = 0;
        s->reopened = true;
        s->reopened_at = m->fields.at;
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
    bool starts_again = i == 0 || reopens;
    if (starts_again) s->quiet = 0; /* "Quiet time is 0 at the first touchpoint, and again at one that reopens." */
    if (ran_before) {
        int64_t span = naive_span(s, s->list[i - 1]->fields.at, m->fields.at);
        if (s->paused)
            s->pending += span; /* "the span from p to m is pending time if the journey is paused" */
        else
            s->quiet += span; /* "else it is added to the quiet time" */
        if (s->paused) s->pending_since += span;
        if (naive_is_visible(m) || m->fields.outcome) {
            if (s->quiet > s->silence) s->silence = s->quiet; /* "the quiet time is a gap and starts again from 0" */
            s->quiet = 0;
            starts_again = true;
        }
    }
    if (starts_again) { /* 9: "the last at which a gap ended, or the journey began or reopened" */
        s->quiet_since = m->fields.at;
        s->pending_since = 0;
    }
    if (!s->runs)
        s->paused = false; /* "A journey that is not running is not paused." */
    else if (naive_has(m, CXJ_FACET_PENDING))
        s->paused = true; /* "if m is pending, it is paused from here on" */
    else if (naive_has(m, CXJ_FACET_CONTACT | CXJ_FACET_RESUMES))
        s->paused = false; /* "else if m has contact or resumes, it is not" */
}

/* 4.5: "Closing at d = m.at" */
static void close_commitment(const struct story *s, struct moment *found, cxj_commitment *c, int64_t d) {
    found->closes = true;
    found->kept = d <= c->due;
    found->on_time = d <= c->first_due;
    if (!found->on_time) {
        found->lateness = naive_span(s, c->first_due, d);
        found->late_proactive = c->announced && c->announced_at <= c->first_due;
        found->late_reactive = c->announced && c->announced_at > c->first_due;
        found->late_silent = !c->announced;
        found->unexplained = !c->explained;
        if (found->late_proactive) found->warning = naive_span(s, c->announced_at, c->first_due);
        int64_t told = c->announced ? c->announced_at : d;
        found->dark = told > c->first_due ? naive_span(s, c->first_due, told) : 0;
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
static void promise(const struct story *s, struct moment *found, cxj_commitment *c, const naive_touchpoint *m) {
    int64_t due = m->fields.due;
    if (!c->open) {
        *c = (cxj_commitment){.open = 1, .first_due = due, .due = due};
        found->opens = true;
    } else if (due == c->due) {
        return; /* "The same due said again is nothing new." */
    } else if (naive_has(m, CXJ_FACET_REQUESTED)) {
        *c = (cxj_commitment){.open = 1, .first_due = due, .due = due};
        found->reschedules = true;
    } else {
        found->shifts = true;
        found->slip = naive_span(s, c->due, due);
        c->due = due;
        if (naive_is_visible(m)) announce(c, m->fields.at);
    }
}

/* 4.5 */
static void step_commitments(struct story *s, size_t i) {
    const naive_touchpoint *m = s->list[i];
    if (naive_has(m, CXJ_FACET_EXPLAINS)) { /* (a) */
        for (size_t k = 0; k < 8; k++) {
            if (s->commitments[k].open) {
                s->commitments[k].explained = 1;
                announce(&s->commitments[k], m->fields.at);
            }
        }
    }
    cxj_commitment *c = &s->commitments[m->fields.commitment];
    if (naive_has(m, CXJ_FACET_DELIVERED) && c->open) /* (b) */
        close_commitment(s, &s->moments[i], c, m->fields.at);
    if (m->fields.due != 0) /* (c) */
        promise(s, &s->moments[i], c, m);
}

/* 4.7 */
static void step_asking(struct story *s, size_t i) {
    const naive_touchpoint *m = s->list[i];
    bool chase = naive_has(m, CXJ_FACET_CHASE);
    if (naive_has(m, CXJ_FACET_UPDATE)) s->moments[i].proactive_update = !chase && !s->asking;
    if (naive_is_visible(m) && !naive_has(m, CXJ_FACET_INBOUND)) s->asking = false;
    if (chase) s->asking = true;
}

/* 4.8: "m answers (it has update or resolved, or it has contact and is not inbound)" */
static bool answers(const naive_touchpoint *m) {
    return naive_has(m, CXJ_FACET_UPDATE | CXJ_FACET_RESOLVED) ||
           (naive_has(m, CXJ_FACET_CONTACT) && !naive_has(m, CXJ_FACET_INBOUND));
}

/* 4.8 */
static void step_responses(struct story *s, size_t i) {
    const naive_touchpoint *m = s->list[i];
    struct moment *found = &s->moments[i];
    if (naive_has(m, CXJ_FACET_INBOUND) && !s->waits) {
        s->waits = true; /* "the customer waits since m.at" */
        s->waits_since = m->fields.at;
    }
    if (answers(m) && s->waits) {
        found->responds = true;
        found->response_time = naive_span(s, s->waits_since, m->fields.at);
        found->responds_first = !s->responded;
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
        s->moments[i].loop_time = naive_span(s, s->loop_since, m->fields.at);
    }
    if (naive_is_dissatisfied(m) && naive_is_customers_rating(m) && !s->loop_open) {
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
    int dimension = naive_line_dimensions[line];
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
            t->wait = naive_span(s, s->list[q]->fields.at, m->fields.at);
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
    int dimension = naive_line_dimensions[line];
    if (dimension != CXJ_DIMENSION_OWNER && dimension != CXJ_DIMENSION_TEAM) return;
    for (size_t i = 0; i < s->count; i++) {
        struct transition *change = last_change_before(s, line, i + 1);
        if (change && naive_has(s->list[i], CXJ_FACET_REPEATED | CXJ_FACET_CONTRADICTED)) change->lost_context = true;
    }
}

/* The last touch rating before a place, as an index; s->count if there is none. */
static size_t last_touch_rating_before(const struct story *s, size_t place) {
    while (place-- > 0)
        if (naive_is_touch_rating(s->list[place])) return place;
    return s->count;
}

/* 4.10: "if a change stands at or before m, no touch rating stands from the later touchpoint of the last such change up
 * to before m, and a touch rating r stands before that later touchpoint (the last such), then step = s(m) - s(r)" */
static void find_steps(struct story *s, int line) {
    for (size_t i = 0; i < s->count; i++) {
        if (!naive_is_touch_rating(s->list[i])) continue;
        struct transition *change = last_change_before(s, line, i + 1);
        size_t r = last_touch_rating_before(s, i);
        if (!change || r == s->count || r >= change->later) continue;
        change->has_step = true;
        change->step = naive_rating_s(s->list[i]) - naive_rating_s(s->list[r]);
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
            !late && !naive_has(m, CXJ_FACET_FAULT | CXJ_FACET_REPEATED | CXJ_FACET_CONTRADICTED | CXJ_FACET_CHASE);
        s->clean = s->clean && s->moments[i].clean;
        s->churned = s->churned || naive_has(m, CXJ_FACET_CHURNED);
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
    s->wow = s->flawless && last_rating && naive_is_delighted(last_rating);
}

void naive_story_free(struct story *s) {
    for (int line = 0; line < LINES; line++) free(s->transitions[line]);
    free(s->moments);
    free(s->list);
    free(s);
}

struct story *naive_story(const naive_log *log, uint64_t journey, bool hours) {
    struct story *s = naive_allocate(sizeof *s);
    s->hours = hours ? log->calendar : NULL;
    s->journey = journey;
    s->list = naive_contributing(log, journey, &s->count);
    if (s->count == 0) {
        naive_story_free(s);
        return NULL;
    }
    s->moments = naive_allocate(s->count * sizeof *s->moments);
    for (size_t i = 0; i < s->count; i++) {
        if (i > 0) { /* 4.1: "If p exists, wait(m) = m.at - p.at." */
            s->moments[i].has_wait = true;
            s->moments[i].wait = naive_span(s, s->list[i - 1]->fields.at, s->list[i]->fields.at);
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
        s->transitions[line] = naive_allocate(s->count * sizeof *s->transitions[line]);
        find_transitions(s, line);
        find_lost_context(s, line);
        find_steps(s, line);
    }
    find_attributes(s);
    conclude(s);
    return s;
}

/* ---- What is asked of a journey that was folded ---- */

int64_t naive_count_facet(const struct story *s, uint32_t facet) {
    int64_t count = 0;
    for (size_t i = 0; i < s->count; i++) count += naive_has(s->list[i], facet);
    return count;
}

int64_t naive_count_transitions(const struct story *s, int dimension, char what) {
    int64_t count = 0;
    for (int line = 0; line < LINES; line++) {
        if (naive_line_dimensions[line] != dimension) continue;
        for (size_t i = 0; i < s->transition_counts[line]; i++) {
            const struct transition *t = &s->transitions[line][i];
            count += what == 'c' ? t->change : what == 'b' ? t->bounce : t->lost_context;
        }
    }
    return count;
}

const naive_touchpoint *naive_journey_rating(const struct story *s, enum naive_kind kind) {
    for (size_t i = s->count; i-- > 0;)
        if (naive_is_journey_rating(s->list[i], kind)) return s->list[i];
    return NULL;
}
