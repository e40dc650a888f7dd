"""Each public header compiles alone, as C11 and as C++17, with all warnings, also those inside the headers.

usage: headers.py INCLUDE_DIR
"""
import pathlib
import subprocess
import sys

include = pathlib.Path(sys.argv[1])
NEEDS = {"cmocka.h": "#include <setjmp.h>\n#include <stdarg.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <cmocka.h>\n"}
C_ONLY = {"cmocka.h"}  # CMocka has no C++
CXX_ONLY = {"gtest.h", "catch2.h"}
# Headers for something of somebody else's: what it takes to find that. Where it is missing they are left out.
OTHERS = {"check.h": "check", "criterion.h": "criterion", "gtest.h": "gtest", "catch2.h": "catch2", "glib.h": "glib-2.0"}
COMPILERS = ["gcc -std=c11 -x c", "clang -std=c11 -x c", "gcc -std=c2x -x c", "g++ -std=c++17 -x c++", "clang++ -std=c++17 -x c++", "g++ -std=c++20 -x c++"]
WARNINGS = "-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wcast-qual -Wundef -Werror -DJSONLOG_HEADER_WARNINGS".split()
failures = count = 0


def flags_of(package):
    """Where the headers of a package are; None if it is not installed."""
    result = subprocess.run(["pkg-config", "--cflags-only-I", package], capture_output=True, text=True)
    return result.stdout.replace("-I", "-isystem ").split() if result.returncode == 0 else None


for header in sorted((include / "jsonlog").glob("*.h")):
    others = flags_of(OTHERS[header.name]) if header.name in OTHERS else []
    if others is None:
        print(f"{header.name}: {OTHERS[header.name]} is not installed")
        continue
    text = NEEDS.get(header.name, "") + f"#include <jsonlog/{header.name}>\n"
    for compiler in COMPILERS:
        if header.name in (C_ONLY if "++" in compiler else CXX_ONLY):
            continue
        result = subprocess.run([*compiler.split(), *WARNINGS, "-I", str(include), *others, "-fsyntax-only", "-"], input=text, capture_output=True, text=True)
        count += 1
        if result.returncode:
            failures += 1
            print(f"FAIL {header.name} with {compiler}\n{result.stderr[:3000]}")
print(f"{count} compilations, {failures} failures")
sys.exit(1 if failures else 0)
