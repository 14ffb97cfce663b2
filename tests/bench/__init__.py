"""Measures statewatt beside its peers: ``statewatt bench``.

Every figure is taken in the same run as those that it is compared with, turn by turn, so that what else the machine
does hits all of them; ratios are what counts.
"""
