-- What the dashboard and Prometheus ask.

CREATE VIEW fleet.open_alarms AS
SELECT m.site, m.agent, m.motor, a.severity, a.condition, a.since, a.equivalent_bars, a.summary, a.advice,
       a.acknowledged ->> 'by' AS acknowledged_by, a.acknowledged IS NOT NULL AS is_acknowledged, a.captured
FROM fleet.alarms a JOIN fleet.motors m USING (motor_key)
WHERE a.active;

-- Motors about which nothing is known now, and why. A motor that is off is not blind.
CREATE VIEW fleet.blind AS
SELECT m.site, m.agent, m.motor, l."time" AS last_state,
       CASE
           WHEN g.status = 'offline' THEN 'agent offline'
           WHEN l."time" < now() - interval '5 minutes' THEN 'no state for five minutes'
           WHEN g.source IS NOT NULL THEN 'samples: ' || g.source
           ELSE 'reason: ' || l.reason
       END AS why
FROM fleet.latest l JOIN fleet.motors m USING (motor_key)
LEFT JOIN fleet.agents g USING (site, agent)
WHERE g.status = 'offline'
   OR l."time" < now() - interval '5 minutes'
   OR g.source IS NOT NULL
   OR l.reason IN ('lost_samples', 'clipped', 'stuck_channel', 'missing_phase', 'wrong_line_frequency',
                   'unreliable_clock', 'samples_not_understood', 'wrong_scale', 'analysis_failed');

-- The worst motors first: danger, alarm, watch, then the rest; within each by the bars.
CREATE VIEW fleet.worst AS
SELECT m.site, m.agent, m.motor, l.state, l.severity, l.reason, l.equivalent_bars, l.growth_bars, l.load,
       l."time", l.summary, l.advice,
       array_position(ARRAY['danger', 'alarm', 'watch', 'ok'], l.severity) AS rank
FROM fleet.latest l JOIN fleet.motors m USING (motor_key)
ORDER BY rank NULLS LAST, l.equivalent_bars DESC NULLS LAST;
