//! Hearing that leads changed something, in whichever process they did it.
//!
//! The database says so at once (`LISTEN`); since a notice is lost with its connection, and not every database that
//! speaks the protocol sends any, the counter is looked at every second as well.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, OnceCell};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_postgres::AsyncMessage;

use super::StoreError;
use super::commit::CHANNEL;
use super::database::{Database, describe};

/// A change is heard of within this time even without a notice.
const LOOKED_EVERY: Duration = Duration::from_secs(1);

const NUMBER: &str = "SELECT number FROM change WHERE what = 'leads'";

/// What is heard of changes.
#[derive(Debug)]
pub struct Listener {
    seen: AtomicI64,
    told: Arc<Notify>,
    ear: OnceCell<Ear>,
}

/// The task that waits for notices; it ends with its owner.
#[derive(Debug)]
struct Ear(JoinHandle<()>);

impl Drop for Ear {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Listener {
    /// Begins at what is known now: changes from here on are heard of.
    pub async fn new(database: &Database) -> Result<Listener, StoreError> {
        Ok(Listener {
            seen: AtomicI64::new(number(database).await?),
            told: Arc::default(),
            ear: OnceCell::new(),
        })
    }

    /// Waits for the next change.
    pub async fn changed(&self, database: &Arc<Database>) {
        let listening = async || {
            let (database, told) = (Arc::clone(database), Arc::clone(&self.told));
            Ear(tokio::spawn(listen(database, told)))
        };
        self.ear.get_or_init(listening).await;
        loop {
            // While no host answers there is nothing to hear.
            if let Ok(number) = number(database).await
                && self.seen.swap(number, Ordering::Relaxed) != number
            {
                return;
            }
            let _ = timeout(LOOKED_EVERY, self.told.notified()).await;
        }
    }
}

async fn number(database: &Database) -> Result<i64, StoreError> {
    let rows = database.query(NUMBER, &[]).await?;
    Ok(rows.first().map_or(0, |row| row.get(0)))
}

/// Passes notices on, over one connection after the other; never ends.
async fn listen(database: Arc<Database>, told: Arc<Notify>) {
    loop {
        if let Err(error) = notices(&database, &told).await {
            tracing::debug!(%error, "not told of changes, looking for them instead");
        }
        sleep(LOOKED_EVERY).await;
    }
}

async fn notices(database: &Database, told: &Notify) -> Result<(), StoreError> {
    let (client, mut wire) = database.wire().await?;
    let heard = async {
        loop {
            match poll_fn(|cx| wire.poll_message(cx)).await {
                Some(Ok(AsyncMessage::Notification(_))) => told.notify_one(),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(super::database::refusal(&error)),
                None => return Ok(()),
            }
        }
    };
    let asked = async {
        let listening = client.batch_execute(&format!("LISTEN {CHANNEL}")).await;
        if let Err(error) = &listening {
            tracing::debug!(error = describe(error), "the database tells of no changes");
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        ended = pin!(heard) => ended,
        () = pin!(asked) => Ok(()),
    }
}
