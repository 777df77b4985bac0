"""Live checks of a site: what `doctor` finds, `listen` shows and `support` packs. In reading order:

examination      all live checks, in the order in which a fault of one hides those after it
result           the outcome of one check: a line for people, JSON for programs
computer         clock, disk and model file
port             does the port open, do samples come, and at the stated rate?
listener         windows of samples from the port with what they show, and why none come
rate             at which rate scans really come
signal           what a window says of the sensors and of the nameplate
service          the agent that runs already, and what it says of itself
broker           the broker: there, certificate, login, rights
rights           what the broker lets the agent write and read
session          a short session with the broker, beside that of the running agent
figures_table    the ordinary figures as a table, for people on a ladder
secrets_out      texts without anything that is secret
public_settings  the configuration as others may see it, and the secrets in it
support_files    what the archive for support holds
"""
