//! What leaves the store for good: what has become too old ([`Purge`]), what a customer wants forgotten ([`Forget`]).
//!
//! Both only judge records; `store::sled::rebuild` then writes a store in which the others are all there is.
//! A case goes as a whole: all versions of its draft, and the steps behind them.
//! A handled event outlives its content: what remains says that it was handled, so that a repetition changes nothing.

use std::collections::BTreeSet;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

use crate::message::ConversationId;
use crate::store::{Audit, EVENT_KEPT, Fate, HandledEvent, Record, Removed, Shelf, Sieve};
use crate::ticket::case_of;
use crate::value::{Value, msisdn};

/// Who is named in the audit: a person who may run the program on the store.
const WHO: &str = "operator";

/// Removes tickets and questions of an age, and the copies of them that are kept for delivering a reply again.
#[derive(Debug)]
pub struct Purge {
    now: Timestamp,
    /// What is older than this goes.
    oldest: Timestamp,
    /// The cases that go.
    cases: BTreeSet<String>,
}

/// Removes whatever mentions a number.
///
/// A conversation that mentions it anywhere loses all its kept replies: those beside the one with the number show the
/// same customer's name, address or serial numbers.
#[derive(Debug)]
pub struct Forget {
    now: Timestamp,
    number: Value,
    conversations: BTreeSet<ConversationId>,
    cases: BTreeSet<String>,
}

/// A number of days, at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age {
    days: u16,
}

impl Purge {
    /// Removes what was older than `age` at `now`.
    pub fn new(age: Age, now: Timestamp) -> Self {
        let age = SignedDuration::from_hours(24 * i64::from(age.days));
        Self {
            now,
            oldest: now.checked_sub(age).unwrap_or(Timestamp::MIN),
            cases: BTreeSet::new(),
        }
    }
}

impl Sieve for Purge {
    fn survey(&mut self, record: &Record) {
        if let Record::Ticket(ticket) = record
            && ticket.filed_at < self.oldest
        {
            self.cases.insert(ticket.case().to_owned());
        }
    }

    fn judge(&self, record: &Record) -> Fate {
        match record {
            Record::Ticket(_) | Record::Progress(_) | Record::Paper(_)
                if is_of(&self.cases, record) =>
            {
                Fate::Drop
            }
            Record::Question(question) if question.at < self.oldest => Fate::Drop,
            Record::Event(handled) if handled.at < self.oldest => {
                let is_expired = self.now.duration_since(handled.at) > EVENT_KEPT;
                if is_expired {
                    Fate::Drop
                } else {
                    emptied(handled)
                }
            }
            _ => Fate::Keep,
        }
    }

    fn audit(&self, removed: &Removed) -> Audit {
        audit(self.now, "ticket.purge", removed)
    }
}

impl Forget {
    /// Removes what mentions a mobile number.
    pub fn new(number: Value, now: Timestamp) -> Self {
        Self {
            now,
            number,
            conversations: BTreeSet::new(),
            cases: BTreeSet::new(),
        }
    }

    /// Looks at every text of a record, whatever its place: a field that is added later is covered without a word
    /// here.
    fn is_mentioned_in(&self, record: &Record) -> bool {
        let json = serde_json::to_value(record).expect("records are stored as JSON");
        self.is_in(&json)
    }

    fn is_in(&self, json: &Json) -> bool {
        match json {
            Json::String(text) => msisdn::is_mentioned(&self.number, text),
            Json::Array(items) => items.iter().any(|item| self.is_in(item)),
            Json::Object(fields) => fields
                .iter()
                .any(|(name, field)| msisdn::is_mentioned(&self.number, name) || self.is_in(field)),
            // Amounts and revisions: no number of a customer is kept as one.
            Json::Null | Json::Bool(_) | Json::Number(_) => false,
        }
    }
}

impl Sieve for Forget {
    fn survey(&mut self, record: &Record) {
        if !self.is_mentioned_in(record) {
            return;
        }
        match record {
            Record::Conversation(kept) => {
                self.conversations.insert(kept.conversation.clone());
            }
            Record::Event(handled) => {
                self.conversations.insert(handled.conversation.clone());
            }
            Record::Ticket(ticket) => {
                self.cases.insert(ticket.case().to_owned());
            }
            Record::Progress(step) => {
                self.cases.insert(step.case.clone());
            }
            Record::Question(_) | Record::Audit(_) | Record::Tally(_) | Record::Paper(_) => {}
        }
    }

    fn judge(&self, record: &Record) -> Fate {
        if let Record::Event(handled) = record
            && self.conversations.contains(&handled.conversation)
            && let Fate::Replace(rest) = emptied(handled)
            && !self.is_mentioned_in(&rest)
        {
            return Fate::Replace(rest);
        }
        if self.is_mentioned_in(record) || is_of(&self.cases, record) {
            Fate::Drop
        } else {
            Fate::Keep
        }
    }

    fn audit(&self, removed: &Removed) -> Audit {
        audit(self.now, "ticket.forget", removed)
    }
}

/// Whether a record belongs to one of these cases.
fn is_of(cases: &BTreeSet<String>, record: &Record) -> bool {
    match record {
        Record::Ticket(ticket) => cases.contains(ticket.case()),
        Record::Progress(step) => cases.contains(case_of(&step.case)),
        Record::Paper(paper) => paper.shelf == Shelf::Outbox && cases.contains(case_of(&paper.id)),
        _ => false,
    }
}

/// Returns what stays of an event without what was shown.
fn emptied(handled: &HandledEvent) -> Fate {
    if handled.effects.is_empty() {
        return Fate::Keep;
    }
    Fate::Replace(Box::new(Record::Event(HandledEvent {
        conversation: handled.conversation.clone(),
        event: handled.event.clone(),
        at: handled.at,
        effects: Vec::new(),
    })))
}

fn audit(at: Timestamp, what: &str, removed: &Removed) -> Audit {
    Audit::new(at, WHO, what, removed.to_string())
}

/// Why a text is no [`Age`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAge {
    /// It is not a number with a unit.
    #[error("expected days or weeks, such as `90d` or `12w`")]
    Unreadable,
    /// It would remove everything or nothing.
    #[error("expected between `1d` and `{}d`", DAYS_MAX)]
    OutOfBounds,
}

/// A hundred years: more is a slip of the finger.
const DAYS_MAX: u16 = 36_500;

impl FromStr for Age {
    type Err = BadAge;

    fn from_str(text: &str) -> Result<Self, BadAge> {
        let (number, unit_days) = match (text.strip_suffix('d'), text.strip_suffix('w')) {
            (Some(number), _) => (number, 1),
            (_, Some(number)) => (number, 7),
            (None, None) => return Err(BadAge::Unreadable),
        };
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BadAge::Unreadable);
        }
        number
            .parse::<u16>()
            .ok()
            .and_then(|number| number.checked_mul(unit_days))
            .filter(|days| (1..=DAYS_MAX).contains(days))
            .map(|days| Age { days })
            .ok_or(BadAge::OutOfBounds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialog::{Conversation, Effect, Heard, Phase};
    use crate::message::{ChannelKind, EventId};
    use crate::store::{KeptConversation, Revision, UnansweredQuestion};
    use crate::ticket::{Answer, FiledField, Progress, Status, Ticket};

    const NUMBER: &str = "0812-0000-1234";
    const OTHER: &str = "0812-0000-5678";

    fn now() -> Timestamp {
        "2026-11-21T03:00:00Z".parse().unwrap()
    }

    fn days_ago(days: i64) -> Timestamp {
        now() - SignedDuration::from_hours(24 * days)
    }

    fn value(raw: &str) -> Value {
        msisdn::parse(raw).unwrap()
    }

    fn conversation(id: &str, number: &str) -> Record {
        let mut heard = Heard::of("bayar-belum-aktif");
        heard
            .answers
            .insert("msisdn".to_owned(), Answer::Given(value(number)));
        Record::Conversation(Box::new(KeptConversation {
            conversation: ConversationId(id.to_owned()),
            revision: Revision::default(),
            state: Conversation {
                phase: Phase::Answered(heard),
                ..Conversation::default()
            },
            wake: None,
        }))
    }

    fn event(conversation: &str, days: i64, text: &str) -> Record {
        Record::Event(HandledEvent {
            conversation: ConversationId(conversation.to_owned()),
            event: EventId("event".to_owned()),
            at: days_ago(days),
            effects: vec![Effect::Filed {
                id: "T-1".to_owned(),
                text: text.to_owned(),
                follow_up: false,
            }],
        })
    }

    fn ticket(days: i64, number: &str) -> Record {
        let id = if number == NUMBER { "T-1" } else { "T-2" };
        Record::Ticket(Box::new(Ticket {
            id: id.to_owned(),
            intent: "ott-status".to_owned(),
            form: "ott-status".to_owned(),
            title: "OTT".to_owned(),
            agent: "budi".to_owned(),
            channel_kind: ChannelKind::Voice,
            filed_at: days_ago(days),
            entries: vec![FiledField {
                field: "cp_lain".to_owned(),
                label: "CP lain".to_owned(),
                answer: Answer::Given(value(number)),
                masked: String::new(),
                identifies: false,
                serial: None,
            }],
            kip: "K22".to_owned(),
            checked: Vec::new(),
            text: String::new(),
            revision: None,
            proofs: Vec::new(),
            notes: Vec::new(),
            edition: None,
            begun: None,
        }))
    }

    /// The second version of a draft; the first one, or a later one, may mention somebody else.
    fn revised(days: i64, number: &str) -> Record {
        let Record::Ticket(mut ticket) = ticket(days, number) else {
            unreachable!("a ticket was made");
        };
        ticket.id = "T-260101-000000-2".to_owned();
        Record::Ticket(ticket)
    }

    fn first(days: i64, number: &str) -> Record {
        let Record::Ticket(mut ticket) = ticket(days, number) else {
            unreachable!("a ticket was made");
        };
        ticket.id = "T-260101-000000".to_owned();
        Record::Ticket(ticket)
    }

    fn step(case: &str, days: i64) -> Record {
        Record::Progress(Progress {
            case: case.to_owned(),
            status: Status::Entered,
            external: Some("INC0000".to_owned()),
            who: "budi".to_owned(),
            at: days_ago(days),
        })
    }

    fn question(days: i64, text: &str) -> Record {
        Record::Question(UnansweredQuestion {
            point: None,
            text: text.to_owned(),
            intent: None,
            confidence: 0.1,
            decision: "fallback".to_owned(),
            owner: None,
            at: days_ago(days),
            channel_kind: ChannelKind::Voice,
        })
    }

    /// Sieves records and names what became of each.
    #[track_caller]
    fn check(mut sieve: impl Sieve, cases: &[(Record, &str)]) {
        for (record, _) in cases {
            sieve.survey(record);
        }
        for (record, expected) in cases {
            let fate = match sieve.judge(record) {
                Fate::Keep => "stays",
                Fate::Drop => "goes",
                Fate::Replace(rest) => {
                    assert!(matches!(&*rest, Record::Event(rest) if rest.effects.is_empty()));
                    "emptied"
                }
            };
            assert_eq!(fate, *expected, "{record:?}");
        }
    }

    #[test]
    fn what_is_older_is_purged() {
        check(
            Purge::new("3d".parse().unwrap(), now()),
            &[
                (ticket(3, NUMBER), "stays"),
                (ticket(4, OTHER), "goes"),
                (question(3, "apa itu kip"), "stays"),
                (question(4, "apa itu kip"), "goes"),
                (event("console:budi", 3, "x"), "stays"),
                (event("console:budi", 4, "x"), "emptied"),
                (event("console:budi", 7, "x"), "emptied"),
                (event("console:budi", 8, "x"), "goes"),
                (conversation("console:budi", NUMBER), "stays"),
            ],
        );
    }

    #[test]
    fn what_mentions_a_number_is_forgotten() {
        check(
            Forget::new(value("+62 812 0000 1234"), now()),
            &[
                (ticket(1, NUMBER), "goes"),
                (ticket(1, OTHER), "stays"),
                (question(1, "kenapa 0812 0000 1234 mati"), "goes"),
                (question(1, "kenapa ****-****-*234 mati"), "stays"),
                (conversation("console:budi", NUMBER), "goes"),
                (conversation("console:sari", OTHER), "stays"),
                (event("console:tono", 1, "MSISDN: 081200001234"), "emptied"),
                (event("console:sari", 1, "x"), "stays"),
                (event("console:081200001234", 1, "x"), "goes"),
            ],
        );
    }

    #[test]
    fn all_replies_of_a_conversation_with_the_number_are_emptied() {
        check(
            Forget::new(value(NUMBER), now()),
            &[
                (event("console:budi", 2, "Nama: Siti"), "emptied"),
                (event("console:budi", 1, "MSISDN: 6281200001234"), "emptied"),
                (event("console:sari", 1, "Nama: Siti"), "stays"),
            ],
        );
    }

    #[test]
    fn a_case_goes_as_a_whole() {
        check(
            Forget::new(value(NUMBER), now()),
            &[
                (first(1, NUMBER), "goes"),
                (revised(1, OTHER), "goes"),
                (step("T-260101-000000", 1), "goes"),
                (ticket(1, OTHER), "stays"),
                (step("T-2", 1), "stays"),
            ],
        );
        check(
            Purge::new("3d".parse().unwrap(), now()),
            &[
                (first(4, OTHER), "goes"),
                (revised(4, OTHER), "goes"),
                (step("T-260101-000000", 1), "goes"),
                (step("T-1", 100), "stays"),
            ],
        );
    }

    #[test]
    fn the_audit_tells_counts_and_no_number() {
        let removed = Removed {
            tickets: 2,
            events: 1,
            ..Removed::default()
        };
        let line = Forget::new(value(NUMBER), now()).audit(&removed);
        assert_eq!(
            (&*line.who, &*line.what, &*line.subject),
            (
                "operator",
                "ticket.forget",
                "tickets: 2, conversations: 0, kept replies: 1, questions: 0"
            )
        );
        assert_eq!(line.at, now());
    }

    #[test]
    fn an_age_is_days_or_weeks() {
        let days = |text: &str| text.parse::<Age>().map(|age| age.days);
        assert_eq!(days("90d"), Ok(90));
        assert_eq!(days("12w"), Ok(84));
        assert_eq!(days("36500d"), Ok(36_500));
        for text in [
            "", "d", "90", "90 d", "-1d", "+1d", "1.5d", "3m", "90D", "dd",
        ] {
            assert_eq!(days(text), Err(BadAge::Unreadable), "{text}");
        }
        for text in ["0d", "0w", "36501d", "9999w", "99999999999d"] {
            assert_eq!(days(text), Err(BadAge::OutOfBounds), "{text}");
        }
    }
}
