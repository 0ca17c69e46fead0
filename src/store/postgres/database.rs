//! The way to PostgreSQL: connections to whichever host takes writes now, and what its errors mean.
//!
//! A host that went away must not keep an agent waiting for the operating system to notice, so connecting, every
//! answer and silence on an open connection are all bounded here.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{
    Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime,
};
use rustls::{ClientConfig, RootCertStore, crypto};
use tokio::time::timeout;
use tokio_postgres::config::TargetSessionAttrs;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Connection, Row, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::place::Address;
use super::StoreError;

/// Enough for a thousand turns a second at the milliseconds that two disks take, and few enough that several processes
/// stay below the hundred connections of an untouched server.
const CONNECTIONS_MAX: usize = 16;

/// A host that does not take a connection in this time is passed over for the next.
const CONNECT_MAX: Duration = Duration::from_secs(2);

/// How long sent bytes may stay unacknowledged: less than a server needs to be replaced.
const SILENCE_MAX: Duration = Duration::from_secs(3);

/// How long one answer may take; beyond it the connection is given up, and with it whatever it was doing.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// Parameters of a statement.
pub type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A connection's other half, which has to be polled.
pub type Wire =
    Connection<Socket, <MakeRustlsConnect as tokio_postgres::tls::MakeTlsConnect<Socket>>::Stream>;

/// A database that is reached through a pool of connections.
#[derive(Debug)]
pub struct Database {
    pool: Pool,
    config: Config,
    tls: Tls,
}

/// How connections are encrypted.
#[derive(Clone)]
struct Tls(MakeRustlsConnect);

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls")
    }
}

impl Database {
    /// Prepares connections to an address; none is made yet.
    pub fn new(address: &Address) -> Result<Database, StoreError> {
        let mut config = address.config();
        if let Ok(password) = env::var("PGPASSWORD") {
            config.password(password);
        }
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        config.tcp_user_timeout(SILENCE_MAX);
        config.keepalives_idle(SILENCE_MAX);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_MAX);
        }
        if config.get_application_name().is_none() {
            config.application_name("sigap");
        }
        let tls = Tls(MakeRustlsConnect::new(encryption()?));
        let manager = Manager::from_config(
            config.clone(),
            tls.0.clone(),
            ManagerConfig {
                // A connection that broke is seen without asking; asking would be another round trip.
                recycling_method: RecyclingMethod::Fast,
            },
        );
        let hosts = u32::try_from(config.get_hosts().len()).unwrap_or(u32::MAX);
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS_MAX)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(ANSWER_MAX))
            .create_timeout(Some(CONNECT_MAX.saturating_mul(hosts.max(1))))
            .build()
            .map_err(|error| {
                StoreError::io("prepare the database's connections")(std::io::Error::other(error))
            })?;
        Ok(Database { pool, config, tls })
    }

    /// Runs one statement on any connection, in one round trip once that has seen it before.
    pub async fn query(
        &self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        let client = self.pool.get().await.map_err(unavailable)?;
        let asked = async {
            let statement = client.prepare_cached(sql).await?;
            client.query(&statement, parameters).await
        };
        let error = match timeout(ANSWER_MAX, asked).await {
            Ok(Ok(rows)) => return Ok(rows),
            Ok(Err(error)) => refusal(&error),
            Err(_) => away("it gave no answer in time"),
        };
        if matches!(error, StoreError::Away { .. }) {
            // What becomes of it is not known, so no other caller gets this connection.
            drop(Object::take(client));
        }
        Err(error)
    }

    /// Opens a connection of its own for work that takes as long as it takes.
    pub async fn patient(&self) -> Result<Client, StoreError> {
        let (client, wire) = self.wire().await?;
        tokio::spawn(async move {
            if let Err(error) = wire.await {
                tracing::warn!(
                    error = describe(&error),
                    "a connection to the database broke"
                );
            }
        });
        Ok(client)
    }

    /// Opens a connection of its own and leaves it to the caller to drive it.
    pub async fn wire(&self) -> Result<(Client, Wire), StoreError> {
        let connected = self.config.connect(self.tls.0.clone());
        let hosts = u32::try_from(self.config.get_hosts().len()).unwrap_or(u32::MAX);
        timeout(CONNECT_MAX.saturating_mul(hosts.max(1)), connected)
            .await
            .map_err(|_| away("no host takes connections"))?
            .map_err(|error| refusal(&error))
    }
}

/// Certificates are checked against the ones this machine trusts, or those of the file that SSL_CERT_FILE names.
fn encryption() -> Result<ClientConfig, StoreError> {
    let mut roots = RootCertStore::empty();
    // Whatever does not load is missed when a server shows it, with an error that says so.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| StoreError::io("prepare encryption")(std::io::Error::other(error)))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

fn unavailable(error: PoolError) -> StoreError {
    match error {
        PoolError::Backend(error) => refusal(&error),
        PoolError::Timeout(_) => away("no connection became free in time"),
        error => away(&error.to_string()),
    }
}

fn away(cause: &str) -> StoreError {
    StoreError::Away {
        cause: cause.to_owned(),
    }
}

/// Says what an error of the database means to the caller.
pub fn refusal(error: &tokio_postgres::Error) -> StoreError {
    let Some(code) = error.code() else {
        return away(&describe(error));
    };
    let is_of = |class: &str| code.code().starts_with(class);
    if [
        SqlState::UNIQUE_VIOLATION,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
    ]
    .contains(code)
    {
        StoreError::Conflict
    // Shutting down, starting up, out of connections, or not the one that takes writes any more.
    } else if is_of("57")
        || is_of("53")
        || is_of("08")
        || *code == SqlState::READ_ONLY_SQL_TRANSACTION
    {
        away(&describe(error))
    } else {
        StoreError::io("use the database")(std::io::Error::other(describe(error)))
    }
}

/// The server's message without its details, which may quote a row.
pub fn describe(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(error) => format!("{} ({})", error.message(), error.code().code()),
        None => {
            let cause = std::error::Error::source(error);
            cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
        }
    }
}
