//! What goes wrong between the bot and Discord, on demand.

use std::time::Duration;

use serde_json::json;

use super::gateway::Out;
use super::{Double, Fault};

impl Double {
    /// The next request whose method and path contain this goes wrong.
    pub fn fails(&self, route: &str, fault: Fault) {
        self.world
            .lock()
            .faults
            .push_back((route.to_owned(), fault));
    }

    /// The gateway connection is gone without a word.
    pub fn drops_connection(&self) {
        self.world.lock().tell(|| Out::Drop);
    }

    /// The gateway closes with this code.
    pub fn closes(&self, code: u16) {
        self.world.lock().tell(|| Out::Close(code));
    }

    /// The gateway asks to reconnect.
    pub fn asks_to_reconnect(&self) {
        let text = json!({"op": 7, "d": null}).to_string();
        self.world.lock().tell(|| Out::Text(text.clone()));
    }

    /// Forgets every session: the next resume is refused.
    pub fn forgets_sessions(&self) {
        let mut state = self.world.lock();
        state.tell(|| Out::Drop);
        state.sessions.clear();
    }

    /// Sends the last events again, under the numbers they had.
    pub fn repeats(&self, count: usize) {
        let state = self.world.lock();
        for session in &state.sessions {
            let from = session.sent.len().saturating_sub(count);
            for frame in &session.sent[from..] {
                if let Some(socket) = &session.socket {
                    let _ = socket.send(Out::Text(frame.to_string()));
                }
            }
        }
    }

    /// Sends a frame that is no JSON.
    pub fn babbles(&self) {
        self.world.lock().tell(|| Out::Text("{no json".to_owned()));
    }

    /// The bot may not open threads.
    pub fn forbids_threads(&self) {
        self.world.lock().threads_forbidden = true;
    }

    /// The portal's switch for message content is off.
    pub fn withholds_message_content(&self) {
        self.world.lock().message_content_off = true;
    }

    /// The 15 minutes of an interaction are over.
    pub fn ages(&self, interaction: u64) {
        let mut state = self.world.lock();
        state.interactions.get_mut(&interaction).unwrap().expired = true;
    }

    /// From now on requests are counted as Discord counts them; a route's bucket empties after this time.
    pub fn limits(&self, window: Duration) {
        self.world.lock().buckets.window = Some(window);
    }

    /// Limits as above, and nothing is left of a channel's first window: whatever the bot's pace, it is refused once.
    pub fn limits_met(&self, window: Duration) {
        self.limits(window);
        self.world.lock().buckets.spent = true;
    }

    /// The workspaces are spread over so many connections.
    pub fn wants_shards(&self, shards: u64) {
        self.world.lock().shards = shards;
    }

    /// Heartbeats of later connections are expected this often, and perhaps not acknowledged.
    pub fn beats(&self, every: Duration, acknowledged: bool) {
        let mut state = self.world.lock();
        state.heartbeat_ms = every.as_millis().try_into().unwrap();
        state.acks_off = !acknowledged;
    }
}
