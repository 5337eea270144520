//! A headless Chromium with a profile of its own. Each screen lives in a browser context of its own, as if it
//! were on a tablet of its own.

use std::path::PathBuf;
use std::time::Duration;
use std::{env, fs, thread};

use anyhow::{Context, Result, anyhow};
use chromiumoxide::Page;
use chromiumoxide::browser::{Browser, BrowserConfig};
use chromiumoxide::cdp::browser_protocol::target::{
    CreateBrowserContextParams, CreateTargetParams, SetAutoAttachParams,
};
use futures::StreamExt;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Chromium under load, on two cores that others use too.
const PATIENCE: Duration = Duration::from_secs(30);

/// The running browser.
pub struct Chromium {
    browser: Browser,
    events: JoinHandle<()>,
    profile: TempDir,
}

impl Chromium {
    /// Starts it.
    pub async fn start() -> Result<Self> {
        let profile = tempfile::Builder::new()
            .prefix("cafe-chromium-")
            .tempdir()?;
        let config = BrowserConfig::builder()
            .chrome_executable(executable()?)
            .user_data_dir(profile.path())
            .new_headless_mode()
            // Root has no sandbox, nor do many containers; it only ever visits our own program.
            .no_sandbox()
            .viewport(None)
            .launch_timeout(PATIENCE)
            .request_timeout(PATIENCE)
            .args([
                "disable-gpu",
                "hide-scrollbars",
                "no-default-browser-check",
                "disable-component-update",
            ])
            .arg(("font-render-hinting", "none"))
            .build()
            .map_err(|why| anyhow!(why))?;
        let (browser, mut handler) = Browser::launch(config)
            .await
            .context("Chromium does not start")?;
        let events = tokio::spawn(async move { while handler.next().await.is_some() {} });
        Ok(Self {
            browser,
            events,
            profile,
        })
    }

    /// An empty page in a new browser context: no cookies, no storage, nobody signed in.
    pub async fn page(&self) -> Result<Page> {
        let context = CreateBrowserContextParams::builder()
            .dispose_on_detach(true)
            .build();
        let context = self.browser.create_browser_context(context).await?;
        let target = CreateTargetParams::builder()
            .url("about:blank")
            .browser_context_id(context)
            .build()
            .map_err(|why| anyhow!(why))?;
        let page = self.browser.new_page(target).await?;
        // The library asks Chromium to hold new workers for a debugger, which nobody is: they would hang.
        let free = SetAutoAttachParams::builder()
            .auto_attach(false)
            .wait_for_debugger_on_start(false)
            .flatten(true)
            .build()
            .map_err(|why| anyhow!(why))?;
        page.execute(free).await?;
        Ok(page)
    }

    /// Closes it and removes its profile.
    pub async fn end(mut self) {
        let closed = async {
            self.browser.close().await.ok();
            self.browser.wait().await.ok();
        };
        if timeout(Duration::from_secs(10), closed).await.is_err() {
            self.browser.kill().await;
        }
        self.events.abort();
        remove(self.profile);
    }
}

/// Its helpers may write a last file while the folder is being removed.
fn remove(profile: TempDir) {
    let folder = profile.keep();
    for _ in 0..50 {
        if fs::remove_dir_all(&folder).is_ok() || !folder.exists() {
            return;
        }
        thread::sleep(Duration::from_millis(40));
    }
}

/// `$CHROMIUM`, else the first of the usual names in `$PATH`, as `deploy/setup/need.sh` looks for it.
fn executable() -> Result<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM") {
        return Ok(PathBuf::from(named));
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    ["chromium", "google-chrome", "chromium-browser"]
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|program| program.is_file())
        .context("Chromium is missing: deploy/setup/need.sh chromium installs it")
}
