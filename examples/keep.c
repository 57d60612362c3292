/* keep: a host that saves its engine on a schedule and, after a crash, goes on where it was. A program to copy.
 *
 *     keep FOLDER CHANGES    takes so many further changes (0 and up), and says what it knows then
 *     keep FOLDER verify     says whether what it knows is what an engine would that was fed all changes once
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: the truth is the host's own database, in which each change has a number: 1, 2, 3, … The engine only follows it.
 * The number of the last change that the engine knows is its mark, which is saved with it. An incremental save is of the
 * engine, and of its mark, as they were when it was begun, whatever is recorded meanwhile. After a crash the saved file
 * is loaded, its mark says up to where it knows the database, and what is beyond is recorded again: nothing is missing,
 * nothing counts twice.
 *
 * Here a file of rows stands for the database, and made-up customers for real ones. What goes beyond ISO C is POSIX. */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"

enum {
    BATCH = 64,        /* changes taken at a time */
    SAVE_EVERY = 5000, /* changes from the beginning of one save to that of the next, at least */
    STEP = 200,        /* touchpoints' worth of saving after each batch */
    OWNERS = 12,
    CHANNELS = 3,
    PATH = 4096
};

/* A row of the database: what the host itself knows of a change. */
typedef struct row {
    uint64_t journey, id, revision;
    int64_t at;
    uint8_t owner, channel, score, ends;
    uint8_t unused[4];
} row;

typedef struct host {
    const char *folder;
    FILE *database;
    cxj_engine *engine;
    uint64_t changes; /* that the engine knows: those from 1 on */
    uint64_t saved;   /* how many the save under way, or the last, knows */
    cxj_saver *saver; /* NULL: no save is under way */
    file target;      /* where it writes */
} host;

static bool complain(const char *doing, const char *why) {
    fprintf(stderr, "keep: %s: %s\n", doing, why);
    return false;
}

static bool complain_of_engine(const host *at, const char *doing) {
    return complain(doing, cxj_message(at->engine));
}

/* ---- The database ---------------------------------------------------------------------------------------- */

static bool open_database(host *at) {
    char path[PATH];
    snprintf(path, sizeof path, "%s/changes.rows", at->folder);
    at->database = fopen(path, "ab+");
    if (at->database == NULL) {
        return complain(path, strerror(errno));
    }
    /* A row that a crash has cut off was never there. A database sees to that, and to syncing, by itself. */
    (void)fseek(at->database, 0, SEEK_END);
    const long bytes = ftell(at->database);
    return (bytes >= 0 && ftruncate(fileno(at->database), bytes - bytes % (long)sizeof(row)) == 0) ||
           complain(path, strerror(errno));
}

static uint64_t count_rows(host *at) {
    (void)fseek(at->database, 0, SEEK_END);
    const long bytes = ftell(at->database);
    return bytes < 0 ? 0 : (uint64_t)bytes / sizeof(row);
}

/* The rows of the changes behind the number after; returns how many there are, up to BATCH. */
static size_t read_rows(host *at, uint64_t after, row *rows) {
    (void)fseek(at->database, (long)(after * sizeof *rows), SEEK_SET);
    return fread(rows, sizeof *rows, BATCH, at->database);
}

static bool append_rows(host *at, const row *rows, size_t count) {
    (void)fseek(at->database, 0, SEEK_END);
    const bool written = fwrite(rows, sizeof *rows, count, at->database) == count && fflush(at->database) == 0;
    return written || complain("the database", strerror(errno));
}

/* Numbers that look random; the same for the same change. */
static uint64_t mix(uint64_t number) {
    number = (number ^ number >> 31) * UINT64_C(0x7fb5d329728ea185);
    number = (number ^ number >> 27) * UINT64_C(0x81dadef4bc2dd44d);
    return number ^ number >> 33;
}

/* Makes up a change: a contact of a journey, in any order; one in eight corrects an earlier one. */
static row make_up(uint64_t change) {
    const uint64_t chance = mix(change), again = change > 100 && chance % 8 == 0 ? chance >> 32 & 63 : 0;
    const uint64_t first = change - again, dice = mix(first * 3);
    return (row){.journey = 1 + dice % (1 + first / 6),
                 .id = first,
                 .revision = change,
                 .at = INT64_C(1767225600000) + (int64_t)(first * 60000) - (int64_t)(dice >> 20 & 0xffffff),
                 .owner = (uint8_t)(chance >> 8 & 0xff) % OWNERS,
                 .channel = (uint8_t)(chance >> 16 & 0xff) % CHANNELS,
                 .score = (uint8_t)(chance >> 24 & 7) % 6,
                 .ends = chance >> 40 & 15 ? 0 : 1};
}

/* ---- The engine ------------------------------------------------------------------------------------------ */

static bool add_views(cxj_engine *engine) {
    static const char *const views[] = {"touchpoints by channel per day", "transitions by owner", "journeys"};
    cxj_view *view;
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        if (cxj_view_add(engine, views[i], CXJ_ZERO_TERMINATED, &view) != CXJ_OK) {
            return false;
        }
    }
    return true;
}

/* Records rows that the database holds, by names: codes are an engine's own, and others after loading. Each row has an
 * id and a revision, so even one that came twice would count once. The mark says what the engine then knows. */
static bool record(cxj_engine *engine, const row *rows, size_t count, uint64_t changes) {
    static const char *const channels[CHANNELS] = {"phone", "visit", "chat"};
    cxj_named_touchpoint touchpoints[BATCH];
    char owners[BATCH][16], mark[24];
    memset(touchpoints, 0, sizeof touchpoints);
    for (size_t i = 0; i < count; i++) {
        cxj_named_touchpoint *t = &touchpoints[i];
        snprintf(owners[i], sizeof owners[i], "owner %d", rows[i].owner + 1);
        t->journey_number = rows[i].journey;
        t->id_number = rows[i].id;
        t->revision = rows[i].revision;
        t->at = rows[i].at;
        t->owner = (cxj_text){owners[i], CXJ_ZERO_TERMINATED};
        t->channel = (cxj_text){channels[rows[i].channel], CXJ_ZERO_TERMINATED};
        t->facets = CXJ_FACET_CONTACT;
        t->outcome = rows[i].ends ? CXJ_OUTCOME_COMPLETED : 0;
        if (rows[i].score > 0) {
            t->scale = CXJ_SCALE_CSAT5;
            t->scope = CXJ_SCOPE_TOUCHPOINT;
            t->score = rows[i].score;
        }
    }
    snprintf(mark, sizeof mark, "%" PRIu64, changes);
    return cxj_record_named(engine, touchpoints, sizeof *touchpoints, count, 0, NULL, 0) == CXJ_OK &&
           cxj_set_mark(engine, mark, strlen(mark)) == CXJ_OK;
}

/* The number of changes that an engine knows, by its mark; false if it has none. */
static bool read_mark(const cxj_engine *engine, uint64_t *changes) {
    const void *bytes = NULL;
    size_t length = 0;
    char text[24] = "";
    if (cxj_mark(engine, &bytes, &length) != CXJ_OK || length == 0 || length >= sizeof text) {
        return false;
    }
    memcpy(text, bytes, length);
    return sscanf(text, "%" SCNu64, changes) == 1;
}

/* ---- Saving ---------------------------------------------------------------------------------------------- */

static void path_of(const host *at, char *path) {
    snprintf(path, PATH, "%s/engine.cxj", at->folder);
}

static bool begin_save(host *at) {
    char path[PATH];
    path_of(at, path);
    if (!file_create(&at->target, path)) {
        return complain(path, at->target.sentence);
    }
    if (cxj_saver_open(at->engine, file_write, &at->target, &at->saver) != CXJ_OK) {
        file_abandon(&at->target);
        return complain_of_engine(at, "saving");
    }
    at->saved = at->changes;
    return true;
}

/* Goes on with the save under way. One that fails leaves the file that is there, and the host goes on: the next one
 * comes in time. */
static void step_save(host *at) {
    const cxj_status status = cxj_saver_step(at->saver, STEP);
    if (status == CXJ_OK) {
        return;
    }
    cxj_saver_close(at->saver);
    at->saver = NULL;
    if (status != CXJ_DONE) {
        (void)complain_of_engine(at, "saving");
        (void)complain("saving", at->target.sentence);
        file_abandon(&at->target);
    } else if (!file_commit(&at->target)) {
        (void)complain("saving", at->target.sentence);
    }
}

/* What is done about saving after each batch. */
static void follow_schedule(host *at) {
    if (at->saver == NULL && at->changes >= at->saved + SAVE_EVERY) {
        (void)begin_save(at);
    } else if (at->saver != NULL) {
        step_save(at);
    }
}

/* ---- After a start, which may be one after a crash ------------------------------------------------------- */

/* Loads the saved file; if there is none, or it cannot be read, the engine is empty, and all is recorded again. */
static bool load(host *at) {
    char path[PATH], sentence[FILE_SENTENCE];
    path_of(at, path);
    if (access(path, F_OK) == 0) {
        if (!file_load(NULL, path, sentence, &at->engine)) {
            (void)complain(path, sentence);
        } else if (!read_mark(at->engine, &at->changes)) {
            (void)complain(path, "it has no mark of this program; all is recorded again");
            cxj_engine_destroy(at->engine);
            at->engine = NULL;
        }
    }
    at->saved = at->changes;
    if (at->engine == NULL && cxj_engine_create(NULL, sentence, sizeof sentence, &at->engine) != CXJ_OK) {
        return complain("the engine", sentence);
    }
    return add_views(at->engine) || complain_of_engine(at, "the engine");
}

/* Records what the database has beyond what the engine knows. */
static bool catch_up(host *at) {
    row rows[BATCH];
    for (size_t count; (count = read_rows(at, at->changes, rows)) > 0;) {
        if (!record(at->engine, rows, count, at->changes + count)) {
            return complain_of_engine(at, "recording");
        }
        at->changes += count;
        follow_schedule(at);
    }
    return true;
}

/* ---- The host -------------------------------------------------------------------------------------------- */

/* Serves customers: each change first enters the database, and then the engine. */
static bool serve(host *at, uint64_t further) {
    row rows[BATCH];
    while (further > 0) {
        const size_t count = further < BATCH ? (size_t)further : BATCH;
        for (size_t i = 0; i < count; i++) {
            rows[i] = make_up(at->changes + i + 1);
        }
        if (!append_rows(at, rows, count)) {
            return false;
        }
        if (!record(at->engine, rows, count, at->changes + count)) {
            return complain_of_engine(at, "recording");
        }
        at->changes += count;
        further -= count;
        follow_schedule(at);
    }
    return true;
}

static bool say_what_is_known(const host *at) {
    cxj_stats stats;
    if (cxj_engine_stats(at->engine, &stats, sizeof stats) != CXJ_OK) {
        return false;
    }
    printf("%" PRIu64 " changes: %" PRIu64 " touchpoints of %" PRIu64 " journeys\n", at->changes, stats.touchpoints,
           stats.journeys);
    return true;
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

/* Equal state gives equal bytes, so this compares all that the engine knows. */
static bool verify(host *at) {
    cxj_engine *fresh = NULL;
    row rows[BATCH];
    bool made = cxj_engine_create(NULL, NULL, 0, &fresh) == CXJ_OK && add_views(fresh);
    uint64_t changes = 0;
    for (size_t count; made && (count = read_rows(at, changes, rows)) > 0; changes += count) {
        made = record(fresh, rows, count, changes + count);
    }
    size_t length = 0, fresh_length = 0;
    unsigned char *bytes = made ? bytes_of(at->engine, &length) : NULL;
    unsigned char *fresh_bytes = made ? bytes_of(fresh, &fresh_length) : NULL;
    const bool known = bytes != NULL && fresh_bytes != NULL;
    const bool same = known && length == fresh_length && memcmp(bytes, fresh_bytes, length) == 0;
    free(bytes);
    free(fresh_bytes);
    cxj_engine_destroy(fresh);
    return same || complain("verify", known ? "the engine knows something else" : "there is not enough memory");
}

static bool run(host *at, const char *what) {
    const bool verifies = strcmp(what, "verify") == 0;
    if (!open_database(at) || !load(at)) {
        return false;
    }
    const uint64_t loaded = at->changes, there = count_rows(at);
    if (loaded > there) {
        return complain("the database", "it has fewer changes than were saved");
    }
    printf("%" PRIu64 " changes were saved, %" PRIu64 " are recorded again\n", loaded, there - loaded);
    return catch_up(at) && serve(at, verifies ? 0 : strtoull(what, NULL, 10)) && say_what_is_known(at) &&
           (!verifies || verify(at));
}

/* Whether all that was said has arrived. */
static bool is_said(void) {
    return (fflush(stdout) == 0 && !ferror(stdout)) || complain("the output", "it cannot be written");
}

int main(int argc, char **argv) {
    if (argc != 3 || (strcmp(argv[2], "verify") != 0 && strspn(argv[2], "0123456789") != strlen(argv[2]))) {
        fputs("usage: keep FOLDER CHANGES\n       keep FOLDER verify\n", stderr);
        return 2;
    }
    host at = {.folder = argv[1]};
    const bool done = run(&at, argv[2]) && is_said();
    if (at.saver != NULL) { /* what it has not saved is in the database */
        cxj_saver_close(at.saver);
        file_abandon(&at.target);
    }
    cxj_engine_destroy(at.engine);
    if (at.database != NULL) {
        (void)fclose(at.database);
    }
    return done ? 0 : 1;
}
