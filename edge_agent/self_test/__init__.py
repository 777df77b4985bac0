"""The proof that the agent would still find a broken bar, on its own motor. Its parts, in reading order:

injection    a copy of a window with sidebands added, in the converter's counts
search       the smallest number of broken bars that is found in such copies
schedule     when the test runs, how it ended, and what health and the command tell of it
"""
