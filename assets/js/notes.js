// What is often written for the kitchen, one tap each (data-write): it is added to the note beside it, or taken out again.

on("click", event => {
    const template = event.target.closest?.("[data-write]");
    const note = template && one("textarea[name=note]", template.closest("form"));
    if (!note) return;
    const said = note.value.split(",").map(part => part.trim()).filter(Boolean);
    const text = template.dataset.write;
    const rest = said.filter(part => part !== text);
    const all = rest.length < said.length ? rest : [...said, text];
    const value = all.join(", ");
    if (value.length > note.maxLength) return;
    note.value = value;
    showWritten();
});

const showWritten = () => {
    for (const template of all("[data-write]")) {
        const note = one("textarea[name=note]", template.closest("form"));
        const said = (note?.value ?? "").split(",").map(part => part.trim());
        template.setAttribute("aria-pressed", String(said.includes(template.dataset.write)));
    }
};
on("input", event => event.target.matches("textarea[name=note]") && showWritten());
onDraw(showWritten);
