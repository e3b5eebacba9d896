"""What schemathesis knows of this API: who calls, and which refusals contradict the description."""

import datetime
import os
import random
import uuid

import requests
import schemathesis
from schemathesis.core.transport import Response
from schemathesis.generation.modes import GenerationMode

# Refusals of a shape. A request that obeys the description never meets them. (`wrong_type` is none: a currency or a zone
# has the described form and is unknown all the same, and 5.0 is an integer to JSON Schema alone.)
OF_SHAPE = {"missing_field", "unknown_field", "duplicate_field", "malformed_json"}


def sign_in(email):
    """An access token of one of the demonstration's accounts."""
    body = {"email": email, "password": "correct-horse-battery-staple"}
    answer = requests.post(f"{os.environ['INNKEEP_URL']}/users/login", json=body, timeout=30)
    answer.raise_for_status()
    return answer.json()["access_token"]


def call(method, path, token, body=None):
    """One call that has to succeed."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())}
    answer = requests.request(method, os.environ["INNKEEP_URL"] + path, headers=headers, json=body, timeout=30)
    answer.raise_for_status()
    return answer.json()


@schemathesis.hook
def before_load_schema(ctx, schema):
    """Links lead from lists that are not empty: a stay that is paid for, and one that waits for its payment."""
    token = sign_in("guest@example.com")
    listing = call("GET", "/properties", token)["items"][0]["id"]
    while len(call("GET", "/bookings", token)["items"]) < 2:
        check_in = datetime.date.today() + datetime.timedelta(days=random.randint(10, 80))
        nights = {"check_in": check_in.isoformat(), "check_out": (check_in + datetime.timedelta(days=2)).isoformat()}
        guests = {"adults": 1, "children": 0, "infants": 0, "pets": 0}
        try:
            quote = call("POST", f"/properties/{listing}/quotes", token, nights | {"guests": guests})["id"]
            booking = call("POST", "/bookings", token, {"quote_id": quote})["id"]
        except requests.HTTPError:
            # Nights of the other one.
            continue
        if not call("GET", "/payments", token)["items"]:
            call("POST", "/payments", token, {"booking_id": booking, "payment_method": "pm_card_visa"})


@schemathesis.auth(refresh_interval=600)
class SignedIn:
    """The demonstration's guest or host, signed in anew before the access token ends."""

    def get(self, case, ctx):
        return sign_in(os.environ.get("INNKEEP_CALLER", "guest@example.com"))

    def set(self, case, data, ctx):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def before_call(ctx, case, **kwargs):
    """Lets a journey go on: drawn nights are a thousand years away, and nothing follows from a quote that is refused."""
    drawn = random.Random(case.id)
    described_well = case.meta and case.meta.generation.mode == GenerationMode.POSITIVE
    if case.operation.definition.raw.get("operationId") != "create_quote" or not described_well or drawn.random() < 0.25:
        return
    check_in = datetime.date.today() + datetime.timedelta(days=drawn.randint(90, 360))
    check_out = check_in + datetime.timedelta(days=drawn.randint(2, 7))
    guests = {"adults": drawn.randint(1, 2), "children": 0, "infants": 0, "pets": 0}
    case.body = {"check_in": check_in.isoformat(), "check_out": check_out.isoformat(), "guests": guests}


@schemathesis.check
def refusals_of_shape_contradict_the_description(ctx, response: Response, case) -> None:
    """What the description allows is refused by rules alone."""
    mode = case.meta.generation.mode if case.meta else None
    if mode != GenerationMode.POSITIVE or response.status_code not in (400, 422):
        return
    problem = response.json()
    # Which parameters of a query go together is a rule, and is said as one that is missing.
    errors = [error for error in problem.get("errors", []) if not error["pointer"].startswith("?")]
    codes = {problem.get("code")} | {error["code"] for error in errors}
    assert not codes & OF_SHAPE, f"described well and refused for its shape: {problem}"
