"""Passages of the pack, what to write instead, and the problem this must give."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One passage amended, and the problem as `key: reason` in the same file."""

    what: str
    file: str
    old: str
    new: str
    problem: str


FAULTS = (
    Fault(
        "an unknown document",
        "rates.toml",
        'source = "js-rate-2023"',
        'source = "hearsay"',
        "tables[2:B].source: 文件“hearsay”不在文件表内 · no such document",
    ),
    Fault(
        "a missing key",
        "routing.toml",
        'clause = "N2.2"\ncategories = ["municipal_enterprise"]\naudience = "own_staff"\n',
        'clause = "N2.2"\ncategories = ["municipal_enterprise"]\n',
        "rows[1:N2.2].audience: 缺少 · missing",
    ),
    Fault(
        "an unknown key",
        "organs.toml",
        'name_en = "Nanjing"',
        'name_en = "Nanjing"\nnickname = "Ning"',
        "organs[1:320100].nickname: 未知的键 · unknown key",
    ),
    Fault(
        "an unknown organ parent",
        "organs.toml",
        'code = "320102"\nkind = "district"\nparent = "320100"',
        'code = "320102"\nkind = "district"\nparent = "320900"',
        "organs[2:320102].parent: 上级机关“320900”不存在 · no such parent organ",
    ),
    Fault(
        "an organ below its peer",
        "organs.toml",
        'code = "320102"\nkind = "district"\nparent = "320100"',
        'code = "320102"\nkind = "district"\nparent = "320104"',
        "organs[2:320102].parent: “320104”不是上级 · is not on a higher tier",
    ),
    Fault(
        "a street with two organs",
        "organs.toml",
        '"320104001"',
        '"320102002"',
        "organs[3:320104].jurisdiction: 街道 320102002 属于多个机关 · belongs to several organs",
    ),
    Fault(
        "an organ written twice",
        "organs.toml",
        'code = "320104"',
        'code = "320102"',
        "organs[3:320102]: 重复 · appears twice",
    ),
    Fault(
        "an uplift without a clause",
        "rates.toml",
        'clause = "N1.7"\n',
        "",
        "uplifts[0:B].clause: 缺少 · missing",
    ),
    Fault(
        "a clause that does not exist",
        "rates.toml",
        'clause = "N1.7"',
        'clause = "N7.1"',
        "uplifts[0:B].clause: 条款“N7.1”不在条款表内 · no such clause",
    ),
    Fault(
        "a clause of another document",
        "rates.toml",
        'clause = "N1.7"',
        'clause = "NJ2022-UPLIFT"',
        "uplifts[0:B].clause: 条款“NJ2022-UPLIFT”不属于所引文件 · not of the document cited",
    ),
    Fault(
        "a value of the notice without a clause",
        "chains.toml",
        'status = "cited"',
        'status = "notice"',
        "chains[0:software]: 状态为 notice 须写明条款 · status notice needs the clause that says so",
    ),
    Fault(
        "an end before its beginning",
        "rates.toml",
        "effective_to = 2022-12-31",
        "effective_to = 2020-12-31",
        "tables[1:B]: 止期早于起期 · effective_to lies before effective_from",
    ),
    Fault(
        "an unknown status",
        "chains.toml",
        'status = "cited"',
        'status = "rumoured"',
        "chains[0:software].status: 内容不合规 · Input should be 'notice', 'cited' or 'assumed'",
    ),
    Fault(
        "an occupation that is not in the catalogue",
        "shortage.toml",
        '"6-30-99-00"',
        '"6-30-99-99"',
        "lists[0:sample-2021].occupations: 职业 2015 6-30-99-99 不在目录内 · not in the catalogue",
    ),
    Fault(
        "an unknown chain",
        "occupations.toml",
        'chains = ["software"]',
        'chains = ["silk"]',
        "occupations[0:2015 4-01-02-02].chains: 产业链“silk”不存在 · no such chain",
    ),
    Fault(
        "a work type that is not the occupation's",
        "occupations.toml",
        'work_type_levels = { "平台管理员"',
        'work_type_levels = { "摊主"',
        "occupations[1:2015 4-01-02-07]: 工种“摊主”不在该职业的工种、等级之内 · is not within the occupation",
    ),
    Fault(
        "a combination decided twice",
        "exclusions.toml",
        'categories = ["vocational_school"]\naudiences = ["public"]',
        'categories = ["vocational_school"]\naudiences = ["public", "own_students"]',
        (
            "exclusions[7:N2.3]: vocational_school/own_students 已由 rows[2:N2.3] 决定"
            " · is decided there already"
        ),
    ),
    Fault(
        "line A by class",
        "rates.toml",
        "[tables.flat]",
        "[tables.by_class.A]",
        "tables[0:A]: A 线按等级列标准，B 线按类别和等级列标准 · line A is flat, line B is by class",
    ),
    Fault(
        "a make-up day in the week",
        "calendar.toml",
        "2021-02-07",
        "2021-02-08",
        "years[1:2021]: 调休上班日应在周末 · a make-up working day falls on a weekend",
    ),
    Fault(
        "a day both off and worked",
        "calendar.toml",
        "2021-02-07",
        "2021-02-13",
        "years[1:2021]: 同一天既放假又上班 · a day is both off and worked",
    ),
    Fault(
        "a day of another year",
        "calendar.toml",
        "2021-02-07",
        "2022-02-12",
        "years[1:2021]: 日期不属于该年 · a day does not belong to the year",
    ),
    Fault(
        "a holiday that ends before it begins",
        "calendar.toml",
        "from = 2021-04-03, to = 2021-04-05",
        "from = 2021-04-05, to = 2021-04-03",
        "years[1:2021]: 假期止日早于起日 · a holiday ends before it begins",
    ),
    Fault(
        "a file without its entries",
        "chains.toml",
        "chains = [",
        "links = [",
        "chains: 缺少 · missing",
    ),
    Fault(
        "defaults that are no table",
        "chains.toml",
        "defaults = {",
        'defaults = "none"\nothers = {',
        "defaults: 应为表 · a table is expected",
    ),
    Fault(
        "a pack without a version",
        "pack.toml",
        'version = "2021.22.2"\n',
        "",
        "pack.version: 缺少 · missing",
    ),
    Fault(
        "a clause of no document",
        "clauses.toml",
        'document = "notice"',
        'document = "hearsay"',
        "clauses[0:N1.1].document: 文件“hearsay”不在文件表内 · no such document",
    ),
    Fault(
        "an occupation that continues none of the catalogue",
        "occupations.toml",
        'succeeds = [{ edition = "2015", code = "4-01-02-07" }]',
        'succeeds = [{ edition = "2015", code = "4-01-06-02" }]',
        "occupations[80:2022 4-01-06-02].succeeds: 所续职业 2015 4-01-06-02 不在目录内 · not in the catalogue",
    ),
    Fault(
        "an occupation that continues itself",
        "occupations.toml",
        'succeeds = [{ edition = "2015", code = "4-01-02-07" }]',
        'succeeds = [{ edition = "2022", code = "4-01-06-02" }]',
        "occupations[80:2022 4-01-06-02].succeeds: 职业沿革成环 · the occupation continues itself",
    ),
    Fault(
        "a licensed work type that is offered",
        "occupations.toml",
        'work_types = ["特种设备焊接作业人员", "民用核安全设备焊工"]',
        'work_types = ["电焊工"]',
        "occupations[46:2015 6-18-02-04]: 工种“电焊工”属准入类，不应列入可评价工种 · is licensed, yet offered",
    ),
    Fault(
        "a block whose items do not add up",
        "rubric.toml",
        "points = 5, veto = true",
        "points = 6, veto = true",
        "rubrics[0:sample-2021].blocks[0]: 各项合计21分，应为20分 · the items' points do not add up",
    ),
    Fault(
        "blocks that do not make a hundred points",
        "rubric.toml",
        "points = 2 },\n]\n",
        "points = 2 },\n]\n"
        '[[rubrics.blocks]]\nid = "more"\nzh = "其他"\nen = "Other"\npoints = 1\n'
        'items = [{ id = "other", zh = "其他", en = "Other", points = 1 }]\n',
        "rubrics[0:sample-2021]: 各板块合计101分，应为100分 · the blocks do not make 100 points",
    ),
    Fault(
        "an item that decides nothing",
        "rubric.toml",
        "points = 0, veto = true",
        "points = 0",
        "rubrics[0:sample-2021].blocks[0].items[2]: 评分项既无分值又非否决项 · an item has neither points nor a veto",
    ),
    Fault(
        "an item written twice",
        "rubric.toml",
        'id = "question_bank"',
        'id = "standards"',
        "rubrics[0:sample-2021]: 评分项 standards 重复 · an item appears twice",
    ),
    Fault(
        "a material handed in as nothing",
        "materials.toml",
        'formats = ["pdf", "image", "docx"]',
        "formats = []",
        (
            "materials[2:organisation_profile].formats: 内容不合规"
            " · Frozenset should have at least 1 item after validation, not 0"
        ),
    ),
    Fault(
        "a refusal that rests on nothing",
        "exclusions.toml",
        'basis = ["N2.1", "N2.3"]',
        'basis = ["N2.1", "N2.9"]',
        "exclusions[0:N2.1].basis: 条款“N2.9”不在条款表内 · no such clause",
    ),
)
