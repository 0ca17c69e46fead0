//! The HTTP interface: routes, refusals, faults, and the log of what was asked for.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Bytes;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};
use tokio::sync::mpsc;

use super::buckets::{Scope, Told};
use super::gateway::gateway;
use super::rules::with_text_ids;
use super::shapes::{bot, direct_channel, is_id, user};
use super::{
    BOT, BUDI, FIRST_RESPONSE_MAX, Fault, GUILD, Guarded, LEAD, SITI, Sent, Somebody, TOKEN, World,
};

pub(super) fn app(world: &Arc<World>) -> Router {
    Router::new().fallback(any).with_state(Arc::clone(world))
}

async fn any(State(world): State<Arc<World>>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    if parts.uri.path() == "/" {
        let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut parts, &world).await else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        return upgrade.on_upgrade(move |socket| gateway(world, socket));
    }
    let Ok(bytes) = axum::body::to_bytes(body, 1 << 20).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let method = parts.method.as_str().to_owned();
    let path = parts.uri.path().to_owned();
    let fault = {
        let mut state = world.lock();
        let line = format!("{method} {path}");
        let place = state
            .faults
            .iter()
            .position(|(route, _)| line.contains(route));
        place
            .and_then(|place| state.faults.remove(place))
            .map(|(_, fault)| fault)
    };
    if parts.uri.path().starts_with("/files/") {
        return world.file(parts.uri.path());
    }
    let (bytes, uploads) = match boundary(&parts.headers) {
        Some(boundary) => taken_apart(&bytes, &boundary),
        None => (bytes, Vec::new()),
    };
    world.lock().uploads.extend(uploads);
    let body = body_of(&parts.headers, &bytes);
    let refused = match &fault {
        Some(Fault::RateLimited {
            retry_after,
            global,
        }) => Some(rate_limited(*retry_after, *global)),
        Some(Fault::Status(status)) => Some(Answer::error(*status, 0, "injected")),
        Some(Fault::Slow(late)) => {
            tokio::time::sleep(*late).await;
            None
        }
        Some(Fault::Lost) | None => None,
    };
    let told = {
        let path = path.trim_start_matches("/api/v10").trim_matches('/');
        let parts: Vec<&str> = path.split('/').collect();
        world.lock().buckets.take(&method, &parts, Instant::now())
    };
    let too_many = told.as_ref().and_then(|told| {
        let global = told.refused? == Scope::Global;
        Some(rate_limited(told.reset_after.as_secs_f64(), global))
    });
    let mut answer = match (refused.or(too_many), body) {
        (Some(refused), _) => refused,
        (None, Err(answer)) => answer,
        (None, Ok(body)) => {
            let mut answer = match said_in(&method, &path) {
                Some(channel) => world.said(channel, parts.uri.query()),
                None => world.answer(&method, &path, &parts.headers, &body),
            };
            if answer.status == 204 && wants_response(parts.uri.query()) {
                answer = world.responded(&path);
            }
            world.checks(&method, &path, &answer);
            answer
        }
    };
    if let Some(told) = told {
        answer.tells(&told);
    }
    let body = serde_json::from_slice(&bytes).unwrap_or(Json::Null);
    world.lock().log.push(Sent {
        at: Instant::now(),
        method,
        path,
        body,
        status: answer.status,
    });
    world.changed.notify_waiters();
    if matches!(fault, Some(Fault::Lost)) {
        // A body that ends early is how a connection looks that broke in the middle of an answer.
        let broken = futures_body();
        return (StatusCode::OK, broken).into_response();
    }
    answer.into_response()
}

/// Whether an interaction's answer asks what it led to: discord.py does, serenity does not.
fn wants_response(query: Option<&str>) -> bool {
    let mut parts = query.unwrap_or_default().split('&');
    parts.any(|part| matches!(part, "with_response=true" | "with_response=1"))
}

fn number(text: &str) -> u64 {
    text.parse().unwrap_or_default()
}

/// The channel of which the messages are wanted.
fn said_in(method: &str, path: &str) -> Option<u64> {
    let channel = path
        .strip_prefix("/api/v10/channels/")?
        .strip_suffix("/messages")?;
    (method == "GET").then(|| number(channel))
}

/// What separates the parts of a body that carries files.
fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers
        .get("content-type")
        .filter(|kind| is_in_parts(kind))?;
    let (_, boundary) = kind.to_str().ok()?.split_once("boundary=")?;
    Some(boundary.trim_matches('"').to_owned())
}

fn is_in_parts(kind: &axum::http::HeaderValue) -> bool {
    kind.as_bytes().starts_with(b"multipart/form-data")
}

/// Returns the JSON of a body in parts, and its files with their names.
fn taken_apart(bytes: &[u8], boundary: &str) -> (Bytes, Vec<(String, Vec<u8>)>) {
    let find = |bytes: &[u8], what: &[u8]| bytes.windows(what.len()).position(|part| part == what);
    let line = format!("--{boundary}").into_bytes();
    let (mut json, mut files) = (Bytes::new(), Vec::new());
    let mut rest = bytes;
    while let Some(at) = find(rest, &line) {
        rest = &rest[at + line.len()..];
        let end = find(rest, &line).unwrap_or(rest.len());
        let Some(head) = find(&rest[..end], b"\r\n\r\n") else {
            continue;
        };
        let about = String::from_utf8_lossy(&rest[..head]).into_owned();
        let content = &rest[head + 4..end];
        let content = content.strip_suffix(b"\r\n").unwrap_or(content);
        match about.split_once("filename=\"") {
            Some((_, name)) => {
                let name = name.split('"').next().unwrap_or_default();
                files.push((name.to_owned(), content.to_vec()));
            }
            None if about.contains("payload_json") => json = Bytes::copy_from_slice(content),
            None => {}
        }
    }
    (json, files)
}

/// A body that promises more than it has.
fn futures_body() -> axum::body::Body {
    let (sender, receiver) = mpsc::unbounded_channel::<Result<Bytes, std::io::Error>>();
    let _ = sender.send(Ok(Bytes::from_static(b"{\"id\":")));
    let _ = sender.send(Err(std::io::Error::other("connection lost")));
    axum::body::Body::from_stream(Receiving(receiver))
}

struct Receiving(mpsc::UnboundedReceiver<Result<Bytes, std::io::Error>>);

impl futures_core::Stream for Receiving {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

struct Answer {
    status: u16,
    body: Option<Json>,
    headers: Vec<(&'static str, String)>,
}

impl Answer {
    fn ok(body: Json) -> Answer {
        Answer {
            status: 200,
            body: Some(body),
            headers: vec![
                ("x-ratelimit-limit", "50".to_owned()),
                ("x-ratelimit-remaining", "49".to_owned()),
                ("x-ratelimit-reset-after", "1.0".to_owned()),
                ("x-ratelimit-reset", "1893456000.0".to_owned()),
                ("x-ratelimit-bucket", "double".to_owned()),
            ],
        }
    }

    /// Takes over the bucket's numbers.
    fn tells(&mut self, told: &Told) {
        let after = told.reset_after.as_secs_f64();
        let at = std::time::SystemTime::UNIX_EPOCH
            .elapsed()
            .unwrap()
            .as_secs_f64()
            + after;
        let numbers = [
            ("x-ratelimit-limit", told.limit.to_string()),
            ("x-ratelimit-remaining", told.remaining.to_string()),
            ("x-ratelimit-reset-after", format!("{after:.3}")),
            ("x-ratelimit-reset", format!("{at:.3}")),
            ("x-ratelimit-bucket", told.bucket.replace(['/', ' '], "-")),
        ];
        self.headers
            .retain(|(name, _)| numbers.iter().all(|(other, _)| name != other));
        self.headers.extend(numbers);
    }

    fn done() -> Answer {
        Answer {
            status: 204,
            body: None,
            headers: Vec::new(),
        }
    }

    fn error(status: u16, code: u32, message: &str) -> Answer {
        Answer {
            status,
            body: Some(json!({"code": code, "message": message})),
            headers: Vec::new(),
        }
    }

    fn into_response(self) -> Response {
        let mut response = match self.body {
            Some(body) => body.to_string().into_response(),
            None => ().into_response(),
        };
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap();
        let headers = response.headers_mut();
        headers.insert("content-type", "application/json".parse().unwrap());
        for (name, value) in self.headers {
            headers.insert(name, value.parse().unwrap());
        }
        response
    }
}

fn rate_limited(retry_after: f64, global: bool) -> Answer {
    let mut headers = vec![
        // Without it discord.py takes the answer for one of a proxy's that shuts it out.
        ("via", "1.1 google".to_owned()),
        ("retry-after", format!("{}", retry_after.ceil())),
        (
            "x-ratelimit-scope",
            if global { "global" } else { "user" }.to_owned(),
        ),
        ("x-ratelimit-reset-after", format!("{retry_after}")),
    ];
    if global {
        headers.push(("x-ratelimit-global", "true".to_owned()));
    }
    Answer {
        status: 429,
        // As documented: no `code` in it.
        body: Some(
            json!({"message": "You are being rate limited.", "retry_after": retry_after, "global": global}),
        ),
        headers,
    }
}

fn body_of(headers: &HeaderMap, bytes: &[u8]) -> Result<Json, Answer> {
    if bytes.is_empty() {
        return Ok(Json::Null);
    }
    if headers
        .get("content-type")
        .is_none_or(|kind| kind != "application/json" && !is_in_parts(kind))
    {
        return Err(Answer::error(
            400,
            50_035,
            "Content-Type is not application/json",
        ));
    }
    serde_json::from_slice(bytes)
        .map_err(|_| Answer::error(400, 50_109, "The request body contains invalid JSON"))
}

impl World {
    fn answer(&self, method: &str, path: &str, headers: &HeaderMap, body: &Json) -> Answer {
        let path = path.trim_start_matches("/api/v10");
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        // Webhooks and interactions are authorised by the token in their path.
        let by_path = matches!(parts.first(), Some(&"interactions" | &"webhooks"));
        let known = headers
            .get("authorization")
            .is_some_and(|given| given == format!("Bot {TOKEN}").as_str());
        if !known && !by_path {
            return Answer::error(401, 0, "401: Unauthorized");
        }
        let mistakes = self.rules.mistakes(method, &parts, body);
        if !mistakes.is_empty() {
            let mut state = self.lock();
            for mistake in &mistakes {
                state
                    .violations
                    .push(format!("{method} {path}: {mistake} in {body}"));
            }
            return Answer::error(
                400,
                50_035,
                &format!("Invalid Form Body: {}", mistakes.join("; ")),
            );
        }
        match (method, parts.as_slice()) {
            ("GET", ["gateway"]) => Answer::ok(json!({"url": format!("ws://{}", self.address)})),
            ("GET", ["gateway", "bot"]) => Answer::ok(json!({
                "url": format!("ws://{}", self.address), "shards": self.lock().shards,
                "session_start_limit": {"total": 1000, "remaining": 999, "reset_after": 1000, "max_concurrency": 1},
            })),
            ("GET", ["users", "@me"]) => {
                let mut me = bot();
                for (part, value) in [
                    ("mfa_enabled", json!(false)),
                    ("verified", json!(true)),
                    ("locale", json!("id")),
                ] {
                    me[part] = value;
                }
                Answer::ok(me)
            }
            ("GET", ["oauth2", "applications", "@me"] | ["applications", "@me"]) => {
                self.application()
            }
            ("PUT", ["applications", _, "commands"]) => self.register(body),
            ("POST", ["channels", channel, "messages"]) => {
                self.create_message(number(channel), body)
            }
            ("PATCH", ["channels", channel, "messages", message]) => {
                self.edit_message(number(channel), number(message), body)
            }
            ("DELETE", ["channels", channel, "messages", message]) => {
                self.delete_message(number(channel), number(message))
            }
            ("GET", ["users", id]) => {
                let somebody = [BUDI, SITI, LEAD]
                    .into_iter()
                    .find(|somebody| somebody.id == number(id));
                somebody.map_or(Answer::error(404, 10_013, "Unknown User"), |somebody| {
                    Answer::ok(user(somebody))
                })
            }
            ("PUT", ["channels", channel, "pins", message]) => {
                let pin = (number(channel), number(message));
                self.lock().pins.push(pin);
                Answer::done()
            }
            ("POST", ["users", "@me", "channels"]) => self.open_direct(&body["recipient_id"]),
            ("POST", ["channels", channel, "threads"]) => self.create_thread(number(channel), body),
            ("PUT", ["channels", _, "thread-members", _]) => Answer::done(),
            ("POST", ["channels", _, "typing"]) => Answer::done(),
            ("DELETE", ["users", "@me", "guilds", guild]) => {
                self.lock().left.push(number(guild));
                Answer::done()
            }
            ("POST", ["interactions", id, token, "callback"]) => {
                self.respond(number(id), token, body)
            }
            ("PATCH", ["webhooks", _, token, "messages", "@original"]) => self.fill(token, body),
            ("POST", ["webhooks", _, token]) => self.follow(token, body),
            _ => Answer::error(404, 0, "404: Not Found"),
        }
    }

    /// A file, as Discord's other host would give it.
    fn file(&self, path: &str) -> Response {
        let files = &self.lock().files;
        match files.get(path.trim_start_matches("/files/")) {
            Some(bytes) => bytes.clone().into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }

    /// The double's own slips count as violations too: what it answers must be what Discord could.
    fn checks(&self, method: &str, path: &str, answer: &Answer) {
        let path = path.trim_start_matches("/api/v10").trim_matches('/');
        let parts: Vec<&str> = path.split('/').collect();
        let Some(body) = answer.body.as_ref().filter(|_| answer.status < 300) else {
            return;
        };
        let slips = self.rules.slips(method, &parts, answer.status, body);
        let slips = slips
            .iter()
            .map(|slip| format!("the double on {method} {path}: {slip} in {body}"));
        self.lock().violations.extend(slips);
    }

    fn application(&self) -> Answer {
        let content = if self.lock().message_content_off {
            0
        } else {
            1 << 19
        };
        Answer::ok(json!({
            "id": BOT.to_string(), "name": "Sigap", "icon": null, "description": "", "bot_public": false,
            "bot_require_code_grant": false, "verify_key": "0", "flags": content, "flags_new": content.to_string(),
            "owner": user(LEAD), "team": null, "type": null, "redirect_uris": [], "interactions_endpoint_url": null,
            "role_connections_verification_url": null, "approximate_guild_count": 1, "approximate_user_install_count": 0,
            "approximate_user_authorization_count": 0, "explicit_content_filter": 0, "eligible_oauth2_scopes": [],
        }))
    }

    fn register(&self, body: &Json) -> Answer {
        let mut state = self.lock();
        state.commands = body.clone();
        let mut answered = body.as_array().cloned().unwrap_or_default();
        for command in &mut answered {
            command["id"] = state.id().to_string().into();
            command["application_id"] = BOT.to_string().into();
            command["version"] = "1".into();
            command["default_member_permissions"] = Json::Null;
            if command["integration_types"].is_null() {
                command["integration_types"] = json!([0]);
            }
            if command.get("description").is_none() {
                command["description"] = "".into();
            }
        }
        Answer::ok(Json::Array(answered))
    }

    /// What was said in a channel after a message, the latest first as Discord tells it.
    fn said(&self, channel: u64, query: Option<&str>) -> Answer {
        let parameter = |name: &str| {
            let mut parts = query.unwrap_or_default().split('&');
            parts.find_map(|part| Some(number(part.strip_prefix(name)?.strip_prefix('=')?)))
        };
        let (after, limit) = (
            parameter("after").unwrap_or_default(),
            parameter("limit").unwrap_or(50),
        );
        let state = self.lock();
        let id = |message: &&Json| number(message["id"].as_str().unwrap());
        let people = state.said.get(&channel).into_iter().flatten();
        let bots = state.messages.get(&channel).into_iter().flatten();
        let mut said: Vec<&Json> = people
            .chain(bots)
            .filter(|message| id(message) > after)
            .collect();
        said.sort_by_key(id);
        said.truncate(usize::try_from(limit).unwrap());
        said.reverse();
        Answer::ok(json!(said))
    }

    fn create_message(&self, channel: u64, body: &Json) -> Answer {
        let mut state = self.lock();
        let nonce = body["nonce"]
            .as_str()
            .map(|nonce| (channel, nonce.to_owned()));
        if body["enforce_nonce"] == true
            && let Some(id) = nonce.as_ref().and_then(|nonce| state.nonces.get(nonce))
        {
            let id = id.to_string();
            let known = state.messages[&channel]
                .iter()
                .find(|message| message["id"] == id);
            return Answer::ok(known.unwrap().clone());
        }
        let message = state.keep(channel, body, true);
        if let Some(nonce) = nonce {
            let id = message["id"].as_str().unwrap().parse().unwrap();
            state.nonces.insert(nonce, id);
        }
        // The bot hears itself, as every bot does.
        let mut event = message.clone();
        event["guild_id"] = GUILD.to_string().into();
        state.dispatch("MESSAGE_CREATE", &event);
        Answer::ok(message)
    }

    fn edit_message(&self, channel: u64, id: u64, body: &Json) -> Answer {
        let mut state = self.lock();
        let id = id.to_string();
        let messages = state.messages.entry(channel).or_default();
        let Some(message) = messages.iter_mut().find(|message| message["id"] == id) else {
            return Answer::error(404, 10_008, "Unknown Message");
        };
        change(message, body);
        Answer::ok(message.clone())
    }

    fn delete_message(&self, channel: u64, id: u64) -> Answer {
        let mut state = self.lock();
        let messages = state.messages.entry(channel).or_default();
        let Some(place) = messages
            .iter()
            .position(|message| is_id(&message["id"], id))
        else {
            return Answer::error(404, 10_008, "Unknown Message");
        };
        messages.remove(place);
        Answer::done()
    }

    fn open_direct(&self, with: &Json) -> Answer {
        let Some(with) = with.as_str().and_then(|id| id.parse::<u64>().ok()) else {
            return Answer::error(400, 50_033, "Invalid Recipient(s)");
        };
        let channel = direct_channel(with);
        self.lock().direct.insert(channel);
        let recipient = user(Somebody {
            id: with,
            name: "somebody",
            lead: false,
        });
        Answer::ok(
            json!({"id": channel.to_string(), "type": 1, "last_message_id": null, "flags": 0, "recipients": [recipient]}),
        )
    }

    fn create_thread(&self, channel: u64, body: &Json) -> Answer {
        let mut state = self.lock();
        if state.threads_forbidden {
            return Answer::error(403, 50_013, "Missing Permissions");
        }
        if state
            .threads
            .iter()
            .any(|thread| is_id(&thread["id"], channel))
        {
            return Answer::error(400, 50_024, "Cannot execute action on this channel type");
        }
        let id = state.id();
        let thread = json!({
            "id": id.to_string(), "type": body["type"], "name": body["name"], "parent_id": channel.to_string(),
            "guild_id": GUILD.to_string(), "owner_id": BOT.to_string(), "position": 0, "permission_overwrites": [],
            "nsfw": false, "message_count": 0, "member_count": 1, "rate_limit_per_user": 0, "flags": 0,
            "last_message_id": null, "total_message_sent": 0,
            "thread_metadata": {"archived": false, "auto_archive_duration": 1440, "locked": false, "invitable": false,
                "archive_timestamp": "2026-11-21T09:00:00+00:00", "create_timestamp": "2026-11-21T09:00:00+00:00"},
        });
        state.threads.push(thread.clone());
        Answer {
            status: 201,
            ..Answer::ok(thread)
        }
    }

    fn respond(&self, id: u64, token: &str, body: &Json) -> Answer {
        let mut state = self.lock();
        let Some(asked) = state.interactions.get(&id) else {
            return Answer::error(404, 10_062, "Unknown interaction");
        };
        if asked.token != token || asked.at.elapsed() > FIRST_RESPONSE_MAX {
            return Answer::error(404, 10_062, "Unknown interaction");
        }
        if asked.first.is_some() {
            return Answer::error(400, 40_060, "Interaction has already been acknowledged.");
        }
        let channel = asked.channel;
        let kind = body["type"].as_u64().unwrap_or_default();
        let shown = match kind {
            4 => Some(state.keep(channel, &body["data"], !is_ephemeral(&body["data"]))),
            7 => asked.on.clone().map(|mut message| {
                change(&mut message, &body["data"]);
                let kept = state.messages.entry(channel).or_default();
                for kept in kept.iter_mut().filter(|kept| kept["id"] == message["id"]) {
                    *kept = message.clone();
                }
                message
            }),
            8 | 9 => Some(body["data"].clone()),
            _ => None,
        };
        let asked = state.interactions.get_mut(&id).unwrap();
        asked.first = Some(kind);
        asked.shown.extend(shown);
        Answer::done()
    }

    /// What an interaction's answer led to.
    fn responded(&self, path: &str) -> Answer {
        let id = path.split('/').rev().nth(2).unwrap_or_default();
        let state = self.lock();
        let Some(asked) = id
            .parse()
            .ok()
            .and_then(|id: u64| state.interactions.get(&id))
        else {
            return Answer::done();
        };
        let message = asked
            .shown
            .first()
            .filter(|_| matches!(asked.first, Some(4 | 7)));
        let mut interaction = json!({"id": id, "type": asked.kind});
        if let Some(message) = message {
            interaction["response_message_id"] = message["id"].clone();
            interaction["response_message_ephemeral"] = is_ephemeral(message).into();
            interaction["response_message_loading"] = false.into();
        }
        Answer::ok(json!({"interaction": interaction}))
    }

    fn fill(&self, token: &str, body: &Json) -> Answer {
        let mut state = self.lock();
        let Some((&id, asked)) = state
            .interactions
            .iter()
            .find(|(_, asked)| asked.token == token)
        else {
            return Answer::error(404, 10_015, "Unknown Webhook");
        };
        if asked.expired {
            return Answer::error(401, 50_027, "Invalid Webhook Token");
        }
        if asked.first.is_none() {
            return Answer::error(404, 10_008, "Unknown Message");
        }
        let channel = asked.channel;
        let message = state.keep(channel, body, false);
        let shown = &mut state.interactions.get_mut(&id).unwrap().shown;
        match shown.first_mut() {
            Some(first) => *first = message.clone(),
            None => shown.push(message.clone()),
        }
        Answer::ok(message)
    }

    fn follow(&self, token: &str, body: &Json) -> Answer {
        let mut state = self.lock();
        let Some((&id, asked)) = state
            .interactions
            .iter()
            .find(|(_, asked)| asked.token == token)
        else {
            return Answer::error(404, 10_015, "Unknown Webhook");
        };
        if asked.expired {
            return Answer::error(401, 50_027, "Invalid Webhook Token");
        }
        if asked.first.is_none() {
            return Answer::error(404, 10_015, "Unknown Webhook");
        }
        let channel = asked.channel;
        let message = state.keep(channel, body, !is_ephemeral(body));
        state
            .interactions
            .get_mut(&id)
            .unwrap()
            .shown
            .push(message.clone());
        Answer::ok(message)
    }
}

impl Guarded {
    /// Keeps a message of the bot's and returns it as Discord shows it.
    pub(super) fn keep(&mut self, channel: u64, body: &Json, in_channel: bool) -> Json {
        let id = self.id();
        let mut message = json!({
            "id": id.to_string(), "channel_id": channel.to_string(),
            "author": bot(),
            "content": body["content"].as_str().unwrap_or_default(), "timestamp": "2026-11-21T09:00:00+00:00",
            "edited_timestamp": null, "tts": false, "mention_everyone": false, "mentions": [], "mention_roles": [],
            "attachments": [], "embeds": embedded(body.get("embeds")), "pinned": false,
            "type": 0, "flags": body["flags"].as_u64().unwrap_or_default(),
            "components": numbered(body.get("components")),
        });
        if let Some(nonce) = body.get("nonce") {
            message["nonce"] = nonce.clone();
        }
        if let Some(answered) = body.get("message_reference") {
            message["message_reference"] = with_text_ids(answered);
            message["message_reference"]["channel_id"] = channel.to_string().into();
            message["message_reference"]["type"] = 0.into();
        }
        self.latest = message.clone();
        if in_channel {
            self.messages
                .entry(channel)
                .or_default()
                .push(message.clone());
        }
        message
    }
}

/// Discord numbers components and spells out what a menu leaves open; the bot never needs either.
fn numbered(components: Option<&Json>) -> Json {
    let mut rows = components.cloned().unwrap_or_else(|| json!([]));
    let mut number = 0;
    for row in rows.as_array_mut().into_iter().flatten() {
        number += 1;
        row["id"] = number.into();
        for inner in row["components"].as_array_mut().into_iter().flatten() {
            number += 1;
            inner["id"] = number.into();
            for (part, usual) in [("min_values", 1), ("max_values", 1)] {
                if inner["type"] == 3 && inner.get(part).is_none() {
                    inner[part] = usual.into();
                }
            }
        }
    }
    rows
}

fn embedded(embeds: Option<&Json>) -> Json {
    let mut embeds = embeds.cloned().unwrap_or_else(|| json!([]));
    for embed in embeds.as_array_mut().into_iter().flatten() {
        embed["type"] = "rich".into();
    }
    embeds
}

fn is_ephemeral(body: &Json) -> bool {
    body["flags"].as_u64().unwrap_or_default() & 64 != 0
}

fn change(message: &mut Json, body: &Json) {
    if let Some(content) = body.get("content") {
        message["content"] = content.clone();
    }
    if body.get("embeds").is_some() {
        message["embeds"] = embedded(body.get("embeds"));
    }
    if body.get("components").is_some() {
        message["components"] = numbered(body.get("components"));
    }
    message["edited_timestamp"] = "2026-11-21T09:00:01+00:00".into();
}
