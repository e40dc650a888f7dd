"""L1 to L9: what a record costs."""
from .goals import Goal, Row, against, logs, on_threads

# Beyond Debian, measured by hand on a machine of the README's kind, with its timer of 30 ns inside.
QUILL = "quill 12.1, by hand"
QUILL_P50_NS, QUILL_P99_NS = 60, 200

FORMATTERS = ("jsonlog", "floor", "snprintf", "rapidjson", "rapidjson_validating", "zerolog", "spdlog", "zap", "cjson",
              "jansson")
ESCAPERS = ("jsonlog", "rapidjson", "rapidjson_validating", "zerolog", "zap", "cjson", "jansson")
WRITERS = ("jsonlog", "floor", "rapidjson", "zerolog", "spdlog", "zap")

L1 = Row("L1", "a call below the level", logs("off", "jsonlog", "floor", "spdlog", "zerolog", "zap"), (
    against("must", "off", at_most=2.0),
    against("must", "off", "spdlog", at_most=0.25),
))

L2 = Row("L2", "a record of 203 bytes formatted to memory", logs("memory", *FORMATTERS), (
    against("must", "memory", "rapidjson", at_most=0.25),
    against("must", "memory", "zerolog", at_most=0.2),
    against("must", "memory", "floor", at_most=3.5),
    against("moonshot", "memory", "floor", at_most=2.4),
), same_lines=True, notes=(
    "floor: clock_gettime() and memcpy() of a finished line. rapidjson copies invalid UTF-8 as it is, "
    "rapidjson_validating refuses it; snprintf and spdlog do not even escape.",
))

L3 = Row("L3", "with ten bound fields, 460 bytes", (
    *logs("memory", "jsonlog", "zerolog", "zap", "spdlog", "rapidjson"),
    *logs("memory-bound", "jsonlog", "zerolog", "zap", "spdlog", "rapidjson"),
), (
    against("must", "memory-bound", "jsonlog", peer_case="memory", at_most=1.15, called="without"),
    against("moonshot", "memory-bound", "jsonlog", peer_case="memory", at_most=1.05, called="without"),
), same_lines=True, notes=("rapidjson knows no bound fields and writes them anew each time.",))

L4 = Row("L4", "one write(2) a record", (
    *logs("null", *WRITERS), *logs("file", *WRITERS), *logs("pipe", "jsonlog", "floor", "rapidjson"),
), (
    against("must", "null", "floor", at_most=1.4, called="the raw write"),
    against("must", "file", "floor", at_most=1.4, called="the raw write"),
    against("moonshot", "null", "floor", at_most=1.2, called="the raw write"),
    against("moonshot", "file", "floor", at_most=1.2, called="the raw write"),
), same_lines=True, notes=(
    "null: /dev/null; file: opened with O_APPEND; pipe: another process reads. spdlog flushes each record.",
))

L5 = Row("L5", "a file, buffered", (
    *logs("buffered", "jsonlog", "floor", "spdlog", "zerolog", "zap", "rapidjson"), *logs("buffered-64k", "floor"),
), (
    against("must", "buffered", "floor", at_most=1.0, called="fwrite"),
    against("must", "buffered", "spdlog", at_most=0.35),
    against("moonshot", "buffered", "floor", at_most=0.7, called="fwrite"),
), same_lines=True, notes=(
    "jsonlog, zerolog and zap gather 64 KiB, spdlog and fwrite what stdio does, 4 KiB; buffered-64k: fwrite with that.",
))

L6 = Row("L6", "four threads on all cores, one file", (
    *on_threads("write", "jsonlog", "floor", "spdlog"), *on_threads("buffered", "jsonlog", "spdlog"),
), (
    against("must", "write", "spdlog", at_least=2),
    against("must", "buffered", "spdlog", at_least=5),
    against("moonshot", "buffered", "spdlog", at_least=10),
), clock="wall", same_lines=True, notes=("floor: write(2) of a finished line by four threads.",))


def latency_goal(kind, figure, limit, quill):
    return Goal(kind, ("jsonlog", "latency"), figure=figure, at_most=limit, constant=quill, called=QUILL)


L7 = Row("L7", "the caller's side of async, a call every 10 us", (
    *on_threads("latency", "jsonlog", "floor", "spdlog"), *on_threads("write-latency", "floor"),
), (
    latency_goal("must", "p50_ns", 2, QUILL_P50_NS),
    latency_goal("must", "p99_ns", 2, QUILL_P99_NS),
    latency_goal("moonshot", "p50_ns", 1, QUILL_P50_NS),
), figures=("p50_ns", "p99_ns", "p99.9_ns"), clock="wall", notes=(
    "floor: the timer round nothing, which is in every figure; write-latency: write(2) to /dev/null by the caller.",
))

L8 = Row("L8", "async, until everything is written", (
    *on_threads("drained-null", "jsonlog", "spdlog"), *on_threads("drained-write", "jsonlog", "spdlog"),
    *on_threads("drained-buffered", "jsonlog", "spdlog"),
), (
    against("must", "drained-null", "spdlog", at_least=5),
    against("must", "drained-buffered", "spdlog", at_least=5),
), clock="wall", same_lines=True, notes=(
    "one caller, one thread that writes, each on its core. null: /dev/null (spdlog: through stdio's buffer); write: a "
    "file, a write(2) for each record; buffered: a file, buffered.",
))

L9 = Row("L9", "the record with a text of 1,000 bytes", (
    *logs("ascii", *ESCAPERS), *logs("korean", *ESCAPERS), *logs("escapes", *ESCAPERS),
), tuple(
    against("must", text, peer, at_least=3)
    for text in ("ascii", "korean", "escapes") for peer in ("rapidjson", "rapidjson_validating")
), same_lines=True, notes=("escapes: ten quotes. Only rapidjson_validating checks UTF-8 as jsonlog does.",))

ROWS = (L1, L2, L3, L4, L5, L6, L7, L8, L9)
