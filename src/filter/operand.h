#ifndef JL_FILTER_OPERAND_H
#define JL_FILTER_OPERAND_H
/** What a condition compares with: from syntax to program. */
#include "filter/block.h"
#include "filter/program.h"

/** Where the texts with stars of a program are kept. */
typedef struct jl_operand_space {
    jl_text *pieces;
    uint16_t *failures;
} jl_operand_space;

/** Take room for what all conditions of a syntax need. */
jl_operand_space jl_operand_take(jl_block *from, const jl_syntax *syntax);

/** A condition with its operator and operand; selector and steps are copied as they are.
 *  @param from  its regular expression moves into the condition. */
void jl_operand_make(jl_operand_space *space, jl_condition *to, jl_condition_syntax *from);

#endif
