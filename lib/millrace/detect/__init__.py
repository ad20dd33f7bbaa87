"""What stands out: records by rules, minutes against their recent past, messages by templates."""
