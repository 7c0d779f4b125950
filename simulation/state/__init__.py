"""What there is: tables with a declared schema, the ledger, the week's records; nothing that behaves."""

from .check import StateError, check, check_record
from .consumers import CLUSTERS, Consumers
from .influencers import Influencers
from .ledger import Account, Ledger, LedgerError, Purpose
from .listings import IMPORTER_KIND, MARKETPLACE_KIND, PLATFORM_KIND, SME_KIND, STILL_THERE, Listings
from .offers import ExposureTables, OfferSet
from .opening import Opening
from .records import NOBODY, Attachment, Moves, Settlement, StreetWeek, WeekDemand
from .sellers import Sellers

__all__ = [
    "CLUSTERS",
    "IMPORTER_KIND",
    "MARKETPLACE_KIND",
    "NOBODY",
    "PLATFORM_KIND",
    "SME_KIND",
    "STILL_THERE",
    "Account",
    "Attachment",
    "Consumers",
    "ExposureTables",
    "Influencers",
    "Ledger",
    "LedgerError",
    "Listings",
    "Moves",
    "OfferSet",
    "Opening",
    "Purpose",
    "Sellers",
    "Settlement",
    "StateError",
    "StreetWeek",
    "WeekDemand",
    "check",
    "check_record",
]
