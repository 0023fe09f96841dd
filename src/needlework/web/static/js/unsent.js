// Words that could not be sent yet, kept in this browser until they could, so that a closed tab on a dead network
// loses nothing. They are encrypted with a key which the server gives to the person who typed them and to nobody
// else: on a locked or stolen tablet they are noise. After a day they are gone. Where a browser may not encrypt
// (a page without https), nothing is kept. See docs/decisions/0011-words-on-a-shared-tablet.md.
const PREFIX = "needlework-unsent:";
const KEPT_FOR = 24 * 3_600_000;
const IV = 12; // bytes

const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
const text = (array) => {
  let signs = "";
  for (const byte of array) signs += String.fromCharCode(byte);
  return btoa(signs);
};

// A place for the words of one form of one person. `secret` is the person's key, 32 bytes in base64.
export function unsentWords(owner, form, secret) {
  const name = `${PREFIX}${owner}:${form}`;
  const bound = new TextEncoder().encode(name); // what is kept for one form opens in no other
  const subtle = globalThis.crypto?.subtle;
  const key = subtle && secret ? subtle.importKey("raw", bytes(secret), "AES-GCM", false, ["encrypt", "decrypt"]) : null;
  let turn = 0; // the latest keeping or dropping wins, however long encrypting takes

  const drop = () => {
    turn += 1;
    try { localStorage.removeItem(name); } catch { /* nothing is kept here then */ }
  };

  const keep = async (record) => {
    if (!key) return;
    turn += 1;
    const mine = turn;
    try {
      const iv = crypto.getRandomValues(new Uint8Array(IV));
      const plain = new TextEncoder().encode(JSON.stringify(record));
      const sealed = await subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound }, await key, plain);
      if (mine !== turn) return;
      const kept = { at: Date.now(), sealed: text([...iv, ...new Uint8Array(sealed)]) };
      localStorage.setItem(name, JSON.stringify(kept));
    } catch {
      // A full or forbidden store: the page itself still holds the words.
    }
  };

  // What was kept, or null. What cannot be read, by this person or at all, is thrown away.
  const read = async () => {
    if (!key) return null;
    try {
      const kept = JSON.parse(localStorage.getItem(name) ?? "null");
      if (!kept) return null;
      const all = bytes(kept.sealed);
      const box = { name: "AES-GCM", iv: all.slice(0, IV), additionalData: bound };
      const plain = await subtle.decrypt(box, await key, all.slice(IV));
      return JSON.parse(new TextDecoder().decode(plain));
    } catch {
      drop();
      return null;
    }
  };

  return { keep, drop, read };
}

// On every page, the lock and the log-in too: what is older than a day goes, whoever it belongs to.
try {
  for (const name of Object.keys(localStorage)) {
    if (!name.startsWith(PREFIX)) continue;
    let at = 0;
    try { ({ at } = JSON.parse(localStorage.getItem(name))); } catch { /* not ours any more */ }
    if (!(Date.now() - at < KEPT_FOR)) localStorage.removeItem(name);
  }
} catch {
  // A browser that forbids the store keeps nothing in it.
}
