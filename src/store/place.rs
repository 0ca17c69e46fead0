//! Where a store is: a folder of this machine, or a database that several processes share.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use tokio_postgres::Config;
use tokio_postgres::config::Host;

/// Where a store is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StorePlace {
    /// The embedded engine, for one process.
    Folder(PathBuf),
    /// PostgreSQL, for any number of them.
    Postgres(Address),
}

/// The address of a database: `postgres://sigap@db1,db2,db3/sigap`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(String);

/// Why a text names no place.
#[derive(Debug, thiserror::Error)]
pub enum NoPlace {
    /// It looks like the address of a database.
    #[error("this is no address of a database ({0}): write `postgres://USER@HOST1,HOST2/DATABASE`")]
    Unreadable(#[source] tokio_postgres::Error),
    /// An address is seen in process lists and settings.
    #[error(
        "an address must not hold a password, because arguments and settings are read by others: leave it out and put \
         the password into the environment as PGPASSWORD"
    )]
    Password,
    /// Part of it is missing.
    #[error(
        "the address of the database lacks the {0}: write `postgres://USER@HOST1,HOST2/DATABASE`"
    )]
    Lacks(&'static str),
}

impl FromStr for StorePlace {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<StorePlace, NoPlace> {
        if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
            return Ok(StorePlace::Folder(text.into()));
        }
        let config: Config = text.parse().map_err(NoPlace::Unreadable)?;
        if config.get_password().is_some() {
            return Err(NoPlace::Password);
        }
        if config.get_user().is_none() {
            return Err(NoPlace::Lacks("user"));
        }
        if config.get_hosts().is_empty() {
            return Err(NoPlace::Lacks("host"));
        }
        if config.get_dbname().is_none() {
            return Err(NoPlace::Lacks("database"));
        }
        Ok(StorePlace::Postgres(Address(text.to_owned())))
    }
}

impl From<PathBuf> for StorePlace {
    fn from(path: PathBuf) -> StorePlace {
        StorePlace::Folder(path)
    }
}

impl fmt::Display for StorePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StorePlace::Folder(path) => path.display().fmt(f),
            StorePlace::Postgres(address) => address.fmt(f),
        }
    }
}

impl Address {
    /// Returns the address as the client's settings.
    pub(super) fn config(&self) -> Config {
        self.0.parse().expect("it was read when it was made")
    }
}

impl fmt::Display for Address {
    /// Names the hosts and the database and nothing else.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let config = self.config();
        f.write_str("postgres://")?;
        for (number, host) in config.get_hosts().iter().enumerate() {
            if number > 0 {
                f.write_str(",")?;
            }
            match host {
                Host::Tcp(name) => f.write_str(name)?,
                #[cfg(unix)]
                Host::Unix(path) => path.display().fmt(f)?,
            }
            let ports = config.get_ports();
            let port = ports
                .get(number)
                .or(ports.first().filter(|_| ports.len() == 1));
            if let Some(port) = port {
                write!(f, ":{port}")?;
            }
        }
        write!(f, "/{}", config.get_dbname().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_from_a_folder() {
        let folder: StorePlace = "data/state".parse().unwrap();
        assert_eq!(folder, StorePlace::Folder("data/state".into()));
        let shared: StorePlace = "postgres://sigap@db1:5432,db2:5433/sigap?sslmode=require"
            .parse()
            .unwrap();
        assert!(matches!(shared, StorePlace::Postgres(_)));
        assert_eq!(shared.to_string(), "postgres://db1:5432,db2:5433/sigap");
    }

    #[test]
    fn a_bad_address_says_what_to_write() {
        for (text, says) in [
            ("postgres://sigap:hunter2@db1/sigap", "PGPASSWORD"),
            ("postgres://sigap@db1", "lacks the database"),
            ("postgres://db1/sigap", "lacks the user"),
            ("postgres://sigap@db1/sigap?nonsense=1", "no address"),
        ] {
            let refused = text.parse::<StorePlace>().unwrap_err().to_string();
            assert!(refused.contains(says), "{text}: {refused}");
            assert!(!refused.contains("hunter2"));
        }
    }
}
