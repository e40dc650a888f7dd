"""What only Python has of the checklist of python-json-logger: arguments and a record, line by line.

pjl_expected.json holds the bytes of version 4.2, recorded by this file (see below); rows that C has too are data of the
repository (tests/data/presets/python_json_logger.json). `common` says that Debian's 2.0.1 writes the same; `differs` why we
do not write what 4.2 does, and then the line in `ours` is meant.

    PYTHONPATH=python-json-logger/src python3 pjl_cases.py > pjl_expected.json
"""
import collections
import dataclasses
import datetime
import enum
import json
import logging
import string
import sys
import uuid


class Case:
    def __init__(self, name, item, make=dict, record=dict, common=False, differs=None, ours=None, kind=None):
        self.name, self.item, self.make, self.record, self.common = name, item, make, record, common
        self.differs, self.ours, self.kind = differs, ours, kind

    def line(self, formatter_class):
        kind = self.kind(formatter_class) if self.kind else formatter_class
        return kind(**self.make()).format(record_of(**self.record()))


def record_of(msg="m", args=(), extra=None, exc_info=None, exc_text=None, stack_info=None, level=20, name="test"):
    record = logging.LogRecord(name, level, "src/a.c", 7, msg, args, exc_info, "f", stack_info)
    record.exc_text = exc_text
    record.created = 1500000000.0001
    record.__dict__.update(extra or {})
    return record


def raised(error):
    """As exc_info, with a traceback of no frames."""
    return (type(error), error, None)


def with_cause():
    error = ValueError("outer")
    error.__cause__ = KeyError("inner")
    return raised(error)


class Color(enum.Enum):
    RED = 1
    RAW = b"\xff"
    PAIR = (1, "x")


class Number(enum.IntEnum):
    SEVEN = 7


class Name(str, enum.Enum):
    X = "x"


@dataclasses.dataclass
class Point:
    x: int
    y: dict


class Broken:
    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__


class OnlyRepr(Broken):
    def __repr__(self):
        return "<only repr>"


class Shout(str):
    def __str__(self):
        return "loud"


class Count(int):
    def __repr__(self):
        return "many"


class Ratio(float):
    def __repr__(self):
        return "part"


def extra(**fields):
    return lambda: {"extra": fields}


def nested(value):
    """Everywhere a value can be: at the top, in an object, in an array."""
    return extra(v=value, o={"v": value}, a=[value])


def adds_a_field(base):
    class Adds(base):
        def process_log_record(self, log_data):
            log_data["custom"] = "value"
            return super().process_log_record(log_data)

    return Adds


def adds_fields(base):
    class Adds(base):
        def add_fields(self, log_data, record, message_dict):
            super().add_fields(log_data, record, message_dict)
            log_data["level"] = log_data.pop("levelname").lower()

    return Adds


def own_style(base):
    class Own(base):
        def parse(self):
            return self._fmt.split("|")

    return Own


def own_exception(base):
    class Own(base):
        def formatException(self, ei):
            return "E: " + str(ei[1])

        def formatStack(self, stack_info):
            return stack_info.upper()

    return Own


def own_line(base):
    class Own(base):
        def serialize_log_record(self, log_data):
            return "<" + super().serialize_log_record(log_data) + ">"

        def jsonify_log_record(self, log_data):
            return super().jsonify_log_record({"inside": log_data})

    return Own


UTC = datetime.timezone.utc
SEOUL = datetime.timezone(datetime.timedelta(hours=9))
ALL = ("asctime created filename funcName levelname levelno lineno module msecs message name pathname process processName "
       "relativeCreated thread threadName").split()
STILL = [name for name in ALL if name not in ("asctime", "msecs", "process", "relativeCreated", "thread", "threadName", "processName")]

CASES = [
    Case("the message alone", 1, common=True),
    Case("a literal text in the format means nothing", 2, lambda: {"fmt": "x %(message)s y %(name)-5s"}, common=True),
    Case("a tuple of names", 6, lambda: {"fmt": ("levelname", "message")}),
    Case("a style of one's own", 9, lambda: {"fmt": "levelname|message", "style": "|", "validate": False}, kind=own_style),
    Case("no format in comma style", 5, lambda: {"style": ","}),
    Case("what a record knows", 13, lambda: {"fmt": STILL}),
    Case("datefmt changes nothing but asctime", 15,
         lambda: {"fmt": "%(asctime)s %(message)s", "datefmt": "%Y", "timestamp": True}, common=True),
    Case("exc_info renamed", 27, lambda: {"rename_fields": {"exc_info": "error"}}, lambda: {"exc_info": raised(ValueError("x"))}),
    Case("exc_info renamed, no exception", 27, lambda: {"rename_fields": {"exc_info": "error"}}),
    Case("all that is reserved is exposed", 34, lambda: {"fmt": ["message"], "reserved_attrs": ["args", "created", "msecs",
         "relativeCreated", "process", "processName", "thread", "threadName"]}),
    Case("reserved_attrs hides a field", 37, lambda: {"reserved_attrs": ["password", *ALL, "args", "exc_info", "exc_text", "msg",
         "stack_info"]}, extra(password="x", b=1), common=True),
    Case("arguments of printf", 40, record=lambda: {"msg": "%s of %d", "args": ("one", 2)}, common=True),
    Case("a dict of printf", 40, record=lambda: {"msg": "%(a)s", "args": ({"a": 1},)}, common=True),
    Case("a dict as the message", 41, record=lambda: {"msg": {"a": 1, "message": "own"}}, common=True),
    Case("an ordered dict as the message", 41, record=lambda: {"msg": collections.OrderedDict(b=1, a=2, message="x")}, common=True),
    Case("an object as the message", 41, record=lambda: {"msg": Point(1, {})}, common=True),
    Case("keys that are no strings", 43, record=lambda: {"msg": {5: 1, None: 2, True: 3, 1.5: 4, "message": ""}}, common=True),
    Case("nested keys that are no strings", 43, record=extra(o={5: {False: [{2.0: None}]}}), common=True),
    Case("what a filter put on the record", 45, record=extra(requestId="r", nothing=None), common=True),
    Case("an exception", 46, record=lambda: {"exc_info": raised(ValueError("bad ü"))}, common=True),
    Case("an exception with a cause", 46, record=lambda: {"exc_info": with_cause()}, common=True),
    Case("a dict's own exc_info", 47, record=lambda: {"msg": {"exc_info": "own", "message": "m"}, "exc_info": raised(ValueError("x"))},
         common=True),
    Case("a cached exception", 48, record=lambda: {"exc_text": "kept\ntext"}, common=True),
    Case("an exception as an array", 49, lambda: {"exc_info_as_array": True}, lambda: {"exc_info": raised(ValueError("a\nb"))}),
    Case("no exception as an array", 49, lambda: {"exc_info_as_array": True}),
    Case("a stack", 50, record=lambda: {"stack_info": "Stack:\n  at f"}, common=True),
    Case("a stack as an array", 50, lambda: {"stack_info_as_array": True}, lambda: {"stack_info": "Stack:\n  at f"}),
    Case("formatException and formatStack replaced", 52, record=lambda: {"exc_info": raised(ValueError("x")), "stack_info": "s"},
         kind=own_exception, common=True),
    Case("a timestamp", 53, lambda: {"timestamp": True}, common=True),
    Case("a timestamp by name", 54, lambda: {"timestamp": "when"}, common=True),
    Case("bytes", 58, record=nested(b"\xff\xfe")),
    Case("a bytearray", 58, record=nested(bytearray(b"abcd"))),
    Case("a time in UTC", 59, record=nested(datetime.datetime(2017, 7, 14, 2, 40, tzinfo=UTC)), common=True),
    Case("a time with 100 microseconds", 59, record=nested(datetime.datetime(2017, 7, 14, 2, 40, 0, 100, tzinfo=UTC)), common=True),
    Case("the first and last second of UTC", 59, record=extra(a=[datetime.datetime(1, 1, 1, tzinfo=UTC),
         datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), datetime.datetime(1969, 12, 31, 23, 59, 59, 1, tzinfo=UTC)]),
         common=True),
    Case("a time of another zone", 59, record=nested(datetime.datetime(2017, 7, 14, 11, 40, tzinfo=SEOUL)), common=True),
    Case("a time of no zone", 59, record=nested(datetime.datetime(2017, 7, 14, 11, 40, 1, 500)), common=True),
    Case("a date", 59, record=nested(datetime.date(2017, 7, 14)), common=True),
    Case("a time of day", 59, record=nested(datetime.time(16, 45, 30, 100)), common=True),
    Case("a UUID", 60, record=nested(uuid.UUID(int=0x00112233445566778899AABBCCDDEEFF)), common=True),
    Case("an exception as a value", 61, record=nested(ValueError("x"))),
    Case("an exception class", 61, record=nested(ValueError)),
    Case("a dataclass", 62, record=nested(Point(1, {"z": [b"\xff"]}))),
    Case("a dataclass at the top only", 62, record=extra(v=Point(1, {"z": [b"\xff", (1, 2)]}), w=b"x")),
    Case("an enum at the top only", 63, record=extra(v=Color, n=1)),
    Case("a dataclass's class", 62, record=nested(Point)),
    Case("members of enums", 63, record=extra(v=[Color.RED, Color.RAW, Color.PAIR])),
    Case("an enum", 63, record=nested(Color)),
    Case("enums that are numbers and texts", 63, record=extra(n=Number.SEVEN, x=Name.X), common=True),
    Case("an object without text", 64, record=nested(Broken())),
    Case("an object with a repr only", 64, record=nested(OnlyRepr())),
    Case("an object", 64, record=nested(string.Template), kind=None),
    Case("a set of one", 65, record=nested({1}), common=True),
    Case("a tuple", 57, record=nested((1, ("a", None))), common=True),
    Case("types made of str, int and float", 57, record=extra(s=Shout("quiet"), i=Count(3), f=Ratio(0.5)), common=True),
    Case("a number beyond 64 bits", 67, record=nested(2**70), common=True),
    Case("limits of 64 bits", 67, record=extra(v=[2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 2**63, 2**31, -(2**31) - 1]), common=True),
    Case("minus zero", 70, record=nested(-0.0), common=True),
    Case("json_default", 71, lambda: {"json_default": lambda value: "D:" + type(value).__name__},
         extra(o=object(), in_=[object(), {"b": b"x"}]), common=True),
    Case("json_default that returns what needs it again", 71, lambda: {"json_default": lambda value: {"was": str(value)}},
         extra(d=datetime.date(2020, 1, 2)), common=True),
    Case("json_serializer", 72, lambda: {"json_serializer": lambda data, **_: "|".join(sorted(data))}, extra(a=1), common=True),
    Case("json_encoder", 72, lambda: {"json_encoder": Encoder}, extra(o=object(), t=(1, 2)), common=True),
    Case("indented", 73, lambda: {"json_indent": 3}, extra(a={"x": [1, {}], "e": []}), common=True),
    Case("indented by a tab", 73, lambda: {"json_indent": "\t"}, extra(a=[1, {}]), common=True),
    Case("indented by nothing", 73, lambda: {"json_indent": 0}, extra(a=[1, {}]), common=True),
    Case("ASCII only", 74, record=lambda: {"msg": "é 인증 😀 \x7f \u2028 /"}, common=True),
    Case("in UTF-8", 75, lambda: {"json_ensure_ascii": False}, lambda: {"msg": "é 인증 😀 \x7f \u2028 /"}, common=True),
    Case("a field added at the end", 79, kind=adds_a_field, common=True),
    Case("add_fields overridden", 80, lambda: {"fmt": "%(levelname)s %(message)s"}, kind=adds_fields, common=True),
    Case("the text overridden", 80, kind=own_line, common=True),
    Case("a prefix", 38, lambda: {"prefix": "@cee: "}, common=True),
    Case("static fields of Python's types", 33, lambda: {"static_fields": {"b": b"\xff", "d": datetime.date(2020, 1, 2)}}),
    Case("many fields", 44, record=lambda: {"extra": {f"k{i}": i for i in range(400)}}, common=True),
    Case("a deep value", 44, record=lambda: {"extra": {"v": deep(60)}}, common=True),
    Case("a long text", 44, record=lambda: {"extra": {"v": "é" * 5_000}}, common=True),
    Case("NaN", 68, record=nested(float("nan")), differs="NaN is no JSON",
         ours='{"message": "m", "v": null, "o": {"v": null}, "a": [null]}'),
    Case("a lone surrogate", 69, record=extra(v="\ud800"), differs="its escape stands for no text",
         ours='{"message": "m", "v": "\\ufffd\\ufffd\\ufffd"}'),
    Case("keys that become equal", 43, record=extra(v={5: 1, "5": 2}), differs="keys are unique; the last one counts",
         ours='{"message": "m", "v": {"5": 2}}'),
]


def deep(levels):
    value = 1
    for _ in range(levels):
        value = [value]
    return value


class Encoder(json.JSONEncoder):
    def default(self, o):
        return "E:" + type(o).__name__


if __name__ == "__main__":
    from pythonjsonlogger.json import JsonFormatter

    json.dump({case.name: case.line(JsonFormatter) for case in CASES}, sys.stdout, indent=1)
    print()
