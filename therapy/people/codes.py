"""What no code of a patient may say."""

import re

from therapy.records import Problems

_A_DATE = re.compile(r"(\d{4}[-._]\d\d?[-._]\d\d?|\d\d?[-._]\d\d?[-._](\d\d){1,2})\Z")


def code_problems(code: str) -> Problems:
    """Of a code that a new patient is to have, beside what the model refuses. Patients who are here
    keep theirs."""
    if _A_DATE.match(code):
        said = "Looks like a date. A date of birth is no code: it says who someone is."
        return {"code": [said]}
    return {}
