"""The include law of src/package/layers.txt holds, file names are unique, and only src/base/compat.* includes <bsd/...>."""
import collections
import pathlib
import re
import sys

source = pathlib.Path(sys.argv[1])
laws = dict(line.split(":", 1) for line in (source / "package/layers.txt").read_text().splitlines() if ":" in line and line[0] != "#")
allowed = {room: set(rooms.split()) | {room} for room, rooms in laws.items()}
problems, names = [], collections.Counter()
for path in sorted(source.rglob("*.[ch]")):
    room = path.relative_to(source).parts[0]
    names[path.name] += 1
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        inner = re.match(r'\s*#\s*include\s+"([^/"]+)/', line)
        if inner and inner.group(1) not in allowed.get(room, set()):
            problems.append(f"{path}:{number}: {room} may not include {inner.group(1)}")
        if re.match(r"\s*#\s*include\s+<bsd/", line) and not path.stem.startswith("compat"):
            problems.append(f"{path}:{number}: only base/compat* includes <bsd/...>")
problems += [f"two files are named {name}" for name, count in names.items() if count > 1]
print("\n".join(problems) or f"{sum(names.values())} files in {len(allowed)} rooms keep the law")
sys.exit(1 if problems else 0)
