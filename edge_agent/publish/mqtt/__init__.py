"""The connection to the broker. Its parts, in reading order:

publisher   the publisher: takes what the agent has to say, and sees to it that the broker gets it
connection  one connection to the broker, from CONNECT to its end. It never reconnects: its owner makes a
terms       what we ask of the broker: a version of MQTT, and a will; less of it where it cannot have that
delivery    what goes over one connection, in which order, and what the broker has confirmed of it
mailbox     what is to be said now and need not survive us: states, and messages that are dropped while
limits      what a broker can do less than all: told in its CONNACK (MQTT 5.0, section 3.2.2.3), honoured
suspects    messages that a broker does not take, so that they hold up no others
backoff     how long to wait before a broker that is away is asked again
complaints  what the publisher writes to the log: each problem once, not at every attempt
"""
