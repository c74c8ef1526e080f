//! Words of a service item's guide.

use super::texts;

texts! {
    GUIDE = "办事指南", "Guide";
    APPLY = "在线申请", "Apply online";
    APPLY_HINT = "填写内容随时保存，可以稍后或换一台设备继续。", "Your answers are saved as you go: go on later, or on another device.";
    NOT_ONLINE_TITLE = "该事项暂不支持在线申请", "This service cannot be applied for online yet";
    NOT_ONLINE_TEXT = "请携带所需材料到下列大厅办理。", "Please come to one of the halls below with what is needed.";
    ON_THIS_PAGE = "本页内容", "On this page";
    AT_A_GLANCE = "一览", "At a glance";

    WHO = "办理对象", "Who can apply";
    CITIZENS = "个人", "People";
    LEGAL_PERSONS = "企业、社会组织等法人", "Companies and other legal persons";
    TIME = "办结时限", "Time";
    COST = "收费", "Cost";
    FREE = "不收费", "Free of charge";
    SEE_FEES = "见收费标准", "See fees";
    VISITS = "到现场次数", "Visits in person";
    VISITS_NONE = "零跑动，全程网办", "None: all of it is online";
    VISITS_COUNT_ONE = "{} 次", "{} time";
    VISITS_COUNT_MORE = "{} 次", "{} times";
    AUTHORITY = "办理部门", "Authority";
    CHANNELS = "办理方式", "How";
    WINDOW = "大厅窗口", "At a window";
    DESKTOP = "网上办理", "Online";
    MOBILE = "手机办理", "On the phone";
    COURIER = "邮寄", "By courier";
    KIOSK = "自助终端", "At a kiosk";
    AREA = "通办范围", "Where it can be used";

    CONDITIONS = "申请条件", "Conditions";
    MATERIALS = "申请材料", "What you need";
    MATERIAL = "材料", "Material";
    MATERIAL_NEEDED = "是否必需", "Needed";
    MATERIAL_ALWAYS = "必需", "Always";
    MATERIAL_SOMETIMES = "视情况", "Depends";
    MATERIAL_NOT_NEEDED = "选交", "If you have it";
    MATERIAL_SOURCE = "来源", "Where it comes from";
    MATERIAL_FORM = "形式", "Form";
    ORIGINAL_ONE = "原件 {} 份", "{} original";
    ORIGINAL_MORE = "原件 {} 份", "{} originals";
    COPY_ONE = "复印件 {} 份", "{} copy";
    COPY_MORE = "复印件 {} 份", "{} copies";
    ELECTRONIC = "电子件", "Electronic";
    SOURCE_UPLOAD = "自行上传", "You upload it";
    SOURCE_CERTIFICATE = "电子证照，免提交", "E-certificate: nothing to hand in";
    SOURCE_DERIVED = "系统自动生成", "Made from your answers";
    SOURCE_CASE = "从您的其他办件获取", "From another matter of yours";
    TRUST = "可信等级", "Trust grade";
    NO_MATERIALS = "不需要提交材料。", "Nothing has to be handed in.";

    FEES = "收费标准", "Fees";
    FEE = "项目", "What for";
    FEE_AMOUNT = "金额", "Amount";
    FEE_NOTE = "说明", "Note";
    FEE_BASIS = "依据：{}", "Basis: {}";

    STEPS = "办理流程", "Steps";
    STEP_DAYS_ONE = "{} 个工作日内", "Within {} working day";
    STEP_DAYS_MORE = "{} 个工作日内", "Within {} working days";
    LEGAL_DAYS_ONE = "法定 {} 个工作日", "{} working day by law";
    LEGAL_DAYS_MORE = "法定 {} 个工作日", "{} working days by law";
    TIME_NOTE = "从受理之日起计算，补正材料的时间不计入。", "Counted from acceptance; the time that you need to hand in what is missing does not count.";

    RESULT = "办理结果", "Result";
    RESULT_NAME = "结果名称", "What you get";
    RESULT_DELIVERY = "领取方式", "How you get it";
    RESULT_VALID = "有效期", "Valid for";
    MONTHS_ONE = "{} 个月", "{} month";
    MONTHS_MORE = "{} 个月", "{} months";
    YEARS_ONE = "{} 年", "{} year";
    YEARS_MORE = "{} 年", "{} years";
    HALLS = "办理地点", "Where";
    VISIT = "预约到大厅办理，或看看现在排队的人多不多", "Make an appointment, or see how many wait there now";
    LAW = "设定依据", "Legal basis";
    QUESTIONS = "常见问题", "Questions people ask";
    CODES = "事项信息", "About this service";
    KIND = "事项类型", "Kind";
    LEVEL = "行使层级", "Level";
    CATALOG_CODE = "基本编码", "Basic code";
    TASK_CODE = "实施编码", "Implementation code";
    UPDATED = "指南更新于 {}", "Guide checked on {}";

    KIND_LICENCE = "行政许可", "Licence";
    KIND_PENALTY = "行政处罚", "Penalty";
    KIND_ENFORCEMENT = "行政强制", "Enforcement";
    KIND_LEVY = "行政征收", "Levy";
    KIND_BENEFIT = "行政给付", "Benefit";
    KIND_INSPECTION = "行政检查", "Inspection";
    KIND_CONFIRMATION = "行政确认", "Confirmation";
    KIND_AWARD = "行政奖励", "Award";
    KIND_RULING = "行政裁决", "Ruling";
    KIND_OTHER = "其他行政权力", "Other power";
    KIND_PUBLIC_SERVICE = "公共服务", "Public service";

    LEVEL_NATIONAL = "国家级", "National";
    LEVEL_PROVINCE = "省级", "Provincial";
    LEVEL_CITY = "市级", "City";
    LEVEL_COUNTY = "县级", "County";
    LEVEL_TOWNSHIP = "镇（乡、街道）级", "Township";
    LEVEL_VILLAGE = "村（社区）级", "Village";
    LEVEL_OTHER = "其他", "Other";
}
