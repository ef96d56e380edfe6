-- Areas together with those that became part of them: rows keep the code of their time,
-- so who is in charge of a village also sees what happened in the ones it took over.
CREATE FUNCTION with_predecessors(county uuid, areas int8multirange)
RETURNS int8multirange
LANGUAGE sql
STABLE
SET search_path = pg_catalog, public, pg_temp
-- Migrations run with it off, and the body is checked as it is created.
SET row_security = on
AS $$
    WITH RECURSIVE steps AS (
        -- A padded code ends in as many zeros as the levels below it are long.
        SELECT successor_code, int8range(predecessor_code, predecessor_code + CASE
            WHEN predecessor_code % 1000000000 = 0 THEN 1000000000
            WHEN predecessor_code % 1000000 = 0 THEN 1000000
            WHEN predecessor_code % 1000 = 0 THEN 1000
            ELSE 1 END) AS area
        FROM region_lineage WHERE county_id = county
    ),
    before AS (
        SELECT area FROM steps WHERE successor_code <@ areas
        UNION
        SELECT s.area FROM before b JOIN steps s ON s.successor_code <@ b.area
    )
    SELECT areas + coalesce(range_agg(area), '{}') FROM before
$$;

-- The only ways to a row before it is known who asks. Each takes what was sent and
-- returns no more than what the next step needs.

-- All accounts of that name: a name is unique only inside its county.
CREATE FUNCTION account_lookup(wanted text)
RETURNS TABLE (
    county_id uuid, person_id uuid, password_hash text, role text,
    scope int8multirange, name text
)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT a.county_id, a.person_id, a.password_hash, a.role,
           with_predecessors(a.county_id, a.scope), p.name
    FROM accounts a
    JOIN people p ON p.county_id = a.county_id AND p.id = a.person_id
    WHERE a.login = wanted AND a.disabled_at IS NULL
$$;

-- The session of a token, unless it has ended or its account is disabled: a right that
-- is withdrawn ends with the next request.
CREATE FUNCTION session_lookup(wanted bytea)
RETURNS TABLE (
    county_id uuid, session_id uuid, person_id uuid, login text, role text,
    scope int8multirange, name text, expires_at timestamptz
)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT s.county_id, s.id, s.person_id, a.login, a.role,
           with_predecessors(a.county_id, a.scope), p.name, s.expires_at
    FROM sessions s
    JOIN accounts a ON a.county_id = s.county_id AND a.person_id = s.person_id
    JOIN people p ON p.county_id = s.county_id AND p.id = s.person_id
    WHERE s.token_hash = wanted AND s.revoked_at IS NULL
      AND s.expires_at > clock_timestamp() AND a.disabled_at IS NULL
$$;

-- The device of a token, the person who carries it now, if anybody, and the area that
-- its rows belong to: the person's, or else the device's own.
CREATE FUNCTION device_lookup(wanted bytea)
RETURNS TABLE (county_id uuid, device_id uuid, person_id uuid, code bigint)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT d.county_id, d.id, b.person_id, coalesce(p.code, d.code)
    FROM devices d
    LEFT JOIN device_bindings b
        ON b.county_id = d.county_id AND b.device_id = d.id
        AND b.during @> clock_timestamp()
    LEFT JOIN people p ON p.county_id = b.county_id AND p.id = b.person_id
    WHERE d.token_hash = wanted AND d.revoked_at IS NULL
$$;

REVOKE ALL ON FUNCTION with_predecessors(uuid, int8multirange) FROM PUBLIC;
REVOKE ALL ON FUNCTION account_lookup(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION session_lookup(bytea) FROM PUBLIC;
REVOKE ALL ON FUNCTION device_lookup(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_lookup(text) TO xunge_app;
GRANT EXECUTE ON FUNCTION session_lookup(bytea) TO xunge_app;
GRANT EXECUTE ON FUNCTION device_lookup(bytea) TO xunge_app, xunge_ingest;
