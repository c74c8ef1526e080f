//! Words of payments: what a case owes, how it is paid, what shows that it was; and what clerks take at a window.

use super::texts;

texts! {
    TITLE = "缴费", "Payment";
    TO_CASE = "返回办件", "Back to the case";
    TOTAL = "合计", "Total";
    DUE = "请缴纳 {}", "Please pay {}";
    PAID = "已缴清 {}", "{} has been paid";
    REFUNDED = "已退款 {}", "{} was given back";
    BEGUN = "正在缴费，尚未收到支付结果。", "A payment is under way. Nobody has paid yet.";
    UNCERTAIN = "支付结果正在核实，请不要重复支付。", "We are finding out whether this was paid. Please do not pay again.";
    UNCERTAIN_TEXT = "结果一出，这里和“我的办件”会自动更新；没有付成的，款项不会被扣。", "As soon as we know, this page and My matters show it. If it did not go through, nothing is charged.";
    BEFORE_RESULT = "缴清后才能发放办理结果。", "The result is issued once this is paid.";
    AT_WINDOW = "也可以到窗口用现金缴纳。", "You can also pay in cash at a window.";
    ONLY_WINDOW = "现在不能在线缴费，请到窗口缴纳。", "This cannot be paid online now. Please pay at a window.";
    GO = "去缴费", "Pay";
    GO_ON = "继续缴费", "Go on with the payment";
    SEE = "查看缴费", "Look at the payment";

    BY_CARD = "刷卡支付", "Pay by card";
    BY_CODE = "手机扫码支付", "Pay with a phone";
    CODE_TITLE = "请用手机扫码支付", "Scan this code with your phone to pay";
    CODE_TEXT = "请在 {} 前支付。付好后这里会自动更新。", "Please pay by {}. This page follows by itself.";
    CODE_LABEL = "支付", "the payment";
    CODE_OPEN = "在这台设备上支付", "Pay on this device";
    CHECK = "我已支付", "I have paid";
    CHECK_AGAIN = "再查一次", "Look again";
    CANCEL = "取消这次支付", "Cancel this payment";
    NOT_READY = "正在联系缴费服务…", "The payment is being prepared…";
    ON_PHONE = "用手机继续", "Go on with your phone";
    ON_PHONE_TEXT = "用手机扫码，登录后在手机上缴费或查看结果。本机不保存您的信息。", "Scan this with your phone and log in there, to pay or to see what became of it. Nothing stays on this machine.";
    ON_PHONE_LABEL = "这笔缴费", "this payment";

    CARD_WAITS = "请按支付终端的提示刷卡", "Follow the payment terminal and hold your card to it";
    CARD_WAITS_TEXT = "支付终端在屏幕右下方，亮灯处。刷卡时请不要把卡拿开。", "The terminal is to the lower right of the screen, where the light is. Leave your card there until it is done.";
    CARD_AGAIN = "再次刷卡", "Try the card again";
    CARD_BEGUN = "这笔缴费在等待刷卡。", "This payment waits for a card.";
    CARD_REFUSED = "银行没有同意这次支付，没有扣款。可以换一张卡，或用手机支付。", "The bank refused. Nothing was charged. Try another card, or pay with your phone.";
    CARD_REMOVED = "卡拿开得太早，没有扣款。请再刷一次，等提示后再拿走。", "The card was taken away too early. Nothing was charged. Try again, and leave it there until you are told.";
    CARD_UNREADABLE = "读不出这张卡，没有扣款。请换一张卡，或用手机支付。", "The card could not be read. Nothing was charged. Try another card, or pay with your phone.";
    CARD_TIMED_OUT = "没有刷卡，这次支付已取消，没有扣款。需要时请再按一次。", "No card was held there. The payment was cancelled and nothing was charged. Press again when you are ready.";
    CARD_STOPPED = "已取消刷卡，没有扣款。", "Cancelled. Nothing was charged.";
    CARD_BUSY = "支付终端正忙，没有扣款。请稍等再试，或用手机支付。", "The payment terminal is busy. Nothing was charged. Try again in a moment, or pay with your phone.";
    CARD_MISSING = "这台终端现在不能刷卡。请用手机扫码支付，或到窗口缴纳。", "Cards cannot be used here now. Pay with your phone, or at a window.";
    CARD_UNCERTAIN = "支付终端没有告知结果，正在向银行核实。请不要再刷卡。", "The terminal did not say what became of it. We are asking the bank. Please do not use your card again.";

    REFUSED_DECLINED = "银行没有同意这次支付，没有扣款。可以重新缴费。", "The bank refused. Nothing was charged. You can try again.";
    REFUSED_FUNDS = "余额不足，没有扣款。可以换一种方式缴费。", "There was not enough money. Nothing was charged. You can pay another way.";
    REFUSED_EXPIRED = "没有在限定时间内支付，没有扣款。可以重新缴费。", "Nobody paid in time. Nothing was charged. You can begin again.";
    REFUSED_CANCELLED = "这次支付已取消，没有扣款。可以重新缴费。", "The payment was cancelled. Nothing was charged. You can begin again.";
    REFUSED_UNREACHABLE = "没有联系上缴费服务，没有扣款。请稍后再试。", "The payment service could not be reached. Nothing was charged. Please try later.";

    RECEIPT = "缴费凭证", "Receipt";
    RECEIPT_NUMBER = "凭证编号", "Number";
    RECEIPT_WAY = "缴费方式", "Paid";
    RECEIPT_AT = "缴费时间", "On";
    RECEIPT_REFERENCE = "支付流水号", "Reference";
    RECEIPT_REFUNDED = "退款时间", "Given back";
    RECEIPT_SAVE = "下载缴费凭证", "Download the receipt";
    RECEIPT_SAVED = "缴费凭证已下载。", "The receipt was downloaded.";
    RECEIPT_BELOW = "扫码查看办件", "Scan to see your case";
    WAY_CODE = "扫码支付", "With a phone";
    WAY_CARD = "刷卡支付", "With a card";
    WAY_CASH = "窗口现金", "In cash at a window";

    DESK_NONE = "这个办件没有费用。", "Nothing is to be paid for this case.";
    DESK_NOTE = "登记窗口收款", "Note a payment in cash";
    DESK_NOTE_ASK = "已收到现金 {}？", "Have you taken {} in cash?";
    DESK_NOTE_TEXT = "登记后记录您的姓名和时间，申请人会收到缴费凭证。", "Your name and the time stand with it, and the citizen gets a receipt.";
    DESK_NOTED = "收款已登记。", "The payment was noted.";
    DESK_REFUND = "退款", "Give it back";
    DESK_REFUND_ASK = "要退还 {} 吗？", "Give back {}?";
    DESK_REFUND_OTHER = "要退还实际到账的金额吗？", "Give back what came?";
    DESK_REFUND_TEXT = "线上支付的原路退回；窗口现金由您当面退还。", "What was paid online goes back the way it came; cash you hand back yourself.";
    DESK_REFUND_REASON = "退款原因", "Why";
    DESK_REFUND_GIVEN = "退款已登记。", "It will be given back.";
    DESK_STEPS = "缴费记录", "What happened";
    DESK_STEP = "{} · {} · {}", "{} · {} · {}";
    DESK_UNDER_WAY = "申请人正在支付，暂不能收款。", "The citizen is paying now. Nothing can be taken meanwhile.";
    STATE_DUE = "待缴费", "Due";
    STATE_BEGUN = "支付中", "Under way";
    STATE_PAID = "已缴费", "Paid";
    STATE_REFUSED = "未付成", "Not paid";
    STATE_REFUNDED = "已退款", "Given back";
    STATE_UNCERTAIN = "待核实", "Uncertain";
    DESK_OTHER_AMOUNT = "到账金额与应缴不符，请核查", "Another amount came than was due: look into it";
    DESK_LATE = "超时后到账", "Came late";
    DESK_SURPLUS = "重复到账，退回", "Came a second time, goes back";

    LIST = "收款", "Payments";
    LIST_BEFORE = "前一天", "The day before";
    LIST_AFTER = "后一天", "The day after";
    LIST_NONE = "这一天没有收款。", "Nothing was paid on this day.";
    LIST_SUMS = "线上 {}，窗口现金 {}", "Online {}, in cash {}";
    LIST_CASE = "办件", "Case";
    LIST_FOR = "事项", "Service";
    LIST_AMOUNT = "金额", "Amount";
    LIST_STATE = "状态", "State";
    LIST_CLERK = "收款人", "Taken by";
}
