"""Every table of an export, what is referred to before what refers to it."""

from therapy.interchange.tables import of_delivery, of_listening, of_measures, of_people
from therapy.interchange.tables.columns import Table

TABLES: tuple[Table, ...] = (
    of_people.PATIENTS,
    of_people.CONSENTS,
    of_people.SESSION_PLANS,
    of_listening.TRACKS,
    of_listening.SESSIONS,
    of_listening.NOT_HELD,
    of_listening.MOOD_RATINGS,
    of_listening.MOOD_SKIPS,
    of_listening.TRACK_RATINGS,
    of_listening.TRACK_PLAYS,
    of_listening.PLAYLISTS,
    of_listening.PLAYLIST_ENTRIES,
    of_delivery.MODEL_REFUSALS,
    of_measures.RESPONSES,
    of_measures.ITEMS,
    of_measures.SCORES,
    of_measures.SAFETY_FLAGS,
)
