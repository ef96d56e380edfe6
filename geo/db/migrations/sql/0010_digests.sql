-- The ways of rounds, for a month: what a copy is recognised by. A place per ten
-- seconds, the mean over a minute; four bytes each of longitude and latitude.
CREATE TABLE round_digests (
    county_id uuid NOT NULL,
    person_id uuid NOT NULL,
    day date NOT NULL,
    start_ms bigint NOT NULL,
    end_ms bigint NOT NULL,
    places bytea NOT NULL,
    CONSTRAINT pk_round_digests PRIMARY KEY (county_id, person_id, day, start_ms),
    CONSTRAINT fk_round_digests_county_id
        FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_round_digests_county_id_person_id
        FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id)
);
CREATE INDEX ix_round_digests_county_id_day ON round_digests (county_id, day);
