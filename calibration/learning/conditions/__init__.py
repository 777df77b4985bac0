"""Networks for the conditions beside broken bars, compared with each other and with the indicators.

heads              what the networks are asked, and which indicators answer the same
vibration_images   the vibration by orders of the shaft: its spectrum and its envelopes
current_images     the current by orders of the shaft, and over time
tokens             images of a window and of the sound motor as tokens
motors             windows of simulated motors with any mixture of conditions
examples           such windows as arrays, in shards
folds              windows split by motor
hiding             what a window may lack
networks           cross-attention, joint encoder, concatenation, each modality alone
training           a network fitted, and the limits of its heads
trials             each network with each fold and seed
figures            what was detected, false alarms, intervals
table              the page of a comparison
"""
