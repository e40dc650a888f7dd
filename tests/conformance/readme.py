"""The program in README.md is examples/first_steps.c, and what README.md says it prints is what it prints.

usage: readme.py SOURCE_DIR FIRST_STEPS
"""
import pathlib
import re
import subprocess
import sys

root, program = pathlib.Path(sys.argv[1]), sys.argv[2]
readme = (root / "README.md").read_text(encoding="utf-8")
blocks = re.findall(r"```(\w+)\n(.*?)```", readme, re.S)
source = (root / "examples/first_steps.c").read_text(encoding="utf-8")
timestamp = re.compile(r'"timestamp":"[^"]*"')
printed = subprocess.run([program], check=True, capture_output=True, text=True).stdout
shown = next(text for kind, text in blocks if kind == "json")
problems = []
if next(text for kind, text in blocks if kind == "c") != source:
    problems.append("the first C block is not examples/first_steps.c")
if timestamp.sub("", shown) != timestamp.sub("", printed):
    problems.append(f"README.md shows\n{shown}the program prints\n{printed}")
for command in ("sh examples/run.sh", "sh tests/run.sh"):
    if command not in readme:
        problems.append(f"README.md does not name {command}")
print("\n".join(problems) or "README.md is true")
sys.exit(1 if problems else 0)
