//! Work for a kitchen, and the wall that shows it.

use std::sync::Arc;

use anyhow::{Result, ensure};

use crate::house::House;
use crate::screen::{Screen, View};

impl House {
    /// A wall that shows the kitchen's board with so many tickets, and the tablet of the waiter who sent them.
    pub async fn kitchen_with(&self, tickets: u32) -> Result<(Arc<Screen>, Arc<Screen>)> {
        let joan = self.screen("Joan's tablet", View::TABLET).await?;
        let wall = self.screen("Kitchen", View::WALL).await?;
        joan.signs_in_first("joan").await?;
        joan.opens_table("5", 2).await?;
        joan.sends_many(tickets, "Rolex").await?;
        wall.signs_in_first("peter").await?;
        wall.opens_board("Kitchen").await?;
        wall.sees_tickets(tickets).await?;
        Ok((wall, joan))
    }
}

impl Screen {
    /// Waits until the board counts so many open tickets.
    pub async fn sees_tickets(&self, count: u32) -> Result<()> {
        let look = format!(
            "document.querySelector('#kds-counts .cnt')?.textContent.trim() === '{count} open' || document.querySelector('#kds-counts')?.textContent"
        );
        self.until(&format!("{count} tickets are open"), &look)
            .await
    }

    /// Opens so many counter sales and sends one of `product` from each, faster than fingers can. Whoever does it is at
    /// an order, whose tiles say which product that is.
    pub async fn sends_many(&self, count: u32, product: &str) -> Result<()> {
        let sent = self
            .ask(&format!("({SEND_MANY})({count}, {product:?})"))
            .await?;
        ensure!(sent == count, "{sent} of {count} were sent");
        Ok(())
    }
}

const SEND_MANY: &str = "async (count, product) => {
    const tile = [...document.querySelectorAll('#menu-grid .tile[hx-vals]')].find(tile => tile.textContent.includes(product));
    const id = JSON.parse(tile.getAttribute('hx-vals')).product;
    const hex = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');
    const ask = async (method, path, form) => {
        const headers = { 'HX-Request': 'true', 'Idempotency-Key': hex(), 'Content-Type': 'application/x-www-form-urlencoded' };
        const answer = await fetch(path, { method, headers, body: new URLSearchParams(form) });
        if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    };
    let sent = 0;
    for (; sent < count; sent++) {
        const order = hex().replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
        await ask('PUT', `/orders/${order}`, { kind: 'takeaway' });
        await ask('POST', `/orders/${order}/lines`, { product: id });
        await ask('POST', `/orders/${order}/sends`, {});
    }
    return sent;
}";
