"""Lists within a plan's columns: what is wrong with them, in words."""

import re
from typing import Any

from therapy.catalogue.rows import LONGEST_TAG, tidy_tags
from therapy.measures.registry import newest
from therapy.people.models import LANGUAGE_TAG
from therapy.records import Problems

MOST = 50
LONGEST_REASON = 500
WHENS = ("start", "before-session", "after-session", "weekly", "every-4-weeks", "review")
SLOT = {"days", "at", "minutes"}


def tag_problems(plan: Any, name: str) -> Problems:
    """Puts a list of tags into the plan, tidied, if it is a list of words."""
    given = getattr(plan, name)
    words = None if isinstance(given, str) else list(given)
    if words is None or not all(isinstance(tag, str) and "\0" not in tag for tag in words):
        return {name: ["Must be a list of words."]}
    if any(len(tag.strip()) > LONGEST_TAG for tag in words):
        return {name: [f"A tag has at most {LONGEST_TAG} characters."]}
    if name == "lyric_languages":
        strange = [tag for tag in words if not re.match(LANGUAGE_TAG, tag)]
        if strange:
            return {name: [f"Not a language tag such as 'de' or 'pt-BR': {', '.join(strange)}."]}
    setattr(plan, name, tidy_tags(words))
    return {}


def trigger_problems(plan: Any) -> Problems:
    """What is wrong with the triggers, by their index."""
    if not isinstance(plan.triggers, list) or len(plan.triggers) > MOST:
        return {"triggers": [f"Must be a list of at most {MOST}."]}
    problems: Problems = {}
    for index, trigger in enumerate(plan.triggers):
        if not isinstance(trigger, dict) or set(trigger) != {"tag", "reason"}:
            problems[f"triggers.{index}"] = ["Must have 'tag' and 'reason', and nothing else."]
            continue
        for key, longest in (("tag", LONGEST_TAG), ("reason", LONGEST_REASON)):
            text = trigger[key]
            if not isinstance(text, str) or "\0" in text or not 1 <= len(text.strip()) <= longest:
                problems[f"triggers.{index}.{key}"] = [f"Must be 1 to {longest} characters."]
    return problems


def schedule_problems(schedule: Any) -> Problems:
    """What is wrong with the times of a week, by their index."""
    if not isinstance(schedule, list) or len(schedule) > MOST:
        return {"schedule": [f"Must be a list of at most {MOST} times."]}
    problems: Problems = {}
    for index, slot in enumerate(schedule):
        if not isinstance(slot, dict) or set(slot) != SLOT:
            problems[f"schedule.{index}"] = ["Must have 'days', 'at' and 'minutes', no more."]
            continue
        for key, text in _slot_problems(slot):
            problems[f"schedule.{index}.{key}"] = [text]
    return problems


def measure_problems(measures: Any) -> Problems:
    """What is wrong with the list of measures, by their index."""
    if not isinstance(measures, list) or len(measures) > MOST:
        return {"measures": [f"Must be a list of at most {MOST}."]}
    known = [definition.key for definition in newest()]
    problems: Problems = {}
    for index, asked in enumerate(measures):
        if not isinstance(asked, dict) or set(asked) != {"measure", "when", "may_skip"}:
            problems[f"measures.{index}"] = ["Must have 'measure', 'when' and 'may_skip', no more."]
        elif asked["when"] not in WHENS:
            problems[f"measures.{index}.when"] = [f"Must be one of {', '.join(WHENS)}."]
        elif not isinstance(asked["may_skip"], bool):
            problems[f"measures.{index}.may_skip"] = ["Must be true or false."]
        elif asked["measure"] not in known:
            problems[f"measures.{index}.measure"] = [f"Must be one of {', '.join(known)}."]
    return problems


def _slot_problems(slot: dict[str, Any]) -> list[tuple[str, str]]:
    problems = []
    days, minutes = slot["days"], slot["minutes"]
    if not isinstance(days, list) or not days or not all(_is_whole(day, 1, 7) for day in days):
        problems.append(("days", "Must be days of the week, 1 (Monday) to 7 (Sunday)."))
    elif len(set(days)) != len(days):
        problems.append(("days", "Names a day twice."))
    if not isinstance(slot["at"], str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", slot["at"]):
        problems.append(("at", "Must be a time of day such as 20:30."))
    if not _is_whole(minutes, 5, 24 * 60):
        problems.append(("minutes", "Must be 5 to 1440: how long the session may be begun."))
    return problems


def _is_whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
