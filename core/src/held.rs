//! What the first part of a program keeps for the second one, without carrying the code that lets go of it.

use std::ops::{Deref, DerefMut};

use crate::ports::{SendOutsideWasm, SyncOutsideWasm};

/// A value that only the second part of the program makes. How it is dropped is known where it was made and nowhere else: a
/// map of drafts in the state of the core would bring the form engine into the first part, only to be emptied.
pub(crate) struct Held<T>(Box<dyn Hold<T>>);

trait Hold<T>: SendOutsideWasm + SyncOutsideWasm {
    fn get(&self) -> &T;
    fn get_mut(&mut self) -> &mut T;
}

impl<T: SendOutsideWasm + SyncOutsideWasm> Hold<T> for T {
    fn get(&self) -> &T {
        self
    }

    fn get_mut(&mut self) -> &mut T {
        self
    }
}

impl<T: SendOutsideWasm + SyncOutsideWasm + 'static> Held<T> {
    pub(crate) fn new(value: T) -> Held<T> {
        Held(Box::new(value))
    }
}

impl<T> Deref for Held<T> {
    type Target = T;

    fn deref(&self) -> &T {
        (*self.0).get()
    }
}

impl<T> DerefMut for Held<T> {
    fn deref_mut(&mut self) -> &mut T {
        (*self.0).get_mut()
    }
}
