/* What the property tests share (property.h): how a difference is told, chance, and the program around it.
 *
 * SPDX-License-Identifier: MIT
 */
#include "property.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct run run = {.program = "property"};

/* ---- How a difference is told ---- */

static size_t most_touchpoints; /* unless the arguments say otherwise */

void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fflush(stdout);
    fprintf(stderr, "%s: ", run.program);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\nlog %" PRIu64 "; to run it again: %s --seed %" PRIu64 " --logs 1", run.log_seed, run.program,
            run.log_seed);
    if (run.touchpoints_limit != most_touchpoints) fprintf(stderr, " --touchpoints %zu", run.touchpoints_limit);
    fprintf(stderr, "\n");
    va_end(arguments);
    exit(1);
}

void trace(const char *format, ...) {
    if (!run.trace) return;
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    fflush(stdout);
}

void expect_status(const char *call, cxj_status wanted, cxj_status got) {
    if (wanted != got) fail("%s: expected \"%s\", got \"%s\"", call, cxj_status_text(wanted), cxj_status_text(got));
}

void expect_number(const char *what, uint64_t wanted, uint64_t got) {
    if (wanted != got) fail("%s: naive %" PRId64 ", engine %" PRId64, what, (int64_t)wanted, (int64_t)got);
}

void *allocate(size_t count, size_t size) {
    void *block = calloc(count ? count : 1, size);
    if (!block) {
        fprintf(stderr, "out of memory\n");
        exit(2);
    }
    return block;
}

/* ---- Chance ---- */

/* SplitMix64 (Steele, Lea, Flood 2014): one number for each state. */
uint64_t mix(uint64_t state) {
    state = (state ^ (state >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    state = (state ^ (state >> 27)) * UINT64_C(0x94d049bb133111eb);
    return state ^ (state >> 31);
}

static uint64_t dice;

uint64_t draw(void) {
    dice += UINT64_C(0x9e3779b97f4a7c15);
    return mix(dice);
}

uint64_t below(uint64_t bound) {
    return draw() % bound;
}

int64_t between(int64_t low, int64_t high) {
    return low + (int64_t)below((uint64_t)(high - low) + 1);
}

bool chance(uint64_t per_cent) {
    return below(100) < per_cent;
}

/* ---- The program ---- */

static uint64_t argument_number(const char *text) {
    char *end = NULL;
    uint64_t number = text ? strtoull(text, &end, 10) : 0;
    if (!text || end == text || *end) {
        fprintf(stderr, "usage: %s [--seed N] [--logs N] [--touchpoints N] [--trace] [LOGS]\n", run.program);
        exit(2);
    }
    return number;
}

int run_logs(int argc, char **argv, size_t touchpoints, void (*run_log)(void)) {
    uint64_t logs = 10000, seed = mix((uint64_t)time(NULL)) % UINT64_C(1000000000);
    run.program = argv[0];
    run.touchpoints_limit = most_touchpoints = touchpoints;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seed") == 0)
            seed = argument_number(argv[++i]);
        else if (strcmp(argv[i], "--logs") == 0)
            logs = argument_number(argv[++i]);
        else if (strcmp(argv[i], "--touchpoints") == 0)
            run.touchpoints_limit = argument_number(argv[++i]);
        else if (strcmp(argv[i], "--trace") == 0)
            run.trace = true;
        else
            logs = argument_number(argv[i]);
    }
    printf("seed %" PRIu64 "\n", seed);
    fflush(stdout);
    for (uint64_t i = 0; i < logs; i++) {
        run.log_seed = dice = i == 0 ? seed : mix(seed + i * UINT64_C(0x9e3779b97f4a7c15));
        run_log();
    }
    printf("%" PRIu64 " logs agree\n", logs);
    return 0;
}
