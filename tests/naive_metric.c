/* The metrics of the naive implementation (SPEC 6): what is observed in a cell goes into series, and each metric is a
 * formula over one or two of them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "naive_inside.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    T_RESPONSE,
    T_LATE_PROACTIVE,
    T_LATE_REACTIVE,
    T_LATE_SILENT,
    T_LATE_UNEXPLAINED,
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
    J_FIRST_RESPONSE,
    J_RESPONSE_TIME,
    J_WAITING,
    J_PROACTIVE,
    J_FLAWLESS,
    J_WOW,
    J_CLEAN,
    J_CLEAN_TOUCHPOINT,
    J_LOOP,
    J_LOOP_TIME,
    J_VALUE,
    J_VALUE_LOST,
    SERIES_COUNT
};

enum formula {
    SUM,         /* of the observations */
    COUNT,       /* number of the observations */
    JOURNEYS,    /* number of the cell's journeys */
    SHARE,       /* of ones among them, with Wilson's interval */
    MEAN,        /* without an interval */
    ESTIMATE,    /* mean of what lies within range argument, with an interval */
    NPS,         /* the same of 100, 0 and -100 */
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
    {"journeys", JOURNEYS, T_ONE, 0, 1},
    {"clean_share", SHARE, T_CLEAN, 0, 1},
    {"fault_rate", SHARE, T_FAULT, 0, 1},
    {"repeat_rate", SHARE, T_REPEATED, 0, 1},
    {"contradiction_rate", SHARE, T_CONTRADICTED, 0, 1},
    {"proactive_share", SHARE, T_PROACTIVE, 0, 1},
    {"next_step_share", SHARE, T_NEXT_STEP, 0, 1},
    {"ratings", COUNT, T_RATING, 0, 1},
    {"satisfaction", ESTIMATE, T_RATING, RATINGS, FULL},
    {"satisfaction_sd", DEVIATION, T_RATING, 0, FULL},
    {"csat", SHARE, T_SATISFIED, 0, 1},
    {"dissatisfaction", SHARE, T_DISSATISFIED, 0, 1},
    {"nps_ratings", COUNT, T_NPS, 0, 1},
    {"nps", NPS, T_NPS, 0, 1},
    {"ces_ratings", COUNT, T_CES, 0, 1},
    {"ces", ESTIMATE, T_CES, EFFORTS, 1},
    {"employee_ratings", COUNT, T_EMPLOYEE, 0, 1},
    {"employee_satisfaction", ESTIMATE, T_EMPLOYEE, RATINGS, FULL},
    {"wait_mean", MEAN, T_WAIT, 0, 1},
    {"wait_p50", QUANTILE, T_WAIT, 50, 1},
    {"wait_p90", QUANTILE, T_WAIT, 90, 1},
    {"wait_p99", QUANTILE, T_WAIT, 99, 1},
    {"responses", COUNT, T_RESPONSE, 0, 1},
    {"response_mean", MEAN, T_RESPONSE, 0, 1},
    {"response_p50", QUANTILE, T_RESPONSE, 50, 1},
    {"response_p90", QUANTILE, T_RESPONSE, 90, 1},
    {"response_p99", QUANTILE, T_RESPONSE, 99, 1},
    {"promises", SUM, T_PROMISE, 0, 1},
    {"shifts", SUM, T_SHIFT, 0, 1},
    {"reschedules", SUM, T_RESCHEDULE, 0, 1},
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
    {"satisfaction_step", ESTIMATE, X_STEP, DIFFERENCES, FULL},
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
    {"touch_satisfaction", ESTIMATE, J_TOUCH_RATING, RATINGS, FULL},
    {"consistency", CONSISTENCY, J_TOUCH_RATING, 0, FULL},
    {"touch_drop", ESTIMATE, J_TOUCH_DROP, DIFFERENCES, FULL},
    {"journey_ratings", COUNT, J_RATING, 0, 1},
    {"journey_satisfaction", ESTIMATE, J_RATING, RATINGS, FULL},
    {"journey_drop", ESTIMATE, J_DROP, DIFFERENCES, FULL},
    {"journey_fall", RATIO, J_DROP, J_FIRST_RATING, 1},
    {"journey_nps", NPS, J_NPS, 0, 1},
    {"journey_ces", ESTIMATE, J_CES, EFFORTS, 1},
    {"gap", ESTIMATE, J_GAP, DIFFERENCES, (int64_t)GAP_SCALE * FULL},
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
    {"responses", COUNT, J_RESPONSE_TIME, 0, 1},
    {"response_mean", MEAN, J_RESPONSE_TIME, 0, 1},
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

static const struct definition *definition_of(uint32_t grain, size_t index) {
    size_t count;
    return &definitions_of(grain, &count)[index];
}

size_t naive_metric_count(uint32_t grain) {
    size_t count;
    definitions_of(grain, &count);
    return count;
}

const char *naive_metric_name(uint32_t grain, size_t index) {
    return definition_of(grain, index)->name;
}

bool naive_metric_has_interval(uint32_t grain, size_t index) {
    enum formula formula = definition_of(grain, index)->formula;
    return formula == SHARE || formula == ESTIMATE || formula == NPS;
}

bool naive_metric_is_quantile(uint32_t grain, size_t index) {
    return definition_of(grain, index)->formula == QUANTILE;
}

size_t naive_metric_find(uint32_t grain, const char *name) {
    size_t index = 0;
    while (index < naive_metric_count(grain) && strcmp(naive_metric_name(grain, index), name) != 0) index++;
    return index;
}

/* 8.2: "a share or a mean of a sum (marked + above, NPS included; not gap, nor what stands over `deliveries +
 * broken`)" */
bool naive_metric_is_comparable(uint32_t grain, size_t index) {
    const struct definition *d = definition_of(grain, index);
    if (grain == CXJ_GRAIN_JOURNEYS && (d->series == J_GAP || d->series == J_ON_TIME || d->series == J_KEPT))
        return false;
    return naive_metric_has_interval(grain, index);
}

struct measure naive_measure(uint32_t grain, size_t index) {
    const struct definition *d = definition_of(grain, index);
    return (struct measure){.name = d->name,
                            .is_share = d->formula == SHARE,
                            .is_estimate = d->formula == ESTIMATE || d->formula == NPS,
                            .range = d->formula == NPS ? RECOMMENDATIONS : (enum range)d->argument,
                            .series = d->series,
                            .scale = (double)d->scale};
}

size_t naive_series_count(void) {
    return SERIES_COUNT;
}

static void observe(naive_cell *cell, int number, int64_t value) {
    struct naive_series *series = &cell->series[number];
    series->values = naive_grow(series->values, series->count, &series->capacity, sizeof *series->values);
    series->values[series->count++] = value;
}

static int64_t nps_points(const naive_touchpoint *m) {
    return naive_is_satisfied(m) ? 100 : naive_is_dissatisfied(m) ? -100 : 0;
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
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        observe(cell, facts[i].series, naive_has(m, facts[i].facet));
    if (naive_has(m, CXJ_FACET_UPDATE)) observe(cell, T_NEXT_STEP, naive_has(m, CXJ_FACET_NEXT_STEP));
}

static void observe_rating(naive_cell *cell, const naive_touchpoint *m) {
    if (naive_is_touch_rating(m)) {
        observe(cell, T_RATING, naive_rating_s(m));
        observe(cell, T_SATISFIED, naive_is_satisfied(m));
        observe(cell, T_DISSATISFIED, naive_is_dissatisfied(m));
    }
    if (naive_is_customers_rating(m) && m->fields.scale == CXJ_SCALE_NPS) observe(cell, T_NPS, nps_points(m));
    if (naive_is_customers_rating(m) && m->fields.scale == CXJ_SCALE_CES7) observe(cell, T_CES, m->fields.score);
    if (m->fields.scope == CXJ_SCOPE_EMPLOYEE && naive_rating_kind(m) == SATISFACTION)
        observe(cell, T_EMPLOYEE, naive_rating_s(m));
}

void naive_observe_touchpoint(naive_cell *cell, const struct story *s, size_t i) {
    const naive_touchpoint *m = s->list[i];
    const struct moment *found = &s->moments[i];
    observe(cell, T_ONE, 1);
    observe_facets(cell, m);
    observe_rating(cell, m);
    observe(cell, T_CLEAN, found->clean);
    if (naive_has(m, CXJ_FACET_UPDATE)) observe(cell, T_PROACTIVE, found->proactive_update);
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

void naive_observe_transition(naive_cell *cell, const struct transition *t) {
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

/* "of journeys with a resolved touchpoint and at least one inbound one: share in which exactly one contact stands at or
 * before the first resolved touchpoint and no inbound one after it" */
static void observe_first_contact(naive_cell *cell, const struct story *s) {
    size_t first = 0;
    while (first < s->count && !naive_has(s->list[first], CXJ_FACET_RESOLVED)) first++;
    if (first == s->count || naive_count_facet(s, CXJ_FACET_INBOUND) == 0) return;
    int contacts = 0, inbound_after = 0;
    for (size_t i = 0; i < s->count; i++) {
        contacts += i <= first && naive_has(s->list[i], CXJ_FACET_CONTACT);
        inbound_after += i > first && naive_has(s->list[i], CXJ_FACET_INBOUND);
    }
    observe(cell, J_FIRST_CONTACT, contacts == 1 && inbound_after == 0);
}

/* "asked touchpoints; of journeys with one, the share with a rating of scope touchpoint or journey at or after their
 * first one in order" */
static void observe_asks(naive_cell *cell, const struct story *s) {
    bool asked = false, answered = false;
    for (size_t i = 0; i < s->count; i++) {
        asked = asked || naive_has(s->list[i], CXJ_FACET_ASKED);
        answered = answered || (asked && naive_is_customers_rating(s->list[i]));
    }
    observe(cell, J_ASKS, naive_count_facet(s, CXJ_FACET_ASKED));
    if (asked) observe(cell, J_RESPONSE, answered);
}

/* Touch ratings, the journey's own of kind satisfaction, and the gap between them. */
static void observe_satisfaction(naive_cell *cell, const struct story *s) {
    int64_t touch_count = 0, touch_sum = 0, touch_first = 0, touch_last = 0;
    int64_t own_count = 0, own_first = 0, own_last = 0;
    for (size_t i = 0; i < s->count; i++) {
        const naive_touchpoint *m = s->list[i];
        if (naive_is_touch_rating(m)) {
            touch_last = naive_rating_s(m);
            touch_first = touch_count == 0 ? touch_last : touch_first;
            touch_sum += touch_last;
            touch_count++;
            observe(cell, J_TOUCH_RATING, touch_last);
        }
        if (naive_is_journey_rating(m, SATISFACTION)) {
            own_last = naive_rating_s(m);
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

static void observe_other_ratings(naive_cell *cell, const struct story *s) {
    const naive_touchpoint *nps = naive_journey_rating(s, LOYALTY), *ces = naive_journey_rating(s, EFFORT);
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
        if (naive_has(s->list[i], CXJ_FACET_UPDATE)) observe(cell, J_PROACTIVE, found->proactive_update);
        if (found->responds) observe(cell, J_RESPONSE_TIME, found->response_time);
        if (found->responds_first) observe(cell, J_FIRST_RESPONSE, found->response_time);
        if (found->loop_closes) {
            observe(cell, J_LOOP, 1);
            observe(cell, J_LOOP_TIME, found->loop_time);
        }
        loop_open = found->loop_opens || (loop_open && !found->loop_closes);
    }
    if (loop_open) observe(cell, J_LOOP, 0);
    int64_t handoffs = naive_count_transitions(s, CXJ_DIMENSION_OWNER, 'c');
    observe(cell, J_TOUCHPOINTS, (int64_t)s->count);
    observe(cell, J_CONTACTS, naive_count_facet(s, CXJ_FACET_CONTACT));
    observe(cell, J_HANDOFFS, handoffs);
    observe(cell, J_HANDOFF_FREE, handoffs == 0);
    observe(cell, J_TEAM_CHANGES, naive_count_transitions(s, CXJ_DIMENSION_TEAM, 'c'));
    observe(cell, J_BOUNCES, naive_count_transitions(s, CXJ_DIMENSION_OWNER, 'b'));
    observe(cell, J_LOST_CONTEXT, naive_count_transitions(s, CXJ_DIMENSION_OWNER, 'l'));
    observe(cell, J_CHANNEL_SWITCHES, naive_count_transitions(s, CXJ_DIMENSION_CHANNEL, 'c'));
    observe(cell, J_REPEATS, naive_count_facet(s, CXJ_FACET_REPEATED));
    observe(cell, J_FAULTS, naive_count_facet(s, CXJ_FACET_FAULT));
    observe(cell, J_CONTRADICTIONS, naive_count_facet(s, CXJ_FACET_CONTRADICTED));
    observe(cell, J_CHASES, naive_count_facet(s, CXJ_FACET_CHASE));
    observe(cell, J_UPDATES, naive_count_facet(s, CXJ_FACET_UPDATE));
    observe(cell, J_VALUE, value);
    if (s->churned) observe(cell, J_VALUE_LOST, value);
}

/* What counts ended journeys only. */
static void observe_end(naive_cell *cell, const struct story *s) {
    if (s->runs) return;
    observe(cell, J_COMPLETED_OF_ENDED, s->outcome == CXJ_OUTCOME_COMPLETED);
    observe(cell, J_DURATION, naive_span(s, s->list[0]->fields.at, s->end));
    observe(cell, J_PENDING, s->pending);
    observe(cell, J_SILENCE, s->silence);
    observe(cell, J_FLAWLESS, s->flawless);
    observe(cell, J_WOW, s->wow);
    observe(cell, J_CLEAN, s->clean);
    for (size_t i = 0; i < s->count; i++) observe(cell, J_CLEAN_TOUCHPOINT, s->moments[i].clean);
}

void naive_observe_journey(naive_cell *cell, const struct story *s, const naive_log *log) {
    observe(cell, J_ONE, 1);
    observe(cell, J_OPEN, s->runs);
    observe(cell, J_COMPLETED, !s->runs && s->outcome == CXJ_OUTCOME_COMPLETED);
    observe(cell, J_ABANDONED, !s->runs && s->outcome == CXJ_OUTCOME_ABANDONED);
    observe(cell, J_CHURNED, s->churned);
    observe(cell, J_REOPENED, s->reopened);
    observe(cell, J_WAITING, s->runs && s->waits);
    observe_course(cell, s);
    observe_end(cell, s);
    observe_first_contact(cell, s);
    observe_asks(cell, s);
    observe_satisfaction(cell, s);
    observe_other_ratings(cell, s);
    observe_commitments(cell, s, log);
}

/* ---- Feeds ---- */

/* The table of facets that metrics need: all of the first column, one of the second. A star stands for any end. */
static const struct need {
    uint32_t all, any;
    const char *metrics;
} needs[] = {
    {CXJ_FACET_CONTACT, 0, "contacts contacts_per_journey"},
    {CXJ_FACET_INBOUND, 0, "inbound"},
    {CXJ_FACET_CHASE, 0, "chases"},
    {CXJ_FACET_UPDATE, 0, "updates"},
    {CXJ_FACET_NEXT_STEP, 0, "next_steps"},
    {CXJ_FACET_EXPLAINS, 0, "explanations"},
    {CXJ_FACET_REPEATED, 0, "repeats repeat_rate repeats_per_journey"},
    {CXJ_FACET_CONTRADICTED, 0, "contradictions contradiction_rate"},
    {CXJ_FACET_FAULT, 0, "faults fault_rate faults_per_journey"},
    {CXJ_FACET_RESOLVED, 0, "resolutions"},
    {CXJ_FACET_ASKED, 0, "asks response_rate"},
    {CXJ_FACET_REQUESTED, 0, "reschedules"},
    {CXJ_FACET_CHURNED, 0, "churned churn_rate value_lost"},
    {CXJ_FACET_PENDING, 0, "pending_share"},
    {CXJ_FACET_CHASE | CXJ_FACET_UPDATE, 0, "proactive_updates proactive_share"},
    {CXJ_FACET_UPDATE | CXJ_FACET_NEXT_STEP, 0, "next_step_share"},
    {CXJ_FACET_CHASE | CXJ_FACET_REPEATED | CXJ_FACET_CONTRADICTED | CXJ_FACET_FAULT, 0,
     "clean_share flawless_share wow_share clean_journey_share expected_clean_share"},
    {CXJ_FACET_DELIVERED, 0, "deliveries broken on_time_rate kept_rate late lateness_* overdue"},
    {CXJ_FACET_EXPLAINS | CXJ_FACET_DELIVERED, 0,
     "late_proactive late_reactive late_silent late_unexplained warning_p50 dark_mean"},
    {0, CXJ_FACET_REPEATED | CXJ_FACET_CONTRADICTED, "lost_context lost_context_rate"},
    {0, CXJ_FACET_INBOUND | CXJ_FACET_REPEATED | CXJ_FACET_CONTRADICTED | CXJ_FACET_FAULT | CXJ_FACET_REOPENS,
     "reopened"},
    {CXJ_FACET_CONTACT | CXJ_FACET_INBOUND | CXJ_FACET_RESOLVED, 0, "first_contact_resolution"},
    {0, CXJ_FACET_CONTACT | CXJ_FACET_UPDATE, "silence_*"},
    {CXJ_FACET_INBOUND, CXJ_FACET_CONTACT | CXJ_FACET_UPDATE | CXJ_FACET_RESOLVED,
     "responses response_mean response_p* first_responses first_response_* waiting"},
    {0, CXJ_FACET_CONTACT | CXJ_FACET_UPDATE | CXJ_FACET_RESOLVED, "closed_loop_rate closed_loop_p50"},
};

/* Whether a name is in a list of them. */
static bool is_listed(const char *name, const char *list) {
    while (*list) {
        size_t length = strcspn(list, " "), given = strlen(name);
        if (list[length - 1] == '*' ? strncmp(name, list, length - 1) == 0
                                    : length == given && memcmp(name, list, length) == 0)
            return true;
        list += length + strspn(list + length, " ");
    }
    return false;
}

bool naive_is_fed(const char *metric, uint32_t unrecorded) {
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++) {
        const struct need *need = &needs[i];
        if (!is_listed(metric, need->metrics)) continue;
        if ((need->all & unrecorded) || (need->any && !(need->any & ~unrecorded))) return false;
    }
    return true;
}

/* ---- Formulas ---- */

static int order_values(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* "nearest-rank: the value at rank ceil(q n)" */
static double quantile_of(const struct naive_series *series, size_t per_cent) {
    if (series->count == 0) return NAN;
    int64_t *sorted = naive_allocate(series->count * sizeof *sorted);
    memcpy(sorted, series->values, series->count * sizeof *sorted);
    qsort(sorted, series->count, sizeof *sorted, order_values);
    size_t rank = (per_cent * series->count + 99) / 100;
    double value = (double)sorted[rank - 1];
    free(sorted);
    return value;
}

static void evaluate(const naive_cell *cell, const struct definition *d, naive_metric *metric) {
    const struct naive_series *series = &cell->series[d->series], *other = &cell->series[d->argument];
    long double sum = naive_sum(series), n = (long double)series->count, scale = (long double)d->scale;
    *metric = (naive_metric){.value = NAN, .low = NAN, .high = NAN};
    switch (d->formula) {
    case SUM:
        metric->value = (double)sum;
        break;
    case COUNT:
        metric->value = (double)n;
        break;
    case JOURNEYS:
        metric->value = (double)cell->journey_count;
        break;
    case SHARE:
        if (series->count == 0) break;
        metric->value = (double)(sum / n);
        naive_wilson((double)sum, (double)n, &metric->low, &metric->high);
        break;
    case MEAN:
    case ESTIMATE:
    case NPS:
        if (series->count == 0) break;
        metric->value = (double)(sum / n / scale);
        if (d->formula == ESTIMATE)
            naive_mean_interval(series, (double)d->scale, (enum range)d->argument, &metric->low, &metric->high);
        if (d->formula == NPS) naive_nps_interval(series, &metric->low, &metric->high);
        break;
    case DEVIATION:
        metric->value = (double)(sqrtl(naive_variance(series)) / scale);
        break;
    case CONSISTENCY:
        metric->value = (double)(1 - 2 * sqrtl(naive_variance(series)) / scale);
        break;
    case QUANTILE:
        metric->value = quantile_of(series, (size_t)d->argument);
        break;
    case RATIO:
        metric->value = naive_sum(other) != 0 ? (double)(sum / naive_sum(other)) : NAN;
        break;
    case EXPECTED: /* "(clean touchpoints / touchpoints)^(touchpoints / journeys), over ended journeys" */
        metric->value = other->count ? (double)powl(sum / n, n / (long double)other->count) : NAN;
        break;
    }
    metric->n = series->count;
    metric->n_is_known = d->formula == SHARE || d->formula == MEAN || d->formula == ESTIMATE || d->formula == NPS ||
                         d->formula == QUANTILE;
}

void naive_evaluate(naive_table *table, const struct view *view, const naive_log *log) {
    size_t count;
    const struct definition *definitions = definitions_of(table->grain, &count);
    /* "first dimension owner or team, else no value" */
    bool no_context = view->grain == CXJ_GRAIN_TRANSITIONS && view->dimensions[0] != CXJ_DIMENSION_OWNER &&
                      view->dimensions[0] != CXJ_DIMENSION_TEAM;
    for (size_t c = 0; c < table->count; c++) {
        for (size_t i = 0; i < count; i++) {
            naive_metric *metric = &table->cells[c]->metrics[i];
            const char *name = definitions[i].name;
            evaluate(table->cells[c], &definitions[i], metric);
            /* 3.7: "before the first advance those metrics have no value" */
            if ((strncmp(name, "lost_context", 12) == 0 && no_context) ||
                (strcmp(name, "overdue") == 0 && !log->has_now) || !naive_is_fed(name, log->unrecorded))
                *metric = (naive_metric){.value = NAN, .low = NAN, .high = NAN};
        }
    }
}
