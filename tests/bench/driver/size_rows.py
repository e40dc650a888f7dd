"""S: what the library weighs. Nothing here is timed."""
import sys
from pathlib import Path

from .goals import Goal, Row
from .samples import Contender

SIZES = str(Path(__file__).resolve().parents[1] / "size" / "sizes.py")
OBJECTS = "{bin}/../tests/bench"
KIB = "kib"


def size(name, *arguments):
    return Contender(name, "size", (sys.executable, SIZES, *arguments))


def at_most(name, limit, figure=KIB, unit="KiB"):
    return Goal("must", (name, "size"), at_most=limit, figure=figure, unit=unit)


LIBRARY = "libjsonlog.so, stripped"
CARRIED = "of it in a static program that only logs"
RESIDENT = "memory of that program, beyond an empty one"
ALLOCATIONS = "allocations in 10,000 calls"

S = Row("S", "size", (
    size(LIBRARY, "stripped", "{bin}/../lib/libjsonlog.so"),
    size(CARRIED, "carried", OBJECTS + "/size_logging.map"),
    size(RESIDENT, "resident", "{bin}/size_logging", "{bin}/size_empty"),
    Contender(ALLOCATIONS, "size", ("{bin}/size_allocations",)),
), (
    at_most(LIBRARY, 220), at_most(CARRIED, 90), at_most(RESIDENT, 1024),
    at_most(ALLOCATIONS, 0, "record_allocations", ""), at_most(ALLOCATIONS, 0, "match_allocations", ""),
), is_timed=False, figures=(KIB, "record_allocations", "match_allocations"))

ROWS = (S,)
