//! Three PostgreSQL nodes under Patroni, whose lock is in three members of etcd: the shared engine as it is run in earnest,
//! with the settings of the recipe of docs/several-machines.md, on loopback.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{array, fs};

use serde_json::{Value as Json, json};

use super::den::{Den, inside, last_words};
use super::gate::Gate;
use super::{ROLE, addresses, free_port, in_path, missing, programs, sql, wait};

pub const NODES: usize = 3;
const DATABASE: &str = "sigap";

/// Nine processes start on a machine that has other work too.
const START: Duration = Duration::from_secs(180);
/// The lock's 20 seconds, an election, and the promotion.
const PROMOTION: Duration = Duration::from_secs(90);
/// Rewinding or copying a node that comes back, besides.
const SETTLING: Duration = Duration::from_secs(180);
/// What a node is asked is answered by its database.
const ANSWER: Duration = Duration::from_secs(3);

#[derive(Debug)]
pub struct Cluster {
    nodes: [Node; NODES],
    programs: PathBuf,
    patroni: PathBuf,
    den: Den,
}

/// One machine of the recipe.
#[derive(Debug)]
struct Node {
    room: PathBuf,
    port: u16,
    rest: u16,
}

impl Cluster {
    /// Starts a cluster and waits until it is whole; `None` where its programs are not installed.
    pub fn start() -> Option<Cluster> {
        let found = (programs(), in_path("patroni"), in_path("etcd"));
        let (Some(programs), Some(patroni), Some(etcd)) = found else {
            missing(
                "no PostgreSQL cluster on this machine (Debian: \
                 `apt-get install postgresql patroni etcd-server python3-etcd`)",
            );
            return None;
        };
        let Some(den) = Den::new() else {
            missing("PostgreSQL refuses root, and there is no user `postgres`");
            return None;
        };
        let etcd_ports = start_etcd(&den, &etcd);
        let nodes = array::from_fn(|number| Node {
            room: den.room(&format!("node-{number}")),
            port: free_port(),
            rest: free_port(),
        });
        for (number, node) in nodes.iter().enumerate() {
            let settings = node.settings(number, &programs, &etcd_ports);
            let settings = serde_json::to_string_pretty(&settings).unwrap();
            // JSON is YAML too.
            fs::write(node.room.join("patroni.yml"), settings).unwrap();
        }
        let cluster = Cluster {
            nodes,
            programs,
            patroni,
            den,
        };
        for node in 0..NODES {
            cluster.revive(node);
        }
        cluster.settle(START);
        for statement in [
            format!("CREATE ROLE {ROLE} LOGIN"),
            format!("CREATE DATABASE {DATABASE} OWNER {ROLE} TEMPLATE template0 ENCODING 'UTF8'"),
        ] {
            let url = format!("{}/postgres", addresses("postgres", &cluster.ports()));
            let written = sql(&cluster.programs, &read_write(&url), &statement);
            written.unwrap_or_else(|said| panic!("{said}"));
        }
        Some(cluster)
    }

    /// The address with all nodes, as the bot is given it.
    pub fn url(&self) -> String {
        format!("{}/{DATABASE}", addresses(ROLE, &self.ports()))
    }

    /// A way to the nodes that can be cut, for one process.
    pub fn gated(&self) -> Gate {
        Gate::before(&self.ports(), DATABASE)
    }

    /// The node that takes writes, as soon as there is one.
    pub fn primary(&self) -> usize {
        self.until("primary", PROMOTION, || self.leader())
    }

    /// The nodes that follow the primary and are alive, those it waits for first.
    pub fn standbys(&self) -> Vec<usize> {
        let mut followers = self.followers(self.primary());
        followers.sort_by_key(|follower| !follower.synchronous);
        followers.iter().map(|follower| follower.node).collect()
    }

    /// Waits until there is a primary with two standbys that stream from it, one of them synchronously.
    pub fn settled(&self) {
        self.settle(SETTLING);
    }

    /// Kills everything of a node at once: the machine is gone.
    pub fn kill_node(&self, node: usize) {
        // The server first: left behind for a moment, it would begin to mend what its children did not finish.
        self.den.kill(self.postmaster(node).as_slice());
        self.den.kill_inside(&self.nodes[node].room);
    }

    /// Kills a node's server process alone; Patroni is still there, and so are the backends for a moment.
    pub fn kill_postmaster(&self, node: usize) {
        let id = self.postmaster(node).expect("the node's server runs");
        self.den.kill(&[id]);
    }

    /// Starts a node that was killed.
    pub fn revive(&self, node: usize) {
        let room = &self.nodes[node].room;
        let mut patroni = self.den.program(&self.patroni, room);
        patroni.arg("patroni.yml");
        self.den.start(patroni);
    }

    /// The node's server process; what a lock file says may be of a process that is gone, and its id somebody else's.
    fn postmaster(&self, node: usize) -> Option<u32> {
        let data = self.nodes[node].data();
        let lock = fs::read_to_string(data.join("postmaster.pid")).ok()?;
        let id = lock.lines().next()?.parse().ok()?;
        inside(&data).contains(&id).then_some(id)
    }

    fn settle(&self, bound: Duration) {
        self.until("primary with two standbys", bound, || {
            let followers = self.followers(self.leader()?);
            let synchronous = followers.iter().filter(|follower| follower.synchronous);
            (followers.len() == NODES - 1 && synchronous.count() == 1).then_some(())
        });
    }

    /// The node that holds the lock and is writable.
    fn leader(&self) -> Option<usize> {
        (0..NODES).find(|node| {
            self.nodes[*node]
                .ask("/primary")
                .is_some_and(|answer| answer.starts_with("HTTP/1.0 200"))
        })
    }

    /// Whoever streams from the primary.
    fn followers(&self, primary: usize) -> Vec<Follower> {
        let Some(answer) = self.nodes[primary].ask("/patroni") else {
            return Vec::new();
        };
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let status: Json = serde_json::from_str(body).unwrap_or_default();
        let rows = status["replication"].as_array();
        rows.into_iter()
            .flatten()
            .filter(|row| row["state"] == "streaming")
            .filter_map(|row| {
                let name = row["application_name"].as_str()?;
                Some(Follower {
                    node: name.strip_prefix("node")?.parse().ok()?,
                    synchronous: row["sync_state"] == "sync",
                })
            })
            .collect()
    }

    fn ports(&self) -> [u16; NODES] {
        self.nodes.each_ref().map(|node| node.port)
    }

    #[track_caller]
    fn until<T>(&self, what: &str, bound: Duration, poll: impl FnMut() -> Option<T>) -> T {
        wait(bound, poll).unwrap_or_else(|| {
            let said = self.nodes.each_ref().map(|node| last_words(&node.room));
            panic!("no {what} in {bound:?}\n{}", said.join("\n\n"))
        })
    }
}

struct Follower {
    node: usize,
    synchronous: bool,
}

impl Node {
    fn data(&self) -> PathBuf {
        self.room.join("data")
    }

    /// Asks Patroni about the node; the answer with its head.
    fn ask(&self, path: &str) -> Option<String> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.rest));
        let mut connection = TcpStream::connect_timeout(&address, ANSWER).ok()?;
        connection.set_read_timeout(Some(ANSWER)).ok()?;
        write!(connection, "GET {path} HTTP/1.0\r\n\r\n").ok()?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer).ok()?;
        Some(answer)
    }

    fn settings(&self, number: usize, programs: &Path, etcd_ports: &[u16]) -> Json {
        let members: Vec<String> = etcd_ports
            .iter()
            .map(|port| format!("127.0.0.1:{port}"))
            .collect();
        let (listen, rest) = (
            format!("127.0.0.1:{}", self.port),
            format!("127.0.0.1:{}", self.rest),
        );
        json!({
            "scope": "sigap",
            "name": format!("node{number}"),
            "restapi": {"listen": rest, "connect_address": rest},
            "etcd3": {"hosts": members},
            "bootstrap": {
                "dcs": {
                    "ttl": 20,
                    "loop_wait": 2,
                    "retry_timeout": 5,
                    "maximum_lag_on_failover": 1_048_576,
                    "synchronous_mode": true,
                    "synchronous_mode_strict": true,
                    // A primary that broke is replaced at once instead of being mended first.
                    "primary_start_timeout": 0,
                    "primary_stop_timeout": 3,
                    "failsafe_mode": false,
                    "postgresql": {
                        "use_pg_rewind": true,
                        "use_slots": true,
                        "parameters": {
                            "max_connections": 200,
                            "shared_buffers": "32MB",
                            // Else a killed node leaves its segments in /dev/shm.
                            "dynamic_shared_memory_type": "mmap",
                        },
                    },
                },
                "initdb": ["no-sync", "data-checksums", {"encoding": "UTF8"}, {"locale": "C.UTF-8"}],
            },
            "postgresql": {
                "listen": listen,
                "connect_address": listen,
                "data_dir": self.data(),
                "bin_dir": programs,
                "pgpass": self.room.join("pgpass"),
                "parameters": {"unix_socket_directories": self.room},
                "authentication": {
                    "superuser": {"username": "postgres"},
                    "replication": {"username": "replicator"},
                    "rewind": {"username": "rewinder"},
                },
                "pg_hba": [
                    "local all all trust",
                    "host all all 127.0.0.1/32 trust",
                    "host replication replicator 127.0.0.1/32 trust",
                ],
                "basebackup": [{"checkpoint": "fast"}],
                "remove_data_directory_on_rewind_failure": true,
                "remove_data_directory_on_diverged_timelines": true,
            },
            "watchdog": {"mode": "off"},
        })
    }
}

/// Starts the keeper of Patroni's lock, and returns the ports that its members are asked at.
fn start_etcd(den: &Den, etcd: &Path) -> [u16; NODES] {
    let peers: [u16; NODES] = array::from_fn(|_| free_port());
    let clients: [u16; NODES] = array::from_fn(|_| free_port());
    let url = |port: u16| format!("http://127.0.0.1:{port}");
    let members: Vec<String> = peers
        .iter()
        .enumerate()
        .map(|(number, port)| format!("etcd{number}={}", url(*port)))
        .collect();
    for number in 0..NODES {
        let (peer, client) = (url(peers[number]), url(clients[number]));
        let room = den.room(&format!("etcd-{number}"));
        let mut command = den.program(etcd, &room);
        command
            .args(["--name", &format!("etcd{number}"), "--data-dir", "data"])
            .args(["--listen-peer-urls", &peer])
            .args(["--initial-advertise-peer-urls", &peer])
            .args(["--listen-client-urls", &client])
            .args(["--advertise-client-urls", &client])
            .args(["--initial-cluster", &members.join(",")])
            .args(["--initial-cluster-state", "new"])
            // A busy machine is late with a heartbeat now and then; that is not a dead member.
            .args(["--heartbeat-interval", "200", "--election-timeout", "2000"])
            .args(["--logger", "zap", "--log-level", "warn"]);
        den.start(command);
    }
    clients
}

/// The address of whichever node takes writes, for PostgreSQL's own client.
fn read_write(url: &str) -> String {
    format!("{url}?target_session_attrs=read-write&connect_timeout=2")
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::super::gate::Cut;
    use super::*;

    #[test]
    #[ignore = "takes two minutes, and says how long each step takes"]
    fn a_node_that_is_killed_is_replaced_and_comes_back() {
        let begun = Instant::now();
        let Some(cluster) = Cluster::start() else {
            return;
        };
        println!("started in {:.1?}", begun.elapsed());
        write(&cluster, "CREATE TABLE kept (step text PRIMARY KEY)");
        for round in 0..2 {
            for (what, kill) in [
                ("node", Cluster::kill_node as fn(&Cluster, usize)),
                ("postmaster", Cluster::kill_postmaster),
            ] {
                let before = cluster.primary();
                let begun = Instant::now();
                kill(&cluster, before);
                keep(&cluster, &format!("{what} {round}"));
                let resumed = begun.elapsed();
                assert_ne!(cluster.primary(), before);
                let begun = Instant::now();
                if what == "node" {
                    cluster.revive(before);
                }
                cluster.settled();
                let settled = begun.elapsed();
                println!("{round}: {what}: writes after {resumed:.1?}, whole {settled:.1?} later");
            }
            let begun = Instant::now();
            let standby = cluster.standbys()[0];
            cluster.kill_node(standby);
            keep(&cluster, &format!("standby {round}"));
            let resumed = begun.elapsed();
            cluster.revive(standby);
            cluster.settled();
            println!("{round}: standby: writes after {resumed:.1?}");
        }
        let gate = cluster.gated();
        let count = "SELECT count(*) FROM kept";
        let counted = |url: &str| sql(&cluster.programs, &read_write(url), count);
        assert_eq!(counted(&gate.url()).unwrap(), "6");
        gate.cut(Cut::Refusing);
        assert!(counted(&gate.url()).is_err());
        assert_eq!(counted(&cluster.url()).unwrap(), "6");
        gate.mend();
        assert_eq!(counted(&gate.url()).unwrap(), "6");
    }

    /// Writes a step; once, though an acknowledgement may be lost.
    #[track_caller]
    fn keep(cluster: &Cluster, step: &str) {
        let insert = "INSERT INTO kept (step) VALUES";
        write(
            cluster,
            &format!("{insert} ('{step}') ON CONFLICT DO NOTHING"),
        );
    }

    /// Writes as soon as somebody takes it.
    #[track_caller]
    fn write(cluster: &Cluster, statement: &str) {
        let url = read_write(&cluster.url());
        cluster.until("write", PROMOTION, || {
            sql(&cluster.programs, &url, statement).ok()
        });
    }
}
