"""The pictures of the shipped station as data, each laid out and written once for all tests."""

from functools import cache

from statewatt.diagrams.drawio import render_drawio
from statewatt.diagrams.graph import Graph
from statewatt.diagrams.overview import system_graphs
from statewatt.engine.reading import read
from statewatt.models.station import ChargingStation

NAMES = ("ChargingStation", "Connector", "Reservation", "Evse", "Answer", "Authorization")


@cache
def graphs() -> dict[str, Graph]:
    return {graph.name: graph for graph in system_graphs(read(ChargingStation))}


@cache
def drawio(name: str) -> str:
    return render_drawio([graphs()[name]])
