/* The calendar of the naive implementation (SPEC 10): its text read line by line, local time looked up in the list of
 * offsets, and open time found by writing down every open span of every day that could matter.
 *
 * SPDX-License-Identifier: MIT
 */
#include "naive_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE = 60000, MOST_LINES = 65536, LONGEST_WORD = 64, MARGIN = 4 };

static const int64_t first_moment = INT64_C(-62135596800000);
static const int64_t last_moment = INT64_C(253402300799999);

/* A span of a local day, in minutes from its beginning. */
struct hours {
    int begin, end;
};

/* Spans of one day: a part of the calendar's list of them. */
struct day {
    size_t first, count;
};

struct offset {
    int64_t since; /* a moment */
    int64_t offset;
};

struct date {
    int64_t number; /* days since 1970-01-01 */
    struct day day;
};

/* An open span as moments, and the open time of those listed before it. */
struct open_span {
    int64_t begin, end;
    int64_t before;
};

struct naive_calendar {
    bool has_undated;
    int64_t undated;
    struct offset *offsets;
    size_t offset_count, offset_capacity;
    bool says_hours;
    bool is_said[7]; /* from Monday */
    struct day week[7];
    struct date *dates;
    size_t date_count, date_capacity;
    struct hours *hours;
    size_t hours_count, hours_capacity;
    /* What is open on the days from first_listed to last_listed. */
    bool is_listed;
    int64_t first_listed, last_listed;
    struct open_span *spans;
    size_t span_count, span_capacity;
};

/* ---- Numbers, dates and times as written ---- */

static bool take_character(const char **text, char wanted) {
    if (**text != wanted) return false;
    (*text)++;
    return true;
}

/* So many digits, neither fewer nor more. */
static bool take_digits(const char **text, int count, int *number) {
    *number = 0;
    for (int i = 0; i < count; i++, (*text)++) {
        if (**text < '0' || **text > '9') return false;
        *number = 10 * *number + (**text - '0');
    }
    return **text < '0' || **text > '9';
}

static bool is_leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool naive_day_number(int year, int month, int day, int64_t *number) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) return false;
    if (day > lengths[month - 1] + (month == 2 && is_leap(year))) return false;
    int64_t days = -719162; /* 0001-01-01 */
    for (int y = 1; y < year; y++) days += 365 + is_leap(y);
    for (int m = 1; m < month; m++) days += lengths[m - 1] + (m == 2 && is_leap(year));
    *number = days + day - 1;
    return true;
}

static bool take_date(const char **text, int64_t *number) {
    int year, month, day;
    return take_digits(text, 4, &year) && take_character(text, '-') && take_digits(text, 2, &month) &&
           take_character(text, '-') && take_digits(text, 2, &day) && naive_day_number(year, month, day, number);
}

/* hh:mm, up to 24:00 where that may be. */
static bool take_clock(const char **text, bool to_24, int *minutes) {
    int hour, minute;
    if (!take_digits(text, 2, &hour) || !take_character(text, ':') || !take_digits(text, 2, &minute)) return false;
    *minutes = 60 * hour + minute;
    return minute < 60 && (hour < 24 || (to_24 && *minutes == 24 * 60));
}

/* Z, +hh, +hhmm or +hh:mm. */
static bool take_zone(const char **text, int64_t *offset) {
    int hour, minute = 0;
    *offset = 0;
    if (take_character(text, 'Z')) return true;
    int sign = take_character(text, '+') ? 1 : take_character(text, '-') ? -1 : 0;
    if (sign == 0) return false;
    int both;
    const char *start = *text;
    if (take_digits(text, 4, &both)) {
        hour = both / 100;
        minute = both % 100;
    } else {
        *text = start;
        if (!take_digits(text, 2, &hour)) return false;
        if (take_character(text, ':') && !take_digits(text, 2, &minute)) return false;
    }
    *offset = (int64_t)sign * (60 * hour + minute) * MINUTE;
    return hour <= 23 && minute <= 59;
}

/* "(as in section 7, a date and time with Z or an offset, no blank in it)" */
static bool read_moment(const char *text, int64_t *moment) {
    int64_t number, offset, ms = 0;
    int minutes, second = 0;
    if (!take_date(&text, &number) || !take_character(&text, 'T') || !take_clock(&text, false, &minutes)) return false;
    if (take_character(&text, ':')) {
        if (!take_digits(&text, 2, &second) || second > 59) return false;
        if (take_character(&text, '.') || take_character(&text, ',')) {
            if (*text < '0' || *text > '9') return false;
            for (int64_t unit = 100; *text >= '0' && *text <= '9'; text++, unit /= 10) ms += unit * (*text - '0');
        }
    }
    if (!take_zone(&text, &offset) || *text) return false;
    *moment = number * MILLISECONDS_A_DAY + (int64_t)minutes * MINUTE + second * 1000 + ms - offset;
    return *moment >= first_moment && *moment <= last_moment;
}

/* "Offsets are within +-18:00." */
static bool read_offset(const char *text, int64_t *offset) {
    int minutes;
    int sign = take_character(&text, '+') ? 1 : take_character(&text, '-') ? -1 : 0;
    if (sign == 0 || !take_clock(&text, false, &minutes) || *text || minutes > 18 * 60) return false;
    *offset = (int64_t)sign * minutes * MINUTE;
    return true;
}

/* ---- Lines ---- */

/* The words of a line. A word too long to be any is cut, and then is none either. */
struct words {
    char *text; /* each ends with a NUL */
    char **words;
    size_t count;
};

static struct words split(const char *line, size_t length) {
    struct words result = {naive_allocate(length + 1), naive_allocate((length + 1) * sizeof(char *)), 0};
    bool inside = false;
    memcpy(result.text, line, length);
    for (size_t i = 0; i < length; i++) {
        bool blank = line[i] == ' ' || line[i] == '\t';
        if (blank)
            result.text[i] = 0;
        else if (!inside)
            result.words[result.count++] = result.text + i;
        inside = !blank;
    }
    return result;
}

static bool read_spans(naive_calendar *c, char **words, size_t count, struct day *day) {
    int last = 0;
    *day = (struct day){c->hours_count, count};
    for (size_t i = 0; i < count; i++) {
        const char *text = words[i];
        struct hours span;
        if (!take_clock(&text, false, &span.begin) || !take_character(&text, '-') ||
            !take_clock(&text, true, &span.end) || *text)
            return false;
        if (span.begin < last || span.end <= span.begin)
            return false; /* "in order and do not overlap (they may touch)" */
        last = span.end;
        c->hours = naive_grow(c->hours, c->hours_count, &c->hours_capacity, sizeof *c->hours);
        c->hours[c->hours_count++] = span;
    }
    return count > 0;
}

static int take_weekday(const char **text) {
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    for (int d = 0; d < 7; d++) {
        if (strncmp(*text, days[d], 3) != 0) continue;
        *text += 3;
        return d;
    }
    return -1;
}

/* "mon … sun, a range forwards, or a list of these with commas; each day once at most" */
static bool read_weekdays(naive_calendar *c, const char *text, struct day day) {
    do {
        int from = take_weekday(&text), to = from;
        if (from < 0) return false;
        if (take_character(&text, '-') && (to = take_weekday(&text)) <= from) return false;
        for (int d = from; d <= to; d++) {
            if (c->is_said[d]) return false;
            c->is_said[d] = true;
            c->week[d] = day;
        }
    } while (take_character(&text, ','));
    return *text == 0;
}

static bool read_offset_line(naive_calendar *c, char **words, size_t count) {
    struct offset offset;
    if (count == 2) { /* "before the first dated offset; once at most" */
        if (c->has_undated || !read_offset(words[1], &c->undated)) return false;
        c->has_undated = true;
        return true;
    }
    if (count != 3 || !read_moment(words[1], &offset.since) || !read_offset(words[2], &offset.offset)) return false;
    /* "in order of time, none twice" */
    if (c->offset_count > 0 && offset.since <= c->offsets[c->offset_count - 1].since) return false;
    c->offsets = naive_grow(c->offsets, c->offset_count, &c->offset_capacity, sizeof *c->offsets);
    c->offsets[c->offset_count++] = offset;
    return true;
}

static bool read_date_line(naive_calendar *c, char **words, size_t count) {
    struct date date = {0, {0, 0}};
    const char *text = count > 2 ? words[1] : "";
    if (!take_date(&text, &date.number) || *text) return false;
    bool is_closed = count == 3 && strcmp(words[2], "closed") == 0;
    if (!is_closed && !read_spans(c, words + 2, count - 2, &date.day)) return false;
    /* "in order, each date once" */
    if (c->date_count > 0 && date.number <= c->dates[c->date_count - 1].number) return false;
    c->dates = naive_grow(c->dates, c->date_count, &c->date_capacity, sizeof *c->dates);
    c->dates[c->date_count++] = date;
    return true;
}

static bool read_line(naive_calendar *c, const char *line, size_t length) {
    struct words w = split(line, length);
    struct day day;
    bool good = false;
    if (memchr(line, 0, length))
        good = false;
    else if (w.count == 0 || w.words[0][0] == '#')
        good = true;
    else if (strcmp(w.words[0], "offset") == 0)
        good = read_offset_line(c, w.words, w.count);
    else if (strcmp(w.words[0], "on") == 0)
        good = read_date_line(c, w.words, w.count);
    else if (strcmp(w.words[0], "hours") == 0) {
        c->says_hours = true;
        good = w.count > 2 && read_spans(c, w.words + 2, w.count - 2, &day) && read_weekdays(c, w.words[1], day);
    }
    free(w.text);
    free(w.words);
    return good;
}

naive_calendar *naive_calendar_read(const char *text, size_t length, size_t *line) {
    naive_calendar *c = naive_allocate(sizeof *c);
    size_t number = 0;
    for (size_t start = 0; start < length;) {
        const char *end = memchr(text + start, '\n', length - start);
        size_t size = end ? (size_t)(end - text) - start : length - start;
        size_t shown = size > 0 && end && text[start + size - 1] == '\r' ? size - 1 : size;
        if (++number > MOST_LINES || !read_line(c, text + start, shown)) {
            if (line) *line = number;
            naive_calendar_free(c);
            return NULL;
        }
        start += size + 1;
    }
    return c;
}

void naive_calendar_free(naive_calendar *c) {
    if (!c) return;
    free(c->offsets);
    free(c->dates);
    free(c->hours);
    free(c->spans);
    free(c);
}

static bool has_same_hours(const naive_calendar *a, struct day x, const naive_calendar *b, struct day y) {
    bool same = x.count == y.count;
    for (size_t i = 0; i < x.count && same; i++)
        same = a->hours[x.first + i].begin == b->hours[y.first + i].begin &&
               a->hours[x.first + i].end == b->hours[y.first + i].end;
    return same;
}

bool naive_calendar_is_equal(const naive_calendar *a, const naive_calendar *b) {
    bool same = a->undated == b->undated && a->says_hours == b->says_hours && a->offset_count == b->offset_count &&
                a->date_count == b->date_count;
    for (size_t i = 0; i < a->offset_count && same; i++)
        same = a->offsets[i].since == b->offsets[i].since && a->offsets[i].offset == b->offsets[i].offset;
    for (int d = 0; d < 7 && same; d++) same = has_same_hours(a, a->week[d], b, b->week[d]);
    for (size_t i = 0; i < a->date_count && same; i++)
        same = a->dates[i].number == b->dates[i].number && has_same_hours(a, a->dates[i].day, b, b->dates[i].day);
    return same;
}

/* ---- Local time ---- */

/* Offsets by number: 0 is the one before the first that is dated. */
static int64_t offset_at(const naive_calendar *c, size_t number) {
    return number == 0 ? c->undated : c->offsets[number - 1].offset;
}

/* "Local time of a moment u is u + offset(u), the offset in force at u." */
int64_t naive_local(const naive_calendar *c, int64_t moment) {
    size_t number = 0;
    if (!c) return moment;
    while (number < c->offset_count && c->offsets[number].since <= moment) number++;
    return moment + offset_at(c, number);
}

/* "The moment of a local time is the earliest u with u + offset(u) >= that local time" */
int64_t naive_moment(const naive_calendar *c, int64_t local) {
    if (!c) return local;
    for (size_t number = 0;; number++) {
        int64_t u = local - offset_at(c, number);
        if (number > 0 && u < c->offsets[number - 1].since) u = c->offsets[number - 1].since;
        if (number == c->offset_count || u < c->offsets[number].since) return u;
    }
}

/* ---- Open time ---- */

static int64_t floor_divide(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

/* The spans of a day; false if it is open from 00:00 to 24:00. */
static bool spans_of(const naive_calendar *c, int64_t number, struct day *day) {
    for (size_t i = 0; i < c->date_count; i++) {
        if (c->dates[i].number != number) continue;
        *day = c->dates[i].day;
        return true;
    }
    *day = c->week[number + 3 - 7 * floor_divide(number + 3, 7)]; /* 1970-01-01 was a Thursday */
    return c->says_hours;
}

static void list_span(naive_calendar *c, int64_t number, int begin, int end) {
    struct open_span span = {naive_moment(c, number * MILLISECONDS_A_DAY + (int64_t)begin * MINUTE),
                             naive_moment(c, number * MILLISECONDS_A_DAY + (int64_t)end * MINUTE), 0};
    if (c->span_count > 0) {
        const struct open_span *last = &c->spans[c->span_count - 1];
        assert(last->end <= span.begin);
        span.before = last->before + last->end - last->begin;
    }
    c->spans = naive_grow(c->spans, c->span_count, &c->span_capacity, sizeof *c->spans);
    c->spans[c->span_count++] = span;
}

/* Lists all days from first to last, and what was listed before. */
static void list_days(naive_calendar *c, int64_t first, int64_t last) {
    if (c->is_listed && c->first_listed <= first && c->last_listed >= last) return;
    if (c->is_listed && c->first_listed < first) first = c->first_listed;
    if (c->is_listed && c->last_listed > last) last = c->last_listed;
    c->is_listed = true;
    c->first_listed = first;
    c->last_listed = last;
    c->span_count = 0;
    for (int64_t number = first; number <= last; number++) {
        struct day day;
        if (!spans_of(c, number, &day)) {
            list_span(c, number, 0, 24 * 60);
            continue;
        }
        for (size_t i = 0; i < day.count; i++)
            list_span(c, number, c->hours[day.first + i].begin, c->hours[day.first + i].end);
    }
}

/* The open time of the spans listed, before a moment. */
static int64_t open_before(const naive_calendar *c, int64_t moment) {
    size_t low = 0, high = c->span_count; /* all spans before low begin before the moment, none from high on */
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (c->spans[middle].begin < moment)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0) return 0;
    const struct open_span *span = &c->spans[low - 1];
    return span->before + (moment < span->end ? moment : span->end) - span->begin;
}

int64_t naive_open_between(naive_calendar *c, int64_t from, int64_t to) {
    int64_t earlier = from < to ? from : to, later = from < to ? to : from;
    /* An offset is a day at most, so a few days to either side are enough. */
    list_days(c, floor_divide(naive_local(c, earlier), MILLISECONDS_A_DAY) - MARGIN,
              floor_divide(naive_local(c, later), MILLISECONDS_A_DAY) + MARGIN);
    return open_before(c, to) - open_before(c, from);
}
