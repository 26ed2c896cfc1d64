"""A questionnaire as an office would write one: two factors, three criteria, five levels."""


def write_questionnaire(series: str = "thu", *, asks_overall: bool = False) -> str:
    """Its YAML, version 1.0; with one question for everything after them if `asks_overall`."""
    return f"""
series: {series}
version: "1.0"
scale: {{levels: [1, 2, 3, 4, 5], satisfied_from: 4, labels: [Rất kém, Kém, Bình thường, Tốt, Rất tốt]}}
factors:
  - code: "1"
    title: Tiếp cận
    criteria: [{{code: "1.1", text: "Trụ sở"}}, {{code: "1.2", text: "Thiết bị"}}]
  - code: "2"
    title: Thủ tục
    criteria: [{{code: "2.1", text: "Rõ ràng"}}]
stem: "Ông/Bà hài lòng thế nào về việc:"
""" + ('overall: "Nhìn chung, Ông/Bà hài lòng thế nào?"\n' if asks_overall else "")
