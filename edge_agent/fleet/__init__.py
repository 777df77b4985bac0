"""Many agents from one table: configurations, credentials and access lists. Its parts, in reading order:

table       the table (CSV) as rows of answers; every error with its row and column
authority   keys and certificates, and the list of the revoked ones; needs the extra `fleet`
passwords   passwords, and what Mosquitto keeps of them
names       who has been given what, in one file
access      access lists: who may write and read which topics
brokers     the files of a site's broker, and of the centre that all sites report to
parcels     the files of one agent's device
fleet       the folder of a fleet: make, rotate, revoke
files       files that only their owner may read, replaced as a whole
"""
