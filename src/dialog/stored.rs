//! Conversations as they are stored, those of earlier programs included: their phases held the draft.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::Conversation;

impl Serialize for Conversation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Conversation::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Conversation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut stored = Value::deserialize(deserializer)?;
        if let Some(fields) = stored.as_object_mut()
            && let Some(draft) = fields.get_mut("phase").and_then(take_draft)
        {
            fields.insert("draft".to_owned(), draft);
        }
        Conversation::deserialize(stored).map_err(serde::de::Error::custom)
    }
}

/// Takes the draft out of a phase: `{"asking": {"draft": {…}, …}}`, `{"reviewing": {…}}`.
fn take_draft(phase: &mut Value) -> Option<Value> {
    let (name, inside) = phase.as_object_mut()?.iter_mut().next()?;
    if matches!(name.as_str(), "reviewing" | "walked") {
        let (name, draft) = (name.clone(), inside.take());
        *phase = Value::String(name);
        return Some(draft);
    }
    inside.as_object_mut()?.remove("draft")
}
