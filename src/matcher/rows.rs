//! Rows: for each feature, the classes it speaks for or against; and a message's sum over them.
//!
//! With few classes a row is a plain array. With many, a row names the classes that it has, and the sum remembers which
//! it touched, so the cost of a message does not grow with the number of intents.

use std::ops::AddAssign;

/// A feature speaks in at most this many classes; a word of more says nothing, and the bound is what makes the cost of
/// a message independent of the catalogue's size.
const ROW_MAX: usize = 256;

/// A weight for each feature and class.
#[derive(Debug)]
pub enum Rows {
    /// A row of `width` numbers a feature.
    Dense {
        /// The number of classes.
        width: usize,
        /// The rows, one after the other.
        cells: Vec<f32>,
    },
    /// For each feature the classes it has.
    Sparse(SparseRows),
}

/// For each feature the classes it speaks in, and how much.
#[derive(Debug, Default)]
pub struct SparseRows {
    offsets: Vec<u32>,
    cells: Vec<(u32, f32)>,
}

/// The sum of rows for one message.
#[derive(Debug, Default)]
pub struct RowSum {
    /// By class; all zero between messages.
    scores: Vec<f32>,
    /// The classes that sparse rows spoke of, then room for more.
    touched: Vec<u32>,
    touched_count: usize,
}

impl Rows {
    /// Adds a feature's row, this often.
    pub fn add(&self, row: usize, value: f32, sum: &mut RowSum) {
        match self {
            Rows::Dense { width, cells } => {
                add(&mut sum.scores, &cells[row * width..][..*width], value);
            }
            Rows::Sparse(rows) => rows.add(row, value, sum),
        }
    }

    /// The rows of whole words: for each the sum of its features' rows, given as features with their weights.
    pub fn of_words(&self, words: &[Vec<(u32, f32)>]) -> Rows {
        match self {
            Rows::Dense { width, cells } => {
                let mut sums = vec![0.0; words.len() * width];
                for (sum, features) in sums.chunks_mut((*width).max(1)).zip(words) {
                    for &(feature, value) in features {
                        add(sum, &cells[feature as usize * width..][..*width], value);
                    }
                }
                Rows::Dense {
                    width: *width,
                    cells: sums,
                }
            }
            Rows::Sparse(rows) => Rows::Sparse(rows.of_words(words)),
        }
    }
}

impl SparseRows {
    /// Gathers cells (row, class, weight) and keeps the strongest of each row. `each` is called twice and gives the same
    /// cells in the same order both times.
    pub fn new(rows: usize, each: impl Fn(&mut dyn FnMut(u32, u32, f32))) -> SparseRows {
        let mut ends = vec![0u32; rows + 1];
        each(&mut |row, _, _| ends[row as usize + 1] += 1);
        for row in 0..rows {
            ends[row + 1] += ends[row];
        }
        let mut cells = vec![(0u32, 0f32); ends[rows] as usize];
        let mut next = ends.clone();
        each(&mut |row, class, weight| {
            let at = &mut next[row as usize];
            cells[*at as usize] = (class, weight);
            *at += 1;
        });
        let mut kept = SparseRows {
            offsets: vec![0],
            cells: Vec::new(),
        };
        for range in ends.windows(2) {
            kept.keep(&mut cells[range[0] as usize..range[1] as usize]);
        }
        kept
    }

    fn keep(&mut self, row: &mut [(u32, f32)]) {
        if row.len() > ROW_MAX {
            row.select_nth_unstable_by(ROW_MAX, |a, b| {
                b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0))
            });
        }
        let kept = self.cells.len();
        self.cells.extend(row.iter().take(ROW_MAX));
        self.cells[kept..].sort_unstable_by_key(|&(class, _)| class);
        self.offsets
            .push(u32::try_from(self.cells.len()).unwrap_or(u32::MAX));
    }

    /// Whether a feature speaks in a class.
    pub fn has(&self, row: usize, class: u32) -> bool {
        let row = self.row(row);
        row.binary_search_by_key(&class, |&(class, _)| class)
            .is_ok()
    }

    /// The classes a feature speaks in, in order.
    pub fn row(&self, at: usize) -> &[(u32, f32)] {
        &self.cells[self.offsets[at] as usize..self.offsets[at + 1] as usize]
    }

    /// Adds a feature's row, this often.
    pub fn add(&self, row: usize, value: f32, sum: &mut RowSum) {
        let mut count = sum.touched_count;
        for &(class, weight) in self.row(row) {
            let score = &mut sum.scores[class as usize];
            // Without a branch: which classes are new is anybody's guess.
            sum.touched[count] = class;
            count += usize::from(*score == 0.0);
            let total = *score + value * weight;
            // What cancels out exactly stays touched.
            *score = if total == 0.0 {
                f32::MIN_POSITIVE
            } else {
                total
            };
        }
        sum.touched_count = count;
    }

    /// The rows of whole words: for each the sum of its features' rows, given as features with their weights.
    pub fn of_words(&self, words: &[Vec<(u32, f32)>]) -> SparseRows {
        let mut sums: Vec<Vec<(u32, f32)>> = Vec::with_capacity(words.len());
        for features in words {
            let cells = features.iter().flat_map(|&(feature, value)| {
                let row = self.row(feature as usize).iter();
                row.map(move |&(class, weight)| (class, value * weight))
            });
            let mut cells: Vec<(u32, f32)> = cells.collect();
            cells.sort_unstable_by_key(|&(class, _)| class);
            sum_same(&mut cells);
            sums.push(cells);
        }
        SparseRows::new(words.len(), |emit| {
            for (word, cells) in (0u32..).zip(&sums) {
                cells
                    .iter()
                    .for_each(|&(class, weight)| emit(word, class, weight));
            }
        })
    }
}

impl RowSum {
    /// Makes room for so many classes.
    pub fn begin(&mut self, classes: usize) {
        if self.scores.len() < classes {
            self.scores.resize(classes, 0.0);
        }
        // One more than there are classes: the next one is written before it is known to be new.
        self.touched.resize(self.scores.len() + 1, 0);
        self.touched_count = 0;
    }

    /// The sum for a class.
    pub fn of(&self, class: u32) -> f32 {
        self.scores[class as usize]
    }

    /// The classes that sparse rows spoke of.
    pub fn touched(&self) -> &[u32] {
        &self.touched[..self.touched_count]
    }

    /// Sets everything back to zero.
    pub fn forget(&mut self, rows: &Rows) {
        match rows {
            Rows::Dense { .. } => self.scores.fill(0.0),
            Rows::Sparse(_) => self.forget_touched(),
        }
    }

    /// Sets back to zero what sparse rows added to.
    pub fn forget_touched(&mut self) {
        for at in 0..self.touched_count {
            self.scores[self.touched[at] as usize] = 0.0;
        }
        self.touched_count = 0;
    }
}

/// `sum += value * row`.
pub fn add(sum: &mut [f32], row: &[f32], value: f32) {
    for (sum, weight) in sum.iter_mut().zip(row) {
        *sum += value * weight;
    }
}

/// Adds up neighbours with the same key.
pub fn sum_same<K: PartialEq, V: AddAssign + Copy>(found: &mut Vec<(K, V)>) {
    found.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        if is_same {
            kept.1 += next.1;
        }
        is_same
    });
}
