"""The formats that a feed can have, and the masks that it can ask for."""

from typing import Literal, get_args

Format = Literal["combined", "app", "shop", "syslog"]
FORMATS: tuple[Format, ...] = get_args(Format)

Mask = Literal["email", "card", "token", "ip"]
MASKS: tuple[Mask, ...] = get_args(Mask)
