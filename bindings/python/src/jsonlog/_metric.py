"""Metric filters: the datapoints that CloudWatch would make of lines."""
from __future__ import annotations

from typing import Any, Dict, Mapping, NamedTuple, Optional

from ._errors import NO_OFFSET, OK, check, pattern_error, text_of
from ._filter import _found
from ._native import ffi, lib
from ._owner import METRIC, Owner
from ._text import Line, c_text, line_bytes

DIMENSIONS_MAX = 3


class Datapoint(NamedTuple):
    """One sample of a metric."""

    value: float
    dimensions: Dict[str, str]
    is_default: bool


class MetricFilter(Owner):
    """What PutMetricFilter takes, and what it makes of a line.

        latency = jsonlog.MetricFilter("{ $.latencyMs = * }", "$.latencyMs", unit="Milliseconds")
        latency.apply('{"latencyMs":12.5}').value      # 12.5
    """

    __slots__ = ("unit",)

    #: "None" if none was given
    unit: str

    def __init__(
        self,
        pattern: str,
        value: str = "1",
        *,
        default: Optional[float] = None,
        dimensions: Optional[Mapping[str, str]] = None,
        unit: Optional[str] = None,
        name: Optional[str] = None,
        namespace: Optional[str] = None,
    ) -> None:
        held = []

        def text(given: Optional[str], what: str) -> Any:
            if given is None:
                return ffi.NULL
            held.append(ffi.new("char[]", c_text(given, what)))
            return held[-1]

        options = ffi.new("jsonlog_metric_filter_options *")
        options.size = ffi.sizeof("jsonlog_metric_filter_options")
        options.pattern = text(pattern, "a filter pattern")
        options.metric_value = text(value, "a metric's value")
        options.unit = text(unit, "a unit")
        options.metric_name = text(name, "a metric's name")
        options.metric_namespace = text(namespace, "a namespace")
        options.has_default = default is not None
        options.default_value = default or 0
        pairs = dict(dimensions or {})
        if len(pairs) > DIMENSIONS_MAX:
            raise ValueError(f"a metric has at most {DIMENSIONS_MAX} dimensions")
        options.dimension_count = len(pairs)
        for slot, (key, reference) in zip(options.dimensions, pairs.items()):
            slot.name = text(key, "a dimension's name")
            slot.value = text(reference, "a dimension's value")
        out = ffi.new("jsonlog_metric_filter **")
        err = ffi.new("jsonlog_err *")
        if lib.jsonlog_metric_filter_new(options, out, err) != OK:
            if err.offset != NO_OFFSET:
                raise pattern_error(err, c_text(pattern, "a filter pattern"))
            check(err.code, err)
        self._own(out[0], METRIC)
        self.unit = text_of(lib.jsonlog_metric_filter_get_unit(out[0]))

    def apply(self, line: Line) -> Optional[Datapoint]:
        """The datapoint of a line; None if it gives none."""
        data = line_bytes(line)
        view = ffi.from_buffer("char[]", data)  # values are views of the line
        point = ffi.new("jsonlog_datapoint *")
        if not lib.jsonlog_metric_filter_apply(self._handle, view, len(data), point):
            return None
        dimensions = {}
        for index in range(point.dimension_count):
            one = point.dimensions[index]
            found = _found(ffi.addressof(one, "value"))
            dimensions[text_of(one.name)] = found.text if found else ""
        return Datapoint(point.value, dimensions, point.is_default)
