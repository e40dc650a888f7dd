"""Each public header compiles alone, as C11 and as C++17, with all warnings, also those inside the headers.

usage: headers.py INCLUDE_DIR
"""
import pathlib
import subprocess
import sys

include = pathlib.Path(sys.argv[1])
NEEDS = {"cmocka.h": "#include <setjmp.h>\n#include <stdarg.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <cmocka.h>\n"}
C_ONLY = {"cmocka.h"}  # its macros make compound literals
COMPILERS = ["gcc -std=c11 -x c", "clang -std=c11 -x c", "gcc -std=c2x -x c", "g++ -std=c++17 -x c++", "clang++ -std=c++17 -x c++", "g++ -std=c++20 -x c++"]
WARNINGS = "-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wcast-qual -Wundef -Werror -DJSONLOG_HEADER_WARNINGS".split()
failures = count = 0
for header in sorted((include / "jsonlog").glob("*.h")):
    text = NEEDS.get(header.name, "") + f"#include <jsonlog/{header.name}>\n"
    for compiler in COMPILERS:
        if header.name in C_ONLY and "++" in compiler:
            continue
        result = subprocess.run([*compiler.split(), *WARNINGS, "-I", str(include), "-fsyntax-only", "-"], input=text, capture_output=True, text=True)
        count += 1
        if result.returncode:
            failures += 1
            print(f"FAIL {header.name} with {compiler}\n{result.stderr[:3000]}")
print(f"{count} compilations, {failures} failures")
sys.exit(1 if failures else 0)
