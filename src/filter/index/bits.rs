//! A set of documents, one bit each.

/// A set of documents from `base` on, one bit each: 3 KiB for 25,000.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bits {
    base: u32,
    blocks: Vec<u64>,
}

impl Bits {
    pub(super) fn none(base: u32, count: usize) -> Self {
        Self { base, blocks: vec![0; count.div_ceil(64)] }
    }

    /// An empty set over the same documents.
    pub(super) fn emptied(&self) -> Self {
        Self { base: self.base, blocks: vec![0; self.blocks.len()] }
    }

    /// How many words of memory it goes through for each operation on the whole.
    pub(super) fn blocks(&self) -> usize {
        self.blocks.len()
    }

    pub(super) fn insert(&mut self, id: u32) {
        if let Some((block, bit)) = self.place(id) {
            self.blocks[block] |= bit;
        }
    }

    /// Makes room for one more document behind all others, and puts it in.
    pub(super) fn push(&mut self, id: u32) {
        while id.checked_sub(self.base).is_some_and(|number| number as usize / 64 >= self.blocks.len()) {
            self.blocks.push(0);
        }
        self.insert(id);
    }

    pub(super) fn remove(&mut self, id: u32) {
        if let Some((block, bit)) = self.place(id) {
            self.blocks[block] &= !bit;
        }
    }

    pub(super) fn contains(&self, id: u32) -> bool {
        self.place(id).is_some_and(|(block, bit)| self.blocks[block] & bit != 0)
    }

    fn place(&self, id: u32) -> Option<(usize, u64)> {
        let number = usize::try_from(id.checked_sub(self.base)?).ok()?;
        (number / 64 < self.blocks.len()).then_some((number / 64, 1 << (number % 64)))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.blocks.iter().all(|block| *block == 0)
    }

    pub(super) fn intersect(&mut self, other: &Self) {
        self.blocks.iter_mut().zip(&other.blocks).for_each(|(own, other)| *own &= other);
    }

    pub(super) fn unite(&mut self, other: &Self) {
        self.blocks.iter_mut().zip(&other.blocks).for_each(|(own, other)| *own |= other);
    }

    pub(super) fn subtract(&mut self, other: &Self) {
        self.blocks.iter_mut().zip(&other.blocks).for_each(|(own, other)| *own &= !other);
    }

    /// In ascending order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        let blocks = self.blocks.iter().zip((self.base..).step_by(64));
        blocks.flat_map(|(block, first)| {
            let mut rest = *block;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    first + bit
                })
            })
        })
    }
}
