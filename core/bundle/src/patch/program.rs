//! A WebAssembly program as a row of bytes and numbers, so that numbers can be exchanged: where a text lies in memory, which
//! function is called. A change that makes one text longer moves what lies behind it, and a program names such places
//! thousands of times.

use wasmparser::{BinaryReader, BinaryReaderError, FunctionBody};

use super::PatchError;
use super::moves::Moves;
use super::steps::write_number;

/// How a WebAssembly program begins.
pub const HEAD: [u8; 8] = *b"\0asm\x01\0\0\0";

/// Words of data from here on are no addresses: no program of ours has so much memory.
pub const WORDS: u32 = 1 << 24;

/// What is not understood here: no program, or one that does what ours do not.
#[derive(Debug)]
pub struct NotUnderstood;

impl From<BinaryReaderError> for NotUnderstood {
    fn from(_: BinaryReaderError) -> NotUnderstood {
        NotUnderstood
    }
}

/// A piece of a program.
pub enum Piece<'a> {
    /// What stays.
    Bytes(&'a [u8]),
    /// What may move.
    Number(Kind, u32),
    /// What lies in memory from an address on.
    Data(u32, &'a [u8]),
    /// The length of what follows, up to its [`Piece::End`].
    Begin(Scope),
    /// The end of what begun last.
    End,
}

/// What a number names, and how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A function.
    Function,
    /// A type.
    Type,
    /// Any constant; addresses are among them.
    Constant,
    /// What is added to an address.
    Offset,
}

/// What has a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// A section.
    Section,
    /// The code of a function.
    Body,
}

/// Goes through a program from its first byte to its last.
///
/// # Errors
/// It is not understood.
pub fn walk<'a>(wasm: &'a [u8], see: &mut dyn FnMut(Piece<'a>)) -> Result<(), NotUnderstood> {
    let mut reader = BinaryReader::new(wasm, 0);
    let head = reader.read_bytes(HEAD.len())?;
    if head != HEAD {
        return Err(NotUnderstood);
    }
    see(Piece::Bytes(head));
    while !reader.eof() {
        let id = reader.read_bytes(1)?;
        see(Piece::Bytes(id));
        see(Piece::Begin(Scope::Section));
        let section = reader.read_reader()?;
        let place = section.range();
        let mut walk = Walk {
            wasm,
            from: place.start,
            see: &mut *see,
        };
        match id {
            [3] => walk.functions(section)?,
            [7] => walk.exports(section)?,
            [9] => walk.elements(section)?,
            [10] => walk.code(section)?,
            [11] => walk.data(section)?,
            _ => {}
        }
        walk.stays(place.end)?;
        see(Piece::End);
    }
    Ok(())
}

/// A walk through one section.
struct Walk<'a, 's> {
    wasm: &'a [u8],
    /// What lies before was seen.
    from: usize,
    see: &'s mut dyn FnMut(Piece<'a>),
}

impl<'a> Walk<'a, '_> {
    /// What was not seen before a place stays.
    fn stays(&mut self, to: usize) -> Result<(), NotUnderstood> {
        let bytes = self.wasm.get(self.from..to).ok_or(NotUnderstood)?;
        if !bytes.is_empty() {
            (self.see)(Piece::Bytes(bytes));
        }
        self.from = to;
        Ok(())
    }

    /// A number that stands where a reader is.
    fn number(&mut self, kind: Kind, reader: &mut BinaryReader<'a>) -> Result<u32, NotUnderstood> {
        self.stays(reader.original_position())?;
        let number = match kind {
            Kind::Constant => reader.read_var_i32()?.cast_unsigned(),
            _ => reader.read_var_u32()?,
        };
        (self.see)(Piece::Number(kind, number));
        self.from = reader.original_position();
        Ok(number)
    }

    /// The types of functions.
    fn functions(&mut self, mut section: BinaryReader<'a>) -> Result<(), NotUnderstood> {
        for _ in 0..section.read_var_u32()? {
            self.number(Kind::Type, &mut section)?;
        }
        Ok(())
    }

    fn exports(&mut self, mut section: BinaryReader<'a>) -> Result<(), NotUnderstood> {
        for _ in 0..section.read_var_u32()? {
            section.skip_string()?;
            if section.read_u8()? == 0 {
                self.number(Kind::Function, &mut section)?;
            } else {
                section.read_var_u32()?;
            }
        }
        Ok(())
    }

    /// The table of functions.
    fn elements(&mut self, mut section: BinaryReader<'a>) -> Result<(), NotUnderstood> {
        for _ in 0..section.read_var_u32()? {
            match section.read_var_u32()? {
                0 => self.address(&mut section)?,
                // Functions that are only declared: their kind.
                3 => u32::from(section.read_u8()?),
                _ => return Err(NotUnderstood),
            };
            for _ in 0..section.read_var_u32()? {
                self.number(Kind::Function, &mut section)?;
            }
        }
        Ok(())
    }

    /// An expression that is one number.
    fn address(&mut self, reader: &mut BinaryReader<'a>) -> Result<u32, NotUnderstood> {
        if reader.read_u8()? != 0x41 {
            return Err(NotUnderstood);
        }
        let address = self.number(Kind::Constant, reader)?;
        match reader.read_u8()? {
            0x0b => Ok(address),
            _ => Err(NotUnderstood),
        }
    }

    fn code(&mut self, mut section: BinaryReader<'a>) -> Result<(), NotUnderstood> {
        for _ in 0..section.read_var_u32()? {
            self.stays(section.original_position())?;
            (self.see)(Piece::Begin(Scope::Body));
            let body = section.read_reader()?;
            let range = body.range();
            self.from = range.start;
            let mut operators = FunctionBody::new(body).get_operators_reader()?;
            while !operators.eof() {
                let start = operators.original_position();
                operators.read()?;
                let operator = self.wasm.get(start..operators.original_position());
                self.operator(BinaryReader::new(operator.ok_or(NotUnderstood)?, start))?;
            }
            self.stays(range.end)?;
            (self.see)(Piece::End);
        }
        Ok(())
    }

    fn operator(&mut self, mut operator: BinaryReader<'a>) -> Result<(), NotUnderstood> {
        let kind = match operator.read_u8()? {
            // call, return_call, ref.func
            0x10 | 0x12 | 0xd2 => Kind::Function,
            // call_indirect, return_call_indirect
            0x11 | 0x13 => Kind::Type,
            0x41 => Kind::Constant,
            // Loads and stores, of the one memory.
            0x28..=0x3e if operator.read_var_u32()? < 0x40 => Kind::Offset,
            _ => return Ok(()),
        };
        self.number(kind, &mut operator)?;
        Ok(())
    }

    fn data(&mut self, mut section: BinaryReader<'a>) -> Result<(), NotUnderstood> {
        for _ in 0..section.read_var_u32()? {
            if section.read_var_u32()? != 0 {
                return Err(NotUnderstood);
            }
            let address = self.address(&mut section)?;
            let data = section.read_reader()?;
            let range = data.range();
            self.stays(range.start)?;
            let bytes = self.wasm.get(range.clone()).ok_or(NotUnderstood)?;
            (self.see)(Piece::Data(address, bytes));
            self.from = range.end;
        }
        Ok(())
    }
}

/// The words of data whose address can be divided by four, each with its place in it.
pub fn words(address: u32, data: &[u8]) -> impl Iterator<Item = (usize, u32)> + '_ {
    let first = (address.wrapping_neg() % 4) as usize;
    let words = data.get(first..).unwrap_or_default().chunks_exact(4);
    words.enumerate().map(move |(number, word)| {
        let word = word.try_into().map_or(0, u32::from_le_bytes);
        (first + 4 * number, word)
    })
}

/// The program with numbers moved. It is at most twice as long, whatever it is told.
///
/// # Errors
/// It is not understood, or becomes too long.
pub fn moved(wasm: &[u8], moves: &Moves) -> Result<Vec<u8>, PatchError> {
    let most = 2 * wasm.len();
    let mut out = Vec::with_capacity(wasm.len() + wasm.len() / 16);
    let mut begun = Vec::new();
    let walked = walk(wasm, &mut |piece| {
        if out.len() > most {
            return;
        }
        match piece {
            Piece::Bytes(bytes) => out.extend_from_slice(bytes),
            Piece::Number(Kind::Constant, number) => write_signed(&mut out, moves.constants.moved(number)),
            Piece::Number(Kind::Offset, number) => write_number(&mut out, moves.constants.moved(number)),
            Piece::Number(Kind::Function, number) => write_number(&mut out, moves.functions.moved(number)),
            Piece::Number(Kind::Type, number) => write_number(&mut out, moves.types.moved(number)),
            Piece::Data(address, data) => {
                let start = out.len();
                out.extend_from_slice(data);
                for (at, word) in words(address, data) {
                    if word < WORDS {
                        out[start + at..start + at + 4].copy_from_slice(&moves.words.moved(word).to_le_bytes());
                    }
                }
            }
            Piece::Begin(_) => begun.push(out.len()),
            Piece::End => {
                let start = begun.pop().unwrap_or_default();
                let mut length = Vec::new();
                write_number(&mut length, (out.len() - start) as u32);
                drop(out.splice(start..start, length));
            }
        }
    });
    match walked {
        Ok(()) if out.len() <= most => Ok(out),
        Ok(()) => Err(PatchError::TooLarge),
        Err(NotUnderstood) => Err(PatchError::Damaged),
    }
}

/// A constant of 32 bits, as code has it.
fn write_signed(out: &mut Vec<u8>, number: u32) {
    let mut number = number.cast_signed();
    loop {
        let seven = number as u8 & 0x7f;
        number >>= 7;
        if matches!((number, seven & 0x40), (0, 0) | (-1, 0x40)) {
            return out.push(seven);
        }
        out.push(seven | 0x80);
    }
}
