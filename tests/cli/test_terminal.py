"""What `jsonlog` does on a terminal: escapes, colours, the progress bar."""
import json
import os
import pty
import select
import subprocess
import tempfile
import time
import unittest

from tool import PROGRAM, main, run

HOSTILE = ("a\33[31m \u202e\u2066\u200f\u061c \u0085 \x7f\b\r tab\t 인증 \U0001f600 \\u001b").encode() + b" \xff\xc0\xaf \xed\xa0\x80 end\r"
SHOWN = "a\\u001b[31m \\u202e\\u2066\\u200f\\u061c \\u0085 \\u007f\\u0008\\u000d tab\t 인증 \U0001f600 \\u001b \\xff\\xc0\\xaf \\xed\\xa0\\x80 end\r"


class Terminal:
    """A program whose standard output, standard error or both are a terminal; each collects its own output."""

    def __init__(self, arguments, stdin=b"", streams=("stdout",), delay=0.0, term="xterm", through_pipe=False, **environment):
        kept = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        self.master, slave = pty.openpty()
        target = {name: slave if name in streams else subprocess.PIPE for name in ("stdout", "stderr")}
        with tempfile.TemporaryFile() as file:
            file.write(stdin)
            file.seek(0)
            if through_pipe:
                cat = subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE)
                file = cat.stdout
            self.process = subprocess.Popen([PROGRAM, *arguments], stdin=file, env={**kept, "TERM": term, **environment},
                                            preexec_fn=lambda: self.take(slave), **target)
        if through_pipe:
            cat.stdout.close()
        os.close(slave)
        time.sleep(delay)
        self.piped = self.process.stdout or self.process.stderr
        self.shown = self.read_all()
        self.status = self.process.wait(timeout=60)
        if through_pipe:
            cat.wait(timeout=60)

    @staticmethod
    def take(slave):
        """A session of its own, in the foreground of the terminal."""
        os.setsid()
        os.close(os.open(os.ttyname(slave), os.O_RDWR))

    def read_all(self):
        shown, piped, open_ends = b"", b"", {self.master} | ({self.piped.fileno()} if self.piped else set())
        while open_ends:
            for end in select.select(list(open_ends), [], [], 60)[0]:
                try:
                    got = os.read(end, 65536)
                except OSError:  # how Linux says that the other end is closed
                    got = b""
                if not got:
                    open_ends.remove(end)
                elif end == self.master:
                    shown += got
                else:
                    piped += got
        os.close(self.master)
        if self.piped:
            self.piped.close()
        self.output = piped
        return shown.decode().replace("\r\n", "\n")


class Escapes(unittest.TestCase):
    def test_lines(self):
        self.assertEqual(Terminal(["filter", ""], HOSTILE + b"\n").shown, SHOWN + "\n")

    def test_files_and_pipes_get_the_bytes(self):
        self.assertEqual(run("filter", "", stdin=HOSTILE)[1], HOSTILE + b"\n")

    def test_json_stays_json(self):
        event = {"a": "\u202e\x7f\u0085 \x1b", "\u2066": ["\u061c"]}
        line = json.dumps(event, ensure_ascii=False).encode() + b"\n"
        for arguments in (["--json"], ["--only", "$.a"], ["--json", "--only", "$.a"], []):
            shown = Terminal(["filter", "", "--color=never", *arguments], line).shown
            self.assertTrue(all(32 <= ord(c) < 127 for c in shown.strip()), shown)
            value = json.loads(shown)
            self.assertIn(event["a"], (value, value["a"] if "a" in value else "", value.get("event", {}).get("a"), value.get("values", {}).get("$.a"))
                          if isinstance(value, dict) else (value,))

    def test_raw_values(self):
        shown = Terminal(["filter", "", "--color=never", "--raw", "--only", "$.a"], b'{"a":"\\u001b[2J\\u202e\\n"}\n').shown
        self.assertEqual(shown, "\\u001b[2J\\u202e\\u000a\n")

    def test_file_names(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(folder + "/x\33[31m\u202e.log", "wb") as file:
                file.write(b"hit\n")
            self.assertEqual(Terminal(["filter", "-c", "--color=never", "", folder]).shown, f"{folder}/x\\u001b[31m\\u202e.log:1\n")
        for command in (["filter", ""], ["explain", ""], ["lint", "a"]):
            shown = Terminal([*command, "/x\33[31m"], streams=("stderr",)).shown
            self.assertEqual(shown, "jsonlog: /x\\u001b[31m: No such file or directory\n")

    def test_answers_of_test_metric_filter(self):
        shown = Terminal(["test-metric-filter", "--filter-pattern", "", "--log-event-messages", "\u202ex\x7f"]).shown
        self.assertIn('"eventMessage": "\\u202ex\\u007f"', shown)
        self.assertIn("\u202ex\x7f".encode(), run("test-metric-filter", "--filter-pattern", "", "--log-event-messages", "\u202ex\x7f")[1])

    def test_patterns_in_messages(self):
        for command in ("filter", "explain"):
            shown = Terminal([command, "{ $.a = \33[31m\u202e: }"], streams=("stderr",)).shown
            self.assertTrue(all(c == "\n" or c.isprintable() for c in shown), shown)
        shown = Terminal(["lint", "--color=never", "{ $.a = \"\u202e\33\" && $.a = \"\u202e\33\" }"]).shown
        self.assertTrue(all(c == "\n" or c.isprintable() for c in shown), shown)


class Colors(unittest.TestCase):
    def test_automatic(self):
        self.assertEqual(Terminal(["filter", "-n", ""], b"x\n").shown, "\33[32m1\33[m\33[36m:\33[mx\n")
        self.assertEqual(Terminal(["filter", "-n", "--color", "never", ""], b"x\n").shown, "1:x\n")
        self.assertEqual(Terminal(["filter", "-n", ""], b"x\n", term="dumb").shown, "1:x\n")
        self.assertEqual(Terminal(["filter", "-n", ""], b"x\n", NO_COLOR="1").shown, "1:x\n")
        self.assertEqual(Terminal(["filter", "-n", ""], b"x\n", NO_COLOR="").shown, "\33[32m1\33[m\33[36m:\33[mx\n")
        self.assertEqual(Terminal(["filter", "-n", "--color=always", ""], b"x\n", NO_COLOR="1").shown, "\33[32m1\33[m\33[36m:\33[mx\n")

    def test_explain(self):
        shown = Terminal(["explain", "{ $.a = 1 && $.b = 1 }"], b'{"a":1}\n').shown
        self.assertTrue(shown.startswith("\33[31mno match\33[m: {"), shown)
        self.assertIn("\n\33[32m  yes\33[m  $.a = 1 ", shown)
        self.assertIn("\n\33[31m  no\33[m   $.b = 1 ", shown)
        self.assertTrue(Terminal(["explain", "{ $.a = 1 }"], b'{"a":1}\n').shown.startswith("\33[32mmatch\33[m: "))
        self.assertNotIn("\33", Terminal(["explain", "--json", "{ $.a = 1 }"], b'{"a":1}\n').shown)

    def test_lint(self):
        shown = Terminal(["lint", "a-b"]).shown
        self.assertTrue(shown.startswith("\33[1;35mUNQUOTED_MINUS\33[m: "), shown)
        self.assertIn('\n\33[1;35m  ^\33[m\n  write: \33[32m"a-b"\33[m\n', shown)


class Progress(unittest.TestCase):
    def slow(self, *arguments, delay=1.3, lines=200_000, **options):
        """Matching lines of a few megabytes into a pipe that nobody empties for more than a second."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "log")
            with open(path, "wb") as file:
                file.write(b"0123456789abcdef\n" * lines)
            return Terminal(["filter", "", *arguments, path], streams=("stderr",), delay=delay, **options)

    def test_bar_with_rate_and_remaining_time(self):
        program = self.slow()
        self.assertEqual((program.status, len(program.output)), (0, 3_400_000))
        first = program.shown.split("\r")[1]
        self.assertRegex(first, r"^ *\d+% \[#*\.*\] [\d.]+ [kM]?B of 3\.4 MB  [\d.]+ [kM]?B/s  \d+:\d\d left\x1b\[K$")
        self.assertTrue(program.shown.endswith("\r\33[K"), program.shown)

    def test_none_when_it_is_quick(self):
        self.assertEqual(self.slow(delay=0, lines=1000).shown, "")

    def test_none_on_a_dumb_terminal_and_none_in_a_pipe(self):
        self.assertEqual(self.slow(term="dumb").shown, "")

    def test_stats_come_behind_it(self):
        shown = self.slow("--stats").shown
        self.assertIn("\r\33[Klines: 200000\n", shown)

    def test_unknown_length(self):
        shown = Terminal(["filter", ""], b"0123456789abcdef\n" * 200_000, streams=("stderr",), delay=1.3, through_pipe=True).shown
        self.assertRegex(shown.split("\r")[1], r"^[\d.]+ [kM]?B  [\d.]+ [kM]?B/s\x1b\[K$")
        self.assertTrue(shown.endswith("\r\33[K"), shown)


main()
