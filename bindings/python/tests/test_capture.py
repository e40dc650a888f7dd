"""Captures and expectations: verdicts and reports are the library's."""
import sys
import threading
import time

import jsonlog
import pytest

LINES = ['{"level":"INFO","n":1}', '{"level":"ERROR","code":"DA2"}', '{"level":"INFO","n":2}']

REPORT = """\
expected a line that matches { $.level = "ERROR" && $.code = "DA1" }
3 lines captured, none matches. Nearest, line 2:
  yes  $.level = "ERROR"   found "ERROR"
  no   $.code = "DA1"      found "DA2": "DA2" does not equal "DA1"
captured:
  1  {"level":"INFO","n":1}
> 2  {"level":"ERROR","code":"DA2"}
  3  {"level":"INFO","n":2}"""


def test_lines_are_fed():
    capture = jsonlog.Capture("\n".join(LINES[:2]), LINES[2].encode())
    assert len(capture) == 3
    assert [line.decode() for line in capture] == LINES == [line.decode() for line in capture.lines]
    capture.clear()
    assert len(capture) == 0


def test_the_report_is_the_librarys():
    with pytest.raises(AssertionError) as failed:
        jsonlog.Capture(*LINES).expect('{ $.level = "ERROR" && $.code = "DA1" }')
    got = str(failed.value).splitlines()
    expected = REPORT.splitlines()
    assert got[:2] + got[4:] == expected[:2] + expected[4:]
    assert got[2].split() == expected[2].split()
    assert got[3].startswith('  no   $.code = "DA1"')


@pytest.mark.parametrize(
    "holds, fails",
    [
        (lambda c: c.expect("{ $.n = 1 }", "{ $.n = 2 }"), lambda c: c.expect("{ $.n = 1 }", "{ $.n = 3 }")),
        (lambda c: c.expect_count("{ $.level = INFO }", 2), lambda c: c.expect_count("{ $.level = INFO }", 1)),
        (lambda c: c.expect_none("{ $.n = 3 }"), lambda c: c.expect_none("{ $.n = 2 }")),
        (lambda c: c.expect_order("{ $.n = 1 }", "{ $.n = 2 }"), lambda c: c.expect_order("{ $.n = 2 }", "{ $.n = 1 }")),
        (lambda c: c.expect_only("{ $.level = * }"), lambda c: c.expect_only("{ $.n = * }")),
        (lambda c: jsonlog.Capture(LINES[0]).expect_quiet(), lambda c: c.expect_quiet()),
        (lambda c: jsonlog.Capture().expect_only(), lambda c: c.expect_only()),
    ],
)
def test_expectations_hold_and_fail(holds, fails):
    capture = jsonlog.Capture(*LINES)
    holds(capture)
    with pytest.raises(AssertionError, match="captured"):
        fails(capture)


def test_a_wrong_pattern_fails_every_expectation():
    with pytest.raises(AssertionError, match="Invalid character"):
        jsonlog.Capture(*LINES).expect_none("{ $.a = a:b }")
    with pytest.raises(AssertionError):
        jsonlog.Capture(*LINES).expect()


def test_records_are_captured(memory):
    log = jsonlog.get("captured")
    with jsonlog.Capture.start(level="DEBUG") as logs:
        log.debug("debug", n=1)
        log.error("error")
        logs.expect("{ $.logType = DEBUG && $.n = 1 }", '{ $.errorMessage = "error" }')
    assert memory.read() == b""
    with jsonlog.Capture.start(passes_through=True) as logs:
        log.info("both")
        assert len(logs) == 1
    assert b"both" in memory.read()


def test_a_capture_of_a_thread_sees_that_thread(memory):
    log = jsonlog.get("captured")
    with jsonlog.Capture.start(scope="thread") as logs:
        thread = threading.Thread(target=log.info, args=("other",))
        thread.start()
        thread.join()
        log.info("own")
        logs.expect_only("{ $.message = own }")
    with jsonlog.Capture.start() as logs:
        thread = threading.Thread(target=log.info, args=("other",))
        thread.start()
        thread.join()
        logs.expect_only("{ $.message = other }")


def test_an_expectation_waits():
    capture = jsonlog.Capture()
    thread = threading.Timer(0.05, capture.feed, ['{"late":1}'])
    thread.start()
    capture.expect("{ $.late = 1 }", within=60)
    thread.join()


def test_the_lock_of_the_interpreter_is_free_while_it_waits():
    capture = jsonlog.Capture()
    counted = []
    thread = threading.Thread(target=lambda: counted.extend(range(1000)))
    thread.start()
    began = time.monotonic()
    with pytest.raises(AssertionError):
        capture.expect("{ $.never = 1 }", within=0.3)
    assert time.monotonic() - began >= 0.29
    assert len(counted) == 1000
    thread.join()


def test_a_program_is_run():
    code = "import os, sys; print('{\"a\":\"%s\"}' % (os.environ['V'] + sys.stdin.read())); print('{\"e\":1}', file=sys.stderr); sys.exit(3)"
    capture = jsonlog.Capture()
    assert capture.run([sys.executable, "-c", code], environment={"V": "v"}, input="in", stderr=True) == 3
    capture.expect("{ $.a = vin }", "{ $.e = 1 }")


def test_a_program_that_cannot_be_run_is_an_error():
    with pytest.raises(jsonlog.JsonlogError, match="no-such-program"):
        jsonlog.Capture().run(["no-such-program"])
    with pytest.raises(jsonlog.JsonlogError):
        jsonlog.Capture().run([sys.executable, "-c", "import time; time.sleep(600)"], timeout=0.2)
