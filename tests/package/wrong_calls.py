"""Each wrong log call fails to compile, with our own sentence, in few lines, under every compiler.

usage: wrong_calls.py INCLUDE_DIR CASES.json COMPILER...
A compiler is given as "gcc -std=c11"; the same cases run as C and as C++.
"""
import json
import subprocess
import sys

LINES_MAX = 40  # a case inside an object may have more: its text stands two or three times in the expansion
WARNINGS = "-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror".split()
FRAME = """#include <jsonlog/jsonlog.h>
#include <jsonlog/metric.h>
void wrong(jsonlog_logger *log);
void wrong(jsonlog_logger *log) {{
    {code}
}}
"""


def code_of(case):
    pairs = ", ".join(f'"k{i}", {i}' for i in range(33))
    names = ", ".join(f'"k{i}", "v"' for i in range(31))
    return {
        "@33": f'jsonlog_info(log, "m", {pairs});',
        "@33object": f'jsonlog_info(log, "m", "o", jsonlog_object({pairs}));',
        "@33array": f'jsonlog_info(log, "m", "a", jsonlog_array({", ".join(str(i) for i in range(33))}));',
        "@31dimensions": f'jsonlog_metric(log, "a", jsonlog_dimensions({names}), "n", jsonlog_count(1));',
    }.get(case["code"], case["code"])


def compile_text(compiler, include, text, flags):
    command = [*compiler.split(), *WARNINGS, *flags, "-I", include, "-fsyntax-only", "-"]
    result = subprocess.run(command, input=text, capture_output=True, text=True)
    return result.returncode, result.stderr


def check(compiler, include, case):
    code, output = compile_text(compiler, include, FRAME.format(code=code_of(case)), case.get("flags", "").split())
    lines = len(output.splitlines())
    if code == 0:
        return "it compiles"
    if case["sentence"] not in output:
        return f"our sentence is missing: {case['sentence']!r}\n{output}"
    if lines > case.get("lines", LINES_MAX):
        return f"{lines} lines of output\n{output}"
    return None


def main():
    include, cases_file, *compilers = sys.argv[1:]
    cases = json.load(open(cases_file, encoding="utf-8"))
    failures = 0
    for compiler in compilers:
        code, output = compile_text(compiler, include, FRAME.format(code='jsonlog_info(log, "right", "a", 1);'), [])
        if code != 0:
            print(f"FAIL {compiler}: the right call does not compile\n{output}")
            failures += 1
        for case in cases:
            problem = check(compiler, include, case)
            if problem:
                failures += 1
                print(f"FAIL {compiler}: {case['name']}: {problem}")
    print(f"{len(compilers)} compilers, {len(cases)} wrong calls each, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
