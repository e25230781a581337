"""What the questionnaires of the PHQ family share: terms, answers, opening words, sources."""

from therapy.measures.definition import Choices, Licence, Source

PHQ_LICENCE = Licence(
    terms="Developed by Drs Robert L. Spitzer, Janet B. W. Williams, Kurt Kroenke and colleagues, "
    "with an educational grant from Pfizer Inc. No permission required to reproduce, translate, "
    "display or distribute.",
    according_to="The printed forms (phqscreeners.com)",
)
FREQUENCY = Choices(key="frequency", values=(0, 1, 2, 3))
FREQUENCY_EN = ("Not at all", "Several days", "More than half the days", "Nearly every day")
TWO_WEEKS = "the last 2 weeks"

ANXIOUS_EN = "Feeling nervous, anxious or on edge"
WORRYING_EN = "Not being able to stop or control worrying"
NO_INTEREST_EN = "Little interest or pleasure in doing things"
DOWN_EN = "Feeling down, depressed, or hopeless"

TALKING_THERAPIES = Source(
    short="NHS Talking Therapies manual",
    citation="NHS England. NHS Talking Therapies for anxiety and depression: manual. Reliable "
    "change of the measures that its services use",
)
KROENKE_2007 = Source(
    short="Kroenke 2007",
    citation="Kroenke K, Spitzer RL, Williams JBW, Monahan PO, Löwe B. Anxiety disorders in "
    "primary care: prevalence, impairment, comorbidity, and detection. Ann Intern Med 2007; "
    "146(5): 317–325",
    doi="10.7326/0003-4819-146-5-200703060-00004",
)
