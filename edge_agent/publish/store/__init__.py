"""Events on disk until the broker has them. Its parts, in reading order:

outbox       the queue of events that the broker has not confirmed
event_file   the SQLite file in which events wait for the broker
rows         one event, and what must hold before a row read from disk is trusted
replacement  a new outbox in place of one that cannot be used, safe against a power cut at any step
salvage      rescue of what is whole in an outbox that SQLite cannot read, or that a newer program wrote
pages        records of an SQLite file and its log, read page by page without SQLite
former       events in an outbox at the place where an earlier version kept it
"""
