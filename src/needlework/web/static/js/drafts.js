// Keep what is being typed on the server: form[data-draft-url] sends itself 1.2 s after the last change,
// and never later than 2.8 s after the first one which is not saved yet.
//
// Sent: the form as urlencoded text, with `revision`. Expected back:
//   200 {"revision": 8, "saved": "14:02"}     kept
//   409 {"sentence": "..."}                   somebody else has changed it since: nothing is overwritten
//   422 {"sentence": "..."}                   refused: said, and tried again after the next change
//   anything else                             tried again, with growing pauses
// What the server has not yet stays in this browser, encrypted with the key of data-draft-owner, until it has it:
// see unsent.js.
import { freshToken, hourAndMinute, live, speak } from "./live.js";
import { unsentWords } from "./unsent.js";

const QUIET = 1_200;
const LONGEST = 2_800;
const PAUSES = [2_000, 4_000, 8_000, 15_000, 30_000];
const LONGEST_WAIT = 10_000; // for the server's answer
const SOON = 300; // a page that closes has no time to encrypt, so the words are kept while they are typed
const SECRET = new Set(["password", "file"]);

const forms = new Set();

live("form[data-draft-url]", (form) => {
  const { draftOwner, draftUrl, draftKey } = form.dataset;
  const here = unsentWords(draftOwner ?? "", draftUrl, draftKey);
  const shown = form.querySelector("[data-saved]") ?? document.querySelector("[data-saved]");
  let revision = form.dataset.draftRevision ?? "0";
  let changes = 0; // counted, so that an answer is only good for what was sent
  let kept = 0; // how many of them the server has
  let unsentSince = 0; // when the first change was made that no sending has taken along
  let timer = 0;
  let keeping = 0;
  let failures = 0;
  let sending = false;
  let reached = true; // whether the last sending found a server that let us in
  let going = Promise.resolve(); // the sending under way
  let stopped = false;

  const say = (state, words, aloud = false) => {
    if (!shown) return;
    shown.dataset.state = state;
    const place = shown.querySelector("[data-saved-words]") ?? shown;
    if (place.textContent !== words) place.textContent = words;
    if (aloud) speak(words);
  };

  const mayBeKept = (element) =>
    element.name && !element.disabled && !SECRET.has(element.type) && !("noDraft" in element.dataset) &&
    element.name !== "csrfmiddlewaretoken";

  const written = () => {
    const pairs = new URLSearchParams();
    for (const element of form.elements) {
      if (!mayBeKept(element) || element.type === "submit" || element.type === "button") continue;
      if ((element.type === "checkbox" || element.type === "radio") && !element.checked) continue;
      if (element.type === "select-multiple") {
        for (const option of element.selectedOptions) pairs.append(element.name, option.value);
      } else {
        pairs.append(element.name, element.value);
      }
    }
    return pairs;
  };

  const keepHere = () => {
    clearTimeout(keeping);
    keeping = 0;
    here.keep({ revision, words: written().toString() });
  };
  const dropHere = () => {
    clearTimeout(keeping);
    keeping = 0;
    here.drop();
  };

  const fill = (pairs) => {
    for (const element of form.elements) {
      if (!mayBeKept(element) || element.type === "submit" || element.type === "button") continue;
      const values = pairs.getAll(element.name);
      if (element.type === "checkbox" || element.type === "radio") element.checked = values.includes(element.value);
      else if (element.type === "select-multiple") for (const option of element.options) option.selected = values.includes(option.value);
      else if (values.length) element.value = values.shift();
    }
    form.dispatchEvent(new CustomEvent("needlework:filled", { bubbles: true }));
  };

  const plan = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(send, pause);
  };

  const send = ({ leaving = false } = {}) => {
    clearTimeout(timer);
    if (stopped || kept === changes || (sending && !leaving)) return going;
    going = post(leaving);
    return going;
  };

  async function post(leaving) {
    const through = changes;
    const body = written();
    body.append("revision", revision);
    unsentSince = 0;
    sending = true;
    reached = false;
    if (!leaving && !failures) say("saving", "Saving");
    try {
      const answer = await fetch(form.dataset.draftUrl, {
        method: "POST",
        body,
        keepalive: leaving,
        signal: leaving ? undefined : AbortSignal.timeout(LONGEST_WAIT),
        credentials: "same-origin",
        redirect: "manual",
        headers: {
          "Accept": "application/json",
          "X-CSRFToken": freshToken() || (form.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? ""),
          "X-Requested-With": "fetch",
        },
      });
      reached = answer.type !== "opaqueredirect" && answer.status !== 401 && answer.status !== 403;
      if (answer.status === 409) {
        const { sentence } = await answer.json().catch(() => ({}));
        stopped = true;
        keepHere();
        say("conflict", sentence ?? "This was changed elsewhere since you opened it. Reload the page to see it.", true);
        return;
      }
      if (answer.status === 422) {
        // Refused for a reason: trying the same again would not help, the next change may.
        const { sentence } = await answer.json().catch(() => ({}));
        kept = Math.max(kept, through);
        failures = 0;
        keepHere();
        say("conflict", `Not saved. ${sentence ?? "The server refused it."}`, true);
        return;
      }
      if (!reached) throw new Error("logged-out");
      if (!answer.ok) throw new Error(String(answer.status));
      const said = await answer.json();
      if (said.revision !== undefined) {
        revision = String(said.revision);
        form.dataset.draftRevision = revision;
      }
      const recovered = failures > 0;
      failures = 0;
      kept = Math.max(kept, through);
      if (kept === changes) dropHere();
      say("saved", `Saved ${said.saved ?? hourAndMinute(new Date())}`, recovered);
    } catch (problem) {
      keepHere();
      const pause = PAUSES[Math.min(failures, PAUSES.length - 1)];
      failures += 1;
      const loggedOut = problem.message === "logged-out";
      say(
        "waiting",
        loggedOut
          ? "Not saved: this screen is locked or logged out. Your words are kept here. Log in again in another tab."
          : "Not saved, trying again",
        failures === 1,
      );
      if (!stopped) plan(pause);
    } finally {
      sending = false;
    }
    if (kept !== changes && !failures && !stopped) plan(QUIET);
  }

  const changed = (event) => {
    if (stopped || (event?.target?.form === form && !mayBeKept(event.target))) return;
    const now = Date.now();
    changes += 1;
    unsentSince ||= now;
    keeping ||= setTimeout(keepHere, SOON);
    if (!failures) plan(Math.max(0, Math.min(QUIET, unsentSince + LONGEST - now))); // or the next try is planned
  };

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("needlework:changed", changed);
  // The form itself is sent only when the server has answered for its last words: a browser which leaves for a
  // dead network takes them along. Before htmx hears of it, hence on the document and in the capturing phase.
  let asked = false;
  document.addEventListener("submit", async (event) => {
    if (event.target !== form) return;
    if (stopped || kept === changes) {
      stopped = true;
      clearTimeout(timer);
      if (kept === changes) dropHere();
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (asked) return;
    asked = true;
    const submitter = event.submitter;
    await going;
    await send();
    asked = false;
    if (reached && !stopped) {
      stopped = kept !== changes; // a server which cannot keep drafts may still take the form
      form.requestSubmit(submitter);
    } else if (!reached) speak(`Not sent. ${shown?.textContent.trim() ?? ""}`);
  }, true);
  // A submit by htmx which was refused, or never arrived, leaves the form in place: keep on saving.
  form.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful) stopped = false;
  });

  const leave = () => {
    if (kept === changes || stopped) return;
    keepHere();
    send({ leaving: true });
  };
  forms.add(leave);
  const retryNow = () => { if (failures) send(); };
  window.addEventListener("online", retryNow);

  // Words which never reached the server, from an earlier visit to this very form.
  here.read().then((unsent) => {
    if (!unsent || changes) return;
    if (unsent.revision !== revision) {
      dropHere();
      return;
    }
    fill(new URLSearchParams(unsent.words));
    changes += 1;
    say("waiting", "Brought back what was not saved; saving now", true);
    plan(300);
  });
});

const leaveAll = () => { for (const leave of forms) leave(); };
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") leaveAll(); });
window.addEventListener("pagehide", leaveAll);
document.addEventListener("needlework:leaving", leaveAll);
