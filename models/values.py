"""The vocabulary of a charging station: enumerations and opaque values, in the field's own words.

Sources: EVerest's type definitions (authorization, reservation, evse_manager) and OCPP 2.0.1 part 2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class IdTokenType(Enum):
    """How an id token is to be understood (OCPP 2.0.1, IdTokenEnumType)."""

    Central = "Central"
    eMAID = "eMAID"
    MacAddress = "MacAddress"
    ISO14443 = "ISO14443"
    ISO15693 = "ISO15693"
    KeyCode = "KeyCode"
    Local = "Local"
    NoAuthorization = "NoAuthorization"


class AuthorizationType(Enum):
    """How a token came in."""

    OCPP = "OCPP"
    RFID = "RFID"
    Autocharge = "Autocharge"
    PlugAndCharge = "PlugAndCharge"
    BankCard = "BankCard"


class AuthorizationStatus(Enum):
    """What a validator says of a token (OCPP 2.0.1, AuthorizationStatusEnumType)."""

    Accepted = "Accepted"
    Blocked = "Blocked"
    ConcurrentTx = "ConcurrentTx"
    Expired = "Expired"
    Invalid = "Invalid"
    NoCredit = "NoCredit"
    NotAllowedTypeEVSE = "NotAllowedTypeEVSE"
    NotAtThisLocation = "NotAtThisLocation"
    NotAtThisTime = "NotAtThisTime"
    Unknown = "Unknown"
    PinRequired = "PinRequired"
    Timeout = "Timeout"


class TokenValidationStatus(Enum):
    """What is published of a presented token."""

    Processing = "Processing"
    Accepted = "Accepted"
    Rejected = "Rejected"
    TimedOut = "TimedOut"
    Withdrawn = "Withdrawn"
    UsedToStart = "UsedToStart"
    UsedToStop = "UsedToStop"
    UsedToReauthorize = "UsedToReauthorize"


class TokenHandlingResult(Enum):
    """How a presentation ends: each ends in exactly one of these."""

    ALREADY_IN_PROCESS = "ALREADY_IN_PROCESS"
    REJECTED = "REJECTED"
    NO_CONNECTOR_AVAILABLE = "NO_CONNECTOR_AVAILABLE"
    TIMEOUT = "TIMEOUT"
    WITHDRAWN = "WITHDRAWN"
    USED_TO_START_TRANSACTION = "USED_TO_START_TRANSACTION"
    USED_TO_STOP_TRANSACTION = "USED_TO_STOP_TRANSACTION"
    USED_TO_REAUTHORIZE = "USED_TO_REAUTHORIZE"


class SelectionAlgorithm(Enum):
    """How one EVSE is chosen among those that a token may get."""

    FindFirst = "FindFirst"
    PlugEvents = "PlugEvents"
    PlugEventsLIFO = "PlugEventsLIFO"
    UserInput = "UserInput"


class StopTransactionReason(Enum):
    """Why a transaction is to be stopped."""

    Local = "Local"
    MasterPass = "MasterPass"
    DeAuthorized = "DeAuthorized"


class ReservationResult(Enum):
    """The answer to a request for a reservation."""

    Accepted = "Accepted"
    Faulted = "Faulted"
    Occupied = "Occupied"
    Rejected = "Rejected"
    Unavailable = "Unavailable"


class ReservationEndReason(Enum):
    """Why a reservation has ended."""

    Expired = "Expired"
    Cancelled = "Cancelled"
    UsedToStartCharging = "UsedToStartCharging"


class ReservationCheckStatus(Enum):
    """The answer to ``exists_reservation``."""

    NotReserved = "NotReserved"
    ReservedForToken = "ReservedForToken"
    ReservedForOtherToken = "ReservedForOtherToken"
    ReservedForOtherTokenAndHasParentToken = "ReservedForOtherTokenAndHasParentToken"


class WithdrawAuthorizationResult(Enum):
    """The answer to a request to withdraw."""

    Accepted = "Accepted"
    AuthorizationNotFound = "AuthorizationNotFound"
    EvseNotFound = "EvseNotFound"


class ConnectorType(Enum):
    """The type of a connector; ``Unknown`` fits every request and, in a request, every connector."""

    cCCS1 = "cCCS1"
    cCCS2 = "cCCS2"
    cG105 = "cG105"
    cTesla = "cTesla"
    cType1 = "cType1"
    cType2 = "cType2"
    s309_1P_16A = "s309_1P_16A"
    s309_1P_32A = "s309_1P_32A"
    s309_3P_16A = "s309_3P_16A"
    s309_3P_32A = "s309_3P_32A"
    sBS1361 = "sBS1361"
    sCEE_7_7 = "sCEE_7_7"
    sType2 = "sType2"
    sType3 = "sType3"
    Other1PhMax16A = "Other1PhMax16A"
    Other1PhOver16A = "Other1PhOver16A"
    Other3Ph = "Other3Ph"
    Pan = "Pan"
    wInductive = "wInductive"
    wResonant = "wResonant"
    Undetermined = "Undetermined"
    Unknown = "Unknown"


@dataclass(frozen=True)
class IdToken:
    """An identifier, at most 36 printable characters. Two are equal when their values differ in case only; ``text`` and
    ``type`` are kept for the messages that carry them."""

    value: str
    text: str = field(default="", compare=False)
    type: IdTokenType = field(default=IdTokenType.ISO14443, compare=False)

    @classmethod
    def of(cls, text: str, type: IdTokenType = IdTokenType.ISO14443) -> IdToken:
        """The token of a text as it was presented."""
        return cls(text.casefold(), text, type)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Order:
    """EVSE numbers in the order in which a token referred to them (``named``), or none: it is for all of them."""

    numbers: tuple[int, ...] = ()
    named: bool = False
