"""Every kind of refusal that the API answers with, and the exceptions for them.

The only list: a body is made from one of its entries, a description too, and docs/api-problems.md
is held against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rest_framework import exceptions

LISTED_AT = "/api/v1/problems/"


@dataclass(frozen=True)
class ProblemType:
    """A kind of refusal, by a code that programs go by and that stays."""

    code: str
    status: int
    title: str
    meaning: str
    what_to_do: str

    @property
    def uri(self) -> str:
        """The `type` of RFC 9457: its entry on this site's own list, by a full path, because no
        installation has an address that all share."""
        return f"{LISTED_AT}#{self.code}"


_AN_ERROR_OF_THE_APP = "An error of the app: keep what was sent, and report it."
_CONNECT_AGAIN = "Keep everything, stop calling, and ask to be connected again."
_LATER = "Send it again later, with pauses that double (5 s, 10 s, … 1 h) and some chance in them."
_WAIT = "Wait for `Retry-After` seconds, then send it again."

TYPES: Final = (
    ProblemType(
        "invalid",
        400,
        "A field is refused",
        "The body is JSON, but a field of it, a parameter or a header is refused; `errors` says "
        "which and why.",
        "Set it aside, and try again when the app or the server was updated.",
    ),
    ProblemType(
        "parse_error",
        400,
        "The body cannot be read",
        "The body is no JSON, was cut short, or is nested too deeply.",
        _AN_ERROR_OF_THE_APP,
    ),
    ProblemType(
        "bad_request",
        400,
        "The request cannot be understood",
        "The request is none that this server answers, such as one to a host that it does not "
        "serve.",
        _AN_ERROR_OF_THE_APP,
    ),
    ProblemType(
        "unknown_kind",
        400,
        "No such kind of item",
        "An item of a batch is of a kind that this server does not know.",
        "Keep the item, and try again when the server was updated.",
    ),
    ProblemType(
        "not_authenticated",
        401,
        "A token is wanted",
        "The call carries no token, or no session of staff.",
        "Send the token.",
    ),
    ProblemType(
        "authentication_failed",
        401,
        "The token is not known",
        "The token is unknown, or the phone's access was ended.",
        _CONNECT_AGAIN,
    ),
    ProblemType(
        "session_wanted",
        401,
        "An address for staff",
        "The address takes the session of staff who are signed in. A token came instead, and was "
        "not looked at: nothing is said of it.",
        "An error of the app: keep the token and go on with it; this address is not for phones.",
    ),
    ProblemType(
        "permission_denied",
        403,
        "Not allowed",
        "Whoever calls is known, and may not do this: a role does not allow it.",
        "Do not ask again.",
    ),
    ProblemType(
        "csrf_failed",
        403,
        "The token against forgery is missing",
        "A call that writes, with a session, came without the header `X-CSRFToken` or from another "
        "site.",
        "Send the value of the cookie `csrftoken` in that header.",
    ),
    ProblemType(
        "second_factor_required",
        403,
        "A second factor is wanted",
        "The member of staff who is signed in has no second factor yet.",
        "Sign in to the site's pages, which lead to setting one up.",
    ),
    ProblemType(
        "consent_withdrawn",
        403,
        "The patient took back the consent to care",
        "Nothing is delivered to the phone or stored any more.",
        "Stop asking; delete the plan, the model and what was not sent yet (docs/consent.md).",
    ),
    ProblemType(
        "not_found",
        404,
        "There is no such thing",
        "There is nothing here that whoever calls may see, or no such address.",
        "Go on without it; `detail` says whether it may come later.",
    ),
    ProblemType(
        "pairing_code_unknown",
        404,
        "The code does not work",
        "No code that can be used reads like this: mistyped, used already, or ended.",
        "Ask to look at the letters again, then for a new code (docs/pairing.md).",
    ),
    ProblemType(
        "method_not_allowed",
        405,
        "Not by this method",
        "The address does not take this method; `Allow` says which it takes.",
        _AN_ERROR_OF_THE_APP,
    ),
    ProblemType(
        "not_acceptable",
        406,
        "Only JSON is answered",
        "`Accept` allows nothing that this address can answer with.",
        "Send `Accept: application/json`, or none.",
    ),
    ProblemType(
        "conflict",
        409,
        "The id is taken by other content",
        "The id is taken: by other content of this patient, which `errors` names and which stays, "
        "or by somebody else's row.",
        "Sending it again will not help; send it under a new id if it is to count.",
    ),
    ProblemType(
        "consent_overtaken",
        409,
        "A later no stands",
        "The consent was taken back after this yes was said.",
        "Ask the patient again; a new yes has a new id.",
    ),
    ProblemType(
        "idempotency_key_in_use",
        409,
        "The first is still at work",
        "A request of this `Idempotency-Key` is being worked on.",
        "Wait for `Retry-After` seconds, then send it again as it was.",
    ),
    ProblemType(
        "pairing_code_expired",
        410,
        "The code has run out",
        "The code is right, but too old.",
        "Ask for a new code.",
    ),
    ProblemType(
        "precondition_failed",
        412,
        "The condition does not hold",
        "`If-Match` or `If-Unmodified-Since` names what is no longer so.",
        "Fetch it anew.",
    ),
    ProblemType(
        "too_large",
        413,
        "The body is too large",
        "The body has more than 1,000,000 bytes.",
        "Send half as many items at once.",
    ),
    ProblemType(
        "unsupported_media_type",
        415,
        "Only JSON is read",
        "The body is not `application/json`.",
        _AN_ERROR_OF_THE_APP,
    ),
    ProblemType(
        "range_not_satisfiable",
        416,
        "Beyond the end of the file",
        "The range lies beyond the end of the file; `Content-Range` has its length.",
        "Fetch the file anew.",
    ),
    ProblemType(
        "idempotency_key_reused",
        422,
        "The key came with another body",
        "A request of this `Idempotency-Key` was answered, and had another body.",
        "An error of the app: what is another request has another key.",
    ),
    ProblemType(
        "too_many_tries",
        429,
        "Too many wrong codes",
        "Too many wrong codes came from this address, or to this site.",
        "Wait for `Retry-After` seconds, and show how long.",
    ),
    ProblemType(
        "throttled",
        429,
        "Too many calls",
        "This phone, all phones of its clinic together, or this address called too often.",
        "Wait for `Retry-After` seconds and some chance more, then send it again. Nothing was "
        "stored.",
    ),
    ProblemType(
        "server_error",
        500,
        "A fault of the server",
        "Something failed on the server, and is in its log.",
        _LATER,
    ),
    ProblemType(
        "model_expired",
        503,
        "The next model is being made",
        "The newest model has expired, and the next one is being made.",
        _WAIT,
    ),
    ProblemType(
        "unavailable",
        503,
        "Not now",
        "The server cannot do it now.",
        _LATER,
    ),
)
PROBLEMS: Final[Mapping[str, ProblemType]] = {kind.code: kind for kind in TYPES}
OF_STATUS: Final[Mapping[int, ProblemType]] = {
    PROBLEMS[code].status: PROBLEMS[code]
    for code in (
        *("bad_request", "not_authenticated", "permission_denied", "not_found"),
        *("method_not_allowed", "not_acceptable", "conflict", "precondition_failed", "too_large"),
        *("unsupported_media_type", "range_not_satisfiable", "idempotency_key_reused"),
        *("throttled", "server_error", "unavailable"),
    )
}
"""What a status means where nothing more is known."""


class Problem(exceptions.APIException):
    """A refusal of the kind that a subclass names in `default_code`; a class of a kind that is not
    in the table cannot be made."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.status_code = PROBLEMS[cls.default_code].status


class TooLarge(Problem):
    default_code = "too_large"


class Conflict(Problem):
    default_code = "conflict"


class ConsentWithdrawn(Problem):
    default_code = "consent_withdrawn"


class HeaderRefused(exceptions.ValidationError):
    """What is refused is a header, by its name."""


def kind_of_status(status: int) -> ProblemType:
    """The kind for an answer of this status that says no more than that."""
    return OF_STATUS.get(status, PROBLEMS["bad_request" if status < 500 else "server_error"])
