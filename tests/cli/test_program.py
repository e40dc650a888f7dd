"""The program itself: commands, usage, version, its standard streams."""
import subprocess
import unittest

from tool import ERRORS, INPUT, PROGRAM, main, run


class Program(unittest.TestCase):
    def test_usage_and_version(self):
        self.assertEqual(run()[0], 2)
        self.assertEqual(run("--version"), (0, b"jsonlog 0.1.0\n", ""))
        self.assertEqual(run("--help")[0], 0)
        self.assertEqual(run("nonsense")[0], 2)
        self.assertIn("no such command", run("nonsense")[2])

    def test_every_command_has_help(self):
        for command in ("filter", "explain", "lint", "test-metric-filter"):
            status, out, err = run(command, "--help")
            self.assertEqual((status, err), (0, ""))
            self.assertTrue(out.startswith(f"usage: jsonlog {command} ".encode()), out)
            self.assertIn(b"\nExit status: ", out)
            self.assertTrue(all(len(line) <= 100 for line in out.splitlines()), out)
            self.assertIn(command.encode(), run("--help")[1])

    def test_full_disk_is_trouble_for_every_command(self):
        for command in (["filter", ERRORS], ["explain", ERRORS], ["lint", "a-b"], ["--help"], ["--version"],
                        ["test-metric-filter", "--filter-pattern", "a", "--log-event-messages", "a"]):
            with open("/dev/full", "wb") as full:
                result = subprocess.run([PROGRAM, *command], input=INPUT, stdout=full, stderr=subprocess.PIPE, timeout=60)
            self.assertEqual(result.returncode, 2, command)
            self.assertIn(b"No space left on device", result.stderr, command)

    def test_closed_standard_output(self):
        shell = f"'{PROGRAM}' filter '{ERRORS}' >&-"
        result = subprocess.run(["sh", "-c", shell], input=INPUT, capture_output=True, timeout=60)
        self.assertEqual(result.returncode, 2)
        self.assertEqual(result.stderr, b"jsonlog: standard output: Bad file descriptor\n")

    def test_reader_that_stops_early(self):
        command = f"set -o pipefail; '{PROGRAM}' filter '{ERRORS}' | head -n 1"
        result = subprocess.run(["bash", "-c", command], input=INPUT * 20000, capture_output=True, timeout=60)
        self.assertEqual((result.stdout.count(b"\n"), result.stderr), (1, b""))


main()
