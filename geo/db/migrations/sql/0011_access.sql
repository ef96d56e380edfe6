-- password_is_initial: somebody else made the password. sessions_since: what began
-- before it has ended. second_factor_at: since when a second factor is asked for.
ALTER TABLE accounts
    ADD COLUMN password_is_initial boolean NOT NULL DEFAULT false,
    ADD COLUMN sessions_since timestamptz,
    ADD COLUMN second_factor_at timestamptz;

-- A session that still waits for its second factor opens nothing.
ALTER TABLE sessions
    ADD COLUMN step text NOT NULL DEFAULT 'done',
    ADD CONSTRAINT ck_sessions_step CHECK (step IN ('done', 'code', 'enrol'));

-- No secret lies here: it is made from the salt and a key outside the database.
-- last_step is the time step of the last code taken, so that no code counts twice.
CREATE TABLE second_factors (
    county_id uuid NOT NULL,
    person_id uuid NOT NULL,
    salt bytea,
    pending_salt bytea,
    last_step bigint NOT NULL DEFAULT 0,
    CONSTRAINT pk_second_factors PRIMARY KEY (county_id, person_id),
    CONSTRAINT fk_second_factors_county_id
        FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_second_factors_county_id_person_id
        FOREIGN KEY (county_id, person_id) REFERENCES accounts (county_id, person_id)
);

CREATE TABLE recovery_codes (
    county_id uuid NOT NULL,
    person_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    used_at timestamptz,
    CONSTRAINT pk_recovery_codes PRIMARY KEY (county_id, person_id, code_hash),
    CONSTRAINT fk_recovery_codes_county_id
        FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_recovery_codes_county_id_person_id
        FOREIGN KEY (county_id, person_id) REFERENCES accounts (county_id, person_id)
);

-- Of no county, because a try comes before it is known whose it is; no role may touch
-- it but through the functions. The key is a hash: neither login nor address is kept.
CREATE TABLE login_tries (
    key bytea NOT NULL,
    tried timestamptz[] NOT NULL,
    last_at timestamptz NOT NULL,
    CONSTRAINT pk_login_tries PRIMARY KEY (key)
);
CREATE INDEX ix_login_tries_last_at ON login_tries (last_at);
