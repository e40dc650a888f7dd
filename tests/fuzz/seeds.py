"""The seeds of the fuzzers: one JSON string a line, each character (U+0000 to U+00FF) one byte of the input.

usage: seeds.py write DATA_DIR                 make DATA_DIR/fuzz/*.jsonl from the vectors
       seeds.py unpack SEEDS.jsonl DIR         one file a seed, for libFuzzer
       seeds.py add SEEDS.jsonl FILE...        append what a fuzzer has found
"""
import hashlib
import json
import pathlib
import random
import sys

MOST = 40

TEXTS = ["", "a", "인증실패", "a\"b", "C:\\tmp", "back\\", "*", "a*b", "50%", "(a|b)+", "^a$", "a\nb", "é", "ÿ", "😀",
         "a.b[0]{1,2}", "\x00", "a\x00", " ", "\t", "\x7f", "\x80", "null", "1e309", "%", "\\\"", "a-b", "?x", "!&<>~`'"]

EVENTS = ['{}', '[]', ' {"a":1}\r\n', '{"a":1}x', '{"a":01}', '{"a":1.}', '{"a":-}', '{"a":"\\ud800"}', '{"a":"\\x"}',
          '{"a":1,"a":2}', '{"a":1,"\\u0061":{"zzz":1}}', '{"zzz":1}', '{"zz\\u007a":null}', '{"a":[1,{"a":null},[null]]}',
          '{"a":1e309,"b":-0.0,"c":1E-7}', '{"a":"é\\u00e9\\ud83d\\ude00"}', '{"a":tru}', '{"a":nul', '{"a" 1}', '{,}',
          '{"a":[1,]}', '{"a":1,}', '"a"', '1', '', '{"":""}', '{"b\\"":"b"}', '\x0b{}', '{"a":"\t"}', '{"a":\x00}']


# What fuzzers have found, in the engine or in the reference.
FOUND = {
    "delimited": ['[t="\\\ufffd",]\0\\\udcbf x'],
    "json": ["{$.a=%${4993}%}\0{}"],
    "regex": ["%[[.{.]%\0{", "%[[=[=]%\0=", "%[[:a:]]%\0a"],
}


REFERENCES = ["$.a", "$.a.b", "$.['a.b']", "$.a[0]", "$.a[1][0]", "$", "$.", "a", "", "$.a[*]", "$.*", "$.a ", " $.a", "$1", "$a",
              "$.a.", "$.a[", "$.a[-1]", "$['a']", "$.a[99999999999999999999]", "$.키", "$.a = 1", "$.a NOT EXISTS || $.b"]

REFERRED = ['{"a":{"b":"x\\n\\ud83d\\ude00"},"a.b":1.50}', '{"a":[{"b":[]},[null,true]]}', '{"a":1,"a":"\\ud800"}', '{"a":1}x']


def deep(depth, opening, middle, closing):
    return '{"d":' + opening * depth + middle + closing * depth + '}'


def spread(items, count):
    """Evenly over the list, always the same ones."""
    return [items[i * len(items) // count] for i in range(count)] if len(items) > count else items


def vectors(data):
    with open(data / "filter/vectors.jsonl", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def pairs_of(found, first, groups):
    """One vector for each pattern."""
    seen = {}
    for vector in found:
        pattern = vector["pattern"]
        kind = pattern[:1] if pattern[:1] in "{[%" else ""
        if kind == first and vector["group"] in groups and len(pattern) < 200:
            seen.setdefault(pattern, vector.get("event") or "")
    return [pattern.encode() + b"\0" + event.encode() for pattern, event in spread(sorted(seen.items()), MOST - 5)]


def records():
    chance = random.Random(20261122)
    out = [b""]
    for size in (8, 16, 40, 80, 160, 320):
        out += [b"\0" * 4 + chance.randbytes(size), chance.randbytes(size), chance.randbytes(size)]
    out.append(b"\0\0\0\0\x20\0\x05hello\x02\x00\x06\x05world\x01\x02\x08\x7f\xff\xff\xff\xff\xff\xff\xff")
    return out + [b"\0\0\0\1\x02\x40\x28\0\x10" + b"\xff" + b"x" * 5000]


def write(data):
    found = vectors(data)
    every = ("json", "delimited", "regex", "text", "error")
    patterns = sorted({v["pattern"] for v in found if v["group"] == "error"})
    odd = ["\0", "a\0b", "x" * 1024, "x" * 1025, "😀" * 512 + "x"]
    seeds = {
        "json": pairs_of(found, "{", every),
        "delimited": pairs_of(found, "[", every),
        "regex": pairs_of(found, "%", every),
        "text": pairs_of(found, "", every),
        "compile": [p.encode() for p in spread(patterns, MOST - 7) + odd] + [b"\xff", b"{ $.a = \"\xed\xa0\x80\" }"],
        "event": [e.encode() for e in EVENTS] + [b'{"a":"\xff"}', b'{"\xc3":1}', b'{"a":\xff}'] +
                 [deep(n, *how).encode() for n in (999, 1000) for how in (("[", "", "]"), ('{"d":', "1", "}"))],
        "quote": [t.encode() + b"\0" + (t + "x").encode() for t in TEXTS] + [b"\xff", b"\xed\xa0\x80"],
        "record": records(),
        "reference": [f"{r}\0{REFERRED[i % len(REFERRED)]}".encode() for i, r in enumerate(REFERENCES)] +
                     [b'$.a\0{"a":"\xff\xc3"}', b'$.\xff\0{}', b'$.\xea\xb0\x80\0{"\\uac00":{"x":[ 1 , 2 ]}}'],
    }
    for name, inputs in seeds.items():
        inputs = inputs + [found.encode("utf-8", "surrogateescape") for found in FOUND.get(name, [])]
        text = "".join(json.dumps(i.decode("latin-1")) + "\n" for i in inputs)
        (data / "fuzz" / f"{name}.jsonl").write_text(text, encoding="ascii")
        print(f"{name}: {len(inputs)} seeds, {len(text)} bytes")


def unpack(path, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for line in path.read_text(encoding="ascii").splitlines():
        seed = json.loads(line).encode("latin-1")
        (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)


def add(path, files):
    with path.open("a", encoding="ascii") as out:
        for file in files:
            out.write(json.dumps(pathlib.Path(file).read_bytes().decode("latin-1")) + "\n")


def main():
    if sys.argv[1:2] == ["write"] and len(sys.argv) == 3:
        write(pathlib.Path(sys.argv[2]))
    elif sys.argv[1:2] == ["unpack"] and len(sys.argv) == 4:
        unpack(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
    elif sys.argv[1:2] == ["add"] and len(sys.argv) > 3:
        add(pathlib.Path(sys.argv[2]), sys.argv[3:])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
