"""Every metric that is written is an event that CloudWatch takes: valid under a JSON schema of the format, judged by a
foreign validator, and with every target at the root of the line in the form it needs. The judge itself is tested with
events that are wrong in one thing each.

usage: emf_lines.py EMF_LINES DATA_DIR
"""
import json
import pathlib
import re
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("SKIP: python3-jsonschema is not installed")
    sys.exit(77)

VALUE_MOST = 2.0**360
EVENT_MAX = 1 << 20
DIMENSION = re.compile(r"^[ -~]*[!-~][ -~]*$")


def refuse_duplicates(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"duplicate keys: {keys}")
    return dict(pairs)


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def strict(line):
    return json.loads(line, object_pairs_hook=refuse_duplicates, parse_constant=refuse_constant)


def is_number(value):
    return type(value) in (int, float) and -VALUE_MOST <= value <= VALUE_MOST


def is_metric(value):
    if isinstance(value, list):
        return 1 <= len(value) <= 100 and all(map(is_number, value))
    return is_number(value)


def is_dimension(value):
    return isinstance(value, str) and len(value) <= 1024 and bool(DIMENSION.match(value))


def problem(event, validator):
    """What the specification says and a schema cannot; @return None if the event is right."""
    for error in validator.iter_errors(event):
        return f"{'/'.join(map(str, error.absolute_path))}: {error.message}"[:300]
    for directive in event["_aws"]["CloudWatchMetrics"]:
        for name in {name for names in directive["Dimensions"] for name in names}:
            if not is_dimension(event.get(name)):
                return f"dimension {name!r} is {event.get(name)!r}"[:300]
        names = [metric["Name"] for metric in directive["Metrics"]]
        if len(names) != len(set(names)):
            return "a metric is defined twice"
        for name in names:
            if not is_metric(event.get(name)):
                return f"metric {name!r} is {event.get(name)!r}"[:300]
    return None


def main():
    program, data = sys.argv[1], pathlib.Path(sys.argv[2])
    validator = jsonschema.Draft7Validator(strict((data / "schema.json").read_text()))
    failures = 0
    for line in (data / "documents.jsonl").read_text().splitlines():
        if problem(strict(line), validator) is not None:
            failures += 1
            print(f"FAIL a document of the specification: {problem(strict(line), validator)}")
    for line in (data / "wrong.jsonl").read_text().splitlines():
        case = strict(line)
        if problem(case["event"], validator) is None:
            failures += 1
            print(f"FAIL the judge does not see: {case['why']}")
    result = subprocess.run([program], capture_output=True, check=True)
    lines = result.stdout.decode("utf-8", "strict").splitlines()
    longest = max(map(len, lines))
    for line in lines:
        if {"lost", "reason"} <= strict(line).keys():
            continue  # the handler tells of a line over its cap
        why = problem(strict(line), validator) if len(line.encode()) < EVENT_MAX else "over 1 MiB"
        if why is not None:
            failures += 1
            print(f"FAIL {why}\n{line[:600]}")
    reports = [strict(line) for line in result.stderr.decode().splitlines() if line.startswith("{")]
    refused = [report for report in reports if report.get("errorMessage") == "metric refused"]
    if len(lines) < 500 or not refused or longest < 200000:
        failures += 1
        print(f"FAIL {len(lines)} events, the longest of {longest} characters, {len(refused)} reports are too few")
    print(f"{len(lines)} events, the longest of {longest} characters; {result.stderr.decode().splitlines()[-1]}; {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
