"""CloudWatch filter patterns: match, explain, extract, find, lint."""
from __future__ import annotations

import enum
import json
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Tuple, Union

from ._errors import OK, PatternError, check, pattern_error, text_of
from ._native import ffi, lib
from ._owner import FILTER, SET, Owner
from ._scan import Piece, pieces
from ._text import Line, c_text, line_bytes, pattern_bytes, utf8

_match = lib.jsonlog_filter_match

#: Lines that one call into the library may find.
_FOUND_AT_ONCE = 1024


class Kind(enum.Enum):
    """The languages of a filter pattern."""

    ALL = 0
    TEXT = 1
    REGEX = 2
    JSON = 3
    DELIMITED = 4


class Condition(NamedTuple):
    """One condition of a pattern, as it went for one line."""

    text: str
    offset: int
    is_true: bool
    selector: Optional[str]
    value: Optional[str]
    reason: str


class Explanation:
    """Why a line matches or does not. Its truth is the verdict, ``str()`` the text for a person."""

    def __init__(self, handle: Any) -> None:
        self.matches: bool = lib.jsonlog_explanation_matches(handle)
        self.text: str = text_of(lib.jsonlog_explanation_text(handle))
        self._json = text_of(lib.jsonlog_explanation_json(handle))
        count = lib.jsonlog_explanation_count(handle)
        self.conditions: List[Condition] = [_condition(lib.jsonlog_explanation_get(handle, i)) for i in range(count)]

    @property
    def json(self) -> Dict[str, Any]:
        """The whole explanation, with how conditions are joined, as the library's JSON."""
        tree: Dict[str, Any] = json.loads(self._json)
        return tree

    def __bool__(self) -> bool:
        return self.matches

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<Explanation: {self.text}>"


def _optional(pointer: Any) -> Optional[str]:
    return None if pointer == ffi.NULL else text_of(pointer)


def _condition(one: Any) -> Condition:
    return Condition(
        text_of(one.text), one.offset, one.is_true, _optional(one.selector), _optional(one.value), text_of(one.reason)
    )


class FoundType(enum.Enum):
    """What a value in a line is."""

    STRING = 1
    NUMBER = 2
    BOOL = 3
    NULL = 4
    OBJECT = 5
    ARRAY = 6
    TOKEN = 7


class Found(NamedTuple):
    """A value in a line: its type, its bytes as they stand there, and as plain text."""

    type: FoundType
    raw: bytes
    text: str

    @property
    def value(self) -> Any:
        """The value as Python has it: a str, an int or float, True, None, a dict, a list. A token is a str."""
        if self.type in (FoundType.STRING, FoundType.TOKEN):
            return self.text
        return json.loads(self.raw)


def _found(found: Any) -> Optional[Found]:
    if found.type == 0:
        return None
    size = lib.jsonlog_found_text(found, ffi.NULL, 0)
    out = ffi.new("char[]", size + 1)
    lib.jsonlog_found_text(found, out, size + 1)
    raw = bytes(ffi.buffer(found.text, found.len))
    return Found(FoundType(found.type), raw, bytes(ffi.buffer(out, size)).decode("utf-8", "replace"))


@ffi.def_extern(name="jlpy_each_found", error=False)  # type: ignore[misc]
def _each_found(name: Any, name_len: int, found: Any, context: Any) -> bool:
    values: Dict[str, Optional[Found]] = ffi.from_handle(context)
    values[bytes(ffi.buffer(name, name_len)).decode("utf-8", "replace")] = _found(found)
    return True


class Finding(NamedTuple):
    """What lint says about a pattern that is legal but cannot mean what was written, or that is not legal."""

    code: str
    offset: int
    length: int
    text: str
    suggestion: Optional[str]


def lint(pattern: str, samples: Iterable[Line] = ()) -> List[Finding]:
    """Look at a pattern, and at sample lines if there are any. A pattern that does not compile is a finding too."""
    source = pattern_bytes(pattern)
    out = ffi.new("jsonlog_lint **")
    err = ffi.new("jsonlog_err *")
    check(lib.jsonlog_lint_pattern(source, len(source), out, err), err)
    handle = ffi.gc(out[0], lib.jsonlog_lint_free)
    for sample in samples:
        line = line_bytes(sample)
        check(lib.jsonlog_lint_sample(handle, line, len(line)))
    check(lib.jsonlog_lint_finish(handle))
    return [_finding(lib.jsonlog_lint_get(handle, i)) for i in range(lib.jsonlog_lint_count(handle))]


def _finding(one: Any) -> Finding:
    code = text_of(lib.jsonlog_lint_code_name(one.code))
    return Finding(code, one.offset, one.len, text_of(one.text), _optional(one.suggestion))


class Filter(Owner):
    """A compiled pattern: immutable, to be shared between threads.

        errors = jsonlog.Filter('{ $.logType = "ERROR" && $.user.age >= 20 }')
        errors.match('{"logType":"ERROR","user":{"age":31}}')     # True

    A line is a str or any bytes-like object, without its newline.
    """

    __slots__ = ("pattern", "kind")

    #: the pattern as given
    pattern: str
    kind: Kind

    def __init__(self, pattern: str) -> None:
        source = pattern_bytes(pattern)
        out = ffi.new("jsonlog_filter **")
        err = ffi.new("jsonlog_err *")
        if lib.jsonlog_filter_compile(source, len(source), out, err) != OK:
            raise pattern_error(err, source)
        self._own(out[0], FILTER)
        self.pattern = pattern
        self.kind = Kind(lib.jsonlog_filter_get_kind(out[0]))

    def match(self, line: Line) -> bool:
        """Does the line match?"""
        if type(line) is str:
            try:
                data = line.encode()
            except UnicodeEncodeError:
                data = utf8(line)
        else:
            data = line if type(line) is bytes else line_bytes(line)
        matches: bool = _match(self._handle, data, len(data))
        return matches

    def explain(self, line: Line) -> Explanation:
        """Say why a line matches or does not. For tests and people, not for hot paths."""
        data = line_bytes(line)
        out = ffi.new("jsonlog_explanation **")
        check(lib.jsonlog_filter_explain(self._handle, data, len(data), out))
        return Explanation(ffi.gc(out[0], lib.jsonlog_explanation_free))

    def extract(self, reference: str, line: Line) -> Optional[Found]:
        """The value that ``$.user.age``, ``$status`` or ``$3`` names in a line; None if there is none.

        PatternError: the reference is none, or names what the pattern does not have.
        """
        name = c_text(reference, "a reference")
        data = line_bytes(line)
        found = ffi.new("jsonlog_found *")
        err = ffi.new("jsonlog_err *")
        # The found text points into the line, so both stay named until it is copied.
        view = ffi.from_buffer("char[]", data)
        if lib.jsonlog_filter_extract(self._handle, name, view, len(data), found, err) != OK:
            raise pattern_error(err, name)
        return _found(found)

    def extract_all(self, line: Line) -> Optional[Dict[str, Optional[Found]]]:
        """Of a space-delimited pattern every token by its name; None if the line does not match."""
        data = line_bytes(line)
        values: Dict[str, Optional[Found]] = {}
        context = ffi.new_handle(values)
        matches = lib.jsonlog_filter_extract_all(self._handle, data, len(data), lib.jlpy_each_found, context)
        return values if matches else None

    def lint(self, samples: Iterable[Line] = ()) -> List[Finding]:
        """What may not mean what was written; see lint()."""
        return lint(self.pattern, samples)

    def find(self, source: Any) -> Iterator[bytes]:
        """The lines that match, in turn, without their newlines.

        ``source`` is a path, a binary file, or a buffer: bytes, a bytearray, a memoryview, an mmap. A file is read from where
        it stands; a buffer may be resized between two lines, and lines that were already read are found as they were then.
        """
        return self._find(pieces(source))

    def _find(self, of: Iterator[Piece]) -> Iterator[bytes]:
        spans = ffi.new("size_t[]", 2 * _FOUND_AT_ONCE)
        for piece in of:
            found = _FOUND_AT_ONCE
            while found == _FOUND_AT_ONCE:
                found = lib.jlpy_find(self._handle, piece.native, spans, _FOUND_AT_ONCE)
                view = memoryview(ffi.buffer(piece.memory, piece.native.len))
                bounds = iter(ffi.unpack(spans, 2 * found)) if found else iter(())
                for offset in bounds:
                    yield view[offset : offset + next(bounds)].tobytes()
                del view

    def count(self, source: Any) -> int:
        """How many lines match; sources as for find()."""
        return sum(lib.jlpy_count(self._handle, piece.native) for piece in pieces(source))

    def __repr__(self) -> str:
        return f"jsonlog.Filter({self.pattern!r})"

    def __reduce__(self) -> Any:
        return Filter, (self.pattern,)


class FilterSet(Owner):
    """Many patterns at once: which of them match a line, in one pass over it.

        alarms = jsonlog.FilterSet(['{ $.level = "ERROR" }', "timeout"])
        alarms.matches("a timeout")      # (1,): the numbers of those that match
    """

    __slots__ = ("patterns", "_words")

    #: the patterns of the set, by their numbers
    patterns: Tuple[str, ...]

    def __init__(self, patterns: Iterable[Union[str, Filter]]) -> None:
        if isinstance(patterns, str):
            raise TypeError("a set is made of several patterns; one is a Filter")
        self.patterns = tuple(one.pattern if isinstance(one, Filter) else one for one in patterns)
        sources = [pattern_bytes(pattern) for pattern in self.patterns]
        for number, source in enumerate(sources):
            if b"\0" in source:  # which would end it
                raise _numbered(number, Filter, self.patterns[number])
        held = [ffi.new("char[]", source) for source in sources]
        array = ffi.new("char *[]", held)
        out = ffi.new("jsonlog_filter_set **")
        bad = ffi.new("size_t *")
        err = ffi.new("jsonlog_err *")
        given = ffi.cast("const char *const *", array)
        if lib.jsonlog_filter_set_compile(given, len(held), out, bad, err) != OK:
            if bad[0] == len(held):
                check(err.code, err)
            raise _numbered(bad[0], pattern_error, err, sources[bad[0]])
        self._own(out[0], SET)
        self._words = len(held) // 64 + 1

    def _room(self) -> Tuple[Any, Any]:
        """For one thread: the verdicts, and the numbers of those that are true."""
        return ffi.new("uint64_t[]", self._words), ffi.new("size_t[]", len(self.patterns) + 1)

    def matches(self, line: Line) -> Tuple[int, ...]:
        """The numbers of the filters that match the line, in rising order."""
        data = line_bytes(line)
        verdicts, numbers = self._room()
        count = lib.jlpy_set_match(self._handle, data, len(data), verdicts, numbers)
        return tuple(ffi.unpack(numbers, count)) if count else ()

    def match(self, line: Line) -> bool:
        """Does any filter match?"""
        return bool(self.matches(line))

    def find(self, source: Any) -> Iterator[Tuple[bytes, Tuple[int, ...]]]:
        """The lines that any filter matches, each with the numbers of those that do; sources as for Filter.find()."""
        return self._find(pieces(source))

    def _find(self, of: Iterator[Piece]) -> Iterator[Tuple[bytes, Tuple[int, ...]]]:
        verdicts, numbers = self._room()
        span = ffi.new("size_t[2]")
        for piece in of:
            while True:
                count = lib.jlpy_set_find(self._handle, piece.native, span, verdicts, numbers)
                if count == 0:
                    break
                yield piece.line(span[0], span[1]), tuple(ffi.unpack(numbers, count))

    def __len__(self) -> int:
        return len(self.patterns)

    def __getitem__(self, number: int) -> Filter:
        return Filter(self.patterns[number])

    def __repr__(self) -> str:
        return f"jsonlog.FilterSet({list(self.patterns)!r})"

    def __reduce__(self) -> Any:
        return FilterSet, (self.patterns,)


def _numbered(number: int, make: Any, *arguments: Any) -> Exception:
    """The error of a pattern of a set, made or raised, with its number."""
    try:
        error: Exception = make(*arguments)
    except PatternError as raised:
        error = raised
    if isinstance(error, PatternError):
        error.index = number
    return error


# ---- writing patterns from parts ------------------------------------------------------------------------------------------

_PREFIX, _SUFFIX = 1, 2


def _literal(write: Any, what: str, *arguments: Any) -> str:
    size = write(*arguments, ffi.NULL, 0)
    if size == int(ffi.cast("size_t", -1)):
        raise ValueError(f"{what} cannot be written so")
    out = ffi.new("char[]", size + 1)
    write(*arguments, out, size + 1)
    return text_of(out)


def quote(text: str, *, prefix: bool = False, suffix: bool = False) -> str:
    """A text as the quoted literal of a JSON or space-delimited pattern: it means exactly this text.

    ValueError: it holds a NUL or ``*``, for which these patterns have no escape; see quote_regex().
    """
    data = pattern_bytes(text)
    return _literal(lib.jsonlog_pattern_quote, "the text", data, len(data), _PREFIX * prefix + _SUFFIX * suffix)


def quote_phrase(text: str) -> str:
    """A text as a phrase of a text pattern."""
    data = pattern_bytes(text)
    return _literal(lib.jsonlog_pattern_quote_phrase, "the text", data, len(data))


def quote_regex(text: str, *, prefix: bool = False, suffix: bool = False) -> str:
    """A text as a regular expression, percent signs included, that matches it literally."""
    data = pattern_bytes(text)
    return _literal(lib.jsonlog_pattern_quote_regex, "the text", data, len(data), _PREFIX * prefix + _SUFFIX * suffix)


def selector(keys: Sequence[str]) -> str:
    """A property selector from keys: ["user", "first name", "[0]"] gives ``$.user.['first name'][0]``."""
    if isinstance(keys, str):
        raise TypeError("keys are a sequence of str")
    held = [ffi.new("char[]", c_text(key, "a key")) for key in keys]
    array = ffi.new("char *[]", held)
    return _literal(lib.jsonlog_pattern_selector, "the keys", ffi.cast("const char *const *", array), len(held))
