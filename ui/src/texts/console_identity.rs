//! Words of the window at which citizens show who they are.

use super::texts;

texts! {
    TITLE = "当面核验身份", "Check an identity";
    LEAD = "请群众出示居民身份证原件和手机上的办理码。核对人、证一致后填写，账号即升级为高级实名。丢失原手机号的群众，也在此申请找回账号。", "Ask for the identity card itself and for the code on the citizen's phone. Once you have compared the person with the card, their account is of the high level. Who has lost the phone of an earlier account asks for that here, too.";
    CODE = "办理码", "The citizen's code";
    CODE_HINT = "8 位数字，一小时内有效", "Eight digits, good for an hour";
    NAME = "姓名（与身份证一致）", "Name, as on the card";
    NUMBER = "居民身份证号码", "Identity number";
    COMPARED = "已查验身份证原件，本人与照片一致", "I held the card itself, and its picture is of who stands here";
    COMPARED_HINT = "代他人出示、复印件或照片均不可", "No copies, no pictures, nobody else's card";
    RAISE = "核验并升级", "Check and raise the level";
    AUDITED = "每次核验都会记录经办人、大厅和时间。", "Each check is recorded with your name, the hall and the time.";
    CODE_EMPTY = "请输入 8 位办理码", "Enter the eight digits of the code";
    NAME_EMPTY = "请输入姓名", "Enter the name";
    NUMBER_INVALID = "居民身份证号码不正确", "This is no valid identity number";
    COMPARED_EMPTY = "请先查验身份证原件", "Compare the person with the card first";
    CODE_WRONG = "办理码不正确或已过期，请让群众重新获取", "This code is wrong or has expired: ask for another one";
    NOT_MATCHED = "姓名和号码与人口登记信息不一致，未升级", "Name and number do not match the register; nothing was changed";
    IN_USE = "该号码已用于另一个账号", "This number belongs to another account";
    RECOVER_TITLE = "该号码已有账号", "This number has an account already";
    RECOVER_TEXT = "如果本人已无法登录原账号，可在此为其申请找回。原账号的所有登录方式和设备会收到通知，3 天内没有被停止，本人即可在手机上合并两个账号。", "If they can no longer log in to it, ask for it here. Everything that logs it in and each of its terminals is told; if nobody stops it within three days, they can make the two accounts one on their phone.";
    RECOVER = "为其申请找回账号", "Ask for that account";
    RECOVERED_TITLE = "已申请找回", "Asked for";
    RECOVERED_TEXT = "原账号已收到通知。{} 之后，请本人在手机上“登录方式”中合并账号。", "The account was told. From {} on they make the two one, under “How you log in” on their phone.";
    RECOVER_NONE = "没有使用此号码的其他账号", "No other account has this number";
    RECOVER_OWN = "办理码所属账号已实名，不能找回其他账号", "The account of this code has an identity of its own";
    RECOVER_GUARDED = "该账号由监护人代办，本人年满 18 周岁后才能接管", "Guardians act for this account until its owner is 18";
    OTHER = "该账号登记的是另一个号码", "Another number is registered for this account";
    DONE_TITLE = "核验完成", "Done";
    DONE_TEXT = "证件号码 {} 的账号已升级为高级实名。", "The account with number {} is of the high level now.";
}
