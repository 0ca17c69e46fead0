//! Where agents are. A channel maps its platform's events to messages and replies to what the platform shows; it
//! decides nothing.

pub mod console;
pub mod discord;
