"""Where samples come from. Its parts, in reading order:

samples        what crosses the boundary between acquisition and everything after it
naming         what unit and name of a channel tell, where nothing else does
units          units as people write them, and what they are worth in the units that the agent works in
overrides      the channels of the YAML over those that a device, a recording or a file describes
bounds         what rates and magnitudes samples can have at all, so that nothing after acquisition needs
description    how a DAQ describes itself: JSON in frames of type 1 or behind a `#` in lines of text
settings       what acquisition is told
source         what the agent needs of any source of samples, and what a source tells
port_source    a DAQ on a serial port as a source of samples: reader, queue and decoder in one
serial_port    the thread that reads the serial port, and opens it again for as long as it takes
byte_queue     what waits between the thread that reads the port and the one that works on what it read
drivers        how bytes become samples, one driver for each wire format
counts         what a decoder counts: while it grows, and as it is handed out
channel_watch  which channels give no values, as seen over a second or so
pace           how many lines of text come in a second, whatever they hold: what `rate_hz` must be
silence        why an open port brings no samples, as far as what comes instead tells: said to people
likeness       what bytes look like that could not be read: text or not; only ever for a message
ports          the serial ports of this computer
recordings     recordings: samples on disk (.npz), read, written and played back as blocks
archive        the arrays of an .npz file, read so that no file can run code or take more memory than it may
channel_table  what the arrays of a recording say of each channel, checked
"""
