r"""The details of shop events, with the fields or the reason that they must give."""

from decimal import Decimal

from lines_shop import AS_SENT, NOT_JSON, line, record

TOO_DEEP = "[" * 2_000 + "]" * 2_000
LONG = "a" * 65_536


def _details(*members: str) -> str:
    return line(f'"details": {{{", ".join(members)}}}')


def _with(**details: object) -> dict[str, object]:
    return record(details=details)


RECORDS: dict[str, tuple[str, dict[str, object]]] = {
    "every detail": (
        _details(
            '"amount": 1, "attempted_amount": 2.5, "payment_method": "card", "order_id": "o-1"',
            '"query": "red shoes", "results_count": 3, "filters": {"size": 42, "colour": "red"}',
            '"shipping_method": "air", "shipping_address": "A 1"',
            '"items": [{"product_id": "p-1", "quantity": 2}, {"product_id": "p-2"}]',
            '"delivery_estimate": "2025-01-25", "completed_at": "2025-01-22T09:59:59.5Z"',
            '"failed_at": 1737540000, "searched_at": "2025-01-22T12:00:00+02:00"',
        ),
        _with(
            amount=Decimal(1),
            attempted_amount=Decimal("2.5"),
            payment_method="card",
            order_id="o-1",
            query="red shoes",
            results_count=3,
            filters={"size": "42", "colour": "red"},
            shipping_method="air",
            shipping_address="A 1",
            items=[{"product_id": "p-1", "quantity": 2}, {"product_id": "p-2"}],
            delivery_estimate="2025-01-25T00:00:00.000Z",
            completed_at="2025-01-22T09:59:59.500Z",
            failed_at=AS_SENT,
            searched_at=AS_SENT,
        ),
    ),
    "null in every detail": (
        _details(
            '"amount": null, "attempted_amount": null, "payment_method": null, "order_id": null',
            '"query": null, "results_count": null, "filters": null, "shipping_method": null',
            '"shipping_address": null, "items": null, "delivery_estimate": null',
            '"completed_at": null, "failed_at": null, "searched_at": null',
        ),
        record(),
    ),
    "repeated keys in items have their last value": (
        _details('"items": [{"quantity": 1, "quantity": 2}]'),
        _with(items=[{"quantity": 2}]),
    ),
    "repeated details are the last, whole": (
        line('"details": {"amount": 1}, "details": {"query": "x"}'),
        _with(query="x"),
    ),
    "empty details": (_details(), record()),
    "details of unknown keys": (_details('"colour": "red"'), record()),
    "objects where text is expected": (
        _details('"shipping_address": {"street": "A 1", "no": [1, null]}, "order_id": ["x"]'),
        _with(shipping_address='{"street":"A 1","no":[1,null]}', order_id='["x"]'),
    ),
    "filters of every type": (
        _details(
            '"filters": {"s": "x", "i": 1, "d": 1.5, "t": true, "n": null, "e": "", "o": {"a":[1]}}'
        ),
        _with(
            filters={
                "s": "x",
                "i": "1",
                "d": "1.5",
                "t": "true",
                "n": "null",
                "e": "",
                "o": '{"a":[1]}',
            }
        ),
    ),
    "filters whose keys have NUL, dot, dollar and nothing": (
        _details(r'"filters": {"a\u0000b": 1, "a.b": 2, "$c": 3, "": 4}'),
        _with(filters={r"a\u0000b": "1", "a.b": "2", "$c": "3", "": "4"}),
    ),
    "no items in a list": (_details('"items": []'), _with(items=[])),
    "escapes in what stands deep": (
        _details(r'"query": "\"a\\\" \n", "filters": {"q": "\\\"", "o": {"a": "\"\\"}}'),
        _with(query='"a\\" \n', filters={"q": '\\"', "o": r'{"a":"\"\\"}'}),
    ),
    "text that is not ASCII": (
        _details('"query": "日本 😀", "filters": {"größe": "groß"}'),
        _with(query="日本 😀", filters={"größe": "groß"}),
    ),
    "text of 64 KiB": (_details(f'"query": "{LONG}"'), _with(query=LONG)),
    "2,000 items": (
        _details(f'"items": [{", ".join(["{}"] * 1_999)}, {{"quantity": 1}}]'),
        _with(items=[{}] * 1_999 + [{"quantity": 1}]),
    ),
}
RECORDS |= {
    f"amount {sent}": (_details(f'"amount": {sent}'), _with(amount=Decimal(amount)))
    for sent, amount in {
        "0": "0",
        "-5.25": "-5.25",
        "0.1": "0.1",
        "0.00005": "0.0001",
        "-0.00005": "-0.0001",
        "0.00004": "0",
        '"1.00015"': "1.0002",
        "1.5e3": "1500",
        '"1E-2"': "0.01",
        "12345678901234.5678": "12345678901234.5678",
        '"99999999999999.9999"': "99999999999999.9999",
        "-99999999999999": "-99999999999999",
    }.items()
}
RECORDS |= {
    f"time {sent} in details": (_details(f'"completed_at": {sent}'), _with(completed_at=time))
    for sent, time in {
        '"2024-02-29"': "2024-02-29T00:00:00.000Z",
        '"2025-07-01T12:00:00"': "2025-07-01T12:00:00.000Z",
        '"2025-03-09T02:30:00-05:00"': "2025-03-09T07:30:00.000Z",
        '"1737540000"': AS_SENT,
        "1737540000500": "2025-01-22T10:00:00.500Z",
        "1737540000500000": "2025-01-22T10:00:00.500Z",
    }.items()
}

LETTERS: dict[str, tuple[str | bytes | None, str, str | None]] = {
    "cut in the details": (_details('"amount": 1')[:-2], "bad_json", NOT_JSON),
    "comma before the end of details": (_details('"amount": 1,'), "bad_json", NOT_JSON),
    "unknown escape in details": (_details(r'"query": "\x"'), "bad_json", NOT_JSON),
    "leading zero": (_details('"amount": 01'), "bad_json", NOT_JSON),
    "Infinity in details": (_details('"amount": Infinity'), "bad_json", NOT_JSON),
    "NaN in filters": (_details('"filters": {"a": NaN}'), "bad_json", NOT_JSON),
    "nested beyond reason": (_details(f'"x": {TOO_DEEP}'), "bad_json", NOT_JSON),
}
LETTERS |= {
    f"details.{field} {sent}": (_details(f'"{field}": {sent}'), "bad_value", f"details.{field}")
    for field, values in {
        "amount": (
            '"free"',
            '""',
            '"12,50"',
            '"5 EUR"',
            '"12d"',
            '"NaN"',
            '"Infinity"',
            "true",
            "[1]",
            '{"value": 1}',
            "100000000000000",
            "-100000000000000",
            '"99999999999999.99995"',
            "18446744073709551616",
            "1e999",
        ),
        "attempted_amount": ('"x"', "1e14", "{}"),
        "results_count": ('"many"', "3.5", "2147483648", "18446744073709551616", "true", "[]"),
        "filters": ('"x"', "5", "[]", '["a"]', "true"),
        "items": (
            '"p-1"',
            "5",
            "{}",
            '{"product_id": "p"}',
            "[1]",
            '["p"]',
            '[{"quantity": 1}, 1]',
            "[[]]",
            '[{"quantity": 1.5}]',
            '[{"quantity": 1}, {"quantity": "x"}]',
            '[{"quantity": 2147483648}]',
            '[{"quantity": true}]',
            '[{"quantity": {}}]',
        ),
        "delivery_estimate": ('"3-5 days"', '"2025-02-30"', '"now"', '"10:00"', '""', "true", "{}"),
        "completed_at": ('"soon"', "-1", '"2025-01-22T25:00:00Z"', "100000000000000000"),
        "failed_at": ('"x"', '"+12025-01-22"', "[]"),
        "searched_at": ('"x"', '"2025-01"', '"0000-01-01"'),
    }.items()
    for sent in values
}

# What the parser does not keep to yet, by the name of the case.
DEFECTS: dict[str, str] = {}
