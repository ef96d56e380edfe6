-- What a county settled by days: pay share, terms of appeals, intervals of visits.
CREATE TABLE county_policies (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    subject text NOT NULL,
    valid daterange NOT NULL,
    body jsonb NOT NULL,
    CONSTRAINT pk_county_policies PRIMARY KEY (county_id, id),
    CONSTRAINT fk_county_policies_county_id
        FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT ex_county_policies_subject EXCLUDE USING gist (
        county_id WITH =, subject WITH =, valid WITH &&)
);

-- Append-only: an appeal is answered by a row of decisions. seq numbers the appeals of
-- a window, so that two at once cannot both be the first.
CREATE TABLE appeals (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    day date NOT NULL,
    window_code text NOT NULL,
    seq integer NOT NULL,
    code bigint NOT NULL,
    revision integer NOT NULL,
    machine_verdict text NOT NULL,
    note text NOT NULL,
    made_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    CONSTRAINT pk_appeals PRIMARY KEY (county_id, id),
    CONSTRAINT uq_appeals_seq UNIQUE (county_id, person_id, day, window_code, seq),
    CONSTRAINT fk_appeals_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_appeals_county_id_person_id_day_revision
        FOREIGN KEY (county_id, person_id, day, revision)
        REFERENCES verdicts (county_id, person_id, day, revision)
);
CREATE INDEX ix_appeals_county_id_day_code ON appeals (county_id, day, code);
CREATE INDEX ix_appeals_county_id_code ON appeals (county_id, code);

-- Append-only, beside the machine's verdict. Nobody decides on the own verdict, and
-- nobody twice on one window: the table itself refuses it.
CREATE TABLE decisions (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    appeal_id uuid,
    batch_id uuid,
    person_id uuid NOT NULL,
    day date NOT NULL,
    window_code text NOT NULL,
    code bigint NOT NULL,
    revision integer NOT NULL,
    machine_verdict text NOT NULL,
    outcome text NOT NULL,
    reason text NOT NULL,
    decided_by uuid NOT NULL,
    signature text NOT NULL,
    decided_at timestamptz NOT NULL,
    CONSTRAINT pk_decisions PRIMARY KEY (county_id, id),
    CONSTRAINT uq_decisions_appeal UNIQUE (county_id, appeal_id),
    CONSTRAINT uq_decisions_decider
        UNIQUE (county_id, person_id, day, window_code, decided_by),
    CONSTRAINT fk_decisions_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_decisions_county_id_appeal_id
        FOREIGN KEY (county_id, appeal_id) REFERENCES appeals (county_id, id),
    CONSTRAINT fk_decisions_county_id_decided_by
        FOREIGN KEY (county_id, decided_by) REFERENCES people (county_id, id),
    CONSTRAINT fk_decisions_county_id_person_id_day_revision
        FOREIGN KEY (county_id, person_id, day, revision)
        REFERENCES verdicts (county_id, person_id, day, revision),
    CONSTRAINT ck_decisions_other CHECK (decided_by <> person_id),
    CONSTRAINT ck_decisions_outcome CHECK (
        outcome IN ('verified', 'excused', 'upheld', 'not_verified')),
    CONSTRAINT ck_decisions_signed CHECK (reason <> '' AND signature <> '')
);
CREATE INDEX ix_decisions_county_id_day_code ON decisions (county_id, day, code);

-- Found anew from the fixes of a day whenever the day is looked at again.
CREATE TABLE visits (
    county_id uuid NOT NULL,
    point_id text NOT NULL,
    day date NOT NULL,
    person_id uuid NOT NULL,
    started_at timestamptz NOT NULL,
    point_kind text NOT NULL,
    point_name text NOT NULL,
    code bigint NOT NULL,
    ended_at timestamptz NOT NULL,
    dwell_s double precision NOT NULL,
    distance_m double precision NOT NULL,
    fixes integer NOT NULL,
    is_proven boolean NOT NULL,
    evidence jsonb NOT NULL,
    CONSTRAINT pk_visits
        PRIMARY KEY (county_id, point_id, day, person_id, started_at),
    CONSTRAINT fk_visits_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_visits_county_id_person_id
        FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id)
);
CREATE INDEX ix_visits_county_id_day_code ON visits (county_id, day, code);

-- Whoever was looked at may ask who looked.
CREATE INDEX ix_audit_log_county_id_object_seq ON audit_log (county_id, object, seq);

CREATE FUNCTION looks_at_me(since timestamptz, most integer)
RETURNS TABLE (at timestamptz, actor_id uuid, actor_name text, action text, detail jsonb)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
-- Migrations run with it off, and the body is checked as it is created.
SET row_security = on
AS $$
    SELECT a.at, a.actor_id, p.name, a.action, a.detail
    FROM audit_log a
    LEFT JOIN people p ON p.county_id = a.county_id AND p.id = a.actor_id
    WHERE a.county_id = nullif(current_setting('xunge.county', true), '')::uuid
      AND a.object
          = 'track/' || nullif(current_setting('xunge.person', true), '')
      AND a.at >= since
    ORDER BY a.seq DESC
    LIMIT most
$$;
REVOKE ALL ON FUNCTION looks_at_me(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION looks_at_me(timestamptz, integer) TO xunge_app;
