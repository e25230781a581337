"""What the staff pages' templates share: numbers, times, addresses, and the version."""

import tomllib
from datetime import datetime
from functools import lru_cache
from itertools import repeat

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.forms import BoundField
from django.http import HttpRequest
from django.template.context import RequestContext
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from therapy.access.acts import Act
from therapy.pages import plan_words as words
from therapy.people.visibility import Access

register = template.Library()
SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@register.filter
def signed(value: float, digits: int = 2) -> str:
    """A number with its sign: +0.50, −0.25, 0.00."""
    return words.signed(value, digits)


@register.filter
def figure(value: float) -> str:
    """A measured number in four significant digits: 88.35, −19.17, 2.4 × 10⁻⁷."""
    mantissa, _, exponent = f"{value:.4g}".replace("-", "−").partition("e")
    if not exponent:
        return mantissa
    sign = "⁻" if exponent.startswith("−") else ""
    power = exponent.lstrip("+−").lstrip("0").translate(SUPERSCRIPT)
    return f"{mantissa} × 10{sign}{power}"


@register.filter
def clock(seconds: float) -> str:
    """Seconds as minutes and seconds, 3:07, or with hours, 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.simple_tag
def when(moment: datetime) -> SafeString:
    """A moment as a <time> element, in the site's time zone."""
    local = timezone.localtime(moment)
    shown = f"{local.day} {local:%b %Y, %H:%M}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), shown)


@register.simple_tag
def ago(moment: datetime) -> SafeString:
    """How long ago a moment was, in words, as a <time> element: 3 hours ago."""
    minutes = int((timezone.now() - moment).total_seconds()) // 60
    hours, days = minutes // 60, minutes // (24 * 60)
    if days:
        shown = _some(days, "day")
    elif hours:
        shown = _some(hours, "hour")
    else:
        shown = _some(minutes, "minute") if minutes > 1 else "just now"
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), shown)


def _some(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'} ago"


@register.simple_tag(takes_context=True)
def page_address(context: RequestContext, parameter: str, number: int) -> str:
    """This page's query string with one paginator turned to `number`."""
    query = context["request"].GET.copy()
    query[parameter] = str(number)
    return f"?{query.urlencode()}"


@register.inclusion_tag("therapy/parts/pagination.html", takes_context=True)
def pagination(
    context: RequestContext, page: "Page[object]", parameter: str, things: str, anchor: str = ""
) -> dict[str, object]:
    """Links to the pages before and after, naming what is paged through."""
    return {
        "request": context["request"],
        "page": page,
        "parameter": parameter,
        "things": things,
        "anchor": anchor,
    }


@register.filter
def control(field: BoundField) -> SafeString:
    """A field's control without a placeholder: a label stays to be read while one types."""
    return field.as_widget(attrs={"placeholder": ""})


@register.filter
def manages_staff(request: HttpRequest) -> bool:
    """Whether who makes the request manages the staff of any clinic; no query."""
    return _allows(request, Act.MANAGE_STAFF)


@register.filter
def reads_audit(request: HttpRequest) -> bool:
    """Whether who makes the request may read the audit of any clinic; no query."""
    return _allows(request, Act.READ_AUDIT)


@register.filter
def sees_outcomes(request: HttpRequest) -> bool:
    """Whether who makes the request may see the outcomes of any clinic; no query."""
    return _allows(request, Act.SEE_OUTCOMES)


@register.filter
def sees_jobs(request: HttpRequest) -> bool:
    """Whether who makes the request may see the background work of any clinic; no query."""
    return _allows(request, Act.SEE_JOBS)


def _allows(request: HttpRequest, act: Act) -> bool:
    access: Access | None = getattr(request, "access", None)
    return access is not None and any(map(access.allows, repeat(act), access.roles))


@register.simple_tag
def second_factor_required() -> bool:
    return bool(settings.SECOND_FACTOR_REQUIRED)


@register.simple_tag
@lru_cache(maxsize=1)
def version() -> str:
    """The version that pyproject.toml states, or an empty text where that file is not installed."""
    try:
        project = tomllib.loads((settings.ROOT / "pyproject.toml").read_text())
    except FileNotFoundError:
        return ""
    return str(project["project"]["version"])
