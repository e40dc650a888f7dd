"""Only the main interpreter: handlers and loggers are the process's, and a subinterpreter can end under them."""
from __future__ import annotations

import importlib


def _is_main() -> bool:
    for name in ("_interpreters", "_xxsubinterpreters"):
        try:
            interpreters = importlib.import_module(name)
        except ImportError:
            continue
        current, main = interpreters.get_current(), interpreters.get_main()
        return bool(current == main)
    return True


def refuse_subinterpreters() -> None:
    if not _is_main():
        raise ImportError("jsonlog works in the main interpreter only, not in a subinterpreter")
