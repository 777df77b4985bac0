-- The states of all motors over time, with TimescaleDB 2.11 or later: its jobs compress, roll up and drop.

CREATE EXTENSION IF NOT EXISTS timescaledb;

SELECT create_hypertable('fleet.states', 'time', chunk_time_interval => interval '1 day');

-- A day of a motor becomes a few compressed arrays, in the order in which a trend reads them.
ALTER TABLE fleet.states SET (
    timescaledb.compress,
    timescaledb.compress_segmentby = 'motor_key',
    timescaledb.compress_orderby = '"time" DESC'
);
SELECT add_compression_policy('fleet.states', interval '2 days');   -- after the outages that are usual
SELECT add_retention_policy('fleet.states', interval '90 days');

CREATE MATERIALIZED VIEW fleet.hours WITH (timescaledb.continuous) AS
SELECT motor_key,
       time_bucket('1 hour', "time") AS hour,
       count(*) AS states,
       count(*) FILTER (WHERE state = 'indeterminate') AS undecided,
       avg(equivalent_bars) AS bars_mean,
       max(equivalent_bars) AS bars_max,
       avg(load) AS load_mean
FROM fleet.states
GROUP BY motor_key, time_bucket('1 hour', "time")
WITH NO DATA;
SELECT add_continuous_aggregate_policy('fleet.hours', start_offset => interval '2 days',
    end_offset => interval '1 hour', schedule_interval => interval '1 hour');
SELECT add_retention_policy('fleet.hours', interval '10 years');
