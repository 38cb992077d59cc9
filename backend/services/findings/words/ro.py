"""Findings and checks in Romanian."""

from backend.services.findings.words.shape import Words
from domain.quantities import Commodity

_PARTS = {
    "leak_continuous": " consum fără pauză de {hours:n} h, din {since}, de cel puțin {flow:q} pe"
    " oră",
    "run_before": "; cea mai lungă perioadă de acest fel a fost de {habit_longest:n} h.",
    "never_quiet": "; o oră fără consum nu s-a văzut niciodată, deci poate că așa se folosește"
    " locul.",
    "habit_unknown": "; nu se știe încă cât curge de obicei.",
    "flowed": " Astfel s-au scurs circa {amount:q}.",
    "leak_growing": " consum fără pauză din {since}, în fiecare zi mai mult: cel puțin {flow:q} pe"
    " oră acum, {floor_before:q} acum trei zile. S-au pierdut cel puțin {amount:q}.",
    "growing_pulses": " impulsurile vin ziua și noaptea din {since}, tot mai des: o scurgere de"
    " circa {flow:q} pe oră acum, {flow_before:q} acum o zi. S-au pierdut circa {amount:q}.",
    "leak_intermittent": " de circa o săptămână, din {since}, se repetă ziua și noaptea un consum"
    " de circa {level:q} pe oră; {quiet_now_pct:n} % din ore sunt fără consum, înainte erau"
    " {quiet_before_pct:n} %. În această săptămână s-au pierdut circa {amount:q}.",
    "leak_burst": " {flow:q} pe oră din {since}, de {hours:n} h; peste {habit_highest:q} pe oră nu"
    " a fost niciodată obișnuit la această oră. Peste obișnuit s-au scurs circa {amount:q}.",
    "leak_trickle": " impulsuri izolate în ore care erau mereu fără consum, din {since}: cea mai"
    " lungă perioadă liniștită din ultimele trei zile a fost de {longest_quiet:n} h, înainte"
    " niciodată sub {habit_shortest:n} h. Se scurg circa {flow:q} pe oră.",
    "trickle_pulses": " impulsuri izolate vin ziua și noaptea, din {since}: în {pulses:n} din"
    " {idle_hours:n} ore fără alt consum, unde de obicei ar fi {pulses_usual:n}. Se scurg circa"
    " {flow:q} pe oră.",
    "meter_stuck": " nu s-a contorizat nimic timp de {hours:n} h, din {since}. Înainte contoriza"
    " {flow:q} pe oră și nu stătea niciodată mai mult de {habit_longest_zero:n} h",
    "beside": "; vecinii consumă {siblings_pct:n} % din obișnuitul lor",
    "not_counted": ". Circa {amount:q} nu au fost contorizate.",
    "pulse_loss": " din {since} contorizează {level_pct:n} % din ce contoriza, în aceleași ore și"
    " cu {zeros:n} ore de zero",
    "reverse_flow": " a contorizat {amount:q} înapoi în {hours:n} h, din {since}.",
    "heat_flow_without_delta": " se contorizează căldură deși turul și returul diferă doar cu"
    " {delta_k:k} K, de {hours:n} h, din {since}.",
    "heat_delta_without_flow": " turul și returul diferă cu {delta_k:k} K, dar nu se contorizează"
    " nimic, de {hours:n} h, din {since}.",
    "heat_negative_delta": " returul este cu {negative_k:k} K mai cald decât turul, de {hours:n}"
    " h, din {since}.",
    "coolant_loss": " din {since} au plecat și nu s-au întors {lost_kg:n} kg de agent termic,"
    " {share:f} din ce s-a trimis și {kg_per_hour:n} kg pe oră: mai mult decât pot diferi două"
    " debitmetre de clasa 2. Cu el s-au dus circa {amount:q} de căldură.",
    "meter_slowed": " pierderea urmează citirile sale oră de oră: nu contorizează {share:p} din"
    " consum",
    "meter_slowed_by_days": " pierderea urmează citirile sale în fiecare zi, cu o parte care se"
    " schimbă de la zi la zi: în total nu contorizează {share:p}",
    "meter_silent_hours": " energia dispare tocmai în orele în care nu contorizează nimic",
    "meter_capped": " energia dispare tocmai în orele în care stă la cea mai mare citire",
    "suspect_stuck": " nu mai contorizează nimic, iar ce contoriza de obicei dispare",
    "meter_offset": " un consum constant lipsește în timp ce contorizează",
    "meter_clock_skew": " pierderea urmează salturile citirilor sale și însumează zero: orele sale"
    " sunt deplasate cu {share:p} dintr-o oră",
    "from_first": " din prima oră a săptămânilor cercetate",
    "level_fell": "; nivelul său a scăzut după cum rezultă de aici",
    "level_stayed": "; nivelul său nu a scăzut după cum ar rezulta de aici",
    "missing": ". Din {since} circa {amount:q} (cu 80 % între {low:q} și {high:q}) nu au fost"
    " contorizate, {share:p} din consumul său.",
    "so_since": ". Așa este din {since}.",
    "look_for": " Cauze posibile: {causes}.",
    "unattributed_loss": " dezechilibrul a crescut și citirile niciunui contor nu îl explică: o"
    " racordare înaintea contoarelor sau o sarcină fără contor",
    "above_norm": " pierderile de {losses:f} sunt peste norma de {norm:f} din prima oră a"
    " săptămânilor cercetate; nimic nu spune ale cui sunt",
    "vanished": ". Din {since} au dispărut circa {amount:q} (cu 80 % între {low:q} și {high:q}).",
    "balance_stuck": " contorul de bilanț nu contorizează nimic, iar cele de după el da, din"
    " {since}.",
    "balance_gain_step": " câștigul contorului de bilanț s-a schimbat cu {size:f}: pierderea"
    " urmează suma tuturor contoarelor, nu a unuia singur, din {since}.",
    "balance_offset_step": " contorul de bilanț contorizează cu {size:q} pe oră prea puțin, din"
    " {since}; nicio sarcină nu poate face asta.",
    "balance_below_members": " contorul de bilanț contorizează cu {size:f} mai puțin decât cele de"
    " după el împreună, din {since}: el sau unul dintre ele este configurat greșit.",
    "honest_saving": " consumă mai puțin decât înainte, iar dezechilibrul nu a crescut: economie"
    " cinstită sau nu e nimeni acasă. Din {since} s-au consumat cu circa {amount:q} mai puțin decât"
    " era de așteptat; bilanțul grupului se potrivește, deci nu e nimic de făcut.",
    "reported": " Modulul său a raportat: {reports}.",
    "do_leak_continuous": " Căutați un rezervor care curge, un robinet care picură, o supapă de"
    " boiler sau o țeavă.",
    "do_leak_growing": " Căutați-o curând: nu va rămâne atât de mică.",
    "do_leak_intermittent": " Verificați rezervoarele și aparatele care se umplu singure.",
    "do_leak_burst": " Închideți imediat robinetul încăperii și verificați la fața locului.",
    "do_leak_trickle": " Căutați un robinet care picură, un rezervor care nu se închide sau o"
    " supapă de siguranță.",
    "do_gas": " Se poate scurge gaz: închideți imediat alimentarea și verificați instalația.",
    "do_meter_stuck": " Comparați cadranul cu citirea, apoi verificați contorul, senzorul de"
    " impulsuri și cablul.",
    "do_pulse_loss": " Comparați cadranul cu citirea, apoi verificați senzorul, cablul și"
    " contactele.",
    "do_reverse_flow": " Verificați sensul contorului și clapeta de reținere.",
    "do_heat_flow_without_delta": " Verificați dacă ambii senzori sunt pe țevile potrivite.",
    "do_heat_delta_without_flow": " Verificați debitmetrul și senzorul său de impulsuri.",
    "do_heat_negative_delta": " Verificați dacă senzorii de tur și de retur sunt inversați.",
    "do_coolant_loss": " Parcurgeți rețeaua: căutați scurgeri și prelevări de agent termic și"
    " comparați ambele debitmetre.",
    "nobody_close": " Citirile niciunui contor nu se apropie de ea.",
    "closest": " Nimeni nu este numit: poate fi la fel de bine o sarcină fără contor. După citiri,"
    " de verificat mai întâi: {closest}. Comparați mecanismele lor cu citirile și verificați"
    " sigiliile și bornele.",
    "do_unattributed_loss": " Parcurgeți liniile dinaintea contoarelor, de la intrare, și căutați"
    " racordări fără contor; măsurați ramură cu ramură și comparați cu contoarele de după ea.",
    "do_suspect": " Verificați-l la fața locului și față de un contor etalon înainte de a imputa"
    " ceva cuiva.",
    "do_clock": " Potriviți ceasul contorului sau al modulului său: nu se pierde energie, doar orele"
    " sunt greșite.",
    "do_balance_meter": " Verificați-l față de un contor etalon și setările lui: constanta de"
    " impuls, raportul de transformare. Până atunci bilanțul grupului nu spune nimic despre contoarele de după el.",
}

_CHECKS = {
    "no_meter_due": "În această săptămână nu era așteptat niciun contor al abonaților.",
    "meters_bad": "Se cunosc {coverage:f} din orele tuturor contoarelor de mai jos; par defecte:"
    " {count:n}.",
    "meters_good": "Se cunosc {coverage:f} din orele tuturor contoarelor de mai jos și niciunul nu"
    " pare defect.",
    "no_balance_meter": "Grupul nu are contor de bilanț; puneți unul la cel mult 100 de contoare.",
    "balance_wrong": "Se cunosc {fed:f} din orele sale; pare să contorizeze greșit.",
    "balance_few": "Se cunosc {fed:f} din orele sale; prea puțin pentru o concluzie.",
    "balance_good": "Se cunosc {fed:f} din orele sale și se potrivesc cu cele de mai jos.",
    "no_heat": "Aici nu se livrează căldură.",
    "heat_unknown": "Nu se cunosc și căldura trimisă, și cea primită.",
    "heat_lost": "Pe drum se pierde {lost:f} din căldură; norma este {norm:p}.",
    "coolant_found": "A plecat mai mult agent termic decât s-a întors: căutați scurgeri și"
    " prelevări.",
    "coolant_unmetered": "Agentul termic nu se măsoară în ambele țevi la intrare.",
    "coolant_few": "Volumele și temperaturile se cunosc în {known:f} din săptămână.",
    "coolant_lost": "Nu s-au întors {lost:f} din agentul termic trimis: căutați scurgeri și"
    " prelevări.",
    "coolant_gained": "Se întoarce cu {gained:f} mai mult agent termic decât pleacă: un debitmetru"
    " este defect.",
    "coolant_good": "Nu s-au întors {lost:f} din agentul termic trimis, în limitele a două"
    " debitmetre.",
    "vanishes": "Dispare energie pe care niciun contor nu o explică: căutați racordări înaintea"
    " contoarelor.",
    "no_balance": "Fără bilanț nu se poate spune ce nu vede niciun contor.",
    "nothing_beyond": "Bilanțului îi lipsesc {lost:f}, și nimic peste pierderi și contoarele"
    " numite.",
    "manipulated": "Contoare care după bilanț contorizează prea puțin: {count:n}; verificați-le.",
    "no_balance_of_meters": "Fără bilanț nu se poate spune ce omit contoarele.",
    "no_gap": "Niciun contor nu lasă un gol în bilanț.",
    "named": "Contoare sau scurgeri numite: {count:n}; fiecare constatare spune ce este de făcut.",
    "nothing_known": "Nu se știe nimic despre contoarele de mai jos.",
    "none_named": "Nu este numit niciun contor și nicio scurgere.",
}

_CLOSEST = {
    "meter_slowed": "pierderea seamănă cu ce contorizează",
    "meter_slowed_by_days": "pierderea seamănă cu ce contorizează în cadrul fiecărei zile",
    "meter_silent_hours": "energia dispare cât timp nu contorizează nimic",
    "meter_capped": "energia dispare cât timp stă la citirea sa cea mai mare",
    "meter_stuck": "de atunci nu contorizează nimic",
    "meter_offset": "cam din acea zi consumă mai puțin",
}

_CAUSES = {
    "current_shunt": "șunt în circuitul de curent",
    "voltage_resistor": "rezistor în circuitul de tensiune",
    "transformer_magnet": "magnet pe transformatoarele de curent",
    "phase_without_voltage": "una sau două faze ale contorului trifazat fără tensiune",
    "reset_daily": "șunt sau magnet pus din nou de la zi la zi",
    "bypass_by_hour": "ocolire conectată pe ore",
    "voltage_by_hour": "circuitul de tensiune deschis pe ore",
    "saturated_transformer": "transformator de curent saturat",
    "load_past_meter": "sarcina peste o limită ocolește contorul",
    "voltage_unscrewed": "circuitul de tensiune deșurubat",
    "full_bypass": "ocolire completă",
    "meter_failed": "contorul sau ieșirea de impulsuri defectă",
    "circuit_past_meter": "un aparat sau un circuit ocolește contorul",
    "clock_off": "ceasul contorului sau al modulului este greșit",
    "coupling_demagnetised": "cuplaj demagnetizat",
    "impeller_trimmed": "turbină tăiată",
    "magnet_brake": "un magnet frânează contorul uscat",
    "worn_meter": "contor uzat",
    "magnet_daily": "magnet pus din nou de la zi la zi",
    "magnet_by_hour": "un magnet oprește contorul uscat pe ore",
    "below_start_upright": "debit sub pragul unui contor montat vertical",
    "coupling_slips": "cuplajul alunecă la debit mare",
    "magnet_stop": "un magnet oprește contorul uscat",
    "reversed_or_blocked": "contor inversat sau blocat",
    "pulse_output_failed": "ieșirea de impulsuri defectă",
    "tap_before_meter": "robinet sau derivație înaintea contorului",
    "below_start": "debit sub pragul de pornire",
    "sensor_displaced": "senzor de temperatură deplasat",
    "radiators_added": "elemente de radiator adăugate",
    "worn_flow_meter": "debitmetru uzat",
    "sensors_broken": "senzori de temperatură întrerupți sau scurtcircuitați",
    "flow_meter_blocked": "debitmetru blocat",
    "unmetered_heated": "se încălzesc spații necontorizate sau balconul",
}

WORDS = Words(
    locale="ro",
    decimal=",",
    months=(
        "ianuarie",
        "februarie",
        "martie",
        "aprilie",
        "mai",
        "iunie",
        "iulie",
        "august",
        "septembrie",
        "octombrie",
        "noiembrie",
        "decembrie",
    ),
    moment="{day} {month} {year}, {time}",
    units={"m3": "m³"},
    commodities={
        Commodity.ELECTRICITY: "energie electrică",
        Commodity.WATER_COLD: "apă rece",
        Commodity.WATER_HOT: "apă caldă",
        Commodity.GAS: "gaz",
        Commodity.HEAT: "căldură",
    },
    heads={
        "electricity": "Contorul de energie electrică {serial} ({place}):",
        "water_cold": "Contorul de apă rece {serial} ({place}):",
        "water_hot": "Contorul de apă caldă {serial} ({place}):",
        "gas": "Contorul de gaz {serial} ({place}):",
        "heat": "Contorul de căldură {serial} ({place}):",
        "group": "{place}:",
        "balance_meters": "Contoarele de bilanț din {place}:",
    },
    parts=_PARTS,
    causes=_CAUSES,
    reports={
        "magnet": "un magnet",
        "open_circuit": "un circuit întrerupt",
        "short_circuit": "un scurtcircuit",
        "cover": "capac deschis",
        "zero_crossing": "lipsa trecerii prin zero",
        "tamper": "o intervenție",
    },
    closest=_CLOSEST,
    near="{who}: {why}",
    on="{report} ({moment})",
    more="{listed} și încă {count}",
    checks=_CHECKS,
)
