/* frame: touchpoints that come as columns, and engines that travel as bytes.
 *
 * SPDX-License-Identifier: MIT
 *
 * Two branches of a company each have a table of touchpoints, column by column, as a data frame or a column store has
 * them. Each branch counts its own and sends the engine as bytes (a blob of a database, a message); headquarters looks
 * at the bytes before it takes them, merges them, and takes back what was recorded by mistake. Begin at main().
 */
#include <cxj.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROWS = 4, CHANNELS = 16, WRONG_ID = 2 };

/* A status below 0 is an error; this program can only give up. */
static void must(cxj_status status, const char *sentence) {
    if (status < 0) {
        fprintf(stderr, "frame: %s: %s\n", cxj_status_text(status), sentence);
        exit(EXIT_FAILURE);
    }
}

/* Channels come as names; a column has codes, which are asked for once. */
static uint16_t channel(cxj_engine *engine, const char *name) {
    uint32_t code = 0;
    must(cxj_code(engine, CXJ_DIMENSION_CHANNEL, name, CXJ_ZERO_TERMINATED, &code), cxj_message(engine));
    return (uint16_t)code;
}

/* The number of a ticket whose own number is a text, and 64 further bits of that text to keep beside it. */
static uint64_t ticket(const cxj_engine *engine, const char *text, uint64_t *bits) {
    uint64_t number = 0;
    must(cxj_id_from_text(engine, text, CXJ_ZERO_TERMINATED, &number), text);
    must(cxj_id_check(engine, text, CXJ_ZERO_TERMINATED, bits), text);
    return number;
}

/* Records a branch's table. Columns that it does not have stay NULL. */
static void record(cxj_engine *engine, const char *first, const char *second) {
    uint64_t bits[2];
    const uint64_t one = ticket(engine, first, &bits[0]), two = ticket(engine, second, &bits[1]);
    if (one == two && bits[0] != bits[1]) { /* once in 2^31.5 tickets or so */
        must(CXJ_BAD_TEXT, "two tickets have one number");
    }
    const uint16_t phone = channel(engine, "phone"), mail = channel(engine, "mail");
    const int64_t day = 86400000, begin = INT64_C(1772409600000); /* 2026-03-02 */
    const uint64_t journey[ROWS] = {one, one, one, two};
    const uint64_t id[ROWS] = {1, 2, 3, 1};
    const int64_t at[ROWS] = {begin, begin + day, begin + 2 * day, begin + day};
    const uint32_t facets[ROWS] = {CXJ_FACET_INBOUND, CXJ_FACET_CHASE, CXJ_FACET_RESOLVED, CXJ_FACET_INBOUND};
    const uint16_t channels[ROWS] = {phone, phone, mail, mail};

    const cxj_columns columns = {
        .size = sizeof columns, .journey = journey, .id = id, .at = at, .facets = facets, .channel = channels};
    cxj_receipt receipt;
    must(cxj_record_columns(engine, &columns, ROWS, 0, &receipt, sizeof receipt), cxj_message(engine));
    printf("%" PRIu64 " of %d rows taken\n", receipt.accepted, ROWS);
}

/* A branch's engine as bytes, to be freed. */
static void *branch(const char *first, const char *second, size_t *length) {
    cxj_engine *engine = NULL;
    char why[320];
    must(cxj_engine_create(NULL, why, sizeof why, &engine), why);
    cxj_view *view = NULL;
    must(cxj_view_add(engine, "touchpoints by channel", CXJ_ZERO_TERMINATED, &view), cxj_message(engine));
    record(engine, first, second);

    /* Room 0 asks for the size. */
    const cxj_status status = cxj_save_bytes(engine, 0, why, sizeof why, NULL, length);
    must(status == CXJ_TOO_SMALL ? CXJ_OK : status, why);
    void *bytes = malloc(*length);
    must(bytes ? CXJ_OK : CXJ_NO_MEMORY, "no memory for the bytes");
    must(cxj_save_bytes(engine, *length, why, sizeof why, bytes, length), why);
    cxj_engine_destroy(engine);
    return bytes;
}

/* The channels in use. Codes are an engine's own: they are asked for again wherever an engine was loaded. */
static void show_channels(const cxj_engine *engine) {
    uint32_t codes[CHANNELS];
    uint64_t uses[CHANNELS];
    size_t count = 0;
    must(cxj_codes(engine, CXJ_DIMENSION_CHANNEL, CHANNELS, codes, uses, &count), "more channels than there is room");
    for (size_t i = 0; i < count; i++) {
        const char *name = NULL;
        must(cxj_name(engine, CXJ_DIMENSION_CHANNEL, codes[i], &name, NULL), "no such channel");
        printf("  %-5s %" PRIu64 "\n", name, uses[i]);
    }
}

int main(void) {
    size_t north_length = 0, south_length = 0;
    void *north = branch("N-1", "N-2", &north_length), *south = branch("S-1", "S-2", &south_length);

    /* What comes from elsewhere is looked at first: what it holds, and what memory it would take. */
    char why[320];
    cxj_validation found;
    must(cxj_validate_bytes(NULL, south, south_length, why, sizeof why, &found, sizeof found), why);
    printf("south: %" PRIu64 " touchpoints of %" PRIu64 " journeys\n", found.touchpoints, found.journeys);

    cxj_engine *engine = NULL;
    must(cxj_load_bytes(NULL, north, north_length, why, sizeof why, &engine), why);
    must(cxj_merge_bytes(engine, south, south_length), cxj_message(engine));
    show_channels(engine);

    /* One call was noted in the wrong journey. */
    uint64_t bits = 0;
    must(cxj_withdraw(engine, ticket(engine, "S-1", &bits), WRONG_ID, 0), cxj_message(engine));
    puts("after one was taken back:");
    show_channels(engine);

    /* A name that a user typed is looked up, not made. */
    uint32_t code = 0;
    if (cxj_find_code(engine, CXJ_DIMENSION_CHANNEL, "fax", CXJ_ZERO_TERMINATED, &code) == CXJ_NOT_FOUND) {
        puts("there is no channel fax");
    }

    /* A view that nobody asks for any more takes no room. */
    cxj_view *view = NULL;
    must(cxj_view_at(engine, 0, &view), "there is no view");
    must(cxj_view_drop(engine, view), cxj_message(engine));

    cxj_engine_destroy(engine);
    free(north);
    free(south);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
