/* measure_read: reading an engine that holds the whole stream.
 *
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>

#include "measures.h"
#include "result.h"

enum { LOOKUPS = 200000, METRICS = 128, BULK = 20 };

static void print_time(const char *name, uint64_t journeys, const rig_time *time) {
    result_figure(name, journeys, "ns", rig_each(time), rig_wall_each(time));
}

/* One metric of one cell of the first view, each time of another cell. All keys together must give every touchpoint. */
static void read_one(const cxj_engine *engine, const workload *stream) {
    enum { CELLS = WORKLOAD_CHANNELS * WORKLOAD_OWNERS };
    static char texts[CELLS][2][16];
    cxj_text keys[CELLS][2];
    for (uint32_t i = 0; i < CELLS; i++) {
        const uint32_t scattered = i * 77 % CELLS; /* 77 has no factor in common with the number of cells */
        const char *channel = workload_name_of(CXJ_DIMENSION_CHANNEL, scattered % WORKLOAD_CHANNELS + 1);
        snprintf(texts[i][0], sizeof texts[i][0], "%.15s", channel);
        const char *owner = workload_name_of(CXJ_DIMENSION_OWNER, scattered / WORKLOAD_CHANNELS + 1);
        snprintf(texts[i][1], sizeof texts[i][1], "%.15s", owner);
        for (size_t p = 0; p < 2; p++) keys[i][p] = (cxj_text){texts[i][p], CXJ_ZERO_TERMINATED};
    }
    cxj_view *view = NULL;
    uint32_t metric = 0;
    rig_must(engine, cxj_view_at(engine, 0, &view), "finding a view");
    rig_must(engine, cxj_metric_find(CXJ_GRAIN_TOUCHPOINTS, "clean_share", CXJ_ZERO_TERMINATED, &metric),
             "finding a metric");
    rig_time time = {0};
    uint64_t sum = 0;
    const rig_time start = rig_start();
    for (size_t i = 0; i < LOOKUPS / CELLS * CELLS; i++) {
        cxj_value value = {0};
        const cxj_text *key = keys[i % CELLS];
        rig_must(engine, cxj_view_get(view, key, sizeof *key, 2, &metric, 1, NULL, 0, &value, sizeof value),
                 "reading a cell");
        sum += value.n;
    }
    rig_stop(&start, &time, LOOKUPS / CELLS * CELLS);
    rig_check(sum == LOOKUPS / CELLS * workload_count(stream), "the cells read have all touchpoints");
    print_time("read one metric of one cell", stream->journeys, &time);
}

/* All metrics of all cells of all views, BULK times. */
static void read_all(const cxj_engine *engine, uint64_t journeys) {
    rig_time time = {0};
    uint64_t results = 0;
    cxj_view *view = NULL;
    for (size_t v = 0; cxj_view_at(engine, v, &view) == CXJ_OK; v++) {
        uint32_t metrics[METRICS];
        size_t count = 0, cells = 0;
        cxj_view_info info;
        cxj_metric_info metric;
        rig_must(engine, cxj_view_describe(view, &info, sizeof info), "describing a view");
        for (size_t i = 0; count < METRICS && cxj_metric_describe(i, &metric, sizeof metric) == CXJ_OK; i++) {
            if (metric.grain == info.grain) metrics[count++] = metric.metric;
        }
        const size_t values = count * (size_t)info.cells;
        double *arrays = rig_allocate(3 * values + 1, sizeof *arrays);
        const rig_time start = rig_start();
        for (size_t i = 0; i < BULK; i++) {
            rig_must(engine,
                     cxj_view_read(view, metrics, count, (size_t)info.cells, NULL, 0, arrays, arrays + values,
                                   arrays + 2 * values, NULL, &cells),
                     "reading a view");
        }
        rig_stop(&start, &time, BULK * (uint64_t)values);
        rig_check(cells == info.cells, "all cells were read");
        results += values;
        free(arrays);
    }
    char name[64];
    snprintf(name, sizeof name, "read all metrics of all cells: each of %llu", (unsigned long long)results);
    print_time(name, journeys, &time);
}

static void read_journeys(const cxj_engine *engine, const workload *stream) {
    enum { SOME = 4096 };
    uint64_t *numbers = rig_allocate(SOME, sizeof *numbers), touchpoints = 0;
    rig_time time = {0};
    for (size_t done = 0; done < LOOKUPS; done += SOME) {
        for (size_t i = 0; i < SOME; i++) {
            cxj_touchpoint t;
            workload_fill(stream, workload_mix(done + i) % workload_count(stream), 1, 0, &t);
            numbers[i] = t.journey;
        }
        const rig_time start = rig_start();
        for (size_t i = 0; i < SOME; i++) {
            cxj_journey state;
            rig_must(engine, cxj_journey_state(engine, numbers[i], NULL, 0, &state, sizeof state), "reading a journey");
            touchpoints += state.touchpoints;
        }
        rig_stop(&start, &time, SOME);
    }
    rig_check(touchpoints == time.count * WORKLOAD_ROUNDS, "the journeys read have ten touchpoints each");
    print_time("read one journey's state", stream->journeys, &time);
    free(numbers);
}

void measure_read(const cxj_engine *engine, const workload *stream) {
    read_one(engine, stream);
    read_all(engine, stream->journeys);
    read_journeys(engine, stream);
}
