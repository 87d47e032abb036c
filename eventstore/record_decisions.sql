-- A function of the session's own: nobody else can replace it, and processes of two versions each have theirs.
--
-- Record, in one transaction and one round trip, each decision that is still valid. Return a verdict on each other one,
-- by its `place`: what its idempotency key was used for, or the streams that have changed. The positions of what was
-- recorded follow, a row for each event, in the order of the events.
--
-- Arrays of one length belong together; `place` names the decision. No decision may read a stream that another one
-- writes, and no idempotency key may occur twice. Volatile: under READ COMMITTED each statement sees what was committed
-- before it began, so the checks see everything that was recorded before the lock was granted.
--
-- Small statements in turn: to begin one for all takes PostgreSQL longer than to record a single decision.
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
DECLARE
    refused int[] := '{}';
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'decisions are recorded under READ COMMITTED alone' USING ERRCODE = 'active_sql_transaction';
    END IF;
    LOCK TABLE stored_events IN EXCLUSIVE MODE;
    IF keys <> '{}' THEN
        PERFORM FROM command_outcomes WHERE idempotency_key = ANY (keys);
        IF FOUND THEN
            FOR place, "position", digest, subject IN
                SELECT k.place, o.position, o.content_digest, o.subject_id
                FROM unnest(key_places, keys) AS k(place, key)
                    CROSS JOIN LATERAL (SELECT * FROM command_outcomes WHERE idempotency_key = k.key LIMIT 1) AS o
            LOOP
                RETURN NEXT;
                refused := refused || place;
            END LOOP;
        END IF;
    END IF;
    PERFORM FROM unnest(read_streams, read_versions) AS r(stream, version)
    WHERE r.version <> coalesce((
        SELECT originator_version FROM stored_events WHERE originator_id = r.stream
        ORDER BY originator_version DESC LIMIT 1), 0);
    IF FOUND THEN
        FOR place, "position", outdated, digest, subject IN
            SELECT r.place, NULL, array_agg(r.stream), NULL, NULL
            FROM unnest(read_places, read_streams, read_versions) AS r(place, stream, version)
            WHERE r.place <> ALL (refused) AND r.version <> coalesce(
                (SELECT max(originator_version) FROM stored_events WHERE originator_id = r.stream), 0)
            GROUP BY r.place
        LOOP
            RETURN NEXT;
            refused := refused || place;
        END LOOP;
    END IF;
    RETURN QUERY
    INSERT INTO stored_events (originator_id, originator_version, topic, state, authenticator)
    -- Not of six arrays unnested: each is copied to a store of its own, memory that many a session gives back each time.
    SELECT stream, versions[i], topics[i], states[i], authenticators[i]
    FROM unnest(streams) WITH ORDINALITY AS e(stream, i) WHERE event_places[i] <> ALL (refused)
    RETURNING NULL::int, notification_id, NULL::uuid[], NULL::bytea, NULL::uuid;
    IF keys <> '{}' THEN
        INSERT INTO command_outcomes (idempotency_key, content_digest, subject_id, position)
        SELECT key, digests[i], subjects[i], (
            SELECT max((SELECT notification_id FROM stored_events
                        WHERE originator_id = streams[j] AND originator_version = versions[j]))
            FROM unnest(event_places) WITH ORDINALITY AS e(place, j) WHERE e.place = key_places[i])
        FROM unnest(keys) WITH ORDINALITY AS k(key, i) WHERE key_places[i] <> ALL (refused);
    END IF;
    -- Also where nothing was recorded, which is rare: followers then look in vain.
    NOTIFY stored_events;
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
