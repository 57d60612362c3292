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

/* What is measured, and for how many journeys: each of the sizes, or once. The growth comes first: it finds out what
 * memory the others will take, and its own is best seen in a process that has held little so far. */
static const struct {
    const char *name;
    measure *run;
    uint64_t once, once_quick; /* journeys; 0: it is run for each size */
} measures[] = {
    {"growth", measure_growth, 0, 0},   {"record", measure_record, 0, 0},
    {"views", measure_views, 0, 0},     {"late", measure_late, 0, 0},
    {"merge", measure_merge, 0, 0},     {"save", measure_save, 0, 0},
    {"long", measure_long, 1, 1},       {"work", measure_work, 1, 1},
    {"seal", measure_seal, 1, 1},       {"report", measure_report, 1000000, 50000},
    {"library", measure_library, 1, 1},
};
enum { MEASURES = sizeof measures / sizeof *measures, SIZES = 3 };

static const uint64_t sizes[SIZES] = {10000, 1000000, 10000000}, quick_sizes[SIZES] = {10000, 100000, 0};

static const char help[] =
    "usage: bench [OPTION]...\n"
    "  --quick          small sizes, under a minute\n"
    "  --long           repeat what else is measured once for the largest size, and seal 50 million\n"
    "                   touchpoints instead of 10\n"
    "  --json           a JSON object a line in place of a table\n"
    "  --only NAME      one measure: growth, record (with reading and corrections), views (with\n"
    "                   outcomes), late, merge, save, long, work, seal, report, library\n"
    "  --journeys N     this size alone\n"
    "  --report FILE    the report program\n"
    "  --library FILE   the shared library, stripped\n"
    "  --scratch DIR    where a log may be written, and removed again: 2 GB, or 100 MB with --quick\n"
    "Exit status: 0 measured, whatever came out; 1 an answer was wrong, or something broke; 2 wrong usage.\n";

typedef struct arguments {
    rig_options options;
    const char *only;
    uint64_t journeys;
} arguments;

/* Reads an option that takes a value; false if it is none. */
static bool take_value(arguments *asked, const char *option, const char *value) {
    if (value == NULL) return false;
    if (strcmp(option, "--only") == 0) {
        asked->only = value;
    } else if (strcmp(option, "--journeys") == 0) {
        asked->journeys = strtoull(value, NULL, 10);
        return asked->journeys > 0 && asked->journeys <= 100000000;
    } else if (strcmp(option, "--report") == 0) {
        asked->options.report = value;
    } else if (strcmp(option, "--library") == 0) {
        asked->options.shared = value;
    } else if (strcmp(option, "--scratch") == 0) {
        asked->options.scratch = value;
    } else {
        return false;
    }
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

/* One measure for the sizes, or once. */
static void run(arguments *asked, size_t m, uint64_t journeys) {
    if (asked->only != NULL && strcmp(asked->only, measures[m].name) != 0) return;
    if (asked->journeys != 0 && measures[m].once <= 1) journeys = asked->journeys;
    measures[m].run(&asked->options, journeys);
}

/* Size by size, so that what belongs together stands together; growth before all, see above. */
static void run_all(arguments *asked) {
    const uint64_t *all = asked->options.quick ? quick_sizes : sizes;
    const size_t count = asked->journeys != 0 ? 1 : SIZES;
    for (size_t s = 0; s < count; s++) {
        if (all[s] != 0) run(asked, 0, all[s]);
    }
    for (size_t s = 0; s < count; s++) {
        for (size_t m = 1; m < MEASURES; m++) {
            if (all[s] != 0 && measures[m].once == 0) run(asked, m, all[s]);
        }
    }
    for (size_t m = 0; m < MEASURES; m++) {
        const uint64_t journeys = asked->options.quick ? measures[m].once_quick : measures[m].once;
        if (journeys != 0) run(asked, m, journeys);
    }
}

int main(int count, char **words) {
    /* Until the growth was measured, this is what a journey is taken to need. */
    arguments asked = {.options = {.journey_size = 2000}};
    if (!read_arguments(&asked, count, words)) {
        fputs(help, stderr);
        return 2;
    }
    result_begin(asked.options.json);
    run_all(&asked);
    result_end();
    return EXIT_SUCCESS;
}
