"""Every line of the payment service is strict JSON and says exactly what the call passed.

The orders are read here a second time, the service's decisions are made again, and each value of each line is compared.

usage: payment_lines.py PAYMENT_SERVICE JSONLOG ORDERS.jsonl
"""
import json
import re
import subprocess
import sys

LINE_MAX = 16384
ALARMS = {
    '{ $.logType = "ERROR" && $.errorMessage = "*인증실패*" }': lambda r: r["logType"] == "ERROR" and "인증실패" in r["errorMessage"],
    "{ $.user.age >= 20 }": lambda r: isinstance(r.get("user"), dict) and (r["user"].get("age") or 0) >= 20,
    '{ $.errorCode = "DA0001*" }': lambda r: r.get("errorCode", "").startswith("DA0001"),
}


def refuse_duplicates(pairs):
    keys = [key for key, _ in pairs]
    if len(keys) != len(set(keys)):
        raise ValueError(f"duplicate keys: {keys}")
    return dict(pairs)


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON")


def strict(line):
    return json.loads(line.decode("utf-8", "strict"), object_pairs_hook=refuse_duplicates, parse_constant=refuse_constant)


def replaced(raw):
    """UTF-8 with each ill-formed byte as one U+FFFD, which is finer than Python's own replacement."""
    out = ""
    while raw:
        for length in range(min(4, len(raw)), 0, -1):
            try:
                out += raw[:length].decode()
                break
            except UnicodeDecodeError:
                continue
        else:
            length = 1
            out += "\ufffd"
        raw = raw[length:]
    return out


def order_of(raw):
    """What cJSON makes of a line: strings keep their bytes."""
    try:
        order = json.loads(raw.decode("utf-8", "surrogateescape"))
    except ValueError:
        return None
    return order if isinstance(order, dict) else None


def text_of(container, key):
    value = container.get(key) if isinstance(container, dict) else None
    return replaced(value.encode("utf-8", "surrogateescape")) if isinstance(value, str) else None


def integer_of(container, key):
    value = container.get(key) if isinstance(container, dict) else None
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else -1


def refusal(order):
    token, currency, amount = text_of(order, "token"), text_of(order, "currency"), order.get("amount")
    if not isinstance(order.get("user"), dict):
        return "DA00002", "order without user"
    if token is None or token == "tok-revoked":
        return "DA00013", "인증실패: token unknown"
    if token == "tok-expired":
        return "DA00012", "인증실패: token expired"
    if not isinstance(amount, (int, float)) or amount <= 0:
        return "DA00021", "amount must be positive"
    if currency not in ("KRW", "USD", "EUR", "JPY"):
        return "DA00022", "결제실패: unknown currency"
    return None


def expected(raw):
    order = order_of(raw)
    if order is None:
        return {"logType": "ERROR", "logger": "payment", "errorMessage": "order is not JSON", "errorCode": "DA00001",
                "line": replaced(raw)}
    user = {"id": integer_of(order.get("user"), "id"), "name": text_of(order.get("user"), "name"), "age": integer_of(order.get("user"), "age")}
    refused = refusal(order)
    if refused:
        return {"logType": "ERROR", "logger": "payment", "errorMessage": refused[1], "errorCode": refused[0],
                "orderId": text_of(order, "orderId"), "user": user, "memo": text_of(order, "memo")}
    amount = float(order["amount"])
    return {"logType": "INFO", "logger": "payment", "message": "payment accepted", "orderId": text_of(order, "orderId"), "user": user,
            "amount": amount, "fee": amount * 0.029, "currency": order["currency"], "items": order["items"],
            "express": order["express"], "memo": text_of(order, "memo")}


def differs(found, wanted, is_cut):
    """None if equal; a string may be a marked beginning if the line was cut."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        if list(found) != list(wanted):
            return f"keys {list(found)} instead of {list(wanted)}"
        return next((f"{key}: {problem}" for key in wanted if (problem := differs(found[key], wanted[key], is_cut))), None)
    if is_cut and isinstance(wanted, str) and isinstance(found, str) and found.endswith("…") and wanted.startswith(found[:-1]):
        return None
    if type(found) is not type(wanted) or repr(found) != repr(wanted):
        return f"{found!r:.200} instead of {wanted!r:.200}"
    return None


def check_line(line, raw):
    if len(line) + 1 > LINE_MAX:
        return f"{len(line) + 1} bytes"
    found = strict(line)
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found.pop("timestamp")):
        return "timestamp"
    return differs(found, expected(raw), found.pop("_truncated", False))


def main():
    service, jsonlog, orders_file = sys.argv[1:]
    raws = open(orders_file, "rb").read().splitlines()
    output = subprocess.run([service, orders_file], check=True, capture_output=True).stdout
    lines = output.split(b"\n")
    assert lines.pop() == b"", "the last line has no newline"
    failures = [] if len(lines) == len(raws) else [f"{len(lines)} lines for {len(raws)} orders"]
    for number, (line, raw) in enumerate(zip(lines, raws), 1):
        try:
            problem = check_line(line, raw)
        except ValueError as error:
            problem = str(error)
        if problem:
            failures.append(f"order {number}: {problem}\n  {raw[:200]!r}\n  {line[:300]!r}")
    for pattern, is_wanted in ALARMS.items():
        wanted = [line for line in lines if is_wanted(strict(line))]
        got = subprocess.run([jsonlog, "filter", pattern], input=output, capture_output=True).stdout.split(b"\n")[:-1]
        print(f"{len(got)} lines match {pattern}")
        if got != wanted or not wanted:
            failures.append(f"{pattern}: {len(got)} lines found, {len(wanted)} wanted")
    cut = sum(b'"_truncated":true' in line for line in lines)
    print(f"{len(lines)} lines compared, {cut} of them cut, {len(failures)} differences")
    print("\n".join(failures[:10]))
    return 1 if failures or not cut else 0


if __name__ == "__main__":
    sys.exit(main())
