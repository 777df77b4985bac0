"""What a model reaches, and models compared.

assessment   judgements of recordings and the figures that count them
evaluation   a model file judged on a data set or on recordings
report       figures with their protocol, curves and cautions
pictures     pictures of a report
measured     network and agent on recordings of real motors
baselines    classical models and a plain network
candidates   the models that are compared, by name
trials       each model fitted and tested under the same terms
trial_run    two model files on the same judged recordings, before a roll-out
comparison   results of trials and their tables
"""
