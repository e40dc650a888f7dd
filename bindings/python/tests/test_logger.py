"""The library's loggers, handlers and formatters from Python."""
import dataclasses
import datetime
import enum
import json
import os
import sys
import threading
import uuid

import jsonlog
import pytest


def lines_of(handler):
    return [json.loads(line) for line in handler.read().splitlines()]


def test_a_record_has_its_fields(memory):
    jsonlog.get("payment.db").error("query failed", errorCode="DA00012", query={"ms": 12.5, "args": (1, None, True)})
    (line,) = lines_of(memory)
    line.pop("timestamp")
    assert list(line.items()) == [
        ("logType", "ERROR"),
        ("logger", "payment.db"),
        ("errorMessage", "query failed"),
        ("errorCode", "DA00012"),
        ("query", {"ms": 12.5, "args": [1, None, True]}),
    ]


def test_every_level(memory):
    log = jsonlog.get("levels")
    jsonlog.get().level = "TRACE"
    for name in "trace debug info warn warning error fatal critical".split():
        getattr(log, name)("m")
    log.log(25, "m")
    log.log("error", "m")
    assert [line["logType"] for line in lines_of(memory)] == (
        "TRACE DEBUG INFO WARN WARN ERROR FATAL FATAL".split() + ["LEVEL 25", "ERROR"]
    )
    assert jsonlog.level_name(30) == "WARN"


def test_levels_are_a_tree(memory):
    parent, child = jsonlog.get("tree"), jsonlog.get("tree.child")
    parent.level = "ERROR"
    assert (parent.level, child.level, child.effective_level) == (40, 0, 40)
    child.info("no")
    child.error("yes")
    assert child.enabled("ERROR") and not child.enabled(20)
    parent.level = 0
    child.propagate = False
    child.error("nowhere")
    child.propagate = True
    assert child.propagate is True
    assert [line["errorMessage"] for line in lines_of(memory)] == ["yes"]


def test_values_of_pythons_types(memory):
    @dataclasses.dataclass
    class Point:
        x: int

    class Color(enum.Enum):
        RED = "red"

    jsonlog.get("values").info(
        "m",
        when=datetime.datetime(2026, 11, 22, 8, 7, 45, 784000, tzinfo=datetime.timezone.utc),
        day=datetime.date(2026, 11, 22),
        id=uuid.UUID(int=1),
        data=b"\xff\xfe",
        point=Point(1),
        color=Color.RED,
        error=ValueError("x"),
        big=2**64,
        nan=float("nan"),
        raw=jsonlog.Raw('{"a": [1, 2]}'),
        no_raw=jsonlog.Raw("{"),
        secret=jsonlog.Secret("password"),
        text=jsonlog.Text(b"a\xff"),
    )
    (line,) = lines_of(memory)
    assert line == {
        **line,
        "when": "2026-11-22T08:07:45.784Z",
        "day": "2026-11-22",
        "id": "00000000-0000-0000-0000-000000000001",
        "data": "__4=",
        "point": {"x": 1},
        "color": "red",
        "error": "ValueError: x",
        "big": 2**64,
        "nan": None,
        "raw": {"a": [1, 2]},
        "no_raw": "{",
        "secret": "***",
        "text": "a�",
    }


def test_fields_with_any_names(memory):
    log = jsonlog.get("names")
    log.info("m", {"a b": 1, "self": 2, 5: 3}, message="own", level="x", fields=4)
    (line,) = lines_of(memory)
    assert (line["a b"], line["self"], line["5"], line["fields"], line["level"]) == (1, 2, 3, 4, "x")
    assert line["message"] == "m" and line["message_2"] == "own"


def test_no_message(memory):
    jsonlog.get("none").info(a=1)
    jsonlog.get("none").info(None, [("b", 2)])
    assert ["message" in line for line in lines_of(memory)] == [False, False]


def test_bound_fields_and_scopes(memory):
    log = jsonlog.get("bound").bind(requestId="7", o={"x": [1]})
    with jsonlog.scope({"tenant": 5}, user="u"):
        log.bind(more=1).info("inside")
    log.info("outside")
    inside, outside = lines_of(memory)
    assert (inside["requestId"], inside["o"], inside["tenant"], inside["user"], inside["more"]) == ("7", {"x": [1]}, 5, "u", 1)
    assert "tenant" not in outside and outside["requestId"] == "7"
    assert log.name == "bound"


def test_a_scope_belongs_to_its_thread(memory):
    with jsonlog.scope(requestId="main"):
        thread = threading.Thread(target=lambda: jsonlog.get("scopes").info("other"))
        thread.start()
        thread.join()
    assert "requestId" not in lines_of(memory)[0]


def test_static_fields(memory):
    jsonlog.set_static_fields(service="pay")
    jsonlog.get("static").info("m")
    jsonlog.set_static_fields()
    jsonlog.get("static").info("m")
    assert [line.get("service") for line in lines_of(memory)] == ["pay", None]


def test_handlers_have_levels_and_formatters(tmp_path):
    log = jsonlog.get("handlers")
    log.propagate = False
    path = tmp_path / "deep" / "app.log"
    human = jsonlog.FileHandler(path, makes_directories=True, mode=0o600, formatter=jsonlog.Formatter("human"), level="ERROR")
    ecs = jsonlog.MemoryHandler(formatter=jsonlog.Formatter("ecs", service="pay", version="1", labels=["team"]))
    log.set_handlers([human, ecs])
    log.info("hello", team="a")
    log.error("bad")
    jsonlog.flush()
    assert path.read_text().split(" ", 1)[1].rstrip() == "ERROR handlers  bad"
    assert os.stat(path).st_mode & 0o777 == 0o600
    first = lines_of(ecs)[0]
    assert (first["log.level"], first["service.name"], first["labels"]) == ("info", "pay", {"team": "a"})
    assert human.stats.lines == 1 and ecs.stats.lines == 2
    assert human.level == 40
    log.remove_handler(human)
    log.error("more")
    assert human.stats.lines == 1
    assert ecs.clear() == 3 and ecs.read() == b""
    log.set_handlers([])
    log.propagate = True


def test_a_stream_handler_keeps_its_own_descriptor(tmp_path):
    log = jsonlog.get("stream")
    log.propagate = False
    with open(tmp_path / "log", "wb") as file:
        log.add_handler(jsonlog.StreamHandler(file))
    with open(tmp_path / "other", "wb"):  # gets the number of the closed one
        log.info("still")
    log.set_handlers([])
    log.propagate = True
    assert json.loads((tmp_path / "log").read_bytes())["message"] == "still"
    assert (tmp_path / "other").read_bytes() == b""


def test_a_callback_gets_lines(memory):
    got = []
    log = jsonlog.get("callback")
    with jsonlog.CallbackHandler(got.append, level="WARN") as handler:
        log.add_handler(handler)
    log.info("no")
    log.warn("인증", n=1)
    log.set_handlers([])
    (line,) = got
    assert line.text.endswith("\n") and json.loads(line.text)["message"] == "인증"
    assert line.level == jsonlog.WARN and line.time_ns > 10**18


def test_an_async_handler_writes_by_itself(memory):
    names = []
    log = jsonlog.get("async")
    log.propagate = False
    log.set_handlers([jsonlog.AsyncHandler(jsonlog.CallbackHandler(lambda line: names.append(threading.current_thread().name)))])
    log.info("m")
    jsonlog.flush()
    log.set_handlers([])
    log.propagate = True
    assert len(names) == 1 and names[0] != threading.current_thread().name
    for wrong in (lambda: jsonlog.AsyncHandler(None), lambda: jsonlog.AsyncHandler(memory, when_full="never")):
        with pytest.raises((TypeError, ValueError)):
            wrong()


def test_a_callback_may_refuse_and_may_raise(memory, monkeypatch):
    told = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: told.append(str(unraisable.exc_value)))

    def refuse(line):
        if "raise" in line.text:
            raise RuntimeError("from the callback")
        return False

    log = jsonlog.get("refusing")
    handler = jsonlog.CallbackHandler(refuse)
    log.add_handler(handler)
    log.info("refuse")
    log.info("raise")
    assert handler.stats.lost == 2
    log.set_handlers([])
    assert told == ["from the callback"]


def test_a_callback_that_logs_does_not_hang(memory):
    log = jsonlog.get("nested")
    handler = jsonlog.CallbackHandler(lambda line: log.info("inside"))
    log.add_handler(handler)
    log.info("outside")
    assert handler.stats.lost_nested >= 1
    log.set_handlers([])


def test_a_callback_is_forgotten_with_its_handler():
    from jsonlog import _handler

    before = len(_handler._callbacks)
    handler = jsonlog.CallbackHandler(print)
    assert len(_handler._callbacks) == before + 1
    del handler
    assert len(_handler._callbacks) == before


def test_configuration(tmp_path, memory):
    path = tmp_path / "app.log"
    config = {
        "version": 1,
        "handlers": {"file": {"class": "file", "path": str(path)}},
        "root": {"level": "INFO", "handlers": ["file"]},
    }
    jsonlog.configure(config)
    jsonlog.get("configured").info("by a mapping")
    (tmp_path / "log.json").write_text(json.dumps(config))
    jsonlog.configure(tmp_path / "log.json")
    jsonlog.get("configured").info("by a file")
    jsonlog.flush()
    assert [json.loads(line)["message"] for line in path.read_text().splitlines()] == ["by a mapping", "by a file"]
    config["handlers"]["file"]["maxByte"] = 1
    with pytest.raises(jsonlog.JsonlogError, match="handlers.file.maxByte: there is no such option"):
        jsonlog.configure(config)


def test_stats_and_version(memory):
    before = jsonlog.stats()
    jsonlog.get("stats").info("m")
    after = jsonlog.stats()
    assert after.records == before.records + 1 and after.lines == before.lines + 1
    assert jsonlog.version() == jsonlog.__version__


def test_the_clock_of_tests(memory):
    jsonlog.set_clock(1_700_000_000_123_456_789)
    try:
        jsonlog.get("clock").info("m")
    finally:
        jsonlog.set_clock(None)
    jsonlog.get("clock").info("m")
    first, second = lines_of(memory)
    assert first["timestamp"] == "2023-11-14T22:13:20.123Z" != second["timestamp"]
