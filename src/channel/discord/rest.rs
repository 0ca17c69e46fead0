//! The one way to Discord's HTTP interface: every body leaves through here.
//!
//! It keeps anybody from being pinged (`allowed_mentions`), tries again what may succeed later, bounds every wait, and
//! refuses any address but Discord's own and a loopback double's.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use serenity::builder::CreateAttachment;
use serenity::http::{
    Http, HttpBuilder, HttpError, LightMethod, MessagePagination, Request, Route,
};
use serenity::model::application::CurrentApplicationInfo;
use serenity::model::channel::Message;
use serenity::model::id::{ChannelId, GuildId, InteractionId, MessageId, UserId};
use tokio::time::{Instant, timeout};

use crate::act::HandedFile;
use crate::metrics::{self, Metrics};
use crate::turns::Turns;

/// One attempt takes at most this long; Discord's own answers come within a second.
const ATTEMPT_MAX: Duration = Duration::from_secs(20);
/// All attempts together: longer than Discord's longest limit on a route, shorter than an agent's patience.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// An answer to an interaction is worthless after three seconds.
const CALLBACK_TIMEOUT: Duration = Duration::from_millis(2_900);
/// What was missed is worth some attempts, and not the wait of those who said it.
const MISSED_TIMEOUT: Duration = Duration::from_secs(10);
/// So many messages of a channel Discord returns at a time.
const SAID_MAX: u8 = 100;
const PAUSE: Duration = Duration::from_millis(120);
const PAUSE_MAX: Duration = Duration::from_secs(8);

/// Where the HTTP interface is.
#[derive(Debug, Clone, Default)]
pub enum Api {
    /// Discord itself, with serenity's rate limiter.
    #[default]
    Discord,
    /// A double on this machine, without: the limiter sends its requests to the real host whatever the address is.
    Loopback(String),
    /// Discord's names resolved by this client, with the limiter: a double that speaks TLS.
    Resolved(reqwest::Client),
}

impl Api {
    /// Returns the address of an attached file, if it is where Discord keeps those.
    fn file(&self, url: &str) -> Option<reqwest::Url> {
        const HOSTS: [&str; 2] = ["cdn.discordapp.com", "media.discordapp.net"];
        let parsed = reqwest::Url::parse(url).ok()?;
        let is_plain = parsed.username().is_empty() && parsed.password().is_none();
        let is_theirs = match self {
            Api::Discord | Api::Resolved(_) => {
                let host = parsed.host_str().unwrap_or_default();
                parsed.scheme() == "https" && parsed.port().is_none() && HOSTS.contains(&host)
            }
            Api::Loopback(address) => url.starts_with(&format!("{address}/")),
        };
        (is_plain && is_theirs).then_some(parsed)
    }

    /// Makes serenity's client for it.
    pub fn http(&self, token: &str) -> Http {
        let builder = HttpBuilder::new(token);
        match self {
            Api::Discord => builder.build(),
            Api::Loopback(address) => builder
                .proxy(address.clone())
                .ratelimiter_disabled(true)
                .build(),
            Api::Resolved(client) => builder.client(client.clone()).build(),
        }
    }

    /// Reads `SIGAP_DISCORD_API`; anything but a loopback address is refused, since a token would go there.
    pub fn parse(address: &str) -> Result<Api, String> {
        let refusal = || {
            format!(
                "`SIGAP_DISCORD_API` must be a loopback address such as http://127.0.0.1:8080, found `{address}`"
            )
        };
        let authority = address
            .strip_prefix("http://")
            .ok_or_else(refusal)?
            .trim_end_matches('/');
        is_loopback(authority)
            .then(|| Api::Loopback(format!("http://{authority}")))
            .ok_or_else(refusal)
    }
}

/// `127.0.0.1:8080`, `[::1]:8080`: a literal address, so that no name can point elsewhere later.
fn is_loopback(authority: &str) -> bool {
    let host = authority
        .rsplit_once(':')
        .filter(|(_, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(authority, |(host, _)| host);
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.parse::<IpAddr>()
        .is_ok_and(|address| address.is_loopback())
}

/// Sends requests.
#[derive(Debug, Clone)]
pub struct Rest {
    http: Arc<Http>,
    api: Api,
    metrics: Arc<Metrics>,
    /// By channel: serenity's limiter sleeps for each refusal in turn while everything else of the channel waits, nine
    /// posts refused at once for 45 seconds. One by one they learn in time that nothing is left, and wait once.
    posts: Arc<Turns<u64>>,
}

/// As much of a posted message as is read: the rest describes what was just sent.
#[derive(Debug, Deserialize)]
struct Posted {
    id: MessageId,
}

/// Why a request was given up.
#[derive(Debug, thiserror::Error)]
pub enum RestError {
    /// Discord refused it: another attempt would be refused too.
    #[error("discord refused the request with status {status}, code {code}: {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Discord's own code.
        code: isize,
        /// What it says.
        message: String,
    },
    /// No attempt got through.
    #[error("discord did not take the request after {attempts} attempts")]
    GivenUp {
        /// How many were made.
        attempts: u32,
    },
}

impl Rest {
    /// Makes a client; nothing is sent yet.
    pub fn new(http: Http, api: Api, metrics: Arc<Metrics>) -> Self {
        Self {
            http: Arc::new(http),
            api,
            metrics,
            posts: Arc::default(),
        }
    }

    /// Asks who the bot is; from then on interactions can be answered.
    pub async fn application(&self) -> Result<CurrentApplicationInfo, RestError> {
        let about = self
            .again(REQUEST_TIMEOUT, || self.http.get_current_application_info())
            .await?;
        self.http.set_application_id(about.id);
        Ok(about)
    }

    /// Makes sure that the gateway can be asked for, and that a double hands out one on this machine.
    ///
    /// serenity falls back to the real gateway for good when its own question fails once.
    pub async fn gateway(&self) -> Result<Result<(), String>, RestError> {
        let gateway = self
            .again(REQUEST_TIMEOUT, || self.http.get_gateway())
            .await?;
        if matches!(self.api, Api::Discord) {
            return Ok(Ok(()));
        }
        let authority = gateway
            .url
            .strip_prefix("ws://")
            .map(|rest| rest.split(['/', '?']).next().unwrap_or_default());
        let fine = authority.is_some_and(is_loopback);
        Ok(fine.then_some(()).ok_or(gateway.url))
    }

    /// Returns into how many shards Discord recommends to divide the workspaces.
    pub async fn shards(&self) -> Result<u32, RestError> {
        let gateway = self
            .again(REQUEST_TIMEOUT, || self.http.get_bot_gateway())
            .await?;
        Ok(gateway.shards)
    }

    /// Registers the commands; doing it again changes nothing.
    pub async fn commands(&self, commands: &Json) -> Result<(), RestError> {
        let registered = self.again(REQUEST_TIMEOUT, || async {
            done(self.http.create_global_commands(commands).await)
        });
        registered.await.map(|_| ())
    }

    /// Posts a message and returns its id, if the answer has it. The same nonce within some minutes posts nothing new.
    pub async fn post(
        &self,
        channel: u64,
        mut body: Json,
        nonce: &str,
    ) -> Result<Option<u64>, RestError> {
        body["nonce"] = nonce.into();
        body["enforce_nonce"] = true.into();
        let body = quiet(body);
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let channel_id = ChannelId::new(channel.max(1));
        let _turn = self.posts.take(&channel).await;
        let posted = self
            .again(REQUEST_TIMEOUT, || async {
                let route = Route::ChannelMessages { channel_id };
                let request = Request::new(route, LightMethod::Post).body(Some(body.clone()));
                done(self.http.fire::<Posted>(request).await)
            })
            .await?;
        Ok(posted.map(|message| message.id.get()))
    }

    /// Puts something else in the place of a message of the bot's.
    pub async fn edit(&self, channel: u64, message: u64, body: Json) -> Result<(), RestError> {
        let mut body = quiet(body);
        // What an edit does not name stays.
        for (part, nothing) in [
            ("content", json!("")),
            ("embeds", json!([])),
            ("components", json!([])),
        ] {
            if body.get(part).is_none() {
                body[part] = nothing;
            }
        }
        let (channel, message) = ids(channel, message);
        let edited = self.again(REQUEST_TIMEOUT, || async {
            done(
                self.http
                    .edit_message(channel, message, &body, Vec::new())
                    .await,
            )
        });
        edited.await.map(|_| ())
    }

    /// Pins a message.
    pub async fn pin(&self, channel: u64, message: u64) -> Result<(), RestError> {
        let (channel, message) = ids(channel, message);
        self.again(REQUEST_TIMEOUT, || {
            self.http.pin_message(channel, message, None)
        })
        .await
    }

    /// Loads a file that somebody attached: from Discord's own hosts only, and no more than so many bytes of it.
    pub async fn download(&self, url: &str, bytes_max: usize) -> Result<Vec<u8>, RestError> {
        let refused = |message: &str| RestError::Refused {
            status: 0,
            code: 0,
            message: message.to_owned(),
        };
        let url = self
            .api
            .file(url)
            .ok_or_else(|| refused("the file is not on discord's hosts"))?;
        let client = match &self.api {
            Api::Resolved(client) => client.clone(),
            Api::Discord | Api::Loopback(_) => reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .map_err(|_| refused("no client"))?,
        };
        let load = async {
            let mut response = client.get(url).send().await?.error_for_status()?;
            let mut bytes = Vec::new();
            while let Some(chunk) = response.chunk().await? {
                bytes.extend_from_slice(&chunk);
                if bytes.len() > bytes_max {
                    return Ok(None);
                }
            }
            Ok::<_, reqwest::Error>(Some(bytes))
        };
        match timeout(ATTEMPT_MAX, load).await {
            Ok(Ok(Some(bytes))) => Ok(bytes),
            Ok(Ok(None)) => Err(refused("the file is too large")),
            // The address is signed, so it is not for the log.
            Ok(Err(_)) | Err(_) => Err(RestError::GivenUp { attempts: 1 }),
        }
    }

    /// Returns what was said in a channel after a moment, given as the id of something that happened then; the earliest
    /// first, and no more than a page of it.
    pub async fn said_after(&self, channel: u64, moment: u64) -> Result<Vec<Message>, RestError> {
        let channel = ChannelId::new(channel.max(1));
        let after = MessagePagination::After(MessageId::new(moment.max(1)));
        let said = self.again(MISSED_TIMEOUT, || {
            self.http.get_messages(channel, Some(after), Some(SAID_MAX))
        });
        let mut said = said.await?;
        said.sort_by_key(|message| message.id);
        Ok(said)
    }

    /// Takes a message of the bot's away.
    pub async fn delete(&self, channel: u64, message: u64) -> Result<(), RestError> {
        let (channel, message) = ids(channel, message);
        self.again(REQUEST_TIMEOUT, || {
            self.http.delete_message(channel, message, None)
        })
        .await
    }

    /// Returns the channel in which one person alone reads the bot.
    pub async fn direct(&self, user: u64) -> Result<u64, RestError> {
        let body = json!({"recipient_id": user.to_string()});
        let channel = self
            .again(REQUEST_TIMEOUT, || self.http.create_private_channel(&body))
            .await?;
        Ok(channel.id.get())
    }

    /// Returns the handle of an account.
    pub async fn handle(&self, user: u64) -> Result<String, RestError> {
        let user = UserId::new(user.max(1));
        let user = self
            .again(CALLBACK_TIMEOUT, || self.http.get_user(user))
            .await?;
        Ok(user.name)
    }

    /// Gives the first response to an interaction; bodies of messages are made quiet.
    pub async fn respond(
        &self,
        id: u64,
        token: &str,
        kind: u8,
        data: Json,
    ) -> Result<(), RestError> {
        let is_message = matches!(kind, 4 | 7);
        let data = if is_message { quiet(data) } else { data };
        let body = json!({"type": kind, "data": data});
        let id = InteractionId::new(id.max(1));
        self.again(CALLBACK_TIMEOUT, || {
            self.http
                .create_interaction_response(id, token, &body, Vec::new())
        })
        .await
    }

    /// Puts the answer in the place of `thinking…`.
    pub async fn fill(
        &self,
        token: &str,
        body: Json,
        file: Option<&HandedFile>,
    ) -> Result<(), RestError> {
        let body = quiet(body);
        let filled = self.again(REQUEST_TIMEOUT, || async {
            let request =
                self.http
                    .edit_original_interaction_response(token, &body, attached(file));
            done(request.await)
        });
        filled.await.map(|_| ())
    }

    /// Adds a message to an answered interaction.
    pub async fn follow(
        &self,
        token: &str,
        body: Json,
        file: Option<&HandedFile>,
    ) -> Result<(), RestError> {
        let body = quiet(body);
        let added = self.again(REQUEST_TIMEOUT, || async {
            let request = self
                .http
                .create_followup_message(token, &body, attached(file));
            done(request.await)
        });
        added.await.map(|_| ())
    }

    /// Opens a thread that only invited people and those who manage threads see, and invites one person.
    pub async fn thread(&self, channel: u64, name: &str, user: u64) -> Result<u64, RestError> {
        const PRIVATE_THREAD: u8 = 12;
        const A_DAY_MIN: u16 = 1_440;
        let body = json!({
            "name": name, "type": PRIVATE_THREAD, "invitable": false, "auto_archive_duration": A_DAY_MIN,
        });
        let channel = ChannelId::new(channel.max(1));
        let thread = self
            .again(REQUEST_TIMEOUT, || {
                self.http.create_thread(channel, &body, None)
            })
            .await?;
        let user = UserId::new(user.max(1));
        self.again(REQUEST_TIMEOUT, || {
            self.http.add_thread_channel_member(thread.id, user)
        })
        .await?;
        Ok(thread.id.get())
    }

    /// Leaves a workspace.
    pub async fn leave(&self, guild: u64) -> Result<(), RestError> {
        let guild = GuildId::new(guild.max(1));
        self.again(REQUEST_TIMEOUT, || self.http.leave_guild(guild))
            .await
    }

    /// Tries until it succeeds, is refused, or the time is up.
    async fn again<T, F>(&self, within: Duration, request: impl Fn() -> F) -> Result<T, RestError>
    where
        F: Future<Output = serenity::Result<T>>,
    {
        let deadline = Instant::now() + within;
        let attempts = AtomicU32::new(0);
        let attempt = || async {
            attempts.fetch_add(1, Ordering::Relaxed);
            let left = deadline.saturating_duration_since(Instant::now());
            match timeout(left.min(ATTEMPT_MAX), request()).await {
                Ok(Ok(done)) => Ok(done),
                Ok(Err(error)) => Err(refusal(&error)),
                Err(_elapsed) => Err(None),
            }
        };
        let pauses = ExponentialBuilder::default()
            .with_min_delay(PAUSE)
            .with_max_delay(PAUSE_MAX)
            .without_max_times();
        let ended = attempt
            .retry(pauses)
            .when(Option::is_none)
            .adjust(|_, pause| pause.filter(|pause| Instant::now() + *pause <= deadline))
            .notify(|_, _| self.metrics.request(metrics::Request::Retried));
        let ended = ended.await;
        self.metrics.request(match ended {
            Ok(_) => metrics::Request::Sent,
            Err(_) => metrics::Request::Failed,
        });
        let attempts = attempts.into_inner();
        ended.map_err(|refusal| refusal.unwrap_or(RestError::GivenUp { attempts }))
    }
}

/// The library's ids of a message, which are never zero.
fn ids(channel: u64, message: u64) -> (ChannelId, MessageId) {
    let (channel, message) = (channel.max(1), message.max(1));
    (ChannelId::new(channel), MessageId::new(message))
}

/// What Discord took is done, even if it describes the result in a way that serenity does not read yet.
#[expect(
    clippy::result_large_err,
    reason = "serenity's own error goes through as it came"
)]
fn done<T>(result: serenity::Result<T>) -> serenity::Result<Option<T>> {
    match result {
        Ok(done) => Ok(Some(done)),
        Err(serenity::Error::Json(error)) => {
            tracing::warn!(%error, "an answer does not read");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn attached(file: Option<&HandedFile>) -> Vec<CreateAttachment> {
    file.map(|file| CreateAttachment::bytes(file.bytes.clone(), file.name.clone()))
        .into_iter()
        .collect()
}

/// What the bot says pings no one.
fn quiet(mut body: Json) -> Json {
    body["allowed_mentions"] = json!({"parse": []});
    body
}

/// Returns why another attempt makes no sense; none for busy servers, rate limits and broken connections.
fn refusal(error: &serenity::Error) -> Option<RestError> {
    let serenity::Error::Http(error) = error else {
        // The request went out and its answer does not read: again, the nonce keeps it from appearing twice.
        return None;
    };
    match error {
        HttpError::UnsuccessfulRequest(response) => {
            let status = response.status_code.as_u16();
            (status != 429 && status < 500).then(|| RestError::Refused {
                status,
                code: response.error.code,
                message: response.error.message.clone(),
            })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_loaded_from_discord_only() {
        let double = Api::parse("http://127.0.0.1:8080").unwrap();
        let cdn = "https://cdn.discordapp.com/attachments/1/2/sop.docx?ex=1&hm=2";
        assert!(Api::Discord.file(cdn).is_some());
        assert!(double.file("http://127.0.0.1:8080/attachments/1").is_some());
        assert!(double.file(cdn).is_none());
        for bad in [
            "http://cdn.discordapp.com/attachments/1",
            "https://cdn.discordapp.com.example/1",
            "https://cdn.discordapp.com@example.com/1",
            "https://x@cdn.discordapp.com/1",
            "https://cdn.discordapp.com:8443/1",
            "https://169.254.169.254/latest",
            "http://127.0.0.1:8080/1",
            "file:///etc/passwd",
            "",
        ] {
            assert!(Api::Discord.file(bad).is_none(), "{bad}");
        }
        for bad in [
            "http://127.0.0.1:80801/1",
            "http://127.0.0.1:8080@example.com/1",
        ] {
            assert!(double.file(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn only_loopback_addresses_stand_for_discord() {
        for good in [
            "http://127.0.0.1:8080",
            "http://127.0.0.1:8080/",
            "http://[::1]:1",
            "http://127.9.9.9",
        ] {
            assert!(matches!(Api::parse(good), Ok(Api::Loopback(_))), "{good}");
        }
        for bad in [
            "https://127.0.0.1:8080",
            "http://discord.com",
            "http://localhost:1",
            "http://127.0.0.1.example:1",
            "http://127.0.0.1@example.com",
            "http://10.0.0.1:1",
            "http://127.0.0.1:80/path",
            "",
        ] {
            assert!(Api::parse(bad).is_err(), "{bad}");
        }
    }
}
