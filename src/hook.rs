//! The web hook: every filed draft, handed to a ticketing system.
//!
//! A draft lies in the outbox from the commit that files it, and leaves it in the commit that notes its arrival, so none
//! is lost while the receiver or this program is down. One that is refused waits and is tried again, ever more rarely
//! and without end. It may arrive twice, always under the same `Idempotency-Key`: its id, which a revision has of its
//! own.
//!
//! ```text
//! POST url
//! Content-Type: application/json
//! Idempotency-Key: T-261121-7F3K2Q
//! X-Sigap-Timestamp: 1795230000
//! X-Sigap-Signature: sha256=HEX(HMAC-SHA256(secret, timestamp + "." + body))
//! ```
//!
//! A receiver that answers `{"number": "IN-0000-1234"}` says which number the case has there.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use minijinja::Environment;
use minijinja::value::Serde;
use reqwest::redirect::Policy;
use sha2::Sha256;

use crate::message::{ConversationId, EventId};
use crate::store::{self, Audit, Paper, Shelf, Store, TurnRecord};
use crate::ticket::{self, Answer, FiledField, Parcel, Progress, Status, Ticket, Tracked};

/// The first pause after a failure; each is twice the one before.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// The longest.
const PAUSE_MAX: SignedDuration = SignedDuration::from_hours(1);
/// A receiver that needs longer is taken for down.
const ATTEMPT_MAX: Duration = Duration::from_secs(20);
/// More of an answer is not read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// A secret that is shorter could be guessed.
const SECRET_CHARS_MIN: usize = 16;
/// How often the outbox is looked into.
const EVERY: Duration = Duration::from_secs(5);

/// Who is named in the audit.
const WHO: &str = "hook";
/// What its template is called.
const NAME: &str = "hook";

/// What is sent unless there is a template.
const TEMPLATE: &str = r#"{
  "id": {{ id|tojson }},
  "case": {{ case|tojson }},
  "revises": {{ revises|tojson }},
  "intent": {{ intent|tojson }},
  "title": {{ title|tojson }},
  "agent": {{ agent|tojson }},
  "channel_kind": {{ channel_kind|tojson }},
  "filed_at": {{ filed_at|tojson }},
  "edition": {{ edition|tojson }},
  "kip": {{ kip|tojson }},
  "fields": {{ fields|tojson }},
  "text": {{ text|tojson }}
}"#;

/// Where drafts go.
pub struct Hook {
    url: reqwest::Url,
    secret: HookSecret,
    template: Environment<'static>,
    client: reqwest::Client,
    store: Arc<dyn Store>,
}

/// What signs a request. It is never shown.
pub struct HookSecret(String);

impl HookSecret {
    /// Takes the secret from the environment.
    ///
    /// # Errors
    ///
    /// When there is none, or one that could be guessed.
    pub fn parse(text: Option<&str>) -> anyhow::Result<HookSecret> {
        let text = text.map(str::trim).unwrap_or_default();
        anyhow::ensure!(
            text.chars().count() >= SECRET_CHARS_MIN,
            "the web hook needs `SIGAP_HOOK_SECRET` in the environment, {SECRET_CHARS_MIN} characters or more: the receiver tells by it that a draft is from here"
        );
        Ok(HookSecret(text.to_owned()))
    }
}

/// What became of the drafts that were due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delivered {
    /// So many arrived.
    pub arrived: usize,
    /// So many wait for another attempt.
    pub waiting: usize,
}

impl Hook {
    /// Puts a hook together; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// When the address is neither HTTPS nor on this machine, or the template has a mistake: also one that makes no JSON
    /// of a draft which lacks a field, or whose words hold quotes and line breaks.
    pub fn new(
        url: &str,
        secret: HookSecret,
        template: Option<String>,
        store: Arc<dyn Store>,
    ) -> anyhow::Result<Hook> {
        let url = address(url)?;
        let mut environment = Environment::new();
        environment
            .add_template_owned(NAME, template.unwrap_or_else(|| TEMPLATE.to_owned()))
            .context("the web hook's template has a mistake")?;
        for sample in samples(&environment) {
            written(&environment, &sample)
                .context("the web hook's template makes no JSON of every draft")?;
        }
        let client = reqwest::Client::builder()
            // Another address is not the one that drafts are for.
            .redirect(Policy::none())
            .timeout(ATTEMPT_MAX)
            .build()
            .context("cannot make a client for the web hook")?;
        Ok(Hook {
            url,
            secret,
            template: environment,
            client,
            store,
        })
    }

    /// Delivers for as long as the program runs; never ends.
    pub async fn run(&self, now: impl Fn() -> Timestamp) {
        let mut tick = tokio::time::interval(EVERY);
        loop {
            tick.tick().await;
            if let Err(error) = self.deliver(now()).await {
                tracing::error!(%error, "the outbox was not worked off");
            }
        }
    }

    /// Sends every draft that is due, in the order of their ids.
    ///
    /// # Errors
    ///
    /// Whatever keeps the store from noting what became of one; it is due again then.
    pub async fn deliver(&self, now: Timestamp) -> Result<Delivered, store::StoreError> {
        let mut delivered = Delivered::default();
        for paper in self.store.papers(Shelf::Outbox, "").await? {
            let parcel: Parcel = match paper.content.clone().map(serde_json::from_value) {
                Some(Ok(parcel)) => parcel,
                // Whatever it says, the draft behind it is sent.
                Some(Err(_)) | None => Parcel::new(now),
            };
            if parcel.due > now {
                delivered.waiting += 1;
                continue;
            }
            let Some(ticket) = self.store.ticket(&paper.id).await? else {
                // It was erased meanwhile.
                self.note(&paper, None, Vec::new(), now).await?;
                continue;
            };
            let Some(case) = self.store.case(ticket.case()).await? else {
                self.note(&paper, None, Vec::new(), now).await?;
                continue;
            };
            match self.send(&ticket, now).await {
                Ok(number) => {
                    let step = entered(&case, number, now);
                    self.note(&paper, None, step.into_iter().collect(), now)
                        .await?;
                    tracing::info!(ticket = paper.id, "a draft arrived");
                    delivered.arrived += 1;
                }
                Err(error) => {
                    let next = parcel.again(now, pause(parcel.attempts));
                    tracing::warn!(ticket = paper.id, attempts = next.attempts, %error, "a draft waits");
                    self.note(&paper, Some(next), Vec::new(), now).await?;
                    delivered.waiting += 1;
                }
            }
        }
        Ok(delivered)
    }

    /// Sends one draft and returns the number that it got.
    async fn send(&self, ticket: &Ticket, now: Timestamp) -> anyhow::Result<Option<String>> {
        let body = written(&self.template, ticket)?;
        let at = now.as_second().to_string();
        let signature = sign(&self.secret.0, &at, &body);
        let request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("idempotency-key", &ticket.id)
            .header("x-sigap-timestamp", &at)
            .header("x-sigap-signature", format!("sha256={signature}"))
            .body(body);
        // The address may hold a key, so it stays out of errors.
        let mut response = request.send().await.map_err(reqwest::Error::without_url)?;
        anyhow::ensure!(
            response.status().is_success(),
            "the receiver answered {}",
            response.status().as_u16()
        );
        let mut answer = Vec::new();
        // It has the draft: an answer that breaks off only lacks the number.
        while let Ok(Some(chunk)) = response.chunk().await {
            answer.extend_from_slice(&chunk);
            if answer.len() > ANSWER_BYTES_MAX {
                return Ok(None);
            }
        }
        Ok(number_in(&answer))
    }

    /// Notes what became of a draft: it waits, or it leaves the outbox.
    async fn note(
        &self,
        paper: &Paper,
        waits: Option<Parcel>,
        progress: Vec<Progress>,
        now: Timestamp,
    ) -> Result<(), store::StoreError> {
        let conversation = ConversationId("hook:".to_owned());
        let attempt = waits.map_or(0, |parcel| parcel.attempts);
        let event = EventId(format!("{}:{attempt}:{now}", paper.id));
        let loaded = self.store.load(&conversation, &event).await?;
        let arrived = waits.is_none().then(|| {
            let number = progress.first().and_then(|step| step.external.clone());
            Audit::new(now, WHO, "ticket.send", &paper.id).changed(None, number)
        });
        let turn = TurnRecord {
            progress,
            audit: arrived.into_iter().collect(),
            papers: vec![Paper {
                content: waits.map(|parcel| parcel.content()),
                ..paper.clone()
            }],
            ..TurnRecord::beside(conversation, event, now, loaded)
        };
        self.store.commit(turn).await.map(|_| ())
    }
}

impl std::fmt::Debug for Hook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hook(***)")
    }
}

impl std::fmt::Debug for HookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(***)")
    }
}

/// What is sent; always JSON, whatever the template says.
fn written(templates: &Environment<'_>, ticket: &Ticket) -> anyhow::Result<String> {
    let template = templates.get_template(NAME)?;
    let revises = ticket.revision.as_ref().map(|revision| &revision.of);
    let text = template.render(Serde(serde_json::json!({
        "id": ticket.id,
        "case": ticket.case(),
        "revises": revises,
        "intent": ticket.intent,
        "title": ticket.title,
        "agent": ticket.agent,
        "channel_kind": ticket.channel_kind.name(),
        "filed_at": ticket.filed_at,
        "edition": ticket.edition,
        "kip": ticket.kip,
        "fields": ticket.canonical_fields(),
        "text": ticket.text,
    })))?;
    // What a draft says must not be in the error.
    let json: Result<serde_json::Value, _> = serde_json::from_str(&text);
    anyhow::ensure!(
        json.is_ok(),
        "what it makes is no JSON: write each value as `{{{{ fields.msisdn|tojson }}}}`, without quotes around it"
    );
    Ok(text)
}

/// Drafts that lack the fields which a template writes, and one with words that JSON cannot hold as they are.
fn samples(templates: &Environment<'_>) -> Vec<Ticket> {
    const AWKWARD: &str = "\"\\\n\"";
    let template = templates.get_template(NAME).into_iter();
    let names = template.flat_map(|template| template.undeclared_variables(true));
    let awkward = || AWKWARD.to_owned();
    let field = |name: String| {
        Some(FiledField {
            field: name.strip_prefix("fields.")?.to_owned(),
            label: awkward(),
            answer: Answer::Unchecked(awkward()),
            masked: awkward(),
            identifies: false,
            serial: None,
        })
    };
    let sample = Ticket::sample();
    let full = Ticket {
        title: awkward(),
        agent: awkward(),
        kip: awkward(),
        text: awkward(),
        entries: names.filter_map(field).collect(),
        ..sample.clone()
    };
    vec![sample, Ticket::revised_sample(), full]
}

/// Returns what proves that a body is from here.
pub fn sign(secret: &str, timestamp: &str, body: &str) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key length will do");
    for part in [timestamp, ".", body] {
        mac.update(part.as_bytes());
    }
    let signature = mac.finalize().into_bytes();
    signature.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A draft holds customers' data: it leaves this machine encrypted or not at all.
fn address(url: &str) -> anyhow::Result<reqwest::Url> {
    let parsed = reqwest::Url::parse(url).context("the web hook's `url` is no address")?;
    let host = parsed.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let ip: Result<std::net::IpAddr, _> = host.parse();
    let is_here = ip.is_ok_and(|ip| ip.is_loopback());
    anyhow::ensure!(
        parsed.scheme() == "https" || parsed.scheme() == "http" && is_here,
        "the web hook's `url` must begin with https://; http:// is for this machine only"
    );
    Ok(parsed)
}

fn pause(attempts: u32) -> SignedDuration {
    // From the seventh on it is the longest anyway.
    const DOUBLED_MAX: u32 = 7;
    (PAUSE * 2_i32.pow(attempts.min(DOUBLED_MAX))).min(PAUSE_MAX)
}

/// The number in a receiver's answer.
fn number_in(answer: &[u8]) -> Option<String> {
    let answer: serde_json::Value = serde_json::from_slice(answer).ok()?;
    let number = &answer["number"];
    let text = match number.as_u64() {
        Some(number) => number.to_string(),
        None => number.as_str()?.to_owned(),
    };
    ticket::external_in(&text)
}

/// The step that a number makes of a case; none when it is known, or the case is further already.
fn entered(case: &Tracked, number: Option<String>, now: Timestamp) -> Option<Progress> {
    let number = number.filter(|number| case.external() != Some(number))?;
    let status = match case.status() {
        Status::Done => Status::Done,
        Status::Open | Status::Entered => Status::Entered,
    };
    Some(Progress {
        case: case.latest.case().to_owned(),
        status,
        external: Some(number),
        who: WHO.to_owned(),
        at: now,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drafts_leave_this_machine_encrypted_only() {
        for good in [
            "https://tiket.example/in",
            "http://127.0.0.1:1/x",
            "http://[::1]:1",
        ] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in [
            "http://tiket.example/in",
            "http://localhost:1",
            "ftp://127.0.0.1",
            "x",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
        assert!(HookSecret::parse(Some("pendek")).is_err() && HookSecret::parse(None).is_err());
    }

    #[test]
    fn pauses_grow_up_to_an_hour() {
        let pauses: Vec<i64> = (0..9).map(|attempts| pause(attempts).as_secs()).collect();
        assert_eq!(pauses, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
    }

    #[test]
    fn numbers_are_taken_from_the_answer() {
        for (answer, number) in [
            (r#"{"number": "IN-0000-1234"}"#, Some("IN-0000-1234")),
            (r#"{"number": 12345}"#, Some("12345")),
            (r#"{"ok": true}"#, None),
            ("<html>", None),
            ("", None),
        ] {
            assert_eq!(number_in(answer.as_bytes()).as_deref(), number, "{answer}");
        }
    }
}
