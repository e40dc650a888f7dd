"""jsonlog filter: which lines, and what of them."""
import json
import os
import subprocess
import unittest

from tool import ERRORS, INPUT, LINES, PROGRAM, folder_with, main, run

HIT = LINES[0] + b"\n"
NUMBERS = b"".join(b'{"n":%d}\n' % i for i in range(1, 21))


def numbers_of(output):
    """`3-`, `4:`: the line numbers with their separators, and `--`."""
    return [line if line == "--" else line[:line.index("{")] for line in output.decode().splitlines()]


class Lines(unittest.TestCase):
    def test_prints_matching_lines_as_they_are(self):
        self.assertEqual(run("filter", ERRORS, stdin=INPUT), (0, HIT + LINES[3] + b"\n", ""))

    def test_readme_patterns(self):
        self.assertEqual(run("filter", '{ $.logType = "ERROR" && $.errorMessage = "*인증실패*" }', stdin=INPUT)[1], HIT)
        self.assertEqual(run("filter", "{ $.user.age >= 20 }", stdin=INPUT)[1], HIT)

    def test_all_kinds_of_patterns(self):
        for pattern, count in (("", 6), ("token", 1), ("%ERR.R%", 3), ("[a, b]", 3), ("-- -ERROR", 3)):
            arguments = pattern.split(" ", 1) if pattern.startswith("--") else [pattern]
            self.assertEqual(run("filter", "-c", *arguments, stdin=INPUT)[1], b"%d\n" % count, pattern)

    def test_no_match_exits_1(self):
        self.assertEqual(run("filter", "{ $.nothing = 1 }", stdin=INPUT), (1, b"", ""))

    def test_count_and_invert(self):
        self.assertEqual(run("filter", "-c", ERRORS, stdin=INPUT), (0, b"2\n", ""))
        self.assertEqual(run("filter", "--count", "--invert", ERRORS, stdin=INPUT), (0, b"4\n", ""))
        self.assertEqual(run("filter", "-cv", ERRORS, "-", stdin=INPUT)[1], b"4\n")
        self.assertEqual(run("filter", "-c", "{ $.nothing = 1 }", stdin=INPUT), (1, b"0\n", ""))

    def test_options_may_stand_behind_the_pattern(self):
        self.assertEqual(run("filter", ERRORS, "-", "-c", stdin=INPUT)[1], b"2\n")

    def test_limit(self):
        self.assertEqual(run("filter", "-m", "3", "", stdin=NUMBERS)[1], NUMBERS[:24])
        self.assertEqual(run("filter", "-c", "--limit=3", "", stdin=NUMBERS)[1], b"3\n")
        self.assertEqual(run("filter", "-m0", "", stdin=NUMBERS), (1, b"", ""))

    def test_limit_is_for_each_file(self):
        with folder_with(a=NUMBERS, b=NUMBERS) as folder:
            self.assertEqual(run("filter", "-h", "-m1", "", folder)[1], b'{"n":1}\n' * 2)

    def test_last_line_without_newline(self):
        self.assertEqual(run("filter", ERRORS, stdin=LINES[0])[1], HIT)

    def test_carriage_returns_belong_to_the_line(self):
        text = LINES[0] + b"\r\n"
        self.assertEqual(run("filter", ERRORS, stdin=text * 2)[1], text * 2)
        self.assertEqual(run("filter", '[.., last = "a"]', stdin=b"x a\r\n")[0], 2)
        self.assertEqual(run("filter", "%a$%", stdin=b"a\r\n")[0], 1)

    def test_nul_bytes_and_broken_utf8_pass_through(self):
        text = b"ERROR \0 \xff\xfe\x80 x\n"
        self.assertEqual(run("filter", "ERROR x", stdin=text)[1], text)

    def test_empty_input(self):
        self.assertEqual(run("filter", "", stdin=b""), (1, b"", ""))
        self.assertEqual(run("filter", "-c", "", stdin=b""), (1, b"0\n", ""))
        self.assertEqual(run("filter", "-c", "", stdin=b"\n\n"), (0, b"2\n", ""))

    def test_long_lines_and_many(self):
        long = b'{"logType":"ERROR","text":"' + b"x" * 3_000_000 + b'"}'
        self.assertEqual(run("filter", ERRORS, stdin=long + b"\n" + LINES[1] + b"\n" + long)[1], (long + b"\n") * 2)
        self.assertEqual(run("filter", "-c", ERRORS, stdin=INPUT * 20000)[1], b"40000\n")

    def test_hostile_lines(self):
        for line in (b"[" * 100_000, b'{"a":' * 100_000, b'{"a":"' + b"\xe2\x82", b"\0\0{}", b"{" * 1_000_000):
            self.assertEqual(run("filter", "{ $.a NOT EXISTS }", stdin=line), (1, b"", ""))


class Context(unittest.TestCase):
    def test_groups(self):
        out = run("filter", "-n", "-C1", "{ $.n = 3 || $.n = 4 || $.n = 9 }", stdin=NUMBERS)[1]
        self.assertEqual(numbers_of(out), ["2-", "3:", "4:", "5-", "--", "8-", "9:", "10-"])

    def test_groups_that_touch_have_no_separator(self):
        out = run("filter", "-n", "-A1", "-B1", "{ $.n = 3 || $.n = 6 }", stdin=NUMBERS)[1]
        self.assertEqual(numbers_of(out), ["2-", "3:", "4-", "5-", "6:", "7-"])

    def test_at_the_ends(self):
        out = run("filter", "-n", "--context", "100000000", "{ $.n = 1 || $.n = 20 }", stdin=NUMBERS)[1]
        self.assertEqual(len(numbers_of(out)), 20)
        out = run("filter", "-n", "-B2", "{ $.n = 1 || $.n = 20 }", stdin=NUMBERS)[1]
        self.assertEqual(numbers_of(out), ["1:", "--", "18-", "19-", "20:"])

    def test_like_grep(self):
        for options in (["-A3"], ["-B3"], ["-C2"], ["-A1", "-B5"], ["-n", "-C3"], ["-c", "-C3"], ["-v", "-C1"],
                        ["-n", "-m2", "-A2"], ["-v", "-n", "-B1"]):
            with folder_with(a=NUMBERS, b=INPUT, c=NUMBERS) as folder:
                grep = subprocess.run(["grep", "-a", *options, "-r", '"n":1*[37]}', "a", "b", "c"], cwd=folder, capture_output=True,
                                      env={"LC_ALL": "C", "PATH": os.environ["PATH"]})
                ours = run("filter", *options, "{ $.n = 3 || $.n = 7 || $.n = 13 || $.n = 17 }", "a", "b", "c", cwd=folder)
                self.assertEqual(ours, (0, grep.stdout, ""), options)

    def test_separates_groups_of_different_files(self):
        with folder_with(a=b"x\n", b=b"x\n") as folder:
            self.assertEqual(run("filter", "-h", "-A1", "x", "a", "b", cwd=folder)[1], b"x\n--\nx\n")

    def test_json_marks_context(self):
        out = run("filter", "--json", "-B1", "{ $.n = 2 }", stdin=NUMBERS)[1].splitlines()
        self.assertEqual([json.loads(line).get("context") for line in out], [True, None])


class Values(unittest.TestCase):
    LINE = '{"a":"x\\ty \\u00e9\\"","b":{"c":[1,2.50]},"n":null,"t":true,"s":""}\n'.encode()

    def only(self, *arguments, stdin=LINE):
        return run("filter", "", *arguments, stdin=stdin)[1].decode()

    def test_json_text_in_columns(self):
        self.assertEqual(self.only("--only", "$.a"), '"x\\ty \\u00e9\\""\n')
        self.assertEqual(self.only("--only", "$.b", "--only=$.b.c[1]"), '{"c":[1,2.50]}\t2.50\n')
        self.assertEqual(self.only("--only", "$.n", "--only", "$.zz", "--only", "$.s"), 'null\t\t""\n')

    def test_raw(self):
        self.assertEqual(self.only("--raw", "--only", "$.a", "--only", "$.t"), 'x\ty é"\ttrue\n')
        long = b'{"a":"' + b"\\n" * 5000 + b'"}\n'
        self.assertEqual(self.only("--raw", "--only", "$.a", stdin=long), "\n" * 5001)

    def test_prefix_and_text_patterns(self):
        self.assertEqual(run("filter", "-n", "true", "--only", "$.t", stdin=self.LINE)[1], b"1:true\n")

    def test_space_delimited(self):
        line = b'10.0.0.1 [two words] "a \\"b" 404\n'
        out = run("filter", "[ip, w, ..., status = 4*]", "--only", "$status", "--only", "$2", "--only", "$w", stdin=line)
        self.assertEqual(out, (0, b'"404"\t"two words"\t"two words"\n', ""))
        self.assertEqual(run("filter", "[ip, w]", "--raw", "--only", "$ip", stdin=line)[1], b"10.0.0.1\n")

    def test_bad_selectors(self):
        for selector in ("user", "$.a[*]", "$.", "$ip", "$.a b"):
            status, out, err = run("filter", "", "--only", selector, stdin=self.LINE)
            self.assertEqual((status, out), (2, b""), selector)
            self.assertTrue(err.startswith("jsonlog: --only: "), err)
        self.assertEqual(run("filter", "[a]", "--only", "$b", stdin=b"x")[0], 2)

    def test_json_object_has_what_was_found(self):
        out = run("filter", "", "--json", "--only", "$.a", "--only", "$.zz", "--only", "$.b.c", stdin=self.LINE)[1]
        self.assertEqual(json.loads(out), {"file": "(standard input)", "line": 1, "values": {"$.a": 'x\ty é"', "$.b.c": [1, 2.5]}})


class Json(unittest.TestCase):
    def test_events_and_text(self):
        out = run("filter", "--json", "", stdin=INPUT)[1].decode("utf-8").splitlines()
        objects = [json.loads(line) for line in out]
        self.assertEqual([object["line"] for object in objects], [1, 2, 3, 4, 5, 6])
        self.assertEqual(objects[0]["event"], json.loads(LINES[0]))
        self.assertEqual(objects[2], {"file": "(standard input)", "line": 3, "text": "not json"})
        self.assertEqual(objects[3]["event"], {"logType": "ERROR", "broken": "\ufffd"})
        self.assertEqual(objects[5]["text"], "")

    def test_numbers_stay_as_they_are(self):
        line = b' {"big":9007199254740993,"e":1.50e3}\r\n'
        self.assertEqual(run("filter", "--json", "", stdin=line)[1],
                         b'{"file":"(standard input)","line":1,"event": {"big":9007199254740993,"e":1.50e3} }\n')

    def test_any_bytes_become_valid_json(self):
        line = bytes(byte for byte in range(256) if byte != 10) + b"\xf0\x9f\x98\x80\xed\xa0\x80"
        text = json.loads(run("filter", "--json", "", stdin=line)[1].decode("utf-8"))["text"]
        self.assertEqual(text, line.decode("utf-8", "replace"))

    def test_count(self):
        out = run("filter", "--json", "-c", ERRORS, stdin=INPUT)[1]
        self.assertEqual(json.loads(out), {"file": "(standard input)", "count": 2})


class Usage(unittest.TestCase):
    def test_bad_pattern_shows_a_caret_and_exits_2(self):
        status, out, err = run("filter", "{ $.a = a:b }", stdin=INPUT)
        self.assertEqual((status, out), (2, b""))
        self.assertEqual(err.splitlines()[1:3], ["  { $.a = a:b }", "           ^"])
        self.assertTrue(err.startswith("jsonlog: bad pattern: Invalid character(s) in term ':'"), err)

    def test_too_long_pattern(self):
        status, _, err = run("filter", "{ $.a = " + "x" * 1020 + " }", stdin=INPUT)
        self.assertEqual(status, 2)
        self.assertIn("1024", err)

    def test_bad_arguments(self):
        for arguments, why in (([], "a pattern is missing"), (["--nonsense", ERRORS], "--nonsense"), (["-m", "x", ""], "--limit"),
                               (["-A", "-1", ""], "--after"), (["-B", "", ""], "--before"), (["-C", "1x", ""], "--context"),
                               (["-m", "99999999999999999999", ""], "--limit"), (["--color", "blue", ""], "--color"),
                               (["--raw", ""], "--raw"), (["--only", "$.a", "-A1", ""], "--only"),
                               (["--raw", "--json", "--only", "$.a", ""], "--raw"), (["--since", "yesterday", ""], "--since"),
                               (["--until", "15x", ""], "--until"), (["--timestamp-field", "t", ""], "--timestamp-field"),
                               (["--follow", "", "-", "a"], "--follow"), (["--only"] * 2 * 33 + [""], "--only")):
            status, out, err = run("filter", *arguments, stdin=INPUT)
            self.assertEqual((status, out), (2, b""), arguments)
            self.assertIn(why, err)

    def test_color(self):
        out = run("filter", "--color=always", "-nH", "--only", "$.n", "{ $.n = 2 }", stdin=NUMBERS)[1]
        self.assertEqual(out, b"\33[35m(standard input)\33[m\33[36m:\33[m\33[32m2\33[m\33[36m:\33[m\33[1;31m2\33[m\n")
        self.assertEqual(run("filter", "-n", "{ $.n = 2 }", stdin=NUMBERS)[1], b'2:{"n":2}\n')

    def test_stats(self):
        status, out, err = run("filter", "--stats", "-cv", ERRORS, stdin=INPUT)
        self.assertEqual((status, out), (0, b"4\n"))
        values = dict(line.split(": ") for line in err.splitlines())
        self.assertEqual({name: values[name] for name in ("lines", "matched", "selected", "not JSON", "bytes")},
                         {"lines": "6", "matched": "2", "selected": "4", "not JSON": "3", "bytes": str(len(INPUT))})
        self.assertEqual(sorted(values)[:2], ["MB/s", "bytes"])
        self.assertGreaterEqual(float(values["seconds"]), 0)

    def test_output_does_not_wait_for_input(self):
        with subprocess.Popen([PROGRAM, "filter", "x"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            for _ in range(3):
                process.stdin.write(b"x\n")
                process.stdin.flush()
                self.assertEqual(process.stdout.readline(), b"x\n")
            process.stdin.close()


main()
