/* join: two tickets that are one journey, found and joined.
 *
 * SPDX-License-Identifier: MIT
 *
 * A desk numbers tickets, and a customer whose problem comes back gets another one: the first looks like a success, the
 * second like news. This host asks who waits, looks among the journeys behind a cell for an earlier ticket of the same
 * customer, moves the later into it, and shows what the same numbers say then. Begin at main().
 */
#include <cxj.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define HOUR INT64_C(3600000)

/* Tickets of one customer are one journey here if no more than so much lies between them. Each host has its own rule. */
#define CLOSE (14 * 24 * HOUR)

enum { TICKETS = 100 };

/* Every call returns a status. This program can only give up; a host would log the sentence and go on. */
static void must(const cxj_engine *engine, cxj_status status) {
    if (status != CXJ_OK) {
        fprintf(stderr, "join: %s: %s\n", cxj_status_text(status), cxj_message(engine));
        exit(EXIT_FAILURE);
    }
}

/* Readers write nothing in the engine: their sentence comes in a buffer. */
static void must_read(cxj_status status, const char *why) {
    if (status != CXJ_OK) {
        fprintf(stderr, "join: %s: %s\n", cxj_status_text(status), why);
        exit(EXIT_FAILURE);
    }
}

/* Hours of this story, which begins on Monday, 2026-03-02. */
static int64_t moment(int64_t hours) {
    return INT64_C(1772409600000) + hours * HOUR;
}

/* Records one touchpoint of a ticket. Ids are unique over all tickets, so that tickets can become one. */
static void happens(cxj_engine *engine, uint64_t ticket, uint64_t customer, uint64_t id, int64_t hours,
                    const char *owner, uint32_t facets, uint8_t outcome) {
    cxj_named_touchpoint t = {.journey_number = ticket, .id_number = id, .customer_number = customer};
    t.at = moment(hours);
    t.owner = (cxj_text){owner, CXJ_ZERO_TERMINATED};
    t.facets = facets;
    t.outcome = outcome;
    must(engine, cxj_record_named(engine, &t, sizeof t, 1, 0, NULL, 0));
}

static void show_numbers(const cxj_view *view) {
    static const uint32_t metrics[] = {CXJ_METRIC_JOURNEYS_JOURNEYS, CXJ_METRIC_JOURNEYS_FIRST_CONTACT_RESOLUTION,
                                       CXJ_METRIC_JOURNEYS_HANDOFFS, CXJ_METRIC_JOURNEYS_REOPENED};
    char why[320];
    cxj_value v[4];
    must_read(cxj_view_get(view, NULL, sizeof(cxj_text), 0, metrics, 4, why, sizeof why, v, sizeof v[0]), why);
    printf("%.0f journeys, resolved at first contact %.0f %%, handoffs %.0f, reopened %.0f\n", v[0].value,
           100 * v[1].value, v[2].value, v[3].value);
}

/* The worklist: who has been waiting for an answer for a day. */
static size_t who_waits(const cxj_engine *engine, cxj_occasion *waiting) {
    char why[320];
    size_t count = 0;
    must_read(cxj_worklist(engine, "waiting for 1d", CXJ_ZERO_TERMINATED, TICKETS, why, sizeof why, waiting,
                           sizeof waiting[0], &count),
              why);
    for (size_t i = 0; i < count; i++) {
        printf("customer %" PRIu64 " waits, ticket %" PRIu64 "\n", waiting[i].customer, waiting[i].journey);
    }
    return count;
}

static void read_state(const cxj_engine *engine, uint64_t ticket, cxj_journey *state) {
    char why[320];
    must_read(cxj_journey_state(engine, ticket, why, sizeof why, state, sizeof *state), why);
}

/* Drills down: among the journeys behind the view's one cell, the ticket with which another goes on; 0: none. */
static uint64_t find_earlier(const cxj_engine *engine, const cxj_view *view, uint64_t ticket) {
    uint64_t tickets[TICKETS];
    char why[320];
    size_t count = 0;
    cxj_journey later, earlier;
    read_state(engine, ticket, &later);
    must_read(cxj_view_journeys(view, NULL, sizeof(cxj_text), 0, TICKETS, why, sizeof why, tickets, &count, NULL), why);
    for (size_t i = 0; i < count && later.customer != 0; i++) {
        read_state(engine, tickets[i], &earlier);
        bool is_theirs = earlier.customer == later.customer && earlier.journey != later.journey;
        if (is_theirs && earlier.first_at < later.first_at && later.first_at - earlier.last_at <= CLOSE) {
            return earlier.journey;
        }
    }
    return 0;
}

int main(void) {
    const uint32_t asks = CXJ_FACET_INBOUND, solved = CXJ_FACET_RESOLVED, again = CXJ_FACET_REPEATED;
    static cxj_occasion waiting[TICKETS];
    cxj_engine *engine = NULL;
    cxj_view *view = NULL;
    must(NULL, cxj_engine_create(NULL, NULL, 0, &engine));
    must(engine, cxj_view_add(engine, "journeys", CXJ_ZERO_TERMINATED, &view));

    /* Three tickets. The first and the last are about the same line. */
    happens(engine, 501, 7, 1, 0, "anna", asks | solved, CXJ_OUTCOME_COMPLETED);
    happens(engine, 502, 8, 2, 1, "anna", asks | solved, CXJ_OUTCOME_COMPLETED);
    happens(engine, 503, 7, 3, 30, "ben", asks | again, 0);
    must(engine, cxj_advance(engine, moment(72)));

    show_numbers(view);
    size_t count = who_waits(engine, waiting);
    for (size_t i = 0; i < count; i++) {
        uint64_t earlier = find_earlier(engine, view, waiting[i].journey);
        if (earlier == 0) continue;
        printf("ticket %" PRIu64 " goes on with %" PRIu64 "\n", waiting[i].journey, earlier);
        must(engine, cxj_journey_move(engine, waiting[i].journey, earlier));
    }
    (void)who_waits(engine, waiting);
    show_numbers(view);
    cxj_engine_destroy(engine);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
