//! Which engine the bot's tests keep their state in: sled, or with `SIGAP_TEST_ENGINE=postgres` a database.
//!
//! A test names a folder, as with sled; the database that stands for it is noted beside it, so that a restart finds it.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::{env, fs};

use sigap::store::{self, Store};

use crate::postgres::server::Server;

const ENGINE: &str = "SIGAP_TEST_ENGINE";

/// What `--state` is for a folder.
pub fn state(folder: &Path) -> String {
    if env::var_os(ENGINE).is_none_or(|engine| engine != "postgres") {
        return folder.to_str().unwrap().to_owned();
    }
    let noted = folder.with_extension("database");
    fs::read_to_string(&noted).unwrap_or_else(|_| {
        let database = Server::get().expect("it was found before").database();
        fs::write(&noted, &database).unwrap();
        database
    })
}

/// Opens the store that stands for a folder.
pub async fn open(folder: &Path) -> Arc<dyn Store> {
    store::open(&state(folder).parse().unwrap()).await.unwrap()
}

#[test]
fn the_bot_does_the_same_over_postgres() {
    if env::var_os(ENGINE).is_some() || Server::get().is_none() {
        return;
    }
    let run = Command::new(env::current_exe().unwrap())
        .args(["discord::", "--test-threads=2"])
        .env(ENGINE, "postgres")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{said}");
    let passed = said.lines().filter(|line| line.ends_with("... ok")).count();
    assert!(passed > 40, "{said}");
}
