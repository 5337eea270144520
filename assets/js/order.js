// The order screen: which line is selected, the line bar, seat and course for the next item, the rail and the search,
// tiles that follow the menu, and leaving only when every tap was answered.

let selected = null; // the id of a line
let known = null; // line → its quantity, as last drawn
let underway = 0; // changes that this tablet asked for and has no answer to

const lines = () => all("#order-panel [data-line]");
const lineOf = id => lines().find(line => line.dataset.line === id);
const quantityOf = line => Number(line.dataset.quantity ?? 1);

const drawOrder = () => {
    if (!one("#order-panel")) return;
    const drawn = new Map(lines().map(line => [line.dataset.line, quantityOf(line)]));
    const grown = known && underway && [...drawn].filter(([line, quantity]) => quantity > (known.get(line) ?? 0)).at(-1);
    if (grown) select(grown[0]);
    else if (known === null) selected = lines().filter(line => !line.classList.contains("sent")).at(-1)?.dataset.line ?? null;
    else if (!drawn.has(selected)) selected = null;
    known = drawn;
    showSelection();
    if (grown) lineOf(selected)?.scrollIntoView({ block: "nearest" });
};

const select = line => {
    selected = line;
    showSelection();
};

const showSelection = () => {
    for (const line of lines()) {
        if (line.dataset.line === selected) line.setAttribute("aria-current", "true");
        else line.removeAttribute("aria-current");
    }
    showLineBar(lineOf(selected));
};

const showLineBar = line => {
    const bar = one("#line-bar");
    if (!bar) return;
    const is = name => line?.classList.contains(name);
    const state = is("void") ? "void" : is("sent") ? "sent" : is("held") ? "held" : "unsent";
    for (const button of all("button", bar)) {
        const states = button.dataset.for?.split(" ") ?? [state];
        button.hidden = state === "void" ? !states.includes("unsent") : !states.includes(state);
        button.disabled = !line || state === "void";
    }
    for (const place of all("[data-fill]", bar)) {
        const text = line?.dataset[place.dataset.fill] || place.dataset.empty;
        if (text !== undefined) place.textContent = text;
    }
    // What was just done cannot be done again: whoever works with keys goes on at the line.
    const at = document.activeElement;
    if (line && bar.contains(at) && (at.disabled || at.hidden)) one(".pick", line)?.focus({ preventScroll: true });
    if (line?.dataset.name) bar.setAttribute("aria-label", `Selected line: ${line.dataset.name}`);
};

on("click", event => {
    const line = event.target.closest?.("#order-panel .pick")?.closest("[data-line]");
    if (line) select(line.dataset.line);
    const category = event.target.closest?.(".rail a[hx-get]");
    for (const other of category ? all("a", category.parentElement) : []) {
        if (other === category) other.setAttribute("aria-current", "true");
        else other.removeAttribute("aria-current");
    }
    if (!category || !search()) return;
    one("#menu-category").value = category.dataset.category ?? "";
    search().value = "";
});

// ---- the tiles follow the menu -----------------------------------------------------------------------

const search = () => one("input[data-search]");
let version = null; // of the menu, as last seen

// The stream tells the menu's version; the tiles that are shown are fetched again when it moves.
const followMenu = () => {
    const seen = one("#menu-version")?.dataset.version;
    if (seen === undefined || seen === version) return;
    if (version !== null) search()?.dispatchEvent(new CustomEvent("menu:moved"));
    version = seen;
};

// ---- for the next item -------------------------------------------------------------------------------

// The feed draws these anew when the number of guests moves; which of them is meant is this person's own.
const next = { seat: "", course: "1" };
on("change", event => {
    if (event.target.closest("#order-for")) next[event.target.name] = event.target.value;
});
const showNext = () => {
    const seat = all("#order-for input[name=seat]").find(each => each.value === next.seat) ?? one("#order-for input[name=seat]");
    if (seat && !seat.checked) seat.checked = true;
    if (seat) next.seat = seat.value;
    const course = one("#order-for select[name=course]");
    if (course && course.value !== next.course) course.value = next.course;
};

// ---- leaving -----------------------------------------------------------------------------------------

// Taps are sent one after the other; a page that is left would take those with it that still wait.
on("click", event => {
    const link = event.target.closest?.("a[data-after-taps]");
    if (!link || underway === 0) return;
    event.preventDefault();
    link.setAttribute("aria-busy", "true");
    let quiet = 0;
    const look = setInterval(() => {
        quiet = underway === 0 ? quiet + 1 : 0; // between two of a queue there is a moment of none
        if (quiet < 3) return;
        clearInterval(look);
        link.removeAttribute("aria-busy");
        location.assign(link.href);
    }, 30);
});

// Before keys.js looks at the address.
on("htmx:config:request", event => {
    const { request } = event.detail.ctx;
    if (!request.action.includes("{line}")) return;
    if (selected === null) event.preventDefault();
    request.action = request.action.replaceAll("{line}", selected);
}, { capture: true });

const isOwnChange = event => event.detail.ctx.request.method !== "GET";
on("htmx:before:request", event => { if (isOwnChange(event)) underway++; });
on("htmx:finally:request", event => { if (isOwnChange(event)) underway = Math.max(0, underway - 1); });

on("keydown", event => {
    if (event.key !== "/" || !search() || event.target.closest("input, textarea, select, dialog")) return;
    event.preventDefault();
    search().focus();
    search().select();
});

onDraw(() => {
    drawOrder();
    showNext();
    followMenu();
});
