"""Which goals are met, and whether all programs did the same work."""
import json
import re

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def member(row, figure, clock):
    """The member of a sample that holds a figure."""
    return f"{row.clock or clock}_ns" if figure == "time" else figure


def median_of(key, series, figure):
    """`key` is (name, case). @return None if it was not measured."""
    return next((one.median(figure) for one in series if (one.contender.name, one.contender.case) == key), None)


class Verdict:
    """One goal, judged."""

    def __init__(self, goal, row, series, clock):
        figure = member(row, goal.figure, clock)
        self.goal = goal
        self.value = None
        self.peer = goal.called or " or ".join(dict.fromkeys(name for name, _ in goal.peers))
        base = goal.constant
        for key in goal.peers:
            cost = median_of(key, series, figure)
            if cost is not None and (base is None or cost < base):
                base, self.peer = cost, goal.called or key[0]
        ours = median_of(goal.ours, series, figure)
        if ours is not None and not self.is_ratio:
            self.value = ours
        elif ours and base:
            self.value = ours / base if goal.at_most is not None else base / ours

    @property
    def is_ratio(self):
        return bool(self.goal.peers) or self.goal.constant is not None

    @property
    def met(self):
        if self.value is None:
            return None
        limit = self.goal.at_most
        return self.value <= limit if limit is not None else self.value >= self.goal.at_least

    @property
    def asks(self):
        goal = self.goal
        sign, limit = ("<=", goal.at_most) if goal.at_most is not None else (">=", goal.at_least)
        figure = "" if goal.figure in ("time", "kib") else goal.figure.removesuffix("_ns").replace("_", " ") + " "
        return f"{figure}{sign} {limit:g}" + (f"x {self.peer}" if self.is_ratio else f" {goal.unit}".rstrip())

    @property
    def got(self):
        if self.value is None:
            return "not measured"
        return f"{self.value:.2f}x" if self.is_ratio else f"{self.value:.4g}"

    @property
    def word(self):
        return {True: "met", False: "MISSED", None: "?"}[self.met]

    def as_json(self):
        return {"kind": self.goal.kind, "name": self.goal.ours[0], "case": self.goal.ours[1], "asks": self.asks,
                "got": self.value, "met": self.met}


def record_of(line):
    """What a line says, without its time, which differs, and the case of the level, which spdlog chooses."""
    record = json.loads(line)
    if not TIME.fullmatch(record.pop("timestamp")):
        raise ValueError("its time is not like 2026-11-22T08:07:45.784Z")
    return {**record, "logType": record["logType"].upper()}


def check_lines(row, series):
    """@return complaints about programs that wrote fewer lines than asked, or another record than the first one."""
    complaints = []
    wanted = {}
    for one in series:
        name = f"{one.contender.name} {one.contender.case}"
        for sample in one.samples:
            if sample.get("lines", sample.get("calls")) != sample.get("calls"):
                complaints.append(f"{name} wrote {sample['lines']} lines in {sample['calls']} calls")
        line = one.first("line")
        if line is None or not row.same_lines:
            continue
        try:
            record = record_of(line)
        except (ValueError, KeyError, TypeError) as error:
            complaints.append(f"{name} did not write the record ({error}): {line!r}")
            continue
        if wanted.setdefault(one.contender.text, record) != record:
            complaints.append(f"{name} wrote another record: {line!r}")
    return complaints


def check_hits(row, series, expected):
    """@return complaints about programs that counted other lines than Python did, or, where Python did not, than the
    first of them."""
    complaints = []
    first = {}
    for one in series if row.same_hits else ():
        case, counts = one.contender.case, set(one.figures("hits"))
        if not counts or one.contender.name in row.inexact:
            continue
        wanted = expected.get(case, first.setdefault(case, min(counts)))
        if counts != {wanted}:
            complaints.append(f"{one.contender.name} {case} counted {sorted(counts)}, not {wanted}")
    return complaints
