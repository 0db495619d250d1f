"""A second opinion on a decision: plain conditions over the files of the pack, slow and sharing nothing with the product."""

import tomllib
from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from services.subsidy.domain.fact import FactSheet
from services.subsidy.domain.terms import CertificateFacts, Claiming, Grant

Answer = tuple[str, int]


class Oracle:
    """The city's pack as it is written."""

    def __init__(self, folder: Path) -> None:
        files = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.toml")}
        self.parameters = _spread(files["parameters"], "parameters")
        self.occupations = _spread(files["occupations"], "occupations")
        self.tables = _spread(files["rates"], "tables")
        self.uplifts = _spread(files["rates"], "uplifts")
        self.lists = _spread(files["shortage"], "lists")

    def answer(  # budget: it takes what `decide` takes  # noqa: PLR0917 — the same
        self,
        of: CertificateFacts,
        claim: Claiming,
        grants: Sequence[Grant],
        facts: FactSheet,
        known_on: date,
    ) -> Answer:
        """Outcome and fen."""
        refused = self._refused_for_certificate(of, claim) or self._refused_for_history(
            of, claim, grants, known_on
        )
        waits = False
        for verdict in self._facts(of, claim, facts):
            refused = refused or verdict is False
            waits = waits or verdict is None
        if of.lot.validity == "revoked":
            refused = True
        waits = (
            waits or of.lot.validity == "unverified" or (of.lot.evaluator is None and len(of.number) == 22)
        )
        entry = self._entry(of)
        amount = self._amount(of, claim, known_on) if entry else None
        if entry is not None and amount is None:
            refused = True
        if refused:
            return "refused", 0
        return ("pending", 0) if waits else ("payable", amount or 0)

    def _refused_for_certificate(self, of: CertificateFacts, claim: Claiming) -> bool:
        lot, item, by = of.lot, of.lot.item, of.lot.evaluator
        line_b, new = claim.line.value == "B", len(of.number) == 22
        not_own = by is None or by.institution_id != claim.claimant_id or by.audience.value != "own_staff"
        if line_b and not_own:
            return True
        if str(of.number)[15 if new else 10] != str(int(item.level)):
            return True
        if int(of.number[13:15] if new else of.number[:2]) != lot.issued_on.year % 100:
            return True
        if new and self._wrong_station(of, line_b=line_b):
            return True
        last = self._last_day(lot.issued_on, int(self._value("subsidy.claim_window_months", claim.on)))
        if claim.on < lot.issued_on or claim.on > last:
            return True
        return self._refused_for_filing(of) or self._refused_for_occupation(of)

    def _refused_for_filing(self, of: CertificateFacts) -> bool:
        lot, item, by = of.lot, of.lot.item, of.lot.evaluator
        if by is None:
            return False
        if not by.valid_from <= lot.evaluated_on <= by.valid_until or by.standing != "active":
            return True
        wanted = (item.edition, item.occupation, item.level)
        same = [each for each in by.scope if (each.edition, each.occupation, each.level) == wanted]
        return not any(each.work_type in ("", item.work_type) for each in same)

    def _wrong_station(self, of: CertificateFacts, *, line_b: bool) -> bool:
        by, text = of.lot.evaluator, str(of.number)
        if line_b and text[5:7] != "32":
            return True
        if by is None:
            return False
        letters = {"own_staff": "Y", "public": "S", "own_students": "YS"}[by.audience.value]
        if text[0] not in letters:
            return True
        if by.station_codes:
            return text[:13] not in [str(code) for code in by.station_codes]
        return text[1:5] != "0000"

    def _refused_for_occupation(self, of: CertificateFacts) -> bool:
        entry, item = self._entry(of), of.lot.item
        if entry is None or not _holds(entry, of.lot.issued_on):
            return True
        licence = entry.get("exclusion")
        if licence is not None:
            only = licence.get("work_types", [])
            if not only or item.work_type in only:
                return True
        if item.work_type and item.work_type not in entry.get("work_types", []):
            return True
        levels = entry.get("work_type_levels", {}).get(item.work_type, entry["levels"])
        return int(item.level) not in levels

    def _refused_for_history(
        self, of: CertificateFacts, claim: Claiming, grants: Sequence[Grant], known_on: date
    ) -> bool:
        family, level = (
            self._family(of.lot.item.edition.value, str(of.lot.item.occupation)),
            int(of.lot.item.level),
        )
        for grant in grants:
            if str(grant.certificate_number) == str(of.number):
                return True
            if grant.family == family and int(grant.level) <= level:
                return True
        cap = int(self._value("subsidy.year_cap", claim.on))
        extra = int(self._value("subsidy.year_cap_shortage_extra", claim.on))
        year = [grant for grant in grants if grant.year == claim.on.year]
        if len(year) >= cap + extra:
            return True
        ordinary = [grant for grant in year if not grant.shortage]
        return len(ordinary) >= cap and not self._short(of, known_on)

    def _facts(self, of: CertificateFacts, claim: Claiming, facts: FactSheet) -> list[bool | None]:
        ranks = ["province", "file", "evidence", "declared"]
        known: dict[str, Any] = {}
        ordered = sorted(facts.facts, key=lambda it: it.obtained_at)
        for fact in sorted(ordered, key=lambda it: ranks.index(it.source.split(":")[0]), reverse=True):
            monthly = fact.kind.value in ("insured_months", "insured_in_month")
            declared = fact.source.startswith("declared")
            if monthly and (fact.about.year, fact.about.month) != (
                of.lot.issued_on.year,
                of.lot.issued_on.month,
            ):
                continue
            if declared and fact.kind.value not in self._value("subsidy.facts_declared", claim.on).split(","):
                continue
            known[fact.kind.value] = fact.value
        if claim.line.value == "B":
            tie = known.get("employment")
            return [None if tie is None else tie in ("employee", "dispatched_with_contract")]
        months = known.get("insured_months")
        enough = None if months is None else months >= int(self._value("subsidy.insurance_months", claim.on))
        return [enough, known.get("insured_in_month")]

    def _amount(self, of: CertificateFacts, claim: Claiming, known_on: date) -> int | None:
        day, level, entry = of.lot.issued_on, int(of.lot.item.level), self._entry(of)
        assert entry is not None
        for table in self.tables:
            if table["line"] == claim.line.value and _holds(table, day) and table["known_from"] <= known_on:
                rows = table["flat"] if "flat" in table else table["by_class"][entry["rate_class"]]
                if str(level) not in rows:
                    return None
                base = int(rows[str(level)]) * 100
                return base * (100 + self._percent(claim, day, level, short=self._short(of, known_on))) // 100
        return None

    def _percent(self, claim: Claiming, day: date, level: int, *, short: bool) -> int:
        for uplift in self.uplifts:
            if (
                short
                and uplift["line"] == claim.line.value
                and _holds(uplift, day)
                and level in uplift["levels"]
            ):
                return int(uplift["percent"])
        return 0

    def _short(self, of: CertificateFacts, known_on: date) -> bool:
        for each in self.lists:
            if _holds(each, of.lot.issued_on) and each["known_from"] <= known_on:
                for listed in each["occupations"]:
                    if (listed["edition"], listed["code"]) == (
                        of.lot.item.edition.value,
                        str(of.lot.item.occupation),
                    ):
                        return True
        return False

    def _entry(self, of: CertificateFacts) -> dict[str, Any] | None:
        return self._named(of.lot.item.edition.value, str(of.lot.item.occupation))

    def _named(self, edition: str, code: str) -> dict[str, Any] | None:
        for entry in self.occupations:
            if (entry["edition"], entry["code"]) == (edition, code):
                return entry
        return None

    def _family(self, edition: str, code: str) -> str:
        entry = self._named(edition, code)
        while entry is not None and entry.get("succeeds"):
            edition, code = entry["succeeds"][0]["edition"], entry["succeeds"][0]["code"]
            entry = self._named(edition, code)
        return f"{edition}:{code}"

    def _value(self, key: str, on: date) -> Any:
        return next(each["value"] for each in self.parameters if each["key"] == key and _holds(each, on))

    def _last_day(self, issued: date, months: int) -> date:
        year, month = issued.year + (issued.month + months - 1) // 12, (issued.month + months - 1) % 12 + 1
        return date(year, month, min(issued.day, monthrange(year, month)[1]))


def _holds(entry: dict[str, Any], on: date) -> bool:
    return bool(entry["effective_from"] <= on <= entry.get("effective_to", date.max))


def _spread(table: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return [table.get("defaults", {}) | entry for entry in table[key]]
