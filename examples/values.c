/* The texts of a log's fields as values.
 *
 * SPDX-License-Identifier: MIT */
#include "values.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS_PER_MINUTE INT64_C(60000)
#define MS_PER_DAY INT64_C(86400000)
#define FARTHEST (18 * 60 * MS_PER_MINUTE) /* of an offset */

/* ---- Numbers --------------------------------------------------------------------------------------------- */

static bool is_digit(char character) {
    return (unsigned char)character - (unsigned)'0' <= 9;
}

static bool are_digits(const char *text, size_t length) {
    size_t at = 0;
    while (at < length && is_digit(text[at])) {
        at++;
    }
    return at == length && length > 0;
}

size_t values_trimmed(const char *text, size_t length) {
    const bool has_zero = length > 2 && text[length - 1] == '0' && text[length - 2] == '.';
    return has_zero && are_digits(text, length - 2) ? length - 2 : length;
}

bool values_count(const char *text, size_t length, uint64_t most, uint64_t *number) {
    uint64_t value = 0;
    length = values_trimmed(text, length);
    for (size_t i = 0; i < length; i++) {
        const unsigned digit = (unsigned char)text[i] - (unsigned)'0';
        if (digit > 9 || value > UINT64_MAX / 10 || value * 10 > UINT64_MAX - digit) {
            return false;
        }
        value = value * 10 + digit;
    }
    *number = value;
    return length > 0 && value <= most;
}

bool values_amount(const char *text, size_t length, int64_t *number) {
    const bool negative = length > 0 && text[0] == '-';
    uint64_t size;
    if (!values_count(text + negative, length - negative, INT64_MAX, &size)) {
        return false;
    }
    *number = negative ? -(int64_t)size : (int64_t)size;
    return true;
}

/* ---- Words ----------------------------------------------------------------------------------------------- */

enum { WORDS_MOST = 9 };

/* The words in the log for the numbers in a touchpoint; the place is the number, and 0 has no word. */
static const char *const words[VALUES_LISTS][WORDS_MOST] = {
    [VALUES_SCALE] = {[CXJ_SCALE_CSAT5] = "csat5",
                      [CXJ_SCALE_CSAT7] = "csat7",
                      [CXJ_SCALE_CSAT10] = "csat10",
                      [CXJ_SCALE_PERCENT] = "percent",
                      [CXJ_SCALE_BINARY] = "binary",
                      [CXJ_SCALE_NPS] = "nps",
                      [CXJ_SCALE_CES7] = "ces7"},
    [VALUES_SCOPE] = {[CXJ_SCOPE_TOUCHPOINT] = "touchpoint",
                      [CXJ_SCOPE_JOURNEY] = "journey",
                      [CXJ_SCOPE_EMPLOYEE] = "employee"},
    [VALUES_OUTCOME] = {[CXJ_OUTCOME_COMPLETED] = "completed", [CXJ_OUTCOME_ABANDONED] = "abandoned"},
};

bool values_is(const char *text, size_t length, const char *word) {
    return strlen(word) == length && memcmp(text, word, length) == 0;
}

const char *values_word(unsigned list, unsigned number) {
    return list < VALUES_LISTS && number > 0 && number < WORDS_MOST ? words[list][number] : NULL;
}

unsigned values_find(unsigned list, const char *text, size_t length) {
    for (unsigned i = 1; i < WORDS_MOST && words[list][i] != NULL; i++) {
        if (values_is(text, length, words[list][i])) {
            return i;
        }
    }
    return 0;
}

/* The bit of a facet's name, or 0. */
static uint32_t facet_of(const char *text, size_t length) {
    cxj_facet_info info;
    for (size_t i = 0; cxj_facet_describe(i, &info, sizeof info) == CXJ_OK; i++) {
        if (values_is(text, length, info.name)) {
            return info.facet;
        }
    }
    return 0;
}

bool values_facets(const char *text, size_t length, char separator, uint32_t *facets, cxj_text *unknown) {
    uint32_t bits = 0;
    for (const char *part = text, *end = text + length; part < end;) {
        const char *stop = memchr(part, separator, (size_t)(end - part));
        const size_t part_length = (size_t)((stop == NULL ? end : stop) - part);
        const uint32_t bit = facet_of(part, part_length);
        if (bit == 0 && part_length > 0) {
            if (unknown != NULL) {
                *unknown = (cxj_text){part, part_length};
            }
            return false;
        }
        bits |= bit;
        part += part_length + (stop != NULL);
    }
    *facets = bits;
    return true;
}

void values_scores(unsigned scale, unsigned *least, unsigned *most) {
    static const uint8_t bounds[][2] = {
        [CXJ_SCALE_CSAT5] = {1, 5},     [CXJ_SCALE_CSAT7] = {1, 7},  [CXJ_SCALE_CSAT10] = {1, 10},
        [CXJ_SCALE_PERCENT] = {0, 100}, [CXJ_SCALE_BINARY] = {0, 1}, [CXJ_SCALE_NPS] = {0, 10},
        [CXJ_SCALE_CES7] = {1, 7},
    };
    const bool known = scale < sizeof bounds / sizeof bounds[0];
    *least = known ? bounds[scale][0] : 0;
    *most = known ? bounds[scale][1] : 0;
}

/* ---- Parts of moments ------------------------------------------------------------------------------------ */

/* A text being taken apart from the front. */
typedef struct rest {
    const char *at;
    const char *end;
} rest;

/* Takes one character, if it is there. */
static bool take(rest *text, char character) {
    if (text->at == text->end || *text->at != character) {
        return false;
    }
    text->at++;
    return true;
}

/* Takes a number of so many digits, if it is there and within bounds. */
static bool take_digits(rest *text, unsigned digits, unsigned least, unsigned most, unsigned *number) {
    const char *p = text->at;
    unsigned value = 0;
    if ((size_t)(text->end - p) < digits) {
        return false;
    }
    for (unsigned i = 0; i < digits; i++) {
        if (!is_digit(p[i])) {
            return false;
        }
        value = value * 10 + (unsigned)(p[i] - '0');
    }
    text->at += digits;
    *number = value;
    return value >= least && value <= most;
}

/* Takes a number of one or two digits. */
static bool take_short(rest *text, unsigned least, unsigned most, unsigned *number) {
    const bool has_two = text->end - text->at > 1 && is_digit(text->at[1]);
    return take_digits(text, has_two ? 2 : 1, least, most, number);
}

/* Days from 1970-01-01 to a day of a year from 1 on. Years are counted from March, so that a leap day comes last. */
static int64_t days_to(unsigned year, unsigned month, unsigned day) {
    const unsigned y = month > 2 ? year : year - 1;
    const unsigned m = month > 2 ? month - 3 : month + 9;
    const int64_t days = (int64_t)y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
    return days - 719468; /* the same sum for 1970-01-01 */
}

/* The day that three numbers are, if there is such a day. */
static bool find_day(unsigned year, unsigned month, unsigned day, int64_t *days) {
    static const uint8_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    *days = days_to(year, month, day);
    return day <= lengths[month - 1] || (month == 2 && leap && day == 29);
}

/* Takes a day, 2026-11-21. */
static bool take_day(rest *text, int64_t *days) {
    unsigned year;
    unsigned month;
    unsigned day;
    return take_digits(text, 4, 1, 9999, &year) && take(text, '-') && take_digits(text, 2, 1, 12, &month) &&
           take(text, '-') && take_digits(text, 2, 1, 31, &day) && find_day(year, month, day, days);
}

/* Takes a day in another order, 21.11.2026 or 1/2/2026. */
static bool take_ordered_day(rest *text, values_dates order, int64_t *days) {
    static const char parts[VALUES_ORDERS][4] = {[VALUES_DMY] = "dmy", [VALUES_MDY] = "mdy", [VALUES_YMD] = "ymd"};
    unsigned year = 0;
    unsigned month = 0;
    unsigned day = 0;
    char mark = 0;
    for (size_t i = 0; i < 3; i++) {
        if (i == 1) {
            mark = text->at == text->end ? 0 : *text->at;
        }
        if (i > 0 && ((mark != '/' && mark != '.' && mark != '-') || !take(text, mark))) {
            return false;
        }
        const char part = parts[order][i];
        if (!(part == 'y'   ? take_digits(text, 4, 1, 9999, &year)
              : part == 'm' ? take_short(text, 1, 12, &month)
                            : take_short(text, 1, 31, &day))) {
            return false;
        }
    }
    return find_day(year, month, day, days);
}

/* Takes the digits of a fraction of a second; what is finer than a ms is cut off. */
static bool take_fraction(rest *text, int64_t *ms) {
    int64_t unit = 100;
    if (text->at == text->end || !is_digit(*text->at)) {
        return false;
    }
    for (; text->at < text->end && is_digit(*text->at); text->at++, unit /= 10) {
        *ms += (*text->at - '0') * unit;
    }
    return true;
}

/* Takes AM or PM, if it is there. */
static bool take_half(rest *text, bool *is_afternoon) {
    const bool there = text->end - text->at >= 3 && text->at[0] == ' ' && (text->at[1] == 'A' || text->at[1] == 'P') &&
                       text->at[2] == 'M';
    *is_afternoon = there && text->at[1] == 'P';
    text->at += there ? 3 : 0;
    return there;
}

/* Takes a time of day, 22:43 or 22:43:47 or 22:43:47.123.
 * loose  hours may have one digit, and AM or PM may follow */
static bool take_clock(rest *text, bool loose, bool *is_half, int64_t *ms) {
    unsigned hour;
    unsigned minute;
    unsigned second = 0;
    int64_t fraction = 0;
    bool is_afternoon;
    bool has_fraction = false;
    if (!(loose ? take_short(text, 0, 23, &hour) : take_digits(text, 2, 0, 23, &hour)) || !take(text, ':') ||
        !take_digits(text, 2, 0, 59, &minute)) {
        return false;
    }
    if (take(text, ':')) {
        if (!take_digits(text, 2, 0, 59, &second)) {
            return false;
        }
        has_fraction = take(text, '.') || take(text, ',');
        if (has_fraction && !take_fraction(text, &fraction)) {
            return false;
        }
    }
    *is_half = loose && !has_fraction && take_half(text, &is_afternoon);
    if (*is_half) {
        if (hour < 1 || hour > 12) {
            return false;
        }
        hour = hour % 12 + (is_afternoon ? 12 : 0);
    }
    *ms = (((int64_t)hour * 60 + minute) * 60 + second) * 1000 + fraction;
    return true;
}

/* Takes a zone, Z, +01, +0100 or +01:00, to the end of the text. */
static bool take_zone(rest *text, int64_t *ms) {
    unsigned hour;
    unsigned minute = 0;
    *ms = 0;
    if (take(text, 'Z')) {
        return text->at == text->end;
    }
    const bool west = take(text, '-');
    if ((!west && !take(text, '+')) || !take_digits(text, 2, 0, 23, &hour)) {
        return false;
    }
    if (text->at < text->end) {
        take(text, ':');
        if (!take_digits(text, 2, 0, 59, &minute)) {
            return false;
        }
    }
    *ms = (int64_t)(hour * 60 + minute) * (west ? -MS_PER_MINUTE : MS_PER_MINUTE);
    return text->at == text->end;
}

/* ---- Local time ------------------------------------------------------------------------------------------ */

/* The next line of a calendar that says an offset; false: there is none. */
static bool next_offset(const char **text, values_offset *offset) {
    static const char word[] = "offset ";
    for (const char *line = *text; *line != '\0';) {
        const size_t length = strcspn(line, "\n");
        *text = line + length + (line[length] == '\n');
        if (strncmp(line, word, sizeof word - 1) == 0) {
            const char *first = line + sizeof word - 1;
            const char *end = line + length;
            const char *blank = memchr(first, ' ', (size_t)(end - first));
            rest zone = {blank == NULL ? first : blank + 1, end};
            offset->from = INT64_MIN;
            return (blank == NULL || values_moment(NULL, first, (size_t)(blank - first), false, &offset->from)) &&
                   take_zone(&zone, &offset->ahead);
        }
        line = *text;
    }
    return false;
}

bool values_local(values_moments *how, const cxj_engine *engine) {
    const char *text = NULL;
    size_t length = 0;
    values_offset offset;
    free(how->offsets);
    how->offsets = NULL;
    how->offset_count = 0;
    if (cxj_calendar(engine, &text, &length) != CXJ_OK || text == NULL) {
        return true;
    }
    size_t lines = 2;
    for (size_t i = 0; i < length; i++) {
        lines += text[i] == '\n';
    }
    how->offsets = malloc(lines * sizeof *how->offsets);
    if (how->offsets == NULL) {
        return false;
    }
    how->offsets[how->offset_count++] = (values_offset){INT64_MIN, 0};
    while (next_offset(&text, &offset)) {
        if (offset.from == INT64_MIN) {
            how->offsets[0] = offset;
        } else {
            how->offsets[how->offset_count++] = offset;
        }
    }
    return true;
}

/* The moment of a local time: the earliest u with u + offset(u) at or after it. */
static int64_t moment_of(const values_moments *how, int64_t local) {
    if (how->offset_count == 0) {
        return local;
    }
    size_t low = 0;
    size_t high = how->offset_count; /* whatever ended more than the farthest offset before cannot hold it */
    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (how->offsets[middle].from <= local - FARTHEST) {
            low = middle;
        } else {
            high = middle;
        }
    }
    for (;; low++) {
        const values_offset *offset = &how->offsets[low];
        const int64_t moment = local - offset->ahead > offset->from ? local - offset->ahead : offset->from;
        if (low + 1 == how->offset_count || moment < how->offsets[low + 1].from) {
            return moment;
        }
    }
}

bool values_is_midnight(const values_moments *how, int64_t at) {
    int64_t ahead = 0;
    for (size_t i = 0; i < how->offset_count && how->offsets[i].from <= at; i++) {
        ahead = how->offsets[i].ahead;
    }
    return (at + ahead) % MS_PER_DAY == 0;
}

void values_moments_free(values_moments *how) {
    free(how->offsets);
    how->offsets = NULL;
    how->offset_count = 0;
}

/* ---- Moments --------------------------------------------------------------------------------------------- */

const char *values_unit_name(unsigned unit) {
    static const char *const names[] = {[VALUES_MS] = "ms", [VALUES_S] = "s", [VALUES_US] = "us", [VALUES_NS] = "ns"};
    return unit < VALUES_UNITS ? names[unit] : NULL;
}

const char *values_dates_name(unsigned dates) {
    static const char *const names[] = {
        [VALUES_ISO] = "iso", [VALUES_DMY] = "dmy", [VALUES_MDY] = "mdy", [VALUES_YMD] = "ymd"};
    return dates < VALUES_ORDERS ? names[dates] : NULL;
}

/* A moment written as a number. What is below a ms is cut off towards the past, digits that no 64 bits hold as well. */
static bool read_number(values_unit unit, const char *text, size_t length, int64_t *at) {
    static const uint8_t finer[] = {[VALUES_MS] = 0, [VALUES_S] = 0, [VALUES_US] = 3, [VALUES_NS] = 6};
    const bool negative = length > 0 && text[0] == '-';
    const char *digits = text + negative;
    const size_t count = values_trimmed(digits, length - negative);
    const size_t cut = finer[unit] < count ? finer[unit] : count;
    uint64_t whole = 0;
    bool is_cut = false;
    if (!are_digits(digits, count)) {
        return false;
    }
    if (count > cut && !values_count(digits, count - cut, INT64_MAX / 1000 - 1, &whole)) {
        return false;
    }
    for (size_t i = count - cut; i < count; i++) {
        is_cut |= digits[i] != '0';
    }
    *at = (int64_t)whole * (unit == VALUES_S ? 1000 : 1);
    if (negative) {
        *at = -*at - (is_cut ? 1 : 0);
    }
    return true;
}

/* A moment written as a date, perhaps with a time. */
static bool read_date(const values_moments *how, const char *text, size_t length, bool is_due, int64_t *at) {
    rest left = {text, text + length};
    int64_t days;
    int64_t clock = 0;
    int64_t zone = 0;
    bool is_half = false;
    bool loose = false;
    if (length <= 4 || text[4] != '-' || !take_day(&left, &days)) {
        loose = true;
    } else if (how->dates == VALUES_YMD) {
        loose = true; /* the same date in the other way of writing */
    }
    if (loose) {
        left.at = text;
        if (how->dates == VALUES_ISO || !take_ordered_day(&left, how->dates, &days)) {
            return false;
        }
    }
    if (left.at == left.end) { /* a day alone */
        *at = moment_of(how, (days + is_due) * MS_PER_DAY) - is_due;
        return true;
    }
    if ((!take(&left, 'T') && !take(&left, ' ')) || !take_clock(&left, loose, &is_half, &clock)) {
        return false;
    }
    const int64_t written = days * MS_PER_DAY + clock;
    if (left.at == left.end) {
        *at = moment_of(how, written);
        return true;
    }
    if (is_half || !take_zone(&left, &zone)) {
        return false;
    }
    *at = written - zone;
    return true;
}

bool values_moment(const values_moments *how, const char *text, size_t length, bool is_due, int64_t *at) {
    static const values_moments plain = {0};
    const values_moments *wanted = how == NULL ? &plain : how;
    int64_t moment;
    const bool may_be_number = length <= 4 || text[4] != '-';
    if (!(may_be_number && read_number(wanted->unit, text, length, &moment)) &&
        !read_date(wanted, text, length, is_due, &moment)) {
        return false;
    }
    if (moment < VALUES_AT_LEAST || moment > VALUES_AT_MOST) {
        return false;
    }
    *at = moment;
    return true;
}

void values_write_moment(int64_t at, char *text) {
    const int64_t ahead = at - VALUES_AT_LEAST; /* from the beginning of year 1 on */
    int64_t days = ahead / MS_PER_DAY - 719162;
    const int64_t seconds = ahead % MS_PER_DAY / 1000;
    unsigned year = (unsigned)(ahead / MS_PER_DAY / 366) + 1;
    while (year < 9999 && days_to(year + 1, 1, 1) <= days) {
        year++;
    }
    unsigned month = 12;
    while (days_to(year, month, 1) > days) {
        month--;
    }
    const int64_t day = days - days_to(year, month, 1) + 1;
    snprintf(text, VALUES_MOMENT_TEXT, "%04u-%02u-%02dT%02d:%02d:%02dZ", year, month, (int)day, (int)(seconds / 3600),
             (int)(seconds / 60 % 60), (int)(seconds % 60));
}
