-- Whoever may connect may ask which version this is.
GRANT SELECT ON alembic_version TO PUBLIC;

CREATE TABLE counties (
    id uuid NOT NULL,
    code bigint NOT NULL,
    name text NOT NULL,
    metric_epsg integer NOT NULL,
    CONSTRAINT pk_counties PRIMARY KEY (id),
    CONSTRAINT uq_counties_code UNIQUE (code)
);

CREATE TABLE audit_heads (
    county_id uuid NOT NULL,
    seq bigint NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT pk_audit_heads PRIMARY KEY (county_id),
    CONSTRAINT fk_audit_heads_county_id FOREIGN KEY (county_id) REFERENCES counties (id)
);

CREATE TABLE audit_log (
    county_id uuid NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    actor_id uuid,
    action text NOT NULL,
    object text NOT NULL,
    detail jsonb NOT NULL,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT pk_audit_log PRIMARY KEY (county_id, seq),
    CONSTRAINT fk_audit_log_county_id FOREIGN KEY (county_id) REFERENCES counties (id)
);
