#!/bin/sh
# Runs the agent with the configuration in the add-on's own folder.
set -eu

CONFIGURATION=/config/edge-agent.yaml

if [ ! -f "$CONFIGURATION" ]; then
    echo "There is no edge-agent.yaml in the folder addon_configs/local_edge_agent: write it there, then start again." >&2
    echo "An example:" >&2
    cat /usr/share/doc/edge-agent/examples/edge-agent.yaml >&2
    exit 1
fi
exec edge-agent run -c "$CONFIGURATION"
