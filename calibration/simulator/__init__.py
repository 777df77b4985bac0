"""The motor simulator; its README says how it works and what it lacks. From a scenario to counts:

scenario       everything that is true of one recording before it is made
conditions     what a scenario is made of
stator         the same of the stator: shorted turns, resistances, an open phase
voltage        the same of how a drive controls the voltage, and of how it is measured
motors         ten classes of motors, any nameplate, random relatives
draw           random motors and conditions
duty           motors at work for hours: six duty cycles of starts, stops and changing loads
graded         every condition in graded sizes, alone or mixed
sets           named sets: a kind and a seed give a scenario
lab_rig        the set that replicates the public laboratory data
recording      a scenario made a recording that carries its truth
live           a running motor whose bars can be broken
powertrain     supply, load and machine running together
supply         the voltage: wander, flicker, harmonics, sags
closed_loop    the voltage of a drive that controls speed and current
load           the driven machine: laws, noise, steps, oscillation
rotor          the cage of a scenario in the form of the machine
cage           loops of bars and rings, condensed to two axes
interbar       what current between the bars hides of a break
machine        the induction machine, block by block
winding        an uneven stator within them: resistances in series, an open phase
turn_short     what shorted turns draw beside the sound machine
equations      its equations, compiled
mesh           the reference: every rotor loop by itself
stator_lines   slot, eccentricity and switching lines of the current
vibration      forces on the housing and its resonances
bearing        impacts of a pitted bearing
looseness      rattling of a loose foot
sensors        sensors and converters
sampling       the converter's clock
faults         faults of the measurement
noise          random processes and one generator per purpose
kernel         the decorator of compiled loops
production     many recordings in several processes
lab_export     recordings of the rig in the layout of the original
plot           a picture of a scenario
"""
