/* calendar: the host's local time and working hours (SPEC.md section 10).
 *
 * Clocks are put forward and back, and what is open is said in local time. Both go together by one observation. It is
 * open from the moment of a span's begin up to the moment of its end, and the moment of a local time is the first at
 * which local time has come that far. So it is open at a moment exactly if that is what the furthest local time says
 * that was reached by then; and the furthest local time never goes back. It runs, jumps ahead where a clock is put
 * forward, and stands still while a clock that was put back goes once more through what it had gone through.
 *
 * So all time is cut into stretches in which the furthest local time runs, under one offset, or stands; of each is kept
 * how long it was open before. How long it was open before a local time is whole weeks, by division, and what the dates
 * before it have more or less than their weekdays would have, as a sum kept with each date, and a part of a day. Every
 * question is a search by halves among stretches, one among dates and one among the spans of a day.
 *
 * Invariant: stretches, dates and spans of a day are in strict order; the first stretch begins before all moments, and
 * the first date, which is none, lies before all days. Nothing changes once a calendar is read. */
#include "calendar.h"

#include <string.h>

/* What a test counts, where it includes this file. */
#ifndef CXJ__CALENDAR_STEP
#define CXJ__CALENDAR_STEP() ((void)0)
#endif

#define MINUTE_MS INT64_C(60000)
enum { DAYS_OF_WEEK = 7, MINUTES_OF_DAY = 24 * 60 };

/* A span of a day that is open, in minutes from its midnight; before: those open before it. Spans that touch are one. */
struct opening {
    uint16_t begin, end, before;
};

/* The spans of a day: so many of the calendar's openings, and how many minutes they have. */
struct hours {
    size_t first;
    uint16_t count;
    uint16_t open;
};

/* A date with hours of its own. */
struct dated {
    int64_t day;     /* since 1970-01-01 */
    int64_t surplus; /* by how many minutes it and the dates before it are open longer than their weekdays */
    struct hours hours;
};

/* From a moment on local time is so many ms ahead. */
struct shift {
    int64_t from, offset;
};

/* What the furthest local time does in a stretch. */
enum gait { RUNS, STANDS_OPEN, STANDS_CLOSED };

struct stretch {
    int64_t from;   /* where it begins, */
    int64_t local;  /* the furthest local time there, */
    int64_t before; /* and how long it was open before */
    int64_t base;   /* to be added for how long it was open before a moment within it */
    int32_t offset; /* in force, ms */
    enum gait gait;
};

/* All arrays are in one block with it. */
struct cxj__calendar {
    size_t bytes; /* of the block */
    struct stretch *stretches;
    struct dated *dates;
    struct shift *shifts; /* the first is in force from ever */
    struct opening *openings;
    char *text;
    size_t stretch_count, date_count, shift_count, opening_count, text_length;
    int64_t week_before[DAYS_OF_WEEK + 1]; /* minutes open in a week before each day; the last: in all of it */
    struct hours week[DAYS_OF_WEEK];
};

/* ---- searching -------------------------------------------------------------------------------------------------- */

/* The last of some items whose key, an int64_t, is not above a value; that of the first is not. Keys stand so many bytes
 * apart. */
static size_t last_up_to(const void *first_key, size_t apart, size_t count, int64_t value) {
    size_t place = 0;
    while (count > 1) {
        size_t half = count / 2;
        const void *key = (const char *)first_key + (place + half) * apart;
        if (*(const int64_t *)key <= value) place += half;
        count -= half;
        CXJ__CALENDAR_STEP();
    }
    return place;
}

/* The last stretch whose from, local or before is not above a value. */
static const struct stretch *last_stretch(const struct cxj__calendar *calendar, size_t key, int64_t value) {
    const struct stretch *first = calendar->stretches;
    return first + last_up_to((const char *)first + key, sizeof *first, calendar->stretch_count, value);
}

static const struct stretch *stretch_at(const struct cxj__calendar *calendar, int64_t moment) {
    return last_stretch(calendar, offsetof(struct stretch, from), moment);
}

/* The last date up to a day. */
static const struct dated *date_at(const struct cxj__calendar *calendar, int64_t day) {
    const struct dated *first = calendar->dates;
    return first + last_up_to(&first->day, sizeof *first, calendar->date_count, day);
}

/* The last span of a day that does not begin after a minute; by_open: before which not more minutes are open. NULL:
 * there is none. */
static const struct opening *last_opening(const struct cxj__calendar *calendar, const struct hours *hours, bool by_open,
                                          int64_t minute) {
    const struct opening *openings = calendar->openings + hours->first;
    size_t low = 0, high = hours->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if ((by_open ? openings[middle].before : openings[middle].begin) <= minute) {
            low = middle + 1;
        } else {
            high = middle;
        }
        CXJ__CALENDAR_STEP();
    }
    return low == 0 ? NULL : &openings[low - 1];
}

/* ---- open time before a local time, and back -------------------------------------------------------------------- */

/* Minutes open before a day, were all dates like their weekdays; and which weekday it is. */
static int64_t minutes_before(const struct cxj__calendar *calendar, int64_t day, int64_t *weekday) {
    int64_t since = day + 3; /* a Monday: 1970-01-01 was a Thursday */
    int64_t weeks = cxj__base_floor(since, DAYS_OF_WEEK);
    *weekday = since - weeks * DAYS_OF_WEEK;
    return weeks * calendar->week_before[DAYS_OF_WEEK] + calendar->week_before[*weekday];
}

static int64_t open_before(const struct cxj__calendar *calendar, int64_t local) {
    int64_t day = cxj__base_floor(local, CXJ__DAY_MS), time = local - day * CXJ__DAY_MS, weekday;
    const struct dated *date = date_at(calendar, day);
    bool is_dated = date->day == day;
    int64_t open = (minutes_before(calendar, day, &weekday) + date[is_dated ? -1 : 0].surplus) * MINUTE_MS;
    const struct hours *hours = is_dated ? &date->hours : &calendar->week[weekday];
    const struct opening *opening = last_opening(calendar, hours, false, time / MINUTE_MS);
    if (opening == NULL) return open;
    int64_t within = time - opening->begin * MINUTE_MS, most = (opening->end - opening->begin) * MINUTE_MS;
    return open + opening->before * MINUTE_MS + (within < most ? within : most);
}

/* The time of a day before which it is open for so long on that day, which is not 0. */
static int64_t time_of(const struct cxj__calendar *calendar, const struct hours *hours, int64_t open) {
    const struct opening *opening = last_opening(calendar, hours, true, (open - 1) / MINUTE_MS);
    return (opening->begin - opening->before) * MINUTE_MS + open;
}

/* The earliest local time before which it is open for so long. */
static int64_t local_of_open(const struct cxj__calendar *calendar, int64_t open) {
    int64_t weekday, left = open - 1;
    const struct dated *date = calendar->dates; /* the last before which it is open for less */
    for (size_t count = calendar->date_count; count > 1;) {
        const struct dated *other = date + count / 2;
        int64_t before = (minutes_before(calendar, other->day, &weekday) + other[-1].surplus) * MINUTE_MS;
        if (before < open) {
            date = other;
            left = open - before;
        }
        count -= count / 2;
        CXJ__CALENDAR_STEP();
    }
    if (date > calendar->dates && left <= date->hours.open * MINUTE_MS) {
        return date->day * CXJ__DAY_MS + time_of(calendar, &date->hours, left);
    }
    /* Behind that date, and before the next or on its first moment, weeks are as ever. */
    const int64_t *before = calendar->week_before, of_week = before[DAYS_OF_WEEK] * MINUTE_MS;
    left = open - date->surplus * MINUTE_MS - 1;
    int64_t weeks = cxj__base_floor(left, of_week);
    left -= weeks * of_week;
    for (weekday = 0; before[weekday + 1] * MINUTE_MS <= left;) weekday++;
    return (weeks * DAYS_OF_WEEK - 3 + weekday) * CXJ__DAY_MS +
           time_of(calendar, &calendar->week[weekday], left + 1 - before[weekday] * MINUTE_MS);
}

/* ---- moments ---------------------------------------------------------------------------------------------------- */

/* How long it was open before a moment, by the rule of a stretch. */
static int64_t open_in_stretch(const struct cxj__calendar *calendar, const struct stretch *stretch, int64_t moment) {
    if (stretch->gait == RUNS) return stretch->base + open_before(calendar, moment + stretch->offset);
    return stretch->gait == STANDS_OPEN ? stretch->base + moment : stretch->base;
}

/* The furthest local time up to a moment, by the rule of a stretch. */
static int64_t furthest(const struct stretch *stretch, int64_t moment) {
    return stretch->gait == RUNS ? moment + stretch->offset : stretch->local;
}

int64_t cxj__calendar_local(const struct cxj__calendar *calendar, int64_t moment) {
    return calendar == NULL ? moment : moment + stretch_at(calendar, moment)->offset;
}

int64_t cxj__calendar_moment(const struct cxj__calendar *calendar, int64_t local) {
    if (calendar == NULL) return local;
    const struct stretch *stretch = last_stretch(calendar, offsetof(struct stretch, local), local - 1);
    int64_t moment = local - stretch->offset;
    if (stretch + 1 == calendar->stretches + calendar->stretch_count) return moment; /* the last one runs */
    return stretch->gait == RUNS && moment < stretch[1].from ? moment : stretch[1].from;
}

int64_t cxj__calendar_open(const struct cxj__calendar *calendar, int64_t moment) {
    return calendar == NULL ? moment : open_in_stretch(calendar, stretch_at(calendar, moment), moment);
}

/* The earliest moment before which it was open for so long. Every week is open for some time, so there is one. */
static int64_t moment_of_open(const struct cxj__calendar *calendar, int64_t open) {
    const struct stretch *stretch = last_stretch(calendar, offsetof(struct stretch, before), open - 1);
    int64_t left = open - stretch->base;
    return stretch->gait == RUNS ? local_of_open(calendar, left) - stretch->offset : left;
}

bool cxj__calendar_after(const struct cxj__calendar *calendar, int64_t from, int64_t span, int64_t *moment) {
    *moment = calendar == NULL || span <= 0 ? from + span
                                            : moment_of_open(calendar, cxj__calendar_open(calendar, from) + span);
    return *moment <= CXJ__LATEST;
}

int64_t cxj__calendar_before(const struct cxj__calendar *calendar, int64_t to, int64_t span) {
    /* Time that is open is counted ms by ms: the latest moment up to which it was open for so long is the one before
     * the earliest by which it was open for 1 ms more. */
    int64_t moment = calendar == NULL || span <= 0
                         ? to - span
                         : moment_of_open(calendar, cxj__calendar_open(calendar, to) - span + 1) - 1;
    return moment < CXJ__EARLIEST ? CXJ__EARLIEST : moment;
}

/* ---- putting it together ---------------------------------------------------------------------------------------- */

/* Finds out how many minutes are open before each day of the week, and before each date. */
static void sum_up(struct cxj__calendar *calendar) {
    for (size_t d = 0; d < DAYS_OF_WEEK; d++) {
        calendar->week_before[d + 1] = calendar->week_before[d] + calendar->week[d].open;
    }
    for (size_t i = 1; i < calendar->date_count; i++) {
        struct dated *date = &calendar->dates[i];
        int64_t weekday;
        (void)minutes_before(calendar, date->day, &weekday);
        date->surplus = date[-1].surplus + date->hours.open - calendar->week[weekday].open;
    }
}

/* Adds a stretch behind the others. */
static void add_stretch(struct cxj__calendar *calendar, int64_t from, int64_t local, int64_t offset, bool runs) {
    struct stretch *stretch = &calendar->stretches[calendar->stretch_count++];
    int64_t before = open_in_stretch(calendar, stretch - 1, from), open = open_before(calendar, local);
    enum gait gait = runs ? RUNS : open_before(calendar, local + 1) > open ? STANDS_OPEN : STANDS_CLOSED;
    int64_t base = before - (runs ? open : gait == STANDS_OPEN ? from : 0);
    *stretch = (struct stretch){from, local, before, base, (int32_t)offset, gait};
}

/* Goes on under another offset. */
static void take_shift(struct cxj__calendar *calendar, const struct shift *shift) {
    const struct stretch *last = &calendar->stretches[calendar->stretch_count - 1];
    if (last->from >= shift->from) { /* a clock that was put back is set anew before it has come as far as it was */
        calendar->stretch_count--;
        last--;
    }
    int64_t reached = furthest(last, shift->from - 1), local = shift->from + shift->offset;
    bool runs = local > reached;
    add_stretch(calendar, shift->from, runs ? local : reached, shift->offset, runs);
    if (!runs) add_stretch(calendar, reached + 1 - shift->offset, reached + 1, shift->offset, true);
}

static void cut_stretches(struct cxj__calendar *calendar) {
    int32_t offset = (int32_t)calendar->shifts[0].offset;
    calendar->stretches[0] = (struct stretch){INT64_MIN, INT64_MIN, INT64_MIN, 0, offset, RUNS};
    calendar->stretch_count = 1;
    for (size_t i = 1; i < calendar->shift_count; i++) take_shift(calendar, &calendar->shifts[i]);
}

/* ---- comparing -------------------------------------------------------------------------------------------------- */

const char *cxj__calendar_text(const struct cxj__calendar *calendar, size_t *length) {
    *length = calendar->text_length;
    return calendar->text;
}

bool cxj__calendar_is_equal(const struct cxj__calendar *a, const struct cxj__calendar *b) {
    if (a == NULL || b == NULL) return a == b;
    return a->text_length == b->text_length && memcmp(a->text, b->text, a->text_length) == 0;
}

static bool has_same_hours(const struct cxj__calendar *a, const struct hours *of_a, const struct cxj__calendar *b,
                           const struct hours *of_b) {
    return of_a->count == of_b->count &&
           memcmp(a->openings + of_a->first, b->openings + of_b->first, of_a->count * sizeof *a->openings) == 0;
}

/* Of a calendar, offsets and dates that count up to a moment. */
static void count_until(const struct cxj__calendar *calendar, int64_t moment, size_t *shifts, size_t *dates) {
    const struct shift *first = calendar->shifts;
    int64_t day = cxj__base_floor(furthest(stretch_at(calendar, moment), moment), CXJ__DAY_MS);
    *shifts = last_up_to(&first->from, sizeof *first, calendar->shift_count, moment) + 1;
    *dates = (size_t)(date_at(calendar, day) - calendar->dates) + 1;
}

CXJ__COLD bool cxj__calendar_agrees(const struct cxj__calendar *a, const struct cxj__calendar *b, int64_t until) {
    size_t shifts, dates, others, other_dates;
    if (a == NULL) return b == NULL || cxj__calendar_agrees(b, NULL, until);
    count_until(a, until, &shifts, &dates);
    if (b == NULL) {
        return a->week_before[DAYS_OF_WEEK] == DAYS_OF_WEEK * MINUTES_OF_DAY && a->shifts[0].offset == 0 &&
               shifts == 1 && dates == 1;
    }
    count_until(b, until, &others, &other_dates);
    bool agrees =
        shifts == others && dates == other_dates && memcmp(a->shifts, b->shifts, shifts * sizeof *a->shifts) == 0;
    for (size_t i = 0; i < DAYS_OF_WEEK && agrees; i++) agrees = has_same_hours(a, &a->week[i], b, &b->week[i]);
    for (size_t i = 1; i < dates && agrees; i++) {
        const struct dated *x = &a->dates[i], *y = &b->dates[i];
        agrees = x->day == y->day && has_same_hours(a, &x->hours, b, &y->hours);
    }
    return agrees;
}

/* ---- reading: lines and words ----------------------------------------------------------------------------------- */

/* A text while it is read. */
struct reading {
    struct cxj__calendar *calendar;
    struct cxj__message *message;
    const char *text;
    size_t length;
    size_t line;                 /* the number of the line under way, from 1 */
    size_t begin, end, next;     /* where it begins, where it ends, and where the next one begins */
    size_t at, stop;             /* where the word under way goes on, and ends; the line's end if there is none */
    size_t weekly[DAYS_OF_WEEK]; /* by its first day: where a line of hours begins, plus one; 0: there is none */
    uint32_t taken;              /* days of the week that have hours, a bit for each */
    bool has_offset;             /* which is not dated */
};

/* Refuses what stands at a place of the line, and what is left of its word. */
static cxj_status refuse_word(const struct reading *reading, size_t at, const char *expected) {
    struct cxj__shown shown;
    size_t left = reading->stop - at;
    const char *found = at == reading->end ? "the end of the line" : "a blank", *quote = "";
    if (left > 0) {
        found = cxj__base_show(&shown, reading->text + at, left < 40 ? left : 40);
        quote = "\"";
    }
    cxj__base_say(reading->message, "calendar, line %zu, column %zu: expected %s, found %s%s%s", reading->line,
                  at - reading->begin + 1, expected, quote, found, quote);
    return CXJ_BAD_TEXT;
}

/* Goes to the next word of the line; false if there is none. */
static bool next_word(struct reading *reading) {
    size_t at = reading->stop, end = reading->end;
    while (at < end && memchr(" \t", reading->text[at], 2) != NULL) at++;
    reading->at = at;
    while (at < end && memchr(" \t", reading->text[at], 2) == NULL) at++;
    reading->stop = at;
    return reading->at < end;
}

/* Goes to the first word of the next line that has any and is no remark; false if there is none. A line is ended by LF
 * or by CR LF. */
static bool next_line(struct reading *reading) {
    while (reading->next < reading->length) {
        const char *rest = reading->text + reading->next, *feed = memchr(rest, '\n', reading->length - reading->next);
        reading->line++;
        reading->begin = reading->stop = reading->next;
        reading->end = feed == NULL ? reading->length : (size_t)(feed - reading->text);
        reading->next = reading->end + 1;
        if (reading->end > reading->begin && reading->text[reading->end - 1] == '\r') reading->end--;
        if (next_word(reading) && reading->text[reading->at] != '#') return true;
    }
    return false;
}

/* True if the word under way is this one, and then goes to the next. */
static bool take_word(struct reading *reading, const char *word) {
    size_t length = strlen(word);
    if (reading->stop - reading->at != length || memcmp(reading->text + reading->at, word, length) != 0) return false;
    (void)next_word(reading);
    return true;
}

/* Takes what a pattern says, whose digits stand for so many digits, a number each, and other characters for themselves.
 * False, and stands where it stood, if that does not come next in the word; numbers behind are as they were. */
static bool take_pattern(struct reading *reading, const char *pattern, int64_t *numbers) {
    size_t at = reading->at;
    for (; *pattern != '\0'; pattern++) {
        if (*pattern >= '0' && *pattern <= '9') {
            int64_t number = cxj__base_digits(reading->text, reading->stop, &at, (size_t)(*pattern - '0'));
            if (number < 0) return false;
            *numbers++ = number;
        } else if (at == reading->stop || reading->text[at++] != *pattern) {
            return false;
        }
    }
    reading->at = at;
    return true;
}

static bool take_text(struct reading *reading, const char *sign) {
    return take_pattern(reading, sign, NULL);
}

static bool is_at_digit(const struct reading *reading) {
    return reading->at < reading->stop && reading->text[reading->at] >= '0' && reading->text[reading->at] <= '9';
}

static cxj_status end_of_line(struct reading *reading) {
    return reading->at == reading->end ? CXJ_OK : refuse_word(reading, reading->at, "the end of the line");
}

/* ---- reading: times and dates ------------------------------------------------------------------------------------ */

/* Takes hh:mm; -1 if that is no time of a day up to 24:00. */
static int32_t take_clock(struct reading *reading) {
    int64_t clock[2];
    if (!take_pattern(reading, "2:2", clock) || clock[1] > 59) return -1;
    int64_t time = clock[0] * 60 + clock[1];
    return time <= MINUTES_OF_DAY ? (int32_t)time : -1;
}

/* Takes yyyy-mm-dd; false if that is no day of the years 0001 to 9999. */
static bool take_date(struct reading *reading, int64_t *day) {
    int64_t given[3];
    if (!take_pattern(reading, "4-2-2", given) || given[0] == 0) return false;
    *day = cxj__base_days((struct cxj__date){given[0], given[1], given[2]});
    struct cxj__date date = cxj__base_date(*day);
    return date.month == given[1] && date.day == given[2];
}

/* Takes a date and time with Z or an offset, as in section 7: all of the word. Of a fraction ms are kept. */
static bool take_moment(struct reading *reading, int64_t *moment) {
    int64_t number = 0, zone[2] = {0, 0};
    if (!take_date(reading, moment) || !take_text(reading, "T")) return false;
    int32_t time = take_clock(reading);
    if (time < 0 || time == MINUTES_OF_DAY) return false;
    *moment = *moment * CXJ__DAY_MS + time * MINUTE_MS;
    if (take_pattern(reading, ":2", &number)) {
        *moment += number * 1000;
        bool has_fraction = take_text(reading, ".") || take_text(reading, ",");
        if (number > 59 || (has_fraction && !take_pattern(reading, "1", &number))) return false;
        for (int64_t unit = 100; has_fraction; unit /= 10) {
            *moment += number * unit;
            has_fraction = take_pattern(reading, "1", &number);
        }
    }
    if (!take_text(reading, "Z")) {
        bool is_behind = take_text(reading, "-");
        if (!(is_behind || take_text(reading, "+")) || !take_pattern(reading, "2", zone)) return false;
        if (!take_pattern(reading, ":2", &zone[1])) (void)take_pattern(reading, "2", &zone[1]);
        int64_t ahead = (zone[0] * 60 + zone[1]) * MINUTE_MS;
        *moment -= is_behind ? -ahead : ahead;
    }
    return zone[0] < 24 && zone[1] < 60 && reading->at == reading->stop && *moment >= CXJ__EARLIEST &&
           *moment <= CXJ__LATEST;
}

/* ---- reading: spans of a day ------------------------------------------------------------------------------------- */

/* Takes one span of a day, behind those of the day that there are. */
static cxj_status take_span(struct reading *reading, struct hours *hours) {
    struct cxj__calendar *calendar = reading->calendar;
    struct opening *last = &calendar->openings[calendar->opening_count - 1];
    int32_t last_end = hours->count == 0 ? 0 : last->end;
    size_t at = reading->at;
    int32_t begin = take_clock(reading);
    if (begin < 0) return refuse_word(reading, at, "hours such as 09:00-17:00");
    if (begin < last_end) return refuse_word(reading, at, "hours that begin where those before them end, or later");
    if (!take_text(reading, "-")) return refuse_word(reading, reading->at, "\"-\" and a time such as 17:00");
    at = reading->at;
    int32_t end = take_clock(reading);
    if (end < 0) return refuse_word(reading, at, "a time such as 17:00, up to 24:00");
    if (end <= begin) return refuse_word(reading, at, "a time after the one at which these hours begin");
    if (reading->at != reading->stop) return refuse_word(reading, reading->at, "a blank or the end of the line");
    if (hours->count > 0 && begin == last_end) {
        last->end = (uint16_t)end;
    } else {
        calendar->openings[calendar->opening_count++] = (struct opening){(uint16_t)begin, (uint16_t)end, hours->open};
        hours->count++;
    }
    hours->open = (uint16_t)(hours->open + end - begin);
    return CXJ_OK;
}

/* Takes the spans of a day up to the end of the line. */
static cxj_status take_spans(struct reading *reading, struct hours *hours) {
    cxj_status status;
    *hours = (struct hours){reading->calendar->opening_count, 0, 0};
    do status = take_span(reading, hours);
    while (status == CXJ_OK && next_word(reading));
    return status;
}

/* ---- reading: the three kinds of lines --------------------------------------------------------------------------- */

static cxj_status take_offset(struct reading *reading) {
    struct cxj__calendar *calendar = reading->calendar;
    struct shift shift = {INT64_MIN, 0};
    size_t at = reading->at;
    bool is_dated = is_at_digit(reading);
    if (is_dated) {
        if (!take_moment(reading, &shift.from))
            return refuse_word(reading, at, "a moment such as 2026-03-29T01:00:00Z");
        if (shift.from <= calendar->shifts[calendar->shift_count - 1].from) {
            return refuse_word(reading, at, "a moment after the one of the offset before");
        }
        (void)next_word(reading);
    } else if (reading->has_offset) {
        return refuse_word(reading, at, "a moment, since there is an offset without one");
    }
    at = reading->at;
    bool is_behind = take_text(reading, "-"), is_signed = is_behind || take_text(reading, "+");
    int32_t minutes = take_clock(reading);
    if (!is_signed || minutes < 0 || minutes > CXJ__CALENDAR_OFFSET || reading->at != reading->stop) {
        return refuse_word(reading, at, "an offset such as +01:00, within 18:00");
    }
    shift.offset = (is_behind ? -minutes : minutes) * MINUTE_MS;
    calendar->shifts[is_dated ? calendar->shift_count++ : 0] = shift;
    reading->has_offset |= !is_dated;
    (void)next_word(reading);
    return end_of_line(reading);
}

/* Takes the name of a day; DAYS_OF_WEEK if it is none. */
static unsigned take_day(struct reading *reading) {
    static const char names[DAYS_OF_WEEK][4] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    unsigned day = 0;
    while (day < DAYS_OF_WEEK && !take_text(reading, names[day])) day++;
    return day;
}

/* Takes the days of a line of hours, a bit for each. */
static cxj_status take_days(struct reading *reading, uint32_t *days) {
    *days = 0;
    do {
        size_t at = reading->at;
        unsigned first = take_day(reading), last = first;
        if (first < DAYS_OF_WEEK && take_text(reading, "-")) {
            at = reading->at;
            last = take_day(reading);
            if (last <= first) return refuse_word(reading, at, "a later day of the week, which goes from mon to sun");
        }
        if (last == DAYS_OF_WEEK) return refuse_word(reading, at, "a day: mon, tue, wed, thu, fri, sat or sun");
        uint32_t range = (UINT32_C(2) << last) - (UINT32_C(1) << first);
        if ((range & (reading->taken | *days)) != 0) return refuse_word(reading, at, "days that have no hours yet");
        *days |= range;
    } while (take_text(reading, ","));
    return reading->at == reading->stop ? CXJ_OK : refuse_word(reading, reading->at, "\",\" or a blank");
}

static cxj_status take_hours(struct reading *reading) {
    struct cxj__calendar *calendar = reading->calendar;
    struct hours hours;
    uint32_t days;
    cxj_status status = take_days(reading, &days);
    if (status != CXJ_OK) return status;
    (void)next_word(reading);
    status = take_spans(reading, &hours);
    if (status != CXJ_OK) return status;
    for (unsigned d = 0; d < DAYS_OF_WEEK; d++) {
        if (days >> d & 1) calendar->week[d] = hours;
    }
    reading->taken |= days;
    reading->weekly[cxj__base_lowest_bit(days)] = reading->begin + 1;
    return CXJ_OK;
}

static cxj_status take_on(struct reading *reading) {
    struct cxj__calendar *calendar = reading->calendar;
    struct dated *date = &calendar->dates[calendar->date_count++];
    size_t at = reading->at;
    *date = (struct dated){0, 0, {0, 0, 0}};
    if (!take_date(reading, &date->day) || reading->at != reading->stop) {
        return refuse_word(reading, at, "a date such as 2026-12-25");
    }
    if (date->day <= date[-1].day) return refuse_word(reading, at, "a date after the one before");
    (void)next_word(reading);
    if (take_word(reading, "closed")) return end_of_line(reading);
    if (is_at_digit(reading)) return take_spans(reading, &date->hours);
    return refuse_word(reading, reading->at, "\"closed\" or hours such as 09:00-17:00");
}

/* ---- reading: all of it ------------------------------------------------------------------------------------------ */

/* Writes the words of the line under way. */
static void write_line(struct reading reading) {
    struct cxj__calendar *calendar = reading.calendar;
    bool goes_on;
    do {
        size_t length = reading.stop - reading.at;
        memcpy(calendar->text + calendar->text_length, reading.text + reading.at, length);
        calendar->text_length += length;
        goes_on = next_word(&reading);
        calendar->text[calendar->text_length++] = goes_on ? ' ' : '\n';
    } while (goes_on);
}

/* Makes a calendar that says nothing, with room for what so many lines can say, and so many letters in all. */
static struct cxj__calendar *make_calendar(size_t lines, size_t letters, struct cxj__memory *memory) {
    const size_t openings = 1 + letters / strlen(" 00:00-00:01");
    size_t of_line = 2 * sizeof(struct stretch) + sizeof(struct dated) + sizeof(struct shift);
    size_t bytes = sizeof(struct cxj__calendar) + lines * of_line + openings * sizeof(struct opening) + letters;
    struct cxj__calendar *made = cxj__base_resize(memory, NULL, 0, bytes);
    if (made == NULL) return NULL;
    memset(made, 0, sizeof *made);
    made->bytes = bytes;
    made->stretches = (struct stretch *)(made + 1);
    made->dates = (struct dated *)(made->stretches + 2 * lines);
    made->shifts = (struct shift *)(made->dates + lines);
    made->openings = (struct opening *)(made->shifts + lines);
    made->text = (char *)(made->openings + openings);
    made->openings[0] = (struct opening){0, MINUTES_OF_DAY, 0};
    made->dates[0] = (struct dated){INT64_MIN, 0, {0, 0, 0}};
    made->shifts[0] = (struct shift){INT64_MIN, 0};
    made->opening_count = made->date_count = made->shift_count = 1;
    return made;
}

/* Reads all lines into a calendar that says nothing. */
static cxj_status read_lines(struct reading *reading) {
    cxj_status status = CXJ_OK;
    while (status == CXJ_OK && next_line(reading)) {
        struct reading line = *reading;
        if (take_word(reading, "hours")) {
            status = take_hours(reading);
            continue;
        }
        write_line(line);
        status = take_word(reading, "offset") ? take_offset(reading)
                 : take_word(reading, "on")
                     ? take_on(reading)
                     : refuse_word(reading, reading->at, "\"offset\", \"hours\", \"on\" or a remark (#)");
    }
    return status;
}

/* Does what is left once all lines are read. */
static void end_reading(struct reading *reading) {
    struct cxj__calendar *calendar = reading->calendar;
    for (size_t d = 0; d < DAYS_OF_WEEK; d++) {
        if (reading->taken == 0) calendar->week[d] = (struct hours){0, 1, MINUTES_OF_DAY};
        reading->next = reading->weekly[d] - 1;
        if (reading->weekly[d] != 0 && next_line(reading)) write_line(*reading);
    }
    if (calendar->text_length == 0) { /* a calendar that says nothing is one, too */
        memcpy(calendar->text, "#\n", 2);
        calendar->text_length = 2;
    }
    calendar->text[calendar->text_length] = '\0';
    sum_up(calendar);
    cut_stretches(calendar);
}

/* Looks at all lines before any is taken: refuses what is no text, or has too many lines; counts those that say
 * something, and their letters with the ends of lines. */
static cxj_status survey(struct reading reading, size_t *lines, size_t *letters) {
    size_t wrong;
    if (!cxj__base_is_utf8(reading.text, reading.length, &wrong)) {
        reading.line = 1;
        for (size_t i = 0; i < wrong; i++) {
            if (reading.text[i] != '\n') continue;
            reading.line++;
            reading.begin = i + 1;
        }
        reading.stop = reading.end = wrong + 1;
        return refuse_word(&reading, wrong, "UTF-8 without NUL");
    }
    for (; next_line(&reading); ++*lines) *letters += reading.end - reading.at + 1;
    if (reading.line <= CXJ__CALENDAR_LINES) return CXJ_OK;
    cxj__base_say(reading.message, "calendar, line %d, column 1: expected the end of the text, found %zu lines",
                  CXJ__CALENDAR_LINES + 1, reading.line);
    return CXJ_BAD_TEXT;
}

CXJ__COLD cxj_status cxj__calendar_read(struct cxj__calendar **calendar, struct cxj__memory *memory, const char *text,
                                        size_t length, struct cxj__message *message) {
    struct reading reading = {.message = message, .text = text, .length = length};
    size_t lines = 1, letters = sizeof "#\n";
    cxj_status status = survey(reading, &lines, &letters);
    if (status != CXJ_OK) return status;
    reading.calendar = make_calendar(lines, letters, memory);
    if (reading.calendar == NULL) {
        cxj__base_say(message, "calendar: no memory");
        return CXJ_NO_MEMORY;
    }
    status = read_lines(&reading);
    if (status == CXJ_OK) {
        end_reading(&reading);
        *calendar = reading.calendar;
    } else {
        cxj__calendar_destroy(reading.calendar, memory);
    }
    return status;
}

void cxj__calendar_destroy(struct cxj__calendar *calendar, struct cxj__memory *memory) {
    if (calendar != NULL) cxj__base_resize(memory, calendar, calendar->bytes, 0);
}
