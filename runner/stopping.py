"""What happens when a job is told to stop."""

import signal
import sys
from types import FrameType


def stop_cleanly() -> None:
    """End with one line at Ctrl-C and at SIGTERM, as an exception: what the job has started is ended, too.

    Python would leave a running program behind at SIGTERM.
    """

    def end(number: int, frame: FrameType | None) -> None:
        sys.exit(f"stopped by {signal.Signals(number).name}; nothing was written, run the command again")

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
