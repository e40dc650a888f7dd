"""The JSON Schema of configurations says what the loader says.

usage: config_schema.py VERDICTS SCHEMA CASES.json

Every option in the loader's tables stands in the schema, with the same words, limits and
obligations, and no other. For a table of files, and for each option with each of a list of values,
the verdict of a foreign validator (python3-jsonschema) equals the loader's. Beyond a schema are, and
are left to the loader alone: names that are defined nowhere, the grammar of patterns and formats,
limits of sizes and spans that are given as text, and what only two values together make wrong.
"""
import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed: skipped")
    sys.exit(77)

program, schema_path, cases_path = sys.argv[1:4]
schema = json.loads(pathlib.Path(schema_path).read_text())
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
defs = schema["$defs"]
os.environ["TEST_NAME"] = "stdout"
SYNTAX, LIMIT, NOT_FOUND = 3, 4, 9
problems = []


def fail(text):
    problems.append(text)


# ---- the tables of the loader and the schema name the same options

options = [json.loads(line) for line in subprocess.run([program, "--options"], check=True, capture_output=True, text=True).stdout.splitlines()]
places = {"filter": ["patternFilter", "factoryFilter"], "logger": ["logger"], "root": ["root"], "document": ["whole"], "redaction": ["redaction"]}


def properties_of(option):
    names = places.get(option["kind"]) or [option["class"] + option["kind"].capitalize(), "factory" + option["kind"].capitalize()]
    if option["name"] == "factory":
        names = names[1:]
    elif option["class"]:
        names = names[:1]
    merged, required = {}, set()
    for name in names:
        merged.update(defs[name]["properties"])
        required |= set(defs[name].get("required", []))
    if option["group"]:
        rule = merged[option["group"]]
        group = rule.get("items", rule)["$ref"].rsplit("/", 1)[1]
        merged, required = defs[group]["properties"], set(defs[group].get("required", []))
    return merged, required


def alternatives(rule):
    found = [rule]
    for choice in rule.get("anyOf", []):
        found += alternatives(choice)
    if "$ref" in rule:
        found += alternatives(defs[rule["$ref"].rsplit("/", 1)[1]])
    return found


seen = {}
for option in options:
    where = f"{option['kind']} {option['class']} {option['group']} {option['name']}"
    properties, required = properties_of(option)
    rule = properties.get(option["name"])
    if rule is None:
        fail(f"{where}: not in the schema")
        continue
    seen.setdefault((option["kind"], option["class"], option["group"]), set()).add(option["name"])
    if option["name"] not in ("class", "factory", "pattern") and option["required"] != (option["name"] in required):
        fail(f"{where}: required in one of the two only")
    choices = alternatives(rule)
    words = {word for choice in choices for word in choice.get("enum", [])}
    if option["type"] in ("word", "ms") and words != set(option["words"]):
        fail(f"{where}: words {sorted(words)} in the schema, {option['words']} in the loader")
    if option["type"] in ("integer", "size") and option["name"] != "version":
        limits = [(c["minimum"], c["maximum"]) for c in choices if c.get("type") == "integer"]
        if limits != [(option["least"], option["most"])]:
            fail(f"{where}: limits {limits} in the schema")
    if option["type"] == "texts" and (rule["minItems"], rule["maxItems"]) != (option["least"], option["most"]):
        fail(f"{where}: other numbers of elements")
    if option["type"] in ("fields", "renames") and rule["maxProperties"] != option["most"]:
        fail(f"{where}: another number of members")
for (kind, class_, group), names in seen.items():
    sample = {"kind": kind, "class": class_, "group": group, "name": ""}
    for name in sorted(set(properties_of(sample)[0]) - names - {"factory"}):
        fail(f"{kind} {class_} {group} {name}: in the schema, not in the loader")


# ---- verdicts

with tempfile.TemporaryDirectory() as directory:
    def loader_verdicts(configs):
        paths = []
        for number, config in enumerate(configs):
            paths.append(pathlib.Path(directory) / f"{number}.json")
            paths[-1].write_text(json.dumps(config))
        lines = []
        for at in range(0, len(paths), 500):
            lines += subprocess.run([program, *map(str, paths[at:at + 500])], check=True, capture_output=True, text=True).stdout.splitlines()
        return [(int(line.split("\t")[0]), line.split("\t", 1)[1]) for line in lines]

    def is_valid(config):
        return not any(validator.iter_errors(config))

    cases = json.loads(pathlib.Path(cases_path).read_text())
    for case, (status, error) in zip(cases, loader_verdicts([case["config"] for case in cases])):
        expected = case["verdict"]
        if (status == 0) != (expected == "valid"):
            fail(f"case {case['name']}: {expected} expected, the loader says {status} {error}")
        if is_valid(case["config"]) != (expected != "invalid"):
            fail(f"case {case['name']}: {expected} expected, the schema disagrees")

    # Each option with each value, in a file that is valid without it.
    minimal = {"tee": {"targets": ["other"]}, "failover": {"targets": ["other"]}, "router": {"rules": [{"target": "other"}]},
               "recorder": {"target": "other"}, "socket": {"destinations": "udp://localhost:1"}, "file": {"path": "x"}, "rotating": {"path": "x", "maxBytes": 1}, "memory": {"capacity": 1024}, "async": {"target": "other"}}
    minimal.update({name: extra for case in cases for name, extra in case.get("minimal", {}).items()})
    probes = [None, True, False, 0, 1, 5, 64, 1024, 70000, -1, 1.0, 1.5, 2**31, 2**53, 2**53 + 1, "", "x", "1", "10M", "10m", "010", "1.5K", "5s", "0s",
              "1500ms", "2000ms", "forever", "never", "0640", "640", "08", "03:30", "24:00", "03:30:59", "3:30", "INFO", "warn", "Critical", "255", "256", "LOUD",
              "stdout", "days", "gzip", "%", "${TEST_NAME}", "${TEST_NAME", "${}", "$${}", "$$${TEST_NAME}", "${NOT_THERE:-INFO}", "${A:-${B}}",
              [], ["x"], [""], ["x", "x"], [1], {}, {"a": "b"}, {"a": 1}, {"bytes": 1}, {"bytes": "1K", "flushInterval": "1s"}, {"bytes": 1, "no": 1}, ["other"], [{"target": "other"}], [{}]]

    groups = {"buffer": {"bytes": 1}, "rules": {"target": "other"}, "sampling": {}, "heartbeat": {"interval": "1s"}}

    def place(option, value):
        config = {"version": 1, "handlers": {"other": {"class": "null"}}}
        kind, class_, name = option["kind"], option["class"], option["name"]
        if kind == "document":
            target = config.setdefault(option["group"], copy.deepcopy(groups[option["group"]])) if option["group"] else config
            target[name] = value
        elif kind == "redaction":
            target = config["redaction"] = {"rules": []}
            if option["group"]:
                target = {"key": "k"} if name == "action" else {}
                config["redaction"]["rules"] = [target]
            target[name] = value
        elif kind == "root":
            target = config["root"] = {}
            if option["group"]:
                target = target[option["group"]] = copy.deepcopy(groups[option["group"]])
            target[name] = value
        else:
            thing = {} if kind in ("logger", "filter") else {"class": class_, **copy.deepcopy(minimal.get(class_, {}))}
            if kind == "filter" and name == "passes":
                thing["pattern"] = "x"
            target = thing
            if option["group"]:
                target = copy.deepcopy(groups[option["group"]])
                thing[option["group"]] = [target] if option["group"] == "rules" else target
            target[name] = value
            config.setdefault(kind + "s", {})["probe"] = thing
        return config

    def is_beyond_schema(status, value, error):
        text = json.dumps(value)
        return (status == NOT_FOUND or (status == SYNTAX and "is not expected" not in error) or (status == LIMIT and '"' in text)
                or "stands here twice" in error or "${" in text or "has a pattern" in error or "The format" in error or (status in (1, NOT_FOUND) and ".redaction: " in error.replace(" redaction: ", ".redaction: ")) or "target of itself" in error)

    trials = [(option, value, place(option, value)) for option in options for value in probes + option["words"] if option["name"] != "class"]
    trials += [(option, "unknown", place(dict(option, name=option["name"] + "Q"), 1)) for option in options]
    agreed = {True: 0, False: 0}
    for (option, value, config), (status, error) in zip(trials, loader_verdicts([trial[2] for trial in trials])):
        valid = is_valid(config)
        if valid == (status == 0):
            agreed[valid] += 1
        elif not valid or not is_beyond_schema(status, value, error):
            if not (not valid and status == 0 and "${" in json.dumps(value)):
                fail(f"{option['kind']} {option['class']} {option['name']} = {json.dumps(value)}: schema says {'valid' if valid else 'invalid'}, loader {status} {error}")

print(f"{len(options)} options, {len(cases)} cases, {agreed[True]} values accepted by both, {agreed[False]} refused by both")
print("\n".join(problems[:60]))
sys.exit(1 if problems else 0)
