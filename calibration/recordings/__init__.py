"""Recordings of other laboratories and formats: their file layouts, and importers.

importers    which importer reads which file
part         a recording within a file, not read yet
csv_files    CSV: a line of names, then a scan a line
wav_files    WAV
columns      columns with names made a recording
quantising   numbers as counts and a scale
lab_files    the public laboratory data (.mat)
lab_layout   the layout of its files, and their writer
start_up     when the motor was switched on
"""
