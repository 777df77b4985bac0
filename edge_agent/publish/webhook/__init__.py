"""Alarms by HTTP POST to servers of the user. Its parts, in reading order:

webhooks   the sink: one webhook for each entry of `notify`
occasions  what is worth a message, and when it may be told: alarm, danger, clear, blind
sender     messages from the disk to the server, in order, until it has taken each
post       one HTTP POST: bounded in time and size, no redirect, no word of what is secret
"""
