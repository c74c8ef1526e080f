//! Words of what waits on this device until the hall can be reached.

use super::texts;

texts! {
    SECTION = "本机待送达", "Waiting on this device";
    SECTION_CLEARABLE = "浏览器空间不足或清除数据时，这些内容可能丢失，请尽快联网。", "The browser may clear them when it runs out of room: get online soon.";
    SECTION_TEXT = "以下内容还没有提交到政务服务大厅。", "The hall does not have these yet.";

    MAY_BE_LOST = "本机上的部分内容已损坏。您填写后还没有送达大厅的内容可能有丢失，请到“我的办件”核对草稿和办件。", "Part of what was kept on this device was damaged. Something of yours that had not reached the hall may be lost: check your drafts and cases under My matters.";

    SUBMISSION = "申请：{}", "Application: {}";
    SUPPLEMENT = "补正：{}", "Supplement: {}";
    WITHDRAWAL = "撤回申请：{}", "Withdrawal: {}";
    RATING = "评价：{}", "Rating: {}";

    TAG_WAITING = "尚未提交", "Not yet submitted";
    TAG_LEFT = "尚未确认", "Not confirmed";
    TAG_SENDING = "正在发送", "Being sent";
    TAG_ELSEWHERE = "在另一个页面", "In another window";
    TAG_REFUSED = "未被接收", "Not accepted";
    TAG_CONFLICT = "需要您核对", "Look at it again";

    LINE_WAITING = "{} 存入本机。网络恢复后自动发送。", "Kept here since {}. It is sent by itself when there is a connection.";
    LINE_LEFT = "还没有收到大厅的答复。会自动再次发送，不会重复提交。", "The hall has not answered yet. It is sent again by itself, and is not submitted twice.";
    LINE_NOT_KEPT = "本机无法保存，请不要关闭本页面。", "This device could not keep it: do not close this page.";
    LINE_ELSEWHERE = "本浏览器的另一个页面正在处理，请到那个页面查看或撤销。", "Another window of this browser is dealing with it: see it or take it back there.";
    LINE_CONFLICT = "您提交之后内容或规则有变化，没有发送，请核对后重新提交。", "The content or the rules changed after you pressed submit. It was not sent: check it and submit again.";
    LINE_CONFLICT_CASE = "这个办件在此期间有变化，没有发送，请查看办件后重新操作。", "The case changed meanwhile. It was not sent: look at the case and do it again.";

    SEE = "查看", "See";
    SEND_NOW = "立即发送", "Send now";
    CHECK_AGAIN = "去核对", "Check it again";
    OPEN_DRAFT = "打开草稿", "Open the draft";
    OPEN_CASE = "查看办件", "Open the case";
    TRY_AGAIN = "再试一次", "Try again";
    TAKE_BACK = "撤销发送", "Do not send it";
    REMOVE = "移除", "Remove";
    TO_MATTERS = "我的办件", "My matters";

    TITLE_WAITING = "已保存在本机，尚未提交", "Kept on this device, not yet submitted";
    TITLE_NOT_KEPT = "尚未提交，请不要关闭本页面", "Not yet submitted: do not close this page";
    TITLE_LEFT = "已保存在本机，尚未确认送达", "Kept on this device, not yet confirmed";
    TITLE_ELSEWHERE = "正由另一个页面处理", "Another window is dealing with it";
    TITLE_REFUSED = "没有被接收", "It was not accepted";
    TITLE_CONFLICT = "没有发送，需要您核对", "Not sent: look at it again";
    TITLE_GONE = "这里已经没有等待发送的内容", "Nothing waits here any more";
    GONE_TEXT = "它已经送达，或已被您撤销。", "It has arrived, or you took it back.";

    BY_ITSELF = "现在没有网络。恢复后，只要在这台设备上打开本大厅并已登录，就会自动发送，您不用再点“提交”。", "There is no connection. Once there is one, it is sent by itself whenever this hall is open on this device and you are logged in. You need not press submit again.";
    LEGAL_TIME = "提交时间以政务服务大厅收到的时间为准，不是现在。办理有期限的，请留意。", "The time that counts is when the hall receives it, not now. Mind the last day, if there is one.";
    MAY_CLOSE = "您可以关闭本页面：内容已加密保存在这台设备上。退出登录会删除它。", "You can close this page: it is kept on this device, encrypted. Logging out deletes it.";
    ELSEWHERE_TEXT = "它在本浏览器的另一个页面中等待送达。要查看进展或撤销，请到那个页面；那个页面关闭后，由这里接着发送，不会重复提交。", "It waits in another window of this browser. See how it stands or take it back there. Once that window is closed it is sent from here, and never twice.";
    CLEARABLE = "这个浏览器没有承诺长期保存：空间不足或清除浏览数据时，内容可能丢失。请尽快联网，直到显示已提交。", "This browser has not promised to keep it: it may be lost when room gets scarce or when browsing data is cleared. Get online soon, until it says submitted.";
    DO_NOT_CLOSE = "这台设备无法保存内容。在送达之前请不要关闭本页面，否则需要重新提交。", "This device cannot keep it. Do not close this page before it has arrived, or you have to submit again.";
    LEFT_TEXT = "没有收到大厅的答复：可能没有送到，也可能只是答复没有传回来。只要在这台设备上打开本大厅并已登录，就会自动再次发送，不会重复提交。", "The hall has not answered: it may not have arrived, or only the answer was lost. It is sent again by itself whenever this hall is open on this device and you are logged in. It is not submitted twice.";

    REFUSED_TEXT = "政务服务大厅没有接收，没有形成办件。您填写的内容都在草稿里，修改后可以重新提交。", "The hall did not take it, and no case came of it. Everything you entered is still in the draft: change it and submit again.";
    REFUSED_TEXT_CASE = "政务服务大厅没有接收，办件保持不变。请查看办件后重新操作。", "The hall did not take it, and the case stays as it was. Look at the case and do it again.";
    CONFLICT_TEXT = "因此没有发送。您填写的内容都在草稿里，核对后请重新提交。", "So it was not sent. Everything you entered is still in the draft: check it and submit again.";
    CONFLICT_TEXT_CASE = "因此没有发送，请查看办件后重新操作。", "So it was not sent: look at the case and do it again.";

    WHAT = "内容", "What it is";
    SINCE = "存入本机", "Kept here since";
    STATE = "状态", "Where it stands";

    TAKE_BACK_ASK = "不再发送？", "Do not send it?";
    TAKE_BACK_DRAFT = "申请不会提交，草稿仍然保留，您可以继续修改。", "The application is not submitted. It stays a draft that you can go on with.";
    TAKE_BACK_CASE = "这次填写的内容会从本机删除，办件保持不变。", "What you entered is removed from this device. The case stays as it is.";
    TAKEN_BACK = "已撤销，没有提交。", "Taken back. It was not submitted.";
    TOO_LATE = "大厅已经收到，无法撤销。", "The hall has it already, so it could not be taken back.";

    SENT_SUBMISSION = "申请已提交：{}", "Submitted: {}";
    SENT_SUPPLEMENT = "补正已提交：{}", "Handed in: {}";
    SENT_WITHDRAWAL = "申请已撤回：{}", "Withdrawn: {}";
    SENT_RATING = "评价已提交：{}", "Rated: {}";

    DRAFT_WAITS = "这份申请正在等待提交", "This application waits to be submitted";
    DRAFT_WAITS_TEXT = "送达之前如要修改，请先撤销发送。", "To change it before it has arrived, first stop it from being sent.";
}
