"""Plant one bug at a time in a copy of the engine and show that the pairs find it. By hand; takes a minute or two.

usage: planted_bugs.py SOURCE_DIR [PAIRS]
"""
import pathlib
import subprocess
import sys
import tempfile

# Of each test that holds pairs: what is wrong, the file, its text, and the text in its place.
JSON = [
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
    ("&& is ||", "src/filter/joint.c", "joint == JL_JOINT_AND ? left && right", "joint == JL_JOINT_AND ? left || right"),
    ("a glob's first and last piece may overlap", "src/filter/glob.c", "    if (value.len < first.len + last.len || ", "    if (value.len < last.len || "),
    ("trailing text after the object is ignored", "src/filter/match_json.c", "return jl_scan_finish(&m->scanner);", "return true;"),
    ("no escape hides a text", "src/filter/needle.c", 'memcmp(at, "\\\\u00", 4) == 0', "false"),
    ("a number has no text", "src/filter/prefilter.c", '"0123456789+-.eEInfityNa"', '""'),
    ("one side of || is enough", "src/filter/prefilter.c", "left->count == 0 || right->count == 0 ||", "left->count == 0 ||"),
    ("a key counts at any depth", "src/filter/match_names.c", "if (hit.depth != top(w)->depth)", "if (hit.depth < top(w)->depth)"),
    ("an object that was asked for never ends", "src/filter/match_names.c", "while (hit.place > top(w)->end)", "while (false)"),
    ("what stood below a key survives its second value", "src/filter/match_names.c", "    clear(w, node->own_end, node->end);\n", ""),
    ("a key with an escape hides nothing", "src/json/line_bits.c", "(block->hit & outside) | out->veiled[n]", "block->hit & outside"),
    ("a line that is no JSON matches", "src/json/line_bits.c", "    return is_json && has_ended(&c.nesting);", "    return true;"),
    ("an index counts from one", "src/filter/match_json.c", "    f->index++;\n    return next;", "    f->index += 2;\n    return next;"),
]

TERMS = [
    ("a term must stand in the same case or not", "src/filter/match_text.c", "memmem(line.ptr, line.len, term->text.ptr, term->text.len)",
     "strcasestr(line.ptr, strndupa(term->text.ptr, term->text.len))"),
    ("a line as long as the term cannot hold it", "src/filter/match_text.c", "line.len < term->text.len", "line.len <= term->text.len"),
    ("optional terms count beside others", "src/filter/match_text.c", "        if (term->kind == JL_TERM_OPTIONAL)\n            continue;\n", ""),
    ("a minus is no plus", "src/filter/match_text.c", "!= (term->kind == JL_TERM_REQUIRED)", "!= true"),
    ("any optional term makes a choice", "src/filter/text_pattern.c", "p->program->is_choice && term->kind == JL_TERM_OPTIONAL",
     "term->kind == JL_TERM_OPTIONAL"),
    ("every backslash escapes", "src/filter/text_pattern.c", " && (rest[1] == '\"' || rest[1] == '\\\\');", ";"),
    ("an empty phrase is a term", "src/filter/text_pattern.c", "    if (term->text.len == 0)\n", "    if (false)\n"),
    ("terms need nothing between them", "src/filter/text_pattern.c", "    if (is_word_char(peek(p)) || peek(p) == '\"')\n", "    if (false)\n"),
    ("a minus belongs to the word", "src/filter/text_pattern.c", "(jl_is_name_char(c) && c != '-')", "jl_is_name_char(c)"),
]

REGEXES = [
    ("^ holds everywhere", "src/filter/regex_run.c", "        entries = word.restart;", "        entries = word.start;"),
    ("$ does not hold at the end", "src/filter/regex_run.c", "regex->column[w].found_at_end", "regex->column[w].found"),
    ("a character is each of its bytes", "src/filter/regex_run.c", "symbol = symbol_of(jl_utf8_decode(*rest, &bytes));", "symbol = JL_REGEX_OTHER;"),
    ("an empty line matches nothing", "src/filter/regex_run.c", "return regex->matches_empty;", "return false;"),
    ("a line as long as the literal cannot hold it", "src/filter/regex_run.c", "text.len < literal.len", "text.len <= literal.len"),
    ("what is optional is needed", "src/filter/regex_run.c", "        next |= ((next & word.optional) + word.optional) ^ word.optional;\n        state", "        state"),
]

FIELDS = [
    ("a tab does not separate", "src/filter/blank_scan.h", "return c == ' ' || c == '\\t';", "return c == ' ';"),
    ("a newline separates", "src/filter/blank_scan.h", "return c == ' ' || c == '\\t';", "return c == ' ' || c == '\\t' || c == '\\n';"),
    ("the last byte is no blank", "src/filter/blank_scan.h", "jl_blanks_of_block(end - 16) >> seen", "(jl_blanks_of_block(end - 16) & 0x7FFF) >> seen"),
    ("a quote has a partner in the next line only", "src/filter/split.c", "return find(splitter, '\"');", "return NULL;"),
    ("a bracket keeps its partner", "src/filter/split.c", "(size_t)(partner - start) - 1}", "(size_t)(partner - start)}"),
    ("a missing bracket is forgotten", "src/filter/split.c", "splitter->has_no_bracket = partner == NULL;", "splitter->has_no_bracket = true;"),
    ("the rest of the line loses its delimiter", "src/filter/bind.c", "const char *start = splitter->start;",
     "const char *start = token->ptr;"),
    ("the last field is never greedy", "src/filter/bind.c", "if (jl_split_next(splitter, &surplus))", "if (false && jl_split_next(splitter, &surplus))"),
    ("the last field need not be there", "src/filter/bind.c", "if (!jl_split_next(splitter, token))\n        return false;", "(void)jl_split_next(splitter, token);"),
    ("the last field may say what it likes", "src/filter/match_delimited.c", "&& is_true(program, program->field_count - 1, token)", ""),
    ("the fields behind the rest begin in front", "src/filter/match_delimited.c", "size_t i = program->before; i <", "size_t i = 0; i <"),
    ("one condition of a field is enough", "src/filter/match_delimited.c", "field->joint_count == 1", "field->joint_count >= 1"),
    ("a token of letters is a whole number", "src/filter/condition.c", "    while (at < token.len && token.ptr[at] >= '0' && token.ptr[at] <= '9')", "    while (at < token.len)"),
    ("fields may share a token", "src/filter/bind.c", "return binding->count >= program->field_count;", "return binding->count + 1 >= program->field_count;"),
    ("the ring starts at its first slot", "src/filter/bind.c", "binding->ring = slot;", "binding->ring = 0;"),
    ("positions count from zero", "src/filter/bind.c", "jl_write_uint64(space + 1, position + 1)", "jl_write_uint64(space + 1, position)"),
    ("a token of letters is not unequal to a number", "src/filter/condition.c",
     "    if (!jl_token_is_number(token))\n        return false;\n", "    if (!jl_token_is_number(token)) {\n        *order = 0;\n        return true;\n    }\n"),
    ("a name may stand twice", "src/filter/field_parser.c", "i + 1 < syntax->field_count; i++) {\n        if (jl_text_equal",
     "i + 1 < syntax->field_count; i++) {\n        if (false && jl_text_equal"),
    ("`...` may stand twice", "src/filter/field_parser.c", "        if (p->syntax->fields[i].is_rest)", "        if (false && p->syntax->fields[i].is_rest)"),
    ("conditions of one field may name two", "src/filter/field_parser.c", "    if (jl_text_equal(name, other))\n", "    if (true)\n"),
]

TESTS = {"pairs": JSON, "terms": TERMS, "regexes": REGEXES, "fields": FIELDS}
BASE = ("alloc", "buffer", "err", "err_render", "status", "utf8")


class Workshop:
    """Objects of the engine and of the tests, compiled once; one of the engine's is replaced for a while."""

    def __init__(self, root, folder):
        self.root, self.folder = root, folder
        self.flags = ["-O1", "-w", "-std=gnu11", "-D_GNU_SOURCE", "-DJSONLOG_STATIC", f"-I{root}/include", f"-I{root}/tests",
                      "-I/usr/include/cjson"]
        engine = [*root.glob("src/filter/*.c"), *root.glob("src/json/*.c"), *(root / f"src/base/{name}.c" for name in BASE)]
        shared = [*root.glob("tests/oracle/oracle*.c"), *root.glob("tests/oracle/pair*.c"), root / "tests/oracle/coverage.c"]
        self.engine = {str(file.relative_to(root)): self.compile(file) for file in engine}
        self.shared = [self.compile(file) for file in shared]
        self.tests = {name: self.compile(root / f"tests/oracle/test_oracle_{name}.c") for name in TESTS}

    def compile(self, file, before=()):
        out = self.folder / ("planted.o" if before else file.stem + ".o")
        folders = [*before, self.root / "src", file.parent]
        subprocess.run(["gcc", *self.flags, *(f"-I{folder}" for folder in folders), "-c", str(file), "-o", str(out)], check=True)
        return out

    def plant(self, bug):
        name, file, old, new = bug
        text = (self.root / file).read_text()
        if text.count(old) != 1:
            raise SystemExit(f"{name}: the text to change stands {text.count(old)} times in {file}")
        planted = self.folder / "planted"
        changed = planted / pathlib.Path(file).relative_to("src")
        changed.parent.mkdir(parents=True, exist_ok=True)
        changed.write_text(text.replace(old, new))
        # A header is planted before the one source that is known to include it.
        source = "src/filter/split.c" if changed.name == "blank_scan.h" else file
        object_file = self.compile(changed if source == file else self.root / source, [planted])
        changed.unlink()
        return {**self.engine, source: object_file}

    def fails(self, test, bug, pairs):
        engine = self.plant(bug) if bug else self.engine
        program = self.folder / "program"
        objects = map(str, [self.tests[test], *self.shared, *engine.values()])
        subprocess.run(["gcc", *objects, "-lcmocka", "-lcjson", "-lpcre2-8", "-lm", "-o", str(program)], check=True)
        return subprocess.run([str(program), "--pairs", pairs], capture_output=True, timeout=600).returncode != 0


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    pairs = sys.argv[2] if len(sys.argv) > 2 else "100000"
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        shop = Workshop(root, pathlib.Path(folder))
        for test, bugs in TESTS.items():
            missed = [bug[0] for bug in bugs if not shop.fails(test, bug, pairs)]
            print(f"{test}: {len(bugs)} bugs planted, {len(bugs) - len(missed)} found", *(f"missed: {name}" for name in missed), sep="\n")
            wrong += len(missed)
            if shop.fails(test, None, pairs):
                print(f"{test}: the engine without a bug fails too")
                wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
