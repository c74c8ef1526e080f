//! An identity card on the reader of a kiosk, and how the kiosk is. No commands of the pages: what stands on a card, no page learns.

use onehall_protocol::halls::{CardAtHall, CardSeen, KioskSign};
use onehall_protocol::{CoreError, HallCode, IdempotencyKey};

use crate::{Core, api};

impl Core {
    /// A key that names an attempt, however often it is made.
    #[must_use]
    pub fn attempt(&self) -> IdempotencyKey {
        self.new_key()
    }

    /// Says to the hall which card was put on the reader of this kiosk; gives the number to which it led.
    ///
    /// # Errors
    /// `identity/forbidden` where this is no kiosk of that hall; `halls/not_possible` with the reason.
    pub async fn card_at_hall(
        &self,
        hall: &HallCode,
        card: &CardAtHall,
        attempt: IdempotencyKey,
    ) -> Result<CardSeen, CoreError> {
        let path = format!("/halls/{hall}/card");
        self.fetch(api::post(path).key(attempt).json(card).anonymous()).await
    }

    /// Says to the hall how this kiosk is.
    ///
    /// # Errors
    /// `identity/forbidden` where this is no kiosk of that hall.
    pub async fn tell_kiosk(&self, hall: &HallCode, sign: &KioskSign) -> Result<(), CoreError> {
        let path = format!("/halls/{hall}/kiosk");
        self.send_only(api::post(path).json(sign).anonymous()).await
    }
}
