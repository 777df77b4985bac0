"""The pair of sidebands, and the equivalent number of broken bars. Its parts, in reading order:

fit              the pair of sidebands at (1 ± 2s)f, measured by least squares together with the slow drift
supply_phase     the pair without the supply's wander, which the current's harmonics carry as well
equivalent_bars  what no oscillating load can make, scaled by load; `diagnose` decides count and severity
measure          the three of them in turn: a pair with the wander removed, and the bars that it means
"""
