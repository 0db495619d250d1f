"""Which line an address asks for."""

from simulator.amqp import AmqpLine
from simulator.https import Doors, DoorsError, HttpsLine
from simulator.line import QUEUE, TO_PROVINCE, Line


def line_to(url: str, doors: Doors, *, name: str, queue: str = QUEUE, routing_key: str = TO_PROVINCE) -> Line:
    """To a broker (`amqp://`, `amqps://`), where a queue is listened to, or to an interface (`http://`, `https://`).

    Raises DoorsError.
    """
    scheme = url.partition(":")[0]
    if scheme in ("amqp", "amqps"):
        return AmqpLine(url, name=name, queue=queue, routing_key=routing_key)
    if scheme in ("http", "https"):
        return HttpsLine(url, doors)
    raise DoorsError(
        "地址应以 amqp、amqps、http 或 https 开头 · The address is neither amqp(s):// nor http(s)://"
    )
