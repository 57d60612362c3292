/* Random calendars (SPEC 10) for the property test: see property.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "property.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SHIFTS = 7, MOST_DATES = 12, MOST_LINES = 64, DAY = 86400000 };

static const int64_t first_moment = INT64_C(-62135596800000);
static const int64_t last_moment = INT64_C(253402300799999);

__attribute__((format(printf, 2, 3))) static void append(char *text, const char *format, ...) {
    va_list arguments;
    size_t used = strlen(text);
    va_start(arguments, format);
    int written = vsnprintf(text + used, LONGEST_CALENDAR - used, format, arguments);
    va_end(arguments);
    if (written < 0 || used + (size_t)written >= LONGEST_CALENDAR) fail("a calendar grew too long");
}

static int order_numbers(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Different moments in order, some on whole minutes, some on any millisecond; returns how many. */
static size_t draw_moments(int64_t *moments, size_t most, int64_t low, int64_t high, int64_t unit) {
    size_t count = (size_t)below(most + 1), kept = 0;
    low = low < first_moment ? first_moment : low;
    high = high > last_moment ? last_moment : high;
    for (size_t i = 0; i < count; i++) {
        int64_t moment = between(low, high);
        moment -= moment % unit; /* towards 1970, and so within the years */
        moments[i] = moment;
    }
    qsort(moments, count, sizeof *moments, order_numbers);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || moments[kept - 1] != moments[i]) moments[kept++] = moments[i];
    return kept;
}

/* ---- Lines ---- */

static void append_offset(char *text) {
    static const int common[] = {0, 60, 120, -300, 330, 840, -600, 1080, -1080};
    int minutes = chance(70) ? common[below(sizeof common / sizeof common[0])] : (int)between(-1080, 1080);
    int size = minutes < 0 ? -minutes : minutes;
    append(text, " %c%02d:%02d", minutes < 0 ? '-' : '+', size / 60, size % 60);
}

/* A date and time with Z, or by a clock that is ahead or behind. */
static void append_moment(char *text, int64_t moment) {
    char hour[NAIVE_PERIOD];
    int ahead = chance(30) ? (int)between(-23 * 60, 23 * 60) : 0;
    int64_t local = moment + (int64_t)ahead * 60000;
    if (local < first_moment || local > last_moment) {
        ahead = 0;
        local = moment;
    }
    int64_t start = naive_period(local, 'h', hour);
    int rest = (int)(local - start), size = ahead < 0 ? -ahead : ahead;
    append(text, " %s:%02d", hour, rest / 60000);
    if (rest % 60000 || chance(50)) append(text, ":%02d", rest / 1000 % 60);
    if (rest % 1000) append(text, ".%03d", rest % 1000);
    if (ahead == 0 && chance(80))
        append(text, "Z");
    else if (size % 60 || chance(50))
        append(text, "%c%02d%s%02d", ahead < 0 ? '-' : '+', size / 60, chance(50) ? ":" : "", size % 60);
    else
        append(text, "%c%02d", ahead < 0 ? '-' : '+', size / 60);
}

static void append_span(char *text, int64_t begin, int64_t end) {
    append(text, " %02d:%02d-%02d:%02d", (int)begin / 60, (int)begin % 60, (int)end / 60, (int)end % 60);
}

static void append_spans(char *text) {
    int64_t times[6];
    size_t count = 0;
    while (count < 2) count = draw_moments(times, 6, 0, 24 * 60, chance(50) ? 30 : 1);
    for (size_t i = 0; i + 1 < count; i += 2) {
        append_span(text, times[i], times[i + 1]);
        if (i + 2 == count || chance(80)) continue;
        append_span(text, times[i + 1], times[i + 2]); /* one that touches it */
        i++;
    }
    append(text, "\n");
}

/* Each day gets one of three kinds of hours, or none. */
static void append_weeks(char *text) {
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    uint64_t kinds[7];
    for (int d = 0; d < 7; d++) kinds[d] = below(4);
    for (uint64_t kind = 1; kind < 4; kind++) {
        bool is_first = true;
        for (int d = 0; d < 7; d++) {
            if (kinds[d] != kind) continue;
            append(text, "%s%s", is_first ? "hours " : ",", days[d]);
            int last = d;
            while (last < 6 && kinds[last + 1] == kind) last++;
            if (last > d && chance(70)) append(text, "-%s", days[d = last]);
            is_first = false;
        }
        if (!is_first) append_spans(text);
    }
}

static void append_dates(char *text, int64_t low, int64_t high) {
    int64_t moments[MOST_DATES];
    size_t count = draw_moments(moments, MOST_DATES, low - DAY, high + DAY, DAY);
    for (size_t i = 0; i < count; i++) {
        char day[NAIVE_PERIOD];
        naive_period(moments[i], 'd', day);
        append(text, "on %s", day);
        if (chance(40))
            append(text, " closed\n");
        else
            append_spans(text);
    }
}

void draw_calendar(char *text, int64_t low, int64_t high) {
    int64_t shifts[MOST_SHIFTS];
    size_t count = draw_moments(shifts, MOST_SHIFTS, low - 2 * DAY, high + 2 * DAY,
                                chance(60)   ? 3600000
                                : chance(50) ? 1000
                                             : 1);
    *text = 0;
    if (chance(60)) {
        append(text, "offset");
        append_offset(text);
        append(text, "\n");
    }
    for (size_t i = 0; i < count; i++) {
        append(text, "offset");
        append_moment(text, shifts[i]);
        append_offset(text);
        append(text, "\n");
    }
    if (chance(80)) append_weeks(text);
    if (chance(60)) append_dates(text, low, high);
    if (!*text) append(text, "# open for ever\n"); /* a text without a letter would be none */
}

/* ---- The same in another way, and other things ---- */

/* Where the lines of a text begin; returns how many there are. */
static size_t find_lines(const char *text, const char **lines) {
    size_t count = 0;
    while (*text) {
        if (count == MOST_LINES) fail("a calendar with too many lines");
        lines[count++] = text;
        text += strcspn(text, "\n") + 1;
    }
    return count;
}

static bool says_hours(const char *line) {
    return line && strncmp(line, "hours", 5) == 0;
}

static void append_blanks(char *text) {
    static const char *const blanks[] = {" ", " ", "\t", "  ", " \t "};
    append(text, "%s", blanks[below(5)]);
}

/* A line with other blanks between its words, and perhaps others around it. */
static void append_line(char *text, const char *line) {
    if (chance(10)) append(text, "# closed, or so\n");
    if (chance(10)) append(text, "\n");
    if (chance(20)) append_blanks(text);
    for (; *line != '\n'; line++) {
        if (*line == ' ')
            append_blanks(text);
        else
            append(text, "%c", *line);
    }
    if (chance(10)) append_blanks(text);
    append(text, chance(20) ? "\r\n" : "\n");
}

void respell_calendar(const char *text, char *other) {
    const char *lines[MOST_LINES];
    size_t count = find_lines(text, lines);
    *other = 0;
    /* Lines of hours come in any order and between any others, which stay in theirs. */
    for (size_t i = 0; i < count; i++) {
        while (chance(40)) {
            size_t j = (size_t)below(count);
            if (says_hours(lines[j])) append_line(other, lines[j]);
            if (says_hours(lines[j])) lines[j] = NULL;
        }
        if (lines[i] && !says_hours(lines[i])) append_line(other, lines[i]);
    }
    for (size_t i = count; i-- > 0;)
        if (says_hours(lines[i])) append_line(other, lines[i]);
    if (chance(10)) append(other, "# the end");
}

void spoil_calendar(const char *text, char *other) {
    static const char letters[] = " \t\n0123456789:-+,#.TZacdefhilmnorstuw";
    size_t length = strlen(text);
    memcpy(other, text, length + 1);
    for (uint64_t edits = 1 + below(3); edits > 0 && length > 0; edits--) {
        size_t place = (size_t)below(length), end = place + 1 + (size_t)below(chance(80) ? 1 : 20);
        char letter = letters[below(sizeof letters - 1)];
        if (end > length) end = length;
        switch (below(4)) {
        case 0:
            other[place] = letter;
            break;
        case 1: /* something is lost */
            memmove(other + place, other + end, length - end + 1);
            length -= end - place;
            break;
        case 2: /* something stands twice */
            if (length + end - place >= LONGEST_CALENDAR) break;
            memmove(other + end, other + place, length - place + 1);
            length += end - place;
            break;
        default:
            if (length + 1 >= LONGEST_CALENDAR) break;
            memmove(other + place + 1, other + place, length - place + 1);
            other[place] = letter;
            length++;
        }
    }
}

/* ---- Both readings ---- */

/* What the library writes must be the same calendar, and be written again as it is. */
static void compare_written(cxj_engine *engine, const char *text, const naive_calendar *wanted) {
    const char *written = NULL, *again = NULL;
    size_t length = 0, again_length = 0;
    expect_status("cxj_calendar", CXJ_OK, cxj_calendar(engine, &written, &length));
    naive_calendar *got = naive_calendar_read(written, length, NULL);
    if (!got || !naive_calendar_is_equal(wanted, got)) fail("the calendar\n%s\nis written as\n%s", text, written);
    naive_calendar_free(got);
    char *kept = allocate(length + 1, 1);
    memcpy(kept, written, length);
    expect_status("cxj_set_calendar with its own text", CXJ_OK, cxj_set_calendar(engine, kept, length));
    expect_status("cxj_calendar", CXJ_OK, cxj_calendar(engine, &again, &again_length));
    if (length != again_length || memcmp(kept, again, length) != 0)
        fail("the calendar\n%s\nis written as\n%s, and that as\n%s", text, kept, again);
    free(kept);
}

void compare_calendar(const char *text) {
    cxj_engine *engine = NULL;
    char message[320];
    size_t line = 0, said = 0;
    cxj_options options = {.size = sizeof options, .seed = {1, 1}};
    if (!*text) return; /* that takes away a calendar */
    expect_status("cxj_engine_create", CXJ_OK, cxj_engine_create(&options, message, sizeof message, &engine));
    naive_calendar *wanted = naive_calendar_read(text, strlen(text), &line);
    cxj_status status = cxj_set_calendar(engine, text, strlen(text));
    if (status != (wanted ? CXJ_OK : CXJ_BAD_TEXT))
        fail("the calendar\n%s\nnaive %s, engine: %s, %s", text, wanted ? "takes it" : "refuses it",
             cxj_status_text(status), cxj_message(engine));
    if (wanted)
        compare_written(engine, text, wanted);
    else if (sscanf(cxj_message(engine), "calendar, line %zu", &said) != 1 || said != line)
        fail("the calendar\n%s\nnaive refuses line %zu, the engine says: %s", text, line, cxj_message(engine));
    naive_calendar_free(wanted);
    cxj_engine_destroy(engine);
}
