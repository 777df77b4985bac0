"""Recordings of other laboratories and formats: their file layouts, and importers.

importers         which importer reads which file
part              a recording within a file, not read yet
columns           columns with names, and the channels that they are
assembling        columns whose channels are known become a recording
quantising        numbers as counts and a scale
csv_files         text tables (CSV): from the file to its recording
text_files        text in any usual encoding, with any end of line
preambles         what oscilloscopes write before their tables
lvm_preamble      the same of LabVIEW
plain_table       what is left: a table, and what is known of it
csv_layout        how a table is written: separators, names, where its numbers begin
csv_numbers       the numbers as columns, and what is wrong with a line that holds none
time_column       the column of time, its unit and the rate that it shows
wav_files         WAV
wav_header        its header, checked before the samples are read
series            named series of numbers: what the binary formats share
tdms_files        TDMS, of LabVIEW and National Instruments
comtrade_files    COMTRADE, of relays and disturbance recorders
matlab_files      MATLAB with any variable names
lab_files         the public laboratory data (.mat)
lab_layout        the layout of its files, and their writer
start_up          when the motor was switched on
site_files        captures of a site, with what people found at the rotors
"""
