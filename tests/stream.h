/* stream: what the tests of the rooms wire and format share: items that are written and read, and the one way in which
 * what is wrong is said.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CXJ_TESTS_STREAM_H
#define CXJ_TESTS_STREAM_H

#include "format.h"
#include "wire.h"

#include "saved.h"

/* Bytes of the head, of what stands in a block before its contents, and behind. */
enum { HEAD = 12, BLOCK_HEADER = 5, CHECKSUM = 8 };

/* Where all memory comes from; and that all of it was given back. */
extern heap own;
extern struct cxj__memory memory;
void check_all_given_back(void);

/* Writing into bytes: from the beginning, an item, to the end. */
void open_out(struct cxj__wire_out *out, bytes *b);
void item(struct cxj__wire_out *out, enum cxj__format_kind kind, size_t most);
void close_out(struct cxj__wire_out *out);

/* Opens a reader on bytes from their beginning; false if something is wrong already. */
bool open_in(struct cxj__wire_in *in, bytes *b);

/* The format of what is made by hand. */
extern uint32_t made_format;

/* A stream of one block of journeys with these contents, and the end; and begins to read contents as one item. */
bytes one_block(const bytes *contents);
void open_contents(struct cxj__wire_in *in, const bytes *contents, bytes *b);

/* Something is wrong at an offset: the status, what is said, and that nothing more is read. The same, of contents; the
 * offset is counted from their beginning, and all is given back. */
void check_wrong(struct cxj__wire_in *in, cxj_status status, uint64_t offset, const char *words);
void close_wrong(struct cxj__wire_in *in, bytes *b, cxj_status status, uint64_t place, const char *words);

#endif
