"""F1 to F8: what a match costs. Figures are MB/s; ratios are those of the cost of a byte."""
from pathlib import Path

from .goals import Goal, Row
from .queries import JSON_QUERIES, QUERIES
from .samples import Contender

RATE = "MB/s"


def path_of(log):
    return f"{{data}}/{log}.log" if log == "access" else f"{{data}}/{log}.ndjson"


def program(name, mode, query, log="app", shown=""):
    """match_NAME MODE; ours is given the pattern, the peers know the queries."""
    asked = QUERIES[query].pattern if name == "jsonlog" and query in QUERIES else query
    argv = (f"{{bin}}/match_{name}", mode, asked, path_of(log), "{seconds}")
    return Contender(shown or f"{name} {mode}".strip(" -"), f"{query}@{log}", argv)


def command(shown, query, argv, log="app", pinned=True):
    """A program of the system that prints a count and is measured from outside."""
    return Contender(shown, f"{query}@{log}", (*argv, path_of(log)), pinned=pinned, bytes_read=path_of(log))


def ours(query, log="app"):
    return program("jsonlog", "find", query, log), program("jsonlog", "line", query, log)


def simdjson(query, log="app", valid=True):
    modes = ("line", "many", "line-valid", "many-valid") if valid else ("line", "many")
    return tuple(program("simdjson", mode, query, log) for mode in modes)


def tree_builders(query):
    """A tenth of the log is enough for them. Their counts are checked against that tenth."""
    jq = f"reduce (inputs | select({QUERIES[query].jq})) as $event (0; . + 1)"
    return (program("cjson", "-", query, "slow"), program("jansson", "-", query, "slow"),
            command("jq", query, ("jq", "-n", jq), "slow"))


def ceilings(query):
    return (program("floor", "memchr", query, shown="memchr loop"),)


def text_searches(query, log="app"):
    """Exact for a text pattern; for a JSON pattern they find the literal where it is spelled like this."""
    literal = QUERIES[query].literal
    rg = ("rg", "-c", "-j1", "--no-config", "-F")
    return (command("rg -c", query, (*rg, "--", literal), log),
            command("rg -c --no-mmap", query, (*rg, "--no-mmap", "--", literal), log),
            command("grep -c", query, ("grep", "-c", "-F", "--", literal), log))


def on_demand(query, log, suffix=""):
    return tuple((f"simdjson {mode}{suffix}", f"{query}@{log}") for mode in ("line", "many"))


def goal(kind, query, peers, limit, log="app", called="", mine="jsonlog find"):
    return Goal(kind, (mine, f"{query}@{log}"), tuple(peers), at_least=limit, called=called)


def faster_than_tree(query, limit):
    """jq reads another file, so the rates are compared."""
    return goal("must", query, (("jq", f"{query}@slow"),), limit)


def selective(query):
    case = f"{query}@app"
    return (
        goal("must", query, on_demand(query, "app"), 2.5),
        goal("must", query, (("memchr loop", case),), 0.7),
        faster_than_tree(query, 100),
        goal("moonshot", query, (("rg -c", case),), 1),
    )


F1 = Row("F1", "few lines match: Q1, Q2, Q4", tuple(
    contender for query in ("Q1", "Q2", "Q4")
    for contender in (*ours(query), *simdjson(query), *ceilings(query), *text_searches(query), *tree_builders(query))
), tuple(asked for query in ("Q1", "Q2", "Q4") for asked in selective(query)), unit=RATE, same_hits=True,
    inexact=("memchr loop", "rg -c", "rg -c --no-mmap", "grep -c"), notes=(
    "simdjson: On-Demand 3.0.1, for each line or iterate_many(); -valid reads the rest of each hit. rg and grep look "
    "for the literal, which misses other spellings, so their counts differ; rg maps the file, which spares it the "
    "copies of read(2) that all others pay. @slow: the first tenth of the log.",
))


def on_every_line(query, moonshot):
    return (
        goal("must", query, on_demand(query, "app"), 1.0),
        goal("must", query, on_demand(query, "app", "-valid"), 1.3),
        goal("moonshot", query, on_demand(query, "app"), moonshot),
    )


def every_line_row(name, title, query, moonshot):
    return Row(name, title, (*ours(query), *simdjson(query), *tree_builders(query)), on_every_line(query, moonshot),
               unit=RATE, same_hits=True)


F2 = every_line_row("F2", "a number, three of four lines match: Q3", "Q3", 2)
F3 = every_line_row("F3", "one of four nested paths: Q5", "Q5", 2.5)

AWK = ("awk", "$9 ~ /^4/ && $10 > 1000 { n++ } END { print n + 0 }")

F4 = Row("F4", "text and delimited patterns", (
    *(contender for query in ("T1", "T2") for contender in (*ours(query), *text_searches(query))),
    *ours("D1", "access"), command("awk", "D1", AWK, "access"),
), (
    goal("must", "T1", (("rg -c", "T1@app"),), 0.7),
    goal("must", "T2", (("rg -c", "T2@app"),), 0.7),
    Goal("must", ("jsonlog find", "D1@access"), at_least=1, constant=1.0, called="GB/s"),
    goal("moonshot", "T1", (("rg -c", "T1@app"),), 1),
    goal("moonshot", "T2", (("rg -c", "T2@app"),), 1),
), unit=RATE, same_hits=True, notes=("T1 인증실패, T2 ERROR; D1 " + QUERIES["D1"].pattern,))


PATTERNS = str(Path(__file__).resolve().parents[1] / "match" / "cloudtrail_patterns.txt")


def fifty(mode):
    argv = ("{bin}/match_patterns", mode, PATTERNS, path_of("cloudtrail"), "{seconds}")
    return Contender(mode, "50@cloudtrail", argv)


F5 = Row("F5", "50 patterns at once on CloudTrail-like lines", tuple(fifty(mode) for mode in ("one", "each", "set")), (
    Goal("must", ("set", "50@cloudtrail"), (("one", "50@cloudtrail"),), at_most=5),
    Goal("moonshot", ("set", "50@cloudtrail"), (("one", "50@cloudtrail"),), at_most=2),
), unit=RATE, same_hits=True, inexact=("one",), notes=(
    "one: the mean of the patterns alone; each: every line asked with all, one by one; set: in one pass.",
))


def other_logs(log):
    return tuple(contender for query in JSON_QUERIES for contender in (*ours(query, log), *simdjson(query, log)))


NO_GOAL = ("no goal of its own.",)
F7 = Row("F7", "every line hostile: escapes, Korean, objects ten deep", other_logs("hostile"), unit=RATE,
         same_hits=True, notes=NO_GOAL)
F8 = Row("F8", "lines of 4 KB", other_logs("wide"), unit=RATE, same_hits=True, notes=NO_GOAL)


def tool(query, threads, shown, pinned=True):
    argv = ("{bin}/jsonlog", "filter", "-c", f"-j{threads}", QUERIES[query].pattern)
    return command(shown, query, argv, pinned=pinned)


F6 = Row("F6", "jsonlog filter -c as a whole process", tuple(
    contender for query in ("Q1", "Q3", "Q5")
    for contender in (program("jsonlog", "find", query), tool(query, 1, "filter -c -j1"),
                      tool(query, 0, "filter -c -j0", pinned=False))
) + (command("wc -l", "lines", ("wc", "-l")),), tuple(
    asked for query in ("Q1", "Q3", "Q5") for asked in (
        goal("must", query, (("jsonlog find", f"{query}@app"),), 0.9, mine="filter -c -j1", called="the library"),
        goal("must", query, (("filter -c -j1", f"{query}@app"),), 1.7, mine="filter -c -j0", called="one thread"))
), unit=RATE, clock="wall", same_hits=True, inexact=("wc -l",))

ROWS = (F1, F2, F3, F4, F5, F6, F7, F8)
