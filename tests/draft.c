/* draft: see draft.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "draft.h"

#include "engine.h"
#include "suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static uint64_t seed = 1;
uint64_t stride = 1;
const cxj_options plain = {.size = sizeof plain};

void take_seed(void) {
    seed = seed_of_test();
    stride = stride_of_test();
}

void begin_chance(uint64_t turn) {
    chance_state = (seed + turn) * UINT64_C(0x9e3779b97f4a7c15);
    for (int i = 0; i < 8; i++) (void)chance(2);
}

uint32_t written = 2;

void wrong(draft *d, int kind) {
    d->wrong_kind = kind;
    d->wrong_at = d->contents[kind].length;
}

void n(draft *d, int kind, uint64_t number) {
    put(&d->contents[kind], number);
}

void text(draft *d, int kind, const char *words) {
    n(d, kind, strlen(words));
    append(&d->contents[kind], words, strlen(words));
}

void totals(draft *d, uint64_t owners, uint64_t views, uint64_t journeys, uint64_t touchpoints) {
    n(d, TOTALS, 0), n(d, TOTALS, 0);
    if (written == 1) n(d, TOTALS, 0);
    n(d, TOTALS, owners);
    for (int i = 2; i <= 9; i++) n(d, TOTALS, 0);
    n(d, TOTALS, views), n(d, TOTALS, journeys), n(d, TOTALS, touchpoints);
}

void totals_sealed(draft *d, uint64_t sealed, uint64_t owners, uint64_t views, uint64_t journeys) {
    n(d, TOTALS, 0), n(d, TOTALS, sealed), n(d, TOTALS, 1);
    put_signed(&d->contents[TOTALS], START);
    if (written > 1) n(d, TOTALS, 1);
    n(d, TOTALS, owners);
    for (int i = 2; i <= 9; i++) n(d, TOTALS, 0);
    n(d, TOTALS, views), n(d, TOTALS, journeys), n(d, TOTALS, 0);
}

void view(draft *d, const char *words) {
    n(d, VIEWS_BLOCK, 0);
    text(d, VIEWS_BLOCK, words);
}

void journey(draft *d, uint64_t step, uint64_t count) {
    n(d, JOURNEYS, step), n(d, JOURNEYS, written == 1 ? count : 2 * count);
}

void touchpoint(draft *d, bool first, int64_t at, int64_t id, uint64_t owner) {
    n(d, JOURNEYS, (uint64_t)(id != 0) | (uint64_t)(owner != 0) << 1);
    if (first) {
        put_signed(&d->contents[JOURNEYS], at);
    } else {
        n(d, JOURNEYS, (uint64_t)at);
    }
    if (id != 0) put_signed(&d->contents[JOURNEYS], id);
    if (owner != 0) n(d, JOURNEYS, owner);
}

void columns(draft *d, uint32_t grain) {
    static const uint64_t counts[][3] = {{0}, {35, 9, 2}, {8, 3, 1}, {56, 21, 5}};
    for (uint32_t its = CXJ_GRAIN_TOUCHPOINTS; written > 1 && its <= CXJ_GRAIN_JOURNEYS; its++) {
        for (int list = 0; list < 3; list++) {
            n(d, CELLS, its == grain ? counts[its][list] : 0);
            for (uint64_t i = 0; its == grain && i < counts[its][list]; i++) n(d, CELLS, 1);
        }
        n(d, CELLS, 0);
    }
}

void known(draft *d) {
    if (written > 1) n(d, CELLS, 0);
}

void cell(draft *d, uint64_t from, uint64_t to, uint64_t transitions, uint64_t waits) {
    n(d, CELLS, from), n(d, CELLS, to);
    known(d);
    n(d, CELLS, transitions);
    for (int i = 1; i < 8 + 3; i++) n(d, CELLS, 0);
    n(d, CELLS, waits != 0);
    if (waits) n(d, CELLS, 0), n(d, CELLS, waits);
}

bytes write_draft(draft *d, uint64_t *offset) {
    bytes b = {0};
    uint64_t chain;
    put_head(&b, written, &chain);
    static const uint8_t order[] = {TOTALS, SETTINGS, MARK, CALENDAR, TEXTS, VIEWS_BLOCK, CELLS, JOURNEYS, END};
    for (size_t i = 0; i < sizeof order; i++) {
        uint8_t kind = order[i];
        if (kind == d->wrong_kind) *offset = b.length + BLOCK_HEADER + d->wrong_at;
        if (d->contents[kind].length > 0 || kind == END) {
            put_block(&b, &chain, kind, d->contents[kind].data, d->contents[kind].length);
        }
        free_bytes(&d->contents[kind]);
    }
    return b;
}

cxj_status validate(const bytes *b, cxj_validation *found, char *message, size_t capacity) {
    memset(found, 0xa5, sizeof *found);
    return cxj_validate_bytes(NULL, b->data, b->length, message, capacity, found, sizeof *found);
}

void check_bytes_refused(const bytes *b, cxj_status status, uint64_t offset, const char *words) {
    char message[400] = "", loaded[400] = "", begin[40];
    cxj_validation found;
    cxj_engine *engine = (cxj_engine *)&found;
    cxj_status validated = validate(b, &found, message, sizeof message);
    ck_assert_msg(validated == status, "%s: %s", cxj_status_text(validated), message);
    snprintf(begin, sizeof begin, "byte %" PRIu64 ": ", offset);
    ck_assert_msg(strncmp(message, begin, strlen(begin)) == 0 && strstr(message, words),
                  "%s; expected byte %" PRIu64 " and: %s", message, offset, words);
    ck_assert_uint_eq(found.offset, offset);
    ck_assert_uint_eq(found.touchpoints | found.journeys | found.sealed | found.views | found.names | found.reserved,
                      0);
    ck_assert_int_eq(cxj_load_bytes(&plain, b->data, b->length, loaded, sizeof loaded, &engine), status);
    ck_assert_ptr_null(engine);
    ck_assert_str_eq(loaded, message);
    cxj_engine *into = make_with(plain);
    bytes before = save_of(into);
    ck_assert_int_eq(cxj_merge_bytes(into, b->data, b->length), status);
    ck_assert_msg(strncmp(message, cxj_message(into), strlen(cxj_message(into))) == 0, "%s", cxj_message(into));
    check_saved_as(into, &before, "refused");
    free_bytes(&before);
    cxj_engine_destroy(into);
}

void refuse_as(draft *d, cxj_status status, const char *words) {
    uint64_t offset = 0;
    bytes b = write_draft(d, &offset);
    check_bytes_refused(&b, status, offset, words);
    free_bytes(&b);
    *d = (draft){.wrong_kind = 0};
}

void refuse(draft *d, const char *words) {
    refuse_as(d, CXJ_BAD_BYTES, words);
}

void check_saved_again(const cxj_engine *engine, const bytes *b, const char *what) {
    if (b->data[8] == 2) {
        check_saved_as(engine, b, what);
        return;
    }
    bytes again = save_of(engine);
    cxj_engine *other = load_of(&again, (cxj_options){.touchpoints_limit = 29000, .cells_limit = UINT64_MAX});
    const feed none = {0};
    check_same_state(engine, other, &none);
    check_saved_as(other, &again, what);
    cxj_engine_destroy(other);
    free_bytes(&again);
}

void check_bytes_taken(const bytes *b) {
    char message[400] = "";
    cxj_validation found;
    cxj_status status = validate(b, &found, message, sizeof message);
    ck_assert_msg(status == CXJ_OK, "%s", message);
    ck_assert_uint_eq(found.offset, b->length);
    ck_assert_str_eq(message, "");
    cxj_engine *engine = load_of(b, (cxj_options){.touchpoints_limit = 29000});
    cxj_stats stats = stats_of(engine);
    ck_assert_uint_eq(stats.held, found.touchpoints);
    ck_assert_uint_eq(stats.sealed, found.sealed);
    check_saved_again(engine, b, "taken");
    cxj_engine_destroy(engine);
}

void take(draft *d) {
    uint64_t offset = 0;
    bytes b = write_draft(d, &offset);
    check_bytes_taken(&b);
    free_bytes(&b);
    *d = (draft){.wrong_kind = 0};
}

bool is_taken(const bytes *b) {
    char message[400], loaded[400];
    cxj_validation found;
    cxj_engine *engine = NULL;
    cxj_status status = validate(b, &found, message, sizeof message);
    const cxj_options options = {.size = sizeof options, .touchpoints_limit = 29000, .cells_limit = UINT64_MAX};
    cxj_status other = cxj_load_bytes(&options, b->data, b->length, loaded, sizeof loaded, &engine);
    if (other == CXJ_OTHER_KEY) return false; /* which is looked at before all else; checking asks for no key */
    ck_assert_msg(status == other, "validate: %s; load: %s", message, loaded);
    ck_assert_str_eq(message, loaded);
    if (status == CXJ_OK) {
        check_saved_again(engine, b, "taken");
    } else {
        ck_assert_ptr_null(engine);
        ck_assert_uint_le(found.offset, b->length);
    }
    cxj_engine_destroy(engine);
    return status == CXJ_OK;
}

cxj_engine *all_sealed(void) {
    static const char *const views[] = {"touchpoints",
                                        "touchpoints by team",
                                        "transitions by owner",
                                        "transitions by owner, outcome",
                                        "transitions by stage",
                                        "journeys by type",
                                        "journeys with drivers",
                                        "journeys by outcome with drivers",
                                        "journeys by outcome per year ended with drivers",
                                        "journeys by entry per month ended"};
    cxj_engine *engine = make_with((cxj_options){.seal_idle_after = HOUR});
    feed f = make_feed(500, 30, 1, false);
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) add(engine, views[i]);
    record_feed(engine, &f);
    advance(engine, CXJ__LATEST);
    ck_assert_uint_gt(engine->core.sealed_touchpoints, 0);
    free_feed(&f);
    return engine;
}
