-- The few words of a verdict that sheets add up, beside the evidence that they need
-- not read: a month of a county is gigabytes of evidence and megabytes of these.
CREATE FUNCTION verdict_windows(body json) RETURNS jsonb
LANGUAGE sql
IMMUTABLE
PARALLEL SAFE
AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_array(
        p ->> 'window',
        p ->> 'verdict',
        coalesce(p ->> 'excused', '') = 'true',
        coalesce(p ->> 'provisional', '') = 'true',
        -- A verdict that does not say has no basis that we know of.
        coalesce(p -> 'evidence' ->> 'record_only', 'true') = 'true'
    )), '[]')
    FROM json_array_elements(body -> 'patrols') AS p
$$;

ALTER TABLE verdicts ADD COLUMN windows jsonb NOT NULL
    GENERATED ALWAYS AS (verdict_windows(body)) STORED;
