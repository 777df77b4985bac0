"""A crowd of simulated agents, which loads brokers, collectors and databases. Its parts, in reading order:

motor     a simulated motor: what an agent says of it, as the agent's own documents
link      the agent's own connection to the broker, driven by the crowd's loop in place of a thread
agent     one simulated agent: the agent's own payloads, mailbox, delivery and waits, without samples
crowd     many of them in one thread: heartbeats, alarms, outages
logins    how each of them reaches its broker: openly, or with the credentials of a fleet
"""
