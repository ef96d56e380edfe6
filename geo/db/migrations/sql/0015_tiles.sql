-- What tiles are cut from, in their own projection and as fine as their scale shows:
-- a unit of a tile is 9.6 m at zoom 10, 2.4 m at 12 and 0.6 m at 14.
ALTER TABLE grid_versions
    ADD COLUMN tile_full geometry(MultiPolygon, 3857)
        GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    ADD COLUMN tile_mid geometry(MultiPolygon, 3857) GENERATED ALWAYS AS (
        ST_Multi(ST_Simplify(ST_Transform(geom, 3857), 5, true))) STORED,
    ADD COLUMN tile_low geometry(MultiPolygon, 3857) GENERATED ALWAYS AS (
        ST_Multi(ST_Simplify(ST_Transform(geom, 3857), 20, true))) STORED;
CREATE INDEX ix_grid_versions_tile_full ON grid_versions USING gist (tile_full);

ALTER TABLE regions
    ADD COLUMN tile_full geometry(MultiPolygon, 3857)
        GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    ADD COLUMN tile_mid geometry(MultiPolygon, 3857) GENERATED ALWAYS AS (
        ST_Multi(ST_Simplify(ST_Transform(geom, 3857), 5, true))) STORED,
    ADD COLUMN tile_low geometry(MultiPolygon, 3857) GENERATED ALWAYS AS (
        ST_Multi(ST_Simplify(ST_Transform(geom, 3857), 20, true))) STORED;
CREATE INDEX ix_regions_tile_full ON regions USING gist (tile_full);

-- The three functions ask with their owner's rights, because a row policy would keep
-- PostGIS's operators from the index, and hold every row against the viewer's county
-- and areas themselves. Without a scope they find nothing. In PL/pgSQL because a session
-- then plans once and not for every tile.
CREATE FUNCTION grid_tile(zoom integer, tile_x integer, tile_y integer, on_day date)
RETURNS bytea
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET row_security = on
AS $$
BEGIN
    RETURN (WITH asked AS (
        SELECT nullif(current_setting('xunge.county', true), '')::uuid AS county_id,
               nullif(current_setting('xunge.scope', true), '')::int8multirange AS scope,
               ST_TileEnvelope(zoom, tile_x, tile_y) AS box
    ),
    shapes AS (
        SELECT v.code::text AS grid_code, v.kind, v.category, v.name,
               left(v.village_code::text, 12) AS village_code, v.load,
               ST_AsMVTGeom(
                   CASE WHEN zoom < 12 THEN v.tile_low
                        WHEN zoom < 14 THEN v.tile_mid
                        ELSE v.tile_full END,
                   asked.box, 4096, 64, true) AS geom
        FROM asked JOIN grid_versions v
            ON v.county_id = asked.county_id AND v.tile_full && asked.box
        WHERE v.code <@ asked.scope AND v.valid @> on_day AND v.kind <> 'micro'
    )
    SELECT ST_AsMVT(shapes, 'grids', 4096, 'geom') FROM shapes WHERE geom IS NOT NULL);
END
$$;

CREATE FUNCTION region_tile(zoom integer, tile_x integer, tile_y integer, on_day date)
RETURNS bytea
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET row_security = on
AS $$
BEGIN
    RETURN (WITH asked AS (
        SELECT nullif(current_setting('xunge.county', true), '')::uuid AS county_id,
               nullif(current_setting('xunge.scope', true), '')::int8multirange AS scope,
               ST_TileEnvelope(zoom, tile_x, tile_y) AS box
    ),
    shapes AS (
        SELECT r.code::text AS code, r.level, r.name,
               ST_AsMVTGeom(
                   CASE WHEN zoom < 12 THEN r.tile_low
                        WHEN zoom < 14 THEN r.tile_mid
                        ELSE r.tile_full END,
                   asked.box, 4096, 64, true) AS geom
        FROM asked JOIN regions r
            ON r.county_id = asked.county_id AND r.tile_full && asked.box
        WHERE r.code <@ asked.scope AND r.valid @> on_day
    )
    SELECT ST_AsMVT(shapes, 'regions', 4096, 'geom') FROM shapes WHERE geom IS NOT NULL);
END
$$;

CREATE FUNCTION site_tile(zoom integer, tile_x integer, tile_y integer, on_day date)
RETURNS bytea
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET row_security = on
AS $$
BEGIN
    RETURN (WITH asked AS (
        SELECT nullif(current_setting('xunge.county', true), '')::uuid AS county_id,
               nullif(current_setting('xunge.scope', true), '')::int8multirange AS scope,
               ST_TileEnvelope(zoom, tile_x, tile_y) AS box
    ),
    shapes AS (
        SELECT s.ref, s.kind, s.name,
               ST_AsMVTGeom(
                   ST_Transform(ST_PointOnSurface(s.geom), 3857),
                   asked.box, 4096, 0, true) AS geom
        FROM asked JOIN sites s
            ON s.county_id = asked.county_id
            AND s.geom && ST_Transform(asked.box, 4326)
        WHERE s.code <@ asked.scope AND s.valid @> on_day
    )
    SELECT ST_AsMVT(shapes, 'sites', 4096, 'geom') FROM shapes WHERE geom IS NOT NULL);
END
$$;

REVOKE ALL ON FUNCTION grid_tile(integer, integer, integer, date) FROM PUBLIC;
REVOKE ALL ON FUNCTION region_tile(integer, integer, integer, date) FROM PUBLIC;
REVOKE ALL ON FUNCTION site_tile(integer, integer, integer, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION grid_tile(integer, integer, integer, date) TO xunge_app;
GRANT EXECUTE ON FUNCTION region_tile(integer, integer, integer, date) TO xunge_app;
GRANT EXECUTE ON FUNCTION site_tile(integer, integer, integer, date) TO xunge_app;
