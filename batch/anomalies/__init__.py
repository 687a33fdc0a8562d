"""
Looks at a finished run as a person would: is its number of rows, its share of refused rows, its shares of nulls, the
range of its values what the definition asks for, and what the runs before it had? Findings are worth an alert, not a
failure.
"""
