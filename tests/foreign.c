/* Linked into the library for tests/foreign.sh, which has the linker put these in the place of malloc() and its kin:
 * they count the blocks of the heap that the library holds.
 *
 * The hosts are in languages of which some end without a word to C, so nothing can be asked at their end: the numbers
 * stand in a file all the time. The file that CXJ_BLOCKS names, of 16 bytes, receives two int64_t: the blocks that are
 * held, and those that were ever taken. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void *__real_malloc(size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);

static int64_t *numbers; /* held, taken */

__attribute__((constructor)) static void begin(void) {
    const char *name = getenv("CXJ_BLOCKS");
    const int file = name == NULL ? -1 : open(name, O_RDWR);
    if (file < 0) return;
    void *shared = mmap(NULL, 2 * sizeof *numbers, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared != MAP_FAILED) numbers = shared;
    close(file);
}

static void *took(void *block) {
    if (numbers != NULL && block != NULL) {
        __atomic_add_fetch(&numbers[0], 1, __ATOMIC_SEQ_CST);
        __atomic_add_fetch(&numbers[1], 1, __ATOMIC_SEQ_CST);
    }
    return block;
}

void *__wrap_malloc(size_t size) {
    return took(__real_malloc(size));
}

void *__wrap_realloc(void *block, size_t size) {
    void *moved = __real_realloc(block, size);
    return block == NULL ? took(moved) : moved;
}

void __wrap_free(void *block) {
    if (numbers != NULL && block != NULL) __atomic_sub_fetch(&numbers[0], 1, __ATOMIC_SEQ_CST);
    __real_free(block);
}
