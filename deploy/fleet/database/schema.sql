-- What a database keeps of a fleet: PostgreSQL 13 or later. In this order:
--     schema.sql, states_timescale.sql or states_plain.sql, messages.sql, views.sql, roles.sql

CREATE SCHEMA fleet;

CREATE TABLE fleet.motors (
    motor_key integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    site text NOT NULL,                 -- levels of the topic before the prefix; empty without any
    agent text NOT NULL,
    motor text NOT NULL,
    first_seen timestamptz NOT NULL DEFAULT now(),
    UNIQUE (site, agent, motor)
);

-- How each motor is now.
CREATE TABLE fleet.latest (
    motor_key integer PRIMARY KEY REFERENCES fleet.motors,
    "time" timestamptz NOT NULL,
    received timestamptz NOT NULL,
    state text NOT NULL,
    severity text,
    reason text,
    equivalent_bars real,
    growth_bars real,
    detection_limit_bars real,
    load real,
    summary text,
    advice text
) WITH (fillfactor = 50);               -- room beside each row, so that its next version needs no new index entry

-- Each state of each motor; states_plain.sql or states_timescale.sql divides it by time, rolls it up and drops it.
CREATE TABLE fleet.states (
    motor_key integer NOT NULL,
    "time" timestamptz NOT NULL,
    received timestamptz NOT NULL,
    state text NOT NULL,
    severity text,
    reason text,
    confidence real,
    equivalent_bars real,
    detection_limit_bars real,
    growth_bars real,
    slip real,
    load real,
    current_unbalance real,
    PRIMARY KEY (motor_key, "time")     -- a state that comes twice is kept once
);

-- Every change of a state, for good. The number of an event is the agent's own, and rises.
CREATE TABLE fleet.events (
    motor_key integer NOT NULL REFERENCES fleet.motors,
    id bigint NOT NULL,
    "time" timestamptz NOT NULL,
    received timestamptz NOT NULL,
    state_before text,
    state text NOT NULL,
    severity text,
    reason text,
    summary text,
    captured text,
    payload jsonb NOT NULL,
    PRIMARY KEY (motor_key, id)
);
CREATE INDEX ON fleet.events ("time");

-- The latched alarm of each motor: it stays until the rotor is proven sound, acknowledged or not.
CREATE TABLE fleet.alarms (
    motor_key integer PRIMARY KEY REFERENCES fleet.motors,
    "time" timestamptz NOT NULL,
    active boolean NOT NULL,
    condition text NOT NULL,
    fault text,
    severity text,
    since timestamptz,
    cleared timestamptz,
    summary text,
    advice text,
    equivalent_bars real,
    event_id bigint,
    captured text,
    acknowledged jsonb,
    feedback jsonb
);
CREATE INDEX ON fleet.alarms (active) WHERE active;

-- Each agent itself: is it online, and what does it say of its own health?
CREATE TABLE fleet.agents (
    site text NOT NULL,
    agent text NOT NULL,
    status text,                        -- online or offline
    status_received timestamptz,
    "time" timestamptz,                 -- of its newest health
    received timestamptz,
    version text,
    source text,                        -- what is wrong with its samples; null while all is well
    state_folder text,                  -- what is wrong with its disk; null while all is well
    outbox_events integer,
    events_dropped bigint,
    last_verdict_age_s real,
    clock_set boolean,
    PRIMARY KEY (site, agent)
) WITH (fillfactor = 50);

-- Messages that cannot be read; empty as long as agents and database are of versions that know each other.
CREATE TABLE fleet.refused (
    received timestamptz NOT NULL DEFAULT now(),
    topic text,
    value text,
    error text
);
