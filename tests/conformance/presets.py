"""Every key of every preset line is one that a document names, with the type that document gives it, or the caller's own.

sources.json lists for each preset its keys: type, form, and the document they come from. A member of an object is written
object/member. Each listed key must occur in some line, so the list cannot outlive the code.

usage: presets.py PRESET_LINES DATA_DIRECTORY
"""
import json
import os
import re
import subprocess
import sys

TYPES = {"string": str, "integer": int, "boolean": bool, "object": dict}
MARKS = {"_truncated", "_dropped"}


def refuse_duplicates(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"duplicate keys: {keys}")
    return dict(pairs)


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def strict(line):
    if "\n" in line:
        raise ValueError("more than one line")
    return json.loads(line, object_pairs_hook=refuse_duplicates, parse_constant=refuse_constant)


def load(directory, name):
    with open(os.path.join(directory, name), encoding="utf-8") as file:
        return json.load(file)


def keys_in(value):
    if isinstance(value, list):
        return set().union(*map(keys_in, value)) if value else set()
    return set(value) | keys_in(list(value.values())) if isinstance(value, dict) else set()


def own_keys(row):
    """What the caller named: fields with all inside them, static fields, defaults, new names."""
    options = row.get("options", {})
    given = [row["record"].get("fields", {}), options.get("static", {}), options.get("defaults", {})]
    return keys_in(given) | set(options.get("rename", {}).values())


def is_own(key, own):
    return key in own or re.sub(r"_\d+$", "", key) in own


def problem_of(listed, value):
    wanted = TYPES[listed["type"]]
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        return f"is no {listed['type']}: {value!r}"
    if "pattern" in listed and not re.fullmatch(listed["pattern"], str(value)):
        return f"has not the form {listed['pattern']}: {value!r}"
    return None


def walk(value, path, known, own, seen, problems):
    for key, member in value.items():
        place = path + key
        listed = known.get(place)
        if listed is None:
            if not is_own(key, own) and key not in MARKS:
                problems.append(f"{place}: no document has it")
            continue
        seen.add(place)
        problem = problem_of(listed, member)
        # A caller's field may have the name of a key and then any type, and an id that is none is passed on.
        if problem and key not in own and not (key == "dd.trace_id" and "traceId" in own):
            problems.append(f"{place}: {problem}")
        if isinstance(member, dict):
            walk(member, place + "/", known, own, seen, problems)


def check_preset(rows, keys):
    known = {listed["key"]: listed for listed in keys}
    seen, failures = set(), []
    for row in rows:
        problems = []
        try:
            line = strict(row["expected"])
        except ValueError as error:
            problems.append(str(error))
            line = {}
        if row.get("options", {}).get("expand_dots") or row.get("options", {}).get("time_style"):
            continue  # other names and forms, on purpose
        walk(line, "", known, own_keys(row), seen, problems)
        failures += [f"{row['preset']}, {row['name']}: {problem}" for problem in problems]
    return failures + [f"{key}: in no line" for key in known if key not in seen]


def check_documents(sources):
    documents = sources["documents"]
    used = {listed["source"] for keys in sources["presets"].values() for listed in keys}
    failures = [f"{name}: no such document" for name in used - set(documents)]
    failures += [f"{name}: nothing comes from it" for name in set(documents) - used]
    return failures + [f"{name}: no title or address" for name, entry in documents.items() if not entry["title"] or not entry["url"]]


def live_lines(program, rows):
    return json.loads(subprocess.run([program], input=json.dumps(rows).encode(), capture_output=True, check=True).stdout)


def main():
    program, directory = sys.argv[1:3]
    sources = load(directory, "sources.json")
    failures = check_documents(sources)
    count = 0
    for preset, keys in sources["presets"].items():
        rows = load(directory, preset + ".json")
        failures += check_preset(rows, keys)
        failures += [f"{preset}, {row['name']}: {line}" for row, line in zip(rows, live_lines(program, rows)) if line != row["expected"]]
        count += len(rows)
    print(f"{count} lines, {sum(map(len, sources['presets'].values()))} keys, {len(failures)} problems")
    print("\n".join(failures[:20]))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
