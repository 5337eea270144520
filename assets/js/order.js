// The order screen: which line is selected, the line bar, the rail, and the search key.

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
    const state = line?.classList.contains("sent") ? "sent" : "unsent";
    for (const button of all("button", bar)) {
        button.hidden = "for" in button.dataset && button.dataset.for !== state;
        button.disabled = !line;
    }
    for (const place of all("[data-fill]", bar)) {
        const text = line?.dataset[place.dataset.fill] || place.dataset.empty;
        if (text !== undefined) place.textContent = text;
    }
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
    const search = event.key === "/" && one("input[data-search]");
    if (!search || event.target.closest("input, textarea, select, dialog")) return;
    event.preventDefault();
    search.focus();
    search.select();
});

onDraw(drawOrder);
