"""What a record learns beyond its line: a plausible time, country, user agent, route."""
