"""The README's examples do what it says."""
import pathlib
import re
import subprocess
import sys

import pytest

README = pathlib.Path(__file__).resolve().parents[1] / "README.md"


def blocks(kind):
    found = re.findall(r"^```(\w*)\n(.*?)^```$", README.read_text(), re.DOTALL | re.MULTILINE)
    return [text for name, text in found if name == kind]


def test_the_first_example_prints_what_it_says(tmp_path):
    (tmp_path / "example.py").write_text(blocks("python")[0])
    result = subprocess.run([sys.executable, "example.py"], cwd=tmp_path, capture_output=True, text=True)
    assert result.stderr == ""
    assert result.stdout == blocks("")[0]


def test_the_newcomers_test_passes(pytester):
    (commands,) = blocks("sh")
    (code,) = re.findall(r"<<'EOF'\n(.*?)^EOF$", commands, re.DOTALL | re.MULTILINE)
    pytester.makepyfile(code)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_the_loggers_example_runs(memory):
    code = next(block for block in blocks("python") if "jsonlog.get" in block)
    exec(code, {"jsonlog": __import__("jsonlog")})
    assert b'"requestId":"7"' in memory.read()


@pytest.mark.parametrize("name", re.findall(r"`\.?(\w+)\(", README.read_text().split("## Filters")[1].split("## `logging`")[0]))
def test_what_the_table_names_is_there(name):
    import jsonlog

    owners = (jsonlog, jsonlog.Filter, jsonlog.FilterSet)
    assert any(hasattr(owner, name) for owner in owners)
