// A picture is never replaced by an older one. The answer to a tap and the feed come on two connections and may
// overtake each other; a root that says which revision it shows (data-rev="<what>.<number>") settles it.

const revision = element => {
    const [, what, number] = /^(.*)\.(\d+)$/.exec(element?.dataset?.rev ?? "") ?? [];
    return what === undefined ? null : { what, number: Number(number) };
};

const isOlder = ({ target, fragment, swapSpec }) => {
    const shown = revision(swapSpec.style.startsWith("outer") ? target : target?.firstElementChild);
    const coming = revision(fragment.firstElementChild);
    return shown && coming && shown.what === coming.what && coming.number < shown.number;
};

on("htmx:before:swap", event => {
    const { tasks } = event.detail;
    const current = tasks.filter(task => !isOlder(task));
    tasks.splice(0, tasks.length, ...current);
});
