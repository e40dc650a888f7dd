"""A thousand log calls of six pairs compile in bounded time.

usage: compile_time.py INCLUDE_DIR SECONDS COMPILER...
Seconds are processor time. A core that is shared with others still takes up to twice as long for the same work, so only
thrice the time fails; what takes longer than the time is said.
"""
import resource
import subprocess
import sys

CALLS = 1000


def source():
    call = ('    jsonlog_error(log, "query failed", "errorCode", "DA%05d", "attempt", n, "ms", 12.5, "ok", jsonlog_bool(n > %d), '
            '"host", host, "user", jsonlog_object("id", n, "age", 20));')
    functions = []
    for group in range(CALLS // 50):
        calls = "\n".join(call % (group * 50 + i, i) for i in range(50))
        functions.append(f"void calls_{group}(jsonlog_logger *log, int n, const char *host);\n"
                         f"void calls_{group}(jsonlog_logger *log, int n, const char *host) {{\n{calls}\n}}")
    return "#include <jsonlog/jsonlog.h>\n" + "\n".join(functions) + "\n"


def processor_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    include, seconds, *compilers = sys.argv[1:]
    failed = False
    for compiler in compilers:
        began = processor_seconds()
        result = subprocess.run([*compiler.split(), "-O2", "-I", include, "-c", "-o", "/dev/null", "-"],
                                input=source(), capture_output=True, text=True)
        took = processor_seconds() - began
        is_bad = result.returncode != 0 or took > 3 * float(seconds)
        failed = failed or is_bad
        verdict = "FAIL" if is_bad else "slow" if took > float(seconds) else "ok  "
        print(f"{verdict} {compiler}: {CALLS} calls in {took:.1f} s {result.stderr[:2000]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
