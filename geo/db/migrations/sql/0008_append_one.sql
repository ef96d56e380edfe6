-- As migration 0005 made it, for the way back.
CREATE FUNCTION ingest_append(
    token bytea, new_received_ms bigint, new_sent_ms bigint, new_batch_id uuid,
    new_first_ms bigint, new_last_ms bigint, new_hashes bigint[], new_packed bytea,
    -- Newest position that may be shown, or NULL: time, lon, lat, accuracy, battery.
    shown_ms bigint, shown_lon double precision, shown_lat double precision,
    shown_accuracy double precision, shown_battery double precision
)
RETURNS TABLE (found_device_id uuid, known bigint[])
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    who record;
    head latest_fixes;
BEGIN
    -- The query of device_lookup written out: called, it would be planned anew for
    -- each fix, which costs more than all the rest here.
    SELECT d.county_id, d.id AS device_id, b.person_id, coalesce(p.code, d.code) AS code
    INTO who
    FROM devices d
    LEFT JOIN device_bindings b
        ON b.county_id = d.county_id AND b.device_id = d.id
        AND b.during @> clock_timestamp()
    LEFT JOIN people p ON p.county_id = b.county_id AND p.id = b.person_id
    WHERE d.token_hash = token AND d.revoked_at IS NULL;
    IF who.device_id IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO latest_fixes
        (county_id, device_id, code, newest_ms, last_seq, merged_seq)
    VALUES (who.county_id, who.device_id, who.code, -9223372036854775808, 0, 0)
    ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM latest_fixes l
    WHERE l.county_id = who.county_id AND l.device_id = who.device_id FOR UPDATE;

    found_device_id := who.device_id;
    known := '{}';
    IF new_first_ms <= head.newest_ms THEN
        known := ARRAY(
            SELECT unnest(new_hashes)
            INTERSECT
            SELECT unnest(j.hashes) FROM journal j
            WHERE j.county_id = who.county_id AND j.device_id = who.device_id
              AND j.last_ms >= new_first_ms AND j.first_ms <= new_last_ms
        );
    END IF;
    IF cardinality(known) = 0 THEN
        INSERT INTO journal VALUES (
            who.county_id, who.device_id, head.last_seq + 1,
            (to_timestamp(new_received_ms / 1000.0) AT TIME ZONE 'Asia/Shanghai')::date,
            who.person_id, who.code, new_batch_id, new_received_ms, new_sent_ms,
            new_first_ms, new_last_ms, new_hashes, new_packed
        );
        IF shown_ms > coalesce(head.t_ms, -9223372036854775808) THEN
            head.t_ms := shown_ms;
            head.received_ms := new_received_ms;
            head.lon := shown_lon;
            head.lat := shown_lat;
            head.accuracy_m := shown_accuracy;
            head.battery_pct := shown_battery;
            head.person_id := who.person_id;
            head.code := who.code;
        END IF;
        UPDATE latest_fixes l SET
            t_ms = head.t_ms, received_ms = head.received_ms,
            lon = head.lon, lat = head.lat,
            accuracy_m = head.accuracy_m, battery_pct = head.battery_pct,
            person_id = head.person_id, code = head.code,
            newest_ms = greatest(head.newest_ms, new_last_ms),
            last_seq = head.last_seq + 1
        WHERE l.county_id = who.county_id AND l.device_id = who.device_id;
    END IF;
    RETURN NEXT;
END
$$;

REVOKE ALL ON FUNCTION ingest_append(
    bytea, bigint, bigint, uuid, bigint, bigint, bigint[], bytea, bigint,
    double precision, double precision, double precision, double precision
) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest_append(
    bytea, bigint, bigint, uuid, bigint, bigint, bigint[], bytea, bigint,
    double precision, double precision, double precision, double precision
) TO xunge_ingest;
