"""Each complaint of other loggers' users that we know of is a test here, or it is said why not.

A test of C is a function that its program runs, one of Python a function; of any other file it is a text in it. "" is the
whole file.

usage: peer_complaints.py SOURCE_DIR
"""
import json
import pathlib
import re
import sys

COMPLAINTS = 48


def is_test(path, name):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".c":
        return re.search(rf"^static void {name}\(", text, re.M) and len(re.findall(rf"\b{name}\b", text)) > 1
    if path.suffix == ".py":
        return re.search(rf"^ *def {name}\(", text, re.M)
    return name in text


def problems_of(row, source):
    if not row["complaint"] or not row["threads"]:
        yield "no words or no threads"
    if not row["tests"] and not row.get("note"):
        yield "neither a test nor a note"
    for test in row["tests"]:
        path = source / test["file"]
        if not path.is_file():
            yield f"there is no {test['file']}"
        elif test["test"] and not is_test(path, test["test"]):
            yield f"{test['file']} has no test {test['test']}"


def main():
    source = pathlib.Path(sys.argv[1])
    rows = json.loads((source / "tests/data/peer_complaints.json").read_text(encoding="utf-8"))
    problems = [f"{row['number']}: {problem}" for row in rows for problem in problems_of(row, source)]
    if [row["number"] for row in rows] != list(range(1, COMPLAINTS + 1)):
        problems.append(f"the numbers are not 1 to {COMPLAINTS}, each once and in order")
    uncovered = [f"{row['number']}: no test: {row['note']}" for row in rows if not row["tests"] and row.get("note")]
    for line in problems + uncovered:
        print(line)
    print(f"{sum(bool(row['tests']) for row in rows)} of {len(rows)} complaints are covered by tests")
    return 1 if problems else 0


sys.exit(main())
