/* suite: what the main() of each suite shares.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CXJ_TESTS_SUITE_H
#define CXJ_TESTS_SUITE_H

#include <check.h>
#include <stddef.h>

/* Check notes each assertion that holds in a file, so that it can say which was the last one before a crash. There are
 * millions here, and noting them took more time than all that they are about; the test that crashes is told all the
 * same. */
#define _mark_point(file, line) ((void)0)

/* Adds tests to a suite under a name, so that a failure says of what it is. Each may take five minutes. */
void add_case(Suite *suite, const char *name, const TTest *const *tests, size_t count);
#define ADD_CASE(suite, name, tests) add_case(suite, name, tests, sizeof(tests) / sizeof *(tests))

/* Runs a suite, and gives back what main() returns. */
int run_suite(Suite *suite);

#endif
