"""jsonlog filter --follow: what comes, through rotation, until a signal; and signals in general."""
import gzip
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from tool import PROGRAM, main

HIT = '{"e":1}'


class Follower:
    """A running `jsonlog filter --follow` in a folder of its own."""

    def __init__(self, *arguments, pattern="{ $.e = * }"):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = self.temporary.name
        self.process = None
        self.arguments = [PROGRAM, "filter", "--follow", pattern, *arguments]

    def path(self, name):
        return os.path.join(self.folder, name)

    def append(self, name, text):
        with open(self.path(name), "a", encoding="utf-8") as file:
            file.write(text)

    def start(self):
        self.process = subprocess.Popen(self.arguments, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=lambda: [self.lines.put(line) for line in self.process.stdout])
        self.reader.start()

    def expect(self, *lines):
        got = []
        for _ in lines:
            try:
                got.append(self.lines.get(timeout=20).rstrip("\n"))
            except queue.Empty:
                break
        assert got == list(lines), (got, lines)

    def silent(self, seconds=0.35):
        time.sleep(seconds)
        assert self.lines.empty(), self.lines.get()

    def stop(self, number=signal.SIGINT):
        self.process.send_signal(number)
        err = self.process.stderr.read()
        status = self.process.wait(timeout=20)
        self.reader.join()
        return status, [line.rstrip("\n") for line in self.lines.queue], err

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.reader.join()
            self.process.stdout.close()
            self.process.stderr.close()
        self.temporary.cleanup()


class Follow(unittest.TestCase):
    def test_what_is_there_and_what_comes(self):
        with Follower("-n", "log") as follower:
            follower.append("log", HIT + "\nno\n")
            follower.start()
            follower.expect("1:" + HIT)
            follower.append("log", "no\n" + HIT + "\n")
            follower.expect("4:" + HIT)
            follower.append("log", '{"e":')
            follower.silent()
            follower.append("log", "2}\n")
            follower.expect('5:{"e":2}')
            status, rest, err = follower.stop()
            self.assertEqual((status, rest), (130, []))
            self.assertEqual(err, "jsonlog: interrupted: log, line 5: 30 B read, 3 of 5 lines selected\n")

    def test_a_last_line_without_newline_is_taken_at_the_end(self):
        with Follower("log", pattern="x") as follower:
            follower.append("log", "x1\n")
            follower.start()
            follower.expect("x1")
            follower.append("log", "x2")
            follower.silent()
            os.rename(follower.path("log"), follower.path("log.1"))
            follower.append("log", "x3\n")
            follower.expect("x2", "x3")

    def test_rename_and_create(self):
        with Follower("-n", "log") as follower:
            follower.append("log", HIT + "\n")
            follower.start()
            follower.expect("1:" + HIT)
            for turn in range(3):
                os.rename(follower.path("log"), follower.path("log.1"))
                follower.append("log.1", '{"e":"late"}\n')
                follower.expect('2:{"e":"late"}')
                follower.append("log", "")
                follower.append("log.1", '{"e":"later"}\n')
                follower.expect('3:{"e":"later"}')
                follower.append("log.1", '{"e":"last"}\n')
                follower.append("log", '{"e":%d}\n' % turn)
                follower.expect('4:{"e":"last"}', '1:{"e":%d}' % turn)

    def test_copy_and_truncate(self):
        with Follower("-n", "log") as follower:
            follower.append("log", (HIT + "\n") * 3)
            follower.start()
            follower.expect(*("%d:" % n + HIT for n in (1, 2, 3)))
            os.truncate(follower.path("log"), 0)
            follower.silent()
            follower.append("log", '{"e":2}\n')
            follower.expect('1:{"e":2}')

    def test_emptied_and_grown_beyond_the_place_within_one_look(self):
        with Follower("-n", "log") as follower:
            follower.append("log", HIT + "\n")
            follower.start()
            follower.expect("1:" + HIT)
            with open(follower.path("log"), "r+", encoding="utf-8") as file:
                os.pwrite(file.fileno(), b'{"e":8}\n{"e":9}\n', 0)
            follower.expect('1:{"e":8}', '2:{"e":9}')

    def test_a_file_that_comes_later_and_one_that_vanishes(self):
        with Follower("-h", "log", "other") as follower:
            follower.append("other", HIT + "\n")
            follower.start()
            follower.expect(HIT)
            follower.append("log", '{"e":2}\n')
            follower.expect('{"e":2}')
            os.remove(follower.path("other"))
            follower.append("log", '{"e":3}\n')
            follower.expect('{"e":3}')
            follower.append("other", '{"e":4}\n')
            follower.expect('{"e":4}')
            self.assertEqual(follower.stop()[2].splitlines()[0], "jsonlog: log: No such file or directory; waiting for it")

    def test_several_files_have_their_names(self):
        with Follower("a", "b") as follower:
            follower.append("a", HIT + "\n")
            follower.append("b", HIT + "\n")
            follower.start()
            follower.expect("a:" + HIT, "b:" + HIT)
            follower.append("a", '{"e":5}\n')
            follower.expect('a:{"e":5}')

    def test_context_and_limit(self):
        with Follower("-n", "-A1", "-m2", "log") as follower:
            follower.append("log", HIT + "\n")
            follower.start()
            follower.expect("1:" + HIT)
            follower.append("log", "x\ny\n" + HIT + "\n")
            follower.expect("2-x", "--", "4:" + HIT)
            follower.append("log", "z\n" + HIT + "\n")
            follower.expect("5-z")
            self.assertEqual(follower.process.wait(timeout=20), 0)

    def test_count_comes_at_the_end(self):
        with Follower("-c", "log") as follower:
            follower.append("log", HIT + "\n")
            follower.start()
            follower.silent(1)
            follower.append("log", HIT + "\n")
            follower.silent(1)
            status, lines, err = follower.stop(signal.SIGTERM)
            self.assertEqual((status, lines), (143, ["2"]))
            self.assertIn("interrupted: log, line 2: ", err)

    def test_standard_input_is_read_to_its_end(self):
        result = subprocess.run([PROGRAM, "filter", "--follow", ""], input=b"x\n", capture_output=True, timeout=60)
        self.assertEqual((result.returncode, result.stdout), (0, b"x\n"))

    def test_compressed_files_are_read_once(self):
        with Follower("log.gz", pattern="") as follower:
            with open(follower.path("log.gz"), "wb") as file:
                file.write(gzip.compress(b"x\ny"))
            follower.start()
            follower.expect("x", "y")
            self.assertEqual(follower.process.wait(timeout=20), 0)

    def test_ends_when_nobody_reads(self):
        with Follower("log", pattern="") as follower:
            follower.append("log", "x\n")
            process = subprocess.Popen(["sh", "-c", "exec 3>&1; { \"$@\"; echo $? >&3; } | head -n 1", "sh", *follower.arguments],
                                       cwd=follower.folder, stdout=subprocess.PIPE, text=True)
            end = time.monotonic() + 20
            while process.poll() is None and time.monotonic() < end:
                follower.append("log", "y\n")
                time.sleep(0.1)
            self.assertEqual(process.communicate(timeout=20)[0].split(), ["x", "2"])


class Interrupted(unittest.TestCase):
    def test_while_waiting_for_input(self):
        with subprocess.Popen([PROGRAM, "filter", "-n", "x"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            process.stdin.write(b"x1\ny\nx2\npart")
            process.stdin.flush()
            self.assertEqual(process.stdout.readline() + process.stdout.readline(), b"1:x1\n3:x2\n")
            process.send_signal(signal.SIGINT)
            err = process.stderr.read()
            self.assertEqual((process.wait(timeout=20), process.stdout.read()), (130, b""))
            self.assertEqual(err, b"jsonlog: interrupted: (standard input), line 3: 12 B read, 2 of 3 lines selected\n")

    def test_while_writing(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "log")
            with open(path, "wb") as file:
                file.write(b"x\n" * 3_000_000)
            with subprocess.Popen([PROGRAM, "filter", "--stats", "x", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
                self.assertEqual(process.stdout.read(2), b"x\n")
                time.sleep(0.2)
                process.send_signal(signal.SIGINT)
                err = process.stderr.readline().decode()
                process.stdout.close()
                rest = process.stderr.read().decode()
                self.assertEqual(process.wait(timeout=20), 130)
        self.assertRegex(err, r"^jsonlog: interrupted: .*/log, line \d+: [0-9.]+ [kM]?B of 6\.0 MB read, \d+ of \d+ lines selected\n$")
        self.assertTrue(rest.startswith("lines: "), rest)

    def test_count_of_a_part_is_not_printed(self):
        with subprocess.Popen([PROGRAM, "filter", "-c", "x"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdin.write(b"x\n")
            process.stdin.flush()
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            err = process.stderr.read()
            self.assertEqual((process.wait(timeout=20), process.stdout.read()), (130, b""))
        self.assertIn(b"1 of 1 lines selected", err)


main()
