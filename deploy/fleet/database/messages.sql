-- From messages to rows. A collector writes each MQTT message as it is into fleet.inbox (topic, value). A trigger
-- there reads it and keeps it in its table, so every collector fills the same tables, and a message that comes
-- twice is kept once. What cannot be read goes to fleet.refused, and never stops the rest.

CREATE TABLE fleet.inbox (              -- stays empty: the trigger takes every row
    "time" timestamptz DEFAULT now(),
    topic text NOT NULL,
    value text NOT NULL
);

CREATE FUNCTION fleet.key_of(site_ text, agent_ text, motor_ text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    found_key integer;
BEGIN
    SELECT motor_key INTO found_key FROM fleet.motors
    WHERE site = site_ AND agent = agent_ AND motor = motor_;
    IF found_key IS NULL THEN
        INSERT INTO fleet.motors (site, agent, motor) VALUES (site_, agent_, motor_)
        ON CONFLICT DO NOTHING RETURNING motor_key INTO found_key;
        IF found_key IS NULL THEN       -- another writer was quicker
            RETURN fleet.key_of(site_, agent_, motor_);
        END IF;
    END IF;
    RETURN found_key;
END $$;

CREATE FUNCTION fleet.keep_state(s fleet.states) RETURNS void LANGUAGE sql AS $$
    INSERT INTO fleet.states VALUES (s.*) ON CONFLICT DO NOTHING
$$;

CREATE FUNCTION fleet.keep_event(e fleet.events) RETURNS void LANGUAGE sql AS $$
    INSERT INTO fleet.events VALUES (e.*) ON CONFLICT (motor_key, id) DO NOTHING
$$;

CREATE FUNCTION fleet.keep_latest(l fleet.latest) RETURNS void LANGUAGE sql AS $$
    INSERT INTO fleet.latest AS old VALUES (l.*)
    ON CONFLICT (motor_key) DO UPDATE SET
        ("time", received, state, severity, reason, equivalent_bars, growth_bars, detection_limit_bars, load,
         summary, advice)
        = (excluded."time", excluded.received, excluded.state, excluded.severity, excluded.reason,
           excluded.equivalent_bars, excluded.growth_bars, excluded.detection_limit_bars, excluded.load,
           excluded.summary, excluded.advice)
    WHERE excluded."time" > old."time"
$$;

-- An alarm comes with every heartbeat; it is written only if it says something new.
CREATE FUNCTION fleet.keep_alarm(a fleet.alarms) RETURNS void LANGUAGE sql AS $$
    INSERT INTO fleet.alarms AS old VALUES (a.*)
    ON CONFLICT (motor_key) DO UPDATE SET
        ("time", active, condition, fault, severity, since, cleared, summary, advice, equivalent_bars, event_id,
         captured, acknowledged, feedback)
        = (excluded."time", excluded.active, excluded.condition, excluded.fault, excluded.severity,
           excluded.since, excluded.cleared, excluded.summary, excluded.advice, excluded.equivalent_bars,
           excluded.event_id, excluded.captured, excluded.acknowledged, excluded.feedback)
    WHERE excluded."time" > old."time"
      AND (excluded.active, excluded.condition, excluded.severity, excluded.since, excluded.cleared,
           excluded.summary, excluded.equivalent_bars, excluded.event_id, excluded.acknowledged,
           excluded.feedback)
          IS DISTINCT FROM
          (old.active, old.condition, old.severity, old.since, old.cleared,
           old.summary, old.equivalent_bars, old.event_id, old.acknowledged, old.feedback)
$$;

CREATE FUNCTION fleet.keep_health(h fleet.agents) RETURNS void LANGUAGE sql AS $$
    INSERT INTO fleet.agents AS old VALUES (h.*)
    ON CONFLICT (site, agent) DO UPDATE SET
        ("time", received, version, source, state_folder, outbox_events, events_dropped, last_verdict_age_s,
         clock_set)
        = (excluded."time", excluded.received, excluded.version, excluded.source, excluded.state_folder,
           excluded.outbox_events, excluded.events_dropped, excluded.last_verdict_age_s, excluded.clock_set)
    WHERE old."time" IS NULL OR excluded."time" > old."time"
$$;

CREATE FUNCTION fleet.keep_status(h fleet.agents) RETURNS void LANGUAGE sql AS $$
    INSERT INTO fleet.agents AS old VALUES (h.*)
    ON CONFLICT (site, agent) DO UPDATE
    SET (status, status_received) = (excluded.status, excluded.status_received)
$$;

-- Reads a message first, in a block that may fail and writes nothing; then keeps it, which cannot fail.
CREATE FUNCTION fleet.take() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    levels text[] := string_to_array(NEW.topic, '/');
    n integer := cardinality(levels);
    kind text := levels[n];
    of_motor boolean := kind IN ('state', 'event', 'alarm');
    site_ text := array_to_string(levels[1:n - CASE WHEN of_motor THEN 4 ELSE 3 END], '/');
    p jsonb;
    s fleet.states;
    l fleet.latest;
    e fleet.events;
    a fleet.alarms;
    h fleet.agents;
BEGIN
    BEGIN
        IF kind = 'status' THEN
            h.status := NEW.value;
        ELSE
            p := NEW.value::jsonb;
        END IF;
        CASE kind
            WHEN 'state' THEN
                p := p || coalesce(nullif(p -> 'evidence', 'null'), '{}');
                s := jsonb_populate_record(NULL::fleet.states, p);
                l := jsonb_populate_record(NULL::fleet.latest, p);
                ASSERT s."time" IS NOT NULL AND s.state IS NOT NULL, 'a state without time or state';
            WHEN 'event' THEN
                e := jsonb_populate_record(NULL::fleet.events, p || (p -> 'after'));
                e.state_before := p -> 'before' ->> 'state';
                ASSERT e.id IS NOT NULL AND e."time" IS NOT NULL AND e.state IS NOT NULL,
                    'an event without id, time or state';
            WHEN 'alarm' THEN
                a := jsonb_populate_record(NULL::fleet.alarms, p);
                ASSERT a."time" IS NOT NULL AND a.active IS NOT NULL AND a.condition IS NOT NULL,
                    'an alarm without time, active or condition';
            WHEN 'health' THEN
                h := jsonb_populate_record(NULL::fleet.agents, p);
            WHEN 'status' THEN
                ASSERT h.status IN ('online', 'offline'), 'a status that is neither online nor offline';
        END CASE;
        ASSERT n >= CASE WHEN of_motor THEN 4 ELSE 3 END, 'a topic with too few levels';
    EXCEPTION WHEN OTHERS OR ASSERT_FAILURE THEN
        INSERT INTO fleet.refused (topic, value, error) VALUES (NEW.topic, NEW.value, SQLERRM);
        RETURN NULL;
    END;
    IF of_motor THEN
        s.motor_key := fleet.key_of(site_, levels[n - 2], levels[n - 1]);
        l.motor_key := s.motor_key; e.motor_key := s.motor_key; a.motor_key := s.motor_key;
    ELSE
        h.site := site_; h.agent := levels[n - 1];
    END IF;
    CASE kind
        WHEN 'state' THEN
            s.received := clock_timestamp(); l.received := s.received;
            PERFORM fleet.keep_state(s);
            PERFORM fleet.keep_latest(l);
        WHEN 'event' THEN
            e.received := clock_timestamp(); e.payload := p;
            PERFORM fleet.keep_event(e);
        WHEN 'alarm' THEN
            PERFORM fleet.keep_alarm(a);
        WHEN 'health' THEN
            h.received := clock_timestamp();
            PERFORM fleet.keep_health(h);
        WHEN 'status' THEN
            h.status_received := clock_timestamp();
            PERFORM fleet.keep_status(h);
    END CASE;
    RETURN NULL;
END $$;

CREATE TRIGGER take BEFORE INSERT ON fleet.inbox FOR EACH ROW EXECUTE FUNCTION fleet.take();

-- For collectors that know lines only: the topic, a blank, the payload (mosquitto_sub -F '%t %p').
CREATE FUNCTION fleet.take_line(line text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO fleet.inbox (topic, value)
    VALUES (split_part(line, ' ', 1), substr(line, length(split_part(line, ' ', 1)) + 2))
$$;
