/* wire: bytes in blocks and numbers in bytes. That both are as the head of src/format.c describes, byte by byte, in a
 * second implementation (put, put_block); that no other way to write them is read, and what is wrong is named with its
 * offset; hosts and memory that fail. Which kinds of blocks there are does not matter here: those of the format serve.
 *
 * SPDX-License-Identifier: MIT
 */
#include "wire.h"

#include "saved.h"
#include "stream.h"
#include "suite.h"

#include <stdlib.h>
#include <string.h>

static bool go_to(struct cxj__wire_in *in, uint32_t kind) {
    return cxj__wire_next(in) == kind;
}

static bool ends(struct cxj__wire_in *in) {
    return go_to(in, CXJ__WIRE_END) && cxj__wire_in_end(in);
}

/* ---------------------------------------------------------------------------------------------------------------------
 * Head and blocks
 * ------------------------------------------------------------------------------------------------------------------ */

/* "6 end: no contents; nothing follows"; the head, written out. */
START_TEST(an_empty_stream_is_a_head_and_an_end) {
    static const unsigned char head[HEAD] = {0x89, 0x63, 0x78, 0x6a, 0x0d, 0x0a, 0x1a, 0x0a, 2, 0, 0, 0};
    struct cxj__wire_out out;
    bytes b = {0}, expected = {0};
    uint64_t chain;
    open_out(&out, &b);
    close_out(&out);
    ck_assert_uint_eq(out.written, b.length);
    ck_assert_mem_eq(b.data, head, HEAD);
    put_head(&expected, CXJ__FORMAT_FORMAT, &chain);
    put_block(&expected, &chain, 6, NULL, 0);
    check_same_bytes(&expected, &b, "empty");
    free_bytes(&expected);
    check_all_given_back();
}
END_TEST

/* "an item goes into the block under way unless that has 65,536 bytes or more"; a kind begins a block of its own. */
START_TEST(blocks_are_as_few_as_can_be) {
    static const struct {
        size_t item, first; /* bytes of an item, items of the first block */
    } cases[] = {{1000, 66}, {32768, 2}, {65535, 2}, {65536, 1}, {65537, 1}, {200000, 1}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct cxj__wire_out out;
        bytes b = {0}, expected = {0}, contents = {0};
        uint64_t chain;
        unsigned char *content = calloc(1, cases[c].item);
        ck_assert_ptr_nonnull(content);
        memset(content, 0x11, cases[c].item);
        open_out(&out, &b);
        put_head(&expected, CXJ__FORMAT_FORMAT, &chain);
        for (size_t i = 0; i <= cases[c].first; i++) {
            item(&out, CXJ__FORMAT_NAMES, cases[c].item);
            cxj__wire_put_bytes(&out, content, cases[c].item);
            append(&contents, content, cases[c].item);
        }
        item(&out, CXJ__FORMAT_VIEWS, 1);
        cxj__wire_put(&out, 5);
        close_out(&out);
        size_t first = cases[c].first * cases[c].item;
        put_block(&expected, &chain, CXJ__FORMAT_NAMES, contents.data, first);
        put_block(&expected, &chain, CXJ__FORMAT_NAMES, contents.data + first, cases[c].item);
        put_block(&expected, &chain, CXJ__FORMAT_VIEWS, "\5", 1);
        put_block(&expected, &chain, CXJ__FORMAT_END, NULL, 0);
        struct cxj__wire_in in;
        ck_assert(open_in(&in, &b));
        for (size_t i = 0; i <= cases[c].first; i++) {
            ck_assert(go_to(&in, CXJ__FORMAT_NAMES));
            const unsigned char *got = cxj__wire_get_bytes(&in, cases[c].item);
            ck_assert_ptr_nonnull(got);
            ck_assert_mem_eq(got, content, cases[c].item);
        }
        ck_assert(go_to(&in, CXJ__FORMAT_VIEWS));
        ck_assert_uint_eq(cxj__wire_get(&in, 5), 5);
        ck_assert(ends(&in));
        ck_assert_uint_eq(in.offset + in.length, b.length);
        ck_assert_uint_eq(in.format, CXJ__FORMAT_FORMAT);
        cxj__wire_in_finish(&in);
        check_same_bytes(&expected, &b, "blocks");
        free_bytes(&expected);
        free_bytes(&contents);
        free(content);
        check_all_given_back();
    }
}
END_TEST

/* "whoever turns line ends around breaks it" */
START_TEST(another_head_is_refused) {
    struct cxj__wire_in in;
    bytes b = {0};
    uint64_t chain;
    put_head(&b, CXJ__FORMAT_FORMAT, &chain);
    put_block(&b, &chain, CXJ__FORMAT_END, NULL, 0);
    for (size_t i = 0; i < 8; i++) {
        b.data[i] ^= 0x20;
        ck_assert(!open_in(&in, &b));
        check_wrong(&in, CXJ_BAD_BYTES, i, "not the bytes of an engine");
        cxj__wire_in_finish(&in);
        b.data[i] ^= 0x20;
    }
    b.data[8] = 0;
    ck_assert(!open_in(&in, &b));
    check_wrong(&in, CXJ_BAD_BYTES, 8, "no format 0");
    cxj__wire_in_finish(&in);
    static const uint32_t newer[] = {3, 256, UINT32_C(1) << 31, UINT32_MAX};
    for (size_t i = 0; i < sizeof newer / sizeof *newer; i++) {
        bytes n = {0};
        put_head(&n, newer[i], &chain);
        ck_assert(!open_in(&in, &n)); /* nothing behind the head is looked at */
        ck_assert_uint_eq(in.format, newer[i]);
        check_wrong(&in, CXJ_NEWER_FORMAT, 8, "newer");
        cxj__wire_in_finish(&in);
        free_bytes(&n);
    }
    free_bytes(&b);
    check_all_given_back();
}
END_TEST

/* The number of the format is the writer's, and what the newest is the reader says. */
START_TEST(the_number_of_the_format_is_carried) {
    for (uint32_t format = 1; format <= 3; format++) {
        struct cxj__wire_out out;
        bytes b = {0};
        ck_assert_int_eq(cxj__wire_out_begin(&out, &memory, write_bytes, &b, format), CXJ_OK);
        item(&out, CXJ__FORMAT_NAMES, 1);
        cxj__wire_put(&out, 7);
        close_out(&out);
        for (uint32_t newest = 1; newest <= 3; newest++) {
            struct cxj__wire_in in;
            b.at = 0;
            ck_assert(cxj__wire_in_begin(&in, &memory, read_bytes, &b, newest) == (format <= newest));
            ck_assert_uint_eq(in.format, format);
            ck_assert_int_eq(in.status, format <= newest ? CXJ_OK : CXJ_NEWER_FORMAT);
            cxj__wire_in_finish(&in);
        }
        free_bytes(&b);
    }
    check_all_given_back();
}
END_TEST

/* "the bytes end too early", wherever they do, at the byte that is missing. */
START_TEST(a_stream_that_ends_early_is_refused_everywhere) {
    bytes b = {0};
    uint64_t chain;
    put_head(&b, CXJ__FORMAT_FORMAT, &chain);
    put_block(&b, &chain, CXJ__FORMAT_NAMES, "\3abc", 4);
    put_block(&b, &chain, CXJ__FORMAT_END, NULL, 0);
    size_t whole = b.length;
    for (b.length = 0; b.length < whole; b.length++) {
        struct cxj__wire_in in;
        bool is_right = open_in(&in, &b) && go_to(&in, CXJ__FORMAT_NAMES) && cxj__wire_get_bytes(&in, 4) && ends(&in);
        ck_assert(!is_right);
        check_wrong(&in, CXJ_BAD_BYTES, b.length, "the bytes end too early");
        cxj__wire_in_finish(&in);
    }
    free_bytes(&b);
    check_all_given_back();
}
END_TEST

/* "So no block can be changed, left out, repeated or moved unnoticed." */
START_TEST(blocks_hang_together) {
    bytes b = {0}, first = {0}, second = {0}, other = {0};
    uint64_t chain;
    struct cxj__wire_in in;
    put_head(&b, CXJ__FORMAT_FORMAT, &chain);
    put_block(&b, &chain, CXJ__FORMAT_NAMES, "\1a", 2);
    size_t behind_first = b.length;
    put_block(&b, &chain, CXJ__FORMAT_VIEWS, "\1b", 2);
    size_t behind_second = b.length;
    put_block(&b, &chain, CXJ__FORMAT_END, NULL, 0);
    append(&first, b.data + HEAD, behind_first - HEAD);
    append(&second, b.data + behind_first, behind_second - behind_first);
    for (size_t i = HEAD; i < b.length; i++) {
        if (i > HEAD && i < HEAD + BLOCK_HEADER) continue; /* the length: another offset */
        b.data[i] ^= 0x40;
        bool is_right = open_in(&in, &b) && go_to(&in, CXJ__FORMAT_NAMES) && cxj__wire_get_bytes(&in, 2) &&
                        go_to(&in, CXJ__FORMAT_VIEWS) && cxj__wire_get_bytes(&in, 2) && ends(&in);
        ck_assert_msg(!is_right, "byte %zu", i);
        ck_assert_int_eq(in.status, CXJ_BAD_BYTES);
        cxj__wire_in_finish(&in);
        b.data[i] ^= 0x40;
    }
    /* left out, repeated, turned around */
    const bytes *const orders[][2] = {{&second, NULL}, {&first, &first}, {&second, &first}};
    const uint64_t wrong[] = {HEAD, HEAD + first.length, HEAD};
    for (size_t o = 0; o < 3; o++) {
        append(&other, b.data, HEAD);
        for (size_t k = 0; k < 2 && orders[o][k]; k++) append(&other, orders[o][k]->data, orders[o][k]->length);
        append(&other, b.data + behind_second, b.length - behind_second);
        if (open_in(&in, &other)) {
            ck_assert(go_to(&in, CXJ__FORMAT_NAMES));
            ck_assert_ptr_nonnull(cxj__wire_get_bytes(&in, 2));
            ck_assert(!go_to(&in, CXJ__FORMAT_NAMES));
        }
        check_wrong(&in, CXJ_BAD_BYTES, wrong[o], "is not as it was written: its checksum differs");
        cxj__wire_in_finish(&in);
        free_bytes(&other);
    }
    free_bytes(&b);
    free_bytes(&first);
    free_bytes(&second);
    check_all_given_back();
}
END_TEST

/* "those of one kind are as few as can be": a block with room left is refused, and so is one that goes on for too
 * long. */
START_TEST(blocks_must_be_full_and_not_over_full) {
    static unsigned char full[CXJ__WIRE_BLOCK + 1];
    struct cxj__wire_in in;
    for (int over = 0; over < 2; over++) {
        bytes b = {0};
        uint64_t chain;
        size_t length = over ? CXJ__WIRE_BLOCK + 1 : CXJ__WIRE_BLOCK - 1;
        put_head(&b, CXJ__FORMAT_FORMAT, &chain);
        put_block(&b, &chain, CXJ__FORMAT_NAMES, full, length);
        size_t behind = b.length;
        put_block(&b, &chain, CXJ__FORMAT_NAMES, full, 1);
        ck_assert(open_in(&in, &b));
        ck_assert(go_to(&in, CXJ__FORMAT_NAMES));
        ck_assert_ptr_nonnull(cxj__wire_get_bytes(&in, over ? CXJ__WIRE_BLOCK : length));
        ck_assert(!go_to(&in, CXJ__FORMAT_NAMES));
        if (over) {
            check_wrong(&in, CXJ_BAD_BYTES, HEAD + BLOCK_HEADER + CXJ__WIRE_BLOCK, "another should begin");
        } else {
            check_wrong(&in, CXJ_BAD_BYTES, behind, "the block before this one has room left");
        }
        cxj__wire_in_finish(&in);
        free_bytes(&b);
    }
    /* exactly full: the next one may be of the same kind, or of another */
    for (uint8_t next = CXJ__FORMAT_NAMES; next <= CXJ__FORMAT_VIEWS; next++) {
        bytes b = {0};
        uint64_t chain;
        put_head(&b, CXJ__FORMAT_FORMAT, &chain);
        put_block(&b, &chain, CXJ__FORMAT_NAMES, full, CXJ__WIRE_BLOCK);
        put_block(&b, &chain, next, full, 1);
        ck_assert(open_in(&in, &b));
        ck_assert(go_to(&in, CXJ__FORMAT_NAMES));
        ck_assert_ptr_nonnull(cxj__wire_get_bytes(&in, CXJ__WIRE_BLOCK));
        ck_assert(go_to(&in, next));
        cxj__wire_in_finish(&in);
        free_bytes(&b);
    }
    check_all_given_back();
}
END_TEST

/* "Kinds that have no items have no block": an empty block is refused, at the beginning too. */
START_TEST(empty_blocks_are_refused) {
    for (uint8_t kind = 0; kind < 8; kind++) {
        struct cxj__wire_in in;
        bytes b = {0};
        uint64_t chain;
        put_head(&b, CXJ__FORMAT_FORMAT, &chain);
        put_block(&b, &chain, kind, NULL, 0);
        put_block(&b, &chain, CXJ__FORMAT_TOTALS, "\0", 1);
        put_block(&b, &chain, CXJ__FORMAT_END, NULL, 0);
        bool is_right = open_in(&in, &b) && go_to(&in, CXJ__FORMAT_TOTALS);
        ck_assert_msg(!is_right, "an empty block of kind %u before the totals", kind);
        ck_assert_int_eq(in.status, CXJ_BAD_BYTES);
        cxj__wire_in_finish(&in);
        free_bytes(&b);
    }
    check_all_given_back();
}
END_TEST

/* "6 end: no contents; nothing follows" */
START_TEST(the_end_is_the_end) {
    struct cxj__wire_in in;
    bytes b = {0};
    uint64_t chain;
    put_head(&b, CXJ__FORMAT_FORMAT, &chain);
    put_block(&b, &chain, CXJ__FORMAT_END, "\0", 1);
    ck_assert(open_in(&in, &b));
    ck_assert(!ends(&in));
    check_wrong(&in, CXJ_BAD_BYTES, HEAD + BLOCK_HEADER, "the end has contents");
    cxj__wire_in_finish(&in);
    free_bytes(&b);

    put_head(&b, CXJ__FORMAT_FORMAT, &chain);
    put_block(&b, &chain, CXJ__FORMAT_TOTALS, "\0", 1);
    put_block(&b, &chain, CXJ__FORMAT_END, NULL, 0);
    append(&b, "\n", 1);
    ck_assert(open_in(&in, &b));
    ck_assert(go_to(&in, CXJ__FORMAT_TOTALS));
    ck_assert_uint_eq(cxj__wire_get(&in, 1), 0);
    ck_assert(!ends(&in));
    check_wrong(&in, CXJ_BAD_BYTES, b.length - 1, "there are bytes behind the end");
    cxj__wire_in_finish(&in);
    free_bytes(&b);
    check_all_given_back();
}
END_TEST

/* "never for more than twice those that came: a length may lie": 4 GB announced, and little memory taken. */
START_TEST(a_length_that_lies_takes_little_memory) {
    for (size_t there = 0; there <= 300000; there += 100000) {
        struct cxj__wire_in in;
        bytes b = {0};
        uint64_t chain;
        put_head(&b, CXJ__FORMAT_FORMAT, &chain);
        append(&b, "\5\xff\xff\xff\xff", BLOCK_HEADER);
        for (size_t i = 0; i < there; i += 1000) append(&b, (char[1000]){0}, 1000);
        own.peak = own.bytes;
        ck_assert(!open_in(&in, &b));
        ck_assert_uint_le(own.peak, 65536 + 64 + 5 * there); /* twice what came, and the block that it is moved from */
        check_wrong(&in, CXJ_BAD_BYTES, b.length, "the bytes end too early");
        cxj__wire_in_finish(&in);
        free_bytes(&b);
    }
    check_all_given_back();
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Hosts
 * ------------------------------------------------------------------------------------------------------------------ */

static void write_some(struct cxj__wire_out *out) {
    item(out, CXJ__FORMAT_NAMES, 300);
    for (int i = 0; i < 300; i++) cxj__wire_put(out, (uint64_t)i & 0x7f);
    item(out, CXJ__FORMAT_VIEWS, 1);
    cxj__wire_put(out, 7);
}

static bool read_some(struct cxj__wire_in *in) {
    return go_to(in, CXJ__FORMAT_NAMES) && cxj__wire_get_bytes(in, 300) && go_to(in, CXJ__FORMAT_VIEWS) &&
           cxj__wire_get(in, 7) == 7;
}

/* "takes length bytes, or fewer; it is called again for the rest" */
START_TEST(a_host_may_take_and_give_a_byte_at_a_time) {
    bytes whole = {0};
    struct cxj__wire_out out;
    open_out(&out, &whole);
    write_some(&out);
    close_out(&out);
    for (size_t portion = 1; portion < 400; portion = portion * 2 + 1) {
        bytes b = {.portion = portion};
        struct cxj__wire_in in;
        open_out(&out, &b);
        write_some(&out);
        close_out(&out);
        ck_assert_uint_eq(b.length, whole.length);
        ck_assert_mem_eq(b.data, whole.data, b.length);
        ck_assert(open_in(&in, &b));
        ck_assert(go_to(&in, CXJ__FORMAT_NAMES));
        ck_assert_ptr_nonnull(cxj__wire_get_bytes(&in, 300));
        ck_assert(go_to(&in, CXJ__FORMAT_VIEWS));
        ck_assert_uint_eq(cxj__wire_get(&in, 7), 7);
        ck_assert(ends(&in));
        cxj__wire_in_finish(&in);
        free_bytes(&b);
    }
    free_bytes(&whole);
    check_all_given_back();
}
END_TEST

/* Answers of a host that are none, as differences to what may be answered at most. */
static const struct {
    bool is_fixed;
    int64_t answer;
} wrong_answers[] = {{true, 0}, {true, -1}, {true, INT64_MIN}, {true, INT64_MAX}, {false, 1}};
enum { WRONG_ANSWERS = sizeof wrong_answers / sizeof *wrong_answers };

typedef struct bad_host {
    bytes b;
    uint64_t calls, good; /* how many calls it answers rightly */
    size_t which;
} bad_host;

static int64_t bad_answer(const bad_host *host, size_t length) {
    return wrong_answers[host->which].is_fixed ? wrong_answers[host->which].answer
                                               : (int64_t)length + wrong_answers[host->which].answer;
}

static int64_t bad_write(void *context, const void *data, size_t length) {
    bad_host *host = context;
    return ++host->calls > host->good ? bad_answer(host, length) : write_bytes(&host->b, data, length);
}

static int64_t bad_read(void *context, void *data, size_t capacity) {
    bad_host *host = context;
    return ++host->calls > host->good ? bad_answer(host, capacity) : read_bytes(&host->b, data, capacity);
}

/* "1 to length; anything else: it failed" */
START_TEST(other_answers_of_a_writing_host_are_failures) {
    for (size_t which = 0; which < WRONG_ANSWERS; which++) {
        for (uint64_t good = 0; good < 3; good++) {
            bad_host host = {.good = good, .which = which};
            struct cxj__wire_out out;
            ck_assert_int_eq(cxj__wire_out_begin(&out, &memory, bad_write, &host, CXJ__FORMAT_FORMAT), CXJ_OK);
            item(&out, CXJ__FORMAT_NAMES, 1);
            cxj__wire_put(&out, 1);
            cxj_status status = cxj__wire_out_item(&out, CXJ__FORMAT_VIEWS, 1);
            if (status == CXJ_OK) {
                cxj__wire_put(&out, 1);
                status = cxj__wire_out_end(&out);
            }
            ck_assert_int_eq(status, CXJ_IO);
            ck_assert_uint_eq(host.calls, good + 1);
            cxj__wire_out_finish(&out);
            free_bytes(&host.b);
        }
    }
    check_all_given_back();
}
END_TEST

/* "1 to capacity; 0: there are no more; anything else: it failed": also where nothing more should come. */
START_TEST(other_answers_of_a_reading_host_are_failures) {
    bytes b = {0};
    struct cxj__wire_out out;
    open_out(&out, &b);
    write_some(&out);
    close_out(&out);
    for (size_t which = 1; which < WRONG_ANSWERS; which++) {
        for (uint64_t good = 0;; good++) {
            bad_host host = {.b = b, .good = good, .which = which};
            struct cxj__wire_in in;
            host.b.at = 0;
            bool is_right =
                cxj__wire_in_begin(&in, &memory, bad_read, &host, CXJ__FORMAT_FORMAT) && read_some(&in) && ends(&in);
            cxj_status status = in.status;
            cxj__wire_in_finish(&in);
            if (is_right) {
                ck_assert_uint_gt(good, 10);
                break;
            }
            ck_assert_int_eq(status, CXJ_IO);
            ck_assert_uint_eq(in.wrong, host.b.at);
            ck_assert_ptr_nonnull(strstr(in.message.text, "the read function failed"));
            ck_assert_uint_eq(host.calls, good + 1);
        }
    }
    free_bytes(&b);
    check_all_given_back();
}
END_TEST

/* Each allocation fails once, and from there on: a status, and nothing is left. */
START_TEST(lack_of_memory_is_a_status) {
    bytes b = {0};
    for (uint64_t n = 1;; n++) {
        struct cxj__wire_out out;
        b.length = 0;
        heap_fail(&own, n, n % 2);
        cxj_status status = cxj__wire_out_begin(&out, &memory, write_bytes, &b, CXJ__FORMAT_FORMAT);
        if (status == CXJ_OK) status = cxj__wire_out_item(&out, CXJ__FORMAT_NAMES, 10);
        if (status == CXJ_OK) cxj__wire_put_bytes(&out, "0123456789", 10);
        if (status == CXJ_OK) status = cxj__wire_out_item(&out, CXJ__FORMAT_VIEWS, 100000);
        if (status == CXJ_OK) cxj__wire_put_bytes(&out, "0123456789", 10);
        if (status == CXJ_OK) status = cxj__wire_out_end(&out);
        heap_fail(&own, 0, false);
        cxj__wire_out_finish(&out);
        check_all_given_back();
        if (status == CXJ_OK) {
            ck_assert_uint_ge(n, 4);
            break;
        }
        ck_assert_int_eq(status, CXJ_NO_MEMORY);
    }
    /* An end that has no room for itself. */
    struct cxj__wire_out out;
    b.length = 0;
    open_out(&out, &b);
    heap_fail(&own, 1, true);
    ck_assert_int_eq(cxj__wire_out_end(&out), CXJ_NO_MEMORY);
    heap_fail(&own, 0, false);
    write_some(&out);
    close_out(&out);
    for (uint64_t n = 1;; n++) {
        struct cxj__wire_in in;
        heap_fail(&own, n, n % 2);
        bool is_right = open_in(&in, &b) && read_some(&in) && ends(&in);
        heap_fail(&own, 0, false);
        cxj__wire_in_finish(&in);
        check_all_given_back();
        if (is_right) break;
        ck_assert_int_eq(in.status, CXJ_NO_MEMORY);
        ck_assert_uint_eq(in.wrong, b.at);
        ck_assert_ptr_nonnull(strstr(in.message.text, "no memory for the block"));
    }
    free_bytes(&b);
}
END_TEST

static bool was_dirty;

static void *allocate_clean(void *context, void *block, size_t old_size, size_t new_size) {
    if (new_size == 0) {
        for (size_t i = 0; i < old_size; i++) was_dirty |= ((unsigned char *)block)[i] != 0;
    }
    return heap_allocate(context, block, old_size, new_size);
}

/* "Gives back all that it holds; what was on its way is cleared." Likewise what came. */
START_TEST(what_was_on_its_way_is_cleared) {
    struct cxj__memory watched = {allocate_clean, &own, 0, 0};
    struct cxj__wire_out out;
    struct cxj__wire_in in;
    bytes b = {0};
    was_dirty = false;
    ck_assert_int_eq(cxj__wire_out_begin(&out, &watched, write_bytes, &b, CXJ__FORMAT_FORMAT), CXJ_OK);
    write_some(&out);
    ck_assert_int_eq(cxj__wire_out_end(&out), CXJ_OK);
    cxj__wire_out_finish(&out);
    ck_assert(!was_dirty);
    b.at = 0;
    ck_assert(cxj__wire_in_begin(&in, &watched, read_bytes, &b, CXJ__FORMAT_FORMAT));
    cxj__wire_in_finish(&in);
    ck_assert(!was_dirty);
    free_bytes(&b);
    check_all_given_back();
}
END_TEST

/* ---------------------------------------------------------------------------------------------------------------------
 * Numbers
 * ------------------------------------------------------------------------------------------------------------------ */

/* "seven bits a byte, the lowest first, the eighth bit saying that more follow, and in as few bytes as will do" */
START_TEST(numbers_are_written_as_the_format_says) {
    bytes expected = {0}, b = {0};
    struct cxj__wire_out out;
    struct cxj__wire_in in;
    open_out(&out, &b);
    item(&out, CXJ__FORMAT_JOURNEYS, 400 * CXJ__WIRE_NUMBER);
    for (int round = 0; round < 2; round++) {
        if (round == 1) {
            ck_assert(open_in(&in, &b));
            ck_assert(go_to(&in, CXJ__FORMAT_JOURNEYS));
        }
        for (unsigned shift = 0; shift < 64; shift++) {
            for (uint64_t add = 0; add < 3; add++) {
                uint64_t number = (UINT64_C(1) << shift) + add - 1;
                if (round == 0) {
                    cxj__wire_put(&out, number);
                    put(&expected, number);
                } else {
                    ck_assert_uint_eq(cxj__wire_get(&in, number), number);
                }
            }
        }
        if (round == 0) {
            cxj__wire_put(&out, UINT64_MAX);
            put(&expected, UINT64_MAX);
            close_out(&out);
        } else {
            ck_assert_uint_eq(cxj__wire_get(&in, UINT64_MAX), UINT64_MAX);
            ck_assert(ends(&in));
            cxj__wire_in_finish(&in);
        }
    }
    bytes by_hand = one_block(&expected);
    check_same_bytes(&by_hand, &b, "numbers");
    free_bytes(&by_hand);
    free_bytes(&expected);
    check_all_given_back();
}
END_TEST

/* "those with a sign are folded first (0, -1, 1, -2, … become 0, 1, 2, 3, …)" */
START_TEST(signed_numbers_are_folded) {
    static const int64_t numbers[] = {0, -1, 1, -2, 2, 63, -64, 64, -65, INT64_MAX, INT64_MIN, INT64_MIN + 1};
    enum { COUNT = sizeof numbers / sizeof *numbers };
    bytes expected = {0}, b = {0};
    struct cxj__wire_out out;
    struct cxj__wire_in in;
    open_out(&out, &b);
    item(&out, CXJ__FORMAT_JOURNEYS, COUNT * CXJ__WIRE_NUMBER);
    for (size_t i = 0; i < COUNT; i++) {
        cxj__wire_put_signed(&out, numbers[i]);
        put_signed(&expected, numbers[i]);
    }
    close_out(&out);
    ck_assert_mem_eq(expected.data, "\0\1\2\3\4", 5);
    ck_assert(open_in(&in, &b));
    ck_assert(go_to(&in, CXJ__FORMAT_JOURNEYS));
    for (size_t i = 0; i < COUNT; i++) ck_assert_int_eq(cxj__wire_get_signed(&in), numbers[i]);
    cxj__wire_in_finish(&in);
    bytes by_hand = one_block(&expected);
    check_same_bytes(&by_hand, &b, "signed numbers");
    free_bytes(&by_hand);
    free_bytes(&expected);
    check_all_given_back();
}
END_TEST

static void refuse_number(const char *data, size_t length, uint64_t most, uint64_t place, const char *words) {
    struct cxj__wire_in in;
    bytes contents = {0};
    append(&contents, data, length);
    bytes b;
    open_contents(&in, &contents, &b);
    ck_assert_uint_eq(cxj__wire_get(&in, most), 0);
    close_wrong(&in, &b, CXJ_BAD_BYTES, place, words);
    free_bytes(&contents);
}

/* No other way to write a number is read, and none that is greater than it can be. */
START_TEST(other_numbers_are_refused) {
    for (size_t length = 1; length < 10; length++) {
        char long_one[10];
        memset(long_one, 0x80, sizeof long_one);
        refuse_number(long_one, length, UINT64_MAX, length, "behind the end of its block");
        long_one[length] = 0;
        refuse_number(long_one, length + 1, UINT64_MAX, length, "more bytes than it needs");
    }
    refuse_number("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 10, UINT64_MAX, 9, "longer than 64 bits");
    refuse_number("\x80\x00", 2, UINT64_MAX, 1, "more bytes than it needs");
    refuse_number("\xff\x80\x00", 3, UINT64_MAX, 2, "more bytes than it needs");
    refuse_number("\x80", 1, UINT64_MAX, 1, "behind the end of its block");
    refuse_number("\xff\xff\xff", 3, UINT64_MAX, 3, "behind the end of its block");
    refuse_number("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10, UINT64_MAX, 9, "longer than 64 bits");
    refuse_number("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\x00", 11, UINT64_MAX, 9, "longer than 64 bits");
    refuse_number("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00", 10, UINT64_MAX, 9, "more bytes than it needs");
    refuse_number("\x05", 1, 4, 0, "greater than it can be here");
    refuse_number("\x80\x01", 2, 127, 0, "greater than it can be here");
    /* the longest that is right */
    struct cxj__wire_in in;
    bytes contents = {0};
    append(&contents, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10);
    bytes b;
    open_contents(&in, &contents, &b);
    ck_assert_uint_eq(cxj__wire_get(&in, UINT64_MAX), UINT64_MAX);
    cxj__wire_in_finish(&in);
    free_bytes(&b);
    free_bytes(&contents);
}
END_TEST

/* What lies beyond the range of a number with a sign wraps, so that distances can be added without a thought. */
START_TEST(signed_numbers_are_counted_on_as_bits) {
    static const int64_t numbers[] = {0, 1, -1, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct cxj__wire_in in;
        bytes contents = {0}, b;
        put_signed(&contents, numbers[i]);
        unsigned char written[CXJ__WIRE_NUMBER];
        const unsigned char *end = cxj__wire_put_folded(written, (uint64_t)numbers[i]);
        ck_assert_uint_eq((size_t)(end - written), contents.length);
        ck_assert_mem_eq(written, contents.data, contents.length);
        open_contents(&in, &contents, &b);
        uint64_t bits = cxj__wire_get_folded(&in);
        ck_assert_uint_eq(bits, (uint64_t)numbers[i]);
        ck_assert_int_eq(cxj__wire_as_signed(bits), numbers[i]);
        cxj__wire_in_finish(&in);
        free_bytes(&b);
        free_bytes(&contents);
    }
    ck_assert_int_eq(cxj__wire_as_signed((uint64_t)INT64_MAX + 1), INT64_MIN);
    ck_assert_int_eq(cxj__wire_as_signed((uint64_t)INT64_MIN - 1), INT64_MAX);
}
END_TEST

/* "sums (length in bytes …, then those, two's complement)": up to all 16 of them. */
START_TEST(sums_take_as_few_bytes_as_will_do) {
    static const struct {
        struct cxj__int128 sum; /* low first */
        const char *bytes;
        size_t length;
    } cases[] = {{{0, 0}, "\x00", 1},
                 {{1, 0}, "\x01\x01", 2},
                 {{127, 0}, "\x01\x7f", 2},
                 {{128, 0}, "\x02\x80\x00", 3},
                 {{UINT64_MAX, UINT64_MAX}, "\x01\xff", 2},
                 {{(uint64_t)-128, UINT64_MAX}, "\x01\x80", 2},
                 {{(uint64_t)-129, UINT64_MAX}, "\x02\x7f\xff", 3},
                 {{UINT64_C(1) << 63, 0}, "\x09\0\0\0\0\0\0\0\x80\0", 10},
                 {{UINT64_C(1) << 63, UINT64_MAX}, "\x08\0\0\0\0\0\0\0\x80", 9},
                 {{0, 1}, "\x09\0\0\0\0\0\0\0\0\x01", 10},
                 {{5, INT64_MAX}, "\x10\x05\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\x7f", 17},
                 {{0, UINT64_C(1) << 63}, "\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x80", 17}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cxj__wire_out out;
        struct cxj__wire_in in;
        bytes b = {0}, contents = {0};
        append(&contents, cases[i].bytes, cases[i].length);
        open_out(&out, &b);
        item(&out, CXJ__FORMAT_JOURNEYS, cases[i].length);
        cxj__wire_put_sum(&out, cases[i].sum);
        close_out(&out);
        bytes by_hand = one_block(&contents);
        check_same_bytes(&by_hand, &b, "a sum");
        ck_assert(open_in(&in, &by_hand));
        ck_assert(go_to(&in, CXJ__FORMAT_JOURNEYS));
        struct cxj__int128 sum = cxj__wire_get_sum(&in, cases[i].length - 1);
        ck_assert_uint_eq(sum.low, cases[i].sum.low);
        ck_assert_uint_eq(sum.high, cases[i].sum.high);
        ck_assert(ends(&in));
        cxj__wire_in_finish(&in);
        free_bytes(&by_hand);
        if (cases[i].length > 1) {
            open_contents(&in, &contents, &b);
            (void)cxj__wire_get_sum(&in, cases[i].length - 2);
            close_wrong(&in, &b, CXJ_BAD_BYTES, 0, "greater than it can be here");
        }
        free_bytes(&contents);
    }
    check_all_given_back();
}
END_TEST

static void refuse_sum(const char *data, size_t length, uint64_t place, const char *words) {
    struct cxj__wire_in in;
    bytes contents = {0}, b;
    append(&contents, data, length);
    open_contents(&in, &contents, &b);
    (void)cxj__wire_get_sum(&in, 16);
    close_wrong(&in, &b, CXJ_BAD_BYTES, place, words);
    free_bytes(&contents);
}

/* No other way to write a sum is read. */
START_TEST(other_sums_are_refused) {
    refuse_sum("\1\0", 2, 1, "a sum takes more bytes than it needs");
    refuse_sum("\2\1\0", 3, 1, "a sum takes more bytes than it needs");
    refuse_sum("\2\xff\xff", 3, 1, "a sum takes more bytes than it needs");
    refuse_sum("\3\0\x80\xff", 4, 1, "a sum takes more bytes than it needs");
    refuse_sum("\3\1\1", 3, 1, "beyond the end of its block");
    refuse_sum("\x11\1", 2, 0, "greater than it can be here");
}
END_TEST

/* Bytes stay within their block. */
START_TEST(lengths_end_with_the_block) {
    static const size_t lengths[] = {4, 5, SIZE_MAX - 100, SIZE_MAX};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct cxj__wire_in in;
        bytes contents = {0};
        append(&contents, "abcd", 4);
        bytes b;
        open_contents(&in, &contents, &b);
        ck_assert_uint_eq(cxj__wire_get(&in, 255), 'a');
        ck_assert_ptr_null(cxj__wire_get_bytes(&in, lengths[i]));
        close_wrong(&in, &b, CXJ_BAD_BYTES, 1, "beyond the end of its block");
        free_bytes(&contents);
    }
}
END_TEST

/* Of what is read last the place is known: who refuses it names the byte at which it begins. */
START_TEST(refusals_name_what_was_read_last) {
    struct cxj__wire_in in;
    bytes contents = {0};
    put(&contents, 300);
    put(&contents, 301);
    append(&contents, "xyz", 3);
    bytes b;
    open_contents(&in, &contents, &b);
    ck_assert_uint_eq(cxj__wire_get(&in, 1000), 300);
    ck_assert_uint_eq(cxj__wire_get(&in, 1000), 301);
    ck_assert(!cxj__wire_refuse(&in, CXJ_LIMIT, "too many of these"));
    close_wrong(&in, &b, CXJ_LIMIT, 2, "too many of these");
    open_contents(&in, &contents, &b);
    (void)cxj__wire_get(&in, 1000);
    (void)cxj__wire_get(&in, 1000);
    ck_assert_ptr_nonnull(cxj__wire_get_bytes(&in, 3));
    ck_assert(!cxj__wire_refuse(&in, CXJ_BAD_BYTES, "bad letters"));
    close_wrong(&in, &b, CXJ_BAD_BYTES, 4, "bad letters");
    free_bytes(&contents);
}
END_TEST

/* ------------------------------------------------------------------------------------------------------------------ */

int main(void) {
    const TTest *blocks[] = {an_empty_stream_is_a_head_and_an_end,
                             blocks_are_as_few_as_can_be,
                             another_head_is_refused,
                             the_number_of_the_format_is_carried,
                             a_stream_that_ends_early_is_refused_everywhere,
                             blocks_hang_together,

                             blocks_must_be_full_and_not_over_full,
                             empty_blocks_are_refused,
                             the_end_is_the_end,
                             a_length_that_lies_takes_little_memory};
    const TTest *hosts[] = {a_host_may_take_and_give_a_byte_at_a_time, other_answers_of_a_writing_host_are_failures,
                            other_answers_of_a_reading_host_are_failures, lack_of_memory_is_a_status,
                            what_was_on_its_way_is_cleared};
    const TTest *numbers[] = {numbers_are_written_as_the_format_says,
                              signed_numbers_are_folded,
                              other_numbers_are_refused,
                              signed_numbers_are_counted_on_as_bits,
                              sums_take_as_few_bytes_as_will_do,
                              other_sums_are_refused,
                              lengths_end_with_the_block,
                              refusals_name_what_was_read_last};
    Suite *suite = suite_create("wire");
    ADD_CASE(suite, "blocks", blocks);
    ADD_CASE(suite, "hosts", hosts);
    ADD_CASE(suite, "numbers", numbers);
    return run_suite(suite);
}
