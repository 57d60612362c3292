/* cxj-calendar: writes the calendar of a time zone, as cxj_set_calendar() reads it: a template to copy.
 *
 * SPDX-License-Identifier: MIT
 *
 * The library knows no zones, so that its answers depend on nothing but what it was given. The system does know them:
 * this program asks localtime_r() how far local time is ahead, here and there in the years wanted, and where two answers
 * differ it looks between them for the second of the change. Of the system's files no more is read than whether they are
 * zones.
 *
 * What is written was read by the library first, so it is a calendar, or the program ends with the library's sentence.
 * What goes beyond ISO C stands in this file: setenv(), tzset(), localtime_r(). */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include <cxj.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EXIT_STOPPED = 1, EXIT_USAGE = 2 };

/* How close two looks are, in seconds: a clock that changes twice in between may go unnoticed. */
#define STEP INT64_C(21600)
#define DAY INT64_C(86400)

/* What stands in the calendar so far. */
typedef struct text {
    char *bytes;
    size_t length, capacity;
} text;

static const char usage[] = "usage: cxj-calendar ZONE FIRST LAST [LINE]...\n"
                            "\n"
                            "Writes a calendar for cxj: how far local time in ZONE is ahead of UTC in the years\n"
                            "FIRST to LAST, by the zones that this system knows. ZONE is a name such as\n"
                            "Europe/Berlin, or the rule itself, such as CET-1CEST,M3.5.0,M10.5.0/3, or, for an\n"
                            "offset that never changes, <+02>-2, two hours ahead. Behind LAST the last offset\n"
                            "goes on, so choose it well ahead.\n"
                            "\n"
                            "Each LINE is one of the working hours, or a date in place of the weekday's hours:\n"
                            "  \"mon-fri 09:00-12:30 13:30-17:00\"    hours of these days; other days are closed\n"
                            "  2026-12-25                            closed on this date\n"
                            "  \"2026-12-24 09:00-12:00\"             hours of this date\n"
                            "\n"
                            "Example:\n"
                            "  cxj-calendar Europe/Berlin 2020 2035 \"mon-fri 09:00-17:00\" 2026-12-25 >calendar.txt\n"
                            "\n"
                            "Exit status: 0 done; 1 stopped; 2 wrong usage.\n";

static void stop(const char *why) {
    fprintf(stderr, "cxj-calendar: %s\n", why);
    exit(EXIT_STOPPED);
}

/* ---- Text ------------------------------------------------------------------------------------------------ */

static void put(text *to, const char *words) {
    const size_t length = strlen(words);
    if (to->capacity - to->length <= length) {
        to->capacity = 2 * to->capacity + length + 1;
        to->bytes = realloc(to->bytes, to->capacity);
        if (to->bytes == NULL) {
            stop("there is not enough memory");
        }
    }
    memcpy(to->bytes + to->length, words, length + 1);
    to->length += length;
}

/* An offset in minutes, as a calendar has it. */
static void put_offset(text *to, int64_t minutes) {
    char words[40];
    const int size = (int)(minutes < 0 ? -minutes : minutes);
    snprintf(words, sizeof words, " %c%02d:%02d\n", minutes < 0 ? '-' : '+', size / 60, size % 60);
    put(to, words);
}

/* ---- Zones ----------------------------------------------------------------------------------------------- */

/* Days since 1970-01-01 of the first of January of a year. */
static int64_t new_year(int64_t year) {
    const int64_t before = year - 1;
    return before * 365 + before / 4 - before / 100 + before / 400 - 719162;
}

/* Whether a folder has a zone of that name: a file that begins as those of zones do. Beside them there are folders, such
 * as Europe, and tables, such as zone.tab. */
static bool is_there(const char *folder, const char *zone) {
    char path[1024], begin[4];
    const int length = snprintf(path, sizeof path, "%s/%s", folder, zone);
    FILE *in = length > 0 && (size_t)length < sizeof path ? fopen(path, "rb") : NULL;
    if (in == NULL) {
        return false;
    }
    const bool is_zone = fread(begin, 1, sizeof begin, in) == sizeof begin && memcmp(begin, "TZif", sizeof begin) == 0;
    (void)fclose(in);
    return is_zone;
}

/* Each of these passes a part of a rule, and gives where the next begins; NULL: the part is not there, or one before it
 * was not. A name: three letters or more, or anything in angle brackets. */
static const char *pass_name(const char *at) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", others[] = "+-0123456789";
    if (at == NULL || *at != '<') {
        const size_t length = at == NULL ? 0 : strspn(at, letters);
        return length < 3 ? NULL : at + length;
    }
    const char *end = at + 1;
    while (*end != '\0' && (strchr(letters, *end) != NULL || strchr(others, *end) != NULL)) {
        end++;
    }
    return end - at > 3 && *end == '>' ? end + 1 : NULL;
}

static const char *pass_number(const char *at, long least, long most) {
    if (at == NULL || *at < '0' || *at > '9') {
        return NULL;
    }
    char *end;
    const long number = strtol(at, &end, 10);
    return number < least || number > most ? NULL : end;
}

/* A time: hours, which may be negative, and perhaps minutes and seconds. */
static const char *pass_time(const char *at, long hours) {
    at = at == NULL ? NULL : pass_number(at + (*at == '+' || *at == '-'), 0, hours);
    for (int i = 0; i < 2 && at != NULL && *at == ':'; i++) {
        at = pass_number(at + 1, 0, 59);
    }
    return at;
}

/* When the clock is moved: a comma, a day, and perhaps a time. */
static const char *pass_change(const char *at) {
    if (at == NULL || *at != ',') {
        return NULL;
    }
    at++;
    if (*at == 'M') {
        at = pass_number(at + 1, 1, 12);
        at = at == NULL || *at != '.' ? NULL : pass_number(at + 1, 1, 5);
        at = at == NULL || *at != '.' ? NULL : pass_number(at + 1, 0, 6);
    } else {
        at = *at == 'J' ? pass_number(at + 1, 1, 365) : pass_number(at, 0, 365);
    }
    return at == NULL || *at != '/' ? at : pass_time(at + 1, 167);
}

/* Whether a text is a rule of POSIX: a name and an offset; and unless it never changes, another name, perhaps its offset,
 * and when it begins and ends. */
static bool is_rule(const char *zone) {
    const char *at = pass_time(pass_name(zone), 24);
    if (at == NULL || *at == '\0') {
        return at != NULL;
    }
    at = pass_name(at);
    if (at != NULL && *at != ',') {
        at = pass_time(at, 24);
    }
    at = pass_change(pass_change(at));
    return at != NULL && *at == '\0';
}

/* Whether a zone is known; says why it is not. Systems take what they do not know for UTC, or for a rule, without a
 * word. A rule's offset is how far UTC is ahead, so UTC+2 is no zone that anybody means: an offset alone needs a name in
 * angle brackets, as nobody writes by mistake. */
static bool is_zone(const char *zone) {
    static const char *const folders[] = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo",
                                          "/etc/zoneinfo"};
    const char *own = getenv("TZDIR");
    bool found = strcmp(zone, "UTC") == 0 || (own != NULL && is_there(own, zone));
    for (size_t i = 0; i < sizeof folders / sizeof folders[0] && !found; i++) {
        found = is_there(folders[i], zone);
    }
    if (!found && is_rule(zone)) {
        found = zone[0] == '<' || strchr(zone, ',') != NULL;
        if (!found) {
            fputs(
                "cxj-calendar: this system knows no such zone; as a rule it would be behind UTC with +, or without a\n"
                "sign, and ahead with -; if it is meant as one, <+02>-2 is two hours ahead, <-02>+2 two behind\n",
                stderr);
        }
    } else if (!found) {
        fputs("cxj-calendar: this system knows no such zone; a name is such as Europe/Berlin, a rule such as\n"
              "CET-1CEST,M3.5.0,M10.5.0/3\n",
              stderr);
    }
    return found;
}

/* How many seconds local time is ahead at a moment. */
static int64_t ahead(int64_t moment) {
    const time_t when = (time_t)moment;
    struct tm local;
    if (when != moment || localtime_r(&when, &local) == NULL) {
        stop("this system does not know the local time of those years");
    }
    const int64_t days = new_year(local.tm_year + INT64_C(1900)) + local.tm_yday;
    return days * DAY + local.tm_hour * INT64_C(3600) + local.tm_min * INT64_C(60) + local.tm_sec - moment;
}

/* The first second at which local time is no longer as far ahead as at first; at last it is not. */
static int64_t find_change(int64_t first, int64_t last) {
    const int64_t as_before = ahead(first);
    while (last - first > 1) {
        const int64_t middle = first + (last - first) / 2;
        if (ahead(middle) == as_before) {
            first = middle;
        } else {
            last = middle;
        }
    }
    return last;
}

/* Calendars go by minutes; before there were zones, clocks went by seconds, too. */
static int64_t minutes_of(int64_t seconds, bool *exact) {
    *exact = *exact && seconds % 60 == 0;
    return seconds / 60 - (seconds % 60 < 0);
}

/* Writes a change at a moment, in UTC. */
static void put_change(text *to, int64_t moment, int64_t minutes) {
    int64_t days = moment / DAY - (moment % DAY < 0), year = 1970 + days / 366;
    while (new_year(year) > days) {
        year--;
    }
    while (new_year(year + 1) <= days) {
        year++;
    }
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const int64_t second = moment - days * DAY;
    int day = (int)(days - new_year(year)), month = 0;
    const bool is_leap = new_year(year + 1) - new_year(year) == 366;
    for (; day >= lengths[month] + (month == 1 && is_leap); month++) {
        day -= lengths[month] + (month == 1 && is_leap);
    }
    char words[80];
    snprintf(words, sizeof words, "offset %04d-%02d-%02dT%02d:%02d:%02dZ", (int)year, month + 1, day + 1,
             (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
    put(to, words);
    put_offset(to, minutes);
}

/* Writes the offsets from the first moment of a year to the last of another, and a day more on both sides. */
static void put_offsets(text *to, int64_t first_year, int64_t last_year) {
    const int64_t begin = (new_year(first_year) - (first_year > 1)) * DAY;
    const int64_t end = (new_year(last_year + 1) + (last_year < 9999)) * DAY - 1;
    bool exact = true;
    int64_t minutes = minutes_of(ahead(begin), &exact);
    put(to, "offset");
    put_offset(to, minutes);
    for (int64_t at = begin; at < end;) {
        const int64_t next = end - at < STEP ? end : at + STEP;
        if (ahead(next) == ahead(at)) {
            at = next;
            continue;
        }
        at = find_change(at, next);
        const int64_t now = minutes_of(ahead(at), &exact);
        if (now != minutes) {
            put_change(to, at, now);
        }
        minutes = now;
    }
    if (!exact) {
        put(to, "# offsets with seconds are cut off to minutes\n");
    }
}

/* ---- Lines of the host ----------------------------------------------------------------------------------- */

static bool is_date(const char *line) {
    return line[0] >= '0' && line[0] <= '9';
}

static int compare_dates(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Writes hours, then dates, which a calendar has in order. */
static void put_lines(text *to, char **lines, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!is_date(lines[i])) {
            put(to, "hours ");
            put(to, lines[i]);
            put(to, "\n");
        }
    }
    qsort(lines, count, sizeof *lines, compare_dates);
    for (size_t i = 0; i < count; i++) {
        if (is_date(lines[i])) {
            put(to, "on ");
            put(to, lines[i]);
            put(to, strpbrk(lines[i], " \t") == NULL ? " closed\n" : "\n");
        }
    }
}

/* A year of the command line; 0 if it is none. */
static int64_t read_year(const char *word) {
    char *end;
    const long year = strtol(word, &end, 10);
    return *word >= '0' && *word <= '9' && *end == '\0' && year >= 1 && year <= 9999 ? year : 0;
}

/* Whether the library reads what was written; says why it does not. */
static bool is_calendar(const text *calendar) {
    cxj_engine *engine = NULL;
    char why[320];
    if (cxj_engine_create(NULL, why, sizeof why, &engine) != CXJ_OK) {
        stop(why);
    }
    const cxj_status status = cxj_set_calendar(engine, calendar->bytes, calendar->length);
    if (status != CXJ_OK) {
        fprintf(stderr, "cxj-calendar: %s\n", cxj_message(engine));
    }
    cxj_engine_destroy(engine);
    return status == CXJ_OK;
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return fflush(stdout) == 0 ? 0 : EXIT_STOPPED;
    }
    const int64_t first = argc > 3 ? read_year(argv[2]) : 0, last = argc > 3 ? read_year(argv[3]) : 0;
    if (first == 0 || last < first) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    if (!is_zone(argv[1])) {
        return EXIT_USAGE;
    }
    if (setenv("TZ", argv[1], 1) != 0) {
        stop("there is not enough memory");
    }
    tzset();
    text calendar = {NULL, 0, 0};
    put(&calendar, "# written by cxj-calendar\n");
    put_offsets(&calendar, first, last);
    put_lines(&calendar, argv + 4, (size_t)argc - 4);
    const bool done = is_calendar(&calendar);
    if (done) {
        fputs(calendar.bytes, stdout);
    }
    free(calendar.bytes);
    if (done && (ferror(stdout) || fflush(stdout) != 0)) {
        stop("the calendar cannot be written");
    }
    return done ? 0 : EXIT_USAGE;
}
