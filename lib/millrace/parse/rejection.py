"""Why a line is no record."""

from millrace.records.dead_letters import Reason

DETAIL_CHARACTERS = 200


class RejectedError(Exception):
    """A line is no record: the reason, and in ``detail`` what was found, in words."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason: Reason = reason
        self.detail = detail


def found(field: str, value: str) -> str:
    """The detail of a rejection: the field's name and the value, cut to 200 characters."""
    return f"{field}: {value[:DETAIL_CHARACTERS]}"
