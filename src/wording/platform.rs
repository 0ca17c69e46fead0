//! What the bot says around its replies where people share a channel.

use serde_json::json;

use crate::voice::Voice;

/// Addresses of messages: what agents write may refer to them, they lead nowhere else.
pub const MESSAGES: &str = "https://discord.com/channels";

/// What of a form could not be used: the problem, with what was typed.
pub fn refused(voice: &Voice, refused: &[(String, String)]) -> String {
    let refused = refused.iter();
    let refused = refused.map(|(typed, problem)| json!({"typed": typed, "problem": problem}));
    voice.say(
        "form_refused",
        &json!({"refused": refused.collect::<Vec<_>>()}),
    )
}

/// The logins that a procedure names.
pub fn logins(voice: &Voice, logins: &[(&str, &str)]) -> String {
    let logins = logins.iter();
    let logins = logins.map(|(name, login)| json!({"name": name, "login": login}));
    voice.say("logins", &json!({"logins": logins.collect::<Vec<_>>()}))
}
