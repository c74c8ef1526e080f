//! Words of the login that a phone confirms, on the screen of a desktop or a kiosk.

use super::texts;

texts! {
    TITLE = "手机扫码登录", "Log in with your phone";
    LEAD = "请用已登录本大厅的手机扫描二维码，并在手机上选择下面的数字。", "Scan the code with a phone on which you are logged in to this hall, and choose the number below on it.";
    NUMBER = "在手机上选择这个数字", "Choose this number on your phone";
    CODE = "无法扫码时，在手机的“扫码登录”页输入", "If you cannot scan it, type this on your phone at /device";
    LEFT = "{} 秒内有效", "It counts for {} more seconds";
    CARE = "只在您自己面前的设备上这样登录。若有人把二维码或数字发给您，请不要确认。", "Only log in like this on the machine in front of you. If somebody sends you a code or a number, do not confirm it.";
    REFUSED = "手机上未确认，或选择的数字不对。", "It was not confirmed on the phone, or another number was chosen.";
    EXPIRED = "二维码已失效，无人确认。", "Nobody confirmed in time.";
    UNKNOWN = "本机尚未在大厅登记，不能扫码登录，请使用短信验证码。", "This machine is not registered with the hall. Log in with a code by text message.";
    AGAIN = "重新获取二维码", "Show a new code";
    BY_CODE = "改用短信验证码登录", "Log in with a code by text message instead";
    GO = "手机扫码登录", "Log in with your phone";
}
