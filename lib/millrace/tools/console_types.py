"""The types that the console has of the API's answers: made of what the API says of itself."""

import json
from hashlib import sha256
from typing import Any

from millrace.api import app
from millrace.console import PAGE

FILE = PAGE / "src" / "api" / "schema.ts"


def description() -> dict[str, Any]:
    """The API's own description, without its version and what each endpoint says of errors.

    Errors are alike everywhere, and the version changes no type.
    """
    made = app.described().openapi()
    for methods in made["paths"].values():
        for operation in methods.values():
            told = operation["responses"].items()
            operation["responses"] = {code: own for code, own in told if code[0] == "2"}
    return made | {"info": {"title": made["info"]["title"], "version": ""}}


def heading() -> str:
    """What stands above the types: of which description they are."""
    text = json.dumps(description(), sort_keys=True)
    digest = sha256(text.encode()).hexdigest()
    return (
        "// Made by `make docs` of the API's own description; a test holds it to that.\n"
        f"// sha256 of the description: {digest}\n\n"
    )
