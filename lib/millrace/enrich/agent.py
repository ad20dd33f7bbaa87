"""User agent -> browser, operating system, kind of device, by the rules of ua-parser."""

from functools import lru_cache

import ua_parser

FIELDS = ("browser", "os", "device")
# A longer one is no browser's, and its patterns are not asked about it.
MAX_CHARACTERS = 512

_KEPT = 20_000
_DESKTOP = {"Windows", "Mac OS X", "Linux", "Ubuntu", "Fedora", "Debian", "Chrome OS", "FreeBSD"}
_MOBILE = {"iOS", "Android", "Windows Phone", "BlackBerry OS", "KaiOS", "Symbian OS"}

Agent = tuple[str | None, str | None, str | None]

_NONE: Agent = (None, None, None)
_UNKNOWN: Agent = (None, None, "other")


def user_agent(agent: str | None) -> Agent:
    """Browser and operating system (families, None where unknown) and kind of device.

    The device is desktop, mobile, tablet, bot or other; all three are None where ``agent`` is.
    """
    if agent is None:
        return _NONE
    return _UNKNOWN if len(agent) > MAX_CHARACTERS else _classify(agent)


@lru_cache(_KEPT)
def _classify(agent: str) -> Agent:
    result = ua_parser.parse(agent)
    browser = result.user_agent.family if result.user_agent else None
    os = result.os.family if result.os else None
    family = result.device.family if result.device else None
    return browser, os, _device(agent, os, family)


def _device(agent: str, os: str | None, family: str | None) -> str:
    if family == "Spider":
        return "bot"
    # Android's own convention: phones say Mobile, tablets do not.
    if family and ("iPad" in family or "Tablet" in family or "Kindle" in family):
        return "tablet"
    if os == "Android" and "Mobile" not in agent:
        return "tablet"
    if os in _MOBILE:
        return "mobile"
    if os in _DESKTOP:
        return "desktop"
    return "other"
