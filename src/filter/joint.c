#include "filter/joint.h"

#include "filter/parser.h"

bool jl_joints_verdict(const uint16_t *joints, size_t count, const bool *verdicts) {
    bool stack[JL_CONDITIONS_MAX];
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const uint16_t joint = joints[i];
        if (joint < JL_JOINT_AND) {
            stack[used++] = verdicts[joint];
            continue;
        }
        const bool right = stack[--used];
        const bool left = stack[used - 1];
        stack[used - 1] = joint == JL_JOINT_AND ? left && right : left || right;
    }
    return stack[0];
}
