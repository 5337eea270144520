//! What becomes of tickets after their lines were sent: cut, struck out, moved (kitchen.md, section 1).

use uuid::Uuid;

use super::book::*;

impl Book {
    /// Pieces that were cut off a line stand where that one stands.
    pub fn cut_on_board(&mut self, of: usize, cut: &Line) {
        for ticket in &mut self.tickets {
            let mut cut_off = Vec::new();
            for line in ticket.lines.iter_mut().filter(|one| one.line.number == of) {
                line.line.quantity -= cut.quantity;
                let (number, quantity) = (cut.number, cut.quantity);
                let mut new = TicketLine {
                    id: Uuid::nil(),
                    ..line.clone()
                };
                (new.line.number, new.line.id, new.line.quantity) = (number, Uuid::nil(), quantity);
                cut_off.push(new);
            }
            ticket.lines.extend(cut_off);
        }
    }

    /// A line that was struck out stays on its ticket until somebody says that they know. Where the ticket has left the board,
    /// it comes back alone. What the guest has is nothing to stop.
    pub fn strike_out_on_board(&mut self, at: usize, struck: &[(usize, State)]) {
        let mut notices = Vec::new();
        for ticket in self.tickets.iter_mut().filter(|ticket| ticket.order == at) {
            let mut hit = Vec::new();
            for line in &mut ticket.lines {
                let number = line.line.number;
                let Some((_, before)) = struck.iter().find(|(one, _)| *one == number) else {
                    continue;
                };
                hit.push(number);
                line.void = match before {
                    State::Served => Void::Seen,
                    _ => Void::Unseen,
                };
            }
            if ticket.bumped_at.is_some() && ticket.has_unseen() {
                let lines = std::mem::take(&mut ticket.lines);
                let (unseen, stay) = lines.into_iter().partition(|one| one.void == Void::Unseen);
                ticket.lines = stay;
                let mut notice = ticket.beside(unseen, self.now);
                notice.changes = 1;
                notices.push(notice);
            }
            let is_hit = |line: &TicketLine| hit.contains(&line.line.number);
            ticket.changes += i64::from(ticket.lines.iter().any(is_hit));
            // What has to be seen asks for another receipt.
            let is_to_be_seen = |line: &TicketLine| is_hit(line) && line.void == Void::Unseen;
            ticket.shown &= !ticket.lines.iter().any(is_to_be_seen);
        }
        self.tickets.extend(notices);
    }

    /// A ticket goes with its lines to another order where all of it does, and is cut in two where not.
    pub fn move_on_board(&mut self, from: usize, to: usize, going: &[usize]) {
        let mut cut_off = Vec::new();
        for ticket in self.tickets.iter_mut().filter(|one| one.order == from) {
            let goes = |line: &TicketLine| going.contains(&line.line.number);
            if !ticket.lines.iter().any(goes) {
                continue;
            }
            if ticket.lines.iter().all(goes) {
                ticket.order = to;
                continue;
            }
            let lines = std::mem::take(&mut ticket.lines);
            let (gone, stay) = lines.into_iter().partition(goes);
            ticket.lines = stay;
            let copy = Ticket {
                id: Uuid::nil(),
                order: to,
                former: None,
                changes: 0,
                lines: gone,
                ..ticket.clone()
            };
            ticket.changes += 1;
            cut_off.push(copy);
        }
        self.tickets.extend(cut_off);
        self.retitle(to);
    }
}
