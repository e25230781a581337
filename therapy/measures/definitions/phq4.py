"""The PHQ-4: two questions on anxiety (GAD-2) and two on depression (PHQ-2)."""

from therapy.measures.definition import Band, CutOff, Definition, Item, Scale, Source, Text
from therapy.measures.definitions.phq_family import (
    ANXIOUS_EN,
    DOWN_EN,
    FREQUENCY,
    FREQUENCY_EN,
    KROENKE_2007,
    NO_INTEREST_EN,
    PHQ_LICENCE,
    TWO_WEEKS,
    WORRYING_EN,
)

KROENKE_2009 = Source(
    short="Kroenke 2009",
    citation="Kroenke K, Spitzer RL, Williams JBW, Löwe B. An ultra-brief screening scale for "
    "anxiety and depression: the PHQ-4. Psychosomatics 2009; 50(6): 613–621",
    doi="10.1176/appi.psy.50.6.613",
)
KROENKE_2003 = Source(
    short="Kroenke 2003",
    citation="Kroenke K, Spitzer RL, Williams JBW. The Patient Health Questionnaire-2: validity of "
    "a two-item depression screener. Med Care 2003; 41(11): 1284–1292",
    doi="10.1097/01.MLR.0000093487.78664.3C",
)
ITEMS = ("phq4-1", "phq4-2", "phq4-3", "phq4-4")

VERSION_1 = Definition(
    key="phq4",
    version=1,
    title="Patient Health Questionnaire-4 (PHQ-4)",
    licence=PHQ_LICENCE,
    source=KROENKE_2009,
    population="Adults in primary care",
    recall=TWO_WEEKS,
    items=tuple(Item(id=item, answer=FREQUENCY) for item in ITEMS),
    scales=(
        Scale(
            key="total",
            title="PHQ-4",
            items=ITEMS,
            lowest=0,
            highest=12,
            bands=(
                Band(lowest=0, highest=2, name="none to minimal"),
                Band(lowest=3, highest=5, name="mild"),
                Band(lowest=6, highest=8, name="moderate"),
                Band(lowest=9, highest=12, name="severe"),
            ),
            bands_source=KROENKE_2009,
            loinc="70272-0",
        ),
        Scale(
            key="gad2",
            title="GAD-2",
            items=ITEMS[:2],
            lowest=0,
            highest=6,
            cut_offs=(CutOff(at_least=3, says="look further for anxiety", source=KROENKE_2007),),
        ),
        Scale(
            key="phq2",
            title="PHQ-2",
            items=ITEMS[2:],
            lowest=0,
            highest=6,
            cut_offs=(CutOff(at_least=3, says="look further for depression", source=KROENKE_2003),),
        ),
    ),
    texts={
        "en": Text(
            instruction="Over the last 2 weeks, how often have you been bothered by the following "
            "problems?",
            items=dict(zip(ITEMS, (ANXIOUS_EN, WORRYING_EN, NO_INTEREST_EN, DOWN_EN), strict=True)),
            labels={"frequency": FREQUENCY_EN},
        ),
    },
)
