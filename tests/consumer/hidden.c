/* A library that links the static cxj: what it shows is this function alone.
 *
 * SPDX-License-Identifier: MIT
 */
#include <cxj.h>

#if defined(_WIN32)
#define SHOWN __declspec(dllexport)
#else
#define SHOWN __attribute__((visibility("default")))
#endif

SHOWN uint32_t consumer_version(void);

/* It calls what brings in most of the library. */
uint32_t consumer_version(void) {
    cxj_engine *engine = NULL;
    if (cxj_engine_create(NULL, NULL, 0, &engine) != CXJ_OK) return 0;
    cxj_engine_destroy(engine);
    return cxj_version();
}
