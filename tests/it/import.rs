//! Import: documents in several layouts become files that the catalogue accepts, and nothing of them is lost silently.

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use jiff::civil::date;
use lopdf::content::{Content, Operation};
use lopdf::{Document as Pdf, Object, Stream, dictionary};
use sigap::catalog::file::SopFile;
use sigap::catalog::sop::{OutcomeKind, SectionKind};
use sigap::catalog::{Catalog, Files, Severity, Source};
use sigap::import::{self, ImportRequest, Imported};
use zip::write::SimpleFileOptions;

use crate::binary::{Place, ended};
use crate::shipped;

const FIXTURES: [&str; 2] = ["modem-mati.md", "roaming.txt"];

#[test]
fn documents_in_other_layouts_are_accepted() {
    for name in FIXTURES {
        let imported = imported(name);
        let errors: Vec<_> = imported
            .diagnostics
            .iter()
            .filter(|one| one.severity == Severity::Error)
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
        let files = joined(&imported);
        assert!(Catalog::load(&files, today()).catalog.is_some(), "{name}");
    }
}

/// Every word of every line stands in the file, or in the report of headings; what was cut out is reported by line.
#[test]
fn nothing_is_lost_silently() {
    for name in FIXTURES {
        let imported = imported(name);
        let mut said = words(&imported.text);
        for (_, title, _) in &imported.report.headings {
            said.extend(words(title));
        }
        for (at, line) in read(name).lines().enumerate() {
            if imported.report.cuts.iter().any(|cut| cut.line == at + 1) {
                continue;
            }
            // What marks a point is kept as its number, not as a word: `i.`, `a)`.
            let marks = words(line)
                .into_iter()
                .filter(|word| word.chars().count() > 2);
            for word in marks {
                assert!(
                    said.contains(&word),
                    "{name}:{}: `{word}` is lost: {line}",
                    at + 1
                );
            }
        }
        assert_eq!(imported.report.lost, [], "{name}");
    }
}

#[test]
fn secrets_and_personal_data_are_cut_out_with_their_lines() {
    let modem = imported("modem-mati.md");
    let lines: Vec<usize> = modem.report.cuts.iter().map(|cut| cut.line).collect();
    assert_eq!(lines, [10, 10, 25]);
    let roaming = imported("roaming.txt");
    let lines: Vec<usize> = roaming.report.cuts.iter().map(|cut| cut.line).collect();
    assert_eq!(lines, [35, 36]);
    for (imported, secrets) in [
        (
            &modem,
            &["4567", "budi.modem", "agen77", "rahasia-sekali"][..],
        ),
        (&roaming, &["adminroaming", "Roaming#2026", "20.30"]),
    ] {
        for secret in secrets {
            assert!(!imported.text.contains(secret), "{secret} is in the file");
            assert!(
                !format!("{:?}", imported.report).contains(secret),
                "{secret} is in the report"
            );
        }
    }
}

#[test]
fn parts_are_recognised_in_any_order_and_spelling() {
    let modem = file(&imported("modem-mati.md"));
    assert_eq!(modem.service, "indihome");
    assert_eq!(modem.revised.as_deref(), Some("2026-05"));
    assert!(modem.source.contains("IK-042/CARE/2026"));
    assert!(modem.summary.contains("modemnya tidak menyala"));
    let kinds: Vec<SectionKind> = modem.sections.iter().map(|section| section.kind).collect();
    for kind in [
        SectionKind::Check,
        SectionKind::Ask,
        SectionKind::Note,
        SectionKind::Info,
    ] {
        assert!(kinds.contains(&kind), "{kind:?} in {kinds:?}");
    }
    let menus = modem
        .sections
        .iter()
        .flat_map(|section| &section.items)
        .find(|item| item.steps.len() > 3);
    let steps = &menus.expect("the menu path has its steps").steps;
    assert_eq!(
        steps[..4],
        [
            "Klik menu Masuk",
            "Isi nomor layanan",
            "Pilih Perangkat",
            "Status"
        ]
    );

    let roaming = file(&imported("roaming.txt"));
    assert_eq!(roaming.service, "telkomsel");
    assert!(roaming.source.contains("SOP-015/CCM/2025 (KM0000000001)"));
    assert!(roaming.summary.contains("sudah membeli paket roaming"));
    assert_eq!(roaming.figures[0].caption, "Gambar 1. Menu pilih jaringan");
}

#[test]
fn findings_with_targets_become_a_graph() {
    let imported = imported("modem-mati.md");
    assert!(imported.report.is_graph);
    let modem = file(&imported);
    let goes = |cause: usize, branch: usize| modem.causes[cause].branches[branch].goto.as_str();
    assert_eq!(goes(0, 0), modem.causes[1].id);
    let ends = |cause: usize, branch: usize| {
        let outcome = modem
            .outcomes
            .iter()
            .find(|outcome| outcome.id == goes(cause, branch));
        outcome.expect("it leads to an outcome").kind
    };
    assert_eq!(ends(0, 1), OutcomeKind::Inform);
    assert_eq!(ends(1, 0), OutcomeKind::Ticket);
    assert_eq!(ends(1, 1), OutcomeKind::Escalate);
}

#[test]
fn a_broken_flow_stays_as_it_is_written() {
    let text = "Judul kasus IndiHome\n\nPossible Cause\n1. Cek satu\n- Jika ya lanjut ke poin 9\n- Jika tidak buat tiket\n2. Cek dua\n- Jika ya buat tiket\n";
    let imported = import_text("rusak.txt", text);
    assert!(!imported.report.is_graph, "point 9 does not exist");
    assert!(
        imported
            .diagnostics
            .iter()
            .all(|one| one.severity != Severity::Error)
    );
    assert!(imported.text.contains("Jika ya lanjut ke poin 9"));
}

#[test]
fn mandatory_fields_are_known_ones_or_new_ones_with_their_conditions() {
    let roaming = file(&imported("roaming.txt"));
    let form = &roaming.forms[0];
    let ids: Vec<&str> = form.fields.iter().map(|field| field.id.as_str()).collect();
    for id in [
        "class",
        "msisdn",
        "nama_pelanggan",
        "jenis_kartu",
        "negara_tujuan",
        "cp_lain",
        "channel_komplain",
        "nama_akun",
    ] {
        assert!(ids.contains(&id), "{id} in {ids:?}");
    }
    let proof = form
        .fields
        .iter()
        .find(|field| field.id.starts_with("bukti"))
        .unwrap();
    let package = form
        .fields
        .iter()
        .find(|field| field.id.starts_with("jenis_paket"))
        .unwrap();
    assert_eq!(
        proof.spec.required_when.as_deref(),
        Some(format!("{} = 'Bulanan'", package.id).as_str())
    );
    // Two categories and nothing in the document that decides: the agent does.
    assert_eq!(form.kips.len(), 2);
    assert_eq!(form.kips[0].code.as_deref(), Some("K90"));
    assert_eq!(
        form.kips[0].when.as_deref(),
        Some("kip_sesuai = 'belum terbuka'")
    );

    let modem = file(&imported("modem-mati.md"));
    let fields = &modem.forms[0].fields;
    let photo = fields
        .iter()
        .find(|field| field.id.starts_with("foto"))
        .unwrap();
    assert_eq!(
        photo.spec.required_when.as_deref(),
        Some("merek_modem = 'ZTE'")
    );
    let loose = fields
        .iter()
        .find(|field| field.id.starts_with("nama_penanggung"))
        .unwrap();
    assert_eq!(
        loose.spec.optional,
        Some(true),
        "nothing in the form tells a priority customer"
    );
    assert!(
        modem
            .unclear
            .iter()
            .any(|hole| hole.text.contains("pelanggan prioritas"))
    );
}

#[test]
fn an_imported_procedure_is_found_by_what_it_is_called() {
    for (name, asked) in [
        ("modem-mati.md", "modem pelanggan mati total"),
        ("roaming.txt", "paket roaming tidak aktif di luar negeri"),
    ] {
        let imported = imported(name);
        let catalog = Catalog::load(&joined(&imported), today()).catalog.unwrap();
        let knowledge =
            sigap::guide::Knowledge::new(catalog, sigap::load::lexicon(Path::new("data")).unwrap());
        let found = shipped::classify(&knowledge, asked);
        assert_eq!(found.first(), Some(&imported.id), "{asked}");
    }
}

#[test]
fn a_title_that_is_there_already_means_a_new_version() {
    let current = shipped::files()
        .sops
        .into_iter()
        .find(|source| source.stem == "bayar-belum-aktif")
        .unwrap();
    let title = current.parse().unwrap().json["title"]
        .as_str()
        .unwrap()
        .to_uppercase();
    let imported = import_text("baru.txt", &format!("{title}\n\nCatatan:\n- satu\n"));
    assert_eq!(imported.id, "bayar-belum-aktif");
}

// -- other kinds of file ----------------------------------------------------------------------------------------------

#[test]
fn a_word_document_reads_like_its_text() {
    let paragraph = |text: &str, properties: &str| {
        format!("<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>")
    };
    let list = |level: usize| {
        format!("<w:numPr><w:ilvl w:val=\"{level}\"/><w:numId w:val=\"1\"/></w:numPr>")
    };
    let body = [
        paragraph("Modem lambat &amp; putus", "<w:pStyle w:val=\"Judul\"/>"),
        paragraph("Lakukan Pengecekan", "<w:pStyle w:val=\"Bab\"/>"),
        paragraph("Lampu PON", &list(0)),
        paragraph("menyala", &list(1)),
        paragraph("Riwayat gangguan", &list(0)),
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>PON</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>sinyal</w:t></w:r></w:p></w:tc></w:tr></w:tbl>".to_owned(),
        "<w:p><w:del><w:r><w:delText>dihapus penyunting</w:delText></w:r></w:del><w:r><w:t>Akhir</w:t></w:r></w:p>".to_owned(),
        "<w:p><w:r><w:rPr><w:strike/></w:rPr><w:t>dicoret </w:t></w:r><w:r><w:t>Sisa</w:t></w:r></w:p>".to_owned(),
        "<w:p><w:moveFrom><w:r><w:t>pindahan</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t>Pindah sekali</w:t></w:r></w:moveTo></w:p>".to_owned(),
    ];
    let document = format!(
        "<w:document xmlns:w=\"x\"><w:body>{}</w:body></w:document>",
        body.concat()
    );
    let styles = "<w:styles xmlns:w=\"x\"><w:style w:styleId=\"Judul\"><w:name w:val=\"Title\"/></w:style><w:style w:styleId=\"Bab\"><w:name w:val=\"heading 1\"/></w:style></w:styles>";
    let numbering = "<w:numbering xmlns:w=\"x\"><w:abstractNum w:abstractNumId=\"5\"><w:lvl w:ilvl=\"0\"><w:numFmt w:val=\"decimal\"/></w:lvl><w:lvl w:ilvl=\"1\"><w:numFmt w:val=\"lowerLetter\"/></w:lvl></w:abstractNum><w:num w:numId=\"1\"><w:abstractNumId w:val=\"5\"/></w:num></w:numbering>";
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in [
        ("word/document.xml", document.as_str()),
        ("word/styles.xml", styles),
        ("word/numbering.xml", numbering),
    ] {
        archive
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    let lines = import::document::lines("sop.docx", &bytes).unwrap();
    let expected = [
        "# Modem lambat & putus",
        "# Lakukan Pengecekan",
        "1. Lampu PON",
        "  a. menyala",
        "2. Riwayat gangguan",
        "PON\tsinyal",
        "Akhir",
        "Sisa",
        "Pindah sekali",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_pdf_reads_line_by_line() {
    let shown = ["Modem lambat", "Lakukan Pengecekan", "1. Lampu PON"];
    let mut pdf = Pdf::with_version("1.5");
    let pages = pdf.new_object_id();
    let font = pdf.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica", "Encoding" => "WinAnsiEncoding" });
    let resources = pdf.add_object(dictionary! { "Font" => dictionary! { "F1" => font } });
    let mut operations = vec![
        Operation::new("BT", vec![]),
        Operation::new("Tf", vec!["F1".into(), 12.into()]),
        Operation::new("Td", vec![50.into(), 700.into()]),
    ];
    for (at, line) in shown.iter().enumerate() {
        if at > 0 {
            operations.push(Operation::new("Td", vec![0.into(), (-20).into()]));
        }
        // A line is often drawn in pieces.
        let (head, tail) = line.split_at(4);
        operations.push(Operation::new("Tj", vec![Object::string_literal(head)]));
        operations.push(Operation::new("Tj", vec![Object::string_literal(tail)]));
    }
    operations.push(Operation::new("ET", vec![]));
    let content = Content { operations }.encode().unwrap();
    let content = pdf.add_object(Stream::new(dictionary! {}, content));
    let page =
        pdf.add_object(dictionary! { "Type" => "Page", "Parent" => pages, "Contents" => content });
    pdf.objects.insert(
        pages,
        Object::Dictionary(dictionary! {
            "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1, "Resources" => resources,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
        }),
    );
    let catalog = pdf.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    pdf.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    pdf.save_to(&mut bytes).unwrap();
    let lines = import::document::lines("sop.pdf", &bytes).unwrap();
    let said: Vec<&str> = lines
        .iter()
        .map(String::as_str)
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(said, shown);
}

#[test]
fn a_spreadsheet_is_its_rows() {
    let cell = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let rows = [
        vec!["Modem lambat"],
        vec!["Pengecekan:"],
        vec!["1", "Cek lampu PON"],
        vec!["Kondisi", "Tindakan"],
    ];
    let rows = rows.map(|cells| {
        let cells: String = cells.into_iter().map(cell).collect();
        format!("<row>{cells}</row>")
    });
    let spreadsheet = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let related = |kind: &str, target: &str| {
        let package = "http://schemas.openxmlformats.org/package/2006/relationships";
        format!(
            "<Relationships xmlns=\"{package}\"><Relationship Id=\"rId1\" Type=\"{relations}/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    let files = [
        ("_rels/.rels", related("officeDocument", "xl/workbook.xml")),
        (
            "xl/workbook.xml",
            format!(
                "<workbook {spreadsheet} xmlns:r=\"{relations}\"><sheets><sheet name=\"SOP\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            related("worksheet", "worksheets/sheet1.xml"),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!(
                "<worksheet {spreadsheet}><sheetData>{}</sheetData></worksheet>",
                rows.concat()
            ),
        ),
    ];
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        archive
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    let lines = import::document::lines("sop.xlsx", &bytes).unwrap();
    assert_eq!(
        lines,
        [
            "Modem lambat",
            "Pengecekan:",
            "1. Cek lampu PON",
            "Kondisi\tTindakan"
        ]
    );
}

#[test]
fn a_pasted_page_reads_like_its_text() {
    let page = "<meta charset=\"utf-8\"><b id=\"docs-internal-guid-1\"><h1><span>Modem&nbsp;lambat</span></h1><p>Cek &amp; catat</p><ol><li><p>Lampu PON</p><ul><li>menyala</li></ul></li><li>Riwayat</li></ol><p><s>lama</s>Baru</p><table><tr><td><p>PON</p></td><td><p>sinyal</p></td></tr></table></b>";
    let lines = import::document::lines("tempel.txt", page.as_bytes()).unwrap();
    let said: Vec<&str> = lines
        .iter()
        .map(String::as_str)
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(
        said,
        [
            "# Modem lambat",
            "Cek & catat",
            "1. Lampu PON",
            "  - menyala",
            "2. Riwayat",
            "Baru",
            "PON\tsinyal"
        ]
    );
}

#[test]
fn a_text_is_read_in_the_encoding_it_was_saved_in() {
    let text = "Judul – kasus\n*266*9#\n";
    let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked: Vec<u8> = [0xff, 0xfe].into_iter().chain(utf_16.clone()).collect();
    let windows = b"Judul \x96 kasus\n*266*9#\n".to_vec();
    for bytes in [text.as_bytes().to_vec(), utf_16, marked, windows] {
        let lines = import::document::lines("sop.txt", &bytes).unwrap();
        assert_eq!(lines, ["Judul – kasus", "*266*9#"], "{bytes:?}");
    }
}

#[test]
fn what_is_to_be_done_says_what_an_outcome_is() {
    let text = "Judul kasus IndiHome\n\nPossible Cause\n1. Cek gangguan masal\n- Jika ada, cukup link ke tiket induk\n- Jika lampu mati, sarankan cek adaptor\n- Jika nunggak, jangan create tiket\n- Jika ditolak sistem, eskalasi ke grup Billing\n- Jika normal, buat tiket gangguan\n";
    let imported = import_text("akhir.txt", text);
    assert!(imported.report.is_graph, "{}", imported.text);
    let kinds: Vec<OutcomeKind> = file(&imported)
        .outcomes
        .iter()
        .map(|outcome| outcome.kind)
        .collect();
    let expected = [
        OutcomeKind::Inform,
        OutcomeKind::Inform,
        OutcomeKind::Inform,
        OutcomeKind::Escalate,
        OutcomeKind::Ticket,
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn a_field_has_the_options_and_conditions_that_the_document_gives_it() {
    let text = "Judul kasus IndiHome\n\nMandatory Ticket\n1. Modus: telepon / SMS / tautan\n2. Kewarganegaraan? WNI / WNA\n3. Nomor paspor jika WNA\n4. Nilai kerugian (bila ada)\n";
    let form = file(&import_text("isian.txt", text)).forms.remove(0);
    let options = |at: usize| -> Vec<String> {
        let options = form.fields[at].spec.options.iter().flatten();
        options.map(|option| option.value.clone()).collect()
    };
    assert_eq!(options(0), ["telepon", "SMS", "tautan"]);
    assert_eq!(options(1), ["WNI", "WNA"]);
    let [_, country, passport, loss] = &form.fields[..] else {
        panic!("{:?}", form.fields);
    };
    let when = format!("{} = 'WNA'", country.id);
    assert_eq!(passport.spec.required_when.as_deref(), Some(when.as_str()));
    assert_eq!(loss.spec.optional, Some(true));
}

#[test]
fn rows_below_a_table_of_logins_are_cut_out() {
    let text = [
        "Judul kasus IndiHome",
        "",
        "Akses:",
        "| Username | Password |",
        "| agen | rahasiaku |",
        "",
        "Cek portal",
    ]
    .join("\n");
    let imported = import_text("akses.txt", &text);
    assert!(!imported.text.contains("rahasiaku"), "{}", imported.text);
    assert_eq!(
        imported
            .report
            .cuts
            .iter()
            .map(|cut| cut.line)
            .collect::<Vec<_>>(),
        [5]
    );
    assert!(imported.text.contains("Cek portal"));
}

#[test]
fn what_is_no_document_is_refused_with_what_to_do() {
    for (name, bytes, cure) in [
        ("sop.docx", &b"PK\x03\x04 broken"[..], "paste its text"),
        ("sop.pdf", b"%PDF-1.7 broken", "paste its text"),
        ("sop.txt", b"  \n --- \n", "paste the text"),
        ("sop.odt", b"x", ".docx"),
        ("sop.xlsx", b"PK\x03\x04 broken", "paste its text"),
        (
            "sop.docx",
            b"\xd0\xcf\x11\xe0 old or encrypted",
            "without a password",
        ),
        ("sop.txt", b"\x81\x00\xff\x02", "paste its text"),
    ] {
        let refused = import::document::lines(name, bytes)
            .unwrap_err()
            .to_string();
        assert!(refused.contains(cure), "{name}: {refused}");
    }
    let long = vec![b'a'; import::document::FILE_BYTES_MAX + 1];
    assert!(import::document::lines("a.txt", &long).is_err());
}

/// A document is cut into pieces at every place and never makes the import panic.
#[test]
fn half_a_document_is_a_document() {
    let text = read("modem-mati.md");
    for end in (0..text.len())
        .step_by(97)
        .filter(|&end| text.is_char_boundary(end))
    {
        let files = bare_files();
        let request = ImportRequest {
            bytes: &text.as_bytes()[..end],
            files: &files,
            ..request("x.md")
        };
        if let Ok(imported) = import::import(&request) {
            let errors: Vec<_> = imported
                .diagnostics
                .iter()
                .filter(|one| one.severity == Severity::Error)
                .collect();
            assert!(errors.is_empty(), "cut at {end}: {errors:#?}");
        }
    }
}

// -- the command ------------------------------------------------------------------------------------------------------

#[test]
fn the_command_writes_the_file_and_says_what_to_look_at() {
    let place = Place::new();
    let intents = place.path("intents");
    fs::create_dir_all(&intents).unwrap();
    for source in shipped::files().sops {
        fs::copy(&source.path, intents.join(format!("{}.toml", source.stem))).unwrap();
    }
    let out = intents.join("modem-mati.toml");
    let document = place.path("modem-mati.md");
    fs::write(&document, read("modem-mati.md")).unwrap();
    let (document, out_text, intents) = (
        document.to_str().unwrap(),
        out.to_str().unwrap(),
        intents.to_str().unwrap(),
    );
    let import = || {
        let arguments = ["import", document, "--id", "modem-mati", "--out", out_text];
        let mut command = place.sigap(arguments);
        ended(command.args(["--intents", intents]), b"").done()
    };
    let told = import();
    for expected in [
        "what agents will see",
        "effect on matching",
        "line 25: cut out",
        "merek_modem",
        "guessed, look at them",
    ] {
        assert!(told.contains(expected), "no `{expected}` in\n{told}");
    }
    place.run(["check", "--intents", intents]).done();
    // Once more: now there is a current version to compare with.
    let again = import();
    assert!(again.contains("0 lines new, 0 lines gone"), "{again}");
}

fn imported(name: &str) -> Imported {
    import_text(name, &read(name))
}

fn import_text(name: &str, text: &str) -> Imported {
    let files = shipped::files();
    let request = ImportRequest {
        bytes: text.as_bytes(),
        files: &files,
        ..request(name)
    };
    import::import(&request).unwrap()
}

fn request(name: &str) -> ImportRequest<'_> {
    static NONE: std::sync::LazyLock<Files> = std::sync::LazyLock::new(Files::default);
    ImportRequest {
        name,
        bytes: &[],
        id: None,
        service: None,
        owner: None,
        files: &NONE,
        today: today(),
    }
}

/// The shared data without any SOP: quick to check against.
fn bare_files() -> Files {
    Files {
        sops: Vec::new(),
        ..shipped::files()
    }
}

fn joined(imported: &Imported) -> Files {
    let mut files = shipped::files();
    files.sops.retain(|source| source.stem != imported.id);
    files.sops.push(Source::new(
        format!("{}.toml", imported.id),
        imported.text.clone(),
    ));
    files
}

fn file(imported: &Imported) -> SopFile {
    let source = Source::new(format!("{}.toml", imported.id), imported.text.clone());
    let parsed = source.parse().unwrap();
    serde_json::from_value(parsed.json).unwrap()
}

fn words(text: &str) -> std::collections::BTreeSet<String> {
    let words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

fn today() -> jiff::civil::Date {
    date(2026, 11, 21)
}

/// A fixture with what must be cut out of it, which therefore stands in no file of this repository.
fn read(name: &str) -> String {
    let mut text = fs::read_to_string(fixture(name)).unwrap();
    for (mark, secret) in secrets() {
        text = text.replace(mark, &secret);
    }
    text
}

fn secrets() -> [(&'static str, String); 5] {
    [
        ("{PHONE}", ["0813", "4567", "8901"].join("-")),
        ("{MAIL}", ["budi.modem", "contohmail.co.id"].join("@")),
        (
            "{LOGIN}",
            ["Username", " agen77 Password", " rahasia-sekali"].join(":"),
        ),
        (
            "{LOGIN2}",
            ["User ", " adminroaming Pass ", " Roaming#2026"].join(":"),
        ),
        ("{ADDRESS}", ["10", "20", "30", "40"].join(".")),
    ]
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/it/import")
        .join(name)
}
