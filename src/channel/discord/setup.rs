//! What an operator reads when something is missing: what it is, where it is set, and the link that invites the bot.

use serenity::model::application::ApplicationFlags;

/// What the bot may do, and why. Nothing else is asked for.
const PERMISSIONS: &[(u64, &str)] = &[
    (1 << 10, "View Channels"),
    (1 << 11, "Send Messages"),
    (1 << 38, "Send Messages in Threads"),
    (1 << 36, "Create Private Threads"),
    (1 << 14, "Embed Links"),
    (1 << 15, "Attach Files"),
    (1 << 16, "Read Message History"),
    (1 << 51, "Pin Messages"),
];
const PORTAL: &str = "https://discord.com/developers/applications";

/// Returns the link that invites the bot with exactly the scopes and permissions it uses.
pub fn invite(application: u64) -> String {
    let permissions: u64 = PERMISSIONS.iter().map(|(bit, _)| bit).sum();
    format!(
        "https://discord.com/oauth2/authorize?client_id={application}&scope=bot+applications.commands&permissions={permissions}"
    )
}

/// No token was given.
pub fn no_token() -> String {
    format!(
        "no bot token: set `DISCORD_TOKEN` in the environment\n\
         \n\
         1. open {PORTAL}, `New Application`, then `Bot`\n\
         2. `Reset Token`, and put the token into the environment: DISCORD_TOKEN=... sigap serve\n\
         3. on the same page switch on `Message Content Intent` and switch off `Public Bot`\n\
         4. in sigap.toml name your workspace (Discord: Settings, Advanced, Developer Mode; right click, Copy Server ID):\n\
         \n\
         [discord]\n\
         guilds = [123456789012345678]\n\
         \n\
         The next start shows the link that invites the bot."
    )
}

/// No workspace is listed.
pub fn no_guilds(application: u64) -> String {
    format!(
        "no workspace is listed, so the bot would leave every one: name yours in sigap.toml\n\
         \n\
         [discord]\n\
         guilds = [123456789012345678]   # right click on the workspace, Copy Server ID\n\
         \n\
         and invite the bot to it with {}\n\
         It asks for {}.",
        invite(application),
        permissions()
    )
}

/// The token is not Discord's.
pub fn bad_token() -> String {
    format!(
        "discord does not know this token: take a new one at {PORTAL}, `Bot`, `Reset Token`, and set `DISCORD_TOKEN`"
    )
}

/// The message content intent is off.
pub fn no_message_content(application: u64) -> String {
    format!(
        "the bot may not read messages: switch on `Message Content Intent` at {PORTAL}/{application}/bot and start again"
    )
}

/// Whether the portal's switch for reading messages is on; both the verified and the small bot's flag will do.
pub fn may_read_messages(flags: Option<ApplicationFlags>) -> bool {
    flags.is_none_or(|flags| {
        flags.intersects(
            ApplicationFlags::GATEWAY_MESSAGE_CONTENT
                | ApplicationFlags::GATEWAY_MESSAGE_CONTENT_LIMITED,
        )
    })
}

fn permissions() -> String {
    let names: Vec<_> = PERMISSIONS.iter().map(|(_, name)| *name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_invitation_names_the_scopes_and_permissions_that_are_used() {
        assert_eq!(
            invite(42),
            "https://discord.com/oauth2/authorize?client_id=42&scope=bot+applications.commands&permissions=2252143411186688"
        );
    }
}
