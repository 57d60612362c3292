/* chance: see chance.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "chance.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

uint64_t seed = 1, stride = 1;
static uint64_t chance_state;

void read_surroundings(const char *room) {
    const char *given = getenv("CXJ_SEED"), *slow = getenv("CXJ_STRIDE");
    seed = given ? strtoull(given, NULL, 10) : 1;
    stride = slow && *slow ? strtoull(slow, NULL, 10) : 1;
    stride += stride == 0;
    chance_state = seed;
    printf("%s: CXJ_SEED=%" PRIu64 " CXJ_STRIDE=%" PRIu64 "\n", room, seed, stride);
}

void begin_chance(uint64_t from) {
    chance_state = from;
}

uint32_t chance(uint32_t below) {
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((chance_state >> 33) % below);
}
