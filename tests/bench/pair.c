/* pair: times of two things that take turns. See pair.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "pair.h"

#include <stdlib.h>

#include "result.h"

typedef struct pair_sample {
    size_t phase;
    double each, wall, base, base_wall; /* ns */
} pair_sample;

void pair_add(pair *self, size_t phase, const rig_time *time, const rig_time *base) {
    if (self->count == self->capacity) {
        self->capacity = 2 * self->capacity + 64;
        self->samples = realloc(self->samples, self->capacity * sizeof *self->samples);
        rig_check(self->samples != NULL, "there is memory");
    }
    self->samples[self->count++] =
        (pair_sample){phase, rig_each(time), rig_wall_each(time), rig_each(base), rig_wall_each(base)};
}

/* What is to be had of a sample. */
typedef double figure(const pair_sample *sample);

static double each_of(const pair_sample *sample) {
    return sample->each;
}

static double wall_of(const pair_sample *sample) {
    return sample->wall;
}

static double base_of(const pair_sample *sample) {
    return sample->base;
}

static double base_wall_of(const pair_sample *sample) {
    return sample->base_wall;
}

static double ratio_of(const pair_sample *sample) {
    return sample->each / sample->base;
}

static double wall_ratio_of(const pair_sample *sample) {
    return sample->wall / sample->base_wall;
}

/* The median of a phase; NaN if it is empty. values has room for all samples. */
static double median_of(const pair *self, size_t phase, figure *of, double *values) {
    size_t count = 0;
    for (size_t i = 0; i < self->count; i++) {
        if (self->samples[i].phase == phase) values[count++] = of(&self->samples[i]);
    }
    return result_median(values, count);
}

/* The mean over the phases that are not empty: they have the same number of touchpoints each. With weight, a phase
 * counts as much as that says. */
static double mean_of(const pair *self, figure *of, figure *weight, double *values) {
    double sum = 0, weights = 0;
    for (size_t phase = 0; phase < PAIR_PHASES; phase++) {
        const double median = median_of(self, phase, of, values);
        const double heavy = weight == NULL ? 1 : median_of(self, phase, weight, values);
        if (isnan(median)) continue;
        sum += median * heavy;
        weights += heavy;
    }
    return sum / weights;
}

pair_figures pair_read(const pair *self) {
    double *values = rig_allocate(self->count + 1, sizeof *values);
    const pair_figures figures = {
        .each = mean_of(self, each_of, NULL, values),
        .wall = mean_of(self, wall_of, NULL, values),
        .base = mean_of(self, base_of, NULL, values),
        .base_wall = mean_of(self, base_wall_of, NULL, values),
        .ratio = mean_of(self, ratio_of, base_of, values),
        .wall_ratio = mean_of(self, wall_ratio_of, base_wall_of, values),
    };
    free(values);
    return figures;
}

void pair_end(pair *self) {
    free(self->samples);
    *self = (pair){0};
}

size_t pair_phase(const workload *stream, uint64_t place) {
    return (size_t)(place / stream->journeys);
}
