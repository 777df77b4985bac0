"""The connection to the broker. Its parts, in reading order:

publisher   takes what the agent has to say, and puts it under its topics
inbox       takes commands, and answers what is no proper one
discovery   what Home Assistant must know, kept on the broker, and cleared when it is gone
ghosts      clears what the broker retains of a motor or an agent that has another name now
courier     brings mailbox and outbox to the broker, over one connection after another
connection  one connection to the broker, from CONNECT to its end; it never reconnects by itself
own_client  the client of paho: it tells when its thread ends, and frees its descriptors
tls         how a connection is encrypted, and what the broker must prove
terms       what we ask of the broker: a version of MQTT, and a will
delivery    what goes over one connection, in which order, and what the broker has confirmed
mailbox     messages in memory only: newest states, and diagnoses and health, dropped while offline
limits      the limits that a broker states in its CONNACK (MQTT 5.0, section 3.2.2.3), and keeping to them
suspects    messages that a broker refuses, so that they hold up no others
backoff     how long to wait before the next connection attempt
complaints  what the publisher logs: each problem once, not at every attempt
"""
