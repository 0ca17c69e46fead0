//! `sigap match`: what messages are matched to, and why.

use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use serde_json::{Map, Value, json};

use crate::config::Config;
use crate::dialog;
use crate::matcher::{Candidate, Classification, Context, Decision};
use crate::ticket::{Answers, canonical_json};
use crate::value::Background;

/// Arguments of `sigap match`.
#[derive(Debug, clap::Args)]
pub struct MatchArgs {
    /// One JSON object for every message
    #[arg(long)]
    json: bool,
    /// The channel's default service, which settles words that several services share
    #[arg(long, value_name = "ID")]
    service: Option<String>,
    /// The messages; lines of standard input when left out
    #[arg(value_name = "TEXT")]
    texts: Vec<String>,
}

/// Matches every message against the catalogue.
pub fn run(args: MatchArgs, config: &Config) -> anyhow::Result<ExitCode> {
    let knowledge = super::knowledge(config)?;
    let service = args.service.as_deref().or(config.service.as_deref());
    let mut out = io::stdout().lock();
    let mut show = |text: &str| -> anyhow::Result<()> {
        let found = knowledge.matcher.classify(text, &Context { service });
        if args.json {
            let sop = intent(&found).and_then(|id| knowledge.catalog.sop(id));
            let now = config.now();
            let background = Background {
                now: &now,
                lexicon: &knowledge.lexicon,
            };
            let values =
                sop.map(|sop| dialog::values_in(sop, text, config.channel_kind, background));
            writeln!(
                out,
                "{}",
                as_json(text, &found, &values.unwrap_or_default())
            )?;
        } else {
            print(&mut out, text, &found)?;
        }
        Ok(())
    };
    if args.texts.is_empty() {
        for line in io::stdin().lock().lines() {
            show(&line?)?;
        }
    } else {
        for text in &args.texts {
            show(text)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn as_json(text: &str, found: &Classification, values: &Answers) -> Value {
    let candidates = found.candidates.iter().map(|candidate| {
        json!({
            "intent": &*candidate.intent,
            "confidence": candidate.confidence,
            "evidence": evidence(candidate),
        })
    });
    json!({
        "text": text,
        "decision": name(found.decision),
        "intent": intent(found),
        "confidence": found.candidates.first().map_or(0.0, |first| first.confidence),
        "candidates": candidates.collect::<Vec<_>>(),
        "second": found.second.as_deref(),
        "values": values.iter().map(|(field, answer)| (field.clone(), canonical_json(answer))).collect::<Map<_, _>>(),
    })
}

fn print(out: &mut impl Write, text: &str, found: &Classification) -> io::Result<()> {
    writeln!(out, "{text}")?;
    writeln!(out, "  {}", name(found.decision))?;
    for candidate in &found.candidates {
        let percent = candidate.confidence * 100.0;
        writeln!(out, "  {percent:>5.1}%  {}", candidate.intent)?;
        for reason in evidence(candidate) {
            writeln!(out, "          {reason}")?;
        }
    }
    if let Some(second) = &found.second {
        writeln!(out, "  + {second}")?;
    }
    Ok(())
}

fn evidence(candidate: &Candidate) -> Vec<String> {
    candidate.evidence.iter().map(ToString::to_string).collect()
}

fn intent(found: &Classification) -> Option<&str> {
    let first = found.candidates.first()?;
    (found.decision == Decision::Answer).then(|| &*first.intent)
}

/// The name of a decision in the contract.
pub(super) fn name(decision: Decision) -> &'static str {
    match decision {
        Decision::Answer => "answer",
        Decision::Clarify => "clarify",
        Decision::Fallback => "fallback",
    }
}
