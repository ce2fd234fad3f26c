//! The way a response is read, and the memory it may take.

use std::cell::Cell;

use serde::de::Error;

/// The state of reading a response: the rules, and the depth and memory that remain.
///
/// Depth and memory count for the whole response, including JSON in strings.
#[derive(Debug)]
pub struct Reading {
    /// The number of further levels of objects and lists that may be opened.
    depth: Cell<usize>,
    /// The maximum memory of lists and maps, in bytes.
    limit: usize,
    /// The number of these bytes that are left.
    memory: Cell<usize>,
    /// Whether JSON in strings is repaired.
    repairs: bool,
    /// Whether values that don't fit are spared.
    spares: Cell<bool>,
}

impl Reading {
    /// The maximum depth of a response: several times that of any documented one.
    pub const DEPTH: usize = 64;
    /// The default limit for the lists and maps of a response, in bytes: 64 MiB, several times what the
    /// largest documented page takes.
    pub const MEMORY: usize = 64 << 20;

    /// Creates the state to read a response whose lists and maps may take up to `memory` bytes.
    ///
    /// A small response may take much memory: `{}` in a list is two bytes, and a struct of hundreds. Text is not
    /// counted, since it takes no more than in the response.
    pub fn new(memory: usize) -> Self {
        Self {
            depth: Cell::new(Self::DEPTH),
            limit: memory,
            memory: Cell::new(memory),
            repairs: false,
            spares: Cell::new(false),
        }
    }

    /// Repairs JSON in strings before it is read: see [`mend`](super::mend).
    #[must_use]
    pub fn repairing(mut self) -> Self {
        self.repairs = true;
        self
    }

    /// Reads what isn't as documented as well as possible, after a strict attempt has failed:
    ///
    /// - A number that its type doesn't have, or text where a number belongs, counts as absent. So one value doesn't cost a whole response. A number of
    ///   at least 1 is `true`, and text that is a date is a timestamp, in Beijing time unless it names a zone. Values that decide, identify or are paid are never guessed:
    ///   [`Field::read_exactly`](super::Field::read_exactly).
    /// - JSON in strings is repaired.
    #[must_use]
    pub fn lenient(self) -> Self {
        self.spares.set(true);
        self.repairing()
    }

    #[inline]
    pub(crate) fn repairs(&self) -> bool {
        self.repairs
    }

    #[inline]
    pub(crate) fn spares(&self) -> bool {
        self.spares.get()
    }

    /// Calls a function that reads, without sparing anything.
    pub(crate) fn exactly<T>(&self, read: impl FnOnce() -> T) -> T {
        let spares = self.spares.replace(false);
        let value = read();
        self.spares.set(spares);
        value
    }

    /// Enters a level. The caller must `leave` it, even if reading fails.
    #[inline]
    pub(crate) fn enter<E: Error>(&self) -> Result<(), E> {
        self.depth.set(self.depth.get().checked_sub(1).ok_or_else(too_deep)?);
        Ok(())
    }

    #[inline]
    pub(crate) fn leave(&self) {
        self.depth.set(self.depth.get() + 1);
    }

    /// Accounts for the memory of further values of a type.
    fn charge<T, E: Error>(&self, count: usize) -> Result<(), E> {
        let left = count.checked_mul(size_of::<T>()).and_then(|size| self.memory.get().checked_sub(size));
        self.memory.set(left.ok_or_else(|| too_large(self.limit))?);
        Ok(())
    }

    /// Accounts for one more item of a list.
    #[inline]
    pub(crate) fn make_room<T, E: Error>(&self, list: &Vec<T>) -> Result<(), E> {
        // A list begins with a capacity of four, and doubles it when it is full.
        if list.len() == list.capacity() { self.charge::<T, E>(list.len().max(4)) } else { Ok(()) }
    }

    /// Accounts for one more entry of a map of this length.
    pub(crate) fn make_entry<T, E: Error>(&self, len: usize) -> Result<(), E> {
        // A node of the tree has room for eleven, and most are half full.
        self.charge::<(String, T), E>(if len == 0 { 11 } else { 2 })
    }
}

impl Default for Reading {
    fn default() -> Self {
        Self::new(Self::MEMORY)
    }
}

#[cold]
fn too_deep<E: Error>() -> E {
    E::custom(format_args!("nested more than {} levels deep", Reading::DEPTH))
}

#[cold]
fn too_large<E: Error>(limit: usize) -> E {
    E::custom(format_args!(
        "lists and maps take more than {limit} bytes of memory; raise `max_memory`, of the client or of the call, or ask for \
         less at once"
    ))
}
