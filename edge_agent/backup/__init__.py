"""What an agent knows, as one archive, and back again. Its parts, in reading order:

manifest   what an archive is: its parts, their names, and what it says of itself
databases  a consistent copy of a database, also of one that a running agent holds
writing    the state folder of an agent, which may run, becomes an archive
reading    an archive, which may be anything, becomes files in an empty folder
placing    those files take the place of what is in the state folder, which is kept beside
"""
