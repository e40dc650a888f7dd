"""Compare the program with a corpus of real patterns and real logs, by hand: the logs are not ours to ship.

usage: corpus.py JSONLOG CORPUS_DIR

CORPUS_DIR holds patterns.jsonl ({"pattern":...} a line), events/ (log files) and hits.json: for each pattern how many
lines of each file match, or {"error": message} where it is refused. Every disagreement is printed; the exit status says
whether there was one.
"""
import collections
import json
import pathlib
import subprocess
import sys


def read(folder):
    patterns = [json.loads(line) for line in (folder / "patterns.jsonl").read_text(encoding="utf-8").splitlines()]
    return patterns, json.loads((folder / "hits.json").read_text(encoding="utf-8"))


def run(program, pattern, files):
    """({file name: count}, None), or (None, the first line of what the program says)."""
    done = subprocess.run([program, "filter", "-c", "--", pattern, *map(str, files)], capture_output=True, check=False)
    if done.returncode not in (0, 1):
        return None, done.stderr.decode("utf-8", "replace").split("\n", 1)[0]
    counts = {}
    for line in done.stdout.decode().splitlines():
        name, count = line.rsplit(":", 1)
        counts[pathlib.Path(name).name] = int(count)
    return counts, None


def disagreement(expected, counts, complaint):
    if "error" in expected:
        if complaint is None:
            return f"compiles, but should be refused: {expected['error']}"
        return None if expected["error"] in complaint else f"says {complaint}\n  not {expected['error']}"
    if complaint is not None:
        return f"is refused: {complaint}"
    wrong = {name: (counts.get(name), hits) for name, hits in expected.items() if counts.get(name) != hits}
    return "; ".join(f"{name}: {own} lines, not {hits}" for name, (own, hits) in wrong.items()) or None


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    patterns, hits = read(folder)
    files = sorted(path for path in (folder / "events").iterdir() if path.is_file())
    figures = collections.Counter()
    for entry in patterns:
        pattern, kind = entry["pattern"], entry.get("kind", "pattern")
        expected = hits[pattern]
        counts, complaint = run(program, pattern, files)
        wrong = disagreement(expected, counts, complaint)
        figures[kind, "patterns"] += 1
        figures[kind, "refused"] += complaint is not None
        figures[kind, "with hits"] += bool(counts) and any(counts.values())
        figures[kind, "hits"] += sum((counts or {}).values())
        figures[kind, "disagree"] += wrong is not None
        if wrong:
            print(f"{pattern}\n  {wrong}")
    for kind in sorted({kind for kind, _ in figures}):
        row = ", ".join(f"{figures[kind, name]} {name}" for name in ("patterns", "refused", "with hits", "hits", "disagree"))
        print(f"{kind}: {row}")
    return any(count for (_, name), count in figures.items() if name == "disagree")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main())
