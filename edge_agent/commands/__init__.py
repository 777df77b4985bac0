"""One module for each command of `edge-agent`. Its parts, in reading order:

run     `edge-agent run`: diagnose until stopped
check   `edge-agent check`: is the configuration right, and what did the agent understand?
replay  `edge-agent replay`: recordings through the very same stages, as fast as they go
ports   `edge-agent ports`: which serial ports there are, and whether they may be opened
bench   `edge-agent bench`: what each stage costs on this machine, and how far ahead of the samples it runs
"""
