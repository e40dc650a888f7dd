"""Each header of the binding compiles alone and twice, with all warnings; those for logging and matching in each standard,
also without exceptions and without RTTI.

usage: headers.py INCLUDE_DIR...
"""
import pathlib
import subprocess
import sys

includes = sys.argv[1:]
COMPILERS = [f"{compiler} -std={standard}" for compiler in ("g++", "clang++") for standard in ("c++17", "c++20")]
WARNINGS = "-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wcast-qual -Wwrite-strings -Wundef -Werror -DJSONLOG_HEADER_WARNINGS".split()
VARIANTS = [[], ["-fno-exceptions"], ["-fno-rtti"], ["-fno-exceptions", "-fno-rtti"]]
FRAMEWORKS = {"gtest.hpp": "gtest/gtest.h", "catch2.hpp": "catch2/catch.hpp"}

# What a program without exceptions uses, so that templates are instantiated too.
USE = """
#include <jsonlog/filter_set.hpp>
#include <map>
#include <vector>
void use(jsonlog_err &err) {
    jsonlog::Logger log("t");
    const std::map<std::string, std::vector<std::optional<int>>> map;
    const std::runtime_error failure("f");
    jsonlog_error(log, std::string("m"), "map", map, "failure", failure, "code", std::error_code());
    const jsonlog::Logger child = log.with("map", map);
    const jsonlog::Scope scope("map", map);
    child.log(JSONLOG_LEVEL_INFO, "m", "map", map);
    log.add(jsonlog::Handler::file("/nowhere", JSONLOG_FILE_OPTIONS_INIT, err));
    const jsonlog::Filter filter("ERROR", err);
    const jsonlog::FilterSet set(std::vector<std::string>(), err);
    for (std::string_view line : filter.lines("ERROR"))
        jsonlog_info(log, line);
}
"""


def compiles(compiler, flags, text):
    paths = [flag for include in includes for flag in ("-I", include)]
    command = [*compiler.split(), "-x", "c++", *WARNINGS, *flags, *paths, "-fsyntax-only", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True)


failures = count = 0
for header in sorted((pathlib.Path(includes[0]) / "jsonlog").glob("*.hpp")):
    framework = FRAMEWORKS.get(header.name)
    if framework and compiles(COMPILERS[0], [], f"#include <{framework}>\n").returncode:
        print(f"{header.name}: {framework} is not installed")
        continue
    text = f"#include <jsonlog/{header.name}>\n#include <jsonlog/{header.name}>\n"
    if header.name == "jsonlog.hpp":
        text += USE
    is_main = header.name == "jsonlog.hpp"
    for compiler in COMPILERS if is_main else COMPILERS[::3]:
        for flags in VARIANTS if is_main else [[]]:
            result = compiles(compiler, flags, text)
            count += 1
            if result.returncode:
                failures += 1
                print(f"FAIL {header.name} with {compiler} {' '.join(flags)}\n{result.stderr[:2000]}")
print(f"{count} compilations, {failures} failures")
sys.exit(1 if failures or count == 0 else 0)
