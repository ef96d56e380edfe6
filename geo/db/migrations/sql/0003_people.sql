CREATE TABLE people (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    phone text,
    employment text,
    code bigint NOT NULL,
    CONSTRAINT pk_people PRIMARY KEY (county_id, id),
    CONSTRAINT fk_people_county_id FOREIGN KEY (county_id) REFERENCES counties (id)
);
CREATE INDEX ix_people_county_id_code ON people (county_id, code);

CREATE TABLE accounts (
    county_id uuid NOT NULL,
    person_id uuid NOT NULL,
    login text NOT NULL,
    password_hash text NOT NULL,
    role text NOT NULL,
    scope int8multirange NOT NULL,
    code bigint NOT NULL,
    disabled_at timestamptz,
    CONSTRAINT pk_accounts PRIMARY KEY (county_id, person_id),
    CONSTRAINT fk_accounts_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_accounts_county_id_person_id
        FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id),
    CONSTRAINT uq_accounts_login UNIQUE (county_id, login)
);
-- The look-up at log-in does not know the county yet.
CREATE INDEX ix_accounts_login ON accounts (login);

CREATE TABLE sessions (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    token_hash bytea NOT NULL,
    person_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT pk_sessions PRIMARY KEY (county_id, id),
    CONSTRAINT fk_sessions_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_sessions_county_id_person_id
        FOREIGN KEY (county_id, person_id) REFERENCES accounts (county_id, person_id),
    CONSTRAINT ck_sessions_token_hash CHECK (octet_length(token_hash) = 32)
);
CREATE INDEX ix_sessions_token_hash ON sessions (token_hash);
CREATE INDEX ix_sessions_county_id_person_id ON sessions (county_id, person_id);

CREATE TABLE assignments (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    grid_id uuid NOT NULL,
    code bigint NOT NULL,
    role text NOT NULL,
    is_lead boolean NOT NULL DEFAULT false,
    valid daterange NOT NULL,
    CONSTRAINT pk_assignments PRIMARY KEY (county_id, id),
    CONSTRAINT fk_assignments_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_assignments_county_id_person_id
        FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id),
    CONSTRAINT fk_assignments_county_id_grid_id
        FOREIGN KEY (county_id, grid_id) REFERENCES grids (county_id, id),
    CONSTRAINT ck_assignments_role CHECK (role IN (
        'chief_leader', 'leader', 'instructor', 'worker', 'micro_leader', 'police')),
    CONSTRAINT ck_assignments_valid CHECK (NOT isempty(valid)),
    CONSTRAINT ex_assignments_lead EXCLUDE USING gist
        (county_id WITH =, grid_id WITH =, valid WITH &&) WHERE (is_lead),
    CONSTRAINT ex_assignments_person EXCLUDE USING gist
        (county_id WITH =, grid_id WITH =, person_id WITH =, role WITH =,
         valid WITH &&)
);
CREATE INDEX ix_assignments_county_id_code ON assignments (county_id, code);
CREATE INDEX ix_assignments_county_id_person_id ON assignments (county_id, person_id);

CREATE TABLE stand_ins (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    assignment_id uuid NOT NULL,
    person_id uuid NOT NULL,
    code bigint NOT NULL,
    valid daterange NOT NULL,
    CONSTRAINT pk_stand_ins PRIMARY KEY (county_id, id),
    CONSTRAINT fk_stand_ins_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_stand_ins_county_id_assignment_id
        FOREIGN KEY (county_id, assignment_id) REFERENCES assignments (county_id, id),
    CONSTRAINT fk_stand_ins_county_id_person_id
        FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id),
    CONSTRAINT ck_stand_ins_valid CHECK (NOT isempty(valid)),
    CONSTRAINT ex_stand_ins_assignment EXCLUDE USING gist
        (county_id WITH =, assignment_id WITH =, valid WITH &&)
);

CREATE TABLE patrol_groups (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    code bigint NOT NULL,
    valid daterange NOT NULL,
    CONSTRAINT pk_patrol_groups PRIMARY KEY (county_id, id),
    CONSTRAINT fk_patrol_groups_county_id
        FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT ck_patrol_groups_valid CHECK (NOT isempty(valid))
);

CREATE TABLE patrol_group_members (
    county_id uuid NOT NULL,
    group_id uuid NOT NULL,
    person_id uuid NOT NULL,
    valid daterange NOT NULL,
    code bigint NOT NULL,
    CONSTRAINT pk_patrol_group_members
        PRIMARY KEY (county_id, group_id, person_id, valid),
    CONSTRAINT fk_patrol_group_members_county_id
        FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_patrol_group_members_county_id_group_id
        FOREIGN KEY (county_id, group_id) REFERENCES patrol_groups (county_id, id),
    CONSTRAINT fk_patrol_group_members_county_id_person_id
        FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id),
    CONSTRAINT ck_patrol_group_members_valid CHECK (NOT isempty(valid)),
    CONSTRAINT ex_patrol_group_members_person EXCLUDE USING gist
        (county_id WITH =, group_id WITH =, person_id WITH =, valid WITH &&)
);

CREATE TABLE calendar_entries (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    person_id uuid,
    grid_id uuid,
    code bigint NOT NULL,
    kind text NOT NULL,
    during tstzrange NOT NULL,
    note text,
    CONSTRAINT pk_calendar_entries PRIMARY KEY (county_id, id),
    CONSTRAINT fk_calendar_entries_county_id
        FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_calendar_entries_county_id_person_id
        FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id),
    CONSTRAINT fk_calendar_entries_county_id_grid_id
        FOREIGN KEY (county_id, grid_id) REFERENCES grids (county_id, id),
    CONSTRAINT ck_calendar_entries_whom CHECK (num_nonnulls(person_id, grid_id) = 1),
    CONSTRAINT ck_calendar_entries_during CHECK (NOT isempty(during))
);
CREATE INDEX ix_calendar_entries_county_id_code ON calendar_entries (county_id, code);

CREATE TABLE checkpoints (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    ref text NOT NULL,
    name text NOT NULL,
    grid_id uuid NOT NULL,
    code bigint NOT NULL,
    valid daterange NOT NULL,
    geom geometry(Point, 4326) NOT NULL,
    CONSTRAINT pk_checkpoints PRIMARY KEY (county_id, id),
    CONSTRAINT fk_checkpoints_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_checkpoints_county_id_grid_id
        FOREIGN KEY (county_id, grid_id) REFERENCES grids (county_id, id),
    CONSTRAINT ck_checkpoints_valid CHECK (NOT isempty(valid)),
    CONSTRAINT ex_checkpoints_ref EXCLUDE USING gist
        (county_id WITH =, ref WITH =, valid WITH &&)
);
CREATE INDEX ix_checkpoints_county_id_code ON checkpoints (county_id, code);

CREATE TABLE devices (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    token_hash bytea NOT NULL,
    label text NOT NULL,
    app text,
    code bigint NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    CONSTRAINT pk_devices PRIMARY KEY (county_id, id),
    CONSTRAINT fk_devices_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT ck_devices_token_hash CHECK (octet_length(token_hash) = 32)
);
-- Sent with every batch of fixes, before the county is known.
CREATE INDEX ix_devices_token_hash ON devices (token_hash);

CREATE TABLE device_bindings (
    county_id uuid NOT NULL,
    device_id uuid NOT NULL,
    person_id uuid NOT NULL,
    during tstzrange NOT NULL,
    code bigint NOT NULL,
    CONSTRAINT pk_device_bindings PRIMARY KEY (county_id, device_id, during),
    CONSTRAINT fk_device_bindings_county_id
        FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_device_bindings_county_id_device_id
        FOREIGN KEY (county_id, device_id) REFERENCES devices (county_id, id),
    CONSTRAINT fk_device_bindings_county_id_person_id
        FOREIGN KEY (county_id, person_id) REFERENCES people (county_id, id),
    CONSTRAINT ck_device_bindings_during CHECK (NOT isempty(during)),
    CONSTRAINT ex_device_bindings_device EXCLUDE USING gist
        (county_id WITH =, device_id WITH =, during WITH &&)
);
CREATE INDEX ix_device_bindings_county_id_person_id
    ON device_bindings (county_id, person_id);
