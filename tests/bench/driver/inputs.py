"""The logs to be filtered, made once with fixed seeds, and how many of their lines each query selects."""
import json
import random
import subprocess
import sys
from pathlib import Path

from .queries import DELIMITED_QUERIES, JSON_QUERIES, TEXT_QUERIES

GENERATOR = Path(__file__).resolve().parents[1] / "gen_ndjson.py"
SLOW_PART = 10      # peers that build trees read a tenth of app.ndjson
OTHER_PART = 5      # the other logs are a fifth as long

LETTERS = '가나다라마바사아자차카타파하"\\\n\t a😀'


def escaped_text(chance, len_min, len_max):
    """Korean, quotes, backslashes, line ends, emoji."""
    return "".join(chance.choices(LETTERS, k=chance.randint(len_min, len_max)))


def nest(chance, depth):
    inner = {"note": escaped_text(chance, 3, 12), "list": [1, [2, [3, {"x": None}]]]}
    for level in range(depth):
        inner = {f"level{level}": inner, "logType": "ERROR", "age": 99}
    return inner


def escape_one_key(line, chance):
    """Spells one letter of `logType` or of ERROR by its number: the same to a reader of JSON, not to a search."""
    key, escaped = chance.choice((('"logType"', '"log\\u0054ype"'), ('"ERROR"', '"\\u0045RROR"')))
    return line.replace(key, escaped, 1)


def hostile_line(chance):
    """Every line has escapes, Korean and objects ten deep which hold the keys asked for at the wrong place."""
    event = {
        "deep": nest(chance, chance.randint(5, 10)),
        "logType": "ERROR" if chance.random() < 0.05 else "INFO",
        "errorMessage": escaped_text(chance, 5, 40) + ("인증실패" if chance.random() < 0.2 else ""),
        "user": {"name": escaped_text(chance, 2, 8), "age": chance.randint(12, 71),
                 "geo": {"country": chance.choice(("KR", "VN", "DE"))}},
        "http": {"path": "/" + escaped_text(chance, 2, 8), "status": chance.choice((200, 200, 200, 404, 503))},
        "errorCode": f"DA{chance.randint(1, 99):05d}",
    }
    line = json.dumps(event, ensure_ascii=chance.random() < 0.3, separators=(",", ":"))
    return escape_one_key(line, chance) if chance.random() < 0.1 else line


def wide_line(chance):
    """About 4 KB: a long text and many headers round the few fields that are asked for."""
    headers = {f"x-header-{i}": f"{chance.getrandbits(160):040x}" for i in range(24)}
    event = {
        "timestamp": "2026-11-22T08:07:45.784Z", "headers": headers,
        "logType": "ERROR" if chance.random() < 0.05 else "INFO",
        "user": {"id": chance.randint(1, 10**7), "age": chance.randint(12, 71), "geo": {"country": "KR"}},
        "message": "the upstream answered \"later\" and the order waits; " * 45,
        "errorCode": f"DA{chance.randint(1, 99):05d}", "latencyMs": chance.random() * 250,
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def access_line(chance):
    """A line of a web server's log in the common format."""
    address = ".".join(str(chance.randint(1, 254)) for _ in range(4))
    path = chance.choice(("/index.html", "/api/v1/orders", "/static/app.js", "/login", "/images/logo.png"))
    status = chance.choice((200, 200, 200, 200, 204, 301, 304, 404, 403, 500))
    return (f'{address} - {chance.choice(("-", "kim", "lee", "frank"))} [22/Nov/2026:08:{chance.randint(0, 59):02d}:'
            f'{chance.randint(0, 59):02d} +0900] "GET {path}?id={chance.randint(1, 99999)} HTTP/1.1" {status} '
            f'{chance.randint(40, 20000)}')


CALLS = (("s3", "GetObject"), ("s3", "PutObject"), ("sts", "AssumeRole"), ("ec2", "DescribeInstances"),
         ("kms", "Decrypt"), ("iam", "CreateAccessKey"), ("ec2", "RunInstances"), ("signin", "ConsoleLogin"),
         ("iam", "PutUserPolicy"), ("ec2", "AuthorizeSecurityGroupIngress"), ("logs", "CreateLogStream"))
CALL_WEIGHTS = (30, 15, 20, 15, 12, 0.2, 1, 0.5, 0.1, 0.2, 6)


def caller(chance):
    """Who made the call: a role, mostly, with the nested session that CloudTrail writes."""
    account = "123456789012"
    role = chance.choice(("payment-task", "deploy", "admin-kim", "reporting"))
    session = {"sessionIssuer": {"type": "Role", "principalId": f"AROA{chance.getrandbits(64):016X}",
                                 "arn": f"arn:aws:iam::{account}:role/{role}", "accountId": account, "userName": role},
               "attributes": {"creationDate": "2026-11-22T08:00:00Z",
                              "mfaAuthenticated": chance.choice(("true", "false"))}}
    return {"type": chance.choices(("AssumedRole", "IAMUser", "AWSService", "Root"), (80, 12, 7, 1))[0],
            "arn": f"arn:aws:sts::{account}:assumed-role/{role}/i-{chance.getrandbits(68):017x}", "accountId": account,
            "accessKeyId": f"ASIA{chance.getrandbits(64):016X}", "sessionContext": session}


def cloudtrail_line(chance):
    """An event as CloudTrail writes them, about 1.2 KB."""
    source, name = chance.choices(CALLS, CALL_WEIGHTS)[0]
    event = {"eventVersion": "1.09", "userIdentity": caller(chance),
             "eventTime": f"2026-11-22T08:{chance.randint(0, 59):02d}:{chance.randint(0, 59):02d}Z",
             "eventSource": f"{source}.amazonaws.com", "eventName": name,
             "awsRegion": chance.choices(("ap-northeast-2", "us-east-1", "eu-west-1"), (90, 9, 1))[0],
             "sourceIPAddress": f"10.0.{chance.randint(0, 31)}.{chance.randint(1, 254)}",
             "userAgent": chance.choice(("aws-sdk-go/1.44", "Boto3/1.26.8 Python/3.11", "aws-internal/3"))}
    if chance.random() < 0.03:
        code = chance.choice(("AccessDenied", "ThrottlingException", "NoSuchKey"))
        event |= {"errorCode": code, "errorMessage": "refused"}
    event |= {"requestParameters": {"bucketName": chance.choice(("audit-logs", "app-data", "media")),
                                    "key": f"2026/11/22/{chance.getrandbits(96):024x}.json", "durationSeconds": 3600},
              "responseElements": None, "requestID": f"{chance.getrandbits(128):032x}",
              "eventID": f"{chance.getrandbits(128):032x}", "readOnly": chance.random() < 0.7,
              "eventType": "AwsApiCall", "managementEvent": True,
              "recipientAccountId": "123456789012", "eventCategory": "Management",
              "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"}}
    return json.dumps(event, separators=(",", ":"))


def write_lines(path, make_line, size, seed):
    chance = random.Random(seed)
    written = 0
    with path.open("wb") as out:
        while written < size:
            line = make_line(chance).encode() + b"\n"
            written += out.write(line)


def write_first_part(source, path, size):
    with source.open("rb") as lines, path.open("wb") as out:
        block = lines.read(size)
        out.write(block[:block.rindex(b"\n") + 1])


def count_hits(path, queries, read):
    hits = dict.fromkeys(queries, 0)
    with path.open("rb") as lines:
        for line in lines:
            event = read(line.rstrip(b"\n"))
            for name, query in queries.items():
                hits[name] += query.holds(event)
    return {f"{name}@{path.stem}": count for name, count in hits.items()}


def make(data, megabytes):
    size = megabytes * 1_000_000
    subprocess.run([sys.executable, GENERATOR, data / "app.ndjson", str(megabytes)], check=True,
                   stdout=subprocess.DEVNULL)
    write_first_part(data / "app.ndjson", data / "slow.ndjson", size // SLOW_PART)
    write_lines(data / "hostile.ndjson", hostile_line, size // OTHER_PART, seed=20261123)
    write_lines(data / "wide.ndjson", wide_line, size // OTHER_PART, seed=20261124)
    write_lines(data / "access.log", access_line, size // OTHER_PART, seed=20261125)
    write_lines(data / "cloudtrail.ndjson", cloudtrail_line, size // OTHER_PART, seed=20261126)
    expected = {}
    for name in ("app", "slow", "hostile", "wide"):
        expected |= count_hits(data / f"{name}.ndjson", JSON_QUERIES, json.loads)
    expected |= count_hits(data / "app.ndjson", TEXT_QUERIES, bytes)
    expected |= count_hits(data / "access.log", DELIMITED_QUERIES, bytes)
    return expected


def prepare(data, megabytes):
    """@return the count of each QUERY@FILE; makes the files unless they are there with this size."""
    data.mkdir(parents=True, exist_ok=True)
    kept = data / "expected.json"
    key = f"{megabytes} MB, format 2"
    if kept.exists():
        there = json.loads(kept.read_text(encoding="utf-8"))
        if there["key"] == key:
            return there["hits"]
    print(f"making {megabytes} MB of log and counting with Python what is right ...", file=sys.stderr)
    hits = make(data, megabytes)
    kept.write_text(json.dumps({"key": key, "hits": hits}, indent=1), encoding="utf-8")
    return hits
