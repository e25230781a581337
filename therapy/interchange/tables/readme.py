"""The page that lies beside the tables."""

from datetime import datetime

from therapy.interchange.tables.describing import File
from therapy.interchange.tables.selection import Selection

README = """\
Tables of {clinic}, from Attune {software}
Made {made:%Y-%m-%d %H:%M} UTC, as everything was at that moment. {period}

Who is in them
  {patients} patients: {origins}.
  {withdrawn} more are left out because they took back, or refused, the consent to care, and
  {being_erased} because their data is being erased.
  {names}
  The column 'origin' stands in every row of a patient. A simulated listener is a program: its rows
  say nothing about people.

What is in them
{tables}
  Free texts and notes are in none of these tables, and neither are phones, staff and models.
  data_dictionary.csv says of each column its type, unit, range, meaning and source, and
  datapackage.json the same for programs (Data Package 2, with Table Schemas).
  manifest.json has the rows, bytes and SHA-256 of each file.

How to read them
  An empty cell is a missing value. Times are ISO 8601 in UTC ('Z').
{form}"""
CSV = """\
  The files are CSV as in RFC 4180, in UTF-8. In Excel: Data, From Text/CSV, origin 65001 (UTF-8).
  A text that begins with = + - @, a tab, a line break, one of their full-width forms or an
  apostrophe has one apostrophe before it, so that no spreadsheet takes it for a formula. Take it
  away to have the text. Numbers, times, ids and words from a list are as they are.
"""
PARQUET = "  The files are Parquet. Texts are as they are: no spreadsheet opens them as formulas.\n"
CODES = "They are named by the clinic's codes: keep these files as you keep records."
PSEUDONYMS = """\
They and their rows are named by pseudonyms that were drawn for this export; no key was kept.
  That is not anonymous: who knows when someone listened, or what they said, may recognise them."""


def readme(
    *,
    selection: Selection,
    pseudonymous: bool,
    form: str,
    made_at: datetime,
    software: str,
    patients: dict[str, int],
    withdrawn: int,
    being_erased: int,
    files: dict[str, File],
) -> str:
    """`patients` by origin, `files` by table."""
    return README.format(
        clinic=selection.clinic.name,
        software=software,
        made=made_at,
        period=_period(selection),
        patients=sum(patients.values()),
        origins=", ".join(f"{count} {origin}" for origin, count in patients.items()) or "none",
        withdrawn=withdrawn,
        being_erased=being_erased,
        names=PSEUDONYMS if pseudonymous else CODES,
        tables="\n".join(f"  {file.name}: {file.rows} rows" for file in files.values()),
        form=CSV if form == "csv" else PARQUET,
    )


def _period(selection: Selection) -> str:
    since, until = selection.since, selection.until
    if since is None and until is None:
        return "Of all time."
    begins = "From the beginning" if since is None else f"From {since.isoformat()}"
    ends = "on" if until is None else f"until before {until.isoformat()}"
    return f"{begins} {ends}; what belongs to a session counts by the session's start."
