//! How far numbers have moved: from each number on by so much, until the next step.

use super::PatchError;

/// The most steps of one kind.
const MOST: usize = 1 << 16;

/// From which number on how much is added; nothing before the first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Steps(Vec<(u32, u32)>);

impl Steps {
    /// The steps that lead from each old number to its new one. Numbers between them move as the one before.
    pub fn of(pairs: impl IntoIterator<Item = (u32, u32)>) -> Steps {
        let mut steps: Vec<(u32, u32)> = Vec::new();
        for (old, new) in pairs {
            let by = new.wrapping_sub(old);
            if by != steps.last().map_or(0, |(_, by)| *by) {
                steps.push((old, by));
            }
        }
        steps.truncate(MOST);
        Steps(steps)
    }

    /// Where a number has moved to.
    pub fn moved(&self, number: u32) -> u32 {
        let after = self.0.partition_point(|(from, _)| *from <= number);
        let by = after.checked_sub(1).map_or(0, |step| self.0[step].1);
        number.wrapping_add(by)
    }

    /// Adds them to what is sent.
    pub fn write(&self, out: &mut Vec<u8>) {
        write_number(out, self.0.len() as u32);
        let mut last = 0;
        for (from, by) in &self.0 {
            write_number(out, from - last);
            // Small numbers stay short whichever way they go.
            let by = by.cast_signed();
            write_number(out, ((by << 1) ^ (by >> 31)).cast_unsigned());
            last = *from;
        }
    }

    /// Takes them from what came.
    ///
    /// # Errors
    /// It is not what [`Steps::write`] writes.
    pub fn read(bytes: &mut &[u8]) -> Result<Steps, PatchError> {
        let count = read_number(bytes)? as usize;
        if count > MOST {
            return Err(PatchError::TooLarge);
        }
        let mut steps = Vec::new();
        let mut last = 0_u32;
        for _ in 0..count {
            let from = last.checked_add(read_number(bytes)?).ok_or(PatchError::Damaged)?;
            let by = read_number(bytes)?;
            steps.push((from, (by >> 1) ^ (by & 1).wrapping_neg()));
            last = from;
        }
        Ok(Steps(steps))
    }
}

/// A number in sevens of bits, the lowest first (LEB128).
pub fn write_number(out: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn read_number(bytes: &mut &[u8]) -> Result<u32, PatchError> {
    let mut number = 0_u64;
    for shift in (0..35).step_by(7) {
        let (first, rest) = bytes.split_first().ok_or(PatchError::Damaged)?;
        *bytes = rest;
        number |= u64::from(first & 0x7f) << shift;
        if first & 0x80 == 0 {
            return u32::try_from(number).map_err(|_| PatchError::Damaged);
        }
    }
    Err(PatchError::Damaged)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Steps;

    #[test]
    fn a_number_moves_as_the_step_before_it_says() {
        let steps = Steps::of([(10, 10), (100, 106), (200, 206), (300, 290), (301, 301)]);
        let moved = [0, 99, 100, 250, 300, 301, u32::MAX].map(|number| steps.moved(number));
        assert_eq!(moved, [0, 99, 106, 256, 290, 301, u32::MAX]);
    }

    proptest! {
        #[test]
        fn steps_come_as_they_were_sent(pairs in prop::collection::btree_map(any::<u32>(), any::<u32>(), 0..50)) {
            let steps = Steps::of(pairs.clone());
            for (old, new) in pairs {
                prop_assert_eq!(steps.moved(old), new);
            }
            let mut bytes = Vec::new();
            steps.write(&mut bytes);
            let mut rest = bytes.as_slice();
            prop_assert_eq!(Steps::read(&mut rest), Ok(steps));
            prop_assert!(rest.is_empty());
        }
    }
}
