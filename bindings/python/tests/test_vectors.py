"""The vectors of the repository agree, all of them: the same file that C, C++ and Node read."""
import collections

import jsonlog
import pytest

from conftest import rows


def check_vector(row):
    if row.get("error"):
        with pytest.raises(jsonlog.PatternError) as refused:
            jsonlog.Filter(row["pattern"])
        message = row.get("message")
        if message is not None:
            assert refused.value.text == message or refused.value.text.startswith(message + ": ")
        return
    one = jsonlog.Filter(row["pattern"])
    expected = row["match"] if "match" in row else None
    if expected is not None:
        check_match(one, row["event"], expected)
    if "extracted" in row:
        check_extracted(one, row)
    if "metric" in row:
        check_metric(row)


def check_match(one, event, expected):
    data = event.encode("utf-8", "surrogatepass")
    assert one.match(event) is expected
    assert one.match(data) is expected
    assert one.match(bytearray(data)) is expected
    explanation = one.explain(event)
    assert explanation.matches is expected
    assert bool(explanation.json["matches"]) is expected
    assert all(condition.reason for condition in explanation.conditions)
    if "\n" not in event and event:
        assert list(one.find(data + b"\n")) == ([data] if expected else [])
        assert one.count(bytearray(data)) == expected
    numbers = jsonlog.FilterSet(["{ $.never.there = 1 }", one]).matches(data)
    assert numbers == ((1,) if expected else ())


def check_extracted(one, row):
    values = one.extract_all(row["event"])
    assert {name: found.text for name, found in values.items()} == row["extracted"]
    for name, text in row["extracted"].items():
        found = one.extract(name, row["event"])
        assert found.text == text
        assert found.type is jsonlog.FoundType.TOKEN


def check_metric(row):
    metric = row["metric"]
    point = jsonlog.MetricFilter(
        row["pattern"], metric["value"], default=metric.get("default"), dimensions=metric.get("dimensions")
    ).apply(row["event"])
    if row["expect"] is None:
        assert point is None
    else:
        assert point.value == row["expect"]["value"]
        assert point.dimensions == (row["expect"].get("dimensions") or {})


def test_every_vector_agrees():
    vectors = rows("filter/vectors.jsonl")
    for row in vectors:
        try:
            check_vector(row)
        except BaseException as error:
            raise AssertionError(f"{row['id']}: {row['pattern']} on {row['event']!r}") from error
    counts = collections.Counter(row["group"] for row in vectors)
    assert counts == {"json": 972, "regex": 257, "delimited": 252, "text": 205, "error": 107, "metric": 35}


def test_every_disputed_vector_is_as_we_decided():
    for row in rows("filter/vectors-disputed.jsonl"):
        assert jsonlog.Filter(row["pattern"]).match(row["event"]) is row["recommended"], row["id"]


def test_every_error_has_its_offset_and_sentence():
    for row in rows("filter/errors.jsonl"):
        with pytest.raises(jsonlog.PatternError) as refused:
            jsonlog.Filter(row["pattern"])
        assert (refused.value.offset, refused.value.text) == (row["offset"], row["text"]), row["pattern"]


def test_every_lint_row_agrees():
    for row in rows("filter/lint.jsonl"):
        findings = jsonlog.lint(row["pattern"], row.get("sample", ()))
        assert len(findings) == len(row["findings"]), row["pattern"]
        for found, expected in zip(findings, row["findings"]):
            for name, value in expected.items():
                assert getattr(found, {"len": "length"}.get(name, name)) == value, (row["pattern"], name)
