#!/usr/bin/env python3
"""Runs the benches that are built and says which goals are met.

    sh tests/bench/run.sh                                installs, builds, runs everything
    python3 tests/bench/bench.py --only L2 --rounds 5    runs what was built before

Programs are run in turn, each pinned, and every figure is a median with its range. `cpu` time (user and system time of
all threads of the process) is what a busy machine disturbs least; rows where threads work side by side are `wall` time.
"""
import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from driver import inputs, log_rows, machine, markdown, match_rows, samples, size_rows, tables, verdicts

SOURCE = Path(__file__).resolve().parents[2]


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=SOURCE / "build" / "bench", help="directory (build/bench)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.3, help="of one sample (0.3)")
    parser.add_argument("--only", default="", help="rows, e.g. L2,F3")
    parser.add_argument("--megabytes", type=int, default=500, help="of log to filter (500)")
    parser.add_argument("--clock", choices=("cpu", "wall"), default="cpu")
    parser.add_argument("--beside", action="append", default=[], metavar="NAME=PROGRAM",
                        help="a peer of your own in L1 to L9: it is called as log_NAME programs are (see log/sample.h)")
    parser.add_argument("--markdown", type=Path, help="write the table for the README here, too")
    return parser.parse_args()


def beside(row, peers):
    """The row with more peers, which are asked for each of its cases."""
    cases = dict.fromkeys(contender.case for contender in row.contenders)
    more = tuple(samples.Contender(name, case, (program, case, "{seconds}", "{scratch}"), row.contenders[0].pinned)
                 for name, _, program in (peer.partition("=") for peer in peers) for case in cases)
    return replace(row, contenders=row.contenders + more)


def chosen_rows(only, peers):
    rows = (*(beside(row, peers) for row in log_rows.ROWS), *match_rows.ROWS, *size_rows.ROWS)
    wanted = [word for word in only.split(",") if word]
    unknown = set(wanted) - {row.id for row in rows}
    if unknown:
        sys.exit(f"no such row: {', '.join(sorted(unknown))}; there are {', '.join(row.id for row in rows)}")
    return [row for row in rows if not wanted or row.id in wanted]


def say(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def run_row(row, places, expected, arguments):
    series = samples.measure(row.contenders, places, arguments.rounds, say)
    say("")
    judged = [verdicts.Verdict(goal, row, series, arguments.clock) for goal in row.goals]
    complaints = verdicts.check_lines(row, series) + verdicts.check_hits(row, series, expected)
    tables.print_row(row, series, judged, complaints, arguments.clock)
    sys.stdout.flush()
    return {
        "id": row.id, "title": row.title, "unit": row.unit, "clock": row.clock or arguments.clock,
        "series": [one.as_json() for one in series],
        "goals": [verdict.as_json() for verdict in judged],
        "complaints": complaints,
    }


def print_facts(facts):
    for name, fact in facts.items():
        print(f"{name}: {fact if not isinstance(fact, dict) else ', '.join(f'{k} {v}' for k, v in fact.items())}")


def write_results(path, facts, rounds, results):
    everything = {"machine": facts, "rounds": rounds, "rows": results}
    path.write_text(json.dumps(everything, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"\nwritten to {path}")


def main():
    arguments = read_arguments()
    rows = chosen_rows(arguments.only, arguments.beside)
    places = samples.Places(arguments.build / "bin", arguments.build / "data", arguments.build / "scratch.log",
                            arguments.seconds)
    facts = machine.describe(arguments.build, SOURCE)
    print_facts(facts)
    expected = inputs.prepare(places.data, arguments.megabytes) if any(row.same_hits for row in rows) else {}
    results = [run_row(row, places, expected, arguments) for row in rows]
    facts["load at the end"] = machine.load()
    tables.print_summary(results)
    write_results(arguments.build / "results.json", facts, arguments.rounds, results)
    if arguments.markdown:
        arguments.markdown.write_text(markdown.table(facts, results), encoding="utf-8")
    return 1 if any(result["complaints"] for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
