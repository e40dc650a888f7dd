"""The binding beside what Python has: ratios above 1 say how many times faster the binding is.

    python bench/bench.py [ROUNDS]

Each pair is measured in turn, in interleaved rounds; the medians are shown. Lines are those of a payment service.
"""
import json
import logging
import statistics
import sys
import tempfile
import time

import jsonlog

sys.path.append("/usr/lib/python3/dist-packages")  # Debian's module, if another Python runs this
try:
    from pythonjsonlogger.json import JsonFormatter as Theirs
except ImportError:
    from pythonjsonlogger.jsonlogger import JsonFormatter as Theirs

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 7
LINES = 100_000
PATTERN = '{ $.logType = "ERROR" && $.user.age >= 20 }'


def line(number):
    return json.dumps({
        "timestamp": "2026-11-22T08:07:45.784Z", "logType": "ERROR" if number % 50 == 0 else "INFO", "logger": "payment.db",
        "message": "query done", "requestId": f"r-{number:08}", "user": {"id": number, "age": 18 + number % 40}, "latencyMs": 12.5,
        "status": 200, "tags": ["a", "b"],
    })


def by_hand(text):
    data = json.loads(text)
    user = data.get("user")
    return (isinstance(data, dict) and data.get("logType") == "ERROR" and isinstance(user, dict)
            and isinstance(user.get("age"), (int, float)) and user["age"] >= 20)


def seconds(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def compare(name, count, unit, ours, theirs):
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(ROUNDS)]
    mine, other = (statistics.median(side) / count * 1e9 for side in zip(*pairs))
    print(f"{name:44} {mine:9.0f} {other:9.0f} ns a {unit:7} {other / mine:6.1f} x")


def record(**extra):
    made = logging.LogRecord("payment.db", 20, "db.py", 7, "query done", (), None)
    made.__dict__.update(extra)
    return made


def formatting(name, extra, **options):
    fmt = "%(levelname)s %(name)s %(message)s"
    ours, theirs, one = jsonlog.JsonFormatter(fmt, timestamp=True, **options), Theirs(fmt, timestamp=True, **options), record(**extra)
    count = 5000

    def work(formatter):
        return lambda: [formatter.format(one) for _ in range(count)]

    compare(name, count, "record", work(ours), work(theirs))


def matching():
    lines = [line(number) for number in range(2000)]
    as_bytes = [text.encode() for text in lines]
    match = jsonlog.Filter(PATTERN).match
    assert [match(text) for text in lines] == [by_hand(text) for text in lines]
    hit = [line(50 * 5)] * 2000
    for name, texts in (("match(str) / json.loads + check", lines), ("match(bytes) / json.loads + check", as_bytes),
                        ("match(str), all match", hit)):
        compare(name, len(texts), "line", lambda t=texts: [match(one) for one in t], lambda t=texts: [by_hand(one) for one in t])


def files():
    with tempfile.NamedTemporaryFile() as file:
        file.write("".join(line(number) + "\n" for number in range(LINES)).encode())
        file.flush()

        def hand_written():
            with open(file.name, "rb") as log:
                return sum(by_hand(one) for one in log)

        for name, pattern, check in (
            ("find() in a file / json.loads of each line", PATTERN, hand_written),
            ("find() of a word / 'in' of each line", "nowhere", lambda: sum(b"nowhere" in one for one in open(file.name, "rb"))),
            ("find(), every line", "query", lambda: sum(b"query" in one for one in open(file.name, "rb"))),
        ):
            one = jsonlog.Filter(pattern)
            assert one.count(file.name) == check()
            compare(name, LINES, "line", lambda o=one: sum(1 for _ in o.find(file.name)), check)
        one = jsonlog.Filter(PATTERN)
        compare("count() in a file / json.loads of each line", LINES, "line", lambda: one.count(file.name), hand_written)


def logging_calls():
    count = 5000
    ours = jsonlog.get("bench")
    ours.propagate = False
    ours.set_handlers([jsonlog.FileHandler("/dev/null")])
    theirs = logging.getLogger("bench")
    theirs.propagate = False
    theirs.setLevel("INFO")
    handler = logging.StreamHandler(open("/dev/null", "w"))
    handler.setFormatter(Theirs("%(levelname)s %(name)s %(message)s", timestamp=True))
    theirs.handlers = [handler]

    def mine():
        for number in range(count):
            ours.info("query done", requestId="r-1", user={"id": number, "age": 20}, latencyMs=12.5)

    def others():
        for number in range(count):
            theirs.info("query done", extra={"requestId": "r-1", "user": {"id": number, "age": 20}, "latencyMs": 12.5})

    compare("jsonlog.get().info() / logging + theirs", count, "call", mine, others)
    compare("a level that is off", count, "call", lambda: [ours.debug("m", a=1) for _ in range(count)],
            lambda: [theirs.debug("m", extra={"a": 1}) for _ in range(count)])


print(f"{'':44} {'jsonlog':>9} {'beside':>9}")
formatting("JsonFormatter: message alone / python-json-logger", {})
formatting("JsonFormatter: five fields", {"requestId": "r-1", "user": {"id": 7, "age": 20}, "latencyMs": 12.5, "ok": True, "status": 200})
formatting("JsonFormatter: Korean text", {"a": "인증실패: 토큰이 만료되었습니다", "b": "결제"}, json_ensure_ascii=False)
formatting("JsonFormatter: values without a JSON form", {"a": object, "b": {1, 2}, "c": [ValueError("x")]})
matching()
files()
logging_calls()
