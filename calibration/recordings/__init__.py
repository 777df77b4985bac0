"""Recordings of other laboratories and formats: their file layouts, and importers.

importers      which importer reads which file
part           a recording within a file, not read yet
csv_files      text tables (CSV): from the file to its recording
text_files     text in any usual encoding, with any end of line
csv_layout     how a table is written: separators, names, where its numbers begin
csv_numbers    the numbers as columns, and what is wrong with a line that holds none
time_column    the column of time, its unit and the rate that it shows
wav_files      WAV
wav_header     its header, checked before the samples are read
columns        columns with names made a recording
quantising     numbers as counts and a scale
lab_files      the public laboratory data (.mat)
lab_layout     the layout of its files, and their writer
start_up       when the motor was switched on
"""
