"""Broken twins of the station: in each a guard or an action has a defect, and a law notices."""
