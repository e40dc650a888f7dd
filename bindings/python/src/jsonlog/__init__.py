"""Structured JSON logs and CloudWatch filter patterns: log, match, explain, and assert in tests.

    errors = jsonlog.Filter('{ $.logType = "ERROR" }')
    errors.match(line)                              # does this line match?
    errors.find("/var/log/payment.log")             # the lines that do

    logging.basicConfig(handlers=[handler])         # in place of python-json-logger
    handler.setFormatter(jsonlog.JsonFormatter("%(levelname)s %(message)s", timestamp=True))

    log = jsonlog.get("payment")                    # the loggers that C code in this process has
    log.error("query failed", errorCode="DA00012")

Threads: everything may be called from any thread; the library works with the interpreter's lock released. fork(): a child
may go on at once. Subinterpreters are refused.
"""
from ._interpreter import refuse_subinterpreters

refuse_subinterpreters()

from ._capture import Capture
from ._errors import ClosedError, JsonlogError, PatternError
from ._filter import (
    Condition,
    Explanation,
    Filter,
    FilterSet,
    Finding,
    Found,
    FoundType,
    Kind,
    lint,
    quote,
    quote_phrase,
    quote_regex,
    selector,
)
from ._formatter import RESERVED_ATTRS, JsonFormatter
from ._handler import (
    AsyncHandler,
    CallbackHandler,
    FileHandler,
    Formatter,
    Handler,
    HandlerStats,
    Line,
    MemoryHandler,
    NullHandler,
    StreamHandler,
    set_exit_timeout,
)
from ._logger import (
    DEBUG,
    ERROR,
    FATAL,
    INFO,
    TRACE,
    WARN,
    Logger,
    Stats,
    configure,
    flush,
    get,
    getLogger,
    level_name,
    scope,
    set_clock,
    set_static_fields,
    shutdown,
    stats,
    version,
)
from ._metric import Datapoint, MetricFilter
from ._value import Raw, Secret, Text

__version__ = "0.1.0"

__all__ = [
    "AsyncHandler",
    "Capture",
    "CallbackHandler",
    "ClosedError",
    "Condition",
    "DEBUG",
    "Datapoint",
    "ERROR",
    "Explanation",
    "FATAL",
    "FileHandler",
    "Filter",
    "FilterSet",
    "Finding",
    "Formatter",
    "Found",
    "FoundType",
    "Handler",
    "HandlerStats",
    "INFO",
    "JsonFormatter",
    "JsonlogError",
    "Kind",
    "Line",
    "Logger",
    "MemoryHandler",
    "MetricFilter",
    "NullHandler",
    "PatternError",
    "RESERVED_ATTRS",
    "Raw",
    "Secret",
    "Stats",
    "StreamHandler",
    "TRACE",
    "Text",
    "WARN",
    "configure",
    "flush",
    "get",
    "getLogger",
    "level_name",
    "lint",
    "quote",
    "quote_phrase",
    "quote_regex",
    "scope",
    "selector",
    "set_clock",
    "set_exit_timeout",
    "set_static_fields",
    "shutdown",
    "stats",
    "version",
]
