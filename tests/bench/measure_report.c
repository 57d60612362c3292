/* measure_report: the report program on a log, beside recording and reading alone; and the size of the library.
 *
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "machine.h"
#include "measures.h"
#include "result.h"

enum { PATH = 512 };

/* ---- the log ---------------------------------------------------------------------------------------------------- */

/* The name, or nothing for code 0, and a comma before it. */
static void write_name(FILE *file, uint32_t dimension, uint32_t code) {
    const char *name = workload_name_of(dimension, code);
    putc(',', file);
    if (name != NULL) fputs(name, file);
}

/* The moment, or nothing for 0. */
static void write_time(FILE *file, int64_t at) {
    char text[32];
    const time_t seconds = (time_t)(at / 1000);
    const struct tm *parts = gmtime(&seconds);
    putc(',', file);
    if (at == 0 || parts == NULL) return;
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", parts);
    fprintf(file, "%s.%03dZ", text, (int)(at % 1000));
}

static void write_row(FILE *file, const cxj_touchpoint *t) {
    fprintf(file, "%" PRIu64 ",%" PRIu64, t->id, t->journey);
    write_time(file, t->at);
    putc(',', file);
    if (t->customer != 0) fprintf(file, "%" PRIu64, t->customer);
    write_name(file, CXJ_DIMENSION_TYPE, t->type);
    write_name(file, CXJ_DIMENSION_SEGMENT, t->segment);
    write_name(file, CXJ_DIMENSION_ACTIVITY, t->activity);
    write_name(file, CXJ_DIMENSION_CHANNEL, t->channel);
    write_name(file, CXJ_DIMENSION_OWNER, t->owner);
    write_name(file, CXJ_DIMENSION_TEAM, t->team);
    putc(',', file);
    const char *between = "";
    cxj_facet_info info;
    for (size_t i = 0; cxj_facet_describe(i, &info, sizeof info) == CXJ_OK; i++) {
        if ((t->facets & info.facet) == 0) continue;
        fprintf(file, "%s%s", between, info.name);
        between = "|";
    }
    write_time(file, t->due);
    if (t->scale == 0) {
        fputs(",,,\n", file);
    } else {
        fprintf(file, ",csat5,%u,touchpoint\n", (unsigned)t->score);
    }
}

static rig_count write_log(const char *path, const workload *stream, rig_block *block) {
    rig_count given = {.journeys = stream->journeys};
    FILE *file = fopen(path, "w");
    rig_check(file != NULL, "the log can be written");
    fputs("id,journey,at,customer,type,segment,activity,channel,owner,team,facets,due,scale,score,scope\n", file);
    while (given.touchpoints < workload_count(stream)) {
        rig_block_fill(block, stream, given.touchpoints, 0);
        for (size_t i = 0; i < block->count; i++) write_row(file, &block->touchpoints[i]);
        rig_count_block(&given, block);
    }
    const bool failed = ferror(file) != 0;
    rig_check(fclose(file) == 0 && !failed, "the log was written");
    return given;
}

/* ---- the program ------------------------------------------------------------------------------------------------ */

/* The sum of the numbers that stand behind each place where a text occurs. */
static uint64_t sum_after(FILE *file, const char *mark) {
    enum { LINE = 65536 };
    char *line = rig_allocate(LINE, 1);
    uint64_t sum = 0;
    rewind(file);
    while (fgets(line, LINE, file) != NULL) {
        for (const char *found = line; (found = strstr(found, mark)) != NULL;) {
            found += strlen(mark);
            sum += strtoull(found, NULL, 10);
        }
    }
    free(line);
    return sum;
}

static void answer(const char *path, const rig_count *given) {
    FILE *file = fopen(path, "r");
    rig_check(file != NULL, "the report is there");
    rig_check(sum_after(file, "{\"touchpoints\": ") == 2 * given->touchpoints, "the report has all touchpoints");
    rig_check(sum_after(file, "\"metrics\": {\"journeys\": ") == given->journeys, "the report has all journeys");
    rig_check(sum_after(file, "\"metrics\": {\"transitions\": ") == given->touchpoints - given->journeys,
              "the report has all transitions");
    rig_check(sum_after(file, "\"ratings\": ") == given->rated, "the report has all ratings");
    fclose(file);
}

static void run_report(const rig_options *options, char *log, const rig_count *given, rig_time *time) {
    static char report[PATH], json[] = "--json", view[] = "--view", texts[RIG_USUAL_VIEWS][64];
    char output[PATH], errors[PATH];
    uint64_t processor = 0, wall = 0;
    snprintf(report, sizeof report, "%s", options->report);
    for (size_t v = 0; v < RIG_USUAL_VIEWS; v++) snprintf(texts[v], sizeof texts[v], "%s", rig_views[v]);
    char *words[] = {report, json, view, texts[0], view, texts[1], view, texts[2], log, NULL};
    snprintf(output, sizeof output, "%s/bench-report.json", options->scratch);
    snprintf(errors, sizeof errors, "%s/bench-report.txt", options->scratch);
    rig_check(machine_run(words, output, errors, &processor, &wall), "the report program ends well");
    answer(output, given);
    time->processor += processor;
    time->wall += wall;
    time->count += given->touchpoints;
    remove(output);
    remove(errors);
}

/* ---- its parts -------------------------------------------------------------------------------------------------- */

static void run_record(const workload *stream, rig_block *block, const rig_count *given, rig_time *time) {
    cxj_engine *engine = rig_engine(NULL, RIG_USUAL_VIEWS);
    for (uint64_t i = 0; i < given->touchpoints; i += block->count) {
        rig_block_fill(block, stream, i, 0);
        rig_record_timed(engine, block->touchpoints, block->count, time);
    }
    rig_answer(engine, given);
    cxj_engine_destroy(engine);
}

static void run_reading(const char *path, const rig_count *given, rig_time *time) {
    cxj_engine *engine = rig_engine(NULL, 0);
    FILE *file = fopen(path, "r");
    rig_check(file != NULL, "the log is there");
    uint64_t rows = 0, rated = 0;
    const rig_time start = rig_start();
    log_reader *log = log_open(NULL, engine);
    log_status status = log == NULL ? LOG_STOPPED : log_begin(log, file);
    while (log != NULL && status == LOG_ROW) {
        cxj_touchpoint t;
        status = log_next(log, &t);
        if (status != LOG_ROW) break;
        rows++;
        rated += t.scale != 0;
    }
    rig_stop(&start, time, given->touchpoints);
    log_close(log);
    fclose(file);
    rig_check(status == LOG_END && rows == given->touchpoints && rated == given->rated, "every row was read");
    cxj_engine_destroy(engine);
}

void measure_report(rig_options *options, uint64_t journeys) {
    if (options->report == NULL || options->scratch == NULL) {
        result_skip("report program", journeys, "it was not said where it is (--report, --scratch)");
        return;
    }
    journeys = rig_fit("report program", journeys, options->journey_size);
    if (journeys == 0) return;
    static const result_bounds bounds = {2, 1.5, false, false};
    const workload stream = workload_of(journeys);
    char path[PATH];
    rig_block block;
    rig_time record = {0}, reading = {0}, program = {0};
    snprintf(path, sizeof path, "%s/bench-log.csv", options->scratch);
    rig_block_create(&block, journeys);
    const rig_count given = write_log(path, &stream, &block);
    run_record(&stream, &block, &given, &record);
    run_reading(path, &given, &reading);
    run_report(options, path, &given, &program);
    remove(path);
    rig_block_destroy(&block);
    const double one = rig_each(&record);
    result_figure("report: recording alone, in batches, a row", journeys, "ns", one, rig_wall_each(&record));
    result_ratio("report: reading alone, a row (of recording)", journeys, "ns", rig_each(&reading),
                 rig_wall_each(&reading), rig_each(&reading) / one, NULL);
    result_ratio("report: the program, a row (of recording)", journeys, "ns", rig_each(&program),
                 rig_wall_each(&program), rig_each(&program) / one, &bounds);
}

/* ---- the library ------------------------------------------------------------------------------------------------ */

void measure_library(rig_options *options, uint64_t journeys) {
    (void)journeys;
    FILE *file = options->shared == NULL ? NULL : fopen(options->shared, "rb");
    if (file == NULL) {
        result_skip("shared library, stripped", 0, "it was not said where it is (--library)");
        return;
    }
    fseek(file, 0, SEEK_END);
    const double bytes = (double)ftell(file);
    fclose(file);
    static const result_bounds bounds = {230000, 200000, false, true};
    result_limit("shared library, stripped (of 230 KB)", 0, "bytes", bytes, &bounds);
}
