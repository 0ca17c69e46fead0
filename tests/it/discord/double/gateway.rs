//! The gateway: sessions, their events, resuming.

use std::sync::Arc;

use axum::extract::ws::{CloseFrame, Message as Frame, WebSocket};
use serde_json::{Value as Json, json};
use tokio::sync::mpsc;

use super::shapes::{guild_event, is_id};
use super::{BOT, GUILD, Guarded, TOKEN, World};

const MESSAGE_CONTENT: u64 = 1 << 15;

pub(super) struct Session {
    pub(super) id: String,
    intents: u64,
    pub(super) shard: (u64, u64),
    pub(super) sent: Vec<Json>,
    pub(super) socket: Option<mpsc::UnboundedSender<Out>>,
}

pub(super) enum Out {
    Text(String),
    Close(u16),
    Drop,
}

pub(super) async fn gateway(world: Arc<World>, mut socket: WebSocket) {
    let (out, mut outgoing) = mpsc::unbounded_channel();
    let (interval, acks) = {
        let state = world.lock();
        (state.heartbeat_ms, !state.acks_off)
    };
    let hello = json!({"op": 10, "d": {"heartbeat_interval": interval}}).to_string();
    if socket.send(Frame::Text(hello.into())).await.is_err() {
        return;
    }
    loop {
        tokio::select! {
            frame = socket.recv() => match frame {
                Some(Ok(Frame::Text(text))) => {
                    let said: Json = serde_json::from_str(&text).unwrap_or(Json::Null);
                    world.hears(&said, &out, acks);
                }
                Some(Ok(Frame::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => {}
            },
            Some(what) = outgoing.recv() => match what {
                Out::Text(text) => {
                    if socket.send(Frame::Text(text.into())).await.is_err() {
                        break;
                    }
                }
                Out::Close(code) => {
                    let _ = socket.send(Frame::Close(Some(CloseFrame { code, reason: "".into() }))).await;
                    break;
                }
                Out::Drop => break,
            },
        }
    }
    for session in &mut world.lock().sessions {
        if session
            .socket
            .as_ref()
            .is_some_and(|socket| socket.same_channel(&out))
        {
            session.socket = None;
        }
    }
    world.changed.notify_waiters();
}

impl World {
    pub(super) fn hears(&self, said: &Json, out: &mpsc::UnboundedSender<Out>, acks: bool) {
        let mut state = self.lock();
        let tell = |frame: Json| {
            let _ = out.send(Out::Text(frame.to_string()));
        };
        match said["op"].as_u64() {
            Some(1) if acks => tell(json!({"op": 11, "d": null})),
            Some(2) => {
                let about = &said["d"];
                let intents = about["intents"].as_u64().unwrap_or_default();
                // serenity sends the token as it stands in its HTTP header, and Discord takes it.
                let given = about["token"].as_str().unwrap_or_default();
                if given.trim_start_matches("Bot ") != TOKEN {
                    let _ = out.send(Out::Close(4004));
                } else if state.message_content_off && intents & MESSAGE_CONTENT != 0 {
                    let _ = out.send(Out::Close(4014));
                } else {
                    let shard = (
                        about["shard"][0].as_u64().unwrap_or(0),
                        about["shard"][1].as_u64().unwrap_or(1),
                    );
                    self.identify(&mut state, intents, shard, out);
                }
            }
            Some(6) => {
                let (id, seen) = (
                    &said["d"]["session_id"],
                    said["d"]["seq"].as_u64().unwrap_or(0),
                );
                match state
                    .sessions
                    .iter_mut()
                    .find(|session| *id == session.id.as_str())
                {
                    Some(session) => {
                        session.socket = Some(out.clone());
                        let missed = usize::try_from(seen).unwrap().min(session.sent.len());
                        for frame in &session.sent[missed..] {
                            tell(frame.clone());
                        }
                        session.send("RESUMED", &json!({}));
                        state.resumed += 1;
                    }
                    None => tell(json!({"op": 9, "d": false})),
                }
            }
            _ => {}
        }
        drop(state);
        self.changed.notify_waiters();
    }

    pub(super) fn identify(
        &self,
        state: &mut Guarded,
        intents: u64,
        shard: (u64, u64),
        out: &mpsc::UnboundedSender<Out>,
    ) {
        // A session whose connection stands stays beside the new one: both hear everything.
        state
            .sessions
            .retain(|session| session.shard != shard || session.socket.is_some());
        let id = format!("session-{}", state.id());
        let mut session = Session {
            id: id.clone(),
            intents,
            shard,
            sent: Vec::new(),
            socket: Some(out.clone()),
        };
        session.send(
            "READY",
            &json!({
                "v": 10, "session_id": id, "resume_gateway_url": format!("ws://{}", self.address),
                "user": {"id": BOT.to_string(), "username": "sigap", "discriminator": "0", "avatar": null, "bot": true,
                    "mfa_enabled": false, "verified": true, "email": null},
                "guilds": [{"id": GUILD.to_string(), "unavailable": true}],
                "shard": [shard.0, shard.1], "application": {"id": BOT.to_string(), "flags": 0},
            }),
        );
        session.send("GUILD_CREATE", &guild_event(GUILD));
        state.sessions.push(session);
        state.identified += 1;
    }
}

impl Guarded {
    /// Numbers an event in every session that it belongs to, and sends it where somebody listens.
    pub(super) fn dispatch(&mut self, kind: &str, event: &Json) {
        let guild = event["guild_id"]
            .as_str()
            .and_then(|id| id.parse::<u64>().ok());
        for session in &mut self.sessions {
            let (shard, shards) = session.shard;
            if guild.map_or(0, |guild| (guild >> 22) % shards) != shard {
                continue;
            }
            let mut event = event.clone();
            if kind == "MESSAGE_CREATE" && !may_read(&event, session.intents) {
                event["content"] = "".into();
            }
            session.send(kind, &event);
        }
    }

    pub(super) fn tell(&self, out: impl Fn() -> Out) {
        for session in &self.sessions {
            if let Some(socket) = &session.socket {
                let _ = socket.send(out());
            }
        }
    }
}

impl Session {
    fn send(&mut self, kind: &str, event: &Json) {
        let frame = json!({"op": 0, "t": kind, "s": self.sent.len() + 1, "d": event});
        if let Some(socket) = &self.socket {
            let _ = socket.send(Out::Text(frame.to_string()));
        }
        self.sent.push(frame);
    }
}

fn may_read(event: &Json, intents: u64) -> bool {
    let mentioned = event["mentions"]
        .as_array()
        .is_some_and(|all| all.iter().any(|user| is_id(&user["id"], BOT)));
    intents & MESSAGE_CONTENT != 0 || mentioned || event.get("guild_id").is_none()
}
