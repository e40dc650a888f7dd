#!/usr/bin/env python3
"""Prints one size as one object of JSON, as the other programs of the bench do.

    sizes.py stripped LIBRARY          bytes of the library without symbols that nobody needs at run time
    sizes.py carried PROGRAM.map       bytes of our archive in a program's file, from the linker's map
    sizes.py resident PROGRAM EMPTY    bytes of memory that PROGRAM occupies beyond EMPTY
"""
import json
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROUNDS = 5
# In the map: ` .text.name  0x0000000000001234  0x56 path/libjsonlog.a(file.o)`, the name perhaps on a line of its own.
PIECE = re.compile(r"^ (\.\S+)\s+0x[0-9a-f]+\s+0x([0-9a-f]+) \S*libjsonlog\.a\(", re.MULTILINE)
IN_FILE = (".text", ".rodata", ".data", ".tdata", ".init_array", ".fini_array", ".eh_frame")


def stripped(library):
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "library.so"
        subprocess.run(["strip", "-o", copy, library], check=True)
        return copy.stat().st_size


def carried(linker_map):
    text = Path(linker_map).read_text(encoding="utf-8")
    kept = text[text.index("Linker script and memory map"):]
    return sum(int(size, 16) for section, size in PIECE.findall(kept) if section.startswith(IN_FILE))


def resident_once(program):
    done = subprocess.run([program], capture_output=True, text=True, check=True)
    return 1024 * int(re.search(r"VmRSS:\s+(\d+) kB", done.stderr).group(1))


def resident(program, empty):
    return (statistics.median(resident_once(program) for _ in range(ROUNDS))
            - statistics.median(resident_once(empty) for _ in range(ROUNDS)))


def main():
    what, *arguments = sys.argv[1:]
    size = {"stripped": stripped, "carried": carried, "resident": resident}[what](*arguments)
    print(json.dumps({"kib": size / 1024}))


if __name__ == "__main__":
    main()
