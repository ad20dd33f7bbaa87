"""The command that serves the query API."""

import sys

from millrace import config
from millrace.cli.options import ConfFile, say


def api(conf: ConfFile = config.DEFAULT_FILE) -> None:
    """Serve the query API: search, figures and proofs over HTTP, until it is stopped."""
    from millrace.api import server, tokens
    from millrace.api.guard import CONSOLE

    loaded = config.load(conf)
    service = server.service(loaded)
    address = f"http://{loaded.api.listen}:{loaded.api.port}"
    if tokens.given_tokens(loaded.api).by_role:
        say(f"the API listens at {address}")
    elif sys.stderr.isatty():
        (_, token), *_ = service.tokens.by_role
        say(f"the API listens at {address}{CONSOLE}/?token={token}")
    else:
        # A log would keep what it gets.
        say(f"the API listens at {address}; its token is in {tokens.file(loaded.stack)}")
    server.serve(service)
