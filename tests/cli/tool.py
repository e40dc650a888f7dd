"""What the tests of the program `jsonlog` share. Each test file is run as: test_X.py PROGRAM"""
import contextlib
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


@contextlib.contextmanager
def folder_with(**files):
    """A folder with files: text by name, where `__` in a name stands for `.` and `___` for `/`."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = os.path.join(folder, name.replace("___", "/").replace("__", "."))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content)
        yield folder


main = unittest.main
