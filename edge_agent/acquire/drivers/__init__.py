"""How bytes become samples, one decoder for each wire format. Its parts, in reading order:

block_frames  block frames: the wire format of a DAQ that sends samples in blocks (architecture: wire format)
cobs          consistent overhead byte stuffing: any bytes without a zero byte, so that zero can delimit
splitting     cuts a stream of bytes at its delimiters, in bounded memory
sequence      what the sequence numbers of one stream's frames tell: lost, repeated, reordered, begun anew
csv_lines     lines of text: one scan a line, its numbers separated by comma, semicolon, tab or spaces
text_line     what one line of text means: which column belongs to which channel, and the number in each
line_styles   how numbers and names are written in a line of text: separators, decimal commas, quotes
steps         in which steps the numbers of a stream become counts: whole ones as they are, decimal ones finer
"""
