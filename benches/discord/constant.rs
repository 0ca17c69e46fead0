//! A bot of plain serenity that says one sentence to everything: it matches nothing, keeps nothing and renders nothing, so
//! it costs what the gateway, HTTP and the kernel cost alone.

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use serenity::client::{ClientBuilder, Context, RawEventHandler};
use serenity::http::{HttpBuilder, LightMethod, Request, Route};
use serenity::model::application::Interaction;
use serenity::model::event::Event;
use serenity::model::gateway::GatewayIntents;
use tokio::runtime::Builder;

use crate::double::TOKEN;

/// With it the benchmark is this bot.
pub const ARGUMENT: &str = "--constant-bot";

struct Constant;

#[async_trait]
impl RawEventHandler for Constant {
    async fn raw_event(&self, context: Context, event: Event) {
        match event {
            Event::MessageCreate(event) => {
                let question = event.message.id.get();
                let body = json!({
                    "content": "Belum ada SOP yang cocok.", "allowed_mentions": {"parse": []},
                    "message_reference": {"message_id": question.to_string()},
                    "nonce": question.to_string(), "enforce_nonce": true,
                    "components": [{"type": 1, "components": [
                        {"type": 2, "style": 1, "label": "Buat tiket", "custom_id": "ticket"},
                    ]}],
                });
                let channel_id = event.message.channel_id;
                let request =
                    Request::new(Route::ChannelMessages { channel_id }, LightMethod::Post);
                let request = request.body(serde_json::to_vec(&body).ok());
                let posted = context.http.fire::<Json>(request).await;
                posted.unwrap();
            }
            Event::InteractionCreate(event) => {
                let Interaction::Component(pressed) = event.interaction else {
                    return;
                };
                let body = json!({"type": 4, "data": {"content": "**Class?**", "allowed_mentions": {"parse": []}}});
                let answered = context.http.create_interaction_response(
                    pressed.id,
                    &pressed.token,
                    &body,
                    Vec::new(),
                );
                answered.await.unwrap();
            }
            _ => {}
        }
    }
}

/// Runs until it is killed.
pub fn run() {
    let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let api = std::env::var("SIGAP_DISCORD_API").unwrap();
        assert!(
            api.starts_with("http://127.0.0.1:"),
            "not a loopback address"
        );
        let http = HttpBuilder::new(TOKEN)
            .proxy(api)
            .ratelimiter_disabled(true)
            .build();
        let intents = GatewayIntents::GUILDS
            | GatewayIntents::GUILD_MESSAGES
            | GatewayIntents::DIRECT_MESSAGES
            | GatewayIntents::MESSAGE_CONTENT;
        let client = ClientBuilder::new_with_http(http, intents).raw_event_handler(Constant);
        client.await.unwrap().start().await.unwrap();
    });
}
