/* measure_peer: DuckDB's answers over what cxj takes for all its own, by tests/peers/in_turn.py, which lets both take
 * turns and compares what they say.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdio.h>

#include "machine.h"
#include "measures.h"
#include "result.h"

enum { PATH = 512, ROUNDS = 5 };

/* Seconds of processor time, and the ratio, as the program writes them. */
static bool read_figures(const char *path, double *ours, double *theirs, double *ratio) {
    FILE *file = fopen(path, "r");
    if (file == NULL) return false;
    const bool found = fscanf(file, "%lf %lf %lf", ours, theirs, ratio) == 3;
    fclose(file);
    return found;
}

/* Shows what a program complained of, before the benchmark ends. */
static void show(const char *path) {
    char line[256];
    FILE *file = fopen(path, "r");
    if (file == NULL) return;
    while (fgets(line, sizeof line, file) != NULL) fputs(line, stderr);
    fclose(file);
}

void measure_peer(rig_options *options, uint64_t journeys) {
    static const char name[] = "DuckDB, 1 thread, 3 answers (over cxj, all)";
    static const result_bounds bounds = {1.8, 2.5, true, false};
    static char python[PATH], peer[PATH], ours[PATH], scratch[PATH], number[32], rounds[16];
    char output[PATH], errors[PATH];
    double one = 0, other = 0, ratio = 0;
    uint64_t processor = 0, wall = 0;
    if (options->python == NULL || options->peer == NULL || options->ours == NULL || options->scratch == NULL) {
        const char *why = options->no_peer;
        result_skip(name, journeys, why != NULL ? why : "it was not said where it is (--python, --peer, --ours)");
        return;
    }
    /* A row takes some 200 bytes in the files, in Python and in DuckDB, and cxj's own program has all of them, too. */
    journeys = rig_fit(name, journeys, options->journey_size + 300 * WORKLOAD_ROUNDS);
    if (journeys == 0) return;
    snprintf(python, sizeof python, "%s", options->python);
    snprintf(peer, sizeof peer, "%s", options->peer);
    snprintf(ours, sizeof ours, "%s", options->ours);
    snprintf(scratch, sizeof scratch, "%s", options->scratch);
    snprintf(number, sizeof number, "%" PRIu64, journeys);
    snprintf(rounds, sizeof rounds, "%d", ROUNDS);
    snprintf(output, sizeof output, "%s/bench-peer.txt", options->scratch);
    snprintf(errors, sizeof errors, "%s/bench-peer-errors.txt", options->scratch);
    char *words[] = {python, peer, ours, scratch, number, rounds, NULL};
    const bool ended = machine_run(words, output, errors, &processor, &wall);
    if (!ended) show(errors);
    rig_check(ended && read_figures(output, &one, &other, &ratio), "DuckDB answers as cxj does");
    const double rows = (double)(journeys * WORKLOAD_ROUNDS);
    result_figure("cxj, all: record, read all of 3 views, a row", journeys, "ns", one * 1e9 / rows, NAN);
    result_ratio(name, journeys, "ns", other * 1e9 / rows, NAN, ratio, &bounds);
    remove(output);
    remove(errors);
}
