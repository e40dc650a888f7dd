"""Objects of the library, each owned by one of Python's: by a capsule in it, see native/owner.c."""
from __future__ import annotations

import ctypes
from typing import Any, Optional

from ._errors import ClosedError
from ._native import ffi, lib

# The kinds of native.h.
FILTER, SET, METRIC, FORMATTER, HANDLER, LOGGER, CAPTURE = range(7)

_destructors = [lib.jlpy_destructor(kind) for kind in range(7)]
_new_capsule = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)(
    ("PyCapsule_New", ctypes.pythonapi)
)


class Owner:
    """Owns what a pointer points to. Whoever calls with the pointer has the owner in a variable meanwhile."""

    __slots__ = ("_handle", "_capsule", "__weakref__")

    def _own(self, handle: Any, kind: int) -> None:
        self._capsule = _new_capsule(int(ffi.cast("uintptr_t", handle)), None, _destructors[kind])
        self._handle = handle


class Owned(Owner):
    """A pointer that several may hold, so that one can let it go while another is inside a call with it."""

    __slots__ = ()

    def __init__(self, handle: Any, kind: int) -> None:
        self._own(handle, kind)

    @property
    def pointer(self) -> Any:
        return self._handle


class Closable:
    """Holds an Owned until it is closed."""

    __slots__ = ("_owned", "__weakref__")

    _owned: Optional[Owned]

    def _open(self) -> Owned:
        """To be kept in a variable as long as its pointer is used."""
        owned: Optional[Owned] = getattr(self, "_owned", None)
        if owned is None:
            raise ClosedError(type(self).__name__)
        return owned

    def close(self) -> None:
        """Give it up; twice is harmless."""
        self._owned = None
