/* door: what the parts of the extension share.
 *
 * SPDX-License-Identifier: MIT */
#ifndef DOOR_H
#define DOOR_H

#include <sqlite3ext.h>

#include <stdbool.h>

#include "rows.h"

/* Makes an empty engine, whose memory is within what PRAGMA hard_heap_limit leaves. */
cxj_status door_create(char *why, size_t capacity, cxj_engine **engine);

/* Makes an engine of a blob, from whomever it is. A small blob can be made so that it takes much memory, so that is
 * bounded by its size: nothing that was saved by use comes near. */
cxj_status door_load(const void *bytes, int length, char *why, size_t capacity, cxj_engine **engine);

/* Registers the table-valued function cxj_view(). returns  SQLite's status */
int door_register_view(sqlite3 *database);

#endif
