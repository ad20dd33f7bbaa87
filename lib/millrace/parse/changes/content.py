"""JSON as Kafka Connect's converter writes it, and MongoDB's extended JSON within it."""

import json
from decimal import Decimal
from typing import Any

from bson import json_util
from bson.errors import BSONError
from bson.json_util import JSONOptions

from millrace.parse.rejection import RejectedError, found

_DIGITS = 1_000  # of a number
_OPTIONS: JSONOptions = JSONOptions(tz_aware=True)


def json_object(text: bytes, what: str) -> dict[str, Any]:
    """The JSON object that ``text`` is; numbers with a fraction are Decimal.

    Raises RejectedError (not_utf8, bad_json).
    """
    try:
        value = json.loads(
            text.decode(), parse_float=_decimal, parse_int=_integer, parse_constant=_no_constant
        )
    except UnicodeDecodeError:
        raise RejectedError("not_utf8", f"{what}: the bytes are not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise RejectedError("bad_json", f"{what}: {str(error)[:100]}") from None
    if not isinstance(value, dict):
        raise RejectedError("bad_json", f"{what}: not one JSON object")
    return value


def extended(text: str, what: str) -> Any:
    """The value of MongoDB's extended JSON, as BSON has it; NaN and Infinity may stand in it.

    Raises RejectedError (bad_json).
    """
    try:
        # A hook of its own for each object: {"$oid": ..} is an ObjectId, and so on.
        return json.loads(text, object_hook=_hook, parse_int=_integer)
    except (ValueError, TypeError, KeyError, ArithmeticError, RecursionError, BSONError) as error:
        raise RejectedError("bad_json", found(what, str(error))) from None


def _hook(members: dict[str, Any]) -> Any:
    return json_util.object_hook(members, _OPTIONS)


def _decimal(digits: str) -> Decimal:
    return Decimal(_bounded(digits))


def _integer(digits: str) -> int:
    return int(_bounded(digits))


def _bounded(digits: str) -> str:
    if len(digits) > _DIGITS:
        raise ValueError("a number is too long")
    return digits


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
