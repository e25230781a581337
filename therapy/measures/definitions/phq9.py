"""The PHQ-9: nine questions on depression, the last of them about self-harm."""

from therapy.measures.definition import (
    Band,
    Change,
    Choices,
    CutOff,
    Definition,
    Item,
    Scale,
    Source,
    Text,
)
from therapy.measures.definitions.phq_family import (
    DOWN_EN,
    FREQUENCY,
    FREQUENCY_EN,
    NO_INTEREST_EN,
    PHQ_LICENCE,
    TALKING_THERAPIES,
    TWO_WEEKS,
)

KROENKE_2001 = Source(
    short="Kroenke 2001",
    citation="Kroenke K, Spitzer RL, Williams JBW. The PHQ-9: validity of a brief depression "
    "severity measure. J Gen Intern Med 2001; 16(9): 606–613",
    doi="10.1046/j.1525-1497.2001.016009606.x",
)
KOUNALI = Source(
    short="Kounali 2022",
    citation="Kounali D, Button KS, Lewis G, et al. How much change is enough? Evidence from a "
    "longitudinal study on depression in UK primary care. Psychol Med 2022; 52(10): 1875–1882",
    doi="10.1017/S0033291720003700",
)
DIFFICULTY = Choices(key="difficulty", values=(0, 1, 2, 3))
ITEMS = tuple(f"phq9-{number}" for number in range(1, 10))
FUNCTION = "phq9-function"

ENGLISH = Text(
    instruction="Over the last 2 weeks, how often have you been bothered by any of the following "
    "problems?",
    items={
        "phq9-1": NO_INTEREST_EN,
        "phq9-2": DOWN_EN,
        "phq9-3": "Trouble falling or staying asleep, or sleeping too much",
        "phq9-4": "Feeling tired or having little energy",
        "phq9-5": "Poor appetite or overeating",
        "phq9-6": "Feeling bad about yourself — or that you are a failure or have let yourself or "
        "your family down",
        "phq9-7": "Trouble concentrating on things, such as reading the newspaper or watching "
        "television",
        "phq9-8": "Moving or speaking so slowly that other people could have noticed? Or the "
        "opposite — being so fidgety or restless that you have been moving around a lot more than "
        "usual",
        "phq9-9": "Thoughts that you would be better off dead or of hurting yourself in some way",
        FUNCTION: "If you checked off any problems, how difficult have these problems made it for "
        "you to do your work, take care of things at home, or get along with other people?",
    },
    labels={
        "frequency": FREQUENCY_EN,
        "difficulty": (
            "Not difficult at all",
            "Somewhat difficult",
            "Very difficult",
            "Extremely difficult",
        ),
    },
)

VERSION_1 = Definition(
    key="phq9",
    version=1,
    title="Patient Health Questionnaire-9 (PHQ-9)",
    licence=PHQ_LICENCE,
    source=KROENKE_2001,
    population="Adults in primary care and in obstetrics and gynaecology",
    recall=TWO_WEEKS,
    items=(
        *(Item(id=item, answer=FREQUENCY, asks_about_self_harm=item == "phq9-9") for item in ITEMS),
        Item(id=FUNCTION, answer=DIFFICULTY, optional=True),
    ),
    scales=(
        Scale(
            key="total",
            title="PHQ-9",
            items=ITEMS,
            lowest=0,
            highest=27,
            bands=(
                Band(lowest=0, highest=4, name="none to minimal"),
                Band(lowest=5, highest=9, name="mild"),
                Band(lowest=10, highest=14, name="moderate"),
                Band(lowest=15, highest=19, name="moderately severe"),
                Band(lowest=20, highest=27, name="severe"),
            ),
            bands_source=KROENKE_2001,
            cut_offs=(
                CutOff(at_least=10, says="look further for depression", source=KROENKE_2001),
            ),
            changes=(
                Change(
                    kind="reliable",
                    at_least=6,
                    population="adults in psychological therapy in England",
                    source=TALKING_THERAPIES,
                    standing="secondary",
                ),
                Change(
                    kind="important",
                    at_least=1.7,
                    population="adults in primary care with symptoms of moderate severity",
                    source=KOUNALI,
                ),
            ),
            loinc="44261-6",
        ),
    ),
    texts={"en": ENGLISH},
    note="The question on difficulty is not scored; the form asks it of those who had any problem.",
)
