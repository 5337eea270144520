//! Work for a kitchen, and the wall that shows it.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};

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
        self.sends_orders_of(count, &[product]).await
    }

    /// The same with one of each of these products.
    pub async fn sends_orders_of(&self, count: u32, products: &[&str]) -> Result<()> {
        let sent = self
            .ask(&format!(
                "(() => {{ {COMMANDS} return ({SEND_MANY})({count}, {products:?}); }})()"
            ))
            .await?;
        ensure!(sent == count, "{sent} of {count} were sent");
        Ok(())
    }

    /// Opens a counter sale without a finger, and goes to it.
    pub async fn is_at_a_new_sale(&self) -> Result<()> {
        let order = self
            .ask(&format!("(() => {{ {COMMANDS} return opened(); }})()"))
            .await?;
        self.goes_to(order.as_str().context("an order")?).await
    }
}

const SEND_MANY: &str = "async (count, products) => {
    const tiles = [...document.querySelectorAll('#menu-grid .tile[hx-vals]')];
    const ids = products.map(product => JSON.parse(tiles.find(tile => tile.textContent.includes(product)).getAttribute('hx-vals')).product);
    let sent = 0;
    for (; sent < count; sent++) {
        const order = await opened();
        for (const product of ids) await command('POST', `${order}/lines`, { product });
        await command('POST', `${order}/sends`, {});
    }
    return sent;
}";

/// What the page sends, sent without a finger.
const COMMANDS: &str = "const hex = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');
    const command = async (method, path, form) => {
        const headers = { 'HX-Request': 'true', 'Idempotency-Key': hex(), 'Content-Type': 'application/x-www-form-urlencoded' };
        const answer = await fetch(path, { method, headers, body: new URLSearchParams(form) });
        if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    };
    const opened = async () => {
        const path = '/orders/' + hex().replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
        await command('PUT', path, { kind: 'takeaway' });
        return path;
    };";
