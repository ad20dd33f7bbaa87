"""`millrace reconcile` refuses options that would be ignored."""

import pytest
from typer.testing import CliRunner

from millrace.cli import app


@pytest.mark.parametrize(
    ("options", "refused"),
    [
        (("--changes", "--since", "1h"), "--since"),
        (("--changes", "--warehouse"), "--warehouse"),
        (("--mend",), "--mend"),
        (("--warehouse", "--mend"), "--mend"),
    ],
)
def test_what_would_be_ignored_is_refused(options: tuple[str, ...], refused: str) -> None:
    ended = CliRunner().invoke(app, ["reconcile", *options])
    assert ended.exit_code == 2
    assert refused in ended.output
