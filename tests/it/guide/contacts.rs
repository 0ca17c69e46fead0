//! Account managers by kind of channel, and words looked up in the middle of anything.

use std::sync::Arc;

use sigap::catalog::{Catalog, Source};
use sigap::dialog::{AmLacking, Effect, Phase};
use sigap::directory::{Contact, ContactsFound};
use sigap::guide::Knowledge;
use sigap::message::ChannelKind;

use super::walks::Desk;
use crate::shipped;

fn desk(kind: ChannelKind) -> Desk {
    let mut desk = Desk::new();
    desk.kind = kind;
    desk
}

/// What of the directory a turn shows.
fn shown(effects: &[Effect]) -> Option<&'static str> {
    effects.iter().find_map(|effect| match effect {
        Effect::Am { .. } => Some("card"),
        Effect::AmValidate { .. } => Some("validate"),
        Effect::AmChoose { .. } => Some("choose"),
        Effect::AmUnknown { .. } => Some("unknown"),
        Effect::AmSilent { .. } => Some("silent"),
        Effect::AmAdded { .. } => Some("added"),
        Effect::AmAddHow { .. } => Some("how"),
        _ => None,
    })
}

#[test]
fn on_voice_the_am_is_told_when_asked_and_only_then() {
    let mut desk = desk(ChannelKind::Voice);
    let step = desk.write("sid 4700000-0000001 vsat ga bisa bayar tagihan jastel");
    assert_eq!(shown(&step.effects), None, "{:?}", step.effects);
    assert_eq!(
        shown(&desk.write("/am contoh jaya abdi").effects),
        Some("card")
    );
    assert_eq!(
        shown(&desk.write("siapa am pt bahari contoh lestari?").effects),
        Some("card")
    );
    assert_eq!(
        shown(&desk.write("/am perusahaan yang tak dikenal").effects),
        Some("unknown")
    );
}

#[test]
fn in_written_channels_the_am_comes_unasked_after_validation() {
    let mut desk = desk(ChannelKind::NonVoice);
    let step = desk.write("plgn sid 4700000-0000001 vsat ga bisa bayar tagihan jastel imes");
    assert_eq!(shown(&step.effects), Some("validate"), "{:?}", step.effects);
    let step = desk.write("buat tiket");
    assert_eq!(shown(&step.effects), None, "it is offered once");
    for told in [
        "imes cv contoh makmur ga bisa bayar vsat, am nya siapa",
        "tagihan imes PT. Contoh Jaya Abadi ga bisa dibayar",
    ] {
        let step = self::desk(ChannelKind::NonVoice).write(told);
        assert_eq!(shown(&step.effects), Some("validate"), "{:?}", step.effects);
    }
    let asked = desk.conversation.asking().map(str::to_owned);
    let step = desk.press("am-valid:PT Contoh Jaya Abadi");
    assert_eq!(shown(&step.effects), Some("card"));
    assert_eq!(step.audit[0].what, "am.validate");
    assert_eq!(
        desk.conversation.asking().map(str::to_owned),
        asked,
        "the form goes on"
    );
}

#[test]
fn in_written_channels_who_asks_is_answered_and_told_what_is_not_validated() {
    let unvalidated = |effects: &[Effect]| {
        let card = effects.iter().find_map(|effect| match effect {
            Effect::Am { card } => Some(card.unvalidated),
            _ => None,
        });
        card.unwrap_or_else(|| panic!("no contact: {effects:?}"))
    };
    for kind in [ChannelKind::NonVoice, ChannelKind::Ecare] {
        let mut desk = desk(kind);
        assert!(unvalidated(&desk.write("/am contoh jaya abdi").effects));
        assert!(unvalidated(
            &desk.write("siapa am pt bahari contoh lestari?").effects
        ));
        let step = desk.press("am-valid:PT Bahari Contoh Lestari");
        assert!(!unvalidated(&step.effects));
        assert_eq!(step.audit[0].what, "am.validate");
    }
    let mut voice = desk(ChannelKind::Voice);
    assert!(!unvalidated(&voice.write("/am contoh jaya abdi").effects));
}

#[test]
fn a_lead_adds_a_company_and_nobody_else_does() {
    let mut agent = desk(ChannelKind::Voice);
    let step = agent.write("/am tambah PT Rekaan Baru; AM Contoh");
    assert_eq!(shown(&step.effects), Some("how"));
    assert!(step.contact.is_none() && step.audit.is_empty());
    let mut lead = desk(ChannelKind::Voice);
    lead.lead = true;
    for (line, lacking) in [
        ("/am tambah", None),
        ("/am tambah PT", Some(AmLacking::Am)),
        ("/am tambah ; AM", Some(AmLacking::Company)),
        (
            "/am tambah PT Rekaan Baru; AM; 123",
            Some(AmLacking::Label("123".to_owned())),
        ),
        (
            "/am tambah PT Rekaan Baru; AM; sid: 4700000-0000001",
            Some(AmLacking::Taken {
                code: "4700000-0000001".to_owned(),
                company: "PT Contoh Jaya Abadi".to_owned(),
            }),
        ),
    ] {
        let step = lead.write(line);
        let told = step.effects.iter().find_map(|effect| match effect {
            Effect::AmAddHow { lacking } => Some(lacking.clone()),
            _ => None,
        });
        assert_eq!(told, Some(lacking), "{line}: {:?}", step.effects);
        assert!(step.contact.is_none(), "{line}");
    }
    let step = lead.write("/am tambah PT Rekaan Baru; AM Contoh; SID: 4700000-0000099");
    assert_eq!(shown(&step.effects), Some("added"));
    assert_eq!(
        (step.audit[0].what, step.audit[0].subject.as_str()),
        ("am.add", "PT Rekaan Baru")
    );
    let added = step.contact.unwrap();
    let merged = shipped::knowledge().directory.with(vec![added.clone()]);
    assert_eq!(merged.search("rekan baru"), ContactsFound::One(&added));
    assert_eq!(merged.search("4700000-0000099"), ContactsFound::One(&added));
    let again = merged.with(vec![Contact {
        company: "REKAAN BARU, PT".to_owned(),
        am: "AM Lain".to_owned(),
        ..added
    }]);
    assert!(
        matches!(again.search("rekaan baru"), ContactsFound::One(contact) if contact.am == "AM Lain"),
        "what is told last of a company holds"
    );
}

#[test]
fn what_is_said_to_the_customer_names_the_am_once_the_company_is_known() {
    let said = |company: Option<&str>| {
        let mut desk = desk(ChannelKind::Voice);
        if let Some(company) = company {
            desk.write(&format!("/am {company}"));
        }
        desk.press("walk:am-eskalasi");
        let branches = ["sudah-coba-am/1", "note-1/0", "cari-di-tool/0"];
        let steps = branches.map(|branch| desk.press(&format!("branch:am-eskalasi/{branch}")));
        let mut effects = steps.into_iter().flat_map(|step| step.effects);
        let say = effects.find_map(|effect| match effect {
            Effect::WalkEnd(end) => end.say,
            _ => None,
        });
        say.expect("the walk ends with a sentence")
    };
    let known = said(Some("contoh sejahtera"));
    let contact = |name: &str| match shipped::knowledge().directory.search(name) {
        ContactsFound::One(contact) => contact.am.clone(),
        other => panic!("{other:?}"),
    };
    assert!(known.contains(&contact("contoh sejahtera")), "{known}");
    let unknown = said(None);
    assert!(unknown.contains("[nama AM dari tool]"), "{unknown}");
    let stale = said(Some("contoh jaya abadi"));
    assert!(stale.contains("[nama AM dari tool]"), "{stale}");
}

#[test]
fn an_am_who_does_not_respond_leads_to_the_eos_and_is_recorded() {
    let mut desk = desk(ChannelKind::Voice);
    let step = desk.write("am nya ga respon2");
    assert_eq!(shown(&step.effects), None, "whose, nobody knows");
    desk.write("/am 4700000-0000001");
    let step = desk.write("am nya ga respon kak");
    assert_eq!(shown(&step.effects), Some("silent"), "{:?}", step.effects);
    assert_eq!(step.audit[0].what, "am.no-response");
    assert_eq!(step.audit[0].subject, "PT Contoh Jaya Abadi");
    let step = desk.press("am-silent:PT Contoh Jaya Abadi");
    assert_eq!(shown(&step.effects), Some("silent"));
}

#[test]
fn a_stale_entry_says_so() {
    let mut desk = desk(ChannelKind::Voice);
    let stale = |effects: &[Effect]| {
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Am { card } if card.stale))
    };
    assert!(
        stale(&desk.write("/am contoh jaya abadi").effects),
        "verified a year ago"
    );
    assert!(
        !stale(&desk.write("/am contoh sejahtera").effects),
        "verified this month"
    );
}

#[test]
fn a_word_is_looked_up_in_the_middle_of_a_walk() {
    let mut desk = Desk::new();
    desk.press("walk:bayar-belum-aktif");
    for branch in [
        "cek-riwayat/1",
        "cek-gangguan/1",
        "cek-pembayaran/0",
        "status-collection/0",
    ] {
        desk.press(&format!("branch:bayar-belum-aktif/{branch}"));
    }
    for question in [
        "apa itu HLR?",
        "hlr itu apa",
        "/istilah hlr",
        "maksudnya HLR apa ya",
    ] {
        let step = desk.write(question);
        assert_eq!(
            step.effects[1],
            Effect::Defined {
                term: "HLR".to_owned()
            },
            "{question}: {:?}",
            step.effects
        );
        assert!(
            matches!(step.effects.last(), Some(Effect::WalkStep(open)) if open.cause == "1" && !open.unclear),
            "{question}"
        );
    }
    assert!(matches!(desk.conversation.phase, Phase::Walking { .. }));
}

#[test]
fn every_word_of_the_brief_list_is_known_and_what_no_document_says_is_not_said() {
    let knowledge = shipped::knowledge();
    let glossary = &knowledge.catalog.glossary;
    for word in [
        "DSC", "HLR", "FA", "NCX", "TOS", "TiBS", "SID", "AO", "CABASA", "KIP", "TT", "WO", "ONT",
        "AM", "EOS", "CTP", "SN",
    ] {
        assert!(glossary.get(word).is_some(), "{word}");
        assert!(glossary.get(&word.to_lowercase()).is_some(), "{word}");
    }
    for unspelled in ["DSC", "HLR", "FA", "SID", "EOS", "CABASA", "CTP"] {
        assert_eq!(
            glossary.get(unspelled).unwrap().stands_for,
            None,
            "{unspelled}"
        );
    }
    let step = Desk::new().write("/istilah xyz");
    assert!(matches!(&step.effects[1], Effect::Glossary { missing: Some(word) } if word == "xyz"));
}

/// Another SOP under another id answers what the shipped one answered.
#[test]
fn what_the_assistant_answers_from_an_sop_does_not_depend_on_its_id() {
    let mut files = shipped::files();
    let renamed = |source: &Source| {
        let text = source
            .text
            .replace("id = \"am-eskalasi\"", "id = \"kontak-am\"");
        Source::new(
            "kontak-am.toml",
            text.replace("sop = \"am-eskalasi\"", "sop = \"kontak-am\""),
        )
    };
    for source in &mut files.sops {
        match source.stem.as_str() {
            "am-eskalasi" => *source = renamed(source),
            _ => {
                source.text = source
                    .text
                    .replace("sop = \"am-eskalasi\"", "sop = \"kontak-am\"")
            }
        }
    }
    files.glossary = None;
    let loaded = Catalog::load(&files, jiff::civil::date(2026, 11, 21));
    let catalog = loaded
        .catalog
        .unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics));
    let lexicon = shipped::knowledge().lexicon.clone();
    let directory = sigap::load::directory(std::path::Path::new("data")).unwrap();
    let mut desk = Desk::new();
    desk.knowledge = Arc::new(Knowledge::new(catalog, lexicon).with_directory(directory));
    desk.write("siapa am pt bahari contoh lestari?");
    let phase = &desk.conversation.phase;
    assert!(
        matches!(phase, Phase::Answered(heard) if heard.intent == "kontak-am"),
        "{phase:?}"
    );
    let text = unknown(&desk);
    assert!(text.contains("Instacheck"), "{text}");
}

/// What is said when the directory has nothing.
fn unknown(desk: &Desk) -> String {
    let around = sigap::wording::Around {
        now: &shipped::now(),
        channel_kind: ChannelKind::Voice,
        user: "agen",
        lead: false,
        tickets: &[],
        recent: &[],
        voice: desk
            .knowledge
            .voices
            .of(&sigap::message::Language::default()),
    };
    let effect = Effect::AmUnknown {
        query: "rekaan".to_owned(),
    };
    sigap::wording::replies(&desk.knowledge, &[effect], around)[0]
        .text
        .clone()
}
