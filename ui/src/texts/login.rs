//! Words of login, account and display settings.

use super::texts;

texts! {
    TITLE = "登录", "Log in";
    TEXT = "使用手机号和短信验证码登录，首次登录自动开通账号。", "Log in with your mobile phone and a code by text message. A first login opens your account.";
    PHONE = "手机号", "Mobile phone number";
    PHONE_HINT = "11 位手机号", "11 digits";
    SEND = "获取验证码", "Send me a code";
    SEND_AGAIN = "重新获取", "Send another code";
    SEND_AGAIN_IN = "{} 秒后可重新获取", "Another code in {} s";
    SENT = "验证码已发送至 {}，{} 分钟内有效。", "A code was sent to {}. It can be used for {} minutes.";
    CODE = "验证码", "Code";
    CODE_HINT = "短信中的 6 位数字", "The six digits of the message";
    OTHER_PHONE = "更换手机号", "Use another number";
    GO = "登录", "Log in";
    PHONE_EMPTY = "请输入手机号", "Enter your mobile phone number";
    CODE_EMPTY = "请输入 6 位验证码", "Enter the six digits of the code";
    TOO_MANY = "操作过于频繁，请 {} 秒后再试。", "Too many attempts. Please wait {} seconds.";
    PRIVACY = "我们只用手机号确认您的身份和通知办件进度。", "Your number is used only to know you and to tell you how your matters go.";
    ALREADY = "您已登录为 {}。", "You are logged in as {}.";
    WELCOME = "登录成功，{}。", "You are logged in, {}.";
    WELCOME_PLAIN = "登录成功。", "You are logged in.";
    NEXT_HINT = "登录后将返回刚才的页面。", "You will be taken back to where you were.";

    ACCOUNT_TITLE = "我的账号", "My account";
    SETTINGS_TITLE = "显示设置", "Display settings";
    NOT_LOGGED_IN = "您还没有登录", "You are not logged in";
    NOT_LOGGED_IN_TEXT = "登录后可以申请事项、查看进度。", "Log in to apply and to see how your matters go.";
    NAME = "姓名", "Name";
    NAME_UNKNOWN = "未登记", "Not known";
    NUMBER = "证件号码", "Identity number";
    ASSURANCE = "实名等级", "Assurance level";
    ASSURANCE_L1 = "初级（手机号已验证）", "Basic: phone number confirmed";
    ASSURANCE_L2 = "中级（身份信息已核验）", "Medium: identity checked";
    ASSURANCE_L3 = "高级（当面或人脸核验）", "High: checked in person or by face";
    PRINCIPALS = "可代为办理", "You may act for";
    SESSION_UNTIL = "本次登录有效至", "Logged in until";
    SETTINGS_HINT = "设置保存在本设备上。", "Kept on this device.";

    ACCESS_TITLE = "无障碍说明", "Accessibility";
    ACCESS_GOAL = "我们希望每个人都能独立办成事。本网站按照 WCAG 2.2 AA 和 GB/T 37668 建设。", "Everybody should be able to get things done by themselves. This site is built to WCAG 2.2 AA and GB/T 37668.";
    ACCESS_KEYBOARD = "全部功能可以只用键盘操作，焦点始终可见。", "Everything works by keyboard alone, and the focus can always be seen.";
    ACCESS_READER = "页面结构、表单和状态变化可以被读屏软件读出。", "Structure, forms and changes are read out by screen readers.";
    ACCESS_TEXT = "文字可以放大到 200%，内容不会丢失。", "Text grows to 200 % and nothing is lost.";
    ACCESS_ELDER = "长辈版提供更大的文字和按钮。", "The large view has larger text and buttons.";
    ACCESS_MOTION = "尊重系统的减少动态效果、高对比度和深色设置。", "Your device's settings for motion, contrast and dark mode are followed.";
    ACCESS_TROUBLE = "遇到困难请拨打 {}，我们会帮您办，并改进网站。", "If something does not work for you, call {}: we will help, and mend it.";
}
