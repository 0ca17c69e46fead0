//! Messages: answered where they stand, below what was asked.

use super::Bot;
use super::deliver::Sink;
use crate::assistant::Handled;
use crate::channel::discord::incoming::{Called, Post};
use crate::dialog::Decision;
use crate::message::{Button, Reply, Said};
use crate::wording::platform;

/// A message that makes no sound: a message flag.
const SUPPRESS_NOTIFICATIONS: u64 = 1 << 12;

impl Bot {
    pub(super) async fn answer_post(&self, post: Post) {
        let conversation = post.place.conversation(post.person.id);
        if post.called == Called::Overheard && !self.is_in_dialog(&conversation).await {
            return;
        }
        let text = match (post.text.is_empty(), post.pictures.is_empty()) {
            (false, _) => post.text.clone(),
            // A picture that answers a question is noted by where it is.
            (true, false) => post.pictures.join(" "),
            (true, true) => "/bantuan".to_owned(),
        };
        let incoming = self
            .incoming(
                post.id,
                conversation,
                post.place,
                &post.person,
                Said::Text(text),
            )
            .await;
        let mut sink = Sink::Channel {
            channel: post.place.channel,
            event: post.id,
            answering: Some(post.id),
            said: 0,
        };
        match self.assistant.handle(&incoming).await {
            Ok(handled) if is_quiet(&post, &handled) => {
                let button = Button {
                    label: platform::QUIET_FALLBACK_BUTTON.to_owned(),
                    action: "list:".to_owned(),
                };
                let reply = Reply {
                    text: platform::QUIET_FALLBACK.to_owned(),
                    buttons: vec![button],
                    sop: None,
                };
                for mut body in self.messages(&reply, post.person.id) {
                    body["flags"] = SUPPRESS_NOTIFICATIONS.into();
                    self.say(&mut sink, body).await;
                }
            }
            handled => self.deliver(handled, post.person.id, sink).await,
        }
    }
}

/// In a help channel people also talk to each other, so that no procedure fits is said in one quiet line.
fn is_quiet(post: &Post, handled: &Handled) -> bool {
    post.called == Called::InHelpChannel
        && handled
            .understood
            .as_ref()
            .is_some_and(|understood| understood.decision == Decision::Fallback)
}
