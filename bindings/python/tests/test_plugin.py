"""The pytest plugin, as a project has it that installed the package: through its entry point."""
import pytest

PASSING = """
    import json, logging, subprocess, sys
    import jsonlog
    import pytest

    def test_caplog(assert_logged, caplog):
        logging.getLogger("pay").error("no %s", "money", extra={"errorCode": "DA00012", "user": {"age": 20}})
        assert_logged(caplog, '{ $.levelname = "ERROR" && $.errorCode = "DA0001*" && $.user.age >= 20 }')
        assert_logged(caplog, '{ $.message = "no money" && $.name = pay }')
        assert_logged(caplog.records, '{ $.message = "no money" }')
        assert_logged.none(caplog, "{ $.password = * }")
        assert_logged.count(caplog, "{ $.levelname = * }", 1)
        with pytest.raises(AssertionError):
            assert_logged.quiet(caplog)

    def test_capsys(assert_logged, capsys):
        print(json.dumps({"a": 1}))
        assert_logged(capsys, "{ $.a = 1 }")
        print(json.dumps({"a": 2}))
        assert_logged.in_order(capsys, "{ $.a = 1 }", "{ $.a = 2 }")
        assert_logged.only(capsys, "{ $.a = * }")

    def test_capfd(assert_logged, capfd):
        log = jsonlog.get("fd")
        log.set_handlers([jsonlog.StreamHandler(1)])
        log.propagate = False
        log.warn("low", level=3)
        log.set_handlers([])
        assert_logged(capfd, '{ $.logType = "WARN" && $.level = 3 }')

    def test_capsysbinary(assert_logged, capsysbinary):
        sys.stdout.buffer.write(b'{"a":"\\xff"}\\n')
        assert_logged(capsysbinary, '{ $.a = * }')

    def test_subprocess(assert_logged):
        for text in (True, False):
            code = "print('started'); print('{\\"level\\":\\"INFO\\",\\"port\\":80}')"
            done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=text)
            assert_logged(done, "{ $.port = 80 }")
            assert_logged(done.stdout, "{ $.port = 80 }", "started")
            assert_logged.quiet(done)
        with pytest.raises(TypeError):
            assert_logged(subprocess.run(["true"]), "x")

    def test_lines(assert_logged):
        assert_logged('{"a":1}\\n{"a":2}', "{ $.a = 2 }")
        assert_logged([b'{"a":1}', '{"a":2}'], "{ $.a = 1 }")
        assert_logged.only([])

    def test_library(assert_logged, jsonlog_capture):
        jsonlog.get("lib").trace("deep", n=1)
        assert_logged(jsonlog_capture, "{ $.logType = TRACE && $.n = 1 }")

    def test_a_formatter_of_ones_own(assert_logged, caplog):
        assert_logged.formatter = jsonlog.JsonFormatter("%(levelname)s", rename_fields={"levelname": "severity"})
        logging.warning("x")
        assert_logged(caplog, "{ $.severity = WARNING }")

    def test_the_formatter_of_production(assert_logged, caplog):
        handler = logging.StreamHandler()
        handler.setFormatter(jsonlog.JsonFormatter("%(levelname)s", rename_fields={"levelname": "log.level"}))
        logging.getLogger().addHandler(handler)
        logging.warning("x")
        assert_logged(caplog, "{ $.['log.level'] = WARNING }")
        logging.getLogger().removeHandler(handler)
"""

FAILING = """
    import logging

    def test_login(assert_logged, caplog):
        caplog.set_level("INFO")
        logging.getLogger("pay").info("hello")
        logging.getLogger("pay").error("failed", extra={"errorCode": "DA00021"})
        assert_logged(caplog, '{ $.levelname = "ERROR" && $.errorCode = "DA0001*" }')
"""


def run(pytester, code, *arguments):
    pytester.makepyfile(code)
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", *arguments)


def test_all_sources(pytester):
    run(pytester, PASSING).assert_outcomes(passed=9)


def test_a_failure_shows_the_librarys_report_and_the_callers_line(pytester):
    result = run(pytester, FAILING)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([
        ">*assert_logged(caplog, *",
        "E*AssertionError: expected a line that matches { $.levelname = \"ERROR\" && $.errorCode = \"DA0001[*]\" }",
        "E*2 lines captured, none matches. Nearest, line 2:",
        "E*yes  $.levelname = \"ERROR\"*found \"ERROR\"*",
        "E*no   $.errorCode = \"DA0001[*]\"*found \"DA00021\"*",
        "E*captured:",
        "E*> 2  {\"levelname\": \"ERROR\", \"name\": \"pay\", \"message\": \"failed\", \"errorCode\": \"DA00021\"*",
    ])
    # Neither the fixture nor the binding is shown, only the test.
    assert "_capture.py" not in result.stdout.str()
    assert "pytest_plugin.py" not in result.stdout.str()


def test_wrong_patterns_and_sources(pytester):
    result = run(pytester, """
        def test_pattern(assert_logged):
            assert_logged("line", "{ $.a = a:b }")

        def test_source(assert_logged):
            assert_logged(5, "x")
    """)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["E*Invalid character*", "E*TypeError: a line is str or bytes-like, not int*"])


def test_the_plugin_is_listed(pytester):
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "--fixtures")
    result.stdout.fnmatch_lines(["assert_logged*", "jsonlog_capture*"])


def test_a_parallel_suite_and_warnings_as_errors(pytester):
    result = run(pytester, PASSING, "-W", "error")
    result.assert_outcomes(passed=9)


@pytest.mark.parametrize("switch", ["--tb=short", "--tb=line", "-s"])
def test_other_ways_of_showing(pytester, switch):
    result = run(pytester, FAILING, switch)
    result.assert_outcomes(failed=1)
    assert "expected a line that matches" in result.stdout.str()
