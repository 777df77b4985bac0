"""Events on disk until the broker has them. Its parts, in reading order:

outbox       events that the broker has not confirmed: the truth about what is still to be said
event_file   the SQLite file in which events wait for the broker
rows         one event, and what must hold before a row that was read from a disk is believed
replacement  a new outbox in place of one that cannot be used, in steps that a power cut may part anywhere
salvage      what is still whole in an outbox that SQLite cannot read, or that a newer program wrote
pages        records of an SQLite file and its log, read page by page without SQLite's help
former       events that wait in an outbox where an earlier version of the agent kept it
"""
