/* bench: how fast cxj is, and how large: see tests/bench.sh, which builds and runs it.
 *
 * SPDX-License-Identifier: MIT
 *
 * A time counts only as a ratio to something measured in the same run: the probe (probe.h), or recording alone. Each
 * run checks its own answer, and the program fails only if one is wrong or something is broken, never for a time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measures.h"
#include "result.h"

enum { SIZES = 3, SMALL = 10000, MIDDLE = 200000, USUAL = RIG_USUAL, LARGE = 10000000, OWN = 1 };

/* What is measured, and for how many journeys; 0: not for any; OWN: the measure has a size of its own. The memory comes
 * first: it finds out what memory the others will take, and its own is best seen in a process that has held little so
 * far. Where it has to be quick, what is over the probe still needs the usual number, lest the probe stay in the
 * caches; a ratio of two engines' times is nearly the same with fewer. */
static const struct {
    const char *name;
    measure *run;
    uint64_t sizes[SIZES], quick;
} measures[] = {
    {"memory", measure_memory, {SMALL, USUAL, LARGE}, USUAL},
    {"growth", measure_growth, {SMALL, USUAL, LARGE}, MIDDLE},
    {"record", measure_record, {SMALL, USUAL, LARGE}, USUAL},
    {"bare", measure_bare, {SMALL, USUAL, LARGE}, USUAL},
    {"views", measure_views, {SMALL, USUAL, 0}, MIDDLE},
    {"sorted", measure_sorted, {0, USUAL, LARGE}, USUAL},
    {"late", measure_late, {SMALL, USUAL, LARGE}, MIDDLE},
    {"merge", measure_merge, {SMALL, USUAL, LARGE}, MIDDLE},
    {"save", measure_save, {SMALL, USUAL, LARGE}, MIDDLE},
    {"threads", measure_threads, {0, USUAL, LARGE}, MIDDLE},
    {"clock", measure_clock, {0, USUAL, 0}, USUAL},
    {"rules", measure_rules, {0, USUAL, 0}, USUAL},
    {"long", measure_long, {0, OWN, 0}, OWN},
    {"work", measure_work, {0, OWN, 0}, OWN},
    {"seal", measure_seal, {0, OWN, 0}, OWN},
    {"report", measure_report, {0, USUAL, 0}, MIDDLE / 4},
    {"duckdb", measure_peer, {0, USUAL, 0}, MIDDLE / 2},
    {"library", measure_library, {0, OWN, 0}, OWN},
};
enum { MEASURES = sizeof measures / sizeof *measures };

static const char help[] =
    "usage: bench [OPTION]...\n"
    "  --quick          fewer measures, and fewer journeys where that changes little; under five minutes\n"
    "  --long           repeat what else is measured once for the largest size, and seal 50 million\n"
    "                   touchpoints instead of 10\n"
    "  --json           a JSON object a line in place of a table\n"
    "  --only NAME      one measure: memory, growth, record (with reading and corrections), bare (no view),\n"
    "                   views (1 and 8, with outcomes), sorted, late, merge, save, threads, clock, long,\n"
    "                   work, seal, report, duckdb, library\n"
    "  --journeys N     this size alone\n"
    "  --report FILE    the report program\n"
    "  --library FILE   the shared library, stripped\n"
    "  --scratch DIR    where a log may be written, and removed again: 2 GB, or 100 MB with --quick\n"
    "  --ours FILE      the program of tests/peers/ours.c, and\n"
    "  --peer FILE      tests/peers/in_turn.py, and\n"
    "  --python FILE    a Python with duckdb, numpy and pyarrow; or\n"
    "  --no-peer WHY    why DuckDB is left out\n"
    "Exit status: 0 measured, whatever came out; 1 an answer was wrong, or something broke; 2 wrong usage.\n";

typedef struct arguments {
    rig_options options;
    const char *only;
    uint64_t journeys;
} arguments;

/* Where the value of an option with a text goes; NULL if there is no such option. */
static const char **text_of(arguments *asked, const char *option) {
    const struct {
        const char *option;
        const char **to;
    } texts[] = {
        {"--only", &asked->only},
        {"--report", &asked->options.report},
        {"--library", &asked->options.shared},
        {"--scratch", &asked->options.scratch},
        {"--ours", &asked->options.ours},
        {"--peer", &asked->options.peer},
        {"--python", &asked->options.python},
        {"--no-peer", &asked->options.no_peer},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(option, texts[i].option) == 0) return texts[i].to;
    }
    return NULL;
}

/* Reads an option that takes a value; false if it is none. */
static bool take_value(arguments *asked, const char *option, const char *value) {
    if (value == NULL) return false;
    if (strcmp(option, "--journeys") == 0) {
        asked->journeys = strtoull(value, NULL, 10);
        return asked->journeys > 0 && asked->journeys <= 100000000;
    }
    const char **to = text_of(asked, option);
    if (to == NULL) return false;
    *to = value;
    return true;
}

static bool take_flag(arguments *asked, const char *option) {
    if (strcmp(option, "--quick") == 0) {
        asked->options.quick = true;
    } else if (strcmp(option, "--long") == 0) {
        asked->options.long_too = true;
    } else if (strcmp(option, "--json") == 0) {
        asked->options.json = true;
    } else {
        return false;
    }
    return true;
}

static bool read_arguments(arguments *asked, int count, char **words) {
    for (int i = 1; i < count; i++) {
        if (take_flag(asked, words[i])) continue;
        if (!take_value(asked, words[i], i + 1 < count ? words[i + 1] : NULL)) return false;
        i++;
    }
    bool known = asked->only == NULL;
    for (size_t m = 0; m < MEASURES; m++) known = known || strcmp(asked->only, measures[m].name) == 0;
    return known;
}

static void run(arguments *asked, size_t m, uint64_t journeys) {
    if (journeys == 0 || (asked->only != NULL && strcmp(asked->only, measures[m].name) != 0)) return;
    measures[m].run(&asked->options, journeys);
}

/* What a measure is run for in a pass; 0: it is not. */
static uint64_t size_of(const arguments *asked, size_t m, size_t pass) {
    if (asked->journeys != 0) return measures[m].quick == OWN ? OWN : asked->journeys;
    return asked->options.quick ? measures[m].quick : measures[m].sizes[pass];
}

/* Size by size, so that what belongs together stands together; memory before all, see above. */
static void run_all(arguments *asked) {
    const size_t passes = asked->options.quick || asked->journeys != 0 ? 1 : SIZES;
    for (size_t pass = 0; pass < passes; pass++) run(asked, 0, size_of(asked, 0, pass));
    for (size_t pass = 0; pass < passes; pass++) {
        for (size_t m = 1; m < MEASURES; m++) run(asked, m, size_of(asked, m, pass));
    }
}

int main(int count, char **words) {
    /* Until the memory was measured, this is what a journey is taken to need. */
    arguments asked = {.options = {.journey_size = 1200}};
    if (!read_arguments(&asked, count, words)) {
        fputs(help, stderr);
        return 2;
    }
    result_begin(asked.options.json, USUAL, asked.options.quick ? 1 : USUAL);
    run_all(&asked);
    result_end();
    return EXIT_SUCCESS;
}
