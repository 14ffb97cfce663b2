"""What no law describes, the recorded days may: of the mutants whose explanation is the reference's behaviour, some."""

from __future__ import annotations

import pytest

from statewatt.engine import Engine
from statewatt.engine.reading import read
from statewatt.models.station import ChargingStation
from statewatt.verify.mutants import mutants
from statewatt.verify.mutants.explained import explanations
from tests.models.noticing import noticed_on

NOTICED = [
    "Authorization.take: without self.reservation = reservation.number",
    "Authorization.publish_processing: without emit PublishStatus",
    "Authorization.time_out selecting → timed_out: removed",
    "Authorization.expire granted → released: negated is_due",
    "Evse.finish_session charging → unplugged: removed",
    "Evse.queue: without self.plug_in_order = self.station.plug_ins",
    "Reservation.cancel placed → cancelled: negated is_numbered",
    "Connector.enable disabled → enabled: removed",
]
"""Of each machine some; a day of those that notice them is found at once."""


@pytest.mark.parametrize("name", NOTICED)
def test_a_recorded_day_notices_what_no_law_describes(name: str) -> None:
    system = read(ChargingStation)
    assert name in explanations(system).reasons
    [mutant] = [each for each in mutants(system) if each.name == name]
    assert noticed_on(Engine(mutant.system))


@pytest.mark.slow
def test_the_recorded_days_go_the_same_with_the_station_read_anew() -> None:
    assert noticed_on(Engine(read(ChargingStation))) == ""
