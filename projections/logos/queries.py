"""Logos that papers show: not that of a structure whose name was erased, which may be a person's."""

from domain.structures.structure import ERASED_NAME

_SHOWN = f"""
SELECT l.* FROM {{logos}} l LEFT JOIN {{structures}} s ON s.structure_id = l.structure_id
WHERE s.name IS DISTINCT FROM '{ERASED_NAME}'"""
BY_IDS = f"{_SHOWN} AND l.logo_id = ANY(%(ids)s)"
#: The digests of all files in use.
IN_USE = f"SELECT shown.sha256 FROM ({_SHOWN}) AS shown"
