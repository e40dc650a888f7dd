"""Files and buffers piece by piece, in memory of our own.

Nothing that others could change, shrink or unmap meanwhile is handed to the library, which reads without the interpreter's
lock: a file is read and not mapped, a buffer that is not bytes is copied. The copy costs a tenth of the search.
"""
from __future__ import annotations

import io
import os
from typing import Any, Callable, Iterator

from ._native import ffi

PIECE = 256 * 1024
_new_memory = ffi.new_allocator(should_clear_after_alloc=False)

#: Reads the next bytes into a view and says how many; 0 at the end.
Reader = Callable[[memoryview], int]


def _buffer_reader(source: Any) -> Reader:
    """The source is looked at anew for each piece, so that between them it may be resized."""
    at = 0

    def read(room: memoryview) -> int:
        nonlocal at
        with memoryview(source) as view, view.cast("B") as data:
            count = max(0, min(len(room), len(data) - at))
            room[:count] = data[at : at + count]
        at += count
        return count

    return read


def _file_reader(file: Any) -> Reader:
    def read(room: memoryview) -> int:
        count = file.readinto(room)
        if count is None:
            raise BlockingIOError("the file is non-blocking and has no bytes just now")
        if not 0 <= count <= len(room):
            raise ValueError("readinto() returned an impossible count")
        return int(count)

    return read


def _reading_reader(file: Any) -> Reader:
    def read(room: memoryview) -> int:
        data = file.read(len(room))
        if not isinstance(data, (bytes, bytearray)):
            raise TypeError("a file of lines must be opened in binary mode ('rb')")
        room[: len(data)] = data
        return len(data)

    return read


def _reader_of(source: Any) -> Reader:
    if isinstance(source, io.TextIOBase):
        raise TypeError("a file of lines must be opened in binary mode ('rb')")
    try:  # before readinto(): an mmap is a buffer, and its own position is nobody's business
        memoryview(source).release()
        return _buffer_reader(source)
    except TypeError:
        pass
    if hasattr(source, "readinto"):
        return _file_reader(source)
    if hasattr(source, "read"):
        return _reading_reader(source)
    raise TypeError(f"lines come from a path, a binary file or a buffer, not from {type(source).__name__}")


class Piece:
    """Bytes to be looked at: whole lines and, unless they are the last, the begin of one more."""

    def __init__(self, memory: Any, size: int, source: Any = None) -> None:
        self.native = ffi.new("jlpy_piece *")  # as the library's side has it
        self._hold(memory)
        self.source = source  # whose bytes these are
        self.native.len = size
        self.native.is_last = True

    def _hold(self, memory: Any) -> None:
        self.memory = memory
        self.native.bytes = memory

    def line(self, offset: int, size: int) -> bytes:
        return bytes(ffi.buffer(self.memory + offset, size))


class Memory(Piece):
    """A piece of our own, with room for more behind it."""

    def __init__(self, read: Reader) -> None:
        super().__init__(_new_memory("char[]", PIECE), 0)
        self._size = PIECE
        self._read = read
        self.native.is_last = False

    def fill(self) -> None:
        """Keep what was not looked at, and read on. A line longer than the memory makes it grow."""
        done = self.native.at
        rest = self.native.len - done
        if done:
            ffi.memmove(self.memory, self.memory + done, rest)
        elif rest == self._size:
            self._grow()
        self.native.at = 0
        with memoryview(ffi.buffer(self.memory, self._size)) as view, view[rest:] as room:
            count = self._read(room)
        self.native.len = rest + count
        self.native.is_last = count == 0

    def _grow(self) -> None:
        bigger = _new_memory("char[]", 2 * self._size)
        ffi.memmove(bigger, self.memory, self._size)
        self._hold(bigger)
        self._size *= 2


def pieces(source: Any) -> Iterator[Piece]:
    """Each piece of a path, a binary file or a buffer in turn; ask for the next one when the last was looked at."""
    if isinstance(source, (str, os.PathLike)):
        with open(source, "rb", buffering=0) as file:
            yield from pieces(file)
        return
    if type(source) is bytes:  # cannot change, so it is looked at where it is
        yield Piece(ffi.from_buffer("char[]", source), len(source), source)
        return
    memory = Memory(_reader_of(source))
    while not memory.native.is_last:
        memory.fill()
        yield memory
