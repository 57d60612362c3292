/* sample_log: makes examples/onboarding.csv, the log that the demo shows.
 *
 * SPDX-License-Identifier: MIT
 *
 *     sample_log [--seed N] [--customers N]
 *
 * A pay-TV company brings new customers on board: some three months each, half a dozen calls or more, a technician's
 * visit, mail, web, and steps in the back office that nobody sees. Whoever talks to the customer does it well, in every
 * segment. The segments differ in one table only, `ways` below: how often a date moves without a word, how often the
 * next person knows nothing of what the last one was told, how often the same cause strikes again. What the customer
 * says about the journey as a whole follows from what happened to them, and from nothing else.
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

enum { DEFAULT_SEED = 1, DEFAULT_CUSTOMERS = 360, MOST_CUSTOMERS = 100000, FIRST_JOURNEY = 1001 };

/* Time is counted in minutes since 1970-01-01T00:00Z. */
enum { HOUR = 60, DAY = 24 * HOUR };

/* The first orders come in after 2025-10-01, the last by 2026-05-31; the log is cut on 2026-08-20, so that some of the
 * youngest journeys are still under way, as in any real log. */
enum { FIRST_DAY = 20362, ORDER_DAYS = 243, MONTH = 30, CUT_DAY = 20685 };

/* How much each experience takes from the journey's rating, in tenths of a point out of ten. */
enum {
    HURT_WAITED_IN_VAIN = 15,
    HURT_MOVED_OPENLY = 2,
    HURT_REPEATED = 5,
    HURT_CHASED = 6,
    HURT_FAULT = 6,
    HURT_AGAIN = 5
};

/* What a segment's customers live through: chances in a thousand. */
typedef struct {
    const char *segment;
    const char *cause;       /* what lies behind most of its troubles, and is not removed */
    uint32_t moves_silently; /* the visit's date moves, and nobody tells the customer */
    uint32_t moves_openly;   /* it moves, and they are told before, with the reason */
    uint32_t same_agent;     /* the agent who knows the case takes the next call */
    uint32_t forgets;        /* another agent, and the customer has to say it all again */
    uint32_t second_visit;   /* the technician has to come again */
    uint32_t wrong_invoice;  /* the first invoice is wrong */
    uint32_t explains;       /* a delay comes with its reason */
    uint32_t on_hand;        /* the correction comes when promised */
} way;

static const way ways[] = {
    {"newcomer", "knowledge", 30, 120, 700, 80, 70, 120, 850, 900},
    {"upgrader", "process", 25, 110, 720, 80, 60, 110, 900, 900},
    {"mover", "tool", 480, 60, 150, 560, 280, 480, 120, 300},
    {"switcher", "policy", 460, 60, 200, 520, 220, 600, 150, 260},
};
enum { WAYS = sizeof ways / sizeof *ways };

static const char *const reasons[] = {"watch-sports", "family-films", "lower-bill", "new-home"};
static const char *const other_causes[] = {"process", "knowledge", "support", "tool"};

/* One touchpoint, as a row of the log. What is NULL or 0 is left empty. */
typedef struct {
    uint32_t journey, id;
    int64_t at, due;
    const char *segment, *reason;
    const char *activity, *channel, *role, *team, *stage;
    uint32_t number; /* of the one who holds the work: agent-07 */
    char facets[72];
    const char *scale, *scope, *cause, *outcome;
    uint32_t score;
    bool second_promise; /* due and delivered speak of commitment 1, the correction of an invoice */
    uint32_t value;
} moment;

typedef struct {
    moment *moments;
    size_t count, room;
} journal;

/* One customer's story while it is being told. */
typedef struct {
    journal *journal;
    const way *way;
    uint64_t random;
    int64_t now;
    int64_t visit; /* the date promised for the technician's visit */
    const char *stage;
    uint32_t journey, said;
    uint32_t agent; /* who had the last call; 0: nobody so far */
    uint32_t month; /* since the first order: the more customers, the less dispatch keeps up */
    uint32_t hurt;
    uint32_t troubles;
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

/* Moves on within the day, or to the next morning if the day is over. */
static void after_minutes(story *s, uint32_t low, uint32_t high) {
    s->now += between(s, low, high);
    if (s->now % DAY >= 20 * HOUR || !is_workday(s->now / DAY)) {
        s->now = workday(s->now / DAY + 1) * DAY + between(s, 8 * HOUR, 10 * HOUR);
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

static void add_facet(moment *m, const char *facet) {
    size_t length = strlen(m->facets);
    snprintf(m->facets + length, sizeof m->facets - length, "%s%s", length > 0 ? "|" : "", facet);
}

/* Adds a moment to the story. The pointer lives until the next one is added. */
static moment *tell(story *s, const char *activity, const char *channel, const char *facets) {
    journal *j = s->journal;
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
    m->channel = channel;
    m->stage = s->stage;
    add_facet(m, facets);
    return m;
}

static void done_by(moment *m, const char *role, const char *team, uint32_t number) {
    m->role = role;
    m->team = team;
    m->number = number;
}

/* Six customers in ten rate whom they met, and people are friendly: this is the same in every segment. */
static void rate_touchpoint(story *s, moment *m) {
    if (!chance(s, 600)) {
        return;
    }
    uint32_t luck = below(s, 100);
    m->scale = "csat5";
    m->scope = "touchpoint";
    m->score = luck < 60 ? 5 : luck < 96 ? 4 : 3;
}

/* In one trouble out of four something else is behind it than what the segment suffers from. Trouble that comes again
 * hurts more. */
static void blame(story *s, moment *m) {
    m->cause = chance(s, 750) ? s->way->cause : other_causes[below(s, 4)];
    s->hurt += s->troubles++ > 0 ? HURT_AGAIN : 0;
}

/* A call. Another agent than last time may know nothing of the case. */
static moment *call(story *s, const char *activity, const char *facets) {
    uint32_t before = s->agent;
    if (before == 0 || !chance(s, s->way->same_agent)) {
        s->agent = between(s, 1, 16);
    }
    moment *m = tell(s, activity, "phone", facets);
    done_by(m, "agent", "care", s->agent);
    if (before != 0 && before != s->agent && chance(s, s->way->forgets)) {
        add_facet(m, "repeated");
        s->hurt += HURT_REPEATED;
    }
    rate_touchpoint(s, m);
    return m;
}

/* A step that the customer does not see. */
static moment *step(story *s, const char *activity, const char *role, const char *team, uint32_t people) {
    moment *m = tell(s, activity, NULL, "");
    done_by(m, role, team, between(s, 1, people));
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

/* Asks for a rating of the whole journey at the moment told last; two in three answer. */
static void survey(story *s) {
    add_facet(&s->journal->moments[s->journal->count - 1], "asked");
    if (!chance(s, 660)) {
        return;
    }
    s->now += between(s, 2 * HOUR, 20 * HOUR);
    s->now += s->now % DAY < 7 * HOUR ? 7 * HOUR : 0;
    int32_t tenths = 92 - (int32_t)s->hurt + (int32_t)below(s, 17) - 8;
    int32_t score = tenths < 10 ? 1 : (tenths + 5) / 10;
    moment *m = tell(s, "survey", "web", "");
    m->scale = "csat10";
    m->scope = "journey";
    m->score = (uint32_t)(score > 10 ? 10 : score);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * The story
 * ------------------------------------------------------------------------------------------------------------------ */

static void order(story *s) {
    s->stage = "order";
    moment *m;
    if (chance(s, 550)) {
        m = tell(s, "order", "web", "inbound");
    } else {
        m = call(s, "order", "inbound|next_step");
    }
    m->segment = s->way->segment;
    m->reason = reasons[below(s, 4)];
    m->value = 12 * (1999 + 500 * below(s, 10)); /* a year's fee */

    if (chance(s, 120)) { /* a signature is missing, and the customer takes their time */
        after_minutes(s, 10, 60);
        tell(s, "contract", "mail", "update|pending");
        after_days(s, 2, 6);
        tell(s, "contract", "web", "inbound");
    }
    after_days(s, 1, 2);
    m = step(s, "check", "back-office", "office", 4);
    ask_employee(s, m);
    after_days(s, 1, 3);
    call(s, "welcome", "contact|next_step");
    survey(s);
}

static void promise_visit(story *s) {
    s->stage = "install";
    after_days(s, 1, 3);
    s->visit = date_after(s, s->now, 9, 14);
    moment *m = call(s, "appointment", "contact|next_step");
    m->due = s->visit;
    if (chance(s, 60)) { /* now and then a customer wants another date; that is nobody's fault */
        after_days(s, 1, 1);
        s->visit = date_after(s, s->visit, 1, 6);
        m = tell(s, "appointment", "web", "inbound|requested");
        m->due = s->visit;
    }
}

/* The visit moves, and the customer hears of it in time, with the reason. */
static void move_openly(story *s) {
    after_days(s, 1, 4);
    s->visit = date_after(s, s->visit, 2, 5);
    moment *m = call(s, "new date", "contact|explains|next_step");
    m->due = s->visit;
    s->hurt += HURT_MOVED_OPENLY;
    blame(s, m);
}

/* The visit moves, and the customer waits at home. The call that follows is friendly; whether the agent sees the date
 * that dispatch has set, and whether anybody says why, is another matter. */
static void move_silently(story *s) {
    int64_t waited_for = s->visit;
    after_days(s, 1, 4);
    s->visit = date_after(s, s->visit, 5, 11);
    moment *m = step(s, "replan", "dispatch", "dispatch", 3);
    blame(s, m);
    ask_employee(s, m);
    bool in_the_books = chance(s, 550);
    m->due = in_the_books ? s->visit : 0;

    go_to(s, waited_for);
    after_minutes(s, 30, 8 * HOUR);
    m = call(s, "where is the technician", "chase|update");
    s->hurt += HURT_WAITED_IN_VAIN + HURT_CHASED;
    if (in_the_books && chance(s, 400)) {
        add_facet(m, "contradicted");
        s->visit = date_after(s, waited_for, 12, 15);
    }
    m->due = s->visit;
    if (chance(s, s->way->explains)) {
        add_facet(m, "explains");
    }
}

static void receive_technician(story *s) {
    go_to(s, s->visit - between(s, 10, 170));
    bool again = chance(s, s->way->second_visit);
    moment *m = tell(s, "visit", "home", again ? "contact|fault" : "contact|delivered|resolved");
    done_by(m, "tech", "field", between(s, 1, 9));
    rate_touchpoint(s, m);
    if (!again) {
        return;
    }
    s->hurt += HURT_FAULT;
    s->visit = date_after(s, s->now, 5, 10);
    m->due = s->visit;
    add_facet(m, chance(s, s->way->explains) ? "explains" : "update");
    blame(s, m);

    after_days(s, 1, 2);
    step(s, "order part", "back-office", "office", 4);
    go_to(s, s->visit - between(s, 10, 170));
    m = tell(s, "visit", "home", "contact|delivered|resolved");
    done_by(m, "tech", "field", between(s, 1, 9));
    rate_touchpoint(s, m);
}

static void install(story *s) {
    promise_visit(s);
    uint32_t silently = s->way->moves_silently * (10 + s->month) / 10;
    if (chance(s, silently)) {
        move_silently(s);
    } else if (chance(s, s->way->moves_openly)) {
        move_openly(s);
    } else if (s->visit - DAY > s->now) {
        s->now = (s->visit / DAY - 1) * DAY + 16 * HOUR;
        tell(s, "reminder", "mail", "next_step");
    }
    receive_technician(s);
    survey(s);
    s->stage = "use";
    after_days(s, 3, 7);
    if (chance(s, 350)) {
        tell(s, "set up", "web", "inbound");
    } else {
        call(s, "set up", "inbound|update");
    }
}

/* The invoice is wrong, billing promises to correct it, and does so in time, or when the customer has asked again. */
static void correct_invoice(story *s) {
    after_minutes(s, 5, 20);
    int64_t promised = date_after(s, s->now, 5, 7);
    moment *m = tell(s, "correction", "phone", "contact|update");
    done_by(m, "billing", "billing", between(s, 1, 5));
    m->due = promised;
    m->second_promise = true;
    if (chance(s, s->way->forgets)) {
        add_facet(m, "repeated");
        s->hurt += HURT_REPEATED;
    }
    rate_touchpoint(s, m);

    bool in_time = chance(s, s->way->on_hand);
    if (in_time) {
        go_to(s, promised - between(s, 2 * HOUR, 30 * HOUR));
    } else {
        go_to(s, promised);
        after_days(s, 1, 4);
        m = call(s, "where is the correction", "chase|update");
        blame(s, m);
        s->hurt += HURT_CHASED + HURT_CHASED;
        after_days(s, 2, 6);
    }
    bool explained = in_time || chance(s, s->way->explains);
    m = tell(s, "correction", "mail", explained ? "delivered|explains" : "delivered|update");
    done_by(m, "billing", "billing", between(s, 1, 5));
    m->second_promise = true;
}

static void invoice(story *s) {
    after_days(s, 10, 16);
    tell(s, "invoice", "mail", "update");
    bool wrong = chance(s, s->way->wrong_invoice);
    if (!wrong && !chance(s, 700)) {
        return;
    }
    after_days(s, 1, 6);
    moment *m = call(s, "invoice question", wrong ? "inbound|fault" : "inbound|update");
    if (wrong) {
        s->hurt += HURT_FAULT;
        blame(s, m);
        correct_invoice(s);
    }
}

/* Whoever was hurt much may leave: in a call, or by a letter when all is done and every box is ticked. */
static void part(story *s) {
    bool leaves = chance(s, s->hurt > 14 ? 6 * (s->hurt - 14) : 8);
    bool in_a_call = leaves && chance(s, 500);
    after_days(s, 14, 24);
    call(s, "check-in", "contact|update");
    after_days(s, 12, 20);
    moment *m = call(s, in_a_call ? "cancellation" : "closing", in_a_call ? "inbound|churned" : "contact|update");
    m->outcome = in_a_call ? "abandoned" : "completed";
    survey(s);
    if (leaves && !in_a_call) {
        after_days(s, 4, 12);
        m = step(s, "cancellation", "back-office", "office", 4);
        add_facet(m, "churned");
    }
}

/* A case that was closed comes back: the picture is gone. */
static void reopen(story *s) {
    after_days(s, 3, 8);
    moment *m = call(s, "no picture", "inbound|fault|reopens");
    blame(s, m);
    after_minutes(s, 20, 90);
    m = call(s, "remote repair", "contact|explains|resolved");
    m->outcome = "completed";
}

static void tell_story(journal *j, uint64_t seed, uint32_t index) {
    story s = {.journal = j, .journey = FIRST_JOURNEY + index};
    s.random = seed * UINT64_C(0xd1342543de82ef95) + index;
    s.random = next_random(&s.random);
    s.way = &ways[below(&s, WAYS)];

    /* The later of two random days: the company grows. */
    uint32_t day = below(&s, ORDER_DAYS), other = below(&s, ORDER_DAYS);
    day = day > other ? day : other;
    s.month = day / MONTH;
    s.now = (int64_t)(FIRST_DAY + day) * DAY + between(&s, 8 * HOUR, 21 * HOUR);

    order(&s);
    install(&s);
    invoice(&s);
    part(&s);
    bool calm = s.hurt < 14;
    if (strcmp(j->moments[j->count - 1].activity, "cancellation") != 0 && chance(&s, calm ? 15 : 60)) {
        reopen(&s);
    }
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
    if (m->role == NULL) {
        putchar(',');
    } else if (strcmp(m->role, "agent") == 0 || strcmp(m->role, "tech") == 0) {
        printf(",%s-%02" PRIu32, m->role, m->number);
    } else {
        printf(",%s-%" PRIu32, m->role, m->number);
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
    write_text(m->channel);
    write_owner(m);
    write_text(m->team);
    write_text(m->stage);
    write_text(m->facets);
    if (m->due != 0) {
        write_time(m->due);
    } else {
        putchar(',');
    }
    write_number(m->second_promise);
    write_text(m->scale);
    write_number(m->score);
    write_text(m->scope);
    write_text(m->cause);
    write_text(m->outcome);
    write_number(m->value);
    putchar('\n');
}

static uint64_t read_number(const char *text, uint64_t most) {
    char *end = NULL;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno != 0 || *text < '0' || *text > '9' || *end != '\0' || number > most) {
        give_up("a number was expected: sample_log [--seed N] [--customers N]");
    }
    return number;
}

int main(int argc, char **argv) {
    uint64_t seed = DEFAULT_SEED, customers = DEFAULT_CUSTOMERS;
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 < argc && strcmp(argv[i], "--seed") == 0) {
            seed = read_number(argv[i + 1], UINT64_MAX);
        } else if (i + 1 < argc && strcmp(argv[i], "--customers") == 0) {
            customers = read_number(argv[i + 1], MOST_CUSTOMERS);
        } else {
            give_up("usage: sample_log [--seed N] [--customers N]");
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
    return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS : EXIT_FAILURE;
}
