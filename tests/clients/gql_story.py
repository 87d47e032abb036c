"""The story, lived by Python's gql with the schema that it asked the server for; `test_gql` runs it.

Reads the beginning from standard input, writes the diary.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gql import Client, FileVar, GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport

DOCUMENTS = {path.stem: path.read_text() for path in (Path(__file__).parent / "story").glob("*.graphql")}


class Story:
    def __init__(self, beginning: dict[str, Any]) -> None:
        self.beginning = beginning
        self.headers = {"Authorization": f"Bearer {beginning['token']}"}
        self.address = f"{beginning['address']}/graphql"
        # Each document is checked against this schema before it is sent.
        self.client = Client(transport=AIOHTTPTransport(self.address, self.headers), fetch_schema_from_transport=True)

    async def followed(self, after: int, fits: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        transport = WebsocketsTransport(self.address.replace("http", "ws", 1), init_payload=self.headers)
        variables = {"structureId": self.beginning["structure"], "after": after}
        entries = []
        async with Client(transport=transport) as session:
            async for data in session.subscribe(GraphQLRequest(DOCUMENTS["follow"], variable_values=variables)):
                entries.append(data["structureTimeline"])
                if fits(entries[-1]):
                    break
        return entries

    async def live(self) -> dict[str, Any]:
        before = await self.followed(0, lambda entry: entry["position"] >= self.beginning["head"])
        async with self.client as session:

            async def ask(name: str, upload_files: bool = False, **variables: Any) -> dict[str, Any]:
                request = GraphQLRequest(DOCUMENTS[name], variable_values=variables)
                return await session.execute(request, upload_files=upload_files)

            async def page(after: str | None) -> dict[str, Any]:
                where = {"structureId": self.beginning["structure"], "first": 2, "after": after}
                return (await ask("page", **where))["structure"]["animations"]

            async def attest(animation: str, **numbers: int) -> dict[str, Any]:
                return (await ask("attest", input={"animationId": animation} | numbers))["animationAttest"]

            first = await page(None)
            rest = await page(first["pageInfo"]["endCursor"])
            refused = (await attest(self.beginning["coming"], parents=9))["errors"]
            scan = io.BytesIO(base64.b64decode(self.beginning["sheet"]))
            file = FileVar(scan, filename="feuille.pdf", content_type="application/pdf")
            attached = await ask("attach", True, input={"animationId": self.beginning["past"], "file": file})
            attested = await attest(self.beginning["past"], parents=9, children=7)
            again = {edge["node"]["id"]: edge["node"] for edge in (await page(None))["edges"]}
            missed = await self.followed(before[-1]["position"], lambda entry: entry["type"] == "animation.attested")
            try:
                await ask("figures")
            except TransportQueryError as error:
                forbidden = [each["extensions"]["code"] for each in error.errors or []]
        return {
            "followed": [entry["type"] for entry in before],
            "total": first["totalCount"],
            "page": [edge["node"]["title"] for edge in first["edges"]],
            "rest": [edge["node"]["title"] for edge in rest["edges"]],
            "ended": not rest["pageInfo"]["hasNextPage"],
            "refused": [error["code"] for error in refused],
            "sheet": attached["attendanceSheetAttach"]["animation"]["attendanceSheet"],
            "attested": attested["animation"]["attestation"]["total"],
            "shown": again[self.beginning["past"]]["attestation"]["total"],
            "resumed": [entry["type"] for entry in missed],
            "forbidden": forbidden,
        }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(Story(json.load(sys.stdin)).live())))
