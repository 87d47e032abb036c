"""Accounts: a person's mandates, the people who speak for a structure, and its invitations."""

from __future__ import annotations

from eventstore.identities import WHO

_ONE = """who.person_id, who.account_id, who.erased_at,
       (SELECT mandates FROM {accounts} a WHERE a.account_id = who.account_id) AS mandates"""
#: One indexed look: who signs in, their mandates, and when their data were last erased by their wish.
OF_ONE = f"SELECT {_ONE} FROM {WHO}"
#: The same, and the accounts of structures that have moved to a SIRET which their token tells.
OF_ONE_FOR_STRUCTURES = f"""
SELECT {_ONE},
       (SELECT jsonb_object_agg(alias, s.structure_id) FROM {{structures}} s, unnest(s.aliases) AS alias
        WHERE s.aliases && %(structures)s::uuid[]) AS moved FROM {WHO}"""
#: The mandates of several structures at once, in the order of being given.
OF_STRUCTURES = """
SELECT one.structure::uuid AS structure_id, a.account_id, p.subject, m.mandate
FROM unnest(%(structures)s::text[]) AS one(structure)
JOIN {accounts} a ON a.structures @> ARRAY[one.structure]
JOIN LATERAL jsonb_array_elements(a.mandates) AS m(mandate) ON m.mandate->>'structure_id' = one.structure
LEFT JOIN {account_people} p USING (account_id) ORDER BY m.mandate->>'given_at', a.account_id"""
#: Mandates of these structures; or of those that these territories answer for, and of their schools (whose UAIs begin
#: so); or of the teachers of these schools; of all where these are NULL.
_WITHIN = """(%(structures)s::text[] IS NULL OR m.mandate->>'structure_id' = ANY(%(structures)s))
  AND (%(territories)s::text[] IS NULL
       OR m.mandate->>'structure_id' IN (SELECT structure_id::text FROM {structures} s
                                         WHERE s.territories[1] = ANY(%(territories)s))
       OR EXISTS (SELECT FROM jsonb_array_elements_text(m.mandate->'schools') AS uai
                  WHERE left(uai, 3) = ANY(%(schools)s)))
  AND (%(teaching_in)s::text[] IS NULL
       OR (m.mandate->>'role' = 'teacher' AND m.mandate->'schools' ?| %(teaching_in)s))"""
#: All who have a role, in the order of being given it.
OF_ROLE = f"""
SELECT a.account_id, p.subject, m.mandate FROM {{accounts}} a
JOIN LATERAL jsonb_array_elements(a.mandates) AS m(mandate) ON m.mandate->>'role' = %(role)s
LEFT JOIN {{account_people}} p USING (account_id)
WHERE a.roles @> ARRAY[%(role)s] AND {_WITHIN}
ORDER BY m.mandate->>'given_at', a.account_id LIMIT %(most)s"""
#: One by its id: of the asker's own account, or within the asker's reach where `reads` is true.
MANDATE = f"""
SELECT a.account_id, p.subject, m.mandate FROM {{accounts}} a
JOIN LATERAL jsonb_array_elements(a.mandates) AS m(mandate) ON m.mandate->>'id' = %(id)s
LEFT JOIN {{account_people}} p USING (account_id)
WHERE a.mandates @> %(holding)s AND (a.account_id = %(own)s OR (%(reads)s AND {_WITHIN}))"""
#: The roles of those who are bound to a school.
STAFF_OF = """
SELECT DISTINCT m.mandate->>'role' AS role FROM {accounts} a
JOIN LATERAL jsonb_array_elements(a.mandates) AS m(mandate) ON m.mandate->'schools' ? %(school)s
WHERE a.mandates @> %(holding)s"""
SUBJECTS = "SELECT account_id, subject FROM {account_people} WHERE account_id = ANY(%(ids)s)"
#: The people behind pseudonyms under which older events name who acted by a mandate.
SUBJECTS_OF_PERSONS = """
SELECT k.person_id, max(p.subject) AS subject
FROM person_keys k JOIN {account_people} p ON p.account_id = k.originator_id
WHERE k.person_id = ANY(%(ids)s) GROUP BY k.person_id"""
INVITATIONS_OF = """
SELECT i.*, p.email, u.reason AS unreached FROM {invitations} i LEFT JOIN {invited_people} p USING (invitation_id)
LEFT JOIN {unreached} u ON u.about_id = i.invitation_id
WHERE i.structure_id = ANY(%(structures)s) ORDER BY i.sent_at, i.invitation_id"""
#: Those that wait for an answer, the latest first: of these structures, or of those that these territories answer for;
#: of all where these are NULL.
OPEN_INVITATIONS = """
SELECT i.*, p.email, u.reason AS unreached FROM {invitations} i LEFT JOIN {invited_people} p USING (invitation_id)
LEFT JOIN {unreached} u ON u.about_id = i.invitation_id
WHERE i.status = 'OPEN' AND (%(structures)s::uuid[] IS NULL OR i.structure_id = ANY(%(structures)s))
  AND (%(territories)s::text[] IS NULL OR i.structure_id IN
       (SELECT structure_id FROM {structures} s WHERE s.territories[1] = ANY(%(territories)s)))
ORDER BY i.sent_at DESC, i.invitation_id LIMIT %(most)s"""
INVITATION = """
SELECT i.*, p.email, u.reason AS unreached FROM {invitations} i LEFT JOIN {invited_people} p USING (invitation_id)
LEFT JOIN {unreached} u ON u.about_id = i.invitation_id
WHERE i.invitation_id = %(id)s"""
ACCOUNT = """
SELECT a.*, p.subject, p.email FROM {accounts} a LEFT JOIN {account_people} p USING (account_id)
WHERE a.account_id = %(id)s"""
