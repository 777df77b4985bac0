"""The pair of sidebands, and the equivalent number of broken bars. Its parts, in reading order:

fit              the pair of sidebands at (1 ± 2s)f, measured by least squares together with the slow drift
drift            the slow drift: half-period cosines of the window, whose products are cosine transforms
equivalent_bars  what no oscillating load can make, scaled by load; `diagnose` decides count and severity
rotor_pair       the pair that so many bars make, for the self-test
measure          the pair without the supply's wander, which the current's harmonics carry too, and its bars
"""
