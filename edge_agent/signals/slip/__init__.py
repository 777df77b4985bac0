"""At which slip the motor runs, and who says so. Its parts, in reading order:

finder           slip without a speed sensor: what is known of it before the sidebands are looked at
shaft            shaft speed from vibration: the frequency whose whole comb of harmonics stands out
slots            speed from the rotor's slots: lines at N_b f_r, shifted by the supply, in current and
pair_search      where the pair of sidebands is looked for, by what is known of the slip
current_by_slip  whether the current is that of a motor which slips so far: what the magnitude alone does
doubts           what speaks against the slip at which a pair was measured, and against the bars that it shows
"""
