"""What is the same of every operation in the API's description."""

from typing import Any

from therapy.api.errors import MEDIA_TYPE

PROBLEM = {"$ref": "#/components/schemas/ProblemBody"}


def as_problems(result: dict[str, Any], **context: Any) -> dict[str, Any]:
    """drf-spectacular's hook: refusals are described as of the media type that they are sent as."""
    for methods in result["paths"].values():
        for operation in methods.values():
            for response in operation["responses"].values():
                content = response.get("content", {})
                if content.get("application/json", {}).get("schema") == PROBLEM:
                    response["content"] = {MEDIA_TYPE: content["application/json"]}
    return result
