//! Words of what the hall knows already: answers that it filled in, files that it has.

use super::texts;

texts! {
    FROM_PROFILE = "来自您的个人信息，请核对", "From your profile: please check";
    FROM_ORGANISATION = "来自单位的登记信息，请核对", "From what is registered of the organisation: please check";
    FROM_CASE = "来自您{}提交的“{}”申请（办件编号 {}），请核对", "From your application of {} for “{}”, case {}: please check";
    FROM_CERTIFICATE = "来自{}签发的电子证照“{}”，请核对", "From the e-certificate issued on {}, “{}”: please check";
    FROM_CERTIFICATE_NUMBER = "来自{}签发的电子证照“{}”（编号 {}），请核对", "From the e-certificate issued on {}, “{}”, number {}: please check";
    IN_ROW = "预先填写，请核对", "Filled in: please check";
    STILL_RIGHT_OF = "“{}”仍然正确", "“{}” is still right";
    GOING_ON_CONFIRMS = "继续即表示您已核对本页预先填写的内容。", "By going on you confirm what was filled in for you on this page.";
    CONFIRMED = "已确认：{}", "Confirmed: {}";

    CHECK_ONE = "有 {} 项是为您预先填写的，您还没有确认", "{} answer was filled in for you, and you have not confirmed it";
    CHECK_MORE = "有 {} 项是为您预先填写的，您还没有确认", "{} answers were filled in for you, and you have not confirmed them";
    CHECK_TEXT = "这些内容来自您的个人信息、电子证照或以前的申请，在下方已标出。与现在不符的，请点“修改”更正；都正确的，可以一次确认。", "They come from your profile, an e-certificate or an earlier application, and are marked below. Change what is not right any more. If all of it is, confirm it at once.";
    CHECK_CONFIRM = "预填内容都正确", "All of it is right";
    CHECK_CONFIRMED = "预先填写的内容，您都已确认。", "You have confirmed everything that was filled in for you.";
    TAG_PROFILE = "预填：个人信息", "From your profile";
    TAG_ORGANISATION = "预填：单位信息", "From the organisation";
    TAG_CASE = "预填：以前的申请", "From an earlier application";
    TAG_CERTIFICATE = "预填：电子证照", "From an e-certificate";

    OFFERS_TITLE = "本厅已有这份材料，可直接使用，不必再次上传", "The hall has this already: use it, and upload nothing";
    OFFER_CASE = "您{}提交的“{}”申请中的材料", "Handed in on {} with your application for “{}”";
    OFFER_CERTIFICATE = "电子证照“{}”，{}签发", "E-certificate “{}”, issued on {}";
    OFFER_CERTIFICATE_NUMBER = "电子证照“{}”（编号 {}），{}签发", "E-certificate “{}”, number {}, issued on {}";
    OFFER_USE_OF = "使用“{}”", "Use “{}”";
    OFFER_USED = "已使用“{}”", "“{}” is used";
    OFFER_FAILED = "没有取到“{}”：{}", "“{}” could not be used: {}";
    NO_UPLOAD = "这份材料只能使用电子证照或以前申请中的材料，无需上传。", "This is taken from your e-certificates or earlier applications: there is nothing to upload.";
    NOTHING_OFFERED = "目前没有可以使用的电子证照或材料。请拨打政务服务热线，或到窗口办理。", "There is no such certificate or file yet. Call the hotline, or apply at a window.";
    DERIVED = "这份材料由本厅通过数据共享获取，您不用提交。", "The hall gets this itself. You need not hand anything in.";
}
