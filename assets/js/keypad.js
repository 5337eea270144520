// Figures: amounts that group their digits, the money keypad with change shown live, PINs, and counting a drawer.
// Integers in minor units throughout. The server computes everything again.

const decimalsOf = element => Number(element.closest("[data-decimals]")?.dataset.decimals ?? 0);
const enter = (input, text) => {
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
};
const visible = selector => all(selector).filter(element => element.checkVisibility()).at(-1);

// ---- amounts ----------------------------------------------------------------------------------------

/** Commas while typing; what is no amount stays as it was typed, for the server to say so. */
const group = input => {
    const [, whole, rest = ""] = /^([\d,]+)(\.\d*)?$/.exec(input.value) ?? [];
    if (whole === undefined) return;
    const afterCaret = input.value.length - input.selectionEnd;
    const grouped = whole.replaceAll(",", "").replace(/^0+(?=\d)/, "").replace(/\B(?=(\d{3})+$)/g, ",") + rest;
    if (grouped === input.value) return;
    input.value = grouped;
    const caret = Math.max(0, grouped.length - afterCaret);
    if (document.activeElement === input) input.setSelectionRange(caret, caret);
};

const typedByHand = new WeakSet(); // until then a digit replaces what stands in it

const press = (input, key) => {
    const stands = typedByHand.has(input) ? input.value.replaceAll(",", "") : "";
    typedByHand.add(input);
    if (key === "delete") return enter(input, input.value.replaceAll(",", "").slice(0, -1));
    const text = stands === "0" ? key : stands + key;
    if (text.replace(/\D/g, "").length <= 12) enter(input, /^0+$/.test(text) ? "0" : text);
};

const showChange = input => {
    const decimals = decimalsOf(input);
    const given = moneyTyped(input.value, decimals) ?? 0;
    for (const button of all(`[data-cash]`)) {
        button.setAttribute("aria-pressed", String(Number(button.dataset.cash) === given));
    }
    for (const box of all(`[data-change="${CSS.escape(input.id)}"]`)) {
        const due = Number(box.dataset.due);
        const short = given < due;
        box.toggleAttribute("data-short", short);
        const texts = {
            given: moneyText(given, decimals),
            change: moneyText(Math.abs(given - due), decimals),
            label: short ? box.dataset.shortLabel ?? "Still to pay" : box.dataset.changeLabel ?? "Change due",
        };
        for (const place of all("[data-out]", box)) place.textContent = texts[place.dataset.out];
    }
};

// ---- PINs -------------------------------------------------------------------------------------------

const pinInput = pad => one("input", pad);
const pressPin = (pad, key) => {
    const input = pinInput(pad);
    if (key === "clear") enter(input, "");
    else if (key === "delete") enter(input, input.value.slice(0, -1));
    else if (input.value.length < 6) enter(input, input.value + key);
};

const showDots = pad => {
    const dots = one(".dots", pad);
    const entered = pinInput(pad).value.length;
    dots.replaceChildren(...Array.from({ length: Math.max(4, entered) }, (_, at) => {
        const dot = document.createElement("i");
        if (at < entered) dot.className = "on";
        return dot;
    }));
    const words = entered === 0 ? "No digit entered" : `${entered} ${entered === 1 ? "digit" : "digits"} entered`;
    dots.setAttribute("aria-label", words);
};

// Refused: begin again.
on("htmx:after:request", event => {
    const { response, sourceElement } = event.detail.ctx;
    const pad = response.status >= 400 && sourceElement.closest?.("form")?.querySelector("[data-keypad=pin]");
    if (pad) pressPin(pad, "clear");
});

// Whose PIN it is.
const showChosen = () => {
    const tile = one("input[name=staff]:checked")?.closest("label");
    for (const place of tile ? all("[data-chosen]") : []) {
        const copies = all(".avatar, b", tile).map(part => part.cloneNode(true));
        if (place.textContent !== copies.map(part => part.textContent).join("")) place.replaceChildren(...copies);
    }
};
on("change", event => {
    if (event.target.name !== "staff") return;
    showChosen();
    const pad = visible("[data-keypad=pin]");
    if (!pad) return;
    pressPin(pad, "clear");
    pinInput(pad).focus({ preventScroll: true });
});

// ---- counting a drawer ------------------------------------------------------------------------------

const countDrawer = scope => {
    const decimals = decimalsOf(scope);
    let sum = 0;
    for (const input of all("[data-value]", scope)) {
        const text = input.value.trim();
        const amount = /^\d{1,5}$/.test(text) ? Number(text) * Number(input.dataset.value) : 0;
        sum += amount;
        const place = one("[data-out=amount]", input.closest("tr"));
        if (place) place.textContent = text === "" ? "" : moneyText(amount, decimals);
    }
    for (const place of all("[data-sum]", scope)) place.textContent = moneyText(sum, decimals);
    for (const place of all("[data-against]", scope)) {
        place.textContent = moneyText(sum - Number(place.dataset.against), decimals);
    }
};

// ---- taps, keys, drawing ----------------------------------------------------------------------------

const keyOf = button => button.dataset.digit ?? ("delete" in button.dataset ? "delete" : "clear");

on("click", event => {
    const button = event.target.closest?.("button");
    if (!button) return;
    const pad = button.closest("[data-keypad]");
    if (pad?.dataset.keypad === "pin" && button.matches("[data-digit], [data-delete], [data-clear]")) pressPin(pad, keyOf(button));
    if (pad?.dataset.keypad === "money") press(document.getElementById(pad.dataset.for), keyOf(button));
    if ("cash" in button.dataset) {
        const input = document.getElementById(button.dataset.for) ?? one("input[data-money]", button.closest("form"));
        if (!input) return;
        typedByHand.delete(input);
        enter(input, moneyText(Number(button.dataset.cash), decimalsOf(input)));
    }
});

// Digits typed beside the inputs go to the keypad one sees.
on("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("textarea, select, input:not([type=radio], [type=checkbox])")) return;
    const key = /^\d$/.test(event.key) ? event.key : event.key === "Backspace" ? "delete" : null;
    const pad = visible("[data-keypad]");
    if (!pad) return;
    const pin = pad.closest("[data-keypad=pin]");
    if (key && pin) pressPin(pin, key);
    else if (key) press(document.getElementById(pad.dataset.for), key);
    else if (event.key !== "Enter") return;
    else if (event.target.closest("button, a, label") && !event.target.closest("[data-keypad]")) return;
    else (pin ? pinInput(pin) : document.getElementById(pad.dataset.for)).form?.requestSubmit();
    event.preventDefault();
});

on("input", event => {
    const input = event.target;
    if (input.matches("[data-money]")) {
        if (event.isTrusted) typedByHand.add(input);
        group(input);
        showChange(input);
    }
    const pad = input.closest("[data-keypad=pin]");
    if (pad) showDots(pad);
    if ("value" in input.dataset) countDrawer(input.closest("form") ?? document);
});

onDraw(places => {
    // A wall has keypads in dialogs alone, and its tickets come all the time.
    if (document.body.classList.contains("wall") && among(places, "[data-keypad]").length === 0) return;
    for (const input of all("input[data-money]")) showChange(input);
    for (const table of all("[data-denominations]")) countDrawer(table.closest("form") ?? document);
    showChosen();
});
