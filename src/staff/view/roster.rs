//! Everybody who works here, for admins.

use maud::{Markup, html};

use crate::staff::store::Listed;
use crate::staff::{Member, Role};
use crate::ui::{self, Field, Kind};
use crate::values::{DayRule, StaffId, initials};
use crate::web::url;

/// The list with its button for a new colleague.
pub fn page_content(people: &[Listed], days: &DayRule) -> Markup {
    html! {
        header {
            h1 { "Staff" }
            span.push {}
            button.btn.primary hx-get=(url::new_staff_member()) hx-target="#sheet" hx-swap="innerHTML" {
                (ui::labelled("adduser", "New colleague"))
            }
        }
        (list(people, days))
    }
}

/// The list alone, which each change redraws.
pub fn list(people: &[Listed], days: &DayRule) -> Markup {
    html! {
        section.card.flush #people {
            table.table {
                caption.vh { "Staff" }
                thead { tr { th { "Name" } th { "Username" } th { "Role" } th { "State" } th { span.vh { "Edit" } } } }
                tbody { @for one in people { (row(one, days)) } }
            }
        }
    }
}

fn row(one: &Listed, days: &DayRule) -> Markup {
    html! {
        tr id={ "staff-" (one.id) } {
            td { span.row { (ui::avatar(&initials(&one.name), one.hue)) (one.name) } }
            td { (one.username) }
            td { (one.role.label()) }
            td { span.row.wrap { (states(one, days)) } }
            td.num {
                button.btn.quiet hx-get=(url::staff_member(one.id)) hx-target="#sheet" hx-swap="innerHTML"
                    aria-label={ "Edit " (one.name) } { (ui::labelled("edit", "Edit")) }
            }
        }
    }
}

fn states(one: &Listed, days: &DayRule) -> Markup {
    html! {
        @if !one.active { (ui::badge_saying(ui::Status::Cancelled, "Inactive")) }
        @if let Some(until) = one.locked_until {
            (ui::badge_of(Kind::Bad, false, &format!("Locked until {}", days.local(until).time())))
        }
        @if one.on_shift { (ui::badge_of(Kind::Ok, false, "On shift")) }
        @if one.active && one.must_change_password { (ui::badge_of(Kind::Info, false, "New password due")) }
        @if one.active && !one.has_pin { (ui::badge_of(Kind::Info, false, "No PIN")) }
    }
}

/// The form for a new colleague.
pub fn new_dialog(key: &str) -> Markup {
    ui::dialog(
        ui::Shape::Sheet,
        "New colleague",
        html! {
            form hx-post=(url::staff()) hx-target="#sheet" hx-swap="innerHTML" {
                (ui::key_input(key))
                div.body.stack {
                    (Field::new("Name", "name").max(60).required())
                    (Field::new("Username", "username").max(40).required().hint("What they sign in with, such as amina.n."))
                    (role_field(Role::Waiter))
                }
                footer { button.btn.lg.primary hx-disable="this" { "Add colleague" } }
            }
        },
    )
}

/// The form for one person, with what else an admin can do about them. `keys` are one for each form.
pub fn edit_dialog(member: &Member, locked: bool, is_oneself: bool, keys: &[String; 4]) -> Markup {
    let [edit, unlock, reset, force_out] = keys;
    ui::dialog(
        ui::Shape::Sheet,
        &member.name,
        html! {
            div.body.stack {
                form.stack #edit-staff hx-put=(url::staff_member(member.id)) hx-target="#sheet" hx-swap="innerHTML" {
                    (ui::key_input(edit))
                    (Field::new("Name", "name").value(&member.name).max(60).required())
                    (role_field(member.role))
                    label.switch {
                        input type="checkbox" role="switch" name="active" value="true" checked[member.active];
                        " Works here"
                    }
                    p { small { "Signs in as " b { (member.username) } ". A new role, or none, ends all sessions." } }
                }
                div.row.wrap {
                    @if locked { (deed(&url::staff_unlock(member.id), unlock, "key", "Unlock")) }
                    @if !is_oneself {
                        (deed(&url::staff_reset_password(member.id), reset, "lock", "Reset password"))
                        (deed(&url::staff_force_out(member.id), force_out, "out", "Sign out everywhere"))
                    }
                }
            }
            footer { button.btn.lg.primary form="edit-staff" hx-disable="this" { "Save" } }
        },
    )
}

fn deed(to: &str, key: &str, icon: &str, label: &str) -> Markup {
    html! {
        form hx-post=(to) hx-target="#sheet" hx-swap="innerHTML" {
            (ui::key_input(key))
            button.btn hx-disable="this" { (ui::labelled(icon, label)) }
        }
    }
}

fn role_field(chosen: Role) -> Markup {
    ui::around(
        "Role",
        "role",
        None,
        None,
        html! {
            select name="role" id="role" aria-describedby="err-role" {
                @for role in Role::ALL { option value=(role.as_str()) selected[role == chosen] { (role.label()) } }
            }
        },
    )
}

/// A password for one sign-in, shown this once. `None`: the request was a repetition, and the password
/// is known to nobody any more.
pub fn one_time_dialog(
    name: &str,
    username: &str,
    password: Option<&str>,
    staff: StaffId,
    key: &str,
) -> Markup {
    ui::dialog(
        ui::Shape::Sheet,
        &format!("First sign-in for {name}"),
        html! {
            div.body.stack {
                @if let Some(password) = password {
                    p { "Hand this over now: it is shown only once. They choose their own at the first sign-in." }
                    dl.kv {
                        dt { "Username" } dd.code { (username) }
                        dt { "Password, once" } dd.code #one-time { (password) }
                    }
                } @else {
                    (ui::banner(Kind::Warn, true, html! { "This was done already, and the password was shown then. Reset it if nobody wrote it down." }))
                    (deed(&url::staff_reset_password(staff), key, "lock", "Reset password"))
                }
            }
            footer { button.btn.lg.primary type="button" data-close { "Done" } }
        },
    )
}

/// The list redrawn beside whatever else is answered.
pub fn redrawn(people: &[Listed], days: &DayRule) -> Markup {
    html! { hx-partial hx-target="#people" hx-swap="outerHTML" { (list(people, days)) } }
}

/// A word about what was done.
pub fn said(sentence: &str) -> Markup {
    html! { hx-partial hx-target="#notice" { (ui::toast(Kind::Ok, sentence)) } }
}
