"""Captures: what was logged meanwhile, and assertions in the language of the production alarm."""
from __future__ import annotations

import os
from typing import Any, Iterable, Iterator, List, Mapping, Optional, Sequence, Union

from ._errors import check
from ._handler import level_number
from ._native import ffi, lib
from ._owner import CAPTURE, Closable, Owned
from ._text import Line, line_bytes, pattern_bytes

_MATCH, _COUNT, _NONE, _ORDER, _ONLY, _QUIET = range(6)
_SCOPES = {"thread": 0, "process": 1}


def _strings(texts: Iterable[bytes]) -> Any:
    """A NULL-terminated array of C strings, and what keeps them."""
    held = [ffi.new("char[]", text) for text in texts]
    return ffi.new("char *[]", [*held, ffi.NULL]), held


def _milliseconds(seconds: float) -> int:
    if not 0 <= seconds <= 4_000_000:
        raise ValueError("the time is a number of seconds, not negative")
    return int(seconds * 1000)


class Capture(Closable):
    """Lines to be asserted on: those fed to it and, after start(), those that the library's loggers write.

        with jsonlog.Capture.start() as logs:
            login(expired_token)
            logs.expect('{ $.logType = "ERROR" && $.errorCode = "DA0001*" }')

    An expectation that does not hold raises AssertionError with the library's report: what was expected, the nearest line with
    each condition's verdict, and the lines there are.
    """

    __slots__ = ()

    def __init__(self, *lines: Line) -> None:
        self._take(lib.jsonlog_capture_new())
        for line in lines:
            self.feed(line)

    @classmethod
    def start(cls, *, scope: str = "process", level: Union[int, str] = 0, passes_through: bool = False) -> "Capture":
        """Capture records of the library's loggers: of all threads, or with scope="thread" of this one.

        ``level``: also capture records from this level up that are switched off. Handlers get the records only if the
        capture passes them through.
        """
        if scope not in _SCOPES:
            raise ValueError("the scope is 'process' or 'thread'")
        options = ffi.new("jsonlog_capture_options *")
        options.size = ffi.sizeof("jsonlog_capture_options")
        options.scope = _SCOPES[scope]
        options.level = level_number(level)
        options.passes_through = passes_through
        self = cls.__new__(cls)
        self._take(lib.jsonlog_capture_start(options))
        return self

    def _take(self, handle: Any) -> None:
        if handle == ffi.NULL:
            raise MemoryError("no memory for a capture")
        self._owned = Owned(handle, CAPTURE)

    def stop(self) -> None:
        """Capture no more; the lines are gone. Twice is harmless."""
        self.close()

    def __enter__(self) -> "Capture":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # ---- lines

    def feed(self, text: Line) -> None:
        """Add lines from elsewhere: split at newlines, blank ones skipped."""
        data = line_bytes(text)
        owned = self._open()
        check(lib.jsonlog_capture_feed(owned.pointer, data, len(data)))

    def run(
        self,
        argv: Sequence[Union[str, "os.PathLike[str]"]],
        *,
        environment: Optional[Mapping[str, str]] = None,
        input: Line = b"",
        timeout: float = 30,
        stderr: bool = False,
    ) -> int:
        """Run a program to its end and capture its stdout (and stderr), line by line; returns its exit status.

        JsonlogError: it cannot be run, or was killed because it took longer than ``timeout`` seconds.
        """
        if isinstance(argv, (str, bytes)):
            raise TypeError("argv is a sequence of arguments")
        pairs = [f"{name}={value}" for name, value in (environment or {}).items()]
        data = line_bytes(input)
        arguments, held = _strings([_argument(argument) for argument in argv])
        variables, held_too = _strings([_argument(pair) for pair in pairs])
        kept = ffi.from_buffer("char[]", data)
        options = ffi.new("jsonlog_run_options *")
        options.size = ffi.sizeof("jsonlog_run_options")
        options.argv = ffi.cast("const char *const *", arguments)
        options.environment = ffi.cast("const char *const *", variables)
        options.input = kept
        options.input_len = len(data)
        options.timeout_ms = max(1, _milliseconds(timeout))
        options.captures_stderr = stderr
        status = ffi.new("int *")
        err = ffi.new("jsonlog_err *")
        owned = self._open()
        check(lib.jsonlog_capture_run(owned.pointer, options, status, err), err)
        del held, held_too
        return int(status[0])

    def clear(self) -> None:
        """Forget what was captured; the capture goes on."""
        owned = self._open()
        lib.jsonlog_capture_clear(owned.pointer)

    def __len__(self) -> int:
        owned = self._open()
        count: int = lib.jsonlog_capture_count(owned.pointer)
        return count

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.lines)

    @property
    def lines(self) -> List[bytes]:
        """The lines there are, without their newlines."""
        owned = self._open()
        return [self._line(owned.pointer, i) for i in range(lib.jsonlog_capture_count(owned.pointer))]

    @staticmethod
    def _line(handle: Any, index: int) -> bytes:
        size = lib.jsonlog_capture_line(handle, index, ffi.NULL, 0)
        if size == int(ffi.cast("size_t", -1)):  # cleared meanwhile
            return b""
        out = ffi.new("char[]", size + 1)
        lib.jsonlog_capture_line(handle, index, out, size + 1)
        return bytes(ffi.buffer(out, size))

    # ---- expectations

    def expect(self, *patterns: str, within: float = 0) -> None:
        """Each pattern matches at least one line, now or within so many seconds."""
        __tracebackhide__ = True  # pytest shows the caller's line
        self._expect(_MATCH, patterns, within=within)

    def expect_count(self, pattern: str, count: int) -> None:
        """The pattern matches exactly so many lines."""
        __tracebackhide__ = True  # pytest shows the caller's line
        self._expect(_COUNT, [pattern], count=count)

    def expect_none(self, *patterns: str, within: float = 0) -> None:
        """No pattern matches any line, and none does for so many seconds."""
        __tracebackhide__ = True  # pytest shows the caller's line
        self._expect(_NONE, patterns, within=within)

    def expect_order(self, *patterns: str, within: float = 0) -> None:
        """For each pattern a line of its own, in this order; others may stand between."""
        __tracebackhide__ = True  # pytest shows the caller's line
        self._expect(_ORDER, patterns, within=within)

    def expect_only(self, *patterns: str) -> None:
        """Each line is matched by some pattern, and each pattern matches some line; without patterns: no line."""
        __tracebackhide__ = True  # pytest shows the caller's line
        self._expect(_ONLY, patterns)

    def expect_quiet(self) -> None:
        """No line at ERROR or above."""
        __tracebackhide__ = True  # pytest shows the caller's line
        self._expect(_QUIET, ())

    def _expect(self, kind: int, patterns: Sequence[str], count: int = 0, within: float = 0) -> None:
        __tracebackhide__ = True
        report = self._report(kind, patterns, count, within)
        if report is not None:
            raise AssertionError(report)

    def _report(self, kind: int, patterns: Sequence[str], count: int, within: float) -> Optional[str]:
        """None if it holds. A NUL would end a pattern early and make it another one."""
        if count < 0:
            raise ValueError("a count is not negative")
        sources = [pattern_bytes(pattern) for pattern in patterns]
        if any(b"\0" in source for source in sources):
            raise ValueError("a pattern contains a NUL")
        array, held = _strings(sources)
        expectation = ffi.new("jsonlog_expectation *")
        expectation.size = ffi.sizeof("jsonlog_expectation")
        expectation.kind = kind
        expectation.patterns = ffi.cast("const char *const *", array)
        expectation.pattern_count = len(held)
        expectation.count = count
        expectation.within_ms = _milliseconds(within)
        report = ffi.new("jsonlog_report **")
        owned = self._open()
        if lib.jsonlog_expect(owned.pointer, expectation, report):
            return None
        text = bytes(ffi.string(lib.jsonlog_report_text(report[0]))).decode("utf-8", "replace")
        lib.jsonlog_report_free(report[0])
        return text.rstrip("\n") or "the expectation does not hold, and there is no memory for a report"


def _argument(argument: Any) -> bytes:
    data = os.fsencode(argument)
    if b"\0" in data:
        raise ValueError("an argument contains a NUL")
    return data


