"""What the demodulated current of minutes shows that no window of seconds can. Its parts, in reading order:

joining  the demodulated current of the last minutes, joined without a jump of its phase
idling   the sidebands of an idling motor in it
"""
