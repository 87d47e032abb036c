"""Check that the dossier, its sum and its files follow from the events."""

from __future__ import annotations

from typing import Any

import orjson

from application.people.officials import is_by_mandate
from application.proof.bundle_checks.opened_bundle import CheckFailed, OpenedBundle, whole_number
from application.proof.dossier_streams import expired_files
from application.proof.facts.dossier_facts import Facts, facts_of, file_digests
from application.proof.facts.first_format import in_first_format
from application.proof.members import DOSSIER, FILES
from application.proof.rules.bundles import findings_in
from eventstore.seals import is_sealed
from eventstore.strict_reading import is_amount_of_old


def check_dossier(bundle: OpenedBundle) -> str:
    """Check that dossier.json follows from the events of the streams that it rests on, and of no others."""
    bundle.facts = facts_of(bundle.dossier_id, bundle.records)
    if others := expired_files(bundle.records) - set(file_digests(bundle.facts)):
        raise CheckFailed(f"a stream tells that {min(others)} expired, a file that the dossier does not name")
    text = bundle.read(DOSSIER)
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise CheckFailed(f"dossier.json is not JSON ({error.msg})") from error
    if bundle.format == 1:
        bundle.facts, bundle.layouts = in_first_format(bundle.facts), (2, 1)
    else:
        bundle.facts |= _words_of_the_signer(bundle, document)
    if orjson.dumps(_with_clear_texts(bundle.facts, document), option=orjson.OPT_INDENT_2) != text:
        raise CheckFailed("dossier.json does not say what the events say")
    bundle.shown = document
    facts = bundle.facts
    summary = f"{facts['status']}, {len(facts['lines'])} animations"
    amount = f", {facts['amount']} euros" if facts["amount"] else ""
    # There only once something of it was withdrawn, refused or amended.
    due_back = facts.get("to_recover", "0.00")
    back = "" if due_back == "0.00" else f", {due_back} euros due back"
    return f"{summary}{amount}{back}, as the events say"


def _words_of_the_signer(bundle: OpenedBundle, document: Any) -> dict[str, Any]:
    """Return what no event says: the paper's layout, and names of those who acted by a mandate."""
    layout, names = (document.get("layout"), document.get("names")) if isinstance(document, dict) else (None, None)
    bundle.layouts = (whole_number(layout, "the layout that dossier.json names"),)
    actors = {entry["actor"] for entry in bundle.facts["timeline"] if is_by_mandate(entry["actor"], entry["role"])}
    if not isinstance(names, dict) or not all(isinstance(name, str) and name for name in names.values()):
        raise CheckFailed("dossier.json names nobody in the form that it should")
    for actor in names:
        if actor not in actors:
            raise CheckFailed(f"dossier.json names {actor[:60]!a}, who did not act by a mandate")
    return {"layout": layout, "names": dict(sorted(names.items()))}


def _with_clear_texts(fact: Any, shown: Any) -> Any:
    """Return the fact with each sealed text replaced by the one shown, which only the signer can decrypt.

    Amounts stand in old bundles as they were typed.
    """
    if isinstance(shown, str) and (is_sealed(fact) or is_amount_of_old(shown, fact)):
        return shown
    if isinstance(fact, dict) and isinstance(shown, dict):
        return {name: _with_clear_texts(value, shown.get(name)) for name, value in fact.items()}
    if isinstance(fact, list) and isinstance(shown, list):
        return [
            _with_clear_texts(value, shown[place] if place < len(shown) else None) for place, value in enumerate(fact)
        ]
    return fact


def check_rules(bundle: OpenedBundle) -> str | None:
    """Check that every event is one that the domain would have recorded there: rights, transitions and figures."""
    names = bundle.shown.get("names", {})
    for finding in findings_in(bundle.leaves):
        if not finding.warning:
            raise CheckFailed(finding.naming(names))
        bundle.warnings.append(finding.naming(names))
    certified = bundle.facts["certified"]
    if certified is None:
        return None
    rate = certified["rate_per_animation"] or "the rates of their days"
    sum_ = f"{certified['animations']} animations × {rate} = {certified['amount']} euros"
    with_sheet = sum(line["sheet"] is not None for line in bundle.facts["submitted_lines"])
    _warn_of_reservations(bundle, bundle.shown["certified"])
    return (
        f"{sum_}; rate, plan, attendance and sheets are those of the convention and of the attestations;"
        f" {with_sheet} of {certified['animations']} animations have a signed sheet"
    )


def _warn_of_reservations(bundle: OpenedBundle, certified: Facts) -> None:
    """Name what the service was certified in spite of, with the reasons of whoever certified it."""
    missing = [*certified.get("missing_sheets", ()), *certified.get("missing_pieces", ())]
    if missing:
        bundle.warnings.append(f"certified without {', '.join(missing)}: {certified['missing_reason']}")
    for warning in certified.get("warnings", ()):
        other = f" and {warning['other_id']}" if warning["other_id"] else ""
        bundle.warnings.append(f"{warning['code']}: {warning['animation_id']}{other}")
    if certified.get("warnings"):
        bundle.warnings.append(f"which was answered by: {certified['warnings_reason']}")


def _in_order(bundle: OpenedBundle, present: set[str]) -> list[str]:
    """Return the attached files in their order: sorted or, in the first format, as dossier.json names them."""
    if bundle.format > 1:
        return sorted(present)
    return [name for digest in file_digests(bundle.facts) if (name := f"{FILES}{digest}") in present]


def check_files(bundle: OpenedBundle) -> str:
    """Check that every file named by the events is there, unless its retention ended, and nothing else."""
    expired = expired_files(bundle.records)
    expected = {f"{FILES}{digest}" for digest in file_digests(bundle.facts)}
    attached = [name for name in bundle.members if name.startswith(FILES)]
    present = set(attached)
    expired_absent = {f"{FILES}{digest}" for digest in expired} & (expected - present)
    if missing := sorted(expected - present - expired_absent):
        raise CheckFailed(f"{missing[0]} is named by the events and missing")
    if unknown := sorted(present - expected):
        raise CheckFailed(f"{unknown[0]} is named by no event")
    if attached != _in_order(bundle, present):
        raise CheckFailed("they stand in another order than that of every bundle")
    summary = f"{len(present)} attached sheets and pieces have the digests that the events say"
    return (
        f"{summary}; {len(expired_absent)} expired: deleted at the end of their retention, as the events tell"
        if expired_absent
        else summary
    )
