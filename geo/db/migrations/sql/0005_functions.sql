-- The only way into the journal. Takes one packed row of the device of a token.
--
-- Returns no row if no device has the token. Otherwise the hashes that are known
-- already: if there are any, nothing was stored, and the caller, whose transaction now
-- holds the device, comes again with the rest.
--
-- The hash of a fix covers its time, so two rows can only share a hash if their spans
-- overlap; and a row that begins after everything known shares none.
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

-- Keeps what is no usable fix; returns how many were new, or NULL without a device.
CREATE FUNCTION ingest_quarantine(
    token bytea, new_received_ms bigint, new_hashes bigint[], new_reasons text[],
    new_times bigint[], new_raws bytea[]
)
RETURNS integer
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    who record;
    added integer;
BEGIN
    SELECT * INTO who FROM device_lookup(token);
    IF who.device_id IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO quarantined_fixes
        (county_id, device_id, content_hash, code, reason, t_ms, received_ms, raw)
    SELECT who.county_id, who.device_id, item.hash, who.code, item.reason, item.t_ms,
           new_received_ms, item.raw
    FROM unnest(new_hashes, new_reasons, new_times, new_raws)
        AS item (hash, reason, t_ms, raw)
    ORDER BY item.hash
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS added = ROW_COUNT;
    RETURN added;
END
$$;

-- Makes the day partitions of a table that are missing, without ever holding up those
-- who read and write it. A day that already has rows in the default partition stays
-- there. No grants: a partition does not inherit the policies of its parent.
CREATE FUNCTION make_day_partitions(parent text, first_day date, last_day date)
RETURNS integer
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    day date := first_day;
    made integer := 0;
    name text;
    taken boolean;
    key text;
BEGIN
    key := CASE parent WHEN 'journal' THEN 'received_on' WHEN 'day_tracks' THEN 'fix_on' END;
    IF key IS NULL OR last_day - first_day > 400 THEN
        RAISE EXCEPTION 'make_day_partitions: % from % to %', parent, first_day, last_day;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('partitions of ' || parent, 0));
    WHILE day <= last_day LOOP
        name := parent || to_char(day, '_YYYYMMDD');
        EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE %I = $1)', parent, key)
            INTO taken USING day;
        IF NOT taken AND to_regclass('public.' || quote_ident(name)) IS NULL THEN
            EXECUTE format('CREATE TABLE public.%I (LIKE public.%I)', name, parent);
            EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
            EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', name);
            EXECUTE format(
                'ALTER TABLE public.%I ATTACH PARTITION public.%I '
                'FOR VALUES FROM (%L) TO (%L)', parent, name, day, day + 1
            );
            made := made + 1;
        END IF;
        day := day + 1;
    END LOOP;
    RETURN made;
END
$$;

REVOKE ALL ON FUNCTION ingest_append(
    bytea, bigint, bigint, uuid, bigint, bigint, bigint[], bytea, bigint,
    double precision, double precision, double precision, double precision
) FROM PUBLIC;
REVOKE ALL ON FUNCTION ingest_quarantine(
    bytea, bigint, bigint[], text[], bigint[], bytea[]
) FROM PUBLIC;
REVOKE ALL ON FUNCTION make_day_partitions(text, date, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest_append(
    bytea, bigint, bigint, uuid, bigint, bigint, bigint[], bytea, bigint,
    double precision, double precision, double precision, double precision
) TO xunge_ingest;
GRANT EXECUTE ON FUNCTION ingest_quarantine(
    bytea, bigint, bigint[], text[], bigint[], bytea[]
) TO xunge_ingest;
GRANT EXECUTE ON FUNCTION make_day_partitions(text, date, date) TO xunge_jobs;
