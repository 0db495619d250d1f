"""SM2 signatures with SM3 (GB/T 32918, GB/T 35276) by the system's libcrypto, version 3 or later.

Production keeps its keys in certified hardware behind the same `Signer` protocol; this is for where none is at hand.
"""

import ctypes
import weakref
from ctypes.util import find_library
from functools import cache
from typing import Any, Final

DISTINGUISHED: Final = b"1234567812345678"
"""The signer's distinguishing identifier where nothing else was agreed (GB/T 35276)."""
_POINT_BYTES = 65
_SPKI_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
"""SubjectPublicKeyInfo of a public key on the SM2 curve, up to its uncompressed point."""
_LONGEST_DER, _LONGEST_PEM = 80, 4096
_MAJOR = 3


class Sm2Error(RuntimeError):
    """本机密码库不支持 SM2 · The system's libcrypto has no SM2; OpenSSL 3 is needed."""


class Sm2KeyError(ValueError):
    """不是 SM2 密钥 · Not an SM2 key."""


@cache
def _library() -> ctypes.CDLL:
    name = find_library("crypto")
    library = ctypes.CDLL(name) if name else None
    if library is None or not hasattr(library, "OPENSSL_version_major"):
        raise Sm2Error(Sm2Error.__doc__)
    if library.OPENSSL_version_major() < _MAJOR:
        raise Sm2Error(Sm2Error.__doc__)
    pointers = (
        "BIO_new_mem_buf",
        "BIO_s_mem",
        "BIO_new",
        "PEM_read_bio_PrivateKey",
        "d2i_PUBKEY",
        "EVP_sm3",
        "EVP_MD_CTX_new",
        "EVP_PKEY_Q_keygen",
    )
    for function in pointers:
        getattr(library, function).restype = ctypes.c_void_p
    return library


class _Key:
    """An `EVP_PKEY`, freed with its last holder."""

    def __init__(self, pointer: int) -> None:
        self.pointer = pointer
        weakref.finalize(self, _library().EVP_PKEY_free, ctypes.c_void_p(pointer))


class Sm2PrivateKey:
    """Signs with SM3; a signature is the DER of (r, s)."""

    def __init__(self, key: _Key) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> "Sm2PrivateKey":
        made = _library().EVP_PKEY_Q_keygen(None, None, b"SM2")
        return cls(_Key(_checked(made)))

    @classmethod
    def from_pem(cls, pem: bytes) -> "Sm2PrivateKey":
        """Read an unencrypted private key; raises Sm2KeyError."""
        library = _library()
        bio = ctypes.c_void_p(library.BIO_new_mem_buf(pem, len(pem)))
        try:
            # An empty passphrase: without one the library would ask the terminal for it.
            found = library.PEM_read_bio_PrivateKey(bio, None, None, b"")
        finally:
            library.BIO_free(bio)
        if not found:
            library.ERR_clear_error()
            raise Sm2KeyError(Sm2KeyError.__doc__)
        key = _Key(found)
        if not library.EVP_PKEY_is_a(ctypes.c_void_p(found), b"SM2"):
            raise Sm2KeyError(Sm2KeyError.__doc__)
        return cls(key)

    def sign(self, content: bytes) -> bytes:
        size = ctypes.c_size_t(_LONGEST_DER)
        signature = ctypes.create_string_buffer(_LONGEST_DER)
        with _Digest(self._key, "EVP_DigestSignInit") as context:
            done = _library().EVP_DigestSign(
                context, signature, ctypes.byref(size), content, ctypes.c_size_t(len(content))
            )
        _checked(done)
        return signature.raw[: size.value]

    def public_point(self) -> bytes:
        """The public key as its uncompressed point, 65 bytes."""
        size = ctypes.c_size_t()
        point = ctypes.create_string_buffer(_POINT_BYTES)
        pointer = ctypes.c_void_p(self._key.pointer)
        _checked(
            _library().EVP_PKEY_get_octet_string_param(
                pointer, b"pub", point, ctypes.c_size_t(_POINT_BYTES), ctypes.byref(size)
            )
        )
        return point.raw[: size.value]

    def to_pem(self) -> bytes:
        library = _library()
        bio = ctypes.c_void_p(library.BIO_new(ctypes.c_void_p(library.BIO_s_mem())))
        try:
            pointer = ctypes.c_void_p(self._key.pointer)
            _checked(library.PEM_write_bio_PKCS8PrivateKey(bio, pointer, None, None, 0, None, None))
            text = ctypes.create_string_buffer(_LONGEST_PEM)
            length = library.BIO_read(bio, text, _LONGEST_PEM)
            return text.raw[:length]
        finally:
            library.BIO_free(bio)


class Sm2PublicKey:
    """Verifies signatures of one SM2 key, given as its uncompressed point; raises Sm2KeyError for anything else."""

    def __init__(self, point: bytes) -> None:
        library = _library()
        der = _SPKI_HEAD + point
        start = ctypes.c_char_p(der)
        found = library.d2i_PUBKEY(None, ctypes.byref(start), ctypes.c_long(len(der)))
        if len(point) != _POINT_BYTES or not found:
            library.ERR_clear_error()
            raise Sm2KeyError(Sm2KeyError.__doc__)
        self._key = _Key(found)

    def holds(self, content: bytes, signature: bytes) -> bool:
        with _Digest(self._key, "EVP_DigestVerifyInit") as context:
            verdict: int = _library().EVP_DigestVerify(
                context,
                signature,
                ctypes.c_size_t(len(signature)),
                content,
                ctypes.c_size_t(len(content)),
            )
        _library().ERR_clear_error()
        return verdict == 1


class _Digest:
    """A context that digests with SM3 on behalf of a key, under the default identifier."""

    def __init__(self, key: _Key, begin: str) -> None:
        self._key = key
        self._begin = begin
        self._context = ctypes.c_void_p()

    def __enter__(self) -> ctypes.c_void_p:
        library = _library()
        self._context = ctypes.c_void_p(library.EVP_MD_CTX_new())
        parameters = ctypes.c_void_p()
        begun = getattr(library, self._begin)(
            self._context,
            ctypes.byref(parameters),
            ctypes.c_void_p(library.EVP_sm3()),
            None,
            ctypes.c_void_p(self._key.pointer),
        )
        _checked(begun)
        _checked(library.EVP_PKEY_CTX_set1_id(parameters, DISTINGUISHED, len(DISTINGUISHED)))
        return self._context

    def __exit__(self, *_: object) -> None:
        _library().EVP_MD_CTX_free(self._context)


def _checked(result: Any) -> int:
    if not result or result < 0:
        _library().ERR_clear_error()
        raise Sm2Error("SM2 运算失败 · The library did not carry out an SM2 operation")
    return int(result)
