-- The look-ups as they were before second factors.
CREATE FUNCTION account_lookup(wanted text)
RETURNS TABLE (
    county_id uuid, person_id uuid, password_hash text, role text,
    scope int8multirange, name text
)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET row_security = on
AS $$
    SELECT a.county_id, a.person_id, a.password_hash, a.role,
           with_predecessors(a.county_id, a.scope), p.name
    FROM accounts a
    JOIN people p ON p.county_id = a.county_id AND p.id = a.person_id
    WHERE a.login = wanted AND a.disabled_at IS NULL
$$;

CREATE FUNCTION session_lookup(wanted bytea)
RETURNS TABLE (
    county_id uuid, session_id uuid, person_id uuid, login text, role text,
    scope int8multirange, name text, expires_at timestamptz
)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET row_security = on
AS $$
    SELECT s.county_id, s.id, s.person_id, a.login, a.role,
           with_predecessors(a.county_id, a.scope), p.name, s.expires_at
    FROM sessions s
    JOIN accounts a ON a.county_id = s.county_id AND a.person_id = s.person_id
    JOIN people p ON p.county_id = s.county_id AND p.id = s.person_id
    WHERE s.token_hash = wanted AND s.revoked_at IS NULL
      AND s.expires_at > clock_timestamp() AND a.disabled_at IS NULL
$$;

REVOKE ALL ON FUNCTION account_lookup(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION session_lookup(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_lookup(text) TO xunge_app;
GRANT EXECUTE ON FUNCTION session_lookup(bytea) TO xunge_app;
