-- Day tracks of days that people may still argue about, kept beyond the time of the
-- rest; a partition is dropped whole when its month has come.
CREATE TABLE kept_tracks (
    county_id uuid NOT NULL,
    fix_on date NOT NULL,
    device_id uuid NOT NULL,
    person_id uuid NOT NULL,
    drop_on date NOT NULL,
    code bigint NOT NULL,
    fix_count integer NOT NULL,
    first_ms bigint NOT NULL,
    last_ms bigint NOT NULL,
    packed bytea NOT NULL,
    CONSTRAINT pk_kept_tracks
        PRIMARY KEY (county_id, fix_on, device_id, person_id, drop_on)
) PARTITION BY RANGE (drop_on);
CREATE INDEX ix_kept_tracks_county_id_person_id_fix_on
    ON kept_tracks (county_id, person_id, fix_on);
CREATE INDEX ix_kept_tracks_county_id_code ON kept_tracks (county_id, code);
CREATE TABLE kept_tracks_default PARTITION OF kept_tracks DEFAULT;

-- How far a county is done with a table that all counties share: what lies before
-- `until` may be dropped as far as it is concerned.
CREATE TABLE retention_marks (
    county_id uuid NOT NULL,
    subject text NOT NULL,
    until date NOT NULL,
    CONSTRAINT pk_retention_marks PRIMARY KEY (county_id, subject),
    CONSTRAINT fk_retention_marks_county_id
        FOREIGN KEY (county_id) REFERENCES counties (id)
);

-- When a day was judged last, from which roster and rules, and when fixes of it came.
CREATE TABLE judged_days (
    county_id uuid NOT NULL,
    day date NOT NULL,
    judged_at timestamptz,
    data_at timestamptz,
    inputs text,
    CONSTRAINT pk_judged_days PRIMARY KEY (county_id, day),
    CONSTRAINT fk_judged_days_county_id FOREIGN KEY (county_id) REFERENCES counties (id)
);

-- A rule is for an area, for all its grids or those of a kind, all year or in a season.
ALTER TABLE rules ADD COLUMN kind text NOT NULL DEFAULT '';
ALTER TABLE rules ADD COLUMN season text NOT NULL DEFAULT '';
ALTER TABLE rules DROP CONSTRAINT ex_rules_code;
ALTER TABLE rules ADD CONSTRAINT ex_rules_code EXCLUDE USING gist (
    county_id WITH =, code WITH =, digits WITH =, kind WITH =, season WITH =,
    valid WITH &&);
ALTER TABLE rules ADD CONSTRAINT ck_rules_season CHECK (
    season = '' OR season ~ '^[01][0-9]-[0-3][0-9]/[01][0-9]-[0-3][0-9]$');

-- Makes the partition of kept_tracks that is dropped on a first of a month.
CREATE FUNCTION make_keep_partition(month date)
RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    name text := 'kept_tracks' || to_char(month, '_YYYYMM');
BEGIN
    IF extract(day FROM month) <> 1 THEN
        RAISE EXCEPTION 'make_keep_partition: % begins no month', month;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('partitions of kept_tracks', 0));
    IF to_regclass('public.' || quote_ident(name)) IS NOT NULL THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.kept_tracks)', name);
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
        'ALTER TABLE public.kept_tracks ATTACH PARTITION public.%I '
        'FOR VALUES FROM (%L) TO (%L)', name, month, month + interval '1 month'
    );
    RETURN true;
END
$$;

-- Drops one partition that holds nothing from `first_kept` on, the oldest first, and
-- returns its name; NULL when there is none. A partition waits while it holds a row of
-- a county that is not done with it, and nothing of the last week goes at all.
CREATE FUNCTION drop_old_partition(parent text, first_kept date)
RETURNS text
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
-- Whoever reads the table goes first; the next run comes soon.
SET lock_timeout = '1s'
AS $$
DECLARE
    today date := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    key text;
    part record;
    waits boolean;
BEGIN
    key := CASE parent WHEN 'journal' THEN 'received_on' WHEN 'day_tracks' THEN 'fix_on'
                       WHEN 'kept_tracks' THEN 'drop_on' END;
    -- Of what is kept longer the month says when it goes.
    IF parent <> 'kept_tracks' THEN
        today := today - 7;
    END IF;
    IF key IS NULL OR first_kept > today THEN
        RAISE EXCEPTION 'drop_old_partition: % before %', parent, first_kept;
    END IF;
    FOR part IN
        SELECT c.oid, c.relname, b.bounds[1]::date AS low, b.bounds[2]::date AS high
        FROM pg_inherits i
        JOIN pg_class c ON c.oid = i.inhrelid
        CROSS JOIN LATERAL (SELECT regexp_match(pg_get_expr(c.relpartbound, c.oid),
            'FROM \(''([0-9-]+)''\) TO \(''([0-9-]+)''\)') AS bounds) b
        WHERE i.inhparent = ('public.' || quote_ident(parent))::regclass
          AND b.bounds IS NOT NULL AND b.bounds[2]::date <= first_kept
        ORDER BY low
    LOOP
        waits := false;
        IF parent <> 'kept_tracks' THEN
            EXECUTE format(
                'SELECT EXISTS (SELECT FROM public.%I p WHERE p.%I >= $1 AND p.%I < $2 '
                'AND NOT EXISTS (SELECT FROM public.retention_marks m '
                'WHERE m.county_id = p.county_id AND m.subject = $3 '
                'AND m.until >= $2))', parent, key, key
            ) INTO waits USING part.low, part.high, parent;
        END IF;
        IF NOT waits THEN
            EXECUTE format('DROP TABLE public.%I', part.relname);
            RETURN part.relname;
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;

-- What came while nobody made partitions lies in the default one. It is emptied whole,
-- once it holds nothing that is still to be kept.
CREATE FUNCTION empty_default_journal(first_kept date)
RETURNS boolean
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET lock_timeout = '1s'
AS $$
BEGIN
    IF first_kept > (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date - 7 THEN
        RAISE EXCEPTION 'empty_default_journal: before %', first_kept;
    END IF;
    LOCK TABLE public.journal_default IN ACCESS EXCLUSIVE MODE;
    IF NOT EXISTS (SELECT FROM journal j WHERE j.tableoid = 'journal_default'::regclass)
       OR EXISTS (
        SELECT FROM journal j
        WHERE j.tableoid = 'journal_default'::regclass AND (
            j.received_on >= first_kept
            OR NOT EXISTS (
                SELECT FROM retention_marks m
                WHERE m.county_id = j.county_id AND m.subject = 'journal'
                  AND m.until > j.received_on))
    ) THEN
        RETURN false;
    END IF;
    TRUNCATE public.journal_default;
    RETURN true;
END
$$;

-- Verdicts of a county before a day, with all that was said of them. Nobody else may
-- take away what was judged, and of the last year nobody at all.
CREATE FUNCTION forget_judged(before date)
RETURNS integer
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    county uuid := nullif(current_setting('xunge.county', true), '')::uuid;
    gone integer;
BEGIN
    IF county IS NULL OR before > (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date - 365
    THEN
        RAISE EXCEPTION 'forget_judged: before % in county %', before, county;
    END IF;
    DELETE FROM decisions d WHERE d.county_id = county AND d.day < before;
    DELETE FROM appeals a WHERE a.county_id = county AND a.day < before;
    DELETE FROM visits v WHERE v.county_id = county AND v.day < before;
    DELETE FROM judged_days j WHERE j.county_id = county AND j.day < before;
    DELETE FROM verdicts v WHERE v.county_id = county AND v.day < before;
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END
$$;

REVOKE ALL ON FUNCTION make_keep_partition(date) FROM PUBLIC;
REVOKE ALL ON FUNCTION drop_old_partition(text, date) FROM PUBLIC;
REVOKE ALL ON FUNCTION empty_default_journal(date) FROM PUBLIC;
REVOKE ALL ON FUNCTION forget_judged(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION make_keep_partition(date) TO xunge_jobs;
GRANT EXECUTE ON FUNCTION drop_old_partition(text, date) TO xunge_jobs;
GRANT EXECUTE ON FUNCTION empty_default_journal(date) TO xunge_jobs;
GRANT EXECUTE ON FUNCTION forget_judged(date) TO xunge_jobs;
