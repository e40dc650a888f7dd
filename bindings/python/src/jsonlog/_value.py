"""Python's values on their way to the library.

What is a plain value all through (dict, list, tuple, str, int, float, bool, None, keys of str) goes over as marshal writes it, in
one piece: see native/tape.c. For everything else Plain makes a plain value of it first, with marks for what JSON has no
type for but the library has. A mark is a tuple; a real tuple has become a list by then. Where only some fields are not plain,
and none of them holds others (a time, a UUID, an object that is written as its text), the rest need not be walked: then only
tuples at the fields' own depth are marks.
"""
from __future__ import annotations

import dataclasses
import datetime
import enum
import marshal
import traceback
import types
import uuid
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Tuple, Union

from ._errors import JsonlogError
from ._native import ffi, lib
from ._owner import FORMATTER, Owner
from ._text import utf8

_SLOW = int(ffi.cast("size_t", -1))
_FAILED = _SLOW - 1
_MARSHAL = 4  # the version that native/tape.c reads
_NO_MARKS, _ALL_MARKS = 0, 2**32 - 1

# As in native.h.
_TEXT, _BYTES, _RAW, _TIME, _UUID, _DURATION, _SECRET, _FIELDS = range(1, 9)

_INT_LEAST, _INT_MOST = -(2**63), 2**64 - 1

#: What the library writes where a value could not be; here for what it never gets to see.
COULD_NOT_ENCODE = "__could_not_encode__"

#: The library writes 64 levels and a marker for what is deeper.
_DEPTH = 68

_UTC = datetime.timezone.utc
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=_UTC)


class Raw:
    """JSON text that is written as it is, if it is JSON; else as a string."""

    __slots__ = ("data",)

    def __init__(self, text: Union[str, bytes]) -> None:
        self.data = utf8(text) if isinstance(text, str) else bytes(text)


class Text:
    """Bytes that are text, of which some may not be UTF-8: each of those becomes U+FFFD."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = bytes(data)


class Secret:
    """A value that is written as ``"***"``. Nothing of it is read."""

    __slots__ = ("value",)

    def __init__(self, value: Any = None) -> None:
        self.value = value


#: How the values of a caller's own types are made into others; None: not by the caller.
Default = Optional[Callable[[Any], Any]]


class Plain:
    """Makes plain values. One object serves one call: it knows which containers it is inside of."""

    __slots__ = ("_default", "_inside")

    def __init__(self, default: Default = None) -> None:
        self._default = default
        self._inside: List[int] = []

    def value(self, value: Any) -> Any:
        """Never raises: what cannot be written becomes the marker."""
        kind = type(value)
        if kind is str or kind is float or kind is bool or value is None:
            return value
        if kind is int:
            return value if _INT_LEAST <= value <= _INT_MOST else _big(value)
        try:
            return self._container(value) if isinstance(value, (dict, list, tuple)) else self._scalar(value)
        except RecursionError:
            return COULD_NOT_ENCODE

    def shallow(self, fields: Dict[Any, Any]) -> Optional[Dict[str, Any]]:
        """The fields with marks in their own places; None if that is not enough."""
        made: Dict[str, Any] = {}
        for key, value in fields.items():
            if type(key) is not str:
                return None
            kind = type(value)
            if kind in _AS_IT_IS:
                pass
            elif kind is datetime.datetime and value.tzinfo is _UTC:
                value = _utc(value)
            elif kind is tuple:
                value = list(value)
            else:
                value = self.value(value)
                if type(value) is list or (type(value) is tuple and value[0] == _FIELDS):
                    return None  # it holds others
            made[key] = value
        return made

    def _container(self, value: Any) -> Any:
        if id(value) in self._inside:
            return COULD_NOT_ENCODE
        if len(self._inside) >= _DEPTH:
            return []
        try:  # a copy: a container of their own may not let itself be walked, or change meanwhile
            items = [(key, item) for key, item in value.items()] if isinstance(value, dict) else list(value)
        except Exception:
            return COULD_NOT_ENCODE
        self._inside.append(id(value))
        try:
            return self.pairs(items) if isinstance(value, dict) else [self.value(item) for item in items]
        finally:
            self._inside.pop()

    def pairs(self, pairs: Iterable[Tuple[Any, Any]]) -> Any:
        """Pairs in their order; keys that become equal are the library's to resolve."""
        flat: List[Any] = []
        for key, value in pairs:
            flat.append(_key(key))
            flat.append(self.value(value))
        return (_FIELDS, flat)

    def _scalar(self, value: Any) -> Any:
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, int) and not isinstance(value, enum.Enum):
            return self.value(int(value))
        if isinstance(value, float) and not isinstance(value, enum.Enum):
            return float.__float__(value)
        mark = _OWN.get(type(value))
        if mark is not None:
            return mark(value)
        if self._default is not None:
            return self._defaulted(value)
        return self.known(value)

    def _defaulted(self, value: Any) -> Any:
        assert self._default is not None
        try:
            return self._nested(value, self._default)
        except Exception:
            return COULD_NOT_ENCODE

    def known(self, value: Any) -> Any:
        """The types that python-json-logger knows, in its order, and the texts of all others."""
        try:
            for kinds, make in _KNOWN:
                if isinstance(value, kinds):
                    return make(self, value)
            if dataclasses.is_dataclass(value) and not isinstance(value, type):
                return self._nested(value, dataclasses.asdict)
            if isinstance(value, type):
                return value.__name__
        except Exception:  # whatever a value of theirs does, the line is written
            pass
        return _text_of(value)

    def _nested(self, value: Any, make: Callable[[Any], Any]) -> Any:
        """What ``make`` makes of a value, which may hold the value again, or another one of its kind without end."""
        if id(value) in self._inside or len(self._inside) >= _DEPTH:
            return COULD_NOT_ENCODE
        self._inside.append(id(value))
        try:
            return self.value(make(value))
        finally:
            self._inside.pop()


def _big(value: int) -> Any:
    try:
        return (_RAW, str(value).encode())
    except ValueError:  # over sys.set_int_max_str_digits()
        return hex(value)


def _text_of(value: Any) -> str:
    makes: Tuple[Callable[[Any], str], ...] = (str, repr)
    for make in makes:
        try:
            return str.__str__(make(value))
        except Exception:
            pass
    return COULD_NOT_ENCODE


def _key(key: Any) -> Any:
    """Keys as json.dumps() writes them; what it refuses as its text, and bytes as they are."""
    kind = type(key)
    if kind is str or kind is bytes:
        return key
    if isinstance(key, Text):
        return key.data
    if isinstance(key, str):
        return str.__str__(key)
    if key is None or kind is bool:
        return {None: "null", True: "true", False: "false"}[key]
    if isinstance(key, float):
        return float.__repr__(key)
    if isinstance(key, int):
        return int.__repr__(key)
    return _text_of(key)


def _datetime(_: Plain, value: datetime.datetime) -> Any:
    """A time in UTC is written by the library; for one of another zone, or of none, there is only its own text."""
    if type(value) is not datetime.datetime or value.utcoffset() != datetime.timedelta(0):
        return value.isoformat()
    return _utc(value)


def _utc(value: datetime.datetime) -> Any:
    since = value - _EPOCH
    return (_TIME, since.days * 86400 + since.seconds, since.microseconds * 1000)


_KNOWN: Tuple[Tuple[Any, Callable[[Plain, Any], Any]], ...] = (
    (datetime.datetime, _datetime),
    ((datetime.date, datetime.time), lambda _, value: value.isoformat()),
    (BaseException, lambda _, value: f"{type(value).__name__}: {value}"),
    (types.TracebackType, lambda _, value: "".join(traceback.format_tb(value)).strip()),
    (enum.Enum, lambda plain, value: plain._nested(value, lambda member: member.value)),
    (enum.EnumMeta, lambda plain, value: plain.value([member.value for member in value])),
    ((bytes, bytearray), lambda _, value: (_BYTES, bytes(value))),
    (uuid.UUID, lambda _, value: (_UUID, value.bytes)),
)

# Asked before a caller's default: it cannot know them.
_OWN: Dict[type, Callable[[Any], Any]] = {
    Raw: lambda value: (_RAW, value.data),
    Text: lambda value: (_TEXT, value.data),
    Secret: lambda value: (_SECRET,),
}

_AS_IT_IS = frozenset((str, int, float, bool, type(None), list, dict))


#: What a log call takes as fields: a mapping, or pairs in their order.
Fields = Union[Mapping[Any, Any], Iterable[Tuple[Any, Any]], None]


def _pairs_of(fields: Fields) -> Iterable[Tuple[Any, Any]]:
    if fields is None:
        return ()
    return fields.items() if isinstance(fields, Mapping) else fields


def _message(message: Any) -> Any:
    if message is None or type(message) is str:
        return message
    if isinstance(message, (bytes, Text)):
        return (_TEXT, message if isinstance(message, bytes) else message.data)
    return _text_of(message)


def _marked_fields(fields: Any, named: Dict[str, Any]) -> Any:
    plain = Plain()
    _, flat = plain.pairs(_pairs_of(fields))
    _, more = plain.pairs(named.items())
    return (_FIELDS, flat + more)


def _raise(result: int) -> None:
    if result == _FAILED:
        raise MemoryError("jsonlog: out of memory")
    if result:
        raise JsonlogError("jsonlog: a value could not be handed over")


#: Takes a tape, and where its tuples are marks; returns what native.h says.
Call = Callable[[bytes, int], Any]


def _handed_over(call: Call, value: Any, marks_at: int) -> Any:
    """What ``call`` returns; _SLOW if the value is not plain."""
    try:
        tape = marshal.dumps(value, _MARSHAL)
    except ValueError:
        return _SLOW
    return call(tape, marks_at)


def call_with_message(call: Call, message: Any, fields: Fields, named: Dict[str, Any]) -> None:
    if fields is None and (message is None or type(message) is str):
        result = _handed_over(call, [message, named], _NO_MARKS)
        if result == _SLOW:
            shallow = Plain().shallow(named)
            if shallow is not None:
                result = _handed_over(call, [message, shallow], 3)
        if result != _SLOW:
            return _raise(result)
    marked = [_message(message), _marked_fields(fields, named)]
    return _raise(call(marshal.dumps(marked, _MARSHAL), _ALL_MARKS))


def call_with_fields(call: Call, fields: Fields, named: Dict[str, Any]) -> None:
    """For what is done once and not with every record."""
    _raise(call(marshal.dumps(_marked_fields(fields, named), _MARSHAL), _ALL_MARKS))


class Writer(Owner):
    """Values as JSON text, in the style of a formatter of the library, which it owns."""

    __slots__ = ("_default",)

    def __init__(self, formatter: Any, default: Default = None) -> None:
        self._own(formatter, FORMATTER)
        self._default = default

    def text(self, value: Any, is_plain: bool = True) -> str:
        """``is_plain``: it may be plain all through, so that is tried first."""
        text = self._handed_over(value, _NO_MARKS) if is_plain else None
        if text is None and type(value) is dict:
            shallow = Plain(self._default).shallow(value)
            text = None if shallow is None else self._handed_over(shallow, 2)
        if text is None:
            text = self._handed_over(Plain(self._default).value(value), _ALL_MARKS)
        if text is None:
            raise JsonlogError("jsonlog: a value could not be handed over")
        return text

    def _handed_over(self, value: Any, marks_at: int) -> Optional[str]:
        """None if the value is not plain but for marks."""
        try:
            tape = marshal.dumps(value, _MARSHAL)
        except ValueError:
            return None
        size = 1024 + 2 * len(tape)
        while True:
            out = _new_text("char[]", size)
            length = lib.jlpy_write(self._handle, tape, len(tape), marks_at, out, size)
            if length <= size:
                return str(ffi.buffer(out, length), "utf-8")
            if length == _SLOW:
                return None
            if length == _FAILED:
                raise MemoryError("jsonlog: out of memory, or a line beyond any limit")
            size = length


_new_text = ffi.new_allocator(should_clear_after_alloc=False)
