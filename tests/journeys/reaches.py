"""Which operations are not simply a district's own, and whose they are instead."""

from cli.suite.database import SERVICES

OPEN = {
    *((service, "get", path) for service in SERVICES for path in ("/livez", "/readyz", "/metrics")),
    *((service, "post", "/v1/exchange/messages") for service in SERVICES),
    ("accounts", "get", "/.well-known/oauth-authorization-server"),
    ("accounts", "get", "/.well-known/jwks.json"),
    ("accounts", "post", "/oauth/token"),
    ("filing", "get", "/v1/public/publicity"),
    ("filing", "post", "/v1/public/filings/{filing_id}/objections"),
    ("filing", "get", "/v1/public/objections/{reference}"),
    ("filing", "get", "/v1/public/institutions"),
    ("filing", "get", "/v1/public/institutions/{code}"),
    ("filing", "get", "/v1/public/service-network"),
    ("filing", "get", "/v1/public/outstanding-institutions"),
    ("subsidy", "get", "/v1/public/claim-publicity"),
    ("subsidy", "post", "/v1/public/claim-items/{item_id}/objections"),
    ("subsidy", "get", "/v1/public/claim-objections/{reference}"),
    ("subsidy", "post", "/v1/public/certificate-verifications"),
    ("subsidy", "get", "/v1/public/receipts/{item_id}"),
    ("subsidy", "get", "/v1/public/receipt-keys"),
    ("subsidy", "get", "/v1/public/statistics"),
}
"""What needs no token: health, discovery, public keys, where tokens are had, what everybody may know, signed messages."""
UNLISTED = {"/docs", "/openapi.json"}
"""What no document lists, and anybody may read."""
NOBODYS = {
    *((service, "/v1/exchange/reconciliations") for service in SERVICES),
    *((service, "/v1/exchange/reconciliations/{reconciliation_id}") for service in SERVICES),
    ("filing", "/v1/routing-decisions"),
    ("filing", "/v1/integrity-records"),
    ("filing", "/v1/integrity-records/{record_id}"),
    ("filing", "/v1/imports/template"),
    ("subsidy", "/v1/claims/sheets/template"),
    ("subsidy", "/v1/certificates/rosters/template"),
    ("subsidy", "/v1/facts/files/template"),
    ("subsidy", "/v1/payment-batches/result-template"),
}
"""What speaks of nobody's case, or of what every organ has to know."""
EVERYBODYS = {
    ("filing", "/v1/campaigns"),
    ("filing", "/v1/campaigns/{campaign_id}"),
    ("filing", "/v1/campaigns/{campaign_id}/reviews"),
    ("filing", "/v1/campaigns/{campaign_id}/confirmations"),
    ("filing", "/v1/campaigns/{campaign_id}/closing"),
    ("filing", "/v1/integrity-records/{record_id}/annulment"),
}
"""What is addressed to every district, and may show and move only what is its own."""
PREVIEWS = {("filing", "/v1/imports")}
"""What is an officer's own whatever it says; that it reaches no other district is found row by row."""
TOLD = {("subsidy", "/v1/facts/files")}
"""What any organ may tell of people, who belong to no district; what became of it is its own."""
CITYS = {
    ("subsidy", "/v1/policy-releases/{release_id}"),
    ("subsidy", "/v1/policy-releases/{release_id}/dry-run"),
    ("subsidy", "/v1/policy-releases/{release_id}/release"),
}
"""What is the city's alone until it is made known, the districts' no more than a stranger's."""
LINES = {
    (service, f"/v1/exchange{path}")
    for service in SERVICES
    for path in (
        "/batches",
        "/batches/imports",
        "/batches/{batch_id}",
        "/batches/{batch_id}/file",
        "/messages",
        "/messages/{place}",
        "/pause",
        "/resume",
        "/parked",
        "/parked/{held_id}",
        "/parked/{held_id}/replay",
        "/parked/{held_id}/discard",
    )
}
"""What is about the line to the province itself, and of no organ: the city's alone."""
FIGURES = {("subsidy", "/v1/statistics")}
"""What counts people: to officers their own territory's, to everybody else the city's without those of few people."""
SECRET = {
    ("subsidy", "/v1/signals"): "signal_id",
    ("subsidy", "/v1/signals/{signal_id}"): "signal_id",
    ("supervision", "/v1/leads"): "lead_id",
    ("supervision", "/v1/leads/{lead_id}"): "lead_id",
    ("supervision", "/v1/provincial-tasks"): "task_id",
    ("supervision", "/v1/provincial-tasks/{task_id}"): "task_id",
    ("supervision", "/v1/provincial-orders"): "order_id",
    ("supervision", "/v1/provincial-orders/{order_id}"): "order_id",
    ("accounts", "/v1/drift"): "drift_id",
}
"""What officers look into, and whom it is about does not see; by what it is known."""
STANDS_FOR = {
    ("subsidy", "/v1/personal-claims/{claim_id}/account"): {"claim_id": "personal_claim_id"},
    ("subsidy", "/v1/personal-claims/{claim_id}/withdrawal"): {"claim_id": "personal_claim_id"},
    ("subsidy", "/v1/recoveries/sanctioned/{institution_id}"): {"institution_id": "sanctioned_id"},
}
"""Under which other name there is something to be crossed where one parameter means several things."""
HOLDERS = {("subsidy", "/v1/claims/{claim_id}/trial")}
"""What is worked out for the holder alone, and for no officer."""
