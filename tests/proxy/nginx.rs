//! nginx with the shipped settings; only addresses, ports and paths are this test's own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::servers::{Instance, free_port};

/// What takes the place of a shipped address, port or path.
type Places = Vec<(String, String)>;

/// A running nginx.
pub struct Nginx {
    http: u16,
    https: u16,
    folder: TempDir,
    process: Child,
}

impl Nginx {
    /// With the settings as they are shipped: plain HTTP.
    pub fn shipped(instances: &[Instance; 2]) -> Self {
        Self::start(instances, |settings, _| settings)
    }

    /// With settings that somebody has changed before the start. They see the folder that takes the place of
    /// `deploy/`, too.
    pub fn start(instances: &[Instance; 2], change: impl FnOnce(String, &Path) -> String) -> Self {
        // Open to all, so that nginx' own user can enter when root runs this.
        let folder = tempfile::Builder::new()
            .prefix("cafe-pos-proxy")
            .permissions(fs::Permissions::from_mode(0o755))
            .tempdir()
            .expect("a temporary folder");
        let (http, https) = (free_port(), free_port());
        let here = folder.path();
        for made in ["cafe-pos/pages", "ssl", "acme", "log", "cache"] {
            fs::create_dir_all(here.join(made)).expect("a folder");
        }
        let at =
            |shipped: &str, ours: &str| (shipped.to_owned(), here.join(ours).display().to_string());
        let [a, b] = instances
            .each_ref()
            .map(|instance| instance.door().replace("http://", ""));
        let settings = change(read("deploy/nginx.conf"), here);
        let mut places = vec![
            ("listen 80 ".to_owned(), format!("listen 127.0.0.1:{http} ")),
            (
                "listen 443 ".to_owned(),
                format!("listen 127.0.0.1:{https} "),
            ),
            (
                "server pos-app:3000 max_fails=0;".to_owned(),
                format!("server {a} max_fails=0; server {b} max_fails=0;"),
            ),
            at("/run/nginx.pid", "nginx.pid"),
            at("/var/log/nginx", "log"),
            at("/var/cache/nginx", "cache"),
            at("/etc/nginx/cafe-pos", "cafe-pos"),
            at("/etc/nginx/ssl", "ssl"),
        ];
        write(&here.join("nginx.conf"), settings, &places);
        places = vec![
            at("/etc/nginx/cafe-pos", "cafe-pos"),
            at("/var/www/acme", "acme"),
        ];
        write(
            &here.join("cafe-pos/house.conf"),
            read("deploy/proxy/house.conf"),
            &places,
        );
        for page in fs::read_dir(shipped("deploy/proxy/pages")).expect("pages") {
            let page = page.expect("a page");
            let to = here.join("cafe-pos/pages").join(page.file_name());
            fs::copy(page.path(), to).expect("a copy");
        }
        let process = command()
            .args(["-g", "daemon off;", "-p"])
            .arg(here)
            .args(["-e", "log/error.log", "-c", "nginx.conf"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nginx is installed");
        Self {
            http,
            https,
            folder,
            process,
        }
    }

    /// Where browsers find it.
    pub fn door(&self) -> String {
        format!("http://127.0.0.1:{}", self.http)
    }

    /// Where it speaks TLS, once that is uncommented.
    pub fn tls(&self) -> String {
        format!("127.0.0.1:{}", self.https)
    }

    /// The folder that takes the place of `deploy/`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What it noted about requests so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder().join("log/access.log")).expect("its log")
    }

    /// Waits until it answers.
    pub async fn answers(&self) {
        let begun = Instant::now();
        let health = self.door() + "/proxy-health";
        while !cafe_pos::web::ask::client()
            .build()
            .expect("a client")
            .get(&health)
            .send()
            .await
            .is_ok_and(|it| it.status().is_success())
        {
            let said = || fs::read_to_string(self.folder().join("log/error.log"));
            assert!(
                begun.elapsed() < Duration::from_secs(10),
                "no nginx: {:?}",
                said()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Killed, it would leave its workers behind.
        let _ = Command::new("kill")
            .arg(self.process.id().to_string())
            .status();
        let _ = self.process.wait();
    }
}

/// Debian keeps it where ordinary users do not look.
fn command() -> Command {
    let at = PathBuf::from("/usr/sbin/nginx");
    Command::new(if at.exists() {
        at
    } else {
        PathBuf::from("nginx")
    })
}

/// A file of this project.
pub fn shipped(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(shipped(path)).expect("it is shipped")
}

/// Writes settings with these places in them. Each has to occur, or the test would look at something else than it thinks.
fn write(to: &Path, mut settings: String, places: &Places) {
    for (shipped, ours) in places {
        assert!(
            settings.contains(shipped.as_str()),
            "no {shipped:?} in\n{settings}"
        );
        settings = settings.replace(shipped, ours);
    }
    fs::write(to, settings).expect("its settings");
}
