/* make FOLDER: writes the golden files of the format that this version writes: engines as bytes (.cxj), and with each,
 * as text (.txt), what must be read from it for ever. The number of the format stands first in a file's name.
 *
 * What it writes depends on nothing but this file and the format. Once a format is released, its files are not written
 * again; a later format gets files of its own, which stand beside them.
 *
 * SPDX-License-Identifier: MIT
 */
#include "show.h"

#include <stdio.h>
#include <stdlib.h>

#define START INT64_C(1767225600000) /* 2026-01-01 */
#define HOUR INT64_C(3600000)
#define FORMAT "2"

static void must(const cxj_engine *engine, cxj_status status) {
    if (status == CXJ_OK) return;
    fprintf(stderr, "make: %s (%s)\n", cxj_status_text(status), cxj_message(engine));
    exit(1);
}

static cxj_engine *make(int64_t seal_ended_after) {
    const cxj_options options = {.size = sizeof options, .seal_ended_after = seal_ended_after};
    cxj_engine *engine = NULL;
    must(NULL, cxj_engine_create(&options, NULL, 0, &engine));
    return engine;
}

static void add(cxj_engine *engine, const char *text) {
    cxj_view *view = NULL;
    must(engine, cxj_view_add(engine, text, CXJ_ZERO_TERMINATED, &view));
}

static uint16_t code(cxj_engine *engine, uint32_t dimension, const char *name) {
    uint32_t given = 0;
    must(engine, cxj_code(engine, dimension, name, CXJ_ZERO_TERMINATED, &given));
    return (uint16_t)given;
}

static void record(cxj_engine *engine, cxj_touchpoint touchpoint) {
    must(engine, cxj_record(engine, &touchpoint, sizeof touchpoint, 1, 0, NULL, 0));
}

/* Gives a touchpoint the codes of names, in the order of the dimensions; NULL: none. */
static cxj_touchpoint with(cxj_engine *engine, const char *const names[9], cxj_touchpoint t) {
    t.owner = names[0] ? code(engine, CXJ_DIMENSION_OWNER, names[0]) : 0;
    uint16_t *const fields[] = {&t.team, &t.channel, &t.stage, &t.activity, &t.cause, &t.type, &t.segment, &t.reason};
    for (uint32_t i = 0; i < 8; i++) {
        if (names[i + 1]) *fields[i] = code(engine, CXJ_DIMENSION_TEAM + i, names[i + 1]);
    }
    return t;
}

/* A journey that has all that journeys have: promises kept, moved, broken and late, ratings of all scales, handoffs,
 * loops, a withdrawn touchpoint, one without id, and one whose id was hashed. */
static void live_through(cxj_engine *engine, uint64_t number, int64_t start, uint8_t outcome) {
    static const char *const first[9] = {"ann", "sales",      "phone",   "order", "call",
                                         NULL,  "onboarding", "premium", "moving"};
    static const char *const second[9] = {"bob \"the fixer\"", "Außendienst", "on site", "日本語", "visit", "tool"};
    static const char *const third[9] = {"ann", "sales", "phone", "order", "call", "policy", NULL, "business"};
    const uint32_t f[] = {CXJ_FACET_INBOUND | CXJ_FACET_ASKED,
                          CXJ_FACET_EXPLAINS | CXJ_FACET_NEXT_STEP,
                          CXJ_FACET_CHASE | CXJ_FACET_REPEATED,
                          CXJ_FACET_DELIVERED | CXJ_FACET_CONTACT | CXJ_FACET_FAULT,
                          CXJ_FACET_PENDING | CXJ_FACET_CONTRADICTED,
                          CXJ_FACET_REQUESTED,
                          CXJ_FACET_RESOLVED,
                          CXJ_FACET_REOPENS | CXJ_FACET_CHURNED,
                          CXJ_FACET_WITHDRAWN};
    static const struct {
        uint8_t scale, score, scope;
    } ratings[] = {{1, 1, 1}, {2, 7, 2}, {3, 9, 1}, {4, 77, 2}, {5, 1, 3}, {6, 10, 2}, {7, 6, 2}, {1, 4, 2}, {0, 0, 0}};
    uint64_t hashed = 0;
    must(engine, cxj_id_from_text(NULL, "T-4711", CXJ_ZERO_TERMINATED, &hashed));
    for (uint64_t i = 0; i < 9; i++) {
        cxj_touchpoint t = {.journey = number, .id = i + 1, .at = start + (int64_t)(i * i) * HOUR, .facets = f[i]};
        t.scale = ratings[i].scale;
        t.score = ratings[i].score;
        t.scope = ratings[i].scope;
        t.due = i == 0 || i == 2 || i == 5 ? t.at + (int64_t)(i + 2) * HOUR : 0;
        t.commitment = i == 5 ? 7 : 0;
        t.value = (int64_t)i * 1000 - 2500;
        t.revision = i == 3 ? UINT64_MAX : i;
        t.sequence = (uint32_t)(i % 2);
        t.customer = i == 1 ? 4000 + number : 0;
        t.outcome = i == 6 ? outcome : 0;
        if (i == 4) t.id = 0;
        if (i == 6) t.id = hashed;
        record(engine, with(engine, i % 3 == 0 ? first : i % 3 == 1 ? second : third, t));
    }
    if (outcome) record(engine, (cxj_touchpoint){.journey = number, .at = start + 90 * HOUR, .outcome = outcome});
}

static void add_views(cxj_engine *engine) {
    add(engine, "touchpoints by channel, cause per week where type = onboarding");
    add(engine, "transitions by owner per month");
    add(engine,
        "journeys by type, segment per quarter ended where segment in (premium, business) and had cause = policy");
    add(engine, "journeys by outcome, exit, churned where had owner = \"bob \"\"the fixer\"\"\"");
}

static FILE *open_file(const char *folder, const char *name, const char *ending) {
    char path[1024];
    snprintf(path, sizeof path, "%s/" FORMAT "-%s.%s", folder, name, ending);
    FILE *file = fopen(path, "wb");
    if (!file) {
        perror(path);
        exit(1);
    }
    return file;
}

static int64_t write_file(void *context, const void *bytes, size_t length) {
    return (int64_t)fwrite(bytes, 1, length, context);
}

static void write_engine(cxj_engine *engine, const char *folder, const char *name) {
    FILE *bytes = open_file(folder, name, "cxj"), *text = open_file(folder, name, "txt");
    must(engine, cxj_save(engine, write_file, bytes, NULL, 0));
    if (show(engine, 20, text) || fclose(bytes) || fclose(text)) {
        fprintf(stderr, "make: %s could not be written\n", name);
        exit(1);
    }
    cxj_engine_destroy(engine);
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: make FOLDER\n");
        return 2;
    }
    write_engine(make(0), arguments[1], "empty");

    cxj_engine *engine = make(0);
    add_views(engine);
    live_through(engine, 1, START, 0);
    live_through(engine, 2, START + 900 * HOUR, CXJ_OUTCOME_COMPLETED);
    record(engine, (cxj_touchpoint){.journey = 20, .id = 1, .at = INT64_C(-62135596800000)});
    must(engine, cxj_advance(engine, START + 950 * HOUR));
    must(engine, cxj_set_unrecorded(engine, CXJ_FACET_ASKED | CXJ_FACET_PENDING));
    must(engine, cxj_set_mark(engine, "line 4711\0\xff", 11));
    write_engine(engine, arguments[1], "everything");

    engine = make(1000 * HOUR);
    add_views(engine);
    live_through(engine, 3, START, CXJ_OUTCOME_COMPLETED);
    live_through(engine, 5, START + 900 * HOUR, CXJ_OUTCOME_ABANDONED);
    record(engine, (cxj_touchpoint){.journey = 4, .id = 1, .at = START, .facets = CXJ_FACET_WITHDRAWN, .outcome = 1});
    live_through(engine, 6, START + 2900 * HOUR, 0);
    must(engine, cxj_advance(engine, START + 3000 * HOUR));
    add(engine, "touchpoints by team"); /* which lacks what was sealed before */
    write_engine(engine, arguments[1], "sealed");

    engine = make(1000 * HOUR);
    must(engine, cxj_set_calendar(engine,
                                  "# Berlin\noffset +01:00\noffset 2026-03-29T01:00:00Z +02:00\n"
                                  "offset 2026-10-25T02:00+01 +01:00\nhours sat 10:00-14:00\n"
                                  "hours  mon-wed,fri  09:00-12:30 13:30-17:00\non 2026-05-01 closed\n",
                                  CXJ_ZERO_TERMINATED));
    add(engine, "touchpoints per hour");
    add(engine, "journeys per month ended");
    live_through(engine, 3, START - HOUR / 2, CXJ_OUTCOME_COMPLETED); /* in January alone by local time */
    live_through(engine, 6, START + 2085 * HOUR, 0);
    must(engine, cxj_advance(engine, START + 3000 * HOUR));
    write_engine(engine, arguments[1], "calendar");
    return 0;
}
