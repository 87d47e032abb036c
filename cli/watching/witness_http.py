"""The witness over HTTP: two addresses, bodies of a bounded size."""

from __future__ import annotations

import asyncio
import socket

import uvicorn
from anyio import to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from application.proof.witnessing.witness import MAX_BODY_BYTES, Answer, WitnessServer

_BODY_SECONDS = 20.0
_MOST_CONNECTIONS = 200


def witness_app(server: WitnessServer) -> Starlette:
    async def add_checkpoint(request: Request) -> Response:
        body = b""
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                async for chunk in request.stream():
                    body += chunk
                    if len(body) > MAX_BODY_BYTES:
                        return Response("the body is too large\n", 413, media_type="text/plain")
        except TimeoutError:
            return Response("the body took too long\n", 408, media_type="text/plain")
        return _response(await to_thread.run_sync(server.add_checkpoint, body))

    async def checkpoint(request: Request) -> Response:
        return _response(server.checkpoint(request.path_params["origin_hash"]))

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/{origin_hash}/checkpoint", checkpoint, methods=["GET"]),
        ]
    )


def _response(answer: Answer) -> Response:
    # Not `media_type`: Starlette would add a charset to the type that the protocol names.
    return Response(answer.body, answer.status, {"Content-Type": answer.media_type, "Cache-Control": "no-store"})


def serve_witness(server: WitnessServer, listener: socket.socket) -> None:
    """Serve until SIGINT or SIGTERM."""
    config = uvicorn.Config(
        witness_app(server),
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=3,
    )
    asyncio.run(uvicorn.Server(config).serve([listener]))
