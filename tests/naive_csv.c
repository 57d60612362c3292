/* See naive_csv.h. The file is read whole; a row is cut into fields in place, and then each field is looked at by
 * itself.
 *
 * SPDX-License-Identifier: MIT
 */
#include "naive_csv.h"
#include "naive_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 256, COLUMNS = 30, UNDER_SCALES = 23 };

enum column {
    ID,
    REVISION,
    SEQUENCE,
    JOURNEY,
    AT,
    CUSTOMER,
    TYPE,
    SEGMENT,
    REASON,
    ACTIVITY,
    CHANNEL,
    OWNER,
    TEAM,
    STAGE,
    FACETS,
    DUE,
    COMMITMENT,
    SCALE,
    SCORE,
    SCOPE,
    CAUSE,
    OUTCOME,
    VALUE,
    CSAT5, /* ratings under their scales, in the order of those */
    PERCENT = CSAT5 + 3,
    BINARY
};

_Static_assert((int)CSAT5 == (int)UNDER_SCALES, "ratings stand behind the other columns");

/* The names of the columns, and those that event logs use for them, in the order in which they are looked for. */
static const struct {
    const char *names[4];
    int dimension; /* that it names; 0: it is no name */
} columns[COLUMNS] = {
    {{"id"}, 0},
    {{"revision"}, 0},
    {{"sequence"}, 0},
    {{"journey", "case:concept:name", "case_id"}, 0},
    {{"at", "time:timestamp", "timestamp"}, 0},
    {{"customer"}, 0},
    {{"type"}, CXJ_DIMENSION_TYPE},
    {{"segment"}, CXJ_DIMENSION_SEGMENT},
    {{"reason"}, CXJ_DIMENSION_REASON},
    {{"activity", "concept:name"}, CXJ_DIMENSION_ACTIVITY},
    {{"channel"}, CXJ_DIMENSION_CHANNEL},
    {{"owner", "org:resource", "resource"}, CXJ_DIMENSION_OWNER},
    {{"team", "org:group"}, CXJ_DIMENSION_TEAM},
    {{"stage"}, CXJ_DIMENSION_STAGE},
    {{"facets"}, 0},
    {{"due"}, 0},
    {{"commitment"}, 0},
    {{"scale"}, 0},
    {{"score"}, 0},
    {{"scope"}, 0},
    {{"cause"}, CXJ_DIMENSION_CAUSE},
    {{"outcome"}, 0},
    {{"value"}, 0},
    {{"csat5", "csat"}, 0},
    {{"csat7"}, 0},
    {{"csat10"}, 0},
    {{"percent"}, 0},
    {{"binary"}, 0},
    {{"nps"}, 0},
    {{"ces7", "ces"}, 0},
};

static const char *const scope_names[] = {"", "touchpoint", "journey", "employee"};
static const char *const outcome_names[] = {"", "completed", "abandoned"};

/* ---- Rows ---- */

struct file {
    char *next, *end; /* what is not read yet; a NUL stands at the end */
    char mark;        /* between fields; it is told as ',' */
    const char *fields[MOST_COLUMNS];
    size_t count;
    bool is_bad; /* the row cannot be read */
};

/* "a row that is well formed as CSV ends at its own end, after a misplaced quote reading goes on behind the next LF" */
static void skip_line(struct file *f) {
    char *line = memchr(f->next, '\n', (size_t)(f->end - f->next));
    f->next = line ? line + 1 : f->end;
    f->is_bad = true;
}

/* What ends a field here: ',', '\n' (with the CR before it), 0 for the end of the file, or 'x' for anything else. */
static char take_end(struct file *f) {
    if (f->next == f->end) return 0;
    if (f->next[0] == '\r' && f->next + 1 < f->end && f->next[1] == '\n') f->next++;
    if (*f->next != f->mark && *f->next != '\n') return 'x';
    return *f->next++ == f->mark ? ',' : '\n';
}

/* Reads a field that begins with a quote, and says what ended it; 'x': the row cannot be read. */
static char take_quoted(struct file *f, char **to) {
    for (f->next++; f->next < f->end; f->next++) {
        if (*f->next != '"') {
            f->is_bad = f->is_bad || *f->next == 0;
        } else if (f->next + 1 < f->end && f->next[1] == '"') {
            f->next++;
        } else {
            f->next++;
            return take_end(f);
        }
        *(*to)++ = *f->next;
    }
    return 'x'; /* "a field never closed takes all that follows" */
}

static char take_bare(struct file *f, char **to) {
    for (;;) {
        char end = take_end(f);
        if (end != 'x') return end;
        if (*f->next == '"') return 'x';
        f->is_bad = f->is_bad || *f->next == 0;
        *(*to)++ = *f->next++;
    }
}

/* Reads the next row that is not empty; false at the end. */
static bool next_row(struct file *f) {
    char begins = '\n';
    while (begins == '\n') begins = take_end(f); /* "An empty line is skipped, also before the header." */
    if (begins == 0) return false;
    if (begins == ',') f->next--; /* it begins with an empty field */
    f->count = 0;
    f->is_bad = false;
    for (char ended = ','; ended == ',';) {
        char *to = f->next;
        if (f->count == MOST_COLUMNS) naive_give_up("too many columns for this program", f->fields[0]);
        f->fields[f->count++] = to;
        ended = f->next < f->end && *f->next == '"' ? take_quoted(f, &to) : take_bare(f, &to);
        if (ended == 'x') {
            skip_line(f);
            return true;
        }
        *to = 0; /* there is room: what ended the field, or the file */
    }
    return true;
}

/* Whether the bytes of a field are UTF-8 (RFC 3629). */
static bool is_utf8(const char *text) {
    const unsigned char *u = (const unsigned char *)text;
    while (*u) {
        int more = *u < 0x80 ? 0 : *u < 0xc2 ? -1 : *u < 0xe0 ? 1 : *u < 0xf0 ? 2 : *u < 0xf5 ? 3 : -1;
        if (more < 0) return false;
        if ((*u == 0xe0 && u[1] < 0xa0) || (*u == 0xed && u[1] > 0x9f) || (*u == 0xf0 && u[1] < 0x90) ||
            (*u == 0xf4 && u[1] > 0x8f))
            return false;
        for (u++; more > 0; more--, u++)
            if ((*u & 0xc0) != 0x80) return false;
    }
    return true;
}

/* ---- Numbers and names ---- */

/* "A number is ASCII digits, with one - before it where the field may be negative; .0 behind a number … is left out" */
static bool read_number(const char *text, bool is_signed, uint64_t most, uint64_t *size, bool *is_negative) {
    *size = 0;
    *is_negative = is_signed && *text == '-';
    text += *is_negative;
    if (*text < '0' || *text > '9') return false;
    for (; *text >= '0' && *text <= '9'; text++) {
        uint64_t digit = (uint64_t)(*text - '0');
        if (*size > (most - digit) / 10) return false;
        *size = 10 * *size + digit;
    }
    return strcmp(text, "") == 0 || strcmp(text, ".0") == 0;
}

static bool read_unsigned(const char *text, uint64_t most, uint64_t *number) {
    bool is_negative;
    *number = 0;
    return !*text || read_number(text, false, most, number, &is_negative);
}

static bool read_signed(const char *text, int64_t *number) {
    uint64_t size;
    bool is_negative;
    if (!read_number(text, true, INT64_MAX, &size, &is_negative)) return false;
    *number = is_negative ? -(int64_t)size : (int64_t)size;
    return true;
}

static bool read_word(const char *text, const char *const *words, uint8_t count, uint8_t *number) {
    for (*number = 0; *number < count; (*number)++)
        if (strcmp(text, words[*number]) == 0) return true;
    return false;
}

bool naive_csv_facets(const char *text, char mark, uint32_t *facets) {
    *facets = 0;
    while (*text) {
        size_t length = 0, facet = 0;
        while (text[length] && text[length] != mark) length++;
        while (facet < NAIVE_FACETS &&
               (strlen(naive_facet_names[facet]) != length || memcmp(naive_facet_names[facet], text, length) != 0))
            facet++;
        if (length > 0 && facet == NAIVE_FACETS) return false; /* "empty parts skipped" */
        if (length > 0) *facets |= UINT32_C(1) << facet;
        text += length + (text[length] != 0);
    }
    return true;
}

/* ---- Numbers that stand for texts ---- */

static uint64_t rotate(uint64_t x, int bits) {
    return x << bits | x >> (64 - bits);
}

static void sip_round(uint64_t v[4]) {
    v[0] += v[1], v[1] = rotate(v[1], 13) ^ v[0], v[0] = rotate(v[0], 32);
    v[2] += v[3], v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3], v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1], v[1] = rotate(v[1], 17) ^ v[2], v[2] = rotate(v[2], 32);
}

/* SipHash-2-4 (Aumasson and Bernstein, 2012) with the key 00 01 02 … 0f */
static uint64_t sip_hash(const char *text, size_t length) {
    const uint64_t k0 = UINT64_C(0x0706050403020100), k1 = UINT64_C(0x0f0e0d0c0b0a0908);
    uint64_t v[4] = {k0 ^ UINT64_C(0x736f6d6570736575), k1 ^ UINT64_C(0x646f72616e646f6d),
                     k0 ^ UINT64_C(0x6c7967656e657261), k1 ^ UINT64_C(0x7465646279746573)};
    uint64_t word = 0;
    for (size_t i = 0; i <= length; i++) {
        uint64_t byte = i < length ? (unsigned char)text[i] : length & 255;
        size_t place = i == length ? 7 : i % 8;
        word |= byte << 8 * place;
        if (place < 7) continue;
        v[3] ^= word;
        sip_round(v), sip_round(v);
        v[0] ^= word;
        word = 0;
    }
    v[2] ^= 255;
    for (int i = 0; i < 4; i++) sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* The text without the .0 that a data frame wrote behind a number. */
static size_t shown_length(const char *text) {
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && strcmp(text + digits, ".0") == 0 ? digits : strlen(text);
}

static bool read_id(naive_csv *csv, const char *text, uint64_t *number) {
    size_t length = shown_length(text);
    bool is_negative;
    if (length == 0) {
        *number = 0;
        return true;
    }
    /* "a number below 2^63 written as digits without leading zeros, not 0, is taken as it is" */
    if (*text == '0' || strspn(text, "0123456789") != length ||
        !read_number(text, false, INT64_MAX, number, &is_negative))
        *number = sip_hash(text, length) | UINT64_C(1) << 63;
    for (size_t i = 0; i < csv->id_count; i++)
        if (csv->ids[i].number == *number) /* "two different texts that are hashed to one number … are refused" */
            return strncmp(csv->ids[i].text, text, length) == 0 && shown_length(csv->ids[i].text) == length;
    return true;
}

static void keep_id(naive_csv *csv, uint64_t number, const char *text) {
    for (size_t i = 0; i < csv->id_count; i++)
        if (csv->ids[i].number == number) return;
    csv->ids = naive_grow(csv->ids, csv->id_count, &csv->id_capacity, sizeof *csv->ids);
    csv->ids[csv->id_count].number = number;
    size_t length = shown_length(text);
    char *shown = malloc(length + 1);
    if (!shown) naive_give_up("there is not enough memory", text);
    memcpy(shown, text, length);
    shown[length] = 0;
    csv->ids[csv->id_count++].text = shown;
}

const char *naive_csv_text(const naive_csv *csv, uint64_t number) {
    for (size_t i = 0; i < csv->id_count; i++)
        if (csv->ids[i].number == number) return csv->ids[i].text;
    return "";
}

/* ---- Moments ---- */

/* So many digits and the mark before them, if it is there. */
static bool take_part(const char **text, char mark, int digits, int most, int *number) {
    const char *at = *text;
    if (mark && *at++ != mark) return false;
    *number = 0;
    for (int i = 0; i < digits; i++, at++) {
        if (*at < '0' || *at > '9') return false;
        *number = 10 * *number + (*at - '0');
    }
    *text = at;
    return *number <= most;
}

/* "perhaps Z or an offset +-hh, +-hhmm, +-hh:mm"; false if what stands there is neither, nor nothing */
static bool take_zone(const char *text, bool *has_zone, int64_t *offset) {
    int hours, minutes = 0;
    *offset = 0;
    *has_zone = *text != 0;
    if (!*text || strcmp(text, "Z") == 0) return true;
    int sign = *text == '-' ? -1 : 1;
    if ((*text != '+' && *text != '-') || (text++, !take_part(&text, 0, 2, 23, &hours))) return false;
    if (*text && !take_part(&text, *text == ':' ? ':' : 0, 2, 59, &minutes)) return false;
    *offset = (int64_t)sign * (60 * hours + minutes) * 60000;
    return *text == 0;
}

/* One digit or two. */
static bool take_loose(const char **text, char mark, int most, int *number) {
    const char *digits = *text + (mark != 0);
    bool has_two = *digits && digits[1] >= '0' && digits[1] <= '9';
    return take_part(text, mark, has_two ? 2 : 1, most, number);
}

/* "dates be written with /, . or - (the same twice) in that order, one or two digits for day and month and four for the
 * year" */
static bool take_ordered(const char **text, const char *order, int64_t *number) {
    int parts[3] = {0, 0, 0};
    char mark = 0;
    for (int i = 0; i < 3; i++) {
        if (i == 1) mark = **text;
        if (i == 1 && (!mark || !strchr("/.-", mark))) return false;
        bool is_year = order[i] == 'y';
        if (!(is_year ? take_part(text, mark, 4, 9999, &parts[0])
                      : take_loose(text, mark, order[i] == 'm' ? 12 : 31, &parts[order[i] == 'm' ? 1 : 2])))
            return false;
    }
    return naive_day_number(parts[0], parts[1], parts[2], number);
}

static bool take_date(const char **text, int64_t *number) {
    int year, month, day;
    const char *at = *text;
    if (!take_part(&at, 0, 4, 9999, &year) || !take_part(&at, '-', 2, 12, &month) ||
        !take_part(&at, '-', 2, 31, &day) || !naive_day_number(year, month, day, number))
        return false;
    *text = at;
    return true;
}

/* " AM" or " PM" at the end makes hours of twelve those of a day; false if the hour is none of twelve. */
static bool take_half(const char **text, int *hour) {
    bool is_pm = strcmp(*text, " PM") == 0;
    if (!is_pm && strcmp(*text, " AM") != 0) return true;
    if (*hour < 1 || *hour > 12) return false;
    *hour = *hour % 12 + (is_pm ? 12 : 0);
    *text += 3;
    return true;
}

/* A date and perhaps a time; is_day: it is a date alone, of this number. is_loose: it is one of --dates. */
static bool read_date(const char *text, const naive_csv_manner *manner, bool is_loose, int64_t *moment, bool *is_day,
                      int64_t *number) {
    const naive_calendar *calendar = manner->calendar;
    int hour, minute, second = 0;
    int64_t offset, ms = 0;
    bool has_zone, has_fraction = false;
    if (is_loose ? !manner->dates || !take_ordered(&text, manner->dates, number) : !take_date(&text, number))
        return false;
    *is_day = *text == 0;
    if (*is_day) {
        *moment = naive_moment(calendar, *number * MILLISECONDS_A_DAY);
        return true;
    }
    char between = *text == 'T' ? 'T' : ' ';
    if (!(is_loose ? take_loose(&text, between, 23, &hour) : take_part(&text, between, 2, 23, &hour)) ||
        !take_part(&text, ':', 2, 59, &minute))
        return false;
    if (*text == ':') {
        if (!take_part(&text, ':', 2, 59, &second)) return false;
        if (*text == '.' || *text == ',') {
            if (text[1] < '0' || text[1] > '9') return false;
            int64_t unit = 100;
            has_fraction = true;
            for (text++; *text >= '0' && *text <= '9'; text++, unit /= 10) ms += unit * (*text - '0');
        }
    }
    if (is_loose && !has_fraction && !take_half(&text, &hour)) return false;
    if (!take_zone(text, &has_zone, &offset)) return false;
    int64_t written = *number * MILLISECONDS_A_DAY + (int64_t)(60 * hour + minute) * 60000 + second * 1000 + ms;
    *moment = has_zone ? written - offset : naive_moment(calendar, written);
    return true;
}

/* "a number is in the unit that --unit names …, below ms cut off towards the past" */
static bool read_ticks(const char *text, const char *unit, int64_t *moment) {
    bool is_negative = *text == '-';
    text += is_negative;
    size_t digits = strspn(text, "0123456789"), cut = unit[0] == 'u' ? 3 : unit[0] == 'n' ? 6 : 0;
    if (digits == 0 || (text[digits] && strcmp(text + digits, ".0") != 0)) return false;
    int64_t number = 0;
    bool is_cut = false;
    for (size_t i = 0; i < digits; i++) {
        if (i + cut >= digits)
            is_cut = is_cut || text[i] != '0';
        else if (number > INT64_C(1000000000000000))
            return false; /* beyond the years in any unit */
        else
            number = 10 * number + (text[i] - '0');
    }
    if (strcmp(unit, "s") == 0) number *= 1000;
    *moment = is_negative ? -number - is_cut : number;
    return true;
}

static bool read_moment(const char *text, const naive_csv_manner *manner, bool is_due, int64_t *moment) {
    bool is_day = false;
    int64_t number = 0;
    if (!read_ticks(text, manner->unit ? manner->unit : "ms", moment) &&
        !read_date(text, manner, false, moment, &is_day, &number) &&
        !read_date(text, manner, true, moment, &is_day, &number))
        return false;
    /* "A due that is a date alone is the last ms of that day … 1 ms before the moment of its 24:00" */
    if (is_due && is_day) *moment = naive_moment(manner->calendar, (number + 1) * MILLISECONDS_A_DAY) - 1;
    return true;
}

bool naive_csv_moment(const char *text, const naive_csv_manner *manner, int64_t *moment) {
    /* "Years 0001 to 9999" */
    return read_moment(text, manner, false, moment) && *moment >= -INT64_C(62135596800000) &&
           *moment <= INT64_C(253402300799999);
}

/* ---- Touchpoints ---- */

struct layout {
    const naive_csv_manner *manner;
    size_t place[COLUMNS]; /* in a row; SIZE_MAX: there is no such column */
    size_t count;
};

static const char *field(const struct file *f, const struct layout *layout, enum column column) {
    const naive_csv_manner *manner = layout->manner;
    const char *text = layout->place[column] == SIZE_MAX ? "" : f->fields[layout->place[column]];
    for (size_t i = 0; i < manner->none_count; i++)
        if (strcmp(text, manner->nones[i]) == 0) return "";
    return text;
}

/* "A rating may stand under its scale instead: … the score, of the scope in `scope`, else touchpoint." */
static bool read_ratings(const struct file *f, const struct layout *l, cxj_touchpoint *t) {
    bool has_column = false, is_rated = t->scale != 0;
    for (int c = UNDER_SCALES; c < COLUMNS; c++) {
        const char *text = field(f, l, (enum column)c);
        uint64_t score;
        has_column = has_column || l->place[c] != SIZE_MAX;
        if (!*text) continue;
        if (is_rated || t->score || !read_unsigned(text, 255, &score)) return false;
        is_rated = true;
        t->scale = (uint8_t)(c - UNDER_SCALES + 1);
        t->score = (uint8_t)score;
        if (!t->scope) t->scope = CXJ_SCOPE_TOUCHPOINT;
    }
    /* "Where the header has such a column, a scope without a rating is left out of account." */
    if (has_column && !is_rated && !t->score) t->scope = 0;
    return true;
}

static bool read_numbers(naive_csv *csv, const struct file *f, const struct layout *l, cxj_touchpoint *t) {
    uint64_t sequence, commitment, score;
    if (!*field(f, l, JOURNEY) || !*field(f, l, AT)) return false; /* "an empty journey or at is refused" */
    if (!read_id(csv, field(f, l, JOURNEY), &t->journey) || !read_id(csv, field(f, l, ID), &t->id) ||
        !read_id(csv, field(f, l, CUSTOMER), &t->customer))
        return false;
    if (!read_moment(field(f, l, AT), l->manner, false, &t->at)) return false;
    if (*field(f, l, DUE) && !read_moment(field(f, l, DUE), l->manner, true, &t->due)) return false;
    if (*field(f, l, VALUE) && !read_signed(field(f, l, VALUE), &t->value)) return false;
    if (!read_unsigned(field(f, l, REVISION), UINT64_MAX, &t->revision) ||
        !read_unsigned(field(f, l, SEQUENCE), UINT32_MAX, &sequence) ||
        !read_unsigned(field(f, l, COMMITMENT), 7, &commitment) || !read_unsigned(field(f, l, SCORE), 255, &score))
        return false;
    if (l->place[SEQUENCE] != SIZE_MAX) t->sequence = (uint32_t)sequence;
    t->commitment = (uint8_t)commitment;
    t->score = (uint8_t)score;
    return true;
}

/* Whether a row could be read; it then is in the log. */
static bool take_row(naive_csv *csv, const struct file *f, const struct layout *l, uint64_t row) {
    naive_touchpoint touchpoint = {.names = {""}};
    cxj_touchpoint *t = &touchpoint.fields;
    if (f->is_bad || f->count != l->count) return false;
    for (size_t i = 0; i < f->count; i++)
        if (!is_utf8(f->fields[i])) return false;
    /* "sequence is the number of the row … where there is no id column either, else 0" */
    bool is_numbered = l->place[ID] == SIZE_MAX || (l->manner->ties && strcmp(l->manner->ties, "file") == 0);
    if (is_numbered) t->sequence = (uint32_t)row;
    if (!read_numbers(csv, f, l, t) || !naive_csv_facets(field(f, l, FACETS), '|', &t->facets) ||
        !read_word(field(f, l, SCALE), naive_scale_names, 8, &t->scale) ||
        !read_word(field(f, l, SCOPE), scope_names, 4, &t->scope) ||
        !read_word(field(f, l, OUTCOME), outcome_names, 3, &t->outcome))
        return false;
    if (t->scale && !*field(f, l, SCORE)) return false; /* "in the log also an empty score with a scale" */
    if (!read_ratings(f, l, t)) return false;
    if (!naive_is_valid(t)) return false;
    /* Of two texts of one number in one row, the second has not met the first yet. */
    const char *texts[] = {field(f, l, JOURNEY), field(f, l, ID), field(f, l, CUSTOMER)};
    const uint64_t numbers[] = {t->journey, t->id, t->customer};
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < a; b++)
            if (numbers[a] && numbers[a] == numbers[b] &&
                (shown_length(texts[a]) != shown_length(texts[b]) ||
                 memcmp(texts[a], texts[b], shown_length(texts[a]))))
                return false;
    for (int a = 0; a < 3; a++)
        if (numbers[a]) keep_id(csv, numbers[a], texts[a]);
    for (int d = 1; d < NAIVE_DIMENSIONS; d++) touchpoint.names[d] = "";
    for (int c = 0; c < COLUMNS; c++)
        if (columns[c].dimension) touchpoint.names[columns[c].dimension] = field(f, l, (enum column)c);
    csv->ats = naive_grow(csv->ats, csv->log.count, &csv->ats_capacity, sizeof *csv->ats);
    csv->ats[csv->log.count] = t->at;
    naive_arrive(&csv->log, &touchpoint);
    return true;
}

/* ---- Files ---- */

/* "a header line without a comma in which a semicolon or a tab stands outside quotes" */
static bool has_other_mark(const char *text) {
    bool is_quoted = false, is_other = false;
    text += strspn(text, "\r\n");
    for (; *text && (is_quoted || *text != '\n'); text++) {
        if (*text == '"') is_quoted = !is_quoted;
        if (!is_quoted && *text == ',') return false;
        is_other = is_other || (!is_quoted && (*text == ';' || *text == '\t'));
    }
    return is_other;
}

/* "with ASCII letters in lower case and blanks, -, _ and : taken out on both sides" */
static bool is_near(const char *a, const char *b) {
    for (;; a++, b++) {
        a += strspn(a, " -_:");
        b += strspn(b, " -_:");
        char lower_a = (char)(*a >= 'A' && *a <= 'Z' ? *a + 32 : *a),
             lower_b = (char)(*b >= 'A' && *b <= 'Z' ? *b + 32 : *b);
        if (lower_a != lower_b) return false;
        if (!lower_a) return true;
    }
}

/* The column that is mapped to a field. Returns whether the field is spoken of; with SIZE_MAX it is left out. */
static bool find_mapped(const struct file *f, const naive_csv_manner *manner, int c, size_t *place, bool *is_missing) {
    const char *name = columns[c].names[0];
    for (size_t m = manner->map_count; m-- > 0;) {
        const char *map = manner->maps[m];
        if (strncmp(map, name, strlen(name)) != 0 || map[strlen(name)] != '=') continue;
        *place = SIZE_MAX;
        map += strlen(name) + 1;
        for (size_t i = f->count; i-- > 0;)
            if (*map && strcmp(f->fields[i], map) == 0) *place = i;
        *is_missing = *is_missing || (*map && *place == SIZE_MAX);
        return true;
    }
    return false;
}

/* Where the columns are; false if the header cannot be read, or lacks one that is needed. */
static bool read_header(struct file *f, struct layout *layout) {
    bool is_mapped[COLUMNS] = {false}, is_taken[MOST_COLUMNS] = {false}, is_missing = false;
    if ((!layout->manner->delimiter && has_other_mark(f->next)) || !next_row(f) || f->is_bad) return false;
    layout->count = f->count;
    for (int c = 0; c < COLUMNS; c++) {
        layout->place[c] = SIZE_MAX;
        is_mapped[c] = find_mapped(f, layout->manner, c, &layout->place[c], &is_missing);
        if (layout->place[c] != SIZE_MAX) is_taken[layout->place[c]] = true;
    }
    for (int c = 0; c < COLUMNS; c++)
        for (int alias = 0; alias < 4 && columns[c].names[alias]; alias++)
            for (size_t i = 0; i < f->count && !is_mapped[c] && layout->place[c] == SIZE_MAX; i++)
                if (!is_taken[i] && strcmp(f->fields[i], columns[c].names[alias]) == 0) layout->place[c] = i;
    for (int c = 0; c < COLUMNS; c++)
        if (layout->place[c] != SIZE_MAX) is_taken[layout->place[c]] = true;
    /* "is looked for once more among the columns left"; value, percent and binary are not */
    for (int c = 0; c < COLUMNS; c++) {
        if (is_mapped[c] || c == VALUE || c == PERCENT || c == BINARY) continue;
        for (size_t i = 0; i < f->count && layout->place[c] == SIZE_MAX; i++)
            for (int alias = 0; alias < 4 && columns[c].names[alias]; alias++)
                if (!is_taken[i] && is_near(f->fields[i], columns[c].names[alias])) layout->place[c] = i;
    }
    for (size_t i = 0; i < f->count; i++)
        if (!is_utf8(f->fields[i])) return false;
    return !is_missing && layout->place[JOURNEY] != SIZE_MAX && layout->place[AT] != SIZE_MAX;
}

/* Makes UTF-8 of UTF-16 behind its byte-order mark; what is half a character becomes a byte that is none. */
static char *from_utf16(char *bytes, size_t *length) {
    const unsigned char *u = (const unsigned char *)bytes;
    size_t high = u[0] == 0xff ? 1 : 0, made = 0;
    char *text = malloc(*length * 2 + 1);
    if (!text) naive_give_up("there is not enough memory", "UTF-16");
    for (size_t i = 2; i < *length; i += 2) {
        unsigned code = i + 1 == *length ? 0xdc00 : (unsigned)u[i + high] << 8 | u[i + 1 - high];
        if (code >= 0xd800 && code < 0xdc00 && i + 3 < *length && (u[i + 2 + high] & 0xfc) == 0xdc) {
            code = 0x10000 + ((code & 0x3ff) << 10) + (((unsigned)u[i + 2 + high] << 8 | u[i + 3 - high]) & 0x3ff);
            i += 2;
        }
        if (code >= 0xd800 && code < 0xe000)
            text[made++] = (char)0xff;
        else if (code < 0x80)
            text[made++] = (char)code;
        else {
            int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
            static const unsigned begins[] = {0, 0xc0, 0xe0, 0xf0};
            text[made++] = (char)(begins[more] | code >> 6 * more);
            while (more-- > 0) text[made++] = (char)(0x80 | (code >> 6 * more & 0x3f));
        }
    }
    free(bytes);
    text[made] = 0;
    *length = made;
    return text;
}

static char *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    size_t capacity = 0;
    *length = 0;
    if (!file) return NULL;
    for (size_t got = 1; got > 0; *length += got) {
        if (*length + 1 >= capacity) {
            capacity = capacity ? 2 * capacity : 65536;
            bytes = realloc(bytes, capacity);
            if (!bytes) naive_give_up("there is not enough memory", path);
        }
        got = fread(bytes + *length, 1, capacity - *length - 1, file);
    }
    bytes[*length] = 0;
    fclose(file);
    return bytes;
}

static bool is_one_of(const char *word, const char *const *words) {
    while (*words && strcmp(word, *words) != 0) words++;
    return *words;
}

const char *naive_csv_wrong(const naive_csv_manner *m) {
    const char *delimiter = m->delimiter;
    if (delimiter && strcmp(delimiter, "tab") != 0 &&
        (!*delimiter || delimiter[1] || (unsigned char)*delimiter > 127 || strchr("\"\r\n", *delimiter)))
        return delimiter;
    if (m->dates && !is_one_of(m->dates, (const char *const[]){"dmy", "mdy", "ymd", NULL})) return m->dates;
    if (m->unit && !is_one_of(m->unit, (const char *const[]){"ms", "s", "us", "ns", NULL})) return m->unit;
    if (m->ties && !is_one_of(m->ties, (const char *const[]){"id", "file", NULL})) return m->ties;
    for (size_t i = 0; i < m->map_count; i++) {
        const char *map = m->maps[i];
        int c = 0;
        while (c < COLUMNS && (strncmp(map, columns[c].names[0], strlen(columns[c].names[0])) != 0 ||
                               map[strlen(columns[c].names[0])] != '='))
            c++;
        if (c == COLUMNS) return map;
    }
    return NULL;
}

const char *naive_csv_read(naive_csv *csv, const char *const *paths, size_t count, const naive_csv_manner *manner) {
    struct layout layout = {.manner = manner};
    uint64_t row = 0;
    *csv = (naive_csv){.rejected = 0};
    for (size_t i = 0; i < count; i++) {
        size_t length;
        char *bytes = read_file(paths[i], &length);
        if (!bytes) return "the file cannot be read";
        if (length >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0))
            bytes = from_utf16(bytes, &length);
        csv->bytes = naive_grow(csv->bytes, csv->file_count, &csv->file_capacity, sizeof *csv->bytes);
        csv->bytes[csv->file_count++] = bytes;
        struct file file = {.next = bytes, .end = bytes + length, .mark = ','};
        if (manner->delimiter) file.mark = strcmp(manner->delimiter, "tab") == 0 ? '\t' : *manner->delimiter;
        if (strncmp(file.next, "\xef\xbb\xbf", 3) == 0) file.next += 3;
        if (!read_header(&file, &layout)) return "the header cannot be read, or lacks a column";
        while (next_row(&file)) {
            row++;
            if (take_row(csv, &file, &layout, row)) continue;
            csv->rejected++;
            if (manner->strict) return "a row cannot be read";
        }
    }
    return NULL;
}

void naive_csv_free(naive_csv *csv) {
    naive_log_clear(&csv->log);
    free(csv->ats);
    for (size_t i = 0; i < csv->id_count; i++) free(csv->ids[i].text);
    free(csv->ids);
    for (size_t i = 0; i < csv->file_count; i++) free(csv->bytes[i]);
    free(csv->bytes);
}
