"""Wrong types are refused by the compiler with a sentence, and what is beside them is not.

usage: wrong_types.py INCLUDE_DIR...
"""
import subprocess
import sys

HEAD = """
#include <jsonlog/jsonlog.hpp>
#include <chrono>
#include <string>
#include <vector>
struct Unknown {};
struct Owning {};
template <> struct jsonlog::Trait<Owning> { static std::string text(const Owning &); };
void use(jsonlog::Logger &log, const std::string &text) {
"""
NO_FORM = "jsonlog: this type has no JSON form: specialise jsonlog::Trait for it"
UNCLEAR = "jsonlog: text, bytes or numbers? say jsonlog_string() or jsonlog_bytes()"
# The call, and what the compiler says; None: it compiles.
CASES = [
    ('jsonlog_info(log, "m", "k", text);', None),
    ('jsonlog_info(log, text, "k", std::vector<std::string>());', None),
    ('jsonlog_info(log, "m", "k", Unknown());', NO_FORM),
    ('jsonlog_info(log, "m", "k", std::vector<Unknown>());', NO_FORM),
    ('jsonlog_info(log, "m", "k", &text);', NO_FORM),
    ('jsonlog_info(log, "m", "k", L"wide");', UNCLEAR),
    ('jsonlog_info(log, "m", "k", std::wstring());', UNCLEAR),
    ('jsonlog_info(log, "m", "k", std::vector<char>());', UNCLEAR),
    ('jsonlog_info(log, "m", "k", 1.0L);', NO_FORM),
    ('log.with("k", Unknown());', NO_FORM),
    ('jsonlog_info(log, "m", "k", std::vector<unsigned char>());', UNCLEAR),
    ('jsonlog_info(log, "m", "k", std::chrono::steady_clock::now());', "jsonlog: only time points of std::chrono::system_clock have a date"),
    ('jsonlog_info(log, "m", "k", Owning());', "jsonlog: Trait::text() returns a std::string_view or const char *"),
    ('jsonlog_info(log, "m", "k");', "half of a pair is missing"),
    ('log.with("k");', "half of a pair is missing"),
    ('log.log(JSONLOG_LEVEL_INFO, "m", "k");', "half of a pair is missing"),
    ('jsonlog_info(log, "m", text, 1);', "a key must be one plain string literal"),
    ('jsonlog_info(log, 5);', "jsonlog_the_message_must_be_a_string_or_jsonlog_text"),
    ('jsonlog_info(log);', "a log call needs a message"),
    ('jsonlog_info(log.with("k", 1), "m");', "deleted"),
    ('jsonlog::Logger copy = log;', "deleted"),
    ('jsonlog_value kept = jsonlog_object("k", text); (void)kept;', "jsonlog_objects_arrays_and_texts_live_only_inside_a_log_call"),
]
COMPILERS = ("g++ -std=c++17", "clang++ -std=c++20")
paths = [flag for include in sys.argv[1:] for flag in ("-I", include)]
failures = 0
for compiler in COMPILERS:
    for call, sentence in CASES:
        command = [*compiler.split(), "-x", "c++", "-Wall", "-Wextra", *paths, "-fsyntax-only", "-"]
        result = subprocess.run(command, input=f"{HEAD}    {call}\n}}\n", capture_output=True, text=True)
        said = result.stderr.replace("\\", "")
        if (result.returncode == 0) != (sentence is None) or (sentence or "") not in said:
            failures += 1
            print(f"FAIL {compiler}: {call}\n  should say: {sentence}\n{result.stderr[:1500]}")
print(f"{len(CASES)} calls with each of {len(COMPILERS)} compilers, {failures} failures")
sys.exit(1 if failures else 0)
