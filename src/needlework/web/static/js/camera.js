// The tablet's camera as a scanner. Frames go to the server one at a time; it answers what it sees:
//   {"code": "...", "words": "..."}   a packet: the field is filled and the form sent
//   {"because": "..."}                a code that is refused, and why
//   {}                                nothing yet
// Where there is no camera to be had, the field for a photograph stays, which needs no script either.
import { freshToken, live, speak } from "./live.js";

const WIDTH = 1280; // [pixels] of a frame: enough for the smallest code that a camera can focus
const QUALITY = 0.8;
const PAUSE = 60; // [ms] between an answer and the next frame
const SLOW = 5_000; // [ms] after which a frame is given up
const GIVE_UP = 60_000; // [ms] without a packet: a camera left running watches a room
const AIM = "Hold the code inside the frame.";

const pause = (ms) => new Promise((go) => setTimeout(go, ms));

const sound = (context) => {
  const tone = context.createOscillator();
  const loudness = context.createGain();
  loudness.gain.value = 0.15;
  tone.frequency.value = 1_320;
  tone.connect(loudness).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 0.09);
};

live("[data-frames]", (box) => {
  const input = box.querySelector("input:not([type=hidden])");
  const by = box.querySelector("[data-scanned-by]");
  const read = box.querySelector("[data-read]");
  const on = box.querySelector("[data-camera-on]");
  const photo = box.querySelector("[data-photo]");
  const finder = box.querySelector("[data-finder]");
  const video = finder.querySelector("video");
  const says = finder.querySelector("[data-finder-says]");
  const canvas = document.createElement("canvas");
  const fills = "fills" in box.dataset;
  let stream = null;
  let tones = null;

  const say = (words) => {
    if (says.textContent !== words) says.textContent = words;
  };

  const photographInstead = (words) => {
    on.hidden = true;
    photo.hidden = false;
    read.textContent = words;
    if (words) speak(words);
  };

  const stop = () => {
    const ran = stream;
    stream = null;
    ran?.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
    finder.hidden = true;
    if (ran) on.hidden = false;
    box.classList.remove("looking");
  };

  const frame = () => {
    const scale = Math.min(1, WIDTH / video.videoWidth);
    canvas.width = Math.round(video.videoWidth * scale);
    canvas.height = Math.round(video.videoHeight * scale);
    canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
    return new Promise((give) => canvas.toBlob(give, "image/jpeg", QUALITY));
  };

  const ask = async (picture) => {
    const answer = await fetch(box.dataset.frames, {
      method: "POST",
      body: picture,
      headers: { "content-type": "image/jpeg", "x-csrftoken": freshToken(), "x-requested-with": "fetch" },
      redirect: "manual",
      signal: AbortSignal.timeout(SLOW),
    });
    if (answer.type === "opaqueredirect" || answer.status === 403) return null; // logged out, or the screen is locked
    return answer.ok ? answer.json() : { because: "The server did not answer. Trying again." };
  };

  const found = (seen) => {
    stop();
    navigator.vibrate?.(80);
    if (tones) sound(tones);
    input.value = seen.code;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    by.value = "camera";
    box.classList.add("read");
    read.textContent = seen.words;
    speak(seen.words);
    if (!fills) input.form?.requestSubmit();
  };

  const look = async () => {
    const mine = stream;
    const until = Date.now() + GIVE_UP;
    while (mine && stream === mine && box.isConnected) {
      if (Date.now() > until) {
        stop();
        read.textContent = "The camera stopped after a minute without a packet.";
        return;
      }
      if (video.videoWidth) {
        const seen = await ask(await frame()).catch(() => ({ because: "The server did not answer. Trying again." }));
        if (stream !== mine) return;
        if (!seen) {
          stop();
          read.textContent = "The camera stopped, because this screen is locked or logged out. Load the page again.";
          return;
        }
        if (seen.code) {
          found(seen);
          return;
        }
        say(seen.because ?? AIM);
      }
      await pause(PAUSE);
    }
    if (stream === mine) stop();
  };

  const start = async () => {
    on.hidden = true;
    read.textContent = "";
    tones ??= window.AudioContext ? new AudioContext() : null; // a sound needs a tap to be allowed
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: { ideal: "environment" }, width: { ideal: WIDTH }, height: { ideal: 720 } },
      });
    } catch {
      photographInstead("The camera is not allowed or not there. Photograph the code instead.");
      return;
    }
    box.classList.add("looking");
    finder.hidden = false;
    say(AIM);
    video.srcObject = stream;
    await video.play().catch(() => {});
    finder.scrollIntoView({ block: "nearest" });
    look();
  };

  if (box.dataset.frames && navigator.mediaDevices?.getUserMedia) {
    on.hidden = false;
    photo.hidden = true;
  }
  on.addEventListener("click", start);
  finder.querySelector("[data-camera-off]").addEventListener("click", () => {
    stop();
    on.focus();
  });
  photo.querySelector("input").addEventListener("change", (event) => {
    if (event.target.files.length && !fills) input.form?.requestSubmit();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) stop();
  });
  window.addEventListener("pagehide", stop);
});
