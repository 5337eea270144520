//! Postgres' own programs: `pg_dump`, `pg_restore`, `psql`.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

use super::backup::OWN_TABLES;
use super::contents::quoted;
use crate::config::DatabaseUrl;

/// Where the programs are, and which database they are for.
#[derive(Debug, Clone)]
pub struct Programs {
    folder: Option<PathBuf>,
    url: DatabaseUrl,
}

impl Programs {
    /// Those of the private Postgres in `folder`, or for a server the newest that are installed.
    pub fn new(folder: Option<PathBuf>, url: DatabaseUrl) -> Self {
        Self {
            folder: folder.or_else(newest),
            url,
        }
    }

    /// The same for another database of the server.
    pub(super) fn on(&self, database: &str) -> Self {
        Self {
            folder: self.folder.clone(),
            url: self.url.with_database(database),
        }
    }

    /// The database's address.
    pub(super) fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// The password goes by the environment: a command line can be read by everybody on the machine.
    fn command(&self, program: &str) -> Command {
        let path = self
            .folder
            .as_ref()
            .map_or_else(|| PathBuf::from(program), |folder| folder.join(program));
        let mut command = behind_the_till(&path);
        command.stdin(Stdio::null()).kill_on_drop(true);
        let (_, password) = self.url.for_programs();
        if let Some(password) = password {
            command.env("PGPASSWORD", password.reveal());
        }
        command
            .env("PGAPPNAME", "cafe-pos backup")
            .env("PGCONNECT_TIMEOUT", "10");
        command
    }

    /// Writes the schema as it is at a moment into a file, in pg_dump's custom format.
    ///
    /// # Errors
    /// What pg_dump says, or that it is not installed.
    pub(super) async fn dump(&self, schema: &str, moment: &str, into: &Path) -> Result<()> {
        let mut command = self.command("pg_dump");
        command
            .args([
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                "--no-password",
                "--lock-wait-timeout=60s",
            ])
            .arg(format!("--schema={}", quoted(schema)))
            .args(OWN_TABLES.map(|own| format!("--exclude-table-data={}.{own}", quoted(schema))))
            .arg(format!("--snapshot={moment}"))
            .arg("--file")
            .arg(into)
            .arg(self.url.for_programs().0);
        finish(command, "pg_dump").await.map(drop)
    }

    /// Puts the tables of a dump into the schema, all or nothing; `clear` drops first what is in it.
    ///
    /// # Errors
    /// What pg_restore or the server says; then the database is as it was before.
    pub(super) async fn restore(&self, schema: &str, dump: &Path, clear: bool) -> Result<()> {
        let list = self.list_without_schema(dump).await?;
        let mut reading = self
            .command("pg_restore")
            .args(["--no-owner", "--no-privileges", "--file=-", "--use-list"])
            .arg(&list)
            .arg(dump)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|failure| missing("pg_restore", failure))?;
        let mut command = self.command("psql");
        command
            .args([
                "--no-psqlrc",
                "--quiet",
                "--no-password",
                "--single-transaction",
            ])
            .args(["--set", "ON_ERROR_STOP=1", "--output=/dev/null"])
            // The sentence, not the rows around it: it is read by managers and kept in the log.
            .args(["--set", "VERBOSITY=terse", "--set", "SHOW_CONTEXT=never"]);
        command.args(["-c", "SET statement_timeout = 0; SET lock_timeout = '30s'"]);
        if clear {
            let schema = quoted(schema);
            command.args([
                "-c",
                &format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}"),
            ]);
        }
        let mut writing = command
            .args(["-f", "-", "-c", "ANALYZE", "--dbname"])
            .arg(self.url.for_programs().0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|failure| missing("psql", failure))?;
        let script = reading.stdout.take().context("no output")?;
        let into = writing.stdin.take().context("no input")?;
        let (passed, read, written) = tokio::join!(
            pass_on(script, into),
            reading.wait_with_output(),
            writing.wait_with_output()
        );
        let _ = std::fs::remove_file(&list);
        let (read, written) = (read?, written?);
        for (program, output) in [("pg_restore", &read), ("psql", &written)] {
            if output.status.code() == Some(NOT_FOUND) {
                return Err(missing(program, std::io::ErrorKind::NotFound.into()));
            }
        }
        // The server's word first: when it refuses, what the other two see is only a broken pipe.
        if !written.status.success() {
            bail!("The database refused: {}", last_words(&written.stderr));
        }
        if !read.status.success() {
            bail!("pg_restore: {}", last_words(&read.stderr));
        }
        Ok(passed?)
    }

    /// What is in the dump but the schema itself, which is there already: as a list for pg_restore.
    async fn list_without_schema(&self, dump: &Path) -> Result<PathBuf> {
        let mut command = self.command("pg_restore");
        command.arg("--list").arg(dump);
        let listed = finish(command, "pg_restore").await?;
        let kept: String = String::from_utf8_lossy(&listed)
            .lines()
            .filter(|line| !line.contains(" SCHEMA ") && !line.contains(" COMMENT - SCHEMA "))
            .map(|line| format!("{line}\n"))
            .collect();
        let path = dump.with_extension("list");
        tokio::fs::write(&path, kept).await?;
        Ok(path)
    }
}

/// Passes a script on without the one setting in its head that servers before 17 do not know and programs from 17 on write.
async fn pass_on(
    script: impl tokio::io::AsyncRead + Unpin,
    mut into: impl tokio::io::AsyncWrite + Unpin,
) -> std::io::Result<()> {
    let mut script = BufReader::with_capacity(1 << 16, script);
    let mut line = Vec::new();
    loop {
        line.clear();
        if script.read_until(b'\n', &mut line).await? == 0 {
            break;
        }
        if !line.starts_with(b"SET transaction_timeout") {
            into.write_all(&line).await?;
        }
        // Behind the head come tables and rows, in which nothing may be left out.
        if line.starts_with(b"CREATE ") || line.starts_with(b"COPY ") {
            break;
        }
    }
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = script.read(&mut buffer).await?;
        if read == 0 {
            return into.shutdown().await;
        }
        into.write_all(&buffer[..read]).await?;
    }
}

async fn finish(mut command: Command, program: &str) -> Result<Vec<u8>> {
    let output = command
        .output()
        .await
        .map_err(|failure| missing(program, failure))?;
    if output.status.success() {
        Ok(output.stdout)
    } else if output.status.code() == Some(NOT_FOUND) {
        Err(missing(program, std::io::ErrorKind::NotFound.into()))
    } else {
        bail!("{program}: {}", last_words(&output.stderr));
    }
}

/// A program that works when nobody else wants the processor or the disk. In one comparison the slowest hundredth of a till's
/// requests took 62 ms beside a backup without this, and 29 ms with it. What Postgres itself does for it is not behind.
fn behind_the_till(program: &Path) -> Command {
    let mut command = Command::new("nice");
    command.args(["-n", "19"]);
    if Path::new("/usr/bin/ionice").exists() {
        // Where that is not allowed, it works as it is.
        command.args(["ionice", "-t", "-c", "3"]);
    }
    command.arg(program);
    command
}

/// What `nice` ends with when there is no such program.
const NOT_FOUND: i32 = 127;

fn missing(program: &str, failure: std::io::Error) -> anyhow::Error {
    if failure.kind() == std::io::ErrorKind::NotFound {
        anyhow::anyhow!(
            "{program} is not installed: `apt-get install postgresql-client` of the server's version or a newer one"
        )
    } else {
        anyhow::Error::new(failure).context(program.to_owned())
    }
}

/// What a program complained of, as one line of at most 500 characters.
fn last_words(stderr: &[u8]) -> String {
    let said = String::from_utf8_lossy(stderr);
    let plain = said
        .lines()
        .filter(|line| !line.starts_with("DETAIL:") && !line.starts_with("CONTEXT:"));
    let said = plain.collect::<Vec<_>>().join("\n");
    let words: Vec<&str> = said.split_whitespace().collect();
    let line = words.join(" ");
    let start = line.char_indices().rev().nth(499).map_or(0, |(at, _)| at);
    line[start..].to_owned()
}

/// Where Debian puts the programs, the newest version: what is in `PATH` there chooses by other rules.
fn newest() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    versions
        .flatten()
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            let folder = entry.path().join("bin");
            folder
                .join("pg_dump")
                .is_file()
                .then_some((version, folder))
        })
        .max()
        .map(|(_, folder)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_head_of_a_script_loses_the_setting_that_old_servers_do_not_know() {
        let script = "SET lock_timeout = 0;\nSET transaction_timeout = 0;\nSET x = 1;\n\
                      CREATE TABLE t (note text);\nCOPY t (note) FROM stdin;\nSET transaction_timeout = 0;\n\\.\n";
        let mut passed = Vec::new();
        pass_on(script.as_bytes(), &mut passed).await.unwrap();
        let expected = script.replacen("SET transaction_timeout = 0;\n", "", 1);
        assert_eq!(String::from_utf8(passed).unwrap(), expected);
    }

    #[test]
    fn the_end_of_a_long_complaint_is_kept() {
        let said = format!("{}the reason\n", "pg_restore: é\n".repeat(100));
        let words = last_words(said.as_bytes());
        assert!(words.ends_with("the reason"), "{words}");
        assert_eq!(words.chars().count(), 500);
    }
}
