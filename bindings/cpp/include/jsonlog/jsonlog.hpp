#ifndef JSONLOG_JSONLOG_HPP
#define JSONLOG_JSONLOG_HPP
/**
 * jsonlog for C++17: the log macros of C with values of C++, and objects that clean up.
 *
 *     #include <jsonlog/jsonlog.hpp>
 *
 *     jsonlog::Logger log("payment");
 *     jsonlog_error(log, "인증실패: token expired", "errorCode", "DA00012", "roles", roles,
 *                   "after", 1500us, "error", exception);
 *
 * This header is all a service needs to write logs, instead of <jsonlog/jsonlog.h>. Header only:
 * link the C library. <jsonlog/filter.hpp> and <jsonlog/filter_set.hpp> match lines,
 * <jsonlog/capture.hpp>, <jsonlog/gtest.hpp> and <jsonlog/catch2.hpp> are for tests.
 *
 * Compiles with -fno-exceptions and -fno-rtti, too; all of one program should then.
 */
#include <jsonlog/formatter.hpp>
#include <jsonlog/handler.hpp>
#include <jsonlog/jsonlog.h>
#include <jsonlog/logger.hpp>
#include <jsonlog/value.hpp>

#endif
