"""The file of the rules that records and minutes are judged by."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from millrace import checked_file
from millrace.detect.rates import RateRules
from millrace.detect.rules import RecordRules


class Rules(BaseModel):
    """The whole file: rules for records, and how minutes are judged."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    records: RecordRules
    rates: RateRules


def load(path: Path) -> Rules:
    """The rules in the file; raises ConfigurationError, one line, where something is wrong."""
    return checked_file.load(path, Rules)
