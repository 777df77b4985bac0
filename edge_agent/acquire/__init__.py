"""Where samples come from. Its parts, in reading order:

samples        what crosses the boundary between acquisition and everything after it
naming         what the unit and the name of a channel imply, if nothing else says it
units          units as people write them, and how to convert them to the units of the agent
overrides      the channels of the YAML over those that a device, a recording or a file describes
bounds         bounds of rates and magnitudes, so that nothing after acquisition needs gigabytes
description    how a DAQ describes itself: JSON in frames of type 1 or behind a `#` in lines of text
settings       settings of the acquisition
source         what the agent needs of any source of samples, and what a source reports
port_source    a DAQ on a serial port as a source of samples: reader, queue and decoder in one
serial_port    the thread that reads the serial port, and reopens it until it succeeds
conversation   commands to a DAQ that sends only when it is told to, and its answers
byte_queue     bytes on their way from the thread that reads the port to the one that decodes them
merging        frames that follow each other become one block
part           the part of a DAQ that is one motor's, where the DAQ serves several: some of its channels
drivers        how bytes become samples, one driver for each wire format
counts         what a decoder counts: while it grows, and as it is handed out
channel_watch  which channels give no values, as seen over a second or so
pace           how many lines of text come in a second, whatever they hold: what `rate_hz` must be
guess          what an unknown DAQ sends: a proposal for the YAML, and what it rests on
guess_table    its lines of text as a table of numbers
guess_waves    what the columns of such a table may be: time, currents and their phases, vibration
silence        why an open port brings no samples, concluded from what comes instead
likeness       what unreadable bytes look like, text or not: for messages only
ports          the serial ports of this computer
recordings     recordings: samples on disk (.npz), read, written and played back as blocks
arrivals       how the samples of a recording came, for what was kept of a live stream
archive        the arrays of an .npz file, read so that no file can run code or take more memory than it may
channel_table  what the arrays of a recording say of each channel, checked
"""
