// A picture is never replaced by an older one. The answer to a tap and the feed come on two connections and may
// overtake each other; what says which revision it shows (data-rev="<what>.<number>") settles it: the swapped
// root itself, or for a region that is swapped inside, any of its children.

const revision = element => {
    const [, what, number] = /^(.*)\.(\d+)$/.exec(element?.dataset?.rev ?? "") ?? [];
    return what === undefined ? null : { what, number: Number(number) };
};

const isOlder = ({ target, fragment, swapSpec }) => {
    const shown = swapSpec.style.startsWith("outer") ? [target] : [...target?.children ?? []];
    const numbers = new Map(shown.map(revision).filter(Boolean).map(({ what, number }) => [what, number]));
    return [...fragment.children].map(revision).some(coming => coming && coming.number < (numbers.get(coming.what) ?? 0));
};

on("htmx:before:swap", event => {
    const { tasks } = event.detail;
    const current = tasks.filter(task => !isOlder(task));
    tasks.splice(0, tasks.length, ...current);
});
