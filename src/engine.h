/* engine: what a handle owns. */
#ifndef CXJ__ENGINE_H
#define CXJ__ENGINE_H

#include "plan.h"

/* Milliseconds after which journeys are sealed, at most. */
#define CXJ__LONGEST_TIME INT64_C(1000000000000000)

struct cxj_engine {
    struct cxj__core core;
    struct cxj__plan plan;
    struct cxj__message message; /* of the last changing call; empty if it succeeded */
    struct cxj__feed feed;       /* of all that arrived */
    uint64_t late, refused;
    uint32_t unrecorded;     /* facets that the feed cannot carry */
    uint32_t next_view; /* the id of the next view */
    bool is_saving;     /* in steps, and meanwhile some calls are refused */
};

/* Begins a call that changes the engine: an empty message. */
void cxj__engine_begin(cxj_engine *engine);

/* Says why a changing call fails, and gives the status back. */
cxj_status cxj__engine_fail(cxj_engine *engine, cxj_status status, const char *sentence);

/* True, and said why, if a save in steps is under way. */
bool cxj__engine_is_saving(cxj_engine *engine);

/* Writes a result of which the host knows given bytes: what it knows, and zero behind what the library knows. */
void cxj__engine_give(void *result, size_t given, const void *known, size_t size);

/* Reads a struct of which the host gave given bytes. False if it knows more than the library and uses it. */
bool cxj__engine_take(void *known, size_t size, const void *passed, size_t given);

/* The view with exactly this text, or NULL. */
struct cxj_view *cxj__engine_find_view(const struct cxj__core *core, const char *text, size_t length);

/* Writes a sentence to where the host wants one: NUL-terminated, and cut to fit. */
void cxj__engine_tell(char *message, size_t capacity, const char *sentence);

/* Keeps a host's mark in place of the one before; false, and then that one stays, if there is no memory. */
bool cxj__engine_take_mark(cxj_engine *engine, const void *bytes, size_t length);

/* Gives back the room that a large call has taken. */
void cxj__engine_trim(cxj_engine *engine);

#endif
