//! The command line as scripts use it: the built binary, its exit status, what it prints and what it keeps.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use sigap::store;

use crate::binary::{self, Ended, Place, ended};

mod day;
mod english;
mod secrets;

use day::DAY;

// -- chat -------------------------------------------------------------------------------------------------------------

#[test]
fn whatever_is_typed_is_answered_with_one_object_a_line() {
    let walls = [
        ("pulsa belum masuk ", 6_000),
        ("0", 100_000),
        ("😀", 3_000),
        ("👩‍👩‍👧‍👦🇮🇩", 60),
        ("🔥", 500),
        ("a\u{301}", 900),
        ("x", 100_000),
    ];
    let walls = walls.map(|(brick, count)| brick.repeat(count).into_bytes());
    let odd = [
        b"".as_slice(),
        b"   \t ",
        b"\r",
        b"\xff\xfe\x80 pulsa \xc3\x28 belum masuk",
        b"\x00\x01\x1b[31mmerah\x07\x7f",
        "\u{202e}\u{200b}\u{feff}".as_bytes(),
        "İİİ ẞ ŉ lokasi: İ, nominal İ 50rb".as_bytes(),
        b"/",
        b"/sop #",
        b"/tiket \xff",
        b"999999999999999999999999",
        b"-1",
        b"{\"decision\": \"answer\"}",
    ]
    .map(<[u8]>::to_vec);
    let into_a_dialog = [b"pulsa 50rb belum masuk".to_vec(), b"buat tiket".to_vec()];
    // Once where a question is expected and once where a field is.
    let lines = [&odd[..], &walls, &into_a_dialog, &odd, &walls].concat();
    let place = Place::new();
    let chat = ended(&mut place.sigap(["chat", "--json"]), &lines.join(&b'\n'));
    let answered: Vec<Json> = json_lines(&chat.done());
    assert_eq!(answered.len(), lines.len());
    answered.iter().for_each(assert_contract);
}

#[test]
fn without_json_a_pipe_reads_text_with_numbered_choices() {
    let place = Place::new();
    let typed = "pulsa 50rb lewat tokopedia belum masuk\n1\ngold\n";
    let text = ended(&mut place.sigap(["chat"]), typed.as_bytes()).done();
    for expected in [
        "Isi ulang (recharge) berhasil, benefit belum diterima",
        "\n[1] Buat tiket  [2] ",
        "- Nominal isi ulang: Rp50.000",
        "Nomor (MSISDN) pelanggan yang bermasalah?",
    ] {
        assert!(text.contains(expected), "no `{expected}` in\n{text}");
    }
    assert!(!text.contains('\u{1b}'), "colours are for terminals");
    assert!(!text.contains("{\""), "JSON is for `--json`");
}

#[test]
fn a_state_in_use_is_refused_with_what_to_do() {
    let place = Place::new();
    let _held = store::sled::open(&place.state()).unwrap();
    for command in [place.run(["chat"]), place.run(["ticket", "list"])] {
        let stderr = command.refused();
        assert!(stderr.contains("is in use by another process"), "{stderr}");
        assert!(stderr.contains("--state"), "{stderr}");
    }
}

// -- drafts -----------------------------------------------------------------------------------------------------------

#[test]
fn drafts_are_listed_and_shown_as_filed() {
    let place = DAY.restored();
    let listed = json_lines(&place.run(["ticket", "list", "--json"]).done());
    let ids = |rows: &[Json]| -> Vec<String> { rows.iter().map(|row| text(&row["id"])).collect() };
    let mut filed: Vec<_> = DAY.tickets.values().cloned().collect();
    assert_eq!(sorted(ids(&listed)), sorted(ids(&filed)));

    let table = place.run(["ticket", "list"]).done();
    let ticket = filed.remove(0);
    let id = text(&ticket["id"]);
    assert!(table.contains(&id), "{table}");
    let shown = place.run(["ticket", "show", &id]).done();
    assert_eq!(shown.trim_end(), text(&ticket["text"]).trim_end());
    let lower = id.to_lowercase();
    let shown = json_lines(&place.run(["ticket", "show", &lower, "--json"]).done());
    assert_eq!(shown[0]["fields"], ticket["fields"]);

    let stderr = place.run(["ticket", "show", "T-000000-000000"]).refused();
    assert!(stderr.contains("`sigap ticket list`"), "{stderr}");
}

#[test]
fn what_becomes_of_a_draft_is_listed_shown_and_exported() {
    let place = Place::new();
    let mut chat = place.chat(["--user", "budi"]);
    let mut last = Json::Null;
    for line in [
        "tagihan vsat ga bisa dibayar",
        "buat tiket",
        "sid 4700001-0000003",
        "kirim",
    ] {
        last = chat.say(line);
    }
    let case = text(&last["ticket"]["id"]);
    for line in [
        format!("/ubah {case}"),
        "sid: 4700001-0000012, keterangan: mati sejak pagi".to_owned(),
        "kirim".to_owned(),
        format!("/selesai {case} INC0000001"),
    ] {
        chat.say(&line);
    }
    chat.end();
    let latest = format!("{case}-2");

    let only = |status| {
        place
            .run(["ticket", "list", "--status", status, "--json"])
            .done()
    };
    assert_eq!(only("open"), "");
    assert_eq!(only("done"), "");
    let rows = json_lines(&only("entered"));
    assert_eq!(rows.len(), 1, "the latest version alone is listed");
    let row = &rows[0];
    assert_eq!(row["id"], latest.as_str());
    assert_eq!(row["revises"], case.as_str());
    assert_eq!(row["external"], "INC0000001");
    assert_eq!(row["fields"]["sid"], "4700001-0000012");
    assert_eq!(row["changes"][0]["before"], "4700001-0000003");

    let list = place.run(["ticket", "list"]).done();
    assert!(list.contains("entered INC0000001"), "{list}");
    for id in [&case, &latest] {
        let shown = place.run(["ticket", "show", id]).done();
        for part in [
            "status: entered INC0000001",
            "entered by budi",
            &format!("{latest}: revises {case}, by budi"),
            "SID: 4700001-0000003 → 4700001-0000012",
            "Keterangan: nothing → mati sejak pagi",
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }
    let first = place.run(["ticket", "show", &case]).done();
    assert!(first.contains("SID: 4700001-0000003\n"), "{first}");

    let csv = table(&place.run(["ticket", "export", "--format", "csv"]).done());
    assert_eq!(csv.len(), 1);
    for (column, value) in [
        ("id", latest.as_str()),
        ("status", "entered"),
        ("external", "INC0000001"),
        ("revises", &case),
    ] {
        assert_eq!(csv[0][column], value, "{column}");
    }
    let masked = ["ticket", "export", "--format", "json", "--masked"];
    let masked = json_lines(&place.run(masked).done());
    assert!(masked[0].get("changes").is_none(), "they are not masked");
}

#[test]
fn drafts_are_exported_with_canonical_values() {
    let place = DAY.restored();
    let rows = json_lines(&place.run(["ticket", "export", "--format", "json"]).done());
    assert_eq!(rows.len(), DAY.tickets.len());
    let csv = place.run(["ticket", "export", "--format", "csv"]).done();
    let table = table(&csv);
    for ticket in DAY.tickets.values() {
        let row = rows.iter().find(|row| row["id"] == ticket["id"]).unwrap();
        for key in ["intent", "fields", "kip", "text"] {
            assert_eq!(row[key], ticket[key], "{key}");
        }
        let row = table
            .iter()
            .find(|row| row["id"] == text(&ticket["id"]))
            .unwrap();
        for (field, value) in ticket["fields"].as_object().unwrap() {
            // A cell that would be a formula is quoted.
            assert_eq!(row[field].trim_start_matches('\''), text(value), "{field}");
        }
    }
    let only = ["ticket", "export", "--format", "json", "--agent", "nobody"];
    assert_eq!(place.run(only).done(), "");
}

#[test]
fn a_masked_export_tells_nobodys_number_name_or_address() {
    let place = DAY.restored();
    for format in ["json", "csv"] {
        let masked = place
            .run(["ticket", "export", "--masked", "--format", format])
            .done();
        for personal in [
            "6281200001234",
            "0812-0000-1234",
            "Contoh Satu",
            "contoh@contoh.invalid",
            "0812-0000-7777",
        ] {
            assert!(!masked.contains(personal), "`{personal}` in\n{masked}");
        }
        for kept in [
            "KartuHalo",
            "2026-11-20",
            "50000",
            "****-****-*234",
            "telepon balik ****-****-*777",
        ] {
            assert!(masked.contains(kept), "no `{kept}` in\n{masked}");
        }
    }
}

#[test]
fn a_state_without_drafts_lists_none() {
    let place = Place::new();
    assert_eq!(place.run(["ticket", "list", "--json"]).done(), "");
    assert_eq!(place.run(["ticket", "list"]).done(), "no drafts yet\n");
    let export = place.run(["ticket", "export", "--format", "json"]);
    assert_eq!(export.done(), "");
}

/// Whatever a spreadsheet makes of a list, and what would stop a command for good.
#[test]
fn a_list_is_taken_as_a_spreadsheet_writes_it_and_an_empty_one_only_when_asked() {
    let place = Place::new();
    let data = place.path("data");
    fs::create_dir_all(&data).unwrap();
    fs::copy("data/lexicon.toml", data.join("lexicon.toml")).unwrap();
    let file = place.path("list.csv");
    let import = |bytes: &[u8], more: &[&str]| {
        fs::write(&file, bytes).unwrap();
        let (data, file) = (data.to_str().unwrap(), file.to_str().unwrap());
        match more {
            [flag] => place.run(["--data", data, "am", "import", file, flag]),
            _ => place.run(["--data", data, "am", "import", file]),
        }
    };
    let plain = "company,am,verified,region\nPT Contoh Café,Budi Contoh,2026-06-30,Jabar\n";
    let excel =
        "Company;AM;Verified;Region\r\nPT Contoh Café;Budi Contoh;30/06/2026;Jabar\r\n;;;\r\n";
    let wide = |text: &str| -> Vec<u8> {
        let units = format!("\u{feff}{text}");
        units.encode_utf16().flat_map(u16::to_le_bytes).collect()
    };
    let narrow: Vec<u8> = excel.chars().map(|c| c as u8).collect();
    for bytes in [
        plain.as_bytes().to_vec(),
        format!("\u{feff}{excel}").into_bytes(),
        format!("sep=;\r\n{excel}").into_bytes(),
        wide(excel),
        wide(&excel.replace(';', "\t")),
        narrow,
    ] {
        assert_eq!(import(&bytes, &[]).done(), "1 companies\n");
        let found = place
            .run([
                "--data",
                data.to_str().unwrap(),
                "am",
                "search",
                "contoh café",
            ])
            .done();
        assert!(
            found.contains("Café") && found.contains("verified 2026-06-30"),
            "{found}"
        );
    }
    let before = fs::read(data.join("am.csv")).unwrap();
    let rounded = "company,am,verified,sids\nPT Contoh,Budi,2026-06-30,4.7E+12\n";
    assert!(
        import(rounded.as_bytes(), &[])
            .refused()
            .contains("lost its digits")
    );
    assert!(
        import(b"company,am,verified\n", &[])
            .refused()
            .contains("--empty")
    );
    assert_eq!(fs::read(data.join("am.csv")).unwrap(), before);
    assert_eq!(
        import(b"company,am,verified\n", &["--empty"]).done(),
        "0 companies\n"
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_or_a_huge_file_in_the_catalogue_is_refused_at_once() {
    let place = Place::new();
    let intents = place.path("intents");
    fs::create_dir_all(&intents).unwrap();
    let check = |what: &str| {
        let refused = place
            .run(["--intents", intents.to_str().unwrap(), "check"])
            .refused();
        assert!(
            refused.contains(what) && refused.contains("x.toml"),
            "{refused}"
        );
    };
    let file = intents.join("x.toml");
    let made = std::process::Command::new("mkfifo")
        .arg(&file)
        .status()
        .unwrap();
    assert!(made.success());
    check("it is no file");
    fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &file).unwrap();
    check("it is no file");
    fs::remove_file(&file).unwrap();
    fs::File::create(&file).unwrap().set_len(1 << 40).unwrap();
    check("at most");
}

// -- backup -----------------------------------------------------------------------------------------------------------

#[test]
fn a_restored_backup_exports_the_same() {
    let place = DAY.restored();
    for (format, before) in &DAY.exports {
        let after = place.run(["ticket", "export", "--format", format]).done();
        assert_eq!(&after, before, "{format}");
    }
}

#[test]
fn a_backup_overwrites_nothing_and_neither_does_a_restore() {
    let place = DAY.restored();
    let backup = place.path("again.backup");
    let backup = backup.to_str().unwrap();
    place.run(["backup", backup]).done();
    let written = fs::read(backup).unwrap();
    #[cfg(unix)]
    for (path, mode) in [
        (PathBuf::from(backup), 0o600),
        (place.path("state/sled"), 0o700),
        (place.path("state/sled/db"), 0o600),
    ] {
        use std::os::unix::fs::PermissionsExt;
        let there =
            fs::metadata(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(
            there.permissions().mode() & 0o777,
            mode,
            "{}",
            path.display()
        );
    }

    let stderr = place.run(["backup", backup]).refused();
    assert!(stderr.contains("exists already"), "{stderr}");
    assert_eq!(fs::read(backup).unwrap(), written);

    let restore = place.run(["restore", backup]);
    assert_eq!(restore.stdout, "");
    let stderr = restore.refused();
    assert!(stderr.contains("is not empty"), "{stderr}");
    assert!(stderr.contains("overwrites nothing"), "{stderr}");
    let export = place.run(["ticket", "export", "--format", "json"]).done();
    assert_eq!(export, DAY.exports["json"]);
}

#[test]
fn half_a_backup_is_refused_and_leaves_no_state() {
    let place = Place::new();
    let half = place.path("half.backup");
    fs::write(&half, &DAY.backup[..DAY.backup.len() / 2]).unwrap();
    let stderr = place.run(["restore", half.to_str().unwrap()]).refused();
    assert!(stderr.contains("nothing was restored"), "{stderr}");
    assert!(!place.state().join("sled").exists());
}

// -- check ------------------------------------------------------------------------------------------------------------

#[test]
fn the_shipped_catalogue_passes_its_check() {
    let place = Place::new();
    let stdout = place.run(["check"]).done();
    assert!(
        stdout.starts_with("7 SOPs accepted: 0 errors, 0 warnings"),
        "{stdout}"
    );
    assert!(!place.state().exists(), "a check keeps nothing");
}

#[test]
fn every_mistake_of_every_file_is_shown_at_once_with_its_line_and_cure() {
    let place = Place::new();
    let mistakes = broken(&place);
    let check = place.run(["check", "--intents", &mistakes.folder]);
    let stderr = check.refused();
    for Mistake {
        file,
        line,
        message,
        cure,
    } in &mistakes.all
    {
        let at = format!("{file}:{line}:");
        let drawn = stderr
            .split("\n\n")
            .find(|drawn| drawn.contains(&at) && drawn.contains(message))
            .unwrap_or_else(|| panic!("no `{at} … {message}` in\n{stderr}"));
        assert!(drawn.contains(cure), "no `{cure}` in\n{drawn}");
    }
}

#[test]
fn a_check_names_the_rows_by_which_intents_overlap() {
    let place = Place::new();
    let folder = place.path("intents");
    binary::copy(Path::new("intents"), &folder);
    // Every second thing that is said of top-ups moves to replacing a device.
    let topup = folder.join("isi-ulang-belum-masuk.toml");
    let said = fs::read_to_string(&topup).unwrap();
    let (head, list) = said.split_once("\nutterances = [\n").unwrap();
    let (list, tail) = list.split_once("\n]").unwrap();
    let (kept, moved): (Vec<_>, Vec<_>) = list.lines().enumerate().partition(|(at, _)| at % 2 == 0);
    let lines = |list: Vec<(usize, &str)>| -> String {
        let lines: Vec<&str> = list.into_iter().map(|(_, line)| line).collect();
        lines.join("\n")
    };
    let (kept, moved) = (lines(kept), lines(moved));
    fs::write(&topup, format!("{head}\nutterances = [\n{kept}\n]{tail}")).unwrap();
    let path = folder.join("ganti-ont.toml");
    let content = fs::read_to_string(&path).unwrap();
    let start = "\nutterances = [\n";
    let spoilt = format!(
        "{start}    \"MSISDN is aging, do we reactivate it?\",\n    \"kapan lebaran taun depan\",\n{moved}\n"
    );
    fs::write(&path, content.replacen(start, &spoilt, 1)).unwrap();
    let first_line = content[..content.find(start).unwrap()].lines().count() + 2;

    let check = place.run(["check", "--intents", folder.to_str().unwrap()]);
    assert_eq!(check.code, Some(0), "{}", check.stderr);
    let stderr = check.stderr;
    let of = |message: &str| {
        let drawn = stderr.split("\n\n").find(|drawn| drawn.contains(message));
        drawn.unwrap_or_else(|| panic!("no `{message}` in\n{stderr}"))
    };
    let twice = of("`bayar-belum-aktif` has it as well, in line ");
    assert!(
        twice.contains(&format!("ganti-ont.toml:{first_line}:")),
        "{twice}"
    );
    let outside = of("`kapan lebaran taun depan` stands in two places");
    assert!(
        outside.contains(&format!("ganti-ont.toml:{}:", first_line + 1)),
        "{outside}"
    );
    let overlap = of("utterances of `ganti-ont` are taken for `isi-ulang-belum-masuk`");
    let row = overlap
        .lines()
        .find(|line| line.contains(" is like `"))
        .unwrap();
    let number: usize = row
        .trim()
        .strip_prefix("line ")
        .unwrap()
        .split(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let written = fs::read_to_string(&path).unwrap();
    let quoted = row.split('`').nth(1).unwrap();
    assert!(
        written.lines().nth(number - 1).unwrap().contains(quoted),
        "{row}"
    );
}

#[test]
fn a_check_in_json_is_one_finding_a_line() {
    let place = Place::new();
    let shipped = json_lines(&place.run(["check", "--json"]).done());
    assert!(shipped.iter().all(|one| one["severity"] == "note"));

    let mistakes = broken(&place);
    let check = place.run(["check", "--json", "--intents", &mistakes.folder]);
    assert_eq!(check.code, Some(1), "{}", check.stderr);
    let found = json_lines(&check.stdout);
    for one in &found {
        assert_eq!(
            keys(one),
            ["column", "help", "line", "message", "path", "severity"]
        );
    }
    for mistake in &mistakes.all {
        let is_it = |one: &&Json| {
            text(&one["path"]).ends_with(mistake.file)
                && one["line"] == mistake.line
                && text(&one["message"]).contains(mistake.message)
        };
        let one = found.iter().find(is_it).unwrap();
        assert_eq!(one["severity"], "error");
        assert!(text(&one["help"]).contains(mistake.cure), "{one}");
    }
}

#[test]
fn a_broken_catalogue_answers_nobody() {
    let place = Place::new();
    let mistakes = broken(&place);
    let mut command = place.sigap(["chat", "--json", "--intents", &mistakes.folder]);
    let chat = ended(&mut command, b"pulsa belum masuk\n");
    assert_eq!(chat.stdout, "");
    let stderr = chat.refused();
    assert!(stderr.contains("sigap check"), "{stderr}");
    assert!(!place.state().exists(), "nothing is kept of a false start");
}

#[test]
fn the_schema_is_one_that_shipped_files_satisfy() {
    let printed = Place::new().run(["check", "--schema"]).done();
    let schema: Json = serde_json::from_str(&printed).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    let sop = fs::read_to_string("intents/isi-ulang-belum-masuk.toml").unwrap();
    let sop: Json = toml::from_str(&sop).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(&sop)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert!(!validator.is_valid(&json!({"id": "tanpa-isi"})));
}

// -- account managers ------------------------------------------------------------------------------------------------

#[test]
fn a_company_that_a_lead_added_is_found_on_the_console_too() {
    const ADDS: &str =
        "/am tambah PT Rekaan Baru; AM Contoh Satu; kontak: 0812-0000-1234; SID: 4700000-0000099\n";
    let place = Place::new();
    let name = "rekaan bru";
    let unknown = place.run(["am", "search", name]).refused();
    assert!(unknown.contains(name), "{unknown}");
    assert!(!place.state().exists(), "a search makes no store");
    ended(&mut place.sigap(["chat", "--lead"]), ADDS.as_bytes()).done();
    let found = place.run(["am", "search", name]).done();
    assert!(
        found.contains("PT Rekaan Baru\n  AM AM Contoh Satu"),
        "{found}"
    );
    let found = place.run(["am", "search", "4700000-0000099"]).done();
    assert!(found.contains("PT Rekaan Baru"), "{found}");
    // While a program holds the store the list is searched, and the rest is said to be left out.
    let mut chat = place.chat([]);
    chat.say("/bantuan");
    let left_out = place.run(["am", "search", name]);
    assert!(
        left_out.stderr.contains("leads added"),
        "{}",
        left_out.stderr
    );
}

// -- usage ------------------------------------------------------------------------------------------------------------

#[test]
fn wrong_usage_ends_with_two() {
    let place = Place::new();
    for command in [
        place.run(["--jsno"]),
        place.run(["chat", "--jsno"]),
        place.run(["chat", "--channel-kind", "pos"]),
        place.run(["ticket", "export"]),
        place.run(["ticket", "export", "--format", "xml"]),
        place.run(["backup"]),
        place.run(["obrol"]),
        place.run([]),
        place.run(["check", "--now", "kemarin"]),
    ] {
        assert_eq!(command.code, Some(2), "{}", command.stderr);
        assert_eq!(command.stdout, "");
        assert!(command.stderr.contains("--help"), "{}", command.stderr);
    }
    let help = place.run(["--help"]).done();
    assert!(help.contains("Usage: sigap"), "{help}");
}

#[test]
fn what_cannot_be_read_is_named_with_what_to_do() {
    #[track_caller]
    fn check(command: Ended, expected: [&str; 2]) {
        let stderr = command.refused();
        for expected in expected {
            assert!(stderr.contains(expected), "no `{expected}` in\n{stderr}");
        }
    }
    let place = Place::new();
    let no_intents = ["`nowhere`", "`--intents DIR`"];
    check(place.run(["check", "--intents", "nowhere"]), no_intents);
    check(place.run(["chat", "--intents", "nowhere"]), no_intents);
    check(
        place.run(["chat", "--service", "telkom"]),
        ["unknown service `telkom`", "telkomsel"],
    );
    check(
        place.run(["restore", "nowhere.backup"]),
        ["cannot read `nowhere.backup`", ""],
    );
    check(
        place.run(["backup", "nowhere/a.backup"]),
        ["cannot write in `nowhere`", ""],
    );
}

// -- helpers ----------------------------------------------------------------------------------------------------------

/// Whether a line of `chat --json` has what the contract promises, and nothing else.
#[track_caller]
fn assert_contract(line: &Json) {
    const DECISIONS: [&str; 5] = ["answer", "clarify", "fallback", "dialog", "command"];
    assert_eq!(
        keys(line),
        [
            "confidence",
            "decision",
            "dialog",
            "intent",
            "replies",
            "ticket"
        ]
    );
    assert!(DECISIONS.contains(&text(&line["decision"]).as_str()));
    let confidence = line["confidence"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&confidence), "{confidence}");
    assert!(line["intent"].is_null() || line["intent"].is_string());
    let replies = line["replies"].as_array().unwrap();
    assert!(!replies.is_empty(), "somebody who types is answered");
    for reply in replies {
        assert_eq!(keys(reply), ["buttons", "text"]);
        assert!(reply["text"].is_string());
        assert!(
            reply["buttons"]
                .as_array()
                .unwrap()
                .iter()
                .all(Json::is_string)
        );
    }
    let dialog = &line["dialog"];
    if !dialog.is_null() {
        assert_eq!(keys(dialog), ["asking", "fields", "intent", "missing"]);
        assert!(dialog["fields"].is_object() && dialog["missing"].is_array());
    }
    let ticket = &line["ticket"];
    if !ticket.is_null() {
        assert_eq!(keys(ticket), ["fields", "id", "intent", "kip", "text"]);
        assert!(dialog.is_null(), "what is filed is not open any more");
    }
}

fn keys(object: &Json) -> Vec<&str> {
    let keys = object.as_object().unwrap().keys();
    sorted(keys.map(String::as_str).collect())
}

fn sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items
}

fn text(value: &Json) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn json_lines(stdout: &str) -> Vec<Json> {
    let lines = stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The rows of a CSV file by column.
fn table(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

/// A copy of the catalogue in which two files have mistakes.
struct Mistakes {
    folder: String,
    all: Vec<Mistake>,
}

struct Mistake {
    file: &'static str,
    line: usize,
    message: &'static str,
    cure: &'static str,
}

fn broken(place: &Place) -> Mistakes {
    let folder = place.path("intents");
    binary::copy(Path::new("intents"), &folder);
    let mut all = Vec::new();
    let mut spoil = |file, right: &str, wrong: &str, message, cure| {
        let path = folder.join(file);
        let content = fs::read_to_string(&path).unwrap();
        let at = content.find(right).unwrap();
        fs::write(&path, content.replacen(right, wrong, 1)).unwrap();
        all.push(Mistake {
            file,
            line: content[..at].lines().count() + 1,
            message,
            cure,
        });
    };
    spoil(
        "bayar-belum-aktif.toml",
        "sop = \"imes-tagihan\"",
        "sop = \"imes-tagihn\"",
        "unknown SOP `imes-tagihn`",
        "did you mean `imes-tagihan`",
    );
    spoil(
        "bayar-belum-aktif.toml",
        "when = \"fa_pembayaran = 'Belum masuk'\"",
        "when = \"fa_pembayarn = 'Belum masuk'\"",
        "fa_pembayarn",
        "did you mean `fa_pembayaran`",
    );
    spoil(
        "ganti-ont.toml",
        "[match]",
        "[mtach]",
        "mtach",
        "did you mean `match`",
    );
    Mistakes {
        folder: folder.to_str().unwrap().to_owned(),
        all,
    }
}
