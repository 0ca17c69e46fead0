//! Real PostgreSQL for the tests: its own programs, started in a folder of their own and gone with the tests.
//!
//! A [`Server`](server::Server) is one plain server, where every test takes an empty database of its own.
//! A [`Cluster`](cluster::Cluster) is three that replace each other, a [`Gate`](gate::Gate) the way there, to be cut.
//! Nothing of it outlives the test process, even a killed one: all of it lives in a [`Den`](den::Den).
//!
//! `cargo test` promises to need nothing but Rust: where the programs are missing the tests say that they were skipped.
//! Where `SIGAP_CI` is set, that is a failure.

pub mod cluster;
pub mod den;
pub mod gate;
pub mod server;

use std::env;
use std::ffi::OsString;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The role that the bot connects as; it owns its databases and nothing else.
pub const ROLE: &str = "sigap";

/// Below the ports that the kernel hands out by itself: a stopped server's port is still free when it comes back.
const PORTS: std::ops::Range<u16> = 15_000..32_000;
const POLL: Duration = Duration::from_millis(20);

/// The folder of PostgreSQL's programs: Debian's newest, else the one in the `PATH`.
pub fn programs() -> Option<PathBuf> {
    let debian = Path::new("/usr/lib/postgresql");
    let versions = debian.read_dir().into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|version| version.file_name().to_str()?.parse::<u32>().ok())
        .filter(|version| debian.join(format!("{version}/bin/initdb")).exists())
        .max();
    match newest {
        Some(version) => Some(debian.join(format!("{version}/bin"))),
        None => Some(in_path("initdb")?.parent()?.to_path_buf()),
    }
}

/// A program of the `PATH`.
pub fn in_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|program| program.exists())
}

/// Says that a test has nothing to run on, which only a tester's own machine may lack.
pub fn missing(what: &str) {
    assert!(env::var_os("SIGAP_CI").is_none(), "{what}");
    println!("skipped: {what}");
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let span = u32::from(PORTS.end - PORTS.start);
    // Test processes that run beside each other begin far apart.
    let first = std::process::id().wrapping_mul(97) % span;
    (0..span)
        .map(|_| {
            let step = u32::from(NEXT.fetch_add(1, Ordering::Relaxed));
            PORTS.start + u16::try_from((first + step) % span).expect("the span is of ports")
        })
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .expect("a port is free")
}

/// Runs SQL by PostgreSQL's own client and returns what it prints.
pub fn sql(programs: &Path, url: &str, statements: &str) -> Result<String, String> {
    let mut psql = Command::new(programs.join("psql"));
    without_settings(&mut psql).args([
        "-XAtq",
        "-v",
        "ON_ERROR_STOP=1",
        "-d",
        url,
        "-c",
        statements,
    ]);
    let ended = psql.output().unwrap();
    if ended.status.success() {
        Ok(String::from_utf8_lossy(&ended.stdout).trim_end().into())
    } else {
        Err(String::from_utf8_lossy(&ended.stderr).into())
    }
}

/// Keeps the tester's own settings (`PGHOST`, `LC_ALL`, `ETCD_…`) from a program.
pub fn without_settings(command: &mut Command) -> &mut Command {
    let path = env::var_os("PATH").unwrap_or_else(|| OsString::from("/usr/bin:/bin"));
    command
        .env_clear()
        .env("PATH", path)
        .env("LC_ALL", "C.UTF-8")
}

/// Polls until there is something; `None` when the bound came first.
pub fn wait<T>(bound: Duration, mut poll: impl FnMut() -> Option<T>) -> Option<T> {
    let begun = Instant::now();
    loop {
        let found = poll();
        if found.is_some() || begun.elapsed() > bound {
            return found;
        }
        thread::sleep(POLL);
    }
}

/// The address of servers on this machine, to which a database's name is added.
pub fn addresses(role: &str, ports: &[u16]) -> String {
    let hosts: Vec<String> = ports
        .iter()
        .map(|port| format!("127.0.0.1:{port}"))
        .collect();
    format!("postgres://{role}@{}", hosts.join(","))
}
