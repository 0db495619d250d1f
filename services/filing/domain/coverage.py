"""Which occupations an institution keeps covered, and each until when (N2.7)."""

from datetime import date, timedelta

from services.filing.domain.institution import Institution
from shared.values import Occupation

_DAY = timedelta(days=1)


def covered_by(institution: Institution, *, on: date) -> dict[Occupation, date]:
    """Each occupation that it may evaluate on a day or later, with the last day on which it may.

    What a version that is yet to begin adds is covered already, what that takes away is covered until it begins: nobody
    is given an occupation that another holds or is to hold. Nothing when it is off the record or no longer valid.
    """
    found: dict[Occupation, date] = {}
    if not institution.on_record:
        return found
    last = institution.valid_until
    for version in reversed(institution.versions):
        if version.valid_from <= last and on <= last:
            for item in version.items:
                found.setdefault(Occupation(item.edition, item.occupation), last)
        last = min(last, version.valid_from - _DAY)
    return found
