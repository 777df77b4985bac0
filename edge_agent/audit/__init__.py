"""The audit of the nameplate: which entry cannot be right, by what many windows show. In reading order:

findings    what can be wrong, and a finding with the line of YAML to write
reading     what one window says for or against an entry
wiring      the current sensor that is the wrong way round
currents    the current against that of the plate at the slip that something else shows
taught      what was learned of the motor over many windows, held against the plate
slots       the configured rotor bars, where slot lines and the shaft show different slips
evidence    all that one window says
ledger      readings over windows: when they accuse an entry, and when they clear it
memory      what is kept over restarts
words       a finding in words, from what was counted
one_window  what a single window says, for `edge-agent doctor`
monitor     takes the answers of a motor, and withholds what rests on an entry under accusation
"""
