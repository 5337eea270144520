//! The deeds of the log: which kind each is of, and what people call it.

/// A kind of deed, as somebody looks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// In addresses.
    pub key: &'static str,
    /// As people read it.
    pub label: &'static str,
    /// Its deeds, each as it is stored and as people read it.
    pub deeds: &'static [(&'static str, &'static str)],
}

/// Every kind. Each deed is of one.
pub const KINDS: &[Kind] = &[
    Kind {
        key: "struck",
        label: "Struck out, given free, taken off",
        deeds: &[
            ("order.line_voided", "Struck out after sending"),
            ("order.line_comped", "Given free"),
            ("order.line_removed", "Taken off before sending"),
            ("order.line_returned", "Came back, with its money"),
            ("order.cancelled", "Called off"),
            (
                "order.changed_after_bill",
                "Changed after its bill was printed",
            ),
        ],
    },
    Kind {
        key: "prices",
        label: "Discounts and open items",
        deeds: &[
            ("order.discounted", "Discount given"),
            ("order.discount_taken_off", "Discount taken off"),
            ("order.open_item", "Item that is not on the menu"),
        ],
    },
    Kind {
        key: "orders",
        label: "Orders",
        deeds: &[
            ("order.sent", "Sent"),
            ("order.served", "Carried out"),
            ("order.serving_taken_back", "Carrying out taken back"),
            ("order.settled", "Paid in full"),
            ("order.reopened", "Opened again"),
            ("order.moved", "Moved to another table"),
            ("order.merged", "Merged"),
            ("order.lines_moved", "Lines moved to another order"),
            ("order.transferred", "Given to another waiter"),
            ("order.handed_over", "Handed to another shift"),
            ("order.carried_over", "Left to whoever takes it up"),
            ("order.taken_up", "Taken up"),
        ],
    },
    Kind {
        key: "money",
        label: "Payments",
        deeds: &[
            ("payment.taken", "Payment taken"),
            ("payment.placed", "Payment put on an order"),
            ("payment.relayed", "Payment told by the relay"),
            ("payment.orphaned", "Payment that belongs to nothing here"),
            ("payment.verified", "Payment verified by hand"),
            ("payment.unverified", "Verification taken back"),
            ("attempt.started", "Money asked for"),
            ("attempt.confirmed", "Money that was asked for came"),
            ("attempt.ended", "Waiting for money ended"),
            ("attempt.failed", "Money asked for did not come"),
            ("attempt.cancelled", "Money asked for was called off"),
            ("statement.read_in", "Statement read in"),
        ],
    },
    Kind {
        key: "refunds",
        label: "Refunds",
        deeds: &[
            ("payment.refunded", "Money given back"),
            ("refund.accepted", "Refund accepted by Pesapal"),
            ("refund.refused", "Refund refused by Pesapal"),
            ("refund.confirmed", "Refund confirmed by Pesapal"),
            ("refund.unheard", "Refund of which nothing was heard"),
        ],
    },
    Kind {
        key: "paper",
        label: "Bills, receipts, reports",
        deeds: &[
            ("bill.printed", "Bill printed"),
            ("receipt.printed", "Receipt printed"),
            ("shift.report_printed", "Shift report printed"),
            ("day.report_printed", "Z report printed"),
            ("print_job.again", "Printed again, or elsewhere"),
            ("print_job.cancelled", "Print called off"),
        ],
    },
    Kind {
        key: "cash",
        label: "Cash, shifts and days",
        deeds: &[
            ("shift.opened", "Shift opened"),
            ("shift.float_counted", "Float counted"),
            ("shift.counted", "Cash counted"),
            ("shift.closed", "Shift closed"),
            ("cash.moved", "Cash moved without a sale"),
            ("cash.taken_back", "Movement of cash taken back"),
            ("cash.refused", "More cash asked for than is there"),
            ("drawer.opened", "Drawer opened without a sale"),
            (
                "drawer.opened_again",
                "Drawer opened once more for a payment",
            ),
            ("drawer.handed_over", "Drawer handed over"),
            ("drawer.not_taken_over", "Drawer not taken over"),
            ("day.closed", "Day closed"),
            ("clock.believed", "Clock said to be right"),
        ],
    },
    Kind {
        key: "approvals",
        label: "Approvals",
        deeds: &[
            ("approval.asked", "Approval asked for"),
            ("approval.given", "Approved"),
            ("approval.refused", "Refused"),
            ("approval.denied", "Approval denied on the device"),
            ("approval.withdrawn", "Request taken back"),
        ],
    },
    Kind {
        key: "kitchen",
        label: "Kitchen",
        deeds: &[
            ("ticket.started", "Ticket started"),
            ("ticket.bumped", "Ticket bumped"),
            ("ticket.recalled", "Ticket recalled"),
            ("ticket.line_done", "Line done"),
            ("ticket.line_reopened", "Line not done after all"),
            ("ticket.void_seen", "Struck-out line seen"),
            ("ticket.put_first", "Ticket put first"),
            ("ticket.put_back", "Ticket put back in its place"),
            ("ticket.unseen", "Ticket that no screen showed in time"),
            ("ticket.told", "Station told by word of mouth"),
            ("ticket.printed_again", "Ticket printed again"),
        ],
    },
    Kind {
        key: "menu",
        label: "Menu and prices",
        deeds: &[
            ("menu.stock", "Sold out, counted down or back"),
            ("price_list.added", "Price list added"),
            ("price_list.edited", "Price list changed"),
            ("price_list.deleted", "Price list deleted"),
            ("price_list.priced", "Price on a list set"),
            ("price_list.taken_off", "Product taken off a price list"),
        ],
    },
    Kind {
        key: "people",
        label: "People and signing in",
        deeds: &[
            ("staff.signed_in", "Signed in"),
            ("staff.signed_out", "Signed out"),
            ("staff.signed_out_everywhere", "Signed out everywhere"),
            ("staff.forced_out", "Forced out"),
            ("staff.locked", "Locked after wrong secrets"),
            ("staff.unlocked", "Unlocked"),
            ("staff.hired", "Person added"),
            ("staff.edited", "Person changed"),
            ("staff.password_changed", "Own password changed"),
            ("staff.password_reset", "Password reset"),
            ("staff.pin_set", "PIN set"),
        ],
    },
    Kind {
        key: "house",
        label: "Settings, terminals, stations, printers",
        deeds: &[
            ("settings.changed", "Settings changed"),
            ("terminal.added", "Terminal added"),
            ("terminal.edited", "Terminal changed"),
            ("terminal.code_made", "Pairing code made"),
            ("terminal.paired", "Terminal paired"),
            ("terminal.revoked", "Pairing taken back"),
            ("station.added", "Station added"),
            ("station.edited", "Station changed"),
            ("printer.added", "Printer added"),
            ("printer.edited", "Printer changed"),
            ("printer.paused", "Printer told to wait"),
            ("printer.resumed", "Printer told to go on"),
            (
                "printer.jobs_moved",
                "What waited for a printer sent to another",
            ),
        ],
    },
    Kind {
        key: "backups",
        label: "Backups",
        deeds: &[
            ("backup.asked", "Backup asked for"),
            ("backup.failed", "Backup failed"),
            ("backup.proof_asked", "Proof of a backup asked for"),
            ("backup.proved", "Backup proved"),
            ("backup.unproved", "Backup that could not be proved"),
            ("backup.copied", "Backup copied elsewhere"),
            ("backup.downloaded", "Backup downloaded"),
            ("backup.uploaded", "Backup uploaded"),
            ("backup.found", "Backup found in the folder"),
            ("backup.removed", "Old backup removed"),
            ("backup.restored", "Backup restored"),
            ("backups.planned", "Plan of backups changed"),
        ],
    },
];

/// What people call a deed; one that this version does not know, as it is stored.
pub fn label(deed: &str) -> &str {
    let known = KINDS.iter().flat_map(|kind| kind.deeds);
    let known = known.into_iter().find(|(code, _)| *code == deed);
    known.map_or(deed, |(_, label)| label)
}

/// The deeds of a kind, or the one deed of this name.
pub fn named(key: &str) -> Option<Vec<&'static str>> {
    if let Some(kind) = KINDS.iter().find(|kind| kind.key == key) {
        return Some(kind.deeds.iter().map(|(code, _)| *code).collect());
    }
    let mut all = KINDS.iter().flat_map(|kind| kind.deeds);
    all.find(|(code, _)| *code == key)
        .map(|(code, _)| vec![*code])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_deed_is_of_one_kind() {
        let all: Vec<&str> = KINDS
            .iter()
            .flat_map(|kind| kind.deeds.iter().map(|(code, _)| *code))
            .collect();
        let once: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(all.len(), once.len());
        assert_eq!(named("refunds").unwrap().len(), 5);
        assert_eq!(named("order.sent"), Some(vec!["order.sent"]));
        assert_eq!(named("nothing"), None);
        assert_eq!(label("order.sent"), "Sent");
        assert_eq!(label("later.version"), "later.version");
    }

    /// Whoever writes a new deed into the log says here what people call it.
    #[test]
    fn every_deed_that_is_written_has_a_name() {
        let known: BTreeSet<&str> = KINDS
            .iter()
            .flat_map(|kind| kind.deeds.iter().map(|(code, _)| *code))
            .collect();
        let mut files = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        let mut seen = 0;
        while let Some(path) = files.pop() {
            if path.is_dir() {
                files.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
                continue;
            }
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            for beginning in ["Entry::new(\"", "Entry::general(\""] {
                for rest in text.split(beginning).skip(1) {
                    let deed = rest.split('"').next().unwrap();
                    let is_deed = deed.contains('.')
                        && deed
                            .chars()
                            .all(|c| c.is_ascii_lowercase() || c == '_' || c == '.');
                    if is_deed {
                        seen += 1;
                        assert!(known.contains(deed), "{deed} of {}", path.display());
                    }
                }
            }
        }
        assert!(seen > 40, "{seen}");
    }
}
