"""The GAD-7: seven questions on anxiety."""

from therapy.measures.definition import Band, Change, CutOff, Definition, Item, Scale, Source, Text
from therapy.measures.definitions.phq_family import (
    ANXIOUS_EN,
    FREQUENCY,
    FREQUENCY_EN,
    PHQ_LICENCE,
    TALKING_THERAPIES,
    TWO_WEEKS,
    WORRYING_EN,
)

SPITZER = Source(
    short="Spitzer 2006",
    citation="Spitzer RL, Kroenke K, Williams JBW, Löwe B. A brief measure for assessing "
    "generalized anxiety disorder: the GAD-7. Arch Intern Med 2006; 166(10): 1092–1097",
    doi="10.1001/archinte.166.10.1092",
)
PLUMMER = Source(
    short="Plummer 2016",
    citation="Plummer F, Manea L, Trepel D, McMillan D. Screening for anxiety disorders with the "
    "GAD-7 and GAD-2: a systematic review and diagnostic metaanalysis. "
    "Gen Hosp Psychiatry 2016; 39: 24–31",
    doi="10.1016/j.genhosppsych.2015.11.005",
)
TOUSSAINT = Source(
    short="Toussaint 2020",
    citation="Toussaint A, Hüsing P, Gumz A, et al. Sensitivity to change and minimal clinically "
    "important difference of the 7-item Generalized Anxiety Disorder Questionnaire (GAD-7). "
    "J Affect Disord 2020; 265: 395–401",
    doi="10.1016/j.jad.2020.01.032",
)
ITEMS = tuple(f"gad7-{number}" for number in range(1, 8))

VERSION_1 = Definition(
    key="gad7",
    version=1,
    title="Generalized Anxiety Disorder-7 (GAD-7)",
    licence=PHQ_LICENCE,
    source=SPITZER,
    population="Adults in primary care",
    recall=TWO_WEEKS,
    items=tuple(Item(id=item, answer=FREQUENCY) for item in ITEMS),
    scales=(
        Scale(
            key="total",
            title="GAD-7",
            items=ITEMS,
            lowest=0,
            highest=21,
            bands=(
                Band(lowest=0, highest=4, name="minimal"),
                Band(lowest=5, highest=9, name="mild"),
                Band(lowest=10, highest=14, name="moderate"),
                Band(lowest=15, highest=21, name="severe"),
            ),
            bands_source=SPITZER,
            cut_offs=(
                CutOff(at_least=8, says="look further for an anxiety disorder", source=PLUMMER),
                CutOff(at_least=10, says="look further for generalised anxiety", source=SPITZER),
            ),
            changes=(
                Change(
                    kind="reliable",
                    at_least=4,
                    population="adults in psychological therapy in England",
                    source=TALKING_THERAPIES,
                    standing="secondary",
                ),
                Change(
                    kind="important",
                    at_least=4,
                    population="adults in a trial for chronic depression",
                    source=TOUSSAINT,
                ),
            ),
            loinc="70274-6",
        ),
    ),
    texts={
        "en": Text(
            instruction="Over the last 2 weeks, how often have you been bothered by the following "
            "problems?",
            items=dict(
                zip(
                    ITEMS,
                    (
                        ANXIOUS_EN,
                        WORRYING_EN,
                        "Worrying too much about different things",
                        "Trouble relaxing",
                        "Being so restless that it is hard to sit still",
                        "Becoming easily annoyed or irritable",
                        "Feeling afraid as if something awful might happen",
                    ),
                    strict=True,
                )
            ),
            labels={"frequency": FREQUENCY_EN},
        ),
    },
)
