"""Searches for the best mix of rules: all rules alone and in pairs, then NSGA-II over rules, their start and strength.

`mixes` says what a mix is, `scores` runs and scores some, `evolve` asks for new ones, `command` is `etalase search`.
"""
