"""What is logged and the exact line: the same file that C, C++ and Node read."""
import pathlib

import jsonlog
import pytest

from conftest import rows


def text_of(item):
    return bytes.fromhex(item["bytes"]) if isinstance(item, dict) else item


def value_of(value):
    ((kind, item),) = value.items()
    if kind in ("int", "uint"):
        return int(item)
    if kind == "double":
        return float(item.replace("Infinity", "inf"))
    if kind == "bytes":
        return jsonlog.Text(bytes.fromhex(item))
    if kind == "raw":
        return jsonlog.Raw(item)
    if kind == "array":
        return [value_of(one) for one in item]
    if kind == "object":
        return pairs_of(item)
    return None if kind == "null" else item


class Pairs(dict):
    """A dict as far as types go, with keys that may be equal."""

    def __init__(self, pairs):
        super().__init__()
        self.pairs = pairs

    def items(self):
        return self.pairs


def pairs_of(items):
    pairs = [(text_of(key), value_of(value)) for key, value in items]
    keys = [key for key, _ in pairs]
    is_plain = len(set(keys)) == len(keys) and all(isinstance(key, str) for key in keys)
    return dict(pairs) if is_plain else Pairs(pairs)


CASES = rows("bindings/format_cases.jsonl")


@pytest.fixture(autouse=True)
def as_the_cases_want():
    """The thread's name, which a preset writes, and afterwards the real clock again."""
    name = pathlib.Path("/proc/self/comm")
    before = name.read_text()
    name.write_text("worker-1")
    yield
    name.write_text(before.strip())
    jsonlog.set_clock(None)
    jsonlog.get().level = "INFO"


def logged(case, memory, log):
    memory.clear()
    memory.set_formatter(jsonlog.Formatter(case["preset"]))
    jsonlog.get().level = 1
    jsonlog.set_clock(int(case["time_ns"]))
    log(jsonlog.get(case["logger"]), case)
    return memory.read()


def log_pairs(logger, case):
    level = int(case["level"]) if case["level"].isdigit() else case["level"]
    logger.log(level, text_of(case["message"]), [(text_of(key), value_of(value)) for key, value in case["fields"]])


def log_named(logger, case):
    level = int(case["level"]) if case["level"].isdigit() else case["level"]
    logger.log(level, text_of(case["message"]), **{key: value_of(value) for key, value in case["fields"]})


def test_there_are_cases():
    assert len(CASES) >= 80
    assert {case["preset"] for case in CASES} >= {"default", "ecs", "python-json-logger"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_line_is_exact(case, memory):
    line = case["line"].encode("utf-8", "surrogatepass") + b"\n"
    assert logged(case, memory, log_pairs) == line
    keys = [text_of(key) for key, _ in case["fields"]]
    if all(isinstance(key, str) for key in keys) and len(set(keys)) == len(keys):
        assert logged(case, memory, log_named) == line  # the fast way, where it is one
