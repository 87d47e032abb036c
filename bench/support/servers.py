"""The servers under test as separate processes, and wrk to load them."""

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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.support.stage import MASTER_KEY

TOKEN_SECRET = "the secret of this benchmark, long enough"
CONNECTIONS = 8
_SCRIPT = Path(__file__).parent / "ask.lua"


@dataclass(frozen=True, slots=True)
class Pace:
    """A measurement of wrk: answers a second, and the median and 99th percentile in milliseconds."""

    per_second: float
    median_ms: float
    p99_ms: float


@contextmanager
def ours(url: str, **variables: str) -> Iterator[str]:
    """Yield the URL of our GraphQL endpoint, served by one process that does not project, with further `variables`."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="bench-home-") as home:
        environment = os.environ | {
            "DATABASE_URL": url,
            "PARENTALITE_HOME": home,
            "PARENTALITE_TOKEN_SECRET": TOKEN_SECRET,
            "PARENTALITE_MASTER_KEY": base64.b64encode(MASTER_KEY).decode(),
            "PARENTALITE_EVENT_KEY": base64.b64encode(MASTER_KEY).decode(),
            "PARENTALITE_CHECKPOINT_KEY": base64.b64encode(MASTER_KEY).decode(),
            "PARENTALITE_LOG_LEVEL": "WARNING",
            "PARENTALITE_REQUESTS_PER_MINUTE": "0",
            "PYTHONPATH": os.pathsep.join([".", "graphql"]),
            **variables,
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


def until_it_answers(address: str, process: subprocess.Popen[bytes], seconds: float = 180) -> None:
    """Raise SystemExit if the process ends, or does not answer in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.post(address, json={"query": "{ __typename }"}).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit(f"no answer at {address}: {process.args!r}")


def ask(address: str, body: Mapping[str, Any], token: str | None = None) -> Any:
    """Return the data of one answer. Raises SystemExit on errors, whose times would mean nothing."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = httpx.post(address, json=body, headers=headers, timeout=30).json()
    if "errors" in answer:
        raise SystemExit(f"{address} answers {answer['errors']}")
    return answer["data"]


def ask_all(site: str, paths: Sequence[str]) -> None:
    """Ask for each page once. Raises HTTPStatusError where one is refused."""
    for path in paths:
        httpx.get(site + path, headers={"Accept": "text/html"}, timeout=30).raise_for_status()


def pace(
    address: str,
    body: Mapping[str, Any],
    seconds: int,
    token: str | None = None,
    cached: bool = False,
    new_each_time: bool = False,
) -> Pace:
    """Measure how fast `body` is answered to 8 connections.

    `cached` allows cached answers. `new_each_time` makes every document one never seen before.
    """
    environment = {
        "BODY": json.dumps(body),
        "TOKEN": token or "",
        # Requests with a cookie bypass the answer cache.
        "COOKIE": "" if cached else "bench=1",
        "NEW_EACH_TIME": "1" if new_each_time else "",
    }
    return _measured(address, seconds, environment)


def pace_of_each(address: str, requests: Sequence[str | Mapping[str, Any]], seconds: int) -> Pace:
    """Measure how fast pages, by their paths, or GraphQL bodies are answered to 8 connections, one after the other."""
    with tempfile.NamedTemporaryFile("w") as listed:
        listed.write("\n".join(each if isinstance(each, str) else json.dumps(each) for each in requests))
        listed.flush()
        return _measured(
            address, seconds, {"REQUESTS": listed.name, "BODY": "", "TOKEN": "", "COOKIE": "", "NEW_EACH_TIME": ""}
        )


def _measured(address: str, seconds: int, environment: Mapping[str, str]) -> Pace:
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("wrk is needed (apt install wrk)")
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(_SCRIPT), address]
    output = subprocess.run(command, env=os.environ | environment, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise SystemExit(output)
    return Pace(
        _figure(r"Requests/sec:\s+([\d.]+)", output), _milliseconds("50%", output), _milliseconds("99%", output)
    )


def _figure(pattern: str, output: str) -> float:
    match = re.search(pattern, output)
    if match is None:
        raise SystemExit(f"wrk did not tell {pattern}: {output}")
    return float(match[1])


def _milliseconds(part: str, output: str) -> float:
    match = re.search(rf"{re.escape(part)}\s+([\d.]+)(us|ms|s)\b", output)
    if match is None:
        raise SystemExit(f"wrk did not tell {part}: {output}")
    return float(match[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[match[2]]
