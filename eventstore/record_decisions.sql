-- A function of the session's own: nobody else can replace it, and processes of two versions each have theirs.
--
-- Record, in one transaction and one round trip, each decision that is still valid; return a verdict on each.
--
-- Arrays of one length belong together; `place` names the decision. No decision may read a stream that another one
-- writes, and no idempotency key may occur twice. Volatile: under READ COMMITTED each statement sees what was committed
-- before it began, so the checks see everything that was recorded before the lock was granted.
CREATE OR REPLACE FUNCTION pg_temp.record_decisions(
    read_places int[], read_streams uuid[], read_versions bigint[],
    key_places int[], keys uuid[], digests bytea[], subjects uuid[],
    event_places int[], streams uuid[], versions bigint[], topics text[], states bytea[], authenticators bytea[]
)
RETURNS TABLE (place int, "position" bigint, outdated uuid[], digest bytea, subject uuid)
LANGUAGE plpgsql VOLATILE
-- One plan is kept, whatever the values: one that was made while the tables were small must not read them whole later.
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $body$
#variable_conflict use_column
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'decisions are recorded under READ COMMITTED alone' USING ERRCODE = 'active_sql_transaction';
    END IF;
    LOCK TABLE stored_events IN EXCLUSIVE MODE;
    RETURN QUERY
    WITH earlier AS MATERIALIZED (
        SELECT k.place, o.position, o.content_digest, o.subject_id
        FROM unnest(key_places, keys) AS k(place, key)
            CROSS JOIN LATERAL (SELECT * FROM command_outcomes WHERE idempotency_key = k.key LIMIT 1) AS o
    ), stale AS MATERIALIZED (
        SELECT r.place, array_agg(r.stream) AS streams
        FROM unnest(read_places, read_streams, read_versions) AS r(place, stream, version)
        WHERE r.version <> coalesce(
            (SELECT max(originator_version) FROM stored_events WHERE originator_id = r.stream), 0)
        GROUP BY r.place
    ), accepted AS MATERIALIZED (
        SELECT * FROM unnest(event_places, streams, versions, topics, states, authenticators)
            WITH ORDINALITY AS e(place, stream, version, topic, state, authenticator, number)
        WHERE e.place NOT IN (SELECT earlier.place FROM earlier) AND e.place NOT IN (SELECT stale.place FROM stale)
    ), inserted AS (
        INSERT INTO stored_events (originator_id, originator_version, topic, state, authenticator)
        SELECT stream, version, topic, state, authenticator FROM accepted ORDER BY number
        RETURNING notification_id, originator_id, originator_version
    ), recorded AS (
        SELECT a.place, max(i.notification_id) AS position
        FROM inserted AS i JOIN accepted AS a ON (a.stream, a.version) = (i.originator_id, i.originator_version)
        GROUP BY a.place
    ), kept AS (
        INSERT INTO command_outcomes (idempotency_key, content_digest, subject_id, position)
        SELECT k.key, k.digest, k.subject, recorded.position
        FROM unnest(key_places, keys, digests, subjects) AS k(place, key, digest, subject) JOIN recorded USING (place)
    )
    SELECT recorded.place, recorded.position, NULL::uuid[], NULL::bytea, NULL::uuid FROM recorded
    UNION ALL
    SELECT earlier.place, earlier.position, NULL, earlier.content_digest, earlier.subject_id FROM earlier
    UNION ALL
    SELECT stale.place, NULL, stale.streams, NULL, NULL FROM stale
    WHERE stale.place NOT IN (SELECT earlier.place FROM earlier);
    -- Also where nothing was recorded, which is rare: followers then look in vain.
    PERFORM pg_notify('stored_events', '');
END
$body$;

-- The same for a work that is done by one process at a time: only while it holds its lease, whose row stays as it is
-- until this is recorded.
CREATE OR REPLACE FUNCTION pg_temp.record_leased(
    lease_number int, lease_token uuid,
    read_places int[], read_streams uuid[], read_versions bigint[],
    key_places int[], keys uuid[], digests bytea[], subjects uuid[],
    event_places int[], streams uuid[], versions bigint[], topics text[], states bytea[], authenticators bytea[]
)
RETURNS TABLE (place int, "position" bigint, outdated uuid[], digest bytea, subject uuid)
LANGUAGE plpgsql VOLATILE
AS $body$
#variable_conflict use_column
BEGIN
    PERFORM FROM leases WHERE lease = lease_number AND token = lease_token FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the lease is another process''s now' USING ERRCODE = '55L01';
    END IF;
    RETURN QUERY SELECT * FROM pg_temp.record_decisions(
        read_places, read_streams, read_versions, key_places, keys, digests, subjects,
        event_places, streams, versions, topics, states, authenticators);
END
$body$
