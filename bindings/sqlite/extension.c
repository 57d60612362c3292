/* extension: cxj in SQL, a loadable extension of SQLite. README.md says how it is used.
 *
 *     cxj_view('journeys by type', 'SELECT … FROM my_events')     a table: a view's cells        (view.c)
 *     cxj_view('journeys by type', engine)                        the same of a saved engine
 *     cxj_engine('journey', ticket, 'at', moment, …)              an aggregate: rows as an engine, a blob
 *     cxj_merge(engine)                                           an aggregate: engines as one
 *     cxj_info(engine)                                            what is in one, as JSON
 *     cxj_version()                                               the library's version
 *
 * SPDX-License-Identifier: MIT
 *
 * An engine is a value: the bytes that cxj_save() writes. So it can stand in a table, travel, and be compared, for
 * equal state gives equal bytes; and no function of SQL has to remember anything from one call to the next. */
#include "door.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

SQLITE_EXTENSION_INIT1

/* Flags of functions that came with it: views and triggers may be kept from a table-valued function. */
#define OLDEST 3031000

/* What an engine of a blob may take: this, and so much for each of its bytes. */
#define LOAD_MEMORY (UINT64_C(256) << 20)
#define LOAD_MEMORY_EACH 64

/* ---- Engines --------------------------------------------------------------------------------------------- */

/* What the hard limit of SQLite's memory leaves; 0: there is no limit. */
static uint64_t memory_left(void) {
    const sqlite3_int64 limit = sqlite3_hard_heap_limit64(-1);
    const sqlite3_int64 used = sqlite3_memory_used();
    return limit <= 0 ? 0 : limit > used ? (uint64_t)(limit - used) : 1;
}

cxj_status door_create(char *why, size_t capacity, cxj_engine **engine) {
    const cxj_options options = {.size = sizeof options, .memory_limit = memory_left()};
    return cxj_engine_create(&options, why, capacity, engine);
}

cxj_status door_load(const void *bytes, int length, char *why, size_t capacity, cxj_engine **engine) {
    const uint64_t left = memory_left();
    cxj_options options = {.size = sizeof options, .memory_limit = LOAD_MEMORY + LOAD_MEMORY_EACH * (uint64_t)length};
    if (left != 0 && left < options.memory_limit) {
        options.memory_limit = left;
    }
    return cxj_load_bytes(&options, bytes, (size_t)length, why, capacity, engine);
}

static void fail(sqlite3_context *context, const char *function, const char *why) {
    char sentence[ROWS_SENTENCE + 40];
    snprintf(sentence, sizeof sentence, "%s: %s", function, why);
    sqlite3_result_error(context, sentence, -1);
}

/* Gives an engine as a blob. */
static void give(sqlite3_context *context, const char *function, const cxj_engine *engine) {
    char why[320];
    size_t length = 0;
    cxj_status status = cxj_save_bytes(engine, 0, why, sizeof why, NULL, &length);
    void *bytes = status == CXJ_TOO_SMALL ? sqlite3_malloc64(length) : NULL;
    if (status == CXJ_TOO_SMALL && bytes == NULL) {
        sqlite3_result_error_nomem(context);
        return;
    }
    if (bytes != NULL) {
        status = cxj_save_bytes(engine, length, why, sizeof why, bytes, &length);
    }
    if (status == CXJ_OK) {
        sqlite3_result_blob64(context, bytes, length, sqlite3_free);
    } else {
        sqlite3_free(bytes);
        fail(context, function, why);
    }
}

/* ---- cxj_engine() ---------------------------------------------------------------------------------------- */

/* Rows that are becoming an engine. SQLite sets it to zero. */
typedef struct building {
    cxj_engine *engine;
    rows *rows;
    bool failed; /* and SQLite knows why */
} building;

static bool stop(sqlite3_context *context, building *at, const char *why) {
    at->failed = true;
    fail(context, "cxj_engine", why);
    return false;
}

static bool begin_building(sqlite3_context *context, building *at, int count, sqlite3_value **arguments) {
    char why[320] = "";
    if (count == 0 || count % 2 != 0 || count / 2 > FIELD_COUNT) {
        return stop(context, at,
                    "it takes names of fields and their values in turn, such as 'journey', ticket, 'at', moment");
    }
    at->rows = sqlite3_malloc64(sizeof *at->rows);
    if (at->rows == NULL) {
        at->failed = true;
        sqlite3_result_error_nomem(context);
        return false;
    }
    memset(at->rows, 0, sizeof *at->rows);
    if (door_create(why, sizeof why, &at->engine) != CXJ_OK) {
        return stop(context, at, why);
    }
    if (!rows_begin(at->rows, at->engine)) {
        return stop(context, at, at->rows->why);
    }
    for (int i = 0; i < count; i += 2) {
        const char *name = (const char *)sqlite3_value_text(arguments[i]);
        if (name == NULL || !rows_name(at->rows, name, (size_t)sqlite3_value_bytes(arguments[i]))) {
            return stop(context, at, name == NULL ? "the name of a field is NULL" : at->rows->why);
        }
    }
    return rows_are_named(at->rows) || stop(context, at, at->rows->why);
}

/* Whether the names are those of the first row; else values would come into other fields. */
static bool names_hold(const rows *at, sqlite3_value **arguments) {
    for (size_t i = 0; i < at->columns; i++) {
        const char *name = (const char *)sqlite3_value_text(arguments[2 * i]);
        const char *field = fields[at->field_of[i]].name;
        if (name == NULL || (sqlite3_stricmp(name, field) != 0 &&
                             fields_find(name, (size_t)sqlite3_value_bytes(arguments[2 * i])) != at->field_of[i])) {
            return false;
        }
    }
    return true;
}

static void engine_step(sqlite3_context *context, int count, sqlite3_value **arguments) {
    building *at = sqlite3_aggregate_context(context, (int)sizeof *at);
    rows_value values[FIELD_COUNT];
    if (at == NULL) {
        sqlite3_result_error_nomem(context);
        return;
    }
    if (at->failed || (at->rows == NULL && !begin_building(context, at, count, arguments))) {
        return;
    }
    if (!names_hold(at->rows, arguments)) {
        (void)stop(context, at, "the names of fields must be the same in each row");
        return;
    }
    for (int i = 1; i < count; i += 2) {
        const int type = sqlite3_value_type(arguments[i]);
        const bool has_text = type != SQLITE_BLOB && type != SQLITE_NULL;
        const char *text = has_text ? (const char *)sqlite3_value_text(arguments[i]) : NULL;
        if (has_text && text == NULL) {
            at->failed = true;
            sqlite3_result_error_nomem(context);
            return;
        }
        values[i / 2] =
            (rows_value){text, has_text ? (size_t)sqlite3_value_bytes(arguments[i]) : 0, type == SQLITE_BLOB};
    }
    if (!rows_take(at->rows, values)) {
        (void)stop(context, at, at->rows->why);
    }
}

static void engine_final(sqlite3_context *context) {
    building *at = sqlite3_aggregate_context(context, 0);
    if (at == NULL) { /* there was no row: NULL, as of other aggregates */
        return;
    }
    if (!at->failed && at->rows != NULL) {
        if (rows_end(at->rows)) {
            give(context, "cxj_engine", at->engine);
        } else {
            (void)stop(context, at, at->rows->why);
        }
    }
    if (at->rows != NULL) {
        rows_free(at->rows);
    }
    sqlite3_free(at->rows);
    cxj_engine_destroy(at->engine);
}

/* ---- cxj_merge() ----------------------------------------------------------------------------------------- */

typedef struct merging {
    cxj_engine *engine;
    bool failed;
} merging;

static void merge_step(sqlite3_context *context, int count, sqlite3_value **arguments) {
    merging *at = sqlite3_aggregate_context(context, (int)sizeof *at);
    char why[320] = "";
    cxj_engine *other = NULL;
    (void)count;
    if (at == NULL) {
        sqlite3_result_error_nomem(context);
        return;
    }
    if (at->failed || sqlite3_value_type(arguments[0]) == SQLITE_NULL) {
        return;
    }
    cxj_status status = CXJ_BAD_ARGUMENT;
    if (sqlite3_value_type(arguments[0]) != SQLITE_BLOB) {
        snprintf(why, sizeof why, "it takes engines, which are blobs, such as cxj_engine() gives");
    } else {
        const void *bytes = sqlite3_value_blob(arguments[0]);
        status = door_load(bytes, sqlite3_value_bytes(arguments[0]), why, sizeof why, &other);
    }
    if (status == CXJ_OK && at->engine != NULL) {
        status = cxj_merge(at->engine, other);
        if (status != CXJ_OK) {
            snprintf(why, sizeof why, "%s", cxj_message(at->engine));
        }
        cxj_engine_destroy(other);
    } else if (status == CXJ_OK) {
        at->engine = other;
    }
    if (status != CXJ_OK) {
        at->failed = true;
        fail(context, "cxj_merge", why);
    }
}

static void merge_final(sqlite3_context *context) {
    merging *at = sqlite3_aggregate_context(context, 0);
    if (at == NULL) {
        return;
    }
    if (!at->failed && at->engine != NULL) {
        give(context, "cxj_merge", at->engine);
    }
    cxj_engine_destroy(at->engine);
}

/* ---- What is in one -------------------------------------------------------------------------------------- */

static void info(sqlite3_context *context, int count, sqlite3_value **arguments) {
    char why[320] = "", text[400];
    cxj_validation found;
    (void)count;
    if (sqlite3_value_type(arguments[0]) == SQLITE_NULL) {
        return;
    }
    if (sqlite3_value_type(arguments[0]) != SQLITE_BLOB) {
        fail(context, "cxj_info", "it takes an engine, which is a blob, such as cxj_engine() gives");
        return;
    }
    const void *bytes = sqlite3_value_blob(arguments[0]);
    const size_t length = (size_t)sqlite3_value_bytes(arguments[0]);
    const cxj_options options = {.size = sizeof options, .memory_limit = memory_left()};
    if (cxj_validate_bytes(&options, bytes, length, why, sizeof why, &found, sizeof found) != CXJ_OK) {
        fail(context, "cxj_info", why);
        return;
    }
    snprintf(text, sizeof text,
             "{\"touchpoints\": %" PRIu64 ", \"journeys\": %" PRIu64 ", \"sealed\": %" PRIu64 ", \"views\": %" PRIu64
             ", \"names\": %" PRIu64 ", \"format\": %" PRIu32 ", \"bytes\": %zu}",
             found.touchpoints, found.journeys, found.sealed, found.views, found.names, found.format, length);
    sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

static void version(sqlite3_context *context, int count, sqlite3_value **arguments) {
    (void)count;
    (void)arguments;
    sqlite3_result_text(context, cxj_version_text(), -1, SQLITE_STATIC);
}

/* ---- The door -------------------------------------------------------------------------------------------- */

#ifdef _WIN32
__declspec(dllexport)
#elif defined(__GNUC__)
__attribute__((visibility("default")))
#endif
int sqlite3_cxj_init(sqlite3 *database, char **why, const sqlite3_api_routines *api);

int sqlite3_cxj_init(sqlite3 *database, char **why, const sqlite3_api_routines *api) {
    SQLITE_EXTENSION_INIT2(api)
    if (sqlite3_libversion_number() < OLDEST) {
        *why = sqlite3_mprintf("cxj needs SQLite 3.31 or later; this is %s", sqlite3_libversion());
        return SQLITE_ERROR;
    }
    int status = sqlite3_create_function_v2(database, "cxj_engine", -1, SQLITE_UTF8, NULL, NULL, engine_step,
                                            engine_final, NULL);
    if (status == SQLITE_OK) {
        status = sqlite3_create_function_v2(database, "cxj_merge", 1, SQLITE_UTF8, NULL, NULL, merge_step, merge_final,
                                            NULL);
    }
    if (status == SQLITE_OK) {
        status = sqlite3_create_function_v2(database, "cxj_info", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, info,
                                            NULL, NULL, NULL);
    }
    if (status == SQLITE_OK) {
        status = sqlite3_create_function_v2(database, "cxj_version", 0, SQLITE_UTF8 | SQLITE_INNOCUOUS, NULL, version,
                                            NULL, NULL, NULL);
    }
    return status == SQLITE_OK ? door_register_view(database) : status;
}
