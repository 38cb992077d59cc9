"""Words of the public comparison in the languages of its readers."""

# ruff: noqa: RUF001 - Russian is written in Cyrillic

from collections.abc import Mapping
from types import MappingProxyType

WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "title": "Who takes how much",
            "lead": "A square metre of each part of the house, from {first} to {last}.",
            "group": "Part of the house",
            "homes": "Homes",
            "per_m2": "{unit} a m²",
            "mean": "The whole house",
            "against": "Against the house",
            "hidden": "fewer than five homes are known",
            "kept": "No home is told by itself: every figure is of five homes at least.",
            "closed": "There is no comparison at this address.",
            "address": "On the web",
            "below": "{percent} below",
            "above": "{percent} above",
            "alike": "as the house",
            "electricity": "Electricity",
            "water_cold": "Cold water",
            "water_hot": "Hot water",
            "gas": "Gas",
            "heat": "Heat",
        },
        "ru": {
            "title": "Кто сколько расходует",
            "lead": "Квадратный метр каждой части дома, с {first} по {last}.",
            "group": "Часть дома",
            "homes": "Квартир",
            "per_m2": "{unit} на м²",
            "mean": "Весь дом",
            "against": "Против дома",
            "hidden": "известно меньше пяти квартир",
            "kept": "Ни одна квартира не названа: каждое число взято не менее чем по пяти.",
            "closed": "По этому адресу сравнения нет.",
            "address": "В сети",
            "below": "на {percent} меньше",
            "above": "на {percent} больше",
            "alike": "как дом",
            "electricity": "Электричество",
            "water_cold": "Холодная вода",
            "water_hot": "Горячая вода",
            "gas": "Газ",
            "heat": "Тепло",
        },
        "ro": {
            "title": "Cine cât consumă",
            "lead": "Un metru pătrat din fiecare parte a casei, de la {first} la {last}.",
            "group": "Parte a casei",
            "homes": "Locuințe",
            "per_m2": "{unit} pe m²",
            "mean": "Toată casa",
            "against": "Față de casă",
            "hidden": "se cunosc mai puțin de cinci locuințe",
            "kept": "Nicio locuință nu e arătată singură: fiecare cifră e din cel puțin cinci.",
            "closed": "La această adresă nu este nicio comparație.",
            "address": "Pe web",
            "below": "cu {percent} mai puțin",
            "above": "cu {percent} mai mult",
            "alike": "ca și casa",
            "electricity": "Electricitate",
            "water_cold": "Apă rece",
            "water_hot": "Apă caldă",
            "gas": "Gaz",
            "heat": "Căldură",
        },
    }
)

_UNITS = {"ru": {"kWh": "кВт·ч", "m3": "м³"}}
_CLOSE = 0.005


def unit_of(language: str, unit: str) -> str:
    """Unit as the language writes it."""
    return _UNITS.get(language, {}).get(unit, unit.replace("m3", "m³"))


def number(value: float, language: str, digits: int = 2) -> str:
    """A figure with the decimal mark of the language."""
    text = f"{value:.{digits}f}"
    return text if language == "en" else text.replace(".", ",")


def against(share: float, language: str) -> str:
    """Share of the house's mean in words."""
    words = WORDS[language]
    if abs(share - 1) < _CLOSE:
        return words["alike"]
    percent = f"{number(abs(100 * (share - 1)), language, 0)} %"
    return words["below" if share < 1 else "above"].format(percent=percent)
