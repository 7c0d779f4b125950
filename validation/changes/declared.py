"""What is compared: the states of the project, in their order, and what each error moved, before and after its mend.

A state is a commit. A scenario is the settings of a run in the words of its own state, so that both sides of a mend ask
the same question. Whoever mends another error adds it here and runs `python -m validation.changes`.
"""

from __future__ import annotations

from dataclasses import dataclass

SEEDS, MANY = 4, 12  # of a scenario; of one whose spread over seeds is told
TODAY = "today"  # the last commit that changed the model or its settings

WHOLE = "weeks=156 market.consumers=20000"  # the headline's run
SHORT = "weeks=104 market.consumers=10000"
CLASS = "weeks=104 market=classroom"
PROJECT_S, STRONGEST = "platform=project_s", "platform=project_s_retailer"
WHOLE_S, SHORT_S, CLASS_S = (f"{market} {PROJECT_S}" for market in (WHOLE, SHORT, CLASS))


@dataclass(frozen=True)
class State:
    """A state of the project after changes that belong together."""

    commit: str
    changes: str  # in words; of the first state, what it is
    mends: str = ""  # numbers of the errors


STATES = (
    State("6c682d2", "The market in which the errors were found."),
    State(
        "fde24b6",
        "Separation ends own sales. Surplus of a growing market. Neutral ranking ends comparison.",
        "1, 7, 10",
    ),
    State(
        "42cc811",
        "Favour is odds of being shown. What is copied is drawn by chance, at a pace. A copy has no rating at first, "
        "bears its costs and starts small.",
        "4, 5, 6, 7, 9, 13",
    ),
    State("1fc383c", "Project S comes in four strengths; this is the default one. What Indonesia's trade had is on."),
    State(
        "61a60f1",
        "Owners decide: a shop can pause, and it can close before its cash is gone. Shops differ in cash, and have as "
        "much luck as the ranks of real sellers tell.",
        "2",
    ),
    State("f386bd1", "Duty and VAT in force are on. Importers pay freight.", "13"),
    State(
        "67eb701",
        "The app has a third of online orders, no longer nearly all. The opening is drawn anew for each seed.",
        "3, 8, 12",
    ),
    State("6bb28b6", "Sellers who fear to be copied answer. Adaptive fees book what pays most.", "11"),
    State(
        "2a900fe",
        "Each strength is set by the own share that it reaches. The platform copies what it sees sell. Sellers who "
        "fear to be copied raise prices less.",
    ),
    State("b256d4a", "Fixed cost, owners' other incomes and entry are set anew, so that exits fit again."),
    State("696821c", "After that, the strengths are set again."),
    State("6181051", "A shop may have several designs, by default one. Faults that a second review found are mended."),
    State(TODAY, "Shops in the street: what not ordering online is worth moves with them."),
)

MENDED = "67eb701"  # the first state without the errors that the headline question hangs on


@dataclass(frozen=True)
class Mend:
    """The states before and after errors were mended."""

    before: str
    after: str


RETAIL = Mend("3752447", "9e0ab89")  # where the platform may sell, comparison under neutral ranking, surplus
OWN_GOODS = Mend("fde24b6", "42cc811")  # favour, what is copied, what a copy costs
CASH = Mend("1fc383c", "61a60f1")
BORDER = Mend("0219463", "906bc8f")  # duty, VAT, freight
FEES = Mend("906bc8f", "494c0b8")
OPENING = Mend("f386bd1", "67eb701")  # the app's share, platforms of before, luck of the opening


@dataclass(frozen=True)
class Figure:
    """One figure of an error, in both states.

    of: the name of a figure of `probe`; form: percent, points, number, utility or rupiah; then: the scenario in the
    words of the state after, where they differ; against: the one that it is held against; how: `level`, `less` or
    `over` that one, each seed with itself, or `spread`, the standard deviation over seeds.
    """

    what: str
    of: str
    form: str
    mend: Mend
    scenario: str
    then: str = ""
    against: str = ""
    how: str = "level"

    @property
    def seeds(self) -> int:
        """How many seeds its scenarios are run with."""
        return MANY if self.how == "spread" else SEEDS

    @property
    def sides(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """The state and the scenario before, and those after."""
        return (self.mend.before, self.scenario), (self.mend.after, self.then or self.scenario)


@dataclass(frozen=True)
class Error:
    """An error: what was wrong, what is now, and the figures that it concerns."""

    number: int
    name: str
    was: str
    now: str
    figures: tuple[Figure, ...]


def own_share_at(slots: float, favour: float) -> Figure:
    """The own share of a class market's sales at a share of slots, and at the odds that stand for it."""
    return Figure(
        f"Own goods' share of all sales, class market: {100 * slots:.0f} % of slots before, favour {favour:g} after",
        "own_share",
        "percent",
        OWN_GOODS,
        f"{CLASS_S} platform.self_preference={slots:g}",
        f"{CLASS_S} platform.favour={favour:g}",
    )


PARTED, NEUTRAL = f"{SHORT_S} regulation=separation", f"{SHORT_S} regulation=neutral_ranking"
STRONG, NO_COMPARISON = f"{SHORT} {STRONGEST}", "platform.comparison=0"
BAN = f"weeks=60 market.consumers=10000 {PROJECT_S} regulation=own_product_ban regulation.own_product_ban.start_week=52"

ERRORS = (
    Error(
        1,
        "Separation",
        "Under separation the platform went on selling its own goods on an app that may take no payment, so that only "
        "sellers lost.",
        "Who may take no payment sells nothing there. Redirected orders go where they cost the seller least.",
        (
            Figure("Own goods' share of all sales under separation, Project S", "own_share", "percent", RETAIL, PARTED),
            Figure(
                "Separation's effect on survival, Project S", "alive", "points", RETAIL, PARTED, "", SHORT_S, "less"
            ),
        ),
    ),
    Error(
        2,
        "Cash",
        "Every shop had cash for four weeks of fixed cost, from a source that counts days of all outflow. So shops "
        "closed together.",
        "Cash is fourteen weeks of fixed cost at the median, and shops differ. The same change lets them pause.",
        (
            Figure("Most shops that closed in four weeks, strongest Project S", "worst_month", "percent", CASH, STRONG),
            Figure("Shops alive after two years, strongest Project S", "alive", "percent", CASH, STRONG),
        ),
    ),
    Error(
        3,
        "The app's size",
        "The app had nearly all orders of its sellers, and nothing said who these sellers were.",
        "The sellers are all who sell online. The app has a third of their orders, and what each sells there differs.",
        (
            Figure("The app's share of online orders, no Project S", "app_share", "percent", OPENING, SHORT),
            Figure("Own goods' share of all sales, Project S", "own_share", "percent", OPENING, SHORT_S),
            Figure("Effect of Project S on survival", "alive", "points", OPENING, SHORT_S, "", SHORT, "less"),
        ),
    ),
    Error(
        4,
        "Self-preference",
        "Self-preference was a share of all slots, which no source says. In a small market it could lower own sales.",
        "Favour multiplies the odds that an own listing is shown.",
        (own_share_at(0.0, 1.0), own_share_at(0.3, 2.0), own_share_at(0.6, 4.0)),
    ),
    Error(
        5,
        "Copies too good",
        "From its first week a copy had the rating and the fame of its original. It bore no freight and no fulfilment, "
        "and cost little to bring on sale.",
        "A copy earns its own rating, its stock and fame grow over weeks, and it bears its costs.",
        (
            Figure("Weekly sales of a copy over those of an opening shop", "copy_sales", "number", OWN_GOODS, SHORT_S),
            Figure("Platform's earnings from own goods, Rp bn", "own_goods_profit", "rupiah", OWN_GOODS, SHORT_S),
        ),
    ),
    Error(
        6,
        "Ten copies at once",
        "The ten designs that promised most were all copied at the first review.",
        "What is copied is drawn, more likely what promises more, at a pace that slows.",
        (
            Figure("Designs copied at the first review", "copied_first", "number", OWN_GOODS, SHORT_S),
            Figure(
                "Of the copied, those in the opening's best-selling tenth",
                "copied_best",
                "percent",
                OWN_GOODS,
                SHORT_S,
            ),
            Figure("Copies put on sale in two years", "copies", "number", OWN_GOODS, SHORT_S),
        ),
    ),
    Error(
        7,
        "Comparison",
        "A copy was put beside its original in places that were others', and neutral ranking did not end that.",
        "Comparison uses own places only, and neutral ranking ends it.",
        (
            Figure(
                "Under neutral ranking: comparison's effect on own goods' share of all sales",
                "own_share",
                "points",
                RETAIL,
                NEUTRAL,
                "",
                f"{NEUTRAL} {NO_COMPARISON}",
                "less",
            ),
            Figure(
                "Comparison's effect on sales of shops that are not copied",
                "others_sales",
                "percent",
                OWN_GOODS,
                SHORT_S,
                "",
                f"{SHORT_S} {NO_COMPARISON}",
                "over",
            ),
        ),
    ),
    Error(
        8,
        "Platforms of before",
        "Platforms from before social commerce opened in a market calibrated with it, so that their first week was a "
        "shock.",
        "Each opens in its own stationary market.",
        (
            Figure(
                "Orders of the first week against the opening's, no social commerce",
                "first_week",
                "percent",
                OPENING,
                "weeks=8 market.consumers=10000 platform=no_social_commerce",
            ),
        ),
    ),
    Error(
        9,
        "Ban on own products",
        "When own products were banned, the platform bought the same goods in overnight.",
        "To buy in takes a review, a second entry and a new stock.",
        (
            Figure(
                "Own goods' share of sales in the four weeks after the ban, over that of the four weeks before",
                "leak",
                "percent",
                OWN_GOODS,
                BAN,
            ),
        ),
    ),
    Error(
        10,
        "Surplus",
        "Where visits grow with what there is to like, consumer surplus was told 1 + ξ times too large.",
        "It is the integral of visits, and visits have a ceiling.",
        (
            Figure(
                "Consumer surplus in two years at ξ = 0.5, Rp bn",
                "consumer_surplus",
                "rupiah",
                RETAIL,
                f"{SHORT} demand.market_expansion=0.5",
            ),
        ),
    ),
    Error(
        11,
        "Adaptive fees",
        "Adaptive fees took today's fees for the best ones. They did nothing without own goods, and lowered what the "
        "platform earned with them.",
        "They move to what books most.",
        (
            Figure(
                "Platform profit with adaptive fees against frozen ones, Project S",
                "platform_profit",
                "percent",
                FEES,
                f"{SHORT_S} response=adaptive",
                "",
                SHORT_S,
                "over",
            ),
            Figure(
                "The same without own goods, class market",
                "platform_profit",
                "percent",
                FEES,
                f"{CLASS} response=adaptive",
                "",
                CLASS,
                "over",
            ),
        ),
    ),
    Error(
        12,
        "One opening",
        "All seeds shared one calibrated opening, so that intervals left out the luck of the opening.",
        "The opening is drawn anew for each seed.",
        (
            Figure(
                "Standard deviation over seeds of shops' mean quality at the opening",
                "mean_quality",
                "utility",
                OPENING,
                "weeks=4 market.consumers=5000",
                how="spread",
            ),
            Figure(
                "Standard deviation over seeds of survival after two years, no Project S",
                "alive",
                "points",
                OPENING,
                "weeks=104 market.consumers=5000",
                how="spread",
            ),
        ),
    ),
    Error(
        13,
        "Importers and small markets",
        "Importers paid neither freight nor duty and took far more sales than their number. In markets of fewer than "
        "fifty designs Project S made no copy, and did not say so.",
        "Freight is paid, duty and VAT in force are on. The plan of copies is met on average at any size.",
        (
            Figure(
                "Importers' share of sales, ten beside 500 shops",
                "importers_share",
                "percent",
                BORDER,
                f"{SHORT} market.importers=10",
            ),
            Figure("Copies in a market of 40 shops", "copies", "number", OWN_GOODS, f"{CLASS_S} market.smes=40"),
        ),
    ),
)


def all_scenarios() -> dict[tuple[str, str], int]:
    """Every (commit, settings) that the page reads, states of the whole first, and with how many seeds."""
    asked = {(state.commit, one): SEEDS for state in STATES for one in (WHOLE, WHOLE_S)}
    for error in ERRORS:
        for figure in error.figures:
            for commit, scenario in figure.sides:
                asked |= {(commit, one): figure.seeds for one in (scenario, figure.against) if one}
    return asked
