"""What measured voltages add: power, events of the supply, and what the supply does to the current.

vector             the voltages of a stream as one turning vector
electrical         rms, power and power factor of a window
supply_share       the current that follows from the voltage's own sidebands, taken off
negative_sequence  whether supply or winding unbalances the current
events             sags, swells and interruptions
"""
