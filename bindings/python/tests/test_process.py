"""Threads, the interpreter's lock, fork, subinterpreters, and the end of the interpreter. Each in a process of its own."""
import sys

import pytest


def test_threads_log_all_they_log(script):
    result = script("""
        import json, sys, threading, jsonlog
        jsonlog.get().set_handlers([jsonlog.StreamHandler(sys.stdout)])
        def work(number):
            log = jsonlog.get("t%d" % number).bind(number=number)
            for i in range(500):
                with jsonlog.scope(i=i):
                    log.info("m", o={"x": [i, object]})
        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        [t.start() for t in threads]; [t.join() for t in threads]
    """)
    import json

    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert {(line["number"], line["i"]) for line in lines} == {(n, i) for n in range(8) for i in range(500)}
    assert len(lines) == 4000


def test_the_lock_of_the_interpreter_is_free_during_a_long_search(script):
    script("""
        import threading, jsonlog
        data = b'{"a":"' + b"x" * 200_000_000 + b'"}'
        one = jsonlog.Filter('{ $.b = 1 || $.a = "y*y*y" }')
        ticks = []
        started, done = threading.Event(), threading.Event()
        def tick():
            started.set()
            while not done.is_set():
                ticks.append(len(ticks))
        thread = threading.Thread(target=tick); thread.start(); started.wait()
        before = len(ticks); one.match(data); counted = len(ticks) - before
        done.set(); thread.join()
        assert counted > 100, counted
    """)


def test_a_callback_takes_the_lock_from_threads_of_the_library(script):
    script("""
        import json, jsonlog, threading
        got = []
        jsonlog.get().set_handlers([jsonlog.CallbackHandler(got.append)])
        def work(number):
            for i in range(300):
                jsonlog.get("t").info("m", number=number)
        threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
        [t.start() for t in threads]; [t.join() for t in threads]
        assert len(got) == 1800
    """)


def test_callbacks_and_expectations_do_not_lock_each_other_out(script):
    script("""
        import jsonlog, threading
        lock = threading.Lock()
        def slow(line):
            with lock:
                return True
        jsonlog.get().set_handlers([jsonlog.CallbackHandler(slow)])
        capture = jsonlog.Capture()
        stop = threading.Event()
        def work():
            while not stop.is_set():
                with lock:
                    pass
                jsonlog.get("t").info("m")
        threads = [threading.Thread(target=work) for n in range(4)]
        [t.start() for t in threads]
        for i in range(50):
            try:
                capture.expect("never", within=0.005)
            except AssertionError:
                pass
        stop.set(); [t.join() for t in threads]
    """)


# ---- fork


def test_a_child_of_fork_goes_on(script, tmp_path):
    script(f"""
        import json, os, threading, jsonlog
        path = {str(tmp_path / "log")!r}
        got = []
        jsonlog.get().set_handlers([jsonlog.FileHandler(path), jsonlog.CallbackHandler(got.append)])
        formatter, one = jsonlog.JsonFormatter(), jsonlog.Filter("parent")
        stop = threading.Event()
        def work():
            while not stop.is_set():
                jsonlog.get("busy").info("m", o=object())
        threads = [threading.Thread(target=work) for n in range(3)]
        [t.start() for t in threads]
        for i in range(20):
            child = os.fork()
            if child == 0:
                count = len(got)
                jsonlog.get("child").info("from the child", pid=os.getpid())
                ok = len(got) == count + 1 and one.match("parent") and not one.match("child")
                jsonlog.flush()
                os._exit(0 if ok else 1)
            assert os.waitpid(child, 0)[1] == 0
        stop.set(); [t.join() for t in threads]
        jsonlog.flush()
        lines = [json.loads(line) for line in open(path)]
        assert sum(line["logger"] == "child" for line in lines) == 20
    """)


def test_a_child_of_fork_ends_by_itself(script):
    """Its atexit waits for no call of a thread that it does not have."""
    result = script("""
        import os, sys, threading, time, jsonlog
        jsonlog.set_exit_timeout(3600)
        entered, leave = threading.Event(), threading.Event()
        def hold(line):
            entered.set()
            leave.wait()
        jsonlog.get().set_handlers([jsonlog.CallbackHandler(hold)])
        thread = threading.Thread(target=jsonlog.get("t").info, args=("m",)); thread.start(); entered.wait()
        child = os.fork()
        if child == 0:
            sys.exit(7)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        leave.set(); thread.join()
        print("parent")
    """)
    assert result.stdout == "parent\n"


def test_a_fork_from_within_a_callback(script):
    script("""
        import os, jsonlog
        seen = []
        def forks(line):
            child = os.fork()
            if child == 0:
                os._exit(3)
            seen.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        jsonlog.get().set_handlers([jsonlog.CallbackHandler(forks)])
        jsonlog.get("t").info("m")
        assert seen == [3]
    """)


def test_multiprocessing(script, tmp_path):
    script(f"""
        import json, multiprocessing, jsonlog
        path = {str(tmp_path / "log")!r}
        def work(number):
            log = jsonlog.get("worker")
            log.set_handlers([jsonlog.FileHandler(path)])
            log.propagate = False
            log.info("m", number=number)
            return ONE.match(str(number))
        ONE = jsonlog.Filter("7")
        if __name__ == "__main__":
            with multiprocessing.get_context("fork").Pool(3) as pool:
                assert sum(pool.map(work, range(10))) == 1
            assert {{json.loads(line)["number"] for line in open(path)}} == set(range(10))
    """)


# ---- subinterpreters


def test_a_subinterpreter_is_refused(script):
    pytest.importorskip("_xxsubinterpreters" if sys.version_info < (3, 13) else "_interpreters")
    result = script("""
        import jsonlog, sys
        try:
            import _interpreters as interpreters
        except ImportError:
            import _xxsubinterpreters as interpreters
        other = interpreters.create()
        interpreters.run_string(other, '''if True:
            try:
                import jsonlog
            except ImportError as error:
                print(error, flush=True)
        ''')
        interpreters.destroy(other)
        assert jsonlog.Filter("ERROR").match("ERROR")
    """)
    assert result.stdout == "jsonlog works in the main interpreter only, not in a subinterpreter\n"


# ---- the end


def test_objects_alive_at_exit(script, tmp_path):
    result = script(f"""
        import io, logging, sys, jsonlog
        root = jsonlog.get()
        handler = jsonlog.FileHandler({str(tmp_path / "log")!r})
        root.set_handlers([handler, jsonlog.StreamHandler(sys.stdout), jsonlog.CallbackHandler(lambda line: True)])
        bound = root.bind(a=1)
        one, alarms = jsonlog.Filter("ERROR"), jsonlog.FilterSet(["a", "b"])
        lines = one.find(io.BytesIO(b"ERROR\\n" * 100_000)); next(lines)
        capture = jsonlog.Capture.start(passes_through=True)
        scope = jsonlog.scope(b=2); scope.__enter__()
        formatter = jsonlog.JsonFormatter()
        circle = [one, alarms, lines, capture, bound, handler, formatter, scope]; circle.append(circle)
        sys.modules["kept"] = circle
        class AtTheEnd:
            def __del__(self, bound=bound, one=one):
                bound.info("from __del__")
                one.match("ERROR")
        keep = AtTheEnd()
    """)
    assert '"a":1' in result.stdout and '"from __del__"' in result.stdout
    assert '"from __del__"' in (tmp_path / "log").read_text()


def test_a_circle_whose_parts_use_each_other_at_the_end(script):
    """Their __del__ run in any order, also after the collector has finished those of what they use."""
    script("""
        import gc, logging, jsonlog
        jsonlog.get().set_handlers([])
        def parts():
            handler, capture = jsonlog.MemoryHandler(), jsonlog.Capture("x")
            several, one = jsonlog.FilterSet(["x", "y"]), jsonlog.Filter("x")
            metric, formatter, layout = jsonlog.MetricFilter("x"), jsonlog.JsonFormatter(), jsonlog.Formatter()
            log, lines = jsonlog.get("x").bind(a=1), one.find(b"x\\n" * 10)
            record = logging.LogRecord("n", 20, "p", 1, "m", (), None)
            return [handler.read, lambda: handler.set_formatter(layout), lambda: capture.expect("x"),
                    lambda: several.matches("x"), lambda: list(several.find(b"x")), lambda: one.match("x"),
                    lambda: one.explain("x"), lambda: metric.apply("x"), lambda: formatter.format(record),
                    lambda: log.debug("m"), lambda: log.bind(b=2), lambda: log.add_handler(handler),
                    lambda: log.remove_handler(handler)]
        used = []
        class User:
            def __init__(self, uses):
                self.uses = uses
            def __del__(self):
                for use in self.uses:
                    use()
                    used.append(use)
        for is_first in (True, False):
            uses = parts()
            circle = [User(uses), uses] if is_first else [uses, User(uses)]
            circle.append(circle)
            del circle, uses
            gc.collect()
            assert len(used) == 13 * (1 if is_first else 2)
        assert not gc.is_tracked(jsonlog.Filter("x")._capsule)
    """)


def test_atexit_in_any_order(script, tmp_path):
    result = script(f"""
        import atexit, logging, sys
        def before():
            jsonlog.get("before").info("m")
        atexit.register(before)
        import jsonlog
        got = []
        jsonlog.get().set_handlers([jsonlog.StreamHandler(sys.stdout), jsonlog.CallbackHandler(got.append)])
        atexit.register(lambda: (jsonlog.get("after").info("m"), print(len(got), flush=True)))
        logging.basicConfig(stream=sys.stdout)
        logging.getLogger().handlers[0].setFormatter(jsonlog.JsonFormatter())
        atexit.register(lambda: logging.warning("logging"))
    """)
    first, second, third, fourth = result.stdout.splitlines()
    assert first == '{"message": "logging"}'
    assert '"logger":"after"' in second and third == "1"
    assert '"logger":"before"' in fourth


def test_daemon_threads_that_log_while_the_interpreter_ends(script):
    for _ in range(5):
        script(
            """
            import jsonlog, sys, threading
            got = []
            jsonlog.get().set_handlers([jsonlog.CallbackHandler(got.append), jsonlog.MemoryHandler()])
            formatter = jsonlog.JsonFormatter()
            one = jsonlog.Filter("{ $.a = 1 }")
            def work():
                while True:
                    jsonlog.get("daemon").info("m", o=object(), n=1)
                    one.match('{"a":1}')
                    formatter.jsonify_log_record({"a": object()})
            for _ in range(4):
                threading.Thread(target=work, daemon=True).start()
            while len(got) < 100:
                pass
            """
        )


def test_a_callback_that_hangs_does_not_keep_the_process(script):
    script("""
        import jsonlog, threading
        jsonlog.set_exit_timeout(0.3)
        entered = threading.Event()
        def hang(line):
            entered.set()
            threading.Event().wait()
        jsonlog.get().set_handlers([jsonlog.CallbackHandler(hang)])
        threading.Thread(target=jsonlog.get("x").info, args=("m",), daemon=True).start()
        entered.wait()
    """)


def test_a_library_thread_that_calls_back_at_the_end(script):
    """What is still in the ring when Python has gone is refused by the callback; nothing hangs, nothing crashes."""
    script("""
        import jsonlog, time
        got = []
        def slow(line):
            time.sleep(0.001)
            got.append(line)
        jsonlog.get().set_handlers([jsonlog.AsyncHandler(jsonlog.CallbackHandler(slow), when_full="block")])
        for i in range(2000):
            jsonlog.get("x").info("m", i=i)
        while not got:
            time.sleep(0.001)
        assert len(got) < 2000
    """)


def test_sys_exit_and_an_exception_at_the_end(script):
    script("import sys, jsonlog; jsonlog.get('x').bind(a=1); sys.exit(5)", status=5)
    result = script("import jsonlog; f = jsonlog.Filter('a'); raise RuntimeError('x')", status=1, stderr=True)
    assert "RuntimeError: x" in result.stderr


def test_an_exit_in_a_callback(script):
    script(
        """
        import os, jsonlog
        jsonlog.get().set_handlers([jsonlog.CallbackHandler(lambda line: os._exit(9))])
        jsonlog.get("x").info("m")
        """,
        status=9,
    )


def test_the_module_is_imported_again(script):
    """Its native part stays; what was made before goes on."""
    script("""
        import importlib, sys, jsonlog
        one = jsonlog.Filter("a")
        importlib.reload(jsonlog)
        assert one.match("a") and jsonlog.Filter("b").match("b")
    """)
