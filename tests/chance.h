/* chance: random numbers that come again with their seed, and how often memory ends under slow tools.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CXJ_TESTS_CHANCE_H
#define CXJ_TESTS_CHANCE_H

#include <stdint.h>

/* CXJ_SEED takes the seed of what is random; it is printed. CXJ_STRIDE=23 is for tools under which all is slow: memory
 * then ends at every 23rd allocation only. */
extern uint64_t seed, stride;

/* Reads seed and stride, and says them. */
void read_surroundings(const char *room);

/* Begins to draw anew; draws a number below another. */
void begin_chance(uint64_t from);
uint32_t chance(uint32_t below);

#endif
