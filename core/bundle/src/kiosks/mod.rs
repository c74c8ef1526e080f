//! What kiosks are told from afar: how they look, which of their devices and services are in use, when they are open.

mod read;
#[cfg(test)]
mod tests;

/// What is said of kiosks, as one document that is signed.
///
/// ```json
/// {"format":1,"version":7,"kiosks":[
///   {"theme":"light","open":[{"days":[1,2,3,4,5],"from":"08:30","to":"17:30"}]},
///   {"hall":"central","services":["residence-permit"]},
///   {"hall":"central","number":3,"devices":["slips"],"out_of_service":{"zh-CN":"正在检修","en":"Under repair"}}]}
/// ```
/// (here with breaks; as it travels it is canonical JSON.) An entry without a hall is for all, one without a number for all of
/// its hall. What several say of one thing, the last of them says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kiosks {
    /// What its writer counts it by.
    pub version: u64,
    entries: Vec<Entry>,
}

/// What is said of some kiosks.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// Of this hall; none: of all.
    hall: Option<String>,
    /// With this number there; none: with any.
    number: Option<u64>,
    says: Kiosk,
}

/// What one kiosk is told. What it is not told stays as its operator and its pages have it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kiosk {
    /// `light` or `dark`.
    pub theme: Option<Theme>,
    /// Whether it begins in elder mode.
    pub elder: Option<bool>,
    /// Which of its devices are in use, by the names that they have in its operator's file.
    pub devices: Option<Vec<String>>,
    /// Which service items it offers.
    pub services: Option<Vec<String>>,
    /// When it is open.
    pub open: Option<Vec<Hours>>,
    /// Why it serves nobody now.
    pub out_of_service: Option<Notice>,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// Hours of some days of the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// 1 is Monday, 7 Sunday.
    pub days: Vec<u64>,
    /// From this minute of the day on.
    pub from: u64,
    /// Up to this one.
    pub to: u64,
}

/// A sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// In Chinese.
    pub chinese: String,
    /// In English.
    pub english: String,
}

impl Kiosks {
    /// The most bytes that it may have.
    pub const LONGEST: usize = 256 * 1024;

    /// Reads it.
    ///
    /// # Errors
    /// The first mistake, with its place.
    pub fn read(bytes: &[u8]) -> Result<Kiosks, crate::Mistake> {
        read::kiosks(bytes)
    }

    /// What the kiosk of this number in this hall is told.
    #[must_use]
    pub fn of(&self, hall: &str, number: u64) -> Kiosk {
        let mut told = Kiosk::default();
        for entry in &self.entries {
            let here = entry.hall.as_deref().is_none_or(|of| of == hall);
            if here && entry.number.is_none_or(|of| of == number) {
                told.is_told(&entry.says);
            }
        }
        told
    }
}

impl Kiosk {
    fn is_told(&mut self, says: &Kiosk) {
        fn last<T: Clone>(told: &mut Option<T>, says: &Option<T>) {
            if says.is_some() {
                told.clone_from(says);
            }
        }
        last(&mut self.theme, &says.theme);
        last(&mut self.elder, &says.elder);
        last(&mut self.devices, &says.devices);
        last(&mut self.services, &says.services);
        last(&mut self.open, &says.open);
        last(&mut self.out_of_service, &says.out_of_service);
    }
}
