"""Runs programs in turn and keeps what they measured.

A contender is one program with one case. Each round runs all contenders of a row once, in order (A B C A B C ...), so
that a slow minute of the machine hits all alike. A program that uses one thread is pinned to the last core.
"""
import contextlib
import json
import os
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Contender:
    """A program of ours (`log_jsonlog memory`) or a command of the system (`rg -c ...`)."""
    name: str                # as tables show it
    case: str
    argv: tuple              # {bin}, {data}, {scratch} and {seconds} are replaced
    pinned: bool = True
    bytes_read: str = ""     # of a command: the file whose size makes the rate

    @property
    def text(self):
        """Which record the case writes: contenders with the same text write the same line."""
        return self.case if self.case in ("memory-bound", "ascii", "korean", "escapes") else ""


@dataclass
class Places:
    """Directories and the time of a sample."""
    bin: Path
    data: Path
    scratch: Path
    seconds: float

    def fill(self, argument):
        return (argument.replace("{bin}", str(self.bin)).replace("{data}", str(self.data))
                .replace("{scratch}", str(self.scratch)).replace("{seconds}", str(self.seconds)))


@dataclass
class Series:
    """All samples of one contender."""
    contender: Contender
    samples: list = field(default_factory=list)
    problem: str = ""

    def figures(self, name):
        return [sample[name] for sample in self.samples if name in sample]

    def median(self, name):
        figures = self.figures(name)
        return statistics.median(figures) if figures else None

    def first(self, name):
        return next(iter(self.figures(name)), None)

    def as_json(self):
        kept = [{name: value for name, value in sample.items() if name not in ("line", "program", "case")}
                for sample in self.samples]
        return {"name": self.contender.name, "case": self.contender.case, "problem": self.problem, "samples": kept}


ENVIRONMENT = {**os.environ, "TZ": "UTC", "LC_ALL": "C.UTF-8"}


@contextlib.contextmanager
def pinned(is_wanted):
    """To the last core, which what is started inherits: starting a `taskset` takes a millisecond of what is measured."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)} if is_wanted else allowed)
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def run_program(argv):
    """A program that measures itself and prints one object."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=ENVIRONMENT, timeout=600)
    if done.returncode != 0:
        raise RuntimeError((done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1])
    return json.loads(done.stdout)


def run_command(argv, size):
    """A command that counts lines, measured from outside, its start included."""
    began = time.monotonic()
    child = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
    output, complaint = child.stdout.read(), child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode > 1:
        raise RuntimeError((complaint.strip() or f"exit status {child.returncode}").splitlines()[0])
    cpu = usage.ru_utime + usage.ru_stime
    return {"wall_ns": wall * 1e9 / size, "cpu_ns": cpu * 1e9 / size, "hits": int(output.split()[0])}


def take_sample(contender, places):
    argv = [places.fill(argument) for argument in contender.argv]
    with pinned(contender.pinned):
        if contender.bytes_read:
            return run_command(argv, Path(places.fill(contender.bytes_read)).stat().st_size)
        return run_program(argv)


def is_there(contender, places):
    program = places.fill(contender.argv[0])
    return Path(program).exists() if "/" in program else bool(
        next((p for p in os.get_exec_path() if (Path(p) / program).exists()), None))


def problem_of(error):
    """A program may lack the case, mode or option that a row asks for."""
    if str(error).startswith("usage:"):
        return "not there"
    lacks = any(words in str(error) for words in ("no such mode", "invalid option", "unrecognized option"))
    return f"not there: {error}" if lacks else f"FAILED: {error}"


def measure(contenders, places, rounds, progress=lambda text: None):
    """@return a Series for each contender, in order."""
    series = [Series(contender) for contender in contenders]
    for one in series:
        if not is_there(one.contender, places):
            one.problem = "not there"
    for number in range(rounds):
        for one in series:
            if one.problem:
                continue
            progress(f"round {number + 1} of {rounds}: {one.contender.name} {one.contender.case}")
            try:
                one.samples.append(take_sample(one.contender, places))
            except (RuntimeError, OSError, ValueError, subprocess.TimeoutExpired) as error:
                one.problem = problem_of(error)
    return series
