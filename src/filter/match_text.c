#include "filter/text_pattern.h"

size_t jl_term_find(const jl_term *term, jl_text line) {
    if (line.len < term->text.len)
        return SIZE_MAX;
    const char *found = memmem(line.ptr, line.len, term->text.ptr, term->text.len);
    return found == NULL ? SIZE_MAX : (size_t)(found - line.ptr);
}

static bool has_one(const jl_text_program *program, jl_text line) {
    for (size_t i = 0; i < program->count; i++) {
        if (jl_term_occurs(&program->terms[i], line))
            return true;
    }
    return false;
}

/* Beside terms that must or must not occur, CloudWatch ignores optional ones. */
static bool has_all(const jl_text_program *program, jl_text line) {
    for (size_t i = 0; i < program->count; i++) {
        const jl_term *term = &program->terms[i];
        if (term->kind == JL_TERM_OPTIONAL)
            continue;
        if (jl_term_occurs(term, line) != (term->kind == JL_TERM_REQUIRED))
            return false;
    }
    return true;
}

static bool is_short(const jl_text *text, size_t len) {
    return text->len <= len && memchr(text->ptr, '\n', text->len) == NULL;
}

bool jl_text_is_one_of(const jl_text_program *program, size_t len) {
    size_t asked = 0;
    for (size_t i = 0; i < program->count; i++) {
        const jl_term *term = &program->terms[i];
        if (term->kind == JL_TERM_OPTIONAL && !program->is_choice)
            continue;
        if (term->kind == JL_TERM_EXCLUDED || !is_short(&term->text, len))
            return false;
        asked++;
    }
    return program->is_choice || asked == 1;
}

bool jl_text_match(const jl_text_program *program, jl_text line) {
    return program->is_choice ? has_one(program, line) : has_all(program, line);
}
