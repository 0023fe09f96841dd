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
    sentence = "{who} has already overridden this finding."


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


class AnaestheticBarred(RuleBroken):
    """The health history speaks against this product."""

    code = "anaesthetic-barred"
    sentence = "{product} is not for this patient. {because} Choose another product, or none."
    field = "anaesthetic"


class PrescriberNeeded(NotAllowed):
    """The product may only be planned by a prescriber."""

    code = "prescriber-needed"
    sentence = "{product} may only be planned by a prescriber. Ask one, or leave it out."
    field = "combined_with"


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
    sentence = "This consent was already withdrawn on {withdrawn_at}."


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
    sentence = "The consent was already confirmed today at {confirmed_at}."


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
    sentence = "You have already countersigned this consent today."


class TreatmentOver(RuleBroken):
    """The treatment is finished, stopped, signed or voided: nothing is agreed to any more."""

    code = "treatment-over"
    sentence = "This treatment is over; nothing can be confirmed for it any more."
