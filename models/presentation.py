"""A presentation of an id token: what it came with, and the questions that its way is decided by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..engine import Deadline, Machine
from .answer import Answer
from .values import AuthorizationStatus, AuthorizationType, IdToken, Order

if TYPE_CHECKING:
    from .evse import Evse
    from .reservation import Reservation
    from .station import ChargingStation


class Presentation(Machine):
    """One presentation of an id token.

    What it came with: ``listed``, the EVSEs that it is for, and ``order``, how it named them; ``parent``, the group
    that is published with it. In validation: ``validators`` were asked, ``awaited`` have not answered, ``weighing`` is
    the answer that is looked at, ``status`` what its EVSEs are told if nothing is granted. In selection: ``at_once``, a
    single EVSE was left; ``chosen``, what the user chose. Once granted: its ``evse``, the validated ``group``, the
    number of the ``reservation`` that it used up.
    """

    station: ChargingStation
    token: IdToken
    type: AuthorizationType
    listed: frozenset[Evse]
    order: Order
    prevalidated: bool
    parent: IdToken | None
    validators: int
    group: IdToken | None = None
    awaited: int = 0
    weighing: Answer | None = None
    status: AuthorizationStatus = AuthorizationStatus.Unknown
    evse: Evse | None = None
    at_once: bool = False
    chosen: Evse | None = None
    reservation: int | None = None
    deadline: Deadline | None = None

    # --- the questions, each the label of a guard ---

    def token_is_in_process(self) -> bool:
        """The token is being worked on already, or an EVSE holds it without a transaction."""
        return any(
            a is not self
            and a.token == self.token
            and (a.is_being_worked_on() or a.granted.is_active or a.withdrawing.is_active)
            for a in self.station.authorizations
        )

    def token_is_charging(self) -> bool:
        """The token is in a transaction."""
        return any(
            a is not self and a.token == self.token and a.charging.is_active for a in self.station.authorizations
        )

    def token_is_nowhere_else(self) -> bool:
        """No EVSE holds the token."""
        return not any(a is not self and a.token == self.token and a.holds() for a in self.station.authorizations)

    def is_a_card(self) -> bool:
        """The token is an RFID card."""
        return self.type == AuthorizationType.RFID

    def charges_at(self, evse: Evse) -> bool:
        """The EVSE is in a transaction of this very token."""
        return evse.holder is not None and evse.holder.charging.is_active and evse.holder.token == self.token

    def is_in_its_own_transaction(self) -> bool:
        """An EVSE that it refers to is in a transaction of this very token."""
        return any(self.charges_at(e) for e in self.listed)

    def reswipe_stops(self) -> bool:
        """Presenting a token again stops its transaction."""
        return self.station.config.stop_transaction_on_reswipe

    def refers_to(self, evse: Evse) -> bool:
        """The token may be used at the EVSE, which is not disabled."""
        return evse in self.listed and not evse.is_unavailable()

    def evse_is_available(self, evse: Evse) -> bool:
        """The EVSE is available."""
        return evse.is_available()

    def nothing_is_available(self) -> bool:
        """No EVSE that it refers to is available."""
        return not any(self.refers_to(e) and e.is_available() for e in self.listed)

    def no_group_holds_an_evse(self) -> bool:
        """No EVSE that it refers to is held by a token with a group."""
        return not any(e.holder is not None and e.holder.group is not None for e in self.listed)

    def no_master_pass_is_set(self) -> bool:
        """No master pass group is configured."""
        return self.station.config.master_pass_group_id is None

    def everything_is_reserved_for_others(self) -> bool:
        """Every EVSE that it refers to is reserved or needed for reservations; none of these can be its own."""
        return all(
            not self.station.charging_is_possible(e) and not self.station.may_be_reserved_for(e, self.token)
            for e in self.listed
            if not e.is_unavailable() or e.is_in_a_transaction()
        )

    def is_prevalidated(self) -> bool:
        """It is validated already."""
        return self.prevalidated

    def validator_was_asked(self, validator: int) -> bool:
        """There is such a validator."""
        return validator >= 1 and validator <= self.validators

    def validator_is_new(self, validator: int) -> bool:
        """The validator has not answered yet."""
        return not any(a.authorization is self and a.validator == validator for a in self.station.answers)

    def validators_are_awaited(self) -> bool:
        """Some validator has not answered yet."""
        return self.awaited > 0

    def stopping_comes_first(self) -> bool:
        """Stopping is preferred, or there is nothing to start."""
        return not self.station.config.prioritize_authorization_over_stopping_transaction or self.nothing_is_available()

    def is_master_pass(self, answer: Answer) -> bool:
        """The validated group is the master pass group."""
        return answer.parent is not None and answer.parent == self.station.config.master_pass_group_id

    def it_is_a_master_pass(self) -> bool:
        """It is a master pass."""
        return any(a.authorization is self and a.accepts() and self.is_master_pass(a) for a in self.station.answers)

    def is_of_the_group_of(self, answer: Answer, evse: Evse) -> bool:
        """The validated group is that of the token at the EVSE, or that token itself."""
        return (
            answer.authorization is self
            and answer.accepts()
            and answer.parent is not None
            and evse.holder is not None
            and (evse.holder.token == answer.parent or evse.holder.group == answer.parent)
        )

    def group_charges_at(self, answer: Answer, evse: Evse) -> bool:
        """The EVSE is in a transaction of the validated group."""
        return self.is_of_the_group_of(answer, evse) and evse.is_in_a_transaction()

    def group_is_charging(self) -> bool:
        """An EVSE that it refers to is in a transaction of its group."""
        return any(self.group_charges_at(a, e) for a in self.station.answers for e in self.listed)

    def group_is_granted(self) -> bool:
        """An EVSE that it refers to is granted to its group and has no transaction yet."""
        return any(self.is_of_the_group_of(a, e) for a in self.station.answers for e in self.listed)

    def answer_is_next(self, answer: Answer) -> bool:
        """The answer is the first that was not looked at yet."""
        return (
            answer.authorization is self
            and answer.given.is_active
            and not any(
                a.authorization is self and a.given.is_active and a.validator < answer.validator
                for a in self.station.answers
            )
        )

    def no_answer_is_left(self) -> bool:
        """Every answer was looked at."""
        return not any(a.authorization is self and a.given.is_active for a in self.station.answers)

    def answer_accepts(self) -> bool:
        """The validator accepts the token."""
        return self.weighing is not None and self.weighing.accepts()

    def answer_is_a_master_pass(self) -> bool:
        """The validated group is the master pass group."""
        return self.weighing is not None and self.is_master_pass(self.weighing)

    def answer_allows(self, evse: Evse) -> bool:
        """The validator allows the EVSE."""
        return self.weighing is not None and evse in self.weighing.evses

    def answer_is_for_other_evses(self) -> bool:
        """The validator allows no available EVSE that it refers to."""
        return not any(self.refers_to(e) and e.is_available() and self.answer_allows(e) for e in self.listed)

    def reservation_serves(self, reservation: Reservation, evse: Evse) -> bool:
        """The reservation is the token's, and it is for this EVSE: this very one, or any if this is not reserved."""
        return (
            reservation.is_placed()
            and self.weighing is not None
            and reservation.matches(self.token, self.weighing.parent)
            and (reservation.evse is evse or (reservation.evse is None and not evse.is_reserved()))
        )

    def reservation_admits(self, reservation: Reservation, evse: Evse) -> bool:
        """The reservation is the token's and serves the EVSE, which may go to whoever uses it up there."""
        return self.reservation_serves(reservation, evse) and self.station.others_are_kept_without(evse, reservation)

    def uses_up(self, reservation: Reservation, evse: Evse) -> bool:
        """The grant of the EVSE uses up the reservation: one for the token itself before one for its group."""
        return self.reservation_admits(reservation, evse) and (
            reservation.token == self.token
            or not any(r.token == self.token and self.reservation_admits(r, evse) for r in self.station.reservations)
        )

    def reservations_allow(self, evse: Evse) -> bool:
        """A reservation of its own admits it to the EVSE, or those of others can be kept without it."""
        return self.station.charging_is_possible(evse) or any(
            self.reservation_admits(r, evse) for r in self.station.reservations
        )

    def may_be_granted(self, evse: Evse) -> bool:
        """The law allows the grant of this EVSE: the guards of ``grant``, as one question."""
        return (
            self.refers_to(evse)
            and self.evse_is_available(evse)
            and self.token_is_nowhere_else()
            and self.answer_allows(evse)
            and self.reservations_allow(evse)
            and not self.answer_is_a_master_pass()
        )

    def some_evse_may_be_granted(self) -> bool:
        """The law allows the grant of some EVSE."""
        return any(self.may_be_granted(e) for e in self.listed)

    def counts_as_left(self, evse: Evse) -> bool:
        """The token may be used at the EVSE, which holds no token."""
        return self.refers_to(evse) and evse.holder is None

    def several_are_left(self) -> bool:
        """Several EVSEs that it refers to hold no token."""
        return any(
            self.counts_as_left(e) and any(f is not e and self.counts_as_left(f) for f in self.listed)
            for e in self.listed
        )

    def one_is_left(self) -> bool:
        """Exactly one EVSE that it refers to holds no token."""
        return any(self.counts_as_left(e) for e in self.listed) and not self.several_are_left()

    def is_due(self, now: int) -> bool:
        """Its time is over."""
        return self.deadline is not None and self.deadline <= now

    def is_waiting_for(self, evse: Evse | None, token: IdToken | None) -> bool:
        """The request names its token (or none) and an EVSE that it refers to (or none)."""
        return (token is None or token == self.token) and (evse is None or evse in self.listed)

    def is_held_at(self, evse: Evse | None, token: IdToken | None) -> bool:
        """The request names its token (or none) and the EVSE that it holds (or none)."""
        return (token is None or token == self.token) and (evse is None or self.evse is evse)

    def is_at(self, evse: Evse) -> bool:
        """It holds that EVSE."""
        return self.evse is evse
