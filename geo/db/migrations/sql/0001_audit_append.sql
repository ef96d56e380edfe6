-- Adds one link to the chain of the county of this transaction, for the person of this
-- transaction, and returns its number. The head row is locked until commit, so the
-- chain has no forks; each hash covers the one before it and the whole row.
CREATE FUNCTION audit_append(action text, object text, detail jsonb DEFAULT '{}')
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    county uuid := nullif(current_setting('xunge.county', true), '')::uuid;
    actor uuid := nullif(current_setting('xunge.person', true), '')::uuid;
    moment timestamptz := clock_timestamp();
    head audit_heads;
    link bytea;
BEGIN
    IF county IS NULL THEN
        RAISE EXCEPTION 'audit_append: the transaction names no county';
    END IF;
    INSERT INTO audit_heads VALUES (county, 0, '\x') ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM audit_heads WHERE county_id = county FOR UPDATE;
    head.seq := head.seq + 1;
    -- The text of a JSON array: no two rows have the same one.
    link := sha256(convert_to(jsonb_build_array(
        county, head.seq, extract(epoch FROM moment), actor, action, object, detail,
        encode(head.hash, 'hex')
    )::text, 'UTF8'));
    INSERT INTO audit_log VALUES
        (county, head.seq, moment, actor, action, object, detail, head.hash, link);
    UPDATE audit_heads SET seq = head.seq, hash = link WHERE county_id = county;
    RETURN head.seq;
END
$$;
REVOKE ALL ON FUNCTION audit_append(text, text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_append(text, text, jsonb) TO xunge_app, xunge_jobs;
