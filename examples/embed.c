/* embed: the smallest real host of cxj, a template to copy.
 *
 * SPDX-License-Identifier: MIT
 *
 * A customer is promised a technician; the visit moves, and nobody says so. The host records what happens when it
 * happens, shows this journey on a screen, and reads a view over all journeys (there is but one). Begin at main().
 */
#include <cxj.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { JOURNEY = 1001, SCREEN = 50 };

/* Moments are milliseconds since 1970; this story begins on Monday, 2026-03-02. */
static int64_t moment(int day, int hour) {
    return INT64_C(1772409600000) + (day * INT64_C(24) + hour) * 3600000;
}

/* Every call returns a status. This program can only give up; a host would log the sentence and go on. */
static void must(const cxj_engine *engine, cxj_status status) {
    if (status != CXJ_OK) {
        fprintf(stderr, "embed: %s: %s\n", cxj_status_text(status), cxj_message(engine));
        exit(EXIT_FAILURE);
    }
}

/* A name or text as the library takes it. */
static cxj_text text(const char *name) {
    return (cxj_text){name, CXJ_ZERO_TERMINATED};
}

static const char *name_of(const cxj_engine *engine, uint32_t dimension, uint32_t number) {
    const char *name = NULL;
    must(engine, cxj_name(engine, dimension, number, &name, NULL));
    return name;
}

/* Records one touchpoint, by names: no code has to be kept. What a host leaves zero states nothing; the id makes it
 * harmless to record the same twice. */
static void happens(cxj_engine *engine, uint64_t id, const char *activity, const char *owner, const char *team,
                    uint8_t stars, cxj_named_touchpoint t) {
    t.journey_number = JOURNEY;
    t.id_number = id;
    t.activity = text(activity);
    t.owner = text(owner);
    t.team = text(team);
    if (stars > 0) {
        t.scale = CXJ_SCALE_CSAT5, t.score = stars, t.scope = CXJ_SCOPE_TOUCHPOINT;
    }
    must(engine, cxj_record_named(engine, &t, sizeof t, 1, 0, NULL, 0));
}

/* What a CRM would have on the screen: how the journey came to where it is, and where that is. */
static void show_journey(const cxj_engine *engine) {
    cxj_journey j;
    cxj_touchpoint t[SCREEN];
    char why[320];
    size_t count = 0;
    cxj_status status = cxj_journey_state(engine, JOURNEY, why, sizeof why, &j, sizeof j);
    if (status == CXJ_OK) {
        status = cxj_journey_touchpoints(engine, JOURNEY, SCREEN, why, sizeof why, t, sizeof t[0], &count);
    }
    if (status != CXJ_OK) { /* reading writes nothing in the engine, so the sentence comes in a buffer */
        fprintf(stderr, "embed: %s\n", why);
        exit(EXIT_FAILURE);
    }

    printf("Journey %" PRIu64 "\n", j.journey);
    for (size_t i = 0; i < count; i++) {
        printf("  day %2d  %-11s %s\n", (int)((t[i].at - j.first_at) / 86400000),
               name_of(engine, CXJ_DIMENSION_OWNER, t[i].owner),
               name_of(engine, CXJ_DIMENSION_ACTIVITY, t[i].activity));
    }
    printf("  handoffs %" PRIu32 ", chases %" PRIu32 ", repeats %" PRIu32 "\n", j.handoffs, j.chases, j.repeats);
    printf("  the touchpoints are rated %.0f %%, the journey %.0f %%\n\n", 100 * j.touch_satisfaction,
           100 * j.journey_satisfaction);
}

int main(void) {
    cxj_engine *engine = NULL;
    must(NULL, cxj_engine_create(NULL, NULL, 0, &engine));

    /* The question to keep answered: how does work move between teams? */
    cxj_view *view = NULL;
    must(engine, cxj_view_add(engine, "transitions by team", CXJ_ZERO_TERMINATED, &view));

    /* What happens. First a call, with a promise: the technician comes on day 9, until noon. */
    happens(engine, 1, "welcome call", "agent-07", "care", 5,
            (cxj_named_touchpoint){.at = moment(0, 10), .due = moment(9, 12), .facets = CXJ_FACET_CONTACT});
    happens(engine, 2, "visit moved, not told", "dispatch-2", "dispatch", 0,
            (cxj_named_touchpoint){.at = moment(4, 15), .due = moment(14, 12)});
    happens(engine, 3, "where is he?", "agent-12", "care", 5,
            (cxj_named_touchpoint){.at = moment(9, 14), .facets = CXJ_FACET_CHASE | CXJ_FACET_REPEATED});
    happens(engine, 4, "visit", "tech-03", "field", 4,
            (cxj_named_touchpoint){.at = moment(14, 11), .facets = CXJ_FACET_CONTACT | CXJ_FACET_DELIVERED});
    cxj_named_touchpoint survey = {.at = moment(15, 19)};
    survey.scale = CXJ_SCALE_CSAT10, survey.score = 4, survey.scope = CXJ_SCOPE_JOURNEY;
    happens(engine, 5, "survey on all of it", "", "", 0, survey);

    show_journey(engine);

    /* What it comes to: cell by cell, in the order of their keys. */
    const uint32_t metrics[2] = {CXJ_METRIC_TRANSITIONS_TRANSITIONS, CXJ_METRIC_TRANSITIONS_LOST_CONTEXT};
    cxj_cursor *cursor = NULL;
    must(engine, cxj_cursor_open(view, NULL, 0, &cursor));
    cxj_status status;
    while ((status = cxj_cursor_next(cursor)) == CXJ_OK) {
        const char *from = NULL, *to = NULL;
        cxj_value value[2];
        must(engine, cxj_cursor_part(cursor, 0, &from, NULL));
        must(engine, cxj_cursor_part(cursor, 1, &to, NULL));
        must(engine, cxj_cursor_metrics(cursor, metrics, 2, NULL, 0, value, sizeof value[0]));
        printf("%-8s -> %-8s %.0f, lost context %.0f\n", from, to, value[0].value, value[1].value);
    }
    must(engine, status == CXJ_DONE ? CXJ_OK : status);
    cxj_cursor_close(cursor);
    cxj_engine_destroy(engine);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
