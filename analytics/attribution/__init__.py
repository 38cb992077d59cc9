"""Who or what causes an imbalance: theft, faulty meters, the balance meter, or an unmetered load.

``judging.judge(window, thresholds)`` gives a ``judgement.GroupJudgement``.
"""
