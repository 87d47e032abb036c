"""A mutation has a payload of its own, which can grow by itself; families that clients know do not grow for one."""

from __future__ import annotations

from collections import defaultdict

from graphql import GraphQLObjectType, get_named_type

from api.core.commanding.own_payloads import KNOWN_BY_FAMILY, payload_name
from api.schema import schema

GRAPHQL = schema._schema
#: What the known families tell beside the thing, the position and the errors.
BESIDES = {
    # Who declares and who modifies are warned alike of another of that title, hour and place.
    "AnimationPayload": {"warnings"},
    "CandidaturePayload": {"link"},
    # Clients know `contactsImport` by this type: another one would break their fragments.
    "ContactsPayload": {"added", "ignoredColumns", "known", "warnings", "writtenTo"},
    "ConventionPayload": {"warnings"},
    "InvitationPayload": {"link"},
    "RegistrationMadePayload": {"link", "code", "codeUrl", "ticketUrl"},
}


def _payloads() -> dict[str, GraphQLObjectType]:
    assert GRAPHQL.mutation_type is not None
    payloads = {}
    for mutation, field in GRAPHQL.mutation_type.fields.items():
        payload = get_named_type(field.type)
        assert isinstance(payload, GraphQLObjectType)
        payloads[mutation] = payload
    return payloads


def test_each_mutation_has_a_payload_of_its_own_or_one_that_clients_know():
    wrong = [
        mutation
        for mutation, payload in _payloads().items()
        if mutation not in KNOWN_BY_FAMILY and payload.name != payload_name(mutation)
    ]
    assert wrong == []


def test_a_family_tells_nothing_more_for_one_of_its_mutations():
    families = defaultdict(list)
    for payload in _payloads().values():
        families[payload.name].append(payload)
    shared = [payloads[0] for payloads in families.values() if len(payloads) > 1]
    assert len(shared) > 5
    further = {
        payload.name: set(payload.fields) - {"position", "errors"} - BESIDES.get(payload.name, set())
        for payload in shared
    }
    assert {name: fields for name, fields in further.items() if len(fields) != 1} == {}
