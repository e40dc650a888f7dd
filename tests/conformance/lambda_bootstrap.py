"""examples/lambda_bootstrap.c against a local stand-in of the Lambda Runtime API, on stdout and on the telemetry descriptor.

usage: lambda_bootstrap.py LAMBDA_BOOTSTRAP JSONLOG
"""
import http.server
import json
import os
import struct
import subprocess
import sys
import threading
import time
import unittest

BOOTSTRAP, TOOL = sys.argv.pop(1), sys.argv.pop(1)
PREFIX = "/2018-06-01/runtime/"
ROOT = "1-5759e988-bd862e3fe1be46a994272793"
LINE_MAX = 16384
LONG = json.dumps({"amount": 7, "memo": "긴 \"메모\" \\ " * 20000}, ensure_ascii=False).encode()
# request id, event, what the function makes of it
INVOCATIONS = [
    ("r-ok", b'{"amount":12.5}', "response"),
    ("r-bad", b'{"amount":-1}', "error"),
    ("r-none", b"hello\n\xff", "error"),
    ("r-long", LONG, "response"),
    ("r-empty", b"", "error"),
    ("r-last", b'{"amount":1}', "response"),
]


class StandIn(http.server.ThreadingHTTPServer):
    """Hands out invocations and keeps what was posted. When there are no more, it goes away."""

    daemon_threads = True

    def __init__(self, invocations, answer=200):
        super().__init__(("127.0.0.1", 0), Api)
        self.invocations, self.answer, self.posts = list(invocations), answer, []
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()

    def go_away(self):
        self.shutdown()
        self.server_close()
        self.thread.join()


class Api(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        assert self.path == PREFIX + "invocation/next", self.path
        if not self.server.invocations:
            self.server.go_away()
            self.close_connection = True
            return
        request_id, event, _ = self.server.invocations.pop(0)
        self.reply(self.server.answer, event, Lambda_Runtime_Aws_Request_Id=request_id,
                   Lambda_Runtime_Trace_Id=f"Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a:1",
                   Lambda_Runtime_Deadline_Ms="9999999999999")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.path.removeprefix(PREFIX), json.loads(body),
                                  self.headers["Lambda-Runtime-Function-Error-Type"]))
        self.reply(202, b'{"status":"OK"}')


def run(server, descriptor=None, **variables):
    """@return what the runtime wrote to stdout. It must end by itself, and say nothing on stderr."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "_LAMBDA", "JSONLOG_"))}
    environment |= {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_address[1]}", "_HANDLER": "orders.accept",
                    "AWS_LAMBDA_FUNCTION_NAME": "pay", "AWS_LAMBDA_FUNCTION_VERSION": "7",
                    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128", "AWS_LAMBDA_LOG_LEVEL": "DEBUG", "AWS_LAMBDA_LOG_FORMAT": "JSON"} | variables
    if descriptor is not None:
        environment["_LAMBDA_TELEMETRY_LOG_FD"] = str(descriptor)
    result = subprocess.run([BOOTSTRAP], env=environment, capture_output=True, timeout=120, stdin=subprocess.DEVNULL,
                            pass_fds=() if descriptor is None else (descriptor,))
    assert (result.returncode, result.stderr) == (1, b""), result
    return result.stdout


def strict(line):
    def unique(pairs):
        assert len({key for key, _ in pairs}) == len(pairs), pairs
        return dict(pairs)

    return json.loads(line.decode("utf-8", "strict"), object_pairs_hook=unique)


def count(pattern, lines):
    result = subprocess.run([TOOL, "filter", "-c", pattern], input=lines, capture_output=True, timeout=60)
    return int(result.stdout)


def frames_of(stream):
    while stream:
        kind, length, time_us = struct.unpack(">IIQ", stream[:16])
        assert len(stream) >= 16 + length, "a frame that is not whole"
        yield kind, time_us, stream[16 : 16 + length]
        stream = stream[16 + length :]


class LambdaBootstrap(unittest.TestCase):
    def check_posts(self, posts):
        self.assertEqual([path for path, _, _ in posts], [f"invocation/{name}/{way}" for name, _, way in INVOCATIONS])
        for path, body, error in posts:
            if path.endswith("/response"):
                self.assertEqual((body, error), ({"accepted": True}, None))
            else:
                self.assertEqual((body["errorType"], error), ("OrderRefused", "OrderRefused"))

    def check_lines(self, lines):
        """@param lines  bytes, a line each."""
        records = [strict(line) for line in lines.splitlines()]
        self.assertLessEqual(max(map(len, lines.splitlines())), LINE_MAX - 1)
        for record in records:
            self.assertEqual((record["functionName"], record["functionVersion"], record["functionMemorySize"]), ("pay", "7", 128))
        for at, (name, event, way) in enumerate(INVOCATIONS):
            own = [record for record in records if record.get("requestId") == name]
            self.assertEqual([record["level"] for record in own], ["DEBUG", "INFO" if way == "response" else "ERROR"])
            for record in own:
                self.assertEqual((record["coldStart"], record["xrayTraceId"]), (at == 0, ROOT))
            self.assertEqual(own[0]["bytes"], len(event))
            self.assertEqual(own[0].get("_truncated", False), len(event) > LINE_MAX)
        self.assertEqual((records[-1]["level"], "requestId" in records[-1]), ("FATAL", False))
        self.assertEqual(len(records), 2 * len(INVOCATIONS) + 1)
        for pattern, expected in {
            '{ $.level = "ERROR" }': 3,
            '{ $.level = "ERROR" && $.errorCode = "DA0002*" && $.requestId = "r-bad" }': 1,
            '{ $.errorCode = "DA00001" }': 2,
            "{ $.coldStart IS TRUE }": 2,
            '{ $.message = "order accepted" && $.amount > 5 }': 2,
            f'{{ $.xrayTraceId = "{ROOT}" }}': 12,
            '{ $.event = "*메모*" && $._truncated IS TRUE }': 1,
            '{ $.level = "FATAL" && $.path = "invocation/next" }': 1,
        }.items():
            self.assertEqual(count(pattern, lines), expected, pattern)

    def test_lines_on_stdout(self):
        server = StandIn(INVOCATIONS)
        lines = run(server)
        self.check_posts(server.posts)
        self.check_lines(lines)

    def check_frames(self, base, format_name):
        server = StandIn(INVOCATIONS)
        reader, writer = os.pipe()
        stream = []
        begin_us = time.time_ns() // 1000
        with os.fdopen(reader, "rb") as file:
            thread = threading.Thread(target=lambda: stream.append(file.read()))
            thread.start()
            self.assertEqual(run(server, writer, AWS_LAMBDA_LOG_FORMAT=format_name), b"")
            os.close(writer)
            thread.join()
        self.check_posts(server.posts)
        frames = list(frames_of(stream[0]))
        self.check_lines(b"".join(text + b"\n" for _, _, text in frames))
        masks = {"DEBUG": 0x08, "INFO": 0x0C, "ERROR": 0x14, "FATAL": 0x18}
        for kind, time_us, text in frames:
            record = strict(text)
            self.assertEqual(kind, base | masks[record["level"]])
            self.assertTrue(begin_us - 1000 <= time_us <= time.time_ns() // 1000)
            self.assertTrue(record["timestamp"].endswith(f".{time_us // 1000 % 1000:03}Z"))
            self.assertFalse(text.endswith(b"\n"))

    def test_frames_on_the_telemetry_descriptor(self):
        self.check_frames(0xA55A0002, "JSON")

    def test_the_frames_of_a_function_with_text_logs(self):
        self.check_frames(0xA55A0003, "Text")

    def test_a_function_that_does_not_exist(self):
        server = StandIn([])
        lines = run(server, _HANDLER="orders.cancel")
        self.assertEqual(server.posts, [("init/error", {"errorType": "Runtime.NoSuchHandler", "errorMessage": "there is no such function"},
                                         "Runtime.NoSuchHandler")])
        self.assertEqual([(record["level"], record["handler"]) for record in map(strict, lines.splitlines())], [("FATAL", "orders.cancel")])
        server.go_away()

    def test_an_api_that_refuses(self):
        server = StandIn(INVOCATIONS, answer=500)
        (record,) = map(strict, run(server).splitlines())
        self.assertEqual((record["level"], record["message"]), ("FATAL", "the Runtime API does not answer"))
        server.go_away()

    def test_levels_and_values_that_make_no_sense(self):
        server = StandIn(INVOCATIONS[:2])
        self.assertEqual([record["level"] for record in map(strict, run(server, AWS_LAMBDA_LOG_LEVEL="ERROR").splitlines())], ["ERROR", "FATAL"])
        server = StandIn(INVOCATIONS[:1])
        lines = run(server, AWS_LAMBDA_LOG_LEVEL="LOUD", AWS_LAMBDA_LOG_FORMAT="Xml")
        self.assertEqual(count('{ $.level = "WARN" && $.logger = "jsonlog" && $.variable = "AWS_LAMBDA_LOG_LEVEL" && $.value = "LOUD" }', lines), 1)
        self.assertEqual(count('{ $.level = "WARN" && $.variable = "AWS_LAMBDA_LOG_FORMAT" && $.value = "Xml" }', lines), 1)
        self.assertEqual(count("{ $.level = * }", lines), 4)


unittest.main()
