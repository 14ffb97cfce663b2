"""The way of a presented token: from the swipe to its one result, and the grant that may follow.

Drawn, this is the flow chart of the token handling; the numbers are the steps of the reference behaviour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..engine import State, ignored, refused, urgent
from .answer import Answer
from .commands import (
    AuthorizeEvse,
    ChooseEvse,
    Conclude,
    PublishStatus,
    StopTransaction,
    ValidateToken,
    WithdrawAuthorization,
)
from .presentation import Presentation
from .values import (
    AuthorizationStatus,
    IdToken,
    SelectionAlgorithm,
    StopTransactionReason,
    TokenHandlingResult,
    TokenValidationStatus,
)

if TYPE_CHECKING:
    from .evse import Evse


class Authorization(Presentation):
    """One presentation of an id token, and the grant that may follow.

    Its fields and the questions that its guards ask are those of ``Presentation``.
    """

    presented = State("1 already in process?", initial=True)
    own = State("2 own transaction?")
    worthwhile = State("3 worth validating?")
    validating = State("4 validating")
    validated = State("4 all validators heard?")
    stopping = State("5 stop or start?")
    room = State("6 room?")
    considering = State("7 next accepting answer")
    checking = State("7 may this answer start?")
    selecting = State("7 selecting an EVSE")
    granted = State("granted")
    withdrawing = State("withdrawn, still bound")
    charging = State("in its transaction")

    already_in_process = State("ALREADY_IN_PROCESS", final=True)
    rejected = State("REJECTED", final=True)
    no_connector_available = State("NO_CONNECTOR_AVAILABLE", final=True)
    timed_out = State("TIMEOUT", final=True)
    withdrawn = State("WITHDRAWN", final=True)
    used_to_stop = State("USED_TO_STOP_TRANSACTION", final=True)
    used_to_reauthorize = State("USED_TO_REAUTHORIZE", final=True)
    released = State("released", final=True)

    # --- 1 already in process? ---
    presented.to(already_in_process, cond="token_is_in_process", on="conclude_already_in_process")
    presented.to(own, on="publish_processing")

    # --- 2 own transaction? ---
    own.to(used_to_stop, cond="is_a_card and is_in_its_own_transaction and reswipe_stops", on="stop_own_transaction")
    own.to(used_to_reauthorize, cond="is_a_card and is_in_its_own_transaction", on="reauthorize_own_transaction")
    own.to(worthwhile)

    # --- 3 worth validating? ---
    worthwhile.to(
        no_connector_available,
        cond="nothing_is_available and no_group_holds_an_evse and no_master_pass_is_set",
        on="conclude_no_connector",
    )
    worthwhile.to(no_connector_available, cond="everything_is_reserved_for_others", on="conclude_no_connector")
    worthwhile.to(stopping, cond="is_prevalidated", on="accept_prevalidated")
    worthwhile.to(validated, on="ask_validators")

    # --- 4 validation ---
    answer = validating.to(validated, cond="validator_was_asked and validator_is_new", on="note_answer") | refused(
        considering, selecting, granted, withdrawing, charging
    )
    abstain = validating.to(validated, cond="validator_was_asked and validator_is_new", on="note_silence") | refused(
        considering, selecting, granted, withdrawing, charging
    )
    validated.to(validating, cond="validators_are_awaited")
    validated.to(stopping)

    # --- 5 stop or start? ---
    stopping.to(used_to_stop, cond="stopping_comes_first and it_is_a_master_pass", on="stop_by_master_pass")
    stopping.to(
        used_to_stop, cond="stopping_comes_first and group_is_charging and reswipe_stops", on="stop_group_transaction"
    )
    stopping.to(
        used_to_reauthorize, cond="stopping_comes_first and group_is_charging", on="reauthorize_group_transaction"
    )
    stopping.to(already_in_process, cond="stopping_comes_first and group_is_granted", on="conclude_already_in_process")
    stopping.to(room)

    # --- 6 room? ---
    room.to(no_connector_available, cond="nothing_is_available", on="conclude_no_connector")
    room.to(considering)

    # --- 7 select and grant ---
    consider = urgent(considering.to(checking, cond="answer_is_next", on="weigh_answer"))
    give_up = urgent(considering.to(rejected, cond="no_answer_is_left", on="reject"))

    checking.to(considering, cond="not answer_accepts", on="note_refusal")
    checking.to(rejected, cond="answer_is_a_master_pass", on="reject_master_pass")
    checking.to(considering, cond="token_is_charging", on="note_concurrent_transaction")
    checking.to(
        considering,
        cond="answer_is_for_other_evses",
        on=["accept_answer", "note_wrong_location", "tell_the_only_one"],
    )
    checking.to(
        considering,
        cond="not some_evse_may_be_granted",
        on=["accept_answer", "note_wrong_time", "tell_the_only_one"],
    )
    checking.to(selecting, on=["accept_answer", "begin_selection"])

    grant = urgent(
        selecting.to(
            granted,
            cond="refers_to and evse_is_available and token_is_nowhere_else and answer_allows and reservations_allow"
            " and not answer_is_a_master_pass",
            on="take",
        ),
        pick="select_evse",
    )
    time_out = urgent(selecting.to(timed_out, cond="is_due", on="conclude_timeout"))
    choose = selecting.to(selecting, cond="may_be_granted", on="note_choice") | refused(
        validating, considering, granted, withdrawing, charging
    )

    # --- the grant ---
    start = (
        granted.to(charging, on="disarm")
        | withdrawing.to(charging, on="disarm")
        | ignored(charging)
        | refused(validating, considering, selecting)
    )
    release = (
        granted.to(released, on="let_go")
        | withdrawing.to(released, on="let_go")
        | charging.to(released, on="let_go")
        | refused(validating, considering, selecting)
    )
    expire = urgent(
        granted.to(released, cond="is_due", on="withdraw_expired")
        | withdrawing.to(released, cond="is_due", on="let_go")
    )
    withdraw = (
        validating.to(withdrawn, cond="is_waiting_for", on="conclude_withdrawn")
        | considering.to(withdrawn, cond="is_waiting_for", on="conclude_withdrawn")
        | selecting.to(withdrawn, cond="is_waiting_for", on="conclude_withdrawn")
        | granted.to(withdrawing, cond="is_held_at", on="withdraw_at_evse")
        | withdrawing.to(withdrawing, cond="is_held_at")
        | charging.to(charging, cond="is_held_at", on="stop_deauthorized")
    )
    update = (
        granted.to(granted, cond="is_at", on="replace_validation")
        | withdrawing.to(withdrawing, cond="is_at", on="replace_validation")
        | charging.to(charging, cond="is_at", on="replace_validation")
        | refused(validating, considering, selecting)
    )

    # --- where it stands ---

    def is_being_worked_on(self) -> bool:
        """Its token is being worked on."""
        return self.validating.is_active or self.considering.is_active or self.selecting.is_active

    def holds(self) -> bool:
        """It holds an EVSE."""
        return self.granted.is_active or self.withdrawing.is_active or self.charging.is_active

    # --- what it does ---

    def publish_processing(self) -> None:
        """Work on the token begins."""
        self.emit(PublishStatus(self, TokenValidationStatus.Processing, self.token, self.order, self.parent))

    def conclude_already_in_process(self) -> None:
        """It ends without a word: the token is in process."""
        self.emit(Conclude(self, TokenHandlingResult.ALREADY_IN_PROCESS, self.token, self.order, self.parent))

    def conclude_no_connector(self) -> None:
        """It ends: there is no connector for it."""
        self.emit(Conclude(self, TokenHandlingResult.NO_CONNECTOR_AVAILABLE, self.token, self.order, self.parent))

    def conclude_timeout(self) -> None:
        """It ends: no EVSE was selected in time."""
        self.emit(Conclude(self, TokenHandlingResult.TIMEOUT, self.token, self.order, self.parent))

    def conclude_withdrawn(self) -> None:
        """It ends: it was withdrawn."""
        self.emit(Conclude(self, TokenHandlingResult.WITHDRAWN, self.token, self.order, self.parent))

    def stop_own_transaction(self) -> None:
        """The token stops its own transaction."""
        evse = next(e for e in self.station.evses if e in self.listed and self.charges_at(e))
        reason = StopTransactionReason.Local
        self.emit(StopTransaction(evse, reason, self, self.token, self.order, self.parent, False))
        if evse.holder is not None and evse.holder.group is not None:
            self.parent = evse.holder.group
        result = TokenHandlingResult.USED_TO_STOP_TRANSACTION
        self.emit(Conclude(self, result, self.token, self.order, self.parent, evse))

    def reauthorize_own_transaction(self) -> None:
        """The token is that of a running transaction, which goes on."""
        evse = next(e for e in self.station.evses if e in self.listed and self.charges_at(e))
        if evse.holder is not None and evse.holder.group is not None:
            self.parent = evse.holder.group
        result = TokenHandlingResult.USED_TO_REAUTHORIZE
        self.emit(Conclude(self, result, self.token, self.order, self.parent, evse))

    def accept_prevalidated(self) -> None:
        """It counts as accepted, for every EVSE, with the group that it brought."""
        everywhere = frozenset(e for e in self.station.evses)
        Answer(
            station=self.station,
            authorization=self,
            validator=1,
            status=AuthorizationStatus.Accepted,
            parent=self.parent,
            evses=everywhere,
            silent=False,
        )

    def ask_validators(self) -> None:
        """Every validator is asked."""
        self.awaited = self.validators
        self.emit(ValidateToken(self, self.token, self.order))

    def note_answer(
        self, validator: int, status: AuthorizationStatus, parent: IdToken | None, evses: frozenset[Evse]
    ) -> None:
        """One validator has answered."""
        self.awaited -= 1
        Answer(
            station=self.station,
            authorization=self,
            validator=validator,
            status=status,
            parent=parent,
            evses=evses,
            silent=False,
        )

    def note_silence(self, validator: int) -> None:
        """One validator has nothing to say."""
        self.awaited -= 1
        Answer(
            station=self.station,
            authorization=self,
            validator=validator,
            status=AuthorizationStatus.Unknown,
            parent=None,
            evses=frozenset(e for e in self.station.evses),
            silent=True,
        )

    def stop_by_master_pass(self) -> None:
        """Every transaction that it refers to is stopped."""
        for evse in self.station.evses:
            if evse in self.listed and evse.is_in_a_transaction():
                reason = StopTransactionReason.MasterPass
                self.emit(StopTransaction(evse, reason, self, self.token, self.order, self.parent, False))
        stopped = frozenset(e for e in self.listed if e.is_in_a_transaction())
        self.parent = self.station.config.master_pass_group_id
        result = TokenHandlingResult.USED_TO_STOP_TRANSACTION
        self.emit(Conclude(self, result, self.token, self.order, self.parent, None, stopped))

    def stop_group_transaction(self) -> None:
        """The transaction of its group is stopped."""
        answer = next(a for a in self.station.answers if any(self.group_charges_at(a, e) for e in self.listed))
        evse = next(e for e in self.station.evses if e in self.listed and self.group_charges_at(answer, e))
        reason = StopTransactionReason.Local
        self.emit(StopTransaction(evse, reason, self, self.token, self.order, self.parent, True))
        self.parent = answer.parent
        result = TokenHandlingResult.USED_TO_STOP_TRANSACTION
        self.emit(Conclude(self, result, self.token, self.order, self.parent, evse))

    def reauthorize_group_transaction(self) -> None:
        """The transaction of its group goes on."""
        answer = next(a for a in self.station.answers if any(self.group_charges_at(a, e) for e in self.listed))
        evse = next(e for e in self.station.evses if e in self.listed and self.group_charges_at(answer, e))
        self.parent = answer.parent
        result = TokenHandlingResult.USED_TO_REAUTHORIZE
        self.emit(Conclude(self, result, self.token, self.order, self.parent, evse))

    def weigh_answer(self, answer: Answer, now: int) -> None:
        """The answer is looked at; with the first, the time to select an EVSE begins to run."""
        answer.weigh()
        self.weighing = answer
        if self.deadline is None:
            self.deadline = now + self.station.config.connection_timeout

    def note_refusal(self) -> None:
        """The answer refuses the token."""
        assert self.weighing is not None
        self.status = self.weighing.status

    def note_concurrent_transaction(self) -> None:
        """The token is in a transaction already."""
        self.status = AuthorizationStatus.ConcurrentTx

    def accept_answer(self) -> None:
        """The answer is accepted, and this is published."""
        assert self.weighing is not None
        if self.weighing.parent is not None:
            self.parent = self.weighing.parent
        self.emit(PublishStatus(self, TokenValidationStatus.Accepted, self.token, self.order, self.parent))

    def note_wrong_location(self) -> None:
        """The answer is not for the EVSEs that it refers to."""
        self.status = AuthorizationStatus.NotAtThisLocation

    def note_wrong_time(self) -> None:
        """Reservations of others stand against it."""
        self.status = AuthorizationStatus.NotAtThisTime

    def tell_the_only_one(self) -> None:
        """The only EVSE that it could have had is told at once."""
        assert self.weighing is not None
        group = self.weighing.parent
        if self.one_is_left():
            for e in self.station.evses:
                if self.counts_as_left(e):
                    self.emit(AuthorizeEvse(e, self, self.status, self.token, self.order, self.parent, group))

    def begin_selection(self) -> None:
        """An EVSE is to be selected; where several are left and the user is to choose, the user is asked."""
        self.at_once = self.one_is_left()
        if self.station.config.selection_algorithm == SelectionAlgorithm.UserInput and not self.at_once:
            self.emit(ChooseEvse(self, self.token))

    def note_choice(self, evse: Evse) -> None:
        """The user has chosen."""
        self.chosen = evse

    def reject(self) -> None:
        """Nothing was granted; the EVSEs that it named, and that serve nobody else, are told."""
        if self.weighing is not None:
            group = self.weighing.parent
            for e in self.station.evses:
                if e in self.listed and self.order.named and e.serves_nobody():
                    self.emit(AuthorizeEvse(e, self, self.status, self.token, self.order, self.parent, group))
        self.emit(Conclude(self, TokenHandlingResult.REJECTED, self.token, self.order, self.parent))

    def reject_master_pass(self) -> None:
        """A master pass never starts a transaction."""
        self.emit(Conclude(self, TokenHandlingResult.REJECTED, self.token, self.order, self.parent))

    def take(self, evse: Evse, now: int) -> None:
        """The EVSE is granted; a reservation that serves it is used up."""
        assert self.weighing is not None
        if any(self.uses_up(r, evse) for r in self.station.reservations):
            reservation = next(r for r in self.station.reservations if self.uses_up(r, evse))
            self.reservation = reservation.number
            reservation.use()
        self.evse = evse
        self.group = self.weighing.parent
        self.status = AuthorizationStatus.Accepted
        self.weighing = None
        self.deadline = now + self.station.config.connection_timeout
        evse.holder = self
        self.emit(
            AuthorizeEvse(
                evse, self, self.status, self.token, self.order, self.parent, self.group, self.reservation, True
            )
        )
        result = TokenHandlingResult.USED_TO_START_TRANSACTION
        self.emit(Conclude(self, result, self.token, self.order, self.parent, evse))

    def disarm(self) -> None:
        """Its transaction has started: its time no longer runs."""
        self.deadline = None

    def let_go(self) -> None:
        """It lets go of its EVSE."""
        assert self.evse is not None
        self.deadline = None
        self.evse.holder = None

    def withdraw_expired(self) -> None:
        """No transaction was started in time: its EVSE is told, and it lets go of it."""
        assert self.evse is not None
        self.deadline = None
        self.evse.holder = None
        self.emit(WithdrawAuthorization(self.evse))
        status = TokenValidationStatus.TimedOut
        self.emit(PublishStatus(self, status, self.token, self.order, self.parent, self.evse))

    def withdraw_at_evse(self) -> None:
        """Its EVSE is told; it stays bound until the EVSE reports that it let go, or its time is over."""
        assert self.evse is not None
        self.emit(WithdrawAuthorization(self.evse))
        status = TokenValidationStatus.Withdrawn
        self.emit(PublishStatus(self, status, self.token, self.order, self.group, self.evse))

    def stop_deauthorized(self) -> None:
        """Its transaction is to be stopped."""
        assert self.evse is not None
        self.emit(StopTransaction(self.evse, StopTransactionReason.DeAuthorized))

    def replace_validation(self, evse: Evse, status: AuthorizationStatus, parent: IdToken | None) -> None:
        """Its validation has changed, and this is published."""
        self.status = status
        self.group = parent
        accepted = status == AuthorizationStatus.Accepted
        published = TokenValidationStatus.Accepted if accepted else TokenValidationStatus.Rejected
        self.emit(PublishStatus(self, published, self.token, self.order, parent, evse))
