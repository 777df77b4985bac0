-- Who may do what in the database. Passwords: \password collector, \password grafana.
CREATE ROLE collector LOGIN;
CREATE ROLE grafana LOGIN;
GRANT USAGE ON SCHEMA fleet TO collector, grafana;
GRANT INSERT ON fleet.inbox TO collector;
ALTER FUNCTION fleet.take() SECURITY DEFINER SET search_path = fleet, public, pg_temp;
GRANT SELECT ON ALL TABLES IN SCHEMA fleet TO grafana;
ALTER DEFAULT PRIVILEGES IN SCHEMA fleet GRANT SELECT ON TABLES TO grafana;   -- partitions to come
