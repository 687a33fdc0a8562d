"""
A second opinion on a finished run: reads its landing file again, decides anew what becomes of each row, and compares
that with what the stages left behind. Shares no code with them.
"""
