"""The form by which what is said of many tracks is changed."""

from django import forms

from therapy.catalogue.editing import Edit
from therapy.catalogue.models import Track

LEAVE = ("", "leave as it is")


def _tags(text: str) -> list[str]:
    return [tag for tag in text.split(",") if tag.strip()]


class EditForm(forms.Form):
    """Everything may stay empty: then it stays as it is."""

    add_tags = forms.CharField(
        label="Add tags", max_length=1000, required=False, help_text="Separated by commas."
    )
    remove_tags = forms.CharField(
        label="Take away tags", max_length=1000, required=False, help_text="Separated by commas."
    )
    lyrics = forms.ChoiceField(
        label="Lyrics",
        required=False,
        choices=[
            LEAVE,
            (Track.Lyrics.NONE, "none"),
            (Track.Lyrics.SUNG, "sung"),
            (Track.Lyrics.UNKNOWN, "not known"),
        ],
    )
    explicit = forms.ChoiceField(
        label="Explicit words", required=False, choices=[LEAVE, ("yes", "yes"), ("no", "no")]
    )
    rights = forms.CharField(
        label="Rights", max_length=200, required=False, help_text="Empty: as they are."
    )

    def edit(self) -> Edit:
        """What a valid form asks for."""
        asked = self.cleaned_data
        return Edit(
            add_tags=_tags(asked["add_tags"]),
            remove_tags=_tags(asked["remove_tags"]),
            lyrics=asked["lyrics"] or None,
            explicit={"yes": True, "no": False}.get(asked["explicit"]),
            rights=asked["rights"] or None,
        )
