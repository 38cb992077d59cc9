"""What a household agrees to when it takes an invitation; a new text is a new version."""
# ruff: noqa: RUF001 - Russian is written in Cyrillic letters

from collections.abc import Mapping

VERSION = "2026-11"

TEXTS: Mapping[str, str] = {
    "en": (
        "{tenant} measures what your home uses, hour by hour, and shows it to you. It needs these"
        " readings for accounting, for the balance of the house and to find leaks and faults."
        " Your neighbours see nothing of you: of the house there are only averages of at least five"
        " homes. Your readings stay with the home when you leave; your name, login and devices are"
        " erased when you delete your account."
    ),
    "ru": (
        "{tenant} измеряет почасовое потребление вашей квартиры и показывает его вам. Показания"
        " нужны для учёта, для баланса дома и для поиска утечек и неисправностей. Соседи о вас"
        " ничего не видят: по дому показываются только средние не менее чем по пяти квартирам."
        " Когда вы съезжаете, показания остаются за квартирой; ваше имя, логин и устройства"
        " стираются, когда вы удаляете учётную запись."
    ),
    "ro": (
        "{tenant} măsoară consumul orar al locuinței dumneavoastră și vi-l arată. Citirile sunt"
        " necesare pentru evidență, pentru balanța casei și pentru găsirea scurgerilor și a"
        " defectelor. Vecinii nu văd nimic despre dumneavoastră: despre casă există doar medii ale"
        " cel puțin cinci locuințe. Citirile rămân la locuință când vă mutați; numele, datele de"
        " autentificare și dispozitivele se șterg când vă ștergeți contul."
    ),
}


def text_for(locale: str, tenant: str) -> str:
    """The text in a language, English where there is none."""
    return TEXTS.get(locale, TEXTS["en"]).format(tenant=tenant)
