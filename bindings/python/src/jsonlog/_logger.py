"""The library's own loggers: the same tree, levels and handlers that C code in this process has."""
from __future__ import annotations

import json
from typing import Any, Dict, Iterable, Mapping, NamedTuple, Optional, Union

from ._errors import check, text_of
from ._handler import Handler, level_number
from ._native import ffi, lib
from ._owner import LOGGER, Owned, Owner
from ._text import c_path, c_text, utf8
from ._value import Fields, call_with_fields, call_with_message

TRACE, DEBUG, INFO, WARN, ERROR, FATAL = 5, 10, 20, 30, 40, 50

_enabled = lib.jlpy_enabled
_log = lib.jlpy_log


class Logger(Owner):
    """A logger of the library; get one with jsonlog.get().

        log = jsonlog.get("payment.db")
        log.error("query failed", errorCode="DA00012", query={"ms": 12.5})

    Fields are named arguments; those with other names go into a mapping, or a list of pairs, behind the message. Any object
    is a value: what has no form in JSON is written as its text, what has no text as "__could_not_encode__". The message
    is a str, bytes (text that may not be UTF-8) or None.
    """

    __slots__ = ("_is_bound",)

    def __init__(self, handle: Any, is_bound: bool = False) -> None:
        self._own(handle, LOGGER)  # which leaves those of get() alone
        self._is_bound = is_bound

    # ---- logging

    def log(self, level: Union[int, str], message: Any = None, fields: Fields = None, /, **named: Any) -> None:
        """Log with a level of your choice: 1 to 254, or a name."""
        self._write(level_number(level), message, fields, named)

    def trace(self, message: Any = None, fields: Fields = None, /, **named: Any) -> None:
        if _enabled(self._handle, TRACE):
            self._write(TRACE, message, fields, named)

    def debug(self, message: Any = None, fields: Fields = None, /, **named: Any) -> None:
        if _enabled(self._handle, DEBUG):
            self._write(DEBUG, message, fields, named)

    def info(self, message: Any = None, fields: Fields = None, /, **named: Any) -> None:
        if _enabled(self._handle, INFO):
            self._write(INFO, message, fields, named)

    def warn(self, message: Any = None, fields: Fields = None, /, **named: Any) -> None:
        if _enabled(self._handle, WARN):
            self._write(WARN, message, fields, named)

    warning = warn

    def error(self, message: Any = None, fields: Fields = None, /, **named: Any) -> None:
        if _enabled(self._handle, ERROR):
            self._write(ERROR, message, fields, named)

    def fatal(self, message: Any = None, fields: Fields = None, /, **named: Any) -> None:
        """Does not end the process."""
        if _enabled(self._handle, FATAL):
            self._write(FATAL, message, fields, named)

    critical = fatal

    def _write(self, level: int, message: Any, fields: Fields, named: Dict[str, Any]) -> None:
        handle = self._handle

        def write(tape: bytes, marks_at: int) -> Any:
            return _log(handle, level, tape, len(tape), marks_at)

        call_with_message(write, message, fields, named)

    def enabled(self, level: Union[int, str]) -> bool:
        """Would a record of this level be written anywhere?"""
        is_enabled: bool = _enabled(self._handle, level_number(level))
        return is_enabled

    def bind(self, fields: Fields = None, /, **named: Any) -> "Logger":
        """A child whose records all carry these fields; its values are copied now."""
        out = ffi.new("jsonlog_logger **")
        handle = self._handle
        call_with_fields(lambda tape, marks_at: lib.jlpy_with(handle, tape, len(tape), marks_at, out), fields, named)
        return Logger(out[0], True)

    # ---- the tree

    @property
    def name(self) -> str:
        return text_of(lib.jsonlog_logger_get_name(self._handle))

    @property
    def level(self) -> int:
        """The level set on this very logger; 0: its parent's. May be set to a name."""
        number: int = lib.jsonlog_logger_get_level(self._handle)
        return number

    @level.setter
    def level(self, level: Union[int, str]) -> None:
        lib.jsonlog_logger_set_level(self._handle, level_number(level))

    @property
    def effective_level(self) -> int:
        number: int = lib.jsonlog_logger_get_effective_level(self._handle)
        return number

    @property
    def propagate(self) -> bool:
        """Whether records also go to the handlers of the ancestors."""
        propagates: bool = lib.jsonlog_logger_get_propagate(self._handle)
        return propagates

    @propagate.setter
    def propagate(self, propagate: bool) -> None:
        lib.jsonlog_logger_set_propagate(self._handle, bool(propagate))

    def add_handler(self, handler: Handler) -> None:
        owned = _owned_by(handler)
        check(lib.jsonlog_logger_add_handler(self._handle, owned.pointer))

    def remove_handler(self, handler: Handler) -> None:
        owned = _owned_by(handler)
        check(lib.jsonlog_logger_remove_handler(self._handle, owned.pointer))

    def set_handlers(self, handlers: Iterable[Handler]) -> None:
        """Replace all handlers in one step."""
        owned = [_owned_by(handler) for handler in handlers]
        array = ffi.new("jsonlog_handler *[]", [one.pointer for one in owned])
        check(lib.jsonlog_logger_set_handlers(self._handle, array, len(owned)))

    def __repr__(self) -> str:
        return f"<jsonlog.Logger {self.name!r}>"

    def __reduce__(self) -> Any:
        if self._is_bound:
            raise TypeError("a logger with bound fields cannot be pickled")
        return get, (self.name,)


def _owned_by(handler: Handler) -> Owned:
    if not isinstance(handler, Handler):
        raise TypeError(f"a jsonlog logger takes a jsonlog handler, not {type(handler).__name__}")
    return handler._open()


def get(name: str = "") -> Logger:
    """The logger of a dotted name, made at first use; "" is the root."""
    return Logger(lib.jsonlog_get(c_text(name, "a logger's name")))


#: as logging has it
getLogger = get


class scope:
    """Fields that every record of this thread carries meanwhile.

        with jsonlog.scope(requestId=request.id):
            handle(request)

    They belong to the thread and not to an asyncio task: do not await inside.
    """

    __slots__ = ("_fields", "_named", "_id")

    def __init__(self, fields: Fields = None, /, **named: Any) -> None:
        self._fields = fields
        self._named = named
        self._id = 0

    def __enter__(self) -> "scope":
        out = ffi.new("uint64_t *")
        call_with_fields(lambda tape, marks_at: lib.jlpy_push(tape, len(tape), marks_at, out), self._fields, self._named)
        self._id = out[0]
        return self

    def __exit__(self, *_: object) -> None:
        lib.jlpy_pop(self._id)
        self._id = 0


def set_static_fields(fields: Fields = None, /, **named: Any) -> None:
    """Fields of every record of the process, in place of the former ones."""
    call_with_fields(lambda tape, marks_at: lib.jlpy_set_static(tape, len(tape), marks_at), fields, named)


def set_clock(time_ns: Optional[int]) -> None:
    """For tests: every record has this time, in nanoseconds since 1970 UTC; None: the real one again."""
    lib.jlpy_set_time(time_ns is not None, time_ns or 0)


def configure(source: Union[str, Mapping[str, Any], Any]) -> None:
    """Put a configuration into force: a mapping, or the path of a file. All or nothing: a mistake changes nothing."""
    err = ffi.new("jsonlog_err *")
    if isinstance(source, Mapping):
        text = utf8(json.dumps(dict(source)))
        check(lib.jsonlog_configure_text(text, len(text), err), err)
        return
    check(lib.jsonlog_configure_file(c_path(source), err), err)


def flush() -> None:
    """Let every handler write out what it has accepted."""
    check(lib.jsonlog_flush())


def shutdown() -> None:
    """Flush, close and remove all handlers; runs by itself at the end of the process."""
    lib.jsonlog_shutdown()


class Stats(NamedTuple):
    """Counters since the start of the process; see jsonlog_stats in logger.h."""

    records: int
    lines: int
    bytes: int
    lost_output: int
    lost_full: int
    lost_error: int
    lost_format: int
    lost_closed: int
    lost_later: int
    lost_nested: int
    lost_memory: int
    lost_invalid: int
    held_back: int
    sampled: int
    truncated: int
    replaced_values: int
    duplicate_keys: int
    queued_bytes: int


def stats() -> Stats:
    """What was written and what was lost so far."""
    out = ffi.new("jsonlog_stats *")
    lib.jsonlog_get_stats(out)
    return Stats(*(getattr(out, name) for name in Stats._fields))


def level_name(level: int) -> str:
    return text_of(lib.jsonlog_level_name(level))


def version() -> str:
    """Of the library."""
    return text_of(lib.jsonlog_version())

