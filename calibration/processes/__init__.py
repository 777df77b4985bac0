"""Processes beside this one.

children   child processes that stop with their parent, and a broker for the demo
play       the demo: broker, virtual DAQ and agent until the alarm
workers    work spread by dask over this machine or a cluster
"""
