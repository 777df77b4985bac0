-- The states of all motors over time, without TimescaleDB: a partition a week, hours rolled up, old weeks dropped.
-- Run fleet.keep_house() once an hour, by a timer of the system or by pg_cron:
--     psql -d fleet -c 'CALL fleet.keep_house()'

ALTER TABLE fleet.states RENAME TO states_other;     -- states of agents whose clock is wrong
CREATE TABLE fleet.states (LIKE fleet.states_other INCLUDING ALL) PARTITION BY RANGE ("time");
ALTER TABLE fleet.states ATTACH PARTITION fleet.states_other DEFAULT;

CREATE TABLE fleet.hours (
    motor_key integer NOT NULL,
    hour timestamptz NOT NULL,
    states integer NOT NULL,
    undecided integer NOT NULL,
    bars_mean real,
    bars_max real,
    load_mean real,
    PRIMARY KEY (motor_key, hour)
);

-- Rolls up the hours of the last two days, which agents with a long outage may still fill; makes the partitions
-- of this week and the next; drops what is older than `days` (states) and `years` (hours).
CREATE PROCEDURE fleet.keep_house(days integer DEFAULT 90, years integer DEFAULT 10) LANGUAGE plpgsql AS $$
DECLARE
    week timestamptz;
    old text;
BEGIN
    FOR step IN -1..1 LOOP
        week := date_trunc('week', now(), 'UTC') + step * interval '7 days';
        IF to_regclass(format('fleet.states_%s', to_char(week AT TIME ZONE 'UTC', 'YYYYMMDD'))) IS NULL THEN
            EXECUTE format('CREATE TABLE fleet.states_%s PARTITION OF fleet.states FOR VALUES FROM (%L) TO (%L)',
                           to_char(week AT TIME ZONE 'UTC', 'YYYYMMDD'), week, week + interval '7 days');
        END IF;
    END LOOP;
    INSERT INTO fleet.hours
    SELECT motor_key, date_trunc('hour', "time", 'UTC'), count(*), count(*) FILTER (WHERE state = 'indeterminate'),
           avg(equivalent_bars), max(equivalent_bars), avg(load)
    FROM fleet.states
    WHERE "time" >= date_trunc('hour', now(), 'UTC') - interval '2 days' AND "time" <= now()
    GROUP BY 1, 2
    ON CONFLICT (motor_key, hour) DO UPDATE SET
        (states, undecided, bars_mean, bars_max, load_mean)
        = (excluded.states, excluded.undecided, excluded.bars_mean, excluded.bars_max, excluded.load_mean);
    FOR old IN
        SELECT c.oid::regclass FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'fleet.states'::regclass AND c.relname ~ '^states_\d{8}$'
          AND to_date(right(c.relname, 8), 'YYYYMMDD') + 7 < current_date - days
    LOOP
        EXECUTE format('DROP TABLE %s', old);
    END LOOP;
    DELETE FROM fleet.hours WHERE hour < now() - make_interval(years => years);
END $$;

CALL fleet.keep_house();
