"""Filters as Python has them: what comes back, what is raised, and lines of files and buffers."""
import bz2
import gzip
import io
import itertools
import mmap
import os
import pickle
import random
import threading

import jsonlog
import pytest

from conftest import EFFORT

PATTERN = '{ $.logType = "ERROR" && $.user.age >= 20 }'
LINE = '{"logType":"ERROR","user":{"id":7,"age":31},"message":"인증실패"}'
OTHER = '{"logType":"INFO","user":{"id":7,"age":31}}'


def test_a_line_is_text_or_bytes_of_any_kind():
    one = jsonlog.Filter(PATTERN)
    data = LINE.encode()
    for line in (LINE, data, bytearray(data), memoryview(data), memoryview(bytearray(data)), mmapped(data)):
        assert one.match(line) is True
    assert one.match(OTHER) is False
    assert one.match("") is False
    assert jsonlog.Filter("").match("") is True


def mmapped(data):
    memory = mmap.mmap(-1, len(data))
    memory[:] = data
    return memory


def test_a_pattern_error_has_offset_and_caret():
    with pytest.raises(jsonlog.PatternError) as refused:
        jsonlog.Filter("{ $.a = a:b }")
    error = refused.value
    assert (error.offset, error.position) == (9, 9)
    assert error.pattern == "{ $.a = a:b }"
    assert error.text.startswith("Invalid character(s) in term ':'")
    assert str(error).split("\n")[1:] == ["  { $.a = a:b }", "           ^"]
    assert isinstance(error, ValueError) and isinstance(error, jsonlog.JsonlogError)


def test_the_offset_is_in_bytes_and_the_position_in_characters():
    with pytest.raises(jsonlog.PatternError) as refused:
        jsonlog.Filter('{ $.a = "인증" && $.b = a:b }')
    assert (refused.value.offset, refused.value.position) == (27, 23)


def test_kinds():
    kinds = {"": "ALL", "ERROR": "TEXT", "%E+%": "REGEX", "{ $.a = 1 }": "JSON", "[a, b]": "DELIMITED"}
    for pattern, kind in kinds.items():
        assert jsonlog.Filter(pattern).kind is jsonlog.Kind[kind]


def test_a_filter_is_shown_pickled_and_referred_to():
    one = jsonlog.Filter(PATTERN)
    assert repr(one) == f"jsonlog.Filter({PATTERN!r})"
    again = pickle.loads(pickle.dumps(one))
    assert again.pattern == PATTERN and again.match(LINE)
    assert pickle.loads(pickle.dumps(jsonlog.FilterSet([PATTERN]))).matches(LINE) == (0,)


def test_explain():
    explanation = jsonlog.Filter(PATTERN).explain('{"logType":"ERROR","user":{"age":19}}')
    assert not explanation and explanation.matches is False
    assert explanation.conditions == [
        ('$.logType = "ERROR"', 2, True, "$.logType", '"ERROR"', '"ERROR" is equal to "ERROR"'),
        ("$.user.age >= 20", 25, False, "$.user.age", "19", "19 is less than 20"),
    ]
    assert str(explanation).startswith("no match: " + PATTERN)
    assert explanation.json["tree"]["and"][1]["reason"] == "19 is less than 20"
    assert "19 is less than 20" in repr(explanation)


def test_extract():
    one = jsonlog.Filter("{ $.a = * }")
    line = '{"a":"x\\n인","i":-5,"d":1.5,"t":true,"n":null,"o":{"k":[1]},"l":[1,"2"]}'
    expected = {"$.a": "x\n인", "$.i": -5, "$.d": 1.5, "$.t": True, "$.n": None, "$.o": {"k": [1]}, "$.l[1]": "2"}
    for reference, value in expected.items():
        assert one.extract(reference, line).value == value
    found = one.extract("$.a", line.encode())
    assert (found.type, found.raw, found.text) == (jsonlog.FoundType.STRING, "x\\n인".encode(), "x\n인")
    assert one.extract("$.gone", line) is None
    assert jsonlog.Filter("[a, b]").extract("$b", "1 2").text == "2"


def test_a_wrong_reference_is_an_error_with_its_offset():
    one = jsonlog.Filter("[a, b]")
    with pytest.raises(jsonlog.PatternError) as refused:
        one.extract("$nope", "1 2")
    assert refused.value.pattern == "$nope"
    with pytest.raises(jsonlog.PatternError) as refused:
        jsonlog.Filter("{ $.a = 1 }").extract("$.a[", "{}")
    assert refused.value.offset == 4


def test_extract_all():
    assert jsonlog.Filter("[a, ..., z]").extract_all("{") is None
    values = jsonlog.Filter("[ip, status = 4*, ...]").extract_all("10.0.0.1 404 rest")
    assert {name: found.value for name, found in values.items()} == {"$ip": "10.0.0.1", "$status": "404", "$3": "rest"}
    assert jsonlog.Filter("ERROR").extract_all("ERROR") == {}


def test_lint_says_what_and_how_instead():
    (finding,) = jsonlog.Filter("?ERROR timeout").lint()
    assert finding.code == "OPTIONAL_IGNORED"
    assert (finding.offset, finding.length, finding.suggestion) == (0, 6, "ERROR timeout")
    (finding,) = jsonlog.lint("{ $.logTyp = ERROR }", [LINE, OTHER.encode()])
    assert finding.code == "NEVER_SEEN"
    assert jsonlog.lint("{ $.a EXISTS }")[0].code == "EXISTS"


def test_quoting_means_exactly_the_text():
    for text in ("a", 'say "hi"', "back\\slash", "a b", "인증", "tab\t"):
        pattern = f"{{ $.a = {jsonlog.quote(text)} }}"
        assert jsonlog.Filter(pattern).match(jsonlog.JsonFormatter().jsonify_log_record({"a": text}))
    assert jsonlog.Filter(jsonlog.quote_phrase("a*b")).match("xa*bx")
    assert jsonlog.Filter(jsonlog.quote_regex("a.b")).match("a.b")
    assert not jsonlog.Filter(jsonlog.quote_regex("a.b")).match("axb")
    assert jsonlog.quote("a", prefix=True) == '"a*"'
    assert jsonlog.quote_regex("a", prefix=True, suffix=True) == "%a%"
    assert jsonlog.selector(["user", "first name", "[0]", "a.b"]) == "$.user.['first name'][0].['a.b']"
    for refused in (lambda: jsonlog.quote("a*"), lambda: jsonlog.quote_phrase(""), lambda: jsonlog.selector([])):
        with pytest.raises(ValueError):
            refused()


def test_a_metric_filter_makes_datapoints():
    latency = jsonlog.MetricFilter("{ $.ms = * }", "$.ms", dimensions={"Route": "$.route"}, unit="Milliseconds")
    assert latency.unit == "Milliseconds"
    assert latency.apply('{"ms":12.5,"route":"/a"}') == (12.5, {"Route": "/a"}, False)
    assert latency.apply('{"ms":"x"}') is None
    assert jsonlog.MetricFilter("ERROR", default=0).apply("INFO") == (0, {}, True)
    with pytest.raises(jsonlog.PatternError):
        jsonlog.MetricFilter("{ $.a = a:b }")
    with pytest.raises(jsonlog.JsonlogError):
        jsonlog.MetricFilter("ERROR", unit="Parsecs")
    with pytest.raises(ValueError):
        jsonlog.MetricFilter("{ $.a = * }", dimensions=dict.fromkeys("abcd", "$.a"))


# ---- sets


def test_a_set_says_which_match():
    alarms = jsonlog.FilterSet([PATTERN, "ERROR", jsonlog.Filter("{ $.nope = 1 }"), "timeout"])
    assert alarms.matches(LINE) == (0, 1)
    assert alarms.matches(bytearray(b"a timeout")) == (3,)
    assert alarms.match("nothing") is False
    assert len(alarms) == 4 and alarms[1].pattern == alarms.patterns[1] == "ERROR"
    lines = "\n".join([LINE, "nothing", "a timeout"]).encode()
    assert list(alarms.find(lines)) == [(LINE.encode(), (0, 1)), (b"a timeout", (3,))]
    assert list(alarms.find(io.BytesIO(lines))) == list(alarms.find(bytearray(lines)))
    assert jsonlog.FilterSet([]).matches(LINE) == ()


def test_many_patterns_have_many_verdicts():
    alarms = jsonlog.FilterSet([f"{{ $.n = {i} }}" for i in range(200)] + ["{ $.n >= 0 }"])
    for n in (0, 63, 64, 127, 199):
        assert alarms.matches(f'{{"n":{n}}}') == (n, 200)


def test_a_bad_pattern_of_a_set_has_its_number():
    with pytest.raises(jsonlog.PatternError) as refused:
        jsonlog.FilterSet(["ok", "ERR*"])
    assert (refused.value.index, refused.value.offset) == (1, 3)


# ---- lines of files and buffers

MANY = 5000


def many_lines(source):
    texts = ["ERROR here", "nothing", "", "x" * 300, "an ERROR", LINE, OTHER]
    return [source.choice(texts).encode() for _ in range(MANY)]


def sources_of(data, path):
    path.write_bytes(data)
    yield data
    yield bytearray(data)
    yield memoryview(data)
    yield memoryview(bytearray(data))
    yield io.BytesIO(data)
    yield str(path)
    yield path
    with open(path, "rb") as file:
        yield file
    with open(path, "rb", buffering=0) as file:
        yield file
    if data:
        with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            yield mapped
    yield Reads(data)


class Reads:
    """A file that has read() only, and gives little at a time."""

    def __init__(self, data):
        self.file = io.BytesIO(data)

    def read(self, size):
        return self.file.read(min(size, 70_001))


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_every_source_gives_the_same_lines(tmp_path, end):
    lines = many_lines(random.Random(7))
    data = b"\n".join(lines) + end
    one = jsonlog.Filter("ERROR")
    expected = [line for line in lines if one.match(line)]
    for source in sources_of(data, tmp_path / "log"):
        assert list(one.find(source)) == expected, source
    for source in sources_of(data, tmp_path / "log"):
        assert one.count(source) == len(expected), source


def test_an_empty_source_has_no_lines(tmp_path):
    for source in sources_of(b"", tmp_path / "log"):
        assert list(jsonlog.Filter("").find(source)) == []


def test_lines_at_the_edges_of_pieces_are_whole():
    one = jsonlog.Filter("ERROR")
    piece = 256 * 1024
    for size in itertools.chain(range(piece - 12, piece + 3), [2 * piece - 5, 5 * piece]):
        data = b"x" * size + b"ERROR\nERROR 2\n" + b"y" * piece + b"\nERROR 3"
        assert [len(line) for line in one.find(bytearray(data))] == [size + 5, 7, 7]


def test_random_buffers_match_line_by_line():
    source = random.Random(20261123)
    one, alarms = jsonlog.Filter("a b"), jsonlog.FilterSet(["a b", "b"])
    for _ in range(int(300 * EFFORT)):
        data = bytes(source.choice(b"ab \n") for _ in range(source.randrange(200)))
        lines = data.split(b"\n")[:-1] if data.endswith(b"\n") else data.split(b"\n")
        lines = lines if data else []
        assert list(one.find(bytearray(data))) == [line for line in lines if one.match(line)], data
        assert list(alarms.find(data)) == [(line, alarms.matches(line)) for line in lines if alarms.match(line)], data


def test_compressed_files_are_read(tmp_path):
    for opener, name in ((gzip.open, "a.gz"), (bz2.open, "a.bz2")):
        with opener(tmp_path / name, "wb") as file:
            file.write(b"ERROR 1\nok\nERROR 2")
        with opener(tmp_path / name, "rb") as file:
            assert list(jsonlog.Filter("ERROR").find(file)) == [b"ERROR 1", b"ERROR 2"]


def test_a_file_is_read_from_where_it_stands(tmp_path):
    (tmp_path / "log").write_bytes(b"ERROR 1\nERROR 2\n")
    with open(tmp_path / "log", "rb") as file:
        file.readline()
        assert list(jsonlog.Filter("ERROR").find(file)) == [b"ERROR 2"]


def test_a_path_is_opened_late_and_closed(tmp_path):
    lines = jsonlog.Filter("ERROR").find(tmp_path / "gone")
    with pytest.raises(FileNotFoundError):
        next(lines)
    (tmp_path / "log").write_bytes(b"ERROR\n" * 100_000)
    before = len(os.listdir("/proc/self/fd"))
    lines = jsonlog.Filter("ERROR").find(tmp_path / "log")
    next(lines)
    assert len(os.listdir("/proc/self/fd")) == before + 1
    lines.close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_threads_share_a_filter():
    one = jsonlog.Filter(PATTERN)
    data = f"{LINE}\n{OTHER}\n".encode() * 2000
    counts = []

    def work():
        assert all(one.match(LINE) and not one.match(OTHER) for _ in range(2000))
        counts.append(one.count(data))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [2000] * 4
