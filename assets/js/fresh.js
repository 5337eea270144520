// A picture is never replaced by an older one. The answer to a tap and the feed come on two connections and may
// overtake each other; what says which revision it shows (data-rev="<what>.<number>") settles it: the swapped
// root itself, or for a region that is swapped inside, any of its children.

const revision = element => {
    const rev = element.getAttribute("data-rev") ?? "";
    const end = rev.lastIndexOf(".");
    return end < 0 ? [] : [[rev.slice(0, end), Number(rev.slice(end + 1))]];
};

const isOlder = ({ target, fragment, swapSpec }) => {
    const coming = [...fragment.children].flatMap(revision);
    if (!target || coming.length === 0) return false;
    // Looked up by what has come, not the other way round: a board shows sixty tickets, and one has changed.
    const shown = what => swapSpec.style.startsWith("outer") ? [target] : all(`:scope > [data-rev^="${CSS.escape(what)}."]`, target);
    return coming.some(([what, number]) => shown(what).flatMap(revision).some(([its, last]) => its === what && number < last));
};

on("htmx:before:swap", event => {
    const { tasks } = event.detail;
    const current = tasks.filter(task => !isOlder(task));
    tasks.splice(0, tasks.length, ...current);
});
