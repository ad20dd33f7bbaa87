"""What goes wrong with the embedded servers."""


class StackError(Exception):
    """A server cannot be started, reached or ended; the message is one line that says why."""
