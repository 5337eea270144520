//! The commands of the one binary.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use cafe_pos::commands::{
    audit, backup, check, clock, health, migrate, print_agent, seed, serve, staff,
};
use cafe_pos::config::{Config, LogFormat};
use clap::{Parser, Subcommand};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt};

/// A point of sale for cafés: order, kitchen, cash, count.
///
/// Settings come from the environment; .env.example lists them all.
#[derive(Parser)]
#[command(
    version,
    after_help = "Exit codes: 0 done, 1 failed, 2 a wrong setting or a wrong call."
)]
struct Call {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the till, the boards and the office until told to stop
    Serve,
    /// Bring the database's schema up to date, back, or show how it stands
    #[command(subcommand)]
    Migrate(Migrate),
    /// Add what is missing of the people, tables, terminals and menu a café starts with
    Seed {
        /// Add a month of invented trade too, to look at; refused in production
        #[arg(long)]
        demo: bool,
    },
    /// Look after people's way in
    #[command(subcommand)]
    Staff(Staff),
    /// Say that the machine's clock is right
    #[command(subcommand)]
    Clock(Clock),
    /// Make, list and prove backups
    #[command(subcommand)]
    Backup(Backup),
    /// Put a backup in the place of the data; the program must be stopped
    Restore {
        /// The file: a path, or a name in BACKUP_DIR
        file: PathBuf,
        /// Also where there is data, which is backed up first
        #[arg(long)]
        replace: bool,
    },
    /// Prove that the audit log is what it was
    #[command(subcommand)]
    Audit(Audit),
    /// Say of everything whether it is in order, or what to do
    Check,
    /// Print in a café whose server is elsewhere: ask it for slips, and send them to the printers here
    PrintAgent {
        /// The server's address, such as https://pos.example.com
        #[arg(long, env = "PRINT_AGENT_SERVER")]
        server: String,
        /// The folder in which the agent keeps its token
        #[arg(
            long,
            env = "PRINT_AGENT_STATE",
            default_value = "/var/lib/cafe-pos-print-agent"
        )]
        state: PathBuf,
        /// The pairing code of its terminal, needed once
        #[arg(long)]
        code: Option<String>,
        /// The root certificate of the café's own authority, as a PEM file
        #[arg(long, env = "PRINT_AGENT_CA")]
        ca: Option<PathBuf>,
    },
    /// Ask the program that serves here whether it is well; for the healthcheck of a container
    Health,
}

#[derive(Subcommand)]
enum Migrate {
    /// Apply what is pending
    Up,
    /// Undo the newest migration, with the data in its tables
    Down {
        /// How many to undo
        #[arg(long, default_value_t = 1)]
        steps: u32,
        /// Needed in production
        #[arg(long)]
        lose_data: bool,
    },
    /// List which are applied, which are pending, and which a newer version made
    Status,
}

#[derive(Subcommand)]
enum Backup {
    /// Make one now, and prove it
    Run,
    /// List the last ones with what became of them
    List,
    /// Restore one beside the data and compare, again
    Verify {
        /// Its name in BACKUP_DIR; the youngest without one
        file: Option<String>,
    },
    /// Copy to the other places (BACKUP_COPY_DIR, BACKUP_S3_URL) what is not there yet
    Copy,
    /// Bring a copy back from another place into BACKUP_DIR; needs no database
    Fetch {
        /// Its name; the youngest without one
        file: Option<String>,
        /// Only say what there is
        #[arg(long)]
        list: bool,
    },
}

#[derive(Subcommand)]
enum Audit {
    /// Walk the chain of seals, recompute each, and compare the heads that Z reports keep; exit code 1 where one does not fit
    Verify {
        /// Only as far as this Z report
        #[arg(long, value_name = "NUMBER")]
        until_z: Option<i32>,
        /// Find this hash, or its beginning, in the chain: as it is printed on a Z report
        #[arg(long, value_name = "HASH")]
        head: Option<String>,
    },
}

#[derive(Subcommand)]
enum Clock {
    /// Trade on although sales are dated later than the clock reads: a wrong one dated them
    Believe,
}

#[derive(Subcommand)]
enum Staff {
    /// Give somebody a password for one sign-in, and end their sessions
    ResetPassword {
        /// The username, or the full name
        name: String,
    },
}

fn main() -> ExitCode {
    let call = Call::parse();
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(faults) => {
            eprintln!("{faults}");
            return ExitCode::from(2);
        }
    };
    log_to_stderr(&config);
    for note in &config.notes {
        tracing::warn!("{note}");
    }
    match run(call.command, config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}", one_line(&error));
            ExitCode::FAILURE
        }
    }
}

/// Half of the cores do the program's work, rounded up: Postgres, on the same machine, does most of it, and waking a second
/// thread for each of its answers costs more than the thread gains.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores.div_ceil(2))
        .enable_all()
        .build()
}

fn run(command: Command, config: Config) -> anyhow::Result<()> {
    let runtime = runtime()?;
    let done = runtime.block_on(async {
        match command {
            Command::Serve => serve::serve(config).await,
            Command::Migrate(Migrate::Up) => migrate::run_up(&config).await,
            Command::Migrate(Migrate::Down { steps, lose_data }) => {
                migrate::run_down(&config, steps, lose_data).await
            }
            Command::Migrate(Migrate::Status) => migrate::run_status(&config).await,
            Command::Seed { demo } => seed::run(&config, demo).await,
            Command::Staff(Staff::ResetPassword { name }) => {
                staff::reset_password(&config, &name).await
            }
            Command::Clock(Clock::Believe) => clock::believe(&config).await,
            Command::Backup(Backup::Run) => backup::run(&config).await,
            Command::Backup(Backup::List) => backup::list(&config).await,
            Command::Backup(Backup::Copy) => backup::copy(&config).await,
            Command::Backup(Backup::Fetch { file, list }) => {
                backup::fetch(&config, file.as_deref(), list).await
            }
            Command::Backup(Backup::Verify { file }) => {
                backup::verify(&config, file.as_deref()).await
            }
            Command::Restore { file, replace } => backup::restore(&config, &file, replace).await,
            Command::Audit(Audit::Verify { until_z, head }) => {
                audit::verify(&config, until_z, head).await
            }
            Command::Check => check::run(&config).await,
            Command::Health => health::run(&config).await,
            Command::PrintAgent {
                server,
                state,
                code,
                ca,
            } => {
                let call = print_agent::Call {
                    server,
                    state,
                    code,
                    authority: ca,
                };
                print_agent::run(call).await
            }
        }
    });
    // A password that is still being hashed holds nobody up.
    runtime.shutdown_timeout(Duration::from_millis(100));
    done
}

/// Logs go to stderr, so that what a command answers on stdout can be piped on.
fn log_to_stderr(config: &Config) {
    let colours = io::stderr().is_terminal();
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(colours);
    let lines = match config.log_format {
        LogFormat::Text => lines.with_target(false).boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
    };
    // The filter stands before the layer, not on it: there, a line is lost after each question
    // of sqlx whether a line would be written.
    tracing_subscriber::registry()
        .with(config.log.0.clone())
        .with(lines)
        .init();
}

/// The failure and its causes as one sentence; what Postgres says may be many lines.
fn one_line(error: &anyhow::Error) -> String {
    let mut told: Vec<String> = Vec::new();
    for cause in error.chain().map(ToString::to_string) {
        // Some tell of their cause themselves.
        if !told.last().is_some_and(|last| last.contains(&cause)) {
            told.push(cause);
        }
    }
    let line = told
        .join(": ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    if line.ends_with('.') {
        line
    } else {
        format!("{line}.")
    }
}
