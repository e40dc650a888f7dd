#ifndef JL_FILTER_JOINT_H
#define JL_FILTER_JOINT_H
/**
 * How conditions are joined: `&&`, `||` and parentheses in postfix order.
 *
 * `a && ( b || c )` is 0 1 2 OR AND: the number of a condition stands for its verdict, a joint
 * takes the two before it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** In postfix order: the number of a condition, or one of these two. */
enum { JL_JOINT_AND = 0xFFFE, JL_JOINT_OR = 0xFFFF };

/** @return the verdict of `count` (at least one) joints; `verdicts` by the number of the condition.
 */
bool jl_joints_verdict(const uint16_t *joints, size_t count, const bool *verdicts);

#endif
