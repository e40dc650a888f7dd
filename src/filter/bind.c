#include "filter/bind.h"

#include "json/number.h"

bool jl_bind_wide(jl_splitter *splitter, jl_text *token) {
    jl_text surplus;
    if (!jl_split_next(splitter, token))
        return false;
    const char *start = splitter->start;
    if (jl_split_next(splitter, &surplus))
        *token = (jl_text){start, (size_t)(splitter->end - start)};
    return true;
}

bool jl_bind_last(const jl_delimited_program *program, jl_splitter *splitter, jl_binding *binding) {
    const size_t slots = program->field_count - program->before;
    size_t slot = 0;
    binding->count = program->before;
    while (jl_split_next(splitter, &binding->tokens[program->before + slot])) {
        binding->count++;
        slot = slot + 1 == slots ? 0 : slot + 1;
    }
    binding->ring = slot;
    return binding->count >= program->field_count;
}

static bool bind_next(const jl_delimited_program *program, jl_splitter *splitter,
                      jl_binding *binding) {
    jl_text *token = &binding->tokens[binding->count];
    if (!program->has_rest && binding->count + 1 == program->field_count)
        return jl_bind_wide(splitter, token);
    return jl_split_next(splitter, token);
}

bool jl_bind(const jl_delimited_program *program, jl_text line, jl_binding *binding) {
    jl_splitter splitter = jl_split_begin(line);
    binding->count = binding->ring = 0;
    while (binding->count < program->before) {
        if (!bind_next(program, &splitter, binding))
            return false;
        binding->count++;
    }
    return program->before == program->field_count || jl_bind_last(program, &splitter, binding);
}

jl_text jl_binding_token(const jl_delimited_program *program, const jl_binding *binding,
                         size_t field) {
    if (field < program->before)
        return binding->tokens[field];
    const size_t slots = program->field_count - program->before;
    return binding->tokens[program->before + (field - program->before + binding->ring) % slots];
}

/* Which field takes the token at a position? SIZE_MAX: `...` does. */
static size_t field_at(const jl_delimited_program *program, const jl_binding *binding,
                       size_t position) {
    if (position < program->before)
        return position;
    const size_t last = program->field_count - program->before;
    const size_t first_of_last = binding->count - last;
    return last > 0 && position >= first_of_last ? program->before + position - first_of_last
                                                 : SIZE_MAX;
}

/* `$name`, or `$3`, which is written to `space`. */
static jl_text reference_of(const jl_delimited_program *program, size_t field, size_t position,
                            char space[JL_NUMBER_MAX + 1]) {
    if (field != SIZE_MAX && program->fields[field].reference.len > 0)
        return program->fields[field].reference;
    space[0] = '$';
    return (jl_text){space, 1 + jl_write_uint64(space + 1, position + 1)};
}

/* Without `...` every token has a field, and the last one may be wider than what splitting finds.
 */
static bool next_token(const jl_delimited_program *program, const jl_binding *binding,
                       jl_splitter *splitter, size_t position, jl_text *token) {
    if (program->has_rest)
        return jl_split_next(splitter, token);
    if (position >= program->field_count)
        return false;
    *token = binding->tokens[position];
    return true;
}

bool jl_binding_each(const jl_delimited_program *program, const jl_binding *binding, jl_text line,
                     jl_bound_fn *each, void *context) {
    jl_splitter splitter = jl_split_begin(line);
    jl_text token;
    for (size_t i = 0; next_token(program, binding, &splitter, i, &token); i++) {
        char space[JL_NUMBER_MAX + 1];
        const size_t field = field_at(program, binding, i);
        if (!each(reference_of(program, field, i, space), token, context))
            return false;
    }
    return true;
}

bool jl_binding_at(const jl_delimited_program *program, const jl_binding *binding, jl_text line,
                   size_t position, jl_text *token) {
    if (position < program->before) {
        *token = binding->tokens[position];
        return true;
    }
    jl_splitter splitter = jl_split_begin(line);
    for (size_t i = 0; next_token(program, binding, &splitter, i, token); i++) {
        if (i == position)
            return true;
    }
    return false;
}
