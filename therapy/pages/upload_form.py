"""The form by which recordings are sent: the files, where they go, and what holds for all."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from therapy.catalogue.models import Catalogue, Track
from therapy.catalogue.uploads import LARGEST_BYTES, MOST_FILES
from therapy.people.models import Clinic

NEW = "new:"


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list["UploadedFile[Any]"]:
        """Every file that was chosen; empty ones too, for each is told what is wrong with it."""
        return list(data or [])


class UploadForm(forms.Form):
    """`into` is a catalogue's slug, or `new:` and the slug of the clinic that gets one."""

    recordings = ManyFiles(
        label="Recordings",
        required=False,
        help_text="WAV, FLAC, OGG or MP3, mono or stereo, 3 seconds to 30 minutes; at most "
        f"{MOST_FILES} at a time and {LARGEST_BYTES // 10**6} MB each.",
    )
    into = forms.ChoiceField(label="Into")
    rights = forms.CharField(
        label="Rights",
        max_length=200,
        help_text="Who owns the recordings and under which licence patients may hear them. "
        "For instance: CC BY 4.0, Harbour Trio.",
    )
    artist = forms.CharField(label="Artist", max_length=200, required=False)
    tags = forms.CharField(
        label="Tags",
        max_length=1000,
        required=False,
        help_text="Separated by commas: piano, slow. Session plans choose and exclude by them.",
    )
    lyrics = forms.ChoiceField(
        label="Lyrics",
        choices=[
            (Track.Lyrics.UNKNOWN, "not known"),
            (Track.Lyrics.NONE, "none"),
            (Track.Lyrics.SUNG, "sung"),
        ],
    )
    explicit = forms.BooleanField(label="Explicit words", required=False)
    keep_copies = forms.BooleanField(
        label="Take in copies, too",
        required=False,
        help_text="Recordings that the catalogue has in another format, at another bit rate or "
        "loudness. Otherwise they are named and left out.",
    )

    def __init__(
        self, *args: Any, catalogues: Iterable[Catalogue], clinics: Iterable[Clinic], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.slug, one.name) for one in catalogues]
        new = [(f"{NEW}{one.slug}", f"A new catalogue of {one.name}") for one in clinics]
        self.fields["into"].choices = [*choices, *new]  # type: ignore[attr-defined]

    def clean_tags(self) -> list[str]:
        return [tag for tag in str(self.cleaned_data["tags"]).split(",") if tag.strip()]
