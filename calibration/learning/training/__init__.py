"""The network fitted to examples.

fitting         one training, from the examples of a fold to its record
trainer         the loop: deterministic, resumable, stopped in time
augmentation    random changes to examples that do not change the fault
foreign_lines   lines beside the pair that do not come from the rotor
loss            cross entropy that leans to sound
probability     temperature, calibration and confidence intervals
place           device, and place among the processes of torchrun
runs            the record of a training, and weights to start from
"""
