"""Formats that the configuration declares: each kind is compiled from what a user writes."""
