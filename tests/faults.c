/* faults: memory that is refused, at every single place.
 *
 * One scenario goes through everything that allocates. It is run with allocation 1 failing, then with allocation 2, and
 * so on until nothing fails any more: each time once with that one allocation failing alone, and once with all from it
 * on. Beside the engine under test a second one, which never lacks memory, is given exactly what the receipts of the
 * first say was dealt with. After each failure the two must show the same, to the last bit; then the call is made again
 * with memory, and the scenario goes on.
 *
 * The allocator keeps the size of each block before it, so that a wrong old_size is seen; it moves each block that
 * changes its size and fills memory with junk, so that a pointer kept too long or a byte read too early is seen.
 *
 * CXJ_SEED takes the seed of the scenario's random part; it is printed. CXJ_STRIDE=7 fails only every seventh
 * allocation, where all would take too long. CXJ_FAIL_AT=4711 fails that allocation only, says what is done, and
 * compares after each step.
 *
 * SPDX-License-Identifier: MIT
 */
#include "engine.h"
#include "same.h"
#include "suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------------------------------------------------------------
 * The allocator
 * ------------------------------------------------------------------------------------------------------------------ */

enum { HEADER = 32, MAGIC = 0x6a78 };

typedef struct heap {
    bool armed;         /* only then allocations are counted, and fail */
    bool for_ever;      /* all allocations from fail_at on fail, not just that one */
    uint64_t fail_at;   /* 0: never */
    uint64_t chosen;    /* what fail_at was at first, for messages */
    uint64_t asked;     /* allocations asked for while armed */
    uint64_t failed;    /* of those, how many failed */
    uint64_t blocks;    /* that live now */
    uint64_t bytes;     /* in them */
    const char *broken; /* how the library broke the allocator's contract; NULL: not so far */
} heap;

static bool fails(heap *memory) {
    if (!memory->armed) {
        return false;
    }
    memory->asked++;
    bool failing =
        memory->fail_at && (memory->for_ever ? memory->asked >= memory->fail_at : memory->asked == memory->fail_at);
    memory->failed += failing;
    return failing;
}

/* A function of its own, so that a debugger can stop here and show who called. */
static void *contract_broken(heap *memory, const char *how) {
    memory->broken = how;
    return NULL;
}

static void *heap_allocate(void *context, void *block, size_t old_size, size_t new_size) {
    heap *memory = context;
    unsigned char *old = block;
    if ((block == NULL) != (old_size == 0)) {
        return contract_broken(memory, "block is NULL exactly when old_size is 0");
    }
    if (old) {
        size_t head[2];
        memcpy(head, old - HEADER, sizeof head);
        if (head[1] != MAGIC) {
            return contract_broken(memory, "a block that does not live was passed");
        }
        if (head[0] != old_size) {
            return contract_broken(memory, "old_size is not the block's size");
        }
    }
    unsigned char *new = NULL;
    if (new_size) {
        /* Giving memory back must not need any; the header promises only that freeing cannot fail. */
        if (fails(memory)) {
            return NULL;
        }
        unsigned char *whole = malloc(HEADER + new_size);
        if (!whole) {
            abort();
        }
        memset(whole, 0xa5, HEADER + new_size);
        size_t head[2] = {new_size, MAGIC};
        memcpy(whole, head, sizeof head);
        new = whole + HEADER;
        if (old) {
            memcpy(new, old, old_size < new_size ? old_size : new_size);
        }
        memory->blocks++;
        memory->bytes += new_size;
    }
    if (old) {
        memset(old - HEADER, 0x5a, HEADER + old_size);
        free(old - HEADER);
        memory->blocks--;
        memory->bytes -= old_size;
    }
    return new;
}

/* ---------------------------------------------------------------------------------------------------------------------
 * The scenario
 * ------------------------------------------------------------------------------------------------------------------ */

enum {
    JOURNEYS = 24,
    LONG_JOURNEY = 5, /* the one that passes the 64 touchpoints beyond which a journey is indexed */
    NAMES = 4,        /* of each dimension, besides none */
    BATCH = 90,
    CUSTOMER = 77,
    DIMENSIONS = 9
};

static const int64_t START = INT64_C(1767225600000); /* 2026-01-01 */
static const int64_t HOUR = 3600000;

typedef struct world {
    heap memory;
    cxj_engine *engine;    /* under test */
    cxj_engine *reference; /* given what the receipts say */
    cxj_engine *source;    /* to be merged in */
    cxj_touchpoint first[BATCH];
    cxj_touchpoint second[BATCH];
    cxj_touchpoint third[BATCH];
    cxj_receipt receipt; /* of the last call of a step on the engine under test */
    size_t done;         /* touchpoints of the present step that the engine has dealt with */
    size_t mirrored;     /* and that the reference was given */
} world;

static uint64_t seed = 2;
static uint64_t stride = 1;
static uint64_t only = 0; /* the one allocation to fail; 0: each */
static uint64_t chance_state;

static uint32_t chance(uint32_t below) {
    chance_state = chance_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((chance_state >> 33) % below);
}

static uint16_t code(void) {
    return (uint16_t)chance(NAMES + 1);
}

/* A touchpoint with nearly everything. Some journeys have many, some ids come twice, in other revisions or content. */
static cxj_touchpoint touchpoint(void) {
    cxj_touchpoint t = {0};
    t.journey = chance(2) ? LONG_JOURNEY : 1 + chance(JOURNEYS);
    t.id = chance(10) ? 1 + chance(600) : 0;
    t.revision = chance(3);
    t.at = START + HOUR * chance(2000);
    t.due = chance(4) ? 0 : t.at + HOUR * ((int64_t)chance(100) - 20);
    t.value = chance(4) ? 0 : (int64_t)chance(100000) - 20000;
    t.customer = chance(3) ? 0 : chance(4) ? 1 + chance(5) : CUSTOMER;
    t.sequence = chance(3);
    t.owner = code();
    t.facets = chance(2) ? 0 : UINT32_C(1) << chance(18);
    t.facets |= chance(4) ? 0 : CXJ_FACET_DELIVERED;
    t.team = code();
    t.activity = code();
    t.channel = code();
    t.stage = code();
    t.cause = chance(3) ? 0 : code();
    t.type = chance(3) ? 0 : code();
    t.segment = chance(3) ? 0 : code();
    t.reason = chance(3) ? 0 : code();
    if (chance(3) == 0) {
        t.scale = CXJ_SCALE_CSAT5;
        t.score = (uint8_t)(1 + chance(5));
        t.scope = (uint8_t)(1 + chance(3));
    }
    t.commitment = (uint8_t)chance(3);
    t.outcome = chance(8) ? 0 : (uint8_t)(1 + chance(2));
    return t;
}

static void fill(cxj_touchpoint *batch) {
    for (size_t i = 0; i < BATCH; i++) {
        batch[i] = touchpoint();
    }
    /* Two that are refused, so that a call can fail after a refusal and before one. */
    batch[BATCH / 3].journey = 0;
    batch[BATCH / 2].commitment = 8;
}

static cxj_status give_names(cxj_engine *engine) {
    for (uint32_t dimension = 1; dimension <= DIMENSIONS; dimension++) {
        for (uint32_t i = 1; i <= NAMES; i++) {
            char name[160];
            /* Some names are long, so that texts need memory of their own. */
            snprintf(name, sizeof name, "n%" PRIu32 "%.*s", i, i % 2 ? 70 : 0,
                     "-and-so-on-and-so-on-and-so-on-and-so-on-and-so-on-and-so-on-and-so-on-");
            uint32_t given;
            cxj_status status = cxj_code(engine, dimension, name, CXJ_ZERO_TERMINATED, &given);
            if (status != CXJ_OK) {
                return status;
            }
            ck_assert_uint_eq(given, i);
        }
    }
    return CXJ_OK;
}

/* A step does its work on one engine. It may be called again after CXJ_NO_MEMORY, and then does what is still to be
 * done. A step that records deals with the touchpoints from *done on up to end, and moves *done. */
typedef cxj_status step_function(world *here, cxj_engine *engine, size_t *done, size_t end);

static cxj_status record_some(world *here, cxj_engine *engine, const cxj_touchpoint *batch, size_t *done, size_t end) {
    cxj_status status =
        cxj_record(engine, batch + *done, sizeof *batch, end - *done, 0, &here->receipt, sizeof here->receipt);
    *done += here->receipt.processed;
    return status == CXJ_REFUSED ? CXJ_OK : status;
}

static cxj_status step_names(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)here, (void)done, (void)end;
    return give_names(engine);
}

static cxj_status add_view(cxj_engine *engine, const char *text) {
    cxj_view *view;
    return cxj_view_add(engine, text, CXJ_ZERO_TERMINATED, &view);
}

static cxj_status step_view_touchpoints(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)here, (void)done, (void)end;
    return add_view(engine, "touchpoints by channel, team per week");
}

static cxj_status step_view_transitions(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)here, (void)done, (void)end;
    return add_view(engine, "transitions by owner, outcome per month");
}

static cxj_status step_view_journeys(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)here, (void)done, (void)end;
    return add_view(engine, "journeys by type, churned");
}

static cxj_status step_first(world *here, cxj_engine *engine, size_t *done, size_t end) {
    return record_some(here, engine, here->first, done, end);
}

/* The second batch goes in as columns. */
static cxj_status step_columns(world *here, cxj_engine *engine, size_t *done, size_t end) {
    static uint64_t journey[BATCH], id[BATCH], revision[BATCH];
    static int64_t at[BATCH], due[BATCH];
    static uint32_t owner[BATCH], facets[BATCH];
    static uint16_t channel[BATCH], team[BATCH], type[BATCH];
    static uint8_t commitment[BATCH], outcome[BATCH];
    size_t count = end - *done;
    for (size_t i = 0; i < count; i++) {
        const cxj_touchpoint *t = &here->second[*done + i];
        journey[i] = t->journey;
        id[i] = t->id;
        revision[i] = t->revision;
        at[i] = t->at;
        due[i] = t->due;
        owner[i] = t->owner;
        facets[i] = t->facets;
        channel[i] = t->channel;
        team[i] = t->team;
        type[i] = t->type;
        commitment[i] = t->commitment;
        outcome[i] = t->outcome;
    }
    cxj_columns columns = {
        .size = sizeof columns,
        .journey = journey,
        .id = id,
        .revision = revision,
        .at = at,
        .due = due,
        .owner = owner,
        .facets = facets,
        .team = team,
        .channel = channel,
        .type = type,
        .commitment = commitment,
        .outcome = outcome,
    };
    cxj_status status = cxj_record_columns(engine, &columns, count, 0, &here->receipt, sizeof here->receipt);
    *done += here->receipt.processed;
    return status == CXJ_REFUSED ? CXJ_OK : status;
}

/* A view over data that is there, with names that nobody gave before. */
static cxj_status step_view_late(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)here, (void)done, (void)end;
    return add_view(engine, "journeys by segment per month ended where had channel in (n2, \"never heard of\") and "
                            "type in (n2, n4, \"\", stranger)");
}

static cxj_status step_view_later(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)here, (void)done, (void)end;
    return add_view(engine, "touchpoints by owner, stage, cause, reason");
}

static cxj_status step_third(world *here, cxj_engine *engine, size_t *done, size_t end) {
    return record_some(here, engine, here->third, done, end);
}

/* Each withdrawal is one call. Those of revision 0 name touchpoints that are held; the last comes before its own. */
static cxj_status step_withdraw(world *here, cxj_engine *engine, size_t *done, size_t end) {
    enum { WITHDRAWALS = 12 };
    size_t last = end < WITHDRAWALS ? end : WITHDRAWALS;
    for (; *done < last; ++*done) {
        const cxj_touchpoint *t = &here->first[*done * 3];
        bool unseen = *done == WITHDRAWALS - 1;
        uint64_t journey = unseen ? 1000 : t->journey;
        uint64_t id = unseen ? UINT64_C(1) << 60 : t->id ? t->id : 1;
        cxj_status status = cxj_withdraw(engine, journey ? journey : 1, id, unseen ? 9 : 0);
        if (status == CXJ_NO_MEMORY) {
            return status;
        }
        ck_assert(status == CXJ_OK || status == CXJ_NOT_FOUND);
    }
    return CXJ_OK;
}

static cxj_status step_erase_journey(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)here, (void)done, (void)end;
    return cxj_erase_journey(engine, LONG_JOURNEY);
}

/* The reference loses the same, one by one. */
static cxj_status step_erase_customer(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)done, (void)end;
    if (engine != here->reference) {
        uint64_t erased = 99;
        cxj_status status = cxj_erase_customer(engine, CUSTOMER, &erased);
        ck_assert(status == CXJ_OK ? erased > 0 && erased < 99 : erased == 0);
        return status == CXJ_NOT_FOUND ? CXJ_OK : status;
    }
    for (uint64_t journey = 1; journey <= JOURNEYS; journey++) {
        size_t count;
        if (cxj_journey_touchpoints(here->engine, journey, 0, NULL, 0, NULL, sizeof(cxj_touchpoint), &count) ==
            CXJ_NOT_FOUND) {
            cxj_status status = cxj_erase_journey(engine, journey);
            ck_assert(status == CXJ_OK || status == CXJ_NOT_FOUND);
        }
    }
    return CXJ_OK;
}

static cxj_status step_merge(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)done, (void)end;
    return cxj_merge(engine, here->source);
}

static const char *const RULES[] = {"overdue for 1h",
                                    "silent for 2d",
                                    "faults over 0",
                                    "dissatisfied",
                                    "same owner for 1d where team in (\"a new team\", none)",
                                    "due within 2d"};
enum { RULE_COUNT = sizeof RULES / sizeof RULES[0] };

static cxj_status step_rules(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)here, (void)done, (void)end;
    for (uint32_t i = 1, rule = 0; i <= RULE_COUNT; i++) {
        cxj_status status = cxj_rule_add(engine, RULES[i - 1], CXJ_ZERO_TERMINATED, &rule);
        if (status != CXJ_OK) {
            return status;
        }
        ck_assert_uint_eq(rule, i);
    }
    return CXJ_OK;
}

static cxj_status step_drop_rule(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)here, (void)done, (void)end;
    return cxj_rule_drop(engine, 2);
}

static cxj_status step_worklists(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)here, (void)done, (void)end;
    static cxj_occasion occasions[BATCH * 8];
    for (size_t i = 0; i < RULE_COUNT; i++) {
        char message[320] = "";
        size_t count = 0;
        cxj_status status = cxj_worklist(engine, RULES[i], CXJ_ZERO_TERMINATED, BATCH * 8, message, sizeof message,
                                         occasions, sizeof occasions[0], &count);
        ck_assert_int_eq(message[0] == '\0', status == CXJ_OK);
        if (status != CXJ_OK) {
            return status;
        }
    }
    return CXJ_OK;
}

/* The first time the clock is set. */
static cxj_status step_set_clock(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)here, (void)done, (void)end;
    return cxj_advance(engine, START + HOUR * 100);
}

static cxj_status step_advance(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)here, (void)done, (void)end;
    return cxj_advance(engine, START + HOUR * 1500);
}

static cxj_status step_drop(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)here, (void)done, (void)end;
    cxj_view *view;
    ck_assert_int_eq(cxj_view_at(engine, 1, &view), CXJ_OK);
    return cxj_view_drop(engine, view);
}

static cxj_status step_cursor(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)here, (void)done, (void)end;
    cxj_view *view;
    cxj_cursor *cursor = (cxj_cursor *)&view;
    ck_assert_int_eq(cxj_view_at(engine, 0, &view), CXJ_OK);
    cxj_status status = cxj_cursor_open(view, NULL, 0, &cursor);
    if (status != CXJ_OK) {
        ck_assert_ptr_null(cursor);
        return status;
    }
    while ((status = cxj_cursor_next(cursor)) == CXJ_OK) {
    }
    ck_assert_int_eq(status, CXJ_DONE);
    cxj_cursor_close(cursor);
    return CXJ_OK;
}

static cxj_status step_read(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)here, (void)done, (void)end;
    enum { CELLS = 400 };
    cxj_view *view;
    uint32_t metric;
    static double values[CELLS];
    static int64_t codes[CELLS];
    size_t cells = 0;
    ck_assert_int_eq(cxj_view_at(engine, 0, &view), CXJ_OK);
    ck_assert_int_eq(cxj_metric_find(CXJ_GRAIN_TOUCHPOINTS, "wait_p90", CXJ_ZERO_TERMINATED, &metric), CXJ_OK);
    cxj_status status = cxj_view_read(view, &metric, 1, CELLS, NULL, 0, values, NULL, NULL, NULL, &cells);
    if (status == CXJ_OK) {
        ck_assert_uint_gt(cells, 0);
        status = cxj_view_read_part(view, 1, CELLS, NULL, 0, codes, &cells);
    }
    return status;
}

static void create_plain(cxj_engine **engine) {
    cxj_options options = {.size = sizeof options, .seed = {7, 8}};
    ck_assert_int_eq(cxj_engine_create(&options, NULL, 0, engine), CXJ_OK);
}

static int64_t drop(void *context, const void *bytes, size_t length) {
    (void)context, (void)bytes;
    return (int64_t)length;
}

static cxj_status step_save(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)here, (void)done, (void)end;
    char message[64] = "";
    cxj_status status = cxj_save(engine, drop, NULL, message, sizeof message);
    ck_assert_int_eq(message[0] == '\0', status == CXJ_OK);
    return status;
}

static cxj_status step_save_in_steps(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)here, (void)done, (void)end;
    cxj_saver *saver = NULL;
    cxj_status status = cxj_saver_open(engine, drop, NULL, &saver);
    if (status != CXJ_OK) {
        return status;
    }
    while ((status = cxj_saver_step(saver, 20)) == CXJ_OK) {
    }
    ck_assert_int_eq(cxj_saver_step(saver, 20), status);
    cxj_saver_close(saver);
    return status == CXJ_DONE ? CXJ_OK : status;
}

/* The bytes of an engine that has the views of another, and the touchpoints of the source; to be freed. */
static unsigned char *save_source(const world *here, const cxj_engine *with_views, size_t *length) {
    cxj_engine *other;
    cxj_view *view;
    cxj_view_info info;
    create_plain(&other);
    for (size_t i = 0; cxj_view_at(with_views, i, &view) == CXJ_OK; i++) {
        ck_assert_int_eq(cxj_view_describe(view, &info, sizeof info), CXJ_OK);
        ck_assert_int_eq(cxj_view_add(other, info.text, info.text_length, &view), CXJ_OK);
    }
    ck_assert_int_eq(cxj_merge(other, here->source), CXJ_OK);
    ck_assert_int_eq(cxj_save_bytes(other, 0, NULL, 0, NULL, length), CXJ_TOO_SMALL);
    unsigned char *bytes = malloc(*length);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_int_eq(cxj_save_bytes(other, *length, NULL, 0, bytes, length), CXJ_OK);
    cxj_engine_destroy(other);
    return bytes;
}

static cxj_status step_merge_bytes(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)done, (void)end;
    size_t length = 0;
    unsigned char *bytes = save_source(here, engine, &length);
    cxj_status status = cxj_merge_bytes(engine, bytes, length);
    free(bytes);
    return status;
}

static cxj_status step_load(world *here, cxj_engine *engine, size_t *done, size_t end) {
    (void)done, (void)end;
    /* The reference never lacks memory. */
    const cxj_options options = {.size = sizeof options,
                                 .allocate = engine == here->engine ? heap_allocate : NULL,
                                 .allocate_context = &here->memory,
                                 .seed = {3, 4}};
    size_t length = 0;
    char message[128] = "";
    unsigned char *bytes = save_source(here, engine, &length);
    cxj_engine *loaded = engine;
    const uint64_t blocks = here->memory.blocks;
    cxj_status status = cxj_load_bytes(&options, bytes, length, message, sizeof message, &loaded);
    ck_assert_int_eq(message[0] == '\0', status == CXJ_OK);
    ck_assert_int_eq(loaded == NULL, status != CXJ_OK);
    cxj_engine_destroy(loaded);
    ck_assert_uint_eq(here->memory.blocks, blocks);
    free(bytes);
    return status;
}

/* Reading changes nothing, and leaves no message. */
static const struct {
    const char *name;
    step_function *run;
    bool records;
    bool reads;
} STEPS[] = {
    {"names", step_names, false, false},
    {"view over touchpoints, empty", step_view_touchpoints, false, false},
    {"view over transitions, empty", step_view_transitions, false, false},
    {"view over journeys, empty", step_view_journeys, false, false},
    {"rules", step_rules, false, false},
    {"record", step_first, true, false},
    {"set the clock", step_set_clock, false, false},
    {"record columns", step_columns, true, false},
    {"view over journeys, filled", step_view_late, false, false},
    {"view over touchpoints, filled", step_view_later, false, false},
    {"record again", step_third, true, false},
    {"withdraw", step_withdraw, true, false},
    {"cursor", step_cursor, false, true},
    {"bulk read", step_read, false, true},
    {"worklists", step_worklists, false, true},
    {"erase a journey", step_erase_journey, false, false},
    {"merge", step_merge, false, false},
    {"erase a customer", step_erase_customer, false, false},
    {"advance", step_advance, false, false},
    {"drop a view", step_drop, false, false},
    {"drop a rule", step_drop_rule, false, false},
    {"record the same again", step_first, true, false},
    {"merge the same again", step_merge, false, false},
    {"save", step_save, false, true},
    {"incremental save", step_save_in_steps, false, false},
    {"merge saved bytes", step_merge_bytes, false, false},
    {"load", step_load, false, true},
};

enum { STEP_COUNT = sizeof STEPS / sizeof STEPS[0] };

/* ---------------------------------------------------------------------------------------------------------------------
 * Running it
 * ------------------------------------------------------------------------------------------------------------------ */

static void open_world(world *here) {
    memset(here, 0, sizeof *here);
    chance_state = seed;
    fill(here->first);
    fill(here->second);
    fill(here->third);
    create_plain(&here->reference);
    create_plain(&here->source);
    ck_assert_int_eq(give_names(here->source), CXJ_OK);
    uint32_t other;
    ck_assert_int_eq(cxj_code(here->source, CXJ_DIMENSION_TEAM, "only in the source", CXJ_ZERO_TERMINATED, &other),
                     CXJ_OK);
    for (size_t i = 0; i < BATCH; i++) {
        cxj_touchpoint t = touchpoint();
        t.team = (uint16_t)(i % 3 ? t.team : other);
        cxj_status status = cxj_record(here->source, &t, sizeof t, 1, 0, NULL, sizeof(cxj_receipt));
        ck_assert_int_eq(status, CXJ_OK);
    }
}

/* Ends both; what the allocator gave must all have come back. */
static void close_world(world *here) {
    here->memory.armed = false;
    cxj_engine_destroy(here->engine);
    cxj_engine_destroy(here->reference);
    cxj_engine_destroy(here->source);
    ck_assert_msg(!here->memory.broken, "%s", here->memory.broken);
    ck_assert_uint_eq(here->memory.blocks, 0);
    ck_assert_uint_eq(here->memory.bytes, 0);
}

/* Taking back never fails; where it finds no memory for a cell, its view says that it is incomplete. "To mend: drop the
 * view, and add it": then it must be as that of the reference. */
static void mend(world *here) {
    uint64_t limit = here->engine->core.memory.limit;
    here->engine->core.memory.limit = 0;
    size_t first = 0, count = here->engine->core.view_count;
    for (; first < count && !here->engine->core.views[first]->incomplete; first++) {
        ck_assert(!here->reference->core.views[first]->incomplete);
    }
    /* All behind it are added again, too, so that they keep their order. */
    for (size_t i = first; i < count; i++) {
        cxj_view_info info;
        char text[256];
        cxj_view *mine = here->engine->core.views[first], *its = here->reference->core.views[first];
        ck_assert_int_eq(cxj_view_describe(mine, &info, sizeof info), CXJ_OK);
        snprintf(text, sizeof text, "%s", info.text);
        ck_assert_int_eq(cxj_view_drop(here->engine, mine), CXJ_OK);
        ck_assert_int_eq(cxj_view_drop(here->reference, its), CXJ_OK);
        ck_assert_int_eq(cxj_view_add(here->engine, text, CXJ_ZERO_TERMINATED, &mine), CXJ_OK);
        ck_assert_int_eq(cxj_view_add(here->reference, text, CXJ_ZERO_TERMINATED, &its), CXJ_OK);
    }
    here->engine->core.memory.limit = limit;
}

static void compare(world *here, const char *when) {
    difference what;
    bool armed = here->memory.armed;
    here->memory.armed = false;
    mend(here);
    /* The cursors walk over the reference: those of the engine may have no memory. */
    bool same = same_engine(here->reference, here->engine, 1, JOURNEYS, &what) &&
                same_engine(here->reference, here->engine, 1000, 1000, &what);
    here->memory.armed = armed;
    ck_assert_msg(same, "%s, allocation %" PRIu64 "%s: %s", when, here->memory.chosen,
                  here->memory.for_ever ? " and all after" : "", what.words);
}

static int compare_alerts(const void *a, const void *b) {
    const cxj_alert *x = a, *y = b;
    if (x->rule != y->rule) {
        return x->rule < y->rule ? -1 : 1;
    }
    if (x->journey != y->journey) {
        return x->journey < y->journey ? -1 : 1;
    }
    if (x->commitment != y->commitment) {
        return x->commitment < y->commitment ? -1 : 1;
    }
    return (x->since > y->since) - (x->since < y->since);
}

/* Both have raised the same, though not in the same calls where some were made again. */
static void compare_all_alerts(world *here) {
    enum { MOST = 4096 };
    static cxj_alert mine[MOST], its[MOST];
    size_t count = 0, others = 0;
    ck_assert_int_eq(cxj_alerts(here->engine, mine, sizeof mine[0], MOST, &count), CXJ_OK);
    ck_assert_int_eq(cxj_alerts(here->reference, its, sizeof its[0], MOST, &others), CXJ_OK);
    ck_assert_uint_eq(count, others);
    ck_assert_uint_gt(count, 20);
    qsort(mine, count, sizeof mine[0], compare_alerts);
    qsort(its, count, sizeof its[0], compare_alerts);
    for (size_t i = 0; i < count; i++) {
        ck_assert_int_eq(compare_alerts(&mine[i], &its[i]), 0);
        ck_assert_int_eq(mine[i].from, its[i].from);
        ck_assert_uint_eq(mine[i].customer, its[i].customer);
    }
}

/* Gives the reference what the engine has dealt with, and holds the receipts of both against each other. */
static void mirror(world *here, size_t step, bool whole) {
    cxj_receipt mine = here->receipt;
    if (STEPS[step].records) {
        size_t before = here->mirrored;
        size_t end = here->done;
        if (before < end) {
            ck_assert_int_eq(STEPS[step].run(here, here->reference, &here->mirrored, end), CXJ_OK);
        }
        ck_assert_uint_eq(here->mirrored, here->done);
        if (before < end && STEPS[step].run != step_withdraw) {
            ck_assert_uint_eq(mine.accepted, here->receipt.accepted);
            ck_assert_uint_eq(mine.duplicates, here->receipt.duplicates);
            ck_assert_uint_eq(mine.conflicts, here->receipt.conflicts);
            ck_assert_uint_eq(mine.superseded, here->receipt.superseded);
            ck_assert_uint_eq(mine.refused, here->receipt.refused);
            ck_assert_uint_eq(mine.first_refusal, here->receipt.first_refusal);
        }
    } else if (whole || STEPS[step].run == step_erase_customer || STEPS[step].run == step_advance) {
        /* where there is no memory for all alerts, the clock has moved */
        cxj_status status = STEPS[step].run(here, here->reference, &here->mirrored, 0);
        ck_assert_int_eq(status, CXJ_OK);
    }
}

/* Runs one step until it is done, with memory given back after the first failure if that is what it takes. Returns
 * whether it ever failed. */
static bool run_step(world *here, size_t step) {
    bool failed = false;
    here->done = here->mirrored = 0;
    for (int attempt = 0;; attempt++) {
        ck_assert_msg(attempt < 4, "%s does not come to an end", STEPS[step].name);
        uint64_t failures = here->memory.failed;
        memset(&here->receipt, 0, sizeof here->receipt);
        cxj_status status = STEPS[step].run(here, here->engine, &here->done, BATCH);
        ck_assert_msg(!here->memory.broken, "%s: %s", STEPS[step].name, here->memory.broken);
        if (status == CXJ_OK) {
            mirror(here, step, true);
            return failed;
        }
        failed = true;
        ck_assert_msg(status == CXJ_NO_MEMORY, "%s, allocation %" PRIu64 ": %s: %s", STEPS[step].name,
                      here->memory.chosen, cxj_status_text(status), cxj_message(here->engine));
        ck_assert_msg(here->memory.failed > failures, "%s: no memory, though none was refused", STEPS[step].name);
        ck_assert_msg(STEPS[step].reads || cxj_message(here->engine)[0], "%s fails without a word", STEPS[step].name);
        /* The names that were given before the failure are no state that shows; the reference gets its own later. */
        mirror(here, step, false);
        if (STEPS[step].run != step_names) {
            compare(here, STEPS[step].name);
        }
        /* With memory gone for ever one more try must fail as cleanly; then memory is back. */
        if (attempt == 1) {
            here->memory.fail_at = 0;
        }
    }
}

/* Makes the engine, under memory that may fail. */
static bool create(world *here, uint64_t memory_limit) {
    bool failed = false;
    cxj_options options = {.size = sizeof options,
                           .allocate = heap_allocate,
                           .allocate_context = &here->memory,
                           .seed = {1, 2},
                           .memory_limit = memory_limit};
    for (int attempt = 0; attempt < 3; attempt++) {
        char message[128] = "";
        here->engine = (cxj_engine *)&options;
        cxj_status status = cxj_engine_create(&options, message, sizeof message, &here->engine);
        if (status == CXJ_OK) {
            return failed;
        }
        failed = true;
        ck_assert_int_eq(status, CXJ_NO_MEMORY);
        ck_assert_ptr_null(here->engine);
        ck_assert_uint_gt(strlen(message), 0);
        ck_assert_uint_eq(here->memory.blocks, 0);
        if (attempt == 1) {
            here->memory.fail_at = 0;
        }
    }
    return failed;
}

static void fail_each(bool for_ever) {
    static world here;
    uint64_t runs = 0;
    for (uint64_t fail_at = only ? only : 1 + seed % stride;; fail_at += stride) {
        open_world(&here);
        here.memory.fail_at = here.memory.chosen = fail_at;
        here.memory.for_ever = for_ever;
        here.memory.armed = true;
        bool failed = create(&here, 0);
        for (size_t step = 0; step < STEP_COUNT; step++) {
            bool failed_here = run_step(&here, step);
            failed |= failed_here;
            if (only) {
                printf("faults: %s%s\n", STEPS[step].name, failed_here ? ", after a failure" : "");
                fflush(stdout);
                compare(&here, STEPS[step].name);
            }
        }
        compare(&here, "the end");
        difference what;
        here.memory.armed = false;
        compare_all_alerts(&here);
        ck_assert_msg(same_engine(here.engine, here.reference, 1, JOURNEYS, &what), "%s", what.words);
        uint64_t asked = here.memory.asked;
        bool refused = here.memory.failed > 0;
        close_world(&here);
        runs++;
        if (only) {
            return;
        }
        if (!refused) {
            ck_assert(!failed);
            printf("faults: %" PRIu64 " runs, %" PRIu64 " allocations, each failing %s\n", runs, asked,
                   for_ever ? "with all after it" : "alone");
            /* A scenario that hardly allocates would prove nothing. */
            ck_assert_uint_gt(asked, 1000);
            return;
        }
    }
}

START_TEST(one_allocation_fails) {
    fail_each(false);
}
END_TEST

START_TEST(all_allocations_fail_from_one_on) {
    fail_each(true);
}
END_TEST

/* cxj_options.memory_limit: never more than the limit is held, what is held is what stats says, and at the limit the
 * engine is as its receipts say. */
START_TEST(memory_limit_holds) {
    static world here;
    open_world(&here);
    here.memory.armed = true;
    create(&here, 0);
    uint64_t least = here.memory.bytes;
    uint64_t most = least;
    for (size_t step = 0; step < STEP_COUNT; step++) {
        run_step(&here, step);
        cxj_stats stats;
        ck_assert_int_eq(cxj_engine_stats(here.engine, &stats, sizeof stats), CXJ_OK);
        ck_assert_uint_eq(stats.memory, here.memory.bytes);
        most = here.memory.bytes > most ? here.memory.bytes : most;
    }
    close_world(&here);

    size_t reached = 0;
    for (uint64_t limit = 1; reached < STEP_COUNT; limit = limit < least ? limit * 2 : limit + limit / 16) {
        /* A merge holds both states for a while; four times what is held at the end must do for everything. */
        ck_assert_msg(limit < 4 * most + 100000, "step %s needs more than %" PRIu64, STEPS[reached].name, limit);
        open_world(&here);
        cxj_options options = {
            .size = sizeof options, .allocate = heap_allocate, .allocate_context = &here.memory, .memory_limit = limit};
        cxj_status status = cxj_engine_create(&options, NULL, 0, &here.engine);
        ck_assert(status == CXJ_OK || status == CXJ_NO_MEMORY);
        for (size_t step = 0; status == CXJ_OK && step < STEP_COUNT; step++) {
            here.done = here.mirrored = 0;
            memset(&here.receipt, 0, sizeof here.receipt);
            status = STEPS[step].run(&here, here.engine, &here.done, BATCH);
            ck_assert_msg(status == CXJ_OK || status == CXJ_NO_MEMORY, "%s: %s", STEPS[step].name,
                          cxj_status_text(status));
            ck_assert_uint_le(here.memory.bytes, limit);
            mirror(&here, step, status == CXJ_OK);
            reached = step + (status == CXJ_OK) > reached ? step + (status == CXJ_OK) : reached;
        }
        if (here.engine && status == CXJ_NO_MEMORY) {
            cxj_stats stats;
            ck_assert_int_eq(cxj_engine_stats(here.engine, &stats, sizeof stats), CXJ_OK);
            ck_assert_uint_le(stats.memory, limit);
            compare(&here, "at the limit");
        }
        close_world(&here);
    }
}
END_TEST

static uint64_t number_of(const char *variable, uint64_t otherwise) {
    const char *given = getenv(variable);
    return given && *given ? strtoull(given, NULL, 10) : otherwise;
}

int main(void) {
    seed = number_of("CXJ_SEED", 2);
    stride = number_of("CXJ_STRIDE", 1);
    stride += stride == 0;
    only = number_of("CXJ_FAIL_AT", 0);
    printf("faults: CXJ_SEED=%" PRIu64 " CXJ_STRIDE=%" PRIu64 "\n", seed, stride);

    Suite *suite = suite_create("faults");
    TCase *cases = tcase_create("memory");
    tcase_set_timeout(cases, 600);
    tcase_add_test(cases, one_allocation_fails);
    tcase_add_test(cases, all_allocations_fail_from_one_on);
    tcase_add_test(cases, memory_limit_holds);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
