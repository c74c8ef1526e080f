//! Words of staff's passkeys, where they are others than a citizen's.

use super::texts;

texts! {
    LEAD = "在这里添加通行密钥后，登录和确认操作时可以用它代替动态验证码。通行密钥保存在您的电脑、手机或安全钥匙里，用指纹、面容或设备密码解锁。", "A passkey does in place of the one-time password when you log in and when you confirm something. It lies in your computer, your phone or a security key, and opens with your fingerprint, your face or the device's password.";
    REMOVED = "已移除。动态验证码仍可使用。", "Removed. Your one-time password goes on to do.";
    CANNOT = "在这里无法使用通行密钥：浏览器不支持，或网址是数字（IP 地址）。请更新浏览器，或用域名打开工作台。", "No passkey can be used here: the browser knows none, or the address of this page is a number (an IP address). Update the browser, or open the console by its name.";
    OR_CODE = "或输入动态验证码", "Or enter the one-time password";
    SECOND_TITLE = "第二步：确认是您本人", "Second step: show that it is you";
}
