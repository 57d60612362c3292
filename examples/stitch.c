/* stitch: journeys of tickets, a template to copy.
 *
 * SPDX-License-Identifier: MIT
 *
 * A ticket is seldom a journey: a customer writes twice and one mail is merged into the other, or comes back after some
 * weeks about the same matter, in a ticket of its own. Counted as tickets such journeys look short and flawless. So
 * this host decides which tickets are one journey, and records touchpoints under the number of that journey:
 *
 * - Tickets that were merged, over however many of them, are one.
 * - Tickets of one customer and one reason are one journey, if each begins at most a gap after all before it.
 * - A journey has the number of its earliest ticket.
 *
 * Which tickets there are decides, not their order. Begin at main(); what a host copies is between "Tickets" and
 * "Asking".
 *
 * cxj.stitch() in the Python package goes by the same rules, but reads touchpoints. So it knows when customer and reason
 * were stated: of merged tickets it takes the latest statement, which here is that of the earliest ticket if it has one,
 * else that of the one with the lowest number. And tickets merged into one that is not there are one there; here each
 * stays by itself.
 */
#include <cxj.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { MINUTE = 60000, HOUR = 60 * MINUTE, OPEN = 0 };
#define DAY (24 * INT64_C(3600000))

/* Every call returns a status. This program can only give up; a host would log the sentence and go on. */
static void must(const cxj_engine *engine, cxj_status status) {
    if (status != CXJ_OK) {
        fprintf(stderr, "stitch: %s: %s\n", cxj_status_text(status), cxj_message(engine));
        exit(EXIT_FAILURE);
    }
}

/* ---- Tickets ---- */

typedef struct ticket {
    uint64_t number, merged_into; /* into which ticket this one was merged; 0: into none */
    uint64_t customer, reason;    /* 0: not known; such a ticket is stitched to no other */
    int64_t first, last;          /* its earliest and latest moment */
    uint64_t journey;             /* what stitch() finds */
    size_t group;                 /* of merged tickets, the place of the one that stands for all; stitch()'s own */
} ticket;

static int by_number(const void *one, const void *other) {
    const ticket *a = one, *b = other;
    return (a->number > b->number) - (a->number < b->number);
}

/* Merged tickets beside each other, the earliest of a need first. The numbers make the order whole. */
static int by_need(const void *one, const void *other) {
    const ticket *a = *(const ticket *const *)one, *b = *(const ticket *const *)other;
    if (a->customer != b->customer) {
        return a->customer < b->customer ? -1 : 1;
    }
    if (a->reason != b->reason) {
        return a->reason < b->reason ? -1 : 1;
    }
    if (a->first != b->first) {
        return a->first < b->first ? -1 : 1;
    }
    return by_number(a, b);
}

static ticket *find(ticket *tickets, size_t count, uint64_t number) {
    const ticket wanted = {.number = number};
    return bsearch(&wanted, tickets, count, sizeof *tickets, by_number);
}

/* The ticket that stands for all with which this one was merged. The way there is halved for the next who asks. */
static size_t group_of(ticket *tickets, size_t place) {
    while (tickets[place].group != place) {
        tickets[place].group = tickets[tickets[place].group].group;
        place = tickets[place].group;
    }
    return place;
}

static bool is_before(const ticket *a, const ticket *b) {
    return a->first < b->first || (a->first == b->first && a->number < b->number);
}

/* Makes one of the tickets that were merged: the earliest stands for them, from the first moment of all to the last. A
 * ticket that was merged into one that is not there stays by itself. */
static void merge(ticket *tickets, size_t count) {
    for (size_t i = 0; i < count; i++) {
        tickets[i].group = i;
    }
    for (size_t i = 0; i < count; i++) {
        ticket *into = tickets[i].merged_into != 0 ? find(tickets, count, tickets[i].merged_into) : NULL;
        if (into != NULL) {
            size_t a = group_of(tickets, i), b = group_of(tickets, (size_t)(into - tickets));
            bool keep_a = is_before(&tickets[a], &tickets[b]);
            tickets[keep_a ? b : a].group = keep_a ? a : b;
        }
    }
    for (size_t i = 0; i < count; i++) {
        ticket *all = &tickets[group_of(tickets, i)];
        all->last = tickets[i].last > all->last ? tickets[i].last : all->last;
        all->customer = all->customer != 0 ? all->customer : tickets[i].customer;
        all->reason = all->reason != 0 ? all->reason : tickets[i].reason;
    }
}

/* Finds the journey of each ticket; sorts them by number. Returns how many journeys there are, or 0: no memory, or no
 * tickets. */
static size_t stitch(ticket *tickets, size_t count, int64_t gap) {
    ticket **order = malloc((count + 1) * sizeof(ticket *)); /* never of 0 bytes */
    if (order == NULL) {
        return 0;
    }
    qsort(tickets, count, sizeof *tickets, by_number);
    merge(tickets, count);
    size_t groups = 0, journeys = 0;
    for (size_t i = 0; i < count; i++) {
        if (tickets[i].group == i) {
            order[groups++] = &tickets[i];
        }
    }
    qsort(order, groups, sizeof *order, by_need);
    int64_t end = 0;
    for (size_t i = 0; i < groups; i++) {
        ticket *t = order[i];
        const ticket *p = i > 0 ? order[i - 1] : NULL;
        bool is_same = p != NULL && t->customer != 0 && t->reason != 0 && t->customer == p->customer &&
                       t->reason == p->reason && t->first - end <= gap;
        t->journey = is_same ? p->journey : t->number;
        end = is_same && end > t->last ? end : t->last;
        journeys += !is_same;
    }
    for (size_t i = 0; i < count; i++) {
        tickets[i].journey = tickets[group_of(tickets, i)].journey;
    }
    free(order);
    return journeys;
}

/* ---- Asking ---- */

/* What happened, ticket by ticket. An id is unique within a journey, and tickets may become one, so a host's ids are
 * those of all its touchpoints. */
typedef struct happening {
    uint64_t ticket, id;
    int64_t at;
    const char *activity, *owner;
    uint32_t facets;
    uint8_t outcome;
} happening;

enum { B1 = 1, B2, B3, CUSTOMER = 81, REASON = 5 };

/* From Tuesday, 2025-04-01, 09:00. */
#define AT(day, hour, minute) (INT64_C(1743465600000) + (day) * DAY + (hour) * INT64_C(3600000) + (minute) * MINUTE)

static const happening story[] = {
    {B1, 1, AT(0, 9, 0), "mail", "", CXJ_FACET_INBOUND, OPEN},
    {B2, 2, AT(0, 9, 10), "mail (same matter)", "", CXJ_FACET_INBOUND, OPEN},
    {B2, 3, AT(0, 9, 40), "merged", "agent1", 0, CXJ_OUTCOME_COMPLETED},
    {B1, 4, AT(0, 11, 0), "reply", "agent1", CXJ_FACET_UPDATE | CXJ_FACET_CONTACT, OPEN},
    {B1, 5, AT(0, 12, 0), "closed", "agent1", 0, CXJ_OUTCOME_COMPLETED},
    {B3, 6, AT(18, 10, 0), "mail (the same again)", "", CXJ_FACET_INBOUND, OPEN},
    {B3, 7, AT(18, 16, 0), "closed", "agent2", CXJ_FACET_UPDATE, CXJ_OUTCOME_COMPLETED},
};
enum { STORY = sizeof story / sizeof *story, TICKETS = 3, METRICS = 4 };

/* The tickets of the story, in any order. */
static void tickets_of(ticket tickets[TICKETS]) {
    for (size_t i = 0; i < TICKETS; i++) {
        tickets[i] = (ticket){.number = TICKETS - i, .customer = CUSTOMER, .reason = REASON};
        tickets[i].merged_into = tickets[i].number == B2 ? B1 : 0;
        for (size_t k = 0; k < STORY; k++) {
            if (story[k].ticket == tickets[i].number) {
                tickets[i].first = tickets[i].first == 0 ? story[k].at : tickets[i].first;
                tickets[i].last = story[k].at;
            }
        }
    }
}

/* Records the story under the journeys of its tickets, and says what it comes to. */
static void tell(ticket tickets[TICKETS], const char *how, double value[METRICS]) {
    static const uint32_t metrics[METRICS] = {CXJ_METRIC_JOURNEYS_JOURNEYS, CXJ_METRIC_JOURNEYS_REOPENED,
                                              CXJ_METRIC_JOURNEYS_HANDOFFS, CXJ_METRIC_JOURNEYS_DURATION_MEAN};
    cxj_engine *engine = NULL;
    cxj_view *view = NULL;
    cxj_cursor *cursor = NULL;
    cxj_value values[METRICS];
    must(NULL, cxj_engine_create(NULL, NULL, 0, &engine));
    must(engine, cxj_view_add(engine, "journeys", CXJ_ZERO_TERMINATED, &view));
    for (size_t i = 0; i < STORY; i++) {
        cxj_named_touchpoint t = {.id_number = story[i].id, .at = story[i].at, .facets = story[i].facets};
        t.journey_number = find(tickets, TICKETS, story[i].ticket)->journey;
        t.customer_number = CUSTOMER;
        t.activity = (cxj_text){story[i].activity, CXJ_ZERO_TERMINATED};
        t.owner = (cxj_text){story[i].owner, CXJ_ZERO_TERMINATED};
        t.outcome = story[i].outcome;
        must(engine, cxj_record_named(engine, &t, sizeof t, 1, 0, NULL, 0));
    }
    must(engine, cxj_cursor_open(view, NULL, 0, &cursor));
    must(engine, cxj_cursor_next(cursor));
    must(engine, cxj_cursor_metrics(cursor, metrics, METRICS, NULL, 0, values, sizeof values[0]));
    cxj_cursor_close(cursor);
    cxj_engine_destroy(engine);
    for (size_t i = 0; i < METRICS; i++) {
        value[i] = values[i].value;
    }
    printf("%-18s %.0f journeys, %.0f reopened, %.0f handoffs, %.1f h each\n", how, value[0], value[1], value[2],
           value[3] / HOUR);
}

int main(void) {
    ticket tickets[TICKETS];
    double of_tickets[METRICS], short_gap[METRICS], long_gap[METRICS];

    tickets_of(tickets);
    qsort(tickets, TICKETS, sizeof *tickets, by_number);
    for (size_t i = 0; i < TICKETS; i++) {
        tickets[i].journey = tickets[i].number;
    }
    tell(tickets, "as tickets:", of_tickets);

    /* From 1 April 12:00 to 19 April 10:00 it is nearly 18 days. */
    tickets_of(tickets);
    bool is_right = stitch(tickets, TICKETS, 14 * DAY) == 2;
    tell(tickets, "a gap of 14 days:", short_gap);
    tickets_of(tickets);
    is_right = is_right && stitch(tickets, TICKETS, 30 * DAY) == 1;
    tell(tickets, "a gap of 30 days:", long_gap);

    /* As tickets 3 h, 30 min and 6 h; with the mails merged 3 h and 6 h; all in one 439 h, and handed over. */
    is_right = is_right && of_tickets[0] == 3 && of_tickets[3] == 190.0 * MINUTE && short_gap[0] == 2 &&
               short_gap[1] == 0 && short_gap[2] == 0 && short_gap[3] == 4.5 * HOUR && long_gap[0] == 1 &&
               long_gap[1] == 1 && long_gap[2] == 1 && long_gap[3] == 439.0 * HOUR;
    if (!is_right) {
        fprintf(stderr, "stitch: these are not the journeys of this story\n");
    }
    return is_right && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
