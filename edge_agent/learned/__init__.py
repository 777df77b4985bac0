"""What many windows teach of a motor: current and slip, and the number of rotor bars. In reading order:

look     what one look shows of the motor itself
slope    the line between current and slip, through looks at several loads
bars     the number of rotor bars, by lines that move with the slip
lessons  what looks teach together, and what of it may be used
memory   what is kept over restarts
status   what is told of it
monitor  takes the answers of a motor, and knows what they have taught
"""
