//! Account managers and the glossary: looked up by command, by question, or brought unasked where the SOP wants it.
//!
//! A question for an account manager is answered. In written channels one is looked for unasked as soon as the company
//! is known, and shown once the agent has validated it; until then the card says that it is not for the customer yet.

use super::super::{AmLacking, AuditNote, ContactCard, Decision, Effect, Heard, Phase};
use super::Turn;
use crate::catalog::glossary::GlossaryTerm;
use crate::catalog::{FieldRole, SopTopic};
use crate::directory::{Contact, ContactsFound, Lacking};
use crate::message::ChannelKind;
use crate::text::{self, Role};
use crate::ticket::{Answer, Answers};
use crate::value;

impl<'a> Turn<'a> {
    /// `/am NAME`.
    pub fn am(&mut self, query: Option<&str>) {
        let Some(query) = query else {
            return self.aside(Effect::AmHow);
        };
        let (first, rest) = query.split_once(char::is_whitespace).unwrap_or((query, ""));
        if self.is(Role::Adding, &first.to_lowercase()) {
            return self.add_am(rest.trim());
        }
        let found = self.found(query);
        self.aside(found);
    }

    /// Whether an everyday word does this in a sentence.
    fn is(&self, role: Role, word: &str) -> bool {
        self.knowledge.lexicon.everyday.has(role, word)
    }

    /// The company of exactly this name, or the only one with a name like this.
    fn one(&self, name: &str) -> Option<&'a Contact> {
        match self.setting.directory.search(name) {
            ContactsFound::One(contact) => Some(contact),
            ContactsFound::Several(contacts) => {
                contacts.into_iter().find(|contact| contact.company == name)
            }
            ContactsFound::None => None,
        }
    }

    /// Who answers for a company, which is remembered.
    fn known(&mut self, contact: &Contact) -> Effect {
        self.conversation.am = Some(contact.company.clone());
        Effect::Am {
            card: self.card(contact),
        }
    }

    fn found(&mut self, query: &str) -> Effect {
        if let Some(contact) = self.one(query) {
            return self.known(contact);
        }
        match self.setting.directory.search(query) {
            ContactsFound::Several(contacts) => {
                let companies = contacts.iter().map(|contact| contact.company.clone());
                let companies = companies.collect();
                Effect::AmChoose { companies }
            }
            ContactsFound::One(_) | ContactsFound::None => Effect::AmUnknown {
                query: value::sensitive::redact(query),
            },
        }
    }

    /// `/am tambah COMPANY; AM; ...`: a lead adds a company, which the next search finds.
    fn add_am(&mut self, line: &str) {
        let contact = match self.contact_in(line) {
            Ok(contact) => contact,
            Err(lacking) => return self.aside(Effect::AmAddHow { lacking }),
        };
        // The lead who adds it vouches for it.
        let card = ContactCard {
            unvalidated: false,
            ..self.card(&contact)
        };
        self.conversation.am = Some(contact.company.clone());
        self.note_in_audit("am.add", &contact);
        self.aside(Effect::AmAdded { card });
        self.contact = Some(contact);
    }

    /// The company of a line, or what the line lacks; nothing is said of an empty one.
    fn contact_in(&self, line: &str) -> Result<Contact, Option<AmLacking>> {
        if !self.setting.lead {
            return Err(Some(AmLacking::Lead));
        }
        if line.is_empty() {
            return Err(None);
        }
        let directory = self.setting.directory;
        let told = directory.told(line, self.setting.now.date());
        let contact = told.map_err(|lacking| {
            Some(match lacking {
                Lacking::Company => AmLacking::Company,
                Lacking::Am => AmLacking::Am,
                Lacking::Label(part) => AmLacking::Label(value::sensitive::redact(&part)),
                Lacking::Short => AmLacking::Short,
            })
        })?;
        let codes = contact.sids.iter().chain(&contact.account_numbers);
        match directory.owner(codes) {
            Some((other, code)) if !directory.is_same_company(&other.company, &contact.company) => {
                Err(Some(AmLacking::Taken {
                    code: code.to_owned(),
                    company: other.company.clone(),
                }))
            }
            _ => Ok(contact),
        }
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
            stale: contact.is_stale(self.setting.now.date()),
            unvalidated: self.setting.channel_kind != ChannelKind::Voice,
        }
    }

    /// The company was validated: its account manager may be named to the customer.
    pub fn validate_company(&mut self, company: &str) {
        let Some(contact) = self.one(company) else {
            return self.stale();
        };
        let card = ContactCard {
            unvalidated: false,
            ..self.card(contact)
        };
        self.conversation.am = Some(contact.company.clone());
        self.note_in_audit("am.validate", contact);
        self.aside(Effect::Am { card });
    }

    /// The account manager does not respond: the escalation contact, and the attempt is recorded.
    pub fn silent_am(&mut self, company: &str) {
        let Some(contact) = self.one(company) else {
            return self.stale();
        };
        self.am_is_silent(contact);
    }

    fn am_is_silent(&mut self, contact: &Contact) {
        self.note_in_audit("am.no-response", contact);
        let card = self.card(contact);
        self.aside(Effect::AmSilent { card });
    }

    fn note_in_audit(&mut self, what: &'static str, contact: &Contact) {
        let subject = contact.company.clone();
        self.audit.push(AuditNote { what, subject });
    }

    /// Answers a message that asks for an account manager by company, or says that the one just shown does not respond;
    /// whether it was one.
    pub fn about_am(&mut self, text: &str) -> bool {
        let words = text::words(text, &self.knowledge.lexicon);
        let lower = text.to_lowercase();
        let plain: Vec<&str> = lower
            .split(|c: char| !c.is_alphanumeric() && c != '-')
            .filter(|word| !word.is_empty())
            .collect();
        if !plain.iter().any(|word| self.is(Role::AccountManager, word)) {
            return false;
        }
        let stems = self.knowledge.lexicon.everyday.entries(Role::Responding);
        let responds = |word: &String| stems.iter().any(|stem| word.starts_with(&**stem));
        let fails = |word: &String| self.is(Role::Negation, word) || self.is(Role::Hardly, word);
        let last = self.conversation.am.as_ref();
        let last = last.and_then(|company| self.setting.directory.company(company));
        if words.iter().any(responds)
            && words.iter().any(fails)
            && let Some(contact) = last
        {
            self.am_is_silent(contact);
            return true;
        }
        if !plain.iter().any(|word| self.is(Role::Lookup, word)) {
            return false;
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
            return false;
        }
        let found = self.found(&name);
        if matches!(found, Effect::AmUnknown { .. }) {
            return false;
        }
        self.decision = Decision::Answer;
        if let Some(sop) = self.knowledge.catalog.answering(SopTopic::Am) {
            self.go(Phase::Answered(Heard::of(&sop.id)), Decision::Answer);
        }
        self.effects.push(found);
        true
    }

    /// In written channels an enterprise case brings the account manager along once the company is known.
    pub fn bring_am(&mut self) {
        if self.setting.channel_kind == ChannelKind::Voice {
            return;
        }
        let Some(company) = self.company_to_bring() else {
            return;
        };
        if self.conversation.am.as_ref() == Some(&company) {
            return;
        }
        self.conversation.am = Some(company.clone());
        // In front of the open question, which stays the last thing that is said.
        let at = self.effects.len().saturating_sub(1);
        self.effects.insert(at, Effect::AmValidate { company });
    }

    /// The company of the case at hand, where its service has account managers.
    fn company_to_bring(&self) -> Option<String> {
        let (intent, answers) = match (&self.conversation.phase, self.draft()) {
            (_, Some(draft)) => (&draft.intent, &draft.answers),
            (Phase::Answered(heard), None) => (&heard.intent, &heard.answers),
            _ => return None,
        };
        let catalog = &self.knowledge.catalog;
        let service = catalog.services.get(&catalog.sop(intent)?.service)?;
        let brings = service.account_managers;
        brings.then(|| self.company_of(answers)).flatten()
    }

    /// The contacts of a case's company: the one that its fields name, or the one that was shown last.
    pub fn contact_of(&self, answers: &Answers) -> Option<&'a Contact> {
        let company = self.company_of(answers);
        let company = company.or_else(|| self.conversation.am.clone());
        self.setting.directory.company(&company?)
    }

    fn company_of(&self, answers: &Answers) -> Option<String> {
        let fields = self.knowledge.catalog.fields_with(FieldRole::Company);
        fields
            .filter_map(|field| answers.get(&field.id))
            .find_map(|answer| match answer {
                Answer::Given(value) => match self.setting.directory.search(&value.display) {
                    ContactsFound::One(contact) => Some(contact.company.clone()),
                    ContactsFound::Several(_) | ContactsFound::None => None,
                },
                Answer::Absent | Answer::Unchecked(_) => None,
            })
    }

    /// `/istilah WORD`.
    pub fn look_up(&mut self, word: Option<&str>) {
        let shown = match word.and_then(|word| self.knowledge.catalog.glossary.get(word)) {
            Some(term) => Effect::Defined {
                term: term.term.clone(),
            },
            None => Effect::Glossary {
                missing: word.map(value::sensitive::redact),
            },
        };
        self.aside(shown);
    }

    /// The word whose meaning a message asks for, when it asks for nothing else.
    pub fn defined(&self, text: &str) -> Option<&'a GlossaryTerm> {
        let clauses: Vec<&str> = text.split([',', '.', ';', '\n']).collect();
        let told = |clause: &&str| !self.asks(clause);
        // `apa sih ott itu, ditanya plg`: the clause that asks says what for.
        match clauses
            .iter()
            .filter(|clause| !told(clause))
            .collect::<Vec<_>>()[..]
        {
            [asking] if clauses.len() > 1 => self.defined_in(asking),
            _ => self.defined_in(text),
        }
    }

    fn defined_in(&self, text: &str) -> Option<&'a GlossaryTerm> {
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
