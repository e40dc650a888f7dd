"""python-json-logger and the preset of its name, on the same records, byte for byte.

The version that is installed is the oracle. Debian 12 has 2.0.1, which is asked for the rows marked "common" and for random
records; of the others "lacks" says what it does not have. A checkout of 4.2.0 on PYTHONPATH is asked for everything, and
--record writes its answers into the data:

    PYTHONPATH=python-json-logger/src python3 pjl_oracle.py build/bin/preset_lines tests/data/presets [--record]

python_json_logger.json holds rows whose bytes are equal. deviations.json holds those that are not, with both sides and the
reason: that list is all there is. What is normalised: Python has no record without a call site or message, so a record without
a message is logged as a dict there; a record's milliseconds are whole, as LogRecord has them from CPython 3.13 on (before, a
float just below could lose one); both processes run in UTC.

usage: pjl_oracle.py PRESET_LINES DATA_DIRECTORY [--record]
"""
import datetime
import json
import logging
import os
import random
import subprocess
import sys
import time
import uuid

SKIP = 77
sys.path.append("/usr/lib/python3/dist-packages")  # where Debian's module is if another Python runs this
try:
    from pythonjsonlogger.json import JsonFormatter
    from pythonjsonlogger.core import RESERVED_ATTRS
    VERSION = 4
except ImportError:
    try:
        from pythonjsonlogger.jsonlogger import JsonFormatter, RESERVED_ATTRS
        VERSION = 2
    except ImportError:
        print("skipped: python3-pythonjsonlogger is not installed")
        sys.exit(SKIP)

RANDOM_RECORDS = 1000
COMMON_LEAST = 30
TIME_NS = 1795334865784000000


# ---- the data's notation (tests/support/format_case.h) as Python's values


def special(kind, value):
    if kind in ("$int", "$uint"):
        return int(value)
    if kind == "$double":
        return float(value)
    if kind == "$bytes":
        return bytes.fromhex(value)
    if kind == "$text":
        return bytes.fromhex(value).decode("utf-8", "surrogatepass")
    if kind == "$uuid":
        return uuid.UUID(value)
    if kind == "$time":
        zero = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        return zero + datetime.timedelta(seconds=int(value[0]), microseconds=int(value[1]) // 1000)
    raise ValueError(kind)


def value_of(data):
    if isinstance(data, list):
        return [value_of(item) for item in data]
    if not isinstance(data, dict):
        return data
    if len(data) == 1 and next(iter(data)).startswith("$"):
        return special(*next(iter(data.items())))
    return {key: value_of(item) for key, item in data.items()}


def formatter_of(row):
    options = row.get("options", {})
    given = {}
    for name, argument in {"rename": "rename_fields", "rename_keeps_missing": "rename_fields_keep_missing",
                           "timestamp_key": "timestamp", "prefix": "prefix", "indent": "json_indent",
                           "asctime_format": "datefmt", "style": "style"}.items():
        if name in options:
            given[argument] = options[name]
    for name, argument in {"static": "static_fields", "defaults": "defaults"}.items():
        if name in options:
            given[argument] = value_of(options[name])
    if "exclude" in options:
        given["reserved_attrs"] = list(RESERVED_ATTRS) + options["exclude"]
    if row.get("preset_options", {}).get("raw_utf8"):
        given["json_ensure_ascii"] = False
    layout = options.get("format", options.get("names"))
    return JsonFormatter(layout, **given) if layout else JsonFormatter(**given)


def record_of(data):
    site = data.get("site", {"file": "a.c", "line": 1, "function": "f"})
    fields = value_of(data.get("fields", {}))
    has_message = data.get("message") is not None
    record = logging.LogRecord(data.get("logger", "test"), data.get("level", 20), site["file"], site["line"],
                               data["message"] if has_message else fields, None, None, site["function"])
    ns = int(data.get("time_ns", TIME_NS))
    record.created = ns / 1e9
    record.msecs = ns // 10**6 % 1000 + 0.0
    record.thread = data.get("thread", 0)
    if has_message:
        record.__dict__.update(fields)
    return record


def python_line(row):
    return formatter_of(row).format(record_of(row["record"]))


# ---- random records: what both can be told and JSON can hold


def random_text(source):
    alphabet = "abcXYZ019 _-./\\\"'\t\n\r\b\f\x01\x1f\x7f\x80\xa0éßпп인증日本\u2028\u2029\ufeff\uffff😀🏳️\U0010ffff"
    return "".join(source.choice(alphabet) for _ in range(source.randrange(0, 12)))


def random_number(source):
    pick = source.randrange(5)
    if pick == 0:
        return {"$int": str(source.choice([-2**63, 2**63 - 1, 0, -1, source.randrange(-2**63, 2**63)]))}
    if pick == 1:
        return {"$uint": str(source.randrange(2**64))}
    if pick == 2:
        return {"$double": repr(source.choice([0.0, -0.0, 1e16, 1e-5, 1e-4, 1e22, 5e-324, 1.7976931348623157e308, 0.1]))}
    return {"$double": repr(source.uniform(-1, 1) * 10.0 ** source.randrange(-320, 300))}


def random_value(source, depth):
    pick = source.randrange(8 if depth < 4 else 6)
    if pick < 2:
        return random_text(source)
    if pick < 4:
        return random_number(source)
    if pick < 6:
        return source.choice([True, False, None, {"$uuid": "%032x" % source.randrange(2**128)},
                              {"$time": [str(source.randrange(2**31)), str(1000 * source.choice([0, 1, source.randrange(10**6)]))]}])
    if pick == 6:
        return [random_value(source, depth + 1) for _ in range(source.randrange(4))]
    return {"k%d%s" % (i, random_text(source)): random_value(source, depth + 1) for i in range(source.randrange(4))}


def random_row(source):
    options = {"time_style": "offset", "format": source.choice(
        ["%(message)s", "%(levelname)s %(name)s %(message)s", "%(asctime)s %(levelno)d %(lineno)4d %(message)", "%(nope)s %(a)s %(message)s"])}
    if source.random() < 0.5:
        options["timestamp_key"] = source.choice(["timestamp", "a", "when"])
    if source.random() < 0.3:
        options["indent"] = source.choice([1, 2, 4])
    fields = {source.choice("abcde_") + str(i) if i else "a": random_value(source, 0) for i in range(source.randrange(6))}
    data = {"level": source.choice([5, 10, 20, 25, 30, 40, 50]), "message": random_text(source), "logger": source.choice(["test", "a.b"]),
            "time_ns": str(1000 * source.randrange(2**31 * 10**6)), "fields": fields,
            "site": {"file": "src/a.c", "line": 7, "function": "f"}}
    return {"preset": "python-json-logger", "options": options, "record": data, "preset_options": {"raw_utf8": source.random() < 0.5}}


def is_comparable(row):
    """Python's level 5 has no name of its own, ours has; a field may not have a name of LogRecord's."""
    return row["record"]["level"] != 5 or "levelname" not in row["options"]["format"]


# ---- comparing


def c_lines(program, rows):
    result = subprocess.run([program], input=json.dumps(rows).encode(), capture_output=True, check=True)
    return json.loads(result.stdout)


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def save(path, rows):
    with open(path, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n")


def compare(rows, expected, found, what):
    failures = []
    for row, wanted, got in zip(rows, expected, found):
        if wanted != got:
            failures.append(f"{what}: {row.get('name', json.dumps(row))}\n  expected {wanted}\n  got      {got}")
    return failures


def main():
    program, directory = sys.argv[1:3]
    os.environ["TZ"] = "UTC0"
    time.tzset()
    rows_path, list_path = (os.path.join(directory, name) for name in ("python_json_logger.json", "deviations.json"))
    rows, deviations = load(rows_path), load(list_path)
    if "--record" in sys.argv[3:]:
        if VERSION != 4:
            sys.exit("only 4.2.0 is recorded")
        save(rows_path, [{**row, "expected": python_line(row)} for row in rows])
        save(list_path, [{**row, "python": python_line(row)} for row in deviations])
        return 0
    failures = compare(rows, [row["expected"] for row in rows], c_lines(program, rows), "the preset")
    failures += compare(deviations, [row["expected"] for row in deviations], c_lines(program, deviations), "the preset deviates otherwise")
    failures += [f"{row['name']}: no deviation" for row in deviations if row["python"] == row["expected"]]
    failures += [f"{row['name']}: neither common nor lacking" for row in rows if bool(row.get("common")) == bool(row.get("lacks"))]
    asked = rows if VERSION == 4 else [row for row in rows if row.get("common")]
    failures += compare(asked, [row["expected"] for row in asked], [python_line(row) for row in asked], "python-json-logger")
    if VERSION == 4:
        failures += compare(deviations, [row["python"] for row in deviations], [python_line(row) for row in deviations], "its side of a deviation")
    if len(asked) < COMMON_LEAST:
        failures.append(f"only {len(asked)} common rows")
    source = random.Random(20261122)
    count = int(RANDOM_RECORDS * float(os.environ.get("JSONLOG_TEST_EFFORT", "1")))
    random_rows = [row for row in (random_row(source) for _ in range(count)) if is_comparable(row)]
    failures += compare(random_rows, [python_line(row) for row in random_rows], c_lines(program, random_rows), "a random record")
    print(f"python-json-logger {VERSION}.x: {len(asked)} rows of {len(rows)}, {len(random_rows)} random records, "
          f"{len(deviations)} deviations, {len(failures)} differences")
    print("\n".join(failures[:10]))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
