"""The rooms behind the province's letter box, on one store."""

from collections.abc import Callable

from simulator.chasing import Chasing, Habits
from simulator.controls import Controls
from simulator.faults import Faults
from simulator.lanes import CityLanes
from simulator.outgoing import Outgoing
from simulator.reconciling import Reconciling
from simulator.records import Records
from simulator.register import Register
from simulator.sending import Sending
from simulator.sent import SentMessages
from simulator.store import Store


class Office:
    """What the province knows and does, wherever its letters come from."""

    def __init__(
        self, store: Store, outgoing: Outgoing, *, habits: Habits, faults: Callable[[], Faults]
    ) -> None:
        self.store = store
        self.outgoing = outgoing
        self.records = Records(store)
        self.register = Register(store)
        self.sent = SentMessages(store)
        self.lanes = CityLanes(store)
        self.chasing = Chasing(habits, self.sent, self.lanes, outgoing)
        self.sending = Sending(
            store, sent=self.sent, records=self.records, outgoing=outgoing, chasing=self.chasing
        )
        self.reconciling = Reconciling(store, outgoing, again_seconds=habits.receipt_seconds)
        self.controls = Controls(
            register=self.register,
            lanes=self.lanes,
            sending=self.sending,
            chasing=self.chasing,
            reconciling=self.reconciling,
            outgoing=outgoing,
            faults=faults,
        )
