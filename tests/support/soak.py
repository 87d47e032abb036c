"""How long the long tests go on: `make soak` and `make fuzz` lengthen what the suite runs in a short form."""

from __future__ import annotations

import os

TIMES = int(os.environ.get("SOAK_TIMES", "1"))
