#ifndef JL_CLI_PAGE_FIT_H
#define JL_CLI_PAGE_FIT_H
/**
 * Where bytes of a file go in memory, so that read(2) copies them fast.
 *
 * A copy to an address whose low bits are a little above those of its source is up to four times
 * slower: the processor takes each load for one of what was stored just before. Pages of a file
 * begin where pages of memory do, so a byte is best put as far behind the beginning of a page as it
 * stands in the file.
 */
#include <stddef.h>
#include <stdint.h>

#define PAGE_FIT_SIZE ((size_t)4096)

/** @return how far behind `space`, less than a page, to put the byte at `offset` of a file. */
static inline size_t page_fit(const char *space, uint64_t offset) {
    return (size_t)(offset - (uintptr_t)space) % PAGE_FIT_SIZE;
}

#endif
