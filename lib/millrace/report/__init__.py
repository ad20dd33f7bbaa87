"""A report of a span of time as one HTML document, made of values alone: nothing here reads."""
