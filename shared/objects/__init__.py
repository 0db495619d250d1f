"""Uploaded files: what may be taken in, and where it is kept under the digest of its content."""

from shared.objects.limits import Limits
from shared.objects.sniff import Examined, examine
from shared.objects.store import (
    Content,
    NoSuchObject,
    NotADigest,
    ObjectStore,
    StoreAway,
    Tampered,
    WrongDigest,
    key_of,
    read_through,
)
from shared.objects.stored import StoredObjects

__all__ = [
    "Content",
    "Examined",
    "Limits",
    "NoSuchObject",
    "NotADigest",
    "ObjectStore",
    "StoreAway",
    "StoredObjects",
    "Tampered",
    "WrongDigest",
    "examine",
    "key_of",
    "read_through",
]
