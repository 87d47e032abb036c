"""Every name that outside clients rely on exists, with the same meaning of null. Names may be added, never changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import (
    EnumTypeDefinitionNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ObjectTypeDefinitionNode,
    TypeDefinitionNode,
    build_schema,
    parse,
    print_ast,
)

from api.publishing.sdl import sdl
from api.schema import schema as executable

CONTRACT = parse(Path(__file__).with_name("contract.graphql").read_text(encoding="utf-8"))
_WithFields = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode | InputObjectTypeDefinitionNode

ANIMATION = (
    "structureId territory title description startsAt endsAt venueType venueName address communeCode audience type"
    " themes seats"
)
#: The inputs as the contract's last lines tell them, beside `idempotencyKey`.
INPUTS = {
    "ConventionSignInput": "siret structureName territory coordonnateur signedOn validFrom validUntil plannedAnimations"
    " ratePerAnimation requiredPieces",
    "AnimationCreateInput": ANIMATION,
    "CandidatureSubmitInput": "territory schoolUai degree firstName lastName email phone motivation",
    "TermAddInput": "kind code label description",
}
#: Those that change a thing have `expectedVersion` as well.
CHANGES = {
    "ConventionAmendInput": "conventionId coordonnateur validFrom validUntil plannedAnimations ratePerAnimation"
    " requiredPieces",
    "ConventionTerminateInput": "conventionId terminatedOn reason",
    "AnimationModifyInput": f"animationId {ANIMATION}",
    "AnimationPublishInput": "animationId",
    "AnimationRefuseInput": "animationId reason",
    "AnimationCancelInput": "animationId reason",
    "AnimationCloneInput": "animationId startsAt endsAt",
    "AnimationAttestInput": "animationId parents children answers",
    "AttestationCorrectInput": "animationId parents children answers reason",
    "CandidatureGiveOpinionInput": "candidatureId favourable comment",
    "CandidatureValidateInput": "candidatureId",
    "CandidatureRejectInput": "candidatureId reason",
    "CandidatureWithdrawInput": "candidatureId reason",
    "TermRenameInput": "kind code label",
    "TermMergeInput": "kind from into",
    "TermRetireInput": "kind code",
}


@pytest.fixture(scope="module")
def schema():
    return build_schema(sdl(executable))


def _arguments(promised, actual) -> list[str]:
    return [
        f"{promised.name.value}({argument.name.value}:)"
        for argument in promised.arguments or ()
        if argument.name.value not in actual.args
        or str(actual.args[argument.name.value].type) != print_ast(argument.type)
    ]


def _broken_promises(promised: TypeDefinitionNode, actual) -> list[str]:
    if isinstance(promised, EnumTypeDefinitionNode):
        assert isinstance(actual, GraphQLEnumType)
        return [value.name.value for value in promised.values or () if value.name.value not in actual.values]
    assert isinstance(promised, _WithFields)
    missing = []
    for field in promised.fields or ():
        name = field.name.value
        if name not in actual.fields:
            missing.append(f"{name} is missing")
        elif str(actual.fields[name].type) != print_ast(field.type):
            missing.append(f"{name}: {actual.fields[name].type} instead of {print_ast(field.type)}")
        elif not isinstance(promised, InputObjectTypeDefinitionNode):
            missing += _arguments(field, actual.fields[name])
    return missing


@pytest.mark.parametrize("promised", CONTRACT.definitions, ids=lambda promised: promised.name.value)
def test_every_name_of_the_contract_exists_with_its_type(promised: TypeDefinitionNode, schema):
    actual = schema.type_map.get(promised.name.value)
    assert actual is not None
    assert _broken_promises(promised, actual) == []
    if interfaces := getattr(promised, "interfaces", ()):
        assert isinstance(actual, GraphQLObjectType)
        assert {name.name.value for name in interfaces} <= {interface.name for interface in actual.interfaces}


@pytest.mark.parametrize("name", [*INPUTS, *CHANGES])
def test_every_input_of_the_contract_takes_its_fields(name: str, schema):
    actual = schema.type_map[name]
    assert isinstance(actual, GraphQLInputObjectType)
    promised = {*(INPUTS | CHANGES)[name].split(), "idempotencyKey"} | (
        {"expectedVersion"} if name in CHANGES else set()
    )
    assert promised - set(actual.fields) == set()
    assert str(actual.fields["idempotencyKey"].type) == "UUID"


@pytest.mark.parametrize(
    ("payload", "thing"),
    [
        ("AnimationPayload", "animation: Animation"),
        ("ConventionPayload", "convention: Convention"),
        ("CandidaturePayload", "candidature: Candidature"),
        ("TermPayload", "term: Term"),
    ],
)
def test_every_payload_holds_the_thing_the_position_and_the_errors(payload: str, thing: str, schema):
    fields = {f"{name}: {field.type}" for name, field in schema.type_map[payload].fields.items()}
    assert {thing, "position: Int", "errors: [UserError!]!"} <= fields
