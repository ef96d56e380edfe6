-- The grid that a point lies in on a day, and the code that a report there carries: the
-- grid's, else that of the nearest village or town, else the county's. A worker who
-- reports from beyond their own grid may not read the neighbour's row, but the report
-- must find it; nothing but its id and code comes out. On a border the exclusive grid
-- is taken, then the lower code.
CREATE FUNCTION locate(lon double precision, lat double precision, on_day date)
RETURNS TABLE (grid_id uuid, code bigint)
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
-- Migrations run with it off, and the body is checked as it is created.
SET row_security = on
AS $$
    WITH asked AS (
        SELECT nullif(current_setting('xunge.county', true), '')::uuid AS county_id,
               ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS point
    ),
    grid AS (
        SELECT v.grid_id, v.code
        FROM asked JOIN grid_versions v ON v.county_id = asked.county_id
        WHERE v.valid @> on_day AND v.kind <> 'micro' AND ST_Covers(v.geom, asked.point)
        ORDER BY v.kind <> 'exclusive', v.code
        LIMIT 1
    ),
    region AS (
        SELECT NULL::uuid, r.code
        FROM asked JOIN regions r ON r.county_id = asked.county_id
        WHERE r.valid @> on_day AND r.level IN ('town', 'village')
        -- Of a village and its town, at the same distance, the village.
        ORDER BY ST_Distance(r.geom, asked.point), r.level = 'town', r.code
        LIMIT 1
    )
    SELECT * FROM grid
    UNION ALL
    SELECT * FROM region WHERE NOT EXISTS (SELECT FROM grid)
    UNION ALL
    SELECT NULL::uuid, c.code
    FROM asked JOIN counties c ON c.id = asked.county_id
    WHERE NOT EXISTS (SELECT FROM grid) AND NOT EXISTS (SELECT FROM region)
$$;
REVOKE ALL ON FUNCTION locate(double precision, double precision, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION locate(double precision, double precision, date)
    TO xunge_app, xunge_jobs;
