CREATE TABLE regions (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    code bigint NOT NULL,
    level text NOT NULL,
    name text NOT NULL,
    kind text,
    parent_code bigint,
    population integer,
    households integer,
    valid daterange NOT NULL,
    geom geometry(MultiPolygon, 4326) NOT NULL,
    CONSTRAINT pk_regions PRIMARY KEY (county_id, id),
    CONSTRAINT fk_regions_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT ck_regions_level CHECK (level IN ('county', 'town', 'village')),
    CONSTRAINT ck_regions_valid CHECK (NOT isempty(valid)),
    CONSTRAINT ex_regions_code EXCLUDE USING gist
        (county_id WITH =, code WITH =, valid WITH &&)
);
CREATE INDEX ix_regions_county_id_code ON regions (county_id, code);
CREATE INDEX ix_regions_geom ON regions USING gist (geom);

CREATE TABLE region_lineage (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    predecessor_code bigint NOT NULL,
    successor_code bigint NOT NULL,
    share double precision NOT NULL,
    changed_on date NOT NULL,
    CONSTRAINT pk_region_lineage PRIMARY KEY (county_id, id),
    CONSTRAINT fk_region_lineage_county_id
        FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT uq_region_lineage_step
        UNIQUE (county_id, predecessor_code, successor_code, changed_on),
    CONSTRAINT ck_region_lineage_share CHECK (share > 0 AND share <= 1)
);

CREATE TABLE settlements (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    ref text NOT NULL,
    name text NOT NULL,
    code bigint NOT NULL,
    population integer NOT NULL,
    households integer,
    groups integer,
    attrs jsonb NOT NULL DEFAULT '{}',
    geom geometry(Point, 4326) NOT NULL,
    CONSTRAINT pk_settlements PRIMARY KEY (county_id, id),
    CONSTRAINT fk_settlements_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT uq_settlements_ref UNIQUE (county_id, ref)
);
CREATE INDEX ix_settlements_county_id_code ON settlements (county_id, code);
CREATE INDEX ix_settlements_geom ON settlements USING gist (geom);

CREATE TABLE landscape_lines (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    ref text NOT NULL,
    kind text NOT NULL,
    name text,
    line_class text,
    code bigint NOT NULL,
    geom geometry(LineString, 4326) NOT NULL,
    CONSTRAINT pk_landscape_lines PRIMARY KEY (county_id, id),
    CONSTRAINT fk_landscape_lines_county_id
        FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT uq_landscape_lines_ref UNIQUE (county_id, kind, ref),
    CONSTRAINT ck_landscape_lines_kind CHECK (kind IN ('river', 'road', 'ridge'))
);
CREATE INDEX ix_landscape_lines_county_id_code ON landscape_lines (county_id, code);
CREATE INDEX ix_landscape_lines_geom ON landscape_lines USING gist (geom);

CREATE TABLE imports (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    layer text NOT NULL,
    source_name text NOT NULL,
    code bigint NOT NULL,
    at timestamptz NOT NULL,
    counts jsonb NOT NULL,
    report jsonb NOT NULL,
    CONSTRAINT pk_imports PRIMARY KEY (county_id, id),
    CONSTRAINT fk_imports_county_id FOREIGN KEY (county_id) REFERENCES counties (id)
);

CREATE TABLE plans (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    code bigint NOT NULL,
    name text NOT NULL,
    state text NOT NULL,
    grids_wanted integer,
    seed bigint NOT NULL,
    policy jsonb NOT NULL,
    input_hash text NOT NULL,
    report jsonb NOT NULL,
    made_at timestamptz NOT NULL,
    made_by uuid,
    effective_on date,
    published_at timestamptz,
    CONSTRAINT pk_plans PRIMARY KEY (county_id, id),
    CONSTRAINT fk_plans_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT ck_plans_state CHECK (state IN (
        'draft', 'consulting', 'approved', 'announced', 'published', 'withdrawn')),
    CONSTRAINT ck_plans_published CHECK (
        (state = 'published') <= (published_at IS NOT NULL AND effective_on IS NOT NULL))
);
CREATE INDEX ix_plans_county_id_code ON plans (county_id, code);

CREATE TABLE plan_grids (
    county_id uuid NOT NULL,
    plan_id uuid NOT NULL,
    grid_id uuid NOT NULL,
    code bigint NOT NULL,
    kind text NOT NULL,
    category text,
    name text NOT NULL,
    village_code bigint NOT NULL,
    load double precision NOT NULL,
    properties jsonb NOT NULL DEFAULT '{}',
    geom geometry(MultiPolygon, 4326) NOT NULL,
    CONSTRAINT pk_plan_grids PRIMARY KEY (county_id, plan_id, grid_id),
    CONSTRAINT fk_plan_grids_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_plan_grids_county_id_plan_id
        FOREIGN KEY (county_id, plan_id) REFERENCES plans (county_id, id)
        ON DELETE CASCADE,
    CONSTRAINT ck_plan_grids_kind CHECK (kind IN ('base', 'exclusive', 'micro'))
);

CREATE TABLE plan_units (
    county_id uuid NOT NULL,
    plan_id uuid NOT NULL,
    unit_id text NOT NULL,
    grid_id uuid NOT NULL,
    code bigint NOT NULL,
    load double precision NOT NULL,
    geom geometry(Geometry, 4326) NOT NULL,
    CONSTRAINT pk_plan_units PRIMARY KEY (county_id, plan_id, unit_id),
    CONSTRAINT fk_plan_units_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_plan_units_county_id_plan_id_grid_id
        FOREIGN KEY (county_id, plan_id, grid_id)
        REFERENCES plan_grids (county_id, plan_id, grid_id) ON DELETE CASCADE
);

CREATE TABLE grids (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    qr_id uuid NOT NULL,
    code bigint NOT NULL,
    CONSTRAINT pk_grids PRIMARY KEY (county_id, id),
    CONSTRAINT fk_grids_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT uq_grids_qr_id UNIQUE (county_id, qr_id)
);

CREATE TABLE grid_versions (
    county_id uuid NOT NULL,
    grid_id uuid NOT NULL,
    valid daterange NOT NULL,
    code bigint NOT NULL,
    kind text NOT NULL,
    category text,
    name text NOT NULL,
    village_code bigint NOT NULL,
    parent_grid_id uuid,
    is_overlay boolean NOT NULL DEFAULT false,
    load double precision NOT NULL,
    properties jsonb NOT NULL DEFAULT '{}',
    plan_id uuid,
    geom geometry(MultiPolygon, 4326) NOT NULL,
    CONSTRAINT pk_grid_versions PRIMARY KEY (county_id, grid_id, valid),
    CONSTRAINT fk_grid_versions_county_id
        FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_grid_versions_county_id_grid_id
        FOREIGN KEY (county_id, grid_id) REFERENCES grids (county_id, id),
    CONSTRAINT fk_grid_versions_county_id_parent_grid_id
        FOREIGN KEY (county_id, parent_grid_id) REFERENCES grids (county_id, id),
    CONSTRAINT fk_grid_versions_county_id_plan_id
        FOREIGN KEY (county_id, plan_id) REFERENCES plans (county_id, id),
    CONSTRAINT ck_grid_versions_kind CHECK (kind IN ('base', 'exclusive', 'micro')),
    CONSTRAINT ck_grid_versions_category
        CHECK ((kind = 'exclusive') <= (category IS NOT NULL)),
    CONSTRAINT ck_grid_versions_parent
        CHECK ((kind = 'micro') = (parent_grid_id IS NOT NULL)),
    CONSTRAINT ck_grid_versions_valid CHECK (NOT isempty(valid)),
    CONSTRAINT ex_grid_versions_grid_id EXCLUDE USING gist
        (county_id WITH =, grid_id WITH =, valid WITH &&),
    -- A micro-grid has no code of its own: it carries that of its grid.
    CONSTRAINT ex_grid_versions_code EXCLUDE USING gist
        (county_id WITH =, code WITH =, valid WITH &&) WHERE (kind <> 'micro')
);
CREATE INDEX ix_grid_versions_county_id_code ON grid_versions (county_id, code);
CREATE INDEX ix_grid_versions_geom ON grid_versions USING gist (geom);

CREATE TABLE sites (
    county_id uuid NOT NULL,
    id uuid NOT NULL,
    ref text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    code bigint NOT NULL,
    grid_id uuid,
    is_exclusive boolean NOT NULL DEFAULT false,
    category text,
    attrs jsonb NOT NULL DEFAULT '{}',
    valid daterange NOT NULL,
    geom geometry(Geometry, 4326) NOT NULL,
    CONSTRAINT pk_sites PRIMARY KEY (county_id, id),
    CONSTRAINT fk_sites_county_id FOREIGN KEY (county_id) REFERENCES counties (id),
    CONSTRAINT fk_sites_county_id_grid_id
        FOREIGN KEY (county_id, grid_id) REFERENCES grids (county_id, id),
    CONSTRAINT ck_sites_valid CHECK (NOT isempty(valid)),
    CONSTRAINT ex_sites_ref EXCLUDE USING gist
        (county_id WITH =, kind WITH =, ref WITH =, valid WITH &&)
);
CREATE INDEX ix_sites_county_id_code ON sites (county_id, code);
CREATE INDEX ix_sites_geom ON sites USING gist (geom);
