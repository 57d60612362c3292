/* sample_log: makes examples/onboarding.csv, the log that the demo shows.
 *
 * SPDX-License-Identifier: MIT
 *
 *     sample_log [--seed N] [--customers N]
 *     sample_log --coefficients                what the customers' ratings and their leaving follow from, as CSV
 *
 * A pay-TV company brings new customers on board: some three months each, half a dozen calls or more, a technician's
 * visit, mail, chat, web, and steps in the back office that nobody sees. Whoever talks to the customer does it well, in
 * every segment. The segments differ in one table only, `ways` below: how often a date moves without a word, how often
 * the next person knows nothing of what the last one was told, how often the same cause strikes again. And since one
 * day care works with a new desktop, which hides from everybody what others have noted.
 *
 * What customers say about the journey as a whole, and whether they leave, follows from what happened to them, by the
 * table of weights below, and from chance. The library's drivers must find these weights again. They weigh the
 * predictors of section 8.1 of src/SPEC.md, which are therefore counted here too (count_predictors), without the
 * library.
 *
 * Only integers are used, and a generator of random numbers that stands here, so every machine makes the same bytes.
 * Each customer has a sequence of random numbers of their own: asking for more customers adds journeys, changing none.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_SEED = 9, DEFAULT_CUSTOMERS = 340, MOST_CUSTOMERS = 100000, FIRST_JOURNEY = 1001 };

/* Time is counted in minutes since 1970-01-01T00:00Z. */
enum { HOUR = 60, DAY = 24 * HOUR };

/* The first orders come in after 2025-03-01; the log is cut on 2026-08-20, so that the youngest journeys are still
 * under way, as in any real log. */
enum { FIRST_DAY = 20148, ORDER_DAYS = 537, CUT_DAY = 20685 };

/* On 2025-12-01 care's new desktop comes: what one in so many forgot, now four forget. From 2026-07-27 on those who
 * answer mail are on holiday. */
enum { DESKTOP_DAY = 20423, FORGETS_TIMES = 4, HOLIDAY_DAY = 20661 };

/* ---------------------------------------------------------------------------------------------------------------------
 * What weighs
 * ------------------------------------------------------------------------------------------------------------------ */

/* The predictors in the order of section 8.1. Then what one more does to the journey's rating, in hundredths of a point
 * (of 0 to 100), and to the chance that the customer leaves, in ten-thousandths. Errors weigh little, a delay with its
 * reason weighs little, a handoff as such nothing; what weighs is a delay that nobody explains, a broken promise, a
 * handoff that loses what the customer has said, having to ask, and silence. Where nothing happened, INTERCEPT is left.
 *
 * A rating is the sum, with a noise of up to twice NOISE either way, rounded to a whole point. Rounding errs by half a
 * point at most and leans to neither side, so beside a noise with a standard deviation of 4.9 points it does not count.
 * A rating cannot leave 0 to 100. At the end of a journey no sum does so above, and three in a thousand below: those to
 * whom everything happened at once. The chance of leaving is the sum, and no story makes it more than 1. */
/* clang-format off */
#define WEIGHTS(X)                                       \
    X(FAULTS, "faults", -200, 0)                         \
    X(LATE, "late", -100, 0)                             \
    X(LATE_UNEXPLAINED, "late_unexplained", -1200, 1000) \
    X(BROKEN, "broken", -800, 1200)                      \
    X(SHIFTS, "shifts", -100, 0)                         \
    X(HANDOFFS, "handoffs", 0, 0)                        \
    X(LOST_CONTEXT, "lost_context", -400, 350)           \
    X(CHANNEL_SWITCHES, "channel_switches", 0, 0)        \
    X(REPEATS, "repeats", -100, 0)                       \
    X(CONTRADICTIONS, "contradictions", -300, 300)       \
    X(CHASES, "chases", -550, 500)                       \
    X(SILENT_DAYS, "silent_days", -25, 0)                \
    X(INTERCEPT, "intercept", 8900, 100)
/* clang-format on */

enum {
#define X(predictor, name, rating, leaving) predictor,
    WEIGHTS(X) WEIGHTS_COUNT,
#undef X
    PREDICTORS = INTERCEPT
};

static const struct {
    const char *name;
    int32_t rating, leaving;
} weights[WEIGHTS_COUNT] = {
#define X(predictor, name, rating, leaving) {name, rating, leaving},
    WEIGHTS(X)
#undef X
};

enum { NOISE = 600 };

/* ---------------------------------------------------------------------------------------------------------------------
 * What happens, and to whom
 * ------------------------------------------------------------------------------------------------------------------ */

/* What a segment's customers live through: chances in a thousand. */
typedef struct {
    const char *segment;
    const char *cause;       /* what lies behind most of its troubles, and is not removed */
    uint32_t moves_silently; /* the visit's date moves, and nobody tells the customer */
    uint32_t moves_openly;   /* it moves, and they are told before, with the reason */
    uint32_t same_agent;     /* the agent who knows the case takes the next call */
    uint32_t forgets;        /* the customer has to say it all again; before the new desktop */
    uint32_t contradicts;    /* a written answer does not agree with what was said before */
    uint32_t second_visit;   /* the technician has to come again */
    uint32_t wrong_invoice;  /* the first invoice is wrong */
    uint32_t explains;       /* a delay comes with its reason */
    uint32_t on_hand;        /* the correction comes when promised */
    uint32_t checks_in;      /* somebody calls in the quiet weeks before the end */
} way;

static const way ways[] = {
    {"newcomer", "knowledge", 40, 180, 650, 30, 20, 100, 120, 850, 900, 900},
    {"upgrader", "process", 30, 160, 650, 30, 20, 90, 110, 900, 900, 900},
    {"mover", "tool", 620, 100, 450, 220, 120, 280, 440, 250, 350, 500},
    {"switcher", "policy", 600, 100, 500, 210, 150, 220, 520, 280, 300, 450},
};
enum { WAYS = sizeof ways / sizeof *ways };

static const char *const reasons[] = {"watch-sports", "family-films", "lower-bill", "new-home"};
static const char *const other_causes[] = {"process", "knowledge", "support", "tool"};

/* Who holds the work, in which team; a role with many people has numbers of two digits. */
typedef enum { NOBODY, AGENT, BACK_OFFICE, DISPATCH, TECHNICIAN, BILLING } role;

static const struct {
    const char *name, *team;
    bool many;
} roles[] = {
    [NOBODY] = {NULL, NULL, false},
    [AGENT] = {"agent", "care", true},
    [BACK_OFFICE] = {"back-office", "office", false},
    [DISPATCH] = {"dispatch", "dispatch", false},
    [TECHNICIAN] = {"tech", "field", true},
    [BILLING] = {"billing", "billing", false},
};

/* Where the customer is met, and how they rate that: of a hundred so many give 5, so many 4, the others 3. It is the
 * same in every segment; an answer by mail is the least liked. */
typedef enum { NOWHERE, PHONE, WEB, MAIL, CHAT, HOME } channel;

static const struct {
    const char *name;
    uint32_t fives, fours;
} channels[] = {
    [NOWHERE] = {NULL, 0, 0},  [PHONE] = {"phone", 60, 36}, [WEB] = {"web", 60, 36},
    [MAIL] = {"mail", 30, 50}, [CHAT] = {"chat", 58, 36},   [HOME] = {"home", 72, 25},
};

/* Facets by their bits, as section 2 of src/SPEC.md has them. What one implies is left to the library. */
/* clang-format off */
#define FACETS(X)                                                                                         \
    X(CONTACT, 0, "contact") X(INBOUND, 1, "inbound") X(CHASE, 2, "chase") X(UPDATE, 3, "update")         \
    X(NEXT_STEP, 4, "next_step") X(EXPLAINS, 5, "explains") X(DELIVERED, 6, "delivered")                  \
    X(REQUESTED, 7, "requested") X(REPEATED, 8, "repeated") X(CONTRADICTED, 9, "contradicted")            \
    X(FAULT, 10, "fault") X(RESOLVED, 11, "resolved") X(REOPENS, 12, "reopens") X(PENDING, 13, "pending") \
    X(ASKED, 14, "asked") X(CHURNED, 15, "churned") X(RESUMES, 17, "resumes")
/* clang-format on */

enum {
#define X(facet, bit, name) facet = 1 << (bit),
    FACETS(X)
#undef X
            COMES_TO_US = INBOUND |
        CHASE,
    TAKES_PART = CONTACT | COMES_TO_US,
    VISIBLE = TAKES_PART | UPDATE | NEXT_STEP | EXPLAINS
};

static const struct {
    const char *name;
    uint32_t facet;
} facet_names[] = {
#define X(facet, bit, name) {name, facet},
    FACETS(X)
#undef X
};

/* One touchpoint, as a row of the log. What is NULL or 0 is left empty. */
typedef struct {
    uint32_t journey, id;
    int64_t at, due;
    const char *segment, *reason;
    const char *activity, *stage;
    channel channel;
    role role;
    uint32_t number; /* of the one who holds the work: agent-07 */
    uint32_t facets;
    const char *scale, *scope, *cause, *outcome;
    uint32_t score;
    uint32_t commitment; /* due and delivered speak of 0, the visit, or of 1, the correction of an invoice */
    uint32_t value;
} moment;

typedef struct {
    moment *moments;
    size_t count, room;
} journal;

/* One customer's story while it is being told. */
typedef struct {
    journal *journal;
    size_t begin; /* the first of its moments */
    const way *way;
    uint64_t random;
    int64_t now;
    int64_t visit; /* the date promised for the technician's visit */
    const char *stage;
    uint32_t journey, said;
    uint32_t agent; /* who was the last to talk to them; 0: nobody so far */
    bool answers;   /* rates the journey when asked */
} story;

/* ---------------------------------------------------------------------------------------------------------------------
 * Chance and time
 * ------------------------------------------------------------------------------------------------------------------ */

/* SplitMix64 (Steele, Lea, Flood, 2014): small, and good enough for a story. */
static uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint32_t below(story *s, uint32_t bound) {
    return (uint32_t)(((next_random(&s->random) >> 32) * bound) >> 32);
}

static uint32_t between(story *s, uint32_t low, uint32_t high) {
    return low + below(s, high - low + 1);
}

static bool chance(story *s, uint32_t of_thousand) {
    return below(s, 1000) < of_thousand;
}

/* Day 0 was a Thursday. Nobody works on a Sunday, on a Saturday, or on the three days at Christmas and New Year. */
static bool is_workday(int64_t day) {
    static const int64_t holidays[] = {20447, 20448, 20454}; /* 2025-12-25, 2025-12-26, 2026-01-01 */
    for (size_t i = 0; i < sizeof holidays / sizeof *holidays; i++) {
        if (day == holidays[i]) {
            return false;
        }
    }
    return (day + 3) % 7 < 5;
}

static int64_t workday(int64_t day) {
    while (!is_workday(day)) {
        day++;
    }
    return day;
}

/* Moves on by so many days, to a moment in office hours. */
static void after_days(story *s, uint32_t low, uint32_t high) {
    int64_t day = workday(s->now / DAY + between(s, low, high));
    s->now = day * DAY + between(s, 8 * HOUR, 18 * HOUR - 1);
}

/* Moves on by so long, or to the next morning on which somebody works. */
static void after_minutes(story *s, uint32_t low, uint32_t high) {
    s->now += between(s, low, high);
    bool before_work = s->now % DAY < 8 * HOUR && is_workday(s->now / DAY);
    if (before_work || s->now % DAY >= 20 * HOUR || !is_workday(s->now / DAY)) {
        s->now = workday(s->now / DAY + (before_work ? 0 : 1)) * DAY + between(s, 8 * HOUR, 10 * HOUR);
    }
}

/* Moves on to a date that was set before; never back, should holidays have pushed what came between beyond it. */
static void go_to(story *s, int64_t date) {
    s->now = date > s->now ? date : s->now + 5;
}

/* A date for a visit or an answer: the end of the morning or of the afternoon, some days after a moment. */
static int64_t date_after(story *s, int64_t moment_before, uint32_t low, uint32_t high) {
    int64_t day = workday(moment_before / DAY + between(s, low, high));
    return day * DAY + (chance(s, 500) ? 12 : 17) * HOUR;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Telling
 * ------------------------------------------------------------------------------------------------------------------ */

static void give_up(const char *why) {
    fprintf(stderr, "sample_log: %s\n", why);
    exit(EXIT_FAILURE);
}

/* Adds a moment to the story. The pointer lives until the next one is added. */
static moment *tell(story *s, const char *activity, channel where, uint32_t facets) {
    journal *j = s->journal;
    if (j->count > s->begin && j->moments[j->count - 1].at > s->now) {
        give_up("a story went back in time");
    }
    if (j->count == j->room) {
        j->room = j->room > 0 ? 2 * j->room : 1024;
        j->moments = realloc(j->moments, j->room * sizeof *j->moments);
        if (j->moments == NULL) {
            give_up("out of memory");
        }
    }
    moment *m = &j->moments[j->count++];
    memset(m, 0, sizeof *m);
    m->journey = s->journey;
    m->id = ++s->said;
    m->at = s->now;
    m->activity = activity;
    m->channel = where;
    m->stage = s->stage;
    m->facets = facets;
    return m;
}

static void done_by(moment *m, role who, uint32_t number) {
    m->role = who;
    m->number = number;
}

/* Six customers in ten rate whom they met. */
static void rate_touchpoint(story *s, moment *m) {
    if (!chance(s, 600)) {
        return;
    }
    uint32_t luck = below(s, 100), fives = channels[m->channel].fives;
    m->scale = "csat5";
    m->scope = "touchpoint";
    m->score = luck < fives ? 5 : luck < fives + channels[m->channel].fours ? 4 : 3;
}

/* In one trouble out of four something else is behind it than what the segment suffers from. */
static void blame(story *s, moment *m) {
    m->cause = chance(s, 750) ? s->way->cause : other_causes[below(s, 4)];
}

static bool forgets(story *s) {
    return chance(s, s->way->forgets * (s->now / DAY >= DESKTOP_DAY ? FORGETS_TIMES : 1));
}

/* Who answers next: the agent of the last time, or any. Says whether it is another than the last time. */
static bool another_agent(story *s) {
    uint32_t before = s->agent;
    if (before == 0 || !chance(s, s->way->same_agent)) {
        s->agent = between(s, 1, 16);
    }
    return before != 0 && before != s->agent;
}

/* A call. Another agent than last time may know nothing of the case, and the same may have forgotten it. */
static moment *call(story *s, const char *activity, uint32_t facets) {
    bool first = s->agent == 0, another = another_agent(s);
    moment *m = tell(s, activity, PHONE, facets);
    done_by(m, AGENT, s->agent);
    if (!first && (another || chance(s, 500)) && forgets(s)) {
        m->facets |= chance(s, 350) ? REPEATED | CONTRADICTED : REPEATED;
    }
    rate_touchpoint(s, m);
    return m;
}

/* What was said in a call has to be typed in once more. */
static void fill_in_form(story *s) {
    after_minutes(s, 10, 5 * HOUR);
    tell(s, "form", WEB, CONTACT | REPEATED);
}

/* A step that the customer does not see. */
static moment *step(story *s, const char *activity, role who, uint32_t people) {
    moment *m = tell(s, activity, NOWHERE, 0);
    done_by(m, who, between(s, 1, people));
    return m;
}

/* Three in ten say how the work goes. Those who work against a tool or a rule know it well. */
static void ask_employee(story *s, moment *m) {
    if (chance(s, 300)) {
        m->scale = "csat5";
        m->scope = "employee";
        m->score = m->cause != NULL ? between(s, 1, 3) : between(s, 3, 5);
    }
}

/* ---------------------------------------------------------------------------------------------------------------------
 * What it comes to
 * ------------------------------------------------------------------------------------------------------------------ */

/* A journey while its predictors are counted, moment by moment. */
typedef struct {
    const moment *owned, *met; /* the last moment with an owner, with a channel */
    bool lost;                 /* what the last handoff lost is counted */
    bool handed_over;          /* there was a handoff */
    bool ended, paused;
    int64_t end;
    int64_t quiet, silence;
    struct {
        bool open, explained;
        int64_t first_due, due;
    } promises[2];
} tally;

/* Silence, by steps 2 and 3 of section 4 of src/SPEC.md. */
static void count_silence(tally *t, const moment *m, const moment *before) {
    bool ran = before != NULL && !t->ended;
    if (m->outcome != NULL) {
        t->ended = true;
        t->end = m->at;
    } else if (t->ended &&
               ((m->facets & (COMES_TO_US | REPEATED | CONTRADICTED | FAULT | REOPENS)) != 0 || m->due != 0)) {
        t->ended = false;
        t->quiet = 0;
    }
    if (ran && !t->paused) {
        t->quiet += m->at - before->at;
    }
    if (ran && ((m->facets & VISIBLE) != 0 || m->outcome != NULL)) {
        t->silence = t->quiet > t->silence ? t->quiet : t->silence;
        t->quiet = 0;
    }
    if (t->ended) {
        t->paused = false;
    } else if ((m->facets & PENDING) != 0) {
        t->paused = true;
    } else if ((m->facets & (TAKES_PART | RESUMES)) != 0) {
        t->paused = false;
    }
}

/* Promises, by step 5. */
static void count_promises(tally *t, const moment *m, uint32_t *counts) {
    for (size_t i = 0; i < 2 && (m->facets & EXPLAINS) != 0; i++) {
        t->promises[i].explained = t->promises[i].open;
    }
    bool open = t->promises[m->commitment].open;
    if ((m->facets & DELIVERED) != 0 && open) {
        t->promises[m->commitment].open = false;
        bool late = m->at > t->promises[m->commitment].first_due;
        counts[LATE] += late;
        counts[LATE_UNEXPLAINED] += late && !t->promises[m->commitment].explained;
    } else if (m->due != 0 && (!open || (m->facets & REQUESTED) != 0)) {
        if (!open || m->due != t->promises[m->commitment].due) {
            t->promises[m->commitment].open = true;
            t->promises[m->commitment].explained = false;
            t->promises[m->commitment].first_due = t->promises[m->commitment].due = m->due;
        }
    } else if (m->due != 0 && m->due != t->promises[m->commitment].due) {
        counts[SHIFTS]++;
        t->promises[m->commitment].due = m->due;
    }
}

/* Handoffs, what they lose, and channels, by steps 4 and 6. */
static void count_changes(tally *t, const moment *m, uint32_t *counts) {
    if (m->role != NOBODY) {
        if (t->owned != NULL && (m->role != t->owned->role || m->number != t->owned->number)) {
            counts[HANDOFFS]++;
            t->handed_over = true;
            t->lost = false;
        }
        t->owned = m;
    }
    if (t->handed_over && !t->lost && (m->facets & (REPEATED | CONTRADICTED)) != 0) {
        counts[LOST_CONTEXT]++;
        t->lost = true;
    }
    if (m->channel != NOWHERE) {
        counts[CHANNEL_SWITCHES] += t->met != NULL && m->channel != t->met->channel;
        t->met = m;
    }
}

/* The predictors of the story as far as it is told. */
static void count_predictors(const story *s, uint32_t counts[PREDICTORS]) {
    const journal *j = s->journal;
    tally t = {0};
    memset(counts, 0, PREDICTORS * sizeof *counts);
    for (size_t i = s->begin; i < j->count; i++) {
        const moment *m = &j->moments[i];
        count_silence(&t, m, i > s->begin ? m - 1 : NULL);
        count_promises(&t, m, counts);
        count_changes(&t, m, counts);
        counts[FAULTS] += (m->facets & FAULT) != 0;
        counts[REPEATS] += (m->facets & REPEATED) != 0;
        counts[CONTRADICTIONS] += (m->facets & CONTRADICTED) != 0;
        counts[CHASES] += (m->facets & CHASE) != 0;
    }
    for (size_t i = 0; i < 2; i++) {
        counts[BROKEN] += t.ended && t.promises[i].open && t.promises[i].due < t.end;
    }
    counts[SILENT_DAYS] = (uint32_t)((t.silence > t.quiet ? t.silence : t.quiet) / DAY);
}

/* What the weights make of it: of the rating, or of leaving. */
static int32_t weigh(const story *s, bool leaving) {
    uint32_t counts[PREDICTORS];
    count_predictors(s, counts);
    int32_t sum = leaving ? weights[INTERCEPT].leaving : weights[INTERCEPT].rating;
    for (size_t i = 0; i < PREDICTORS; i++) {
        sum += (int32_t)counts[i] * (leaving ? weights[i].leaving : weights[i].rating);
    }
    return sum;
}

/* Asks for a rating of the whole journey at the moment told last. Who answers at all, answers at the end, and mostly
 * before that too; so no journey that is over has a last rating that is older than what happened in it. */
static void survey(story *s, bool at_the_end) {
    s->journal->moments[s->journal->count - 1].facets |= ASKED;
    if (!s->answers || (!at_the_end && !chance(s, 800))) {
        return;
    }
    s->now += between(s, 2 * HOUR, 20 * HOUR);
    s->now += s->now % DAY < 7 * HOUR ? 7 * HOUR : 0;
    moment *m = tell(s, "survey", WEB, 0); /* which is a touchpoint too, and another channel */
    int32_t hundredths = weigh(s, false) + (int32_t)(below(s, 2 * NOISE + 1) + below(s, 2 * NOISE + 1)) - 2 * NOISE;
    int32_t score = hundredths < 0 ? 0 : (hundredths + 50) / 100;
    m->scale = "percent";
    m->scope = "journey";
    m->score = (uint32_t)(score > 100 ? 100 : score);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * The story
 * ------------------------------------------------------------------------------------------------------------------ */

/* Some mail nobody reads; of what comes in the holidays, most. */
static bool overlooked(story *s) {
    return chance(s, s->now / DAY >= HOLIDAY_DAY ? 900 : 120);
}

/* A question in writing. Chat is answered at once, mail by care within the day or the next, by billing in its own time.
 * What was overlooked is answered by whoever meets the customer next, if they do not ask again before. */
static void question(story *s) {
    channel where = chance(s, 350) ? CHAT : MAIL;
    tell(s, "question", where, INBOUND);
    if (where == MAIL && overlooked(s)) {
        if (chance(s, 450)) {
            after_days(s, 3, 6);
            call(s, "where is the answer", CHASE | UPDATE);
        }
        return;
    }
    bool of_money = where == MAIL && chance(s, 350);
    if (where == CHAT) {
        after_minutes(s, 2, 40);
    } else if (of_money) {
        after_minutes(s, 3 * HOUR, 60 * HOUR);
    } else {
        after_minutes(s, 20, 8 * HOUR);
    }
    moment *m = tell(s, "answer", where, chance(s, 300) ? NEXT_STEP : UPDATE);
    if (of_money) {
        done_by(m, BILLING, between(s, 1, 5));
    } else {
        another_agent(s);
        done_by(m, AGENT, s->agent);
    }
    m->facets |= chance(s, s->way->contradicts) ? CONTRADICTED : 0;
    rate_touchpoint(s, m);
}

/* The office confirms what was ordered on the web: soon, or when it comes to it, or not at all. */
static void confirm(story *s) {
    if (overlooked(s)) {
        return;
    }
    bool soon = chance(s, 650);
    after_minutes(s, soon ? 20 : 5 * HOUR, soon ? 200 : 50 * HOUR);
    moment *m = tell(s, "confirmation", MAIL, NEXT_STEP);
    done_by(m, BACK_OFFICE, between(s, 1, 4));
}

/* A signature is missing, and the customer takes their time; if it takes too long, the office goes on without. */
static void wait_for_contract(story *s) {
    after_minutes(s, 10, 60);
    tell(s, "contract", MAIL, UPDATE | PENDING);
    if (chance(s, 700)) {
        after_days(s, 2, 6);
        tell(s, "contract", WEB, INBOUND | UPDATE);
    } else {
        after_days(s, 8, 12);
        step(s, "contract", BACK_OFFICE, 4)->facets |= RESUMES;
    }
}

static void order(story *s) {
    s->stage = "order";
    bool on_the_web = chance(s, 550);
    moment *m = on_the_web ? tell(s, "order", WEB, INBOUND) : call(s, "order", INBOUND | NEXT_STEP);
    m->segment = s->way->segment;
    m->reason = reasons[below(s, 4)];
    m->value = 12 * (1999 + 500 * below(s, 10)); /* a year's fee */
    if (on_the_web) {
        confirm(s);
    }
    if (chance(s, 200)) {
        wait_for_contract(s);
    }
    after_days(s, 1, 2);
    m = step(s, "check", BACK_OFFICE, 4);
    ask_employee(s, m);
    after_days(s, 1, 3);
    call(s, "welcome", CONTACT | NEXT_STEP);
    survey(s, false);
    if (chance(s, 100)) {
        fill_in_form(s);
    }
    if (chance(s, 350)) {
        after_days(s, 1, 2);
        question(s);
    }
}

static void promise_visit(story *s) {
    s->stage = "install";
    after_days(s, 1, 3);
    s->visit = date_after(s, s->now, 9, 14);
    moment *m = call(s, "appointment", CONTACT | NEXT_STEP);
    m->due = s->visit;
    if (chance(s, 60)) { /* now and then a customer wants another date; that is nobody's fault */
        after_days(s, 1, 1);
        s->visit = date_after(s, s->visit, 1, 6);
        m = tell(s, "appointment", WEB, INBOUND | REQUESTED | UPDATE);
        m->due = s->visit;
    }
}

/* The visit moves, and the customer hears of it in time, with the reason. */
static void move_openly(story *s) {
    after_days(s, 1, 4);
    s->visit = date_after(s, s->visit, 2, 5);
    moment *m = call(s, "new date", CONTACT | EXPLAINS | NEXT_STEP);
    m->due = s->visit;
    blame(s, m);
}

/* The visit moves, and the customer waits at home. If they call, the agent is friendly; whether the agent sees the date
 * that dispatch has set, and whether anybody says why, is another matter. If they do not call, a mail may come, or
 * nothing but the technician, another day. */
static void move_silently(story *s) {
    int64_t waited_for = s->visit;
    after_days(s, 1, 4);
    s->visit = date_after(s, s->visit, 5, 11);
    moment *m = step(s, "replan", DISPATCH, 3);
    blame(s, m);
    ask_employee(s, m);
    bool in_the_books = chance(s, 550);
    m->due = in_the_books ? s->visit : 0;

    go_to(s, waited_for);
    after_minutes(s, 30, 8 * HOUR);
    if (chance(s, 350)) {
        if (chance(s, 500)) {
            m = tell(s, "new date", MAIL, chance(s, s->way->explains) ? EXPLAINS : UPDATE);
            m->due = s->visit;
        }
        return;
    }
    m = call(s, "where is the technician", CHASE | UPDATE);
    if (in_the_books && chance(s, 400)) {
        m->facets |= CONTRADICTED;
        s->visit = date_after(s, waited_for, 12, 15);
    }
    m->due = s->visit;
    m->facets |= chance(s, s->way->explains) ? EXPLAINS : 0;
    if (chance(s, 300)) {
        after_days(s, 1, 2);
        call(s, "where is the technician", CHASE | UPDATE);
    }
}

static void receive_technician(story *s) {
    go_to(s, s->visit - between(s, 10, 170));
    bool again = chance(s, s->way->second_visit);
    moment *m = tell(s, "visit", HOME, again ? CONTACT | FAULT : CONTACT | DELIVERED | RESOLVED);
    done_by(m, TECHNICIAN, between(s, 1, 9));
    rate_touchpoint(s, m);
    if (!again) {
        return;
    }
    s->visit = date_after(s, s->now, 5, 10);
    m->due = s->visit;
    m->facets |= chance(s, s->way->explains) ? EXPLAINS : UPDATE;
    blame(s, m);

    after_days(s, 1, 2);
    step(s, "order part", BACK_OFFICE, 4);
    go_to(s, s->visit - between(s, 10, 170));
    m = tell(s, "visit", HOME, CONTACT | DELIVERED | RESOLVED);
    done_by(m, TECHNICIAN, between(s, 1, 9));
    m->facets |= forgets(s) ? REPEATED : 0;
    rate_touchpoint(s, m);
}

static void install(story *s) {
    promise_visit(s);
    if (chance(s, s->way->moves_silently)) {
        move_silently(s);
    } else if (chance(s, s->way->moves_openly)) {
        move_openly(s);
    } else if (s->visit - DAY > s->now) {
        go_to(s, (s->visit / DAY - 1) * DAY + 16 * HOUR);
        tell(s, "reminder", MAIL, NEXT_STEP);
    }
    receive_technician(s);
    survey(s, false);
    s->stage = "use";
    after_days(s, 3, 7);
    if (chance(s, 500)) {
        tell(s, "set up", WEB, INBOUND | RESOLVED);
    } else if (chance(s, 500)) {
        call(s, "set up", INBOUND | UPDATE);
        if (chance(s, 300)) {
            fill_in_form(s);
        }
    } else {
        question(s);
    }
}

/* The invoice is wrong, billing promises to correct it, and does so in time, or when the customer has asked again, or
 * never. */
static void correct_invoice(story *s) {
    after_minutes(s, 5, 20);
    int64_t promised = date_after(s, s->now, 5, 7);
    moment *m = tell(s, "correction", PHONE, CONTACT | UPDATE);
    done_by(m, BILLING, between(s, 1, 5));
    m->due = promised;
    m->commitment = 1;
    m->facets |= forgets(s) ? REPEATED : 0;
    rate_touchpoint(s, m);

    bool in_time = chance(s, s->way->on_hand);
    if (in_time) {
        go_to(s, promised - between(s, 2 * HOUR, 30 * HOUR));
    } else {
        go_to(s, promised);
        if (chance(s, 650)) {
            after_days(s, 1, 4);
            m = call(s, "where is the correction", CHASE | UPDATE);
            blame(s, m);
        }
        if (chance(s, 350)) {
            return;
        }
        after_days(s, 2, 6);
    }
    bool explained = in_time || chance(s, s->way->explains);
    m = tell(s, "correction", MAIL, explained ? DELIVERED | EXPLAINS : DELIVERED | UPDATE);
    done_by(m, BILLING, between(s, 1, 5));
    m->commitment = 1;
}

static void invoice(story *s) {
    after_days(s, 10, 16);
    tell(s, "invoice", MAIL, UPDATE);
    after_days(s, 1, 6);
    if (chance(s, s->way->wrong_invoice)) {
        moment *m = call(s, "invoice question", INBOUND | FAULT);
        blame(s, m);
        correct_invoice(s);
    } else if (chance(s, 300)) {
        call(s, "invoice question", INBOUND | UPDATE);
    } else if (chance(s, 500)) {
        question(s);
    }
}

/* A case that was closed comes back: the picture is gone. */
static void reopen(story *s) {
    after_days(s, 3, 8);
    moment *m = call(s, "no picture", INBOUND | FAULT | REOPENS);
    blame(s, m);
    after_minutes(s, 20, 90);
    m = call(s, "remote repair", CONTACT | EXPLAINS | RESOLVED);
    m->outcome = "completed";
    survey(s, true);
}

/* The end. Who leaves does so in the last call, or by a letter when every box is ticked. Either way nothing changes of
 * what the weights look at, so it can be decided when all else has happened. */
static void part(story *s) {
    after_days(s, 14, 24);
    if (chance(s, s->way->checks_in)) {
        call(s, "check-in", CONTACT | UPDATE);
    }
    after_days(s, 12, 20);
    size_t closing = s->journal->count;
    call(s, "closing", CONTACT | UPDATE)->outcome = "completed";
    survey(s, true);
    bool reopened = chance(s, 40);
    if (reopened) {
        reopen(s);
    }
    if ((int32_t)below(s, 10000) >= weigh(s, true)) {
        return;
    }
    if (!reopened && chance(s, 500)) {
        moment *m = &s->journal->moments[closing];
        m->activity = "cancellation";
        m->facets = (m->facets & (REPEATED | CONTRADICTED | ASKED)) | INBOUND | CHURNED;
        m->outcome = "abandoned";
    } else {
        s->stage = "gone";
        after_days(s, 1, 3);
        tell(s, "cancellation", NOWHERE, CHURNED);
    }
}

static void tell_story(journal *j, uint64_t seed, uint32_t index) {
    story s = {.journal = j, .begin = j->count, .journey = FIRST_JOURNEY + index};
    s.random = seed * UINT64_C(0xd1342543de82ef95) + index;
    s.random = next_random(&s.random);
    s.way = &ways[below(&s, WAYS)];
    s.answers = chance(&s, 700);

    /* Of some the later of two random days: the company grows. */
    uint32_t day = below(&s, ORDER_DAYS), other = below(&s, ORDER_DAYS);
    day = day < other && chance(&s, 400) ? other : day;
    s.now = (int64_t)(FIRST_DAY + day) * DAY + between(&s, 8 * HOUR, 21 * HOUR);

    order(&s);
    install(&s);
    invoice(&s);
    part(&s);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Writing
 * ------------------------------------------------------------------------------------------------------------------ */

/* As things happened: by time; a total order, so that no two sorts can differ. */
static int compare(const void *left, const void *right) {
    const moment *a = left, *b = right;
    if (a->at != b->at) {
        return a->at < b->at ? -1 : 1;
    }
    if (a->journey != b->journey) {
        return a->journey < b->journey ? -1 : 1;
    }
    return a->id < b->id ? -1 : a->id > b->id;
}

static void write_text(const char *text) {
    printf(",%s", text != NULL ? text : "");
}

/* A moment as 2026-01-31T09:30. Counting years from March puts the leap day at the end, where it moves nothing else. */
static void write_time(int64_t minutes) {
    int64_t since_march_2000 = minutes / DAY - 11017; /* all days here lie in 2000-03-01 to 2100-02-28 */
    int64_t year = (since_march_2000 * 4 + 3) / 1461;
    int64_t day = since_march_2000 - year * 1461 / 4;
    int64_t month = (day * 5 + 2) / 153;
    day -= (month * 153 + 2) / 5;
    month += month < 10 ? 3 : -9;
    year += 2000 + (month <= 2);
    printf(",%04" PRId64 "-%02" PRId64 "-%02" PRId64, year, month, day + 1);
    printf("T%02" PRId64 ":%02" PRId64, minutes % DAY / HOUR, minutes % HOUR);
}

static void write_number(uint64_t number) {
    if (number != 0) {
        printf(",%" PRIu64, number);
    } else {
        putchar(',');
    }
}

static void write_owner(const moment *m) {
    if (m->role == NOBODY) {
        putchar(',');
    } else {
        printf(roles[m->role].many ? ",%s-%02" PRIu32 : ",%s-%" PRIu32, roles[m->role].name, m->number);
    }
}

static void write_facets(uint32_t facets) {
    putchar(',');
    const char *before = "";
    for (size_t i = 0; i < sizeof facet_names / sizeof *facet_names; i++) {
        if ((facets & facet_names[i].facet) != 0) {
            printf("%s%s", before, facet_names[i].name);
            before = "|";
        }
    }
}

static void write_moment(const moment *m) {
    printf("%" PRIu32 ",%" PRIu32, m->journey, m->id);
    write_time(m->at);
    /* What holds for the whole journey is stated once, by its first touchpoint. */
    write_number(m->segment != NULL ? 700000 + UINT64_C(37) * m->journey : 0);
    write_text(m->segment != NULL ? "onboarding" : NULL);
    write_text(m->segment);
    write_text(m->reason);
    write_text(m->activity);
    write_text(channels[m->channel].name);
    write_owner(m);
    write_text(roles[m->role].team);
    write_text(m->stage);
    write_facets(m->facets);
    if (m->due != 0) {
        write_time(m->due);
    } else {
        putchar(',');
    }
    write_number(m->commitment);
    write_text(m->scale);
    if (m->scale != NULL) {
        printf(",%" PRIu32, m->score);
    } else {
        putchar(',');
    }
    write_text(m->scope);
    write_text(m->cause);
    write_text(m->outcome);
    write_number(m->value);
    putchar('\n');
}

/* A whole number of ten-thousandths, as a decimal. */
static void write_decimal(int32_t tenthousandths) {
    int32_t size = tenthousandths < 0 ? -tenthousandths : tenthousandths;
    printf(",%s%" PRId32 ".%04" PRId32, tenthousandths < 0 ? "-" : "", size / 10000, size % 10000);
}

/* The weights as drivers have them: of a rating from 0 to 1, and of a chance from 0 to 1. */
static void write_coefficients(void) {
    puts("predictor,satisfaction,churn");
    for (size_t i = 0; i < WEIGHTS_COUNT; i++) {
        printf("%s", weights[i].name);
        write_decimal(weights[i].rating);
        write_decimal(weights[i].leaving);
        putchar('\n');
    }
}

#define USAGE "sample_log [--seed N] [--customers N] | --coefficients"

static uint64_t read_number(const char *text, uint64_t most) {
    char *end = NULL;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || number > most) {
        give_up("a number was expected: " USAGE);
    }
    return number;
}

static int done(void) {
    return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "--coefficients") == 0) {
        write_coefficients();
        return done();
    }
    uint64_t seed = DEFAULT_SEED, customers = DEFAULT_CUSTOMERS;
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 < argc && strcmp(argv[i], "--seed") == 0) {
            seed = read_number(argv[i + 1], UINT64_MAX);
        } else if (i + 1 < argc && strcmp(argv[i], "--customers") == 0) {
            customers = read_number(argv[i + 1], MOST_CUSTOMERS);
        } else {
            give_up("usage: " USAGE);
        }
    }

    journal j = {0};
    for (uint32_t i = 0; i < customers; i++) {
        tell_story(&j, seed, i);
    }
    if (j.count > 0) {
        qsort(j.moments, j.count, sizeof *j.moments, compare);
    }
    puts("journey,id,at,customer,type,segment,reason,activity,channel,owner,team,stage,facets,due,commitment,"
         "scale,score,scope,cause,outcome,value");
    for (size_t i = 0; i < j.count && j.moments[i].at < (int64_t)CUT_DAY * DAY; i++) {
        write_moment(&j.moments[i]);
    }
    free(j.moments);
    return done();
}
