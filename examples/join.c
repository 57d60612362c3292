/* join: two tickets that are one journey, found and joined.
 *
 * SPDX-License-Identifier: MIT
 *
 * A desk numbers tickets, and a customer whose problem comes back gets another one: each looks like a success. This host
 * asks which journeys are behind a cell, finds those of one customer that follow each other closely, moves the later
 * into the earlier, and shows what the same numbers say then. Begin at main().
 */
#include <cxj.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#define DAY INT64_C(86400000)

/* Tickets of one customer are one journey here if no more than so much lies between them. Each host has its own rule. */
#define CLOSE (14 * DAY)

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

/* Records one touchpoint of a ticket. Ids are those of the desk, unique over all tickets, so that tickets can become
 * one. */
static void happens(cxj_engine *engine, uint64_t ticket, uint64_t customer, uint64_t id, int64_t hours,
                    const char *owner, uint32_t facets, uint8_t outcome) {
    cxj_named_touchpoint t = {.journey_number = ticket, .id_number = id, .customer_number = customer};
    t.at = INT64_C(1772409600000) + hours * 3600000; /* Monday, 2026-03-02 */
    t.owner = (cxj_text){owner, CXJ_ZERO_TERMINATED};
    t.facets = facets;
    t.outcome = outcome;
    must(engine, cxj_record_named(engine, &t, sizeof t, 1, 0, NULL, 0));
}

static void show_numbers(const cxj_view *view, const char *when) {
    static const uint32_t metrics[] = {CXJ_METRIC_JOURNEYS_JOURNEYS, CXJ_METRIC_JOURNEYS_FIRST_CONTACT_RESOLUTION,
                                       CXJ_METRIC_JOURNEYS_HANDOFFS, CXJ_METRIC_JOURNEYS_REOPENED,
                                       CXJ_METRIC_JOURNEYS_DURATION_MEAN};
    char why[320];
    cxj_value v[5];
    must_read(cxj_view_get(view, NULL, sizeof(cxj_text), 0, metrics, 5, why, sizeof why, v, sizeof v[0]), why);
    printf("%s: %.0f journeys, resolved at first contact %.0f %%, handoffs %.0f, reopened %.0f, mean duration %.1f h\n",
           when, v[0].value, 100 * v[1].value, v[2].value, v[3].value, v[4].value / 3600000);
}

/* What is known of the journeys behind a view's one cell. */
static size_t drill_down(const cxj_engine *engine, const cxj_view *view, cxj_journey *journeys) {
    uint64_t numbers[TICKETS];
    char why[320];
    size_t count = 0;
    must_read(cxj_view_journeys(view, NULL, sizeof(cxj_text), 0, TICKETS, why, sizeof why, numbers, &count, NULL), why);
    for (size_t i = 0; i < count; i++) {
        must_read(cxj_journey_state(engine, numbers[i], why, sizeof why, &journeys[i], sizeof journeys[i]), why);
    }
    return count;
}

/* True if the second ticket goes on with what the first was about. */
static bool goes_on(const cxj_journey *first, const cxj_journey *second) {
    return first->customer != 0 && first->customer == second->customer && first->journey != second->journey &&
           second->first_at >= first->first_at && second->first_at - first->last_at <= CLOSE;
}

/* Joins the first two tickets that are one journey; false if there are none. What it has found is old then: whoever
 * wants the next looks anew. */
static bool join_two(cxj_engine *engine, const cxj_view *view) {
    static cxj_journey journeys[TICKETS];
    size_t count = drill_down(engine, view, journeys);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < count; k++) {
            if (!goes_on(&journeys[i], &journeys[k])) continue;
            printf("customer %" PRIu64 ": ticket %" PRIu64 " goes on with %" PRIu64 "\n", journeys[k].customer,
                   journeys[k].journey, journeys[i].journey);
            must(engine, cxj_journey_move(engine, journeys[k].journey, journeys[i].journey));
            return true;
        }
    }
    return false;
}

int main(void) {
    const uint32_t call = CXJ_FACET_INBOUND, solved = CXJ_FACET_RESOLVED, again = CXJ_FACET_REPEATED;
    cxj_engine *engine = NULL;
    cxj_view *view = NULL;
    must(NULL, cxj_engine_create(NULL, NULL, 0, &engine));
    must(engine, cxj_view_add(engine, "journeys", CXJ_ZERO_TERMINATED, &view));

    /* Three tickets, all closed; two are about the same line, of customer 7. */
    happens(engine, 501, 7, 1, 0, "anna", call | solved, CXJ_OUTCOME_COMPLETED);
    happens(engine, 502, 8, 2, 1, "anna", call | solved, CXJ_OUTCOME_COMPLETED);
    happens(engine, 503, 7, 3, 24, "ben", call | again, 0);
    happens(engine, 503, 7, 4, 72, "tech-03", CXJ_FACET_CONTACT | solved, CXJ_OUTCOME_COMPLETED);

    show_numbers(view, "tickets ");
    while (join_two(engine, view)) continue;
    show_numbers(view, "journeys");
    cxj_engine_destroy(engine);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
