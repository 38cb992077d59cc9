"""Words of the documents in the languages of their readers."""

# ruff: noqa: RUF001 - Russian is written in Cyrillic

from collections.abc import Mapping
from types import MappingProxyType

from analytics.missing import Reason

DEFAULT = "en"

ACCEPTANCE: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "title": "Acceptance certificate of hourly metering",
            "site": "Site",
            "tenant": "Issued by",
            "period": "Period",
            "days": "days",
            "yes": "Accepted: every hour of every meter was seen.",
            "no": "Not accepted: the exceptions are listed below.",
            "points": "Metering points",
            "expected": "Hours expected",
            "on_time": "On time",
            "late": "Late",
            "backfilled": "Backfilled",
            "manual": "Read on site",
            "missing": "Missing",
            "percent": "Delivered",
            "by_site": "By site",
            "exceptions": "Exceptions",
            "none": "None.",
            "point": "Metering point",
            "meter": "Meter",
            "from": "From",
            "to": "To",
            "reason": "Reason",
            "hash": "SHA-256 of the content",
            "check": "Anybody may have this certificate checked by its hash.",
            "page": "Page",
        },
        "ru": {
            "title": "Акт приёмки почасового учёта",
            "site": "Объект",
            "tenant": "Выдан",
            "period": "Период",
            "days": "сут.",
            "yes": "Принято: получен каждый час каждого счётчика.",
            "no": "Не принято: исключения перечислены ниже.",
            "points": "Точки учёта",
            "expected": "Ожидалось часов",
            "on_time": "Вовремя",
            "late": "С опозданием",
            "backfilled": "Дозагружено",
            "manual": "Снято на месте",
            "missing": "Нет данных",
            "percent": "Доставлено",
            "by_site": "По объектам",
            "exceptions": "Исключения",
            "none": "Нет.",
            "point": "Точка учёта",
            "meter": "Счётчик",
            "from": "С",
            "to": "По",
            "reason": "Причина",
            "hash": "SHA-256 содержания",
            "check": "Подлинность акта может проверить каждый по его хешу.",
            "page": "Страница",
        },
        "ro": {
            "title": "Act de recepție a evidenței orare",
            "site": "Obiectiv",
            "tenant": "Emis de",
            "period": "Perioada",
            "days": "zile",
            "yes": "Acceptat: s-a primit fiecare oră a fiecărui contor.",
            "no": "Neacceptat: excepțiile sunt enumerate mai jos.",
            "points": "Puncte de măsurare",
            "expected": "Ore așteptate",
            "on_time": "La timp",
            "late": "Cu întârziere",
            "backfilled": "Completate ulterior",
            "manual": "Citite la fața locului",
            "missing": "Lipsă",
            "percent": "Livrat",
            "by_site": "Pe obiective",
            "exceptions": "Excepții",
            "none": "Nu sunt.",
            "point": "Punct de măsurare",
            "meter": "Contor",
            "from": "De la",
            "to": "Până la",
            "reason": "Motiv",
            "hash": "SHA-256 al conținutului",
            "check": "Oricine poate verifica acest act după hash.",
            "page": "Pagina",
        },
    }
)

REASONS: Mapping[str, Mapping[Reason, str]] = MappingProxyType(
    {
        "en": {
            Reason.CONTRADICTED: "final index below the last reading",
            Reason.COUNTER_FELL: "the counter ran backwards or began anew",
            Reason.AMBIGUOUS_WRAP: "gap in which the counter may have wrapped",
            Reason.VOIDED: "declared void",
            Reason.AFTER_LAST_READING: "nothing came after the last reading",
            Reason.NOT_ARRIVED: "did not arrive",
            Reason.NOT_INSTALLED: "no meter was installed",
        },
        "ru": {
            Reason.CONTRADICTED: "конечное показание ниже последнего",
            Reason.COUNTER_FELL: "счётчик шёл назад или начал заново",
            Reason.AMBIGUOUS_WRAP: "пробел, в котором счётчик мог переполниться",
            Reason.VOIDED: "признано недействительным",
            Reason.AFTER_LAST_READING: "после последнего показания ничего не пришло",
            Reason.NOT_ARRIVED: "не пришло",
            Reason.NOT_INSTALLED: "счётчик не был установлен",
        },
        "ro": {
            Reason.CONTRADICTED: "indexul final este sub ultima citire",
            Reason.COUNTER_FELL: "contorul a mers înapoi sau a început din nou",
            Reason.AMBIGUOUS_WRAP: "pauză în care contorul putea trece prin zero",
            Reason.VOIDED: "declarat nevalabil",
            Reason.AFTER_LAST_READING: "nimic după ultima citire",
            Reason.NOT_ARRIVED: "nu a sosit",
            Reason.NOT_INSTALLED: "nu era instalat un contor",
        },
    }
)


def language_of(accepted: str) -> str:
    """Language of a document by an Accept-Language header; English where we speak none of them.

    Examples
    --------
    >>> language_of("ro-MD,ru;q=0.8")
    'ro'
    >>> language_of("de, ru;q=0.5, en;q=0.2")
    'ru'
    >>> language_of("")
    'en'
    """
    wished: list[tuple[float, str]] = []
    for part in accepted[:500].split(","):
        name, _, rest = part.partition(";")
        try:
            weight = float(rest.strip().removeprefix("q=")) if rest.strip() else 1.0
        except ValueError:
            continue
        wished.append((-weight, name.strip().split("-", 1)[0].lower()))
    spoken = [name for weight, name in sorted(wished, key=lambda one: one[0]) if name in ACCEPTANCE]
    return spoken[0] if spoken else DEFAULT
