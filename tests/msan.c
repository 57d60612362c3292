/* Linked into the tests when they are built with MemorySanitizer (tests/meson.build).
 *
 * MemorySanitizer sees what code writes that was built with it. Check was not, and passes blocks that it has filled to
 * fwrite(), where they would be reported. All its blocks come from its own emalloc() and erealloc(), which the linker
 * replaces by these: to MemorySanitizer their blocks are as good as written. */
#include <sanitizer/msan_interface.h>
#include <stdlib.h>

void *__wrap_emalloc(size_t size);
void *__wrap_erealloc(void *block, size_t size);

static void *written(void *block, size_t size) {
    if (block == NULL) abort();
    __msan_unpoison(block, size);
    return block;
}

void *__wrap_emalloc(size_t size) {
    return written(malloc(size), size);
}

void *__wrap_erealloc(void *block, size_t size) {
    return written(realloc(block, size), size);
}
