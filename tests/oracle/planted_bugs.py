"""Plant one bug at a time in a copy of the engine and show that the pairs find it. By hand; takes some minutes.

usage: planted_bugs.py SOURCE_DIR [PAIRS]
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

BUGS = [
    ("the first of two equal keys counts", "src/filter/match_json.c", "    clear(m, node);\n    note_parent", "    note_parent"),
    ("a hit under a wildcard survives its key's second value", "src/filter/match_json.c",
     "        jl_pending_member(pending_of(m, f), key);", "        (void)jl_pending_member;"),
    ("!= is true on anything else", "src/filter/condition.c",
     "    if (value->kind != JL_JSON_NUMBER)\n        return JL_LIKE_NOTHING;\n    if (condition->operand",
     "    if (value->kind != JL_JSON_NUMBER)\n        return JL_LIKE_OTHER;\n    if (condition->operand"),
    ("an infinite number is unequal to a literal", "src/filter/condition.c", "? likeness_of(order == 0) : JL_LIKE_NOTHING", "? likeness_of(order == 0) : JL_LIKE_OTHER"),
    (">= is >", "src/filter/condition.c", "default: return order >= 0;", "default: return order > 0;"),
    ("-0 is spelled -0", "src/filter/condition.c", 'is_minus_zero ? JL_TEXT("0") : number->number', "number->number"),
    ("IS NULL does not look into arrays", "src/filter/match_json.c", "*m->scanner.at == 'n'", "*m->scanner.at == 'N'"),
    ("&& is ||", "src/filter/match_json.c", "joint == JL_JOINT_AND ? left && right", "joint == JL_JOINT_AND ? left || right"),
    ("a glob's first and last piece may overlap", "src/filter/glob.c", "    if (value.len < first.len + last.len || ", "    if (value.len < last.len || "),
    ("trailing text after the object is ignored", "src/filter/match_json.c", "return jl_scan_finish(&m->scanner);", "return true;"),
    ("an index counts from one", "src/filter/match_json.c", "    f->index++;\n    return next;", "    f->index += 2;\n    return next;"),
]


def build(root, work):
    sources = [*root.glob("tests/oracle/oracle*.c"), *root.glob("tests/oracle/pair*.c"), root / "tests/oracle/coverage.c",
               root / "tests/oracle/test_oracle_pairs.c", *work.glob("src/filter/*.c"), *work.glob("src/json/*.c"),
               *(work / "src/base" / name for name in ("alloc.c", "buffer.c", "err.c", "err_render.c", "status.c", "utf8.c"))]
    command = ["gcc", "-O1", "-std=gnu11", "-D_GNU_SOURCE", "-DJSONLOG_STATIC", f'-DJSONLOG_TEST_DATA="{root}/tests/data"',
               f"-I{root}/include", f"-I{work}/src", f"-I{root}/tests", "-I/usr/include/cjson", *map(str, sources),
               "-lcmocka", "-lcjson", "-lpcre2-8", "-lm", "-o", str(work / "pairs")]
    subprocess.run(command, check=True)


def is_found(root, bug, pairs):
    name, file, old, new = bug
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        shutil.copytree(root / "src", work / "src")
        if old is not None:
            text = (work / file).read_text()
            if text.count(old) != 1:
                raise SystemExit(f"{name}: the text to change stands {text.count(old)} times in {file}")
            (work / file).write_text(text.replace(old, new))
        build(root, work)
        return subprocess.run([str(work / "pairs"), "--pairs", pairs], capture_output=True, timeout=600).returncode != 0


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    pairs = sys.argv[2] if len(sys.argv) > 2 else "200000"
    missed = [bug[0] for bug in BUGS if not is_found(root, bug, pairs)]
    print(f"{len(BUGS)} bugs planted, {len(BUGS) - len(missed)} found", *(f"missed: {name}" for name in missed), sep="\n")
    if is_found(root, ("no bug", "", None, None), pairs):
        print("the engine without a bug fails too")
        return 1
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
