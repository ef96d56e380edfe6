-- Which rule holds in which area from when to when; no row: the built-in default.
CREATE TABLE rules (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    rule_id text NOT NULL,
    code bigint NOT NULL,
    -- How many digits of the code are meant: 6 county, 9 town, 12 village, 15 grid.
    digits integer NOT NULL,
    valid daterange NOT NULL,
    body json NOT NULL,
    CONSTRAINT pk_rules PRIMARY KEY (county_id, id),
    CONSTRAINT fk_rules_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT ck_rules_digits CHECK (digits IN (6, 9, 12, 15)),
    CONSTRAINT ex_rules_code EXCLUDE USING gist (
        county_id WITH =, code WITH =, digits WITH =, valid WITH &&)
);

-- Append-only: a change is a new revision. The body is json and not jsonb, because a
-- verdict is a text whose bytes are compared.
CREATE TABLE verdicts (
    county_id uuid NOT NULL,
    person_id uuid NOT NULL,
    day date NOT NULL,
    revision integer NOT NULL,
    code bigint NOT NULL,
    rule_id text NOT NULL,
    input_hash text NOT NULL,
    body json NOT NULL,
    judged_at timestamptz NOT NULL,
    CONSTRAINT pk_verdicts PRIMARY KEY (county_id, person_id, day, revision),
    CONSTRAINT fk_verdicts_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_verdicts_county_id_person_id
        FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id)
);
CREATE INDEX ix_verdicts_county_id_day_code ON verdicts (county_id, day, code);
