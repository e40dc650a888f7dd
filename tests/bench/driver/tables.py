"""The tables on the screen."""
from .verdicts import member

UNITS = {"kib": "KiB"}


def unit_of(row, figure):
    if figure == "time" or figure.endswith("_ns"):
        return row.unit
    return UNITS.get(figure, "")


def number(value):
    return f"{value:.0f}" if value >= 1000 or value == int(value) else f"{value:.1f}"


def shown(row, value):
    """Samples hold the cost of a byte; tables show the rate."""
    return f"{1e3 / value:.0f}" if row.unit == "MB/s" else number(value)


def label_of(one, series, figure):
    contender = one.contender
    cases = {other.contender.case for other in series}
    label = contender.name if len(cases) == 1 else f"{contender.name}  {contender.case}"
    return label if figure in ("time", "kib") else f"{label}  {figure.removesuffix('_ns').replace('_', ' ')}"


def figure_lines(row, series, clock):
    """Ratios are to the first program of the same case; of the same query, where logs differ in length only."""
    width = max(len(label_of(one, series, figure)) for one in series for figure in row.figures)
    base = {}
    for one in series:
        if one.problem:
            yield f"  {label_of(one, series, 'time'):<{width}}  {one.problem}"
        for figure in row.figures:
            figures = one.figures(member(row, figure, clock))
            if not figures:
                continue
            median = one.median(member(row, figure, clock))
            first = base.setdefault((one.contender.case.replace("@slow", "@app"), figure), median)
            span = sorted((min(figures), max(figures)), reverse=row.unit == "MB/s")
            ratio = f"{median / first:8.2f}x" if row.is_timed and first else ""
            span_text = f"({shown(row, span[0])}-{shown(row, span[1])})"
            yield (f"  {label_of(one, series, figure):<{width}} {shown(row, median):>8} {unit_of(row, figure):<4} "
                   f"{span_text:<16}{ratio}")


def heading(row, clock):
    if not row.is_timed:
        return f"== {row.id}  {row.title}"
    unit = "ns a record" if row.unit == "ns" else row.unit
    return (f"== {row.id}  {row.title}: {unit} of {row.clock or clock} time, median (min-max), "
            "time as a multiple of the first")


def verdict_lines(row, verdicts):
    has_cases = len({contender.case for contender in row.contenders}) > 1
    for verdict in verdicts:
        case = f" ({verdict.goal.ours[1]})" if has_cases else f" ({verdict.goal.ours[0]})" if not row.is_timed else ""
        yield f"  {verdict.goal.kind:<9} {verdict.asks + case:<60} {verdict.got:>12}  {verdict.word}"


def print_row(row, series, verdicts, complaints, clock):
    print(f"\n{heading(row, clock)}")
    for line in (*figure_lines(row, series, clock), *verdict_lines(row, verdicts)):
        print(line)
    for note in row.notes:
        print(f"  note: {note}")
    for complaint in complaints:
        print(f"  !!!! NOT THE SAME WORK: {complaint}")


def print_summary(results):
    print("\n== all goals")
    for result in results:
        for goal in result["goals"]:
            got = "not measured" if goal["got"] is None else f"{goal['got']:.2f}"
            word = {True: "met", False: "MISSED", None: "?"}[goal["met"]]
            print(f"  {result['id']:<3} {goal['kind']:<9} {goal['asks']:<44} {goal['case']:<17} {got:>12}  {word}")
