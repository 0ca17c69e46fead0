//! Answers one interaction within Discord's times.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::sync::Mutex;

use crate::act::HandedFile;
use crate::channel::discord::incoming::Ask;
use crate::channel::discord::payload::EPHEMERAL;
use crate::channel::discord::rest::{self, Rest};

/// Discord waits three seconds for the first response; after half of that more time is asked for.
const DEFER_AFTER: Duration = Duration::from_millis(1_500);

/// Answers one interaction: first response, or `thinking…` when it takes longer, then follow-ups.
#[derive(Debug)]
pub struct Responder {
    pub ask: Ask,
    pub ephemeral: bool,
    rest: Rest,
    answered: Mutex<Answered>,
    said_elsewhere: AtomicU32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answered {
    Not,
    Deferred,
    Yes,
}

impl Responder {
    /// Returns one that asks for more time by itself when its answer takes long.
    pub fn watched(ask: Ask, ephemeral: bool, rest: Rest) -> Arc<Responder> {
        let responder = Arc::new(Responder {
            ask,
            ephemeral,
            rest,
            answered: Mutex::new(Answered::Not),
            said_elsewhere: AtomicU32::new(0),
        });
        let watched = Arc::downgrade(&responder);
        // Ends by itself; an answered interaction is gone by then.
        tokio::spawn(async move {
            tokio::time::sleep(DEFER_AFTER).await;
            if let Some(responder) = watched.upgrade() {
                responder.defer().await;
            }
        });
        responder
    }

    /// Says something: first response, in place of `thinking…`, or follow-up.
    pub async fn say(&self, body: Json) {
        self.say_with(body, None).await;
    }

    /// Says something with a file; the first response takes none, so that more time is asked for before.
    pub async fn hand_over(&self, body: Json, file: &HandedFile) {
        self.defer().await;
        self.say_with(body, Some(file)).await;
    }

    async fn say_with(&self, mut body: Json, file: Option<&HandedFile>) {
        if self.ephemeral {
            let flags = body["flags"].as_u64().unwrap_or_default();
            body["flags"] = (flags | EPHEMERAL).into();
        }
        let mut answered = self.answered.lock().await;
        let (id, token) = (self.ask.id, self.ask.token.as_str());
        let said = match *answered {
            Answered::Not => self.rest.respond(id, token, 4, body.clone()).await,
            Answered::Deferred => {
                // Whether only one person sees it was settled when the time was asked for.
                let mut body = body.clone();
                if let Some(body) = body.as_object_mut() {
                    body.remove("flags");
                }
                self.rest.fill(token, body, file).await
            }
            Answered::Yes => self.rest.follow(token, body.clone(), file).await,
        };
        *answered = Answered::Yes;
        let Err(error) = said else { return };
        tracing::info!(%error, "an interaction is lost, what it is told goes as a message");
        if let Err(error) = self.say_elsewhere(body).await {
            tracing::error!(%error, "a reply was not delivered");
        }
    }

    /// Its token has run out, or Discord lost it: the channel is still there, and for one person's eyes their direct
    /// messages.
    async fn say_elsewhere(&self, mut body: Json) -> Result<(), rest::RestError> {
        let channel = if self.ephemeral {
            body["flags"] = (body["flags"].as_u64().unwrap_or_default() & !EPHEMERAL).into();
            self.rest.direct(self.ask.person.id).await?
        } else {
            self.ask.place.channel
        };
        let said = self.said_elsewhere.fetch_add(1, Ordering::Relaxed);
        let nonce = format!("{}.l{said}", self.ask.id);
        self.rest.post(channel, body, &nonce).await.map(|_| ())
    }

    /// Asks for more time, unless something was said already.
    pub async fn defer(&self) {
        let mut answered = self.answered.lock().await;
        if *answered != Answered::Not {
            return;
        }
        let flags = if self.ephemeral { EPHEMERAL } else { 0 };
        let data = json!({"flags": flags});
        match self
            .rest
            .respond(self.ask.id, &self.ask.token, 5, data)
            .await
        {
            Ok(()) => *answered = Answered::Deferred,
            Err(error) => tracing::warn!(%error, "cannot ask for more time"),
        }
    }
}
