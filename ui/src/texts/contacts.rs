//! Words of phone numbers and e-mail addresses that log in (登录方式), and of what was done with an account.

use super::texts;

texts! {
    TITLE = "登录方式", "How you log in";
    LEAD = "以下手机号和电子邮箱都可以接收验证码、登录您的账号。手机丢失时，可以用其他方式登录并移除它。", "Codes sent to any of these log you in to your account. Should you lose your phone, log in by another one and remove it.";
    PHONE = "手机号", "Mobile phone";
    EMAIL = "电子邮箱", "E-mail";
    FIRST = "首选", "First";
    ADDED_AT = "{}，添加于 {}", "{}, added {}";
    PUT_FIRST = "将 {} 设为首选", "Make {} the first";
    REMOVE = "移除 {}", "Remove {}";
    REMOVE_TITLE = "移除登录方式", "Remove a way to log in";
    REMOVE_ASK = "移除后，{} 不能再登录您的账号。确定移除吗？", "{} will no longer log you in. Remove it?";
    REMOVE_GO = "确认移除", "Remove it";
    ADD_TITLE = "添加手机号或电子邮箱", "Add a phone number or an e-mail address";
    TO = "手机号或电子邮箱", "Mobile phone number or e-mail address";
    TO_HINT = "我们会向它发送验证码，确认属于您", "We send a code there, to see that it is yours";
    TO_INVALID = "请输入正确的手机号或电子邮箱", "Enter a valid mobile phone number or e-mail address";
    SEND = "获取验证码", "Send me a code";
    SENT = "验证码已发送至 {}", "A code was sent to {}";
    CODE_HINT = "短信或邮件中的 6 位数字", "The six digits of the message";
    ADD = "添加", "Add it";
    OTHER = "换一个", "Use another one";
    ADDED = "已添加，以后可用它登录。", "Added: it logs you in from now on.";
    REMOVED = "已移除。", "Removed.";
    PUT = "首选手机号已更换。", "Another number comes first now.";
    IN_USE = "它已用于登录。如果它属于您的另一个账号，请先在那个账号中移除。", "It logs an account in already. If that is another one of yours, remove it there first.";
    MERGE_TITLE = "合并您的另一个账号", "Make your other account part of this one";
    MERGE_TEXT = "{} 登录的是另一个账号。您已证明它属于您，可以将它合并到当前账号，合并后不能再分开。", "{} logs another account in, and you have shown that it is yours. It can become part of this account; they cannot be parted again.";
    MERGE_WHOSE = "另一账号", "The other account";
    MERGE_CONTACTS = "以后登录当前账号的方式", "What logs you in here then";
    MERGE_MOVES = "移入当前账号", "What moves here";
    MERGE_COUNTS = "草稿 {} 份，办件 {} 件，通行密钥 {} 个，委托 {} 项", "Drafts: {}, matters: {}, passkeys: {}, delegations: {}";
    MERGE_IDENTITY = "当前账号将沿用另一账号已核验的实名信息", "This account is then known by the identity that was checked for the other";
    MERGE_ENDS = "结束", "What ends";
    MERGE_SESSIONS = "另一账号在 {} 台设备上退出登录；{} 个第三方应用需重新授权，并视您为新用户", "The other account is logged out on {} devices; {} applications of others ask anew and know you as somebody new";
    MERGE_BLOCKED = "两个账号都有以下事项的草稿，请先提交或删除其中一份：{}", "Both accounts have a draft for these services. Submit or discard one of each first: {}";
    MERGE_GO = "合并到当前账号", "Make it part of this one";
    MERGE_NOT = "不合并", "Leave them two";
    MERGED = "两个账号已合并。", "The two accounts are one now.";
    MERGE_OTHER_PERSON = "它属于另一位已实名的用户，不能合并。", "It is somebody else's, whose identity was checked. The two stay apart.";
    LAST = "至少须保留一个可接收验证码的手机号或邮箱。请先添加新的。", "One phone number or e-mail address must remain. Add another one first.";
    ELSEWHERE = "请在您自己的手机或电脑上管理登录方式。", "Do this on a phone or computer of your own.";
    SEE = "登录方式", "How you log in";

    EVENTS = "账号变动记录", "What was done with your account";
    EVENT_ADDED = "添加 {}", "{} was added";
    EVENT_REMOVED = "移除 {}", "{} was removed";
    EVENT_FIRST = "将 {} 设为首选", "{} was made the first";
    EVENT_MERGED = "合并账号 {}", "The account of {} became part of this one";
    EVENT_AT = "{} · {}", "{} · {}";

    EVENT_CLAIMED = "有人申请找回此账号", "Somebody asked for this account";
    EVENT_CLAIMED_AT_WINDOW = "有人在大厅窗口申请找回此账号", "Somebody asked for this account at a window";
    EVENT_CLAIM_STOPPED = "停止了账号找回", "That somebody gets this account was stopped";
    EVENT_LOST = "{} 已由新机主使用，不再用于登录", "{} is somebody else's number now and no longer logs you in";

    CLAIM_TITLE = "找回账号", "Get an account back";
    CLAIM_LEAD = "手机号停用或丢失、无法登录原账号时，可凭身份证件和人脸核验找回。我们会通知原账号的所有登录方式和设备，3 天内没有被停止，就可以合并到当前账号。", "If you can no longer log in to your account because its phone is lost, your identity document and face show that it is yours. Everything that logs it in is told; if nobody stops it within three days, it can become part of this account.";
    CLAIM_GO = "核验并申请找回", "Check and ask for it";
    CLAIM_PICTURE_EMPTY = "请选择一张本人正面照片", "Choose a picture of your face";
    CLAIM_PICTURE_READY = "照片已就绪", "The picture is ready";
    CLAIM_NONE = "没有使用此证件号码的其他账号，可直接为当前账号实名。", "No other account has this number: confirm your identity for this one.";
    CLAIM_OWN = "当前账号已实名，不能再找回其他人的账号。", "This account has an identity of its own.";
    CLAIM_GUARDED = "此账号目前由监护人代办，须年满 18 周岁后才能由本人接管。", "Guardians act for this account: whoever's it is takes it over from the age of 18 on.";
    CLAIM_ASKED = "已申请找回，原账号已收到通知。", "Asked for. The other account was told.";
    CLAIM_MINE = "正在找回您的原账号", "You ask for your earlier account";
    CLAIM_MINE_TEXT = "{} 之后可以合并到当前账号。", "It can become part of this one from {} on.";
    CLAIM_AGAINST = "有人申请找回此账号", "Somebody asks for this account";
    CLAIM_AGAINST_TEXT = "对方通过了身份证件和人脸核验，{} 之后可以合并此账号。如果不是您本人，请立即停止。", "They showed your identity document and face, and get this account from {} on. If it is not you, stop it now.";
    CLAIM_AGAINST_WINDOW = "对方在大厅窗口出示了身份证件，{} 之后可以合并此账号。如果不是您本人，请立即停止。", "They showed your identity document at a window, and get this account from {} on. If it is not you, stop it now.";
    CLAIM_STOP = "停止找回", "Stop it";
    CLAIM_STOPPED = "已停止。", "Stopped.";
    CLAIM_TAKE = "查看并合并", "See it and make it part of this one";
    CHILD_TITLE = "为子女开通账号", "Open an account for your child";
    CHILD_LEAD = "没有手机的未成年子女，可由父母等监护人开通账号并代为办理。我们将与出生医学证明和户口登记核对。子女年满 18 周岁前一天代办自动结束，之后由本人凭身份证件和人脸接管。", "A parent or another guardian opens an account for a child that has no phone, and acts for it. The register of births and households is asked. The day before the child is 18 that ends by itself, and the child takes the account over by document and face.";
    CHILD_NAME = "子女姓名", "The child's name";
    CHILD_NAME_HINT = "与户口簿一致", "As in the household register";
    CHILD_NUMBER = "子女的居民身份证号码", "The child's identity number";
    CHILD_NUMBER_HINT = "可在出生医学证明或户口簿上查看", "It stands on the birth certificate and in the household register";
    CHILD_GO = "核对并开通", "Check and open it";
    CHILD_DONE = "已开通，您可以代为办理。", "It is open, and you act for your child.";
    CHILD_OF_AGE = "已满 18 周岁，须由本人开通账号", "Of age: whoever it is opens an account of their own";
    CHILD_NOT = "与出生医学证明或户口登记不一致。请核对姓名和号码；监护关系另有证明的，请到大厅窗口办理。", "This does not match the register of births and households. Compare name and number; where another paper makes you the guardian, come to a window.";
    CHILD_OWN = "这个证件号码已有可登录的账号，请改用“委托代办”，由本人同意。", "The account with this number logs in by itself: ask it to let you act for it.";
    CHILD_FACT = "依户口登记为子女代办", "For one's child, by the register";
    CHILD_DATA = "下载 {} 的全部数据", "Download all data of {}";

    CLAIM_SEE = "无法登录原账号？凭身份证件和人脸找回", "You cannot log in to it any more? Get it back by document and face";

    ASLEEP_TITLE = "请确认这是您的账号", "Please confirm that this account is yours";
    ASLEEP_TEXT = "此手机号的账号已超过 90 天没有使用。手机号可能已换机主，为保护个人信息，请输入账号本人的身份证号。", "The account of this number was not used for over 90 days, and numbers change hands. To protect what it holds, enter the identity number of its owner.";
    ASLEEP_HINT = "18 位，须与账号的实名信息一致", "18 characters, of whom the account is";
    ASLEEP_INVALID = "请输入正确的身份证号", "Enter a valid identity number";
    ASLEEP_WRONG = "与账号的实名信息不一致", "The account is of somebody else";
    ASLEEP_GO = "确认并登录", "Confirm and log in";
    ASLEEP_NEW = "我是此号码的新机主", "I am new to this number";
    ASLEEP_NEW_TEXT = "新机主将开通自己的账号，原账号不能再用此号码登录。", "Who is new to it begins an account of their own; the number no longer logs the earlier one in.";

    BY_EMAIL = "用电子邮箱登录", "Log in with an e-mail address";
    BY_PHONE = "用手机号登录", "Log in with a phone number";
    EMAIL_HINT = "已添加到您账号的电子邮箱", "One that you have added to your account";
    EMAIL_EMPTY = "请输入正确的电子邮箱", "Enter a valid e-mail address";
    OTHER_EMAIL = "更换邮箱", "Use another address";
    PROOF_EMAIL = "用邮箱验证码确认", "Confirm with a code by e-mail";
}
