"""Personal data: encrypted in the column, found by a keyed index, masked wherever it is shown."""

from shared.privacy.cipher import FieldCipher, Undecipherable
from shared.privacy.masking import mask_name, mask_number

__all__ = ["FieldCipher", "Undecipherable", "mask_name", "mask_number"]
