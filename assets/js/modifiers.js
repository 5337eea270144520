// The modifiers sheet: how many may be chosen, what is missing, what it costs, words before choices, and adding without
// a tap on Add where the last required choice was all that was missing. The server checks everything again.

const boxes = group => all("input[type=radio], input[type=checkbox]", group);
const minimum = group => Number(group.dataset.min ?? 0);
const maximum = group => Number(group.dataset.max || Infinity);
const isSingle = group => minimum(group) === 1 && maximum(group) === 1;
const isMissing = group => boxes(group).filter(box => box.checked).length < minimum(group);
const groupsOf = form => all("[data-group]", form);

const touched = new WeakSet(); // forms in which something optional was touched
const lacked = new WeakMap(); // form → the groups that were missing when last drawn

const drawForm = form => {
    for (const chip of all("[data-how]", form)) if (contradicts(chip)) say(chip, null);
    for (const group of groupsOf(form)) limit(group);
    const missing = groupsOf(form).filter(isMissing);
    lacked.set(form, missing);
    const add = one("button[data-add]", form);
    if (!add) return;
    const verb = form.dataset.verb ?? "Add";
    const text = missing.length
        ? `Choose ${missing[0].dataset.group} to ${verb.toLowerCase()}`
        : `${verb} ${moneyText(price(form), Number(form.dataset.decimals ?? 0))}`;
    add.disabled = missing.length > 0;
    if (add.textContent !== text) add.textContent = text;
};

const limit = group => {
    const chosen = boxes(group).filter(box => box.checked).length;
    const full = chosen >= maximum(group);
    group.toggleAttribute("data-done", chosen >= minimum(group));
    for (const box of boxes(group)) {
        if (box.type !== "checkbox" || box.checked) continue;
        if (full && !box.disabled) {
            box.disabled = true;
            box.dataset.full = "";
        } else if (!full && "full" in box.dataset) {
            box.disabled = false;
            delete box.dataset.full;
        }
    }
    const counter = one("[data-counter]", group);
    if (counter && Number.isFinite(maximum(group))) counter.textContent = `${chosen} of ${maximum(group)}`;
};

const price = form => {
    const extras = all("input:checked[data-delta]", form).reduce((sum, box) => sum + surcharge(box), 0);
    return (Number(form.dataset.price) + extras) * Number(form.elements.quantity?.value ?? 1);
};

const surcharge = box => {
    const delta = Number(box.dataset.delta);
    return delta > 0 && box.closest("[data-choice]").dataset.how === "extra" ? 2 * delta : delta;
};

// ---- Extra, Light, Side, No: a word for the choice that is tapped next ------------------------------------

const wordOf = form => one("[data-word][aria-pressed=true]", form)?.dataset.word ?? null;

const press = (form, word) => {
    for (const button of all("[data-word]", form)) button.setAttribute("aria-pressed", String(button.dataset.word === word));
    if (word) form.dataset.armed = word;
    else delete form.dataset.armed;
};

// A word about a choice that is not taken any more; "no" about one that is.
const contradicts = chip => (chip.dataset.how === "no") === one("input:not([type=hidden])", chip).checked;

const say = (chip, word) => {
    if (word) chip.dataset.how = word;
    else delete chip.dataset.how;
    one("input[type=hidden]", chip).value = word ? `${word}:${chip.dataset.choice}` : "";
    one(".word", chip).textContent = word ? one(`[data-word=${word}]`, chip.closest("form")).textContent : "";
};

const take = (chip, word) => {
    const box = one("input:not([type=hidden])", chip);
    if (word === "no" && box.type === "radio") return; // something must be chosen: another one says it
    box.checked = word !== "no";
    say(chip, word);
    press(chip.closest("form"), null);
    box.dispatchEvent(new Event("input", { bubbles: true }));
};

on("click", event => {
    const button = event.target.closest?.("[data-word]");
    if (button) {
        const form = button.closest("form");
        press(form, wordOf(form) === button.dataset.word ? null : button.dataset.word);
        return;
    }
    const chip = event.target.closest?.("[data-choice]");
    const word = chip && wordOf(chip.closest("form"));
    if (!word || (one("input:not([type=hidden])", chip).disabled && word !== "no")) return;
    event.preventDefault(); // which puts the box back after this: it is set when that is over
    setTimeout(() => take(chip, word));
}, { capture: true });

// A tap without a word takes the word off.
on("change", event => {
    const chip = event.target.closest?.("[data-choice][data-how]");
    if (!chip) return;
    say(chip, null);
    drawForm(chip.closest("form"));
});

on("input", event => {
    const form = event.target.closest?.("form[data-modifiers]");
    if (!form) return;
    const group = event.target.closest("[data-group]");
    const missedOne = lacked.get(form)?.length === 1 && lacked.get(form)[0] === group;
    if (!group || !isSingle(group)) touched.add(form);
    drawForm(form);
    const missing = lacked.get(form);
    if (!group || !isSingle(group)) return;
    if (missing.length > 0) missing[0].scrollIntoView({ block: "nearest" });
    else if (missedOne && "auto" in form.dataset && !touched.has(form)) form.requestSubmit();
});

// − [n] + of a form (ui::stepper). The steppers of order lines are requests of their own.
on("click", event => {
    const button = event.target.closest?.("[data-step]");
    const stepper = button?.closest("[data-stepper]");
    if (!stepper) return;
    const input = one("input", stepper);
    const asked = Number(input.value) + Number(button.dataset.step);
    input.value = Math.min(Number(stepper.dataset.max), Math.max(Number(stepper.dataset.min), asked));
    one("output", stepper).textContent = input.value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
});

onDraw(() => {
    for (const form of all("form[data-modifiers]")) drawForm(form);
});
