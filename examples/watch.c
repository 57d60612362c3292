/* watch: a host that raises alerts while touchpoints come in, and goes on where it was after a crash. To copy.
 *
 *     feed | watch --state FILE --rule TEXT [--rule TEXT]... [--every SECONDS] [--clock feed]
 *
 * SPDX-License-Identifier: MIT
 *
 * In. The first line names the columns, as in a log (log.h); each further line is a touchpoint, one row of CSV without
 * a line break in it, or `advance TIME`, which moves the clock. By itself the clock follows the real one, second by
 * second; with --clock feed it moves by `advance` alone. An empty line is nothing.
 * Out. Each line is a JSON object. The first says how many lines were taken, those before a crash included:
 *     {"position": 4711}
 * so a feed that can go back goes on behind that line (the line of columns comes first again, and does not count; it is
 * to name the same columns). Then come alerts, as soon as they are raised:
 *     {"alert": 12, "rule": "overdue", "journey": "17", "commitment": 0, "since": …, "from": …, "raised_at": …,
 *      "owner": "anna", "team": "billing"}
 * What is refused is said on stderr. The end of the feed, SIGINT and SIGTERM end the program, after a save.
 *
 * What a host must keep beside the engine, and why:
 * - The calls since the last save. A saved engine is some moments old. What came since is in FILE.calls, to which each
 *   call is added, and synced, before it is made: a touchpoint, a move of the clock (the real one does not come again),
 *   a rule. After a crash the same calls are made again, in the same order, and raise the same alerts.
 * - Its rules: rules and the queue of alerts are not saved (SPEC 9.5).
 * - The position in the feed, and the number of the last alert. Both, the columns, the rules and the number of the last
 *   call are the engine's mark, so that they are saved with it, in one file that is replaced as a whole.
 * - How many alerts were written. Nobody can write a line and note that it was written in one step, so after a crash
 *   the last lines may be written once more: whoever reads keeps the number of the last alert and drops what is not
 *   above. A last line that was cut off comes again, whole. So no alert is lost, and none is there twice.
 * - The texts of journeys that are no numbers: FILE.texts.
 * What SPEC 9.5 leaves open is left open here, too: an alert that was raised before a save, and whose occasion was
 * taken away when that save was made, is raised again if it comes back after a crash.
 *
 * Here a save keeps the feed waiting until it is done; keep.c shows how to save incrementally. What goes beyond ISO C is
 * POSIX. */
#ifndef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#endif

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "log.h"
#include "texts.h"

enum {
    CHUNK = 1 << 16,      /* bytes read from the feed at a time */
    LINE_LIMIT = 1 << 20, /* a longer line is no touchpoint */
    TAKEN = 64,           /* alerts at a time */
    PATH = 4096,
    MARK = 65536,            /* bytes that a mark may have */
    ALERTS_LIMIT = 16777216, /* the most that may wait between two calls */
    TICK = 1000              /* ms from one look at the clock to the next */
};

/* Bytes that grow. */
typedef struct bytes {
    char *at;
    size_t length, capacity;
} bytes;

typedef struct host {
    const char *path; /* of the saved engine */
    const char **rules;
    size_t rule_count;
    double every; /* seconds between saves */
    bool follows_feed;

    cxj_engine *engine;
    int calls;        /* the file of calls, open */
    FILE *texts_file; /* likewise */
    texts texts;
    bytes columns; /* the line that names them, with its line end; empty: none came yet */
    uint64_t call; /* number of the last call; likewise what follows */
    uint64_t position;
    uint64_t alert;
    uint64_t told;  /* the last alert of which it is noted that it was written */
    uint64_t saved; /* the last call of the last save */
    int64_t saved_at;
    bytes waiting; /* calls that are not in the file yet */
} host;

static volatile sig_atomic_t ends;

static void end(int signal_number) {
    (void)signal_number;
    ends = 1;
}

static bool complain(const char *doing, const char *why) {
    fprintf(stderr, "watch: %s: %s\n", doing, why);
    return false;
}

static bool complain_of_engine(const host *at, const char *doing) {
    return complain(doing, cxj_message(at->engine));
}

static bool complain_of_memory(void) {
    return complain("the host", "there is not enough memory");
}

static int64_t real_clock(void) {
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Adds to bytes; they are followed by a NUL that does not count. */
static bool add(bytes *to, const char *text, size_t length) {
    if (to->capacity - to->length <= length) {
        const size_t capacity = (to->length + length) * 2 + 256;
        char *larger = realloc(to->at, capacity);
        if (larger == NULL) {
            return complain_of_memory();
        }
        to->at = larger;
        to->capacity = capacity;
    }
    if (length > 0) {
        memcpy(to->at + to->length, text, length);
    }
    to->length += length;
    to->at[to->length] = '\0';
    return true;
}

static bool write_all(int descriptor, const char *text, size_t length) {
    while (length > 0) {
        const ssize_t wrote = write(descriptor, text, length);
        if (wrote < 0 && errno != EINTR) {
            return false;
        }
        text += wrote > 0 ? wrote : 0;
        length -= wrote > 0 ? (size_t)wrote : 0;
    }
    return true;
}

/* Opens a file that stands beside the saved engine, and sees to it that its name lasts. */
static int open_beside(const host *at, const char *suffix, char path[PATH]) {
    snprintf(path, PATH, "%s%s", at->path, suffix);
    const int there = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    char folder[PATH];
    snprintf(folder, sizeof folder, "%s", at->path);
    char *slash = strrchr(folder, '/');
    snprintf(slash == NULL ? folder : slash + 1, 2, ".");
    const int opened = open(folder, O_RDONLY | O_CLOEXEC);
    if (opened >= 0) {
        (void)fsync(opened); /* some systems cannot, and need not */
        (void)close(opened);
    }
    return there;
}

/* ---- Texts of journeys ----------------------------------------------------------------------------------- */

/* Whether the text of a journey stands for its number alone; one that is new is kept, on the disk before the call. */
static bool meet_text(host *at, uint64_t number, cxj_text text, bool keep) {
    cxj_text other;
    if (texts_find(&at->texts, number, &other)) {
        return other.length == text.length && memcmp(other.text, text.text, text.length) == 0;
    }
    if (texts_meet(&at->texts, number, text.text, text.length, true, &other) != TEXTS_SAME) {
        return complain_of_memory();
    }
    if (keep) {
        fprintf(at->texts_file, "%.*s\n", (int)text.length, text.text);
        if (fflush(at->texts_file) != 0 || fsync(fileno(at->texts_file)) != 0) {
            return complain("the file of texts", strerror(errno));
        }
    }
    return true;
}

/* Reads the texts that were kept. A last line that a crash has cut off was never used. */
static bool load_texts(host *at) {
    char path[PATH], *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    long whole = 0;
    const int descriptor = open_beside(at, ".texts", path);
    at->texts_file = descriptor < 0 ? NULL : fdopen(descriptor, "ab+");
    if (at->texts_file == NULL) {
        return complain(path, strerror(errno));
    }
    (void)fseek(at->texts_file, 0, SEEK_SET);
    bool done = true;
    while (done && (length = getline(&line, &capacity, at->texts_file)) > 0 && line[length - 1] == '\n') {
        uint64_t number = 0;
        (void)cxj_id_from_text(NULL, line, (size_t)length - 1, &number);
        done = meet_text(at, number, (cxj_text){line, (size_t)length - 1}, false);
        whole += length;
    }
    free(line);
    return done && (ftruncate(fileno(at->texts_file), whole) == 0 || complain(path, strerror(errno)));
}

/* ---- Alerts ---------------------------------------------------------------------------------------------- */

/* Writes a text, which is UTF-8, as a JSON string. */
static void write_text(FILE *out, const char *text, size_t length) {
    fputc('"', out);
    for (size_t i = 0; i < length; i++) {
        const unsigned char byte = (unsigned char)text[i];
        if (byte < 0x20) {
            fprintf(out, "\\u%04x", (unsigned)byte);
        } else {
            fprintf(out, byte == '"' || byte == '\\' ? "\\%c" : "%c", byte);
        }
    }
    fputc('"', out);
}

static void write_name(FILE *out, const host *at, const char *member, uint32_t dimension, uint32_t code) {
    const char *name = "";
    size_t length = 0;
    (void)cxj_name(at->engine, dimension, code, &name, &length);
    fprintf(out, ", \"%s\": ", member);
    write_text(out, name, length);
}

/* The text of a rule, by its number. */
static const char *text_of_rule(const host *at, uint32_t rule) {
    cxj_rule_info info;
    for (size_t i = 0; cxj_rule_at(at->engine, i, &info, sizeof info) == CXJ_OK; i++) {
        if (info.rule == rule) {
            return info.text;
        }
    }
    return "";
}

static void write_alert(FILE *out, const host *at, const cxj_alert *alert) {
    char digits[24];
    cxj_text journey;
    if (!texts_find(&at->texts, alert->journey, &journey)) {
        journey = (cxj_text){digits, (size_t)snprintf(digits, sizeof digits, "%" PRIu64, alert->journey)};
    }
    const char *rule = text_of_rule(at, alert->rule);
    fprintf(out, "{\"alert\": %" PRIu64 ", \"rule\": ", at->alert);
    write_text(out, rule, strlen(rule));
    fputs(", \"journey\": ", out);
    write_text(out, journey.text, journey.length);
    fprintf(out,
            ", \"commitment\": %" PRIu32 ", \"since\": %" PRId64 ", \"from\": %" PRId64 ", \"raised_at\": %" PRId64,
            alert->commitment, alert->since, alert->from, alert->raised_at);
    write_name(out, at, "owner", CXJ_DIMENSION_OWNER, alert->owner);
    write_name(out, at, "team", CXJ_DIMENSION_TEAM, alert->team);
    fputs("}\n", out);
}

/* Takes the alerts of the call just made, numbers them, and writes those that were not written before. */
static bool tell(host *at) {
    cxj_alert alerts[TAKEN];
    size_t taken = TAKEN;
    while (taken == TAKEN) {
        if (cxj_alerts(at->engine, alerts, sizeof *alerts, TAKEN, &taken) != CXJ_OK) {
            return complain_of_engine(at, "taking alerts");
        }
        for (size_t i = 0; i < taken; i++) {
            at->alert++;
            if (at->alert > at->told) {
                write_alert(stdout, at, &alerts[i]);
            }
        }
    }
    return true;
}

/* Sees to it that what was told has gone, and notes it. The note need not last: without it, lines come again. */
static bool note_told(host *at) {
    char note[40];
    if (fflush(stdout) != 0) {
        return complain("the output", strerror(errno));
    }
    if (at->alert > at->told) {
        at->told = at->alert;
        const int length = snprintf(note, sizeof note, "told %" PRIu64 "\n", at->told);
        return write_all(at->calls, note, (size_t)length) || complain("the file of calls", strerror(errno));
    }
    return true;
}

/* ---- Calls ----------------------------------------------------------------------------------------------- */

/* Reads one line of the feed as a touchpoint: a log of its own, of the columns and this line. */
static bool read_touchpoint(host *at, const char *line, cxj_touchpoint *touchpoint) {
    bytes log = {0};
    bool taken = false;
    if (!add(&log, at->columns.at, at->columns.length) || !add(&log, line, strlen(line)) || !add(&log, "\n", 1)) {
        free(log.at);
        return false;
    }
    FILE *in = fmemopen(log.at, log.length, "rb");
    log_reader *reader = in == NULL ? NULL : log_open(NULL, at->engine);
    log_status status = reader == NULL ? LOG_END : log_begin(reader, in);
    if (status == LOG_ROW) {
        status = log_next(reader, touchpoint);
    }
    if (status == LOG_ROW) {
        cxj_text text;
        taken = !log_text(reader, touchpoint->journey, &text) || meet_text(at, touchpoint->journey, text, true) ||
                complain("a line is refused", "its journey stands for the same number as another one");
    } else if (status == LOG_REFUSED || status == LOG_STOPPED) {
        const log_refusal *why = log_refused(reader);
        fprintf(stderr, "watch: line %" PRIu64 " is refused: %s%s%s\n", at->position,
                why->name == NULL ? "" : why->name, why->name == NULL ? "" : ": ", log_reason_text(why->reason));
    } else if (reader == NULL) {
        (void)complain_of_memory();
    }
    log_close(reader);
    if (in != NULL) {
        (void)fclose(in); /* it was only read */
    }
    free(log.at);
    return taken;
}

/* Moves the clock. One that would go back, or ten years ahead, is refused, and that is all. */
static void advance(host *at, int64_t now, bool says_so) {
    if (cxj_advance(at->engine, now) != CXJ_OK && says_so) {
        (void)complain_of_engine(at, "advance");
    }
}

/* Takes one line of the feed. Returns false only if the host cannot go on; what is refused is taken, too. */
static bool take_line(host *at, const char *line) {
    static const char word[] = "advance ";
    cxj_touchpoint touchpoint;
    int64_t now = 0;
    at->position++;
    if (strncmp(line, word, sizeof word - 1) == 0) {
        if (values_moment(NULL, line + sizeof word - 1, strlen(line + sizeof word - 1), false, &now)) {
            advance(at, now, true);
        } else {
            fprintf(stderr, "watch: line %" PRIu64 " is refused: advance takes a time\n", at->position);
        }
    } else if (line[0] != '\0' && read_touchpoint(at, line, &touchpoint)) {
        const cxj_status status = cxj_record(at->engine, &touchpoint, sizeof touchpoint, 1, 0, NULL, 0);
        if (status == CXJ_NO_MEMORY) {
            return complain_of_engine(at, "recording");
        }
        if (status != CXJ_OK) {
            fprintf(stderr, "watch: line %" PRIu64 " is refused: %s\n", at->position, cxj_message(at->engine));
        }
    }
    return true;
}

/* Drops a rule by its text, if it is there. */
static void drop_rule(host *at, const char *text) {
    cxj_rule_info info;
    for (size_t i = 0; cxj_rule_at(at->engine, i, &info, sizeof info) == CXJ_OK; i++) {
        if (strcmp(info.text, text) == 0) {
            (void)cxj_rule_drop(at->engine, info.rule);
            return;
        }
    }
}

/* Makes one call, of a kind, with what it says. This alone changes the engine, so the same calls lead to the same
 * state, and to the same alerts. */
static bool make_call(host *at, char kind, const char *text) {
    uint32_t rule = 0;
    at->call++;
    switch (kind) {
    case 'c': /* the columns */
        at->columns.length = 0;
        return add(&at->columns, text, strlen(text)) && add(&at->columns, "\n", 1);
    case 'l': /* a line of the feed */
        return take_line(at, text) && tell(at);
    case 't': /* the time by the real clock */
        advance(at, strtoll(text, NULL, 10), false);
        return tell(at);
    case 'r':
        return cxj_rule_add(at->engine, text, CXJ_ZERO_TERMINATED, &rule) == CXJ_OK || complain_of_engine(at, text);
    case 'd':
        drop_rule(at, text);
        return true;
    default:
        return complain("the file of calls", "there is a call of an unknown kind");
    }
}

/* Says what will be called: a line of the file of calls, with the number and the kind before it. */
static bool plan_call(host *at, uint64_t number, char kind, const char *text) {
    char head[32];
    const int length = snprintf(head, sizeof head, "%" PRIu64 " %c ", number, kind);
    return add(&at->waiting, head, (size_t)length) && add(&at->waiting, text, strlen(text)) &&
           add(&at->waiting, "\n", 1);
}

/* Makes calls that were planned, once they are on the disk. */
static bool make_planned(host *at) {
    if (at->waiting.length == 0) {
        return true;
    }
    if (!write_all(at->calls, at->waiting.at, at->waiting.length) || fsync(at->calls) != 0) {
        return complain("the file of calls", strerror(errno));
    }
    char *line = at->waiting.at;
    bool done = true;
    while (done && *line != '\0') {
        char *stop = strchr(line, '\n'), *kind = strchr(line, ' ') + 1;
        *stop = '\0';
        done = make_call(at, kind[0], kind + 2);
        line = stop + 1;
    }
    at->waiting.length = 0;
    return note_told(at) && done;
}

/* ---- Saving ---------------------------------------------------------------------------------------------- */

/* Saves the engine and, as its mark, what belongs to it; then the calls so far are needed no more. */
static bool save(host *at) {
    char head[128], sentence[FILE_SENTENCE];
    bytes mark = {0};
    cxj_rule_info info;
    const int length =
        snprintf(head, sizeof head, "watch %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", at->call, at->position, at->alert);
    bool done = add(&mark, head, (size_t)length) && add(&mark, at->columns.at, at->columns.length) &&
                (at->columns.length > 0 || add(&mark, "\n", 1));
    for (size_t i = 0; done && cxj_rule_at(at->engine, i, &info, sizeof info) == CXJ_OK; i++) {
        done = add(&mark, info.text, info.text_length) && add(&mark, "\n", 1);
    }
    if (done && cxj_set_mark(at->engine, mark.at, mark.length) != CXJ_OK) {
        done = complain_of_engine(at, "saving");
    }
    if (done && !file_save(at->engine, at->path, sentence)) {
        done = complain(at->path, sentence); /* the old file and the calls since are there: nothing is lost */
    } else if (done) {
        at->saved = at->call;
        /* A crash before this leaves calls that the mark knows; they are told by their numbers. */
        done = ftruncate(at->calls, 0) == 0 || complain("the file of calls", strerror(errno));
    }
    free(mark.at);
    at->saved_at = real_clock();
    return done;
}

/* What is done about saving after each batch. A save that fails is said, and tried again in time. */
static void follow_schedule(host *at) {
    if (at->call > at->saved && (double)(real_clock() - at->saved_at) >= at->every * 1000) {
        (void)save(at);
    }
}

/* ---- After a start, which may be one after a crash ------------------------------------------------------- */

/* Takes the mark of a loaded engine: numbers, columns and rules. */
static bool read_mark(host *at) {
    const void *there = NULL;
    size_t length = 0;
    bytes mark = {0};
    uint32_t rule = 0;
    if (cxj_mark(at->engine, &there, &length) != CXJ_OK || !add(&mark, there, length) ||
        sscanf(mark.at, "watch %" SCNu64 " %" SCNu64 " %" SCNu64, &at->call, &at->position, &at->alert) != 3) {
        free(mark.at);
        return complain(at->path, "it has no mark of this program");
    }
    char *line = strchr(mark.at, '\n') + 1, *stop = strchr(line, '\n');
    bool done = stop == line || add(&at->columns, line, (size_t)(stop - line) + 1);
    for (line = stop + 1; done && *line != '\0'; line = stop + 1) {
        stop = strchr(line, '\n');
        *stop = '\0';
        done = cxj_rule_add(at->engine, line, CXJ_ZERO_TERMINATED, &rule) == CXJ_OK || complain_of_engine(at, line);
    }
    free(mark.at);
    return done;
}

/* After a night without a clock a move of it may raise many alerts at once: none of them is to be dropped. */
static bool load(host *at) {
    char sentence[FILE_SENTENCE];
    const cxj_options how = {.size = sizeof how, .alerts_limit = ALERTS_LIMIT};
    if (access(at->path, F_OK) == 0) {
        return file_load(&how, at->path, sentence, &at->engine) ? read_mark(at) : complain(at->path, sentence);
    }
    return cxj_engine_create(&how, sentence, sizeof sentence, &at->engine) == CXJ_OK || complain("engine", sentence);
}

/* Opens the file of calls, for one host alone, and reads it. A last line that a crash has cut off was never made. */
static bool read_calls(host *at, bytes *there) {
    char path[PATH], chunk[4096];
    ssize_t got;
    at->calls = open_beside(at, ".calls", path);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (at->calls < 0 || fcntl(at->calls, F_SETLK, &lock) != 0) {
        return complain(path, at->calls < 0 ? strerror(errno) : "another host watches there");
    }
    while ((got = read(at->calls, chunk, sizeof chunk)) > 0) {
        if (!add(there, chunk, (size_t)got)) {
            return false;
        }
    }
    while (there->length > 0 && there->at[there->length - 1] != '\n') {
        there->at[--there->length] = '\0';
    }
    return (got == 0 && ftruncate(at->calls, (off_t)there->length) == 0) || complain(path, strerror(errno));
}

/* Looks through the calls since the save: up to where alerts were told, and how far the feed was taken, and says so. */
static bool look_ahead(host *at, const bytes *there) {
    uint64_t position = at->position;
    for (const char *line = there->at; *line != '\0'; line = strchr(line, '\n') + 1) {
        const bool is_note = strncmp(line, "told ", 5) == 0;
        char *rest = NULL;
        const uint64_t number = strtoull(is_note ? line + 5 : line, &rest, 10);
        if (is_note) {
            at->told = number > at->told ? number : at->told;
        } else {
            position += number > at->call && strncmp(rest, " l ", 3) == 0;
        }
    }
    printf("{\"position\": %" PRIu64 "}\n", position);
    return fflush(stdout) == 0 || complain("the output", strerror(errno));
}

/* Makes again what was called since the save. Alerts that were told are known by their numbers. */
static bool catch_up(host *at, bytes *there) {
    bool done = add(there, "", 0) && look_ahead(at, there);
    at->told = at->told < at->alert ? at->alert : at->told; /* what was raised before the save was told before it */
    at->saved = at->call;
    for (char *line = there->at, *stop; done && *line != '\0'; line = stop + 1) {
        char *rest = NULL;
        const uint64_t number = strtoull(line, &rest, 10);
        stop = strchr(line, '\n');
        *stop = '\0';
        if (number > at->call + 1) {
            done = complain("the file of calls", "calls are missing between it and the saved engine");
        } else if (number > at->call) { /* else it is a note, or the saved engine knows it */
            done = strlen(rest) > 2 ? make_call(at, rest[1], rest + 3) : complain("the file of calls", "it is none");
        }
    }
    return note_told(at) && done;
}

/* Whether a rule of an engine has this text. */
static bool has_rule(const cxj_engine *engine, const char *text) {
    cxj_rule_info info;
    for (size_t i = 0; cxj_rule_at(engine, i, &info, sizeof info) == CXJ_OK; i++) {
        if (strcmp(info.text, text) == 0) {
            return true;
        }
    }
    return false;
}

/* Sees to it that the rules are those of the command line, by calls like any other: what is not asked for any more is
 * dropped, what is new is added. wanted: an engine that has them. */
static bool change_rules(host *at, const cxj_engine *wanted) {
    cxj_rule_info info;
    bool done = true;
    for (size_t i = 0; done && cxj_rule_at(at->engine, i, &info, sizeof info) == CXJ_OK; i++) {
        done = has_rule(wanted, info.text) || plan_call(at, at->call + 1, 'd', info.text);
        if (done && at->waiting.length > 0) {
            done = make_planned(at);
            i = (size_t)-1; /* they have moved up */
        }
    }
    for (size_t i = 0; done && cxj_rule_at(wanted, i, &info, sizeof info) == CXJ_OK; i++) {
        done = has_rule(at->engine, info.text) || (plan_call(at, at->call + 1, 'r', info.text) && make_planned(at));
    }
    return done;
}

/* Reads the rules of the command line, before anything is done by them; NULL: one is refused. */
static cxj_engine *read_rules(const host *at) {
    cxj_engine *wanted = NULL;
    uint32_t rule = 0;
    if (cxj_engine_create(NULL, NULL, 0, &wanted) != CXJ_OK) {
        (void)complain_of_memory();
        return NULL;
    }
    for (size_t i = 0; i < at->rule_count; i++) {
        if (cxj_rule_add(wanted, at->rules[i], CXJ_ZERO_TERMINATED, &rule) != CXJ_OK) {
            (void)complain(at->rules[i], cxj_message(wanted));
            cxj_engine_destroy(wanted);
            return NULL;
        }
    }
    return wanted;
}

/* ---- The host -------------------------------------------------------------------------------------------- */

/* The first line of the feed. Columns by which nothing can be read end the program. */
static bool take_columns(host *at, const char *line) {
    bytes log = {0};
    cxj_touchpoint touchpoint;
    bool done = add(&log, line, strlen(line)) && add(&log, "\n", 1);
    if (done && at->columns.length == log.length && memcmp(log.at, at->columns.at, log.length) == 0) {
        free(log.at);
        return true; /* they are those that it had before */
    }
    FILE *in = done ? fmemopen(log.at, log.length, "rb") : NULL;
    log_reader *reader = in == NULL ? NULL : log_open(NULL, at->engine);
    done = reader != NULL && log_begin(reader, in) == LOG_ROW && log_next(reader, &touchpoint) == LOG_END;
    if (!done) {
        (void)complain("the first line",
                       reader == NULL ? strerror(errno) : log_reason_text(log_refused(reader)->reason));
    }
    log_close(reader);
    if (in != NULL) {
        (void)fclose(in); /* it was only read */
    }
    free(log.at);
    return done && plan_call(at, at->call + 1, 'c', line) && make_planned(at);
}

/* Plans a call for each line that is whole, and makes them; what is left stays for the next time. */
static bool take_lines(host *at, bytes *feed, bool *has_columns) {
    char *line = feed->at, *stop;
    char time[24];
    uint64_t number = at->call;
    bool done = true;
    while (done && (stop = memchr(line, '\n', (size_t)(feed->at + feed->length - line))) != NULL) {
        char *text = line;
        for (char *nul = text; (nul = memchr(nul, '\0', (size_t)(stop - nul))) != NULL;) {
            *nul = '\xff'; /* no UTF-8 either, and the reader will say so */
        }
        *stop = '\0';
        if (stop > line && stop[-1] == '\r') {
            stop[-1] = '\0';
        }
        line = stop + 1;
        if (!*has_columns) {
            *has_columns = done = take_columns(at, text);
            number = at->call;
            continue;
        }
        if (!at->follows_feed && number == at->call) {
            snprintf(time, sizeof time, "%" PRId64, real_clock());
            done = plan_call(at, ++number, 't', time);
        }
        done = done && plan_call(at, ++number, 'l', text);
    }
    feed->length -= (size_t)(line - feed->at);
    memmove(feed->at, line, feed->length);
    if (done && feed->length > LINE_LIMIT) {
        done = complain("the feed", "a line is too long");
    }
    return done && make_planned(at);
}

/* Follows the feed to its end, or until it is told to end. */
static bool follow(host *at) {
    static char chunk[CHUNK];
    bytes feed = {0};
    bool has_columns = false, done = add(&feed, "", 0);
    const double step = at->every * 1000 < TICK ? at->every * 1000 : TICK;
    int64_t ticked = 0;
    while (done && !ends) {
        struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
        const int ready = poll(&input, 1, step < 1 ? 1 : (int)step);
        const ssize_t got = ready > 0 ? read(STDIN_FILENO, chunk, sizeof chunk) : -1;
        if (ready > 0 && got == 0) {
            break;
        }
        if (got > 0) {
            done = add(&feed, chunk, (size_t)got) && take_lines(at, &feed, &has_columns);
        } else if (ready > 0 && errno != EINTR) {
            done = complain("the feed", strerror(errno));
        }
        if (done && !at->follows_feed && real_clock() - ticked >= TICK) {
            char time[24];
            ticked = real_clock();
            snprintf(time, sizeof time, "%" PRId64, ticked);
            done = plan_call(at, at->call + 1, 't', time) && make_planned(at);
        }
        if (done) {
            follow_schedule(at);
        }
    }
    if (done && !ends && feed.length > 0) {
        (void)complain("the feed", "its last line was cut off, and is not taken");
    }
    free(feed.at);
    return done;
}

static bool watch(host *at, const cxj_engine *wanted) {
    bytes there = {0};
    const bool ready = read_calls(at, &there) && load(at) && load_texts(at) && catch_up(at, &there);
    free(there.at);
    if (!ready || !change_rules(at, wanted)) {
        return false;
    }
    at->saved_at = real_clock();
    return follow(at) && (at->call == at->saved || save(at));
}

/* Says what is wrong with the command line, and how it is to be. */
static bool refuse_usage(const char *what, const char *text) {
    fprintf(stderr, "watch: %s%s\n", what, text);
    fputs("usage: watch --state FILE --rule TEXT [--rule TEXT]... [--every SECONDS] [--clock feed]\n", stderr);
    return false;
}

/* Takes an option. value is NULL where nothing stands behind it. */
static bool take_option(host *at, const char *option, char *value) {
    static const char *const options[] = {"--state", "--rule", "--every", "--clock"};
    size_t which = 0;
    while (which < 4 && strcmp(option, options[which]) != 0) {
        which++;
    }
    if (which == 4 || value == NULL) {
        return refuse_usage(which == 4 ? "unknown option " : "a value is needed behind ", option);
    }
    if (which == 0) {
        at->path = value;
        return strlen(value) < PATH - 16 || refuse_usage("the name of the state is too long", "");
    }
    if (which == 1) {
        at->rules[at->rule_count++] = value;
        return true;
    }
    if (which == 2) {
        char *rest = value;
        at->every = strtod(value, &rest);
        return (*rest == '\0' && at->every > 0 && at->every < 1e6) ||
               refuse_usage("--every takes a number of seconds, such as 60, not ", value);
    }
    at->follows_feed = true;
    return strcmp(value, "feed") == 0 || refuse_usage("--clock takes feed, not ", value);
}

/* Reads the command line; false: it is none. */
static bool read_arguments(host *at, int argc, char **argv) {
    for (int i = 1; i < argc; i += 2) {
        if (!take_option(at, argv[i], i + 1 < argc ? argv[i + 1] : NULL)) {
            return false;
        }
    }
    return true;
}

/* Whether all is there that is needed. */
static bool is_whole(const host *at) {
    return (at->path != NULL || refuse_usage("--state is needed, the file that keeps the engine", "")) &&
           (at->rule_count > 0 || refuse_usage("--rule is needed, such as \"waiting for 4h\"", ""));
}

int main(int argc, char **argv) {
    host at = {.every = 60, .calls = -1, .rules = calloc((size_t)argc, sizeof *at.rules)};
    if (at.rules == NULL || !read_arguments(&at, argc, argv)) {
        free(at.rules);
        return 2;
    }
    struct sigaction action = {.sa_handler = end};
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    cxj_engine *wanted = read_rules(&at);
    const bool starts = wanted != NULL && is_whole(&at);
    const int status = !starts ? 2 : watch(&at, wanted) ? 0 : 1;
    cxj_engine_destroy(wanted);
    cxj_engine_destroy(at.engine);
    texts_free(&at.texts);
    if (at.texts_file != NULL) {
        (void)fclose(at.texts_file); /* each text was synced */
    }
    if (at.calls >= 0) {
        (void)close(at.calls);
    }
    free(at.columns.at);
    free(at.waiting.at);
    free(at.rules);
    return status;
}
