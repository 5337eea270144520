// A picture is never replaced by an older one. The answer to a tap and the feed come on two connections and may
// overtake each other; what says which revision it shows (data-rev="<what>.<number>") settles it: the swapped
// root itself, or for a region that is swapped inside, any of its children.

const revision = element => {
    const [, what, number] = /^(.*)\.(\d+)$/.exec(element.dataset.rev ?? "") ?? [];
    return what === undefined ? [] : [{ what, number: Number(number) }];
};

const isOlder = ({ target, fragment, swapSpec }) => {
    const coming = [...fragment.children].flatMap(revision);
    if (!target || coming.length === 0) return false;
    // Only what comes is looked for: a board has many that do not.
    const shown = swapSpec.style.startsWith("outer") ? [target] : [...target.children];
    return coming.some(({ what, number }) => {
        const there = shown.find(each => each.getAttribute("data-rev")?.startsWith(`${what}.`));
        return there && revision(there).some(its => number < its.number);
    });
};

on("htmx:before:swap", event => {
    const { tasks } = event.detail;
    const current = tasks.filter(task => !isOlder(task));
    tasks.splice(0, tasks.length, ...current);
});
