CREATE TABLE case_categories (
    county_id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    level text NOT NULL,
    unit text,
    accept_minutes integer NOT NULL,
    handle_minutes integer NOT NULL,
    clock text NOT NULL,
    CONSTRAINT pk_case_categories PRIMARY KEY (county_id, code),
    CONSTRAINT fk_case_categories_county_id
        FOREIGN KEY (county_id) REFERENCES counties (id)
);

CREATE TABLE cases (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    category text NOT NULL,
    level text NOT NULL,
    text text NOT NULL,
    grid_id uuid,
    code bigint NOT NULL,
    geom geometry(Point, 4326) NOT NULL,
    reporter_id uuid,
    handler_id uuid,
    participants uuid[] NOT NULL,
    reported_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    accept_due_at timestamptz,
    handle_due_at timestamptz,
    closed_at timestamptz,
    version integer NOT NULL,
    CONSTRAINT pk_cases PRIMARY KEY (county_id, id),
    CONSTRAINT fk_cases_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_cases_county_id_category
        FOREIGN KEY (county_id, category) REFERENCES case_categories (county_id, code),
    CONSTRAINT fk_cases_county_id_grid_id
        FOREIGN KEY (county_id, grid_id) REFERENCES grids (county_id, id),
    CONSTRAINT fk_cases_county_id_reporter_id
        FOREIGN KEY (county_id, reporter_id) REFERENCES people (county_id, id),
    CONSTRAINT fk_cases_county_id_handler_id
        FOREIGN KEY (county_id, handler_id) REFERENCES people (county_id, id),
    CONSTRAINT ck_cases_kind CHECK (
        kind IN ('hazard', 'emergency', 'dispute', 'request'))
);
CREATE INDEX ix_cases_county_id_code ON cases (county_id, code);
CREATE INDEX ix_cases_county_id_received_at ON cases (county_id, received_at);

CREATE TABLE case_events (
    county_id uuid NOT NULL,
    case_id uuid NOT NULL,
    seq integer NOT NULL,
    event text NOT NULL,
    from_state text,
    to_state text NOT NULL,
    actor_id uuid,
    at timestamptz NOT NULL,
    note text,
    attrs jsonb NOT NULL DEFAULT '{}',
    code bigint NOT NULL,
    participants uuid[] NOT NULL,
    CONSTRAINT pk_case_events PRIMARY KEY (county_id, case_id, seq),
    CONSTRAINT fk_case_events_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_case_events_county_id_case_id
        FOREIGN KEY (county_id, case_id) REFERENCES cases (county_id, id),
    CONSTRAINT fk_case_events_county_id_actor_id
        FOREIGN KEY (county_id, actor_id) REFERENCES people (county_id, id)
);

CREATE TABLE case_photos (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    case_id uuid NOT NULL,
    sha256 text NOT NULL,
    sent_sha256 text NOT NULL,
    byte_count integer NOT NULL,
    width_px integer NOT NULL,
    height_px integer NOT NULL,
    path text NOT NULL,
    stored_at timestamptz NOT NULL,
    code bigint NOT NULL,
    participants uuid[] NOT NULL,
    CONSTRAINT pk_case_photos PRIMARY KEY (county_id, id),
    CONSTRAINT fk_case_photos_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_case_photos_county_id_case_id
        FOREIGN KEY (county_id, case_id) REFERENCES cases (county_id, id),
    CONSTRAINT ck_case_photos_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$')
);
CREATE INDEX ix_case_photos_county_id_case_id ON case_photos (county_id, case_id);
