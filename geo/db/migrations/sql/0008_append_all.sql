-- Many packed rows into the journal at once, in place of ingest_append, which took
-- one. Rows of one call never share a hash: the caller has taken repeats out.
--
-- Returned are only the rows that were not stored: with a NULL if no device has the
-- token, otherwise with the hashes that the journal knew before; the caller, whose
-- transaction now holds the device, comes again with the rest. Hashes and packed rows
-- come end to end, because slicing is cheaper than parsing arrays of arrays.
--
-- The hash of a fix covers its time, so two rows can only share a hash if their spans
-- overlap; a row that begins after everything known shares none. No fix lies more than
-- two days after its receipt, so older partitions need not be opened.
CREATE FUNCTION ingest_append_all(
    tokens bytea[], received bigint[], sent bigint[], batches uuid[],
    firsts bigint[], lasts bigint[],
    all_hashes bigint[], hash_ends integer[], all_packed bytea, packed_ends integer[],
    -- Newest position that may be shown, or NULL: time, lon, lat, accuracy, battery.
    shown bigint[], lons double precision[], lats double precision[],
    accuracies double precision[], batteries double precision[]
)
RETURNS TABLE (place integer, known bigint[])
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    counties uuid[];
    devices uuid[];
    persons uuid[];
    codes bigint[];
    held integer;
BEGIN
    SELECT array_agg(w.county_id ORDER BY i.n), array_agg(w.device_id ORDER BY i.n),
           array_agg(w.person_id ORDER BY i.n), array_agg(w.code ORDER BY i.n)
    INTO counties, devices, persons, codes
    FROM unnest(tokens) WITH ORDINALITY AS i (token, n)
    LEFT JOIN LATERAL (
        SELECT d.county_id, d.id AS device_id, b.person_id,
               coalesce(p.code, d.code) AS code
        FROM devices d
        LEFT JOIN device_bindings b
            ON b.county_id = d.county_id AND b.device_id = d.id
            AND b.during @> clock_timestamp()
        LEFT JOIN people p ON p.county_id = b.county_id AND p.id = b.person_id
        WHERE d.token_hash = i.token AND d.revoked_at IS NULL
        LIMIT 1
    ) w ON true;

    -- Held in one order by everybody, so that two callers never wait for each other.
    LOOP
        PERFORM FROM latest_fixes l
        JOIN unnest(counties, devices) AS w (county_id, device_id)
            ON l.county_id = w.county_id AND l.device_id = w.device_id
        ORDER BY l.county_id, l.device_id
        FOR UPDATE OF l;
        GET DIAGNOSTICS held = ROW_COUNT;
        EXIT WHEN held = cardinality(array_remove(devices, NULL));
        INSERT INTO latest_fixes
            (county_id, device_id, code, newest_ms, last_seq, merged_seq)
        SELECT DISTINCT ON (w.county_id, w.device_id)
               w.county_id, w.device_id, w.code, -9223372036854775808, 0, 0
        FROM unnest(counties, devices, codes) AS w (county_id, device_id, code)
        WHERE w.device_id IS NOT NULL
        ORDER BY w.county_id, w.device_id
        ON CONFLICT DO NOTHING;
    END LOOP;

    -- A statement of its own: its snapshot holds what others committed meanwhile.
    RETURN QUERY
    WITH item AS MATERIALIZED (
        SELECT i.*, l.newest_ms AS head_ms, l.last_seq AS head_seq, l.t_ms AS head_shown
        FROM unnest(
            counties, devices, persons, codes, received, sent, batches, firsts, lasts,
            hash_ends, packed_ends, shown, lons, lats, accuracies, batteries
        ) WITH ORDINALITY AS i (
            county_id, device_id, person_id, code, received_ms, sent_ms, batch_id,
            first_ms, last_ms, hash_end, packed_end, shown_ms, lon, lat, accuracy,
            battery, n
        )
        JOIN latest_fixes l
            ON l.county_id = i.county_id AND l.device_id = i.device_id
    ),
    seen AS MATERIALIZED (
        SELECT i.n, ARRAY(
            SELECT unnest(all_hashes[coalesce(hash_ends[i.n - 1], 0) + 1:i.hash_end])
            INTERSECT
            SELECT unnest(j.hashes) FROM journal j
            WHERE j.county_id = i.county_id AND j.device_id = i.device_id
              AND j.last_ms >= i.first_ms AND j.first_ms <= i.last_ms
              AND j.received_on >= (
                  to_timestamp(i.first_ms / 1000.0) AT TIME ZONE 'Asia/Shanghai'
              )::date - 3
        ) AS hashes
        FROM item i
        WHERE i.first_ms <= i.head_ms
    ),
    fresh AS MATERIALIZED (
        SELECT i.*,
               row_number() OVER (PARTITION BY i.device_id ORDER BY i.n) AS step
        FROM item i
        WHERE i.first_ms > i.head_ms
           OR NOT EXISTS (SELECT FROM seen s WHERE s.n = i.n AND s.hashes <> '{}')
    ),
    added AS (
        INSERT INTO journal
        SELECT f.county_id, f.device_id, f.head_seq + f.step,
               (to_timestamp(f.received_ms / 1000.0) AT TIME ZONE 'Asia/Shanghai')::date,
               f.person_id, f.code, f.batch_id, f.received_ms, f.sent_ms,
               f.first_ms, f.last_ms,
               all_hashes[coalesce(hash_ends[f.n - 1], 0) + 1:f.hash_end],
               substring(
                   all_packed FROM coalesce(packed_ends[f.n - 1], 0) + 1
                   FOR f.packed_end - coalesce(packed_ends[f.n - 1], 0)
               )
        FROM fresh f
    ),
    news AS (
        SELECT DISTINCT ON (f.device_id) f.*,
               f.shown_ms > coalesce(f.head_shown, -9223372036854775808) AS is_newer,
               max(f.last_ms) OVER (PARTITION BY f.device_id) AS newest,
               max(f.step) OVER (PARTITION BY f.device_id) AS steps
        FROM fresh f
        ORDER BY f.device_id, f.shown_ms DESC NULLS LAST, f.n
    ),
    moved AS (
        UPDATE latest_fixes l SET
            t_ms = CASE WHEN w.is_newer THEN w.shown_ms ELSE l.t_ms END,
            received_ms = CASE WHEN w.is_newer THEN w.received_ms ELSE l.received_ms END,
            lon = CASE WHEN w.is_newer THEN w.lon ELSE l.lon END,
            lat = CASE WHEN w.is_newer THEN w.lat ELSE l.lat END,
            accuracy_m = CASE WHEN w.is_newer THEN w.accuracy ELSE l.accuracy_m END,
            battery_pct = CASE WHEN w.is_newer THEN w.battery ELSE l.battery_pct END,
            person_id = CASE WHEN w.is_newer THEN w.person_id ELSE l.person_id END,
            code = CASE WHEN w.is_newer THEN w.code ELSE l.code END,
            newest_ms = greatest(l.newest_ms, w.newest),
            last_seq = l.last_seq + w.steps
        FROM news w
        WHERE l.county_id = w.county_id AND l.device_id = w.device_id
    )
    SELECT s.n::integer, s.hashes FROM seen s WHERE s.hashes <> '{}'
    UNION ALL
    SELECT w.n::integer, NULL
    FROM unnest(devices) WITH ORDINALITY AS w (device_id, n)
    WHERE w.device_id IS NULL;
END
$$;

REVOKE ALL ON FUNCTION ingest_append_all(
    bytea[], bigint[], bigint[], uuid[], bigint[], bigint[], bigint[], integer[], bytea,
    integer[], bigint[], double precision[], double precision[], double precision[],
    double precision[]
) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ingest_append_all(
    bytea[], bigint[], bigint[], uuid[], bigint[], bigint[], bigint[], integer[], bytea,
    integer[], bigint[], double precision[], double precision[], double precision[],
    double precision[]
) TO xunge_ingest;
