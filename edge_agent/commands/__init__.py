"""One module for each command of `edge-agent`. Its parts, in reading order:

init     `edge-agent init`: a first configuration, by questions or from `--set`
run      `edge-agent run`: diagnose until stopped
check    `edge-agent check`: is the configuration right, and what does it allow?
migrate  `edge-agent migrate`: an older configuration brought to the present version
replay   `edge-agent replay`: recordings through the very same stages, as fast as possible
record   `edge-agent record`: samples from the port to a file, by hand
trend    `edge-agent trend`: how the motor has developed, day by day, and what is to be expected
ports    `edge-agent ports`: which serial ports there are, and whether this user may open them
backup   `edge-agent backup`: configuration and state as one archive, also while the agent runs
restore  `edge-agent restore`: the state of an archive back in its place
bench    `edge-agent bench`: what each stage costs on this machine, and how much faster than real time it is
"""
