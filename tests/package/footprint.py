"""What a user's program carries: the stripped library, our share of a program that only logs, its memory, its heap.

usage: footprint.py LIMITS BUILD_TYPE COMPILER_VERSION SHARED MAP EMPTY LOGS_STATIC LOGS_SHARED MATCHES

LIMITS holds the bytes that were reached, for each build type, and the compiler they were reached with. More than 5 % above
them fails; who has a reason writes the new figure there. 77: nothing to compare with, the figures are printed only.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

SLACK = 1.05
RESIDENT_KB = 1024  # over an empty program

# A section that the program keeps: its name, address and size, and the member of the archive it comes from.
KEPT = re.compile(r"^ (\.[\w.]+)\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) \S*libjsonlog\.a\(", re.MULTILINE)
CARRIED = (".text", ".rodata", ".data", ".eh_frame")


def stripped_bytes(library):
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "stripped.so")
        subprocess.run(["strip", "-o", copy, library], check=True)
        return os.path.getsize(copy)


def carried_bytes(map_path):
    with open(map_path, encoding="utf-8") as file:
        kept = file.read().split("Linker script and memory map")[1]
    return sum(int(size, 16) for name, address, size in KEPT.findall(kept)
               if int(address, 16) != 0 and name.startswith(CARRIED))


def run(program):
    """The kilobytes it holds at its end and the allocations it counted."""
    done = subprocess.run([program], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True, text=True)
    resident, allocations = done.stderr.split()
    return int(resident), int(allocations)


def main():
    limits_path, build_type, compiler, shared, map_path, *programs = sys.argv[1:]
    with open(limits_path, encoding="utf-8") as file:
        limits = json.load(file)
    empty, logs_static, logs_shared, matches = map(run, programs)
    failed = False

    def row(what, value, limit):
        nonlocal failed
        failed |= limit is not None and value > limit
        print(f"{what:52} {value:8}   " + ("not compared" if limit is None else f"at most {limit:8.0f}"))

    row("KB of memory over an empty program, static", logs_static[0] - empty[0], RESIDENT_KB)
    # Of the shared one much is pages that the kernel maps on its own accord, as they happen to be in its cache.
    row("KB of memory over an empty program, shared", logs_shared[0] - empty[0], None)
    row("allocations of 1000 records, static", logs_static[1], 0)
    row("allocations of 1000 records, shared", logs_shared[1], 0)
    row("allocations of 600 matches", matches[1], 0)
    reached = limits.get(build_type) if compiler.startswith(limits["compiler"]) else None
    row("bytes of libjsonlog.so, stripped", stripped_bytes(shared), reached and reached["shared"] * SLACK)
    row("bytes of ours in a static program that logs", carried_bytes(map_path), reached and reached["logs"] * SLACK)
    sys.exit(1 if failed else 0 if reached else 77)


main()
