"""The masks a feed can ask for."""

from typing import Literal, get_args

Mask = Literal["email", "card", "token", "ip"]

MASKS: tuple[Mask, ...] = get_args(Mask)
