"""Other programs, run to their end."""

import os
import pwd
import re
import subprocess
from pathlib import Path
from typing import Any

from millrace.errors import SetupError

LONGEST_LINE = 300
# mongod gives each line a severity, and repeats words like "error" in lines of no importance.
FAILURE = re.compile(
    r'"s":"[EF]"|^(?!.*"s":"[DIW]").*(ERROR|FATAL|Exception|error|failed|not found)'
)
# Lines without a word, stack frames, and the last words of a server that give no reason.
SILENT_LINE = re.compile(r'^[^A-Za-z]*$|^\s+at |"msg":"(?:Frame|BACKTRACE)"|\b[Aa]borting\b')


def run(
    command: list[str],
    purpose: str,
    timeout_s: int = 900,
    cwd: Path | None = None,
    *,
    user: str | None = None,
    text: str = "",
) -> None:
    """Runs ``command`` to its end; raises SetupError, with what it said, where it fails.

    It runs as ``user``, else as the user who asks, and reads ``text``.
    """
    try:
        subprocess.run(
            command,
            input=text.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=True,
            timeout=timeout_s,
            cwd=cwd,
            env=environment(),
            **identity(user),
        )
    except subprocess.CalledProcessError as error:
        raise SetupError(f"{purpose} failed: {failures(error.stdout)}") from None
    except subprocess.TimeoutExpired:
        raise SetupError(f"{purpose} did not finish within {timeout_s} s") from None
    except OSError as error:
        raise SetupError(f"{purpose} failed: {command[0]}: {error.strerror}") from None


def identity(user: str | None) -> dict[str, Any]:
    """What a process is started with so that it is the user's alone; nothing where there is none.

    Raises SetupError where the system has no such user.
    """
    if user is None:
        return {}
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        raise SetupError(f"this system has no user {user}") from None
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def environment() -> dict[str, str]:
    """What programs and servers are started with: this one's own environment, and UTC."""
    # MariaDB does without the umask it is started with: it reads its own from these.
    return {**os.environ, "TZ": "UTC", "UMASK": "0600", "UMASK_DIR": "0700"}


def last_line(output: bytes) -> str:
    """The last line of ``output`` that names a failure, else the last that says anything."""
    return _telling(output)[-1]


def failures(output: bytes) -> str:
    """The first and the last of them: the cause comes first, last what did not come of it."""
    telling = _telling(output)
    return ": ".join(dict.fromkeys((telling[0], telling[-1])))


def _telling(output: bytes) -> list[str]:
    """The lines that name a failure; where there is none, the last that says anything."""
    lines = output.decode("utf-8", errors="replace").splitlines()
    telling = [line.strip(" \t:")[:LONGEST_LINE] for line in lines if not SILENT_LINE.search(line)]
    return [line for line in telling if FAILURE.search(line)] or telling[-1:] or ["no output"]
