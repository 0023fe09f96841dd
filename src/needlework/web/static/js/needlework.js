// The one script a page links. Each part looks for its own data attributes, now and in what htmx swaps in.
import "./shortcuts.js";
import "./focus.js";
import "./token.js";
import "./lock.js";
import "./drafts.js";
import "./typed.js";
import "./timer.js";
import "./counter.js";
import "./scan.js";
import "./camera.js";
import "./signature.js";
import "./compare.js";
import "./bodymap.js";
import "./marks.js";
import "./squares.js";
