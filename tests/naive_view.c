/* What a view asks, for the naive implementation (SPEC 5): its text, the key of each contribution, and the cells in
 * their order.
 *
 * SPDX-License-Identifier: MIT
 */
#include "naive_inside.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const naive_dimension_names[14] = {"",     "owner",   "team",   "channel", "stage",   "activity", "cause",
                                               "type", "segment", "reason", "outcome", "churned", "entry",    "exit"};

enum { OF_A_RULE = 0 }; /* in place of a grain */

static const char bare[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
static const char *const grain_names[] = {"", "touchpoints", "transitions", "journeys"};
static const char *const period_names[] = {"hour", "day", "week", "month", "quarter", "year"};

/* ---- Reading a view ---- */

static void put(struct token *token, size_t length, char letter) {
    if (length + 1 >= LONGEST_NAME) naive_give_up("a name is too long for this program", token->text);
    token->text[length] = letter;
}

void naive_go_on(struct reader *r) {
    size_t length = 0;
    const char *text = r->rest + strspn(r->rest, " \t\r\n");
    r->next = (struct token){.kind = *text};
    if (*text == '"') {
        r->next.kind = 'q';
        for (text++; *text && (*text != '"' || text[1] == '"'); text++) {
            put(&r->next, length++, *text);
            if (*text == '"') text++; /* "" inside stands for one " */
        }
        if (!*text++) r->next.kind = '?';
    } else if (*text && strchr(bare, *text)) {
        r->next.kind = 'w';
        for (; *text && strchr(bare, *text); text++) put(&r->next, length++, *text);
    } else if (*text) {
        if (!strchr(",=()", *text)) r->next.kind = '?';
        text++;
    }
    r->rest = text;
}

/* A word must not be confused with the same text in quotes. */
bool naive_take(struct reader *r, const char *word) {
    if (r->next.kind != 'w' || strcmp(r->next.text, word) != 0) return false;
    naive_go_on(r);
    return true;
}

static bool take_mark(struct reader *r, char mark) {
    if (r->next.kind != mark) return false;
    naive_go_on(r);
    return true;
}

int naive_take_one_of(struct reader *r, const char *const *words, int first, int end) {
    for (int i = first; i < end; i++)
        if (naive_take(r, words[i])) return i;
    return -1;
}

/* The dimensions by which a grain can be grouped; of transitions those after the first. */
static bool has_dimension(uint32_t grain, int dimension) {
    /* 9: "over type, segment, reason, entry, exit, churned, and over owner, team, stage, channel, activity" */
    if (grain == OF_A_RULE && dimension >= CXJ_DIMENSION_OWNER)
        return dimension != CXJ_DIMENSION_CAUSE && dimension != CXJ_DIMENSION_OUTCOME;
    if (dimension >= CXJ_DIMENSION_TYPE && dimension <= CXJ_DIMENSION_CHURNED) return true;
    if (grain == CXJ_GRAIN_TOUCHPOINTS) return dimension >= CXJ_DIMENSION_OWNER && dimension <= CXJ_DIMENSION_CAUSE;
    return grain == CXJ_GRAIN_JOURNEYS && (dimension == CXJ_DIMENSION_ENTRY || dimension == CXJ_DIMENSION_EXIT);
}

/* [ "by" dim { "," dim } ] */
static bool parse_by(struct reader *r, struct view *view) {
    if (!naive_take(r, "by")) return view->grain != CXJ_GRAIN_TRANSITIONS; /* "a transitions view has a `by`" */
    do {
        int dimension = naive_take_one_of(r, naive_dimension_names, 1, 14);
        bool is_first = view->grain == CXJ_GRAIN_TRANSITIONS && view->dimension_count == 0;
        if (is_first ? dimension < CXJ_DIMENSION_OWNER || dimension > CXJ_DIMENSION_ACTIVITY
                     : !has_dimension(view->grain, dimension))
            return false;
        for (size_t i = 0; i < view->dimension_count; i++) /* "a dimension stands once in `by`" */
            if (view->dimensions[i] == dimension) return false;
        if (view->dimension_count == MOST_DIMENSIONS) return false;
        view->dimensions[view->dimension_count++] = dimension;
    } while (take_mark(r, ','));
    return true;
}

static bool take_name(struct reader *r, struct condition *condition) {
    if (r->next.kind != 'w' && r->next.kind != 'q') return false;
    if (condition->name_count == NAMES_OF_A_CONDITION) naive_give_up("too many names for this program", r->next.text);
    memcpy(condition->names[condition->name_count++], r->next.text, LONGEST_NAME);
    naive_go_on(r);
    return true;
}

/* cond = [ "had" ] dim ( "=" name | "in" "(" name { "," name } ")" ) */
static bool parse_condition(struct reader *r, uint32_t grain, struct condition *condition) {
    condition->had = grain == CXJ_GRAIN_JOURNEYS && naive_take(r, "had");
    condition->dimension = naive_take_one_of(r, naive_dimension_names, 1, 14);
    if (condition->had ? condition->dimension < CXJ_DIMENSION_OWNER || condition->dimension > CXJ_DIMENSION_CAUSE
                       : !has_dimension(grain, condition->dimension))
        return false;
    if (take_mark(r, '=')) return take_name(r, condition);
    if (!naive_take(r, "in") || !take_mark(r, '(')) return false;
    do {
        if (!take_name(r, condition)) return false;
    } while (take_mark(r, ','));
    return take_mark(r, ')');
}

bool naive_take_where(struct reader *r, uint32_t grain, struct condition *conditions, size_t *count) {
    if (!naive_take(r, "where")) return true;
    do {
        if (*count == MOST_CONDITIONS) return false;
        if (!parse_condition(r, grain, &conditions[(*count)++])) return false;
    } while (naive_take(r, "and"));
    return true;
}

/* view = grain [ "by" dim { "," dim } ] [ "per" period ] [ "in" "working" "hours" ]
 *        [ "where" cond { "and" cond } ] [ "with" "drivers" ] */
bool naive_parse_view(const char *text, struct view *view) {
    struct reader r = {.rest = text};
    naive_go_on(&r);
    *view = (struct view){0};
    int grain = naive_take_one_of(&r, grain_names, 1, 4);
    if (grain < 0) return false;
    view->grain = (uint32_t)grain;
    if (!parse_by(&r, view)) return false;
    if (naive_take(&r, "per")) {
        int period = naive_take_one_of(&r, period_names, 0, 6);
        if (period < 0) return false;
        view->period = period_names[period][0]; /* the six words begin with six letters */
        view->ended = view->grain == CXJ_GRAIN_JOURNEYS && naive_take(&r, "ended");
    }
    view->hours = naive_take(&r, "in");
    if (view->hours && (!naive_take(&r, "working") || !naive_take(&r, "hours"))) return false;
    if (!naive_take_where(&r, view->grain, view->conditions, &view->condition_count)) return false;
    view->drivers = view->grain == CXJ_GRAIN_JOURNEYS && naive_take(&r, "with");
    if (view->drivers && !naive_take(&r, "drivers")) return false;
    return r.next.kind == 0;
}

bool naive_is_view(const char *text) {
    struct view view;
    return naive_parse_view(text, &view);
}

static struct view parse(const char *text) {
    struct view view;
    if (!naive_parse_view(text, &view)) naive_give_up("no view", text);
    return view;
}

bool naive_needs_calendar(const char *text) {
    return parse(text).hours;
}

/* ---- Writing a view ---- */

static int compare_name_texts(const void *a, const void *b) {
    return strcmp(a, b); /* by bytes, as unsigned */
}

static void sort_names(struct condition *condition) {
    size_t kept = 0;
    qsort(condition->names, condition->name_count, sizeof *condition->names, compare_name_texts);
    for (size_t i = 0; i < condition->name_count; i++) {
        if (kept > 0 && strcmp(condition->names[kept - 1], condition->names[i]) == 0) continue;
        memmove(condition->names[kept++], condition->names[i], sizeof *condition->names);
    }
    condition->name_count = kept;
}

static int compare_sorted_conditions(const void *a, const void *b) {
    const struct condition *x = a, *y = b;
    if (x->had != y->had) return x->had - y->had;
    if (x->dimension != y->dimension) return x->dimension - y->dimension;
    for (size_t i = 0; i < x->name_count && i < y->name_count; i++) {
        int order = strcmp(x->names[i], y->names[i]);
        if (order != 0) return order;
    }
    return (x->name_count > y->name_count) - (x->name_count < y->name_count);
}

__attribute__((format(printf, 3, 4))) static void append(char *to, size_t capacity, const char *format, ...) {
    va_list arguments;
    size_t used = strlen(to);
    va_start(arguments, format);
    int written = vsnprintf(to + used, capacity - used, format, arguments);
    va_end(arguments);
    assert(written >= 0 && used + (size_t)written < capacity);
    (void)written;
}

static void append_name(char *to, size_t capacity, const char *name) {
    if (*name && name[strspn(name, bare)] == 0) {
        append(to, capacity, "%s", name);
        return;
    }
    append(to, capacity, "\"");
    for (; *name; name++) append(to, capacity, "%s%c", *name == '"' ? "\"" : "", *name);
    append(to, capacity, "\"");
}

static void append_condition(char *to, size_t capacity, const struct condition *condition) {
    append(to, capacity, "%s%s", condition->had ? "had " : "", naive_dimension_names[condition->dimension]);
    append(to, capacity, condition->name_count == 1 ? " = " : " in (");
    for (size_t i = 0; i < condition->name_count; i++) {
        if (i > 0) append(to, capacity, ", ");
        append_name(to, capacity, condition->names[i]);
    }
    if (condition->name_count > 1) append(to, capacity, ")");
}

void naive_normalise(const char *text, char *normalised, size_t capacity) {
    struct view view = parse(text);
    *normalised = 0;
    append(normalised, capacity, "%s", grain_names[view.grain]);
    for (size_t i = 0; i < view.dimension_count; i++)
        append(normalised, capacity, "%s%s", i == 0 ? " by " : ", ", naive_dimension_names[view.dimensions[i]]);
    for (size_t i = 0; i < 6; i++)
        if (view.period == period_names[i][0])
            append(normalised, capacity, " per %s%s", period_names[i], view.ended ? " ended" : "");
    if (view.hours) append(normalised, capacity, " in working hours");
    for (size_t i = 0; i < view.condition_count; i++) sort_names(&view.conditions[i]);
    qsort(view.conditions, view.condition_count, sizeof *view.conditions, compare_sorted_conditions);
    for (size_t i = 0; i < view.condition_count; i++) {
        const struct condition *condition = &view.conditions[i];
        if (i > 0 && compare_sorted_conditions(condition - 1, condition) == 0) continue;
        append(normalised, capacity, i == 0 ? " where " : " and ");
        append_condition(normalised, capacity, condition);
    }
    if (view.drivers) append(normalised, capacity, " with drivers");
}

/* ---- Periods ---- */

static int64_t floor_divide(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

static bool is_leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_of_month(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 1 && is_leap(year) ? 29 : days[month];
}

/* A day as year, month from 0 and day from 0, counted up year by year; day_number counts from 1970-01-01. */
static void civil(int64_t day_number, int *year, int *month, int *day) {
    const int64_t days_in_400_years = 146097, days_to_1970 = 719162;
    int64_t rest = day_number + days_to_1970; /* since 0001-01-01 */
    int64_t cycles = floor_divide(rest, days_in_400_years);
    rest -= cycles * days_in_400_years;
    *year = 1 + 400 * (int)cycles;
    for (; rest >= 365 + is_leap(*year); (*year)++) rest -= 365 + is_leap(*year);
    for (*month = 0; rest >= days_of_month(*year, *month); (*month)++) rest -= days_of_month(*year, *month);
    *day = (int)rest;
}

/* 7: "hour 2026-11-21T22, day 2026-11-21, week = its Monday as a day, month 2026-11, quarter 2026-Q4, year 2026" */
int64_t naive_period(int64_t local, char period, char text[NAIVE_PERIOD]) {
    int64_t number = floor_divide(local, MILLISECONDS_A_DAY);
    int hour = (int)((local - number * MILLISECONDS_A_DAY) / 3600000);
    if (period == 'w') /* "weeks begin on Monday"; 1970-01-01 was a Thursday, three days after one */
        number -= (number + 3) - 7 * floor_divide(number + 3, 7);
    int year, month, day;
    civil(number, &year, &month, &day);
    int64_t first_day = number;
    if (period == 'm' || period == 'q' || period == 'y') {
        first_day -= day;
        for (int m = period == 'q' ? month / 3 * 3 : period == 'y' ? 0 : month; m < month; m++)
            first_day -= days_of_month(year, m);
    }
    if (period == 'h')
        snprintf(text, NAIVE_PERIOD, "%04d-%02d-%02dT%02d", year, month + 1, day + 1, hour);
    else if (period == 'd' || period == 'w')
        snprintf(text, NAIVE_PERIOD, "%04d-%02d-%02d", year, month + 1, day + 1);
    else if (period == 'm')
        snprintf(text, NAIVE_PERIOD, "%04d-%02d", year, month + 1);
    else if (period == 'q')
        snprintf(text, NAIVE_PERIOD, "%04d-Q%d", year, month / 3 + 1);
    else
        snprintf(text, NAIVE_PERIOD, "%04d", year);
    return first_day * MILLISECONDS_A_DAY + (period == 'h' ? (int64_t)hour * 3600000 : 0);
}

/* ---- Dimensions and conditions ---- */

/* "entry: the channel of the journey's first touchpoint with a channel; exit: of its last." */
static const char *first_or_last_channel(const struct story *s, bool last) {
    const char *channel = "";
    for (size_t i = 0; i < s->count; i++) {
        const char *name = s->list[i]->names[CXJ_DIMENSION_CHANNEL];
        if (*name && (last || !*channel)) channel = name;
    }
    return channel;
}

const char *naive_held_last(const struct story *s, int dimension) {
    const char *name = "";
    for (size_t i = 0; i < s->count; i++)
        if (*s->list[i]->names[dimension]) name = s->list[i]->names[dimension];
    return name;
}

/* The value of a dimension for a touchpoint (NULL in views of journeys and transitions) and its journey. */
static const char *dimension_value(const struct story *s, const naive_touchpoint *m, int dimension) {
    switch (dimension) {
    case CXJ_DIMENSION_TYPE:
    case CXJ_DIMENSION_SEGMENT:
    case CXJ_DIMENSION_REASON:
        return s->attributes[dimension];
    case CXJ_DIMENSION_OUTCOME: /* "of the journey as it stands, none while open" */
        return s->runs ? "" : s->outcome == CXJ_OUTCOME_COMPLETED ? "completed" : "abandoned";
    case CXJ_DIMENSION_CHURNED:
        return s->churned ? "yes" : "";
    case CXJ_DIMENSION_ENTRY:
        return first_or_last_channel(s, false);
    case CXJ_DIMENSION_EXIT:
        return first_or_last_channel(s, true);
    default: /* of the journey itself a rule alone asks for this: "the value held last" */
        return m ? m->names[dimension] : naive_held_last(s, dimension);
    }
}

static bool is_named(const struct condition *condition, const char *value) {
    for (size_t i = 0; i < condition->name_count; i++)
        if (strcmp(condition->names[i], value) == 0) return true;
    return false;
}

static bool meets(const struct condition *condition, const struct story *s, const naive_touchpoint *m) {
    if (!condition->had) return is_named(condition, dimension_value(s, m, condition->dimension));
    for (size_t i = 0; i < s->count; i++) /* "journeys with at least one touchpoint of that" */
        if (is_named(condition, s->list[i]->names[condition->dimension])) return true;
    return false;
}

bool naive_meets(const struct condition *condition, const struct story *s) {
    return meets(condition, s, NULL);
}

/* ---- Cells ---- */

static int order_keys(const naive_cell *a, const naive_cell *b, size_t parts) {
    int order = 0;
    for (size_t i = 0; i < parts && !order; i++) order = strcmp(a->parts[i], b->parts[i]);
    return order;
}

/* The cell with the key of wanted, made if it is new; 7: "Cells are ordered by key, part by part, each as text, byte by
 * byte." */
static naive_cell *find_cell(naive_table *table, const naive_cell *wanted) {
    size_t place = 0;
    while (place < table->count && order_keys(table->cells[place], wanted, table->parts) < 0) place++;
    if (place < table->count && order_keys(table->cells[place], wanted, table->parts) == 0) return table->cells[place];
    naive_cell **cells = table->cells = naive_grow(table->cells, table->count, &table->capacity, sizeof(naive_cell *));
    memmove(cells + place + 1, cells + place, (table->count - place) * sizeof(naive_cell *));
    table->count++;
    naive_cell *cell = cells[place] = naive_allocate(sizeof *cell);
    *cell = *wanted;
    if (table->has_period) cell->parts[0] = cell->period;
    cell->series = naive_allocate(naive_series_count() * sizeof *cell->series);
    return cell;
}

/* The cell for one contribution; NULL if the conditions leave it out. */
static naive_cell *cell_for(naive_table *table, const struct view *view, const struct story *s,
                            const naive_touchpoint *m, const struct transition *t, int64_t period_at,
                            const naive_calendar *calendar) {
    for (size_t i = 0; i < view->condition_count; i++)
        if (!meets(&view->conditions[i], s, m)) return NULL;
    naive_cell key = {0};
    size_t parts = 0;
    if (view->period) {
        key.period_local = naive_period(naive_local(calendar, period_at), view->period, key.period);
        key.period_start = naive_moment(calendar, key.period_local);
        key.parts[parts++] = key.period;
    }
    if (t) {
        key.parts[parts++] = t->from;
        key.parts[parts++] = t->to;
    }
    for (size_t i = t ? 1 : 0; i < view->dimension_count; i++)
        key.parts[parts++] = dimension_value(s, m, view->dimensions[i]);
    naive_cell *cell = find_cell(table, &key);
    /* Journeys come one after the other. */
    if (cell->journey_count == 0 || cell->journeys[cell->journey_count - 1] != s->journey) {
        cell->journeys =
            naive_grow(cell->journeys, cell->journey_count, &cell->journey_capacity, sizeof *cell->journeys);
        cell->journeys[cell->journey_count++] = s->journey;
    }
    return cell;
}

/* by_clock: the same journey, with durations by the clock */
static void add_story(naive_table *table, const struct view *view, const struct story *s, const struct story *by_clock,
                      const naive_log *log) {
    if (view->grain == CXJ_GRAIN_TOUCHPOINTS) {
        for (size_t i = 0; i < s->count; i++) {
            naive_cell *cell = cell_for(table, view, s, s->list[i], NULL, s->list[i]->fields.at, log->calendar);
            if (cell) naive_observe_touchpoint(cell, s, i);
        }
    } else if (view->grain == CXJ_GRAIN_TRANSITIONS) {
        int line = 0;
        while (naive_line_dimensions[line] != view->dimensions[0]) line++;
        for (size_t i = 0; i < s->transition_counts[line]; i++) {
            const struct transition *t = &s->transitions[line][i];
            naive_cell *cell = cell_for(table, view, s, NULL, t, s->list[t->later]->fields.at, log->calendar);
            if (cell) naive_observe_transition(cell, t);
        }
    } else if (!view->ended || !s->runs) {
        /* "its first touchpoint's at (its cohort); `ended`: its end, open ones left out" */
        naive_cell *cell =
            cell_for(table, view, s, NULL, NULL, view->ended ? s->end : s->list[0]->fields.at, log->calendar);
        if (cell) naive_observe_journey(cell, s, log);
        if (cell && view->drivers) naive_observe_case(cell, by_clock);
    }
}

/* ---- Tables ---- */

static int order_numbers(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The names of the parts of a key, as the report's JSON has them (SPEC 7). */
static void name_parts(naive_table *table, const struct view *view) {
    if (view->period) table->names[table->parts++] = "period";
    for (size_t i = 0; i < view->dimension_count; i++) {
        bool is_both = i == 0 && view->grain == CXJ_GRAIN_TRANSITIONS;
        table->names[table->parts++] = is_both ? "from" : naive_dimension_names[view->dimensions[i]];
        if (is_both) table->names[table->parts++] = "to";
    }
}

naive_table *naive_read(const naive_log *log, const char *text) {
    struct view view = parse(text);
    char period[NAIVE_PERIOD];
    naive_table *table = naive_allocate(sizeof *table);
    table->grain = view.grain;
    table->has_period = view.period != 0;
    table->in_hours = view.hours;
    table->with_drivers = view.drivers;
    table->unrecorded = log->unrecorded;
    table->has_now = log->has_now;
    table->under_way = naive_period(naive_local(log->calendar, log->now), view.period, period);
    name_parts(table, &view);
    uint64_t *numbers = naive_allocate(log->count * sizeof *numbers);
    size_t journeys = naive_all_journeys(log, numbers);
    qsort(numbers, journeys, sizeof *numbers, order_numbers); /* so that sums of doubles do not depend on arrival */
    for (size_t j = 0; j < journeys; j++) {
        struct story *s = naive_story(log, numbers[j], view.hours);
        if (!s) continue;
        struct story *by_clock = naive_story(log, numbers[j], false);
        add_story(table, &view, s, by_clock, log);
        naive_story_free(by_clock);
        naive_story_free(s);
    }
    free(numbers);
    naive_evaluate(table, &view, log);
    for (size_t c = 0; c < table->count && view.drivers; c++) naive_drive(table->cells[c], log->unrecorded);
    return table;
}

void naive_table_free(naive_table *table) {
    for (size_t c = 0; c < table->count; c++) {
        naive_cell *cell = table->cells[c];
        for (size_t i = 0; i < naive_series_count(); i++) free(cell->series[i].values);
        free(cell->series);
        free(cell->journeys);
        free(cell->cases);
        free(cell);
    }
    free(table->cells);
    free(table);
}
