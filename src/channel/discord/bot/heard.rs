//! Messages: answered in their channel, below what was asked; a changed question in the place of its first answer.

use std::sync::Arc;

use serenity::model::event::MessageUpdateEvent;

use super::deliver::{Posts, Sink};
use super::{Author, Bot, Work};
use crate::act::Act;
use crate::channel::discord::incoming::{self, Edited, Post};
use crate::channel::manners::{Called, is_question, is_quiet, said};
use crate::message::{EventId, Said};

/// A message that makes no sound: a message flag.
const SUPPRESS_NOTIFICATIONS: u64 = 1 << 12;

impl Bot {
    pub(super) fn hear(self: &Arc<Self>, message: &serenity::model::channel::Message) {
        let around = self.surroundings();
        let post = around.and_then(|around| incoming::post(message, around));
        let Some(post) = post.filter(|post| post.called != Called::Not) else {
            return;
        };
        let conversation = post.place.conversation(post.person.id);
        self.take(conversation, post.id, Work::Post(post));
    }

    pub(super) fn hear_edit(self: &Arc<Self>, update: &MessageUpdateEvent) {
        let around = self.surroundings();
        let Some(edited) = around.and_then(|around| incoming::edited(update, around)) else {
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
        if post.called == Called::InThread && !self.is_in_dialog(&conversation).await {
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

    /// Answers a changed question anew in the place of its answer. What was said in a dialog is corrected there, and a
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
        let what = match post.text.is_empty() {
            true => Said::Press(Act::Help),
            false => Said::Text(post.text.clone()),
        };
        let incoming = self.incoming(event, Author::posted(post), what).await;
        let handled = self.handle(&incoming).await;
        let is_question = handled.as_ref().is_ok_and(is_question);
        match handled {
            Ok(handled) if is_quiet(post.called, &handled) => {
                let voice = self.voice(handled.conversation.language.as_ref());
                let list = voice.button("quiet_list", Act::ListSops);
                let reply = said(voice.line("quiet_fallback"), vec![list]);
                for mut body in self.messages(&reply, post.person.id) {
                    body["flags"] = SUPPRESS_NOTIFICATIONS.into();
                    self.say(&mut sink, body).await;
                }
            }
            handled => self.deliver(handled, post.person.id, &mut sink).await,
        }
        let posted = self.cleared(sink).await;
        if is_question {
            self.answers.keep(post.id, posted);
        }
    }

    /// Notes pictures in the draft that is open, before the words beside them; returns whether that was all.
    async fn keep_pictures(&self, post: &Post, event: &EventId, sink: &mut Sink) -> bool {
        let is_all = post.text.is_empty();
        let conversation = post.place.conversation(post.person.id);
        let is_called = post.called == Called::Directly;
        if self.is_in_dialog(&conversation).await || is_all && is_called {
            let event = EventId(format!("{}:pictures", event.0));
            let showed = Said::Showed(post.pictures.clone());
            let incoming = self.incoming(event, Author::posted(post), showed).await;
            let handled = self.handle(&incoming).await;
            self.deliver(handled, post.person.id, sink).await;
        }
        is_all
    }
}
