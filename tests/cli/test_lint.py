"""jsonlog lint: findings, carets, suggestions."""
import gzip
import json
import unittest

from tool import folder_with, main, run

SAMPLE = b'{"status":200,"user":{"age":20}}\nnot json\n{"status":404,"user":{"age":21}}\n'


class Lint(unittest.TestCase):
    def test_nothing_to_say(self):
        for pattern in ("", "ERROR", '{ $.logType = "ERROR" }', "[ip, status = 4*]", "%a+%"):
            self.assertEqual(run("lint", pattern), (0, b"", ""), pattern)
            self.assertEqual(run("lint", "--json", pattern), (0, json.dumps({"pattern": pattern, "findings": []}, separators=(",", ":")).encode() + b"\n", ""))

    def test_finding_caret_and_suggestion(self):
        status, out, err = run("lint", '{ $.x = 1 && $.ok = true }')
        lines = out.decode().splitlines()
        self.assertEqual((status, err), (1, ""))
        self.assertTrue(lines[0].startswith("BARE_BOOLEAN: "), lines)
        self.assertEqual(lines[1:], ["  { $.x = 1 && $.ok = true }", "               ^", "  write: { $.x = 1 && $.ok IS TRUE }"])

    def test_pattern_that_does_not_compile(self):
        status, out, _ = run("lint", "{ $.a == 1 }")
        self.assertEqual(status, 1)
        self.assertTrue(out.startswith(b"SYNTAX: "), out)
        self.assertTrue(out.endswith(b"\n  write: { $.a = 1 }\n"), out)

    def test_json(self):
        pattern = '{ $.x = 1 && $.ok = true }'
        status, out, _ = run("lint", "--json", pattern)
        object = json.loads(out)
        finding = object["findings"][0]
        self.assertEqual((status, object["pattern"], len(object["findings"])), (1, pattern, 1))
        self.assertEqual((finding["code"], finding["offset"], finding["suggestion"]), ("BARE_BOOLEAN", 13, "{ $.x = 1 && $.ok IS TRUE }"))
        self.assertEqual(pattern[finding["offset"]:][:finding["len"]], "$.ok = true")
        self.assertTrue(finding["text"])

    def test_suggestions_compile_and_are_clean(self):
        for pattern in ("a-b", "{ $.a == 1 }", "{ $.a = true }", '{ $.a = "1" }', "{ $.a EXISTS }", "{ $.a = a:b }"):
            for finding in json.loads(run("lint", "--json", pattern)[1])["findings"]:
                if "suggestion" in finding:
                    self.assertIn(run("filter", "--", finding["suggestion"])[0], (0, 1), finding)

    def test_samples(self):
        with folder_with(a__log=SAMPLE, b__gz=gzip.compress(SAMPLE)) as folder:
            for samples in (["a.log"], ["b.gz"], ["."], ["a.log", "b.gz"]):
                status, out, err = run("lint", "{ $.user.agee = 20 }", *samples, cwd=folder)
                self.assertEqual((status, err), (1, ""))
                self.assertTrue(out.startswith(b"NEVER_SEEN: "), out)
                self.assertIn(b"\n  write: { $.user.age = 20 }\n", out)
            self.assertEqual(run("lint", "{ $.user.age = 20 }", "a.log", cwd=folder), (0, b"", ""))
        self.assertEqual(run("lint", "{ $.user.agee = 20 }", "-", stdin=SAMPLE)[0], 1)
        self.assertEqual(run("lint", "{ $.user.agee = 20 }", stdin=SAMPLE)[0], 0)

    def test_trouble(self):
        self.assertEqual(run("lint", "a", "/nonexistent")[0], 2)
        self.assertIn("/nonexistent: No such file", run("lint", "a", "/nonexistent")[2])
        self.assertEqual(run("lint")[0], 2)
        self.assertEqual(run("lint", "--nonsense", "a")[0], 2)

    def test_long_and_odd_patterns_have_their_caret(self):
        for pattern in ("x" * 900 + " a-b", "인증실패 a-b", "\t\u202e a-b"):
            lines = run("lint", pattern)[1].decode().splitlines()
            self.assertIn("a-b", lines[1])
            self.assertEqual(lines[2].strip(), "^")
        self.assertEqual(run("lint", b"\xff\xfe")[0], 1)


main()
