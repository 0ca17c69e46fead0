//! The way from one process to the engine's nodes, which a test can cut: the process lives and the engine lives, and
//! neither hears of the other.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, Weak};
use std::thread::{self, JoinHandle};

use super::{ROLE, addresses};

/// A listener before every node; what it takes is passed on, both ways.
#[derive(Debug)]
pub struct Gate {
    ports: Vec<u16>,
    database: String,
    way: Arc<Way>,
    listeners: Vec<JoinHandle<()>>,
}

/// How a way is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Connections end and new ones end at once, as when the nodes' machines answer that nobody is there.
    Refusing,
    /// Connections stay and nothing comes through, as when a cable is drawn: what was under way arrives when the way is
    /// mended, however late.
    Silent,
}

#[derive(Debug, Default)]
struct Way {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    cut: Option<Cut>,
    closed: bool,
    /// Both ends of every connection that there is.
    ends: Vec<Weak<TcpStream>>,
}

impl Gate {
    pub fn before(nodes: &[u16], database: &str) -> Gate {
        let way = Arc::new(Way::default());
        let (ports, listeners) = nodes.iter().map(|node| listen(*node, &way)).unzip();
        Gate {
            ports,
            database: database.to_owned(),
            way,
            listeners,
        }
    }

    /// The address with the gate's side of all nodes.
    pub fn url(&self) -> String {
        format!("{}/{}", addresses(ROLE, &self.ports), self.database)
    }

    pub fn cut(&self, how: Cut) {
        self.way.set(Some(how));
    }

    pub fn mend(&self) {
        self.way.set(None);
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.way.state.lock().unwrap().closed = true;
        self.way.set(Some(Cut::Refusing));
        for (port, listener) in self.ports.iter().zip(self.listeners.drain(..)) {
            // A listener looks up when somebody knocks.
            let _ = TcpStream::connect(("127.0.0.1", *port));
            let _ = listener.join();
        }
    }
}

impl Way {
    fn set(&self, cut: Option<Cut>) {
        let mut state = self.state.lock().unwrap();
        state.cut = cut;
        if cut == Some(Cut::Refusing) {
            for end in state.ends.drain(..).filter_map(|end| end.upgrade()) {
                let _ = end.shutdown(Shutdown::Both);
            }
        }
        self.changed.notify_all();
    }

    /// Takes in a connection's two ends, unless they would end at once.
    fn admit(&self, ends: [&Arc<TcpStream>; 2]) -> Option<()> {
        let mut state = self.state.lock().unwrap();
        if state.cut == Some(Cut::Refusing) {
            return None;
        }
        state.ends.retain(|end| end.strong_count() > 0);
        state.ends.extend(ends.map(Arc::downgrade));
        Some(())
    }

    /// Waits while nothing comes through; `None` when nothing ever will.
    fn open(&self) -> Option<()> {
        let state = self.state.lock().unwrap();
        let state = self
            .changed
            .wait_while(state, |state| state.cut == Some(Cut::Silent))
            .unwrap();
        state.cut.is_none().then_some(())
    }
}

fn listen(node: u16, way: &Arc<Way>) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let way = Arc::clone(way);
    let listening = thread::spawn(move || {
        for client in listener.incoming() {
            if way.state.lock().unwrap().closed {
                break;
            }
            if let Ok(client) = client {
                let way = Arc::clone(&way);
                thread::spawn(move || pass_on(client, node, &way));
            }
        }
    });
    (port, listening)
}

/// Carries a connection until one side or the gate ends it.
fn pass_on(client: TcpStream, node: u16, way: &Way) -> Option<()> {
    way.open()?;
    let server = Arc::new(TcpStream::connect(("127.0.0.1", node)).ok()?);
    let client = Arc::new(client);
    way.admit([&client, &server])?;
    for end in [&client, &server] {
        end.set_nodelay(true).ok()?;
    }
    thread::scope(|scope| {
        scope.spawn(|| carry(&client, &server, way));
        carry(&server, &client, way);
    });
    Some(())
}

/// Carries one direction to its end, and then ends both.
fn carry(from: &TcpStream, to: &TcpStream, way: &Way) {
    while carry_some(from, to, way).is_some() {}
    // The end of a connection does not come through a drawn cable either.
    let _ = way.open();
    for end in [from, to] {
        let _ = end.shutdown(Shutdown::Both);
    }
}

fn carry_some(mut from: &TcpStream, mut to: &TcpStream, way: &Way) -> Option<()> {
    let mut buffer = [0; 16 * 1024];
    let read = from.read(&mut buffer).ok().filter(|read| *read > 0)?;
    way.open()?;
    to.write_all(&buffer[..read]).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::server::Server;
    use super::super::{programs, sql, wait};
    use super::*;

    const BOUND: Duration = Duration::from_secs(30);

    #[test]
    fn a_refusing_gate_ends_what_there_is_and_lets_nothing_in() {
        let Some(server) = Server::get() else {
            return;
        };
        let (direct, gate) = gated(server);
        thread::scope(|scope| {
            let sleeper = scope.spawn(|| through(&gate, "SELECT pg_sleep(600)"));
            let sleeping = "SELECT count(*) FROM pg_stat_activity \
                            WHERE datname = current_database() AND query LIKE '%pg_sleep(600)' AND state = 'active'";
            wait(BOUND, || (asked(&direct, sleeping) == "1").then_some(())).unwrap();
            gate.cut(Cut::Refusing);
            assert!(sleeper.join().unwrap().is_err());
        });
        assert!(through(&gate, "SELECT 1").is_err());
        gate.mend();
        assert_eq!(through(&gate, "SELECT 1").unwrap(), "1");
    }

    #[test]
    fn what_is_sent_into_a_silent_gate_arrives_when_it_is_mended() {
        let Some(server) = Server::get() else {
            return;
        };
        let (direct, gate) = gated(server);
        asked(&direct, "CREATE TABLE late (id int)");
        gate.cut(Cut::Silent);
        thread::scope(|scope| {
            let writer = scope.spawn(|| through(&gate, "INSERT INTO late VALUES (1)"));
            asked(&direct, "SELECT pg_sleep(0.3)");
            assert!(!writer.is_finished());
            assert_eq!(asked(&direct, "SELECT count(*) FROM late"), "0");
            gate.mend();
            assert!(writer.join().unwrap().is_ok());
        });
        assert_eq!(asked(&direct, "SELECT count(*) FROM late"), "1");
    }

    fn gated(server: &Server) -> (String, Gate) {
        let direct = server.database();
        let (_, place) = direct.rsplit_once(':').unwrap();
        let (port, database) = place.split_once('/').unwrap();
        let gate = Gate::before(&[port.parse().unwrap()], database);
        (direct, gate)
    }

    fn through(gate: &Gate, statement: &str) -> Result<String, String> {
        sql(&programs().unwrap(), &gate.url(), statement)
    }

    fn asked(url: &str, statement: &str) -> String {
        sql(&programs().unwrap(), url, statement).unwrap()
    }
}
