//! A receipt as a document (缴费凭证): one page in both languages of the hall.

use onehall_protocol::payments::{FeeLine, PaymentReceipt, PaymentWay};
use onehall_protocol::{Language, Text, Timestamp};

use crate::cases::results::{Block, document};

/// What a receipt says.
pub(super) struct ReceiptPaper {
    /// What shows that it was paid.
    pub(super) receipt: PaymentReceipt,
    /// What for.
    pub(super) lines: Vec<FeeLine>,
    /// The number of the case.
    pub(super) case_number: String,
    /// The service item.
    pub(super) item: Text,
    /// Whose matter it is.
    pub(super) principal: String,
    /// The authority.
    pub(super) authority: Text,
    /// The hall.
    pub(super) hall: Text,
    /// The city's clock, in minutes east of UTC.
    pub(super) offset: i32,
}

impl ReceiptPaper {
    /// The receipt as a PDF.
    pub(super) fn pdf(&self) -> Vec<u8> {
        let mut blocks = self.blocks(Language::ZhCn);
        blocks.push(Block::Space);
        blocks.extend(self.blocks(Language::En));
        document("缴费凭证", &blocks)
    }

    fn blocks(&self, language: Language) -> Vec<Block> {
        let chinese = language == Language::ZhCn;
        let row = |zh: &str, en: &str, value: &str| {
            Block::Line(if chinese {
                format!("{zh}：{value}")
            } else {
                format!("{en}: {value}")
            })
        };
        let amount = |amount: onehall_protocol::Money| {
            if chinese {
                format!("人民币 {amount} 元")
            } else {
                format!("CNY {amount}")
            }
        };
        let PaymentReceipt {
            number,
            way,
            paid_at,
            reference,
            refunded_at,
            ..
        } = &self.receipt;
        let mut blocks = vec![
            Block::Head(self.hall.get(language).to_owned()),
            Block::Title(if chinese { "缴费凭证" } else { "Receipt" }.to_owned()),
            row("凭证编号", "Number", number),
            row("办件编号", "Case", &self.case_number),
            row("缴款人", "Paid for", &self.principal),
            row("事项", "Service", self.item.get(language)),
        ];
        for line in &self.lines {
            blocks.push(row(
                line.name.get(Language::ZhCn),
                line.name.get(Language::En),
                &amount(line.amount),
            ));
        }
        blocks.push(row("合计", "Total", &amount(self.receipt.amount)));
        let by = match way {
            PaymentWay::Code => ("扫码支付", "With a phone"),
            PaymentWay::Card => ("刷卡支付", "With a card"),
            PaymentWay::Cash => ("窗口现金", "In cash, at a window"),
        };
        blocks.push(row("缴费方式", "Paid", if chinese { by.0 } else { by.1 }));
        blocks.push(row("缴费时间", "On", &self.when(*paid_at)));
        if let Some(reference) = reference {
            blocks.push(row("支付流水号", "Reference", reference));
        }
        if let Some(back) = refunded_at {
            blocks.push(row("已于以下时间退款", "Given back on", &self.when(*back)));
        }
        blocks.push(Block::Signature(self.authority.get(language).to_owned()));
        blocks
    }

    fn when(&self, at: Timestamp) -> String {
        let (day, hour, minute) = at.at_offset(self.offset);
        format!("{day} {hour:02}:{minute:02}")
    }
}
