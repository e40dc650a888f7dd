"""Python's texts and buffers as the bytes of the library."""
from __future__ import annotations

import os
import sys
from typing import Any, Union

if sys.version_info >= (3, 10):
    from typing import TypeAlias

    Line: "TypeAlias" = Union[str, bytes, bytearray, memoryview]
else:
    Line = Union[str, bytes, bytearray, memoryview]


def utf8(text: str) -> bytes:
    """A lone surrogate has no UTF-8: its three bytes are ill-formed, and the library treats them as such."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def line_bytes(line: Any) -> bytes:
    """A line as bytes that cannot change while the library reads them, with the lock of the interpreter released."""
    if isinstance(line, str):
        return utf8(line)
    if isinstance(line, bytes):
        return line
    try:
        return bytes(memoryview(line))
    except TypeError:
        raise TypeError(f"a line is str or bytes-like, not {type(line).__name__}") from None


def pattern_bytes(pattern: Any) -> bytes:
    if not isinstance(pattern, str):
        raise TypeError(f"a filter pattern is a str, not {type(pattern).__name__}")
    return utf8(pattern)


def c_text(text: Any, what: str) -> bytes:
    """A text for an argument that ends at its NUL."""
    if not isinstance(text, str):
        raise TypeError(f"{what} is a str, not {type(text).__name__}")
    data = utf8(text)
    if b"\0" in data:
        raise ValueError(f"{what} contains a NUL")
    return data


def c_path(path: Any) -> bytes:
    name = os.fsencode(path)
    if b"\0" in name:
        raise ValueError("a path contains a NUL")
    return name
