"""A worker of the supervisor without the application: it answers its process id, and leaves as `serve` does."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from threading import Thread
from typing import Any

import uvicorn

from cli.server.draining import DrainingServer
from cli.server.workers import Inherited


async def answer(scope: Any, receive: Any, send: Any) -> None:
    body = b"%d" % os.getpid()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


def tell(inherited: Inherited) -> None:
    """Tell the steps as `serve --wait` does. The file stands for read models that have to be rebuilt."""
    inherited.tell_started()

    def tell_once_rebuilt() -> None:
        while (inherited.folder / "rebuild-awaited").exists():
            time.sleep(0.05)
        inherited.tell_current()

    Thread(target=tell_once_rebuilt, daemon=True).start()


def main() -> None:
    inherited = Inherited.read(sys.argv[-1])
    config = uvicorn.Config(answer, lifespan="off", log_level="error", timeout_graceful_shutdown=3)
    server = DrainingServer(config, lambda: tell(inherited), lambda: None, 0)
    signal.signal(signal.SIGHUP, server.replace)
    inherited.end_with_supervisor()
    try:
        asyncio.run(server.serve([inherited.socket()]))
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
