//! Words of logging in elsewhere: an application that asks, a machine that a phone lets in, what was allowed.

use super::texts;

texts! {
    ABOVE = "其他应用请求登录", "Another application asks";
    TITLE = "登录“{}”", "Log in to {}";
    OPERATOR = "由{}运营。", "Run by {}.";
    LOG_IN_TEXT = "它请您使用本大厅的账号登录。登录后，您会先看到它需要哪些信息，再决定是否同意。", "It asks you to log in with your account of this hall. Once you are logged in you read what it wants to know, and decide.";
    LOG_IN_NOT = "不登录，返回“{}”", "Go back to {} without logging in";
    AGAIN_TEXT = "为确认是您本人，它要求您重新登录。您现在登录的账号是 {}。", "To make sure that it is you, it asks you to log in once more. You are logged in as {}.";
    AGAIN = "重新登录", "Log in once more";
    WHO = "您的账号：{}", "You are {}";
    ANOTHER = "换一个账号", "Use another account";

    ALWAYS = "登录时一定会告知", "What it is always told";
    ALWAYS_HALL = "这是本大厅自己的终端，登录后可用您的账号办事。", "It is a terminal of this hall: once it is logged in, your matters are handled there with your account.";
    ALWAYS_TEXT = "供该运营单位认出您的编号（不含姓名和任何号码）、您的实名等级和登录时间。", "A number by which this operator knows you, which holds neither name nor any other number; your assurance level; and when you logged in.";
    ASKS = "它还请求您同意", "It also asks for";
    ASKS_HINT = "不同意的，取消勾选即可。", "Untick what you do not agree to.";
    WHY = "用途：{}", "What for: {}";
    WHY_SENSITIVE = "敏感个人信息，同意时请您自己勾选。用途：{}", "Sensitive: given only where you tick it yourself. What for: {}";
    SENSITIVE = "敏感个人信息，同意时请您自己勾选。", "Sensitive: given only where you tick it yourself.";
    TAKE_BACK = "同意后，您可以随时收回：", "You can take this back at any time: ";
    ALLOW = "同意并登录", "Allow and log in";
    REFUSE = "不同意", "Do not allow";

    LEVEL_TEXT = "“{}”要求的实名等级是：{}。", "{} asks for this assurance level: {}.";
    LEVEL_NOW = "您现在的实名等级是：{}。", "Yours is: {}.";
    LEVEL_BACK = "提升后会回到这里继续。", "You come back here afterwards.";
    LEVEL_BACK_DEVICE = "提升后，请在设备上重新获取代码。", "Afterwards, ask the machine for a new code.";

    ONWARD_TITLE = "正在返回“{}”", "Taking you back to {}";
    ONWARD_TEXT = "如果没有自动返回，请点下面的按钮。", "If nothing happens, use the button below.";
    ONWARD_GO = "返回“{}”", "Go to {}";
    GOING = "正在为您登录", "Logging you in";

    GONE_TITLE = "这次登录请求已失效", "This request to log in counts no more";
    GONE_TEXT = "请求 10 分钟内有效，而且只能使用一次。请回到您要使用的应用，在那里重新登录。", "A request counts for ten minutes, and once. Go back to the application that you want to use, and log in again there.";
    GONE_HOME = "大厅首页", "The hall's first page";

    LOGOUT_TITLE = "退出本大厅的登录？", "Log out of this hall?";
    LOGOUT_ASKS = "“{}”请您同时退出本大厅的登录。", "{} wants you to log out of this hall, too.";
    LOGOUT_TEXT = "退出后，在这台设备上办事需要重新登录；您已保存的内容不会丢失。", "Afterwards you log in again to go on here; what you have saved is not lost.";
    LOGOUT_STAY = "保持登录", "Stay logged in";
    LOGOUT_GOING = "正在退出登录", "Logging you out";
    LOGGED_OUT_TITLE = "您已退出登录", "You are logged out";
    LOGGED_OUT_TEXT = "现在可以关闭这个页面。", "You can close this page now.";
    LOGOUT_GONE_TITLE = "这个退出链接已失效", "This link to log out counts no more";
    LOGOUT_GONE_TEXT = "要退出登录，请使用页面上方的“退出登录”。", "To log out, use the button at the top of the page.";

    DEVICE_TITLE = "用手机登录设备", "Log in a machine with your phone";
    DEVICE_LEAD = "请输入设备屏幕上的代码，或用手机相机扫描屏幕上的二维码。", "Type the code that the machine shows, or scan the square on its screen with your camera.";
    CODE = "设备屏幕上的代码", "The code on the machine's screen";
    CODE_HINT = "8 个字母，例如 BCDF-GHJK，大小写均可", "Eight letters, such as BCDF-GHJK; small ones will do";
    CODE_EMPTY = "请输入设备屏幕上的 8 个字母", "Enter the eight letters that the machine shows";
    CODE_GONE = "代码不对或已过期，请看设备屏幕上现在显示的代码", "This code is wrong or has expired: see which one the machine shows now";
    CODE_COUNTS = "代码 2 分钟内有效，只能使用一次。", "A code counts for two minutes, and once.";
    WARNING_TITLE = "别人发来的代码或二维码，不要确认", "Never confirm a code that somebody sent you";
    WARNING = "只有您本人正站在这台设备前，才能确认。否则，对方会以您的身份办事。", "Go on only if you stand before this machine yourself. Otherwise somebody else acts in your name.";

    ASK_TITLE = "让这台设备以您的身份登录？", "Let this machine log in as you?";
    MACHINE = "设备", "Machine";
    PLACE = "位置", "Where it stands";
    PLACE_UNKNOWN = "大厅不知道它在哪里", "The hall does not know where it is";
    SINCE = "请求时间", "It asks since";
    ACCOUNT = "登录账号", "It logs in as";
    NUMBER = "设备屏幕上显示的数字是哪一个？", "Which number does the machine's screen show?";
    NUMBER_HINT = "点选后立即登录；选错则这次登录取消。", "Your choice logs it in at once; a wrong one ends this attempt.";
    NOT_ME = "不是我，拒绝登录", "Not me: do not let it in";

    DONE_TITLE = "已确认，请看设备屏幕", "Confirmed: look at the machine";
    DONE_TEXT = "设备会在几秒内继续。用完后，请在设备上退出登录。", "It goes on within seconds. Log out there when you are done.";
    DONE_NOT_ME = "不是您本人操作？请立即收回：", "That was not you? Take it back at once: ";
    REFUSED_TITLE = "已拒绝，设备没有登录", "Refused: the machine is not logged in";
    REFUSED_TEXT = "如果代码是别人发给您的，对方可能想冒用您的身份。", "If somebody sent you the code, they may have wanted to act in your name.";
    WRONG_TITLE = "数字不对，这次登录已取消", "Wrong number: this attempt has ended";
    WRONG_TEXT = "如果您就在设备前，请在设备上重新开始，再输入新的代码。如果您不在设备前，请不要再试：可能有人想冒用您的身份。", "If you stand before the machine, start again there and enter the new code. If you do not, leave it: somebody may want to act in your name.";
    ANOTHER_CODE = "输入新的代码", "Enter another code";
    KIOSK_TITLE = "请用您自己的手机", "Use your own phone";
    KIOSK_TEXT = "公用设备不能让其他设备登录。请用手机扫描另一台设备屏幕上的二维码。", "A public machine cannot let another one in. Scan the square on that machine's screen with your phone.";

    CONSENTS = "应用授权", "What you allowed";
    CONSENTS_LEAD = "这些应用和设备经您同意，用本大厅的账号登录过。您可以随时收回，立即生效。", "You let these applications and machines log you in with your account of this hall. Take it back whenever you like: it holds at once.";
    NONE_TITLE = "您还没有授权任何应用", "You have not allowed anything to anybody";
    NONE_TEXT = "用本大厅的账号登录其他应用时，会先征求您的同意，同意后显示在这里。", "When you log in to another application with your account of this hall, you are asked first; what you allow is shown here.";
    GIVEN = "{}起", "Since {}";
    WITHDRAW = "收回授权", "Take it back";
    WITHDRAW_OF = "收回授权：{}", "Take it back from {}";
    WITHDRAW_ASK = "收回对“{}”的授权？", "Take it back from {}?";
    WITHDRAW_TEXT = "“{}”会立即退出您的账号，不能再获取您的信息。它之前得到的信息由运营单位负责，要求删除请联系：{}。", "{} is logged out at once and learns nothing more. What it knows already lies with its operator; to have it deleted, ask {}.";
    WITHDRAWN = "已收回。", "Taken back.";
}
