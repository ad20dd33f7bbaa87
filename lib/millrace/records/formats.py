"""The formats that a feed can have, their documents' layouts, and what else a feed may say."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Literal, get_args

Layout = Literal["combined", "app", "shop", "syslog", "general"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)
# Those of the formats of the same name.
OWN_LAYOUTS: tuple[Layout, ...] = ("combined", "app", "shop", "syslog")

PRESETS: tuple[str, ...] = (
    *OWN_LAYOUTS,
    *("json", "logfmt", "klog"),
    *("nginx_error", "apache_error", "haproxy", "traefik", "iis", "elb", "alb", "cloudfront"),
    *("s3_access", "postgres", "mysql_error", "mysql_slow", "log4j", "python", "rails"),
)
"""The formats that need no declaration."""

Kind = Literal["nginx", "apache", "grok", "regex", "json", "iis"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The ways to declare a format."""

_DIGEST_CHARACTERS = 16

Mask = Literal["email", "card", "token", "ip"]
MASKS: tuple[Mask, ...] = get_args(Mask)

Escape = Literal["default", "json", "none"]
Unit = Literal["s", "ms", "us", "ns"]
Envelope = Literal[
    "auto",
    "none",
    "filebeat",
    "fluent-bit",
    "vector",
    "logstash",
    "docker",
    "cri",
    "otlp",
    "syslog",
    "cloudwatch",
]


@dataclass(frozen=True)
class Format:
    """A format: a preset, or one that the configuration declares.

    ``declaration`` is JSON: what is written under the kind's name, with the options beside it. Of a
    preset ``kind`` is None, and the ``version`` is its module's.
    """

    name: str
    kind: Kind | None = None
    declaration: str = ""
    version: int = 0

    @property
    def digest(self) -> str:
        """A short digest of the declaration: another one means that it was changed."""
        return sha256(f"{self.kind}{self.declaration}".encode()).hexdigest()[:_DIGEST_CHARACTERS]


def layout(formats: tuple[str, ...]) -> Layout:
    """How a feed's documents are laid out: the four first formats have a layout of their own."""
    (first, *others) = formats
    for own in OWN_LAYOUTS:
        if own == first and not others:
            return own
    return "general"
