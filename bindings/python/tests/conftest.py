"""What several tests need."""
import json
import os
import pathlib
import subprocess
import sys
import textwrap

import jsonlog
import pytest

pytest_plugins = ["pytester"]

DATA = pathlib.Path(os.environ.get("JSONLOG_TEST_DATA", pathlib.Path(__file__).resolve().parents[3] / "tests" / "data"))

#: Some tests do many times what others do once.
EFFORT = float(os.environ.get("JSONLOG_TEST_EFFORT", "1"))

#: The machine may be slow, and an instrumented process slower.
DEADLINE = 120


def rows(name):
    with open(DATA / name, encoding="utf-8") as file:
        return [json.loads(line) for line in file] if name.endswith("l") else json.load(file)


@pytest.fixture
def script(tmp_path):
    """Runs Python code in a process of its own; it must end by itself, well, and with nothing on stderr unless allowed."""

    def run(code, status=0, stderr=False, **options):
        path = tmp_path / "script.py"
        path.write_text(textwrap.dedent(code))
        result = subprocess.run(
            [sys.executable, str(path)], capture_output=True, text=True, timeout=DEADLINE, cwd=tmp_path, **options
        )
        assert result.returncode == status, (result.returncode, result.stdout, result.stderr)
        assert stderr or not result.stderr, result.stderr
        return result

    return run


@pytest.fixture
def memory():
    """The lines of all loggers, in a handler that is the root's only one."""
    root = jsonlog.get()
    handler = jsonlog.MemoryHandler()
    root.set_handlers([handler])
    yield handler
    root.set_handlers([])
    root.level = "INFO"
