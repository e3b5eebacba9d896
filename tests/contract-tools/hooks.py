"""What schemathesis knows of this API: who calls, and which refusals contradict the description."""

import datetime
import os
import random

import requests
import schemathesis
from schemathesis.core.transport import Response
from schemathesis.generation.modes import GenerationMode

# Refusals of a shape. A request that obeys the description never meets them. (`wrong_type` is none: a currency or a zone
# has the described form and is unknown all the same, and 5.0 is an integer to JSON Schema alone.)
OF_SHAPE = {"missing_field", "unknown_field", "duplicate_field", "malformed_json"}


@schemathesis.auth(refresh_interval=600)
class SignedIn:
    """The demonstration's guest or host, signed in anew before the access token ends."""

    def get(self, case, ctx):
        answer = requests.post(
            f"{os.environ['INNKEEP_URL']}/users/login",
            json={
                "email": os.environ.get("INNKEEP_CALLER", "guest@example.com"),
                "password": "correct-horse-battery-staple",
            },
            timeout=30,
        )
        answer.raise_for_status()
        return answer.json()["access_token"]

    def set(self, case, data, ctx):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


@schemathesis.hook
def map_body(ctx, body):
    """Asks for nights that can be had, three times of four: drawn dates are a thousand years away, and nothing follows."""
    if ctx.operation.definition.raw.get("operationId") != "create_quote" or not isinstance(body, dict):
        return body
    drawn = random.Random(repr(sorted(body)) + str(body.get("check_in")) + str(body.get("check_out")))
    if drawn.random() < 0.75 and {"check_in", "check_out"} <= body.keys():
        check_in = datetime.date.today() + datetime.timedelta(days=drawn.randint(2, 300))
        nights = datetime.timedelta(days=drawn.randint(2, 7))
        body |= {"check_in": check_in.isoformat(), "check_out": (check_in + nights).isoformat()}
        body["guests"] = {"adults": drawn.randint(1, 2), "children": 0, "infants": 0, "pets": 0}
        body.pop("promo_code", None)
    return body


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
