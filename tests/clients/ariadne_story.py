"""The story, lived by the typed client that ariadne-codegen makes; `test_ariadne_codegen` runs and type-checks it.

Reads the beginning from standard input, writes the diary.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import sys
from collections.abc import Callable
from typing import TypedDict

from parentalite_client import (
    AnimationAttestInput,
    AttendanceSheetAttachInput,
    Client,
    GraphQLClientGraphQLMultiError,
    Upload,
)
from parentalite_client.attest_for_the_story import AttestForTheStoryAnimationAttest
from parentalite_client.follow_the_story import FollowTheStoryStructureTimeline
from parentalite_client.read_a_page import ReadAPageStructureAnimations


class Beginning(TypedDict):
    address: str
    token: str
    structure: str
    past: str
    coming: str
    head: int
    sheet: str


class Story:
    def __init__(self, beginning: Beginning) -> None:
        self.beginning = beginning
        headers = {"Authorization": f"Bearer {beginning['token']}"}
        address = f"{beginning['address']}/graphql"
        sockets = address.replace("http", "ws", 1)
        self.client = Client(url=address, headers=headers, ws_url=sockets, ws_connection_init_payload=headers)

    async def followed(
        self, after: int, fits: Callable[[FollowTheStoryStructureTimeline], bool]
    ) -> list[FollowTheStoryStructureTimeline]:
        entries = []
        async for data in self.client.follow_the_story(self.beginning["structure"], after):
            entries.append(data.structure_timeline)
            if fits(entries[-1]):
                break
        return entries

    async def page(self, after: str | None) -> ReadAPageStructureAnimations:
        structure = (await self.client.read_a_page(self.beginning["structure"], 2, after)).structure
        assert structure is not None
        assert structure.animations is not None
        return structure.animations

    async def attest(self, values: AnimationAttestInput) -> AttestForTheStoryAnimationAttest:
        return (await self.client.attest_for_the_story(values)).animation_attest

    async def live(self) -> dict[str, object]:
        before = await self.followed(0, lambda entry: entry.position >= self.beginning["head"])
        first = await self.page(None)
        rest = await self.page(first.page_info.end_cursor)
        past = self.beginning["past"]
        refused = await self.attest(AnimationAttestInput(animation_id=self.beginning["coming"], parents=9))
        scan = io.BytesIO(base64.b64decode(self.beginning["sheet"]))
        sheet = AttendanceSheetAttachInput(animation_id=past, file=Upload("feuille.pdf", scan, "application/pdf"))
        attached = (await self.client.attach_the_sheet(sheet)).attendance_sheet_attach.animation
        assert attached is not None
        assert attached.attendance_sheet is not None
        attested = (await self.attest(AnimationAttestInput(animation_id=past, parents=9, children=7))).animation
        assert attested is not None
        assert attested.attestation is not None
        (again,) = (edge.node for edge in (await self.page(None)).edges if edge.node.id == past)
        assert again.attestation is not None
        missed = await self.followed(before[-1].position, lambda entry: entry.type_ == "animation.attested")
        try:
            await self.client.see_the_countrys_figures()
        except GraphQLClientGraphQLMultiError as error:
            forbidden = [(each.extensions or {})["code"] for each in error.errors]
        return {
            "followed": [entry.type_ for entry in before],
            "total": first.total_count,
            "page": [edge.node.title for edge in first.edges],
            "rest": [edge.node.title for edge in rest.edges],
            "ended": not rest.page_info.has_next_page,
            "refused": [error.code.value for error in refused.errors],
            "sheet": {
                "mediaType": attached.attendance_sheet.media_type,
                "sha256": attached.attendance_sheet.sha_256,
            },
            "attested": attested.attestation.total,
            "shown": again.attestation.total,
            "resumed": [entry.type_ for entry in missed],
            "forbidden": forbidden,
        }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(Story(json.load(sys.stdin)).live())))
