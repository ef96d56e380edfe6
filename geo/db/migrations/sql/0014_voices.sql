-- A spoken report: the file as it was sent, under a random name.
CREATE TABLE case_voices (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    case_id uuid NOT NULL,
    sha256 text NOT NULL,
    media_type text NOT NULL,
    byte_count integer NOT NULL,
    path text NOT NULL,
    stored_at timestamptz NOT NULL,
    code bigint NOT NULL,
    participants uuid[] NOT NULL,
    CONSTRAINT pk_case_voices PRIMARY KEY (county_id, id),
    CONSTRAINT fk_case_voices_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_case_voices_county_id_case_id
        FOREIGN KEY (county_id, case_id) REFERENCES cases (county_id, id),
    CONSTRAINT ck_case_voices_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$')
);
CREATE INDEX ix_case_voices_county_id_case_id ON case_voices (county_id, case_id);
