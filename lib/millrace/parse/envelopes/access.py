"""How lines of access logs begin: nothing else that servers write begins so."""

BEGINNING = (
    r"[0-9A-Fa-f.:]{2,45} [^ \[]{1,100} [^\[]{1,100}"
    r"\[[0-3][0-9]/[A-Z][a-z]{2}/[0-9]{4}:[0-2][0-9]:"
)
"""The pattern of client, ident, user and the time's beginning, without groups."""
