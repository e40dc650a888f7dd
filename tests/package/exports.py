"""The shared library exports what the headers declare and nothing else.

usage: exports.py LIBRARY EXPORTS.txt [--write]
"""
import pathlib
import subprocess
import sys

library, listed_in = sys.argv[1:3]
lines = subprocess.run(["nm", "-D", "--defined-only", "--format=posix", library], check=True, capture_output=True, text=True).stdout
found = sorted(line.split()[0].split("@")[0] for line in lines.splitlines())
if "--write" in sys.argv:
    pathlib.Path(listed_in).write_text("\n".join(found) + "\n")
listed = pathlib.Path(listed_in).read_text().split()
for name in sorted(set(found) ^ set(listed)):
    print(f"{name}: {'exported, not listed' if name in found else 'listed, not exported'}")
print(f"{len(found)} symbols exported, {len(listed)} listed")
foreign = [name for name in found if not name.startswith("jsonlog_")]
print("\n".join(f"{name}: no name of ours" for name in foreign))
sys.exit(1 if found != listed or foreign else 0)
