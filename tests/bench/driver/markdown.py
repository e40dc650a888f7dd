"""The small table of the README, out of the results."""
from statistics import median

# (what, row, case, our name, ((what the peer is called, its name or names, its case or "" for the same), ...))
RECORDS = (
    ("a call below the level", "L1", "off", "jsonlog", (("spdlog", "spdlog", ""), ("zerolog", "zerolog", ""))),
    ("a record of 203 bytes in memory", "L2", "memory", "jsonlog",
     (("`memcpy` + clock", "floor", ""), ("RapidJSON", "rapidjson", ""), ("snprintf", "snprintf", ""),
      ("spdlog", "spdlog", ""), ("zerolog", "zerolog", ""))),
    ("… with ten bound fields", "L3", "memory-bound", "jsonlog",
     (("zerolog", "zerolog", ""), ("spdlog", "spdlog", ""), ("RapidJSON", "rapidjson", ""))),
    ("… and 1,000 bytes of Korean", "L9", "korean", "jsonlog",
     (("RapidJSON", "rapidjson", ""), ("… validating", "rapidjson_validating", ""), ("zerolog", "zerolog", ""))),
    ("a `write` each, to a file", "L4", "file", "jsonlog",
     (("the `write` alone", "floor", ""), ("spdlog", "spdlog", ""), ("zerolog", "zerolog", ""))),
    ("a buffered file", "L5", "buffered", "jsonlog",
     (("`fwrite` alone", "floor", ""), ("spdlog", "spdlog", ""), ("zerolog", "zerolog", ""))),
    ("four threads, one buffered file", "L6", "buffered", "jsonlog", (("spdlog", "spdlog", ""),)),
    ("async, until all is written", "L8", "drained-buffered", "jsonlog", (("spdlog", "spdlog", ""),)),
)

MATCHES = tuple(
    (what, row, f"{query}@app", "jsonlog find",
     (("simdjson", ("simdjson line", "simdjson many"), ""),
      ("… validating its hits", ("simdjson line-valid", "simdjson many-valid"), ""), *text,
      ("jq", "jq", f"{query}@slow")))
    for what, row, query, text in (
        ('`{ $.logType = "ERROR" }`', "F1", "Q1", (("rg -c", "rg -c", ""),)),
        ('`{ $.errorCode = "DA0001*" }`', "F1", "Q4", (("rg -c", "rg -c", ""),)),
        ("`{ $.user.age >= 20 }`", "F2", "Q3", ()),
        ("one of four nested paths", "F3", "Q5", ()),
    )
) + (
    ("`인증실패`, a text pattern", "F4", "T1@app", "jsonlog find",
     (("rg -c", "rg -c", ""), ("grep -c", "grep -c", ""))),
)


def cost(results, row, name, case):
    """@return the median, of several names the best one; None if it was not measured."""
    names = (name,) if isinstance(name, str) else name
    medians = []
    for result in results:
        for one in result["series"] if result["id"] == row else ():
            figures = [sample.get(f"{result['clock']}_ns") for sample in one["samples"]]
            if one["name"] in names and one["case"] == case and figures and figures[0] is not None:
                medians.append(median(figures))
    return min(medians, default=None)


def as_time(ns):
    return f"{ns:.1f} ns" if ns < 10 else f"{ns:.0f} ns"


def as_rate(ns_per_byte):
    return f"{1e3 / ns_per_byte:.0f} MB/s" if ns_per_byte > 1 else f"{1 / ns_per_byte:.1f} GB/s"


def lines_of(entries, results, show):
    for what, row, case, name, peers in entries:
        ours = cost(results, row, name, case)
        if ours is None:
            continue
        costs = [(called, cost(results, row, peer, peer_case or case)) for called, peer, peer_case in peers]
        beside = ", ".join(f"{called} {show(peer)}" for called, peer in costs if peer is not None)
        yield f"| {what} | **{show(ours)}** | {beside} |"


def table(facts, results):
    """@return Markdown: one table of records, one of matches, and the machine."""
    out = ["| a record | jsonlog | beside it, in the same run |", "|---|---|---|"]
    out += lines_of(RECORDS, results, as_time)
    out += ["", "| filtering lines of 416 bytes | jsonlog | beside it |", "|---|---|---|"]
    out += lines_of(MATCHES, results, as_rate)
    missed = sum(goal["met"] is False and goal["kind"] == "must" for result in results for goal in result["goals"])
    musts = sum(goal["kind"] == "must" for result in results for goal in result["goals"])
    peers = facts["peers"]
    named = {"spdlog": "libspdlog-dev", "RapidJSON": "rapidjson-dev", "zerolog": "golang-github-rs-zerolog-dev",
             "simdjson": "libsimdjson-dev", "ripgrep": "ripgrep", "jq": "jq"}
    versions = ", ".join(f"{name} {peers[package].split(':')[-1].split('-')[0].split('+')[0]}"
                         for name, package in named.items() if package in peers)
    out += ["", f"{facts['cpu']}, {facts['cores']} cores, Linux {facts['kernel'].split('-')[0]}, {facts['libc']}, "
            f"{facts['compiler']}; {versions}, as Debian ships them. Medians of rounds in which all programs take "
            "turns, CPU time on one core (threads: wall time). "
            f"`sh tests/bench/run.sh` measures {musts} goals of this kind; {missed} are missed."]
    return "\n".join(out) + "\n"
