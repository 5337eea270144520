// What the other files share. build.rs puts this file first and each other one in a block of its own.

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const on = (name, act, options) => document.addEventListener(name, act, options);

/**
 * Calls `draw` now and after every swap, before the browser paints. A morph takes away what only this
 * browser knows (the selected line, an age, a control at rest), so whoever sets such a thing sets it here.
 */
const onDraw = draw => {
    draw();
    on("drawn", draw);
};
/** Calls `measure` after every swap, when everything else is as it will be painted: what measures has the page laid out. */
const onLaidOut = measure => on("laid:out", measure);

// Once for all the regions that a picture or an answer swaps.
let draws = false;
on("htmx:after:settle", () => {
    if (draws) return;
    draws = true;
    queueMicrotask(() => {
        draws = false;
        for (const name of ["drawn", "laid:out"]) document.dispatchEvent(new CustomEvent(name));
    });
});

/** Milliseconds by the server's clock, which a heartbeat tells: ages must not depend on a tablet's. */
let skew = 0;
const serverNow = () => Date.now() + skew;
const setServerNow = text => {
    const now = Number(text);
    if (now > 0) skew = now - Date.now();
};
setServerNow(document.body.dataset.now);

/** What nobody has tapped: the stream, and receipts of a board, which are sent again. Nobody is told when it fails. */
const asksByItself = element => element.id === "stream" || element.matches?.(".seen");

const two = number => String(number).padStart(2, "0");

/** The time of day where the café is (body[data-zone]), whatever zone the device believes in. */
const timeFormat = more => {
    const format = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...more };
    try {
        return new Intl.DateTimeFormat("en-GB", { ...format, timeZone: document.body.dataset.zone });
    } catch {
        return new Intl.DateTimeFormat("en-GB", format); // a zone that this browser does not know
    }
};
const [minutesFormat, secondsFormat] = [timeFormat({}), timeFormat({ second: "2-digit" })];
const clockTime = (date, seconds = false) => (seconds ? secondsFormat : minutesFormat).format(date);

/** Minor units as a person reads them: 12500 → "12,500"; with two decimals 125000 → "1,250.00". */
const moneyText = (minor, decimals = 0) => {
    const digits = String(Math.abs(minor)).padStart(decimals + 1, "0");
    const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ",");
    return (minor < 0 ? "−" : "") + whole + (decimals ? `.${digits.slice(-decimals)}` : "");
};

/** What a person typed as minor units, or null where it is no amount. */
const moneyTyped = (text, decimals = 0) => {
    const [, whole, fraction = ""] = /^(\d{1,12})(?:\.(\d*))?$/.exec(text.replace(/[,\s]/g, "")) ?? [];
    if (whole === undefined || fraction.length > decimals) return null;
    return Number(whole + fraction.padEnd(decimals, "0"));
};

/** Shows another icon of the sprite. */
const setIcon = (svg, name) => {
    const use = svg && one("use", svg);
    if (use) use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#i-${name}`));
};
