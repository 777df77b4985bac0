"""One module for each command of `edge-agent`. Its parts, in reading order:

init     `edge-agent init`: a first configuration, by questions or from `--set`
run      `edge-agent run`: diagnose until stopped
check    `edge-agent check`: is the configuration right, and what does it allow?
doctor   `edge-agent doctor`: does everything work here and now? One line a check
listen   `edge-agent listen`: the ordinary figures once a second, for whoever stands at the motor
migrate  `edge-agent migrate`: an older configuration brought to the present version
replay   `edge-agent replay`: recordings through the very same stages, as fast as possible
record   `edge-agent record`: samples from the port to a file, by hand
fleet    `edge-agent fleet`: configurations and credentials of many agents from one table
trend    `edge-agent trend`: how the motor has developed, day by day, and what is to be expected
report   `edge-agent report`: one page on an alarm, to be printed or sent
support  `edge-agent support`: what a helper needs to see, in one file without secrets
backup   `edge-agent backup`: configuration and state as one archive, also while the agent runs
restore  `edge-agent restore`: the state of an archive back in its place
forget   `edge-agent forget`: clear what the broker retains of an agent that is going away
ports    `edge-agent ports`: which serial ports there are, and whether this user may open them
guess    `edge-agent guess`: listen to an unknown DAQ, and propose what to write for it
bench    `edge-agent bench`: what each stage costs on this machine, and how much faster than real time it is
"""
