//! What everybody does before the work begins.

use anyhow::Result;

use crate::screen::Screen;

/// What everybody signs in with the first time.
pub const FIRST_PASSWORD: &str = "password123";
/// What everybody chooses then.
pub const OWN_PASSWORD: &str = "matooke before noon";

impl Screen {
    /// Fills in the form of the sign-in page and sends it.
    pub async fn gives_password(&self, username: &str, password: &str) -> Result<()> {
        self.types("#username", username).await?;
        self.types("#password", password).await?;
        self.taps("form button.primary", "Sign in").await
    }

    /// Chooses a password of one's own on the page that asks for it.
    pub async fn chooses_password(&self) -> Result<()> {
        self.sees("h1", "Choose a password").await?;
        self.types("#current", FIRST_PASSWORD).await?;
        self.types("#new", OWN_PASSWORD).await?;
        self.types("#again", OWN_PASSWORD).await?;
        self.taps("form button.primary", "Save password").await
    }

    /// Signs in for the first time ever, and arrives where that person begins.
    pub async fn signs_in_first(&self, username: &str) -> Result<()> {
        self.goes_to("/").await?;
        self.gives_password(username, FIRST_PASSWORD).await?;
        self.chooses_password().await?;
        self.sees_no("h1", "Choose a password").await
    }

    /// Starts a shift with cash in a pouch: `pieces` are notes and coins with how many there are of each.
    pub async fn counts_float(&self, pieces: &[(u32, u32)]) -> Result<()> {
        self.goes_to("/shift").await?;
        self.sees("h1", "Start shift").await?;
        self.taps("fieldset.seg label", "Cash pouch").await?;
        self.counts_cash(pieces).await?;
        self.taps("#start-shift button.primary", "Start shift")
            .await
    }

    /// Types how many there are of each note and coin.
    pub async fn counts_cash(&self, pieces: &[(u32, u32)]) -> Result<()> {
        for (value, count) in pieces {
            self.types(&format!("input[name=count_{value}]"), &count.to_string())
                .await?;
        }
        Ok(())
    }

    /// Opens a new counter sale from the floor.
    pub async fn begins_counter_sale(&self) -> Result<()> {
        self.goes_to("/floor").await?;
        self.taps("aside.side button", "Counter sale").await?;
        self.sees("#order-panel", "Nothing ordered yet").await
    }

    /// Opens a table for `guests`, from the floor.
    pub async fn opens_table(&self, code: &str, guests: u32) -> Result<()> {
        self.goes_to("/floor").await?;
        self.taps("a.tbl b.no", code).await?;
        self.taps(".chips button", &guests.to_string()).await?;
        self.sees("#order-panel", "Nothing ordered yet").await
    }

    /// What is tapped next is for this course.
    pub async fn chooses_course(&self, course: u32) -> Result<()> {
        let choose = format!(
            "(() => {{
                const next = document.querySelector('#order-for select');
                next.value = '{course}';
                next.dispatchEvent(new Event('change', {{ bubbles: true }}));
            }})()"
        );
        self.ask(&choose).await.map(|_| ())
    }

    /// From the list of boards to one of them.
    pub async fn opens_board(&self, station: &str) -> Result<()> {
        self.arrives_at("/kitchen").await?;
        // Who may work at one board only may be led straight to it.
        if self.counts("#board", "").await? == 0 {
            self.can_be_used_by_all("boards").await?;
            self.taps("main a.btn", station).await?;
        }
        self.sees("header.top h1", station).await?;
        self.is_live().await
    }

    /// Becomes a till, with a code that an admin reads out.
    pub async fn becomes_terminal(&self, terminal: &str, admin: &Screen) -> Result<()> {
        self.is_paired_as(terminal, admin).await?;
        self.arrives_at("/sign-in").await
    }

    /// Becomes a display, and shows its board.
    pub async fn becomes_display(&self, terminal: &str, admin: &Screen) -> Result<()> {
        self.is_paired_as(terminal, admin).await?;
        self.arrives_at("/kitchen/stations/").await?;
        self.is_live().await
    }

    async fn is_paired_as(&self, terminal: &str, admin: &Screen) -> Result<()> {
        admin.goes_to("/terminals").await?;
        let edit = format!("button[aria-label='Edit {terminal}']");
        admin.taps(&edit, "").await?;
        admin.taps("dialog button", "Pair a device").await?;
        admin.sees("#pairing-code", "-").await?;
        let code = admin.reads("#pairing-code").await?;
        self.goes_to("/pair").await?;
        self.types("#code", &code).await?;
        self.taps("form button.primary", "Pair").await
    }
}
