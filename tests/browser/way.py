"""The way of one patient, step by step, as people go it: with what the pages say and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from .conftest import PASSWORD, PIN, People

NAME, KNOWN_AS = "Lisa Ångström-Ито", "Lisa"
BORN = ("14", "8", "1991")


@dataclass
class Way:
    """One patient, the phone she holds, and the people who look after her."""

    people: People
    faces: Path
    patient_url: str = ""

    def wait(self, **passing: float) -> None:
        """Time passes for everybody."""
        self.people.served.go_to(self.people.served.now + timedelta(**passing))
        self.people.forget_sessions()

    def open_patient(self, page: Page) -> None:
        """Find her as staff do: by the search at the top of every page."""
        page.goto("/today/")
        unlock(page)
        page.get_by_role("searchbox").fill("angstrom ito")
        page.keyboard.press("Enter")
        page.get_by_role("main").get_by_role("link", name=NAME).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(NAME)

    def link(self, page: Page, words: str = "Link for the patient’s phone") -> str:
        """Make a link for her phone: what the camera would read from the code stands beside it."""
        page.get_by_role("button", name=words).click()
        return page.get_by_label("Or send this address").input_value()

    def open_link(self, phone: Page, address: str, born: tuple[str, str, str] = BORN) -> None:
        """The door asks for the birth date."""
        phone.goto(address)
        expect(phone.get_by_role("heading", name="Is it you?")).to_be_visible()
        for part, value in zip(("Day", "Month", "Year"), born, strict=True):
            phone.get_by_role("textbox", name=part).fill(value)
        phone.get_by_role("button", name="Go on").click()


def settled(page: Page) -> None:
    """Wait until htmx has put in what it fetched."""
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)


def unlock(page: Page) -> None:
    """After a while the screen asks who is here."""
    if "/lock/" in page.url:
        page.get_by_label("Your PIN").fill(PIN)
        page.get_by_role("button", name="Go on", exact=True).click()
        page.wait_for_url(lambda address: "/lock/" not in address or "/resume/" in address)


def resume(page: Page) -> None:
    """What was sent from a screen that had locked is offered again to the same person."""
    expect(page.get_by_role("heading", name="This screen is locked")).to_be_visible()
    unlock(page)
    page.get_by_role("button", name="Send it now").click()


# --- 1 enquiry ----------------------------------------------------------------------------------------
def register(way: Way, desk: Page) -> None:
    """The front desk takes the name down."""
    desk.goto("/")
    desk.get_by_role("navigation", name="Main").get_by_role("link", name="Patients").click()
    desk.get_by_role("link", name="Register a patient").first.click()
    desk.get_by_label("Given name").fill("Lisa")
    desk.get_by_label("Family name").fill("Ångström-Ито")
    desk.get_by_label("Likes to be called").fill(KNOWN_AS)
    for part, value in zip(("Day", "Month", "Year"), BORN, strict=True):
        desk.get_by_role("textbox", name=part).fill(value)
    desk.get_by_label("Female").check()
    desk.get_by_role("button", name="Register").click()
    expect(desk.locator("#form-errors")).to_contain_text("phone")  # one way to reach her is needed
    desk.get_by_role("textbox", name="Phone").fill("07700 900155")
    desk.get_by_role("button", name="Register").click()
    expect(desk.get_by_text(f"{NAME} is registered as")).to_be_visible()
    way.patient_url = desk.url


# --- 2 history ----------------------------------------------------------------------------------------
def answer_on_phone(way: Way, phone: Page) -> int:
    """Question after question, one thumb; how many screens it took."""
    expect(phone.get_by_text("Each answer is kept at once")).to_be_visible()
    screens = 0
    while phone.get_by_role("heading", name="Are these right?").count() == 0:
        screens += 1
        assert screens < 90
        heading = phone.get_by_role("heading", level=1).inner_text()
        if heading == "Please tell us more":
            phone.get_by_role("textbox").fill("Hay fever tablets, in May only")
        elif phone.get_by_label("No", exact=True).count():
            yes = "allerg" in heading.lower() and "other" in heading.lower()
            phone.get_by_label("Yes" if yes else "No", exact=True).check()
        elif "sun" in heading.lower() or phone.get_by_label("It burns easily").count():
            phone.get_by_label("It burns easily and tans a little").check()
        with phone.expect_navigation():
            phone.get_by_role("button", name="Next").click()
    phone.get_by_role("button", name="Send my answers").click()
    expect(phone.get_by_text("The clinic has your answers")).to_be_visible()
    return screens


# --- 3 consultation -----------------------------------------------------------------------------------
def consult(way: Way, doctor: Page) -> None:
    """Areas on the map, what is there, the skin, and the first photograph."""
    way.open_patient(doctor)
    doctor.get_by_role("link", name="Start the consultation").click()
    doctor.get_by_label("Medical: a scar or a condition").check()
    doctor.get_by_label("Why does the patient want this?").fill(
        "Acne scars on both cheeks since she was twenty."
    )
    doctor.get_by_label("What does the patient expect?").fill("Softer edges. Knows that scars do not vanish.")
    doctor.get_by_label("In proportion").check()
    face = doctor.get_by_label("Face from the front").first
    for area in ("cheek-left", "cheek-right"):
        shape = face.locator(f"[data-area={area}]")
        if shape.get_attribute("aria-checked") != "true":
            shape.click()
            settled(doctor)
    parts = doctor.locator("#parts")
    for name in ("Cheek, left", "Cheek, right"):
        parts.get_by_role("group", name=name).get_by_label("Atrophic acne scars").check()
        settled(doctor)
    parts.get_by_label(re.compile("Goodman.*qualitative")).fill("3")
    for no in parts.get_by_label("No", exact=True).all():
        no.check()
    doctor.get_by_label("Burns easily, tans a little").check()
    doctor.get_by_role("button", name="Keep the consultation").click()
    expect(doctor.get_by_text("The consultation is kept.")).to_be_visible()
    expect(doctor.get_by_role("heading", name="Take the baseline photographs")).to_be_visible()
    doctor.get_by_label("Front", exact=False).first.set_input_files(way.faces / "lisa1.jpg")
    doctor.get_by_role("button", name="Keep the photographs").click()
    expect(doctor.get_by_text("1 photograph kept.")).to_be_visible()
    expect(doctor.get_by_role("heading", name="Make a plan")).to_be_visible()


# --- 4 plan, 5 consent --------------------------------------------------------------------------------
def plan(way: Way, doctor: Page) -> None:
    """What the protocol proposes, for one treatment; a needle that is too long is refused."""
    doctor.get_by_role("link", name="Make a plan").click()
    first = doctor.get_by_role("region").filter(has_text="Needle length").first
    proposed = first.get_by_label("Needle length").input_value()
    first.get_by_label("Needle length").fill("4")
    doctor.get_by_label("Number of treatments").fill("1")
    doctor.get_by_label("EMLA").first.check()
    doctor.get_by_role("button", name="Keep the plan").click()
    expect(doctor.locator("#form-errors")).to_be_visible()
    first.get_by_label("Needle length").fill(proposed)
    doctor.get_by_role("button", name="Keep the plan").click()
    expect(doctor.get_by_text("Version 1 of the plan is kept.")).to_be_visible()
    expect(doctor.get_by_text("Not signed yet")).to_be_visible()


def sign_on_phone(way: Way, phone: Page) -> None:
    """She reads it in peace, and signs with her finger."""
    expect(phone.get_by_role("heading", name="Please read this in peace")).to_be_visible()
    phone.get_by_role("button", name="Sign", exact=True).click()
    expect(phone.locator("#form-errors")).to_be_visible()
    for statement in phone.get_by_role("checkbox").all():
        statement.check()
    draw(phone)
    phone.get_by_role("button", name="Sign", exact=True).click()
    expect(phone.get_by_text("Signed", exact=False).first).to_be_visible()


def draw(page: Page) -> None:
    """A signature on the canvas."""
    canvas = page.locator("[data-signature] canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 30, steps=4)
    page.mouse.move(box["x"] + 200, box["y"] + 70, steps=4)
    page.mouse.up()


# --- Before the day: a delivery and an appointment ----------------------------------------------------
def receive(page: Page, *, expired: str, packet: str, model: str) -> None:
    """Scan one packet of a delivery. One that is out of date is not put into stock; an unknown one is named once."""
    page.goto("/stock/")
    page.get_by_role("link", name="Receive a delivery").click()
    scan(page, expired)
    expect(page.get_by_label("Expires")).to_have_value("2014-11-20")
    page.get_by_label("Model").select_option(label=model)
    page.get_by_role("button", name="Put into stock").click()
    expect(page.locator("#form-errors")).to_contain_text("expired")
    page.goto("/stock/receive/")
    scan(page, packet)
    expect(page.get_by_text("the model is not known here yet")).to_be_visible()
    page.get_by_label("Model").select_option(label=model)
    page.get_by_role("button", name="One more: Packets").click()
    page.get_by_label("Where it is put").select_option("Harbour Street")
    page.get_by_role("button", name="Put into stock").click()
    expect(page.get_by_text("are in stock.")).to_be_visible()


def scan(page: Page, text: str) -> None:
    """A scanner types faster than fingers, Ctrl+] for the separator, and ends with Enter."""
    page.wait_for_load_state()  # the script that listens is there
    with page.expect_navigation():
        page.evaluate(SCANNER, text)


SCANNER = """(text) => {
  const press = (key, ctrlKey = false) => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key, ctrlKey, bubbles: true, cancelable: true }));
  for (const letter of text) letter === "\\u001d" ? press("]", true) : press(letter);
  press("Enter");
}"""


def book(way: Way, desk: Page, *, kind: str, on: str, starts: str, minutes: str) -> None:
    """The front desk keeps a time."""
    way.open_patient(desk)
    desk.get_by_role("link", name="Book").first.click()
    desk.get_by_label(kind, exact=True).check()
    desk.get_by_label("Day", exact=True).fill(on)
    desk.get_by_label("Time", exact=True).fill(starts)
    desk.get_by_label("Length").select_option(label=minutes)
    desk.get_by_label("With", exact=True).select_option("Dr Jonas Weber")
    desk.get_by_label("Room").select_option(label="Treatment room, Harbour Street")
    desk.get_by_role("button", name="Book").click()
    expect(desk.get_by_role("main")).to_contain_text(kind)


# --- 6 treatment --------------------------------------------------------------------------------------
def open_treatment(way: Way, doctor: Page) -> None:
    """She is here; the treatment is opened, and says at once what is still against it."""
    doctor.goto("/today/")
    unlock(doctor)
    doctor.get_by_role("button", name=re.compile(f"^Arrived.*{NAME}")).click()
    expect(doctor.get_by_text("here since")).to_be_visible()
    doctor.get_by_role("button", name=re.compile(f"^Open treatment 1.*{NAME}")).click()
    expect(doctor.get_by_role("heading", name="What stands against starting")).to_be_visible()


def ask_again(way: Way, doctor: Page) -> None:
    """What may have changed since, and what the doctor sees."""
    section = doctor.locator("#reask")
    for no in section.get_by_label("No", exact=True).all():
        no.check()
    section.get_by_role("button", name="The rest is as before: confirm").click()
    expect(doctor.get_by_text("Confirmed today")).to_be_visible()


def agree(way: Way, doctor: Page) -> None:
    """She confirms on the tablet, and the one who treats countersigns."""
    draw(doctor)
    doctor.get_by_label("Full name of the patient").fill(NAME)
    doctor.get_by_role("button", name="Confirm the consent").click()
    expect(doctor.get_by_text(f"Confirmed by {NAME}")).to_be_visible()
    doctor.get_by_role("button", name="I treat today: countersign as Dr Jonas Weber").click()
    expect(doctor.get_by_text("Countersigned by Dr Jonas Weber")).to_be_visible()
    expect(doctor.get_by_text("Nothing stands against preparing.")).to_be_visible()
    doctor.get_by_role("link", name="Next: numb").click()


def numb(way: Way, doctor: Page) -> None:
    """Too much is refused, with the limit; the right amount starts the timer that stays in sight."""
    stock = doctor.get_by_role("group", name="From stock")
    expect(stock.get_by_role("radio").first).to_have_accessible_name(re.compile("^EMLA"))  # as planned
    stock.get_by_label("EMLA Cream 5 %, batch BX4471").check()
    doctor.get_by_label("Amount").fill("90")
    doctor.get_by_label("Skin covered").fill("120")
    doctor.get_by_label("Body weight").fill("64")
    for area in ("Cheek, left", "Cheek, right"):
        doctor.get_by_label(area).first.check()
    expect(doctor.locator("#dose")).to_contain_text("of at most 60 g")
    doctor.get_by_role("button", name="Cream is on").click()
    expect(doctor.locator("#form-errors")).to_be_visible()
    doctor.get_by_label("Amount").fill("9")
    doctor.get_by_role("button", name="Cream is on").click()
    expect(doctor.get_by_text("9 g EMLA").first).to_be_visible()
    timer = doctor.locator("[data-timer]")
    expect(timer).to_be_visible()
    way.wait(minutes=62)
    doctor.reload()
    unlock(doctor)
    expect(timer.locator("[data-clock]")).to_have_text(re.compile("^(62:|1:02)"))
    doctor.get_by_role("button", name="All of it is wiped off").click()
    expect(doctor.get_by_role("heading", level=1)).to_have_text("Device")


def open_packet(way: Way, doctor: Page, packet: str) -> None:
    """Scanned, seen by her, opened."""
    scan(doctor, packet)
    expect(doctor.get_by_text("Sealed, in date, unused")).to_be_visible()
    doctor.get_by_role("button", name="Open this packet").click()
    doctor.get_by_label("Yes, seen").check()
    doctor.get_by_label("Initials of the patient").fill("LÅI")
    doctor.get_by_role("button", name="Keep", exact=True).click()
    expect(doctor.get_by_text("(LÅI,")).to_be_visible()
    doctor.get_by_role("link", name="Next: treat").click()


def treat(way: Way, doctor: Page) -> None:
    """Start; each area is charted; the map fills."""
    doctor.get_by_role("button", name="Start", exact=True).click()
    for area, title in (("left cheek", "Cheek, left"), ("right cheek", "Cheek, right")):
        expect(doctor.get_by_role("heading", name=title)).to_be_visible()
        doctor.get_by_role("button", name="One more: Along").click()
        doctor.get_by_label("Even redness with pinpoint bleeding").check()
        doctor.get_by_role("button", name=f"Chart {area}").click()
    expect(doctor.get_by_role("heading", name="All planned areas are charted")).to_be_visible()
    expect(
        doctor.locator("#treated-map, .bodymap").locator("[data-area=cheek-left]").first
    ).to_have_attribute("data-state", "treated")
    way.wait(minutes=20)
    doctor.get_by_role("button", name="Needling finished").click()
    resume(doctor)
    expect(doctor.get_by_role("heading", level=1)).to_have_text("Soothe")


def soothe_and_sign(way: Way, doctor: Page) -> None:
    """Serum, pain, redness, sharps, the sheet; then who signs says again who they are."""
    doctor.get_by_text("Add a product").click()
    form = doctor.locator("form:has(input[name=do][value=topical])")
    form.get_by_text("Another batch, typed by hand").click()
    form.get_by_label("Product", exact=True).select_option(index=1)
    form.get_by_label("Batch", exact=True).fill("HA-0926")
    form.get_by_role("button", name="Keep this product").click()
    doctor.get_by_role("group", name="Pain, as the patient says").get_by_label("4", exact=True).check()
    doctor.get_by_role("group", name="Redness").get_by_role("radio").nth(2).check()
    doctor.get_by_label("Sharps container").fill("SH-0412")
    doctor.get_by_role("button", name="Keep", exact=True).click()
    doctor.get_by_role("button", name="Give the aftercare sheet").click()
    secret = doctor.get_by_label("Your PIN or password")
    secret.fill("not the password")
    doctor.get_by_role("button", name="Sign", exact=True).click()
    expect(doctor.locator("#form-errors")).to_be_visible()
    secret.fill(PASSWORD)
    doctor.get_by_role("button", name="Sign", exact=True).click()
    expect(doctor.get_by_text("The record of this treatment does not change any more.")).to_be_visible()


# --- 7 recovery ---------------------------------------------------------------------------------------
def check_in(way: Way, doctor: Page, phone: Page) -> None:
    """She takes one link home; the next day she says how it is, and the doctor reads it."""
    address = way.link(doctor, "Check-ins on the patient’s phone")
    way.wait(hours=25)
    way.open_link(phone, address)
    for _ in range(40):
        expect(phone.get_by_role("button", name=re.compile("^(Next|Send my answers)$"))).to_be_visible()
        if phone.get_by_role("heading", name="Anything else?").count():
            break
        if phone.get_by_label("No", exact=True).count():
            phone.get_by_label("No", exact=True).check()
        elif phone.get_by_role("spinbutton").count():
            phone.get_by_role("spinbutton").fill("1")
        else:
            phone.get_by_role("radio").first.check()
        with phone.expect_navigation():
            phone.get_by_role("button", name="Next").click()
    phone.get_by_label("Is there anything you want to tell us?").fill("A little tight, otherwise fine.")
    phone.get_by_role("button", name="Send my answers").click()
    expect(phone.get_by_text("All is as expected")).to_be_visible()
    doctor.goto("/today/")
    unlock(doctor)
    doctor.get_by_role("link", name="Check-ins").click()
    doctor.get_by_role("listitem").filter(has_text="A little tight").get_by_role("link").first.click()
    expect(doctor.get_by_text("As expected")).to_be_visible()
    doctor.get_by_role("button", name="Mark as seen").click()
    expect(doctor.get_by_text("The check-in is marked as seen.")).to_be_visible()


# --- 8 review -----------------------------------------------------------------------------------------
def review(
    way: Way, doctor: Page, *, stage: str, score: str, photograph: str, says: str, follows: str
) -> None:
    """The same photograph again, the same scale again, and an honest word on the difference."""
    way.open_patient(doctor)
    doctor.get_by_role("link", name="Start the review").click()
    expect(doctor.get_by_label(stage, exact=False).first).to_be_checked()
    doctor.get_by_label(re.compile("Goodman")).first.fill(score)
    doctor.get_by_label(says, exact=True).check()
    doctor.get_by_label(follows, exact=True).check()
    doctor.get_by_role("button", name="Keep the review").click()
    expect(doctor.get_by_text("The review is kept.")).to_be_visible()
    doctor.get_by_label("View").select_option(label="Front")
    doctor.get_by_label("Photograph", exact=True).set_input_files(way.faces / photograph)
    doctor.get_by_role("button", name="Keep this photograph").click()
    pair = doctor.locator("[data-compare] img")
    expect(pair).to_have_count(2)
    for picture in pair.all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("image => image.naturalWidth") > 300


# --- 9 course end -------------------------------------------------------------------------------------
def end_course(way: Way, doctor: Page, phone: Page) -> None:
    """The course is ended, and she takes its summary home on her phone."""
    way.open_patient(doctor)
    doctor.get_by_role("link", name=re.compile("^End the course")).click()
    doctor.get_by_text("Close this course").click()
    doctor.get_by_label("Completed").check()
    doctor.get_by_role("button", name="Close the course").click()
    way.open_patient(doctor)
    doctor.get_by_label("What the link is for").select_option(label="Own results")
    way.open_link(phone, way.link(doctor, "Make a link"))
    expect(phone.get_by_role("heading", name="Your results")).to_be_visible()
    expect(phone.locator("[data-compare] img")).to_have_count(2)
    phone.get_by_role("link", name=re.compile("^Summary of your course")).click()
    expect(phone.get_by_role("main")).to_contain_text("lot NW2611A")
