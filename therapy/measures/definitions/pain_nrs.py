"""The numeric rating scale of pain, 0 to 10."""

from therapy.measures.definition import Change, Definition, Item, Licence, Line, Scale, Source, Text

JENSEN = Source(
    short="Jensen 1986",
    citation="Jensen MP, Karoly P, Braver S. The measurement of clinical pain intensity: a "
    "comparison of six methods. Pain 1986; 27(1): 117–126",
    doi="10.1016/0304-3959(86)90228-9",
)
KENDRICK = Source(
    short="Kendrick & Strout 2005",
    citation="Kendrick DB, Strout TD. The minimum clinically significant difference in "
    "patient-assigned numeric scores for pain. Am J Emerg Med 2005; 23(7): 828–832",
    doi="10.1016/j.ajem.2005.07.009",
)
FARRAR = Source(
    short="Farrar 2001",
    citation="Farrar JT, Young JP, LaMoreaux L, Werth JL, Poole RM. Clinical importance of changes "
    "in chronic pain intensity measured on an 11-point numerical pain rating scale. "
    "Pain 2001; 94(2): 149–158",
    doi="10.1016/S0304-3959(01)00349-9",
)

VERSION_1 = Definition(
    key="pain-nrs",
    version=1,
    title="Numeric rating scale of pain (NRS)",
    licence=Licence(
        terms="Free: eleven numbers with words at the ends. The wording here is this project's "
        "own.",
        according_to="This project; nobody is known to claim the method",
    ),
    source=JENSEN,
    population="Adults with chronic pain",
    recall="now",
    items=(Item(id="pain", answer=Line(key="pain", lowest=0, highest=10, whole=True)),),
    scales=(
        Scale(
            key="pain",
            title="Pain",
            items=("pain",),
            lowest=0,
            highest=10,
            changes=(
                Change(
                    kind="important",
                    at_least=1.39,
                    population="adults with pain in an emergency department",
                    source=KENDRICK,
                ),
                Change(
                    kind="important",
                    at_least=2,
                    population="adults with chronic pain, in trials of pregabalin; diaries",
                    source=FARRAR,
                ),
            ),
            loinc="72514-3",
        ),
    ),
    texts={
        "en": Text(
            instruction="Choose the number that fits your pain right now.",
            items={"pain": "How strong is your pain?"},
            labels={"pain": ("no pain", "the worst pain you can imagine")},
        ),
        "zh-Hans": Text(
            instruction="请选择符合您此刻疼痛程度的数字。",
            items={"pain": "您此刻有多痛？"},
            labels={"pain": ("不痛", "您能想象的最痛")},
        ),
    },
)
