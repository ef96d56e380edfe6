-- Work that takes longer than a request: asked for, taken by a runner, watched.
CREATE TABLE jobs (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    code bigint NOT NULL,
    state text NOT NULL,
    stage text NOT NULL DEFAULT '',
    percent integer NOT NULL DEFAULT 0,
    asked jsonb NOT NULL,
    result jsonb,
    error text,
    made_by uuid NOT NULL,
    made_by_name text NOT NULL,
    made_at timestamptz NOT NULL,
    started_at timestamptz,
    beat_at timestamptz,
    finished_at timestamptz,
    cancel_asked_at timestamptz,
    CONSTRAINT pk_jobs PRIMARY KEY (county_id, id),
    CONSTRAINT fk_jobs_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_jobs_county_id_made_by
        FOREIGN KEY (county_id, made_by) REFERENCES people (county_id, id),
    CONSTRAINT ck_jobs_state CHECK (state IN (
        'queued', 'running', 'done', 'failed', 'cancelled')),
    CONSTRAINT ck_jobs_percent CHECK (percent BETWEEN 0 AND 100)
);
CREATE INDEX ix_jobs_county_id_made_at ON jobs (county_id, made_at);

-- How often a plan was edited, and up to which edit its grids are drawn.
ALTER TABLE plans
    ADD COLUMN version integer NOT NULL DEFAULT 0,
    ADD COLUMN settled_version integer NOT NULL DEFAULT 0;
-- The grid that the planner gave a unit: edits are counted from there.
ALTER TABLE plan_units
    ADD COLUMN drawn_code bigint,
    ADD COLUMN name text,
    ADD COLUMN households double precision;

-- Append-only. node is the edit at which the plan stands after this row (0 as it was
-- planned); undoing and redoing are rows too, and make no edit of their own.
CREATE TABLE plan_edits (
    county_id uuid NOT NULL,
    plan_id uuid NOT NULL,
    version integer NOT NULL,
    id uuid NOT NULL,
    code bigint NOT NULL,
    node integer NOT NULL,
    parent integer,
    kind text NOT NULL,
    asked jsonb NOT NULL,
    effect jsonb NOT NULL,
    made_by uuid NOT NULL,
    made_by_name text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT pk_plan_edits PRIMARY KEY (county_id, plan_id, version),
    CONSTRAINT fk_plan_edits_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_plan_edits_county_id_plan_id
        FOREIGN KEY (county_id, plan_id) REFERENCES plans (county_id, id),
    CONSTRAINT fk_plan_edits_county_id_made_by
        FOREIGN KEY (county_id, made_by) REFERENCES people (county_id, id)
);

CREATE TABLE plan_comments (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    plan_id uuid NOT NULL,
    code bigint NOT NULL,
    grid_code bigint,
    body text NOT NULL,
    lon double precision,
    lat double precision,
    made_by uuid NOT NULL,
    made_by_name text NOT NULL,
    made_at timestamptz NOT NULL,
    resolved_at timestamptz,
    resolved_by_name text,
    CONSTRAINT pk_plan_comments PRIMARY KEY (county_id, id),
    CONSTRAINT fk_plan_comments_county_id
        FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_plan_comments_county_id_plan_id
        FOREIGN KEY (county_id, plan_id) REFERENCES plans (county_id, id),
    CONSTRAINT fk_plan_comments_county_id_made_by
        FOREIGN KEY (county_id, made_by) REFERENCES people (county_id, id)
);
CREATE INDEX ix_plan_comments_county_id_plan_id ON plan_comments (county_id, plan_id);

-- Append-only: a village that thinks better of it answers once more.
CREATE TABLE plan_answers (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    plan_id uuid NOT NULL,
    code bigint NOT NULL,
    answer text NOT NULL,
    note text NOT NULL,
    made_by uuid NOT NULL,
    made_by_name text NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT pk_plan_answers PRIMARY KEY (county_id, id),
    CONSTRAINT fk_plan_answers_county_id
        FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_plan_answers_county_id_plan_id
        FOREIGN KEY (county_id, plan_id) REFERENCES plans (county_id, id),
    CONSTRAINT fk_plan_answers_county_id_made_by
        FOREIGN KEY (county_id, made_by) REFERENCES people (county_id, id),
    CONSTRAINT ck_plan_answers_answer CHECK (answer IN ('agree', 'object'))
);
CREATE INDEX ix_plan_answers_county_id_plan_id ON plan_answers (county_id, plan_id);
