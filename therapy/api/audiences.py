"""The description's tags, which say for whom a call is: `phone: plan`, `staff: plans`."""

from typing import Any

STAFF = "staffSession"


def by_audience(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of drf-spectacular, after it gathered every operation: puts the audience before each
    tag, and the phone's tags before the staff's."""
    found: set[str] = set()
    for methods in result["paths"].values():
        for operation in methods.values():
            schemes = {name for wanted in operation.get("security", ()) for name in wanted}
            audience = "staff" if STAFF in schemes else "phone"
            operation["tags"] = [f"{audience}: {tag}" for tag in operation["tags"]]
            found.update(operation["tags"])
    result["tags"] = [{"name": tag} for tag in sorted(found)]
    return result
