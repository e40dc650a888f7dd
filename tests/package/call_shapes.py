"""The programs print the expected lines, all of them the same.

usage: call_shapes.py EXPECTED.jsonl PROGRAM... [--write]
"""
import pathlib
import subprocess
import sys

arguments = [a for a in sys.argv[1:] if a != "--write"]
expected_file, programs = pathlib.Path(arguments[0]), arguments[1:]
outputs = {program: subprocess.run([program], check=True, capture_output=True).stdout for program in programs}
if "--write" in sys.argv:
    expected_file.write_bytes(outputs[programs[0]])
expected = expected_file.read_bytes().splitlines()
failures = 0
for program, output in outputs.items():
    lines = output.splitlines()
    for number, (line, wanted) in enumerate(zip(lines + [b""] * len(expected), expected), 1):
        if line != wanted:
            failures += 1
            print(f"{program}, line {number}:\n  {line.decode('utf-8', 'replace')}\nexpected\n  {wanted.decode()}")
    if len(lines) != len(expected):
        failures += 1
        print(f"{program}: {len(lines)} lines, expected {len(expected)}")
print(f"{len(programs)} programs, {len(expected)} lines each, {failures} differences")
sys.exit(1 if failures else 0)
