"""
Places between two effects that must not come apart. A fault test ends the process there, as a power cut would; who does
not ask for it pays one comparison a micro-batch.
"""

import os
import signal
import sys
import threading

CRASH_POINTS = ("before-publish", "before-commit", "after-publish", "after-write")

_armed: list[tuple[str, int]] = []
_lock = threading.Lock()


def arm(text: str | None) -> None:
    """`point`, or `point:2` for its second passing. None disarms."""
    _armed.clear()
    if not text:
        return
    point, _, passing = text.partition(":")
    if point not in CRASH_POINTS or not (passing or "1").isdecimal():
        expected = f"one of {', '.join(CRASH_POINTS)}, perhaps with :2 for its second passing"
        raise ValueError(f'CRASH_AT is "{text}": expected {expected}')
    _armed.append((point, int(passing or 1)))


def crash_point(point: str) -> None:
    with _lock:
        if not _armed or _armed[0][0] != point:
            return
        _armed[0] = (point, _armed[0][1] - 1)
        if _armed[0][1] > 0:
            return
    sys.stderr.write(f"crash point {point}\n")
    sys.stderr.flush()
    os.kill(os.getpid(), signal.SIGKILL)
