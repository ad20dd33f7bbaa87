"""What goes wrong before any work begins."""


class SetupError(Exception):
    """Something this machine needs cannot be had; the message is one line that says why."""
