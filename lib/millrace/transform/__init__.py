"""The way of a feed's lines: what each comes to, by plain Python, and where that meets Spark."""
