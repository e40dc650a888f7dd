"""JsonFormatter: python-json-logger's, with the library as its writer."""
from __future__ import annotations

import datetime
import importlib
import json
import logging
import re
import sys
from typing import Any, Callable, Dict, List, Optional, Sequence, Union

from ._errors import check
from ._native import ffi, lib
from ._value import Writer

#: The attributes of a LogRecord that are no fields of the caller's.
RESERVED_ATTRS: List[str] = sorted(
    "args asctime created exc_info exc_text filename funcName levelname levelno lineno module msecs message msg name pathname "
    "process processName relativeCreated stack_info thread threadName".split()
    + (["taskName"] if sys.version_info >= (3, 12) else [])
)

# How the names of the fields stand in a format; the text between them has no meaning.
_NAMES = {
    "%": re.compile(r"%\((.+?)\)"),
    "{": re.compile(r"\{(.+?)\}"),
    "$": re.compile(r"\$(?:\$|\{(.+?)\}|([_a-z][_a-z0-9]*))", re.IGNORECASE),
}

_LINE_MAX = 1 << 28
_OFFSET, _PYTHON = 1, 4  # JSONLOG_TIME_RFC3339_OFFSET, JSONLOG_PRECISION_PYTHON
_INDENT_MAX = 16


def _writer(indent: Optional[int], ascii_only: bool, default: Optional[Callable[[Any], Any]]) -> Writer:
    options = ffi.new("jsonlog_json_options *")
    options.size = ffi.sizeof("jsonlog_json_options")
    options.time_style = _OFFSET
    options.timestamp_precision = _PYTHON
    options.spaced = True
    options.ascii_only = ascii_only
    options.indent = indent or 0
    options.line_max = _LINE_MAX
    err = ffi.new("jsonlog_err *")
    handle = lib.jsonlog_json_formatter_new(options, err)
    if handle == ffi.NULL:
        check(err.code, err)
    return Writer(handle, default)


def _imported(function: Any) -> Any:
    """A function, or its dotted name, as configuration files have it."""
    if not isinstance(function, str):
        return function
    module, _, name = function.rpartition(".")
    return getattr(importlib.import_module(module), name)


class JsonFormatter(logging.Formatter):
    """A drop-in for ``pythonjsonlogger.json.JsonFormatter``: the same arguments, hooks and lines.

    The order and strength of fields is made in the methods below, which may be overridden as there; the JSON text is
    written by the library. With a ``json_encoder`` or ``json_serializer`` of your own, or an indent that is no small number,
    it is written by these. Where python-json-logger writes no JSON or loses the record this one differs: NaN and the
    infinities are null, a lone surrogate is U+FFFD, a value inside itself is "__could_not_encode__", what is nested
    deeper than 64 levels "__too_deep__", a key that JSON has no form for is its text, and of keys that become equal as text
    the last one counts.

    Args:
        fmt: which fields come first, as a format text or a sequence of names.
        datefmt: of asctime.
        style: ``%``, ``{``, ``$``, or ``,`` for a list; others need validate=False and a parse() of your own.
        validate: whether a format of the first three is checked.
        prefix: in front of the JSON text.
        rename_fields: keys to be written under other names.
        rename_fields_keep_missing: those that a record lacks are null.
        static_fields: on every line.
        reserved_attrs: names that are never written as extra fields.
        timestamp: True, or the key, to add the record's time in UTC.
        defaults: fields that everything else overrides.
        exc_info_as_array, stack_info_as_array: a list of lines.
        json_default: makes a value that can be written of one that cannot.
        json_encoder, json_serializer: see above.
        json_indent: blanks per level, over several lines.
        json_ensure_ascii: ``\\uXXXX`` for everything beyond ASCII.
    """

    def __init__(
        self,
        fmt: Union[str, Sequence[str], None] = None,
        datefmt: Optional[str] = None,
        style: str = "%",
        validate: bool = True,
        *,
        prefix: str = "",
        rename_fields: Optional[Dict[str, str]] = None,
        rename_fields_keep_missing: bool = False,
        static_fields: Optional[Dict[str, Any]] = None,
        reserved_attrs: Optional[Sequence[str]] = None,
        timestamp: Union[bool, str] = False,
        defaults: Optional[Dict[str, Any]] = None,
        exc_info_as_array: bool = False,
        stack_info_as_array: bool = False,
        json_default: Union[Callable[[Any], Any], str, None] = None,
        json_encoder: Union[Callable[..., Any], str, None] = None,
        json_serializer: Union[Callable[..., str], str] = json.dumps,
        json_indent: Union[int, str, None] = None,
        json_ensure_ascii: bool = True,
    ) -> None:
        self._set_format(fmt, style, validate)
        self.datefmt = datefmt
        self.prefix = prefix
        # Item by item: the maps of logging.config resolve "ext://" and "cfg://" in []
        self.rename_fields = {key: rename_fields[key] for key in rename_fields} if rename_fields else {}
        self.static_fields = {key: static_fields[key] for key in static_fields} if static_fields else {}
        self.rename_fields_keep_missing = rename_fields_keep_missing
        self.reserved_attrs = set(RESERVED_ATTRS if reserved_attrs is None else reserved_attrs)
        self.timestamp = timestamp
        self.defaults = {} if defaults is None else defaults
        self.exc_info_as_array = exc_info_as_array
        self.stack_info_as_array = stack_info_as_array
        self._skip_fields = self.reserved_attrs | set(self._required_fields)
        self.json_default = _imported(json_default)
        self.json_encoder = _imported(json_encoder)
        self.json_serializer = _imported(json_serializer)
        self.json_indent = json_indent
        self.json_ensure_ascii = json_ensure_ascii
        self._own_writer = self._make_writer()

    def _set_format(self, fmt: Union[str, Sequence[str], None], style: str, validate: bool) -> None:
        if fmt is not None and not isinstance(fmt, str):
            self._style: Any = "__sequence__"
            self._fmt: Any = str(fmt)
            self._required_fields = list(fmt)
            return
        known: Any = logging._STYLES.get(style)
        if known is None and style != "," and validate:
            raise ValueError("Style must be one of: '%{$,'")
        self._fmt = fmt
        self._style = style
        if known is not None:
            self._style = known[0](fmt)
            self._fmt = self._style._fmt
            if validate:
                self._style.validate()
        self._style_name = style
        self._required_fields = self.parse()

    def _make_writer(self) -> Optional[Writer]:
        indent = self.json_indent
        is_ours = self.json_encoder is None and self.json_serializer is json.dumps
        if not is_ours or not (indent is None or (type(indent) is int and 0 < indent <= _INDENT_MAX)):
            return None
        assert indent is None or isinstance(indent, int)
        return _writer(indent, self.json_ensure_ascii, self.json_default)

    def __getstate__(self) -> Dict[str, Any]:
        return {key: value for key, value in self.__dict__.items() if key != "_own_writer"}

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._own_writer = self._make_writer()

    # ---- steps that may be overridden

    def parse(self) -> List[str]:
        """The names of the fields in the format; override it for a style of your own."""
        if self._fmt is None:
            return []
        if self._style == ",":
            return [name.strip() for name in self._fmt.split(",") if name.strip()]
        names = _NAMES.get(self._style_name)
        if names is None:
            raise ValueError(f"Style {self._style!r} is not supported")
        found = ("".join(match.groups("")) for match in names.finditer(self._fmt))
        return [name for name in found if name]

    def format(self, record: logging.LogRecord) -> str:
        msg: Any = record.msg
        message_dict: Dict[str, Any] = dict(msg) if isinstance(msg, dict) else {}
        record.message = "" if isinstance(msg, dict) else record.getMessage()
        if "asctime" in self._required_fields:
            record.asctime = self.formatTime(record, self.datefmt)
        if record.exc_info and not message_dict.get("exc_info"):
            message_dict["exc_info"] = self.formatException(record.exc_info)
        if record.exc_text and not message_dict.get("exc_info"):
            message_dict["exc_info"] = record.exc_text
        if record.stack_info and not message_dict.get("stack_info"):
            message_dict["stack_info"] = self.formatStack(record.stack_info)
        log_data: Dict[str, Any] = {}
        self.add_fields(log_data, record, message_dict)
        return self.serialize_log_record(self.process_log_record(log_data))

    def add_fields(self, log_data: Dict[str, Any], record: logging.LogRecord, message_dict: Dict[str, Any]) -> None:
        """Fill the line's fields: the later one wins, in the place of the earlier one."""
        renamed = self.rename_fields.get
        attributes = record.__dict__
        for key, value in self.defaults.items():
            log_data[renamed(key, key)] = value
        for key in self._required_fields:
            log_data[renamed(key, key)] = attributes.get(key)
        for key, value in self.static_fields.items():
            log_data[renamed(key, key)] = value
        for key, value in message_dict.items():
            log_data[renamed(key, key)] = value
        skipped = self._skip_fields
        for key, value in attributes.items():
            if key not in skipped and not (isinstance(key, str) and key.startswith("_")):
                log_data[renamed(key, key)] = value
        if self.timestamp:
            key = self.timestamp if isinstance(self.timestamp, str) else "timestamp"
            log_data[renamed(key, key)] = datetime.datetime.fromtimestamp(record.created, tz=datetime.timezone.utc)
        if self.rename_fields_keep_missing:
            for key in self.rename_fields.values():
                log_data.setdefault(key, None)

    def process_log_record(self, log_data: Dict[str, Any]) -> Dict[str, Any]:
        """A last look at the fields; returns those that are written."""
        return log_data

    def jsonify_log_record(self, log_data: Dict[str, Any]) -> str:
        """The fields as JSON text."""
        if self._own_writer is not None:
            return self._own_writer.text(log_data, not self.timestamp)
        encoder = self.json_encoder
        if encoder is None and self.json_default is None:
            return self._serialized(log_data, default=_known, cls=None)
        return self._serialized(log_data, default=self.json_default, cls=encoder)

    def _serialized(self, log_data: Dict[str, Any], **arguments: Any) -> str:
        text: str = self.json_serializer(
            log_data, indent=self.json_indent, ensure_ascii=self.json_ensure_ascii, **arguments
        )
        return text

    def serialize_log_record(self, log_data: Dict[str, Any]) -> str:
        """The line, with its prefix."""
        return self.prefix + self.jsonify_log_record(log_data)

    def formatException(self, ei: Any) -> Any:
        text = super().formatException(ei)
        return text.splitlines() if self.exc_info_as_array else text

    def formatStack(self, stack_info: str) -> Any:
        text = super().formatStack(stack_info)
        return text.splitlines() if self.stack_info_as_array else text


def _known(value: Any) -> Any:
    """What another serializer cannot write, as the library would: its JSON, read again."""
    return json.loads(_writer(None, True, None).text(value))
