#include "redact/detector.h"

static const jl_detector detectors[] = {
    {"card", 13, jl_detect_card},
    {"bearer", 11, jl_detect_bearer},
    {"jwt", 12, jl_detect_jwt},
    {"aws_key", 20, jl_detect_aws_key},
    {"aws_secret", 40, jl_detect_aws_secret},
    {"url_password", 7, jl_detect_url_password},
    {"email", 6, jl_detect_email},
};

const jl_detector *jl_detector_at(size_t index) {
    return index < sizeof detectors / sizeof detectors[0] ? &detectors[index] : NULL;
}
