/* machine: what the benchmark asks of the machine and ISO C has no function for. All of it stands here.
 *
 * SPDX-License-Identifier: MIT
 */
#define _XOPEN_SOURCE 700
#include "machine.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t read_clock(clockid_t clock) {
    struct timespec now = {0};
    (void)clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

uint64_t machine_thread_time(void) {
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t machine_wall_time(void) {
    return read_clock(CLOCK_MONOTONIC);
}

uint64_t machine_resident(void) {
    unsigned long long whole = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL) return 0;
    if (fscanf(file, "%llu %llu", &whole, &resident) != 2) resident = 0;
    fclose(file);
    return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

uint64_t machine_available(void) {
    char line[256];
    unsigned long long kilobytes = 0;
    bool found = false;
    FILE *file = fopen("/proc/meminfo", "r");
    if (file == NULL) return UINT64_MAX;
    while (!found && fgets(line, sizeof line, file) != NULL) {
        found = sscanf(line, "MemAvailable: %llu kB", &kilobytes) == 1;
    }
    fclose(file);
    return found ? kilobytes * 1024 : UINT64_MAX;
}

unsigned machine_processors(void) {
    const long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : (unsigned)count;
}

typedef struct job {
    void (*work)(void *what);
    void *what;
} job;

static void *run_job(void *argument) {
    const job *self = argument;
    self->work(self->what);
    return NULL;
}

bool machine_run_both(void (*work)(void *what), void *one, void *other) {
    job second = {work, other};
    pthread_t thread;
    if (pthread_create(&thread, NULL, run_job, &second) != 0) return false;
    work(one);
    return pthread_join(thread, NULL) == 0;
}

/* In the child: turns into the program, with its words going to files. */
static void become(char *const words[], const char *output, const char *errors) {
    const int flags = O_WRONLY | O_CREAT | O_TRUNC;
    int out = open(output, flags, 0666), err = open(errors, flags, 0666);
    if (out >= 0 && err >= 0 && dup2(out, STDOUT_FILENO) >= 0 && dup2(err, STDERR_FILENO) >= 0) {
        execv(words[0], words);
    }
    _exit(127);
}

static uint64_t children_time(void) {
    struct rusage usage;
    memset(&usage, 0, sizeof usage);
    (void)getrusage(RUSAGE_CHILDREN, &usage);
    const uint64_t seconds = (uint64_t)usage.ru_utime.tv_sec + (uint64_t)usage.ru_stime.tv_sec;
    return seconds * UINT64_C(1000000000) +
           ((uint64_t)usage.ru_utime.tv_usec + (uint64_t)usage.ru_stime.tv_usec) * UINT64_C(1000);
}

bool machine_run(char *const words[], const char *output, const char *errors, uint64_t *processor, uint64_t *wall) {
    const uint64_t before = children_time(), begin = machine_wall_time();
    int status = 0;
    fflush(NULL); /* else the child would hold, and might write, what we have not written yet */
    const pid_t child = fork();
    if (child == 0) become(words, output, errors);
    const bool ended = child > 0 && waitpid(child, &status, 0) == child;
    *processor = children_time() - before;
    *wall = machine_wall_time() - begin;
    return ended && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
