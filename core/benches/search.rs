//! Looking a service up among 5,000, beside what one would write first: lower-casing and `contains` over every text.
//!
//! `cargo bench -p onehall-core --bench search`

use criterion::{Criterion, criterion_group, criterion_main};
use onehall_core::SearchIndex;
use onehall_protocol::catalog::{Catalog, Channel, City, ItemKind, ItemSummary, Promptness};
use onehall_protocol::{Language, Text};

/// Words of service names: Chinese, pinyin, English.
const ACTS: [(&str, &str, &str); 10] = [
    ("申领", "shen ling", "application"),
    ("换领", "huan ling", "renewal"),
    ("变更", "bian geng", "change"),
    ("注销", "zhu xiao", "cancellation"),
    ("登记", "deng ji", "registration"),
    ("备案", "bei an", "filing"),
    ("审批", "shen pi", "approval"),
    ("转移", "zhuan yi", "transfer"),
    ("提取", "ti qu", "withdrawal"),
    ("认定", "ren ding", "recognition"),
];
const MATTERS: [(&str, &str, &str); 20] = [
    ("居民身份证", "ju min shen fen zheng", "identity card"),
    ("居住证", "ju zhu zheng", "residence permit"),
    (
        "食品经营许可证",
        "shi pin jing ying xu ke zheng",
        "food business licence",
    ),
    ("住房公积金", "zhu fang gong ji jin", "housing fund"),
    ("社会保险", "she hui bao xian", "social insurance"),
    ("医疗保险", "yi liao bao xian", "medical insurance"),
    ("不动产", "bu dong chan", "real estate"),
    ("营业执照", "ying ye zhi zhao", "business licence"),
    ("出生医学证明", "chu sheng yi xue zheng ming", "birth certificate"),
    ("驾驶证", "jia shi zheng", "driving licence"),
    ("道路运输证", "dao lu yun shu zheng", "road transport permit"),
    ("建设工程规划", "jian she gong cheng gui hua", "construction planning"),
    ("教师资格", "jiao shi zi ge", "teaching qualification"),
    ("护士执业", "hu shi zhi ye", "nurse registration"),
    ("残疾人证", "can ji ren zheng", "disability certificate"),
    ("失业金", "shi ye jin", "unemployment benefit"),
    ("老年津贴", "lao nian jin tie", "elder allowance"),
    ("特种设备", "te zhong she bei", "special equipment"),
    ("户口迁移", "hu kou qian yi", "household transfer"),
    ("婚姻", "hun yin", "marriage"),
];

fn catalog(items: usize) -> Catalog {
    let items = (0..items).map(|number| {
        let (act, matter) = (ACTS[number % 10], MATTERS[(number / 10) % 20]);
        let variant = number / 200;
        ItemSummary {
            code: format!("item-{number}")
                .parse()
                .unwrap_or_else(|error| panic!("{error}")),
            name: Text::new(
                format!("{}{}（第{variant}类）", matter.0, act.0),
                format!("{} {}, class {variant}", matter.2, act.2),
            ),
            summary: Text::new(
                format!("为申请人办理{}{}", matter.0, act.0),
                format!("{} for residents", matter.2),
            ),
            kind: ItemKind::PublicService,
            authority: "public-security".parse().unwrap_or_else(|error| panic!("{error}")),
            themes: Vec::new(),
            audience: Vec::new(),
            channels: vec![Channel::Desktop],
            promptness: Promptness::Promised,
            promised_days: 5,
            online: true,
            frequent: None,
            keywords: vec![format!("办{}", matter.0)],
            pinyin: format!("{} {}", matter.1, act.1),
        }
    });
    Catalog {
        version: String::new(),
        city: City {
            name: Text::new("城", "City"),
            hall_name: Text::new("厅", "Hall"),
            case_prefix: "LC".to_owned(),
            utc_offset_minutes: 480,
            hotline: "12345".to_owned(),
        },
        authorities: Vec::new(),
        halls: Vec::new(),
        life_events: Vec::new(),
        themes: Vec::new(),
        items: items.collect(),
    }
}

fn naive(catalog: &Catalog, query: &str) -> usize {
    let query = query.to_lowercase();
    let fits = |text: &str| text.to_lowercase().contains(&query);
    let found = catalog.items.iter().filter(|item| {
        fits(&item.name.zh_cn)
            || fits(&item.name.en)
            || fits(&item.summary.zh_cn)
            || fits(&item.summary.en)
            || item.keywords.iter().any(|keyword| fits(keyword))
            || fits(&item.pinyin.replace(' ', ""))
    });
    found.count()
}

fn search(c: &mut Criterion) {
    let catalog = catalog(5_000);
    let index = SearchIndex::new(&catalog);
    for (name, query) in [
        ("chinese", "身份证换领"),
        ("pinyin", "shenfen"),
        ("initials", "jmsfz"),
        ("english", "licence change"),
        ("close", "居民身份证丢了该怎么补办"),
        ("nothing", "火箭"),
    ] {
        let mut group = c.benchmark_group(format!("search 5,000 items: {name}"));
        group.bench_function("core", |b| {
            b.iter(|| index.search(&catalog, query, Language::ZhCn, 20).len())
        });
        group.bench_function("contains", |b| b.iter(|| naive(&catalog, query)));
        group.finish();
    }
    c.bench_function("index 5,000 items", |b| b.iter(|| SearchIndex::new(&catalog)));
}

criterion_group!(benches, search);
criterion_main!(benches);
