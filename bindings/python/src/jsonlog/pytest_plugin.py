"""pytest: ``assert_logged``, in the language of the production alarm, and the library's reports.

    def test_login(assert_logged, caplog):
        login(expired_token)
        assert_logged(caplog, '{ $.levelname = "ERROR" && $.errorCode = "DA0001*" }')

Lines come from caplog (what logging logged, in the lines of the root's JSON formatter), capsys or capfd (what was printed),
a finished subprocess, text or bytes, a list of lines, or a jsonlog.Capture (what the library's loggers wrote). The fixture
``jsonlog_capture`` is one that runs for the whole test.
"""
from __future__ import annotations

import logging
import subprocess
from typing import Any, Dict, Iterator, List, Optional, Tuple

import pytest

from ._capture import Capture
from ._formatter import JsonFormatter

_FORMAT = ["levelname", "name", "message"]


def _production_formatter() -> logging.Formatter:
    """That of the root's first handler with a JSON formatter: the names of production are what is tested."""
    for handler in logging.getLogger().handlers:
        formatter = handler.formatter
        if isinstance(formatter, JsonFormatter) or _is_python_json_logger(formatter):
            assert formatter is not None
            return formatter
    return JsonFormatter(_FORMAT, timestamp=True)


def _is_python_json_logger(formatter: Optional[logging.Formatter]) -> bool:
    return any(kind.__module__.startswith("pythonjsonlogger") for kind in type(formatter).__mro__)


class AssertLogged:
    """What the fixture ``assert_logged`` is."""

    def __init__(self) -> None:
        # What capsys has read it does not read again, so what was printed is kept for the next assertion.
        self._printed: Dict[int, Tuple[Any, Capture]] = {}
        #: makes the lines of caplog's records; None: see above
        self.formatter: Optional[logging.Formatter] = None

    def __call__(self, source: Any, *patterns: str, within: float = 0) -> None:
        """Each pattern matches at least one line."""
        __tracebackhide__ = True
        self._capture(source).expect(*patterns, within=within)

    def count(self, source: Any, pattern: str, count: int) -> None:
        """The pattern matches exactly so many lines."""
        __tracebackhide__ = True
        self._capture(source).expect_count(pattern, count)

    def none(self, source: Any, *patterns: str) -> None:
        """No pattern matches any line."""
        __tracebackhide__ = True
        self._capture(source).expect_none(*patterns)

    def in_order(self, source: Any, *patterns: str) -> None:
        """For each pattern a line of its own, in this order."""
        __tracebackhide__ = True
        self._capture(source).expect_order(*patterns)

    def only(self, source: Any, *patterns: str) -> None:
        """Each line is matched by some pattern, and each pattern matches some line."""
        __tracebackhide__ = True
        self._capture(source).expect_only(*patterns)

    def quiet(self, source: Any) -> None:
        """No line at ERROR or above."""
        __tracebackhide__ = True
        self._capture(source).expect_quiet()

    # ---- lines of all kinds

    def _capture(self, source: Any) -> Capture:
        if isinstance(source, Capture):
            return source
        if isinstance(source, pytest.LogCaptureFixture):
            return self._of_records(source.records)
        if isinstance(source, pytest.CaptureFixture):
            return self._of_printed(source)
        if isinstance(source, (subprocess.CompletedProcess, subprocess.CalledProcessError)):
            if source.stdout is None:
                raise TypeError("the subprocess was run without capturing its stdout")
            return Capture(source.stdout)
        if isinstance(source, (list, tuple)):
            return self._of_list(source)
        return Capture(source)

    def _of_list(self, source: Any) -> Capture:
        if source and all(isinstance(record, logging.LogRecord) for record in source):
            return self._of_records(source)
        return Capture(*source)

    def _of_records(self, records: List[logging.LogRecord]) -> Capture:
        formatter = self.formatter or _production_formatter()
        return Capture(*(formatter.format(record) for record in records))

    def _of_printed(self, fixture: "pytest.CaptureFixture[Any]") -> Capture:
        _, capture = self._printed.setdefault(id(fixture), (fixture, Capture()))
        out, _ = fixture.readouterr()
        capture.feed(out)
        return capture


@pytest.fixture
def assert_logged() -> AssertLogged:
    """Assert on log lines with CloudWatch filter patterns."""
    return AssertLogged()


@pytest.fixture
def jsonlog_capture() -> Iterator[Capture]:
    """What the loggers of the library write during the test, from TRACE up, on all threads."""
    with Capture.start(level="TRACE") as capture:
        yield capture
