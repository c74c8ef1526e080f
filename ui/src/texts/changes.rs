//! Words for what a form was evaluated with, and for what changes where the hall goes by something else than this page.

use super::texts;

texts! {
    TITLE = "规则有更新，请确认以下变化", "The rules were updated: confirm what changed";
    TEXT = "您填写期间，政务大厅更新了表单规则、工作日历或者选项列表。您填写的内容都在，由此带来的变化如下。", "While you were filling, the hall updated the rules of this form, its calendar of working days or a list. What you entered is all there. This is what changes.";
    TEXT_ALL = "您填写期间，政务大厅更新了表单规则、工作日历或者选项列表。您填写的内容都在，请把下面的内容再核对一遍。", "While you were filling, the hall updated the rules of this form, its calendar of working days or a list. What you entered is all there. Please check everything below once more.";
    AGREE = "我已核对以上变化，同意按更新后的结果提交。", "I have checked these changes and agree to submit with the new results.";
    AGREE_FIRST = "请先核对并确认变化", "Check what changed and confirm it first";
    FROM_TO = "原来是“{}”，现在是“{}”。", "It was “{}”, it is “{}” now.";
    NOW = "现在是“{}”。", "It is “{}” now.";
    UNKNOWN_NOW = "原来是“{}”，现在还不能计算。", "It was “{}”, and cannot be worked out now.";
    ASKED = "现在会问到，您没有填写。", "It is asked now. You have not answered it.";
    ASKED_ANSWERED = "现在会问到，您填写的“{}”会一并提交。", "It is asked now. Your answer “{}” is submitted as well.";
    NOT_ASKED = "不再需要填写。", "It is not asked any more.";
    NOT_ASKED_ANSWERED = "不再需要填写，您填写的“{}”不会提交。", "It is not asked any more. Your answer “{}” is not submitted.";
    NOT_COMPUTED = "不再计算。", "It is not worked out any more.";
    CHECKED_OTHERWISE = "填写要求有变化，您填写的内容符合新的要求。", "What is checked here has changed. Your answer fits the new rules.";
    PAGE_ASKED = "这一页现在需要。", "This page is needed now.";
    PAGE_NOT_ASKED = "这一页不再需要。", "This page is not needed any more.";
    PAGE = "页面“{}”", "Page “{}”";
    OUTDATED = "页面版本较旧", "This page is out of date";
    OUTDATED_TEXT = "政务大厅的表单已更新，新的问题要在新版页面里填写。请重新加载页面，您填写的内容都在。", "The form was updated, and what is new in it can only be answered on the new page. Load the page again: what you entered is all there.";
    RELOAD = "重新加载页面", "Load the page again";

    WITH_TITLE = "核验依据", "How it was checked";
    WITH_FORM = "表单版本", "Form";
    WITH_DAY = "核验日期", "As of";
    WITH_ENGINE = "规则引擎版本", "Version of the rules";
    WITH_CALENDAR = "工作日历版本", "Calendar of working days";
    WITH_LIST = "选项列表版本", "List";
    VERSION = "{} · {}", "{} · {}";
}
