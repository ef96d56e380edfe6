-- What the verdicts of a range of days are made from beside the fixes: for each piece
-- the days for which it holds (half-open, NULL where open) and a hash of its content.
-- The days stand apart from the content: who ends a duty today changes nothing of
-- yesterday. Of what begins or ends amid a day, the moment counts on that day alone.
WITH asked AS (
    SELECT nullif(current_setting('xunge.county', true), '')::uuid AS county_id,
           daterange(:first, :last, '[]') AS days
),
held AS (
    SELECT r.valid AS days,
           concat_ws('/', 'rule', rule_id, code, digits, kind, season, body::text) AS content
    FROM rules r JOIN asked a ON a.county_id = r.county_id AND r.valid && a.days
    UNION ALL
    SELECT g.valid,
           concat_ws('/', 'grid', grid_id, code, kind, category, ST_AsBinary(geom)::text,
                     properties ->> 'borders')
    FROM grid_versions g JOIN asked a ON a.county_id = g.county_id AND g.valid && a.days
    WHERE g.kind <> 'micro'
    UNION ALL
    SELECT s.valid, concat_ws('/', 'duty', s.id, person_id, grid_id, role)
    FROM assignments s JOIN asked a ON a.county_id = s.county_id AND s.valid && a.days
    UNION ALL
    SELECT s.valid, concat_ws('/', 'instead', assignment_id, person_id)
    FROM stand_ins s JOIN asked a ON a.county_id = s.county_id AND s.valid && a.days
    UNION ALL
    SELECT m.valid, concat_ws('/', 'group', group_id, person_id)
    FROM patrol_group_members m
    JOIN asked a ON a.county_id = m.county_id AND m.valid && a.days
    UNION ALL
    SELECT c.valid, concat_ws('/', 'point', ref, grid_id, ST_AsBinary(geom)::text)
    FROM checkpoints c JOIN asked a ON a.county_id = c.county_id AND c.valid && a.days
),
dated AS (
    SELECT concat_ws('/', 'calendar', kind, person_id, grid_id) AS content, during
    FROM calendar_entries c JOIN asked a ON a.county_id = c.county_id
    UNION ALL
    SELECT concat_ws('/', 'device', device_id, person_id), during
    FROM device_bindings b JOIN asked a ON a.county_id = b.county_id
),
local AS (
    SELECT content, lower(during) AS since, upper(during) AS until,
           (lower(during) AT TIME ZONE 'Asia/Shanghai')::date AS first_day,
           (upper(during) AT TIME ZONE 'Asia/Shanghai')::date AS last_day
    FROM dated WHERE NOT isempty(during)
),
everything AS (
    SELECT days, content FROM held
    UNION ALL
    SELECT daterange(first_day, last_day, '[]'), content FROM local
    UNION ALL
    SELECT daterange(first_day, first_day, '[]'), concat_ws('/', content, 'from', since)
    FROM local WHERE since IS NOT NULL
    UNION ALL
    SELECT daterange(last_day, last_day, '[]'), concat_ws('/', content, 'to', until)
    FROM local WHERE until IS NOT NULL
)
SELECT lower(e.days), upper(e.days), hashtextextended(e.content, 0)
FROM everything e JOIN asked a ON e.days && a.days
