//! Words of the assurance level (实名等级): what one has, what it allows, how it is raised.

use super::texts;

texts! {
    TITLE = "实名等级", "How sure we are of who you are";
    LEAD = "等级越高，能在网上办的事项越多。等级只升不降，在您的所有设备上同时生效。", "The higher the level, the more can be done online. A level never sinks, and it holds on all your devices at once.";
    YOURS = "您的等级", "Your level";
    RAISED_BY = "核验方式", "How it was checked";
    RAISED_AT = "核验时间", "When";
    BY_DOCUMENT = "姓名和证件号码核验", "Name and number matched with the register";
    BY_FACE = "人脸核验", "Picture matched with your identity document";
    BY_HALL = "大厅窗口当面核验", "Checked by a clerk in a hall";
    ALL_LEVELS = "各等级可以做什么", "What each level allows";
    ALLOWS_L1 = "查看办事指南、填写并保存申请、办理不涉及身份核验的事项。", "Read guides, fill applications in and keep them, apply where nothing more is asked for.";
    ALLOWS_L2 = "办理需要核验身份的事项，例如公积金提取、食品经营许可、残疾人证。", "Apply where your identity must be known: housing fund, food licence, disability certificate and the like.";
    ALLOWS_L3 = "办理需要确认本人的事项，例如企业开办。", "Apply where we must know that it is you who acts: starting a company and the like.";
    HERE = "当前等级", "You are here";

    DOCUMENT_TITLE = "升级到中级：核验姓名和证件号码", "Raise it to medium: name and number";
    DOCUMENT_TEXT = "请填写居民身份证上的姓名和号码，我们与人口登记信息比对。号码不会写入日志，比对不成功不会保存。", "As they stand on your identity card. We compare them with the population register; they are in no log, and nothing is kept where they do not match.";
    NAME = "姓名", "Name";
    NAME_HINT = "与身份证一致", "As on the identity card";
    NUMBER = "居民身份证号码", "Identity number";
    NUMBER_HINT = "18 位，最后一位可能是 X", "18 characters; the last may be an X";
    NAME_EMPTY = "请输入姓名", "Enter your name";
    NAME_INVALID = "请检查姓名", "Check the name";
    NUMBER_EMPTY = "请输入居民身份证号码", "Enter your identity number";
    NUMBER_INVALID = "居民身份证号码不正确，请检查", "This is no valid identity number: check it";
    CHECK = "核验", "Check";
    CHECKING = "正在核验，请稍候…", "Checking, a moment please…";
    NOT_MATCHED = "姓名和号码与登记信息不一致。请对照身份证检查；近期改过姓名的，请到大厅窗口核验。", "Name and number do not match what is registered. Compare them with your card; if your name was changed lately, come to a window.";

    FACE_TITLE = "升级到高级：人脸核验", "Raise it to high: your face";
    FACE_TEXT = "请拍一张正面照片，我们与身份证照片比对。照片只用于本次比对，不会保存。", "Take a picture of your face, seen from the front. We compare it with the one on your identity document, and keep neither.";
    FACE_LABEL = "本人正面照片", "Picture of your face";
    FACE_HINT = "用手机打开时可直接拍照；JPEG 或 PNG", "On a phone this opens the camera; JPEG or PNG";
    FACE_UNREADABLE = "这张照片无法读取，请换一张。", "This picture cannot be read. Take another one.";
    FACE_NOT_MATCHED = "照片与证件照片不一致。请在光线充足处正面重拍，或到大厅窗口核验。", "The picture does not match. Take another one in good light, from the front, or come to a window.";

    HALL_TITLE = "到大厅窗口核验", "At a window of a hall";
    HALL_TEXT = "带上居民身份证到任意大厅的窗口，向工作人员出示办理码，当面核验后即升级为高级。", "Bring your identity card to any window and show the clerk a code. Once they have compared you with the card, your level is high.";
    HALL_CODE = "获取办理码", "Show me a code";
    HALL_CODE_AGAIN = "重新获取", "Another code";
    HALL_YOUR_CODE = "办理码", "Your code";
    HALL_CODE_UNTIL = "{} 前有效，只能使用一次。核验完成后本页会自动更新。", "Good until {}, once. This page follows by itself when it is done.";
    HALL_FIND = "查看大厅地址和开放时间", "Where the halls are, and when they are open";

    UNAVAILABLE_TITLE = "现在无法核验", "It cannot be checked right now";
    UNAVAILABLE_TEXT = "负责核验的部门暂时没有回应。您填写的申请都已保存，请稍后再试，或到大厅窗口核验。", "The authority that checks does not answer. What you filled in is kept. Try again later, or come to a window.";
    IN_USE_TITLE = "该证件号码已有账号", "There is an account with this number";
    IN_USE_TEXT = "这个证件号码已用于另一个账号。如果那是您的另一个账号，请在“登录方式”中添加它的手机号，与当前账号合并。", "This number belongs to another account. If that is one of yours, add its phone number under “How you log in”, and make the two one.";
    OTHER_TITLE = "该账号已由其他人实名", "This account is somebody else's";
    OTHER_TEXT = "本账号登记的是另一个证件号码。请退出后用您自己的手机号登录。", "Another identity number is registered for it. Log out, and log in with your own phone number.";
    TOO_MANY_MINUTES = "核验次数过多，请 {} 分钟后再试，或到大厅窗口核验。", "Too many tries. Try again in {} minutes, or come to a window.";
    TOO_MANY_HOURS = "核验次数过多，请 {} 小时后再试，或到大厅窗口核验。", "Too many tries. Try again in {} hours, or come to a window.";

    RAISED = "核验通过，您的实名等级已升级为{}。", "Done: your level is now {}.";
    HIGHEST = "您已是最高等级，无需再核验。", "This is the highest level. There is nothing more to do.";
    BACK_HINT = "核验后将返回刚才的页面，已填写的内容不受影响。", "You will be taken back to where you were. What you filled in stays as it is.";
    GO_BACK = "返回刚才的页面", "Back to where you were";

    NEEDED = "实名等级", "Level needed";
    NEEDED_AT_START = "{}（开始填写前）", "{}, before you begin";
    NEEDED_AT_SUBMISSION = "{}（提交前）", "{}, before you submit";
    TOO_LOW_TITLE = "需要先提高实名等级", "Your level must be raised first";
    TOO_LOW_TEXT = "本事项需要“{}”，您目前是“{}”。已填写的内容都已保存，提高等级后可回到这里继续。", "This service asks for “{}”, and yours is “{}”. What you filled in is kept; you come back here afterwards.";
    TOO_LOW_GO = "提高实名等级", "Raise my level";
    SEE = "查看和提高等级", "See and raise it";
}
