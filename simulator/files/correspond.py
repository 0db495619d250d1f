"""One round by files: what the city sent is taken and answered, and what there is to tell is told."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from shared.contracts.batches import Form
from simulator.counterpart import Counterpart
from simulator.files.batches import Sender, read_batch, write_batch
from simulator.files.line import FileLine
from simulator.keys import PeerKeys
from simulator.line import SERVICES, TO_PROVINCE, Letter, Line, to_city
from simulator.scenario import Step, begin


async def correspond(
    files: Sequence[bytes],
    steps: Iterable[Step],
    *,
    peers: PeerKeys,
    counterpart_on: Callable[[Line], Counterpart],
) -> list[Letter]:
    """What the province says to these files, and of its own accord; raises BatchError before it takes any."""
    bodies = [body for content in files for body in read_batch(content, peers)[1]]
    came = [Letter(id=str(at), routing_key=TO_PROVINCE, body=body) for at, body in enumerate(bodies)]
    line = FileLine(came)
    counterpart = counterpart_on(line)
    async with counterpart.running():
        await line.heard.wait()
        for step in steps:
            await begin(counterpart, step)
        while not counterpart.at_rest:
            await line.moved()
    return line.left


def sorted_out(letters: Sequence[Letter], form: Form, sender: Sender) -> Mapping[str, bytes]:
    """A file for each service to which something is said."""
    by_service = {each: [it for it in letters if it.routing_key == to_city(each)] for each in SERVICES}
    return {service: write_batch(told, service, form, sender) for service, told in by_service.items() if told}
