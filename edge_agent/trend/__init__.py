"""How a motor develops over months: one row an hour and load bin on disk, and what follows. In reading order:

tally        what the windows of a running hour showed, by load bin
hour_rows    one hour at one load bin, as it is kept and read again
trend_file   the SQLite file with the rows of ten years
trend_store  the file in the hands of an agent that nothing may stop: damage, a full disk, a newer version
keeper       cuts time into hours, whatever the clock does, and has them written
days         hours put together to days
robust_line  a robust line through days, with intervals
forecast     when the line crosses the next severity, or why nobody can tell
table        the days as a table for the terminal, the rows as CSV
"""
