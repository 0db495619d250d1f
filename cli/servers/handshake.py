"""Asks a broker whether a user may work in a virtual host, by AMQP itself and nothing less."""

import socket
from urllib.parse import unquote, urlsplit

from pamqp import base, commands, frame, header
from pamqp.common import FieldValue
from pamqp.exceptions import PAMQPException

_SECONDS = 3
# Without it a refusal is a silence of several seconds.
_TELL_FAILURE: dict[str, FieldValue] = {"capabilities": {"authentication_failure_close": True}}


def can_log_in(url: str) -> bool:
    """Whether the broker at `amqp://user:password@host:port/vhost` answers and lets that user in."""
    parts = urlsplit(url)
    login = f"\0{unquote(parts.username or 'guest')}\0{unquote(parts.password or 'guest')}"
    try:
        with socket.create_connection(
            (parts.hostname or "localhost", parts.port or 5672), timeout=_SECONDS
        ) as broker:
            broker.sendall(header.ProtocolHeader(0, 9, 1).marshal())
            if not isinstance(_next(broker), commands.Connection.Start):
                return False
            _send(broker, commands.Connection.StartOk(_TELL_FAILURE, mechanism="PLAIN", response=login))
            tune = _next(broker)
            if not isinstance(tune, commands.Connection.Tune):
                return False
            _send(broker, commands.Connection.TuneOk(tune.channel_max, tune.frame_max, 0))
            _send(broker, commands.Connection.Open(unquote(parts.path[1:]) or "/"))
            accepted = isinstance(_next(broker), commands.Connection.OpenOk)
            _send(broker, commands.Connection.Close(200, "done", 0, 0))
            return accepted
    except (OSError, PAMQPException):
        return False


def _send(broker: socket.socket, method: base.Frame) -> None:
    broker.sendall(frame.marshal(method, 0))


def _next(broker: socket.socket) -> frame.FrameTypes:
    """The next frame: seven bytes tell its length, one byte ends it."""
    start = _read(broker, 7)
    rest = _read(broker, int.from_bytes(start[3:], "big") + 1)
    return frame.unmarshal(start + rest)[2]


def _read(broker: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        chunk = broker.recv(length - len(received))
        if not chunk:
            raise ConnectionError("代理关闭了连接 · the broker closed the connection")
        received += chunk
    return received
