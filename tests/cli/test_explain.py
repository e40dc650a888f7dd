"""jsonlog explain: each condition with the value it met."""
import json
import unittest

from tool import ERRORS, INPUT, LINES, folder_with, main, run

BOTH = '{ $.logType = "ERROR" && $.user.age >= 20 }'


class Explain(unittest.TestCase):
    def test_each_condition_with_its_value(self):
        status, out, err = run("explain", BOTH, stdin=LINES[1] + b"\n")
        text = out.decode()
        self.assertEqual((status, err), (1, ""))
        self.assertTrue(text.startswith("no match: "), text)
        self.assertIn('no   $.logType = "ERROR"', text)
        self.assertIn('found "INFO"', text)
        self.assertIn("19", text)

    def test_match_exits_0(self):
        status, out, _ = run("explain", ERRORS, stdin=LINES[0])
        self.assertEqual(status, 0)
        self.assertTrue(out.startswith(b"match: "), out)

    def test_bad_pattern_and_usage(self):
        self.assertEqual(run("explain", "{ $.a }")[0], 2)
        self.assertIn("a pattern is missing", run("explain")[2])
        self.assertEqual(run("explain")[0], 2)
        self.assertEqual(run("explain", "--nonsense", "a")[0], 2)
        self.assertEqual(run("explain", "--color", "blue", "a")[0], 2)

    def test_files_and_lines_are_named(self):
        with folder_with(one=INPUT, two=LINES[1]) as folder:
            status, out, err = run("explain", BOTH, "one", "missing", "two", cwd=folder)
            self.assertEqual((status, err), (2, "jsonlog: missing: No such file or directory\n"))
            places = [line for line in out.decode().splitlines() if line[:3] in ("one", "two")]
            self.assertEqual(places, [f"one:{n}:" for n in range(1, 7)] + ["two:1:"])

    def test_color(self):
        plain = run("explain", BOTH, stdin=INPUT)[1]
        colored = run("explain", "--color=always", BOTH, stdin=INPUT)[1]
        self.assertIn(b"\33[32mmatch\33[m: ", colored)
        for code in (b"\33[32m", b"\33[31m", b"\33[m"):
            self.assertIn(code, colored)
            colored = colored.replace(code, b"")
        self.assertEqual(colored, plain)

    def test_json(self):
        status, out, _ = run("explain", "--json", BOTH, stdin=INPUT)
        objects = [json.loads(line) for line in out.decode().splitlines()]
        self.assertEqual((status, len(objects)), (0, 6))
        self.assertEqual([(o["file"], o["line"], o["matches"]) for o in objects],
                         [("(standard input)", n, n == 1) for n in range(1, 7)])
        self.assertEqual((objects[0]["pattern"], objects[0]["kind"]), (BOTH, "json"))
        self.assertEqual(objects[1]["tree"]["and"][1]["value"], "19")


main()
