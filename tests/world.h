/* world: what the tests of core, post, fill, due, append, seal, settle and merge share: a heap that fails, random
 * touchpoints, and all that an engine shows, as text and as saved bytes.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CXJ_TESTS_WORLD_H
#define CXJ_TESTS_WORLD_H

#include "engine.h"
#include "suite.h"
#include "touchpoint.h"

#include "chance.h" /* behind the others, which have parameters called seed */

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define START INT64_C(1767225600000) /* 2026-01-01 */
#define HOUR INT64_C(3600000)

/* The allocation at which memory ends after this one: the first ones all, later ones further and further apart. */
uint64_t next_to_fail(uint64_t fail_at);

/* ---- memory ----------------------------------------------------------------------------------------------------- */

/* Blocks move whenever their size changes, and what is given back is overwritten. */
typedef struct heap {
    uint64_t asked;   /* allocations asked for */
    uint64_t fail_at; /* the one that fails; 0: none */
    bool for_good;    /* and so do all behind it */
    bool refuses;     /* all fail */
    uint64_t blocks, bytes, peak;
} heap;

void *allocate(void *context, void *block, size_t old_size, size_t new_size);

/* Lets one of the next allocations fail, counted from 1; 0: none. */
void let_fail(heap *memory, uint64_t n);

/* Whether an allocator refuses everything from now on, or the limit of memory is reached; and as before. */
void end_memory(cxj_engine *engine, heap *memory, bool by_limit);
void return_memory(cxj_engine *engine, heap *memory);

/* Leaves what nobody has set on the stack below, so that a variable that is read before it is set is not what it was in
 * the call before. */
void scribble(void);

/* Gives back the room that appending and changes have kept, so that what comes next needs memory. */
void give_back_room(cxj_engine *engine);

/* ---- engines ---------------------------------------------------------------------------------------------------- */

/* Names of each dimension: a, b, c, …, with the codes 1, 2, 3, … */
enum { CODES = 12 };

cxj_engine *make_with(cxj_options options);

/* An engine that has the names. memory may be NULL. */
cxj_engine *make_named(cxj_options options, heap *memory);
cxj_engine *make_engine(heap *memory, uint32_t touchpoints_limit);

extern const char *const view_texts[];
enum { VIEWS = 8 };
cxj_view *add(cxj_engine *engine, const char *text);
void add_views(cxj_engine *engine);
cxj_view *view_at(const cxj_engine *engine, size_t place);
size_t cells_of(const cxj_view *view);

void record(cxj_engine *engine, cxj_touchpoint touchpoint);
void record_all(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t count);
void advance(cxj_engine *engine, int64_t now);

struct cxj__journey *find_journey(cxj_engine *engine, uint64_t number);

/* ---- all that shows --------------------------------------------------------------------------------------------- */

typedef struct shown {
    char text[1 << 21];
    size_t length;
} shown;

__attribute__((format(printf, 2, 3))) void show(shown *to, const char *format, ...);
void show_view(shown *to, const cxj_view *view);
void show_journey(shown *to, const cxj_engine *engine, uint64_t number);
void show_engine(shown *to, const cxj_engine *engine);

/* Of a journey what shows nowhere: which values each record has from earlier ones, the fold, samples, and the index
 * with its checkpoints. */
void show_inside(shown *to, const cxj_engine *engine, uint64_t number);

/* Fails the test unless two texts are the same, and says where they differ. */
void check_texts(const shown *a, const shown *b);

/* Fails the test where a cell is empty, or one of its histograms is not as it can be. */
void check_cells(const cxj_engine *engine);

/* Fail the test unless both show the same; the second one also unless both are saved as the same bytes. */
void check_same(const cxj_engine *a, const cxj_engine *b);
void check_equal(const cxj_engine *a, const cxj_engine *b);

/* The same, and inside of the first ten journeys too. */
void check_alike(const cxj_engine *a, const cxj_engine *b);

/* An engine as it is at some moment, as text and as bytes; and whether it is so still. */
typedef struct picture {
    shown shown;
    unsigned char *bytes;
    size_t length;
} picture;
void take_picture(picture *of, const cxj_engine *engine);
void check_picture(const picture *picture, const cxj_engine *engine);
void free_picture(picture *of);

double metric_of(const cxj_view *view, uint32_t grain, const char *name);

/* The value of a metric under a key of one part; -1 where there is no cell. */
double value_of(const cxj_view *view, const char *key, uint32_t grain, const char *name);

/* ---- touchpoints ------------------------------------------------------------------------------------------------ */

enum { FIRST = 200, THEN = 90 };

/* One long journey and some short ones; ids come again; attributes of the journey change now and then. */
cxj_touchpoint random_touchpoint(void);
void draw(cxj_touchpoint *touchpoints, size_t count);

/* Number i of a journey in which every other touchpoint delivers an hour too late what the one before it promised. */
cxj_touchpoint tardy(size_t i);

/* ---- changes ---------------------------------------------------------------------------------------------------- */

/* Makes the change that touchpoints bring, which is not ended yet; CXJ_NO_MEMORY, and nothing has changed, or CXJ_LATE
 * likewise. Ends it, and undoes it. */
cxj_status change(cxj_engine *engine, const cxj_touchpoint *touchpoints, size_t count);
void settle_change(cxj_engine *engine);
void undo(cxj_engine *engine);

/* Commitments that are open in running journeys, and still ahead: as many as the agenda knows of, if none was lost. */
size_t count_dues(const struct cxj__core *core);

#endif
