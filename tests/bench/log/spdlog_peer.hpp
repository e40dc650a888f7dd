#ifndef JL_BENCH_SPDLOG_PEER_HPP
#define JL_BENCH_SPDLOG_PEER_HPP
/**
 * spdlog as Debian builds it, with a pattern that makes its lines JSON. It escapes nothing,
 * validates nothing, and writes levels in lower case.
 */
#include "record.h"
#include "targets.h"

#include <spdlog/spdlog.h>

static std::shared_ptr<spdlog::logger> logger;

static const char pattern_head[] =
    R"({"timestamp":"%Y-%m-%dT%H:%M:%S.%eZ","logType":"%l","logger":"%n",)";

#define BOUND_TEXT(key, value)   "\"" key "\":\"" value "\","
#define BOUND_NUMBER(key, value) "\"" key "\":" #value ","
static const char bound_fields[] = BOUND_TEXTS(BOUND_TEXT) BOUND_NUMBERS(BOUND_NUMBER);

#define CALL_FORMAT R"("errorMessage":"{}","errorCode":"{}","userAge":{},"latencyMs":{},"ok":{})"
#define CALL_VALUES RECORD_MESSAGE, RECORD_CODE, RECORD_AGE, RECORD_LATENCY, RECORD_OK

static inline void log_record(uint64_t calls) {
    for (uint64_t i = 0; i < calls; i++)
        logger->error(CALL_FORMAT, CALL_VALUES);
}

/* Bound context is text in the pattern: the cheapest way spdlog has. */
static inline void set_pattern(bool is_bound) {
    logger->set_pattern(std::string(pattern_head) + (is_bound ? bound_fields : "") + "%v}",
                        spdlog::pattern_time_type::utc);
}

static inline void log_to(std::shared_ptr<spdlog::sinks::sink> sink, bool is_bound) {
    logger = std::make_shared<spdlog::logger>(RECORD_LOGGER, std::move(sink));
    set_pattern(is_bound);
}

#endif
