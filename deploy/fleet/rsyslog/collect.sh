#!/bin/bash
# Messages of all agents to rsyslog, a line each: topic, blank, payload. edge-fleet-collector.service runs it.
#     PREFIX=+/edge-agent collect.sh -h centre.example ...    the arguments are those of mosquitto_sub
# The session on the broker outlives this program: what is said meanwhile waits there.
set -efu

topics=()
for prefix in $PREFIX; do       # one, or several with blanks between
    for kind in +/+/state +/+/event +/+/alarm +/health +/status; do topics+=(-t "$prefix/$kind"); done
done

# rsyslog first: mosquitto_sub acknowledges a message before it writes the line.
exec 3> "/dev/tcp/127.0.0.1/${RSYSLOG_PORT:-5514}"
exec stdbuf -oL mosquitto_sub "$@" -V mqttv5 -i fleet-collector -c -x 604800 -q 1 "${topics[@]}" -F '%t %p' >&3
