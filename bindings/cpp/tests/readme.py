"""README.md shows the programs in examples/ as they are, and what the first one prints.

usage: readme.py BINDING_DIR FIRST_STEPS
"""
import pathlib
import re
import subprocess
import sys

root, program = pathlib.Path(sys.argv[1]), sys.argv[2]
readme = (root / "README.md").read_text(encoding="utf-8")
blocks = re.findall(r"```(\w+)\n(.*?)```", readme, re.S)
timestamp = re.compile(r'"timestamp":"[^"]*"')
problems = []
shown = [text for kind, text in blocks if kind == "cpp"]
for number, example in enumerate(("first_steps.cpp", "login_test.cpp")):
    if shown[number] != (root / "examples" / example).read_text(encoding="utf-8"):
        problems.append(f"C++ block {number + 1} is not examples/{example}")
lines = next(text for kind, text in blocks if kind == "json")
printed = subprocess.run([program], check=True, capture_output=True, text=True, encoding="utf-8").stdout
if timestamp.sub("", lines) != timestamp.sub("", printed):
    problems.append(f"README.md shows\n{lines}the program prints\n{printed}")
print("\n".join(problems) or "README.md is true")
sys.exit(1 if problems else 0)
