"""Handlers and formatters of the library's own loggers."""
from __future__ import annotations

import atexit
import os
from typing import Any, Callable, Dict, NamedTuple, Optional, Sequence, Union

from ._errors import JsonlogError, check, text_of
from ._native import ffi, lib
from ._owner import FORMATTER, HANDLER, Closable, Owned, Owner
from ._text import c_path, c_text


class Formatter(Owner):
    """How the lines of a handler look: JSON under the names that a log backend reads, or text for people.

        jsonlog.Formatter("ecs", service="payment", version="1.4.2")

    Presets: default, lambda, ecs, opentelemetry, google-cloud, datadog, logstash, python-json-logger, human.
    """

    __slots__ = ("preset",)

    def __init__(
        self,
        preset: str = "default",
        *,
        service: Optional[str] = None,
        version: Optional[str] = None,
        environment: Optional[str] = None,
        host: Optional[str] = None,
        project: Optional[str] = None,
        labels: Sequence[str] = (),
        report_errors: bool = False,
        raw_utf8: bool = False,
        ascii_only: bool = False,
        spaced: bool = False,
        message_always: bool = False,
        omit_empty: bool = False,
        expand_dots: bool = False,
        with_thread: bool = False,
        prefix: Optional[str] = None,
        line_max: int = 0,
    ) -> None:
        self.preset = preset
        err = ffi.new("jsonlog_err *")
        if preset == "human":
            options = ffi.new("jsonlog_human_options *")
            options.size = ffi.sizeof("jsonlog_human_options")
            options.line_max = line_max
            self._take(lib.jsonlog_human_formatter_new(options, err), err)
            return
        held = []  # texts that the options point to

        def text(value: Optional[str], name: str) -> Any:
            if value is None:
                return ffi.NULL
            held.append(ffi.new("char[]", c_text(value, name)))
            return held[-1]

        number = ffi.new("jsonlog_preset *")
        if lib.jsonlog_preset_from_name(c_text(preset, "a preset"), number) != 0:
            raise JsonlogError(f"there is no preset {preset!r}")
        of_preset = ffi.new("jsonlog_preset_options *")
        of_preset.size = ffi.sizeof("jsonlog_preset_options")
        of_preset.service = text(service, "service")
        of_preset.version = text(version, "version")
        of_preset.environment = text(environment, "environment")
        of_preset.host = text(host, "host")
        of_preset.project = text(project, "project")
        names = ffi.new("char *[]", [text(label, "a label") for label in labels])
        of_preset.labels = ffi.cast("const char *const *", names)
        of_preset.label_count = len(labels)
        of_preset.report_errors = report_errors
        of_preset.raw_utf8 = raw_utf8
        more = ffi.new("jsonlog_json_options *")
        more.size = ffi.sizeof("jsonlog_json_options")
        more.ascii_only = ascii_only
        more.spaced = spaced
        more.message_always = message_always
        more.omit_empty = omit_empty
        more.expand_dots = expand_dots
        more.with_thread = with_thread
        more.prefix = text(prefix, "prefix")
        more.line_max = line_max
        self._take(lib.jsonlog_preset_formatter_new(number[0], of_preset, more, err), err)

    def _take(self, handle: Any, err: Any) -> None:
        if handle == ffi.NULL:
            check(err.code, err)
        self._own(handle, FORMATTER)

    def __repr__(self) -> str:
        return f"jsonlog.Formatter({self.preset!r})"


class HandlerStats(NamedTuple):
    """What a handler has done so far; see handler.h."""

    lines: int
    bytes: int
    lost: int
    lost_again: int
    lost_error: int
    lost_nested: int
    torn_closed: int
    last_errno: int


class Handler(Closable):
    """Where lines go. Loggers keep their handlers: one that is closed here, or forgotten, lives on in them."""

    __slots__ = ()

    def __init__(self, handle: Any, formatter: Optional[Formatter], level: Union[int, str]) -> None:
        if handle == ffi.NULL:
            raise JsonlogError("the handler cannot be made: wrong arguments, or no memory")
        self._owned = Owned(handle, HANDLER)
        if formatter is not None:
            self.set_formatter(formatter)
        if level:
            self.set_level(level)

    def set_formatter(self, formatter: Formatter) -> None:
        if not isinstance(formatter, Formatter):
            raise TypeError(f"a handler takes a jsonlog.Formatter, not {type(formatter).__name__}")
        owned = self._open()
        check(lib.jsonlog_handler_set_formatter(owned.pointer, formatter._handle))

    def set_level(self, level: Union[int, str]) -> None:
        owned = self._open()
        lib.jsonlog_handler_set_level(owned.pointer, level_number(level))

    @property
    def level(self) -> int:
        owned = self._open()
        number: int = lib.jsonlog_handler_get_level(owned.pointer)
        return number

    def flush(self) -> None:
        """Write out what was accepted."""
        owned = self._open()
        check(lib.jsonlog_handler_flush(owned.pointer))

    @property
    def stats(self) -> HandlerStats:
        owned = self._open()
        stats = ffi.new("jsonlog_handler_stats *")
        lib.jsonlog_handler_get_stats(owned.pointer, stats)
        return HandlerStats(*(getattr(stats, name) for name in HandlerStats._fields))

    def __enter__(self) -> "Handler":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class StreamHandler(Handler):
    """Each line with one write(2) to a descriptor, or to that of an open file.

    The handler has a duplicate of its own: the file may be closed, and its number given to another, while loggers still
    have the handler.
    """

    __slots__ = ()

    def __init__(self, file: Any = 2, *, formatter: Optional[Formatter] = None, level: Union[int, str] = 0) -> None:
        options = ffi.new("jsonlog_stream_options *")
        options.size = ffi.sizeof("jsonlog_stream_options")
        options.owns_descriptor = True
        descriptor = os.dup(file if isinstance(file, int) else file.fileno())
        handle = lib.jsonlog_stream_handler_new(descriptor, options)
        if handle == ffi.NULL:
            os.close(descriptor)
        super().__init__(handle, formatter, level)


class FileHandler(Handler):
    """Lines at the end of a file, which may be rotated by others meanwhile."""

    __slots__ = ()

    def __init__(
        self,
        path: Union[str, "os.PathLike[str]"],
        *,
        mode: int = 0,
        makes_directories: bool = False,
        formatter: Optional[Formatter] = None,
        level: Union[int, str] = 0,
    ) -> None:
        options = ffi.new("jsonlog_file_options *")
        options.size = ffi.sizeof("jsonlog_file_options")
        options.mode = mode
        options.makes_directories = makes_directories
        out = ffi.new("jsonlog_handler **")
        err = ffi.new("jsonlog_err *")
        check(lib.jsonlog_file_handler_new(c_path(path), options, out, err), err)
        super().__init__(out[0], formatter, level)


class MemoryHandler(Handler):
    """The last lines, in a ring of ``capacity`` bytes."""

    __slots__ = ()

    def __init__(
        self, capacity: int = 1 << 20, *, formatter: Optional[Formatter] = None, level: Union[int, str] = 0
    ) -> None:
        super().__init__(lib.jsonlog_memory_handler_new(capacity), formatter, level)

    def read(self) -> bytes:
        """All kept lines, the oldest first."""
        owned = self._open()
        size = lib.jsonlog_memory_handler_read(owned.pointer, ffi.NULL, 0)
        while True:
            out = ffi.new("char[]", size + 1)
            there = lib.jsonlog_memory_handler_read(owned.pointer, out, size + 1)
            if there <= size:
                return bytes(ffi.buffer(out, there))
            size = there

    def clear(self) -> int:
        """Forget all kept lines; returns how many there were."""
        owned = self._open()
        count: int = lib.jsonlog_memory_handler_clear(owned.pointer)
        return count


_WHEN_FULL = {"drop-new": 0, "drop-old": 1, "block": 2}


class AsyncHandler(Handler):
    """A ring in memory, and a thread that writes what is in it to another handler.

    ``when_full``: the newest line is dropped ("drop-new"), the oldest ones are ("drop-old"), or the caller waits ("block").
    A kill loses what is in the ring.
    """

    __slots__ = ()

    def __init__(
        self,
        target: Handler,
        *,
        when_full: str = "drop-new",
        ring_bytes: int = 0,
        formatter: Optional[Formatter] = None,
        level: Union[int, str] = 0,
    ) -> None:
        if not isinstance(target, Handler):
            raise TypeError(f"the target is a jsonlog handler, not {type(target).__name__}")
        if when_full not in _WHEN_FULL:
            raise ValueError("when_full is 'drop-new', 'drop-old' or 'block'")
        options = ffi.new("jsonlog_async_options *")
        options.size = ffi.sizeof("jsonlog_async_options")
        options.when_full = _WHEN_FULL[when_full]
        options.ring_bytes = ring_bytes
        owned = target._open()
        super().__init__(lib.jsonlog_async_handler_new(owned.pointer, options), formatter, level)


class NullHandler(Handler):
    """Accepts everything and writes nothing."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(lib.jsonlog_null_handler_new(), None, 0)


class Line(NamedTuple):
    """A finished line: its text with the newline, its level, and its time in nanoseconds since 1970 UTC."""

    text: str
    level: int
    time_ns: int


# The handlers that are Python functions, as long as the library has them.
_callbacks: Dict[Any, Callable[[Line], Any]] = {}


@ffi.def_extern(name="jlpy_line", error=False)  # type: ignore[misc]
def _line(key: Any, text: Any, size: int, level: int, time_ns: int) -> bool:
    function = _callbacks[key]
    return function(Line(str(ffi.buffer(text, size), "utf-8", "replace"), level, time_ns)) is not False


@ffi.def_extern(name="jlpy_release")  # type: ignore[misc]
def _release(key: Any) -> None:
    _callbacks.pop(key, None)


class CallbackHandler(Handler):
    """Hands each line to a function, one at a time, on the thread that logs. False from it means the line was not taken.

    An exception in it goes to sys.unraisablehook, and the line counts as lost. After the end of the interpreter's atexit no more
    calls come: lines that are logged then are lost, and counted.
    """

    __slots__ = ()

    def __init__(
        self,
        function: Callable[[Line], Any],
        *,
        formatter: Optional[Formatter] = None,
        level: Union[int, str] = 0,
    ) -> None:
        if not callable(function):
            raise TypeError("a callback handler takes a function")
        key = ffi.new_handle(function)
        _callbacks[key] = function
        handle = lib.jlpy_callback_handler_new(lib.jlpy_line, lib.jlpy_release, key)
        if handle == ffi.NULL:
            _callbacks.pop(key)
        super().__init__(handle, formatter, level)


# What other atexit functions log that were registered later, and so run earlier, still arrives. The functions are let go
# then, for they may hold the whole program, whose objects could not end as Python ends them.
@atexit.register
def _end() -> None:
    lib.jlpy_callbacks_end(_exit_timeout_ms)
    _callbacks.clear()


_exit_timeout_ms = 15_000  # the library's own


def set_exit_timeout(seconds: float) -> None:
    """How long the end of the process may take: for callbacks that still run, and then for handlers to write out."""
    global _exit_timeout_ms
    milliseconds = int(seconds * 1000)
    if not 0 < milliseconds < 2**32:
        raise ValueError("the time is a number of seconds above 0")
    lib.jsonlog_set_exit_timeout(milliseconds)
    _exit_timeout_ms = milliseconds


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lib.jlpy_callbacks_after_fork)


def level_number(level: Union[int, str]) -> int:
    """A level's number, also of its name in any case."""
    if isinstance(level, bool) or not isinstance(level, (int, str)):
        raise TypeError(f"a level is an int or a name, not {type(level).__name__}")
    if isinstance(level, int):
        if not 0 <= level <= 255:
            raise ValueError(f"a level is a number from 0 to 255, not {level}")
        return level
    number = ffi.new("int *")
    err = ffi.new("jsonlog_err *")
    if lib.jsonlog_level_parse(c_text(level, "a level"), number, err) != 0:
        raise ValueError(text_of(err.text))
    return int(number[0])
