//! Messages: answered where they stand, below what was asked; a changed question in the place of its first answer.

use std::sync::Arc;

use serenity::model::event::MessageUpdateEvent;

use super::deliver::{Posts, Sink};
use super::{Bot, From, Work};
use crate::act::Act;
use crate::assistant::Handled;
use crate::channel::discord::incoming::{self, Called, Edited, Post};
use crate::dialog::Decision;
use crate::message::{EventId, Reply, Said};

/// A message that makes no sound: a message flag.
const SUPPRESS_NOTIFICATIONS: u64 = 1 << 12;

impl Bot {
    pub(super) fn hear(self: &Arc<Self>, message: &serenity::model::channel::Message) {
        let Some(&me) = self.me.get() else { return };
        let Some(post) = incoming::post(message, me, &self.settings) else {
            return;
        };
        let conversation = post.place.conversation(post.person.id);
        self.take(conversation, post.id, Work::Post(post));
    }

    pub(super) fn hear_again(self: &Arc<Self>, update: &MessageUpdateEvent) {
        let Some(&me) = self.me.get() else { return };
        let Some(edited) = incoming::edited(update, me, &self.settings) else {
            return;
        };
        let conversation = edited.post.place.conversation(edited.post.person.id);
        self.take(conversation, edited.change, Work::Edit(edited));
    }

    /// A question that was taken back takes its answers along: they may repeat what should not have been written.
    pub(super) async fn retract(&self, channel: u64, questions: impl Iterator<Item = u64>) {
        for question in questions {
            self.queues.withdraw(question);
            for answer in self.answers.take(&question).unwrap_or_default() {
                if let Err(error) = self.rest.delete(channel, answer).await {
                    tracing::info!(%error, "an answer was not taken away");
                }
            }
        }
    }

    pub(super) async fn answer_post(&self, post: Post) {
        let conversation = post.place.conversation(post.person.id);
        if post.called == Called::Overheard && !self.is_in_dialog(&conversation).await {
            return;
        }
        let posts = Posts {
            channel: post.place.channel,
            event: post.id,
            answering: Some(post.id),
            ..Posts::default()
        };
        self.answer_in(posts, &post, incoming::event(post.id)).await;
    }

    /// Answers a changed question anew where its answer stands. What was said in a dialog is corrected there, and a
    /// message that was not answered stays so.
    pub(super) async fn answer_edit(&self, edited: Edited) {
        let Edited { post, change } = edited;
        let conversation = post.place.conversation(post.person.id);
        let Some(answers) = self.answers.of(&post.id) else {
            return;
        };
        if self.is_in_dialog(&conversation).await {
            return;
        }
        let posts = Posts {
            channel: post.place.channel,
            event: change,
            replacing: answers.into(),
            ..Posts::default()
        };
        let event = EventId(format!("discord:{}@{change}", post.id));
        self.answer_in(posts, &post, event).await;
    }

    async fn answer_in(&self, posts: Posts, post: &Post, event: EventId) {
        let mut sink = Sink::Channel(posts);
        if !post.pictures.is_empty() {
            let done = self.keep_pictures(post, &event, &mut sink).await;
            if done {
                return;
            }
        }
        let text = match post.text.as_str() {
            "" => "/bantuan",
            text => text,
        };
        let said = Said::Text(text.to_owned());
        let incoming = self.incoming(event, From::posted(post), said).await;
        let handled = self.handle(&incoming).await;
        let is_question = handled.as_ref().is_ok_and(is_question);
        match handled {
            Ok(handled) if is_quiet(post, &handled) => {
                let voice = self.voice(handled.conversation.language.as_ref());
                let reply = Reply {
                    text: voice.line("quiet_fallback"),
                    buttons: vec![voice.button("quiet_list", Act::ListSops)],
                    ..Reply::default()
                };
                for mut body in self.messages(&reply, post.person.id) {
                    body["flags"] = SUPPRESS_NOTIFICATIONS.into();
                    self.say(&mut sink, body).await;
                }
            }
            handled => self.deliver(handled, post.person.id, &mut sink).await,
        }
        if let Sink::Channel(posts) = sink {
            // The new answer is shorter.
            for earlier in posts.replacing {
                if let Err(error) = self.rest.delete(posts.channel, earlier).await {
                    tracing::info!(%error, "an earlier reply was not taken away");
                }
            }
            if is_question {
                self.answers.keep(post.id, posts.posted);
            }
        }
    }

    /// Notes pictures in the draft that is open, before the words beside them; returns whether that was all.
    async fn keep_pictures(&self, post: &Post, event: &EventId, sink: &mut Sink) -> bool {
        let is_all = post.text.is_empty();
        let conversation = post.place.conversation(post.person.id);
        let is_called = post.called == Called::Directly;
        if self.is_in_dialog(&conversation).await || is_all && is_called {
            let event = EventId(format!("{}:pictures", event.0));
            let said = Said::Showed(post.pictures.clone());
            let incoming = self.incoming(event, From::posted(post), said).await;
            let handled = self.handle(&incoming).await;
            self.deliver(handled, post.person.id, sink).await;
        }
        is_all
    }
}

/// Whether a message asked for a procedure, so that changing it asks again.
fn is_question(handled: &Handled) -> bool {
    handled.understood.as_ref().is_some_and(|understood| {
        matches!(
            understood.decision,
            Decision::Answer | Decision::Clarify | Decision::Fallback
        )
    })
}

/// In a help channel people also talk to each other, so that no procedure fits is said in one quiet line.
fn is_quiet(post: &Post, handled: &Handled) -> bool {
    post.called == Called::InHelpChannel
        && handled
            .understood
            .as_ref()
            .is_some_and(|understood| understood.decision == Decision::Fallback)
}
