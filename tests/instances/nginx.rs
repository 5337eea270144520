//! Debian's nginx before the instances, as in production.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::MetadataExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::servers::{Instance, free_port, signal};

/// What it may take to be there.
const PATIENCE: Duration = Duration::from_secs(20);

/// A proxy of our own, which ends with its value.
pub struct Nginx {
    port: u16,
    process: Child,
    // After the process: it still writes while it stops.
    folder: TempDir,
}

impl Nginx {
    /// Starts it before these instances.
    pub async fn start(instances: &[&Instance]) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let port = free_port();
        let file = folder.path().join("nginx.conf");
        fs::write(&file, configuration(port, instances)).expect("its configuration");
        let process = Command::new(program())
            .arg("-p")
            .arg(folder.path())
            .arg("-c")
            .arg(&file)
            .args(["-e", "error.log"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nginx is installed (deploy/setup/need.sh nginx)");
        let mut nginx = Self {
            port,
            process,
            folder,
        };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = nginx.process.try_wait().expect("its state");
            assert!(ended.is_none(), "nginx ended: {}", nginx.log());
            assert!(begun.elapsed() < PATIENCE, "no nginx within {PATIENCE:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        nginx
    }

    /// The beginning of its addresses.
    pub fn door(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it has to say about the instances.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        signal(self.process.id(), "TERM");
        let _ = self.process.wait();
    }
}

/// The rules of `deploy/nginx.conf` for upstreams, retries and streams, and nothing else of it: that the file itself works
/// is for `tests/proxy`.
fn configuration(port: u16, instances: &[&Instance]) -> String {
    // Its workers would be somebody who may not enter its folder.
    let is_root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    let user = if is_root { "user root;" } else { "" };
    let servers: String = instances
        .iter()
        .map(|instance| format!("server 127.0.0.1:{} max_fails=0;\n", instance.port()))
        .collect();
    format!(
        "{user}
daemon off;
worker_processes 1;
pid nginx.pid;
error_log error.log warn;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    upstream instances {{
        {servers}
        keepalive 16;
    }}
    server {{
        listen 127.0.0.1:{port};
        proxy_http_version 1.1;
        proxy_set_header Connection \"\";
        proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        proxy_set_header X-Request-Id $request_id;
        proxy_connect_timeout 250ms;
        proxy_next_upstream error timeout http_502 http_503 non_idempotent;
        location / {{ proxy_pass http://instances; }}
        location /api/realtime/stream {{
            proxy_pass http://instances;
            proxy_buffering off;
            proxy_read_timeout 3600s;
        }}
    }}
}}
"
    )
}

/// Debian keeps it where an ordinary user's shell does not look.
fn program() -> &'static str {
    let of_the_system = "/usr/sbin/nginx";
    match fs::exists(of_the_system) {
        Ok(true) => of_the_system,
        _ => "nginx",
    }
}
