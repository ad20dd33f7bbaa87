"""Server access logs of S3: 18 columns, and up to 27 by what was added over the years."""

import re

from millrace.parse.draft import Draft
from millrace.parse.options import Options, Parse
from millrace.parse.presets import columns
from millrace.parse.rejection import RejectedError
from millrace.records.fields import Fields

VERSION = 1

_WORD = "([^ ]++)"
# Quotes within an agent or a referrer stand as they came: no column after these two is quoted.
_LINE = re.compile(
    rf"{_WORD} {_WORD} \[([^\]]*+)\] {_WORD} {_WORD} {_WORD} {_WORD} {_WORD}"
    rf' (?:-|"([^"]*+(?:"(?! )[^"]*+)*+)")'
    rf" {_WORD} {_WORD} {_WORD} {_WORD} {_WORD} {_WORD}"
    r' (?:-|"([^"]*+(?:"(?! )[^"]*+)*+)") (?:-|"(.*)") ([^"]+)\Z',
    re.DOTALL,
)
_COLUMNS = columns.names(
    "bucket_owner aws.s3.bucket time client_ip user request_id operation aws.s3.key request"
    " status_code error_code bytes object_size total_time turnaround_time referrer user_agent rest"
)
_FIELDS = (
    "client_ip", "user", "request_id", "status_code", "error_code", "bytes", "referrer",
    "user_agent",
)  # fmt: skip
_ATTRIBUTES = (
    "bucket_owner", "aws.s3.bucket", "aws.s3.key", "operation", "object_size", "turnaround_time",
)  # fmt: skip
# None stands for the host's, which has a field.
_ADDED = (
    "version_id", "host_id", "signature_version", "tls.cipher", "authentication_type", None,
    "tls.protocol.version", "access_point_arn", "acl_required", "cloud.region",
)  # fmt: skip


def parser(options: Options) -> Parse:
    """What parses a line of an access log; raises RejectedError where it is no record."""

    def parse(line: str, received_at: int) -> Fields:
        match = _LINE.match(line)
        if not match:
            raise RejectedError("no_match", "not the 18 columns of an access log")
        draft = Draft(options, received_at)
        _fill(draft, dict(zip(_COLUMNS, match.groups(), strict=True)))
        return draft.done()

    return parse


def _fill(draft: Draft, sent: dict[str, str | None]) -> None:
    draft.time(sent["time"] or "")
    draft.request(sent["request"])
    draft.response_time(sent["total_time"], "ms")
    for name in _FIELDS:
        draft.put(name, sent[name])
    for name in _ATTRIBUTES:
        draft.attribute(name, sent[name])
    for added, value in zip(_ADDED, (sent["rest"] or "").split(" "), strict=False):
        if added is None:
            draft.put("virtual_host", value)
        else:
            draft.attribute(added, value)
