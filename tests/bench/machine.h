/* machine: what the benchmark asks of the machine and ISO C has no function for.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stdint.h>

/* Time that this thread has spent on a processor, in ns; on a shared machine the only time that is our own doing. */
uint64_t machine_thread_time(void);

/* Time on the wall, in ns. */
uint64_t machine_wall_time(void);

/* Bytes of this process that are in memory now; 0: not known. */
uint64_t machine_resident(void);

/* Bytes that could still be had without swapping; UINT64_MAX: not known. */
uint64_t machine_available(void);

/* Processors that are there. */
unsigned machine_processors(void);

/* Does two works at the same time, the second in a thread of its own, and waits for both.
 * returns    false if there is no thread to be had; then nothing is done */
bool machine_run_both(void (*work)(void *what), void *one, void *other);

/* Runs a program and waits for it.
 * words      the path and the arguments, ended by NULL
 * output     a file that receives what it prints, and
 * errors     one that receives what it complains of
 * processor  receives the time on a processor that it took, in ns; wall: the time until it ended
 * returns    true if it was there and ended with 0 */
bool machine_run(char *const words[], const char *output, const char *errors, uint64_t *processor, uint64_t *wall);

#endif
