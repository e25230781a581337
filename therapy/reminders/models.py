"""How a patient wants to be reminded, where that reaches them, and every reminder there was."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from therapy.access.walls import OfPatients
from therapy.append_only import AdditionsOfPatients, AppendOnly
from therapy.encryption import EncryptedTextField
from therapy.fields import Record, one_of, within
from therapy.people.models import Device, Patient, User

LONGEST_LEAD = 24 * 60  # minutes


class Channel(models.TextChoices):
    PUSH = "push"
    EMAIL = "email"


class ReminderRule(AppendOnly):
    """How a patient is reminded from now on. The newest row stands; without a channel, or without
    a row, nothing is sent.

    What of is the schedule of the session plan. All times are by the patient's wall clock, whose
    zone is the patient's, so that a reminder can never be in another zone than its session.
    """

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="reminder_rules")
    by_push = models.BooleanField(default=False)
    by_email = models.BooleanField(default=False)
    minutes_before = models.PositiveSmallIntegerField(
        default=0, help_text="Before the session may be begun."
    )
    quiet_from = models.TimeField(null=True, blank=True, help_text="Nothing is sent from here on,")
    quiet_to = models.TimeField(null=True, blank=True, help_text="until here; may be past midnight")
    language = models.CharField(max_length=35, default="en", help_text="Of the words, BCP 47.")
    set_at = models.DateTimeField(default=timezone.now)
    set_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    device = models.ForeignKey(
        Device,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text="The patient's phone, where the patient set it.",
    )

    objects: ClassVar = AdditionsOfPatients["ReminderRule"]()  # type: ignore[assignment]

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["patient", "-id"])]
        constraints = [
            within("minutes_before", 0, LONGEST_LEAD, constraint="reminder_lead_in_range"),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_to=None)
                | Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="reminder_quiet_hours_have_both_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"Reminders of {self.patient}: {', '.join(self.channels) or 'none'}"

    @property
    def channels(self) -> list[Channel]:
        """Those that it sends by; none: it is switched off."""
        chosen = {Channel.PUSH: self.by_push, Channel.EMAIL: self.by_email}
        return [channel for channel, wanted in chosen.items() if wanted]


class ReminderEmail(models.Model):
    """Where a patient gets reminders by email. It is used for nothing else."""

    patient = models.OneToOneField(Patient, on_delete=models.CASCADE, related_name="reminder_email")
    address = EncryptedTextField()

    objects: ClassVar = OfPatients["ReminderEmail"]()

    def __str__(self) -> str:
        return f"email address of {self.patient}"


class PushSubscription(Record):
    """Where one phone gets pushes: what its browser was told by its push service.

    A phone that subscribes anew gets a new row, so that an answer about the old one hits only that.
    """

    patient = models.ForeignKey(
        Patient, on_delete=models.CASCADE, related_name="push_subscriptions"
    )
    device = models.OneToOneField(
        Device, on_delete=models.CASCADE, related_name="push_subscription"
    )
    endpoint = EncryptedTextField()
    endpoint_hmac = models.CharField(
        max_length=64, unique=True, help_text="So that one browser is never two patients'."
    )
    public_key = EncryptedTextField(help_text="p256dh, base64url.")
    auth_secret = EncryptedTextField(help_text="auth, base64url.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar = OfPatients["PushSubscription"]()

    def __str__(self) -> str:
        return f"push to {self.device}"


class Outcome(models.TextChoices):
    """What became of a reminder."""

    WAITING = "waiting"  # for a worker, or for the next try
    SENDING = "sending"  # a worker has it
    SENT = "sent"
    FAILED = "failed"
    QUIET_HOURS = "quiet-hours"
    NO_CONSENT = "no-consent"
    TOO_LATE = "too-late"
    LISTENED = "listened"
    NO_ADDRESS = "no-address"
    PAUSED = "paused"
    SWITCHED_OFF = "switched-off"


OPEN = (Outcome.WAITING, Outcome.SENDING)


class ReminderDelivery(models.Model):
    """One reminder: of one occasion, by one channel. It is written before it is sent, once, and
    says what became of it, also where nothing was sent."""

    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="reminders")
    rule = models.ForeignKey(ReminderRule, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=5, choices=Channel.choices)
    opens = models.DateTimeField(help_text="From when the session may be begun.")
    closes = models.DateTimeField(help_text="Until when.")
    due_at = models.DateTimeField(help_text="When it was to be sent.")
    time_zone = models.CharField(max_length=40, help_text="The patient's, by which it was due.")
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    cause = models.CharField(max_length=80, blank=True, help_text="Why it failed, in our words.")
    reached = models.PositiveSmallIntegerField(default=0, help_text="How many phones took it.")
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    objects: ClassVar = OfPatients["ReminderDelivery"]()

    class Meta:
        ordering = ["-due_at", "-id"]
        verbose_name_plural = "reminder deliveries"
        indexes = [
            models.Index(fields=["patient", "-due_at"]),
            models.Index(fields=["due_at"], condition=Q(outcome__in=OPEN), name="reminder_open"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "opens", "channel"], name="reminder_once_per_occasion"
            ),
            one_of("channel", *Channel.values, constraint="reminder_channel_known"),
            one_of("outcome", *Outcome.values, constraint="reminder_outcome_known"),
            models.CheckConstraint(
                condition=Q(outcome__in=OPEN, settled_at=None)
                | (~Q(outcome__in=OPEN) & Q(settled_at__isnull=False)),
                name="reminder_settled_when_it_is_over",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} to {self.patient} for {self.opens:%Y-%m-%d %H:%M}: {self.outcome}"


class ReminderWatch(models.Model):
    """Until when occasions were looked for, in one row: what is due is found once, and what was due
    while no worker ran is known to be late."""

    ONLY = 1

    looked_until = models.DateTimeField()

    def __str__(self) -> str:
        looked: datetime = self.looked_until
        return f"looked until {looked.isoformat()}"
