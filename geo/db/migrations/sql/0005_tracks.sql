-- One row per device: its newest position, and how far its journal and merge have come.
-- Its lock is what makes the posts of one device follow one another.
CREATE TABLE latest_fixes (
    county_id uuid NOT NULL,
    device_id uuid NOT NULL,
    person_id uuid,
    code bigint NOT NULL,
    t_ms bigint,
    received_ms bigint,
    lon double precision,
    lat double precision,
    accuracy_m double precision,
    battery_pct double precision,
    newest_ms bigint NOT NULL,
    last_seq bigint NOT NULL,
    merged_seq bigint NOT NULL,
    CONSTRAINT pk_latest_fixes PRIMARY KEY (county_id, device_id),
    CONSTRAINT fk_latest_fixes_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_latest_fixes_county_id_device_id
        FOREIGN KEY (county_id, device_id) REFERENCES devices (county_id, id)
) WITH (fillfactor = 60);
CREATE INDEX ix_latest_fixes_county_id_code ON latest_fixes (county_id, code);

-- Append-only. No foreign keys: a row is made only by ingest_append, which holds the
-- lock of the device's row in latest_fixes.
CREATE TABLE journal (
    county_id uuid NOT NULL,
    device_id uuid NOT NULL,
    seq bigint NOT NULL,
    received_on date NOT NULL,
    person_id uuid,
    code bigint NOT NULL,
    batch_id uuid,
    received_ms bigint NOT NULL,
    sent_ms bigint,
    first_ms bigint NOT NULL,
    last_ms bigint NOT NULL,
    hashes bigint[] NOT NULL,
    packed bytea NOT NULL,
    CONSTRAINT pk_journal PRIMARY KEY (county_id, device_id, seq, received_on)
) PARTITION BY RANGE (received_on);
CREATE TABLE journal_default PARTITION OF journal DEFAULT;

CREATE TABLE day_tracks (
    county_id uuid NOT NULL,
    fix_on date NOT NULL,
    device_id uuid NOT NULL,
    -- All zeros while nobody carried the device.
    person_id uuid NOT NULL,
    code bigint NOT NULL,
    fix_count integer NOT NULL,
    first_ms bigint NOT NULL,
    last_ms bigint NOT NULL,
    packed bytea NOT NULL,
    CONSTRAINT pk_day_tracks PRIMARY KEY (county_id, fix_on, device_id, person_id)
) PARTITION BY RANGE (fix_on);
CREATE INDEX ix_day_tracks_county_id_person_id_fix_on
    ON day_tracks (county_id, person_id, fix_on);
CREATE INDEX ix_day_tracks_county_id_code ON day_tracks (county_id, code);
CREATE TABLE day_tracks_default PARTITION OF day_tracks DEFAULT;

-- What is no usable fix, as it came: unreadable bodies, impossible dates and places.
CREATE TABLE quarantined_fixes (
    county_id uuid NOT NULL,
    device_id uuid NOT NULL,
    content_hash bigint NOT NULL,
    code bigint NOT NULL,
    reason text NOT NULL,
    t_ms bigint,
    received_ms bigint NOT NULL,
    raw bytea NOT NULL,
    CONSTRAINT pk_quarantined_fixes PRIMARY KEY (county_id, device_id, content_hash),
    CONSTRAINT fk_quarantined_fixes_county_id
        FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_quarantined_fixes_county_id_device_id
        FOREIGN KEY (county_id, device_id) REFERENCES devices (county_id, id)
);
CREATE INDEX ix_quarantined_fixes_county_id_code ON quarantined_fixes (county_id, code);

-- Which devices were in which cell on which day: box queries begin here.
CREATE TABLE track_cells (
    county_id uuid NOT NULL,
    code bigint NOT NULL,
    fix_on date NOT NULL,
    cell bigint NOT NULL,
    device_id uuid NOT NULL,
    CONSTRAINT pk_track_cells PRIMARY KEY (county_id, code, fix_on, cell, device_id),
    CONSTRAINT fk_track_cells_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_track_cells_county_id_device_id
        FOREIGN KEY (county_id, device_id) REFERENCES devices (county_id, id)
);
