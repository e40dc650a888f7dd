"""Every option of --help stands in the man page and in the completions of three shells, and the other way round."""
import os
import re
import shutil
import subprocess
import sys
import unittest

from tool import PROGRAM, main, run

PACKAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../src/package")
COMMANDS = ("filter", "explain", "lint", "test-metric-filter")
ZSH_FUNCTIONS = {"filter": "_jsonlog_filter", "explain": "_jsonlog_pattern", "lint": "_jsonlog_pattern",
                 "test-metric-filter": "_jsonlog_test_metric_filter"}


def read(path):
    with open(os.path.join(PACKAGE, path), encoding="utf-8") as file:
        return file.read()


def pages():
    return [name for name in os.listdir(os.path.join(PACKAGE, "man")) if name.endswith(".1")]


def in_help(command):
    text = run(command, "--help")[1].decode()
    lines = [re.split(r"\s{2,}", line.strip())[0] for line in text.splitlines() if re.match(r" +-", line)]
    return {option for line in lines for option in re.findall(r"(?:^|, )(--?[A-Za-z][a-z-]*)", line)}


def in_man_page(command):
    page = read(f"man/jsonlog-{command}.1")
    return {"-" + option for item in re.findall(r"^\.It Fl (.*)", page, re.M) for option in re.findall(r"(?:^|, )(-?[A-Za-z][a-z-]*)", item)}


def in_bash(command):
    script = f'. "{PACKAGE}/completions/jsonlog.bash"; COMP_WORDS=(jsonlog {command} -); COMP_CWORD=2; _jsonlog; printf "%s\\n" "${{COMPREPLY[@]}}"'
    return set(subprocess.run(["bash", "-c", script], capture_output=True, check=True, text=True).stdout.split())


def in_zsh(command):
    body = re.search(rf"^{ZSH_FUNCTIONS[command]}\(\) {{\n(.*?)^}}", read("completions/_jsonlog"), re.M | re.S).group(1)
    return {option for line in body.splitlines() for option in re.findall(r"(--?[A-Za-z][a-z-]*)(?=[+=]?[\[,}])", line)}


def in_fish(command):
    options = set()
    for line in read("completions/jsonlog.fish").splitlines():
        condition = re.search(r"-n '__fish_seen_subcommand_from ([^']*)'", line)
        if "-l help" in line or (condition and command in condition.group(1).split()):
            options |= {"-" + letter for letter in re.findall(r" -s (\w)", line)}
            options |= {"--" + name for name in re.findall(r" -l ([a-z-]+)", line)}
    return options


class Options(unittest.TestCase):
    def test_same_everywhere(self):
        for command in COMMANDS:
            options = in_help(command)
            self.assertIn("--help", options)
            for place in (in_man_page, in_bash, in_zsh, in_fish):
                self.assertEqual(place(command), options, (place.__name__, command))

    def test_the_program_takes_every_option_of_its_help(self):
        for command in COMMANDS[:3]:
            for option in in_help(command):
                self.assertNotIn("unrecognized", run(command, option)[2])
                self.assertNotIn("invalid option", run(command, option)[2])

    def test_commands_are_listed_everywhere(self):
        listed = re.findall(r"^  ([a-z-]+)  ", run("--help")[1].decode(), re.M)
        self.assertEqual(sorted(listed), sorted(COMMANDS))
        places = [read("man/jsonlog.1"), *(read("completions/" + name) for name in ("jsonlog.bash", "_jsonlog", "jsonlog.fish"))]
        for text in places:
            for command in COMMANDS:
                self.assertRegex(text, rf"(?<![\w-]){command}(?![\w-])")
        self.assertEqual(set(pages()), {"jsonlog.1", *(f"jsonlog-{command}.1" for command in COMMANDS)})


class ManPages(unittest.TestCase):
    def test_examples_print_what_they_say(self):
        for command in ("explain", "lint", "test-metric-filter"):
            page = read(f"man/jsonlog-{command}.1")
            example = re.search(r"^\.Bd -literal\n(.*?)\n\.Ed", page, re.M | re.S).group(1)
            for mark, text in (("\\(dq", '"'), ("\\(ha", "^"), ("\\e", "\\")):
                example = example.replace(mark, text)
            lines = example.split("\n")
            end = next(n for n, line in enumerate(lines) if not line.endswith("\\")) + 1
            shell = "\n".join(lines[:end])[2:].replace("jsonlog ", f"'{PROGRAM}' ")
            self.assertEqual(subprocess.run(["sh", "-c", shell], capture_output=True, text=True).stdout, "\n".join(lines[end:]) + "\n")

    @unittest.skipUnless(shutil.which("mandoc"), "needs mandoc")
    def test_mandoc_finds_nothing(self):
        for page in pages():
            result = subprocess.run(["mandoc", "-Tlint", os.path.join(PACKAGE, "man", page)], capture_output=True, text=True)
            problems = [line for line in result.stdout.splitlines() if "referenced manual not found" not in line]
            self.assertEqual(problems, [])


class Shells(unittest.TestCase):
    def test_syntax(self):
        for shell, name in (("bash", "jsonlog.bash"), ("zsh", "_jsonlog"), ("fish", "jsonlog.fish")):
            if shutil.which(shell):
                subprocess.run([shell, "-n", os.path.join(PACKAGE, "completions", name)], check=True)
            else:
                print(f"no {shell} here: its completions were not parsed", file=sys.stderr)


main()
