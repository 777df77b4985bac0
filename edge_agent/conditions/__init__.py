"""Conditions beside broken bars: each window is examined for each of them by a diagnoser of its own.

    window, analysis -> seen -> quantities -> finding on each condition
                        see     measure       judge, with the normal of this motor

No condition changes what is said of the bars. Its parts, in reading order:

seen               what a condition is judged by: samples, what was measured, speed, load
normal             what is normal for one motor: median and spread of named quantities, by load
learning           the learning period, from windows that do not show the condition
memory             what is kept in the state folder
diagnoser          what a diagnoser is, and how it puts what it found into a finding
currents           which windows have currents that a condition can be judged by
by_voltage         what measured voltages say: who unbalances the current, sags and swells
words              a finding in one short sentence, and what to do about it
sequences          the negative sequence against its normal, and the phase that it points to
new_parts          the part of each window that the window before did not hold
phase_loss         a phase without current, told apart from a sensor that fell off
phase_unbalance    unequal currents, by supply or winding
stator_asymmetry   a turn short: the negative sequence moves away from its normal
locked_rotor       the current of a rotor that stands, for too long
overload           a thermal replica, as relays have it
underload          less load than this motor ever has
start_stress       too many starts, or slower ones
supply_event       sags, swells and a wrong frequency, by voltages or by the currents alone
vibration          the vibration of a window, worked out once for all conditions that show in it
growth             how much a quantity has grown over the own normal
bearing            what bearings show, and the judgement of one part whose rhythm is known
bearing_outer      damage of the outer race
bearing_inner      damage of the inner race
bearing_ball       damage of the balls, of which few show
bearing_unknown    damage of a bearing of unknown geometry, against the own normal
unbalance          mass unbalance: the first harmonic of the shaft has grown
misalignment       misalignment or an eccentric air gap
looseness          half orders of the shaft, or many harmonics
vibration_zone     how strongly the motor vibrates, by the zones of ISO 20816-3
registry           the conditions that are looked for
monitor            all conditions of one motor: judges, learns, keeps
"""
