-- Takes one try of a key; NULL if it may go on, else when the next one may come. The
-- row stays locked until commit: guesses that come together are counted one by one.
CREATE FUNCTION take_try(wanted bytea, most integer, span interval)
RETURNS timestamptz
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    moment timestamptz := clock_timestamp();
    recent timestamptz[];
BEGIN
    INSERT INTO login_tries VALUES (wanted, '{}', moment) ON CONFLICT DO NOTHING;
    SELECT tried INTO recent FROM login_tries WHERE key = wanted FOR UPDATE;
    recent := ARRAY(SELECT t FROM unnest(recent) t WHERE t > moment - span ORDER BY t);
    IF cardinality(recent) >= most THEN
        RETURN recent[1] + span;
    END IF;
    UPDATE login_tries SET tried = recent || moment, last_at = moment
    WHERE key = wanted;
    -- Each try clears away a few old ones, so the table stays small by itself.
    DELETE FROM login_tries WHERE key IN (
        SELECT key FROM login_tries WHERE last_at < moment - span
        ORDER BY last_at LIMIT 5 FOR UPDATE SKIP LOCKED);
    RETURN NULL;
END
$$;

-- Returns a try, after a right one; the wrong ones before it still count.
CREATE FUNCTION give_back_try(wanted bytea)
RETURNS void
LANGUAGE sql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
-- Migrations run with it off, and the body is checked as it is created.
SET row_security = on
AS $$
    UPDATE login_tries SET tried = trim_array(tried, 1)
    WHERE key = wanted AND cardinality(tried) > 0
$$;

DROP FUNCTION account_lookup(text);
CREATE FUNCTION account_lookup(wanted text)
RETURNS TABLE (
    county_id uuid, person_id uuid, password_hash text, role text,
    scope int8multirange, name text, second_factor boolean, password_is_initial boolean
)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET row_security = on
AS $$
    SELECT a.county_id, a.person_id, a.password_hash, a.role,
           with_predecessors(a.county_id, a.scope), p.name,
           a.second_factor_at IS NOT NULL, a.password_is_initial
    FROM accounts a
    JOIN people p ON p.county_id = a.county_id AND p.id = a.person_id
    WHERE a.login = wanted AND a.disabled_at IS NULL
$$;

-- As before, but of sessions that are past their second factor, and of none that began
-- before all sessions of its account were ended.
DROP FUNCTION session_lookup(bytea);
CREATE FUNCTION session_lookup(wanted bytea)
RETURNS TABLE (
    county_id uuid, session_id uuid, person_id uuid, login text, role text,
    scope int8multirange, name text, expires_at timestamptz,
    second_factor boolean, password_is_initial boolean
)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET row_security = on
AS $$
    SELECT s.county_id, s.id, s.person_id, a.login, a.role,
           with_predecessors(a.county_id, a.scope), p.name, s.expires_at,
           a.second_factor_at IS NOT NULL, a.password_is_initial
    FROM sessions s
    JOIN accounts a ON a.county_id = s.county_id AND a.person_id = s.person_id
    JOIN people p ON p.county_id = s.county_id AND p.id = s.person_id
    WHERE s.token_hash = wanted AND s.step = 'done' AND s.revoked_at IS NULL
      AND s.expires_at > clock_timestamp() AND a.disabled_at IS NULL
      AND s.created_at >= coalesce(a.sessions_since, '-infinity')
$$;

-- The session of a token that still waits for its second factor. A way of its own, so
-- that nothing that asks for a session can take one of these for it.
CREATE FUNCTION waiting_session_lookup(wanted bytea)
RETURNS TABLE (
    county_id uuid, session_id uuid, person_id uuid, login text, role text,
    scope int8multirange, name text, expires_at timestamptz,
    second_factor boolean, password_is_initial boolean, step text
)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET row_security = on
AS $$
    SELECT s.county_id, s.id, s.person_id, a.login, a.role,
           with_predecessors(a.county_id, a.scope), p.name, s.expires_at,
           a.second_factor_at IS NOT NULL, a.password_is_initial, s.step
    FROM sessions s
    JOIN accounts a ON a.county_id = s.county_id AND a.person_id = s.person_id
    JOIN people p ON p.county_id = s.county_id AND p.id = s.person_id
    WHERE s.token_hash = wanted AND s.step <> 'done' AND s.revoked_at IS NULL
      AND s.expires_at > clock_timestamp() AND a.disabled_at IS NULL
      AND s.created_at >= coalesce(a.sessions_since, '-infinity')
$$;

-- The record of a county, newest first, for those who may read it: an administrator
-- or auditor whose areas hold the whole county. Nobody else gets a row.
CREATE FUNCTION audit_page(
    since timestamptz, until timestamptz, by_actor uuid, by_action text, about text,
    before bigint, most integer
)
RETURNS TABLE (
    seq bigint, at timestamptz, actor_id uuid, actor_name text, action text,
    object text, detail jsonb
)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET row_security = on
AS $$
    SELECT a.seq, a.at, a.actor_id, p.name, a.action, a.object, a.detail
    FROM audit_log a
    LEFT JOIN people p ON p.county_id = a.county_id AND p.id = a.actor_id
    WHERE a.county_id = nullif(current_setting('xunge.county', true), '')::uuid
      AND EXISTS (
          SELECT FROM accounts v JOIN counties c ON c.id = v.county_id
          WHERE v.county_id = a.county_id
            AND v.person_id = nullif(current_setting('xunge.person', true), '')::uuid
            AND v.disabled_at IS NULL AND v.role IN ('admin', 'auditor')
            AND v.scope @> int8range(c.code, c.code + 1000000000))
      AND (since IS NULL OR a.at >= since) AND (until IS NULL OR a.at < until)
      AND (by_actor IS NULL OR a.actor_id = by_actor)
      AND (by_action IS NULL OR a.action = by_action)
      AND (about IS NULL OR starts_with(a.object, about))
      AND (before IS NULL OR a.seq < before)
    ORDER BY a.seq DESC
    LIMIT most
$$;

REVOKE ALL ON FUNCTION take_try(bytea, integer, interval) FROM PUBLIC;
REVOKE ALL ON FUNCTION give_back_try(bytea) FROM PUBLIC;
REVOKE ALL ON FUNCTION account_lookup(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION session_lookup(bytea) FROM PUBLIC;
REVOKE ALL ON FUNCTION waiting_session_lookup(bytea) FROM PUBLIC;
REVOKE ALL ON FUNCTION audit_page(
    timestamptz, timestamptz, uuid, text, text, bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_try(bytea, integer, interval) TO xunge_app;
GRANT EXECUTE ON FUNCTION give_back_try(bytea) TO xunge_app;
GRANT EXECUTE ON FUNCTION account_lookup(text) TO xunge_app;
GRANT EXECUTE ON FUNCTION session_lookup(bytea) TO xunge_app;
GRANT EXECUTE ON FUNCTION waiting_session_lookup(bytea) TO xunge_app;
GRANT EXECUTE ON FUNCTION audit_page(
    timestamptz, timestamptz, uuid, text, text, bigint, integer) TO xunge_app;
