//! Storage that speaks S3's protocol: s3s-fs, which checks each signature, on a port of its own.

use std::net::TcpListener;
use std::path::Path;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tempfile::TempDir;

pub const KEY_ID: &str = "the-cafe";
pub const SECRET: &str = "a-secret-of-the-cafe";

/// A storage that runs for as long as it is kept; its files are in a folder.
pub struct Storage {
    folder: TempDir,
    port: u16,
    _runtime: tokio::runtime::Runtime,
}

impl Storage {
    /// One with an empty bucket "backups".
    pub fn with_bucket() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("backups")).expect("a bucket");
        let files = FileSystem::new(folder.path()).expect("storage");
        let mut service = S3ServiceBuilder::new(files);
        service.set_auth(SimpleAuth::from_single(KEY_ID, SECRET));
        let service = service.build();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener");
        let port = listener.local_addr().expect("an address").port();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            let http = Builder::new(TokioExecutor::new());
            while let Ok((socket, _)) = listener.accept().await {
                let connection = http
                    .serve_connection(TokioIo::new(socket), service.clone())
                    .into_owned();
                tokio::spawn(connection);
            }
        });
        Self {
            folder,
            port,
            _runtime: runtime,
        }
    }

    /// The settings with which a café copies its backups here, with this secret.
    pub fn settings(&self, secret: &str) -> Vec<(&'static str, String)> {
        let url = format!("http://127.0.0.1:{}/backups/nile", self.port);
        vec![
            ("BACKUP_S3_URL", url),
            ("BACKUP_S3_KEY_ID", KEY_ID.to_owned()),
            ("BACKUP_S3_SECRET", secret.to_owned()),
        ]
    }

    /// Where the café's files are.
    pub fn files(&self) -> Vec<String> {
        names(&self.folder.path().join("backups/nile"))
    }
}

/// What is in a folder of backups or copies, sorted; hidden files are not ours.
pub fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .map(|entries| {
            entries
                .flatten()
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .filter(|name| !name.starts_with('.'))
                .collect()
        })
        .unwrap_or_default();
    names.sort();
    names
}
