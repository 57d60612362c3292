/* test_view: the keys of a view, and its cells.
 *
 * CXJ_SEED takes the seed of the random parts; it is printed.
 *
 * SPDX-License-Identifier: MIT
 */
#include "suite.h"
#include "view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OWNER = CXJ_DIMENSION_OWNER,
    TEAM = CXJ_DIMENSION_TEAM,
    CHANNEL = CXJ_DIMENSION_CHANNEL,
    CAUSE = CXJ_DIMENSION_CAUSE,
    TYPE = CXJ_DIMENSION_TYPE,
    SEGMENT = CXJ_DIMENSION_SEGMENT,
    OUTCOME = CXJ_DIMENSION_OUTCOME,
    CHURNED = CXJ_DIMENSION_CHURNED,
    ENTRY = CXJ_DIMENSION_ENTRY,
    EXIT = CXJ_DIMENSION_EXIT
};

#define DAY INT64_C(86400000)
#define FIRST_MOMENT INT64_C(-62135596800000) /* 0001-01-01T00:00:00Z */
#define LAST_MOMENT INT64_C(253402300799999)  /* 9999-12-31T23:59:59.999Z */

static uint64_t seed = 1;
static uint64_t chance_state;

static uint64_t chance(uint64_t below) {
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (chance_state >> 33) % below;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * A view with all that it needs
 * ------------------------------------------------------------------------------------------------------------------ */

struct world {
    struct cxj__names dictionaries[CXJ__DICTIONARIES + 1];
    struct cxj__memory memory;
    struct cxj__seed seed;
    struct cxj__message message;
    struct cxj_view view;
    uint64_t probes;
    long left; /* allocations that succeed from here on; below 0: all */
};

static void *ration(void *context, void *block, size_t old_size, size_t new_size) {
    struct world *w = context;
    if (new_size != 0 && w->left == 0) return NULL;
    if (new_size != 0 && w->left > 0) w->left--;
    return cxj__base_allocate(NULL, block, old_size, new_size);
}

static void open_world(struct world *w) {
    static uint64_t given[2] = {21, 22};
    given[0]++; /* Each world hashes otherwise. */
    memset(w, 0, sizeof *w);
    w->memory = (struct cxj__memory){ration, w, 0, 0};
    w->seed = cxj__base_seed(given, NULL);
    w->left = -1;
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) w->dictionaries[d].limit = 100000;
}

static void close_world(struct world *w) {
    for (uint32_t d = 1; d <= CXJ__DICTIONARIES; d++) cxj__names_finish(&w->dictionaries[d], &w->memory);
    ck_assert_uint_eq(w->memory.used, 0);
}

/* A world with a view that must be well formed. */
static void open_view(struct world *w, const char *text) {
    open_world(w);
    cxj_status status =
        cxj__view_read(&w->view, w->dictionaries, &w->memory, &w->seed, text, strlen(text), &w->message);
    ck_assert_msg(status == CXJ_OK, "%s: %s", text, w->message.text);
}

static void close_view(struct world *w) {
    cxj__view_finish(&w->view, w->dictionaries, &w->memory);
    close_world(w);
}

static uint32_t code(struct world *w, uint32_t dimension, const char *name) {
    struct cxj__names *names = &w->dictionaries[dimension];
    uint32_t found = cxj__names_find(names, &w->seed, name, strlen(name));
    if (found == 0 && name[0] != '\0') {
        ck_assert_int_eq(cxj__names_add(names, &w->memory, &w->seed, name, strlen(name), &found), CXJ_OK);
    }
    return found;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Periods
 * ------------------------------------------------------------------------------------------------------------------ */

static const char *const period_views[] = {
    "",
    "journeys per hour",
    "journeys per day",
    "journeys per week",
    "journeys per month",
    "journeys per quarter",
    "journeys per year",
};

/* The period of a moment as text, which must lead back to the same key; and where it begins. */
static void check_period(struct world *w, int64_t at, const char *expected, int64_t begins) {
    static const struct cxj__codes none = {{0}};
    struct cxj__key key, again;
    char buffer[CXJ__PERIOD_TEXT];
    size_t length = 0;
    cxj__view_key(&w->view, &none, at, &key);
    const char *text = cxj__view_part_text(&w->view, w->dictionaries, &key, 0, buffer, &length);
    ck_assert_str_eq(text, expected);
    ck_assert_uint_eq(length, strlen(expected));
    ck_assert_int_eq(cxj__view_part_number(&w->view, &key, 0), begins);
    cxj_text part = {text, CXJ_ZERO_TERMINATED};
    ck_assert_int_eq(cxj__view_parse_key(&w->view, w->dictionaries, &w->seed, &part, sizeof part, &again), CXJ_OK);
    ck_assert_mem_eq(&again, &key, sizeof key);
}

/* Section 10: "a moment belongs to the hour, day, … of its local time, and is told by its local text, or by the moment of
 * its first local time." */
START_TEST(periods_are_those_of_local_time) {
    static const struct {
        const char *calendar;
        enum cxj__period period;
        int64_t at;
        const char *text;
        int64_t begins;
    } cases[] = {
        {"offset +05:30", CXJ__HOUR, INT64_C(1782844199999), "2026-06-30T23", INT64_C(1782840600000)},
        {"offset +05:30", CXJ__MONTH, INT64_C(1782844200000), "2026-07", INT64_C(1782844200000)},
        {"offset -05:00", CXJ__YEAR, INT64_C(1767225600000), "2025", INT64_C(1735707600000)},
        {"offset -05:00", CXJ__WEEK, INT64_C(1767589200000) - 1, "2025-12-29", INT64_C(1766984400000)},
        {"offset -05:00", CXJ__QUARTER, INT64_C(1767243600000), "2026-Q1", INT64_C(1767243600000)},
        /* 2026-03-29: the hour from 2 on is skipped; 2026-10-25: it comes twice, and is one period */
        {"offset +01:00\noffset 2026-03-29T01:00Z +02:00", CXJ__HOUR, INT64_C(1774746000000), "2026-03-29T03",
         INT64_C(1774746000000)},
        {"offset +02:00\noffset 2026-10-25T01:00Z +01:00", CXJ__HOUR, INT64_C(1792889999999), "2026-10-25T02",
         INT64_C(1792886400000)},
        {"offset +02:00\noffset 2026-10-25T01:00Z +01:00", CXJ__HOUR, INT64_C(1792890000000), "2026-10-25T02",
         INT64_C(1792886400000)},
        /* a day that begins within a skip begins with the moment of the skip */
        {"offset 2026-01-01T00:00Z +00:30", CXJ__DAY, INT64_C(1767225600000), "2026-01-01", INT64_C(1767225600000)},
        {"offset 2025-12-31T23:45Z +01:00", CXJ__DAY, INT64_C(1767225600000), "2026-01-01", INT64_C(1767224700000)},
        /* local time goes beyond the years of moments */
        {"offset -00:01", CXJ__HOUR, FIRST_MOMENT, "0000-12-31T23", FIRST_MOMENT + 60000 - 3600000},
        {"offset -18:00", CXJ__YEAR, FIRST_MOMENT, "0000", FIRST_MOMENT + 3 * DAY / 4 - 366 * DAY},
        {"offset -18:00", CXJ__QUARTER, FIRST_MOMENT, "0000-Q4", FIRST_MOMENT + 3 * DAY / 4 - 92 * DAY},
        {"offset +00:01", CXJ__HOUR, LAST_MOMENT, "10000-01-01T00", LAST_MOMENT + 1 - 60000},
        {"offset +18:00", CXJ__DAY, LAST_MOMENT, "10000-01-01", LAST_MOMENT + 1 - 3 * DAY / 4},
        {"offset +18:00", CXJ__MONTH, LAST_MOMENT, "10000-01", LAST_MOMENT + 1 - 3 * DAY / 4},
        {"offset +18:00", CXJ__QUARTER, LAST_MOMENT, "10000-Q1", LAST_MOMENT + 1 - 3 * DAY / 4},
        {"offset +18:00", CXJ__YEAR, LAST_MOMENT, "10000", LAST_MOMENT + 1 - 3 * DAY / 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        struct cxj__calendar *calendar = NULL;
        open_view(&w, period_views[cases[i].period]);
        ck_assert_int_eq(
            cxj__calendar_read(&calendar, &w.memory, cases[i].calendar, strlen(cases[i].calendar), &w.message), CXJ_OK);
        w.view.calendar = calendar;
        check_period(&w, cases[i].at, cases[i].text, cases[i].begins);
        struct cxj__key key;
        cxj__view_key(&w.view, &(struct cxj__codes){{0}}, cases[i].at, &key);
        ck_assert(cxj__view_is_in_period(&w.view, &key, cases[i].at));
        ck_assert(cxj__view_is_key(&w.view, &key, (const size_t[CXJ__DICTIONARIES + 1]){0}));
        cxj__calendar_destroy(calendar, &w.memory);
        close_view(&w);
    }
}
END_TEST

/* Years that moments have not are no periods without a calendar, and none that local time has not are with one. */
START_TEST(periods_beyond_local_time_are_none) {
    static const char *const none[] = {"0000", "10000", "10001", "00001", "20260"};
    for (size_t i = 0; i < 2 * sizeof none / sizeof *none; i++) {
        struct world w;
        struct cxj__calendar *calendar = NULL;
        struct cxj__key key;
        const char *text = none[i / 2];
        bool has_calendar = i % 2;
        open_view(&w, "touchpoints per year");
        ck_assert_int_eq(cxj__calendar_read(&calendar, &w.memory, "#", 1, &w.message), CXJ_OK);
        if (has_calendar) w.view.calendar = calendar;
        cxj_text part = {text, CXJ_ZERO_TERMINATED};
        ck_assert_int_eq(cxj__view_parse_key(&w.view, w.dictionaries, &w.seed, &part, sizeof part, &key),
                         has_calendar && i / 2 < 2 ? CXJ_OK : CXJ_BAD_TEXT);
        cxj__calendar_destroy(calendar, &w.memory);
        close_view(&w);
    }
}
END_TEST

/* Section 7: "Cells are ordered by key, part by part, each as text, byte by byte", also in the year 10000. */
START_TEST(periods_are_sorted_by_their_texts) {
    static const int64_t years[] = {999, 1000, 1001, 9999, 10000, 2026, 0};
    static const char *const sorted[] = {"0000", "0999", "1000", "10000", "1001", "2026", "9999"};
    enum { YEARS = sizeof years / sizeof *years };
    struct world w;
    open_view(&w, "touchpoints per year");
    for (size_t i = 0; i < YEARS; i++) {
        struct cxj__key key = {.period = years[i]};
        ck_assert_ptr_nonnull(cxj__view_make(&w.view, &w.memory, &w.seed, &key));
    }
    struct cxj__cell *cells[2 * YEARS];
    cxj__view_sort(&w.view, w.dictionaries, cells);
    for (size_t i = 0; i < YEARS; i++) {
        char buffer[CXJ__PERIOD_TEXT];
        size_t length = 0;
        ck_assert_str_eq(cxj__view_part_text(&w.view, w.dictionaries, &cells[i]->key, 0, buffer, &length), sorted[i]);
    }
    close_view(&w);
}
END_TEST

/* Section 7: "hour 2026-11-21T22, day 2026-11-21, week = its Monday as a day, month 2026-11, quarter 2026-Q4, year
 * 2026; years with four digits". */
START_TEST(periods_are_cut_where_they_should_be) {
    static const struct {
        enum cxj__period period;
        int64_t at;
        const char *text;
        int64_t begins;
    } cases[] = {
        {CXJ__HOUR, INT64_C(1795300980123), "2026-11-21T22", INT64_C(1795298400000)},
        {CXJ__DAY, INT64_C(1795300980123), "2026-11-21", INT64_C(1795219200000)},
        {CXJ__WEEK, INT64_C(1795300980123), "2026-11-16", INT64_C(1794787200000)},
        {CXJ__MONTH, INT64_C(1795300980123), "2026-11", INT64_C(1793491200000)},
        {CXJ__QUARTER, INT64_C(1795300980123), "2026-Q4", INT64_C(1790812800000)},
        {CXJ__YEAR, INT64_C(1795300980123), "2026", INT64_C(1767225600000)},
        {CXJ__HOUR, 0, "1970-01-01T00", 0},
        {CXJ__HOUR, -1, "1969-12-31T23", -3600000},
        {CXJ__HOUR, -3600000, "1969-12-31T23", -3600000},
        {CXJ__HOUR, -3600001, "1969-12-31T22", -7200000},
        {CXJ__HOUR, 3599999, "1970-01-01T00", 0},
        {CXJ__HOUR, 3600000, "1970-01-01T01", 3600000},
        {CXJ__DAY, -1, "1969-12-31", -DAY},
        {CXJ__DAY, -DAY, "1969-12-31", -DAY},
        {CXJ__DAY, -DAY - 1, "1969-12-30", -2 * DAY},
        {CXJ__WEEK, 0, "1969-12-29", -3 * DAY}, /* a Thursday */
        {CXJ__WEEK, -3 * DAY, "1969-12-29", -3 * DAY},
        {CXJ__WEEK, -3 * DAY - 1, "1969-12-22", -10 * DAY},
        {CXJ__WEEK, 4 * DAY - 1, "1969-12-29", -3 * DAY},
        {CXJ__WEEK, 4 * DAY, "1970-01-05", 4 * DAY},
        {CXJ__MONTH, -1, "1969-12", -31 * DAY},
        {CXJ__MONTH, 0, "1970-01", 0},
        {CXJ__QUARTER, -1, "1969-Q4", -92 * DAY},
        {CXJ__QUARTER, 90 * DAY - 1, "1970-Q1", 0},
        {CXJ__QUARTER, 90 * DAY, "1970-Q2", 90 * DAY},
        {CXJ__YEAR, -1, "1969", -365 * DAY},
        {CXJ__HOUR, FIRST_MOMENT, "0001-01-01T00", FIRST_MOMENT},
        {CXJ__WEEK, FIRST_MOMENT, "0001-01-01", FIRST_MOMENT}, /* a Monday */
        {CXJ__QUARTER, FIRST_MOMENT, "0001-Q1", FIRST_MOMENT},
        {CXJ__YEAR, FIRST_MOMENT, "0001", FIRST_MOMENT},
        {CXJ__HOUR, LAST_MOMENT, "9999-12-31T23", LAST_MOMENT + 1 - 3600000},
        {CXJ__WEEK, LAST_MOMENT, "9999-12-27", LAST_MOMENT + 1 - 5 * DAY}, /* a Friday */
        {CXJ__MONTH, LAST_MOMENT, "9999-12", LAST_MOMENT + 1 - 31 * DAY},
        {CXJ__QUARTER, LAST_MOMENT, "9999-Q4", LAST_MOMENT + 1 - 92 * DAY},
        {CXJ__YEAR, LAST_MOMENT, "9999", LAST_MOMENT + 1 - 365 * DAY},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        open_view(&w, period_views[cases[i].period]);
        check_period(&w, cases[i].at, cases[i].text, cases[i].begins);
        close_view(&w);
    }
}
END_TEST

/* A calendar that goes from day to day as one does on paper. */
struct date {
    int year, month, day;
    int64_t at, month_at, quarter_at, year_at;
};

static int days_in(int year, int month) {
    static const int days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 && leap ? 29 : days[month];
}

static void next_day(struct date *date) {
    date->at += DAY;
    if (date->day++ < days_in(date->year, date->month)) return;
    date->day = 1;
    date->month_at = date->at;
    if (date->month++ == 12) {
        date->month = 1;
        date->year++;
        date->year_at = date->at;
    }
    if (date->month % 3 == 1) date->quarter_at = date->at;
}

static bool is_odd_year(int year) {
    bool at_the_ends = year < 6 || year > 9994, around_1970 = year > 1967 && year < 1974;
    bool a_century = year % 100 == 0 && year >= 1600 && year <= 2400;
    return at_the_ends || around_1970 || a_century || year == 2024;
}

/* Checks the period of the date's first and last millisecond. */
static void check_date(struct world *w, enum cxj__period period, const struct date *date) {
    char text[40];
    int64_t begins = date->at;
    switch (period) {
    case CXJ__DAY:
        snprintf(text, sizeof text, "%04d-%02d-%02d", date->year, date->month, date->day);
        break;
    case CXJ__MONTH:
        snprintf(text, sizeof text, "%04d-%02d", date->year, date->month);
        begins = date->month_at;
        break;
    case CXJ__QUARTER:
        snprintf(text, sizeof text, "%04d-Q%d", date->year, (date->month + 2) / 3);
        begins = date->quarter_at;
        break;
    default:
        snprintf(text, sizeof text, "%04d", date->year);
        begins = date->year_at;
        break;
    }
    check_period(w, date->at, text, begins);
    check_period(w, date->at + DAY - 1, text, begins);
}

/* Every day of the years 1 to 9999 is counted; around the turns of months of the odd years all periods are checked. */
START_TEST(periods_follow_the_calendar) {
    static const enum cxj__period periods[] = {CXJ__DAY, CXJ__MONTH, CXJ__QUARTER, CXJ__YEAR};
    struct date date = {1, 1, 1, FIRST_MOMENT, FIRST_MOMENT, FIRST_MOMENT, FIRST_MOMENT};
    struct world w;
    open_view(&w, period_views[periods[_i]]);
    for (; date.at <= LAST_MOMENT; next_day(&date)) {
        bool turns = date.day <= 1 || date.day >= 28;
        if (is_odd_year(date.year) && turns) check_date(&w, periods[_i], &date);
    }
    ck_assert_int_eq(date.year, 10000);
    close_view(&w);
}
END_TEST

/* Section 5: "weeks begin on Monday": the first day was one, and every seventh is. */
START_TEST(weeks_begin_on_monday) {
    struct world w;
    static const struct cxj__codes none = {{0}};
    struct cxj__key key, last = {.period = INT64_MIN};
    size_t wrong = 0;
    open_view(&w, "journeys per week");
    int64_t days = 0;
    for (int64_t at = FIRST_MOMENT; at <= LAST_MOMENT; at += DAY, days++) {
        cxj__view_key(&w.view, &none, at, &key);
        if (days % 7 != 0) {
            wrong += key.period != last.period;
        } else {
            wrong += cxj__view_part_number(&w.view, &key, 0) != at || key.period <= last.period;
            last = key;
        }
    }
    ck_assert_uint_eq(wrong, 0);
    close_view(&w);
}
END_TEST

static const struct {
    enum cxj__period period;
    const char *text;
} no_periods[] = {
    {CXJ__HOUR, ""},
    {CXJ__HOUR, "2026-11-21"},
    {CXJ__HOUR, "2026-11-21T"},
    {CXJ__HOUR, "2026-11-21T2"},
    {CXJ__HOUR, "2026-11-21T24"},
    {CXJ__HOUR, "2026-11-21 22"},
    {CXJ__HOUR, "2026-11-21T222"},
    {CXJ__HOUR, "2026-11-21T2x"},
    {CXJ__HOUR, "9999-12-31T24"},
    {CXJ__HOUR, "9999-12-31T99"},
    {CXJ__HOUR, "2026-11-21t22"},
    {CXJ__HOUR, "2026-02-30T01"},
    {CXJ__DAY, ""},
    {CXJ__DAY, "2026-11-2"},
    {CXJ__DAY, "2026-11-021"},
    {CXJ__DAY, "2026-02-29"},
    {CXJ__DAY, "1900-02-29"},
    {CXJ__DAY, "2026-04-31"},
    {CXJ__DAY, "2026-11-00"},
    {CXJ__DAY, "2026-00-11"},
    {CXJ__DAY, "2026-13-01"},
    {CXJ__DAY, "2026-11-32"},
    {CXJ__DAY, "0000-01-01"},
    {CXJ__DAY, "2026/11/21"},
    {CXJ__DAY, "2026-11-21 "},
    {CXJ__DAY, " 2026-11-21"},
    {CXJ__DAY, "+026-11-21"},
    {CXJ__DAY, "-001-11-21"},
    {CXJ__DAY, "2026-1-021"},
    {CXJ__DAY, "20261121"},
    {CXJ__DAY, "2026-11"},
    {CXJ__DAY, "10000-01-01"},
    {CXJ__WEEK, "2026-11-21"},
    {CXJ__WEEK, "2026-11-15"},
    {CXJ__WEEK, "2026-11-17"},
    {CXJ__WEEK, "2026-W47"},
    {CXJ__MONTH, "2026"},
    {CXJ__MONTH, "2026-"},
    {CXJ__MONTH, "2026-1"},
    {CXJ__MONTH, "2026-00"},
    {CXJ__MONTH, "2026-13"},
    {CXJ__MONTH, "2026-011"},
    {CXJ__MONTH, "2026-Q1"},
    {CXJ__MONTH, "2026-11-01"},
    {CXJ__MONTH, "0000-12"},
    {CXJ__QUARTER, "2026-Q0"},
    {CXJ__QUARTER, "2026-Q5"},
    {CXJ__QUARTER, "2026-q4"},
    {CXJ__QUARTER, "2026-Q"},
    {CXJ__QUARTER, "2026-Q44"},
    {CXJ__QUARTER, "2026Q4"},
    {CXJ__QUARTER, "2026-4"},
    {CXJ__QUARTER, "2026-QQ"},
    {CXJ__QUARTER, "2026"},
    {CXJ__QUARTER, "2026-04"},
    {CXJ__QUARTER, "0000-Q1"},
    {CXJ__YEAR, ""},
    {CXJ__YEAR, "0000"},
    {CXJ__YEAR, "999"},
    {CXJ__YEAR, "02026"},
    {CXJ__YEAR, "10000"},
    {CXJ__YEAR, "20x6"},
    {CXJ__YEAR, "2026-01"},
    {CXJ__YEAR, "-999"},
};
enum { NO_PERIODS = sizeof no_periods / sizeof *no_periods };

/* Only what is written as it would be shown is a period. */
START_TEST(other_texts_are_no_periods) {
    struct world w;
    struct cxj__key key;
    open_view(&w, period_views[no_periods[_i].period]);
    const char *text = no_periods[_i].text;
    char *exact = malloc(strlen(text) + 1); /* so that a read past its end is seen */
    memcpy(exact, text, strlen(text) + 1);
    cxj_text part = {exact, strlen(text)};
    cxj_status status = cxj__view_parse_key(&w.view, w.dictionaries, &w.seed, &part, sizeof part, &key);
    ck_assert_msg(status == CXJ_BAD_TEXT, "%s", text);
    free(exact);
    close_view(&w);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Keys
 * ------------------------------------------------------------------------------------------------------------------ */

/* Section 5: "transitions …: the key holds from and to"; 7: "a period comes first". */
START_TEST(keys_hold_the_codes_of_their_parts) {
    struct world w;
    struct cxj__codes codes;
    struct cxj__key key;
    for (uint32_t d = 0; d <= CXJ__DIMENSIONS; d++) codes.codes[d] = 100 + d;
    open_view(&w, "touchpoints by churned, owner, type per day");
    cxj__view_key(&w.view, &codes, 3 * DAY, &key);
    struct cxj__key expected = {.period = 3, .parts = {100 + CHURNED, 100 + OWNER, 100 + TYPE}};
    ck_assert_mem_eq(&key, &expected, sizeof key);
    ck_assert_int_eq(cxj__view_part_number(&w.view, &key, 0), 3 * DAY);
    ck_assert_int_eq(cxj__view_part_number(&w.view, &key, 1), 100 + CHURNED);
    ck_assert_int_eq(cxj__view_part_number(&w.view, &key, 3), 100 + TYPE);
    close_view(&w);
    open_view(&w, "transitions by team, segment, type");
    cxj__view_transition_key(&w.view, &codes, 7, 8, 3 * DAY, &key);
    expected = (struct cxj__key){.parts = {7, 8, 100 + SEGMENT, 100 + TYPE}};
    ck_assert_mem_eq(&key, &expected, sizeof key);
    ck_assert_int_eq(cxj__view_part_number(&w.view, &key, 1), 8);
    close_view(&w);
    open_view(&w, "transitions by team, segment, type, reason per day");
    cxj__view_transition_key(&w.view, &codes, 7, 8, -1, &key);
    expected = (struct cxj__key){.period = -1, .parts = {7, 8, 100 + SEGMENT, 100 + TYPE, 100 + CXJ_DIMENSION_REASON}};
    ck_assert_mem_eq(&key, &expected, sizeof key);
    close_view(&w);
}
END_TEST

static const struct {
    const char *text;
    uint32_t parts;
} views[] = {
    {"touchpoints", 0},
    {"  journeys\t", 0},
    {"journeys per hour", 1},
    {"journeys per day", 1},
    {"journeys per week", 1},
    {"journeys per month", 1},
    {"journeys per quarter", 1},
    {"journeys per year ended", 1},
    {"touchpoints by channel,team per week where type=onboarding", 3},
    {"touchpoints by owner , team,\nchannel\r\n,stage", 4},
    {"touchpoints by activity, cause, type, segment", 4},
    {"touchpoints by reason, outcome, churned, owner", 4},
    {"transitions by owner per month", 3},
    {"transitions by channel, type, segment, churned", 5},
    {"journeys by type, segment per month ended where segment in (premium, business) and had cause = policy", 3},
    {"journeys by entry, exit, outcome, churned", 4},
    {"transitions by team where type = a and segment = a and reason = a and outcome = completed", 2},
    {"touchpoints where owner = where", 0},
    {"journeys per month ended where type = and and segment = had", 1},
};
enum { VIEWS = sizeof views / sizeof *views };

/* One part for the period, one for each dimension, but two for the first of transitions. */
START_TEST(keys_have_parts_for_what_is_asked) {
    struct world w;
    open_view(&w, views[_i].text);
    ck_assert_uint_eq(cxj__view_parts(&w.view), views[_i].parts);
    close_view(&w);
}
END_TEST

static void part_is(const struct world *w, uint32_t part, const char *name, uint32_t dimension) {
    const char *found = NULL;
    uint32_t named = 99;
    cxj__view_part_name(&w->view, part, &found, &named);
    ck_assert_str_eq(found, name);
    ck_assert_uint_eq(named, dimension);
    found = NULL;
    cxj__view_part_name(&w->view, part, &found, NULL);
    ck_assert_str_eq(found, name);
}

START_TEST(parts_have_names_and_dictionaries) {
    struct world w;
    open_view(&w, "transitions by team, segment, churned per day");
    part_is(&w, 0, "period", 0);
    part_is(&w, 1, "from", TEAM);
    part_is(&w, 2, "to", TEAM);
    part_is(&w, 3, "segment", SEGMENT);
    part_is(&w, 4, "churned", CHURNED);
    close_view(&w);
    open_view(&w, "journeys by exit, type, outcome, entry");
    part_is(&w, 0, "exit", CHANNEL);
    part_is(&w, 1, "type", TYPE);
    part_is(&w, 2, "outcome", OUTCOME);
    part_is(&w, 3, "entry", CHANNEL);
    close_view(&w);
}
END_TEST

static const char *text_of(const struct world *w, const struct cxj__key *key, uint32_t part) {
    static char buffer[CXJ__PERIOD_TEXT];
    size_t length = 99;
    const char *text = cxj__view_part_text(&w->view, w->dictionaries, key, part, buffer, &length);
    ck_assert_uint_eq(length, strlen(text));
    return text;
}

START_TEST(parts_are_shown_by_their_names) {
    struct world w;
    open_view(&w, "journeys by exit, type, outcome, churned per year");
    uint32_t web = code(&w, CHANNEL, "web"), repair = code(&w, TYPE, "repair");
    struct cxj__key key = {.period = 2026, .parts = {web, repair, CXJ_OUTCOME_ABANDONED, 1}};
    ck_assert_str_eq(text_of(&w, &key, 0), "2026");
    ck_assert_str_eq(text_of(&w, &key, 1), "web");
    ck_assert_str_eq(text_of(&w, &key, 2), "repair");
    ck_assert_str_eq(text_of(&w, &key, 3), "abandoned");
    ck_assert_str_eq(text_of(&w, &key, 4), "yes");
    key = (struct cxj__key){.period = 7, .parts = {0, 0, CXJ_OUTCOME_COMPLETED, 0}};
    ck_assert_str_eq(text_of(&w, &key, 0), "0007");
    ck_assert_str_eq(text_of(&w, &key, 1), "");
    ck_assert_str_eq(text_of(&w, &key, 3), "completed");
    ck_assert_str_eq(text_of(&w, &key, 4), "");
    close_view(&w);
}
END_TEST

/* A struct of another size than cxj_text, as a later version may have it. */
struct wide_text {
    cxj_text text;
    char more[24];
};

static cxj_status parse(struct world *w, struct cxj__key *key, const char *a, const char *b, const char *c) {
    struct wide_text parts[3] = {
        {{a, CXJ_ZERO_TERMINATED}, "x"}, {{b, CXJ_ZERO_TERMINATED}, "x"}, {{c, CXJ_ZERO_TERMINATED}, "x"}};
    memset(key, 0x5a, sizeof *key);
    return cxj__view_parse_key(&w->view, w->dictionaries, &w->seed, &parts[0].text, sizeof *parts, key);
}

START_TEST(keys_are_found_by_their_texts) {
    struct world w;
    struct cxj__key key;
    open_view(&w, "touchpoints by channel, outcome per month");
    uint32_t web = code(&w, CHANNEL, "web");
    ck_assert_int_eq(parse(&w, &key, "2026-11", "web", "abandoned"), CXJ_OK);
    struct cxj__key expected = {.period = 2026 * 12 + 10, .parts = {web, CXJ_OUTCOME_ABANDONED}};
    ck_assert_mem_eq(&key, &expected, sizeof key);
    ck_assert_int_eq(parse(&w, &key, "2026-11", "", NULL), CXJ_OK);
    expected = (struct cxj__key){.period = 2026 * 12 + 10};
    ck_assert_mem_eq(&key, &expected, sizeof key);
    ck_assert_int_eq(parse(&w, &key, "2026-11", "phone", ""), CXJ_NOT_FOUND);
    ck_assert_int_eq(parse(&w, &key, "2026-11", "we", ""), CXJ_NOT_FOUND);
    ck_assert_int_eq(parse(&w, &key, "2026-11", "web", "done"), CXJ_NOT_FOUND);
    ck_assert_int_eq(parse(&w, &key, "2026-11", "web", "yes"), CXJ_NOT_FOUND);
    ck_assert_int_eq(parse(&w, &key, "2026", "web", ""), CXJ_BAD_TEXT);
    ck_assert_int_eq(parse(&w, &key, NULL, "web", ""), CXJ_BAD_TEXT);
    ck_assert_uint_eq(w.dictionaries[CHANNEL].count, 1); /* Looking makes no names. */
    close_view(&w);
}
END_TEST

START_TEST(transition_keys_are_found_by_from_and_to) {
    struct world w;
    struct cxj__key key;
    open_view(&w, "transitions by owner, churned");
    uint32_t ann = code(&w, OWNER, "ann"), bob = code(&w, OWNER, "bob");
    ck_assert_int_eq(parse(&w, &key, "bob", "ann", "yes"), CXJ_OK);
    struct cxj__key expected = {.parts = {bob, ann, 1}};
    ck_assert_mem_eq(&key, &expected, sizeof key);
    close_view(&w);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Cells
 * ------------------------------------------------------------------------------------------------------------------ */

static struct cxj__key key_of(uint32_t number) {
    struct cxj__key key = {.period = (int64_t)(number % 7) - 3, .parts = {number % 11, number, 0, number / 100, 5}};
    return key;
}

static struct cxj__cell *find(struct world *w, uint32_t number) {
    struct cxj__key key = key_of(number);
    struct cxj__cell *cell = cxj__view_find(&w->view, &w->seed, &key, &w->probes);
    if (cell != NULL) ck_assert_mem_eq(&cell->key, &key, sizeof key);
    return cell;
}

static struct cxj__cell *make(struct world *w, uint32_t number) {
    struct cxj__key key = key_of(number);
    struct cxj__cell *cell = cxj__view_make(&w->view, &w->memory, &w->seed, &key);
    ck_assert_ptr_nonnull(cell);
    ck_assert_uint_eq(cell->grain, w->view.grain);
    return cell;
}

/* What src/view.c keeps true: "every cell stands once in cells, at its place, and once in slots, which are at most
 * three quarters full"; and view.h of the slots: "hashes and places in cells, plus one". */
static void is_consistent(const struct world *w) {
    size_t filled = 0;
    for (size_t i = 0; i < w->view.cell_count; i++) ck_assert_uint_eq(w->view.cells[i]->place, i);
    for (size_t i = 0; i < w->view.slot_capacity; i++) {
        uint64_t slot = w->view.slots[i];
        if (slot == 0) continue;
        filled++;
        ck_assert_uint_le((uint32_t)slot, w->view.cell_count);
        ck_assert_uint_eq(slot >> 32, w->view.cells[(uint32_t)slot - 1]->hash);
    }
    ck_assert_uint_eq(filled, w->view.cell_count);
    ck_assert_uint_le(filled * 4, w->view.slot_capacity * 3);
}

enum { CELLS = 3000 };

START_TEST(thousands_of_cells_are_found) {
    struct world w;
    open_view(&w, "transitions by owner, type, segment, reason per hour");
    ck_assert_ptr_null(find(&w, 1));
    for (uint32_t i = 0; i < CELLS; i++) {
        ck_assert_ptr_null(find(&w, i));
        struct cxj__cell *cell = make(&w, i);
        ck_assert_ptr_eq(find(&w, i), cell);
    }
    is_consistent(&w);
    w.probes = 0;
    for (uint32_t i = 0; i < CELLS; i++) ck_assert_ptr_nonnull(find(&w, i));
    for (uint32_t i = CELLS; i < 2 * CELLS; i++) ck_assert_ptr_null(find(&w, i));
    ck_assert_uint_lt(w.probes, 12 * 2 * CELLS);
    ck_assert_uint_ge(w.probes, 2 * CELLS);
    close_view(&w);
}
END_TEST

/* Each part of a key counts, the last as well as the first. */
START_TEST(keys_differ_by_every_part) {
    struct world w;
    struct cxj__key key = {.period = 1, .parts = {1, 1, 1, 1, 1}};
    open_view(&w, "touchpoints");
    struct cxj__cell *cell = cxj__view_make(&w.view, &w.memory, &w.seed, &key);
    for (int part = -1; part < CXJ__KEY_PARTS; part++) {
        struct cxj__key other = key;
        if (part < 0) {
            other.period = 2;
        } else {
            other.parts[part] = 2;
        }
        ck_assert_ptr_null(cxj__view_find(&w.view, &w.seed, &other, &w.probes));
        ck_assert_ptr_nonnull(cxj__view_make(&w.view, &w.memory, &w.seed, &other));
        ck_assert_ptr_ne(cxj__view_find(&w.view, &w.seed, &other, &w.probes), cell);
    }
    ck_assert_ptr_eq(cxj__view_find(&w.view, &w.seed, &key, &w.probes), cell);
    ck_assert_uint_eq(w.view.cell_count, 2 + CXJ__KEY_PARTS);
    close_view(&w);
}
END_TEST

/* Keys that differ in one place only still spread over the table. */
START_TEST(regular_keys_spread) {
    for (int part = -1; part < CXJ__KEY_PARTS; part++) {
        struct world w;
        open_view(&w, "transitions by owner, type, segment, reason per hour");
        for (uint32_t i = 0; i < 1000; i++) {
            struct cxj__key key = {.period = part < 0 ? (int64_t)i << 32 : 9};
            if (part >= 0) key.parts[part] = i;
            ck_assert_ptr_null(cxj__view_find(&w.view, &w.seed, &key, &w.probes));
            ck_assert_ptr_nonnull(cxj__view_make(&w.view, &w.memory, &w.seed, &key));
        }
        ck_assert_uint_lt(w.probes, 12000);
        close_view(&w);
    }
}
END_TEST

static void drop(struct world *w, struct cxj__cell *cell) {
    cxj__view_mark_empty(&w->view, cell);
    cxj__view_sweep(&w->view, &w->memory);
}

/* And so do those of a square of two parts, as owners by teams are. */
START_TEST(squares_of_keys_spread) {
    for (int part = 0; part < CXJ__KEY_PARTS; part++) {
        for (int other = -1; other < part; other++) {
            struct world w;
            open_view(&w, "transitions by owner, type, segment, reason per hour");
            for (uint32_t i = 0; i < 1024; i++) {
                struct cxj__key key = {.period = other < 0 ? (int64_t)(i / 32) * DAY - DAY : 9};
                key.parts[part] = i % 32;
                if (other >= 0) key.parts[other] = i / 32;
                ck_assert_ptr_null(cxj__view_find(&w.view, &w.seed, &key, &w.probes));
                ck_assert_ptr_nonnull(cxj__view_make(&w.view, &w.memory, &w.seed, &key));
            }
            ck_assert_uint_lt(w.probes, 12000);
            close_view(&w);
        }
    }
}
END_TEST

static struct cxj__cell *look_for(const struct cxj_view *view, const struct cxj__key *key) {
    for (size_t i = 0; i < view->cell_count; i++) {
        if (cxj__view_compare_keys(&view->cells[i]->key, key) == 0) return view->cells[i];
    }
    return NULL;
}

/* Misses cells of a period until a grid is made, or could have been. */
static void miss(struct world *w, int64_t period) {
    for (int i = 0; i < 8000; i++) cxj__view_miss(&w->view, &w->memory, period);
}

/* "Each that is there stands at its place, if its codes are no greater than these": with a grid of whatever period,
 * cells are found, or not, as they are without, while they come and go; without memory it stays as it was. */
START_TEST(cells_are_found_by_a_grid) {
    struct world w;
    size_t found = 0, placed = 0;
    open_view(&w, "transitions by owner, type, segment, reason per hour");
    for (int i = 0; i < 20000; i++) {
        struct cxj__key key = {
            .period = (int64_t)chance(3) * DAY - DAY,
            .parts = {(uint32_t)chance(i % 100 == 0 ? 14 : 7), (uint32_t)chance(5), 0, (uint32_t)chance(3), 0}};
        struct cxj__cell *cell = look_for(&w.view, &key);
        ck_assert_ptr_eq(cxj__view_find(&w.view, &w.seed, &key, &w.probes), cell);
        struct cxj__cell **place = cxj__view_place(&w.view.grid, &key);
        if (place != NULL) ck_assert_ptr_eq(*place, cell);
        placed += place != NULL;
        found += cell != NULL;
        if (cell == NULL) ck_assert_ptr_nonnull(cxj__view_make(&w.view, &w.memory, &w.seed, &key));
        if (cell != NULL && chance(4) == 0) drop(&w, cell);
        if (i % 1500 != 1499) continue;
        struct cxj__cell **before = w.view.grid.cells;
        w.left = 0;
        miss(&w, key.period);
        ck_assert_ptr_eq(w.view.grid.cells, before);
        w.left = -1;
        miss(&w, key.period);
        ck_assert_ptr_nonnull(w.view.grid.cells);
        ck_assert_int_eq(w.view.grid.period, key.period);
        ck_assert_uint_le(w.view.grid.capacity, 32 * w.view.cell_count);
    }
    ck_assert_uint_gt(found, 5000);
    ck_assert_uint_gt(placed, 3000);
    is_consistent(&w);
    close_view(&w);
}
END_TEST

/* Where codes are far apart there is none: it would be larger than the cells. */
START_TEST(no_grid_is_larger_than_its_cells) {
    struct world w;
    open_view(&w, "transitions by owner, type, segment, reason per hour");
    for (uint32_t i = 0; i < 40; i++) {
        struct cxj__key key = {.parts = {i == 39 ? UINT32_MAX - 1 : i * 90, i * 70, 0, 0, 7}};
        ck_assert_ptr_nonnull(cxj__view_make(&w.view, &w.memory, &w.seed, &key));
    }
    miss(&w, 0);
    miss(&w, 1);
    ck_assert(w.view.grid.cells == NULL || w.view.grid.capacity <= 40);
    close_view(&w);
}
END_TEST

/* Under keys of the seed that hash everything alike, cells are still told apart, and any of them may go. */
START_TEST(equal_hashes_are_told_apart) {
    struct world w;
    open_view(&w, "touchpoints");
    memset(&w.seed, 0, sizeof w.seed);
    for (uint32_t i = 0; i < 60; i++) ck_assert_uint_eq(make(&w, i)->hash, 0);
    is_consistent(&w);
    for (uint32_t i = 0; i < 60; i++) ck_assert_uint_eq(find(&w, i)->key.parts[1], i);
    ck_assert_ptr_null(find(&w, 60));
    for (uint32_t i = 0; i < 60; i++) {
        uint32_t gone = i * 7 % 60;
        drop(&w, find(&w, gone));
        ck_assert_ptr_null(find(&w, gone));
        is_consistent(&w);
        for (uint32_t k = i + 1; k < 60; k++) ck_assert_ptr_nonnull(find(&w, k * 7 % 60));
    }
    ck_assert_uint_eq(w.view.cell_count, 0);
    close_view(&w);
}
END_TEST

/* What a cell's key hashes to depends on the seed, so that nobody chooses keys that collide. */
START_TEST(hashes_of_keys_depend_on_the_seed) {
    struct world w, other;
    size_t same = 0;
    open_view(&w, "touchpoints");
    open_view(&other, "touchpoints");
    for (uint32_t i = 0; i < 256; i++) same += (make(&w, i)->hash & 255) == (make(&other, i)->hash & 255);
    ck_assert_uint_lt(same, 16);
    close_view(&w);
    close_view(&other);
}
END_TEST

/* Section 5: "A cell to which nothing contributes any more does not exist." Small tables wrap around: whichever of the
 * cells goes, all others are found. */
START_TEST(dropping_any_cell_leaves_the_others) {
    for (uint32_t round = 0; round < 400; round++) {
        struct world w;
        open_view(&w, "touchpoints");
        uint32_t count = 1 + round % 12; /* at most three quarters of 16 slots */
        for (uint32_t i = 0; i < count; i++) make(&w, i);
        ck_assert_uint_eq(w.view.slot_capacity, 16);
        drop(&w, find(&w, round % count));
        for (uint32_t i = 0; i < count; i++) ck_assert_int_eq(find(&w, i) != NULL, i != round % count);
        is_consistent(&w);
        close_view(&w);
    }
}
END_TEST

START_TEST(cells_come_and_go_at_random) {
    static bool there[CELLS];
    struct world w;
    size_t count = 0;
    memset(there, 0, sizeof there);
    open_view(&w, "transitions by owner");
    for (int round = 0; round < 6; round++) {
        for (int k = 0; k < 1500; k++) {
            uint32_t i = (uint32_t)chance(CELLS);
            struct cxj__cell *cell = find(&w, i);
            ck_assert_int_eq(cell != NULL, there[i]);
            if (cell == NULL && chance(3) > 0) {
                make(&w, i);
                count++;
                there[i] = true;
            } else if (cell != NULL && chance(3) > 0) {
                cxj__view_mark_empty(&w.view, cell);
                cxj__view_mark_empty(&w.view, cell); /* noted once */
                if (chance(2)) cxj__view_sweep(&w.view, &w.memory);
                cxj__view_sweep(&w.view, &w.memory);
                count--;
                there[i] = false;
            }
        }
        ck_assert_uint_eq(w.view.cell_count, count);
        is_consistent(&w);
        for (uint32_t i = 0; i < CELLS; i++) ck_assert_int_eq(find(&w, i) != NULL, there[i]);
    }
    close_view(&w);
}
END_TEST

START_TEST(many_cells_are_swept_at_once) {
    struct world w;
    open_view(&w, "touchpoints");
    for (uint32_t i = 0; i < CELLS; i++) make(&w, i);
    for (uint32_t i = 0; i < CELLS; i++) {
        if (i % 3 != 0) cxj__view_mark_empty(&w.view, find(&w, i));
    }
    ck_assert_uint_eq(w.view.cell_count, CELLS); /* until the sweep */
    cxj__view_sweep(&w.view, &w.memory);
    for (uint32_t i = 0; i < CELLS; i++) ck_assert_int_eq(find(&w, i) != NULL, i % 3 == 0);
    is_consistent(&w);
    for (uint32_t i = 0; i < CELLS; i += 3) cxj__view_mark_empty(&w.view, find(&w, i));
    cxj__view_sweep(&w.view, &w.memory);
    ck_assert_uint_eq(w.view.cell_count, 0);
    ck_assert_ptr_null(find(&w, 0));
    make(&w, 0);
    ck_assert_ptr_nonnull(find(&w, 0));
    close_view(&w);
}
END_TEST

START_TEST(a_cell_with_contributions_is_not_empty) {
    struct world w;
    open_view(&w, "touchpoints");
    struct cxj__cell *cell = make(&w, 1);
    cxj__cell_counts(cell)[0] = 1;
    drop(&w, cell);
    ck_assert_ptr_eq(find(&w, 1), cell);
    cxj__cell_counts(cell)[0] = 0;
    drop(&w, cell);
    ck_assert_ptr_null(find(&w, 1));
    close_view(&w);
}
END_TEST

/* What comes back before the sweep stays, and may be marked_empty again. */
START_TEST(a_empty_cell_may_come_back) {
    struct world w;
    open_view(&w, "touchpoints");
    struct cxj__cell *cell = make(&w, 1);
    cxj__view_mark_empty(&w.view, cell);
    cxj__cell_counts(cell)[0] = 1;
    cxj__view_sweep(&w.view, &w.memory);
    ck_assert_ptr_eq(find(&w, 1), cell);
    cxj__cell_counts(cell)[0] = 0;
    drop(&w, cell);
    ck_assert_ptr_null(find(&w, 1));
    close_view(&w);
}
END_TEST

/* cell.h: a cell's number is "never given again within an engine". */
START_TEST(numbers_of_cells_are_never_given_again) {
    struct world w;
    uint64_t last = 0;
    open_view(&w, "touchpoints");
    w.view.id = 3;
    for (uint32_t i = 0; i < 50; i++) {
        struct cxj__cell *cell = make(&w, i % 2);
        ck_assert_uint_eq(cell->number >> CXJ__CELL_NUMBER_BITS, 3);
        if (i > 0) ck_assert_uint_gt(cell->number, last);
        last = cell->number;
        drop(&w, cell);
    }
    close_view(&w);
}
END_TEST

START_TEST(lack_of_memory_makes_no_cell) {
    struct world w;
    open_view(&w, "touchpoints");
    for (uint32_t i = 0; i < 100; i++) {
        struct cxj__key key = key_of(i);
        for (w.left = 0; cxj__view_make(&w.view, &w.memory, &w.seed, &key) == NULL;) {
            ck_assert_uint_eq(w.view.cell_count, i);
            is_consistent(&w);
            ck_assert_ptr_null(find(&w, i));
            ck_assert(i == 0 || find(&w, i - 1) != NULL);
            w.left = 1 + (long)chance(3);
        }
        ck_assert_ptr_nonnull(find(&w, i));
    }
    w.left = -1;
    is_consistent(&w);
    close_view(&w);
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Order
 * ------------------------------------------------------------------------------------------------------------------ */

/* Sorts the cells and checks that the parts of each, as texts, ascend byte by byte. */
static void check_sorted(struct world *w) {
    size_t count = w->view.cell_count;
    struct cxj__cell **sorted = malloc((2 * count + 1) * sizeof *sorted);
    cxj__view_sort(&w->view, w->dictionaries, sorted);
    for (size_t i = 1; i < count; i++) {
        int order = 0;
        for (uint32_t part = 0; order == 0 && part < cxj__view_parts(&w->view); part++) {
            char before[80];
            snprintf(before, sizeof before, "%s", text_of(w, &sorted[i - 1]->key, part));
            order = strcmp(before, text_of(w, &sorted[i]->key, part));
        }
        ck_assert_int_lt(order, 0); /* all keys differ */
    }
    free(sorted);
}

/* Section 7: "Cells are ordered by key, part by part, each as text, byte by byte." */
START_TEST(cells_are_sorted_by_the_texts_of_their_keys) {
    static const char *const texts[] = {
        "touchpoints by owner, outcome per month",
        "transitions by owner, churned, type",
        "journeys by entry, outcome, exit",
        "touchpoints by churned, outcome, owner per hour",
    };
    static const char *const names[] = {
        "b", "a", "B", "aa", "a b", "\xc3\xa4", "Z", "ab", "10", "9", "\xf0\x9f\x98\x80"};
    static const uint32_t dimensions[] = {OWNER, CHANNEL, TYPE};
    struct world w;
    open_view(&w, texts[_i]);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        for (size_t d = 0; d < 3; d++) code(&w, dimensions[d], names[i]);
    }
    for (int i = 0; i < 700; i++) {
        struct cxj__codes codes = {{0}};
        struct cxj__key key;
        for (uint32_t d = 1; d <= CXJ__DIMENSIONS; d++) codes.codes[d] = (uint32_t)chance(12);
        codes.codes[OUTCOME] = (uint32_t)chance(3);
        codes.codes[CHURNED] = (uint32_t)chance(2);
        int64_t at = FIRST_MOMENT + (int64_t)chance(9990) * 365 * DAY;
        if (w.view.grain == CXJ_GRAIN_TRANSITIONS) {
            cxj__view_transition_key(&w.view, &codes, 1 + (uint32_t)chance(11), 1 + (uint32_t)chance(11), at, &key);
        } else {
            cxj__view_key(&w.view, &codes, at, &key);
        }
        if (cxj__view_find(&w.view, &w.seed, &key, &w.probes) != NULL) continue;
        ck_assert_ptr_nonnull(cxj__view_make(&w.view, &w.memory, &w.seed, &key));
    }
    ck_assert_uint_gt(w.view.cell_count, 100);
    check_sorted(&w);
    close_view(&w);
}
END_TEST

START_TEST(no_cells_are_sorted_without_room) {
    struct world w;
    open_view(&w, "touchpoints");
    cxj__view_sort(&w.view, w.dictionaries, NULL);
    close_view(&w);
}
END_TEST

static TCase *group(Suite *suite, const char *name) {
    TCase *cases = tcase_create(name);
    tcase_set_timeout(cases, 300);
    suite_add_tcase(suite, cases);
    return cases;
}

static void add_keys(Suite *suite) {
    TCase *cases = group(suite, "periods");
    tcase_add_test(cases, periods_are_cut_where_they_should_be);
    tcase_add_loop_test(cases, periods_follow_the_calendar, 0, 4);
    tcase_add_test(cases, periods_are_those_of_local_time);
    tcase_add_test(cases, periods_beyond_local_time_are_none);
    tcase_add_test(cases, periods_are_sorted_by_their_texts);
    tcase_add_test(cases, weeks_begin_on_monday);
    tcase_add_loop_test(cases, other_texts_are_no_periods, 0, NO_PERIODS);
    cases = group(suite, "keys");
    tcase_add_test(cases, keys_hold_the_codes_of_their_parts);
    tcase_add_loop_test(cases, keys_have_parts_for_what_is_asked, 0, VIEWS);
    tcase_add_test(cases, parts_have_names_and_dictionaries);
    tcase_add_test(cases, parts_are_shown_by_their_names);
    tcase_add_test(cases, keys_are_found_by_their_texts);
    tcase_add_test(cases, transition_keys_are_found_by_from_and_to);
}

static void add_cells(Suite *suite) {
    TCase *cases = group(suite, "cells");
    tcase_add_test(cases, thousands_of_cells_are_found);
    tcase_add_test(cases, keys_differ_by_every_part);
    tcase_add_test(cases, regular_keys_spread);
    tcase_add_test(cases, squares_of_keys_spread);
    tcase_add_test(cases, cells_are_found_by_a_grid);
    tcase_add_test(cases, no_grid_is_larger_than_its_cells);
    tcase_add_test(cases, equal_hashes_are_told_apart);
    tcase_add_test(cases, hashes_of_keys_depend_on_the_seed);
    tcase_add_test(cases, dropping_any_cell_leaves_the_others);
    tcase_add_test(cases, cells_come_and_go_at_random);
    tcase_add_test(cases, many_cells_are_swept_at_once);
    tcase_add_test(cases, a_cell_with_contributions_is_not_empty);
    tcase_add_test(cases, a_empty_cell_may_come_back);
    tcase_add_test(cases, numbers_of_cells_are_never_given_again);
    tcase_add_test(cases, lack_of_memory_makes_no_cell);
    cases = group(suite, "order");
    tcase_add_loop_test(cases, cells_are_sorted_by_the_texts_of_their_keys, 0, 4);
    tcase_add_test(cases, no_cells_are_sorted_without_room);
}

int main(void) {
    const char *given = getenv("CXJ_SEED");
    seed = given ? strtoull(given, NULL, 10) : 1;
    chance_state = seed;
    printf("test_view: CXJ_SEED=%" PRIu64 "\n", seed);

    Suite *suite = suite_create("view");
    add_keys(suite);
    add_cells(suite);
    return run_suite(suite);
}
