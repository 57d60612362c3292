/* cxj-report: reads a log of touchpoints and answers views of it, as tables or as JSON. A program to copy.
 *
 * SPDX-License-Identifier: MIT
 *
 * Idea: the engine first gets its views, then the log's touchpoints in batches, as a host would hand them over; when
 * the logs are at their end, every answer is there already. log.c knows logs, told.c what is said of them, reading.c the
 * options that say how they are read, table.c, drivers.c and json.c how answers look; worklist.c
 * and replay.c know what rules say; file.c keeps an engine in a file;
 * this file knows the command line, and when to stop.
 *
 * Invariant: whatever is refused is said on stderr, with its place; and nothing that goes wrong ends with status 0.
 * What goes beyond ISO C stands in this file: isatty(), fileno(). */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "analysis.h"
#include "drivers.h"
#include "file.h"
#include "json.h"
#include "log.h"
#include "page.h"
#include "reading.h"
#include "replay.h"
#include "table.h"
#include "told.h"
#include "worklist.h"

enum {
    EXIT_FINE = 0,
    EXIT_STOPPED = 1,
    EXIT_USAGE = 2,
    EXIT_REFUSED = 3,   /* went through, but rows were refused */
    BATCH = 4096,       /* touchpoints handed over in one call */
    REFUSALS_TOLD = 20, /* one by one; further ones are counted */
    EXCERPT = 40,       /* columns of what is shown of a field, and of a sentence of the engine */
    SENTENCE = 1000,
    PATH = 4096,  /* a path is shown whole: cut, two of them would look alike */
    STATUSES = 32 /* errors, from -1 down, by their number turned round */
};

/* The limit of cells that the library has by default protects a host that runs for years; a report that leaves out
 * cells would be wrong, so it goes as far as memory does. */
#define CELLS_LIMIT UINT64_C(1000000000)

/* The most that the library allows: rules, alerts that wait between two calls, touchpoints of one journey. */
#define RULES_LIMIT UINT32_C(4096)
#define ALERTS_LIMIT UINT32_C(16777216)
#define TOUCHPOINTS_LIMIT UINT32_C(29000)

static const char *const default_views[] = {"journeys", "journeys by type", "touchpoints by channel",
                                            "transitions by owner"};

enum { DEFAULT_VIEWS = sizeof default_views / sizeof default_views[0] };

/* ---- The command line ------------------------------------------------------------------------------------ */

/* Options: constant, name, what stands for its value in the help (NULL: it takes none), and the help. */
#define OPTIONS(X)                                                                                                     \
    X(OPTION_VIEW, "--view", "TEXT",                                                                                   \
      "a view to answer, such as \"journeys by type per month\"; may be given\n"                                       \
      "several times")                                                                                                 \
    X(OPTION_JSON, "--json", NULL, "write JSON with every cell and metric, for programs")                              \
    X(OPTION_NOW, "--now", "TIME",                                                                                     \
      "what is overdue is so at this moment; without it, at the last\n"                                                \
      "touchpoint's")                                                                                                  \
    X(OPTION_STRICT, "--strict", NULL, "stop at the first row that is refused")                                        \
    X(OPTION_LENIENT, "--lenient", NULL, "end with exit status 0 though rows were refused")                            \
    X(OPTION_FEEDS, "--feeds", "FACET,...",                                                                            \
      "the facets that the log can carry; metrics that need others have\n"                                             \
      "no value. Without it: in tables those that occur, in JSON all")                                                 \
    X(OPTION_CALENDAR, "--calendar", "FILE",                                                                           \
      "the calendar of the host: its local time, by which periods go, and\n"                                           \
      "its working hours")                                                                                             \
    READING_OPTIONS(X)                                                                                                 \
    X(OPTION_METRICS, "--metrics", "NAME,...", "the columns of the tables")                                            \
    X(OPTION_SPREAD, "--spread", "METRIC",                                                                             \
      "how far it depends on the cell: on whom, or on which channel, one\n"                                            \
      "meets; may be given several times, likewise what follows")                                                      \
    X(OPTION_CONTROL, "--control", "METRIC",                                                                           \
      "of views with a period: has it changed over time, or does it just\n"                                            \
      "vary?")                                                                                                         \
    X(OPTION_PARITY, "--parity", "METRIC",                                                                             \
      "the last cell against the first; of views with a period, the last\n"                                            \
      "period against the first")                                                                                      \
    X(OPTION_RELATION, "--relation", "METRIC,METRIC", "how the second goes with the first, over the cells")            \
    X(OPTION_WITHIN, "--within", "FAMILY=SPAN",                                                                        \
      "the share of durations that are at most so long, such as\n"                                                     \
      "first_response=4h (m, h, d or w)")                                                                              \
    X(OPTION_DRILL, "--drill", NULL, "the journeys behind each cell")                                                  \
    X(OPTION_RULE, "--rule", "TEXT",                                                                                   \
      "the worklist of a rule, such as \"silent for 3d where team = billing\":\n"                                      \
      "who waits now, since when, the longest first; may be given several\n"                                           \
      "times. Then views are answered only if some are named")                                                         \
    X(OPTION_REPLAY, "--replay", NULL,                                                                                 \
      "what the rules would have raised, had the log come live, and what\n"                                            \
      "that would have been worth; see below")                                                                         \
    X(OPTION_PAGE, "--page", "FILE.html",                                                                              \
      "write one HTML page to look at, that needs no network; with\n"                                                  \
      "worklists of the rules, if some are given. Then tables are written\n"                                           \
      "only of views that are named")                                                                                  \
    X(OPTION_LOAD, "--load", "FILE",                                                                                   \
      "go on from what --save has kept; without --view, answer the views\n"                                            \
      "that it has. No log need be given; rows of one that are kept already\n"                                         \
      "count once more, unless they have an id")                                                                       \
    X(OPTION_SAVE, "--save", "FILE",                                                                                   \
      "keep all that was read, before it is answered; what FILE has been\n"                                            \
      "stays until the new one is whole")                                                                              \
    X(OPTION_CHECK, "--check", "FILE", "say whether what --save has kept is whole, and what is in it")                 \
    X(OPTION_LIST, "--list-metrics", NULL, "list all metrics with what they mean")                                     \
    X(OPTION_HELP, "--help", NULL, "write this")                                                                       \
    X(OPTION_VERSION, "--version", NULL, "write the library's version")

typedef enum option {
#define X(constant, name, value, help) constant,
    OPTIONS(X) OPTION_COUNT,
#undef X
    OPTION_NONE = OPTION_COUNT
} option;

static const struct option_info {
    const char *name;
    const char *value;
    const char *help;
} options[OPTION_COUNT] = {
#define X(constant, name, value, help) {name, value, help},
    OPTIONS(X)
#undef X
};

/* What the command line asks for. */
typedef struct request {
    const char **views; /* owned, the texts are not; likewise rules, metrics */
    size_t view_count;
    const char **rules;
    size_t rule_count;
    cxj_text *metrics;
    size_t metric_count;
    analyses analyses;
    reading reading;
    uint32_t feeds;
    const char *now; /* as it was given; NULL: it was not */
    bool has_feeds;
    bool json;
    bool strict;
    bool lenient;
    bool replay;
    option instead;     /* of a report: help, version, list or check, or OPTION_NONE */
    const char **paths; /* of the logs, owned, the texts are not; none is needed where there is a load */
    size_t path_count;
    const char *calendar; /* NULL: none; likewise what follows */
    const char *load;
    const char *save;
    const char *page;
    const char *check;
} request;

/* Whether a page is all that is asked for. */
static bool is_page_alone(const request *asked) {
    return asked->page != NULL && asked->view_count == 0 && !asked->json && !asked->replay;
}

static void request_finish(request *asked) {
    free(asked->views);
    free(asked->rules);
    free(asked->metrics);
    free(asked->paths);
    reading_free(&asked->reading);
    analyses_free(&asked->analyses);
}

static void print_help(FILE *out) {
    fputs("usage: cxj-report [OPTION]... FILE...\n"
          "       cxj-report [OPTION]... --load SAVED [FILE]...\n"
          "       cxj-report --check SAVED\n\n"
          "Reads a log of touchpoints, CSV with at least the columns journey and at, from\n"
          "FILE (- is standard input), or from several as if one, and answers views of it.\n\n",
          out);
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        const char *value = options[i].value == NULL ? "" : options[i].value;
        fprintf(out, "  %s%s%s\n", options[i].name, value[0] == '\0' ? "" : " ", value);
        const char *line = options[i].help;
        while (*line != '\0') {
            const size_t length = strcspn(line, "\n");
            fprintf(out, "      %.*s\n", (int)length, line);
            line += length + (line[length] == '\n');
        }
    }
    fprintf(out, "\n%s", replay_help);
    fputs("\nExit status: 0 done; 1 stopped; 2 wrong usage; 3 done, but rows were refused.\n", out);
}

/* Says what is wrong with the command line. The text comes from it, so it is shown with care. */
static int refuse_usage(const char *before, const char *text, size_t length, const char *after) {
    fprintf(stderr, "cxj-report: %s", before);
    (void)table_text(stderr, text, length, EXCERPT);
    fprintf(stderr, "%s; see cxj-report --help\n", after);
    return EXIT_USAGE;
}

/* Takes the next part of a list with commas; false at its end. Empty parts are skipped. */
static bool next_part(const char **list, cxj_text *part) {
    *list += strspn(*list, ",");
    *part = (cxj_text){*list, strcspn(*list, ",")};
    *list += part->length;
    return part->length > 0;
}

/* Adds the metrics of a list to those asked for. */
static int add_metrics(request *asked, const char *list) {
    size_t most = asked->metric_count + 1;
    for (const char *p = list; *p != '\0'; p++) {
        most += *p == ',';
    }
    cxj_text *metrics = realloc(asked->metrics, most * sizeof *metrics);
    if (metrics == NULL) {
        fputs("cxj-report: there is not enough memory\n", stderr);
        return EXIT_STOPPED;
    }
    asked->metrics = metrics;
    cxj_text part;
    while (next_part(&list, &part)) {
        cxj_metric_info info;
        if (!table_metric(0, part.text, part.length, &info)) {
            const char *nearest = table_nearest_metric(part.text, part.length);
            fputs("cxj-report: there is no metric \"", stderr);
            (void)table_text(stderr, part.text, part.length, EXCERPT);
            fprintf(stderr, nearest == NULL ? "\"; --list-metrics lists all%s\n" : "\"; the nearest is %s\n",
                    nearest == NULL ? "" : nearest);
            return EXIT_USAGE;
        }
        metrics[asked->metric_count++] = part;
    }
    return EXIT_FINE;
}

_Static_assert(OPTION_WITHIN - OPTION_SPREAD == ANALYSIS_WITHIN,
               "options of analyses stand in the order of their kinds");

/* Adds an analysis to those asked for. */
static int add_analysis(request *asked, option which, const char *value) {
    analysis_fault fault;
    if (analyses_add(&asked->analyses, (analysis_kind)(which - OPTION_SPREAD), value, &fault)) {
        return EXIT_FINE;
    }
    if (fault.sentence == NULL) {
        fputs("cxj-report: there is not enough memory\n", stderr);
        return EXIT_STOPPED;
    }
    fprintf(stderr, "cxj-report: %s: %s \"", options[which].name, fault.sentence);
    (void)table_text(stderr, fault.text.text, fault.text.length, EXCERPT);
    fprintf(stderr, fault.nearest == NULL ? "\"; --list-metrics lists all%s\n" : "\"; the nearest metric is %s\n",
            fault.nearest == NULL ? "" : fault.nearest);
    return EXIT_USAGE;
}

_Static_assert(OPTION_TIES - OPTION_MAP == READING_TIES, "options of reading stand in the order of their constants");

/* Takes an option that says how logs are read. */
static int take_reading(request *asked, option which, const char *value) {
    reading_fault fault;
    if (reading_take(&asked->reading, (reading_option)(which - OPTION_MAP), value, &fault)) {
        return EXIT_FINE;
    }
    if (fault.before == NULL) {
        fputs("cxj-report: there is not enough memory\n", stderr);
        return EXIT_STOPPED;
    }
    char after[80];
    snprintf(after, sizeof after, "%s%s%s", fault.after, fault.nearest == NULL ? "" : "; the nearest is ",
             fault.nearest == NULL ? "" : fault.nearest);
    return refuse_usage(fault.before, fault.text.text, fault.text.length, after);
}

/* Takes the name of a file. */
static void take_file(request *asked, option which, const char *path) {
    const char **taken = which == OPTION_CALENDAR ? &asked->calendar
                         : which == OPTION_LOAD   ? &asked->load
                         : which == OPTION_PAGE   ? &asked->page
                                                  : &asked->save;
    *taken = path;
}

/* Takes one option. value is NULL where it takes none. */
static int take_option(request *asked, option which, const char *value) {
    cxj_text unknown;
    if (which >= OPTION_MAP && which <= OPTION_TIES) {
        return take_reading(asked, which, value);
    }
    switch (which) {
    case OPTION_VIEW:
        asked->views[asked->view_count++] = value;
        break;
    case OPTION_JSON:
        asked->json = true;
        break;
    case OPTION_NOW:
        asked->now = value;
        break;
    case OPTION_STRICT:
        asked->strict = true;
        break;
    case OPTION_FEEDS:
        if (!values_facets(value, strlen(value), ',', &asked->feeds, &unknown)) {
            return refuse_usage("there is no facet \"", unknown.text, unknown.length, "\"");
        }
        asked->has_feeds = true;
        break;
    case OPTION_LENIENT:
        asked->lenient = true;
        break;
    case OPTION_METRICS:
        return add_metrics(asked, value);
    case OPTION_SPREAD:
    case OPTION_CONTROL:
    case OPTION_PARITY:
    case OPTION_RELATION:
    case OPTION_WITHIN:
        return add_analysis(asked, which, value);
    case OPTION_DRILL:
        asked->analyses.drill = true;
        break;
    case OPTION_RULE:
        asked->rules[asked->rule_count++] = value;
        break;
    case OPTION_REPLAY:
        asked->replay = true;
        break;
    case OPTION_CALENDAR:
    case OPTION_LOAD:
    case OPTION_PAGE:
    case OPTION_SAVE:
        take_file(asked, which, value);
        break;
    case OPTION_CHECK:
        asked->check = value;
        asked->instead = asked->instead == OPTION_NONE ? which : asked->instead;
        break;
    default: /* what is written in place of a report */
        asked->instead = asked->instead == OPTION_NONE ? which : asked->instead;
        break;
    }
    return EXIT_FINE;
}

/* Reads one option and, where it takes one, its value: behind a =, or the next argument.
 * at  the argument's index; moves on where the value is the next one */
static int read_option(request *asked, int argc, char **argv, int *at) {
    const char *argument = argv[*at];
    const size_t length = strcspn(argument, "=");
    for (size_t i = 0; i < OPTION_COUNT; i++) {
        if (strlen(options[i].name) != length || memcmp(options[i].name, argument, length) != 0) {
            continue;
        }
        const bool attached = argument[length] == '=';
        if (options[i].value == NULL) {
            return attached ? refuse_usage("", argument, length, " takes no value")
                            : take_option(asked, (option)i, NULL);
        }
        if (!attached && *at + 1 == argc) {
            return refuse_usage("", argument, length, " needs a value");
        }
        return take_option(asked, (option)i, attached ? argument + length + 1 : argv[++*at]);
    }
    return refuse_usage("unknown option ", argument, length, "");
}

/* Whether a page may have this name: another is perhaps that of a log, which would be gone. */
static bool is_page_name(const char *path) {
    static const char end[] = ".html";
    const size_t length = strlen(path);
    return length >= sizeof end && strcmp(path + length - (sizeof end - 1), end) == 0;
}

/* Reads the command line. End the request with request_finish(), whatever comes back. */
static int read_arguments(request *asked, int argc, char **argv) {
    *asked = (request){.instead = OPTION_NONE};
    asked->views = calloc((size_t)argc, sizeof *asked->views);
    asked->paths = calloc((size_t)argc, sizeof *asked->paths);
    asked->rules = calloc((size_t)argc, sizeof *asked->rules);
    if (asked->views == NULL || asked->paths == NULL || asked->rules == NULL) {
        fputs("cxj-report: there is not enough memory\n", stderr);
        return EXIT_STOPPED;
    }
    bool only_files = false;
    for (int i = 1; i < argc; i++) {
        if (!only_files && strcmp(argv[i], "--") == 0) {
            only_files = true;
        } else if (!only_files && argv[i][0] == '-' && argv[i][1] != '\0') {
            const int status = read_option(asked, argc, argv, &i);
            if (status != EXIT_FINE) {
                return status;
            }
        } else {
            asked->paths[asked->path_count++] = argv[i];
        }
    }
    if (asked->instead == OPTION_NONE && asked->path_count == 0 && asked->load == NULL) {
        return refuse_usage("no FILE is given", "", 0, "");
    }
    if (asked->replay && asked->rule_count == 0 && asked->instead == OPTION_NONE) {
        return refuse_usage("--replay shows what a --rule would have raised, and none is given", "", 0, "");
    }
    if (asked->page != NULL && !is_page_name(asked->page)) {
        return refuse_usage("--page takes a file that ends with .html, not \"", asked->page, strlen(asked->page), "\"");
    }
    if (asked->json && asked->metrics != NULL) {
        return refuse_usage("--metrics chooses columns of tables; --json writes all metrics", "", 0, "");
    }
    return EXIT_FINE;
}

/* ---- A run ----------------------------------------------------------------------------------------------- */

/* All that a run holds. */
typedef struct run {
    const request *asked;
    cxj_engine *engine;
    cxj_view **views;   /* that are answered */
    const char **texts; /* of the views; the texts are not owned */
    size_t view_count;
    bool default_view; /* nobody named any */
    replay replay;
    int64_t now;      /* that is asked for */
    size_t next_path; /* the log that is read next */
    FILE *file;       /* the log being read, its name, and its reader; NULL: there is none */
    const char *path;
    log_reader *log;
    told told;

    size_t count; /* of the batch */
    cxj_touchpoint batch[BATCH];
    uint64_t lines[BATCH];
    bool apart[BATCH]; /* to be recorded by calls of their own */

    int failure; /* the exit status where the run ends early; 0: EXIT_STOPPED */
    uint64_t rejected;
    uint64_t refusals_told;
    uint64_t by_status[STATUSES]; /* touchpoints that the engine refused */

    bool terminal; /* stderr is one, and so progress is shown */
    bool progress; /* a line of it stands there now */
    double started;
    double shown;
} run;

/* Seconds, from some moment on. */
static double seconds(void) {
    struct timespec now = {0, 0};
    (void)timespec_get(&now, TIME_UTC);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Takes the line of progress off the terminal, before anything else is written. */
static void clear_progress(run *at) {
    if (at->progress) {
        fprintf(stderr, "\r%79s\r", "");
        at->progress = false;
    }
}

/* On a terminal, says how far the run is when it takes more than a second. */
static void show_progress(run *at) {
    if (!at->terminal) {
        return;
    }
    const double now = seconds();
    if (now - at->started > 1 && now - at->shown > 0.2) {
        at->shown = now;
        at->progress = true;
        fprintf(stderr, "\rcxj-report: ");
        table_count(stderr, log_rows(at->log));
        fputs(" rows, ", stderr);
        table_count(stderr, log_bytes(at->log) / 1000000);
        fprintf(stderr, " MB");
    }
}

/* Begins a sentence on stderr about the file.
 * line  0: about the file as a whole */
static void begin_sentence(run *at, uint64_t line) {
    const char *path = at->path != NULL ? at->path : at->asked->load;
    const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
    clear_progress(at);
    fputs("cxj-report: ", stderr);
    (void)table_text(stderr, name, strlen(name), PATH);
    if (line != 0) {
        fprintf(stderr, ", line %" PRIu64, line);
    }
}

/* Says why the run stops, in a sentence that ends with what the engine has to say. */
static bool stop(run *at, const char *doing, cxj_status status) {
    const char *message = at->engine == NULL ? "" : cxj_message(at->engine);
    clear_progress(at);
    fprintf(stderr, "cxj-report: %s: %s", doing, cxj_status_text(status));
    if (message[0] != '\0') {
        fputs(": ", stderr);
        (void)table_text(stderr, message, strlen(message), SENTENCE);
    }
    fputc('\n', stderr);
    return false;
}

/* Says what is wrong with a file of --load, --save or --check. */
static bool refuse_file(const char *path, const char *sentence) {
    fputs("cxj-report: ", stderr);
    (void)table_text(stderr, path, strlen(path), PATH);
    fputs(": ", stderr);
    (void)table_text(stderr, sentence, strlen(sentence), SENTENCE);
    fputc('\n', stderr);
    return false;
}

/* Whether one more refusal is told by itself. */
static bool is_told(run *at) {
    if (at->refusals_told == REFUSALS_TOLD) {
        clear_progress(at);
        fputs("cxj-report: further refusals are counted only\n", stderr);
    }
    return at->refusals_told++ < REFUSALS_TOLD;
}

/* Says what the engine refused. */
static void tell_rejected(run *at, uint64_t line) {
    static const char place[] = "touchpoint ";
    const char *message = cxj_message(at->engine);
    if (strncmp(message, place, sizeof place - 1) == 0 && strchr(message, ':') != NULL) {
        message = strchr(message, ':') + 1; /* the place in the call comes first, and the line says more */
        message += strspn(message, " ");
    }
    begin_sentence(at, line);
    fputs(": ", stderr);
    (void)table_text(stderr, message, strlen(message), SENTENCE);
    fputc('\n', stderr);
}

/* Records some of the batch by one call. What the engine refuses is told with its line: the call stops there.
 * done  how many of the batch were recorded before; moves on
 * end   up to which it goes
 * returns  false where the run stops */
static bool record(run *at, size_t *done, size_t end) {
    cxj_receipt receipt;
    const size_t count = end - *done;
    const bool replays = at->asked->replay; /* then it is one row */
    cxj_status clock;
    if (replays && (clock = replay_clock(&at->replay, &at->batch[*done])) != CXJ_OK) {
        return stop(at, "moving the clock", clock);
    }
    const cxj_status status = cxj_record(at->engine, at->batch + *done, sizeof *at->batch, count, CXJ_STOP_AT_REFUSAL,
                                         &receipt, sizeof receipt);
    if (status != CXJ_OK && (status != CXJ_REFUSED || receipt.first_refusal >= count)) {
        return stop(at, "recording touchpoints", status);
    }
    told_receipt(&at->told, &receipt, at->lines[*done], at->lines[end - 1]);
    if (status == CXJ_OK) {
        *done = end; /* what is refused raises nothing, and its sentence is still needed */
        return !replays || replay_take(&at->replay) == CXJ_OK || stop(at, "taking alerts", CXJ_NO_MEMORY);
    }
    *done += (size_t)receipt.first_refusal;
    const cxj_status why = receipt.first_status;
    at->rejected += why != CXJ_LATE;
    at->by_status[why < 0 && why > -STATUSES ? -why : 0]++;
    if (is_told(at)) {
        tell_rejected(at, at->lines[*done]);
    }
    (*done)++;
    return !at->asked->strict;
}

/* Hands the batch over. Returns false where the run stops. */
static bool flush(run *at) {
    told_batch(&at->told, at->batch, at->count, at->apart);
    for (size_t done = 0; done < at->count;) {
        size_t end = done + 1;
        while (end < at->count && !at->apart[end] && !at->apart[done]) {
            end++;
        }
        if (!record(at, &done, end)) {
            return false;
        }
    }
    at->count = 0;
    show_progress(at);
    return true;
}

/* Takes a row that was refused. While refusals are told, they are told in the order of lines: first what waits in the
 * batch. Returns false where the run stops. */
static bool take_refusal(run *at) {
    const bool is_next = at->refusals_told <= REFUSALS_TOLD || at->asked->strict;
    if (is_next && !flush(at)) {
        return false;
    }
    at->rejected++;
    told_refusal(&at->told, at->log);
    if (is_told(at)) {
        clear_progress(at);
        told_refused(&at->told, at->log);
    }
    return !at->asked->strict;
}

/* Opens the next log, and reads its header. Returns false where the run stops. */
static bool open_log(run *at) {
    const char *path = at->asked->paths[at->next_path++];
    if (at->file != NULL && at->file != stdin) {
        (void)fclose(at->file); /* it was only read */
    }
    at->path = path;
    told_file(&at->told, path);
    errno = 0;
    at->file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (at->file == NULL) {
        const int error = errno;
        begin_sentence(at, 0);
        fprintf(stderr, ": cannot be opened: %s\n", strerror(error));
        return false;
    }
    const bool begun = log_begin(at->log, at->file) == LOG_ROW;
    clear_progress(at);
    (begun ? told_header : told_stopped)(&at->told, at->log);
    return begun;
}

/* Reads the logs, one after the other, to their end. Returns false where the run stops. */
static bool read_logs(run *at) {
    log_status status = LOG_END;
    while (status != LOG_END || at->next_path < at->asked->path_count) {
        if (status == LOG_END && !open_log(at)) {
            return false;
        }
        status = log_next(at->log, &at->batch[at->count]);
        bool goes_on = true;
        if (status == LOG_ROW) {
            told_row(&at->told, at->log, &at->batch[at->count]);
            at->lines[at->count++] = log_line(at->log);
            goes_on = at->count < (at->asked->replay ? 1 : BATCH) || flush(at);
        } else if (status == LOG_REFUSED) {
            goes_on = take_refusal(at);
        } else {
            goes_on = flush(at) && status == LOG_END;
        }
        if (!goes_on) {
            if (status == LOG_STOPPED) {
                told_stopped(&at->told, at->log);
            }
            return false;
        }
    }
    return true;
}

/* Writes one line of a summary: how many, and of what. */
static void tell_count(const char *indent, uint64_t count, const char *what) {
    if (count > 0) {
        fputs(indent, stderr);
        table_count(stderr, count);
        fprintf(stderr, " %s\n", what);
    }
}

/* Says what was read, what became of it, and why rows were refused. */
static void tell_summary(run *at, const cxj_stats *stats) {
    if (at->asked->path_count > 1) {
        clear_progress(at);
        fprintf(stderr, "cxj-report: %zu files", at->asked->path_count);
    } else {
        begin_sentence(at, 0);
    }
    fputs(": ", stderr);
    if (at->log != NULL) {
        table_count(stderr, log_rows(at->log));
        fputs(" rows; ", stderr);
    }
    table_count(stderr, stats->touchpoints);
    fputs(" touchpoints of ", stderr);
    table_count(stderr, stats->journeys);
    fputs(" journeys\n", stderr);
    if (at->log != NULL && at->asked->load != NULL) {
        fputs("  with those that were kept\n", stderr);
    }
    tell_count("  ", stats->late, "late: their journey was sealed");
    tell_count("  ", at->rejected, "refused:");
    for (size_t i = 0; i < LOG_REASON_COUNT; i++) {
        tell_count("    ", at->told.by_reason[i], log_reason_text((log_reason)i));
    }
    for (cxj_status i = 1; i < STATUSES; i++) {
        if (-i != CXJ_LATE) {
            tell_count("    ", at->by_status[i], cxj_status_text(-i));
        }
    }
    tell_count("    ", at->by_status[0], "for another reason");
    if (at->log != NULL) {
        told_end(&at->told, at->engine, log_rows(at->log), at->rejected);
    }
}

/* ---- Answers --------------------------------------------------------------------------------------------- */

/* The facets that any metric needs: of others it tells nothing that they never occur. */
static uint32_t needed_facets(void) {
    uint32_t needed = 0;
    cxj_metric_info info;
    for (size_t i = 0; cxj_metric_describe(i, &info, sizeof info) == CXJ_OK; i++) {
        needed |= info.needs_all | info.needs_any;
    }
    return needed;
}

/* Tells the engine which facets are fed. In tables those that never occur are taken as not fed, unless the command line
 * says which are; a line says so. */
static cxj_status set_feeds(run *at) {
    const uint32_t all = CXJ_FACETS_ALL & ~(uint32_t)CXJ_FACET_WITHDRAWN; /* which is no fact about a journey */
    if (at->asked->has_feeds) {
        return cxj_set_unrecorded(at->engine, all & ~at->asked->feeds);
    }
    uint64_t counts[32];
    cxj_stats stats;
    cxj_status status = cxj_facet_counts(at->engine, counts);
    if (status < 0 || at->asked->json) {
        return status < 0 ? status : CXJ_OK;
    }
    const bool all_known = status == CXJ_OK; /* else nobody counted the facets of some that were kept */
    status = cxj_engine_stats(at->engine, &stats, sizeof stats);
    if (status != CXJ_OK) {
        return status;
    }
    const uint32_t needed = needed_facets();
    uint32_t unrecorded = stats.unrecorded_facets; /* of what was kept */
    char line[1024] = "Facets that never occur here; what needs them has no value (--feeds says otherwise):";
    cxj_facet_info info;
    for (size_t i = 0; cxj_facet_describe(i, &info, sizeof info) == CXJ_OK; i++) {
        if ((info.facet & needed) != 0 && counts[i] == 0 && all_known) {
            const size_t length = strlen(line);
            snprintf(line + length, sizeof line - length, "%s %s", line[length - 1] == ':' ? "" : ",", info.name);
            unrecorded |= info.facet;
        }
    }
    if (line[strlen(line) - 1] != ':') {
        table_wrapped(stdout, line, 0, 0);
        fputc('\n', stdout);
    }
    return cxj_set_unrecorded(at->engine, unrecorded);
}

/* Writes the tables. */
static cxj_status write_tables(run *at) {
    const table_choice choice = {at->asked->metrics, at->asked->metric_count};
    replay_drop(&at->replay);
    cxj_status status = set_feeds(at);
    for (size_t i = 0; i < at->view_count && status == CXJ_OK; i++) {
        const char *by = strstr(at->texts[i], " by ");
        fputs(i == 0 ? "" : "\n", stdout);
        if (at->default_view && by != NULL && table_is_keyless(at->views[i])) {
            printf("%s: the log has no %s\n", at->texts[i], by + strlen(" by "));
        } else {
            cxj_view_info info;
            status = table_view(stdout, at->views[i], &choice);
            if (status == CXJ_OK && cxj_view_describe(at->views[i], &info, sizeof info) == CXJ_OK && info.has_drivers) {
                status = drivers_view(stdout, at->views[i]);
            }
        }
        if (status == CXJ_OK) {
            status = analysis_tables(stdout, &at->asked->analyses, at->log, at->views[i]);
        }
    }
    for (size_t i = 0; i < at->asked->rule_count && status == CXJ_OK; i++) {
        fputs(i + at->view_count == 0 ? "" : "\n", stdout);
        status = worklist_table(stdout, at->engine, at->log, at->asked->rules[i]);
    }
    if (at->asked->replay && status == CXJ_OK) {
        fputc('\n', stdout);
        status = replay_tables(stdout, &at->replay);
    }
    return status;
}

/* Whether all views have all their cells; says which has not. */
static bool are_complete(run *at) {
    bool complete = true;
    for (size_t i = 0; i < at->view_count; i++) {
        cxj_view_info info;
        if (cxj_view_describe(at->views[i], &info, sizeof info) == CXJ_OK && info.incomplete) {
            fprintf(stderr, "cxj-report: view %zu has more cells than the engine's limit; its answer is not whole\n",
                    i + 1);
            complete = false;
        }
    }
    return complete;
}

/* Moves the clock to where the answers are asked for. */
static cxj_status move_clock(run *at) {
    cxj_stats stats;
    cxj_status status = cxj_engine_stats(at->engine, &stats, sizeof stats);
    if (status == CXJ_OK && at->asked->replay) {
        status = at->asked->now != NULL ? replay_end(&at->replay, at->now) : CXJ_OK;
    } else if (status == CXJ_OK && (at->asked->now != NULL || stats.touchpoints > 0)) {
        /* What was kept may have come with a clock that is further already. */
        const int64_t latest = stats.has_now && stats.now > stats.latest_at ? stats.now : stats.latest_at;
        status = cxj_advance(at->engine, at->asked->now != NULL ? at->now : latest);
    }
    return status;
}

/* Writes the page, and says where it is. */
static bool write_page(run *at) {
    const request *asked = at->asked;
    const char *path = asked->page;
    char sentence[PAGE_SENTENCE], title[PATH];
    const char *log = asked->path_count > 0 ? asked->paths[0] : asked->load;
    const char *name = strrchr(log, '/') == NULL ? log : strrchr(log, '/') + 1;
    snprintf(title, sizeof title, "%s", strcmp(name, "-") == 0 ? "standard input" : name);
    if (asked->path_count > 1) {
        snprintf(title, sizeof title, "%s and %zu more", name, asked->path_count - 1);
    }
    replay_drop(&at->replay);
    if (asked->has_feeds && set_feeds(at) != CXJ_OK) {
        return stop(at, "setting the facets", CXJ_BAD_ARGUMENT);
    }
    const page_source from = {.engine = at->engine,
                              .log = at->log,
                              .title = title,
                              .rules = asked->rules,
                              .rule_count = asked->rule_count,
                              .rejected = at->rejected,
                              .has_feeds = asked->has_feeds};
    if (!page_save(&from, path, sentence)) {
        return refuse_file(path, sentence);
    }
    fputs("cxj-report: the page is ", stderr);
    (void)table_text(stderr, path, strlen(path), PATH);
    fputc('\n', stderr);
    return true;
}

/* Moves the clock and writes the answers. */
static bool answer(run *at) {
    cxj_stats stats;
    cxj_status status = move_clock(at);
    if (status == CXJ_OK) {
        status = cxj_engine_stats(at->engine, &stats, sizeof stats);
    }
    if (status != CXJ_OK) {
        return stop(at, "moving the clock", status);
    }
    tell_summary(at, &stats);
    if (at->log != NULL) {
        told_rules(&at->told, at->engine, at->asked->rules, at->asked->rule_count);
    }
    told_unused(&at->asked->analyses, at->asked->metrics, at->asked->metric_count, at->views, at->view_count);
    if (is_page_alone(at->asked)) {
        return write_page(at);
    }
    if (at->asked->json) {
        status = set_feeds(at);
        if (status == CXJ_OK) {
            const json_acting acting = {at->engine, at->asked->rules, at->asked->rule_count,
                                        at->asked->replay ? &at->replay : NULL};
            status = json_report(stdout, &stats, at->rejected, at->views, at->texts, at->view_count,
                                 &at->asked->analyses, &acting, at->log);
        }
    } else {
        status = write_tables(at);
    }
    if (status != CXJ_OK) {
        return stop(at, "answering the views", status);
    }
    return are_complete(at) && (at->asked->page == NULL || write_page(at));
}

/* ---- Life of a run --------------------------------------------------------------------------------------- */

static void run_finish(run *at) {
    log_close(at->log);
    told_free(&at->told);
    if (at->file != NULL && at->file != stdin) {
        (void)fclose(at->file); /* it was only read */
    }
    free(at->views);
    free(at->texts);
    replay_finish(&at->replay);
    cxj_engine_destroy(at->engine);
}

/* Makes the engine, or takes up the one that was kept. */
static bool make_engine(run *at) {
    char message[FILE_SENTENCE];
    const cxj_options how = {.size = sizeof how,
                             .cells_limit = CELLS_LIMIT,
                             .touchpoints_limit = TOUCHPOINTS_LIMIT,
                             .rules_limit = RULES_LIMIT,
                             .alerts_limit = ALERTS_LIMIT};
    if (at->asked->load != NULL) {
        return file_load(&how, at->asked->load, message, &at->engine) || refuse_file(at->asked->load, message);
    }
    const cxj_status status = cxj_engine_create(&how, message, sizeof message, &at->engine);
    if (status != CXJ_OK) {
        fputs("cxj-report: there is no engine: ", stderr);
        (void)table_text(stderr, message, strlen(message), SENTENCE);
        fputc('\n', stderr);
        return false;
    }
    return true;
}

/* Reads all of a file, in memory to be freed; NULL, and errno says why, if it cannot be read. */
static char *read_file(const char *path, size_t *length) {
    FILE *in = fopen(path, "rb");
    char *text = NULL;
    size_t capacity = 0;
    *length = 0;
    while (in != NULL) {
        if (*length == capacity) {
            capacity = capacity * 2 + 4096;
            char *larger = realloc(text, capacity);
            if (larger == NULL) {
                break;
            }
            text = larger;
        }
        const size_t got = fread(text + *length, 1, capacity - *length, in);
        *length += got;
        if (got == 0) {
            break;
        }
    }
    const bool read = in != NULL && feof(in) && !ferror(in);
    const int error = errno;
    if (in != NULL) {
        (void)fclose(in); /* it was only read */
    }
    if (!read) {
        free(text);
        text = NULL;
    }
    errno = error;
    return text;
}

/* Gives the engine its calendar, before it has any view, if there is to be one. */
static bool set_calendar(run *at) {
    const char *path = at->asked->calendar;
    if (path == NULL) {
        return true;
    }
    size_t length = 0;
    errno = 0;
    char *text = read_file(path, &length);
    const char *why = strerror(errno);
    bool taken = text != NULL;
    if (text != NULL) {
        /* A file in which nothing stands is a calendar that says nothing. */
        taken = cxj_set_calendar(at->engine, length > 0 ? text : "#", length > 0 ? length : 1) == CXJ_OK;
        why = cxj_message(at->engine);
    }
    free(text);
    if (!taken) {
        at->failure = EXIT_USAGE;
        fputs("cxj-report: the calendar ", stderr);
        (void)table_text(stderr, path, strlen(path), PATH);
        fputs(" is refused: ", stderr);
        (void)table_text(stderr, why, strlen(why), SENTENCE);
        fputc('\n', stderr);
    }
    return taken;
}

/* Says why a rule, or a view, is refused; the sentence is the engine's. */
static bool refuse_text(run *at, const char *what, const char *text, cxj_status status, const char *why) {
    at->failure = status == CXJ_NO_MEMORY ? EXIT_STOPPED : EXIT_USAGE;
    fprintf(stderr, "cxj-report: the %s \"", what);
    (void)table_text(stderr, text, strlen(text), SENTENCE);
    fprintf(stderr, "\" is refused: %s: ", cxj_status_text(status));
    if (status == CXJ_NO_CALENDAR) {
        why = "what working hours are, --calendar FILE says";
    }
    (void)table_text(stderr, why, strlen(why), SENTENCE);
    if (status == CXJ_BAD_TEXT) {
        told_word(text, why);
    }
    fputc('\n', stderr);
    return false;
}

/* Adds a view to those that are answered, and to the engine if it has not got it. */
static bool add_view(run *at, const char *text) {
    const cxj_status status = cxj_view_add(at->engine, text, CXJ_ZERO_TERMINATED, &at->views[at->view_count]);
    if (status == CXJ_OK) {
        at->texts[at->view_count++] = text;
        return true;
    }
    return refuse_text(at, "view", text, status, cxj_message(at->engine));
}

/* Chooses what is answered: the views of the command line, else those that the engine has, else the usual ones. */
static bool choose_views(run *at) {
    size_t kept = 0;
    cxj_view *view = NULL;
    while (cxj_view_at(at->engine, kept, &view) == CXJ_OK) {
        kept++;
    }
    const size_t most = at->asked->view_count + kept + DEFAULT_VIEWS;
    at->views = calloc(most, sizeof *at->views);
    at->texts = calloc(most, sizeof *at->texts);
    if (at->views == NULL || at->texts == NULL) {
        fputs("cxj-report: there is not enough memory\n", stderr);
        return false;
    }
    bool added = true;
    told_before_views(&at->told, at->engine);
    for (size_t i = 0; i < at->asked->view_count && added; i++) {
        added = add_view(at, at->asked->views[i]);
    }
    const bool usual = at->asked->view_count + at->asked->rule_count == 0 && !is_page_alone(at->asked);
    for (size_t i = 0; i < kept && usual; i++) {
        cxj_view_info info;
        (void)cxj_view_at(at->engine, i, &view);
        (void)cxj_view_describe(view, &info, sizeof info);
        added = add_view(at, info.text);
    }
    at->default_view = added && at->view_count == 0 && usual;
    for (size_t i = 0; i < DEFAULT_VIEWS && at->default_view && added; i++) {
        added = add_view(at, default_views[i]);
    }
    return added;
}

/* Sees to it, before the log is read, that all rules are some; and for a replay gives them to the engine. What the log
 * can carry comes first, for a rule may need more. */
static bool choose_rules(run *at) {
    char message[WORKLIST_SENTENCE] = "";
    if (at->asked->rule_count > 0 && at->asked->has_feeds) {
        const cxj_status status = set_feeds(at);
        if (status != CXJ_OK) {
            return stop(at, "setting the facets", status);
        }
    }
    for (size_t i = 0; i < at->asked->rule_count; i++) {
        const cxj_status status = worklist_check(at->engine, at->asked->rules[i], message);
        if (status != CXJ_OK) {
            return refuse_text(at, "rule", at->asked->rules[i], status, message);
        }
    }
    if (at->asked->replay) {
        const char *failed = NULL;
        const cxj_status status =
            replay_begin(&at->replay, at->engine, at->asked->rules, at->asked->rule_count, &failed);
        if (status != CXJ_OK) {
            return failed != NULL ? refuse_text(at, "rule", failed, status, cxj_message(at->engine))
                                  : stop(at, "beginning the replay", status);
        }
    }
    told_after_views(&at->told, at->engine);
    return true;
}

/* Keeps what was read, if that is asked for. */
static bool save(run *at) {
    char message[FILE_SENTENCE];
    clear_progress(at);
    return at->asked->save == NULL || file_save(at->engine, at->asked->save, message) ||
           refuse_file(at->asked->save, message);
}

/* Makes the reader of the logs, if there are any, and reads what says a time as they do. */
static bool make_reader(run *at) {
    const char *now = at->asked->now;
    log_reader *log = log_open(&at->asked->reading.how, at->engine);
    if (log == NULL) {
        fputs("cxj-report: there is not enough memory\n", stderr);
        return false;
    }
    const bool is_time = now == NULL || values_moment(log_moments(log), now, strlen(now), false, &at->now);
    if (at->asked->path_count > 0) {
        at->log = log;
    } else {
        log_close(log);
    }
    if (!is_time) {
        at->failure = refuse_usage("--now takes a time, such as 2026-11-21T22:43Z, not \"", now, strlen(now), "\"");
        return false;
    }
    at->told.options = &at->asked->reading.how;
    at->terminal = isatty(fileno(stderr)) == 1;
    at->started = seconds();
    return true;
}

/* Makes the report. */
static int report(const request *asked) {
    run *at = calloc(1, sizeof *at);
    if (at == NULL) {
        fputs("cxj-report: there is not enough memory\n", stderr);
        return EXIT_STOPPED;
    }
    at->asked = asked;
    const bool done = make_engine(at) && set_calendar(at) && choose_views(at) && choose_rules(at) && make_reader(at) &&
                      read_logs(at) && save(at) && answer(at);
    clear_progress(at);
    const int failure = at->failure != 0 ? at->failure : EXIT_STOPPED;
    const bool refused = at->rejected > 0 && !asked->lenient;
    run_finish(at);
    free(at);
    if (!done) {
        return failure;
    }
    return refused ? EXIT_REFUSED : EXIT_FINE;
}

/* Says whether a file is whole, and what is in it. */
static int check(const char *path) {
    char message[FILE_SENTENCE];
    cxj_validation found;
    if (!file_validate(path, message, &found)) {
        (void)refuse_file(path, message);
        return EXIT_STOPPED;
    }
    (void)table_text(stdout, path, strlen(path), PATH);
    fputs(" is whole: ", stdout);
    table_count(stdout, found.touchpoints);
    fputs(" touchpoints of ", stdout);
    table_count(stdout, found.journeys);
    fputs(" journeys, ", stdout);
    table_count(stdout, found.sealed);
    fputs(" sealed journeys, ", stdout);
    table_count(stdout, found.views);
    fputs(" views, ", stdout);
    table_count(stdout, found.names);
    fputs(" names; ", stdout);
    table_count(stdout, found.offset);
    printf(" bytes in format %" PRIu32 "\n", found.format);
    return EXIT_FINE;
}

/* Sees to it that all that was written has arrived. */
static int close_output(int status) {
    errno = 0;
    const bool failed = ferror(stdout) != 0;
    if (fclose(stdout) != 0 || failed) {
        fprintf(stderr, "cxj-report: the answer cannot be written: %s\n",
                errno != 0 ? strerror(errno) : "error of output");
        return EXIT_STOPPED;
    }
    return status;
}

int main(int argc, char **argv) {
    request asked;
    int status = read_arguments(&asked, argc, argv);
    if (status == EXIT_FINE) {
        switch (asked.instead) {
        case OPTION_HELP:
            print_help(stdout);
            break;
        case OPTION_VERSION:
            printf("cxj-report %s\n", cxj_version_text());
            break;
        case OPTION_LIST:
            table_catalogue(stdout);
            break;
        case OPTION_CHECK:
            status = check(asked.check);
            break;
        default:
            status = report(&asked);
        }
    }
    request_finish(&asked);
    return close_output(status);
}
