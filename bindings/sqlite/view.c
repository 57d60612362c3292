/* view: the table-valued function cxj_view().
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: a table of SQL has the same columns whatever is asked of it, and views have others each. So the table has a
 * column for each part that any key can have, and four for each metric (its value, and behind _low, _high and _n what
 * stands behind it); they are hidden, so SELECT * shows key, metrics and intervals as JSON, and each costs only where
 * it is named. One that the view does not have is an error, not NULL: a NULL would look like a metric without value.
 *
 * Each scan makes an engine, records what the query gives (or loads the blob), adds the view and walks over its
 * cells. */
#include "door.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

SQLITE_EXTENSION_INIT3

enum {
    /* columns: first what is shown, then the parameters, then parts of keys, then metrics, four columns each */
    SHOWN_KEY,
    SHOWN_METRICS,
    SHOWN_INTERVALS,
    PARAMETERS,
    VIEW = PARAMETERS,
    SOURCE,
    NOW,
    CALENDAR,
    RECORDED,
    KEYS,
    PARAMETER_COUNT = KEYS - PARAMETERS,

    MOST_KEYS = 20,
    MOST_METRICS = 256,
    MOST_PARTS = 12,
    ASPECTS = 4,
    NESTED = 4 /* a query within a query within … */
};

static const char *const parameters[PARAMETER_COUNT] = {"view", "source", "now", "calendar", "recorded"};
static const char *const aspects[ASPECTS] = {"", "_low", "_high", "_n"};

/* What there is to ask for; one for each connection. */
typedef struct catalogue {
    const char *keys[MOST_KEYS];
    size_t key_count;
    const char *metrics[MOST_METRICS];                      /* each name once, in whatever grains it stands */
    uint32_t numbers[MOST_METRICS][CXJ_GRAIN_JOURNEYS + 1]; /* by grain; 0: it does not stand there */
    bool counts[MOST_METRICS];                              /* it counts things, so it is shown as a whole number */
    size_t metric_count;
    unsigned depth; /* of queries under way */
} catalogue;

typedef struct table {
    sqlite3_vtab base;
    sqlite3 *database;
    catalogue *all;
} table;

typedef struct scan {
    sqlite3_vtab_cursor base;
    cxj_engine *engine;
    cxj_cursor *cursor;
    uint32_t grain;
    uint32_t parts;
    const char *names[MOST_PARTS]; /* of the parts */
    sqlite3_int64 place;           /* of the cell, from 1 */
    bool at_end;
} scan;

static int fail(table *at, int status, const char *why) {
    sqlite3_free(at->base.zErrMsg);
    at->base.zErrMsg = sqlite3_mprintf("cxj_view: %s", why);
    return at->base.zErrMsg == NULL ? SQLITE_NOMEM : status;
}

/* ---- The catalogue, and the table's columns -------------------------------------------------------------- */

static void add_metric(catalogue *all, const cxj_metric_info *metric) {
    size_t i = 0;
    while (i < all->metric_count && strcmp(all->metrics[i], metric->name) != 0) {
        i++;
    }
    if (i == all->metric_count && i < MOST_METRICS) {
        all->metrics[i] = metric->name;
        all->metric_count++;
    }
    if (i < MOST_METRICS && metric->grain <= CXJ_GRAIN_JOURNEYS) {
        all->numbers[i][metric->grain] = metric->metric;
        all->counts[i] = metric->kind == CXJ_KIND_COUNT;
    }
}

static cxj_status fill(catalogue *all, char *why, size_t capacity) {
    static const char *const others[] = {"period", "from", "to"};
    cxj_engine *engine = NULL;
    cxj_metric_info metric;
    cxj_dimension_info dimension;
    const cxj_status status = door_create(why, capacity, &engine);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        all->keys[all->key_count++] = others[i];
    }
    for (uint32_t i = CXJ_DIMENSION_OWNER; status == CXJ_OK && all->key_count < MOST_KEYS &&
                                           cxj_dimension_describe(engine, i, &dimension, sizeof dimension) == CXJ_OK;
         i++) {
        all->keys[all->key_count++] = dimension.name;
    }
    for (size_t i = 0; cxj_metric_describe(i, &metric, sizeof metric) == CXJ_OK; i++) {
        add_metric(all, &metric);
    }
    cxj_engine_destroy(engine);
    return status;
}

/* A part of a key that is called as a metric is gets _key behind its name. */
static const char *suffix_of(const catalogue *all, const char *key) {
    for (size_t i = 0; i < all->metric_count; i++) {
        if (strcmp(all->metrics[i], key) == 0) {
            return "_key";
        }
    }
    return "";
}

static char *declaration(const catalogue *all) {
    sqlite3_str *text = sqlite3_str_new(NULL);
    sqlite3_str_appendall(text, "CREATE TABLE x(key TEXT, metrics TEXT, intervals TEXT");
    for (size_t i = 0; i < PARAMETER_COUNT; i++) {
        sqlite3_str_appendf(text, ", \"%w\" HIDDEN", parameters[i]);
    }
    for (size_t i = 0; i < all->key_count; i++) {
        sqlite3_str_appendf(text, ", \"%w%s\" TEXT HIDDEN", all->keys[i], suffix_of(all, all->keys[i]));
    }
    for (size_t i = 0; i < all->metric_count; i++) {
        for (size_t aspect = 0; aspect < ASPECTS; aspect++) {
            sqlite3_str_appendf(text, ", \"%w%s\" REAL HIDDEN", all->metrics[i], aspects[aspect]);
        }
    }
    sqlite3_str_appendall(text, ")");
    return sqlite3_str_finish(text);
}

static int view_connect(sqlite3 *database, void *all, int count, const char *const *arguments, sqlite3_vtab **vtab,
                        char **why) {
    (void)count;
    (void)arguments;
    (void)why;
    char *text = declaration(all);
    int status = text == NULL ? SQLITE_NOMEM : sqlite3_declare_vtab(database, text);
    sqlite3_free(text);
    if (status == SQLITE_OK) { /* its source is a text that is run, so no view or trigger of a stranger's may call it */
        status = sqlite3_vtab_config(database, SQLITE_VTAB_DIRECTONLY);
    }
    table *at = status == SQLITE_OK ? sqlite3_malloc64(sizeof *at) : NULL;
    if (status == SQLITE_OK && at == NULL) {
        status = SQLITE_NOMEM;
    }
    if (at != NULL) {
        memset(at, 0, sizeof *at);
        at->database = database;
        at->all = all;
        *vtab = &at->base;
    }
    return status;
}

static int view_disconnect(sqlite3_vtab *vtab) {
    sqlite3_free(vtab);
    return SQLITE_OK;
}

/* Which parameters are given: a bit each, in idxNum; their values go to view_filter() in this order. */
static int view_best_index(sqlite3_vtab *vtab, sqlite3_index_info *plan) {
    int of[PARAMETER_COUNT] = {-1, -1, -1, -1, -1}, given = 0;
    (void)vtab;
    for (int i = 0; i < plan->nConstraint; i++) {
        const int parameter = plan->aConstraint[i].iColumn - PARAMETERS;
        if (parameter < 0 || parameter >= PARAMETER_COUNT || plan->aConstraint[i].op != SQLITE_INDEX_CONSTRAINT_EQ) {
            continue;
        }
        if (!plan->aConstraint[i].usable) {
            return SQLITE_CONSTRAINT; /* it comes from a table that is to be read before */
        }
        of[parameter] = i;
    }
    for (int parameter = 0, place = 0; parameter < PARAMETER_COUNT; parameter++) {
        if (of[parameter] >= 0) {
            given |= 1 << parameter;
            plan->aConstraintUsage[of[parameter]].argvIndex = ++place;
            plan->aConstraintUsage[of[parameter]].omit = 1;
        }
    }
    plan->idxNum = given;
    plan->estimatedCost = 1e6;
    plan->estimatedRows = 100;
    return SQLITE_OK;
}

/* ---- The source ------------------------------------------------------------------------------------------ */

/* Where a text goes on behind blanks and comments. */
static const char *behind_blanks(const char *text) {
    for (;;) {
        text += strspn(text, " \t\r\n\f;");
        if (strncmp(text, "--", 2) == 0) {
            text += strcspn(text, "\n");
        } else if (strncmp(text, "/*", 2) == 0) {
            const char *end = strstr(text + 2, "*/");
            text = end == NULL ? text + strlen(text) : end + 2;
        } else {
            return text;
        }
    }
}

/* Whether a statement is one that reads and nothing else; NULL if so, else why it is not taken. */
static const char *why_not(sqlite3_stmt *statement, const char *text, const char *tail) {
    const char *word = behind_blanks(text);
    const bool reads = sqlite3_strnicmp(word, "SELECT", 6) == 0 || sqlite3_strnicmp(word, "WITH", 4) == 0 ||
                       sqlite3_strnicmp(word, "VALUES", 6) == 0;
    if (statement == NULL) {
        return "the source is empty; it is a query, or an engine";
    }
    if (!reads || !sqlite3_stmt_readonly(statement) || sqlite3_column_count(statement) == 0) {
        return "the source must be a query that reads and changes nothing: SELECT, WITH or VALUES";
    }
    if (*behind_blanks(tail) != '\0') {
        return "the source must be one query; something stands behind it";
    }
    return sqlite3_bind_parameter_count(statement) > 0 ? "the source has a parameter, to which nothing can be bound"
                                                       : NULL;
}

static int take_columns(table *at, rows *into, sqlite3_stmt *statement) {
    for (int i = 0; i < sqlite3_column_count(statement); i++) {
        const char *name = sqlite3_column_name(statement, i);
        if (name == NULL) {
            return SQLITE_NOMEM;
        }
        if (!rows_name(into, name, strlen(name))) {
            return fail(at, SQLITE_ERROR, into->why);
        }
    }
    return rows_are_named(into) ? SQLITE_OK : fail(at, SQLITE_ERROR, into->why);
}

static int take_rows(table *at, rows *into, sqlite3_stmt *statement) {
    rows_value values[FIELD_COUNT];
    int stepped;
    while ((stepped = sqlite3_step(statement)) == SQLITE_ROW) {
        for (int i = 0; i < (int)into->columns; i++) {
            const int type = sqlite3_column_type(statement, i);
            const bool has_text = type != SQLITE_BLOB && type != SQLITE_NULL;
            const char *text = has_text ? (const char *)sqlite3_column_text(statement, i) : NULL;
            if (has_text && text == NULL) {
                return SQLITE_NOMEM;
            }
            values[i] =
                (rows_value){text, has_text ? (size_t)sqlite3_column_bytes(statement, i) : 0, type == SQLITE_BLOB};
        }
        if (!rows_take(into, values)) {
            return fail(at, SQLITE_ERROR, into->why);
        }
    }
    if (stepped != SQLITE_DONE) {
        char why[ROWS_SENTENCE];
        snprintf(why, sizeof why, "the source: %s", sqlite3_errmsg(at->database));
        return fail(at, stepped, why);
    }
    return rows_end(into) ? SQLITE_OK : fail(at, SQLITE_ERROR, into->why);
}

/* Whether load_extension() may be called; a source may not, even where the host may. returns  what held before */
static int allow_extensions(sqlite3 *database, int allowed) {
    int before = 0;
    (void)sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, -1, &before);
    (void)sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, allowed, NULL);
    return before;
}

/* Records what a query gives. */
static int run_query(table *at, const char *text, cxj_engine *engine) {
    sqlite3_stmt *statement = NULL;
    const char *tail = "";
    if (at->all->depth >= NESTED) {
        return fail(at, SQLITE_ERROR, "the source asks cxj_view() for a source, which asks for another, too deep");
    }
    if (sqlite3_prepare_v2(at->database, text, -1, &statement, &tail) != SQLITE_OK) {
        char why[ROWS_SENTENCE];
        snprintf(why, sizeof why, "the source: %s", sqlite3_errmsg(at->database));
        return fail(at, SQLITE_ERROR, why);
    }
    const char *refusal = why_not(statement, text, tail);
    rows *into = sqlite3_malloc64(sizeof *into);
    int status = refusal != NULL ? fail(at, SQLITE_ERROR, refusal) : into == NULL ? SQLITE_NOMEM : SQLITE_OK;
    if (status == SQLITE_OK) {
        status = rows_begin(into, engine) ? take_columns(at, into, statement) : SQLITE_NOMEM;
        const int allowed = allow_extensions(at->database, 0);
        at->all->depth++;
        status = status == SQLITE_OK ? take_rows(at, into, statement) : status;
        at->all->depth--;
        (void)allow_extensions(at->database, allowed);
        rows_free(into);
    }
    sqlite3_free(into);
    (void)sqlite3_finalize(statement); /* its failure, if any, is told */
    return status;
}

/* ---- A scan ---------------------------------------------------------------------------------------------- */

static int fail_by_engine(table *at, const cxj_engine *engine) {
    return fail(at, SQLITE_ERROR, cxj_message(engine));
}

/* Which facets are not recorded: those of a list are, if there is one; else what never occurs is not. */
static int set_recorded(table *at, cxj_engine *engine, sqlite3_value *recorded) {
    const char *list = recorded == NULL ? NULL : (const char *)sqlite3_value_text(recorded);
    const uint32_t all = CXJ_FACETS_ALL & ~(uint32_t)CXJ_FACET_WITHDRAWN;
    uint32_t facets = 0;
    uint64_t counts[32];
    cxj_stats stats;
    if (list != NULL && strcmp(list, "all") != 0) {
        cxj_text unknown = {NULL, 0};
        if (!values_facets(list, strlen(list), '|', &facets, &unknown)) {
            return fail(at, SQLITE_ERROR, "recorded is a list of facets joined by |, or all");
        }
    }
    if (cxj_engine_stats(engine, &stats, sizeof stats) != CXJ_OK) {
        return fail(at, SQLITE_ERROR, "the engine cannot be read");
    }
    uint32_t unrecorded = stats.unrecorded_facets;
    if (list != NULL) {
        unrecorded = strcmp(list, "all") == 0 ? 0 : all & ~facets;
    } else if (cxj_facet_counts(engine, counts) == CXJ_OK) {
        for (unsigned i = 0; i < 32; i++) {
            unrecorded |= (all >> i & 1) != 0 && counts[i] == 0 ? UINT32_C(1) << i : 0;
        }
    }
    return cxj_set_unrecorded(engine, unrecorded) == CXJ_OK ? SQLITE_OK : fail_by_engine(at, engine);
}

/* The clock goes to now, or else to the latest touchpoint, if that is later. */
static int set_clock(table *at, cxj_engine *engine, sqlite3_value *now) {
    cxj_stats stats;
    values_moments moments = {0};
    int64_t moment = 0;
    if (cxj_engine_stats(engine, &stats, sizeof stats) != CXJ_OK) {
        return fail(at, SQLITE_ERROR, "the engine cannot be read");
    }
    const char *text = now == NULL ? NULL : (const char *)sqlite3_value_text(now);
    if (text != NULL) {
        const bool read = values_local(&moments, engine) &&
                          values_moment(&moments, text, (size_t)sqlite3_value_bytes(now), false, &moment);
        values_moments_free(&moments);
        if (!read) {
            return fail(at, SQLITE_ERROR, "now is not a time: milliseconds since 1970, or 2026-11-21 22:43:47");
        }
    } else if (stats.touchpoints == 0 || (stats.has_now && stats.now >= stats.latest_at)) {
        return SQLITE_OK;
    } else {
        moment = stats.latest_at;
    }
    return cxj_advance(engine, moment) == CXJ_OK ? SQLITE_OK : fail_by_engine(at, engine);
}

static int make_engine(table *at, scan *into, sqlite3_value *source, sqlite3_value *calendar) {
    char why[320] = "";
    const bool is_blob = sqlite3_value_type(source) == SQLITE_BLOB;
    cxj_status status;
    if (is_blob) {
        const void *bytes = sqlite3_value_blob(source);
        status = door_load(bytes, sqlite3_value_bytes(source), why, sizeof why, &into->engine);
    } else {
        status = door_create(why, sizeof why, &into->engine);
    }
    if (status != CXJ_OK) {
        return fail(at, SQLITE_ERROR, why);
    }
    const char *text = calendar == NULL ? NULL : (const char *)sqlite3_value_text(calendar);
    if (text != NULL && cxj_set_calendar(into->engine, text, (size_t)sqlite3_value_bytes(calendar)) != CXJ_OK) {
        return fail_by_engine(at, into->engine);
    }
    if (is_blob) {
        return SQLITE_OK;
    }
    const char *query = (const char *)sqlite3_value_text(source);
    if (query == NULL || strlen(query) != (size_t)sqlite3_value_bytes(source)) {
        return query == NULL ? SQLITE_NOMEM : fail(at, SQLITE_ERROR, "the source has a NUL in it");
    }
    return run_query(at, query, into->engine);
}

static int open_view(table *at, scan *into, sqlite3_value *text) {
    cxj_view *view = NULL;
    cxj_view_info info;
    char why[320] = "";
    const char *asked = (const char *)sqlite3_value_text(text);
    if (asked == NULL) {
        return SQLITE_NOMEM;
    }
    if (cxj_view_add(into->engine, asked, (size_t)sqlite3_value_bytes(text), &view) != CXJ_OK) {
        return fail_by_engine(at, into->engine);
    }
    cxj_status status = cxj_view_describe(view, &info, sizeof info);
    into->grain = info.grain;
    into->parts = info.parts;
    for (uint32_t i = 0; status == CXJ_OK && i < info.parts && i < MOST_PARTS; i++) {
        status = cxj_view_part(view, i, &into->names[i], NULL);
    }
    if (status == CXJ_OK) {
        status = cxj_cursor_open(view, why, sizeof why, &into->cursor);
    }
    if (status == CXJ_INCOMPLETE) { /* nobody sees a warning in SQL, and what is incomplete would look whole */
        return fail(at, SQLITE_ERROR,
                    "the engine has sealed journeys, or too many cells, and this view would lack them");
    }
    return status == CXJ_OK ? SQLITE_OK : fail(at, SQLITE_ERROR, why);
}

static void clear(scan *at) {
    cxj_cursor_close(at->cursor);
    cxj_engine_destroy(at->engine);
    at->cursor = NULL;
    at->engine = NULL;
    at->place = 0;
    at->at_end = true;
}

static int view_open(sqlite3_vtab *vtab, sqlite3_vtab_cursor **cursor) {
    (void)vtab;
    scan *at = sqlite3_malloc64(sizeof *at);
    if (at == NULL) {
        return SQLITE_NOMEM;
    }
    memset(at, 0, sizeof *at);
    at->at_end = true;
    *cursor = &at->base;
    return SQLITE_OK;
}

static int view_close(sqlite3_vtab_cursor *cursor) {
    clear((scan *)cursor);
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static int view_next(sqlite3_vtab_cursor *cursor) {
    scan *at = (scan *)cursor;
    const cxj_status status = cxj_cursor_next(at->cursor);
    at->at_end = status != CXJ_OK;
    at->place++;
    return status == CXJ_OK || status == CXJ_DONE ? SQLITE_OK
                                                  : fail((table *)cursor->pVtab, SQLITE_ERROR, cxj_status_text(status));
}

static int view_filter(sqlite3_vtab_cursor *cursor, int given, const char *unused, int count, sqlite3_value **values) {
    scan *at = (scan *)cursor;
    table *of = (table *)cursor->pVtab;
    sqlite3_value *value[PARAMETER_COUNT] = {NULL};
    (void)unused;
    clear(at);
    for (int parameter = 0, place = 0; parameter < PARAMETER_COUNT && place < count; parameter++) {
        if ((given >> parameter & 1) != 0) {
            sqlite3_value *here = values[place++];
            value[parameter] = here;
        }
    }
    sqlite3_value *view = value[VIEW - PARAMETERS], *source = value[SOURCE - PARAMETERS];
    if (view == NULL || source == NULL) {
        return fail(of, SQLITE_ERROR,
                    "it takes a view and a source, such as cxj_view('journeys by type', 'SELECT * FROM events')");
    }
    if (sqlite3_value_type(view) == SQLITE_NULL || sqlite3_value_type(source) == SQLITE_NULL) {
        return SQLITE_OK; /* of nothing there are no rows */
    }
    int status = make_engine(of, at, source, value[CALENDAR - PARAMETERS]);
    status = status == SQLITE_OK ? set_recorded(of, at->engine, value[RECORDED - PARAMETERS]) : status;
    status = status == SQLITE_OK ? set_clock(of, at->engine, value[NOW - PARAMETERS]) : status;
    status = status == SQLITE_OK ? open_view(of, at, view) : status;
    return status == SQLITE_OK ? view_next(cursor) : status;
}

static int view_eof(sqlite3_vtab_cursor *cursor) {
    return ((scan *)cursor)->at_end;
}

static int view_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid) {
    *rowid = ((scan *)cursor)->place;
    return SQLITE_OK;
}

/* ---- What a cell shows ----------------------------------------------------------------------------------- */

static void append_text(sqlite3_str *to, const char *text) {
    sqlite3_str_appendchar(to, 1, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            sqlite3_str_appendchar(to, 1, '\\');
            sqlite3_str_appendchar(to, 1, *text);
        } else if ((unsigned char)*text < 0x20) {
            sqlite3_str_appendf(to, "\\u%04x", (unsigned)*text);
        } else {
            sqlite3_str_appendchar(to, 1, *text);
        }
    }
    sqlite3_str_appendchar(to, 1, '"');
}

/* A number such that reading it gives the same double; whatever the locale writes for a point. */
static void append_number(sqlite3_str *to, double number) {
    char text[40];
    if (isnan(number) || isinf(number)) {
        sqlite3_str_appendall(to, "null");
    } else if (fabs(number) < 9007199254740992.0 && number == floor(number)) {
        sqlite3_str_appendf(to, "%lld", (sqlite3_int64)number);
    } else {
        snprintf(text, sizeof text, "%.17g", number);
        char *comma = strchr(text, ',');
        if (comma != NULL) {
            *comma = '.';
        }
        sqlite3_str_appendall(to, text);
    }
}

static int show_key(scan *at, sqlite3_str *to) {
    for (uint32_t i = 0; i < at->parts; i++) {
        const char *text = "";
        if (cxj_cursor_part(at->cursor, i, &text, NULL) != CXJ_OK) {
            return SQLITE_ERROR;
        }
        sqlite3_str_appendall(to, i == 0 ? "" : ", ");
        append_text(to, at->names[i]);
        sqlite3_str_appendall(to, ": ");
        append_text(to, text);
    }
    return SQLITE_OK;
}

static int show_metrics(const table *of, scan *at, sqlite3_str *to, bool intervals, char *why, size_t capacity) {
    const char *comma = "";
    for (size_t i = 0; i < of->all->metric_count; i++) {
        const uint32_t metric = of->all->numbers[i][at->grain];
        cxj_value value;
        if (metric == 0) {
            continue;
        }
        if (cxj_cursor_metrics(at->cursor, &metric, 1, why, capacity, &value, sizeof value) != CXJ_OK) {
            return SQLITE_ERROR;
        }
        if (intervals && (isnan(value.low) || isnan(value.high))) {
            continue;
        }
        sqlite3_str_appendall(to, comma);
        comma = ", ";
        append_text(to, of->all->metrics[i]);
        sqlite3_str_appendall(to, intervals ? ": [" : ": ");
        append_number(to, intervals ? value.low : value.value);
        if (intervals) {
            sqlite3_str_appendall(to, ", ");
            append_number(to, value.high);
            sqlite3_str_appendall(to, "]");
        }
    }
    return SQLITE_OK;
}

static int show_json(const table *of, scan *at, sqlite3_context *context, int column) {
    char why[320] = "the cell cannot be read";
    sqlite3_str *text = sqlite3_str_new(of->database);
    sqlite3_str_appendall(text, "{");
    const int status = column == SHOWN_KEY ? show_key(at, text)
                                           : show_metrics(of, at, text, column == SHOWN_INTERVALS, why, sizeof why);
    sqlite3_str_appendall(text, "}");
    const int failed = sqlite3_str_errcode(text);
    char *json = sqlite3_str_finish(text);
    if (failed == SQLITE_OK && status == SQLITE_OK && json != NULL) {
        sqlite3_result_text(context, json, -1, sqlite3_free);
        return SQLITE_OK;
    }
    sqlite3_free(json);
    if (status != SQLITE_OK) {
        sqlite3_result_error(context, why, -1);
        return status;
    }
    sqlite3_result_error_code(context, failed == SQLITE_OK ? SQLITE_NOMEM : failed);
    return failed == SQLITE_OK ? SQLITE_NOMEM : failed;
}

static int complain(sqlite3_context *context, const char *what, const char *why) {
    char sentence[200];
    snprintf(sentence, sizeof sentence, "cxj_view: %s %s", what, why);
    sqlite3_result_error(context, sentence, -1);
    return SQLITE_ERROR;
}

static int show_part(const table *of, scan *at, sqlite3_context *context, const char *key) {
    (void)of;
    for (uint32_t i = 0; i < at->parts; i++) {
        const char *text = "";
        if (strcmp(at->names[i], key) == 0 && cxj_cursor_part(at->cursor, i, &text, NULL) == CXJ_OK) {
            sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
            return SQLITE_OK;
        }
    }
    return complain(context, key, "is no part of this view's keys");
}

static int show_metric(const table *of, scan *at, sqlite3_context *context, size_t i, size_t aspect) {
    static const char *const grains[] = {"", "touchpoints", "transitions", "journeys"};
    const uint32_t metric = of->all->numbers[i][at->grain];
    char why[320] = "";
    cxj_value value;
    if (metric == 0) {
        snprintf(why, sizeof why, "is no metric of %s", grains[at->grain]);
        return complain(context, of->all->metrics[i], why);
    }
    if (cxj_cursor_metrics(at->cursor, &metric, 1, why, sizeof why, &value, sizeof value) != CXJ_OK) {
        return complain(context, of->all->metrics[i], why);
    }
    const double shown = aspect == 0 ? value.value : aspect == 1 ? value.low : value.high;
    if (aspect == 3) {
        sqlite3_result_int64(context, (sqlite3_int64)value.n);
    } else if (aspect == 0 && of->all->counts[i] && fabs(shown) < 9007199254740992.0) {
        sqlite3_result_int64(context, (sqlite3_int64)shown);
    } else {
        sqlite3_result_double(context, shown); /* NaN becomes NULL */
    }
    return SQLITE_OK;
}

static int view_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column) {
    const table *of = (const table *)cursor->pVtab;
    scan *at = (scan *)cursor;
    if (column < PARAMETERS) {
        return show_json(of, at, context, column);
    }
    if (column < KEYS) {
        return SQLITE_OK; /* parameters need not be told again: NULL */
    }
    const size_t place = (size_t)(column - KEYS);
    if (place < of->all->key_count) {
        return show_part(of, at, context, of->all->keys[place]);
    }
    const size_t metric = place - of->all->key_count;
    return show_metric(of, at, context, metric / ASPECTS, metric % ASPECTS);
}

int door_register_view(sqlite3 *database) {
    static const sqlite3_module module = {
        .xConnect = view_connect, /* without xCreate, so that there is no table to be made of it */
        .xBestIndex = view_best_index,
        .xDisconnect = view_disconnect,
        .xOpen = view_open,
        .xClose = view_close,
        .xFilter = view_filter,
        .xNext = view_next,
        .xEof = view_eof,
        .xColumn = view_column,
        .xRowid = view_rowid,
    };
    char why[320] = "";
    catalogue *all = sqlite3_malloc64(sizeof *all);
    if (all == NULL) {
        return SQLITE_NOMEM;
    }
    memset(all, 0, sizeof *all);
    if (fill(all, why, sizeof why) != CXJ_OK) {
        sqlite3_free(all);
        return SQLITE_ERROR;
    }
    return sqlite3_create_module_v2(database, "cxj_view", &module, all, sqlite3_free); /* which frees it if it fails */
}
