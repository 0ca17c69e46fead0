//! One plain PostgreSQL server on loopback.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::den::{Den, last_words};
use super::{ROLE, addresses, free_port, missing, programs, sql, wait};

/// Every test of a process shares one server.
const CONNECTIONS_MAX: u16 = 300;
const START: Duration = Duration::from_secs(60);
/// Between being found free and being taken, a port may go to somebody else.
const PORTS_MAX: usize = 5;

/// Whether a commit waits until the disk has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disk {
    /// As in production.
    Waited,
    /// For tests that never kill the server.
    Ignored,
}

/// A server with the role that the bot connects as.
#[derive(Debug)]
pub struct Server {
    den: Den,
    programs: PathBuf,
    port: u16,
    databases: AtomicU32,
}

impl Server {
    /// The server that the tests of this process share, started by the first that asks.
    pub fn get() -> Option<&'static Server> {
        static SHARED: OnceLock<Option<Server>> = OnceLock::new();
        SHARED.get_or_init(|| Server::start(Disk::Ignored)).as_ref()
    }

    /// Starts a server of the caller's own; `None` where PostgreSQL is not installed.
    pub fn start(disk: Disk) -> Option<Server> {
        let Some(programs) = programs() else {
            missing("no PostgreSQL server on this machine (Debian: `apt-get install postgresql`)");
            return None;
        };
        let Some(den) = Den::new() else {
            missing("PostgreSQL refuses root, and there is no user `postgres`");
            return None;
        };
        let data = den.folder().join("data");
        let initialised = den
            .program(&programs.join("initdb"), den.folder())
            .args(["--no-sync", "--auth=trust", "--username=postgres"])
            .args(["--encoding=UTF8", "--locale=C.UTF-8", "--pgdata"])
            .arg(&data)
            .status()
            .unwrap();
        assert!(initialised.success(), "{}", last_words(den.folder()));
        let port = (0..PORTS_MAX)
            .find_map(|_| listening(&den, &programs, &data, disk))
            .unwrap_or_else(|| panic!("{}", last_words(den.folder())));
        let server = Server {
            den,
            programs,
            port,
            databases: AtomicU32::new(0),
        };
        server.sql(&format!("CREATE ROLE {ROLE} LOGIN"));
        Some(server)
    }

    /// Makes an empty database and returns its address.
    pub fn database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("sigap_{number}");
        self.sql(&format!(
            "CREATE DATABASE {name} OWNER {ROLE} TEMPLATE template0 ENCODING 'UTF8'"
        ));
        format!("{}/{name}", addresses(ROLE, &[self.port]))
    }

    /// Has the statements of a database written down, of every connection that is made from now on.
    pub fn writes_down(&self, database: &str) {
        self.sql(&format!(
            "ALTER DATABASE {database} SET log_statement = 'all'"
        ));
    }

    /// The statements that were written down, of all databases.
    pub fn written(&self) -> Vec<String> {
        let log = fs::read_to_string(self.den.folder().join("log")).unwrap();
        let statements = log.lines().filter_map(|line| {
            let (_, said) = line.split_once("LOG:  ")?;
            (said.starts_with("execute ") || said.starts_with("statement: ")).then_some(said)
        });
        statements.map(str::to_owned).collect()
    }

    /// Runs SQL as the superuser.
    fn sql(&self, statements: &str) {
        let url = format!("{}/postgres", addresses("postgres", &[self.port]));
        if let Err(said) = sql(&self.programs, &url, statements) {
            panic!("{said}\n{}", last_words(self.den.folder()));
        }
    }
}

/// Starts the server on a free port and waits until it takes connections; `None` when it ended instead.
fn listening(den: &Den, programs: &Path, data: &Path, disk: Disk) -> Option<u16> {
    let port = free_port();
    let mut command = den.program(&programs.join("postgres"), den.folder());
    command
        .arg("-D")
        .arg(data)
        .arg("-k")
        .arg(den.folder())
        .args(["-h", "127.0.0.1", "-p", &port.to_string()])
        .args(["-N", &CONNECTIONS_MAX.to_string()])
        // Else a killed server leaves its segments in /dev/shm.
        .args(["-c", "dynamic_shared_memory_type=mmap"]);
    if disk == Disk::Ignored {
        command
            .args(["-c", "fsync=off", "-c", "full_page_writes=off"])
            .args(["-c", "synchronous_commit=off"]);
    }
    let id = den.start(command);
    // What `pg_ctl` waits for: the status in the last line of the lock file.
    let lock = data.join("postmaster.pid");
    let ready = wait(START, || {
        let status = fs::read_to_string(&lock).unwrap_or_default();
        if status.lines().nth(7).map(str::trim) == Some("ready") {
            return Some(Some(port));
        }
        (!den.lives(id)).then_some(None)
    });
    ready.unwrap_or_else(|| panic!("not ready in time: {}", last_words(den.folder())))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::io::{self, BufRead, BufReader, Read};
    use std::process::{Command, Stdio};
    use std::time::Instant;
    use std::{env, thread};

    use super::*;

    #[test]
    fn every_caller_gets_an_empty_database_of_its_own() {
        let begun = Instant::now();
        let Some(server) = Server::get() else {
            return;
        };
        println!("started in {:?}", begun.elapsed());
        let urls: BTreeSet<String> = thread::scope(|scope| {
            let callers: Vec<_> = (0..4).map(|_| scope.spawn(|| server.database())).collect();
            callers
                .into_iter()
                .map(|caller| caller.join().unwrap())
                .collect()
        });
        assert_eq!(urls.len(), 4);
        for url in &urls {
            let made = sql(
                &server.programs,
                url,
                "CREATE TABLE mine (id int); SELECT count(*) FROM pg_tables WHERE schemaname = 'public'",
            );
            assert_eq!(made.unwrap(), "1");
        }
        println!("used after {:?}", begun.elapsed());
    }

    #[test]
    fn a_server_and_its_folder_go_with_their_holder() {
        let Some(server) = Server::start(Disk::Waited) else {
            return;
        };
        let url = server.database();
        let (programs, folder) = (server.programs.clone(), server.den.folder().to_path_buf());
        assert_eq!(sql(&programs, &url, "SHOW fsync").unwrap(), "on");
        drop(server);
        assert!(sql(&programs, &url, "SELECT 1").is_err());
        assert!(!folder.exists());
    }
    #[test]
    fn a_server_and_its_folder_go_with_a_killed_holder() {
        let Some(Server { programs, .. }) = Server::get() else {
            return;
        };
        let mut holder = Command::new(env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture"])
            .arg(format!(
                "{}::holds_a_server_until_it_is_killed",
                test_module()
            ))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(holder.stdout.take().unwrap()).lines();
        let held = said
            .map(|line| line.unwrap())
            .find_map(|line| Some(line.strip_prefix("held ")?.to_owned()));
        let held = held.expect("the holder says what it holds");
        let (url, folder) = held.split_once(' ').unwrap();
        assert_eq!(sql(programs, url, "SELECT 1").unwrap(), "1");
        holder.kill().unwrap();
        holder.wait().unwrap();
        let cleared = wait(START, || (!Path::new(folder).exists()).then_some(()));
        assert!(cleared.is_some(), "{folder} is still there");
        assert!(sql(programs, url, "SELECT 1").is_err());
    }

    #[test]
    #[ignore = "the test above runs it in a process of its own, and kills that"]
    fn holds_a_server_until_it_is_killed() {
        let server = Server::start(Disk::Waited).unwrap();
        println!(
            "held {} {}",
            server.database(),
            server.den.folder().display()
        );
        io::stdin().read_to_end(&mut Vec::new()).unwrap();
    }

    /// The path of this module as the test runner names it.
    fn test_module() -> &'static str {
        module_path!()
            .split_once("::")
            .expect("the crate comes first")
            .1
    }
}
