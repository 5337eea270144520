// What one screen on a wall keeps for itself: how big its text is, dark or light, and how loud it rings.

const ITEM = 1.82; // the name of an item, in em of the board (.kt .item in the style sheet)
const CAPITAL = 0.7; // the height of a capital letter, in em
const OF_DISTANCE = 0.005; // capitals of items are at least half a hundredth of the distance high (kitchen.md section 7)
const LEAST = 24; // pixels
const [SMALLEST, BIGGEST] = [0.5, 4]; // times the usual size
const STEP = 1.25;

const kept = (name, value) => {
    try {
        if (value === undefined) return localStorage.getItem(name);
        localStorage.setItem(name, value);
    } catch { /* storage is switched off: not kept */ }
    return value ?? null;
};

/** How many pixels wide and high the whole screen is: the window of a wall fills it, and may be zoomed. */
const wholeScreen = () => {
    const shape = screen.height / screen.width || 9 / 16;
    return { width: innerWidth, height: innerWidth * shape };
};

/** The size of items in pixels on a screen with this diagonal in inches, read from so many metres. */
const itemSize = (inches, metres, { width, height }) => {
    const pixel = inches * 25.4 / Math.hypot(width, height); // millimetres
    return Math.max(LEAST, Math.round(metres * 1_000 * OF_DISTANCE / CAPITAL / pixel));
};

const usualSize = () => ITEM * parseFloat(getComputedStyle(document.documentElement).fontSize);
const scale = () => Number(kept("text-scale")) || 1;
const show = size => {
    const fits = Math.min(BIGGEST, Math.max(SMALLEST, size));
    document.documentElement.style.setProperty("--scale", fits);
    kept("text-scale", String(fits));
    document.dispatchEvent(new CustomEvent("screen:size"));
};

const typed = () => {
    const [inches, metres] = ["#screen-inches", "#screen-metres"].map(field => one(field).valueAsNumber);
    return one("#screen-inches").validity.valid && one("#screen-metres").validity.valid && inches > 0 && metres > 0 ? { inches, metres } : null;
};
const tellSize = () => {
    const its = typed();
    const size = its && itemSize(its.inches, its.metres, wholeScreen());
    one("#screen-size").textContent = size ? `Items will be ${size} px, which is ${Math.round(size / usualSize() * 100)} % of the usual size.`
        : "Type both, and the size of the text follows.";
    one('[data-screen="use"]').disabled = !size;
};

const theme = name => {
    if (name === "dark" || name === "light") document.documentElement.dataset.theme = name;
};

if (one("#screen")) {
    if (kept("text-scale")) show(scale());
    theme(kept("screen-theme"));
    for (const field of ["screen-inches", "screen-metres"]) one(`#${field}`).value = kept(field) ?? "";
    for (const [name, usual] of [["screen-theme", document.documentElement.dataset.theme], ["screen-volume", "usual"]]) {
        const chosen = one(`[name="${name}"][value="${CSS.escape(kept(name) ?? usual)}"]`);
        if (chosen) chosen.checked = true;
    }
    tellSize();

    on("input", event => event.target.closest("#screen") && tellSize());
    on("change", event => {
        const { name, value } = event.target;
        if (name === "screen-theme" || name === "screen-volume") kept(name, value);
        if (name === "screen-theme") theme(value);
    });
    addEventListener("resize", tellSize);
    on("click", event => {
        const zoom = event.target.closest?.("[data-zoom]");
        if (zoom) show(scale() * STEP ** Number(zoom.dataset.zoom));
        if (!event.target.closest?.('[data-screen="use"]')) return;
        const its = typed();
        if (!its) return;
        kept("screen-inches", String(its.inches));
        kept("screen-metres", String(its.metres));
        show(itemSize(its.inches, its.metres, wholeScreen()) / usualSize());
    });
}
