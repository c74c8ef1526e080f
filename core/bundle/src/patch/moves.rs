//! Where the numbers of one program are in another: found by whoever makes a patch, from functions that are the same in both
//! but for their numbers.

use std::collections::BTreeMap;

use wasmparser::{Parser, Payload, TypeRef};

use super::PatchError;
use super::program::{Kind, NotUnderstood, Piece, Scope, WORDS, walk, words};
use super::steps::Steps;
use crate::Hash;

/// Constants below are rarely addresses, and tell functions apart.
const SMALL: u32 = 1 << 16;

/// Where each kind of number has moved to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moves {
    /// Constants and offsets in code.
    pub constants: Steps,
    /// Words in data.
    pub words: Steps,
    /// Functions.
    pub functions: Steps,
    /// Types.
    pub types: Steps,
}

impl Moves {
    /// As they are sent.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for steps in [&self.constants, &self.words, &self.functions, &self.types] {
            steps.write(&mut out);
        }
        out
    }

    /// Reads them.
    ///
    /// # Errors
    /// They are not what [`Moves::to_bytes`] writes.
    pub fn read(mut bytes: &[u8]) -> Result<Moves, PatchError> {
        let bytes = &mut bytes;
        let moves = Moves {
            constants: Steps::read(bytes)?,
            words: Steps::read(bytes)?,
            functions: Steps::read(bytes)?,
            types: Steps::read(bytes)?,
        };
        match bytes.is_empty() {
            true => Ok(moves),
            false => Err(PatchError::Damaged),
        }
    }

    /// Finds them; none where one of the two is no program that is understood.
    pub fn between(old: &[u8], new: &[u8]) -> Option<Moves> {
        let (old, new) = (Outline::of(old).ok()?, Outline::of(new).ok()?);
        let mut votes = Votes::default();
        let mut partner: Vec<Option<usize>> = vec![None; old.bodies.len()];
        let mut taken = vec![false; new.bodies.len()];
        // First those that are alike in small constants as well, then those that only look alike.
        let looks: [fn(&Body) -> Hash; 2] = [|body| body.exact, |body| body.rough];
        for look in looks {
            for (one, other) in alike(&old, &new, look, &partner, &taken) {
                (partner[one], taken[other]) = (Some(other), true);
                votes.bodies(&old, one, &new, other);
            }
        }
        // Then what is left, by who calls it.
        let functions = votes.functions.steps();
        for (one, body) in old.bodies.iter().enumerate() {
            let to = functions.moved(old.number(one)) as usize;
            let Some(other) = to.checked_sub(new.imported).filter(|_| partner[one].is_none()) else {
                continue;
            };
            if new.bodies.get(other).is_some_and(|other| other.rough == body.rough) && !taken[other] {
                (partner[one], taken[other]) = (Some(other), true);
                votes.bodies(&old, one, &new, other);
            }
        }
        let constants = votes.constants.steps();
        // Where data has moved to is told by the code that reads it, then also by the data that names it.
        let mut places = votes.constants.clone();
        let mut words = Ballot::default();
        for _ in 0..2 {
            words = data_votes(&old, &new, &places.steps());
            places = votes.constants.clone();
            places.add(words.0.iter().filter(|((word, _), _)| *word >= SMALL));
        }
        // What is larger is no address.
        words.cast(WORDS, WORDS);
        Some(Moves {
            constants,
            words: words.steps(),
            functions: votes.functions.steps(),
            types: votes.types.steps(),
        })
    }
}

/// How often an old number stands where now a new one does.
#[derive(Clone, Default)]
struct Ballot(BTreeMap<(u32, u32), u32>);

impl Ballot {
    fn cast(&mut self, old: u32, new: u32) {
        *self.0.entry((old, new)).or_default() += 1;
    }

    fn add<'b>(&mut self, others: impl Iterator<Item = (&'b (u32, u32), &'b u32)>) {
        for (pair, count) in others {
            *self.0.entry(*pair).or_default() += count;
        }
    }

    /// Each old number goes where most of it went.
    fn steps(&self) -> Steps {
        let mut most: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
        for ((old, new), count) in &self.0 {
            let best = most.entry(*old).or_insert((*new, *count));
            // Where it is even, what stays stays.
            if *count > best.1 || (*count == best.1 && new == old) {
                *best = (*new, *count);
            }
        }
        Steps::of(most.into_iter().map(|(old, (new, _))| (old, new)))
    }
}

#[derive(Default)]
struct Votes {
    constants: Ballot,
    functions: Ballot,
    types: Ballot,
}

impl Votes {
    /// What two bodies say that differ in numbers alone.
    fn bodies(&mut self, old: &Outline<'_>, one: usize, new: &Outline<'_>, other: usize) {
        self.functions.cast(old.number(one), new.number(other));
        if let (Some(one), Some(other)) = (old.types.get(one), new.types.get(other)) {
            self.types.cast(*one, *other);
        }
        let (one, other) = (&old.bodies[one], &new.bodies[other]);
        for ((kind, from), (_, to)) in one.numbers.iter().zip(&other.numbers) {
            match kind {
                Kind::Function => self.functions.cast(*from, *to),
                Kind::Type => self.types.cast(*from, *to),
                Kind::Constant | Kind::Offset => self.constants.cast(*from, *to),
            }
        }
    }
}

/// What a program is made of.
#[derive(Default)]
struct Outline<'a> {
    /// How many functions are imported. They come first.
    imported: usize,
    /// The type of each function that is not.
    types: Vec<u32>,
    bodies: Vec<Body>,
    data: BTreeMap<u32, &'a [u8]>,
}

/// A function by its code.
struct Body {
    /// All but its large numbers.
    exact: Hash,
    /// All but its numbers.
    rough: Hash,
    numbers: Vec<(Kind, u32)>,
}

impl<'a> Outline<'a> {
    fn of(wasm: &'a [u8]) -> Result<Outline<'a>, NotUnderstood> {
        let mut outline = Outline::default();
        for payload in Parser::new(0).parse_all(wasm) {
            if let Payload::ImportSection(imports) = payload? {
                for import in imports.into_imports() {
                    outline.imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                }
                break;
            }
        }
        let mut read: Option<Read> = None;
        walk(wasm, &mut |piece| match piece {
            Piece::Begin(Scope::Body) => read = Some(Read::default()),
            Piece::Begin(Scope::Section) => {}
            Piece::Bytes(bytes) => {
                if let Some(read) = &mut read {
                    read.exact.extend_from_slice(bytes);
                    read.rough.extend_from_slice(bytes);
                }
            }
            Piece::Number(kind, number) => match &mut read {
                Some(read) => read.number(kind, number),
                None if kind == Kind::Type => outline.types.push(number),
                None => {}
            },
            Piece::Data(address, data) => {
                outline.data.insert(address, data);
            }
            Piece::End => outline.bodies.extend(read.take().map(Read::done)),
        })?;
        Ok(outline)
    }

    fn number(&self, body: usize) -> u32 {
        (self.imported + body) as u32
    }

    /// The word at an address.
    fn word(&self, address: u32) -> Option<u32> {
        let (start, data) = self.data.range(..=address).next_back()?;
        let at = (address - start) as usize;
        let word = data.get(at..at.checked_add(4)?)?;
        word.try_into().ok().map(u32::from_le_bytes)
    }
}

/// A function while it is read.
#[derive(Default)]
struct Read {
    exact: Vec<u8>,
    rough: Vec<u8>,
    numbers: Vec<(Kind, u32)>,
}

impl Read {
    fn number(&mut self, kind: Kind, number: u32) {
        self.exact.push(kind as u8);
        self.rough.push(kind as u8);
        if matches!(kind, Kind::Constant | Kind::Offset) && number < SMALL {
            self.exact.extend(number.to_le_bytes());
        }
        self.numbers.push((kind, number));
    }

    fn done(self) -> Body {
        Body {
            exact: Hash::of(&self.exact),
            rough: Hash::of(&self.rough),
            numbers: self.numbers,
        }
    }
}

/// Bodies that look alike and have no partner yet, in their order, where there are as many of them in both programs.
fn alike(
    old: &Outline<'_>,
    new: &Outline<'_>,
    look: fn(&Body) -> Hash,
    partner: &[Option<usize>],
    taken: &[bool],
) -> Vec<(usize, usize)> {
    let mut groups: BTreeMap<Hash, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
    for (one, body) in old.bodies.iter().enumerate().filter(|(one, _)| partner[*one].is_none()) {
        groups.entry(look(body)).or_default().0.push(one);
    }
    for (other, body) in new.bodies.iter().enumerate().filter(|(other, _)| !taken[*other]) {
        groups.entry(look(body)).or_default().1.push(other);
    }
    let same = groups.into_values().filter(|(old, new)| old.len() == new.len());
    same.flat_map(|(old, new)| old.into_iter().zip(new)).collect()
}

/// What words of data say that have moved with it.
fn data_votes(old: &Outline<'_>, new: &Outline<'_>, places: &Steps) -> Ballot {
    let mut votes = Ballot::default();
    for (address, data) in &old.data {
        for (at, word) in words(*address, data).filter(|(_, word)| *word < WORDS) {
            let place = places.moved(address.wrapping_add(at as u32));
            let there = new
                .word(place)
                .filter(|there| place.is_multiple_of(4) && *there < WORDS);
            if let Some(there) = there {
                votes.cast(word, there);
            }
        }
    }
    votes
}
