//! Account managers and the glossary: looked up by command, by question, or brought unasked where the SOP wants it.
//!
//! A question for an account manager is answered. In written channels one is looked for unasked as soon as the company
//! is known, and shown once the agent has validated it; until then the card says that it is not for the customer yet.

use super::super::{
    AmLacking, ContactCard, Conversation, Decision, Deed, Effect, Heard, Phase, Step,
};
use super::Turn;
use crate::catalog::glossary::Term;
use crate::catalog::{FieldRole, SopTopic};
use crate::directory::{Contact, Found, Lacking};
use crate::message::ChannelKind;
use crate::text::{self, Role};
use crate::ticket::{Answer, Answers};
use crate::value;

impl Turn<'_> {
    /// `/am NAME`.
    pub fn am(&self, conversation: &Conversation, query: Option<&str>) -> Step {
        let Some(query) = query else {
            return self.aside(conversation, Effect::AmHow);
        };
        let (first, rest) = query.split_once(char::is_whitespace).unwrap_or((query, ""));
        if self.is(Role::Adding, &first.to_lowercase()) {
            return self.add_am(conversation, rest.trim());
        }
        let (effect, company) = self.found(query);
        let mut step = self.aside(conversation, effect);
        step.next.am = company.or_else(|| conversation.am.clone());
        step
    }

    /// Whether an everyday word does this in a sentence.
    fn is(&self, role: Role, word: &str) -> bool {
        self.knowledge.lexicon.everyday.has(role, word)
    }

    fn found(&self, query: &str) -> (Effect, Option<String>) {
        match self.around.directory.search(query) {
            Found::None => {
                let query = value::sensitive::redact(query);
                (Effect::AmUnknown { query }, None)
            }
            Found::One(contact) => {
                let company = contact.company.clone();
                let card = self.card(contact);
                (Effect::Am { card }, Some(company))
            }
            Found::Several(contacts) => {
                let companies = contacts.iter().map(|contact| contact.company.clone());
                (
                    Effect::AmChoose {
                        companies: companies.collect(),
                    },
                    None,
                )
            }
        }
    }

    /// `/am tambah COMPANY; AM; ...`: a lead adds a company, which the next search finds.
    fn add_am(&self, conversation: &Conversation, line: &str) -> Step {
        let how = |lacking| {
            let lacking = Some(lacking);
            self.aside(conversation, Effect::AmAddHow { lacking })
        };
        if !self.around.lead {
            return how(AmLacking::Lead);
        }
        if line.is_empty() {
            return self.aside(conversation, Effect::AmAddHow { lacking: None });
        }
        let contact = match self.around.directory.told(line, self.around.now.date()) {
            Ok(contact) => contact,
            Err(Lacking::Company) => return how(AmLacking::Company),
            Err(Lacking::Am) => return how(AmLacking::Am),
            Err(Lacking::Label(part)) => {
                return how(AmLacking::Label(value::sensitive::redact(&part)));
            }
            Err(Lacking::Short) => return how(AmLacking::Short),
        };
        let codes = contact.sids.iter().chain(&contact.account_numbers);
        if let Some((other, code)) = self.around.directory.owner(codes)
            && !self
                .around
                .directory
                .is_same_company(&other.company, &contact.company)
        {
            return how(AmLacking::Taken {
                code: code.to_owned(),
                company: other.company.clone(),
            });
        }
        // The lead who adds it vouches for it.
        let card = ContactCard {
            unvalidated: false,
            ..self.card(&contact)
        };
        let mut step = self.aside(conversation, Effect::AmAdded { card });
        step.next.am = Some(contact.company.clone());
        step.deeds.push(Deed {
            what: "am.add",
            subject: contact.company.clone(),
        });
        step.contact = Some(contact);
        step
    }

    fn card(&self, contact: &Contact) -> ContactCard {
        ContactCard {
            company: contact.company.clone(),
            am: contact.am.clone(),
            am_contact: contact.am_contact.clone(),
            eos: contact.eos.clone(),
            eos_contact: contact.eos_contact.clone(),
            region: contact.region.clone(),
            verified: contact.verified,
            stale: contact.is_stale(self.around.now.date()),
            unvalidated: self.around.channel_kind != ChannelKind::Voice,
        }
    }

    /// The buttons of the directory.
    pub fn contacts_press(
        &self,
        conversation: &Conversation,
        verb: &str,
        what: &str,
    ) -> Option<Step> {
        let one = || match self.around.directory.search(what) {
            Found::One(contact) => Some(contact),
            Found::Several(contacts) => {
                contacts.into_iter().find(|contact| contact.company == what)
            }
            Found::None => None,
        };
        Some(match verb {
            "am" => match one() {
                Some(contact) => {
                    let card = self.card(contact);
                    let mut step = self.aside(conversation, Effect::Am { card });
                    step.next.am = Some(contact.company.clone());
                    step
                }
                None => self.am(conversation, Some(what)),
            },
            "am-valid" => match one() {
                Some(contact) => {
                    let card = ContactCard {
                        unvalidated: false,
                        ..self.card(contact)
                    };
                    let mut step = self.aside(conversation, Effect::Am { card });
                    step.next.am = Some(contact.company.clone());
                    step.deeds.push(Deed {
                        what: "am.validate",
                        subject: contact.company.clone(),
                    });
                    step
                }
                None => self.same(conversation, Effect::Stale),
            },
            "am-silent" => match one() {
                Some(contact) => self.am_is_silent(conversation, contact),
                None => self.same(conversation, Effect::Stale),
            },
            _ => return None,
        })
    }

    /// The account manager does not respond: the escalation contact, and the attempt is recorded.
    fn am_is_silent(&self, conversation: &Conversation, contact: &Contact) -> Step {
        let card = self.card(contact);
        let mut step = self.aside(conversation, Effect::AmSilent { card });
        step.deeds.push(Deed {
            what: "am.no-response",
            subject: contact.company.clone(),
        });
        step
    }

    /// A message that asks for an account manager by company, or says that the one just shown does not respond.
    pub fn about_am(&self, conversation: &Conversation, text: &str) -> Option<Step> {
        let words = text::words(text, &self.knowledge.lexicon);
        let lower = text.to_lowercase();
        let plain: Vec<&str> = lower
            .split(|c: char| !c.is_alphanumeric() && c != '-')
            .filter(|word| !word.is_empty())
            .collect();
        if !plain.iter().any(|word| self.is(Role::AccountManager, word)) {
            return None;
        }
        let everyday = &self.knowledge.lexicon.everyday;
        let stems = everyday.entries(Role::Responding);
        let responds = |word: &String| stems.iter().any(|stem| word.starts_with(&**stem));
        let fails = |word: &String| self.is(Role::Negation, word) || self.is(Role::Hardly, word);
        if words.iter().any(responds)
            && words.iter().any(fails)
            && let Some(contact) = conversation
                .am
                .as_ref()
                .and_then(|company| self.around.directory.company(company))
        {
            return Some(self.am_is_silent(conversation, contact));
        }
        if !plain.iter().any(|word| self.is(Role::Lookup, word)) {
            return None;
        }
        let is_about = |word: &str| {
            let about = [
                Role::AccountManager,
                Role::Lookup,
                Role::Company,
                Role::Courtesy,
            ];
            about.into_iter().any(|role| self.is(role, word)) || self.is(Role::Filler, word)
        };
        let name = plain.into_iter().filter(|word| !is_about(word));
        let name = name.collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            return None;
        }
        let (effect, company) = self.found(&name);
        if matches!(effect, Effect::AmUnknown { .. }) {
            return None;
        }
        let heard = self
            .knowledge
            .catalog
            .answering(SopTopic::Am)
            .map(|sop| Heard::of(&sop.id));
        let phase = heard.map_or_else(|| conversation.phase.clone(), Phase::Answered);
        let mut step = self.go_as(conversation, phase, vec![effect], Decision::Answer);
        step.next.am = company.or_else(|| conversation.am.clone());
        Some(step)
    }

    /// In written channels an enterprise case brings the account manager along once the company is known.
    pub fn bring_am(&self, step: &mut Step) {
        if self.around.channel_kind == ChannelKind::Voice || step.effects.is_empty() {
            return;
        }
        let (intent, answers) = match (&step.next.phase, step.next.draft()) {
            (_, Some(draft)) => (&draft.intent, &draft.answers),
            (Phase::Answered(heard), None) => (&heard.intent, &heard.answers),
            _ => return,
        };
        let catalog = &self.knowledge.catalog;
        let service = catalog
            .sop(intent)
            .and_then(|sop| catalog.services.get(&sop.service));
        if !service.is_some_and(|service| service.account_managers) {
            return;
        }
        let Some(company) = self.company_of(answers) else {
            return;
        };
        if step.next.am.as_ref() == Some(&company) {
            return;
        }
        step.next.am = Some(company.clone());
        // In front of the open question, which stays the last thing that is said.
        let at = step.effects.len().saturating_sub(1).max(1);
        step.effects.insert(at, Effect::AmValidate { company });
    }

    /// The contacts of a case's company: the one that its fields name, or the one that was shown last.
    pub fn contact_of(&self, conversation: &Conversation, answers: &Answers) -> Option<&Contact> {
        let company = self.company_of(answers).or_else(|| conversation.am.clone());
        self.around.directory.company(&company?)
    }

    fn company_of(&self, answers: &Answers) -> Option<String> {
        let fields = self.knowledge.catalog.fields_with(FieldRole::Company);
        fields
            .filter_map(|field| answers.get(&field.id))
            .find_map(|answer| match answer {
                Answer::Given(value) => match self.around.directory.search(&value.display) {
                    Found::One(contact) => Some(contact.company.clone()),
                    Found::Several(_) | Found::None => None,
                },
                Answer::Absent | Answer::Unchecked(_) => None,
            })
    }

    /// `/istilah WORD`.
    pub fn istilah(&self, conversation: &Conversation, word: Option<&str>) -> Step {
        let shown = match word.and_then(|word| self.knowledge.catalog.glossary.get(word)) {
            Some(term) => Effect::Defined {
                term: term.term.clone(),
            },
            None => Effect::Glossary {
                missing: word.map(value::sensitive::redact),
            },
        };
        self.aside(conversation, shown)
    }

    /// The word whose meaning a message asks for, when it asks for nothing else.
    pub fn defined(&self, text: &str) -> Option<&Term> {
        let lower = text.to_lowercase();
        let words = lower.split(|c: char| c.is_whitespace() || matches!(c, '?' | '!' | '.' | ','));
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let asks = words.iter().any(|word| self.is(Role::Meaning, word));
        let is_around = |word: &str| {
            let around = [Role::Meaning, Role::Link, Role::Courtesy, Role::Filler];
            around.into_iter().any(|role| self.is(role, word))
        };
        let name = words.into_iter().filter(|word| !is_around(word));
        let name: Vec<&str> = name.collect();
        if !asks || name.is_empty() {
            return None;
        }
        self.knowledge.catalog.glossary.get(&name.join(" "))
    }
}
