"""JsonFormatter is python-json-logger's: its arguments, its hooks, its bytes.

Three judges: the bytes of version 4.2, as data; Debian's 2.0.1, asked here and now; and random records, which both write.
"""
import copy
import importlib.util
import inspect
import json
import logging
import logging.config
import os
import pathlib
import pickle
import random
import time

import jsonlog
import pytest

from conftest import DATA, EFFORT, rows
from pjl_cases import CASES, record_of

EXPECTED = json.loads((pathlib.Path(__file__).parent / "pjl_expected.json").read_text())
ORACLE = DATA.parent / "conformance" / "pjl_oracle.py"
RANDOM_RECORDS = 1000
COMMON_LEAST = 30


@pytest.fixture(autouse=True)
def utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC0")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def load_oracle():
    """The repository's own script: how its data becomes formatters and records."""
    spec = importlib.util.spec_from_file_location("pjl_oracle", ORACLE)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except SystemExit:
        pytest.skip("python3-pythonjsonlogger is not installed")
    return module


@pytest.fixture
def oracle():
    return load_oracle()


def our_line(oracle, row):
    theirs, oracle.JsonFormatter = oracle.JsonFormatter, Formatter
    try:
        return oracle.python_line(row)
    finally:
        oracle.JsonFormatter = theirs


class Formatter(jsonlog.JsonFormatter):
    """Called with what 2.0.1 has too."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_has_the_bytes_of_4_2(case):
    line = case.line(jsonlog.JsonFormatter)
    if case.differs:
        assert line == case.ours != EXPECTED[case.name]
    else:
        assert line == EXPECTED[case.name]


def test_every_case_has_its_bytes():
    assert set(EXPECTED) == {case.name for case in CASES}


def test_the_rows_of_the_repository_have_the_bytes_of_4_2(oracle):
    for row in rows("presets/python_json_logger.json"):
        assert our_line(oracle, row) == row["expected"], row["name"]


def test_the_deviations_are_those_of_the_preset(oracle):
    # Python's own level names, and its floats of seconds, are not the library's to change.
    pythons_own = {"TRACE", "half a microsecond"}
    for row in rows("presets/deviations.json"):
        expected = row["python" if row["name"] in pythons_own else "expected"]
        assert our_line(oracle, row) == expected, row["name"]


def test_debians_version_agrees_on_the_common_set(oracle):
    common = [row for row in rows("presets/python_json_logger.json") if row.get("common") or oracle.VERSION == 4]
    assert len(common) >= COMMON_LEAST
    for row in common:
        assert our_line(oracle, row) == oracle.python_line(row), row["name"]
    cases = [case for case in CASES if case.common or (oracle.VERSION == 4 and not case.differs)]
    assert len(cases) >= COMMON_LEAST
    for case in cases:
        assert case.line(jsonlog.JsonFormatter) == case.line(oracle.JsonFormatter), case.name


def test_random_records_agree_with_debians_version(oracle):
    source = random.Random(20261123)
    for _ in range(int(RANDOM_RECORDS * EFFORT)):
        row = oracle.random_row(source)
        assert our_line(oracle, row) == oracle.python_line(row), json.dumps(row)


# ---- errors at construction


def test_an_unknown_style_names_the_styles():
    with pytest.raises(ValueError, match=r"Style must be one of: '%\{\$,'"):
        jsonlog.JsonFormatter("x", style="|")


def test_a_format_without_a_field_is_refused():
    with pytest.raises(ValueError):
        jsonlog.JsonFormatter("no field")
    assert jsonlog.JsonFormatter("no field", validate=False).format(record_of()) == "{}"


def test_a_style_of_ones_own_needs_a_parser():
    with pytest.raises(ValueError, match="is not supported"):
        jsonlog.JsonFormatter("x", style="|", validate=False)


def test_an_unknown_argument_is_refused():
    with pytest.raises(TypeError):
        jsonlog.JsonFormatter(json_ident=2)


# ---- what a caller may rely on


def test_the_arguments_are_those_of_4_2():
    arguments = inspect.signature(jsonlog.JsonFormatter.__init__).parameters
    assert list(arguments)[1:] == (
        "fmt datefmt style validate prefix rename_fields rename_fields_keep_missing static_fields reserved_attrs timestamp defaults "
        "exc_info_as_array stack_info_as_array json_default json_encoder json_serializer json_indent json_ensure_ascii"
    ).split()


def test_the_callers_dict_is_not_modified():
    message = {"a": 1}
    record = record_of(message)
    record.exc_text = "error"
    jsonlog.JsonFormatter().format(record)
    assert message == {"a": 1}


def test_maps_are_copied_at_construction():
    static, rename = {"s": 1}, {"a": "b"}
    formatter = jsonlog.JsonFormatter(static_fields=static, rename_fields=rename)
    static["s"], rename["a"] = 2, "c"
    record = record_of()
    record.a = 5
    assert formatter.format(record) == '{"message": "m", "s": 1, "b": 5}'


def test_the_time_is_formatted_only_where_it_is_asked_for():
    record = record_of()
    jsonlog.JsonFormatter("%(message)s", datefmt="%Y").format(record)
    assert not hasattr(record, "asctime")


def test_functions_may_be_named_as_in_configuration_files():
    formatter = jsonlog.JsonFormatter(json_default="builtins.repr")
    record = record_of()
    record.o = {1}
    assert formatter.format(record) == '{"message": "m", "o": "{1}"}'


def test_dict_config(tmp_path):
    path = tmp_path / "app.log"
    logging.config.dictConfig({
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "jsonlog.JsonFormatter", "fmt": "%(levelname)s %(message)s",
                                "static_fields": {"out": "ext://os.sep"}}},
        "handlers": {"file": {"class": "logging.FileHandler", "filename": str(path), "formatter": "json"}},
        "loggers": {"configured": {"handlers": ["file"], "level": "INFO", "propagate": False}},
    })
    logging.getLogger("configured").info("hello", extra={"a": 1})
    for handler in list(logging.getLogger("configured").handlers):
        logging.getLogger("configured").removeHandler(handler)
        handler.close()
    assert path.read_text() == '{"levelname": "INFO", "message": "hello", "out": "%s", "a": 1}\n' % os.sep


def test_a_formatter_is_copied_and_pickled():
    formatter = jsonlog.JsonFormatter("%(levelname)s %(message)s", json_indent=2, timestamp=True)
    line = formatter.format(record_of())
    assert copy.deepcopy(formatter).format(record_of()) == line
    assert pickle.loads(pickle.dumps(formatter)).format(record_of()) == line


# ---- what 4.2 loses


def test_what_is_inside_itself_is_a_marker():
    circle = []
    circle.append(circle)
    tree = {}
    tree["up"] = {"down": tree}
    record = record_of()
    record.c, record.t, record.after = circle, tree, 1
    assert jsonlog.JsonFormatter().format(record) == (
        '{"message": "m", "c": ["__could_not_encode__"], "t": {"up": {"down": "__could_not_encode__"}}, "after": 1}'
    )


def test_a_value_may_stand_in_many_places():
    shared = {"x": [1]}
    record = record_of()
    record.a, record.b = [shared, shared], {"again": shared}
    assert jsonlog.JsonFormatter().format(record) == (
        '{"message": "m", "a": [{"x": [1]}, {"x": [1]}], "b": {"again": {"x": [1]}}}'
    )


def test_a_circle_with_branches_ends():
    circle = []
    circle += [circle, circle]
    record = record_of()
    record.c = circle
    assert json.loads(jsonlog.JsonFormatter().format(record))["c"] == ["__could_not_encode__"] * 2


def test_what_is_too_deep_is_a_marker():
    value = []
    for _ in range(10_000):
        value = [value]
    record = record_of()
    record.v, record.after = value, 1
    line = json.loads(jsonlog.JsonFormatter().format(record))
    assert line["after"] == 1
    depth, at = 0, line["v"]
    while isinstance(at, list):
        depth, at = depth + 1, at[0]
    assert (depth, at) == (64, "__too_deep__")


def test_a_tuple_as_a_key_is_its_text():
    record = record_of()
    record.v = {(1, 2): 3}
    assert jsonlog.JsonFormatter().format(record) == '{"message": "m", "v": {"(1, 2)": 3}}'


def test_a_default_that_raises_is_a_marker():
    def refuse(value):
        raise TypeError("no")

    record = record_of()
    record.v, record.after = [object()], 1
    line = jsonlog.JsonFormatter(json_default=refuse).format(record)
    assert line == '{"message": "m", "v": ["__could_not_encode__"], "after": 1}'
    endless = jsonlog.JsonFormatter(json_default=lambda value: [object()])
    assert json.loads(endless.format(record))["after"] == 1


def test_threads_share_a_formatter(script):
    script("""
        import json, logging, threading
        import jsonlog
        formatter = jsonlog.JsonFormatter("%(levelname)s %(message)s", timestamp=True)
        lines = []
        def work(number):
            for i in range(300):
                record = logging.LogRecord("n", 20, "p", 1, "m", (), None)
                record.n, record.o = number, [i, {"x": object}]
                line = json.loads(formatter.format(record))
                assert (line["n"], line["o"]) == (number, [i, {"x": "object"}]), line
                lines.append(line)
        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        [t.start() for t in threads]; [t.join() for t in threads]
        assert len(lines) == 2400
    """)
