#!/usr/bin/env python3
"""Run the fault tests and print what was tried and what was lost, as one table.

    python3 tests/fault/fault_table.py BUILD_DIR [--effort N] [--only REGEX]

By hand, as root for the cases that mount file systems or make name spaces, and with time: the
effort multiplies the long loops, so that the default makes 200 kills where a run of all tests makes
20. Each test prints lines of this form (fault_report.h); those of one fault and handler are added:

    fault: kill-9 handler=file trials=200 accepted=181022 lost=0 torn=3

`lost` are lines that were accepted and are missing. Where the test passed although there are some,
they are those that its handler is documented to lose: in the memory of a process that was killed,
in a pipe whose reader went away, or counted and reported. A test without such lines is a row by
itself. Exits with 1 if a test failed.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys

REPORT = re.compile(
    r"^fault: (\S+) handler=(\S+) trials=(\d+) accepted=(\d+) lost=(\d+) torn=(\d+)$", re.M
)
ENDED = re.compile(r"\[\s*(PASSED|SKIPPED|FAILED)\s*\] (\d+) test")
SKIP_REASON = re.compile(r"^.*\bskipped$", re.M)
HEAD = ("fault", "handler", "trials", "accepted", "lost", "torn", "verdict")


def run(program: pathlib.Path, effort: int) -> tuple[int, str]:
    environment = dict(os.environ, JSONLOG_TEST_EFFORT=str(effort))
    try:
        done = subprocess.run(
            [program], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, timeout=3600, check=False, errors="replace", text=True,
        )
    except subprocess.TimeoutExpired as late:
        text = late.stdout or b""
        return -1, text.decode(errors="replace") if isinstance(text, bytes) else text
    return done.returncode, done.stdout


def verdict(status: int, lost: int) -> str:
    if status != 0:
        return "FAILED"
    return "as documented" if lost > 0 else "held"


def rows_of(name: str, status: int, output: str) -> list[tuple]:
    sums: dict[tuple[str, str], list[int]] = {}
    for fault, handler, *numbers in REPORT.findall(output):
        row = sums.setdefault((fault, handler), [0, 0, 0, 0])
        for i, number in enumerate(numbers):
            row[i] += int(number)
    if sums:
        return [(*key, *row, verdict(status, row[2])) for key, row in sums.items()]
    ended = dict(ENDED.findall(output))
    tests = sum(int(ended.get(key, 0)) for key in ("PASSED", "FAILED"))
    if status == 0 and ended and tests == 0:
        return [(name, "", "", "", "", "", "skipped")]
    return [(name, "", f"{tests or 1} tests", "", "", "", verdict(status, 0))]


def print_table(rows: list[tuple]) -> None:
    cells = [HEAD, *[tuple(str(cell) for cell in row) for row in rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(HEAD))]
    for number, row in enumerate(cells):
        numeric = range(2, 6)
        padded = (
            cell.rjust(width) if i in numeric else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths))
        )
        print("| " + " | ".join(padded) + " |")
        if number == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path, help="the build directory")
    parser.add_argument("--effort", type=int, default=10, help="multiplies long loops (10)")
    parser.add_argument("--only", default="", help="run the tests whose names match this")
    options = parser.parse_args()
    programs = sorted(
        path for path in options.build.glob("**/test_fault_*")
        if path.is_file() and os.access(path, os.X_OK) and re.search(options.only, path.name)
    )
    if not programs:
        parser.error(f"there are no fault tests in {options.build}: build it first")
    rows: list[tuple] = []
    notes: list[str] = []
    for program in programs:
        print(f"{program.name} …", file=sys.stderr, flush=True)
        status, output = run(program, options.effort)
        rows += rows_of(program.name, status, output)
        notes += [f"{program.name}: {reason}" for reason in SKIP_REASON.findall(output)]
        if status != 0:
            print(output, file=sys.stderr)
    print_table(rows)
    for note in dict.fromkeys(notes):
        print(note)
    return 1 if any(row[-1] == "FAILED" for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
