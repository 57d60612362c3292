/* workload: the touchpoints that are recorded. See workload.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "workload.h"

#include <stdio.h>
#include <string.h>

#define BEGIN INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */
#define DAY INT64_C(86400000)
#define SPAN (90 * DAY)

/* Numbers stay below 2^63, so that a log in digits gives the same ones back. */
#define NUMBERS (UINT64_MAX >> 1)

uint64_t workload_mix(uint64_t number) {
    number += UINT64_C(0x9E3779B97F4A7C15);
    number = (number ^ (number >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    number = (number ^ (number >> 27)) * UINT64_C(0x94D049BB133111EB);
    return number ^ (number >> 31);
}

/* Products with odd numbers and shifts to the right, both cut to the mask, can be undone, so no two places meet. */
static uint64_t scatter(uint64_t place, uint64_t mask, unsigned half, uint64_t salt) {
    place = (place * (UINT64_C(0x9E3779B97F4A7C15) + 2 * salt) + salt) & mask;
    place ^= place >> half;
    place = (place * UINT64_C(0xD6E8FEB86659FD93)) & mask;
    place ^= place >> half;
    place = (place * UINT64_C(0xC2B2AE3D27D4EB4F)) & mask;
    return place ^ (place >> half);
}

/* Which journey comes at a position of a round. A place beyond the last journey is scattered again, until it falls on
 * one: that still reaches every journey exactly once. */
static uint64_t place_of(const workload *stream, uint64_t round, uint64_t position) {
    uint64_t place = position;
    do {
        place = scatter(place, stream->mask, stream->half, workload_mix(round));
    } while (place >= stream->journeys);
    return place;
}

workload workload_of(uint64_t journeys) {
    workload stream = {.journeys = journeys, .mask = 1};
    unsigned bits = 1;
    for (; stream.mask < journeys; bits++) stream.mask = 2 * stream.mask + 1;
    stream.half = (bits + 1) / 2;
    stream.step = SPAN / (int64_t)workload_count(&stream);
    if (stream.step == 0) stream.step = 1;
    return stream;
}

uint64_t workload_count(const workload *stream) {
    return stream->journeys * WORKLOAD_ROUNDS;
}

/* What only some rounds of a journey say. */
static void fill_round(cxj_touchpoint *t, uint64_t round, uint64_t chance) {
    switch (round) {
    case 0:
        t->customer = 1 + (t->journey >> 1);
        t->type = (uint16_t)(1 + (chance >> 8) % WORKLOAD_TYPES);
        t->segment = (uint16_t)(1 + (chance >> 16) % WORKLOAD_SEGMENTS);
        break;
    case 1:
        t->due = t->at + DAY * (int64_t)(5 + (chance >> 8) % 20);
        break;
    case 3:
        t->facets |= CXJ_FACET_DELIVERED;
        break;
    default:
        break;
    }
}

/* The touchpoint of a journey, in a round, that stands at an index of the stream. */
static void fill_one(const workload *stream, uint64_t place, uint64_t round, uint64_t index, uint32_t late,
                     cxj_touchpoint *t) {
    memset(t, 0, sizeof *t);
    t->journey = scatter(place + 1, NUMBERS, 31, 0);
    t->id = scatter(index + 1, NUMBERS, 32, 1);
    t->at = BEGIN + stream->step * (int64_t)index;
    const uint64_t chance = workload_mix(t->journey + round), other = workload_mix(chance);
    t->owner = (uint32_t)(1 + chance % WORKLOAD_OWNERS);
    t->team = (uint16_t)(1 + (t->owner - 1) / (WORKLOAD_OWNERS / WORKLOAD_TEAMS));
    t->channel = (uint16_t)(1 + (chance >> 24) % WORKLOAD_CHANNELS);
    t->activity = (uint16_t)(1 + (chance >> 32) % WORKLOAD_ACTIVITIES);
    if ((other & 1) != 0) t->facets |= CXJ_FACET_CONTACT;
    if ((other >> 1 & 3) == 0) t->facets |= CXJ_FACET_INBOUND;
    if ((other >> 3 & 7) == 0) t->facets |= CXJ_FACET_UPDATE;
    if ((other >> 6 & 31) == 0) t->facets |= CXJ_FACET_CHASE;
    if ((other >> 11 & 31) == 0) t->facets |= CXJ_FACET_REPEATED;
    if ((other >> 16 & 31) == 0) t->facets |= CXJ_FACET_FAULT;
    if ((other >> 24) % 5 == 0) {
        t->scale = CXJ_SCALE_CSAT5;
        t->score = (uint8_t)(1 + (other >> 40) % 5);
        t->scope = CXJ_SCOPE_TOUCHPOINT;
    }
    fill_round(t, round, chance);
    /* A late one was two to four rounds earlier, and so before its predecessor. The first two rounds cannot be late,
     * so the others are somewhat more often. */
    if (round < 2 || (other >> 44) % (10000 * (WORKLOAD_ROUNDS - 2)) >= (uint64_t)late * WORKLOAD_ROUNDS) return;
    uint64_t back = 2 + chance % 3;
    if (back > round) back = round;
    t->at -= stream->step * (int64_t)(back * stream->journeys);
}

void workload_fill(const workload *stream, uint64_t first, size_t count, uint32_t late, cxj_touchpoint *touchpoints) {
    for (size_t i = 0; i < count; i++) {
        const uint64_t index = first + i, round = index / stream->journeys;
        const uint64_t place = place_of(stream, round, index % stream->journeys);
        fill_one(stream, place, round, index, late, &touchpoints[i]);
    }
}

void workload_fill_sorted(const workload *stream, uint64_t first, size_t count, cxj_touchpoint *touchpoints) {
    for (size_t i = 0; i < count; i++) {
        const uint64_t place = (first + i) / WORKLOAD_ROUNDS, round = (first + i) % WORKLOAD_ROUNDS;
        fill_one(stream, place, round, round * stream->journeys + place, 0, &touchpoints[i]);
    }
}

static const struct {
    uint32_t dimension, count;
    const char *name;
} names[] = {
    {CXJ_DIMENSION_OWNER, WORKLOAD_OWNERS, "owner"},           {CXJ_DIMENSION_TEAM, WORKLOAD_TEAMS, "team"},
    {CXJ_DIMENSION_CHANNEL, WORKLOAD_CHANNELS, "channel"},     {CXJ_DIMENSION_TYPE, WORKLOAD_TYPES, "type"},
    {CXJ_DIMENSION_ACTIVITY, WORKLOAD_ACTIVITIES, "activity"}, {CXJ_DIMENSION_SEGMENT, WORKLOAD_SEGMENTS, "segment"},
};
enum { DIMENSIONS = sizeof names / sizeof *names };

const char *workload_name_of(uint32_t dimension, uint32_t code) {
    static char text[32];
    for (size_t d = 0; d < DIMENSIONS; d++) {
        if (names[d].dimension != dimension || code == 0 || code > names[d].count) continue;
        snprintf(text, sizeof text, "%s-%02u", names[d].name, (unsigned)code);
        return text;
    }
    return NULL;
}

int workload_name(cxj_engine *engine) {
    for (size_t d = 0; d < DIMENSIONS; d++) {
        for (uint32_t i = 1; i <= names[d].count; i++) {
            uint32_t code = 0;
            const char *text = workload_name_of(names[d].dimension, i);
            if (cxj_code(engine, names[d].dimension, text, CXJ_ZERO_TERMINATED, &code) != CXJ_OK || code != i) return 0;
        }
    }
    return 1;
}
