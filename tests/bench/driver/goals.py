"""What a row of the table measures and what it asks for."""
from dataclasses import dataclass

from .samples import Contender


@dataclass(frozen=True)
class Goal:
    """Ours against one peer, or against the best of several; without a peer, against a number.

    `at_most` compares costs (ours / peer), `at_least` speeds (peer's cost / our cost, so the same for rates)."""
    kind: str                   # "must" or "moonshot"
    ours: tuple                 # (name, case)
    peers: tuple = ()           # of (name, case)
    at_most: float | None = None
    at_least: float | None = None
    figure: str = "time"        # "time" is the clock the driver was asked for; else a member of the sample
    constant: float | None = None  # in place of a peer that is not measured here
    called: str = ""            # how the peer is called, where its name does not say it
    unit: str = "ns"            # of a limit that is no ratio


@dataclass(frozen=True)
class Row:
    id: str
    title: str
    contenders: tuple
    goals: tuple = ()
    unit: str = "ns"
    clock: str = ""             # "wall" where threads work side by side; else what the driver was asked for
    is_timed: bool = True
    figures: tuple = ("time",)
    notes: tuple = ()
    same_lines: bool = False    # the programs must have written the same record
    same_hits: bool = False     # the programs must have counted the same lines
    inexact: tuple = ()         # but these: they look for something else


def logs(case, *names):
    """Contenders log_NAME, all with the same case, on one core."""
    return tuple(Contender(name, case, (f"{{bin}}/log_{name}", case, "{seconds}", "{scratch}")) for name in names)


def on_threads(case, *names):
    """Contenders threads_NAME, which use all cores or choose their own."""
    return tuple(Contender(name, case, (f"{{bin}}/threads_{name}", case, "{seconds}", "{scratch}"), pinned=False)
                 for name in names)


def against(kind, case, *peers, peer_case="", **limits):
    return Goal(kind, ("jsonlog", case), tuple((peer, peer_case or case) for peer in peers), **limits)
