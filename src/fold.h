/* fold: what a journey's touchpoints, taken in order, amount to. Pure: touchpoints in, facts out. */
#ifndef CXJ__FOLD_H
#define CXJ__FOLD_H

#include "base.h"
#include "calendar.h"
#include "cell.h"
#include "touchpoint.h"

/* The dimensions through which transitions are seen: CXJ_DIMENSION_OWNER … CXJ_DIMENSION_ACTIVITY, less one. */
enum { CXJ__TRACKS = 5 };

/* Touchpoints that a journey may have: its counts fit 16 bits, and its sums of durations 64. */
enum { CXJ__TOUCHPOINTS_LIMIT = 29000 };

/* At most: the touchpoint itself, a transition and a step for each dimension, lost context for two, and three
 * samples. */
enum { CXJ__FACTS_OF_A_STEP = 1 + CXJ__TRACKS * 2 + 2 + 3 };

/* One dimension as the fold has seen it so far. The last change went from before to value; there was one if before is
 * not 0. */
struct cxj__track {
    int64_t at;        /* of the last touchpoint with a value */
    int64_t change_at; /* of the later touchpoint of the last change; before there was one: of the first with a value */
    uint32_t value;    /* the last value; 0: none so far */
    uint32_t before;   /* the value held immediately before that one, runs of one value counting once */
};

struct cxj__promise {
    int64_t first_due, due, announced_at;
};

/* Facets by which a touchpoint without an outcome takes up a journey that has ended; a due does, too (step 2). */
#define CXJ__REOPENING                                                                                                 \
    ((uint32_t)(CXJ_FACET_INBOUND | CXJ_FACET_REPEATED | CXJ_FACET_CONTRADICTED | CXJ_FACET_FAULT | CXJ_FACET_REOPENS))

/* Moments of a journey that only rules ask for (section 9): from when on its quiet time is counted, when it began or was
 * last taken up again, and its last dissatisfied rating by a customer, if it has any. A short journey's are found by
 * looking at its records, a long one's from those that its last checkpoint keeps. */
struct cxj__moments {
    int64_t quiet_since, opened_at, dissatisfied_at;
};

/* Durations that a journey adds up, or of which it keeps the longest. They fit 64 bits, since a journey has at most
 * CXJ__TOUCHPOINTS_LIMIT touchpoints within 10,000 years. All are measured by one clock; what another measures stands
 * in a struct of its own. */
enum cxj__duration {
    CXJ__QUIET,   /* since the last gap ended */
    CXJ__SILENCE, /* the longest gap */
    CXJ__PENDING,
    CXJ__SLIP, /* from here on: what a journey contributes also while it runs */
    CXJ__LATENESS,
    CXJ__DARK,
    CXJ__RESPONSE, /* of all responses */
    CXJ__FIRST_RESPONSE,
    CXJ__DURATIONS
};
struct cxj__durations {
    int64_t of[CXJ__DURATIONS];
};

/* The clock of working hours, and what a journey's durations are by it. calendar NULL: nobody asks for them. */
struct cxj__hours {
    const struct cxj__calendar *calendar;
    struct cxj__durations *lasted;
};

/* All that the fold carries from one touchpoint to the next. Zero before the first. What a contribution is made of,
 * beside counts and durations, comes last: see cxj__contribution_is_alike(). */
struct cxj__fold {
    int64_t first_at, last_at;
    union {                  /* a customer waits only while the journey runs */
        int64_t end_at;      /* if it has ended */
        int64_t waits_since; /* if the customer waits for an answer, as counts say */
    };
    int64_t loop_at; /* at which the last loop opened, if any did: at a dissatisfied rating, the last one unless there
                        was another while it was open */
    struct cxj__durations lasted;
    struct cxj__track tracks[CXJ__TRACKS];
    uint64_t seen[CXJ__TRACKS]; /* values so far, by dimension: bit value % 64; see cxj__fold_saw() */
    uint16_t counts[CXJ__F_COUNTS];
    uint16_t type, segment, reason, entry;
    uint32_t samples;    /* facts of grain journeys so far */
    unsigned paused : 1; /* we wait for the customer */
    unsigned asking : 1;
    unsigned loop_open : 1;
    unsigned rated_low_again : 1; /* there was another */
    uint8_t step_waits;           /* a bit for each dimension: no touch rating since its last change */
    uint8_t lost;                 /* a bit for each dimension: its last change lost context */
    uint8_t wide;                 /* a bit for each dimension: a value of 64 or more was seen */
    uint8_t announced, explained; /* a bit for each commitment that is open */
    /* From here on: what a contribution is made of. */
    uint32_t touch_sum;
    uint64_t touch_squares;
    uint64_t value;                   /* the lower 64 bits of the sum; above them: value_above. See cxj__fold_value() */
    uint16_t touch_first, touch_last; /* s of the first and last touch rating */
    uint8_t value_above;
    uint8_t promises_open; /* a bit for each commitment */
    uint16_t journey_first, journey_last;
    uint16_t loyalty_last, effort_last; /* s of the last rating of scope journey of that kind */
    unsigned outcome : 2;               /* 0 while the journey runs */
    unsigned reopened : 1;
    unsigned churned : 1;
    unsigned resolved : 1;
    unsigned resolved_at_once : 1; /* exactly one contact stood at or before the first resolved touchpoint */
    unsigned inbound_after_resolution : 1;
    unsigned rated : 1; /* a rating of kind satisfaction and scope journey */
    unsigned rated_again : 1;
    unsigned asked : 1;
    unsigned answered : 1;
    unsigned has_loyalty : 1;
    unsigned has_effort : 1;
    unsigned delighted : 1;                         /* the last rating of scope journey, of whatever kind */
    struct cxj__promise promises[CXJ__COMMITMENTS]; /* those that are open; see cxj__fold_copy() */
    struct cxj__durations in_hours;                 /* where somebody asks for them, and the fold stands by itself */
    struct cxj__moments moments;                    /* of a checkpoint */
};

/* The sum of a journey's values, which takes some 66 bits: CXJ__TOUCHPOINTS_LIMIT times 10^15, and a sign. */
static inline struct cxj__int128 cxj__fold_value(const struct cxj__fold *fold) {
    return (struct cxj__int128){fold->value, (fold->value_above ^ UINT64_C(0x80)) - 0x80};
}

/* Copies a fold, less what it holds of commitments that are not open, and its durations in working hours. */
void cxj__fold_copy(struct cxj__fold *to, const struct cxj__fold *from);

/* Whether an earlier touchpoint of the journey has held a value (not none) of a dimension. The fold knows it while all
 * values of the dimension are below 64, and as long as none that is alike modulo 64 has been seen; where it does not
 * know, the touchpoints have to be asked. Bits of dimension d; those of none are 0. */
struct cxj__saw {
    uint32_t seen, perhaps;
};
static inline void cxj__fold_saw(const struct cxj__fold *fold, uint32_t d, uint32_t value, struct cxj__saw *saw) {
    const uint32_t may = (uint32_t)(value != 0) & (uint32_t)(fold->seen[d] >> (value & 63));
    const uint32_t is_last = (uint32_t)(fold->tracks[d].value == value); /* as with most owners: the last one again */
    const uint32_t knows = is_last | ((uint32_t)(value < 64) & ~((uint32_t)fold->wide >> d));
    saw->seen |= (may & knows & 1) << d;
    saw->perhaps |= (may & ~knows & 1) << d;
}

/* The dimensions in which these values are 64 or more, a bit for each. */
uint32_t cxj__fold_find_wide(uint32_t owner, uint32_t team, uint32_t channel, uint32_t stage, uint32_t activity);
static inline uint32_t cxj__fold_wide(uint32_t owner, uint32_t team, uint32_t channel, uint32_t stage,
                                      uint32_t activity) {
    const bool has_any = (owner | team | channel | stage | activity) > 63;
    return has_any ? cxj__fold_find_wide(owner, team, channel, stage, activity) : 0;
}

/* Which of its values an earlier touchpoint has held, as cxj__fold_saw() says it of one, of all dimensions at once, but for
 * those that are returned: in these there are values of 64 or more, and they have to be asked one by one. None is no value that was seen, for bit 0 is 64's. */
static inline uint32_t cxj__fold_held(const struct cxj__fold *fold, const cxj_touchpoint *m, uint32_t *held) {
#define CXJ__HELD(field, dimension)                                                                                    \
    ((uint32_t)(fold->seen[CXJ_DIMENSION_##dimension - 1] >> (m->field & 63) & 1) << (CXJ_DIMENSION_##dimension - 1))
    *held = CXJ__HELD(owner, OWNER) | CXJ__HELD(team, TEAM) | CXJ__HELD(channel, CHANNEL) | CXJ__HELD(stage, STAGE) |
            CXJ__HELD(activity, ACTIVITY);
    return fold->wide | cxj__fold_wide(m->owner, m->team, m->channel, m->stage, m->activity);
#undef CXJ__HELD
}

/* Notes that a value of a dimension was seen, which is not none. */
static inline void cxj__fold_note_seen(struct cxj__fold *fold, uint32_t d, uint32_t value) {
    fold->seen[d] |= UINT64_C(1) << (value & 63);
}

/* The same of all dimensions, and which values are wide; that there was none is nothing to note. */
static inline void cxj__fold_note_values(struct cxj__fold *fold, uint32_t owner, uint32_t team, uint32_t channel,
                                         uint32_t stage, uint32_t activity) {
    if (owner != 0) cxj__fold_note_seen(fold, CXJ_DIMENSION_OWNER - 1, owner);
    if (team != 0) cxj__fold_note_seen(fold, CXJ_DIMENSION_TEAM - 1, team);
    if (channel != 0) cxj__fold_note_seen(fold, CXJ_DIMENSION_CHANNEL - 1, channel);
    if (stage != 0) cxj__fold_note_seen(fold, CXJ_DIMENSION_STAGE - 1, stage);
    if (activity != 0) cxj__fold_note_seen(fold, CXJ_DIMENSION_ACTIVITY - 1, activity);
    fold->wide |= (uint8_t)cxj__fold_wide(owner, team, channel, stage, activity);
}

/* The part of a step that says what holds for the whole journey from a touchpoint on (type, segment, reason, outcome,
 * churned, entry), and which values it has seen. All else of the fold stays as it is, and is not true any more. */
void cxj__fold_restate(struct cxj__fold *fold, const cxj_touchpoint *m);

/* The part of a step that says whether the journey runs and is paused, and moves its moments; true if its quiet time
 * starts again. Of the fold, else, only how many touchpoints there were is kept, and all else is not true any more. */
bool cxj__fold_note_moments(struct cxj__fold *fold, const cxj_touchpoint *m, struct cxj__moments *moments);

/* True if a customer is dissatisfied, by the scale, score and scope of a touchpoint. */
bool cxj__fold_is_rated_low(const cxj_touchpoint *m);

/* Folds in one touchpoint, whose facets are implied already and which is not withdrawn.
 * held: a bit for each dimension whose value an earlier touchpoint of the journey has held.
 * wanted: a bit for each dimension whose transitions are of interest; the others' leave no facts.
 * hours: the clock of working hours, if somebody asks for it; its durations are the fold's own, or stand elsewhere.
 * facts: room for CXJ__FACTS_OF_A_STEP; the first is the touchpoint's own.
 * Returns the number of facts. */
enum { CXJ__ALL_TRACKS = (1 << CXJ__TRACKS) - 1 };
size_t cxj__fold_step(struct cxj__fold *fold, struct cxj__hours hours, const cxj_touchpoint *m, uint32_t held,
                      uint32_t wanted, struct cxj__fact *facts);
static inline struct cxj__hours cxj__fold_no_hours(void) {
    return (struct cxj__hours){NULL, NULL};
}

#endif
