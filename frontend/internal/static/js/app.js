// Everything works without this script. With it, replies arrive as they are
// written, the list follows, and times are those of the reader.
import "htmx.org";
import "htmx.org/dist/ext/hx-sse.js";
import { startComposer } from "./composer.js";
import { startFailures } from "./failures.js";
import { startForms } from "./forms.js";
import { startList } from "./list.js";
import { startScrolling } from "./scroll.js";
import { startTimes } from "./times.js";
import { startTurns } from "./turns.js";

startTimes();
startFailures();
startForms();
startList();
startScrolling();
startComposer();
startTurns();
