"""Servers of the benchmark as processes of their own, and wrk against them."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.keys import MASTER_KEY

TOKEN_SECRET = "the secret of this benchmark, long enough"
CONNECTIONS = 8
_SCRIPT = Path(__file__).parent / "ask.lua"


@dataclass(frozen=True, slots=True)
class Pace:
    """What wrk saw: answers a second, and milliseconds below which half and 99 % of them came."""

    per_second: float
    median_ms: float
    p99_ms: float


@contextmanager
def ours(url: str) -> Iterator[str]:
    """The address of our GraphQL endpoint, served by one process that projects nothing."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="bench-home-") as home:
        environment = os.environ | {
            "DATABASE_URL": url,
            "PARENTALITE_HOME": home,
            "PARENTALITE_TOKEN_SECRET": TOKEN_SECRET,
            "PARENTALITE_MASTER_KEY": base64.b64encode(MASTER_KEY).decode(),
            "PARENTALITE_CHECKPOINT_KEY": base64.b64encode(MASTER_KEY).decode(),
            "PARENTALITE_LOG_LEVEL": "WARNING",
            "PARENTALITE_REQUESTS_PER_MINUTE": "0",
            "PYTHONPATH": os.pathsep.join([".", "graphql"]),
        }
        command = [sys.executable, "-m", "cli", "serve", "--no-project", "--port", str(port)]
        process = subprocess.Popen(command, env=environment)
        try:
            address = f"http://127.0.0.1:{port}/graphql"
            until_it_answers(address, process)
            yield address
        finally:
            process.terminate()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until_it_answers(address: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    """Raises SystemExit when the process ends, or does not answer in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.post(address, json={"query": "{ __typename }"}).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit(f"no answer at {address}: {process.args!r}")


def ask(address: str, body: Mapping[str, Any], token: str | None = None) -> Any:
    """The data of one answer. Raises SystemExit when there are errors: what fails is no measure."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = httpx.post(address, json=body, headers=headers, timeout=30).json()
    if "errors" in answer:
        raise SystemExit(f"{address} answers {answer['errors']}")
    return answer["data"]


def pace(
    address: str,
    body: Mapping[str, Any],
    seconds: int,
    token: str | None = None,
    kept: bool = False,
    new_each_time: bool = False,
) -> Pace:
    """How fast `body` is answered to 8 connections. `kept`: the answer may be one that was kept. `new_each_time`: every
    document is one never seen before.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("bench-graphql needs wrk (apt install wrk)")
    environment = os.environ | {
        "BODY": json.dumps(body),
        "TOKEN": token or "",
        # What comes with a cookie is nobody else's: it is neither kept nor answered by what was.
        "COOKIE": "" if kept else "bench=1",
        "NEW_EACH_TIME": "1" if new_each_time else "",
    }
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(_SCRIPT), address]
    told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        raise SystemExit(told)
    return Pace(_figure(r"Requests/sec:\s+([\d.]+)", told), _milliseconds("50%", told), _milliseconds("99%", told))


def _figure(pattern: str, told: str) -> float:
    found = re.search(pattern, told)
    if found is None:
        raise SystemExit(f"wrk did not tell {pattern}: {told}")
    return float(found[1])


def _milliseconds(part: str, told: str) -> float:
    found = re.search(rf"{re.escape(part)}\s+([\d.]+)(us|ms|s)\b", told)
    if found is None:
        raise SystemExit(f"wrk did not tell {part}: {told}")
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]
