/* stream: see stream.h.
 *
 * SPDX-License-Identifier: MIT
 */
#include "stream.h"
#include "suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

heap own;
struct cxj__memory memory = {heap_allocate, &own, 0, 0};

void check_all_given_back(void) {
    ck_assert_uint_eq(own.blocks, 0);
    ck_assert_uint_eq(memory.used, 0);
}

void open_out(struct cxj__wire_out *out, bytes *b) {
    ck_assert_int_eq(cxj__wire_out_begin(out, &memory, write_bytes, b, CXJ__FORMAT_FORMAT), CXJ_OK);
}

void item(struct cxj__wire_out *out, enum cxj__format_kind kind, size_t most) {
    ck_assert_int_eq(cxj__wire_out_item(out, kind, most), CXJ_OK);
}

void close_out(struct cxj__wire_out *out) {
    ck_assert_int_eq(cxj__wire_out_end(out), CXJ_OK);
    cxj__wire_out_finish(out);
}

bool open_in(struct cxj__wire_in *in, bytes *b) {
    b->at = 0;
    return cxj__wire_in_begin(in, &memory, read_bytes, b, CXJ__FORMAT_FORMAT);
}

uint32_t made_format = CXJ__FORMAT_FORMAT;

bytes one_block(const bytes *contents) {
    bytes b = {0};
    uint64_t chain;
    put_head(&b, made_format, &chain);
    put_block(&b, &chain, CXJ__FORMAT_JOURNEYS, contents->data, contents->length);
    put_block(&b, &chain, CXJ__FORMAT_END, NULL, 0);
    return b;
}

void open_contents(struct cxj__wire_in *in, const bytes *contents, bytes *b) {
    *b = one_block(contents);
    ck_assert(open_in(in, b));
    ck_assert(cxj__format_item(in, CXJ__FORMAT_JOURNEYS));
}

void check_wrong(struct cxj__wire_in *in, cxj_status status, uint64_t offset, const char *words) {
    char begin[40];
    ck_assert_msg(in->status == status && in->wrong == offset, "status %d at %" PRIu64 " (%s), expected %d at %" PRIu64,
                  (int)in->status, in->wrong, in->message.text, (int)status, offset);
    snprintf(begin, sizeof begin, "byte %" PRIu64 ": ", offset);
    ck_assert_msg(strncmp(in->message.text, begin, strlen(begin)) == 0, "%s", in->message.text);
    ck_assert_msg(strstr(in->message.text, words) != NULL, "%s", in->message.text);
    uint64_t calls = ((bytes *)in->context)->calls;
    cxj_touchpoint touchpoint;
    struct cxj__format_before before = {0};
    static const size_t no_names[CXJ_DIMENSION_REASON + 1];
    ck_assert(!cxj__format_item(in, CXJ__FORMAT_END));
    ck_assert_uint_eq(cxj__wire_next(in), 0);
    ck_assert_uint_eq(cxj__wire_get(in, UINT64_MAX), 0);
    ck_assert_int_eq(cxj__wire_get_signed(in), 0);
    ck_assert_ptr_null(cxj__wire_get_bytes(in, 0));
    struct cxj__int128 sum = cxj__wire_get_sum(in, 16);
    ck_assert_uint_eq(sum.high | sum.low, 0);
    cxj__format_get_touchpoint(in, &touchpoint, &before, no_names);
    ck_assert(!cxj__format_in_end(in));
    ck_assert(!cxj__wire_in_end(in));
    ck_assert(!cxj__wire_refuse(in, CXJ_LIMIT, "something else"));
    ck_assert_int_eq(in->status, status);
    ck_assert_uint_eq(in->wrong, offset);
    ck_assert_uint_eq(((bytes *)in->context)->calls, calls);
}

void close_wrong(struct cxj__wire_in *in, bytes *b, cxj_status status, uint64_t place, const char *words) {
    check_wrong(in, status, HEAD + BLOCK_HEADER + place, words);
    cxj__wire_in_finish(in);
    free_bytes(b);
    check_all_given_back();
}
