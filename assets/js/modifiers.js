// The modifiers sheet: how many may be chosen, what is missing, what it costs, and adding without a tap on Add
// where the last required choice was all that was missing. The server checks everything again.

const boxes = group => all("input[type=radio], input[type=checkbox]", group);
const minimum = group => Number(group.dataset.min ?? 0);
const maximum = group => Number(group.dataset.max || Infinity);
const isSingle = group => minimum(group) === 1 && maximum(group) === 1;
const isMissing = group => boxes(group).filter(box => box.checked).length < minimum(group);
const groupsOf = form => all("[data-group]", form);

const touched = new WeakSet(); // forms in which something optional was touched
const lacked = new WeakMap(); // form → the groups that were missing when last drawn

const drawForm = form => {
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
    const extras = all("input:checked[data-delta]", form).reduce((sum, box) => sum + Number(box.dataset.delta), 0);
    return (Number(form.dataset.price) + extras) * Number(form.elements.quantity?.value ?? 1);
};

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
