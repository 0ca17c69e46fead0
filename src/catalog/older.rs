//! SOP files in the spelling of earlier versions, brought into today's before they are checked.
//!
//! `[upgrade]` was a table of speeds and terms with its sentences in the program. It becomes a `[[rule]]` and a `[[sum]]`
//! without sentences, so its points alone answer.

use serde_json::{Map, Value as Json, json};

/// Rewrites what an earlier version spelled otherwise.
pub fn modern(file: &mut Json) {
    let Some(file) = file.as_object_mut() else {
        return;
    };
    if file.contains_key("rule") || !file.get("upgrade").is_some_and(Json::is_object) {
        return;
    }
    let Some(Json::Object(old)) = file.remove("upgrade") else {
        return;
    };
    if let Some(Json::Object(bill)) = old.get("bill") {
        file.insert("sum".to_owned(), json!([sum(bill)]));
    }
    file.insert("rule".to_owned(), json!([rule(&old)]));
}

fn rule(old: &Map<String, Json>) -> Json {
    let list = |key: &str| {
        old.get(key)
            .and_then(Json::as_array)
            .cloned()
            .unwrap_or_default()
    };
    let renamed = |mut value: Json| {
        if let Some(months) = value
            .as_object_mut()
            .and_then(|value| value.remove("months"))
        {
            value["number"] = months;
        }
        value
    };
    let terms: Vec<Json> = list("term_names").into_iter().map(renamed).collect();
    let term = |months: &Json| {
        let known = terms.iter().find(|term| term["number"] == *months);
        known.map_or_else(|| json!(months.to_string()), |term| term["name"].clone())
    };
    let price = |old: &Json| {
        let mut row = json!({"mbps": old["speed_mbps"].to_string(), "term": term(&old["months"])});
        if let Some(line) = old.get("line") {
            row["line"] = line.clone();
        }
        json!({"row": row, "rupiah": old["rupiah"]})
    };
    let lines: Vec<Json> = list("lines")
        .iter()
        .map(|line| json!({"name": line}))
        .collect();
    let answer = |key: &str| json!({"points": points(old, &[key])});
    let silent = |key: &str| json!({"points": points(old, &[key]), "silent": true});
    json!({
        "name": "{line} {term} {mbps}",
        "possible": {"points": points(old, &["possible", "rule"])},
        "offered": answer("rule"),
        "none_offered": answer("rule"),
        "column": [
            {"id": "mbps", "must": old.get("speed"), "numbers": list("speeds_mbps"), "bare": [10, 1500],
             "refused": answer("speed_refused"), "unknown": silent("unknown")},
            {"id": "term", "must": old.get("term"), "value": terms, "units": {"bulan": 1, "bln": 1, "tahun": 12, "thn": 12},
             "refused": answer("term_refused"), "unknown": silent("unknown"),
             "depends_on_from": answer("rule"), "depends_on_to": answer("rule")},
            {"id": "line", "must": "same", "value": lines, "refused": silent("crossing")},
        ],
        "prices": {
            "price": list("price").iter().map(price).collect::<Vec<_>>(),
            "known": answer("known_price"),
            "unknown": silent("unknown_price"),
        },
    })
}

fn sum(bill: &Map<String, Json>) -> Json {
    json!({
        "round_to_rupiah": bill.get("round_to_rupiah"),
        "share": [{"id": "share", "percent": bill.get("vat_percent")}],
        "total": "**{total}** ({rest} + {share})",
        "or": " / ",
        "one": {"points": points(bill, &["example", "adjustment"]), "say": "{more} - {less} = {exact}: {totals}"},
        "several": {"points": points(bill, &["example", "rounding", "adjustment"]), "say": "{more} - {less} = {exact}: {totals}"},
    })
}

fn points(old: &Map<String, Json>, keys: &[&str]) -> Vec<Json> {
    keys.iter()
        .filter_map(|key| old.get(*key).cloned())
        .collect()
}
