"""The commands of `edge-calibrate`, in the order in which they are used.

simulate            recordings of simulated motors
virtual_daq         simulate --serial: a DAQ on a pseudo-terminal
import_recordings   recordings of other formats, and of the captures of a site
dataset             recordings cut into examples
train               a network fitted to a data set
compare             several models trained and tested on the same split
conditions          networks for the conditions beside broken bars, against the indicators
quantize            the INT8 model file of a training
evaluate            a model file judged on a data set or on real recordings
trial               a new model file against the one in service
baseline            the baseline of a motor, from recordings
sensors             gain, offset and wiring of the sensors
commission          an installation checked, and the report that hands it over
crowd               many simulated agents at a broker of this machine
demo                broker, DAQ and agent at work, and two bars broken
live                a recording from the port
reading_options     options for what was recorded and read at a motor
arguments           types of options that several commands share
"""
