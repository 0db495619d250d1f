"""Bank accounts: sealed where they are kept, masked where they are shown, plain only in the file for the bank."""

from uuid import UUID

from services.subsidy.domain.payee import BankAccount, SealedAccount
from shared.privacy import FieldCipher, mask_number


def seal_account(cipher: FieldCipher, row_id: UUID, account: BankAccount) -> SealedAccount:
    """Encrypt all of it for this row alone."""
    return SealedAccount(
        name=cipher.encrypt(account.name, about=_about(row_id, "name")),
        bank=cipher.encrypt(account.bank, about=_about(row_id, "bank")),
        number=cipher.encrypt(account.number, about=_about(row_id, "number")),
        index=cipher.blind_index(account.number),
    )


def unseal_account(cipher: FieldCipher, row_id: UUID, sealed: SealedAccount) -> BankAccount:
    """The account in plain words; raises Undecipherable when it was altered or moved here from another row."""
    return BankAccount(
        name=cipher.decrypt(sealed.name, about=_about(row_id, "name")),
        bank=cipher.decrypt(sealed.bank, about=_about(row_id, "bank")),
        number=cipher.decrypt(sealed.number, about=_about(row_id, "number")),
    )


def masked_account(cipher: FieldCipher, row_id: UUID, sealed: SealedAccount) -> BankAccount:
    """As it is shown: whose it is and where, its number starred."""
    plain = unseal_account(cipher, row_id, sealed)
    return BankAccount(name=plain.name, bank=plain.bank, number=mask_number(plain.number))


def _about(row_id: UUID, field: str) -> str:
    return f"account/{row_id}/{field}"
