"""What a host must survive: an error of the language, or the formatter's marker; never a crash."""
import array
import collections
import io
import json
import logging
import mmap
import os
import threading

import jsonlog
import pytest

ONE = jsonlog.Filter("ERROR")
MARK = "__could_not_encode__"


def lines_of(handler):
    return [json.loads(line) for line in handler.read().splitlines()]


def formatted(**fields):
    record = logging.LogRecord("test", 20, "a.c", 1, "m", (), None)
    record.__dict__.update(fields)
    return json.loads(jsonlog.JsonFormatter().format(record))


# ---- wrong types


@pytest.mark.parametrize(
    "call",
    [
        lambda: jsonlog.Filter(None),
        lambda: jsonlog.Filter(b"ERROR"),
        lambda: jsonlog.Filter(5),
        lambda: jsonlog.Filter(),
        lambda: ONE.match(None),
        lambda: ONE.match(5),
        lambda: ONE.match([b"x"]),
        lambda: ONE.explain(5),
        lambda: ONE.extract(5, "x"),
        lambda: ONE.extract("$.a", None),
        lambda: ONE.extract_all(5),
        lambda: ONE.lint([5]),
        lambda: ONE.find(None) and list(ONE.find(None)),
        lambda: list(ONE.find(5)),
        lambda: list(ONE.find(io.StringIO("ERROR"))),
        lambda: list(ONE.find(["ERROR"])),
        lambda: ONE.count(object()),
        lambda: jsonlog.FilterSet("ERROR"),
        lambda: jsonlog.FilterSet(None),
        lambda: jsonlog.FilterSet([5]),
        lambda: jsonlog.FilterSet(["a"]).matches(5),
        lambda: jsonlog.lint(5),
        lambda: jsonlog.quote(5),
        lambda: jsonlog.selector("a"),
        lambda: jsonlog.selector([5]),
        lambda: jsonlog.MetricFilter(5),
        lambda: jsonlog.Formatter(5),
        lambda: jsonlog.Formatter(service=5),
        lambda: jsonlog.get(5),
        lambda: jsonlog.get("x").add_handler(logging.NullHandler()),
        lambda: jsonlog.get("x").set_handlers([None]),
        lambda: jsonlog.get("x").log(None, "m"),
        lambda: jsonlog.get("x").log(True, "m"),
        lambda: jsonlog.get("x").error("m", 5),
        lambda: jsonlog.get("x").error("m", [5]),
        lambda: jsonlog.NullHandler().set_formatter(logging.Formatter()),
        lambda: jsonlog.CallbackHandler(5),
        lambda: jsonlog.FileHandler(5.5),
        lambda: jsonlog.MemoryHandler("x"),
        lambda: jsonlog.Capture(5),
        lambda: jsonlog.Capture().feed(None),
        lambda: jsonlog.Capture().expect(5),
        lambda: jsonlog.Capture().run("true"),
        lambda: jsonlog.Capture().run([5]),
        lambda: jsonlog.set_clock("x"),
        lambda: jsonlog.configure(5.5),
    ],
)
def test_wrong_types_are_type_errors(call, memory):
    with pytest.raises(TypeError):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: jsonlog.get("x").log(256, "m"),
        lambda: jsonlog.get("x").log(-1, "m"),
        lambda: jsonlog.get("x").log("LOUD", "m"),
        lambda: jsonlog.Capture.start(scope="galaxy"),
        lambda: jsonlog.Capture().expect_count("a", -1),
        lambda: jsonlog.Capture().expect("a", within=-1),
        lambda: jsonlog.Formatter("no such preset"),
        lambda: jsonlog.MemoryHandler(3),
        lambda: jsonlog.StreamHandler(-1),
        lambda: jsonlog.FileHandler("/no/such/directory/log"),
        lambda: jsonlog.set_clock(2**63),
    ],
)
def test_wrong_values_are_errors(call, memory):
    with pytest.raises((ValueError, OverflowError, OSError, jsonlog.JsonlogError)):
        call()


# ---- embedded NUL


def test_nul_in_lines_and_fields_is_kept(memory):
    assert jsonlog.Filter("b").match("a\0b")
    assert list(ONE.find(b"\0ERROR\0\nx\n")) == [b"\0ERROR\0"]
    jsonlog.get("nul").info("a\0b", {"k\0": "v\0"})
    assert memory.read().endswith(b'"message":"a\\u0000b","k\\u0000":"v\\u0000"}\n')
    assert formatted(a="\0")["a"] == "\0"


def test_nul_where_a_text_would_end_is_an_error():
    with pytest.raises(jsonlog.PatternError):
        jsonlog.Filter("ERR\0OR")
    for call in (
        lambda: ONE.extract("$.a\0", "x"),
        lambda: jsonlog.get("a\0b"),
        lambda: jsonlog.FileHandler("/tmp/a\0b"),
        lambda: jsonlog.selector(["a\0"]),
        lambda: jsonlog.quote("a\0"),
        lambda: jsonlog.Capture().expect("ERROR\0x"),
        lambda: jsonlog.Capture().run(["true\0"]),
        lambda: jsonlog.Formatter("ecs\0"),
        lambda: jsonlog.configure("a\0b"),
    ):
        with pytest.raises(ValueError):
            call()


# ---- lone surrogates, bytes that are no UTF-8


def test_lone_surrogates(memory):
    with pytest.raises(jsonlog.PatternError):
        jsonlog.Filter("\ud800")
    assert ONE.match("ERROR \udcff")
    assert ONE.explain("ERROR \ud800").matches
    assert jsonlog.Filter("{ $.a = * }").extract("$.a", '{"a":"\ud800"}').text == "\ufffd" * 3
    jsonlog.get("surrogates").info("m \ud800", {"k\udfff": "v \udc80"})
    (line,) = lines_of(memory)
    assert line["message"] == "m " + "\ufffd" * 3 and line["k" + "\ufffd" * 3] == "v " + "\ufffd" * 3
    assert formatted(a="\ud800\udc00")["a"] == "\ufffd" * 6
    jsonlog.Capture("\ud800").expect_count("", 1)


def test_bytes_that_are_no_utf_8(memory):
    assert ONE.match(b"\xff ERROR \xfe")
    assert list(ONE.find(b"\xff ERROR\n")) == [b"\xff ERROR"]
    assert "\ufffd" in jsonlog.Filter("{ $.a = * }").explain(b'{"a":"\xff"}').text
    jsonlog.get("bytes").info(b"m \xff", [(b"k\xff", jsonlog.Text(b"v\xff"))])
    (line,) = lines_of(memory)
    assert (line["message"], line["k\ufffd"]) == ("m \ufffd", "v\ufffd")


# ---- objects that raise, lie, or never end


class Raises:
    def __str__(self):
        raise RuntimeError("str")

    def __repr__(self):
        raise RuntimeError("repr")

    def __iter__(self):
        raise RuntimeError("iter")

    def __hash__(self):
        return 1


class NoText(Raises):
    def __str__(self):
        return 5


class Exits(Raises):
    def __str__(self):
        raise KeyboardInterrupt


class BadDict(dict):
    def items(self):
        raise RuntimeError("items")


class BadList(list):
    def __iter__(self):
        raise RuntimeError("iter")


class OddPairs(dict):
    def items(self):
        return [1, 2]


class Changing(dict):
    def items(self):
        for key in self:
            self.clear()
            yield key, 1


def test_objects_that_raise_are_the_marker(memory):
    def bad():
        return {"o": Raises(), "n": NoText(), "d": BadDict(a=1), "l": BadList([1]), "c": Changing(a=1, b=2)}

    expected = {"o": MARK, "n": MARK, "d": MARK, "l": MARK, "c": MARK}
    nested = {"in": [expected], "keys": {MARK: 1}}
    for make, line in ((bad, expected), (lambda: {"in": [bad()], "keys": {Raises(): 1}}, nested)):
        jsonlog.get("raises").info("m", **make())
        assert {key: lines_of(memory)[-1][key] for key in line} == line
        assert {key: formatted(**make())[key] for key in line} == line


def test_pairs_that_are_none_are_the_marker():
    assert formatted(v=OddPairs())["v"] == MARK


def test_a_message_that_raises(memory):
    jsonlog.get("raises").info(Raises(), a=1)
    assert lines_of(memory)[0]["message"] == MARK


def test_an_interrupt_is_not_swallowed(memory):
    with pytest.raises(KeyboardInterrupt):
        jsonlog.get("raises").info("m", a=Exits())
    assert memory.read() == b""


def test_a_mapping_of_fields_that_raises_is_the_callers_error(memory):
    with pytest.raises(RuntimeError):
        jsonlog.get("raises").info("m", BadDict(a=1))


def test_circles_and_depth(memory):
    circle = []
    circle.append({"again": circle})
    deep = []
    for _ in range(100_000):
        deep = [deep]
    jsonlog.get("circles").info("m", circle=circle, deep=deep, after=1)
    (line,) = lines_of(memory)
    assert line["circle"] == [{"again": MARK}] and line["after"] == 1
    assert "__too_deep__" in json.dumps(line["deep"])
    while deep:  # a list this deep cannot be freed in one go everywhere
        deep = deep[0]


def test_a_value_that_logs_while_it_is_turned_into_text(memory):
    class Logs:
        def __str__(self):
            jsonlog.get("inner").info("from __str__")
            return "text"

    jsonlog.get("outer").info("m", a=Logs())
    assert [line["message"] for line in lines_of(memory)] == ["from __str__", "m"]


def test_a_value_that_looks_like_a_number(memory):
    class Fake(float):
        pass

    values = {
        "f": (Fake(1.5), 1.5),
        "a": (array.array("i", [1]), "array('i', [1])"),
        "l": ([array.array("i", [1])], ["array('i', [1])"]),
        "c": (1j, "1j"),
        "e": (..., "Ellipsis"),
        "s": (frozenset([1]), "frozenset({1})"),
        "m": (collections.ChainMap({"a": 1}), "ChainMap({'a': 1})"),
        "code": (compile("1", "x", "eval").co_names, []),
    }
    for key, (value, expected) in values.items():  # one by one: each may be what makes the rest go the slow way
        jsonlog.get("odd").info("m", **{key: value})
        assert lines_of(memory)[-1][key] == expected == formatted(**{key: value})[key]


def test_numbers_too_long_to_be_written(memory):
    jsonlog.get("long").info("m", a=10**5000, b=-(10**30))
    (line,) = lines_of(memory)
    assert line["a"] == 10**5000 or int(line["a"], 16) == 10**5000
    assert line["b"] == -(10**30)


def test_a_default_of_a_metric_that_is_no_number():
    with pytest.raises(jsonlog.JsonlogError):
        jsonlog.MetricFilter("ERROR", default=float("nan"))


# ---- buffers freed or changed during a call


def test_a_buffer_that_is_changed_while_it_is_matched():
    data = bytearray(b'{"a":"' + b"x" * 100_000 + b'","level":"ERROR"}')
    one = jsonlog.Filter('{ $.level = "ERROR" }')
    stop = threading.Event()

    def scribble():
        while not stop.is_set():
            data[5:9] = b'"\\u{'
            data[5:9] = b'"xxx'

    thread = threading.Thread(target=scribble)
    thread.start()
    for _ in range(200):
        one.match(data)
        list(one.find(data))
    stop.set()
    thread.join()


def test_a_buffer_that_is_resized_between_lines():
    data = bytearray(b"ERROR\n" * 200_000)
    lines = ONE.find(data)
    assert next(lines) == b"ERROR"
    del data[:]  # no view of it is held
    data += b"x"
    rest = sum(1 for _ in lines)
    assert 0 < rest < 200_000


def test_a_buffer_that_grows_while_it_is_read():
    data = bytearray(b"ERROR\n" * 200_000)
    lines = ONE.find(data)
    next(lines)
    data += b"ERROR\n" * 5
    assert sum(1 for _ in lines) == 200_004


def test_a_buffer_can_be_resized_when_the_call_is_over():
    data = bytearray(b"ERROR")
    ONE.match(data)
    ONE.count(data)
    data += b"x" * 10_000


def test_a_mmap_that_is_closed_between_lines(tmp_path):
    (tmp_path / "log").write_bytes(b"ERROR\n" * 200_000)
    with open(tmp_path / "log", "rb") as file:
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    lines = ONE.find(memory)
    next(lines)
    memory.close()
    with pytest.raises(ValueError):
        list(lines)


def test_a_file_that_shrinks_while_it_is_read(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"ERROR\n" * 200_000)
    lines = ONE.find(path)
    next(lines)
    os.truncate(path, 6)
    assert sum(1 for _ in lines) < 200_000


def test_a_released_view_and_a_closed_file():
    view = memoryview(b"ERROR")
    view.release()
    with pytest.raises(ValueError):
        ONE.match(view)
    file = io.BytesIO(b"ERROR")
    file.close()
    with pytest.raises(ValueError):
        list(ONE.find(file))


def test_files_that_lie():
    class TooMuch(io.RawIOBase):
        def readinto(self, room):
            return len(room) + 1

    class TooLittle(TooMuch):
        def readinto(self, room):
            return -1

    class Text:
        def read(self, size):
            return "ERROR"

    class Keeps(io.RawIOBase):
        views = []

        def readinto(self, room):
            self.views.append(room)
            return 0

    for file, error in ((TooMuch(), ValueError), (TooLittle(), ValueError), (Text(), TypeError)):
        with pytest.raises(error):
            list(ONE.find(file))
    assert list(ONE.find(Keeps())) == []
    with pytest.raises(ValueError):
        Keeps.views[0][0] = 1


def test_a_file_whose_reading_raises_or_logs():
    class Raising(io.RawIOBase):
        def readinto(self, room):
            raise OSError(5, "disk on fire")

    with pytest.raises(OSError, match="disk on fire"):
        list(ONE.find(Raising()))


def test_an_iterator_is_not_entered_twice():
    class Enters(io.RawIOBase):
        def readinto(self, room):
            return len(list(lines))

    lines = ONE.find(Enters())
    with pytest.raises(ValueError, match="already executing"):
        list(lines)


def test_strided_views_and_views_of_numbers():
    data = b"E-R-R-O-R-"
    assert ONE.match(memoryview(data)[::2])
    with pytest.raises(TypeError):
        list(ONE.find(memoryview(data)[::2]))
    assert ONE.match(memoryview(array.array("H", [0x5245, 0x4F52, 0x2052])))


# ---- closed handles, use after shutdown


def test_use_after_close():
    handler = jsonlog.MemoryHandler()
    log = jsonlog.get("closed")
    log.add_handler(handler)
    handler.close()
    handler.close()
    log.error("the logger still has it")
    for call in (handler.read, handler.clear, handler.flush, lambda: handler.stats, lambda: handler.level,
                 lambda: handler.set_level(10), lambda: log.add_handler(handler), lambda: log.remove_handler(handler),
                 lambda: handler.set_formatter(jsonlog.Formatter())):
        with pytest.raises(jsonlog.ClosedError):
            call()
    log.set_handlers([])


def test_use_after_stop():
    capture = jsonlog.Capture.start()
    capture.stop()
    capture.stop()
    for call in (lambda: capture.feed("x"), lambda: capture.expect("x"), lambda: len(capture), lambda: capture.lines,
                 capture.clear, lambda: capture.run(["true"])):
        with pytest.raises(jsonlog.ClosedError):
            call()


def test_a_capture_that_is_stopped_while_it_is_waited_for():
    capture = jsonlog.Capture()
    threading.Timer(0.1, capture.stop).start()
    with pytest.raises(AssertionError):
        capture.expect("never", within=0.4)


def test_use_after_shutdown(script, tmp_path):
    script(f"""
        import json, logging, jsonlog
        log = jsonlog.get("late")
        handler = jsonlog.MemoryHandler()
        log.set_handlers([handler])
        formatter = jsonlog.JsonFormatter()
        jsonlog.shutdown()
        before = jsonlog.stats().lost_closed
        log.error("lost", a=object())
        log.bind(a=1).error("lost")
        assert jsonlog.stats().lost_closed > before
        assert handler.read() == b""
        handler.flush()
        assert jsonlog.Filter("ERROR").match("ERROR")
        assert formatter.format(logging.LogRecord("n", 20, "p", 1, "m", (), None)) == '{{"message": "m"}}'
        log.set_handlers([jsonlog.FileHandler({str(tmp_path / "log")!r})])
        log.error("again")
        jsonlog.shutdown()
        jsonlog.shutdown()
        assert json.loads(open({str(tmp_path / "log")!r}).read())["errorMessage"] == "again"
    """)
