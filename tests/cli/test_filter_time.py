"""jsonlog filter --since and --until: which times are understood, and where they are found."""
import datetime
import json
import time
import unittest

from tool import main, run

DAY = 86400


def lines(*times, field="timestamp"):
    return b"".join(json.dumps({field: time}).encode() + b"\n" for time in times)


def taken(stdin, *arguments):
    """Which lines are selected, by their numbers."""
    status, out, err = run("filter", "-n", "", *arguments, stdin=stdin)
    assert status in (0, 1) and not err, err
    return [int(line.split(b":")[0]) for line in out.splitlines()]


def ago(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=seconds)).isoformat()


class Times(unittest.TestCase):
    def test_since_is_included_and_until_is_not(self):
        text = lines("2026-11-22T08:07:45.783Z", "2026-11-22T08:07:45.784Z", "2026-11-22T08:07:45.785Z")
        self.assertEqual(taken(text, "--since", "2026-11-22T08:07:45.784Z"), [2, 3])
        self.assertEqual(taken(text, "--until", "2026-11-22T08:07:45.784Z"), [1])
        self.assertEqual(taken(text, "--since", "2026-11-22T08:07:45.784Z", "--until", "2026-11-22T08:07:45.785Z"), [2])

    def test_equal_times_in_all_spellings(self):
        same = ["2026-11-22T08:07:45.5Z", "2026-11-22t08:07:45.500000000z", "2026-11-22 08:07:45,5", "2026-11-22T17:07:45.5+09:00",
                "2026-11-22T03:37:45.5-0430", "2026-11-22T08:07:45.5000000001Z", 1795334865.5, 1795334865500, 1795334865500000,
                1795334865500000000, "1795334865500"]
        text = lines(*same)
        everything = list(range(1, len(same) + 1))
        for spelling in same[:6]:
            self.assertEqual(taken(text, "--since", spelling), everything, spelling)
            self.assertEqual(taken(text, "--until", spelling), [], spelling)

    def test_every_day_has_its_place(self):
        days = [datetime.date(1969, 12, 31) + datetime.timedelta(days=step) for step in range(0, 60000, 113)]
        days += [datetime.date(year, 2, 28) for year in (1900, 2000, 2023, 2024, 2100)] + [datetime.date(2000, 2, 29), datetime.date(1, 1, 1)]
        text = lines(*(int(datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.timezone.utc).timestamp()) for day in days
                       if day.year > 1973))
        text_days = [day for day in days if day.year > 1973]
        for number, day in list(enumerate(text_days, 1))[::37] + list(enumerate(text_days, 1))[-4:]:
            expected = [n for n, other in enumerate(text_days, 1) if other == day]
            self.assertEqual(taken(text, "--since", f"{day}T00:00:00Z", "--until", f"{day}T00:00:01Z"), expected, day)

    def test_not_times(self):
        for wrong in ("2026-02-29T00:00:00Z", "2026-13-01", "2026-00-01", "2026-01-00", "2026-1-1", "2026-01-01T24:00:00Z", "x",
                      "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00ZZ", "",
                      "2026-01-01T00:00:00+25:00", "2026-01-01T", "15", "m", "15mm", "-15m", "1.5h"):
            status, _, err = run("filter", "--since", wrong, "")
            self.assertEqual(status, 2, wrong)
            self.assertIn("jsonlog: --since: write a time such as ", err)
        for right in ("2024-02-29", "2000-02-29", "2026-12-31T23:59:60Z", "2026-01-01T00:00", "0000-01-01", "9999-12-31", "now", "0s"):
            self.assertEqual(run("filter", "--since", right, "")[0], 1, right)

    def test_ages(self):
        text = lines(ago(30), ago(600), ago(2 * 3600), ago(3 * DAY), ago(30 * DAY))
        for age, expected in (("90s", [1]), ("15m", [1, 2]), ("3h", [1, 2, 3]), ("4d", [1, 2, 3, 4]), ("8w", [1, 2, 3, 4, 5])):
            self.assertEqual(taken(text, "--since", age), expected, age)
        self.assertEqual(taken(text, "--until", "1h"), [3, 4, 5])
        self.assertEqual(taken(text, "--until", "now"), [1, 2, 3, 4, 5])
        self.assertEqual(taken(lines(int(time.time()) + 60), "--since", "now"), [1])


class Fields(unittest.TestCase):
    def test_default_names(self):
        for field in ("timestamp", "@timestamp", "time"):
            self.assertEqual(taken(lines("2020-01-01", "2026-01-01", field=field), "--since", "2025-01-01"), [2], field)

    def test_first_that_can_be_read(self):
        text = b'{"timestamp":"soon","time":"2020-01-01"}\n{"timestamp":null,"@timestamp":"2026-01-01","time":"2020-01-01"}\n'
        self.assertEqual(taken(text, "--since", "2025-01-01"), [2])

    def test_named_field(self):
        text = b'{"a.b":"2020-01-01","x":{"y":["2026-01-01"]}}\n'
        self.assertEqual(taken(text, "--since", "2025-01-01", "--timestamp-field", "a.b"), [])
        self.assertEqual(taken(text, "--since", "2025-01-01", "--timestamp-field", "$.x.y[0]"), [1])
        for wrong in ("a'b", "$.a[*]", "$nope", "$."):
            status, _, err = run("filter", "--since", "1h", "--timestamp-field", wrong, "")
            self.assertEqual(status, 2, wrong)
            self.assertIn("jsonlog: --timestamp-field: ", err)

    def test_space_delimited(self):
        text = b"2020-01-01T00:00:00Z a\n2026-01-01T00:00:00Z b\n"
        for name in ("time", "timestamp"):
            self.assertEqual(run("filter", f"[{name}, rest]", "--since", "2025-01-01", stdin=text)[1], text[23:])
        self.assertEqual(run("filter", "[when, rest]", "--since", "2025-01-01", "--timestamp-field", "$when", stdin=text)[1], text[23:])

    def test_escapes_and_long_values(self):
        text = b'{"timestamp":"2020\\u002d01-01"}\n{"timestamp":"' + b"2" * 100 + b'"}\n'
        self.assertEqual(taken(text, "--since", "2025-01-01"), [2])

    def test_lines_without_a_time_are_kept_and_counted(self):
        text = lines("2020-01-01", "2026-01-01") + b'plain\n{"timestamp":{}}\n{"timestamp":-5}\n{"timestamp":1e9}\n'
        status, out, err = run("filter", "-c", "--stats", "--since", "2025-01-01", "", stdin=text)
        self.assertEqual((status, out), (0, b"5\n"))
        self.assertIn("\nwithout a timestamp (kept): 4\n", err)
        self.assertNotIn("timestamp", run("filter", "-c", "--stats", "", stdin=text)[2])

    def test_lines_outside_are_not_selected_by_invert(self):
        text = lines("2020-01-01", "2026-01-01")
        self.assertEqual(run("filter", "-v", "nothing", "--since", "2025-01-01", stdin=text)[1], text.splitlines(True)[1])


main()
