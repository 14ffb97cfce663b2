"""The charging station: its things, its configuration, its policies and its laws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..engine import Each, System, before, invariant, is_new, law, policy, sent, trusted
from . import places, selection
from .answer import Answer
from .authorization import Authorization
from .commands import AnswerReservation, AuthorizeEvse, Conclude, ReservationEnded, WithdrawAuthorization
from .connector import Connector
from .evse import Evse
from .reservation import Reservation
from .values import IdToken, ReservationEndReason, ReservationResult, SelectionAlgorithm, TokenHandlingResult


@dataclass(frozen=True)
class Config:
    """The configuration keys of the reference; ``connection_timeout`` in milliseconds, ``master_pass_group_id`` None
    for "off"."""

    connection_timeout: int
    selection_algorithm: SelectionAlgorithm = SelectionAlgorithm.FindFirst
    master_pass_group_id: IdToken | None = None
    prioritize_authorization_over_stopping_transaction: bool = True
    ignore_connector_faults: bool = False
    plug_in_timeout_enabled: bool = False
    stop_transaction_on_reswipe: bool = True


class ChargingStation(System):
    """A station of any number of EVSEs."""

    config: Config
    connectors: Each[Connector]
    reservations: Each[Reservation]
    evses: Each[Evse]
    answers: Each[Answer]
    authorizations: Each[Authorization]
    plug_ins: int = 0

    # --- reservations ---

    def charging_is_possible(self, evse: Evse) -> bool:
        """The EVSE is not reserved, and a stranger there leaves a place for every reservation."""
        return not evse.is_reserved() and self.can_be_kept(None, evse, None)

    def may_be_reserved_for(self, evse: Evse, token: IdToken) -> bool:
        """A reservation that counts at the EVSE is for the token, or for a group that may be the token's."""
        return any(
            r.is_placed()
            and (r.evse is evse or (r.evse is None and not evse.is_reserved()))
            and (r.token == token or r.parent is not None)
            for r in self.reservations
        )

    def others_are_kept_without(self, evse: Evse, reservation: Reservation) -> bool:
        """The EVSE may go to whoever uses up the reservation there: the others can be kept."""
        return reservation.is_placed() and (
            reservation.evse is evse
            or evse.has_available_connector_of(reservation.type)
            or self.can_be_kept(None, evse, reservation)
        )

    @trusted(
        "Reservation.state",
        "Reservation.replaced",
        "Reservation.number",
        "Reservation.evse",
        "Reservation.type",
        "Evse.session",
        "Evse.holder",
        "Connector.state",
        "Connector.evse",
        "Connector.type",
    )
    def can_be_kept(self, asked: Reservation | None, taken: Evse | None, used: Reservation | None) -> bool:
        """All reservations can be kept, with the one that is asked for, without the EVSE that a token takes and the
        reservation that it uses up."""
        return places.can_be_kept(self, asked, taken, used)

    @trusted(
        "Reservation.state",
        "Reservation.replaced",
        "Reservation.evse",
        "Reservation.type",
        "Evse.session",
        "Evse.holder",
        "Connector.state",
        "Connector.evse",
        "Connector.type",
    )
    def has_no_place_for(self, reservation: Reservation) -> bool:
        """Specific: no connector of its type on its EVSE can serve it. Global: those placed before it need what is
        left."""
        return not places.has_a_place(self, reservation)

    @trusted(
        "Reservation.state",
        "Reservation.replaced",
        "Reservation.evse",
        "Reservation.type",
        "Evse.session",
        "Evse.holder",
        "Connector.state",
        "Connector.evse",
        "Connector.type",
    )
    def needs_all_like(self, evse: Evse) -> bool:
        """The EVSE is free, and the reservations without an EVSE need every free one of its kind."""
        return places.is_needed(self, evse)

    # --- policies ---

    def waiting(self) -> frozenset[Evse]:
        """The EVSEs at which a vehicle waits for a token."""
        return frozenset(e for e in self.evses if e.facts.session.waiting.is_active)

    @policy
    def select_evse(self, authorization: Authorization, candidates: Sequence[Evse], now: int) -> Evse | None:
        """The configured selection algorithm."""
        return selection.select(self, authorization, candidates)

    # --- laws: L1 to L11 of the reference behaviour, and what they rest on ---

    @invariant
    def one_evse_per_token(self) -> bool:
        """L1 No token is assigned to two EVSEs."""
        return all(
            a is b
            for a in self.authorizations
            for b in self.authorizations
            if a.holds() and b.holds() and a.token == b.token
        )

    @invariant
    def holder_and_evse_agree(self) -> bool:
        """The token that an EVSE is held by holds that EVSE."""
        return all(e.holder is None or (e.holder.holds() and e.holder.evse is e) for e in self.evses)

    @invariant
    def a_grant_has_its_evse(self) -> bool:
        """A token that holds an EVSE is the one that this is held by."""
        return all(a.evse is not None and a.evse.holder is a for a in self.authorizations if a.holds())

    @law
    def a_grant_is_never_overwritten(self) -> bool:
        """L2 An EVSE that holds a token gets no other before it has let go of it."""
        return all(
            e.holder is None or before(e).holder is None or e.holder is before(e).holder
            for e in self.evses
            if not is_new(e)
        )

    @law
    def a_reserved_evse_is_for_its_token(self) -> bool:
        """L3 A reserved EVSE is only granted to a token that matches its reservation."""
        return all(
            not before(r).is_placed() or r.evse is not e or r.matches(e.holder.token, e.holder.group)
            for e in self.evses
            if not is_new(e) and e.holder is not None and before(e).holder is None
            for r in self.reservations
            if not is_new(r)
        )

    @law
    def promised_places_stay(self) -> bool:
        """L3 An EVSE is granted only where every reservation can be kept without it, but the one that is used up."""
        return all(
            before(self).can_be_kept(None, e, None)
            or any(
                before(self).others_are_kept_without(e, r) and not r.is_placed()
                for r in self.reservations
                if not is_new(r)
            )
            for e in self.evses
            if not is_new(e) and e.holder is not None and before(e).holder is None
        )

    @law
    def a_master_pass_never_starts(self) -> bool:
        """L4 A master-pass token never starts a transaction."""
        return all(
            e.holder.group is None or e.holder.group != self.config.master_pass_group_id
            for e in self.evses
            if not is_new(e) and e.holder is not None and before(e).holder is None
        )

    @law
    def only_available_evses_are_granted(self) -> bool:
        """L5 No grant on an EVSE without a usable connector, or that needs a re-plug, or that is in use."""
        return all(
            before(e).is_available()
            for e in self.evses
            if not is_new(e) and e.holder is not None and before(e).holder is None
        )

    @law
    def a_grant_rests_on_an_answer(self) -> bool:
        """An EVSE is only granted to a token that is for it, and that a validator accepts there."""
        return all(
            e in e.holder.listed
            and any(x.authorization is e.holder and x.accepts() and e in x.evses for x in self.answers)
            for e in self.evses
            if not is_new(e) and e.holder is not None and before(e).holder is None
        )

    @invariant
    def a_selection_rests_on_an_answer(self) -> bool:
        """An EVSE is only selected for a token that a validator accepts."""
        return all(
            a.weighing is not None and a.weighing.accepts() and a.weighing.authorization is a
            for a in self.authorizations
            if a.selecting.is_active
        )

    @law
    def a_withdrawal_ends_what_it_named(self) -> bool:
        """L6 A withdrawal ends what it named when it was asked for, and nothing else brings one about.

        In the step of one, no presentation is made, no answer is weighed, no vehicle comes or goes, and no EVSE
        changes hands.
        """
        return all(
            not is_new(a)
            and a.awaited == before(a).awaited
            and a.weighing is before(a).weighing
            and all(
                is_new(e) or (e.holder is before(e).holder and e.is_plugged_in() == before(e).is_plugged_in())
                for e in self.evses
            )
            for a in self.authorizations
            if (a.withdrawn.is_active or a.withdrawing.is_active)
            and (is_new(a) or not (before(a).withdrawn.is_active or before(a).withdrawing.is_active))
        )

    @invariant
    def no_timer_runs_in_a_transaction(self) -> bool:
        """L7 A token in its transaction has no deadline."""
        return all(a.deadline is None for a in self.authorizations if a.charging.is_active)

    @invariant
    def a_plug_in_timer_waits_for_a_token(self) -> bool:
        """L7 The time of a plug-in runs only while its vehicle waits for a token."""
        return all(e.plug_in_deadline is None or e.facts.session.waiting.is_active for e in self.evses)

    @invariant
    def a_transaction_is_its_holders(self) -> bool:
        """L7 The token that holds an EVSE in a transaction is in its transaction."""
        return all(e.holder is None or e.holder.charging.is_active for e in self.evses if e.is_in_a_transaction())

    @law
    def a_transaction_is_never_timed_out(self) -> bool:
        """L7 An EVSE in a transaction is never told that a grant or a plug-in has timed out."""
        return all(
            not sent(WithdrawAuthorization, evse=e)
            for e in self.evses
            if not is_new(e) and before(e).is_in_a_transaction()
        )

    @law
    def a_withdrawn_grant_is_withdrawn_once(self) -> bool:
        """L7 An EVSE whose grant was withdrawn is not told again, neither of a withdrawal nor of a time-out."""
        return all(
            not sent(WithdrawAuthorization, evse=e)
            for a in self.authorizations
            if not is_new(a) and before(a).withdrawing.is_active
            for e in self.evses
            if before(a).evse is e
        )

    @law
    def no_connector_event_is_lost(self) -> bool:
        """L8 The end of a session leaves a connector as enabled and as faulted as it was."""
        return all(
            c.is_enabled() == before(c).is_enabled() and c.is_faulted() == before(c).is_faulted()
            for c in self.connectors
            if not is_new(c) and before(c).is_in_use() and not c.is_in_use()
        )

    @law
    def a_session_ends_at_each_connector(self) -> bool:
        """L8 With the end of a session, no connector of the EVSE is left in use."""
        return all(
            not c.is_in_use()
            for e in self.evses
            if not is_new(e) and before(e).is_plugged_in() and not e.is_plugged_in()
            for c in self.connectors
            if c.evse is e
        )

    @law
    def every_end_is_told(self) -> bool:
        """L9 A presentation that ends, or is granted, is concluded in that very step."""
        return all(
            a.is_being_worked_on() or sent(Conclude, authorization=a)
            for a in self.authorizations
            if is_new(a) or before(a).is_being_worked_on()
        )

    @law
    def nothing_is_concluded_twice(self) -> bool:
        """L9 A presentation that has ended, or was granted, is never concluded again."""
        return not any(
            sent(Conclude, authorization=a)
            for a in self.authorizations
            if not is_new(a) and not before(a).is_being_worked_on()
        )

    @law
    def the_result_told_is_the_end(self) -> bool:
        """L9 Each presentation is told, of the eight results, the one in which it has ended."""
        return all(
            sent(Conclude, authorization=a, result=TokenHandlingResult.ALREADY_IN_PROCESS)
            == a.already_in_process.is_active
            and sent(Conclude, authorization=a, result=TokenHandlingResult.REJECTED) == a.rejected.is_active
            and sent(Conclude, authorization=a, result=TokenHandlingResult.NO_CONNECTOR_AVAILABLE)
            == a.no_connector_available.is_active
            and sent(Conclude, authorization=a, result=TokenHandlingResult.TIMEOUT) == a.timed_out.is_active
            and sent(Conclude, authorization=a, result=TokenHandlingResult.WITHDRAWN) == a.withdrawn.is_active
            and sent(Conclude, authorization=a, result=TokenHandlingResult.USED_TO_START_TRANSACTION)
            == a.granted.is_active
            and sent(Conclude, authorization=a, result=TokenHandlingResult.USED_TO_STOP_TRANSACTION)
            == a.used_to_stop.is_active
            and sent(Conclude, authorization=a, result=TokenHandlingResult.USED_TO_REAUTHORIZE)
            == a.used_to_reauthorize.is_active
            for a in self.authorizations
            if is_new(a) or before(a).is_being_worked_on()
        )

    @law
    def a_grant_ends_by_letting_go(self) -> bool:
        """L9 Who was granted an EVSE holds it until it lets go of it; it is never worked on again."""
        return all(
            a.holds() or a.released.is_active for a in self.authorizations if not is_new(a) and before(a).holds()
        )

    @law
    def a_grant_is_told(self) -> bool:
        """L2 An EVSE learns that it is granted, and for which presentation."""
        return all(
            sent(AuthorizeEvse, evse=e, authorization=e.holder, granted=True)
            for e in self.evses
            if not is_new(e) and e.holder is not None and before(e).holder is None
        )

    @law
    def the_end_of_a_session_frees_everything(self) -> bool:
        """The EVSE that a vehicle leaves holds no token, awaits nothing, and its connectors are not in use; it holds no
        token as soon as its transaction ends."""
        return all(
            e.holder is None
            for e in self.evses
            if not is_new(e) and before(e).is_in_a_transaction() and not e.is_in_a_transaction()
        ) and all(
            e.holder is None
            and e.plug_in_deadline is None
            and not e.replug_needed
            and e.connector is None
            and not e.has_a_connector_in_use()
            for e in self.evses
            if not is_new(e) and before(e).is_plugged_in() and not e.is_plugged_in()
        )

    @invariant
    def a_selection_has_a_deadline(self) -> bool:
        """L9 Whoever waits for an EVSE, or holds one without a transaction, has a deadline."""
        return all(
            a.deadline is not None
            for a in self.authorizations
            if a.selecting.is_active or a.granted.is_active or a.withdrawing.is_active
        )

    @law
    def late_answers_change_nothing(self) -> bool:
        """L10 An answer counts only for a presentation that is being validated."""
        return all(
            is_new(a) or before(a).validating.is_active
            for x in self.answers
            if is_new(x)
            for a in self.authorizations
            if x.authorization is a
        )

    @invariant
    def one_answer_per_validator(self) -> bool:
        """L10 No validator answers a presentation twice."""
        return all(
            x is y
            for x in self.answers
            for y in self.answers
            if x.authorization is y.authorization and x.validator == y.validator
        )

    @law
    def an_ended_reservation_never_comes_back(self) -> bool:
        """L11 A reservation that was cancelled, used or expired never comes back."""
        return all(
            before(r).is_placed() or before(r).offered.is_active or not r.is_placed()
            for r in self.reservations
            if not is_new(r)
        )

    @invariant
    def reservation_numbers_are_unique(self) -> bool:
        """No two placed reservations have the same number (OCPP 2.0.1 H01.FR.02)."""
        return all(
            r is s
            for r in self.reservations
            for s in self.reservations
            if r.is_placed() and s.is_placed() and r.number == s.number
        )

    @invariant
    def one_reservation_per_evse(self) -> bool:
        """No EVSE is reserved twice."""
        return all(
            r is s
            for r in self.reservations
            for s in self.reservations
            if r.is_placed() and s.is_placed() and r.evse is not None and r.evse is s.evse
        )

    @law
    def a_request_is_answered_by_what_became_of_it(self) -> bool:
        """A request for a reservation is answered once, when it is decided, and by what became of it (OCPP H01)."""
        return all(
            sent(AnswerReservation, reservation=r, result=ReservationResult.Accepted) == r.placed.is_active
            and sent(AnswerReservation, reservation=r, result=ReservationResult.Occupied)
            == r.refused_as_occupied.is_active
            and sent(AnswerReservation, reservation=r, result=ReservationResult.Faulted)
            == r.refused_as_faulted.is_active
            and sent(AnswerReservation, reservation=r, result=ReservationResult.Unavailable)
            == r.refused_as_unavailable.is_active
            and sent(AnswerReservation, reservation=r, result=ReservationResult.Rejected)
            == (r.rejected.is_active or r.cancelled.is_active or r.expired.is_active)
            for r in self.reservations
            if (is_new(r) and not r.restored) or (not is_new(r) and before(r).offered.is_active)
        )

    @law
    def an_end_is_told_with_its_reason(self) -> bool:
        """A reservation ends used by a grant, replaced, or its EVSE is told that it was cancelled or has expired."""
        return all(
            r.placed.is_active
            or (r.used.is_active and any(e.holder is not None and before(e).holder is None for e in self.evses))
            or (
                r.cancelled.is_active
                and (
                    r.replaced
                    or sent(ReservationEnded, number=r.number, evse=r.evse, reason=ReservationEndReason.Cancelled)
                )
            )
            or (
                r.expired.is_active
                and sent(ReservationEnded, number=r.number, evse=r.evse, reason=ReservationEndReason.Expired)
            )
            for r in self.reservations
            if (is_new(r) and r.restored) or (not is_new(r) and before(r).placed.is_active)
        )
