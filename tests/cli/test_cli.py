"""The program `jsonlog`: what it prints and how it exits. usage: test_cli.py PROGRAM"""
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv.pop(1))
LINES = [
    b'{"logType":"ERROR","errorMessage":"\xec\x9d\xb8\xec\xa6\x9d\xec\x8b\xa4\xed\x8c\xa8: token expired","user":{"age":20}}',
    b'{"logType":"INFO","message":"ok","user":{"age":19}}',
    b"not json",
    b'{"logType":"ERROR","broken":"\xff"}',
    b'{"logType":"ERROR"} trailing',
    b"",
]
INPUT = b"\n".join(LINES) + b"\n"
ERRORS = '{ $.logType = "ERROR" }'


def run(*arguments, stdin=b"", **options):
    result = subprocess.run([PROGRAM, *arguments], input=stdin, capture_output=True, timeout=60, **options)
    return result.returncode, result.stdout, result.stderr.decode()


class Filter(unittest.TestCase):
    def test_prints_matching_lines_as_they_are(self):
        self.assertEqual(run("filter", ERRORS, stdin=INPUT), (0, LINES[0] + b"\n" + LINES[3] + b"\n", ""))

    def test_readme_patterns(self):
        self.assertEqual(run("filter", '{ $.logType = "ERROR" && $.errorMessage = "*인증실패*" }', stdin=INPUT)[1], LINES[0] + b"\n")
        self.assertEqual(run("filter", "{ $.user.age >= 20 }", stdin=INPUT)[1], LINES[0] + b"\n")

    def test_no_match_exits_1(self):
        self.assertEqual(run("filter", "{ $.nothing = 1 }", stdin=INPUT), (1, b"", ""))

    def test_count_and_invert(self):
        self.assertEqual(run("filter", "-c", ERRORS, stdin=INPUT), (0, b"2\n", ""))
        self.assertEqual(run("filter", "--count", "--invert", ERRORS, stdin=INPUT), (0, b"4\n", ""))
        self.assertEqual(run("filter", "-cv", ERRORS, "-", stdin=INPUT)[1], b"4\n")
        self.assertEqual(run("filter", "-c", "{ $.nothing = 1 }", stdin=INPUT), (1, b"0\n", ""))

    def test_last_line_without_newline(self):
        self.assertEqual(run("filter", ERRORS, stdin=LINES[0])[1], LINES[0] + b"\n")

    def test_bad_pattern_shows_a_caret_and_exits_2(self):
        status, out, err = run("filter", "{ $.a = a:b }", stdin=INPUT)
        self.assertEqual((status, out), (2, b""))
        self.assertEqual(err.splitlines()[:3], [
            err.splitlines()[0],
            "  { $.a = a:b }",
            "           ^",
        ])
        self.assertTrue(err.startswith("jsonlog: bad pattern: Invalid character(s) in term ':'"), err)

    def test_too_long_pattern(self):
        status, _, err = run("filter", "{ $.a = " + "x" * 1020 + " }", stdin=INPUT)
        self.assertEqual(status, 2)
        self.assertIn("1024", err)

    def test_usage(self):
        self.assertEqual(run("filter")[0], 2)
        self.assertIn("a pattern is missing", run("filter")[2])
        self.assertEqual(run("filter", "--nonsense", ERRORS)[0], 2)
        self.assertEqual(run("filter", "--help")[0], 0)
        self.assertIn("Exit status", run("filter", "--help")[1].decode())

    def test_files(self):
        with tempfile.TemporaryDirectory() as folder:
            one, two = os.path.join(folder, "one.log"), os.path.join(folder, "two.log")
            for path, text in ((one, INPUT), (two, LINES[1])):
                with open(path, "wb") as file:
                    file.write(text)
            self.assertEqual(run("filter", "-c", ERRORS, one, two)[1].decode(), f"{one}:2\n{two}:0\n")
            status, out, err = run("filter", ERRORS, folder + "/missing.log", one)
            self.assertEqual((status, out), (2, LINES[0] + b"\n" + LINES[3] + b"\n"))
            self.assertIn("missing.log: No such file or directory", err)
            self.assertIn("Is a directory", run("filter", ERRORS, folder)[2])

    def test_long_lines_and_many(self):
        long = b'{"logType":"ERROR","text":"' + b"x" * 3_000_000 + b'"}'
        self.assertEqual(run("filter", ERRORS, stdin=long + b"\n" + LINES[1] + b"\n" + long)[1], long + b"\n" + long + b"\n")
        self.assertEqual(run("filter", "-c", ERRORS, stdin=INPUT * 20000)[1], b"40000\n")

    def test_hostile_lines(self):
        for line in (b"[" * 100_000, b'{"a":' * 100_000, b'{"a":"' + b"\xe2\x82", b"\0\0{}", b"{" * 1_000_000):
            self.assertEqual(run("filter", "{ $.a NOT EXISTS }", stdin=line), (1, b"", ""))

    def test_reader_that_stops_early(self):
        command = f"'{PROGRAM}' filter '{ERRORS}' | head -n 1"
        result = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], input=INPUT * 20000, capture_output=True, timeout=60)
        self.assertEqual((result.stdout, result.stderr), (LINES[0] + b"\n", b""))

    def test_full_disk_is_trouble(self):
        with open("/dev/full", "wb") as full:
            result = subprocess.run([PROGRAM, "filter", ERRORS], input=INPUT, stdout=full, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(result.returncode, 2)
        self.assertIn(b"No space left on device", result.stderr)


class Explain(unittest.TestCase):
    def test_each_condition_with_its_value(self):
        status, out, err = run("explain", '{ $.logType = "ERROR" && $.user.age >= 20 }', stdin=LINES[1] + b"\n")
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

    def test_bad_pattern(self):
        self.assertEqual(run("explain", "{ $.a }")[0], 2)
        self.assertEqual(run("explain")[0], 2)


class Program(unittest.TestCase):
    def test_usage_and_version(self):
        self.assertEqual(run()[0], 2)
        self.assertEqual(run("--version"), (0, b"jsonlog 0.1.0\n", ""))
        self.assertEqual(run("--help")[0], 0)
        self.assertEqual(run("nonsense")[0], 2)
        self.assertIn("no such command", run("nonsense")[2])


if __name__ == "__main__":
    unittest.main()
