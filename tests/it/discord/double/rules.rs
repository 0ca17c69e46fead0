//! What Discord refuses: its OpenAPI description where `SIGAP_DISCORD_OPENAPI` names the file, and the rules that the
//! description does not state.

use std::collections::HashMap;
use std::sync::Mutex;

use serde_json::{Value as Json, json};

const LOCALES: &[&str] = &["id", "en-US", "en-GB"];
const MESSAGE_FIELDS: &[&str] = &[
    "content",
    "embeds",
    "components",
    "flags",
    "allowed_mentions",
    "nonce",
    "enforce_nonce",
    "message_reference",
    "tts",
];

/// Checks bodies.
pub struct Rules {
    description: Option<Json>,
    compiled: Mutex<HashMap<String, jsonschema::Validator>>,
}

impl Rules {
    /// Reads the description when there is one; without it the rules alone hold.
    pub fn load() -> Rules {
        let description = std::env::var_os("SIGAP_DISCORD_OPENAPI").map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            serde_json::from_str(&text).unwrap()
        });
        Rules {
            description,
            compiled: Mutex::default(),
        }
    }

    /// Returns what is wrong with a request's body.
    pub fn mistakes(&self, method: &str, parts: &[&str], body: &Json) -> Vec<String> {
        let mut mistakes = Vec::new();
        match (method, parts) {
            ("POST", ["channels", _, "messages"]) => {
                message(body, &mut mistakes);
                // Only what has an event of its own is posted here, so that it never stands twice.
                need(
                    body["enforce_nonce"] == true,
                    "enforce_nonce is missing",
                    &mut mistakes,
                );
            }
            ("PATCH", ["channels", _, "messages", _])
            | ("PATCH", ["webhooks", _, _, "messages", _])
            | ("POST", ["webhooks", _, _]) => message(body, &mut mistakes),
            ("POST", ["interactions", _, _, "callback"]) => callback(body, &mut mistakes),
            ("PUT", ["applications", _, "commands"]) => commands(body, &mut mistakes),
            ("POST", ["channels", _, "threads"]) => {
                length(&body["name"], 1, 100, "thread name", &mut mistakes);
            }
            _ => {}
        }
        mistakes.extend(self.against_description(method, parts, body));
        mistakes
    }

    /// Returns what is wrong with an answer of the double's.
    pub fn slips(&self, method: &str, parts: &[&str], status: u16, body: &Json) -> Vec<String> {
        let method = method.to_lowercase();
        let found = self
            .description
            .as_ref()
            .and_then(|description| operation(description, &method, parts));
        let Some((template, operation)) = found else {
            return Vec::new();
        };
        let schema =
            &operation["responses"][status.to_string()]["content"]["application/json"]["schema"];
        self.validate(&format!("{status} {method} {template}"), schema, body)
    }

    fn against_description(&self, method: &str, parts: &[&str], body: &Json) -> Vec<String> {
        let Some(description) = self.description.as_ref().filter(|_| !body.is_null()) else {
            return Vec::new();
        };
        let method = method.to_lowercase();
        let Some((template, operation)) = operation(description, &method, parts) else {
            return vec![format!("no operation {method} /{}", parts.join("/"))];
        };
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        self.validate(
            &format!("{method} {template}"),
            schema,
            &with_text_ids(body),
        )
    }

    fn validate(&self, name: &str, schema: &Json, body: &Json) -> Vec<String> {
        let Some(description) = self.description.as_ref().filter(|_| !schema.is_null()) else {
            return Vec::new();
        };
        let mut compiled = self.compiled.lock().unwrap();
        let validator = compiled.entry(name.to_owned()).or_insert_with(|| {
            let whole = json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "allOf": [schema], "components": description["components"],
            });
            jsonschema::validator_for(&whole).unwrap()
        });
        validator
            .iter_errors(body)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .map(|text| text.chars().take(300).collect())
            .collect()
    }
}

/// The description wants ids as text; Discord takes numbers too, and discord.py sends them.
pub(super) fn with_text_ids(body: &Json) -> Json {
    match body {
        Json::Array(list) => list.iter().map(with_text_ids).collect(),
        Json::Object(fields) => {
            let text = |(name, value): (&String, &Json)| {
                let value = match value.as_u64().filter(|_| name.ends_with("_id")) {
                    Some(id) => id.to_string().into(),
                    None => with_text_ids(value),
                };
                (name.clone(), value)
            };
            fields.iter().map(text).collect()
        }
        other => other.clone(),
    }
}

/// Finds the operation whose path fits, a literal part before a parameter.
fn operation<'a>(
    description: &'a Json,
    method: &str,
    parts: &[&str],
) -> Option<(String, &'a Json)> {
    let paths = description["paths"].as_object()?;
    let fits = |template: &str| {
        let mut literal = 0;
        let wanted: Vec<&str> = template.trim_matches('/').split('/').collect();
        if wanted.len() != parts.len() {
            return None;
        }
        for (wanted, part) in wanted.iter().zip(parts) {
            if wanted == part {
                literal += 1;
            } else if !wanted.starts_with('{') {
                return None;
            }
        }
        Some(literal)
    };
    let (template, path) = paths
        .iter()
        .filter(|(_, path)| path.get(method).is_some())
        .filter_map(|(template, path)| Some((fits(template)?, template, path)))
        .max_by_key(|(literal, ..)| *literal)
        .map(|(_, template, path)| (template, path))?;
    Some((template.clone(), &path[method]))
}

fn need(holds: bool, what: impl Into<String>, mistakes: &mut Vec<String>) {
    if !holds {
        mistakes.push(what.into());
    }
}

fn count(text: &Json) -> usize {
    text.as_str().map_or(0, |text| text.encode_utf16().count())
}

fn length(text: &Json, min: usize, max: usize, what: &str, mistakes: &mut Vec<String>) {
    let found = count(text);
    need(
        text.is_string() && (min..=max).contains(&found),
        format!("{what} has {found} characters, {min} to {max} are taken"),
        mistakes,
    );
}

fn list(value: &Json) -> &[Json] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn message(body: &Json, mistakes: &mut Vec<String>) {
    need(
        body["allowed_mentions"] == json!({"parse": []}),
        "allowed_mentions does not silence everything",
        mistakes,
    );
    for field in body.as_object().into_iter().flat_map(|body| body.keys()) {
        need(
            MESSAGE_FIELDS.contains(&field.as_str()),
            format!("unknown field {field}"),
            mistakes,
        );
    }
    let content = body
        .get("content")
        .is_some_and(|content| count(content) > 0);
    let (embeds, rows) = (list(&body["embeds"]), list(&body["components"]));
    need(
        content || !embeds.is_empty(),
        "the message is empty",
        mistakes,
    );
    need(
        count(&body["content"]) <= 2_000,
        "content over 2000",
        mistakes,
    );
    need(embeds.len() <= 10, "more than 10 embeds", mistakes);
    let mut total = 0;
    for embed in embeds {
        for (part, max) in [("title", 256), ("description", 4_096)] {
            if embed.get(part).is_some() {
                length(&embed[part], 1, max, part, mistakes);
                total += count(&embed[part]);
            }
        }
        if embed.get("footer").is_some() {
            length(&embed["footer"]["text"], 1, 2_048, "footer", mistakes);
            total += count(&embed["footer"]["text"]);
        }
    }
    need(
        total <= 6_000,
        format!("embeds have {total} characters"),
        mistakes,
    );
    if body.get("nonce").is_some() {
        length(&body["nonce"], 1, 25, "nonce", mistakes);
    }
    components(rows, mistakes);
}

fn components(rows: &[Json], mistakes: &mut Vec<String>) {
    need(rows.len() <= 5, "more than 5 rows", mistakes);
    let mut ids = Vec::new();
    for row in rows {
        need(row["type"] == 1, "a row is not of type 1", mistakes);
        let inside = list(&row["components"]);
        let buttons = inside.iter().filter(|one| one["type"] == 2).count();
        let one_kind = buttons == inside.len() && (1..=5).contains(&buttons);
        let one_menu = inside.len() == 1 && inside[0]["type"] == 3;
        need(
            one_kind || one_menu,
            "a row holds 1 to 5 buttons or 1 menu",
            mistakes,
        );
        for one in inside {
            length(&one["custom_id"], 1, 100, "custom_id", mistakes);
            ids.push(one["custom_id"].clone());
            if one["type"] == 2 {
                length(&one["label"], 1, 80, "label", mistakes);
            } else {
                menu(one, mistakes);
            }
        }
    }
    let all = ids.len();
    ids.sort_by_key(Json::to_string);
    ids.dedup();
    need(ids.len() == all, "a custom_id stands twice", mistakes);
}

fn menu(menu: &Json, mistakes: &mut Vec<String>) {
    let options = list(&menu["options"]);
    need(
        (1..=25).contains(&options.len()),
        "a menu has 1 to 25 options",
        mistakes,
    );
    let mut values = Vec::new();
    for option in options {
        length(&option["label"], 1, 100, "option label", mistakes);
        length(&option["value"], 1, 100, "option value", mistakes);
        values.push(option["value"].as_str().unwrap_or_default());
    }
    values.sort_unstable();
    values.dedup();
    need(
        values.len() == options.len(),
        "an option value stands twice",
        mistakes,
    );
    let min = menu["min_values"].as_u64().unwrap_or(1);
    let max = menu["max_values"].as_u64().unwrap_or(1);
    need(
        min <= max && max <= 25,
        "min_values over max_values",
        mistakes,
    );
    need(
        count(&menu["placeholder"]) <= 150,
        "placeholder over 150",
        mistakes,
    );
}

fn callback(body: &Json, mistakes: &mut Vec<String>) {
    let data = &body["data"];
    match body["type"].as_u64() {
        Some(4) => message(data, mistakes),
        Some(7) => {
            need(
                data["allowed_mentions"] == json!({"parse": []}),
                "allowed_mentions does not silence everything",
                mistakes,
            );
            components(list(&data["components"]), mistakes);
        }
        Some(5 | 6) => {
            let flags = data["flags"].as_u64().unwrap_or(0);
            need(
                flags & !64 == 0,
                "only EPHEMERAL may be set when deferring",
                mistakes,
            );
        }
        Some(8) => {
            let choices = list(&data["choices"]);
            need(choices.len() <= 25, "more than 25 choices", mistakes);
            for choice in choices {
                length(&choice["name"], 1, 100, "choice name", mistakes);
                length(&choice["value"], 1, 100, "choice value", mistakes);
            }
        }
        Some(9) => modal(data, mistakes),
        other => mistakes.push(format!("callback of type {other:?}")),
    }
}

fn modal(data: &Json, mistakes: &mut Vec<String>) {
    length(&data["title"], 1, 45, "modal title", mistakes);
    length(&data["custom_id"], 1, 100, "custom_id", mistakes);
    let rows = list(&data["components"]);
    need(
        (1..=5).contains(&rows.len()),
        "a modal has 1 to 5 rows",
        mistakes,
    );
    let mut ids = Vec::new();
    for row in rows {
        let input = &row["components"][0];
        // serenity 0.12 loses the answers of anything else without a word.
        need(
            row["type"] == 1 && list(&row["components"]).len() == 1 && input["type"] == 4,
            "a modal's row holds one text input",
            mistakes,
        );
        length(&input["custom_id"], 1, 100, "custom_id", mistakes);
        length(&input["label"], 1, 45, "input label", mistakes);
        need(
            count(&input["placeholder"]) <= 100,
            "placeholder over 100",
            mistakes,
        );
        let max = input["max_length"].as_u64().unwrap_or(4_000);
        need(
            (1..=4_000).contains(&max),
            "max_length out of range",
            mistakes,
        );
        need(
            u64::try_from(count(&input["value"])).unwrap() <= max,
            "value over max_length",
            mistakes,
        );
        need(
            matches!(input["style"].as_u64(), Some(1 | 2)),
            "an input has no style",
            mistakes,
        );
        ids.push(input["custom_id"].to_string());
    }
    let all = ids.len();
    ids.sort();
    ids.dedup();
    need(ids.len() == all, "a custom_id stands twice", mistakes);
}

fn commands(body: &Json, mistakes: &mut Vec<String>) {
    let mut names = Vec::new();
    for command in list(body) {
        let slash = command["type"].as_u64().unwrap_or(1) == 1;
        name(command, slash, mistakes);
        names.push(format!("{}{}", command["type"], command["name"]));
        if slash {
            described(command, mistakes);
        } else {
            need(
                command.get("description").is_none(),
                "a menu command has no description",
                mistakes,
            );
        }
        let nested = list(&command["options"])
            .iter()
            .filter(|option| option["type"] == 1);
        let parts: Vec<&Json> = std::iter::once(command).chain(nested).collect();
        for part in parts {
            options(part, mistakes);
        }
        need(
            command.to_string().chars().count() <= 8_000,
            "a command over 8000 characters",
            mistakes,
        );
    }
    let all = names.len();
    names.sort();
    names.dedup();
    need(names.len() == all, "a command stands twice", mistakes);
}

/// The options of a command, or of a part of one.
fn options(of: &Json, mistakes: &mut Vec<String>) {
    let mut optional = false;
    for option in list(&of["options"]) {
        name(option, true, mistakes);
        described(option, mistakes);
        let required = option["required"] == true;
        need(
            !(optional && required),
            "a required option behind an optional one",
            mistakes,
        );
        optional |= !required;
        need(
            !(option["autocomplete"] == true && option.get("choices").is_some()),
            "choices and autocomplete at once",
            mistakes,
        );
        need(
            list(&option["choices"]).len() <= 25,
            "more than 25 choices",
            mistakes,
        );
    }
}

fn name(named: &Json, slash: bool, mistakes: &mut Vec<String>) {
    let localised = named["name_localizations"].as_object();
    let names = localised.into_iter().flatten();
    for (locale, text) in names.chain(std::iter::once((&"id".to_owned(), &named["name"]))) {
        need(
            LOCALES.contains(&locale.as_str()),
            format!("unknown locale {locale}"),
            mistakes,
        );
        length(text, 1, 32, "name", mistakes);
        let text = text.as_str().unwrap_or_default();
        let plain = |c: char| c.is_alphanumeric() && !c.is_uppercase() || matches!(c, '-' | '_');
        need(
            !slash || text.chars().all(plain),
            format!("`{text}` is no name of a slash command"),
            mistakes,
        );
    }
}

fn described(named: &Json, mistakes: &mut Vec<String>) {
    length(&named["description"], 1, 100, "description", mistakes);
    for (locale, text) in named["description_localizations"]
        .as_object()
        .into_iter()
        .flatten()
    {
        need(
            LOCALES.contains(&locale.as_str()),
            format!("unknown locale {locale}"),
            mistakes,
        );
        length(text, 1, 100, "description", mistakes);
    }
}

#[test]
fn what_discord_refuses_is_refused() {
    let rules = Rules::load();
    let quiet = json!({"parse": []});
    let check = |changed: Json, expected: &str| {
        let mut body =
            json!({"content": "x", "allowed_mentions": quiet, "nonce": "1", "enforce_nonce": true});
        for (key, value) in changed.as_object().unwrap() {
            body[key] = value.clone();
        }
        let mistakes = rules.mistakes("POST", &["channels", "1", "messages"], &body);
        assert_eq!(
            expected.is_empty(),
            mistakes.is_empty(),
            "{changed}: {mistakes:?}"
        );
        assert!(
            expected.is_empty() || mistakes.iter().any(|mistake| mistake.contains(expected)),
            "{changed}: {mistakes:?}"
        );
    };
    let button = |id: &str| json!({"type": 2, "style": 1, "label": "x", "custom_id": id});
    let row = |inside: Json| json!({"type": 1, "components": inside});
    check(json!({}), "");
    check(json!({"allowed_mentions": {"parse": ["users"]}}), "silence");
    check(json!({"content": "x".repeat(2_001)}), "content over 2000");
    check(json!({"content": ""}), "empty");
    check(json!({"colour": 1}), "unknown field");
    check(json!({"nonce": "x".repeat(26)}), "nonce");
    check(
        json!({"components": [row(json!([button("a"), button("a")]))]}),
        "stands twice",
    );
    check(
        json!({"components": vec![row(json!([button("a")])); 6]}),
        "more than 5 rows",
    );
    let full = json!({"title": "t", "description": "d".repeat(4_000)});
    check(json!({"embeds": [full, full]}), "8002 characters");
}
