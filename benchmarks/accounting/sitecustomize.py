"""Write down at its end what a Python process has used. A folder on PYTHONPATH makes all do so.

Each line of ``$ACCOUNT/<pid>`` is JSON: ``command``, and CPU seconds of the process itself (``own``) and of the
programs that it waited for (``children``).
"""

import atexit
import json
import os
import resource
import sys
import time

STARTED = time.time()


def write() -> None:
    """Append one line."""
    own, children = (
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
    line = {"command": sys.orig_argv[1:], "own": own, "children": children, "start": STARTED, "end": time.time()}
    with open(os.path.join(os.environ["ACCOUNT"], str(os.getpid())), "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


if "ACCOUNT" in os.environ:
    atexit.register(write)
