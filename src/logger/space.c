#include "logger/space.h"

#include "base/alloc.h"
#include "record/handler_base.h"

/* The longest line any formatter in force makes, so that later records find room. */
static size_t longest_line(const jl_snapshot *snapshot) {
    size_t longest = jl_formatter_default()->line_max;
    for (uint32_t i = 0; i < snapshot->handler_count; i++) {
        const size_t line_max = jl_handler_formatter(snapshot->handlers[i])->line_max;
        if (line_max > longest)
            longest = line_max;
    }
    return longest;
}

/* Lines begin with a page: to store over the end of one costs as much as a tenth of a record. */
#define PAGE_SIZE ((uintptr_t)4096)

static char *page_behind(void *memory) {
    return (char *)(((uintptr_t)memory + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1));
}

static struct jl_space *make_space(size_t line_max) {
    size_t size = 0;
    if (__builtin_mul_overflow(line_max, JL_NESTED_MAX, &size) ||
        __builtin_add_overflow(size, sizeof(struct jl_space) + PAGE_SIZE, &size))
        return NULL;
    struct jl_space *space = jl_alloc(size);
    if (space == NULL)
        return NULL;
    char *lines = page_behind(space + 1);
    for (size_t i = 0; i < JL_NESTED_MAX; i++) {
        jl_buffer_init(&space->parts[i].line.text, lines + i * line_max, line_max, line_max);
        space->parts[i].scratch = (jl_scratch)JL_SCRATCH_INIT;
    }
    return space;
}

bool jl_space_make(jl_thread *thread, const jl_snapshot *snapshot) {
    if (thread->depth == 1)
        thread->space = make_space(longest_line(snapshot));
    return thread->space != NULL;
}
