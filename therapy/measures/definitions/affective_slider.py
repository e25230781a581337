"""The Affective Slider: how pleasant and how aroused someone feels, with one movement each."""

from therapy.measures.definition import Definition, Item, Licence, Line, Scale, Source, Text

VERSION_1 = Definition(
    key="affective-slider",
    version=1,
    title="Affective Slider",
    licence=Licence(
        terms="The article is CC BY 4.0; the sliders as drawn are CC BY-SA 4.0. The wording here, "
        "for those who cannot see the drawings, is this project's own.",
        according_to="PLOS ONE; the authors' repository, github.com/albertobeta/AffectiveSlider",
    ),
    source=Source(
        short="Betella & Verschure 2016",
        citation="Betella A, Verschure PFMJ. The Affective Slider: a digital self-assessment scale "
        "for the measurement of human emotions. PLOS ONE 2016; 11(2): e0148037",
        doi="10.1371/journal.pone.0148037",
    ),
    population="Adults who rated pictures; compared with the Self-Assessment Manikin",
    recall="now",
    items=(
        Item(id="valence", answer=Line(key="valence", lowest=-1.0, highest=1.0)),
        Item(id="arousal", answer=Line(key="arousal", lowest=-1.0, highest=1.0)),
    ),
    scales=(
        Scale(key="valence", title="Valence", items=("valence",), lowest=-1.0, highest=1.0),
        Scale(key="arousal", title="Arousal", items=("arousal",), lowest=-1.0, highest=1.0),
    ),
    texts={
        "en": Text(
            instruction="Move each slider to where you are right now.",
            items={
                "valence": "How pleasant do you feel?",
                "arousal": "How excited do you feel?",
            },
            labels={
                "valence": ("unpleasant", "pleasant"),
                "arousal": ("calm", "excited"),
            },
        ),
        "zh-Hans": Text(
            instruction="请把每个滑块移到符合您此刻感受的位置。",
            items={
                "valence": "您此刻的心情有多愉快？",
                "arousal": "您此刻有多兴奋？",
            },
            labels={
                "valence": ("不愉快", "愉快"),
                "arousal": ("平静", "兴奋"),
            },
        ),
    },
    note="Published on 0..1 with the thumb at .5; here x is 2x − 1, as everywhere in this project.",
)
