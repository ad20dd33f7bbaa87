"""What goes wrong with the embedded servers."""

from millrace.setup.errors import SetupError


class StackError(SetupError):
    """A server cannot be started, reached or ended; the message is one line that says why."""
