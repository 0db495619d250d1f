"""How our workbooks are recognised: the names of their sheets and where the template's name stands."""

DATA_SHEET = "数据"
INSTRUCTIONS_SHEET = "填写说明"
CHOICES_SHEET = "选项"
NAME_LABEL = "模板 · Template"
VERSION_LABEL = "版本 · Version"
