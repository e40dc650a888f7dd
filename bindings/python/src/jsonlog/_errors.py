"""What can go wrong, as exceptions that say where."""
from __future__ import annotations

from typing import Any, Optional

from ._native import ffi, lib

OK = 0
E_NOMEM = 2
NO_OFFSET = int(ffi.cast("size_t", -1))


class JsonlogError(Exception):
    """The library refused. ``str()`` is what it says."""

    #: the library's sentence, without the text it is about
    text: str

    def __init__(self, text: str, shown: Optional[str] = None) -> None:
        super().__init__(shown or text)
        self.text = text


class PatternError(JsonlogError, ValueError):
    """A pattern, or a reference into a line, that is none. ``str()`` shows it with a caret below.

    ``offset`` is the byte at fault in the UTF-8 of the pattern, ``position`` the character; both are None where the error
    has no place. ``pattern`` is the text at fault, ``index`` its number in a set.
    """

    offset: Optional[int]
    position: Optional[int]
    pattern: str
    index: Optional[int]

    def __init__(self, text: str, shown: str, pattern: bytes, offset: Optional[int]) -> None:
        super().__init__(text, shown)
        self.pattern = pattern.decode("utf-8", "surrogatepass")
        self.offset = offset
        self.position = None if offset is None else len(pattern[:offset].decode("utf-8", "replace"))
        self.index = None


class ClosedError(JsonlogError, ValueError):
    """The handle was closed before."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the {what} is closed")


def text_of(pointer: Any) -> str:
    """A C string of the library, which is UTF-8."""
    return bytes(ffi.string(pointer)).decode("utf-8", "replace")


def rendered(err: Any, source: bytes) -> str:
    size = lib.jsonlog_err_render(err, source, len(source), ffi.NULL, 0) + 1
    out = ffi.new("char[]", size)
    lib.jsonlog_err_render(err, source, len(source), out, size)
    return text_of(out)


def pattern_error(err: Any, source: bytes) -> Exception:
    if err.code == E_NOMEM:
        return MemoryError(text_of(err.text))
    offset = None if err.offset == NO_OFFSET else err.offset
    return PatternError(text_of(err.text), rendered(err, source), source, offset)


def check(status: int, err: Any = None) -> None:
    """Raise what the library says, if it says anything but OK."""
    if status == OK:
        return
    text = text_of(lib.jsonlog_status_text(status) if err is None else err.text)
    if status == E_NOMEM:
        raise MemoryError(text)
    raise JsonlogError(text)
