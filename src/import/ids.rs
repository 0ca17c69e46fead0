//! Ids for what has none: made of words, each given once.

use std::collections::HashSet;

use crate::text::fold;

/// An id longer than this is no link anybody types.
const ID_CHARS_MAX: usize = 40;

/// The ids given so far.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    given: HashSet<String>,
}

impl Ids {
    /// Returns an id that is free, made of these words.
    pub fn give(&mut self, words: &str) -> String {
        let wanted = slug(words, '-');
        let wanted = if wanted.is_empty() {
            "poin".to_owned()
        } else {
            wanted
        };
        let mut id = wanted.clone();
        let mut number = 2;
        while !self.given.insert(id.clone()) {
            id = format!("{wanted}-{number}");
            number += 1;
        }
        id
    }
}

/// Returns lower-case words and digits with a joint between them.
pub fn slug(words: &str, joint: char) -> String {
    let folded = fold(words).text;
    let mut slug = String::new();
    for word in folded
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        if !slug.is_empty() && slug.len() + word.len() >= ID_CHARS_MAX {
            break;
        }
        if !slug.is_empty() {
            slug.push(joint);
        }
        slug.extend(word.chars().take(ID_CHARS_MAX));
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_words_and_given_once() {
        let mut ids = Ids::default();
        assert_eq!(ids.give("Lakukan Pengecekan:"), "lakukan-pengecekan");
        assert_eq!(ids.give("lakukan pengecekan"), "lakukan-pengecekan-2");
        assert_eq!(ids.give("***"), "poin");
        assert_eq!(ids.give("1.2"), "1-2");
        assert!(ids.give(&"kata ".repeat(40)).len() <= ID_CHARS_MAX);
    }
}
