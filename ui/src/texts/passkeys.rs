//! Words of passkeys (通行密钥), and of the proof that whoever is logged in is there.

use super::texts;

texts! {
    LOG_IN = "使用通行密钥登录", "Log in with a passkey";
    LOG_IN_HINT = "用指纹、面容或设备密码登录，无需验证码。", "With your fingerprint, your face or your device's password, and without a code.";
    OR = "或", "or";
    CANCELLED = "没有完成通行密钥验证。您可以重试，或改用验证码。", "The passkey was not confirmed. Try again, or use a code.";
    FAILED = "在这里无法使用通行密钥，请改用验证码。", "A passkey cannot be used here. Use a code.";
    KNOWN = "此设备已有您的通行密钥。", "This device has a passkey of yours already.";

    TITLE = "通行密钥", "Passkeys";
    LEAD = "通行密钥保存在您的手机或电脑里，用指纹、面容或设备密码就能登录，不会被钓鱼网站骗走。", "A passkey lies in your phone or computer. Your fingerprint, your face or the device's password logs you in, and no false site can get hold of it.";
    NONE = "您还没有通行密钥", "You have no passkey yet";
    CREATED = "添加于 {}", "Added {}";
    USED = "最近使用 {}", "Last used {}";
    NEVER_USED = "尚未使用", "Not used yet";
    SYNCED = "已在您的设备间同步", "Reaches your other devices";
    ONE_DEVICE = "仅在一台设备上", "On one device alone";
    REMOVE_NAMED = "移除“{}”", "Remove “{}”";
    REMOVED = "已移除。手机号仍可登录。", "Removed. Your phone still logs you in.";
    ADD_TITLE = "添加通行密钥", "Add a passkey";
    NAME = "名称", "Name";
    NAME_HINT = "便于您日后辨认，例如“我的手机”", "So that you know it again: “my phone”";
    NAME_EMPTY = "请输入名称", "Give it a name";
    ADD = "添加到此设备", "Add it to this device";
    ADDED = "通行密钥已添加。", "The passkey was added.";
    CANNOT = "在这里无法使用通行密钥：浏览器不支持，或网址是数字（IP 地址）。请更新浏览器、用域名打开，或在手机上添加。", "No passkey can be used here: the browser knows none, or the address of this page is a number (an IP address). Update the browser, open the page by its name, or add one on your phone.";
    ELSEWHERE = "请在您自己的手机或电脑上添加通行密钥。", "Add a passkey on a phone or computer of your own.";
    SEE = "通行密钥", "Passkeys";

    PROOF_TITLE = "请确认是您本人在操作", "Please confirm that it is you";
    PROOF_TEXT = "这一步比较重要。确认后 10 分钟内不再询问。", "This step matters. You will not be asked again for ten minutes.";
    PROOF_PASSKEY = "用通行密钥确认", "Confirm with a passkey";
    PROOF_SEND = "用短信验证码确认", "Confirm with a code by text message";
    PROOF_SENT = "验证码已发送至 {}", "A code was sent to {}";
    PROOF_CODE = "身份确认验证码", "The code of the message";
    PROOF_GO = "确认", "Confirm";
    NEEDED = "提交时", "When you submit";
    NEEDED_TEXT = "需用通行密钥或短信验证码确认本人", "You confirm that it is you, by a passkey or a code";
}
