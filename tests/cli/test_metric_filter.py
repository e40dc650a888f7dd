"""jsonlog test-metric-filter: the shape of the answers is that of CloudWatch Logs."""
import json
import os
import subprocess
import unittest

from tool import folder_with, main, run

FULL = """{
    "matches": [
        {
            "eventNumber": 1,
            "eventMessage": "127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] \\"GET /apache_pb.gif HTTP/1.0\\" 200 1534",
            "extractedValues": {
                "$ip": "127.0.0.1",
                "$2": "-",
                "$user": "frank",
                "$timestamp": "10/Oct/2000:13:25:15 -0700",
                "$5": "GET /apache_pb.gif HTTP/1.0",
                "$status": "200",
                "$7": "1534"
            }
        },
        {
            "eventNumber": 3,
            "eventMessage": "127.0.0.1 - frank [10/Oct/2000:13:50:35 -0700] \\"GET /apache_pb.gif HTTP/1.0\\" 200 5324",
            "extractedValues": {
                "$ip": "127.0.0.1",
                "$2": "-",
                "$user": "frank",
                "$timestamp": "10/Oct/2000:13:50:35 -0700",
                "$5": "GET /apache_pb.gif HTTP/1.0",
                "$status": "200",
                "$7": "5324"
            }
        }
    ]
}
"""


def line(time, status, size):
    return f'127.0.0.1 - frank [10/Oct/2000:{time} -0700] "GET /apache_pb.gif HTTP/1.0" {status} {size}'


def ask(pattern, messages, **more):
    request = {"filterPattern": pattern, "logEventMessages": messages, **more}
    status, out, err = run("test-metric-filter", stdin=json.dumps(request).encode())
    assert err == "", err
    return status, json.loads(out)


def refused(answer):
    status, error = answer
    assert (status, sorted(error)) == (2, ["__type", "message"]), answer
    return error["__type"], error["message"]


class Answers(unittest.TestCase):
    def test_shape(self):
        messages = [line("13:25:15", 200, 1534), line("13:35:22", 404, 5), line("13:50:35", 200, 5324)]
        pattern = "[ip, , user, timestamp, , status = 2*, ]"
        expected = (0, FULL.encode(), "")
        request = json.dumps({"filterPattern": pattern, "logEventMessages": messages})
        self.assertEqual(run("test-metric-filter", stdin=request.encode()), expected)
        self.assertEqual(run("test-metric-filter", "--filter-pattern", pattern, "--log-event-messages", *messages), expected)
        with folder_with(request=request.encode()) as folder:
            self.assertEqual(run("test-metric-filter", folder + "/request"), expected)
        self.assertEqual(json.dumps(json.loads(FULL), indent=4) + "\n", FULL)

    def test_no_match_and_no_values(self):
        self.assertEqual(run("test-metric-filter", "--filter-pattern", "x", "--log-event-messages", "a"), (0, b'{\n    "matches": []\n}\n', ""))
        self.assertEqual(run("test-metric-filter", "--filter-pattern", "a", "--log-event-messages", "a")[1].splitlines()[5], b'            "extractedValues": {}')

    def test_vectors(self):
        """Recorded requests and verdicts of the service, through the program."""
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../data/filter/vectors.jsonl")
        with open(path, encoding="utf-8") as file:
            vectors = [vector for vector in map(json.loads, file) if vector["id"].startswith("aws-")]
        checked = 0
        for vector in vectors[::4]:
            if not isinstance(vector.get("event"), str) or vector["event"] == "":
                continue
            status, answer = ask(vector["pattern"], [vector["event"]])
            if vector.get("error"):
                self.assertEqual(status, 2, vector)
            else:
                self.assertEqual(len(answer["matches"]), int(bool(vector["match"])), vector)
            checked += 1
        self.assertGreater(checked, 20)

    def test_messages_of_any_kind(self):
        messages = ["a\nb", "\0", "x\0y", "\u0001\b\f\r\t\"\\/\x7f", "인증 \U0001f600", " ", "\u2028\u202e", "a" * 100_000, "{}"]
        status, answer = ask("", messages)
        self.assertEqual(status, 0)
        self.assertEqual([match["eventMessage"] for match in answer["matches"]], messages)
        self.assertEqual([match["eventNumber"] for match in answer["matches"]], list(range(1, 10)))
        self.assertEqual(ask('{ $.a = "x\0" }', ["a"])[0], 2)
        self.assertEqual(len(ask('{ $.a = 1 }', ['\n{"a":\n1}\n'])[1]["matches"]), 1)

    def test_half_surrogates_and_escapes_in_the_request(self):
        request = rb'{"logEventMessages":["\ud800 \u0041\ud83d\ude00"],"filterPattern":"\u0041","other":[1,{}]}'
        status, out, _ = run("test-metric-filter", stdin=request)
        self.assertEqual(json.loads(out)["matches"][0]["eventMessage"], "\ufffd A\U0001f600")

    def test_arguments(self):
        def matches(*arguments):
            return [match["eventMessage"] for match in json.loads(run("test-metric-filter", *arguments)[1])["matches"]]
        self.assertEqual(matches("--log-event-messages", "a", "b", "-c", "--filter-pattern", ""), ["a", "b", "-c"])
        self.assertEqual(matches("--filter-pattern=", "--log-event-messages=--x", "--log-event-messages", "y"), ["--x", "y"])
        for arguments in (["--nonsense"], ["a", "b"], ["--filter-pattern"], ["--filter-pattern", "a", "b"]):
            status, out, err = run("test-metric-filter", *arguments)
            self.assertEqual((status, out), (2, b""), arguments)
            self.assertTrue(err.startswith("usage: "), err)
        self.assertEqual(run("test-metric-filter", "/nonexistent"), (2, b"", "jsonlog: /nonexistent: No such file or directory\n"))


class Refusals(unittest.TestCase):
    INVALID = "InvalidParameterException"

    def validation(self, answer, *details):
        kind, message = refused(answer)
        count = "1 validation error" if len(details) == 1 else f"{len(details)} validation errors"
        self.assertEqual((kind, message), (self.INVALID, f"{count} detected: " + "; ".join(
            f"Value {value} at '{member}' failed to satisfy constraint: {rule}" for value, member, rule in details)))

    def test_patterns(self):
        for pattern, message in (("{ $.a = a:b }", "Invalid character(s) in term ':'"), ("{ $.a == 1 }", "Invalid metric filter pattern"),
                                 ("{a", "If a filter pattern starts with '{' it must end with '}'"), ("[a,a]", "Duplicate field 'a'"),
                                 ("{ $.a = %a++% }", "Failed to compile regular expression."),
                                 ("[a=1&&b=2]", "Multiple variables used in a single filter. Var1 : a, Var2 : b"), ("[1a]", "Invalid character(s) in term '1a'"),
                                 ('{ $.a > "x\': y" }', "Invalid character(s) in term '\"x': y\"'")):
            self.assertEqual(refused(ask(pattern, ["x"])), (self.INVALID, message))

    def test_lengths(self):
        self.assertEqual(ask("x" * 1024, ["x"])[0], 0)
        self.assertEqual(ask("\U0001f600" * 512, ["x"])[0], 0)
        self.validation(ask("x" * 1025, ["x"]), (f"'{'x' * 1025}'", "filterPattern", "Member must have length less than or equal to 1024"))
        self.assertEqual(ask("\U0001f600" * 513, ["x"])[0], 2)
        self.validation(ask("", []), ("'[]'", "logEventMessages", "Member must have length greater than or equal to 1"))
        self.assertEqual(len(ask("", ["x"] * 50)[1]["matches"]), 50)
        self.validation(ask("", ["x"] * 51), (f"'[{', '.join('x' * 51)}]'", "logEventMessages", "Member must have length less than or equal to 50"))
        self.validation(ask("", ["a", ""]), ("'[a, ]'", "logEventMessages", "Member must satisfy constraint: [Member must have length greater than or equal to 1]"))
        self.assertEqual(ask("", ["x"] * 100_000)[0], 2)

    def test_missing_members(self):
        null = "Member must not be null"
        for request in ({}, {"filterPattern": None, "logEventMessages": None}):
            answer = run("test-metric-filter", stdin=json.dumps(request).encode())
            self.validation((answer[0], json.loads(answer[1])), ("null", "filterPattern", null), ("null", "logEventMessages", null))
        answer = run("test-metric-filter", "--filter-pattern", "a")
        self.validation((answer[0], json.loads(answer[1])), ("null", "logEventMessages", null))
        answer = run("test-metric-filter", "--filter-pattern", "a", "--log-event-messages")
        self.validation((answer[0], json.loads(answer[1])), ("'[]'", "logEventMessages", "Member must have length greater than or equal to 1"))

    def test_requests_that_are_none(self):
        for request in (b"", b"[]", b"{", b"null", b'{"filterPattern":"a"}x', b'{"filterPattern":1}', b'{"logEventMessages":"a"}', b'{"logEventMessages":[1]}',
                        b'{"logEventMessages":[null]}', b'{"filterPattern":"\xff","logEventMessages":["a"]}', b"\0", b"[" * 100_000):
            status, out, err = run("test-metric-filter", stdin=request)
            self.assertEqual((status, err), (2, ""), request)
            self.assertEqual(json.loads(out)["__type"], "SerializationException", request)


main()
