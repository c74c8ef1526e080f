//! Words of a kiosk in its hall: what a stranger sees first, how a visit ends, the login with an identity card.

use super::texts;

texts! {
    ATTRACT_TITLE = "自助办事，从这里开始", "Get things done here";
    ATTRACT_TEXT = "查办事指南、申请事项、取号签到、打印结果。", "Guides, applications, queue numbers, check-in, printing of results.";
    ATTRACT_GO = "触摸这里开始", "Touch here to begin";
    ATTRACT_LANGUAGE = "语言和字号", "Language and text size";
    ATTRACT_CLEAN = "办完即清除，本机不留您的任何信息。", "When you are done, nothing of yours stays on this machine.";
    ATTRACT_HELP = "需要帮助，请找大厅工作人员，或拨打 {}。", "For help ask the staff of the hall, or call {}.";
    ATTRACT_NUMBER = "自助终端 {} 号", "Kiosk {}";
    ATTRACT_OFFLINE = "网络暂时不通：可以看已有的办事指南，不能登录、取号和提交。取号请到服务台。", "There is no connection now: guides that are here can be read; to log in, take a number or apply is not possible. The desk gives numbers.";

    OVER_TITLE = "办理已结束", "Your session has ended";
    OVER_TEXT = "请带好您的身份证、材料和打印件。", "Please take your card, your papers and what was printed.";
    OVER_CLEARING = "正在清除本机记录…", "What this machine knew is being cleared…";

    LOGIN_TITLE = "刷身份证登录", "Log in with your identity card";
    LOGIN_TEXT = "身份证核对您的账号，验证码发到您账号的手机。", "The card says whose account it is; a code goes to the phone of that account.";
    LOGIN_GO = "刷身份证登录", "Log in with my identity card";
    LOGIN_AGAIN = "重新刷身份证", "Read the card again";
    LOGIN_SENT = "这张身份证若已在大厅开通账号，验证码已发到账号的手机，{} 分钟内有效。现在可以取走身份证。", "If this card has an account here, a code was sent to the phone of that account. It can be used for {} minutes. You can take your card now.";
    LOGIN_NONE = "没有收到验证码？您可能还没有账号，或换了手机号：请用手机号登录。", "No code? You may have no account yet, or another number: log in with your phone number.";
    LOGIN_BY_PHONE = "用手机号登录", "Log in with a phone number";
    LOGIN_INSTEAD = "请用手机号登录，或用手机扫码登录。", "Log in with a phone number, or by scanning with your phone.";
}
