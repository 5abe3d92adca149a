"""All that is checked of a store, chapter by chapter.

It knows the chapters, and refuses to know what stands in them.
"""

from __future__ import annotations

from orderflow.testing.stores.archiving import PutsAwayWhatHasEnded
from orderflow.testing.stores.claiming import GrantsWhatIsThere
from orderflow.testing.stores.committing import CommitsWholeAndOnce
from orderflow.testing.stores.crashing import SurvivesEveryCrash
from orderflow.testing.stores.finding import FindsWhatIsAskedFor
from orderflow.testing.stores.keeping import KeepsWhatItIsGiven
from orderflow.testing.stores.racing import WinsEveryRace


class StoreSuite(
    SurvivesEveryCrash,
    WinsEveryRace,
    GrantsWhatIsThere,
    CommitsWholeAndOnce,
    FindsWhatIsAskedFor,
    PutsAwayWhatHasEnded,
    KeepsWhatItIsGiven,
):
    """Whether a store keeps its promises: subclass it, and give it `open`.

    Each method that begins with `test_` is a check by its name; pytest collects the subclass where
    its own name begins with `Test`, and `conformance` runs it without pytest. A check that asks for
    what the host has not declared is skipped, and stands in the report as not asked.
    """
