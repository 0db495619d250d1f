"""SM2 signatures with SM3 (GB/T 32918.2, GB/T 35276), reckoned by the province itself.

How long it takes tells of the key: good for a simulator's keys, and for nothing that has to be kept secret.
"""

import base64
import secrets
from collections.abc import Callable
from functools import cache
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SM3, Hash

_P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
_A = _P - 3
_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
_N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_GX = 0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7
_GY = 0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0
_BITS, _BYTES = 256, 32
_IDENTIFIER = b"1234567812345678"
"""The signer's distinguishing identifier where nothing else was agreed (GB/T 35276)."""
_CURVE = bytes.fromhex("301306072a8648ce3d020106082a811ccf5501822d")
_SECRET = bytes.fromhex("0201010420")
"""What stands before the private number in PKCS 8, behind the name of the curve."""
_BEGIN, _END = b"-----BEGIN PRIVATE KEY-----", b"-----END PRIVATE KEY-----"
_LONGEST_DER = 72

Point = tuple[int, int, int]
"""Jacobian coordinates; the last is 0 for the point at infinity."""
_INFINITY: Point = (1, 1, 0)


class Sm2PrivateKey:
    """A private key, with the methods that `cryptography` gives one of Ed25519."""

    def __init__(self, secret: int) -> None:
        if not 0 < secret < _N - 1:
            raise ValueError("SM2 私钥越界 · The private number is out of range")
        self._secret = secret
        self._public = Sm2PublicKey(*_affine(_of_base(secret)))

    @classmethod
    def generate(cls) -> Self:
        return cls(secrets.randbelow(_N - 2) + 1)

    @classmethod
    def from_private_bytes(cls, raw: bytes) -> Self:
        return cls(int.from_bytes(raw))

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Read an unencrypted key as OpenSSL writes it; raises ValueError."""
        begin = pem.index(_BEGIN) + len(_BEGIN)
        der = base64.b64decode(pem[begin : pem.index(_END)])
        begin = der.index(_SECRET, der.index(_CURVE)) + len(_SECRET)
        return cls.from_private_bytes(der[begin : begin + _BYTES])

    def private_bytes_raw(self) -> bytes:
        return self._secret.to_bytes(_BYTES)

    def public_key(self) -> "Sm2PublicKey":
        return self._public

    def sign(
        self, data: bytes, /, *, drawn: Callable[[], int] = lambda: secrets.randbelow(_N - 1) + 1
    ) -> bytes:
        """The DER of (r, s); `drawn` is a number from 1 to n-1 that is never used twice."""
        digest = self._public.digest(data)
        while True:
            number = drawn()
            r = (digest + _affine(_of_base(number))[0]) % _N
            s = pow(1 + self._secret, -1, _N) * (number - r * self._secret) % _N
            if r and s and r + number != _N:
                return _der(r, s)


class Sm2PublicKey:
    """A point of the curve; raises ValueError for anything else."""

    def __init__(self, x: int, y: int) -> None:
        if not (0 <= x < _P and 0 <= y < _P) or (y * y - (x * x + _A) * x - _B) % _P:
            raise ValueError("不是曲线上的点 · Not a point of the curve")
        self._point = (x, y, 1)
        numbers = (_A, _B, _GX, _GY, x, y)
        length = (len(_IDENTIFIER) * 8).to_bytes(2)
        self._name = _sm3(length + _IDENTIFIER + b"".join(each.to_bytes(_BYTES) for each in numbers))

    @classmethod
    def from_public_bytes(cls, raw: bytes) -> Self:
        """Of an uncompressed point, 65 bytes; raises ValueError."""
        if len(raw) != 1 + 2 * _BYTES or raw[0] != 4:  # noqa: PLR2004 — an uncompressed point begins so
            raise ValueError("不是未压缩的点 · Not an uncompressed point")
        return cls(int.from_bytes(raw[1 : 1 + _BYTES]), int.from_bytes(raw[1 + _BYTES :]))

    def public_bytes_raw(self) -> bytes:
        x, y, _ = self._point
        return b"\x04" + x.to_bytes(_BYTES) + y.to_bytes(_BYTES)

    def digest(self, data: bytes) -> int:
        """What is signed of some content, as a number: the digest of it behind that of who signs."""
        return int.from_bytes(_sm3(self._name + data))

    def verify(self, signature: bytes, data: bytes, /) -> None:
        """Raises InvalidSignature."""
        r, s = _numbers(signature)
        t = (r + s) % _N
        if not (0 < r < _N and 0 < s < _N and t):
            raise InvalidSignature
        found = _sum(_of_base(s), _times(t, self._point))
        if found[2] == 0 or (self.digest(data) + _affine(found)[0]) % _N != r:
            raise InvalidSignature


def _sm3(content: bytes) -> bytes:
    context = Hash(SM3())
    context.update(content)
    return context.finalize()


def _der(*numbers: int) -> bytes:
    body = b""
    for number in numbers:
        raw = number.to_bytes(number.bit_length() // 8 + 1)
        body += bytes([2, len(raw)]) + raw
    return bytes([0x30, len(body)]) + body


def _numbers(signature: bytes) -> tuple[int, int]:
    """Of the one spelling they have; raises InvalidSignature."""
    if not 8 <= len(signature) <= _LONGEST_DER:  # noqa: PLR2004 — the shortest there is
        raise InvalidSignature
    split = 4 + signature[3]
    r, s = int.from_bytes(signature[4:split]), int.from_bytes(signature[split + 2 :])
    if _der(r, s) != signature:
        raise InvalidSignature
    return r, s


def _twice(point: Point) -> Point:
    x, y, z = point
    square = y * y % _P
    s = 4 * x * square % _P
    zz = z * z % _P
    m = 3 * (x - zz) * (x + zz) % _P
    found = (m * m - 2 * s) % _P
    return found, (m * (s - found) - 8 * square * square) % _P, 2 * y * z % _P


def _sum(one: Point, other: Point) -> Point:
    if one[2] == 0 or other[2] == 0:
        return other if one[2] == 0 else one
    (x1, y1, z1), (x2, y2, z2) = one, other
    zz1, zz2 = z1 * z1 % _P, z2 * z2 % _P
    u, v = x1 * zz2 % _P, y1 * zz2 * z2 % _P
    h, r = (x2 * zz1 - u) % _P, (y2 * zz1 * z1 - v) % _P
    if h == 0:
        return _INFINITY if r else _twice(one)
    hh = h * h % _P
    hhh, w = h * hh % _P, u * hh % _P
    x = (r * r - hhh - 2 * w) % _P
    return x, (r * (w - x) - v * hhh) % _P, z1 * z2 * h % _P


def _times(number: int, point: Point) -> Point:
    found = _INFINITY
    while number:
        if number & 1:
            found = _sum(found, point)
        point = _twice(point)
        number >>= 1
    return found


@cache
def _doubles() -> tuple[Point, ...]:
    """The base point, twice it, four times it and so on."""
    found = [(_GX, _GY, 1)]
    while len(found) < _BITS:
        found.append(_twice(found[-1]))
    return tuple(found)


def _of_base(number: int) -> Point:
    found = _INFINITY
    for place, point in enumerate(_doubles()):
        if number >> place & 1:
            found = _sum(found, point)
    return found


def _affine(point: Point) -> tuple[int, int]:
    x, y, z = point
    inverse = pow(z, -1, _P)
    return x * inverse * inverse % _P, y * inverse * inverse * inverse % _P
