/* calendar: any bytes as the text of a calendar.
 *
 * A text is refused with a sentence that names line and column, and leaves the calendar before; or it is taken, and then
 * what it is written as says the same. Local time goes by it: open time never goes back nor faster than the clock, what
 * is reached in working hours is the first moment there, and views show what they show where it is set before the
 * touchpoints come.
 *
 * SPDX-License-Identifier: MIT
 */
#include "../same.h"
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"

#define HOUR INT64_C(3600000)
#define START INT64_C(1767225600000) /* 2026-01-01 */
enum { TOUCHPOINTS = 40, MOMENTS = 64 };

static const char *const views[] = {"touchpoints per hour", "transitions by owner per week",
                                    "journeys per month ended"};

static cxj_engine *make(void) {
    const cxj_options options = {.size = sizeof options, .seed = {1, 2}};
    cxj_engine *engine;
    MUST(cxj_engine_create(&options, NULL, 0, &engine) == CXJ_OK, "no engine");
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        cxj_view *view;
        MUST(cxj_view_add(engine, views[i], CXJ_ZERO_TERMINATED, &view) == CXJ_OK, "%s", cxj_message(engine));
    }
    return engine;
}

static void record(cxj_engine *engine) {
    for (unsigned i = 0; i < TOUCHPOINTS; i++) {
        const cxj_touchpoint t = {.journey = 1 + i % 3,
                                  .id = i + 1,
                                  .at = START + (int64_t)(i * i) * 7 * HOUR + i * 1234567,
                                  .outcome = (uint8_t)(i > TOUCHPOINTS - 3)};
        MUST(cxj_record(engine, &t, sizeof t, 1, 0, NULL, 0) == CXJ_OK, "%s", cxj_message(engine));
    }
}

/* Moments here and there, the last ones of the years 0001 and 9999 among them, and close to those that the text
 * names. */
static int64_t moment_at(size_t i, size_t size) {
    static const int64_t odd[] = {CXJ__EARLIEST, CXJ__LATEST - 1, START, INT64_C(1774746000000) - 1};
    if (i < sizeof odd / sizeof *odd) return odd[i];
    return START + ((int64_t)(i * 7919 + size * 104729) % 20000 - 4000) * (HOUR / 4) - (int64_t)(i % 3);
}

static void check_moments(const struct cxj__calendar *calendar, const struct cxj__calendar *again, size_t size) {
    for (size_t i = 0; i < MOMENTS; i++) {
        int64_t t = moment_at(i, size), span = 1 + (int64_t)(i * i) * 100003, reached, others;
        int64_t open = cxj__calendar_open(calendar, t), step = cxj__calendar_open(calendar, t + 1) - open;
        MUST(step == 0 || step == 1, "open time steps by %lld", (long long)step);
        MUST(open == cxj__calendar_open(again, t), "what is written says something else");
        int64_t local = cxj__calendar_local(calendar, t), first = cxj__calendar_moment(calendar, local);
        MUST(first <= t && cxj__calendar_local(calendar, first) >= local,
             "the moment of a local time is not its first");
        MUST(cxj__calendar_local(calendar, first - 1) < local, "the moment of a local time is not its first");
        bool is_reached = cxj__calendar_after(calendar, t, span, &reached);
        MUST(is_reached == cxj__calendar_after(again, t, span, &others) && reached == others, "another is reached");
        MUST(cxj__calendar_open(calendar, reached) - open == span, "not what was asked for");
        MUST(cxj__calendar_open(calendar, reached - 1) - open == span - 1, "not the first moment");
        reached = cxj__calendar_before(calendar, t, span);
        MUST(open - cxj__calendar_open(calendar, reached + 1) < span, "not the last moment");
        MUST(reached == CXJ__EARLIEST || open - cxj__calendar_open(calendar, reached) == span,
             "not what was asked for");
    }
}

static void check_taken(const char *text, size_t length) {
    struct cxj__memory memory = {cxj__base_allocate, NULL, 0, 0};
    struct cxj__message message;
    struct cxj__calendar *calendar = NULL, *again = NULL;
    size_t written = 0;
    MUST(cxj__calendar_read(&calendar, &memory, text, length, &message) == CXJ_OK, "%s", message.text);
    const char *as = cxj__calendar_text(calendar, &written);
    MUST(strlen(as) == written, "the text has a NUL");
    MUST(cxj__calendar_read(&again, &memory, as, written, &message) == CXJ_OK, "%s", message.text);
    MUST(cxj__calendar_is_equal(calendar, again), "what is written is written otherwise");
    MUST(cxj__calendar_agrees(calendar, again, CXJ__LATEST), "what is written says something else");
    check_moments(calendar, again, length);
    cxj__calendar_destroy(calendar, &memory);
    cxj__calendar_destroy(again, &memory);
    MUST(memory.used == 0, "memory is left");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    cxj_engine *early = make(), *late = make();
    char *text = malloc(size + 1);
    MUST(text, "no memory for the test itself");
    memcpy(text, data, size);
    record(late);
    cxj_status status = cxj_set_calendar(late, text, size);
    MUST(status == CXJ_OK || status == CXJ_BAD_TEXT, "%s", cxj_status_text(status));
    if (status == CXJ_OK) {
        MUST(cxj_set_calendar(early, text, size) == CXJ_OK, "%s", cxj_message(early));
        record(early);
        difference what = {""};
        MUST(same_engine(early, late, 1, 3, &what), "set late: %s", what.words);
        if (size > 0) check_taken(text, size);
    } else {
        const char *message = cxj_message(late);
        unsigned long line = 0, column = 0;
        MUST(sscanf(message, "calendar, line %lu, column %lu: expected ", &line, &column) == 2, "%s", message);
        MUST(line >= 1 && column >= 1 && line + column <= size + 2, "%s", message);
        MUST(cxj_calendar(late, &message, NULL) == CXJ_OK && message == NULL, "a calendar is left");
    }
    cxj_engine_destroy(early);
    cxj_engine_destroy(late);
    free(text);
    return 0;
}
