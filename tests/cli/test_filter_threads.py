"""jsonlog filter prints the same with any number of threads, and as it does line by line (which --stats makes it do)."""
import gzip
import os
import random
import signal
import subprocess
import tempfile
import time
import unittest

from tool import ERRORS, LINES, PROGRAM, main, run

PIECE = 1024 * 1024
EFFORT = max(1, int(os.environ.get("JSONLOG_TEST_EFFORT", "1")))


def line_of(length, text=b"ERROR"):
    return text + b"x" * (length - len(text) - 1) + b"\n"


def mixed_lines(size, seed):
    """JSON, text, tokens, CRLF, NUL, ill-formed UTF-8, empty lines, and some longer than a piece."""
    chance = random.Random(seed)
    kinds = [
        lambda n: chance.choice(LINES) + b"\n",
        lambda n: b'{"time":%d,"n":%d,"logType":"%s"}\r\n' % (1_700_000_000 + n, n % 100, chance.choice((b"ERROR", b"INFO"))),
        lambda n: b"10.0.0.%d [a b] ERROR %d\n" % (n % 256, n),
        lambda n: chance.randbytes(chance.randrange(200)).replace(b"\n", b"ERROR") + b"\n",
        lambda n: b"\n" * chance.randrange(5),
        lambda n: b'{"logType":"ERR\\u004fR","n":%d}\n' % n,
        lambda n: b"\0 ERROR \0\xff\xe2\x82\n",
    ]
    parts, total, n = [], 0, 0
    while total < size:
        n += 1
        part = b"".join(chance.choice(kinds)(n + i) for i in range(200))
        if n % 40 == 0:
            part += line_of(chance.choice((PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7)), chance.choice((b"ERROR", b"x")))
        parts.append(part)
        total += len(part)
    return b"".join(parts)


class Threads(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.bytes = mixed_lines(7 * PIECE, 20261123)
        cls.path = cls.write("mixed", cls.bytes)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def write(cls, name, content):
        path = os.path.join(cls.folder.name, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def same(self, *arguments, threads=(1, 2, 3)):
        status, out, _ = run("filter", "--stats", *arguments)
        self.assertIn(status, (0, 1), arguments)
        for count in threads:
            found = run("filter", f"-j{count}", *arguments)
            self.assertEqual((found[0], found[2]), (status, ""), (arguments, count))
            self.assertTrue(found[1] == out, f"{arguments} with {count} threads: {len(found[1])} bytes, not {len(out)}")
        return out

    def test_all_options(self):
        self.same("-c", ERRORS, self.path, threads=(8, 5000))
        for options in ([], ["-c"], ["-v"], ["-vc"], ["-n"], ["-nH"], ["-vn"], ["-m3"], ["-c", "-m1000"], ["-m1000", "-n"], ["-m0"], ["--json"],
                        ["--json", "-n", "-v", "-m500"], ["--only", "$.n"], ["--since", "2023-11-14T22:13:20Z", "--until", "2023-11-14T22:15Z", "-n"],
                        ["--until", "2023-11-14T22:15Z", "-vc"], ["-C2", "-n"]):
            self.same(*options, ERRORS, self.path)

    def test_all_kinds_of_patterns(self):
        for pattern in ("", "ERROR", " -ERROR", "?ERROR ?INFO", "ERROR -10.0", "%ERR.R [0-9]+$%", "[ip, w, level = ERROR, n > 4000]",
                        "[..., n = 7*]", "{ $.n > 50 }", "{ $.n NOT EXISTS }", "nowhere", "x"):
            for option in ("-c", "-n", "-v"):
                self.same(option, pattern, self.path, threads=(3,))

    def test_no_thread_number_given(self):
        self.assertEqual(run("filter", ERRORS, self.path), run("filter", "-j1", ERRORS, self.path))
        self.assertEqual(run("filter", "-j0", ERRORS, self.path), run("filter", "-j1", ERRORS, self.path))

    def test_lines_that_end_where_pieces_do(self):
        for shift in (-2, -1, 0, 1, 2):
            content = line_of(PIECE + shift) + line_of(PIECE) * 3 + b"\n" * 5 + line_of(4 * PIECE - 7) + line_of(10)
            for end in (content, content[:-1], content + b"\n", content + b"ERROR"):
                path = self.write("pieces", end)
                self.same("-n", "ERROR", path, threads=(2, 3))
                self.same("-vc", "ERROR", path, threads=(2,))

    def test_last_piece_that_is_short(self):
        for extra in (1, 2, 100, PIECE // 2, PIECE - 1):
            content = (self.bytes[: 4 * PIECE + extra - 1]).rpartition(b"\n")[0] + b"\n"
            content += line_of(max(7, 4 * PIECE + extra - len(content)))
            for end in (content, content[:-1], content + b"ERROR"):
                self.same("-n", "ERROR", self.write("short", end), threads=(2, 3))

    def test_one_line_alone(self):
        for content in (line_of(6 * PIECE), line_of(6 * PIECE)[:-1], b"\n" * 5 * PIECE):
            self.same("-c", "ERROR", self.write("one", content), threads=(2, 4))

    def test_other_seeds(self):
        for seed in range(1, 2 * EFFORT):
            path = self.write("seed", mixed_lines(5 * PIECE, seed))
            self.same("-n", ERRORS, path)

    def test_standard_input_goes_on_where_it_stands(self):
        with open(self.path, "rb") as file:
            os.lseek(file.fileno(), self.bytes.index(b"\n") + 1, os.SEEK_SET)
            result = subprocess.run([PROGRAM, "filter", "-j2", "-c", ""], stdin=file, capture_output=True, check=True)
            self.assertEqual(int(result.stdout), self.bytes.count(b"\n") - 1)
            self.assertEqual(os.lseek(file.fileno(), 0, os.SEEK_CUR), len(self.bytes))

    def test_one_thread_reads_the_same_from_anywhere(self):
        """Where bytes are put depends on where they stand in the file."""
        with open(self.path, "rb") as file:
            for skipped in (1, 4095, 4096, 4097, PIECE + 17):
                file.seek(skipped)
                result = subprocess.run([PROGRAM, "filter", "-j1", ""], stdin=file, capture_output=True, check=True)
                self.assertTrue(result.stdout == self.bytes[skipped:], skipped)

    def test_several_files(self):
        small = self.write("small", LINES[0] + b"\n")
        self.same("-n", ERRORS, small, self.path, small)
        status, out, err = run("filter", "-j2", "-c", ERRORS, self.path, "/nonexistent")
        self.assertEqual((status, err), (2, "jsonlog: /nonexistent: No such file or directory\n"))
        self.assertTrue(out.startswith(self.path.encode()), out)

    def test_directories(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in ("a", "b"):
                os.symlink(self.path, os.path.join(folder, name + "_link"))
                with open(os.path.join(folder, name), "wb") as file:
                    file.write(self.bytes[: 5 * PIECE])
            self.same("-n", ERRORS, folder, threads=(1, 2))

    def test_compressed_files_and_pipes_are_read_with_one_thread(self):
        plain = run("filter", "-j2", "-n", ERRORS, "-", stdin=self.bytes)
        packed = self.write("packed.gz", gzip.compress(self.bytes, 1))
        hidden = self.write("packed", gzip.compress(self.bytes, 1))
        self.assertEqual(plain, run("filter", "-j1", "-n", ERRORS, self.path))
        for path in (packed, hidden):
            self.assertEqual(run("filter", "-j2", "-n", ERRORS, path), plain)

    def stopped_while_writing(self, change):
        """Its output when the file changes while it cannot write on."""
        path = self.write("changed", self.bytes)
        with subprocess.Popen([PROGRAM, "filter", "-j2", "", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            out = process.stdout.read(2)
            with open(path, "r+b") as file:
                change(file)
            out += process.stdout.read()
            self.assertEqual((process.wait(timeout=60), process.stderr.read()), (0, b""))
        return out

    def test_file_that_grows(self):
        more = mixed_lines(3 * PIECE, 7) + b"the end\n"
        whole = self.bytes + b"\n" + more
        self.assertTrue(self.stopped_while_writing(lambda file: (file.seek(0, 2), file.write(b"\n" + more))) == whole)

    def test_file_that_shrinks(self):
        out = self.stopped_while_writing(lambda file: file.truncate(4 * PIECE))
        self.assertTrue(self.bytes.startswith(out[:-1]) and len(out) >= 4 * PIECE, len(out))

    def test_reader_that_goes_away(self):
        with subprocess.Popen([PROGRAM, "filter", "-j2", "", self.path], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdout.read(10)
            process.stdout.close()
            self.assertEqual((process.wait(timeout=60), process.stderr.read()), (2, b""))

    def test_full_disk(self):
        with open("/dev/full", "wb") as full:
            result = subprocess.run([PROGRAM, "filter", "-j2", "", self.path], stdout=full, stderr=subprocess.PIPE, check=False, timeout=60)
        self.assertEqual((result.returncode, b"No space left" in result.stderr), (2, True), result.stderr)

    def test_interrupted_while_counting(self):
        with subprocess.Popen([PROGRAM, "filter", "-j2", "-c", "%ERR.R [0-9]+$%", *[self.path] * 2000],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdout.read1(1)
            process.send_signal(signal.SIGTERM)
            process.stdout.close()
            err = process.stderr.read().decode()
            self.assertEqual(process.wait(timeout=60), 143)
        self.assertRegex(err, r"^jsonlog: interrupted: .*/mixed: [0-9.]+ [kMG]?B of [0-9.]+ GB read, \d+ lines selected\n$")

    def test_interrupted_while_writing(self):
        with subprocess.Popen([PROGRAM, "filter", "-j2", "", self.path], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            self.assertEqual(process.stdout.read(2), self.bytes[:2])
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            err = process.stderr.readline().decode()
            process.stdout.close()
            self.assertEqual(process.wait(timeout=60), 130)
        self.assertRegex(err, r"^jsonlog: interrupted: .*/mixed: [0-9.]+ [kM]?B of [0-9.]+ MB read, \d+ lines selected\n$")

    def test_bad_numbers(self):
        for number in ("", "-1", "two", "1x"):
            status, _, err = run("filter", "-j", number, "")
            self.assertEqual((status, "--threads" in err), (2, True), number)


main()
