/* desk: a ticket desk on a database (SQLite), with cxj beside it. A program to copy.
 *
 *     desk FOLDER COMMAND...
 *
 *     work N           so many further pieces of made-up work: tickets, events, surveys, corrections, erasures
 *     until N          likewise, until there were so many in all
 *     erase CUSTOMER   forgets a customer, in the database and in the engine
 *     show             who waits for what, and how tickets go
 *     verify           says whether the engine knows what one would that was fed the database once
 *     wait             waits until its input ends
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: the truth is the database, and the engine follows it. Each row that the engine has to know carries the number
 * of its last change, drawn in the transaction that wrote it. The engine's mark is the number up to which it knows
 * everything. So there is one way in, follow(): read what the database has beyond the mark, and record it. It runs in
 * the aftermath of each transaction, and after a start, where it makes good whatever a crash has cut off. Nothing is
 * recorded that was rolled back; nothing is missing; and since a row has an id and a revision, nothing counts twice.
 *
 * A host copies what stands from "The database" to "Customers who are forgotten", and puts its own tables and words
 * into it; "Made-up work" stands for its customers. What goes beyond ISO C is in file.c. */
#include <sqlite3.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "file.h"

enum {
    SAVE_EVERY = 100, /* changes from one save to the next. keep.c saves incrementally, for a desk that must not stop */
    PATH = 4096,
    SHOWN = 5 /* lines of each worklist */
};

typedef struct desk {
    const char *folder;
    sqlite3 *database;
    cxj_engine *engine;
    uint64_t known; /* the number of the last change that the engine knows */
    uint64_t saved; /* likewise what was saved last */
} desk;

static bool complain(const char *doing, const char *why) {
    fprintf(stderr, "desk: %s: %s\n", doing, why);
    return false;
}

static const char *path_of(const desk *at, const char *name, char *path) {
    snprintf(path, PATH, "%s/%s", at->folder, name);
    return path;
}

/* ---- The database ---------------------------------------------------------------------------------------- */

/* The one row of counter has the number of the last change. Numbers of rows are never given again (AUTOINCREMENT), so
 * no new ticket meets what the engine or a backup knows of an erased one. A row that is taken back stays, without what
 * it said, so that the engine learns of it.
 *
 * In a database with several writers at once (PostgreSQL, MySQL) a transaction with a lower number can be committed
 * after one with a higher, and would be passed over. There the counter's row is locked by its UPDATE until the commit,
 * as here, which keeps them in order; a sequence would not. */
static const char schema[] =
    "CREATE TABLE IF NOT EXISTS counter (change INTEGER NOT NULL, moment INTEGER NOT NULL, pieces INTEGER NOT NULL);"
    "INSERT INTO counter SELECT 0, 0, 0 WHERE NOT EXISTS (SELECT * FROM counter);"
    "CREATE TABLE IF NOT EXISTS customers (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, segment TEXT);"
    "CREATE TABLE IF NOT EXISTS tickets (id INTEGER PRIMARY KEY AUTOINCREMENT, customer INTEGER NOT NULL, kind TEXT,"
    " segment TEXT, owner TEXT, team TEXT, open INTEGER NOT NULL DEFAULT 1);"
    "CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY AUTOINCREMENT, ticket INTEGER NOT NULL,"
    " at INTEGER NOT NULL, activity TEXT, owner TEXT, team TEXT, channel TEXT, due INTEGER NOT NULL DEFAULT 0,"
    " taken_back INTEGER NOT NULL DEFAULT 0, change INTEGER NOT NULL UNIQUE);"
    "CREATE TABLE IF NOT EXISTS surveys (id INTEGER PRIMARY KEY AUTOINCREMENT, ticket INTEGER NOT NULL,"
    " at INTEGER NOT NULL, score INTEGER NOT NULL, of_ticket INTEGER NOT NULL, change INTEGER NOT NULL UNIQUE);"
    "CREATE TABLE IF NOT EXISTS erasures (customer INTEGER NOT NULL, change INTEGER NOT NULL UNIQUE);"
    "CREATE INDEX IF NOT EXISTS tickets_of_customer ON tickets (customer);"
    "CREATE INDEX IF NOT EXISTS tickets_open ON tickets (id) WHERE open;"
    "CREATE INDEX IF NOT EXISTS events_of_ticket ON events (ticket);"
    "CREATE INDEX IF NOT EXISTS surveys_of_ticket ON surveys (ticket);";

/* synchronous: what was committed is on the disk, so a saved engine never knows what a loss of power takes from the
 * database. locking_mode: one desk at a time. secure_delete: what is deleted is overwritten. */
static const char settings[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA locking_mode = EXCLUSIVE;"
                               "PRAGMA secure_delete = ON;";

static bool complain_of_database(const desk *at, const char *doing) {
    return complain(doing, sqlite3_errmsg(at->database));
}

static bool execute(desk *at, const char *sql) {
    return sqlite3_exec(at->database, sql, NULL, NULL, NULL) == SQLITE_OK || complain_of_database(at, sql);
}

static bool open_database(desk *at) {
    char path[PATH];
    if (sqlite3_open(path_of(at, "desk.db", path), &at->database) != SQLITE_OK) {
        return complain_of_database(at, path);
    }
    (void)sqlite3_busy_timeout(at->database, 2000);
    return execute(at, settings) && execute(at, "BEGIN IMMEDIATE") && execute(at, schema) && execute(at, "COMMIT");
}

/* A value that goes into a statement: a text, or else a number. */
typedef struct cell {
    const char *text;
    int64_t number;
} cell;

static cell number(int64_t value) {
    return (cell){.number = value};
}

static cell text(const char *value) {
    return (cell){.text = value == NULL ? "" : value};
}

static sqlite3_stmt *prepare(desk *at, const char *sql, const cell *cells, size_t count) {
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(at->database, sql, -1, &statement, NULL) != SQLITE_OK) {
        (void)complain_of_database(at, sql);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        const int place = (int)i + 1;
        const int bound = cells[i].text != NULL ? sqlite3_bind_text(statement, place, cells[i].text, -1, SQLITE_STATIC)
                                                : sqlite3_bind_int64(statement, place, cells[i].number);
        if (bound != SQLITE_OK) {
            (void)complain_of_database(at, sql);
            (void)sqlite3_finalize(statement);
            return NULL;
        }
    }
    return statement;
}

/* Runs a statement; the first number of its first row, or 0, goes to result (NULL: not wanted). */
static bool run(desk *at, int64_t *result, const char *sql, const cell *cells, size_t count) {
    sqlite3_stmt *statement = prepare(at, sql, cells, count);
    if (statement == NULL) {
        return false;
    }
    const int stepped = sqlite3_step(statement);
    if (result != NULL) {
        *result = stepped == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    }
    const bool done = stepped == SQLITE_ROW || stepped == SQLITE_DONE || complain_of_database(at, sql);
    (void)sqlite3_finalize(statement);
    return done;
}

#define CELLS(...) (const cell[]){__VA_ARGS__}, sizeof((const cell[]){__VA_ARGS__}) / sizeof(cell)

/* The next change, at a moment: its number is that of the row that is written next. */
static bool count_change(desk *at, int64_t moment) {
    return run(at, NULL, "UPDATE counter SET change = change + 1, moment = max(moment, ?)", CELLS(number(moment)));
}

/* ---- What a row means ------------------------------------------------------------------------------------ */

/* The heart of any host: its words, and which facts they state (examples/README.md has the questions that help). */
static const struct {
    const char *activity;
    uint32_t facets;
    uint8_t outcome;
} meanings[] = {
    {"opened", CXJ_FACET_INBOUND, 0},
    {"answer", CXJ_FACET_CONTACT | CXJ_FACET_NEXT_STEP, 0},
    {"note", 0, 0},
    {"handed over", 0, 0},
    {"told again", CXJ_FACET_INBOUND | CXJ_FACET_REPEATED, 0},
    {"where is it?", CXJ_FACET_CHASE, 0},
    {"delay told", CXJ_FACET_EXPLAINS, 0},
    {"asked the customer", CXJ_FACET_CONTACT | CXJ_FACET_PENDING, 0},
    {"broke again", CXJ_FACET_FAULT, 0},
    {"delivered", CXJ_FACET_CONTACT | CXJ_FACET_DELIVERED, 0},
    {"solved", CXJ_FACET_CONTACT | CXJ_FACET_RESOLVED | CXJ_FACET_DELIVERED | CXJ_FACET_ASKED, CXJ_OUTCOME_COMPLETED},
    {"given up", CXJ_FACET_CONTACT, CXJ_OUTCOME_ABANDONED},
    {"opened again", CXJ_FACET_INBOUND | CXJ_FACET_REOPENS, 0},
};

enum { UNRECORDED = CXJ_FACET_CONTRADICTED | CXJ_FACET_REQUESTED | CXJ_FACET_CHURNED | CXJ_FACET_RESUMES };

static const char *const views[] = {"journeys by type", "touchpoints by channel per day", "transitions by team"};

static const char *const worklists[] = {"waiting for 4h", "overdue", "due within 1d", "same owner for 3d",
                                        "chases over 1"};

/* What is beyond a number, in the order of changes. Only the event that opened a ticket states the ticket's kind and
 * segment: who corrects the kind gives that event a new change. */
static const char beyond[] =
    "SELECT e.change, 'event', e.id, e.ticket, t.customer, e.at, e.due, e.activity, e.owner, e.team, e.channel,"
    " e.taken_back, CASE e.activity WHEN 'opened' THEN t.kind END, CASE e.activity WHEN 'opened' THEN t.segment END"
    " FROM events e JOIN tickets t ON t.id = e.ticket WHERE e.change > ?1 "
    "UNION ALL "
    "SELECT s.change, 'survey', s.id, s.ticket, t.customer, s.at, s.score, NULL, NULL, NULL, NULL, s.of_ticket, NULL,"
    " NULL FROM surveys s JOIN tickets t ON t.id = s.ticket WHERE s.change > ?1 "
    "UNION ALL "
    "SELECT change, 'erasure', 0, 0, customer, 0, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL FROM erasures"
    " WHERE change > ?1 "
    "ORDER BY 1";

/* A text of a row, living until the next row. */
static cxj_text text_of(sqlite3_stmt *row, int column) {
    const char *bytes = (const char *)sqlite3_column_text(row, column);
    return (cxj_text){bytes, bytes == NULL ? 0 : (size_t)sqlite3_column_bytes(row, column)};
}

static void read_event(sqlite3_stmt *row, cxj_named_touchpoint *t) {
    t->id_number = (uint64_t)sqlite3_column_int64(row, 2);
    if (sqlite3_column_int(row, 11) != 0) {
        t->facets = CXJ_FACET_WITHDRAWN;
        return;
    }
    t->customer_number = (uint64_t)sqlite3_column_int64(row, 4);
    t->at = sqlite3_column_int64(row, 5);
    t->due = sqlite3_column_int64(row, 6);
    t->activity = text_of(row, 7);
    t->owner = text_of(row, 8);
    t->team = text_of(row, 9);
    t->channel = text_of(row, 10);
    t->type = text_of(row, 12);
    t->segment = text_of(row, 13);
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
        if (t->activity.text != NULL && strcmp(meanings[i].activity, t->activity.text) == 0) {
            t->facets = meanings[i].facets;
            t->outcome = meanings[i].outcome;
        }
    }
}

/* Events and surveys have numbers of their own, so that of a survey is told apart by a text. */
static void read_survey(sqlite3_stmt *row, cxj_named_touchpoint *t, char *id, size_t capacity) {
    snprintf(id, capacity, "survey %" PRId64, (int64_t)sqlite3_column_int64(row, 2));
    t->id = (cxj_text){id, CXJ_ZERO_TERMINATED};
    t->customer_number = (uint64_t)sqlite3_column_int64(row, 4);
    t->at = sqlite3_column_int64(row, 5);
    t->scale = CXJ_SCALE_CSAT5;
    t->score = (uint8_t)sqlite3_column_int(row, 6);
    t->scope = sqlite3_column_int(row, 11) != 0 ? CXJ_SCOPE_JOURNEY : CXJ_SCOPE_TOUCHPOINT;
}

/* ---- The engine follows ---------------------------------------------------------------------------------- */

/* Records one row. By names, not codes: codes are an engine's own, and others after loading. */
static bool record(cxj_engine *engine, sqlite3_stmt *row) {
    cxj_named_touchpoint t;
    char id[32];
    memset(&t, 0, sizeof t);
    const char *what = (const char *)sqlite3_column_text(row, 1);
    if (what == NULL) {
        return complain("reading", "not enough memory");
    }
    if (strcmp(what, "erasure") == 0) {
        const cxj_status erased = cxj_erase_customer(engine, (uint64_t)sqlite3_column_int64(row, 4), NULL);
        return erased == CXJ_OK || erased == CXJ_NOT_FOUND || complain("erasing", cxj_message(engine));
    }
    t.revision = (uint64_t)sqlite3_column_int64(row, 0);
    t.journey_number = (uint64_t)sqlite3_column_int64(row, 3);
    if (strcmp(what, "survey") == 0) {
        read_survey(row, &t, id, sizeof id);
    } else {
        read_event(row, &t);
    }
    const cxj_status status = cxj_record_named(engine, &t, sizeof t, 1, 0, NULL, 0);
    if (status == CXJ_REFUSED) { /* it would be refused again, so the others shall not wait for it */
        (void)complain("a row is left out", cxj_message(engine));
    }
    return status >= 0 || complain("recording", cxj_message(engine));
}

/* Records what the database has beyond what an engine knows, then moves its clock. What fails is tried again next time;
 * until then the engine is behind, and its mark says so. */
static bool record_beyond(desk *at, cxj_engine *engine, uint64_t *known) {
    int64_t last = 0, moment = 0;
    if (!run(at, &last, "SELECT change FROM counter", NULL, 0) ||
        !run(at, &moment, "SELECT moment FROM counter", NULL, 0)) {
        return false;
    }
    sqlite3_stmt *rows = prepare(at, beyond, CELLS(number((int64_t)*known)));
    int stepped = SQLITE_ERROR;
    bool done = rows != NULL;
    while (done && (stepped = sqlite3_step(rows)) == SQLITE_ROW) {
        done = record(engine, rows);
        if (done) {
            *known = (uint64_t)sqlite3_column_int64(rows, 0);
        }
    }
    (void)sqlite3_finalize(rows);
    if (!done || stepped != SQLITE_DONE) {
        return done && complain_of_database(at, "reading");
    }
    *known = (uint64_t)last; /* a change whose row was erased since has no row */
    char mark[24];
    snprintf(mark, sizeof mark, "%" PRIu64, *known);
    return (moment == 0 || cxj_advance(engine, moment) == CXJ_OK || complain("the clock", cxj_message(engine))) &&
           (cxj_set_mark(engine, mark, strlen(mark)) == CXJ_OK || complain("the mark", cxj_message(engine)));
}

/* Saves the engine. What it then has forgotten for good, the database need not remember any more. A save that fails
 * leaves the file before it; the next one comes in time. */
static bool save(desk *at) {
    char path[PATH], sentence[FILE_SENTENCE];
    if (!file_save(at->engine, path_of(at, "engine.cxj", path), sentence)) {
        return complain(path, sentence);
    }
    at->saved = at->known;
    int64_t forgotten = 0;
    if (!run(at, &forgotten, "SELECT count(*) FROM erasures", NULL, 0)) {
        return false;
    }
    /* The checkpoint empties the log of the database, in which the customer still stands. */
    return forgotten == 0 ||
           (run(at, NULL, "DELETE FROM erasures WHERE change <= ?", CELLS(number((int64_t)at->saved))) &&
            execute(at, "PRAGMA wal_checkpoint(TRUNCATE)"));
}

static bool follow(desk *at) {
    int64_t forgotten = 0;
    return record_beyond(at, at->engine, &at->known) && run(at, &forgotten, "SELECT count(*) FROM erasures", NULL, 0) &&
           ((forgotten == 0 && at->known < at->saved + SAVE_EVERY) || save(at));
}

/* Ends a transaction that was begun, and in its aftermath has the engine follow. What was committed is committed: that
 * the engine could not follow is said, and made good later. */
static bool end(desk *at, bool done) {
    if (done && execute(at, "COMMIT")) {
        (void)follow(at);
        return true;
    }
    if (!sqlite3_get_autocommit(at->database)) {
        (void)execute(at, "ROLLBACK");
    }
    return false;
}

static bool begin(desk *at) {
    return execute(at, "BEGIN IMMEDIATE");
}

static bool prepare_engine(cxj_engine *engine) {
    cxj_view *view;
    bool done = cxj_set_unrecorded(engine, UNRECORDED) == CXJ_OK;
    for (size_t i = 0; done && i < sizeof views / sizeof *views; i++) {
        done = cxj_view_add(engine, views[i], CXJ_ZERO_TERMINATED, &view) == CXJ_OK;
    }
    return done || complain("the engine", cxj_message(engine));
}

/* The number of the last change that an engine knows, by its mark. */
static bool read_mark(const cxj_engine *engine, uint64_t *known) {
    const void *bytes = NULL;
    size_t length = 0;
    char mark[24] = "";
    if (cxj_mark(engine, &bytes, &length) != CXJ_OK || length == 0 || length >= sizeof mark) {
        return false;
    }
    memcpy(mark, bytes, length);
    return sscanf(mark, "%" SCNu64, known) == 1;
}

static int64_t clock_of(const cxj_engine *engine) {
    cxj_stats stats;
    return cxj_engine_stats(engine, &stats, sizeof stats) == CXJ_OK ? stats.now : 0;
}

/* Loads the saved engine, if there is one and it fits; else an empty one reads the whole database. Who puts back an
 * older database from a backup removes the saved engine: it knows what that one does not. */
static bool load(desk *at) {
    char path[PATH], sentence[FILE_SENTENCE];
    int64_t last = 0, moment = 0;
    if (!run(at, &last, "SELECT change FROM counter", NULL, 0) ||
        !run(at, &moment, "SELECT moment FROM counter", NULL, 0)) {
        return false;
    }
    FILE *there = fopen(path_of(at, "engine.cxj", path), "rb");
    if (there != NULL) {
        (void)fclose(there);
        if (!file_load(NULL, path, sentence, &at->engine)) {
            (void)complain(path, sentence);
        } else if (!read_mark(at->engine, &at->known) || at->known > (uint64_t)last || clock_of(at->engine) > moment) {
            (void)complain(path, "it is not of this database; all is recorded again");
            cxj_engine_destroy(at->engine);
            at->engine = NULL;
            at->known = 0;
        }
    }
    at->saved = at->known;
    if (at->engine == NULL && cxj_engine_create(NULL, sentence, sizeof sentence, &at->engine) != CXJ_OK) {
        return complain("the engine", sentence);
    }
    printf("%" PRIu64 " changes were saved, %" PRIu64 " are recorded again\n", at->known, (uint64_t)last - at->known);
    return prepare_engine(at->engine) && follow(at);
}

/* ---- What a desk does: inside a transaction ------------------------------------------------------------- */

typedef struct event {
    int64_t ticket, at, due;
    const char *activity, *owner, *team, *channel;
} event;

static bool add_event(desk *at, event e) {
    return count_change(at, e.at) && run(at, NULL,
                                         "INSERT INTO events (ticket, at, due, activity, owner, team, channel, change)"
                                         " SELECT ?, ?, ?, ?, ?, ?, ?, change FROM counter",
                                         CELLS(number(e.ticket), number(e.at), number(e.due), text(e.activity),
                                               text(e.owner), text(e.team), text(e.channel)));
}

static bool open_ticket(desk *at, int64_t customer, const char *kind, event e) {
    if (!run(at, NULL,
             "INSERT INTO tickets (customer, kind, segment, owner, team) SELECT id, ?, segment, ?, ? FROM customers"
             " WHERE id = ?",
             CELLS(text(kind), text(e.owner), text(e.team), number(customer)))) {
        return false;
    }
    e.ticket = sqlite3_last_insert_rowid(at->database);
    e.activity = "opened";
    return add_event(at, e);
}

static bool hand_over(desk *at, event e) {
    return run(at, NULL, "UPDATE tickets SET owner = ?, team = ? WHERE id = ?",
               CELLS(text(e.owner), text(e.team), number(e.ticket))) &&
           add_event(at, e);
}

static bool set_open(desk *at, event e, bool open) {
    return run(at, NULL, "UPDATE tickets SET open = ? WHERE id = ?", CELLS(number(open), number(e.ticket))) &&
           add_event(at, e);
}

static bool add_survey(desk *at, int64_t ticket, int64_t moment, int64_t score, bool of_ticket) {
    return count_change(at, moment) &&
           run(at, NULL,
               "INSERT INTO surveys (ticket, at, score, of_ticket, change) SELECT ?, ?, ?, ?, change FROM counter",
               CELLS(number(ticket), number(moment), number(score), number(of_ticket)));
}

static bool correct_moment(desk *at, int64_t id, int64_t moment, int64_t now) {
    return count_change(at, now) &&
           run(at, NULL, "UPDATE events SET at = ?, change = (SELECT change FROM counter) WHERE id = ?",
               CELLS(number(moment), number(id)));
}

static bool take_back(desk *at, int64_t id, int64_t now) {
    return count_change(at, now) &&
           run(at, NULL,
               "UPDATE events SET activity = NULL, owner = NULL, team = NULL, channel = NULL, due = 0, taken_back = 1,"
               " change = (SELECT change FROM counter) WHERE id = ? AND activity NOT IN ('opened', 'solved')",
               CELLS(number(id)));
}

static bool correct_kind(desk *at, int64_t ticket, const char *kind, int64_t now) {
    return run(at, NULL, "UPDATE tickets SET kind = ? WHERE id = ?", CELLS(text(kind), number(ticket))) &&
           count_change(at, now) &&
           run(at, NULL,
               "UPDATE events SET change = (SELECT change FROM counter) WHERE ticket = ? AND activity = 'opened'",
               CELLS(number(ticket)));
}

/* ---- Customers who are forgotten ------------------------------------------------------------------------- */

/* Erases a customer: the rows go, and a line with no more than the number stays until a saved engine knows that, too.
 * So whenever this is cut off, the engine that is loaded next follows here as it follows elsewhere. */
static bool erase_customer(desk *at, int64_t customer, int64_t now) {
    return run(at, NULL, "DELETE FROM surveys WHERE ticket IN (SELECT id FROM tickets WHERE customer = ?)",
               CELLS(number(customer))) &&
           run(at, NULL, "DELETE FROM events WHERE ticket IN (SELECT id FROM tickets WHERE customer = ?)",
               CELLS(number(customer))) &&
           run(at, NULL, "DELETE FROM tickets WHERE customer = ?", CELLS(number(customer))) &&
           run(at, NULL, "DELETE FROM customers WHERE id = ?", CELLS(number(customer))) && count_change(at, now) &&
           run(at, NULL, "INSERT INTO erasures (customer, change) SELECT ?, change FROM counter",
               CELLS(number(customer)));
}

/* ---- Made-up work ---------------------------------------------------------------------------------------- */

/* Numbers that look random; the same for the same piece of work. */
static uint64_t mix(uint64_t value) {
    value = (value ^ value >> 31) * UINT64_C(0x7fb5d329728ea185);
    value = (value ^ value >> 27) * UINT64_C(0x81dadef4bc2dd44d);
    return value ^ value >> 33;
}

#define PICK(names, chance) ((names)[(chance) % (sizeof(names) / sizeof *(names))])

static const char *const kinds[] = {"repair", "move", "billing", "order"};
static const char *const teams[] = {"front desk", "workshop", "accounts"};
static const char *const channels[] = {"phone", "mail", "chat"};
static const char *const segments[] = {"private", "business"};
static const char *const owners[] = {"ann", "bob", "chris", "dana", "eli", "fay", "gus"};

/* A ticket, by chance, of those that are open or not; 0: there is none. */
static bool some_ticket(desk *at, uint64_t chance, bool open, int64_t *ticket) {
    return run(at, ticket,
               "SELECT id FROM tickets WHERE open = ?1 ORDER BY id LIMIT 1"
               " OFFSET (?2 % max(1, (SELECT count(*) FROM tickets WHERE open = ?1)))",
               CELLS(number(open), number((int64_t)(chance >> 1))));
}

static bool some_row(desk *at, uint64_t chance, const char *sql, int64_t *id) {
    return run(at, id, sql, CELLS(number((int64_t)(chance >> 1))));
}

static bool begin_ticket(desk *at, uint64_t chance, event e) {
    int64_t customer = 0;
    if (chance % 3 == 0 &&
        !some_row(at, chance,
                  "SELECT id FROM customers ORDER BY id LIMIT 1 OFFSET (?1 % max(1, (SELECT count(*) FROM customers)))",
                  &customer)) {
        return false;
    }
    if (customer == 0) {
        char name[40];
        snprintf(name, sizeof name, "customer %016" PRIx64, mix(chance));
        if (!run(at, NULL, "INSERT INTO customers (name, segment) VALUES (?, ?)",
                 CELLS(text(name), text(PICK(segments, chance >> 8))))) {
            return false;
        }
        customer = sqlite3_last_insert_rowid(at->database);
    }
    e.due = chance >> 12 & 1 ? e.at + 86400000 : 0;
    return open_ticket(at, customer, PICK(kinds, chance >> 16), e);
}

/* What is done about a ticket that is open. */
static bool go_on(desk *at, uint64_t chance, event e) {
    static const char *const said[] = {"answer",     "note",        "told again",         "where is it?",
                                       "delay told", "broke again", "asked the customer", "delivered"};
    switch (chance % 8) {
    case 0:
        e.activity = "handed over";
        return hand_over(at, e);
    case 1:
        e.activity = "solved";
        return set_open(at, e, false) && (chance >> 40 & 1 || add_survey(at, e.ticket, e.at + 3600000, 4, true));
    case 2:
        e.activity = "given up";
        return chance >> 40 & 3 ? add_survey(at, e.ticket, e.at, 1 + (int64_t)(chance >> 16 & 0xff) % 5, false)
                                : set_open(at, e, false);
    case 3:
        return correct_kind(at, e.ticket, PICK(kinds, chance >> 16), e.at);
    default:
        e.activity = PICK(said, chance >> 16);
        e.due = chance >> 24 & 3 ? 0 : e.at + (int64_t)(1 + (chance >> 32 & 7)) * 36000000;
        return add_event(at, e);
    }
}

static bool do_piece(desk *at, uint64_t chance, event e) {
    int64_t row = 0;
    const uint64_t kind = chance >> 48 & 63;
    if (kind == 0) {
        return some_row(at, chance,
                        "SELECT id FROM customers ORDER BY id LIMIT 1 OFFSET"
                        " (?1 % max(1, (SELECT count(*) FROM customers)))",
                        &row) &&
               erase_customer(at, row, e.at);
    }
    if (kind < 6) { /* a correction of one of the last events, or one is taken back */
        return some_row(at, chance,
                        "SELECT id FROM events WHERE taken_back = 0 ORDER BY id DESC LIMIT 1 OFFSET"
                        " (?1 % 40)",
                        &row) &&
               (kind < 4 ? correct_moment(at, row, e.at - 60000 * (int64_t)(chance & 4095), e.at)
                         : take_back(at, row, e.at));
    }
    if (kind < 10) {
        e.activity = "opened again";
        return some_ticket(at, chance, false, &e.ticket) &&
               (e.ticket == 0 ||
                (kind < 8 ? add_survey(at, e.ticket, e.at, 1 + (int64_t)(chance >> 16 & 0xff) % 5, true)
                          : set_open(at, e, true)));
    }
    if (kind < 22) {
        return begin_ticket(at, chance, e);
    }
    return some_ticket(at, chance, true, &e.ticket) &&
           (e.ticket == 0 ? begin_ticket(at, chance, e) : go_on(at, chance, e));
}

/* One piece of work is one transaction; what it is depends on its number and on the database alone. */
static bool work(desk *at, uint64_t further, uint64_t in_all) {
    for (;; further--) {
        int64_t done = 0;
        if (!run(at, &done, "SELECT pieces FROM counter", NULL, 0)) {
            return false;
        }
        if (further == 0 || (uint64_t)done >= in_all) {
            return true;
        }
        const uint64_t chance = mix((uint64_t)done + 1);
        const event e = {.at = INT64_C(1772409600000) + done * 420000,
                         .owner = PICK(owners, chance >> 56),
                         .team = PICK(teams, chance >> 56 & 3),
                         .channel = PICK(channels, chance >> 52)};
        if (!end(at, begin(at) && do_piece(at, chance, e) &&
                         run(at, NULL, "UPDATE counter SET pieces = pieces + 1", NULL, 0))) {
            return false;
        }
    }
}

/* ---- What it comes to ------------------------------------------------------------------------------------ */

static const char *clock_text(int64_t moment, char *room, size_t capacity) {
    const time_t seconds = (time_t)(moment / 1000);
    const struct tm *parts = gmtime(&seconds);
    if (parts == NULL || strftime(room, capacity, "%Y-%m-%d %H:%M", parts) == 0) {
        snprintf(room, capacity, "%" PRId64, moment);
    }
    return room;
}

/* One line of a worklist. What the engine does not know, such as the customer's name, the database does. */
static bool show_occasion(desk *at, const cxj_occasion *o) {
    const char *owner = "";
    char since[32];
    if (cxj_name(at->engine, CXJ_DIMENSION_OWNER, o->owner, &owner, NULL) != CXJ_OK) {
        owner = "";
    }
    sqlite3_stmt *row = prepare(at, "SELECT name FROM customers WHERE id = ?", CELLS(number((int64_t)o->customer)));
    const bool found = row != NULL && sqlite3_step(row) == SQLITE_ROW;
    printf("  ticket %-6" PRIu64 " from %s  %-8s %s\n", o->journey, clock_text(o->from, since, sizeof since), owner,
           found ? (const char *)sqlite3_column_text(row, 0) : "");
    (void)sqlite3_finalize(row);
    return found || complain("a worklist", "it names a customer whom the database does not know");
}

static bool show_worklist(desk *at, const char *rule) {
    char why[320];
    size_t count = 0, room = 0;
    cxj_occasion *occasions = NULL;
    cxj_status status;
    while ((status = cxj_worklist(at->engine, rule, CXJ_ZERO_TERMINATED, room, why, sizeof why, occasions,
                                  sizeof *occasions, &count)) == CXJ_TOO_SMALL) {
        cxj_occasion *more = realloc(occasions, count * sizeof *occasions);
        if (more == NULL) {
            free(occasions);
            return complain(rule, "not enough memory");
        }
        occasions = more;
        room = count;
    }
    if (status != CXJ_OK) {
        free(occasions);
        return complain(rule, why);
    }
    printf("%s: %zu\n", rule, count);
    bool done = true;
    for (size_t i = 0; i < count && i < SHOWN; i++) {
        done = show_occasion(at, &occasions[i]) && done;
    }
    free(occasions);
    return done;
}

/* A metric without a value is NaN: nothing to divide by, or nobody records what it needs. */
static void show_number(double value, int decimals) {
    if (value != value) {
        printf(" %8s", "-");
    } else {
        printf(" %8.*f", decimals, value);
    }
}

static bool show_view(desk *at) {
    static const uint32_t metrics[] = {CXJ_METRIC_JOURNEYS_JOURNEYS, CXJ_METRIC_JOURNEYS_OPEN,
                                       CXJ_METRIC_JOURNEYS_HANDOFFS_PER_JOURNEY, CXJ_METRIC_JOURNEYS_KEPT_RATE,
                                       CXJ_METRIC_JOURNEYS_GAP};
    enum { COUNT = sizeof metrics / sizeof *metrics };
    cxj_view *view = NULL;
    cxj_cursor *cursor = NULL;
    char why[320];
    if (cxj_view_at(at->engine, 0, &view) != CXJ_OK || cxj_cursor_open(view, why, sizeof why, &cursor) < 0) {
        return complain("the view", why);
    }
    printf("%-10s %8s %8s %8s %8s %8s\n", "tickets", "all", "open", "handoffs", "kept", "gap");
    cxj_status status;
    while ((status = cxj_cursor_next(cursor)) == CXJ_OK) {
        const char *kind = NULL;
        cxj_value value[COUNT];
        status = cxj_cursor_part(cursor, 0, &kind, NULL);
        if (status == CXJ_OK) {
            status = cxj_cursor_metrics(cursor, metrics, COUNT, why, sizeof why, value, sizeof *value);
        }
        if (status != CXJ_OK) {
            break;
        }
        printf("%-10s", kind);
        for (size_t i = 0; i < COUNT; i++) {
            show_number(value[i].value, i < 2 ? 0 : 2);
        }
        printf("\n");
    }
    cxj_cursor_close(cursor);
    return status == CXJ_DONE || complain("the view", cxj_status_text(status));
}

static bool show(desk *at) {
    bool done = true;
    for (size_t i = 0; i < sizeof worklists / sizeof *worklists; i++) {
        done = show_worklist(at, worklists[i]) && done;
    }
    return show_view(at) && done;
}

/* The bytes of an engine, to be freed; NULL: no memory. */
static unsigned char *bytes_of(const cxj_engine *engine, size_t *length) {
    if (cxj_save_bytes(engine, 0, NULL, 0, NULL, length) != CXJ_TOO_SMALL) {
        return NULL;
    }
    unsigned char *bytes = malloc(*length);
    if (bytes != NULL && cxj_save_bytes(engine, *length, NULL, 0, bytes, length) != CXJ_OK) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

/* Equal state gives equal bytes, so this compares all that the engine knows with what the database has. */
static bool verify(desk *at) {
    cxj_engine *fresh = NULL;
    uint64_t known = 0;
    size_t length = 0, fresh_length = 0;
    const bool made =
        cxj_engine_create(NULL, NULL, 0, &fresh) == CXJ_OK && prepare_engine(fresh) && record_beyond(at, fresh, &known);
    unsigned char *bytes = made ? bytes_of(at->engine, &length) : NULL;
    unsigned char *fresh_bytes = made ? bytes_of(fresh, &fresh_length) : NULL;
    const bool there = bytes != NULL && fresh_bytes != NULL;
    const bool same = there && length == fresh_length && memcmp(bytes, fresh_bytes, length) == 0;
    free(bytes);
    free(fresh_bytes);
    cxj_engine_destroy(fresh);
    if (same) {
        printf("the engine knows what the database has, %" PRIu64 " changes\n", at->known);
    }
    return same || complain("verify", there ? "the engine knows something else" : "it could not be compared");
}

/* ---- The program ----------------------------------------------------------------------------------------- */

static bool is_number(const char *word) {
    return word != NULL && *word != '\0' && strlen(word) < 10 && strspn(word, "0123456789") == strlen(word);
}

/* Whether all words are commands; a program that stops half way for a typing error is a nuisance. */
static bool understood(char **words) {
    bool known = *words != NULL;
    for (; known && *words != NULL; words++) {
        if (strcmp(*words, "work") == 0 || strcmp(*words, "until") == 0 || strcmp(*words, "erase") == 0) {
            known = is_number(*++words);
        } else {
            known = strcmp(*words, "show") == 0 || strcmp(*words, "verify") == 0 || strcmp(*words, "wait") == 0;
        }
    }
    return known;
}

static bool erase(desk *at, int64_t customer) {
    int64_t there = 0, moment = 0;
    if (!run(at, &there, "SELECT count(*) FROM customers WHERE id = ?", CELLS(number(customer))) ||
        !run(at, &moment, "SELECT moment FROM counter", NULL, 0)) {
        return false;
    }
    return there == 0 ? complain("erase", "there is no such customer")
                      : end(at, begin(at) && erase_customer(at, customer, moment));
}

static bool obey(desk *at, char **words) {
    for (; *words != NULL; words++) {
        bool done = true;
        if (strcmp(*words, "work") == 0) {
            done = work(at, strtoull(*++words, NULL, 10), UINT64_MAX);
        } else if (strcmp(*words, "until") == 0) {
            done = work(at, UINT64_MAX, strtoull(*++words, NULL, 10));
        } else if (strcmp(*words, "erase") == 0) {
            done = erase(at, strtoll(*++words, NULL, 10));
        } else if (strcmp(*words, "show") == 0) {
            done = show(at);
        } else if (strcmp(*words, "verify") == 0) {
            done = verify(at);
        } else {
            (void)fflush(stdout);
            while (getchar() != EOF) {
            }
        }
        if (!done) {
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv) {
    if (argc < 3 || !understood(argv + 2)) {
        fputs("usage: desk FOLDER COMMAND...\n"
              "commands: work N, until N, erase CUSTOMER, show, verify, wait\n",
              stderr);
        return 2;
    }
    desk at = {.folder = argv[1]};
    const bool done = open_database(&at) && load(&at) && obey(&at, argv + 2) && save(&at);
    cxj_engine_destroy(at.engine);
    (void)sqlite3_close(at.database);
    return done && fflush(stdout) == 0 ? 0 : 1;
}
