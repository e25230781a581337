"""What is the same of every operation in the API's description."""

from collections.abc import Mapping
from typing import Any

from therapy.api.errors import MEDIA_TYPE, Refusal
from therapy.api.problems import PROBLEMS

PROBLEM = {"$ref": "#/components/schemas/ProblemBody"}
OF_ALL = {406: "not_acceptable", 429: "throttled", 500: "server_error"}
OF_KEYS = {409: "idempotency_key_in_use", 422: "idempotency_key_reused"}
RETRY_AFTER = {
    "Retry-After": {"description": "In seconds.", "schema": {"type": "integer", "minimum": 1}}
}


def as_problems(result: dict[str, Any], **context: Any) -> dict[str, Any]:
    """drf-spectacular's hook: refusals are of the media type that they are sent as, and every
    operation has those that any can answer with."""
    for methods in result["paths"].values():
        for operation in methods.values():
            named = [parameter.get("name") for parameter in operation.get("parameters", ())]
            _describe(operation["responses"], OF_ALL)
            _describe(operation["responses"], OF_KEYS if "Idempotency-Key" in named else {})
            operation["responses"] = dict(sorted(operation["responses"].items()))
    result["components"]["responses"] = {
        code: _response(code) for code in (*OF_ALL.values(), *OF_KEYS.values())
    }
    return result


def _describe(responses: dict[str, Any], common: Mapping[int, str]) -> None:
    for response in responses.values():
        content = response.get("content", {})
        if content.get("application/json", {}).get("schema") == PROBLEM:
            response["content"] = {MEDIA_TYPE: content["application/json"]}
    for status, code in common.items():
        # An operation with a refusal of its own under the status has told of it more closely.
        responses.setdefault(str(status), {"$ref": f"#/components/responses/{code}"})


def _response(code: str) -> dict[str, Any]:
    kind = PROBLEMS[code]
    example = {"value": Refusal(kind, kind.meaning).body}
    described: dict[str, Any] = {
        "description": f"{kind.meaning} (`{code}`)",
        "content": {MEDIA_TYPE: {"schema": PROBLEM, "examples": {code: example}}},
    }
    return described | ({"headers": RETRY_AFTER} if kind.status == 429 else {})
