"""A visual analogue scale of anxiety."""

from therapy.measures.definition import Definition, Item, Licence, Line, Scale, Source, Text

VERSION_1 = Definition(
    key="vas-anxiety",
    version=1,
    title="Visual analogue scale of anxiety (VAS-A)",
    licence=Licence(
        terms="Free: a line with two words at its ends. The wording here is this project's own.",
        according_to="This project; nobody is known to claim the method",
    ),
    source=Source(
        short="Hornblow & Kidson 1976",
        citation="Hornblow AR, Kidson MA. The visual analogue scale for anxiety: a validation "
        "study. Aust N Z J Psychiatry 1976; 10(4): 339–341",
        doi="10.3109/00048677609159523",
    ),
    population="Adults",
    recall="now",
    items=(Item(id="anxiety", answer=Line(key="anxiety", lowest=0, highest=100)),),
    scales=(Scale(key="anxiety", title="Anxiety", items=("anxiety",), lowest=0, highest=100),),
    texts={
        "en": Text(
            instruction="Mark the point on the line that fits how you feel right now.",
            items={"anxiety": "How anxious do you feel?"},
            labels={"anxiety": ("not at all anxious", "as anxious as can be")},
        ),
        "zh-Hans": Text(
            instruction="请在线上标出符合您此刻感受的位置。",
            items={"anxiety": "您此刻有多焦虑？"},
            labels={"anxiety": ("完全不焦虑", "焦虑到极点")},
        ),
    },
    note="No cut-off is given: none is established for a single line.",
)
