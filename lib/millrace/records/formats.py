"""The formats a feed can have."""

from typing import Literal, get_args

Format = Literal["combined", "app", "shop", "syslog"]

FORMATS: tuple[Format, ...] = get_args(Format)
