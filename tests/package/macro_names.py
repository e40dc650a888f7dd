"""Macros of the public headers begin with our prefix, so that they collide with nobody's.

Adapters speak the idiom of their framework; their macros all say `logged` instead. usage: macro_names.py INCLUDE_DIR
"""
import pathlib
import re
import sys

ADAPTERS = {"catch2.h", "check.h", "cmocka.h", "criterion.h", "gtest.h"}
DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.MULTILINE)


def is_ours(name, header):
    if name.startswith(("JSONLOG_", "jsonlog_")):
        return True
    return header.name in ADAPTERS and "logged" in name.lower()


def main():
    headers = sorted(pathlib.Path(sys.argv[1]).glob("jsonlog/*.h"))
    names = [(header, name) for header in headers for name in DEFINE.findall(header.read_text())]
    foreign = [f"{header.name}: {name}" for header, name in names if not is_ours(name, header)]
    print(*foreign, f"{len(names)} macros in {len(headers)} headers, {len(foreign)} without our prefix", sep="\n")
    return 1 if foreign or not names else 0


if __name__ == "__main__":
    sys.exit(main())
