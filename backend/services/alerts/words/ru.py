"""Alerts in Russian."""

from backend.services.alerts.words.shape import EventStage as S
from backend.services.alerts.words.shape import EventWords, Words
from domain.alerts import AlertKind as K
from domain.quantities import Commodity

WORDS = Words(
    locale="ru",
    decimal=",",
    titles={
        K.DAY_LIMIT: "Превышен суточный лимит",
        K.HOUR_LIMIT: "Превышен часовой лимит",
        K.MONTH_FORECAST: "Прогноз за месяц выше вашего лимита",
        K.LEAK: "Утечка",
        K.BURST: "Прорыв трубы",
        K.NO_DATA: "Нет показаний",
        K.NO_CONSUMPTION: "Нет расхода",
        K.AWAY: "Расход при пустой квартире",
        K.TAMPER: "Вмешательство в счётчик",
        K.NEUTRAL_LOSS: "Обрыв нуля",
        K.PHASE_LOSS: "Пропала фаза",
        K.VOLTAGE: "Напряжение вне нормы",
        K.ARCING: "Искрение: плохой контакт",
        K.DELIVERY: "Не хватает показаний",
        K.IMBALANCE: "Небаланс",
        K.DR_EVENT: "Управление спросом",
    },
    bodies={
        K.DAY_LIMIT: "{place}: {what}, расход за сутки {day} достиг {value}; ваш суточный лимит {limit}.",
        K.HOUR_LIMIT: "{place}: {what}, расход за час {value}; ваш лимит {limit}.",
        K.MONTH_FORECAST: (
            "{place}: {what}, при таком расходе за месяц выйдет {value}; ваш лимит {limit}."
        ),
        K.LEAK: "{place}: похоже на утечку ({what}).",
        K.BURST: "{place}: расход намного выше обычного ({what}).",
        K.NO_DATA: "{place}: счётчик ({what}) молчит уже {value}.",
        K.NO_CONSUMPTION: "{place}: {what}, нет расхода уже {value}.",
        K.AWAY: "{place}: {what}, за час израсходовано {value}, хотя дома никого быть не должно.",
        K.TAMPER: "{place}: возможно вмешательство в счётчик ({what}).",
        K.NEUTRAL_LOSS: "{place}: на нулевом проводе напряжение.",
        K.PHASE_LOSS: "{place}: на фазе пропало напряжение.",
        K.VOLTAGE: "{place}: напряжение фазы вне нормы ({value}).",
        K.ARCING: "{place}: обнаружено искрение; плохой контакт может загореться.",
        K.DELIVERY: "{place}, {what}: за сутки пришло {value} показаний, должно быть {limit}.",
        K.IMBALANCE: "{place}, {what}: не хватает {value} от поданного; предел {limit}.",
        K.DR_EVENT: "{place}: событие управления спросом.",
    },
    causes={
        "leak_sensor": "датчик протечки сообщает о воде",
        "magnet": "у счётчика замечен магнит",
        "open_circuit": "кабель к счётчику оборван",
        "short_circuit": "кабель к счётчику замкнут",
        "zero_crossing": "нет переходов через ноль: провод переставлен",
        "cover": "крышка вскрыта",
        "phase_loss": "на фазе пропало напряжение",
        "neutral_voltage": "на нулевом проводе напряжение",
        "phase_voltage": "напряжение фазы вне нормы",
        "arcing": "обнаружено искрение; плохой контакт может загореться",
        "leak_continuous": "{what}, расход не прекращается: утечка",
        "leak_growing": "{what}, расход днём и ночью, и с каждым днём больше: растущая утечка",
        "leak_intermittent": "{what}, расход снова и снова по ночам: течёт бачок или клапан",
        "leak_trickle": "{what}, течёт понемногу днём и ночью",
        "leak_burst": "{what}, расход намного выше обычного: прорыв",
        "coolant_loss": "возвращается не весь теплоноситель: утечка в теплосети",
        "meter_stuck": "счётчик стоит, хотя по остальным данным расход есть",
        "reverse_flow": "счётчик шёл назад",
        "pulse_loss": "счётчик теряет импульсы",
        "meter_slowed": "счётчик недосчитывает, как при шунте или магните",
        "meter_slowed_by_days": "счётчик недосчитывает в отдельные дни",
        "meter_silent_hours": "в некоторые часы счётчик не считает",
        "meter_capped": "выше некоторого расхода счётчик не считает",
        "meter_offset": "постоянная часть расхода не учитывается",
        "meter_clock_skew": "часы счётчика неверны",
        "unattributed_loss": "потери есть, но ни один счётчик их не объясняет",
        "balance_meter_fault": "балансный счётчик, похоже, сам неверен",
    },
    caused="{place}: {cause}.",
    advice={
        K.LEAK: "Проверьте краны и бачки; если причина не найдена, перекройте вентиль.",
        K.BURST: "Немедленно перекройте вентиль и вызовите аварийную службу.",
        K.NEUTRAL_LOSS: "Опасно для жизни и техники: отключите вводной автомат, вызовите электрика.",
        K.ARCING: "Опасность пожара: отключите вводной автомат и вызовите электрика.",
        K.AWAY: "Если дома свои, завершите наблюдение в приложении.",
    },
    commodities={
        Commodity.ELECTRICITY: "электроэнергия",
        Commodity.WATER_COLD: "холодная вода",
        Commodity.WATER_HOT: "горячая вода",
        Commodity.GAS: "газ",
        Commodity.HEAT: "тепло",
    },
    units={"kWh": "кВт·ч", "kvarh": "квар·ч", "m3": "м³", "V": "В"},
    events=EventWords(
        titles={
            S.CALLED: "Просьба сократить расход: {day}, {begin}–{end}",
            S.MOVED: "Новое время сокращения расхода: {day}, {begin}–{end}",
            S.CANCELLED: "Отменено: {day}, {begin}–{end}",
            S.OVER: "Завершено: {day}, {begin}–{end}",
        },
        bodies={
            S.CALLED: (
                "{place}: просим сократить расход ({what}) {day} с {begin} до {end} ({length})."
                " Участие добровольное."
            ),
            S.MOVED: (
                "{place}: время изменилось. Просим сократить расход ({what}) {day} с {begin} до"
                " {end} ({length}) и снова ответить, участвуете ли вы."
            ),
            S.CANCELLED: (
                "{place}: просьба сократить расход ({what}) {day} с {begin} до {end} отменена."
                " Делать ничего не нужно."
            ),
            S.OVER: "{place}: просьба сократить расход ({what}) {day} с {begin} до {end} завершена.",
        },
        staff="{place}: {name}, {day} с {begin} до {end} ({length}), уровень {level}.",
        electricity={
            1: "Отложите стирку, сушку и зарядку до окончания.",
            2: "Отложите стирку, сушку и зарядку, убавьте бойлер, обогреватель и кондиционер.",
            3: "До окончания отключите всё, без чего можно обойтись.",
        },
        others={
            1: "Отложите до окончания то, что может подождать.",
            2: "Расходуйте как можно меньше, насколько вам удобно.",
            3: "Расходуйте только то, без чего не обойтись.",
        },
        everything="энергия и вода",
        hours="{value} ч",
        minutes="{value} мин",
        day="%d.%m",
    ),
    hours="{value} ч",
    group="группа {name}",
    escalated="Уже {hours} ч никто на это не отреагировал.",
    why_own="Вы получили это, потому что создали такое правило.",
    why_default="Вы получили это по правилу, которое сначала есть у всех в вашей роли; его можно отключить.",
    digest="Сводка, сообщений: {count}",
    held="Пока вас не беспокоили, сообщений: {count}",
    greeting="Здравствуйте, {name}!",
    open_link="Открыть",
    settings="Изменить, о чём сообщать",
)
