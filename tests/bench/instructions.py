#!/usr/bin/env python3
"""Counts the instructions of a record and of a match with callgrind: a measure of speed that does not depend on what
else the machine does.

    python3 tests/bench/instructions.py BUILD            compares with instructions.txt; the test of that name
    python3 tests/bench/instructions.py BUILD --write    writes it anew

Counts are comparable only where the same compiler, flags, libc and kind of processor (the library and libc choose their
code by it) made them; elsewhere this says 'not compared' and passes. A count may grow by 5 %.
"""
import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from driver import machine

HERE = Path(__file__).resolve().parent
KEPT = HERE / "instructions.txt"
SLACK = 1.05
CALLS = 2000
MEGABYTES = "0.3"

HEADING = """\
# Instructions of a record of 203 bytes to memory, and of a match of Q1 to Q5 a line of gen_ndjson.py (`match`: asked of
# each line, `find`: of all at once). Counted by callgrind; compared by the test `instructions`.
# Written by: python3 tests/bench/instructions.py BUILD --write
"""


def conditions(build):
    """All that a count depends on beside the code."""
    kind = machine.cache_entry(build, "CMAKE_BUILD_TYPE")
    flags = [machine.cache_entry(build, "CMAKE_C_FLAGS"), machine.cache_entry(build, f"CMAKE_C_FLAGS_{kind.upper()}")]
    compiler = machine.first_line(machine.cache_entry(build, "CMAKE_C_COMPILER") or "cc", "--version")
    processor = machine.text_of("/proc/cpuinfo")
    vendor = re.search(r"^vendor_id\s*:\s*(\S+)", processor, re.MULTILINE)
    return {
        "compiler": re.sub(r"^(cc|gcc) ", "gcc ", compiler),  # one program, two names
        "flags": " ".join(flag for flag in flags if flag),
        "libc": machine.first_line("ldd", "--version"),
        "valgrind": machine.first_line("valgrind", "--version"),
        "processor": f"{vendor.group(1) if vendor else '?'}{' avx2' if ' avx2' in processor else ''}",
    }


def total_of(dump):
    return int(re.search(r"^(?:totals|summary): (\d+)", dump.read_text(encoding="utf-8"), re.MULTILINE).group(1))


def part_of(dump):
    found = re.search(r"^desc: Trigger: Client Request: (\S+)", dump.read_text(encoding="utf-8"), re.MULTILINE)
    return found.group(1) if found else None


def count(program):
    """@return instructions for each part, a call."""
    with tempfile.TemporaryDirectory() as scratch:
        lines = Path(scratch) / "lines.ndjson"
        generator = [sys.executable, HERE / "gen_ndjson.py", lines, MEGABYTES]
        subprocess.run(generator, check=True, stdout=subprocess.DEVNULL)
        done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={scratch}/dump", program, lines,
                               str(CALLS)], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{program} under valgrind: exit status {done.returncode}\n{done.stderr}")
        totals = {part_of(dump): total_of(dump) for dump in Path(scratch).glob("dump.*")}
    calls = dict(line.split() for line in done.stdout.splitlines())
    return {part: totals[part] / int(number) for part, number in calls.items()}


def read_kept():
    """@return (conditions, counts) as they were written."""
    entries = [line.split(" = ", 1) for line in KEPT.read_text(encoding="utf-8").splitlines() if " = " in line]
    said = dict(entries)
    counts = {name: float(said.pop(name)) for name, value in entries if re.fullmatch(r"\d+(\.\d+)?", value)}
    return said, counts


def write(found, counts):
    lines = [f"{name} = {value}" for name, value in found.items()]
    lines += [""] + [f"{part} = {number:.1f}" for part, number in counts.items()]
    KEPT.write_text(HEADING + "\n".join(lines) + "\n", encoding="utf-8")


def why_not_compared(found):
    if not KEPT.exists():
        return "there is no instructions.txt"
    said, _ = read_kept()
    return "; ".join(f"{name} is {found[name]!r}, was {said.get(name)!r}"
                     for name in found if found[name] != said.get(name))


def compare(counts):
    """@return whether none has grown."""
    _, kept = read_kept()
    grown = False
    for part, number in counts.items():
        before = kept.get(part)
        if before is None:
            print(f"{part:<14} {number:9.1f}  new: write it with --write")
            continue
        is_worse = number > before * SLACK
        hint = "MORE THAN 5 % MORE" if is_worse else ("fewer: write it with --write" if number * SLACK < before else "")
        print(f"{part:<14} {number:9.1f}  was {before:9.1f}  {number / before:5.2f}x  {hint}")
        grown |= is_worse
    return not grown


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    found = conditions(arguments.build)
    counts = count(arguments.build / "bin" / "instruction_counts")
    if arguments.write:
        write(found, counts)
        print(f"written to {KEPT}")
        return 0
    reason = why_not_compared(found)
    if reason:
        for part, number in counts.items():
            print(f"{part:<14} {number:9.1f}")
        print(f"not compared: {reason}")
        return 0
    return 0 if compare(counts) else 1


if __name__ == "__main__":
    sys.exit(main())
