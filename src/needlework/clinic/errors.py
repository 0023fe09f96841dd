"""Every way the clinic can say no: a code, a sentence, and the field it belongs to.

A face looks an error up by its kind (`NotAllowed`, `NotFound`, `RuleBroken`) and shows `str(error)`.
The full list, made from this file, is docs/generated/errors.md.
"""

from __future__ import annotations

from typing import ClassVar


class ClinicError(Exception):
    """A refusal. Its sentence says what is wrong and what to do next."""

    code: ClassVar[str] = "clinic-error"
    sentence: ClassVar[str] = "This is not possible."
    field: ClassVar[str | None] = None

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.sentence.format(**facts))


class NotAllowed(ClinicError):
    """The role does not permit it."""

    code = "not-allowed"
    sentence = "Your role ({role}) does not allow this. Ask {who} to do it."


class NotFound(ClinicError):
    """There is no such thing, or it belongs to another clinic: the answer is the same."""

    code = "not-found"
    sentence = "There is no such {thing} in this clinic."


class RuleBroken(ClinicError):
    """A rule of the clinic says no."""

    code = "rule-broken"


class BadInput(RuleBroken):
    """A value that cannot be meant: the sentence names the field and what is accepted."""

    code = "bad-input"
    sentence = "{because}"

    def __init__(self, *, because: str, at_field: str | None = None) -> None:
        self.at_field = at_field
        super().__init__(because=because)


def field_of(error: ClinicError) -> str | None:
    """The form field at which an error is to be shown, if it has one."""
    return getattr(error, "at_field", None) or error.field


# --- suitability: health history, findings ------------------------------------------------------------
class HistoryMissing(RuleBroken):
    """Nobody has answered the health questions yet."""

    code = "history-missing"
    sentence = "{patient} has not answered the health questions yet. Ask them now, or send the link."


class HistoryIncomplete(RuleBroken):
    """A stop question was left out or answered with "don't know"."""

    code = "history-incomplete"
    sentence = "The health history is not complete: {missing}. Ask these questions again."

    def __init__(self, *, questions: tuple[str, ...], missing: str) -> None:
        self.questions = questions
        super().__init__(missing=missing)


class HistoryNotReconfirmed(RuleBroken):
    """The history was not confirmed on the day of the treatment."""

    code = "history-not-reconfirmed"
    sentence = (
        "The health history has not been confirmed today. Ask {patient} what has changed since {since}."
    )


class StopOpen(RuleBroken):
    """A finding stands against treating."""

    code = "stop-open"
    sentence = "{because} {next_step}"

    def __init__(self, *, rule: str, because: str, next_step: str) -> None:
        self.rule = rule
        super().__init__(rule=rule, because=because, next_step=next_step)


class FindingStands(RuleBroken):
    """The rule lets nobody override it."""

    code = "finding-stands"
    sentence = "Nobody can override this finding. {because} What would change it: {change}"


class FindingAlreadyOverridden(RuleBroken):
    """It was overridden before."""

    code = "finding-already-overridden"
    sentence = "{who} has already overridden this finding. There is nothing more to do about it."


class FindingOutdated(RuleBroken):
    """It belongs to an earlier history."""

    code = "finding-outdated"
    sentence = "This finding belongs to an earlier history. Look at the findings of the latest one."


class OverrideNotYours(NotAllowed):
    """Only a prescriber, or only the medical lead, may override this finding."""

    code = "override-not-yours"
    sentence = "Only {who} may override this finding. Ask one to look at it."


# --- consultation, course, plan -----------------------------------------------------------------------
class ReferFirst(RuleBroken):
    """The practitioner found that the patient should be referred before anything is planned."""

    code = "refer-first"
    sentence = (
        "The consultation of {held_on} says to refer {patient} before treating. "
        "Hold a new consultation once the answer is there."
    )


class CourseClosed(RuleBroken):
    """Nothing can be planned or signed for a course which has ended."""

    code = "course-closed"
    sentence = "This course was closed on {closed_on}. Open a new one after a consultation."


class CourseInTreatment(RuleBroken):
    """A treatment of the course is still open."""

    code = "course-in-treatment"
    sentence = "Treatment {number} of this course is still open. Finish and sign it, then close the course."


class PlanRefused(RuleBroken):
    """A row of the plan lies outside what is ever allowed."""

    code = "plan-refused"
    sentence = "{area}: {because} {change}"
    field = "areas"

    def __init__(self, *, row: int, area: str, because: str, change: str) -> None:
        self.row = row
        super().__init__(row=row, area=area, because=because, change=change)


class PlanNeedsReason(RuleBroken):
    """The plan leaves the usual range, which is allowed with a reason."""

    code = "plan-needs-reason"
    sentence = "This plan leaves the usual range ({what}). Write down why, under Reason."
    field = "note"


class PlanIntervalShort(RuleBroken):
    """The skin would not be ready for the next treatment."""

    code = "plan-interval-short"
    sentence = "{days} days between treatments is too short: the protocol for these areas wants {shortest}."
    field = "interval_days"


class OrderNeedsPrescriber(NotAllowed):
    """An order is a prescriber's."""

    code = "order-needs-prescriber"
    sentence = "Only a prescriber orders {what}. Ask one to order it for this course."


class AlreadyOrdered(RuleBroken):
    """One order for one product in a course."""

    code = "already-ordered"
    sentence = "{what} is already ordered for this course by {who}. Withdraw that order first."
    field = "product"


class AnaestheticBarred(RuleBroken):
    """The health history speaks against this product."""

    code = "anaesthetic-barred"
    sentence = "{product} is not for this patient. {because} Choose another product, or none."
    field = "anaesthetic"


class PrescriberNeeded(NotAllowed):
    """The product may only be planned by a prescriber."""

    code = "prescriber-needed"
    sentence = "{what} may only be planned by a prescriber. Ask one, or leave it out."


# --- consent ------------------------------------------------------------------------------------------
class ConsentTextMissing(RuleBroken):
    """The clinic has published no consent text."""

    code = "consent-text-missing"
    sentence = "The clinic has no consent text yet. The medical lead publishes one under Consent texts."


class ConsentTextOutdated(RuleBroken):
    """A newer text was published since this one was shown."""

    code = "consent-text-outdated"
    sentence = "A newer consent text (version {version}) has been published. Read that one and sign it."


class ConsentTextUnchanged(RuleBroken):
    """The text to be published is the one already in use, or its version name is taken."""

    code = "consent-text-unchanged"
    sentence = "{because}"
    field = "version"


class PlanOutdated(RuleBroken):
    """The plan was changed since."""

    code = "plan-outdated"
    sentence = "The plan has changed: version {version} is the current one. The consent is for that version."


class StatementsMissing(RuleBroken):
    """Not every statement was ticked."""

    code = "statements-missing"
    sentence = (
        "Tick every statement you agree with: {missing} of {all} are still open. Ask us about any of them."
    )
    field = "understood"


class SignatureMissing(RuleBroken):
    """There is no name under it."""

    code = "signature-missing"
    sentence = "Sign in the box, or type your full name."
    field = "signed_by"


class ConsentAlreadySigned(RuleBroken):
    """A consent for this plan stands already; signing again would start the waiting again."""

    code = "consent-already-signed"
    sentence = "This plan was already signed on {signed_at}. There is nothing more to sign."


class ConsentAlreadyWithdrawn(RuleBroken):
    """It was taken back before."""

    code = "consent-already-withdrawn"
    sentence = "This consent was already withdrawn on {withdrawn_at}. There is nothing more to do."


class ConsentNeeded(RuleBroken):
    """Nobody has signed for this plan."""

    code = "consent-needed"
    sentence = "{patient} has not signed the consent for this plan. Show it on this device, or send the link."


class ConsentReflecting(RuleBroken):
    """The reflection period is still running. Nobody can shorten it."""

    code = "consent-reflecting"
    sentence = "The reflection period runs until {until}. Nobody can shorten it; treat after that."


class ConsentOutdated(RuleBroken):
    """The plan or the text has changed since the signature."""

    code = "consent-outdated"
    sentence = "{because} The consent must be signed again, and the reflection period runs again."


class ConsentWithdrawn(RuleBroken):
    """The patient took it back."""

    code = "consent-withdrawn"
    sentence = (
        "{patient} withdrew the consent on {withdrawn_at}. Nothing more is done unless a new one is signed."
    )


class ConsentExpired(RuleBroken):
    """It was signed too long ago."""

    code = "consent-expired"
    sentence = "The consent expired on {expired_at}. It must be signed again."


class ConsentNotConfirmed(RuleBroken):
    """The patient has not confirmed on the day."""

    code = "consent-not-confirmed"
    sentence = "{patient} has not confirmed the consent today. Ask on this device, or send the link."


class ConsentAlreadyConfirmed(RuleBroken):
    """The patient confirmed before, today."""

    code = "consent-already-confirmed"
    sentence = "The consent was already confirmed today at {confirmed_at}. Go on with the treatment."


class ConsentNotCountersigned(RuleBroken):
    """The one who treats has not signed beside the patient."""

    code = "consent-not-countersigned"
    sentence = (
        "{staff} has not countersigned the consent today. The person who treats signs beside the patient."
    )


class NotTheOneWhoTreats(NotAllowed):
    """Only the practitioner of the treatment countersigns."""

    code = "not-the-one-who-treats"
    sentence = (
        "Only {practitioner}, who treats, can countersign. If you treat, change the practitioner first."
    )


class AlreadyCountersigned(RuleBroken):
    """Signed beside the patient before."""

    code = "already-countersigned"
    sentence = "You have already countersigned this consent today. Go on with the treatment."


class MessageNotGivenUp(RuleBroken):
    """Sent, or still tried by itself."""

    code = "message-not-given-up"
    sentence = "This message has been sent, or it is still being tried by itself. There is nothing to do."


class DraftChangedElsewhere(RuleBroken):
    """Two pages of one person hold the same draft."""

    code = "draft-changed-elsewhere"
    sentence = "You changed this in another window since this page was opened. Reload the page to go on with the newest."


class PinWrong(RuleBroken):
    """A PIN or password that is not the person's."""

    code = "secret-wrong"
    sentence = "That is not your PIN or password. You have {left} more tries before you must log in again."
    field = "secret"


class PinBlocked(RuleBroken):
    """Too many wrong PINs."""

    code = "pin-blocked"
    sentence = "There were five wrong tries for {name}. Log in with e-mail address and password."
    field = "secret"


class LogInAgain(RuleBroken):
    """A PIN is only good where the person logged in fully today."""

    code = "log-in-again"
    sentence = "{name} has not logged in fully on this device in the last 12 hours. Log in with the password."
    field = "secret"


# --- Stock: packets, deliveries, hand-pieces ---------------------------------------------------------


class LabelNotRead(RuleBroken):
    """What was scanned is no label, or is damaged: the reader's own sentence."""

    code = "label-not-read"
    sentence = "{because}"
    field = "scan"


class ScannerDropsSeparator(RuleBroken):
    """A scanner that leaves out FNC1 makes one number of lot and serial."""

    code = "scanner-drops-separator"
    sentence = (
        "This scanner leaves the separator out. Set it to send the separator (FNC1) as the character GS (ASCII 29), "
        "then scan the code again."
    )
    field = "scan"


class NotTheTestCode(RuleBroken):
    """What was sent is not the test code, or is altered."""

    code = "not-the-test-code"
    sentence = (
        "This is not the test code, or the scanner alters what it reads. Scan the code on this page; if it is "
        "refused again, set the scanner to send the separator as the character GS (ASCII 29)."
    )
    field = "scan"


class UnitNotInStock(RuleBroken):
    """A packet that was never received."""

    code = "unit-not-in-stock"
    sentence = (
        "The packet {packet} was never received into stock. Receive it on the Stock page, then scan it again."
    )
    field = "scan"


class NoUnitLeft(RuleBroken):
    """All packets of the lot are charted: a further one was never received."""

    code = "no-unit-left"
    sentence = (
        "Every packet of lot {lot} is opened, discarded or in quarantine ({received} received). "
        "Scan another lot, or receive the delivery this packet came in."
    )
    field = "scan"


class DeviceAlreadyUsed(RuleBroken):
    """One packet, one treatment."""

    code = "device-already-used"
    sentence = (
        "{device} was already opened for a treatment. A packet serves one treatment only. Open a new one."
    )
    field = "scan"


class DeviceExpired(RuleBroken):
    """Past the date on the packet."""

    code = "device-expired"
    sentence = "{device} expired on {day}. Scan another."
    field = "scan"


class DeviceNotForNeedling(RuleBroken):
    """A device of the catalogue that nothing says to be a roller, a stamp or a pen."""

    code = "device-not-for-needling"
    sentence = (
        "Nothing says that {device} is a roller, a stamp or a pen, so no packets of it are kept. "
        "Choose the model on the packet, or see Settings, Devices."
    )
    field = "model"


class DeviceQuarantined(RuleBroken):
    """Set aside."""

    code = "device-quarantined"
    sentence = "{device} is in quarantine: {because}. Scan another."
    field = "scan"


class DeviceRecalled(RuleBroken):
    """Its maker or an authority calls it back."""

    code = "device-recalled"
    sentence = "{device} is recalled ({reference}). Keep it apart, do not use it, and scan another."
    field = "scan"


class DeviceDiscarded(RuleBroken):
    """Thrown away."""

    code = "device-discarded"
    sentence = "{device} was discarded: {because}. Scan another."
    field = "scan"


class UnitNotQuarantined(RuleBroken):
    """Only what is set aside can be released."""

    code = "unit-not-quarantined"
    sentence = "{device} is not in quarantine, so there is nothing to release."


class SerialTaken(RuleBroken):
    """The same packet cannot arrive twice."""

    code = "serial-taken"
    sentence = "Serial {serial} of lot {lot} is already in stock. Scan each packet once."
    field = "serials"


class LabelTaken(RuleBroken):
    """A clinic label names one packet."""

    code = "label-taken"
    sentence = "The label {label} is already on another packet. Use a new label."
    field = "label"


class CountUnderWay(RuleBroken):
    """A site is counted by one count at a time, and nothing is carried to or from it meanwhile."""

    code = "count-under-way"
    sentence = "{site} is being counted. Close or give up that count first."
    field = "site"


class CountIsClosed(RuleBroken):
    """What a count came to stands."""

    code = "count-is-closed"
    sentence = "This count is closed or given up. Start a new one."


class PacketCountedAlready(RuleBroken):
    """A packet with a name of its own is seen once."""

    code = "packet-counted-already"
    sentence = "{device} is counted already. Go on with the next packet."
    field = "scan"


class HandPieceOutOfUse(RuleBroken):
    """No cartridge is opened for a hand-piece that somebody took out of use, and no treatment starts with it."""

    code = "hand-piece-out-of-use"
    sentence = "{piece} is out of use: {because}. Take another hand-piece."
    field = "hand_piece"


class HandPieceInUse(RuleBroken):
    """Only what is out of use can be put back."""

    code = "hand-piece-in-use"
    sentence = "{piece} is in use already."


class DeliveryExpired(RuleBroken):
    """What arrives past its date is sent back."""

    code = "delivery-expired"
    sentence = "Lot {lot} expired on {day}. Do not put it into stock; send it back to the supplier."
    field = "expires_on"


class HandPieceTaken(RuleBroken):
    """One row for each hand-piece."""

    code = "hand-piece-taken"
    sentence = "A hand-piece with serial number {serial} is already in the list. Look for it there, or check the number."
    field = "serial"


# --- Recalls ------------------------------------------------------------------------------------------
class NoticeNotRead(RuleBroken):
    """A notice, uploaded or typed, with rows that nobody can be sure of."""

    code = "notice-not-read"
    sentence = "The notice was not taken in, so that nothing of it is missed. {because}"
    field = "notice"
    at_field: str | None = None


class NoticeKnown(RuleBroken):
    """One notice, one recall."""

    code = "notice-known"
    sentence = "The notice {reference} of {sender} is already in the list of recalls. Go on there."
    field = "reference"


class UnitHeldByRecall(RuleBroken):
    """Nobody puts a recalled packet back while the recall is open."""

    code = "unit-held-by-recall"
    sentence = "{device} is held by the recall {reference}. It can be released once that is closed."


class RecallClosed(RuleBroken):
    """Closed once; what comes later is a recall of its own."""

    code = "recall-closed"
    sentence = "{by} closed this recall on {day}. Open another one if the maker writes again."


class RecallNotCounted(RuleBroken):
    """Paper says where packets should lie; somebody has to look."""

    code = "recall-not-counted"
    sentence = "Nobody has gone through the drawers yet. Count the packets and enter how many there are."
    field = "done"


class PatientsNotReached(RuleBroken):
    """Everybody is reached, or it is said why not."""

    code = "patients-not-reached"
    sentence = (
        "Still to reach: {number}. Reach each of these patients, or close them one by one and say why that "
        "is not possible."
    )
    field = "done"


class DrillReachesNobody(RuleBroken):
    """Practice frightens no patient."""

    code = "drill-reaches-nobody"
    sentence = "This is a drill. No patient is written to or called because of it."


# --- Treatment ----------------------------------------------------------------------------------------


class TreatmentWrongMoment(RuleBroken):
    """What is asked does not fit where the treatment stands."""

    code = "treatment-wrong-moment"
    sentence = "{because}"


class TreatmentSigned(RuleBroken):
    """Signed is signed."""

    code = "treatment-signed"
    sentence = (
        "This treatment was signed by {by} on {day}. It does not change any more; write an amendment instead."
    )


class TreatmentStillOpen(RuleBroken):
    """One after the other."""

    code = "treatment-still-open"
    sentence = "Treatment {number} of this course is not signed yet. Finish and sign it before you open the next one."


class NoPlanYet(RuleBroken):
    """No plan, no treatment."""

    code = "no-plan-yet"
    sentence = "This course has no plan yet. Make the plan first."


class PlanUsedUp(RuleBroken):
    """The patient agreed to a number of treatments."""

    code = "plan-used-up"
    sentence = "The plan is for {planned} treatments, and all are done. Make a new plan for more."


class PlanReplaced(RuleBroken):
    """The plan changed after the treatment was opened."""

    code = "plan-replaced"
    sentence = "The plan was changed after this treatment was opened. Open the treatment again with the current plan."


class TreatedByAnother(RuleBroken):
    """The one who starts is the one who treats."""

    code = "treated-by-another"
    sentence = "{practitioner} is to treat. Take the treatment over if you treat instead; you then countersign the consent."


class NoDeviceScanned(RuleBroken):
    """The packet comes first."""

    code = "no-device-scanned"
    sentence = "No {device} is scanned yet. Scan the packet and open it in front of the patient."
    field = "scan"


class TooSoon(RuleBroken):
    """The skin has not had its time."""

    code = "too-soon"
    sentence = "{area}: last treated on {last}. The next treatment is possible from {earliest}: {because}"


class ComplicationUnresolved(RuleBroken):
    """First it heals, or someone says it may go on."""

    code = "complication-unresolved"
    sentence = "{what} of {day} is not closed yet. The medical lead closes it before the next treatment."


class CreamStillOn(RuleBroken):
    """Needles never go through cream."""

    code = "cream-still-on"
    sentence = "{product} is still on the skin since {since}. Wipe all of it off and record it."


class CreamAfterStart(RuleBroken):
    """Cream on punctured skin is absorbed in a way no licence covers."""

    code = "cream-after-start"
    sentence = "Numbing cream must not go onto needled skin. If it has happened, wipe it off and record it as a deviation."
    field = "product"


class CreamOnTooLong(RuleBroken):
    """Longer on the skin than the licence allows."""

    code = "cream-on-too-long"
    sentence = (
        "{product} was on the skin for {minutes} minutes; the longest is {longest}. "
        "Wipe it off now, and record why it stayed longer."
    )
    field = "deviation_because"


class DoseRefused(RuleBroken):
    """Above a limit that nobody may pass."""

    code = "dose-refused"
    sentence = "{because}"
    field = "grams"


class BatchExpired(RuleBroken):
    """A product past its date."""

    code = "batch-expired"
    sentence = "{product}, batch {batch}, expired on {day}. Take another pack."
    field = "expires_on"


class BatchOpenTooLong(RuleBroken):
    """A product that keeps only some months once it is opened."""

    code = "batch-open-too-long"
    sentence = (
        "{product}, batch {batch}, was opened on {opened} and keeps {months} months from then, until {day}. "
        "Open a new pack."
    )
    field = "batch"


class BatchSetAside(RuleBroken):
    """Set aside in the stock of products."""

    code = "batch-set-aside"
    sentence = "{product}, batch {batch}, is set aside: {because}. Take another pack."
    field = "batch"


class BatchRecalled(RuleBroken):
    """Its maker or an authority calls the batch back."""

    code = "batch-recalled"
    sentence = "{product}, batch {batch}, is recalled ({reference}). Keep it apart, do not use it, and take another pack."
    field = "batch"


class BatchDiscarded(RuleBroken):
    """Thrown away, so nobody can have it in the hand."""

    code = "batch-discarded"
    sentence = "{product}, batch {batch}, was discarded: {because}. Take another pack."
    field = "batch"


class BatchNotSetAside(RuleBroken):
    """Only what is set aside can be given free."""

    code = "batch-not-set-aside"
    sentence = "{product}, batch {batch}, is not set aside, so there is nothing to give free."


class BatchHeldByRecall(RuleBroken):
    """Nobody gives a recalled batch free while the recall is open."""

    code = "batch-held-by-recall"
    sentence = "{product}, batch {batch}, is held by the recall {reference}. It can be given free once that is closed."


class BatchArrivedExpired(RuleBroken):
    """What arrives past its date is sent back."""

    code = "batch-arrived-expired"
    sentence = "Batch {batch} expired on {day}. Do not put it into stock; send it back to the supplier."
    field = "expires_on"


class NotUnderNeedles(RuleBroken):
    """A product that must not go into punctured skin."""

    code = "not-under-needles"
    sentence = "{product}: {because}"
    field = "product"


class OutOfBounds(RuleBroken):
    """Needle, passes or place outside what the pack allows."""

    code = "out-of-bounds"
    sentence = "{area}: {because}"
    field = "needle_mm"


class NeedleNotOnDevice(RuleBroken):
    """The open device does not have this needle."""

    code = "needle-not-on-device"
    sentence = "{device} has needles of {labelled} mm, not {needle_mm} mm. Choose the length that was used."
    field = "needle_mm"


class ConsentWithdrawnMidway(RuleBroken):
    """The patient has said no."""

    code = "consent-withdrawn-midway"
    sentence = (
        "The patient withdrew the consent at {time}. Stop the treatment; nothing more is done to the skin."
    )


class NeverStarted(RuleBroken):
    """Treated before the start was allowed."""

    code = "never-started"
    sentence = "The treatment was not started, so nothing can be charted as treated. Start it first."


class UseNotOfThisTreatment(RuleBroken):
    """The packet must be open here."""

    code = "use-not-of-this-treatment"
    sentence = "That packet is not open in this treatment. Choose one that is."
    field = "device_use"


class LesionOfAnotherArea(RuleBroken):
    """Presses count where they were made."""

    code = "lesion-of-another-area"
    sentence = "One of these lesions is not marked on this patient's {area}. Choose from those that are."
    field = "presses"


class LesionGone(RuleBroken):
    """Once is enough."""

    code = "lesion-gone"
    sentence = "This {kind} is no longer seen. If it is there again, mark it anew."


class NothingTreated(RuleBroken):
    """To finish, something must have been done."""

    code = "nothing-treated"
    sentence = "No area is charted yet. Chart what was treated, or stop the treatment."


class AftercareMissing(RuleBroken):
    """Nobody leaves without it."""

    code = "aftercare-missing"
    sentence = "The aftercare was not given yet. Give it on the step Soothe, then sign."


class SoothingMissing(RuleBroken):
    """Pain, redness and the sharps container belong to the record."""

    code = "soothing-missing"
    sentence = "{what} is not recorded yet. Record it on the step Soothe, then sign."


class WitnessMissing(RuleBroken):
    """Whether the patient saw the packet."""

    code = "witness-missing"
    sentence = "{device}: say whether the patient saw the packet opened, or did not wish to look."


class NotIdentified(RuleBroken):
    """A signature wants the person, not the tablet."""

    code = "not-identified"
    sentence = "Give your PIN or password to sign."
    field = "secret"


class OnlyTheOneWhoTreatedSigns(NotAllowed):
    """The signature belongs to one person."""

    code = "only-the-one-who-treated-signs"
    sentence = "Only {practitioner}, who treated, signs this treatment. Leave it open for them."


class AlreadyVoided(RuleBroken):
    """Once is enough."""

    code = "already-voided"
    sentence = "This entry was already taken back by {by}. If it was right after all, chart it anew."


class AreaUsesPacket(RuleBroken):
    """An opened packet with needling charted was not sealed."""

    code = "area-uses-packet"
    sentence = "Areas are charted with this packet, so it was not sealed. Take those entries back first, or discard the packet."


class SecondPersonNeeded(RuleBroken):
    """Two people confirm that a packet is still sealed."""

    code = "second-person-needed"
    sentence = (
        "A second person must look at the packet and confirm that it is still sealed, with their own PIN."
    )
    field = "second"


class ReasonNeeded(RuleBroken):
    """What is taken back, stopped or passed by says why."""

    code = "reason-needed"
    sentence = "Give the reason in a few words."
    field = "because"


class MomentNotPossible(RuleBroken):
    """A time that cannot have been."""

    code = "moment-not-possible"
    sentence = "{because}"
    field = "happened_at"


# --- Incidents ----------------------------------------------------------------------------------------


class IncidentIsClosed(RuleBroken):
    """Closed once."""

    code = "incident-is-closed"
    sentence = "This incident was closed on {day} by {by}. If it has come back, report it anew."


class StepsOpen(RuleBroken):
    """A needle injury is closed when every step was done, or somebody said why it was not."""

    code = "steps-open"
    sentence = (
        "Still open: {steps}. Note each of them as done, or say why it was not, then close the incident."
    )


class IncidentNotAcknowledged(RuleBroken):
    """Read first, then close."""

    code = "incident-not-acknowledged"
    sentence = "Acknowledge the incident first: it says that you have read it. Then close it."


class IncidentNotReportable(RuleBroken):
    """A deviation from the house's own rules is no matter for an authority."""

    code = "incident-not-reportable"
    sentence = (
        "A deviation from the clinic's rules is not reported to an authority. Report the harm it led to."
    )


class ReportNamesPatient(RuleBroken):
    """A report goes out without the patient's name."""

    code = "report-names-patient"
    sentence = "The text says “{word}”, by which the patient could be known. Write “the patient” instead."
    field = "what"

    def __init__(self, *, word: str, at_field: str) -> None:
        self.at_field = at_field
        super().__init__(word=word)


class ReportIncomplete(RuleBroken):
    """A report lacks what its authority asks of every report."""

    code = "report-incomplete"
    sentence = (
        "It lacks what the authority asks for: {fields}. Make a fuller report, or say that nobody here knows."
    )
    field = "without"


class ReportWrongMoment(RuleBroken):
    """A report is made, sent and acknowledged, each once and in this order."""

    code = "report-wrong-moment"
    sentence = "{because}"


class DeviceRecordsNotReadable(RuleBroken):
    """A file of public device records holds none."""

    code = "device-records-not-readable"
    sentence = "{because}"
    field = "file"


class CredentialMissing(RuleBroken):
    """No proof on record."""

    code = "credential-missing"
    sentence = "There is no {what} of {name} on record. A manager can add it in Settings."
    field = "practitioner"


class CredentialLapsed(RuleBroken):
    """The proof on record is not in force today."""

    code = "credential-lapsed"
    sentence = "The {what} of {name} {how}. A manager can enter the new one in Settings."
    field = "practitioner"


class PhotoNotReadable(RuleBroken):
    """The file cannot be kept as a photograph."""

    code = "photo-not-readable"
    sentence = "{because}"
    field = "photo"


class RollNotReadable(RuleBroken):
    """The photograph of a dye roll gives no answer."""

    code = "roll-not-readable"
    sentence = "{because}"
    field = "photo"


class RollAlreadyRead(RuleBroken):
    """One sheet counts once for a person."""

    code = "roll-already-read"
    sentence = "This photograph was read for {name} already. Photograph another sheet."
    field = "photo"


class PhotoTakenInFuture(RuleBroken):
    """A photograph cannot come from the future."""

    code = "photo-taken-in-future"
    sentence = "The photograph's time lies in the future. Correct the date, or the clock of the camera."
    field = "taken_at"


class LinkClosed(RuleBroken):
    """A patient's link that is over."""

    code = "link-closed"
    sentence = "This link no longer works. Call {clinic} on {phone} and ask for a new one."


class BirthDateWrong(RuleBroken):
    """Whoever holds the link does not know the birth date."""

    code = "birth-date-wrong"
    sentence = "That is not the birth date we have. Check it; you can try {tries}."
    field = "born_on"


class ReviewTooEarly(RuleBroken):
    """A review at a stage is held about when the stage comes."""

    code = "review-too-early"
    sentence = (
        "The {stage} review is due on {due}. Hold it from {from_on}, or record this one as an extra review."
    )
    field = "stage"


class ReviewAlreadyHeld(RuleBroken):
    """Each stage is reviewed once in a course."""

    code = "review-already-held"
    sentence = "The {stage} review of this course was held on {day}. Record this one as an extra review."
    field = "stage"


class NothingToReview(RuleBroken):
    """A review looks at what treatments did."""

    code = "nothing-to-review"
    sentence = "No treatment of this course has been done yet, so there is nothing to review. Treat first."


class ScoreNotOnScale(RuleBroken):
    """A score which the scale does not have."""

    code = "score-not-on-scale"
    sentence = "{because}"
    field = "scores"


class NotAnAdult(RuleBroken):
    """Nobody under 18."""

    code = "not-an-adult"
    sentence = "This person is {age}. Needling here is for adults only: register them on or after {day}."
    field = "born_on"


class PossibleDuplicate(RuleBroken):
    """Somebody very like this is registered; `facts["candidates"]` holds them."""

    code = "possible-duplicate"
    sentence = (
        "This may be somebody you have already: {who}. Open that record, or say why this is another person."
    )
    field = "not_duplicate_because"


class PatientExpected(RuleBroken):
    """A patient with an appointment is not voided."""

    code = "patient-expected"
    sentence = "{name} still has an appointment. Cancel it first."


class PhoneNumberWrong(RuleBroken):
    """A phone number nobody can call."""

    code = "phone-number-wrong"
    sentence = '"{typed}" is not a phone number. Give it with the area code, or with + and the country.'
    field = "phone"


class CheckInAnswered(RuleBroken):
    """A check-in is answered once."""

    code = "check-in-answered"
    sentence = "This check-in was answered on {day}. If something has changed, call the clinic."


class CheckInNotAnswered(RuleBroken):
    """Only an answered check-in can be marked as seen."""

    code = "check-in-not-answered"
    sentence = "This check-in has not been answered yet. Enter the answers first, if the patient told you."


class CheckInTooEarly(RuleBroken):
    """A check-in belongs to the time after a treatment."""

    code = "check-in-too-early"
    sentence = (
        "The treatment has not ended yet, so there is nothing to check in about. Finish or stop it first."
    )


# --- trail and operating ------------------------------------------------------------------------------
class TrailBroken(RuleBroken):
    """The seals in the database and the anchor file do not belong together."""

    code = "trail-broken"
    sentence = (
        "The trail does not hold: {because} Nothing more is sealed until this is understood. "
        "Keep a copy of the database and of the anchor file, and run `needlework trail verify`."
    )


class TrailKeyMissing(RuleBroken):
    """The key of the trail is not where it should be, or not as it should be."""

    code = "trail-key-missing"
    sentence = "{because}"


class PackNotApproved(RuleBroken):
    """Nobody answers for the rules yet."""

    code = "pack-not-approved"
    sentence = "Protocol pack {version} is not approved in this clinic. A medical lead approves it in Settings, Protocols."


class PackAlreadyApproved(RuleBroken):
    """Once is enough."""

    code = "pack-already-approved"
    sentence = "Protocol pack {version} was approved by {name} on {day}. Nothing more is to be done."


class PackLoosened(RuleBroken):
    """A clinic may make a rule stricter, never looser."""

    code = "pack-loosened"
    sentence = "{because} A clinic may make the pack stricter, never looser."


class PackRowSigned(RuleBroken):
    """Once is enough."""

    code = "pack-row-signed"
    sentence = "{name} signed this row on {day}, as it stands today. It acts; nothing more is to be done."


class PackNothingToEnd(RuleBroken):
    """Nothing to take back."""

    code = "pack-nothing-to-end"
    sentence = "There is nothing here to take back: the row acts as it ships."


class NotRegistered(RuleBroken):
    """Approving wants a registration number."""

    code = "not-registered"
    sentence = "Only a person with a registration number can do this. A manager can enter yours in Settings."


class RoomTaken(RuleBroken):
    """Two appointments in one room."""

    code = "room-taken"
    sentence = "{room} is taken from {start} to {end}. Choose another time or another room."
    field = "room"


class PractitionerTaken(RuleBroken):
    """Two appointments of one practitioner."""

    code = "practitioner-taken"
    sentence = "{name} has another appointment from {start} to {end}. Choose another time or person."
    field = "practitioner"


class PatientTaken(RuleBroken):
    """Two appointments of one patient."""

    code = "patient-taken"
    sentence = (
        "{name} already has an appointment from {start} to {end}. Move that one, or choose another time."
    )
    field = "starts"


class AppointmentOver(RuleBroken):
    """What was cancelled, missed or has begun is not moved."""

    code = "appointment-over"
    sentence = "This appointment {what}. Book a new one."


class NoSuchTime(RuleBroken):
    """The hour that is skipped when clocks go forward."""

    code = "no-such-time"
    sentence = "On {day} the clocks go forward and {clock} does not exist. Choose another time."
    field = "starts"


class SiteNameTaken(RuleBroken):
    """Two of one name."""

    code = "site-name-taken"
    sentence = 'There is already a {thing} called "{name}". Choose another name.'
    field = "name"


class EmailTaken(RuleBroken):
    """One account for one address, in the whole server."""

    code = "email-taken"
    sentence = "There is already an account with this e-mail address. Give another one."
    field = "email"


class LastManager(RuleBroken):
    """Somebody must be able to open the door again."""

    code = "last-manager"
    sentence = "{name} is the last person who can manage staff. Give somebody else that role first."
    field = "role"


class StillExpected(RuleBroken):
    """A person with appointments does not vanish from the diary."""

    code = "still-expected"
    sentence = "{name} still has {count} to come. Move or cancel them first."


class BackupRefused(RuleBroken):
    """A backup cannot be put back; nothing was changed."""

    code = "backup-refused"
    sentence = "{because}"
