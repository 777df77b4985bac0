"""The report that hands an installation over: what was checked, what was found, what it can tell.

handover   all that the report says
doctor     the live checks of `edge-agent doctor`
detection  what windows of a recording show, and the least broken bar that they would have shown
baseline   how far the motor's baseline is, and what it still needs
page       the report as one HTML page of its own
"""
