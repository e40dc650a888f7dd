"""What `jsonlog` reads: many files, folders, compressed files, and files that make trouble."""
import ctypes
import gzip
import os
import shutil
import subprocess
import tempfile
import unittest

from tool import ERRORS, INPUT, LINES, PROGRAM, folder_with, main, run

TEXT = b"".join(b'{"logType":"ERROR","n":%d}\n' % i for i in range(30000))


def zstd(data):
    library = ctypes.CDLL("libzstd.so.1")
    library.ZSTD_compressBound.restype = library.ZSTD_compress.restype = ctypes.c_size_t
    library.ZSTD_compressBound.argtypes = [ctypes.c_size_t]
    library.ZSTD_compress.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int]
    room = ctypes.create_string_buffer(library.ZSTD_compressBound(len(data)))
    length = library.ZSTD_compress(room, len(room), data, len(data), 3)
    return room.raw[:length]


COMPRESSED = {"gz": gzip.compress(TEXT), "zst": zstd(TEXT)}
MAGIC = {"gz": b"\x1f\x8b", "zst": b"\x28\xb5\x2f\xfd"}


class Files(unittest.TestCase):
    def test_names_stand_before_lines_of_several_files(self):
        with folder_with(one=INPUT, two=LINES[1]) as folder:
            self.assertEqual(run("filter", "-c", ERRORS, "one", "two", cwd=folder)[1], b"one:2\ntwo:0\n")
            self.assertEqual(run("filter", "token", "one", "two", cwd=folder)[1], b"one:" + LINES[0] + b"\n")
            self.assertEqual(run("filter", "-n", "token", "one", cwd=folder)[1], b"1:" + LINES[0] + b"\n")
            self.assertEqual(run("filter", "-H", "token", "one", cwd=folder)[1], b"one:" + LINES[0] + b"\n")
            self.assertEqual(run("filter", "-h", "token", "one", "two", cwd=folder)[1], LINES[0] + b"\n")
            self.assertEqual(run("filter", "-H", "-c", "token", stdin=INPUT)[1], b"(standard input):1\n")

    def test_missing_file_is_trouble_but_the_others_are_read(self):
        with folder_with(one=INPUT) as folder:
            status, out, err = run("filter", "-h", ERRORS, "missing.log", "one", cwd=folder)
            self.assertEqual((status, out), (2, LINES[0] + b"\n" + LINES[3] + b"\n"))
            self.assertEqual(err, "jsonlog: missing.log: No such file or directory\n")

    def test_standard_input_among_files(self):
        with folder_with(one=b"x\n") as folder:
            self.assertEqual(run("filter", "", "one", "-", cwd=folder, stdin=b"y\n")[1], b"one:x\n(standard input):y\n")

    def test_a_pipe_and_devices(self):
        with tempfile.TemporaryDirectory() as folder:
            pipe = os.path.join(folder, "pipe")
            os.mkfifo(pipe)
            writer = subprocess.Popen(["sh", "-c", f"echo x >'{pipe}'"])
            # Where nobody reads the pipe, its writer would wait for ever.
            self.addCleanup(writer.wait)
            self.addCleanup(writer.kill)
            self.assertEqual(run("filter", "", pipe)[1], b"x\n")
            writer.wait()
        self.assertEqual(run("filter", "", "/dev/null"), (1, b"", ""))

    def test_names_of_any_bytes(self):
        with tempfile.TemporaryDirectory() as folder:
            for name in (b"\xff.log", b"a b\n.log"):
                with open(os.path.join(os.fsencode(folder), name), "wb") as file:
                    file.write(b"x\n")
            out = run("filter", "", ".", cwd=folder)[1]
            self.assertEqual(out, b"./a b\n.log:x\n./\xff.log:x\n")


class Folders(unittest.TestCase):
    def test_recursive_sorted_and_without_hidden_files(self):
        with folder_with(b__log=b"b\n", a___z=b"z\n", a___B=b"B\n", a___c___d=b"d\n", __hidden=b"no\n", a_____h___x=b"no\n", empty=b"") as folder:
            os.symlink("b.log", folder + "/link")
            os.symlink("..", folder + "/a/loop")
            os.mkfifo(folder + "/pipe")
            self.assertEqual(run("filter", "", ".", cwd=folder), (0, b"./a/B:B\n./a/c/d:d\n./a/z:z\n./b.log:b\n", ""))
            self.assertEqual(run("filter", "", "a/", cwd=folder)[1], b"a/B:B\na/c/d:d\na/z:z\n")
            self.assertEqual(run("filter", "", "link", cwd=folder)[1], b"b\n")
            self.assertEqual(run("filter", "-h", "", folder)[1], b"B\nd\nz\nb\n")

    def test_empty_folder(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(run("filter", "", folder), (1, b"", ""))

    def test_deep_folders(self):
        with tempfile.TemporaryDirectory() as folder:
            deep = folder + "/d" * 400
            os.makedirs(deep)
            with open(deep + "/x", "wb") as file:
                file.write(b"x\n")
            self.assertEqual(run("filter", "-c", "-h", "", folder), (0, b"1\n", ""))

    def test_unreadable_entries(self):
        with folder_with(a=b"a\n", b=b"b\n", c___x=b"x\n") as folder:
            os.chmod(folder + "/b", 0)
            os.chmod(folder + "/c", 0)
            os.chmod(folder, 0o755)
            program = shutil.copy(PROGRAM, folder + "/.jsonlog")
            result = subprocess.run([program, "filter", "", "."], cwd=folder, capture_output=True, timeout=60, **unprivileged())
            self.assertEqual((result.returncode, result.stdout), (2, b"./a:a\n"))
            self.assertEqual(sorted(result.stderr.splitlines()),
                             [b"jsonlog: ./b: Permission denied", b"jsonlog: ./c: Permission denied"])
            os.chmod(folder + "/c", 0o755)

    def test_for_every_command(self):
        with folder_with(a=LINES[0], b__gz=gzip.compress(LINES[1])) as folder:
            self.assertEqual(run("explain", ERRORS, ".", cwd=folder)[1].splitlines()[::3], [b"./a:1:", b"./b.gz:1:"])
            self.assertEqual(run("lint", "{ $.user.agee = 1 }", ".", cwd=folder)[0], 1)


def unprivileged():
    """Arguments for a process that is bound by permissions, also when the tests run as root."""
    return {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}


class Compressed(unittest.TestCase):
    def test_by_name_and_by_first_bytes(self):
        for kind, data in COMPRESSED.items():
            with folder_with(**{f"a__{kind}": data, "plain": data}) as folder:
                self.assertEqual(run("filter", ERRORS, f"{folder}/a.{kind}"), (0, TEXT, ""), kind)
                self.assertEqual(run("filter", ERRORS, f"{folder}/plain"), (0, TEXT, ""), kind)
                self.assertEqual(run("filter", ERRORS, stdin=data), (0, TEXT, ""), kind)

    def test_several_members(self):
        for kind, data in COMPRESSED.items():
            compress = gzip.compress if kind == "gz" else zstd
            self.assertEqual(run("filter", "", stdin=compress(b"a\nb") + compress(b"") + data + compress(b"c")), (0, b"a\nb" + TEXT + b"c\n", ""), kind)

    def test_padding_with_zeros(self):
        self.assertEqual(run("filter", "-c", ERRORS, stdin=COMPRESSED["gz"] + b"\0" * 100000), (0, b"30000\n", ""))

    def test_cut_short_anywhere(self):
        for kind, data in COMPRESSED.items():
            for length in (0, 1, 5, 11, 20, len(data) // 2, len(data) - 9, len(data) - 1):
                with folder_with(**{f"a__{kind}": data[:length]}) as folder:
                    status, out, err = run("filter", ERRORS, f"a.{kind}", cwd=folder)
                    self.assertEqual(status, 2, (kind, length))
                    self.assertEqual(err, f"jsonlog: a.{kind}: the compressed data ends too early\n", (kind, length))
                    self.assertEqual(out, TEXT[:len(out)], (kind, length))
                    self.assertTrue(out == b"" or out.endswith(b"\n"))
            if kind == "gz":
                self.assertGreater(len(run("filter", ERRORS, stdin=data[:len(data) // 2])[1]), len(TEXT) // 3)

    def test_damage(self):
        for kind, data in COMPRESSED.items():
            damaged = data[:len(data) // 2] + b"\xff" * (len(data) // 2)
            status, out, err = run("filter", ERRORS, stdin=damaged)
            self.assertEqual(status, 2, kind)
            self.assertTrue(err.startswith("jsonlog: (standard input): "), err)
            self.assertTrue(out.startswith(TEXT[:10000]), kind)
            status, _, err = run("filter", ERRORS, stdin=data + b"garbage!")
            self.assertEqual(status, 2, kind)

    def test_wrong_name(self):
        for kind in COMPRESSED:
            with folder_with(**{f"a__{kind}": b"plain text\n" * 100}) as folder:
                status, out, err = run("filter", "", f"a.{kind}", cwd=folder)
                self.assertEqual((status, out), (2, b""))
                self.assertTrue(err.startswith(f"jsonlog: a.{kind}: "), err)

    def test_text_that_begins_like_compressed_data(self):
        for kind, magic in MAGIC.items():
            for length in range(1, len(magic)):
                self.assertEqual(run("filter", "", stdin=magic[:length])[:2], (0, magic[:length] + b"\n"), kind)
        self.assertEqual(run("filter", "", stdin=b"(a)\n")[1], b"(a)\n")

    def test_without_the_library(self):
        with folder_with(libz__so__1=b"none", libzstd__so__1=b"none", a=b"x\n") as folder:
            for kind, name in (("gz", "libz.so.1"), ("zst", "libzstd.so.1")):
                path = os.path.join(folder, "x." + kind)
                with open(path, "wb") as file:
                    file.write(COMPRESSED[kind])
                status, out, err = run("filter", "-h", "", path, folder + "/a", env={"LD_LIBRARY_PATH": folder})
                self.assertEqual((status, out), (2, b"x\n"))
                self.assertTrue(err.startswith(f"jsonlog: {path}: cannot decompress: "), err)
                self.assertIn(name, err)

    def test_incompressible_and_large(self):
        noise = os.urandom(3_000_000).replace(b"\n", b" ")
        for compress in (gzip.compress, zstd):
            self.assertEqual(run("filter", "-c", "", stdin=compress(noise + b"\n" + noise))[1], b"2\n")
            self.assertEqual(run("filter", "", stdin=compress(noise))[1], noise + b"\n")


main()
