/* test_calendar: the host's local time and working hours, from a text. What src/calendar.h promises, and section 10 of
 * the specification.
 *
 * The room's source is included, so that its steps can be counted. Random calendars are compared with an implementation
 * that goes through offsets one by one and lists days.
 *
 * CXJ_SEED takes the seed of the random parts; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdint.h>

static uint64_t steps;
#define CXJ__CALENDAR_STEP() (++steps)
/* The room once more, with its steps counted; under other names, since where all rooms are one file the library has both. */
#define cxj__calendar_after counted_calendar_after
#define cxj__calendar_agrees counted_calendar_agrees
#define cxj__calendar_before counted_calendar_before
#define cxj__calendar_between counted_calendar_between
#define cxj__calendar_destroy counted_calendar_destroy
#define cxj__calendar_is_equal counted_calendar_is_equal
#define cxj__calendar_local counted_calendar_local
#define cxj__calendar_moment counted_calendar_moment
#define cxj__calendar_open counted_calendar_open
#define cxj__calendar_read counted_calendar_read
#define cxj__calendar_text counted_calendar_text
#include "../src/calendar.c"

#include "suite.h"

#include "chance.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)
#define FIRST_MOMENT INT64_C(-62135596800000) /* 0001-01-01T00:00:00Z */
#define LAST_MOMENT INT64_C(253402300799999)  /* 9999-12-31T23:59:59.999Z */

/* Memory whose blocks are counted, and of which the allocation with a number fails. */
struct heap {
    uint64_t asked, fail_at;
    int64_t bytes;
};

static void *allocate(void *context, void *block, size_t old_size, size_t new_size) {
    struct heap *heap = context;
    if (new_size > old_size && ++heap->asked == heap->fail_at) return NULL;
    heap->bytes += (int64_t)new_size - (int64_t)old_size;
    return cxj__base_allocate(NULL, block, old_size, new_size);
}

static struct heap heap;
static struct cxj__memory memory = {allocate, &heap, 0, 0};

static struct cxj__calendar *read_bytes(const char *text, size_t length) {
    struct cxj__calendar *calendar = NULL;
    struct cxj__message message = {""};
    cxj_status status = cxj__calendar_read(&calendar, &memory, text, length, &message);
    ck_assert_msg(status == CXJ_OK, "%s", message.text);
    return calendar;
}

static struct cxj__calendar *read_calendar(const char *text) {
    return read_bytes(text, strlen(text));
}

static void end(struct cxj__calendar *calendar) {
    cxj__calendar_destroy(calendar, &memory);
    ck_assert_int_eq(heap.bytes, 0);
    ck_assert_uint_eq(memory.used, 0);
}

/* Days since 1970-01-01, counted year by year. */
static int64_t day_number(int64_t year, int64_t month, int64_t day) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t days = day - 1;
    for (int64_t m = 1; m < month; m++) days += lengths[m - 1];
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month > 2 && is_leap) days++;
    for (; year > 1970; year--) {
        int64_t before = year - 1;
        days += before % 4 == 0 && (before % 100 != 0 || before % 400 == 0) ? 366 : 365;
    }
    for (; year < 1970; year++) days -= year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 366 : 365;
    return days;
}

/* The milliseconds that a text such as "2026-03-29T01:00" or "2026-03-29T01:00:00.000" speaks of. */
static int64_t at(const char *text) {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, ms = 0;
    int found = sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%3d", &year, &month, &day, &hour, &minute, &second, &ms);
    ck_assert_int_ge(found, 3);
    return day_number(year, month, day) * DAY + hour * HOUR + minute * 60000 + second * 1000 + ms;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Text
 * ------------------------------------------------------------------------------------------------------------------ */

/* "What is malformed is refused with line, column and what was expected." */
static const struct refusal {
    const char *text, *sentence;
} refusals[] = {
#define MOMENT "expected a moment such as 2026-03-29T01:00:00Z, found "
#define OFFSET "expected an offset such as +01:00, within 18:00, found "
#define HOURS "expected hours such as 09:00-17:00, found "
#define END "found the end of the line"
    {"open mon 09:00-17:00",
     "line 1, column 1: expected \"offset\", \"hours\", \"on\" or a remark (#), found \"open\""},
    {"Offset +01:00", "line 1, column 1: expected \"offset\", \"hours\", \"on\" or a remark (#), found \"Offset\""},
    {"offsets +01:00", "line 1, column 1: expected \"offset\", \"hours\", \"on\" or a remark (#), found \"offsets\""},
    {"hours mon 09:00-17:00\n\n \tnonsense",
     "line 3, column 3: expected \"offset\", \"hours\", \"on\" or a remark (#)"},
    {"\xef\xbb\xbfoffset +01:00", "line 1, column 1: expected \"offset\""},
    {"on 2026-12-25 closed\ron 2026-12-26 closed", "line 1, column 15: expected \"closed\" or"},
    /* an offset */
    {"offset", "line 1, column 7: " OFFSET "the end of the line"},
    {"offset \t ", "line 1, column 10: " OFFSET "the end of the line"},
    {"offset 01:00", "line 1, column 8: " MOMENT "\"01:00\""},
    {"offset +1:00", "line 1, column 8: " OFFSET "\"+1:00\""},
    {"offset +0100", "line 1, column 8: " OFFSET "\"+0100\""},
    {"offset +01", "line 1, column 8: " OFFSET "\"+01\""},
    {"offset +01:60", "line 1, column 8: " OFFSET "\"+01:60\""},
    {"offset +18:01", "line 1, column 8: " OFFSET "\"+18:01\""},
    {"offset -18:01", "line 1, column 8: " OFFSET "\"-18:01\""},
    {"offset -19:00", "line 1, column 8: " OFFSET "\"-19:00\""},
    {"offset +01:00:00", "line 1, column 8: " OFFSET "\"+01:00:00\""},
    {"offset Z", "line 1, column 8: " OFFSET "\"Z\""},
    {"offset \xe2\x88\x92"
     "01:00",
     "line 1, column 8: " OFFSET "\"\xe2\x88\x92"
     "01:00\""},
    {"offset +01:00 +02:00", "line 1, column 15: expected the end of the line, found \"+02:00\""},
    {"offset +01:00 # winter", "line 1, column 15: expected the end of the line, found \"#\""},
    {"offset +01:00\noffset +02:00",
     "line 2, column 8: expected a moment, since there is an offset without one, found \"+02:00\""},
    {"offset +01:00\noffset", "line 2, column 7: expected a moment, since there is an offset without one, " END},
    /* a moment */
    {"offset 2026-03-29T01:00:00Z", "line 1, column 28: " OFFSET "the end of the line"},
    {"offset 2026-03-29T01:00:00Z 02:00", "line 1, column 29: " OFFSET "\"02:00\""},
    {"offset 2026-03-29T01:00:00Z +02:00 x", "line 1, column 36: expected the end of the line, found \"x\""},
    {"offset 2026-02-30T01:00:00Z +01:00", "line 1, column 8: " MOMENT "\"2026-02-30T01:00:00Z\""},
    {"offset 2026-13-01T01:00:00Z +01:00", "line 1, column 8: " MOMENT},
    {"offset 2026-00-01T01:00:00Z +01:00", "line 1, column 8: " MOMENT},
    {"offset 2026-01-00T01:00:00Z +01:00", "line 1, column 8: " MOMENT},
    {"offset 0000-01-01T01:00:00Z +01:00", "line 1, column 8: " MOMENT},
    {"offset 0001-01-01T00:00:00+00:01 +01:00", "line 1, column 8: " MOMENT},
    {"offset 9999-12-31T23:59:59.999-00:01 +01:00", "line 1, column 8: " MOMENT},
    {"offset 2026-03-29T01:00:00 +02:00", "line 1, column 8: " MOMENT "\"2026-03-29T01:00:00\""},
    {"offset 2026-03-29T01:00 +02:00", "line 1, column 8: " MOMENT},
    {"offset 2026-03-29 +02:00", "line 1, column 8: " MOMENT},
    {"offset 2026-03-29Z +02:00", "line 1, column 8: " MOMENT},
    {"offset 2026-03-29 01:00Z +02:00", "line 1, column 8: " MOMENT "\"2026-03-29\""},
    {"offset 2026-03-29t01:00Z +02:00", "line 1, column 8: " MOMENT},
    {"offset 2026-03-29T01:00z +02:00", "line 1, column 8: " MOMENT},
    {"offset 2026-03-29T24:00Z +02:00", "line 1, column 8: " MOMENT},
    {"offset 2026-03-29T01:60Z +02:00", "line 1, column 8: " MOMENT},
    {"offset 2026-03-29T01:00:60Z +02:00", "line 1, column 8: " MOMENT},
    {"offset 2026-03-29T01:00:00.Z +02:00", "line 1, column 8: " MOMENT},
    {"offset 2026-03-29T01:00.5Z +02:00", "line 1, column 8: " MOMENT},
    {"offset 2026-03-29T1:00Z +02:00", "line 1, column 8: " MOMENT},
    {"offset 2026-03-29T01:00+24 +02:00", "line 1, column 8: " MOMENT},
    {"offset 2026-03-29T01:00+01:60 +02:00", "line 1, column 8: " MOMENT},
    {"offset 2026-03-29T01:00+01: +02:00", "line 1, column 8: " MOMENT},
    {"offset 2026-03-29T01:00+1 +02:00", "line 1, column 8: " MOMENT},
    {"offset 2026-03-29T01:00+01000 +02:00", "line 1, column 8: " MOMENT},
    {"offset 2026-03-29T01:00ZZ +02:00", "line 1, column 8: " MOMENT},
    {"offset 1774746000000 +02:00", "line 1, column 8: " MOMENT "\"1774746000000\""},
    {"offset 2026-03-29T01:00Z +02:00\noffset 2026-03-29T00:00Z +01:00",
     "line 2, column 8: expected a moment after the one of the offset before, found \"2026-03-29T00:00Z\""},
    {"offset 2026-03-29T01:00Z +02:00\noffset 2026-03-29T02:00+01 +01:00",
     "line 2, column 8: expected a moment after the one of the offset before"},
    /* hours */
    {"hours", "line 1, column 6: expected a day: mon, tue, wed, thu, fri, sat or sun, " END},
    {"hours Mon 09:00-17:00", "line 1, column 7: expected a day: mon, tue, wed, thu, fri, sat or sun, found \"Mon\""},
    {"hours monday 09:00-17:00", "line 1, column 10: expected \",\" or a blank, found \"day\""},
    {"hours mo 09:00-17:00", "line 1, column 7: expected a day: mon, tue, wed, thu, fri, sat or sun, found \"mo\""},
    {"hours mon - fri 09:00-17:00", "line 1, column 11: " HOURS "\"-\""},
    {"hours mon- 09:00-17:00", "line 1, column 11: expected a day: mon, tue, wed, thu, fri, sat or sun, found a blank"},
    {"hours fri-mon 09:00-17:00", "line 1, column 11: expected a later day of the week, which goes from mon to sun"},
    {"hours mon-mon 09:00-17:00", "line 1, column 11: expected a later day of the week, which goes from mon to sun"},
    {"hours mon-wed-fri 09:00-17:00", "line 1, column 14: expected \",\" or a blank, found \"-fri\""},
    {"hours mon,mon 09:00-12:00", "line 1, column 11: expected days that have no hours yet, found \"mon\""},
    {"hours mon,,tue 09:00-12:00",
     "line 1, column 11: expected a day: mon, tue, wed, thu, fri, sat or sun, found \",tue\""},
    {"hours mon, tue 09:00-12:00",
     "line 1, column 11: expected a day: mon, tue, wed, thu, fri, sat or sun, found a blank"},
    {"hours mon-fri 09:00-17:00\nhours fri 09:00-12:00", "line 2, column 7: expected days that have no hours yet"},
    {"hours tue,mon-wed 09:00-17:00", "line 1, column 15: expected days that have no hours yet"},
    {"hours mon", "line 1, column 10: " HOURS "the end of the line"},
    {"hours mon closed", "line 1, column 11: " HOURS "\"closed\""},
    {"hours mon 9:00-17:00", "line 1, column 11: " HOURS "\"9:00-17:00\""},
    {"hours mon 09:00", "line 1, column 16: expected \"-\" and a time such as 17:00, " END},
    {"hours mon 09:00 17:00", "line 1, column 16: expected \"-\" and a time such as 17:00, found a blank"},
    {"hours mon 09:00\xe2\x80\x93"
     "17:00",
     "line 1, column 16: expected \"-\" and a time such as 17:00, found \"\xe2\x80\x93"
     "17:00\""},
    {"hours mon 09:00- 17:00", "line 1, column 17: expected a time such as 17:00, up to 24:00, found a blank"},
    {"hours mon 17:00-09:00",
     "line 1, column 17: expected a time after the one at which these hours begin, found \"09:00\""},
    {"hours mon 09:00-09:00", "line 1, column 17: expected a time after the one at which these hours begin"},
    {"hours mon 09:00-24:01", "line 1, column 17: expected a time such as 17:00, up to 24:00, found \"24:01\""},
    {"hours mon 09:00-12:60", "line 1, column 17: expected a time such as 17:00, up to 24:00, found \"12:60\""},
    {"hours mon 25:00-26:00", "line 1, column 11: " HOURS "\"25:00-26:00\""},
    {"hours mon 09:00-12:00 11:00-13:00",
     "line 1, column 23: expected hours that begin where those before them end, or later, found \"11:00-13:00\""},
    {"hours mon 13:00-17:00 09:00-12:00",
     "line 1, column 23: expected hours that begin where those before them end, or later"},
    {"hours mon 09:00-12:00, 13:00-17:00", "line 1, column 22: expected a blank or the end of the line, found \",\""},
    {"hours mon 09:00-12:000", "line 1, column 22: expected a blank or the end of the line, found \"0\""},
    {"hours mon 09:00-12:00-13:00", "line 1, column 22: expected a blank or the end of the line, found \"-13:00\""},
    /* dates */
    {"on", "line 1, column 3: expected a date such as 2026-12-25, " END},
    {"on 2026-12-25", "line 1, column 14: expected \"closed\" or hours such as 09:00-17:00, " END},
    {"on 2026-12-25 open", "line 1, column 15: expected \"closed\" or hours such as 09:00-17:00, found \"open\""},
    {"on 2026-12-25 9:00-12:00", "line 1, column 15: " HOURS "\"9:00-12:00\""},
    {"on 2026-12-25 closed 09:00-12:00", "line 1, column 22: expected the end of the line, found \"09:00-12:00\""},
    {"on 2026-12-25 09:00-12:00 closed", "line 1, column 27: " HOURS "\"closed\""},
    {"on 2026-13-25 closed", "line 1, column 4: expected a date such as 2026-12-25, found \"2026-13-25\""},
    {"on 2026-02-29 closed", "line 1, column 4: expected a date such as 2026-12-25, found \"2026-02-29\""},
    {"on 0000-12-25 closed", "line 1, column 4: expected a date such as 2026-12-25, found \"0000-12-25\""},
    {"on 10000-01-01 closed", "line 1, column 4: expected a date such as 2026-12-25"},
    {"on 2026-12-25T00:00Z closed", "line 1, column 4: expected a date such as 2026-12-25"},
    {"on 25.12.2026 closed", "line 1, column 4: expected a date such as 2026-12-25, found \"25.12.2026\""},
    {"on 2026-12-25 closed\non 2026-12-24 closed",
     "line 2, column 4: expected a date after the one before, found \"2026-12-24\""},
    {"on 2026-12-25 closed\non 2026-12-25 closed", "line 2, column 4: expected a date after the one before"},
    {"on 2026-12-25 24:00-24:00", "line 1, column 21: expected a time after the one at which these hours begin"},
    /* bytes */
    {"# \xff", "line 1, column 3: expected UTF-8 without NUL, found \"\\xff\""},
    {"offset +01:00\r\n\r\n# ok\r\n  on \xc3\x28", "line 4, column 6: expected UTF-8 without NUL, found \"\\xc3\""},
    {"on 2026-12-25 closed\x1b[31m",
     "line 1, column 15: expected \"closed\" or hours such as 09:00-17:00, found \"closed\\x1b[31m\""},
#undef MOMENT
#undef OFFSET
#undef HOURS
#undef END
};
enum { REFUSALS = sizeof refusals / sizeof *refusals };

static cxj_status try_to_read(const char *text, size_t length, struct cxj__message *message) {
    struct cxj__calendar *calendar = NULL;
    cxj_status status = cxj__calendar_read(&calendar, &memory, text, length, message);
    if (status != CXJ_OK) ck_assert_ptr_null(calendar);
    end(calendar);
    return status;
}

START_TEST(malformed_texts_are_refused_where_they_are) {
    const struct refusal *refusal = &refusals[_i];
    struct cxj__message message = {""};
    ck_assert_int_eq(try_to_read(refusal->text, strlen(refusal->text), &message), CXJ_BAD_TEXT);
    char expected[sizeof message.text];
    (void)snprintf(expected, sizeof expected, "calendar, %s", refusal->sentence);
    ck_assert_msg(strncmp(message.text, expected, strlen(expected)) == 0, "%s\nis not\n%s", message.text, expected);
}
END_TEST

/* A text is what it is wherever its last byte lies: read from a block that ends with it, so that a sanitizer sees if
 * something behind it is looked at. */
START_TEST(nothing_behind_a_text_is_read) {
    for (size_t i = 0; i < REFUSALS; i++) {
        size_t length = strlen(refusals[i].text);
        for (size_t cut = 0; cut <= length; cut++) {
            char *copy = malloc(cut + (cut == 0));
            struct cxj__message message = {""};
            memcpy(copy, refusals[i].text, cut);
            (void)try_to_read(copy, cut, &message);
            free(copy);
        }
    }
    struct cxj__message message = {""};
    ck_assert_int_eq(try_to_read("# a\0b", 5, &message), CXJ_BAD_TEXT);
    ck_assert_str_eq(message.text, "calendar, line 1, column 4: expected UTF-8 without NUL, found \"\\x00\"");
}
END_TEST

/* "At most 65,536 lines." */
START_TEST(lines_are_as_many_as_there_may_be) {
    const size_t most = 65536;
    char *lines = malloc(3 * (most + 2));
    struct cxj__message message = {""};
    memset(lines, '\n', most + 1);
    ck_assert_int_eq(try_to_read(lines, most, &message), CXJ_OK);
    ck_assert_int_eq(try_to_read(lines, most + 1, &message), CXJ_BAD_TEXT);
    ck_assert_str_eq(message.text, "calendar, line 65537, column 1: expected the end of the text, found 65537 lines");
    lines[most] = '#'; /* a last line that has no end is one, too */
    ck_assert_int_eq(try_to_read(lines, most + 1, &message), CXJ_BAD_TEXT);
    lines[most - 1] = '#';
    ck_assert_int_eq(try_to_read(lines, most, &message), CXJ_OK);
    for (size_t i = 0; i < most; i++) memcpy(lines + 3 * i, "#\r\n", 3);
    ck_assert_int_eq(try_to_read(lines, 3 * most, &message), CXJ_OK);
    free(lines);
}
END_TEST

/* What is read, and the one way in which it is written: "remarks, blanks and order of `hours` lines apart". */
static const struct way {
    const char *text, *written;
} ways[] = {
    {"", "#\n"},
    {"\n  \t\n# only a remark \xf0\x9f\x8c\x8d\n\t#another\r\n", "#\n"},
    {"offset +01:00", "offset +01:00\n"},
    {"  offset\t +01:00 \r\n", "offset +01:00\n"},
    {"offset -00:00", "offset -00:00\n"},
    {"offset +18:00\noffset 2026-01-01T00:00Z -18:00", "offset +18:00\noffset 2026-01-01T00:00Z -18:00\n"},
    {"offset 2026-01-01T00:00Z -18:00\noffset +18:00", "offset 2026-01-01T00:00Z -18:00\noffset +18:00\n"},
    {"offset 0001-01-01T00:00Z +01:00\noffset 9999-12-31T23:59:59.9999Z +02:00",
     "offset 0001-01-01T00:00Z +01:00\noffset 9999-12-31T23:59:59.9999Z +02:00\n"},
    {"offset 2026-03-29T02:00+01 +02:00\noffset 2026-03-29T03:00:00,5+0200 +02:00\noffset "
     "2026-03-29T01:00:00.501-00:00 +03:00",
     "offset 2026-03-29T02:00+01 +02:00\noffset 2026-03-29T03:00:00,5+0200 +02:00\noffset "
     "2026-03-29T01:00:00.501-00:00 +03:00\n"},
    {"hours sun 10:00-11:00\n# x\nhours wed,fri 09:00-24:00\n\nhours mon-tue,sat 00:00-00:01 00:01-24:00",
     "hours mon-tue,sat 00:00-00:01 00:01-24:00\nhours wed,fri 09:00-24:00\nhours sun 10:00-11:00\n"},
    {"hours fri,mon 09:00-10:00\nhours tue 09:00-10:00", "hours fri,mon 09:00-10:00\nhours tue 09:00-10:00\n"},
    {"on 0001-01-01 closed\nhours mon-sun 00:00-24:00\non 2024-02-29 \t 09:00-10:00\toffset", NULL},
    {"on 0001-01-01 closed\nhours mon-sun 00:00-24:00\noffset +02:00\non 2024-02-29 \t 09:00-10:00\non 9999-12-31 "
     "closed",
     "on 0001-01-01 closed\noffset +02:00\non 2024-02-29 09:00-10:00\non 9999-12-31 closed\n"
     "hours mon-sun 00:00-24:00\n"},
};

START_TEST(a_text_is_written_in_one_way) {
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct cxj__message message = {""};
        if (ways[i].written == NULL) {
            ck_assert_int_eq(try_to_read(ways[i].text, strlen(ways[i].text), &message), CXJ_BAD_TEXT);
            continue;
        }
        struct cxj__calendar *calendar = read_calendar(ways[i].text);
        size_t length = 0;
        const char *text = cxj__calendar_text(calendar, &length);
        ck_assert_str_eq(text, ways[i].written);
        ck_assert_uint_eq(length, strlen(ways[i].written));
        struct cxj__calendar *again = read_bytes(text, length);
        ck_assert_str_eq(cxj__calendar_text(again, &length), text);
        ck_assert(cxj__calendar_is_equal(calendar, again));
        cxj__calendar_destroy(again, &memory);
        end(calendar);
    }
}
END_TEST

/* "Engines merge only where their calendars are the same text, remarks, blanks and order of `hours` lines apart." */
START_TEST(calendars_are_equal_where_their_texts_are) {
    static const char *const texts[] = {
        "offset +01:00\nhours mon 09:00-10:00\nhours tue 09:00-10:00\non 2026-12-25 closed\n",
        "offset +01:00\nhours mon 09:00-10:00\nhours tue 09:00-10:00\n",
        "offset +01:00\nhours mon,tue 09:00-10:00\non 2026-12-25 closed\n",
        "offset +01:00\nhours mon-tue 09:00-10:00\non 2026-12-25 closed\n",
        "offset +01:00\nhours mon 09:00-09:30 09:30-10:00\nhours tue 09:00-10:00\non 2026-12-25 closed\n",
        "offset +02:00\nhours mon 09:00-10:00\nhours tue 09:00-10:00\non 2026-12-25 closed\n",
        "hours mon 09:00-10:00\nhours tue 09:00-10:00\non 2026-12-25 closed\n",
        "",
        "offset +00:00",
    };
    static const char same[] =
        "#remark\n  on   2026-12-25\tclosed\r\nhours tue 09:00-10:00 \nhours mon 09:00-10:00\n\n";
    static const char other_order[] =
        "on 2026-12-25 closed\noffset +01:00\nhours mon 09:00-10:00\nhours tue 09:00-10:00";
    enum { TEXTS = sizeof texts / sizeof *texts };
    struct cxj__calendar *calendars[TEXTS];
    for (size_t i = 0; i < TEXTS; i++) calendars[i] = read_calendar(texts[i]);
    for (size_t i = 0; i < TEXTS; i++) {
        for (size_t k = 0; k < TEXTS; k++) ck_assert(cxj__calendar_is_equal(calendars[i], calendars[k]) == (i == k));
        ck_assert(!cxj__calendar_is_equal(calendars[i], NULL));
        ck_assert(!cxj__calendar_is_equal(NULL, calendars[i]));
    }
    ck_assert(cxj__calendar_is_equal(NULL, NULL));
    struct cxj__calendar *other = read_calendar(same), *ordered = read_calendar(other_order);
    ck_assert(cxj__calendar_is_equal(other, calendars[6]));
    ck_assert(!cxj__calendar_is_equal(ordered, calendars[0]));
    cxj__calendar_destroy(other, &memory);
    cxj__calendar_destroy(ordered, &memory);
    for (size_t i = 1; i < TEXTS; i++) cxj__calendar_destroy(calendars[i], &memory);
    end(calendars[0]);
}
END_TEST

/* Every allocation may fail; then nothing is left, and a sentence says so. */
START_TEST(memory_may_end) {
    static const char text[] = "offset +01:00\noffset 2026-03-29T01:00Z +02:00\nhours mon 09:00-10:00\n";
    for (uint64_t fail_at = 1;; fail_at++) {
        struct cxj__calendar *calendar = NULL;
        struct cxj__message message = {""};
        heap.asked = 0;
        heap.fail_at = fail_at;
        cxj_status status = cxj__calendar_read(&calendar, &memory, text, sizeof text - 1, &message);
        heap.fail_at = 0;
        if (status == CXJ_OK) {
            ck_assert_uint_gt(fail_at, 1);
            end(calendar);
            break;
        }
        ck_assert_int_eq(status, CXJ_NO_MEMORY);
        ck_assert_str_eq(message.text, "calendar: no memory");
        end(NULL);
    }
    memory.limit = 100;
    struct cxj__message message = {""};
    ck_assert_int_eq(try_to_read(text, sizeof text - 1, &message), CXJ_NO_MEMORY);
    memory.limit = 0;
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Worked out by hand
 * ------------------------------------------------------------------------------------------------------------------ */

#define BERLIN                                                                                                         \
    "offset +01:00\noffset 2026-03-29T01:00:00Z +02:00\noffset 2026-10-25T01:00:00Z +01:00\n"                          \
    "offset 2027-03-28T01:00:00Z +02:00\noffset 2027-10-31T01:00:00Z +01:00\n"
#define OFFICE "hours mon-fri 09:00-12:30 13:30-17:00\n"

/* "Local time of a moment u is u + offset(u) … The moment of a local time is the earliest u with u + offset(u) ≥ that
 * local time (so a time that a clock skips is the moment of the skip, one that comes twice the first)." */
static const struct clock {
    const char *calendar, *moment, *local, *first; /* first: the moment of local; NULL: moment is */
} clocks[] = {
    {"", "2026-01-01T00:00", "2026-01-01T00:00", NULL},
    {"offset -05:00", "2026-01-01T00:00", "2025-12-31T19:00", NULL},
    {BERLIN, "2025-12-31T23:00", "2026-01-01T00:00", NULL},
    {BERLIN, "2026-03-29T00:59:59.999", "2026-03-29T01:59:59.999", NULL},
    {BERLIN, "2026-03-29T01:00", "2026-03-29T03:00", NULL},
    {BERLIN, NULL, "2026-03-29T02:00", "2026-03-29T01:00"},
    {BERLIN, NULL, "2026-03-29T02:30", "2026-03-29T01:00"},
    {BERLIN, NULL, "2026-03-29T02:59:59.999", "2026-03-29T01:00"},
    {BERLIN, "2026-10-25T00:00", "2026-10-25T02:00", NULL},
    {BERLIN, "2026-10-25T00:59:59.999", "2026-10-25T02:59:59.999", NULL},
    {BERLIN, "2026-10-25T01:00", "2026-10-25T02:00", "2026-10-25T00:00"},
    {BERLIN, "2026-10-25T01:59:59.999", "2026-10-25T02:59:59.999", "2026-10-25T00:59:59.999"},
    {BERLIN, "2026-10-25T02:00", "2026-10-25T03:00", NULL},
    /* half hours, a day skipped whole, as Samoa did */
    {"offset -10:00\noffset 2026-12-30T10:00Z +14:00", "2026-12-30T09:59:59.999", "2026-12-29T23:59:59.999", NULL},
    {"offset -10:00\noffset 2026-12-30T10:00Z +14:00", NULL, "2026-12-30T12:00", "2026-12-30T10:00"},
    {"offset -10:00\noffset 2026-12-30T10:00Z +14:00", "2026-12-30T10:00", "2026-12-31T00:00", NULL},
    /* put back, and again before it has come as far as it was: at 05:00 the clock shows 03:00, at 05:30 02:30 */
    {"offset 2026-01-01T05:00Z -02:00\noffset 2026-01-01T05:30Z -03:00", "2026-01-01T05:29", "2026-01-01T03:29",
     "2026-01-01T03:29"},
    {"offset 2026-01-01T05:00Z -02:00\noffset 2026-01-01T05:30Z -03:00", "2026-01-01T07:59", "2026-01-01T04:59",
     "2026-01-01T04:59"},
    {"offset 2026-01-01T05:00Z -02:00\noffset 2026-01-01T05:30Z -03:00", "2026-01-01T08:00", "2026-01-01T05:00", NULL},
    /* put back, and forward again before it has come as far, but not as far as it was */
    {"offset 2026-01-01T05:00Z -02:00\noffset 2026-01-01T05:30Z -01:00", "2026-01-01T05:59", "2026-01-01T04:59",
     "2026-01-01T04:59"},
    {"offset 2026-01-01T05:00Z -02:00\noffset 2026-01-01T05:30Z -01:00", "2026-01-01T06:00", "2026-01-01T05:00", NULL},
    /* … and farther than it was */
    {"offset 2026-01-01T05:00Z -02:00\noffset 2026-01-01T05:30Z +00:00", NULL, "2026-01-01T05:10", "2026-01-01T05:30"},
    {"offset 2026-01-01T05:00Z -02:00\noffset 2026-01-01T05:30Z +00:00", NULL, "2026-01-01T05:00", "2026-01-01T05:30"},
    /* the bounds, and beyond them */
    {"offset +18:00", "0001-01-01T00:00", "0001-01-01T18:00", NULL},
    {"offset -18:00", "9999-12-31T23:59:59.999", "9999-12-31T05:59:59.999", NULL},
    {"offset 9999-12-31T23:00Z +18:00", "9999-12-31T23:30", "10000-01-01T17:30", NULL},
};

/* As at(), with a year of five digits. */
static int64_t beyond(const char *text) {
    return strncmp(text, "10000-", 6) == 0 ? LAST_MOMENT + 1 + at(text + 1) - at("0000-01-01") : at(text);
}

START_TEST(local_time_goes_by_the_offset_in_force) {
    const struct clock *clock = &clocks[_i];
    struct cxj__calendar *calendar = read_calendar(clock->calendar);
    int64_t local = beyond(clock->local), first = at(clock->first != NULL ? clock->first : clock->moment);
    if (clock->moment != NULL) ck_assert_int_eq(cxj__calendar_local(calendar, at(clock->moment)), local);
    ck_assert_int_eq(cxj__calendar_moment(calendar, local), first);
    end(calendar);
}
END_TEST

/* How long it was open from one moment to another, in minutes, perhaps with seconds. */
static const struct worked {
    const char *calendar, *from, *to;
    int64_t ms;
} worked[] = {
#define MINUTES(n) ((n) * INT64_C(60000))
    /* nights, lunch and weekends are closed: Friday 16:00 to Monday 10:00 */
    {OFFICE, "2026-01-02T16:00", "2026-01-05T10:00", MINUTES(120)},
    {OFFICE, "2026-01-02T12:00", "2026-01-02T14:00", MINUTES(60)},
    {OFFICE, "2026-01-03T01:00", "2026-01-04T23:00", 0},
    {OFFICE, "2026-01-01T00:00", "2026-01-15T00:00", MINUTES(10 * 420)},
    {OFFICE, "2026-01-02T08:59:59.999", "2026-01-02T09:00:00.001", 1},
    {OFFICE, "2026-01-02T16:59:59.999", "2026-01-02T17:00:00.001", 1},
    {OFFICE, "2026-01-02T17:00", "2026-01-05T09:00", 0},
    /* without a line of hours all days are open; days without one are closed where there is one */
    {"", "0001-01-01T00:00", "9999-12-31T23:59:59.999", INT64_C(315537897599999)},
    {"hours wed 00:00-24:00", "2026-01-06T12:00", "2026-01-13T12:00", MINUTES(1440)},
    /* "the end may be 24:00 (work over midnight is two spans)"; spans that touch are one */
    {"hours mon 20:00-24:00\nhours tue 00:00-06:00", "2026-01-05T00:00", "2026-01-07T00:00", MINUTES(600)},
    {"hours mon 20:00-24:00\nhours tue 00:00-06:00", "2026-01-05T23:59:59.500", "2026-01-06T00:00:00.500", 1000},
    {"hours mon 00:00-12:00 12:00-24:00", "2026-01-05T11:59", "2026-01-05T12:01", MINUTES(2)},
    /* dates "in place of the weekday's hours": a holiday, a Saturday that is open, a short day */
    {OFFICE "on 2026-12-24 09:00-12:00\non 2026-12-25 closed\non 2026-12-26 10:00-11:00", "2026-12-24T00:00",
     "2026-12-29T00:00", MINUTES(180 + 60 + 420)},
    {OFFICE "on 2026-12-25 closed", "2026-12-25T10:00", "2026-12-25T16:00", 0},
    {OFFICE "on 2026-12-26 10:00-11:00", "2026-12-26T10:30", "2026-12-27T00:00", MINUTES(30)},
    {"on 2026-12-25 closed", "2026-12-24T00:00", "2026-12-27T00:00", MINUTES(2 * 1440)},
    /* weeks far away: a week is a week */
    {OFFICE, "0001-01-01T00:00", "0001-01-08T00:00", MINUTES(5 * 420)},
    {OFFICE, "9999-12-20T00:00", "9999-12-27T00:00", MINUTES(5 * 420)},
    /* 2026-03-29: 02:00 to 03:00 is skipped; a span over it loses the hour */
    {BERLIN "hours sun 01:00-04:00", "2026-03-28T12:00", "2026-03-30T12:00", MINUTES(120)},
    {BERLIN "hours sun 01:00-04:00", "2026-03-29T00:59:59", "2026-03-29T01:00:01", 2000},
    /* one that begins in it begins at the skip, one that ends in it ends there, one within it is none */
    {BERLIN "hours sun 02:15-03:30", "2026-03-29T00:00", "2026-03-29T22:00", MINUTES(30)},
    {BERLIN "hours sun 01:30-02:30", "2026-03-29T00:00", "2026-03-29T22:00", MINUTES(30)},
    {BERLIN "hours sun 02:15-02:45", "2026-03-29T00:00", "2026-03-29T22:00", 0},
    /* 2026-10-25: 02:00 to 03:00 comes twice; a span over it has both */
    {BERLIN "hours sun 01:00-04:00", "2026-10-24T12:00", "2026-10-26T12:00", MINUTES(240)},
    {BERLIN "hours sun 01:00-04:00", "2026-10-25T00:30", "2026-10-25T01:30", MINUTES(60)},
    /* one within it is open the first time alone; one that ends with it, or behind, from the first time to the last */
    {BERLIN "hours sun 02:15-02:45", "2026-10-25T00:00", "2026-10-25T02:00", MINUTES(30)},
    {BERLIN "hours sun 02:15-02:45", "2026-10-25T00:45", "2026-10-25T02:00", 0},
    {BERLIN "hours sun 02:50-03:00", "2026-10-25T00:00", "2026-10-25T03:00", MINUTES(10 + 60)},
    {BERLIN "hours sun 02:50-03:10", "2026-10-25T00:00", "2026-10-25T03:00", MINUTES(10 + 60 + 10)},
    {BERLIN "hours sun 01:50-02:10", "2026-10-24T00:00", "2026-10-26T00:00", MINUTES(20)},
    {BERLIN "hours sun 03:00-03:10", "2026-10-25T00:00", "2026-10-25T03:00", MINUTES(10)},
    /* days of 23 and 25 hours; a day that is closed is so from midnight to midnight */
    {BERLIN, "2026-03-28T23:00", "2026-03-29T22:00", MINUTES(23 * 60)},
    {BERLIN "on 2027-03-28 closed", "2027-03-27T21:00", "2027-03-29T01:00", MINUTES(5 * 60)},
    {BERLIN "on 2027-10-31 closed", "2027-10-30T21:00", "2027-11-01T01:00", MINUTES(3 * 60)},
    /* a day that is skipped whole has nothing; one that comes twice has its hours once */
    {"offset -10:00\noffset 2026-12-30T10:00Z +14:00\nhours mon-sun 09:00-17:00", "2026-12-29T10:00",
     "2026-12-31T10:00", MINUTES(2 * 480)},
    {"offset +14:00\noffset 2026-12-30T10:00Z -10:00\nhours mon-sun 09:00-17:00", "2026-12-29T10:00",
     "2027-01-01T10:00", MINUTES(2 * 480)},
    /* an offset that changes within a span, by half an hour, and by a second */
    {"offset 2026-01-05T10:00Z +00:30\nhours mon 09:00-11:00", "2026-01-05T00:00", "2026-01-06T00:00", MINUTES(90)},
    {"offset 2026-01-05T10:00Z -00:30\nhours mon 09:00-11:00", "2026-01-05T00:00", "2026-01-06T00:00", MINUTES(150)},
    {"offset 2026-01-05T10:00:00.250Z +00:01\nhours mon 09:00-10:01", "2026-01-05T00:00", "2026-01-06T00:00",
     MINUTES(60) + 250},
#undef MINUTES
};

/* "A span of a local day is open from the moment of its begin up to the moment of its end. B(t) is the open time before
 * t (up to a constant)." */
START_TEST(it_is_open_as_long_as_worked_out) {
    const struct worked *one = &worked[_i];
    struct cxj__calendar *calendar = read_calendar(one->calendar);
    int64_t from = at(one->from), to = at(one->to);
    ck_assert_int_eq(cxj__calendar_open(calendar, to) - cxj__calendar_open(calendar, from), one->ms);
    end(calendar);
}
END_TEST

/* Section 9: "t₀ ⊕ S is … in working hours the earliest t ≥ t₀ with B(t) − B(t₀) ≥ S (S > 0), and t₀ ⊖ S is … the
 * latest t ≤ t₀ with B(t₀) − B(t) ≥ S; what would lie before the year 0001 is its first moment, and what lies beyond
 * 9999 is no occasion." */
START_TEST(spans_are_reached_as_worked_out) {
    struct cxj__calendar *calendar = read_calendar(OFFICE "on 2026-01-05 closed");
    int64_t moment = 0;
    ck_assert(cxj__calendar_after(calendar, at("2026-01-02T16:00"), HOUR, &moment));
    ck_assert_int_eq(moment, at("2026-01-02T17:00")); /* not Tuesday at 09:00 */
    ck_assert(cxj__calendar_after(calendar, at("2026-01-02T16:00"), HOUR + 1, &moment));
    ck_assert_int_eq(moment, at("2026-01-06T09:00:00.001"));
    ck_assert(cxj__calendar_after(calendar, at("2026-01-03T00:00"), 1, &moment));
    ck_assert_int_eq(moment, at("2026-01-06T09:00:00.001"));
    ck_assert(cxj__calendar_after(calendar, at("2026-01-02T12:00"), HOUR, &moment));
    ck_assert_int_eq(moment, at("2026-01-02T14:00"));
    ck_assert_int_eq(cxj__calendar_before(calendar, at("2026-01-06T10:00"), HOUR), at("2026-01-06T09:00"));
    ck_assert_int_eq(cxj__calendar_before(calendar, at("2026-01-06T10:00"), HOUR + 1), at("2026-01-02T16:59:59.999"));
    ck_assert_int_eq(cxj__calendar_before(calendar, at("2026-01-06T09:00"), 1), at("2026-01-02T16:59:59.999"));
    ck_assert_int_eq(cxj__calendar_before(calendar, at("2026-01-02T14:00"), HOUR), at("2026-01-02T12:00"));
    ck_assert_int_eq(cxj__calendar_before(calendar, FIRST_MOMENT + DAY, 100 * HOUR), FIRST_MOMENT);
    ck_assert(!cxj__calendar_after(calendar, LAST_MOMENT - DAY, 100 * HOUR, &moment));
    end(calendar);
    /* one minute a week: five million of them do not come before the year 9999, a thousand do */
    calendar = read_calendar("hours mon 00:00-00:01");
    ck_assert(!cxj__calendar_after(calendar, at("2026-01-01"), INT64_C(5000000) * 60000, &moment));
    ck_assert(cxj__calendar_after(calendar, at("2026-01-01"), 1000 * 60000, &moment));
    ck_assert_int_eq(moment, at("2026-01-05T00:01") + 999 * 7 * DAY);
    end(calendar);
    /* without a calendar by the clock; the bounds hold there, too */
    ck_assert(cxj__calendar_after(NULL, 5, 7, &moment));
    ck_assert_int_eq(moment, 12);
    ck_assert(cxj__calendar_after(NULL, LAST_MOMENT - 1, 1, &moment));
    ck_assert(!cxj__calendar_after(NULL, LAST_MOMENT, 1, &moment));
    ck_assert_int_eq(cxj__calendar_before(NULL, 5, 7), -2);
    ck_assert_int_eq(cxj__calendar_before(NULL, FIRST_MOMENT + 1, 2), FIRST_MOMENT);
    ck_assert_int_eq(cxj__calendar_open(NULL, 77), 77);
    ck_assert_int_eq(cxj__calendar_local(NULL, 77), 77);
    ck_assert_int_eq(cxj__calendar_moment(NULL, 77), 77);
}
END_TEST

/* "With sealed journeys, one that differs at or before `now` is refused (weekly hours; dates and offsets up to then)."
 */
static const struct agreement {
    const char *a, *b, *until; /* NULL: there is none */
    bool agrees;
} agreements[] = {
    {NULL, NULL, "2026-06-01", true},
    {NULL, "", "2026-06-01", true},
    {NULL, "offset +00:00\nhours mon-sun 00:00-12:00 12:00-24:00", "2026-06-01", true},
    {NULL, "offset +01:00", "2026-06-01", false},
    {NULL, OFFICE, "2026-06-01", false},
    {NULL, "hours mon-sat 00:00-24:00", "2026-06-01", false},
    {NULL, "on 2026-06-02 closed\noffset 2026-06-01T00:00:00.001Z +01:00", "2026-06-01", true},
    {NULL, "on 2026-06-01 closed", "2026-06-01", false},
    {NULL, "offset 2026-06-01T00:00Z +01:00", "2026-06-01", false},
    {OFFICE, OFFICE "on 2026-06-01 closed", "2026-05-31T23:59:59.999", true},
    {OFFICE, OFFICE "on 2026-06-01 closed", "2026-06-01", false},
    {"offset +01:00\n" OFFICE, "offset +01:00\n" OFFICE "on 2026-06-01 closed", "2026-05-31T22:59:59.999", true},
    {"offset +01:00\n" OFFICE, "offset +01:00\n" OFFICE "on 2026-06-01 closed", "2026-05-31T23:00", false},
    {OFFICE, "hours mon-thu 09:00-12:30 13:30-17:00\nhours fri 09:00-10:00 10:00-12:30 13:30-17:00", "2026-06-01",
     true},
    {OFFICE, "hours mon-thu 09:00-12:30 13:30-17:00\nhours fri 09:00-12:30 13:30-17:01", "2026-06-01", false},
    {OFFICE, "hours mon-thu 09:00-12:30 13:30-17:00", "2026-06-01", false},
    {"on 2026-05-01 closed", "on 2026-05-01 09:00-10:00", "2026-06-01", false},
    {"on 2026-05-01 09:00-10:00", "on 2026-05-01 09:00-10:01", "2026-06-01", false},
    {"on 2026-05-01 closed", "on 2026-05-02 closed", "2026-06-01", false},
    {"on 2026-05-01 closed", "on 2026-05-01 closed\non 2026-07-01 closed", "2026-06-01", true},
    {BERLIN, BERLIN "offset 2028-03-26T01:00Z +02:00", "2026-06-01", true},
    {BERLIN, "offset +01:00\noffset 2026-03-29T02:00+01 +02:00", "2026-06-01", true},
    {BERLIN, "offset +01:00\noffset 2026-03-29T02:00+01 +02:00", "2026-10-25T00:59:59.999", true},
    {BERLIN, "offset +01:00\noffset 2026-03-29T02:00+01 +02:00", "2026-10-25T01:00", false},
    {BERLIN, "offset +01:00\noffset 2026-03-29T02:01+01 +02:00", "2026-06-01", false},
    {BERLIN, "offset +01:00\noffset 2026-03-29T02:00+01 +03:00", "2026-06-01", false},
};

START_TEST(calendars_agree_up_to_a_moment) {
    const struct agreement *one = &agreements[_i];
    struct cxj__calendar *a = one->a == NULL ? NULL : read_calendar(one->a);
    struct cxj__calendar *b = one->b == NULL ? NULL : read_calendar(one->b);
    ck_assert(cxj__calendar_agrees(a, b, at(one->until)) == one->agrees);
    ck_assert(cxj__calendar_agrees(b, a, at(one->until)) == one->agrees);
    cxj__calendar_destroy(a, &memory);
    end(b);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * A plain implementation
 * ------------------------------------------------------------------------------------------------------------------ */

/* A calendar as lists, which is not read from its text but put together with it. */
enum { MOST_OFFSETS = 12, MOST_DATES = 24, MOST_SPANS = 4 };
struct spans {
    int count;
    int begin[MOST_SPANS], end[MOST_SPANS]; /* minutes */
};
struct plain {
    int64_t first_offset;
    int offsets;
    int64_t from[MOST_OFFSETS], offset[MOST_OFFSETS];
    bool has_hours;
    struct spans week[7]; /* from Monday on */
    int dates;
    int64_t day[MOST_DATES];
    struct spans on[MOST_DATES];
    char text[8192];
};

static int64_t plain_offset(const struct plain *plain, int64_t moment) {
    int64_t offset = plain->first_offset;
    for (int i = 0; i < plain->offsets && plain->from[i] <= moment; i++) offset = plain->offset[i];
    return offset;
}

/* "The moment of a local time is the earliest u with u + offset(u) ≥ that local time." */
static int64_t plain_moment(const struct plain *plain, int64_t local) {
    int64_t begins = INT64_MIN, offset = plain->first_offset;
    for (int i = 0;; i++) {
        int64_t moment = local - offset > begins ? local - offset : begins;
        if (i == plain->offsets || moment < plain->from[i]) return moment;
        begins = plain->from[i];
        offset = plain->offset[i];
    }
}

static const struct spans *plain_day(const struct plain *plain, int64_t day) {
    static const struct spans whole = {1, {0}, {1440}};
    for (int i = 0; i < plain->dates; i++) {
        if (plain->day[i] == day) return &plain->on[i];
    }
    return plain->has_hours ? &plain->week[((day + 3) % 7 + 7) % 7] : &whole;
}

/* How long it is open from one moment to another: the part of each span of each local day that lies between. */
static int64_t plain_open(const struct plain *plain, int64_t from, int64_t to) {
    int64_t open = 0;
    for (int64_t day = from / DAY - 4; day <= to / DAY + 4; day++) {
        const struct spans *spans = plain_day(plain, day);
        for (int i = 0; i < spans->count; i++) {
            int64_t begins = plain_moment(plain, day * DAY + spans->begin[i] * INT64_C(60000));
            int64_t ends = plain_moment(plain, day * DAY + spans->end[i] * INT64_C(60000));
            if (begins < from) begins = from;
            if (ends > to) ends = to;
            if (ends > begins) open += ends - begins;
        }
    }
    return open;
}

__attribute__((format(printf, 2, 3))) static void add_text(struct plain *plain, const char *format, ...) {
    size_t length = strlen(plain->text);
    va_list arguments;
    va_start(arguments, format);
    int added = vsnprintf(plain->text + length, sizeof plain->text - length, format, arguments);
    va_end(arguments);
    ck_assert(added >= 0 && (size_t)added < sizeof plain->text - length);
}

static void add_blank(struct plain *plain) {
    static const char *const blanks[] = {" ", "\t", "  ", " \t "};
    add_text(plain, "%s", blanks[chance(8) < 5 ? 0 : chance(4)]);
}

static void add_end(struct plain *plain) {
    static const char *const ends[] = {"\n", "\r\n", " \n", "\n\n", "\n# offset x\n", "\t\r\n \t\n"};
    add_text(plain, "%s", ends[chance(8) < 5 ? 0 : chance(6)]);
}

static void add_date_text(struct plain *plain, int64_t day) {
    int64_t year = 1970 + day / 366 - 2, month = 1;
    while (day_number(year + 1, 1, 1) <= day) year++;
    while (month < 12 && day_number(year, month + 1, 1) <= day) month++;
    add_text(plain, "%04d-%02d-%02d", (int)year, (int)month, (int)(day - day_number(year, month, 1) + 1));
}

/* Random spans in order; some touch, some begin or end a day. */
static void draw_spans(struct plain *plain, struct spans *spans) {
    int minute = chance(3) == 0 ? 0 : (int)chance(1400);
    spans->count = 0;
    do {
        int end = minute + 1 + (int)chance(chance(2) ? 60 : 600);
        if (end > 1440 || chance(10) == 0) end = 1440;
        spans->begin[spans->count] = minute;
        spans->end[spans->count++] = end;
        add_blank(plain);
        add_text(plain, "%02d:%02d-%02d:%02d", minute / 60, minute % 60, end / 60, end % 60);
        minute = chance(4) == 0 ? end : end + (int)chance(200);
    } while (minute < 1440 && spans->count < MOST_SPANS && chance(3) > 0);
}

static void draw_offsets(struct plain *plain, int64_t around) {
    if (chance(3) > 0) {
        int minutes = (int)chance(2 * 1080 + 1) - 1080;
        if (chance(2)) minutes = 60 * ((int)chance(29) - 14);
        plain->first_offset = minutes * INT64_C(60000);
        add_text(plain, "offset");
        add_blank(plain);
        add_text(plain, "%c%02d:%02d", minutes < 0 ? '-' : '+', abs(minutes) / 60, abs(minutes) % 60);
        add_end(plain);
    }
    int64_t moment = around - (int64_t)chance(200) * HOUR;
    for (uint32_t count = chance(MOST_OFFSETS + 1); count > 0; count--) {
        static const int64_t far[] = {60000, HOUR, 3 * HOUR, 40 * HOUR, 400 * HOUR};
        moment += 1 + (int64_t)chance((uint32_t)far[chance(5)]);
        int minutes = chance(3) == 0 ? (int)chance(2 * 1080 + 1) - 1080 : 60 * (int)chance(4) - 60;
        plain->from[plain->offsets] = moment;
        plain->offset[plain->offsets++] = minutes * INT64_C(60000);
        int64_t day = moment / DAY, time = moment - day * DAY;
        add_text(plain, "offset");
        add_blank(plain);
        add_date_text(plain, day);
        add_text(plain, "T%02d:%02d:%02d.%03dZ", (int)(time / HOUR), (int)(time / 60000 % 60), (int)(time / 1000 % 60),
                 (int)(time % 1000));
        add_blank(plain);
        add_text(plain, "%c%02d:%02d", minutes < 0 ? '-' : '+', abs(minutes) / 60, abs(minutes) % 60);
        add_end(plain);
    }
}

static void draw_hours(struct plain *plain) {
    static const char *const names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    bool taken[7] = {false};
    for (uint32_t lines = chance(5); lines > 0; lines--) {
        int days[7], count = 0;
        for (int d = 0; d < 7; d++) {
            if (!taken[d] && chance(2)) days[count++] = d;
        }
        if (count == 0) continue;
        add_text(plain, "hours");
        add_blank(plain);
        for (int i = 0; i < count; i++) {
            bool goes_on = i > 0 && days[i] == days[i - 1] + 1 && (i + 1 == count || days[i + 1] != days[i] + 1);
            bool is_range = goes_on && (i < 2 || days[i - 2] != days[i] - 2);
            add_text(plain, "%s%s", i == 0 ? "" : is_range ? "-" : ",", names[days[i]]);
            taken[days[i]] = true;
        }
        struct spans spans;
        draw_spans(plain, &spans);
        for (int i = 0; i < count; i++) plain->week[days[i]] = spans;
        plain->has_hours = true;
        add_end(plain);
    }
}

static void draw_dates(struct plain *plain, int64_t around) {
    int64_t day = around / DAY - (int64_t)chance(15);
    for (uint32_t count = chance(MOST_DATES + 1); count > 0; count--) {
        day += 1 + (int64_t)chance(chance(3) == 0 ? 20 : 2);
        plain->day[plain->dates] = day;
        add_text(plain, "on");
        add_blank(plain);
        add_date_text(plain, day);
        if (chance(3) == 0) {
            add_blank(plain);
            add_text(plain, "closed");
            plain->on[plain->dates].count = 0;
        } else {
            draw_spans(plain, &plain->on[plain->dates]);
        }
        plain->dates++;
        add_end(plain);
    }
}

/* A random calendar in which most happens around a moment. */
static void draw_calendar(struct plain *plain, int64_t around) {
    memset(plain, 0, sizeof *plain);
    draw_offsets(plain, around);
    draw_hours(plain);
    draw_dates(plain, around);
}

/* A moment near one at which something changes, or anywhere around. */
static int64_t draw_moment(const struct plain *plain, int64_t around) {
    int64_t moment = around + (int64_t)chance(60 * 24 * 60) * 60000 - 20 * DAY;
    uint32_t kind = chance(4);
    if (kind == 0 && plain->offsets > 0) moment = plain->from[chance((uint32_t)plain->offsets)];
    if (kind == 1 && plain->dates > 0) {
        uint32_t date = chance((uint32_t)plain->dates);
        const struct spans *spans = &plain->on[date];
        int minute = spans->count == 0 ? 0 : chance(2) ? spans->begin[0] : spans->end[spans->count - 1];
        moment = plain_moment(plain, plain->day[date] * DAY + minute * INT64_C(60000));
    }
    if (kind == 2) return moment;
    return moment + (int64_t)chance(5) - 2;
}

enum { CALENDARS = 300, QUESTIONS = 60 };
#define AROUND at("2026-03-29")

/* All answers are those of lists of days, wherever offsets change. */
START_TEST(random_calendars_are_as_listed_day_by_day) {
    static struct plain plain;
    begin_chance(seed + (uint64_t)_i);
    for (int i = 0; i < CALENDARS; i++) {
        draw_calendar(&plain, AROUND);
        struct cxj__calendar *calendar = read_calendar(plain.text);
        for (int k = 0; k < QUESTIONS; k++) {
            int64_t a = draw_moment(&plain, AROUND), b = draw_moment(&plain, AROUND);
            int64_t from = a < b ? a : b, to = a < b ? b : a;
            ck_assert_int_eq(cxj__calendar_local(calendar, a), a + plain_offset(&plain, a));
            ck_assert_int_eq(cxj__calendar_moment(calendar, b), plain_moment(&plain, b));
            int64_t open = cxj__calendar_open(calendar, to) - cxj__calendar_open(calendar, from);
            ck_assert_msg(open == plain_open(&plain, from, to), "%" PRId64 " to %" PRId64 " in\n%s", from, to,
                          plain.text);
            int64_t step = cxj__calendar_open(calendar, a + 1) - cxj__calendar_open(calendar, a);
            ck_assert(step == 0 || step == 1); /* it never goes back, and goes no faster than the clock */
        }
        end(calendar);
    }
}
END_TEST

/* ⊕ and ⊖ are what a search would find, by the words of section 9. */
START_TEST(random_spans_are_reached_where_a_search_finds_them) {
    static struct plain plain;
    begin_chance(seed + 1000 + (uint64_t)_i);
    for (int i = 0; i < CALENDARS; i++) {
        draw_calendar(&plain, AROUND);
        struct cxj__calendar *calendar = read_calendar(plain.text);
        for (int k = 0; k < QUESTIONS; k++) {
            int64_t t = draw_moment(&plain, AROUND), reached = 0;
            int64_t span = 1 + (int64_t)chance(chance(2) ? 100 * 3600 * 1000 : 3600 * 1000);
            if (chance(3) == 0) span = (1 + (int64_t)chance(6000)) * 60000;
            int64_t open = cxj__calendar_open(calendar, t);
            if (cxj__calendar_after(calendar, t, span, &reached)) {
                ck_assert_int_ge(cxj__calendar_open(calendar, reached) - open, span);
                ck_assert_int_lt(cxj__calendar_open(calendar, reached - 1) - open, span);
                ck_assert_int_ge(reached, t);
            } else {
                ck_assert_int_lt(cxj__calendar_open(calendar, LAST_MOMENT) - open, span);
            }
            reached = cxj__calendar_before(calendar, t, span);
            ck_assert_int_le(reached, t);
            ck_assert_int_lt(open - cxj__calendar_open(calendar, reached + 1), span);
            if (reached > FIRST_MOMENT) ck_assert_int_ge(open - cxj__calendar_open(calendar, reached), span);
        }
        end(calendar);
    }
}
END_TEST

/* What is refused leaves nothing, and what is taken is read again as it is written: texts with a few bytes changed. */
START_TEST(texts_with_changed_bytes_are_taken_or_refused) {
    static const char bytes[] = "0123456789:-+,.#TZ \t\r\nonhoursffset";
    static struct plain plain;
    uint64_t taken = 0, refused = 0;
    begin_chance(seed + 2000 + (uint64_t)_i);
    for (int i = 0; i < 20 * CALENDARS; i++) {
        draw_calendar(&plain, AROUND);
        size_t length = strlen(plain.text);
        for (uint32_t changes = 1 + chance(2); length > 0 && changes > 0; changes--) {
            plain.text[chance((uint32_t)length)] = bytes[chance(sizeof bytes - 1)];
        }
        struct cxj__calendar *calendar = NULL;
        struct cxj__message message = {""};
        cxj_status status = cxj__calendar_read(&calendar, &memory, plain.text, length, &message);
        if (status == CXJ_OK) {
            size_t written = 0;
            const char *text = cxj__calendar_text(calendar, &written);
            struct cxj__calendar *again = read_bytes(text, written);
            ck_assert(cxj__calendar_is_equal(calendar, again));
            ck_assert(cxj__calendar_agrees(calendar, again, LAST_MOMENT));
            int64_t t = draw_moment(&plain, AROUND);
            ck_assert_int_eq(cxj__calendar_open(calendar, t), cxj__calendar_open(again, t));
            cxj__calendar_destroy(again, &memory);
            taken++;
        } else {
            ck_assert_int_eq(status, CXJ_BAD_TEXT);
            ck_assert_int_eq(strncmp(message.text, "calendar, line ", 15), 0);
            refused++;
        }
        end(calendar);
    }
    ck_assert_uint_gt(taken, CALENDARS);
    ck_assert_uint_gt(refused, CALENDARS);
}
END_TEST

/* "Years 0001 to 9999", and a day beyond them, which local time reaches. */
START_TEST(all_years_are_answered) {
    static struct plain plain;
    begin_chance(seed + 3000);
    for (int i = 0; i < CALENDARS; i++) {
        draw_calendar(&plain, AROUND);
        struct cxj__calendar *calendar = read_calendar(plain.text);
        for (int k = 0; k < QUESTIONS; k++) {
            int64_t year = chance(3) == 0 ? 1 : chance(2) ? 9999 : 1 + (int64_t)chance(9999);
            int64_t from = day_number(year, 1, 1) * DAY + (int64_t)chance(366) * DAY - 18 * HOUR + (int64_t)chance(9);
            int64_t to = from + (int64_t)chance(UINT32_MAX) % (40 * DAY);
            int64_t open = cxj__calendar_open(calendar, to) - cxj__calendar_open(calendar, from);
            ck_assert_int_eq(open, plain_open(&plain, from, to));
            ck_assert_int_eq(cxj__calendar_moment(calendar, from), plain_moment(&plain, from));
        }
        end(calendar);
    }
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Work
 * ------------------------------------------------------------------------------------------------------------------ */

/* A calendar of so many lines, half of them offsets and half dates, days apart. */
static struct cxj__calendar *make_long(int lines) {
    char *text = malloc((size_t)lines * 64 + 64), *to = text;
    int64_t begin = day_number(2000, 1, 1);
    static struct plain plain;
    to += sprintf(to, "hours mon-fri 09:00-12:30 13:30-17:00\n");
    for (int i = 1; i < lines / 2; i++) {
        plain.text[0] = '\0';
        add_date_text(&plain, begin + i);
        to += sprintf(to, "offset %sT01:00Z +0%d:00\n", plain.text, i % 2 + 1);
    }
    for (int i = 0; i < lines / 2; i++) {
        plain.text[0] = '\0';
        add_date_text(&plain, begin + i);
        to += sprintf(to, "on %s 09:00-10:00 11:00-12:00 13:00-14:%02d\n", plain.text, i % 60);
    }
    struct cxj__calendar *calendar = read_bytes(text, (size_t)(to - text));
    free(text);
    return calendar;
}

/* Each question is a few searches by halves: with twice as many lines it takes some steps more, not twice as many. */
START_TEST(questions_take_few_steps) {
    uint64_t most[4] = {0};
    static const int lines[4] = {2, 64, 2048, 65536};
    begin_chance(seed + 4000);
    for (int i = 0; i < 4; i++) {
        struct cxj__calendar *calendar = make_long(lines[i]);
        for (int k = 0; k < 20000; k++) {
            int64_t moment =
                day_number(2000, 1, 1) * DAY + (int64_t)chance(40000) * DAY + (int64_t)chance(86400) * 1000;
            int64_t reached;
            steps = 0;
            (void)cxj__calendar_open(calendar, moment);
            if (steps > most[i]) most[i] = steps;
            steps = 0;
            (void)cxj__calendar_after(calendar, moment, (int64_t)chance(1000000) * 1000 + 1, &reached);
            (void)cxj__calendar_before(calendar, moment, (int64_t)chance(1000000) * 1000 + 1);
            (void)cxj__calendar_local(calendar, moment);
            (void)cxj__calendar_moment(calendar, moment);
            ck_assert_uint_le(steps, 8 * most[i]);
        }
        end(calendar);
    }
    printf("steps with 2, 64, 2,048 and 65,536 lines: %" PRIu64 ", %" PRIu64 ", %" PRIu64 ", %" PRIu64 "\n", most[0],
           most[1], most[2], most[3]);
    /* Among stretches, among dates, and among three spans of a day. */
    ck_assert_uint_le(most[3], 17 + 16 + 2);
    ck_assert_uint_le(most[3] - most[2], 2 * 5 + 1);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    read_surroundings("calendar");
    Suite *suite = suite_create("calendar");
    TCase *text = tcase_create("text");
    tcase_add_loop_test(text, malformed_texts_are_refused_where_they_are, 0, REFUSALS);
    tcase_add_test(text, nothing_behind_a_text_is_read);
    tcase_add_test(text, lines_are_as_many_as_there_may_be);
    tcase_add_test(text, a_text_is_written_in_one_way);
    tcase_add_test(text, calendars_are_equal_where_their_texts_are);
    tcase_add_test(text, memory_may_end);
    tcase_set_timeout(text, 300);
    suite_add_tcase(suite, text);
    TCase *hand = tcase_create("worked");
    tcase_add_loop_test(hand, local_time_goes_by_the_offset_in_force, 0, sizeof clocks / sizeof *clocks);
    tcase_add_loop_test(hand, it_is_open_as_long_as_worked_out, 0, sizeof worked / sizeof *worked);
    tcase_add_test(hand, spans_are_reached_as_worked_out);
    tcase_add_loop_test(hand, calendars_agree_up_to_a_moment, 0, sizeof agreements / sizeof *agreements);
    suite_add_tcase(suite, hand);
    TCase *random = tcase_create("random");
    tcase_set_timeout(random, 300);
    tcase_add_loop_test(random, random_calendars_are_as_listed_day_by_day, 0, 4);
    tcase_add_loop_test(random, random_spans_are_reached_where_a_search_finds_them, 0, 4);
    tcase_add_test(random, texts_with_changed_bytes_are_taken_or_refused);
    tcase_add_test(random, all_years_are_answered);
    suite_add_tcase(suite, random);
    const TTest *work[] = {questions_take_few_steps};
    ADD_CASE(suite, "work", work);
    return run_suite(suite);
}
