"""Write tests/data/orders.jsonl: 1,200 orders for examples/payment_service.c, one in six hostile. Fixed seed.

usage: make_orders.py > tests/data/orders.jsonl
"""
import json
import random
import sys

random.seed(20261123)
NAMES = ["김민수", "이서연", "박지훈", "Ada Lovelace", "Grace Hopper", "O'Brien \"Obi\"", "Nguyễn Văn An", "Zoë", "山田太郎", "🙂 Smile"]
MEMOS = ["", "빠른 배송 부탁드립니다", "leave at the door", "tab\there", "line\nbreak", "back\\slash", "quote \" quote", "é", "\u2028 separator",
         "\u202egnp.exe", "NUL-free \u0001\u001f control", "</script>", "%s %n %d", "{\"logType\":\"ERROR\"}", "DEL \u007f", "\ufeffBOM"]
CURRENCIES = ["KRW", "KRW", "KRW", "USD", "EUR", "JPY"]


def order(number):
    amount = random.choice([random.randrange(1, 500) * 1000, round(random.uniform(0.01, 2500), 2), 0.1 + 0.2, 1e21, 12.5])
    return {
        "orderId": f"ORD-{number:05d}",
        "user": {"id": random.choice([number, 9007199254740991, -1, 0]), "name": random.choice(NAMES), "age": random.randrange(12, 80)},
        "token": random.choice(["tok-valid", "tok-valid", "tok-valid", "tok-valid", "tok-expired", "tok-revoked"]),
        "amount": amount,
        "currency": random.choice(CURRENCIES),
        "items": [{"sku": f"SKU-{random.randrange(999)}", "count": random.randrange(1, 9)} for _ in range(random.randrange(0, 4))],
        "memo": random.choice(MEMOS),
        "express": random.random() < 0.3,
    }


def hostile(number):
    """One line as bytes that a careless service would choke on."""
    value = order(number)
    kind = number % 12
    if kind == 0:
        value["user"]["name"] = "\\" * 50 + "\"" * 50
    elif kind == 1:
        value["memo"] = "가" * random.choice([40, 400, 6000])
    elif kind == 2:
        value["amount"] = random.choice([-5, 0, -0.0])
    elif kind == 3:
        value["currency"] = random.choice(["DOGE", "krw", "", None, 5])
    elif kind == 4:
        del value["user"]
    elif kind == 5:
        value["user"] = random.choice([None, [], "kim", 7])
    elif kind == 6:
        value["token"] = random.choice([None, 5, ""])
    elif kind == 7:
        return json.dumps(value, ensure_ascii=False).encode()[: random.randrange(5, 60)]
    elif kind == 8:
        return b"not json " + bytes(random.randrange(1, 256) for _ in range(40)).replace(b"\n", b"?").replace(b"\r", b"?")
    elif kind == 9:
        value["user"]["name"] = "@@"
        broken = random.choice([b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82", b"a\x80b"])
        return json.dumps(value, ensure_ascii=False).encode().replace(b"@@", broken)
    elif kind == 10:
        value["user"]["name"] = "".join(chr(random.choice([*range(1, 32), 127, 0x85, 0x200B, 0xFFFE, 0x1F600])) for _ in range(30))
    else:
        value["memo"] = "x" * random.choice([300, 3000, 20000])
    return json.dumps(value, ensure_ascii=random.random() < 0.5).encode()


for number in range(1200):
    line = hostile(number // 6) if number % 6 == 5 else json.dumps(order(number), ensure_ascii=random.random() < 0.3).encode()
    sys.stdout.buffer.write(line + b"\n")
