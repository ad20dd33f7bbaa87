"""Alert rules over figures: what a rule is, and what minutes of figures make of it.

Without a clock and without I/O: live, at close and in a preview the same functions decide.
"""
