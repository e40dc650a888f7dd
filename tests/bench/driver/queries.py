"""The queries: as a filter pattern, for jq, as a literal for rg and grep, and as the Python that says what is right."""
import re
from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Query:
    pattern: str
    holds: Callable            # of an event (a dict) or, for text, of a line (bytes)
    jq: str = ""
    literal: str = ""          # what a search for text can do instead; for JSON it is not exact


def at(event, *path):
    for key in path:
        if not isinstance(event, dict) or key not in event:
            return None
        event = event[key]
    return event


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def number_at(event, *path):
    value = at(event, *path)
    return value if is_number(value) else float("-inf")


def text_at(event, *path):
    value = at(event, *path)
    return value if isinstance(value, str) else ""


def any_of_four(event):
    return (number_at(event, "http", "status") >= 500 or at(event, "user", "geo", "country") == "VN"
            or number_at(event, "retry", "count") > 3 or at(event, "error", "cause", "code") == "E_TIMEOUT")


ACCESS = re.compile(rb'\S+ \S+ \S+ \[[^\]]*\] "[^"]*" (\d+) (\d+)')


def is_large_client_error(line):
    found = ACCESS.fullmatch(line)
    return bool(found) and found.group(1).startswith(b"4") and int(found.group(2)) > 1000


JSON_QUERIES = {
    "Q1": Query('{ $.logType = "ERROR" }', lambda e: at(e, "logType") == "ERROR", '.logType == "ERROR"',
                '"logType":"ERROR"'),
    "Q2": Query('{ $.logType = "ERROR" && $.errorMessage = "*인증실패*" }',
                lambda e: at(e, "logType") == "ERROR" and "인증실패" in text_at(e, "errorMessage"),
                '.logType == "ERROR" and ((.errorMessage // "") | contains("인증실패"))', "인증실패"),
    "Q3": Query("{ $.user.age >= 20 }", lambda e: number_at(e, "user", "age") >= 20,
                "(.user.age | type) == \"number\" and .user.age >= 20"),
    "Q4": Query('{ $.errorCode = "DA0001*" }', lambda e: text_at(e, "errorCode").startswith("DA0001"),
                '(.errorCode // "") | startswith("DA0001")', '"errorCode":"DA0001'),
    "Q5": Query('{ $.http.status >= 500 || $.user.geo.country = "VN" || $.retry.count > 3 '
                '|| $.error.cause.code = "E_TIMEOUT" }', any_of_four,
                '.http.status >= 500 or .user.geo.country == "VN" or .retry.count > 3 '
                'or .error.cause.code == "E_TIMEOUT"'),
}

TEXT_QUERIES = {
    "T1": Query("인증실패", lambda line: "인증실패".encode() in line, literal="인증실패"),
    "T2": Query("ERROR", lambda line: b"ERROR" in line, literal="ERROR"),
}

DELIMITED_QUERIES = {
    "D1": Query("[ip, identity, user, time, request, status = 4*, bytes > 1000]", is_large_client_error),
}

QUERIES = {**JSON_QUERIES, **TEXT_QUERIES, **DELIMITED_QUERIES}
