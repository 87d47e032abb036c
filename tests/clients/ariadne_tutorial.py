"""The tutorial's story, told by the typed client that ariadne-codegen makes; `test_ariadne_codegen` runs it.

Reads from standard input where the server is and a token for each who takes part. Ends with 0 when all went as told.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import uuid4

from parentalite_client import (
    AnimationAttestInput,
    AnimationCloneInput,
    AnimationCreateInput,
    AnimationPublishInput,
    AnimationStatus,
    AnimationWhere,
    AttestationCorrectInput,
    AuditWhere,
    CandidatureGiveOpinionInput,
    CandidatureStatus,
    CandidatureSubmitInput,
    CandidatureValidateInput,
    Client,
    ConventionSignInput,
    Degree,
    ErrorCode,
    GraphQLClientGraphQLMultiError,
)

SIRET = "21180033900999"
PARIS = timezone(timedelta(hours=1))
START = datetime(2026, 11, 16, 18, 0, tzinfo=PARIS)
LATER = datetime(2030, 1, 15, 18, 0, tzinfo=PARIS)
TWO_HOURS = timedelta(hours=2)


class Story:
    """One client for each who takes part, and what they do in turn."""

    def __init__(self, address: str, tokens: dict[str, str]) -> None:
        self.anybody = Client(url=f"{address}/graphql", ws_url=f"{address.replace('http', 'ws', 1)}/graphql")
        self.clients = {
            who: Client(url=f"{address}/graphql", headers={"Authorization": f"Bearer {token}"})
            for who, token in tokens.items()
        }

    async def tell(self) -> None:
        structure = await self.sign()
        animation = await self.declare(structure)
        position = await self.publish(animation)
        await self.search()
        clone = await self.clone(animation)
        await self.publish(clone)
        await self.follow(position, clone)
        await self.attest_too_early(clone)
        await self.attest(animation)
        await self.correct(animation)
        await self.see_figures(structure)
        await self.read_history(structure)
        await self.volunteer()

    async def sign(self) -> str:
        """Returns the id of the structure's account."""
        values = ConventionSignInput(
            siret=SIRET,
            structure_name="Maison de quartier du Val d'Auron",
            territory="18",
            coordonnateur="Coordination 18",
            signed_on=date(2025, 9, 1),
            valid_from=date(2025, 9, 1),
            valid_until=date(2031, 8, 31),
            planned_animations=20,
            rate_per_animation=Decimal("150.00"),
            required_pieces=["Liste d'émargement signée"],
        )
        signed = (await self.clients["coordonnateur"].sign_a_convention(values)).convention_sign
        assert signed.convention is not None, signed.errors
        assert signed.convention.valid_until == date(2031, 8, 31)
        account = (await self.clients["structure"].see_the_account(SIRET)).structure
        assert account is not None
        assert account.conventions is not None
        assert [convention.id for convention in account.conventions] == [signed.convention.id]
        return account.id

    async def declare(self, structure: str) -> str:
        values = AnimationCreateInput(
            structure_id=structure,
            territory="18",
            title="Café des parents : l'ENT sans peine",
            description="Lire les notes, écrire aux professeurs.",
            starts_at=START,
            ends_at=START + TWO_HOURS,
            venue_type="ecole",
            venue_name="École Jean Jaurès",
            audience="parents",
            type="atelier-parents-enfants",
            themes=["ent-pronote", "temps-ecran"],
            seats=12,
        )
        wrong = values.model_copy(update={"title": None, "seats": None})
        refused = (await self.clients["structure"].declare_an_animation(wrong)).animation_create
        assert refused.animation is None
        assert {(error.code, *(error.field or [])) for error in refused.errors} == {
            (ErrorCode.INVALID, "title"),
            (ErrorCode.INVALID, "seats"),
        }
        declared = (await self.clients["structure"].declare_an_animation(values)).animation_create.animation
        assert declared is not None
        assert declared.status is AnimationStatus.SUBMITTED
        assert declared.starts_at == START
        own = (await self.clients["structure"].see_own_animations(structure)).structure
        assert own is not None
        assert own.animations is not None
        assert [edge.node.id for edge in own.animations.edges] == [declared.id]
        assert await self.listed() == []
        return declared.id

    async def publish(self, animation: str) -> int:
        """Returns the position in the log."""
        values = AnimationPublishInput(animation_id=animation)
        published = (await self.clients["national"].publish_an_animation(values)).animation_publish
        assert published.animation is not None, published.errors
        assert published.animation.status is AnimationStatus.PUBLISHED
        assert published.position is not None
        return published.position

    async def listed(self) -> list[str]:
        where = AnimationWhere(
            territory=["18"], theme=["temps-ecran"], type=["atelier-parents-enfants"], text="cafe ent peine"
        )
        listing = (await self.anybody.search_the_listing(where=where)).animations
        assert listing.total_count == len(listing.edges)
        return [edge.node.title for edge in listing.edges]

    async def search(self) -> None:
        assert await self.listed() == ["Café des parents : l'ENT sans peine"]

    async def clone(self, animation: str) -> str:
        values = AnimationCloneInput(animation_id=animation, starts_at=LATER, ends_at=LATER + TWO_HOURS)
        clone = (await self.clients["structure"].clone_an_animation(values)).animation_clone.animation
        assert clone is not None
        assert clone.cloned_from is not None
        assert (clone.status, clone.cloned_from.id, clone.attestation) == (AnimationStatus.SUBMITTED, animation, None)
        refused = (await self.clients["stranger"].clone_an_animation(values)).animation_clone
        assert (refused.animation, [error.code for error in refused.errors]) == (None, [ErrorCode.FORBIDDEN])
        return clone.id

    async def attest_too_early(self, clone: str) -> None:
        values = AnimationAttestInput(animation_id=clone, parents=9)
        refused = (await self.clients["structure"].attest_who_came(values)).animation_attest
        assert [error.code for error in refused.errors] == [ErrorCode.RULE_BROKEN]

    async def attest(self, animation: str) -> None:
        values = AnimationAttestInput(
            animation_id=animation, parents=9, children=7, answers=["La moitié", "Oui"], idempotency_key=uuid4()
        )
        attested = (await self.clients["structure"].attest_who_came(values)).animation_attest
        assert attested.animation is not None, attested.errors
        assert attested.animation.attestation is not None
        assert attested.animation.attestation.total == 16
        assert (await self.clients["structure"].attest_who_came(values)).animation_attest == attested
        other = values.model_copy(update={"parents": 10})
        for again, code in ((other, ErrorCode.DUPLICATE), (_without_key(other), ErrorCode.RULE_BROKEN)):
            refused = (await self.clients["structure"].attest_who_came(again)).animation_attest
            assert [error.code for error in refused.errors] == [code]

    async def correct(self, animation: str) -> None:
        values = AttestationCorrectInput(
            animation_id=animation, parents=10, children=7, reason="Un parent arrivé tard", expected_version=3
        )
        corrected = (await self.clients["structure"].correct_the_attestation(values)).attestation_correct
        assert corrected.animation is not None, corrected.errors
        assert corrected.animation.attestation is not None
        assert (corrected.animation.attestation.total, corrected.animation.attestation.corrections) == (17, 1)
        refused = (await self.clients["structure"].correct_the_attestation(values)).attestation_correct
        assert [error.code for error in refused.errors] == [ErrorCode.CONFLICT]

    async def see_figures(self, structure: str) -> None:
        shown = (await self.clients["structure"].see_the_dashboard(structure)).structure
        assert shown is not None
        assert shown.dashboard is not None
        assert (shown.dashboard.published, shown.dashboard.attested, shown.dashboard.parents) == (2, 1, 10)
        assert [month.month for month in shown.dashboard.by_month] == ["2026-11", "2030-01"]

    async def read_history(self, structure: str) -> None:
        where = AuditWhere(structure_id=structure)
        trail = (await self.clients["auditor"].read_the_audit_trail(where=where)).audit_trail
        assert trail is not None
        assert [edge.node.type_ for edge in trail.edges] == [
            *("convention.signed", "structure.account_opened", "structure.convention_attached"),
            *("animation.created", "animation.published", "animation.created", "animation.published"),
            *("animation.attested", "animation.attestation_corrected"),
        ]
        assert trail.edges[0].node.data["rate_per_animation"] == "150.00"
        try:
            await self.anybody.read_the_audit_trail(where=where)
        except GraphQLClientGraphQLMultiError as refused:
            codes = [(error.extensions or {})["code"] for error in refused.errors]
            assert codes == ["UNAUTHENTICATED"]
        else:
            raise AssertionError("history was told to anybody")

    async def volunteer(self) -> None:
        second = await self.submit("0180025E", Degree.SECOND)
        assert await self.validate("head", second) is CandidatureStatus.VALIDATED
        first = await self.submit("0180766K", Degree.FIRST)
        assert await self.validate("inspector", first) is ErrorCode.RULE_BROKEN
        values = CandidatureGiveOpinionInput(candidature_id=first, favourable=True, comment="Très présente à l'école.")
        opinion = (await self.clients["director"].give_an_opinion(values)).candidature_give_opinion.candidature
        assert opinion is not None
        assert opinion.status is CandidatureStatus.OPINION_GIVEN
        assert await self.validate("inspector", first) is CandidatureStatus.VALIDATED

    async def submit(self, school: str, degree: Degree) -> str:
        values = CandidatureSubmitInput(
            territory="18",
            school_uai=school,
            degree=degree,
            first_name="Prénom",
            last_name="Nom",
            email="parent@example.org",
            motivation="Aider les autres parents.",
        )
        candidature = (await self.anybody.submit_a_candidature(values)).candidature_submit.candidature
        assert candidature is not None
        return candidature.id

    async def validate(self, who: str, candidature: str) -> CandidatureStatus | ErrorCode:
        values = CandidatureValidateInput(candidature_id=candidature)
        payload = (await self.clients[who].validate_a_candidature(values)).candidature_validate
        return payload.errors[0].code if payload.candidature is None else payload.candidature.status

    async def follow(self, position: int, clone: str) -> None:
        """What was published last is told to whoever goes on from before it."""
        publications = self.anybody.follow_publications(AnimationWhere(territory=["18"]), after=position)
        published = (await anext(publications)).animation_published
        assert (published.id, published.starts_at) == (clone, LATER)


def _without_key(values: AnimationAttestInput) -> AnimationAttestInput:
    return values.model_copy(update={"idempotency_key": None})


if __name__ == "__main__":
    begin = json.load(sys.stdin)
    asyncio.run(Story(begin["address"], begin["tokens"]).tell())
