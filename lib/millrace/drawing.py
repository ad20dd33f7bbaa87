"""How things look at a terminal, the same wherever they are drawn."""

LEVEL_COLOURS = {
    "DEBUG": "bright_black",
    "INFO": "green",
    "WARN": "yellow",
    "ERROR": "red",
    "FATAL": "bold red",
}
SEVERITY_COLOURS = {"CRITICAL": "bold red", "HIGH": "red", "MEDIUM": "yellow", "LOW": "cyan"}
