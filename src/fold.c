/* fold: what a journey's touchpoints, taken in order, amount to (SPEC.md section 4).
 *
 * This is section 4 of SPEC.md, and the only place that knows a rule of it. cxj__fold_step() takes the steps
 * in the order in which the specification numbers them; each is a function of its own. The state holds no more than
 * the rules ask for, so a touchpoint that comes last in its journey is one step, and anything else is the same steps
 * again from an earlier state. The fold knows no view and no clock, takes no memory, and never fails. */
#include "fold.h"

#include <string.h>

/* The tracks of which a rule speaks by name. */
enum { BY_OWNER = CXJ_DIMENSION_OWNER - 1, BY_TEAM = CXJ_DIMENSION_TEAM - 1, BY_CHANNEL = CXJ_DIMENSION_CHANNEL - 1 };

/* One step under way: the state, the touchpoint, and the facts so far; facts[0] is the touchpoint's own. */
struct step {
    struct cxj__fold *fold;
    struct cxj__hours hours;
    const cxj_touchpoint *m;
    struct cxj__fact *facts;
    size_t count;
    uint32_t wanted;                /* dimensions whose transitions leave facts */
    const struct cxj__scale *scale; /* of m's rating; NULL if it has none */
    uint16_t s;                     /* that rating, 0..12600 */
    bool first;                     /* m is the journey's first touchpoint */
    bool ran;                       /* the journey ran before m */
    bool reopens;                   /* m reopened it */
    bool late;                      /* m closes a commitment late */
    int64_t waits_since;            /* if the customer waits: since when */
};

/* ---- what a step asks ------------------------------------------------------------------------------------------- */

static bool has(const struct step *step, uint32_t facets) {
    return (step->m->facets & facets) != 0;
}

static bool is_visible(const struct step *step) {
    return has(step, CXJ_FACET_CONTACT | CXJ_FACET_UPDATE);
}

/* The customer is told, or resolved what was asked, or we came to them (step 8). */
static bool answers(const struct step *step) {
    return has(step, CXJ_FACET_UPDATE | CXJ_FACET_RESOLVED) ||
           (has(step, CXJ_FACET_CONTACT) && !has(step, CXJ_FACET_INBOUND));
}

static bool is_satisfied(const struct step *step) {
    return step->m->score >= step->scale->satisfied;
}

static bool is_dissatisfied(const struct step *step) {
    return step->m->score <= step->scale->dissatisfied;
}

/* A customer rates what happened, or the journey, and is dissatisfied. */
static bool is_rated_low(const struct step *step) {
    return step->scale != NULL && step->m->scope != CXJ_SCOPE_EMPLOYEE && is_dissatisfied(step);
}

/* A gap ends in a journey that ran. */
static bool ends_gap(const struct step *step) {
    return step->ran && (is_visible(step) || step->m->outcome != 0);
}

/* Lets one of the journey's durations last longer: in working hours, and by each clock that is asked for. */
CXJ__COLD static void lengthen_in_hours(struct step *step, enum cxj__duration duration, int64_t from, int64_t to) {
    step->hours.lasted->of[duration] += cxj__calendar_between(step->hours.calendar, from, to);
}
static inline void lengthen(struct step *step, enum cxj__duration duration, int64_t from, int64_t to) {
    step->fold->lasted.of[duration] += cxj__cell_span(from, to);
    if (step->hours.calendar != NULL) lengthen_in_hours(step, duration, from, to);
}

/* ---- facts ------------------------------------------------------------------------------------------------------ */

static void count_one(struct step *step, int fold_count) {
    step->fold->counts[fold_count]++;
    step->facts[0].counted |= CXJ__BIT(fold_count);
}

/* Counts something in the journey and in the touchpoint's own fact. */
static void count_both(struct step *step, int fold_count, int touchpoint_count) {
    count_one(step, fold_count);
    step->facts[0].mask |= CXJ__BIT(touchpoint_count);
}

static struct cxj__fact *new_fact(struct step *step, uint8_t grain) {
    struct cxj__fact *fact = &step->facts[step->count++];
    memset(fact, 0, sizeof *fact);
    fact->grain = grain;
    fact->at = step->m->at;
    return fact;
}

static bool is_wanted(const struct step *step, uint8_t d) {
    return (step->wanted >> d & 1) != 0;
}

/* A fact charged to the last change of a dimension. */
static void charge_change(struct step *step, uint8_t d, uint64_t mask, int32_t rating) {
    const struct cxj__track *track = &step->fold->tracks[d];
    if (!is_wanted(step, d)) return;
    struct cxj__fact *fact = new_fact(step, CXJ_GRAIN_TRANSITIONS);
    fact->dimension = d;
    fact->from = track->before;
    fact->to = track->value;
    fact->at = track->change_at;
    fact->mask = mask;
    fact->rating = rating;
}

static void add_sample(struct step *step, uint8_t histogram, int64_t from, int64_t to) {
    struct cxj__fact *fact = new_fact(step, CXJ_GRAIN_JOURNEYS);
    fact->dimension = histogram;
    fact->since = from;
    fact->at = to;
    step->fold->samples++;
}

/* ---- the steps of section 4 ------------------------------------------------------------------------------------- */

/* What a touchpoint states and counts by itself. Of the frequent facets, the first have counts in the fold, too. */
enum { ALSO_IN_FOLD = 4, FREQUENT = CXJ__FREQUENT_FACETS };
_Static_assert(CXJ_FACET_CONTACT == 1 && CXJ_FACET_INBOUND == 2 && CXJ_FACET_CHASE == 4 && CXJ_FACET_UPDATE == 8 &&
                   CXJ_FACET_NEXT_STEP == 16 && CXJ_FACET_EXPLAINS == 32,
               "frequent facets come first");
_Static_assert(CXJ__F_INBOUND == CXJ__F_CONTACTS + 1 && CXJ__F_CHASES == CXJ__F_CONTACTS + 2 &&
                   CXJ__F_UPDATES == CXJ__F_CONTACTS + 3,
               "their counts stand in the same order in a fold");
_Static_assert(CXJ__T_INBOUND == CXJ__T_CONTACTS + 1 && CXJ__T_CHASES == CXJ__T_CONTACTS + 2 &&
                   CXJ__T_UPDATES == CXJ__T_CONTACTS + 3 && CXJ__T_NEXT_STEPS == CXJ__T_CONTACTS + 4 &&
                   CXJ__T_EXPLANATIONS == CXJ__T_CONTACTS + 5,
               "and in a cell");

static void note_facets(struct step *step) {
    enum { NOT = -1 };
    static const struct {
        int8_t fold_count, touchpoint_count;
    } counted[] = {
        /* in the order of the facets' bits, those behind the frequent ones */
        {NOT, NOT}, /* delivered */
        {NOT, NOT}, /* requested */
        {CXJ__F_REPEATS, CXJ__T_REPEATS},
        {CXJ__F_CONTRADICTIONS, CXJ__T_CONTRADICTIONS},
        {CXJ__F_FAULTS, CXJ__T_FAULTS},
        {NOT, CXJ__T_RESOLUTIONS},
        {NOT, NOT}, /* reopens */
        {NOT, NOT}, /* pending */
        {CXJ__F_ASKS, CXJ__T_ASKS},
        {NOT, NOT}, /* churned */
        {NOT, NOT}, /* withdrawn, which none is here */
        {NOT, NOT}, /* resumes */
    };
    const uint32_t facets = step->m->facets;
    uint16_t *counts = &step->fold->counts[CXJ__F_CONTACTS];
    count_both(step, CXJ__F_TOUCHPOINTS, CXJ__T_TOUCHPOINTS);
    CXJ__UNROLL
    for (unsigned i = 0; i < ALSO_IN_FOLD; i++) counts[i] = (uint16_t)(counts[i] + (facets >> i & 1));
    step->facts[0].counted |= (uint64_t)(facets & ((1U << ALSO_IN_FOLD) - 1)) << CXJ__F_CONTACTS;
    step->facts[0].mask |= (uint64_t)(facets & ((1U << FREQUENT) - 1)) << CXJ__T_CONTACTS;
    for (uint32_t others = facets >> FREQUENT; others != 0; others &= others - 1) {
        unsigned bit = cxj__base_lowest_bit(others);
        if (counted[bit].touchpoint_count != NOT) step->facts[0].mask |= CXJ__BIT(counted[bit].touchpoint_count);
        if (counted[bit].fold_count != NOT) count_one(step, counted[bit].fold_count);
    }
}

/* Of several statements the last one in order holds. */
static void state(struct cxj__fold *fold, const cxj_touchpoint *m) {
    if (m->type != 0) fold->type = m->type;
    if (m->segment != 0) fold->segment = m->segment;
    if (m->reason != 0) fold->reason = m->reason;
    if (fold->entry == 0) fold->entry = m->channel;
    if ((m->facets & CXJ_FACET_CHURNED) != 0) fold->churned = 1;
}

static void note_statements(struct step *step) {
    struct cxj__fold *fold = step->fold;
    const cxj_touchpoint *m = step->m;
    state(fold, m);
    if (m->value != 0) {
        struct cxj__int128 value = cxj__fold_value(fold);
        cxj__base_add(&value, cxj__base_wide(m->value));
        fold->value = value.low;
        fold->value_above = (uint8_t)value.high;
    }
    step->facts[0].value = m->value;
}

/* Step 1. */
static void measure_wait(struct step *step) {
    if (step->first) {
        step->fold->first_at = step->m->at;
        return;
    }
    step->facts[0].mask |= CXJ__BIT(CXJ__T_WAITS);
    step->facts[0].since = step->fold->last_at;
}

/* Ends the journey, or reopens it, which is what it returns. */
static bool run(struct cxj__fold *fold, const cxj_touchpoint *m) {
    if (m->outcome != 0) {
        fold->outcome = m->outcome & 3U;
        fold->end_at = m->at;
        return false;
    }
    if (fold->outcome == 0 || ((m->facets & CXJ__REOPENING) == 0 && m->due == 0)) return false;
    fold->outcome = 0;
    fold->end_at = 0;
    fold->reopened = 1;
    return true;
}

/* Step 2. */
static void run_journey(struct step *step) {
    step->ran = !step->first && step->fold->outcome == 0;
    step->reopens = run(step->fold, step->m);
}

/* The quiet time starts again; what it was is a gap, or nothing. */
static void end_quiet(struct step *step, bool is_gap) {
    struct cxj__durations *by_clock[] = {&step->fold->lasted, step->hours.lasted};
    for (size_t i = 0; i < (step->hours.calendar == NULL ? 1U : 2U); i++) {
        int64_t *lasted = by_clock[i]->of;
        if (is_gap && lasted[CXJ__QUIET] > lasted[CXJ__SILENCE]) lasted[CXJ__SILENCE] = lasted[CXJ__QUIET];
        lasted[CXJ__QUIET] = 0;
    }
}

/* A note, or an update that reminds the customer, leaves the state as it was; a journey that has ended waits for
 * nobody. */
static void pause_or_go_on(struct step *step) {
    struct cxj__fold *fold = step->fold;
    if (fold->outcome != 0) {
        fold->paused = 0;
    } else if (has(step, CXJ_FACET_PENDING)) {
        fold->paused = 1;
    } else if (has(step, CXJ_FACET_CONTACT | CXJ_FACET_RESUMES)) {
        fold->paused = 0;
    }
}

/* Step 3. */
static void keep_silence(struct step *step) {
    struct cxj__fold *fold = step->fold;
    if (step->first || step->reopens) end_quiet(step, false);
    if (step->ran) {
        lengthen(step, fold->paused ? CXJ__PENDING : CXJ__QUIET, fold->last_at, step->m->at);
        if (ends_gap(step)) end_quiet(step, true);
    }
    pause_or_go_on(step);
}

static CXJ__HOT void count_change(struct step *step, uint8_t d, bool bounce) {
    if (d == BY_OWNER) {
        count_one(step, CXJ__F_HANDOFFS);
        if (bounce) count_one(step, CXJ__F_BOUNCES);
    }
    if (d == BY_TEAM) count_one(step, CXJ__F_TEAM_CHANGES);
    if (d == BY_CHANNEL) count_one(step, CXJ__F_CHANNEL_SWITCHES);
}

/* The fact of a transition from the track's value, before the track moves on. */
static void note_transition(struct step *step, uint8_t d, uint32_t value, uint64_t mask) {
    const struct cxj__track *track = &step->fold->tracks[d];
    struct cxj__fact *fact = new_fact(step, CXJ_GRAIN_TRANSITIONS);
    fact->dimension = d;
    fact->from = track->value;
    fact->to = value;
    fact->mask = mask;
    fact->since = track->at;
}

static CXJ__HOT void change(struct step *step, uint8_t d, bool bounce) {
    struct cxj__fold *fold = step->fold;
    struct cxj__track *track = &fold->tracks[d];
    count_change(step, d, bounce);
    track->before = track->value;
    track->change_at = step->m->at;
    fold->step_waits |= (uint8_t)(1U << d);
    fold->lost &= (uint8_t)~(1U << d);
}

/* One dimension of step 4, of which m has the value, if that is not 0. */
static CXJ__HOT void move(struct step *step, uint8_t d, uint32_t value, uint32_t all_held) {
    struct cxj__fold *fold = step->fold;
    struct cxj__track *track = &fold->tracks[d];
    if (value == 0) return;
    if (track->value != 0) {
        const uint64_t changes = value != track->value, bounce = changes & (uint64_t)(value == track->before);
        if (is_wanted(step, d)) {
            const uint64_t returns = changes & all_held >> d;
            note_transition(step, d, value,
                            CXJ__BIT(CXJ__X_TRANSITIONS) | changes << CXJ__X_CHANGES | bounce << CXJ__X_BOUNCES |
                                returns << CXJ__X_RETURNS);
        }
        if (changes) change(step, d, bounce);
    } else {
        track->change_at = step->m->at;
    }
    track->value = value;
    track->at = step->m->at;
    cxj__fold_note_seen(fold, d, value);
}

/* Step 4. Written out, so that each dimension knows what it counts. */
static void move_all(struct step *step, uint32_t held) {
    const cxj_touchpoint *m = step->m;
    move(step, CXJ_DIMENSION_OWNER - 1, m->owner, held);
    move(step, CXJ_DIMENSION_TEAM - 1, m->team, held);
    move(step, CXJ_DIMENSION_CHANNEL - 1, m->channel, held);
    move(step, CXJ_DIMENSION_STAGE - 1, m->stage, held);
    move(step, CXJ_DIMENSION_ACTIVITY - 1, m->activity, held);
    step->fold->wide |= (uint8_t)cxj__fold_wide(m->owner, m->team, m->channel, m->stage, m->activity);
}

CXJ__COLD static void note_explanation(struct step *step) {
    struct cxj__fold *fold = step->fold;
    for (unsigned c = 0; c < CXJ__COMMITMENTS; c++) {
        if ((fold->promises_open & ~fold->announced) >> c & 1) fold->promises[c].announced_at = step->m->at;
    }
    fold->announced |= fold->promises_open;
    fold->explained |= fold->promises_open;
}

/* A commitment closes after its first due. */
CXJ__COLD static void close_late(struct step *step, const struct cxj__promise *promise, bool announced,
                                 bool explained) {
    step->late = true;
    step->facts[0].first_due = promise->first_due;
    count_both(step, CXJ__F_LATE, CXJ__T_LATE);
    lengthen(step, CXJ__LATENESS, promise->first_due, step->m->at);
    add_sample(step, CXJ__J_HISTOGRAM_LATENESS, promise->first_due, step->m->at);
    if (!explained) count_both(step, CXJ__F_LATE_UNEXPLAINED, CXJ__T_LATE_UNEXPLAINED);
    int64_t told_at = announced ? promise->announced_at : step->m->at;
    if (announced && told_at <= promise->first_due) {
        count_both(step, CXJ__F_LATE_PROACTIVE, CXJ__T_LATE_PROACTIVE);
        add_sample(step, CXJ__J_HISTOGRAM_WARNING, told_at, promise->first_due);
        return;
    }
    if (announced) {
        count_both(step, CXJ__F_LATE_REACTIVE, CXJ__T_LATE_REACTIVE);
    } else {
        count_both(step, CXJ__F_LATE_SILENT, CXJ__T_LATE_SILENT);
    }
    lengthen(step, CXJ__DARK, promise->first_due, told_at);
}

static void deliver(struct step *step, unsigned c) {
    struct cxj__fold *fold = step->fold;
    const struct cxj__promise *promise = &fold->promises[c];
    unsigned bit = 1U << c;
    if (!(fold->promises_open & bit)) return; /* an unpromised delivery */
    count_both(step, CXJ__F_DELIVERIES, CXJ__T_DELIVERIES);
    if (step->m->at <= promise->due) count_both(step, CXJ__F_KEPT, CXJ__T_KEPT);
    if (step->m->at <= promise->first_due) {
        count_both(step, CXJ__F_ON_TIME, CXJ__T_ON_TIME);
    } else {
        close_late(step, promise, fold->announced & bit, fold->explained & bit);
    }
    fold->promises_open &= (uint8_t)~bit;
}

static void promise(struct step *step, unsigned c) {
    struct cxj__fold *fold = step->fold;
    struct cxj__promise *promise = &fold->promises[c];
    uint8_t bit = (uint8_t)(1U << c);
    int64_t due = step->m->due;
    bool opens = !(fold->promises_open & bit);
    if (!opens && due == promise->due) return; /* the same due said again is nothing new */
    if (opens || has(step, CXJ_FACET_REQUESTED)) {
        if (opens) {
            count_both(step, CXJ__F_PROMISES, CXJ__T_PROMISES);
        } else {
            count_both(step, CXJ__F_RESCHEDULES, CXJ__T_RESCHEDULES);
        }
        *promise = (struct cxj__promise){due, due, 0};
        fold->promises_open |= bit;
        fold->announced &= (uint8_t)~bit;
        fold->explained &= (uint8_t)~bit;
        return;
    }
    count_both(step, CXJ__F_SHIFTS, CXJ__T_SHIFTS);
    lengthen(step, CXJ__SLIP, promise->due, due);
    promise->due = due;
    if (is_visible(step) && !(fold->announced & bit)) {
        promise->announced_at = step->m->at;
        fold->announced |= bit;
    }
}

/* Step 5. */
static void keep_commitments(struct step *step) {
    if (has(step, CXJ_FACET_EXPLAINS)) note_explanation(step);
    if (has(step, CXJ_FACET_DELIVERED)) deliver(step, step->m->commitment);
    if (step->m->due != 0) promise(step, step->m->commitment);
}

/* Step 6. */
static void lose_context(struct step *step) {
    struct cxj__fold *fold = step->fold;
    if (!has(step, CXJ_FACET_REPEATED | CXJ_FACET_CONTRADICTED)) return;
    for (uint8_t d = BY_OWNER; d <= BY_TEAM; d++) {
        if (fold->tracks[d].before == 0 || fold->lost >> d & 1) continue;
        fold->lost |= (uint8_t)(1U << d);
        charge_change(step, d, CXJ__BIT(CXJ__X_LOST_CONTEXT), 0);
        if (d == BY_OWNER) count_one(step, CXJ__F_LOST_CONTEXT);
    }
}

/* Step 7. */
static void keep_asking(struct step *step) {
    struct cxj__fold *fold = step->fold;
    const bool chase = has(step, CXJ_FACET_CHASE);
    if (has(step, CXJ_FACET_UPDATE) && !chase && !fold->asking) {
        count_both(step, CXJ__F_PROACTIVE_UPDATES, CXJ__T_PROACTIVE_UPDATES);
    }
    fold->asking = chase || (fold->asking && (!is_visible(step) || has(step, CXJ_FACET_INBOUND)));
}

static void note_response(struct step *step) {
    struct cxj__fold *fold = step->fold;
    count_both(step, CXJ__F_RESPONSES, CXJ__T_RESPONSES);
    step->facts[0].waits_since = step->waits_since;
    lengthen(step, CXJ__RESPONSE, step->waits_since, step->m->at);
    if (fold->counts[CXJ__F_FIRST_RESPONSES] > 0) return;
    count_one(step, CXJ__F_FIRST_RESPONSES);
    lengthen(step, CXJ__FIRST_RESPONSE, step->waits_since, step->m->at);
}

/* Step 8. Where the journey has ended, nobody waits: an outcome clears that, and who comes later takes it up again. */
static void respond(struct step *step) {
    struct cxj__fold *fold = step->fold;
    uint16_t *waits = &fold->counts[CXJ__F_WAITING]; /* 0 or 1 */
    if (*waits == 0 && has(step, CXJ_FACET_INBOUND)) {
        *waits = 1;
        step->waits_since = step->m->at;
    }
    if (*waits == 0) return;
    step->facts[0].counted |= CXJ__BIT(CXJ__F_WAITING);
    if (answers(step)) {
        note_response(step);
        *waits = 0;
    } else if (step->m->outcome != 0) {
        *waits = 0;
    } else {
        fold->waits_since = step->waits_since;
    }
}

/* Step 9. */
static void close_loop(struct step *step) {
    struct cxj__fold *fold = step->fold;
    if (fold->loop_open && answers(step)) {
        fold->loop_open = 0;
        count_one(step, CXJ__F_LOOPS_CLOSED);
        add_sample(step, CXJ__J_HISTOGRAM_LOOP, fold->loop_at, step->m->at);
    }
    if (!is_rated_low(step)) return;
    fold->rated_low_again = fold->loop_open;
    if (fold->loop_open) return;
    fold->loop_open = 1;
    fold->loop_at = step->m->at;
    count_one(step, CXJ__F_LOOPS);
}

/* A touch rating, and the step it makes from the one before for each dimension that changed in between. */
static void rate_touchpoint(struct step *step) {
    struct cxj__fold *fold = step->fold;
    bool has_earlier = fold->counts[CXJ__F_TOUCH_RATINGS] > 0;
    for (uint8_t d = 0; has_earlier && d < CXJ__TRACKS; d++) {
        if (!(fold->step_waits >> d & 1)) continue;
        int32_t rise = (int32_t)step->s - (int32_t)fold->touch_last;
        uint64_t mask = CXJ__BIT(CXJ__X_STEPS);
        if (rise > 0) mask |= CXJ__BIT(CXJ__X_IMPROVED);
        if (rise < 0) mask |= CXJ__BIT(CXJ__X_DEGRADED);
        charge_change(step, d, mask, rise);
    }
    fold->step_waits = 0;
    if (!has_earlier) fold->touch_first = step->s;
    fold->touch_last = step->s;
    fold->touch_sum += step->s;
    fold->touch_squares += (uint64_t)step->s * step->s;
    count_both(step, CXJ__F_TOUCH_RATINGS, CXJ__T_RATINGS);
    if (is_satisfied(step)) step->facts[0].mask |= CXJ__BIT(CXJ__T_SATISFIED);
    if (is_dissatisfied(step)) step->facts[0].mask |= CXJ__BIT(CXJ__T_DISSATISFIED);
}

CXJ__COLD static void rate_journey(struct step *step) {
    struct cxj__fold *fold = step->fold;
    switch (step->scale->kind) {
    case CXJ__SATISFACTION:
        if (!fold->rated) fold->journey_first = step->s;
        fold->journey_last = step->s;
        fold->rated_again = fold->rated;
        fold->rated = 1;
        break;
    case CXJ__LOYALTY:
        fold->has_loyalty = 1;
        fold->loyalty_last = step->s;
        break;
    default:
        fold->has_effort = 1;
        fold->effort_last = step->s;
        break;
    }
    fold->delighted = step->m->score >= step->scale->delighted;
}

/* Ratings of loyalty and effort, of whichever of the customers' scopes, as their touchpoint counts them. */
CXJ__COLD static void rate_kind(struct step *step) {
    uint64_t *mask = &step->facts[0].mask;
    if (step->scale->kind == CXJ__EFFORT) *mask |= CXJ__BIT(CXJ__T_CES_RATINGS);
    if (step->scale->kind != CXJ__LOYALTY) return;
    *mask |= CXJ__BIT(CXJ__T_NPS_RATINGS);
    if (is_satisfied(step)) *mask |= CXJ__BIT(CXJ__T_NPS_SATISFIED);
    if (is_dissatisfied(step)) *mask |= CXJ__BIT(CXJ__T_NPS_DISSATISFIED);
}

/* Step 10. */
static void rate(struct step *step) {
    struct cxj__fold *fold = step->fold;
    bool satisfaction = step->scale->kind == CXJ__SATISFACTION;
    step->facts[0].rating = step->s;
    if (step->m->scope == CXJ_SCOPE_EMPLOYEE) {
        if (satisfaction) step->facts[0].mask |= CXJ__BIT(CXJ__T_EMPLOYEE_RATINGS);
        return;
    }
    rate_kind(step);
    if (fold->asked) fold->answered = 1;
    if (step->m->scope == CXJ_SCOPE_JOURNEY) {
        rate_journey(step);
    } else if (satisfaction) {
        rate_touchpoint(step);
    }
}

/* Whether the need was met at the first contact (section 6, first_contact_resolution). */
static void note_resolution(struct step *step) {
    struct cxj__fold *fold = step->fold;
    if (fold->resolved) {
        if (has(step, CXJ_FACET_INBOUND)) fold->inbound_after_resolution = 1;
    } else if (has(step, CXJ_FACET_RESOLVED)) {
        fold->resolved = 1;
        fold->resolved_at_once = fold->counts[CXJ__F_CONTACTS] == 1;
    }
}

/* A touchpoint is clean if nothing went wrong at it. */
static void judge_closing(struct step *step) {
    static const uint32_t blemishes = CXJ_FACET_FAULT | CXJ_FACET_REPEATED | CXJ_FACET_CONTRADICTED | CXJ_FACET_CHASE;
    if (!has(step, blemishes) && !step->late) count_both(step, CXJ__F_CLEAN, CXJ__T_CLEAN);
}

size_t cxj__fold_step(struct cxj__fold *fold, struct cxj__hours hours, const cxj_touchpoint *m, uint32_t held,
                      uint32_t wanted, struct cxj__fact *facts) {
    struct step step = {.fold = fold,
                        .hours = hours,
                        .m = m,
                        .facts = facts,
                        .wanted = wanted,
                        .first = fold->counts[CXJ__F_TOUCHPOINTS] == 0,
                        .waits_since = fold->waits_since};
    new_fact(&step, CXJ_GRAIN_TOUCHPOINTS);
    note_facets(&step);
    note_statements(&step);
    measure_wait(&step);
    run_journey(&step);
    keep_silence(&step);
    move_all(&step, held);
    keep_commitments(&step);
    lose_context(&step);
    keep_asking(&step);
    respond(&step);
    if (m->facets & CXJ_FACET_ASKED) fold->asked = 1;
    if (m->scale != 0) {
        step.scale = cxj__touchpoint_scale(m->scale);
        uint32_t range = (uint32_t)(step.scale->highest - step.scale->lowest);
        step.s = (uint16_t)((uint32_t)(m->score - step.scale->lowest) * CXJ__RATING_UNIT / range);
    }
    close_loop(&step);
    if (step.scale != NULL) rate(&step);
    note_resolution(&step);
    judge_closing(&step);
    fold->last_at = m->at;
    return step.count;
}

CXJ__COLD uint32_t cxj__fold_find_wide(uint32_t owner, uint32_t team, uint32_t channel, uint32_t stage,
                                       uint32_t activity) {
    return (uint32_t)(owner > 63) << (CXJ_DIMENSION_OWNER - 1) | (uint32_t)(team > 63) << (CXJ_DIMENSION_TEAM - 1) |
           (uint32_t)(channel > 63) << (CXJ_DIMENSION_CHANNEL - 1) |
           (uint32_t)(stage > 63) << (CXJ_DIMENSION_STAGE - 1) |
           (uint32_t)(activity > 63) << (CXJ_DIMENSION_ACTIVITY - 1);
}

void cxj__fold_restate(struct cxj__fold *fold, const cxj_touchpoint *m) {
    cxj__fold_note_values(fold, m->owner, m->team, m->channel, m->stage, m->activity);
    state(fold, m);
    (void)run(fold, m);
}

CXJ__COLD bool cxj__fold_is_rated_low(const cxj_touchpoint *m) {
    const struct step step = {.m = m, .scale = cxj__touchpoint_scale(m->scale)};
    return is_rated_low(&step);
}

CXJ__COLD bool cxj__fold_note_moments(struct cxj__fold *fold, const cxj_touchpoint *m, struct cxj__moments *moments) {
    struct step step = {.fold = fold,
                        .m = m,
                        .scale = cxj__touchpoint_scale(m->scale),
                        .first = fold->counts[CXJ__F_TOUCHPOINTS]++ == 0};
    run_journey(&step);
    bool opens = step.first || step.reopens, is_quiet_anew = opens || ends_gap(&step);
    pause_or_go_on(&step);
    if (opens) moments->opened_at = m->at;
    if (is_quiet_anew) moments->quiet_since = m->at;
    if (is_rated_low(&step)) moments->dissatisfied_at = m->at;
    return is_quiet_anew;
}

void cxj__fold_copy(struct cxj__fold *to, const struct cxj__fold *from) {
    size_t open = 0; /* commitments up to the last that is open */
    if (to == from) return;
    while (from->promises_open >> open != 0) open++;
    memcpy(to, from, offsetof(struct cxj__fold, promises) + open * sizeof *from->promises);
}
