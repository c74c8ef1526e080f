//! Where a case stands, as a clerk sees it: red is what is late, blue what waits for the authority.

use onehall_protocol::cases::{CaseState, CaseStatus, WaitsFor};

use crate::design::notice::Tone;

/// How urgent the last day of a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Urgency {
    /// Past, and the authority has it.
    Overdue,
    /// Today, and the authority has it.
    Today,
    /// Later, or not the authority's to keep.
    Later,
}

/// How urgent a case is for the authority.
pub(super) fn urgency(status: &CaseStatus) -> Urgency {
    let ours = matches!(status.waits_for, WaitsFor::Authority | WaitsFor::ThirdParty);
    match status.days_left {
        Some(days) if ours && days < 0 => Urgency::Overdue,
        Some(0) if ours => Urgency::Today,
        _ => Urgency::Later,
    }
}

/// The colour of a case's state.
pub(super) fn tone(status: &CaseStatus) -> Tone {
    match status.waits_for {
        WaitsFor::Authority => Tone::Info,
        WaitsFor::Citizen | WaitsFor::ThirdParty => Tone::Plain,
        WaitsFor::Nobody => match status.state {
            CaseState::Rejected | CaseState::NotAccepted | CaseState::Terminated => Tone::Bad,
            CaseState::Withdrawn | CaseState::SupplementLapsed | CaseState::Transferred => Tone::Plain,
            _ => Tone::Good,
        },
    }
}

/// The icon of a case's state, which tells it without the colour.
pub(super) fn tag_icon(status: &CaseStatus) -> &'static str {
    match status.waits_for {
        WaitsFor::Authority => "pencil",
        WaitsFor::Citizen => "user",
        WaitsFor::ThirdParty => "pause",
        WaitsFor::Nobody => match tone(status) {
            Tone::Bad => "circle-x",
            Tone::Good => "circle-check",
            _ => "minus",
        },
    }
}

#[cfg(test)]
mod tests {
    use onehall_protocol::Text;

    use super::*;

    fn status(waits_for: WaitsFor, days_left: i32) -> CaseStatus {
        CaseStatus {
            state: CaseState::InReview,
            step: "in-review".parse().unwrap_or_else(|error| panic!("{error}")),
            step_name: Text::new("审核中", "In review"),
            waits_for,
            next: Text::new("无需操作", "Nothing to do"),
            due: None,
            promised_until: None,
            days_left: Some(days_left),
            clock_paused: false,
        }
    }

    #[test]
    fn only_what_the_authority_is_late_with_is_late() {
        assert_eq!(urgency(&status(WaitsFor::Authority, -1)), Urgency::Overdue);
        assert_eq!(urgency(&status(WaitsFor::Authority, 0)), Urgency::Today);
        assert_eq!(urgency(&status(WaitsFor::Authority, 1)), Urgency::Later);
        assert_eq!(urgency(&status(WaitsFor::Citizen, -1)), Urgency::Later);
        assert_eq!(urgency(&status(WaitsFor::ThirdParty, -1)), Urgency::Overdue);
    }
}
