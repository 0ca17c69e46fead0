//! Work that one process does while others wait.
//!
//! A lease is a row with a time, which its holder renews; a process that finds it expired takes over. A holder that was
//! frozen or cut off does not know, so what it writes carries the lease's [`Fence`] and is refused.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::{Fence, Store, StoreError};

/// How long a holder that is gone keeps others waiting.
pub const TERM: Duration = Duration::from_secs(3);

/// Twice in vain is not yet too late.
const RENEWED_EVERY: Duration = Duration::from_secs(1);

/// Waits until a part of the work is `holder`'s.
pub async fn take(store: &dyn Store, name: &str, holder: &str) -> Fence {
    loop {
        match store.lease(name, holder, TERM).await {
            Ok(Some(fence)) => return fence,
            Ok(None) => sleep(RENEWED_EVERY).await,
            Err(error) => {
                tracing::debug!(name, %error, "nobody can say whose work it is");
                // When the engine is back, the process that had the work has the first word.
                sleep(TERM).await;
            }
        }
    }
}

/// Renews a lease for as long as it can be; returns when somebody else has it.
///
/// While the engine is away no other process can take it, so it is held on to.
pub async fn until_lost(store: &dyn Store, fence: &Fence, holder: &str) {
    loop {
        sleep(RENEWED_EVERY).await;
        match store.lease(&fence.name, holder, TERM).await {
            Ok(Some(renewed)) if renewed.epoch == fence.epoch => {}
            Ok(_) => return,
            Err(error) => tracing::debug!(name = fence.name, %error, "a lease was not renewed"),
        }
    }
}

/// Does work that only one process may do, whenever it is this one's turn; never ends unless the work does.
pub async fn alone<T>(store: &dyn Store, name: &str, holder: &str, work: impl AsyncFn() -> T) -> T {
    loop {
        let fence = take(store, name, holder).await;
        tokio::select! {
            done = work() => return done,
            () = until_lost(store, &fence, holder) => {}
        }
    }
}

/// Gives work back, so that no process waits for its time to run out.
pub async fn release(store: &dyn Store, name: &str, holder: &str) {
    let released = timeout(TERM, store.release(name, holder)).await;
    if let Ok(Err(error)) = released
        && !matches!(error, StoreError::Away { .. })
    {
        tracing::warn!(name, %error, "a lease was not given back");
    }
}
