"""Two-phase commit: a transaction is done by all of its participants or by none of them.

A coordinator asks every participant to prepare. Who is prepared has promised: it neither applies nor gives up its part
until it learns the decision. When all promises have arrived the transaction is committed; when one does not come in
time it is aborted. Messages take any time and come in any order, participants crash and restart.

Prove it, from the folder above: ``statewatt verify examples.two_phase_commit:Cluster``.
"""

from __future__ import annotations

from dataclasses import dataclass

from statewatt.engine import (
    Command,
    Deadline,
    Each,
    Machine,
    State,
    System,
    before,
    ignored,
    invariant,
    is_new,
    law,
    refused,
    sent,
    urgent,
)


@dataclass(frozen=True)
class Config:
    """``patience``: how long the coordinator waits for promises, in milliseconds."""

    patience: int


@dataclass(frozen=True)
class Prepare(Command):
    """Ask a participant to prepare its part."""

    branch: Branch


@dataclass(frozen=True)
class Promise(Command):
    """Tell the coordinator that a part is prepared."""

    branch: Branch


@dataclass(frozen=True)
class Decide(Command):
    """Tell a participant the decision, again and again until it arrives."""

    branch: Branch
    commit: bool


@dataclass(frozen=True)
class Apply(Command):
    """Make the changes of a part visible."""

    branch: Branch


class Participant(Machine):
    """A database that does parts of transactions; while one is promised it is locked for others."""

    cluster: Cluster
    locked_for: Branch | None = None
    branches: Each[Branch]

    running = State(initial=True)
    down = State()

    crash = running.to(down, on="forget") | ignored(down)
    restart = down.to(running) | ignored(running)

    def forget(self) -> None:
        """What was not promised is lost."""
        for branch in self.branches:
            if not branch.is_over():
                branch.lose()


class Transaction(Machine):
    """A transaction, as its coordinator knows it."""

    cluster: Cluster
    deadline: Deadline | None = None
    branches: Each[Branch]

    open = State("Parts are handed out", initial=True)
    voting = State("Promises are awaited")
    committed = State()
    aborted = State()

    request = open.to(voting, on="ask") | refused(voting, committed, aborted)
    cancel = (
        open.to(aborted, on="announce_abort") | voting.to(aborted, on="announce_abort") | refused(committed, aborted)
    )
    commit = urgent(voting.to(committed, cond="all_promises_are_here", on="announce_commit"))
    expire = urgent(voting.to(aborted, cond="is_due", on="announce_abort"))

    def all_promises_are_here(self) -> bool:
        """The promise of every participant has arrived."""
        return all(branch.promise_is_here for branch in self.branches if not branch.turned_away.is_active)

    def is_due(self, now: int) -> bool:
        """The time for promises is over."""
        return self.deadline is not None and self.deadline <= now

    def ask(self, now: int) -> None:
        """Everybody is asked to prepare."""
        self.deadline = now + self.cluster.config.patience
        for branch in self.branches:
            self.emit(Prepare(branch))

    def announce_commit(self) -> None:
        """Everybody is told to commit."""
        self.deadline = None
        for branch in self.branches:
            self.emit(Decide(branch, commit=True))

    def announce_abort(self) -> None:
        """Everybody is told to abort."""
        self.deadline = None
        for branch in self.branches:
            self.emit(Decide(branch, commit=False))


class Branch(Machine):
    """The part of one transaction that one participant does."""

    cluster: Cluster
    transaction: Transaction
    participant: Participant
    promise_is_here: bool = False

    handed_out = State("Is the transaction still open?", initial=True)
    turned_away = State(final=True)
    working = State()
    prepared = State("Promised")
    committed = State(final=True)
    aborted = State(final=True)

    handed_out.to(working, cond="transaction_is_open")
    handed_out.to(turned_away)

    # At the participant.
    promise = working.to(prepared, cond="participant_is_running and participant_is_free", on="lock") | refused(prepared)
    give_up = working.to(aborted) | refused(prepared)
    lose = working.to(aborted) | ignored(prepared)
    learn = (
        prepared.to(committed, cond="participant_is_running and commit_is_decided", on=["apply", "unlock"])
        | prepared.to(aborted, cond="participant_is_running and abort_is_decided", on="unlock")
        | working.to(aborted, cond="participant_is_running and abort_is_decided")
    )

    # At the coordinator.
    arrive = prepared.to(prepared, on="count") | refused(working)

    def is_over(self) -> bool:
        """Nothing is left to do for it."""
        return self.turned_away.is_active or self.committed.is_active or self.aborted.is_active

    def transaction_is_open(self) -> bool:
        """Parts of the transaction are still handed out."""
        return self.transaction.open.is_active

    def commit_is_decided(self) -> bool:
        """It is decided to commit."""
        return self.transaction.committed.is_active

    def abort_is_decided(self) -> bool:
        """It is decided to abort."""
        return self.transaction.aborted.is_active

    def participant_is_running(self) -> bool:
        """The participant is running."""
        return self.participant.running.is_active

    def participant_is_free(self) -> bool:
        """The participant has promised nothing else."""
        return self.participant.locked_for is None

    def lock(self) -> None:
        """The participant is locked, and promises."""
        self.participant.locked_for = self
        self.emit(Promise(self))

    def count(self) -> None:
        """The promise has arrived at the coordinator."""
        self.promise_is_here = True

    def apply(self) -> None:
        """The changes become visible."""
        self.emit(Apply(self))

    def unlock(self) -> None:
        """The participant is free for others."""
        self.participant.locked_for = None


class Cluster(System):
    """Any number of participants and transactions, each with any number of parts."""

    config: Config
    participants: Each[Participant]
    transactions: Each[Transaction]
    branches: Each[Branch]

    # What is wanted.

    @invariant
    def all_or_nothing(self) -> bool:
        """No transaction is committed at one participant and aborted at another."""
        return not any(
            a.transaction is b.transaction and a.committed.is_active and b.aborted.is_active
            for a in self.branches
            for b in self.branches
        )

    @invariant
    def one_promise_at_a_time(self) -> bool:
        """No participant has promised two transactions."""
        return all(
            a is b
            for a in self.branches
            for b in self.branches
            if a.participant is b.participant and a.prepared.is_active and b.prepared.is_active
        )

    @law
    def a_decision_is_final(self) -> bool:
        """A decision is never taken back."""
        return all(
            (t.committed.is_active or not before(t).committed.is_active)
            and (t.aborted.is_active or not before(t).aborted.is_active)
            for t in self.transactions
            if not is_new(t)
        )

    @law
    def a_promise_is_kept(self) -> bool:
        """Who has promised waits for the decision, and does as it says."""
        return all(
            b.prepared.is_active
            or (b.committed.is_active and b.transaction.committed.is_active)
            or (b.aborted.is_active and b.transaction.aborted.is_active)
            for b in self.branches
            if not is_new(b) and before(b).prepared.is_active
        )

    @law
    def nothing_is_applied_before_the_decision(self) -> bool:
        """Changes become visible only when it is decided to commit."""
        return all(b.transaction.committed.is_active for b in self.branches if sent(Apply, branch=b))

    # Why it is so.

    @invariant
    def a_promise_that_arrived_was_given(self) -> bool:
        """Whose promise has arrived is prepared, or has done as was decided."""
        return all(
            b.prepared.is_active or b.committed.is_active or (b.aborted.is_active and b.transaction.aborted.is_active)
            for b in self.branches
            if b.promise_is_here
        )

    @invariant
    def a_commit_has_every_promise(self) -> bool:
        """What is committed was promised by everybody."""
        return all(
            b.promise_is_here or b.turned_away.is_active for b in self.branches if b.transaction.committed.is_active
        )

    @invariant
    def a_committed_part_is_of_a_committed_transaction(self) -> bool:
        """No part is committed before the transaction is."""
        return all(b.transaction.committed.is_active for b in self.branches if b.committed.is_active)

    @invariant
    def a_promise_locks(self) -> bool:
        """A participant is locked for the part that it has promised."""
        return all(b.participant.locked_for is b for b in self.branches if b.prepared.is_active)

    @invariant
    def voting_ends(self) -> bool:
        """Who waits for promises has a deadline."""
        return all(t.deadline is not None for t in self.transactions if t.voting.is_active)
